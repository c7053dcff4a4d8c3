//! The register table that debuggers see: gdb's numbers and names.
//!
//! gdb, `sparc64-tdep.h`: g0 to i7 are 0 to 31, f0 to f31 from 32 on, f32, f34... f62 from 64 on, then pc, npc, state, fsr, fprs, y. State is
//! TSTATE's layout: CCR, ASI, PSTATE, CWP. What has no number there follows for tests and printers.

use std::sync::OnceLock;

use cpu::{Ctx, Group, Register, RegisterError};
use uop::Reg;

use super::mode;
use super::state::{self, GSR, Y};
use super::sys;
use super::target::Sparc64;
use super::{fp, privreg, trap, window};

/// What a row of the table is.
#[derive(Clone, Copy)]
enum Place {
    Integer(u8),
    Single(u8),
    Double(u8),
    Pc,
    Npc,
    State,
    Fsr,
    Fprs,
    Slot(Reg),
    Ccr,
    Asi,
    Cwp,
    Cansave,
    Canrestore,
    Cleanwin,
    Level(fn(&mut sys::Level) -> &mut u64),
    Tt,
    System(fn(&mut sys::Sys) -> &mut u64),
    Pstate,
    Tl,
    Pil,
    Wstate,
    Gl,
    Ver,
    Softint,
}

/// Rows beyond gdb's, with their widths.
fn others() -> Vec<(&'static str, u16, Place)> {
    vec![
        ("ccr", 8, Place::Ccr),
        ("asi", 8, Place::Asi),
        ("cwp", 5, Place::Cwp),
        ("pstate", 12, Place::Pstate),
        ("tl", 3, Place::Tl),
        ("tpc", 64, Place::Level(|l| &mut l.tpc)),
        ("tnpc", 64, Place::Level(|l| &mut l.tnpc)),
        ("tstate", 64, Place::Level(|l| &mut l.tstate)),
        ("tt", 9, Place::Tt),
        ("tba", 64, Place::System(|s| &mut s.tba)),
        ("pil", 4, Place::Pil),
        ("cansave", 5, Place::Cansave),
        ("canrestore", 5, Place::Canrestore),
        ("cleanwin", 5, Place::Cleanwin),
        ("otherwin", 5, Place::Slot(state::OTHERWIN)),
        ("wstate", 6, Place::Wstate),
        ("gl", 3, Place::Gl),
        ("ver", 64, Place::Ver),
        ("gsr", 64, Place::Slot(GSR)),
        ("softint", 17, Place::Softint),
        ("hpstate", 64, Place::System(|s| &mut s.hpstate)),
        ("htba", 64, Place::System(|s| &mut s.htba)),
        ("lsu", 64, Place::System(|s| &mut s.lsu)),
        ("dsfsr", 64, Place::System(|s| &mut s.mmu.d.sfsr)),
        ("dsfar", 64, Place::System(|s| &mut s.mmu.d.sfar)),
        ("dtag", 64, Place::System(|s| &mut s.mmu.d.tag_access)),
        ("itag", 64, Place::System(|s| &mut s.mmu.i.tag_access)),
    ]
}

struct Table {
    rows: Vec<Register>,
    places: Vec<Place>,
}

fn tables() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(build)
}

/// The rows.
pub(crate) fn table() -> &'static [Register] {
    &tables().rows
}

fn build() -> Table {
    let mut table = Table { rows: Vec::new(), places: Vec::new() };
    let mut number = 0;
    let mut push = |name: String, bits, group, gdb_type, place, in_gdb: bool| {
        let gdb = in_gdb.then_some(number);
        number += 1;
        table.rows.push(Register { name: name.leak(), bits, group, gdb, gdb_type });
        table.places.push(place);
    };
    for n in 0..32u8 {
        let set = ['g', 'o', 'l', 'i'][usize::from(n / 8)];
        let (name, kind) = match n {
            14 => ("sp".to_owned(), "data_ptr"),
            30 => ("fp".to_owned(), "data_ptr"),
            _ => (format!("{set}{}", n % 8), "int"),
        };
        push(name, 64, Group::General, kind, Place::Integer(n), true);
    }
    for n in 0..32u8 {
        push(format!("f{n}"), 32, Group::Float, "ieee_single", Place::Single(n), true);
    }
    for n in 16..32u8 {
        push(format!("f{}", 2 * n), 64, Group::Float, "ieee_double", Place::Double(n), true);
    }
    let system = [
        ("pc", "code_ptr", Place::Pc),
        ("npc", "code_ptr", Place::Npc),
        ("state", "int", Place::State),
        ("fsr", "sparc64_fsr", Place::Fsr),
        ("fprs", "sparc64_fprs", Place::Fprs),
        ("y", "int", Place::Slot(Y)),
    ];
    for (name, kind, place) in system {
        let group = if name.starts_with('f') { Group::Float } else { Group::General };
        push(name.to_owned(), 64, group, kind, place, true);
    }
    for (name, bits, place) in others() {
        push(name.to_owned(), bits, Group::System, "int", place, false);
    }
    table
}

/// The slot of an integer register in the current window.
pub(crate) fn integer(ctx: &Ctx<Sparc64>, n: u8) -> Reg {
    let m = sys::mode(ctx);
    if n < 8 {
        state::global(mode::GLOBALS.of(m), n)
    } else {
        state::windowed(ctx.model().windows(), mode::CWP.of(m), n)
    }
}

