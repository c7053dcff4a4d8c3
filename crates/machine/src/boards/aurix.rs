//! `KIT_AURIX_TC277_TRB`: the TriBoard with a TC277 of Infineon's AURIX family, all three cores of it.
//!
//! AURIX TC27x D-Step User's Manual V2.2, chapters "Memory Maps", "CPU Subsystem", and those of the peripherals. QEMU 6 and later has a board of
//! this name with one core and no peripherals.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x5000_0000 | core 2's data scratchpad, 120 KiB, seen by all; at 0x5010_0000 its program scratchpad, 32 KiB |
//! | 0x6000_0000 | core 1's, 120 and 32 KiB |
//! | 0x7000_0000 | core 0's, 112 and 24 KiB |
//! | 0x8000_0000 | program flash, twice 2 MiB; again at 0xa000_0000 |
//! | 0x8fff_8000 | boot ROM, 32 KiB; again at 0xafff_8000 |
//! | 0x9000_0000 | LMU RAM, 32 KiB; again at 0xb000_0000 |
//! | 0x9f00_0000 | emulation memory, 1 MiB; again at 0xbf00_0000 |
//! | 0xaf00_0000 | data flash, 1 MiB |
//! | 0xc000_0000 | the core's own program scratchpad |
//! | 0xd000_0000 | the core's own data scratchpad |
//! | 0xf000_0000 | STM0, STM1, STM2 |
//! | 0xf000_0600 | ASCLIN0: the console |
//! | 0xf003_6000 | SCU |
//! | 0xf003_8000 | service request nodes |
//! | 0xf881_0000 | core special function registers of core 0, then of core 1 and core 2 0x2_0000 further each |
//!
//! A program of `-kernel` starts on core 0. Cores 1 and 2 wait in boot halt mode until somebody writes their PC and DBGSR.HALT. The timers run at
//! 100 MHz, as after Infineon's start code. A software reset ends the machine with `-no-reboot`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use bits::Endian;
use devices::aurix_asclin::{ASCLIN_SIZE, AurixAsclin};
use devices::aurix_ir::{AurixIr, IrCore, SRC_SIZE};
use devices::aurix_scu::{AurixScu, SCU_SIZE, ScuWires};
use devices::aurix_stm::{AurixStm, STM_SIZE};
use loader::{AddressKind, ByteOrder, Class, Elf, Expected, LoadTarget, Unmapped};
use memory::{Device, DeviceEndian, Line, Nanos, Size};
use tricore::irq;
use tricore::shared::Chip;

use crate::build::{Build, Start, read_file};
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static KIT_AURIX_TC277_TRB: MachineType = MachineType {
    name: "KIT_AURIX_TC277_TRB",
    desc: "Infineon AURIX TriBoard TC277 (D-Step)",
    arches: &[Arch::Tricore],
    default_model: &[("tricore", "tc27x")],
    default_cpus: CORES,
    max_cpus: CORES,
    is_later: true,
    build,
    ..BOARD
};

const CORES: u32 = 3;
const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// RAM: name, address, size, and where else it appears.
const MEMORIES: [(&str, u64, u64, Option<u64>); 10] = [
    ("DSPR2", 0x5000_0000, 120 * KIB, None),
    ("PSPR2", 0x5010_0000, 32 * KIB, None),
    ("DSPR1", 0x6000_0000, 120 * KIB, None),
    ("PSPR1", 0x6010_0000, 32 * KIB, None),
    ("DSPR0", 0x7000_0000, 112 * KIB, None),
    ("PSPR0", 0x7010_0000, 24 * KIB, None),
    ("LMURAM", 0x9000_0000, 32 * KIB, Some(0xb000_0000)),
    ("EMEM", 0x9f00_0000, MIB, Some(0xbf00_0000)),
    ("DFLASH0", 0xaf00_0000, MIB, None),
    ("DFLASH1", 0xaf11_0000, 64 * KIB, None),
];
/// What can be read only, and is programmed when the machine is built.
const FLASHES: [(&str, u64, u64, u64); 3] = [
    ("PFLASH0", 0x8000_0000, 2 * MIB, 0xa000_0000),
    ("PFLASH1", 0x8020_0000, 2 * MIB, 0xa020_0000),
    ("BROM", 0x8fff_8000, 32 * KIB, 0xafff_8000),
];
const STM: u64 = 0xf000_0000;
const ASCLIN0: u64 = 0xf000_0600;
const SCU: u64 = 0xf003_6000;
const SRC: u64 = 0xf003_8000;
const CSFRS: u64 = 0xf881_0000;
const CSFRS_STRIDE: u64 = 0x2_0000;
const CSFRS_SIZE: u64 = 0x1_0000;
/// Nanoseconds of a tick of the timers: 100 MHz.
const STM_TICK: u64 = 10;

