//! Tells the linker how an image is made: no start-up files, no libraries, and the layout of `linker.ld`. Makes the fonts
//! of examples, too.
//!
//! The arguments go to examples only, because each of them is an image. Images are known by the relocation model that
//! only they are built with (`cargo xtask image` does). With the feature `preview` an example is an ordinary program, whose
//! `main` the crate `vitrine-preview` makes. In other builds, such as `cargo test`, the examples are linked with the
//! standard library just to see that they can be, and never run.

/// How a host program is linked that has no `main`, and none of the symbols of `linker.ld`.
const ON_THE_HOST: &[&str] = &[
    "-nostartfiles",
    "-no-pie",
    "-Wl,--defsym=__image_start=0",
    "-Wl,--defsym=__text_end=0",
    "-Wl,--defsym=__rodata_end=0",
    "-Wl,--defsym=__image_end=0",
];

/// How an image is linked, besides the layout.
const IMAGE: &[&str] = &[
    "-nostartfiles",
    "-nostdlib",
    "-static",
    "-no-pie",
    "-Wl,--build-id=none",
    "-Wl,-z,max-page-size=0x1000",
    "-Wl,-z,noexecstack",
    "-Wl,--gc-sections",
];

/// What headlines are written with.
const HEADLINE: &str = " !&'(),-./0123456789:?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz–";

fn main() -> Result<(), vitrine_assets::Error> {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR for build scripts");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=linker.ld");
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let image = flags.contains("relocation-model=static");
    let preview = std::env::var_os("CARGO_FEATURE_PREVIEW").is_some();
    let arguments = match (image, preview) {
        (true, _) => IMAGE,
        // A program as any other.
        (false, true) => &[],
        (false, false) => ON_THE_HOST,
    };
    for argument in arguments {
        println!("cargo::rustc-link-arg-examples={argument}");
    }
    if image {
        println!("cargo::rustc-link-arg-examples=-Wl,-T,{root}/linker.ld");
    }
    let headline = vitrine_assets::font("gfx/fonts/Roboto-Light.ttf").named("Headline").characters(HEADLINE);
    headline.cap_heights(&[40, 56, 80, 112]).write("headlines")?;
    let title = vitrine_assets::font("gfx/fonts/Roboto-Light.ttf").named("Title").characters("Hello, Xen");
    title.x_heights(&[38]).write("hello")?;
    let caption = vitrine_assets::font("gfx/fonts/Roboto-Regular.ttf").named("Caption");
    caption.characters("A Rust appliance that boots straight on Xen").x_heights(&[12]).write("hello_caption")
}
