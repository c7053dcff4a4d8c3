//! What Release 6 has added: compact branches, pc-relative instructions, multiplication and division without HI and LO.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Exit, Hint, Val, Width};

use super::arith::{clo, clz, divisor};
use super::arith64::{dclo, dclz};
use crate::ext::Ext;
use crate::format::F;
use crate::lift::Lift;

insns! {
    /// Volume II-A, revision 6.
    pub INSNS for Lift;
    "000000 ..... ..... ..... 00010 011000" F mul  "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00011 011000" F muh  "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00010 011001" F mulu "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00011 011001" F muhu "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00010 011010" F div  "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00011 011010" F mod_ "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00010 011011" F divu "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00011 011011" F modu "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00010 011100" F dmul  "{rd}, {rs}, {rt}" [R6 W64];
    "000000 ..... ..... ..... 00011 011100" F dmuh  "{rd}, {rs}, {rt}" [R6 W64];
    "000000 ..... ..... ..... 00010 011101" F dmulu "{rd}, {rs}, {rt}" [R6 W64];
    "000000 ..... ..... ..... 00011 011101" F dmuhu "{rd}, {rs}, {rt}" [R6 W64];
    "000000 ..... ..... ..... 00010 011110" F ddiv  "{rd}, {rs}, {rt}" [R6 W64];
    "000000 ..... ..... ..... 00011 011110" F dmod  "{rd}, {rs}, {rt}" [R6 W64];
    "000000 ..... ..... ..... 00010 011111" F ddivu "{rd}, {rs}, {rt}" [R6 W64];
    "000000 ..... ..... ..... 00011 011111" F dmodu "{rd}, {rs}, {rt}" [R6 W64];
    "000000 ..... 00000 ..... 00001 010000" F clz  "{rd}, {rs}" [R6];
    "000000 ..... 00000 ..... 00001 010001" F clo  "{rd}, {rs}" [R6];
    "000000 ..... 00000 ..... 00001 010010" F dclz "{rd}, {rs}" [R6 W64];
    "000000 ..... 00000 ..... 00001 010011" F dclo "{rd}, {rs}" [R6 W64];
    "000000 ..... ..... ..... 00000 110101" F seleqz "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 00000 110111" F selnez "{rd}, {rs}, {rt}" [R6];
    "000000 ..... ..... ..... 000.. 000101" F lsa  "{rd}, {rs}, {rt}, {sa1}" [R6];
    "000000 ..... ..... ..... 000.. 010101" F dlsa "{rd}, {rs}, {rt}, {sa1}" [R6 W64];
    "011111 ..... ..... ..... 010.. 100000" F align  "{rd}, {rs}, {rt}, {bp2}" [R6];
    "011111 ..... ..... ..... 01... 100100" F dalign "{rd}, {rs}, {rt}, {bp}" [R6 W64];
    "011111 00000 ..... ..... 00000 100000" F bitswap  "{rd}, {rt}" [R6];
    "011111 00000 ..... ..... 00000 100100" F dbitswap "{rd}, {rt}" [R6 W64];
    "011101 ..... ..... ................" F daui "{rt}, {rs}, {imm}" [R6 W64];
    "000001 ..... 00110 ................" F dahi "{rs}, {imm}" [R6 W64];
    "000001 ..... 11110 ................" F dati "{rs}, {imm}" [R6 W64];
    "111011 ..... 00 ..................." F addiupc "{rs}, {off19}" [R6];
    "111011 ..... 01 ..................." F lwpc    "{rs}, {off19}" [R6];
    "111011 ..... 10 ..................." F lwupc   "{rs}, {off19}" [R6 W64];
    "111011 ..... 110 .................." F ldpc    "{rs}, {off18}" [R6 W64];
    "111011 ..... 11110 ................" F auipc   "{rs}, {imm}" [R6];
    "111011 ..... 11111 ................" F aluipc  "{rs}, {imm}" [R6];
    // Compact branches: several share an opcode, and are told apart by how their register numbers compare.
    "110010 .........................." F bc    "{target26}" [R6];
    "111010 .........................." F balc  "{target26}" [R6];
    "110110 ..... ....................." F beqzc "{rs}, {target21}" [R6];
    "110110 00000 ..... ................" F jic   "{rt}, {imm}" [R6] over beqzc;
    "111110 ..... ....................." F bnezc "{rs}, {target21}" [R6];
    "111110 00000 ..... ................" F jialc "{rt}, {imm}" [R6] over bnezc;
    "000110 ..... ..... ................" F bgeuc "{rs}, {rt}, {target}" [R6];
    "000111 ..... ..... ................" F bltuc "{rs}, {rt}, {target}" [R6];
    "001000 ..... ..... ................" F beqc  "{rs}, {rt}, {target}" [R6];
    "011000 ..... ..... ................" F bnec  "{rs}, {rt}, {target}" [R6];
    "010110 ..... ..... ................" F bgec  "{rs}, {rt}, {target}" [R6];
    "010111 ..... ..... ................" F bltc  "{rs}, {rt}, {target}" [R6];
}

