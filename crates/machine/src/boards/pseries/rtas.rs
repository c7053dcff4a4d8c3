//! Run-time abstraction services: what the guest asks firmware for.
//!
//! LoPAPR 1.1, chapter 7, "Run-Time Abstraction Services"; tokens are QEMU's.

use devices::{PowerRequest, Xive};
use ppc::papr::{Caller, Partition};

use super::Firmware;
use super::drc::{self, Step};

/// Bytes that the guest must have for it, and of an event's description.
pub(super) const SIZE: u32 = 0x87c;
pub(super) const EVENT_MAX: u32 = 0x800;
/// Bytes of the non-volatile memory.
pub(super) const NVRAM_SIZE: u32 = 0x1_0000;

/// What the guest calls: `mr r4, r3; lis r3, 0; ori r3, r3, 0xf000; sc 1; blr`.
pub(super) const CODE: [u32; 5] = [0x7c64_1b78, 0x3c60_0000, 0x6063_f000, 0x4400_0022, 0x4e80_0020];

/// Status words.
const SUCCESS: i32 = 0;
const NO_EVENT: i32 = 1;
const HARDWARE: i32 = -1;
const PARAMETER: i32 = -3;
const NOT_SUPPORTED: i32 = -3;
const NO_SUCH_INDICATOR: i32 = -3;
const NOT_AUTHORIZED: i32 = -9002;
/// The resource can't be had.
const NO_RESOURCE: i32 = -9003;

/// Sensors and indicators.
const ISOLATION: u32 = 9001;
const DR_INDICATOR: u32 = 9002;
const ALLOCATION: u32 = 9003;
const ENTITY_SENSE: u32 = 9003;

/// A call: its arguments, and room for what it answers beside its status.
pub(super) struct Call<'a> {
    caller: &'a mut dyn Caller,
    partition: &'a Partition,
    args: Vec<u32>,
    rets: Vec<u32>,
}

impl Call<'_> {
    fn arg(&self, n: usize) -> u32 {
        self.args.get(n).copied().unwrap_or(0)
    }

    /// Sets return word `n`; 1 is the one behind the status.
    fn ret(&mut self, n: usize, value: u32) {
        if let Some(slot) = self.rets.get_mut(n) {
            *slot = value;
        }
    }
}

