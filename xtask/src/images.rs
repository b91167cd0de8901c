//! Builds what runs in the lab: appliances' images, the back end for dom0, and the program of a Linux guest; and appliances
//! as programs for a desktop.
//!
//! Each kind has compiler flags of its own and therefore a target folder of its own, so that none makes cargo build
//! another anew.

use crate::host;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Both kinds are built for the host's own triple, named so that build scripts don't get their flags.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// An image stands where it was linked. An interrupt may come at any instruction, so nothing may lie below the stack
/// pointer. Backtraces follow the frame pointers. Pixels want `opt-level = 3`, but at link time that would copy everything
/// that is called from a few places into each of them; with the threshold of `opt-level = "s"` an image is a seventh
/// smaller, and drawing is as fast but for single pixels.
const IMAGE_FLAGS: [&str; 4] =
    ["-Crelocation-model=static", "-Cno-redzone=yes", "-Cforce-frame-pointers=yes", "-Cllvm-args=-inline-threshold=50"];

/// Neither dom0 nor a Linux guest has libraries of ours.
const STATIC_FLAGS: [&str; 1] = ["-Ctarget-feature=+crt-static"];

/// When this variable is set, images and back end are taken as they are, without calling cargo: for tests that run after
/// everything was built.
pub const PREBUILT: &str = "VITRINE_PREBUILT";

/// Host programs that a build needs.
const HOST_PROGRAMS: [(&str, &str); 3] = [("gcc", "gcc"), ("ld", "binutils"), ("objcopy", "binutils")];

/// A built file, as linked and as shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The stripped file.
    pub file: PathBuf,
    /// The same with symbols, for looking into it.
    pub with_symbols: PathBuf,
}

impl Built {
    /// Size of the stripped file in bytes.
    ///
    /// # Errors
    ///
    /// It was removed.
    pub fn size(&self) -> Result<u64> {
        Ok(fs::metadata(&self.file)?.len())
    }
}

/// The project's top folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the project")
}

/// cargo's target folder.
pub fn target_folder() -> PathBuf {
    let set = std::env::var_os("CARGO_TARGET_DIR").filter(|v| !v.is_empty());
    set.map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The names of all appliances, in order.
///
/// # Errors
///
/// The folder of examples can't be read.
pub fn appliances() -> Result<Vec<String>> {
    let folder = root().join("examples");
    let entries = fs::read_dir(&folder).with_context(|| format!("can't read {}", folder.display()))?;
    let mut names: Vec<_> = entries.flatten().filter_map(|e| appliance_of(&e.path())).collect();
    names.sort();
    Ok(names)
}

/// `NAME.rs`, or a folder with a `main.rs`.
fn appliance_of(path: &Path) -> Option<String> {
    let is_appliance = path.extension().is_some_and(|e| e == "rs") || path.join("main.rs").is_file();
    is_appliance.then(|| path.file_stem().unwrap_or_default().to_string_lossy().into_owned())
}

/// Builds the image of an appliance.
///
/// # Errors
///
/// There is no such example, or it doesn't compile (cargo has said why).
pub fn appliance(name: &str) -> Result<Built> {
    Ok(appliances_named(&[name])?.remove(0))
}

/// Builds images with one call of cargo, in the order of their names.
///
/// # Errors
///
/// There is no such example, or one doesn't compile (cargo has said why).
pub fn appliances_named(names: &[&str]) -> Result<Vec<Built>> {
    check_names(names)?;
    let target = target_folder().join("image");
    let mut command = cargo_build(&target, &IMAGE_FLAGS);
    command.args(["--package", "vitrine", "--profile", "image"]);
    for name in names {
        command.args(["--example", name]);
    }
    build(command)?;
    let linked = target.join(TARGET).join("image/examples");
    names.iter().map(|name| strip(&linked.join(name), &target.join(format!("{name}.elf")))).collect()
}

/// Builds appliances as programs for this desktop with one call of cargo, in the order of their names.
///
/// # Errors
///
/// There is no such example, or one doesn't compile (cargo has said why).
pub fn previews(names: &[&str]) -> Result<Vec<PathBuf>> {
    check_names(names)?;
    host::require(&HOST_PROGRAMS[..1])?;
    let mut command = host::child(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.args(["build", "--package", "vitrine", "--features", "preview", "--quiet"]);
    command.args(names.iter().flat_map(|name| ["--example", name])).current_dir(root());
    build(command)?;
    let folder = target_folder().join("debug/examples");
    Ok(names.iter().map(|name| folder.join(name)).collect())
}

/// Fails unless there are such examples.
fn check_names(names: &[&str]) -> Result<()> {
    let known = appliances()?;
    match names.iter().find(|name| !known.iter().any(|known| known == *name)) {
        Some(name) => bail!("there is no example {name:?}; the examples are: {}", known.join(", ")),
        None => Ok(()),
    }
}

/// Builds the back end, as one static binary.
///
/// # Errors
///
/// It doesn't compile (cargo has said why).
pub fn backend() -> Result<Built> {
    static_binary("vitrine-backend", "vitrine-backend")
}

/// Builds the init of the Linux guest that shows pictures by Linux's own front end, as one static binary.
///
/// # Errors
///
/// It doesn't compile (cargo has said why).
pub fn linux_guest() -> Result<Built> {
    static_binary("vitrine-linux-guest", "linux-guest")
}

fn static_binary(package: &str, name: &str) -> Result<Built> {
    let target = target_folder().join("static");
    let mut command = cargo_build(&target, &STATIC_FLAGS);
    command.args(["--package", package, "--bin", name, "--release"]);
    build(command)?;
    strip(&target.join(TARGET).join("release").join(name), &target.join(name))
}

/// `cargo build` with flags and a target folder of its own.
fn cargo_build(target: &Path, flags: &[&str]) -> Command {
    let mut command = host::child(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.args(["build", "--target", TARGET]).arg("--target-dir").arg(target).current_dir(root());
    // The caller's flags, if any, are for the host.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f")).env_remove("RUSTFLAGS");
    command
}

fn build(mut command: Command) -> Result<()> {
    if std::env::var_os(PREBUILT).is_some() { Ok(()) } else { host::show(&mut command) }
}

/// Strips `linked` into `file`, unless that is newer.
fn strip(linked: &Path, file: &Path) -> Result<Built> {
    let modified = |path: &Path| fs::metadata(path).and_then(|m| m.modified());
    let time = modified(linked).with_context(|| format!("cargo built no {}", linked.display()))?;
    if modified(file).map_or(true, |stripped| stripped <= time) {
        host::require(&HOST_PROGRAMS)?;
        host::output(Command::new("objcopy").arg("--strip-all").arg(linked).arg(file))?;
    }
    Ok(Built { file: file.to_owned(), with_symbols: linked.to_owned() })
}
