//! The states by which two ends of a device meet (`io/xenbus.h`).

/// A device end's state, as its `state` node says it in decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum XenbusState {
    /// The node is missing, empty, or says nothing that is a state.
    Unknown = 0,
    /// The end exists and has done nothing yet.
    Initialising = 1,
    /// The back end waits for the front end's details.
    InitWait = 2,
    /// The front end has published its rings and ports.
    Initialised = 3,
    /// Ready for requests.
    Connected = 4,
    /// The end is going away.
    Closing = 5,
    /// The end is gone.
    Closed = 6,
    /// The front end lets go of what it holds after the back end was lost.
    Reconfiguring = 7,
    /// Reconfiguring is done.
    Reconfigured = 8,
}

impl XenbusState {
    /// All states, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Initialising,
        Self::InitWait,
        Self::Initialised,
        Self::Connected,
        Self::Closing,
        Self::Closed,
        Self::Reconfiguring,
        Self::Reconfigured,
    ];

    /// Reads the value of a `state` node; whatever is not one decimal digit from 0 to 8 is [`Self::Unknown`].
    pub fn parse(value: &[u8]) -> Self {
        match value {
            [digit @ b'0'..=b'8'] => Self::ALL[usize::from(digit - b'0')],
            _ => Self::Unknown,
        }
    }

    /// The value to write into a `state` node.
    pub const fn digit(self) -> &'static str {
        ["0", "1", "2", "3", "4", "5", "6", "7", "8"][self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_survive_the_way_through_a_node() {
        for state in XenbusState::ALL {
            assert_eq!(XenbusState::parse(state.digit().as_bytes()), state);
        }
    }

    #[test]
    fn nonsense_is_unknown() {
        for value in [&b""[..], b"9", b"-1", b"4 ", b"04", b"Connected", &[0xff]] {
            assert_eq!(XenbusState::parse(value), XenbusState::Unknown);
        }
    }
}
