//! "Privileged Instructions", RDHWR, and the instructions of the extensions that are only there to trap.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Exit, Width};

use crate::ext::Ext;
use crate::format::F;
use crate::helper;
use crate::lift::Lift;
use crate::mode;
use crate::trap::cause;

insns! {
    /// Volume II-A, privileged instructions.
    pub INSNS for Lift;
    "010000 00000 ..... ..... 00000000 ..." F mfc0 "{rt}, {c0}, {sel}" [!NanoMips];
    "010000 00100 ..... ..... 00000000 ..." F mtc0 "{rt}, {c0}, {sel}" [!NanoMips];
    "010000 00001 ..... ..... 00000000 ..." F dmfc0 "{rt}, {c0}, {sel}" [W64];
    "010000 00101 ..... ..... 00000000 ..." F dmtc0 "{rt}, {c0}, {sel}" [W64];
    "010000 10000 00000 00000 00000 000001" F tlbr  "" [!NanoMips];
    "010000 10000 00000 00000 00000 000010" F tlbwi "" [!NanoMips];
    "010000 10000 00000 00000 00000 000110" F tlbwr "" [!NanoMips];
    "010000 10000 00000 00000 00000 001000" F tlbp  "" [!NanoMips];
    "010000 10000 00000 00000 00000 000011" F tlbinv  "" [R5];
    "010000 10000 00000 00000 00000 000100" F tlbinvf "" [R5];
    "010000 10000 00000 00000 00000 011000" F eret   "" [!NanoMips];
    "010000 10000 00000 00000 00001 011000" F eretnc "" [R5];
    "010000 10000 00000 00000 00000 011111" F deret  "" [Ejtag];
    "010000 1 ................... 100000" F wait "" [!NanoMips];
    "010000 01011 ..... 01100 00000 000000" F di "{rt}" [R2];
    "010000 01011 ..... 01100 00000 100000" F ei "{rt}" [R2];
    "010000 01010 ..... ..... 00000 000000" F rdpgpr "{rd}, {rt}" [R2];
    "010000 01110 ..... ..... 00000 000000" F wrpgpr "{rd}, {rt}" [R2];
    "101111 ..... ..... ................" F cache "{op}, {imm}({rs})" [!R6 !NanoMips];
    "011111 ..... ..... ......... 0 100101" F cache "{op}, {offset9}({rs})" [R6];
    "011111 00000 ..... ..... 00000 111011" F rdhwr "{rt}, {c0}" [R2];
    "011100 .................... 111111" F sdbbp "{code}" [R1 !R6];
    "000000 .................... 001110" F sdbbp "{code}" [R6];
    // The extensions: disabled, or reserved.
    "011111 ..... ..... ..... ..... 0101.." F dsp64_any "" [Dsp W64 !R6];
    "011111 ..... ..... ..... ..... 11010." F dsp64_any "" [Dsp W64 !R6];
    "011111 ..... ..... ..... ..... 111100" F dsp64_any "" [Dsp W64 !R6];
    "011111 ..... ..... ..... ..... 001101" F dsp64_any "" [Dsp W64 !R6];
}

/// The number of a coprocessor 0 register: register times 8, plus select.
fn number<'b>(l: &Lift<'b>, f: F) -> uop::Val<'b> {
    l.konst32(u64::from(f.rd()) << 3 | u64::from(f.sel()))
}

fn mfc0(l: &Lift, f: F) -> Flow {
    l.set_r32(f.rt(), l.call(helper::CP0_READ, &[number(l, f)]).trunc(Width::W32));
    Next
}

fn dmfc0(l: &Lift, f: F) -> Flow {
    l.set_r(f.rt(), l.call(helper::CP0_READ64, &[number(l, f)]));
    Next
}

/// A register of 64 bits gets all of `rt`.
fn mtc0(l: &Lift, f: F) -> Flow {
    l.call(helper::CP0_WRITE, &[number(l, f), l.r64(f.rt())]);
    l.changes_mode();
    Next
}

fn dmtc0(l: &Lift, f: F) -> Flow {
    l.call(helper::CP0_WRITE64, &[number(l, f), l.r(f.rt())]);
    l.changes_mode();
    Next
}

/// Declares instructions that are a helper without arguments, behind which translations may be others.
macro_rules! tlb_instructions {
    ($($name:ident $helper:ident;)*) => { $(
        fn $name(l: &Lift, _: F) -> Flow {
            l.call(helper::$helper, &[]);
            l.changes_mode();
            Next
        }
    )* };
}

tlb_instructions! {
    tlbr TLBR;
    tlbwi TLBWI;
    tlbwr TLBWR;
    tlbp TLBP;
    tlbinv TLBINV;
    tlbinvf TLBINVF;
}

/// Returns are UNPREDICTABLE in delay slots; they are reserved there.
fn return_by(l: &Lift, helper: u16) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    let pc = l.call(helper, &[]).trunc(l.xlen());
    l.end(Exit::UpdateIndirect { pc: pc.id() })
}

fn eret(l: &Lift, _: F) -> Flow {
    return_by(l, helper::ERET)
}

fn eretnc(l: &Lift, _: F) -> Flow {
    return_by(l, helper::ERETNC)
}

fn deret(l: &Lift, _: F) -> Flow {
    if l.mode() & mode::DEBUG == 0 {
        return Flow::Illegal;
    }
    return_by(l, helper::DERET)
}

fn wait(l: &Lift, _: F) -> Flow {
    if l.is_in_slot() {
        return Flow::Illegal;
    }
    l.end(Exit::Halt { pc: l.relative(4) })
}

/// The old value of Status goes into `rt`.
fn interrupt_enable(l: &Lift, f: F, on: u64) -> Flow {
    l.set_r32(f.rt(), l.call(helper::DI_EI, &[l.konst32(on)]).trunc(Width::W32));
    l.changes_mode();
    Next
}

fn di(l: &Lift, f: F) -> Flow {
    interrupt_enable(l, f, 0)
}

fn ei(l: &Lift, f: F) -> Flow {
    interrupt_enable(l, f, 1)
}

/// There is one set of general registers: it is its own previous one.
fn rdpgpr(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rt()));
    Next
}

fn wrpgpr(l: &Lift, f: F) -> Flow {
    l.set_r(f.rd(), l.r(f.rt()));
    Next
}

/// Caches are coherent here, so that nothing is left but that code may have changed.
fn cache(l: &Lift, f: F) -> Flow {
    if l.mode() & mode::CU0 == 0 {
        return l.raise(cause::CPU, 0);
    }
    l.call(helper::CACHE, &[l.konst32(f.rt().into())]);
    l.changes_mode();
    Next
}

/// Which registers may be read is in HWREna.
fn rdhwr(l: &Lift, f: F) -> Flow {
    let privileged = u64::from(l.mode() & mode::CU0 != 0);
    l.set_r64(f.rt(), l.call(helper::RDHWR, &[l.konst32(f.rd().into()), l.konst32(privileged)]));
    Next
}

/// EJTAG debug breakpoint.
fn sdbbp(l: &Lift, _: F) -> Flow {
    l.raise(cause::SDBBP, 0)
}

/// The part of the DSP extension that works on 64 bits is not implemented.
fn dsp64_any(_: &Lift, _: F) -> Flow {
    Flow::Illegal
}
