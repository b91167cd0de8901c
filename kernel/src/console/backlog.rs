//! Console output that nobody has taken yet: a bounded buffer that counts what it had to drop.

/// Up to `SIZE` bytes, first in, first out.
pub(crate) struct Backlog<const SIZE: usize> {
    bytes: [u8; SIZE],
    start: usize,
    length: usize,
    dropped: u64,
}

impl<const SIZE: usize> Backlog<SIZE> {
    /// An empty one.
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; SIZE], start: 0, length: 0, dropped: 0 }
    }

    /// Adds bytes at the end; those that find no room are dropped and counted. Once something was dropped, everything is,
    /// until [`Self::take_dropped`] has told: what is heard has one gap in it, not many.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = if self.dropped > 0 { 0 } else { SIZE - self.length };
        let (bytes, dropped) = bytes.split_at(bytes.len().min(room));
        self.dropped += dropped.len() as u64;
        let end = (self.start + self.length) % SIZE;
        let (first, second) = bytes.split_at(bytes.len().min(SIZE - end));
        self.bytes[end..end + first.len()].copy_from_slice(first);
        self.bytes[..second.len()].copy_from_slice(second);
        self.length += bytes.len();
    }

    /// Bytes that find room now.
    pub(crate) fn room(&self) -> usize {
        SIZE - self.length
    }

    /// Bytes that wait.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The oldest bytes, as many as lie in one piece; empty when nothing waits.
    pub(crate) fn oldest(&self) -> &[u8] {
        let end = (self.start + self.length).min(SIZE);
        &self.bytes[self.start..end]
    }

    /// Forgets the oldest `count` bytes, at most [`Self::len`].
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.length);
        self.start = (self.start + count) % SIZE;
        self.length -= count;
    }

    /// How many bytes were dropped since this was last asked, once there is room again to say so.
    pub(crate) fn take_dropped(&mut self) -> Option<u64> {
        (self.dropped > 0 && self.room() >= SIZE / 2).then(|| core::mem::take(&mut self.dropped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain<const SIZE: usize>(backlog: &mut Backlog<SIZE>) -> Vec<u8> {
        let mut all = Vec::new();
        while backlog.len() > 0 {
            let piece = backlog.oldest().to_vec();
            assert!(!piece.is_empty());
            backlog.consume(piece.len());
            all.extend(piece);
        }
        all
    }

    #[test]
    fn bytes_come_out_in_order_across_the_end() {
        let mut backlog = Backlog::<8>::new();
        backlog.push(b"abcdef");
        backlog.consume(4);
        backlog.push(b"ghij");
        assert_eq!(drain(&mut backlog), b"efghij");
    }

    #[test]
    fn what_finds_no_room_is_counted_and_told_later() {
        let mut backlog = Backlog::<8>::new();
        backlog.push(b"0123456789");
        assert_eq!(backlog.take_dropped(), None);
        assert_eq!(drain(&mut backlog), b"01234567");
        backlog.push(b"ab");
        assert_eq!(backlog.take_dropped(), Some(4));
        assert_eq!(backlog.take_dropped(), None);
    }
}
