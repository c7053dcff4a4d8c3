//! The register table that debuggers see. gdb knows no TriCore: names and numbers are those of Infineon's and QEMU's stubs.

use cpu::{Ctx, Group, Register, RegisterError};
use uop::Reg;

use crate::{Tricore, csa, csfr, state};

const fn row(name: &'static str, gdb: u16, group: Group, gdb_type: &'static str) -> Register {
    Register { name, bits: 32, group, gdb: Some(gdb), gdb_type }
}

macro_rules! rows {
    ($($group:ident $ty:literal: $($name:literal)*;)*) => {
        [$($(($name, Group::$group, $ty),)*)*]
    };
}

const NAMES: [(&str, Group, &str); 44] = rows! {
    General "int": "d0" "d1" "d2" "d3" "d4" "d5" "d6" "d7" "d8" "d9" "d10" "d11" "d12" "d13" "d14" "d15";
    General "data_ptr": "a0" "a1" "a2" "a3" "a4" "a5" "a6" "a7" "a8" "a9" "a10" "a11" "a12" "a13" "a14" "a15";
    System "int": "lcx" "fcx" "pcxi" "psw";
    General "code_ptr": "pc";
    System "int": "icr" "isp" "btv" "biv" "syscon" "pmucon0" "dmucon";
};

static TABLE: [Register; 44] = {
    let mut table = [row("", 0, Group::General, "int"); 44];
    let mut n = 0;
    while n < 44 {
        table[n] = row(NAMES[n].0, n as u16, NAMES[n].1, NAMES[n].2);
        n += 1;
    }
    table
};

const LCX: usize = 32;
const FCX: usize = 33;
const PCXI: usize = 34;
const PSW: usize = 35;
const PC: usize = 36;
const ICR: usize = 37;
const ISP: usize = 38;
const BTV: usize = 39;
const BIV: usize = 40;
const SYSCON: usize = 41;

/// The general register of row `index`.
fn general(index: usize) -> Reg {
    let n = index as u8 & 15;
    if index < 16 { state::d(n) } else { state::a(n) }
}

/// The table.
pub(crate) fn table() -> &'static [Register] {
    &TABLE
}

/// The value of row `index`.
pub(crate) fn read(ctx: &Ctx<Tricore>, index: usize) -> u128 {
    u128::from(match index {
        0..LCX => ctx.reg(general(index)),
        LCX => ctx.state.lcx.into(),
        FCX => ctx.reg(state::FCX),
        PCXI => ctx.reg(state::PCXI),
        PSW => csa::psw(ctx),
        PC => ctx.pc(),
        ICR => csfr::icr(ctx).into(),
        ISP => ctx.state.isp.into(),
        BTV => ctx.state.btv.into(),
        BIV => ctx.state.biv.into(),
        SYSCON => ctx.state.syscon.into(),
        _ => 0,
    })
}

/// Writes row `index`.
pub(crate) fn write(ctx: &mut Ctx<Tricore>, index: usize, value: u128) -> Result<(), RegisterError> {
    let value = value as u32;
    let wide = u64::from(value);
    match index {
        0..LCX => ctx.set_reg(general(index), wide),
        LCX => ctx.state.lcx = value,
        FCX => ctx.set_reg(state::FCX, wide),
        PCXI => ctx.set_reg(state::PCXI, wide),
        PSW => csa::set_psw(ctx, wide),
        PC => ctx.set_pc(wide & !1),
        ICR => csfr::set_icr(ctx, value),
        ISP => ctx.state.isp = value,
        BTV => ctx.state.btv = value,
        BIV => ctx.state.biv = value,
        SYSCON => ctx.state.syscon = value,
        _ => return Err(RegisterError::ReadOnly(TABLE[index].name)),
    }
    Ok(())
}
