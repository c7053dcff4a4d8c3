//! SAVE, RESTORE and all that privileged software uses.

use decode::Flow::{self, Next};
use decode::insns;
use uop::Exit;
use uop::{Val, Width};

use crate::v9::ext::Ext;
use crate::v9::format::{Arith, Bare};
use crate::v9::helper;
use crate::v9::lift::Lift;
use crate::v9::mode;
use crate::v9::privreg::asr;
use crate::v9::state::{CLEANWIN, GSR, OTHERWIN, Y};
use crate::v9::trap::tt;

insns! {
    /// SPARC Architecture Manual V9, appendix A.
    pub INSNS for Lift;
    // SAVE and RESTORE, Flush Register Windows.
    "10 ..... 111100 ..... . ............." Arith save "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 111101 ..... . ............." Arith restore "{rs1}, {op2}, {rd}" [V9];
    "10 ..... 101011 ..... . ............." Bare flushw "" [V9];
    // SAVED and RESTORED; of UltraSPARC Architecture 2005: ALLCLEAN, OTHERW, NORMALW, INVALW.
    "10 00000 110001 ..... . ............." Bare saved "" [V9 Privileged];
    "10 00001 110001 ..... . ............." Bare restored "" [V9 Privileged];
    "10 00010 110001 ..... . ............." Bare allclean "" [V9 Privileged Sun4v];
    "10 00011 110001 ..... . ............." Bare otherw "" [V9 Privileged Sun4v];
    "10 00100 110001 ..... . ............." Bare normalw "" [V9 Privileged Sun4v];
    "10 00101 110001 ..... . ............." Bare invalw "" [V9 Privileged Sun4v];
    // DONE and RETRY.
    "10 00000 111110 ..... . ............." Bare done "" [V9 Privileged];
    "10 00001 111110 ..... . ............." Bare retry "" [V9 Privileged];
    // Read and Write Privileged Register.
    "10 ..... 101010 ..... . ............." Arith rdpr "{pr}, {rd}" [V9 Privileged];
    "10 ..... 110010 ..... . ............." Arith wrpr "{rs1}, {op2}, {wpr}" [V9 Privileged];
    // Read and Write Hyperprivileged Register.
    "10 ..... 101001 ..... . ............." Arith rdhpr "{hpr}, {rd}" [V9 Hyper];
    "10 ..... 110011 ..... . ............." Arith wrhpr "{rs1}, {op2}, {whpr}" [V9 Hyper];
    // Read and Write State Register; Software-Initiated Reset is WRASR 15.
    "10 ..... 101000 ..... . ............." Arith rd "{asr}, {rd}" [V9];
    "10 ..... 110000 ..... . ............." Arith wr "{rs1}, {op2}, {wasr}" [V9];
    "10 01111 110000 00000 1 ............." Arith sir "{op2}" [V9] over wr;
}

/// The sum of registers of the old window goes to one of the new.
fn save(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.check_save();
    l.save_window();
    l.set_x(f.rd, a + b);
    Next
}

fn restore(l: &Lift, f: Arith) -> Flow {
    let (a, b) = l.operands(f);
    l.check_restore();
    l.restore_window();
    l.set_x(f.rd, a + b);
    Next
}

/// "FLUSHW causes all active windows except the current one to be flushed": a spill trap while there is one.
fn flushw(l: &Lift, _: Bare) -> Flow {
    let save = l.call(helper::READ_PR, &[l.konst(10)]);
    l.raise_if(save.ne(save.konst(u64::from(l.lifter.windows) - 2)), tt::ANY_FLUSH);
    Next
}

/// SAVED and its like, by number. Where CANRESTORE is counted, the block ends: that may be over.
fn change_windows(l: &Lift, number: i64) -> Flow {
    let odd = mode::ODD_WINDOWS.is_set(l.mode());
    l.call(helper::WINDOWS, &[l.konst(number), l.konst((!odd).into())]);
    if odd {
        l.update.set(true);
    }
    Next
}

fn saved(l: &Lift, _: Bare) -> Flow {
    change_windows(l, 0)
}

fn restored(l: &Lift, _: Bare) -> Flow {
    change_windows(l, 1)
}

