//! From the entry stub to the appliance's first task.
//!
//! The order is dictated by who needs whom: traps first, so that every later mistake is reported; then Xen, memory, the
//! clock, the console, the executor. Nothing is zeroed or mapped page by page that need not be.

use core::sync::atomic::{AtomicBool, Ordering};

use pvh::start_info::MemmapType;
use pvh::start_info::reader::StartInfoReader;
use vitrine_xen::abi::hvm;
use vitrine_xen::command_line::{self, CommandLine};
use vitrine_xen::hypercall::{self, XenError};
use vitrine_xen::{Gfn, Port};

use crate::arch::{cpu, trap};
use crate::machine;
use crate::memory::{self, MemoryMap};
use crate::{console, events, executor, hypervisor, lifecycle, logger, milestone, platform, store, time};

unsafe extern "Rust" {
    /// Made by [`crate::entry!`] in the image: starts the appliance's first task.
    safe fn vitrine_appliance();
}

static STARTED: AtomicBool = AtomicBool::new(false);

/// The first Rust function; the entry stub calls it with the address of `hvm_start_info`.
pub(crate) extern "C" fn start(start_info: u32) -> ! {
    assert!(!STARTED.swap(true, Ordering::Relaxed), "an image is entered once");
    // SAFETY: nothing has trapped so far, and this is the only call.
    unsafe { trap::initialise() };
    logger::initialise();
    let no_execute = cpu::initialise();
    hypervisor::initialise();
    // SAFETY: the address is what Xen gave to the entry stub, and the stub has mapped the first 4 GiB to themselves.
    let start_info = unsafe { StartInfo::copy(start_info) };
    // SAFETY: all that is needed of the start info has been copied into the image's own memory.
    unsafe { memory::initialise(&start_info.memory, no_execute) };
    let heap_ready = cpu::tsc();
    let command_line = machine::keep_command_line(start_info.command_line());
    logger::configure(command_line);
    cpu::configure(command_line);
    if !no_execute {
        log::warn!("this CPU has no no-execute bit (or hides it): data pages are executable");
    }
    devices().unwrap_or_else(|error| panic!("Xen refused something at boot: {error}"));
    milestone::print(milestone::ENTRY, 0);
    milestone::print(milestone::HEAP, time::microseconds_at(heap_ready));
    executor::spawn(lifecycle::watch_shutdown());
    vitrine_appliance();
    executor::run()
}

/// Events, the clock, the console, the grant table and the xenstore.
fn devices() -> Result<(), XenError> {
    events::initialise()?;
    time::initialise()?;
    connect_console()?;
    platform::initialise()?;
    let (frame, port) = (hypercall::hvm_param(hvm::PARAM_STORE_PFN)?, hypercall::hvm_param(hvm::PARAM_STORE_EVTCHN)?);
    assert!(frame != 0 && port != 0, "this domain was given no xenstore; it needs one to find its devices");
    // SAFETY: the frame is the xenstore's special page, by Xen's word.
    unsafe { store::connect(Gfn(frame), Port(port as u32)) };
    Ok(())
}

/// Connects the console, if the domain has one; xl can be told to give none.
fn connect_console() -> Result<(), XenError> {
    let (frame, port) =
        (hypercall::hvm_param(hvm::PARAM_CONSOLE_PFN)?, hypercall::hvm_param(hvm::PARAM_CONSOLE_EVTCHN)?);
    if frame != 0 && port != 0 {
        // SAFETY: the frame is the console's special page, by Xen's word.
        unsafe { console::connect(Gfn(frame), Port(port as u32)) };
    }
    Ok(())
}

/// What is kept of `hvm_start_info`.
struct StartInfo {
    memory: MemoryMap,
    command_line: [u8; command_line::MAX_LENGTH],
    length: usize,
}

impl StartInfo {
    /// Copies the start info at this address. Panics when it is not what a PVH guest of Xen is given.
    ///
    /// # Safety
    /// `address` must be the one that Xen gave, and the memory below 4 GiB must be mapped to itself.
    unsafe fn copy(address: u32) -> Self {
        // SAFETY: the caller's word.
        let reader = unsafe { StartInfoReader::from_paddr_identity(address) };
        let reader = reader.unwrap_or_else(|| panic!("no hvm_start_info at {address:#x}: this is no PVH domain"));
        let version = reader.raw().version;
        let map = reader.memmap();
        assert!(!map.is_empty(), "hvm_start_info version {version} has no memory map; Xen 4.11 and newer give one");
        let regions = map.iter().map(|entry| (entry.addr, entry.size, entry.ty() == MemmapType::Ram));
        let mut copy = Self { memory: MemoryMap::new(regions), command_line: [0; command_line::MAX_LENGTH], length: 0 };
        let given = reader.cmdline().map_or(&b""[..], |line| line.to_bytes());
        copy.length = given.len().min(copy.command_line.len());
        copy.command_line[..copy.length].copy_from_slice(&given[..copy.length]);
        copy
    }

    /// The command line. Needs the heap.
    fn command_line(&self) -> CommandLine {
        CommandLine::new(&self.command_line[..self.length])
    }
}
