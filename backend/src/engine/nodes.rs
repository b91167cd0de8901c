//! Reading and writing xenstore nodes that may be missing. Only the loss of the xenstore is an error here.

use vitrine_xen::DomainId;
use vitrine_xen::io::displif::nodes::CLASS;
use vitrine_xen::platform::{BackStore, StoreError};

/// The path of the folder that holds all devices of the back end in domain `own`.
pub fn backend_root(own: DomainId) -> String {
    format!("/local/domain/{}/backend/{CLASS}", own.0)
}

/// A node's value; `None` when it is missing or can't be read.
pub fn value<S: BackStore>(store: &S, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
    tolerate(path, store.read(path))
}

/// A node's value as text; `None` also when it is none.
pub fn text<S: BackStore>(store: &S, path: &str) -> Result<Option<String>, StoreError> {
    Ok(value(store, path)?.and_then(|value| String::from_utf8(value).ok()))
}

/// The names below a folder; none when it is missing.
pub fn list<S: BackStore>(store: &S, path: &str) -> Result<Vec<String>, StoreError> {
    Ok(tolerate(path, store.directory(path))?.unwrap_or_default())
}

/// Writes a node.
pub fn write<S: BackStore>(store: &S, path: &str, value: &str) -> Result<(), StoreError> {
    tolerate(path, store.write(path, value.as_bytes())).map(drop)
}

/// Removes a node, if it is there, and all below it.
pub fn remove<S: BackStore>(store: &S, path: &str) -> Result<(), StoreError> {
    tolerate(path, store.remove(path)).map(drop)
}

/// Registers a watch; `false` when xenstored does not want it.
pub fn watch<S: BackStore>(store: &S, path: &str, token: &str) -> Result<bool, StoreError> {
    Ok(tolerate(path, store.watch(path, token))?.is_some())
}

/// Ends a watch, if there is one.
pub fn unwatch<S: BackStore>(store: &S, path: &str, token: &str) -> Result<(), StoreError> {
    tolerate(path, store.unwatch(path, token)).map(drop)
}

/// Goes on after any error but the loss of the xenstore.
fn tolerate<T>(path: &str, result: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(answer) => Ok(Some(answer)),
        Err(StoreError::NotFound) => Ok(None),
        Err(StoreError::Disconnected) => Err(StoreError::Disconnected),
        Err(error) => {
            log::warn!("{path}: {error}");
            Ok(None)
        }
    }
}
