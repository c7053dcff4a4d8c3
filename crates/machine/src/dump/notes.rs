//! The notes of a core file, architecture by architecture, as data: Linux's `struct elf_prstatus` and the register sets of its
//! `<elf.h>` (NT_*), with registers by the names of the target's table.
//!
//! A note's content is a line of words: `0/N` is N bytes of zeros, `pid/4` the CPU's number plus one where a process has its
//! id, `NAME/N` a register in N bytes, `NAME{A..B}END/N` a row of registers. What a model has not reads as zeros.

use cpu::Cpu;
use loader::corefile::CoreFile;

use crate::machine::{Machine, Vcpu};
use crate::targets::Arch;

/// A note of each CPU: name, type, content.
type Note = (&'static str, u32, &'static str);

/// `elf_prstatus` up to its registers on 64-bit systems: signal, pending signals, process ids, times.
const HEAD_64: &str = "0/32 pid/4 0/76 ";
/// The same on 32-bit systems.
const HEAD_32: &str = "0/24 pid/4 0/44 ";

const X86_64: &[Note] = &[(
    "CORE",
    1,
    "r15/8 r14/8 r13/8 r12/8 rbp/8 rbx/8 r11/8 r10/8 r9/8 r8/8 rax/8 rcx/8 rdx/8 rsi/8 rdi/8 0/8 rip/8 cs/8 eflags/8 rsp/8 \
     ss/8 fs_base/8 gs_base/8 ds/8 es/8 fs/8 gs/8 0/8",
)];
const X86_32: &[Note] = &[(
    "CORE",
    1,
    "ebx/4 ecx/4 edx/4 esi/4 edi/4 ebp/4 eax/4 ds/4 es/4 fs/4 gs/4 0/4 eip/4 cs/4 eflags/4 esp/4 ss/4 0/4",
)];
const PPC64: &[Note] = &[
    ("CORE", 1, "r{0..31}/8 pc/8 msr/8 0/8 ctr/8 lr/8 xer/8 cr/8 0/80"),
    ("CORE", 2, "f{0..31}/8 fpscr/8"),
    ("LINUX", 0x100, "vr{0..31}/16 0/12 vscr/4 vrsave/4 0/12"),
    ("LINUX", 0x102, "vs{0..31}h/8"),
];
const S390X: &[Note] = &[
    ("CORE", 1, "pswm/8 pswa/8 r{0..15}/8 acr{0..15}/4 0/16"),
    ("CORE", 2, "fpc/4 0/4 f{0..15}/8"),
    ("LINUX", 0x304, "cr{0..15}/8"),
    ("LINUX", 0x305, "prefix/4"),
    ("LINUX", 0x309, "v{0..15}l/8"),
    ("LINUX", 0x30a, "v{16..31}/16"),
];

/// One word of a note's content: the registers' names and their width.
fn word(text: &str) -> Option<(Vec<String>, usize)> {
    let (name, len) = text.split_once('/')?;
    let names = match name.split_once('{') {
        None => vec![name.to_string()],
        Some((start, rest)) => {
            let (range, end) = rest.split_once('}')?;
            let (first, last) = range.split_once("..")?;
            let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
            (first..=last).map(|n| format!("{start}{n}{end}")).collect()
        }
    };
    Some((names, len.parse().ok()?))
}

/// A 64-bit CPU's name of a 32-bit register that it may have only under the wide one: `rax` for `eax`.
fn wide(name: &str) -> String {
    name.strip_prefix('e').map_or_else(|| name.to_string(), |rest| format!("r{rest}"))
}

fn register(cpu: &dyn Cpu, name: &str) -> u128 {
    let find = |name: &str| cpu.registers().iter().position(|row| row.name == name);
    let index = find(name).or_else(|| find(&wide(name)));
    index.and_then(|index| cpu.register(index).ok()).unwrap_or(0)
}

