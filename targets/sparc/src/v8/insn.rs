//! The instructions of V8 alone: state registers, RETT, FLUSH, STBAR, alternate spaces, coprocessor.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Fence, Mem, Order, RmwOp, Val, Width};

use super::{asi, helper};
use crate::ext::Ext;
use crate::format::Arith;
use crate::lift::{Jump, Lift};
use crate::state;
use crate::trap::tt;

insns! {
    /// SPARC Architecture Manual Version 8, appendix B, instructions that V9 has not or has otherwise.
    pub INSNS for Lift;
    "10 ..... 101000 00000 . ............." Arith rd "%y, {rd}" [!V9] over rd;
    "10 ..... 101000 ..... . ............." Arith rd "{asr1}, {rd}" [!V9];
    "10 00000 101000 01111 0 ............." Arith stbar "" [!V9] over rd;
    "10 ..... 101001 ..... . ............." Arith rd "%psr, {rd}" [!V9];
    "10 ..... 101010 ..... . ............." Arith rd "%wim, {rd}" [!V9];
    "10 ..... 101011 ..... . ............." Arith rd "%tbr, {rd}" [!V9];
    "10 00000 110000 ..... . ............." Arith wr "{rs1}, {op2}, %y" [!V9] over wr;
    "10 ..... 110000 ..... . ............." Arith wr "{rs1}, {op2}, {asr}" [!V9];
    "10 ..... 110001 ..... . ............." Arith wr "{rs1}, {op2}, %psr" [!V9];
    "10 ..... 110010 ..... . ............." Arith wr "{rs1}, {op2}, %wim" [!V9];
    "10 ..... 110011 ..... . ............." Arith wr "{rs1}, {op2}, %tbr" [!V9];
    "10 ..... 111001 ..... . ............." Arith rett "{addr}" [!V9];
    "10 ..... 111011 ..... . ............." Arith flush "{addr}" [!V9];
    // There is no coprocessor.
    "10 ..... 110110 ..... . ............." Arith cpop1 "" [!V9];
    "10 ..... 110111 ..... . ............." Arith cpop2 "" [!V9];
    "11 ..... 11000. ..... . ............." Arith ld "[{addr}], {cd}" [!V9];
    "11 ..... 110011 ..... . ............." Arith ldd "[{addr}], {cd}" [!V9];
    "11 ..... 11010. ..... . ............." Arith st "{cd}, [{addr}]" [!V9];
    "11 ..... 110110 ..... . ............." Arith std_ "%cq, [{addr}]" [!V9];
    "11 ..... 110111 ..... . ............." Arith std "{cd}, [{addr}]" [!V9];
    "11 ..... 011001 ..... . ............." Arith ldsba "[{addr}] {asi}, {rd}" [!V9];
    "11 ..... 011010 ..... . ............." Arith ldsha "[{addr}] {asi}, {rd}" [!V9];
    "11 ..... 010001 ..... . ............." Arith lduba "[{addr}] {asi}, {rd}" [!V9];
    "11 ..... 010010 ..... . ............." Arith lduha "[{addr}] {asi}, {rd}" [!V9];
    "11 ..... 010000 ..... . ............." Arith lda "[{addr}] {asi}, {rd}" [!V9];
    "11 ..... 010011 ..... . ............." Arith ldda "[{addr}] {asi}, {rd}" [!V9];
    "11 ..... 010101 ..... . ............." Arith stba "{rd}, [{addr}] {asi}" [!V9];
    "11 ..... 010110 ..... . ............." Arith stha "{rd}, [{addr}] {asi}" [!V9];
    "11 ..... 010100 ..... . ............." Arith sta "{rd}, [{addr}] {asi}" [!V9];
    "11 ..... 010111 ..... . ............." Arith stda "{rd}, [{addr}] {asi}" [!V9];
    "11 ..... 011101 ..... . ............." Arith ldstuba "[{addr}] {asi}, {rd}" [!V9];
    "11 ..... 011111 ..... . ............." Arith swapa "[{addr}] {asi}, {rd}" [Swap !V9];
    "11 ..... 111100 ..... . ............." Arith casa "[{rs1}] {asi}, {rs2}, {rd}" [Casa !V9];
}

/// "Read State Register Instructions".
fn rd(l: &Lift, f: Arith) -> Flow {
    match (op3(l), f.rs1) {
        (0x28, 0) => rdy(l, f),
        (0x28, _) => rdasr(l, f),
        (0x29, _) => rdpsr(l, f),
        (0x2a, _) => rdwim(l, f),
        _ => rdtbr(l, f),
    }
}

