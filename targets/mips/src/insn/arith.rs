//! "CPU Arithmetic Instructions", "CPU Logical and Bit-Field Instructions", "CPU Shift Instructions", "CPU Move Instructions", 32 bits.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Reg, Val, Width};

use crate::ext::Ext;
use crate::format::F;
use crate::lift::Lift;
use crate::mode;
use crate::state;
use crate::trap::cause;

insns! {
    /// Volume II-A, the instructions of 32-bit arithmetic of all releases.
    pub INSNS for Lift;
    "001000 ..... ..... ................" F addi  "{rt}, {rs}, {imm}" [!R6 !NanoMips];
    "001001 ..... ..... ................" F addiu "{rt}, {rs}, {imm}" [!NanoMips];
    "001010 ..... ..... ................" F slti  "{rt}, {rs}, {imm}" [!NanoMips];
    "001011 ..... ..... ................" F sltiu "{rt}, {rs}, {imm}" [!NanoMips];
    "001100 ..... ..... ................" F andi  "{rt}, {rs}, {uimm}" [!NanoMips];
    "001101 ..... ..... ................" F ori   "{rt}, {rs}, {uimm}" [!NanoMips];
    "001110 ..... ..... ................" F xori  "{rt}, {rs}, {uimm}" [!NanoMips];
    "001111 ..... ..... ................" F lui   "{rt}, {uimm}" [!R6 !NanoMips];
    "001111 00000 ..... ................" F lui   "{rt}, {uimm}" [R6] over aui;
    "001111 ..... ..... ................" F aui   "{rt}, {rs}, {imm}" [R6];
    "000000 ..... ..... ..... 00000 100000" F add  "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 100001" F addu "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 100010" F sub  "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 100011" F subu "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 100100" F and  "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 100101" F or   "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 100110" F xor  "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 100111" F nor  "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 101010" F slt  "{rd}, {rs}, {rt}" [!NanoMips];
    "000000 ..... ..... ..... 00000 101011" F sltu "{rd}, {rs}, {rt}" [!NanoMips];
    // Shifts.
    "000000 00000 ..... ..... ..... 000000" F sll  "{rd}, {rt}, {sa}" [!NanoMips];
    "000000 00000 00000 00000 00000 000000" F nop  "" [!NanoMips] over sll;
    "000000 00000 00000 00000 00001 000000" F ssnop "" [!NanoMips] over sll;
    "000000 00000 00000 00000 00011 000000" F ehb  "" [R2] over sll;
    "000000 00000 00000 00000 00101 000000" F pause "" [R2] over sll;
    "000000 00000 ..... ..... ..... 000010" F srl  "{rd}, {rt}, {sa}" [!NanoMips];
    "000000 00001 ..... ..... ..... 000010" F rotr "{rd}, {rt}, {sa}" [R2];
    "000000 00000 ..... ..... ..... 000011" F sra  "{rd}, {rt}, {sa}" [!NanoMips];
    "000000 ..... ..... ..... 00000 000100" F sllv "{rd}, {rt}, {rs}" [!NanoMips];
    "000000 ..... ..... ..... 00000 000110" F srlv "{rd}, {rt}, {rs}" [!NanoMips];
    "000000 ..... ..... ..... 00001 000110" F rotrv "{rd}, {rt}, {rs}" [R2];
    "000000 ..... ..... ..... 00000 000111" F srav "{rd}, {rt}, {rs}" [!NanoMips];
    // Moves.
    "000000 ..... ..... ..... 00000 001010" F movz "{rd}, {rs}, {rt}" [M4 !R6];
    "000000 ..... ..... ..... 00000 001011" F movn "{rd}, {rs}, {rt}" [M4 !R6];
    "000000 ..... ..... ..... 00000 001010" F movz "{rd}, {rs}, {rt}" [R1 !M4 !R6];
    "000000 ..... ..... ..... 00000 001011" F movn "{rd}, {rs}, {rt}" [R1 !M4 !R6];
    // Multiplication and division with HI and LO.
    "000000 00000 00000 ..... 00000 010000" F mfhi "{rd}" [!R6 !Dsp !NanoMips];
    "000000 000.. 00000 ..... 00000 010000" F mfhi "{rd}" [Dsp];
    "000000 ..... 00000 00000 00000 010001" F mthi "{rs}" [!R6 !Dsp !NanoMips];
    "000000 ..... 00000 000.. 00000 010001" F mthi "{rs}" [Dsp];
    "000000 00000 00000 ..... 00000 010010" F mflo "{rd}" [!R6 !Dsp !NanoMips];
    "000000 000.. 00000 ..... 00000 010010" F mflo "{rd}" [Dsp];
    "000000 ..... 00000 00000 00000 010011" F mtlo "{rs}" [!R6 !Dsp !NanoMips];
    "000000 ..... 00000 000.. 00000 010011" F mtlo "{rs}" [Dsp];
    "000000 ..... ..... 00000 00000 011000" F mult  "{rs}, {rt}" [!R6 !NanoMips];
    "000000 ..... ..... 00000 00000 011001" F multu "{rs}, {rt}" [!R6 !NanoMips];
    "000000 ..... ..... 00000 00000 011010" F div   "{rs}, {rt}" [!R6 !NanoMips];
    "000000 ..... ..... 00000 00000 011011" F divu  "{rs}, {rt}" [!R6 !NanoMips];
    "011100 ..... ..... 00000 00000 000000" F madd  "{rs}, {rt}" [R1 !R6];
    "011100 ..... ..... 00000 00000 000001" F maddu "{rs}, {rt}" [R1 !R6];
    "011100 ..... ..... ..... 00000 000010" F mul   "{rd}, {rs}, {rt}" [R1 !R6];
    "011100 ..... ..... 00000 00000 000100" F msub  "{rs}, {rt}" [R1 !R6];
    "011100 ..... ..... 00000 00000 000101" F msubu "{rs}, {rt}" [R1 !R6];
    "011100 ..... ..... ..... 00000 100000" F clz   "{rd}, {rs}" [R1 !R6];
    "011100 ..... ..... ..... 00000 100001" F clo   "{rd}, {rs}" [R1 !R6];
    // Release 2: bit fields.
    "011111 ..... ..... ..... ..... 000000" F ext  "{rt}, {rs}, {pos}, {ext}" [R2];
    "011111 ..... ..... ..... ..... 000100" F ins  "{rt}, {rs}, {pos}, {ins}" [R2];
    "011111 00000 ..... ..... 00010 100000" F wsbh "{rd}, {rt}" [R2];
    "011111 00000 ..... ..... 10000 100000" F seb  "{rd}, {rt}" [R2];
    "011111 00000 ..... ..... 11000 100000" F seh  "{rd}, {rt}" [R2];
}

