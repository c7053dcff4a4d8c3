//! Guest memory as the debugger reads and writes it: by virtual address, page by page.

use bits::Endian;
use memory::{AddressSpace, Nanos, PAGE_SIZE};

use crate::Debuggee;

/// Devices are accessed by this many bytes at most.
const WIDEST: u64 = 4;

/// Which addresses the debugger means (`Qqemu.PhyMemMode`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Addressing {
    Virtual,
    Physical,
}

/// Reads memory as CPU `cpu` sees it; returns how many bytes there are before the first that can't be read.
pub(crate) fn read(
    machine: &mut dyn Debuggee,
    cpu: usize,
    addressing: Addressing,
    address: u64,
    buf: &mut [u8],
) -> usize {
    let mut done = 0;
    while done < buf.len() {
        let at = address.wrapping_add(done as u64);
        let n = left_in_page(at, buf.len() - done);
        let Some(phys) = translate(machine, cpu, addressing, at) else { break };
        let bus = Bus { space: machine.memory(), endian: machine.endian(), now: machine.now() };
        let got = bus.read(phys, &mut buf[done..done + n]);
        done += got;
        if got < n {
            break;
        }
    }
    done
}

/// Writes memory as CPU `cpu` sees it, and tells all CPUs. `false` when some of it can't be written; what lies before is.
pub(crate) fn write(
    machine: &mut dyn Debuggee,
    cpu: usize,
    addressing: Addressing,
    address: u64,
    bytes: &[u8],
) -> bool {
    let mut done = 0;
    let mut whole = true;
    while whole && done < bytes.len() {
        let at = address.wrapping_add(done as u64);
        let n = left_in_page(at, bytes.len() - done);
        let Some(phys) = translate(machine, cpu, addressing, at) else {
            whole = false;
            break;
        };
        let bus = Bus { space: machine.memory(), endian: machine.endian(), now: machine.now() };
        whole = bus.write(phys, &bytes[done..done + n]);
        done += n;
    }
    if done > 0 {
        for i in 0..machine.n_cpus() {
            if let Some(cpu) = machine.cpu(i) {
                cpu.flush();
            }
        }
    }
    whole
}

fn left_in_page(address: u64, len: usize) -> usize {
    ((PAGE_SIZE - address % PAGE_SIZE) as usize).min(len)
}

fn translate(machine: &mut dyn Debuggee, cpu: usize, addressing: Addressing, address: u64) -> Option<u64> {
    match addressing {
        Addressing::Physical => Some(address),
        Addressing::Virtual => machine.cpu(cpu)?.translate_debug(address),
    }
}

/// Accesses within one physical page.
struct Bus<'a> {
    space: &'a AddressSpace,
    endian: Endian,
    now: Nanos,
}

impl Bus<'_> {
    fn read(&self, address: u64, buf: &mut [u8]) -> usize {
        if self.space.ram_page(address).is_some() {
            self.space.read_bytes(address, buf);
            return buf.len();
        }
        let mut done = 0;
        while done < buf.len() {
            let at = address + done as u64;
            let size = access_size(at, buf.len() - done);
            let Ok(value) = self.space.read(at, size as _, self.endian, self.now) else { break };
            self.endian.write(&mut buf[done..done + size], value);
            done += size;
        }
        done
    }

    fn write(&self, address: u64, bytes: &[u8]) -> bool {
        if self.space.ram_page(address).is_some() {
            return self.space.write_bytes(address, bytes).is_ok();
        }
        let mut done = 0;
        while done < bytes.len() {
            let at = address + done as u64;
            let size = access_size(at, bytes.len() - done);
            let value = self.endian.read(&bytes[done..done + size]);
            if self.space.write(at, size as _, self.endian, value, self.now).is_err() {
                return false;
            }
            done += size;
        }
        true
    }
}

/// The widest aligned access at `address` that stays within `left` bytes.
fn access_size(address: u64, left: usize) -> usize {
    let mut size = WIDEST;
    while !address.is_multiple_of(size) || size > left as u64 {
        size /= 2;
    }
    size as usize
}