/// Declares operations of two registers: name, the width they work in, and what they do.
macro_rules! binary {
    ($($name:ident $r:ident $set:ident |$l:ident, $a:ident, $b:ident| $value:expr;)*) => { $(
        fn $name($l: &Lift, f: F) -> Flow {
            let ($a, $b) = ($l.$r(f.rs()), $l.$r(f.rt()));
            $l.$set(f.rd(), $value);
            Next
        }
    )* };
}

binary! {
    mul r32 set_r32 |l, a, b| a * b;
    muh r32 set_r32 |l, a, b| a.mul_hi_s(b);
    mulu r32 set_r32 |l, a, b| a * b;
    muhu r32 set_r32 |l, a, b| a.mul_hi_u(b);
    div r32 set_r32 |l, a, b| a.div_s(divisor(l, b));
    mod_ r32 set_r32 |l, a, b| a.rem_s(divisor(l, b));
    divu r32 set_r32 |l, a, b| a.div_u(divisor(l, b));
    modu r32 set_r32 |l, a, b| a.rem_u(divisor(l, b));
    dmul r set_r |l, a, b| a * b;
    dmuh r set_r |l, a, b| a.mul_hi_s(b);
    dmulu r set_r |l, a, b| a * b;
    dmuhu r set_r |l, a, b| a.mul_hi_u(b);
    ddiv r set_r |l, a, b| a.div_s(divisor(l, b));
    dmod r set_r |l, a, b| a.rem_s(divisor(l, b));
    ddivu r set_r |l, a, b| a.div_u(divisor(l, b));
    dmodu r set_r |l, a, b| a.rem_u(divisor(l, b));
    seleqz r set_r |l, a, b| l.ir.select(b.eq(l.konst(0)), a, l.konst(0));
    selnez r set_r |l, a, b| l.ir.select(b.is_nonzero(), a, l.konst(0));
}

fn scale(f: F) -> u64 {
    bits::field(f.0, 6, 2) + 1
}

fn lsa(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rs()).shl(l.konst32(scale(f))) + l.r32(f.rt()));
    Next
}

fn dlsa(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rs()).shl(l.konst(scale(f) as i64)) + l.r(f.rt()));
    Next
}

/// The bytes that begin `bytes` below the top of `high`, followed by `low`.
fn joined<'b>(high: Val<'b>, low: Val<'b>, bytes: u64) -> Val<'b> {
    let bits = u64::from(high.width().bits());
    if bytes == 0 {
        return high;
    }
    high.shl(high.konst(8 * bytes)) | low.shr_u(low.konst(bits - 8 * bytes))
}

fn align(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), joined(l.r32(f.rt()), l.r32(f.rs()), bits::field(f.0, 6, 2)));
    Next
}

fn dalign(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), joined(l.r(f.rt()), l.r(f.rs()), bits::field(f.0, 6, 3)));
    Next
}

/// Bits in reverse order within each byte.
fn bitswap(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rd(), l.r32(f.rt()).bitrev().bswap());
    Next
}

fn dbitswap(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rt()).bitrev().bswap());
    Next
}

