//! Special-purpose registers of servers since version 2.06: a row each.
//!
//! Power ISA 2.07B and 3.0B, Book III-S, "Special Purpose Registers"; Book II, chapters 5, 6 and 7; Book III-S, chapter 9, "Performance Monitor
//! Facility", which here counts nothing.

use cpu::Ctx;

use crate::decrementer;
use crate::ext::Ext;
use crate::spr::Who::{Anybody, Hypervisor, Nobody, Supervisor};
use crate::spr::{Kind, Spr, n, row, sup, time_base, user};
use crate::target::Ppc;

const ALL: u64 = u64::MAX;
const LOW: u64 = 0xffff_ffff;

/// What a register of these is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reg {
    /// Kept in the place of another one.
    At(u32),
    /// The upper half of another one.
    Upper(u32),
    /// The hypervisor's decrementer.
    Hdec,
    /// Number of the thread in its core.
    Tir,
    /// Counts with the time base while the CPU is dispatched, which is always.
    Counter,
    /// BESCR, of which writing ones sets or clears bits; or its upper half.
    Bescr {
        /// The upper half.
        upper: bool,
        /// Ones set.
        set: bool,
    },
}

use Kind::{Plain, Server, Translation, Zero};
use Reg::{At, Bescr, Counter, Hdec, Tir, Upper};

const fn hyper(number: u32, name: &'static str, kind: Kind, needs: Ext) -> Spr {
    row(number, name, kind, Hypervisor, Hypervisor, Some(needs))
}

/// A register of the performance monitor that all may reach, under its other number.
const fn shared(number: u32, name: &'static str, of: u32) -> Spr {
    row(number, name, Server(At(of)), Anybody, Anybody, Some(Ext::Slb))
}

/// The same; problem state may not write it.
const fn shown(number: u32, name: &'static str, of: u32) -> Spr {
    row(number, name, Server(At(of)), Anybody, Nobody, Some(Ext::Slb))
}

const fn monitor(number: u32, name: &'static str) -> Spr {
    sup(number, name, Server(At(number)), Some(Ext::Slb))
}

const fn bescr(number: u32, name: &'static str, upper: bool, set: bool) -> Spr {
    user(number, name, Server(Bescr { upper, set }), Some(Ext::Isa207))
}

/// The rows.
pub(crate) static ROWS: &[Spr] = &[
    user(13, "amr_user", Translation(ALL), Some(Ext::Isa206)),
    sup(31, "acop", Plain(ALL), Some(Ext::Isa207)),
    sup(61, "iamr", Translation(ALL), Some(Ext::Isa207)),
    user(128, "tfhar", Plain(ALL), Some(Ext::Isa207)),
    user(129, "tfiar", Plain(ALL), Some(Ext::Isa207)),
    user(130, "texasr", Plain(ALL), Some(Ext::Isa207)),
    user(131, "texasru", Server(Upper(n::TEXASR)), Some(Ext::Isa207)),
    sup(144, "tidr", Plain(ALL), Some(Ext::Isa300)),
    sup(157, "uamor", Plain(ALL), Some(Ext::Isa206)),
    row(176, "dpdes", Zero, Supervisor, Hypervisor, Some(Ext::Isa207)),
    hyper(180, "dawr", Translation(ALL), Ext::Isa207),
    hyper(186, "rpr", Plain(ALL), Ext::Isa207),
    hyper(187, "ciabr", Translation(ALL), Ext::Isa207),
    hyper(188, "dawrx", Translation(LOW), Ext::Isa207),
    hyper(190, "hfscr", Plain(ALL), Ext::Isa207),
    row(308, "spurr", Server(Counter), Supervisor, Hypervisor, Some(Ext::Hypervisor)),
    row(309, "purr", Server(Counter), Supervisor, Hypervisor, Some(Ext::Hypervisor)),
    hyper(310, "hdec", Server(Hdec), Ext::Hypervisor),
    hyper(349, "amor", Plain(ALL), Ext::Isa206),
    row(446, "tir", Server(Tir), Supervisor, Nobody, Some(Ext::Isa207)),
    shown(768, "usier", 784),
    shared(769, "ummcr2", 785),
    shared(770, "ummcra", 786),
    shared(771, "upmc1", 787),
    shared(772, "upmc2", 788),
    shared(773, "upmc3", 789),
    shared(774, "upmc4", 790),
    shared(775, "upmc5", 791),
    shared(776, "upmc6", 792),
    shared(779, "ummcr0", 795),
    shown(780, "usiar", 796),
    shown(781, "usdar", 797),
    shown(782, "ummcr1", 798),
    monitor(784, "sier"),
    monitor(785, "mmcr2"),
    monitor(786, "mmcra"),
    monitor(787, "pmc1"),
    monitor(788, "pmc2"),
    monitor(789, "pmc3"),
    monitor(790, "pmc4"),
    monitor(791, "pmc5"),
    monitor(792, "pmc6"),
    monitor(795, "mmcr0"),
    monitor(796, "siar"),
    monitor(797, "sdar"),
    monitor(798, "mmcr1"),
    bescr(800, "bescrs", false, true),
    bescr(801, "bescrsu", true, true),
    bescr(802, "bescrr", false, false),
    bescr(803, "bescrru", true, false),
    user(804, "ebbhr", Plain(ALL), Some(Ext::Isa207)),
    user(805, "ebbrr", Plain(ALL), Some(Ext::Isa207)),
    user(806, "bescr", Plain(ALL), Some(Ext::Isa207)),
    sup(823, "psscr_sv", Server(At(855)), Some(Ext::Isa300)),
    row(849, "vtb", Server(Counter), Supervisor, Hypervisor, Some(Ext::Isa207)),
    hyper(855, "psscr", Plain(ALL), Ext::Isa300),
    sup(894, "mmcrs", Plain(ALL), Some(Ext::Isa207)),
    sup(895, "wort", Plain(ALL), Some(Ext::Isa207)),
    hyper(1013, "dabr", Translation(ALL), Ext::Hypervisor),
    hyper(1015, "dabrx", Translation(0xf), Ext::Hypervisor),
    user(898, "ppr32", Server(Upper(n::PPR)), Some(Ext::Isa206)),
];

/// The value of a register.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>, number: u32, reg: Reg) -> u64 {
    match reg {
        At(of) => ctx.state.spr(of),
        Upper(of) => ctx.state.spr(of) >> 32,
        Hdec => decrementer::read_hypervisor(ctx),
        Tir => crate::server::thread_of(ctx).into(),
        Counter => time_base(ctx).wrapping_add(ctx.state.spr(number)),
        Bescr { upper, .. } => ctx.state.spr(n::BESCR) >> if upper { 32 } else { 0 },
    }
}

/// Writes a register.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, number: u32, reg: Reg, value: u64) {
    match reg {
        At(of) => ctx.state.set_spr(of, value),
        Upper(of) => {
            let low = ctx.state.spr(of) & LOW;
            ctx.state.set_spr(of, low | value << 32);
        }
        Hdec => decrementer::write_hypervisor(ctx, value),
        Tir => {}
        Counter => {
            let now = time_base(ctx);
            ctx.state.set_spr(number, value.wrapping_sub(now));
        }
        Bescr { upper, set } => {
            let bits = if upper { value << 32 } else { value };
            let old = ctx.state.spr(n::BESCR);
            ctx.state.set_spr(n::BESCR, if set { old | bits } else { old & !bits });
        }
    }
}
