//! The appliance's domain, under the name that the kernel has for it.

use std::time::Duration;

use vitrine_xen::fake::{AsyncStore, Mapping, Pages, StoreWatch};
use vitrine_xen::platform::{
    FrontPlatform, GrantInUse, GrantSpace, MapError, NoGrantLeft, NoPortLeft, OutOfMemory, Store, StoreError,
};
use vitrine_xen::{Access, DomainId, Gfn, GrantRef, Port};

use crate::machine::{self, guest};

/// A handle to this thread's domain of the fake Xen. Any number of them are one.
#[derive(Clone, Copy, Debug)]
pub struct Xen;

impl FrontPlatform for Xen {
    type Pages = Pages;
    type Mapped = Mapping;

    fn allocate(&self, count: usize) -> Result<Pages, OutOfMemory> {
        guest().allocate(count)
    }

    fn grant(&self, peer: DomainId, frame: Gfn, access: Access) -> Result<GrantRef, NoGrantLeft> {
        guest().grant(peer, frame, access)
    }

    fn end_grant(&self, reference: GrantRef) -> Result<(), GrantInUse> {
        guest().end_grant(reference)
    }

    fn grant_space(&self) -> GrantSpace {
        guest().grant_space()
    }

    fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<Mapping, MapError> {
        guest().map(peer, references)
    }

    fn allocate_port(&self, peer: DomainId) -> Result<Port, NoPortLeft> {
        guest().allocate_port(peer)
    }

    fn notify(&self, port: Port) {
        guest().notify(port);
    }

    fn close_port(&self, port: Port) {
        guest().close_port(port);
    }

    async fn event(&self, port: Port) {
        guest().event(port).await;
    }

    fn set_masked(&self, port: Port, masked: bool) {
        guest().set_masked(port, masked);
    }

    fn now(&self) -> Duration {
        machine::now()
    }

    async fn sleep_until(&self, time: Duration) {
        guest().sleep_until(time).await;
    }
}

fn store() -> AsyncStore {
    guest().store()
}

impl Store for Xen {
    type Watch = StoreWatch;

    async fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        store().read(path).await
    }

    async fn directory(&self, path: &str) -> Result<Vec<String>, StoreError> {
        store().directory(path).await
    }

    async fn write(&self, path: &str, value: &[u8]) -> Result<(), StoreError> {
        store().write(path, value).await
    }

    async fn write_together(&self, nodes: &[(String, String)]) -> Result<(), StoreError> {
        store().write_together(nodes).await
    }

    async fn remove(&self, path: &str) -> Result<(), StoreError> {
        store().remove(path).await
    }

    async fn watch(&self, path: &str) -> Result<StoreWatch, StoreError> {
        store().watch(path).await
    }
}
