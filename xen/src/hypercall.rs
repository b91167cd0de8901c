//! Calls into Xen from an HVM or PVH guest on x86-64.
//!
//! Begin with [`select`], which must be told how this CPU enters its hypervisor; until then every call fails with ENOSYS.
//! Each function is one hypercall, named after its command in Xen's headers. All of them count themselves: see
//! [`counts`].

use core::arch::asm;
use core::fmt;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::abi::sched::ShutdownReason;
use crate::abi::vcpu::RunstateInfo;
use crate::abi::{Hypercall, event_channel, grant_table, hvm, memory, sched, vcpu};
use crate::{DomainId, Gfn, Port};

/// The instruction that enters the hypervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Instruction {
    /// `vmcall`: CPUs with VMX (Intel, Zhaoxin, VIA).
    Vmcall = 1,
    /// `vmmcall`: CPUs with SVM (AMD, Hygon).
    Vmmcall = 2,
}

/// An error number of Xen's, positive (`errno.h`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct XenError(pub i32);

impl XenError {
    /// The name of the error in Xen's headers, as far as the calls of this module give it.
    pub fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            1 => "EPERM",
            2 => "ENOENT",
            3 => "ESRCH",
            7 => "E2BIG",
            11 => "EAGAIN",
            12 => "ENOMEM",
            13 => "EACCES",
            14 => "EFAULT",
            16 => "EBUSY",
            17 => "EEXIST",
            22 => "EINVAL",
            28 => "ENOSPC",
            38 => "ENOSYS",
            62 => "ETIME",
            95 => "EOPNOTSUPP",
            _ => return None,
        })
    }
}

impl fmt::Display for XenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Xen error {}", self.0),
        }
    }
}

impl fmt::Debug for XenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How many hypercalls were made since boot, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HypercallCounts {
    /// `EVTCHNOP_send`: events sent to other domains.
    pub notify: u64,
    /// `VCPUOP_set_singleshot_timer`: timers armed.
    pub timer: u64,
    /// All others.
    pub other: u64,
}

impl HypercallCounts {
    /// All of them together.
    pub fn total(&self) -> u64 {
        self.notify + self.timer + self.other
    }
}

static INSTRUCTION: AtomicU8 = AtomicU8::new(0);
static NOTIFY: AtomicU64 = AtomicU64::new(0);
static TIMER: AtomicU64 = AtomicU64::new(0);
static OTHER: AtomicU64 = AtomicU64::new(0);

/// Says how this CPU enters its hypervisor.
pub fn select(instruction: Instruction) {
    INSTRUCTION.store(instruction as u8, Ordering::Relaxed);
}

/// How many hypercalls were made since boot.
pub fn counts() -> HypercallCounts {
    HypercallCounts {
        notify: NOTIFY.load(Ordering::Relaxed),
        timer: TIMER.load(Ordering::Relaxed),
        other: OTHER.load(Ordering::Relaxed),
    }
}

/// Adds 1 without a locked instruction: only one vCPU counts.
fn count(counter: &AtomicU64) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
}

/// Makes a hypercall with up to three arguments.
///
/// # Safety
/// The arguments must be what Xen's headers ask for, and what Xen does must not break Rust's rules: memory that an
/// argument points to is as readable and writable as the call needs.
unsafe fn call(number: Hypercall, arguments: [u64; 3]) -> Result<u64, XenError> {
    let [first, second, third] = arguments;
    let result: i64;
    match INSTRUCTION.load(Ordering::Relaxed) {
        // SAFETY: the caller vouches for what Xen does; the registers are those of the hypercall ABI
        // (`arch-x86/xen-x86_64.h`), and the stack is left alone.
        1 => unsafe {
            asm!("vmcall", inlateout("rax") u64::from(number as u8) as i64 => result, inlateout("rdi") first => _,
                 inlateout("rsi") second => _, inlateout("rdx") third => _, options(nostack));
        },
        // SAFETY: as above.
        2 => unsafe {
            asm!("vmmcall", inlateout("rax") u64::from(number as u8) as i64 => result, inlateout("rdi") first => _,
                 inlateout("rsi") second => _, inlateout("rdx") third => _, options(nostack));
        },
        // Nobody has said how: not even the report of that failure may fail because of it.
        _ => return Err(XenError(38)),
    }
    if result < 0 { Err(XenError(result.unsigned_abs() as i32)) } else { Ok(result as u64) }
}

