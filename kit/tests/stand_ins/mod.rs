//! The types of `vitrine` that the views name, field by field: these tests know no `vitrine`.

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
