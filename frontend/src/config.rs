//! What the toolstack and the back end have written about the device, read from xenstore and checked.
//!
//! Nothing here is this domain's own word: every value may be missing, bad, or a megabyte long, and ends in an error that
//! names the node, quotes the value's beginning and says what it has to be.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use embassy_futures::join::join;
use vitrine_xen::DomainId;
use vitrine_xen::io::displif::nodes::{self, BadResolution, BadVersions, LONGEST_UNIQUE_ID, Resolution};
use vitrine_xen::platform::{Store, StoreError};

use crate::Error;

/// The most connectors that a device may have. No back end offers as many; it bounds what is read and made.
pub const MOST_CONNECTORS: usize = 64;
/// The longest path of a back end's folder: room is left for the nodes in it (`XENSTORE_ABS_PATH_MAX` is 3,072).
const LONGEST_PATH: usize = 3000;
/// How much of a bad value an error message repeats, in bytes.
const QUOTED: usize = 30;

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
    /// Which of the back end's outputs it is: visible ASCII, at most [`LONGEST_UNIQUE_ID`] bytes; empty where the toolstack
    /// does not say.
    pub unique_id: String,
}

/// What the toolstack says that a connection is made from; read again for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The connectors, at least one and at most [`MOST_CONNECTORS`], in the order of their numbers.
    pub connectors: Vec<Connector>,
    /// Whether the back end is to allocate the buffers (`be-alloc`); where the toolstack does not say, it is not.
    pub be_alloc: bool,
}

/// What is wrong with a node's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadValue {
    /// It is no path of a back end's folder.
    BackendPath,
    /// It is no domid.
    BackendId,
    /// It is neither 0 nor 1.
    NotAFlag,
    /// It is no list of versions, or of none that is spoken here.
    Versions(BadVersions),
    /// It is no size in pixels.
    Resolution(BadResolution),
    /// It has a character that a connector's name can't have, or too many.
    UniqueId,
}

impl fmt::Display for BadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BackendPath => write!(f, "it has to be a path that begins with a slash"),
            Self::BackendId => write!(f, "it has to be a domid"),
            Self::NotAFlag => write!(f, "it has to be 0 or 1"),
            Self::Versions(problem) => problem.fmt(f),
            Self::Resolution(problem) => problem.fmt(f),
            Self::UniqueId => write!(f, "it has to be at most {LONGEST_UNIQUE_ID} visible ASCII characters"),
        }
    }
}

/// The folder of the domain's display devices, relative to the domain's home.
pub fn folder() -> String {
    format!("device/{}", nodes::CLASS)
}

/// Finds the domain's display devices: their numbers, ascending. There may be none.
pub async fn devices<S: Store>(store: &S) -> Result<Vec<u32>, Error> {
    numbers(store, &folder()).await
}

/// Reads where device `number` and its back end are.
pub async fn locate<S: Store>(store: &S, number: u32) -> Result<Location, Error> {
    let path = format!("{}/{number}", folder());
    let (backend, id) = read_two(store, &path, ["backend", "backend-id"]).await?;
    let id = id.ok_or_else(|| Error::Node(format!("{path}/backend-id"), StoreError::NotFound))?;
    let backend_path = folder_path(&backend).ok_or_else(|| bad(&path, "backend", &backend, BadValue::BackendPath))?;
    let backend = domid(&id).ok_or_else(|| bad(&path, "backend-id", &id, BadValue::BackendId))?;
    Ok(Location { number, path, backend_path, backend })
}

/// Reads what the toolstack says that a connection is made from.
pub async fn read_configuration<S: Store>(store: &S, device: &str) -> Result<Configuration, Error> {
    let (be_alloc, count) = join(read_if_any(store, device, nodes::BE_ALLOC), count_connectors(store, device)).await;
    let be_alloc = match be_alloc?.as_deref() {
        Some(b"1") => true,
        Some(b"0") | None => false,
        Some(other) => return Err(bad(device, nodes::BE_ALLOC, other, BadValue::NotAFlag)),
    };
    let mut connectors = Vec::new();
    for index in 0..count? {
        connectors.push(read_connector(store, format!("{device}/{index}")).await?);
    }
    Ok(Configuration { connectors, be_alloc })
}

