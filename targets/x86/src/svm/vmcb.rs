//! The virtual machine control block in memory (AMD64 Architecture Programmer's Manual, volume 2, appendix B, "Layout of VMCB").

use bits::Endian;
use uop::Width;

use crate::regs;
use crate::state::{self, Seg, sreg};
use crate::trap::Cpu;

/// Offsets in the control area.
pub(super) mod control {
    /// Reads of CR0 to CR15, writes from bit 16 on; from bit 32 on the same for debug registers.
    pub(crate) const CR: u64 = 0x00;
    /// Exceptions by vector; from bit 32 on instructions and events, exit code 0x60 and up.
    pub(crate) const EXCEPTIONS: u64 = 0x08;
    /// More of them, from 0x80 on.
    pub(crate) const EVENTS_2: u64 = 0x10;
    /// Physical address of the I/O permission map.
    pub(crate) const IO_MAP: u64 = 0x40;
    /// Physical address of the MSR permission map.
    pub(crate) const MSR_MAP: u64 = 0x48;
    /// Added to the time stamp counter.
    pub(crate) const TSC_OFFSET: u64 = 0x50;
    /// The address space identifier, and what to flush.
    pub(crate) const ASID: u64 = 0x58;
    /// Virtual interrupts.
    pub(crate) const INT: u64 = 0x60;
    /// Interrupt shadow.
    pub(crate) const SHADOW: u64 = 0x68;
    /// The exit's code.
    pub(crate) const EXIT_CODE: u64 = 0x70;
    /// What the code says more.
    pub(crate) const EXIT_INFO1: u64 = 0x78;
    /// And more.
    pub(crate) const EXIT_INFO2: u64 = 0x80;
    /// The event that was being delivered.
    pub(crate) const EXIT_INT_INFO: u64 = 0x88;
    /// Nested paging.
    pub(crate) const NESTED: u64 = 0x90;
    /// The event to deliver.
    pub(crate) const EVENT: u64 = 0xa8;
    /// CR3 of nested paging.
    pub(crate) const NESTED_CR3: u64 = 0xb0;
}

/// Offsets in the state-save area, from the beginning of the block.
pub(super) mod save {
    pub(crate) const SEGMENTS: u64 = 0x400;
    pub(crate) const GDTR: u64 = 0x460;
    pub(crate) const LDTR: u64 = 0x470;
    pub(crate) const IDTR: u64 = 0x480;
    pub(crate) const TR: u64 = 0x490;
    pub(crate) const CPL: u64 = 0x4cb;
    pub(crate) const EFER: u64 = 0x4d0;
    pub(crate) const CR4: u64 = 0x548;
    pub(crate) const CR3: u64 = 0x550;
    pub(crate) const CR0: u64 = 0x558;
    pub(crate) const DR7: u64 = 0x560;
    pub(crate) const DR6: u64 = 0x568;
    pub(crate) const RFLAGS: u64 = 0x570;
    pub(crate) const RIP: u64 = 0x578;
    pub(crate) const RSP: u64 = 0x5d8;
    pub(crate) const RAX: u64 = 0x5f8;
    pub(crate) const STAR: u64 = 0x600;
    pub(crate) const KERNEL_GS: u64 = 0x620;
    pub(crate) const SYSENTER: u64 = 0x628;
    pub(crate) const CR2: u64 = 0x640;
    pub(crate) const PAT: u64 = 0x668;
}

/// Reads physical memory; where there is none it is 0.
pub(super) fn get(cpu: &mut Cpu, at: u64, w: Width) -> u64 {
    cpu.phys_read(at, w, Endian::Little).unwrap_or(0)
}

/// Writes physical memory; where there is none nothing happens.
pub(super) fn put(cpu: &mut Cpu, at: u64, value: u64, w: Width) {
    let _ = cpu.phys_write(at, value, w, Endian::Little);
}

/// Segment registers as instructions encode them, in the order of the block: ES, CS, SS, DS, FS, GS.
pub(super) const ON_ENTRY: [usize; 4] = [sreg::ES, sreg::CS, sreg::SS, sreg::DS];
/// Those of VMLOAD and VMSAVE.
pub(super) const BY_INSTRUCTION: [usize; 2] = [sreg::FS, sreg::GS];

/// Reads a segment: its base is in it.
pub(super) fn segment(cpu: &mut Cpu, at: u64) -> Seg {
    let head = get(cpu, at, Width::W64);
    let attr = (head >> 16) as u16;
    Seg {
        selector: head as u16,
        attr: attr & 0xff | attr << 4 & 0xf000,
        limit: (head >> 32) as u32,
        base: get(cpu, at + 8, Width::W64),
    }
}

/// Writes one.
pub(super) fn put_segment(cpu: &mut Cpu, at: u64, s: Seg) {
    let attr = u64::from(s.attr & 0xff | s.attr >> 4 & 0xf00);
    put(cpu, at, u64::from(s.selector) | attr << 16 | u64::from(s.limit) << 32, Width::W64);
    put(cpu, at + 8, s.base, Width::W64);
}

