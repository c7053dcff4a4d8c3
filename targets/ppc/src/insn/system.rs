//! System registers, synchronisation, returns from interrupts, and what manages translations.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Exit, Fence, Val, Width};

use crate::ext::Ext;
use crate::facility::number as facility;
use crate::format::W;
use crate::helper;
use crate::insn::embedded::change;
use crate::lift::Lift;
use crate::mode;
use crate::spr::{self, Kind};
use crate::state::{CA, CA32, CTR, LR, MQ, OV, OV32, SO, XER_REST};
use crate::trap::{ILLEGAL, PRIVILEGED, code};

insns! {
    /// Power ISA 3.0B, Book II and Book III; 2.07B, Book III-S and III-E.
    pub INSNS for Lift<'_>;
    "011111 ..... .......... 0101010011 0" W mfspr "{rt}, {spr}" [];
    "011111 ..... .......... 0111010011 0" W mtspr "{spr}, {rt}" [];
    "011111 ..... .......... 0101110011 0" W mftb "{rt}, {spr}" [Mftb];
    "011111 ..... 00000 00000 0001010011 0" W mfmsr "{rt}" [];
    "011111 ..... 0000. 00000 0010010010 0" W mtmsr "{rt}" [];
    "011111 ..... 0000. 00000 0010110010 0" W mtmsrd "{rt}" [Wide];
    "010011 00000 00000 00000 0000110010 0" W rfi "" [!Slb];
    "010011 00000 00000 00000 0000010010 0" W rfid "" [Wide];
    "010011 00000 00000 00000 0100010010 0" W hrfid "" [Hypervisor];
    "010011 00000 00000 00000 0000110011 0" W rfci "" [BookE];
    "010011 00000 00000 00000 0000100111 0" W rfdi "" [Mas];
    "010011 00000 00000 00000 0000100110 0" W rfmci "" [Mas];
    "011111 ..... 00000 00000 0010000011 0" W wrtee "{rt}" [BookE];
    "011111 00000 00000 . 0000 0010100011 0" W wrteei "" [BookE];
    "010011 00000 00000 00000 0010010110 0" W isync "" [];
    "011111 000 .. 00000 00000 1001010110 0" W sync "{l2}" [!BookE];
    "011111 000 .. 00000 00000 1001010110 0" W msync "" [BookE];
    "011111 ..... 00000 00000 1101010110 0" W eieio "" [];
    "011111 ..... 0.... 00000 1001010011 0" W mfsr "{rt}, {sr}" [Classic !Slb];
    "011111 ..... 0.... 00000 1001010011 0" W mfsr "{rt}, {sr}" [Slb !Classic];
    "011111 ..... 00000 ..... 1010010011 0" W mfsrin "{rt}, {rb}" [Classic !Slb];
    "011111 ..... 00000 ..... 1010010011 0" W mfsrin "{rt}, {rb}" [Slb !Classic];
    "011111 ..... 0.... 00000 0011010010 0" W mtsr "{sr}, {rt}" [Classic !Slb];
    "011111 ..... 0.... 00000 0011010010 0" W mtsr "{sr}, {rt}" [Slb !Classic];
    "011111 ..... 00000 ..... 0011110010 0" W mtsrin "{rt}, {rb}" [Classic !Slb];
    "011111 ..... 00000 ..... 0011110010 0" W mtsrin "{rt}, {rb}" [Slb !Classic];
    "011111 ..... ..... ..... 0100110010 0" W tlbie "{rb}" [];
    "011111 ..... ..... ..... 0100010010 0" W tlbiel "{rb}" [Slb];
    "011111 00000 00000 00000 0101110010 0" W tlbia "" [];
    "011111 00000 00000 00000 1000110110 0" W tlbsync "" [];
    "011111 ..... 00000 ..... 0110010010 0" W slbmte "{rt}, {rb}" [Slb];
    "011111 ..... 00000 ..... 1110010011 0" W slbmfee "{rt}, {rb}" [Slb];
    "011111 ..... 00000 ..... 1101010011 0" W slbmfev "{rt}, {rb}" [Slb];
    "011111 00000 00000 ..... 0110110010 0" W slbie "{rb}" [Slb];
    "011111 00 ... 00000 00000 0111110010 0" W slbia "" [Slb];
    "010011 00000 00000 00000 0110110010 0" W nap "" [Nap];
    "010011 00000 00000 00000 0110010010 0" W doze "" [Nap];
    "010011 00000 00000 00000 0111010010 0" W sleep "" [Nap];
    "010011 00000 00000 00000 0111110010 0" W rvwinkle "" [Nap];
    "010011 00000 00000 00000 0101110010 0" W stop "" [Isa300];
    "011111 000 .. 00000 00000 0000011110 0" W wait "" [Isa300];
}

