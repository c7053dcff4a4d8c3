//! The interrupt controller that guests of a partition see: sources, and a presentation controller for each CPU.
//!
//! *Linux on Power Architecture Platform Reference* 1.1, 6.2, "PowerPC External Interrupt Architecture", and 14.5.4.3, the calls H_CPPR,
//! H_EOI, H_IPI, H_IPOLL and H_XIRR. Priorities are better the lower they are; 0xff is none.

use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

const PART: &str = "xics";
/// The source number of interprocessor interrupts.
const IPI: u32 = 2;
/// No interrupt, masked.
const LEAST: u8 = 0xff;

/// A presentation controller.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Presenter {
    /// The CPU's priority: what is not better waits.
    cppr: u8,
    /// The source that is presented; 0 if there is none.
    xisr: u32,
    /// Its priority.
    pending: u8,
    /// The priority of the interprocessor interrupt that others ask for.
    mfrr: u8,
}

const IDLE: Presenter = Presenter { cppr: 0, xisr: 0, pending: LEAST, mfrr: LEAST };

/// A source.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Source {
    server: u32,
    priority: u8,
    saved: u8,
    /// Level-sensitive.
    is_level: bool,
    /// The level; or, while it is masked, that an edge has come.
    asserted: bool,
    /// A level that has been presented and not ended.
    sent: bool,
    /// Presented in vain: to be presented again.
    rejected: bool,
}

const MASKED: Source =
    Source { server: 0, priority: LEAST, saved: LEAST, is_level: false, asserted: false, sent: false, rejected: false };

/// What the state of a source is, as RTAS tells it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Xive {
    /// The CPU it goes to.
    pub server: u32,
    /// Its priority.
    pub priority: u8,
}

struct Controller {
    first: u32,
    sources: Vec<Source>,
    presenters: Vec<Presenter>,
    outputs: Vec<Line>,
}

/// The controller. Clones are the same one.
#[derive(Clone)]
pub struct Xics(Arc<Mutex<Controller>>);

impl Xics {
    /// A controller with `sources` sources from `first` on, and a presenter for each wire to a CPU.
    pub fn new(first: u32, sources: u32, outputs: Vec<Line>) -> Xics {
        Xics(Arc::new(Mutex::new(Controller {
            first,
            sources: vec![MASKED; sources as usize],
            presenters: vec![IDLE; outputs.len()],
            outputs,
        })))
    }

    /// The wire into a source, which from then on is level-sensitive or not.
    pub fn line(&self, number: u32, is_level: bool) -> Line {
        if let Some(source) = self.0.lock().source(number) {
            source.is_level = is_level;
        }
        let controller = Arc::clone(&self.0);
        Line::new(move |level| controller.lock().drive(number, level))
    }

    /// H_CPPR; `false` if there is no such CPU.
    pub fn set_cppr(&self, server: u32, cppr: u8) -> bool {
        self.0.lock().set_cppr(server, cppr)
    }

    /// H_IPI; `false` if there is no such CPU.
    pub fn set_mfrr(&self, server: u32, mfrr: u8) -> bool {
        let mut controller = self.0.lock();
        let Some(presenter) = controller.presenter(server) else { return false };
        presenter.mfrr = mfrr;
        if mfrr < presenter.cppr {
            controller.check_ipi(server);
        }
        true
    }

    /// H_XIRR: priority and source of what is presented, which is accepted.
    pub fn accept(&self, server: u32) -> u32 {
        let mut controller = self.0.lock();
        let Some(presenter) = controller.presenter(server) else { return 0 };
        let xirr = presenter.xirr();
        presenter.cppr = if presenter.xisr == 0 { presenter.cppr } else { presenter.pending };
        (presenter.xisr, presenter.pending) = (0, LEAST);
        controller.drive_output(server);
        xirr
    }

    /// H_IPOLL: what is presented, and the priority of the interprocessor interrupt.
    pub fn poll(&self, server: u32) -> Option<(u32, u8)> {
        self.0.lock().presenter(server).map(|presenter| (presenter.xirr(), presenter.mfrr))
    }

    /// H_EOI.
    pub fn end(&self, server: u32, xirr: u32) {
        let mut controller = self.0.lock();
        let Some(presenter) = controller.presenter(server) else { return };
        presenter.cppr = (xirr >> 24) as u8;
        let idle = presenter.xisr == 0;
        if let Some(source) = controller.source(xirr & 0xff_ffff) {
            source.sent = false;
        }
        if idle {
            controller.resend(server);
        }
    }

