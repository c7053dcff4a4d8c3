//! The contract: what a guest architecture implements (`Target`) and what the rest of the house sees of a CPU ([`Cpu`]).

mod api;

pub use api::{Clock, Cpu, Exit, Group, Info, Lines, Register, RegisterError, RestoreError, S390State, Watch};
