//! The least that is an appliance: one picture, drawn again only for a new connection.
#![no_std]
#![no_main]

use vitrine::gfx::text::{Align, TextStyle, fonts};
use vitrine::prelude::*;

vitrine::main!(hello);

async fn hello(system: System) -> Result<(), Error> {
    let mut display = system.display().await?;
    loop {
        let mut frame = display.acquire().await?;
        frame.clear(Rgb888::CSS_MIDNIGHT_BLUE)?;
        let middle = frame.bounding_box().center();
        let style = TextStyle::new(&fonts::LIGHT_72, Rgb888::WHITE).on(Rgb888::CSS_MIDNIGHT_BLUE);
        style.aligned(Align::Center).draw(frame.surface(), "Hello, Xen", middle);
        frame.present().await?;
        display.disconnected().await;
    }
}
