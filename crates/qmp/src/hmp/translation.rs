//! `info tlb` and `info mem`: what the page tables of the CPU in focus map, page by page, and as ranges of equal rights.

use machine::{Arch, Page, Pages};

use super::Focus;
use super::args::Args;
use crate::command::Context;

/// Flags of an x86 entry as `info tlb` shows them: not executable, global, large, dirty, accessed, cache disabled, write-through,
/// user, writable.
const X86: [(char, u32); 9] =
    [('X', 63), ('G', 8), ('P', 7), ('D', 6), ('A', 5), ('C', 4), ('T', 3), ('U', 2), ('W', 1)];
/// Rights of a RISC-V entry as `info mem` shows them.
const RISCV: [(char, u32); 7] = [('r', 1), ('w', 2), ('x', 3), ('u', 4), ('g', 5), ('a', 6), ('d', 7)];
/// Present, writable, user.
const X86_RIGHTS: u64 = 0b111;

/// The pages of the CPU in focus, or why there are none.
fn pages(context: &Context<'_>, focus: &Focus, off: &str) -> Result<Vec<Page>, String> {
    let cpus = context.machine.cpus();
    let vcpu = cpus.iter().find(|vcpu| vcpu.index == focus.cpu).or(cpus.first());
    match vcpu.map(|vcpu| context.machine.pages(vcpu)) {
        None => Err("No CPU available\n".to_string()),
        Some(Pages::Unknown) => Err("the page tables of this architecture are not shown\n".to_string()),
        Some(Pages::Off) => Err(off.to_string()),
        Some(Pages::Mapped(pages)) => Ok(pages),
    }
}

fn letters(value: u64, all: &[(char, u32)]) -> String {
    all.iter().map(|&(letter, bit)| if value >> bit & 1 != 0 { letter } else { '-' }).collect()
}

fn is_x86(context: &Context<'_>) -> bool {
    context.machine.target().arch == Arch::X86
}

pub(super) fn tlb(context: &mut Context<'_>, focus: &Focus, _: &Args<'_>) -> String {
    if !is_x86(context) {
        return "unknown command: 'info tlb'\n".to_string();
    }
    let line = |page: &Page| format!("{:016x}: {:016x} {}\n", page.virt, page.physical, letters(page.entry, &X86));
    match pages(context, focus, "PG disabled\n") {
        Ok(pages) => pages.iter().map(line).collect(),
        Err(text) => text,
    }
}

pub(super) fn mem(context: &mut Context<'_>, focus: &Focus, _: &Args<'_>) -> String {
    let digits = context.machine.target().bits as usize / 4;
    match context.machine.target().arch {
        Arch::X86 => pages(context, focus, "PG disabled\n").map_or_else(|text| text, |pages| x86_ranges(&pages)),
        Arch::Riscv => {
            let off = "No translation or protection\n";
            pages(context, focus, off).map_or_else(|text| text, |pages| riscv_ranges(&pages, digits))
        }
        _ => "unknown command: 'info mem'\n".to_string(),
    }
}

/// Joins pages for as long as `same` says so, and gives the first of each range with the range's length.
fn ranges(pages: &[Page], same: impl Fn(&Page, &Page) -> bool) -> Vec<(Page, u64)> {
    let mut out: Vec<(Page, u64)> = Vec::new();
    for page in pages {
        match out.last_mut() {
            Some((first, len))
                if first.virt.wrapping_add(*len) == page.virt && {
                    let moved = Page { physical: first.physical.wrapping_add(*len), ..*first };
                    same(&moved, page)
                } =>
            {
                *len += page.len;
            }
            _ => out.push((*page, page.len)),
        }
    }
    out
}

/// From, to, length and rights, wherever the physical pages lie.
fn x86_ranges(pages: &[Page]) -> String {
    let line = |(page, len): (Page, u64)| {
        let write = if page.rights >> 1 & 1 != 0 { 'w' } else { '-' };
        let user = if page.rights >> 2 & 1 != 0 { 'u' } else { '-' };
        format!("{:016x}-{:016x} {len:016x} {user}r{write}\n", page.virt, page.virt.wrapping_add(len))
    };
    ranges(pages, |a, b| (a.rights ^ b.rights) & X86_RIGHTS == 0).into_iter().map(line).collect()
}

/// Virtual and physical address, length and rights of what is contiguous in both.
fn riscv_ranges(pages: &[Page], digits: usize) -> String {
    let column = |name: &str, width: usize| format!("{name:<width$}");
    let dashes = |width: usize| "-".repeat(width);
    let mut out = format!("{} {} {} attr\n", column("vaddr", digits), column("paddr", 16), column("size", digits));
    out += &format!("{} {} {} -------\n", dashes(digits), dashes(16), dashes(digits));
    for (page, len) in ranges(pages, |a, b| a.physical == b.physical && (a.rights ^ b.rights) & 0xfe == 0) {
        let virt = page.virt & (u64::MAX >> (64 - 4 * digits));
        out += &format!("{virt:0digits$x} {:016x} {len:0digits$x} {}\n", page.physical, letters(page.rights, &RISCV));
    }
    out
}
