//! The MIPS boards: a ROM image that prints on the serial port runs on each, from where CPUs begin.
#![allow(missing_docs, reason = "a test")]

use std::time::{Duration, Instant};

use cpu::Info;
use devices::Capture;
use machine::{Advance, Console, Machine, MachineConfig, targets};

/// `lui t0, high; ori t0, t0, low; li t1, 'k'; sb t1, 0(t0); b .; nop`, in the target's byte order.
fn rom(uart: u32, big_endian: bool) -> Vec<u8> {
    let code = [0x3c08_0000 | uart >> 16, 0x3508_0000 | uart & 0xffff, 0x2409_006b, 0xa109_0000, 0x1000_ffff, 0];
    code.iter().flat_map(|&word| if big_endian { word.to_be_bytes() } else { word.to_le_bytes() }).collect()
}

/// What `board` of `target` prints when the ROM writes to `uart`.
fn printed(target: &str, board: &str, uart: u32) -> String {
    let target = targets::find(target).unwrap();
    let mut config = MachineConfig::new(target, Some(board)).unwrap();
    let file = std::env::temp_dir().join(format!("polyarch-rom-{}-{}-{board}", std::process::id(), target.name));
    std::fs::write(&file, rom(uart, target.big_endian)).unwrap();
    config.boot.bios = Some(file.display().to_string());
    let capture = Capture::new();
    config.console = Console::new(capture.clone());
    let mut machine = Machine::new(config).unwrap();
    std::fs::remove_file(&file).unwrap();
    let begin = Instant::now();
    while capture.text().is_empty() && begin.elapsed() < Duration::from_secs(60) {
        assert_eq!(machine.advance(), Advance::Ran, "{} {board}", target.name);
    }
    capture.text()
}

#[test]
fn roms_print() {
    for target in ["mips", "mipsel", "mips64", "mips64el"] {
        // Where the bridge of Malta has its ports after reset.
        for (board, uart) in [("malta", 0xb000_03f8), ("mipssim", 0xbfd0_03f8), ("mips", 0xb400_03f8)] {
            assert_eq!(printed(target, board, uart), "k", "{target} {board}");
        }
    }
    for (board, uart) in [("fulong2e", 0xbfd0_03f8), ("boston", 0xb7ff_e000)] {
        assert_eq!(printed("mips64el", board, uart), "k", "{board}");
    }
}

/// A machine whose ROM holds `code`, stopped at its start.
fn stopped(target: &str, code: &[u32]) -> Machine {
    let target = targets::find(target).unwrap();
    let mut config = MachineConfig::new(target, Some("malta")).unwrap();
    let bytes = code.iter().flat_map(|word| if target.big_endian { word.to_be_bytes() } else { word.to_le_bytes() });
    let file = std::env::temp_dir().join(format!("polyarch-slots-{}-{}", std::process::id(), target.name));
    std::fs::write(&file, bytes.collect::<Vec<u8>>()).unwrap();
    config.boot.bios = Some(file.display().to_string());
    config.stopped = true;
    let machine = Machine::new(config).unwrap();
    std::fs::remove_file(&file).unwrap();
    machine
}

/// What `query-cpus` shows while the program goes through delay slots one instruction at a time: of a branch that is taken, of one that
/// is not, of a likely one that skips its slot, of a jump to a register.
#[test]
fn query_cpus_is_exact_in_delay_slots() {
    const BASE: u64 = 0xffff_ffff_bfc0_0000;
    // At 0x10 the board puts its revision.
    let code = [
        0x1000_0007, // 00: b 0x20
        0,           // 04
        0,           // 08
        0,           // 0c
        0,           // 10
        0,           // 14
        0,           // 18
        0,           // 1c
        0x3c08_bfc0, // 20: lui t0, 0xbfc0
        0x1000_0002, // 24: b 0x30
        0x2508_0060, // 28: addiu t0, t0, 0x60
        0,           // 2c
        0x1500_0003, // 30: bnez t0, 0x40
        0,           // 34
        0,           // 38
        0,           // 3c
        0x1100_0003, // 40: beqz t0, 0x50
        0,           // 44: runs, though the branch is not taken
        0x5100_0003, // 48: beqzl t0, 0x58
        0,           // 4c: skipped
        0x0100_0008, // 50: jr t0
        0,           // 54
        0,           // 58
        0,           // 5c
        0x1000_ffff, // 60: b .
        0,           // 64
    ];
    let way = [0x00, 0x04, 0x20, 0x24, 0x28, 0x30, 0x34, 0x40, 0x44, 0x48, 0x50, 0x54, 0x60, 0x64, 0x60, 0x64, 0x60];
    for (target, mask) in [("mips", 0xffff_ffff), ("mipsel", 0xffff_ffff), ("mips64", u64::MAX), ("mips64el", u64::MAX)]
    {
        let expected = |offset: u64| Info::Mips { pc: (BASE + offset) & mask };
        let mut machine = stopped(target, &code);
        for (n, offset) in way.into_iter().enumerate() {
            assert_eq!(machine.cpus()[0].cpu.info(), expected(offset), "{target}: {n} single steps");
            machine.cpus_mut()[0].cpu.step();
        }
        for (n, offset) in (0..).zip(way) {
            let mut machine = stopped(target, &code);
            machine.cpus_mut()[0].cpu.run(n);
            assert_eq!(machine.cpus()[0].cpu.info(), expected(offset), "{target}: a run of {n} instructions");
        }
    }
}

#[test]
fn too_much_memory_is_refused() {
    let refused = |target: &str, board: &str, size: u64| {
        let mut config = MachineConfig::new(targets::find(target).unwrap(), Some(board)).unwrap();
        config.mem.size = Some(size);
        Machine::new(config).err().map(|e| e.text)
    };
    let text = "Too much memory for this machine: 4096 MB, maximum 2048 MB";
    assert_eq!(refused("mips", "malta", 4 << 30).as_deref(), Some(text));
    assert_eq!(refused("mips64el", "boston", 128 << 20).as_deref(), Some("Memory size must be 1GB or 2GB"));
    assert_eq!(refused("mips64", "pica61", 16 << 20), None);
}
