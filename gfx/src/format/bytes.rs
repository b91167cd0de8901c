//! Memory that holds bytes, reached by copies only.

use alloc::vec::Vec;

use crate::row;

/// How many bytes the methods that are not overwritten copy at a time.
const STAGE: usize = 512;

/// Memory made of bytes, reached by copies only: it may be shared with another domain.
///
/// # Panics
///
/// Every method panics, as a slice would, when a byte does not lie within `0..len`.
pub trait ByteMemory {
    /// How many bytes there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies `bytes` to the bytes from `at` on.
    fn write(&mut self, at: usize, bytes: &[u8]);

    /// Copies the bytes from `at` on into `bytes`, as many as it holds.
    fn read(&self, at: usize, bytes: &mut [u8]);

    /// Sets `length` bytes from `at` on to the four bytes of `word` in turn, the lowest first.
    fn fill(&mut self, at: usize, length: usize, word: u32) {
        let mut stage = [0; STAGE];
        let staged = &mut stage[..length.min(STAGE)];
        repeat(staged, word);
        for done in (0..length).step_by(STAGE) {
            self.write(at + done, &staged[..STAGE.min(length - done)]);
        }
    }

    /// Copies `length` bytes from byte `from` on to those from byte `to` on, as if all were read before any is written.
    fn copy_within(&mut self, from: usize, to: usize, length: usize) {
        let mut stage = [0; STAGE];
        let parts = length.div_ceil(STAGE);
        for index in 0..parts {
            // Begins at the end that is read before it is written.
            let first = if to <= from { index * STAGE } else { (parts - 1 - index) * STAGE };
            let part = &mut stage[..STAGE.min(length - first)];
            self.read(from + first, part);
            self.write(to + first, part);
        }
    }
}

impl ByteMemory for Vec<u8> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        self[at..][..bytes.len()].copy_from_slice(bytes);
    }

    fn read(&self, at: usize, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self[at..][..bytes.len()]);
    }

    fn fill(&mut self, at: usize, length: usize, word: u32) {
        repeat(&mut self[at..][..length], word);
    }

    fn copy_within(&mut self, from: usize, to: usize, length: usize) {
        self.as_mut_slice().copy_within(from..from + length, to);
    }
}

/// Sets bytes to those of a word in turn, the lowest first.
fn repeat(bytes: &mut [u8], word: u32) {
    let single = |bytes: &mut [u8], word: u32| {
        bytes.iter_mut().zip(word.to_le_bytes().into_iter().cycle()).for_each(|(place, byte)| *place = byte);
    };
    let (before, words, after) = bytemuck::pod_align_to_mut::<u8, u32>(bytes);
    single(before, word);
    // What is left of a word that was begun comes first.
    let word = word.rotate_right(8 * (before.len() % size_of::<u32>()) as u32);
    row::fill_run(words, u32::from_le(word));
    single(after, word);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory with nothing but what has to be there.
    struct Plain(Vec<u8>);

    impl ByteMemory for Plain {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn write(&mut self, at: usize, bytes: &[u8]) {
            self.0.write(at, bytes);
        }

        fn read(&self, at: usize, bytes: &mut [u8]) {
            self.0.read(at, bytes);
        }
    }

    #[test]
    fn bytes_are_filled_and_moved_wherever_they_lie() {
        let before: Vec<u8> = (0..3 * STAGE).map(|index| (index * 7 + index / 256) as u8).collect();
        let lengths = (0..40).chain([STAGE - 1, STAGE, STAGE + 1, 2 * STAGE - 3]);
        for (length, at) in lengths.flat_map(|length| (0..9).map(move |at| (length, at))) {
            let (mut expected, mut vector, mut plain) = (before.clone(), before.clone(), Plain(before.clone()));
            (0..length).for_each(|index| expected[at + index] = [0x44, 0x33, 0x22, 0x11][index % 4]);
            vector.fill(at, length, 0x1122_3344);
            plain.fill(at, length, 0x1122_3344);
            assert_eq!((&vector, &plain.0), (&expected, &expected), "{length} bytes from {at} on");
            for (from, to) in [(at, 20), (20, at), (at, at + 1), (at, at + STAGE / 2)] {
                expected.as_mut_slice().copy_within(from..from + length, to);
                ByteMemory::copy_within(&mut vector, from, to, length);
                plain.copy_within(from, to, length);
                assert_eq!((&vector, &plain.0), (&expected, &expected), "{length} bytes from {from} to {to}");
            }
        }
    }
}
