//! Model-specific registers (SDM volume 4), the time stamp counter, and the way to the local APIC.

use bits::Endian;
use uop::Width;

use crate::mmu::APIC_WINDOW;
use crate::mmu::canonical;
use crate::model::word;
use crate::state::{self, bit, sreg};
use crate::trap::{Cpu, Fault};

/// Cycles of the time stamp counter in a nanosecond: QEMU's runs at that rate, too.
const TSC_PER_NANO: u64 = 1;

/// The time stamp counter.
pub(crate) fn tsc(cpu: &Cpu) -> u64 {
    cpu.now().wrapping_mul(TSC_PER_NANO).wrapping_add(cpu.state.tsc_offset).wrapping_add(crate::svm::tsc_offset(cpu))
}

/// Bits of IA32_APIC_BASE that have to be 0: the low byte, bit 9, and what is above the 40 bits of physical addresses.
const APIC_BASE_RESERVED: u64 = 0xffff_ff00_0000_02ff;

fn apic_at(cpu: &Cpu, offset: u64) -> u64 {
    APIC_WINDOW + (u64::from(cpu.index()) << 12) + offset
}

/// A register of the local APIC; 0 where the board has none.
pub(crate) fn apic_read(cpu: &mut Cpu, offset: u64) -> u64 {
    let at = apic_at(cpu, offset);
    cpu.phys_read(at, Width::W32, Endian::Little).unwrap_or(0)
}

/// Writes one.
pub(crate) fn apic_write(cpu: &mut Cpu, offset: u64, value: u64) {
    let at = apic_at(cpu, offset);
    // A board without an APIC hears nothing.
    let _ = cpu.phys_write(at, value, Width::W32, Endian::Little);
}

fn m_has_deadline(cpu: &Cpu) -> bool {
    cpu.model().has(word::F1_ECX, 24)
}

/// Whether an x2APIC has register `number`, to be read or to be written ("x2APIC Register Address Space").
fn is_x2apic(number: u32, write: bool) -> bool {
    match number & 0xff {
        0x08 | 0x0f | 0x28 | 0x30 | 0x32..=0x38 | 0x3e => true,
        0x02 | 0x03 | 0x0a | 0x0d | 0x10..=0x27 | 0x39 => !write,
        0x0b | 0x3f => write,
        _ => false,
    }
}

/// Whether an x2APIC register takes a value: reserved bits have to be 0, and the two that only begin something take nothing else.
fn x2apic_takes(number: u32, value: u64) -> bool {
    let allowed = match number & 0xff {
        0x08 | 0x3f => 0xff,
        0x0b | 0x28 => 0,
        0x0f => 0x1fff,
        0x30 => 0xffff_ffff_000c_dfff,
        0x32 => 0x7_10ff,
        0x37 => 0x1_10ff,
        0x33..=0x36 => 0x1_f7ff,
        0x3e => 0xb,
        _ => 0xffff_ffff,
    };
    value & !allowed == 0
}

/// Registers that hold what is written, without an effect here: MTRRs, machine check, microcode, debug control... Those of performance counters
/// are not among them: Linux takes the counters for real where they keep a value.
fn is_plain(number: u32) -> bool {
    matches!(number, 0x17 | 0x3a | 0x8b | 0x79 | 0x122 | 0x140 | 0x179..=0x17b | 0x198..=0x19d
        | 0x1a0 | 0x1a2 | 0x1d9..=0x1de | 0x200..=0x2ff | 0x345 | 0x400..=0x47f | 0x48 | 0x49 | 0xce | 0xe2
        | 0xc001_0010..=0xc001_0150 | 0xc000_0080..=0xc000_0107)
}

/// IA32_MCG_CAP: ten banks, and a register to control them.
const MCG_CAP: u64 = 0x10a;

