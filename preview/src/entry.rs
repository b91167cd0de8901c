//! Where the program begins: an example has no `main` that Rust knows of, so that it can be an image.

/// Makes a program of the crate that runs its first task in a preview. It is called as the kernel's macro of this name is.
#[macro_export]
macro_rules! entry {
    ($main:expr) => {
        /// What the C library calls.
        #[unsafe(no_mangle)]
        extern "C" fn main(_count: core::ffi::c_int, _arguments: *const *const core::ffi::c_char) -> core::ffi::c_int {
            $crate::run($main)
        }
    };
}
