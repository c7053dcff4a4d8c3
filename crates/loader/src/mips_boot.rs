//! How MIPS boards boot: the kernel's place, the arguments that YAMON gives, and the boot ROM that gives them.
//!
//! MIPS Technologies, YAMON User's Manual (MD00008), "Program Environment": a program gets the number of its arguments in a0, their table
//! in a1, the table of environment variables (names and values alternately) in a2, the size of memory in a3; and functions through
//! vectors at 0xbfc00500. Instructions are encoded after the MIPS32 Architecture For Programmers, volume II.
//!
//! | physical    | what |
//! |-------------|------|
//! | 0x0000_1fc0 | the stack's top |
//! | 0x0000_2000 | 16 pointers: arguments, environment, zeros; then strings, 256 bytes each |
//! | 0x1fc0_0000 | boot ROM |

use crate::elf::{ByteOrder, Class, Elf, Expected};
use crate::error::Error;
use crate::target::{LoadTarget, Unmapped};

const EM_MIPS: u16 = 8;
/// Physical address of the arguments.
pub const ARGUMENTS: u64 = 0x2000;
/// Pointers in the table, and bytes of each string.
const SLOTS: usize = 16;
const SLOT: usize = 256;
/// Unmapped and cached.
const KSEG0: u32 = 0x8000_0000;
/// Physical address of the boot ROM, where CPUs begin.
pub const ROM: u64 = 0x1fc0_0000;

/// The physical address behind one in kseg0, kseg1 or (of 64-bit programs) their sign extensions; others are physical already.
pub fn physical(address: u64) -> u64 {
    let low = address & 0xffff_ffff;
    let segment = (0x8000_0000..0xc000_0000).contains(&low) && matches!(address >> 32, 0 | 0xffff_ffff);
    if segment { low & 0x1fff_ffff } else { address }
}

/// Memory as a kernel is linked to see it.
struct Unmapping<'a, T>(&'a mut T);

impl<T: LoadTarget> LoadTarget for Unmapping<'_, T> {
    fn write(&mut self, addr: u64, bytes: &[u8]) -> Result<(), Unmapped> {
        self.0.write(physical(addr), bytes)
    }

    fn zero(&mut self, addr: u64, len: u64) -> Result<(), Unmapped> {
        self.0.zero(physical(addr), len)
    }
}

/// A kernel in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Where it starts: a virtual address.
    pub entry: u64,
    /// The first physical address behind it.
    pub end: u64,
}

/// Loads an ELF file of the given byte order, 32 bits or (where `wide`) also 64.
///
/// # Errors
/// A file of another kind, or one that does not fit.
pub fn load_kernel(
    name: &str,
    bytes: &[u8],
    order: ByteOrder,
    wide: bool,
    target: &mut impl LoadTarget,
) -> Result<Kernel, Error> {
    let elf = Elf::parse(name, bytes)?;
    let class = if wide { None } else { Some(Class::Elf32) };
    elf.expect(Expected { machines: &[EM_MIPS], class, order: Some(order) })?;
    let loaded = elf.load(crate::elf::AddressKind::Physical, &mut Unmapping(target))?;
    // 32-bit addresses are sign-extended in registers.
    let entry = if elf.class() == Class::Elf32 { loaded.entry as u32 as i32 as i64 as u64 } else { loaded.entry };
    Ok(Kernel { entry, end: physical(loaded.high) })
}

/// What a program is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// `argv`: the program's name, then its command line as one string.
    pub argv: Vec<String>,
    /// `envp`: names and values.
    pub environment: Vec<(&'static str, String)>,
}

impl Arguments {
    /// Those of a kernel on a board with `ram` bytes, of which `low` are in the low 256 MiB.
    pub fn for_kernel(name: &str, append: &str, initrd: Option<(u64, u64)>, low: u64, ram: u64) -> Arguments {
        let line = match initrd {
            Some((start, size)) => {
                format!("rd_start=0x{:x} rd_size={size} {append}", start as u32 as u64 | 0xffff_ffff_8000_0000)
            }
            None => append.to_string(),
        };
        let environment =
            vec![("memsize", low.to_string()), ("ememsize", ram.to_string()), ("modetty0", "38400n8r".to_string())];
        Arguments { argv: vec![name.to_string(), line], environment }
    }

