//! The fields of an instruction word (Power ISA, Book I, "Instruction Formats").

use decode::{Format, Operand};

/// An instruction word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct W(pub u32);

impl From<u64> for W {
    fn from(bits: u64) -> W {
        W(bits as u32)
    }
}

macro_rules! fields {
    ($($(#[$m:meta])* $name:ident = $lo:literal, $len:literal;)*) => {
        impl W {
            $( $(#[$m])* pub const fn $name(self) -> u32 { self.0 >> $lo & ((1 << $len) - 1) } )*
        }
    };
}

fields! {
    /// RT, RS, FRT, BO, TO.
    rt = 21, 5;
    /// RA, BI.
    ra = 16, 5;
    /// RB, SH, NB.
    rb = 11, 5;
    /// RC, FRC, MB.
    mb = 6, 5;
    /// ME.
    me = 1, 5;
    /// Rc, LK.
    rc = 0, 1;
    /// OE.
    oe = 10, 1;
    /// AA.
    aa = 1, 1;
    /// BF.
    bf = 23, 3;
    /// BFA.
    bfa = 18, 3;
    /// L.
    l = 21, 1;
    /// Unsigned immediate.
    ui = 0, 16;
    /// Mask of CR fields.
    fxm = 12, 8;
    /// SR.
    sr = 16, 4;
    /// LEV.
    lev = 5, 7;
}

impl W {
    /// XT, XS: target or source in the vector-scalar unit.
    pub const fn xt(self) -> u32 {
        self.rt() | (self.0 & 1) << 5
    }

    /// XA.
    pub const fn xa(self) -> u32 {
        self.ra() | (self.0 >> 2 & 1) << 5
    }

    /// XB.
    pub const fn xb(self) -> u32 {
        self.rb() | (self.0 >> 1 & 1) << 5
    }

    /// XC.
    pub const fn xc(self) -> u32 {
        self.mb() | (self.0 >> 3 & 1) << 5
    }

    /// XT, XS of DQ-form.
    pub const fn xt_dq(self) -> u32 {
        self.rt() | (self.0 >> 3 & 1) << 5
    }

    /// Displacement of DQ-form.
    pub const fn dq(self) -> i64 {
        (self.0 as i16 & !15) as i64
    }

    /// Extended opcode of XX3-form.
    pub const fn xo8(self) -> u32 {
        self.0 >> 3 & 0xff
    }

    /// Extended opcode of XX2-form.
    pub const fn xo9(self) -> u32 {
        self.0 >> 2 & 0x1ff
    }

    /// Extended opcode of X-form.
    pub const fn xo10(self) -> u32 {
        self.0 >> 1 & 0x3ff
    }

    /// Mask of data classes.
    pub const fn dcmx(self) -> u32 {
        self.0 >> 16 & 0x7f
    }

    /// The same of vectors, which is in three parts.
    pub const fn dcmxv(self) -> u32 {
        self.ra() | (self.0 >> 2 & 1) << 5 | (self.0 >> 6 & 1) << 6
    }

    /// Signed immediate, displacement.
    pub const fn si(self) -> i64 {
        self.0 as i16 as i64
    }

    /// Displacement of DS-form.
    pub const fn ds(self) -> i64 {
        (self.0 as i16 & !3) as i64
    }

    /// Distance of a conditional branch.
    pub const fn bd(self) -> i64 {
        self.ds()
    }

    /// Distance of a branch.
    pub const fn li(self) -> i64 {
        ((self.0 << 6) as i32 >> 6 & !3) as i64
    }

    /// Shift amount of 6 bits.
    pub const fn sh6(self) -> u32 {
        self.rb() | (self.0 >> 1 & 1) << 5
    }

    /// Mask boundary of 6 bits.
    pub const fn mb6(self) -> u32 {
        self.mb() | (self.0 >> 5 & 1) << 5
    }

    /// Number of an SPR (or TBR, DCR): its halves are swapped.
    pub const fn spr(self) -> u32 {
        self.ra() | self.rb() << 5
    }

    /// Immediate of DX-form.
    pub const fn dx(self) -> i64 {
        let d = self.0 & 0xffc1 | self.ra() << 1;
        d as i16 as i64
    }
}

impl W {
    /// Operands of the vector-scalar unit, the newer vector instructions, decimal arithmetic and SPE.
    fn newer_operand(self, name: &str) -> Option<Operand> {
        let x = |n: u32| Some(Operand::Owned(format!("vs{n}")));
        let n = |n: u32| Some(Operand::Unsigned(n.into()));
        match name {
            "xt" => x(self.xt()),
            "xa" => x(self.xa()),
            "xb" => x(self.xb()),
            "xc" => x(self.xc()),
            "xtq" => x(self.xt_dq()),
            "dq" => Some(Operand::Signed(self.dq())),
            "dm" => n(self.0 >> 8 & 3),
            "uim2" => n(self.ra() & 3),
            "imm8" => n(self.0 >> 11 & 255),
            "dcmx" => n(self.dcmx()),
            "dcmxv" => n(self.dcmxv()),
            "rmc" => n(self.0 >> 9 & 3),
            "qr" => n(self.ra() & 1),
            "ro" => Some(Operand::Text(["", "o"][self.rc() as usize])),
            "qx" => Some(Operand::Text(["", "x"][self.rc() as usize])),
            "sst" => n(self.rb() >> 4),
            "six" => n(self.rb() & 15),
            "u4a" => n(self.ra() & 15),
            "ps" => n(self.0 >> 9 & 1),
            "uim6" => n(self.0 >> 16 & 63),
            "sh6z" => n(self.0 >> 10 & 63),
            "spd" => n(self.ra() >> 3),
            "sbcd" => n(self.ra() >> 4),
            "n5b" => n(self.rb()),
            "ev8" => n(self.rb() * 8),
            "ev4" => n(self.rb() * 4),
            "ev2" => n(self.rb() * 2),
            "crs" => n(self.0 & 7),
            _ => None,
        }
    }
}

const OERC: [&str; 4] = ["", ".", "o", "o."];

impl Format for W {
    fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
        let r = |n: u32| Some(Operand::Owned(format!("r{n}")));
        let f = |n: u32| Some(Operand::Owned(format!("f{n}")));
        let n = |n: u32| Some(Operand::Unsigned(n.into()));
        let absolute = |d: i64| if self.aa() != 0 { d as u64 } else { pc.wrapping_add_signed(d) };
        match name {
            "rt" => r(self.rt()),
            "ra" => r(self.ra()),
            "ra0" if self.ra() == 0 => Some(Operand::Text("0")),
            "ra0" => r(self.ra()),
            "rb" => r(self.rb()),
            "rcr" => r(self.mb()),
            "frt" => f(self.rt()),
            "fra" => f(self.ra()),
            "frb" => f(self.rb()),
            "frc" => f(self.mb()),
            "vrt" => Some(Operand::Owned(format!("v{}", self.rt()))),
            "vra" => Some(Operand::Owned(format!("v{}", self.ra()))),
            "vrb" => Some(Operand::Owned(format!("v{}", self.rb()))),
            "vrc" => Some(Operand::Owned(format!("v{}", self.mb()))),
            "oerc" => Some(Operand::Text(OERC[(self.oe() << 1 | self.rc()) as usize])),
            "rc" => Some(Operand::Text(OERC[self.rc() as usize])),
            "lk" => Some(Operand::Text(["", "l", "a", "la"][(self.aa() << 1 | self.rc()) as usize])),
            "lk1" => Some(Operand::Text(["", "l"][self.rc() as usize])),
            "si" => Some(Operand::Signed(self.si())),
            "dx" => Some(Operand::Signed(self.dx())),
            "ds" => Some(Operand::Signed(self.ds())),
            "ui" => n(self.ui()),
            "sh" | "nb" => n(self.rb()),
            "sh6" => n(self.sh6()),
            "mb" => n(self.mb()),
            "mb6" => n(self.mb6()),
            "me" => n(self.me()),
            "bo" | "to" | "n5" => n(self.rt()),
            "bi" | "a5" => n(self.ra()),
            "b5" => n(self.rb()),
            "bd" => Some(Operand::Hex(absolute(self.bd()))),
            "li" => Some(Operand::Hex(absolute(self.li()))),
            "bf" => Some(Operand::Owned(format!("cr{}", self.bf()))),
            "bfa" => Some(Operand::Owned(format!("cr{}", self.bfa()))),
            "l" => n(self.l()),
            "spr" => n(self.spr()),
            "fxm" => n(self.fxm()),
            "sr" => n(self.sr()),
            "lev" => n(self.lev()),
            "l2" => n(self.rt() & 3),
            "u4" => n(self.0 >> 12 & 15),
            "flm" => n(self.0 >> 17 & 255),
            "vrc1" => Some(Operand::Text(OERC[self.oe() as usize])),
            "s5" => Some(Operand::Signed(bits::sign_extend(self.ra().into(), 5) as i64)),
            "shb" => n(self.mb() & 15),
            "dot" => Some(Operand::Text(".")),
            "crb" => n(self.mb()),
            "darn" => n(self.ra() & 3),
            _ => self.newer_operand(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::W;

    #[test]
    fn fields() {
        assert_eq!(W(0x4bff_fffc).li(), -4, "b .-4");
        assert_eq!(W(0x4182_fff8).bd(), -8, "beq .-8");
        assert_eq!(W(0x7c08_02a6).spr(), 8, "mflr r0");
        assert_eq!(W(0x7863_0020).mb6(), 32, "clrldi r3, r3, 32");
    }
}
