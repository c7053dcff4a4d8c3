//! Loads and stores of the signal processing engine.
//!
//! SPE Programming Environments Manual, chapter 5. Operands must be aligned to what is accessed as a whole.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Align, Mem, Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::lift::Lift;

insns! {
    /// "Load and Store Instructions".
    pub INSNS for Lift<'_>;
    "000100 ..... ..... ..... 01100000000" W evlddx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100000001" W evldd "{rt}, {ev8}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100000010" W evldwx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100000011" W evldw "{rt}, {ev8}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100000100" W evldhx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100000101" W evldh "{rt}, {ev8}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100001000" W evlhhesplatx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100001001" W evlhhesplat "{rt}, {ev2}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100001100" W evlhhousplatx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100001101" W evlhhousplat "{rt}, {ev2}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100001110" W evlhhossplatx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100001111" W evlhhossplat "{rt}, {ev2}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100010000" W evlwhex "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100010001" W evlwhe "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100010100" W evlwhoux "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100010101" W evlwhou "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100010110" W evlwhosx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100010111" W evlwhos "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100011000" W evlwwsplatx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100011001" W evlwwsplat "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100011100" W evlwhsplatx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100011101" W evlwhsplat "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100100000" W evstddx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100100001" W evstdd "{rt}, {ev8}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100100010" W evstdwx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100100011" W evstdw "{rt}, {ev8}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100100100" W evstdhx "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100100101" W evstdh "{rt}, {ev8}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100110000" W evstwhex "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100110001" W evstwhe "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100110100" W evstwhox "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100110101" W evstwho "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100111000" W evstwwex "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100111001" W evstwwe "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100111100" W evstwwox "{rt}, {ra0}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01100111101" W evstwwo "{rt}, {ev4}({ra0})" [Spe !Altivec !Isa300];
}

/// The address: by two registers where the opcode is even, by a register and five bits times the size of what is accessed.
fn address<'b>(l: &Lift<'b>, f: W, size: u32) -> Val<'b> {
    if f.0 & 1 == 0 { l.ea_x(f) } else { l.ea_d(f, (f.rb() * size).into()) }
}

fn aligned(l: &Lift<'_>, width: Width) -> Mem {
    Mem { align: Align::Trap, ..l.mem(width) }
}

fn load<'b>(l: &Lift<'b>, f: W, width: Width) -> Val<'b> {
    l.ir.load(address(l, f, width.bytes()), aligned(l, width))
}

fn store<'b>(l: &Lift<'b>, f: W, value: Val<'b>, width: Width) -> Flow {
    l.ir.store(address(l, f, width.bytes()), value.trunc(width), aligned(l, width));
    Next
}

/// Puts two words together.
fn join<'b>(l: &Lift<'b>, f: W, [upper, lower]: [Val<'b>; 2]) -> Flow {
    l.set_pair(f.rt(), lower.zext(Width::W64).deposit(32, 32, upper.zext(Width::W64)));
    Next
}

macro_rules! both_forms {
    ($($name:ident $indexed:ident = |$l:ident, $f:ident| $body:expr;)*) => { $(
        fn $name($l: &Lift<'_>, $f: W) -> Flow {
            $body
        }

        fn $indexed(l: &Lift<'_>, f: W) -> Flow {
            $name(l, f)
        }
    )* };
}

/// The two halfwords of a word.
fn halves<'b>(v: Val<'b>) -> [Val<'b>; 2] {
    [v.extract(16, 16).trunc(Width::W16), v.trunc(Width::W16)]
}

/// A halfword as the upper half of a word.
fn even<'b>(v: Val<'b>) -> Val<'b> {
    v.zext(Width::W32).konst(0).deposit(16, 16, v.zext(Width::W32))
}

fn doubled<'b>(v: Val<'b>) -> Val<'b> {
    v.zext(Width::W32).deposit(16, 16, v.zext(Width::W32))
}

both_forms! {
    evldd evlddx = |l, f| double(l, f);
    evldw evldwx = |l, f| double(l, f);
    evldh evldhx = |l, f| double(l, f);
    evlhhesplat evlhhesplatx = |l, f| { let v = even(load(l, f, Width::W16)); join(l, f, [v, v]) };
    evlhhousplat evlhhousplatx = |l, f| { let v = load(l, f, Width::W16).zext(Width::W32); join(l, f, [v, v]) };
    evlhhossplat evlhhossplatx = |l, f| { let v = load(l, f, Width::W16).sext(Width::W32); join(l, f, [v, v]) };
    evlwhe evlwhex = |l, f| join(l, f, halves(load(l, f, Width::W32)).map(even));
    evlwhou evlwhoux = |l, f| join(l, f, halves(load(l, f, Width::W32)).map(|v| v.zext(Width::W32)));
    evlwhos evlwhosx = |l, f| join(l, f, halves(load(l, f, Width::W32)).map(|v| v.sext(Width::W32)));
    evlwwsplat evlwwsplatx = |l, f| { let v = load(l, f, Width::W32); join(l, f, [v, v]) };
    evlwhsplat evlwhsplatx = |l, f| join(l, f, halves(load(l, f, Width::W32)).map(doubled));
    evstdd evstddx = |l, f| store(l, f, l.pair(f.rt()), Width::W64);
    evstdw evstdwx = |l, f| store(l, f, l.pair(f.rt()), Width::W64);
    evstdh evstdhx = |l, f| store(l, f, l.pair(f.rt()), Width::W64);
    evstwhe evstwhex = |l, f| store_halves(l, f, 16);
    evstwho evstwhox = |l, f| store_halves(l, f, 0);
    evstwwe evstwwex = |l, f| store(l, f, l.pair(f.rt()).extract(32, 32), Width::W32);
    evstwwo evstwwox = |l, f| store(l, f, l.g32(f.rt()), Width::W32);
}

/// Words and halfwords are where they are in a doubleword, as long as bytes are in big-endian order.
fn double(l: &Lift<'_>, f: W) -> Flow {
    l.set_pair(f.rt(), load(l, f, Width::W64));
    Next
}

/// The even or the odd halfwords, together.
fn store_halves(l: &Lift<'_>, f: W, from: u32) -> Flow {
    let both = l.pair(f.rt());
    let upper = both.extract(32 + from, 16).trunc(Width::W32);
    let lower = both.extract(from, 16).trunc(Width::W32);
    store(l, f, lower.deposit(16, 16, upper), Width::W32)
}
