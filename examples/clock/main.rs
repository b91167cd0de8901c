//! The time of day: redraws once a second, and only what has changed; the CPU sleeps in between.
#![no_std]
#![no_main]

mod view;

use vitrine::prelude::*;
use vitrine::{WallTime, gfx};

vitrine::main!(clock);

async fn clock(system: System) -> Result<(), Error> {
    let mut display = system.display().await?;
    let mut size = display.size();
    let mut view = view::Clock::new(size);
    loop {
        let mut frame = display.acquire().await?;
        if frame.size() != size {
            size = frame.size();
            view = view::Clock::new(size);
        }
        let age = frame.age();
        view.draw(frame.surface(), age, &system.clock().wall_time());
        frame.present().await?;
        system.clock().next_second().await;
    }
}
