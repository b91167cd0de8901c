//! Vitrine: a display appliance for Xen.
//!
//! An appliance is one `async fn` over a [`System`]. [`main!`] makes it an image that boots as a Xen PVH guest:
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//! use vitrine::prelude::*;
//!
//! vitrine::main!(hello);
//!
//! async fn hello(system: System) -> Result<(), Error> {
//!     let mut display = system.display().await?;
//!     loop {
//!         let mut frame = display.acquire().await?;
//!         frame.clear(Rgb888::CSS_MIDNIGHT_BLUE)?;
//!         frame.present().await?;
//!     }
//! }
//! ```
//!
//! Where to begin reading: `examples/hello`, then [`System`], [`Display`] and [`Frame`]; `docs/architecture.md` follows one
//! pixel from here to the screen. This crate joins the kernel, the display front end and the graphics, and is the only
//! one that knows all three.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod card;
mod clock;
mod command_line;
mod display;
mod error;
mod frame_memory;
mod input;
mod show;
mod system;

pub use card::{Card, DumbBuffer, Framebuffer, Scatter, SharedBytes, View};
pub use clock::Clock;
pub use command_line::Arguments;
pub use display::{Display, Frame};
pub use error::Error;
pub use frame_memory::FrameMemory;
pub use input::{Event, Input, Key};
pub use show::Update;
pub use system::{Hotplug, System};

/// Waits for the first of several things.
pub use embassy_futures::select;
pub use embedded_graphics;
pub use log;
pub use vitrine_frontend::Error as DisplayError;
pub use vitrine_frontend::device::ConnectorInfo;
pub use vitrine_frontend::face::Attached;
pub use vitrine_frontend::head::{REFRESH, Statistics};
pub use vitrine_frontend::{Pacing, Presented};
pub use vitrine_gfx as gfx;
pub use vitrine_kit::{self as kit, WallTime};
#[doc(hidden)]
pub use vitrine_seat::machine as kernel;
pub use vitrine_seat::machine::{ConsoleInput, Counters, MemoryFigures, Pages};
pub use vitrine_xen::PAGE_SIZE;
pub use vitrine_xen::edid::Mode;
pub use vitrine_xen::io::displif::PixelFormat;
pub use vitrine_xen::platform::GrantSpace;

/// What most appliances need.
pub mod prelude {
    pub use crate::gfx::{Canvas, PixelMemory, Surface, View};
    pub use crate::{Clock, Display, Error, Frame, Pacing, Presented, System, Update};
    pub use core::time::Duration;
    pub use embedded_graphics::pixelcolor::Rgb888;
    pub use embedded_graphics::prelude::*;
    pub use embedded_graphics::primitives::Rectangle;
    pub use log::{debug, error, info, warn};
}

/// Makes an `async fn(System) -> Result<(), Error>` the appliance.
///
/// When it returns `Ok`, the display is closed and the domain powers off. When it returns an error, the error is the last
/// line on the console, and the domain ends as crashed, so that `on_crash` decides what comes next.
#[macro_export]
macro_rules! main {
    ($appliance:path) => {
        async fn vitrine_main() {
            $crate::System::run($appliance).await;
        }
        $crate::kernel::entry!(vitrine_main);
    };
}
