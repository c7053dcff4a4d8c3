//! 8259A: the pair of interrupt controllers of PCs and of boards with an ISA bus.
//!
//! Intel, 8259A Programmable Interrupt Controller, order number 231468-003, December 1988; the edge/level registers (ELCR) are those
//! of Intel, 82371AB PCI-TO-ISA / IDE Xcelerator (PIIX4), order number 290562-001, "Interrupt Controller Registers".
//!
//! | port  | register                                    |
//! |-------|---------------------------------------------|
//! | 0x20  | master: ICW1, OCW2, OCW3; IRR or ISR        |
//! | 0x21  | master: ICW2 to ICW4, OCW1 (the mask)       |
//! | 0xa0, 0xa1 | the same of the slave                  |
//! | 0x4d0, 0x4d1 | which of the 16 inputs are level-triggered |
//!
//! The slave hangs on input 2 of the master. One thing differs from the part: a request at an edge-triggered input stays when the line
//! falls again before it was acknowledged, so that a pulse which lies within one turn of the scheduler isn't lost.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "i8259";
/// The master's input on which the slave is.
const CASCADE: u8 = 2;
/// Inputs that can't be level-triggered: timer, keyboard and cascade; real-time clock and coprocessor.
const ELCR_MASKS: [u8; 2] = [0xf8, 0xde];

/// Initialization Command Word 1, Figure 7.
mod icw1 {
    pub(super) const IC4: u8 = 1 << 0;
    pub(super) const SNGL: u8 = 1 << 1;
    pub(super) const LTIM: u8 = 1 << 3;
    pub(super) const ICW1: u8 = 1 << 4;
}

/// Initialization Command Word 4, Figure 7.
mod icw4 {
    pub(super) const AEOI: u8 = 1 << 1;
    pub(super) const SFNM: u8 = 1 << 4;
}

/// Operation Command Word 3, Figure 8.
mod ocw3 {
    pub(super) const RIS: u8 = 1 << 0;
    pub(super) const RR: u8 = 1 << 1;
    pub(super) const POLL: u8 = 1 << 2;
    pub(super) const OCW3: u8 = 1 << 3;
    pub(super) const SMM: u8 = 1 << 5;
    pub(super) const ESMM: u8 = 1 << 6;
}

/// One of the two.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Chip {
    irr: u8,
    isr: u8,
    imr: u8,
    levels: u8,
    elcr: u8,
    /// T7 to T3 of the vector.
    base: u8,
    /// The ICW that is written next at the odd port; 0 when initialization is over.
    next_icw: u8,
    needs_icw4: bool,
    single: bool,
    level_mode: bool,
    auto_eoi: bool,
    rotate_on_aeoi: bool,
    fully_nested_special: bool,
    special_mask: bool,
    reads_isr: bool,
    poll: bool,
    /// The input of lowest priority is the one before this.
    top: u8,
}

impl Chip {
    fn level_triggered(&self) -> u8 {
        if self.level_mode { 0xff } else { self.elcr }
    }

    fn set_input(&mut self, n: u8, level: bool) {
        let bit = 1 << n;
        let was = self.levels & bit != 0;
        self.levels = self.levels & !bit | u8::from(level) << n;
        if self.level_triggered() & bit != 0 {
            self.irr = self.irr & !bit | u8::from(level) << n;
        } else if level && !was {
            self.irr |= bit;
        }
    }

    /// The inputs by falling priority.
    fn by_priority(&self) -> impl Iterator<Item = u8> + use<> {
        let top = self.top;
        (0..8).map(move |n| (top + n) % 8)
    }

    /// The request that is to be served, if it has a higher priority than all in service. "Fully Nested Mode", "Special Mask Mode",
    /// "Special Fully Nested Mode" (in which requests of a slave that is being served come through).
    fn request(&self) -> Option<u8> {
        let wanted = self.irr & !self.imr;
        let blocking = if self.special_mask { self.isr & !self.imr } else { self.isr };
        for n in self.by_priority() {
            let (asks, blocks) = (wanted >> n & 1 != 0, blocking >> n & 1 != 0);
            if blocks {
                let through = self.fully_nested_special && n == CASCADE;
                return (asks && through).then_some(n);
            }
            // In special mask mode what is in service and masked lets all others through, but not itself.
            if asks && self.isr >> n & 1 == 0 {
                return Some(n);
            }
        }
        None
    }

