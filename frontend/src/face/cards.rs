//! The register of a domain's cards.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;

use vitrine_xen::platform::{FrontPlatform, Store};

use super::Card;
use super::drive::is_attached;
use crate::Error;
use crate::config::{self, Location};

/// The numbers of the devices that cards have, also of those that are detached.
pub(super) type Claims = Rc<RefCell<Vec<u32>>>;

/// What runs a card's loop.
type Keep<P> = dyn Fn(&Card<P>);

/// The register of a domain's cards: each device has one, whoever asks for it. A handle, and any number of them are one.
pub struct Cards<P: FrontPlatform> {
    register: Rc<Register<P>>,
}

struct Register<P: FrontPlatform> {
    platform: P,
    keep: Box<Keep<P>>,
    cards: RefCell<Vec<Card<P>>>,
    claims: Claims,
}

impl<P: FrontPlatform> Clone for Cards<P> {
    fn clone(&self) -> Self {
        Self { register: self.register.clone() }
    }
}

impl<P: FrontPlatform> Cards<P> {
    /// An empty register. `keep` is called for each card that is added, and runs its loop beside everything else.
    pub fn new(platform: P, keep: impl Fn(&Card<P>) + 'static) -> Self {
        let (keep, cards, claims) = (Box::new(keep), RefCell::default(), Claims::default());
        Self { register: Rc::new(Register { platform, keep, cards, claims }) }
    }

    /// The card of the device with this number. When the device is not there, that is an error, unless a card had it
    /// before and waits for it.
    pub async fn card<S: Store>(&self, store: &S, number: u32) -> Result<Card<P>, Error> {
        match self.known(number) {
            Some(card) => Ok(card),
            None => Ok(self.add(config::locate(store, number).await?)),
        }
    }

    /// The card of the device with the lowest number; [`Error::NoDevice`] when there is none.
    pub async fn first<S: Store>(&self, store: &S) -> Result<Card<P>, Error> {
        let numbers = config::devices(store).await?;
        self.card(store, *numbers.first().ok_or(Error::NoDevice)?).await
    }

    /// The cards of all devices that there are, in the order of their numbers; [`Error::NoDevice`] when there are none.
    /// Devices that the toolstack is about to remove do not count, nor do those whose back end can't be told; the log has
    /// these.
    pub async fn all<S: Store>(&self, store: &S) -> Result<Vec<Card<P>>, Error> {
        let mut cards = Vec::new();
        for number in config::devices(store).await? {
            match config::locate(store, number).await {
                Ok(location) if is_attached(store, &location).await => cards.push(self.add(location)),
                Ok(_) => {}
                Err(error) => log::warn!("display device {number} can't be used: {error}"),
            }
        }
        if cards.is_empty() { Err(Error::NoDevice) } else { Ok(cards) }
    }

    /// Closes all cards; see [`Card::close`].
    pub async fn close(&self) {
        let cards = self.register.cards.borrow().clone();
        cards.iter().for_each(Card::begin_to_close);
        for card in cards {
            card.close().await;
        }
    }

    fn known(&self, number: u32) -> Option<Card<P>> {
        self.register.cards.borrow().iter().find(|card| card.number() == number).cloned()
    }

    /// The card of a device, made now unless there is one.
    fn add(&self, location: Location) -> Card<P> {
        if let Some(card) = self.known(location.number) {
            return card;
        }
        let Register { platform, keep, cards, claims } = &*self.register;
        claims.borrow_mut().push(location.number);
        let card = Card::new(platform.clone(), location, claims.clone());
        cards.borrow_mut().push(card.clone());
        keep(&card);
        card
    }
}
