//! From an [`Edid`] to bytes.

use alloc::vec::Vec;

use super::timing::Timing;
use super::{BLOCK_SIZE, Block, Edid, MOST_MODES, Mode, PhysicalSize, base, checksum, displayid};

/// What every EDID of ours begins with: maker "XEN", EDID 1.4, digital with 8 bits a colour, gamma 2.2, sRGB and its
/// chromaticities, no established and no standard timing.
const BEGINNING: [u8; base::DESCRIPTORS] = [
    0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, // header
    0x60, 0xae, 0x54, 0x56, 0, 0, 0, 0, // maker, product, serial number
    0, 36, 1, 4, // made in 2026; version and revision
    0xa5, 0, 0, 120, 0x06, // input, size, gamma, features
    0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54, // chromaticities
    0, 0, 0, // established
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, // standard
];

/// How many descriptors the base block has room for.
const DESCRIPTORS: usize = 4;
/// A descriptor that says nothing.
const UNUSED: [u8; 18] = [0, 0, 0, base::TAG_UNUSED, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// How many timings an extension block has room for.
const EXTENSION_TIMINGS: usize = 5;

/// Writes an EDID: a base block, and a DisplayID extension for every five modes that the base block has no room for or can't
/// express (a side beyond 4,095, a clock beyond 655 MHz). The preferred mode comes first; where none is, the first one will
/// be taken for it.
///
/// A refresh rate may come out a little off, since clocks are in steps of 10 kHz. Left out are modes beyond
/// [`MOST_MODES`], modes out of the bounds of [`Mode::new`] or with a clock below 5 kHz or beyond 167 GHz; of a name, what is
/// beyond 13 characters; what is not printable ASCII in it becomes a question mark.
pub fn build(edid: &Edid) -> Vec<u8> {
    let name = edid.name.as_deref().map(name);
    let room = DESCRIPTORS - usize::from(name.is_some());
    let (mut descriptors, mut further) = (Vec::new(), Vec::new());
    for (timing, preferred) in timings(&edid.modes) {
        match timing.write(edid.size) {
            Some(descriptor) if descriptors.len() < room => descriptors.push(descriptor),
            _ => further.extend(timing.write_displayid(preferred)),
        }
    }
    descriptors.extend(name);
    let extensions = further.chunks(EXTENSION_TIMINGS);
    let mut bytes = Vec::with_capacity((1 + extensions.len()) * BLOCK_SIZE);
    bytes.extend(base_block(edid.size, &descriptors, extensions.len() as u8));
    bytes.extend(extensions.flat_map(extension));
    bytes
}

/// The modes' timings, the preferred one first; with each, whether it is.
fn timings(modes: &[Mode]) -> impl Iterator<Item = (Timing, bool)> {
    let first = modes.iter().position(|mode| mode.preferred);
    let other = (0..modes.len()).filter(move |place| Some(*place) != first);
    let order = first.into_iter().chain(other).take(MOST_MODES).map(|place| modes[place]);
    let possible = order.filter(|mode| Mode::new(mode.width, mode.height, mode.refresh_millihertz).is_some());
    possible.enumerate().map(move |(place, mode)| (Timing::of(&mode), place == 0 && mode.preferred))
}

fn base_block(size: Option<PhysicalSize>, descriptors: &[[u8; 18]], extensions: u8) -> Block {
    let mut block = [0; BLOCK_SIZE];
    block[..BEGINNING.len()].copy_from_slice(&BEGINNING);
    let centimetres = |millimetres: u32| u8::try_from(millimetres.saturating_add(5) / 10).ok();
    let sides = size.and_then(|size| centimetres(size.width_millimetres).zip(centimetres(size.height_millimetres)));
    (block[base::CENTIMETRES], block[base::CENTIMETRES + 1]) = sides.unwrap_or_default();
    let (places, _) = block[base::DESCRIPTORS..base::EXTENSIONS].as_chunks_mut();
    for (index, place) in places.iter_mut().enumerate() {
        *place = descriptors.get(index).copied().unwrap_or(UNUSED);
    }
    block[base::EXTENSIONS] = extensions;
    sealed(block)
}

fn name(text: &str) -> [u8; 18] {
    let mut descriptor = [b' '; 18];
    descriptor[..5].copy_from_slice(&[0, 0, 0, base::TAG_NAME, 0]);
    let printable = |letter| if matches!(letter, ' '..='~') { letter as u8 } else { b'?' };
    let letters = text.chars().map(printable).chain([b'\n']);
    descriptor[5..].iter_mut().zip(letters).for_each(|(place, letter)| *place = letter);
    descriptor
}

/// A DisplayID 1.3 section with one data block.
fn extension(timings: &[[u8; 20]]) -> Block {
    let length = timings.as_flattened().len();
    let mut block = [0; BLOCK_SIZE];
    let head = [displayid::TAG, 0x13, 3 + length as u8, 0, 0, displayid::TYPE_1_TIMINGS, 0, length as u8];
    let end = head.len() + length;
    block[..head.len()].copy_from_slice(&head);
    block[head.len()..end].copy_from_slice(timings.as_flattened());
    // A section, which the tag is no part of, adds up to 0 as well.
    block[end] = checksum(&block[1..end]).wrapping_neg();
    sealed(block)
}

/// The block with its last byte such that all add up to 0.
fn sealed(mut block: Block) -> Block {
    block[BLOCK_SIZE - 1] = checksum(&block[..BLOCK_SIZE - 1]).wrapping_neg();
    block
}