    /// The first INTA pulse: what is served, 7 if nothing asks any more ("default IR7").
    fn acknowledge(&mut self) -> u8 {
        let Some(n) = self.request() else { return 7 };
        let bit = 1 << n;
        if self.level_triggered() & bit == 0 {
            self.irr &= !bit;
        }
        if !self.auto_eoi {
            self.isr |= bit;
        } else if self.rotate_on_aeoi {
            self.top = (n + 1) % 8;
        }
        n
    }

    /// ICW1 clears the edge sense circuit, the mask, the priorities and the modes. "Initialization Command Words".
    fn init(&mut self, value: u8) {
        let Chip { levels, elcr, base, .. } = *self;
        let level_mode = value & icw1::LTIM != 0;
        *self = Chip { levels, elcr, base, level_mode, next_icw: 2, ..Chip::default() };
        self.irr = levels & self.level_triggered();
        self.needs_icw4 = value & icw1::IC4 != 0;
        self.single = value & icw1::SNGL != 0;
    }

    /// Operation Command Word 2: end of interrupt and priorities.
    fn ocw2(&mut self, value: u8) {
        let named = value & 7;
        let highest = self.by_priority().find(|&n| self.isr >> n & 1 != 0);
        let (rotate, specific, eoi) = (value & 0x80 != 0, value & 0x40 != 0, value & 0x20 != 0);
        if !eoi {
            match (rotate, specific) {
                (rotate, false) => self.rotate_on_aeoi = rotate,
                (true, true) => self.top = (named + 1) % 8,
                // No operation.
                (false, true) => {}
            }
            return;
        }
        if let Some(n) = if specific { Some(named) } else { highest } {
            self.isr &= !(1 << n);
            if rotate {
                self.top = (n + 1) % 8;
            }
        }
    }

    /// Operation Command Word 3: what is read, poll, special mask.
    fn ocw3(&mut self, value: u8) {
        if value & ocw3::RR != 0 {
            self.reads_isr = value & ocw3::RIS != 0;
        }
        if value & ocw3::ESMM != 0 {
            self.special_mask = value & ocw3::SMM != 0;
        }
        self.poll = value & ocw3::POLL != 0;
    }

    fn write_even(&mut self, value: u8) {
        if value & icw1::ICW1 != 0 {
            self.init(value);
        } else if value & ocw3::OCW3 != 0 {
            self.ocw3(value);
        } else {
            self.ocw2(value);
        }
    }

