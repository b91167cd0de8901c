//! From bytes to an [`Edid`].

use alloc::string::String;
use alloc::vec::Vec;

use super::timing::{self, Timing};
use super::{Block, Edid, EdidError, MOST_MODES, Mode, base, checksum, displayid};

/// The tag of a CTA-861 extension block; its third byte says where its detailed timings begin.
const CTA_TAG: u8 = 0x02;

/// Reads an EDID: a base block, and as many extension blocks as it counts. Bytes after them are not looked at.
pub fn parse(bytes: &[u8]) -> Result<Edid, EdidError> {
    let ([first, further @ ..], _) = bytes.as_chunks() else { return Err(EdidError::Short) };
    if !first.starts_with(&base::HEADER) {
        return Err(EdidError::Header);
    }
    let counted = usize::from(first[base::EXTENSIONS]);
    let there = further.len();
    let extensions = further.get(..counted).ok_or(EdidError::Extensions { counted, there })?;
    let mut blocks = core::iter::once(first).chain(extensions);
    if let Some(wrong) = blocks.position(|block| checksum(block) != 0) {
        return Err(EdidError::Checksum(wrong));
    }
    if first[base::VERSION] != 1 {
        return Err(EdidError::Version(first[base::VERSION]));
    }
    let mut edid = Edid::default();
    read_base(&mut edid, first);
    for extension in extensions {
        match extension[0] {
            CTA_TAG => read_cta(&mut edid.modes, extension),
            displayid::TAG => read_displayid(&mut edid.modes, extension),
            _ => {}
        }
    }
    Ok(edid)
}

fn read_base(edid: &mut Edid, block: &Block) {
    let (descriptors, _) = block[base::DESCRIPTORS..base::EXTENSIONS].as_chunks::<18>();
    let (standard, _) = block[base::STANDARD..base::DESCRIPTORS].as_chunks::<2>();
    let revision = block[base::REVISION];
    let [wide, high, ..] = block[base::CENTIMETRES..] else { return };
    edid.size = timing::size(u32::from(wide) * 10, u32::from(high) * 10);
    let prefers = revision >= 3 || block[base::FEATURES] & base::FEATURE_PREFERRED != 0;
    for (place, descriptor) in descriptors.iter().enumerate() {
        match Timing::read(descriptor) {
            Some(timing) => {
                add(&mut edid.modes, timing.mode(), prefers && place == 0);
                if place == 0 {
                    edid.size = Timing::read_size(descriptor).or(edid.size);
                }
            }
            None if descriptor[3] == base::TAG_NAME => edid.name = name(&descriptor[5..]),
            None if descriptor[3] == base::TAG_STANDARD => add_standard(&mut edid.modes, &descriptor[5..], revision),
            None => {}
        }
    }
    add_standard(&mut edid.modes, standard.as_flattened(), revision);
    let established = [0, 1, 2].map(|byte| block[base::ESTABLISHED + byte]);
    timing::established(established).for_each(|mode| add(&mut edid.modes, Some(mode), false));
}

fn add_standard(modes: &mut Vec<Mode>, bytes: &[u8], revision: u8) {
    for timing in bytes.as_chunks().0 {
        add(modes, timing::standard(*timing, revision), false);
    }
}

fn read_cta(modes: &mut Vec<Mode>, block: &Block) {
    let begin = usize::from(block[2]);
    // The block's first four bytes are no timing, and its last one is the checksum; a beginning of 0 says that there are none.
    let timings = if begin < 4 { None } else { block[..block.len() - 1].get(begin..) };
    for timing in timings.unwrap_or_default().as_chunks().0 {
        let Some(timing) = Timing::read(timing) else { return };
        add(modes, timing.mode(), false);
    }
}

fn read_displayid(modes: &mut Vec<Mode>, block: &Block) {
    let length = usize::from(block[displayid::LENGTH]);
    let Some(mut rest) = block[displayid::DATA..block.len() - 1].get(..length) else { return };
    while let [tag, _revision, length, after @ ..] = rest {
        let Some((data, next)) = after.split_at_checked(usize::from(*length)) else { return };
        rest = next;
        let step = match *tag {
            displayid::TYPE_1_TIMINGS => 10,
            displayid::TYPE_7_TIMINGS => 1,
            _ => continue,
        };
        for timing in data.as_chunks().0 {
            let (timing, preferred) = Timing::read_displayid(timing, step);
            add(modes, timing.mode(), preferred);
        }
    }
}

/// Adds a mode, unless it is there already. The last one that is said to be preferred is: an extension knows better than the
/// base block, which can't say every mode.
fn add(modes: &mut Vec<Mode>, mode: Option<Mode>, preferred: bool) {
    let Some(mode) = mode else { return };
    let known = modes.iter().position(|known| known.looks_like(&mode));
    let place = known.unwrap_or(modes.len());
    if place == MOST_MODES {
        return;
    }
    if known.is_none() {
        modes.push(mode);
    }
    if preferred {
        modes.iter_mut().for_each(|mode| mode.preferred = false);
        modes[place].preferred = true;
    }
}

/// Reads a name: up to a line feed, padded with spaces. What can't be printed becomes a question mark.
fn name(bytes: &[u8]) -> Option<String> {
    let text = bytes.split(|byte| *byte == b'\n').next()?.trim_ascii();
    let printable = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '?' };
    (!text.is_empty()).then(|| text.iter().map(printable).collect())
}
