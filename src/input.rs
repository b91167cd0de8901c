//! What people do to the screens.

pub use vitrine_kit::input::{Event, Key};
#[cfg(feature = "preview")]
use vitrine_seat::machine::{Events, events};

/// Tells of pointers and keys; [`crate::System::input`] gives it.
///
/// There is no keyboard front end yet, so in a domain no event ever comes. In a preview the window's do, in the
/// coordinates of the screen, or where there are several, of all of them side by side.
pub struct Input {
    #[cfg(feature = "preview")]
    events: Events,
}

impl Input {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(feature = "preview")]
            events: events(),
        }
    }

    /// The next event, once there is one. Nothing is lost while nobody waits, up to a thousand events or so.
    pub async fn next(&mut self) -> Event {
        #[cfg(feature = "preview")]
        return self.events.next().await;
        #[cfg(not(feature = "preview"))]
        core::future::pending().await
    }
}
