//! The time of day: looks at the clock once a second, and draws only what has changed; the CPU sleeps in between.
#![no_std]
#![no_main]

mod view;

use vitrine::prelude::*;
use vitrine::{gfx, kit};

vitrine::main!(clock);

async fn clock(system: System) -> Result<(), Error> {
    let mut display = system.display().await?;
    let mut canvas = Canvas::new();
    loop {
        display.show(&mut canvas, &view::Clock { now: system.clock().wall_time() }).await?;
        system.clock().next_second().await;
    }
}
