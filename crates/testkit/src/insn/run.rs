//! Running cases on a CPU and comparing everything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bits::Endian;
use cpu::{Clock, Cpu, Ctx, Engine, Env, Kind, Lines, Target, Vcpu};
use libtest_mimic::{Failed, Trial};
use memory::{AddressSpace, Nanos, Ram};

use super::{Case, Place, Reference, parse_file};

/// Where RAM begins.
pub const RAM_BASE: u64 = 0x1_0000;
/// Its length.
pub const RAM_LEN: u64 = 0x2_0000;
/// Where instructions are put.
pub const CODE: u64 = 0x1_0000;
/// Where cases may have data.
pub const DATA: u64 = 0x2_0000;
/// How much.
pub const DATA_LEN: u64 = 0x1_0000;

/// How the cases of a variant of a target are run.
pub struct Bench<T: Target> {
    /// Name of the variant, as `@name` says it.
    pub name: &'static str,
    /// The CPU model.
    pub kind: Arc<Kind<T>>,
    /// Byte order of instructions, and of memory cells.
    pub endian: Endian,
    /// Puts the CPU into the state that cases start from, after reset.
    pub prepare: fn(&mut Ctx<T>),
    /// Why the CPU has trapped, if it has.
    pub trap: fn(&Ctx<T>) -> Option<u64>,
    /// Registers that change by themselves, and views of other registers; they are compared only where a case names them.
    pub ignored: &'static [&'static str],
    /// Registers that a trap changes; the same holds for them after one.
    pub trap_changes: &'static [&'static str],
}

/// A CPU with its RAM.
pub struct Machine<T: Target, E: Engine> {
    /// The CPU.
    pub cpu: Vcpu<T, E>,
    /// RAM from [`RAM_BASE`] on.
    pub ram: Arc<Ram>,
}

struct Still;

impl Clock for Still {
    fn now(&self, _: u64) -> Nanos {
        0
    }
}

impl<T: Target> Bench<T> {
    /// A CPU in the state that cases start from.
    ///
    /// # Panics
    /// When the host has no memory.
    pub fn machine<E: Engine>(&self) -> Machine<T, E> {
        let ram = Arc::new(Ram::new(RAM_LEN).expect("the host has some memory"));
        let mut bus = AddressSpace::new();
        bus.map_ram("ram", RAM_BASE, &ram).expect("nothing else is mapped");
        let env = Env {
            index: 0,
            lines: Arc::<Lines>::default(),
            bus: Arc::new(bus),
            clock: Arc::new(Still),
            board: Arc::new(cpu::PlainBoard),
        };
        let mut cpu = Vcpu::new(&self.kind, env);
        (self.prepare)(cpu.ctx());
        cpu.set_pc(CODE);
        Machine { cpu, ram }
    }

    /// The bytes of encodings, in a row.
    pub fn bytes(&self, words: &[(u128, u32)]) -> Vec<Vec<u8>> {
        let bytes = |&(bits, len): &(u128, u32)| match self.endian {
            Endian::Little => bits.to_le_bytes()[..len as usize].to_vec(),
            Endian::Big => bits.to_be_bytes()[16 - len as usize..].to_vec(),
        };
        words.iter().map(bytes).collect()
    }
}

impl<T: Target, E: Engine> Machine<T, E> {
    /// Index of the register called `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn register(&self, name: &str) -> Result<usize, String> {
        let at = self.cpu.registers().iter().position(|r| r.name == name);
        at.ok_or_else(|| format!("there is no register '{name}'"))
    }

    /// All registers.
    pub fn registers(&self) -> Vec<u128> {
        (0..self.cpu.registers().len()).map(|n| self.cpu.register(n).unwrap_or(0)).collect()
    }

    /// RAM as it is.
    pub fn memory(&self) -> Vec<u8> {
        let mut image = vec![0; RAM_LEN as usize];
        self.ram.read_bytes(0, &mut image);
        image
    }

    fn put(&mut self, place: &Place, value: u128, endian: Endian) -> Result<(), String> {
        match place {
            Place::Register(name) => {
                let at = self.register(name)?;
                let width = u32::from(self.cpu.registers()[at].bits);
                self.cpu.set_register(at, cut(value, width)).map_err(|e| e.to_string())
            }
            Place::Memory(address, size) => {
                let mut bytes = vec![0; *size as usize];
                endian.write(&mut bytes, value as u64);
                self.ram.write_bytes(offset(*address, *size)?, &bytes);
                Ok(())
            }
        }
    }
}

fn cut(value: u128, bits: u32) -> u128 {
    value & (u128::MAX >> (128 - bits.min(128)))
}

fn offset(address: u64, size: u32) -> Result<u64, String> {
    let fits = address >= DATA && address + u64::from(size) <= DATA + DATA_LEN;
    if fits { Ok(address - RAM_BASE) } else { Err(format!("{address:#x} is outside the data of cases")) }
}

/// All cases of the files called `*.insn` in `dir`, for one variant: each on engine `E` and on the reference evaluator.
///
/// # Panics
/// When the folder or a file can't be read; a line that is no case becomes a test that fails.
pub fn trials<T: Target, E: Engine + 'static>(dir: &Path, bench: &Arc<Bench<T>>) -> Vec<Trial>
where
    Bench<T>: Send + Sync,
{
    let entries = std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "insn"));
    files.sort();
    assert!(!files.is_empty(), "{}: no .insn files", dir.display());
    files.iter().flat_map(|f| file_trials::<T, E>(f, bench)).collect()
}

