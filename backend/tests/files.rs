//! The engine with PNG files as its output: what a guest draws is what is in the files.

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use vitrine_backend::output::png::{PngFiles, Selection};
use vitrine_backend::output::{HeadId, Output, Picture};
use vitrine_backend::trace_file::TraceFile;
use vitrine_xen::DomainId;
use vitrine_xen::fake::World;
use vitrine_xen::io::displif::PixelFormat;
use vitrine_xen::io::displif::nodes::Resolution;
use vitrine_xen::platform::{FrontPlatform, SharedPages};

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("vitrine-backend-{}-{test}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn open(folder: &Folder, every: u64, keep: usize) -> (PngFiles, HeadId) {
    let mut files = PngFiles::new(&folder.0, Selection { every, keep }).unwrap();
    let head = files.open("Virtual-1", Resolution { width: 3, height: 2 }, "d5-0-Virtual-1/..").unwrap();
    (files, head)
}

fn read(path: &Path) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width, info.height, pixels)
}

#[test]
fn a_picture_becomes_a_file() {
    let folder = Folder::new("picture");
    let pages = World::new().domain(DomainId(5)).allocate(1).unwrap();
    // Two rows of three pixels, 16 bytes apart.
    pages.memory().write_words(8, &[0xff01_0203, 0x0004_0506, 0x0007_0809, 0xdead_beef, 0x000a_0b0c, 0x0d0e_0f10]);
    let picture = Picture::new(pages.memory(), 8, 16, PixelFormat::Xrgb8888, (3, 2));
    let (mut files, head) = open(&folder, 1, 10);
    files.show(head, Resolution { width: 3, height: 2 }, &picture).unwrap();
    assert_eq!(files.next_done(), None);
    files.flip(head, &picture).unwrap();
    assert_eq!(files.next_done(), Some(head));
    assert_eq!(folder.names(), ["d5-0-Virtual-1___-000001.png", "d5-0-Virtual-1___-000002.png"]);
    let (width, height, pixels) = read(&folder.0.join("d5-0-Virtual-1___-000002.png"));
    assert_eq!((width, height), (3, 2));
    assert_eq!(pixels[..15], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16]);
}

#[test]
fn every_third_flip_is_written_and_two_files_are_kept() {
    let folder = Folder::new("selection");
    let pages = World::new().domain(DomainId(5)).allocate(1).unwrap();
    let (mut files, head) = open(&folder, 3, 2);
    for flip in 1..=10 {
        pages.memory().write_u32(0, flip);
        let picture = Picture::new(pages.memory(), 0, 4, PixelFormat::Xrgb8888, (1, 1));
        files.flip(head, &picture).unwrap();
        assert_eq!(files.next_done(), Some(head), "every flip is done");
    }
    let names = folder.names();
    assert_eq!(names, ["d5-0-Virtual-1___-000003.png", "d5-0-Virtual-1___-000004.png"]);
    let blue = |name: &String| read(&folder.0.join(name)).2[2];
    assert_eq!((blue(&names[0]), blue(&names[1])), (7, 10));
}

#[test]
fn numbers_go_on_after_a_restart() {
    let folder = Folder::new("restart");
    fs::write(folder.0.join("d5-0-Virtual-1____-000009.png"), "another label's").unwrap();
    fs::write(folder.0.join("d5-0-Virtual-1___-+00009.png"), "not ours").unwrap();
    let pages = World::new().domain(DomainId(5)).allocate(1).unwrap();
    let picture = Picture::new(pages.memory(), 0, 4, PixelFormat::Xrgb8888, (1, 1));
    for run in 1..=3 {
        let (mut files, head) = open(&folder, 1, 4);
        for _ in 0..3 {
            files.show(head, Resolution { width: 1, height: 1 }, &picture).unwrap();
        }
        let last = folder.0.join(format!("d5-0-Virtual-1___-{:06}.png", 3 * run));
        assert!(last.exists(), "{}", last.display());
    }
    let numbers: Vec<String> = folder.names().iter().map(|name| name[name.len() - 10..].to_string()).collect();
    assert_eq!(numbers, ["+00009.png", "000006.png", "000007.png", "000008.png", "000009.png", "000009.png"]);
}

#[test]
fn a_trace_has_a_largest_size_and_goes_on_after_a_restart() {
    let folder = Folder::new("trace");
    let path = folder.0.join("guests.trace");
    for run in ["first", "second"] {
        let mut trace = TraceFile::open(&path, 32).unwrap();
        writeln!(trace, "{run} run").unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "first run\nsecond run\n");
    let mut trace = TraceFile::open(&path, 32).unwrap();
    for number in 1..=5 {
        trace.write_all(format!("line number {number}\n").as_bytes()).unwrap();
    }
    assert_eq!(folder.names(), ["guests.trace", "guests.trace.1"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "line number 5\n");
    let earlier = fs::read_to_string(folder.0.join("guests.trace.1")).unwrap();
    assert_eq!(earlier, "line number 3\nline number 4\n");
    trace.write_all(&[b'x'; 100]).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), 100, "a line is never cut");
    assert!(TraceFile::open(&folder.0.join("missing/trace"), 32).is_err());
}
