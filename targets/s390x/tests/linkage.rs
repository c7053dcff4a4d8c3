//! The linkage stack and address spaces by their numbers (PoP, "Linkage Stack", "ASN Translation", "PC-Number Translation"), where all spaces are the real space.

use bits::Endian;
use cpu::{Cpu, Kind};
use interp::Interp;
use s390x::model::Model;
use s390x::trap::Fault;
use s390x::{S390x, psw, state};
use testkit::insn::{Bench, CODE, Machine, RAM_BASE};

/// Descriptors of two sections' header entries, and where the first section's first entry has its own.
const HEADER: u64 = 0x1_4008;
const OTHER: u64 = 0x1_5008;
const ENTRY: u64 = HEADER + 8;
const LAST: u64 = HEADER + 296;
/// A section's header with room for one entry.
const ROOM: u64 = 9 << 56 | 7 << 48 | 296 << 32;
const VALID: u64 = 1;

/// Tables of spaces.
const FIRST_TABLE: u64 = 0x1_6000;
const SPACES: u64 = 0x1_7000;
const AUTHORITY: u64 = 0x1_7200;
const LINKAGE: u64 = 0x1_7280;
const ENTRIES: u64 = 0x1_7300;

const TARGET: u64 = CODE + 0x400;

struct Guest(Machine<S390x, Interp>);

impl Guest {
    fn new() -> Guest {
        let bench = Bench::<S390x> {
            name: "s390x",
            kind: Kind::new(Model::parse("qemu").expect("the default model")),
            endian: Endian::Big,
            prepare: |_| {},
            trap: |_| None,
            ignored: &[],
            trap_changes: &[],
        };
        let mut guest = Guest(bench.machine());
        guest.put(HEADER, ROOM);
        guest.put(FIRST_TABLE, SPACES << 32 | 0x8000_0000);
        for asn in 1..4 {
            let at = SPACES + 64 * asn;
            guest.put(at, AUTHORITY << 32 | asn << 16);
            guest.put(at + 8, 0x20 | asn << 12);
            guest.put(at + 24, (LINKAGE | 0x8000_0000) << 32);
        }
        // Space 3 is invalid. Index 1 has primary and secondary authority, index 2 has neither.
        guest.put(SPACES + 192, 0x8000_0000 << 32);
        guest.put(AUTHORITY, 0x30 << 56);
        guest.put(LINKAGE, ENTRIES << 32 | 0x8000_0000);
        let state = &mut guest.0.cpu.ctx().state;
        (state.cr[1], state.cr[7], state.cr[13]) = (0x20, 0x20, 0x20);
        (state.cr[3], state.cr[4], state.cr[5]) = (0x8000_0001, 0x1_0001, SPACES + 64);
        (state.cr[14], state.cr[15]) = (1 << 19 | FIRST_TABLE >> 12, HEADER);
        guest
    }

    fn put(&mut self, at: u64, value: u64) {
        self.0.ram.write_bytes(at - RAM_BASE, &value.to_be_bytes());
    }

    fn read(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.ram.read_bytes(at - RAM_BASE, &mut bytes);
        u64::from_be_bytes(bytes)
    }

    /// Executes an instruction in the 64-bit mode with DAT: the program-interruption code, or 0.
    fn run(&mut self, code: &[u8]) -> u32 {
        self.0.ram.write_bytes(CODE - RAM_BASE, code);
        self.0.cpu.flush();
        let ctx = self.0.cpu.ctx();
        ctx.state.psw_mask = psw::EXTENDED | psw::BASIC | psw::DAT;
        ctx.state.last_program = None;
        ctx.set_halted(false);
        self.0.cpu.set_pc(CODE);
        self.0.cpu.step();
        match self.0.cpu.ctx().state.last_program {
            Some(Fault::Program { code, .. } | Fault::Completed { code, .. }) => code,
            _ => 0,
        }
    }

    fn set(&mut self, n: u8, value: u64) {
        self.0.cpu.ctx().set_reg(state::r(n), value);
    }

    fn get(&mut self, n: u8) -> u64 {
        self.0.cpu.ctx().reg(state::r(n))
    }

    fn control(&mut self, n: usize) -> u64 {
        self.0.cpu.ctx().state.cr[n]
    }
}

