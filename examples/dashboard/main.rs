//! What the appliance knows about itself: uptime, frame time, memory, page flips.
#![no_std]
#![no_main]

extern crate alloc;

mod view;

use vitrine::prelude::*;
use vitrine::{MemoryFigures, WallTime, gfx};

vitrine::main!(dashboard);

async fn dashboard(system: System) -> Result<(), Error> {
    let clock = system.clock();
    let mut display = system.display().await?;
    let mut size = display.size();
    let mut view = view::Dashboard::new(size);
    let mut frame_time = Duration::ZERO;
    loop {
        let flips = display.statistics().flips;
        let mut frame = display.acquire().await?;
        if frame.size() != size {
            size = frame.size();
            view = view::Dashboard::new(size);
        }
        let start = clock.uptime();
        let figures =
            view::Figures { now: clock.wall_time(), uptime: start, flips, frame_time, memory: system.memory() };
        let age = frame.age();
        view.draw(frame.surface(), age, &figures);
        frame_time = clock.uptime() - start;
        frame.present().await?;
    }
}
