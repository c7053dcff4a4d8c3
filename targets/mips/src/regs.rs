//! The register table that debuggers see: gdb's numbers and names.
//!
//! gdb, `gdb/mips-tdep.h`: general registers are 0 to 31, then status, lo, hi, badvaddr, cause, pc; f0 to f31 are 38 to 69, fcsr 70,
//! fir 71. What gdb has no number for follows: the general registers by the names of the ABI, and more of coprocessor 0.

use std::sync::OnceLock;

use cpu::{Group, Register, RegisterError};

use crate::cp0::{self, NAMED};
use crate::fpu;
use crate::hart::Hart;
use crate::model::Model;
use crate::state::{self, EXTENSION_NAMES, F_NAMES, R_NAMES, W_HIGH_NAMES};

/// Places of the table.
const STATUS: usize = 32;
const LO: usize = 33;
const HI: usize = 34;
const BAD_VADDR: usize = 35;
const CAUSE: usize = 36;
const PC: usize = 37;
const F0: usize = 38;
const FCSR: usize = 70;
const FIR: usize = 71;
/// General registers again, by ABI names.
const ALIASES: usize = 72;
const SYSTEM: usize = ALIASES + 32;

/// Names of general registers as gdb has them.
const GDB_NAMES: [&str; 32] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r16", "r17",
    "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31",
];

/// The table for a target of this width. It is the same for all models.
pub(crate) fn table(model: &Model) -> &'static [Register] {
    static NARROW: OnceLock<Vec<Register>> = OnceLock::new();
    static WIDE: OnceLock<Vec<Register>> = OnceLock::new();
    let table = if model.width() == 64 { &WIDE } else { &NARROW };
    table.get_or_init(|| build(model.width() as u16))
}

fn build(width: u16) -> Vec<Register> {
    let row = |name, group, gdb_type| Register { name, bits: width, group, gdb: None, gdb_type };
    let mut table: Vec<Register> = GDB_NAMES.iter().map(|n| row(n, Group::General, "int")).collect();
    table.push(row("status", Group::System, "int"));
    table.push(row("lo", Group::General, "int"));
    table.push(row("hi", Group::General, "int"));
    table.push(row("badvaddr", Group::System, "int"));
    table.push(row("cause", Group::System, "int"));
    table.push(row("pc", Group::General, "code_ptr"));
    let float = |name| Register { bits: 64, ..row(name, Group::Float, "ieee_double") };
    table.extend(F_NAMES.iter().map(|n| float(n)));
    table.push(row("fcsr", Group::Float, "int"));
    table.push(row("fir", Group::Float, "int"));
    for (gdb, row) in (0..).zip(&mut table) {
        row.gdb = Some(gdb);
    }
    table.extend(R_NAMES.iter().map(|n| row(n, Group::General, "int")));
    table.extend(NAMED.iter().map(|(n, _)| row(n, Group::System, "int")));
    table.push(row("in_slot", Group::System, "int"));
    table.extend(EXTENSION_NAMES.iter().map(|n| row(n, Group::General, "int")));
    let upper = |name| Register { bits: 64, ..row(name, Group::Vector, "int") };
    table.extend(W_HIGH_NAMES.iter().map(|n| upper(n)));
    table
}

/// Rows behind those of coprocessor 0: the delay slot's mark, the extensions' registers.
fn behind_system(index: usize) -> Option<uop::Reg> {
    let at = index.checked_sub(SYSTEM + NAMED.len())?;
    Some(match at {
        0 => state::IN_SLOT,
        1..=3 => state::hi(at as u8),
        4..=6 => state::lo(at as u8 - 3),
        7 => state::DSP_CONTROL,
        8 => state::MSACSR,
        _ => state::w_high((at - 1 - EXTENSION_NAMES.len()) as u8),
    })
}

/// The value of row `index`.
pub(crate) fn read<H: Hart>(hart: &H, index: usize) -> u128 {
    let cut = |v: u64| v & bits::mask(hart.model().width());
    let value = match index {
        0..32 => cut(hart.file(state::r(index as u8))),
        STATUS => hart.cp0().status.into(),
        LO => hart.file(state::LO),
        HI => hart.file(state::HI),
        BAD_VADDR => cut(hart.cp0().bad_vaddr),
        CAUSE => cp0::peek(hart, cp0::number_of(13, 0)) & 0xffff_ffff,
        PC => hart.pc(),
        F0..FCSR => hart.file(state::f((index - F0) as u8)),
        FCSR => fpu::fcsr(hart),
        FIR => hart.model().row().fir.into(),
        ALIASES..SYSTEM => cut(hart.file(state::r((index - ALIASES) as u8))),
        _ => match NAMED.get(index - SYSTEM) {
            Some((_, number)) => cut(cp0::peek(hart, *number)),
            None => behind_system(index).map_or(0, |reg| hart.file(reg)),
        },
    };
    u128::from(value)
}

/// Writes row `index`.
pub(crate) fn write<H: Hart>(hart: &mut H, index: usize, value: u128) -> Result<(), RegisterError> {
    let name = table(hart.model())[index].name;
    let width = hart.model().width();
    let value = value as u64;
    let cut = value & bits::mask(width);
    match index {
        0 | ALIASES => {}
        1..32 => hart.set_file(state::r(index as u8), cut),
        STATUS => {
            hart.cp0_mut().status = value as u32;
            hart.flush_tlb();
        }
        LO => hart.set_file(state::LO, cut),
        HI => hart.set_file(state::HI, cut),
        BAD_VADDR => hart.cp0_mut().bad_vaddr = bits::sign_extend(cut, width),
        CAUSE => {
            cp0::poke(hart, cp0::number_of(13, 0), value);
        }
        PC => {
            hart.set_file(state::IN_SLOT, 0);
            hart.set_pc(cut);
        }
        F0..FCSR => hart.set_file(state::f((index - F0) as u8), value),
        FCSR => {
            hart.set_file(state::FP_OP, 0);
            let (rw, fixed) = hart.model().row().fcsr;
            fpu::set_fcsr(hart, value & u64::from(rw) | u64::from(fixed));
        }
        FIR => return Err(RegisterError::ReadOnly(name)),
        ALIASES..SYSTEM => hart.set_file(state::r((index - ALIASES) as u8), cut),
        _ if behind_system(index).is_some_and(|reg| reg != state::IN_SLOT) => {
            let value = if matches!(name, "dspctl" | "msacsr") { value & 0xffff_ffff } else { value };
            let value = if name.ends_with("_high") { value } else { value & bits::mask(width) };
            behind_system(index).into_iter().for_each(|reg| hart.set_file(reg, value));
        }
        _ => {
            let number = NAMED.get(index - SYSTEM).map(|(_, n)| *n);
            let value = bits::sign_extend(cut, width);
            if !number.is_some_and(|n| cp0::poke(hart, n, value)) {
                return Err(RegisterError::ReadOnly(name));
            }
        }
    }
    Ok(())
}
