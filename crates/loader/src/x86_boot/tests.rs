//! Tests of the boot protocols, with kernels made by hand.

use super::*;
use crate::target::testing::Ram;

fn given<'a>(line: &'a str, modules: Vec<(&'a str, &'a [u8])>) -> Given<'a> {
    let map = vec![
        Range { start: 0, len: 0x9_fc00, kind: kind::RAM },
        Range { start: 0x10_0000, len: 0x30_0000, kind: kind::RAM },
    ];
    Given { name: "kernel", line, modules, map, rsdp: 0xf_0000, top: 0x40_0000 }
}

fn word(ram: &Ram, at: u64) -> u32 {
    u32_at(ram.at(at, 4), 0).unwrap()
}

fn text(ram: &Ram, at: u32) -> String {
    let bytes = ram.at(at.into(), 64);
    String::from_utf8_lossy(&bytes[..bytes.iter().position(|&b| b == 0).unwrap()]).into_owned()
}

#[test]
fn multiboot_with_addresses() {
    let mut file = vec![0x90u8; 64];
    let flags = 1u32 << 16;
    let words =
        [0x1bad_b002, flags, 0u32.wrapping_sub(0x1bad_b002 + flags), 0x10_0010, 0x10_0000, 0, 0x10_1000, 0x10_0004];
    for (n, word) in words.iter().enumerate() {
        file[16 + 4 * n..20 + 4 * n].copy_from_slice(&word.to_le_bytes());
    }
    let mut ram = Ram::new(0, 0x40_0000);
    let entry = load(&file, &given("a b", vec![("mod x", b"module")]), &mut ram).unwrap().unwrap();
    assert_eq!(entry, Entry { eip: 0x10_0004, eax: 0x2bad_b002, ebx: 0x9000, esi: 0 });
    assert_eq!((ram.at(0x10_0000, 1)[0], ram.at(0x10_0040, 1)[0], ram.at(0x10_0fff, 1)[0]), (0x90, 0, 0));
    assert_eq!((word(&ram, 0x9000), word(&ram, 0x9008)), (0x24f, 0xc00));
    assert_eq!(text(&ram, word(&ram, 0x9010)), "kernel a b");
    let module = u64::from(word(&ram, 0x9018));
    assert_eq!((word(&ram, 0x9014), word(&ram, module), word(&ram, module + 4)), (1, 0x10_1000, 0x10_1006));
    assert_eq!((text(&ram, word(&ram, module + 8)), ram.at(0x10_1000, 6)), ("mod x".into(), &b"module"[..]));
    let map = u64::from(word(&ram, 0x9030));
    assert_eq!((word(&ram, 0x902c), word(&ram, map), word(&ram, map + 24 + 4)), (48, 20, 0x10_0000));
    file[20] = 2;
    assert!(multiboot::find(&file).is_none(), "the checksum counts");
    assert_eq!(load(&file, &given("", vec![]), &mut ram), Ok(None));
    assert!(load(&file[..40], &given("", vec![]), &mut ram).is_ok());
}

