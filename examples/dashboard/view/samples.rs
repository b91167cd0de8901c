//! Measurements of the last two minutes.

/// How many are kept: one a second.
const COUNT: usize = 120;

/// The last measurements; those that were never made are no numbers, which plots leave out.
pub struct Samples([f32; COUNT]);

impl Samples {
    pub const fn new() -> Self {
        Self([f32::NAN; COUNT])
    }

    /// Adds one and forgets the oldest.
    pub fn push(&mut self, value: f32) {
        self.0.copy_within(1.., 0);
        self.0[COUNT - 1] = value;
    }

    /// The oldest first.
    pub const fn values(&self) -> &[f32; COUNT] {
        &self.0
    }

    /// The newest, if it is a number.
    pub fn last(&self) -> Option<f32> {
        Some(self.0[COUNT - 1]).filter(|value| value.is_finite())
    }
}
