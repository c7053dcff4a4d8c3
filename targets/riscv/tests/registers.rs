//! Registers as debuggers and snapshots see them.

use std::fmt::Write;
use std::sync::Arc;

use cpu::{Clock, Cpu, Env, Kind, Lines, RegisterError, Target, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos};
use riscv::model::Model;
use riscv::{Riscv32, Riscv64};

struct Stopped;

impl Clock for Stopped {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

fn hart(cpu: &str) -> Vcpu<Riscv64, Interp> {
    let kind = Kind::new(Model::parse(64, cpu).unwrap());
    let bus = Arc::new(AddressSpace::new());
    Vcpu::new(
        &kind,
        Env {
            index: 5,
            lines: Arc::new(Lines::default()),
            bus,
            clock: Arc::new(Stopped),
            board: Arc::new(cpu::PlainBoard),
        },
    )
}

fn index(hart: &dyn Cpu, name: &str) -> usize {
    hart.registers().iter().position(|r| r.name == name).unwrap_or_else(|| panic!("no register {name}"))
}

fn get(hart: &dyn Cpu, name: &str) -> u128 {
    hart.register(index(hart, name)).unwrap()
}

fn set(hart: &mut dyn Cpu, name: &str, value: u128) -> Result<(), RegisterError> {
    hart.set_register(index(hart, name), value)
}

#[test]
fn the_tables_of_debuggers() {
    let mut text = String::new();
    for (xlen, name) in [(64, "rv64"), (32, "rv32"), (32, "sifive-e31")] {
        let model = Model::new(xlen, name, &[]).unwrap();
        let table = if xlen == 64 { Riscv64::registers(&model) } else { Riscv32::registers(&model) };
        writeln!(text, "{name}: {} registers", table.len()).unwrap();
        for r in table {
            let number = r.gdb.map_or("-".to_owned(), |n| n.to_string());
            writeln!(text, "  {number:>4} {} {} {:?} {}", r.name, r.bits, r.group, r.gdb_type).unwrap();
        }
    }
    expect_test::expect_file!["golden/registers.txt"].assert_eq(&text);
}

#[test]
fn registers_are_written_as_machine_mode_would() {
    let mut hart = hart("rv64");
    assert_eq!((get(&hart, "pc"), get(&hart, "mhartid"), get(&hart, "priv")), (0x1000, 5, 3));
    for (name, value, read) in [
        ("sp", 7, 7),
        ("zero", 7, 0),
        ("pc", 0x8000_0001, 0x8000_0000),
        ("fa0", 1 << 63, 1 << 63),
        ("mstatus", 3 << 13, 0x8000_000a_0000_6000),
        ("fcsr", 0x1ff, 0xff),
        ("satp", 8 << 60 | 5, 8 << 60 | 5),
        ("medeleg", u128::MAX, 0xb3ff),
        ("priv", 1, 1),
    ] {
        assert_eq!(set(&mut hart, name, value), Ok(()), "{name}");
        assert_eq!(get(&hart, name), read, "{name}");
    }
    assert_eq!(get(&hart, "mscratch"), 0, "debuggers read M-mode's registers in S-mode, too");
    assert_eq!(set(&mut hart, "mhartid", 1), Err(RegisterError::ReadOnly("mhartid")));
    assert_eq!(set(&mut hart, "cycle", 1), Err(RegisterError::ReadOnly("cycle")));
    assert_eq!(set(&mut hart, "priv", 2), Err(RegisterError::ReadOnly("priv")), "there is no such mode");
}

#[test]
fn snapshots_hold_every_register() {
    let mut old = hart("rv64");
    let table = old.registers();
    for i in (0..table.len()).filter(|&i| !matches!(table[i].name, "priv" | "mstatus" | "pmpcfg0" | "pmpcfg2")) {
        let _ = old.set_register(i, 0x0123_4567_89ab_cdef_u128.rotate_left(i as u32));
    }
    for (name, value) in [("mstatus", 0x7e_79aa), ("pmpcfg0", 0x0f1f), ("priv", 1)] {
        set(&mut old, name, value).unwrap();
    }
    let mut new = hart("rv64");
    new.restore(&old.save()).unwrap();
    for (i, r) in table.iter().enumerate() {
        assert_eq!(new.register(i), old.register(i), "{}", r.name);
    }
    assert_ne!(get(&new, "sscratch"), 0);
    let mut narrow = {
        let kind = Kind::<Riscv32>::new(Model::parse(32, "rv32").unwrap());
        let bus = Arc::new(AddressSpace::new());
        Vcpu::<_, Interp>::new(
            &kind,
            Env {
                index: 0,
                lines: Arc::new(Lines::default()),
                bus,
                clock: Arc::new(Stopped),
                board: Arc::new(cpu::PlainBoard),
            },
        )
    };
    assert!(narrow.restore(&old.save()).is_err(), "another target");
}
