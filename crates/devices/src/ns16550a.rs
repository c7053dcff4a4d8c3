//! NS16550A: the UART of PCs and of most boards.
//!
//! National Semiconductor, PC16550D Universal Asynchronous Receiver/Transmitter with FIFOs, June 1995. Register addresses
//! and names are those of its Table II "Summary of Registers"; interrupts follow Table V "Interrupt Control Functions".
//!
//! The line is infinitely fast in one direction only: what the guest writes is sent at once, so the transmitter is always
//! empty. Received bytes wait outside until the FIFO has room; the character time-out is measured in guest time from the
//! programmed baud rate.

use std::collections::VecDeque;

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::sink::Sink;
use crate::state;

const PART: &str = "ns16550a";
/// Depth of each FIFO.
const FIFO: usize = 16;

/// Interrupt Enable Register.
mod ier {
    pub(super) const ERBFI: u8 = 1 << 0;
    pub(super) const ETBEI: u8 = 1 << 1;
    pub(super) const ELSI: u8 = 1 << 2;
    pub(super) const EDSSI: u8 = 1 << 3;
    pub(super) const MASK: u8 = 0x0f;
}

/// Interrupt Ident. Register: sources by falling priority.
mod iir {
    pub(super) const RECEIVER_LINE_STATUS: u8 = 0b0110;
    pub(super) const RECEIVED_DATA: u8 = 0b0100;
    pub(super) const CHARACTER_TIMEOUT: u8 = 0b1100;
    pub(super) const THR_EMPTY: u8 = 0b0010;
    pub(super) const MODEM_STATUS: u8 = 0b0000;
    pub(super) const NONE: u8 = 0b0001;
    pub(super) const FIFOS_ENABLED: u8 = 0b1100_0000;
}

/// FIFO Control Register.
mod fcr {
    pub(super) const FIFO_ENABLE: u8 = 1 << 0;
    pub(super) const RCVR_RESET: u8 = 1 << 1;
    pub(super) const XMIT_RESET: u8 = 1 << 2;
    pub(super) const DMA_MODE: u8 = 1 << 3;
    pub(super) const TRIGGER: u8 = 0b1100_0000;
}

/// Line Control Register.
mod lcr {
    pub(super) const WLS: u8 = 0b11;
    pub(super) const STB: u8 = 1 << 2;
    pub(super) const PEN: u8 = 1 << 3;
    pub(super) const DLAB: u8 = 1 << 7;
}

/// MODEM Control Register.
mod mcr {
    pub(super) const DTR: u8 = 1 << 0;
    pub(super) const RTS: u8 = 1 << 1;
    pub(super) const OUT1: u8 = 1 << 2;
    pub(super) const OUT2: u8 = 1 << 3;
    pub(super) const LOOP: u8 = 1 << 4;
    pub(super) const MASK: u8 = 0x1f;
}

/// Line Status Register.
mod lsr {
    pub(super) const DR: u8 = 1 << 0;
    pub(super) const OE: u8 = 1 << 1;
    pub(super) const BI: u8 = 1 << 4;
    pub(super) const THRE: u8 = 1 << 5;
    pub(super) const TEMT: u8 = 1 << 6;
    pub(super) const FIFO_ERROR: u8 = 1 << 7;
}

/// MODEM Status Register.
mod msr {
    pub(super) const CTS: u8 = 1 << 4;
    pub(super) const DSR: u8 = 1 << 5;
    pub(super) const RI: u8 = 1 << 6;
    pub(super) const DCD: u8 = 1 << 7;
    pub(super) const TERI: u8 = 1 << 2;
}

/// How the part is wired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ns16550aConfig {
    /// Registers lie `1 << shift` bytes apart (0 on `virt` and PCs, 2 where they are words).
    pub shift: u32,
    /// Frequency of the clock input in Hz; the baud rate is this / 16 / divisor.
    pub clock_hz: u64,
}

impl Default for Ns16550aConfig {
    /// Byte-wide registers and 3.6864 MHz, as on the RISC-V `virt` board.
    fn default() -> Ns16550aConfig {
        Ns16550aConfig { shift: 0, clock_hz: 3_686_400 }
    }
}

/// A received character and the LSR error bits that belong to it.
type Received = (u8, u8);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    ier: u8,
    fcr: u8,
    lcr: u8,
    mcr: u8,
    msr_deltas: u8,
    scr: u8,
    divisor: u16,
    /// LSR error bits that the guest has not read yet.
    errors: u8,
    rx: VecDeque<Received>,
    /// The character that RBR goes on showing after it was read, without FIFOs.
    last: u8,
    /// The THR-empty interrupt has not been acknowledged.
    thr_interrupt: bool,
    /// When the receive FIFO will have been left alone for four characters' time.
    timeout_at: Option<Nanos>,
    /// That time has passed.
    timed_out: bool,
}

impl State {
    /// Master reset, Table III. The divisor is undefined after it; 12 is 9600 baud on a 1.8432 MHz part.
    fn new() -> State {
        State {
            ier: 0,
            fcr: 0,
            lcr: 0,
            mcr: 0,
            msr_deltas: 0,
            scr: 0,
            divisor: 12,
            errors: 0,
            rx: VecDeque::with_capacity(FIFO),
            last: 0,
            thr_interrupt: false,
            timeout_at: None,
            timed_out: false,
        }
    }

