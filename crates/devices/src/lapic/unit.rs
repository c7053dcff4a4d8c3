//! One local APIC: its registers, and which interrupt it has for its processor.

use memory::Nanos;
use serde::{Deserialize, Serialize};

use super::timer::{Timer, mode};

/// How a message is delivered ("Delivery Mode").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// To all that the destination names.
    Fixed,
    /// To the one of them that has least to do.
    LowestPriority,
    /// System management interrupt.
    Smi,
    /// Non-maskable interrupt.
    Nmi,
    /// INIT.
    Init,
    /// Start-up, with the page of the first instruction as vector.
    Startup,
    /// The vector comes from the 8259A.
    ExtInt,
}

impl Delivery {
    /// What the three bits of a register mean; `None` is reserved.
    pub fn from_bits(bits: u32) -> Option<Delivery> {
        Some(match bits & 7 {
            0 => Delivery::Fixed,
            1 => Delivery::LowestPriority,
            2 => Delivery::Smi,
            4 => Delivery::Nmi,
            5 => Delivery::Init,
            6 => Delivery::Startup,
            7 => Delivery::ExtInt,
            _ => return None,
        })
    }
}

/// What goes over the bus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Message {
    /// The vector.
    pub vector: u8,
    /// How it is delivered.
    pub delivery: Delivery,
    /// Whether it is level-triggered: its end is told to the I/O APICs.
    pub level: bool,
    /// Whether `dest` is logical, not an APIC ID.
    pub logical: bool,
    /// The destination, 8 bits unless `wide`.
    pub dest: u32,
    /// Whether the destination has x2APIC's 32 bits.
    pub wide: bool,
}

/// Entries of the local vector table.
pub(super) mod lvt {
    pub(crate) const TIMER: usize = 0;
    pub(crate) const LINT0: usize = 3;
    pub(crate) const ERROR: usize = 5;
    pub(crate) const N: usize = 6;
    pub(crate) const MASKED: u32 = 1 << 16;
    pub(crate) const LEVEL: u32 = 1 << 15;
    /// Bits of each that can be written.
    pub(crate) const WRITABLE: [u32; N] = [0x7_00ff, 0x1_07ff, 0x1_07ff, 0x1_a7ff, 0x1_a7ff, 0x1_00ff];
}

/// Bits of the error status register.
pub(super) mod esr {
    pub(crate) const SEND_ILLEGAL_VECTOR: u32 = 1 << 5;
    pub(crate) const RECEIVED_ILLEGAL_VECTOR: u32 = 1 << 6;
    pub(crate) const ILLEGAL_REGISTER: u32 = 1 << 7;
}

/// Bits of IA32_APIC_BASE.
pub(super) mod base {
    pub(crate) const BSP: u64 = 1 << 8;
    pub(crate) const EXTD: u64 = 1 << 10;
    pub(crate) const ENABLED: u64 = 1 << 11;
}

/// Software enable, in the spurious-interrupt vector register.
const SVR_ENABLED: u32 = 1 << 8;
/// Version 0x14 with six local vectors.
const VERSION: u32 = 0x5_0014;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Unit {
    /// The number that the board gave it.
    pub(super) initial_id: u32,
    pub(super) base: u64,
    /// xAPIC's ID register, 8 bits.
    id: u8,
    tpr: u32,
    ldr: u32,
    dfr: u32,
    svr: u32,
    isr: [u32; 8],
    tmr: [u32; 8],
    irr: [u32; 8],
    esr: u32,
    errors: u32,
    icr: u64,
    lvt: [u32; lvt::N],
    pub(super) timer: Timer,
    /// Levels of the two local interrupt pins.
    pins: [bool; 2],
    /// The page of the last start-up message.
    pub(super) startup: u8,
}

/// What a write makes happen outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    None,
    /// The I/O APICs hear of the end of this vector.
    EndOfInterrupt(u8),
    /// A message goes out; the shorthand says to whom: 0 its destination, 1 self, 2 all, 3 all others.
    Send(Message, u32),
}

fn highest(set: &[u32; 8]) -> Option<u8> {
    let word = (0..8).rev().find(|&n| set[n] != 0)?;
    Some((word * 32) as u8 + 31 - set[word].leading_zeros() as u8)
}

