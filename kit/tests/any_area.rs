//! Widgets in any area, at any time, with any values: they draw inside of it, without a panic and without allocating.

mod common;

use std::time::Duration;

use common::{Visitor, each_widget, with_widgets_of};
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{OriginDimensions, Point, Size};
use embedded_graphics_core::pixelcolor::Rgb888;
use embedded_graphics_core::primitives::Rectangle;
use proptest::prelude::*;
use vitrine_gfx::Surface;
use vitrine_kit::widget::Widget;
use vitrine_kit::{Scale, Theme};

const SIZE: Size = Size::new(160, 120);
const GROUND: Rgb888 = Rgb888::new(1, 2, 3);

fn surface() -> Surface<Vec<u32>> {
    let mut surface = Surface::new(vec![0; (SIZE.width * SIZE.height) as usize], SIZE).unwrap();
    let Ok(()) = surface.clear(GROUND);
    surface
}

/// Draws each widget into an area and looks whether the rest was left alone.
struct Draws {
    area: Rectangle,
    theme: Theme,
    now: Duration,
}

impl Visitor for Draws {
    fn visit(&mut self, name: &'static str, widget: &impl Widget) {
        let mut surface = surface();
        let allocations = allocation_counter::measure(|| widget.draw(&mut surface, &self.theme, self.area, self.now));
        assert_eq!(allocations.count_total, 0, "{name} allocates");
        let _ = (widget.preferred(&self.theme), widget.next_change(self.now));
        let (x, y) = (i64::from(self.area.top_left.x), i64::from(self.area.top_left.y));
        let (width, height) = (i64::from(self.area.size.width), i64::from(self.area.size.height));
        for point in Rectangle::new(Point::zero(), surface.size()).points_within() {
            let inside = i64::from(point.x) >= x
                && i64::from(point.y) >= y
                && i64::from(point.x) < x + width
                && i64::from(point.y) < y + height;
            let may_differ = inside || name == "card" && self.theme.palette.shadow > 0;
            assert!(may_differ || surface.pixel(point) == Some(GROUND), "{name} in {:?} draws at {point}", self.area);
        }
    }
}

/// The points of a rectangle, row by row.
trait Points {
    fn points_within(&self) -> impl Iterator<Item = Point>;
}

impl Points for Rectangle {
    fn points_within(&self) -> impl Iterator<Item = Point> {
        let size = self.size;
        (0..size.height as i32).flat_map(move |y| (0..size.width as i32).map(move |x| Point::new(x, y)))
    }
}

fn area() -> impl Strategy<Value = Rectangle> {
    let side = || prop_oneof![4 => 0_u32..140, 1 => Just(0), 1 => Just(u32::MAX), 1 => any::<u32>()];
    let at = || prop_oneof![4 => -30..120, 1 => Just(i32::MIN), 1 => Just(i32::MAX), 1 => any::<i32>()];
    (at(), at(), side(), side())
        .prop_map(|(x, y, width, height)| Rectangle::new(Point::new(x, y), Size::new(width, height)))
}

fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        -10.0_f32..110.0,
        any::<f32>(),
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::MIN_POSITIVE),
        Just(f32::MAX)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn anywhere(area in area(), percent in prop_oneof![Just(100_u32), 0_u32..400, any::<u32>()], look in 0_usize..3, millis in 0_u64..5000) {
        let scale = Scale::percent(percent);
        let theme = [Theme::dark(scale), Theme::light(scale), Theme::contrast(scale)][look];
        each_widget(&mut Draws { area, theme, now: Duration::from_millis(millis) });
    }

    #[test]
    fn with_any_numbers(values in prop::collection::vec(number(), 0..600), one in number(), other in number(), value in number()) {
        let area = Rectangle::new(Point::new(10, 10), Size::new(140, 100));
        let theme = Theme::dark(Scale::percent(50));
        with_widgets_of(&values, one..=other, value, &mut Draws { area, theme, now: Duration::MAX });
    }
}
