//! How a picture fits into a window.

use embedded_graphics_core::geometry::Point;

/// Where the picture is in the window, in the window's pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
    picture: (u32, u32),
}

impl Fit {
    /// In the middle, as large as fits: so many window pixels for each picture pixel, or, in a window that is too small,
    /// scaled down in proportion. Sizes are widths and heights, none of them 0.
    pub fn new(picture: (u32, u32), window: (u32, u32)) -> Self {
        let times = (window.0 / picture.0).min(window.1 / picture.1);
        let (width, height) = match times {
            0 => within(picture, window),
            times => (picture.0 * times, picture.1 * times),
        };
        Self { left: (window.0 - width) / 2, top: (window.1 - height) / 2, width, height, picture }
    }

    /// The picture's pixel at a place in the window; outside of the picture it has no limits.
    pub fn point(&self, x: f64, y: f64) -> Point {
        let along = |place: f64, start: u32, shown: u32, pixels: u32| {
            ((place - f64::from(start)) * f64::from(pixels) / f64::from(shown)).floor() as i32
        };
        Point::new(along(x, self.left, self.width, self.picture.0), along(y, self.top, self.height, self.picture.1))
    }
}

/// The largest size of the picture's proportions that is no larger than the window, and at least 1x1.
fn within(picture: (u32, u32), window: (u32, u32)) -> (u32, u32) {
    let scaled = |length: u32, to: u32, from: u32| {
        (u64::from(length) * u64::from(to) / u64::from(from)).clamp(1, u64::from(u32::MAX)) as u32
    };
    let wide = u64::from(picture.0) * u64::from(window.1) >= u64::from(picture.1) * u64::from(window.0);
    match wide {
        true => (window.0, scaled(picture.1, window.0, picture.0).min(window.1)),
        false => (scaled(picture.0, window.1, picture.1).min(window.0), window.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(fit: Fit) -> [u32; 4] {
        [fit.left, fit.top, fit.width, fit.height]
    }

    #[test]
    fn a_window_that_is_large_enough_has_whole_pixels() {
        assert_eq!(place(Fit::new((800, 600), (800, 600))), [0, 0, 800, 600]);
        assert_eq!(place(Fit::new((800, 600), (1599, 1201))), [399, 300, 800, 600]);
        assert_eq!(place(Fit::new((800, 600), (1600, 1300))), [0, 50, 1600, 1200]);
    }

    #[test]
    fn a_window_that_is_too_small_has_all_of_the_picture() {
        assert_eq!(place(Fit::new((1920, 1080), (1280, 1024))), [0, 152, 1280, 720]);
        assert_eq!(place(Fit::new((1000, 1000), (500, 100))), [200, 0, 100, 100]);
        assert_eq!(place(Fit::new((8192, 1), (10, 10))), [0, 4, 10, 1]);
    }

    #[test]
    fn places_are_pixels_of_the_picture() {
        let fit = Fit::new((800, 600), (1600, 1300));
        assert_eq!(fit.point(0.0, 50.0), Point::new(0, 0));
        assert_eq!(fit.point(1599.9, 1249.9), Point::new(799, 599));
        assert_eq!(fit.point(-1.0, 49.0), Point::new(-1, -1));
        assert_eq!(fit.point(f64::INFINITY, f64::NAN), Point::new(i32::MAX, 0));
    }
}
