//! AURIX's interrupt router: service request nodes, and arbitration for each core.
//!
//! AURIX TC27x D-Step User's Manual V2.2, chapter "Interrupt Router (IR)": "Service Request Control Registers (SRC)". A core is shown the
//! highest priority number that is asked of it; when it takes that interrupt, the node's request is gone.

use std::collections::BTreeSet;
use std::sync::Arc;

use memory::{Device, Line, Nanos, Size};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::state;

/// Size of the nodes' registers in bytes.
pub const SRC_SIZE: u64 = 4 * NODES as u64;

const PART: &str = "aurix_ir";
const NODES: usize = 2048;

/// Fields of a node, "Service Request Control Register".
mod src {
    /// Priority number; 0 never interrupts.
    pub(super) const SRPN: u32 = 0xff;
    /// The request is passed on.
    pub(super) const SRE: u32 = 1 << 10;
    /// Where the type of service begins: 0 to 2 are cores, 3 is DMA.
    pub(super) const TOS: u32 = 11;
    /// What is kept of a written value.
    pub(super) const KEPT: u32 = SRPN | SRE | 3 << TOS;
    /// There is a request.
    pub(super) const SRR: u32 = 1 << 24;
    pub(super) const CLRR: u32 = 1 << 25;
    pub(super) const SETR: u32 = 1 << 26;
    /// A request came while there was one.
    pub(super) const IOV: u32 = 1 << 27;
    pub(super) const IOVCLR: u32 = 1 << 28;
    /// Software has made a request.
    pub(super) const SWS: u32 = 1 << 29;
    pub(super) const SWSCLR: u32 = 1 << 30;
}

/// Where the priority number goes that is asked of a core: 0 for none.
pub type Priority = Box<dyn Fn(u8) + Send + Sync>;

/// The wires into one core.
pub struct IrCore {
    /// High while something is asked of it.
    pub request: Line,
    /// What is asked; told before the line rises.
    pub priority: Priority,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    nodes: Vec<u32>,
    /// Nodes with a request.
    pending: BTreeSet<u16>,
}

impl State {
    fn new() -> State {
        State { nodes: vec![0; NODES], pending: BTreeSet::new() }
    }
}

struct Inner {
    cores: Vec<IrCore>,
    s: State,
}

impl Inner {
    /// The node that wins the arbitration for a core. Numbers are unique among the nodes of a core; of equal ones the first wins.
    fn winner(&self, core: usize) -> Option<(u8, u16)> {
        let asks = |n: &&u16| {
            let node = self.s.nodes[usize::from(**n)];
            node & src::SRE != 0 && (node >> src::TOS & 3) as usize == core && node & src::SRPN != 0
        };
        let of = |n: &u16| ((self.s.nodes[usize::from(*n)] & src::SRPN) as u8, *n);
        self.s.pending.iter().filter(asks).map(of).max_by_key(|(priority, n)| (*priority, std::cmp::Reverse(*n)))
    }

    fn update(&self) {
        for (n, core) in self.cores.iter().enumerate() {
            let priority = self.winner(n).map_or(0, |(priority, _)| priority);
            (core.priority)(priority);
            core.request.set(priority != 0);
        }
    }

    fn request(&mut self, n: u16) {
        let node = &mut self.s.nodes[usize::from(n)];
        *node |= if *node & src::SRR != 0 { src::IOV } else { src::SRR };
        self.s.pending.insert(n);
        self.update();
    }

    fn clear(&mut self, n: u16) {
        self.s.nodes[usize::from(n)] &= !src::SRR;
        self.s.pending.remove(&n);
    }

    fn write(&mut self, n: u16, value: u32) {
        let node = &mut self.s.nodes[usize::from(n)];
        *node = *node & !src::KEPT | value & src::KEPT;
        if value & src::IOVCLR != 0 {
            *node &= !src::IOV;
        }
        if value & src::SWSCLR != 0 {
            *node &= !src::SWS;
        }
        // "If both CLRR and SETR are set, SRR is not changed".
        match (value & src::SETR != 0, value & src::CLRR != 0) {
            (true, false) => {
                *node |= src::SWS;
                self.request(n);
            }
            (false, true) => self.clear(n),
            _ => {}
        }
        self.update();
    }
}

/// The router. Clones are handles of the same one.
#[derive(Clone)]
pub struct AurixIr(Arc<Mutex<Inner>>);

