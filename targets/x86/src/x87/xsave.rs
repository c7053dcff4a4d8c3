//! XSAVE and its kin (SDM volume 1, "Managing State Using the XSAVE Feature Set").

use super::area::{What, check_area, put, read_area, restore_sse, restore_x87, save_sse, save_x87, take, xmm_count};
use crate::model::xsave::{COMPONENTS, Component, compact_size};
use crate::state::{self, bit};
use crate::trap::{Cpu, Fault};

/// Components that the legacy area has.
const X87: u64 = 1;
const SSE: u64 = 2;
/// Components behind the header, by their bits.
const AVX: u64 = 1 << 2;
const BNDREGS: u64 = 1 << 3;
const BNDCSR: u64 = 1 << 4;
const PKRU: u64 = 1 << 9;
/// Where the header is, and what follows it.
const HEADER: u64 = 512;
const EXTENDED: u64 = 576;

/// XINUSE: everything counts as in use but bound registers that are all 0, as on QEMU.
pub(crate) fn in_use(cpu: &Cpu) -> u64 {
    if cpu.state.mpx.bounds == [[0; 2]; 4] { !BNDREGS } else { u64::MAX }
}

/// EDX:EAX within XCR0.
fn requested(cpu: &Cpu) -> Result<u64, Fault> {
    if cpu.state.cr4 & bit::OSXSAVE == 0 {
        return Err(Fault::UD);
    }
    let asked = cpu.reg(state::RDX) << 32 | cpu.reg(state::RAX) & 0xffff_ffff;
    Ok(asked & cpu.state.xcr0)
}

/// The components of `set` behind the header, each with its place in the area.
fn places(set: u64, compact: bool) -> impl Iterator<Item = (&'static Component, u64)> {
    let mut next = EXTENDED;
    COMPONENTS.iter().filter(move |c| set >> c.bit & 1 != 0).map(move |c| {
        let at = if compact { next } else { c.offset.into() };
        next += u64::from(c.size);
        (c, at)
    })
}

/// Bytes of an area with `set`.
fn length(set: u64, compact: bool) -> u64 {
    if compact {
        return compact_size(set).into();
    }
    places(set, false).map(|(c, at)| at + u64::from(c.size)).max().unwrap_or(EXTENDED)
}

/// XSAVE, XSAVEOPT (10) and XSAVEC (8).
pub(super) fn save(cpu: &mut Cpu, at: u64, what: What) -> Result<(), Fault> {
    let requested = requested(cpu)?;
    if at & 63 != 0 {
        return Err(Fault::GP0);
    }
    let compact = what.op == 8;
    let used = requested & in_use(cpu);
    let saved = if what.op == 6 { requested } else { used };
    check_area(cpu, at, length(requested, compact))?;
    if saved & X87 != 0 {
        save_x87(cpu, at, what.wide)?;
    }
    if saved & (SSE | AVX) != 0 && !compact || saved & SSE != 0 {
        put(cpu, at + 24, cpu.reg(state::MXCSR) | 0xffff << 32)?;
    }
    if saved & SSE != 0 {
        save_sse(cpu, at)?;
    }
    for (c, from) in places(requested, compact).filter(|(c, _)| saved >> c.bit & 1 != 0) {
        save_component(cpu, 1 << c.bit, at + from)?;
    }
    if compact {
        put(cpu, at + HEADER, used)?;
        return put(cpu, at + HEADER + 8, 1 << 63 | requested);
    }
    let old = take(cpu, at + HEADER)?;
    put(cpu, at + HEADER, old & !requested | used)
}

/// The quadwords of a component as its part of the area holds them, behind one another.
fn words(cpu: &Cpu, component: u64) -> Vec<u64> {
    let mpx = &cpu.state.mpx;
    match component {
        AVX => (0..xmm_count(cpu) * 2).map(|n| cpu.reg(state::xmm(n / 2, 2 + n % 2))).collect(),
        BNDREGS => mpx.bounds.iter().flatten().copied().collect(),
        BNDCSR => vec![mpx.user, mpx.status],
        _ => vec![cpu.state.pkru.into()],
    }
}

fn save_component(cpu: &mut Cpu, component: u64, at: u64) -> Result<(), Fault> {
    for (n, word) in (0..).zip(words(cpu, component)) {
        put(cpu, at + 8 * n, word)?;
    }
    Ok(())
}

/// Loads a component, or its initial state, which is 0 for all of them.
fn restore_component(cpu: &mut Cpu, component: u64, from: Option<u64>) -> Result<(), Fault> {
    let mut list = words(cpu, component);
    for (n, word) in (0..).zip(&mut list) {
        *word = from.map_or(Ok(0), |at| take(cpu, at + 8 * n))?;
    }
    match component {
        AVX => {
            for (n, word) in (0..).zip(list) {
                cpu.set_reg(state::xmm(n / 2, 2 + n % 2), word);
            }
        }
        BNDREGS => {
            for (n, word) in list.into_iter().enumerate() {
                cpu.state.mpx.bounds[n / 2][n % 2] = word;
            }
        }
        BNDCSR => (cpu.state.mpx.user, cpu.state.mpx.status) = (list[0], list[1]),
        PKRU => crate::protection_keys::set(cpu, list[0] as u32),
        _ => {}
    }
    Ok(())
}

/// XRSTOR: the standard and the compacted form.
pub(super) fn restore(cpu: &mut Cpu, at: u64, wide: bool) -> Result<(), Fault> {
    let requested = requested(cpu)?;
    if at & 63 != 0 {
        return Err(Fault::GP0);
    }
    let area = read_area(cpu, at)?;
    let mut header = [0; 8];
    for (n, word) in (0..).zip(&mut header) {
        *word = take(cpu, at + HEADER + 8 * n)?;
    }
    let [in_use, form, ..] = header;
    let compact = form >> 63 != 0;
    let enabled = cpu.state.xcr0;
    // SDM volume 1, "XRSTOR": what makes #GP in either form.
    let bad = if compact {
        let has = cpu.model().has(crate::model::word::FD1_EAX, 1);
        !has || form & !(1 << 63) & !enabled != 0 || in_use & !form != 0 || header[2..].iter().any(|w| *w != 0)
    } else {
        in_use & !enabled != 0 || header[1] != 0 || header[2] != 0
    };
    let mxcsr_bad = requested & (SSE | AVX) != 0 && area[3] as u32 >> 16 != 0;
    if bad || mxcsr_bad {
        return Err(Fault::GP0);
    }
    if requested & X87 != 0 {
        if in_use & X87 != 0 {
            restore_x87(cpu, &area, wide);
        } else {
            super::initialize(cpu);
        }
    }
    if requested & (SSE | AVX) != 0 && !(compact && in_use & SSE == 0) {
        crate::sse::set_mxcsr(cpu, area[3] & 0xffff);
    }
    if requested & SSE != 0 {
        restore_sse(cpu, if in_use & SSE != 0 { &area } else { &[0; 64] });
    }
    // The compacted form has the components that its header names, all others have fixed places.
    for (c, from) in places(if compact { form } else { u64::MAX }, compact) {
        let component = 1 << c.bit;
        if requested & in_use & component != 0 {
            restore_component(cpu, component, Some(at + from))?;
        }
    }
    for component in [AVX, BNDREGS, BNDCSR, PKRU].into_iter().filter(|c| requested & !in_use & c != 0) {
        restore_component(cpu, component, None)?;
    }
    Ok(())
}
