//! The register table that debuggers see: gdb's numbers and names.
//!
//! gdb, `gdb/riscv-tdep.h`: x0 to x31 are 0 to 31, pc 32, f0 to f31 from 33 on, CSR n is 65 + n, the privilege mode 4161.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cpu::{Group, Register, RegisterError};
use uop::Reg;

use crate::csr::{self, Priv};
use crate::ext::{Ext, ExtSet};
use crate::hart::Hart;
use crate::mmu;
use crate::model::{Model, PrivVersion};
use crate::state::{self, F_NAMES, X_NAMES};

const PC: u16 = 32;
const F0: u16 = 33;
const CSR0: u16 = 65;
const PRIV: u16 = 4161;

/// What of a model decides which registers there are.
type Key = (u128, PrivVersion, bool);

/// The table for a model. Tables are made once and kept.
pub(crate) fn table(model: &Model) -> &'static [Register] {
    static TABLES: Mutex<BTreeMap<Key, &'static [Register]>> = Mutex::new(BTreeMap::new());
    let key = (ExtSet::bits(model.exts()), model.priv_version(), model.has_pmp());
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    tables.entry(key).or_insert_with(|| Vec::leak(build(model)))
}

fn build(model: &Model) -> Vec<Register> {
    let xlen = model.xlen() as u16;
    let row = |name, bits, group, gdb, gdb_type| Register { name, bits, group, gdb: Some(gdb), gdb_type };
    let mut table: Vec<Register> = Vec::new();
    for (n, name) in (0..).zip(X_NAMES) {
        let gdb_type = match name {
            "ra" => "code_ptr",
            "sp" | "gp" | "tp" => "data_ptr",
            _ => "int",
        };
        table.push(row(name, xlen, Group::General, n, gdb_type));
    }
    table.push(row("pc", xlen, Group::General, PC, "code_ptr"));
    if model.has(Ext::F) {
        let (bits, gdb_type) = if model.has(Ext::D) { (64, "ieee_double") } else { (32, "ieee_single") };
        table.extend((F0..).zip(F_NAMES).map(|(n, name)| row(name, bits, Group::Float, n, gdb_type)));
    }
    for number in csr::numbers(model) {
        let name = csr::name(number).expect("a CSR that exists has a name");
        let group = if csr::is_float(number) { Group::Float } else { Group::System };
        table.push(row(name.leak(), xlen, group, CSR0 + number, "int"));
    }
    table.push(row("priv", 8, Group::System, PRIV, "int"));
    table
}

fn x(n: u16) -> Reg {
    state::x(n as u8)
}

fn f(n: u16) -> Reg {
    state::f((n - F0) as u8)
}

/// The value of a row of the table.
pub(crate) fn read<H: Hart>(hart: &H, row: &Register) -> u128 {
    let value = match row.gdb.unwrap_or(0) {
        0 => 0,
        n if n < PC => hart.file(x(n)),
        PC => hart.pc(),
        n if n < CSR0 => hart.file(f(n)) & bits::mask(row.bits.into()),
        PRIV => hart.csrs().prv as u64,
        n => csr::peek(hart, n - CSR0).unwrap_or(0),
    };
    u128::from(value)
}

/// Writes a row of the table.
pub(crate) fn write<H: Hart>(hart: &mut H, row: &Register, value: u128) -> Result<(), RegisterError> {
    let value = value as u64 & bits::mask(row.bits.into());
    let read_only = RegisterError::ReadOnly(row.name);
    match row.gdb.unwrap_or(0) {
        0 => {}
        n if n < PC => hart.set_file(x(n), value),
        PC => {
            let aligned = value & hart.model().pc_mask();
            hart.set_pc(aligned);
        }
        // A narrower value is NaN-boxed.
        n if n < CSR0 => hart.set_file(f(n), value | !bits::mask(row.bits.into())),
        PRIV => {
            let prv = Priv::from_bits(value).filter(|p| hart.model().has_priv(*p)).ok_or(read_only)?;
            hart.csrs_mut().prv = prv;
        }
        n if csr::poke(hart, n - CSR0, value) => mmu::flush(hart),
        _ => return Err(read_only),
    }
    Ok(())
}
