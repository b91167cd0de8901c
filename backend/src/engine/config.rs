//! What xenstore says about a device: its configuration, and what the front end publishes.

use core::fmt;

use vitrine_xen::io::displif::nodes::{
    self, BE_ALLOC, BadResolution, EVENT_CHANNEL, EVENT_RING, REQUEST_CHANNEL, REQUEST_RING, RESOLUTION, Resolution,
    UNIQUE_ID,
};
use vitrine_xen::platform::{BackStore, StoreError};
use vitrine_xen::{GrantRef, Port};

/// The back end's node that lists the versions of the protocol that it speaks, and those versions.
pub const VERSIONS: &str = "versions";
/// See [`VERSIONS`].
pub const VERSIONS_OFFERED: &str = "1,2";
/// The front end's node for the version that it has chosen.
const VERSION: &str = "version";

/// The longest connector name that is taken for one, in bytes.
const LONGEST_NAME: usize = 64;

/// A connector as the toolstack has configured it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorConfig {
    /// Which of the output's connectors it is (`unique-id`): visible ASCII without `/`.
    pub name: String,
    /// The visible area.
    pub resolution: Resolution,
}

/// The version of the protocol that the front end speaks (`version`, `io/displif.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Also when the front end does not say, as Linux's.
    One,
    /// With EDIDs, and so with modes.
    Two,
}

/// What the front end publishes of a connector before it goes to Initialised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transport {
    /// The control ring's page.
    pub request_ring: GrantRef,
    /// The control ring's event channel.
    pub request_channel: Port,
    /// The event page.
    pub event_ring: GrantRef,
    /// The event page's event channel.
    pub event_channel: Port,
}

/// Why a device's nodes can't be used. Each names the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// The node can't be read.
    Unreadable(String, StoreError),
    /// The node has to be a decimal number that fits 32 bits, and not 0.
    NotANumber(String),
    /// The node is no resolution.
    Resolution(String, BadResolution),
    /// The node is no name of a connector.
    Name(String),
    /// The front end speaks a version of the protocol that was not offered.
    Version(String),
    /// The front end's folder has no connector; the path of the first one.
    NoConnector(String),
    /// There are more connectors than are allowed; how many are.
    TooManyConnectors(usize),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "{path}: {error}"),
            Self::NotANumber(path) => write!(f, "{path}: not a number from 1 to {}", u32::MAX),
            Self::Resolution(path, error) => write!(f, "{path}: {error}"),
            Self::Name(path) => {
                write!(f, "{path}: a connector's name has 1 to {LONGEST_NAME} visible characters and no slash")
            }
            Self::Version(path) => write!(f, "{path}: not one of the versions {VERSIONS_OFFERED}"),
            Self::NoConnector(path) => write!(f, "{path}: missing; is there connectors=NAME:WIDTHxHEIGHT in vdispl?"),
            Self::TooManyConnectors(limit) => write!(f, "more than {limit} connectors (--connector-limit)"),
        }
    }
}

/// Reads the connectors below the front end's folder; they end at the first number that is missing.
pub fn read_connectors<S: BackStore>(
    store: &S,
    frontend: &str,
    limit: usize,
) -> Result<Vec<ConnectorConfig>, ConfigError> {
    let mut connectors = Vec::new();
    loop {
        let path = format!("{frontend}/{}/{RESOLUTION}", connectors.len());
        let value = match store.read(&path) {
            Ok(value) => value,
            Err(StoreError::NotFound) if connectors.is_empty() => return Err(ConfigError::NoConnector(path)),
            Err(StoreError::NotFound) => return Ok(connectors),
            Err(error) => return Err(ConfigError::Unreadable(path, error)),
        };
        if connectors.len() == limit {
            return Err(ConfigError::TooManyConnectors(limit));
        }
        let resolution = Resolution::parse(&value).map_err(|error| ConfigError::Resolution(path, error))?;
        let name = read_name(store, format!("{frontend}/{}/{UNIQUE_ID}", connectors.len()))?;
        connectors.push(ConnectorConfig { name, resolution });
    }
}

/// Reads whether the toolstack wants the back end to allocate the device's buffers: `be-alloc` is 1, and nothing else.
pub fn read_allocation<S: BackStore>(store: &S, frontend: &str) -> Result<bool, ConfigError> {
    let path = format!("{frontend}/{BE_ALLOC}");
    match store.read(&path).as_deref() {
        Ok(value) => Ok(value == b"1"),
        Err(StoreError::NotFound) => Ok(false),
        Err(error) => Err(ConfigError::Unreadable(path, *error)),
    }
}

/// Reads which version of the protocol the front end has chosen.
pub fn read_version<S: BackStore>(store: &S, frontend: &str) -> Result<Version, ConfigError> {
    let path = format!("{frontend}/{VERSION}");
    match store.read(&path).as_deref() {
        Ok(b"1") | Err(StoreError::NotFound) => Ok(Version::One),
        Ok(b"2") => Ok(Version::Two),
        Ok(_) => Err(ConfigError::Version(path)),
        Err(error) => Err(ConfigError::Unreadable(path, *error)),
    }
}

/// Reads what the front end has published of connector `index`.
pub fn read_transport<S: BackStore>(store: &S, frontend: &str, index: usize) -> Result<Transport, ConfigError> {
    let number = |node| read_number(store, format!("{frontend}/{index}/{node}"));
    Ok(Transport {
        request_ring: GrantRef(number(REQUEST_RING)?),
        request_channel: Port(number(REQUEST_CHANNEL)?),
        event_ring: GrantRef(number(EVENT_RING)?),
        event_channel: Port(number(EVENT_CHANNEL)?),
    })
}

fn read_name<S: BackStore>(store: &S, path: String) -> Result<String, ConfigError> {
    let value = store.read(&path).map_err(|error| ConfigError::Unreadable(path.clone(), error))?;
    let visible = value.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'/');
    match String::from_utf8(value) {
        Ok(name) if visible && (1..=LONGEST_NAME).contains(&name.len()) => Ok(name),
        _ => Err(ConfigError::Name(path)),
    }
}

fn read_number<S: BackStore>(store: &S, path: String) -> Result<u32, ConfigError> {
    let value = store.read(&path).map_err(|error| ConfigError::Unreadable(path.clone(), error))?;
    nodes::parse_number(&value).filter(|number| *number != 0).ok_or(ConfigError::NotANumber(path))
}
