//! The appliance's memory: which frames there are, who has them, and how they are mapped.
//!
//! Every address of RAM is mapped to itself, so that a frame's number, its physical address and a pointer to it say the
//! same. Only the window (`window`), a range of addresses above all RAM, shows other things: frames that another domain has
//! granted, and frames of our own that lie apart, side by side.
//! Begin reading at [`initialise`].

mod frames;
#[cfg(not(test))]
pub(crate) mod heap;
#[cfg(not(test))]
pub(crate) mod image;
mod map;
#[cfg(not(test))]
mod mapped;
mod page_table;
#[cfg(not(test))]
mod pages;
#[cfg(not(test))]
mod space;
mod window;

pub(crate) use map::MemoryMap;
#[cfg(not(test))]
pub use mapped::MappedPages;
#[cfg(not(test))]
pub use pages::Pages;
#[cfg(not(test))]
pub(crate) use space::{figures, initialise, map_special, place_foreign};
pub(crate) use window::Window;
