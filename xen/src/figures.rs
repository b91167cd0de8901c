//! What a domain can say about itself, in numbers.

use crate::hypercall::HypercallCounts;

/// Numbers that benchmarks read: each counts since boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Hypercalls, by kind.
    pub hypercalls: HypercallCounts,
    /// Allocations on the heap.
    pub allocations: u64,
    /// How often the halted CPU was woken.
    pub wakeups: u64,
}

/// How much memory there is, and where it went. All in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryFigures {
    /// All RAM in the domain's memory map.
    pub total: usize,
    /// RAM that something uses now: the image, page tables, the heap's share, pages for granting.
    pub used: usize,
    /// The most that was ever used.
    pub used_at_most: usize,
    /// The image with its zeroed data and stacks; part of `used`.
    pub image: usize,
    /// What the heap has taken of RAM so far; part of `used`.
    pub heap: usize,
    /// What of the heap is allocated now.
    pub heap_used: usize,
}
