//! The special-purpose registers: one row each.
//!
//! Power ISA 2.07B, Book III-S and III-E, "Special Purpose Registers"; PowerPC Microprocessor Family: The Programming
//! Environments, "PowerPC Register Set"; the user's manuals of the 603e, 750, 7450, 970 and e500 for their own.

use cpu::{Ctx, Mode};

use crate::board::Board;
use crate::booke_timer;
use crate::ext::{Ext, ExtSet};
use crate::mode;
use crate::spr_embedded as embedded;
use crate::spr_server as server;
use crate::target::Ppc;
use crate::trap;

/// What a register is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Link register.
    Lr,
    /// Count register.
    Ctr,
    /// Fixed-point exception register.
    Xer,
    /// The 601's MQ.
    Mq,
    /// Seconds of the 601's real-time clock.
    RtcUpper,
    /// Nanoseconds of it.
    RtcLower,
    /// Holds what was written, as far as these bits exist.
    Plain(u64),
    /// The same, and translations must be forgotten.
    Translation(u64),
    /// Time base, lower half; all of it on 64-bit CPUs.
    TbLower,
    /// Time base, upper half.
    TbUpper,
    /// Decrementer.
    Dec,
    /// Processor version.
    Pvr,
    /// Number of the CPU.
    Pir,
    /// Memory access from which nothing follows: reads 0, ignores writes.
    Zero,
    /// One of those of the embedded CPUs.
    Embedded(embedded::Reg),
    /// One of those of the servers.
    Server(server::Reg),
}

/// Who may do something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub(crate) enum Who {
    Nobody,
    Hypervisor,
    Supervisor,
    Anybody,
}

/// A row.
#[derive(Debug)]
pub(crate) struct Spr {
    pub(crate) number: u32,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    read: Who,
    write: Who,
    needs: Option<Ext>,
}

const ALL: u64 = u64::MAX;
const LOW: u64 = 0xffff_ffff;

impl Spr {
    fn allows(who: Who, problem: bool, mode: Mode) -> bool {
        match who {
            Who::Nobody => false,
            Who::Anybody => true,
            Who::Supervisor => !problem,
            Who::Hypervisor => !problem && mode & mode::HV != 0,
        }
    }

    /// Whether the register may be read in a mode.
    pub(crate) fn may_read(&self, problem: bool, mode: Mode) -> bool {
        Spr::allows(self.read, problem, mode)
    }

    /// Whether it may be written.
    pub(crate) fn may_write(&self, problem: bool, mode: Mode) -> bool {
        Spr::allows(self.write, problem, mode)
    }

    /// Whether writing it may make an interrupt pending or change translations.
    pub(crate) fn updates(&self) -> bool {
        let timer = self.kind == Kind::Server(server::Reg::Hdec);
        timer || !matches!(self.kind, Kind::Plain(_) | Kind::Embedded(embedded::Reg::At(..)) | Kind::Server(_))
    }
}

pub(crate) const fn row(number: u32, name: &'static str, kind: Kind, read: Who, write: Who, needs: Option<Ext>) -> Spr {
    Spr { number, name, kind, read, write, needs }
}

pub(crate) const fn sup(number: u32, name: &'static str, kind: Kind, needs: Option<Ext>) -> Spr {
    row(number, name, kind, Who::Supervisor, Who::Supervisor, needs)
}

pub(crate) const fn user(number: u32, name: &'static str, kind: Kind, needs: Option<Ext>) -> Spr {
    row(number, name, kind, Who::Anybody, Who::Anybody, needs)
}

/// A register of the classic performance monitor as all may read it.
const fn shown(number: u32, name: &'static str, of: u32) -> Spr {
    row(number, name, Kind::Server(server::Reg::At(of)), Who::Anybody, Who::Nobody, Some(Ext::Monitor))
}

use Kind::{Ctr, Dec, Lr, Mq, Pir, Plain, Pvr, RtcLower, RtcUpper, TbLower, TbUpper, Translation, Xer};

