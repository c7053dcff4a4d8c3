//! Loads, stores and atomic accesses: TriCore Architecture Manual, volume 2, "Instruction Set"; addressing modes: volume 1,
//! "Addressing Modes".

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Mem, RmwOp, Val, Width};

use crate::ext::Ext;
use crate::format::*;
use crate::helper;
use crate::lift::Lift;

insns! {
    /// Absolute addresses.
    pub ABSOLUTE for Lift;
    "....00..................00000101" Abs ld_b "{a}, {off18}" [];
    "....01..................00000101" Abs ld_bu "{a}, {off18}" [];
    "....10..................00000101" Abs ld_h "{a}, {off18}" [];
    "....11..................00000101" Abs ld_hu "{a}, {off18}" [];
    "....00..................10000101" Abs ld_w "{a}, {off18}" [];
    "....01..................10000101" Abs ld_d "{ea}, {off18}" [];
    "....10..................10000101" Abs ld_a "{aa}, {off18}" [];
    "....11..................10000101" Abs ld_da "{pa}, {off18}" [];
    "....00..................01000101" Abs ld_q "{a}, {off18}" [];
    "....00..................00100101" Abs st_b "{off18}, {a}" [];
    "....10..................00100101" Abs st_h "{off18}, {a}" [];
    "....00..................10100101" Abs st_w "{off18}, {a}" [];
    "....01..................10100101" Abs st_d "{off18}, {ea}" [];
    "....10..................10100101" Abs st_a "{off18}, {aa}" [];
    "....11..................10100101" Abs st_da "{off18}, {pa}" [];
    "....00..................01100101" Abs st_q "{off18}, {a}" [];
    "....00..................11100101" Abs swap_w "{off18}, {a}" [];
    "....01..................11100101" Abs ldmst "{off18}, {ea}" [];
    "....00..................11000101" Abs lea "{aa}, {off18}" [];
    "....01..................11000101" AbsHigh lha "{aa}, {high}" [V162];
    "....00..................00010101" Abs stlcx "{off18}" [];
    "....01..................00010101" Abs stucx "{off18}" [];
    "....10..................00010101" Abs ldlcx "{off18}" [];
    "....11..................00010101" Abs lducx "{off18}" [];
    "....00..................11010101" AbsB st_t "{off18}, {bpos}, {b}" [];
}

