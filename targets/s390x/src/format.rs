//! Instruction formats under the manual's names (PoP, "Instruction Formats"): which bits are which field.
//!
//! Bit 0 is the leftmost. In operand templates a register field `r1` prints a general register, `fr1` the floating-point, `cr1` the control,
//! `ar1` the access and `vr1` the vector register of that number.

use bits::sign_extend;
use decode::{Format, Operand};

/// A storage operand: base, index and displacement. Register 0 stands for none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Addr {
    /// Base register.
    pub b: u8,
    /// Index register.
    pub x: u8,
    /// Displacement.
    pub d: i64,
}

impl Addr {
    fn text(self) -> Operand {
        Operand::Owned(match (self.x, self.b) {
            (0, 0) => format!("{}", self.d),
            (0, b) => format!("{}(%r{b})", self.d),
            (x, 0) => format!("{}(%r{x})", self.d),
            (x, b) => format!("{}(%r{x},%r{b})", self.d),
        })
    }

    /// With a length, as storage-to-storage instructions have it.
    fn text_with(self, len: &str) -> Operand {
        Operand::Owned(match self.b {
            0 => format!("{}({len})", self.d),
            b => format!("{}({len},%r{b})", self.d),
        })
    }
}

fn take(bits: u64, width: u32, at: u32, len: u32) -> u64 {
    bits >> (width - at - len) & ((1 << len) - 1)
}

fn reg(bits: u64, width: u32, at: u32) -> u8 {
    take(bits, width, at, 4) as u8
}

fn signed(bits: u64, width: u32, at: u32, len: u32) -> i64 {
    sign_extend(take(bits, width, at, len), len) as i64
}

fn base(bits: u64, width: u32, at: u32) -> Addr {
    Addr { b: reg(bits, width, at), x: 0, d: take(bits, width, at + 4, 12) as i64 }
}

fn indexed(bits: u64, width: u32, at: u32) -> Addr {
    Addr { x: reg(bits, width, at), ..base(bits, width, at + 4) }
}

/// With the long displacement: DL at 20, DH at 32.
fn long(bits: u64, width: u32, at: u32) -> Addr {
    let d = (signed(bits, width, 32, 8) << 12) + take(bits, width, 20, 12) as i64;
    Addr { b: reg(bits, width, at), x: 0, d }
}

fn long_indexed(bits: u64, width: u32, at: u32) -> Addr {
    Addr { x: reg(bits, width, at), ..long(bits, width, at + 4) }
}

/// A vector register: four bits, and its fifth in RXB at 36.
fn vreg(bits: u64, width: u32, at: u32) -> u8 {
    let rxb = match at {
        8 => 36,
        12 => 37,
        16 => 38,
        _ => 39,
    };
    reg(bits, width, at) | (take(bits, width, rxb, 1) as u8) << 4
}

