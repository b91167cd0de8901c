//! Views on a screen, by way of a canvas: what is there already is not sent again, and what is lost comes again.
//!
//! The code under test is the appliance's own (`src/show.rs`), over the fake Xen instead of the kernel.

use std::time::Duration;

use embedded_graphics::pixelcolor::{Rgb888, RgbColor, WebColors};
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Point, Size};
use embedded_graphics::primitives::Rectangle;
use vitrine_frontend::{Display, Error, Pacing, Presented};
use vitrine_gfx::text::{TextStyle, fonts};
use vitrine_gfx::{Canvas, Ink, PixelMemory, Surface, View};
use vitrine_xen::fake::{Domain, Vdispl};
use vitrine_xen::io::displif::nodes::Resolution;

use crate::screen::Image;
use crate::setup::{self, Both};
use crate::show::{self, Update};

/// A picture of which a number depends on the time.
struct Clock(u32);

impl View for Clock {
    fn draw<M: PixelMemory>(&self, surface: &mut Surface<M>) {
        let Self(time) = self;
        let ground = Rectangle::new(Point::zero(), surface.size());
        surface.fill_gradient(&ground, Rgb888::CSS_MIDNIGHT_BLUE, Rgb888::CSS_TEAL);
        surface.fill_rounded(&Rectangle::new(Point::new(8, 30), Size::new(100, 40)), 9, Ink::over(Rgb888::CSS_OLIVE));
        let style = TextStyle::new(fonts::REGULAR[2], Rgb888::WHITE);
        style.draw(surface, &format!("{:02}:{:02}", time / 60, time % 60), Point::new(12, 60));
        let Ok(()) = surface.fill_solid(&Rectangle::new(Point::zero(), Size::new(*time, 3)), Rgb888::RED);
    }
}

/// What an appliance has to show views.
struct Shower {
    display: Display<Domain>,
    size: Size,
    canvas: Canvas,
}

impl Shower {
    fn new(display: Display<Domain>) -> Self {
        Self { display, size: Size::new(123, 77), canvas: Canvas::new() }
    }

    async fn show(&mut self, view: Clock) -> Result<Update, Error> {
        show::show(&mut self.display, &mut self.size, &mut self.canvas, &view).await
    }
}

/// What [`Both`] runs to show a view and look at the screen.
fn show(both: &mut Both, mut shower: Shower, time: u32) -> (Update, Shower) {
    let (update, shower) = both.run(async move { (shower.show(Clock(time)).await, shower) });
    assert_eq!(both.image(), Some(expected(time, shower.size)), "time {time}");
    (update.unwrap(), shower)
}

/// The view drawn as a whole.
fn expected(time: u32, size: Size) -> Image {
    let mut surface = Surface::new(vec![0u32; (size.width * size.height) as usize], size).unwrap();
    Clock(time).draw(&mut surface);
    Image { width: size.width, pixels: surface.into_memory() }
}

const SHOWN: Update = Update::Presented(Presented::Shown);

#[test]
fn a_view_that_is_there_already_costs_nothing() {
    let mut both = Both::new();
    let mut shower = Shower::new(both.open_ready());
    for time in [3, 4, 60, 61, 61, 3] {
        shower = show(&mut both, shower, time).1;
    }
    let (counters, flips) = (both.guest.counters(), both.screens.flips());
    for _ in 0..10 {
        let update;
        (update, shower) = show(&mut both, shower, 3);
        assert_eq!(update, Update::Unchanged);
    }
    let now = both.guest.counters();
    assert_eq!((now.hypercalls(), now.notifications), (counters.hypercalls(), counters.notifications));
    assert_eq!(both.screens.flips(), flips);
    assert_eq!(show(&mut both, shower, 4).0, SHOWN);
    assert_eq!(both.world.violations(), [""; 0]);
}

#[test]
fn what_is_drawn_without_the_canvas_is_drawn_over() {
    let mut both = Both::new();
    let mut shower = Shower::new(both.open_ready());
    for number in 1..6 {
        shower = show(&mut both, shower, 7).1;
        shower = show(&mut both, shower, number).1;
        // Once or twice in a row: of the two buffers, one or none has a picture of the canvas.
        for _ in 0..=number % 2 {
            shower = both.run(async move {
                setup::show(&mut shower.display, number).await.unwrap();
                shower
            });
            assert_eq!(both.image(), Some(setup::picture(number, 123, 77)));
        }
        let update;
        (update, shower) = show(&mut both, shower, number);
        assert_eq!(update, SHOWN);
    }
}