insns! {
    /// Base and offset, with its side effects.
    pub BASE for Lift;
    "....000000..............00001001" BoPost ld_b "{a}, [{ab}+]{off}" [];
    "....010000..............00001001" BoPre ld_b "{a}, [+{ab}]{off}" [];
    "....100000..............00001001" Bo ld_b "{a}, [{ab}]{off}" [];
    "....000000..............00101001" BoReverse ld_b "{a}, [{pb}+r]" [];
    "....010000..............00101001" BoCircular ld_b "{a}, [{pb}+c]{off}" [];
    "....000001..............00001001" BoPost ld_bu "{a}, [{ab}+]{off}" [];
    "....010001..............00001001" BoPre ld_bu "{a}, [+{ab}]{off}" [];
    "....100001..............00001001" Bo ld_bu "{a}, [{ab}]{off}" [];
    "....000001..............00101001" BoReverse ld_bu "{a}, [{pb}+r]" [];
    "....010001..............00101001" BoCircular ld_bu "{a}, [{pb}+c]{off}" [];
    "....000010..............00001001" BoPost ld_h "{a}, [{ab}+]{off}" [];
    "....010010..............00001001" BoPre ld_h "{a}, [+{ab}]{off}" [];
    "....100010..............00001001" Bo ld_h "{a}, [{ab}]{off}" [];
    "....000010..............00101001" BoReverse ld_h "{a}, [{pb}+r]" [];
    "....010010..............00101001" BoCircular ld_h "{a}, [{pb}+c]{off}" [];
    "....000011..............00001001" BoPost ld_hu "{a}, [{ab}+]{off}" [];
    "....010011..............00001001" BoPre ld_hu "{a}, [+{ab}]{off}" [];
    "....100011..............00001001" Bo ld_hu "{a}, [{ab}]{off}" [];
    "....000011..............00101001" BoReverse ld_hu "{a}, [{pb}+r]" [];
    "....010011..............00101001" BoCircular ld_hu "{a}, [{pb}+c]{off}" [];
    "....000100..............00001001" BoPost ld_w "{a}, [{ab}+]{off}" [];
    "....010100..............00001001" BoPre ld_w "{a}, [+{ab}]{off}" [];
    "....100100..............00001001" Bo ld_w "{a}, [{ab}]{off}" [];
    "....000100..............00101001" BoReverse ld_w "{a}, [{pb}+r]" [];
    "....010100..............00101001" BoCircular ld_w "{a}, [{pb}+c]{off}" [];
    "....000101..............00001001" BoPost ld_d "{ea}, [{ab}+]{off}" [];
    "....010101..............00001001" BoPre ld_d "{ea}, [+{ab}]{off}" [];
    "....100101..............00001001" Bo ld_d "{ea}, [{ab}]{off}" [];
    "....000101..............00101001" BoReverse ld_d "{ea}, [{pb}+r]" [];
    "....010101..............00101001" BoCircular ld_d "{ea}, [{pb}+c]{off}" [];
    "....000110..............00001001" BoPost ld_a "{aa}, [{ab}+]{off}" [];
    "....010110..............00001001" BoPre ld_a "{aa}, [+{ab}]{off}" [];
    "....100110..............00001001" Bo ld_a "{aa}, [{ab}]{off}" [];
    "....000110..............00101001" BoReverse ld_a "{aa}, [{pb}+r]" [];
    "....010110..............00101001" BoCircular ld_a "{aa}, [{pb}+c]{off}" [];
    "....000111..............00001001" BoPost ld_da "{pa}, [{ab}+]{off}" [];
    "....010111..............00001001" BoPre ld_da "{pa}, [+{ab}]{off}" [];
    "....100111..............00001001" Bo ld_da "{pa}, [{ab}]{off}" [];
    "....000111..............00101001" BoReverse ld_da "{pa}, [{pb}+r]" [];
    "....010111..............00101001" BoCircular ld_da "{pa}, [{pb}+c]{off}" [];
    "....001000..............00001001" BoPost ld_q "{a}, [{ab}+]{off}" [];
    "....011000..............00001001" BoPre ld_q "{a}, [+{ab}]{off}" [];
    "....101000..............00001001" Bo ld_q "{a}, [{ab}]{off}" [];
    "....001000..............00101001" BoReverse ld_q "{a}, [{pb}+r]" [];
    "....011000..............00101001" BoCircular ld_q "{a}, [{pb}+c]{off}" [];
    "....000000..............10001001" BoPost st_b "[{ab}+]{off}, {a}" [];
    "....010000..............10001001" BoPre st_b "[+{ab}]{off}, {a}" [];
    "....100000..............10001001" Bo st_b "[{ab}]{off}, {a}" [];
    "....000000..............10101001" BoReverse st_b "[{pb}+r], {a}" [];
    "....010000..............10101001" BoCircular st_b "[{pb}+c]{off}, {a}" [];
    "....000010..............10001001" BoPost st_h "[{ab}+]{off}, {a}" [];
    "....010010..............10001001" BoPre st_h "[+{ab}]{off}, {a}" [];
    "....100010..............10001001" Bo st_h "[{ab}]{off}, {a}" [];
    "....000010..............10101001" BoReverse st_h "[{pb}+r], {a}" [];
    "....010010..............10101001" BoCircular st_h "[{pb}+c]{off}, {a}" [];
    "....000100..............10001001" BoPost st_w "[{ab}+]{off}, {a}" [];
    "....010100..............10001001" BoPre st_w "[+{ab}]{off}, {a}" [];
    "....100100..............10001001" Bo st_w "[{ab}]{off}, {a}" [];
    "....000100..............10101001" BoReverse st_w "[{pb}+r], {a}" [];
    "....010100..............10101001" BoCircular st_w "[{pb}+c]{off}, {a}" [];
    "....000101..............10001001" BoPost st_d "[{ab}+]{off}, {ea}" [];
    "....010101..............10001001" BoPre st_d "[+{ab}]{off}, {ea}" [];
    "....100101..............10001001" Bo st_d "[{ab}]{off}, {ea}" [];
    "....000101..............10101001" BoReverse st_d "[{pb}+r], {ea}" [];
    "....010101..............10101001" BoCircular st_d "[{pb}+c]{off}, {ea}" [];
    "....000110..............10001001" BoPost st_a "[{ab}+]{off}, {aa}" [];
    "....010110..............10001001" BoPre st_a "[+{ab}]{off}, {aa}" [];
    "....100110..............10001001" Bo st_a "[{ab}]{off}, {aa}" [];
    "....000110..............10101001" BoReverse st_a "[{pb}+r], {aa}" [];
    "....010110..............10101001" BoCircular st_a "[{pb}+c]{off}, {aa}" [];
    "....000111..............10001001" BoPost st_da "[{ab}+]{off}, {pa}" [];
    "....010111..............10001001" BoPre st_da "[+{ab}]{off}, {pa}" [];
    "....100111..............10001001" Bo st_da "[{ab}]{off}, {pa}" [];
    "....000111..............10101001" BoReverse st_da "[{pb}+r], {pa}" [];
    "....010111..............10101001" BoCircular st_da "[{pb}+c]{off}, {pa}" [];
    "....001000..............10001001" BoPost st_q "[{ab}+]{off}, {a}" [];
    "....011000..............10001001" BoPre st_q "[+{ab}]{off}, {a}" [];
    "....101000..............10001001" Bo st_q "[{ab}]{off}, {a}" [];
    "....001000..............10101001" BoReverse st_q "[{pb}+r], {a}" [];
    "....011000..............10101001" BoCircular st_q "[{pb}+c]{off}, {a}" [];
    "....000000..............01001001" BoPost swap_w "[{ab}+]{off}, {a}" [];
    "....010000..............01001001" BoPre swap_w "[+{ab}]{off}, {a}" [];
    "....100000..............01001001" Bo swap_w "[{ab}]{off}, {a}" [];
    "....000000..............01101001" BoReverse swap_w "[{pb}+r], {a}" [];
    "....010000..............01101001" BoCircular swap_w "[{pb}+c]{off}, {a}" [];
    "....000001..............01001001" BoPost ldmst "[{ab}+]{off}, {ea}" [];
    "....010001..............01001001" BoPre ldmst "[+{ab}]{off}, {ea}" [];
    "....100001..............01001001" Bo ldmst "[{ab}]{off}, {ea}" [];
    "....000001..............01101001" BoReverse ldmst "[{pb}+r], {ea}" [];
    "....010001..............01101001" BoCircular ldmst "[{pb}+c]{off}, {ea}" [];
    "....000010..............01001001" BoPost swapmsk_w "[{ab}+]{off}, {ea}" [V161];
    "....010010..............01001001" BoPre swapmsk_w "[+{ab}]{off}, {ea}" [V161];
    "....100010..............01001001" Bo swapmsk_w "[{ab}]{off}, {ea}" [V161];
    "....000010..............01101001" BoReverse swapmsk_w "[{pb}+r], {ea}" [V161];
    "....010010..............01101001" BoCircular swapmsk_w "[{pb}+c]{off}, {ea}" [V161];
    "....000011..............01001001" BoPost cmpswap_w "[{ab}+]{off}, {ea}" [V161];
    "....010011..............01001001" BoPre cmpswap_w "[+{ab}]{off}, {ea}" [V161];
    "....100011..............01001001" Bo cmpswap_w "[{ab}]{off}, {ea}" [V161];
    "....000011..............01101001" BoReverse cmpswap_w "[{pb}+r], {ea}" [V161];
    "....010011..............01101001" BoCircular cmpswap_w "[{pb}+c]{off}, {ea}" [V161];
    "....101000..............01001001" Bo lea "{aa}, [{ab}]{off}" [];
    "....100100..............01001001" Bo ldlcx "[{ab}]{off}" [];
    "....100101..............01001001" Bo lducx "[{ab}]{off}" [];
    "....100110..............01001001" Bo stlcx "[{ab}]{off}" [];
    "....100111..............01001001" Bo stucx "[{ab}]{off}" [];
    "....001010..............10001001" BoPost cachei_i "[{ab}+]{off}" [V162];
    "....011010..............10001001" BoPre cachei_i "[+{ab}]{off}" [V162];
    "....101010..............10001001" Bo cachei_i "[{ab}]{off}" [V162];
    "....001011..............10001001" BoPost cachei_w "[{ab}+]{off}" [V131];
    "....011011..............10001001" BoPre cachei_w "[+{ab}]{off}" [V131];
    "....101011..............10001001" Bo cachei_w "[{ab}]{off}" [V131];
    "....001100..............10001001" BoPost cachea_w "[{ab}+]{off}" [];
    "....011100..............10001001" BoPre cachea_w "[+{ab}]{off}" [];
    "....101100..............10001001" Bo cachea_w "[{ab}]{off}" [];
    "....001100..............10101001" BoReverse cachea_w "[{pb}+r]" [];
    "....011100..............10101001" BoCircular cachea_w "[{pb}+c]{off}" [];
    "....001101..............10001001" BoPost cachea_wi "[{ab}+]{off}" [];
    "....011101..............10001001" BoPre cachea_wi "[+{ab}]{off}" [];
    "....101101..............10001001" Bo cachea_wi "[{ab}]{off}" [];
    "....001101..............10101001" BoReverse cachea_wi "[{pb}+r]" [];
    "....011101..............10101001" BoCircular cachea_wi "[{pb}+c]{off}" [];
    "....001110..............10001001" BoPost cachea_i "[{ab}+]{off}" [];
    "....011110..............10001001" BoPre cachea_i "[+{ab}]{off}" [];
    "....101110..............10001001" Bo cachea_i "[{ab}]{off}" [];
    "....001110..............10101001" BoReverse cachea_i "[{pb}+r]" [];
    "....011110..............10101001" BoCircular cachea_i "[{pb}+c]{off}" [];
    "....001111..............10001001" BoPost cachei_wi "[{ab}+]{off}" [V131];
    "....011111..............10001001" BoPre cachei_wi "[+{ab}]{off}" [V131];
    "....101111..............10001001" Bo cachei_wi "[{ab}]{off}" [V131];
    "........................00011001" Bol ld_w "{a}, [{ab}]{off}" [];
    "........................01011001" Bol st_w "[{ab}]{off}, {a}" [];
    "........................01111001" Bol ld_b "{a}, [{ab}]{off}" [V160];
    "........................10011001" Bol ld_a "{aa}, [{ab}]{off}" [];
    "........................10111001" Bol ld_hu "{a}, [{ab}]{off}" [V160];
    "........................11011001" Bol lea "{aa}, [{ab}]{off}" [];
    "........................11101001" Bol st_b "[{ab}]{off}, {a}" [V160];
    "........................11111001" Bol st_h "[{ab}]{off}, {a}" [V160];
    "........................11001001" Bol ld_h "{a}, [{ab}]{off}" [V160];
    "........................00111001" Bol ld_bu "{a}, [{ab}]{off}" [V160];
    "........................10110101" Bol st_a "[{ab}]{off}, {aa}" [V160];
}

