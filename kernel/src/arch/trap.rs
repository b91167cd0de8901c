//! Traps: every vector ends here, and all but the event upcall end the domain with a report.

use core::arch::naked_asm;
use core::fmt::Write;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

use vitrine_xen::abi::sched::ShutdownReason;
use x86_64::instructions::segmentation::{CS, DS, ES, SS, Segment};
use x86_64::instructions::tables::{DescriptorTablePointer, lidt, load_tss};
use x86_64::registers::control::Cr2;
use x86_64::structures::gdt::{Descriptor, GlobalDescriptorTable, SegmentSelector};
use x86_64::structures::tss::TaskStateSegment;
use x86_64::{PrivilegeLevel, VirtAddr};

use super::stack::{self, TrapStack};
use crate::last_words::LastWords;
use crate::memory::image;

/// The vector by which Xen interrupts for events: any of those that no exception uses.
pub(crate) const UPCALL_VECTOR: u8 = 0x20;

static mut GDT: GlobalDescriptorTable = GlobalDescriptorTable::new();
static mut TSS: TaskStateSegment = TaskStateSegment::new();

/// The interrupt descriptor table: 256 gates of 16 bytes, made by [`gate`].
static mut IDT: [Gate; VECTORS] = [[0; 2]; VECTORS];
type Gate = [u64; 2];
const VECTORS: usize = 256;

/// The byte `evtchn_upcall_pending`, which the upcall clears. Until shared_info is mapped it is a byte of ours.
static UPCALL_PENDING: AtomicPtr<u8> = AtomicPtr::new((&raw const NO_UPCALL).cast_mut().cast());
static NO_UPCALL: AtomicBool = AtomicBool::new(false);

/// How many upcalls there were.
pub(crate) static UPCALLS: AtomicU64 = AtomicU64::new(0);

/// Registers as [`common_stub`] pushes them, lowest address first, with what the CPU had pushed before.
#[derive(Debug)]
#[repr(C)]
struct Frame {
    r15: u64,
    r14: u64,
    r13: u64,
    r12: u64,
    r11: u64,
    r10: u64,
    r9: u64,
    r8: u64,
    rbp: u64,
    rdi: u64,
    rsi: u64,
    rdx: u64,
    rcx: u64,
    rbx: u64,
    rax: u64,
    vector: u64,
    error_code: u64,
    rip: u64,
    cs: u64,
    rflags: u64,
    rsp: u64,
    ss: u64,
}

/// Loads a GDT, a TSS with the trap stacks, and an IDT that has a handler for every vector. From now on a trap is
/// reported instead of ending the domain without a word.
///
/// # Safety
/// To be called once, before anything can trap on purpose.
pub(crate) unsafe fn initialise() {
    let (gdt, tss, idt) = (&raw mut GDT, &raw mut TSS, &raw mut IDT);
    // SAFETY: called once, with one vCPU and interrupts off, so nothing else uses the tables while they are written, and
    // after this only the CPU does.
    let (gdt, tss, idt) = unsafe { (&mut *gdt, &mut *tss, &mut *idt) };
    for stack in TrapStack::ALL {
        tss.interrupt_stack_table[stack as usize] = VirtAddr::new(stack.range().end as u64);
    }
    let code = gdt.append(Descriptor::kernel_code_segment());
    let data = gdt.append(Descriptor::kernel_data_segment());
    let task = gdt.append(Descriptor::tss_segment(tss));
    gdt.load();
    for (vector, place) in idt.iter_mut().enumerate() {
        *place = vector_gate(vector, code);
    }
    let base = VirtAddr::new(idt.as_ptr() as u64);
    let pointer = DescriptorTablePointer { limit: (size_of_val(idt) - 1) as u16, base };
    // SAFETY: the selectors are those of the GDT that was just loaded; handlers and stacks are in place.
    unsafe {
        CS::set_reg(code);
        DS::set_reg(data);
        ES::set_reg(data);
        SS::set_reg(SegmentSelector::new(0, PrivilegeLevel::Ring0));
        load_tss(task);
        lidt(&pointer);
    }
}

