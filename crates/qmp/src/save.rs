//! Guest memory as a debugger reads it, and into files.

use std::fs::File;
use std::io::Write;

use cpu::Cpu;
use machine::Machine;
use qapi::Error;

/// Whose addresses are meant.
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// Physical addresses. Holes read as zeros.
    Physical,
    /// Virtual addresses of a CPU.
    Virtual(&'a dyn Cpu),
}

/// The smallest page of any guest: translation is asked for that often.
const PAGE: u64 = 4096;

/// Reads `bytes` at `address`; `false` if some of it is not mapped.
pub fn read(machine: &Machine, view: View<'_>, address: u64, bytes: &mut [u8]) -> bool {
    let View::Virtual(cpu) = view else {
        machine.memory().read_bytes(address, bytes);
        return true;
    };
    let (mut address, mut rest) = (address, bytes);
    while !rest.is_empty() {
        let len = rest.len().min((PAGE - address % PAGE) as usize);
        let (head, tail) = rest.split_at_mut(len);
        let Some(physical) = cpu.translate_debug(address) else { return false };
        machine.memory().read_bytes(physical, head);
        (address, rest) = (address.wrapping_add(len as u64), tail);
    }
    true
}

/// Writes `size` bytes at `address` into a file; what was written before an unmapped page stays.
///
/// # Errors
/// When the file can't be written, or a page is not mapped.
pub fn to_file(machine: &Machine, view: View<'_>, address: u64, size: i64, filename: &str) -> Result<(), Error> {
    let fault = |e: std::io::Error| Error::generic(format!("Could not open '{filename}': {}", reason(&e)));
    let mut file = File::create(filename).map_err(fault)?;
    let mut buffer = vec![0; PAGE as usize];
    let (mut at, mut left) = (address, size.max(0) as u64);
    while left > 0 {
        let chunk = &mut buffer[..left.min(PAGE) as usize];
        if !read(machine, view, at, chunk) {
            return Err(Error::generic(format!("Invalid addr 0x{at:016x}/size {size} specified")));
        }
        file.write_all(chunk).map_err(|e| Error::generic(format!("writing '{filename}' failed: {}", reason(&e))))?;
        (at, left) = (at.wrapping_add(chunk.len() as u64), left - chunk.len() as u64);
    }
    Ok(())
}

/// The system's sentence without its number.
pub fn reason(e: &std::io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_string()
}
