//! Memory that another domain can write at any moment.
//!
//! A Rust reference promises that nobody else writes; no such promise can be kept here. So shared pages are reached only
//! through [`SharedMemory`]: every access copies in or out, by value, through a raw pointer, and is bounds-checked. What
//! was read is the caller's own from then on; reading twice may give two answers.

use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

/// A run of shared bytes, borrowed from whoever keeps it mapped. Copying it copies the view, not the bytes.
///
/// All methods panic when an access leaves the run or is not aligned to its own size: offsets come from this
/// workspace's code, never from a peer.
#[derive(Clone, Copy)]
pub struct SharedMemory<'a> {
    base: NonNull<u8>,
    length: usize,
    owner: PhantomData<&'a ()>,
}

// SAFETY: a view is a pointer and a length; all accesses through it tolerate other writers, on this CPU or elsewhere.
unsafe impl Send for SharedMemory<'_> {}

macro_rules! word_access {
    ($read:ident, $write:ident, $word:ty, $bytes:literal) => {
        #[doc = concat!("Reads the ", stringify!($word), " at byte `offset`, once. Panics as the type says.")]
        #[inline]
        pub fn $read(&self, offset: usize) -> $word {
            let place = self.place(offset, $bytes, $bytes).cast::<$word>();
            // SAFETY: `place` checked bounds and alignment; volatile, so that the value is read exactly once.
            unsafe { place.read_volatile() }
        }

        #[doc = concat!("Writes the ", stringify!($word), " at byte `offset`, once. Panics as the type says.")]
        #[inline]
        pub fn $write(&self, offset: usize, value: $word) {
            let place = self.place(offset, $bytes, $bytes).cast::<$word>();
            // SAFETY: `place` checked bounds and alignment; the owner lends the memory for writing.
            unsafe { place.write_volatile(value) }
        }
    };
}

impl<'a> SharedMemory<'a> {
    /// Makes a view of `length` bytes at `base`.
    ///
    /// # Safety
    /// For all of `'a` the bytes must be mapped readable and writable, `base` aligned to 8, and no Rust reference to
    /// any of them may exist.
    pub const unsafe fn new(base: NonNull<u8>, length: usize) -> Self {
        Self { base, length, owner: PhantomData }
    }

    /// The length in bytes.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether the run has no bytes.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The part of `length` bytes from byte `offset` on, which must be a multiple of 8.
    #[track_caller]
    pub fn part(&self, offset: usize, length: usize) -> Self {
        Self { base: self.place(offset, length, 8), length, owner: PhantomData }
    }

    word_access!(read_u8, write_u8, u8, 1);
    word_access!(read_u16, write_u16, u16, 2);
    word_access!(read_u32, write_u32, u32, 4);
    word_access!(read_u64, write_u64, u64, 8);

    /// Copies `bytes.len()` bytes from byte `offset` on into `bytes`.
    #[inline]
    pub fn read(&self, offset: usize, bytes: &mut [u8]) {
        let place = self.place(offset, bytes.len(), 1);
        // SAFETY: in bounds by `place`; `bytes` is exclusive and so can't overlap. A concurrent writer can only change
        // which bytes arrive, and every byte value is valid.
        unsafe { core::ptr::copy_nonoverlapping(place.as_ptr(), bytes.as_mut_ptr(), bytes.len()) }
    }

