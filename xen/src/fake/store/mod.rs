//! The fake xenstore: one tree of nodes, and for each domain a client with two faces, [`AsyncStore`] for a front end and
//! [`SyncStore`] for a back end.

mod permissions;
mod tree;
mod watches;

use core::future::poll_fn;
use core::task::Poll;
use std::borrow::Cow;
use std::format;
use std::string::String;
use std::task::Waker;
use std::time::Duration;
use std::vec::Vec;

pub use permissions::{Permissions, Right};

use self::tree::{Change, Tree};
use self::watches::Watches;
use super::domain::Domain;
use super::faults::{Fault, Operation};
use crate::DomainId;
use crate::platform::{BackStore, Store, StoreError, Watch};

/// What xenstored holds.
#[derive(Default)]
pub(super) struct Xenstored {
    tree: Tree,
    watches: Watches,
    /// How long each answer takes that an asynchronous client gets.
    pub(super) answer_time: Duration,
}

impl Xenstored {
    pub(super) fn set_coalescing(&mut self, coalescing: bool) {
        self.watches.coalescing = coalescing;
    }

    /// A node's value, as domain 0 reads it.
    pub(super) fn value(&self, path: &str) -> Option<Vec<u8>> {
        self.tree.read(DomainId(0), path).ok()
    }

    pub(super) fn permissions(&self, path: &str) -> Option<&Permissions> {
        self.tree.permissions(path)
    }

    pub(super) fn watches(&self, domain: DomainId) -> usize {
        self.watches.count(domain)
    }

    /// Writes nodes as `caller`, all or none.
    #[must_use = "these have to be woken"]
    pub(super) fn write(
        &mut self,
        caller: DomainId,
        nodes: &[(Cow<'_, str>, &[u8])],
    ) -> Result<Vec<Waker>, StoreError> {
        let before = self.tree.clone();
        let written: Result<Vec<Change>, _> =
            nodes.iter().map(|(path, value)| self.tree.write(caller, path, value)).collect();
        match written {
            Ok(changes) => Ok(self.fire(&changes)),
            Err(error) => {
                self.tree = before;
                Err(error)
            }
        }
    }

    /// Removes a node as `caller`, with everything below it.
    #[must_use = "these have to be woken"]
    pub(super) fn remove(&mut self, caller: DomainId, path: &str) -> Result<Vec<Waker>, StoreError> {
        let changes = self.tree.remove(caller, path)?;
        Ok(self.fire(&changes))
    }

    /// Sets who may do what with a node that exists. Panics otherwise.
    pub(super) fn set_permissions(&mut self, path: &str, permissions: Permissions) {
        self.tree.set_permissions(path, permissions);
    }

    /// Ends all watches of a domain, and forgets what they have told.
    pub(super) fn end_watches(&mut self, domain: DomainId) {
        self.watches.remove_all(domain);
    }

    /// What xenstored does when a domain is gone.
    #[must_use = "these have to be woken"]
    pub(super) fn release(&mut self, domain: DomainId) -> Vec<Waker> {
        self.end_watches(domain);
        self.watches.fire_special("@releaseDomain")
    }

    /// What xenstored does when there is a new domain.
    #[must_use = "these have to be woken"]
    pub(super) fn introduce(&mut self) -> Vec<Waker> {
        self.watches.fire_special("@introduceDomain")
    }

    fn fire(&mut self, changes: &[Change]) -> Vec<Waker> {
        changes.iter().flat_map(|change| self.watches.fire(change)).collect()
    }
}

/// A domain's own folder.
pub(super) fn home(domain: DomainId) -> String {
    format!("/local/domain/{}", domain.0)
}

/// What both faces share: requests of one domain, with faults.
#[derive(Clone)]
struct Client {
    domain: Domain,
}

impl Client {
    fn with<T>(&self, work: impl FnOnce(&mut Xenstored) -> T) -> T {
        work(&mut self.domain.world().state().xenstored)
    }

    /// The absolute path, and the home if the path was relative to it.
    fn resolve<'a>(&self, path: &'a str) -> (Cow<'a, str>, Option<String>) {
        if path.is_empty() || path.starts_with(['/', '@']) {
            return (Cow::Borrowed(if path == "/" { "" } else { path }), None);
        }
        let home = home(self.domain.id());
        (Cow::Owned(format!("{home}/{path}")), Some(home))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        match self.domain.consult(&Operation::Read(path)) {
            None => self.with(|xenstored| xenstored.tree.read(self.domain.id(), &self.resolve(path).0)),
            Some(Fault::Value(value)) => Ok(value),
            Some(Fault::Store(error)) => Err(error),
            Some(fault) => fault.does_not_fit("a read"),
        }
    }

    fn directory(&self, path: &str) -> Result<Vec<String>, StoreError> {
        match self.domain.consult(&Operation::Directory(path)) {
            None => self.with(|xenstored| xenstored.tree.directory(self.domain.id(), &self.resolve(path).0)),
            Some(Fault::Names(names)) => Ok(names),
            Some(Fault::Store(error)) => Err(error),
            Some(fault) => fault.does_not_fit("a list"),
        }
    }

    fn write(&self, path: &str, value: &[u8]) -> Result<(), StoreError> {
        let operation = Operation::Write(path, value);
        self.change(&operation, |xenstored| xenstored.write(self.domain.id(), &[(self.resolve(path).0, value)]))
    }

    /// `began`: the tree's generation when the transaction was started.
    fn write_together(&self, nodes: &[(String, String)], began: u64) -> Result<(), StoreError> {
        self.change(&Operation::WriteTogether(nodes), |xenstored| {
            let resolve = |(path, value): &'_ (String, String)| (self.resolve(path).0.into_owned(), value.clone());
            let nodes: Vec<(String, String)> = nodes.iter().map(resolve).collect();
            if nodes.iter().any(|(path, _)| xenstored.tree.changed_since(path, began)) {
                return Err(StoreError::Again);
            }
            let nodes: Vec<_> = nodes.iter().map(|(path, value)| (path.as_str().into(), value.as_bytes())).collect();
            xenstored.write(self.domain.id(), &nodes)
        })
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        let removal = |xenstored: &mut Xenstored| xenstored.remove(self.domain.id(), &self.resolve(path).0);
        self.change(&Operation::Remove(path), removal)
    }

    fn change(
        &self,
        operation: &Operation<'_>,
        work: impl FnOnce(&mut Xenstored) -> Result<Vec<Waker>, StoreError>,
    ) -> Result<(), StoreError> {
        match self.domain.consult(operation) {
            None => self.with(work)?.into_iter().for_each(Waker::wake),
            Some(Fault::Lose) => {}
            Some(Fault::Store(error)) => return Err(error),
            Some(fault) => fault.does_not_fit("a change of xenstore"),
        }
        Ok(())
    }

    /// Asks whether a watch may be registered.
    fn may_watch(&self, path: &str) -> Result<(), StoreError> {
        match self.domain.consult(&Operation::Watch(path)) {
            None => Ok(()),
            Some(Fault::Store(error)) => Err(error),
            Some(fault) => fault.does_not_fit("a watch"),
        }
    }
}

/// A domain's xenstore as a front end sees it. Answers come at once, or after the time that
/// [`World::set_answer_time`](super::World::set_answer_time) says.
#[derive(Clone)]
pub struct AsyncStore {
    client: Client,
}

impl AsyncStore {
    pub(super) fn new(domain: Domain) -> Self {
        Self { client: Client { domain } }
    }

