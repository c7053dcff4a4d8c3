//! The identification of every CPU model in one golden file, and the properties that `-cpu` takes.

use std::fmt::Write;

use riscv::model::{Model, ModelError, models};

fn error(xlen: u32, cpu: &str) -> String {
    Model::parse(xlen, cpu).map_or_else(|e| e.to_string(), |m| panic!("{cpu} makes {m:?}"))
}

fn letters(misa: u64) -> String {
    ('A'..='Z').zip(0..).filter(|(_, n)| misa >> n & 1 != 0).map(|(c, _)| c).collect()
}

#[test]
fn identification_of_all_models() {
    let mut text = String::new();
    for xlen in [32, 64] {
        writeln!(text, "riscv{xlen}").unwrap();
        for row in models(xlen) {
            let m = Model::new(xlen, row.name, &[]).unwrap();
            let (v, a, i) = (m.mvendorid(), m.marchid(), m.mimpid());
            writeln!(text, "  {}: {}", row.name, row.doc).unwrap();
            writeln!(text, "    misa {:#x} {}, {:?}", m.misa(), letters(m.misa()), m.priv_version()).unwrap();
            writeln!(text, "    mvendorid {v:#x} marchid {a:#x} mimpid {i:#x}").unwrap();
            let (mmu, pmp, sstc) = (m.has_mmu(), m.has_pmp(), m.has_sstc());
            writeln!(text, "    mmu {mmu} pmp {pmp} sstc {sstc} reset {:#x}", m.reset_vector()).unwrap();
        }
    }
    expect_test::expect_file!["golden/models.txt"].assert_eq(&text);
}

#[test]
fn unknown_names() {
    assert_eq!(error(64, "nope"), "unable to find CPU model 'nope'");
    assert_eq!(error(64, ""), "unable to find CPU model ''");
    assert_eq!(error(32, "rv64"), "unable to find CPU model 'rv64'");
    assert_eq!(error(64, "rv64,nosuch=on"), "Property '.nosuch' not found");
    assert_eq!(error(64, "sifive-u54,zba=off"), "Property '.zba' not found", "fixed models have fixed extensions");
    assert_eq!(error(64, "rv64,zba"), "Expected key=value format, found zba.");
    assert_eq!(error(64, "rv64,zba=maybe"), "Invalid parameter type for 'zba', expected: boolean");
    assert_eq!(error(64, "rv64,mvendorid=0x100000000"), "Invalid parameter type for 'mvendorid', expected: uint32");
    assert_eq!(error(32, "rv32,marchid=x"), "Invalid parameter type for 'marchid', expected: uint64");
    assert!(error(64, "rv64,priv_spec=v2").starts_with("Unsupported privilege spec version 'v2'"));
}

#[test]
fn what_does_not_go_together() {
    assert_eq!(error(64, "rv64,e=on"), "I and E extensions are incompatible");
    assert_eq!(error(64, "rv64,i=off"), "Either I or E extension must be set");
    assert_eq!(error(64, "rv64,f=off"), "D extension requires F extension");
    assert_eq!(error(64, "rv64,u=off"), "Setting S extension without U extension is illegal");
    assert_eq!(error(64, "rv64,Zicsr=off"), "F extension requires Zicsr");
    assert_eq!(error(64, "rv64,sv32=on"), "sv32 is for RV32");
    assert_eq!(error(64, "rv64,v=on"), "Property '.v' can't be on: this extension is not implemented");
    assert!(matches!(Model::parse(64, "rv64,h=on"), Err(ModelError::NotImplemented(_))));
}

#[test]
fn properties_take_effect() {
    let misa = |cpu| letters(Model::parse(64, cpu).unwrap().misa());
    assert_eq!(misa("rv64"), "ACDFIMSU");
    assert_eq!(misa("rv64,c=off,s=off,h=off"), "ADFIMU");
    assert_eq!(misa("rv64,i=off,e=on,d=off,f=off"), "ACEMSU");
    let m = Model::parse(64, "sifive-u54,mmu=off,pmp=off,mvendorid=0x489,marchid=7,mimpid=9,resetvec=0x10040").unwrap();
    assert!(!m.has_mmu() && !m.has_pmp() && m.has_s());
    assert_eq!((m.mvendorid(), m.marchid(), m.mimpid(), m.reset_vector()), (0x489, 7, 9, 0x10040));
    let old = Model::parse(64, "rv64,priv_spec=v1.10.0").unwrap();
    assert!(!old.has_sstc(), "menvcfg, and so Sstc, came with version 1.12");
}
