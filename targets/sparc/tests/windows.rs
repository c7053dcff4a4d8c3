//! The window registers of V9 against a model that does nothing but count: SAVE, RESTORE, SAVED, RESTORED, FLUSHW and writes of all registers, in any
//! order, through states that no system makes.

use bits::Endian;
use cpu::{Cpu, Ctx, Kind};
use interp::Interp;
use sparc::Sparc64;
use sparc::model::Model;
use sparc::v9::{sys, trap};
use testkit::insn::{Bench, CODE, Machine, RAM_BASE};

const TBA: u64 = 0x1_8000;
const WINDOWS: u64 = 8;
const NAMES: [&str; 5] = ["cwp", "cansave", "canrestore", "cleanwin", "otherwin"];

/// Random numbers (splitmix64, Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) % n
    }
}

/// An instruction.
#[derive(Clone, Copy, Debug)]
enum Insn {
    Save,
    Restore,
    Saved,
    Restored,
    Flushw,
    /// The register's place in [`NAMES`], the value.
    Write(usize, u64),
}

impl Insn {
    fn random(random: &mut Random) -> Insn {
        match random.below(16) {
            0..=4 => Insn::Save,
            5..=8 => Insn::Restore,
            9 | 10 => Insn::Saved,
            11 | 12 => Insn::Restored,
            13 => Insn::Flushw,
            _ => Insn::Write(random.below(5) as usize, random.below(32)),
        }
    }

    fn word(self) -> u32 {
        match self {
            Insn::Save => 0x81e0_0000,
            Insn::Restore => 0x81e8_0000,
            Insn::Saved => 0x8188_0000,
            Insn::Restored => 0x8388_0000,
            Insn::Flushw => 0x8158_0000,
            Insn::Write(place, value) => 0x8190_2000 | (9 + place as u32) << 25 | value as u32,
        }
    }
}

/// CWP, CANSAVE, CANRESTORE, CLEANWIN, OTHERWIN.
type Counts = [u64; 5];

/// "Register Window State Registers", "SAVE and RESTORE", "SAVED and RESTORED", "Flush Register Windows": the registers after, or the trap.
fn model(insn: Insn, [cwp, save, restore, clean, other]: Counts) -> Result<Counts, u64> {
    let cut = |n: u64| n & 31;
    let vector = |normal: u64| if other == 0 { normal } else { normal + 0x20 };
    Ok(match insn {
        Insn::Save if save == 0 => return Err(vector(0x80)),
        Insn::Save if clean == restore => return Err(0x24),
        Insn::Save => [(cwp + 1) % WINDOWS, cut(save.wrapping_sub(1)), cut(restore + 1), clean, other],
        Insn::Restore if restore == 0 => return Err(vector(0xc0)),
        Insn::Restore => [(cwp + WINDOWS - 1) % WINDOWS, cut(save + 1), cut(restore.wrapping_sub(1)), clean, other],
        Insn::Saved if other == 0 => [cwp, cut(save + 1), cut(restore.wrapping_sub(1)), clean, other],
        Insn::Saved => [cwp, cut(save + 1), restore, clean, other - 1],
        Insn::Restored => {
            let clean = if clean < WINDOWS - 1 { clean + 1 } else { clean };
            let (save, other) = if other == 0 { (cut(save.wrapping_sub(1)), 0) } else { (save, other - 1) };
            [cwp, save, cut(restore + 1), clean, other]
        }
        Insn::Flushw if save != WINDOWS - 2 => return Err(vector(0x80)),
        Insn::Flushw => [cwp, save, restore, clean, other],
        Insn::Write(place, value) => {
            let mut all = [cwp, save, restore, clean, other];
            all[place] = value % WINDOWS;
            all
        }
    })
}

fn prepare(ctx: &mut Ctx<Sparc64>) {
    ctx.state.tl = 0;
    ctx.state.tba = TBA;
    sys::put_pstate(ctx, 0x14);
}

fn counts(m: &Machine<Sparc64, Interp>) -> Counts {
    NAMES.map(|name| m.cpu.register(m.register(name).expect("it is there")).expect("it can be read") as u64)
}

#[test]
fn windows_are_counted() {
    let bench = Bench {
        name: "windows",
        kind: Kind::<Sparc64>::new(Model::parse(64, "TI UltraSparc IIi").expect("the model exists")),
        endian: Endian::Big,
        prepare,
        trap: |_| None,
        ignored: &[],
        trap_changes: &[],
    };
    let mut m: Machine<Sparc64, Interp> = bench.machine();
    let mut random = Random(1);
    prepare(m.cpu.ctx());
    let mut now = counts(&m);
    let mut traps = 0;
    for n in 0..4000 {
        let insn = Insn::random(&mut random);
        m.ram.write_bytes(CODE - RAM_BASE, &insn.word().to_be_bytes());
        m.cpu.flush();
        m.cpu.set_pc(CODE);
        m.cpu.step();
        match model(insn, now) {
            Ok(next) => {
                assert_eq!((m.cpu.pc(), counts(&m)), (CODE + 4, next), "number {n}, {insn:?} with {now:?}");
                now = next;
            }
            Err(tt) => {
                assert_eq!(trap::current_tt(m.cpu.ctx()), tt, "number {n}, {insn:?} with {now:?}");
                // Where it leads: only CWP has changed.
                let [cwp, save, ..] = now;
                let to =
                    [(0x24, cwp + 1), (0x80, cwp + save + 2), (0xa0, cwp + save + 2), (0xc0, cwp + 7), (0xe0, cwp + 7)];
                let to = to.iter().find(|(t, _)| *t == tt).expect("a window trap").1 % WINDOWS;
                assert_eq!(counts(&m), [to, now[1], now[2], now[3], now[4]], "number {n}, {insn:?} with {now:?}");
                prepare(m.cpu.ctx());
                sys::put_window(m.cpu.ctx(), cwp as u32);
                assert_eq!(counts(&m), now, "back from the trap, number {n}");
                traps += 1;
            }
        }
    }
    assert!(traps > 300 && traps < 3000, "{traps} traps");
}
