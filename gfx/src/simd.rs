//! Which vector instructions drawing uses: SSE2, which every x86-64 CPU has, or AVX2.
//!
//! The loops over pixels are written once, generic over the instruction set, and compiled for these two; which of them runs
//! is decided each time one is called. Both give the same pixels. Whoever knows the CPU says what
//! it has, once, at the start: the kernel in an appliance, [`fearless_simd::Level::new`] where there is a standard
//! library. Until then SSE2 is used.

use core::sync::atomic::{AtomicBool, Ordering};

use fearless_simd::{Avx2, Level, Simd, Sse2};
use spin::Once;

/// The proof that AVX2 can be executed, once somebody has given it.
static AVX2: Once<Avx2> = Once::new();
static USE_AVX2: AtomicBool = AtomicBool::new(false);

/// Draws with the instructions of this level from now on: with AVX2 if it has them, with SSE2 otherwise.
///
/// What is drawn is the same. It may be called again, for measuring one against the other.
pub fn use_level(level: Level) {
    let avx2 = level.as_avx2();
    if let Some(proof) = avx2 {
        AVX2.call_once(|| proof);
    }
    USE_AVX2.store(avx2.is_some(), Ordering::Relaxed);
}

/// What is drawn with: [`Level::Avx2`] or [`Level::Sse2`].
pub fn level() -> Level {
    avx2().map_or_else(|| sse2().level(), Simd::level)
}

/// The proof of AVX2, if it is to be used.
#[inline]
pub(crate) fn avx2() -> Option<Avx2> {
    if USE_AVX2.load(Ordering::Relaxed) { AVX2.get().copied() } else { None }
}

/// Runs a loop that the compiler makes vector instructions of, with those that are to be used. The closure and what it calls
/// have to be inlined for that.
#[inline]
pub(crate) fn vectorize(run: impl FnOnce()) {
    match avx2() {
        Some(avx2) => avx2.vectorize(run),
        None => run(),
    }
}

/// The proof of SSE2, which is part of x86-64.
#[inline]
pub(crate) fn sse2() -> Sse2 {
    match Level::baseline().as_sse2() {
        Some(proof) => proof,
        None => unreachable!("every x86-64 CPU has SSE2"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    extern crate std;

    use super::*;
    use std::sync::Mutex;

    /// Runs a test with SSE2, and with AVX2 where there is AVX2. One test at a time, because the level is everybody's.
    pub(crate) fn at_each_level(mut test: impl FnMut()) {
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(|broken| broken.into_inner());
        for chosen in [Level::baseline(), Level::new()] {
            use_level(chosen);
            assert_eq!(level().as_avx2().is_some(), chosen.as_avx2().is_some());
            test();
        }
    }

    #[test]
    fn a_level_below_avx2_is_sse2() {
        let mut levels = std::vec![];
        at_each_level(|| levels.push(level()));
        assert!(matches!(levels[0], Level::Sse2(_)), "{levels:?}");
    }
}
