//! Special-purpose registers of the embedded CPUs, and of the software TLB of the 603: a row each.
//!
//! Power ISA 2.07B, Book III-E, "Special Purpose Registers"; PowerPC e500 Core Family Reference Manual, chapter 2; EREF, chapter 3; PPC440x5 and PPC405 user's manuals,
//! "Special Purpose Registers"; MPC603e User's Manual, chapter 2.

use cpu::Ctx;

use crate::board::Board;
use crate::booke_timer as timer;
use crate::ext::Ext;
use crate::mas;
use crate::model::Family;
use crate::spr::Who::{Anybody, Nobody, Supervisor};
use crate::spr::{Kind, Spr, n, row, sup, user};
use crate::target::Ppc;
use crate::tlb4xx;

/// What a register of these is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reg {
    /// Kept in the place of another one, as far as these bits exist.
    At(u32, u64),
    /// The same; writing ones clears.
    ClearAt(u32),
    /// The same; translations change.
    TranslationAt(u32, u64),
    /// Always that.
    Is(u64),
    /// Timer status.
    Tsr,
    /// Timer control.
    Tcr,
    /// Programmable interval timer.
    Pit,
    /// TLB1 and TLB0 are invalidated by it.
    Mmucsr0,
    /// Configuration of a TLB.
    Tlbcfg(usize),
    /// Configuration of the MMU.
    Mmucfg,
    /// Configuration of a first-level cache.
    L1cfg,
    /// Debug control 0: it can reset the machine.
    Dbcr0,
    /// Time base for all, upper and lower half of the alternate one.
    Alternate(u32),
}

use Reg::{Alternate, At, ClearAt, Dbcr0, Is, L1cfg, Mmucfg, Mmucsr0, Pit, Tcr, Tlbcfg, TranslationAt, Tsr};

const ALL: u64 = u64::MAX;
const LOW: u64 = 0xffff_ffff;

const fn reg(number: u32, name: &'static str, reg: Reg, needs: Ext) -> Spr {
    sup(number, name, Kind::Embedded(reg), Some(needs))
}

const fn plain(number: u32, name: &'static str, needs: Ext) -> Spr {
    reg(number, name, At(number, LOW), needs)
}

const fn wide(number: u32, name: &'static str, needs: Ext) -> Spr {
    reg(number, name, At(number, ALL), needs)
}

const fn shown(number: u32, name: &'static str, of: u32) -> Spr {
    row(number, name, Kind::Embedded(At(of, ALL)), Anybody, Nobody, Some(Ext::BookE))
}

const fn fixed(number: u32, name: &'static str, kind: Reg, needs: Ext) -> Spr {
    row(number, name, Kind::Embedded(kind), Supervisor, Nobody, Some(needs))
}

const fn ivor(number: u32, name: &'static str, needs: Ext) -> Spr {
    reg(number, name, At(number, 0xfff0), needs)
}

/// PowerPC 40x; they are looked at before those of BookE. DEAR, ESR and their kin are kept where BookE has them.
static P40X: &[Spr] = &[
    reg(944, "zpr", TranslationAt(tlb4xx::n::ZPR, LOW), Ext::Emb40x),
    reg(945, "pid", TranslationAt(tlb4xx::n::PID, 0xff), Ext::Emb40x),
    plain(947, "ccr0", Ext::Emb40x),
    plain(948, "iac3", Ext::Emb40x),
    plain(949, "iac4", Ext::Emb40x),
    plain(950, "dvc1", Ext::Emb40x),
    plain(951, "dvc2", Ext::Emb40x),
    plain(953, "sgr", Ext::Emb40x),
    plain(954, "dcwr", Ext::Emb40x),
    plain(955, "sler", Ext::Emb40x),
    plain(956, "su0r", Ext::Emb40x),
    reg(957, "dbcr1", TranslationAt(957, LOW), Ext::Emb40x),
    fixed(979, "icdbdr", Is(0), Ext::Emb40x),
    reg(980, "esr", At(n::ESR, LOW), Ext::Emb40x),
    reg(981, "dear", At(n::DEAR, LOW), Ext::Emb40x),
    reg(982, "evpr", At(n::IVPR, 0xffff_0000), Ext::Emb40x),
    reg(984, "tsr", Tsr, Ext::Emb40x),
    reg(986, "tcr", Tcr, Ext::Emb40x),
    reg(987, "pit", Pit, Ext::Emb40x),
    reg(990, "srr2", At(n::CSRR0, LOW), Ext::Emb40x),
    reg(991, "srr3", At(n::CSRR1, LOW), Ext::Emb40x),
    reg(1008, "dbsr", ClearAt(304), Ext::Emb40x),
    reg(1010, "dbcr0", Dbcr0, Ext::Emb40x),
    plain(1012, "iac1", Ext::Emb40x),
    plain(1013, "iac2", Ext::Emb40x),
    reg(1014, "dac1", TranslationAt(1014, LOW), Ext::Emb40x),
    reg(1015, "dac2", TranslationAt(1015, LOW), Ext::Emb40x),
    plain(1018, "dccr", Ext::Emb40x),
    plain(1019, "iccr", Ext::Emb40x),
];

