//! What the CPU can do, found out once and switched on.

use core::arch::x86_64::{__cpuid, __cpuid_count, _rdtsc, CpuidResult};
use core::sync::atomic::{AtomicU8, Ordering};

use fearless_simd::{Avx2, Level};
use x86_64::registers::control::{Cr4, Cr4Flags, Efer, EferFlags};
use x86_64::registers::xcontrol::{XCr0, XCr0Flags};

use vitrine_xen::command_line::CommandLine;

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
    /// AVX2 and what else CPUs with x86-64-v3 have (x86-64 psABI, table 3.1), its register state enabled in CR4 and XCR0.
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

/// The instructions to draw with: AVX2 if the CPU has all that goes by that name, and the command line doesn't say
/// `simd=sse2`.
pub fn simd_level() -> Level {
    if features().contains(CpuFeatures::AVX2) {
        // SAFETY: `has_avx2` has seen in CPUID all that the token stands for, and `initialise` has enabled its registers.
        Level::Avx2(unsafe { Avx2::assume_supported() })
    } else {
        Level::baseline()
    }
}

/// Obeys `simd=sse2`, which takes AVX2 out of the set of features: for measuring what it is worth.
pub(crate) fn configure(command_line: &CommandLine) {
    match command_line.value("simd") {
        Some("sse2") => FEATURES.store(FEATURES.load(Ordering::Relaxed) & !CpuFeatures::AVX2.0, Ordering::Relaxed),
        Some(value) if value != "avx2" => log::warn!("simd={value} is neither sse2 nor avx2; the CPU decides"),
        _ => {}
    }
}

/// Whether these registers of the CPUID leaves 1, 7 and 0x8000_0001 name all that `fearless_simd`'s `Avx2` stands for. (AVX2
/// itself includes everything from SSE to AVX.)
fn has_avx2(basic: CpuidResult, structured: CpuidResult, extended: CpuidResult) -> bool {
    let (fma, cmpxchg16b, movbe, popcnt, xsave, f16c) = (12, 13, 22, 23, 26, 29);
    let (bmi1, avx2, bmi2) = (3, 5, 8);
    let (fxsr, lzcnt) = (24, 5);
    [fma, cmpxchg16b, movbe, popcnt, xsave, f16c].iter().all(|&number| bit(basic.ecx, number))
        && [bmi1, avx2, bmi2].iter().all(|&number| bit(structured.ebx, number))
        && bit(basic.edx, fxsr)
        && bit(extended.ecx, lzcnt)
}

/// A bit of a CPUID register.
fn bit(register: u32, number: u32) -> bool {
    register >> number & 1 == 1
}

/// Switches on what the CPU has (no-execute pages, AVX) and remembers its features. Returns whether pages can be made
/// not executable.
pub(crate) fn initialise() -> bool {
    let basic = cpuid(1);
    let structured = if cpuid(0).eax >= 7 { __cpuid_count(7, 0) } else { NOTHING };
    let extended = if cpuid(0x8000_0000).eax >= 0x8000_0001 { cpuid(0x8000_0001) } else { NOTHING };
    let avx = bit(basic.ecx, 26) && bit(basic.ecx, 28);
    if avx {
        enable_avx_state();
    }
    let features = CpuFeatures::SSE2
        .with(CpuFeatures::SSSE3, bit(basic.ecx, 9))
        .with(CpuFeatures::SSE41, bit(basic.ecx, 19))
        .with(CpuFeatures::AVX2, avx && has_avx2(basic, structured, extended))
        .with(CpuFeatures::ERMS, bit(structured.ebx, 9));
    FEATURES.store(features.0, Ordering::Relaxed);
    let no_execute = bit(extended.edx, 20);
    if no_execute {
        // SAFETY: the CPU has the feature; until now no page table uses the bit.
        unsafe { Efer::update(|flags| flags.insert(EferFlags::NO_EXECUTE_ENABLE)) };
    }
    no_execute
}

/// What a leaf says that the CPU doesn't have.
const NOTHING: CpuidResult = CpuidResult { eax: 0, ebx: 0, ecx: 0, edx: 0 };

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