type Service = fn(&mut Firmware, &mut Call<'_>) -> i32;

/// A service: its name, its token, how many arguments it needs, what it does. Those without a function are there for the token's sake.
struct Row(&'static str, u32, usize, Service);

/// The services.
const SERVICES: &[Row] = &[
    Row("display-character", 0x2000, 1, display_character),
    Row("get-time-of-day", 0x2001, 0, get_time),
    Row("set-time-of-day", 0x2002, 7, set_time),
    Row("power-off", 0x2003, 2, power_off),
    Row("system-reboot", 0x2004, 0, reboot),
    Row("query-cpu-stopped-state", 0x2005, 1, query_stopped),
    Row("start-cpu", 0x2006, 3, start_cpu),
    Row("stop-self", 0x2007, 0, stop_self),
    Row("ibm,get-system-parameter", 0x2008, 3, get_parameter),
    Row("ibm,set-system-parameter", 0x2009, 2, set_parameter),
    Row("ibm,set-xive", 0x200a, 3, set_xive),
    Row("ibm,get-xive", 0x200b, 1, get_xive),
    Row("ibm,int-off", 0x200c, 1, int_off),
    Row("ibm,int-on", 0x200d, 1, int_on),
    Row("check-exception", 0x200e, 6, check_exception),
    Row("event-scan", 0x200f, 4, event_scan),
    Row("quiesce", 0x2011, 0, |_, _| SUCCESS),
    Row("nvram-fetch", 0x2012, 3, nvram_fetch),
    Row("nvram-store", 0x2013, 3, nvram_store),
    Row("set-indicator", 0x201a, 3, set_indicator),
    Row("set-power-level", 0x201b, 2, set_power_level),
    Row("get-power-level", 0x201c, 1, get_power_level),
    Row("get-sensor-state", 0x201d, 2, get_sensor),
    Row("ibm,configure-connector", 0x201e, 2, configure_connector),
    Row("ibm,os-term", 0x201f, 1, os_term),
];

/// Names and tokens, for the devicetree.
pub(super) fn tokens() -> impl Iterator<Item = (&'static str, u32)> {
    SERVICES.iter().map(|row| (row.0, row.1))
}

/// H_RTAS: register 4 has the address of token, number of arguments, number of return words, and those.
pub(super) fn call(firmware: &mut Firmware, partition: &Partition, caller: &mut dyn Caller) -> i64 {
    use ppc::papr::rc;
    /// The most words that a call has in all.
    const MOST: u32 = 16;
    let block = caller.reg(4);
    let word = |caller: &mut dyn Caller, n: u32| {
        let mut bytes = [0; 4];
        caller.read(block.wrapping_add(4 * u64::from(n)), &mut bytes).then(|| u32::from_be_bytes(bytes))
    };
    let (Some(token), Some(n_args), Some(n_rets)) = (word(caller, 0), word(caller, 1), word(caller, 2)) else {
        return rc::PARAMETER;
    };
    if n_args > MOST || n_rets > MOST {
        return rc::PARAMETER;
    }
    let Some(args) = (0..n_args).map(|n| word(caller, 3 + n)).collect::<Option<Vec<u32>>>() else {
        return rc::PARAMETER;
    };
    let mut call = Call { caller, partition, args, rets: vec![0; n_rets as usize] };
    let status = match SERVICES.iter().find(|row| row.1 == token) {
        Some(&Row(_, _, needs, service)) if call.args.len() >= needs => service(firmware, &mut call),
        Some(_) => PARAMETER,
        None => NOT_SUPPORTED,
    };
    call.ret(0, status as u32);
    for (n, value) in (0..).zip(&call.rets) {
        let at = block.wrapping_add(12 + 4 * u64::from(n_args) + 4 * n);
        if !call.caller.write(at, &value.to_be_bytes()) {
            return rc::PARAMETER;
        }
    }
    rc::SUCCESS
}

fn display_character(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    firmware.put(0, &[call.arg(0) as u8]);
    SUCCESS
}

/// Days of a civil date since 1970 ("proleptic Gregorian").
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The civil date of a day since 1970.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1)
}

fn get_time(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let now = call.caller.now();
    let (seconds, ns) = (firmware.time + (now / 1_000_000_000) as i64, now % 1_000_000_000);
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let fields = [year, month, day, second / 3600, second / 60 % 60, second % 60, ns as i64];
    (1..).zip(fields).for_each(|(n, value)| call.ret(n, value as u32));
    SUCCESS
}

fn set_time(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let arg = |n: usize| i64::from(call.arg(n));
    let fits = (1..=12).contains(&arg(1)) && (1..=31).contains(&arg(2)) && arg(3) < 24 && arg(4) < 60 && arg(5) < 61;
    if !fits || arg(0) > 9999 {
        return PARAMETER;
    }
    let wanted = days(arg(0), arg(1), arg(2)) * 86_400 + arg(3) * 3600 + arg(4) * 60 + arg(5);
    firmware.time = wanted - (call.caller.now() / 1_000_000_000) as i64;
    SUCCESS
}

fn power_off(firmware: &mut Firmware, _: &mut Call<'_>) -> i32 {
    firmware.power.request(PowerRequest::Shutdown { code: 0 });
    SUCCESS
}

fn reboot(firmware: &mut Firmware, _: &mut Call<'_>) -> i32 {
    firmware.power.request(PowerRequest::Reset);
    SUCCESS
}

/// The guest has crashed: LoPAPR, "ibm,os-term", lets the platform do what it likes.
fn os_term(firmware: &mut Firmware, _: &mut Call<'_>) -> i32 {
    firmware.power.request(PowerRequest::Shutdown { code: 0 });
    SUCCESS
}

fn query_stopped(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let cpu = call.arg(0);
    if !firmware.is_present(cpu) {
        return PARAMETER;
    }
    // 0: in RTAS, 2: not stopped.
    let state = if call.partition.is_started(cpu) { 2 } else { 0 };
    call.ret(1, state);
    SUCCESS
}

