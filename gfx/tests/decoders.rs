//! Decoders against those of the host, over generated files of every kind, and over damaged ones.

use embedded_graphics::prelude::*;
use proptest::prelude::*;
use vitrine_gfx::image::{ImageError, MAX_PIXELS, Picture};

mod files;
use files::{KINDS, Kind, bmp, chunk, png, png_of};

/// The channels times alpha, rounded to the nearest.
fn premultiplied([red, green, blue, alpha]: [u8; 4]) -> u32 {
    let times = |channel: u8| ((2 * u32::from(channel) * u32::from(alpha) + 255) / 510) as u8;
    u32::from_be_bytes([alpha, times(red), times(green), times(blue)])
}

/// What the `png` crate makes of a file.
fn by_png_crate(file: &[u8]) -> Option<(Size, Vec<u32>)> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().ok()?;
    let mut samples = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut samples).ok()?;
    let samples = &samples[..info.buffer_size()];
    let pixels = match info.color_type {
        png::ColorType::Grayscale => samples.iter().map(|&grey| [grey, grey, grey, 255]).collect::<Vec<_>>(),
        png::ColorType::GrayscaleAlpha => {
            samples.as_chunks().0.iter().map(|&[grey, alpha]| [grey, grey, grey, alpha]).collect()
        }
        png::ColorType::Rgb => {
            samples.as_chunks().0.iter().map(|&[red, green, blue]| [red, green, blue, 255]).collect()
        }
        png::ColorType::Rgba => samples.as_chunks().0.to_vec(),
        png::ColorType::Indexed => unreachable!("it was expanded"),
    };
    Some((Size::new(info.width, info.height), pixels.into_iter().map(premultiplied).collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// All colour types, depths, filters, with and without interlacing and transparent colours, cut into chunks anywhere.
    #[test]
    fn png_pictures_are_what_the_png_crate_makes_of_them(
        kind in 0..KINDS.len(), (width, height) in (1u32..40, 1u32..24), interlaced in any::<bool>(),
        transparent in any::<bool>(), seed in any::<u64>(), cut in 1usize..4000,
    ) {
        let file = png(KINDS[kind], Size::new(width, height), interlaced, transparent, seed, cut);
        let (size, expected) = by_png_crate(&file).expect("a right file");
        let picture = Picture::decode(&file).unwrap();
        prop_assert_eq!(picture.size(), size);
        prop_assert_eq!(picture.pixels(), &expected[..]);
        prop_assert_eq!(picture.is_opaque(), expected.iter().all(|pixel| pixel >> 24 == 0xff));
    }

    #[test]
    fn qoi_pictures_are_what_was_encoded(
        (width, height) in (1u32..70, 1u32..30), seed in any::<u64>(), flat in any::<bool>(), alpha in any::<bool>(),
    ) {
        let mut rgba = files::noise(seed, (width * height * 4) as usize);
        if flat {
            rgba.iter_mut().for_each(|byte| *byte &= 0x81);
        }
        if !alpha {
            rgba.iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 255);
        }
        let file = qoi::encode_to_vec(&rgba, width, height).unwrap();
        let expected: Vec<u32> = rgba.as_chunks().0.iter().copied().map(premultiplied).collect();
        let picture = Picture::decode(&file).unwrap();
        prop_assert_eq!(picture.pixels(), &expected[..]);
        for end in [file.len() / 2, 15, 3] {
            prop_assert!(Picture::decode(&file[..end.min(file.len() - 9)]).is_err());
        }
    }

    #[test]
    fn bmp_pictures_are_what_was_encoded((width, height) in (1u32..50, 1u32..30), seed in any::<u64>(), downwards in any::<bool>()) {
        let rgb = files::noise(seed, (width * height * 3) as usize);
        let expected = rgb.as_chunks().0.iter().map(|&[red, green, blue]| premultiplied([red, green, blue, 255]));
        let picture = Picture::decode(&bmp(&rgb, Size::new(width, height), downwards)).unwrap();
        prop_assert_eq!(picture.size(), Size::new(width, height));
        prop_assert_eq!(picture.pixels(), &expected.collect::<Vec<_>>()[..]);
    }

    /// Whatever the bytes are, the answer is a picture or an error, and never much memory for few bytes.
    #[test]
    fn damaged_files_never_panic(
        kind in 0..KINDS.len() + 2, interlaced in any::<bool>(), seed in any::<u64>(), mended in any::<bool>(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6), end in any::<proptest::sample::Index>(),
    ) {
        let size = Size::new(19, 11);
        let mut file = match KINDS.get(kind) {
            Some(kind) => png(*kind, size, interlaced, true, seed, 100),
            None if kind == KINDS.len() => bmp(&files::noise(seed, 627), size, interlaced),
            None => qoi::encode_to_vec(files::noise(seed, 836), 19, 11).unwrap(),
        };
        for (index, value) in changes {
            *index.get_mut(&mut file) = value;
        }
        if mended {
            files::mend_checksums(&mut file);
        } else {
            file.truncate(end.index(file.len() + 1));
        }
        if let Ok(picture) = Picture::decode(&file) {
            prop_assert_eq!(picture.pixels().len(), (picture.size().width * picture.size().height) as usize);
        }
        let _ = (Picture::from_png(&file), Picture::from_qoi(&file), Picture::from_bmp(&file));
    }
}

