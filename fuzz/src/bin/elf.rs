//! Damaged ELF files, images and devicetrees.

use std::process::ExitCode;

use loader::riscv_boot::{BootBoard, BootFile, BootFiles, Xlen, boot};
use loader::{AddressKind, Elf, Fdt, ImageHeader, Unmapped};

/// RAM that only checks bounds.
fn write(addr: u64, bytes: &[u8]) -> Result<(), Unmapped> {
    const RAM: std::ops::Range<u64> = 0x8000_0000..0x8800_0000;
    let end = addr.checked_add(bytes.len() as u64);
    if RAM.contains(&addr) && end.is_some_and(|end| end <= RAM.end) { Ok(()) } else { Err(Unmapped { addr }) }
}

fn try_all(input: &[u8]) {
    let mut ram = write;
    if let Ok(elf) = Elf::parse("file", input) {
        let _ = (elf.machine(), elf.class(), elf.order(), elf.entry(), elf.flags());
        let _ = elf.symbols().count();
        for kind in [AddressKind::Physical, AddressKind::Virtual] {
            let _ = elf.load(kind, &mut ram);
        }
    }
    let _ = ImageHeader::parse(input);
    let file = Some(BootFile { name: "file", bytes: input });
    for xlen in [Xlen::Rv32, Xlen::Rv64] {
        let board = BootBoard { xlen, ram_base: 0x8000_0000, ram_size: 128 << 20, boot_hart: 0 };
        let _ = boot(&board, &BootFiles { kernel: file, ..BootFiles::default() }, &mut Fdt::new(), &mut ram);
        let all = BootFiles { bios: file, kernel: file, initrd: file, append: Some("quiet") };
        let _ = boot(&board, &all, &mut Fdt::new(), &mut ram);
    }
}

fn main() -> ExitCode {
    let mut good = fuzz::guests(".elf");
    let uimage = [0x27, 0x05, 0x19, 0x56].into_iter().chain([0; 28]).chain([5, 26, 2, 0]).chain([0; 100]).collect();
    good.push(uimage);
    fuzz::main("elf", &good, try_all)
}
