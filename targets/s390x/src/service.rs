//! What leads out of the configuration: SERVICE CALL, DIAGNOSE, and the channel subsystem's instructions (PoP, "I/O Instructions").

use uop::Width;

use crate::psw;
use crate::shared::{Channel, Machine, Order, Wish};
use crate::signal;
use crate::state::CpuState;
use crate::storage;
use crate::system::{general, set_general};
use crate::trap::{self, Cpu, Fault, Out, code, irq, low, set_cc};

type Args = [u64; 4];

const PAGE: u64 = 4096;

/// Bytes at an absolute address.
fn read_absolute(cpu: &Cpu, at: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    cpu.bus().read_bytes(at, &mut bytes);
    bytes
}

fn write_absolute(cpu: &mut Cpu, at: u64, bytes: &[u8]) -> Result<(), Fault> {
    let mut done = 0;
    while done < bytes.len() {
        let here = at + done as u64;
        let len = ((PAGE - here % PAGE) as usize).min(bytes.len() - done);
        let written = cpu.phys_write_bytes(here, &bytes[done..done + len]);
        written.map_err(|_| Fault::program(code::ADDRESSING))?;
        done += len;
    }
    Ok(())
}

/// SERVICE CALL: command and address of the service-call control block.
pub(crate) fn service_call(cpu: &mut Cpu, [command, address, ..]: Args) -> Out {
    let board = cpu.board();
    let Some(machine) = signal::machine(&board) else {
        set_cc(cpu, 3);
        return Ok(0);
    };
    let lowcore = |base: u64| address & !0x1fff == base;
    if address & !0x7fff_fff8 != 0 || lowcore(0) || lowcore(cpu.state.prefix.into()) {
        return Err(Fault::SPECIFICATION);
    }
    if cpu.bus().ram_page(address).is_none() {
        return Err(Fault::program(code::ADDRESSING));
    }
    let header = read_absolute(cpu, address, 2);
    let len = usize::from(u16::from_be_bytes([header[0], header[1]]));
    if len < 8 {
        return Err(Fault::SPECIFICATION);
    }
    // What crosses the page's end is for the service processor to refuse: it answers in the header.
    let here = len.min((PAGE - address % PAGE) as usize);
    let mut block = read_absolute(cpu, address, here);
    let reconfigured = machine.services().service_call(command as u32, address as u32, &mut block);
    if let Some((cpu, on)) = reconfigured {
        machine.post(cpu, irq::ORDER, |mail| mail.order = Some(Order::Configure(on)));
    }
    write_absolute(cpu, address, &block)?;
    set_cc(cpu, 0);
    Ok(0)
}

/// DIAGNOSE: both registers' numbers, the function, the next address; where to go on.
pub(crate) fn diagnose(cpu: &mut Cpu, [r1, r3, function, next]: Args) -> Out {
    match function & 0xffff {
        0x44 | 0x9c => {
            cpu.yield_turn();
            Ok(next)
        }
        0x288 => watchdog(cpu, r1, r3, next),
        0x308 => load(cpu, r1, r3, next),
        0x500 => hypercall(cpu, next),
        _ => Err(Fault::SPECIFICATION),
    }
}

/// Virtio's notification: function in register 1, subchannel, queue and cookie in 2 to 4.
fn hypercall(cpu: &mut Cpu, next: u64) -> Out {
    const EARLY: u64 = 0;
    const NOTIFY: u64 = 3;
    const INVALID: i64 = -22;
    let board = cpu.board();
    let Some(machine) = signal::machine(&board) else { return Err(Fault::SPECIFICATION) };
    let [schid, queue, cookie] = [2, 3, 4].map(|n| general(cpu, n));
    let answer = match general(cpu, 1) {
        // Virtio of before there were subchannels: words in storage are an early console, which nobody reads.
        EARLY if cpu.bus().ram_page(schid).is_some() => 0,
        EARLY => INVALID,
        NOTIFY => machine.services().notify(schid as u32, queue, cookie),
        _ => return Err(Fault::SPECIFICATION),
    };
    set_general(cpu, 2, answer as u64);
    Ok(next)
}

