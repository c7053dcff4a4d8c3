//! Machine types: which there are, and what each says of itself before it is built.

use topology::numa::DefaultNode;
use topology::told::Encoder;
use topology::{ApicIds, Levels, Smp, SmpRules};

use crate::boards;
use crate::build::Build;
use crate::config::MemConfig;
use crate::error::Error;
use crate::targets::{Arch, Target};

/// How a board's CPUs get their APIC IDs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApicIdKind {
    /// It has no APICs.
    None,
    /// From their place.
    Packed,
    /// From their index.
    Index,
}

impl ApicIdKind {
    /// The numbering of a machine of this shape.
    pub fn ids(self, smp: &Smp) -> Option<ApicIds> {
        match self {
            ApicIdKind::None => None,
            ApicIdKind::Packed => Some(ApicIds::new(smp)),
            ApicIdKind::Index => Some(ApicIds::flat(smp)),
        }
    }
}

/// Whether a machine makes itself a NUMA node when nobody has told it any.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AutoNode {
    /// It does without.
    Never,
    /// It does where memory could be plugged: guests find out about that by the nodes' table.
    WithMemSlots,
    /// It always has one.
    Always,
}

impl AutoNode {
    /// Whether it is time to make one, with this many memory slots.
    pub(crate) fn wants_one(self, mem_slots: u64) -> bool {
        match self {
            AutoNode::Never => false,
            AutoNode::WithMemSlots => mem_slots > 0,
            AutoNode::Always => true,
        }
    }
}

/// What becomes of `-m ...,slots=N,maxmem=SIZE`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemSlots {
    /// Nothing: such boards don't look at it.
    Ignored,
    /// It is refused.
    Refused,
    /// PCs take 256 slots.
    Pc,
    /// Partitions take 32.
    Pseries,
}

impl MemSlots {
    /// Checks what was asked for.
    ///
    /// # Errors
    /// More slots than the machine can have, or sizes that it can't.
    pub(crate) fn check(self, mem: &MemConfig, ram: u64, machine: &str) -> Result<(), Error> {
        let max = mem.max.unwrap_or(ram);
        match self {
            MemSlots::Refused if mem.slots > 0 || max > ram => {
                Err(Error::new(format!("\"-memory 'slots|maxmem'\" is not supported by: {machine}")))
            }
            MemSlots::Pc if mem.slots > 256 => {
                Err(Error::new(format!("unsupported amount of memory slots: {}", mem.slots)))
            }
            MemSlots::Pc if max > ram && !max.is_multiple_of(4096) => {
                Err(Error::new("maximum memory size must by aligned to multiple of 4096 bytes"))
            }
            MemSlots::Pseries if mem.slots > 32 => {
                let text = format!("Specified number of memory slots {} exceeds max supported 32", mem.slots);
                Err(Error::new(text))
            }
            _ => Ok(()),
        }
    }
}

/// A machine type.
#[derive(Debug)]
pub struct MachineType {
    /// The canonical name.
    pub name: &'static str,
    /// Another name for it.
    pub alias: Option<&'static str>,
    /// One line for `-M help`.
    pub desc: &'static str,
    /// Architectures it exists for; empty means all.
    pub arches: &'static [Arch],
    /// The targets of these architectures that it exists for; empty means all.
    pub targets: &'static [&'static str],
    /// Whether it is taken when no machine is named.
    pub is_default: bool,
    /// CPUs it can hold.
    pub max_cpus: u32,
    /// CPUs it needs.
    pub min_cpus: u32,
    /// CPUs it has when `-smp` is not given.
    pub default_cpus: u32,
    /// The CPU model by target, when `-cpu` is not given.
    pub default_model: &'static [(&'static str, &'static str)],
    /// Whether `query-machines` shows that model.
    pub shows_model: bool,
    /// How `-smp` is completed.
    pub smp_rules: SmpRules,
    /// Whether it has NUMA nodes.
    pub numa: bool,
    /// The levels of its possible CPUs, if it has a table of them. Such CPUs show `props`.
    pub levels: Option<Levels>,
    /// The node of CPUs that were put into none.
    pub default_node: DefaultNode,
    /// Whether CPUs may come and go.
    pub hotplug: bool,
    /// How CPUs get APIC IDs, which faults of plugging name.
    pub apic_ids: ApicIdKind,
    /// Whether QEMU has it since a version behind 4.2: `-M` takes it, but lists for clients of 4.2 leave it out.
    pub is_later: bool,
    /// Whether it is on its way out.
    pub deprecated: bool,
    /// CPUs are plugged by `core-id` alone, and not unplugged.
    pub core_ids: bool,
    /// CPUs come a core at a time: a slot is a core.
    pub cores: bool,
    /// Whether it makes itself a node.
    pub auto_node: AutoNode,
    /// What `-m` may say of memory that can be plugged.
    pub mem_slots: MemSlots,
    /// Whether a suspended guest can be woken.
    pub wakeup: bool,
    /// Serial ports.
    pub serials: usize,
    /// RAM in bytes when `-m` is not given.
    pub default_ram: u64,
    /// Properties that only this type has: name, type, value at start.
    pub own_properties: &'static [(&'static str, &'static str, &'static str)],
    /// The forms in which its guests learn its shape, beside what CPUs say of themselves.
    pub told: &'static [Encoder],
    /// Devices of the command line that the board makes itself when it is put together.
    pub own_devices: &'static [&'static str],
    /// Puts the machine together.
    pub build: fn(&mut Build<'_>) -> Result<(), Error>,
}

