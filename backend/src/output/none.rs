//! No screen at all: every flip is done at once, no picture is read. For measuring what the protocol itself costs.

use std::collections::VecDeque;

use vitrine_xen::edid::Edid;
use vitrine_xen::io::displif::nodes::Resolution;

use super::{HeadId, Output, OutputError, Picture, no_screen};

/// An output that has every connector and shows nothing.
#[derive(Default)]
pub struct Nowhere {
    opened: u32,
    done: VecDeque<HeadId>,
}

impl Output for Nowhere {
    fn check(&mut self, _: &str, _: Resolution) -> Result<(), OutputError> {
        Ok(())
    }

    fn open(&mut self, _: &str, _: Resolution, _: &str) -> Result<HeadId, OutputError> {
        self.opened += 1;
        Ok(HeadId(self.opened))
    }

    fn close(&mut self, head: HeadId) {
        self.done.retain(|done| *done != head);
    }

    fn screen(&self, _: HeadId) -> Edid {
        no_screen()
    }

    fn show(&mut self, _: HeadId, _: Resolution, _: &Picture<'_>) -> Result<(), OutputError> {
        Ok(())
    }

    fn flip(&mut self, head: HeadId, _: &Picture<'_>) -> Result<(), OutputError> {
        self.done.push_back(head);
        Ok(())
    }

    fn blank(&mut self, _: HeadId) -> Result<(), OutputError> {
        Ok(())
    }

    fn next_done(&mut self) -> Option<HeadId> {
        self.done.pop_front()
    }
}
