//! How things look: colours by what they are for, sizes on a grid of 8, and a scale of type.
//!
//! A [`Theme`] is a value that every widget is drawn with. [`Theme::dark`], [`Theme::light`] and [`Theme::contrast`] are made
//! for the [`Scale`] of a screen; whoever wants another look changes the fields.

mod fonts;
mod palette;

pub use fonts::{Fonts, Role};
pub use palette::{Palette, Tone};

use crate::Scale;
use vitrine_gfx::text::TextStyle;

/// How things look on a screen of one size.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Colours.
    pub palette: Palette,
    /// Fonts.
    pub fonts: Fonts,
    /// What all lengths are multiplied by.
    pub scale: Scale,
    /// Radius of a card's corners at a scale of 100 %; what is smaller has less.
    pub radius: u32,
    /// Width of outlines at a scale of 100 %.
    pub line: u32,
}

impl Theme {
    /// A theme of these colours, with no other fonts than these: [`Fonts::new`] chooses among 30, all of which are in an image
    /// that calls it (330 KB).
    pub const fn of(palette: Palette, fonts: Fonts, scale: Scale) -> Self {
        Self { palette, fonts, scale, radius: 16, line: 1 }
    }

    /// Light writing on dark: for rooms that aren't bright, and for screens that are on all day.
    pub fn dark(scale: Scale) -> Self {
        Self::of(Palette::DARK, Fonts::new(scale), scale)
    }

    /// Dark writing on light: for bright rooms and shop windows.
    pub fn light(scale: Scale) -> Self {
        Self { palette: Palette::LIGHT, ..Self::dark(scale) }
    }

    /// Black, white and one signal colour, with strong outlines: for those who see little.
    pub fn contrast(scale: Scale) -> Self {
        Self { palette: Palette::CONTRAST, radius: 8, line: 2, ..Self::dark(scale) }
    }

    /// So many pixels at a scale of 100 %, in pixels of the screen. Lengths should be multiples of 8, or of 4 within a widget.
    pub const fn px(&self, length: u32) -> u32 {
        self.scale.length(if length > i32::MAX as u32 { i32::MAX } else { length as i32 })
    }

    /// The same, and at least one pixel.
    pub fn thick(&self, length: u32) -> u32 {
        self.px(length).max(1)
    }

    /// Width of an outline in pixels.
    pub fn outline(&self) -> u32 {
        self.thick(self.line)
    }

    /// The least height of what a finger has to hit, in pixels: 48 at a scale of 100 %.
    pub const fn touch(&self) -> u32 {
        self.px(48)
    }

    /// How text of this role and tone is written on whatever is there.
    pub fn text(&self, role: Role, tone: Tone) -> TextStyle {
        TextStyle::new(self.fonts.of(role), self.palette.tone(tone))
    }
}