/// Declares formats: name and width, then fields with kind and position.
macro_rules! formats {
    ($( $(#[$m:meta])* $name:ident $width:literal { $($field:ident: $kind:ident($at:expr)),* $(,)? } )*) => { $(
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(missing_docs, reason = "fields have the manual's names")]
        pub struct $name { $(pub $field: formats!(@type $kind)),* }

        impl From<u64> for $name {
            fn from(bits: u64) -> $name {
                let _ = bits;
                $name { $($field: formats!(@get $kind, bits, $width, $at)),* }
            }
        }

        impl Format for $name {
            fn operand(&self, name: &str, pc: u64) -> Option<Operand> {
                let _ = (name, pc);
                $( formats!(@show $kind, self, $field, name, pc); )*
                None
            }
        }
    )* };
    (@type R) => { u8 };
    (@type VR) => { u8 };
    (@type M) => { u8 };
    (@type L) => { u8 };
    (@type U) => { u64 };
    (@type S) => { i64 };
    (@type T) => { i64 };
    (@type B) => { Addr };
    (@type X) => { Addr };
    (@type BY) => { Addr };
    (@type XY) => { Addr };
    (@get R, $b:expr, $w:expr, $at:expr) => { reg($b, $w, $at) };
    (@get VR, $b:expr, $w:expr, $at:expr) => { vreg($b, $w, $at) };
    (@get M, $b:expr, $w:expr, $at:expr) => { reg($b, $w, $at) };
    (@get L, $b:expr, $w:expr, $at:expr) => { take($b, $w, $at.0, $at.1) as u8 };
    (@get U, $b:expr, $w:expr, $at:expr) => { take($b, $w, $at.0, $at.1) };
    (@get S, $b:expr, $w:expr, $at:expr) => { signed($b, $w, $at.0, $at.1) };
    (@get T, $b:expr, $w:expr, $at:expr) => { signed($b, $w, $at.0, $at.1) * 2 };
    (@get B, $b:expr, $w:expr, $at:expr) => { base($b, $w, $at) };
    (@get X, $b:expr, $w:expr, $at:expr) => { indexed($b, $w, $at) };
    (@get BY, $b:expr, $w:expr, $at:expr) => { long($b, $w, $at) };
    (@get XY, $b:expr, $w:expr, $at:expr) => { long_indexed($b, $w, $at) };
    (@show R, $s:ident, $field:ident, $name:ident, $pc:ident) => {
        if let Some(kind) = $name.strip_suffix(stringify!($field)) {
            let n = $s.$field;
            return Some(Operand::Owned(match kind {
                "f" => format!("%f{n}"),
                "c" => format!("%c{n}"),
                "a" => format!("%a{n}"),
                _ => format!("%r{n}"),
            }));
        }
    };
    (@show VR, $s:ident, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Owned(format!("%v{}", $s.$field))) }
    };
    (@show M, $s:ident, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Unsigned($s.$field.into())) }
    };
    (@show L, $s:ident, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Unsigned(u64::from($s.$field) + 1)) }
    };
    (@show U, $s:ident, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Unsigned($s.$field)) }
    };
    (@show S, $s:ident, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Signed($s.$field)) }
    };
    (@show T, $s:ident, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some(Operand::Hex($pc.wrapping_add_signed($s.$field))) }
    };
    (@show B, $s:ident, $field:ident, $name:ident, $pc:ident) => { formats!(@show X, $s, $field, $name, $pc) };
    (@show BY, $s:ident, $field:ident, $name:ident, $pc:ident) => { formats!(@show X, $s, $field, $name, $pc) };
    (@show XY, $s:ident, $field:ident, $name:ident, $pc:ident) => { formats!(@show X, $s, $field, $name, $pc) };
    (@show X, $s:ident, $field:ident, $name:ident, $pc:ident) => {
        if $name == stringify!($field) { return Some($s.$field.text()) }
        // The operand with a length: another field's name follows a colon.
        if let Some(of) = $name.strip_prefix(concat!(stringify!($field), ":")) {
            let len = $s.operand(of, $pc)?;
            return Some($s.$field.text_with(&len.to_string()));
        }
    };
}

