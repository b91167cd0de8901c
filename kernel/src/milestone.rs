//! Marks on the way from the first instruction to the first picture.

use crate::{console, time};

/// The mark of the first instruction itself, at 0 by definition.
pub(crate) const ENTRY: &str = "entry";
/// Memory is ours: own page tables, and a heap.
pub(crate) const HEAP: &str = "heap";

/// Says `vitrine: milestone NAME N us` on the console, N being the microseconds since the image's first instruction.
/// Benchmarks read these lines.
pub fn milestone(name: &str) {
    print(name, time::microseconds());
}

/// Says that `name` was reached `microseconds` after the first instruction.
pub(crate) fn print(name: &str, microseconds: u64) {
    console::write(format_args!("vitrine: milestone {name} {microseconds} us\n"));
}
