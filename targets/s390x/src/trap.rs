//! Interruptions: codes, what is stored where, old and new PSWs, and which interruption is taken first.
//!
//! PoP, "Interruptions" and "Assigned Storage Locations".

use bits::Endian;
use cpu::Ctx;
use uop::Width;

use crate::cc::{self, Kind};
use crate::psw;
use crate::state::{self, CpuState, State};
use crate::target::S390x;
use crate::{fetch, keys, mmu, per, signal, storage, time};

/// A CPU.
pub(crate) type Cpu = Ctx<S390x>;

pub mod code;

/// Data-exception codes (PoP, "Data-Exception Code (DXC)").
pub mod dxc {
    /// An AFP register while they are off.
    pub const AFP: u64 = 1;
    /// A BFP instruction while AFP registers are off.
    pub const BFP: u64 = 2;
    /// A DFP instruction while AFP registers are off.
    pub const DFP: u64 = 3;
    /// A vector instruction while they are off.
    pub const VECTOR: u64 = 0xfe;
    /// Compare and trap.
    pub const COMPARE: u64 = 0xff;
}

/// Interrupt lines, as boards drive them.
pub mod irq {
    /// External interruption, emergency signal, while it is up.
    pub const EMERGENCY: u32 = 0;
    /// External interruption with the clock comparator's code, while it is up: a timer of the board.
    pub const TIMER: u32 = 1;
    /// External interruption with the interrupt key's code, while it is up.
    pub const KEY: u32 = 2;
    /// There is mail from other CPUs that is to be opened at once.
    pub const ORDER: u32 = 3;
    /// An emergency signal of another CPU is in the mail.
    pub const SIGNAL: u32 = 4;
    /// An external call of another CPU is in the mail.
    pub const CALL: u32 = 5;
    /// A service signal is pending.
    pub const SERVICE: u32 = 6;
    /// A channel report is pending.
    pub const REPORT: u32 = 7;
    /// The restart key, or what stands for it.
    pub const RESTART: u32 = 8;
    /// A malfunction alert of another CPU is in the mail.
    pub const ALERT: u32 = 9;
    /// I/O interruptions of subclass 0 are pending; the next seven lines are those of the other subclasses.
    pub const IO: u32 = 16;
}

/// An exception or interruption on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// A program interruption: code, and what goes with it (data-exception code, translation-exception identification).
    Program {
        /// The code.
        code: u32,
        /// What goes with it.
        arg: u64,
    },
    /// A program interruption after an instruction that has come to its end.
    Completed {
        /// The code.
        code: u32,
        /// What goes with it.
        arg: u64,
        /// The next instruction's address.
        next: u64,
    },
    /// The PSW that was loaded last is not valid.
    EarlySpecification,
    /// A supervisor call with its number.
    Svc(u8),
    /// A program event alone, after an instruction that has come to its end.
    Event {
        /// The next instruction's address.
        next: u64,
    },
    /// An external interruption.
    External {
        /// Its code.
        code: u16,
        /// Address of the CPU that has sent it.
        address: u16,
        /// External-interruption parameter.
        parameter: u32,
    },
    /// Restart.
    Restart,
    /// Mail of other CPUs is to be opened.
    Order,
    /// An I/O interruption.
    Io,
    /// A machine-check interruption: channel report pending.
    Report,
}

impl Fault {
    /// A program interruption without argument.
    pub const fn program(code: u32) -> Fault {
        Fault::Program { code, arg: 0 }
    }

    /// Specification exception.
    pub const SPECIFICATION: Fault = Fault::program(code::SPECIFICATION);

    /// A data exception with its code.
    pub const fn data(dxc: u64) -> Fault {
        Fault::Program { code: code::DATA, arg: dxc }
    }
}

/// The result of a helper.
pub(crate) type Out = Result<u64, Fault>;

/// Interruption subclass masks in control register 0.
mod subclass {
    pub(super) const ALERT: u64 = 1 << 15;
    pub(super) const EMERGENCY: u64 = 1 << 14;
    pub(super) const CLOCK_COMPARATOR: u64 = 1 << 11;
    pub(super) const CPU_TIMER: u64 = 1 << 10;
    pub(super) const SERVICE: u64 = 1 << 9;
    pub(super) const KEY: u64 = 1 << 6;
    pub(super) const CALL: u64 = 1 << 13;
    /// Control register 14: channel reports.
    pub(super) const REPORT: u64 = 1 << 28;
}

