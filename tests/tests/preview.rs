//! Previews of all examples, as programs on this computer; that they show what a boot shows is for the boot tests to see.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

use xtask::picture::Picture;
use xtask::{images, preview};

/// Examples that show nothing, or black; `render` measures drawing and then ends.
const WITHOUT_PICTURE: [&str; 3] = ["conformance", "faults", "render"];

/// Builds all previews, once, and gives the program of one.
fn program(example: &str) -> PathBuf {
    static PROGRAMS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    let programs = PROGRAMS.get_or_init(|| {
        let names = images::appliances().unwrap();
        images::previews(&names.iter().map(String::as_str).collect::<Vec<_>>()).unwrap()
    });
    programs.iter().find(|program| program.ends_with(example)).unwrap().clone()
}

fn shot(example: &str, name: &str, options: &[&str]) -> Picture {
    let folder = images::target_folder().join("preview-tests");
    std::fs::create_dir_all(&folder).unwrap();
    preview::shot(&program(example), &folder.join(format!("{name}.png")), options).unwrap()
}

/// A preview without a desktop.
fn run(example: &str, options: &[&str]) -> Output {
    let mut command = Command::new(program(example));
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET").args(options);
    command.output().unwrap()
}

#[test]
fn every_example_shows_a_picture() {
    let names = images::appliances().unwrap();
    for name in names.iter().filter(|name| !WITHOUT_PICTURE.contains(&name.as_str())) {
        // What is measured by `bench` is a screen of one colour at first.
        let options: &[&str] = if name == "bench" { &["--after", "8"] } else { &[] };
        let picture = shot(name, name, options);
        let first = &picture.rgb[..3];
        assert!(picture.rgb.chunks_exact(3).any(|pixel| pixel != first), "{name} shows one colour");
    }
}

#[test]
fn the_same_picture_comes_each_time() {
    let options = ["--mode", "800x600", "--after", "2.5"];
    let pictures = ["once", "again"].map(|name| shot("dashboard", name, &options));
    assert_eq!(pictures[0].first_difference(&pictures[1]), None);
    assert_eq!((pictures[0].width, pictures[0].height), (800, 600));
}

#[test]
fn screens_are_tiled() {
    let picture = shot("heads", "tiled", &["--mode", "800x600,640x480", "--screens", "3", "--columns", "2"]);
    assert_eq!((picture.width, picture.height), (800 + 640, 600 + 480));
}

#[test]
fn without_a_desktop_the_error_names_the_way_out() {
    let output = run("hello", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no desktop") && said.contains("--shot FILE.png"), "{said}");
}

#[test]
fn an_appliance_that_crashes_has_no_picture() {
    let output = run("faults", &["--shot", "never.png"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("command line: fault=") && said.contains("crashed before its picture"), "{said}");
}
