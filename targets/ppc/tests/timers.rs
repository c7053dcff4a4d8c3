//! Fixed-interval timer and watchdog of embedded CPUs, on a clock that the tests set.
//!
//! Power ISA 2.07B, Book III-E, chapter 9, "Timer Facilities"; EREF, "Timer Control Register" for FPEXT and WPEXT; PPC405 Processor Core
//! User's Manual, chapter 6.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cpu::{Clock, Cpu, Env, Kind, Lines, Vcpu};
use interp::Interp;
use memory::{AddressSpace, Nanos, Ram};
use ppc::Ppc32;
use ppc::model::{Model, TIMEBASE_HZ};
use ppc::state::msr;

/// `b .`, everywhere in RAM.
const LOOP: u32 = 0x4800_0000;
const TSR: u32 = 336;
const FIS: u64 = 1 << 26;
const ENW: u64 = 1 << 31;
const WIS: u64 = 1 << 30;
const FIE: u64 = 1 << 23;
const WIE: u64 = 1 << 27;

#[derive(Default)]
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self, _: u64) -> Nanos {
        self.0.load(Ordering::Relaxed)
    }
}

struct Bench {
    cpu: Vcpu<Ppc32, Interp>,
    hand: Arc<Hand>,
}

impl Bench {
    /// A CPU that loops at 0x8000, with these bits of MSR and TCR; interrupts are in the first pages.
    fn new(model: &str, msr: u64, tcr: u64) -> Bench {
        let ram = Arc::new(Ram::new(0x1_0000).unwrap());
        ram.write_bytes(0, &LOOP.to_be_bytes().repeat(0x4000));
        let mut bus = AddressSpace::new();
        bus.map_ram("ram", 0, &ram).unwrap();
        let hand = Arc::new(Hand::default());
        let (lines, board) = (Arc::<Lines>::default(), Arc::new(cpu::PlainBoard));
        let env = Env { index: 0, lines, bus: Arc::new(bus), clock: hand.clone(), board };
        let mut cpu: Vcpu<Ppc32, Interp> = Vcpu::new(&Kind::new(Model::new(32, model).unwrap()), env);
        // An entry of the TLB maps the first 16 MiB, where there are two TLBs.
        if let Some(entry) = cpu.ctx().state.tlb.get_mut(512) {
            entry.words = [1 << 31 | 14 << 7, 0, 0x3f];
        }
        let mut bench = Bench { cpu, hand };
        // IVOR11 and IVOR12 of BookE; the 40x has offsets.
        for (name, value) in [("ivor11", 0x1010), ("ivor12", 0x1020), ("tcr", tcr)] {
            bench.set(name, value);
        }
        bench.cpu.ctx().state.msr = msr;
        bench.cpu.set_pc(0x8000);
        bench.cpu.step();
        bench
    }

    fn set(&mut self, name: &str, value: u64) {
        let at = self.cpu.registers().iter().position(|row| row.name == name);
        if let Some(at) = at {
            self.cpu.set_register(at, value.into()).unwrap();
        }
    }

    fn get(&mut self, name: &str) -> u64 {
        let at = self.cpu.registers().iter().position(|row| row.name == name).unwrap();
        self.cpu.register(at).unwrap() as u64
    }

    /// The time base is `ticks`, and an instruction is executed.
    fn at(&mut self, ticks: u64) -> u64 {
        let ns = ticks * (1_000_000_000 / u64::from(TIMEBASE_HZ));
        self.hand.0.store(ns, Ordering::Relaxed);
        self.cpu.step();
        self.cpu.pc()
    }
}

/// TCR for a bit of the time base, the lowest being 0, on an e500.
fn fp(bit: u64) -> u64 {
    let from_top = 63 - bit;
    (from_top & 3) << 24 | (from_top >> 2) << 13
}

fn wp(bit: u64) -> u64 {
    let from_top = 63 - bit;
    (from_top & 3) << 30 | (from_top >> 2) << 17
}

#[test]
fn an_e500_looks_at_any_bit_of_the_time_base() {
    for bit in [4, 9, 20] {
        let mut bench = Bench::new("e500v2_v30", msr::EE, fp(bit) | FIE);
        assert_eq!(bench.at((1 << bit) - 1), 0x8000, "bit {bit} is still 0");
        assert_eq!(bench.at(1 << bit), 0x1010, "bit {bit} is 1");
        assert_eq!(bench.get("tsr") & FIS, FIS);
        assert_eq!(bench.get("srr0"), 0x8000);
        // The status stays until it is cleared by a one; the next rise is a period later.
        bench.cpu.ctx().state.msr = msr::EE;
        bench.cpu.set_pc(0x8000);
        bench.set("tsr", FIS);
        assert_eq!(bench.at((3 << bit) - 1), 0x8000);
        assert_eq!(bench.at(3 << bit), 0x1010);
    }
}

#[test]
fn without_enable_or_ee_there_is_a_status_alone() {
    for (msr, tcr) in [(msr::EE, fp(6)), (0, fp(6) | FIE)] {
        let mut bench = Bench::new("e500v2_v30", msr, tcr);
        assert_eq!(bench.at(1 << 6), 0x8000);
        assert_eq!(bench.get("tsr") & FIS, FIS);
    }
}

#[test]
fn periods_of_the_405_and_440() {
    // FP = 1: bit 12 of the time base on the 405 (2^13 ticks from rise to rise), bit 16 on the 440.
    for (model, bit) in [("405crc", 12), ("440epx", 16)] {
        let mut bench = Bench::new(model, 0, 1 << 24 | FIE);
        bench.at((1 << bit) - 1);
        assert_eq!(bench.get("tsr") & FIS, 0, "{model}");
        bench.at(1 << bit);
        assert_eq!(bench.get("tsr") & FIS, FIS, "{model}");
    }
}

#[test]
fn the_watchdog_is_armed_then_interrupts() {
    let mut bench = Bench::new("e500v2_v30", msr::CE, wp(10) | WIE);
    assert_eq!(bench.at(1 << 10), 0x8000);
    assert_eq!(bench.get("tsr") & (ENW | WIS), ENW);
    assert_eq!(bench.at((3 << 10) - 1), 0x8000);
    // Critical: CSRR0 and CSRR1, and MSR.CE is off.
    assert_eq!(bench.at(3 << 10), 0x1020);
    assert_eq!(bench.get("tsr") & (ENW | WIS), ENW | WIS);
    assert_eq!((bench.get("csrr0"), bench.get("csrr1")), (0x8000, msr::CE));
    assert_eq!(bench.cpu.ctx().state.msr & msr::CE, 0);
    assert_eq!(bench.cpu.ctx().state.spr(TSR) >> 28 & 3, 0, "no reset yet");
}

#[test]
fn the_third_time_out_resets_as_tcr_says() {
    // WRC = 2, a chip reset; nothing is enabled.
    let mut bench = Bench::new("e500v2_v30", 0, wp(10) | 2 << 28);
    for n in [1u64, 3, 5] {
        bench.at(n << 10);
    }
    assert_eq!(bench.get("tsr") >> 28 & 3, 2, "WRS tells of the reset");
}
