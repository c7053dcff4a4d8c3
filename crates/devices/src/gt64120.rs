//! GT-64120: the system controller of the Malta board, between the CPU's bus, PCI and SDRAM.
//!
//! Galileo Technology, GT-64120 System Controller For RC4650/4700/5000 and RM526X/527X/7000 CPUs, data sheet, revision 1.1, April 1999:
//! "CPU Interface Address Decoding", "Register Tables".
//!
//! One device answers for the whole range in which the bridge can put things on Malta, and decodes as its registers say: its own
//! registers (ISD), PCI I/O (the ISA bus) and the two PCI memory windows, where nobody is. It is wired little-endian: a big-endian CPU
//! swaps, or has the bridge swap configuration data (PCI Internal Command, MByteSwap). SDRAM decoding is the board's.

use memory::{Device, Nanos, SharedDevice, Size};
use serde::{Deserialize, Serialize};

use crate::i8259::I8259;
use crate::pci::{Field, PciBus, PciFunction};
use crate::state;

const PART: &str = "gt64120";
/// Size of the registers' window in bytes.
const REGISTERS: u64 = 0x1000;
/// Addresses are decoded in steps of 2 MiB.
const STEP: u32 = 21;

const CPU: u16 = 0x000;
const PCI0_IO: u16 = 0x048;
const PCI0_M0: u16 = 0x058;
const ISD: u16 = 0x068;
const PCI0_M1: u16 = 0x080;
const PCI0_CMD: u16 = 0xc00;
const INTRCAUSE: u16 = 0xc18;
const PCI0_IACK: u16 = 0xc34;
const PCI0_CFGADDR: u16 = 0xcf8;
const PCI0_CFGDATA: u16 = 0xcfc;
/// CPU Interface Configuration: the CPU is little-endian.
const CPU_LITTLE: u32 = 1 << 12;
/// PCI Internal Command: the bridge doesn't swap what it reads and writes for the CPU.
const NO_SWAP: u32 = 1 << 0 | 1 << 16;
/// Configuration Address: enable; bus, device and function numbers.
const CONFIG_ENABLE: u32 = 1 << 31;
const CONFIG_NUMBERS: u32 = 0x00ff_ff00;