    async fn answer_time(&self) {
        let domain = &self.client.domain;
        let time = self.client.with(|xenstored| xenstored.answer_time);
        if time > Duration::ZERO {
            domain.sleep(domain.now() + time).await;
        }
    }
}

impl Store for AsyncStore {
    type Watch = StoreWatch;

    async fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        self.answer_time().await;
        self.client.read(path)
    }

    async fn directory(&self, path: &str) -> Result<Vec<String>, StoreError> {
        self.answer_time().await;
        self.client.directory(path)
    }

    async fn write(&self, path: &str, value: &[u8]) -> Result<(), StoreError> {
        self.answer_time().await;
        self.client.write(path, value)
    }

    async fn write_together(&self, nodes: &[(String, String)]) -> Result<(), StoreError> {
        let began = self.client.with(|xenstored| xenstored.tree.generation());
        self.answer_time().await;
        self.client.write_together(nodes, began)
    }

    async fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.answer_time().await;
        self.client.remove(path)
    }

    async fn watch(&self, path: &str) -> Result<StoreWatch, StoreError> {
        self.answer_time().await;
        self.client.may_watch(path)?;
        let (path, domain) = (self.client.resolve(path).0.into_owned(), self.client.domain.id());
        let id = self.client.with(|xenstored| xenstored.watches.poll_with(domain, path));
        Ok(StoreWatch { client: self.client.clone(), id })
    }
}

/// A watch of an [`AsyncStore`]; ends on drop.
pub struct StoreWatch {
    client: Client,
    id: u64,
}

impl Watch for StoreWatch {
    async fn changed(&mut self) {
        poll_fn(|context| match self.client.with(|xenstored| xenstored.watches.poll(self.id, context.waker())) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }
}

impl Drop for StoreWatch {
    fn drop(&mut self) {
        self.client.with(|xenstored| xenstored.watches.remove(self.id));
    }
}

/// A domain's xenstore as a back end sees it. Its watch events wait in a queue for the main loop.
#[derive(Clone)]
pub struct SyncStore {
    client: Client,
}

impl SyncStore {
    pub(super) fn new(domain: Domain) -> Self {
        Self { client: Client { domain } }
    }

    /// Takes the watch events that have come, as (path, token), oldest first.
    pub fn take_events(&self) -> Vec<(String, String)> {
        self.client.with(|xenstored| xenstored.watches.take_queue(self.client.domain.id()))
    }

    /// Whether there are watch events to take.
    pub fn has_events(&self) -> bool {
        self.client.with(|xenstored| xenstored.watches.any_queued(self.client.domain.id()))
    }
}

impl BackStore for SyncStore {
    fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        self.client.read(path)
    }

    fn directory(&self, path: &str) -> Result<Vec<String>, StoreError> {
        self.client.directory(path)
    }

    fn write(&self, path: &str, value: &[u8]) -> Result<(), StoreError> {
        self.client.write(path, value)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.client.remove(path)
    }

    fn watch(&self, path: &str, token: &str) -> Result<(), StoreError> {
        self.client.may_watch(path)?;
        let (path, home) = self.client.resolve(path);
        let domain = self.client.domain.id();
        self.client.with(|xenstored| xenstored.watches.queue(domain, path.into_owned(), home, token))
    }

    fn unwatch(&self, path: &str, token: &str) -> Result<(), StoreError> {
        self.client.domain.consult(&Operation::Unwatch(path));
        let domain = self.client.domain.id();
        self.client.with(|xenstored| xenstored.watches.unqueue(domain, &self.client.resolve(path).0, token))
    }
}
