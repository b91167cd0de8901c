//! A sign in the foyer of a museum: pictures that fade into each other, a clock, and a line of news that moves along the foot.
//!
//! Command line: `seconds=N` shows each picture for N seconds (8).
#![no_std]
#![no_main]

extern crate alloc;

#[path = "../shared/headlines.rs"]
mod headlines;
mod slides;
mod view;

use vitrine::prelude::*;

use view::Sign;

vitrine::main!(signage);

async fn signage(system: System) -> Result<(), Error> {
    let seconds = system.command_line().number("seconds", 1..=3600, 8u32)?;
    let mut display = system.display().await?;
    let mut canvas = Canvas::new();
    let mut sign = Sign::new(display.size(), seconds)?;
    loop {
        if display.size() != sign.size() {
            sign = Sign::new(display.size(), seconds)?;
        }
        sign.set_time(system.clock().uptime(), &system.clock().wall_time());
        display.show(&mut canvas, &sign).await?;
    }
}
