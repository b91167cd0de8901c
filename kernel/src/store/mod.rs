//! The xenstore, over the ring page that Xen's tools give to every domain.
//!
//! [`client`] is the protocol: requests in flight, watches, and what happens when xenstored starts anew; [`ring`] moves
//! its bytes. They know no machine. The rest is its face: futures over the one client of this machine.

mod client;
mod ring;

#[cfg(not(test))]
mod machine;

#[cfg(not(test))]
pub use machine::{StoreWatch, Transaction};
#[cfg(not(test))]
pub(crate) use machine::{connect, directory, request_value, watch, write, write_together};