    /// The block that belongs at [`ARGUMENTS`]. Strings that are too long are cut off.
    pub fn to_bytes(&self, order: ByteOrder) -> Vec<u8> {
        let pairs = self.environment.iter().flat_map(|(name, value)| [*name, value.as_str()]);
        let strings: Vec<&str> = self.argv.iter().map(String::as_str).chain(pairs).collect();
        let table = 4 * SLOTS;
        let mut block = vec![0; table + SLOTS * SLOT];
        for (n, text) in strings.iter().take(SLOTS - 1).enumerate() {
            let at = table + n * SLOT;
            block[4 * n..4 * n + 4].copy_from_slice(&word(KSEG0 + ARGUMENTS as u32 + at as u32, order));
            // The last slots may hold a longer line: nothing comes behind them.
            let text = &text.as_bytes()[..text.len().min(SLOT - 1)];
            block[at..at + text.len()].copy_from_slice(text);
        }
        block
    }

    /// Where the environment's pointers begin, seen from the program.
    fn envp(&self) -> u32 {
        KSEG0 + ARGUMENTS as u32 + 4 * self.argv.len() as u32
    }
}

fn word(value: u32, order: ByteOrder) -> [u8; 4] {
    if order == ByteOrder::Big { value.to_be_bytes() } else { value.to_le_bytes() }
}

/// General registers by number.
mod reg {
    pub(super) const ZERO: u32 = 0;
    pub(super) const V0: u32 = 2;
    pub(super) const A0: u32 = 4;
    pub(super) const A1: u32 = 5;
    pub(super) const A2: u32 = 6;
    pub(super) const T0: u32 = 8;
    pub(super) const T1: u32 = 9;
    pub(super) const T9: u32 = 25;
    pub(super) const SP: u32 = 29;
    pub(super) const RA: u32 = 31;
}

/// The instructions that the ROM needs.
mod asm {
    pub(super) const NOP: u32 = 0;

    fn immediate(op: u32, rs: u32, rt: u32, value: u32) -> u32 {
        op << 26 | rs << 21 | rt << 16 | value & 0xffff
    }

    pub(super) fn addiu(rt: u32, rs: u32, value: i32) -> u32 {
        immediate(0x09, rs, rt, value as u32)
    }

    pub(super) fn andi(rt: u32, rs: u32, value: u32) -> u32 {
        immediate(0x0c, rs, rt, value)
    }

    pub(super) fn lbu(rt: u32, offset: u32, base: u32) -> u32 {
        immediate(0x24, base, rt, offset)
    }

    pub(super) fn sb(rt: u32, offset: u32, base: u32) -> u32 {
        immediate(0x28, base, rt, offset)
    }

    pub(super) fn sw(rt: u32, offset: u32, base: u32) -> u32 {
        immediate(0x2b, base, rt, offset)
    }

    /// `distance` counts instructions from the delay slot.
    pub(super) fn beqz(rs: u32, distance: i32) -> u32 {
        immediate(0x04, rs, 0, distance as u32)
    }

    pub(super) fn bnez(rs: u32, distance: i32) -> u32 {
        immediate(0x05, rs, 0, distance as u32)
    }

    pub(super) fn b(distance: i32) -> u32 {
        beqz(0, distance)
    }

    /// Release 6 has no other JR.
    pub(super) fn jr(rs: u32) -> u32 {
        rs << 21 | 9
    }

    pub(super) fn jalr(rs: u32) -> u32 {
        rs << 21 | 31 << 11 | 9
    }

    /// Leaves the error level that reset has set: `mfc0`, clear ERL (bit 2) of Status, `mtc0`, `ehb`.
    pub(super) const CLEAR_ERL: [u32; 5] = [0x4008_6000, 0x2409_fffb, 0x0109_4024, 0x4088_6000, 0x0000_00c0];

