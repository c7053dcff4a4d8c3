//! MIPS Coherent Processing System: Coherence Manager and Cluster Power Controller, with the interrupt controller behind them.
//!
//! *MIPS Coherent Processing System Software User's Manual* (MD00573) and *MIPS32 I6400 Multiprocessing System Software User's
//! Manual*, "Coherence Manager", "Cluster Power Controller". There is one core with as many virtual processors as the board has CPUs, as
//! QEMU 4.2 makes it; figures are those of its model (GCR_REV 8.0).
//!
//! The processors reach the blocks at addresses that the guest chooses ([`CpsMap`]). On the bus each processor has a window of its own:
//!
//! | offset      | what |
//! |-------------|------|
//! | 0x0_0000    | global control block, 32 KiB |
//! | 0x0_8000    | power controller, 32 KiB |
//! | 0x2_0000    | interrupt controller, 128 KiB |

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memory::{Device, Line, Nanos, Size};
use serde::{Deserialize, Serialize};

use crate::mips_gic::{MipsGic, State as GicState};
use crate::state;

const PART: &str = "mips-cps";
/// Bytes of a processor's window.
pub const WINDOW: u64 = 0x4_0000;
const GCR_SIZE: u64 = 0x8000;
const CPC: u64 = 0x8000;
const CPC_SIZE: u64 = 0x8000;
const GIC: u64 = 0x2_0000;
const GIC_SIZE: u64 = 0x2_0000;
/// The global control block after reset.
pub const GCR_BASE: u64 = 0x1fbf_8000;
/// Where processors begin after reset.
const RESET_BASE: u64 = 0xbfc0_0000;

/// Registers of the global control block, and of its core-local and core-other blocks.
mod gcr {
    pub(super) const BASE: u64 = 0x8;
    pub(super) const REV: u64 = 0x30;
    pub(super) const GIC_BASE: u64 = 0x80;
    pub(super) const CPC_BASE: u64 = 0x88;
    pub(super) const GIC_STATUS: u64 = 0xd0;
    pub(super) const CPC_STATUS: u64 = 0xf0;
    pub(super) const L2_CONFIG: u64 = 0x130;
    pub(super) const LOCAL: u64 = 0x2000;
    pub(super) const OTHER: u64 = 0x4000;
    pub(super) const END: u64 = 0x6000;
    pub(super) const CL_CONFIG: u64 = 0x10;
    pub(super) const CL_OTHER: u64 = 0x18;
    pub(super) const CL_RESET_BASE: u64 = 0x20;

    pub(super) const BASE_MASK: u64 = 0xffff_ffff_8000;
    pub(super) const GIC_MASK: u64 = 0xffff_fffe_0001;
    pub(super) const CPC_MASK: u64 = 0xffff_ffff_8001;
    pub(super) const OTHER_MASK: u64 = 0xffff;
    pub(super) const RESET_BASE_MASK: u64 = 0xffff_f000;
}

/// Registers of the power controller, in its core-local and core-other blocks.
mod cpc {
    pub(super) const LOCAL: u64 = 0x2000;
    pub(super) const OTHER: u64 = 0x4000;
    pub(super) const VP_STOP: u64 = 0x20;
    pub(super) const VP_RUN: u64 = 0x28;
    pub(super) const VP_RUNNING: u64 = 0x30;
}

/// Where the guest has put the blocks, and where its processors begin; shared with whoever routes their accesses.
#[derive(Debug)]
pub struct CpsMap {
    gcr: AtomicU64,
    /// With the enable bit.
    gic: AtomicU64,
    cpc: AtomicU64,
    reset: Vec<AtomicU64>,
}

impl CpsMap {
    fn new(cpus: usize) -> CpsMap {
        let reset = (0..cpus).map(|_| AtomicU64::new(RESET_BASE)).collect();
        CpsMap { gcr: AtomicU64::new(GCR_BASE), gic: AtomicU64::new(0), cpc: AtomicU64::new(0), reset }
    }

    fn set(&self, gcr: u64, gic: u64, cpc: u64) {
        self.gcr.store(gcr, Ordering::Release);
        self.gic.store(gic, Ordering::Release);
        self.cpc.store(cpc, Ordering::Release);
    }

    /// Physical address of the global control block.
    pub fn gcr_base(&self) -> u64 {
        self.gcr.load(Ordering::Acquire)
    }

    /// Where processor `cpu` begins, as a 32-bit virtual address.
    pub fn reset_base(&self, cpu: usize) -> u64 {
        self.reset.get(cpu).map_or(RESET_BASE, |base| base.load(Ordering::Acquire))
    }

    /// The offset in a processor's window that a physical address means, if it means any.
    pub fn window_offset(&self, phys: u64) -> Option<u64> {
        let within = |base: u64, size: u64| phys.checked_sub(base).filter(|offset| *offset < size);
        let enabled = |base: &AtomicU64| Some(base.load(Ordering::Acquire)).filter(|b| b & 1 != 0).map(|b| b & !1);
        within(self.gcr_base(), GCR_SIZE)
            .or_else(|| Some(GIC + within(enabled(&self.gic)?, GIC_SIZE)?))
            .or_else(|| Some(CPC + within(enabled(&self.cpc)?, CPC_SIZE)?))
    }
}

