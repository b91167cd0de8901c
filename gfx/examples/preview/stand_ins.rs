//! The types of `vitrine` that the views name, field by field: `vitrine` itself only links into an image.

/// See `vitrine::WallTime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WallTime {
    pub year: i32,
    pub month: u8,
    pub day: u8,
    pub weekday: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
}

/// See `vitrine::MemoryFigures`.
#[derive(Clone, Copy, Debug)]
pub struct MemoryFigures {
    pub total: usize,
    pub used: usize,
    pub used_at_most: usize,
    pub image: usize,
    pub heap: usize,
    pub heap_used: usize,
}
