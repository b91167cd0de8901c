//! Tells the crate whether it becomes part of an image.
//!
//! An image has its own panic handler, allocator and `memcpy`; the same crate checked or linked on the host, beside
//! crates that use the standard library, must not. Images are known by the relocation model that only they are built
//! with.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(image)");
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    if flags.contains("relocation-model=static") {
        println!("cargo::rustc-cfg=image");
    }
}
