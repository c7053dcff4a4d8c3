//! The TLBs for people, in the form of QEMU's `info tlb`.

use std::fmt::Write;

use cpu::Ctx;

use super::Sparc64;
use super::mmu::{self, Entry, lsu, tte};

/// Bits of a tag that are the context's.
const CONTEXT: u64 = 0x1fff;
/// Bytes of each page size of a TTE, as text.
const SIZES: [&str; 4] = ["  8k", " 64k", "512k", "  4M"];

/// Contexts, and a line for each valid entry.
pub(crate) fn translations(ctx: &Ctx<Sparc64>) -> String {
    let mmus = &ctx.state.mmu;
    let mut out = format!("MMU contexts: Primary: {}, Secondary: {}\n", mmus.primary, mmus.secondary);
    out += &format!("DMMU Tag Access: {:x}, TSB Tag Target: {:x}\n", mmus.d.tag_access, mmus.d.tag_target());
    dump(
        "DMMU",
        ctx.state.lsu & lsu::DM != 0,
        &mmus.d,
        |entry| {
            let write = if entry.data & tte::W != 0 { "RW" } else { "RO" };
            let inverted = if entry.data & tte::IE != 0 { "yes" } else { "no" };
            (format!("{write}, "), format!("ie {inverted}, "))
        },
        &mut out,
    );
    dump("IMMU", ctx.state.lsu & lsu::IM != 0, &mmus.i, |_| Default::default(), &mut out);
    out
}

/// `rights`: what a line says before and behind whether the entry is locked.
fn dump(name: &str, on: bool, mmu: &mmu::Mmu, rights: impl Fn(&Entry) -> (String, String), out: &mut String) {
    *out += &format!("{name} {}\n", if on { "dump" } else { "disabled" });
    for (n, entry) in mmu.entries.iter().enumerate().filter(|(_, entry)| on && entry.data & tte::V != 0) {
        let yes = |bit, yes, no| if entry.data & bit != 0 { yes } else { no };
        let size = SIZES[(entry.data >> 61 & 3) as usize];
        let (before, behind) = rights(entry);
        // Writing to a string can't fail.
        let _ = writeln!(
            out,
            "[{n:02}] VA: {:x}, PA: {:x}, {size}, {}, {before}{}, {behind}ctx {} {}",
            entry.tag & !CONTEXT,
            entry.data & tte::PA,
            yes(tte::P, "priv", "user"),
            yes(tte::L, "locked", "unlocked"),
            entry.tag & CONTEXT,
            yes(tte::G, "global", "local"),
        );
    }
}
