//! The least that is an appliance: one picture, drawn again only for a new connection.
#![no_std]
#![no_main]

mod fonts;
mod view;

use vitrine::gfx;
use vitrine::prelude::*;

vitrine::main!(hello);

async fn hello(system: System) -> Result<(), Error> {
    let mut display = system.display().await?;
    loop {
        let mut frame = display.acquire().await?;
        view::draw(frame.surface());
        frame.present().await?;
        display.disconnected().await;
    }
}