    /// "ibm,set-xive"; `false` if there is no such source or CPU.
    pub fn set_xive(&self, number: u32, xive: Xive) -> bool {
        let mut controller = self.0.lock();
        let known = controller.presenter(xive.server).is_some();
        let Some(source) = controller.source(number).filter(|_| known) else { return false };
        (source.server, source.priority, source.saved) = (xive.server, xive.priority, xive.priority);
        controller.unmasked(number);
        true
    }

    /// "ibm,get-xive".
    pub fn xive(&self, number: u32) -> Option<Xive> {
        self.0.lock().source(number).map(|source| Xive { server: source.server, priority: source.priority })
    }

    /// "ibm,int-off"; `false` if there is no such source.
    pub fn mask(&self, number: u32) -> bool {
        let mut controller = self.0.lock();
        let Some(source) = controller.source(number) else { return false };
        (source.saved, source.priority) = (source.priority, LEAST);
        true
    }

    /// "ibm,int-on".
    pub fn unmask(&self, number: u32) -> bool {
        let mut controller = self.0.lock();
        let Some(source) = controller.source(number) else { return false };
        source.priority = source.saved;
        controller.unmasked(number);
        true
    }
}

impl Presenter {
    fn xirr(&self) -> u32 {
        u32::from(self.cppr) << 24 | self.xisr
    }
}

impl Controller {
    fn source(&mut self, number: u32) -> Option<&mut Source> {
        self.sources.get_mut(number.checked_sub(self.first)? as usize)
    }

    fn presenter(&mut self, server: u32) -> Option<&mut Presenter> {
        self.presenters.get_mut(server as usize)
    }

    fn drive_output(&self, server: u32) {
        let at = server as usize;
        if let (Some(presenter), Some(line)) = (self.presenters.get(at), self.outputs.get(at)) {
            line.set(presenter.xisr != 0);
        }
    }

    fn set_cppr(&mut self, server: u32, cppr: u8) -> bool {
        let Some(presenter) = self.presenter(server) else { return false };
        let old = std::mem::replace(&mut presenter.cppr, cppr);
        if cppr >= old {
            if presenter.xisr == 0 {
                self.resend(server);
            }
            return true;
        }
        if presenter.xisr != 0 && cppr <= presenter.pending {
            // What was presented is not good enough any more.
            let xisr = std::mem::take(&mut presenter.xisr);
            presenter.pending = LEAST;
            self.drive_output(server);
            self.reject(xisr);
        }
        true
    }

    /// Presents the interprocessor interrupt unless something better is presented.
    fn check_ipi(&mut self, server: u32) {
        let Some(presenter) = self.presenter(server) else { return };
        if presenter.xisr != 0 && presenter.pending <= presenter.mfrr {
            return;
        }
        let displaced = std::mem::replace(&mut presenter.xisr, IPI);
        presenter.pending = presenter.mfrr;
        self.reject(displaced);
        self.drive_output(server);
    }

    /// Presents a source to its CPU, if its priority is good enough.
    fn present(&mut self, number: u32) {
        let Some(&mut Source { server, priority, .. }) = self.source(number) else { return };
        let Some(presenter) = self.presenter(server) else { return };
        if priority >= presenter.cppr || presenter.xisr != 0 && presenter.pending <= priority {
            self.reject(number);
            return;
        }
        let displaced = std::mem::replace(&mut presenter.xisr, number);
        presenter.pending = priority;
        self.reject(displaced);
        self.drive_output(server);
    }

    /// The source has been presented in vain.
    fn reject(&mut self, number: u32) {
        if let Some(source) = self.source(number) {
            if source.is_level {
                source.sent = false;
            } else {
                source.rejected = true;
            }
        }
    }

    /// Whatever waits for a CPU is presented to it again.
    fn resend(&mut self, server: u32) {
        let Some(presenter) = self.presenter(server) else { return };
        if presenter.mfrr < presenter.cppr {
            self.check_ipi(server);
        }
        let waits = |s: &Source| s.server == server && (s.rejected || s.is_level && s.asserted && !s.sent);
        let waiting: Vec<u32> = (self.first..).zip(&self.sources).filter(|(_, s)| waits(s)).map(|(n, _)| n).collect();
        waiting.into_iter().for_each(|number| self.send(number));
    }

    /// Sends what a source has, unless it is masked.
    fn send(&mut self, number: u32) {
        let Some(source) = self.source(number) else { return };
        if source.is_level {
            if source.priority != LEAST && source.asserted && !source.sent {
                source.sent = true;
                self.present(number);
            }
        } else if source.priority != LEAST && std::mem::take(&mut source.rejected) {
            self.present(number);
        }
    }