insns! {
    /// Instructions of 16 bits.
    pub SHORT for Lift;
    "........00010100" SlrPlain ld_bu "{a}, [{ab}]" [];
    "........00000100" SlrPost ld_bu "{a}, [{ab}+]" [];
    "........01010100" SlrPlain ld_w "{a}, [{ab}]" [];
    "........01000100" SlrPost ld_w "{a}, [{ab}+]" [];
    "........10010100" SlrPlain ld_h "{a}, [{ab}]" [];
    "........10000100" SlrPost ld_h "{a}, [{ab}+]" [];
    "........11010100" SlrPlain ld_a "{aa}, [{ab}]" [];
    "........11000100" SlrPost ld_a "{aa}, [{ab}+]" [];
    "........00110100" SlrPlain st_b "[{ab}], {a}" [];
    "........00100100" SlrPost st_b "[{ab}+], {a}" [];
    "........01110100" SlrPlain st_w "[{ab}], {a}" [];
    "........01100100" SlrPost st_w "[{ab}+], {a}" [];
    "........10110100" SlrPlain st_h "[{ab}], {a}" [];
    "........10100100" SlrPost st_h "[{ab}+], {a}" [];
    "........11110100" SlrPlain st_a "[{ab}], {aa}" [];
    "........11100100" SlrPost st_a "[{ab}+], {aa}" [];
    "........00001000" Slro1 ld_bu "{a}, [a15]{off}" [];
    "........00001100" Sro1 ld_bu "d15, [{ab}]{off}" [];
    "........01001000" Slro4 ld_w "{a}, [a15]{off}" [];
    "........01001100" Sro4 ld_w "d15, [{ab}]{off}" [];
    "........10001000" Slro2 ld_h "{a}, [a15]{off}" [];
    "........10001100" Sro2 ld_h "d15, [{ab}]{off}" [];
    "........11001000" Slro4 ld_a "{aa}, [a15]{off}" [];
    "........11001100" Sro4 ld_a "a15, [{ab}]{off}" [];
    "........00101000" Slro1 st_b "[a15]{off}, {a}" [];
    "........00101100" Sro1 st_b "[{ab}]{off}, d15" [];
    "........01101000" Slro4 st_w "[a15]{off}, {a}" [];
    "........01101100" Sro4 st_w "[{ab}]{off}, d15" [];
    "........10101000" Slro2 st_h "[a15]{off}, {a}" [];
    "........10101100" Sro2 st_h "[{ab}]{off}, d15" [];
    "........11101000" Slro4 st_a "[a15]{off}, {aa}" [];
    "........11101100" Sro4 st_a "[{ab}]{off}, a15" [];
    "........01011000" ScStack ld_w "d15, [sp]{off}" [];
    "........11011000" ScStack ld_a "a15, [sp]{off}" [];
    "........01111000" ScStack st_w "[sp]{off}, d15" [];
    "........11111000" ScStack st_a "[sp]{off}, a15" [];
}

