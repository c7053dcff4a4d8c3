//! `polyarch`: our own board, the same on every target. `docs/polyarch-board.md` is its manual.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x0000_0000 | the first 256 MiB of RAM |
//! | 0x1000_0000 | 16550 UART: registers a byte apart; interrupt: the external line of CPU 0 |
//! | 0x1000_1000 | exit device |
//! | 0x1000_2000 | information registers |
//! | 0x1010_0000 | timers and interprocessor interrupts: 0x20 bytes a CPU |
//! | 0x1fc0_0000 | boot ROM, 4 MiB, with the devicetree at 0x1fd0_0000; again at 0xffc0_0000 |
//! | 0x2000_0000 | RAM from 256 MiB on, up to 0x8000_0000 |
//! | 0x8000_0000 | the low 512 MiB again, and once more at 0xa000_0000 |
//! | 0x1_0000_0000 | the rest of RAM |
//!
//! Devices have the guest's byte order. Every CPU, also one that is plugged later, begins at the entry of the program with
//! its number and the devicetree's address in two registers. Nodes take memory in order over the windows.

use std::sync::Arc;

use devices::percpu::{CpuLines, MAX_CPUS, PerCpu, STRIDE};
use devices::polyarch::{EXIT_COMPATIBLE, EXIT_SIZE, PERCPU_COMPATIBLE};
use devices::{Ns16550a, Ns16550aConfig, SifiveTest};
use loader::mips_boot;
use loader::{AddressKind, ByteOrder, Class, Elf, Expected, Fdt, LoadTarget, Node};
use memory::{Device, DeviceEndian, Nanos, PAGE_SIZE, SharedDevice, Size};
use topology::{Levels, SmpRules, Tree, devicetree};

use crate::boards::{mips, riscv, s390_ccw, sparc};
use crate::build::{Build, Start, read_file};
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::{Arch, Target};

/// The machine type.
pub static POLYARCH: MachineType = MachineType {
    name: "polyarch",
    desc: "Polyarch board, the same on every target",
    max_cpus: MAX_CPUS as u32,
    default_model: &[
        ("riscv32", "rv32"),
        ("riscv64", "rv64"),
        ("mips", "24Kf"),
        ("mipsel", "24Kf"),
        ("mips64", "MIPS64R2-generic"),
        ("mips64el", "MIPS64R2-generic"),
        ("sparc", "LEON3"),
        ("sparc64", "TI-UltraSparc-IIi"),
        ("ppc", "7400"),
        ("ppc64", "970fx"),
        ("s390x", "qemu"),
        ("tricore", "tc27x"),
        ("i386", "qemu32"),
        ("x86_64", "qemu64"),
    ],
    smp_rules: SmpRules::Strict,
    numa: true,
    levels: Some(Levels::ALL),
    hotplug: true,
    told: &[topology::told::Encoder::Devicetree],
    build,
    ..BOARD
};

const UART: (u64, u64) = (0x1000_0000, 8);
const UART_HZ: u32 = 3_686_400;
const EXIT: u64 = 0x1000_1000;
const INFO: (u64, u64) = (0x1000_2000, 0x1000);
const PER_CPU: u64 = 0x1010_0000;
const ROM: (u64, u64) = (0x1fc0_0000, 0x40_0000);
const ROM_AGAIN: u64 = 0xffc0_0000;
const DTB: u64 = 0x1fd0_0000;
/// Where RAM is: start and size; the last window has no end.
const WINDOWS: [(u64, u64); 3] = [(0, 0x1000_0000), (0x2000_0000, 0x6000_0000), (0x1_0000_0000, 1 << 40)];
/// Where the low 512 MiB appear again.
const MIRRORS: [u64; 2] = [0x8000_0000, 0xa000_0000];

