//! The NS16550A against its data sheet.

use super::*;
use crate::sink::Capture;
use crate::state::testing::Probe;

const RBR: u64 = 0;
const IER: u64 = 1;
const IIR: u64 = 2;
const FCR: u64 = 2;
const LCR: u64 = 3;
const MCR: u64 = 4;
const LSR: u64 = 5;
const MSR: u64 = 6;
const SCR: u64 = 7;

struct Bench {
    uart: Ns16550a,
    irq: Probe,
    out: Capture,
}

impl Bench {
    fn new() -> Bench {
        Bench::with(Ns16550aConfig::default())
    }

    fn with(config: Ns16550aConfig) -> Bench {
        let (irq, out) = (Probe::default(), Capture::new());
        Bench { uart: Ns16550a::new(config, irq.line(), Box::new(out.clone())), irq, out }
    }

    fn rd(&mut self, reg: u64) -> u64 {
        self.uart.read(reg << self.uart.config.shift, 1, 0)
    }

    fn wr(&mut self, reg: u64, value: u64) {
        self.uart.write(reg << self.uart.config.shift, 1, value, 0);
    }
}

#[test]
fn output_goes_out_at_once_in_order() {
    let mut b = Bench::new();
    for byte in b"hello" {
        b.wr(RBR, u64::from(*byte));
        assert_eq!(b.rd(LSR), 0x60);
    }
    assert_eq!(b.out.take(), b"hello");
}

#[test]
fn divisor_hides_behind_dlab() {
    let mut b = Bench::new();
    b.wr(LCR, 0x83);
    b.wr(0, 0x34);
    b.wr(1, 0x12);
    assert_eq!((b.rd(0), b.rd(1)), (0x34, 0x12));
    b.wr(LCR, 0x03);
    assert_eq!((b.rd(1), b.rd(LCR)), (0, 0x03));
    assert!(b.out.take().is_empty());
    b.wr(SCR, 0xa5);
    assert_eq!(b.rd(SCR), 0xa5);
}

#[test]
fn stride_and_wide_access() {
    let mut b = Bench::with(Ns16550aConfig { shift: 2, ..Default::default() });
    b.uart.write(7 << 2, 4, 0xffff_ff5a, 0);
    assert_eq!(b.uart.read(7 << 2, 4, 0), 0x5a);
    assert_eq!(b.uart.read(8 << 2, 4, 0), 0);
}

#[test]
fn trigger_level_and_timeout() {
    let mut b = Bench::new();
    b.wr(LCR, 0x03);
    b.wr(FCR, 0x41);
    b.wr(IER, 0x01);
    assert_eq!(b.rd(IIR), 0xc1);
    assert_eq!(b.uart.receive(b"abc", 1000), 3);
    assert!(!b.irq.high());
    // Four characters of 10 bits at 3.6864 MHz / 16 / 12 = 19200 baud.
    let at = 1000 + 40 * 1_000_000_000 / 19200;
    assert_eq!(b.uart.deadline(), Some(at));
    b.uart.tick(at - 1);
    assert!(!b.irq.high());
    b.uart.tick(at);
    assert!(b.irq.high());
    assert_eq!(b.rd(IIR), 0xcc);
    assert_eq!(b.rd(RBR), u64::from(b'a'));
    assert_eq!(b.rd(IIR), 0xc1);
    assert_eq!(b.uart.receive(b"defg", 5), 4);
    assert_eq!(b.rd(IIR), 0xc4);
    for want in b"bcdefg" {
        assert_eq!(b.rd(RBR), u64::from(*want));
    }
    assert_eq!((b.rd(LSR), b.irq.high(), b.uart.deadline()), (0x60, false, None));
}

#[test]
fn receive_takes_only_what_fits() {
    let mut b = Bench::new();
    assert_eq!(b.uart.receive(b"xy", 0), 1);
    assert_eq!(b.uart.receive(b"y", 0), 0);
    assert_eq!((b.rd(RBR), b.rd(LSR), b.rd(RBR)), (u64::from(b'x'), 0x60, u64::from(b'x')), "RBR keeps its value");
    b.wr(FCR, 0x01);
    assert_eq!(b.rd(RBR), 0, "an empty FIFO does not");
    assert_eq!(b.uart.receive(&[7; 40], 0), 16);
    assert_eq!(b.rd(LSR) & 0x02, 0, "nothing overran");
    b.wr(FCR, 0x03);
    assert_eq!(b.rd(LSR), 0x60);
    b.uart.receive(&[7; 4], 0);
    b.wr(FCR, 0x00);
    assert_eq!(b.rd(LSR), 0x60, "switching the FIFOs off clears them");
}