#[test]
fn linux_is_told_what_it_needs() {
    let mut file = vec![0u8; 2 * 512 + 16];
    file[0x1f1] = 1;
    file[0x1fe..0x200].copy_from_slice(&[0x55, 0xaa]);
    file[0x201] = 0x62;
    file[0x202..0x208].copy_from_slice(b"HdrS\x0f\x02");
    file[0x211] = 1;
    file[0x22c..0x230].copy_from_slice(&0x3f_ffff_u32.to_le_bytes());
    file[0x238..0x23c].copy_from_slice(&8u32.to_le_bytes());
    file[1024] = 0xcc;
    let mut ram = Ram::new(0, 0x40_0000);
    let entry = load(&file, &given("quiet", vec![("initrd", b"disk")]), &mut ram).unwrap().unwrap();
    assert_eq!(entry, Entry { eip: 0x10_0000, esi: 0x1_0000, ..Entry::default() });
    assert_eq!(ram.at(0x10_0000, 1), [0xcc]);
    assert_eq!(text(&ram, word(&ram, 0x1_0228)), "quiet");
    assert_eq!((word(&ram, 0x1_0218), word(&ram, 0x1_021c), ram.at(0x3f_f000, 4)), (0x3f_f000, 4, &b"disk"[..]));
    assert_eq!((ram.at(0x1_01e8, 1)[0], word(&ram, 0x1_0070), word(&ram, 0x1_02d0 + 20)), (2, 0xf_0000, 0x10_0000));
    assert!(load(&file, &given("much too long", vec![]), &mut ram).unwrap_err().to_string().contains("13 characters"));
    let huge = vec![0; 0x40_0000];
    assert!(load(&file, &given("", vec![("initrd", &huge)]), &mut ram).unwrap_err().to_string().contains("raise -m"));
    file[0x207] = 1;
    assert!(load(&file, &given("", vec![]), &mut ram).unwrap_err().to_string().contains("too old"));
}

/// A 32-bit ELF file with a segment at 1 MiB and a note.
fn elf(note_kind: u32) -> Vec<u8> {
    let mut file = b"\x7fELF\x01\x01\x01".to_vec();
    file.resize(16, 0);
    let mut put = |words: &[u32]| words.iter().for_each(|w| file.extend(w.to_le_bytes()));
    put(&[0x0003_0002, 1, 0x10_0000, 52, 0, 0, 0x0020_0034, 0x0028_0002, 0]);
    put(&[1, 116, 0x10_0000, 0x10_0000, 20, 32, 5, 4]);
    put(&[4, 116, 0, 0, 20, 20, 4, 4]);
    put(&[4, 4, note_kind, u32::from_le_bytes(*b"Xen\0"), 0x10_0008]);
    file
}

#[test]
fn pvh_needs_its_note() {
    let mut ram = Ram::new(0, 0x40_0000);
    let entry = load(&elf(18), &given("x", vec![("m arg", b"m")]), &mut ram).unwrap().unwrap();
    assert_eq!(entry, Entry { eip: 0x10_0008, ebx: 0x6000, ..Entry::default() });
    assert_eq!((word(&ram, 0x6000), word(&ram, 0x600c), word(&ram, 0x6020)), (0x336e_c578, 1, 0xf_0000));
    assert_eq!((text(&ram, word(&ram, 0x6018)), word(&ram, 0x6030)), ("x".into(), 2));
    let module = u64::from(word(&ram, 0x6010));
    assert_eq!((word(&ram, module), word(&ram, module + 8)), (0x10_1000, 1));
    assert_eq!(text(&ram, word(&ram, module + 16)), "arg");
    assert!(load(&elf(17), &given("", vec![]), &mut ram).unwrap_err().to_string().contains("PHYS32_ENTRY"));
    for len in 0..elf(18).len() {
        let _ = load(&elf(18)[..len], &given("", vec![]), &mut ram);
    }
}

#[test]
fn the_rom_begins_at_the_reset_vector() {
    let entry = Entry { eip: 0x1234_5678, eax: 1, ebx: 2, esi: 3 };
    let code = rom::code(&[rom::Poke::Word(0xcf8, 5), rom::Poke::Byte(0xb2, 6)], Some(entry));
    assert_eq!(code.len(), rom::SIZE - rom::CODE);
    let jump = &code[0xfff0 - rom::CODE..];
    assert_eq!((jump[0], u16_at(jump, 1).unwrap()), (0xe9, 0xf000u16.wrapping_sub(0xfff3)));
    let at = code.windows(4).position(|w| w == 0x1234_5678u32.to_le_bytes()).unwrap();
    let reference = 0xf_0000 + (rom::CODE + at) as u32;
    assert!(code.windows(6).any(|w| w[..2] == [0xff, 0x25] && u32_at(w, 2) == Some(reference)));
    assert!(rom::code(&[], None).windows(3).any(|w| w == [0xf4, 0xeb, 0xfd]));
}
