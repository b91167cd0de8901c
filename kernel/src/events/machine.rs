//! The event channels of this machine.

use core::future::poll_fn;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicU64, Ordering};

use vitrine_xen::abi::memory::MapSpace;
use vitrine_xen::abi::shared_info::UPCALL_PENDING;
use vitrine_xen::hypercall::{self, XenError};
use vitrine_xen::memory::{SharedMemory, full_barrier};
use vitrine_xen::{DomainId, PAGE_SIZE, Port};

use super::bits::EventBits;
use super::ports::Ports;
use crate::arch::trap;
use crate::memory;
use crate::one_cpu::OneCpu;

struct Events {
    bits: EventBits,
    ports: Ports,
}

static EVENTS: OneCpu<Option<Events>> = OneCpu::new(None);
static SHARED_INFO: OneCpu<Option<SharedMemory<'static>>> = OneCpu::new(None);

/// How often the CPU came back from a halt.
static WAKEUPS: AtomicU64 = AtomicU64::new(0);

/// Maps shared_info and lets events interrupt a halted CPU.
pub(crate) fn initialise() -> Result<(), XenError> {
    let (frame, page) = memory::place_foreign().expect("the first of many places for frames of Xen's");
    let page = NonNull::new(page).expect("page 0 is RAM");
    // SAFETY: the frame holds no RAM; it was chosen for that.
    unsafe { hypercall::add_to_physmap(MapSpace::SharedInfo, 0, frame) }?;
    // SAFETY: the page is mapped for good. The views below reach different parts of it: `EventBits` the selector, the
    // pending and the mask bits; `SharedMemory` the time, and the byte that the upcall also clears.
    unsafe {
        *SHARED_INFO.borrow() = Some(SharedMemory::new(page, PAGE_SIZE));
        *EVENTS.borrow() = Some(Events { bits: EventBits::new(page), ports: Ports::new() });
        trap::set_upcall_pending(page.add(UPCALL_PENDING).as_ptr());
        hypercall::set_callback_vector(trap::UPCALL_VECTOR)
    }
}

/// The page that Xen shares with this domain, once it is mapped.
pub(crate) fn shared_info() -> Option<SharedMemory<'static>> {
    *SHARED_INFO.borrow()
}

fn with<T>(act: impl FnOnce(&mut Events) -> T) -> T {
    act(EVENTS.borrow().as_mut().expect("events::initialise comes first"))
}

/// Begins to take events of a port.
pub(crate) fn listen(port: Port) {
    with(|events| {
        let fired = events.bits.unmask(port);
        events.ports.open(port, fired);
    });
}

/// A new port that `remote` may bind to, listened to.
pub(crate) fn allocate(remote: DomainId) -> Result<Port, XenError> {
    let port = hypercall::event_alloc_unbound(remote)?;
    listen(port);
    Ok(port)
}

/// Closes a port and wakes whoever waits for it.
pub(crate) fn close(port: Port) {
    let waiting = with(|events| {
        events.bits.mask(port);
        events.ports.close(port)
    });
    if let Err(error) = hypercall::event_close(port) {
        log::warn!("closing event channel {}: {error}", port.0);
    }
    with(|events| events.bits.clear(port));
    if let Some(waiting) = waiting {
        waiting.wake();
    }
}

/// Sends an event to the other end of a port.
pub(crate) fn notify(port: Port) {
    if let Err(error) = hypercall::event_send(port) {
        log::warn!("event on channel {}: {error}", port.0);
    }
}

/// Masks a port, or unmasks it and fires it if an event came meanwhile.
pub(crate) fn set_masked(port: Port, masked: bool) {
    let waiting = with(|Events { bits, ports }| {
        if masked {
            bits.mask(port);
            return None;
        }
        if bits.unmask(port) { ports.fire(port).ok().flatten() } else { None }
    });
    if let Some(waiting) = waiting {
        waiting.wake();
    }
}

/// Forgets that a port has fired; whether it had.
pub(crate) fn clear(port: Port) -> bool {
    with(|events| events.bits.clear(port) | events.ports.clear(port))
}

/// Resolves once the port has fired since the last wait for it ended, or when it is closed.
pub(crate) async fn wait(port: Port) {
    poll_fn(|context| {
        let (poll, displaced) = with(|events| events.ports.poll(port, context.waker()));
        if let Some(displaced) = displaced {
            displaced.wake();
        }
        poll
    })
    .await;
}

/// Wakes whoever waits for a port that has fired.
pub(crate) fn scan() {
    if let Some(shared_info) = shared_info()
        && shared_info.read_u8(UPCALL_PENDING) != 0
    {
        shared_info.write_u8(UPCALL_PENDING, 0);
        // Cleared before the bits are looked at: an event from here on sets it again.
        full_barrier();
    }
    with(|Events { bits, ports }| {
        bits.take_pending(|port| match ports.fire(port) {
            // Waking only marks a task as ready; it runs later.
            Ok(Some(waiting)) => waiting.wake(),
            Ok(None) => {}
            // Nobody wants it; nobody shall be woken for it again.
            Err(_) => bits.mask(port),
        });
    });
}

/// Halts until an interrupt comes; returns at once if an event came since the last [`scan`].
pub(crate) fn halt() {
    trap::halt();
    WAKEUPS.store(WAKEUPS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// How often the CPU came back from a halt.
pub(crate) fn wakeups() -> u64 {
    WAKEUPS.load(Ordering::Relaxed)
}
