//! What the toolstack has written about the device, read from xenstore and checked.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use embassy_futures::join::join;
use vitrine_xen::DomainId;
use vitrine_xen::io::displif::nodes::{self, Resolution};
use vitrine_xen::platform::{Store, StoreError};

use crate::Error;

/// More connectors than any back end offers; it bounds what is read.
const MOST_CONNECTORS: usize = 64;
/// How much of a bad value an error message repeats, in characters.
const QUOTED: usize = 32;

/// A device's connection data, as far as it does not change while the device exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The device's number.
    pub number: u32,
    /// The device's own folder, relative to the domain's home, such as `device/vdispl/0`.
    pub path: String,
    /// The back end's folder.
    pub backend_path: String,
    /// The domain that the back end runs in.
    pub backend: DomainId,
}

/// One connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    /// Its folder.
    pub path: String,
    /// Its visible area.
    pub resolution: Resolution,
    /// Which of the back end's outputs it is; empty where the toolstack does not say.
    pub unique_id: String,
}

/// What a connection is made from; read again for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The connectors, at least one, in the order of their numbers.
    pub connectors: Vec<Connector>,
}

/// The folder of the domain's display devices, relative to the domain's home.
pub fn folder() -> String {
    format!("device/{}", nodes::CLASS)
}

/// Finds the domain's display devices: their numbers, ascending. There may be none.
pub async fn devices<S: Store>(store: &S) -> Result<Vec<u32>, Error> {
    let folder = folder();
    let mut numbers: Vec<u32> = match store.directory(&folder).await {
        Ok(names) => names.iter().filter_map(|name| nodes::parse_number(name.as_bytes())).collect(),
        Err(StoreError::NotFound) => Vec::new(),
        Err(error) => return Err(Error::Node(folder, error)),
    };
    numbers.sort_unstable();
    Ok(numbers)
}

/// Reads where device `number` and its back end are.
pub async fn locate<S: Store>(store: &S, number: u32) -> Result<Location, Error> {
    let path = format!("{}/{number}", folder());
    let (backend_path, id) = join(read(store, &path, "backend"), read(store, &path, "backend-id")).await;
    let (backend_path, id) = (text(&backend_path?), id?);
    let backend = nodes::parse_number(&id).and_then(|id| u16::try_from(id).ok());
    match backend {
        Some(id) if id < DomainId::FIRST_RESERVED => Ok(Location { number, path, backend_path, backend: DomainId(id) }),
        _ => Err(Error::BackendId(quote(&id))),
    }
}

/// Reads the connectors, as many nodes at once as possible: from number 0 to the first one that has no `resolution`.
pub async fn read_configuration<S: Store>(store: &S, device: &str) -> Result<Configuration, Error> {
    let (allocates, connectors) =
        join(read_if_any(store, device, nodes::BE_ALLOC), read_connectors(store, device)).await;
    if allocates?.is_some_and(|value| value == b"1") {
        return Err(Error::BackendAllocates);
    }
    let connectors = connectors?;
    if connectors.is_empty() { Err(Error::NoConnector(0)) } else { Ok(Configuration { connectors }) }
}

async fn read_connectors<S: Store>(store: &S, device: &str) -> Result<Vec<Connector>, Error> {
    let mut connectors = Vec::new();
    while connectors.len() < MOST_CONNECTORS {
        match read_connector(store, format!("{device}/{}", connectors.len())).await? {
            Some(connector) => connectors.push(connector),
            None => break,
        }
    }
    Ok(connectors)
}

async fn read_connector<S: Store>(store: &S, path: String) -> Result<Option<Connector>, Error> {
    let resolution = read_if_any(store, &path, nodes::RESOLUTION);
    let (resolution, unique_id) = join(resolution, read_if_any(store, &path, nodes::UNIQUE_ID)).await;
    let (Some(value), unique_id) = (resolution?, unique_id?) else { return Ok(None) };
    let resolution = Resolution::parse(&value)
        .map_err(|problem| Error::Resolution(format!("{path}/{}", nodes::RESOLUTION), quote(&value), problem))?;
    let unique_id = unique_id.map_or(String::new(), |value| text(&value));
    Ok(Some(Connector { path, resolution, unique_id }))
}

async fn read<S: Store>(store: &S, folder: &str, name: &str) -> Result<Vec<u8>, Error> {
    let path = format!("{folder}/{name}");
    store.read(&path).await.map_err(|error| Error::Node(path, error))
}

async fn read_if_any<S: Store>(store: &S, folder: &str, name: &str) -> Result<Option<Vec<u8>>, Error> {
    match read(store, folder, name).await {
        Ok(value) => Ok(Some(value)),
        Err(Error::Node(_, StoreError::NotFound)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

/// The beginning of a value, fit to be printed.
fn quote(value: &[u8]) -> String {
    let text = text(value);
    let short: String = text.chars().take(QUOTED).collect();
    if short.len() < text.len() { format!("{short}...") } else { short.to_string() }
}