/// Real addresses in the lowcore.
pub(crate) mod low {
    pub(super) const EXT_PARAMETER: u64 = 0x80;
    pub(super) const EXT_ADDRESS: u64 = 0x84;
    pub(super) const EXT_CODE: u64 = 0x86;
    pub(super) const SVC_ILC: u64 = 0x88;
    pub(super) const PROGRAM_ILC: u64 = 0x8c;
    pub(super) const DATA_CODE: u64 = 0x90;
    pub(super) const MONITOR_CLASS: u64 = 0x94;
    pub(super) const ACCESS_ID: u64 = 0xa0;
    pub(super) const OPERAND_ID: u64 = 0xa2;
    pub(super) const TRANSLATION_ID: u64 = 0xa8;
    pub(super) const MONITOR_CODE: u64 = 0xb0;
    pub(crate) const SUBSYSTEM_ID: u64 = 0xb8;
    pub(super) const CHECK_CODE: u64 = 0xe8;
    pub(super) const BREAKING_EVENT: u64 = 0x110;
    pub(super) const RESTART: u64 = 0x120;
    pub(super) const EXTERNAL: u64 = 0x130;
    pub(super) const SVC: u64 = 0x140;
    pub(super) const PROGRAM: u64 = 0x150;
    pub(super) const MACHINE_CHECK: u64 = 0x160;
    pub(super) const IO: u64 = 0x170;
    /// Save areas of a machine check: floating-point registers and what follows them.
    pub(super) const SAVE: u64 = 0x1200;
    /// From an old PSW to its new one.
    pub(super) const NEW: u64 = 0x80;
}

/// The mask half of the PSW, condition code and all.
pub(crate) fn psw_mask(cpu: &Cpu) -> u64 {
    cpu.state.psw_mask | condition_code(cpu) << psw::CC_SHIFT
}

/// The condition code.
pub(crate) fn condition_code(cpu: &Cpu) -> u64 {
    let kind = Kind::from_number(cpu.reg(state::CC_KIND));
    cc::value(kind, cpu.reg(state::CC_A), cpu.reg(state::CC_B))
}

/// Sets the condition code.
pub(crate) fn set_cc(cpu: &mut Cpu, n: u64) {
    cpu.set_reg(state::CC_KIND, Kind::Code as u64);
    cpu.set_reg(state::CC_A, n & 3);
}

/// Takes over the mask half of a PSW.
pub(crate) fn set_psw_mask(cpu: &mut Cpu, mask: u64) {
    let changed = cpu.state.psw_mask ^ mask;
    cpu.state.psw_mask = mask & !psw::CC;
    set_cc(cpu, mask >> psw::CC_SHIFT & 3);
    if changed & psw::KEY != 0 {
        cpu.flush_tlb();
    }
}

/// Loads a new PSW; returns the instruction address. One that is not valid is an exception before the next instruction.
pub(crate) fn load_psw(cpu: &mut Cpu, mask: u64, address: u64) -> u64 {
    set_psw_mask(cpu, mask);
    // Others are told whether the CPU waits.
    if let Some(machine) = cpu.shared::<crate::shared::Machine>() {
        machine.show_mask(cpu.index(), mask);
    }
    cpu.state.invalid_psw = psw::is_invalid(mask, address);
    if mask & psw::WAIT != 0 && !cpu.state.invalid_psw {
        cpu.set_halted(true);
        if mask & (psw::EXTERNAL | psw::IO | psw::MACHINE_CHECK) == 0 {
            signal::disabled_wait(cpu, address);
        }
    }
    address
}

pub(crate) fn store(cpu: &mut Cpu, at: u64, value: u64, width: Width) {
    let at = mmu::prefixed(&cpu.state, at);
    // Where there is no storage, there is nobody to tell.
    let _ = cpu.phys_write(at, value, width, Endian::Big);
}

fn load(cpu: &mut Cpu, at: u64) -> u64 {
    let at = mmu::prefixed(&cpu.state, at);
    cpu.phys_read(at, Width::W64, Endian::Big).unwrap_or(0)
}

/// Stores the old PSW at `old` with this instruction address and loads the new one.
fn swap_psw(cpu: &mut Cpu, old: u64, address: u64) {
    let mask = psw_mask(cpu);
    if cpu.bus().ram_page(cpu.state.prefix.into()).is_none() {
        return signal::check_stop(cpu);
    }
    // PoP, "Reference Recording", "Change Recording": what interruptions store and fetch counts.
    keys::record(cpu, (cpu.state.prefix / 4096) as usize, keys::STORED);
    store(cpu, old, mask, Width::W64);
    store(cpu, old + 8, address, Width::W64);
    let (mask, address) = (load(cpu, old + low::NEW), load(cpu, old + low::NEW + 8));
    cpu.set_halted(false);
    let address = load_psw(cpu, mask, address);
    cpu.set_pc(address);
}

