//! Finds Xen, and how to call it.

use vitrine_xen::abi::{CPUID_FIRST_LEAF, CPUID_LAST_LEAF, CPUID_LEAF_STEP, CPUID_SIGNATURE};
use vitrine_xen::hypercall::{self, Instruction};

use crate::arch::cpu;

/// Looks for Xen, which can be behind another interface that it offers, and makes hypercalls possible. Panics when this
/// is no domain of Xen's.
pub(crate) fn initialise() {
    let found = (CPUID_FIRST_LEAF..CPUID_LAST_LEAF)
        .step_by(CPUID_LEAF_STEP as usize)
        .any(|leaf| signature(leaf, [1, 2, 3]) == *CPUID_SIGNATURE);
    assert!(found, "this is no domain of Xen's: no CPUID leaf from 0x40000000 on says XenVMMXenVMM");
    let instruction = match &signature(0, [1, 3, 2]) {
        b"AuthenticAMD" | b"HygonGenuine" => Instruction::Vmmcall,
        _ => Instruction::Vmcall,
    };
    hypercall::select(instruction);
}

/// Twelve characters that a leaf spells in three registers, EAX being 0.
fn signature(leaf: u32, order: [usize; 3]) -> [u8; 12] {
    let answer = cpu::cpuid(leaf);
    let registers = [answer.eax, answer.ebx, answer.ecx, answer.edx];
    let mut text = [0; 12];
    for (bytes, register) in text.chunks_exact_mut(4).zip(order) {
        bytes.copy_from_slice(&registers[register].to_le_bytes());
    }
    text
}