    /// Copies all of `bytes` to byte `offset` on.
    #[inline]
    pub fn write(&self, offset: usize, bytes: &[u8]) {
        let place = self.place(offset, bytes.len(), 1);
        // SAFETY: in bounds by `place`; no reference to the shared bytes exists, so `bytes` can't overlap them.
        unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), place.as_ptr(), bytes.len()) }
    }

    /// Copies `words.len()` 32-bit words from byte `offset` on, a multiple of 4, into `words`.
    #[inline]
    pub fn read_words(&self, offset: usize, words: &mut [u32]) {
        let place = self.place(offset, core::mem::size_of_val(words), 4).cast::<u32>();
        // SAFETY: as in `read`; `place` checked the alignment.
        unsafe { core::ptr::copy_nonoverlapping(place.as_ptr(), words.as_mut_ptr(), words.len()) }
    }

    /// Copies all of `words` to byte `offset` on, a multiple of 4.
    #[inline]
    pub fn write_words(&self, offset: usize, words: &[u32]) {
        let place = self.place(offset, core::mem::size_of_val(words), 4).cast::<u32>();
        // SAFETY: as in `write`; `place` checked the alignment.
        unsafe { core::ptr::copy_nonoverlapping(words.as_ptr(), place.as_ptr(), words.len()) }
    }

    /// Writes `value` to `count` 32-bit words from byte `offset` on, a multiple of 4.
    #[inline]
    pub fn fill_words(&self, offset: usize, count: usize, value: u32) {
        let bytes = count.checked_mul(4).expect("a fill is shorter than the address space");
        let first = self.place(offset, bytes, 4).cast::<u32>();
        // SAFETY: `place` checked that all `count` words are in bounds and aligned.
        unsafe { fill(first, count, value) }
    }

    /// Copies `count` 32-bit words from byte `from` on to those from byte `to` on, as if all were read before any is
    /// written. Both offsets are multiples of 4.
    #[inline]
    pub fn copy_words(&self, from: usize, to: usize, count: usize) {
        let bytes = count.checked_mul(4).expect("a copy is shorter than the address space");
        self.place(from, bytes, 4);
        self.place(to, bytes, 4);
        self.copy(from, to, bytes);
    }

    /// Copies `length` bytes from byte `from` on to those from byte `to` on, as if all were read before any is written.
    #[inline]
    pub fn copy(&self, from: usize, to: usize, length: usize) {
        let (from, to) = (self.place(from, length, 1), self.place(to, length, 1));
        // SAFETY: both runs are in bounds by `place`, and may overlap. As in `read`, a concurrent writer can only change
        // which bytes arrive.
        unsafe { core::ptr::copy(from.as_ptr(), to.as_ptr(), length) }
    }

    /// Lets `count` 32-bit words from byte `offset` on, a multiple of 4, be changed: each part of them is copied out,
    /// changed and copied back. A part is told how many words came before it.
    #[inline]
    pub fn modify_words(&self, offset: usize, count: usize, mut change: impl FnMut(usize, &mut [u32])) {
        let bytes = count.checked_mul(4).expect("a change is shorter than the address space");
        let first = self.place(offset, bytes, 4).cast::<u32>();
        let mut stage = [const { MaybeUninit::<u32>::uninit() }; STAGE];
        for done in (0..count).step_by(STAGE) {
            let length = STAGE.min(count - done);
            // SAFETY: the words from `done` on are within what `place` checked, and as many fit in the stage, which is
            // ours alone. They are initialised once they are copied, whatever a concurrent writer does.
            let part = unsafe {
                core::ptr::copy_nonoverlapping(first.as_ptr().add(done), stage.as_mut_ptr().cast(), length);
                stage[..length].assume_init_mut()
            };
            change(done, part);
            // SAFETY: as above, in the other direction.
            unsafe { core::ptr::copy_nonoverlapping(part.as_ptr(), first.as_ptr().add(done), length) }
        }
    }

    /// Sets every byte to 0.
    pub fn clear(&self) {
        // SAFETY: the whole run is writable, by the constructor's contract.
        unsafe { core::ptr::write_bytes(self.base.as_ptr(), 0, self.length) }
    }

    /// The address of `length` bytes at `offset`, after checking that they lie in the run and are aligned.
    #[inline]
    #[track_caller]
    fn place(&self, offset: usize, length: usize, alignment: usize) -> NonNull<u8> {
        let fits = offset.checked_add(length).is_some_and(|end| end <= self.length);
        assert!(fits, "{length} bytes at {offset} leave shared memory of {} bytes", self.length);
        assert!(offset.is_multiple_of(alignment), "offset {offset} is not aligned to {alignment} bytes");
        // SAFETY: `offset` is within the run, or one past its end when `length` is 0.
        unsafe { self.base.add(offset) }
    }
}

/// How many words [`SharedMemory::modify_words`] stages at a time: 2 KiB, which stay in the first-level cache. Measured on a
/// whole 1920x1080 picture: with a quarter of it a fifth slower, with twice as much a tenth.
const STAGE: usize = 512;

/// A vector that every x86-64 CPU has.
type Vector = [u32; LANES];
const LANES: usize = 4;

/// Writes `value` to `count` words, in vectors that don't straddle cache lines: those take twice as long. Measured, this is
/// as fast as `rep stos` for a whole picture, three times as fast for 50 pixels; stores past the caches take three times
/// as long.
///
/// # Safety
/// The words must be writable, and no Rust reference to any of them may exist.
unsafe fn fill(first: NonNull<u32>, count: usize, value: u32) {
    let store = |index: usize| {
        // SAFETY: the caller's word; each `index` below leaves room for a vector.
        unsafe { first.as_ptr().add(index).cast::<Vector>().write_unaligned([value; LANES]) }
    };
    let Some(last) = count.checked_sub(LANES) else {
        // SAFETY: the caller's word.
        (0..count).for_each(|index| unsafe { first.as_ptr().add(index).write_volatile(value) });
        return;
    };
    // The first vector reaches to where the aligned ones begin, and the last one overlaps the one before it.
    store(0);
    let mut index = first.as_ptr().align_offset(size_of::<Vector>()).min(last);
    while index < last {
        store(index);
        index += LANES;
    }
    store(last);
}