/// Length in bytes of the instruction at the pc.
fn length(cpu: &mut Cpu) -> u64 {
    if cpu.state.ilc != 0 {
        return cpu.state.ilc.into();
    }
    let first = mmu::translate_debug(cpu, cpu.pc()).and_then(|at| cpu.phys_read(at, Width::W8, Endian::Big).ok());
    fetch::length(first.unwrap_or(0) as u8).into()
}

/// Whether a program interruption nullifies the instruction, so that the old PSW points to it (PoP, "Types of Instruction Ending").
fn nullifies(code: u32) -> bool {
    matches!(
        code,
        code::SEGMENT
            | code::PAGE
            | code::TRACE_TABLE
            | code::AFX_TRANSLATION..=code::SECONDARY_AUTHORITY
            | code::ALEN_TRANSLATION..=code::EXTENDED_AUTHORITY
            | code::STACK_FULL..=code::STACK_OPERATION
            | code::ASCE_TYPE..=code::REGION_THIRD
    )
}

/// Takes an exception or interruption.
pub(crate) fn deliver(cpu: &mut Cpu, fault: Fault) {
    if matches!(fault, Fault::External { .. } | Fault::Io | Fault::Report) {
        signal::conclude(cpu);
    }
    let (pc, ilc) = (cpu.pc(), length(cpu));
    let next = pc.wrapping_add(ilc) & bits::mask(psw::address_bits(cpu.state.psw_mask));
    if let Fault::Program { code: code::SPANNING, arg } = fault {
        return match storage::store_spanning(cpu, arg) {
            Ok(_) => {
                cpu.state.ilc = 0;
                cpu.set_pc(next);
            }
            Err(fault) => deliver(cpu, fault),
        };
    }
    cpu.state.ilc = 0;
    if matches!(fault, Fault::Program { .. } | Fault::Completed { .. } | Fault::Svc(_)) {
        cpu.state.last_program = Some(fault);
    }
    match fault {
        Fault::Program { code, arg } => {
            store_program(cpu, code, arg, ilc);
            swap_psw(cpu, low::PROGRAM, if nullifies(code) { pc } else { next });
        }
        Fault::Completed { code, arg, next } => {
            store_program(cpu, code, arg, ilc);
            swap_psw(cpu, low::PROGRAM, next);
        }
        Fault::EarlySpecification => {
            cpu.state.invalid_psw = false;
            store_program(cpu, code::SPECIFICATION, 0, 0);
            swap_psw(cpu, low::PROGRAM, pc);
            if cpu.state.invalid_psw {
                // The new PSW leads here again, for ever.
                signal::check_stop(cpu);
            }
        }
        Fault::Svc(number) => {
            store(cpu, low::SVC_ILC, ilc << 16 | u64::from(number), Width::W32);
            swap_psw(cpu, low::SVC, next);
            if per::pending(cpu) {
                // PoP, "Priority of Indication": the supervisor call goes first.
                let pc = cpu.pc();
                deliver(cpu, Fault::Event { next: pc });
            }
        }
        Fault::Event { next } => {
            store_program(cpu, 0, 0, ilc);
            swap_psw(cpu, low::PROGRAM, next);
        }
        Fault::External { code, address, parameter } => external(cpu, code, address, parameter, pc),
        Fault::Restart => {
            signal::drop_line(cpu, irq::RESTART);
            restart(cpu);
        }
        Fault::Order => signal::open_mail(cpu),
        Fault::Io => io(cpu, pc),
        Fault::Report => report(cpu, pc),
    }
}

/// A restart interruption: the CPU operates from then on.
pub(crate) fn restart(cpu: &mut Cpu) {
    signal::conclude(cpu);
    cpu.state.cpu_state = CpuState::Operating;
    let pc = cpu.pc();
    swap_psw(cpu, low::RESTART, pc);
    let state = cpu.state.cpu_state;
    signal::set_state(cpu, state);
}

