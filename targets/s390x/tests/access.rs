//! The access-register mode: operands of two spaces, lists of both kinds, authority, and each exception (PoP,
//! "Access-Register-Translation Process", "TEST ACCESS"). The primary space is the real space; the other one maps the page of the data
//! elsewhere.

use bits::Endian;
use cpu::{Cpu, Kind};
use interp::Interp;
use s390x::model::Model;
use s390x::trap::Fault;
use s390x::{S390x, psw, state};
use testkit::insn::{Bench, CODE, Machine, RAM_BASE};

const SEGMENTS: u64 = 0x1_4000;
const PAGES: u64 = 0x1_5000;
const UNIT_TABLE: u64 = 0x1_6000;
const OWN_LIST: u64 = 0x1_6100;
const PRIMARY_LIST: u64 = 0x1_6200;
const SPACE: u64 = 0x1_6300;
const PRIMARY_SPACE: u64 = 0x1_6340;
const AUTHORITY: u64 = 0x1_6380;
/// Where the data are, for the program; in the other space they are at [`THERE`].
const DATA: u64 = 0x2_0000;
const THERE: u64 = 0x2_4000;

/// The other space by entry 2 of the own list, sequence number 5, and by entry 6 of the primary list, sequence number 1.
const OWN: u32 = 0x0005_0002;
const PRIMARY: u32 = 0x0101_0006;
const FETCH_ONLY: u32 = 3;
const PRIVATE: u32 = 4;

struct Guest(Machine<S390x, Interp>);

impl Guest {
    fn new() -> Guest {
        Guest::of("qemu")
    }

    fn of(model: &str) -> Guest {
        let bench = Bench::<S390x> {
            name: "s390x",
            kind: Kind::new(Model::parse(model).expect("there is such a model")),
            endian: Endian::Big,
            prepare: |_| {},
            trap: |_| None,
            ignored: &[],
            trap_changes: &[],
        };
        let mut guest = Guest(bench.machine());
        for page in 0..0x100 {
            let at = if page == DATA >> 12 { THERE } else { page << 12 };
            guest.double(PAGES + 8 * page, at);
        }
        guest.double(SEGMENTS, PAGES);
        let entry = |guest: &mut Guest, at: u64, head: u32| {
            guest.word(at, head);
            guest.word(at + 8, SPACE as u32);
            guest.word(at + 12, 77);
        };
        (0..16).for_each(|n| guest.word(OWN_LIST + 16 * n, 0x8000_0000));
        entry(&mut guest, OWN_LIST + 32, 5 << 16);
        entry(&mut guest, OWN_LIST + 48, 0x0200_0000);
        entry(&mut guest, OWN_LIST + 64, 0x0100_0000 | 9);
        entry(&mut guest, PRIMARY_LIST + 96, 1 << 16);
        guest.word(UNIT_TABLE + 16, OWN_LIST as u32 | 1);
        guest.word(PRIMARY_SPACE + 16, PRIMARY_LIST as u32);
        guest.word(SPACE, AUTHORITY as u32);
        guest.double(SPACE + 8, SEGMENTS | 3);
        guest.word(SPACE + 20, 77);
        let state = &mut guest.0.cpu.ctx().state;
        (state.cr[1], state.cr[2], state.cr[5], state.cr[7]) = (0x20, UNIT_TABLE, PRIMARY_SPACE, SEGMENTS | 3);
        guest
    }

    fn word(&mut self, at: u64, value: u32) {
        self.0.ram.write_bytes(at - RAM_BASE, &value.to_be_bytes());
    }

    fn double(&mut self, at: u64, value: u64) {
        self.0.ram.write_bytes(at - RAM_BASE, &value.to_be_bytes());
    }

    fn read(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.ram.read_bytes(at - RAM_BASE, &mut bytes);
        u64::from_be_bytes(bytes)
    }

    /// Executes an instruction with these ALETs in access registers 4 and 5; registers 4 and 5 hold the data's address and one behind. Its
    /// program-interruption code, or 0.
    fn run(&mut self, alets: [u32; 2], code: &[u8]) -> u32 {
        self.run_long(alets, code, DATA + 0x100)
    }

    /// The same with another value in register 5.
    fn run_long(&mut self, alets: [u32; 2], code: &[u8], five: u64) -> u32 {
        self.0.ram.write_bytes(CODE - RAM_BASE, code);
        self.0.cpu.flush();
        let ctx = self.0.cpu.ctx();
        ctx.state.psw_mask = psw::EXTENDED | psw::BASIC | psw::DAT | 1 << psw::ASC_SHIFT;
        ctx.state.last_program = None;
        for (n, alet) in [4, 5].into_iter().zip(alets) {
            ctx.set_reg(state::a(n), alet.into());
            ctx.set_reg(state::r(n), if n == 4 { DATA } else { five });
        }
        ctx.set_halted(false);
        self.0.cpu.set_pc(CODE);
        self.0.cpu.step();
        match self.0.cpu.ctx().state.last_program {
            Some(Fault::Program { code, .. }) => code,
            _ => 0,
        }
    }

