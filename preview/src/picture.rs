//! All screens as one picture: side by side, row by row.

use std::fs;
use std::path::Path;

use crate::error::Error;

/// A picture of XRGB8888 pixels, without gaps between rows; the unused byte is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u32>,
}

impl Picture {
    /// A black picture.
    pub fn black(width: u32, height: u32) -> Self {
        Self { width, height, pixels: vec![0; width as usize * height as usize] }
    }

    /// Puts pictures side by side, so many in a row. Each column is as wide as the widest in it and each row as high as the
    /// highest; what is left is black.
    pub fn side_by_side(pictures: &[&Self], columns: usize) -> Self {
        let columns = columns.clamp(1, pictures.len().max(1));
        let width_of = |column: usize| pictures.iter().skip(column).step_by(columns).map(|picture| picture.width).max();
        let widths: Vec<u32> = (0..columns).map_while(width_of).collect();
        let heights: Vec<u32> =
            pictures.chunks(columns).filter_map(|row| row.iter().map(|picture| picture.height).max()).collect();
        let mut whole = Self::black(widths.iter().sum(), heights.iter().sum());
        let mut y = 0;
        for (row, height) in pictures.chunks(columns).zip(&heights) {
            let mut x = 0;
            for (picture, width) in row.iter().zip(&widths) {
                whole.put(picture, x, y);
                x += width;
            }
            y += height;
        }
        whole
    }

    /// The pixels of row `y`. Panics unless there is one.
    pub fn row(&self, y: usize) -> &[u32] {
        &self.pixels[y * self.width as usize..][..self.width as usize]
    }

    /// Copies a picture to a place where it fits.
    fn put(&mut self, picture: &Self, x: u32, y: u32) {
        let (width, x) = (self.width as usize, x as usize);
        let rows = picture.pixels.chunks_exact((picture.width as usize).max(1));
        for (source, row) in rows.zip(self.pixels.chunks_exact_mut(width.max(1)).skip(y as usize)) {
            row[x..x + source.len()].copy_from_slice(source);
        }
    }

    /// Writes a PNG file: RGB, 8 bits.
    pub fn write(&self, file: &Path) -> Result<(), Error> {
        let rgb: Vec<u8> = self.pixels.iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect();
        let written = self.encode(&rgb).map_err(std::io::Error::from).and_then(|bytes| fs::write(file, bytes));
        written.map_err(|error| Error::File(file.to_owned(), error))
    }

    fn encode(&self, rgb: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(rgb)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: u32, height: u32, pixel: u32) -> Picture {
        Picture { pixels: vec![pixel; (width * height) as usize], ..Picture::black(width, height) }
    }

    #[test]
    fn pictures_stand_side_by_side() {
        let (a, b, c) = (of(1, 2, 1), of(2, 1, 2), of(2, 1, 3));
        assert_eq!(Picture::side_by_side(&[&a], 5), a);
        let row = Picture::side_by_side(&[&a, &b, &c], usize::MAX);
        assert_eq!((row.width, row.height), (5, 2));
        assert_eq!(row.pixels, [1, 2, 2, 3, 3, 1, 0, 0, 0, 0]);
        let grid = Picture::side_by_side(&[&a, &b, &c], 2);
        assert_eq!((grid.width, grid.height), (4, 3));
        assert_eq!(grid.pixels, [1, 0, 2, 2, 1, 0, 0, 0, 3, 3, 0, 0]);
        assert_eq!(Picture::side_by_side(&[], 2), Picture::black(0, 0));
    }
}
