//! Icons that kiosks need, drawn for this project: lines of two units on a grid of 24, in seven sizes of 16 to 96 pixels.
//!
//! ```
//! # use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
//! # use vitrine_gfx::{Ink, Surface};
//! # let mut surface = Surface::new(vec![0; 9216], Size::new(96, 96)).unwrap();
//! use vitrine_kit::icons;
//!
//! icons::WIFI.draw(&mut surface, Point::new(8, 8), 24, Ink::over(Rgb888::WHITE));
//! # assert_ne!(surface.pixel(Point::new(20, 27)), Some(Rgb888::BLACK));
//! ```
//!
//! An image contains those that it names. To change one, or add one, edit the SVG files in `kit/icons`: the build does the rest.

use vitrine_gfx::image::{Icon, IconPicture};

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
    use vitrine_gfx::{Ink, Surface};

    #[test]
    fn icons_stay_within_their_square_and_fill_a_good_part_of_it() {
        for (name, icon) in
            [("home", &HOME), ("settings", &SETTINGS), ("wifi", &WIFI), ("train", &TRAIN), ("gauge", &GAUGE)]
        {
            for side in [16, 20, 24, 32, 48, 64, 96] {
                assert_eq!(icon.side(side), side);
                let mut surface = Surface::new(vec![0; 100 * 100], Size::new(100, 100)).unwrap();
                icon.draw(&mut surface, Point::zero(), side, Ink::over(Rgb888::WHITE));
                let light: u32 = surface.memory().iter().map(|pixel| pixel & 0xff).sum();
                let part = light / (255 * side * side / 100);
                assert!((10..60).contains(&part), "{part} % of {name} in {side} pixels");
                let border = surface.bounding_box().points().filter(|at| at.x == 0 || at.y == 0);
                assert!(
                    border.into_iter().all(|at| surface.pixel(at) == Some(Rgb888::BLACK)),
                    "{name} in {side} pixels"
                );
            }
        }
    }
}
