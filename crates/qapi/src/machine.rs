//! CPUs, machine types, NUMA and memory backends: the section `machine.json`.

use crate::{Value, qapi_enum, qapi_struct, qapi_union};

qapi_enum! {
    /// Name of an emulator's target.
    pub enum SysEmuTarget {
        Aarch64 = "aarch64", Alpha = "alpha", Arm = "arm", Cris = "cris", Hppa = "hppa", I386 = "i386", Lm32 = "lm32",
        M68k = "m68k", Microblaze = "microblaze", Microblazeel = "microblazeel", Mips = "mips", Mips64 = "mips64",
        Mips64el = "mips64el", Mipsel = "mipsel", Moxie = "moxie", Nios2 = "nios2", Or1k = "or1k", Ppc = "ppc",
        Ppc64 = "ppc64", Riscv32 = "riscv32", Riscv64 = "riscv64", S390x = "s390x", Sh4 = "sh4", Sh4eb = "sh4eb",
        Sparc = "sparc", Sparc64 = "sparc64", Tricore = "tricore", Unicore32 = "unicore32", X86_64 = "x86_64",
        Xtensa = "xtensa", Xtensaeb = "xtensaeb",
    }
}

qapi_enum! {
    /// Family of a CPU, as far as the schema tells them apart.
    pub enum CpuInfoArch {
        X86 = "x86",
        Sparc = "sparc",
        Ppc = "ppc",
        Mips = "mips",
        Tricore = "tricore",
        S390 = "s390",
        Riscv = "riscv",
        Other = "other",
    }
}

impl SysEmuTarget {
    /// The family of the target's CPUs.
    pub fn arch(self) -> CpuInfoArch {
        match self.name() {
            "i386" | "x86_64" => CpuInfoArch::X86,
            "sparc" | "sparc64" => CpuInfoArch::Sparc,
            "ppc" | "ppc64" => CpuInfoArch::Ppc,
            "mips" | "mipsel" | "mips64" | "mips64el" => CpuInfoArch::Mips,
            "tricore" => CpuInfoArch::Tricore,
            "s390x" => CpuInfoArch::S390,
            "riscv32" | "riscv64" => CpuInfoArch::Riscv,
            _ => CpuInfoArch::Other,
        }
    }
}

qapi_struct! {
    /// What x86 adds to [`CpuInfo`].
    pub struct CpuInfoX86 {
        /// EIP or RIP plus the base of CS.
        "pc" => pc: i64,
    }
}

qapi_struct! {
    /// What SPARC adds to [`CpuInfo`].
    pub struct CpuInfoSparc {
        /// Program counter.
        "pc" => pc: i64,
        /// Next program counter.
        "npc" => npc: i64,
    }
}

qapi_struct! {
    /// What PowerPC adds to [`CpuInfo`].
    pub struct CpuInfoPpc {
        /// Next instruction pointer.
        "nip" => nip: i64,
    }
}

qapi_struct! {
    /// What MIPS adds to [`CpuInfo`].
    pub struct CpuInfoMips {
        /// Program counter, sign-extended on 64-bit targets.
        "PC" => pc: i64,
    }
}

qapi_struct! {
    /// What TriCore adds to [`CpuInfo`].
    pub struct CpuInfoTricore {
        /// Program counter.
        "PC" => pc: i64,
    }
}

qapi_struct! {
    /// What RISC-V adds to [`CpuInfo`].
    pub struct CpuInfoRiscv {
        /// Program counter.
        "pc" => pc: i64,
    }
}

qapi_enum! {
    /// CPU states of z/Architecture.
    pub enum CpuS390State {
        Uninitialized = "uninitialized",
        Stopped = "stopped",
        CheckStop = "check-stop",
        Operating = "operating",
        Load = "load",
    }
}

qapi_struct! {
    /// What s390x adds to [`CpuInfo`] and [`CpuInfoFast`].
    pub struct CpuInfoS390 {
        /// The CPU's state.
        "cpu-state" => cpu_state: CpuS390State,
    }
}

