//! Changes the mode while running: the test card in one size after the other.
//!
//! It says which modes the display has. Command line: `modes=800x600,1280x960` names sizes of modes to show, in this
//! order; without it they are all shown. The last one stays.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;

use vitrine::gfx::testcard;
use vitrine::prelude::*;

vitrine::main!(modes);

async fn modes(system: System) -> Result<(), Error> {
    let wanted = wanted(&system)?;
    let mut display = system.display().await?;
    loop {
        let listed = display.modes();
        for mode in &listed {
            let preferred = if mode.preferred { ", preferred" } else { "" };
            info!("modes: there is {}x{} at {} mHz{preferred}", mode.width, mode.height, mode.refresh_millihertz);
        }
        let all = || listed.iter().map(|mode| Size::new(mode.width, mode.height)).collect();
        let sizes = wanted.clone().unwrap_or_else(all);
        for (number, size) in (1..).zip(sizes) {
            display.set_mode(size).await?;
            let mut frame = display.acquire().await?;
            testcard::draw(frame.surface(), number);
            frame.present().await?;
            info!("modes: picture {number} is {}x{}", size.width, size.height);
        }
        display.disconnected().await;
    }
}

/// The sizes on the command line, if it has some.
fn wanted(system: &System) -> Result<Option<Vec<Size>>, Error> {
    const KEY: &str = "modes";
    let Some(text) = system.command_line().value(KEY) else { return Ok(None) };
    let size = |word: &str| {
        let (width, height) = word.split_once('x')?;
        Some(Size::new(width.parse().ok()?, height.parse().ok()?))
    };
    let sizes: Option<Vec<Size>> = text.split(',').map(size).collect();
    sizes.map(Some).ok_or(Error::Word(KEY, text, "sizes such as 800x600, parted by commas"))
}
