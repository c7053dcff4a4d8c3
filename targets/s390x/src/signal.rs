//! CPU states, SIGNAL PROCESSOR and its orders, resets (PoP, "Control", "Stopped, Operating, Load, and Check-Stop States", "CPU
//! Signaling and Response", "Resets").

use std::sync::Arc;

use cpu::Board;

use crate::psw;
use crate::shared::{Machine, Order, Wish};
use crate::state::{self, CpuState, State};
use crate::system::{general, set_word};
use crate::time;
use crate::trap::{self, Cpu, Out, irq, set_cc};

/// Status bits that SIGNAL PROCESSOR stores.
mod status {
    pub(super) const NOT_RUNNING: u64 = 0x400;
    pub(super) const INCORRECT_STATE: u64 = 0x200;
    pub(super) const INVALID_PARAMETER: u64 = 0x100;
    pub(super) const CALL_PENDING: u64 = 0x80;
    pub(super) const STOPPED: u64 = 0x40;
    pub(super) const CHECK_STOP: u64 = 0x10;
    pub(super) const INVALID_ORDER: u64 = 0x02;
}

/// Where status is stored that no address is given for.
const STATUS: u64 = 0x1200;

/// What the CPU shares with others; `None` on boards whose CPUs have nothing in common.
pub(crate) fn machine(board: &Arc<dyn Board>) -> Option<&Machine> {
    board.shared()?.downcast_ref()
}

/// Enters a CPU state and shows it.
pub(crate) fn set_state(cpu: &mut Cpu, state: CpuState) {
    cpu.state.cpu_state = state;
    let (own, mask) = (cpu.index(), cpu.state.psw_mask);
    if let Some(machine) = cpu.shared::<Machine>() {
        machine.show_mask(own, mask);
        machine.publish(own, state);
    }
    trap::settle(cpu);
}

/// Lowers a line of the CPU.
pub(crate) fn drop_line(cpu: &Cpu, line: u32) {
    if let Some(machine) = cpu.shared::<Machine>() {
        machine.services().wire(cpu.index(), line, false);
    }
}

/// The state after power-on: the first CPU begins where the program is, others are stopped.
pub(crate) fn power_on(cpu: &mut Cpu) {
    let board = cpu.board();
    let Some(machine) = machine(&board) else { return };
    let own = cpu.index();
    machine.open(own, |mail| *mail = Default::default());
    drop_line(cpu, irq::RESTART);
    if own == 0 {
        machine.clear_keys();
        let (mask, address) = machine.ipl_psw();
        trap::set_psw_mask(cpu, mask);
        cpu.set_pc(address);
        set_state(cpu, CpuState::Operating);
    } else {
        set_state(cpu, CpuState::Stopped);
    }
}

/// A PSW has been loaded that waits for nothing: when no CPU is left that does something, that is the end. The address tells whether the
/// guest means it.
pub(crate) fn disabled_wait(cpu: &mut Cpu, address: u64) {
    const GOOD_NIGHT: u64 = 0xfff;
    let (own, mask) = (cpu.index(), cpu.state.psw_mask);
    let Some(machine) = cpu.shared::<Machine>() else { return };
    machine.show_mask(own, mask);
    if !machine.anybody_runs() {
        let crashed = Wish::Crashed { core: own, psw: (trap::psw_mask(cpu), address) };
        machine.services().wish(if address == GOOD_NIGHT { Wish::Off } else { crashed });
    }
}

/// The CPU can neither store nor load what an interruption needs, or would take one for ever: it gives up, and tells the others (PoP,
/// "Check-Stop State", "Malfunction Alert").
pub(crate) fn check_stop(cpu: &mut Cpu) {
    cpu.state.invalid_psw = false;
    set_state(cpu, CpuState::CheckStop);
    let own = cpu.index();
    let Some(machine) = cpu.shared::<Machine>() else { return };
    for other in (0..machine.cpus()).filter(|&n| n != own && machine.state(n).is_some()) {
        machine.post(other, irq::ALERT, |mail| {
            if !mail.alerts.contains(&(own as u16)) {
                mail.alerts.push(own as u16);
            }
        });
    }
}