/// "Write State Register Instructions".
fn wr(l: &Lift, f: Arith) -> Flow {
    match (op3(l), f.rd) {
        (0x30, 0) => wry(l, f),
        (0x30, _) => wrasr(l, f),
        (0x31, _) => wrpsr(l, f),
        (0x32, _) => wrwim(l, f),
        _ => wrtbr(l, f),
    }
}

fn op3(l: &Lift) -> u64 {
    bits::field(l.bits(), 19, 6)
}

/// LEON's processor configuration register.
const ASR17: u8 = 17;
/// LEON's power-down register.
const ASR19: u8 = 19;

fn rdy(l: &Lift, f: Arith) -> Flow {
    l.set_r(f.rd, l.ir.get(state::Y));
    Next
}

/// Numbers 1 to 14 are reserved, those from 16 on the implementation's, of which LEON has ASR17. What is not there reads as Y does, as
/// QEMU has it.
fn rdasr(l: &Lift, f: Arith) -> Flow {
    let value = match f.rs1 {
        ASR17 if l.has(Ext::Leon) => l.call(helper::RDASR17, &[]),
        _ => l.ir.get(state::Y),
    };
    l.set_r(f.rd, value);
    Next
}

fn stbar(l: &Lift, _: Arith) -> Flow {
    l.ir.fence(Fence::Release);
    Next
}

/// Raises privileged_instruction in user mode.
macro_rules! privileged {
    ($l:expr) => {
        if !$l.is_privileged() {
            return $l.raise(tt::PRIVILEGED, 0);
        }
    };
}

fn rdpsr(l: &Lift, f: Arith) -> Flow {
    privileged!(l);
    l.set_r(f.rd, l.call(helper::RDPSR, &[]));
    Next
}

fn rdwim(l: &Lift, f: Arith) -> Flow {
    privileged!(l);
    l.set_r(f.rd, l.ir.get(state::WIM));
    Next
}

fn rdtbr(l: &Lift, f: Arith) -> Flow {
    privileged!(l);
    l.set_r(f.rd, l.call(helper::RDTBR, &[]));
    Next
}

/// What is written: both operands, exclusive or.
fn written<'b>(l: &Lift<'b>, f: &Arith) -> Val<'b> {
    if f.rs1 == 0 { l.op2(f) } else { l.r(f.rs1) ^ l.op2(f) }
}

/// Takes effect at once, as "Write State Register Instructions" permits.
fn wry(l: &Lift, f: Arith) -> Flow {
    l.ir.set(state::Y, written(l, &f));
    Next
}

fn wrasr(l: &Lift, f: Arith) -> Flow {
    if f.rd == ASR19 && l.has(Ext::Leon) {
        privileged!(l);
        if !l.is_delayed() {
            l.call(helper::POWER_DOWN, &[]);
        }
        return l.halt();
    }
    Next
}

fn wrpsr(l: &Lift, f: Arith) -> Flow {
    privileged!(l);
    l.call(helper::WRPSR, &[written(l, &f)]);
    l.update()
}

fn wrwim(l: &Lift, f: Arith) -> Flow {
    privileged!(l);
    let wim = written(l, &f) & l.konst(bits::mask(u32::from(l.windows())) as i64);
    l.ir.set(state::WIM, wim);
    (0..l.windows()).for_each(|n| l.ir.set(state::mark(n), wim.extract(n.into(), 1)));
    Next
}

fn wrtbr(l: &Lift, f: Arith) -> Flow {
    privileged!(l);
    l.call(helper::WRTBR, &[written(l, &f)]);
    Next
}

/// Returns behind the delay slot. The mode behind it is known to nobody: the slot is fetched as that mode does.
fn rett(l: &Lift, f: Arith) -> Flow {
    let target = l.address(&f);
    l.call(helper::RETT, &[target]);
    l.jump_updating(Jump::By(target, uop::Hint::None))
}

fn flush(l: &Lift, _: Arith) -> Flow {
    if !l.has(Ext::Flush) {
        return l.raise(tt::UNIMPLEMENTED_FLUSH, 0);
    }
    l.call(helper::FLUSH, &[]);
    l.update()
}

fn no_coprocessor(l: &Lift, _: Arith) -> Flow {
    l.raise(tt::CP_DISABLED, 0)
}
use no_coprocessor as cpop1;
use no_coprocessor as cpop2;
use no_coprocessor as ld;
use no_coprocessor as ldd;
use no_coprocessor as st;
use no_coprocessor as std;
use no_coprocessor as std_;

