//! CUDA: the microcontroller of Power Macintoshes for the Desktop Bus, the clock and the power switch, behind a 6522.
//!
//! Rockwell R6522 Versatile Interface Adapter data sheet; Apple, "Guide to the Macintosh Family Hardware", chapter 8, "Apple Desktop Bus", and Inside Macintosh on the
//! Cuda Manager for the packets. Nothing hangs on the Desktop Bus: its devices time out.
//!
//! The host holds TIP low while it talks, and toggles BYTEACK for each byte; CUDA holds TREQ low while it has something to say.

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::power::{Power, PowerRequest};
use crate::state;

const PART: &str = "cuda";
/// Bytes of its registers, which lie 0x200 apart.
pub const CUDA_SIZE: u64 = 0x2000;

/// Port B.
mod port {
    pub(super) const TREQ: u8 = 1 << 3;
    pub(super) const BYTEACK: u8 = 1 << 4;
    pub(super) const TIP: u8 = 1 << 5;
}

/// Interrupt flags.
mod ifr {
    pub(super) const SR: u8 = 1 << 2;
    pub(super) const T2: u8 = 1 << 5;
    pub(super) const T1: u8 = 1 << 6;
    pub(super) const ANY: u8 = 1 << 7;
}

/// Auxiliary control: the shift register goes out; timer 1 runs on.
const SR_OUT: u8 = 1 << 4;
const T1_FREE: u8 = 1 << 6;

/// Kinds of packets.
mod packet {
    pub(super) const ADB: u8 = 0;
    pub(super) const CUDA: u8 = 1;
    pub(super) const ERROR: u8 = 2;
}

/// The 6522 counts 4.7 million twelfths a second on these machines: 783.36 kHz.
const HZ: u128 = 783_360;
/// From 1904, the clock's first year, to 1970.
const EPOCH: u64 = 2_082_844_800;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Timer {
    latch: u16,
    /// When it has been loaded, and with what.
    since: Nanos,
    from: u16,
    /// When it interrupts.
    due: Option<Nanos>,
}

impl Timer {
    fn load(&mut self, value: u16, now: Nanos) {
        (self.from, self.since) = (value, now);
        self.due = Some(now + Timer::ns(u64::from(value) + 1));
    }

    fn ns(ticks: u64) -> Nanos {
        (u128::from(ticks) * 1_000_000_000 / HZ) as u64
    }

    fn count(&self, now: Nanos) -> u16 {
        let ticks = u128::from(now.saturating_sub(self.since)) * HZ / 1_000_000_000;
        self.from.wrapping_sub(ticks as u16)
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    b: u8,
    a: u8,
    directions: [u8; 2],
    sr: u8,
    acr: u8,
    pcr: u8,
    ifr: u8,
    ier: u8,
    timers: [Timer; 2],
    /// Port B when it was last looked at.
    last: u8,
    from_host: Vec<u8>,
    to_host: Vec<u8>,
    at: usize,
    /// What has been added to the clock, in seconds.
    clock_offset: u64,
}

/// The controller.
pub struct Cuda {
    irq: Line,
    power: Power,
    /// Seconds since 1970 when the machine was switched on.
    epoch: u64,
    s: State,
}

impl Cuda {
    /// A controller whose clock begins at `epoch` seconds since 1970.
    pub fn new(irq: Line, power: Power, epoch: u64) -> Cuda {
        let mut cuda = Cuda { irq, power, epoch, s: State::default() };
        cuda.start();
        cuda
    }

    fn start(&mut self) {
        self.s = State { b: port::TREQ | port::BYTEACK | port::TIP, directions: [0xff, 0], ..State::default() };
        self.s.last = self.s.b;
    }

    fn update_irq(&self) {
        self.irq.set(self.s.ifr & self.s.ier & (ifr::SR | ifr::T1 | ifr::T2) != 0);
    }

    fn raise(&mut self, bits: u8) {
        self.s.ifr |= bits;
        self.update_irq();
    }

