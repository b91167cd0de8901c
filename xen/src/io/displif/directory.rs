//! Page directories: the list of a buffer's grants, itself in granted pages (`struct xendispl_page_directory`).
//!
//! A page holds the grant of the next directory page, 0 in the last one, and up to 1,023 grants of the buffer's pages.

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
    assert_eq!(own.len(), directory_pages(buffer.len()), "a grant for each directory page");
    for (index, listed) in buffer.chunks(GRANTS_PER_PAGE).enumerate() {
        let page = memory.part(index * PAGE_SIZE, PAGE_SIZE);
        page.clear();
        page.write_u32(0, own.get(index + 1).map_or(0, |next| next.0));
        for (position, reference) in listed.iter().enumerate() {
            page.write_u32(4 + 4 * position, reference.0);
        }
    }
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

    #[test]
    fn what_is_written_is_read_page_by_page() {
        let mut words = std::vec![0xffff_ffffu64; 2 * PAGE_SIZE / 8];
        let base = NonNull::from(words.as_mut_slice()).cast::<u8>();
        // SAFETY: the vector outlives the view and is not touched while it is in use.
        let memory = unsafe { SharedMemory::new(base, 2 * PAGE_SIZE) };
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