/// Refuses an instruction for `reason` (a bit of SRR1).
fn refuse(l: &Lift<'_>, reason: u64) -> Flow {
    l.refused.set(Some((code::PROGRAM, reason)));
    Flow::Illegal
}

/// Registers that problem state reaches only if FSCR lets it have their facility.
fn check_facility(l: &Lift<'_>, number: u32) {
    let facility = match number {
        3 => facility::DSCR,
        768..=783 if l.has(Ext::Isa207) => facility::PM,
        800..=806 => facility::EBB,
        815 => facility::TAR,
        _ => return,
    };
    // MMCR0.PMCC says what problem state has of the performance monitor; the facility is looked at by whoever has it.
    if l.problem() && facility != facility::PM {
        l.call(helper::CHECK_FACILITY, &[l.ir.konst(Width::W32, facility.into())]);
    }
}

/// Transactional registers need MSR.TM, in any state.
fn lacks_transactions(l: &Lift<'_>, number: u32) -> bool {
    let lacks = (128..=131).contains(&number) && l.has(Ext::Isa207) && l.mode & mode::TM == 0;
    if lacks {
        l.refused.set(Some((code::NO_FACILITY, facility::TM.into())));
    }
    lacks
}

/// What an SPR that is not there does: it depends on the state and on the bit of its number that marks the privileged ones. In
/// privileged state the access does nothing (Book III-S, "Move To/From System Register Instructions"), except 0, 4, 5 and 6.
fn absent(l: &Lift<'_>, number: u32) -> Flow {
    if l.problem() {
        return refuse(l, if number & 0x10 != 0 { PRIVILEGED } else { ILLEGAL });
    }
    if matches!(number, 0 | 4 | 5 | 6) { refuse(l, ILLEGAL) } else { Next }
}

fn xer<'b>(l: &Lift<'b>) -> Val<'b> {
    let mut value = l.ir.get(XER_REST);
    let modern = l.has(Ext::Isa300);
    for (n, reg) in [(31, SO), (30, OV), (29, CA), (19, OV32), (18, CA32)] {
        if n > 20 || modern {
            value = value.deposit(n, 1, l.ir.get(reg).zext(Width::W32));
        }
    }
    value
}

fn set_xer<'b>(l: &Lift<'b>, value: Val<'b>) {
    let modern = l.has(Ext::Isa300);
    let bit = |n| value.extract(n, 1).trunc(Width::W1);
    let mut rest = !0xe000_0000u64;
    l.set_so(bit(31));
    for (n, reg) in [(30, OV), (29, CA), (19, OV32), (18, CA32)] {
        if n > 20 || modern {
            l.ir.set(reg, bit(n));
            rest &= !(1 << n);
        }
    }
    l.ir.set(XER_REST, value & value.konst(rest));
}

fn mfspr(l: &Lift<'_>, f: W) -> Flow {
    let number = f.spr();
    let Some(row) = spr::find(number, l.exts) else { return absent(l, number) };
    if !row.may_read(l.problem(), l.mode) {
        return refuse(l, if number & 0x10 != 0 { PRIVILEGED } else { ILLEGAL });
    }
    if lacks_transactions(l, number) {
        return Flow::Illegal;
    }
    check_facility(l, number);
    let value = match row.kind {
        Kind::Lr => l.ir.get(LR),
        Kind::Ctr => l.ir.get(CTR),
        Kind::Xer => xer(l).zext(l.xlen()),
        Kind::Mq => l.ir.get(MQ).zext(l.xlen()),
        _ => l.call(helper::READ_SPR, &[l.ir.konst(Width::W32, number.into())]).trunc(l.xlen()),
    };
    l.set_g(f.rt(), value);
    Next
}

