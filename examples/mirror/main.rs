//! The same picture on all connectors of a device: one framebuffer, of which each shows as much as it has pixels.
//!
//! It is a test card of the largest width and the largest height, as frame 1.
#![no_std]
#![no_main]

use vitrine::gfx::{Surface, testcard};
use vitrine::prelude::*;
use vitrine::{Card, DisplayError, PixelFormat, SharedBytes, View};

vitrine::main!(mirror);

async fn mirror(system: System) -> Result<(), Error> {
    let card = system.card(0).await?;
    loop {
        match show(&card).await {
            // Nothing that was made is there any more: once again from the beginning.
            Ok(()) | Err(Error::Display(DisplayError::Disconnected)) => {}
            Err(error) => return Err(error),
        }
    }
}

async fn show(card: &Card) -> Result<(), Error> {
    card.connected().await?;
    let connectors = card.connectors().await?;
    let modes = || connectors.iter().map(|connector| connector.first_mode());
    let width = modes().map(|mode| mode.width).max().unwrap_or_default();
    let height = modes().map(|mode| mode.height).max().unwrap_or_default();

    let buffer = card.create_dumb_buffer(width, height, PixelFormat::Xrgb8888).await?;
    let bytes = SharedBytes::of(&buffer)?;
    testcard::draw(&mut Surface::new(bytes, Size::new(width, height)).expect("the buffer has this size"), 1);
    let framebuffer = card.framebuffer(&buffer, width, height, PixelFormat::Xrgb8888).await?;
    for (connector, mode) in modes().enumerate() {
        let view = View { framebuffer: &framebuffer, x: 0, y: 0, width: mode.width, height: mode.height };
        card.set_config(connector, Some(view)).await?;
    }
    info!("mirror: shown on {} connectors", connectors.len());
    card.disconnected().await;
    Ok(())
}
