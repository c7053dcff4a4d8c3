//! The register table that debuggers see.
//!
//! gdb, `gdb/rs6000-tdep.h` and the target descriptions `power-core`, `power-fpu`, `power-altivec`: r0 to r31 are 0 to 31, f0 to f31 32 to 63,
//! pc 64, msr 65, cr 66, lr 67, ctr 68, xer 69, fpscr 70. The bits of CR and XER, and SPRs, have names but no numbers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use cpu::{Ctx, Group, Register, RegisterError};

use crate::ext::Ext;
use crate::fp;
use crate::model::Model;
use crate::spe::SPEFSCR;
use crate::spr;
use crate::state::{self, CA, CA32, CTR, LR, OV, OV32, SO, XER_REST, crf, f, g, high, vs};
use crate::target::Ppc;
use crate::trap;
use crate::vector;

const NAMES_R: [&str; 32] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r16", "r17",
    "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "r28", "r29", "r30", "r31",
];
const NAMES_F: [&str; 32] = [
    "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "f13", "f14", "f15", "f16", "f17",
    "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31",
];

const NAMES_V: [&str; 32] = [
    "vr0", "vr1", "vr2", "vr3", "vr4", "vr5", "vr6", "vr7", "vr8", "vr9", "vr10", "vr11", "vr12", "vr13", "vr14",
    "vr15", "vr16", "vr17", "vr18", "vr19", "vr20", "vr21", "vr22", "vr23", "vr24", "vr25", "vr26", "vr27", "vr28",
    "vr29", "vr30", "vr31",
];

/// The upper words of general registers, under gdb's names.
const NAMES_EV: [&str; 32] = [
    "ev0h", "ev1h", "ev2h", "ev3h", "ev4h", "ev5h", "ev6h", "ev7h", "ev8h", "ev9h", "ev10h", "ev11h", "ev12h", "ev13h",
    "ev14h", "ev15h", "ev16h", "ev17h", "ev18h", "ev19h", "ev20h", "ev21h", "ev22h", "ev23h", "ev24h", "ev25h",
    "ev26h", "ev27h", "ev28h", "ev29h", "ev30h", "ev31h",
];

/// The right halves of vector-scalar registers 0 to 31, under gdb's names.
const NAMES_VS: [&str; 32] = [
    "vs0h", "vs1h", "vs2h", "vs3h", "vs4h", "vs5h", "vs6h", "vs7h", "vs8h", "vs9h", "vs10h", "vs11h", "vs12h", "vs13h",
    "vs14h", "vs15h", "vs16h", "vs17h", "vs18h", "vs19h", "vs20h", "vs21h", "vs22h", "vs23h", "vs24h", "vs25h",
    "vs26h", "vs27h", "vs28h", "vs29h", "vs30h", "vs31h",
];

/// gdb's number of VRSAVE where there are vectors: behind the vector-scalar registers.
const VRSAVE: u16 = 136;

/// The table for a model. Tables are made once and kept.
pub(crate) fn table(model: &Model, xlen: u32) -> &'static [Register] {
    static TABLES: Mutex<BTreeMap<(u128, u32), &'static [Register]>> = Mutex::new(BTreeMap::new());
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    tables.entry((model.exts().bits(), xlen)).or_insert_with(|| Vec::leak(build(model, xlen as u16)))
}

fn build(model: &Model, xlen: u16) -> Vec<Register> {
    let row = |name, bits, group, gdb, gdb_type| Register { name, bits, group, gdb, gdb_type };
    let mut table: Vec<Register> = Vec::new();
    table.extend((0..).zip(NAMES_R).map(|(n, name)| row(name, xlen, Group::General, Some(n), "int")));
    if model.has(Ext::Fp) {
        table.extend((32..).zip(NAMES_F).map(|(n, name)| row(name, 64, Group::Float, Some(n), "ieee_double")));
    }
    table.push(row("pc", xlen, Group::General, Some(64), "code_ptr"));
    table.push(row("msr", xlen, Group::System, Some(65), "int"));
    table.push(row("cr", 32, Group::General, Some(66), "int"));
    table.push(row("lr", xlen, Group::General, Some(67), "code_ptr"));
    table.push(row("ctr", xlen, Group::General, Some(68), "int"));
    table.push(row("xer", 32, Group::General, Some(69), "int"));
    if model.has(Ext::Fp) {
        table.push(row("fpscr", 32, Group::Float, Some(70), "int"));
    }
    if model.has(Ext::Altivec) {
        table.extend((71..).zip(NAMES_V).map(|(n, name)| row(name, 128, Group::Vector, Some(n), "vec128")));
        table.push(row("vscr", 32, Group::Vector, Some(103), "int"));
        table.push(row("vrsave", 32, Group::Vector, Some(VRSAVE), "int"));
    }
    if model.has(Ext::Spe) {
        table.extend((71..).zip(NAMES_EV).map(|(n, name)| row(name, 32, Group::Vector, Some(n), "int")));
        table.push(row("acc", 64, Group::Vector, Some(103), "int64"));
        table.push(row("spefscr", 32, Group::Vector, Some(104), "int"));
    }
    if model.has(Ext::Vsx) {
        table.extend((104..).zip(NAMES_VS).map(|(n, name)| row(name, 64, Group::Vector, Some(n), "uint64")));
    }
    let mut taken = vec!["xer", "lr", "ctr", "spefscr"];
    taken.extend(model.has(Ext::Altivec).then_some("vrsave"));
    for (_, name) in spr::list(model.exts()).into_iter().filter(|(_, name)| !taken.contains(name)) {
        table.push(row(name, xlen, Group::System, None, "int"));
    }
    table
}

