//! The seat: the devices that a person sits at, kept running beside the appliance.
//!
//! [`cards`] gives the register of the display devices on this machine. The first time that one is asked for, its loop
//! becomes a task of the kernel's executor, and its farewell a part of the domain's shutdown.
//!
//! It may know the kernel and the front ends, and no pixels; and it is the one that chooses what the kernel is: [`machine`].
//! It is a package of its own because generic code counts as its that names the types: what is named here, the connection
//! with all that can go wrong, is compiled to be small, and what the package `vitrine` names, the drawing, to be fast.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;

use machine::Xen;
use vitrine_frontend::{Card, Cards, Error};

/// What is under the appliance: the kernel, or on a desktop (feature `preview`) what stands in for it.
#[cfg(not(feature = "preview"))]
pub use vitrine_kernel as machine;
#[cfg(feature = "preview")]
pub use vitrine_preview as machine;

/// Something that takes a while, done once: what is behind it is compiled here.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + 'a>>;

/// How long the back ends may take to let go before the domain ends without.
const FAREWELL: Duration = Duration::from_millis(800);

/// The register of this machine's display devices; to be made once.
pub fn cards() -> Cards<Xen> {
    let cards = Cards::new(Xen, keep);
    let closing = cards.clone();
    machine::before_shutdown(FAREWELL, async move { closing.close().await });
    cards
}

/// [`Cards::first`] on this machine.
pub fn first(cards: &Cards<Xen>) -> Later<'_, Card<Xen>> {
    Box::pin(cards.first(&Xen))
}

/// [`Cards::card`] on this machine.
pub fn card(cards: &Cards<Xen>, number: u32) -> Later<'_, Card<Xen>> {
    Box::pin(cards.card(&Xen, number))
}

/// [`Cards::all`] on this machine.
pub fn all(cards: &Cards<Xen>) -> Later<'_, Vec<Card<Xen>>> {
    Box::pin(cards.all(&Xen))
}

/// Keeps a card's connection until the domain ends.
fn keep(card: &Card<Xen>) {
    let (number, driver) = (card.number(), card.drive(Xen));
    machine::spawn(async move {
        if let Err(error) = driver.await {
            log::error!("display device {number}: its connection has ended: {error}");
        }
    });
}