/// Makes a hypercall of the shape (command, pointer to a structure).
///
/// # Safety
/// `Argument` is the structure that `command` of `number` takes, and what the call does to the domain is all right.
unsafe fn command<Argument>(number: Hypercall, command: u64, argument: &mut Argument) -> Result<u64, XenError> {
    count(&OTHER);
    // SAFETY: the structure is exclusively ours and lives across the call; the rest is the caller's word.
    unsafe { call(number, [command, core::ptr::from_mut(argument) as u64, 0]) }
}

/// `XENVER_version`: Xen's version as (major, minor).
pub fn xen_version() -> Result<(u16, u16), XenError> {
    count(&OTHER);
    // SAFETY: command 0 takes no structure.
    let version = unsafe { call(Hypercall::XenVersion, [0, 0, 0]) }?;
    Ok(((version >> 16) as u16, version as u16))
}

/// `XENMEM_add_to_physmap`: makes page `index` of `space` appear at `frame` of this domain.
///
/// # Safety
/// `frame` must hold no memory that Rust knows: whatever was there is gone.
pub unsafe fn add_to_physmap(space: memory::MapSpace, index: u64, frame: Gfn) -> Result<(), XenError> {
    let mut argument =
        memory::AddToPhysmap { domid: DomainId::SELF.0, size: 0, space: space as u32, idx: index, gpfn: frame.0 };
    // SAFETY: the structure is the command's; the caller vouches for the frame.
    unsafe { command(Hypercall::MemoryOp, memory::ADD_TO_PHYSMAP, &mut argument) }.map(drop)
}

/// `GNTTABOP_query_size`: the frames that the grant table has now, and can have at most.
pub fn grant_table_size() -> Result<(u32, u32), XenError> {
    let mut argument = grant_table::QuerySize { dom: DomainId::SELF.0, nr_frames: 0, max_nr_frames: 0, status: 0 };
    count(&OTHER);
    let pointer = core::ptr::from_mut(&mut argument) as u64;
    // SAFETY: one structure of the command's, which lives across the call.
    unsafe { call(Hypercall::GrantTableOp, [grant_table::QUERY_SIZE, pointer, 1]) }?;
    match argument.status {
        0 => Ok((argument.nr_frames, argument.max_nr_frames)),
        // A GNTST_* code, not an errno; all that it can mean here is that the question was wrong.
        _ => Err(XenError(22)),
    }
}

/// `GNTTABOP_map_grant_ref`: maps grants of other domains into this one. Each operation has its own
/// status, which the caller has set to a failure: where Xen answers with an error, those that it did not reach still say so.
///
/// # Safety
/// The guest-physical addresses must hold no memory that Rust knows.
pub unsafe fn grant_map(operations: &mut [grant_table::MapGrantRef]) -> Result<(), XenError> {
    let arguments = [grant_table::MAP_GRANT_REF, operations.as_mut_ptr() as u64, operations.len() as u64];
    count(&OTHER);
    // SAFETY: as many structures of the command's as are named, which live across the call; the rest is the caller's word.
    unsafe { call(Hypercall::GrantTableOp, arguments) }.map(drop)
}

/// `GNTTABOP_unmap_grant_ref`: undoes mappings of [`grant_map`]. Each operation has its own status, as there.
///
/// # Safety
/// Nobody may use the memory that is unmapped, now or later.
pub unsafe fn grant_unmap(operations: &mut [grant_table::UnmapGrantRef]) -> Result<(), XenError> {
    let arguments = [grant_table::UNMAP_GRANT_REF, operations.as_mut_ptr() as u64, operations.len() as u64];
    count(&OTHER);
    // SAFETY: as in `grant_map`.
    unsafe { call(Hypercall::GrantTableOp, arguments) }.map(drop)
}

/// `HVMOP_get_param`: a parameter of this domain, one of `hvm::PARAM_*`.
pub fn hvm_param(index: u32) -> Result<u64, XenError> {
    let mut argument = hvm::Param { domid: DomainId::SELF.0, pad: 0, index, value: 0 };
    // SAFETY: the structure is the command's; reading a parameter changes nothing.
    unsafe { command(Hypercall::HvmOp, hvm::GET_PARAM, &mut argument) }?;
    Ok(argument.value)
}

/// `HVMOP_set_param` of `HVM_PARAM_CALLBACK_IRQ`: from now on events interrupt vCPU 0 with `vector`.
///
/// # Safety
/// The interrupt descriptor table must have a handler for `vector` by the time interrupts are enabled.
pub unsafe fn set_callback_vector(vector: u8) -> Result<(), XenError> {
    let mut argument = hvm::Param {
        domid: DomainId::SELF.0,
        pad: 0,
        index: hvm::PARAM_CALLBACK_IRQ,
        value: hvm::CALLBACK_TYPE_VECTOR | u64::from(vector),
    };
    // SAFETY: the structure is the command's; the caller vouches for the handler.
    unsafe { command(Hypercall::HvmOp, hvm::SET_PARAM, &mut argument) }.map(drop)
}

