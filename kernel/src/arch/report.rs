//! What is said about a trap before the domain ends.

use core::fmt::Write;

use vitrine_xen::abi::sched::ShutdownReason;
use x86_64::registers::control::Cr2;

use super::stack;
use crate::last_words::LastWords;
use crate::memory::image;

/// Registers as the trap stubs push them, lowest address first, with what the CPU had pushed before.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Frame {
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
pub(super) extern "C" fn report(frame: *const Frame) -> ! {
    // SAFETY: the trap stub has just written the frame, and nothing changes it.
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

/// The most lines of a backtrace.
const MAX_LINES: usize = 32;
/// The most frames that are followed; a stack can't hold more of the smallest ones.
const MAX_FRAMES: usize = 16 * 1024;

/// Return addresses, from `rip` outwards by the chain of frame pointers, as far as it stays on one stack and in code.
/// An address that repeats, as in a recursion, takes one line.
pub(crate) fn backtrace(out: &mut LastWords, rip: u64, rbp: u64) -> core::fmt::Result {
    writeln!(out, "  backtrace:")?;
    writeln!(out, "    {rip:#x}")?;
    let mut callers = callers(rbp as usize).take(MAX_FRAMES).peekable();
    for _ in 0..MAX_LINES {
        let Some(caller) = callers.next() else { break };
        let mut times = 1;
        while callers.next_if_eq(&caller).is_some() {
            times += 1;
        }
        match times {
            1 => writeln!(out, "    {caller:#x}")?,
            _ => writeln!(out, "    {caller:#x}, {times} times")?,
        }
    }
    Ok(())
}

/// The return addresses above this frame pointer.
fn callers(mut frame_pointer: usize) -> impl Iterator<Item = usize> {
    let stack = stack::containing(frame_pointer).unwrap_or(0..0);
    core::iter::from_fn(move || {
        let on_stack = stack.contains(&frame_pointer) && stack.contains(&(frame_pointer + 15));
        if !on_stack || !frame_pointer.is_multiple_of(8) {
            return None;
        }
        // SAFETY: 16 bytes of a mapped stack of ours, aligned.
        let (next, caller) = unsafe {
            let words = frame_pointer as *const usize;
            (words.read_volatile(), words.add(1).read_volatile())
        };
        // Callers are further up; a chain that turns back is broken, and is given up after this frame.
        frame_pointer = if next > frame_pointer { next } else { 0 };
        image::text().contains(&caller).then_some(caller)
    })
}
