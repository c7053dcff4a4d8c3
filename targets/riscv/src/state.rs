//! The register file: what number each register has, its name and width.
//!
//! System registers are not here but in `csr`.

use uop::{Reg, Width};

/// Number of f0; x0 is register 0.
const F0: u16 = 32;

/// Not 0 while fflags.NX is set and mstatus.FS is Dirty: an operation rounded to nearest by its own encoding may be done on the host.
pub const FP_OK_NX: Reg = Reg(64);
/// The same, and frm is RNE: so may one that takes its rounding mode from there.
pub const FP_OK_DYN: Reg = Reg(65);

/// Number of registers of the file.
pub const N_REGS: u16 = 66;

/// Integer register `n`. The slot of x0 is never used.
pub const fn x(n: u8) -> Reg {
    Reg(n as u16)
}

/// Floating-point register `n`; 64 bits, narrower values are NaN-boxed.
pub const fn f(n: u8) -> Reg {
    Reg(F0 + n as u16)
}

/// ABI names of the integer registers, in order ("RISC-V ABIs Specification", "Integer Register Convention").
pub const X_NAMES: [&str; 32] = [
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];

/// ABI names of the floating-point registers, in order ("Floating-point Register Convention").
pub const F_NAMES: [&str; 32] = [
    "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
    "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
];

/// Name and width of each register of the file, for a hart with this XLEN.
pub fn file(xlen: Width) -> Vec<(String, Width)> {
    let row = |name: &str, width| (name.to_owned(), width);
    let mut file: Vec<_> = X_NAMES.iter().map(|n| row(n, xlen)).collect();
    file.extend(F_NAMES.iter().map(|n| row(n, Width::W64)));
    file.push(row("fp_ok_nx", Width::W64));
    file.push(row("fp_ok_dyn", Width::W64));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_agrees_with_the_numbers() {
        let file = file(Width::W32);
        assert_eq!(file.len(), usize::from(N_REGS));
        assert_eq!(file[x(10).index()], ("a0".to_owned(), Width::W32));
        assert_eq!(file[f(31).index()], ("ft11".to_owned(), Width::W64));
        assert_eq!(file[FP_OK_NX.index()].0, "fp_ok_nx");
        assert_eq!(file[FP_OK_DYN.index()].0, "fp_ok_dyn");
    }
}
