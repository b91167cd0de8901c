//! Pictures in memory, and what differs between two.

/// XRGB8888 pixels whose highest byte is 0, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub pixels: Vec<u32>,
}

/// Pixels that differ, in the picture of a difference.
const DIFFERENT: u32 = 0xff_2020;

impl Picture {
    /// # Panics
    ///
    /// When the last row isn't whole, or there is none.
    pub fn new(width: usize, pixels: &[u32]) -> Self {
        assert!(width > 0 && !pixels.is_empty() && pixels.len().is_multiple_of(width), "a picture of whole rows");
        Self { width, pixels: pixels.iter().map(|pixel| pixel & 0xff_ffff).collect() }
    }

    pub fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    fn pixel(&self, x: usize, y: usize) -> Option<u32> {
        if x < self.width { self.pixels.get(y * self.width + x).copied() } else { None }
    }

    /// This picture, faded, with the pixels in red that are others in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        let (width, height) = (self.width.max(other.width), self.height().max(other.height()));
        let pixel = |index| {
            let (x, y) = (index % width, index / width);
            let (one, two) = (self.pixel(x, y), other.pixel(x, y));
            if one == two { faded(one.unwrap_or(0)) } else { DIFFERENT }
        };
        Self { width, pixels: (0..width * height).map(pixel).collect() }
    }

    /// Where and how much two pictures that are not the same differ.
    pub fn described_difference(&self, other: &Self) -> String {
        let (size, other_size) = ((self.width, self.height()), (other.width, other.height()));
        if size != other_size {
            return format!("{}x{} pixels instead of {}x{}", other_size.0, other_size.1, size.0, size.1);
        }
        let mut pairs = self.pixels.iter().zip(&other.pixels).enumerate().filter(|(_, (one, two))| one != two);
        let Some((first, (before, now))) = pairs.next() else { return "nothing differs".to_owned() };
        let (x, y) = (first % self.width, first / self.width);
        let more = pairs.count();
        format!("the first pixel that differs, ({x}, {y}), is {now:06x} and was {before:06x}; {more} more differ")
    }
}

/// A quarter of a pixel's contrast, in grey.
fn faded(pixel: u32) -> u32 {
    let [_, red, green, blue] = pixel.to_be_bytes().map(u32::from);
    (128 + (red + 2 * green + blue) / 16) * 0x01_0101
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named_and_shown() {
        let (one, two) = (Picture::new(2, &[1, 2, 3, 4]), Picture::new(2, &[1, 2, 0xff00_0003, 5]));
        assert!(one.described_difference(&two).contains("(1, 1), is 000005 and was 000004; 0 more"));
        let difference = one.difference(&two);
        assert_eq!((difference.pixels[3], difference.pixels[2]), (DIFFERENT, faded(3)));
        assert!(one.described_difference(&Picture::new(1, &[1, 2])).contains("1x2 pixels instead of 2x2"));
    }
}
