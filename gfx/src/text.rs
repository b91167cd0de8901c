//! Anti-aliased text in proportional fonts that are compiled in.
//!
//! [`fonts`] are statics, so the linker drops those that an appliance doesn't name. Draw with a [`TextStyle`]:
//!
//! ```
//! use embedded_graphics_core::{pixelcolor::{Rgb888, RgbColor}, prelude::*};
//! use vitrine_gfx::{Surface, text::{Align, TextStyle, fonts}};
//!
//! let mut surface = Surface::new(vec![0; 320 * 100], Size::new(320, 100)).unwrap();
//! let style = TextStyle::new(&fonts::REGULAR_28, Rgb888::WHITE).on(Rgb888::BLACK).aligned(Align::Center);
//! style.draw(&mut surface, "Hello, Xen", Point::new(160, 60));
//! ```
//!
//! Text in a box is a [`Paragraph`]. Bitmap fonts of embedded-graphics and its friends are drawn by its own `Text`, or many
//! times faster as a [`FontBuf`]. Fonts of one's own come from a build script, with the
//! crate `vitrine-assets`, or, for text that nobody knew when the image was built, from a font file that the appliance
//! carries: `TrueType`, with the feature `truetype`.

pub mod atlas;
mod buffer;
pub(crate) mod compose;
pub mod fonts;
mod glyph_run;
mod kerning;
mod layout;
mod line;
mod mono;
mod paragraph;
mod stand_in;
mod style;
#[cfg(feature = "truetype")]
mod truetype;
mod wrap;

#[cfg(test)]
mod tests;

pub use atlas::{Atlas, Font};
pub use buffer::FontBuf;
pub use line::Line;
pub use paragraph::{Paragraph, Vertical};
pub use style::{Align, Style, TextStyle};
#[cfg(feature = "truetype")]
pub use truetype::{TrueType, TrueTypeError};
pub use wrap::{LineEnd, TextLine};