/// The gate of a vector.
fn vector_gate(vector: usize, code: SegmentSelector) -> Gate {
    match vector as u8 {
        UPCALL_VECTOR => gate(upcall as *const () as usize, code, TrapStack::Upcall),
        2 => gate(stub(vector), code, TrapStack::Nmi),
        8 => gate(stub(vector), code, TrapStack::DoubleFault),
        18 => gate(stub(vector), code, TrapStack::MachineCheck),
        _ => gate(stub(vector), code, TrapStack::Fault),
    }
}

/// A present interrupt gate of privilege level 0 (AMD64 Architecture Programmer's Manual, volume 2, section 4.8.3).
fn gate(handler: usize, code: SegmentSelector, stack: TrapStack) -> Gate {
    let handler = handler as u64;
    let code = u64::from(code.0);
    let options = 0x8e00 | (stack as u64 + 1);
    [handler & 0xffff | (code << 16) | options << 32 | (handler >> 16 & 0xffff) << 48, handler >> 32]
}

/// The address of a vector's stub; see [`stubs`].
fn stub(vector: usize) -> usize {
    stubs as *const () as usize + vector * STUB_SIZE
}

/// Bytes from one stub to the next.
const STUB_SIZE: usize = 16;

/// One stub for each vector, `STUB_SIZE` bytes apart: pushes an error code where the CPU pushes none, then the vector.
#[unsafe(naked)]
unsafe extern "C" fn stubs() {
    naked_asm!(
        ".set vitrine_vector, 0",
        ".rept 256",
        ".balign {size}",
        // Vectors with an error code: 8, 10 to 14, 17, 21, 29, 30.
        ".if (vitrine_vector == 8) || (vitrine_vector >= 10 && vitrine_vector <= 14) || (vitrine_vector == 17) || \
         (vitrine_vector == 21) || (vitrine_vector == 29) || (vitrine_vector == 30)",
        ".else",
        "push $0",
        ".endif",
        "push $vitrine_vector",
        "jmp {common}",
        ".set vitrine_vector, vitrine_vector + 1",
        ".endr",
        size = const STUB_SIZE,
        common = sym common_stub,
        options(att_syntax),
    )
}

/// Saves the registers as a [`Frame`] and reports. Vector state needs no saving, because nothing returns from here.
#[unsafe(naked)]
unsafe extern "C" fn common_stub() {
    naked_asm!(
        "cld",
        "push rax",
        "push rbx",
        "push rcx",
        "push rdx",
        "push rsi",
        "push rdi",
        "push rbp",
        "push r8",
        "push r9",
        "push r10",
        "push r11",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "mov rdi, rsp",
        "xor ebp, ebp",
        "and rsp, -16",
        "call {report}",
        "ud2",
        report = sym report,
    )
}

/// The event upcall: clears `evtchn_upcall_pending` and goes back to whoever halted. All else is the idle loop's work,
/// which scans the pending bits after every halt. It touches one register, no flags that matter and no vector state.
#[unsafe(naked)]
unsafe extern "C" fn upcall() {
    naked_asm!(
        "push rax",
        "mov rax, qword ptr [rip + {pending}]",
        "mov byte ptr [rax], 0",
        "inc qword ptr [rip + {upcalls}]",
        "pop rax",
        "iretq",
        pending = sym UPCALL_PENDING,
        upcalls = sym UPCALLS,
    )
}

/// Tells the upcall where `evtchn_upcall_pending` is.
///
/// # Safety
/// The byte must stay mapped and writable from now on.
pub(crate) unsafe fn set_upcall_pending(byte: *mut u8) {
    UPCALL_PENDING.store(byte, Ordering::Relaxed);
}

/// The names of the exceptions, by vector.
const NAMES: [&str; 32] = [
    "divide error",
    "debug",
    "non-maskable interrupt",
    "breakpoint",
    "overflow",
    "bound range exceeded",
    "invalid opcode",
    "device not available",
    "double fault",
    "coprocessor segment overrun",
    "invalid TSS",
    "segment not present",
    "stack fault",
    "general protection",
    "page fault",
    "reserved exception",
    "x87 floating-point error",
    "alignment check",
    "machine check",
    "SIMD floating-point error",
    "virtualization exception",
    "control protection",
    "reserved exception",
    "reserved exception",
    "reserved exception",
    "reserved exception",
    "reserved exception",
    "reserved exception",
    "hypervisor injection",
    "VMM communication",
    "security exception",
    "reserved exception",
];