/// Raises Integer Overflow if `sum`, of `a` and `b`, has overflowed.
pub(super) fn check_sum(l: &Lift, a: Val, b: Val, sum: Val) {
    let overflow = ((a ^ sum) & (b ^ sum)).lt_s(a.konst(0));
    l.ir.raise_if(overflow, cause::OV, 0);
}

/// Raises Integer Overflow if `difference`, of `a` and `b`, has overflowed.
pub(super) fn check_difference(l: &Lift, a: Val, b: Val, difference: Val) {
    let overflow = ((a ^ b) & (a ^ difference)).lt_s(a.konst(0));
    l.ir.raise_if(overflow, cause::OV, 0);
}

fn addi(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r32(f.rs()), l.konst32(f.imm() as u64));
    let sum = a + b;
    check_sum(l, a, b, sum);
    l.set_r32(f.rt(), sum);
    Next
}

fn addiu(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rt(), l.r32(f.rs()).add_imm(f.imm()));
    Next
}

fn slti(l: &Lift, f: F) -> Flow {
    l.set_r(f.rt(), l.r(f.rs()).lt_s(l.konst(f.imm())));
    Next
}

/// The immediate is sign-extended, the comparison unsigned.
fn sltiu(l: &Lift, f: F) -> Flow {
    l.set_r(f.rt(), l.r(f.rs()).lt_u(l.konst(f.imm())));
    Next
}

fn andi(l: &Lift, f: F) -> Flow {
    l.set_r(f.rt(), l.r(f.rs()) & l.konst(f.uimm() as i64));
    Next
}

fn ori(l: &Lift, f: F) -> Flow {
    l.set_r(f.rt(), l.r(f.rs()) | l.konst(f.uimm() as i64));
    Next
}

