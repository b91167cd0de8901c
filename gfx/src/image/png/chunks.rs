//! The outermost layer: chunks, each with a name and a checksum.

use crate::image::ImageError;

/// What every PNG starts with.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// CRC-32 of each value of four bits, by the polynomial of the specification.
const CRC_TABLE: [u32; 16] = {
    let mut table = [0; 16];
    let mut index = 0;
    while index < 16 {
        let mut crc = index as u32;
        let mut bit = 0;
        while bit < 4 {
            crc = if crc & 1 == 0 { crc >> 1 } else { 0xedb8_8320 ^ crc >> 1 };
            bit += 1;
        }
        table[index] = crc;
        index += 1;
    }
    table
};

/// Yields the chunks of a file.
pub struct Chunks<'a> {
    bytes: &'a [u8],
}

/// One chunk, whose checksum is right.
pub struct Chunk<'a> {
    pub name: [u8; 4],
    pub data: &'a [u8],
}

impl<'a> Chunks<'a> {
    pub fn new(bytes: &'a [u8]) -> Result<Self, ImageError> {
        Ok(Self { bytes: bytes.strip_prefix(&SIGNATURE).ok_or(ImageError::Format)? })
    }

    /// The next chunk; it is an error if there is none.
    pub fn next(&mut self) -> Result<Chunk<'a>, ImageError> {
        let (length, rest) = self.bytes.split_first_chunk().ok_or(ImageError::Truncated)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (named, rest) = rest.split_at_checked(length + 4).ok_or(ImageError::Truncated)?;
        let (sum, rest) = rest.split_first_chunk().ok_or(ImageError::Truncated)?;
        if crc(named) != u32::from_be_bytes(*sum) {
            return Err(ImageError::Corrupt { part: "the checksum of a PNG chunk" });
        }
        let (name, data) = named.split_first_chunk().ok_or(ImageError::Truncated)?;
        self.bytes = rest;
        Ok(Chunk { name: *name, data })
    }
}

impl Chunk<'_> {
    /// Whether a decoder that doesn't know the chunk must give up: the case of its name's first letter says so.
    pub const fn is_critical(&self) -> bool {
        self.name[0].is_ascii_uppercase()
    }
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let crc = crc ^ u32::from(*byte);
        let crc = CRC_TABLE[(crc & 15) as usize] ^ crc >> 4;
        CRC_TABLE[(crc & 15) as usize] ^ crc >> 4
    })
}
