//! The boot protocol: placement, ROM contents, refusals.

use super::*;
use crate::target::testing::Ram;

const BOARD: BootBoard = BootBoard { xlen: Xlen::Rv64, ram_base: 0x8000_0000, ram_size: 16 << 20, boot_hart: 3 };
const BIOS: BootFile<'static> = BootFile { name: "fw.bin", bytes: &[0x11; 0x4000] };
const KERNEL: BootFile<'static> = BootFile { name: "k.bin", bytes: &[0x22; 0x100] };
const INITRD: BootFile<'static> = BootFile { name: "rd", bytes: &[0x33; 0x100] };

fn ram(board: &BootBoard) -> Ram {
    Ram::new(board.ram_base, board.ram_size as usize)
}

fn try_boot(board: &BootBoard, files: BootFiles<'_>) -> Result<(Boot, Ram), Error> {
    let mut ram = ram(board);
    let mut fdt = Fdt::new();
    fdt.root().str("model", "test");
    boot(board, &files, &mut fdt, &mut ram).map(|boot| (boot, ram))
}

fn refusal(board: &BootBoard, files: BootFiles<'_>) -> String {
    try_boot(board, files).err().expect("this must not boot").to_string()
}

#[test]
fn firmware_kernel_initrd_and_devicetree() {
    let files = BootFiles { bios: Some(BIOS), kernel: Some(KERNEL), initrd: Some(INITRD), append: Some("quiet") };
    let (b, ram) = try_boot(&BOARD, files).unwrap();
    assert_eq!((b.start, b.kernel_entry, b.dtb.start), (0x8000_0000, Some(0x8020_0000), 0x80e0_0000));
    assert_eq!(b.initrd, Some(0x80a0_0000..0x80a0_0100));
    assert_eq!(
        (ram.at(0x8000_3fff, 2), ram.at(0x8020_0000, 1), ram.at(0x80a0_00ff, 2)),
        (&[0x11, 0xaa][..], &[0x22][..], &[0x33, 0xaa][..])
    );
    let dtb = Fdt::from_dtb(ram.at(b.dtb.start, (b.dtb.end - b.dtb.start) as usize)).unwrap();
    let chosen = dtb.find("/chosen").unwrap();
    assert_eq!(chosen.get_str("bootargs"), Some("quiet"));
    assert_eq!(
        (chosen.get_u64("linux,initrd-start"), chosen.get_u64("linux,initrd-end")),
        (Some(0x80a0_0000), Some(0x80a0_0100))
    );
    assert_eq!(dtb.find("/").unwrap().get_str("model"), Some("test"));
}

#[test]
fn rv32_and_big_firmware_move_the_kernel() {
    let files = BootFiles { bios: Some(BIOS), kernel: Some(KERNEL), ..Default::default() };
    let rv32 = BootBoard { xlen: Xlen::Rv32, ..BOARD };
    assert_eq!(try_boot(&rv32, files).unwrap().0.kernel_entry, Some(0x8040_0000));
    let big = BootFile { name: "fw.bin", bytes: &vec![0; (2 << 20) + 1] };
    let files = BootFiles { bios: Some(big), ..files };
    assert_eq!(try_boot(&BOARD, files).unwrap().0.kernel_entry, Some(0x8040_0000));
}

#[test]
fn without_firmware_the_kernel_starts() {
    let (b, ram) = try_boot(&BOARD, BootFiles { kernel: Some(KERNEL), ..Default::default() }).unwrap();
    assert_eq!((b.start, b.kernel_entry, ram.at(0x8000_0000, 1)), (0x8000_0000, Some(0x8000_0000), &[0x22][..]));
    let (b, _) = try_boot(&BOARD, BootFiles::default()).unwrap();
    assert_eq!((b.start, b.kernel_entry, b.htif), (0x8000_0000, None, None));
}

#[test]
fn a_linux_image_says_where_it_goes_and_what_it_needs() {
    let image = |needs: u64, magic: &[u8]| {
        let mut image = vec![0x13; 128];
        image[8..16].copy_from_slice(&0x40_0000u64.to_le_bytes());
        image[16..24].copy_from_slice(&needs.to_le_bytes());
        image[24..32].fill(0);
        image[56..60].copy_from_slice(magic);
        image
    };
    let with = |bytes: &[u8]| {
        let kernel = Some(BootFile { name: "Image", bytes });
        try_boot(&BOARD, BootFiles { bios: Some(BIOS), kernel, initrd: Some(INITRD), append: None })
    };
    assert_eq!(with(&image(0x10_0000, b"RSC\x05")).unwrap().0.kernel_entry, Some(0x8040_0000));
    let message = with(&image(0x80_0001, b"RSC\x05")).err().unwrap().to_string();
    assert!(message.starts_with("'rd' doesn't fit: it goes to 0x80c00000..0x80c00100, where 'Image' is"), "{message}");
    assert!(with(&image(0, b"ARM\x64")).err().unwrap().to_string().contains("AArch64"));
}