    /// A 32-bit number into a register, sign-extended where registers are wider.
    pub(super) fn li(rt: u32, value: u32) -> [u32; 2] {
        [immediate(0x0f, 0, rt, value >> 16), immediate(0x0d, rt, rt, value)]
    }
}

/// Words that the ROM stores before it starts the program: address and value.
pub type Pokes<'a> = &'a [(u32, u32)];

/// What a boot ROM is to do.
#[derive(Clone, Copy, Debug)]
pub struct Rom<'a> {
    /// Set up by stores.
    pub pokes: Pokes<'a>,
    /// Where the program starts.
    pub entry: u64,
    /// What it is told.
    pub arguments: &'a Arguments,
    /// For a3.
    pub ram: u32,
    /// Virtual address of a 16550, for the printing functions.
    pub uart: u32,
}

/// Offsets in the ROM: the vectors, the code after reset, the functions.
const VECTORS: usize = 0x500;
const START: usize = 0x580;
const FUNCTIONS: usize = 0x800;

impl Rom<'_> {
    /// The ROM for [`ROM`]: as many words as are needed.
    pub fn to_bytes(&self, order: ByteOrder) -> Vec<u8> {
        let mut words = vec![asm::NOP; FUNCTIONS / 4];
        words[0] = 0x02 << 26 | ((KSEG0 + 0x2000_0000 + (ROM as usize + START) as u32) & 0x0fff_ffff) >> 2;
        let start = self.start();
        words[START / 4..START / 4 + start.len()].copy_from_slice(&start);
        let mut places = Vec::new();
        for function in functions(self.uart) {
            places.push(KSEG0 + ROM as u32 + 4 * words.len() as u32);
            words.extend(function);
        }
        let [nothing, print, print_count] = [places[0], places[1], places[2]];
        // YAMON User's Manual, "Functions": exit, print count, flush, print, and what does nothing here.
        let again = KSEG0 + (ROM as usize + START) as u32;
        words[VECTORS / 4 + 8] = again;
        words[VECTORS / 4 + 11..=VECTORS / 4 + 21].fill(nothing);
        words[VECTORS / 4] = again;
        words[VECTORS / 4 + 1] = print_count;
        words[VECTORS / 4 + 13] = print;
        words.iter().flat_map(|&value| word(value, order)).collect()
    }

    fn start(&self) -> Vec<u32> {
        let mut code = asm::CLEAR_ERL.to_vec();
        for &(address, value) in self.pokes {
            code.extend(asm::li(reg::T0, value));
            code.extend(asm::li(reg::T1, address));
            code.push(asm::sw(reg::T0, 0, reg::T1));
        }
        let argv = KSEG0 + ARGUMENTS as u32;
        let registers = [
            (reg::SP, argv - 64),
            (reg::A0, self.arguments.argv.len() as u32),
            (reg::A1, argv),
            (reg::A2, self.arguments.envp()),
        ];
        registers
            .into_iter()
            .chain([(7, self.ram)])
            .for_each(|(register, value)| code.extend(asm::li(register, value)));
        code.extend(self.entry_code());
        code.extend([asm::jalr(reg::T9), asm::NOP]);
        // A program that comes back has nowhere to go.
        code.extend([asm::b(-1), asm::NOP]);
        code
    }

    /// t9 = the entry. Programs of 32 bits and kernels in the compatibility segments need no 64-bit instruction.
    fn entry_code(&self) -> Vec<u32> {
        let low = asm::li(reg::T9, self.entry as u32);
        if self.entry as u32 as i32 as i64 as u64 == self.entry {
            return low.to_vec();
        }
        // LUI, ORI, then DSLL by 16 and ORI twice.
        let dsll = reg::T9 << 16 | reg::T9 << 11 | 16 << 6 | 0x38;
        let ori = |part: u64| 0x0d << 26 | reg::T9 << 21 | reg::T9 << 16 | (part & 0xffff) as u32;
        let mut code = asm::li(reg::T9, (self.entry >> 32) as u32).to_vec();
        code.extend([dsll, ori(self.entry >> 16), dsll, ori(self.entry)]);
        code
    }
}

