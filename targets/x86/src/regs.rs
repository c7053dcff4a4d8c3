//! The register table that debuggers see: gdb's numbers and names (gdb, `gdb/features/i386`).

use std::sync::OnceLock;

use bits::Endian;
use cpu::{Group, Register, RegisterError};
use uop::Width;

use crate::flags;
use crate::model::Model;
use crate::state::{self, CC_A, CC_B, CC_C, CC_KIND, DF, bit, sreg};
use crate::trap::Cpu;

/// Which part of the state a row shows.
#[derive(Clone, Copy)]
enum What {
    General(u8),
    Pc,
    Flags,
    Selector(usize),
    Base(usize),
    Control(u8),
    Efer,
    Xmm(u8),
    /// Bits 128 to 255.
    YmmHigh(u8),
    Mxcsr,
    Fpu(u8),
    FpuControl(u8),
    KernelGs,
    /// Part of a descriptor: of ES, CS, SS, DS, FS, GS, LDTR, TR.
    Descriptor(usize, Part),
    GdtBase,
    GdtLimit,
    IdtBase,
    IdtLimit,
    Debug(usize),
    Cpl,
    /// Whether address bit 20 is passed on.
    A20,
    /// Whether interrupts wait for the next instruction.
    Shadow,
}

/// What the hidden part of a segment register holds.
#[derive(Clone, Copy)]
enum Part {
    Selector,
    Base,
    Limit,
    /// Bits 8 to 23 of the descriptor's second word, those of the limit among them.
    Attributes,
}

type Table = (Vec<Register>, Vec<What>);

const R64: [&str; 16] =
    ["rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"];
const R32: [&str; 8] = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"];
/// gdb's order of the first eight in 64-bit mode.
const ORDER64: [u8; 8] = [0, 3, 1, 2, 6, 7, 5, 4];
/// gdb's order of segment registers.
const SELECTORS: [(&str, usize); 6] =
    [("cs", sreg::CS), ("ss", sreg::SS), ("ds", sreg::DS), ("es", sreg::ES), ("fs", sreg::FS), ("gs", sreg::GS)];
const ST: [&str; 8] = ["st0", "st1", "st2", "st3", "st4", "st5", "st6", "st7"];
const FPU: [&str; 8] = ["fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop"];
const XMM: [&str; 16] = [
    "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13",
    "xmm14", "xmm15",
];

const YMM_HIGH: [&str; 16] = [
    "ymm0h", "ymm1h", "ymm2h", "ymm3h", "ymm4h", "ymm5h", "ymm6h", "ymm7h", "ymm8h", "ymm9h", "ymm10h", "ymm11h",
    "ymm12h", "ymm13h", "ymm14h", "ymm15h",
];

/// What debuggers have no numbers for: descriptors, their tables, debug registers, and what decides how instructions run.
const HIDDEN: [(&str, u16, What); 37] = {
    use Part::{Attributes, Base, Limit, Selector};
    use What::{A20, Cpl, Debug, Descriptor, GdtBase, GdtLimit, IdtBase, IdtLimit, Shadow};
    [
        ("es_base", 64, Descriptor(sreg::ES, Base)),
        ("es_limit", 32, Descriptor(sreg::ES, Limit)),
        ("es_attr", 24, Descriptor(sreg::ES, Attributes)),
        ("cs_base", 64, Descriptor(sreg::CS, Base)),
        ("cs_limit", 32, Descriptor(sreg::CS, Limit)),
        ("cs_attr", 24, Descriptor(sreg::CS, Attributes)),
        ("ss_base", 64, Descriptor(sreg::SS, Base)),
        ("ss_limit", 32, Descriptor(sreg::SS, Limit)),
        ("ss_attr", 24, Descriptor(sreg::SS, Attributes)),
        ("ds_base", 64, Descriptor(sreg::DS, Base)),
        ("ds_limit", 32, Descriptor(sreg::DS, Limit)),
        ("ds_attr", 24, Descriptor(sreg::DS, Attributes)),
        ("fs_limit", 32, Descriptor(sreg::FS, Limit)),
        ("fs_attr", 24, Descriptor(sreg::FS, Attributes)),
        ("gs_limit", 32, Descriptor(sreg::GS, Limit)),
        ("gs_attr", 24, Descriptor(sreg::GS, Attributes)),
        ("ldtr", 16, Descriptor(LDTR, Selector)),
        ("ldtr_base", 64, Descriptor(LDTR, Base)),
        ("ldtr_limit", 32, Descriptor(LDTR, Limit)),
        ("ldtr_attr", 24, Descriptor(LDTR, Attributes)),
        ("tr", 16, Descriptor(TR, Selector)),
        ("tr_base", 64, Descriptor(TR, Base)),
        ("tr_limit", 32, Descriptor(TR, Limit)),
        ("tr_attr", 24, Descriptor(TR, Attributes)),
        ("gdt_base", 64, GdtBase),
        ("gdt_limit", 16, GdtLimit),
        ("idt_base", 64, IdtBase),
        ("idt_limit", 16, IdtLimit),
        ("dr0", 64, Debug(0)),
        ("dr1", 64, Debug(1)),
        ("dr2", 64, Debug(2)),
        ("dr3", 64, Debug(3)),
        ("dr6", 64, Debug(6)),
        ("dr7", 64, Debug(7)),
        ("cpl", 2, Cpl),
        ("a20", 1, A20),
        ("shadow", 1, Shadow),
    ]
};
const LDTR: usize = 6;
const TR: usize = 7;