/// An addressing mode with the register that is loaded or stored.
pub trait Place {
    /// The number of that register.
    fn register(&self) -> u8;
    /// Where the access begins; a base that is changed before the access is changed behind it, with [`Place::update`].
    fn address<'b>(&self, l: &Lift<'b>) -> Val<'b>;
    /// Changes the address register as the mode does, when the access is done.
    fn update(&self, l: &Lift<'_>) {
        let _ = l;
    }
    /// Loads `width` bits. Circular buffers are read by parts of `unit` each, which is also what the address must be aligned to.
    fn read<'b>(&self, l: &Lift<'b>, width: Width, unit: Width) -> Val<'b> {
        let address = self.address(l);
        l.ir.load(address, l.aligned(address, width, unit))
    }
    /// Stores a value.
    fn write<'b>(&self, l: &Lift<'b>, value: Val<'b>, unit: Width) {
        let address = self.address(l);
        l.ir.store(address, value, l.aligned(address, value.width(), unit));
    }
}

impl Place for Abs {
    fn register(&self) -> u8 {
        self.a
    }
    fn address<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.konst(self.off18 as i64)
    }
}

macro_rules! based {
    ($($format:ident { $f:ident => $reg:expr, $base:expr, $off:expr })*) => { $(
        impl Place for $format {
            fn register(&self) -> u8 { let $f = self; let _ = $f; $reg }
            fn address<'b>(&self, l: &Lift<'b>) -> Val<'b> {
                let $f = self;
                l.a($base) + l.konst($off)
            }
        }
    )* };
}
based! {
    Bo { f => f.a, f.b, f.off }
    Bol { f => f.a, f.b, f.off }
    SlrPlain { f => f.a, f.b, 0 }
    Slro1 { f => f.a, 15, f.off as i64 }
    Slro2 { f => f.a, 15, f.off as i64 }
    Slro4 { f => f.a, 15, f.off as i64 }
    Sro1 { f => 15, f.b, f.off as i64 }
    Sro2 { f => 15, f.b, f.off as i64 }
    Sro4 { f => 15, f.b, f.off as i64 }
    ScStack { f => 15, 10, f.off as i64 }
}

