//! Memory Protection Extensions (SDM volume 1, "Intel Memory Protection Extensions"): bounds, checks, bound tables.
//!
//! While MPX is off, its encodings are the NOPs that they were before: blocks are lifted for that (see [`flag::MPX`]).

use iced_x86::{Code, Mnemonic, Register};
use serde::{Deserialize, Serialize};
use uop::{Mem, Width};

use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, V, segment};
use crate::mode::flag;
use crate::state::bit;
use crate::trap::{Cpu, Fault, Out, vector};

/// Bits of BNDCFGU and IA32_BNDCFGS.
const ENABLE: u64 = 1;
const PRESERVE: u64 = 2;
const RESERVED: u64 = 0xffc;
/// Causes in BNDSTATUS: a bound is violated, a bound directory entry is not valid.
const VIOLATION: u64 = 1;
const NO_TABLE: u64 = 2;
/// XCR0's bits for the bound registers and their configuration.
const COMPONENTS: u64 = 0x18;

/// The registers.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Mpx {
    /// BND0 to BND3: lower bound, and upper bound in ones' complement, as memory has it.
    pub bounds: [[u64; 2]; 4],
    /// BNDCFGU.
    pub user: u64,
    /// BNDSTATUS.
    pub status: u64,
    /// IA32_BNDCFGS.
    pub supervisor: u64,
}

/// The configuration that counts at the current privilege.
fn config(cpu: &Cpu) -> u64 {
    if cpu.state.cpl == 3 { cpu.state.mpx.user } else { cpu.state.mpx.supervisor }
}

/// The mode's bits.
pub(crate) fn mode(cpu: &Cpu) -> cpu::Mode {
    let s = &cpu.state;
    if s.cr4 & bit::OSXSAVE == 0 || s.xcr0 & COMPONENTS != COMPONENTS || config(cpu) & ENABLE == 0 {
        return 0;
    }
    flag::MPX | if config(cpu) & PRESERVE == 0 { flag::MPX_RESET } else { 0 }
}

/// WRMSR of IA32_BNDCFGS.
pub(crate) fn write_config(cpu: &mut Cpu, value: u64) -> Result<(), Fault> {
    if value & RESERVED != 0 || !crate::mmu::canonical(cpu, value) {
        return Err(Fault::GP0);
    }
    cpu.state.mpx.supervisor = value;
    Ok(())
}

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Bndmk @F7_EBX.14 make;
    Bndcl @F7_EBX.14 |l| check(l, 0);
    Bndcu @F7_EBX.14 |l| check(l, 1);
    Bndcn @F7_EBX.14 |l| check(l, 2);
    Bndmov @F7_EBX.14 transfer;
    Bndldx @F7_EBX.14 |l| table(l, false);
    Bndstx @F7_EBX.14 |l| table(l, true);
};

/// Width of bounds and addresses.
fn width(l: &Lift<'_>) -> Width {
    if l.long() { Width::W64 } else { Width::W32 }
}

/// The number of a bound register operand.
fn number<'b>(l: &Lift<'b>, n: u32) -> V<'b> {
    l.k(l.insn.op_register(n).number() as u64)
}

fn set<'b>(l: &Lift<'b>, n: V<'b>, low: V<'b>, high: V<'b>) {
    l.ir.call(helper::BND_SET, &[n, low.zext(Width::W64), high.zext(Width::W64)]);
}

/// BNDMK: the base register, and the complement of the effective address.
fn make(l: &Lift<'_>) -> Flow {
    let w = width(l);
    let base = l.insn.memory_base();
    let low = if base == Register::None { l.ir.konst(w, 0) } else { l.gpr(base) };
    let high = l.offset().trunc(w) ^ l.ir.konst(w, w.mask());
    set(l, number(l, 0), low, high);
    Flow::Next
}

/// BNDCL (0), BNDCU (1), BNDCN (2): an effective address or a register's value against a bound.
fn check(l: &Lift<'_>, which: u64) -> Flow {
    let w = width(l);
    let value = if l.is_mem(1) { l.offset().trunc(w) } else { l.gpr(l.insn.op1_register()).trunc(w) };
    l.ir.call(helper::BND_CHECK, &[number(l, 0), value.zext(Width::W64), l.k(which | u64::from(l.long()) << 8)]);
    Flow::Next
}

/// BNDMOV.
fn transfer(l: &Lift<'_>) -> Flow {
    let w = width(l);
    let get = |n: u32, part: u64| l.ir.call(helper::BND_GET, &[number(l, n), l.k(part)]);
    let bytes = w.bytes();
    let halves = |write: bool| {
        let (at, seg) = (l.offset(), segment(l.insn.memory_segment()));
        (l.linear(seg, at, bytes, write), l.linear(seg, at.add_imm(bytes.into()), bytes, write))
    };
    if l.is_mem(0) {
        let (low, high) = halves(true);
        l.ir.call(helper::CHECK_WRITE, &[low, l.k(2 * u64::from(bytes))]);
        l.store(low, get(1, 0).trunc(w));
        l.store(high, get(1, 1).trunc(w));
        return Flow::Next;
    }
    let (low, high) = if l.is_mem(1) {
        let (low, high) = halves(false);
        (l.load(low, w), l.load(high, w))
    } else {
        (get(1, 0).trunc(w), get(1, 1).trunc(w))
    };
    set(l, number(l, 0), low, high);
    Flow::Next
}

