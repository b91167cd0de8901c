//! Characters that fonts seldom have, and that are not meant to be seen as such.

/// What is shown for a character that no font has.
pub(super) enum StandIn {
    /// What is shown for another character.
    Like(char),
    Nothing,
    Box,
}

impl StandIn {
    pub const fn of(character: char) -> Self {
        match character {
            '\t' | '\n' | '\x0b' | '\x0c' | '\u{85}' | '\u{a0}' => Self::Like(' '),
            '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Self::Like(' '),
            '\u{2010}' | '\u{2011}' => Self::Like('-'),
            // What only says how its neighbours are to be broken, ordered or shaped.
            '\r' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => Self::Nothing,
            '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => Self::Nothing,
            _ => Self::Box,
        }
    }
}