/// Reads which version of the protocol is the highest that both ends speak; `None` where the back end does not say, as most
/// don't, whatever they speak.
pub async fn read_version<S: Store>(store: &S, backend: &str) -> Result<Option<u32>, Error> {
    let Some(list) = read_if_any(store, backend, nodes::VERSIONS).await? else { return Ok(None) };
    let version = nodes::common_version(&list);
    version.map(Some).map_err(|problem| bad(backend, nodes::VERSIONS, &list, BadValue::Versions(problem)))
}

/// How many connectors a device has. They are the folders in the device's that have numbers for names: 0 and on, without a
/// gap. Other front ends stop at a gap, and never say what became of the connectors behind it.
async fn count_connectors<S: Store>(store: &S, device: &str) -> Result<usize, Error> {
    let numbers = numbers(store, device).await?;
    if numbers.len() > MOST_CONNECTORS {
        return Err(Error::TooManyConnectors(numbers.len()));
    }
    match (0..).zip(&numbers).find(|(index, number)| index != *number) {
        Some((missing, found)) => Err(Error::ConnectorGap { missing, found: *found }),
        None if numbers.is_empty() => Err(Error::NoConnector(0)),
        None => Ok(numbers.len()),
    }
}

async fn read_connector<S: Store>(store: &S, path: String) -> Result<Connector, Error> {
    let (value, unique_id) = read_two(store, &path, [nodes::RESOLUTION, nodes::UNIQUE_ID]).await?;
    let unique_id = unique_id.unwrap_or_default();
    let resolution = Resolution::parse(&value)
        .map_err(|problem| bad(&path, nodes::RESOLUTION, &value, BadValue::Resolution(problem)))?;
    let unique_id = nodes::parse_unique_id(&unique_id)
        .ok_or_else(|| bad(&path, nodes::UNIQUE_ID, &unique_id, BadValue::UniqueId))?
        .to_string();
    Ok(Connector { path, resolution, unique_id })
}

/// The names in a folder that are numbers, ascending; none where there is no folder.
async fn numbers<S: Store>(store: &S, folder: &str) -> Result<Vec<u32>, Error> {
    let names = match store.directory(folder).await {
        Ok(names) => names,
        Err(StoreError::NotFound) => Vec::new(),
        Err(error) => return Err(Error::Node(folder.to_string(), error)),
    };
    // Put in order one by one: there are few, and the library's sort is a noticeable part of a small image.
    let mut numbers = Vec::new();
    for number in names.iter().filter_map(|name| nodes::parse_number(name.as_bytes())) {
        let place = numbers.partition_point(|other| *other < number);
        numbers.insert(place, number);
    }
    Ok(numbers)
}

/// Reads two nodes of a folder side by side: one that has to be there, and one that may be missing.
async fn read_two<S: Store>(
    store: &S,
    folder: &str,
    [needed, optional]: [&str; 2],
) -> Result<(Vec<u8>, Option<Vec<u8>>), Error> {
    let paths = (format!("{folder}/{needed}"), format!("{folder}/{optional}"));
    let (needed, optional) = join(store.read(&paths.0), store.read(&paths.1)).await;
    let needed = needed.map_err(|error| Error::Node(paths.0, error))?;
    Ok((needed, if_any(paths.1, optional)?))
}

/// Reads a node that may be missing.
async fn read_if_any<S: Store>(store: &S, folder: &str, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let path = format!("{folder}/{name}");
    let value = store.read(&path).await;
    if_any(path, value)
}

fn if_any(path: String, value: Result<Vec<u8>, StoreError>) -> Result<Option<Vec<u8>>, Error> {
    match value {
        Ok(value) => Ok(Some(value)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(Error::Node(path, error)),
    }
}

/// An absolute path that leaves room for the nodes in the folder.
fn folder_path(value: &[u8]) -> Option<String> {
    let is_path = value.starts_with(b"/") && value.len() <= LONGEST_PATH && value.iter().all(u8::is_ascii_graphic);
    is_path.then(|| String::from_utf8_lossy(value).into_owned())
}

fn domid(value: &[u8]) -> Option<DomainId> {
    let id = u16::try_from(nodes::parse_number(value)?).ok()?;
    (id < DomainId::FIRST_RESERVED).then_some(DomainId(id))
}

/// The error that says what is wrong with a node's value, with the value's beginning.
fn bad(folder: &str, name: &str, value: &[u8], problem: BadValue) -> Error {
    let mut quoted = value[..value.len().min(QUOTED)].escape_ascii().to_string();
    if value.len() > QUOTED {
        quoted.push_str("...");
    }
    Error::Value(format!("{folder}/{name}"), quoted, problem)
}
