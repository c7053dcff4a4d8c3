//! Machines built from options, and what they answer.

use machine::config::{Icount, MemConfig, Threading};
use machine::{
    Advance, DeviceConfig, Given, Machine, MachineConfig, ObjectConfig, ShutdownCause, Value, registry, targets,
};
use topology::{NumaOption, SmpOptions};

/// A stopped riscv64 machine configuration from options in QEMU's spelling.
fn config(options: &str) -> MachineConfig {
    let mut words = options.split_whitespace();
    let mut pairs = Vec::new();
    while let (Some(key), Some(value)) = (words.next(), words.next()) {
        pairs.push((key, value));
    }
    let target = targets::find("riscv64").unwrap();
    let name = pairs.iter().find(|(key, _)| *key == "-M").map(|&(_, value)| value);
    let mut config = MachineConfig::new(target, name).unwrap();
    config.stopped = true;
    for (key, text) in pairs {
        let option = format!("{key} {text}");
        match key {
            "-M" => {}
            "-smp" => config.smp = SmpOptions::parse(text).unwrap(),
            "-m" => config.mem = MemConfig::parse(text, config.machine).unwrap(),
            "-cpu" => config.cpu = Some(text.to_string()),
            "-numa" => config.numa.push(Given { option, value: text.to_string() }),
            "-object" => config.objects.push(Given { option, value: ObjectConfig::parse(text).unwrap() }),
            "-preconfig" => config.preconfig = true,
            other => panic!("{other}"),
        }
    }
    config
}

fn machine(options: &str) -> Machine {
    Machine::new(config(options)).unwrap()
}

fn fault(options: &str) -> String {
    Machine::new(config(options)).err().map(|e| e.to_string()).unwrap_or_default()
}

fn paths(machine: &Machine) -> Vec<&str> {
    machine.cpus().iter().map(|vcpu| vcpu.qom_path.as_str()).collect()
}

fn plug(machine: &mut Machine, text: &str) -> String {
    let device = DeviceConfig::parse(text).unwrap();
    machine.device_add(&device).map_or_else(|e| e.text, |()| "ok".to_string())
}

#[test]
fn harts_sit_where_qemu_puts_them() {
    assert_eq!(paths(&machine("-M virt -smp 2")), ["/machine/soc/harts[0]", "/machine/soc/harts[1]"]);
    assert_eq!(paths(&machine("-M sifive_e")), ["/machine/soc/cpus/harts[0]"]);
    let both = ["/machine/soc/e-cluster/e-cpus/harts[0]", "/machine/soc/u-cluster/u-cpus/harts[0]"];
    assert_eq!(paths(&machine("-M sifive_u")), both);
    assert_eq!(paths(&machine("-M none")), [""; 0]);
    let poly = machine("-M polyarch -smp 2");
    assert_eq!(paths(&poly), ["/machine/unattached/device[0]", "/machine/unattached/device[1]"]);
}

#[test]
fn limits_and_names_are_checked() {
    let cases = [
        ("-M virt -smp 9", "Invalid SMP CPUs 9. The max CPUs supported by machine 'virt' is 8"),
        ("-M sifive_u -smp 1", "Invalid SMP CPUs 1. The min CPUs supported by machine 'sifive_u' is 2"),
        ("-M virt -cpu nope", "unable to find CPU model 'nope'"),
        ("-M virt -numa node", "-numa node: NUMA is not supported by this machine-type"),
        ("-M polyarch -numa node,nodeid=1", "numa: Node ID missing: 0"),
        (
            "-M polyarch -m 64 -numa node,mem=16",
            "total memory for NUMA nodes (0x1000000) should equal RAM size (0x4000000)",
        ),
    ];
    for (options, want) in cases {
        assert_eq!(fault(options), want, "{options}");
    }
    let riscv = targets::find("riscv64").unwrap();
    let e = registry::find(riscv, "opentitan").unwrap_err();
    assert_eq!(
        (e.text.as_str(), e.hint),
        ("unsupported machine type", Some("Use -machine help to list supported machines"))
    );
    assert!(registry::help(riscv).contains("spike                RISC-V Spike Board (default)\n"));
}