/// Offsets of service request nodes, "Interrupt Router Module Registers".
mod node {
    pub(super) const ASCLIN0_TX: u64 = 0x80;
    pub(super) const ASCLIN0_RX: u64 = 0x84;
    /// STM0's two; those of STM1 and STM2 follow.
    pub(super) const STM: u64 = 0x490;
}

const LITTLE: DeviceEndian = DeviceEndian::Fixed(Endian::Little);

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model();
    (0..i64::from(board.smp.cpus)).for_each(|n| board.add_unattached_cpu(&model, n));
    map_memories(board)?;
    let chip = Arc::new(Chip::new(CORES as usize));
    board.shared = Some(chip.clone());
    let ir = AurixIr::new((0..CORES).map(|n| ir_core(board, &chip, n)).collect());
    let nmi: Arc<[Line]> = (0..i64::from(CORES)).map(|n| board.line(n, irq::NMI)).collect();
    board.acknowledge = Some(acknowledge(&ir, &nmi));
    board.device("aurix.ir", SRC, SRC_SIZE, LITTLE, ir.clone())?;
    for n in 0..u64::from(CORES) {
        let outputs = [0, 4].map(|output| ir.line(node::STM + 8 * n + output));
        board.device("aurix.stm", STM + STM_SIZE * n, STM_SIZE, LITTLE, AurixStm::new(STM_TICK, outputs))?;
        let run = board.line(n as i64, irq::RUN);
        let csfrs = Csfrs { chip: chip.clone(), core: n as usize, run, nmi: nmi[n as usize].clone() };
        board.device("aurix.csfrs", CSFRS + CSFRS_STRIDE * n, CSFRS_SIZE, LITTLE, csfrs)?;
    }
    let lines = [node::ASCLIN0_TX, node::ASCLIN0_RX].map(|offset| ir.line(offset));
    let [tx, rx] = lines;
    let uart = AurixAsclin::new(tx, rx, Box::new(board.console.clone()));
    board.console_input = Some(board.device("aurix.asclin0", ASCLIN0, ASCLIN_SIZE, LITTLE, uart)?);
    let scu = AurixScu::new(board.power.clone(), scu_wires(chip, nmi));
    board.device("aurix.scu", SCU, SCU_SIZE, LITTLE, scu)?;
    load(board)
}

/// What a core has taken: an interrupt, or a trap request.
fn acknowledge(ir: &AurixIr, nmi: &Arc<[Line]>) -> Arc<dyn Fn(u32, u32) -> u64 + Send + Sync> {
    let (interrupts, nmi) = (ir.acknowledge(), nmi.clone());
    Arc::new(move |core, what| {
        if what != irq::NMI_TAKEN {
            return interrupts(core, what);
        }
        nmi[core as usize].lower();
        0
    })
}

