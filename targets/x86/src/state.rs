//! The register file: what number each register has, its name and width; and the state that is not in it.

use serde::{Deserialize, Serialize};
use uop::{Reg, RegSet, Width};

/// How the flags are held; see [`crate::flags`].
pub const CC_KIND: Reg = Reg(16);
/// First operand of the flags.
pub const CC_A: Reg = Reg(17);
/// Second operand of the flags.
pub const CC_B: Reg = Reg(18);
/// Third operand of the flags: a carry that came in.
pub const CC_C: Reg = Reg(19);
/// EFLAGS.DF, 0 or 1.
pub const DF: Reg = Reg(20);
/// MXCSR.
pub const MXCSR: Reg = Reg(21);
/// Not 0 while MXCSR asks for rounding to nearest with all exceptions masked, and inexact is flagged already: then an operation may be
/// done on the host. It is 2 while denormal operands are still to be flagged, and 1 when they have been.
pub const FP_OK: Reg = Reg(22);
/// Offset of the last x87 instruction that is not a control instruction.
pub const FPU_IP: Reg = Reg(23);
/// Offset of its operand in memory.
pub const FPU_DP: Reg = Reg(30);
/// Linear address of the last byte of the code segment; up to 33 bits.
pub const CS_LAST: Reg = Reg(31);
const BASE: u16 = 24;
const XMM: u16 = 32;
/// Number of registers of the file.
pub const N_REGS: u16 = XMM + 68;

/// RAX.
pub const RAX: Reg = Reg(0);
/// RCX.
pub const RCX: Reg = Reg(1);
/// RDX.
pub const RDX: Reg = Reg(2);
/// RBX.
pub const RBX: Reg = Reg(3);
/// RSP.
pub const RSP: Reg = Reg(4);
/// RBP.
pub const RBP: Reg = Reg(5);
/// RSI.
pub const RSI: Reg = Reg(6);
/// RDI.
pub const RDI: Reg = Reg(7);

/// The flags, as a helper declares them.
pub const FLAGS: RegSet = RegSet::Ranges(&[(CC_KIND.0, CC_C.0 + 1)]);
/// The vector registers and MXCSR with its shadow, as a helper declares them.
pub const VECTORS: RegSet = RegSet::Ranges(&[(MXCSR.0, FP_OK.0 + 1), (XMM, N_REGS)]);

/// General register `n`, 64 bits.
pub const fn r(n: u8) -> Reg {
    Reg(n as u16)
}

/// The base of segment `n` (ES, CS, SS, DS, FS, GS).
pub const fn base(n: usize) -> Reg {
    Reg(BASE + n as u16)
}

/// Quadword `part` (0 lowest, up to 3) of vector register `n`; number 16 holds memory operands of VEX instructions.
pub const fn xmm(n: u8, part: u8) -> Reg {
    Reg(XMM + n as u16 * 4 + part as u16)
}

/// Name and width of each register of the file.
pub fn file() -> Vec<(String, Width)> {
    let names = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"];
    let mut file: Vec<(String, Width)> = names.iter().map(|n| ((*n).to_owned(), Width::W64)).collect();
    file.extend((8..16).map(|n| (format!("r{n}"), Width::W64)));
    file.push(("cc_kind".to_owned(), Width::W8));
    file.extend(["cc_a", "cc_b", "cc_c"].map(|n| (n.to_owned(), Width::W64)));
    file.push(("df".to_owned(), Width::W8));
    file.push(("mxcsr".to_owned(), Width::W32));
    file.extend(["fp_ok", "fpu_ip"].map(|n| (n.to_owned(), Width::W64)));
    file.extend(["es", "cs", "ss", "ds", "fs", "gs"].map(|n| (format!("{n}_base"), Width::W64)));
    file.extend(["fpu_dp", "cs_last"].map(|n| (n.to_owned(), Width::W64)));
    file.extend((0..68).map(|n| (format!("xmm{}_{}", n / 4, n % 4), Width::W64)));
    file
}

