//! Feature bits: which words there are, what their bits are called, and which of them this crate implements.
//!
//! Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, "CPUID"; AMD64 Architecture Programmer's Manual, volume 3,
//! appendix E; Linux's documentation of KVM and Microsoft's of Hyper-V for the leaves from 0x4000_0000 on, of which there is none here.
//! Names are those of QEMU's CPU properties.

/// Feature bits by word, in the order of [`WORDS`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FeatureWords(pub [u32; word::N]);

/// A register of CPUID.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reg {
    /// EAX.
    Eax,
    /// EBX.
    Ebx,
    /// ECX.
    Ecx,
    /// EDX.
    Edx,
}

impl Reg {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Reg::Eax => "EAX",
            Reg::Ebx => "EBX",
            Reg::Ecx => "ECX",
            Reg::Edx => "EDX",
        }
    }
}

/// A word of feature bits.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// CPUID's leaf.
    pub leaf: u32,
    /// Its subleaf, where it matters.
    pub subleaf: Option<u32>,
    /// The register.
    pub reg: Reg,
    /// The leaf is a model-specific register, of which the word is the lower half.
    pub is_msr: bool,
    /// What of it is implemented.
    pub has: u32,
    /// What QEMU 4.2's TCG has.
    pub tcg: u32,
    /// Names of the bits, from the lowest on: `-` for those without one.
    pub names: &'static str,
}

/// Indices into [`FeatureWords`] and [`WORDS`].
pub mod word {
    /// CPUID 1, EDX.
    pub const F1_EDX: usize = 0;
    /// CPUID 1, ECX.
    pub const F1_ECX: usize = 1;
    /// CPUID 7.0, EBX.
    pub const F7_EBX: usize = 2;
    /// CPUID 7.0, ECX.
    pub const F7_ECX: usize = 3;
    /// CPUID 7.0, EDX.
    pub const F7_EDX: usize = 4;
    /// CPUID 7.1, EAX.
    pub const F71_EAX: usize = 5;
    /// CPUID 0x8000_0001, EDX.
    pub const F8_EDX: usize = 6;
    /// CPUID 0x8000_0001, ECX.
    pub const F8_ECX: usize = 7;
    /// CPUID 0x8000_0007, EDX.
    pub const F87_EDX: usize = 8;
    /// CPUID 0x8000_0008, EBX.
    pub const F88_EBX: usize = 9;
    /// CPUID 0xc000_0001, EDX.
    pub const FC_EDX: usize = 10;
    /// KVM's features.
    pub const KVM: usize = 11;
    /// KVM's hints.
    pub const KVM_HINTS: usize = 12;
    /// Hyper-V's privileges, low.
    pub const HV3_EAX: usize = 13;
    /// Hyper-V's privileges, high.
    pub const HV3_EBX: usize = 14;
    /// Hyper-V's features.
    pub const HV3_EDX: usize = 15;
    /// Hyper-V's recommendations.
    pub const HV4_EAX: usize = 16;
    /// Hyper-V's nested features.
    pub const HVA_EAX: usize = 17;
    /// CPUID 0x8000_000a, EDX.
    pub const SVM: usize = 18;
    /// CPUID 0xd.1, EAX.
    pub const FD1_EAX: usize = 19;
    /// CPUID 6, EAX.
    pub const F6_EAX: usize = 20;
    /// CPUID 0xd.0, EAX.
    pub const XSAVE_LOW: usize = 21;
    /// CPUID 0xd.0, EDX.
    pub const XSAVE_HIGH: usize = 22;
    /// IA32_ARCH_CAPABILITIES.
    pub const ARCH_CAPABILITIES: usize = 23;
    /// IA32_CORE_CAPABILITIES.
    pub const CORE_CAPABILITY: usize = 24;
    /// Number of words.
    pub const N: usize = 25;
}

const fn row(leaf: u32, subleaf: Option<u32>, reg: Reg, [has, tcg]: [u32; 2], names: &'static str) -> Word {
    Word { leaf, subleaf, reg, is_msr: false, has, tcg, names }
}

/// A register of which nothing is implemented, nor in TCG.
const fn msr(number: u32, names: &'static str) -> Word {
    Word { is_msr: true, ..row(number, None, Reg::Eax, [0; 2], names) }
}

