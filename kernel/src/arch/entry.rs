//! From Xen's 32-bit PVH entry to Rust in long mode.
//!
//! What Xen promises (`docs/misc/pvh.pandoc`): protected mode with flat segments, paging off, EBX holding the physical
//! address of `hvm_start_info`. The stub turns on paging over an identity map of the first 4 GiB, SSE, and long mode,
//! and calls [`crate::boot::start`] on the boot stack. The real page tables come later, from Rust.

use core::arch::naked_asm;
use core::sync::atomic::AtomicU64;

use super::stack::{BOOT_STACK, BOOT_STACK_END};

/// The time-stamp counter at the image's first instruction, where milestones count from.
pub(crate) static ENTRY_TSC: AtomicU64 = AtomicU64::new(0);

/// Addresses below this are mapped to themselves when Rust begins.
pub(crate) const MAPPED: u64 = 4 << 30;

/// Page-aligned zeroes that the entry stub makes page tables of: a PML4, a PDPT, and four page directories.
#[repr(C, align(4096))]
struct BootTables([u64; 6 * 512]);

static mut BOOT_TABLES: BootTables = BootTables([0; 6 * 512]);

/// A null, a 64-bit code and a data descriptor, and the pointer that `lgdt` wants in 32-bit mode.
#[repr(C, align(8))]
struct BootGdt([u64; 3]);

static BOOT_GDT: BootGdt = BootGdt([0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff]);

/// The first instruction of an image; the PVH note names it.
///
/// # Safety
/// To be entered only by Xen, in the state that the PVH ABI promises.
// CR4: PAE (5), OSFXSR (9), OSXMMEXCPT (10). EFER: LME (8). CR0: PG (31), WP (16), NE (5), MP (1), PE (0); EM (2) and
// TS (3) off, so that SSE works from the first Rust instruction on.
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vitrine_entry() -> ! {
    naked_asm!(
        ".code32",
        "rdtsc",
        "mov dword ptr [{tsc}], eax",
        "mov dword ptr [{tsc} + 4], edx",
        "cld",
        // The four page directories: 2,048 large pages, present and writable, in the order of their addresses.
        "mov edi, offset {tables} + 0x2000",
        "mov eax, 0x83",
        "mov ecx, 2048",
        "2:",
        "mov dword ptr [edi], eax",
        "add eax, 0x200000",
        "add edi, 8",
        "dec ecx",
        "jnz 2b",
        // The PDPT's first four entries, then the PML4's first.
        "mov eax, offset {tables} + 0x2003",
        "mov dword ptr [{tables} + 0x1000], eax",
        "add eax, 0x1000",
        "mov dword ptr [{tables} + 0x1008], eax",
        "add eax, 0x1000",
        "mov dword ptr [{tables} + 0x1010], eax",
        "add eax, 0x1000",
        "mov dword ptr [{tables} + 0x1018], eax",
        "mov eax, offset {tables} + 0x1003",
        "mov dword ptr [{tables}], eax",
        "mov eax, offset {tables}",
        "mov cr3, eax",
        "mov eax, cr4",
        "or eax, 0x620",
        "mov cr4, eax",
        "mov ecx, 0xc0000080",
        "rdmsr",
        "or eax, 0x100",
        "wrmsr",
        "mov eax, cr0",
        "and eax, 0xfffffff3",
        "or eax, 0x80010023",
        "mov cr0, eax",
        // A far return needs a stack; it loads the 64-bit code segment.
        "mov esp, offset {stack} + {stack_size}",
        "sub esp, 8",
        "mov word ptr [esp], 23",
        "mov eax, offset {gdt}",
        "mov dword ptr [esp + 2], eax",
        "lgdt [esp]",
        "add esp, 8",
        "push 8",
        "mov eax, offset {long_mode}",
        "push eax",
        "retf",
        ".code64",
        tsc = sym ENTRY_TSC,
        tables = sym BOOT_TABLES,
        stack = sym BOOT_STACK,
        stack_size = const BOOT_STACK_END,
        gdt = sym BOOT_GDT,
        long_mode = sym long_mode,
    )
}

/// The first 64-bit instruction; EBX still holds the address of `hvm_start_info`.
#[unsafe(naked)]
unsafe extern "C" fn long_mode() -> ! {
    naked_asm!(
        "mov eax, 16",
        "mov ds, eax",
        "mov es, eax",
        "mov ss, eax",
        "xor eax, eax",
        "mov fs, eax",
        "mov gs, eax",
        "mov rsp, offset {stack} + {stack_size}",
        "mov edi, ebx",
        // No caller: a backtrace ends where the saved frame pointer is 0.
        "xor ebp, ebp",
        "push 0",
        "push 0",
        "call {start}",
        "ud2",
        stack = sym BOOT_STACK,
        stack_size = const BOOT_STACK_END,
        start = sym crate::boot::start,
    )
}