/// DIAGNOSE 0x288: function and time in a pair of registers, action in another.
fn watchdog(cpu: &mut Cpu, r1: u64, r3: u64, next: u64) -> Out {
    let board = cpu.board();
    let Some(machine) = signal::machine(&board).filter(|_| r1 & 1 == 0) else { return Err(Fault::SPECIFICATION) };
    let [function, seconds, action] = [r1, r1 + 1, r3].map(|n| general(cpu, n));
    let done = machine.services().watchdog(function, seconds, action, cpu.now());
    if done { Ok(next) } else { Err(Fault::SPECIFICATION) }
}

/// DIAGNOSE 0x308: resets and program loading.
fn load(cpu: &mut Cpu, r1: u64, r3: u64, next: u64) -> Out {
    const DONE: u64 = 0x001;
    const NOTHING: u64 = 0x102;
    const INVALID: u64 = 0x402;
    let board = cpu.board();
    let Some(machine) = signal::machine(&board) else { return Err(Fault::SPECIFICATION) };
    let (address, subcode) = (general(cpu, r1), general(cpu, r3));
    match subcode {
        0 | 1 => return Ok(load_normal(cpu, machine, subcode == 0)),
        3 | 4 => {
            signal::set_state(cpu, CpuState::Load);
            machine.services().wish(Wish::Reload);
            return Ok(next);
        }
        5 | 6 => {}
        _ => return Err(Fault::SPECIFICATION),
    }
    if r1 & 1 != 0 || !address.is_multiple_of(PAGE) {
        return Err(Fault::SPECIFICATION);
    }
    if cpu.bus().ram_page(address).is_none() {
        return Err(Fault::program(code::ADDRESSING));
    }
    let answer = match (subcode, machine.parameters()) {
        (5, _) => {
            let block = read_absolute(cpu, address, PAGE as usize);
            let len = u32::from_be_bytes([block[0], block[1], block[2], block[3]]) as usize;
            if (8..=block.len()).contains(&len) {
                machine.set_parameters(block[..len].to_vec());
                DONE
            } else {
                INVALID
            }
        }
        (_, Some(block)) => {
            write_absolute(cpu, address, &block)?;
            DONE
        }
        (_, None) => NOTHING,
    };
    set_general(cpu, r1 + 1, answer);
    Ok(next)
}

/// Resets all CPUs and the subsystems, and goes on at the short PSW at absolute 0.
fn load_normal(cpu: &mut Cpu, machine: &Machine, clear: bool) -> u64 {
    let order = if clear { Order::InitialReset } else { Order::Reset };
    for other in (0..machine.cpus()).filter(|&n| n != cpu.index() && machine.state(n).is_some()) {
        machine.post(other, irq::ORDER, |mail| mail.order = Some(order));
    }
    signal::initial_reset(cpu);
    signal::reset(cpu, machine);
    machine.services().reset();
    let word = read_absolute(cpu, 0, 8);
    let word = word.iter().fold(0, |all, b| all << 8 | u64::from(*b));
    let (mask, address) = psw::from_short(word);
    cpu.state.cpu_state = CpuState::Operating;
    let address = trap::load_psw(cpu, mask, address);
    signal::set_state(cpu, CpuState::Operating);
    address
}

/// Numbers of the channel subsystem's instructions, as the lifter passes them.
pub(crate) mod op {
    pub(crate) const STORE: i64 = 0;
    pub(crate) const MODIFY: i64 = 1;
    pub(crate) const START: i64 = 2;
    pub(crate) const TEST: i64 = 3;
    pub(crate) const HALT: i64 = 4;
    pub(crate) const CLEAR: i64 = 5;
    pub(crate) const RESUME: i64 = 6;
    pub(crate) const CANCEL: i64 = 7;
    pub(crate) const REPORT_WORD: i64 = 8;
    pub(crate) const CALL: i64 = 9;
    pub(crate) const TEST_PENDING: i64 = 10;
    pub(crate) const MONITOR: i64 = 11;
    pub(crate) const RESET_PATH: i64 = 12;
    pub(crate) const ADDRESS_LIMIT: i64 = 13;
    pub(crate) const PATH_STATUS: i64 = 14;
}

const OPERAND: Fault = Fault::program(code::OPERAND);

