//! Portable Network Graphics (<https://www.w3.org/TR/png-3/>), whose words are used here.
//!
//! DEFLATE is `miniz_oxide`'s work. What is around it is here, because no crate fits an image of 256 KiB: `minipng` knows no
//! interlacing and no transparent colours, and `zune-png` takes 55 KB of an image, a quarter of a small one, where this
//! takes 22. It goes by rows, so that beside the picture only a window of 32 KiB and two rows are needed.
//!
//! Begin reading at `decode`; then `chunks`, `inflate`, `filter` and `samples` are in the order in which
//! bytes become pixels.

mod chunks;
mod filter;
mod header;
mod inflate;
mod samples;

use alloc::vec::Vec;

use super::ImageError;
use super::picture::{Picture, allocate, reserve};
use header::{Header, Palette};
use inflate::Inflater;
use samples::Samples;

/// How much longer than its compressed form data can be at most, by the design of DEFLATE (RFC 1951: 258 bytes from two bits).
const MOST_EXPANSION: usize = 1032;

/// Columns and rows of a pass: the first, and how far it is to the next.
struct Pass {
    left: u32,
    top: u32,
    across: u32,
    down: u32,
}

/// All pixels in one go.
const WHOLE: [Pass; 1] = [Pass { left: 0, top: 0, across: 1, down: 1 }];

/// The seven passes of Adam7.
const ADAM7: [Pass; 7] = [
    Pass { left: 0, top: 0, across: 8, down: 8 },
    Pass { left: 4, top: 0, across: 8, down: 8 },
    Pass { left: 0, top: 4, across: 4, down: 8 },
    Pass { left: 2, top: 0, across: 4, down: 4 },
    Pass { left: 0, top: 2, across: 2, down: 4 },
    Pass { left: 1, top: 0, across: 2, down: 2 },
    Pass { left: 0, top: 1, across: 1, down: 2 },
];

/// Decodes a whole picture.
pub(super) fn decode(bytes: &[u8]) -> Result<Picture, ImageError> {
    let mut chunks = chunks::Chunks::new(bytes)?;
    let header = Header::parse(&chunks.next()?)?;
    let mut palette = Palette::new();
    let first = loop {
        let chunk = chunks.next()?;
        match &chunk.name {
            b"IDAT" => break chunk.data,
            b"IEND" => return Err(ImageError::Truncated),
            _ => palette.take(&chunk, &header)?,
        }
    };
    if header.data_len() / MOST_EXPANSION > bytes.len() {
        return Err(ImageError::Truncated);
    }
    let samples = Samples::new(&header, &palette)?;
    let mut pixels = reserve(header.size)?;
    pixels.resize(pixels.capacity(), 0);
    let mut data = Inflater::new(chunks, first)?;
    for pass in if header.interlaced { &ADAM7[..] } else { &WHOLE[..] } {
        decode_pass(&mut data, &header, &samples, pass, &mut pixels)?;
    }
    data.finish()?;
    Ok(Picture::made(pixels, header.size))
}

/// Decodes the pixels of one pass to where they belong.
fn decode_pass(
    data: &mut Inflater<'_>,
    header: &Header,
    samples: &Samples<'_>,
    pass: &Pass,
    pixels: &mut [u32],
) -> Result<(), ImageError> {
    let columns = header.size.width.saturating_sub(pass.left).div_ceil(pass.across);
    let rows = header.size.height.saturating_sub(pass.top).div_ceil(pass.down);
    if columns == 0 || rows == 0 {
        return Ok(());
    }
    let length = header.row_len(columns);
    let (mut above, mut row) = (zeros(length)?, zeros(length)?);
    let lines = pixels.chunks_exact_mut(header.size.width as usize);
    for line in lines.skip(pass.top as usize).step_by(pass.down as usize) {
        let mut kind = [0];
        data.read(&mut kind)?;
        data.read(&mut row)?;
        filter::undo(kind[0], &mut row, &above, header.pixel_len())?;
        samples.expand(&row, &mut line[pass.left as usize..], pass.across as usize);
        core::mem::swap(&mut above, &mut row);
    }
    Ok(())
}

fn zeros(count: usize) -> Result<Vec<u8>, ImageError> {
    let mut bytes = allocate(count)?;
    bytes.resize(count, 0);
    Ok(bytes)
}
