//! Page directories: the list of a buffer's grants, itself in granted pages (`struct xendispl_page_directory`).
//!
//! A page holds the grant of the next directory page, 0 in the last one, and up to 1,023 grants of the buffer's pages.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::fmt;

use crate::memory::SharedMemory;
use crate::{GrantRef, PAGE_SIZE};

/// How many grants one directory page lists.
pub const GRANTS_PER_PAGE: usize = PAGE_SIZE / 4 - 1;

/// How many pages hold `bytes` bytes that begin `offset` bytes into the first page.
pub const fn buffer_pages(offset: u32, bytes: u32) -> usize {
    (offset as usize + bytes as usize).div_ceil(PAGE_SIZE)
}

/// How many directory pages list `pages` grants.
pub const fn directory_pages(pages: usize) -> usize {
    pages.div_ceil(GRANTS_PER_PAGE)
}

/// Writes a whole directory: `memory` holds its pages one after the other, `own` their grants, `buffer` the grants to
/// list. Panics unless `own` and `memory` are as long as [`directory_pages`] says.
pub fn write(memory: SharedMemory<'_>, own: &[GrantRef], buffer: &[GrantRef]) {
    assert!(own.len() == directory_pages(buffer.len()), "a grant for each directory page");
    for (index, listed) in buffer.chunks(GRANTS_PER_PAGE).enumerate() {
        let page = memory.part(index * PAGE_SIZE, PAGE_SIZE);
        page.clear();
        page.write_u32(0, own.get(index + 1).map_or(0, |next| next.0));
        for (position, reference) in listed.iter().enumerate() {
            page.write_u32(4 + 4 * position, reference.0);
        }
    }
}

/// Writes a directory for a buffer that the back end allocates: `memory` holds its pages one after the other, `own` their
/// grants. Only the links are there; the back end writes the grants ([`fill_page`]) before it answers.
pub fn prepare(memory: SharedMemory<'_>, own: &[GrantRef]) {
    memory.clear();
    for (index, next) in own.iter().skip(1).enumerate() {
        memory.write_u32(index * PAGE_SIZE, next.0);
    }
}

/// Writes grants, at most [`GRANTS_PER_PAGE`], into one directory page of [`prepare`], and leaves its link alone.
pub fn fill_page(page: SharedMemory<'_>, references: &[GrantRef]) {
    assert!(references.len() <= GRANTS_PER_PAGE, "{} grants in one directory page", references.len());
    for (position, reference) in references.iter().enumerate() {
        page.write_u32(4 + 4 * position, reference.0);
    }
}

/// Why the grants that a back end has written into a directory can't be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadDirectory {
    /// The grant of this page, counted from 0, is 0: there is none.
    Missing(usize),
    /// This grant stands for two pages.
    Repeated(GrantRef),
}

impl fmt::Display for BadDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(page) => write!(f, "page {page} of the buffer has no grant"),
            Self::Repeated(reference) => write!(f, "grant {} stands for two pages of the buffer", reference.0),
        }
    }
}

/// Reads the `pages` grants that the back end has written into a directory of [`prepare`], all its pages one after the other
/// in `memory`. Each word is read once; the links are ours and are not read.
pub fn read_filled(memory: SharedMemory<'_>, pages: usize) -> Result<Vec<GrantRef>, BadDirectory> {
    let mut references = Vec::with_capacity(pages);
    for index in 0..directory_pages(pages) {
        let left = pages - references.len();
        read_page(memory.part(index * PAGE_SIZE, PAGE_SIZE), left, |reference| references.push(reference));
    }
    if let Some(page) = references.iter().position(|reference| reference.0 == 0) {
        return Err(BadDirectory::Missing(page));
    }
    match repeated(&references) {
        Some(reference) => Err(BadDirectory::Repeated(reference)),
        None => Ok(references),
    }
}

/// A reference that is there more than once. By a heap: the library's sort is a noticeable part of a small image.
fn repeated(references: &[GrantRef]) -> Option<GrantRef> {
    let mut descending = BinaryHeap::from(references.to_vec());
    let mut last = None;
    while let Some(reference) = descending.pop() {
        if last.replace(reference) == Some(reference) {
            return last;
        }
    }
    None
}