/// What an architecture does differently.
struct Machine {
    arch: Arch,
    /// Lines of a CPU: interprocessor interrupt, timer, external.
    lines: [u32; 3],
    /// Registers with the CPU's number and the devicetree's address.
    registers: [&'static str; 2],
}

/// One row an architecture.
const MACHINES: &[Machine] = &[
    Machine { arch: Arch::Riscv, lines: [riscv::irq::MSI, riscv::irq::MTI, riscv::irq::MEI], registers: ["a0", "a1"] },
    Machine {
        arch: Arch::Mips,
        lines: [mips::irq::HW0, mips::irq::HW0 + 1, mips::irq::HW0 + 2],
        registers: ["a0", "a1"],
    },
    Machine {
        arch: Arch::Sparc,
        // Interrupt levels; on V9 numbers of interrupt vectors.
        lines: [13, 10, 12],
        registers: ["o0", "o1"],
    },
    Machine {
        arch: Arch::Ppc,
        lines: [ppc::trap::irq::EXTERNAL_IPI, ppc::trap::irq::EXTERNAL_TIMER, ppc::trap::irq::EXTERNAL],
        registers: ["r3", "r4"],
    },
    Machine {
        arch: Arch::S390,
        lines: [s390x::trap::irq::EMERGENCY, s390x::trap::irq::TIMER, s390x::trap::irq::KEY],
        registers: ["r2", "r3"],
    },
    Machine {
        arch: Arch::X86,
        lines: [x86::irq::FIXED, x86::irq::FIXED + 1, x86::irq::FIXED + 2],
        registers: ["eax", "ebx"],
    },
    // Priority numbers of service requests.
    Machine { arch: Arch::Tricore, lines: [3, 2, 1], registers: ["d4", "d5"] },
];

fn machine(target: &Target) -> Result<&'static Machine, Error> {
    let row = MACHINES.iter().find(|machine| machine.arch == target.arch);
    row.ok_or_else(|| Error::new(format!("machine 'polyarch' can't run target {} yet", target.name)))
}

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let row = machine(board.config.target)?;
    let model = board.model();
    for slot in 0..board.smp.cpus as usize {
        board.add_slot_cpu(&model, slot);
    }
    if board.config.target.arch == Arch::Mips {
        (0..i64::from(board.smp.maxcpus)).for_each(|index| board.line(index, mips::irq::RUN).raise());
    }
    map_ram(board)?;
    let rom = board.rom("polyarch.rom", ROM.0, ROM.1)?;
    for start in [ROM_AGAIN, MIRRORS[0] + ROM.0, MIRRORS[1] + ROM.0] {
        board.memory.map_rom("polyarch.rom-again", start, &rom).map_err(|e| Error::new(e.to_string()))?;
    }
    add_devices(board, row.lines)?;
    let entry = load_program(board)?;
    let blob = devicetree(board).to_dtb().map_err(|e| Error::new(e.to_string()))?;
    let room = ROM.0 + ROM.1 - DTB;
    if blob.len() as u64 > room {
        return Err(Error::new(format!(
            "the devicetree of {} bytes does not fit into its {room} bytes of ROM",
            blob.len()
        )));
    }
    board.store().write(DTB, &blob).map_err(|e| Error::new(format!("devicetree: {e}")))?;
    let mut entry = entry;
    let [mut number, mut dtb] = row.registers;
    if board.config.target.arch == Arch::X86 {
        (0..i64::from(board.smp.maxcpus)).for_each(|index| board.line(index, x86::irq::RUN).raise());
        let stub = x86_stub(entry);
        board.store().write(X86_STUB, &stub).map_err(|e| Error::new(format!("start code: {e}")))?;
        entry = X86_STUB + (ROM_AGAIN - ROM.0);
        if board.config.target.bits == 64 {
            (number, dtb) = ("rax", "rbx");
        }
    }
    board.start = Start::At { pc: entry, number, dtb: (dtb, DTB) };
    Ok(())
}

/// Where x86's start code is in the ROM: the last page, where CPUs of that architecture begin in real mode.
const X86_STUB: u64 = ROM.0 + ROM.1 - 0x100;

/// Start code for x86: from real mode to 32-bit protected mode with flat segments, and on to the program.
fn x86_stub(entry: u64) -> Vec<u8> {
    let gdt = (X86_STUB + (ROM_AGAIN - ROM.0) + 0x40) as u32;
    let mut code = vec![0; 0x60];
    // CLI; LGDT CS:[0xff58]; MOV ECX, CR0; OR CL, 1; MOV CR0, ECX; JMP 8:protected
    code[..6].copy_from_slice(&[0xfa, 0x2e, 0x66, 0x0f, 0x01, 0x16]);
    code[6..8].copy_from_slice(&0xff58u16.to_le_bytes());
    code[8..17].copy_from_slice(&[0x0f, 0x20, 0xc1, 0x80, 0xc9, 0x01, 0x0f, 0x22, 0xc1]);
    code[17..19].copy_from_slice(&[0x66, 0xea]);
    code[19..23].copy_from_slice(&(gdt - 0x40 + 25).to_le_bytes());
    code[23..25].copy_from_slice(&8u16.to_le_bytes());
    // MOV ECX, 16; MOV DS, ES, FS, GS and SS, ECX; MOV ECX, entry; JMP ECX
    code[25..30].copy_from_slice(&[0xb9, 0x10, 0, 0, 0]);
    code[30..40].copy_from_slice(&[0x8e, 0xd9, 0x8e, 0xc1, 0x8e, 0xe1, 0x8e, 0xe9, 0x8e, 0xd1]);
    code[40] = 0xb9;
    code[41..45].copy_from_slice(&(entry as u32).to_le_bytes());
    code[45..47].copy_from_slice(&[0xff, 0xe1]);
    // The descriptor table, and its limit and address.
    code[0x48..0x50].copy_from_slice(&0x00cf_9b00_0000_ffffu64.to_le_bytes());
    code[0x50..0x58].copy_from_slice(&0x00cf_9300_0000_ffffu64.to_le_bytes());
    code[0x58..0x5a].copy_from_slice(&0x17u16.to_le_bytes());
    code[0x5a..0x5e].copy_from_slice(&gdt.to_le_bytes());
    code
}