/// Segment register `n` with its base.
pub(super) fn segment_now(cpu: &Cpu, n: usize) -> Seg {
    Seg { base: cpu.reg(state::base(n)), ..cpu.state.seg[n] }
}

/// The table register at `at`: base, limit.
pub(super) fn table(cpu: &mut Cpu, at: u64) -> (u64, u16) {
    (get(cpu, at + 8, Width::W64), get(cpu, at + 4, Width::W32) as u16)
}

/// Writes one.
pub(super) fn put_table(cpu: &mut Cpu, at: u64, (base, limit): (u64, u16)) {
    put(cpu, at + 4, limit.into(), Width::W32);
    put(cpu, at + 8, base, Width::W64);
}

/// What VMRUN saves of the host, and loads of the guest; at #VMEXIT the other way round.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Context {
    /// ES, CS, SS, DS with their bases.
    pub seg: [Seg; 4],
    /// Base and limit of the GDT.
    pub gdt: (u64, u16),
    /// Base and limit of the IDT.
    pub idt: (u64, u16),
    /// EFER.
    pub efer: u64,
    /// CR0, CR3, CR4.
    pub cr: [u64; 3],
    /// RFLAGS.
    pub flags: u64,
    /// RIP.
    pub ip: u64,
    /// RSP.
    pub sp: u64,
    /// RAX.
    pub rax: u64,
    /// The privilege level.
    pub cpl: u8,
}

impl Context {
    /// That of the CPU now, with another instruction pointer.
    pub(super) fn now(cpu: &Cpu, ip: u64) -> Context {
        let s = &cpu.state;
        Context {
            seg: ON_ENTRY.map(|n| segment_now(cpu, n)),
            gdt: (s.gdt_base, s.gdt_limit),
            idt: (s.idt_base, s.idt_limit),
            efer: s.efer,
            cr: [s.cr0, s.cr3, s.cr4],
            flags: regs::eflags(cpu),
            ip,
            sp: cpu.reg(state::RSP),
            rax: cpu.reg(state::RAX),
            cpl: s.cpl,
        }
    }

    /// That of a block.
    pub(super) fn read(cpu: &mut Cpu, at: u64) -> Context {
        let mut word = |offset: u64| get(cpu, at + offset, Width::W64);
        let (efer, flags, ip, sp, rax) =
            (word(save::EFER), word(save::RFLAGS), word(save::RIP), word(save::RSP), word(save::RAX));
        let cr = [word(save::CR0), word(save::CR3), word(save::CR4)];
        let cpl = get(cpu, at + save::CPL, Width::W8) as u8 & 3;
        Context {
            seg: std::array::from_fn(|n| segment(cpu, at + save::SEGMENTS + 16 * n as u64)),
            gdt: table(cpu, at + save::GDTR),
            idt: table(cpu, at + save::IDTR),
            efer,
            cr,
            flags,
            ip,
            sp,
            rax,
            cpl,
        }
    }

    /// Writes it to a block.
    pub(super) fn write(&self, cpu: &mut Cpu, at: u64) {
        for (n, s) in (0..).zip(self.seg) {
            put_segment(cpu, at + save::SEGMENTS + 16 * n, s);
        }
        put_table(cpu, at + save::GDTR, self.gdt);
        put_table(cpu, at + save::IDTR, self.idt);
        let words = [
            (save::EFER, self.efer),
            (save::CR0, self.cr[0]),
            (save::CR3, self.cr[1]),
            (save::CR4, self.cr[2]),
            (save::RFLAGS, self.flags),
            (save::RIP, self.ip),
            (save::RSP, self.sp),
            (save::RAX, self.rax),
        ];
        for (offset, value) in words {
            put(cpu, at + offset, value, Width::W64);
        }
        put(cpu, at + save::CPL, self.cpl.into(), Width::W8);
    }

    /// Makes it the CPU's.
    pub(super) fn load(&self, cpu: &mut Cpu) {
        for (n, s) in ON_ENTRY.into_iter().zip(self.seg) {
            crate::seg::set(cpu, n, s);
        }
        let s = &mut cpu.state;
        (s.gdt_base, s.gdt_limit) = self.gdt;
        (s.idt_base, s.idt_limit) = self.idt;
        s.efer = self.efer;
        [s.cr0, s.cr3, s.cr4] = self.cr;
        s.cpl = self.cpl;
        regs::set_eflags(cpu, self.flags | 2);
        cpu.set_reg(state::RSP, self.sp);
        cpu.set_reg(state::RAX, self.rax);
        let long = crate::seg::is_64(cpu);
        let base = if long { 0 } else { cpu.reg(state::base(sreg::CS)) };
        cpu.set_pc(base.wrapping_add(self.ip));
        cpu.flush_tlb();
    }
}