impl Place for BoPost {
    fn register(&self) -> u8 {
        self.a
    }
    fn address<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.a(self.b)
    }
    fn update(&self, l: &Lift<'_>) {
        l.set_a(self.b, l.a(self.b) + l.konst(self.off));
    }
}

impl Place for BoPre {
    fn register(&self) -> u8 {
        self.a
    }
    fn address<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.a(self.b) + l.konst(self.off)
    }
    fn update(&self, l: &Lift<'_>) {
        l.set_a(self.b, l.a(self.b) + l.konst(self.off));
    }
}

/// A post-increment by the size of the access, which the opcode tells.
impl Place for SlrPost {
    fn register(&self) -> u8 {
        self.a
    }
    fn address<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.a(self.b)
    }
    fn update(&self, l: &Lift<'_>) {
        l.set_a(self.b, l.a(self.b) + l.konst(self.step()));
    }
}

impl SlrPost {
    fn step(&self) -> i64 {
        match self.major >> 6 {
            0 => 1,
            2 => 2,
            _ => 4,
        }
    }
}

/// Bit-reverse: base A\[b\], index in the low and increment in the high half of A\[b+1\].
impl Place for BoReverse {
    fn register(&self) -> u8 {
        self.a
    }
    fn address<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        let b = l.even(self.b);
        l.a(b) + (l.a(b + 1) & l.konst(0xffff))
    }
    fn update(&self, l: &Lift<'_>) {
        let b = l.even(self.b);
        let word = l.a(b + 1);
        let index = word.trunc(Width::W16).bitrev();
        let increment = word.extract(16, 16).trunc(Width::W16).bitrev();
        let next = (index + increment).bitrev();
        l.set_a(b + 1, word.deposit(0, 16, next.zext(Width::W32)));
    }
}