formats! {
    /// No operands.
    E 16 {}
    /// An immediate.
    I 16 { i: U((8, 8)) }
    /// Two registers.
    RR 16 { r1: R(8), r2: R(12), m1: M(8) }
    /// Register and indexed operand.
    RX 32 { r1: R(8), m1: M(8), a2: X(12) }
    /// The same, with the long displacement.
    RXY 48 { r1: R(8), m1: M(8), a2: XY(12) }
    /// Two registers and an operand.
    RS 32 { r1: R(8), r3: R(12), m3: M(12), a2: B(16) }
    /// The same, with the long displacement.
    RSY 48 { r1: R(8), r3: R(12), m3: M(12), a2: BY(16) }
    /// Two registers and a relative address.
    RSI 32 { r1: R(8), r3: R(12), t2: T((16, 16)) }
    /// Register and immediate of 16 bits.
    RI 32 { r1: R(8), m1: M(8), i2: S((16, 16)), u2: U((16, 16)), t2: T((16, 16)) }
    /// Register and immediate of 32 bits.
    RIL 48 { r1: R(8), m1: M(8), i2: S((16, 32)), u2: U((16, 32)), t2: T((16, 32)) }
    /// Two registers, at the end.
    RRE 32 { r1: R(24), r2: R(28) }
    /// Up to four registers or masks.
    RRF 32 { r1: R(24), r2: R(28), r3: R(16), m3: M(16), m4: M(20), r4: R(20) }
    /// RRD: the first operand comes first.
    RRD 32 { r1: R(16), r3: R(24), r2: R(28) }
    /// Immediate of 8 bits and operand.
    SI 32 { i2: U((8, 8)), a1: B(16) }
    /// The same, with the long displacement.
    SIY 48 { i2: U((8, 8)), s2: S((8, 8)), a1: BY(16) }
    /// Immediate of 16 bits and operand.
    SIL 48 { a1: B(16), i2: S((32, 16)), u2: U((32, 16)) }
    /// An operand.
    S 32 { a2: B(16) }
    /// Two operands of one length.
    SSa 48 { l: L((8, 8)), a1: B(16), a2: B(32) }
    /// Two operands with a length each.
    SSb 48 { l1: L((8, 4)), l2: L((12, 4)), i3: U((12, 4)), a1: B(16), a2: B(32) }
    /// Two operands and two registers.
    SSd 48 { r1: R(8), r3: R(12), a1: B(16), a2: B(32), a4: B(32) }
    /// Two registers and two operands.
    SSe 48 { r1: R(8), r3: R(12), a2: B(16), a4: B(32) }
    /// Two operands, no length.
    SSE 48 { a1: B(16), a2: B(32) }
    /// Two operands and a register.
    SSF 48 { r3: R(8), a1: B(16), a2: B(32) }
    /// An operand with a length of 4 bits.
    RSL 48 { l1: L((8, 4)), a1: B(16) }
    /// Register, operand with a length of 8 bits, mask.
    RSLb 48 { r1: R(32), l2: L((8, 8)), a2: B(16), m3: M(36) }
    /// Register, immediate of 16 bits, mask.
    RIEa 48 { r1: R(8), i2: S((16, 16)), u2: U((16, 16)), m3: M(32) }
    /// Two registers, relative address, mask.
    RIEb 48 { r1: R(8), r2: R(12), t4: T((16, 16)), m3: M(32) }
    /// Register, immediate of 8 bits, mask, relative address.
    RIEc 48 { r1: R(8), m3: M(12), t4: T((16, 16)), i2: S((32, 8)), u2: U((32, 8)) }
    /// Two registers and an immediate of 16 bits.
    RIEd 48 { r1: R(8), r3: R(12), i2: S((16, 16)), t2: T((16, 16)) }
    /// Two registers and three immediates of 8 bits.
    RIEf 48 { r1: R(8), r2: R(12), i3: U((16, 8)), i4: U((24, 8)), i5: U((32, 8)) }
    /// Register, mask, immediate of 16 bits.
    RIEg 48 { r1: R(8), m3: M(12), i2: S((16, 16)) }
    /// Register, mask, immediate, branch address.
    RIS 48 { r1: R(8), m3: M(12), a4: B(16), i2: S((32, 8)), u2: U((32, 8)) }
    /// Two registers, mask, branch address.
    RRS 48 { r1: R(8), r2: R(12), a4: B(16), m3: M(32) }
    /// Register and indexed operand, of 48 bits.
    RXE 48 { r1: R(8), a2: X(12), m3: M(32) }
    /// Two registers and an indexed operand.
    RXF 48 { r3: R(8), a2: X(12), r1: R(32) }
    /// Branch prediction: mask, relative address, operand.
    SMI 48 { m1: M(8), a3: B(16), t2: T((32, 16)) }
    /// Branch prediction: mask and two relative addresses.
    MII 48 { m1: M(8), i2: S((12, 12)), i3: S((24, 24)) }
    /// Two immediates of four bits.
    IE 32 { i1: U((24, 4)), i2: U((28, 4)) }
    /// Vector register and immediate of 16 bits.
    VRIa 48 { v1: VR(8), u2: U((16, 16)), i2: S((16, 16)), m3: M(32) }
    /// Vector register and two immediates.
    VRIb 48 { v1: VR(8), i2: U((16, 8)), i3: U((24, 8)), m4: M(32) }
    /// Two vector registers and an immediate of 16 bits.
    VRIc 48 { v1: VR(8), v3: VR(12), i2: U((16, 16)), m4: M(32) }
    /// Three vector registers and an immediate.
    VRId 48 { v1: VR(8), v2: VR(12), v3: VR(16), i4: U((24, 8)), m5: M(32) }
    /// Two vector registers, an immediate of 12 bits, two masks.
    VRIe 48 { v1: VR(8), v2: VR(12), i3: U((16, 12)), m4: M(32), m5: M(28) }
    /// Three vector registers, an immediate, a mask.
    VRIf 48 { v1: VR(8), v2: VR(12), v3: VR(16), i4: U((28, 8)), m5: M(24) }
    /// Two vector registers, two immediates, a mask.
    VRIg 48 { v1: VR(8), v2: VR(12), i3: U((28, 8)), i4: U((16, 8)), m5: M(24) }
    /// Vector register and two immediates.
    VRIh 48 { v1: VR(8), i2: U((16, 16)), i3: U((32, 4)) }
    /// Vector and general register, immediate, mask.
    VRIi 48 { v1: VR(8), r2: R(12), i3: U((28, 8)), m4: M(24) }
    /// Two vector registers and three masks.
    VRRa 48 { v1: VR(8), v2: VR(12), m3: M(32), m4: M(28), m5: M(24) }
    /// Three vector registers and two masks.
    VRRb 48 { v1: VR(8), v2: VR(12), v3: VR(16), m4: M(32), m5: M(24) }
    /// Three vector registers and three masks.
    VRRc 48 { v1: VR(8), v2: VR(12), v3: VR(16), m4: M(32), m5: M(28), m6: M(24) }
    /// Four vector registers and two masks.
    VRRd 48 { v1: VR(8), v2: VR(12), v3: VR(16), v4: VR(32), m5: M(20), m6: M(24) }
    /// Four vector registers and two masks, elsewhere.
    VRRe 48 { v1: VR(8), v2: VR(12), v3: VR(16), v4: VR(32), m5: M(28), m6: M(20) }
    /// Vector register and two general registers.
    VRRf 48 { v1: VR(8), r2: R(12), r3: R(16) }
    /// Vector register.
    VRRg 48 { v1: VR(12) }
    /// Two vector registers and a mask.
    VRRh 48 { v1: VR(12), v2: VR(16), m3: M(24) }
    /// General and vector register and two masks.
    VRRi 48 { r1: R(8), v2: VR(12), m3: M(24), m4: M(28) }
    /// Two vector registers, operand, mask.
    VRSa 48 { v1: VR(8), v3: VR(12), a2: B(16), m4: M(32) }
    /// Vector and general register, operand, mask.
    VRSb 48 { v1: VR(8), r3: R(12), a2: B(16), m4: M(32) }
    /// General and vector register, operand, mask.
    VRSc 48 { r1: R(8), v3: VR(12), a2: B(16), m4: M(32) }
    /// Vector and general register and operand.
    VRSd 48 { v1: VR(32), r3: R(12), a2: B(16) }
    /// Vector register, operand with an index from a vector, mask.
    VRV 48 { v1: VR(8), v2: VR(12), a2: B(16), m3: M(32) }
    /// Vector register, indexed operand, mask.
    VRX 48 { v1: VR(8), a2: X(12), m3: M(32) }
    /// Vector register, operand, immediate.
    VSI 48 { v1: VR(32), a2: B(16), i3: U((8, 8)) }
}
