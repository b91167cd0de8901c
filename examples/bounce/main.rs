//! Motion at the flip rate. Command line: `flips=N` stops after N flips and says how they went.
#![no_std]
#![no_main]

extern crate alloc;

#[path = "../shared/holdings.rs"]
mod holdings;
mod view;

use vitrine::prelude::*;
use vitrine::{gfx, kit};

vitrine::main!(bounce);

async fn bounce(system: System) -> Result<(), Error> {
    let last = system.command_line().number("flips", 0..=1_000_000, u64::MAX)?;
    let mut display = system.display().await?;
    let mut size = display.size();
    let mut view = view::Bounce::new(size);
    let mut connection = 0;
    while display.statistics().flips < last {
        let mut frame = display.acquire().await?;
        if frame.size() != size {
            size = frame.size();
            view = view::Bounce::new(size);
        }
        let age = frame.age();
        view.draw(frame.surface(), age);
        frame.present().await?;
        if display.statistics().flips == 1 {
            connection += 1;
            holdings::tell("bounce", system, &display, connection);
        }
    }
    let statistics = display.statistics();
    let (flips, unconfirmed, strays) = (statistics.flips, statistics.unconfirmed, statistics.stray_events);
    info!("bounce: done, {flips} flips, {unconfirmed} unconfirmed, {strays} out of order");
    core::future::pending().await
}
