//! Every connector of every device shows a test card of its own, in its own size and at its own pace.
//!
//! Command line: `frames=N` shows N frames (3) on each and then rests.
#![no_std]
#![no_main]

use vitrine::gfx::testcard;
use vitrine::prelude::*;

vitrine::main!(heads);

async fn heads(system: System) -> Result<(), Error> {
    let frames = system.command_line().number("frames", 1..=1_000_000, 3u32)?;
    for display in system.displays().await? {
        system.spawn(async move {
            let name = display.unique_id();
            if let Err(error) = head(display, frames).await {
                error!("heads: {name}: {error}");
            }
        });
    }
    core::future::pending().await
}

async fn head(mut display: Display, frames: u32) -> Result<(), Error> {
    let name = display.unique_id();
    loop {
        for number in 1..=frames {
            let mut frame = display.acquire().await?;
            testcard::draw(frame.surface(), number);
            frame.present().await?;
            info!("heads: {name}: frame {number} of {frames}");
        }
        display.disconnected().await;
    }
}
