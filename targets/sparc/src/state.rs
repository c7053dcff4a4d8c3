//! The register file: what number each register has, its name and width.
//!
//! All windows stand side by side, the ins of one being the outs of another, so that SAVE and RESTORE move nothing: the lifter maps
//! `%o`, `%l` and `%i` to slots by the window of the block's mode. V9's sets of globals are reached in the same way. Both architectures
//! have one layout; V8 uses the first set of globals alone. What is only read and written by helpers is not here but in the state.

use uop::{Reg, Width};

/// Sets of globals that there is room for.
pub const GLOBAL_SETS: u16 = 8;
/// Windows that there is room for.
pub const WINDOWS: u16 = 32;

/// Slot of the outs of window 0.
const WINDOW0: u16 = 8 * GLOBAL_SETS;
/// Slot of the first double-precision register.
const FLOAT0: u16 = WINDOW0 + 16 * WINDOWS;
/// Slot of the mark of window 0.
const MARK0: u16 = FLOAT0 + 32;
/// Slot of the first one that is no register of a kind.
const OTHER0: u16 = MARK0 + WINDOWS;

/// Global register `n` of set `set`. The slot of `%g0` is never used.
pub const fn global(set: u16, n: u16) -> Reg {
    Reg(8 * set + n)
}

/// Out register `n` of window `window`.
pub const fn out(window: u16, n: u16) -> Reg {
    Reg(WINDOW0 + 16 * window + n)
}

/// Local register `n` of window `window`.
pub const fn local(window: u16, n: u16) -> Reg {
    Reg(WINDOW0 + 16 * window + 8 + n)
}

/// The double-precision register whose high half is `%f(2n)`: V8 has 16 of them, V9 32. Always 64 bits.
pub const fn double(n: u16) -> Reg {
    Reg(FLOAT0 + n)
}

/// V8: whether WIM marks window `window`, so that SAVE and RESTORE need not take it apart; 0 or 1, 32 bits.
pub const fn mark(window: u16) -> Reg {
    Reg(MARK0 + window)
}

macro_rules! others {
    ($( $(#[$m:meta])* $name:ident $text:literal $width:expr, )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub const $name: Reg = Reg(OTHER0 + Number::$name as u16); )*

        /// Names and widths; `None` is the width of the integer registers.
        const OTHERS: &[(&str, Option<Width>)] = &[$(($text, $width)),*];
    };
}

others! {
    /// Next pc, while [`DELAYED`] is 1; elsewhere it is pc + 4, and this slot is stale.
    NPC "npc" None,
    /// 1 when the next instruction stands in a delay slot whose branch has been executed.
    DELAYED "delayed" Some(Width::W8),
    /// Current window pointer.
    CWP "cwp" Some(Width::W8),
    /// V8: window invalid mask.
    WIM "wim" Some(Width::W32),
    /// Y.
    Y "y" Some(Width::W32),
    /// How the condition codes come from [`CC_A`] and [`CC_B`]: a number of `cc::kind`.
    CC_KIND "cc_kind" Some(Width::W8),
    /// First operand or result.
    CC_A "cc_a" None,
    /// Second operand.
    CC_B "cc_b" None,
    /// Floating-point condition codes: fcc0.
    FCC0 "fcc0" Some(Width::W8),
    /// fcc1 (V9).
    FCC1 "fcc1" Some(Width::W8),
    /// fcc2 (V9).
    FCC2 "fcc2" Some(Width::W8),
    /// fcc3 (V9).
    FCC3 "fcc3" Some(Width::W8),
    /// Not 0 while floating-point operations may be done on the host: rounding to nearest, aexc.nx set, no trap enabled.
    FP_OK "fp_ok" Some(Width::W64),
    /// The last floating-point operation, whose cexc is not known yet: a number of `fp::last`, 0 for none.
    FP_LAST "fp_last" Some(Width::W8),
    /// Its first operand.
    FP_A "fp_a" Some(Width::W64),
    /// Its second operand.
    FP_B "fp_b" Some(Width::W64),
    /// V9: CANSAVE.
    CANSAVE "cansave" Some(Width::W8),
    /// V9: CANRESTORE.
    CANRESTORE "canrestore" Some(Width::W8),
    /// V9: CLEANWIN.
    CLEANWIN "cleanwin" Some(Width::W8),
    /// V9: OTHERWIN.
    OTHERWIN "otherwin" Some(Width::W8),
    /// V9: WSTATE.
    WSTATE "wstate" Some(Width::W8),
    /// V9: ASI.
    ASI "asi" Some(Width::W8),
    /// V9: FPRS.
    FPRS "fprs" Some(Width::W8),
    /// V9: GSR.
    GSR "gsr" Some(Width::W64),
}

/// Number of registers of the file.
pub const N_REGS: u16 = OTHER0 + OTHERS.len() as u16;

/// Name and width of each register of the file, for integer registers of this width.
pub fn file(width: Width) -> Vec<(String, Width)> {
    let mut file = Vec::new();
    file.extend((0..GLOBAL_SETS).flat_map(|set| (0..8).map(move |n| (format!("g{n}.{set}"), width))));
    for window in 0..WINDOWS {
        file.extend((0..8).map(|n| (format!("o{n}.w{window}"), width)));
        file.extend((0..8).map(|n| (format!("l{n}.w{window}"), width)));
    }
    file.extend((0..32).map(|n| (format!("d{}", 2 * n), Width::W64)));
    file.extend((0..WINDOWS).map(|n| (format!("mark.w{n}"), Width::W32)));
    file.extend(OTHERS.iter().map(|(name, w)| ((*name).to_owned(), w.unwrap_or(width))));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_agrees_with_the_numbers() {
        let file = file(Width::W32);
        assert_eq!(file.len(), usize::from(N_REGS));
        assert!(file.len() <= 768, "a target may use so many slots");
        assert_eq!(file[out(31, 6).index()].0, "o6.w31");
        assert_eq!(file[local(2, 0).index()].0, "l0.w2");
        assert_eq!(file[double(31).index()].0, "d62");
        assert_eq!(file[GSR.index()], ("gsr".to_owned(), Width::W64));
    }
}
