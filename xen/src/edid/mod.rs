//! EDID: how a display says what it is and which modes it has (VESA E-EDID 1.4, with the timings of its extensions).
//!
//! [`parse`] believes nothing: the bytes come from a peer or a monitor, and any bytes at all give an [`Edid`] whose values
//! are in bounds, or an [`EdidError`]. It reads detailed, standard and established timings of the base block, detailed
//! timings of CTA-861 and DisplayID extensions, the name and the size. What it passes over: modes that are only numbers in
//! other documents (CTA-861's video codes, CVT codes), and interlaced ones, since a framebuffer has no fields. [`build`]
//! writes what [`parse`] reads.
//!
//! Of the crates that read EDIDs none fitted: `edid` (nom 3, std) and `edid-rs` (floats, no checksums) look at no extension
//! and are not maintained, `liboptic_edid` and `piaf` are under the MPL, and large beside an image of 256 KiB.
//!
//! Where to begin reading: [`Edid`], `parse`, then `timing`, which has the layouts of the timings, both ways.
//! It knows neither displif nor Xen.

mod build;
mod parse;
#[cfg(test)]
mod tests;
mod timing;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub use build::build;
pub use parse::parse;

/// Bytes in a block. An EDID is a base block and up to 255 extension blocks.
pub const BLOCK_SIZE: usize = 128;

/// How many modes are taken from an EDID; more are passed over.
pub const MOST_MODES: usize = 64;

/// The largest width and height of a mode, in pixels: twice 8K.
pub const LARGEST_SIDE: u32 = 16384;

/// The highest refresh rate of a mode, in millihertz.
pub const HIGHEST_REFRESH: u32 = 1_000_000;

/// A size and a rate at which a display can show pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Pixels in a row, 1 to [`LARGEST_SIDE`].
    pub width: u32,
    /// Rows, 1 to [`LARGEST_SIDE`].
    pub height: u32,
    /// Pictures in 1000 seconds, 1 to [`HIGHEST_REFRESH`].
    pub refresh_millihertz: u32,
    /// Whether the display likes it best. At most one mode of an [`Edid`] that was parsed is preferred.
    pub preferred: bool,
}

impl Mode {
    /// A mode that is not preferred; `None` when a value is out of bounds.
    pub fn new(width: u32, height: u32, refresh_millihertz: u32) -> Option<Self> {
        let sides = 1..=LARGEST_SIDE;
        let possible =
            sides.contains(&width) && sides.contains(&height) && (1..=HIGHEST_REFRESH).contains(&refresh_millihertz);
        possible.then_some(Self { width, height, refresh_millihertz, preferred: false })
    }

    /// Whether both are the same for a person: the size, and the rate in whole hertz.
    fn looks_like(&self, other: &Self) -> bool {
        let hertz = |mode: &Self| (mode.refresh_millihertz + 500) / 1000;
        (self.width, self.height, hertz(self)) == (other.width, other.height, hertz(other))
    }
}

/// The size of what a display shows, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhysicalSize {
    /// In millimetres, not 0.
    pub width_millimetres: u32,
    /// In millimetres, not 0.
    pub height_millimetres: u32,
}

/// What a display says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edid {
    /// The model's name: printable ASCII, at most 13 characters, never empty.
    pub name: Option<String>,
    /// How large the visible area is.
    pub size: Option<PhysicalSize>,
    /// Its modes, at most [`MOST_MODES`], none twice, in the order in which they are listed.
    pub modes: Vec<Mode>,
}

impl Edid {
    /// The mode that the display likes best, if it says so.
    pub fn preferred(&self) -> Option<Mode> {
        self.modes.iter().find(|mode| mode.preferred).copied()
    }
}

/// Why bytes can't be believed to be an EDID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdidError {
    /// They are fewer than one block.
    Short,
    /// They don't begin with the eight bytes by which an EDID is known.
    Header,
    /// The structure's version is not 1; what it says.
    Version(u8),
    /// There are fewer extension blocks than the base block counts.
    Extensions {
        /// How many the base block counts.
        counted: usize,
        /// How many there are.
        there: usize,
    },
    /// The bytes of this block don't add up to a multiple of 256; 0 is the base block.
    Checksum(usize),
}

impl fmt::Display for EdidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => write!(f, "it is shorter than {BLOCK_SIZE} bytes"),
            Self::Header => write!(f, "it does not begin as an EDID does"),
            Self::Version(version) => write!(f, "its version is {version}, not 1"),
            Self::Extensions { counted, there } => {
                write!(f, "it counts {counted} extension blocks, and {there} are there")
            }
            Self::Checksum(block) => write!(f, "the checksum of block {block} is wrong"),
        }
    }
}

impl core::error::Error for EdidError {}

type Block = [u8; BLOCK_SIZE];

/// The sum that is 0 for every whole block.
fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte))
}

/// Where things are in the base block.
mod base {
    pub const HEADER: [u8; 8] = [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];
    pub const VERSION: usize = 18;
    pub const REVISION: usize = 19;
    /// Width and height in centimetres, a byte each.
    pub const CENTIMETRES: usize = 21;
    pub const FEATURES: usize = 24;
    /// In [`FEATURES`]: the first detailed timing is the preferred one. From revision 3 on it always is.
    pub const FEATURE_PREFERRED: u8 = 1 << 1;
    pub const ESTABLISHED: usize = 35;
    /// Eight standard timings of two bytes.
    pub const STANDARD: usize = 38;
    /// Four descriptors of 18 bytes: detailed timings, or 0, 0, 0, a tag, 0 and 13 bytes.
    pub const DESCRIPTORS: usize = 54;
    pub const EXTENSIONS: usize = 126;
    pub const TAG_NAME: u8 = 0xfc;
    pub const TAG_STANDARD: u8 = 0xfa;
    pub const TAG_UNUSED: u8 = 0x10;
}

/// DisplayID as an extension block: how its one section is laid out.
mod displayid {
    pub const TAG: u8 = 0x70;
    /// How many bytes the section's data blocks take.
    pub const LENGTH: usize = 2;
    /// Where the data blocks begin: tag, revision, length, payload.
    pub const DATA: usize = 5;
    /// Detailed timings whose clock is in steps of 10 kHz (DisplayID 1).
    pub const TYPE_1_TIMINGS: u8 = 0x03;
    /// Detailed timings whose clock is in kHz (DisplayID 2).
    pub const TYPE_7_TIMINGS: u8 = 0x22;
}
