//! Control and status registers: the table of all, who may access what, and the state behind them.
//!
//! Privileged Architecture 20240411, "Control and Status Registers". Each register is one row (number, name, when it exists, what
//! gates it, read, write) in the file of its mode; `docs` and debuggers read the same rows.

mod counters;
mod fp;
mod machine;
pub mod mstatus;
mod supervisor;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::hart::Hart;
use crate::mmu::Superpages;
use crate::model::Model;
use crate::pmp::Pmp;
use crate::trap::Trap;
use counters::Counter;

pub(crate) use fp::accrue as accrue_fflags;
pub(crate) use machine::{mip, timer_deadline};
pub use mstatus::Status;

/// Privilege modes, by their encoding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Priv {
    /// User and application.
    U = 0,
    /// Supervisor.
    S = 1,
    /// Machine.
    M = 3,
}

impl Priv {
    /// The mode with this encoding; 2 is reserved.
    pub const fn from_bits(bits: u64) -> Option<Priv> {
        match bits {
            0 => Some(Priv::U),
            1 => Some(Priv::S),
            3 => Some(Priv::M),
            _ => None,
        }
    }
}

/// The state behind the CSRs, and the privilege mode. Registers of RV32 that come in halves are one field here.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Csrs {
    /// The current privilege mode.
    pub prv: Priv,
    /// Machine status.
    pub mstatus: Status,
    /// Exceptions delegated to S-mode, a bit a code.
    pub medeleg: u64,
    /// Interrupts delegated to S-mode.
    pub mideleg: u64,
    /// Interrupts enabled.
    pub mie: u64,
    /// Interrupts that software has made pending.
    pub mip: u64,
    /// Trap vector of M-mode.
    pub mtvec: u64,
    /// Counters that modes below M may read.
    pub mcounteren: u64,
    /// Counters that stand still.
    pub mcountinhibit: u64,
    /// Environment configuration of modes below M.
    pub menvcfg: u64,
    /// Scratch of M-mode.
    pub mscratch: u64,
    /// Where the trap to M-mode was.
    pub mepc: u64,
    /// Why there was a trap to M-mode.
    pub mcause: u64,
    /// What it was about.
    pub mtval: u64,
    /// Trap vector of S-mode.
    pub stvec: u64,
    /// Counters that U-mode may read.
    pub scounteren: u64,
    /// Environment configuration of U-mode.
    pub senvcfg: u64,
    /// Scratch of S-mode.
    pub sscratch: u64,
    /// Where the trap to S-mode was.
    pub sepc: u64,
    /// Why there was a trap to S-mode.
    pub scause: u64,
    /// What it was about.
    pub stval: u64,
    /// The time at which STIP becomes pending, with Sstc.
    pub stimecmp: u64,
    /// Address translation.
    pub satp: u64,
    /// Accrued floating-point exceptions.
    pub fflags: u8,
    /// Rounding mode.
    pub frm: u8,
    /// What the soft TLB may hold of superpages.
    #[serde(skip)]
    pub(crate) superpages: Superpages,
    /// Physical memory protection.
    pub pmp: Pmp,
    cycle: Counter,
    instret: Counter,
}

impl Csrs {
    /// The state after reset ("Reset"): M-mode, interrupts and translation off.
    pub fn new(model: &Model) -> Csrs {
        Csrs {
            prv: Priv::M,
            mstatus: Status::new(model),
            medeleg: 0,
            mideleg: 0,
            mie: 0,
            mip: 0,
            mtvec: 0,
            mcounteren: 0,
            mcountinhibit: 0,
            menvcfg: 0,
            mscratch: 0,
            mepc: 0,
            mcause: 0,
            mtval: 0,
            stvec: 0,
            scounteren: 0,
            senvcfg: 0,
            sscratch: 0,
            sepc: 0,
            scause: 0,
            stval: 0,
            stimecmp: u64::MAX,
            satp: 0,
            fflags: 0,
            frm: 0,
            superpages: Superpages::default(),
            pmp: Pmp::default(),
            cycle: Counter::default(),
            instret: Counter::default(),
        }
    }

    /// The mode whose rights loads and stores have: MPP with MPRV, else the current one.
    pub fn data_priv(&self) -> Priv {
        if self.mstatus.has(mstatus::MPRV) && self.prv == Priv::M {
            Priv::from_bits(self.mstatus.get(mstatus::MPP)).unwrap_or(Priv::M)
        } else {
            self.prv
        }
    }
}