/// The value of a row.
pub(crate) fn read(ctx: &Ctx<Sparc64>, index: usize) -> u64 {
    let (row, m) = (&tables().rows[index], sys::mode(ctx));
    let mut copy = None;
    let value = match tables().places[index] {
        Place::Integer(0) => 0,
        Place::Integer(n) => ctx.reg(integer(ctx, n)),
        Place::Single(n) => ctx.reg(state::d(n / 2)) >> if n & 1 == 0 { 32 } else { 0 },
        Place::Double(n) => ctx.reg(state::d(n)),
        Place::Pc => ctx.pc(),
        Place::Npc => trap::npc(ctx),
        Place::State => {
            trap::ccr(ctx) << 32
                | u64::from(mode::ASI.of(m)) << 24
                | (ctx.state.pstate & 0xfff) << 8
                | u64::from(mode::CWP.of(m))
        }
        Place::Fsr => fp::look_fsr(ctx),
        Place::Fprs => privreg::fprs(ctx),
        Place::Slot(slot) => ctx.reg(slot),
        Place::Ccr => trap::ccr(ctx),
        Place::Asi => mode::ASI.of(m).into(),
        Place::Cwp => mode::CWP.of(m).into(),
        Place::Cansave => window::counts(ctx).0,
        Place::Canrestore => window::counts(ctx).1,
        Place::Cleanwin => ctx.reg(state::CLEANWIN),
        Place::Level(get) => *get(&mut ctx.state.levels[ctx.state.tl as usize].clone()),
        Place::Tt => ctx.state.levels[ctx.state.tl as usize].tt.into(),
        Place::System(get) => *get(copy.insert(ctx.state.clone())),
        Place::Pstate => ctx.state.pstate,
        Place::Tl => ctx.state.tl.into(),
        Place::Pil => ctx.state.pil.into(),
        Place::Wstate => ctx.state.wstate.into(),
        Place::Gl => mode::GLOBALS.of(m).into(),
        Place::Ver => privreg::ver(ctx.model()),
        Place::Softint => ctx.state.softint.into(),
    };
    value & bits::mask(row.bits.into())
}

/// Writes a row.
pub(crate) fn write(ctx: &mut Ctx<Sparc64>, index: usize, value: u64) -> Result<(), RegisterError> {
    let row = &tables().rows[index];
    let value = value & bits::mask(row.bits.into());
    let windows = ctx.model().windows();
    let level = ctx.state.tl as usize;
    match tables().places[index] {
        Place::Integer(0) => {}
        Place::Integer(n) => ctx.set_reg(integer(ctx, n), value),
        Place::Single(n) => {
            let (slot, shift) = (state::d(n / 2), if n & 1 == 0 { 32 } else { 0 });
            let other = ctx.reg(slot) & !(0xffff_ffff << shift);
            ctx.set_reg(slot, other | value << shift);
        }
        Place::Double(n) => ctx.set_reg(state::d(n), value),
        Place::Pc => {
            let npc = trap::npc(ctx);
            ctx.set_pc(value & !3);
            trap::set_npc(ctx, value & !3, npc);
        }
        Place::Npc => {
            let pc = ctx.pc();
            trap::set_npc(ctx, pc, value & !3);
        }
        Place::State => {
            trap::set_ccr(ctx, value >> 32);
            sys::put_mode(ctx, mode::ASI, (value >> 24 & 0xff) as u32);
            window::put_cwp(ctx, (value & 0x1f) as u32 % windows);
            sys::set_pstate(ctx, value >> 8 & 0xfff);
        }
        Place::Fsr => fp::put_fsr(ctx, value),
        Place::Fprs => privreg::set_fprs(ctx, value),
        Place::Slot(slot) => ctx.set_reg(slot, value),
        Place::Ccr => trap::set_ccr(ctx, value),
        Place::Asi => sys::put_mode(ctx, mode::ASI, value as u32),
        Place::Cwp => window::put_cwp(ctx, value as u32 % windows),
        Place::Cansave => window::put_counts(ctx, (value, window::counts(ctx).1)),
        Place::Canrestore => window::put_counts(ctx, (window::counts(ctx).0, value)),
        Place::Cleanwin => window::put_clean(ctx, value),
        Place::Level(get) => *get(&mut ctx.state.levels[level]) = value,
        Place::Tt => ctx.state.levels[level].tt = value as u16,
        Place::System(get) => {
            *get(&mut ctx.state) = value;
            super::mmu::flush(ctx);
            sys::sync_mode(ctx);
        }
        Place::Pstate => sys::set_pstate(ctx, value),
        Place::Tl => {
            ctx.state.tl = (value as u32).min(ctx.model().maxtl());
            sys::sync_mode(ctx);
        }
        Place::Pil => ctx.state.pil = value as u8,
        Place::Wstate => ctx.state.wstate = value as u8,
        Place::Gl => sys::put_mode(ctx, mode::GLOBALS, value as u32),
        Place::Softint => ctx.state.softint = value as u32,
        Place::Ver => return Err(RegisterError::ReadOnly(row.name)),
    }
    Ok(())
}