fn mtspr(l: &Lift<'_>, f: W) -> Flow {
    let number = f.spr();
    let Some(row) = spr::find(number, l.exts) else { return absent(l, number) };
    if !row.may_write(l.problem(), l.mode) {
        return refuse(l, if number & 0x10 != 0 { PRIVILEGED } else { ILLEGAL });
    }
    if lacks_transactions(l, number) {
        return Flow::Illegal;
    }
    check_facility(l, number);
    let value = l.g(f.rt());
    match row.kind {
        Kind::Lr => l.ir.set(LR, value),
        Kind::Ctr => l.ir.set(CTR, value),
        Kind::Xer => set_xer(l, value.trunc(Width::W32)),
        Kind::Mq => l.ir.set(MQ, value.trunc(Width::W32)),
        _ => {
            l.call(helper::WRITE_SPR, &[l.ir.konst(Width::W32, number.into()), value.zext(Width::W64)]);
            return if row.updates() { l.update() } else { Next };
        }
    }
    Next
}

/// Numbers 268 and 269 alone are time base registers.
fn mftb(l: &Lift<'_>, f: W) -> Flow {
    if !matches!(f.spr(), 268 | 269) {
        return absent(l, f.spr());
    }
    l.set_g(f.rt(), l.call(helper::READ_SPR, &[l.ir.konst(Width::W32, f.spr().into())]).trunc(l.xlen()));
    Next
}

fn mfmsr(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.set_g(f.rt(), l.call(helper::READ_MSR, &[]).trunc(l.xlen()));
    Next
}

/// Writes MSR: its low word, or with L = 1 only EE and RI.
fn write_msr(l: &Lift<'_>, f: W, helper: u16) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    let helper = if f.ra() & 1 != 0 { helper::WRITE_MSR_EE_RI } else { helper };
    l.call(helper, &[l.g(f.rt()).zext(Width::W64)]);
    l.update()
}

fn mtmsr(l: &Lift<'_>, f: W) -> Flow {
    write_msr(l, f, helper::WRITE_MSR_LOW)
}

fn mtmsrd(l: &Lift<'_>, f: W) -> Flow {
    write_msr(l, f, helper::WRITE_MSR)
}

fn return_by(l: &Lift<'_>, helper: u16) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    let pc = l.call(helper, &[]).trunc(l.xlen());
    l.end(Exit::UpdateIndirect { pc: pc.id() })
}

fn rfi(l: &Lift<'_>, _: W) -> Flow {
    if l.mode & mode::DEBUG != 0 && !l.problem() {
        l.call(helper::CHECK_RETURN, &[]);
    }
    return_by(l, helper::RFI)
}

fn rfid(l: &Lift<'_>, _: W) -> Flow {
    return_by(l, helper::RFID)
}

fn hrfid(l: &Lift<'_>, _: W) -> Flow {
    return_by(l, helper::HRFID)
}

fn rfci(l: &Lift<'_>, _: W) -> Flow {
    return_by(l, helper::RFCI)
}

fn rfdi(l: &Lift<'_>, _: W) -> Flow {
    return_by(l, helper::RFDI)
}

fn rfmci(l: &Lift<'_>, _: W) -> Flow {
    return_by(l, helper::RFMCI)
}

fn wrtee(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::WRITE_EE, &[l.g(f.rt()).zext(Width::W64)]);
    l.update()
}

fn wrteei(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::WRITE_EE, &[l.ir.konst(Width::W64, u64::from(f.0 & 0x8000))]);
    l.update()
}

/// Context synchronising.
fn isync(l: &Lift<'_>, _: W) -> Flow {
    l.ir.fence(Fence::Acquire);
    l.call(helper::SYNC_CODE, &[]);
    l.update()
}

fn sync(l: &Lift<'_>, f: W) -> Flow {
    l.ir.fence(if f.rt() & 3 == 1 { Fence::Release } else { Fence::SeqCst });
    if f.rt() & 3 == 1 {
        // lwsync orders all but stores before loads.
        l.ir.fence(Fence::Acquire);
    }
    Next
}

