//! x86: registers of 32 or 64 bits by what CS says, segments with their descriptors, x87 and SSE.

use cpu::Cpu;

use super::{bits, value};

/// Flags from the most to the least significant: name and bit.
const FLAGS: [(char, u32); 7] = [('D', 10), ('O', 11), ('S', 7), ('Z', 6), ('A', 4), ('P', 2), ('C', 0)];
/// Types of system segments (Intel SDM volume 3A, "System Descriptor Types"), and what they are with EFER.LMA.
const SYSTEM: [&str; 16] = [
    "Reserved",
    "TSS16-avl",
    "LDT",
    "TSS16-busy",
    "CallGate16",
    "TaskGate",
    "IntGate16",
    "TrapGate16",
    "Reserved",
    "TSS32-avl",
    "Reserved",
    "TSS32-busy",
    "CallGate32",
    "Reserved",
    "IntGate32",
    "TrapGate32",
];
const SYSTEM_64: [&str; 16] = [
    "<hiword>",
    "Reserved",
    "LDT",
    "Reserved",
    "Reserved",
    "Reserved",
    "Reserved",
    "Reserved",
    "Reserved",
    "TSS64-avl",
    "Reserved",
    "TSS64-busy",
    "CallGate64",
    "Reserved",
    "IntGate64",
    "TrapGate64",
];
const PRESENT: u64 = 1 << 15;
const LONG: u64 = 1 << 21;
const BIG: u64 = 1 << 22;

struct View<'a> {
    cpu: &'a dyn Cpu,
    /// The target has registers of 64 bits.
    wide: bool,
    /// EFER.LMA.
    long: bool,
    /// LMA and CS.L: code of 64 bits runs.
    code64: bool,
    protected: bool,
}

pub(super) fn dump(cpu: &dyn Cpu, wide: bool) -> String {
    let get = |name: &str| value(cpu, name).unwrap_or(0) as u64;
    let long = get("efer") >> 10 & 1 != 0;
    let view = View { cpu, wide, long, code64: long && get("cs_attr") & LONG != 0, protected: get("cr0") & 1 != 0 };
    [view.general(), view.segments(), view.control(), view.fpu(), view.sse()].concat()
}

