//! This machine, as the rest of the workspace sees it: the traits of [`vitrine_xen::platform`] on real Xen.

use alloc::string::String;
use alloc::vec::Vec;
use core::future::Future;
use core::ptr::NonNull;
use core::time::Duration;

use vitrine_xen::abi::memory::MapSpace;
use vitrine_xen::hypercall::{self, XenError};
use vitrine_xen::platform::{
    FrontPlatform, GrantInUse, GrantSpace, MapError, NoGrantLeft, NoPortLeft, OutOfMemory, Store, StoreError,
};
use vitrine_xen::xenstore::MessageType;
use vitrine_xen::{Access, DomainId, Gfn, GrantRef, Port};

use crate::grants::GrantTable;
use crate::memory::{self, MappedPages, Pages};
use crate::one_cpu::OneCpu;
use crate::store::{self, StoreWatch};
use crate::{events, time};

static GRANTS: OneCpu<GrantTable> = OneCpu::new(GrantTable::new(0, map_grant_frame));

/// Asks how large the grant table can be. Its frames are mapped when they are needed.
pub(crate) fn initialise() -> Result<(), XenError> {
    let (_, max_frames) = hypercall::grant_table_size()?;
    *GRANTS.borrow() = GrantTable::new(max_frames, map_grant_frame);
    Ok(())
}

/// Makes frame `index` of the grant table appear somewhere.
fn map_grant_frame(index: u32) -> Option<NonNull<u8>> {
    let (frame, page) = memory::place_foreign()?;
    // SAFETY: the frame holds no RAM; it was chosen for that.
    match unsafe { hypercall::add_to_physmap(MapSpace::GrantTable, u64::from(index), frame) } {
        Ok(()) => NonNull::new(page),
        Err(error) => {
            log::error!("frame {index} of the grant table can't be mapped: {error}");
            None
        }
    }
}

/// A handle to this machine's Xen. Any number of them are one.
#[derive(Clone, Copy, Debug)]
pub struct Xen;

impl FrontPlatform for Xen {
    type Pages = Pages;
    type Mapped = MappedPages;

    fn allocate(&self, count: usize) -> Result<Pages, OutOfMemory> {
        Pages::allocate(count)
    }

    fn grant(&self, peer: DomainId, frame: Gfn, access: Access) -> Result<GrantRef, NoGrantLeft> {
        GRANTS.borrow().grant(peer, frame, access)
    }

    fn end_grant(&self, reference: GrantRef) -> Result<(), GrantInUse> {
        GRANTS.borrow().end(reference)
    }

    fn grant_space(&self) -> GrantSpace {
        GRANTS.borrow().space()
    }

    fn map(&self, peer: DomainId, references: &[GrantRef]) -> Result<MappedPages, MapError> {
        MappedPages::map(peer, references)
    }

    fn allocate_port(&self, peer: DomainId) -> Result<Port, NoPortLeft> {
        events::allocate(peer).map_err(|error| {
            log::error!("no event channel for {peer}: {error}");
            NoPortLeft
        })
    }

    fn notify(&self, port: Port) {
        events::notify(port);
    }

    fn close_port(&self, port: Port) {
        events::close(port);
    }

    fn set_masked(&self, port: Port, masked: bool) {
        events::set_masked(port, masked);
    }

    fn event(&self, port: Port) -> impl Future<Output = ()> {
        events::wait(port)
    }

    fn now(&self) -> Duration {
        time::now()
    }

    fn sleep_until(&self, time: Duration) -> impl Future<Output = ()> {
        time::sleep_until(time)
    }
}

impl Store for Xen {
    type Watch = StoreWatch;

    async fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        store::request_value(MessageType::Read, path).await
    }

    async fn directory(&self, path: &str) -> Result<Vec<String>, StoreError> {
        store::directory(path).await
    }

    async fn write(&self, path: &str, value: &[u8]) -> Result<(), StoreError> {
        store::write(path, value).await
    }

    async fn write_together(&self, nodes: &[(String, String)]) -> Result<(), StoreError> {
        store::write_together(nodes).await
    }

    async fn remove(&self, path: &str) -> Result<(), StoreError> {
        store::request_value(MessageType::Remove, path).await.map(drop)
    }

    async fn watch(&self, path: &str) -> Result<StoreWatch, StoreError> {
        store::watch(path).await
    }
}