/// Whether the instruction is legal as far as its ASI goes: no immediate operand.
macro_rules! alternate {
    ($l:expr) => {
        privileged!($l);
        if bits::bit($l.bits(), 13) {
            return Flow::Illegal;
        }
    };
}

/// How an access reaches one of the ordinary spaces.
fn mem(l: &Lift, f: &Arith, width: Width) -> Option<Mem> {
    asi::space(f.asi).map(|space| l.mem(width).in_space(space))
}

/// What is loaded, in its width.
fn load_value<'b>(l: &Lift<'b>, f: &Arith, width: Width) -> Val<'b> {
    match mem(l, f, width) {
        Some(mem) => l.ir.load(l.address(f), mem),
        None => {
            let number = |n| l.ir.konst(Width::W32, n);
            let args = [l.address(f), number(f.asi.into()), number(width.bytes().into())];
            l.call(helper::LOAD, &args).trunc(width)
        }
    }
}

fn load(l: &Lift, f: &Arith, width: Width, signed: bool) -> Flow {
    alternate!(l);
    let value = load_value(l, f, width);
    l.set_r(f.rd, if signed { value.sext(l.width()) } else { value.zext(l.width()) });
    Next
}

fn ldsba(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W8, true)
}

fn ldsha(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W16, true)
}

fn lduba(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W8, false)
}

fn lduha(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W16, false)
}

fn lda(l: &Lift, f: Arith) -> Flow {
    load(l, &f, Width::W32, false)
}

fn ldda(l: &Lift, f: Arith) -> Flow {
    alternate!(l);
    if f.rd & 1 != 0 {
        return Flow::Illegal;
    }
    let all = load_value(l, &f, Width::W64);
    l.set_r(f.rd, all.shr_u(all.konst(32)).trunc(Width::W32));
    l.set_r(f.rd + 1, all.trunc(Width::W32));
    Next
}

fn store_value<'b>(l: &Lift<'b>, f: &Arith, value: Val<'b>) -> Flow {
    if let Some(mem) = mem(l, f, value.width()) {
        l.ir.store(l.address(f), value, mem);
        return Next;
    }
    let how = u64::from(f.asi) << 8 | u64::from(value.width().bytes());
    l.call(helper::STORE, &[l.address(f), l.ir.konst(Width::W32, how), value]);
    // Translation may have changed.
    l.update()
}

fn store(l: &Lift, f: &Arith, width: Width) -> Flow {
    alternate!(l);
    store_value(l, f, l.r(f.rd).trunc(width))
}

fn stba(l: &Lift, f: Arith) -> Flow {
    store(l, &f, Width::W8)
}

fn stha(l: &Lift, f: Arith) -> Flow {
    store(l, &f, Width::W16)
}

fn sta(l: &Lift, f: Arith) -> Flow {
    store(l, &f, Width::W32)
}

fn stda(l: &Lift, f: Arith) -> Flow {
    alternate!(l);
    if f.rd & 1 != 0 {
        return Flow::Illegal;
    }
    store_value(l, &f, l.pair(f.rd))
}

/// Atomic accesses reach ordinary spaces alone; elsewhere they are accesses to nothing.
fn exchange<'b>(l: &Lift<'b>, f: &Arith, new: Val<'b>) -> Flow {
    alternate!(l);
    let Some(mem) = mem(l, f, new.width()) else { return l.raise(tt::DATA_ACCESS, 0) };
    l.set_r(f.rd, l.ir.rmw(RmwOp::Swap, l.address(f), new, mem.ordered(Order::SeqCst)));
    Next
}

fn ldstuba(l: &Lift, f: Arith) -> Flow {
    exchange(l, &f, l.ir.konst(Width::W8, 0xff))
}

fn swapa(l: &Lift, f: Arith) -> Flow {
    exchange(l, &f, l.r32(f.rd))
}

/// LEON: legal in user mode with the ASI of user data.
fn casa(l: &Lift, f: Arith) -> Flow {
    const USER_DATA: u8 = 0x0a;
    if bits::bit(l.bits(), 13) {
        return Flow::Illegal;
    }
    if f.asi != USER_DATA {
        privileged!(l);
    }
    let Some(mem) = mem(l, &f, Width::W32) else { return l.raise(tt::DATA_ACCESS, 0) };
    let expected = l.op2(&f);
    l.set_r(f.rd, l.ir.cas(l.r(f.rs1), expected, l.r(f.rd), mem.ordered(Order::SeqCst)));
    Next
}
