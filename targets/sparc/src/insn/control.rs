//! Branches, calls, jumps and conditional traps.

use decode::Flow;
use decode::insns;
use uop::Hint;

use crate::ext::Ext;
use crate::format::{Arith, Branch, Call, Imm22, Operand2, Trapcc};
use crate::lift::{Cond, Jump, Lift};
use crate::mode;
use crate::state;
use crate::trap::tt;

insns! {
    /// SPARC Architecture Manual Version 8, appendix B: "Branch on Integer Condition Codes Instructions" to "Trap on Integer Condition
    /// Codes Instruction".
    pub INSNS for Lift;
    "00 ..... 000 ......................" Imm22 unimp "{imm22}" [];
    "00 . .... 010 ......................" Branch b "{.icc}{a} {target}" [];
    "00 . .... 110 ......................" Branch fb "{.fcc}{a} {target}" [];
    // There is no coprocessor.
    "00 . .... 111 ......................" Branch cb "{target}" [!V9];
    "01 .............................." Call call "{target}" [];
    "10 ..... 111000 ..... . ............." Arith jmpl "{addr}, {rd}" [];
    "10 . .... 111010 ..... . ............." Trapcc t "{.icc} {addr}" [!V9];
}

/// "Unimplemented Instruction"; V9 calls it ILLTRAP.
fn unimp(_: &Lift, _: Imm22) -> Flow {
    Flow::Illegal
}

fn b(l: &Lift, f: Branch) -> Flow {
    l.branch(l.condition(f.cond), f.annul, l.relative(f.disp))
}

/// "Branch on Floating-Point Condition Codes Instructions": the conditions are sets of the four relations.
fn fb(l: &Lift, f: Branch) -> Flow {
    if !mode::has(l.mode(), mode::FP_ON) {
        return l.raise(tt::FP_DISABLED, 0);
    }
    l.branch(l.fp_condition(f.cond, state::FCC0), f.annul, l.relative(f.disp))
}

fn cb(l: &Lift, _: Branch) -> Flow {
    l.raise(tt::CP_DISABLED, 0)
}

/// `%o7` = its own address.
fn call(l: &Lift, f: Call) -> Flow {
    l.set_r(15, l.konst(l.pc() as i64));
    l.jump(Jump::Call(l.relative(f.disp)))
}

/// `%o7` and `%i7`, which hold return addresses.
const LINKS: [u8; 2] = [15, 31];

fn jmpl(l: &Lift, f: Arith) -> Flow {
    let target = l.address(&f);
    l.raise_if((target & target.konst(3)).is_nonzero(), tt::MISALIGNED, 0);
    l.set_r(f.rd, l.konst(l.pc() as i64));
    let hint = match f.op2 {
        _ if f.rd == 15 => Hint::Call,
        Operand2::Imm(_) if f.rd == 0 && LINKS.contains(&f.rs1) => Hint::Return,
        _ => Hint::None,
    };
    l.jump(Jump::By(target, hint))
}

/// The trap's number is the sum's low seven bits.
fn t(l: &Lift, f: Trapcc) -> Flow {
    let condition = l.condition(f.cond);
    let known = match (f.args.rs1, f.args.op2) {
        (0, Operand2::Imm(n)) => Some(n),
        (0, Operand2::Reg(0)) => Some(0),
        _ => None,
    };
    match (condition, known) {
        (Cond::Never, _) => Flow::Next,
        (Cond::Always, Some(n)) => l.raise(tt::TRAP_INSTRUCTION + (n & 0x7f) as u32, 0),
        (Cond::If(cond), Some(n)) => {
            l.raise_if(cond, tt::TRAP_INSTRUCTION + (n & 0x7f) as u32, 0);
            Flow::Next
        }
        (Cond::Always, None) => l.raise_number(None, l.address(&f.args)),
        (Cond::If(cond), None) => l.raise_number(Some(cond), l.address(&f.args)),
    }
}
