//! The asynchronous face: handles for the appliance, and the loop that keeps a device's connection.
//!
//! - A [`Card`] is a vdispl device, whatever it is made of and whether it is connected: its connectors, its end.
//!   [`Card::drive`] gives its loop, to be run beside the appliance; it needs no particular executor.
//! - A [`Display`] is one connector of a card, on which [`Frame`]s are shown.
//! - A card can also be used directly, in DRM's words: [`DumbBuffer`], [`Framebuffer`], [`View`].
//! - [`Cards`] is the register of the domain's cards: each device has one, whoever asks for it.
//! - [`Hotplug`] tells which devices there are.
//!
//! When the back end goes away, or the whole device is detached, [`Display::acquire`] waits until one is back; what is lent
//! out then has age 0 and wants to be drawn whole.

mod card;
mod cards;
mod display;
mod drive;
mod frame;
mod hotplug;
mod objects;
mod shared;

pub use card::Card;
pub use cards::Cards;
pub use display::Display;
pub use frame::{Frame, Presented};
pub use hotplug::{Attached, Hotplug};
pub use objects::{DumbBuffer, Framebuffer, View};