/// Register, value after reset, writable bits. "Register Tables", with the reset values of the registers' own tables.
const TABLE: [(u16, u32, u32); 78] = [
    (CPU, 0, 0x000f_f9ff),
    (0x008, 0x000, 0x7fff),
    (0x010, 0x007, 0x7f),
    (0x018, 0x008, 0x7fff),
    (0x020, 0x00f, 0x7f),
    (0x028, 0x0e0, 0x7fff),
    (0x030, 0x070, 0x7f),
    (0x038, 0x0f8, 0x7fff),
    (0x040, 0x07f, 0x7f),
    (PCI0_IO, 0x080, 0x7fff),
    (0x050, 0x00f, 0x7f),
    (PCI0_M0, 0x090, 0x7fff),
    (0x060, 0x01f, 0x7f),
    (ISD, 0x0a0, 0x7fff),
    (0x070, 0, 0),
    (0x078, 0, 0),
    (PCI0_M1, 0x790, 0x7fff),
    (0x088, 0x01f, 0x7f),
    (0x090, 0x100, 0x7fff),
    (0x098, 0x00f, 0x7f),
    (0x0a0, 0x110, 0x7fff),
    (0x0a8, 0x01f, 0x7f),
    (0x0b0, 0x120, 0x7fff),
    (0x0b8, 0x02f, 0x7f),
    (0x0d0, 0x000, 0x7ff),
    (0x0d8, 0x008, 0x7ff),
    (0x0e0, 0x0e0, 0x7ff),
    (0x0e8, 0x0f8, 0x7ff),
    (0x0f0, 0x080, 0x7ff),
    (0x0f8, 0x090, 0x7ff),
    (0x100, 0x790, 0x7ff),
    (0x108, 0x100, 0x7ff),
    (0x110, 0x110, 0x7ff),
    (0x118, 0x120, 0x7ff),
    (0x120, 0, 0x7),
    (0x128, 0, 0xffff_ffff),
    (0x400, 0x00, 0xff),
    (0x404, 0x07, 0xff),
    (0x408, 0x08, 0xff),
    (0x40c, 0x0f, 0xff),
    (0x410, 0x10, 0xff),
    (0x414, 0x17, 0xff),
    (0x418, 0x18, 0xff),
    (0x41c, 0x1f, 0xff),
    (0x420, 0xc0, 0xff),
    (0x424, 0xc7, 0xff),
    (0x428, 0xc8, 0xff),
    (0x42c, 0xcf, 0xff),
    (0x430, 0xd0, 0xff),
    (0x434, 0xdf, 0xff),
    (0x438, 0xf0, 0xff),
    (0x43c, 0xfb, 0xff),
    (0x440, 0xfc, 0xff),
    (0x444, 0xff, 0xff),
    (0x448, 0x200, 0xffff_ffff),
    (0x44c, 0x5, 0xffff),
    (0x450, 0x5, 0xffff),
    (0x454, 0x5, 0xffff),
    (0x458, 0x5, 0xffff),
    (0x45c, 0x386f_ffff, 0xffff_ffff),
    (0x460, 0x386f_ffff, 0xffff_ffff),
    (0x464, 0x386f_ffff, 0xffff_ffff),
    (0x468, 0x386f_ffff, 0xffff_ffff),
    (0x46c, 0x146f_ffff, 0xffff_ffff),
    (0x474, 0, 0x7),
    (0x478, 0x7, 0xffff_ffff),
    (0x47c, 0x2, 0x7),
    (PCI0_CMD, 0, 0x0006_fc0f | NO_SWAP),
    (0xc04, 0x0107_0f0f, 0xffff_ffff),
    (0xc08, 0x00ff_f000, 0xffff_f000),
    (0xc0c, 0x00ff_f000, 0xffff_f000),
    (0xc10, 0x01ff_f000, 0xffff_f000),
    (0xc14, 0x00ff_f000, 0xffff_f000),
    (0xc1c, 0, 0xffff_ffff),
    (0xc24, 0, 0xffff_ffff),
    (0xc28, 0, 0x7f),
    (0xc3c, 0, 0xff),
    (PCI0_CFGADDR, 0, 0x80ff_fffc),
];

/// The bridge itself on PCI: device 0. "PCI Configuration Registers". As in QEMU, its base addresses are fixed,
/// and so is what its subsystem is.
const SELF: [Field; 12] = [
    (0x00, 4, 0x4620_11ab, 0),
    (0x04, 4, 0x0280_0000, 0x0000_0357),
    (0x08, 4, 0x0600_0010, 0),
    (0x0c, 1, 0, 0xff),
    (0x10, 4, 0x0000_0008, 0),
    (0x14, 4, 0x0100_0008, 0),
    (0x18, 4, 0x1c00_0000, 0),
    (0x1c, 4, 0x1f00_0000, 0),
    (0x20, 4, 0x1400_0000, 0),
    (0x24, 4, 0x1400_0001, 0),
    (0x2c, 4, 0x1100_1af4, 0),
    (0x3c, 4, 0x0000_0100, 0x0000_00ff),
];

/// The bridge as a function of its own PCI bus.
pub fn pci_function() -> PciFunction {
    PciFunction::new(0, 0, &SELF)
}

/// Where an address leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Registers(u16),
    Port(u64),
    PciMemory,
    Nothing,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    /// One for each row of the table.
    registers: Vec<u32>,
}

/// The bridge. Offsets are physical addresses less its start.
pub struct Gt64120 {
    start: u64,
    big_endian: bool,
    ports: SharedDevice,
    pic: I8259,
    pci: PciBus,
    s: State,
}

fn row(register: u16) -> Option<usize> {
    TABLE.binary_search_by_key(&register, |row| row.0).ok()
}

impl Gt64120 {
    /// A bridge whose range begins at physical address `start`, before a CPU of that byte order. PCI I/O is `ports`; interrupt
    /// acknowledge cycles go to `pic`.
    pub fn new(start: u64, big_endian: bool, ports: SharedDevice, pic: I8259, pci: PciBus) -> Gt64120 {
        Gt64120 { start, big_endian, ports, pic, pci, s: Gt64120::power_on(big_endian) }
    }

