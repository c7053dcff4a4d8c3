//! Jumps, calls, conditions (SDM volume 1, "Control Transfer Instructions").

use iced_x86::{Code, OpKind};
use uop::{Hint, Width};

use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, Target, V, log2, segment, width};

use crate::state::sreg;
use crate::trap::vector;

/// The rows of each condition: Jcc, SETcc and CMOVcc.
macro_rules! conditions {
    ($($jcc:ident $setcc:ident $cmov:ident $cc:literal;)*) => {
        rows! { $(
            $jcc |l| jcc(l, $cc);
            $setcc |l| { l.write(0, l.cond($cc).zext(Width::W8)); Flow::Next };
            $cmov @F1_EDX.15 |l| cmov(l, $cc);
        )* }
    };
}

/// The conditional instructions.
pub(crate) static JUMPS: &[Row] = conditions! {
    Jo Seto Cmovo 0; Jno Setno Cmovno 1; Jb Setb Cmovb 2; Jae Setae Cmovae 3; Je Sete Cmove 4; Jne Setne Cmovne 5;
    Jbe Setbe Cmovbe 6; Ja Seta Cmova 7; Js Sets Cmovs 8; Jns Setns Cmovns 9; Jp Setp Cmovp 10; Jnp Setnp Cmovnp 11;
    Jl Setl Cmovl 12; Jge Setge Cmovge 13; Jle Setle Cmovle 14; Jg Setg Cmovg 15;
};

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Jmp jmp;
    Call call;
    Ret ret;
    Retf |l| {
        let code = l.insn.code();
        let w = match code {
            Code::Retfw | Code::Retfw_imm16 => 1,
            Code::Retfd | Code::Retfd_imm16 => 2,
            _ => 3,
        };
        let drop = if l.insn.op_count() == 1 { l.insn.immediate(0) & 0xffff } else { 0 };
        l.go(helper::FAR_RETURN, &[l.k(w), l.k(drop)])
    };
    Iret |l| l.go(helper::IRET, &[l.k(1), l.k(l.next())]);
    Iretd |l| l.go(helper::IRET, &[l.k(2), l.k(l.next())]);
    Iretq |l| l.go(helper::IRET, &[l.k(3), l.k(l.next())]);
    Loop |l| loop_(l, None);
    Loope |l| loop_(l, Some(4));
    Loopne |l| loop_(l, Some(5));
    Jcxz |l| jcxz(l, Width::W16);
    Jecxz |l| jcxz(l, Width::W32);
    Jrcxz |l| jcxz(l, Width::W64);
    Int |l| software(l, 2, l.insn.immediate(0) as u8);
    Int3 |l| software(l, 3, vector::BP);
    Int1 |l| software(l, 3, vector::DB);
    Into |l| {
        let next = l.next();
        l.ir.raise_if(l.cond(0), 3 << 8 | u32::from(vector::OF), next);
        Flow::Next
    };
    Bound |l| {
        let w = l.width_of(0);
        let at = l.offset();
        let seg = segment(l.insn.memory_segment());
        let low = l.load(l.linear(seg, at, w.bytes(), false), w);
        let high = l.load(l.linear(seg, at.add_imm(w.bytes().into()), w.bytes(), false), w);
        let index = l.read(0, w);
        l.ir.raise_if(index.lt_s(low) | high.lt_s(index), vector::BR.into(), 0);
        Flow::Next
    };
    Ud2 |l| l.raise(vector::UD);
    Ud0 |l| l.raise(vector::UD);
    Ud1 |l| l.raise(vector::UD);
    Enter enter;
    Leave leave;
};

/// INT n, INT3 and the like: the address behind goes with them.
fn software(l: &Lift<'_>, kind: u32, vector: u8) -> Flow {
    l.ir.exit(uop::Exit::Raise { code: kind << 8 | u32::from(vector), arg: l.next() });
    Flow::End
}

fn cmov(l: &Lift<'_>, cc: u8) -> Flow {
    let w = l.width_of(0);
    let new = l.read(1, w);
    let r = l.insn.op0_register();
    l.set_gpr(r, l.ir.select(l.cond(cc), new, l.gpr(r)));
    Flow::Next
}

/// A jump to the instruction's target if `cond` is 1, behind what else it does when the target is within the limit.
fn jump_if<'b>(l: &Lift<'b>, cond: V<'b>, then: impl FnOnce()) -> Flow {
    match l.near_target() {
        Target::Known(pc) => {
            l.code_address_if(Some(cond), l.k(pc));
            then();
            l.branch(cond, pc, l.next())
        }
        Target::Offset(ip) => {
            let to = l.code_address_if(Some(cond), ip);
            then();
            l.indirect(l.ir.select(cond, to, l.k(l.next() & 0xffff_ffff)), Hint::None)
        }
    }
}

fn jcc(l: &Lift<'_>, cc: u8) -> Flow {
    jump_if(l, l.cond(cc), || {})
}

/// Width of the counter: that of addresses.
fn counter(l: &Lift<'_>) -> Width {
    let code = l.insn.code();
    let name = format!("{code:?}");
    match () {
        () if name.ends_with("RCX") => Width::W64,
        () if name.ends_with("ECX") => Width::W32,
        () => Width::W16,
    }
}

fn loop_(l: &Lift<'_>, cc: Option<u8>) -> Flow {
    let w = counter(l);
    let count = l.low(1, w).add_imm(-1);
    let more = count.is_nonzero();
    let cond = cc.map_or(more, |cc| more & l.cond(cc));
    jump_if(l, cond, || l.set_low(1, count))
}

fn jcxz(l: &Lift<'_>, w: Width) -> Flow {
    let count = l.low(1, w);
    jump_if(l, count.eq(count.konst(0)), || {})
}

