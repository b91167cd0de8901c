//! An exact picture: what is on the screen can be compared with it, pixel by pixel.
//!
//! Command line: `frames=N` shows N frames (3) and then rests. Each frame has its number in the picture.
#![no_std]
#![no_main]

#[path = "../shared/holdings.rs"]
mod holdings;

use vitrine::gfx::testcard;
use vitrine::prelude::*;

vitrine::main!(show);

async fn show(system: System) -> Result<(), Error> {
    let frames = system.command_line().number("frames", 1..=1_000_000, 3u32)?;
    let mut display = system.display().await?;
    for connection in 1.. {
        for number in 1..=frames {
            let mut frame = display.acquire().await?;
            testcard::draw(frame.surface(), number);
            frame.present().await?;
            if number == 1 {
                holdings::tell("testcard", system, &display, connection);
            }
            info!("testcard: frame {number} of {frames}");
        }
        display.disconnected().await;
    }
    Ok(())
}
