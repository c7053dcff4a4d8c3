//! What the page tables of a CPU map, for people and core files: read from the guest's memory, without a trace in it.

pub(crate) mod riscv;
pub(crate) mod x86;

use cpu::Cpu;

use crate::machine::{Machine, Vcpu};
use crate::targets::Arch;

/// Entries that are looked at before tables are taken for circular: a guest may point them at themselves.
const LIMIT: usize = 1 << 22;

/// A page as the tables map it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Page {
    /// Its virtual address.
    pub virt: u64,
    /// Its physical address.
    pub physical: u64,
    /// Its length in bytes.
    pub len: u64,
    /// The entry that maps it.
    pub entry: u64,
    /// That entry without what the tables above it forbid.
    pub rights: u64,
}

/// What [`Machine::pages`] knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pages {
    /// Nothing: tables of this architecture are not read here.
    Unknown,
    /// Addresses are not translated.
    Off,
    /// What is mapped, in the order of virtual addresses.
    Mapped(Vec<Page>),
}

/// A register by name, or under its name on CPUs of 64 bits.
fn register(cpu: &dyn Cpu, names: &[&str]) -> u64 {
    let index = names.iter().find_map(|name| cpu.registers().iter().position(|row| row.name == *name));
    index.and_then(|index| cpu.register(index).ok()).unwrap_or(0) as u64
}

impl Machine {
    /// What the page tables of this CPU map.
    pub fn pages(&self, vcpu: &Vcpu) -> Pages {
        let read = |address: u64, len: usize| {
            let mut bytes = [0; 8];
            self.memory().read_bytes(address, &mut bytes[..len]);
            u64::from_le_bytes(bytes)
        };
        let cpu = vcpu.cpu.as_ref();
        let mapped = match self.target().arch {
            Arch::X86 => x86::Paging::of(cpu).map(|paging| x86::mapped(paging, &read)),
            Arch::Riscv => riscv::mapped(register(cpu, &["satp"]), self.target().bits, &read),
            _ => return Pages::Unknown,
        };
        mapped.map_or(Pages::Off, Pages::Mapped)
    }
}
