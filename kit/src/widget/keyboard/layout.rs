//! What is on the keys.

/// Three rows of characters, from the top.
pub type Rows = [&'static str; 3];

/// What is on the keys of a touch keyboard: the rows above its space bar. The third row is between the keys for shift and
/// backspace, so it should be the shortest; no row may have more than 12 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyboardLayout {
    /// Letters.
    pub letters: Rows,
    /// The same letters with shift.
    pub shifted: Rows,
    /// Digits and the more usual signs.
    pub digits: Rows,
    /// The less usual signs.
    pub symbols: Rows,
}

const DIGITS: Rows = ["1234567890", "-/:;()&@\"", ".,?!'+="];
const SYMBOLS: Rows = ["[]{}#%^*+=", "_\\|~<>$°µ", ".,?!'`•"];

/// As in the United States.
pub static QWERTY: KeyboardLayout = KeyboardLayout {
    letters: ["qwertyuiop", "asdfghjkl", "zxcvbnm"],
    shifted: ["QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"],
    digits: DIGITS,
    symbols: SYMBOLS,
};

/// As in Germany.
pub static QWERTZ: KeyboardLayout = KeyboardLayout {
    letters: ["qwertzuiopü", "asdfghjklöä", "yxcvbnmß"],
    shifted: ["QWERTZUIOPÜ", "ASDFGHJKLÖÄ", "YXCVBNMß"],
    digits: DIGITS,
    symbols: SYMBOLS,
};

/// As in France.
pub static AZERTY: KeyboardLayout = KeyboardLayout {
    letters: ["azertyuiop", "qsdfghjklm", "wxcvbn"],
    shifted: ["AZERTYUIOP", "QSDFGHJKLM", "WXCVBN"],
    digits: DIGITS,
    symbols: SYMBOLS,
};

/// Which of a layout's pages is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Page {
    #[default]
    Letters,
    Shifted,
    Digits,
    Symbols,
}

impl KeyboardLayout {
    pub(super) const fn rows(&self, page: Page) -> &Rows {
        match page {
            Page::Letters => &self.letters,
            Page::Shifted => &self.shifted,
            Page::Digits => &self.digits,
            Page::Symbols => &self.symbols,
        }
    }
}
