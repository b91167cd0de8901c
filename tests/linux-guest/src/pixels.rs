//! The nine pixel formats of Linux's front end, written down here a second time: the tests compare with this what the back
//! end makes of them.

use drm::buffer::DrmFourcc;

/// A format: how many bits a pixel has, and where in them red, green and blue are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// DRM's name of it.
    pub fourcc: DrmFourcc,
    /// Bits of a pixel: 16, 24 or 32.
    pub bits: u32,
    channels: Channels,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channels {
    /// The lowest bit of red, green and blue, and how many bits each has. All other bits are alpha or unused.
    Rgb([(u32, u32); 3]),
    /// Luma in the low byte. The high bytes, by turns two kinds of chroma, say grey here.
    Luma,
}

/// All nine.
pub const FORMATS: [Format; 9] = [
    rgb(DrmFourcc::Xrgb8888, 32, [(16, 8), (8, 8), (0, 8)]),
    rgb(DrmFourcc::Argb8888, 32, [(16, 8), (8, 8), (0, 8)]),
    rgb(DrmFourcc::Rgb888, 24, [(16, 8), (8, 8), (0, 8)]),
    rgb(DrmFourcc::Rgb565, 16, [(11, 5), (5, 6), (0, 5)]),
    rgb(DrmFourcc::Xrgb1555, 16, [(10, 5), (5, 5), (0, 5)]),
    rgb(DrmFourcc::Argb1555, 16, [(10, 5), (5, 5), (0, 5)]),
    rgb(DrmFourcc::Xrgb4444, 16, [(8, 4), (4, 4), (0, 4)]),
    rgb(DrmFourcc::Argb4444, 16, [(8, 4), (4, 4), (0, 4)]),
    Format { fourcc: DrmFourcc::Yuyv, bits: 16, channels: Channels::Luma },
];

const fn rgb(fourcc: DrmFourcc, bits: u32, channels: [(u32, u32); 3]) -> Format {
    Format { fourcc, bits, channels: Channels::Rgb(channels) }
}

impl Format {
    /// The format with a name of four letters, such as `XR24`.
    pub fn named(name: &str) -> Option<Format> {
        FORMATS.into_iter().find(|format| format.name() == name)
    }

    /// Its name of four letters.
    pub fn name(&self) -> String {
        self.fourcc.to_string()
    }

    /// An XRGB8888 pixel in this format. Bits without a meaning are ones, so that it shows when somebody looks at them.
    pub fn encode(&self, pixel: u32) -> u32 {
        let all = u32::MAX >> (32 - self.bits);
        match self.channels {
            Channels::Rgb(channels) => channels.into_iter().zip([16, 8, 0]).fold(all, |packed, ((low, bits), from)| {
                let mask = ((1 << bits) - 1) << low;
                packed & !mask | (pixel >> from & 0xff) >> (8 - bits) << low
            }),
            Channels::Luma => 0x80 << 8 | luma(pixel),
        }
    }

    /// What a screen shows of an XRGB8888 pixel that went through this format: channels with fewer bits are widened by
    /// repeating them, luma alone is a grey.
    pub fn shown(&self, pixel: u32) -> u32 {
        let packed = self.encode(pixel);
        match self.channels {
            Channels::Rgb(channels) => channels.into_iter().fold(0, |shown, (low, bits)| {
                let value = packed >> low & ((1 << bits) - 1);
                let widened = if bits == 8 { value } else { value << (8 - bits) | value >> (2 * bits - 8) };
                shown << 8 | widened
            }),
            // ITU-R BT.601 in its limited range: 16 is black and 235 is white.
            Channels::Luma => ((298 * ((packed & 0xff) - 16) + 128) >> 8).min(255) * 0x01_0101,
        }
    }
}

/// Luma of a pixel by ITU-R BT.601, 16 to 235.
fn luma(pixel: u32) -> u32 {
    let [_, red, green, blue] = pixel.to_be_bytes().map(u32::from);
    16 + ((66 * red + 129 * green + 25 * blue + 128) >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_and_white_survive_every_format() {
        for format in FORMATS {
            assert_eq!(format.shown(0), 0, "{format:?}");
            assert_eq!(format.shown(0xff_ffff), 0xff_ffff, "{format:?}");
        }
    }

    #[test]
    fn what_has_been_shown_is_shown_again_as_it_is() {
        for format in FORMATS.into_iter().filter(|format| format.channels != Channels::Luma) {
            for pixel in (0..=0xff_ffff).step_by(0x1234) {
                assert_eq!(format.shown(format.shown(pixel)), format.shown(pixel), "{format:?} {pixel:06x}");
            }
        }
    }

    #[test]
    fn formats_are_found_by_their_names() {
        assert_eq!(Format::named("RG16").map(|format| format.encode(0xff_0000)), Some(0xf800));
        assert_eq!(Format::named("XR24").map(|format| format.encode(0x01_0203)), Some(0xff01_0203));
        assert_eq!(Format::named("AR12").map(|format| format.encode(0x10_2030)), Some(0xf123));
        assert_eq!(Format::named("NV12"), None);
    }
}
