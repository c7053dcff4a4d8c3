//! The register file, and what a core has beside it.
//!
//! PSW's user status bits lie apart, each in a register of its own, since most instructions change some: V, SV, AV and SAV in bit 31.

use serde::{Deserialize, Serialize};
use uop::{Reg, Width};

/// Data register `n`, D\[n\].
pub const fn d(n: u8) -> Reg {
    Reg(n as u16)
}

/// Address register `n`, A\[n\].
pub const fn a(n: u8) -> Reg {
    Reg(16 + n as u16)
}

/// PSW.C: 0 or 1.
pub const C: Reg = Reg(32);
/// PSW.V, in bit 31; the others say nothing.
pub const V: Reg = Reg(33);
/// PSW.SV, in bit 31.
pub const SV: Reg = Reg(34);
/// PSW.AV, in bit 31.
pub const AV: Reg = Reg(35);
/// PSW.SAV, in bit 31.
pub const SAV: Reg = Reg(36);
/// PSW without its bits 31 to 27.
pub const PSW: Reg = Reg(37);
/// PCXI: previous context information.
pub const PCXI: Reg = Reg(38);
/// FCX: free context list head.
pub const FCX: Reg = Reg(39);

/// Where the user status bits begin and end, for helpers that change them.
pub const FLAGS: (u16, u16) = (32, 37);
/// Number of registers of the file.
pub const N_REGS: u16 = 40;

/// Name and width of each register of the file.
pub fn file() -> Vec<(String, Width)> {
    let group = |letter: char| (0..16).map(move |n| (format!("{letter}{n}"), Width::W32));
    let rest = ["c", "v", "sv", "av", "sav", "psw", "pcxi", "fcx"].map(|n| (n.to_owned(), Width::W32));
    group('d').chain(group('a')).chain(rest).collect()
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_agrees_with_the_numbers() {
        let file = file();
        assert_eq!(file.len(), usize::from(N_REGS));
        assert_eq!(file[a(11).index()].0, "a11");
        assert_eq!(file[SAV.index()].0, "sav");
        assert_eq!(file[FCX.index()].0, "fcx");
    }
}