    fn write_odd(&mut self, value: u8) {
        let after_icw3 = if self.needs_icw4 { 4 } else { 0 };
        match self.next_icw {
            2 => {
                self.base = value & 0xf8;
                self.next_icw = if self.single { after_icw3 } else { 3 };
            }
            // How master and slave are joined is wired.
            3 => self.next_icw = after_icw3,
            4 => {
                self.auto_eoi = value & icw4::AEOI != 0;
                self.fully_nested_special = value & icw4::SFNM != 0;
                self.next_icw = 0;
            }
            _ => self.imr = value,
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct State {
    master: Chip,
    slave: Chip,
}

impl State {
    fn acknowledge(&mut self) -> u8 {
        self.cascade();
        let n = self.master.acknowledge();
        if n != CASCADE || self.master.single {
            return self.master.base | n;
        }
        let vector = self.slave.base | self.slave.acknowledge();
        self.cascade();
        vector
    }

    /// The slave's INT output drives the master's input 2.
    fn cascade(&mut self) {
        let asks = self.slave.request().is_some();
        // While the slave still asks for something of higher priority the output shows a new edge.
        self.master.set_input(CASCADE, false);
        if asks {
            self.master.set_input(CASCADE, true);
        } else {
            self.master.irr &= !(1 << CASCADE);
        }
    }

    fn poll(&mut self, slave: bool) -> u8 {
        let chip = if slave { &mut self.slave } else { &mut self.master };
        chip.poll = false;
        if chip.request().is_none() {
            return 0;
        }
        let n = chip.acknowledge();
        0x80 | n
    }

    fn read(&mut self, port: u64) -> u8 {
        let slave = matches!(port, 0xa0 | 0xa1);
        let chip = if slave { &mut self.slave } else { &mut self.master };
        match port {
            0x20 | 0x21 | 0xa0 | 0xa1 if chip.poll => self.poll(slave),
            0x20 | 0xa0 => {
                if chip.reads_isr {
                    chip.isr
                } else {
                    chip.irr
                }
            }
            0x21 | 0xa1 => chip.imr,
            0x4d0 => self.master.elcr,
            0x4d1 => self.slave.elcr,
            _ => 0,
        }
    }

    fn write(&mut self, port: u64, value: u8) {
        match port {
            0x20 => self.master.write_even(value),
            0x21 => self.master.write_odd(value),
            0xa0 => self.slave.write_even(value),
            0xa1 => self.slave.write_odd(value),
            0x4d0 => self.master.elcr = value & ELCR_MASKS[0],
            0x4d1 => self.slave.elcr = value & ELCR_MASKS[1],
            _ => {}
        }
    }
}

struct Inner {
    output: Line,
    s: State,
}

impl Inner {
    fn update(&mut self) {
        self.s.cascade();
        self.output.set(self.s.master.request().is_some());
    }
}

/// The pair. Clones are the same controllers: one is mapped, others hand out wires and acknowledge.
#[derive(Clone)]
pub struct I8259(Arc<Mutex<Inner>>);

impl I8259 {
    /// Two controllers after power-on; the master's INT is `output`.
    pub fn new(output: Line) -> I8259 {
        I8259(Arc::new(Mutex::new(Inner { output, s: State::default() })))
    }

    /// The wire to input `n`, 0 to 15; 8 to 15 are the slave's.
    ///
    /// # Panics
    /// When `n` is 16 or more: a board's mistake.
    pub fn line(&self, n: u8) -> Line {
        assert!(n < 16, "the controllers have 16 inputs, not {n}");
        let this = self.clone();
        Line::new(move |level| this.set_input(n, level))
    }

    fn set_input(&self, n: u8, level: bool) {
        let mut inner = self.0.lock();
        let chip = if n < 8 { &mut inner.s.master } else { &mut inner.s.slave };
        chip.set_input(n % 8, level);
        inner.update();
    }

    /// An interrupt acknowledge cycle: the vector of what is served now.
    pub fn acknowledge(&self) -> u8 {
        let mut inner = self.0.lock();
        let vector = inner.s.acknowledge();
        inner.update();
        vector
    }
}

/// Offsets are ports. Registers are bytes.
impl Device for I8259 {
    fn read(&mut self, offset: u64, _: Size, _: Nanos) -> u64 {
        let mut inner = self.0.lock();
        let value = inner.s.read(offset);
        inner.update();
        u64::from(value)
    }

    fn write(&mut self, offset: u64, _: Size, value: u64, _: Nanos) {
        let mut inner = self.0.lock();
        inner.s.write(offset, value as u8);
        inner.update();
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s = State::default();
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut s: State = state::restore(PART, bytes)?;
        (s.master.top, s.slave.top) = (s.master.top % 8, s.slave.top % 8);
        let mut inner = self.0.lock();
        inner.s = s;
        inner.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn write(pic: &mut I8259, writes: &[(u64, u64)]) {
        writes.iter().for_each(|&(port, value)| pic.write(port, 1, value, 0));
    }

    /// As PC firmware does it: vectors 0x20 and 0x28, nothing masked.
    fn ready(extra: u64) -> (I8259, Probe) {
        let probe = Probe::default();
        let mut pic = I8259::new(probe.line());
        write(&mut pic, &[(0x20, 0x11), (0x21, 0x20), (0x21, 4), (0x21, 1 | extra)]);
        write(&mut pic, &[(0xa0, 0x11), (0xa1, 0x28), (0xa1, 2), (0xa1, 1)]);
        (pic, probe)
    }

    #[test]
    fn higher_priorities_interrupt_lower_ones() {
        let (mut pic, int) = ready(0);
        pic.line(4).raise();
        assert!(int.high());
        assert_eq!(pic.acknowledge(), 0x24);
        assert!(!int.high());
        pic.line(5).raise();
        assert!(!int.high());
        pic.line(3).raise();
        assert_eq!((int.high(), pic.acknowledge()), (true, 0x23));
        write(&mut pic, &[(0x20, 0x0b)]);
        assert_eq!(pic.read(0x20, 1, 0), 0x18);
        write(&mut pic, &[(0x20, 0x20), (0x20, 0x64)]);
        assert_eq!((pic.read(0x20, 1, 0), int.high(), pic.acknowledge()), (0, true, 0x25));
    }

    #[test]
    fn the_slave_comes_through_input_two() {
        let (mut pic, int) = ready(0);
        pic.line(14).raise();
        pic.line(8).raise();
        assert_eq!((int.high(), pic.acknowledge()), (true, 0x28));
        assert!(!int.high());
        write(&mut pic, &[(0xa0, 0x20), (0x20, 0x20)]);
        assert_eq!((int.high(), pic.acknowledge()), (true, 0x2e));
        write(&mut pic, &[(0xa0, 0x20), (0x20, 0x20)]);
        assert!(!int.high());
    }

    #[test]
    fn nothing_to_serve_is_a_spurious_seven() {
        let (pic, _) = ready(0);
        assert_eq!(pic.acknowledge(), 0x27);
    }

    #[test]
    fn masks_levels_and_edges() {
        let (mut pic, int) = ready(0);
        write(&mut pic, &[(0x21, 0xff), (0x4d0, 0xff), (0x4d1, 0xff)]);
        assert_eq!((pic.read(0x4d0, 1, 0), pic.read(0x4d1, 1, 0)), (0xf8, 0xde));
        pic.line(5).raise();
        assert!(!int.high());
        write(&mut pic, &[(0x21, 0)]);
        assert!(int.high());
        // A level asks as long as it is there, also behind the acknowledge.
        assert_eq!(pic.acknowledge(), 0x25);
        write(&mut pic, &[(0x20, 0x20)]);
        assert!(int.high());
        pic.line(5).lower();
        assert!(!int.high());
        // An edge asks once.
        pic.line(0).raise();
        assert_eq!(pic.acknowledge(), 0x20);
        write(&mut pic, &[(0x20, 0x20)]);
        assert!(!int.high());
    }

    #[test]
    fn automatic_end_of_interrupt_and_rotation() {
        let (mut pic, int) = ready(2);
        write(&mut pic, &[(0x20, 0x80)]);
        pic.line(0).raise();
        pic.line(1).raise();
        assert_eq!((pic.acknowledge(), pic.acknowledge()), (0x20, 0x21));
        pic.line(0).lower();
        pic.line(0).raise();
        pic.line(7).raise();
        // 2 is highest now, so 7 comes before 0.
        assert_eq!((pic.acknowledge(), pic.acknowledge(), int.high()), (0x27, 0x20, false));
    }

    #[test]
    fn special_mask_lets_lower_priorities_through() {
        let (mut pic, int) = ready(0);
        pic.line(3).raise();
        assert_eq!(pic.acknowledge(), 0x23);
        pic.line(6).raise();
        assert!(!int.high());
        write(&mut pic, &[(0x21, 0x08), (0x20, 0x68)]);
        assert_eq!((int.high(), pic.acknowledge()), (true, 0x26));
        write(&mut pic, &[(0x20, 0x48)]);
        assert!(!int.high());
    }

    #[test]
    fn poll_acknowledges() {
        let (mut pic, int) = ready(0);
        pic.line(6).raise();
        write(&mut pic, &[(0x20, 0x0c)]);
        assert_eq!((pic.read(0x20, 1, 0), int.high()), (0x86, false));
        assert_eq!(pic.read(0x20, 1, 0), 0);
        write(&mut pic, &[(0x20, 0x0c)]);
        assert_eq!(pic.read(0x20, 1, 0), 0);
    }

    #[test]
    fn copies_go_on_like_the_original() {
        let (pic, _) = ready(0);
        pic.line(9).raise();
        let mut copy = I8259::new(Line::unconnected());
        copy.restore(&pic.save()).unwrap();
        assert_eq!(copy.acknowledge(), 0x29);
        assert!(copy.restore(&[1]).is_err());
    }
}
