//! The device's nodes in xenstore: their names, and how their values are read.

use core::fmt;

/// The device class in xenstore's paths and in `xl.cfg`.
pub const CLASS: &str = "vdispl";
/// Front end, read only: `1` when the back end is to allocate the buffers.
pub const BE_ALLOC: &str = "be-alloc";
/// Back end: the versions of the protocol that it speaks, such as `1,2`. Most back ends write none.
pub const VERSIONS: &str = "versions";
/// Front end: the one of [`VERSIONS`] that it has chosen.
pub const VERSION: &str = "version";
/// Connector, read only: `WIDTHxHEIGHT` in pixels.
pub const RESOLUTION: &str = "resolution";
/// Connector, read only: which of the back end's outputs it is.
pub const UNIQUE_ID: &str = "unique-id";
/// Connector: the control ring's grant.
pub const REQUEST_RING: &str = "req-ring-ref";
/// Connector: the control ring's event channel.
pub const REQUEST_CHANNEL: &str = "req-event-channel";
/// Connector: the event page's grant.
pub const EVENT_RING: &str = "evt-ring-ref";
/// Connector: the event page's event channel.
pub const EVENT_CHANNEL: &str = "evt-event-channel";

/// The largest width and height that is taken for a real one, in pixels. 16 times 8K leaves room; beyond it a picture's
/// size would not fit the protocol's 32 bits.
pub const LARGEST_SIDE: u32 = 32767;

/// The longest [`UNIQUE_ID`] that is taken for one, in bytes.
pub const LONGEST_UNIQUE_ID: usize = 64;

/// The highest version of the protocol that is written here; all below it are spoken too, down to 1.
pub const LAST_VERSION: u32 = 2;

/// A connector's visible area, in pixels; both sides are between 1 and [`LARGEST_SIDE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// Why a `resolution` node can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadResolution {
    /// It isn't two decimal numbers with an `x` between them, and nothing else.
    NotTwoNumbers,
    /// A side is 0, or more than [`LARGEST_SIDE`].
    OutOfRange,
}

impl fmt::Display for BadResolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTwoNumbers => write!(f, "it has to be WIDTHxHEIGHT, for example 1024x768"),
            Self::OutOfRange => write!(f, "width and height have to be from 1 to {LARGEST_SIDE}"),
        }
    }
}

impl Resolution {
    /// Reads the value of a `resolution` node.
    pub fn parse(value: &[u8]) -> Result<Self, BadResolution> {
        let separator = value.iter().position(|byte| *byte == b'x').ok_or(BadResolution::NotTwoNumbers)?;
        let width = parse_decimal(&value[..separator])?;
        let height = parse_decimal(&value[separator + 1..])?;
        if [width, height].iter().any(|side| !(1..=LARGEST_SIDE).contains(side)) {
            return Err(BadResolution::OutOfRange);
        }
        Ok(Self { width, height })
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// Why a `versions` node can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadVersions {
    /// It isn't a list of decimal numbers with commas between them, and nothing else.
    NotAList,
    /// No version in it is spoken here.
    Foreign,
}

impl fmt::Display for BadVersions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAList => write!(f, "it has to be a list of versions, for example 1,2"),
            Self::Foreign => write!(f, "this end speaks versions 1 to {LAST_VERSION}"),
        }
    }
}

/// Reads the value of a `versions` node: the highest version in it that is spoken here too.
pub fn common_version(value: &[u8]) -> Result<u32, BadVersions> {
    let versions = value.split(|byte| *byte == b',').map(|digits| parse_number(digits).ok_or(BadVersions::NotAList));
    let spoken = versions.filter(|version| !matches!(version, Ok(version) if !(1..=LAST_VERSION).contains(version)));
    spoken.reduce(|best, next| best.and_then(|best| Ok(best.max(next?)))).unwrap_or(Err(BadVersions::Foreign))
}

/// Reads the value of a `unique-id` node: visible ASCII, as the toolstack's syntax has it, and at most
/// [`LONGEST_UNIQUE_ID`] of it. `None` for anything else; it may be empty.
pub fn parse_unique_id(value: &[u8]) -> Option<&str> {
    let visible = value.len() <= LONGEST_UNIQUE_ID && value.iter().all(u8::is_ascii_graphic);
    core::str::from_utf8(value).ok().filter(|_| visible)
}

/// Digits only, at least one; too many are out of range.
fn parse_decimal(digits: &[u8]) -> Result<u32, BadResolution> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(BadResolution::NotTwoNumbers);
    }
    parse_number(digits).ok_or(BadResolution::OutOfRange)
}

/// Reads a grant reference, a port or a domid as the nodes have them: decimal digits and nothing else. `None` when it is
/// empty, has another character, or leaves 32 bits.
pub fn parse_number(value: &[u8]) -> Option<u32> {
    if value.is_empty() || value.len() > 10 || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    core::str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn resolutions() {
        assert_eq!(Resolution::parse(b"1024x768"), Ok(Resolution { width: 1024, height: 768 }));
        let not_two: [&[u8]; 12] = [
            b"",
            b"x",
            b"1024",
            b"1024x",
            b"x768",
            b"-1x768",
            b"+1x768",
            b"1024x768x1",
            b"1024x768 ",
            b" 1024x768",
            b"1024X768",
            b"1024x768\0",
        ];
        for text in not_two {
            assert_eq!(Resolution::parse(text), Err(BadResolution::NotTwoNumbers), "{text:?}");
        }
        let out: [&[u8]; 4] = [b"0x768", b"1024x0", b"32768x1", b"4294967296x4294967296"];
        for text in out {
            assert_eq!(Resolution::parse(text), Err(BadResolution::OutOfRange), "{text:?}");
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(parse_number(b"4294967295"), Some(u32::MAX));
        for text in [&b""[..], b"4294967296", b"00000000001", b"-1", b"1 ", b"0x10", &[0xff]] {
            assert_eq!(parse_number(text), None, "{text:?}");
        }
    }

    #[test]
    fn versions() {
        for (list, version) in [("1", 1), ("2", 2), ("1,2", 2), ("2,1", 2), ("1,3", 1), ("0,1,2,3,4294967295", 2)] {
            assert_eq!(common_version(list.as_bytes()), Ok(version), "{list}");
        }
        for list in ["", ",", "1,", ",1", "1,,2", "1, 2", "one", "1.2", "-1", "1,2\0", "1,4294967296", "x,1"] {
            assert_eq!(common_version(list.as_bytes()), Err(BadVersions::NotAList), "{list}");
        }
        for list in ["0", "3", "3,4", "4294967295"] {
            assert_eq!(common_version(list.as_bytes()), Err(BadVersions::Foreign), "{list}");
        }
    }

    #[test]
    fn unique_ids() {
        for name in ["", "Virtual-1", "eDP-1", "/dev/fb0"] {
            assert_eq!(parse_unique_id(name.as_bytes()), Some(name));
        }
        for name in [&b"two words"[..], b"tab\t", b"nul\0", b"gr\xc3\xbcn", &[0xff], &[b'x'; 65]] {
            assert_eq!(parse_unique_id(name), None, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn any_list_of_versions_is_survived(value in prop::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(version) = common_version(&value) {
                prop_assert!((1..=LAST_VERSION).contains(&version));
            }
        }

        #[test]
        fn any_text_is_survived(value in prop::collection::vec(any::<u8>(), 0..5000)) {
            if let Ok(resolution) = Resolution::parse(&value) {
                prop_assert!(resolution.width <= LARGEST_SIDE && resolution.height <= LARGEST_SIDE);
            }
        }
    }
}