#[test]
fn memory_sizes_have_qemus_meaning() {
    let virt = registry::find(targets::find("riscv64").unwrap(), "virt").unwrap();
    let parse = |text| MemConfig::parse(text, virt).map_err(|e| e.text);
    assert_eq!(parse("64").unwrap().size, Some(64 << 20));
    assert_eq!(parse("size=1G").unwrap().size, Some(1 << 30));
    assert_eq!(parse("100k").unwrap().size, Some(104 << 10));
    assert_eq!(parse("0").unwrap().size, None);
    assert_eq!(parse("abc").unwrap_err(), "Parameter 'size' expects a non-negative number below 2^64");
    assert_eq!(
        parse("64,maxmem=32M").unwrap_err(),
        "invalid value of -m option maxmem: maximum memory size (0x2000000) must be at least the initial memory size (0x4000000)"
    );
    assert_eq!(Icount::parse("7"), Ok(Icount { shift: 7 }));
    assert!(Icount::parse("shift=11").is_err() && Icount::parse("align=off").is_err());
}

#[test]
fn run_control_raises_events_in_order() {
    let mut m = machine("-M virt");
    assert_eq!(m.state().name(), "prelaunch");
    m.stop();
    assert_eq!((m.state().name(), m.take_events().len()), ("prelaunch", 0));
    m.cont().unwrap();
    m.stop();
    m.request_reset(ShutdownCause::HostQmpSystemReset);
    let names = |m: &mut Machine| m.take_events().iter().map(|e| e.name).collect::<Vec<_>>();
    assert_eq!((m.state().name(), names(&mut m)), ("paused", vec!["RESUME", "STOP"]));
    assert_eq!(m.advance(), Advance::Wait(None));
    assert_eq!((m.state().name(), names(&mut m)), ("prelaunch", vec!["RESET"]));
    m.request_powerdown();
    m.request_shutdown(ShutdownCause::HostQmpQuit, 0);
    assert_eq!(m.advance(), Advance::Exit(0));
    assert_eq!(names(&mut m), ["POWERDOWN", "SHUTDOWN"]);
}

#[test]
fn no_shutdown_keeps_a_machine_that_switched_itself_off() {
    let mut config = config("-M virt");
    (config.stopped, config.no_shutdown) = (false, true);
    let mut m = Machine::new(config).unwrap();
    m.request_shutdown(ShutdownCause::GuestShutdown, 3);
    assert_ne!(m.advance(), Advance::Exit(3));
    assert_eq!(m.state().name(), "shutdown");
    assert_eq!(m.cont().unwrap_err().text, "Resetting the Virtual Machine is required");
    m.request_reset(ShutdownCause::HostQmpSystemReset);
    m.advance();
    assert!(m.cont().is_ok());
}

#[test]
fn cpus_come_and_go_on_polyarch() {
    let mut m = machine("-M polyarch -smp 1,sockets=2,dies=2,cores=2,threads=1");
    assert_eq!(m.hotpluggable_cpus().unwrap().len(), 8);
    assert_eq!(m.hotpluggable_cpus().unwrap()[7].qom_path.as_deref(), Some("/machine/unattached/device[0]"));
    let cases = [
        ("nope", "'nope' is not a valid device model name"),
        ("machine", "'machine' is not a valid device model name"),
        ("riscv-cpu", "Parameter 'driver' expects non-abstract device type"),
        ("riscv.sifive.plic", "Parameter 'driver' expects pluggable device type"),
        ("any-riscv-cpu,socket-id=0", "Invalid CPU type, expected cpu type: 'rv64-riscv-cpu'"),
        ("rv64-riscv-cpu,foo=1", "Property '.foo' not found"),
        ("rv64-riscv-cpu", "CPU socket-id is not set"),
        ("rv64-riscv-cpu,socket-id=-1", "CPU socket-id is not set"),
        ("rv64-riscv-cpu,socket-id=x", "Parameter 'socket-id' expects int64"),
        ("rv64-riscv-cpu,socket-id=4294967296", "Parameter 'socket-id' expects int32_t"),
        ("rv64-riscv-cpu,socket-id=2", "Invalid CPU socket-id: 2 must be in range 0:1"),
        ("rv64-riscv-cpu,socket-id=1,core-id=1,thread-id=0", "CPU die-id is not set"),
        ("rv64-riscv-cpu,socket-id=0,die-id=0,core-id=0,thread-id=0", "CPU[0] exists"),
        ("rv64-riscv-cpu,socket-id=1,die-id=1,core-id=1,thread-id=0,node-id=1", "invalid node-id, must be 0"),
        ("rv64-riscv-cpu,id=a,socket-id=1,die-id=1,core-id=1,thread-id=0", "ok"),
        ("rv64-riscv-cpu,id=a,socket-id=1,die-id=1,core-id=0,thread-id=0", "Duplicate ID 'a' for device"),
        ("rv64-riscv-cpu,socket-id=0,die-id=1,core-id=0,thread-id=0", "ok"),
    ];
    for (text, want) in cases {
        assert_eq!(plug(&mut m, text), want, "device_add {text}");
    }
    let index = |m: &Machine| m.cpus().iter().map(|vcpu| vcpu.index).collect::<Vec<_>>();
    assert_eq!(index(&m), [0, 7, 2]);
    assert_eq!(m.cpu_add(7).unwrap_err().text, "CPU[7] exists");
    assert_eq!(m.cpu_add(8).unwrap_err().text, "Invalid CPU id: 8, valid index range 0:7");
    assert_eq!(m.cpu_add(-1).unwrap_err().text, "Invalid CPU id: -1");
    m.cpu_add(5).unwrap();
    assert_eq!(
        paths(&m)[1..],
        ["/machine/peripheral/a", "/machine/peripheral-anon/device[0]", "/machine/unattached/device[1]"]
    );
    m.device_del("a").unwrap();
    let event = m.take_events().pop().unwrap();
    assert_eq!(event.name, "DEVICE_DELETED");
    assert_eq!(event.data, [("device", Value::from("a")), ("path", Value::from("/machine/peripheral/a"))]);
    assert_eq!(index(&m), [0, 2, 5]);
    assert_eq!(m.hotpluggable_cpus().unwrap()[0].qom_path, None);
    assert_eq!(m.device_del("a").unwrap_err().text, "Device 'a' not found");
    assert_eq!(m.device_del("/machine").unwrap_err().text, "/machine is not a hotpluggable device");
    assert_eq!(m.device_del("/machine/unattached/device[0]").unwrap_err().text, "Boot CPU is unpluggable");
}

