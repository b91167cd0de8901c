//! The scale of type.

use crate::Scale;
use vitrine_gfx::text::{Font, fonts};

/// What a text is for, which decides its font.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Axes, notes: what is read last.
    Caption,
    /// What is read.
    #[default]
    Body,
    /// What is touched: buttons, tabs, keys.
    Label,
    /// Above a card.
    Title,
    /// Above a screen.
    Heading,
    /// A number that is read from afar. Digits, `%+-–.,:` and spaces only.
    Figure,
}

/// The fonts of a theme.
#[derive(Clone, Copy, Debug)]
pub struct Fonts {
    /// Of [`Role::Caption`].
    pub caption: &'static Font,
    /// Of [`Role::Body`].
    pub body: &'static Font,
    /// Of [`Role::Label`].
    pub label: &'static Font,
    /// Of [`Role::Title`].
    pub title: &'static Font,
    /// Of [`Role::Heading`].
    pub heading: &'static Font,
    /// Of [`Role::Figure`].
    pub figure: &'static Font,
}

/// The fonts of text, smallest first.
static REGULAR: [&Font; 11] = [
    &fonts::REGULAR_13,
    &fonts::REGULAR_15,
    &fonts::REGULAR_17,
    &fonts::REGULAR_19,
    &fonts::REGULAR_23,
    &fonts::REGULAR_26,
    &fonts::REGULAR_28,
    &fonts::REGULAR_34,
    &fonts::REGULAR_40,
    &fonts::REGULAR_47,
    &fonts::REGULAR_57,
];

/// The bolder fonts of text, smallest first.
static MEDIUM: [&Font; 11] = [
    &fonts::MEDIUM_13,
    &fonts::MEDIUM_15,
    &fonts::MEDIUM_17,
    &fonts::MEDIUM_19,
    &fonts::MEDIUM_23,
    &fonts::MEDIUM_26,
    &fonts::MEDIUM_28,
    &fonts::MEDIUM_34,
    &fonts::MEDIUM_40,
    &fonts::MEDIUM_47,
    &fonts::MEDIUM_57,
];

impl Fonts {
    /// The compiled-in fonts that come nearest to the type scale from below: lines of 17, 21, 21, 27, 34 and 52 pixels at
    /// a scale of 100 %.
    pub fn new(scale: Scale) -> Self {
        let fitting = |fonts: &[&'static Font], line: i32| Font::fitting(fonts, scale.px(line));
        Self {
            caption: fitting(&REGULAR, 17),
            body: fitting(&REGULAR, 21),
            label: fitting(&MEDIUM, 21),
            title: fitting(&MEDIUM, 27),
            heading: fitting(&MEDIUM, 34),
            figure: fitting(&fonts::FIGURES, 52),
        }
    }

    /// The font for a role.
    pub const fn of(&self, role: Role) -> &'static Font {
        match role {
            Role::Caption => self.caption,
            Role::Body => self.body,
            Role::Label => self.label,
            Role::Title => self.title,
            Role::Heading => self.heading,
            Role::Figure => self.figure,
        }
    }
}