/// The cases of one file.
///
/// # Panics
/// When it can't be read.
pub fn file_trials<T: Target, E: Engine + 'static>(file: &Path, bench: &Arc<Bench<T>>) -> Vec<Trial>
where
    Bench<T>: Send + Sync,
{
    let text = std::fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let cases = match parse_file(&text) {
        Ok(cases) => cases,
        Err(e) => return vec![Trial::test(name, move || Err(Failed::from(e.to_string())))],
    };
    let mut trials = Vec::new();
    for case in cases.into_iter().filter(|c| c.variant.as_deref().is_none_or(|v| v == bench.name)) {
        for reference in [false, true] {
            let engine = if reference { "eval" } else { "engine" };
            let title = format!("{name}:{} {} {engine} {}", case.line, bench.name, case.text);
            let (case, bench) = (case.clone(), Arc::clone(bench));
            trials.push(Trial::test(title, move || check::<T, E>(&bench, &case, reference).map_err(Failed::from)));
        }
    }
    trials
}

fn check<T: Target, E: Engine>(bench: &Bench<T>, case: &Case, reference: bool) -> Result<(), String> {
    let mut machine = bench.machine::<E>();
    let code = bench.bytes(&case.words);
    machine.ram.write_bytes(CODE - RAM_BASE, &code.concat());
    for (place, value) in &case.inputs {
        machine.put(place, *value, bench.endian)?;
    }
    check_text(bench, case, &mut machine, &code)?;
    let (before, mut memory) = (machine.registers(), machine.memory());
    let start = machine.cpu.pc();
    let mut evaluator = Reference::default();
    for bytes in &code {
        if (bench.trap)(machine.cpu.ctx()).is_some() {
            return Err("an instruction before the last has trapped".to_owned());
        }
        if reference {
            evaluator.step(&mut machine.cpu, bytes);
        } else {
            machine.cpu.step();
        }
    }
    let len = code.iter().map(Vec::len).sum::<usize>() as u64;
    let trap = (bench.trap)(machine.cpu.ctx());
    if trap != case.trap {
        let say = |t: Option<u64>| t.map_or("no trap".to_owned(), |n| format!("trap {n}"));
        return Err(format!("expected {}, got {}", say(case.trap), say(trap)));
    }
    let mut wrong = compare_registers(bench, case, &machine, &before, start + len)?;
    wrong.extend(compare_memory(bench, case, &machine, &mut memory)?);
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn check_text<T: Target, E: Engine>(
    bench: &Bench<T>,
    case: &Case,
    machine: &mut Machine<T, E>,
    code: &[Vec<u8>],
) -> Result<(), String> {
    let mode = T::mode(machine.cpu.ctx());
    let mut pc = machine.cpu.pc();
    let mut texts = Vec::new();
    for bytes in code {
        let text = T::disassemble(bench.kind.lifter(), cpu::Code { pc, offset: 0, bytes, mode, alone: true });
        texts.extend(text.map(|(text, _)| text));
        pc += bytes.len() as u64;
    }
    let text = texts.join("; ");
    if text == case.text { Ok(()) } else { Err(format!("disassembly: expected '{}', got '{text}'", case.text)) }
}

fn compare_registers<T: Target, E: Engine>(
    bench: &Bench<T>,
    case: &Case,
    machine: &Machine<T, E>,
    before: &[u128],
    next: u64,
) -> Result<Vec<String>, String> {
    let mut expected: Vec<Option<u128>> = before.iter().map(|v| Some(*v)).collect();
    // The address half of the PSW is what z/Architecture has.
    let names = ["pc", "pswa", "rip", "eip"];
    let pc = names.iter().find_map(|name| machine.register(name).ok()).ok_or("there is no register 'pc'")?;
    expected[pc] = if case.trap.is_some() { None } else { Some(next.into()) };
    let after_trap = if case.trap.is_some() { bench.trap_changes } else { &[] };
    for name in bench.ignored.iter().chain(after_trap) {
        if let Ok(at) = machine.register(name) {
            expected[at] = None;
        }
    }
    for (place, value) in &case.outputs {
        if let Place::Register(name) = place {
            let at = machine.register(name)?;
            expected[at] = Some(cut(*value, machine.cpu.registers()[at].bits.into()));
        }
    }
    let after = machine.registers();
    let rows = machine.cpu.registers().iter().zip(&expected).zip(&after);
    let wrong = rows.filter_map(|((row, want), got)| {
        let want = (*want)?;
        (want != *got).then(|| format!("{}: expected {want:#x}, got {got:#x}", row.name))
    });
    Ok(wrong.collect())
}

fn compare_memory<T: Target, E: Engine>(
    bench: &Bench<T>,
    case: &Case,
    machine: &Machine<T, E>,
    expected: &mut [u8],
) -> Result<Vec<String>, String> {
    for (place, value) in &case.outputs {
        if let Place::Memory(address, size) = place {
            let at = offset(*address, *size)? as usize;
            bench.endian.write(&mut expected[at..at + *size as usize], *value as u64);
        }
    }
    let after = machine.memory();
    let differs = expected.iter().zip(&after).enumerate().filter(|(_, (want, got))| want != got);
    let say = |(at, (want, got))| format!("[{:#x}]: expected {want:#04x}, got {got:#04x}", RAM_BASE + at as u64);
    Ok(differs.map(say).take(8).collect())
}
