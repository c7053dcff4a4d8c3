//! Features: what instructions and registers a CPU model has.

/// A feature. Instruction rows name those that they need.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ext {
    /// 64-bit registers and instructions (Power ISA, category 64-Bit).
    Wide,
    /// Floating-point registers and instructions.
    Fp,
    /// `fsqrt`, `fsqrts`.
    Fsqrt,
    /// `fres`, `frsqrte`, `fsel`, `stfiwx`: the graphics group.
    FpGfx,
    /// `fre`, `frsqrtes`, `fri*`, `lfiwax`, `fcpsgn` (version 2.05).
    Fp205,
    /// `fcfids`, `fctiwu` and their kin, `ftdiv`, `ftsqrt` (version 2.06).
    Fp206,
    /// AltiVec.
    Altivec,
    /// Data streams of AltiVec, which don't ask whether the unit is available.
    Streams,
    /// Decimal floating point.
    Dfp,
    /// Vector-scalar unit.
    Vsx,
    /// Power ISA 2.05: `cmpb`, `prtyw`, `lfdp`.
    Isa205,
    /// Power ISA 2.06: `popcntw`, `bpermd`, `divwe`, `ldbrx`, `isel`, `lbarx`.
    Isa206,
    /// Power ISA 2.07: `lqarx`, `lq` in all modes.
    Isa207,
    /// Power ISA 3.0.
    Isa300,
    /// `popcntb`.
    Popcntb,
    /// `isel`.
    Isel,
    /// POWER instructions of the 601.
    Power,
    /// Segment registers and BATs: the classic memory management of 32 bits.
    Classic,
    /// Segment lookaside buffer.
    Slb,
    /// BookE and its kin: `rfci`, `wrtee`.
    BookE,
    /// BookE proper: IVPR and IVORs, address spaces by MSR.IS and DS, DEC.
    Ivor,
    /// PowerPC 40x.
    Emb40x,
    /// Multiply-accumulate instructions of the 405 and 440, and `dlmzb`.
    Mac,
    /// Freescale's `MAS` registers.
    Mas,
    /// TLBs that software fills: `tlbld`, `tlbli`.
    SoftTlb,
    /// `mfdcr`, `mtdcr`.
    Dcr,
    /// Signal processing engine, with embedded vector floating point.
    Spe,
    /// Embedded scalar floating point of single precision, and `brinc`.
    EmbeddedFp,
    /// Embedded scalar floating point of double precision.
    SpeDouble,
    /// `sc 1`, HSRR, hypervisor state.
    Hypervisor,
    /// `nap`, `doze` and their kin.
    Nap,
    /// `lwsync`-era `sync` with `L`, and `mtocrf`.
    Isa200,
    /// `mftb`.
    Mftb,
    /// `msgsnd`, `msgclr`.
    Doorbell,
    /// The performance monitor's registers of 604 to 7450.
    Monitor,
}

/// A set of features, a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExtSet(u128);

impl ExtSet {
    /// The set of these features.
    pub const fn of(list: &[Ext]) -> ExtSet {
        let (mut bits, mut i) = (0, 0);
        while i < list.len() {
            bits |= 1 << list[i] as u32;
            i += 1;
        }
        ExtSet(bits)
    }

    /// Both together.
    pub const fn with(self, other: ExtSet) -> ExtSet {
        ExtSet(self.0 | other.0)
    }

    /// The set without some.
    pub const fn without(self, other: ExtSet) -> ExtSet {
        ExtSet(self.0 & !other.0)
    }

    /// Whether `ext` is in it.
    pub const fn has(self, ext: Ext) -> bool {
        self.0 >> ext as u32 & 1 != 0
    }

    /// As a bit mask, a bit each.
    pub const fn bits(self) -> u128 {
        self.0
    }
}