    /// Byte order is strapped at reset.
    fn power_on(big_endian: bool) -> State {
        let mut registers: Vec<u32> = TABLE.iter().map(|row| row.1).collect();
        if !big_endian {
            for (register, bits) in [(CPU, CPU_LITTLE), (PCI0_CMD, NO_SWAP)] {
                registers[row(register).expect("the table has it")] |= bits;
            }
        }
        State { registers }
    }

    fn register(&self, register: u16) -> u32 {
        row(register).map_or(0, |n| self.s.registers[n])
    }

    /// The window of a pair of decoding registers as first and last address: the low one has bits 35 to 21, the high one is compared
    /// with bits 27 to 21.
    fn window(&self, low: u16) -> (u64, u64) {
        let (low, high) = (u64::from(self.register(low)), u64::from(self.register(low + 8)));
        (low << STEP, (((low & !0x7f | high) + 1) << STEP) - 1)
    }

    fn place(&self, address: u64) -> Place {
        let own = u64::from(self.register(ISD)) << STEP;
        if (own..own + REGISTERS).contains(&address) {
            return Place::Registers((address - own) as u16);
        }
        let (first, last) = self.window(PCI0_IO);
        if (first..=last).contains(&address) {
            return Place::Port(address - first);
        }
        let memory = [PCI0_M0, PCI0_M1].map(|low| self.window(low));
        let inside = memory.iter().any(|&(first, last)| (first..=last).contains(&address));
        if inside { Place::PciMemory } else { Place::Nothing }
    }

    /// Device and function that the configuration address names, if it is one on bus 0.
    fn config(&self) -> Option<(u8, u8)> {
        let address = self.register(PCI0_CFGADDR);
        let enabled = address & CONFIG_ENABLE != 0 && address >> 16 & 0xff == 0;
        enabled.then_some(((address >> 8) as u8, address as u8))
    }

    /// Configuration data of others is swapped unless NO_SWAP says not to; the bridge's own never is.
    fn config_swapped(&self) -> bool {
        self.register(PCI0_CMD) & 1 == 0 && self.register(PCI0_CFGADDR) & CONFIG_NUMBERS != 0
    }

    fn read_word(&mut self, register: u16) -> u32 {
        match register {
            PCI0_IACK => u32::from(self.pic.acknowledge()),
            INTRCAUSE => 0,
            PCI0_CFGDATA => {
                let value = self.config().map_or(u32::MAX, |(devfn, offset)| self.pci.read(devfn, offset));
                if self.config_swapped() { value.swap_bytes() } else { value }
            }
            _ => self.register(register),
        }
    }

    fn write_word(&mut self, register: u16, value: u32) {
        if register == PCI0_CFGDATA {
            let value = if self.config_swapped() { value.swap_bytes() } else { value };
            if let Some((devfn, offset)) = self.config() {
                self.pci.write(devfn, offset, value, 0xf);
            }
        } else if let Some(n) = row(register) {
            let (mask, old) = (TABLE[n].2, self.s.registers[n]);
            self.s.registers[n] = old & !mask | value & mask;
        }
    }
}