fn add_devices(board: &mut Build<'_>, [ipi, timer, external]: [u32; 3]) -> Result<(), Error> {
    let config = Ns16550aConfig { shift: 0, clock_hz: u64::from(UART_HZ) };
    let uart = Ns16550a::new(config, board.line(0, external), Box::new(board.console.clone()));
    let uart = add_device(board, "polyarch.uart", UART, uart)?;
    board.console_input = Some(uart);
    add_device(board, "polyarch.exit", (EXIT, EXIT_SIZE), SifiveTest::new(board.power.clone()))?;
    add_device(board, "polyarch.info", INFO, Info::new(board))?;
    let cpus = i64::from(board.smp.maxcpus);
    let lines = (0..cpus).map(|n| CpuLines { ipi: board.line(n, ipi), timer: board.line(n, timer) }).collect();
    if board.config.target.name == "sparc" {
        // CPUs but the first would wait.
        (0..cpus).for_each(|n| board.line(n, sparc::irq::RUN).raise());
    }
    let per_cpu = PerCpu::new(lines);
    let per_cpu = match board.config.target.name {
        "sparc64" => per_cpu.with_waits((0..cpus).map(|n| board.line(n, sparc::irq::WAIT)).collect()),
        _ => per_cpu,
    };
    let started = per_cpu.started();
    if board.config.target.arch == Arch::S390 {
        let shape = s390_ccw::shape(board, started.clone());
        board.shared = Some(Arc::new(s390x::shared::Place(Box::new(shape))));
    }
    if board.config.target.arch == Arch::Ppc {
        board.shared = Some(Arc::new(embedded_maps()));
    }
    board.started = Some(started);
    add_device(board, "polyarch.percpu", (PER_CPU, per_cpu.size()), per_cpu)?;
    Ok(())
}

/// Embedded PowerPC CPUs translate always: the first 3 GiB are mapped to themselves by entries of the TLB, 1 to 12.
fn embedded_maps() -> ppc::board::Prepared {
    const SIZE: u64 = 0x1000_0000;
    let map = |n: u64| {
        let (number, start) = (n as usize + 1, n * SIZE);
        ppc::board::Map { number, effective: start, real: start, size: SIZE, supervisor: false }
    };
    ppc::board::Prepared { maps: (0..12).map(map).collect() }
}

/// Maps a device where it is, and again where the low 512 MiB appear again.
fn add_device(
    board: &mut Build<'_>,
    name: &str,
    (start, size): (u64, u64),
    device: impl Device + 'static,
) -> Result<SharedDevice, Error> {
    let device = board.device(name, start, size, DeviceEndian::Native, device)?;
    for mirror in MIRRORS {
        let again = board.memory.map_device(name, mirror + start, size, DeviceEndian::Native, &device);
        again.map_err(|e| Error::new(e.to_string()))?;
    }
    Ok(device)
}

/// RAM over the windows, and the low part again where it appears again.
fn map_ram(board: &mut Build<'_>) -> Result<(), Error> {
    let size = board.ram.next_multiple_of(PAGE_SIZE);
    let ram = board.main_ram()?;
    let fault = |e: memory::Overlap| Error::new(e.to_string());
    let mut offset = 0;
    for (start, room) in WINDOWS {
        let len = room.min(size - offset);
        if len > 0 {
            board.memory.map_ram_part("polyarch.ram", start, &ram, offset, len, true).map_err(fault)?;
        }
        offset += len;
    }
    if offset < size {
        return Err(Error::new(format!("machine 'polyarch' has room for {offset:#x} bytes of RAM, not {size:#x}")));
    }
    // The upper half of the low 512 MiB are devices and ROM, which their own functions map again.
    for mirror in MIRRORS {
        let len = WINDOWS[0].1.min(size);
        if len > 0 {
            board.memory.map_ram_part("polyarch.mirror", mirror, &ram, 0, len, true).map_err(fault)?;
        }
    }
    Ok(())
}

