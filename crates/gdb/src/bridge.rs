//! The machine as gdbstub wants to see it.

use std::cell::RefCell;
use std::convert::Infallible;
use std::num::NonZeroUsize;

use cpu::Watch;
use gdbstub::arch::{Arch, RegId, Registers};
use gdbstub::common::{Signal, Tid};
use gdbstub::conn::Connection;
use gdbstub::target::ext::base::BaseOps;
use gdbstub::target::ext::base::multithread::{
    MultiThreadBase, MultiThreadRangeStepping, MultiThreadRangeSteppingOps, MultiThreadResume, MultiThreadResumeOps,
    MultiThreadSchedulerLocking, MultiThreadSchedulerLockingOps, MultiThreadSingleStep, MultiThreadSingleStepOps,
};
use gdbstub::target::ext::base::single_register_access::{SingleRegisterAccess, SingleRegisterAccessOps};
use gdbstub::target::ext::breakpoints::{
    Breakpoints, BreakpointsOps, HwBreakpoint, HwBreakpointOps, HwWatchpoint, HwWatchpointOps, SwBreakpoint,
    SwBreakpointOps, WatchKind,
};
use gdbstub::target::ext::monitor_cmd::{ConsoleOutput, MonitorCmd, MonitorCmdOps};
use gdbstub::target::ext::target_description_xml_override::{
    TargetDescriptionXmlOverride, TargetDescriptionXmlOverrideOps,
};
use gdbstub::target::ext::thread_extra_info::{ThreadExtraInfo, ThreadExtraInfoOps};
use gdbstub::target::{Target, TargetError, TargetResult};

use crate::debuggee::{Action, Debuggee, Plan};
use crate::description::Description;
use crate::memory_access::{self, Addressing};
use crate::stops::{Kind, Stops};

/// "Cannot access": what QEMU answers too, `E14` on the wire.
const UNREACHABLE: u8 = 0x14;
/// "That makes no sense": `E22` on the wire.
pub(crate) const INVALID: u8 = 0x22;
/// The monitor's output goes out in pieces of so many bytes.
const OUTPUT_PIECE: usize = 1024;

/// Where gdbstub writes: the bytes of one answer.
pub(crate) struct Wire<'a>(pub(crate) &'a RefCell<Vec<u8>>);

impl Connection for Wire<'_> {
    type Error = Infallible;

    fn write(&mut self, byte: u8) -> Result<(), Infallible> {
        self.0.borrow_mut().push(byte);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// All architectures: registers are bytes, laid out by [`Description`].
pub(crate) enum AnyArch {}

impl Arch for AnyArch {
    type Usize = u64;
    type Registers = Bytes;
    type BreakpointKind = usize;
    type RegId = Number;
}

/// The bytes of a `g` or `G` packet.
#[derive(Clone, Default, PartialEq, Debug)]
pub(crate) struct Bytes(Vec<u8>);

impl Registers for Bytes {
    type ProgramCounter = u64;

    /// Nobody asks: stops are reported without registers.
    fn pc(&self) -> u64 {
        0
    }

    fn gdb_serialize(&self, mut write_byte: impl FnMut(Option<u8>)) {
        self.0.iter().for_each(|byte| write_byte(Some(*byte)));
    }

    fn gdb_deserialize(&mut self, bytes: &[u8]) -> Result<(), ()> {
        self.0 = bytes.to_vec();
        Ok(())
    }
}

/// gdb's number of a register.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(usize);

impl RegId for Number {
    fn from_raw_id(id: usize) -> Option<(Number, Option<NonZeroUsize>)> {
        Some((Number(id), None))
    }
}

/// Instructions that a CPU steps over without a report, while its pc is from `start` to before `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Range {
    pub(crate) cpu: usize,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// What the client has asked CPUs to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Resume {
    pub(crate) plan: Plan,
    pub(crate) ranges: Vec<Range>,
}

