//! z/Architecture: PSW with the condition code apart, general, vector and control registers.

use cpu::Cpu;

use super::value;

/// The condition code in the mask half of the PSW (Principles of Operation, "Program-Status-Word Format").
const CODE_SHIFT: u32 = 44;

pub(super) fn dump(cpu: &dyn Cpu) -> String {
    let get = |name: &str| value(cpu, name).unwrap_or(0);
    let (mask, address) = (get("pswm") as u64, get("pswa"));
    let code = mask >> CODE_SHIFT & 3;
    let mut out = format!("PSW=mask {mask:016x} addr {address:016x} cc {code:02x}\n");
    out += &rows('R', 16, 4, |n| format!("{:016x}", get(&format!("r{n}"))));
    out += &rows('V', 32, 2, |n| match n {
        // The upper halves of the first sixteen are the floating-point registers.
        0..16 => format!("{:016x}{:016x}", get(&format!("f{n}")), get(&format!("v{n}l"))),
        _ => format!("{:032x}", get(&format!("v{n}"))),
    });
    out += &rows('C', 16, 4, |n| format!("{:016x}", get(&format!("cr{n}"))));
    out + "\n"
}

fn rows(letter: char, count: u32, columns: u32, text: impl Fn(u32) -> String) -> String {
    let cell = |n: u32| {
        let end = if n % columns == columns - 1 { '\n' } else { ' ' };
        format!("{letter}{n:02}={}{end}", text(n))
    };
    (0..count).map(cell).collect()
}
