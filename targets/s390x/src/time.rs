//! TOD clock, clock comparator, CPU timer (PoP, "Timing").

use crate::shared::Machine;
use crate::state;
use crate::storage;
use crate::trap::{Cpu, Fault, Out};

/// What is added to the machine's time to get the TOD clock: the CPUs of a configuration have one clock.
fn offset(cpu: &Cpu) -> u64 {
    cpu.shared::<Machine>().map_or(cpu.state.tod_offset, Machine::tod_base)
}

/// The TOD clock: bit 51 counts microseconds.
pub(crate) fn tod(cpu: &Cpu) -> u64 {
    ((u128::from(cpu.now()) * 512 / 125) as u64).wrapping_add(offset(cpu))
}

/// The machine's time at which the TOD clock has this value, in nanoseconds.
pub(crate) fn nanoseconds(cpu: &Cpu, tod: u64) -> u64 {
    let units = u128::from(tod.saturating_sub(offset(cpu)));
    (units * 125).div_ceil(512).try_into().unwrap_or(u64::MAX)
}

/// The TOD clock's value.
pub(crate) fn clock(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    Ok(tod(cpu))
}

/// SET CLOCK: the new value.
pub(crate) fn set_clock(cpu: &mut Cpu, [value, ..]: [u64; 4]) -> Out {
    let base = value.wrapping_sub(tod(cpu).wrapping_sub(offset(cpu)));
    cpu.state.tod_offset = base;
    if let Some(machine) = cpu.shared::<Machine>() {
        machine.set_tod_base(base);
    }
    Ok(0)
}

/// The CPU timer's value.
pub(crate) fn timer(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    Ok(timer_value(cpu))
}

/// The CPU timer.
pub(crate) fn timer_value(cpu: &Cpu) -> u64 {
    cpu.state.timer_zero.wrapping_sub(tod(cpu))
}

/// SET CPU TIMER.
pub(crate) fn set_timer(cpu: &mut Cpu, [value, ..]: [u64; 4]) -> Out {
    cpu.state.timer_zero = tod(cpu).wrapping_add(value);
    Ok(0)
}

/// The clock comparator.
pub(crate) fn comparator(cpu: &mut Cpu, _: [u64; 4]) -> Out {
    Ok(cpu.state.clock_comparator)
}

/// SET CLOCK COMPARATOR.
pub(crate) fn set_comparator(cpu: &mut Cpu, [value, ..]: [u64; 4]) -> Out {
    cpu.state.clock_comparator = value;
    Ok(0)
}

/// SET CLOCK PROGRAMMABLE FIELD.
pub(crate) fn set_todpr(cpu: &mut Cpu, [value, ..]: [u64; 4]) -> Out {
    if value & 0xffff_0000 != 0 {
        return Err(Fault::SPECIFICATION);
    }
    cpu.state.todpr = value as u32;
    Ok(0)
}

/// STORE CLOCK EXTENDED: epoch, the clock, 40 bits below, programmable field.
pub(crate) fn store_extended(cpu: &mut Cpu, [address, ..]: [u64; 4]) -> Out {
    let value = u128::from(tod(cpu)) << 56 | 1 << 16 | u128::from(cpu.state.todpr & 0xffff);
    storage::write(cpu, address, &value.to_be_bytes())?;
    Ok(0)
}

/// EXTRACT CPU TIME: both addresses, register.
pub(crate) fn extract(cpu: &mut Cpu, [first, second, r3, _]: [u64; 4]) -> Out {
    let mut cells = [[0; 8]; 3];
    let third = cpu.reg(state::r(r3 as u8)) & storage::address_mask(cpu);
    for (cell, address) in cells.iter_mut().zip([first, second, third]) {
        storage::read(cpu, address, cell)?;
    }
    let [a, b, c] = cells.map(u64::from_be_bytes);
    let timer = cpu.state.timer_zero.wrapping_sub(tod(cpu));
    cpu.set_reg(state::r(0), a.wrapping_sub(timer));
    cpu.set_reg(state::r(1), b);
    cpu.set_reg(state::r(r3 as u8), c);
    Ok(0)
}