// BAKR 4,6; BAKR 0,0; PR; EREG 5,7; EREGG 5,7; ESTA 8,10; MSTA 8; SSAR 4; PT 4,6; PC 0(2).
const STACK: &[u8] = &[0xb2, 0x40, 0, 0x46];
const STACK_HERE: &[u8] = &[0xb2, 0x40, 0, 0];
const RETURN: &[u8] = &[1, 1];
const REGISTERS: &[u8] = &[0xb2, 0x49, 0, 0x57];
const LONG_REGISTERS: &[u8] = &[0xb9, 0x0e, 0, 0x57];
const EXTRACT: &[u8] = &[0xb2, 0x4a, 0, 0x8a];
const MODIFY: &[u8] = &[0xb2, 0x47, 0, 0x80];
const SECONDARY: &[u8] = &[0xb2, 0x25, 0, 0x40];
const TRANSFER: &[u8] = &[0xb2, 0x28, 0, 0x46];
const CALL: &[u8] = &[0xb2, 0x18, 0x20, 0];

/// With an entry on the stack: returns to [`TARGET`] in the 31-bit mode, general registers hold 0x1000 and their number.
fn stacked() -> Guest {
    let mut guest = Guest::new();
    (0..16).for_each(|n| guest.set(n, 0x1000 << 32 | u64::from(n)));
    guest.set(4, TARGET | 0x8000_0000);
    guest.set(6, CODE + 0x200);
    assert_eq!((guest.run(STACK), guest.0.cpu.pc()), (0, CODE + 0x200));
    guest
}

#[test]
fn what_is_stacked_comes_back() {
    let mut guest = stacked();
    assert_eq!((guest.control(15), guest.read(LAST)), (LAST, 0x0c << 56 | 7 << 48));
    assert_eq!((guest.read(HEADER) as u32, guest.read(ENTRY + 24)), (296 << 16, 0x1000 << 32 | 3));
    assert_eq!((guest.read(ENTRY + 128), guest.read(ENTRY + 144)), (0x8000_0001_0000_0001, (CODE + 0x200) | 1));
    assert_eq!((guest.read(ENTRY + 136) & 0x1_8000_0000, guest.read(ENTRY + 168)), (0x8000_0000, TARGET));
    (0..16).for_each(|n| guest.set(n, 0));
    assert_eq!((guest.run(RETURN), guest.0.cpu.pc(), guest.control(15)), (0, TARGET, HEADER));
    assert_eq!((guest.get(1), guest.get(2), guest.get(14), guest.get(15)), (0, 0x1000 << 32 | 2, 0x1000 << 32 | 14, 0));
    assert_eq!(guest.0.cpu.ctx().state.psw_mask & (psw::EXTENDED | psw::BASIC), psw::BASIC);
    assert_eq!(guest.read(HEADER) as u32, 0);
}

#[test]
fn sections_are_linked() {
    let mut guest = stacked();
    // The section is full: its trailer leads to nothing, then to a section that is too small, then to one with room.
    guest.put(LAST + 8, OTHER);
    assert_eq!(guest.run(STACK_HERE), 0x30);
    guest.put(LAST + 8, OTHER | VALID);
    assert_eq!(guest.run(STACK_HERE), 0x32);
    guest.put(OTHER, ROOM);
    assert_eq!((guest.run(STACK_HERE), guest.control(15), guest.read(OTHER - 8)), (0, OTHER + 296, LAST | VALID));
    assert_eq!((guest.run(RETURN), guest.0.cpu.pc(), guest.control(15)), (0, CODE + 4, OTHER));
    assert_eq!((guest.run(RETURN), guest.0.cpu.pc(), guest.control(15)), (0, TARGET, HEADER));
}

#[test]
fn the_stack_has_exceptions_of_its_own() {
    let mut guest = Guest::new();
    assert_eq!((guest.run(RETURN), guest.control(15)), (0x31, HEADER));
    guest.put(HEADER - 8, OTHER | VALID);
    guest.put(OTHER, ROOM);
    assert_eq!(guest.run(RETURN), 0x32);
    guest.put(OTHER, 0x0a << 56);
    assert_eq!(guest.run(RETURN), 0x33);
    guest.put(HEADER, ROOM | 1 << 63);
    assert_eq!(guest.run(RETURN), 0x34);
    guest.put(HEADER, 9 << 56 | 100 << 32);
    assert_eq!(guest.run(STACK), 0x32);
}