fn daui(l: &Lift, f: F) -> Flow {
    if f.rs() == 0 {
        return Flow::Illegal;
    }
    l.set_r(f.rt(), l.r(f.rs()).add_imm(f.imm() << 16));
    Next
}

fn dahi(l: &Lift, f: F) -> Flow {
    l.set_r(f.rs(), l.r(f.rs()).add_imm(f.imm() << 32));
    Next
}

fn dati(l: &Lift, f: F) -> Flow {
    l.set_r(f.rs(), l.r(f.rs()).add_imm(f.imm() << 48));
    Next
}

/// Puts a pc-relative address into a register.
fn set_address(l: &Lift, f: F, address: u64) -> Flow {
    let address = if l.is_64() { address } else { bits::sign_extend(address, 32) };
    l.set_r(f.rs(), l.konst(address as i64));
    Next
}

fn addiupc(l: &Lift, f: F) -> Flow {
    set_address(l, f, l.pc().wrapping_add_signed(f.signed(19) << 2))
}

fn auipc(l: &Lift, f: F) -> Flow {
    set_address(l, f, l.pc().wrapping_add_signed(f.imm() << 16))
}

fn aluipc(l: &Lift, f: F) -> Flow {
    set_address(l, f, l.pc().wrapping_add_signed(f.imm() << 16) & !0xffff)
}

fn pc_load<'b>(l: &Lift<'b>, base: u64, offset: i64, width: Width) -> Val<'b> {
    let address = l.konst(l.xlen().cut(base.wrapping_add_signed(offset)) as i64);
    l.ir.load(l.wrap(address), l.mem(width))
}

fn lwpc(l: &Lift, f: F) -> Flow {
    l.set_r(f.rs(), pc_load(l, l.pc(), f.signed(19) << 2, Width::W32).sext(l.xlen()));
    Next
}

fn lwupc(l: &Lift, f: F) -> Flow {
    l.set_r(f.rs(), pc_load(l, l.pc(), f.signed(19) << 2, Width::W32).zext(l.xlen()));
    Next
}

fn ldpc(l: &Lift, f: F) -> Flow {
    l.set_r(f.rs(), pc_load(l, l.pc() & !7, f.signed(18) << 3, Width::W64).trunc(l.xlen()));
    Next
}

/// Puts the address behind this instruction into r31.
fn link(l: &Lift) {
    l.set_r(31, l.konst(l.relative(4) as i64));
}

fn target(l: &Lift, f: F) -> u64 {
    l.relative(4 + (f.imm() << 2))
}

fn compact_jump(l: &Lift, links: bool, pc: u64) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    if links {
        link(l);
        l.ir.returns_to(l.relative(4));
    }
    l.end(Exit::Jump { pc })
}

/// Ends the block with a compact branch. What follows it is its forbidden slot: a control transfer there is reserved, if it is
/// reached.
pub(super) fn compact(l: &Lift, cond: Val, links: bool, taken: u64) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    if links {
        link(l);
    }
    if l.forbids_next() {
        return l.stop_at_forbidden_slot(cond, taken);
    }
    l.end(Exit::Branch { cond: cond.id(), taken, fallthrough: l.relative(4) })
}

fn bc(l: &Lift, f: F) -> Flow {
    compact_jump(l, false, l.relative(4 + (f.signed(26) << 2)))
}

fn balc(l: &Lift, f: F) -> Flow {
    compact_jump(l, true, l.relative(4 + (f.signed(26) << 2)))
}

fn beqzc(l: &Lift, f: F) -> Flow {
    compact(l, l.r(f.rs()).eq(l.konst(0)), false, l.relative(4 + (f.signed(21) << 2)))
}

fn bnezc(l: &Lift, f: F) -> Flow {
    compact(l, l.r(f.rs()).is_nonzero(), false, l.relative(4 + (f.signed(21) << 2)))
}

fn jic(l: &Lift, f: F) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    let hint = if f.rt() == 31 { Hint::Return } else { Hint::None };
    l.end(Exit::Indirect { pc: l.address(f.rt(), f.imm()).id(), hint })
}