fn put(set: &mut [u32; 8], vector: u8, on: bool) {
    let (word, bit) = (usize::from(vector / 32), 1 << (vector % 32));
    set[word] = if on { set[word] | bit } else { set[word] & !bit };
}

fn has(set: &[u32; 8], vector: u8) -> bool {
    set[usize::from(vector / 32)] >> (vector % 32) & 1 != 0
}

impl Unit {
    pub(super) fn new(initial_id: u32, bsp: bool) -> Unit {
        let bsp_bit = if bsp { base::BSP } else { 0 };
        let mut unit = Unit { initial_id, base: 0xfee0_0000 | base::ENABLED | bsp_bit, ..Unit::default() };
        unit.id = initial_id as u8;
        unit.init();
        unit
    }

    /// After INIT: everything but the ID and the base ("Local APIC State After It Receives an INIT-Deassert/Assert IPI").
    pub(super) fn init(&mut self) {
        let Unit { initial_id, base, id, pins, startup, .. } = *self;
        *self = Unit { initial_id, base, id, pins, startup, dfr: u32::MAX, svr: 0xff, ..Unit::default() };
        self.lvt = [lvt::MASKED; lvt::N];
        // Firmware leaves the boot processor's first pin wired through, and so does QEMU without any.
        if base & base::BSP != 0 {
            self.lvt[lvt::LINT0] = 0x700;
        }
        self.set_logical_id();
    }

    pub(super) fn reset(&mut self) {
        *self = Unit { pins: self.pins, ..Unit::new(self.initial_id, self.base & base::BSP != 0) };
    }

    pub(super) fn x2apic(&self) -> bool {
        self.base & (base::EXTD | base::ENABLED) == base::EXTD | base::ENABLED
    }

    fn enabled(&self) -> bool {
        self.base & base::ENABLED != 0 && self.svr & SVR_ENABLED != 0
    }

    /// The ID that physical destinations are compared with.
    pub(super) fn id(&self) -> u32 {
        if self.x2apic() { self.initial_id } else { u32::from(self.id) }
    }

    fn set_logical_id(&mut self) {
        if self.x2apic() {
            self.ldr = self.initial_id >> 4 << 16 | 1 << (self.initial_id & 15);
        }
    }

    /// Writes IA32_APIC_BASE.
    pub(super) fn set_base(&mut self, value: u64) {
        let was = self.x2apic();
        self.base = value & !base::BSP | self.base & base::BSP;
        if self.base & base::ENABLED == 0 {
            self.init();
        } else if self.x2apic() && !was {
            self.set_logical_id();
            self.icr = 0;
        }
    }

    /// Whether a destination names this unit ("Determining IPI Destination", "x2APIC: Logical Destination Mode").
    pub(super) fn is_named(&self, m: &Message) -> bool {
        let all = if m.wide { u32::MAX } else { 0xff };
        if m.dest == all {
            return true;
        }
        match (m.logical, self.x2apic()) {
            (false, _) => self.id() == m.dest,
            (true, true) => self.ldr >> 16 == m.dest >> 16 && self.ldr & m.dest & 0xffff != 0,
            (true, false) => {
                let (mine, dest) = (self.ldr >> 24, m.dest & 0xff);
                match self.dfr >> 28 {
                    0xf => mine & dest != 0,
                    0 => mine >> 4 == dest >> 4 && mine & dest & 0xf != 0,
                    _ => false,
                }
            }
        }
    }

    /// "Task and Processor Priorities".
    pub(super) fn ppr(&self) -> u32 {
        let serving = u32::from(highest(&self.isr).unwrap_or(0)) & 0xf0;
        if self.tpr & 0xf0 >= serving { self.tpr } else { serving }
    }

    /// The interrupt that its processor is to take now.
    fn pending(&self) -> Option<u8> {
        let vector = highest(&self.irr).filter(|_| self.enabled())?;
        (u32::from(vector) & 0xf0 > self.ppr() & 0xf0).then_some(vector)
    }

    /// Whether the 8259A's interrupt gets through to the processor.
    pub(super) fn takes_pic(&self) -> bool {
        if self.base & base::ENABLED == 0 {
            return self.base & base::BSP != 0;
        }
        let entry = self.lvt[lvt::LINT0];
        entry & lvt::MASKED == 0 && entry >> 8 & 7 == 7
    }