/// #GP(0) for registers that the model has not, of those that QEMU has for all: those of 64-bit mode, and banks of machine checks beyond the last.
fn check_there(cpu: &Cpu, number: u32) -> Result<(), Fault> {
    let m = cpu.model();
    let there = match number {
        0xc000_0082..=0xc000_0084 | 0xc000_0100..=0xc000_0102 => m.has(word::F8_EDX, 29),
        0x400..=0x47f => m.has(word::F1_EDX, 14) && u64::from(number - 0x400) / 4 < MCG_CAP & 0xff,
        _ => true,
    };
    if there { Ok(()) } else { Err(Fault::GP0) }
}

/// Whether a register of a machine check's bank takes a value: IA32_MCi_CTL all ones or all zeros, IA32_MCi_STATUS 0 (SDM volume 3B, "Error-Reporting
/// Register Banks").
fn bank_takes(number: u32, value: u64) -> bool {
    match number & 3 {
        0 => value == 0 || value == u64::MAX,
        1 => value == 0,
        _ => true,
    }
}

/// Whether all eight fields of IA32_PAT are memory types (SDM volume 3A, "IA32_PAT MSR").
fn is_pat(value: u64) -> bool {
    value.to_le_bytes().iter().all(|kind| matches!(kind, 0 | 1 | 4..=7))
}

/// RDMSR.
pub(crate) fn read(cpu: &mut Cpu, number: u32) -> Result<u64, Fault> {
    check_there(cpu, number)?;
    let s = &cpu.state;
    Ok(match number {
        0x10 => tsc(cpu),
        0x1b => {
            let at = apic_at(cpu, 0x7f8);
            let base = s.apic_base;
            cpu.phys_read(at, Width::W64, Endian::Little).ok().filter(|v| *v != 0).unwrap_or(base)
        }
        0xfe => 0x508,
        0x174..=0x176 => s.sysenter[(number - 0x174) as usize],
        0x179 => MCG_CAP,
        0x277 => s.pat,
        0x6e0 if m_has_deadline(cpu) => {
            let at = apic_at(cpu, 0x7f0);
            let nanos = cpu.phys_read(at, Width::W64, Endian::Little).unwrap_or(0);
            if nanos == 0 { 0 } else { nanos.wrapping_mul(TSC_PER_NANO).wrapping_add(cpu.state.tsc_offset) }
        }
        0x800..=0x8ff => {
            if s.apic_base & 0xc00 != 0xc00 || !is_x2apic(number, false) {
                return Err(Fault::GP0);
            }
            let at = apic_at(cpu, 0x800 + u64::from(number - 0x800) * 8);
            cpu.phys_read(at, Width::W64, Endian::Little).map_err(|_| Fault::GP0)?
        }
        0xd90 if crate::mpx::has(cpu) => cpu.state.mpx.supervisor,
        0xc000_0080 => s.efer,
        0xc000_0081..=0xc000_0084 => s.syscall[(number - 0xc000_0081) as usize],
        0xc000_0100 => cpu.reg(state::base(sreg::FS)),
        0xc000_0101 => cpu.reg(state::base(sreg::GS)),
        0xc000_0102 => s.kernel_gs_base,
        0xc000_0103 => s.tsc_aux,
        n if is_plain(n) => s.msr.get(&n).copied().unwrap_or(0),
        // QEMU answers 0 to what it does not know.
        _ => 0,
    })
}