#[test]
fn boards_of_qemu_have_no_hotplug() {
    let mut m = machine("-M virt");
    assert_eq!(m.hotpluggable_cpus().unwrap_err().text, "The feature 'query-hotpluggable-cpus' is not enabled");
    assert_eq!(m.cpu_add(1).unwrap_err().text, "Not supported");
    assert_eq!(plug(&mut m, "rv64-riscv-cpu,id=x"), "Parameter 'driver' expects pluggable device type");
    assert!(m.cpus()[0].props.is_none());
}

#[test]
fn nodes_may_be_set_in_the_preconfig_phase() {
    let mut m = machine(
        "-M polyarch -preconfig on -m 64 -smp 4,sockets=2,cores=2 -object memory-backend-ram,id=m0,size=32M \
         -object memory-backend-ram,id=m1,size=32M",
    );
    assert_eq!(m.state().name(), "preconfig");
    for text in
        ["node,nodeid=0,memdev=m0", "node,memdev=m1,cpus=2-3", "cpu,node-id=0,socket-id=0", "dist,src=0,dst=1,val=21"]
    {
        m.set_numa_node(&NumaOption::parse(text).unwrap()).unwrap();
    }
    let nodes = |m: &Machine| m.hotpluggable_cpus().unwrap().iter().map(|cpu| cpu.props.node_id).collect::<Vec<_>>();
    assert_eq!(nodes(&m), [Some(1), Some(1), Some(0), Some(0)]);
    m.init().unwrap();
    assert_eq!(m.state().name(), "prelaunch");
    assert_eq!(m.cpus()[3].props.unwrap().node_id, Some(1));
    assert_eq!(m.numa().distances().unwrap(), [[10, 21], [21, 10]]);
    assert_eq!(m.object_del("m0").unwrap_err().text, "object 'm0' is in use, can not be deleted");
    assert_eq!(m.memdevs().iter().map(|dev| dev.id.as_str()).collect::<Vec<_>>(), ["m1", "m0"]);
}