/// Loads `-kernel`, or `-bios` when there is no kernel; returns its entry.
fn load_program(board: &mut Build<'_>) -> Result<u64, Error> {
    let boot = board.config.boot.clone();
    let firmware = boot.bios.filter(|name| name != "none" && name != "default");
    let Some(name) = boot.kernel.or(firmware) else { return Ok(0) };
    let bytes = read_file(&name)?;
    let fault = |e: loader::Error| Error::new(e.to_string());
    if !Elf::is_elf(&bytes) {
        let at = 0x10_0000;
        loader::load_raw(&name, &bytes, at, &mut board.store()).map_err(fault)?;
        return Ok(at);
    }
    let elf = Elf::parse(&name, &bytes).map_err(fault)?;
    let target = board.config.target;
    let class = if target.bits == 32 { Class::Elf32 } else { Class::Elf64 };
    let order = if target.big_endian { ByteOrder::Big } else { ByteOrder::Little };
    elf.expect(Expected { machines: target.elf_machines, class: Some(class), order: Some(order) }).map_err(fault)?;
    if target.arch == Arch::Mips {
        // Programs are linked to unmapped segments.
        let kernel = mips_boot::load_kernel(&name, &bytes, order, target.bits == 64, &mut board.store());
        return kernel.map(|kernel| mips::pc(board, kernel.entry)).map_err(fault);
    }
    Ok(elf.load(AddressKind::Physical, &mut board.store()).map_err(fault)?.entry)
}

/// The part of RAM from `offset` on, `len` bytes, as addresses and sizes: it may lie in several windows.
fn ranges(mut offset: u64, mut len: u64) -> Vec<(u64, u64)> {
    let mut out = Vec::new();
    let mut before = 0;
    for (start, room) in WINDOWS {
        if len > 0 && offset < before + room {
            let within = offset - before;
            let part = len.min(room - within);
            out.push((start + within, part));
            (offset, len) = (offset + part, len - part);
        }
        before += room;
    }
    out
}

fn devicetree(board: &Build<'_>) -> Fdt {
    let tree = board.tree();
    let mut fdt = Fdt::new();
    fdt.root().u32("#address-cells", 2).u32("#size-cells", 2).str("compatible", "polyarch").str("model", "polyarch");
    memory_nodes(&mut fdt, board, &tree);
    cpu_nodes(&mut fdt, board, &tree);
    if let Some(matrix) = devicetree::distance_matrix(&tree) {
        let node = fdt.node("/distance-map");
        node.str("compatible", "numa-distance-map-v1").cells("distance-matrix", matrix.as_flattened());
    }
    let uart = format!("/soc/serial@{:x}", UART.0);
    fdt.node("/soc").empty("ranges").str("compatible", "simple-bus").u32("#address-cells", 2).u32("#size-cells", 2);
    let node = fdt.node(&uart);
    node.str("compatible", "ns16550a").u64s("reg", &[UART.0, UART.1]).u32("clock-frequency", UART_HZ);
    let node = fdt.node(&format!("/soc/exit@{EXIT:x}"));
    node.strs("compatible", EXIT_COMPATIBLE).u64s("reg", &[EXIT, EXIT_SIZE]);
    let node = fdt.node(&format!("/soc/info@{:x}", INFO.0));
    node.str("compatible", "polyarch,info").u64s("reg", &[INFO.0, INFO.1]);
    let node = fdt.node(&format!("/soc/percpu@{PER_CPU:x}"));
    node.str("compatible", PERCPU_COMPATIBLE).u64s("reg", &[PER_CPU, u64::from(board.smp.maxcpus) * STRIDE]);
    let chosen = fdt.node("/chosen");
    chosen.str("stdout-path", &uart);
    if let Some(append) = &board.config.boot.append {
        chosen.str("bootargs", append);
    }
    fdt
}