/// What most boards are; each file overrides what differs.
pub(crate) const BOARD: MachineType = MachineType {
    name: "",
    alias: None,
    desc: "",
    arches: &[],
    targets: &[],
    is_default: false,
    max_cpus: 1,
    min_cpus: 1,
    default_cpus: 1,
    default_model: &[],
    shows_model: true,
    smp_rules: SmpRules::Generic,
    numa: false,
    levels: None,
    default_node: DefaultNode::Spread,
    hotplug: false,
    apic_ids: ApicIdKind::None,
    is_later: false,
    deprecated: false,
    core_ids: false,
    cores: false,
    auto_node: AutoNode::Never,
    mem_slots: MemSlots::Ignored,
    wakeup: false,
    serials: 1,
    default_ram: 128 << 20,
    own_properties: &[],
    told: &[],
    own_devices: &[],
    build: |_| Ok(()),
};

/// The machine types of PCs, which are many.
static PCS: &[&[MachineType]] =
    &[boards::microvm::VERSIONS, boards::pc::VERSIONS, boards::q35::VERSIONS, boards::isapc::VERSIONS];

/// Every other machine type, by name.
static MACHINES: &[&MachineType] = &[
    &boards::prep::IBM_40P,
    &boards::sun4m::LX,
    &boards::sun4m::SPARC_CLASSIC,
    &boards::sun4m::SPARCBOOK,
    &boards::sun4m::SS_10,
    &boards::sun4m::SS_20,
    &boards::sun4m::SS_4,
    &boards::sun4m::SS_5,
    &boards::sun4m::SS_600MP,
    &boards::sun4m::VOYAGER,
    &boards::ppc4xx::BAMBOO,
    &boards::mips_more::BOSTON,
    &boards::mips_more::FULONG2E,
    &boards::powermac::G3BEIGE,
    &boards::aurix::KIT_AURIX_TC277_TRB,
    &boards::leon3::LEON3_GENERIC,
    &boards::leon3::LEON3MP,
    &boards::powermac::MAC99,
    &boards::mips_more::MAGNUM,
    &boards::malta::MALTA,
    &boards::mips_r4k::MIPS,
    &boards::mipssim::MIPSSIM,
    &boards::ppce500::MPC8544DS,
    &boards::sun4u::NIAGARA,
    &boards::none::NONE,
    &boards::mips_more::PICA61,
    &boards::polyarch::POLYARCH,
    &boards::powernv::POWERNV8,
    &boards::powernv::POWERNV9,
    &boards::pseries::V2_1,
    &boards::pseries::V2_10,
    &boards::pseries::V2_11,
    &boards::pseries::V2_12,
    &boards::pseries::V2_12_SXXM,
    &boards::pseries::V2_2,
    &boards::pseries::V2_3,
    &boards::pseries::V2_4,
    &boards::pseries::V2_5,
    &boards::pseries::V2_6,
    &boards::pseries::V2_7,
    &boards::pseries::V2_8,
    &boards::pseries::V2_9,
    &boards::pseries::V3_0,
    &boards::pseries::V3_1,
    &boards::pseries::V4_0,
    &boards::pseries::V4_1,
    &boards::pseries::V4_2,
    &boards::ppce500::PPCE500,
    &boards::s390_ccw::V2_10,
    &boards::s390_ccw::V2_11,
    &boards::s390_ccw::V2_12,
    &boards::s390_ccw::V2_4,
    &boards::s390_ccw::V2_5,
    &boards::s390_ccw::V2_6,
    &boards::s390_ccw::V2_7,
    &boards::s390_ccw::V2_8,
    &boards::s390_ccw::V2_9,
    &boards::s390_ccw::V3_0,
    &boards::s390_ccw::V3_1,
    &boards::s390_ccw::V4_0,
    &boards::s390_ccw::V4_1,
    &boards::s390_ccw::V4_2,
    &boards::ppc4xx::SAM460EX,
    &boards::sifive_e::SIFIVE_E,
    &boards::sifive_u::SIFIVE_U,
    &boards::spike::SPIKE,
    &boards::sun4u::SUN4U,
    &boards::sun4u::SUN4V,
    &boards::tricore_testboard::TRICORE_TESTBOARD,
    &boards::virt::VIRT,
    &boards::ppc4xx::VIRTEX,
];