/// Reads one directory page: the grant of the next page, 0 for none, and the first `count` grants that it lists, at most
/// [`GRANTS_PER_PAGE`], which are handed to `each`. They come from the peer: any number is possible, any number twice.
pub fn read_page(page: SharedMemory<'_>, count: usize, mut each: impl FnMut(GrantRef)) -> GrantRef {
    for position in 0..count.min(GRANTS_PER_PAGE) {
        each(GrantRef(page.read_u32(4 + 4 * position)));
    }
    GrantRef(page.read_u32(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ptr::NonNull;
    use std::vec::Vec;

    #[test]
    fn sizes_are_those_of_real_modes() {
        let modes = [(800, 600, 469, 1), (1280, 720, 900, 1), (1366, 768, 1025, 2), (1920, 1080, 2025, 2)];
        for (width, height, pages, directory) in modes {
            assert_eq!(buffer_pages(0, width * height * 4), pages);
            assert_eq!(directory_pages(pages), directory);
        }
        assert_eq!([0, 1, 1023, 1024].map(directory_pages), [0, 1, 1, 2]);
        assert_eq!(buffer_pages(4095, 2), 2);
        assert_eq!(buffer_pages(u32::MAX, u32::MAX), (2 * (u32::MAX as usize)).div_ceil(4096));
    }

    /// A directory of two pages with anything in them.
    fn with_two_pages(test: impl FnOnce(SharedMemory<'_>)) {
        let mut words = std::vec![0xffff_ffffu64; 2 * PAGE_SIZE / 8];
        let base = NonNull::from(words.as_mut_slice()).cast::<u8>();
        // SAFETY: the vector outlives the view and is not touched while it is in use.
        test(unsafe { SharedMemory::new(base, 2 * PAGE_SIZE) });
    }

    #[test]
    fn what_a_back_end_fills_in_is_read_back() {
        with_two_pages(|memory| {
            prepare(memory, &[GrantRef(8), GrantRef(9)]);
            assert_eq!((memory.read_u32(0), memory.read_u32(PAGE_SIZE)), (9, 0));
            assert_eq!(read_filled(memory, 1024), Err(BadDirectory::Missing(0)));
            let buffer: Vec<GrantRef> = (100..100 + 1024).rev().map(GrantRef).collect();
            fill_page(memory.part(0, PAGE_SIZE), &buffer[..GRANTS_PER_PAGE]);
            assert_eq!(read_filled(memory, 1024), Err(BadDirectory::Missing(1023)));
            fill_page(memory.part(PAGE_SIZE, PAGE_SIZE), &buffer[GRANTS_PER_PAGE..]);
            assert_eq!(read_filled(memory, 1024), Ok(buffer));
            assert_eq!((memory.read_u32(0), memory.read_u32(PAGE_SIZE)), (9, 0), "the links stay");
            memory.write_u32(0, 0xdead);
            assert!(read_filled(memory, 1024).is_ok(), "whatever becomes of the links");
            memory.write_u32(PAGE_SIZE + 4, 700);
            assert_eq!(read_filled(memory, 1024), Err(BadDirectory::Repeated(GrantRef(700))));
        });
    }

    #[test]
    fn what_is_written_is_read_page_by_page() {
        with_two_pages(written_and_read);
    }

    fn written_and_read(memory: SharedMemory<'_>) {
        let buffer: Vec<GrantRef> = (100..100 + 1024).map(GrantRef).collect();
        write(memory, &[GrantRef(8), GrantRef(9)], &buffer);
        let mut listed = Vec::new();
        let next = read_page(memory.part(0, PAGE_SIZE), buffer.len(), |reference| listed.push(reference));
        assert_eq!((next, listed.len()), (GrantRef(9), 1023));
        let last = read_page(memory.part(PAGE_SIZE, PAGE_SIZE), 1, |reference| listed.push(reference));
        assert_eq!(last, GrantRef(0));
        assert_eq!(listed, buffer);
        assert_eq!(memory.read_u32(PAGE_SIZE + 8), 0, "what is not used is 0");
    }
}