/// WRMSR.
pub(crate) fn write(cpu: &mut Cpu, number: u32, value: u64) -> Result<(), Fault> {
    check_there(cpu, number)?;
    let is_address = canonical(cpu, value);
    let address = |v: u64| if is_address { Ok(v) } else { Err(Fault::GP0) };
    match number {
        0x10 => {
            let now = tsc(cpu);
            cpu.state.tsc_offset = cpu.state.tsc_offset.wrapping_add(value.wrapping_sub(now));
        }
        0x1b => {
            // "x2APIC State Transitions": into x2APIC mode only from the other one, and out of it only to off.
            let old = cpu.state.apic_base;
            let (off, x2) = (value & 0x800 == 0, value & 0x400 != 0);
            let has_x2 = cpu.model().has(word::F1_ECX, 21);
            if value & APIC_BASE_RESERVED != 0 {
                return Err(Fault::GP0);
            }
            if x2 && (off || !has_x2 || old & 0x800 == 0) || old & 0xc00 == 0xc00 && !x2 && !off {
                return Err(Fault::GP0);
            }
            let bsp = cpu.state.apic_base & 0x100;
            cpu.state.apic_base = value & !0x1ff | bsp;
            let at = apic_at(cpu, 0x7f8);
            let base = cpu.state.apic_base;
            let _ = cpu.phys_write(at, base, Width::W64, Endian::Little);
            cpu.flush_tlb();
        }
        0x174 => cpu.state.sysenter[0] = value & 0xffff,
        0x175 | 0x176 => cpu.state.sysenter[(number - 0x174) as usize] = address(value)?,
        0x277 if !is_pat(value) => return Err(Fault::GP0),
        0x277 => cpu.state.pat = value,
        0x400..=0x47f if !bank_takes(number, value) => return Err(Fault::GP0),
        0x6e0 if m_has_deadline(cpu) => {
            // The board's APICs know the machine's time, not what this CPU has added to it. 0 turns the timer off.
            let nanos = value.wrapping_sub(cpu.state.tsc_offset) / TSC_PER_NANO;
            let at = apic_at(cpu, 0x7f0);
            let _ = cpu.phys_write(at, if value == 0 { 0 } else { nanos.max(1) }, Width::W64, Endian::Little);
        }
        0x800..=0x8ff => {
            if cpu.state.apic_base & 0xc00 != 0xc00 || !is_x2apic(number, true) || !x2apic_takes(number, value) {
                return Err(Fault::GP0);
            }
            let at = apic_at(cpu, 0x800 + u64::from(number - 0x800) * 8);
            cpu.phys_write(at, value, Width::W64, Endian::Little).map_err(|_| Fault::GP0)?;
        }
        0xd90 if crate::mpx::has(cpu) => crate::mpx::write_config(cpu, value)?,
        crate::svm::HSAVE if crate::svm::has(cpu) => crate::svm::write_hsave(cpu, value)?,
        0xc000_0080 => write_efer(cpu, value)?,
        0xc000_0082 | 0xc000_0083 => cpu.state.syscall[(number - 0xc000_0081) as usize] = address(value)?,
        0xc000_0081 | 0xc000_0084 => cpu.state.syscall[(number - 0xc000_0081) as usize] = value,
        0xc000_0100 => cpu.set_reg(state::base(sreg::FS), address(value)?),
        0xc000_0101 => cpu.set_reg(state::base(sreg::GS), address(value)?),
        0xc000_0102 => cpu.state.kernel_gs_base = address(value)?,
        0xc000_0103 => cpu.state.tsc_aux = value,
        n if is_plain(n) => {
            cpu.state.msr.insert(n, value);
        }
        _ => {}
    }
    Ok(())
}

fn write_efer(cpu: &mut Cpu, value: u64) -> Result<(), Fault> {
    let m = cpu.model();
    let mut mask = if crate::svm::available(cpu) { crate::svm::SVME } else { 0 };
    if value & !mask & crate::svm::SVME != 0 {
        return Err(Fault::GP0);
    }
    for (bit_, word_, n) in [(bit::SCE, word::F8_EDX, 11), (bit::LME, word::F8_EDX, 29), (bit::NXE, word::F8_EDX, 20)] {
        if m.has(word_, n) {
            mask |= bit_;
        }
    }
    if (value ^ cpu.state.efer) & bit::LME != 0 && cpu.state.cr0 & bit::PG != 0 {
        return Err(Fault::GP0);
    }
    cpu.state.efer = cpu.state.efer & bit::LMA | value & mask;
    cpu.flush_tlb();
    Ok(())
}
