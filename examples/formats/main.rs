//! The test card in every pixel format of the display protocol.
//!
//! Command line: `format=CODE` shows one format, by the four letters that DRM has for it, such as `RG16`, and then rests;
//! without it all are shown one after the other, each for `seconds=N` (2), and the last one stays. With `margin=N` the framebuffer has N pixels
//! more each way than the screen, which shows its lower right part.
#![no_std]
#![no_main]

use vitrine::gfx::format::{self, Formatted};
use vitrine::gfx::{PixelMemory, Surface, testcard};
use vitrine::prelude::*;
use vitrine::{Card, DisplayError, DumbBuffer, PixelFormat, SharedBytes, View};

vitrine::main!(formats);

async fn formats(system: System) -> Result<(), Error> {
    let arguments = system.command_line();
    let pause = Duration::from_secs(arguments.number("seconds", 0..=3600, 2u32)?.into());
    let margin = arguments.number("margin", 0..=1000, 0u32)?;
    let only = match arguments.value("format") {
        Some(text) => Some(named(text).ok_or(Error::Word("format", text, "a code of DRM's, such as XR24"))?),
        None => None,
    };
    let wanted = |format: &PixelFormat| only.is_none_or(|only| only == *format);
    let card = system.card(0).await?;
    loop {
        match show_all(&system, &card, PixelFormat::ALL.into_iter().filter(wanted), margin, pause).await {
            // Nothing that was made is there any more: once again from the beginning.
            Ok(()) | Err(Error::Display(DisplayError::Disconnected)) => {}
            Err(error) => return Err(error),
        }
    }
}

async fn show_all(
    system: &System,
    card: &Card,
    formats: impl Iterator<Item = PixelFormat>,
    margin: u32,
    pause: Duration,
) -> Result<(), Error> {
    card.connected().await?;
    for format in formats {
        show(card, format, margin).await?;
        info!("formats: {} is shown", format.code().to_le_bytes().escape_ascii());
        system.clock().sleep(pause).await;
    }
    info!("formats: all were shown");
    card.disconnected().await;
    Ok(())
}

/// The format that has this code.
fn named(code: &str) -> Option<PixelFormat> {
    PixelFormat::ALL.into_iter().find(|format| format.code().to_le_bytes() == code.as_bytes())
}

/// Shows the card on the first connector; it stays there until another picture takes its place.
async fn show(card: &Card, format: PixelFormat, margin: u32) -> Result<(), Error> {
    let mode = card.connectors().await?[0].configuration.resolution;
    let size = Size::new(mode.width + margin, mode.height + margin);
    let buffer = card.create_dumb_buffer(size.width, size.height, format).await?;
    draw(&buffer, size, format)?;
    let framebuffer = card.framebuffer(&buffer, size.width, size.height, format).await?;
    // The pixels of YUYV come in pairs, and so do its columns.
    let x = if format == PixelFormat::Yuyv { margin & !1 } else { margin };
    let view = View { framebuffer: &framebuffer, x, y: margin, width: mode.width, height: mode.height };
    card.set_config(0, Some(view)).await?;
    card.page_flip(0, &framebuffer).await.map_err(Error::from)
}

/// Draws the card in a buffer of this format. Whoever draws in one format only names that one, and pays for no other.
fn draw(buffer: &DumbBuffer, size: Size, format: PixelFormat) -> Result<(), Error> {
    let bytes = SharedBytes::of(buffer)?;
    match format {
        PixelFormat::Xrgb8888 => draw_in(bytes, size),
        PixelFormat::Argb8888 => draw_in(Formatted::<format::Argb8888, _>::new(bytes), size),
        PixelFormat::Rgb888 => draw_in(Formatted::<format::Rgb888, _>::new(bytes), size),
        PixelFormat::Rgb565 => draw_in(Formatted::<format::Rgb565, _>::new(bytes), size),
        PixelFormat::Xrgb4444 => draw_in(Formatted::<format::Xrgb4444, _>::new(bytes), size),
        PixelFormat::Argb4444 => draw_in(Formatted::<format::Argb4444, _>::new(bytes), size),
        PixelFormat::Xrgb1555 => draw_in(Formatted::<format::Xrgb1555, _>::new(bytes), size),
        PixelFormat::Argb1555 => draw_in(Formatted::<format::Argb1555, _>::new(bytes), size),
        PixelFormat::Yuyv => draw_in(format::Yuyv::new(bytes), size),
    }
    Ok(())
}

fn draw_in(memory: impl PixelMemory, size: Size) {
    let mut surface = Surface::new(memory, size).expect("the buffer was made for this size");
    testcard::draw(&mut surface, 1);
}
