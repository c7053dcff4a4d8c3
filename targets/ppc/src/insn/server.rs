//! Instructions of servers since version 2.07: quadwords in general registers, transactions, doorbells, vectored system calls.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Align, Exit, Mem, Val, Width};

use super::load::at;
use crate::ext::Ext;
use crate::facility::number as facility;
use crate::format::W;
use crate::helper;
use crate::lift::Lift;
use crate::mode;
use crate::trap::{BAD_THING, PRIVILEGED, code};

insns! {
    /// Power ISA 2.07B, Book I, 3.3.4; Book II, 4.4.2.2 and chapter 5; Book III-S, chapters 4, 5 and 11; 3.0B, Book III, 3.3.2.
    pub INSNS for Lift<'_>;
    "111000 ..... ..... ............ ...." W lq "{rt}, {dq}({ra0})" [Isa207];
    "111110 ..... ..... .............. 10" W stq "{rt}, {ds}({ra0})" [Isa207];
    "011111 ..... ..... ..... 0100010100 ." W lqarx "{rt}, {ra0}, {rb}" [Isa207];
    "011111 ..... ..... ..... 0010110110 1" W stqcx "{.dot} {rt}, {ra0}, {rb}" [Isa207];
    "010001 00000 00000 0000 ....... ... 0 1" W scv "{lev}" [Isa300];
    "010011 00000 00000 00000 0001010010 0" W rfscv "" [Isa300];
    "011111 0000. 00000 00000 1010001110 1" W tbegin "{.dot}" [Isa207];
    "011111 ..... 00000 00000 1010101110 1" W tend "{.dot}" [Isa207];
    "011111 ...00 00000 00000 1011001110 0" W tcheck "{bf}" [Isa207];
    "011111 0000. 00000 00000 1011101110 1" W tsr "{.dot}" [Isa207];
    "011111 00000 ..... 00000 1110001110 1" W tabort "{.dot} {ra}" [Isa207];
    "011111 ..... ..... ..... 1100001110 1" W tabortwc "{.dot} {rt}, {ra}, {rb}" [Isa207];
    "011111 ..... ..... ..... 1101001110 1" W tabortwci "{.dot} {rt}, {ra}, {nb}" [Isa207];
    "011111 ..... ..... ..... 1100101110 1" W tabortdc "{.dot} {rt}, {ra}, {rb}" [Isa207];
    "011111 ..... ..... ..... 1101101110 1" W tabortdci "{.dot} {rt}, {ra}, {nb}" [Isa207];
    "011111 00000 ..... 00000 1110101110 1" W treclaim "{.dot} {ra}" [Isa207];
    "011111 00000 00000 00000 1111101110 1" W trechkpt "{.dot}" [Isa207];
    "011111 00000 00000 ..... 0010001110 0" W msgsndp "{rb}" [Isa207];
    "011111 00000 00000 ..... 0010101110 0" W msgclrp "{rb}" [Isa207];
    "011111 00000 00000 ..... 0011001110 0" W msgsnd "{rb}" [Doorbell];
    "011111 00000 00000 ..... 0011101110 0" W msgclr "{rb}" [Doorbell];
    "011111 00000 00000 00000 1101110110 0" W msgsync "" [Isa300];
    "011111 ..... 00000 ..... 1111010011 1" W slbfee "{.dot} {rt}, {rb}" [Isa206];
    "011111 ..... 00000 ..... 0111010010 0" W slbieg "{rt}, {rb}" [Isa300];
    "011111 00000 00000 00000 0101010010 0" W slbsync "" [Isa300];
    "011111 00000 00000 00000 1101000110 0" W cpabort "" [Isa300];
    "011111 00000 00000 00000 0110101110 0" W clrbhrb "" [Isa207];
    "011111 ..... ..... ..... 0100101110 0" W mfbhrbe "{rt}" [Isa207];
    "010011 00000 00000 0000 . 0010010010 0" W rfebb "" [Isa207];
}

/// The two doublewords at an address, the one of the register's higher half first.
fn halves<'b>(l: &Lift<'b>, ea: Val<'b>) -> [Val<'b>; 2] {
    let addresses = [ea, at(l, ea, 8)];
    match l.endian() {
        bits::Endian::Big => addresses,
        bits::Endian::Little => [addresses[1], addresses[0]],
    }
}

