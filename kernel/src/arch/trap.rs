//! Traps: every vector ends here, and all but the event upcall end the domain with a report.

use core::arch::{asm, naked_asm};
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

use x86_64::instructions::segmentation::{CS, DS, ES, SS, Segment};
use x86_64::instructions::tables::{DescriptorTablePointer, lidt, load_tss};
use x86_64::structures::gdt::{Descriptor, GlobalDescriptorTable, SegmentSelector};
use x86_64::structures::tss::TaskStateSegment;
use x86_64::{PrivilegeLevel, VirtAddr};

use super::report::report;
use super::stack::TrapStack;

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
        UPCALL_VECTOR => gate(upcall as *const () as usize, code, None),
        2 => gate(stub(vector), code, Some(TrapStack::Nmi)),
        8 => gate(stub(vector), code, Some(TrapStack::DoubleFault)),
        18 => gate(stub(vector), code, Some(TrapStack::MachineCheck)),
        _ => gate(stub(vector), code, Some(TrapStack::Fault)),
    }
}

/// A present interrupt gate of privilege level 0 (AMD64 Architecture Programmer's Manual, volume 2, section 4.8.3).
/// Without a stack of its own the handler runs on the interrupted one.
fn gate(handler: usize, code: SegmentSelector, stack: Option<TrapStack>) -> Gate {
    let handler = handler as u64;
    let code = u64::from(code.0);
    let options = 0x8e00 | stack.map_or(0, |stack| stack as u64 + 1);
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

/// Saves the registers as a [`Frame`](super::report::Frame) and reports. Vector state needs no saving, because nothing returns from here.
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

/// Halts until an interrupt comes: the only place where interrupts are on. Returns at once if an event came since
/// `evtchn_upcall_pending` was cleared, since then Xen interrupts as soon as it may.
///
/// The upcall runs on the stack of whoever halts, and so can come twice in a row, as QEMU's emulated SVM (10.0) lets it:
/// when one of QEMU's threads wants the CPU just after an interrupt was injected, that is delivered once more before the
/// handler's first instruction. On a stack of its own the handler's second frame would replace the first one, and it
/// would return to itself for ever.
pub(crate) fn halt() {
    // SAFETY: traps have their handlers. The block may use the stack (it is not `nostack`), so the compiler keeps nothing
    // below the stack pointer, where the upcall's frame goes; the upcall changes nothing but that and its own counters.
    // `sti` takes effect after one more instruction: an event before the `hlt` ends it.
    unsafe { asm!("sti", "hlt", "cli") };
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