    /// The level of the wire to the processor.
    pub(super) fn output(&self) -> bool {
        self.pending().is_some() || self.pins[0] && self.takes_pic()
    }

    /// The processor takes an interrupt; `None` when it is the 8259A's.
    pub(super) fn acknowledge(&mut self) -> Option<u8> {
        if let Some(vector) = self.pending() {
            put(&mut self.irr, vector, false);
            put(&mut self.isr, vector, true);
            return Some(vector);
        }
        if self.pins[0] && self.takes_pic() { None } else { Some(self.svr as u8) }
    }

    /// Takes a fixed interrupt in.
    pub(super) fn accept(&mut self, vector: u8, level: bool) {
        if !self.enabled() {
            return;
        }
        if vector < 16 {
            return self.error(esr::RECEIVED_ILLEGAL_VECTOR);
        }
        put(&mut self.irr, vector, true);
        put(&mut self.tmr, vector, level);
    }

    fn error(&mut self, bits: u32) {
        let new = bits & !self.errors;
        self.errors |= bits;
        let entry = self.lvt[lvt::ERROR];
        if new != 0 && entry & lvt::MASKED == 0 && entry & 0xff >= 16 {
            put(&mut self.irr, entry as u8, true);
        }
    }

    /// A local pin changes; whether that is a non-maskable interrupt.
    pub(super) fn set_pin(&mut self, n: usize, level: bool) -> bool {
        let rises = level && !self.pins[n];
        self.pins[n] = level;
        let entry = self.lvt[lvt::LINT0 + n];
        if entry & lvt::MASKED != 0 || self.base & base::ENABLED == 0 {
            return false;
        }
        match Delivery::from_bits(entry >> 8) {
            Some(Delivery::Fixed) if rises => {
                self.accept(entry as u8, entry & lvt::LEVEL != 0);
                false
            }
            Some(Delivery::Nmi) => rises,
            _ => false,
        }
    }

    fn timer_mode(&self) -> u32 {
        self.lvt[lvt::TIMER] >> 17 & 3
    }

    /// Lets its timer go on to `now`.
    pub(super) fn advance(&mut self, now: Nanos) {
        let entry = self.lvt[lvt::TIMER];
        if self.timer.advance(self.timer_mode(), now) && entry & lvt::MASKED == 0 {
            self.accept(entry as u8, false);
        }
    }

    /// When its timer interrupts next.
    pub(super) fn deadline(&self) -> Option<Nanos> {
        self.timer.next.filter(|_| self.lvt[lvt::TIMER] & lvt::MASKED == 0)
    }

    /// The time that IA32_TSC_DEADLINE means.
    pub(super) fn tsc_deadline(&self) -> Nanos {
        if self.timer_mode() == mode::TSC_DEADLINE { self.timer.next.unwrap_or(0) } else { 0 }
    }

    /// Writes IA32_TSC_DEADLINE.
    pub(super) fn set_tsc_deadline(&mut self, at: Nanos) {
        if self.timer_mode() == mode::TSC_DEADLINE {
            self.timer.set_deadline(at);
        }
    }

    /// Reads register `n`: the one at 16 n.
    pub(super) fn read(&mut self, n: u32, now: Nanos) -> u64 {
        self.advance(now);
        let bank = (n & 7) as usize;
        u64::from(match n {
            0x02 if self.x2apic() => self.initial_id,
            0x02 => u32::from(self.id) << 24,
            0x03 => VERSION,
            0x08 => self.tpr,
            0x09 | 0x0a => self.ppr(),
            0x0d => self.ldr,
            0x0e => self.dfr,
            0x0f => self.svr,
            0x10..=0x17 => self.isr[bank],
            0x18..=0x1f => self.tmr[bank],
            0x20..=0x27 => self.irr[bank],
            0x28 => self.esr,
            0x30 if self.x2apic() => return self.icr,
            0x30 => self.icr as u32,
            0x31 => (self.icr >> 32) as u32,
            0x32..=0x37 => self.lvt[(n - 0x32) as usize],
            0x38 => self.timer.initial,
            0x39 => self.timer.current(now),
            0x3e => self.timer.divide,
            0x0b | 0x0c => 0,
            _ => {
                self.error(esr::ILLEGAL_REGISTER);
                0
            }
        })
    }

