//! What an appliance says about what it holds (`examples/shared/holdings.rs`).

use std::fmt;

use anyhow::{Context, Result, ensure};
use xtask::machine::Guest;

use crate::stage::LIMIT;

/// What an appliance holds when a connection shows its first frame.
pub struct Holdings {
    /// When that was, in seconds since 1970.
    pub at: f64,
    grants: u64,
    in_quarantine: u64,
    kib_of_pages: u64,
    bytes_of_heap: u64,
}

impl Holdings {
    /// Waits for the line about connection `number` of an appliance and reads it.
    pub fn of(guest: &Guest<'_>, appliance: &str, number: u32) -> Result<Self> {
        let line = guest.wait_line(&format!("{appliance}: connection {number} at "), LIMIT)?;
        let (_, text) = line.split_once(" at ").expect("the line was found by these words");
        let mut numbers = text.split([' ', ':']).filter_map(|word| word.parse::<f64>().ok());
        let mut next = || numbers.next().with_context(|| format!("a number is missing in {line:?}"));
        Ok(Self {
            at: next()?,
            grants: next()? as u64,
            in_quarantine: next()? as u64,
            kib_of_pages: next()? as u64,
            bytes_of_heap: next()? as u64,
        })
    }

    /// Fails when a grant or a page was lost in between.
    pub fn expect_same_as(&self, before: &Self) -> Result<()> {
        let counts = |held: &Self| (held.grants, held.in_quarantine, held.kib_of_pages, held.bytes_of_heap);
        ensure!(counts(self) == counts(before), "something leaks: before {before}, now {self}");
        Ok(())
    }
}

impl fmt::Display for Holdings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { grants, in_quarantine, kib_of_pages, bytes_of_heap, .. } = self;
        write!(
            f,
            "{grants} grants, {in_quarantine} in quarantine, {kib_of_pages} KiB of pages, {bytes_of_heap} bytes of heap"
        )
    }
}
