//! Operations of HVM and PVH guests (`hvm/hvm_op.h`, `hvm/params.h`).

/// `HVMOP_set_param`.
pub const SET_PARAM: u64 = 0;
/// `HVMOP_get_param`.
pub const GET_PARAM: u64 = 1;

/// `HVM_PARAM_CALLBACK_IRQ`: how events reach vCPU 0.
pub const PARAM_CALLBACK_IRQ: u32 = 0;
/// `HVM_PARAM_STORE_PFN`: the frame of the xenstore ring.
pub const PARAM_STORE_PFN: u32 = 1;
/// `HVM_PARAM_STORE_EVTCHN`: the xenstore's port.
pub const PARAM_STORE_EVTCHN: u32 = 2;
/// `HVM_PARAM_CONSOLE_PFN`: the frame of the console ring.
pub const PARAM_CONSOLE_PFN: u32 = 17;
/// `HVM_PARAM_CONSOLE_EVTCHN`: the console's port.
pub const PARAM_CONSOLE_EVTCHN: u32 = 18;

/// `HVM_PARAM_CALLBACK_TYPE_VECTOR` in its place: events are an interrupt with the vector in bits 0 to 7.
pub const CALLBACK_TYPE_VECTOR: u64 = 2 << 56;

/// `struct xen_hvm_param`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Param {
    /// In: whose.
    pub domid: u16,
    /// Must be 0.
    pub pad: u16,
    /// In: `HVM_PARAM_*`.
    pub index: u32,
    /// In or out.
    pub value: u64,
}

const _: () = assert!(size_of::<Param>() == 16);