fn start_cpu(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let (cpu, start, r3) = (call.arg(0), call.arg(1), call.arg(2));
    if !firmware.is_present(cpu) {
        return PARAMETER;
    }
    if call.partition.start(cpu, start.into(), r3.into()) { SUCCESS } else { HARDWARE }
}

fn stop_self(_: &mut Firmware, call: &mut Call<'_>) -> i32 {
    call.caller.stop();
    SUCCESS
}

/// System parameters: 20 describes the partition, 42 says which diagnostics are run, 48 is its name's UUID.
fn get_parameter(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let (parameter, buffer, len) = (call.arg(0), u64::from(call.arg(1)), call.arg(2) as usize);
    let value = match parameter {
        20 => {
            let cpus = call.partition.config().cpus;
            let memory = firmware.ram >> 20;
            format!("MaxEntCap={cpus},DesMem={memory},DesProcs={cpus},MaxPlatProcs={cpus}\0").into_bytes()
        }
        42 => vec![0],
        48 => firmware.uuid.to_vec(),
        _ => return NOT_SUPPORTED,
    };
    let mut block = (value.len() as u16).to_be_bytes().to_vec();
    block.extend(value);
    block.truncate(len);
    if call.caller.write(buffer, &block) { SUCCESS } else { PARAMETER }
}

fn set_parameter(_: &mut Firmware, call: &mut Call<'_>) -> i32 {
    match call.arg(0) {
        20 | 42 | 48 => NOT_AUTHORIZED,
        _ => NOT_SUPPORTED,
    }
}

fn set_xive(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let xive = Xive { server: call.arg(1), priority: call.arg(2) as u8 };
    if firmware.xics.set_xive(call.arg(0), xive) { SUCCESS } else { PARAMETER }
}

fn get_xive(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let Some(xive) = firmware.xics.xive(call.arg(0)) else { return PARAMETER };
    call.ret(1, xive.server);
    call.ret(2, xive.priority.into());
    SUCCESS
}

fn int_off(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    if firmware.xics.mask(call.arg(0)) { SUCCESS } else { PARAMETER }
}

fn int_on(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    if firmware.xics.unmask(call.arg(0)) { SUCCESS } else { PARAMETER }
}

/// The oldest event among those that the mask asks for.
fn check_exception(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let (mask, buffer, len) = (call.arg(2), u64::from(call.arg(4)), call.arg(5) as usize);
    let Some(at) = firmware.events.iter().position(|(bit, _)| mask & bit != 0) else { return NO_EVENT };
    let Some((_, mut event)) = firmware.events.remove(at) else { return NO_EVENT };
    event.truncate(len);
    // The others have an interrupt of their own.
    if !firmware.events.is_empty() {
        firmware.tell();
    }
    if call.caller.write(buffer, &event) { SUCCESS } else { PARAMETER }
}

fn event_scan(_: &mut Firmware, _: &mut Call<'_>) -> i32 {
    NO_EVENT
}

fn nvram_range(call: &Call<'_>) -> Option<std::ops::Range<usize>> {
    let (start, len) = (call.arg(0), call.arg(2));
    let end = start.checked_add(len).filter(|end| *end <= NVRAM_SIZE)?;
    Some(start as usize..end as usize)
}

fn nvram_fetch(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let Some(range) = nvram_range(call) else { return PARAMETER };
    let done = range.len() as u32;
    if !call.caller.write(call.arg(1).into(), &firmware.nvram[range]) {
        return PARAMETER;
    }
    call.ret(1, done);
    SUCCESS
}

fn nvram_store(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let Some(range) = nvram_range(call) else { return PARAMETER };
    let done = range.len() as u32;
    if !call.caller.read(call.arg(1).into(), &mut firmware.nvram[range]) {
        return PARAMETER;
    }
    call.ret(1, done);
    SUCCESS
}