/// BookE, with what Freescale and the 440 add.
static BOOKE: &[Spr] = &[
    sup(22, "dec", Kind::Dec, Some(Ext::Ivor)),
    reg(48, "pid", TranslationAt(mas::n::PID[0], 0x3fff), Ext::Ivor),
    plain(timer::DECAR, "decar", Ext::Ivor),
    wide(58, "csrr0", Ext::Ivor),
    wide(59, "csrr1", Ext::Ivor),
    wide(61, "dear", Ext::Ivor),
    plain(62, "esr", Ext::Ivor),
    reg(63, "ivpr", At(63, !0xffff), Ext::Ivor),
    shown(260, "sprg4_user", 276),
    shown(261, "sprg5_user", 277),
    shown(262, "sprg6_user", 278),
    shown(263, "sprg7_user", 279),
    shown(259, "sprg3_user", 275),
    sup(286, "pir", Kind::Pir, Some(Ext::Ivor)),
    reg(304, "dbsr", ClearAt(304), Ext::Ivor),
    plain(307, "epcr", Ext::Mas),
    reg(308, "dbcr0", Dbcr0, Ext::Ivor),
    plain(309, "dbcr1", Ext::Ivor),
    reg(310, "dbcr2", TranslationAt(310, LOW), Ext::Ivor),
    wide(312, "iac1", Ext::Ivor),
    wide(313, "iac2", Ext::Ivor),
    wide(314, "iac3", Ext::Ivor),
    wide(315, "iac4", Ext::Ivor),
    reg(316, "dac1", TranslationAt(316, ALL), Ext::Ivor),
    reg(317, "dac2", TranslationAt(317, ALL), Ext::Ivor),
    wide(318, "dvc1", Ext::Ivor),
    wide(319, "dvc2", Ext::Ivor),
    reg(336, "tsr", Tsr, Ext::Ivor),
    reg(340, "tcr", Tcr, Ext::Ivor),
    ivor(400, "ivor0", Ext::Ivor),
    ivor(401, "ivor1", Ext::Ivor),
    ivor(402, "ivor2", Ext::Ivor),
    ivor(403, "ivor3", Ext::Ivor),
    ivor(404, "ivor4", Ext::Ivor),
    ivor(405, "ivor5", Ext::Ivor),
    ivor(406, "ivor6", Ext::Ivor),
    ivor(407, "ivor7", Ext::Ivor),
    ivor(408, "ivor8", Ext::Ivor),
    ivor(409, "ivor9", Ext::Ivor),
    ivor(410, "ivor10", Ext::Ivor),
    ivor(411, "ivor11", Ext::Ivor),
    ivor(412, "ivor12", Ext::Ivor),
    ivor(413, "ivor13", Ext::Ivor),
    ivor(414, "ivor14", Ext::Ivor),
    ivor(415, "ivor15", Ext::Ivor),
    user(512, "spefscr", Kind::Embedded(At(512, LOW)), Some(Ext::Spe)),
    fixed(515, "l1cfg0", L1cfg, Ext::Mas),
    fixed(516, "l1cfg1", L1cfg, Ext::Mas),
    row(526, "atbl", Kind::Embedded(Alternate(0)), Anybody, Nobody, Some(Ext::Mas)),
    row(527, "atbu", Kind::Embedded(Alternate(32)), Anybody, Nobody, Some(Ext::Mas)),
    ivor(528, "ivor32", Ext::Mas),
    ivor(529, "ivor33", Ext::Mas),
    ivor(530, "ivor34", Ext::Mas),
    ivor(531, "ivor35", Ext::Mas),
    ivor(532, "ivor36", Ext::Mas),
    ivor(533, "ivor37", Ext::Mas),
    wide(513, "bbear", Ext::Mas),
    wide(514, "bbtar", Ext::Mas),
    wide(569, "mcaru", Ext::Mas),
    wide(570, "mcsrr0", Ext::Mas),
    wide(571, "mcsrr1", Ext::Mas),
    reg(572, "mcsr", ClearAt(572), Ext::Mas),
    wide(573, "mcar", Ext::Mas),
    wide(574, "dsrr0", Ext::Mas),
    wide(575, "dsrr1", Ext::Mas),
    wide(604, "sprg8", Ext::Mas),
    wide(605, "sprg9", Ext::Mas),
    plain(624, "mas0", Ext::Mas),
    plain(625, "mas1", Ext::Mas),
    wide(626, "mas2", Ext::Mas),
    plain(627, "mas3", Ext::Mas),
    plain(628, "mas4", Ext::Mas),
    plain(630, "mas6", Ext::Mas),
    reg(633, "pid1", TranslationAt(633, 0xff), Ext::Mas),
    reg(634, "pid2", TranslationAt(634, 0xff), Ext::Mas),
    fixed(688, "tlb0cfg", Tlbcfg(0), Ext::Mas),
    fixed(689, "tlb1cfg", Tlbcfg(1), Ext::Mas),
    fixed(702, "epr", Is(0), Ext::Mas),
    plain(944, "mas7", Ext::Mas),
    plain(tlb4xx::n::MMUCR, "mmucr", Ext::Dcr),
    plain(947, "ccr0", Ext::Dcr),
    plain(888, "ccr1", Ext::Dcr),
    plain(880, "inv0", Ext::Dcr),
    plain(884, "itv0", Ext::Dcr),
    plain(912, "dnv0", Ext::Dcr),
    plain(916, "dtv0", Ext::Dcr),
    plain(920, "dvlim", Ext::Dcr),
    plain(921, "ivlim", Ext::Dcr),
    plain(955, "rstcfg", Ext::Dcr),
    plain(1008, "hid0", Ext::Mas),
    plain(1009, "hid1", Ext::Mas),
    plain(1010, "l1csr0", Ext::Mas),
    plain(1011, "l1csr1", Ext::Mas),
    reg(1012, "mmucsr0", Mmucsr0, Ext::Mas),
    plain(1013, "bucsr", Ext::Mas),
    fixed(1015, "mmucfg", Mmucfg, Ext::Mas),
    plain(1017, "l2csr0", Ext::Mas),
    fixed(1023, "svr", Is(0), Ext::Mas),
];

