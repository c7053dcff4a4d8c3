//! SPARC: the current window eight registers a line (V9: four), floating point by doubles, state registers.

use cpu::Cpu;

use super::{bits, value};

const CONDITIONS: [(char, u32); 4] = [('N', 3), ('Z', 2), ('V', 1), ('C', 0)];
/// S, PS and ET of PSR.
const MODE: [(char, u32); 3] = [('S', 7), ('P', 6), ('E', 5)];
/// What debuggers call two of the window's registers.
const POINTERS: [(&str, &str); 2] = [("o6", "sp"), ("i6", "fp")];

pub(super) fn v8(cpu: &dyn Cpu, pc: u64, npc: u64) -> String {
    let get = |name: &str| value(cpu, name).unwrap_or(0) as u64;
    let psr = get("psr");
    let mut out = format!("pc: {pc:08x}  npc: {npc:08x}\n") + &window(cpu, 8, 8);
    for first in (0..32).step_by(8) {
        let double = |n: u32| format!(" {:08x}{:08x}", get(&format!("f{n}")), get(&format!("f{}", n + 1)));
        out += &format!("%f{first:02}: {}\n", (first..first + 8).step_by(2).map(double).collect::<String>());
    }
    out += &format!(
        "psr: {psr:08x} (icc: {} SPE: {}) wim: {:08x}\n",
        bits(psr >> 20 & 15, &CONDITIONS),
        bits(psr, &MODE),
        get("wim")
    );
    out + &format!("fsr: {:08x} y: {:08x}\n\n", get("fsr"), get("y"))
}

pub(super) fn v9(cpu: &dyn Cpu, pc: u64, npc: u64) -> String {
    let get = |name: &str| value(cpu, name).unwrap_or(0) as u64;
    let mut out = format!("pc: {pc:016x}  npc: {npc:016x}\n") + &window(cpu, 4, 16);
    for first in (0..64).step_by(8) {
        let double = |n: u32| match n {
            // The lower half is also known as single numbers.
            0..32 => format!(" {:08x}{:08x}", get(&format!("f{n}")), get(&format!("f{}", n + 1))),
            _ => format!(" {:016x}", get(&format!("f{n}"))),
        };
        out += &format!("%f{first:02}: {}\n", (first..first + 8).step_by(2).map(double).collect::<String>());
    }
    let ccr = get("ccr");
    out += &format!(
        "pstate: {:08x} ccr: {ccr:02x} (icc: {} xcc: {}) asi: {:02x} tl: {} pil: {:x} gl: {}\n",
        get("pstate"),
        bits(ccr & 15, &CONDITIONS),
        bits(ccr >> 4, &CONDITIONS),
        get("asi"),
        get("tl"),
        get("pil"),
        get("gl")
    );
    out += &format!("tbr: {:016x} hpstate: {:016x} htba: {:016x}\n", get("tba"), get("hpstate"), get("htba"));
    let windows = ["cansave", "canrestore", "otherwin", "wstate", "cleanwin", "cwp"];
    out += &format!("{}\n", windows.map(|name| format!("{name}: {}", get(name))).join(" "));
    out + &format!("fsr: {:016x} y: {:016x} fprs: {:016x}\n\n", get("fsr"), get("y"), get("fprs"))
}

/// The registers of the window, `columns` of `digits` digits a line. Only lines of global registers end without a blank.
fn window(cpu: &dyn Cpu, columns: usize, digits: usize) -> String {
    let register = |letter: char, n: usize| {
        let name = format!("{letter}{n}");
        let name = POINTERS.iter().find(|(plain, _)| *plain == name).map_or(name.as_str(), |(_, name)| name);
        format!("{:0digits$x}", value(cpu, name).unwrap_or(0))
    };
    let mut out = String::new();
    for letter in ['g', 'o', 'l', 'i'] {
        for first in (0..8).step_by(columns) {
            let last = first + columns - 1;
            let cells: Vec<String> = (first..=last).map(|n| register(letter, n)).collect();
            let end = if letter == 'g' { "" } else { " " };
            out += &format!("%{letter}{first}-{last}: {}{end}\n", cells.join(" "));
        }
    }
    out
}
