//! Event channels (`event_channel.h`).

/// `EVTCHNOP_bind_virq`.
pub const BIND_VIRQ: u64 = 1;
/// `EVTCHNOP_close`.
pub const CLOSE: u64 = 3;
/// `EVTCHNOP_send`.
pub const SEND: u64 = 4;
/// `EVTCHNOP_alloc_unbound`.
pub const ALLOC_UNBOUND: u64 = 6;

/// Ports of the 2-level ABI on 64-bit guests (`EVTCHN_2L_NR_CHANNELS`): 64 words of 64 bits.
pub const PORTS: u32 = 4096;

/// The one-shot and periodic timer's virtual interrupt (`VIRQ_TIMER`, `xen.h`).
pub const VIRQ_TIMER: u32 = 0;

/// `struct evtchn_alloc_unbound`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct AllocUnbound {
    /// In: whose port it becomes.
    pub dom: u16,
    /// In: who may bind to it.
    pub remote_dom: u16,
    /// Out.
    pub port: u32,
}

/// `struct evtchn_bind_virq`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct BindVirq {
    /// In: `VIRQ_*`.
    pub virq: u32,
    /// In: the vCPU that gets the events.
    pub vcpu: u32,
    /// Out.
    pub port: u32,
}

/// `struct evtchn_close` and `struct evtchn_send`, which are alike.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct OnePort {
    /// In.
    pub port: u32,
}

const _: () = assert!(size_of::<AllocUnbound>() == 8);
const _: () = assert!(size_of::<BindVirq>() == 12);
const _: () = assert!(size_of::<OnePort>() == 4);