/// Whether the CPU stands still: it doesn't operate, or its PSW says wait.
pub(crate) fn settle(cpu: &mut Cpu) {
    let stands = cpu.state.cpu_state != CpuState::Operating || cpu.state.psw_mask & psw::WAIT != 0;
    cpu.set_halted(stands && !cpu.state.invalid_psw);
}

/// What is pending in the configuration goes to the CPU that is first: by then it may be gone.
fn external(cpu: &mut Cpu, code: u16, address: u16, parameter: u32, pc: u64) {
    let own = cpu.index();
    let board = cpu.board();
    let machine = signal::machine(&board);
    let found = match (machine, code) {
        (Some(machine), EMERGENCY_SIGNAL) => machine
            .open(own, |mail| (!mail.emergency.is_empty()).then(|| mail.emergency.remove(0)))
            .flatten()
            .map(|from| (from, 0)),
        (Some(machine), MALFUNCTION_ALERT) => machine
            .open(own, |mail| (!mail.alerts.is_empty()).then(|| mail.alerts.remove(0)))
            .flatten()
            .map(|from| (from, 0)),
        (Some(machine), EXTERNAL_CALL) => machine.open(own, |mail| mail.call.take()).flatten().map(|from| (from, 0)),
        (Some(machine), SERVICE_SIGNAL) => machine.services().take_service_signal().map(|parameter| (0, parameter)),
        _ => Some((address, parameter)),
    };
    let Some((address, parameter)) = found else { return settle(cpu) };
    store(cpu, low::EXT_PARAMETER, parameter.into(), Width::W32);
    store(cpu, low::EXT_ADDRESS, address.into(), Width::W16);
    store(cpu, low::EXT_CODE, code.into(), Width::W16);
    swap_psw(cpu, low::EXTERNAL, pc);
}

/// The interruption subclasses that control register 6 lets in.
pub(crate) fn subclasses(state: &State) -> u8 {
    (state.cr[6] >> 24) as u8
}

fn io(cpu: &mut Cpu, pc: u64) {
    let board = cpu.board();
    let machine = signal::machine(&board);
    let found = machine.and_then(|machine| machine.services().take_io(subclasses(&cpu.state)));
    let Some(words) = found else { return settle(cpu) };
    for (at, word) in (low::SUBSYSTEM_ID..).step_by(4).zip(words) {
        store(cpu, at, word.into(), Width::W32);
    }
    swap_psw(cpu, low::IO, pc);
}

/// Machine-check interruption code of a channel report: the subclass, and all that is valid.
const REPORT_CODE: u64 = 0x0040_0f1d_4033_0000;

fn report(cpu: &mut Cpu, pc: u64) {
    let board = cpu.board();
    if !signal::machine(&board).is_some_and(|machine| machine.services().take_report()) {
        return settle(cpu);
    }
    store(cpu, low::CHECK_CODE, REPORT_CODE, Width::W64);
    signal::store_registers(cpu, low::SAVE);
    swap_psw(cpu, low::MACHINE_CHECK, pc);
}

fn store_program(cpu: &mut Cpu, code: u32, arg: u64, ilc: u64) {
    let events = per::report(cpu);
    store(cpu, low::PROGRAM_ILC, ilc << 16 | u64::from(code | events), Width::W32);
    let breaking = cpu.state.breaking_event;
    store(cpu, low::BREAKING_EVENT, breaking, Width::W64);
    match code {
        code::DATA | code::VECTOR_PROCESSING => {
            store(cpu, low::DATA_CODE, arg, Width::W32);
            // PoP, "Data-Exception Code": it is placed in the FPC register too when AFP registers are on.
            if cpu.state.cr[0] & mmu::CR0_AFP != 0 {
                let fpc = cpu.reg(state::FPC) & !0xff00 | (arg & 0xff) << 8;
                crate::fp::set_fpc_value(cpu, fpc);
            }
        }
        code::MONITOR => {
            store(cpu, low::MONITOR_CLASS, arg >> 56, Width::W16);
            store(cpu, low::MONITOR_CODE, arg & bits::mask(56), Width::W64);
        }
        code::PROTECTION | code::SEGMENT | code::PAGE | code::TRANSLATION | code::ASCE_TYPE..=code::REGION_THIRD => {
            store(cpu, low::TRANSLATION_ID, arg, Width::W64);
            // Bits 62 and 63 tell of the access-register mode.
            let access = if arg & 3 == mmu::IN_ACCESS_SPACE { cpu.state.fault_register } else { 0 };
            store(cpu, low::ACCESS_ID, access.into(), Width::W8);
            // PoP, "Operand Access Identification": of MOVE PAGE alone.
            let operands = std::mem::take(&mut cpu.state.operand_access);
            if code == code::PAGE {
                store(cpu, low::OPERAND_ID, operands.into(), Width::W8);
            }
        }
        code::SPACE_SWITCH | code::AFX_TRANSLATION..=code::SECONDARY_AUTHORITY => {
            store(cpu, low::TRANSLATION_ID, arg, Width::W64);
        }
        code::ALET_SPECIFICATION..=code::EXTENDED_AUTHORITY => store(cpu, low::ACCESS_ID, arg, Width::W8),
        _ => {}
    }
}

