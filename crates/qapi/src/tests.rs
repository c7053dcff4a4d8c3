//! What the declarations yield: serde form, visitor and introspection of the same type.

use crate::machine::*;
use crate::schema::SchemaInfoMeta;
use crate::*;

fn visit<T: Qapi>(value: Value) -> Result<T, String> {
    T::visit(&value, &Path::Root).map_err(|e| e.desc)
}

#[test]
fn unions_are_flat_both_ways() {
    let info = CpuInfoFast {
        cpu_index: 3,
        qom_path: "/x".into(),
        thread_id: 7,
        props: None,
        arch: CpuInfoArch::S390,
        target: CpuInfoFastByTarget::of(SysEmuTarget::S390x, Some(CpuS390State::CheckStop)),
    };
    let value = serde_json::to_value(&info).unwrap();
    let want = json!({
        "cpu-index": 3, "qom-path": "/x", "thread-id": 7, "arch": "s390", "target": "s390x", "cpu-state": "check-stop",
    });
    assert_eq!(value, want);
    assert_eq!(visit(value.clone()), Ok(info.clone()));
    assert_eq!(serde_json::from_value::<CpuInfoFast>(value).unwrap(), info);
}

#[test]
fn every_target_has_its_variant() {
    for &target in SysEmuTarget::ALL {
        let text = serde_json::to_value(CpuInfoFastByTarget::of(target, None)).unwrap();
        assert_eq!(text["target"], target.name());
    }
}

#[test]
fn faults_come_in_the_order_of_the_schema() {
    let table = [
        (json!({}), "Parameter 'type' is missing"),
        (json!({"type": 5}), "Invalid parameter type for 'type', expected: string"),
        (json!({"type": "dist", "src": 0, "dst": 1, "foo": 1}), "Parameter 'val' is missing"),
        (json!({"type": "dist", "src": "0", "dst": 1, "val": 1}), "Parameter 'src' expects uint64"),
        (json!({"type": "dist", "src": 0, "dst": 1, "val": 300}), "Parameter 'val' expects uint8_t"),
        (json!({"type": "node", "cpus": 1}), "Invalid parameter type for 'cpus', expected: array"),
        (json!({"type": "node", "cpus": [1, 70000]}), "Parameter 'null' expects uint16_t"),
        (json!({"type": "node", "memdev": null}), "Invalid parameter type for 'memdev', expected: string"),
        (json!({"type": "cpu", "node-id": 1.5}), "Invalid parameter type for 'node-id', expected: integer"),
        (json!({"type": "cpu", "node-id": 1, "x": 1}), "Parameter 'x' is unexpected"),
        (json!([]), "Invalid parameter type for '', expected: object"),
    ];
    for (value, want) in table {
        assert_eq!(visit::<NumaOptions>(value.clone()).unwrap_err(), want, "{value}");
    }
}

#[test]
fn of_several_unexpected_members_the_first_of_the_hash_table_is_named() {
    let value = json!({"qom-type": "t", "id": "w", "size": 1, "policy": "bind", "host-nodes": [0]});
    assert_eq!(visit::<qom::ObjectAddArguments>(value).unwrap_err(), "Parameter 'host-nodes' is unexpected");
}

#[test]
fn the_introspection_says_what_the_types_do() {
    let mut schema = Schema::default();
    schema.command::<NumaOptions, Vec<Memdev>>("x", false);
    let entities = schema.into_entities();
    let find = |name: &str| &entities.iter().find(|e| e.name == name).unwrap().meta;
    let SchemaInfoMeta::Object(memdev) = find("Memdev") else { panic!("Memdev is no object") };
    let optional: Vec<_> = memdev.members.iter().filter(|m| m.default.is_some()).map(|m| m.name.as_str()).collect();
    assert_eq!(optional, ["id"]);
    let SchemaInfoMeta::Object(numa) = find("NumaOptions") else { panic!("NumaOptions is no object") };
    assert_eq!((numa.tag.as_deref(), numa.variants.as_ref().unwrap().len()), (Some("type"), 3));
    assert!(matches!(find("[Memdev]"), SchemaInfoMeta::Array(list) if list.element_type == "Memdev"));
}