qapi_struct! {
    /// Where a CPU sits; a member is absent when the machine does not have that level.
    pub struct CpuInstanceProperties {
        /// NUMA node.
        "node-id" => node_id: Option<i64>,
        /// Socket within the machine.
        "socket-id" => socket_id: Option<i64>,
        /// Die within the socket.
        "die-id" => die_id: Option<i64>,
        /// Core within the die.
        "core-id" => core_id: Option<i64>,
        /// Thread within the core.
        "thread-id" => thread_id: Option<i64>,
    }
}

qapi_union! {
    /// A CPU as `query-cpus` shows it.
    pub struct CpuInfo by "arch": CpuInfoArch in arch: CpuInfoByArch {
        /// Index of the CPU.
        "CPU" => cpu: i64,
        /// Whether it is the first CPU of the list.
        "current" => current: bool,
        /// Whether it waits for an interrupt, or has not been started.
        "halted" => halted: bool,
        /// Path in the object tree.
        "qom_path" => qom_path: String,
        /// Host thread that runs it.
        "thread_id" => thread_id: i64,
        /// Where it sits, when the machine says that.
        "props" => props: Option<CpuInstanceProperties>,
        ;
        "x86" => X86(CpuInfoX86),
        "sparc" => Sparc(CpuInfoSparc),
        "ppc" => Ppc(CpuInfoPpc),
        "mips" => Mips(CpuInfoMips),
        "tricore" => Tricore(CpuInfoTricore),
        "s390" => S390(CpuInfoS390),
        "riscv" => Riscv(CpuInfoRiscv),
        "other" => Other,
    }
}

qapi_union! {
    /// A CPU as `query-cpus-fast` shows it.
    pub struct CpuInfoFast by "target": SysEmuTarget in target: CpuInfoFastByTarget {
        /// Index of the CPU.
        "cpu-index" => cpu_index: i64,
        /// Path in the object tree.
        "qom-path" => qom_path: String,
        /// Host thread that runs it.
        "thread-id" => thread_id: i64,
        /// Where it sits, when the machine says that.
        "props" => props: Option<CpuInstanceProperties>,
        /// Family of the CPU.
        "arch" => arch: CpuInfoArch,
        ;
        "aarch64" => Aarch64, "alpha" => Alpha, "arm" => Arm, "cris" => Cris, "hppa" => Hppa, "i386" => I386,
        "lm32" => Lm32, "m68k" => M68k, "microblaze" => Microblaze, "microblazeel" => Microblazeel, "mips" => Mips,
        "mips64" => Mips64, "mips64el" => Mips64el, "mipsel" => Mipsel, "moxie" => Moxie, "nios2" => Nios2,
        "or1k" => Or1k, "ppc" => Ppc, "ppc64" => Ppc64, "riscv32" => Riscv32, "riscv64" => Riscv64,
        "s390x" => S390x(CpuInfoS390),
        "sh4" => Sh4, "sh4eb" => Sh4eb, "sparc" => Sparc, "sparc64" => Sparc64, "tricore" => Tricore,
        "unicore32" => Unicore32, "x86_64" => X86_64, "xtensa" => Xtensa, "xtensaeb" => Xtensaeb,
    }
}

impl CpuInfoFastByTarget {
    /// The tag's value for a target; `s390` is the state that only s390x shows.
    pub fn of(target: SysEmuTarget, s390: Option<CpuS390State>) -> CpuInfoFastByTarget {
        use CpuInfoFastByTarget as By;
        use SysEmuTarget as T;
        match target {
            T::Aarch64 => By::Aarch64,
            T::Alpha => By::Alpha,
            T::Arm => By::Arm,
            T::Cris => By::Cris,
            T::Hppa => By::Hppa,
            T::I386 => By::I386,
            T::Lm32 => By::Lm32,
            T::M68k => By::M68k,
            T::Microblaze => By::Microblaze,
            T::Microblazeel => By::Microblazeel,
            T::Mips => By::Mips,
            T::Mips64 => By::Mips64,
            T::Mips64el => By::Mips64el,
            T::Mipsel => By::Mipsel,
            T::Moxie => By::Moxie,
            T::Nios2 => By::Nios2,
            T::Or1k => By::Or1k,
            T::Ppc => By::Ppc,
            T::Ppc64 => By::Ppc64,
            T::Riscv32 => By::Riscv32,
            T::Riscv64 => By::Riscv64,
            T::S390x => By::S390x(CpuInfoS390 { cpu_state: s390.unwrap_or(CpuS390State::Uninitialized) }),
            T::Sh4 => By::Sh4,
            T::Sh4eb => By::Sh4eb,
            T::Sparc => By::Sparc,
            T::Sparc64 => By::Sparc64,
            T::Tricore => By::Tricore,
            T::Unicore32 => By::Unicore32,
            T::X86_64 => By::X86_64,
            T::Xtensa => By::Xtensa,
            T::Xtensaeb => By::Xtensaeb,
        }
    }
}