/// The interruption to take now (PoP, "Priority of Interruptions").
pub(crate) fn interrupt(cpu: &Cpu) -> Option<Fault> {
    let (s, lines) = (&cpu.state, cpu.lines());
    if lines >> irq::ORDER & 1 != 0 {
        return Some(Fault::Order);
    }
    if lines >> irq::RESTART & 1 != 0 && s.cpu_state != CpuState::CheckStop {
        return Some(Fault::Restart);
    }
    if s.cpu_state != CpuState::Operating {
        return None;
    }
    if s.invalid_psw {
        return Some(Fault::EarlySpecification);
    }
    if s.psw_mask & psw::MACHINE_CHECK != 0 && lines >> irq::REPORT & 1 != 0 && s.cr[14] & subclass::REPORT != 0 {
        return Some(Fault::Report);
    }
    if s.psw_mask & psw::EXTERNAL != 0
        && let Some(fault) = external_pending(cpu, lines)
    {
        return Some(fault);
    }
    let io = (lines >> irq::IO) as u8;
    if s.psw_mask & psw::IO != 0 && io != 0 && io.reverse_bits() & subclasses(s) != 0 {
        return Some(Fault::Io);
    }
    None
}

/// External-interruption codes.
const MALFUNCTION_ALERT: u16 = 0x1200;
const EMERGENCY_SIGNAL: u16 = 0x1201;
const EXTERNAL_CALL: u16 = 0x1202;
const SERVICE_SIGNAL: u16 = 0x2401;

/// The external interruption that is pending and enabled (PoP, "External Interruption").
fn external_pending(cpu: &Cpu, lines: u64) -> Option<Fault> {
    let s = &cpu.state;
    let external = |code| Some(Fault::External { code, address: 0, parameter: 0 });
    let up = |line: u32, mask: u64| lines >> line & 1 != 0 && s.cr[0] & mask != 0;
    if up(irq::KEY, subclass::KEY) {
        return external(0x0040);
    }
    if up(irq::ALERT, subclass::ALERT) {
        return external(MALFUNCTION_ALERT);
    }
    if up(irq::EMERGENCY, subclass::EMERGENCY) || up(irq::SIGNAL, subclass::EMERGENCY) {
        return external(EMERGENCY_SIGNAL);
    }
    if up(irq::CALL, subclass::CALL) {
        return external(EXTERNAL_CALL);
    }
    if up(irq::TIMER, subclass::CLOCK_COMPARATOR) {
        return external(0x1004);
    }
    if s.cr[0] & (subclass::CLOCK_COMPARATOR | subclass::CPU_TIMER) != 0 {
        let tod = time::tod(cpu);
        if s.cr[0] & subclass::CLOCK_COMPARATOR != 0 && tod > s.clock_comparator {
            return external(0x1004);
        }
        if s.cr[0] & subclass::CPU_TIMER != 0 && (s.timer_zero.wrapping_sub(tod) as i64) < 0 {
            return external(0x1005);
        }
    }
    if up(irq::SERVICE, subclass::SERVICE) { external(SERVICE_SIGNAL) } else { None }
}

/// The time at which a timer of the CPU asks for an interruption that is enabled, in nanoseconds.
pub(crate) fn deadline(cpu: &Cpu) -> Option<u64> {
    let s = &cpu.state;
    if s.cpu_state != CpuState::Operating || s.psw_mask & psw::EXTERNAL == 0 {
        return None;
    }
    let comparator = (s.cr[0] & subclass::CLOCK_COMPARATOR != 0).then(|| s.clock_comparator.saturating_add(1));
    let timer = (s.cr[0] & subclass::CPU_TIMER != 0).then(|| s.timer_zero.wrapping_add(1));
    [comparator, timer].into_iter().flatten().map(|tod| time::nanoseconds(cpu, tod)).min()
}
