//! What the configuration tells of itself: STORE SYSTEM INFORMATION, PERFORM TOPOLOGY FUNCTION (PoP, "Control Instructions").

use crate::ext::Ext;
use crate::psw;
use crate::shared::{Machine, Place, Topology};
use crate::storage;
use crate::system::{general, set_general};
use crate::trap::{Cpu, Fault, Out, code, set_cc};

type Args = [u64; 4];

/// Text in EBCDIC (code page 1047), cut or filled with blanks: letters, digits and what names have beside; others are blanks.
fn ebcdic(text: &str, len: usize) -> Vec<u8> {
    let code = |c: u8| match c {
        b'A'..=b'I' => 0xc1 + (c - b'A'),
        b'J'..=b'R' => 0xd1 + (c - b'J'),
        b'S'..=b'Z' => 0xe2 + (c - b'S'),
        b'a'..=b'i' => 0x81 + (c - b'a'),
        b'j'..=b'r' => 0x91 + (c - b'j'),
        b's'..=b'z' => 0xa2 + (c - b's'),
        b'0'..=b'9' => 0xf0 + (c - b'0'),
        b'.' => 0x4b,
        b'+' => 0x4e,
        b'-' => 0x60,
        b'/' => 0x61,
        b',' => 0x6b,
        b'_' => 0x6d,
        b':' => 0x7a,
        b'#' => 0x7b,
        b'@' => 0x7c,
        _ => 0x40,
    };
    let mut bytes: Vec<u8> = text.bytes().map(code).collect();
    bytes.resize(len, 0x40);
    bytes
}

/// CPU capability, a short number in BFP: what QEMU shows.
const CAPABILITY: u32 = 0x443a_fc29;

/// SYSIB 2.2.2: the logical CPUs are dedicated ones.
const DEDICATED: u8 = 0x80;
/// SYSIB 3.2.2: the extended name's encoding.
const UTF_8: u8 = 2;
/// SYSIB 3.2.2: the extended name's length.
const NAME: usize = 256;

/// STORE SYSTEM INFORMATION: function code and selectors in registers 0 and 1.
pub(crate) fn stsi(cpu: &mut Cpu, [address, ..]: Args) -> Out {
    if cpu.state.psw_mask & psw::PROBLEM != 0 {
        return Err(Fault::program(code::PRIVILEGED));
    }
    let (zero, one) = (general(cpu, 0) as u32, general(cpu, 1) as u32);
    // A function code that there isn't: nothing else is looked at.
    if !matches!(zero >> 28, 0..=3 | 15) {
        set_cc(cpu, 3);
        return Ok(0);
    }
    if zero & 0x0fff_ff00 != 0 || one & 0xffff_0000 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    let (function, first, second) = (zero >> 28, zero & 0xff, one & 0xffff);
    if function == 0 {
        let old = general(cpu, 0);
        set_general(cpu, 0, old & !0xffff_ffff | 0x3000_0000);
        set_cc(cpu, 0);
        return Ok(0);
    }
    let Some(block) = information(cpu, function, first, second) else {
        set_cc(cpu, 3);
        return Ok(0);
    };
    if address & 4095 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    storage::write(cpu, address, &block)?;
    set_cc(cpu, 0);
    Ok(0)
}

/// The system-information block that these numbers select; `None` where there is none.
fn information(cpu: &Cpu, function: u32, first: u32, second: u32) -> Option<Vec<u8>> {
    let mut block = vec![0; 4096];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    let machine = format!("{:04X}", cpu.model().machine());
    let shared = cpu.shared::<Machine>();
    let cpus = shared.map_or(1, |m| (0..m.cpus()).filter(|&n| m.state(n).is_some()).count()) as u16;
    // All that there may be, those that are configured, none that stand by, and those that may come.
    let total = shared.map_or(1, Machine::cpus) as u16;
    let counts = [total, cpus, 0, total - cpus].map(u16::to_be_bytes).concat();
    match (function, first, second) {
        (1, 1, 1) => {
            put(32, &ebcdic("QEMU", 16));
            put(48, &ebcdic(&machine, 4));
            put(64, &ebcdic("QEMU", 16));
            put(80, &ebcdic("QEMU", 16));
            put(96, &ebcdic("QEMU", 4));
        }
        (1, 2, 1) | (2, 2, 1) => {
            put(80, &ebcdic("QEMUQEMUQEMUQEMU", 16));
            put(96, &ebcdic("QEMU", 4));
            put(if function == 1 { 100 } else { 102 }, &(cpu.index() as u16).to_be_bytes());
        }
        (1, 2, 2) => {
            put(32, &CAPABILITY.to_be_bytes());
            put(36, &counts);
        }
        (2, 2, 2) => {
            put(36, &counts);
            put(44, &ebcdic("QEMU", 8));
            put(35, &[DEDICATED]);
            put(52, &1000u32.to_be_bytes());
            put(72, &cpus.to_be_bytes());
        }
        (3, 2, 2) => {
            put(31, &[1]);
            put(36, &counts);
            put(52, &1000u32.to_be_bytes());
            put(75, &[UTF_8]);
            let (name, uuid) = shared.map_or((None, [0; 16]), |m| m.services().identity());
            // As QEMU calls what has no name.
            let name = name.unwrap_or("TCGguest");
            put(44, &ebcdic(name, 8));
            put(2048, &name.as_bytes()[..name.len().min(NAME)]);
            put(80, &uuid);
            put(56, &ebcdic("KVM/Linux", 16));
        }
        (15, 1, magnitude) => {
            let told = topology(cpu).filter(|_| cpu.model().has(Ext::Topology));
            put(0, &told.and_then(|topology| topology.block(magnitude))?);
        }
        _ => return None,
    }
    Some(block)
}

/// The configuration's topology, if the board has one.
fn topology(cpu: &Cpu) -> Option<&dyn Topology> {
    let place = cpu.shared::<Place>().map(|place| &*place.0);
    place.or_else(|| cpu.shared::<Machine>().map(|machine| machine.services().topology()))
}

/// The machine is reset: its CPUs are polarized horizontally again.
pub(crate) fn reset(cpu: &Cpu) {
    if let Some(topology) = topology(cpu).filter(|topology| cpu.index() == 0 && topology.polarize(false)) {
        topology.reset();
    }
}

/// PERFORM TOPOLOGY FUNCTION: register's number. Bits 48 to 55 become the reason code where a request is rejected.
pub(crate) fn ptf(cpu: &mut Cpu, [r1, ..]: Args) -> Out {
    const ALREADY: u64 = 1 << 8;
    let function = general(cpu, r1);
    match function {
        0 | 1 => {
            let asked = topology(cpu).is_some_and(|topology| topology.polarize(function == 1));
            if !asked {
                // Without a topology there is no reason to tell but for what is so already.
                let already = function == 0 || topology(cpu).is_some();
                set_general(cpu, r1, function | if already { ALREADY } else { 0 });
            }
            set_cc(cpu, if asked { 0 } else { 2 });
        }
        2 => {
            let changed = topology(cpu).is_some_and(Topology::changed);
            set_cc(cpu, changed.into());
        }
        _ => return Err(Fault::SPECIFICATION),
    }
    Ok(0)
}