#[test]
fn thr_empty_interrupt_is_acknowledged_by_iir_or_by_writing() {
    let mut b = Bench::new();
    b.wr(IER, 0x02);
    assert!(b.irq.high());
    assert_eq!(b.rd(IIR), 0x02);
    assert!(!b.irq.high());
    assert_eq!(b.rd(IIR), 0x01);
    b.wr(IER, 0x02);
    assert!(!b.irq.high(), "no change, no interrupt");
    b.wr(RBR, 0x41);
    assert_eq!(b.rd(IIR), 0x02);
    b.wr(IER, 0x00);
    b.wr(IER, 0x02);
    assert_eq!(b.rd(IIR), 0x02, "enabling it again asks again");
    b.wr(FCR, 0x01);
    assert_eq!((b.rd(IIR), b.rd(IIR)), (0xc2, 0xc1), "and so does emptying the transmit FIFO");
}

#[test]
fn priorities() {
    let mut b = Bench::new();
    b.wr(FCR, 0x01);
    b.wr(IER, 0x0f);
    b.wr(MCR, 0x10);
    for i in 0..17 {
        b.wr(RBR, i);
    }
    assert_eq!(b.rd(IIR), 0xc6, "line status (overrun) first");
    assert_eq!(b.rd(LSR), 0x63);
    assert_eq!(b.rd(IIR), 0xc4);
    for i in 0..16 {
        assert_eq!(b.rd(RBR), i);
    }
    assert_eq!(b.rd(IIR), 0xc2);
    assert_eq!(b.rd(IIR), 0xc0, "modem status last");
    assert_eq!(b.rd(MSR), 0x0b, "CTS, DSR and DCD fell");
    assert_eq!((b.rd(IIR), b.irq.high()), (0xc1, false));
}

#[test]
fn loopback() {
    let mut b = Bench::new();
    assert_eq!(b.rd(MSR), 0xb0);
    b.wr(MCR, 0x1f);
    assert_eq!(b.rd(MSR), 0xf0);
    b.wr(MCR, 0x1a);
    assert_eq!(b.rd(MSR), 0x96, "RTS and OUT2; DSR changed, RI's trailing edge");
    b.wr(RBR, 0x55);
    b.wr(RBR, 0x66);
    assert_eq!(b.rd(LSR), 0x63, "without FIFOs the second overruns the first");
    assert_eq!(b.rd(RBR), 0x66);
    assert_eq!(b.uart.receive(b"k", 0), 0, "SIN is disconnected");
    assert!(b.out.take().is_empty());
    b.wr(MCR, 0xe0);
    assert_eq!(b.rd(MCR), 0);
}

#[test]
fn a_break_is_flagged_when_it_reaches_the_top() {
    let mut b = Bench::new();
    b.wr(FCR, 0x01);
    b.wr(IER, 0x04);
    b.uart.receive(b"a", 0);
    assert!(b.uart.receive_break(0));
    assert_eq!(b.rd(LSR), 0xe1);
    assert!(!b.irq.high());
    b.rd(RBR);
    assert!(b.irq.high());
    assert_eq!(b.rd(LSR), 0xf1);
    assert_eq!(b.rd(LSR), 0x61);
    assert!(!b.irq.high());
}

#[test]
fn snapshot_and_reset() {
    let mut b = Bench::new();
    b.wr(FCR, 0x81);
    b.wr(IER, 0x01);
    b.uart.receive(&[9; 8], 0);
    let saved = b.uart.save();
    let mut other = Bench::new();
    other.uart.restore(&saved).unwrap();
    assert!(other.irq.high());
    assert_eq!(other.rd(RBR), 9);
    assert!(!other.irq.high());
    b.uart.reset();
    assert!(!b.irq.high());
    assert_eq!((b.rd(IIR), b.rd(LSR), b.uart.deadline()), (0x01, 0x60, None));
    assert!(b.uart.restore(b"rubbish").is_err());
    // Without FIFOs there is no room for eight characters.
    let mut without = saved.clone();
    let ier_and_fcr = saved.windows(2).position(|pair| pair == [0x01, 0x81]).unwrap();
    without[ier_and_fcr + 1] = 0;
    assert!(b.uart.restore(&without).unwrap_err().ends_with("8 received bytes, at most 1 fit"));
}
