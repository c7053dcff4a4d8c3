//! The register table that debuggers see: gdb's numbers and names.
//!
//! gdb, `gdb/sparc-tdep.h`: g, o, l and i registers are 0 to 31, f0 to f31 from 32 on, then y, psr, wim, tbr, pc, npc, fsr, csr.

use cpu::{Ctx, Group, Register, RegisterError};

use super::Sparc32;
use super::state::{cwp, read_psr, write_psr, write_wim};
use crate::fpu;
use crate::state::{self, DELAYED, NPC, WIM, Y};

const F0: u16 = 32;
const FIRST_OTHER: u16 = 64;

const fn row(name: &'static str, group: Group, gdb: u16, gdb_type: &'static str) -> Register {
    Register { name, bits: 32, group, gdb: Some(gdb), gdb_type }
}

macro_rules! bank {
    ($group:expr, $gdb_type:literal, $first:expr; $($name:literal)*) => {{
        let names = [$($name),*];
        let mut rows = [row("", $group, 0, $gdb_type); 8];
        let mut i = 0;
        while i < 8 {
            // Stack and frame pointer, %o6 and %i6.
            let gdb_type = if matches!($first + i as u16, 14 | 30) { "data_ptr" } else { $gdb_type };
            rows[i] = row(names[i], $group, $first + i as u16, gdb_type);
            i += 1;
        }
        rows
    }};
}

const BANKS: [[Register; 8]; 8] = [
    bank!(Group::General, "int", 0; "g0" "g1" "g2" "g3" "g4" "g5" "g6" "g7"),
    bank!(Group::General, "int", 8; "o0" "o1" "o2" "o3" "o4" "o5" "sp" "o7"),
    bank!(Group::General, "int", 16; "l0" "l1" "l2" "l3" "l4" "l5" "l6" "l7"),
    bank!(Group::General, "int", 24; "i0" "i1" "i2" "i3" "i4" "i5" "fp" "i7"),
    bank!(Group::Float, "ieee_single", 32; "f0" "f1" "f2" "f3" "f4" "f5" "f6" "f7"),
    bank!(Group::Float, "ieee_single", 40; "f8" "f9" "f10" "f11" "f12" "f13" "f14" "f15"),
    bank!(Group::Float, "ieee_single", 48; "f16" "f17" "f18" "f19" "f20" "f21" "f22" "f23"),
    bank!(Group::Float, "ieee_single", 56; "f24" "f25" "f26" "f27" "f28" "f29" "f30" "f31"),
];

const OTHERS: [Register; 8] = [
    row("y", Group::General, 64, "int"),
    row("psr", Group::System, 65, "sparc_psr"),
    row("wim", Group::System, 66, "int"),
    row("tbr", Group::System, 67, "int"),
    row("pc", Group::General, 68, "code_ptr"),
    row("npc", Group::General, 69, "code_ptr"),
    row("fsr", Group::Float, 70, "sparc_fsr"),
    row("csr", Group::System, 71, "int"),
];

/// The table.
pub(super) static TABLE: [Register; 72] = {
    let mut table = [OTHERS[0]; 72];
    let mut i = 0;
    while i < 72 {
        table[i] = if i < 64 { BANKS[i / 8][i % 8] } else { OTHERS[i - 64] };
        i += 1;
    }
    table
};

/// The slot of an integer register of the current window.
fn slot(ctx: &Ctx<Sparc32>, n: u16) -> uop::Reg {
    let (cwp, windows) = (cwp(ctx), ctx.model().windows() as u16);
    match n {
        0..=7 => state::global(0, n),
        8..=15 => state::out(cwp, n - 8),
        16..=23 => state::local(cwp, n - 16),
        _ => state::out((cwp + 1) % windows, n - 24),
    }
}

/// The slot of a single-precision register, and the distance of its bits.
fn float(n: u16) -> (uop::Reg, u32) {
    (state::double(n / 2), if n.is_multiple_of(2) { 32 } else { 0 })
}

/// The value of row `n`.
pub(super) fn read(ctx: &Ctx<Sparc32>, n: u16) -> u32 {
    match n {
        0 => 0,
        n if n < F0 => ctx.reg(slot(ctx, n)) as u32,
        n if n < FIRST_OTHER => {
            let (reg, shift) = float(n - F0);
            (ctx.reg(reg) >> shift) as u32
        }
        64 => ctx.reg(Y) as u32,
        65 => read_psr(ctx),
        66 => ctx.reg(WIM) as u32,
        67 => ctx.state.tbr,
        68 => ctx.pc() as u32,
        69 => super::trap::npc(ctx) as u32,
        70 => super::state::read_fsr(ctx),
        _ => 0,
    }
}

fn set_npc(ctx: &mut Ctx<Sparc32>, npc: u64) {
    let delayed = npc != ctx.pc().wrapping_add(4) & 0xffff_ffff;
    ctx.set_reg(NPC, npc);
    ctx.set_reg(DELAYED, delayed.into());
}

/// Writes row `n`. pc and npc are written one by one, and the other stays.
pub(super) fn write(ctx: &mut Ctx<Sparc32>, n: u16, value: u32) -> Result<(), RegisterError> {
    let wide = u64::from(value);
    match n {
        0 => {}
        n if n < F0 => {
            let slot = slot(ctx, n);
            ctx.set_reg(slot, wide);
        }
        n if n < FIRST_OTHER => {
            let (reg, shift) = float(n - F0);
            let old = ctx.reg(reg);
            ctx.set_reg(reg, bits::deposit(old, shift, 32, wide));
        }
        64 => ctx.set_reg(Y, wide),
        65 if value & 31 < ctx.model().windows() => {
            write_psr(ctx, value);
            ctx.flush_tlb();
        }
        65 => return Err(RegisterError::ReadOnly("psr")),
        66 => write_wim(ctx, value),
        67 => ctx.state.tbr = value,
        68 => {
            let npc = super::trap::npc(ctx);
            ctx.set_pc(wide & !3);
            set_npc(ctx, npc);
        }
        69 => set_npc(ctx, wide & !3),
        70 => {
            super::state::write_fsr(ctx, value);
            fpu::set_ftt(ctx, value >> fpu::fsr::FTT & 7);
        }
        _ => return Err(RegisterError::ReadOnly("csr")),
    }
    Ok(())
}
