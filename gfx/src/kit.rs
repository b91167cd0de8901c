//! Pieces that screens are made of: a scale, things that know whether they must be redrawn, a plot, icons.

mod history;
pub mod icons;
mod label;
mod plot;
mod scale;
mod shown;

pub use history::History;
pub use label::Label;
pub use plot::Plot;
pub use scale::Scale;
pub use shown::Shown;
