//! "CPU Load, Store, and Memory Control Instructions".

use bits::Endian;
use decode::Flow::{self, Next};
use decode::insns;
use uop::{Fence, Val, Width};

use crate::ext::Ext;
use crate::format::F;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// Volume II-A, loads and stores of general registers.
    pub INSNS for Lift;
    "100000 ..... ..... ................" F lb  "{rt}, {imm}({rs})" [!NanoMips];
    "100001 ..... ..... ................" F lh  "{rt}, {imm}({rs})" [!NanoMips];
    "100011 ..... ..... ................" F lw  "{rt}, {imm}({rs})" [!NanoMips];
    "100100 ..... ..... ................" F lbu "{rt}, {imm}({rs})" [!NanoMips];
    "100101 ..... ..... ................" F lhu "{rt}, {imm}({rs})" [!NanoMips];
    "101000 ..... ..... ................" F sb  "{rt}, {imm}({rs})" [!NanoMips];
    "101001 ..... ..... ................" F sh  "{rt}, {imm}({rs})" [!NanoMips];
    "101011 ..... ..... ................" F sw  "{rt}, {imm}({rs})" [!NanoMips];
    "100010 ..... ..... ................" F lwl "{rt}, {imm}({rs})" [!R6 !NanoMips];
    "100110 ..... ..... ................" F lwr "{rt}, {imm}({rs})" [!R6 !NanoMips];
    "101010 ..... ..... ................" F swl "{rt}, {imm}({rs})" [!R6 !NanoMips];
    "101110 ..... ..... ................" F swr "{rt}, {imm}({rs})" [!R6 !NanoMips];
    "110000 ..... ..... ................" F ll  "{rt}, {imm}({rs})" [M2 !R6];
    "111000 ..... ..... ................" F sc  "{rt}, {imm}({rs})" [M2 !R6];
    "100111 ..... ..... ................" F lwu "{rt}, {imm}({rs})" [W64];
    "110111 ..... ..... ................" F ld  "{rt}, {imm}({rs})" [W64];
    "111111 ..... ..... ................" F sd  "{rt}, {imm}({rs})" [W64];
    "011010 ..... ..... ................" F ldl "{rt}, {imm}({rs})" [W64 !R6];
    "011011 ..... ..... ................" F ldr "{rt}, {imm}({rs})" [W64 !R6];
    "101100 ..... ..... ................" F sdl "{rt}, {imm}({rs})" [W64 !R6];
    "101101 ..... ..... ................" F sdr "{rt}, {imm}({rs})" [W64 !R6];
    "110100 ..... ..... ................" F lld "{rt}, {imm}({rs})" [W64 !R6];
    "111100 ..... ..... ................" F scd "{rt}, {imm}({rs})" [W64 !R6];
    "110011 ..... ..... ................" F pref "{hint}, {imm}({rs})" [M4 !R6];
    "110011 ..... ..... ................" F pref "{hint}, {imm}({rs})" [R1 !M4 !R6];
    "000000 00000 00000 00000 ..... 001111" F sync "" [M2];
    "000001 ..... 11111 ................" F synci "{imm}({rs})" [R2];
    // Release 6 has displacements of 9 bits here.
    "011111 ..... ..... ......... 0 110110" F ll  "{rt}, {offset9}({rs})" [R6];
    "011111 ..... ..... ......... 0 100110" F sc  "{rt}, {offset9}({rs})" [R6];
    "011111 ..... ..... ......... 0 110111" F lld "{rt}, {offset9}({rs})" [R6 W64];
    "011111 ..... ..... ......... 0 100111" F scd "{rt}, {offset9}({rs})" [R6 W64];
    "011111 ..... ..... ......... 0 110101" F pref "{hint}, {offset9}({rs})" [R6];
}

/// Declares ordinary loads: width, and how they are widened.
macro_rules! loads {
    ($($name:ident $width:ident $extend:ident;)*) => { $(
        fn $name(l: &Lift, f: F) -> Flow {
            let value = l.ir.load(l.address(f.rs(), f.imm()), l.mem(Width::$width));
            l.set_r(f.rt(), value.$extend(l.xlen()));
            Next
        }
    )* };
}

/// Declares ordinary stores.
macro_rules! stores {
    ($($name:ident $width:ident;)*) => { $(
        fn $name(l: &Lift, f: F) -> Flow {
            l.ir.store(l.address(f.rs(), f.imm()), l.r(f.rt()).trunc(Width::$width), l.mem(Width::$width));
            Next
        }
    )* };
}