#[test]
fn a_picture_that_a_back_end_has_lost_comes_again() {
    let mut both = Both::new();
    let mut shower = Shower::new(both.open_ready());
    shower = show(&mut both, shower, 7).1;
    for _ in 0..3 {
        both.kill_back_end();
        both.start_back_end();
        both.settle();
        assert_eq!(both.image(), None);
        let update;
        (update, shower) = show(&mut both, shower, 7);
        assert_eq!(update, SHOWN);
        let (again, same) = show(&mut both, shower, 7);
        assert_eq!(again, Update::Unchanged);
        shower = show(&mut both, same, 7).1;
    }
}

#[test]
fn a_change_of_the_mode_wants_the_picture_again() {
    let mut both = Both::new();
    let mut shower = Shower::new(both.open_ready());
    shower = show(&mut both, shower, 7).1;
    // Of the same size: the screen is black all the same.
    for _ in 0..2 {
        shower = both.run(async move {
            shower.display.set_mode(Resolution { width: 123, height: 77 }).await.unwrap();
            shower
        });
        let update;
        (update, shower) = show(&mut both, shower, 7);
        assert_eq!(update, SHOWN);
    }
    // Off and on again: the flips of the new buffers are counted anew.
    for _ in 0..3 {
        shower.display.switch_off();
        both.settle();
        assert_eq!(both.image(), None);
        shower.display.switch_on();
        both.settle();
        let update;
        (update, shower) = show(&mut both, shower, 7);
        assert_eq!(update, SHOWN);
    }
}

#[test]
fn a_picture_that_nobody_waits_for_is_not_drawn_twice() {
    let mut both = Both::new();
    let mut shower = Shower::new(both.open_ready());
    shower = show(&mut both, shower, 7).1;
    both.screens.hold_flips();
    let handle = both.tasks.spawn(async move {
        let pending = embassy_futures::poll_once(shower.show(Clock(8)));
        assert!(pending.is_pending(), "the flip is held");
        shower
    });
    both.settle();
    both.screens.let_flips_go();
    let shower = both.wait(&handle).unwrap();
    both.settle();
    // It has come to the screen meanwhile.
    let (update, _) = show(&mut both, shower, 8);
    assert_eq!(update, Update::Unchanged);
}

#[test]
fn a_flip_without_an_end_is_tried_again() {
    let mut both = Both::new();
    let mut shower = Shower::new(both.open_ready());
    shower = show(&mut both, shower, 7).1;
    both.screens.hold_flips();
    for _ in 0..2 {
        let (update, same) = both.run(async move { (shower.show(Clock(8)).await, shower) });
        shower = same;
        assert_eq!(update, Ok(Update::Presented(Presented::Unconfirmed)));
        both.screens.vertical_blank();
        both.run_for(Duration::from_secs(1));
    }
    both.screens.let_flips_go();
    let (update, shower) = show(&mut both, shower, 8);
    assert_eq!(update, SHOWN);
    assert_eq!(show(&mut both, shower, 8).0, Update::Unchanged);
}

#[test]
fn one_canvas_on_two_screens_is_slow_and_right() {
    let mut both = Both::with(&Vdispl::one("Virtual-1", "123x77").and("Virtual-2", "123x77"));
    let first = both.open_ready();
    let mut other = first.card().display(1, Pacing::Free);
    let mut shower = Shower::new(first);
    for time in [7, 7, 8, 8, 8] {
        shower = show(&mut both, shower, time).1;
        std::mem::swap(&mut shower.display, &mut other);
        let (update, same) = both.run(async move { (shower.show(Clock(time)).await, shower) });
        shower = same;
        assert_eq!(update, Ok(SHOWN));
        assert_eq!(both.screens.image("Virtual-2"), Some(expected(time, shower.size)));
        std::mem::swap(&mut shower.display, &mut other);
    }
}