fn xori(l: &Lift, f: F) -> Flow {
    l.set_r(f.rt(), l.r(f.rs()) ^ l.konst(f.uimm() as i64));
    Next
}

fn lui(l: &Lift, f: F) -> Flow {
    l.set_r(f.rt(), l.konst(f.imm() << 16));
    Next
}

fn aui(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rt(), l.r32(f.rs()).add_imm(f.imm() << 16));
    Next
}

fn add(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r32(f.rs()), l.r32(f.rt()));
    let sum = a + b;
    check_sum(l, a, b, sum);
    l.set_r32(f.rd(), sum);
    Next
}

fn sub(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r32(f.rs()), l.r32(f.rt()));
    let difference = a - b;
    check_difference(l, a, b, difference);
    l.set_r32(f.rd(), difference);
    Next
}

fn addu(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rs()) + l.r32(f.rt()));
    Next
}

fn subu(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rs()) - l.r32(f.rt()));
    Next
}

fn and(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rs()) & l.r(f.rt()));
    Next
}

fn or(l: &Lift, f: F) -> Flow {
    // `move`: r0 as an operand adds nothing.
    let value = match (f.rs(), f.rt()) {
        (n, 0) | (0, n) => l.r(n),
        (s, t) => l.r(s) | l.r(t),
    };
    l.set_r(f.rd(), value);
    Next
}

fn xor(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rs()) ^ l.r(f.rt()));
    Next
}

fn nor(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), !(l.r(f.rs()) | l.r(f.rt())));
    Next
}

fn slt(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rs()).lt_s(l.r(f.rt())));
    Next
}

fn sltu(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rs()).lt_u(l.r(f.rt())));
    Next
}

fn amount<'b>(l: &Lift<'b>, f: F) -> Val<'b> {
    l.konst32(f.sa().into())
}

fn sll(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).shl(amount(l, f)));
    Next
}

fn nop(_: &Lift, _: F) -> Flow {
    Next
}

fn ssnop(_: &Lift, _: F) -> Flow {
    Next
}

/// Hazards are none of ours.
fn ehb(_: &Lift, _: F) -> Flow {
    Next
}

/// It may end at once. In slots it is reserved.
fn pause(l: &Lift, _: F) -> Flow {
    if l.is_in_slot() { Flow::Illegal } else { Next }
}

fn srl(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).shr_u(amount(l, f)));
    Next
}

fn rotr(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).rot_r(amount(l, f)));
    Next
}

fn sra(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).shr_s(amount(l, f)));
    Next
}

/// Shifts take their count modulo 32, as the op does.
fn sllv(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).shl(l.r32(f.rs())));
    Next
}

fn srlv(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).shr_u(l.r32(f.rs())));
    Next
}

fn rotrv(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).rot_r(l.r32(f.rs())));
    Next
}

fn srav(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).shr_s(l.r32(f.rs())));
    Next
}

fn movz(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.ir.select(l.r(f.rt()).eq(l.konst(0)), l.r(f.rs()), l.r(f.rd())));
    Next
}

fn movn(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.ir.select(l.r(f.rt()).is_nonzero(), l.r(f.rs()), l.r(f.rd())));
    Next
}

/// Whether accumulator `n` may be used: those beyond 0 are state of the DSP extension.
fn usable(l: &Lift, n: u8) -> bool {
    n == 0 || l.mode() & mode::MX != 0
}

fn move_from(l: &Lift, f: F, of: fn(u8) -> Reg) -> Flow {
    let n = f.rs() & 3;
    if !usable(l, n) {
        return l.raise(cause::DSPDIS, 0);
    }
    l.set_r(f.rd(), l.ir.get(of(n)));
    Next
}

fn move_to(l: &Lift, f: F, of: fn(u8) -> Reg) -> Flow {
    let n = f.rd() & 3;
    if !usable(l, n) {
        return l.raise(cause::DSPDIS, 0);
    }
    l.ir.set(of(n), l.r(f.rs()));
    Next
}

fn mfhi(l: &Lift, f: F) -> Flow {
    move_from(l, f, state::hi)
}

fn mflo(l: &Lift, f: F) -> Flow {
    move_from(l, f, state::lo)
}

fn mthi(l: &Lift, f: F) -> Flow {
    move_to(l, f, state::hi)
}