fn allclean(l: &Lift, _: Bare) -> Flow {
    change_windows(l, 2)
}

fn otherw(l: &Lift, _: Bare) -> Flow {
    change_windows(l, 3)
}

fn normalw(l: &Lift, _: Bare) -> Flow {
    change_windows(l, 4)
}

fn invalw(l: &Lift, _: Bare) -> Flow {
    change_windows(l, 5)
}

fn leave(l: &Lift, helper: u16) -> Flow {
    let pc = l.call(helper, &[]);
    l.end(Exit::UpdateIndirect { pc: pc.id() })
}

fn done(l: &Lift, _: Bare) -> Flow {
    leave(l, helper::DONE)
}

fn retry(l: &Lift, _: Bare) -> Flow {
    leave(l, helper::RETRY)
}

/// What the register file or the mode holds is read at once.
fn rdpr(l: &Lift, f: Arith) -> Flow {
    let quick = match f.rs1 {
        9 => Some(l.konst(mode::CWP.of(l.mode()).into())),
        12 => Some(l.ir.get(CLEANWIN)),
        13 => Some(l.ir.get(OTHERWIN)),
        _ => None,
    };
    l.set_x(f.rd, quick.unwrap_or_else(|| l.call(helper::READ_PR, &[l.konst(f.rs1.into())])));
    Next
}

/// What WR and its like write: "r[rs1] xor operand".
fn written<'b>(l: &Lift<'b>, f: Arith) -> Val<'b> {
    let (a, b) = l.operands(f);
    a ^ b
}

fn wrpr(l: &Lift, f: Arith) -> Flow {
    l.call(helper::WRITE_PR, &[l.konst(f.rd.into()), written(l, f)]);
    l.update.set(true);
    Next
}

fn rdhpr(l: &Lift, f: Arith) -> Flow {
    l.set_x(f.rd, l.call(helper::READ_HPR, &[l.konst(f.rs1.into())]));
    Next
}

fn wrhpr(l: &Lift, f: Arith) -> Flow {
    l.call(helper::WRITE_HPR, &[l.konst(f.rd.into()), written(l, f)]);
    l.update.set(true);
    Next
}

fn rd(l: &Lift, f: Arith) -> Flow {
    let value = match u64::from(f.rs1) {
        asr::Y => l.ir.get(Y),
        asr::ASI => l.konst(mode::ASI.of(l.mode()).into()),
        asr::PC => l.konst(l.cut_address(l.pc) as i64),
        asr::GSR if !mode::FP_ON.is_set(l.mode()) => return l.raise(tt::FP_DISABLED),
        asr::GSR => l.ir.get(GSR),
        asr::CCR => l.call(helper::READ_CCR, &[]),
        n => l.call(helper::READ_ASR, &[l.konst(n as i64)]),
    };
    l.set_x(f.rd, value);
    Next
}

/// Bits of GSR: mask of BSHUFFLE, rounding of IM, scale, align.
const GSR_BITS: i64 = 0xffff_ffff_0e00_00ff_u64 as i64;

fn wr(l: &Lift, f: Arith) -> Flow {
    let value = written(l, f);
    match u64::from(f.rd) {
        asr::Y => l.ir.set(Y, value.trunc(Width::W32).zext(Width::W64)),
        asr::GSR if !mode::FP_ON.is_set(l.mode()) => return l.raise(tt::FP_DISABLED),
        asr::GSR => {
            l.call(helper::WRITE_GSR, &[value & l.konst(GSR_BITS)]);
        }
        asr::CCR => l.set_ccr(value & l.konst(0xff)),
        // A constant is known here; the mode with it.
        asr::ASI if f.rs1 == 0 && (f.i || f.rs2 == 0) => {
            l.change_mode(mode::ASI, if f.i { f.simm as u32 & 0xff } else { 0 });
        }
        n => {
            l.call(helper::WRITE_ASR, &[l.konst(n as i64), value]);
            l.update.set(true);
        }
    }
    Next
}

/// SIR: a reset in privileged mode, nothing in user mode ("Software-Initiated Reset": with SIR_enable 0 it is a NOP).
fn sir(_: &Lift, _: Arith) -> Flow {
    Next
}