/// The wires that hold a processor.
pub struct VpLines {
    /// It may run.
    pub run: Line,
    /// It is to begin anew; the processor lowers it.
    pub restart: Line,
}

#[derive(Serialize, Deserialize)]
struct State {
    bases: [u64; 3],
    reset: Vec<u64>,
    other: Vec<u32>,
    running: u64,
    gic: GicState,
}

/// The system.
pub struct MipsCps {
    map: Arc<CpsMap>,
    vps: Vec<VpLines>,
    gic: MipsGic,
    /// GCR_CL_OTHER of each processor.
    other: Vec<u32>,
    running: u64,
}

impl MipsCps {
    /// For processors with these wires, of which the first runs.
    ///
    /// # Panics
    /// If there are more than 64, which no board has.
    pub fn new(vps: Vec<VpLines>, gic: MipsGic) -> MipsCps {
        assert!(vps.len() <= 64, "a core has at most 64 virtual processors");
        let (map, other) = (Arc::new(CpsMap::new(vps.len())), vec![0; vps.len()]);
        let mut cps = MipsCps { map, vps, gic, other, running: 0 };
        cps.run(1);
        cps
    }

    /// Where the blocks are.
    pub fn map(&self) -> Arc<CpsMap> {
        Arc::clone(&self.map)
    }

    /// Starts those of the processors that do not run.
    fn run(&mut self, which: u64) {
        let new = which & !self.running;
        for (_, vp) in self.vps.iter().enumerate().filter(|(n, _)| new >> n & 1 != 0) {
            vp.restart.raise();
            vp.run.raise();
        }
        self.running |= new;
    }

    fn stop(&mut self, which: u64) {
        self.running &= !which;
        for (_, vp) in self.vps.iter().enumerate().filter(|(n, _)| which >> n & 1 != 0) {
            vp.run.lower();
        }
    }

    /// The processor whose registers a local or other block shows.
    fn subject(&self, cpu: usize, is_other: bool) -> usize {
        if is_other { self.other[cpu] as usize } else { cpu }
    }

    fn read_gcr(&self, cpu: usize, offset: u64) -> u64 {
        match offset {
            gcr::BASE => self.map.gcr_base(),
            gcr::REV => 0x800,
            gcr::GIC_BASE => self.map.gic.load(Ordering::Acquire),
            gcr::CPC_BASE => self.map.cpc.load(Ordering::Acquire),
            gcr::GIC_STATUS | gcr::CPC_STATUS => 1,
            // BYPASS: there is no second-level cache.
            gcr::L2_CONFIG => 1 << 20,
            gcr::LOCAL..gcr::END => {
                let subject = self.subject(cpu, offset >= gcr::OTHER);
                match offset & 0x1fff {
                    gcr::CL_CONFIG => self.vps.len() as u64 - 1,
                    gcr::CL_OTHER => u64::from(self.other[subject]),
                    gcr::CL_RESET_BASE => self.map.reset_base(subject),
                    _ => 0,
                }
            }
            // PCORES of GCR_CONFIG: one core.
            _ => 0,
        }
    }