/// The machine, for the time of one packet.
pub(crate) struct Bridge<'a> {
    /// In a cell because gdbstub asks for threads' names through a shared reference.
    machine: RefCell<&'a mut dyn Debuggee>,
    description: &'a Description,
    stops: &'a mut Stops,
    addressing: Addressing,
    named: Vec<(usize, Action)>,
    ranges: Vec<Range>,
    locked: bool,
    /// What the packet resumes.
    pub(crate) resume: Option<Resume>,
}

impl<'a> Bridge<'a> {
    pub(crate) fn new(
        machine: &'a mut dyn Debuggee,
        description: &'a Description,
        stops: &'a mut Stops,
        addressing: Addressing,
    ) -> Bridge<'a> {
        Bridge {
            machine: RefCell::new(machine),
            description,
            stops,
            addressing,
            named: Vec::new(),
            ranges: Vec::new(),
            locked: false,
            resume: None,
        }
    }

    fn with_cpu<R>(&mut self, tid: Tid, f: impl FnOnce(&Description, &mut dyn cpu::Cpu) -> R) -> TargetResult<R, Self> {
        let cpu = self.machine.get_mut().cpu(index(tid)).ok_or(TargetError::Errno(INVALID))?;
        Ok(f(self.description, cpu))
    }
}

fn index(tid: Tid) -> usize {
    tid.get() - 1
}

fn access(kind: WatchKind) -> Watch {
    match kind {
        WatchKind::Write => Watch::Write,
        WatchKind::Read => Watch::Read,
        WatchKind::ReadWrite => Watch::Access,
    }
}

impl Target for Bridge<'_> {
    type Arch = AnyArch;
    type Error = Infallible;

    fn base_ops(&mut self) -> BaseOps<'_, AnyArch, Infallible> {
        BaseOps::MultiThread(self)
    }

    /// Run-length encoding saves nothing on a local socket.
    fn use_rle(&self) -> bool {
        false
    }

    fn use_fork_stop_reason(&self) -> bool {
        false
    }

    fn use_vfork_stop_reason(&self) -> bool {
        false
    }

    fn use_vforkdone_stop_reason(&self) -> bool {
        false
    }

    fn support_breakpoints(&mut self) -> Option<BreakpointsOps<'_, Self>> {
        Some(self)
    }

    fn support_monitor_cmd(&mut self) -> Option<MonitorCmdOps<'_, Self>> {
        Some(self)
    }

    fn support_target_description_xml_override(&mut self) -> Option<TargetDescriptionXmlOverrideOps<'_, Self>> {
        Some(self)
    }
}

impl MultiThreadBase for Bridge<'_> {
    fn read_registers(&mut self, regs: &mut Bytes, tid: Tid) -> TargetResult<(), Self> {
        let bytes = self.with_cpu(tid, |description, cpu| description.read_general(cpu))?;
        regs.0 = bytes.map_err(|_| TargetError::Errno(UNREACHABLE))?;
        // Clients take an empty answer for a lost one.
        if regs.0.is_empty() { Err(TargetError::Errno(UNREACHABLE)) } else { Ok(()) }
    }

    fn write_registers(&mut self, regs: &Bytes, tid: Tid) -> TargetResult<(), Self> {
        let result = self.with_cpu(tid, |description, cpu| description.write_general(cpu, &regs.0))?;
        result.map_err(|_| TargetError::Errno(UNREACHABLE))
    }

    fn support_single_register_access(&mut self) -> Option<SingleRegisterAccessOps<'_, Tid, Self>> {
        Some(self)
    }

    fn read_addrs(&mut self, start: u64, data: &mut [u8], tid: Tid) -> TargetResult<usize, Self> {
        match memory_access::read(*self.machine.get_mut(), index(tid), self.addressing, start, data) {
            0 if !data.is_empty() => Err(TargetError::Errno(UNREACHABLE)),
            n => Ok(n),
        }
    }

    fn write_addrs(&mut self, start: u64, data: &[u8], tid: Tid) -> TargetResult<(), Self> {
        if memory_access::write(*self.machine.get_mut(), index(tid), self.addressing, start, data) {
            Ok(())
        } else {
            Err(TargetError::Errno(UNREACHABLE))
        }
    }

    fn list_active_threads(&mut self, thread_is_active: &mut dyn FnMut(Tid)) -> Result<(), Infallible> {
        let machine = self.machine.get_mut();
        for i in 0..machine.n_cpus() {
            if machine.cpu(i).is_some() {
                thread_is_active(Tid::MIN.saturating_add(i));
            }
        }
        Ok(())
    }

    fn is_thread_alive(&mut self, tid: Tid) -> Result<bool, Infallible> {
        Ok(self.machine.get_mut().cpu(index(tid)).is_some())
    }

    fn support_resume(&mut self) -> Option<MultiThreadResumeOps<'_, Self>> {
        Some(self)
    }

    fn support_thread_extra_info(&mut self) -> Option<ThreadExtraInfoOps<'_, Self>> {
        Some(self)
    }
}