fn header(width: u32, height: u32, kind: [u8; 5]) -> Vec<u8> {
    let mut data = [width.to_be_bytes(), height.to_be_bytes()].concat();
    data.extend(kind);
    chunk(b"IHDR", &data)
}

#[test]
fn pictures_that_are_too_large_are_refused_before_there_is_memory_for_them() {
    let data = [0; 200];
    let size = |width, height| png_of(&[header(width, height, [8, 6, 0, 0, 0]), chunk(b"IDAT", &data)]);
    for (width, height) in [(0, 1), (1, 0), (16_385, 1), (1, u32::MAX), (u32::MAX, u32::MAX), (16_384, 16_384)] {
        let error = Picture::decode(&size(width, height)).unwrap_err();
        assert_eq!(error, ImageError::Size { size: Size::new(width, height) });
    }
    const { assert!(16_384 * 4096 <= MAX_PIXELS) };
    let before = allocation_counter::measure(|| {
        // As large as may be, of bytes that can't hold so much.
        assert_eq!(Picture::decode(&size(16_384, 4096)).unwrap_err(), ImageError::Truncated);
        let qoi = [&b"qoif"[..], &[0, 0, 0x40, 0], &[0, 0, 0x10, 0], &[4, 0], &data].concat();
        assert_eq!(Picture::decode(&qoi).unwrap_err(), ImageError::Truncated);
        // A compressed one, the only kind that may be shorter than its pixels.
        let mut bmp = bmp(&[0; 3], Size::new(1, 1), false);
        bmp[18..26].copy_from_slice(&[0, 0x40, 0, 0, 0, 0x10, 0, 0]);
        bmp[28..34].copy_from_slice(&[8, 0, 1, 0, 0, 0]);
        assert_eq!(Picture::decode(&bmp).unwrap_err(), ImageError::Truncated);
    });
    assert!(before.bytes_total < 4096, "{before:?}");
}

#[test]
fn what_is_wrong_is_named() {
    let kind = Kind { color_type: 2, depth: 8 };
    let good = png(kind, Size::new(5, 5), false, false, 1, 4000);
    assert!(Picture::decode(&good).is_ok());
    let error = |file: &[u8]| Picture::decode(file).unwrap_err();
    assert_eq!(error(b"GIF89a"), ImageError::Format);
    assert_eq!(error(&[]), ImageError::Format);
    assert_eq!(error(&good[..20]), ImageError::Truncated);
    assert_eq!(error(&good[..good.len() - 14]), ImageError::Truncated);
    let mut other = good.clone();
    other[18] ^= 1;
    assert_eq!(error(&other), ImageError::Corrupt { part: "the checksum of a PNG chunk" });
    files::mend_checksums(&mut other);
    assert!(matches!(error(&other), ImageError::Truncated | ImageError::Size { .. }));
    // The last bytes of the data are the checksum of the pixels.
    let mut other = good.clone();
    let end = other.len() - 12 - 4;
    other[end - 1] ^= 1;
    files::mend_checksums(&mut other);
    assert_eq!(error(&other), ImageError::Corrupt { part: "the checksum of the pixels" });
    for kind in [[3, 2, 0, 0, 0], [8, 1, 0, 0, 0], [16, 3, 0, 0, 0], [8, 2, 1, 0, 0], [8, 2, 0, 1, 0], [8, 2, 0, 0, 2]]
    {
        let file = png_of(&[header(5, 5, kind), chunk(b"IDAT", &[0; 99])]);
        assert_eq!(error(&file), ImageError::Corrupt { part: "the PNG header" });
    }
    let stranger = png_of(&[header(5, 5, [8, 2, 0, 0, 0]), chunk(b"WHAT", &[]), chunk(b"IDAT", &[0; 99])]);
    assert_eq!(error(&stranger), ImageError::Unsupported { feature: "an unknown PNG chunk" });
    let indexed = png_of(&[header(5, 5, [8, 3, 0, 0, 0]), chunk(b"IDAT", &[0; 99])]);
    assert!(matches!(error(&indexed), ImageError::Corrupt { .. }));
    assert_eq!(
        format!("{}", ImageError::Format),
        "this is not a picture in PNG, QOI or BMP format, by its first bytes"
    );
}
