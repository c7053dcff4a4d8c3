//! All local APICs of a machine, the wires to their processors, and the messages between them.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;

use super::unit::{Delivery, Effect, Message, Unit};
use super::{BASE_AT, DEADLINE_AT};
use crate::state;

const PART: &str = "local APIC";

/// The wires into one processor.
pub struct ApicLines {
    /// Maskable interrupts.
    pub intr: Line,
    /// Non-maskable interrupts.
    pub nmi: Line,
    /// INIT.
    pub init: Line,
    /// Start-up.
    pub startup: Line,
}

struct Slot {
    unit: Mutex<Unit>,
    lines: ApicLines,
}

/// Tells an I/O APIC of the end of an interrupt.
type EndOfInterrupt = Box<dyn Fn(u8) + Send>;

struct Inner {
    slots: Vec<Slot>,
    listeners: Mutex<Vec<EndOfInterrupt>>,
    /// Whether a message may reach a unit: its processor has been plugged.
    present: Box<dyn Fn(usize) -> bool + Send + Sync>,
}

/// The bus. Clones are the same bus.
#[derive(Clone)]
pub struct Apics(Arc<Inner>);

impl Apics {
    /// A unit for each of these initial APIC IDs and wires; the first one is the boot processor's. `present` says which of them are there.
    pub fn new(
        units: impl IntoIterator<Item = (u32, ApicLines)>,
        present: impl Fn(usize) -> bool + Send + Sync + 'static,
    ) -> Apics {
        let slot = |(n, (id, lines))| Slot { unit: Mutex::new(Unit::new(id, n == 0)), lines };
        let slots = units.into_iter().enumerate().map(slot).collect();
        Apics(Arc::new(Inner { slots, listeners: Mutex::default(), present: Box::new(present) }))
    }

    /// Has `listener` told of the end of each level-triggered interrupt.
    pub fn on_end_of_interrupt(&self, listener: impl Fn(u8) + Send + 'static) {
        self.0.listeners.lock().push(Box::new(listener));
    }

    /// The page of registers of unit `n`.
    pub fn page(&self, n: usize) -> ApicPage {
        ApicPage { bus: self.clone(), n }
    }

    /// The wire from the 8259A to the first pin of all units.
    pub fn pic_line(&self) -> Line {
        let this = self.clone();
        Line::new(move |level| {
            for n in 0..this.0.slots.len() {
                this.with(n, |unit| unit.set_pin(0, level));
            }
        })
    }

    /// The wire to the second pin of all units.
    pub fn nmi_line(&self) -> Line {
        let this = self.clone();
        Line::new(move |level| {
            for n in 0..this.0.slots.len() {
                if this.with(n, |unit| unit.set_pin(1, level)) {
                    this.0.slots[n].lines.nmi.raise();
                }
            }
        })
    }

    /// Changes unit `n` and drives its wire.
    fn with<R>(&self, n: usize, f: impl FnOnce(&mut Unit) -> R) -> R {
        let slot = &self.0.slots[n];
        let mut unit = slot.unit.lock();
        let result = f(&mut unit);
        slot.lines.intr.set(unit.output());
        result
    }

    /// Processor `n` takes an interrupt: its vector, or `None` when it is the 8259A's.
    pub fn acknowledge(&self, n: usize) -> Option<u8> {
        self.with(n, Unit::acknowledge)
    }

    /// Processor `n` takes INIT.
    pub fn acknowledge_init(&self, n: usize) {
        self.0.slots[n].lines.init.lower();
        self.with(n, Unit::init);
    }

    /// Processor `n` takes a non-maskable interrupt.
    pub fn acknowledge_nmi(&self, n: usize) {
        self.0.slots[n].lines.nmi.lower();
    }

    /// Processor `n` takes a start-up message: the page of its first instruction.
    pub fn acknowledge_startup(&self, n: usize) -> u8 {
        self.0.slots[n].lines.startup.lower();
        self.0.slots[n].unit.lock().startup
    }