/// Circular: base A\[b\], index in the low and length in the high half of A\[b+1\].
impl BoCircular {
    fn length<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        l.a(l.even(self.b) + 1).extract(16, 16)
    }

    /// The address `offset` bytes behind the index, wrapped.
    fn part<'b>(&self, l: &Lift<'b>, offset: i64) -> Val<'b> {
        let b = l.even(self.b);
        let index = l.a(b + 1) & l.konst(0xffff);
        if offset == 0 {
            return l.a(b) + index;
        }
        let length = self.length(l);
        let divisor = l.ir.select(length.eq(l.konst(0)), l.konst(1), length);
        l.a(b) + (index + l.konst(offset)).rem_u(divisor)
    }
}

impl Place for BoCircular {
    fn register(&self) -> u8 {
        self.a
    }
    fn address<'b>(&self, l: &Lift<'b>) -> Val<'b> {
        self.part(l, 0)
    }
    fn update(&self, l: &Lift<'_>) {
        let b = l.even(self.b);
        let word = l.a(b + 1);
        let length = self.length(l);
        let next = (word & l.konst(0xffff)) + l.konst(self.off);
        let divisor = l.ir.select(length.eq(l.konst(0)), l.konst(1), length);
        let wrapped = l.ir.select(next.lt_s(l.konst(0)), next + length, next.rem_u(divisor));
        l.set_a(b + 1, word.deposit(0, 16, wrapped));
    }
    fn read<'b>(&self, l: &Lift<'b>, width: Width, unit: Width) -> Val<'b> {
        let bytes = i64::from(unit.bytes());
        let mem = l.aligned(self.part(l, 0), unit, unit);
        let mut all = l.ir.load(self.part(l, 0), mem).zext(width);
        for n in 1..i64::from(width.bytes()) / bytes {
            let part = l.ir.load(self.part(l, n * bytes), mem).zext(width);
            all = all.deposit(n as u32 * unit.bits(), unit.bits(), part);
        }
        all
    }
    fn write<'b>(&self, l: &Lift<'b>, value: Val<'b>, unit: Width) {
        let bytes = i64::from(unit.bytes());
        for n in 0..i64::from(value.width().bytes()) / bytes {
            let part = value.extract(n as u32 * unit.bits(), unit.bits()).trunc(unit);
            let address = self.part(l, n * bytes);
            l.ir.store(address, part, l.aligned(address, unit, unit));
        }
    }
}