/// The bytes of an operand.
fn block<const N: usize>(cpu: &mut Cpu, address: u64) -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    storage::read(cpu, address, &mut bytes)?;
    Ok(bytes)
}

/// An instruction of the channel subsystem: what, address of its block; register 1 names the subchannel.
pub(crate) fn channel(cpu: &mut Cpu, [what, address, ..]: Args) -> Out {
    let board = cpu.board();
    let Some(machine) = signal::machine(&board) else {
        set_cc(cpu, 3);
        return Ok(0);
    };
    let services = machine.services();
    let schid = general(cpu, 1) as u32;
    let cc = match what as i64 {
        op::STORE => {
            let mut schib = [0; 52];
            storage::check(cpu, address, schib.len())?;
            let cc = services.channel(schid, Channel::Store(&mut schib));
            if cc == Some(0) {
                storage::write(cpu, address, &schib)?;
            }
            cc
        }
        op::MODIFY => services.channel(schid, Channel::Modify(&block(cpu, address)?)),
        op::START => services.channel(schid, Channel::Start(&block(cpu, address)?)),
        op::TEST => {
            let mut irb = [0; 96];
            storage::check(cpu, address, 64)?;
            let cc = services.channel(schid, Channel::Test(&mut irb));
            if cc.is_some_and(|cc| cc < 3) {
                storage::write(cpu, address, &irb[..64])?;
            }
            cc
        }
        op::HALT => services.channel(schid, Channel::Halt),
        op::CLEAR => services.channel(schid, Channel::Clear),
        op::RESUME => services.channel(schid, Channel::Resume),
        op::CANCEL => services.channel(schid, Channel::Cancel),
        op::REPORT_WORD => {
            let mut word = 0;
            storage::check(cpu, address, 4)?;
            let cc = services.channel(schid, Channel::ReportWord(&mut word));
            storage::write(cpu, address, &word.to_be_bytes())?;
            cc
        }
        op::MONITOR => {
            let [controls, origin] = [1, 2].map(|n| general(cpu, n));
            // It leaves the condition code as it is.
            services.channel(schid, Channel::Monitor { controls, origin }).ok_or(OPERAND)?;
            return Ok(0);
        }
        op::RESET_PATH => services.channel(schid, Channel::ResetPath),
        op::ADDRESS_LIMIT => {
            // There is no limit to be checked against.
            return if schid & 0x8000_ffff == 0 { Ok(0) } else { Err(OPERAND) };
        }
        op::PATH_STATUS => {
            // No path is active between two instructions.
            storage::write(cpu, address, &[0; 32])?;
            return Ok(0);
        }
        op::CALL => call(cpu, machine, address)?,
        _ => test_pending(cpu, machine, address)?,
    };
    let cc = cc.ok_or(OPERAND)?;
    set_cc(cpu, cc);
    Ok(0)
}

/// CHANNEL SUBSYSTEM CALL: the block is a page.
fn call(cpu: &mut Cpu, machine: &Machine, address: u64) -> Result<Option<u64>, Fault> {
    if !address.is_multiple_of(PAGE) {
        return Err(Fault::SPECIFICATION);
    }
    let mut page = block(cpu, address)?;
    storage::check(cpu, address, page.len())?;
    let cc = machine.services().channel(0, Channel::Call(&mut page));
    if cc == Some(0) {
        storage::write(cpu, address, &page)?;
    }
    Ok(cc)
}

/// TEST PENDING INTERRUPTION: takes it, and stores its words at the address or, when that is 0, where an interruption would.
fn test_pending(cpu: &mut Cpu, machine: &Machine, address: u64) -> Result<Option<u64>, Fault> {
    if address != 0 {
        storage::check(cpu, address, 8)?;
    }
    let Some(words) = machine.services().take_io(trap::subclasses(&cpu.state)) else { return Ok(Some(0)) };
    if address == 0 {
        for (at, word) in (low::SUBSYSTEM_ID..).step_by(4).zip(words) {
            trap::store(cpu, at, word.into(), Width::W32);
        }
    } else {
        let [id, parameter, _] = words.map(u64::from);
        storage::write(cpu, address, &(id << 32 | parameter).to_be_bytes())?;
    }
    Ok(Some(1))
}
