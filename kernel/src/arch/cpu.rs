//! What the CPU can do, found out once and switched on.

use core::arch::x86_64::{__cpuid, __cpuid_count, _rdtsc, CpuidResult};
use core::sync::atomic::{AtomicU8, Ordering};

use x86_64::registers::control::{Cr4, Cr4Flags, Efer, EferFlags};
use x86_64::registers::xcontrol::{XCr0, XCr0Flags};

/// The features of this CPU that drawing code may choose its loops by. They are switched on: whatever is in the set can
/// be executed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuFeatures(u8);

impl CpuFeatures {
    /// SSE2: always there on x86-64.
    pub const SSE2: Self = Self(1 << 0);
    /// SSSE3.
    pub const SSSE3: Self = Self(1 << 1);
    /// SSE4.1.
    pub const SSE41: Self = Self(1 << 2);
    /// AVX2, its register state enabled in CR4 and XCR0.
    pub const AVX2: Self = Self(1 << 3);
    /// Enhanced `rep movsb` and `rep stosb`.
    pub const ERMS: Self = Self(1 << 4);

    /// Whether all of `features` are in the set.
    pub const fn contains(self, features: Self) -> bool {
        self.0 & features.0 == features.0
    }

    /// The set with `features` added if `present`.
    const fn with(self, features: Self, present: bool) -> Self {
        if present { Self(self.0 | features.0) } else { self }
    }

    /// The features' names, for people.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (Self::SSE2, "SSE2"),
            (Self::SSSE3, "SSSE3"),
            (Self::SSE41, "SSE4.1"),
            (Self::AVX2, "AVX2"),
            (Self::ERMS, "ERMS"),
        ]
        .into_iter()
        .filter(move |(feature, _)| self.contains(*feature))
        .map(|(_, name)| name)
    }
}

static FEATURES: AtomicU8 = AtomicU8::new(CpuFeatures::SSE2.0);

/// The features of this CPU, as they were found at boot.
pub fn features() -> CpuFeatures {
    CpuFeatures(FEATURES.load(Ordering::Relaxed))
}

/// A bit of a CPUID register.
fn bit(register: u32, number: u32) -> bool {
    register >> number & 1 == 1
}

/// Switches on what the CPU has (no-execute pages, AVX) and remembers its features. Returns whether pages can be made
/// not executable.
pub(crate) fn initialise() -> bool {
    let basic = cpuid(1);
    let extended = if cpuid(0).eax >= 7 { __cpuid_count(7, 0) } else { cpuid(0) };
    let has_extended = cpuid(0).eax >= 7;
    let avx = bit(basic.ecx, 26) && bit(basic.ecx, 28);
    if avx {
        enable_avx_state();
    }
    let features = CpuFeatures::SSE2
        .with(CpuFeatures::SSSE3, bit(basic.ecx, 9))
        .with(CpuFeatures::SSE41, bit(basic.ecx, 19))
        .with(CpuFeatures::AVX2, avx && has_extended && bit(extended.ebx, 5))
        .with(CpuFeatures::ERMS, has_extended && bit(extended.ebx, 9));
    FEATURES.store(features.0, Ordering::Relaxed);
    let no_execute = cpuid(0x8000_0000).eax >= 0x8000_0001 && bit(cpuid(0x8000_0001).edx, 20);
    if no_execute {
        // SAFETY: the CPU has the feature; until now no page table uses the bit.
        unsafe { Efer::update(|flags| flags.insert(EferFlags::NO_EXECUTE_ENABLE)) };
    }
    no_execute
}

/// Lets AVX instructions run. The CPU must have XSAVE and AVX.
fn enable_avx_state() {
    // SAFETY: the caller has seen both features in CPUID; no code so far keeps anything in the upper register halves.
    unsafe {
        Cr4::update(|flags| flags.insert(Cr4Flags::OSXSAVE));
        XCr0::write(XCr0Flags::X87 | XCr0Flags::SSE | XCr0Flags::AVX);
    }
}

/// CPUID, any leaf.
pub(crate) fn cpuid(leaf: u32) -> CpuidResult {
    __cpuid(leaf)
}

/// How many bits a physical address has on this CPU; at least 36.
pub(crate) fn physical_address_bits() -> u32 {
    let known = cpuid(0x8000_0000).eax >= 0x8000_0008;
    if known { (cpuid(0x8000_0008).eax & 0xff).clamp(36, 52) } else { 36 }
}

/// The time-stamp counter.
pub(crate) fn tsc() -> u64 {
    // SAFETY: every x86-64 CPU has the instruction, and nothing has forbidden it to this privilege level.
    unsafe { _rdtsc() }
}
