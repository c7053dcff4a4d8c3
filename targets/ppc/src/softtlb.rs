//! TLBs that software fills: which a model has, and what the kinds have in common.
//!
//! Each kind has a file: `mas` (Freescale), `tlb4xx` (440 and 40x), `tlb603`.

use cpu::{Access, Ctx, Translation};
use serde::{Deserialize, Serialize};

use crate::board::Map;
use crate::mas;
use crate::model::{Family, Model};
use crate::target::Ppc;
use crate::tlb4xx;
use crate::trap::Trap;

/// An entry, as the instructions of its kind write it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its words: MAS1, MAS2, MAS7 with MAS3; words 0 to 2 of the 440; TLBHI and TLBLO of the 40x; the two of a page-table entry on the 603.
    pub words: [u64; 3],
    /// Process identifier, where it isn't in a word.
    pub tid: u32,
}

/// The kinds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// None: tables in memory, or nothing.
    None,
    /// Freescale's.
    Mas,
    /// 440 and 460.
    P440,
    /// 40x.
    P40x,
    /// 603 and its kin.
    P603,
}

/// The kind of a model.
pub(crate) fn kind(model: &Model) -> Kind {
    match model.family() {
        Family::P603 | Family::E300 => Kind::P603,
        Family::P403 | Family::P405 => Kind::P40x,
        Family::P440 => Kind::P440,
        Family::E200 | Family::E500v1 | Family::E500v2 | Family::E500mc | Family::E5500 | Family::E6500 => Kind::Mas,
        _ => Kind::None,
    }
}

/// All entries of a model, invalid.
pub(crate) fn empty(model: &Model) -> Vec<Entry> {
    let n = match kind(model) {
        Kind::None => 0,
        Kind::Mas => mas::config(model).iter().map(|tlb| tlb.entries).sum(),
        // PPC440 and PPC405 user's manuals: 64 entries; 603e: 32 pairs for instructions, as many for data.
        Kind::P440 | Kind::P40x => 64,
        Kind::P603 => 128,
    };
    vec![Entry::default(); n]
}

/// Translates an access by the TLB of a BookE CPU or a 40x.
pub(crate) fn translate<T: Ppc>(
    ctx: &mut Ctx<T>,
    address: u64,
    access: Access,
    space: u8,
) -> Result<Translation, Trap> {
    match kind(ctx.model()) {
        Kind::Mas => mas::translate(ctx, address, access, space),
        Kind::P440 => tlb4xx::translate_440(ctx, address, access, space),
        _ => tlb4xx::translate_40x(ctx, address, access, space),
    }
}

/// As [`translate`], for a debugger: data first, then instructions.
pub(crate) fn debug<T: Ppc>(ctx: &Ctx<T>, address: u64) -> Option<u64> {
    let spaces = [ctx.state.msr >> 4 & 1, ctx.state.msr >> 5 & 1];
    spaces.into_iter().find_map(|space| match kind(ctx.model()) {
        Kind::Mas => mas::debug(ctx, address, space),
        Kind::P440 => tlb4xx::debug_440(ctx, address, space),
        _ => tlb4xx::debug_40x(ctx, address),
    })
}

/// Puts what a board maps before a program begins into its entries.
pub(crate) fn map<T: Ppc>(ctx: &mut Ctx<T>, maps: &[Map]) {
    let kind = kind(ctx.model());
    for map in maps {
        match kind {
            Kind::Mas => mas::map(ctx, map),
            Kind::P440 => tlb4xx::map_440(ctx, map),
            _ => {}
        }
    }
    ctx.flush_tlb();
}

/// Whether a set of rights allows an access.
pub(crate) fn allows(access: Access, [read, write, fetch]: [bool; 3]) -> bool {
    match access {
        Access::Read => read,
        Access::Write => write,
        Access::Fetch => fetch,
    }
}