#[test]
fn entries_are_looked_at_and_modified() {
    let mut guest = stacked();
    guest.set(5, u64::MAX);
    assert_eq!((guest.run(REGISTERS), guest.get(5)), (0, 0xffff_ffff_0000_0005));
    assert_eq!((guest.run(LONG_REGISTERS), guest.get(5)), (0, 0x1000 << 32 | 5));
    guest.set(8, 0x1111_2222);
    guest.set(9, 0x3333_4444);
    assert_eq!((guest.run(MODIFY), guest.read(ENTRY + 152)), (0, 0x1111_2222_3333_4444));
    for (code, first, second) in [
        (0, 0x8000_0001, 1),
        (2, 0, (CODE + 0x200) | 1),
        (3, 0x1111_2222, 0x3333_4444),
        (4, 0x0400_0000_8000_0000, TARGET),
    ] {
        (8..11).for_each(|n| guest.set(n, 0));
        guest.set(10, code);
        assert_eq!((guest.run(EXTRACT), guest.get(8), guest.get(9)), (0, first, second), "{code}");
    }
    guest.set(10, 1);
    (8..10).for_each(|n| guest.set(n, 0));
    assert_eq!((guest.run(EXTRACT), guest.get(8), guest.get(9)), (0, 0x0408_0000, TARGET | 0x8000_0000));
    guest.set(10, 5);
    assert_eq!(guest.run(EXTRACT), 6);
}

#[test]
fn secondary_spaces_need_authority() {
    let mut guest = Guest::new();
    for (asn, code, asce) in [(2, 0, 0x2020), (1, 0, 0x20), (3, 0x21, 0x20), (64, 0x20, 0x20)] {
        guest.set(4, asn);
        assert_eq!((guest.run(SECONDARY), guest.control(7)), (code, asce), "{asn}");
    }
    guest.set(4, 2);
    guest.0.cpu.ctx().state.cr[4] = 0x2_0001;
    assert_eq!(guest.run(SECONDARY), 0x25);
    guest.0.cpu.ctx().state.cr[14] &= !(1 << 19);
    assert_eq!(guest.run(SECONDARY), 0x13);
}

#[test]
fn programs_are_called_and_transferred_to() {
    let mut guest = Guest::new();
    // A stacking call to space 2 in the 64-bit mode, with a key mask and a parameter.
    guest.put(ENTRIES, TARGET);
    guest.put(ENTRIES + 8, 2 << 32 | 0x40 << 16);
    guest.put(ENTRIES + 16, (0xc000_0000 << 32) | (SPACES + 128));
    guest.put(ENTRIES + 24, 0x1234_5678_9abc_def0);
    guest.set(2, 0);
    assert_eq!((guest.run(CALL), guest.0.cpu.pc(), guest.get(4)), (0, TARGET, 0x1234_5678_9abc_def0));
    assert_eq!((guest.control(1), guest.control(4), guest.control(5)), (0x2020, 0x2_0002, SPACES + 128));
    assert_eq!((guest.control(3), guest.control(7), guest.read(LAST) >> 56), (0x8040_0001, 0x20, 0x0d));
    assert_eq!(
        (guest.run(RETURN), guest.0.cpu.pc(), guest.control(1), guest.control(4)),
        (0, CODE + 4, 0x1020, 0x1_0001)
    );
    // Numbers without entries.
    for (number, code) in [(0x100, 0x22), (0x2000, 0x22), (4, 0x23)] {
        guest.set(2, number);
        assert_eq!(guest.run(CALL), code, "{number:x}");
    }
    guest.set(4, 0x4000_0002);
    guest.set(6, TARGET | 1);
    assert_eq!((guest.run(TRANSFER), guest.0.cpu.pc(), guest.control(1), guest.control(3)), (0, TARGET, 0x2020, 2));
    assert_eq!(guest.0.cpu.ctx().state.psw_mask & psw::PROBLEM, psw::PROBLEM);
}

/// A trace table, and control register 12 with tracing of branches, modes and ASNs.
const TRACE: u64 = 0x2_0000;
const TRACED: u64 = 3 << 62 | TRACE | 2;

/// What has been traced since the table's begin, byte by byte.
fn traced(guest: &mut Guest) -> Vec<u8> {
    let end = guest.control(12) & 0x3fff_ffff_ffff_fffc;
    guest.0.cpu.ctx().state.cr[12] = TRACED;
    let mut bytes = vec![0; (end - TRACE) as usize];
    guest.0.ram.read_bytes(TRACE - RAM_BASE, &mut bytes);
    bytes
}