fn mtlo(l: &Lift, f: F) -> Flow {
    move_to(l, f, state::lo)
}

/// Puts 64 bits into HI and LO, each half sign-extended.
fn set_hi_lo(l: &Lift, value: Val) {
    let high = value.shr_u(value.konst(32));
    l.ir.set(state::LO, value.trunc(Width::W32).sext(l.xlen()));
    l.ir.set(state::HI, high.trunc(Width::W32).sext(l.xlen()));
}

/// The 64 bits of HI and LO.
fn hi_lo<'b>(l: &Lift<'b>) -> Val<'b> {
    let half = |reg| l.ir.get(reg).trunc(Width::W32).zext(Width::W64);
    half(state::HI).shl(l.ir.konst(Width::W64, 32)) | half(state::LO)
}

fn product<'b>(l: &Lift<'b>, f: F, signed: bool) -> Val<'b> {
    let wide = |v: Val<'b>| if signed { v.sext(Width::W64) } else { v.zext(Width::W64) };
    wide(l.r32(f.rs())) * wide(l.r32(f.rt()))
}

fn mult(l: &Lift, f: F) -> Flow {
    set_hi_lo(l, product(l, f, true));
    Next
}

fn multu(l: &Lift, f: F) -> Flow {
    set_hi_lo(l, product(l, f, false));
    Next
}

fn madd(l: &Lift, f: F) -> Flow {
    set_hi_lo(l, hi_lo(l) + product(l, f, true));
    Next
}

fn maddu(l: &Lift, f: F) -> Flow {
    set_hi_lo(l, hi_lo(l) + product(l, f, false));
    Next
}

fn msub(l: &Lift, f: F) -> Flow {
    set_hi_lo(l, hi_lo(l) - product(l, f, true));
    Next
}

fn msubu(l: &Lift, f: F) -> Flow {
    set_hi_lo(l, hi_lo(l) - product(l, f, false));
    Next
}

/// HI and LO become UNPREDICTABLE; they are left alone.
fn mul(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rs()) * l.r32(f.rt()));
    Next
}

/// A divisor that is not 0: division by 0 is UNPREDICTABLE, and divides by 1 here.
pub(super) fn divisor<'b>(l: &Lift<'b>, value: Val<'b>) -> Val<'b> {
    l.ir.select(value.eq(value.konst(0)), value.konst(1), value)
}

fn div(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r32(f.rs()), divisor(l, l.r32(f.rt())));
    l.ir.set(state::LO, a.div_s(b).sext(l.xlen()));
    l.ir.set(state::HI, a.rem_s(b).sext(l.xlen()));
    Next
}

fn divu(l: &Lift, f: F) -> Flow {
    let (a, b) = (l.r32(f.rs()), divisor(l, l.r32(f.rt())));
    l.ir.set(state::LO, a.div_u(b).sext(l.xlen()));
    l.ir.set(state::HI, a.rem_u(b).sext(l.xlen()));
    Next
}

pub(super) fn clz(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rs()).clz());
    Next
}

pub(super) fn clo(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), (!l.r32(f.rs())).clz());
    Next
}

/// Fields that leave the word are UNPREDICTABLE; as in QEMU they are reserved.
fn ext(l: &Lift, f: F) -> Flow {
    let (lo, len) = (u32::from(f.sa()), u32::from(f.rd()) + 1);
    if lo + len > 32 {
        return Flow::Illegal;
    }
    l.set_r32(f.rt(), l.r32(f.rs()).extract(lo, len));
    Next
}

fn ins(l: &Lift, f: F) -> Flow {
    let (lo, hi) = (u32::from(f.sa()), u32::from(f.rd()));
    if lo > hi {
        return Flow::Illegal;
    }
    l.set_r32(f.rt(), l.r32(f.rt()).deposit(lo, hi - lo + 1, l.r32(f.rs())));
    Next
}

fn wsbh(l: &Lift, f: F) -> Flow {
    let swapped = l.r32(f.rt()).bswap();
    l.set_r32(f.rd(), swapped.rot_r(swapped.konst(16)));
    Next
}

fn seb(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rt()).trunc(Width::W8).sext(l.xlen()));
    Next
}

fn seh(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rt()).trunc(Width::W16).sext(l.xlen()));
    Next
}
