//! Encoder and decoder against each other and against a blob made by hand.

use proptest::prelude::*;

use super::*;

fn sample() -> Fdt {
    let mut fdt = Fdt::new();
    let plic = fdt.new_phandle();
    fdt.root().u32("#address-cells", 2).u32("#size-cells", 2).strs("compatible", &["a,b", "c"]);
    fdt.node("/cpus/cpu@0").str("device_type", "cpu").u32("reg", 0);
    fdt.node("/cpus/cpu@1").str("device_type", "cpu").u32("reg", 1);
    fdt.node("/soc/plic@c000000").phandle(plic).empty("interrupt-controller").u64s("reg", &[0xc00_0000, 0x400_0000]);
    fdt.node("/soc/uart@10000000").cells("interrupts", &[10]).u32("interrupt-parent", plic).u64("x", 1 << 40);
    fdt.reserve(0x8000_0000, 0x2_0000).set_boot_cpu(1);
    fdt
}

#[test]
fn there_and_back() {
    let fdt = sample();
    let dtb = fdt.to_dtb().unwrap();
    let mut back = Fdt::from_dtb(&dtb).unwrap();
    assert_eq!(back, fdt);
    assert_eq!(back.new_phandle(), 2);
    let cpu = back.find("/cpus/cpu@1").unwrap();
    assert_eq!((cpu.get_u32("reg"), cpu.get_str("device_type"), cpu.get("none")), (Some(1), Some("cpu"), None));
    assert_eq!(back.find("/cpus/cpu").unwrap().name(), "cpu@0");
    assert_eq!(back.find("/").unwrap().get_strs("compatible"), Some(vec!["a,b", "c"]));
    let plic = back.find("/soc/plic").unwrap();
    assert_eq!(plic.get_cells("reg"), Some(vec![0, 0xc00_0000, 0, 0x400_0000]));
    assert_eq!((plic.get("interrupt-controller"), plic.get_str("reg")), (Some(&[][..]), None));
    assert_eq!(back.find("/soc/uart").unwrap().get_u64("x"), Some(1 << 40));
    assert_eq!((back.reserved(), back.boot_cpu()), (&[(0x8000_0000, 0x2_0000)][..], 1));
    assert!(back.find("/soc/none").is_none());
}

#[test]
fn setters_replace() {
    let mut fdt = Fdt::new();
    fdt.node("/chosen").str("bootargs", "a").str("bootargs", "b").u32("x", 1).remove("x");
    let chosen = fdt.find("/chosen").unwrap();
    assert_eq!((chosen.get_str("bootargs"), chosen.props().count()), (Some("b"), 1));
}

#[test]
fn what_cannot_be_built() {
    let mut twice = Fdt::new();
    twice.node("/a").phandle(1);
    twice.node("/b").phandle(1);
    assert!(twice.to_dtb().unwrap_err().to_string().contains("property 'phandle' of node 'b'"));
    let mut name = Fdt::new();
    name.node("/bad name");
    assert!(name.to_dtb().unwrap_err().to_string().starts_with("can't build the devicetree: node 'bad name': "));
}

/// A minimal blob, word by word: the root with one property `a` = "x", a NOP on the way.
fn by_hand() -> Vec<u8> {
    let words: [u32; 24] = [
        0xd00d_feed,
        98,
        56,
        96,
        40,
        17,
        16,
        0,
        2,
        40, // header: strings at 96, structure at 56
        0,
        0,
        0,
        0, // reservations
        1,
        0,
        4,
        3,
        2,
        0,
        0x7800_0000,
        2,
        9, // BEGIN "" NOP PROP len 2 name 0 "x\0" END_NODE END
        0,
    ];
    let mut blob: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    blob.extend_from_slice(b"a\0");
    blob
}

#[test]
fn a_blob_made_by_hand() {
    let fdt = Fdt::from_dtb(&by_hand()).unwrap();
    assert_eq!(fdt.find("/").unwrap().get_str("a"), Some("x"));
}

#[test]
fn damage_is_named() {
    for (at, value, says) in [
        (0, 0, "instead of 0xd00dfeed"),
        (1, 99, "should have 99 bytes but has 98"),
        (2, 90, "structure block lies beyond"),
        (5, 16, "version 16"),
        (9, 8, "structure block ends too early"),
        (14, 7, "0x7 where a token should be"),
        (14, 3, "outside of any node"),
        (14, 2, "never began"),
        (19, 9, "strings block has a string without end"),
        (18, 0xffff_ffff, "structure block ends too early"),
        (21, 1, "0x0 where a token should be"),
        (22, 1, "goes on after its root"),
        (4, 96, "reservation block ends too early"),
    ] {
        let mut blob = by_hand();
        blob[at * 4..at * 4 + 4].copy_from_slice(&u32::to_be_bytes(value));
        let error = Fdt::from_dtb(&blob).unwrap_err().to_string();
        assert!(error.contains(says), "word {at}: {error}");
    }
    assert!(Fdt::from_dtb(b"").is_err());
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| {
        let mut blob = by_hand();
        blob.truncate(56);
        blob.extend([[0, 0, 0, 1], [0; 4]].concat().repeat(depth));
        blob.extend([0, 0, 0, 2].repeat(depth));
        blob.extend([0, 0, 0, 9]);
        let len = blob.len() as u32;
        for (at, value) in [(1, len), (3, len), (8, 0), (9, len - 56)] {
            blob[at * 4..at * 4 + 4].copy_from_slice(&u32::to_be_bytes(value));
        }
        Fdt::from_dtb(&blob)
    };
    assert!(nested(64).is_ok());
    assert!(nested(65).unwrap_err().to_string().contains("64 deep"));
}

fn any_node() -> impl Strategy<Value = Node> {
    let props = prop::collection::btree_map("[a-z][a-z0-9,#-]{0,12}", prop::collection::vec(any::<u8>(), 0..20), 0..4);
    let leaf = (props, "[a-z]{1,8}(@[0-9a-f]{1,8})?").prop_map(|(props, name)| Node {
        name,
        props: props.into_iter().filter(|(name, _)| name != "phandle").collect(),
        children: Vec::new(),
    });
    leaf.prop_recursive(3, 12, 3, |inner| {
        (inner.clone(), prop::collection::vec(inner, 0..3)).prop_map(|(mut node, mut children)| {
            children.sort_by(|a, b| a.name.cmp(&b.name));
            children.dedup_by(|a, b| a.name == b.name);
            node.children = children;
            node
        })
    })
}

proptest! {
    #[test]
    fn any_tree_survives(mut root in any_node()) {
        root.name.clear();
        let fdt = Fdt { root, ..Fdt::default() };
        prop_assert_eq!(Fdt::from_dtb(&fdt.to_dtb().unwrap()).unwrap(), fdt);
    }

    #[test]
    fn mutated_blobs_never_panic(
        pokes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        keep in any::<prop::sample::Index>(),
    ) {
        let mut blob = sample().to_dtb().unwrap();
        for (at, byte) in pokes {
            let at = at.index(blob.len());
            blob[at] = byte;
        }
        let _ = Fdt::from_dtb(&blob);
        let _ = Fdt::from_dtb(&blob[..keep.index(blob.len())]);
    }
}
