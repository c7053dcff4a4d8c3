//! `tricore_testboard`: memories of a TC1796 board, and a device that ends the machine.
//!
//! Addresses and sizes are QEMU 4.2's; the exit device came with 6.1.
//!
//! | from        | what |
//! |-------------|------|
//! | 0x8000_0000 | external flash, 2 MiB |
//! | 0xa100_0000 | external RAM, 4 MiB |
//! | 0xd000_0000 | local data RAM, 48 KiB |
//! | 0xd400_0000 | scratchpad RAM, 48 KiB |
//! | 0xf000_0000 | exit device |
//! | 0xf005_0000 | PCP parameter RAM, 16 KiB |
//! | 0xf006_0000 | PCP code RAM, 32 KiB |

use bits::Endian;
use devices::tricore_test::{TRICORE_TEST_SIZE, TricoreTest};
use loader::{AddressKind, ByteOrder, Class, Elf, Expected};
use memory::DeviceEndian;

use crate::build::{Build, Start, read_file};
use crate::error::Error;
use crate::registry::{BOARD, MachineType};
use crate::targets::Arch;

/// The machine type.
pub static TRICORE_TESTBOARD: MachineType = MachineType {
    name: "tricore_testboard",
    desc: "a minimal TriCore board",
    arches: &[Arch::Tricore],
    default_model: &[("tricore", "tc1796")],
    serials: 0,
    build,
    ..BOARD
};

const MEMORIES: [(&str, u64, u64); 6] = [
    ("powerlink_ext_c.ram", 0x8000_0000, 2 << 20),
    ("powerlink_ext_d.ram", 0xa100_0000, 4 << 20),
    ("powerlink_int_c.ram", 0xd400_0000, 48 << 10),
    ("powerlink_int_d.ram", 0xd000_0000, 48 << 10),
    ("powerlink_pcp_data.ram", 0xf005_0000, 16 << 10),
    ("powerlink_pcp_text.ram", 0xf006_0000, 32 << 10),
];
const EXIT: u64 = 0xf000_0000;

fn build(board: &mut Build<'_>) -> Result<(), Error> {
    let model = board.model();
    (0..i64::from(board.smp.cpus)).for_each(|n| board.add_unattached_cpu(&model, n));
    for (name, start, size) in MEMORIES {
        board.ram(name, start, size)?;
    }
    let exit = TricoreTest::new(board.power.clone());
    board.device("tricore_testdevice", EXIT, TRICORE_TEST_SIZE, DeviceEndian::Fixed(Endian::Little), exit)?;
    let Some(name) = board.config.boot.kernel.clone() else { return Ok(()) };
    let bytes = read_file(&name)?;
    let fault = |e: loader::Error| Error::new(e.to_string());
    let elf = Elf::parse(&name, &bytes).map_err(fault)?;
    let machines = board.config.target.elf_machines;
    elf.expect(Expected { machines, class: Some(Class::Elf32), order: Some(ByteOrder::Little) }).map_err(fault)?;
    let entry = elf.load(AddressKind::Physical, &mut board.store()).map_err(fault)?.entry;
    board.start = Start::Pc(entry);
    Ok(())
}