impl SingleRegisterAccess<Tid> for Bridge<'_> {
    fn read_register(&mut self, tid: Tid, number: Number, buf: &mut [u8]) -> TargetResult<usize, Self> {
        let index = self.description.index(number.0).ok_or(TargetError::Errno(UNREACHABLE))?;
        let bytes = self.with_cpu(tid, |description, cpu| description.read(cpu, index))?;
        let bytes = bytes.map_err(|_| TargetError::Errno(UNREACHABLE))?;
        buf.get_mut(..bytes.len()).ok_or(TargetError::Errno(INVALID))?.copy_from_slice(&bytes);
        Ok(bytes.len())
    }

    fn write_register(&mut self, tid: Tid, number: Number, bytes: &[u8]) -> TargetResult<(), Self> {
        let index = self.description.index(number.0).ok_or(TargetError::Errno(UNREACHABLE))?;
        let result = self.with_cpu(tid, |description, cpu| description.write(cpu, index, bytes))?;
        result.map_err(|_| TargetError::Errno(UNREACHABLE))
    }
}

impl ThreadExtraInfo for Bridge<'_> {
    fn thread_extra_info(&self, tid: Tid, buf: &mut [u8]) -> Result<usize, Infallible> {
        let mut machine = self.machine.borrow_mut();
        let text = match machine.cpu(index(tid)) {
            Some(cpu) => format!("CPU#{} [{}]", index(tid), if cpu.halted() { "halted" } else { "running" }),
            None => format!("CPU#{} [not plugged in]", index(tid)),
        };
        let n = text.len().min(buf.len());
        buf[..n].copy_from_slice(&text.as_bytes()[..n]);
        Ok(n)
    }
}

impl MultiThreadResume for Bridge<'_> {
    fn resume(&mut self) -> Result<(), Infallible> {
        let others = if self.locked { Action::Stay } else { Action::Continue };
        let plan = Plan::new(std::mem::take(&mut self.named), others);
        self.resume = Some(Resume { plan, ranges: std::mem::take(&mut self.ranges) });
        Ok(())
    }

    fn clear_resume_actions(&mut self) -> Result<(), Infallible> {
        self.named.clear();
        self.ranges.clear();
        self.locked = false;
        Ok(())
    }

    fn set_resume_action_continue(&mut self, tid: Tid, _: Option<Signal>) -> Result<(), Infallible> {
        self.named.push((index(tid), Action::Continue));
        Ok(())
    }

    fn support_single_step(&mut self) -> Option<MultiThreadSingleStepOps<'_, Self>> {
        Some(self)
    }

    fn support_range_step(&mut self) -> Option<MultiThreadRangeSteppingOps<'_, Self>> {
        Some(self)
    }

    fn support_scheduler_locking(&mut self) -> Option<MultiThreadSchedulerLockingOps<'_, Self>> {
        Some(self)
    }
}

