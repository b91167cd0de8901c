//! What the appliance knows about itself: processor time, pictures, memory. It draws once a second, and only what has
//! changed; in between the CPU sleeps.
//!
//! Command line: `theme=light` instead of `theme=dark`.
#![no_std]
#![no_main]

mod view;

use vitrine::kit::theme::Palette;
use vitrine::prelude::*;
use vitrine::select::select;
use vitrine::{MemoryFigures, gfx, kit};

use view::{Dashboard, Figures};

vitrine::main!(dashboard);

async fn dashboard(system: System) -> Result<(), Error> {
    let palette = match system.command_line().value("theme") {
        None | Some("dark") => Palette::DARK,
        Some("light") => Palette::LIGHT,
        Some(other) => return Err(Error::Word("theme", other, "dark or light")),
    };
    let clock = system.clock();
    let mut display = system.display().await?;
    let mut canvas = Canvas::new();
    let mut view = Dashboard::new(palette);
    loop {
        view.update(Figures {
            now: clock.wall_time(),
            uptime: clock.uptime(),
            pictures: display.statistics().flips,
            cpu_time: system.cpu_time(),
            memory: system.memory(),
        });
        display.show(&mut canvas, &view).await?;
        select(clock.next_second(), display.disconnected()).await;
    }
}