fn build(wide: bool, avx: bool) -> Table {
    let bits = if wide { 64 } else { 32 };
    let mut rows = Vec::new();
    let mut kinds = Vec::new();
    let mut add = |name: &'static str, bits: u16, group: Group, gdb_type: &'static str, what: What| {
        let gdb = Some(rows.len() as u16);
        rows.push(Register { name, bits, group, gdb, gdb_type });
        kinds.push(what);
    };
    let int = if wide { "int64" } else { "int" };
    if wide {
        for (n, name) in R64.into_iter().enumerate() {
            let slot = ORDER64.get(n).copied().unwrap_or(n as u8);
            let kind = if (6..8).contains(&n) { "data_ptr" } else { int };
            add(name, 64, Group::General, kind, What::General(slot));
        }
        add("rip", 64, Group::General, "code_ptr", What::Pc);
    } else {
        for (n, name) in R32.into_iter().enumerate() {
            let kind = if (4..6).contains(&n) { "data_ptr" } else { int };
            add(name, 32, Group::General, kind, What::General(n as u8));
        }
        add("eip", 32, Group::General, "code_ptr", What::Pc);
    }
    add("eflags", 32, Group::General, "i386_eflags", What::Flags);
    for (name, n) in SELECTORS {
        add(name, 32, Group::General, "int32", What::Selector(n));
    }
    for (n, name) in ST.into_iter().enumerate() {
        add(name, 80, Group::Float, "i387_ext", What::Fpu(n as u8));
    }
    for (n, name) in FPU.into_iter().enumerate() {
        add(name, 32, Group::Float, "int", What::FpuControl(n as u8));
    }
    for (n, name) in XMM.into_iter().take(if wide { 16 } else { 8 }).enumerate() {
        add(name, 128, Group::Vector, "vec128", What::Xmm(n as u8));
    }
    add("mxcsr", 32, Group::Vector, "i386_mxcsr", What::Mxcsr);
    if avx {
        for (n, name) in YMM_HIGH.into_iter().take(if wide { 16 } else { 8 }).enumerate() {
            add(name, 128, Group::Vector, "uint128", What::YmmHigh(n as u8));
        }
    }
    add("fs_base", bits, Group::System, int, What::Base(sreg::FS));
    add("gs_base", bits, Group::System, int, What::Base(sreg::GS));
    add("k_gs_base", bits, Group::System, int, What::KernelGs);
    for (name, n) in [("cr0", 0), ("cr2", 2), ("cr3", 3), ("cr4", 4), ("cr8", 8)] {
        add(name, bits, Group::System, int, What::Control(n));
    }
    add("efer", bits, Group::System, int, What::Efer);
    for (name, width, what) in HIDDEN {
        rows.push(Register { name, bits: width.min(bits), group: Group::System, gdb: None, gdb_type: int });
        kinds.push(what);
    }
    (rows, kinds)
}

/// The table of a model: by width, and whether it has AVX.
fn tables(model: &Model) -> &'static Table {
    static TABLES: [OnceLock<Table>; 4] = [const { OnceLock::new() }; 4];
    let (wide, avx) = (model.bits == 64, model.has(crate::model::word::F1_ECX, 28));
    TABLES[usize::from(wide) * 2 + usize::from(avx)].get_or_init(|| build(wide, avx))
}

