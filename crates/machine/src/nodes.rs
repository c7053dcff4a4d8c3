//! NUMA nodes while the machine is made: options and `set-numa-node` one by one, then what they leave open.

use topology::{NumaOption, numa};

use crate::error::Error;
use crate::machine::Machine;
use crate::memdev::MemDev;

impl Machine {
    /// Gives memory and CPUs that no option has placed to nodes.
    pub(crate) fn complete_nodes(&mut self) -> Result<(), Error> {
        let by_cores = self.config.machine.cores;
        let (default, shift) = match by_cores {
            true => (numa::DefaultNode::GroupRoundRobin(self.smp.cores), 28),
            false => (self.config.machine.default_node, 23),
        };
        if self.config.machine.auto_node.wants_one(self.config.mem.slots) {
            self.numa.ensure_one(self.ram);
        }
        let warnings = self.numa.complete(self.ram, shift, default, &mut self.slots)?;
        self.warn(None, warnings);
        Ok(())
    }

    /// `set-numa-node`; only in the preconfig phase.
    ///
    /// # Errors
    /// What [`topology::NumaError`] lists. Warnings go to [`Machine::take_warnings`].
    pub fn set_numa_node(&mut self, option: &NumaOption) -> Result<(), Error> {
        self.check_preconfig()?;
        let warnings = self.apply_numa(option)?;
        self.warn(None, warnings);
        Ok(())
    }

    pub(crate) fn apply_numa(&mut self, option: &NumaOption) -> Result<Vec<String>, Error> {
        let memdevs = &self.memdevs;
        let memdev_size = |id: &str| memdevs.get(id).map(MemDev::size);
        let context = numa::NumaContext {
            supported: self.config.machine.numa,
            maxcpus: self.smp.maxcpus,
            memdev_size: &memdev_size,
        };
        Ok(self.numa.apply(option, &mut self.slots, &context)?)
    }
}