/// Trap requests reach the cores that run; those in boot halt mode have no vectors yet.
fn scu_wires(chip: Arc<Chip>, lines: Arc<[Line]>) -> ScuWires {
    let cores = chip.clone();
    let nmi = move || {
        let runs = |n: &usize| !cores.cores[*n].halted.load(Ordering::Acquire);
        (0..lines.len()).filter(runs).for_each(|n| lines[n].raise());
    };
    let endinit = move |watchdog: usize, is_set| {
        let bit = watchdog.checked_sub(1).map_or(&chip.safety_endinit, |core| &chip.cores[core].endinit);
        bit.store(is_set, Ordering::Release);
    };
    ScuWires { nmi: Box::new(nmi), endinit: Box::new(endinit) }
}

fn ir_core(board: &mut Build<'_>, chip: &Arc<Chip>, n: u32) -> IrCore {
    let chip = chip.clone();
    let priority = Box::new(move |pipn| chip.cores[n as usize].pipn.store(pipn, Ordering::Release));
    IrCore { request: board.line(n.into(), irq::ICU), priority }
}

fn map_memories(board: &mut Build<'_>) -> Result<(), Error> {
    let fault = |e: memory::Overlap| Error::new(e.to_string());
    for (name, start, size, again) in MEMORIES {
        let ram = board.ram(name, start, size)?;
        if let Some(again) = again {
            board.memory.map_ram(name, again, &ram).map_err(fault)?;
        }
    }
    for (name, start, size, again) in FLASHES {
        let rom = board.rom(name, start, size)?;
        board.memory.map_rom(name, again, &rom).map_err(fault)?;
    }
    Ok(())
}

fn load(board: &mut Build<'_>) -> Result<(), Error> {
    let Some(name) = board.config.boot.kernel.clone() else { return Ok(()) };
    let bytes = read_file(&name)?;
    let fault = |e: loader::Error| Error::new(e.to_string());
    let elf = Elf::parse(&name, &bytes).map_err(fault)?;
    let machines = board.config.target.elf_machines;
    elf.expect(Expected { machines, class: Some(Class::Elf32), order: Some(ByteOrder::Little) }).map_err(fault)?;
    let chip = Chip::new(CORES as usize);
    let entry = elf.load(AddressKind::Physical, &mut CoreZero(&chip, board.store())).map_err(fault)?.entry;
    board.start = Start::Pc(entry);
    Ok(())
}

/// Memory as core 0 sees it, for which programs are linked.
struct CoreZero<'a, T>(&'a Chip, T);

impl<T: LoadTarget> LoadTarget for CoreZero<'_, T> {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Unmapped> {
        self.1.write(self.0.global(0, addr), bytes)
    }

    fn zero(&mut self, addr: u64, len: u64) -> Result<(), Unmapped> {
        self.1.zero(self.0.global(0, addr), len)
    }
}

/// A core's registers as the other masters on the bus reach them. Only what starts a core is here.
struct Csfrs {
    chip: Arc<Chip>,
    core: usize,
    run: Line,
    nmi: Line,
}

const PC: u64 = 0xfe08;
const CORE_ID: u64 = 0xfe1c;
const DBGSR: u64 = 0xfd00;
/// DBGSR.HALT: 1 is halted; a write of 2 lets the core go ("Debug Status Register").
const HALT: u32 = 1;

impl Device for Csfrs {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        let core = &self.chip.cores[self.core];
        match offset {
            _ if size != 4 => 0,
            PC => core.pc.load(Ordering::Acquire).into(),
            CORE_ID => self.core as u64,
            DBGSR => u64::from(core.halted.load(Ordering::Acquire)) << HALT,
            _ => 0,
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        let core = &self.chip.cores[self.core];
        if size != 4 || !core.halted.load(Ordering::Acquire) {
            return;
        }
        match offset {
            PC => core.pc.store(value as u32 & !1, Ordering::Release),
            DBGSR if value >> HALT & 3 == 2 => self.run.raise(),
            _ => {}
        }
    }

    fn reset(&mut self) {
        self.run.lower();
        self.nmi.lower();
        self.chip.cores[self.core].pc.store(0, Ordering::Release);
    }
}
