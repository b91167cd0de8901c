//! The domain's console on a screen: what arrives there is shown as a terminal shows it, escape sequences and all.
//!
//! In dom0, `xl console terminal` types on it, and any program's output goes there by way of the console's device:
//!
//! ```text
//! dmesg --color=always > $(xenstore-read /local/domain/$(xl domid terminal)/console/tty)
//! ```
//!
//! Command line: `font=32` makes the characters 16x32 pixels large instead of 12x24.
#![no_std]
#![no_main]

mod view;

use vitrine::kit::terminal::{FaceName, Terminal};
use vitrine::prelude::*;
use vitrine::select::{Either, select};

use view::Screen;

vitrine::main!(terminal);

/// Pixels between the characters and the screen's edge, at least.
const MARGIN: u32 = 12;

/// How much is taken in between two pictures at most.
const CHUNK: usize = 1024;

/// What is there before anything has arrived. Programs end their lines with a line feed, and expect the device to return
/// the carriage: mode 20 is that.
const GREETING: &[u8] = b"\x1b[20h\x1b[1;36mVitrine\x1b[0m shows what arrives on this domain's console.\n\
      In dom0: \x1b[33mxl console \x1b[3mdomain\x1b[0m\n\n";

async fn terminal(system: System) -> Result<(), Error> {
    let face = match system.command_line().number("font", 24..=32, 24u32)? {
        32 => FaceName::Spleen16x32,
        _ => FaceName::Spleen12x24,
    };
    let mut display = system.display().await?;
    let mut input = system.console_input();
    let mut terminal = Terminal::new(inside(display.size()), face);
    terminal.write(GREETING);
    let mut canvas = Canvas::new();
    let mut bytes = [0; CHUNK];
    loop {
        if inside(display.size()) != terminal.size() {
            terminal.resize(inside(display.size()));
        }
        display.show(&mut canvas, &Screen(&terminal)).await?;
        if let Either::First(count) = select(input.read(&mut bytes), display.disconnected()).await {
            terminal.write(&bytes[..count]);
        }
    }
}

/// What the characters have of a screen of this size.
fn inside(screen: Size) -> Size {
    screen.saturating_sub(Size::new_equal(2 * MARGIN))
}
