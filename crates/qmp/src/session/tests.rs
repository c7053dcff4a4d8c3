//! Requests and replies as clients of QEMU 4.2 have seen them.

use machine::{Machine, MachineConfig};
use proptest::prelude::*;

use super::*;
use crate::command::{Context, Environment};

fn machine(preconfig: bool) -> Machine {
    let target = machine::targets::find("riscv64").unwrap();
    let mut config = MachineConfig::new(target, Some("virt")).unwrap();
    (config.stopped, config.preconfig) = (true, preconfig);
    config.boot.bios = Some("none".into());
    Machine::new(config).unwrap()
}

/// The replies to some bytes, each without its line end.
fn talk(session: &mut Session, machine: &mut Machine, bytes: &[u8]) -> Vec<String> {
    session.feed(bytes);
    let environment = Environment::default();
    let mut out = Vec::new();
    while session.has_work() {
        let mut context = Context { machine, environment: &environment, after: Default::default() };
        out.extend(session.answer(&mut context).map(|text| text.trim_end_matches("\r\n").to_string()));
    }
    out
}

fn ready(machine: &mut Machine) -> Session {
    let mut session = Session::new(Style::Compact);
    assert_eq!(talk(&mut session, machine, br#"{"execute":"qmp_capabilities"}"#), [r#"{"return": {}}"#]);
    session
}

fn generic(desc: &str) -> String {
    format!(r#"{{"error": {{"class": "GenericError", "desc": "{desc}"}}}}"#)
}

fn not_found(desc: &str) -> String {
    format!(r#"{{"error": {{"class": "CommandNotFound", "desc": "{desc}"}}}}"#)
}

#[test]
fn the_greeting_names_version_and_capabilities() {
    let text = Session::new(Style::Compact).greeting();
    let start = r#"{"QMP": {"version": {"qemu": {"micro": 0, "minor": 2, "major": 4}, "package": "Polyarch "#;
    assert!(text.starts_with(start), "{text}");
    assert!(text.ends_with("\"}, \"capabilities\": [\"oob\"]}}\r\n"), "{text}");
}

#[test]
fn nothing_works_before_the_negotiation() {
    let machine = &mut machine(false);
    let session = &mut Session::new(Style::Compact);
    let expecting = not_found("Expecting capabilities negotiation with 'qmp_capabilities'");
    let table = [
        (r#"{"execute":"quit"}"#, expecting.clone()),
        (r#"{"execute":"nope"}"#, expecting),
        (r#"{}"#, generic("QMP input lacks member 'execute'")),
        (r#"{"execute":"qmp_capabilities","arguments":{"enable":["nope"]}}"#, generic("Invalid parameter 'nope'")),
        (
            r#"{"execute":"qmp_capabilities","arguments":{"enable":"oob"}}"#,
            generic("Invalid parameter type for 'enable', expected: array"),
        ),
        (r#"{"execute":"qmp_capabilities","arguments":{"foo":1}}"#, generic("Parameter 'foo' is unexpected")),
    ];
    for (input, want) in table {
        assert_eq!(talk(session, machine, input.as_bytes()), [want], "{input}");
        assert_eq!(session.event(&json!({})), None);
    }
    talk(session, machine, br#"{"execute":"qmp_capabilities","arguments":{"enable":[]}}"#);
    assert!(session.event(&json!({})).is_some());
    let again = not_found("Capabilities negotiation is already complete, command ignored");
    assert_eq!(talk(session, machine, br#"{"execute":"qmp_capabilities"}"#), [again]);
}

#[test]
fn shapes_are_checked_in_the_order_of_the_members() {
    let machine = &mut machine(false);
    let session = &mut ready(machine);
    let table = [
        ("[1,2]", generic("QMP input must be a JSON object")),
        ("null", generic("QMP input must be a JSON object")),
        (r#"{"execute":["a"]}"#, generic("QMP input member 'execute' must be a string")),
        (r#"{"execute":"stop","arguments":null}"#, generic("QMP input member 'arguments' must be an object")),
        (r#"{"execute":"stop","control":{}}"#, generic("QMP input member 'control' is unexpected")),
        (r#"{"exec-oob":"stop"}"#, generic("QMP input member 'exec-oob' is unexpected")),
        (r#"{"execute":""}"#, not_found("The command  has not been found")),
        (r#"{"execute":"Query-Name"}"#, not_found("The command Query-Name has not been found")),
        (r#"{"execute":"query-name","arguments":{"x":1}}"#, generic("Parameter 'x' is unexpected")),
        (r#"{"execute":"query-memdev","arguments":{"a":null}}"#, generic("Parameter 'a' is unexpected")),
        (r#"{"execute":"cpu-add"}"#, generic("Parameter 'id' is missing")),
        (
            r#"{"execute":"cpu-add","arguments":{"id":1.5}}"#,
            generic("Invalid parameter type for 'id', expected: integer"),
        ),
        (r#"{"execute":"cpu-add","arguments":{"id":1}}"#, generic("Not supported")),
        (
            r#"{"execute":"qom-get","arguments":{"path":null}}"#,
            generic("Invalid parameter type for 'path', expected: string"),
        ),
    ];
    for (input, want) in table {
        assert_eq!(talk(session, machine, format!("{input}\n").as_bytes()), [want], "{input}");
    }
}

#[test]
fn the_id_comes_back_and_replies_keep_their_order() {
    let machine = &mut machine(false);
    let session = &mut ready(machine);
    let input = br#"{"execute":"query-name","id":[1]}{"id":null,"execute":"nope"} {"id":{"a":1.5}}"#;
    let want = [
        r#"{"return": {}, "id": [1]}"#.to_string(),
        not_found("The command nope has not been found").replacen('{', "{\"id\": null, ", 1),
        generic("QMP input lacks member 'execute'").replacen('{', "{\"id\": {\"a\": 1.5}, ", 1),
    ];
    assert_eq!(talk(session, machine, input), want);
}

#[test]
fn out_of_band_requests_overtake() {
    let machine = &mut machine(false);
    let session = &mut Session::new(Style::Compact);
    talk(session, machine, br#"{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}"#);
    let input = br#"{"execute":"query-name"}{"exec-oob":"migrate-pause","id":2}{"exec-oob":"query-name","id":1}"#;
    let out = talk(session, machine, input);
    assert!(out[0].contains("\"id\": 2") && out[0].contains("postcopy-active"), "{out:?}");
    assert_eq!(out[1], r#"{"return": {}}"#);
    assert!(out[2].contains("The command query-name does not support OOB"), "{out:?}");
    let several = br#"{"execute":"query-name"}{"exec-oob":"migrate-pause","id":1}{"exec-oob":"migrate-pause","id":2}"#;
    let out = talk(session, machine, several);
    assert!(out[0].contains("\"id\": 1") && out[1].contains("\"id\": 2"), "in the order they came: {out:?}");
    let both = talk(session, machine, br#"{"execute":"query-name","exec-oob":"query-name"}"#);
    assert_eq!(both, [generic("QMP input member 'execute' clashes with 'exec-oob'")]);
}

#[test]
fn preconfig_lets_few_commands_through() {
    let machine = &mut machine(true);
    let session = &mut ready(machine);
    let table = [
        (r#"{"execute":"quit"}"#, generic("The command 'quit' isn't permitted in 'preconfig' state")),
        (r#"{"execute":"nope"}"#, not_found("The command nope has not been found")),
        (
            r#"{"execute":"query-status"}"#,
            r#"{"return": {"status": "preconfig", "singlestep": false, "running": false}}"#.to_string(),
        ),
        (r#"{"execute":"set-numa-node","arguments":{"type":"zebra"}}"#, generic("Invalid parameter 'zebra'")),
        (r#"{"execute":"set-numa-node","arguments":{}}"#, generic("Parameter 'type' is missing")),
        (
            r#"{"execute":"set-numa-node","arguments":{"type":"node","nodeid":70000}}"#,
            generic("Parameter 'nodeid' expects uint16_t"),
        ),
        (
            r#"{"execute":"set-numa-node","arguments":{"type":"node","cpus":[70000]}}"#,
            generic("Parameter 'null' expects uint16_t"),
        ),
        (
            r#"{"execute":"set-numa-node","arguments":{"type":"dist","src":0,"dst":1,"val":256}}"#,
            generic("Parameter 'val' expects uint8_t"),
        ),
        (
            r#"{"execute":"set-numa-node","arguments":{"type":"node","foo":1}}"#,
            generic("Parameter 'foo' is unexpected"),
        ),
        (
            r#"{"execute":"set-numa-node","arguments":{"type":"node"}}"#,
            generic("NUMA is not supported by this machine-type"),
        ),
    ];
    for (input, want) in table {
        assert_eq!(talk(session, machine, input.as_bytes()), [want], "{input}");
    }
}

#[test]
fn cpus_show_what_the_schema_says() {
    let machine = &mut machine(false);
    let session = &mut ready(machine);
    let text = talk(session, machine, br#"{"execute":"query-cpus"}"#).remove(0);
    let thread = machine.cpus()[0].thread_id;
    let want = r#"{"return": [{"arch": "riscv", "current": true, "CPU": 0, "qom_path": "/machine/soc/harts[0]", "pc": 4096, "halted": false, "thread_id": "#;
    assert_eq!(text, format!("{want}{thread}}}]}}"));
    let text = talk(session, machine, br#"{"execute":"query-cpus-fast"}"#).remove(0);
    let want = format!(
        r#"{{"return": [{{"arch": "riscv", "thread-id": {thread}, "qom-path": "/machine/soc/harts[0]", "cpu-index": 0, "target": "riscv64"}}]}}"#
    );
    assert_eq!(text, want);
}

#[test]
fn the_introspection_is_closed() {
    let machine = &mut machine(false);
    let session = &mut ready(machine);
    let text = talk(session, machine, br#"{"execute":"query-qmp-schema"}"#).remove(0);
    let reply: Value = serde_json::from_str(&text).unwrap();
    let entities = reply["return"].as_array().unwrap();
    let names: Vec<&str> = entities.iter().map(|e| e["name"].as_str().unwrap()).collect();
    let known = |name: &Value| assert!(names.contains(&name.as_str().unwrap()), "{name} is not described");
    for entity in entities {
        ["arg-type", "ret-type", "element-type"].iter().filter_map(|key| entity.get(key)).for_each(known);
        for key in ["members", "variants"] {
            entity.get(key).into_iter().flat_map(|list| list.as_array().unwrap()).for_each(|m| known(&m["type"]));
        }
    }
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    let numa = entities.iter().find(|e| e["name"] == "NumaOptions").unwrap();
    assert_eq!(numa["tag"], "type");
    assert_eq!(numa["variants"][0], json!({"case": "node", "type": "NumaNodeOptions"}));
}

#[test]
fn a_human_line_answers_as_text() {
    let machine = &mut machine(false);
    let session = &mut ready(machine);
    let mut hmp = |line: &str| {
        let input = json!({"execute": "human-monitor-command", "arguments": {"command-line": line}});
        let text = talk(session, machine, input.to_string().as_bytes()).remove(0);
        let reply: Value = serde_json::from_str(&text).unwrap();
        reply["return"].as_str().unwrap().to_string()
    };
    assert_eq!(hmp(""), "");
    assert_eq!(hmp("nosuch"), "unknown command: 'nosuch'\r\n");
    assert_eq!(hmp("info nosuch"), "unknown command: 'info nosuch'\r\n");
    assert_eq!(hmp("info status"), "VM status: paused (prelaunch)\r\n");
    assert_eq!(hmp("info numa"), "0 nodes\r\n");
    assert_eq!(hmp("cpu 9"), "invalid CPU index\r\n");
    assert_eq!(hmp("p $pc+1"), "0x1001\r\n");
    assert!(hmp("info registers").starts_with(" pc       0000000000001000\r\n"));
    assert!(hmp("info qtree").starts_with("bus: main-system-bus\r\n"));
    assert!(hmp("info mtree").contains("0000000080000000-"));
    assert!(hmp("info qom-tree").contains("  /soc (riscv.hart_array)\r\n    /harts[0] (rv64-riscv-cpu)\r\n"));
    assert_eq!(hmp("xp /2xw 0x1000").matches("0x").count(), 2);
    assert_eq!(hmp("singlestep maybe"), "unexpected option maybe\r\n");
    assert!(hmp("help").contains("info [subcommand]"));
}

proptest! {
    #[test]
    fn any_request_is_answered_once(n in 0..commands::COMMANDS.len(), arguments in arguments()) {
        let name = &commands::COMMANDS[n];
        // These end the process or write files.
        prop_assume!(!["quit", "memsave", "pmemsave"].contains(&name.name));
        let machine = &mut machine(false);
        let session = &mut ready(machine);
        let input = json!({"execute": name.name, "arguments": arguments, "id": 7}).to_string();
        let out = talk(session, machine, input.as_bytes());
        prop_assert_eq!(out.len(), 1);
        prop_assert!(out[0].contains("\"id\": 7"));
    }
}

/// Arguments with names that occur and values of every kind.
fn arguments() -> impl Strategy<Value = Value> {
    let names = [
        "id",
        "path",
        "property",
        "value",
        "typename",
        "type",
        "driver",
        "command-line",
        "qom-type",
        "props",
        "cpu-index",
    ];
    let value = prop_oneof![
        Just(json!(null)),
        any::<i64>().prop_map(Value::from),
        Just(json!("/machine")),
        Just(json!("x /4xb 0")),
        "\\PC{0,12}".prop_map(Value::from),
        Just(json!({"size": 0})),
        Just(json!([1.5])),
    ];
    prop::collection::vec((prop::sample::select(names.to_vec()), value), 0..4)
        .prop_map(|members| Value::Object(members.into_iter().map(|(k, v)| (k.to_string(), v)).collect()))
}
