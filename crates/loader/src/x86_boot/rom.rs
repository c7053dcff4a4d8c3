//! The ROM that stands where firmware would: it tells the chips what firmware tells them and enters a kernel.
//!
//! Intel 64 and IA-32 Architectures Software Developer's Manual, volume 3A, "Processor Management and Initialization". The code is written
//! down as bytes, since it is thirty instructions.

use super::Entry;

/// Bytes of the ROM, which ends at 4 GiB and at 1 MiB.
pub const SIZE: usize = 0x1_0000;
/// Where the code is in it; what lies before is free for tables.
pub const CODE: usize = 0xf000;
/// Where it is below 1 MiB.
pub const SEGMENT: u32 = 0xf_0000;
const RESET: usize = 0xfff0;
/// The descriptor table: flat code at selector 0x10, flat data at 0x18, as Linux wants them.
const GDT: [u64; 4] = [0, 0, 0x00cf_9b00_0000_ffff, 0x00cf_9300_0000_ffff];

/// A doubleword or byte that is written to a port before the kernel begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Poke {
    /// 32 bits.
    Word(u16, u32),
    /// 8 bits.
    Byte(u16, u8),
}

/// Makes the code that writes `pokes` and enters a kernel; without one it stops. The bytes from [`CODE`] to the end of the ROM.
///
/// # Panics
/// When there are more pokes than fit: a board's mistake.
pub fn code(pokes: &[Poke], entry: Option<Entry>) -> Vec<u8> {
    let mut out = Vec::new();
    let gdt = CODE + 0x800;
    let pointer = gdt + 32;
    // cli; cld; lgdt cs:pointer
    out.extend([0xfa, 0xfc, 0x2e, 0x66, 0x0f, 0x01, 0x16]);
    out.extend((pointer as u16).to_le_bytes());
    // mov eax, 0x11; mov cr0, eax; jmp far 0x10:next
    out.extend([0x66, 0xb8, 0x11, 0, 0, 0, 0x0f, 0x22, 0xc0, 0x66, 0xea]);
    let next = SEGMENT + (CODE + out.len() + 6) as u32;
    out.extend(next.to_le_bytes());
    out.extend([0x10, 0]);
    // mov eax, 0x18; mov ds, es, ss, fs, gs
    out.extend([0xb8, 0x18, 0, 0, 0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0x8e, 0xe0, 0x8e, 0xe8]);
    for poke in pokes {
        let (port, value, out_insn) = match *poke {
            Poke::Word(port, value) => (port, value, 0xef),
            Poke::Byte(port, value) => (port, value.into(), 0xee),
        };
        // mov edx, port; mov eax, value; out dx, eax or al
        out.push(0xba);
        out.extend(u32::from(port).to_le_bytes());
        out.push(0xb8);
        out.extend(value.to_le_bytes());
        out.push(out_insn);
    }
    match entry {
        Some(entry) => {
            // mov reg, value for EAX, EBX, ESI; ECX, EDX, EDI, EBP are 0.
            for (opcode, value) in
                [(0xb8, entry.eax), (0xbb, entry.ebx), (0xbe, entry.esi), (0xb9, 0), (0xba, 0), (0xbf, 0), (0xbd, 0)]
            {
                out.push(opcode);
                out.extend(value.to_le_bytes());
            }
            // jmp [target]
            out.extend([0xff, 0x25]);
            out.extend((SEGMENT + (pointer + 8) as u32).to_le_bytes());
        }
        // hlt; jmp back
        None => out.extend([0xf4, 0xeb, 0xfd]),
    }
    assert!(out.len() <= gdt - CODE, "{} pokes are too many", pokes.len());
    out.resize(gdt - CODE, 0);
    GDT.iter().for_each(|descriptor| out.extend(descriptor.to_le_bytes()));
    out.extend((GDT.len() as u16 * 8 - 1).to_le_bytes());
    out.extend((SEGMENT + gdt as u32).to_le_bytes());
    out.extend([0; 2]);
    out.extend(entry.map_or(0, |entry| entry.eip).to_le_bytes());
    out.resize(RESET - CODE, 0);
    // jmp CODE, relative to its end
    out.push(0xe9);
    out.extend(((CODE as u32).wrapping_sub(RESET as u32 + 3) as u16).to_le_bytes());
    out.resize(SIZE - CODE, 0);
    out
}