/// Numbers of the segment registers, as instructions encode them.
pub mod sreg {
    /// ES.
    pub const ES: usize = 0;
    /// CS.
    pub const CS: usize = 1;
    /// SS.
    pub const SS: usize = 2;
    /// DS.
    pub const DS: usize = 3;
    /// FS.
    pub const FS: usize = 4;
    /// GS.
    pub const GS: usize = 5;
}

/// The hidden part of a segment register, but for the base of the six that instructions use: that is in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Seg {
    /// The selector.
    pub selector: u16,
    /// Last byte, in bytes.
    pub limit: u32,
    /// Bits 40 to 55 of the descriptor, without the limit's: type 0 to 3, S 4, DPL 5 to 6, P 7, AVL 12, L 13, D/B 14, G 15.
    pub attr: u16,
    /// The base; of LDTR and TR only.
    pub base: u64,
}

/// Bits of [`Seg::attr`].
pub mod attr {
    /// Accessed.
    pub const A: u16 = 1;
    /// Writable (data) or readable (code).
    pub const W: u16 = 2;
    /// Expand down (data) or conforming (code).
    pub const E: u16 = 4;
    /// Code.
    pub const CODE: u16 = 8;
    /// Code or data, not a system segment.
    pub const S: u16 = 0x10;
    /// Present.
    pub const P: u16 = 0x80;
    /// 64-bit code.
    pub const L: u16 = 0x2000;
    /// 32-bit code or stack.
    pub const D: u16 = 0x4000;
    /// The limit counts pages.
    pub const G: u16 = 0x8000;
}

impl Seg {
    /// Descriptor privilege level.
    pub fn dpl(&self) -> u8 {
        (self.attr >> 5 & 3) as u8
    }

    /// The four type bits.
    pub fn kind(&self) -> u16 {
        self.attr & 15
    }

    /// Whether `bit` of [`attr`] is set.
    pub fn is(&self, bit: u16) -> bool {
        self.attr & bit != 0
    }
}

/// Bits of EFLAGS, CR0, CR4 and EFER.
pub mod bit {
    #![allow(missing_docs, reason = "the manual's names")]
    pub const CF: u64 = 1;
    pub const PF: u64 = 4;
    pub const AF: u64 = 0x10;
    pub const ZF: u64 = 0x40;
    pub const SF: u64 = 0x80;
    pub const TF: u64 = 0x100;
    pub const IF: u64 = 0x200;
    pub const DF: u64 = 0x400;
    pub const OF: u64 = 0x800;
    pub const IOPL: u64 = 0x3000;
    pub const NT: u64 = 0x4000;
    pub const RF: u64 = 0x1_0000;
    pub const VM: u64 = 0x2_0000;
    pub const AC: u64 = 0x4_0000;
    pub const VIF: u64 = 0x8_0000;
    pub const VIP: u64 = 0x10_0000;
    pub const ID: u64 = 0x20_0000;
    /// Flags that arithmetic sets.
    pub const ARITH: u64 = CF | PF | AF | ZF | SF | OF;

    pub const PE: u64 = 1;
    pub const MP: u64 = 2;
    pub const EM: u64 = 4;
    pub const TS: u64 = 8;
    pub const NE: u64 = 0x20;
    pub const WP: u64 = 0x1_0000;
    pub const AM: u64 = 0x4_0000;
    pub const PG: u64 = 0x8000_0000;

    pub const VME: u64 = 1;
    pub const PVI: u64 = 2;
    pub const TSD: u64 = 4;
    pub const DE: u64 = 8;
    pub const PSE: u64 = 0x10;
    pub const PAE: u64 = 0x20;
    pub const MCE: u64 = 0x40;
    pub const PGE: u64 = 0x80;
    pub const PCE: u64 = 0x100;
    pub const OSFXSR: u64 = 0x200;
    pub const OSXMMEXCPT: u64 = 0x400;
    pub const UMIP: u64 = 0x800;
    pub const LA57: u64 = 0x1000;
    pub const FSGSBASE: u64 = 0x1_0000;
    pub const PCIDE: u64 = 0x2_0000;
    pub const OSXSAVE: u64 = 0x4_0000;
    pub const SMEP: u64 = 0x10_0000;
    pub const SMAP: u64 = 0x20_0000;
    pub const PKE: u64 = 0x40_0000;