impl MachineType {
    /// Whether the type exists for `target`.
    pub fn serves(&self, target: &Target) -> bool {
        let named = self.targets.is_empty() || self.targets.contains(&target.name);
        named && (self.arches.is_empty() || self.arches.contains(&target.arch))
    }

    /// The CPU model when none is named; `None` on a machine without CPUs.
    pub fn default_model(&self, target: &Target) -> Option<&'static str> {
        self.default_model.iter().find(|(name, _)| *name == target.name).map(|&(_, model)| model)
    }

    /// The type name of that model as `query-machines` shows it.
    pub fn default_cpu_type(&self, target: &Target) -> Option<String> {
        self.default_model(target).filter(|_| self.shows_model).map(|model| target.cpu_type(model))
    }

    /// Its type name in the object tree.
    pub fn type_name(&self) -> String {
        format!("{}-machine", self.name)
    }
}

/// The machine types of `target`, by name.
pub fn machines(target: &Target) -> impl Iterator<Item = &'static MachineType> {
    let pcs = PCS.iter().copied().flatten();
    pcs.chain(MACHINES.iter().copied()).filter(move |machine| machine.serves(target))
}

/// Those that clients are shown.
pub fn listed(target: &Target) -> impl Iterator<Item = &'static MachineType> {
    machines(target).filter(|machine| !machine.is_later)
}

const HELP_HINT: &str = "Use -machine help to list supported machines";

/// The machine type of that name or alias. The error names no option: the caller knows how it was spelled.
///
/// # Errors
/// `unsupported machine type`.
pub fn find(target: &Target, name: &str) -> Result<&'static MachineType, Error> {
    machines(target)
        .find(|machine| machine.name == name || machine.alias == Some(name))
        .ok_or_else(|| Error::new("unsupported machine type").hint(HELP_HINT))
}

/// The machine type that is taken when none is named.
///
/// # Errors
/// When the target has no default.
pub fn default_machine(target: &Target) -> Result<&'static MachineType, Error> {
    machines(target)
        .find(|machine| machine.is_default)
        .ok_or_else(|| Error::new("No machine specified, and there is no default").hint(HELP_HINT))
}

/// The text of `-M help`.
pub fn help(target: &Target) -> String {
    let mut out = String::from("Supported machines are:\n");
    for machine in machines(target) {
        if let Some(alias) = machine.alias {
            out += &format!("{alias:<20} {} (alias of {})\n", machine.desc, machine.name);
        }
        let default = match (machine.is_default, machine.deprecated) {
            (true, _) => " (default)",
            (false, true) => " (deprecated)",
            (false, false) => "",
        };
        out += &format!("{:<20} {}{default}\n", machine.name, machine.desc);
    }
    out
}

/// The text of `-cpu help`.
pub fn cpu_help(target: &Target) -> String {
    if target.arch == Arch::Sparc {
        return sparc::model::help(target.bits);
    }
    let line = |name: &str| match target.arch {
        Arch::Mips => format!("MIPS '{name}'\n"),
        _ => format!("{name}\n"),
    };
    target.models().into_iter().map(line).collect()
}
