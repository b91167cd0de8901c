//! Files of pictures: any bytes, and bytes that are mended so far that decoding goes beyond the first check.

use embedded_graphics::geometry::{OriginDimensions, Point, Size};
use vitrine_gfx::Surface;
use vitrine_gfx::image::{ImageError, Picture, Qoi};

/// Reads a PNG, most of the time with the checksums of its chunks made right.
pub fn png(bytes: &[u8]) {
    let mut bytes = bytes.to_vec();
    if bytes.pop().is_some_and(|last| last < 0xe0) {
        mend(&mut bytes);
    }
    look(Picture::from_png(&bytes), &bytes);
}

/// Reads a QOI, in both ways.
pub fn qoi(bytes: &[u8]) {
    look(Picture::from_qoi(bytes), bytes);
    let Ok(picture) = Qoi::parse(bytes) else { return };
    let mut surface = Surface::new(vec![0; 1600], Size::new(40, 40)).expect("it is of that size");
    let drawn = picture.draw(&mut surface, Point::new(-3, 2));
    if Picture::from_qoi(bytes).is_ok() {
        assert_eq!(drawn, Ok(()));
    }
}

/// Reads a BMP.
pub fn bmp(bytes: &[u8]) {
    look(Picture::from_bmp(bytes), bytes);
}

/// What was decoded is a picture: as many pixels as its size says, none brighter than its alpha.
fn look(decoded: Result<Picture, ImageError>, bytes: &[u8]) {
    match decoded {
        Ok(picture) => {
            let Size { width, height } = picture.size();
            assert_eq!(picture.pixels().len(), width as usize * height as usize);
            assert!(
                picture.pixels().len() / 8 <= 1032 * bytes.len(),
                "{width}x{height} pixels of {} bytes",
                bytes.len()
            );
            let possible = |pixel: &u32| pixel.to_be_bytes().iter().all(|channel| *channel <= (pixel >> 24) as u8);
            assert!(picture.pixels().iter().all(possible));
        }
        Err(ImageError::Memory { bytes }) => panic!("{bytes} bytes were asked for"),
        Err(_) => {}
    }
}

/// The signature and the checksums of all chunks are made right.
fn mend(bytes: &mut [u8]) {
    const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
    let Some((signature, mut rest)) = bytes.split_first_chunk_mut() else { return };
    *signature = SIGNATURE;
    while let Some((length, after)) = rest.split_first_chunk_mut() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((named, after)) = after.split_at_mut_checked(length + 4) else { return };
        let Some((sum, after)) = after.split_first_chunk_mut() else { return };
        *sum = crc(named).to_be_bytes();
        rest = after;
    }
}

/// CRC-32, a bit at a time.
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 0 { crc >> 1 } else { 0xedb8_8320 ^ crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}