/// What must be given, beside privilege, before a register may be accessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Gate {
    /// Nothing.
    Open,
    /// The floating-point unit must be on.
    Float,
    /// The counter must be enabled for the mode.
    Counter,
    /// TVM must be 0 in S-mode.
    Satp,
    /// Below M-mode: `menvcfg.STCE` and `mcounteren.TM`.
    Stimecmp,
}

/// The value of the CSR with this number.
type Read = fn(&dyn Hart, u16) -> u64;
/// Writes the CSR with this number.
type Write = fn(&mut dyn Hart, u16, u64);

/// A register, or several of one kind with numbers in a row.
struct Row {
    first: u16,
    count: u16,
    /// Name; that of a family is followed by the number, counted from `base`.
    name: &'static str,
    base: u16,
    exists: fn(&Model) -> bool,
    gate: Gate,
    read: Read,
    /// What `csrrs` and `csrrc` set and clear bits in, when that isn't what they return.
    modify: Option<Read>,
    write: Write,
}

impl Row {
    const fn new(first: u16, name: &'static str, read: Read) -> Row {
        Row {
            first,
            count: 1,
            name,
            base: 0,
            exists: |_| true,
            gate: Gate::Open,
            read,
            modify: None,
            write: |_, _, _| {},
        }
    }

    const fn family(first: u16, count: u16, name: &'static str, base: u16, read: Read) -> Row {
        Row { count, base, ..Row::new(first, name, read) }
    }

    const fn writes(self, write: Write) -> Row {
        Row { write, ..self }
    }

    const fn when(self, exists: fn(&Model) -> bool) -> Row {
        Row { exists, ..self }
    }

    const fn gated(self, gate: Gate) -> Row {
        Row { gate, ..self }
    }
}

/// The row of a field of [`Csrs`] that holds whatever is written.
macro_rules! plain {
    ($number:expr, $field:ident) => {
        Row::new($number, stringify!($field), |h, _| h.csrs().$field).writes(|h, _, v| h.csrs_mut().$field = v)
    };
}
use plain;

static TABLES: [&[Row]; 4] = [fp::ROWS, counters::ROWS, supervisor::ROWS, machine::ROWS];

/// No row has this number.
const NO_ROW: (u8, u8) = (u8::MAX, 0);

/// For each CSR number: table and row.
static INDEX: [(u8, u8); 4096] = index(&[fp::ROWS, counters::ROWS, supervisor::ROWS, machine::ROWS]);

const fn index(tables: &[&[Row]]) -> [(u8, u8); 4096] {
    let mut index = [NO_ROW; 4096];
    let mut t = 0;
    while t < tables.len() {
        let mut r = 0;
        while r < tables[t].len() {
            let row = &tables[t][r];
            let mut n = 0;
            while n < row.count {
                let at = &mut index[(row.first + n) as usize];
                assert!(at.0 == NO_ROW.0, "two rows have one number");
                *at = (t as u8, r as u8);
                n += 1;
            }
            r += 1;
        }
        t += 1;
    }
    index
}

/// The register is missing, or may not be accessed here and now: an illegal instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Denied;

fn row(number: u16) -> Option<&'static Row> {
    let (table, row) = INDEX[usize::from(number & 0xfff)];
    TABLES.get(usize::from(table)).map(|t| &t[usize::from(row)])
}

fn existing(model: &Model, number: u16) -> Option<&'static Row> {
    row(number).filter(|r| (r.exists)(model))
}

/// "CSR Address Mapping Conventions": bits 11:10 tell read-only registers, bits 9:8 the lowest mode.
fn accessible(hart: &dyn Hart, number: u16, write: bool) -> Result<&'static Row, Denied> {
    let row = existing(hart.model(), number).ok_or(Denied)?;
    let read_only = number >> 10 & 3 == 3;
    let lowest = number >> 8 & 3;
    let prv = hart.csrs().prv;
    let allowed = prv as u16 >= lowest && !(write && read_only) && gate_open(hart, row.gate, number);
    if allowed { Ok(row) } else { Err(Denied) }
}

fn gate_open(hart: &dyn Hart, gate: Gate, number: u16) -> bool {
    let csrs = hart.csrs();
    match gate {
        Gate::Open => true,
        Gate::Float => csrs.mstatus.get(mstatus::FS) != mstatus::FS_OFF,
        Gate::Counter => counters::enabled(hart, number),
        Gate::Satp => !(csrs.prv == Priv::S && csrs.mstatus.has(mstatus::TVM)),
        Gate::Stimecmp => csrs.prv == Priv::M || supervisor::stimecmp_enabled(csrs),
    }
}

