//! `dump-guest-memory`: a core file of the guest: RAM as segments, and the registers of each CPU as a note.
//!
//! System V ABI, "Program Header"; Linux, `elf(5)`; the registers are those of the 64-bit PowerPC ELF ABI's `elf_gregset_t`.

use std::io::{Seek, Write};

use crate::error::Error;
use crate::machine::{Machine, Vcpu};
use crate::run::Event;
use crate::targets::Arch;
use crate::value::Value;

const NT_PRSTATUS: u32 = 1;
/// Where registers stand in the note, and its size.
const PRSTATUS: (usize, usize) = (112, 504);
const HEADER: u64 = 64;
const PROGRAM_HEADER: u64 = 56;
/// Bytes that are copied at a time.
const CHUNK: usize = 1 << 20;

fn register(vcpu: &Vcpu, name: &str) -> u64 {
    let at = vcpu.cpu.registers().iter().position(|register| register.name == name);
    at.and_then(|at| vcpu.cpu.register(at).ok()).unwrap_or(0) as u64
}

/// The note of a CPU: general registers, nip, msr, the original register 3, ctr, lr, xer, cr.
fn note(vcpu: &Vcpu) -> Vec<u8> {
    let mut status = vec![0; PRSTATUS.1];
    let general = (0..32).map(|n| register(vcpu, &format!("r{n}")));
    let rest = ["pc", "msr", "r3", "ctr", "lr", "xer", "cr"].map(|name| register(vcpu, name));
    for (n, value) in general.chain(rest).enumerate() {
        status[PRSTATUS.0 + 8 * n..][..8].copy_from_slice(&value.to_be_bytes());
    }
    let head = [5, PRSTATUS.1 as u32, NT_PRSTATUS];
    let mut note: Vec<u8> = head.iter().flat_map(|word| word.to_be_bytes()).collect();
    note.extend(*b"CORE\0\0\0\0");
    note.extend(status);
    note
}

fn program_header(kind: u32, offset: u64, address: u64, size: u64) -> Vec<u8> {
    let mut out: Vec<u8> = [kind, 0].iter().flat_map(|word| word.to_be_bytes()).collect();
    let words = [offset, 0, address, size, if kind == 1 { size } else { 0 }, 0];
    out.extend(words.iter().flat_map(|word| word.to_be_bytes()));
    out
}

/// An ELF header of 64 bits, big-endian, for a core of PowerPC.
fn header(segments: u16) -> Vec<u8> {
    let mut out = vec![0x7f, b'E', b'L', b'F', 2, 2, 1, 0];
    out.resize(16, 0);
    out.extend([4u16, 21].iter().flat_map(|half| half.to_be_bytes()));
    out.extend(1u32.to_be_bytes());
    out.extend([0, HEADER, 0].iter().flat_map(|word| word.to_be_bytes()));
    out.extend(0u32.to_be_bytes());
    let halves = [HEADER as u16, PROGRAM_HEADER as u16, segments, 0, 0, 0];
    out.extend(halves.iter().flat_map(|half| half.to_be_bytes()));
    out
}

impl Machine {
    /// Whether guests of this machine can be dumped.
    pub fn can_dump(&self) -> bool {
        self.config.target.arch == Arch::Ppc && self.config.target.bits == 64
    }

    /// Writes a core file; raises DUMP_COMPLETED.
    ///
    /// # Errors
    /// A file that can't be written.
    pub fn dump(&mut self, path: &str) -> Result<(), Error> {
        let fault = |e: std::io::Error| Error::new(format!("dump: failed to save memory: {e}"));
        let mut file = std::fs::File::create(path).map(std::io::BufWriter::new).map_err(fault)?;
        let notes: Vec<u8> = self.cpus.iter().flat_map(note).collect();
        let at = HEADER + 2 * PROGRAM_HEADER;
        let mut head = header(2);
        head.extend(program_header(4, at, 0, notes.len() as u64));
        head.extend(program_header(1, at + notes.len() as u64, 0, self.ram));
        head.extend(notes);
        file.write_all(&head).map_err(fault)?;
        let mut bytes = vec![0; CHUNK];
        let mut done = 0;
        while done < self.ram {
            let len = (self.ram - done).min(CHUNK as u64);
            self.memory.read_bytes(done, &mut bytes[..len as usize]);
            let piece = &bytes[..len as usize];
            // Where memory holds nothing the file has holes.
            match piece.iter().all(|&byte| byte == 0) {
                true => file.seek_relative(len as i64).map_err(fault)?,
                false => file.write_all(piece).map_err(fault)?,
            }
            done += len;
        }
        file.flush().map_err(fault)?;
        let end = file.stream_position().map_err(fault)?;
        file.get_ref().set_len(end).map_err(fault)?;
        let total = Value::Int(self.ram as i64);
        let result = vec![
            ("total".to_string(), total.clone()),
            ("status".to_string(), Value::from("completed")),
            ("completed".to_string(), total),
        ];
        self.raise(Event { name: "DUMP_COMPLETED", data: vec![("result", Value::Object(result))] });
        Ok(())
    }
}