    /// Sends a message to whoever its destination names.
    pub fn send(&self, message: &Message) {
        let named = |n: &usize| (self.0.present)(*n) && self.0.slots[*n].unit.lock().is_named(message);
        let all = (0..self.0.slots.len()).filter(named);
        if message.delivery == Delivery::LowestPriority {
            // "Lowest priority": whoever has least to do; among equals the first.
            let least = all.min_by_key(|&n| self.0.slots[n].unit.lock().ppr());
            least.into_iter().for_each(|n| self.deliver(n, message));
        } else {
            all.for_each(|n| self.deliver(n, message));
        }
    }

    fn deliver(&self, n: usize, message: &Message) {
        let lines = &self.0.slots[n].lines;
        match message.delivery {
            Delivery::Fixed | Delivery::LowestPriority => {
                self.with(n, |unit| unit.accept(message.vector, message.level));
            }
            Delivery::Nmi => lines.nmi.raise(),
            Delivery::Init => {
                // A start-up message that came too late for the last INIT is not meant for this one.
                lines.startup.lower();
                lines.init.raise();
            }
            Delivery::Startup => {
                self.0.slots[n].unit.lock().startup = message.vector;
                lines.startup.raise();
            }
            // There is no system management mode; the 8259A has its own wire.
            Delivery::Smi | Delivery::ExtInt => {}
        }
    }

    fn carry_out(&self, from: usize, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::EndOfInterrupt(vector) => self.0.listeners.lock().iter().for_each(|listener| listener(vector)),
            Effect::Send(message, 0) => self.send(&message),
            Effect::Send(message, 1) => self.deliver(from, &message),
            Effect::Send(message, shorthand) => {
                let others = |&n: &usize| (shorthand == 2 || n != from) && (self.0.present)(n);
                (0..self.0.slots.len()).filter(others).for_each(|n| self.deliver(n, &message));
            }
        }
    }
}

/// The registers of one unit, as its processor reaches them.
pub struct ApicPage {
    bus: Apics,
    n: usize,
}

impl Device for ApicPage {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        self.bus.with(self.n, |unit| match (offset, size) {
            (BASE_AT, 8) => unit.base,
            (DEADLINE_AT, 8) => unit.tsc_deadline(),
            (0..0x400, 4) if offset.is_multiple_of(16) => unit.read((offset >> 4) as u32, now),
            (0x800..0x1000, 8) => unit.read(((offset - 0x800) >> 3) as u32, now),
            _ => 0,
        })
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let effect = self.bus.with(self.n, |unit| match (offset, size) {
            (BASE_AT, 8) => {
                unit.set_base(value);
                Effect::None
            }
            (DEADLINE_AT, 8) => {
                unit.set_tsc_deadline(value);
                unit.advance(now);
                Effect::None
            }
            (0..0x400, 4) if offset.is_multiple_of(16) => unit.write((offset >> 4) as u32, value, now),
            (0x800..0x1000, 8) => unit.write(((offset - 0x800) >> 3) as u32, value, now),
            _ => Effect::None,
        });
        self.bus.carry_out(self.n, effect);
    }

    fn tick(&mut self, now: Nanos) {
        self.bus.with(self.n, |unit| unit.advance(now));
    }

    fn deadline(&self) -> Option<Nanos> {
        self.bus.0.slots[self.n].unit.lock().deadline()
    }

    fn reset(&mut self) {
        let lines = &self.bus.0.slots[self.n].lines;
        [&lines.init, &lines.startup, &lines.nmi].iter().for_each(|line| line.lower());
        self.bus.with(self.n, Unit::reset);
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &*self.bus.0.slots[self.n].unit.lock())
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let unit: Unit = state::restore(PART, bytes)?;
        self.bus.with(self.n, |have| *have = unit);
        Ok(())
    }
}