#[test]
fn what_changes_spaces_is_traced() {
    let mut guest = Guest::new();
    let entry = |head: u32, rest: &[u64]| {
        let words = rest.iter().flat_map(|word| word.to_be_bytes());
        head.to_be_bytes().into_iter().chain(words).collect::<Vec<u8>>()
    };
    guest.0.cpu.ctx().state.cr[12] = TRACED;
    guest.set(4, 2);
    assert_eq!((guest.run(SECONDARY), traced(&mut guest)), (0, vec![0x10, 0, 0, 2]));
    // A call from the 64-bit mode to the 31-bit mode: where it comes from, and that the mode changes.
    guest.put(ENTRIES, TARGET | 0x8000_0000);
    guest.put(ENTRIES + 8, 0x40 << 16);
    guest.put(ENTRIES + 16, 0x8000_0000 << 32);
    guest.set(2, 0);
    assert_eq!(guest.run(CALL), 0);
    let switch = 0x5120_0000_0000_0000 | (CODE + 4);
    assert_eq!(traced(&mut guest), [entry(0x2200_0000, &[CODE + 4]), switch.to_be_bytes().to_vec()].concat());
    // Both addresses of the return are of the 64-bit mode, and fit into words.
    assert_eq!((guest.run(RETURN), traced(&mut guest)), (0, entry(0x320a_0001, &[(CODE + 4) << 32 | (CODE + 2)])));
    guest.set(4, 0x8000_0002);
    guest.set(6, TARGET | 1);
    let transfer = 0x3108_0002_0000_0001 | TARGET;
    assert_eq!((guest.run(TRANSFER), traced(&mut guest)), (0, transfer.to_be_bytes().to_vec()));
    // Nothing is traced that does not come to its end.
    guest.set(4, 64);
    assert_eq!((guest.run(SECONDARY), traced(&mut guest)), (0x20, vec![]));
    guest.set(4, TARGET | 0x8000_0000);
    guest.set(6, CODE + 0x200);
    assert_eq!((guest.run(STACK), traced(&mut guest)), (0, (0x8000_0200 | CODE as u32).to_be_bytes().to_vec()));
    // A branch's entry goes back to the 31-bit mode.
    let switch = 0x5120_0000_0000_0000 | (CODE + 2);
    assert_eq!((guest.run(RETURN), traced(&mut guest)), (0, switch.to_be_bytes().to_vec()));
    guest.0.cpu.ctx().state.cr[12] = TRACED + 0xff8;
    guest.set(2, 0);
    assert_eq!((guest.run(CALL), guest.control(12)), (0x16, TRACED + 0xff8));
}

#[test]
fn the_active_subspace_replaces_its_base_space() {
    const UNIT: u64 = 0x2_1000;
    const SUBSPACE: u64 = 0x2_1040;
    let mut guest = Guest::new();
    guest.0.cpu.ctx().state.cr[2] = UNIT;
    guest.put(SPACES + 128 + 8, 0x2260);
    guest.put(UNIT, (SPACES + 128) << 32 | 0x8000_0000 | SUBSPACE);
    guest.put(UNIT + 8, 7);
    guest.put(SUBSPACE + 8, 0x5aa0);
    guest.put(SUBSPACE + 16, 7);
    guest.set(4, 2);
    // Events stay those of the base space.
    assert_eq!((guest.run(SECONDARY), guest.control(7)), (0, 0x5a60));
    guest.put(SUBSPACE + 16, 8);
    assert_eq!(guest.run(SECONDARY), 0x2c);
    guest.put(SUBSPACE, 0x8000_0000 << 32);
    assert_eq!(guest.run(SECONDARY), 0x2b);
    guest.put(UNIT, (SPACES + 128) << 32 | SUBSPACE);
    assert_eq!((guest.run(SECONDARY), guest.control(7)), (0, 0x2260));
}

// SAC 0(2).
const SET_SPACE: &[u8] = &[0xb2, 0x19, 0x20, 0];

#[test]
fn switches_to_and_from_the_home_space_are_events() {
    let mut guest = Guest::new();
    guest.0.cpu.ctx().state.cr[0] |= 1 << 26;
    guest.set(2, 0x300);
    for (primary, home, arg) in [(0x20, 0x20, None), (0x60, 0x20, Some(0x8000_0001)), (0x20, 0x60, Some(1))] {
        let state = &mut guest.0.cpu.ctx().state;
        (state.cr[1], state.cr[13]) = (primary, home);
        let code = guest.run(SET_SPACE);
        let told = match guest.0.cpu.ctx().state.last_program {
            Some(Fault::Completed { arg, .. }) => Some(arg),
            _ => None,
        };
        assert_eq!((code, told), (if arg.is_some() { 0x1c } else { 0 }, arg));
    }
}