/// All rows, by number; of several with one number the first whose feature is there.
static SPRS: &[Spr] = &[
    user(0, "mq", Mq, Some(Ext::Power)),
    user(1, "xer", Xer, None),
    user(3, "dscr_user", Plain(ALL), Some(Ext::Isa207)),
    row(4, "rtcu_user", RtcUpper, Who::Anybody, Who::Nobody, Some(Ext::Power)),
    row(5, "rtcl_user", RtcLower, Who::Anybody, Who::Nobody, Some(Ext::Power)),
    row(6, "dec_user", Dec, Who::Anybody, Who::Nobody, Some(Ext::Power)),
    user(8, "lr", Lr, None),
    user(9, "ctr", Ctr, None),
    sup(17, "dscr", Plain(ALL), Some(Ext::Isa206)),
    sup(18, "dsisr", Plain(LOW), None),
    sup(19, "dar", Plain(ALL), None),
    row(20, "rtcu", RtcUpper, Who::Nobody, Who::Supervisor, Some(Ext::Power)),
    row(21, "rtcl", RtcLower, Who::Nobody, Who::Supervisor, Some(Ext::Power)),
    sup(22, "dec", Dec, None),
    sup(25, "sdr1", Translation(ALL), Some(Ext::Classic)),
    sup(25, "sdr1", Translation(ALL), Some(Ext::Slb)),
    sup(26, "srr0", Plain(ALL), None),
    sup(27, "srr1", Plain(ALL), None),
    sup(28, "cfar", Plain(ALL), Some(Ext::Slb)),
    sup(29, "amr", Translation(ALL), Some(Ext::Isa206)),
    sup(48, "pidr", Translation(LOW), Some(Ext::Isa207)),
    row(136, "ctrl", Plain(1), Who::Anybody, Who::Nobody, Some(Ext::Slb)),
    sup(152, "ctrlt", Plain(1), Some(Ext::Slb)),
    sup(153, "fscr", Plain(ALL), Some(Ext::Isa207)),
    sup(159, "pspb", Plain(LOW), Some(Ext::Isa207)),
    user(256, "vrsave", Plain(LOW), None),
    row(259, "sprg3_user", Plain(ALL), Who::Anybody, Who::Nobody, Some(Ext::Slb)),
    row(268, "tbl_user", TbLower, Who::Anybody, Who::Nobody, None),
    row(269, "tbu_user", TbUpper, Who::Anybody, Who::Nobody, None),
    sup(272, "sprg0", Plain(ALL), None),
    sup(273, "sprg1", Plain(ALL), None),
    sup(274, "sprg2", Plain(ALL), None),
    sup(275, "sprg3", Plain(ALL), None),
    sup(276, "sprg4", Plain(ALL), None),
    sup(277, "sprg5", Plain(ALL), None),
    sup(278, "sprg6", Plain(ALL), None),
    sup(279, "sprg7", Plain(ALL), None),
    sup(282, "ear", Plain(LOW), Some(Ext::Classic)),
    row(284, "tbl", TbLower, Who::Nobody, Who::Supervisor, None),
    row(285, "tbu", TbUpper, Who::Nobody, Who::Supervisor, None),
    row(286, "tbu40", TbUpper, Who::Nobody, Who::Hypervisor, Some(Ext::Isa205)),
    row(287, "pvr", Pvr, Who::Supervisor, Who::Nobody, None),
    row(304, "hsprg0", Plain(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(305, "hsprg1", Plain(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(306, "hdsisr", Plain(LOW), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(307, "hdar", Plain(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(313, "hrmor", Translation(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(314, "hsrr0", Plain(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(315, "hsrr1", Plain(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(318, "lpcr", Translation(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(319, "lpidr", Translation(LOW), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(336, "hmer", Plain(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(337, "hmeer", Plain(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(338, "pcr", Plain(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Hypervisor)),
    row(464, "ptcr", Translation(ALL), Who::Hypervisor, Who::Hypervisor, Some(Ext::Isa300)),
    user(815, "tar", Plain(ALL), Some(Ext::Isa207)),
    row(848, "ic", Plain(ALL), Who::Supervisor, Who::Hypervisor, Some(Ext::Isa207)),
    user(896, "ppr", Plain(ALL), Some(Ext::Isa205)),
    shown(928, "ummcr2", 944),
    shown(936, "ummcr0", 952),
    shown(937, "upmc1", 953),
    shown(938, "upmc2", 954),
    shown(939, "usia", 955),
    shown(940, "ummcr1", 956),
    shown(941, "upmc3", 957),
    shown(942, "upmc4", 958),
    sup(944, "mmcr2", Plain(LOW), Some(Ext::Monitor)),
    sup(951, "bamr", Plain(LOW), Some(Ext::Monitor)),
    sup(952, "mmcr0", Plain(LOW), Some(Ext::Monitor)),
    sup(953, "pmc1", Plain(LOW), Some(Ext::Monitor)),
    sup(954, "pmc2", Plain(LOW), Some(Ext::Monitor)),
    sup(955, "sia", Plain(LOW), Some(Ext::Monitor)),
    sup(956, "mmcr1", Plain(LOW), Some(Ext::Monitor)),
    sup(957, "pmc3", Plain(LOW), Some(Ext::Monitor)),
    sup(958, "pmc4", Plain(LOW), Some(Ext::Monitor)),
    sup(959, "sda", Plain(LOW), Some(Ext::Monitor)),
    sup(1008, "hid0", Plain(ALL), None),
    sup(1009, "hid1", Plain(ALL), None),
    sup(1010, "iabr", Translation(ALL), None),
    sup(1011, "hid4", Plain(ALL), None),
    sup(1013, "dabr", Translation(ALL), None),
    sup(1014, "hid5", Plain(ALL), None),
    sup(1015, "mmucfg", Plain(LOW), None),
    sup(1017, "l2cr", Plain(LOW), None),
    sup(1018, "l3cr", Plain(LOW), None),
    sup(1019, "ictc", Plain(LOW), None),
    sup(1020, "thrm1", Plain(LOW), None),
    sup(1021, "thrm2", Plain(LOW), None),
    sup(1022, "thrm3", Plain(LOW), None),
    sup(1023, "pir", Pir, None),
];

/// BATs: instruction 0 to 3, data 0 to 3; the second four of each.
static BATS: [&[(u32, &str)]; 2] = [
    &[
        (528, "ibat0u"),
        (529, "ibat0l"),
        (530, "ibat1u"),
        (531, "ibat1l"),
        (532, "ibat2u"),
        (533, "ibat2l"),
        (534, "ibat3u"),
        (535, "ibat3l"),
        (536, "dbat0u"),
        (537, "dbat0l"),
        (538, "dbat1u"),
        (539, "dbat1l"),
        (540, "dbat2u"),
        (541, "dbat2l"),
        (542, "dbat3u"),
        (543, "dbat3l"),
    ],
    &[
        (560, "ibat4u"),
        (561, "ibat4l"),
        (562, "ibat5u"),
        (563, "ibat5l"),
        (564, "ibat6u"),
        (565, "ibat6l"),
        (566, "ibat7u"),
        (567, "ibat7l"),
        (568, "dbat4u"),
        (569, "dbat4l"),
        (570, "dbat5u"),
        (571, "dbat5l"),
        (572, "dbat6u"),
        (573, "dbat6l"),
        (574, "dbat7u"),
        (575, "dbat7l"),
    ],
];

static BAT_ROW: Spr = sup(528, "bat", Translation(LOW), Some(Ext::Classic));

/// Those of the embedded CPUs first.
fn all() -> impl Iterator<Item = &'static Spr> {
    embedded::rows().chain(server::ROWS).chain(SPRS)
}

/// The register numbered `number` of a CPU with these features.
pub(crate) fn find(number: u32, exts: ExtSet) -> Option<&'static Spr> {
    let has = |row: &&Spr| row.needs.is_none_or(|e| exts.has(e));
    let at = all().find(|r| r.number == number && has(r));
    at.or_else(|| match number {
        528..=543 | 560..=575 if exts.has(Ext::Classic) => Some(&BAT_ROW),
        _ => None,
    })
}

/// Names and numbers of all registers of a CPU with these features, for debuggers.
pub(crate) fn list(exts: ExtSet) -> Vec<(u32, &'static str)> {
    let own = all().filter(|r| r.needs.is_none_or(|e| exts.has(e)));
    let mut list: Vec<(u32, &'static str)> = own.map(|r| (r.number, r.name)).collect();
    if exts.has(Ext::Classic) {
        BATS.iter().for_each(|bats| list.extend(bats.iter().copied()));
    }
    list.sort_by_key(|r| r.0);
    list.dedup_by_key(|r| r.0);
    list
}

/// The slot in which an alias of a register keeps its value.
fn storage(number: u32) -> u32 {
    match number {
        3 => 17,
        13 => 29,
        136 => 152,
        259 => 275,
        260 => 276,
        n => n,
    }
}

/// Ticks of the time base in a second: the board's, or the model's.
pub(crate) fn timebase_hz<T: Ppc>(ctx: &Ctx<T>) -> u32 {
    ctx.shared::<Board>().map_or(ctx.state.timebase_hz, Board::timebase_hz)
}

/// Ticks of the board's time base.
pub(crate) fn ticks<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    (u128::from(ctx.now()) * u128::from(timebase_hz(ctx)) / 1_000_000_000) as u64
}

/// The time base.
pub(crate) fn time_base<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    ticks(ctx).wrapping_add(ctx.state.tb_offset)
}

/// The value of a register.
pub(crate) fn read<T: Ppc>(ctx: &Ctx<T>, number: u32) -> u64 {
    let exts = ctx.model().exts();
    let Some(row) = find(number, exts) else { return 0 };
    match row.kind {
        Kind::Lr => ctx.reg(crate::state::LR),
        Kind::Ctr => ctx.reg(crate::state::CTR),
        Kind::Xer => crate::regs::xer(ctx),
        Kind::Mq => ctx.reg(crate::state::MQ),
        Kind::RtcUpper => (real_time(ctx) / 1_000_000_000) & LOW,
        // It counts in steps of 128 ns (601 User's Manual, 2.2.5.3, "Real-Time Clock (RTC) Registers").
        Kind::RtcLower => (real_time(ctx) % 1_000_000_000) & !0x7f,
        Kind::TbLower if exts.has(Ext::Wide) => time_base(ctx),
        Kind::TbLower => time_base(ctx) & LOW,
        Kind::TbUpper => time_base(ctx) >> 32,
        Kind::Dec if exts.has(Ext::BookE) => booke_timer::read(ctx),
        Kind::Dec => crate::decrementer::read(ctx),
        Kind::Pvr => u64::from(ctx.model().pvr()),
        Kind::Pir => u64::from(ctx.index()),
        Kind::Zero => 0,
        Kind::Embedded(reg) => embedded::read(ctx, reg),
        Kind::Server(reg) => server::read(ctx, number, reg),
        Kind::Plain(_) | Kind::Translation(_) => ctx.state.spr(storage(number)),
    }
}

/// Writes a register.
pub(crate) fn write<T: Ppc>(ctx: &mut Ctx<T>, number: u32, value: u64) {
    let exts = ctx.model().exts();
    let Some(row) = find(number, exts) else { return };
    let value = if exts.has(Ext::Wide) { value } else { value & LOW };
    match row.kind {
        Kind::Lr => ctx.set_reg(crate::state::LR, value),
        Kind::Ctr => ctx.set_reg(crate::state::CTR, value),
        Kind::Xer => crate::regs::set_xer(ctx, value),
        Kind::Mq => ctx.set_reg(crate::state::MQ, value & LOW),
        Kind::RtcUpper => {
            let below = real_time(ctx) % 1_000_000_000;
            set_real_time(ctx, (value & LOW) * 1_000_000_000 + below);
        }
        Kind::RtcLower => {
            let now = real_time(ctx);
            set_real_time(ctx, now - now % 1_000_000_000 + (value & 0x3fff_ff80));
        }
        Kind::TbLower => {
            let now = time_base(ctx);
            set_time_base(ctx, now & !LOW | value & LOW);
        }
        Kind::TbUpper => {
            let now = time_base(ctx);
            set_time_base(ctx, now & LOW | value << 32);
        }
        Kind::Dec if exts.has(Ext::BookE) => booke_timer::write(ctx, value),
        Kind::Dec => crate::decrementer::write(ctx, value),
        Kind::Embedded(reg) => embedded::write(ctx, reg, value),
        Kind::Server(reg) => server::write(ctx, number, reg, value),
        Kind::Plain(mask) => ctx.state.set_spr(storage(number), value & mask),
        Kind::Translation(mask) => {
            let (at, value) = (storage(number), value & mask);
            let same = ctx.state.spr(at) == value;
            ctx.state.set_spr(at, value);
            // What AMR forbids is in the mode there.
            let in_mode = at == n::AMR && ctx.state.in_partition && crate::radix::is_on(ctx);
            if !same && !in_mode {
                ctx.flush_tlb();
            }
        }
        Kind::Pvr | Kind::Pir | Kind::Zero => {}
    }
}

/// The 601's real-time clock in nanoseconds; what is added to the machine's is kept in the slot of RTCU.
fn real_time<T: Ppc>(ctx: &Ctx<T>) -> u64 {
    ctx.now().wrapping_add(ctx.state.spr(n::RTCU))
}

fn set_real_time<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    let offset = value.wrapping_sub(ctx.now());
    ctx.state.set_spr(n::RTCU, offset);
}

fn set_time_base<T: Ppc>(ctx: &mut Ctx<T>, value: u64) {
    let old = time_base(ctx);
    let left = ctx.state.dec_end.wrapping_sub(old);
    ctx.state.tb_offset = value.wrapping_sub(ticks(ctx));
    ctx.state.dec_end = value.wrapping_add(left);
    let left = ctx.state.hdec_end.wrapping_sub(old);
    ctx.state.hdec_end = value.wrapping_add(left);
    if ctx.model().has(Ext::BookE) {
        booke_timer::moved(ctx, value.wrapping_sub(old));
    }
}

/// Helper: reads register `number`.
pub(crate) fn read_helper<T: Ppc>(ctx: &mut Ctx<T>, [number, ..]: [u64; 4]) -> Result<u64, trap::Trap> {
    Ok(read(ctx, number as u32))
}

/// Helper: writes `value` to register `number`.
pub(crate) fn write_helper<T: Ppc>(ctx: &mut Ctx<T>, [number, value, ..]: [u64; 4]) -> Result<u64, trap::Trap> {
    write(ctx, number as u32, value);
    Ok(0)
}

/// Helper: TAR.
pub(crate) fn read_tar<T: Ppc>(ctx: &mut Ctx<T>, _: [u64; 4]) -> Result<u64, trap::Trap> {
    Ok(ctx.state.spr(815))
}

/// Numbers of registers that interrupts use.
pub(crate) mod n {
    pub(crate) const DSISR: u32 = 18;
    pub(crate) const DAR: u32 = 19;
    pub(crate) const RTCU: u32 = 20;
    pub(crate) const SDR1: u32 = 25;
    pub(crate) const SRR0: u32 = 26;
    pub(crate) const SRR1: u32 = 27;
    pub(crate) const CSRR0: u32 = 58;
    pub(crate) const CSRR1: u32 = 59;
    pub(crate) const DEAR: u32 = 61;
    pub(crate) const ESR: u32 = 62;
    pub(crate) const IVPR: u32 = 63;
    pub(crate) const AMR: u32 = 29;
    pub(crate) const PIDR: u32 = 48;
    pub(crate) const IAMR: u32 = 61;
    pub(crate) const TFHAR: u32 = 128;
    pub(crate) const TFIAR: u32 = 129;
    pub(crate) const TEXASR: u32 = 130;
    pub(crate) const FSCR: u32 = 153;
    pub(crate) const DAWR: u32 = 180;
    pub(crate) const CIABR: u32 = 187;
    pub(crate) const DAWRX: u32 = 188;
    pub(crate) const SPRG0: u32 = 272;
    pub(crate) const LPIDR: u32 = 319;
    pub(crate) const PTCR: u32 = 464;
    pub(crate) const EBBRR: u32 = 805;
    pub(crate) const BESCR: u32 = 806;
    pub(crate) const PPR: u32 = 896;
    pub(crate) const IABR: u32 = 1010;
    pub(crate) const DABR: u32 = 1013;
    pub(crate) const DABRX: u32 = 1015;
    pub(crate) const HSRR0: u32 = 314;
    pub(crate) const HSRR1: u32 = 315;
    pub(crate) const DBSR: u32 = 304;
    pub(crate) const DBCR0: u32 = 308;
    pub(crate) const DBCR1: u32 = 309;
    pub(crate) const DBCR2: u32 = 310;
    pub(crate) const IAC1: u32 = 312;
    pub(crate) const DAC1: u32 = 316;
    pub(crate) const LPCR: u32 = 318;
    pub(crate) const TSR: u32 = 336;
    pub(crate) const TCR: u32 = 340;
    pub(crate) const IVOR0: u32 = 400;
    pub(crate) const MCSRR0: u32 = 570;
    pub(crate) const MCSRR1: u32 = 571;
    pub(crate) const DSRR0: u32 = 574;
    pub(crate) const DSRR1: u32 = 575;
}