    fn register(&mut self, n: u8) -> u64 {
        self.0.cpu.ctx().reg(state::r(n))
    }

    /// The register that the last exception of an access register names.
    fn named(&mut self) -> u64 {
        match self.0.cpu.ctx().state.last_program {
            Some(Fault::Program { arg, .. }) => arg,
            _ => u64::MAX,
        }
    }

    fn condition_code(&mut self) -> u128 {
        let at = self.0.register("cc").expect("it is in the table");
        self.0.cpu.register(at).expect("it can be read")
    }
}

// LG 3,0(4); STG 3,0(5); MVC 0(8,4),0(5); XC 0(8,4),0(5); CLC 0(8,4),0(5); STMG 4,5,0(4); LAE 3,8(4); MVST 4,5; TAR 4,3; LRAG 3,0(4).
const LOAD: &[u8] = &[0xe3, 0x30, 0x40, 0, 0, 0x04];
const STORE: &[u8] = &[0xe3, 0x30, 0x50, 0, 0, 0x24];
const MOVE: &[u8] = &[0xd2, 7, 0x40, 0, 0x50, 0];
const XOR: &[u8] = &[0xd7, 7, 0x40, 0, 0x50, 0];
const COMPARE: &[u8] = &[0xd5, 7, 0x40, 0, 0x50, 0];
const MULTIPLE: &[u8] = &[0xeb, 0x45, 0x40, 0, 0, 0x24];
const ADDRESS: &[u8] = &[0x51, 0x30, 0x40, 8];
const MOVE_STRING: &[u8] = &[0xb2, 0x55, 0, 0x45];
const TEST: &[u8] = &[0xb2, 0x4c, 0, 0x43];
const REAL: &[u8] = &[0xe3, 0x30, 0x40, 0, 0, 0x03];

// TROO 4,6,1, without a test character.
const TRANSLATE: &[u8] = &[0xb9, 0x93, 0x10, 0x46];

fn filled() -> Guest {
    let mut guest = Guest::new();
    for (at, value) in [(DATA, 0x11), (DATA + 0x100, 0x22), (THERE, 0x33), (THERE + 0x100, 0x44)] {
        guest.double(at, value);
    }
    guest
}

#[test]
fn loads_go_to_the_space_of_the_token() {
    let mut guest = filled();
    for (alet, value) in [(0, 0x11), (1, 0x33), (OWN, 0x33), (PRIMARY, 0x33), (FETCH_ONLY, 0x33)] {
        assert_eq!((guest.run([alet, 0], LOAD), guest.register(3)), (0, value), "{alet:x}");
    }
}

#[test]
fn operands_lie_in_two_spaces() {
    let mut guest = filled();
    assert_eq!((guest.run([OWN, 0], MOVE), guest.read(THERE), guest.read(DATA)), (0, 0x22, 0x11));
    assert_eq!((guest.run([0, 1], MOVE), guest.read(THERE), guest.read(DATA)), (0, 0x22, 0x44));
    assert_eq!((guest.run([1, 0], XOR), guest.read(THERE)), (0, 0x22 ^ 0x22));
    assert_eq!((guest.run([0, OWN], COMPARE), guest.condition_code()), (0, 0));
    assert_eq!((guest.run([OWN, 0], COMPARE), guest.condition_code()), (0, 1));
    assert_eq!((guest.run([OWN, 0], MULTIPLE), guest.read(THERE + 8), guest.read(DATA + 8)), (0, DATA + 0x100, 0));
    guest.double(THERE + 0x100, 0x6162_6364_6566_0000);
    guest.0.cpu.ctx().set_reg(state::r(0), 0x66);
    assert_eq!((guest.run([0, OWN], MOVE_STRING), guest.read(DATA)), (0, 0x6162_6364_6566_0000 | 0x44));
}

#[test]
fn a_table_has_an_access_register_of_its_own() {
    let mut guest = Guest::new();
    guest.double(DATA + 0x100, 0x0102 << 48);
    guest.double(THERE + 0x200, 0x00aa_bb00 << 32);
    let ctx = guest.0.cpu.ctx();
    ctx.set_reg(state::r(1), DATA + 0x200);
    ctx.set_reg(state::a(1), OWN.into());
    ctx.set_reg(state::r(6), DATA + 0x100);
    // Register 5 has the length.
    assert_eq!((guest.run_long([0, 0], TRANSLATE, 2), guest.read(DATA)), (0, 0xaabb << 48));
}