/// CR.
pub(crate) fn read_cr<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    (0..8).fold(0, |all, n| all << 4 | ctx.reg(crf(n)) ^ ctx.reg(SO))
}

fn write_cr<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    let so = ctx.reg(SO);
    (0..8).for_each(|n| ctx.set_reg(crf(n), value >> (28 - 4 * n) & 15 ^ so));
}

/// The bits of XER that have slots of their own.
const XER: [(u32, uop::Reg); 5] = [(31, SO), (30, OV), (29, CA), (19, OV32), (18, CA32)];

/// XER.
pub(crate) fn xer<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    let modern = ctx.model().has(Ext::Isa300);
    let bits = XER.iter().filter(|(n, _)| *n > 20 || modern).map(|&(n, reg)| ctx.reg(reg) << n);
    ctx.reg(XER_REST) | bits.sum::<u64>()
}

/// Writes XER.
pub(crate) fn set_xer<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    let modern = ctx.model().has(Ext::Isa300);
    let mut rest = value & 0xffff_ffff;
    let cr = read_cr(ctx);
    for &(n, reg) in XER.iter().filter(|(n, _)| *n > 20 || modern) {
        ctx.set_reg(reg, value >> n & 1);
        rest &= !(1 << n);
    }
    ctx.set_reg(XER_REST, rest);
    // Its fields are kept by their difference from SO.
    write_cr(ctx, cr);
}

fn spr_number(exts: crate::ext::ExtSet, name: &str) -> Option<u32> {
    spr::list(exts).into_iter().find(|(_, n)| *n == name).map(|(number, _)| number)
}

/// The value of a row of the table.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>, row: &Register) -> u128 {
    let spe = ctx.model().has(Ext::Spe);
    let value = match row.gdb {
        Some(n @ 71..=102) if spe => ctx.reg(high(u32::from(n) - 71)),
        Some(103) if spe => ctx.state.acc,
        Some(104) if spe => ctx.state.spr(SPEFSCR),
        Some(n @ 0..=31) => ctx.reg(g(n.into())),
        Some(n @ 32..=63) => ctx.reg(f(u32::from(n) - 32)),
        Some(64) => ctx.pc(),
        Some(65) => ctx.state.msr,
        Some(66) => read_cr(ctx),
        Some(67) => ctx.reg(LR),
        Some(68) => ctx.reg(CTR),
        Some(69) => xer(ctx),
        Some(70) => fp::fpscr(ctx),
        Some(n @ 71..=102) => return vector::read(ctx, u32::from(n) - 71),
        Some(103) => ctx.state.vscr.into(),
        Some(n @ 104..=135) => ctx.reg(vs(u32::from(n) - 104, 1)),
        _ => spr_number(ctx.model().exts(), row.name).map_or(0, |n| spr::read(ctx, n)),
    };
    u128::from(value & bits::mask(row.bits.into()))
}

/// Writes a row of the table.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, row: &Register, value: u128) -> Result<(), RegisterError> {
    let spe = ctx.model().has(Ext::Spe);
    if let Some(n @ 71..=102) = row.gdb.filter(|_| !spe) {
        vector::write(ctx, u32::from(n) - 71, value);
        return Ok(());
    }
    let value = value as u64 & bits::mask(row.bits.into());
    match row.gdb {
        Some(n @ 71..=102) if spe => ctx.set_reg(high(u32::from(n) - 71), value),
        Some(103) if spe => ctx.state.acc = value,
        Some(104) if spe => ctx.state.set_spr(SPEFSCR, value),
        Some(n @ 0..=31) => ctx.set_reg(g(n.into()), value),
        Some(n @ 32..=63) => ctx.set_reg(f(u32::from(n) - 32), value),
        Some(64) => ctx.set_pc(value & !3),
        Some(65) => {
            trap::set_msr(ctx, value & !state::msr::POW);
            ctx.flush_tlb();
        }
        Some(66) => write_cr(ctx, value),
        Some(67) => ctx.set_reg(LR, value),
        Some(68) => ctx.set_reg(CTR, value),
        Some(69) => set_xer(ctx, value),
        Some(70) => fp::set_fpscr(ctx, fp::summarise(value & !fp::bit::RESERVED)),
        Some(103) => ctx.state.vscr = value as u32 & 0x1_0001,
        Some(n @ 104..=135) => ctx.set_reg(vs(u32::from(n) - 104, 1), value),
        _ => match spr_number(ctx.model().exts(), row.name) {
            Some(n) => spr::write(ctx, n, value),
            None => return Err(RegisterError::ReadOnly(row.name)),
        },
    }
    Ok(())
}
