//! Finds the C libraries that peers are, when peers are asked for.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_PEERS").is_none() {
        return;
    }
    for library in ["pixman-1", "cairo", "cairo-ft", "freetype2"] {
        if let Err(error) = pkg_config::probe_library(library) {
            println!(
                "cargo::error=the peers pixman and cairo are missing; try: sudo apt-get install -y libpixman-1-dev libcairo2-dev \
                 (or measure with --peers none)"
            );
            println!("cargo::warning={}", error.to_string().lines().next().unwrap_or_default());
            return;
        }
    }
}
