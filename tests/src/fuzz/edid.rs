//! EDIDs: any bytes, and bytes that are mended so far that reading goes beyond the checks.

use vitrine_xen::edid::{self, BLOCK_SIZE, HIGHEST_REFRESH, LARGEST_SIDE, MOST_MODES, Mode};

const HEADER: [u8; 8] = [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];

/// Reads them, and what was understood is written and read again.
pub fn edid(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    if bytes.pop().is_some_and(|last| last < 0xe0) {
        mend(&mut bytes);
    }
    let Ok(read) = edid::parse(&bytes) else { return };
    assert!(read.modes.len() <= MOST_MODES && read.modes.iter().all(possible), "{read:?}");
    assert!(read.modes.iter().filter(|mode| mode.preferred).count() <= 1, "{read:?}");
    let again = edid::parse(&edid::build(&read)).expect("what was built can be read");
    // Modes that no clock can make are left out, so there may be fewer.
    assert_eq!(again.name, read.name);
    assert!(again.modes.len() <= read.modes.len(), "{again:?} was made of {read:?}");
    for mode in &again.modes {
        let size = |other: &Mode| (other.width, other.height) == (mode.width, mode.height);
        assert!(read.modes.iter().any(size), "{mode:?} is not in {read:?}");
    }
}

fn possible(mode: &Mode) -> bool {
    let sides = 1..=LARGEST_SIDE;
    sides.contains(&mode.width)
        && sides.contains(&mode.height)
        && (1..=HIGHEST_REFRESH).contains(&mode.refresh_millihertz)
}

/// The header, the version, the number of extension blocks and all checksums are made right.
fn mend(bytes: &mut [u8]) {
    let (blocks, _) = bytes.as_chunks_mut::<BLOCK_SIZE>();
    let extensions = blocks.len().saturating_sub(1) as u8;
    let Some(first) = blocks.first_mut() else { return };
    first[..8].copy_from_slice(&HEADER);
    first[18] = 1;
    first[126] = extensions;
    for block in blocks {
        let sum = block[..BLOCK_SIZE - 1].iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
        block[BLOCK_SIZE - 1] = sum.wrapping_neg();
    }
}
