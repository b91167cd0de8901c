//! Screenshots: PNG files as pixels.

use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

/// A picture of 8 bits for each of red, green and blue, without gaps between rows.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row from the top.
    pub rgb: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture of {}x{}", self.width, self.height)
    }
}

impl Picture {
    /// Reads a PNG file as QEMU writes it: RGB, 8 bits.
    ///
    /// # Errors
    ///
    /// The file can't be read, or has another format.
    pub fn read(file: &Path) -> Result<Picture> {
        let open = File::open(file).with_context(|| format!("can't read {}", file.display()))?;
        let mut reader = png::Decoder::new(BufReader::new(open)).read_info()?;
        let mut rgb = vec![0; reader.output_buffer_size().context("the picture is too large")?];
        let frame = reader.next_frame(&mut rgb)?;
        if (frame.color_type, frame.bit_depth) != (png::ColorType::Rgb, png::BitDepth::Eight) {
            bail!("{} is {:?} of {:?} bits, not RGB of 8", file.display(), frame.color_type, frame.bit_depth);
        }
        rgb.truncate(frame.buffer_size());
        Ok(Picture { width: frame.width, height: frame.height, rgb })
    }

    /// Writes a PNG file, as small as the format's filters make it.
    ///
    /// # Errors
    ///
    /// The file can't be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let filters = [png::Filter::NoFilter, png::Filter::Sub, png::Filter::Up, png::Filter::Adaptive];
        let tries = filters.into_iter().map(|filter| self.encode(filter)).collect::<Result<Vec<_>>>()?;
        let smallest = tries.into_iter().min_by_key(Vec::len).expect("there are filters");
        fs::write(file, smallest).with_context(|| format!("can't write {}", file.display()))
    }

    fn encode(&self, filter: png::Filter) -> Result<Vec<u8>> {
        let mut bytes = vec![];
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        encoder.set_filter(filter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgb)?;
        writer.finish()?;
        Ok(bytes)
    }

    /// Pictures beside each other from the left to the right, as screens stand: `gap` white pixels between them, and below
    /// those that are not as high as the highest.
    pub fn side_by_side(pictures: &[Picture], gap: u32) -> Picture {
        let gaps = gap * (pictures.len() as u32).saturating_sub(1);
        let width = pictures.iter().map(|picture| picture.width).sum::<u32>() + gaps;
        let height = pictures.iter().map(|picture| picture.height).max().unwrap_or_default();
        let mut rgb = vec![u8::MAX; 3 * (width * height) as usize];
        let mut left = 0;
        for picture in pictures {
            for (y, row) in picture.rgb.chunks_exact(3 * picture.width as usize).enumerate() {
                rgb[3 * (y * width as usize + left)..][..row.len()].copy_from_slice(row);
            }
            left += (picture.width + gap) as usize;
        }
        Picture { width, height, rgb }
    }

    /// Whether all pixels are black, as a screen is between two owners.
    pub fn is_black(&self) -> bool {
        self.rgb.iter().all(|value| *value == 0)
    }

    /// Position and both colours of the first pixel that differs, or a size that differs.
    pub fn first_difference(&self, other: &Picture) -> Option<String> {
        if (self.width, self.height) != (other.width, other.height) {
            return Some(format!("{}x{} and {}x{}", self.width, self.height, other.width, other.height));
        }
        let pairs = self.rgb.chunks_exact(3).zip(other.rgb.chunks_exact(3));
        let (at, (a, b)) = pairs.enumerate().find(|(_, (a, b))| a != b)?;
        let (x, y) = (at as u32 % self.width, at as u32 / self.width);
        Some(format!("at ({x}, {y}): {} and {}", crate::lab::hex(a), crate::lab::hex(b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rgb: &[u8]) -> Picture {
        Picture { width: rgb.len() as u32 / 3, height: 1, rgb: rgb.to_vec() }
    }

    #[test]
    fn only_black_is_black() {
        assert!(picture(&[0, 0, 0, 0, 0, 0]).is_black());
        assert!(!picture(&[0, 0, 0, 0, 0, 1]).is_black());
    }

    #[test]
    fn screens_stand_side_by_side() {
        let (one, two) = (picture(&[1; 6]), Picture { width: 1, height: 2, rgb: vec![2; 6] });
        let both = Picture::side_by_side(&[one.clone(), two], 1);
        assert_eq!((both.width, both.height), (4, 2));
        let pixels: Vec<_> = both.rgb.chunks(3).map(|pixel| pixel[0]).collect();
        assert_eq!(pixels, [1, 1, 255, 2, 255, 255, 255, 2]);
        assert_eq!(Picture::side_by_side(std::slice::from_ref(&one), 9), one);
    }

    #[test]
    fn what_is_written_is_read() {
        let file = std::env::temp_dir().join(format!("vitrine-picture-{}.png", std::process::id()));
        let pixels = picture(&[0, 0, 0, 1, 2, 3, 255, 254, 253]);
        pixels.write(&file).unwrap();
        let read = Picture::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(read, pixels);
    }

    #[test]
    fn the_first_different_pixel_is_named() {
        let (a, b) = (picture(&[0, 0, 0, 1, 2, 3]), picture(&[0, 0, 0, 1, 2, 255]));
        assert_eq!(a.first_difference(&a), None);
        assert_eq!(a.first_difference(&b).unwrap(), "at (1, 0): 010203 and 0102ff");
    }
}