    /// Port B or the direction of the shift register has changed.
    fn step(&mut self, now: Nanos) {
        let (b, out) = (self.s.b, self.s.acr & SR_OUT != 0);
        let last_b = self.s.last;
        let toggled = (b ^ last_b) & (port::BYTEACK | port::TIP) != 0;
        let mut complete = false;
        if b & port::TIP == 0 {
            if toggled && out {
                if self.s.from_host.len() < 64 {
                    self.s.from_host.push(self.s.sr);
                }
                self.raise(ifr::SR);
            } else if toggled && self.s.at < self.s.to_host.len() {
                self.s.sr = self.s.to_host[self.s.at];
                self.s.at += 1;
                if self.s.at == self.s.to_host.len() {
                    self.s.b |= port::TREQ;
                }
                self.raise(ifr::SR);
            }
        } else {
            // The host's packet is complete; or it has read all it wanted, or it says hello.
            complete = last_b & port::TIP == 0 && !self.s.from_host.is_empty();
            if toggled {
                self.raise(ifr::SR);
            }
            if self.s.at < self.s.to_host.len() && self.s.b & port::TREQ != 0 {
                self.s.b &= !port::TREQ;
                self.raise(ifr::SR);
            }
        }
        self.s.last = self.s.b;
        if complete {
            let request = std::mem::take(&mut self.s.from_host);
            self.s.to_host = self.answer(&request, now);
            self.s.at = 0;
            if !self.s.to_host.is_empty() {
                self.s.b &= !port::TREQ;
                self.s.last = self.s.b;
                self.raise(ifr::SR);
            }
        }
    }

    fn answer(&mut self, request: &[u8], now: Nanos) -> Vec<u8> {
        match *request {
            // Nobody answers on the Desktop Bus.
            [packet::ADB, command, ..] => vec![packet::ADB, 2, command],
            [packet::CUDA, command, ref data @ ..] => self.command(command, data, now),
            [kind, ..] => vec![packet::ERROR, 1, kind, 0],
            [] => Vec::new(),
        }
    }

    fn seconds(&self, now: Nanos) -> u64 {
        (self.epoch + EPOCH).wrapping_add(now / 1_000_000_000).wrapping_add(self.s.clock_offset)
    }

    fn command(&mut self, command: u8, data: &[u8], now: Nanos) -> Vec<u8> {
        let done = |more: &[u8]| [&[packet::CUDA, 0, command], more].concat();
        match command {
            // Get and set the real-time clock.
            0x03 => done(&(self.seconds(now) as u32).to_be_bytes()),
            0x09 if data.len() == 4 => {
                let wanted = data.iter().fold(0u64, |all, &byte| all << 8 | u64::from(byte));
                self.s.clock_offset = self.s.clock_offset.wrapping_add(wanted.wrapping_sub(self.seconds(now)));
                done(&[])
            }
            0x0a => {
                self.power.request(PowerRequest::Shutdown { code: 0 });
                done(&[])
            }
            0x11 => {
                self.power.request(PowerRequest::Reset);
                done(&[])
            }
            // Autopolling and its rate, the list of devices, the file server flag.
            0x01 | 0x13 | 0x14 | 0x16 => done(&[]),
            _ => vec![packet::ERROR, 2, packet::CUDA, command],
        }
    }
}

impl Device for Cuda {
    fn read(&mut self, offset: u64, _: Size, now: Nanos) -> u64 {
        self.tick(now);
        let value = match offset >> 9 & 15 {
            0 => self.s.b,
            1 | 15 => self.s.a,
            2 => self.s.directions[0],
            3 => self.s.directions[1],
            4 => {
                self.s.ifr &= !ifr::T1;
                self.s.timers[0].count(now) as u8
            }
            5 => (self.s.timers[0].count(now) >> 8) as u8,
            6 => self.s.timers[0].latch as u8,
            7 => (self.s.timers[0].latch >> 8) as u8,
            8 => {
                self.s.ifr &= !ifr::T2;
                self.s.timers[1].count(now) as u8
            }
            9 => (self.s.timers[1].count(now) >> 8) as u8,
            10 => {
                self.s.ifr &= !ifr::SR;
                self.s.sr
            }
            11 => self.s.acr,
            12 => self.s.pcr,
            13 => self.s.ifr | if self.s.ifr & self.s.ier != 0 { ifr::ANY } else { 0 },
            _ => self.s.ier | ifr::ANY,
        };
        self.update_irq();
        value.into()
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, now: Nanos) {
        self.tick(now);
        let value = value as u8;
        match offset >> 9 & 15 {
            0 => {
                // TREQ is CUDA's.
                let mask = self.s.directions[0] & !port::TREQ;
                self.s.b = self.s.b & !mask | value & mask;
                self.step(now);
            }
            1 | 15 => self.s.a = value,
            2 => self.s.directions[0] = value,
            3 => self.s.directions[1] = value,
            4 | 6 => self.s.timers[0].latch = self.s.timers[0].latch & 0xff00 | u16::from(value),
            5 => {
                self.s.timers[0].latch = self.s.timers[0].latch & 0xff | u16::from(value) << 8;
                self.s.ifr &= !ifr::T1;
                let latch = self.s.timers[0].latch;
                self.s.timers[0].load(latch, now);
            }
            7 => self.s.timers[0].latch = self.s.timers[0].latch & 0xff | u16::from(value) << 8,
            8 => self.s.timers[1].latch = self.s.timers[1].latch & 0xff00 | u16::from(value),
            9 => {
                self.s.timers[1].latch = self.s.timers[1].latch & 0xff | u16::from(value) << 8;
                self.s.ifr &= !ifr::T2;
                let latch = self.s.timers[1].latch;
                self.s.timers[1].load(latch, now);
            }
            10 => {
                self.s.sr = value;
                self.s.ifr &= !ifr::SR;
            }
            11 => {
                self.s.acr = value;
                self.step(now);
            }
            12 => self.s.pcr = value,
            13 => self.s.ifr &= !value,
            _ if value & ifr::ANY != 0 => self.s.ier |= value & 0x7f,
            _ => self.s.ier &= !value,
        }
        self.update_irq();
    }