/// Carries out what others have left in the CPU's mail.
pub(crate) fn open_mail(cpu: &mut Cpu) {
    let board = cpu.board();
    let Some(machine) = machine(&board) else { return };
    let own = cpu.index();
    let taken = machine.open(own, |mail| (mail.order, std::mem::take(&mut mail.purge)));
    let (order, purge) = taken.unwrap_or_default();
    if purge {
        cpu.flush_tlb();
    }
    let Some(order) = order else { return trap::settle(cpu) };
    obey(cpu, machine, order);
    // Until now the CPU was busy to others: nobody has seen the state of before with the order gone (PoP, "Conditions Determining Response"). A
    // reset may have taken the order's place.
    machine.open(own, |mail| {
        if mail.order == Some(order) {
            mail.order = None;
        }
    });
}

fn obey(cpu: &mut Cpu, machine: &Machine, order: Order) {
    match order {
        Order::Start => set_state(cpu, CpuState::Operating),
        Order::Restart => {
            trap::restart(cpu);
            return;
        }
        Order::Stop => stop(cpu, machine),
        Order::StopAndStoreStatus => {
            store_status(cpu, STATUS);
            stop(cpu, machine);
        }
        Order::Reset => reset(cpu, machine),
        Order::InitialReset => {
            initial_reset(cpu);
            reset(cpu, machine);
        }
        Order::Configure(on) => {
            initial_reset(cpu);
            reset(cpu, machine);
            if !on {
                set_state(cpu, CpuState::Uninitialized);
            }
        }
        Order::SetPrefix(prefix) => {
            cpu.state.prefix = prefix;
            cpu.flush_tlb();
        }
        Order::StoreStatus(at) => store_status(cpu, at.into()),
        Order::StoreAdditional(at) => store_vectors(cpu, at),
    }
    trap::settle(cpu);
}

fn stop(cpu: &mut Cpu, machine: &Machine) {
    set_state(cpu, CpuState::Stopped);
    if !machine.anybody_runs() {
        machine.services().wish(Wish::Off);
    }
}

/// CPU reset (PoP, "CPU Reset").
pub(crate) fn reset(cpu: &mut Cpu, machine: &Machine) {
    cpu.state.invalid_psw = false;
    cpu.flush_tlb();
    set_state(cpu, CpuState::Stopped);
    machine.open(cpu.index(), |mail| *mail = Default::default());
}

/// What initial CPU reset clears beside (PoP, "Initial CPU Reset").
pub(crate) fn initial_reset(cpu: &mut Cpu) {
    let state = &mut cpu.state;
    let keep = (std::mem::take(&mut state.keys), state.tod_offset, state.cpu_state);
    let fresh = State { keys: keep.0, tod_offset: keep.1, cpu_state: keep.2, ..State::new() };
    cpu.state = fresh;
    trap::set_psw_mask(cpu, 0);
    cpu.set_pc(0);
    crate::fp::set_fpc_value(cpu, 0);
}

/// The 512 bytes of a store-status area (PoP, "Store Status").
fn status_area(cpu: &Cpu) -> [u8; 512] {
    let mut area = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| area[at..at + bytes.len()].copy_from_slice(bytes);
    for n in 0..16 {
        let at = usize::from(n);
        put(at * 8, &cpu.reg(state::f(n)).to_be_bytes());
        put(0x80 + at * 8, &cpu.reg(state::r(n)).to_be_bytes());
        put(0x140 + at * 4, &(cpu.reg(state::a(n)) as u32).to_be_bytes());
        put(0x180 + at * 8, &cpu.state.cr[at].to_be_bytes());
    }
    put(0x100, &trap::psw_mask(cpu).to_be_bytes());
    put(0x108, &cpu.pc().to_be_bytes());
    put(0x118, &cpu.state.prefix.to_be_bytes());
    put(0x11c, &(cpu.reg(state::FPC) as u32).to_be_bytes());
    put(0x124, &cpu.state.todpr.to_be_bytes());
    put(0x128, &time::timer_value(cpu).to_be_bytes());
    put(0x130, &(cpu.state.clock_comparator >> 8).to_be_bytes());
    area
}

