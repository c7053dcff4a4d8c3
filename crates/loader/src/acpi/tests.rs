//! Tests of the tables: taken apart again, by what the specification says of each.

use super::*;

fn platform() -> Platform {
    let cpu = |n: u32| CpuEntry { apic_id: if n == 3 { 300 } else { n }, present: n < 2, node: n % 2 };
    Platform {
        cpus: (0..4).map(cpu).collect(),
        power: Some(Power { base: 0x600, events: (0xafe0, 4), reset: true, cpus: Some(0xaf00) }),
        hpet: true,
        pci_window: Some(0xc000_0000),
        pcie: Some(0xb000_0000),
        keyboard: true,
        serials: 2,
        nodes: vec![
            NodeMemory { start: 0, len: 1 << 20, node: 0 },
            NodeMemory { start: 1 << 20, len: 1 << 20, node: 1 },
        ],
        distances: vec![vec![10, 21], vec![21, 10]],
    }
}

fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    bytes[at..at + width].iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[test]
fn every_pointer_leads_to_a_table_with_a_good_sum() {
    const BASE: u64 = 0x1fc_0000;
    let block = Block::new(&platform());
    let bytes = block.at(BASE);
    let table = |address: u64| {
        let at = (address - BASE) as usize;
        &bytes[at..at + number(&bytes, at + 4, 4) as usize]
    };
    for (root, width) in [(block.rsdt, 4), (block.xsdt, 8)] {
        let root = table(BASE + root as u64);
        let entries = (36..root.len()).step_by(width).map(|at| table(number(root, at, width)));
        let names: Vec<&[u8]> = entries.clone().map(|t| &t[..4]).collect();
        assert_eq!(names, [b"FACP", b"APIC", b"HPET", b"MCFG", b"SRAT", b"SLIT"]);
        for table in entries.chain([root]) {
            assert_eq!(table.iter().fold(0u8, |sum, b| sum.wrapping_add(*b)), 0, "{:?}", &table[..4]);
        }
    }
    let fadt = table(number(table(BASE + block.xsdt as u64), 36, 8));
    assert_eq!(fadt.len(), 276);
    assert_eq!(&table(number(fadt, 40, 4))[..4], b"DSDT");
    assert_eq!(number(fadt, 40, 4), number(fadt, 140, 8));
    assert_eq!(&table(number(fadt, 36, 4))[..4], b"FACS");
    assert_eq!((number(fadt, 56, 4), number(fadt, 76, 4), number(fadt, 80, 4)), (0x600, 0x608, 0xafe0));
    assert_eq!((number(fadt, 116 + 4, 8), fadt[128]), (0xcf9, 0xf));
}

#[test]
fn processors_beyond_255_have_x2apic_entries() {
    let block = Block::new(&platform());
    let at = block.tables.iter().find(|t| &block.bytes[t.at..t.at + 4] == b"APIC").unwrap();
    let madt = &block.bytes[at.at..at.at + at.len];
    let mut found = Vec::new();
    let mut at = 44;
    while at < madt.len() {
        match madt[at] {
            0 => found.push((number(madt, at + 3, 1), number(madt, at + 4, 4))),
            9 => found.push((number(madt, at + 4, 4), number(madt, at + 8, 4))),
            _ => {}
        }
        at += usize::from(madt[at + 1]);
    }
    assert_eq!(found, [(0, 1), (1, 1), (2, 0), (300, 0)]);
}

#[test]
fn the_root_pointer_has_two_good_sums() {
    let rsdp = rsdp(0x1000, 0x2000);
    assert_eq!(rsdp.len(), RSDP_LEN);
    let sum = |bytes: &[u8]| bytes.iter().fold(0u8, |sum, b| sum.wrapping_add(*b));
    assert_eq!((sum(&rsdp[..RSDP_FIRST]), sum(&rsdp)), (0, 0));
    assert_eq!((number(&rsdp, 16, 4), number(&rsdp, 24, 8)), (0x1000, 0x2000));
}
