//! The last measurements.

use alloc::boxed::Box;

/// A ring of the last measurements, as many as it was made for.
#[derive(Clone, Debug)]
pub struct History {
    values: Box<[u32]>,
    /// How many were ever recorded.
    recorded: u64,
}

impl History {
    /// Room for `capacity` measurements. This is the only allocation.
    ///
    /// # Panics
    ///
    /// When `capacity` is 0.
    pub fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "a history without room");
        Self { values: alloc::vec![0; capacity].into(), recorded: 0 }
    }

    /// Records one, in place of the oldest when there is no room.
    pub fn push(&mut self, value: u32) {
        let index = self.recorded % self.values.len() as u64;
        self.values[index as usize] = value;
        self.recorded += 1;
    }

    /// How many there is room for.
    pub const fn capacity(&self) -> usize {
        self.values.len()
    }

    /// How many were ever recorded: differs whenever the content does.
    pub const fn recorded(&self) -> u64 {
        self.recorded
    }

    /// The measurements, the oldest first.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator {
        let capacity = self.values.len();
        let (start, len) = match usize::try_from(self.recorded) {
            Ok(recorded) if recorded < capacity => (0, recorded),
            _ => ((self.recorded % capacity as u64) as usize, capacity),
        };
        (0..len).map(move |index| self.values[(start + index) % capacity])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn the_oldest_goes_first() {
        let mut history = History::new(3);
        assert_eq!(history.values().len(), 0);
        (1..=5).for_each(|value| history.push(value));
        assert_eq!(history.values().collect::<Vec<_>>(), [3, 4, 5]);
        assert_eq!(history.recorded(), 5);
    }
}
