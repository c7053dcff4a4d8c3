//! The MIPS boards: a ROM image that prints on the serial port runs on each, from where CPUs begin.
#![allow(missing_docs, reason = "a test")]

use std::time::{Duration, Instant};

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