/// All words, as QEMU 4.2 numbers them. This is the one place that says what is implemented, and what QEMU 4.2's TCG has: its `max`
/// shows that.
pub static WORDS: [Word; word::N] = [
    row(
        1,
        None,
        Reg::Edx,
        [0x0fcb_fbff, 0x0fcb_fbfd],
        "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - ds acpi mmx fxsr sse sse2 ss \
         ht tm ia64 pbe",
    ),
    row(
        1,
        None,
        Reg::Ecx,
        [0xf7fa_320b, 0xc6d8_220b],
        "pni pclmulqdq dtes64 monitor ds-cpl vmx smx est tm2 ssse3 cid - fma cx16 xtpr pdcm - pcid dca sse4.1 sse4.2 x2apic \
         movbe popcnt tsc-deadline aes xsave - avx f16c rdrand hypervisor",
    ),
    row(
        7,
        Some(0),
        Reg::Ebx,
        [0x21dc_47a9, 0x01d8_4389],
        "fsgsbase tsc-adjust - bmi1 hle avx2 - smep bmi2 erms invpcid rtm - - mpx - avx512f avx512dq rdseed adx smap \
         avx512ifma pcommit clflushopt clwb intel-pt avx512pf avx512er avx512cd sha-ni avx512bw avx512vl",
    ),
    row(
        7,
        Some(0),
        Reg::Ecx,
        [1 << 22 | 1 << 16 | 1 << 3 | 1 << 2, 1 << 16 | 1 << 3],
        "- avx512vbmi umip pku - waitpkg avx512vbmi2 - gfni vaes vpclmulqdq avx512vnni avx512bitalg - avx512-vpopcntdq - \
         la57 - - - - - rdpid - - cldemote - movdiri movdir64b - - -",
    ),
    row(
        7,
        Some(0),
        Reg::Edx,
        [0; 2],
        "- - avx512-4vnniw avx512-4fmaps - - - - - - md-clear - - - - - - - - - - - - - - - spec-ctrl stibp - \
         arch-capabilities core-capability ssbd",
    ),
    row(7, Some(1), Reg::Eax, [0; 2], "- - - - - avx512-bf16 - - - - - - - - - - - - - - - - - - - - - - - - - -"),
    row(
        0x8000_0001,
        None,
        Reg::Edx,
        [0xedd3_fbff, 0xedd3_fbfd],
        "- - - - - - - - - - - syscall - - - - - - - - nx - mmxext - - fxsr-opt pdpe1gb rdtscp - lm 3dnowext 3dnow",
    ),
    row(
        0x8000_0001,
        None,
        Reg::Ecx,
        [0x0040_0175, 0x75],
        "lahf-lm cmp-legacy svm extapic cr8legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit wdt - lwp fma4 tce \
         - nodeid-msr - tbm topoext perfctr-core perfctr-nb - - - - - - -",
    ),
    row(
        0x8000_0007,
        None,
        Reg::Edx,
        [1 << 8, 0],
        "- - - - - - - - invtsc - - - - - - - - - - - - - - - - - - - - - - -",
    ),
    row(
        0x8000_0008,
        None,
        Reg::Ebx,
        [0; 2],
        "clzero - xsaveerptr - - - - - - wbnoinvd - - ibpb - - - - - - - - - - - amd-ssbd virt-ssbd amd-no-ssb - - - \
         - -",
    ),
    row(
        0xc000_0001,
        None,
        Reg::Edx,
        [0; 2],
        "- - xstore xstore-en - - xcrypt xcrypt-en ace2 ace2-en phe phe-en pmm pmm-en - - - - - - - - - - - - - - - - - -",
    ),
    row(
        0x4000_0001,
        None,
        Reg::Eax,
        [0; 2],
        "kvmclock kvm-nopiodelay kvm-mmu - kvm-asyncpf kvm-steal-time kvm-pv-eoi kvm-pv-unhalt - kvm-pv-tlb-flush - \
         kvm-pv-ipi kvm-poll-control kvm-pv-sched-yield - - - - - - - - - - kvmclock-stable-bit - - - - - - -",
    ),
    row(0x4000_0001, None, Reg::Edx, [0; 2], "kvm-hint-dedicated"),
    row(0x4000_0003, None, Reg::Eax, [0; 2], ""),
    row(0x4000_0003, None, Reg::Ebx, [0; 2], ""),
    row(0x4000_0003, None, Reg::Edx, [0; 2], ""),
    row(0x4000_0004, None, Reg::Eax, [0; 2], ""),
    row(0x4000_000a, None, Reg::Eax, [0; 2], ""),
    row(
        0x8000_000a,
        None,
        Reg::Edx,
        [1; 2],
        "npt lbrv svm-lock nrip-save tsc-scale vmcb-clean flushbyasid decodeassists - - pause-filter - pfthreshold",
    ),
    row(0xd, Some(1), Reg::Eax, [7, 5], "xsaveopt xsavec xgetbv1 xsaves"),
    row(6, None, Reg::Eax, [1 << 2; 2], "- - arat"),
    row(0xd, Some(0), Reg::Eax, [u32::MAX; 2], ""),
    row(0xd, Some(0), Reg::Edx, [u32::MAX; 2], ""),
    msr(0x10a, "rdctl-no ibrs-all rsba skip-l1dfl-vmentry ssb-no mds-no pschange-mc-no tsx-ctrl taa-no"),
    msr(0xcf, "- - - - - split-lock-detect"),
];

/// Other names of features, as QEMU knows them.
const OTHER_NAMES: [(&str, &str); 10] = [
    ("sse3", "pni"),
    ("sse4-1", "sse4.1"),
    ("sse4-2", "sse4.2"),
    ("i64", "lm"),
    ("xd", "nx"),
    ("ffxsr", "fxsr-opt"),
    ("tsc_adjust", "tsc-adjust"),
    ("nodeid", "nodeid-msr"),
    ("pclmuldq", "pclmulqdq"),
    ("sse4", "sse4.2"),
];

/// Word and bit of the feature of that name; an underscore is as good as a hyphen.
pub fn find(name: &str) -> Option<(usize, u32)> {
    let name = name.replace('_', "-");
    let name = match name.as_str() {
        "sse4.1" | "sse4.2" => name.as_str(),
        other => OTHER_NAMES.iter().find(|(from, _)| *from == other).map_or(other, |(_, to)| to),
    };
    WORDS.iter().enumerate().find_map(|(n, word)| {
        let bit = word.names.split(' ').position(|have| have == name && have != "-")?;
        Some((n, bit as u32))
    })
}

impl Word {
    /// The name of bit `bit`, if it has one.
    pub fn name(&self, bit: u32) -> Option<&'static str> {
        self.names.split(' ').nth(bit as usize).filter(|name| !matches!(*name, "-" | ""))
    }

    /// Names and numbers of all bits that have one.
    pub fn bits(&self) -> impl Iterator<Item = (&'static str, u32)> {
        self.names.split(' ').zip(0..).filter(|(name, _)| !matches!(*name, "-" | ""))
    }
}
