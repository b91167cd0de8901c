//! The compressed data: one stream that is cut into chunks anywhere.

use alloc::{boxed::Box, vec::Vec};
use core::ops::Range;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_PARSE_ZLIB_HEADER};
use miniz_oxide::inflate::core::{DecompressorOxide, TINFL_LZ_DICT_SIZE, decompress};

use super::chunks::Chunks;
use crate::image::ImageError;

/// Reads inflated bytes.
pub struct Inflater<'a> {
    chunks: Chunks<'a>,
    /// What is left of the current chunk.
    data: &'a [u8],
    /// Whether the current chunk is the last of its kind.
    last: bool,
    state: Box<DecompressorOxide>,
    /// The last bytes that were inflated, round and round: what later ones may repeat.
    window: Vec<u8>,
    /// Those that have not been read yet.
    ready: Range<usize>,
    done: bool,
}

impl<'a> Inflater<'a> {
    /// `first` is the data of the first chunk, and what comes next is in `chunks`.
    pub fn new(chunks: Chunks<'a>, first: &'a [u8]) -> Result<Self, ImageError> {
        let mut window = super::allocate(TINFL_LZ_DICT_SIZE)?;
        window.resize(TINFL_LZ_DICT_SIZE, 0);
        Ok(Self { chunks, data: first, last: false, state: Box::default(), window, ready: 0..0, done: false })
    }

    /// Fills `out`.
    pub fn read(&mut self, mut out: &mut [u8]) -> Result<(), ImageError> {
        while !out.is_empty() {
            if self.ready.is_empty() {
                if self.done {
                    return Err(ImageError::Truncated);
                }
                self.inflate()?;
            }
            let count = self.ready.len().min(out.len());
            let (now, later) = out.split_at_mut(count);
            now.copy_from_slice(&self.window[self.ready.start..][..count]);
            self.ready.start += count;
            out = later;
        }
        Ok(())
    }

    /// To be called when all that was wanted has been read: looks at the checksum at the end of the stream, unless there is more
    /// to come before it, which nobody wants to inflate.
    pub fn finish(&mut self) -> Result<(), ImageError> {
        while !self.done && self.ready.is_empty() {
            self.inflate()?;
        }
        Ok(())
    }

    /// Inflates some more. Each call uses up a chunk, fills the rest of the window or comes to the end.
    fn inflate(&mut self) -> Result<(), ImageError> {
        let start = self.ready.end % self.window.len();
        let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | if self.last { 0 } else { TINFL_FLAG_HAS_MORE_INPUT };
        let (status, used, written) = decompress(&mut self.state, self.data, &mut self.window, start, flags);
        self.data = &self.data[used..];
        self.ready = start..start + written;
        match status {
            TINFLStatus::Done => self.done = true,
            TINFLStatus::HasMoreOutput => {}
            TINFLStatus::NeedsMoreInput => self.next_chunk()?,
            TINFLStatus::FailedCannotMakeProgress => return Err(ImageError::Truncated),
            TINFLStatus::Adler32Mismatch => return Err(ImageError::Corrupt { part: "the checksum of the pixels" }),
            _ => return Err(ImageError::Corrupt { part: "the compressed data" }),
        }
        Ok(())
    }

    fn next_chunk(&mut self) -> Result<(), ImageError> {
        let chunk = self.chunks.next()?;
        self.last = &chunk.name != b"IDAT";
        self.data = if self.last { &[] } else { chunk.data };
        Ok(())
    }
}