fn lq(l: &Lift<'_>, f: W) -> Flow {
    if f.rt() & 1 != 0 || f.rt() == f.ra() {
        return Flow::Illegal;
    }
    let ea = l.ea_d(f, f.dq());
    let values = halves(l, ea).map(|at| l.ir.load(at, l.mem(Width::W64)));
    l.set_g(f.rt(), values[0]);
    l.set_g(f.rt() + 1, values[1]);
    Next
}

fn stq(l: &Lift<'_>, f: W) -> Flow {
    if f.rt() & 1 != 0 {
        return Flow::Illegal;
    }
    let ea = l.ea_d(f, f.ds());
    for (n, at) in (f.rt()..).zip(halves(l, ea)) {
        l.ir.store(at, l.g(n), l.mem(Width::W64));
    }
    Next
}

/// Raises the alignment interrupt if an address is no multiple of 16.
fn check_quad(l: &Lift<'_>, ea: Val<'_>) {
    l.ir.raise_if((ea & ea.konst(15)).is_nonzero(), code::ALIGNMENT_HERE, l.bits.into());
}

/// The reservation is made for the doubleword at the address; the other one is remembered beside it.
fn lqarx(l: &Lift<'_>, f: W) -> Flow {
    if f.rt() & 1 != 0 || [f.ra(), f.rb()].contains(&f.rt()) || [f.ra(), f.rb()].contains(&(f.rt() + 1)) {
        return Flow::Illegal;
    }
    let ea = l.ea_x(f);
    check_quad(l, ea);
    let mem = Mem { align: Align::Trap, ..l.mem(Width::W64) };
    let other = l.ir.load(at(l, ea, 8), mem);
    let reserved = l.ir.load_linked(ea, mem);
    l.call(helper::RESERVE_SECOND, &[other]);
    let values = if l.endian() == bits::Endian::Big { [reserved, other] } else { [other, reserved] };
    l.set_g(f.rt(), values[0]);
    l.set_g(f.rt() + 1, values[1]);
    Next
}

fn stqcx(l: &Lift<'_>, f: W) -> Flow {
    if f.rt() & 1 != 0 {
        return Flow::Illegal;
    }
    let ea = l.ea_x(f);
    check_quad(l, ea);
    let (first, second) = match l.endian() {
        bits::Endian::Big => (l.g(f.rt()), l.g(f.rt() + 1)),
        bits::Endian::Little => (l.g(f.rt() + 1), l.g(f.rt())),
    };
    l.set_equal(l.call(helper::STQCX, &[ea, first, second]).trunc(Width::W1));
    Next
}

fn scv(l: &Lift<'_>, f: W) -> Flow {
    l.raise(code::SYSCALL_VECTORED, f.lev().into())
}

fn rfscv(l: &Lift<'_>, _: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    let pc = l.call(helper::RFSCV, &[]).trunc(l.xlen());
    l.end(Exit::UpdateIndirect { pc: pc.id() })
}

/// Whether MSR.TM is off: then the exception is set.
fn no_transactions(l: &Lift<'_>) -> bool {
    let off = l.mode & mode::TM == 0;
    if off {
        l.refused.set(Some((code::NO_FACILITY, facility::TM.into())));
    }
    off
}

fn set_cr0(l: &Lift<'_>, bits: u64) {
    l.put_field(0, l.ir.konst(Width::W64, bits));
}

/// A transaction fails as soon as it begins ("Transactional Memory", a failure is always allowed): CR0 says so.
fn tbegin(l: &Lift<'_>, _: W) -> Flow {
    if no_transactions(l) {
        return Flow::Illegal;
    }
    l.call(helper::FAIL_TRANSACTION, &[l.konst(l.pc() as i64)]);
    set_cr0(l, 0b1010);
    Next
}

/// Outside a transaction these do nothing: CR0 gets 0 || TS || 0.
fn outside(l: &Lift<'_>) -> Flow {
    if no_transactions(l) {
        return Flow::Illegal;
    }
    set_cr0(l, 0);
    Next
}

fn tend(l: &Lift<'_>, _: W) -> Flow {
    outside(l)
}

fn tsr(l: &Lift<'_>, _: W) -> Flow {
    outside(l)
}

fn tabort(l: &Lift<'_>, _: W) -> Flow {
    outside(l)
}