/// What an instruction does with a CSR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Reads it.
    Read,
    /// Writes it, and reads it unless nobody wants the value. No register here has side effects on reads.
    Write(u64),
    /// Reads it, then sets bits.
    Set(u64),
    /// Reads it, then clears bits.
    Clear(u64),
}

/// Carries out a CSR instruction; the value read. Nothing has changed when it is denied.
pub(crate) fn access(hart: &mut dyn Hart, number: u16, access: Access) -> Result<u64, Denied> {
    let row = accessible(hart, number, access != Access::Read)?;
    let old = hart.model().cut((row.read)(hart, number));
    let base = row.modify.map_or(old, |f| hart.model().cut(f(hart, number)));
    let new = match access {
        Access::Read => return Ok(old),
        Access::Write(v) => v,
        Access::Set(v) => base | v,
        Access::Clear(v) => base & !v,
    };
    let new = hart.model().cut(new);
    (row.write)(hart, number, new);
    Ok(old)
}

fn run<H: Hart>(hart: &mut H, number: u64, how: Access, bits: u64) -> Result<u64, Trap> {
    access(hart, number as u16, how).map_err(|Denied| Trap::illegal(bits))
}

/// Helper: reads CSR `number` for the instruction with these `bits`.
pub(crate) fn read<H: Hart>(hart: &mut H, [number, bits, ..]: [u64; 4]) -> Result<u64, Trap> {
    run(hart, number, Access::Read, bits)
}

/// Helper: writes CSR `number`.
pub(crate) fn write<H: Hart>(hart: &mut H, [number, value, bits, _]: [u64; 4]) -> Result<u64, Trap> {
    run(hart, number, Access::Write(value), bits)
}

/// Helper: sets bits in CSR `number`.
pub(crate) fn set<H: Hart>(hart: &mut H, [number, value, bits, _]: [u64; 4]) -> Result<u64, Trap> {
    run(hart, number, Access::Set(value), bits)
}

/// Helper: clears bits in CSR `number`.
pub(crate) fn clear<H: Hart>(hart: &mut H, [number, value, bits, _]: [u64; 4]) -> Result<u64, Trap> {
    run(hart, number, Access::Clear(value), bits)
}

/// The value of a CSR for a debugger; `None` when the model has none with that number.
pub(crate) fn peek(hart: &dyn Hart, number: u16) -> Option<u64> {
    existing(hart.model(), number).map(|r| hart.model().cut((r.read)(hart, number)))
}

/// Writes a CSR as M-mode would; `false` when there is none that can be written.
pub(crate) fn poke(hart: &mut dyn Hart, number: u16, value: u64) -> bool {
    let row = existing(hart.model(), number).filter(|_| number >> 10 & 3 != 3);
    let value = hart.model().cut(value);
    row.map(|r| (r.write)(hart, number, value)).is_some()
}

/// Whether writing CSR `number` can change nothing but the register itself: neither mode, interrupts, translation nor counters.
pub(crate) fn is_scratch(number: u16) -> bool {
    matches!(number, 0x140..=0x143 | 0x340..=0x343)
}

/// Whether CSR `number` belongs to the floating-point unit.
pub(crate) fn is_float(number: u16) -> bool {
    matches!(number, 0x001..=0x003)
}

/// The name of a CSR that exists in some model.
pub(crate) fn name(number: u16) -> Option<String> {
    let row = row(number)?;
    let is_family = row.count > 1;
    // Halves keep the `h` of RV32 at the end: hpmcounter3h.
    let (stem, half) = match row.name.strip_suffix('#') {
        Some(stem) => (stem, "h"),
        None => (row.name, ""),
    };
    Some(if is_family { format!("{stem}{}{half}", number - row.first + row.base) } else { row.name.to_owned() })
}

/// The numbers of all CSRs that `model` has, ascending.
pub(crate) fn numbers(model: &Model) -> impl Iterator<Item = u16> + use<'_> {
    (0..4096).filter(|&n| existing(model, n).is_some())
}

/// The number of the CSR called `name`; for assemblers' and tests' sake.
#[cfg(test)]
pub(crate) fn by_name(wanted: &str) -> Option<u16> {
    (0..4096).find(|&n| name(n).as_deref() == Some(wanted))
}