/// BNDLDX and BNDSTX: base with displacement is the pointer's place, the index register its value.
fn table(l: &Lift<'_>, write: bool) -> Flow {
    let w = width(l);
    let (base, index) = (l.insn.memory_base(), l.insn.memory_index());
    let place = if base == Register::None { l.ir.konst(w, 0) } else { l.gpr(base) };
    let place = (place + l.ir.konst(w, w.cut(l.insn.memory_displacement64()))).zext(Width::W64);
    let seg = segment(l.insn.memory_segment());
    let place = if l.long() {
        l.linear(seg, place, 1, false)
    } else {
        (place + l.ir.get(crate::state::base(seg))) & l.k(w.mask())
    };
    let value = if index == Register::None { l.k(0) } else { l.gpr(index).zext(Width::W64) };
    let n = number(l, u32::from(write));
    l.ir.call(helper::BND_TABLE, &[n, place, value, l.k(u64::from(write) | u64::from(l.long()) << 8)]);
    Flow::Next
}

/// The end of a near branch: without the prefix BND, and while BNDPRESERVE is 0, it makes all bounds those of a register that was never
/// used. Short jumps don't (SDM volume 1, "CALL, RET, JMP and All Jcc").
pub(crate) fn branch(l: &Lift<'_>) {
    if l.is(flag::MPX_RESET) && !l.insn.has_repne_prefix() && is_near(l) {
        l.ir.call(helper::BND_RESET, &[]);
    }
}

fn is_near(l: &Lift<'_>) -> bool {
    match l.mnemonic() {
        Mnemonic::Call | Mnemonic::Ret => true,
        Mnemonic::Jmp => !matches!(l.insn.code(), Code::Jmp_rel8_16 | Code::Jmp_rel8_32 | Code::Jmp_rel8_64),
        _ => l.insn.is_jcc_short_or_near(),
    }
}

/// All bounds allow everything.
pub(crate) fn reset(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    cpu.state.mpx.bounds = Default::default();
    Ok(0)
}

/// Half of a bound register: number, 1 for the upper bound.
pub(crate) fn get(cpu: &mut Cpu, [n, part, ..]: [u64; 4]) -> Out {
    Ok(cpu.state.mpx.bounds[n as usize & 3][part as usize & 1])
}

/// Sets a bound register.
pub(crate) fn put(cpu: &mut Cpu, [n, low, high, _]: [u64; 4]) -> Out {
    cpu.state.mpx.bounds[n as usize & 3] = [low, high];
    Ok(0)
}

/// The checks: register, address, which and (bit 8) 64 bits.
pub(crate) fn check_bound(cpu: &mut Cpu, [n, value, which, _]: [u64; 4]) -> Out {
    let w = if which >> 8 != 0 { Width::W64 } else { Width::W32 };
    let [low, high] = cpu.state.mpx.bounds[n as usize & 3].map(|bound| w.cut(bound));
    let bad = match which & 0xff {
        0 => value < low,
        1 => value > w.cut(!high),
        _ => value > high,
    };
    if bad {
        cpu.state.mpx.status = VIOLATION;
        return Err(Fault::plain(vector::BR));
    }
    Ok(0)
}

/// How a bound table is found for addresses of one size: bits of the place that choose the directory's entry and the table's, and
/// bytes of their parts.
struct Layout {
    directory: (u32, u32),
    table: (u32, u32),
    pointer: Width,
}

/// SDM volume 1, "Bound Directory and Bound Tables in 64-bit Mode", "... in 32-bit Mode".
const LONG: Layout = Layout { directory: (20, 28), table: (3, 17), pointer: Width::W64 };
const SHORT: Layout = Layout { directory: (12, 20), table: (2, 10), pointer: Width::W32 };

/// BNDLDX (0) and BNDSTX (1), with bit 8 for 64 bits: register, place, value of the pointer, which.
pub(crate) fn look_up(cpu: &mut Cpu, [n, place, value, which]: [u64; 4]) -> Out {
    let layout = if which >> 8 != 0 { LONG } else { SHORT };
    let w = layout.pointer;
    let bytes = u64::from(w.bytes());
    let mem = Mem::le(w);
    let field = |(from, count): (u32, u32)| place >> from & bits::mask(count);
    let entry = w.cut((config(cpu) & !0xfff).wrapping_add(field(layout.directory) * bytes));
    let table = cpu.load(entry, mem)?;
    if table & 1 == 0 {
        cpu.state.mpx.status = entry | NO_TABLE;
        return Err(Fault::plain(vector::BR));
    }
    // An entry has lower bound, upper bound, the pointer, and a part that is reserved.
    let at = w.cut((table & !(bytes - 1)).wrapping_add(field(layout.table) * 4 * bytes));
    let part = |n: u64| w.cut(at.wrapping_add(n * bytes));
    let reg = n as usize & 3;
    if which & 1 != 0 {
        let [low, high] = cpu.state.mpx.bounds[reg];
        crate::sse::check_write(cpu, [at, 3 * bytes, 0, 0])?;
        for (n, word) in (0..).zip([low, high, value]) {
            cpu.store(part(n), w.cut(word), mem)?;
        }
        return Ok(0);
    }
    let (low, high, pointer) = (cpu.load(part(0), mem)?, cpu.load(part(1), mem)?, cpu.load(part(2), mem)?);
    cpu.state.mpx.bounds[reg] = if pointer == value { [low, high] } else { [0; 2] };
    Ok(0)
}

/// Whether the decoder is to know MPX's encodings.
pub(crate) fn is_on(mode: cpu::Mode) -> bool {
    mode & flag::MPX != 0
}

/// RDMSR and WRMSR know IA32_BNDCFGS where the model has MPX.
pub(crate) fn has(cpu: &Cpu) -> bool {
    cpu.model().has(crate::model::word::F7_EBX, 14)
}

/// Whether XCR0's two bits for MPX agree.
pub(crate) fn agrees(xcr0: u64) -> bool {
    matches!(xcr0 & COMPONENTS, 0 | COMPONENTS)
}