impl AurixIr {
    /// A router for these cores, at most three.
    pub fn new(cores: Vec<IrCore>) -> AurixIr {
        AurixIr(Arc::new(Mutex::new(Inner { cores, s: State::new() })))
    }

    /// The wire of the node whose register is at `offset`: each rising edge is a request.
    ///
    /// # Panics
    /// When there is no such node: the board is wrong.
    pub fn line(&self, offset: u64) -> Line {
        assert!(offset < SRC_SIZE, "no service request node at {offset:#x}");
        let (inner, node) = (self.0.clone(), (offset / 4) as u16);
        Line::new(move |level| {
            if level {
                inner.lock().request(node);
            }
        })
    }

    /// What a core does when it takes the interrupt that it is shown: its number, and the priority number.
    pub fn acknowledge(&self) -> Arc<dyn Fn(u32, u32) -> u64 + Send + Sync> {
        let inner = self.0.clone();
        Arc::new(move |core, priority| {
            let mut ir = inner.lock();
            if let Some((_, node)) = ir.winner(core as usize).filter(|(highest, _)| u32::from(*highest) == priority) {
                ir.clear(node);
                ir.update();
            }
            0
        })
    }
}

impl Device for AurixIr {
    fn read(&mut self, offset: u64, size: Size, _: Nanos) -> u64 {
        if size != 4 || !offset.is_multiple_of(4) {
            return 0;
        }
        self.0.lock().s.nodes.get((offset / 4) as usize).map_or(0, |node| u64::from(*node))
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, _: Nanos) {
        if size == 4 && offset.is_multiple_of(4) && offset < SRC_SIZE {
            self.0.lock().write((offset / 4) as u16, value as u32);
        }
    }

    fn reset(&mut self) {
        let mut inner = self.0.lock();
        inner.s = State::new();
        inner.update();
    }

    fn save(&self) -> Vec<u8> {
        state::save(PART, &self.0.lock().s)
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        state::same_len(PART, "nodes", s.nodes.len(), NODES)?;
        if s.pending.iter().any(|n| usize::from(*n) >= NODES) {
            return Err(format!("{PART}: the saved state has a request of a node that is not there"));
        }
        let mut inner = self.0.lock();
        inner.s = s;
        inner.update();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    fn router() -> (AurixIr, Arc<[AtomicU8; 2]>) {
        let seen = Arc::new([AtomicU8::new(0), AtomicU8::new(0)]);
        let core = |n: usize| {
            let seen = seen.clone();
            IrCore { request: Line::unconnected(), priority: Box::new(move |p| seen[n].store(p, Ordering::Relaxed)) }
        };
        (AurixIr::new(vec![core(0), core(1)]), seen)
    }

    fn asked(seen: &[AtomicU8; 2]) -> [u8; 2] {
        [0, 1].map(|n| seen[n].load(Ordering::Relaxed))
    }

    #[test]
    fn the_highest_enabled_request_of_each_core_is_shown() {
        let (mut ir, seen) = router();
        ir.write(0, 4, 200 | u64::from(src::SRE), 0);
        ir.write(4, 4, 255 | u64::from(src::SRE) | 1 << src::TOS, 0);
        ir.write(8, 4, 250, 0);
        for offset in [0, 4, 8] {
            ir.line(offset).raise();
        }
        assert_eq!(asked(&seen), [200, 255], "the third is not enabled");
        ir.write(8, 4, 250 | u64::from(src::SRE), 0);
        assert_eq!(asked(&seen), [250, 255]);
        ir.acknowledge()(0, 250);
        assert_eq!(asked(&seen), [200, 255]);
        assert_eq!(ir.read(8, 4, 0) as u32 & src::SRR, 0);
    }

    #[test]
    fn software_requests_and_clears() {
        let (mut ir, seen) = router();
        let node = 7 | u64::from(src::SRE);
        ir.write(0x100, 4, node | u64::from(src::SETR), 0);
        assert_eq!(asked(&seen), [7, 0]);
        assert_eq!(ir.read(0x100, 4, 0) as u32, node as u32 | src::SRR | src::SWS);
        ir.line(0x100).raise();
        assert_eq!(ir.read(0x100, 4, 0) as u32 & src::IOV, src::IOV);
        ir.write(0x100, 4, node | u64::from(src::CLRR | src::IOVCLR | src::SWSCLR), 0);
        assert_eq!(ir.read(0x100, 4, 0), node);
        assert_eq!(asked(&seen), [0, 0]);
    }
}