fn store_status(cpu: &mut Cpu, at: u64) {
    let area = status_area(cpu);
    // Who has given the order has made sure that there is storage.
    let _ = cpu.phys_write_bytes(at, &area);
    if at == STATUS {
        // Architectural-mode identification: z/Architecture.
        let _ = cpu.phys_write_bytes(0xa3, &[1]);
    }
}

/// Stores the registers as a machine check does, at a real address. What the old PSW and the prefix area say is left out.
pub(crate) fn store_registers(cpu: &mut Cpu, real: u64) {
    let area = status_area(cpu);
    let at = crate::mmu::real(cpu, real);
    for (from, to) in [(0, 0x100), (0x11c, 0x200)] {
        let _ = cpu.phys_write_bytes(at + from as u64, &area[from..to]);
    }
}

fn store_vectors(cpu: &mut Cpu, at: u64) {
    let halves = |n: u8| [cpu.reg(state::v(n)), cpu.reg(state::v_low(n))];
    let bytes: Vec<u8> = (0..32).flat_map(halves).flat_map(u64::to_be_bytes).collect();
    let _ = cpu.phys_write_bytes(at, &bytes);
}

/// Condition codes of SIGNAL PROCESSOR.
enum Answer {
    Accepted,
    /// Accepted too, and the addressee has it in its mail.
    Sent,
    Status(u64),
    Busy,
    NotOperational,
}

/// SIGNAL PROCESSOR: registers for the status and with the CPU address, order, addresses of the instruction and of the next one; where to go
/// on.
pub(crate) fn sigp(cpu: &mut Cpu, [registers, order, here, next]: [u64; 4]) -> Out {
    let r1 = registers >> 4;
    let (address, parameter) = (general(cpu, registers & 15) & 0xffff, general(cpu, r1 | 1));
    let board = cpu.board();
    let sent = cpu.state.sent.take() == Some((address as u32, [here, next]));
    let answer = match machine(&board) {
        Some(_) if sent => Answer::Sent,
        Some(machine) => signal(cpu, machine, address as u32, order as u8, parameter),
        None => alone(cpu, address, order as u8),
    };
    let cc = match answer {
        Answer::Sent => {
            // The addressee gets on with it: on other machines programs find at once that it is done.
            if machine(&board).is_some_and(|machine| is_busy(machine, address as u32)) {
                cpu.state.sent = Some((address as u32, [here, next]));
                cpu.yield_turn();
                return Ok(here);
            }
            0
        }
        Answer::Accepted => 0,
        Answer::Status(bits) => {
            set_word(cpu, r1, bits);
            1
        }
        Answer::Busy => {
            // Condition code 2 is for who is busy for long. An order takes no longer than a turn of the addressee: until then the instruction
            // has not begun, and who sends orders to each other carries them out between two tries.
            cpu.yield_turn();
            return Ok(here);
        }
        Answer::NotOperational => 3,
    };
    set_cc(cpu, cc);
    Ok(next)
}

/// What a CPU answers that knows of no other.
fn alone(cpu: &Cpu, address: u64, order: u8) -> Answer {
    match order {
        0x12 => Answer::Status(status::INVALID_PARAMETER),
        1 if address == u64::from(cpu.index()) => Answer::Accepted,
        _ => Answer::NotOperational,
    }
}

