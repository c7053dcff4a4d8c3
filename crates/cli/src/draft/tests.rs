//! Command lines and what becomes of them.

use super::*;
use crate::options;

fn plan(line: &str) -> Result<Plan, Fatal> {
    plan_for("riscv64", line)
}

fn plan_for(target: &str, line: &str) -> Result<Plan, Fatal> {
    let target = machine::targets::find(target).unwrap();
    let mut draft = Draft::new("polyarch".into(), target);
    let arguments: Vec<String> = line.split(' ').filter(|word| !word.is_empty()).map(str::to_string).collect();
    assert_eq!(options::parse(&arguments, &mut draft)?, None);
    draft.finish()
}

fn fault(line: &str) -> String {
    plan(line).unwrap_err().text
}

#[test]
fn faults_name_the_option() {
    let table = [
        ("-foo", "-foo: invalid option"),
        ("-smp", "-smp: requires an argument"),
        ("disk.img", "disk.img: disk images are not supported"),
        ("-M nope", "-M nope: unsupported machine type"),
        ("-M -qmp stdio", "-M -qmp: unsupported machine type"),
        ("-accel nope", "-machine accel=nope: No accelerator found"),
        ("-M virt,accel=kvm", "-machine accel=kvm: No accelerator found"),
        ("-uuid xyz", "-uuid xyz: failed to parse UUID string: wrong format"),
        ("-smp 2,foo=1", "-smp 2,foo=1: Invalid parameter 'foo'"),
        ("-smp 1.5", "-smp 1.5: Parameter 'cpus' expects a number"),
        ("-m abc", "-m abc: Parameter 'size' expects a non-negative number below 2^64"),
        ("-qmp nope", "-qmp nope: 'nope' is not a valid char driver"),
        ("-mon x", "-mon x: chardev \"x\" not found"),
        ("-qmp stdio -monitor stdio", "-monitor stdio: cannot use stdio by multiple character devices"),
        ("-preconfig -incoming x", "'preconfig' and 'incoming' options are mutually exclusive"),
        (
            "-display gtk",
            "-display gtk: there is no display; use -display none, or -nographic for a console on the terminal",
        ),
        ("-net user", "-net user: not supported; only 'none' is"),
    ];
    for (line, want) in table {
        assert_eq!(fault(line), want, "{line}");
    }
}

#[test]
fn a_device_gets_the_character_device_that_it_names() {
    let line = "-M pc -display none -chardev null,id=a -chardev null,id=b -device isa-debugcon,iobase=0x402,chardev=b";
    let channels = plan_for("x86_64", line).unwrap().channels;
    let users: Vec<(&str, &[User])> = channels.iter().map(|c| (c.label.as_str(), c.users.as_slice())).collect();
    assert_eq!(users, [("a", &[][..]), ("b", &[User::Debug][..])]);
}

#[test]
fn a_console_is_there_unless_something_else_is() {
    let show = |line: &str| -> Vec<String> {
        let channels = plan(line).unwrap().channels;
        channels.iter().map(|c| format!("{} {} {}", c.label, c.backend.filename(), c.users.len())).collect()
    };
    assert_eq!(show("-M virt"), ["serial0 mux 2"]);
    assert_eq!(show("-M virt -nographic"), ["serial0 mux 2"]);
    assert_eq!(show("-M virt -nographic -nodefaults"), [""; 0]);
    assert_eq!(show("-M virt -display none"), [""; 0]);
    assert_eq!(show("-M virt -nographic -qmp stdio"), ["compat_monitor0 stdio 1"]);
    assert_eq!(show("-M virt -nographic -monitor none"), ["compat_monitor0 null 1", "serial0 stdio 1"]);
    assert_eq!(show("-M virt -chardev stdio,mux=on,id=c -serial chardev:c -mon c"), ["c mux 2"]);
    assert_eq!(
        show("-M virt -display none -chardev socket,id=q,path=/x,server,nowait -mon chardev=q,mode=control"),
        ["q disconnected:unix:/x,server 1"]
    );
}

#[test]
fn options_reach_the_configuration() {
    let plan =
        plan("-M virt -smp 4 -m 64 -S -name guest=a,process=b -uuid 00112233-4455-6677-8899-aabbccddeeff").unwrap();
    assert_eq!((plan.config.smp.cpus, plan.config.mem.size), (Some(4), Some(64 << 20)));
    assert_eq!((plan.config.stopped, plan.config.name.as_deref()), (true, Some("a")));
    assert_eq!(plan.config.uuid[..4], [0, 0x11, 0x22, 0x33]);
}

#[test]
fn devices_beside_cpus_reach_the_configuration() {
    let config = |line: &str| plan_for("s390x", line).unwrap().config;
    let plain = config("");
    assert!(plain.default_nic && plain.has_first_serial && plain.watchdog == machine::WatchdogAction::Reset);
    let bare = config("-nodefaults -watchdog diag288 --watchdog-action inject-nmi");
    assert!(!bare.default_nic && !bare.has_first_serial && bare.watchdog == machine::WatchdogAction::InjectNmi);
    assert_eq!(bare.devices[0].value.driver, "diag288");
    assert!(!config("-nic none").default_nic);
    assert_eq!(config("-action watchdog=pause").watchdog, machine::WatchdogAction::Pause);
    let snapshots = |line| config(line).drives.iter().map(|drive| drive.value.snapshot).collect::<Vec<_>>();
    assert_eq!(snapshots("-drive file=a,snapshot=on -drive file=b"), [Some(true), Some(false)]);
    assert_eq!(snapshots("-drive file=a,snapshot=off -drive file=b -snapshot"), [Some(false), Some(true)]);
    let fault = |line: &str| plan_for("s390x", line).unwrap_err().text;
    assert_eq!(fault("-watchdog-action bark"), "unknown -watchdog-action parameter");
    assert_eq!(fault("-drive file=a,snapshot=maybe"), "-drive file=a,snapshot=maybe: snapshot expects 'on' or 'off'");
    assert!(plan("-watchdog diag288").is_err());
}
