//! The PLIC against its specification.

use super::*;
use crate::state::testing::Probe;

const CLAIM0: u64 = 0x20_0004;
const CLAIM1: u64 = 0x20_1004;

fn bench() -> (Plic, [Probe; 2]) {
    let probes: [Probe; 2] = Default::default();
    let modes = [PlicMode::Machine, PlicMode::Supervisor];
    let contexts = probes.iter().zip(modes).map(|(p, mode)| PlicContext { hart: 0, mode, line: p.line() }).collect();
    let mut plic = Plic::new(PlicConfig { n_sources: 53, max_priority: 7 }, contexts);
    for source in [10, 33, 53] {
        plic.wr(4 * source, 1);
    }
    (plic, probes)
}

impl Plic {
    fn rd(&mut self, offset: u64) -> u64 {
        self.read(offset, 4, 0)
    }

    fn wr(&mut self, offset: u64, value: u64) {
        self.write(offset, 4, value, 0);
    }
}

#[test]
fn claim_and_complete_of_a_level() {
    let (mut plic, out) = bench();
    plic.wr(0x2000, 1 << 10);
    let uart = plic.line(10);
    uart.raise();
    assert!(out[0].high() && !out[1].high());
    assert_eq!(plic.rd(0x1000), 1 << 10);
    assert_eq!(plic.rd(CLAIM0), 10);
    assert_eq!((plic.rd(0x1000), out[0].high(), plic.rd(CLAIM0)), (0, false, 0));
    uart.raise();
    assert_eq!(plic.rd(0x1000), 0, "the gateway waits for completion");
    plic.wr(CLAIM0, 10);
    assert!(out[0].high(), "still high: again");
    assert_eq!(plic.rd(CLAIM0), 10);
    uart.lower();
    plic.wr(CLAIM0, 10);
    assert!(!out[0].high());
}

#[test]
fn an_accepted_request_outlives_its_level() {
    let (mut plic, out) = bench();
    plic.wr(0x2000, 1 << 10);
    plic.line(10).raise();
    plic.line(10).lower();
    assert!(out[0].high());
    assert_eq!(plic.rd(CLAIM0), 10);
    plic.wr(CLAIM0, 10);
    assert_eq!((plic.rd(CLAIM0), out[0].high()), (0, false));
}

#[test]
fn highest_priority_then_lowest_number() {
    let (mut plic, _) = bench();
    plic.wr(0x2000, u64::MAX);
    plic.wr(0x2004, u64::MAX);
    assert_eq!((plic.rd(0x2000), plic.rd(0x2004), plic.rd(0x2008)), (0xffff_fffe, 0x003f_ffff, 0));
    plic.wr(4 * 53, 0xff);
    assert_eq!(plic.rd(4 * 53), 7);
    for source in [53, 33, 10, 5] {
        plic.line(source).raise();
    }
    let order: Vec<u64> = (0..4).map(|_| plic.rd(CLAIM0)).collect();
    assert_eq!(order, [53, 10, 33, 0], "source 5 has priority 0 and never interrupts");
    assert_eq!(plic.rd(0x1000), 1 << 5);
}

#[test]
fn threshold_masks_the_wire_but_not_the_claim() {
    let (mut plic, out) = bench();
    plic.wr(0x2004, 1 << 1);
    plic.wr(0x20_0000, 1);
    plic.line(33).raise();
    assert!(!out[0].high());
    plic.wr(4 * 33, 2);
    assert!(out[0].high());
    plic.wr(0x20_0000, 7);
    assert_eq!((out[0].high(), plic.rd(0x20_0000)), (false, 7));
    assert_eq!(plic.rd(CLAIM0), 33);
}

#[test]
fn contexts_are_independent() {
    let (mut plic, out) = bench();
    plic.wr(0x2080, 1 << 10);
    plic.line(10).raise();
    assert!(out[1].high() && !out[0].high());
    assert_eq!((plic.rd(CLAIM0), plic.rd(CLAIM1)), (0, 10));
    plic.wr(CLAIM0, 10);
    assert_eq!(plic.rd(0x1000), 0, "context 0 can't complete what isn't enabled for it");
    plic.wr(CLAIM1, 10);
    assert_eq!(plic.rd(0x1000), 1 << 10);
    assert_eq!(plic.contexts(), [(0, PlicMode::Machine), (0, PlicMode::Supervisor)]);
}

#[test]
fn odd_accesses_and_absent_things() {
    let (mut plic, _) = bench();
    plic.wr(0, 7);
    plic.wr(0x1000, u64::MAX);
    for offset in [0, 0x1000, 4 * 54, 0x2100, 0x20_0008, 0x20_2000, 0x20_2004, PLIC_SIZE, u64::MAX - 3] {
        plic.wr(offset, u64::MAX);
        assert_eq!(plic.rd(offset), 0, "{offset:#x}");
    }
    plic.wr(CLAIM0, 0xffff_ffff);
    assert_eq!(plic.read(4 * 10, 8, 0), 0);
    assert_eq!(plic.read(4 * 10, 1, 0), 0);
}

#[test]
fn snapshot_and_reset() {
    let (mut plic, out) = bench();
    plic.wr(0x2000, 1 << 10);
    plic.line(10).raise();
    let saved = plic.save();
    plic.reset();
    assert!(!out[0].high());
    assert_eq!(plic.rd(0x1000), 1 << 10, "the wire is still high");
    let (mut other, out) = bench();
    other.restore(&saved).unwrap();
    assert!(out[0].high());
    let mut small = Plic::new(PlicConfig { n_sources: 5, max_priority: 7 }, vec![]);
    assert!(small.restore(&saved).unwrap_err().contains("2 contexts, this machine has 0"));
    assert!(other.restore(&saved[..saved.len() / 2]).is_err());
}