impl Device for Gt64120 {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let address = self.start + (offset & 0xffff_ffff);
        match self.place(address) {
            Place::Registers(at) => {
                // Narrow reads see their part of the word.
                let word = u64::from(self.read_word(at & !3));
                word >> (8 * (at & 3)) & (u64::MAX >> (64 - 8 * size.clamp(1, 8)))
            }
            Place::Port(port) if port < 0x1_0000 => self.ports.lock().read(port, size, now),
            Place::Port(_) | Place::PciMemory => u64::MAX >> (64 - 8 * size.clamp(1, 8)),
            Place::Nothing => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let address = self.start + (offset & 0xffff_ffff);
        match self.place(address) {
            Place::Registers(at) if size == 4 && at & 3 == 0 => self.write_word(at, value as u32),
            Place::Port(port) if port < 0x1_0000 => self.ports.lock().write(port, size, value, now),
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.s = Gt64120::power_on(self.big_endian);
        self.pci.reset();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &(&self.s, self.pci.save()))
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (s, pci): (State, Vec<u8>) = state::restore(PART, bytes)?;
        state::same_len(PART, "registers", s.registers.len(), TABLE.len())?;
        let fixed = Gt64120::power_on(self.big_endian);
        let masked = |n: usize| fixed.registers[n] & !TABLE[n].2 | s.registers[n] & TABLE[n].2;
        self.pci.restore(&pci)?;
        self.s = State { registers: (0..TABLE.len()).map(masked).collect() };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use memory::Line;
    use parking_lot::Mutex;

    use super::*;
    use crate::ports::Ports;

    const START: u64 = 0x1000_0000;

    fn bridge(big_endian: bool) -> (Gt64120, I8259) {
        let pic = I8259::new(Line::unconnected());
        let mut ports = Ports::new();
        let device: SharedDevice = Arc::new(Mutex::new(pic.clone()));
        ports.add(0x20, 2, 1, &device, 0x20);
        let pci = PciBus::new(vec![pci_function(), crate::piix4::isa_bridge(10)]);
        (Gt64120::new(START, big_endian, Arc::new(Mutex::new(ports)), pic.clone(), pci), pic)
    }

    fn put(gt: &mut Gt64120, address: u64, value: u64) {
        gt.write(address - START, 4, value, 0);
    }

    fn get(gt: &mut Gt64120, address: u64) -> u64 {
        gt.read(address - START, 4, 0)
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(TABLE.is_sorted_by(|a, b| a.0 < b.0));
    }

    /// As YAMON does it.
    #[test]
    fn registers_and_windows_move() {
        let (mut gt, _) = bridge(false);
        assert_eq!(get(&mut gt, 0x1400_0068), 0xa0);
        put(&mut gt, 0x1400_0068, 0xdf);
        assert_eq!((get(&mut gt, 0x1400_0068), get(&mut gt, 0x1be0_0068)), (0, 0xdf));
        for (register, value) in [(0x48, 0xc0), (0x50, 0x40), (0x58, 0x80), (0x60, 0x3f), (0x80, 0xc1), (0x88, 0x5e)] {
            put(&mut gt, 0x1be0_0000 + register, value);
        }
        assert_eq!(gt.window(PCI0_IO), (0x1800_0000, 0x181f_ffff));
        assert_eq!(gt.window(PCI0_M0), (0x1000_0000, 0x17ff_ffff));
        assert_eq!(gt.window(PCI0_M1), (0x1820_0000, 0x1bdf_ffff));
        gt.write(0x800_0021, 1, 0x5a, 0);
        assert_eq!(gt.read(0x800_0021, 1, 0), 0x5a);
        assert_eq!((get(&mut gt, 0x1000_0000), gt.read(0x900_0000, 2, 0)), (0xffff_ffff, 0xffff));
    }

    #[test]
    fn configuration_cycles_in_both_orders() {
        for (big, isa) in [(false, 0x7110_8086), (true, 0x8680_1071)] {
            let (mut gt, _) = bridge(big);
            let at = 0x1400_0000;
            put(&mut gt, at + 0xcf8, 0x8000_0000);
            assert_eq!(get(&mut gt, at + 0xcfc), 0x4620_11ab);
            put(&mut gt, at + 0xcf8, 0x8000_5000);
            assert_eq!(get(&mut gt, at + 0xcfc), isa);
            put(&mut gt, at + 0xcf8, 0x8000_5800);
            assert_eq!(get(&mut gt, at + 0xcfc), 0xffff_ffff);
        }
    }

    #[test]
    fn acknowledges_and_copies() {
        let (mut gt, pic) = bridge(false);
        gt.write(0x20, 1, 0x11, 0);
        gt.write(0x21, 1, 0x40, 0);
        gt.write(0x21, 1, 4, 0);
        gt.write(0x21, 1, 1, 0);
        pic.line(4).raise();
        assert_eq!(get(&mut gt, 0x1400_0c34), 0x44);
        put(&mut gt, 0x1400_0068, 0xdf);
        let (mut copy, _) = bridge(false);
        copy.restore(&gt.save()).unwrap();
        assert_eq!(get(&mut copy, 0x1be0_0068), 0xdf);
        gt.reset();
        assert_eq!(get(&mut gt, 0x1400_0068), 0xa0);
    }
}