fn msync(l: &Lift<'_>, _: W) -> Flow {
    l.ir.fence(Fence::SeqCst);
    Next
}

fn eieio(l: &Lift<'_>, _: W) -> Flow {
    l.ir.fence(Fence::SeqCst);
    Next
}

fn read_segment<'b>(l: &Lift<'b>, f: W, number: Val<'b>) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.set_g(f.rt(), l.call(helper::READ_SR, &[number]).trunc(l.xlen()));
    Next
}

fn write_segment<'b>(l: &Lift<'b>, f: W, number: Val<'b>) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::WRITE_SR, &[number, l.g32(f.rt())]);
    l.update()
}

fn by_address<'b>(l: &Lift<'b>, f: W) -> Val<'b> {
    l.g32(f.rb()).extract(28, 4)
}

fn mfsr(l: &Lift<'_>, f: W) -> Flow {
    read_segment(l, f, l.ir.konst(Width::W32, f.sr().into()))
}

fn mfsrin(l: &Lift<'_>, f: W) -> Flow {
    read_segment(l, f, by_address(l, f))
}

fn mtsr(l: &Lift<'_>, f: W) -> Flow {
    write_segment(l, f, l.ir.konst(Width::W32, f.sr().into()))
}

fn mtsrin(l: &Lift<'_>, f: W) -> Flow {
    write_segment(l, f, by_address(l, f))
}

fn invalidate(l: &Lift<'_>, helper: u16) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper, &[]);
    l.update()
}

/// Invalidates on all CPUs. On the 603 it empties a set of the TLB.
fn tlbie(l: &Lift<'_>, f: W) -> Flow {
    match l.has(Ext::SoftTlb) {
        true => change(l, helper::TLBIE_603, &[l.g(f.rb()).zext(Width::W64)]),
        false => by_page(l, f, true),
    }
}

fn tlbiel(l: &Lift<'_>, f: W) -> Flow {
    by_page(l, f, false)
}

fn by_page(l: &Lift<'_>, f: W, all: bool) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::TLBIE, &[l.g(f.rb()).zext(Width::W64), l.ir.konst(Width::W32, all.into())]);
    l.update()
}

fn tlbia(l: &Lift<'_>, _: W) -> Flow {
    match l.has(Ext::Emb40x) {
        true => change(l, helper::CLEAR_TLB_40X, &[]),
        false => invalidate(l, helper::FLUSH_TLB),
    }
}

fn tlbsync(l: &Lift<'_>, _: W) -> Flow {
    if l.refuse_problem() { Flow::Illegal } else { Next }
}

fn slbmte(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::SLBMTE, &[l.g(f.rt()), l.g(f.rb())]);
    l.update()
}

fn read_slb(l: &Lift<'_>, f: W, helper: u16) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.set_g(f.rt(), l.call(helper, &[l.g(f.rb())]));
    Next
}

fn slbmfee(l: &Lift<'_>, f: W) -> Flow {
    read_slb(l, f, helper::SLBMFEE)
}

fn slbmfev(l: &Lift<'_>, f: W) -> Flow {
    read_slb(l, f, helper::SLBMFEV)
}

fn slbie(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::SLBIE, &[l.g(f.rb())]);
    l.update()
}

fn slbia(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::SLBIA, &[l.ir.konst(Width::W64, (f.rt() & 7).into())]);
    l.update()
}

/// Sleeps until something is pending; wakes up by a system reset interrupt ("Power-Saving Mode").
fn power_saving(l: &Lift<'_>) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper::NAP, &[]);
    l.update()
}

fn nap(l: &Lift<'_>, _: W) -> Flow {
    power_saving(l)
}

fn doze(l: &Lift<'_>, _: W) -> Flow {
    power_saving(l)
}

fn sleep(l: &Lift<'_>, _: W) -> Flow {
    power_saving(l)
}

fn rvwinkle(l: &Lift<'_>, _: W) -> Flow {
    power_saving(l)
}

/// As the others, where PSSCR doesn't say that state may be lost.
fn stop(l: &Lift<'_>, _: W) -> Flow {
    power_saving(l)
}

fn wait(l: &Lift<'_>, _: W) -> Flow {
    l.end(Exit::Halt { pc: l.next_pc() })
}