/// A node for each range of each NUMA node's memory, or of all memory.
fn memory_nodes(fdt: &mut Fdt, board: &Build<'_>, tree: &Tree) {
    let mut offset = 0;
    let all = [(None, board.ram)];
    let nodes: Vec<(Option<u16>, u64)> = tree.nodes.iter().map(|node| (Some(node.id), node.mem)).collect();
    for &(id, size) in if nodes.is_empty() { &all[..] } else { &nodes } {
        for (start, len) in ranges(offset, size) {
            let node = fdt.node(&format!("/memory@{start:x}"));
            node.str("device_type", "memory").u64s("reg", &[start, len]);
            if let Some(id) = id {
                node.u32("numa-node-id", u32::from(id));
            }
        }
        offset += size;
    }
}

/// `/cpus`: a node for each CPU that is there, and `cpu-map`.
fn cpu_nodes(fdt: &mut Fdt, board: &Build<'_>, tree: &Tree) {
    let target = board.config.target;
    let nodes: Vec<Option<u16>> = tree.threads().map(|(_, thread)| thread.node).collect();
    let phandles: Vec<u32> = board.cpus.iter().map(|_| fdt.new_phandle()).collect();
    let intcs: Vec<u32> = board.cpus.iter().map(|_| fdt.new_phandle()).collect();
    let isa = if target.arch == Arch::Riscv { riscv::isa(target.bits, &board.model()) } else { Default::default() };
    let cpus = fdt.node("/cpus");
    cpus.u32("#address-cells", 1).u32("#size-cells", 0).u32("timebase-frequency", riscv::TIMEBASE_HZ as u32);
    for (n, plan) in board.cpus.iter().enumerate() {
        let node = cpus.add(&format!("cpu@{:x}", plan.index));
        node.str("device_type", "cpu").u32("reg", plan.index as u32).str("status", "okay").phandle(phandles[n]);
        if let Some(Some(id)) = nodes.get(n) {
            node.u32("numa-node-id", u32::from(*id));
        }
        if target.arch == Arch::Ppc {
            node.str("compatible", "PowerPC,polyarch").u32("timebase-frequency", ppc::model::TIMEBASE_HZ);
        }
        if target.arch == Arch::Riscv {
            node.str("compatible", "riscv").str("riscv,isa", &isa.0);
            if isa.1 {
                node.str("mmu-type", if target.bits == 32 { "riscv,sv32" } else { "riscv,sv48" });
            }
            let inner = node.add("interrupt-controller");
            inner.u32("#interrupt-cells", 1).empty("interrupt-controller").str("compatible", "riscv,cpu-intc");
            inner.phandle(intcs[n]);
        }
    }
    map_node(cpus, &devicetree::cpu_map(tree), &phandles);
}

/// Writes `cpu-map` and what is inside.
fn map_node(parent: &mut Node, map: &devicetree::MapNode, phandles: &[u32]) {
    let node = parent.add(&map.name);
    if let Some(&phandle) = map.cpu.and_then(|cpu| phandles.get(cpu as usize)) {
        node.u32("cpu", phandle);
    }
    for child in &map.children {
        map_node(node, child, phandles);
    }
}

/// The information registers: the machine's shape without a devicetree parser. All are 32 bits wide; the halves of 64-bit
/// ones have the lower half first.
struct Info([u32; 16]);

impl Info {
    fn new(board: &Build<'_>) -> Info {
        let (smp, ram) = (board.smp, board.ram);
        let mut words = [0; 16];
        let values = [
            // "POLY", and the version of this list.
            0x594c_4f50,
            1,
            smp.cpus,
            smp.maxcpus,
            smp.sockets,
            smp.dies,
            smp.cores,
            smp.threads,
            ram as u32,
            (ram >> 32) as u32,
            DTB as u32,
            0,
            board.numa.len() as u32,
            board.config.target.bits,
        ];
        words[..values.len()].copy_from_slice(&values);
        Info(words)
    }
}

impl Device for Info {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let word = |at: u64| self.0.get(at as usize).copied().map_or(0, u64::from);
        match (offset % u64::from(size.max(1)), size) {
            (0, 4) => word(offset / 4),
            (0, 8) => word(offset / 4) | word(offset / 4 + 1) << 32,
            _ => 0,
        }
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_goes_over_the_windows() {
        assert_eq!(ranges(0, 0x800_0000), [(0, 0x800_0000)]);
        assert_eq!(ranges(0x800_0000, 0x1000_0000), [(0x800_0000, 0x800_0000), (0x2000_0000, 0x800_0000)]);
        assert_eq!(ranges(0x7000_0000, 0x10), [(0x1_0000_0000, 0x10)]);
        assert_eq!(ranges(0, 0x8000_0000).iter().map(|(_, len)| len).sum::<u64>(), 0x8000_0000);
        assert_eq!(ranges(5, 0), []);
    }
}