#[test]
fn tiny_and_huge_ram() {
    let tiny = BootBoard { ram_size: 64 << 10, ..BOARD };
    let (b, _) = try_boot(&tiny, BootFiles { kernel: Some(KERNEL), ..Default::default() }).unwrap();
    assert_eq!(b.dtb.start, 0x8000_f000);
    let full = BootFile { name: "fw.bin", bytes: &[0; 64 << 10] };
    let message = refusal(&tiny, BootFiles { bios: Some(full), ..Default::default() });
    assert!(message.starts_with("'devicetree' doesn't fit"), "{message}");
    // Beyond 3 GiB the devicetree stays below; only what is written needs to be there.
    let huge = BootBoard { ram_size: 64 << 30, ..BOARD };
    let mut writes = Vec::new();
    let mut target = |addr: u64, bytes: &[u8]| {
        writes.push((addr, bytes.len()));
        Ok(())
    };
    let b =
        boot(&huge, &BootFiles { kernel: Some(KERNEL), ..Default::default() }, &mut Fdt::new(), &mut target).unwrap();
    assert_eq!(b.dtb.start, 0xbfe0_0000);
    assert_eq!(writes.len(), 2);
}

#[test]
fn refusals_name_the_file() {
    let kernel = |bytes| BootFiles { kernel: Some(BootFile { name: "x", bytes }), ..Default::default() };
    assert_eq!(refusal(&BOARD, kernel(b"\x1f\x8b\x08")), "'x' is compressed with gzip; this machine needs it unpacked");
    assert_eq!(refusal(&BOARD, kernel(b"")), "'x' is empty; this machine needs a program");
    assert!(refusal(&BOARD, kernel(b"\x7fELF\x02\x01\x01")).starts_with("'x' is damaged"));
    let alone = BootFiles { initrd: Some(INITRD), ..Default::default() };
    assert!(refusal(&BOARD, alone).contains("without a kernel"));
    let large = vec![0; 17 << 20];
    assert!(refusal(&BOARD, kernel(&large)).starts_with("'x' doesn't fit: the image (0x1100000 bytes at 0x80000000)"));
}

/// Word `i` of a ROM.
fn word(rom: &[u8], i: usize) -> u32 {
    u32::from_le_bytes(rom[i * 4..i * 4 + 4].try_into().unwrap())
}

#[test]
fn reset_rom_as_an_assembler_makes_it() {
    let rom = reset_rom(Xlen::Rv64, 0x8000_0000, 0x1_8000_0000, 0x8020_0000, 3);
    let code: Vec<u32> = (0..6).map(|i| word(&rom, i)).collect();
    // auipc t0,0; addi a2,t0,40; csrr a0,mhartid; ld a1,32(t0); ld t0,24(t0); jr t0
    assert_eq!(code, [0x0000_0297, 0x0282_8613, 0xf140_2573, 0x0202_b583, 0x0182_b283, 0x0002_8067]);
    let data: Vec<u32> = (6..22).map(|i| word(&rom, i)).collect();
    assert_eq!(data, [0x8000_0000, 0, 0x8000_0000, 1, 0x4942_534f, 0, 2, 0, 0x8020_0000, 0, 1, 0, 0, 0, 3, 0]);
    let rom = reset_rom(Xlen::Rv32, 0x8000_0000, 0x87e0_0000, 0, 0);
    let all: Vec<u32> = (3..16).map(|i| word(&rom, i)).collect();
    // lw a1,32(t0); lw t0,24(t0); jr t0
    assert_eq!(
        all,
        [0x0202_a583, 0x0182_a283, 0x0002_8067, 0x8000_0000, 0, 0x87e0_0000, 0, 0x4942_534f, 2, 0, 1, 0, 0]
    );
    assert_eq!(rom.len(), 64);
}

#[test]
fn jump_rom_with_and_without_carry() {
    // lui t0,0x20400; jr t0
    assert_eq!(jump_rom(0x2040_0000), [0x2040_02b7u32, 0x0002_8067].map(u32::to_le_bytes).concat());
    // lui t0,0x20401; jr -4(t0)
    assert_eq!(jump_rom(0x2040_0ffc), [0x2040_12b7u32, 0xffc2_8067].map(u32::to_le_bytes).concat());
}
