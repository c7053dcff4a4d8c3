//! All commands, one file each, and the slice that lists them: dispatch, `query-commands` and introspection read it.

pub mod cont;
pub mod cpu_add;
pub mod device_add;
pub mod device_del;
pub mod device_list_properties;
pub mod dump_guest_memory;
pub mod human_monitor_command;
pub mod inject_nmi;
pub mod memsave;
pub mod migrate_pause;
pub mod object_add;
pub mod object_del;
pub mod pmemsave;
pub mod qmp_capabilities;
pub mod qom_get;
pub mod qom_list;
pub mod qom_list_properties;
pub mod qom_list_types;
pub mod qom_set;
pub mod query_acpi_ospm_status;
pub mod query_balloon;
pub mod query_block;
pub mod query_block_jobs;
pub mod query_chardev;
pub mod query_command_line_options;
pub mod query_commands;
pub mod query_cpu_definitions;
pub mod query_cpu_model_baseline;
pub mod query_cpu_model_comparison;
pub mod query_cpu_model_expansion;
pub mod query_cpus;
pub mod query_cpus_fast;
pub mod query_current_machine;
pub mod query_dump;
pub mod query_dump_guest_memory_capability;
pub mod query_events;
pub mod query_hotpluggable_cpus;
pub mod query_iothreads;
pub mod query_jobs;
pub mod query_kvm;
pub mod query_machines;
pub mod query_memdev;
pub mod query_memory_devices;
pub mod query_memory_size_summary;
pub mod query_mice;
pub mod query_migrate;
pub mod query_migrate_capabilities;
pub mod query_name;
pub mod query_named_block_nodes;
pub mod query_pr_managers;
pub mod query_qmp_schema;
pub mod query_rx_filter;
pub mod query_status;
pub mod query_target;
pub mod query_tpm;
pub mod query_tpm_models;
pub mod query_tpm_types;
pub mod query_uuid;
pub mod query_version;
pub mod quit;
pub mod set_numa_node;
pub mod stop;
pub mod system_powerdown;
pub mod system_reset;
pub mod system_wakeup;
pub mod x_exit_preconfig;
pub mod x_query_registers;
pub mod x_query_topology;
pub mod x_read_memory;

use crate::command::Spec;

/// Every command, in the order of `query-commands`.
pub static COMMANDS: &[Spec] = &[
    Spec::of::<qmp_capabilities::QmpCapabilities>(),
    Spec::of::<query_version::QueryVersion>(),
    Spec::of::<query_commands::QueryCommands>(),
    Spec::of::<query_events::QueryEvents>(),
    Spec::of::<query_qmp_schema::QueryQmpSchema>(),
    Spec::of::<query_status::QueryStatus>(),
    Spec::of::<query_name::QueryName>(),
    Spec::of::<query_uuid::QueryUuid>(),
    Spec::of::<query_kvm::QueryKvm>(),
    Spec::of::<query_chardev::QueryChardev>(),
    Spec::of::<query_command_line_options::QueryCommandLineOptions>(),
    Spec::of::<query_target::QueryTarget>(),
    Spec::of::<query_machines::QueryMachines>(),
    Spec::of::<query_current_machine::QueryCurrentMachine>(),
    Spec::of::<query_cpus::QueryCpus>(),
    Spec::of::<query_cpus_fast::QueryCpusFast>(),
    Spec::of::<query_cpu_definitions::QueryCpuDefinitions>(),
    Spec::of::<query_cpu_model_expansion::QueryCpuModelExpansion>(),
    Spec::of::<query_cpu_model_comparison::QueryCpuModelComparison>(),
    Spec::of::<query_cpu_model_baseline::QueryCpuModelBaseline>(),
    Spec::of::<cpu_add::CpuAdd>(),
    Spec::of::<query_memdev::QueryMemdev>(),
    Spec::of::<query_hotpluggable_cpus::QueryHotpluggableCpus>(),
    Spec::of::<set_numa_node::SetNumaNode>(),
    Spec::of::<stop::Stop>(),
    Spec::of::<cont::Cont>(),
    Spec::of::<quit::Quit>(),
    Spec::of::<system_reset::SystemReset>(),
    Spec::of::<system_powerdown::SystemPowerdown>(),
    Spec::of::<system_wakeup::SystemWakeup>(),
    Spec::of::<inject_nmi::InjectNmi>(),
    Spec::of::<x_exit_preconfig::XExitPreconfig>(),
    Spec::of::<query_memory_size_summary::QueryMemorySizeSummary>(),
    Spec::of::<dump_guest_memory::DumpGuestMemory>(),
    Spec::of::<query_dump::QueryDump>(),
    Spec::of::<query_dump_guest_memory_capability::QueryDumpGuestMemoryCapability>(),
    Spec::of::<memsave::Memsave>(),
    Spec::of::<pmemsave::Pmemsave>(),
    Spec::of::<human_monitor_command::HumanMonitorCommand>(),
    Spec::of::<qom_list::QomList>(),
    Spec::of::<qom_get::QomGet>(),
    Spec::of::<qom_set::QomSet>(),
    Spec::of::<qom_list_types::QomListTypes>(),
    Spec::of::<qom_list_properties::QomListProperties>(),
    Spec::of::<device_list_properties::DeviceListProperties>(),
    Spec::of::<device_add::DeviceAdd>(),
    Spec::of::<device_del::DeviceDel>(),
    Spec::of::<object_add::ObjectAdd>(),
    Spec::of::<object_del::ObjectDel>(),
    Spec::of::<query_migrate::QueryMigrate>(),
    Spec::of::<query_migrate_capabilities::QueryMigrateCapabilities>(),
    Spec::of::<migrate_pause::MigratePause>(),
    Spec::of::<query_balloon::QueryBalloon>(),
    Spec::of::<query_iothreads::QueryIothreads>(),
    Spec::of::<query_block::QueryBlock>(),
    Spec::of::<query_named_block_nodes::QueryNamedBlockNodes>(),
    Spec::of::<query_jobs::QueryJobs>(),
    Spec::of::<query_block_jobs::QueryBlockJobs>(),
    Spec::of::<query_memory_devices::QueryMemoryDevices>(),
    Spec::of::<query_rx_filter::QueryRxFilter>(),
    Spec::of::<query_tpm::QueryTpm>(),
    Spec::of::<query_tpm_models::QueryTpmModels>(),
    Spec::of::<query_tpm_types::QueryTpmTypes>(),
    Spec::of::<query_acpi_ospm_status::QueryAcpiOspmStatus>(),
    Spec::of::<query_pr_managers::QueryPrManagers>(),
    Spec::of::<query_mice::QueryMice>(),
    Spec::of::<x_query_registers::XQueryRegisters>(),
    Spec::of::<x_read_memory::XReadMemory>(),
    Spec::of::<x_query_topology::XQueryTopology>(),
];

/// The command of that name.
pub fn find(name: &str) -> Option<&'static Spec> {
    COMMANDS.iter().find(|spec| spec.name == name)
}