/// `EVTCHNOP_alloc_unbound`: a new port that `remote` may bind to.
pub fn event_alloc_unbound(remote: DomainId) -> Result<Port, XenError> {
    let mut argument = event_channel::AllocUnbound { dom: DomainId::SELF.0, remote_dom: remote.0, port: 0 };
    // SAFETY: the structure is the command's; a new port starts masked or silent and touches no memory.
    unsafe { command(Hypercall::EventChannelOp, event_channel::ALLOC_UNBOUND, &mut argument) }?;
    Ok(Port(argument.port))
}

/// `EVTCHNOP_bind_virq`: a new port where virtual interrupt `virq` of vCPU 0 arrives.
pub fn event_bind_virq(virq: u32) -> Result<Port, XenError> {
    let mut argument = event_channel::BindVirq { virq, vcpu: 0, port: 0 };
    // SAFETY: as in `event_alloc_unbound`.
    unsafe { command(Hypercall::EventChannelOp, event_channel::BIND_VIRQ, &mut argument) }?;
    Ok(Port(argument.port))
}

/// `EVTCHNOP_close`.
pub fn event_close(port: Port) -> Result<(), XenError> {
    let mut argument = event_channel::OnePort { port: port.0 };
    // SAFETY: the structure is the command's; closing a port touches no memory.
    unsafe { command(Hypercall::EventChannelOp, event_channel::CLOSE, &mut argument) }.map(drop)
}

/// `EVTCHNOP_send`: an event to the other end of `port`.
pub fn event_send(port: Port) -> Result<(), XenError> {
    let argument = event_channel::OnePort { port: port.0 };
    count(&NOTIFY);
    let pointer = core::ptr::from_ref(&argument) as u64;
    // SAFETY: the structure is the command's, and Xen only reads it.
    unsafe { call(Hypercall::EventChannelOp, [event_channel::SEND, pointer, 0]) }.map(drop)
}

/// `VCPUOP_set_singleshot_timer` of vCPU 0: one `VIRQ_TIMER` when the system time reaches `time`, in nanoseconds, in
/// place of the one that was set before. A time that has passed fires at once.
pub fn set_singleshot_timer(time: u64) -> Result<(), XenError> {
    let argument = vcpu::SetSingleshotTimer { timeout_abs_ns: time, flags: 0 };
    count(&TIMER);
    let pointer = core::ptr::from_ref(&argument) as u64;
    // SAFETY: the structure is the command's, and Xen only reads it.
    unsafe { call(Hypercall::VcpuOp, [vcpu::SET_SINGLESHOT_TIMER, 0, pointer]) }.map(drop)
}

/// `VCPUOP_stop_periodic_timer` of vCPU 0, which some versions of Xen start with the domain.
pub fn stop_periodic_timer() -> Result<(), XenError> {
    count(&OTHER);
    // SAFETY: the command takes no structure.
    unsafe { call(Hypercall::VcpuOp, [vcpu::STOP_PERIODIC_TIMER, 0, 0]) }.map(drop)
}

/// `VCPUOP_get_runstate_info` of vCPU 0: how long it ran, waited and slept.
pub fn runstate() -> Result<RunstateInfo, XenError> {
    let mut info = RunstateInfo::default();
    count(&OTHER);
    let pointer = core::ptr::from_mut(&mut info) as u64;
    // SAFETY: the structure is the command's, exclusively ours, and lives across the call.
    unsafe { call(Hypercall::VcpuOp, [vcpu::GET_RUNSTATE_INFO, 0, pointer]) }?;
    Ok(info)
}

/// `SCHEDOP_poll`: lets others run until `port` is pending or the system time reaches `until`, in nanoseconds.
pub fn poll(port: Port, until: u64) -> Result<(), XenError> {
    let ports = [port.0];
    let mut argument = sched::Poll { ports: ports.as_ptr() as u64, nr_ports: 1, timeout: until };
    // SAFETY: the structure is the command's, and the list that it points to lives across the call.
    unsafe { command(Hypercall::SchedOp, sched::POLL, &mut argument) }.map(drop)
}

/// `SCHEDOP_shutdown`: stops the domain. Returns only when Xen refuses, which it has no reason to do.
pub fn shutdown(reason: ShutdownReason) -> Result<(), XenError> {
    let mut argument = sched::Shutdown { reason: reason as u32 };
    // SAFETY: the structure is the command's.
    unsafe { command(Hypercall::SchedOp, sched::SHUTDOWN, &mut argument) }.map(drop)
}
