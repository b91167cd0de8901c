//! One picture over several connectors: the screens stand side by side, and their frames flip together.
//!
//! Command line: `gap=N` leaves out N pixels of the picture (0) between two screens, as many as their frames hide.
#![no_std]
#![no_main]

extern crate alloc;

#[path = "../shared/headlines.rs"]
mod headlines;
mod view;

use alloc::vec::Vec;

use vitrine::gfx::View;
use vitrine::prelude::*;

use view::{Piece, Wall};

vitrine::main!(wall);

async fn wall(system: System) -> Result<(), Error> {
    let gap = system.command_line().number("gap", 0..=1000, 0u32)?;
    system.wait_for_device().await?;
    let mut displays = system.displays().await?;
    let mut wall = Wall::new(Size::zero(), 0);
    loop {
        let mut frames = Vec::with_capacity(displays.len());
        for display in &mut displays {
            frames.push(display.acquire().await?);
        }
        let sizes: Vec<_> = frames.iter().map(Frame::size).collect();
        let whole = size_of(&sizes, gap);
        if wall.size() != whole {
            wall = Wall::new(whole, sizes.len());
        }
        let clock = system.clock();
        wall.set_time(clock.uptime(), &clock.wall_time());
        let mut corner = Point::zero();
        for frame in &mut frames {
            Piece { wall: &wall, corner }.draw(frame.surface());
            corner.x += (frame.size().width + gap) as i32;
        }
        Frame::present_together(frames).await?;
    }
}

/// The size of a picture that lies over screens of these sizes, side by side with their upper edges in one line.
fn size_of(screens: &[Size], gap: u32) -> Size {
    let gaps = gap * (screens.len() as u32).saturating_sub(1);
    let width = screens.iter().map(|screen| screen.width).sum::<u32>() + gaps;
    Size::new(width, screens.iter().map(|screen| screen.height).max().unwrap_or_default())
}
