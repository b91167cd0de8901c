//! PNG files, as small as they get without another tool: of a palette where the colours fit in one.

use crate::picture::Picture;
use std::{fs, io::Cursor, path::Path};

/// Reads a picture.
///
/// # Errors
///
/// Why it can't be read, for people.
pub fn read(file: &Path) -> Result<Picture, String> {
    let shown = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let bytes = fs::read(file).map_err(|error| shown(&error))?;
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|error| shown(&error))?;
    let mut rgb = vec![0; reader.output_buffer_size().ok_or_else(|| shown(&"too large"))?];
    let frame = reader.next_frame(&mut rgb).map_err(|error| shown(&error))?;
    if frame.color_type != png::ColorType::Rgb {
        return Err(shown(&"not a picture in colours without transparency"));
    }
    let pixels: Vec<u32> =
        rgb.as_chunks().0.iter().map(|&[red, green, blue]| u32::from_be_bytes([0, red, green, blue])).collect();
    Ok(Picture::new(frame.width as usize, &pixels))
}

/// Writes a picture, in the smallest of the encodings.
///
/// # Panics
///
/// When it can't be written.
pub fn write(file: &Path, picture: &Picture) {
    let filters = [png::Filter::NoFilter, png::Filter::Sub, png::Filter::Up, png::Filter::Adaptive];
    let palette = palette(picture);
    let tries = filters.into_iter().map(|filter| encode(picture, palette.as_deref(), filter));
    let smallest = tries.min_by_key(Vec::len).expect("there are filters");
    fs::write(file, smallest).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}

/// The colours, sorted, when a byte can number them.
fn palette(picture: &Picture) -> Option<Vec<u32>> {
    let mut colors = picture.pixels.clone();
    colors.sort_unstable();
    colors.dedup();
    (colors.len() <= 256).then_some(colors)
}

fn encode(picture: &Picture, palette: Option<&[u32]>, filter: png::Filter) -> Vec<u8> {
    let channels = |pixel: &u32| {
        let [_, rgb @ ..] = pixel.to_be_bytes();
        rgb
    };
    let mut bytes = vec![];
    let mut encoder = png::Encoder::new(&mut bytes, picture.width as u32, picture.height() as u32);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(filter);
    let data: Vec<u8> = match palette {
        Some(colors) => {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(colors.iter().flat_map(channels).collect::<Vec<_>>());
            let number = |pixel: &u32| colors.binary_search(pixel).expect("every colour is in the palette") as u8;
            picture.pixels.iter().map(number).collect()
        }
        None => {
            encoder.set_color(png::ColorType::Rgb);
            picture.pixels.iter().flat_map(channels).collect()
        }
    };
    let mut writer = encoder.write_header().expect("a header in memory");
    writer.write_image_data(&data).expect("pixels in memory");
    writer.finish().expect("an end in memory");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_few_and_of_many_colours_are_read_as_written() {
        let file = std::env::temp_dir().join(format!("vitrine-golden-{}.png", std::process::id()));
        for colors in [2, 256, 257, 3000] {
            let pixels: Vec<u32> = (0..6000).map(|index| (index % colors * 0x01_1a2b) & 0xff_ffff).collect();
            let picture = Picture::new(60, &pixels);
            write(&file, &picture);
            assert_eq!(read(&file).unwrap(), picture);
        }
        fs::remove_file(&file).unwrap();
        assert!(read(&file).unwrap_err().contains("vitrine-golden"));
    }
}
