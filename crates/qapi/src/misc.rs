//! Version, names, accelerators, host monitor, memory dumps, character devices: what clients ask beside the machine.

use crate::{qapi_enum, qapi_struct};

qapi_enum! {
    /// What a client may switch on during negotiation.
    pub enum QmpCapability {
        Oob = "oob",
    }
}

qapi_struct! {
    /// Arguments of `qmp_capabilities`.
    pub struct QmpCapabilitiesArguments {
        /// What to switch on.
        "enable" => enable: Option<Vec<QmpCapability>>,
    }
}

qapi_struct! {
    /// Three numbers of a version.
    pub struct VersionTriple {
        /// Major.
        "major" => major: i64,
        /// Minor.
        "minor" => minor: i64,
        /// Micro.
        "micro" => micro: i64,
    }
}

qapi_struct! {
    /// Result of `query-version`.
    pub struct VersionInfo {
        /// The version of QEMU whose interface is served.
        "qemu" => qemu: VersionTriple,
        /// Who made this emulator, and its own version.
        "package" => package: String,
    }
}

qapi_struct! {
    /// The name of a command.
    pub struct CommandInfo {
        /// The name.
        "name" => name: String,
    }
}

qapi_struct! {
    /// The name of an event.
    pub struct EventInfo {
        /// The name.
        "name" => name: String,
    }
}

qapi_struct! {
    /// Result of `query-name`.
    pub struct NameInfo {
        /// The guest's name, if it has one.
        "name" => name: Option<String>,
    }
}

qapi_struct! {
    /// Result of `query-uuid`.
    pub struct UuidInfo {
        /// The guest's UUID.
        "UUID" => uuid: String,
    }
}

qapi_struct! {
    /// Result of `query-kvm`.
    pub struct KvmInfo {
        /// Whether it is in use.
        "enabled" => enabled: bool,
        /// Whether it could be.
        "present" => present: bool,
    }
}

qapi_struct! {
    /// A character device.
    pub struct ChardevInfo {
        /// Its name.
        "label" => label: String,
        /// What stands behind it.
        "filename" => filename: String,
        /// Whether the guest's side is open.
        "frontend-open" => frontend_open: bool,
    }
}

qapi_struct! {
    /// Result of `query-memory-size-summary`.
    pub struct MemoryInfo {
        /// RAM at the start, in bytes.
        "base-memory" => base_memory: u64,
        /// RAM plugged since, in bytes.
        "plugged-memory" => plugged_memory: Option<u64>,
    }
}

qapi_struct! {
    /// Arguments of `human-monitor-command`.
    pub struct HumanMonitorCommandArguments {
        /// The line.
        "command-line" => command_line: String,
        /// The CPU it speaks of.
        "cpu-index" => cpu_index: Option<i64>,
    }
}

qapi_struct! {
    /// Arguments of `memsave`.
    pub struct MemsaveArguments {
        /// Virtual address.
        "val" => val: i64,
        /// Bytes.
        "size" => size: i64,
        /// File to write.
        "filename" => filename: String,
        /// The CPU whose address space it is.
        "cpu-index" => cpu_index: Option<i64>,
    }
}

qapi_struct! {
    /// Arguments of `pmemsave`.
    pub struct PmemsaveArguments {
        /// Physical address.
        "val" => val: i64,
        /// Bytes.
        "size" => size: i64,
        /// File to write.
        "filename" => filename: String,
    }
}

qapi_enum! {
    /// Type of a parameter of a command-line option.
    pub enum CommandLineParameterType {
        String = "string",
        Boolean = "boolean",
        Number = "number",
        Size = "size",
    }
}

qapi_struct! {
    /// A parameter of a command-line option.
    pub struct CommandLineParameterInfo {
        /// Its name.
        "name" => name: String,
        /// Its type.
        "type" => type_: CommandLineParameterType,
        /// What it is for.
        "help" => help: Option<String>,
        /// What it is when not given.
        "default" => default: Option<String>,
    }
}

qapi_struct! {
    /// A command-line option.
    pub struct CommandLineOptionInfo {
        /// Its name.
        "option" => option: String,
        /// Its parameters.
        "parameters" => parameters: Vec<CommandLineParameterInfo>,
    }
}

qapi_struct! {
    /// Arguments of `query-command-line-options`.
    pub struct QueryCommandLineOptionsArguments {
        /// Only this option.
        "option" => option: Option<String>,
    }
}

qapi_struct! {
    /// Result of `query-migrate`: empty before any migration.
    pub struct MigrationInfo {
        /// How it stands.
        "status" => status: Option<String>,
    }
}

qapi_struct! {
    /// A capability of migration.
    pub struct MigrationCapabilityStatus {
        /// Its name.
        "capability" => capability: String,
        /// Whether it is on.
        "state" => state: bool,
    }
}

qapi_struct! {
    /// Something that a bare machine has none of.
    pub struct NamedItem {
        /// Its name.
        "id" => id: String,
    }
}

qapi_enum! {
    /// What a slot of ACPI's is for.
    pub enum AcpiSlotType {
        Dimm = "DIMM",
        Cpu = "CPU",
    }
}

qapi_struct! {
    /// What a guest has said of a slot by `_OST` (ACPI Specification 6.3, "_OST (OSPM Status Indication)").
    pub struct AcpiOstInfo {
        /// Id of the device in the slot, if it has one.
        "device" => device: Option<String>,
        /// The slot's number.
        "slot" => slot: String,
        /// What it is for.
        "slot-type" => slot_type: AcpiSlotType,
        /// The event.
        "source" => source: i64,
        /// What has become of it.
        "status" => status: i64,
    }
}

qapi_enum! {
    /// Forms of a dump.
    pub enum DumpGuestMemoryFormat {
        Elf = "elf",
        KdumpZlib = "kdump-zlib",
        KdumpLzo = "kdump-lzo",
        KdumpSnappy = "kdump-snappy",
        WinDmp = "win-dmp",
    }
}

qapi_enum! {
    /// How a dump stands.
    pub enum DumpStatus {
        None = "none",
        Active = "active",
        Completed = "completed",
        Failed = "failed",
    }
}

qapi_struct! {
    /// Result of `query-dump-guest-memory-capability`.
    pub struct DumpGuestMemoryCapability {
        /// The forms that can be asked for.
        "formats" => formats: Vec<DumpGuestMemoryFormat>,
    }
}

qapi_struct! {
    /// Arguments of `dump-guest-memory`.
    pub struct DumpGuestMemoryArguments {
        /// Whether virtual addresses are mapped.
        "paging" => paging: bool,
        /// Where it goes: `file:PATH` or `fd:NAME`.
        "protocol" => protocol: String,
        /// Whether to answer before it is done.
        "detach" => detach: Option<bool>,
        /// First address.
        "begin" => begin: Option<i64>,
        /// Bytes.
        "length" => length: Option<i64>,
        /// Form of the file.
        "format" => format: Option<DumpGuestMemoryFormat>,
    }
}

qapi_struct! {
    /// Result of `query-dump`.
    pub struct DumpQueryResult {
        /// How it stands.
        "status" => status: DumpStatus,
        /// Bytes written.
        "completed" => completed: i64,
        /// Bytes in all.
        "total" => total: i64,
    }
}

qapi_enum! {
    /// Models of a TPM that QEMU has.
    pub enum TpmModel {
        Tis = "tpm-tis",
        Crb = "tpm-crb",
        Spapr = "tpm-spapr",
    }
}

qapi_enum! {
    /// What can stand behind a TPM.
    pub enum TpmType {
        Passthrough = "passthrough",
        Emulator = "emulator",
    }
}