    fn write_gcr(&mut self, cpu: usize, offset: u64, value: u64) {
        match offset {
            gcr::BASE => self.map.gcr.store(value & gcr::BASE_MASK, Ordering::Release),
            gcr::GIC_BASE => self.map.gic.store(value & gcr::GIC_MASK, Ordering::Release),
            gcr::CPC_BASE => self.map.cpc.store(value & gcr::CPC_MASK, Ordering::Release),
            gcr::LOCAL..gcr::END => {
                let subject = self.subject(cpu, offset >= gcr::OTHER);
                match offset & 0x1fff {
                    gcr::CL_OTHER if value & gcr::OTHER_MASK < self.vps.len() as u64 => {
                        self.other[subject] = (value & gcr::OTHER_MASK) as u32;
                    }
                    gcr::CL_RESET_BASE => {
                        self.map.reset[subject].store(value & gcr::RESET_BASE_MASK, Ordering::Release);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn write_cpc(&mut self, offset: u64, value: u64) {
        if !(cpc::LOCAL..cpc::OTHER + 0x2000).contains(&offset) {
            return;
        }
        let all = u64::MAX >> (64 - self.vps.len());
        match offset & 0x1fff {
            cpc::VP_RUN => self.run(value & all),
            cpc::VP_STOP => self.stop(value & all),
            _ => {}
        }
    }

    /// The processor and the offset in its window.
    fn decode(&self, offset: u64) -> Option<(usize, u64)> {
        let cpu = (offset / WINDOW) as usize;
        (cpu < self.vps.len()).then_some((cpu, offset % WINDOW))
    }
}

/// The low `size` bytes.
fn narrow(value: u64, size: Size) -> u64 {
    value & u64::MAX >> (64 - 8 * size)
}

impl Device for MipsCps {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        let Some((cpu, offset)) = self.decode(offset) else { return 0 };
        let half = offset & 4;
        let word = match offset {
            GIC.. => {
                let read = |at: u64| u64::from(self.gic.read(cpu, at - GIC, now));
                return narrow(if size == 8 { read(offset) | read(offset + 4) << 32 } else { read(offset) }, size);
            }
            CPC.. => {
                let at = (offset - CPC) & !7;
                let local = (cpc::LOCAL..cpc::OTHER + 0x2000).contains(&at);
                if local && at & 0x1fff == cpc::VP_RUNNING { self.running } else { 0 }
            }
            _ => self.read_gcr(cpu, offset & !7),
        };
        narrow(if size == 8 { word } else { word >> (8 * half) }, size)
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        let Some((cpu, offset)) = self.decode(offset) else { return };
        match offset {
            GIC.. => {
                self.gic.write(cpu, offset - GIC, value as u32, now);
                if size == 8 {
                    self.gic.write(cpu, offset - GIC + 4, (value >> 32) as u32, now);
                }
            }
            CPC.. => self.write_cpc(offset - CPC, value),
            _ => self.write_gcr(cpu, offset, value),
        }
    }

    fn tick(&mut self, now: Nanos) {
        self.gic.tick(now);
    }

    fn deadline(&self) -> Option<Nanos> {
        self.gic.deadline()
    }

    fn reset(&mut self) {
        self.map.set(GCR_BASE, 0, 0);
        self.map.reset.iter().for_each(|base| base.store(RESET_BASE, Ordering::Release));
        self.other.fill(0);
        self.gic.reset();
        self.stop(u64::MAX);
        self.run(1);
    }

    fn save(&self) -> Vec<u8> {
        let load = |base: &AtomicU64| base.load(Ordering::Acquire);
        let bases = [&self.map.gcr, &self.map.gic, &self.map.cpc].map(load);
        let reset = self.map.reset.iter().map(load).collect();
        let (other, running, gic) = (self.other.clone(), self.running, self.gic.save());
        state::save(PART, &State { bases, reset, other, running, gic })
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let s: State = state::restore(PART, bytes)?;
        let n = self.vps.len();
        state::same_len(PART, "processors", s.reset.len(), n)?;
        state::same_len(PART, "processors", s.other.len(), n)?;
        if !s.gic.fits(n) || s.other.iter().any(|other| *other as usize >= n) {
            return Err(format!("{PART}: the saved state does not fit this machine"));
        }
        self.map.set(s.bases[0], s.bases[1], s.bases[2]);
        self.map.reset.iter().zip(&s.reset).for_each(|(base, value)| base.store(*value, Ordering::Release));
        self.other = s.other;
        self.gic.restore(s.gic);
        self.running = s.running & u64::MAX >> (64 - n);
        for (n, vp) in self.vps.iter().enumerate() {
            vp.run.set(self.running >> n & 1 != 0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::testing::Probe;

    fn bench() -> (MipsCps, Vec<(Probe, Probe)>) {
        let probes: Vec<(Probe, Probe)> = (0..3).map(|_| Default::default()).collect();
        let vps = probes.iter().map(|(run, restart)| VpLines { run: run.line(), restart: restart.line() }).collect();
        let pins = (0..3).map(|_| std::array::from_fn(|_| Line::unconnected())).collect();
        (MipsCps::new(vps, MipsGic::new(pins)), probes)
    }

    #[test]
    fn processors_are_started_and_stopped() {
        let (mut cps, probes) = bench();
        assert!(probes[0].0.high() && !probes[1].0.high());
        cps.write(CPC + cpc::LOCAL + cpc::VP_RUN, 8, 0xff, 0);
        assert!(probes[2].0.high() && probes[2].1.high());
        cps.write(WINDOW + CPC + cpc::LOCAL + cpc::VP_STOP, 8, 4, 0);
        assert!(!probes[2].0.high());
        assert_eq!(cps.read(CPC + cpc::LOCAL + cpc::VP_RUNNING, 4, 0), 3);
    }

    #[test]
    fn each_processor_has_its_own_window() {
        let (mut cps, _) = bench();
        cps.write(WINDOW + gcr::LOCAL + gcr::CL_OTHER, 8, 2, 0);
        cps.write(WINDOW + gcr::OTHER + gcr::CL_RESET_BASE, 8, 0x8010_0fff, 0);
        assert_eq!(cps.read(gcr::LOCAL + gcr::CL_OTHER, 8, 0), 0);
        assert_eq!(cps.read(2 * WINDOW + gcr::LOCAL + gcr::CL_RESET_BASE, 8, 0), 0x8010_0000);
        let map = cps.map();
        assert_eq!(map.window_offset(GCR_BASE + 0x30), Some(0x30));
        assert_eq!(map.window_offset(0x1bdc_0010), None);
        cps.write(gcr::GIC_BASE, 8, 0x1bdc_0001, 0);
        assert_eq!(map.window_offset(0x1bdc_0010), Some(GIC + 0x10));
        cps.reset();
        assert_eq!((map.window_offset(0x1bdc_0010), map.reset_base(2)), (None, RESET_BASE));
    }
}
