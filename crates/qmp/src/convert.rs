//! The machine's plain types as the schema's.

use machine::Machine;
use qapi::machine::{
    CpuInfoByArch, CpuInfoMips, CpuInfoPpc, CpuInfoRiscv, CpuInfoS390, CpuInfoSparc, CpuInfoTricore, CpuInfoX86,
    CpuInstanceProperties, CpuS390State, SysEmuTarget,
};
use qapi::qom::ObjectPropertyInfo;

/// What properties of memory backends are for: QEMU 4.2's words.
const BACKEND_HELP: [(&str, &str); 7] = [
    ("dump", "Set to 'off' to exclude from core dump"),
    ("share", "Mark the memory as private to QEMU or shared"),
    ("policy", "Set the NUMA policy"),
    ("size", "Size of the memory region (ex: 500M)"),
    ("prealloc", "Preallocate memory"),
    ("host-nodes", "Binds memory to the list of NUMA host nodes"),
    ("merge", "Mark memory as mergeable"),
];

/// A property of a type, with its description.
pub fn described(p: machine::PropertyInfo, is_backend: bool) -> ObjectPropertyInfo {
    let help = BACKEND_HELP.iter().find(|(name, _)| is_backend && *name == p.name);
    ObjectPropertyInfo { description: help.map(|(_, text)| text.to_string()), ..property(p) }
}

/// A property of an object.
pub fn property(p: machine::PropertyInfo) -> ObjectPropertyInfo {
    ObjectPropertyInfo { name: p.name, type_: p.kind, description: None }
}

/// The emulator's target. The schema knows the names of all targets there are.
pub fn target(machine: &Machine) -> SysEmuTarget {
    let name = machine.target().name;
    SysEmuTarget::from_name(name).unwrap_or_else(|| panic!("target {name} is missing in the schema"))
}

/// Where a CPU sits.
pub fn props(props: &topology::CpuProps) -> CpuInstanceProperties {
    CpuInstanceProperties {
        node_id: props.node_id,
        socket_id: props.socket_id,
        die_id: props.die_id,
        core_id: props.core_id,
        thread_id: props.thread_id,
    }
}

/// The state that `query-cpus` shows. All addresses are signed 64-bit numbers.
pub fn arch_info(info: cpu::Info) -> CpuInfoByArch {
    use cpu::Info as I;
    match info {
        I::X86 { pc } => CpuInfoByArch::X86(CpuInfoX86 { pc: pc as i64 }),
        I::Sparc { pc, npc } => CpuInfoByArch::Sparc(CpuInfoSparc { pc: pc as i64, npc: npc as i64 }),
        I::Ppc { nip } => CpuInfoByArch::Ppc(CpuInfoPpc { nip: nip as i64 }),
        I::Mips { pc } => CpuInfoByArch::Mips(CpuInfoMips { pc: pc as i64 }),
        I::Tricore { pc } => CpuInfoByArch::Tricore(CpuInfoTricore { pc: pc as i64 }),
        I::S390 { state } => CpuInfoByArch::S390(CpuInfoS390 { cpu_state: s390(state) }),
        I::Riscv { pc } => CpuInfoByArch::Riscv(CpuInfoRiscv { pc: pc as i64 }),
    }
}

/// The state that only s390x shows.
pub fn s390_state(info: cpu::Info) -> Option<CpuS390State> {
    match info {
        cpu::Info::S390 { state } => Some(s390(state)),
        _ => None,
    }
}

fn s390(state: cpu::S390State) -> CpuS390State {
    match state {
        cpu::S390State::Uninitialized => CpuS390State::Uninitialized,
        cpu::S390State::Stopped => CpuS390State::Stopped,
        cpu::S390State::CheckStop => CpuS390State::CheckStop,
        cpu::S390State::Operating => CpuS390State::Operating,
        cpu::S390State::Load => CpuS390State::Load,
    }
}