    fn unmasked(&mut self, number: u32) {
        let Some(source) = self.source(number) else { return };
        if !source.is_level && source.priority != LEAST && std::mem::take(&mut source.asserted) {
            self.present(number);
            return;
        }
        self.send(number);
    }

    fn drive(&mut self, number: u32, level: bool) {
        let Some(source) = self.source(number) else { return };
        if source.is_level {
            source.asserted = level;
            self.send(number);
        } else if level && source.priority == LEAST {
            source.asserted = true;
        } else if level {
            self.present(number);
        }
    }

    fn drive_all(&self) {
        (0..self.presenters.len() as u32).for_each(|server| self.drive_output(server));
    }
}

impl Device for Xics {
    fn read(&mut self, _: u64, _: Size, _: Nanos) -> u64 {
        0
    }

    fn write(&mut self, _: u64, _: Size, _: u64, _: Nanos) {}

    fn reset(&mut self) {
        let mut controller = self.0.lock();
        controller.presenters.fill(IDLE);
        controller.sources.iter_mut().for_each(|source| *source = Source { is_level: source.is_level, ..MASKED });
        controller.drive_all();
    }

    fn save(&self) -> Vec<u8> {
        let controller = self.0.lock();
        state::save(PART, &(&controller.sources, &controller.presenters))
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (sources, presenters): (Vec<Source>, Vec<Presenter>) = state::restore(PART, bytes)?;
        let mut controller = self.0.lock();
        state::same_len(PART, "sources", sources.len(), controller.sources.len())?;
        state::same_len(PART, "presentation controllers", presenters.len(), controller.presenters.len())?;
        (controller.sources, controller.presenters) = (sources, presenters);
        controller.drive_all();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn controller(probes: &[Probe]) -> Xics {
        Xics::new(0x1000, 8, probes.iter().map(Probe::line).collect())
    }

    #[test]
    fn an_edge_is_presented_accepted_and_ended() {
        let probes = [Probe::default(), Probe::default()];
        let xics = controller(&probes);
        let line = xics.line(0x1003, false);
        line.raise();
        assert!(xics.set_xive(0x1003, Xive { server: 1, priority: 5 }), "masked, it waits");
        assert!(!probes[1].high(), "the CPU's priority is 0: nothing is better");
        assert!(xics.set_cppr(1, 0xff));
        assert!(probes[1].high() && !probes[0].high());
        assert_eq!(xics.accept(1), 0xff00_1003);
        assert!(!probes[1].high());
        line.raise();
        assert!(!probes[1].high(), "as good as the one at work");
        xics.end(1, 0xff00_1003);
        assert!(probes[1].high(), "presented again");
        assert_eq!(xics.accept(1), 0xff00_1003);
        xics.end(1, 0xff00_1003);
        assert_eq!(xics.accept(1), 0xff00_0000, "nothing");
    }

    #[test]
    fn a_better_interprocessor_interrupt_displaces_a_level() {
        let probes = [Probe::default()];
        let xics = controller(&probes);
        let line = xics.line(0x1001, true);
        xics.set_cppr(0, 0xff);
        xics.set_xive(0x1001, Xive { server: 0, priority: 7 });
        line.raise();
        xics.set_mfrr(0, 4);
        assert_eq!(xics.poll(0), Some((0xff00_0002, 4)));
        assert_eq!(xics.accept(0), 0xff00_0002);
        xics.set_mfrr(0, 0xff);
        xics.end(0, 0xff00_0002);
        assert_eq!(xics.accept(0), 0xff00_1001);
        line.lower();
        xics.end(0, 0xff00_1001);
        assert!(!probes[0].high());
        assert!(xics.mask(0x1001));
        line.raise();
        assert!(!probes[0].high());
        assert!(xics.unmask(0x1001) && probes[0].high());
        assert!(!xics.set_xive(0x1001, Xive { server: 9, priority: 7 }) && !xics.mask(3));
    }

    #[test]
    fn a_snapshot_brings_the_outputs_back() {
        let probes = [Probe::default()];
        let mut xics = controller(&probes);
        xics.set_cppr(0, 0xff);
        xics.set_mfrr(0, 3);
        let saved = xics.save();
        xics.reset();
        assert!(!probes[0].high());
        xics.restore(&saved).unwrap();
        assert!(probes[0].high());
        assert!(xics.restore(&saved[1..]).is_err());
    }
}