#[test]
fn objects_are_found_by_path() {
    let mut m = machine("-M virt -object memory-backend-ram,id=m0,size=1M");
    let get = |m: &Machine, path: &str, name: &str| m.qom_get(path, name).map_err(|e| e.text);
    assert_eq!(get(&m, "/machine", "type"), Ok(Value::from("virt-machine")));
    assert_eq!(get(&m, "unattached", "type"), Ok(Value::from("container")));
    assert_eq!(get(&m, "/objects/m0", "size"), Ok(Value::Int(1 << 20)));
    assert_eq!(get(&m, "/machine", "nope"), Err("Property '.nope' not found".to_string()));
    assert_eq!(get(&m, "/nope", "type"), Err("Device '/nope' not found".to_string()));
    assert_eq!(m.qom_list("").unwrap_err().text, "Path '' is ambiguous");
    let harts = m.qom_list("/machine/soc").unwrap();
    assert!(harts.iter().any(|p| p.name == "harts[0]" && p.kind == "child<rv64-riscv-cpu>"));
    let set = |m: &mut Machine, path: &str, name: &str, value| m.qom_set(path, name, value).map_err(|e| e.text);
    let fault = Err("Insufficient permission to perform this operation".to_string());
    assert_eq!(set(&mut m, "/machine", "type", Value::from("x")), fault);
    let fault = Err("Invalid parameter type for 'usb', expected: boolean".to_string());
    assert_eq!(set(&mut m, "/machine", "usb", Value::Int(1)), fault);
    assert_eq!(set(&mut m, "/machine", "usb", Value::Bool(true)), Ok(()));
    assert_eq!(get(&m, "/machine", "usb"), Ok(Value::Bool(true)));
    let none = machine("-M virt");
    assert_eq!(none.qom_list("/objects").unwrap_err().text, "Device '/objects' not found");
}

/// The address space of each board, as a table.
#[test]
fn memory_maps() {
    let map = |options: &str| {
        let machine = machine(options);
        let line = |(start, last, name): (u64, u64, &str)| format!("{start:09x} {last:09x} {name}\n");
        machine.memory().map().map(line).collect::<String>()
    };
    let virt = map("-M virt -m 64M");
    for line in [
        "000001000 000011fff riscv_virt_board.mrom\n",
        "000100000 000100fff riscv.sifive.test\n",
        "002000000 00200ffff riscv.sifive.clint\n",
        "00c000000 00fffffff riscv.sifive.plic\n",
        "010000000 0100000ff serial\n",
        "020000000 021ffffff virt.flash0\n",
        "080000000 083ffffff riscv_virt_board.ram\n",
    ] {
        assert!(virt.contains(line), "{line}{virt}");
    }
    let polyarch = map("-M polyarch -m 512M -smp 4");
    for line in [
        "000000000 00fffffff polyarch.ram\n",
        "010000000 010000007 polyarch.uart\n",
        "010001000 010001fff polyarch.exit\n",
        "010002000 010002fff polyarch.info\n",
        "010100000 01010007f polyarch.percpu\n",
        "01fc00000 01fffffff polyarch.rom\n",
        "020000000 02fffffff polyarch.ram\n",
        "080000000 08fffffff polyarch.mirror\n",
        "0a0000000 0afffffff polyarch.mirror\n",
        "0ffc00000 0ffffffff polyarch.rom-again\n",
    ] {
        assert!(polyarch.contains(line), "{line}{polyarch}");
    }
}

/// Hart 1 comes to a breakpoint in the round in which hart 0 has the board reset.
#[test]
fn a_breakpoint_is_told_although_another_hart_resets_the_machine() {
    // csrr t0, mhartid; beqz t0, 2f; 1: j 1b; 2: lui t1, 0x100; lui t2, 7; addi t2, t2, 0x777; sw t2, 0(t1); 3: j 3b
    let code: [u32; 8] =
        [0xf140_22f3, 0x0002_8463, 0x0000_006f, 0x0010_0337, 0x0000_73b7, 0x7773_8393, 0x0073_2023, 0x0000_006f];
    let kernel = std::env::temp_dir().join(format!("polyarch-test-breakpoint-{}", std::process::id()));
    std::fs::write(&kernel, code.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>()).unwrap();
    let mut config = config("-M virt -smp 2");
    (config.stopped, config.threading) = (false, Threading::Single);
    config.boot.bios = Some("none".to_string());
    config.boot.kernel = Some(kernel.display().to_string());
    let mut m = Machine::new(config).unwrap();
    std::fs::remove_file(&kernel).unwrap();
    m.cpus_mut()[1].cpu.insert_breakpoint(0x8000_0008);
    let stop = (0..10).map(|_| m.advance()).find(|outcome| matches!(outcome, Advance::Debug { .. }));
    assert!(matches!(stop, Some(Advance::Debug { cpu: 1, .. })), "{stop:?}");
    assert_eq!(m.state().name(), "debug");
    m.advance();
    assert!(m.take_events().iter().any(|event| event.name == "RESET"));
}