/// Nothing; print(a1 = text); print_count(a1 = text, a2 = length).
fn functions(uart: u32) -> [Vec<u32>; 3] {
    use reg::{A1, A2, RA, T0, T1, V0, ZERO};
    let nothing = vec![asm::jr(RA), asm::addiu(V0, ZERO, 0)];
    let [high, low] = asm::li(T0, uart);
    // The line status register says when the transmitter is empty.
    let send = |next: &[u32]| {
        let mut code = vec![asm::lbu(V0, 5, T0), asm::NOP, asm::andi(V0, V0, 0x40), asm::beqz(V0, -4), asm::NOP];
        code.extend(next);
        code
    };
    let mut print = vec![high, low, asm::lbu(T1, 0, A1), asm::NOP, asm::beqz(T1, 9), asm::addiu(A1, A1, 1)];
    print.extend(send(&[asm::sb(T1, 0, T0), asm::b(-11), asm::NOP]));
    print.extend([asm::jr(RA), asm::addiu(V0, ZERO, 0)]);
    let mut count = vec![high, low, asm::beqz(A2, 11), asm::NOP, asm::lbu(T1, 0, A1)];
    count.extend(send(&[asm::sb(T1, 0, T0), asm::addiu(A2, A2, -1), asm::bnez(A2, -9), asm::addiu(A1, A1, 1)]));
    count.extend([asm::jr(RA), asm::addiu(V0, ZERO, 0)]);
    [nothing, print, count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments() {
        assert_eq!(physical(0x8010_0000), 0x10_0000);
        assert_eq!(physical(0xffff_ffff_bfc0_0000), 0x1fc0_0000);
        assert_eq!(physical(0x10_0000), 0x10_0000);
        assert_eq!(physical(0x1_8000_0000), 0x1_8000_0000);
        assert_eq!(physical(0xffff_ffff_c000_0000), 0xffff_ffff_c000_0000);
    }

    #[test]
    fn the_table_points_to_strings_in_both_orders() {
        let arguments = Arguments::for_kernel("vmlinux", "quiet", Some((0x8f00_0000, 77)), 256 << 20, 512 << 20);
        assert_eq!(arguments.argv[1], "rd_start=0xffffffff8f000000 rd_size=77 quiet");
        let (little, big) = (arguments.to_bytes(ByteOrder::Little), arguments.to_bytes(ByteOrder::Big));
        assert_eq!(little[..12], [0x40, 0x20, 0, 0x80, 0x40, 0x21, 0, 0x80, 0x40, 0x22, 0, 0x80]);
        assert_eq!(big[..4], [0x80, 0, 0x20, 0x40]);
        assert_eq!(little[0x40..0x48], *b"vmlinux\0");
        assert_eq!(little[0x240..0x248], *b"memsize\0");
        assert_eq!(little[4 * 8..4 * 9], [0; 4]);
        assert_eq!(arguments.envp(), 0x8000_2008);
    }

    #[test]
    fn the_rom_begins_with_a_jump() {
        let arguments = Arguments::for_kernel("k", "", None, 1, 1);
        let rom = Rom { pokes: &[], entry: 0xffff_ffff_8010_0400, arguments: &arguments, ram: 1, uart: 0xb800_03f8 };
        let bytes = rom.to_bytes(ByteOrder::Big);
        assert_eq!(bytes[..8], [0x0b, 0xf0, 0x01, 0x60, 0, 0, 0, 0]);
        // lui t9, 0x8010; ori t9, t9, 0x400; jalr t9
        let code = [0x3c, 0x19, 0x80, 0x10, 0x37, 0x39, 0x04, 0x00, 0x03, 0x20, 0xf8, 0x09];
        assert!(bytes.windows(12).any(|w| w == code));
        assert_eq!(bytes[VECTORS + 4..VECTORS + 6], [0x9f, 0xc0]);
    }
}