    /// Received characters that there is room for.
    fn depth(&self) -> usize {
        if self.fcr & fcr::FIFO_ENABLE != 0 { FIFO } else { 1 }
    }
}

/// The UART.
pub struct Ns16550a {
    config: Ns16550aConfig,
    irq: Line,
    sink: Box<dyn Sink>,
    s: State,
}

impl Ns16550a {
    /// A UART after power-on that interrupts over `irq` (INTR) and sends to `sink` (SOUT).
    pub fn new(config: Ns16550aConfig, irq: Line, sink: Box<dyn Sink>) -> Ns16550a {
        Ns16550a { config, irq, sink, s: State::new() }
    }

    /// A break on the line: one zero character with BI set. Returns whether there was room for it.
    pub fn receive_break(&mut self, now: Nanos) -> bool {
        let room = self.room() > 0;
        if room {
            self.push((0, lsr::BI), now);
            self.update();
        }
        room
    }

    fn fifos(&self) -> bool {
        self.s.fcr & fcr::FIFO_ENABLE != 0
    }

    fn looped(&self) -> bool {
        self.s.mcr & mcr::LOOP != 0
    }

    fn depth(&self) -> usize {
        self.s.depth()
    }

    /// How many bytes from outside fit. In loopback mode SIN is disconnected: what arrives waits.
    fn room(&self) -> usize {
        if self.looped() { 0 } else { self.depth() - self.s.rx.len() }
    }

    fn trigger(&self) -> usize {
        if self.fifos() { [1, 4, 8, 14][usize::from(self.s.fcr >> 6)] } else { 1 }
    }

    /// Duration of four characters at the programmed rate.
    fn timeout(&self) -> Nanos {
        let s = &self.s;
        let stop_and_parity = u64::from(s.lcr & lcr::STB != 0) + u64::from(s.lcr & lcr::PEN != 0);
        let bits = 1 + 5 + u64::from(s.lcr & lcr::WLS) + 1 + stop_and_parity;
        4 * bits * 16 * u64::from(s.divisor.max(1)) * 1_000_000_000 / self.config.clock_hz.max(1)
    }

    /// "FIFO Interrupt Mode Operation": the timer restarts with each character received or read.
    fn restart_timeout(&mut self, now: Nanos) {
        self.s.timed_out = false;
        let wanted = self.fifos() && !self.s.rx.is_empty();
        self.s.timeout_at = wanted.then(|| now.saturating_add(self.timeout()));
    }

    /// A character at the receiver's shift register. A full FIFO keeps its contents, a full RBR is overwritten.
    fn push(&mut self, character: Received, now: Nanos) {
        if self.s.rx.len() >= self.depth() {
            self.s.errors |= lsr::OE;
            if self.fifos() {
                return;
            }
            self.s.rx.clear();
        }
        if self.s.rx.is_empty() {
            self.s.errors |= character.1;
        }
        if !self.fifos() {
            self.s.last = character.0;
        }
        self.s.rx.push_back(character);
        self.restart_timeout(now);
    }

    fn rbr(&mut self, now: Nanos) -> u8 {
        let Some((byte, _)) = self.s.rx.pop_front() else {
            return if self.fifos() { 0 } else { self.s.last };
        };
        if let Some(&(_, errors)) = self.s.rx.front() {
            self.s.errors |= errors;
        }
        self.restart_timeout(now);
        byte
    }

    fn write_thr(&mut self, byte: u8, now: Nanos) {
        if self.looped() {
            self.push((byte, 0), now);
        } else {
            self.sink.write(&[byte]);
        }
        self.s.thr_interrupt = true;
    }

    fn write_ier(&mut self, value: u8) {
        let value = value & ier::MASK;
        if (self.s.ier ^ value) & ier::ETBEI != 0 {
            self.s.thr_interrupt = value & ier::ETBEI != 0;
        }
        self.s.ier = value;
    }

    /// The FIFO Control Register. Whenever bit 0 changes both FIFOs are cleared; without bit 0 no other bit is programmed.
    fn write_fcr(&mut self, value: u8, now: Nanos) {
        let toggled = (self.s.fcr ^ value) & fcr::FIFO_ENABLE != 0;
        let enabled = value & fcr::FIFO_ENABLE != 0;
        if toggled || (enabled && value & fcr::RCVR_RESET != 0) {
            self.s.rx.clear();
        }
        if toggled || (enabled && value & fcr::XMIT_RESET != 0) {
            // The transmitter has just become empty, if only by force.
            self.s.thr_interrupt = true;
        }
        self.s.fcr = if enabled { value & (fcr::FIFO_ENABLE | fcr::DMA_MODE | fcr::TRIGGER) } else { 0 };
        if self.s.rx.is_empty() {
            self.restart_timeout(now);
        }
    }

