//! Files: each picture that is shown becomes a PNG.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use vitrine_xen::edid::Edid;
use vitrine_xen::io::displif::nodes::Resolution;

use super::{HeadId, Output, OutputError, Picture, no_screen};

/// Which pictures become files, and how many files there are at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Of the flips of a connector every so manyth becomes a file, beginning with the first; at least 1. A picture that
    /// is set as a whole (SET_CONFIG) always does.
    pub every: u64,
    /// How many files of a connector are kept; when there are more the oldest is removed. At least 1.
    pub keep: usize,
}

/// An output that has every connector, and writes `LABEL-NUMBER.png` into a folder. A file appears whole or not at all. Where
/// there are files of the label already, from an earlier connection or an earlier run, the numbers go on, and those files count
/// among the ones that are kept.
pub struct PngFiles {
    folder: PathBuf,
    selection: Selection,
    heads: BTreeMap<HeadId, Head>,
    opened: u32,
    done: VecDeque<HeadId>,
}

struct Head {
    label: String,
    flips: u64,
    /// The number of the last file.
    number: u64,
    files: VecDeque<PathBuf>,
}

impl Head {
    fn new(folder: &Path, label: String) -> io::Result<Self> {
        let (mut found, mut number) = (Vec::new(), 0);
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if let Some(earlier) = number_of(&path, &label) {
                number = number.max(earlier);
                found.push((earlier, path));
            }
        }
        found.sort();
        Ok(Self { label, flips: 0, number, files: found.into_iter().map(|(_, path)| path).collect() })
    }

    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(format!("{}-{:06}.png", self.label, self.number))
    }
}

/// The number in a file's name, if it is one of this label.
fn number_of(path: &Path, label: &str) -> Option<u64> {
    let digits = path.file_name()?.to_str()?.strip_prefix(label)?.strip_prefix('-')?.strip_suffix(".png")?;
    if digits.bytes().all(|digit| digit.is_ascii_digit()) { digits.parse().ok() } else { None }
}

impl PngFiles {
    /// Writes into `folder`, which is made if it is missing.
    pub fn new(folder: &Path, selection: Selection) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let folder = folder.to_path_buf();
        Ok(Self { folder, selection, heads: BTreeMap::new(), opened: 0, done: VecDeque::new() })
    }

    fn write(&mut self, head: HeadId, picture: &Picture<'_>) -> Result<(), OutputError> {
        let Some(head) = self.heads.get_mut(&head) else { return Ok(()) };
        head.number += 1;
        let path = head.path(&self.folder);
        write_picture(&path, picture).map_err(|error| OutputError::Device("a PNG can't be written", error))?;
        log::debug!("{} written", path.display());
        head.files.push_back(path);
        while head.files.len() > self.selection.keep
            && let Some(oldest) = head.files.pop_front()
        {
            if let Err(error) = fs::remove_file(&oldest) {
                log::warn!("{} can't be removed: {error}", oldest.display());
            }
        }
        Ok(())
    }
}

impl Output for PngFiles {
    fn check(&mut self, _: &str, _: Resolution) -> Result<(), OutputError> {
        Ok(())
    }

    fn open(&mut self, _: &str, _: Resolution, label: &str) -> Result<HeadId, OutputError> {
        self.opened += 1;
        let head = HeadId(self.opened);
        let label = label.replace(|character: char| !character.is_ascii_alphanumeric() && character != '-', "_");
        let unreadable = |error| OutputError::Device("the folder can't be read", error);
        self.heads.insert(head, Head::new(&self.folder, label).map_err(unreadable)?);
        Ok(head)
    }

    fn close(&mut self, head: HeadId) {
        self.heads.remove(&head);
        self.done.retain(|done| *done != head);
    }

    fn screen(&self, _: HeadId) -> Edid {
        no_screen()
    }

    fn show(&mut self, head: HeadId, _: Resolution, picture: &Picture<'_>) -> Result<(), OutputError> {
        self.write(head, picture)
    }

    fn flip(&mut self, head: HeadId, picture: &Picture<'_>) -> Result<(), OutputError> {
        let Some(entry) = self.heads.get_mut(&head) else { return Ok(()) };
        let chosen = entry.flips.is_multiple_of(self.selection.every);
        entry.flips += 1;
        if chosen {
            self.write(head, picture)?;
        }
        self.done.push_back(head);
        Ok(())
    }

    fn blank(&mut self, _: HeadId) -> Result<(), OutputError> {
        Ok(())
    }

    fn next_done(&mut self) -> Option<HeadId> {
        self.done.pop_front()
    }
}

fn write_picture(path: &Path, picture: &Picture<'_>) -> io::Result<()> {
    let draft = path.with_extension("part");
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(&draft)?), picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb(picture))?;
    writer.finish()?;
    fs::rename(&draft, path)
}

/// The picture's bytes as PNG wants them: red, green, blue.
fn rgb(picture: &Picture<'_>) -> Vec<u8> {
    let mut row = vec![0; 4 * picture.width() as usize];
    let mut bytes = Vec::with_capacity(3 * picture.width() as usize * picture.height() as usize);
    for y in 0..picture.height() {
        picture.copy_row(y, &mut row);
        bytes.extend(row.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]));
    }
    bytes
}