    /// Writes register `n`.
    pub(super) fn write(&mut self, n: u32, value: u64, now: Nanos) -> Effect {
        self.advance(now);
        let word = value as u32;
        match n {
            0x02 if !self.x2apic() => self.id = (word >> 24) as u8,
            0x08 => self.tpr = word & 0xff,
            0x0b => return self.end_of_interrupt(),
            0x0d if !self.x2apic() => self.ldr = word & 0xff00_0000,
            0x0e if !self.x2apic() => self.dfr = word | 0x0fff_ffff,
            0x0f => self.write_svr(word),
            0x28 => self.esr = std::mem::take(&mut self.errors),
            0x30 if self.x2apic() => {
                self.icr = value & !(1 << 12);
                return self.send();
            }
            0x30 => {
                self.icr = self.icr & 0xffff_ffff_0000_0000 | u64::from(word & !(1 << 12));
                return self.send();
            }
            0x31 => self.icr = self.icr & 0xffff_ffff | u64::from(word & 0xff00_0000) << 32,
            0x32 => self.write_timer_entry(word),
            0x33..=0x37 => self.write_entry((n - 0x32) as usize, word),
            0x38 if self.timer_mode() != mode::TSC_DEADLINE => self.timer.start(word, now),
            0x38 => {}
            0x3e => self.timer.set_divide(word, now),
            0x3f if self.x2apic() => self.accept(word as u8, false),
            0x02..=0x03 | 0x09..=0x0a | 0x0c..=0x0e | 0x10..=0x27 | 0x39 => {}
            _ => self.error(esr::ILLEGAL_REGISTER),
        }
        Effect::None
    }

    /// "Spurious Interrupt": turned off by software, all local vectors are masked.
    fn write_svr(&mut self, value: u32) {
        self.svr = value & 0x3ff;
        if self.svr & SVR_ENABLED == 0 {
            self.lvt.iter_mut().for_each(|entry| *entry |= lvt::MASKED);
        }
    }

    fn write_entry(&mut self, n: usize, value: u32) {
        self.lvt[n] = value & lvt::WRITABLE[n];
        if self.svr & SVR_ENABLED == 0 && n != lvt::LINT0 {
            self.lvt[n] |= lvt::MASKED;
        }
    }

    /// A change to or from TSC-deadline mode stops the timer ("TSC-Deadline Mode").
    fn write_timer_entry(&mut self, value: u32) {
        let was = self.timer_mode();
        self.write_entry(lvt::TIMER, value);
        if (was == mode::TSC_DEADLINE) != (self.timer_mode() == mode::TSC_DEADLINE) {
            self.timer.stop();
        }
    }

    fn end_of_interrupt(&mut self) -> Effect {
        let Some(vector) = highest(&self.isr) else { return Effect::None };
        put(&mut self.isr, vector, false);
        // Bit 12 of the spurious-interrupt vector register would suppress it, where the version says so; this one's does not.
        if has(&self.tmr, vector) { Effect::EndOfInterrupt(vector) } else { Effect::None }
    }

    /// The interrupt command register has been written.
    fn send(&mut self) -> Effect {
        let low = self.icr as u32;
        let Some(delivery) = Delivery::from_bits(low >> 8) else { return Effect::None };
        let (vector, level) = (low as u8, low & 1 << 15 != 0);
        // INIT level de-assert only sets arbitration IDs.
        if delivery == Delivery::Init && level && low & 1 << 14 == 0 || delivery == Delivery::ExtInt {
            return Effect::None;
        }
        if vector < 16 && matches!(delivery, Delivery::Fixed | Delivery::LowestPriority) {
            self.error(esr::SEND_ILLEGAL_VECTOR);
            return Effect::None;
        }
        let wide = self.x2apic();
        let dest = if wide { (self.icr >> 32) as u32 } else { (self.icr >> 56) as u32 };
        // Interprocessor interrupts are edges, whatever the register says.
        let message = Message { vector, delivery, level: false, logical: low & 1 << 11 != 0, dest, wide };
        Effect::Send(message, low >> 18 & 3)
    }
}
