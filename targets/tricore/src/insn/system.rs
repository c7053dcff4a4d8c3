//! System instructions: TriCore Architecture Manual, volume 2, "Instruction Set".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Exit, Fence, Width};

use crate::ext::Ext;
use crate::format::*;
use crate::helper;
use crate::lift::Lift;
use crate::state;
use crate::trap::tin;

insns! {
    /// Contexts, core registers, interrupts, traps, synchronisation.
    pub INSNS for Lift;
    "0000....00000000" Sr nop   "" [];
    "1010....00000000" Sr debug "" [];
    "........11100000" Sc bisr  "{imm}" [];
    "....000000..............00001101" Sys nop    "" [];
    "....000100..............00001101" Sys debug  "" [];
    "....001000..............00001101" Sys svlcx  "" [];
    "....001001..............00001101" Sys rslcx  "" [];
    "....001100..............00001101" Sys enable "" [];
    "....001101..............00001101" Sys disable "" [];
    "....001110..............00001101" SysD restore "{a}" [V160];
    "....001111..............00001101" SysD disable "{a}" [V160];
    "....010010..............00001101" Sys dsync  "" [];
    "....010011..............00001101" Sys isync  "" [];
    "....010100..............00001101" Sys trapv  "" [];
    "....010101..............00001101" Sys trapsv "" [];
    "....010110..............00001101" Sys wait   "" [V161];
    "....000000..............00101111" Sys rstv   "" [];
    "....0000000.............10101101" Rcu bisr    "{imm}" [];
    "....0000100.............10101101" Rcu syscall "{imm}" [];
    "........................01001101" RlcCore mfcr "{c}, {csfr}" [];
    "........................11001101" RlcCore mtcr "{csfr}, {a}" [];
    "....00000000............01110101" Rr tlbdemap   "{a}" [];
    "....00000100............01110101" Rr tlbflush_a "" [];
    "....00000101............01110101" Rr tlbflush_b "" [];
    "....00001000............01110101" Rr tlbprobe_a "{a}" [];
    "....00001001............01110101" Rr tlbprobe_i "{a}" [];
    "....01000000............01110101" Rr tlbmap     "{ea}" [];
}

fn nop<F>(_: &Lift, _: F) -> Flow {
    Next
}

/// Without a debugger at the chip, which alone sets DBGSR.DE, a no-operation ("DEBUG": if no event is enabled).
use nop as debug;

/// An 8-bit or 9-bit constant.
trait Constant {
    fn value(&self) -> u64;
}

impl Constant for Sc {
    fn value(&self) -> u64 {
        self.imm
    }
}

impl Constant for Rcu {
    fn value(&self) -> u64 {
        self.imm
    }
}

/// Ends the block: an interrupt may be due now.
fn look(l: &Lift) -> Flow {
    l.end(Exit::Update { pc: l.next_pc() })
}

fn bisr<F: Constant>(l: &Lift, f: F) -> Flow {
    l.privileged(2);
    l.call(helper::BISR, &[l.konst(l.next_pc() as i64), l.konst(f.value() as i64)]);
    look(l)
}

fn svlcx(l: &Lift, _: Sys) -> Flow {
    l.call(helper::SVLCX, &[l.konst(l.next_pc() as i64)]);
    Next
}

fn rslcx(l: &Lift, _: Sys) -> Flow {
    l.call(helper::RSLCX, &[]);
    Next
}

fn enable(l: &Lift, _: Sys) -> Flow {
    l.privileged(1);
    l.call(helper::SET_IE, &[l.konst(1)]);
    look(l)
}

/// DISABLE alone, or with a register that gets the old ICR.IE.
trait Disable {
    fn register(&self) -> Option<u8>;
}

impl Disable for Sys {
    fn register(&self) -> Option<u8> {
        None
    }
}

impl Disable for SysD {
    fn register(&self) -> Option<u8> {
        Some(self.a)
    }
}

fn disable<F: Disable>(l: &Lift, f: F) -> Flow {
    l.privileged(1);
    let old = l.call(helper::SET_IE, &[l.konst(0)]);
    if let Some(d) = f.register() {
        l.set_d(d, old.trunc(Width::W32));
    }
    look(l)
}

fn restore(l: &Lift, f: SysD) -> Flow {
    l.privileged(1);
    l.call(helper::SET_IE, &[l.d(f.a)]);
    look(l)
}

/// Stores are over when it is, so that their asynchronous traps come before the next instruction.
fn dsync(l: &Lift, _: Sys) -> Flow {
    l.ir.fence(Fence::SeqCst);
    look(l)
}

/// Later instructions are fetched anew.
fn isync(l: &Lift, _: Sys) -> Flow {
    l.call(helper::ISYNC, &[]);
    look(l)
}

fn trapv(l: &Lift, _: Sys) -> Flow {
    let v = l.ir.get(state::OVERFLOW);
    l.raise_if(v.lt_s(l.konst64(0)), tin::OVF);
    Next
}

fn trapsv(l: &Lift, _: Sys) -> Flow {
    let sv = l.ir.get(state::STICKY);
    l.raise_if(sv.lt_s(l.konst64(0)), tin::SOVF);
    Next
}

fn wait(l: &Lift, _: Sys) -> Flow {
    l.privileged(1);
    l.end(Exit::Halt { pc: l.next_pc() })
}

fn rstv(l: &Lift, _: Sys) -> Flow {
    for reg in [state::OVERFLOW, state::STICKY] {
        l.ir.set(reg, l.konst64(0));
    }
    Next
}

/// A system call returns behind itself ("Trap System": class 6).
fn syscall(l: &Lift, f: Rcu) -> Flow {
    l.end(Exit::Raise { code: tin::SYS | (f.imm & 0xff) as u32, arg: l.next_pc() })
}

fn mfcr(l: &Lift, f: RlcCore) -> Flow {
    let value = l.call(helper::MFCR, &[l.konst(f.csfr as i64), l.konst(l.pc() as i64)]);
    l.set_d(f.c, value.trunc(Width::W32));
    Next
}

fn mtcr(l: &Lift, f: RlcCore) -> Flow {
    l.privileged(2);
    l.call(helper::MTCR, &[l.konst(f.csfr as i64), l.d(f.a)]);
    look(l)
}

/// No model has an MMU: the instructions are unimplemented ("UOPC").
fn tlbdemap(l: &Lift, _: Rr) -> Flow {
    l.raise(tin::UOPC)
}

use tlbdemap as tlbflush_a;
use tlbdemap as tlbflush_b;
use tlbdemap as tlbmap;
use tlbdemap as tlbprobe_a;
use tlbdemap as tlbprobe_i;
