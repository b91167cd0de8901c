//! The pending and mask bits of the 2-level event channel ABI, in shared_info.

use core::ptr::NonNull;
use core::sync::atomic::{AtomicU64, Ordering};

use vitrine_xen::Port;
use vitrine_xen::abi::event_channel::PORTS;
use vitrine_xen::abi::shared_info::{MASK, PENDING, PENDING_SEL};

/// The bits, as Xen and we change them. Only Xen writes this page besides us, and both only with atomic operations.
pub(crate) struct EventBits {
    page: NonNull<u8>,
}

impl EventBits {
    /// The bits of the shared_info page at `page`, all ports masked.
    ///
    /// # Safety
    /// `page` must stay mapped for good, aligned to 4096, and what these bits are must be reached by atomic operations
    /// only.
    pub(crate) unsafe fn new(page: NonNull<u8>) -> Self {
        let bits = Self { page };
        for word in 0..64 {
            bits.word(MASK, word).store(u64::MAX, Ordering::SeqCst);
        }
        bits
    }

    /// Gives all pending ports that are not masked to `fire`, and clears them.
    pub(crate) fn take_pending(&self, mut fire: impl FnMut(Port)) {
        let mut selector = self.word(PENDING_SEL, 0);
        while selector.load(Ordering::Relaxed) != 0 {
            let mut words = selector.swap(0, Ordering::SeqCst);
            while words != 0 {
                let word = words.trailing_zeros() as usize;
                words &= words - 1;
                let unmasked = !self.word(MASK, word).load(Ordering::Relaxed);
                let mut taken = self.word(PENDING, word).fetch_and(!unmasked, Ordering::SeqCst) & unmasked;
                while taken != 0 {
                    fire(Port(word as u32 * 64 + taken.trailing_zeros()));
                    taken &= taken - 1;
                }
            }
            selector = self.word(PENDING_SEL, 0);
        }
    }

    /// Lets a port make upcalls. Returns whether it was pending already, and clears that.
    pub(crate) fn unmask(&self, port: Port) -> bool {
        let (word, bit) = place(port);
        self.word(MASK, word).fetch_and(!bit, Ordering::SeqCst);
        self.clear(port)
    }

    /// Keeps a port from making upcalls.
    pub(crate) fn mask(&self, port: Port) {
        let (word, bit) = place(port);
        self.word(MASK, word).fetch_or(bit, Ordering::SeqCst);
    }

    /// Clears a port's pending bit. Returns whether it was set.
    pub(crate) fn clear(&self, port: Port) -> bool {
        let (word, bit) = place(port);
        self.word(PENDING, word).fetch_and(!bit, Ordering::SeqCst) & bit != 0
    }

    fn word(&self, offset: usize, index: usize) -> &AtomicU64 {
        assert!(index < 64 && offset <= MASK);
        // SAFETY: inside the page, aligned, and both writers use atomic operations, by the constructor's contract.
        unsafe { AtomicU64::from_ptr(self.page.add(offset + index * 8).cast().as_ptr()) }
    }
}

/// A port's word, and its bit in there. Panics when there is no such port.
fn place(port: Port) -> (usize, u64) {
    assert!(port.0 < PORTS, "port {} is past the {PORTS} of the 2-level ABI", port.0);
    (port.0 as usize / 64, 1 << (port.0 % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits() -> EventBits {
        let words = Box::leak(Box::new([0u64; 512]));
        // SAFETY: leaked, and from here on reached only through `EventBits`; alignment to 8 is all that words need.
        unsafe { EventBits::new(NonNull::from(words).cast()) }
    }

    /// What Xen does when an event arrives.
    fn raise(bits: &EventBits, port: Port) {
        let (word, bit) = place(port);
        bits.word(PENDING, word).fetch_or(bit, Ordering::SeqCst);
        if bits.word(MASK, word).load(Ordering::SeqCst) & bit == 0 {
            bits.word(PENDING_SEL, 0).fetch_or(1 << word, Ordering::SeqCst);
        }
    }

    fn taken(bits: &EventBits) -> Vec<u32> {
        let mut ports = Vec::new();
        bits.take_pending(|port| ports.push(port.0));
        ports
    }

    #[test]
    fn each_event_is_seen_once() {
        let bits = bits();
        for port in [1, 5, 63, 64, 4095] {
            assert!(!bits.unmask(Port(port)));
            raise(&bits, Port(port));
        }
        assert_eq!(taken(&bits), [1, 5, 63, 64, 4095]);
        assert_eq!(taken(&bits), []);
    }

    #[test]
    fn a_masked_port_is_silent_until_it_is_unmasked() {
        let bits = bits();
        raise(&bits, Port(7));
        assert_eq!(taken(&bits), []);
        assert!(bits.unmask(Port(7)));
        raise(&bits, Port(7));
        assert_eq!(taken(&bits), [7]);
        bits.mask(Port(7));
        raise(&bits, Port(7));
        assert_eq!(taken(&bits), []);
    }

    #[test]
    #[should_panic(expected = "past the 4096")]
    fn there_is_no_port_4096() {
        bits().mask(Port(4096));
    }
}