fn tabortwc(l: &Lift<'_>, _: W) -> Flow {
    outside(l)
}

fn tabortwci(l: &Lift<'_>, _: W) -> Flow {
    outside(l)
}

fn tabortdc(l: &Lift<'_>, _: W) -> Flow {
    outside(l)
}

fn tabortdci(l: &Lift<'_>, _: W) -> Flow {
    outside(l)
}

/// Says that the transaction is doomed.
fn tcheck(l: &Lift<'_>, f: W) -> Flow {
    if no_transactions(l) {
        return Flow::Illegal;
    }
    l.put_field(f.rt() >> 2, l.ir.konst(Width::W64, 0b1000));
    Next
}

/// There is no transaction whose state could be reclaimed (Power ISA 2.07B, Book III-S, "Transaction Reclaim").
fn treclaim(l: &Lift<'_>, _: W) -> Flow {
    if l.refuse_problem() || no_transactions(l) {
        return Flow::Illegal;
    }
    l.raise(code::PROGRAM, BAD_THING)
}

/// A checkpoint can be made of a transaction that has failed alone (TEXASR.FS); here it has been rolled back already.
fn trechkpt(l: &Lift<'_>, _: W) -> Flow {
    if l.refuse_problem() || no_transactions(l) {
        return Flow::Illegal;
    }
    l.call(helper::CHECK_FAILED, &[]);
    outside(l)
}

/// Of servers it is the hypervisor's.
fn hypervisors_doorbell(l: &Lift<'_>, f: W, helper: u16) -> Flow {
    if l.has(Ext::Isa207) && l.mode & mode::HV == 0 {
        l.refused.set(Some((code::PROGRAM, PRIVILEGED)));
        return Flow::Illegal;
    }
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper, &[l.g(f.rb()).zext(Width::W64)]);
    l.update()
}

fn msgsnd(l: &Lift<'_>, f: W) -> Flow {
    hypervisors_doorbell(l, f, helper::MSGSND)
}

fn msgclr(l: &Lift<'_>, f: W) -> Flow {
    hypervisors_doorbell(l, f, helper::MSGCLR)
}

fn doorbell(l: &Lift<'_>, f: W, helper: u16) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    l.call(helper, &[l.g(f.rb())]);
    l.update()
}

fn msgsndp(l: &Lift<'_>, f: W) -> Flow {
    doorbell(l, f, helper::MSGSNDP)
}

fn msgclrp(l: &Lift<'_>, f: W) -> Flow {
    doorbell(l, f, helper::MSGCLRP)
}

fn msgsync(l: &Lift<'_>, _: W) -> Flow {
    if l.refuse_problem() { Flow::Illegal } else { Next }
}

fn slbfee(l: &Lift<'_>, f: W) -> Flow {
    if l.refuse_problem() {
        return Flow::Illegal;
    }
    let found = l.call(helper::SLBFEE_FOUND, &[l.g(f.rb())]).trunc(Width::W1);
    l.set_g(f.rt(), l.call(helper::SLBFEE, &[l.g(f.rb())]));
    l.set_equal(found);
    Next
}

fn slbieg(l: &Lift<'_>, f: W) -> Flow {
    doorbell(l, f, helper::SLBIE)
}

fn slbsync(l: &Lift<'_>, _: W) -> Flow {
    if l.refuse_problem() { Flow::Illegal } else { Next }
}

/// There is no copy to be aborted: nothing copies.
fn cpabort(_: &Lift<'_>, _: W) -> Flow {
    Next
}

/// The history of branches is always empty.
fn clrbhrb(_: &Lift<'_>, _: W) -> Flow {
    Next
}

fn mfbhrbe(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.rt(), l.konst(0));
    Next
}

/// Returns to where EBBRR says; bit 20 of the instruction says whether event-based branches are enabled then.
fn rfebb(l: &Lift<'_>, f: W) -> Flow {
    if l.problem() {
        l.call(helper::CHECK_FACILITY, &[l.ir.konst(Width::W32, facility::EBB.into())]);
    }
    let pc = l.call(helper::RFEBB, &[l.ir.konst(Width::W32, u64::from(f.0 >> 11 & 1))]).trunc(l.xlen());
    l.end(Exit::UpdateIndirect { pc: pc.id() })
}