    fn tick(&mut self, now: Nanos) {
        for (n, flag) in [(0, ifr::T1), (1, ifr::T2)] {
            let timer = &mut self.s.timers[n];
            let Some(due) = timer.due.filter(|&due| due <= now) else { continue };
            let period = Timer::ns(u64::from(timer.latch) + 2).max(1);
            let runs_on = n == 0 && self.s.acr & T1_FREE != 0;
            timer.due = runs_on.then(|| due + ((now - due) / period + 1) * period);
            self.raise(flag);
        }
    }

    fn deadline(&self) -> Option<Nanos> {
        self.s.timers.iter().filter_map(|timer| timer.due).min()
    }

    fn reset(&mut self) {
        self.start();
        self.update_irq();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.s = state::restore(PART, bytes)?;
        self.update_irq();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const B: u64 = 0;
    const SR: u64 = 10 << 9;
    const ACR: u64 = 11 << 9;
    const IFR: u64 = 13 << 9;

    fn wait(cuda: &mut Cuda) {
        assert!(cuda.read(IFR, 1, 0) as u8 & ifr::SR != 0, "no interrupt of the shift register");
    }

    /// A host's request, as its drivers make it, and the answer.
    fn ask(cuda: &mut Cuda, request: &[u8]) -> Vec<u8> {
        let b = |cuda: &mut Cuda| cuda.read(B, 1, 0) as u8;
        cuda.write(ACR, 1, u64::from(SR_OUT), 0);
        cuda.write(SR, 1, request[0].into(), 0);
        let now = b(cuda) & !port::TIP;
        cuda.write(B, 1, now.into(), 0);
        wait(cuda);
        for &byte in &request[1..] {
            cuda.write(SR, 1, byte.into(), 0);
            let now = b(cuda) ^ port::BYTEACK;
            cuda.write(B, 1, now.into(), 0);
            wait(cuda);
        }
        cuda.write(ACR, 1, 0, 0);
        cuda.read(SR, 1, 0);
        let now = b(cuda) | port::TIP | port::BYTEACK;
        cuda.write(B, 1, now.into(), 0);
        wait(cuda);
        cuda.read(SR, 1, 0);
        let mut answer = Vec::new();
        let now = b(cuda) & !port::TIP;
        cuda.write(B, 1, now.into(), 0);
        loop {
            wait(cuda);
            answer.push(cuda.read(SR, 1, 0) as u8);
            if b(cuda) & port::TREQ != 0 {
                break;
            }
            let now = b(cuda) ^ port::BYTEACK;
            cuda.write(B, 1, now.into(), 0);
        }
        let now = b(cuda) | port::TIP | port::BYTEACK;
        cuda.write(B, 1, now.into(), 0);
        cuda.read(SR, 1, 0);
        answer
    }

    #[test]
    fn packets_are_answered() {
        let mut cuda = Cuda::new(Line::unconnected(), Power::unconnected(), 0);
        cuda.write(2 << 9, 1, u64::from(port::TIP | port::BYTEACK), 0);
        assert_eq!(ask(&mut cuda, &[packet::CUDA, 0x03]), [1, 0, 3, 0x7c, 0x25, 0xb0, 0x80]);
        assert_eq!(ask(&mut cuda, &[packet::ADB, 0x2f]), [0, 2, 0x2f]);
        assert_eq!(ask(&mut cuda, &[packet::CUDA, 0x77]), [2, 2, 1, 0x77]);
    }

    #[test]
    fn timer_1_interrupts() {
        let mut cuda = Cuda::new(Line::unconnected(), Power::unconnected(), 0);
        cuda.write(4 << 9, 1, 0xff, 0);
        cuda.write(5 << 9, 1, 0, 0);
        let due = cuda.deadline().unwrap();
        cuda.tick(due);
        assert_eq!(cuda.read(IFR, 1, due) as u8 & ifr::T1, ifr::T1);
        assert_eq!(cuda.deadline(), None);
    }
}
