//! An exact picture: what is on the screen can be compared with it, pixel by pixel.
//!
//! Command line: `frames=N` shows N frames (3) and then rests. Each frame has its number in the picture.
#![no_std]
#![no_main]

use vitrine::gfx::testcard;
use vitrine::prelude::*;

vitrine::main!(show);

async fn show(system: System) -> Result<(), Error> {
    let frames = frames(&system)?;
    let mut display = system.display().await?;
    let mut number = 0;
    loop {
        let mut frame = display.acquire().await?;
        // After the last frame the next one to draw is that of a new connection, with nothing on it.
        if frame.age() == 0 || number < frames {
            number = (number + 1).min(frames);
            testcard::draw(frame.surface(), number);
            frame.present().await?;
            info!("testcard: frame {number} of {frames}");
        } else {
            core::future::pending::<()>().await;
        }
    }
}

fn frames(system: &System) -> Result<u32, Error> {
    let bad = Error::CommandLine("frames", "a number from 1 to 1000000");
    match system.command_line().value("frames") {
        None => Ok(3),
        Some(text) => text.parse().ok().filter(|frames| (1..=1_000_000).contains(frames)).ok_or(bad),
    }
}
