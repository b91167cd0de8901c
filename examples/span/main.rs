//! One picture over all connectors of a device, side by side, which flip together.
//!
//! Command line: `frames=N` shows N frames (3) and then rests; `offset=N` (0 to 4095) makes the framebuffers of pages of
//! the appliance's own, with the first pixel N bytes into the first page.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;

use vitrine::gfx::format::{Argb8888, Formatted};
use vitrine::gfx::{Surface, testcard};
use vitrine::prelude::*;
use vitrine::{Card, DisplayError, Framebuffer, PAGE_SIZE, PixelFormat, Scatter, SharedBytes, View};

vitrine::main!(span);

async fn span(system: System) -> Result<(), Error> {
    let frames = system.command_line().number("frames", 1..=1_000_000, 3u32)?;
    let offset = system.command_line().number("offset", 0..=4095, 0u32)?;
    let card = system.card(0).await?;
    loop {
        match show(&system, &card, frames, offset).await {
            // Nothing that was made is there any more: once again from the beginning.
            Ok(()) | Err(Error::Display(DisplayError::Disconnected)) => {}
            Err(error) => return Err(error),
        }
    }
}

async fn show(system: &System, card: &Card, frames: u32, offset: u32) -> Result<(), Error> {
    card.connected().await?;
    let modes: Vec<_> = card.connectors().await?.iter().map(|connector| connector.first_mode()).collect();
    let width = modes.iter().map(|mode| mode.width).sum();
    let height = modes.iter().map(|mode| mode.height).max().unwrap_or_default();
    let size = Size::new(width, height);
    for number in 1..=frames {
        let framebuffer = match offset {
            0 => drawn(card, size, number).await?,
            _ => imported(system, card, size, number, offset).await?,
        };
        if number == 1 {
            let mut x = 0;
            for (connector, mode) in modes.iter().enumerate() {
                let view = View { framebuffer: &framebuffer, x, y: 0, width: mode.width, height: mode.height };
                card.set_config(connector, Some(view)).await?;
                x += mode.width;
            }
        }
        let flips: Vec<_> = (0..modes.len()).map(|connector| (connector, &framebuffer)).collect();
        card.page_flip_together(&flips).await?;
        info!("span: frame {number} of {frames}");
    }
    card.disconnected().await;
    Ok(())
}

/// A frame in a dumb buffer. It lives until the connectors show another one.
async fn drawn(card: &Card, size: Size, number: u32) -> Result<Framebuffer, Error> {
    let buffer = card.create_dumb_buffer(size.width, size.height, PixelFormat::Xrgb8888).await?;
    let mut surface = Surface::new(SharedBytes::of(&buffer)?, size).expect("the buffer was made for this size");
    testcard::draw(&mut surface, number);
    Ok(card.framebuffer(&buffer, size.width, size.height, PixelFormat::Xrgb8888).await?)
}

/// The same in pages of our own. Where no word begins, pixels are written byte by byte.
async fn imported(system: &System, card: &Card, size: Size, number: u32, offset: u32) -> Result<Framebuffer, Error> {
    let length = 4 * size.width * size.height;
    let pages = system.pages((offset + length).div_ceil(PAGE_SIZE as u32) as usize)?;
    let bytes = SharedBytes::within(&pages, offset as usize, length as usize);
    let memory = Formatted::<Argb8888, _>::new(bytes);
    testcard::draw(&mut Surface::new(memory, size).expect("the pages were counted for this size"), number);
    let buffer = card.import(Scatter::of(&pages), offset, length).await?;
    Ok(card.framebuffer(&buffer, size.width, size.height, PixelFormat::Xrgb8888).await?)
}