/// Selector and offset of a far pointer: both 64 bits wide, and the operand size as a power of two.
fn far_pointer<'b>(l: &Lift<'b>) -> Option<(V<'b>, V<'b>, u64)> {
    match l.insn.op0_kind() {
        OpKind::FarBranch16 => Some((l.k(l.insn.far_branch_selector().into()), l.k(l.insn.far_branch16().into()), 1)),
        OpKind::FarBranch32 => Some((l.k(l.insn.far_branch_selector().into()), l.k(l.insn.far_branch32().into()), 2)),
        _ => {
            let bytes = match l.insn.code() {
                Code::Jmp_m1616 | Code::Call_m1616 => 2,
                Code::Jmp_m1632 | Code::Call_m1632 => 4,
                Code::Jmp_m1664 | Code::Call_m1664 => 8,
                _ => return None,
            };
            let w = width(bytes);
            let seg = segment(l.insn.memory_segment());
            let at = l.offset();
            let ip = l.load(l.linear(seg, at, w.bytes(), false), w).zext(Width::W64);
            let sel = l.load(l.linear(seg, at.add_imm(bytes as i64), 2, false), Width::W16).zext(Width::W64);
            Some((sel, ip, log2(w).into()))
        }
    }
}

fn is_far(l: &Lift<'_>) -> bool {
    l.insn.is_jmp_far() || l.insn.is_jmp_far_indirect() || l.insn.is_call_far() || l.insn.is_call_far_indirect()
}

fn jmp(l: &Lift<'_>) -> Flow {
    if is_far(l) {
        let Some((sel, ip, size)) = far_pointer(l) else { return Flow::Undefined };
        return l.go(helper::FAR_JUMP, &[sel, ip, l.k(size), l.k(l.next())]);
    }
    match l.insn.op0_kind() {
        OpKind::Register | OpKind::Memory => {
            let ip = l.read(0, l.width_of(0)).zext(Width::W64);
            l.indirect(l.code_address(ip), Hint::None)
        }
        _ => match l.near_target() {
            Target::Known(pc) => {
                l.code_address_if(None, l.k(pc));
                l.jump(pc)
            }
            Target::Offset(ip) => l.indirect(l.code_address(ip), Hint::None),
        },
    }
}

fn call(l: &Lift<'_>) -> Flow {
    if is_far(l) {
        let Some((sel, ip, size)) = far_pointer(l) else { return Flow::Undefined };
        return l.go(helper::FAR_CALL, &[sel, ip, l.k(size), l.k(l.next())]);
    }
    let w = l.stack_operand();
    let back = l.ip_of(l.next()).trunc(w);
    if matches!(l.insn.op0_kind(), OpKind::Register | OpKind::Memory) {
        let ip = l.read(0, l.width_of(0)).zext(Width::W64);
        let pc = l.code_address(ip);
        l.push(back);
        l.returns_here();
        return l.indirect(pc, Hint::Call);
    }
    match l.near_target() {
        Target::Known(pc) => {
            l.code_address_if(None, l.k(pc));
            l.push(back);
            l.returns_here();
            l.jump(pc)
        }
        Target::Offset(ip) => {
            let pc = l.code_address(ip);
            l.push(back);
            l.indirect(pc, Hint::Call)
        }
    }
}

fn ret(l: &Lift<'_>) -> Flow {
    let w = match l.insn.code() {
        Code::Retnw | Code::Retnw_imm16 => Width::W16,
        Code::Retnd | Code::Retnd_imm16 => Width::W32,
        _ => Width::W64,
    };
    let (ip, sp) = l.popped(w);
    let drop = if l.insn.op_count() == 1 { l.insn.immediate(0) & 0xffff } else { 0 };
    let pc = l.code_address(ip.zext(Width::W64));
    l.set_sp(sp.add_imm(drop as i64));
    l.indirect(pc, Hint::Return)
}

fn enter(l: &Lift<'_>) -> Flow {
    let w = match l.insn.code() {
        Code::Enterw_imm16_imm8 => Width::W16,
        Code::Enterd_imm16_imm8 => Width::W32,
        _ => Width::W64,
    };
    let (size, level) = (l.insn.immediate(0) & 0xffff, l.insn.immediate(1) & 31);
    let sw = l.stack_width();
    let n = i64::from(w.bytes());
    let bp = l.low(5, w);
    let frame = l.low(4, sw).add_imm(-n);
    l.store(l.stack_address(frame, w.bytes(), true), bp);
    let mut sp = frame;
    if level != 0 {
        let outer = l.low(5, sw);
        for i in 1..i64::try_from(level).unwrap_or(0) {
            let value = l.load(l.stack_address(outer.add_imm(-n * i), w.bytes(), false), w);
            sp = sp.add_imm(-n);
            l.store(l.stack_address(sp, w.bytes(), true), value);
        }
        sp = sp.add_imm(-n);
        let own = if sw < w { frame.zext(w) } else { frame.trunc(w) };
        l.store(l.stack_address(sp, w.bytes(), true), own);
    }
    let sp = sp.add_imm(-(size as i64));
    let own = if sw < w { frame.zext(w) } else { frame.trunc(w) };
    // The last push must be possible, as QEMU and CPUs check.
    l.set_low(5, own);
    l.set_sp(sp);
    Flow::Next
}

fn leave(l: &Lift<'_>) -> Flow {
    let w = match l.insn.code() {
        Code::Leavew => Width::W16,
        Code::Leaved => Width::W32,
        _ => Width::W64,
    };
    let sw = l.stack_width();
    let sp = l.low(5, sw);
    let value = l.load(l.linear(sreg::SS, sp.zext(Width::W64), w.bytes(), false), w);
    l.set_sp(sp.add_imm(w.bytes().into()));
    l.set_low(5, value);
    Flow::Next
}
