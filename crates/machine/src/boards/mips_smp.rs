//! What the CPUs of a MIPS board with several of them share: a Coherent Processing System for models with a coherence manager, else
//! only the wires by which virtual processing elements of the MT ASE call each other.

use std::sync::Arc;

use ::mips::ext::Ext;
use ::mips::shared::{Interconnect, Shared};
use devices::mips_cps::{self, CpsMap, VpLines};
use devices::mips_gic::PINS;
use devices::{MipsCps, MipsGic};
use memory::{DeviceEndian, Line};

use crate::boards::mips::{self, irq};
use crate::build::Build;
use crate::error::Error;

/// Where the bus has the windows of the processors: beyond all that a model can address.
const WINDOWS: u64 = 1 << 60;
/// Wires into each CPU by which CPUs reach one another.
const WIRES: [u32; 2] = [irq::CALL, irq::RESTART];

struct Board {
    /// By CPU, in the order of [`WIRES`].
    wires: Vec<[Line; 2]>,
    map: Option<Arc<CpsMap>>,
    monitor: bool,
}

impl Interconnect for Board {
    fn wire(&self, cpu: u32, line: u32, level: bool) {
        let at = WIRES.iter().position(|wire| *wire == line);
        if let (Some(wires), Some(at)) = (self.wires.get(cpu as usize), at) {
            wires[at].set(level);
        }
    }

    fn route(&self, cpu: u32, phys: u64) -> u64 {
        let offset = self.map.as_ref().and_then(|map| map.window_offset(phys));
        offset.map_or(phys, |offset| WINDOWS + u64::from(cpu) * mips_cps::WINDOW + offset)
    }

    fn gcr_base(&self) -> Option<u64> {
        self.map.as_ref().map(|map| map.gcr_base())
    }

    fn reset_base(&self, cpu: u32) -> Option<u64> {
        self.map.as_ref().map(|map| map.reset_base(cpu as usize))
    }

    fn has_monitor(&self) -> bool {
        self.monitor
    }
}

/// Whether the board's model has a coherence manager.
pub(crate) fn has_cm(board: &Build<'_>) -> bool {
    mips::cpu_model(board).is_some_and(|model| model.config_bit(3, 29))
}

/// Plans the CPUs and what they share. With a coherence manager only the first runs after reset, and the interrupt controller comes
/// back, to whose inputs the board's devices go. `monitor`: a boot monitor has left the error level.
pub(crate) fn add_cpus(board: &mut Build<'_>, with_cm: bool, monitor: bool) -> Result<Option<MipsGic>, Error> {
    let cpus = board.smp.cpus;
    let numbers = || 0..i64::from(cpus);
    let wires = numbers().map(|cpu| WIRES.map(|wire| board.line(cpu, wire))).collect();
    let multithreaded = mips::cpu_model(board).is_some_and(|model| model.has(Ext::Mt));
    if multithreaded && cpus > 1 {
        // The elements share a pipeline; one may stop the others between two instructions.
        board.sched.take_turns();
    }
    if !with_cm {
        mips::add_cpus(board);
        board.shared = Some(Arc::new(Shared::new(cpus, Box::new(Board { wires, map: None, monitor }))));
        return Ok(None);
    }
    let model = board.model();
    numbers().for_each(|cpu| board.add_unattached_cpu(&model, cpu));
    let pins = numbers().map(|cpu| std::array::from_fn(|pin| board.line(cpu, irq::HW0 + pin as u32)));
    let gic = MipsGic::new(pins.collect::<Vec<[Line; PINS]>>());
    let vp = |cpu| VpLines { run: board.line(cpu, irq::RUN), restart: board.line(cpu, irq::RESTART) };
    let cps = MipsCps::new(numbers().map(vp).collect(), gic.clone());
    let map = Some(cps.map());
    board.objects.add_anonymous("mips-cps");
    let size = u64::from(cpus) * mips_cps::WINDOW;
    board.device("mips-cps", WINDOWS, size, DeviceEndian::Native, cps)?;
    board.shared = Some(Arc::new(Shared::new(cpus, Box::new(Board { wires, map, monitor: false }))));
    Ok(Some(gic))
}