/// The table.
pub(crate) fn table(model: &Model) -> &'static [Register] {
    &tables(model).0
}

/// EFLAGS.
pub(crate) fn eflags(cpu: &Cpu) -> u64 {
    let arith = flags::value(cpu.reg(CC_KIND), cpu.reg(CC_A), cpu.reg(CC_B), cpu.reg(CC_C));
    let df = if cpu.reg(DF) != 0 { bit::DF } else { 0 };
    cpu.state.eflags | arith | df | 2
}

/// Sets all of EFLAGS.
pub(crate) fn set_eflags(cpu: &mut Cpu, value: u64) {
    cpu.set_reg(CC_KIND, 0);
    cpu.set_reg(CC_A, value & bit::ARITH);
    cpu.set_reg(DF, u64::from(value & bit::DF != 0));
    cpu.state.eflags = value & 0x3f_7300;
}

/// EIP or RIP.
pub(crate) fn ip(cpu: &Cpu) -> u64 {
    ip_of(cpu, cpu.pc())
}

/// EIP or RIP of a linear address.
pub(crate) fn ip_of(cpu: &Cpu, pc: u64) -> u64 {
    let ip = pc.wrapping_sub(cpu.reg(state::base(sreg::CS)));
    if crate::seg::is_64(cpu) { ip } else { ip & 0xffff_ffff }
}

/// The value of row `index`.
pub(crate) fn read(cpu: &Cpu, index: usize) -> u128 {
    let table = tables(cpu.model());
    let value = match table.1[index] {
        What::General(n) => cpu.reg(state::r(n)),
        What::Pc => ip(cpu),
        What::Flags => eflags(cpu),
        What::Selector(n) => cpu.state.seg[n].selector.into(),
        What::Base(n) => cpu.reg(state::base(n)),
        What::Control(0) => cpu.state.cr0,
        What::Control(2) => cpu.state.cr2,
        What::Control(3) => cpu.state.cr3,
        What::Control(4) => cpu.state.cr4,
        What::Control(_) => 0,
        What::Efer => cpu.state.efer,
        What::KernelGs => cpu.state.kernel_gs_base,
        What::Descriptor(n, part) => descriptor(cpu, n, part),
        What::GdtBase => cpu.state.gdt_base,
        What::GdtLimit => cpu.state.gdt_limit.into(),
        What::IdtBase => cpu.state.idt_base,
        What::IdtLimit => cpu.state.idt_limit.into(),
        What::Debug(n) => cpu.state.dr[n],
        What::Cpl => cpu.state.cpl.into(),
        What::A20 => (!cpu.state.a20_off).into(),
        What::Shadow => cpu.state.shadow.into(),
        What::Mxcsr => cpu.reg(state::MXCSR),
        What::Xmm(n) => return u128::from(cpu.reg(state::xmm(n, 1))) << 64 | u128::from(cpu.reg(state::xmm(n, 0))),
        What::YmmHigh(n) => return u128::from(cpu.reg(state::xmm(n, 3))) << 64 | u128::from(cpu.reg(state::xmm(n, 2))),
        What::Fpu(n) => {
            let fpu = &cpu.state.fpu;
            let at = usize::from((fpu.top + n) & 7);
            return u128::from(fpu.exponent[at]) << 64 | u128::from(fpu.significand[at]);
        }
        What::FpuControl(n) => fpu_control(cpu, n),
    };
    u128::from(value & bits::mask(u32::from(table.0[index].bits)))
}

fn descriptor(cpu: &Cpu, n: usize, part: Part) -> u64 {
    let (seg, base) = match n {
        LDTR => (&cpu.state.ldtr, cpu.state.ldtr.base),
        TR => (&cpu.state.tr, cpu.state.tr.base),
        _ => (&cpu.state.seg[n], cpu.reg(state::base(n))),
    };
    match part {
        Part::Selector => seg.selector.into(),
        Part::Base => base,
        Part::Limit => seg.limit.into(),
        Part::Attributes => {
            let limit = if seg.is(state::attr::G) { seg.limit >> 28 } else { seg.limit >> 16 & 15 };
            u64::from(seg.attr) << 8 | u64::from(limit) << 16
        }
    }
}