qapi_enum! {
    /// How far a model is expanded.
    pub enum CpuModelExpansionType {
        /// To a static model and what it has more.
        Static = "static",
        /// To all properties.
        Full = "full",
    }
}

qapi_struct! {
    /// A model with properties.
    pub struct CpuModelInfo {
        /// Its name.
        "name" => name: String,
        /// Its properties.
        "props" => props: Option<Value>,
    }
}

qapi_struct! {
    /// An expanded model.
    pub struct CpuModelExpansionInfo {
        /// The model.
        "model" => model: CpuModelInfo,
    }
}

qapi_struct! {
    /// What is to be expanded, and how far.
    pub struct QueryCpuModelExpansionArguments {
        /// How far.
        "type" => kind: CpuModelExpansionType,
        /// What.
        "model" => model: CpuModelInfo,
    }
}

qapi_enum! {
    /// How a model relates to another.
    pub enum CpuModelCompareResult {
        /// Guests of the first don't run on the second, nor the other way round.
        Incompatible = "incompatible",
        /// Guests of either run on the other.
        Identical = "identical",
        /// Guests of the second run on the first.
        Superset = "superset",
        /// Guests of the first run on the second.
        Subset = "subset",
    }
}

qapi_struct! {
    /// What comes of a comparison.
    pub struct CpuModelCompareInfo {
        /// How the first relates to the second.
        "result" => result: CpuModelCompareResult,
        /// Properties in which they differ.
        "responsible-properties" => responsible_properties: Vec<String>,
    }
}

qapi_struct! {
    /// A model for guests of both.
    pub struct CpuModelBaselineInfo {
        /// The model.
        "model" => model: CpuModelInfo,
    }
}

qapi_struct! {
    /// Two models.
    pub struct TwoCpuModels {
        /// The first.
        "modela" => modela: CpuModelInfo,
        /// The second.
        "modelb" => modelb: CpuModelInfo,
    }
}

qapi_struct! {
    /// A CPU model.
    pub struct CpuDefinitionInfo {
        /// Its name.
        "name" => name: String,
        /// Whether it can be migrated between hosts and versions.
        "migration-safe" => migration_safe: Option<bool>,
        /// Whether it is the same on every machine type and in every version.
        "static" => is_static: bool,
        /// Features that keep it from running here.
        "unavailable-features" => unavailable_features: Option<Vec<String>>,
        /// Name of its type.
        "typename" => typename: String,
        /// The model that it is another name for.
        "alias-of" => alias_of: Option<String>,
    }
}

qapi_struct! {
    /// Arguments of `cpu-add`.
    pub struct CpuAddArguments {
        /// Index of the CPU to add.
        "id" => id: i64,
    }
}

qapi_struct! {
    /// A machine type.
    pub struct MachineInfo {
        /// Its name.
        "name" => name: String,
        /// Another name for it.
        "alias" => alias: Option<String>,
        /// Whether it is taken when none is asked for; absent means no.
        "is-default" => is_default: Option<bool>,
        /// CPUs it takes at most.
        "cpu-max" => cpu_max: i64,
        /// Whether CPUs can be plugged.
        "hotpluggable-cpus" => hotpluggable_cpus: bool,
        /// Whether `-numa node,mem=` is understood.
        "numa-mem-supported" => numa_mem_supported: bool,
        /// Whether it is to be removed.
        "deprecated" => deprecated: bool,
        /// Type of its CPUs when none is asked for.
        "default-cpu-type" => default_cpu_type: Option<String>,
    }
}

qapi_struct! {
    /// What is special about the machine that runs.
    pub struct CurrentMachineParams {
        /// Whether the guest can be woken up from suspend.
        "wakeup-suspend-support" => wakeup_suspend_support: bool,
    }
}