loads! {
    lb W8 sext;
    lbu W8 zext;
    lh W16 sext;
    lhu W16 zext;
    lw W32 sext;
    lwu W32 zext;
    ld W64 sext;
}

stores! {
    sb W8;
    sh W16;
    sw W32;
    sd W64;
}

/// The part of a word that LWL and its kin load: `left` is the most significant one.
fn load_part(l: &Lift, f: F, width: Width, left: bool) -> Flow {
    let address = l.address(f.rs(), f.imm());
    let mask = i64::from(width.bytes() - 1);
    let aligned = address & l.konst(!mask);
    // An exception tells the address as it is: the byte there is loaded first.
    l.ir.load(address, l.mem(Width::W8));
    let word = l.ir.load(aligned, l.mem(width));
    let old = l.r(f.rt()).trunc(width);
    let lane = (address & l.konst(mask)).trunc(Width::W32);
    // How many bits the word moves: by the bytes between the address and the end at which the part begins.
    let from_start = (l.endian() == Endian::Big) == left;
    let lane = if from_start { lane } else { lane ^ lane.konst(mask as u64) };
    let count = lane.shl(lane.konst(3));
    let count = if width == Width::W64 { count.zext(width) } else { count };
    let ones = l.ir.konst(width, u64::MAX);
    let value =
        if left { word.shl(count) | old & !ones.shl(count) } else { word.shr_u(count) | old & !ones.shr_u(count) };
    l.set_r(f.rt(), value.sext(l.xlen()));
    Next
}

/// The store goes byte by byte, so that its neighbours are left alone. It may hit this very code: the block ends here.
fn store_part(l: &Lift, f: F, helper: u16) -> Flow {
    l.call(helper, &[l.address(f.rs(), f.imm()), l.r(f.rt()), l.konst32((l.endian() == Endian::Big).into())]);
    l.changes_mode();
    Next
}

fn lwl(l: &Lift, f: F) -> Flow {
    load_part(l, f, Width::W32, true)
}

fn lwr(l: &Lift, f: F) -> Flow {
    load_part(l, f, Width::W32, false)
}

fn ldl(l: &Lift, f: F) -> Flow {
    load_part(l, f, Width::W64, true)
}

fn ldr(l: &Lift, f: F) -> Flow {
    load_part(l, f, Width::W64, false)
}

fn swl(l: &Lift, f: F) -> Flow {
    store_part(l, f, helper::SWL)
}

fn swr(l: &Lift, f: F) -> Flow {
    store_part(l, f, helper::SWR)
}

fn sdl(l: &Lift, f: F) -> Flow {
    store_part(l, f, helper::SDL)
}

fn sdr(l: &Lift, f: F) -> Flow {
    store_part(l, f, helper::SDR)
}

fn linked(l: &Lift, f: F, address: Val, width: Width) -> Flow {
    let value = l.ir.load_linked(address, l.mem(width).aligned());
    l.set_r(f.rt(), value.sext(l.xlen()));
    Next
}

/// Register `rt` tells whether the store has been done.
fn conditional(l: &Lift, f: F, address: Val, width: Width) -> Flow {
    let stored = l.ir.store_cond(address, l.r(f.rt()).trunc(width), l.mem(width).aligned());
    l.set_r(f.rt(), stored);
    Next
}

/// The displacement, of 9 bits where Release 6 has moved the instruction to.
fn displaced<'b>(l: &Lift<'b>, f: F) -> Val<'b> {
    let offset = if l.is_r6() { f.offset9() } else { f.imm() };
    l.address(f.rs(), offset)
}

fn ll(l: &Lift, f: F) -> Flow {
    linked(l, f, displaced(l, f), Width::W32)
}

fn lld(l: &Lift, f: F) -> Flow {
    linked(l, f, displaced(l, f), Width::W64)
}

fn sc(l: &Lift, f: F) -> Flow {
    conditional(l, f, displaced(l, f), Width::W32)
}

fn scd(l: &Lift, f: F) -> Flow {
    conditional(l, f, displaced(l, f), Width::W64)
}

/// A hint.
fn pref(_: &Lift, _: F) -> Flow {
    Next
}

/// Lightweight kinds are treated like the full barrier.
fn sync(l: &Lift, _: F) -> Flow {
    l.ir.fence(Fence::SeqCst);
    Next
}

/// What is fetched from here on is what has been stored.
fn synci(l: &Lift, _: F) -> Flow {
    l.call(helper::SYNCI, &[]);
    l.changes_mode();
    Next
}