fn jialc(l: &Lift, f: F) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    let pc = l.address(f.rt(), f.imm());
    link(l);
    l.ir.returns_to(l.relative(4));
    l.end(Exit::Indirect { pc: pc.id(), hint: Hint::Call })
}

/// POP06: BLEZALC, BGEZALC, BGEUC.
fn bgeuc(l: &Lift, f: F) -> Flow {
    let (rs, rt, zero) = (l.r(f.rs()), l.r(f.rt()), l.konst(0));
    match (f.rs(), f.rt()) {
        (0, _) => compact(l, rt.le_s(zero), true, target(l, f)),
        (s, t) if s == t => compact(l, zero.le_s(rt), true, target(l, f)),
        _ => compact(l, rt.le_u(rs), false, target(l, f)),
    }
}

/// POP07: BGTZALC, BLTZALC, BLTUC.
fn bltuc(l: &Lift, f: F) -> Flow {
    let (rs, rt, zero) = (l.r(f.rs()), l.r(f.rt()), l.konst(0));
    match (f.rs(), f.rt()) {
        (0, _) => compact(l, zero.lt_s(rt), true, target(l, f)),
        (s, t) if s == t => compact(l, rt.lt_s(zero), true, target(l, f)),
        _ => compact(l, rs.lt_u(rt), false, target(l, f)),
    }
}

/// POP26: BLEZC, BGEZC, BGEC.
fn bgec(l: &Lift, f: F) -> Flow {
    let (rs, rt, zero) = (l.r(f.rs()), l.r(f.rt()), l.konst(0));
    match (f.rs(), f.rt()) {
        (_, 0) => Flow::Illegal,
        (0, _) => compact(l, rt.le_s(zero), false, target(l, f)),
        (s, t) if s == t => compact(l, zero.le_s(rt), false, target(l, f)),
        _ => compact(l, rt.le_s(rs), false, target(l, f)),
    }
}

/// POP27: BGTZC, BLTZC, BLTC.
fn bltc(l: &Lift, f: F) -> Flow {
    let (rs, rt, zero) = (l.r(f.rs()), l.r(f.rt()), l.konst(0));
    match (f.rs(), f.rt()) {
        (_, 0) => Flow::Illegal,
        (0, _) => compact(l, zero.lt_s(rt), false, target(l, f)),
        (s, t) if s == t => compact(l, rt.lt_s(zero), false, target(l, f)),
        _ => compact(l, rs.lt_s(rt), false, target(l, f)),
    }
}

/// Whether the sum of two words overflows, or an operand is no word.
fn overflows<'b>(l: &Lift<'b>, f: F) -> Val<'b> {
    let wide = |n| l.r(n).sext(Width::W64);
    let is_no_word = |v: Val<'b>| v.ne(v.trunc(Width::W32).sext(Width::W64));
    let (a, b) = (wide(f.rs()), wide(f.rt()));
    // A sum of two numbers of 64 bits that are no words may wrap, but then they count anyway.
    is_no_word(a) | is_no_word(b) | is_no_word(a + b)
}

/// POP10: BOVC, BEQZALC, BEQC.
fn beqc(l: &Lift, f: F) -> Flow {
    match (f.rs(), f.rt()) {
        (s, t) if s >= t => compact(l, overflows(l, f), false, target(l, f)),
        (0, t) => compact(l, l.r(t).eq(l.konst(0)), true, target(l, f)),
        (s, t) => compact(l, l.r(s).eq(l.r(t)), false, target(l, f)),
    }
}

/// POP30: BNVC, BNEZALC, BNEC.
fn bnec(l: &Lift, f: F) -> Flow {
    match (f.rs(), f.rt()) {
        (s, t) if s >= t => {
            let overflow = overflows(l, f);
            compact(l, overflow.eq(overflow.konst(0)), false, target(l, f))
        }
        (0, t) => compact(l, l.r(t).is_nonzero(), true, target(l, f)),
        (s, t) => compact(l, l.r(s).ne(l.r(t)), false, target(l, f)),
    }
}