/// Isolation and allocation of a connector ("set-indicator").
fn set_indicator(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    let (kind, index, state) = (call.arg(0), call.arg(1), call.arg(2));
    if ![ISOLATION, DR_INDICATOR, ALLOCATION].contains(&kind) {
        return NO_SUCH_INDICATOR;
    }
    let Some(connector) = firmware.connectors.get_mut(&index) else { return PARAMETER };
    match (kind, state) {
        (ISOLATION, 0) => {
            (connector.unisolated, connector.progress) = (false, None);
            SUCCESS
        }
        (ISOLATION, 1) if !connector.present || !connector.allocated => NO_RESOURCE,
        (ISOLATION, 1) => {
            connector.unisolated = true;
            SUCCESS
        }
        (ALLOCATION, 0) => {
            connector.allocated = false;
            if connector.wanted_back && connector.present {
                let slot = connector.slot;
                firmware.power.request(PowerRequest::CoreGivenUp { slot });
            }
            SUCCESS
        }
        (ALLOCATION, 1) if !connector.present => NO_RESOURCE,
        (ALLOCATION, 1) => {
            connector.allocated = true;
            SUCCESS
        }
        (DR_INDICATOR, 0..=3) => SUCCESS,
        _ => PARAMETER,
    }
}

/// Everything is always powered: level 100.
fn set_power_level(_: &mut Firmware, call: &mut Call<'_>) -> i32 {
    if call.arg(0) != u32::MAX {
        return NOT_SUPPORTED;
    }
    call.ret(1, 100);
    SUCCESS
}

fn get_power_level(_: &mut Firmware, call: &mut Call<'_>) -> i32 {
    if call.arg(0) != u32::MAX {
        return NOT_SUPPORTED;
    }
    call.ret(1, 100);
    SUCCESS
}

/// Whether something is at a connector: 1 present, 2 unusable.
fn get_sensor(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    if call.arg(0) != ENTITY_SENSE {
        return NOT_SUPPORTED;
    }
    let Some(connector) = firmware.connectors.get(&call.arg(1)) else { return PARAMETER };
    let state = if connector.present && connector.allocated { 1 } else { 2 };
    call.ret(1, state);
    SUCCESS
}

/// "ibm,configure-connector": a piece of a node's description a call. The work area begins with the connector's index; answers have
/// offsets to names and values in it.
fn configure_connector(firmware: &mut Firmware, call: &mut Call<'_>) -> i32 {
    const NEXT_CHILD: i32 = 2;
    const NEXT_PROPERTY: i32 = 3;
    const NOT_CONFIGURABLE: i32 = -9003;
    let area = u64::from(call.arg(0));
    let mut bytes = [0; 4];
    if !call.caller.read(area, &mut bytes) {
        return PARAMETER;
    }
    let index = u32::from_be_bytes(bytes);
    let Some(connector) = firmware.connectors.get(&index).cloned() else { return PARAMETER };
    if !connector.unisolated {
        return NOT_CONFIGURABLE;
    }
    let Some(node) = firmware.core_node(index) else { return NOT_CONFIGURABLE };
    let steps = drc::steps(&node);
    let at = connector.progress.unwrap_or(0);
    if let Some(connector) = firmware.connectors.get_mut(&index) {
        connector.progress = Some(at + 1).filter(|at| *at < steps.len());
    }
    // Words 2 to 4: offset of the name, length and offset of the value.
    let (status, name, value) = match &steps[at.min(steps.len() - 1)] {
        Step::Complete => return SUCCESS,
        Step::Child(name) => (NEXT_CHILD, name, &[][..]),
        Step::Property(name, value) => (NEXT_PROPERTY, name, &value[..]),
    };
    let mut text: Vec<u8> = name.bytes().chain([0]).collect();
    let offset = 20;
    let value_at = offset + text.len() as u32;
    text.extend(value);
    let words = [offset, value.len() as u32, value_at];
    let header: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    let written = call.caller.write(area + 8, &header) && call.caller.write(area + u64::from(offset), &text);
    if written { status } else { PARAMETER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_back() {
        assert_eq!((days(1970, 1, 1), days(2000, 3, 1), days(2024, 2, 29)), (0, 11_017, 19_782));
        for day in [0, 11_016, 11_017, 19_782, 20_000, -1, 365_000] {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }

    #[test]
    fn tokens_are_distinct() {
        let mut all: Vec<u32> = tokens().map(|(_, token)| token).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), SERVICES.len());
    }
}
