//! What people do to a screen: pointers and keys, whatever device they come from.
//!
//! A finger and a mouse with its main button are the same here. Coordinates are pixels of the screen, from its top left
//! corner; a pointer that is held and dragged may leave the screen, so they can be negative, or beyond its size.

use embedded_graphics_core::geometry::Point;

/// One thing that somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A finger touched the screen here, or the main button went down here.
    PointerDown(Point),
    /// The pointer is here now, held or not.
    PointerMoved(Point),
    /// The finger left the screen here, or the main button went up here.
    PointerUp(Point),
    /// A key went down; again for each repetition while it is held.
    KeyDown(Key),
    /// A key went up.
    KeyUp(Key),
    /// What was written: the character that the keyboard's layout, with shift and dead keys, gives. Comes after the
    /// [`KeyDown`](Self::KeyDown) that it is the result of. Never a control character.
    Text(char),
}

impl Event {
    /// Where it happened, if that is a place.
    pub const fn point(self) -> Option<Point> {
        match self {
            Self::PointerDown(point) | Self::PointerMoved(point) | Self::PointerUp(point) => Some(point),
            Self::KeyDown(_) | Self::KeyUp(_) | Self::Text(_) => None,
        }
    }
}

/// A key, by what is on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// Enter or Return.
    Enter,
    /// Escape.
    Escape,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow to the left.
    Left,
    /// Arrow to the right.
    Right,
    /// Tab.
    Tab,
    /// Backspace: deletes what is before the cursor.
    Backspace,
    /// Delete: deletes what is after the cursor.
    Delete,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key: 1 for F1.
    Function(u8),
    /// A key that writes a character: the one that it writes without shift.
    Character(char),
}
