//! The tables of fixed form.

use super::{Block, CpuEntry, Platform, Pointer, Power, Table, dsdt, table};

const IO_APIC: u32 = 0xfec0_0000;
const LOCAL_APIC: u32 = 0xfee0_0000;
const HPET: u64 = 0xfed0_0000;
/// The interrupt of power management.
const SCI: u8 = 9;
/// APM's command port, and what turns ACPI on and off there.
const SMI_COMMAND: (u32, u8, u8) = (0xb2, 0xf1, 0xf0);
/// APIC IDs from here on need the entries of x2APIC.
const XAPIC_MAX: u32 = 255;

/// Little-endian fields, one after the other.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn u8(&mut self, value: u8) -> &mut Fields {
        self.0.push(value);
        self
    }

    fn u16(&mut self, value: u16) -> &mut Fields {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Fields {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Fields {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn zeros(&mut self, n: usize) -> &mut Fields {
        self.0.resize(self.0.len() + n, 0);
        self
    }

    /// "Generic Address Structure" in the space of ports.
    fn port(&mut self, at: u64, bits: u8) -> &mut Fields {
        // Access size: bytes, words, doublewords.
        let access = (bits / 8).min(4).next_power_of_two().trailing_zeros() as u8 + 1;
        self.u8(1).u8(bits).u8(0).u8(access).u64(at)
    }
}

/// The entry of a processor with its flags: "Processor Local APIC Structure", "Processor Local x2APIC Structure".
pub(super) fn local_apic(uid: usize, apic_id: u32, flags: u32) -> Vec<u8> {
    let mut f = Fields::default();
    if apic_id < XAPIC_MAX && uid < 255 {
        f.u8(0).u8(8).u8(uid as u8).u8(apic_id as u8).u32(flags);
    } else {
        f.u8(9).u8(16).u16(0).u32(apic_id).u32(flags).u32(uid as u32);
    }
    f.0
}

/// "Multiple APIC Description Table".
fn madt(platform: &Platform) -> Vec<u8> {
    let mut f = Fields::default();
    f.u32(LOCAL_APIC).u32(1);
    for (uid, CpuEntry { apic_id, present, .. }) in platform.cpus.iter().enumerate() {
        // Enabled; or only able to be, on line.
        f.0.extend(local_apic(uid, *apic_id, u32::from(*present)));
    }
    f.u8(1).u8(12).u8(0).u8(0).u32(IO_APIC).u32(0);
    // The 8254 is at pin 2; power management and PCI's interrupts are active high levels.
    f.u8(2).u8(10).u8(0).u8(0).u32(2).u16(0);
    for irq in [5, SCI, 10, 11] {
        f.u8(2).u8(10).u8(0).u8(irq).u32(irq.into()).u16(0xd);
    }
    // Non-maskable interrupts come to the second pin of all.
    f.u8(4).u8(6).u8(0xff).u16(0).u8(1);
    if platform.cpus.iter().any(|cpu| cpu.apic_id >= XAPIC_MAX) {
        f.u8(10).u8(12).u16(0).u32(u32::MAX).u8(1).zeros(3);
    }
    table(b"APIC", 3, &f.0)
}

/// "System Resource Affinity Table".
fn srat(platform: &Platform) -> Vec<u8> {
    let mut f = Fields::default();
    f.u32(1).u64(0);
    for cpu in &platform.cpus {
        if cpu.apic_id < XAPIC_MAX {
            let node = cpu.node.to_le_bytes();
            f.u8(0).u8(16).u8(node[0]).u8(cpu.apic_id as u8).u32(1).u8(0).u8(node[1]).u8(node[2]).u8(node[3]).u32(0);
        } else {
            f.u8(2).u8(24).u16(0).u32(cpu.node).u32(cpu.apic_id).u32(1).u32(0).u32(0);
        }
    }
    for memory in &platform.nodes {
        f.u8(1).u8(40).u32(memory.node).u16(0).u64(memory.start).u64(memory.len).u32(0).u32(1).u64(0);
    }
    table(b"SRAT", 3, &f.0)
}

/// "System Locality Information Table".
fn slit(distances: &[Vec<u8>]) -> Vec<u8> {
    let mut f = Fields::default();
    f.u64(distances.len() as u64);
    f.0.extend(distances.iter().flatten());
    table(b"SLIT", 1, &f.0)
}

fn hpet() -> Vec<u8> {
    let mut f = Fields::default();
    // The block's identity, its place in memory, number, least tick.
    f.u32(0x8086_a201).u8(0).u8(64).u8(0).u8(0).u64(HPET).u8(0).u16(100).u8(0);
    table(b"HPET", 1, &f.0)
}

fn mcfg(start: u64) -> Vec<u8> {
    let mut f = Fields::default();
    f.u64(0).u64(start).u16(0).u8(0).u8(0xff).u32(0);
    table(b"MCFG", 1, &f.0)
}

/// Flags of the FADT: WBINVD works, C1 works, buttons are control methods, the clock does not wake, the timer has 32 bits or fewer.
mod flag {
    pub(super) const WBINVD: u32 = 1 << 0;
    pub(super) const PROC_C1: u32 = 1 << 2;
    pub(super) const SLEEP_BUTTON: u32 = 1 << 5;
    pub(super) const FIXED_RTC: u32 = 1 << 6;
    pub(super) const RESET: u32 = 1 << 10;
    pub(super) const HARDWARE_REDUCED: u32 = 1 << 20;
    /// Legacy devices and keyboard controller are there.
    pub(super) const BOOT: u16 = 3;
}

/// "Fixed ACPI Description Table"; the pointer to the DSDT is at 40 and at 140.
fn fadt(platform: &Platform) -> Vec<u8> {
    let mut f = Fields::default();
    let boot = if platform.keyboard { flag::BOOT } else { 0 };
    let Some(Power { base, events: (gpe, gpe_len), reset, .. }) = platform.power else {
        f.u32(0).u32(0).zeros(65).u16(boot).u8(0).u32(flag::HARDWARE_REDUCED | flag::WBINVD | flag::PROC_C1);
        f.zeros(12 + 1 + 2 + 1 + 8 + 8);
        f.zeros(FADT_LEN - 36 - f.0.len());
        return table(b"FACP", 6, &f.0);
    };
    let (command, on, off) = SMI_COMMAND;
    // FACS, DSDT, reserved, profile, SCI, command port, on, off, S4, P-states.
    f.u32(0).u32(0).u8(0).u8(0).u16(SCI.into()).u32(command).u8(on).u8(off).u8(0).u8(0);
    let port = |offset: u16| u32::from(base + offset);
    f.u32(port(0)).u32(0).u32(port(4)).u32(0).u32(0).u32(port(8)).u32(gpe.into()).u32(0);
    f.u8(4).u8(2).u8(0).u8(4).u8(gpe_len).u8(0).u8(0).u8(0);
    // Latencies that say there are no C2 and C3, caches, duty, alarms, century in byte 0x32.
    f.u16(0xfff).u16(0xfff).u16(0).u16(0).u8(0).u8(0).u8(0).u8(0).u8(0x32).u16(boot).u8(0);
    let reset_flag = if reset { flag::RESET } else { 0 };
    f.u32(flag::WBINVD | flag::PROC_C1 | flag::SLEEP_BUTTON | flag::FIXED_RTC | reset_flag);
    if reset {
        f.port(0xcf9, 8).u8(0xf);
    } else {
        f.zeros(13);
    }
    f.u16(0).u8(0).u64(0).u64(0);
    f.port(base.into(), 32).zeros(12).port(u64::from(base) + 4, 16).zeros(12).zeros(12);
    f.port(u64::from(base) + 8, 32).port(gpe.into(), gpe_len * 8).zeros(12);
    f.zeros(FADT_LEN - 36 - f.0.len());
    table(b"FACP", 6, &f.0)
}

const FADT_LEN: usize = 276;
const FADT_FACS: usize = 36;
const FADT_DSDT: [Pointer; 2] = [Pointer { at: 40, width: 4 }, Pointer { at: 140, width: 8 }];
const FACS_LEN: usize = 64;

/// All tables in one block, each at a multiple of 64 bytes.
pub(super) fn block(platform: &Platform) -> Block {
    let mut block = Block::default();
    let facs = platform.power.map(|_| {
        let mut facs = b"FACS".to_vec();
        facs.extend((FACS_LEN as u32).to_le_bytes());
        facs.resize(FACS_LEN, 0);
        facs[32] = 2;
        add(&mut block, &facs, false)
    });
    let dsdt = add(&mut block, &table(b"DSDT", 2, &dsdt::body(platform)), true);
    let fadt = add(&mut block, &fadt(platform), true);
    for pointer in FADT_DSDT {
        point(&mut block, Pointer { at: fadt + pointer.at, ..pointer }, dsdt);
    }
    if let Some(facs) = facs {
        point(&mut block, Pointer { at: fadt + FADT_FACS, width: 4 }, facs);
    }
    let mut all = vec![fadt, add(&mut block, &madt(platform), true)];
    if platform.hpet {
        all.push(add(&mut block, &hpet(), true));
    }
    if let Some(start) = platform.pcie {
        all.push(add(&mut block, &mcfg(start), true));
    }
    if !platform.nodes.is_empty() {
        all.push(add(&mut block, &srat(platform), true));
        if !platform.distances.is_empty() {
            all.push(add(&mut block, &slit(&platform.distances), true));
        }
    }
    block.rsdt = root(&mut block, b"RSDT", 4, &all);
    block.xsdt = root(&mut block, b"XSDT", 8, &all);
    block
}

/// Adds a table of pointers to tables.
fn root(block: &mut Block, signature: &[u8; 4], width: usize, all: &[usize]) -> usize {
    let at = add(block, &table(signature, 1, &vec![0; width * all.len()]), true);
    for (n, to) in all.iter().enumerate() {
        point(block, Pointer { at: at + 36 + n * width, width }, *to);
    }
    at
}

/// Adds a table; where it is.
fn add(block: &mut Block, bytes: &[u8], summed: bool) -> usize {
    let at = block.bytes.len().next_multiple_of(64);
    block.bytes.resize(at, 0);
    block.bytes.extend_from_slice(bytes);
    if summed {
        block.tables.push(Table { at, len: bytes.len() });
    }
    at
}

fn point(block: &mut Block, pointer: Pointer, to: usize) {
    let bytes = (to as u64).to_le_bytes();
    block.bytes[pointer.at..pointer.at + pointer.width].copy_from_slice(&bytes[..pointer.width]);
    block.pointers.push(pointer);
}