    pub const SCE: u64 = 1;
    pub const LME: u64 = 0x100;
    pub const LMA: u64 = 0x400;
    pub const NXE: u64 = 0x800;
}

/// The x87 unit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fpu {
    /// Significands of the physical registers.
    pub significand: [u64; 8],
    /// Sign and exponent of the physical registers.
    pub exponent: [u16; 8],
    /// Bit n: physical register n is empty.
    pub empty: u8,
    /// Control word.
    pub control: u16,
    /// Status word without TOP.
    pub status: u16,
    /// TOP.
    pub top: u8,
    /// Last instruction's opcode, 11 bits.
    pub opcode: u16,
    /// Selector of its address.
    pub cs: u16,
    /// Selector of its operand's address.
    pub ds: u16,
}

impl Fpu {
    /// After FNINIT.
    pub fn new() -> Fpu {
        Fpu {
            significand: [0; 8],
            exponent: [0; 8],
            empty: 0xff,
            control: 0x37f,
            status: 0,
            top: 0,
            opcode: 0,
            cs: 0,
            ds: 0,
        }
    }
}

impl Default for Fpu {
    fn default() -> Fpu {
        Fpu::new()
    }
}

/// State that is not in the register file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// ES, CS, SS, DS, FS, GS; see [`sreg`].
    pub seg: [Seg; 6],
    /// LDTR.
    pub ldtr: Seg,
    /// TR.
    pub tr: Seg,
    /// Base of the GDT.
    pub gdt_base: u64,
    /// Limit of the GDT.
    pub gdt_limit: u16,
    /// Base of the IDT.
    pub idt_base: u64,
    /// Limit of the IDT.
    pub idt_limit: u16,
    /// Current privilege level.
    pub cpl: u8,
    /// EFLAGS but for the arithmetic flags and DF.
    pub eflags: u64,
    /// CR0.
    pub cr0: u64,
    /// CR2.
    pub cr2: u64,
    /// CR3.
    pub cr3: u64,
    /// CR4.
    pub cr4: u64,
    /// Extended control register 0.
    pub xcr0: u64,
    /// IA32_EFER.
    pub efer: u64,
    /// Debug registers; 4 and 5 unused.
    pub dr: [u64; 8],
    /// IA32_APIC_BASE.
    pub apic_base: u64,
    /// STAR, LSTAR, CSTAR, FMASK.
    pub syscall: [u64; 4],
    /// IA32_KERNEL_GS_BASE.
    pub kernel_gs_base: u64,
    /// IA32_SYSENTER_CS, ESP, EIP.
    pub sysenter: [u64; 3],
    /// IA32_TSC_AUX.
    pub tsc_aux: u64,
    /// IA32_PAT.
    pub pat: u64,
    /// What the guest has added to the time stamp counter.
    pub tsc_offset: u64,
    /// Other model-specific registers that hold what is written.
    pub msr: std::collections::BTreeMap<u32, u64>,
    /// Page-directory-pointer entries, as MOV CR3 has loaded them.
    pub pdpte: [u64; 4],
    /// The next instruction runs before interrupts are looked at.
    pub shadow: bool,
    /// The shadow is that of a load of SS, which holds off debug traps, too.
    pub shadow_ss: bool,
    /// Bits of DR6 of a debug trap that is pending.
    pub debug_trap: u64,
    /// No NMI until IRET.
    pub nmi_masked: bool,
    /// Waits for a start-up IPI.
    pub wait_for_sipi: bool,
    /// Address bit 20 is forced to 0.
    pub a20_off: bool,
    /// The exception that is being delivered, and whether it makes a double fault of another: see [`crate::trap`].
    pub delivering: u8,
    /// PKRU.
    pub pkru: u32,
    /// MPX.
    pub mpx: crate::mpx::Mpx,
    /// Secure virtual machines.
    pub svm: crate::svm::Svm,
    /// The x87 unit.
    pub fpu: Fpu,
    /// The first exception since this was `None`, for whoever watches from outside.
    #[serde(skip)]
    pub last_vector: Option<u32>,
}