/// Memory reads before this call are done before those after it (`xen_rmb`, `ring.h`).
#[inline]
pub fn read_barrier() {
    core::sync::atomic::fence(core::sync::atomic::Ordering::Acquire);
}

/// Memory writes before this call are seen by the peer before those after it (`xen_wmb`, `ring.h`).
#[inline]
pub fn write_barrier() {
    core::sync::atomic::fence(core::sync::atomic::Ordering::Release);
}

/// Everything before this call is done before anything after it (`xen_mb`, `ring.h`).
#[inline]
pub fn full_barrier() {
    core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(align(8))]
    struct Bytes([u8; 64]);

    fn with_memory(test: impl FnOnce(SharedMemory<'_>)) {
        let mut bytes = Bytes([0; 64]);
        let base = NonNull::from(&mut bytes.0).cast::<u8>();
        // SAFETY: the array outlives the call and is not touched by name while the view is in use.
        test(unsafe { SharedMemory::new(base, 64) });
    }

    #[test]
    fn words_are_little_endian_and_in_place() {
        with_memory(|memory| {
            memory.write_u32(4, 0x1122_3344);
            assert_eq!(memory.read_u8(4), 0x44);
            assert_eq!(memory.read_u16(6), 0x1122);
            memory.fill_words(8, 2, 7);
            let mut words = [0; 4];
            memory.read_words(4, &mut words);
            assert_eq!(words, [0x1122_3344, 7, 7, 0]);
        });
    }

    #[test]
    fn runs_of_every_length_are_filled_copied_and_changed() {
        const WORDS: usize = 16;
        let words = |memory: SharedMemory<'_>| {
            let mut words = [0; WORDS];
            memory.read_words(0, &mut words);
            words
        };
        with_memory(|memory| {
            for (from, count) in (0..WORDS).flat_map(|from| (0..=WORDS - from).map(move |count| (from, count))) {
                let mut expected: [u32; WORDS] = core::array::from_fn(|index| index as u32 + 1);
                memory.write_words(0, &expected);
                memory.fill_words(4 * from, count, 99);
                expected[from..from + count].fill(99);
                assert_eq!(words(memory), expected);
                for to in 0..=WORDS - count {
                    memory.copy_words(4 * from, 4 * to, count);
                    expected.copy_within(from..from + count, to);
                    assert_eq!(words(memory), expected, "{count} words from {from} to {to}");
                }
                memory.modify_words(4 * from, count, |done, part| {
                    (done..).zip(part).for_each(|(index, word)| *word += index as u32);
                });
                expected[from..from + count].iter_mut().zip(0..).for_each(|(word, index)| *word += index);
                assert_eq!(words(memory), expected);
            }
        });
    }

    #[test]
    fn a_long_run_is_changed_part_by_part() {
        let mut bytes = [0u64; STAGE + 5];
        let base = NonNull::from(&mut bytes).cast::<u8>();
        // SAFETY: the array is not touched by name while the view is in use.
        let memory = unsafe { SharedMemory::new(base, 8 * (STAGE + 5)) };
        let count = 2 * STAGE + 8;
        memory.modify_words(4, count, |done, part| (done..).zip(part).for_each(|(index, word)| *word = index as u32));
        assert_eq!([memory.read_u32(0), memory.read_u32(4 + 4 * count)], [0, 0]);
        (0..count).for_each(|index| assert_eq!(memory.read_u32(4 + 4 * index), index as u32));
    }

    #[test]
    #[should_panic(expected = "leave shared memory")]
    fn a_copy_past_the_end_panics() {
        with_memory(|memory| memory.copy_words(0, 4, 16));
    }

    #[test]
    #[should_panic(expected = "leave shared memory")]
    fn an_access_past_the_end_panics() {
        with_memory(|memory| memory.write_u32(64, 1));
    }

    #[test]
    #[should_panic(expected = "not aligned")]
    fn a_crooked_access_panics() {
        with_memory(|memory| memory.write_u32(2, 1));
    }

    #[test]
    #[should_panic(expected = "leave shared memory")]
    fn an_offset_that_overflows_panics() {
        with_memory(|memory| memory.fill_words(usize::MAX - 3, 1, 1));
    }
}
