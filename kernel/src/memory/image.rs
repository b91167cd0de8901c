//! Where the image lies, by the symbols of `linker.ld`.

use core::ops::Range;

unsafe extern "C" {
    static __image_start: u8;
    static __rodata_end: u8;
    static __text_end: u8;
    static __image_end: u8;
}

/// Constants: neither executable nor writable.
pub(crate) fn rodata() -> Range<usize> {
    &raw const __image_start as usize..&raw const __rodata_end as usize
}

/// Code: executable, not writable.
pub(crate) fn text() -> Range<usize> {
    &raw const __rodata_end as usize..&raw const __text_end as usize
}

/// Everything that the loader placed, zeroed data and stacks included.
pub(crate) fn whole() -> Range<usize> {
    &raw const __image_start as usize..&raw const __image_end as usize
}