fn signal(cpu: &Cpu, machine: &Machine, to: u32, order: u8, parameter: u64) -> Answer {
    let own = cpu.index();
    if order == 0x12 {
        let stopped = (0..machine.cpus()).filter(|&n| n != own).filter_map(|n| machine.state(n));
        let all = { stopped }.all(|state| state == CpuState::Stopped);
        // The configuration is in z/Architecture mode and stays there.
        return Answer::Status(if all { status::INVALID_PARAMETER } else { status::INCORRECT_STATE });
    }
    let is_reset = matches!(order, 0x0b | 0x0c);
    if !is_reset && is_busy(machine, to) {
        return Answer::Busy;
    }
    // What the last order has made of it.
    let Some(state) = machine.state(to) else { return Answer::NotOperational };
    let accept = |line, put: &dyn Fn(&mut crate::shared::Mail)| {
        machine.post(to, line, put);
        Answer::Accepted
    };
    // PoP, "Status Bits": nothing but a reset gets a CPU out of the check-stop state.
    if state == CpuState::CheckStop && matches!(order, 0x02..=0x06 | 0x09 | 0x0d | 0x0e | 0x13 | 0x17) {
        return Answer::Status(status::CHECK_STOP);
    }
    match order {
        0x01 => sense(machine, to, state),
        0x02 => match machine.post(to, irq::CALL, |mail| mail.call.replace(own as u16)) {
            Some(Some(_)) => Answer::Status(status::CALL_PENDING),
            _ => Answer::Accepted,
        },
        0x03 => accept(irq::SIGNAL, &|mail| mail.signal(own as u16)),
        0x13 if state == CpuState::Stopped && enabled(machine.shown_mask(to)) => {
            Answer::Status(status::INCORRECT_STATE)
        }
        0x13 => accept(irq::SIGNAL, &|mail| mail.signal(own as u16)),
        0x15 if runs(machine, to, state) => Answer::Accepted,
        0x15 => Answer::Status(status::NOT_RUNNING),
        _ => match translate(cpu, order, parameter, state) {
            Ok(order) => {
                machine.post(to, irq::ORDER, |mail| mail.order = Some(order));
                // What is for itself a CPU carries out behind the instruction.
                if to == own { Answer::Accepted } else { Answer::Sent }
            }
            Err(bits) => Answer::Status(bits),
        },
    }
}

/// Whether a CPU has an order that it has not carried out yet.
fn is_busy(machine: &Machine, cpu: u32) -> bool {
    machine.open(cpu, |mail| mail.order.is_some()) == Some(true)
}

/// Something interrupts the CPU: SIGNAL PROCESSOR waits no longer for its addressee.
pub(crate) fn conclude(cpu: &mut Cpu) {
    if let Some((_, [here, next])) = cpu.state.sent.take()
        && here == cpu.pc()
    {
        set_cc(cpu, 0);
        cpu.set_pc(next);
    }
}

fn enabled(mask: u64) -> bool {
    mask & psw::IO != 0 && mask & psw::EXTERNAL != 0
}

fn runs(machine: &Machine, to: u32, state: CpuState) -> bool {
    state == CpuState::Operating && machine.shown_mask(to) & psw::WAIT == 0
}

fn sense(machine: &Machine, to: u32, state: CpuState) -> Answer {
    let call = machine.open(to, |mail| mail.call.is_some()) == Some(true);
    let bits = if call { status::CALL_PENDING } else { 0 }
        | match state {
            CpuState::Stopped => status::STOPPED,
            CpuState::CheckStop => status::CHECK_STOP,
            CpuState::Operating | CpuState::Load | CpuState::Uninitialized => 0,
        };
    if bits == 0 { Answer::Accepted } else { Answer::Status(bits) }
}

/// The order that the other CPU is to carry out, or the status that keeps it from that.
fn translate(cpu: &Cpu, order: u8, parameter: u64, state: CpuState) -> Result<Order, u64> {
    let there = |at: u64| cpu.bus().ram_page(at).is_some();
    let stopped = |order| if state == CpuState::Stopped { Ok(order) } else { Err(status::INCORRECT_STATE) };
    match order {
        0x04 => Ok(Order::Start),
        0x05 => Ok(Order::Stop),
        0x06 => Ok(Order::Restart),
        0x09 => Ok(Order::StopAndStoreStatus),
        0x0b => Ok(Order::InitialReset),
        0x0c => Ok(Order::Reset),
        0x0d => {
            let prefix = parameter & 0x7fff_e000;
            if !there(prefix) || !there(prefix + 4096) {
                return Err(status::INVALID_PARAMETER);
            }
            stopped(Order::SetPrefix(prefix as u32))
        }
        0x0e => {
            let at = parameter & 0x7fff_fe00;
            if !there(at) {
                return Err(status::INVALID_PARAMETER);
            }
            stopped(Order::StoreStatus(at as u32))
        }
        0x17 if cpu.model().has(crate::ext::Ext::Vector) => {
            // There is no guarded storage, whose status would ask for the area's length in the last bits.
            if parameter & 0x3ff != 0 || !there(parameter) {
                return Err(status::INVALID_PARAMETER);
            }
            stopped(Order::StoreAdditional(parameter))
        }
        _ => Err(status::INVALID_ORDER),
    }
}