/// Says all that is known about a trap, and ends the domain.
extern "C" fn report(frame: *const Frame) -> ! {
    // SAFETY: `common_stub` has just written the frame, and nothing changes it.
    let frame = unsafe { &*frame };
    let mut out = LastWords::begin();
    // Writing to last words can't fail.
    let _ = describe(&mut out, frame);
    let _ = backtrace(&mut out, frame.rip, frame.rbp);
    out.end(ShutdownReason::Crash)
}

/// The trap's name, cause and registers.
fn describe(out: &mut LastWords, frame: &Frame) -> core::fmt::Result {
    let name = NAMES.get(frame.vector as usize).copied().unwrap_or("unexpected interrupt");
    writeln!(out, "vitrine: trap {} ({name}), error code {:#x}, at {:#x}", frame.vector, frame.error_code, frame.rip)?;
    if frame.vector == 14 {
        describe_page_fault(out, frame)?;
    }
    let f = frame;
    writeln!(out, "  rax {:016x} rbx {:016x} rcx {:016x} rdx {:016x}", f.rax, f.rbx, f.rcx, f.rdx)?;
    writeln!(out, "  rsi {:016x} rdi {:016x} rbp {:016x} rsp {:016x}", f.rsi, f.rdi, f.rbp, f.rsp)?;
    writeln!(out, "  r8  {:016x} r9  {:016x} r10 {:016x} r11 {:016x}", f.r8, f.r9, f.r10, f.r11)?;
    writeln!(out, "  r12 {:016x} r13 {:016x} r14 {:016x} r15 {:016x}", f.r12, f.r13, f.r14, f.r15)?;
    writeln!(out, "  cs {:x} ss {:x} rflags {:x}", f.cs, f.ss, f.rflags)
}

/// What a page fault wanted, and whether it was the end of a stack.
fn describe_page_fault(out: &mut LastWords, frame: &Frame) -> core::fmt::Result {
    let address = Cr2::read_raw() as usize;
    let code = frame.error_code;
    let what = match (code >> 4 & 1, code >> 1 & 1) {
        (1, _) => "executing",
        (_, 1) => "writing",
        _ => "reading",
    };
    let why = if code & 1 == 0 { "no page there" } else { "not allowed there" };
    writeln!(out, "  {what} at address {address:#x} (CR2): {why}")?;
    // Some emulators report CR2 wrongly, so the stack pointer is asked too.
    let near = |page: usize| address & !0xfff == page || (frame.rsp as usize).wrapping_sub(page) <= 0x1000;
    if stack::guard_pages().any(near) {
        writeln!(out, "  this is the guard page below a stack: the stack overflowed")?;
    }
    Ok(())
}

/// The most callers that a backtrace names.
const MAX_CALLERS: usize = 32;

/// Return addresses, from `rip` outwards by the chain of frame pointers, as far as it stays on one stack and in code.
pub(crate) fn backtrace(out: &mut LastWords, rip: u64, rbp: u64) -> core::fmt::Result {
    writeln!(out, "  backtrace:")?;
    writeln!(out, "    {rip:#x}")?;
    let mut frame_pointer = rbp as usize;
    let Some(stack) = stack::containing(frame_pointer) else { return Ok(()) };
    for _ in 0..MAX_CALLERS {
        let on_stack = stack.contains(&frame_pointer) && stack.contains(&(frame_pointer + 15));
        if !on_stack || !frame_pointer.is_multiple_of(8) {
            break;
        }
        // SAFETY: 16 bytes of a mapped stack of ours, aligned.
        let (next, caller) = unsafe {
            let words = frame_pointer as *const usize;
            (words.read_volatile(), words.add(1).read_volatile())
        };
        if !image::text().contains(&caller) {
            break;
        }
        writeln!(out, "    {caller:#x}")?;
        // Callers are further up; a chain that turns back is broken.
        if next <= frame_pointer {
            break;
        }
        frame_pointer = next;
    }
    Ok(())
}
