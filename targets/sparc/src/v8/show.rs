//! The page tables for people, in the form of QEMU's `info tlb`.

use std::fmt::Write;

use cpu::Ctx;

use super::{Sparc32, mmu};

/// What an address that is not translated is said to lead to.
const NOWHERE: u64 = u64::MAX;

/// Bits that the index of levels 1 to 3 begins at, how many entries they have, and what an entry of it is called.
const LEVELS: [(u32, u64, &str); 3] = [(24, 256, "PDE"), (18, 64, "PDE"), (12, 64, "PTE")];

/// The pointer to the tables, and a line for each valid entry of the current context.
pub(super) fn translations(ctx: &Ctx<Sparc32>) -> String {
    let (root, context) = (u64::from(ctx.state.mmu_table) << 4, ctx.state.mmu_context);
    let mut out = format!("Root ptr: {root:016x}, ctx: {context}\n");
    level(ctx, 1, 0, &mut out);
    out
}

fn level(ctx: &Ctx<Sparc32>, n: usize, base: u64, out: &mut String) {
    let Some(&(lo, count, name)) = LEVELS.get(n - 1) else { return };
    for address in (0..count).map(|index| base + (index << lo)) {
        let Some(entry) = mmu::entry_debug(ctx, address, n as u32) else { continue };
        let physical = mmu::translate_debug(ctx, address).unwrap_or(NOWHERE);
        let indent = n - 1;
        // Writing to a string can't fail.
        let _ = writeln!(out, "{:indent$}VA: {address:08x}, PA: {physical:016x} {name}: {entry:08x}", "");
        level(ctx, n + 1, address, out);
    }
}