fn content(vcpu: &Vcpu, text: &str, big_endian: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (names, len) in text.split_whitespace().filter_map(word) {
        for name in names {
            match name.as_str() {
                "0" => out.resize(out.len() + len, 0),
                _ => {
                    let pid = vcpu.index as u128 + 1;
                    let value = if name == "pid" { pid } else { register(vcpu.cpu.as_ref(), &name) };
                    let (big, little) = (value.to_be_bytes(), value.to_le_bytes());
                    out.extend(if big_endian { &big[16 - len..] } else { &little[..len] });
                }
            }
        }
    }
    out
}

/// The form of a machine's core file: notes, head of `elf_prstatus`, `e_machine`, class 64, byte order.
fn form(machine: &Machine) -> (&'static [Note], &'static str, u16, bool, bool) {
    match machine.target().arch {
        // An x86 outside long mode is dumped as a 32-bit one.
        Arch::X86 if is_long(machine) => (X86_64, HEAD_64, 62, true, false),
        Arch::X86 => (X86_32, HEAD_32, 3, false, false),
        Arch::S390 => (S390X, HEAD_64, 22, true, true),
        _ => (PPC64, HEAD_64, 21, true, !is_little(machine)),
    }
}

fn first_register(machine: &Machine, name: &str) -> u128 {
    machine.cpus().first().map_or(0, |vcpu| register(vcpu.cpu.as_ref(), name))
}

/// EFER.LMA of the first CPU (Intel SDM, "IA32_EFER").
fn is_long(machine: &Machine) -> bool {
    machine.target().bits == 64 && first_register(machine, "efer") >> 10 & 1 != 0
}

/// MSR.LE of the first CPU (Power ISA, "Machine State Register").
fn is_little(machine: &Machine) -> bool {
    first_register(machine, "msr") & 1 != 0
}

/// A core file with the notes of all CPUs and no memory.
pub(super) fn core_file(machine: &Machine) -> CoreFile {
    let (notes, head, elf_machine, is_64, big_endian) = form(machine);
    let mut core = CoreFile::new(elf_machine, is_64, big_endian);
    for vcpu in machine.cpus() {
        for (name, kind, text) in notes {
            let text = if *kind == 1 { format!("{head}{text}") } else { (*text).to_string() };
            core.note(name, *kind, &content(vcpu, &text, big_endian));
        }
    }
    core
}

/// What Linux calls such a machine (`utsname.machine`), and the bytes of its pages: those of pSeries Linux are 64 KiB.
pub(super) fn system(core: &CoreFile) -> (&'static str, u64) {
    match core.machine {
        62 => ("x86_64", 4096),
        3 => ("i686", 4096),
        22 => ("s390x", 4096),
        _ if core.big_endian => ("ppc64", 65536),
        _ => ("ppc64le", 65536),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn len(text: &str) -> usize {
        let words = text.split_whitespace().map(|text| word(text).unwrap_or_else(|| panic!("{text}")));
        words.map(|(names, len)| if names == ["0"] { len } else { names.len() * len }).sum()
    }

    #[test]
    fn notes_have_the_sizes_of_linux_structures() {
        let sizes = |head: &str, notes: &[Note]| -> Vec<usize> {
            notes.iter().map(|(_, kind, text)| len(text) + if *kind == 1 { len(head) } else { 0 }).collect()
        };
        assert_eq!(sizes(HEAD_64, X86_64), [336]);
        assert_eq!(sizes(HEAD_32, X86_32), [144]);
        assert_eq!(sizes(HEAD_64, PPC64), [504, 264, 544, 256]);
        assert_eq!(sizes(HEAD_64, S390X), [336, 136, 128, 4, 128, 256]);
    }

    #[test]
    fn words_are_registers_and_rows() {
        assert_eq!(word("v{0..2}l/8").unwrap(), (vec!["v0l".into(), "v1l".into(), "v2l".into()], 8));
        assert_eq!(word("pc/4").unwrap(), (vec!["pc".into()], 4));
        assert_eq!(word("pc"), None);
    }
}