impl View<'_> {
    fn get(&self, name: &str) -> u64 {
        value(self.cpu, name).unwrap_or(0) as u64
    }

    /// A number of the code's width.
    fn word(&self, value: u64) -> String {
        if self.code64 { format!("{value:016x}") } else { format!("{:08x}", value as u32) }
    }

    /// A number of the target's width.
    fn target(&self, value: u64) -> String {
        if self.wide { format!("{value:016x}") } else { format!("{:08x}", value as u32) }
    }

    fn general(&self) -> String {
        let (letter, prefix) = (if self.code64 { 'R' } else { 'E' }, if self.wide { 'r' } else { 'e' });
        let mut out = String::new();
        for row in [["ax", "bx", "cx", "dx"], ["si", "di", "bp", "sp"]] {
            let cell = |name: &str| {
                let value = self.word(self.get(&format!("{prefix}{name}")));
                format!("{letter}{}={value}", name.to_ascii_uppercase())
            };
            out += &format!("{}\n", row.map(cell).join(" "));
        }
        for first in [8, 12].into_iter().filter(|_| self.code64) {
            let cell = |n: u32| format!("{:<3}={:016x}", format!("R{n}"), self.get(&format!("r{n}")));
            out += &format!("{}\n", [0, 1, 2, 3].map(|n| cell(first + n)).join(" "));
        }
        let flags = self.get("eflags");
        out += &format!(
            "{letter}IP={} {letter}FL={:08x} [{}] CPL={} II={} A20={} SMM=0 HLT={}\n",
            self.word(self.get(&format!("{prefix}ip"))),
            flags,
            bits(flags, &FLAGS),
            self.get("cpl"),
            self.get("shadow"),
            self.get("a20"),
            u8::from(self.cpu.halted()),
        );
        out
    }

    fn segments(&self) -> String {
        let mut out = String::new();
        for (label, name, hidden) in [
            ("ES", "es", "es"),
            ("CS", "cs", "cs"),
            ("SS", "ss", "ss"),
            ("DS", "ds", "ds"),
            ("FS", "fs", "fs"),
            ("GS", "gs", "gs"),
            ("LDT", "ldtr", "ldtr"),
            ("TR", "tr", "tr"),
        ] {
            let part = |part: &str| self.get(&format!("{hidden}_{part}"));
            let attr = part("attr");
            let (selector, base, limit) = (self.get(name), self.word(part("base")), part("limit"));
            out += &format!("{label:<3}={selector:04x} {base} {limit:08x} {attr:08x}{}\n", self.describe(attr));
        }
        for name in ["gdt", "idt"] {
            let (base, limit) = (self.get(&format!("{name}_base")), self.get(&format!("{name}_limit")));
            out += &format!("{}=     {} {limit:08x}\n", name.to_ascii_uppercase(), self.word(base));
        }
        out
    }

    /// What the second word of a descriptor says.
    fn describe(&self, attr: u64) -> String {
        if !self.protected || attr & PRESENT == 0 {
            return String::new();
        }
        let kind = (attr >> 8 & 15) as usize;
        let level = format!(" DPL={}", attr >> 13 & 3);
        if attr >> 12 & 1 == 0 {
            return format!("{level} {}", if self.long { SYSTEM_64 } else { SYSTEM }[kind]);
        }
        let big = attr & BIG != 0;
        let (name, letters) = match kind & 8 != 0 {
            true if attr & LONG != 0 => ("CS64", [('C', 2), ('R', 1), ('A', 0)]),
            true => (if big { "CS32" } else { "CS16" }, [('C', 2), ('R', 1), ('A', 0)]),
            false => (if big || self.code64 { "DS  " } else { "DS16" }, [('E', 2), ('W', 1), ('A', 0)]),
        };
        format!("{level} {name} [{}]", bits(kind as u64, &letters))
    }

    fn control(&self) -> String {
        let get = |name: &str| self.get(name);
        let mut out = format!(
            "CR0={:08x} CR2={} CR3={} CR4={:08x}\n",
            get("cr0"),
            self.word(get("cr2")),
            self.word(get("cr3")),
            get("cr4")
        );
        for n in 0..4 {
            out += &format!("DR{n}={} ", self.target(get(&format!("dr{n}"))));
        }
        out += &format!("\nDR6={} DR7={}\n", self.target(get("dr6")), self.target(get("dr7")));
        out + &format!("EFER={:016x}\n", get("efer"))
    }

    fn fpu(&self) -> String {
        let (status, tags) = (self.get("fstat"), self.get("ftag"));
        let top = status >> 11 & 7;
        // gdb's tags have two bits a register, 3 for those that are empty.
        let used: u64 = (0..8).map(|n| u64::from(tags >> (2 * n) & 3 != 3) << n).sum();
        let mut out = format!(
            "FCW={:04x} FSW={status:04x} [ST={top}] FTW={used:02x} MXCSR={:08x}\n",
            self.get("fctrl"),
            self.get("mxcsr")
        );
        for n in 0..8u64 {
            // By register, not by place on the stack.
            let value = value(self.cpu, &format!("st{}", n.wrapping_sub(top) & 7)).unwrap_or(0);
            let end = if n % 2 == 1 { '\n' } else { ' ' };
            out += &format!("FPR{n}={:016x} {:04x}{end}", value as u64, (value >> 64) as u16);
        }
        out
    }

    fn sse(&self) -> String {
        let cell = |n: u32| {
            let value = value(self.cpu, &format!("xmm{n}")).unwrap_or(0);
            format!("XMM{n:02}={value:032x}{}", if n % 2 == 1 { '\n' } else { ' ' })
        };
        (0..if self.code64 { 16 } else { 8 }).map(cell).collect()
    }
}