/// The 603 and its kin: what a TLB miss leaves can't be written, save RPA.
static P603: &[Spr] = &[
    plain(976, "dmiss", Ext::SoftTlb),
    plain(977, "dcmp", Ext::SoftTlb),
    fixed(978, "hash1", At(978, LOW), Ext::SoftTlb),
    fixed(979, "hash2", At(979, LOW), Ext::SoftTlb),
    plain(980, "imiss", Ext::SoftTlb),
    plain(981, "icmp", Ext::SoftTlb),
    plain(982, "rpa", Ext::SoftTlb),
];

/// All rows; of several with one number the first one whose feature is there counts.
pub(crate) fn rows() -> impl Iterator<Item = &'static Spr> {
    P40X.iter().chain(BOOKE).chain(P603)
}

/// Reads a register.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>, reg: Reg) -> u64 {
    match reg {
        At(slot, _) | ClearAt(slot) | TranslationAt(slot, _) => ctx.state.spr(slot),
        Is(value) => value,
        Tsr => timer::read_tsr(ctx),
        Tcr => ctx.state.spr(n::TCR),
        Pit => timer::read(ctx),
        Mmucsr0 => 0,
        Tlbcfg(number) => mas::config(ctx.model())[number].register(),
        Mmucfg => mas::mmucfg(ctx.model()),
        L1cfg => l1cfg(ctx.model().family()),
        Dbcr0 => ctx.state.spr(n::DBCR0),
        // Beside the time base there is no other clock.
        Alternate(shift) => crate::spr::time_base(ctx) >> shift & LOW,
    }
}

/// L1CFGn: block size, ways and KiB of the cache (e500 Core Family Reference Manual, "L1 Cache Configuration Registers").
fn l1cfg(family: Family) -> u64 {
    match family {
        Family::E500mc | Family::E5500 | Family::E6500 => 1 << 23 | 7 << 11 | 32,
        _ => 7 << 11 | 32,
    }
}

/// Writes a register.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, reg: Reg, value: u64) {
    match reg {
        At(slot, mask) => ctx.state.set_spr(slot, value & mask),
        ClearAt(slot) => {
            let old = ctx.state.spr(slot);
            ctx.state.set_spr(slot, old & !value);
        }
        TranslationAt(slot, mask) => {
            if ctx.state.spr(slot) != value & mask {
                ctx.state.set_spr(slot, value & mask);
                ctx.flush_tlb();
            }
        }
        Tsr => timer::write_tsr(ctx, value),
        Tcr => timer::write_tcr(ctx, value),
        Pit => {
            ctx.state.set_spr(timer::DECAR, value & LOW);
            timer::write(ctx, value);
        }
        Mmucsr0 => mas::write_mmucsr0(ctx, value),
        Dbcr0 => {
            ctx.state.set_spr(n::DBCR0, value & LOW);
            // What is watched is not kept.
            ctx.flush_tlb();
            // RST: core, chip or system.
            if value >> 28 & 3 != 0
                && let Some(board) = ctx.shared::<Board>()
            {
                board.reset();
            }
        }
        Is(_) | Tlbcfg(_) | Mmucfg | L1cfg | Alternate(_) => {}
    }
}
