//! The guest's end of the console ring (`io/console.h`).

use vitrine_xen::abi::console::{IN, IN_CONS, IN_PROD, IN_SIZE, OUT, OUT_CONS, OUT_PROD, OUT_SIZE};
use vitrine_xen::memory::{SharedMemory, full_barrier, read_barrier, write_barrier};

/// The ring page, and our own copy of the indices that we own: xenconsoled can write the whole page.
pub(crate) struct ConsoleRing {
    page: SharedMemory<'static>,
    out_prod: u32,
    in_cons: u32,
}

impl ConsoleRing {
    /// The ring on this page, continued where it is.
    pub(crate) fn new(page: SharedMemory<'static>) -> Self {
        Self { page, out_prod: page.read_u32(OUT_PROD), in_cons: page.read_u32(IN_CONS) }
    }

    /// Writes as many of `bytes` as there is room for, and says how many those are.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.room());
        // Whatever is read about the other end's progress is read before its space is used again.
        full_barrier();
        let start = self.out_prod as usize % OUT_SIZE;
        let (first, second) = bytes[..count].split_at(count.min(OUT_SIZE - start));
        self.page.write(OUT + start, first);
        self.page.write(OUT, second);
        self.out_prod = self.out_prod.wrapping_add(count as u32);
        write_barrier();
        self.page.write_u32(OUT_PROD, self.out_prod);
        count
    }

    /// Whether xenconsoled has taken everything.
    pub(crate) fn is_drained(&self) -> bool {
        self.page.read_u32(OUT_CONS) == self.out_prod
    }

    /// The next byte of input.
    pub(crate) fn read(&mut self) -> Option<u8> {
        let produced = self.page.read_u32(IN_PROD);
        read_barrier();
        // An index that can't be is taken for an empty ring: input is lost, nothing else.
        let waiting = produced.wrapping_sub(self.in_cons) as usize;
        if waiting == 0 || waiting > IN_SIZE {
            return None;
        }
        let byte = self.page.read_u8(IN + self.in_cons as usize % IN_SIZE);
        self.in_cons = self.in_cons.wrapping_add(1);
        full_barrier();
        self.page.write_u32(IN_CONS, self.in_cons);
        Some(byte)
    }

    /// Free bytes in the ring out. An index that can't be is taken for a full ring.
    fn room(&self) -> usize {
        let waiting = self.out_prod.wrapping_sub(self.page.read_u32(OUT_CONS)) as usize;
        OUT_SIZE.saturating_sub(waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ptr::NonNull;

    /// A page for the rest of the test's process.
    fn page() -> SharedMemory<'static> {
        let words = Box::leak(Box::new([0u64; 512]));
        // SAFETY: leaked, aligned, and from here on reached only through views.
        unsafe { SharedMemory::new(NonNull::from(words).cast(), 4096) }
    }

    #[test]
    fn output_waits_for_room_and_wraps() {
        let page = page();
        page.write_u32(OUT_PROD, u32::MAX - 1);
        page.write_u32(OUT_CONS, u32::MAX - 1);
        let mut ring = ConsoleRing::new(page);
        assert_eq!(ring.write(&[b'x'; 3000]), OUT_SIZE);
        assert_eq!(ring.write(b"more"), 0);
        assert!(!ring.is_drained());
        page.write_u32(OUT_CONS, u32::MAX.wrapping_add(3));
        assert_eq!(ring.write(b"more"), 4);
        page.write_u32(OUT_CONS, page.read_u32(OUT_PROD));
        assert!(ring.is_drained());
    }

    #[test]
    fn input_is_read_once() {
        let page = page();
        let mut ring = ConsoleRing::new(page);
        page.write(IN, b"ok");
        page.write_u32(IN_PROD, 2);
        assert_eq!([ring.read(), ring.read(), ring.read()], [Some(b'o'), Some(b'k'), None]);
        assert_eq!(page.read_u32(IN_CONS), 2);
    }

    #[test]
    fn indices_that_cannot_be_do_no_harm() {
        let page = page();
        let mut ring = ConsoleRing::new(page);
        page.write_u32(OUT_CONS, 5);
        assert_eq!(ring.write(b"x"), 0);
        page.write_u32(IN_PROD, 5000);
        assert_eq!(ring.read(), None);
    }
}