qapi_struct! {
    /// The emulator's target.
    pub struct TargetInfo {
        /// Its name.
        "arch" => arch: SysEmuTarget,
    }
}

qapi_enum! {
    /// What a `-numa` option speaks of.
    pub enum NumaOptionsType {
        Node = "node",
        Dist = "dist",
        Cpu = "cpu",
    }
}

qapi_struct! {
    /// A NUMA node.
    pub struct NumaNodeOptions {
        /// Its number; the next one when absent.
        "nodeid" => nodeid: Option<u16>,
        /// Indexes of its CPUs.
        "cpus" => cpus: Option<Vec<u16>>,
        /// Its memory in bytes.
        "mem" => mem: Option<u64>,
        /// The backend that holds its memory.
        "memdev" => memdev: Option<String>,
    }
}

qapi_struct! {
    /// The distance between two NUMA nodes.
    pub struct NumaDistOptions {
        /// From this node.
        "src" => src: u16,
        /// To this node.
        "dst" => dst: u16,
        /// The distance; 10 is local, 255 unreachable.
        "val" => val: u8,
    }
}

qapi_struct! {
    /// Maps CPUs, named by some of their properties, to a node.
    pub struct NumaCpuOptions {
        /// NUMA node.
        "node-id" => node_id: Option<i64>,
        /// Socket within the machine.
        "socket-id" => socket_id: Option<i64>,
        /// Die within the socket.
        "die-id" => die_id: Option<i64>,
        /// Core within the die.
        "core-id" => core_id: Option<i64>,
        /// Thread within the core.
        "thread-id" => thread_id: Option<i64>,
    }
}

qapi_union! {
    /// A `-numa` option, and the arguments of `set-numa-node`.
    pub struct NumaOptions by "type": NumaOptionsType in options: NumaOptionsByType {
        ;
        "node" => Node(NumaNodeOptions),
        "dist" => Dist(NumaDistOptions),
        "cpu" => Cpu(NumaCpuOptions),
    }
}

qapi_enum! {
    /// A 32-bit register of x86.
    pub enum X86CPURegister32 {
        Eax = "EAX",
        Ebx = "EBX",
        Ecx = "ECX",
        Edx = "EDX",
        Esp = "ESP",
        Ebp = "EBP",
        Esi = "ESI",
        Edi = "EDI",
    }
}

qapi_struct! {
    /// A word of CPUID feature bits.
    pub struct X86CPUFeatureWordInfo {
        /// Leaf.
        "cpuid-input-eax" => cpuid_input_eax: i64,
        /// Subleaf, where one is needed.
        "cpuid-input-ecx" => cpuid_input_ecx: Option<i64>,
        /// Output register.
        "cpuid-register" => cpuid_register: X86CPURegister32,
        /// The bits.
        "features" => features: i64,
    }
}

qapi_struct! {
    /// Makes the list type of [`X86CPUFeatureWordInfo`] known, which only object properties have.
    pub struct DummyForceArrays {
        /// Never sent.
        "unused" => unused: Vec<X86CPUFeatureWordInfo>,
    }
}

qapi_enum! {
    /// How the host places a memory backend.
    pub enum HostMemPolicy {
        Default = "default",
        Preferred = "preferred",
        Bind = "bind",
        Interleave = "interleave",
    }
}

qapi_struct! {
    /// A memory backend.
    pub struct Memdev {
        /// Its name.
        "id" => id: Option<String>,
        /// Size in bytes.
        "size" => size: u64,
        /// Whether the host may merge equal pages.
        "merge" => merge: bool,
        /// Whether it belongs into a core dump.
        "dump" => dump: bool,
        /// Whether all its pages are touched at the start.
        "prealloc" => prealloc: bool,
        /// Host nodes it may live on.
        "host-nodes" => host_nodes: Vec<u16>,
        /// How the host places it.
        "policy" => policy: HostMemPolicy,
    }
}

qapi_struct! {
    /// A slot for a CPU.
    pub struct HotpluggableCpu {
        /// The driver for `device_add`.
        "type" => type_: String,
        /// How many CPUs plugging it brings.
        "vcpus-count" => vcpus_count: i64,
        /// Where it is.
        "props" => props: CpuInstanceProperties,
        /// Path of what sits in it.
        "qom-path" => qom_path: Option<String>,
    }
}
