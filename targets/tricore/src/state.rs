//! The register file, and what a core has beside it.
//!
//! General registers lie as contexts hold them. PSW's user status bits lie apart, since most instructions change some: overflow and advance
//! overflow together in one register, what sticks of them in another.

use serde::{Deserialize, Serialize};
use uop::{Reg, Width};

/// The registers of an upper context from its third word on: A10, A11, D8 to D11, A12 to A15, D12 to D15 (volume 1, "Context Save Area").
pub const UPPER: Reg = Reg(0);
/// Those of a lower one: A2, A3, D0 to D3, A4 to A7, D4 to D7.
pub const LOWER: Reg = Reg(CONTEXT as u16);
/// How many registers a context has beside its link and PSW or the return address.
pub const CONTEXT: usize = 14;
/// A0, A1, A8 and A9, which no context has.
const GLOBAL: Reg = Reg(2 * CONTEXT as u16);

/// Data register `n`, D\[n\].
pub const fn d(n: u8) -> Reg {
    let (upper, fourth) = (n & 8 != 0, n & 4 != 0);
    let context = if upper { UPPER } else { LOWER };
    Reg(context.0 + if fourth { 10 } else { 2 } + (n & 3) as u16)
}

/// Address register `n`, A\[n\].
pub const fn a(n: u8) -> Reg {
    let (context, in_context) = (if n & 8 != 0 { UPPER } else { LOWER }, n & 7);
    match in_context {
        0 | 1 => Reg(GLOBAL.0 + (n >> 2) as u16 + in_context as u16),
        2 | 3 => Reg(context.0 + in_context as u16 - 2),
        _ => Reg(context.0 + in_context as u16 + 2),
    }
}

/// PSW.V in bit 63, PSW.AV in bit 31; the others say nothing.
pub const OVERFLOW: Reg = Reg(32);
/// PSW.SV and PSW.SAV in the same places.
pub const STICKY: Reg = Reg(33);
/// Where V is in [`OVERFLOW`], and SV in [`STICKY`].
pub const V_BIT: u32 = 63;
/// Where AV and SAV are.
pub const AV_BIT: u32 = 31;
/// PSW.C: 0 or 1.
pub const C: Reg = Reg(34);
/// PSW without its bits 31 to 27.
pub const PSW: Reg = Reg(35);
/// PCXI: previous context information.
pub const PCXI: Reg = Reg(36);
/// FCX: free context list head.
pub const FCX: Reg = Reg(37);

/// Where the user status bits begin and end, for helpers that change them.
pub const FLAGS: (u16, u16) = (32, 35);

/// Name and width of each register of the file.
pub fn file() -> Vec<(String, Width)> {
    let mut file = vec![(String::new(), Width::W32); usize::from(OVERFLOW.0)];
    for n in 0..16 {
        file[d(n).index()].0 = format!("d{n}");
        file[a(n).index()].0 = format!("a{n}");
    }
    let rest = [("overflow", 64), ("sticky", 64), ("c", 32), ("psw", 32), ("pcxi", 32), ("fcx", 32)];
    file.extend(rest.map(|(name, bits)| (name.to_owned(), if bits == 64 { Width::W64 } else { Width::W32 })));
    file
}

/// Core special function registers that are not in the register file. Names and layouts: TriCore Architecture Manual, volume 1,
/// "General Purpose and System Registers".
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// ICR.IE.
    pub ie: bool,
    /// ICR.CCPN, the current CPU priority number.
    pub ccpn: u8,
    /// Free context list limit.
    pub lcx: u32,
    /// Interrupt stack pointer.
    pub isp: u32,
    /// Base of the interrupt vector table.
    pub biv: u32,
    /// Base of the trap vector table.
    pub btv: u32,
    /// System configuration.
    pub syscon: u32,
    /// Registers that do nothing but hold a value, by their offset.
    pub plain: std::collections::BTreeMap<u16, u32>,
    /// Waiting since reset for [`crate::irq::RUN`].
    pub held: bool,
    /// A store has gone where nothing answers; the trap for it has not been taken yet.
    pub store_error: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_agrees_with_the_numbers() {
        let file = file();
        assert!(file.iter().all(|(name, _)| !name.is_empty()), "no two registers share a place");
        let context =
            |first: Reg| file[first.index()..][..CONTEXT].iter().map(|(n, _)| &**n).collect::<Vec<_>>().join(" ");
        assert_eq!(context(UPPER), "a10 a11 d8 d9 d10 d11 a12 a13 a14 a15 d12 d13 d14 d15");
        assert_eq!(context(LOWER), "a2 a3 d0 d1 d2 d3 a4 a5 a6 a7 d4 d5 d6 d7");
        assert_eq!(file[STICKY.index()].0, "sticky");
        assert_eq!(file[FCX.index()].0, "fcx");
    }
}