// PLO 4,0(4),3,256(4): compare and load, the fourth operand by way of the list behind the data.
const LOCKED: &[u8] = &[0xee, 0x43, 0x40, 0, 0x41, 0];
const LOCKED_ZERO: &[u8] = &[0xee, 0x40, 0x40, 0, 0x41, 0];

#[test]
fn a_parameter_list_names_spaces() {
    let mut guest = filled();
    guest.double(DATA + 0x108, 0x11);
    guest.word(DATA + 0x144, OWN);
    guest.double(DATA + 0x148, DATA + 0x100);
    // Function 1: numbers of 64 bits in the list.
    guest.0.cpu.ctx().set_reg(state::r(0), 1);
    assert_eq!((guest.run([0, 0], LOCKED), guest.condition_code(), guest.read(DATA + 0x128)), (0, 0, 0x44));
    assert_eq!(guest.0.cpu.ctx().reg(state::a(3)), u64::from(OWN));
    guest.0.cpu.ctx().set_reg(state::a(3), 7);
    guest.word(DATA + 0x144, 5);
    assert_eq!((guest.run([0, 0], LOCKED), guest.named()), (0x29, 3));
    assert_eq!(guest.0.cpu.ctx().reg(state::a(3)), 7);
    assert_eq!(guest.run([0, 0], LOCKED_ZERO), 6);
}

#[test]
fn exceptions_name_the_register() {
    let mut guest = filled();
    for (alet, code) in [(0x0205_0002, 0x28), (0x10, 0x29), (5, 0x29), (0x0004_0002, 0x2a), (PRIVATE, 0x2d)] {
        assert_eq!((guest.run([alet, 0], LOAD), guest.named()), (code, 4), "{alet:x}");
        assert_eq!((guest.run([0, alet], MOVE), guest.named()), (code, 5), "{alet:x}");
    }
    guest.word(SPACE + 20, 78);
    assert_eq!(guest.run([OWN, 0], LOAD), 0x2c);
    guest.word(SPACE + 20, 77);
    guest.word(SPACE, AUTHORITY as u32 | 0x8000_0000);
    assert_eq!(guest.run([OWN, 0], LOAD), 0x2b);
    guest.word(SPACE, AUTHORITY as u32);
    // Protection and translation tell that it is an access-register space.
    assert_eq!((guest.run([0, FETCH_ONLY], STORE), guest.named()), (4, DATA | 0x40d));
    guest.double(PAGES + 8 * (DATA >> 12), THERE | 0x400);
    assert_eq!((guest.run([0, OWN], MOVE), guest.named()), (0x11, DATA | 0x801));
    assert_eq!(guest.0.cpu.ctx().state.fault_register, 5);
}

#[test]
fn enhanced_suppression_tells_which_protection_it_was() {
    for (model, low, list) in [("qemu", 0x481, DATA | 0x40d), ("z10EC", 0x401, DATA | 0x40d)] {
        let mut guest = Guest::of(model);
        guest.0.cpu.ctx().state.cr[0] |= 1 << 28;
        assert_eq!((guest.run_long([0, 0], STORE, 0x100), guest.named()), (4, low), "{model}");
        assert_eq!((guest.run([0, FETCH_ONLY], STORE), guest.named()), (4, list), "{model}");
    }
}

#[test]
fn private_entries_need_authority() {
    let mut guest = filled();
    let set_index = |guest: &mut Guest, index: u64| guest.0.cpu.ctx().state.cr[8] = index << 16;
    set_index(&mut guest, 9);
    assert_eq!(guest.run([PRIVATE, 0], LOAD), 0);
    set_index(&mut guest, 6);
    for (byte, code) in [(0x04, 0), (0x08, 0x2d)] {
        guest.0.ram.write_bytes(AUTHORITY + 1 - RAM_BASE, &[byte]);
        assert_eq!(guest.run([PRIVATE, 0], LOAD), code, "{byte:x}");
    }
    set_index(&mut guest, 16);
    assert_eq!(guest.run([PRIVATE, 0], LOAD), 0x2d);
}

#[test]
fn instructions_that_tell_of_spaces() {
    let mut guest = filled();
    for (alet, index, code) in
        [(0, 0, 0), (1, 0, 3), (OWN, 0, 1), (PRIMARY, 0, 2), (5, 0, 3), (PRIVATE, 0, 3), (PRIVATE, 9, 1)]
    {
        guest.0.cpu.ctx().set_reg(state::r(3), index << 16);
        assert_eq!((guest.run([alet, 0], TEST), guest.condition_code()), (0, code), "{alet:x}");
    }
    assert_eq!((guest.run([OWN, 0], ADDRESS), guest.register(3)), (0, DATA + 8));
    assert_eq!(guest.0.cpu.ctx().reg(state::a(3)), u64::from(OWN));
    assert_eq!((guest.run([OWN, 0], REAL), guest.condition_code(), guest.register(3)), (0, 0, THERE));
}
