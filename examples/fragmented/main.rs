//! Shows the test card out of memory in which no two free pages lie side by side: a display needs no more than enough of them.
//!
//! Command line: `frames=N` shows N frames (3) and then rests.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::rc::Rc;
use alloc::vec::Vec;

use vitrine::Pages;
use vitrine::gfx::testcard;
use vitrine::prelude::*;

vitrine::main!(show);

async fn show(system: System) -> Result<(), Error> {
    let frames = system.command_line().number("frames", 1..=1_000_000, 3u32)?;
    let _held = fragment(system);
    let memory = system.memory();
    info!("fragmented: {} KiB of {} KiB are free", (memory.total - memory.used) >> 10, memory.total >> 10);
    let mut display = system.display().await?;
    for number in 1..=frames {
        let mut frame = display.acquire().await?;
        testcard::draw(frame.surface(), number);
        frame.present().await?;
        info!("fragmented: frame {number} of {frames}");
    }
    display.disconnected().await;
    Ok(())
}

/// Takes all memory page by page, and gives every other page back.
fn fragment(system: System) -> Vec<Rc<Pages>> {
    // The heap grows with this list, and not afterwards.
    let mut held = Vec::with_capacity(system.memory().total / vitrine::PAGE_SIZE);
    while let Ok(page) = system.pages(1) {
        held.push(page);
    }
    let mut keep = false;
    held.retain(|_| {
        keep = !keep;
        keep
    });
    held
}