    /// The four inputs as MSR shows them: a ready modem, or in loopback our own outputs.
    fn modem_inputs(&self) -> u8 {
        if !self.looped() {
            return msr::CTS | msr::DSR | msr::DCD;
        }
        let wires = [(mcr::RTS, msr::CTS), (mcr::DTR, msr::DSR), (mcr::OUT1, msr::RI), (mcr::OUT2, msr::DCD)];
        wires.iter().filter(|(out, _)| self.s.mcr & out != 0).fold(0, |all, (_, input)| all | input)
    }

    fn write_mcr(&mut self, value: u8) {
        let before = self.modem_inputs();
        self.s.mcr = value & mcr::MASK;
        let after = self.modem_inputs();
        // Delta bits mark any change, but RI only its trailing edge (TERI).
        self.s.msr_deltas |= ((before ^ after) >> 4) & !msr::TERI;
        if before & !after & msr::RI != 0 {
            self.s.msr_deltas |= msr::TERI;
        }
    }

    fn lsr(&self) -> u8 {
        let waiting = self.s.rx.iter().any(|&(_, errors)| errors != 0);
        let fifo_error = if self.fifos() && waiting { lsr::FIFO_ERROR } else { 0 };
        let ready = if self.s.rx.is_empty() { 0 } else { lsr::DR };
        lsr::THRE | lsr::TEMT | ready | self.s.errors | fifo_error
    }

    fn read_lsr(&mut self) -> u8 {
        let value = self.lsr();
        self.s.errors = 0;
        if let Some(front) = self.s.rx.front_mut() {
            front.1 = 0;
        }
        value
    }

    /// The highest pending source by Table V.
    fn source(&self) -> u8 {
        let s = &self.s;
        let on = |bit: u8| s.ier & bit != 0;
        if on(ier::ELSI) && s.errors != 0 {
            iir::RECEIVER_LINE_STATUS
        } else if on(ier::ERBFI) && s.rx.len() >= self.trigger() {
            iir::RECEIVED_DATA
        } else if on(ier::ERBFI) && s.timed_out {
            iir::CHARACTER_TIMEOUT
        } else if on(ier::ETBEI) && s.thr_interrupt {
            iir::THR_EMPTY
        } else if on(ier::EDSSI) && s.msr_deltas != 0 {
            iir::MODEM_STATUS
        } else {
            iir::NONE
        }
    }

    /// Reading IIR acknowledges the THR-empty interrupt if that is what it reports.
    fn read_iir(&mut self) -> u8 {
        let source = self.source();
        if source == iir::THR_EMPTY {
            self.s.thr_interrupt = false;
        }
        source | if self.fifos() { iir::FIFOS_ENABLED } else { 0 }
    }

    fn read_msr(&mut self) -> u8 {
        self.modem_inputs() | std::mem::take(&mut self.s.msr_deltas)
    }

    fn update(&self) {
        self.irq.set(self.source() != iir::NONE);
    }
}

impl Device for Ns16550a {
    fn read(&mut self, offset: u64, _: Size, now: Nanos) -> u64 {
        let dlab = self.s.lcr & lcr::DLAB != 0;
        let value = match offset >> self.config.shift {
            0 if dlab => self.s.divisor as u8,
            1 if dlab => (self.s.divisor >> 8) as u8,
            0 => self.rbr(now),
            1 => self.s.ier,
            2 => self.read_iir(),
            3 => self.s.lcr,
            4 => self.s.mcr,
            5 => self.read_lsr(),
            6 => self.read_msr(),
            7 => self.s.scr,
            _ => 0,
        };
        self.update();
        u64::from(value)
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, now: Nanos) {
        let value = value as u8;
        let dlab = self.s.lcr & lcr::DLAB != 0;
        match offset >> self.config.shift {
            0 if dlab => self.s.divisor = self.s.divisor & 0xff00 | u16::from(value),
            1 if dlab => self.s.divisor = self.s.divisor & 0x00ff | u16::from(value) << 8,
            0 => self.write_thr(value, now),
            1 => self.write_ier(value),
            2 => self.write_fcr(value, now),
            3 => self.s.lcr = value,
            4 => self.write_mcr(value),
            7 => self.s.scr = value,
            // LSR and MSR are for reading ("intended for read operations only").
            _ => {}
        }
        self.update();
    }

    fn tick(&mut self, now: Nanos) {
        if self.s.timeout_at.is_some_and(|at| at <= now) {
            self.s.timeout_at = None;
            self.s.timed_out = true;
            self.update();
        }
    }

    fn deadline(&self) -> Option<Nanos> {
        self.s.timeout_at
    }

    fn reset(&mut self) {
        self.s = State::new();
        self.update();
    }

    fn receive(&mut self, bytes: &[u8], now: Nanos) -> usize {
        let n = bytes.len().min(self.room());
        for &byte in &bytes[..n] {
            self.push((byte, 0), now);
        }
        self.update();
        n
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        let (received, depth) = (s.rx.len(), s.depth());
        if received > depth {
            return Err(format!("{PART}: the saved state has {received} received bytes, at most {depth} fit"));
        }
        self.s = s;
        self.update();
        Ok(())
    }
}

#[cfg(test)]
#[path = "ns16550a_tests.rs"]
mod tests;
