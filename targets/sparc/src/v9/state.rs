//! The register file: what number each register has, its name and width.
//!
//! All globals and all windows have slots of their own; the mode says which of them an instruction means ([`super::mode`]). System
//! registers that instructions seldom touch are in [`super::sys`].

use uop::{Reg, RegSet, Width};

/// Windows at most.
pub const MAX_WINDOWS: u16 = 32;

/// Sets of globals: normal, alternate, MMU, interrupt (sun4v: by GL).
pub const N_GLOBALS: u16 = 4;

const WINDOWS: u16 = N_GLOBALS * 8;
const FLOATS: u16 = WINDOWS + MAX_WINDOWS * 16;
const OTHERS: u16 = FLOATS + 32;

/// Y, 32 bits.
pub const Y: Reg = Reg(OTHERS);
/// First operand of what has set the condition codes, or CCR itself: see [`super::cc`].
pub const CC_A: Reg = Reg(OTHERS + 1);
/// Second operand.
pub const CC_B: Reg = Reg(OTHERS + 2);
/// The mode, as [`super::mode`] packs it.
pub const MODE: Reg = Reg(OTHERS + 3);
/// nPC, where the mode says that it is not pc + 4.
pub const NPC: Reg = Reg(OTHERS + 4);
/// CANSAVE and CANRESTORE together; CANSAVE where they are counted: see [`super::window`].
pub const WINDOW_SUM: Reg = Reg(OTHERS + 5);
/// CANRESTORE, where it is counted.
pub const CANRESTORE: Reg = Reg(OTHERS + 6);
/// CLEANWIN.
pub const CLEANWIN: Reg = Reg(OTHERS + 7);
/// OTHERWIN.
pub const OTHERWIN: Reg = Reg(OTHERS + 8);
/// fcc0; fcc1 to fcc3 follow.
const FCC0: u16 = OTHERS + 9;
/// Not 0 while FSR.aexc has NX, no exception is enabled and rounding is to nearest: the host may compute.
pub const FP_OK: Reg = Reg(OTHERS + 13);
/// The operation whose exceptions FSR.cexc has not yet: see [`super::fp`].
pub const FP_LAST: Reg = Reg(OTHERS + 14);
/// Its first operand.
pub const FP_A: Reg = Reg(OTHERS + 15);
/// Its second operand.
pub const FP_B: Reg = Reg(OTHERS + 16);
/// GSR, the graphics status register of VIS.
pub const GSR: Reg = Reg(OTHERS + 17);
/// FPRS.FEF, in its place; DL and DU are in the mode.
pub const FPRS: Reg = Reg(OTHERS + 18);

/// What floating-point operations know beside their operands.
pub const FP_STATE: RegSet = RegSet::Ranges(&[(FP_OK.0, GSR.0)]);
/// The same with the condition fields.
pub const FCC_RANGE: RegSet = RegSet::Ranges(&[(FCC0, GSR.0)]);

/// The window out of which SAVE traps.
pub const SAVE_STOP: Reg = Reg(OTHERS + 19);
/// The window out of which RESTORE traps.
pub const RESTORE_STOP: Reg = Reg(OTHERS + 20);

/// Number of registers of the file.
pub const N_REGS: u16 = OTHERS + 21;

/// Global `n` (0 to 7) of a set (0 to 3).
pub const fn global(set: u32, n: u8) -> Reg {
    Reg((set as u16 & 3) * 8 + n as u16)
}

/// Register `n` (8 to 31) of window `cwp` of a CPU that has `windows` of them. The outs of a window are the ins of the next one.
pub const fn windowed(windows: u32, cwp: u32, n: u8) -> Reg {
    let n = n as u16;
    let (window, at) = if n < 16 { ((cwp + 1) % windows, n - 8) } else { (cwp % windows, (n - 16) ^ 8) };
    Reg(WINDOWS + window as u16 * 16 + at)
}

/// Double-precision register number `n` / 2 of the manual's d0, d2... d62: `n` is 0 to 31.
pub const fn d(n: u8) -> Reg {
    Reg(FLOATS + n as u16)
}

/// Condition field fcc `n` (0 to 3).
pub const fn fcc(n: u8) -> Reg {
    Reg(FCC0 + n as u16)
}

/// Names of the integer registers that an instruction can name.
pub const R_NAMES: [&str; 32] = [
    "%g0", "%g1", "%g2", "%g3", "%g4", "%g5", "%g6", "%g7", "%o0", "%o1", "%o2", "%o3", "%o4", "%o5", "%sp", "%o7",
    "%l0", "%l1", "%l2", "%l3", "%l4", "%l5", "%l6", "%l7", "%i0", "%i1", "%i2", "%i3", "%i4", "%i5", "%fp", "%i7",
];

const OTHER_NAMES: [&str; 21] = [
    "y",
    "cc_a",
    "cc_b",
    "mode",
    "npc",
    "window_sum",
    "canrestore",
    "cleanwin",
    "otherwin",
    "fcc0",
    "fcc1",
    "fcc2",
    "fcc3",
    "fp_ok",
    "fp_last",
    "fp_a",
    "fp_b",
    "gsr",
    "fprs",
    "save_stop",
    "restore_stop",
];

/// Name and width of each register of the file.
pub fn file() -> Vec<(String, Width)> {
    let mut names: Vec<String> = Vec::new();
    for set in ["g", "ag", "mg", "ig"] {
        names.extend((0..8).map(|n| format!("{set}{n}")));
    }
    for window in 0..MAX_WINDOWS {
        names.extend((0..16).map(|n| format!("w{window}{}{}", if n < 8 { 'i' } else { 'l' }, n % 8)));
    }
    names.extend((0..32).map(|n| format!("d{}", 2 * n)));
    names.extend(OTHER_NAMES.map(str::to_owned));
    names.into_iter().map(|name| (name, Width::W64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_agrees_with_the_numbers() {
        let file = file();
        assert_eq!(file.len(), usize::from(N_REGS));
        assert_eq!(file[global(1, 3).index()].0, "ag3");
        assert_eq!(file[windowed(8, 2, 24).index()].0, "w2i0");
        assert_eq!(file[windowed(8, 2, 17).index()].0, "w2l1");
        assert_eq!(windowed(8, 7, 9), windowed(8, 0, 25));
        assert_eq!(file[d(31).index()].0, "d62");
        assert_eq!(file[FPRS.index()].0, "fprs");
        assert_eq!(file[NPC.index()].0, "npc");
        assert_eq!(file[fcc(3).index()].0, "fcc3");
    }
}