impl MultiThreadSingleStep for Bridge<'_> {
    fn set_resume_action_step(&mut self, tid: Tid, _: Option<Signal>) -> Result<(), Infallible> {
        self.named.push((index(tid), Action::Step));
        Ok(())
    }
}

impl MultiThreadRangeStepping for Bridge<'_> {
    fn set_resume_action_range_step(&mut self, tid: Tid, start: u64, end: u64) -> Result<(), Infallible> {
        self.named.push((index(tid), Action::Step));
        self.ranges.push(Range { cpu: index(tid), start, end });
        Ok(())
    }
}

impl MultiThreadSchedulerLocking for Bridge<'_> {
    fn set_resume_action_scheduler_lock(&mut self) -> Result<(), Infallible> {
        self.locked = true;
        Ok(())
    }
}

impl Breakpoints for Bridge<'_> {
    fn support_sw_breakpoint(&mut self) -> Option<SwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_breakpoint(&mut self) -> Option<HwBreakpointOps<'_, Self>> {
        Some(self)
    }

    fn support_hw_watchpoint(&mut self) -> Option<HwWatchpointOps<'_, Self>> {
        Some(self)
    }
}

impl SwBreakpoint for Bridge<'_> {
    fn add_sw_breakpoint(&mut self, address: u64, _: usize) -> TargetResult<bool, Self> {
        self.stops.insert_breakpoint(*self.machine.get_mut(), address, Kind::Software);
        Ok(true)
    }

    fn remove_sw_breakpoint(&mut self, address: u64, _: usize) -> TargetResult<bool, Self> {
        Ok(self.stops.remove_breakpoint(*self.machine.get_mut(), address, Kind::Software))
    }
}

impl HwBreakpoint for Bridge<'_> {
    fn add_hw_breakpoint(&mut self, address: u64, _: usize) -> TargetResult<bool, Self> {
        self.stops.insert_breakpoint(*self.machine.get_mut(), address, Kind::Hardware);
        Ok(true)
    }

    fn remove_hw_breakpoint(&mut self, address: u64, _: usize) -> TargetResult<bool, Self> {
        Ok(self.stops.remove_breakpoint(*self.machine.get_mut(), address, Kind::Hardware))
    }
}

impl HwWatchpoint for Bridge<'_> {
    fn add_hw_watchpoint(&mut self, address: u64, len: u64, kind: WatchKind) -> TargetResult<bool, Self> {
        if len == 0 {
            return Ok(false);
        }
        self.stops.insert_watchpoint(*self.machine.get_mut(), address, len, access(kind));
        Ok(true)
    }

    fn remove_hw_watchpoint(&mut self, address: u64, len: u64, kind: WatchKind) -> TargetResult<bool, Self> {
        Ok(self.stops.remove_watchpoint(*self.machine.get_mut(), address, len, access(kind)))
    }
}

impl MonitorCmd for Bridge<'_> {
    fn handle_monitor_cmd(&mut self, command: &[u8], mut out: ConsoleOutput<'_>) -> Result<(), Infallible> {
        let text = self.machine.get_mut().monitor(&String::from_utf8_lossy(command));
        for piece in text.as_bytes().chunks(OUTPUT_PIECE) {
            out.write_raw(piece);
            out.flush();
        }
        Ok(())
    }
}

impl TargetDescriptionXmlOverride for Bridge<'_> {
    fn target_description_xml(
        &self,
        annex: &[u8],
        offset: u64,
        length: usize,
        buf: &mut [u8],
    ) -> TargetResult<usize, Self> {
        if annex != b"target.xml" {
            return Err(TargetError::Errno(0));
        }
        let xml = self.description.xml().as_bytes();
        let rest = xml.get(usize::try_from(offset).unwrap_or(usize::MAX)..).unwrap_or_default();
        // Some characters take two bytes on the wire; the client has asked for what fits its packets.
        let n = rest.len().min(length).min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}
