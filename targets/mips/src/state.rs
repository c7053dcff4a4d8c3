//! The register file: what number each register has, its name and width.
//!
//! Coprocessor 0 is not here but in `cp0`.

use uop::{Reg, Width};

/// Number of f0; r0 is register 0.
const F0: u16 = 32;

/// HI.
pub const HI: Reg = Reg(64);
/// LO.
pub const LO: Reg = Reg(65);
/// Floating-point control and status; the cause field is that of [`FP_OP`], if there is one.
pub const FCSR: Reg = Reg(66);
/// Not 0 while an operation may be done on the host: round to nearest, flag Inexact set, its trap off.
pub const FP_OK: Reg = Reg(67);
/// The last floating-point operation if it has been done on the host, 0 if FCSR's cause field holds what it raised.
pub const FP_OP: Reg = Reg(68);
/// Its first operand.
pub const FP_A: Reg = Reg(69);
/// Its second operand.
pub const FP_B: Reg = Reg(70);
/// Its third operand.
pub const FP_C: Reg = Reg(71);
/// 1 if the next instruction stands in a delay slot, 2 while an exception in one is on its way and the pc is the branch's.
pub const IN_SLOT: Reg = Reg(72);
/// Where the branch goes behind whose slot the CPU stands; meaningful if [`IN_SLOT`] is 1.
pub const BTARGET: Reg = Reg(73);
/// UserLocal, which RDHWR reads.
pub const USER_LOCAL: Reg = Reg(74);
/// DSPControl.
pub const DSP_CONTROL: Reg = Reg(75);
/// HI of accumulator 1; those of 2 and 3 follow, then LO of all three.
const HI1: u16 = 76;

/// MSA control and status.
pub const MSACSR: Reg = Reg(82);
/// The upper 64 bits of vector register 0, whose lower ones are f0.
const W0_HIGH: u16 = 83;

/// Number of registers of the file.
pub const N_REGS: u16 = 115;

/// HI of accumulator `n`, 0 to 3. Those beyond 0 belong to the DSP extension.
pub const fn hi(n: u8) -> Reg {
    if n == 0 { HI } else { Reg(HI1 + n as u16 - 1) }
}

/// LO of accumulator `n`.
pub const fn lo(n: u8) -> Reg {
    if n == 0 { LO } else { Reg(HI1 + n as u16 + 2) }
}

/// General register `n`. The slot of r0 is never used.
pub const fn r(n: u8) -> Reg {
    Reg(n as u16)
}

/// Floating-point register `n` of 64 bits. With Status.FR = 0, an even one holds a pair of 32-bit registers.
pub const fn f(n: u8) -> Reg {
    Reg(F0 + n as u16)
}

/// The upper 64 bits of vector register `n`.
pub const fn w_high(n: u8) -> Reg {
    Reg(W0_HIGH + n as u16)
}

/// Names of the general registers, in order, as the assembler of o32 writes them and gdb knows them.
pub const R_NAMES: [&str; 32] = [
    "zero", "at", "v0", "v1", "a0", "a1", "a2", "a3", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "s0", "s1", "s2",
    "s3", "s4", "s5", "s6", "s7", "t8", "t9", "k0", "k1", "gp", "sp", "fp", "ra",
];

/// Names of the floating-point registers, in order.
pub const F_NAMES: [&str; 32] = [
    "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "f13", "f14", "f15", "f16", "f17",
    "f18", "f19", "f20", "f21", "f22", "f23", "f24", "f25", "f26", "f27", "f28", "f29", "f30", "f31",
];

/// Names of the upper halves of the vector registers, in order.
pub const W_HIGH_NAMES: [&str; 32] = [
    "w0_high", "w1_high", "w2_high", "w3_high", "w4_high", "w5_high", "w6_high", "w7_high", "w8_high", "w9_high",
    "w10_high", "w11_high", "w12_high", "w13_high", "w14_high", "w15_high", "w16_high", "w17_high", "w18_high",
    "w19_high", "w20_high", "w21_high", "w22_high", "w23_high", "w24_high", "w25_high", "w26_high", "w27_high",
    "w28_high", "w29_high", "w30_high", "w31_high",
];

/// Names of what the extensions add: accumulators and DSPControl, MSACSR.
pub const EXTENSION_NAMES: [&str; 8] = ["hi1", "hi2", "hi3", "lo1", "lo2", "lo3", "dspctl", "msacsr"];

/// Name and width of each register of the file, for a CPU with general registers of width `xlen`.
pub fn file(xlen: Width) -> Vec<(String, Width)> {
    let row = |name: &str, width| (name.to_owned(), width);
    let mut file: Vec<_> = R_NAMES.iter().map(|n| row(n, xlen)).collect();
    file.extend(F_NAMES.iter().map(|n| row(n, Width::W64)));
    file.extend([row("hi", xlen), row("lo", xlen), row("fcsr", Width::W32)]);
    file.extend([row("fp_ok", Width::W64), row("fp_op", Width::W32)]);
    file.extend([row("fp_a", Width::W64), row("fp_b", Width::W64), row("fp_c", Width::W64)]);
    file.extend([row("in_slot", Width::W32), row("btarget", xlen), row("user_local", xlen)]);
    file.push(row("dsp_control", Width::W32));
    file.extend(["hi1", "hi2", "hi3", "lo1", "lo2", "lo3"].map(|n| row(n, xlen)));
    file.push(row("msacsr", Width::W32));
    file.extend(W_HIGH_NAMES.iter().map(|n| row(n, Width::W64)));
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_agrees_with_the_numbers() {
        let file = file(Width::W32);
        assert_eq!(file.len(), usize::from(N_REGS));
        assert_eq!(file[r(4).index()], ("a0".to_owned(), Width::W32));
        assert_eq!(file[f(31).index()], ("f31".to_owned(), Width::W64));
        for (reg, name) in
            [(LO, "lo"), (FCSR, "fcsr"), (FP_OP, "fp_op"), (IN_SLOT, "in_slot"), (USER_LOCAL, "user_local")]
        {
            assert_eq!(file[reg.index()].0, name);
        }
    }
}
