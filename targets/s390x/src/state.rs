//! The register file: what number each register has, its name and width; and the state that is not in it.

use cpu::S390State;
use serde::{Deserialize, Serialize};
use uop::{Reg, RegSet, Width};

use crate::trap::Fault;

/// How the condition code is held; see [`crate::cc`].
pub const CC_KIND: Reg = Reg(96);
/// First operand of the condition code.
pub const CC_A: Reg = Reg(97);
/// Second operand of the condition code.
pub const CC_B: Reg = Reg(98);
/// The floating-point control register, 32 bits.
pub const FPC: Reg = Reg(99);
/// Not 0 while FPC asks for nothing but rounding to nearest, no trap is enabled, and inexact is flagged already: then an operation
/// may be done on the host.
pub const FP_OK: Reg = Reg(100);
/// Number of registers of the file.
pub const N_REGS: u16 = 101;

/// What a helper writes that sets the condition code.
pub const CC: (u16, u16) = (CC_KIND.0, CC_B.0 + 1);
/// The general registers.
pub const GENERAL: (u16, u16) = (0, 16);
/// Condition code alone, as a helper declares it.
pub const WRITES_CC: RegSet = RegSet::Ranges(&[CC]);

/// General register `n`.
pub const fn r(n: u8) -> Reg {
    Reg(n as u16)
}

/// Access register `n`, 32 bits.
pub const fn a(n: u8) -> Reg {
    Reg(16 + n as u16)
}

/// The leftmost 64 bits of vector register `n`; for `n` below 16 that is the floating-point register.
pub const fn v(n: u8) -> Reg {
    Reg(32 + n as u16)
}

/// Floating-point register `n`, 0 to 15.
pub const fn f(n: u8) -> Reg {
    v(n)
}

/// The rightmost 64 bits of vector register `n`.
pub const fn v_low(n: u8) -> Reg {
    Reg(64 + n as u16)
}

/// Name and width of each register of the file.
pub fn file() -> Vec<(String, Width)> {
    let mut file: Vec<(String, Width)> = (0..16).map(|n| (format!("r{n}"), Width::W64)).collect();
    file.extend((0..16).map(|n| (format!("acr{n}"), Width::W32)));
    file.extend((0..32).map(|n| (if n < 16 { format!("f{n}") } else { format!("v{n}") }, Width::W64)));
    file.extend((0..32).map(|n| (format!("v{n}l"), Width::W64)));
    file.push(("cc_kind".to_owned(), Width::W8));
    file.push(("cc_a".to_owned(), Width::W64));
    file.push(("cc_b".to_owned(), Width::W64));
    file.push(("fpc".to_owned(), Width::W32));
    file.push(("fp_ok".to_owned(), Width::W64));
    file
}

/// The states of a CPU (PoP, "Stopped, Operating, Load, and Check-Stop States").
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CpuState {
    /// It executes instructions and takes interruptions.
    Operating,
    /// It does neither until it is started.
    Stopped,
    /// It has given up until it is reset.
    CheckStop,
    /// It is loading a program.
    Load,
    /// It is there but not configured: for other CPUs it is not operational.
    Uninitialized,
}

impl CpuState {
    /// The state with that number.
    pub(crate) fn from_number(n: u8) -> Option<CpuState> {
        [CpuState::Operating, CpuState::Stopped, CpuState::CheckStop, CpuState::Load].get(usize::from(n)).copied()
    }
}

impl From<CpuState> for S390State {
    fn from(state: CpuState) -> S390State {
        match state {
            CpuState::Operating => S390State::Operating,
            CpuState::Stopped => S390State::Stopped,
            CpuState::CheckStop => S390State::CheckStop,
            CpuState::Load => S390State::Load,
            CpuState::Uninitialized => S390State::Uninitialized,
        }
    }
}

/// State that is not in the register file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// Bits 0 to 63 of the PSW, bit 0 leftmost, without the condition code, which is held elsewhere.
    pub psw_mask: u64,
    /// Control registers.
    pub cr: [u64; 16],
    /// Prefix, a multiple of 8192.
    pub prefix: u32,
    /// TOD programmable register.
    pub todpr: u32,
    /// What is added to the machine's time to get the TOD clock.
    pub tod_offset: u64,
    /// Clock comparator.
    pub clock_comparator: u64,
    /// When the CPU timer passes zero, as a TOD clock value.
    pub timer_zero: u64,
    /// The PSW that was loaded last is not valid.
    pub invalid_psw: bool,
    /// Last breaking-event address.
    pub breaking_event: u64,
    /// Program parameter.
    pub program_parameter: u64,
    /// What random numbers are made of.
    pub random: u64,
    /// The access registers of the operands of the instruction at work, in the access-register mode.
    pub operand_registers: [u8; 2],
    /// The one by which the last translation went that failed.
    pub fault_register: u8,
    /// Both registers' numbers of the MOVE PAGE whose page is not there; 0 otherwise.
    pub operand_access: u8,
    /// SIGNAL PROCESSOR, while its addressee has not carried out the order yet: the addressee, and the addresses of the instruction and of the next.
    pub sent: Option<(u32, [u64; 2])>,
    /// The CPU state.
    pub cpu_state: CpuState,
    /// Length in bytes of the instruction at work, where it is known; 0 otherwise.
    pub ilc: u8,
    /// The last program interruption or supervisor call, for whoever watches from outside.
    #[serde(skip)]
    pub last_program: Option<Fault>,
    /// Program events of the instruction at work.
    #[serde(skip)]
    pub per: crate::per::Seen,
    /// Storage keys by page: access control, fetch protection, reference, change; bits as SET STORAGE KEY takes them.
    pub keys: Vec<u8>,
}

impl State {
    /// The state after an initial CPU reset.
    pub fn new() -> State {
        let mut cr = [0; 16];
        // PoP, "Initial CPU Reset".
        cr[0] = 0xe0;
        cr[14] = 0xc200_0000;
        State {
            psw_mask: 0,
            cr,
            prefix: 0,
            todpr: 0,
            tod_offset: 0,
            clock_comparator: 0,
            timer_zero: 0,
            invalid_psw: false,
            breaking_event: 1,
            program_parameter: 0,
            random: 0,
            operand_registers: [0; 2],
            fault_register: 0,
            operand_access: 0,
            sent: None,
            cpu_state: CpuState::Operating,
            ilc: 0,
            last_program: None,
            per: Default::default(),
            keys: Vec::new(),
        }
    }
}

impl Default for State {
    fn default() -> State {
        State::new()
    }
}