/// Loads into a data register.
fn load<P: Place>(l: &Lift, p: P, width: Width, signed: bool) -> Flow {
    let value = p.read(l, width, width.min(Width::W16));
    p.update(l);
    l.set_d(p.register(), if signed { value.sext(Width::W32) } else { value.zext(Width::W32) });
    Next
}

fn ld_b<P: Place>(l: &Lift, p: P) -> Flow {
    load(l, p, Width::W8, true)
}

fn ld_bu<P: Place>(l: &Lift, p: P) -> Flow {
    load(l, p, Width::W8, false)
}

fn ld_h<P: Place>(l: &Lift, p: P) -> Flow {
    load(l, p, Width::W16, true)
}

fn ld_hu<P: Place>(l: &Lift, p: P) -> Flow {
    load(l, p, Width::W16, false)
}

fn ld_w<P: Place>(l: &Lift, p: P) -> Flow {
    load(l, p, Width::W32, false)
}

fn ld_d<P: Place>(l: &Lift, p: P) -> Flow {
    let value = p.read(l, Width::W64, Width::W16);
    p.update(l);
    l.set_e(p.register(), value);
    Next
}

fn ld_a<P: Place>(l: &Lift, p: P) -> Flow {
    let value = p.read(l, Width::W32, Width::W32);
    p.update(l);
    l.set_a(p.register(), value);
    Next
}

fn ld_da<P: Place>(l: &Lift, p: P) -> Flow {
    let value = p.read(l, Width::W64, Width::W32);
    p.update(l);
    l.set_p(p.register(), value);
    Next
}

/// A fraction of 16 bits, in the upper half.
fn ld_q<P: Place>(l: &Lift, p: P) -> Flow {
    let value = p.read(l, Width::W16, Width::W16);
    p.update(l);
    l.set_d(p.register(), value.zext(Width::W32).shl(l.konst(16)));
    Next
}

fn store<'b, P: Place>(l: &Lift<'b>, p: P, value: Val<'b>, unit: Width) -> Flow {
    p.write(l, value, unit);
    p.update(l);
    Next
}

fn st_b<P: Place>(l: &Lift, p: P) -> Flow {
    let value = l.d(p.register()).trunc(Width::W8);
    store(l, p, value, Width::W8)
}

fn st_h<P: Place>(l: &Lift, p: P) -> Flow {
    let value = l.d(p.register()).trunc(Width::W16);
    store(l, p, value, Width::W16)
}

fn st_w<P: Place>(l: &Lift, p: P) -> Flow {
    let value = l.d(p.register());
    store(l, p, value, Width::W16)
}

