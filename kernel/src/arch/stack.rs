//! The stacks: one for everything, one for each kind of trap, and below each a page that no table maps.

use core::ops::Range;

/// Bytes of a guard page.
const GUARD: usize = 4096;

/// A stack of `SIZE` bytes, a multiple of 4096, with the page below it that becomes its guard.
#[repr(C, align(4096))]
pub(crate) struct Stack<const SIZE: usize> {
    guard: [u8; GUARD],
    bytes: [u8; SIZE],
}

impl<const SIZE: usize> Stack<SIZE> {
    const fn new() -> Self {
        Self { guard: [0; GUARD], bytes: [0; SIZE] }
    }
}

/// The main stack's usable bytes: drawing a shape takes 60 KiB of them.
const BOOT_STACK_SIZE: usize = 256 * 1024;
/// Bytes from the start of [`BOOT_STACK`] to where its stack pointer begins.
pub(super) const BOOT_STACK_END: usize = GUARD + BOOT_STACK_SIZE;
/// Usable bytes of a trap's stack; a report formats text, so it takes some.
const TRAP_STACK_SIZE: usize = 16 * 1024;

/// The stack that the entry stub, the executor and all tasks run on.
pub(crate) static mut BOOT_STACK: Stack<BOOT_STACK_SIZE> = Stack::new();

/// Stacks of the interrupt stack table. The CPU switches to one on a trap, so neither a full stack nor a red zone
/// matters to the handler. Only the event upcall has none: see [`super::trap::halt`].
static mut TRAP_STACKS: [Stack<TRAP_STACK_SIZE>; TrapStack::ALL.len()] = [const { Stack::new() }; TrapStack::ALL.len()];

/// Which trap stack: an index into the interrupt stack table (0-based, as the `x86_64` crate counts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum TrapStack {
    /// Faults and all vectors that nothing is expected on.
    Fault = 0,
    /// Double faults: the report of another fault may have been what failed.
    DoubleFault = 1,
    /// Non-maskable interrupts.
    Nmi = 2,
    /// Machine checks.
    MachineCheck = 3,
}

impl TrapStack {
    /// All of them, in the order of the table.
    pub(crate) const ALL: [Self; 4] = [Self::Fault, Self::DoubleFault, Self::Nmi, Self::MachineCheck];

    /// The usable addresses of this stack; it grows down from the end.
    pub(crate) fn range(self) -> Range<usize> {
        let stack = &raw const TRAP_STACKS as usize + self as usize * size_of::<Stack<TRAP_STACK_SIZE>>();
        stack + GUARD..stack + size_of::<Stack<TRAP_STACK_SIZE>>()
    }
}

/// The usable addresses of the main stack.
pub(crate) fn boot_stack() -> Range<usize> {
    let stack = &raw const BOOT_STACK as usize;
    stack + GUARD..stack + BOOT_STACK_END
}

/// The addresses of all guard pages.
pub(crate) fn guard_pages() -> impl Iterator<Item = usize> {
    let traps = TrapStack::ALL.into_iter().map(|stack| stack.range().start - GUARD);
    core::iter::once(boot_stack().start - GUARD).chain(traps)
}

/// The stack that `address` lies in, if any.
pub(crate) fn containing(address: usize) -> Option<Range<usize>> {
    core::iter::once(boot_stack())
        .chain(TrapStack::ALL.into_iter().map(TrapStack::range))
        .find(|stack| stack.contains(&address))
}
