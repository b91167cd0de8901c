//! Undoing the filters, which made a row easier to compress by what is left of it and above.

use crate::image::ImageError;

/// Makes a row what it was. `above` is the row before, zeros before the first; `step` is how far it is to the pixel left.
pub fn undo(kind: u8, row: &mut [u8], above: &[u8], step: usize) -> Result<(), ImageError> {
    match kind {
        0 => {}
        1 => by_neighbours(row, above, step, |left, _, _| left),
        2 => row.iter_mut().zip(above).for_each(|(byte, above)| *byte = byte.wrapping_add(*above)),
        3 => by_neighbours(row, above, step, |left, above, _| left.midpoint(above)),
        4 => by_neighbours(row, above, step, paeth),
        _ => return Err(ImageError::Corrupt { part: "the filter of a row" }),
    }
    Ok(())
}

/// Adds to each byte what `predict` makes of those left, above, and above left of it.
#[inline(always)]
fn by_neighbours(row: &mut [u8], above: &[u8], step: usize, predict: impl Fn(u8, u8, u8) -> u8) {
    for index in 0..step.min(row.len()) {
        row[index] = row[index].wrapping_add(predict(0, above[index], 0));
    }
    for index in step..row.len() {
        let (left, above, above_left) = (row[index - step], above[index], above[index - step]);
        row[index] = row[index].wrapping_add(predict(left, above, above_left));
    }
}

/// Of the three neighbours the one nearest to left + above - above left; of equally near ones the first.
fn paeth(left: u8, above: u8, above_left: u8) -> u8 {
    let by_left = i16::from(above) - i16::from(above_left);
    let by_above = i16::from(left) - i16::from(above_left);
    let (far_left, far_above, far_both) = (by_left.abs(), by_above.abs(), (by_left + by_above).abs());
    if far_left <= far_above && far_left <= far_both {
        left
    } else if far_above <= far_both {
        above
    } else {
        above_left
    }
}
