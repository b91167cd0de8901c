//! Every widget and text style of the kit, a page each.
//!
//! Pages turn by themselves until somebody touches the screen or a key: the arrows to the left and right turn them too, Tab changes
//! the theme. Command line: `page=N` begins at a page (from 1), and stays there; `theme=dark`, `light` or `contrast`.
#![no_std]
#![no_main]

extern crate alloc;

mod view;

use core::future::pending;

use embassy_futures::select::{Either3, select3};
use vitrine::prelude::*;
use vitrine::{gfx, kit};

use view::{Gallery, Look, PAGES};

vitrine::main!(gallery);

/// What has been drawn and looks as before is not drawn again before this.
const FRAME: Duration = Duration::from_millis(16);

async fn gallery(system: System) -> Result<(), Error> {
    let (clock, arguments) = (system.clock(), system.command_line());
    let look = match arguments.value("theme") {
        None | Some("dark") => Look::Dark,
        Some("light") => Look::Light,
        Some("contrast") => Look::Contrast,
        Some(other) => return Err(Error::Word("theme", other, "dark, light or contrast")),
    };
    let page = arguments.number("page", 0..=PAGES.len() as u32, 0)?;
    let mut display = system.display().await?;
    let (mut canvas, mut input) = (Canvas::new(), system.input());
    let mut gallery = Gallery::new(display.size(), look, page.saturating_sub(1) as usize, clock.uptime());
    gallery.set_time(time_of_day(clock.since_1970()), clock.uptime());
    if page > 0 {
        gallery.stay();
    }
    loop {
        let now = clock.uptime();
        gallery.pass(now);
        display.show(&mut canvas, &gallery.at(now)).await?;
        gallery.resize(display.size());
        let change = gallery.next_change(now).map(|change| change.max(now + FRAME));
        let next = async {
            match change {
                Some(time) => clock.until(time).await,
                None => pending().await,
            }
        };
        if let Either3::First(event) = select3(input.next(), next, display.disconnected()).await {
            gallery.on_event(event, clock.uptime());
        }
    }
}

/// What of a time has passed since midnight, UTC.
fn time_of_day(since_1970: Duration) -> Duration {
    const DAY: u64 = 24 * 3600;
    Duration::new(since_1970.as_secs() % DAY, since_1970.subsec_nanos())
}