fn st_d<P: Place>(l: &Lift, p: P) -> Flow {
    let value = l.e(p.register());
    store(l, p, value, Width::W16)
}

fn st_a<P: Place>(l: &Lift, p: P) -> Flow {
    let value = l.a(p.register());
    store(l, p, value, Width::W32)
}

fn st_da<P: Place>(l: &Lift, p: P) -> Flow {
    let value = l.p(p.register());
    store(l, p, value, Width::W32)
}

fn st_q<P: Place>(l: &Lift, p: P) -> Flow {
    let value = l.d(p.register()).extract(16, 16).trunc(Width::W16);
    store(l, p, value, Width::W16)
}

/// One bit of a byte, by one atomic access.
fn st_t(l: &Lift, f: AbsB) -> Flow {
    let address = l.konst(f.off18 as i64);
    let bit = 1u64 << f.bpos;
    let (op, operand) = if f.b != 0 { (RmwOp::Or, bit) } else { (RmwOp::And, !bit) };
    l.ir.rmw(op, address, l.ir.konst(Width::W8, operand), l.mem(Width::W8));
    Next
}

fn lea<P: Place>(l: &Lift, p: P) -> Flow {
    let address = p.address(l);
    l.set_a(p.register(), address);
    Next
}

fn lha(l: &Lift, f: AbsHigh) -> Flow {
    l.set_a(f.a, l.konst(f.high as i64));
    Next
}

/// Atomic accesses must be aligned.
const ATOMIC: Mem = Mem::le(Width::W32).aligned();

fn swap_w<P: Place>(l: &Lift, p: P) -> Flow {
    let d = p.register();
    let old = l.ir.rmw(RmwOp::Swap, p.address(l), l.d(d), ATOMIC);
    p.update(l);
    l.set_d(d, old);
    Next
}

/// Memory under the mask in the pair's upper word becomes the lower word.
fn ldmst<P: Place>(l: &Lift, p: P) -> Flow {
    let d = l.even(p.register());
    l.call(helper::LDMST, &[p.address(l), l.d(d), l.d(d + 1)]);
    p.update(l);
    Next
}

fn swapmsk_w<P: Place>(l: &Lift, p: P) -> Flow {
    let d = l.even(p.register());
    let old = l.call(helper::LDMST, &[p.address(l), l.d(d), l.d(d + 1)]);
    p.update(l);
    l.set_d(d, old);
    Next
}

fn cmpswap_w<P: Place>(l: &Lift, p: P) -> Flow {
    let d = l.even(p.register());
    let old = l.ir.cas(p.address(l), l.d(d + 1), l.d(d), ATOMIC);
    p.update(l);
    l.set_d(d, old);
    Next
}

fn context<P: Place>(l: &Lift, p: P, helper: u16, upper: bool) -> Flow {
    l.call(helper, &[p.address(l), l.konst(upper.into())]);
    Next
}

fn stlcx<P: Place>(l: &Lift, p: P) -> Flow {
    context(l, p, helper::ST_CONTEXT, false)
}

fn stucx<P: Place>(l: &Lift, p: P) -> Flow {
    context(l, p, helper::ST_CONTEXT, true)
}

fn ldlcx<P: Place>(l: &Lift, p: P) -> Flow {
    context(l, p, helper::LD_CONTEXT, false)
}

fn lducx<P: Place>(l: &Lift, p: P) -> Flow {
    context(l, p, helper::LD_CONTEXT, true)
}

/// Cache operations: there are no caches, but side effects of the addressing mode and privileges.
fn cachea_w<P: Place>(l: &Lift, p: P) -> Flow {
    p.update(l);
    Next
}

use cachea_w as cachea_wi;

fn cachea_i<P: Place>(l: &Lift, p: P) -> Flow {
    l.privileged(2);
    p.update(l);
    Next
}

use cachea_i as cachei_i;
use cachea_i as cachei_w;
use cachea_i as cachei_wi;