fn fpu_control(cpu: &Cpu, n: u8) -> u64 {
    let fpu = &cpu.state.fpu;
    match n {
        0 => fpu.control.into(),
        1 => (fpu.status & !0x3800 | u16::from(fpu.top) << 11).into(),
        2 => (0..8).map(|n| (u64::from(fpu.empty >> n & 1) * 3) << (2 * n)).sum(),
        3 => fpu.cs.into(),
        4 => cpu.reg(state::FPU_IP) & 0xffff_ffff,
        5 => fpu.ds.into(),
        6 => cpu.reg(state::FPU_DP) & 0xffff_ffff,
        _ => fpu.opcode.into(),
    }
}

/// Writes row `index`.
pub(crate) fn write(cpu: &mut Cpu, index: usize, value: u128) -> Result<(), RegisterError> {
    let table = tables(cpu.model());
    let (row, wide) = (&table.0[index], value);
    let value = value as u64 & bits::mask(u32::from(row.bits).min(64));
    match table.1[index] {
        What::General(n) => cpu.set_reg(state::r(n), value),
        What::Pc => {
            let pc = cpu.reg(state::base(sreg::CS)).wrapping_add(value);
            cpu.set_pc(pc);
        }
        What::Flags => set_eflags(cpu, value),
        What::Selector(n) => load_selector(cpu, n, value as u16),
        What::Base(n) => cpu.set_reg(state::base(n), value),
        What::Control(n) => {
            match n {
                0 => cpu.state.cr0 = value,
                2 => cpu.state.cr2 = value,
                3 => cpu.state.cr3 = value,
                4 => cpu.state.cr4 = value,
                _ => return Err(RegisterError::ReadOnly(row.name)),
            }
            cpu.flush_tlb();
        }
        What::Efer => cpu.state.efer = value,
        What::KernelGs => cpu.state.kernel_gs_base = value,
        What::Mxcsr => crate::sse::set_mxcsr(cpu, value),
        What::Xmm(n) => {
            cpu.set_reg(state::xmm(n, 0), wide as u64);
            cpu.set_reg(state::xmm(n, 1), (wide >> 64) as u64);
        }
        What::YmmHigh(n) => {
            cpu.set_reg(state::xmm(n, 2), wide as u64);
            cpu.set_reg(state::xmm(n, 3), (wide >> 64) as u64);
        }
        What::Fpu(n) => {
            let fpu = &mut cpu.state.fpu;
            let at = usize::from((fpu.top + n) & 7);
            fpu.significand[at] = wide as u64;
            fpu.exponent[at] = (wide >> 64) as u16;
        }
        What::FpuControl(n) => set_fpu_control(cpu, n, value),
        _ => return Err(RegisterError::ReadOnly(row.name)),
    }
    Ok(())
}

/// A selector from outside, with what belongs to it, as QEMU's debugger has it: a paragraph's base in real and virtual-8086 mode, else the
/// descriptor, without checks. A selector that is there already changes nothing.
fn load_selector(cpu: &mut Cpu, n: usize, selector: u16) {
    if selector == cpu.state.seg[n].selector {
        return;
    }
    let ip = ip(cpu);
    if crate::seg::is_real(cpu) {
        crate::seg::set_real(cpu, n, selector);
    } else {
        let at = crate::seg::descriptor_address(cpu, selector, 8).and_then(|at| crate::mmu::translate_debug(cpu, at));
        let Some(at) = at else { return };
        let Ok(d) = cpu.phys_read(at, Width::W64, Endian::Little) else { return };
        crate::seg::set(cpu, n, crate::seg::Descriptor(d).seg(selector));
    }
    if n == sreg::CS {
        let pc = cpu.reg(state::base(sreg::CS)).wrapping_add(ip);
        cpu.set_pc(pc);
    }
}

fn set_fpu_control(cpu: &mut Cpu, n: u8, value: u64) {
    let fpu = &mut cpu.state.fpu;
    match n {
        0 => fpu.control = value as u16,
        1 => {
            fpu.status = value as u16 & !0x3800;
            fpu.top = (value >> 11 & 7) as u8;
        }
        2 => fpu.empty = (0..8).map(|n| u8::from(value >> (2 * n) & 3 == 3) << n).sum(),
        3 => fpu.cs = value as u16,
        4 => cpu.set_reg(state::FPU_IP, value),
        5 => fpu.ds = value as u16,
        6 => cpu.set_reg(state::FPU_DP, value),
        _ => fpu.opcode = value as u16,
    }
}
