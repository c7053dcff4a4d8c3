//! How the CPUs of a machine sit in it, as a board tells them.

/// The shape of a machine, shared by its CPUs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shape {
    /// APIC ID of each possible CPU.
    pub apic_ids: Vec<u32>,
    /// Threads in a core.
    pub threads: u32,
    /// Cores in a die.
    pub cores: u32,
    /// Dies in a socket.
    pub dies: u32,
    /// How far an APIC ID is shifted to name the core, the die, the socket.
    pub shifts: [u32; 3],
}

/// A single CPU, or several where no board says more.
pub static ALONE: Shape = Shape { apic_ids: Vec::new(), threads: 1, cores: 1, dies: 1, shifts: [0; 3] };

impl Shape {
    /// The APIC ID of CPU `index`.
    pub fn apic_id(&self, index: u32) -> u32 {
        self.apic_ids.get(index as usize).copied().unwrap_or(index)
    }

    /// Threads in a socket.
    pub fn in_socket(&self) -> u32 {
        self.threads.saturating_mul(self.cores).saturating_mul(self.dies)
    }
}
