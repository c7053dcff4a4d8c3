//! CPU models: families with their features, and the table of all chips.
//!
//! Features by family: user's manuals of the chips; Power ISA 2.03 to 3.0B for the servers.

mod table;

use crate::ext::{Ext, ExtSet};
use crate::state::msr;

/// Ticks of the time base in a second, unless a board has others.
pub const TIMEBASE_HZ: u32 = 10_000_000;

/// Chips that differ only in their version register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// PowerPC 601.
    P601,
    /// PowerPC 603, 603e, G2.
    P603,
    /// e300.
    E300,
    /// PowerPC 604, 604e.
    P604,
    /// PowerPC 740, 750.
    P750,
    /// PowerPC 745, 755.
    P755,
    /// MPC7400, MPC7410.
    P7400,
    /// MPC7450 and later.
    P7450,
    /// PowerPC 401, 403.
    P403,
    /// PowerPC 405.
    P405,
    /// PowerPC 440, 460.
    P440,
    /// e200.
    E200,
    /// e500v1.
    E500v1,
    /// e500v2.
    E500v2,
    /// e500mc.
    E500mc,
    /// e5500.
    E5500,
    /// e6500.
    E6500,
    /// PowerPC 970.
    P970,
    /// POWER5+.
    Power5,
    /// POWER7.
    Power7,
    /// POWER8.
    Power8,
    /// POWER9.
    Power9,
}

use Ext::*;

const CLASSIC: ExtSet = ExtSet::of(&[Fp, FpGfx, Classic, Mftb]);
const EMBEDDED: ExtSet = ExtSet::of(&[BookE, Mftb, Dcr]);
const FREESCALE: ExtSet = ExtSet::of(&[BookE, Ivor, Mftb, Mas, Isel, Popcntb]);
const SERVER: ExtSet = ExtSet::of(&[Wide, Fp, FpGfx, Fsqrt, Slb, Mftb, Isa200, Altivec, Hypervisor]);
const SERVER_205: ExtSet = SERVER.with(ExtSet::of(&[Popcntb, Isa205, Fp205, Nap]));
const SERVER_206: ExtSet = SERVER_205.with(ExtSet::of(&[Isa206, Fp206, Isel, Dfp]));
const SERVER_207: ExtSet = SERVER_206.with(ExtSet::of(&[Isa207, Doorbell]));

impl Family {
    /// Its features.
    pub const fn exts(self) -> ExtSet {
        match self {
            Family::P601 => ExtSet::of(&[Fp, Classic, Power]),
            Family::P603 | Family::E300 => CLASSIC.with(ExtSet::of(&[SoftTlb])),
            Family::P604 | Family::P750 | Family::P755 => CLASSIC.with(ExtSet::of(&[Monitor])),
            Family::P7400 | Family::P7450 => CLASSIC.with(ExtSet::of(&[Altivec, Monitor])),
            Family::P403 => EMBEDDED.with(ExtSet::of(&[Emb40x])),
            Family::P405 => EMBEDDED.with(ExtSet::of(&[Emb40x, Mac])),
            Family::P440 => EMBEDDED.with(ExtSet::of(&[Ivor, Mac])),
            Family::E200 => FREESCALE.with(ExtSet::of(&[Spe, EmbeddedFp])).without(ExtSet::of(&[Mftb])),
            // They have no mftb: the time base is read by mfspr (e500 Core Family Reference Manual, "Time Base").
            Family::E500v1 => FREESCALE.with(ExtSet::of(&[Spe, EmbeddedFp])).without(ExtSet::of(&[Mftb])),
            Family::E500v2 => FREESCALE.with(ExtSet::of(&[Spe, EmbeddedFp, SpeDouble])).without(ExtSet::of(&[Mftb])),
            Family::E500mc => FREESCALE.with(ExtSet::of(&[Fp, FpGfx, Doorbell])),
            Family::E5500 => FREESCALE.with(ExtSet::of(&[Wide, Fp, FpGfx, Isa206, Doorbell])),
            Family::E6500 => FREESCALE.with(ExtSet::of(&[Wide, Fp, FpGfx, Altivec, Isa206, Doorbell])),
            Family::P970 => SERVER,
            Family::Power5 => SERVER.with(ExtSet::of(&[Popcntb])).without(ExtSet::of(&[Altivec])),
            Family::Power7 => SERVER_206.with(ExtSet::of(&[Vsx])),
            Family::Power8 => SERVER_207.with(ExtSet::of(&[Vsx])),
            Family::Power9 => SERVER_207.with(ExtSet::of(&[Vsx, Isa300])).without(ExtSet::of(&[Nap])),
        }
    }

    /// Bytes of a block of the data cache.
    const fn cache_line(self) -> u64 {
        match self {
            Family::P403 => 16,
            Family::E500mc | Family::E5500 | Family::E6500 => 64,
            Family::P970 | Family::Power5 | Family::Power7 | Family::Power8 | Family::Power9 => 128,
            _ => 32,
        }
    }

    /// Bits of MSR that exist.
    const fn msr_mask(self) -> u64 {
        const CLASSIC_BITS: u64 = msr::POW | 0xff73;
        const EMBEDDED_BITS: u64 = msr::POW | msr::CE | 0xff30 | msr::DE;
        const SERVER_BITS: u64 = msr::SF | msr::HV | 0xff77;
        match self {
            Family::P601 => 0xff70,
            Family::P603 => CLASSIC_BITS | msr::TGPR | msr::ILE,
            Family::E300 => CLASSIC_BITS | msr::TGPR | msr::ILE | msr::CE,
            Family::P604 | Family::P750 | Family::P755 => CLASSIC_BITS | msr::ILE,
            Family::P7400 | Family::P7450 => CLASSIC_BITS | msr::ILE | msr::VEC,
            Family::P403 | Family::P405 => EMBEDDED_BITS & !(msr::FP | msr::FE0 | msr::FE1) | msr::FP,
            Family::P440 => EMBEDDED_BITS,
            Family::E200 | Family::E500v1 | Family::E500v2 => EMBEDDED_BITS | msr::VEC | msr::UCLE | msr::PMM,
            Family::E500mc => EMBEDDED_BITS,
            Family::E5500 => EMBEDDED_BITS | msr::CM,
            Family::E6500 => EMBEDDED_BITS | msr::CM | msr::VEC,
            Family::P970 => SERVER_BITS | msr::VEC | msr::POW,
            Family::Power5 => SERVER_BITS,
            Family::Power7 => SERVER_BITS | msr::VEC | msr::VSX,
            Family::Power8 | Family::Power9 => SERVER_BITS | msr::VEC | msr::VSX | msr::TM,
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name that `-cpu` takes.
    pub name: &'static str,
    /// What it is.
    pub what: What,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// A chip.
    Chip {
        /// Processor version register.
        pvr: u32,
        /// Its family.
        family: Family,
        /// Its product line, as QEMU's types have it.
        line: &'static str,
    },
    /// Another name of a chip.
    Alias(&'static str),
}

const fn chip(name: &'static str, pvr: u32, family: Family, line: &'static str) -> Row {
    Row { name, what: What::Chip { pvr, family, line } }
}

const fn alias(name: &'static str, of: &'static str) -> Row {
    Row { name, what: What::Alias(of) }
}

/// All models of the target with general registers of this width.
pub fn models(xlen: u32) -> impl Iterator<Item = &'static Row> {
    let more: &[Row] = if xlen == 64 { table::MODELS_64 } else { &[] };
    table::MODELS_32.iter().chain(more)
}

/// The chips of a target, with the product line each is of.
pub fn lines(xlen: u32) -> impl Iterator<Item = (&'static str, &'static str)> {
    models(xlen).filter_map(|row| match row.what {
        What::Chip { line, .. } => Some((row.name, line)),
        What::Alias(_) => None,
    })
}

/// A model that can't be had.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// No model has that name.
    #[error("unable to find CPU model '{0}'")]
    Unknown(String),
    /// The model has no such property.
    #[error("Property '.{0}' not found")]
    NoProperty(String),
    /// Not `key=value`.
    #[error("Expected key=value format, found {0}.")]
    NotKeyValue(String),
}

/// A CPU model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    name: &'static str,
    pvr: u32,
    family: Family,
    exts: ExtSet,
    xlen: u32,
}

impl Model {
    /// The model `text`, as `-cpu` takes it, of the target with general registers of `xlen` bits.
    ///
    /// # Errors
    /// An unknown model or property.
    pub fn parse(xlen: u32, text: &str) -> Result<Model, ModelError> {
        let (name, properties) = text.split_once(',').unwrap_or((text, ""));
        if let Some(first) = properties.split(',').find(|p| !p.is_empty()) {
            let Some((key, _)) = first.split_once('=') else { return Err(ModelError::NotKeyValue(first.to_owned())) };
            return Err(ModelError::NoProperty(key.to_owned()));
        }
        Model::new(xlen, name)
    }

    /// The model called `name`; upper and lower case are alike.
    ///
    /// # Errors
    /// [`ModelError::Unknown`].
    pub fn new(xlen: u32, name: &str) -> Result<Model, ModelError> {
        let find = |name: &str| models(xlen).find(|row| row.name.eq_ignore_ascii_case(name));
        let mut row = find(name);
        while let Some(Row { what: What::Alias(of), .. }) = row {
            row = find(of);
        }
        match row {
            Some(&Row { name, what: What::Chip { pvr, family, .. } }) => {
                let streams = ExtSet::of(if family.exts().has(Altivec) { &[Streams] } else { &[] });
                let exts = family.exts().with(streams);
                Ok(Model { name, pvr, family, exts, xlen })
            }
            _ => Err(ModelError::Unknown(name.to_owned())),
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Processor version register.
    pub fn pvr(&self) -> u32 {
        self.pvr
    }

    /// Its family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Width of general registers: the target's, also for a chip of 32 bits, which never leaves 32-bit mode.
    pub fn xlen(&self) -> u32 {
        self.xlen
    }

    /// Its features.
    pub fn exts(&self) -> ExtSet {
        self.exts
    }

    /// Whether it has a feature.
    pub fn has(&self, ext: Ext) -> bool {
        self.exts.has(ext)
    }

    /// Bytes of a block of the data cache.
    pub fn cache_line(&self) -> u64 {
        self.family.cache_line()
    }

    /// Bits of MSR that exist.
    pub fn msr_mask(&self) -> u64 {
        self.family.msr_mask()
    }

    /// Entries of the segment lookaside buffer.
    pub fn slb_entries(&self) -> usize {
        match self.family {
            _ if !self.has(Ext::Slb) => 0,
            Family::P970 | Family::Power5 => 64,
            _ => 32,
        }
    }

    /// Whether it has BATs 4 to 7.
    pub fn has_high_bats(&self) -> bool {
        matches!(self.family, Family::E300 | Family::P755 | Family::P7450)
    }

    /// Ticks of the time base in a second.
    pub fn timebase_hz(&self) -> u32 {
        TIMEBASE_HZ
    }

    /// MSR after reset: on classic CPUs vectors are at 0xfff0_0000, servers are in hypervisor state.
    pub fn reset_msr(&self) -> u64 {
        let bits = match () {
            () if self.has(Ext::Slb) => msr::SF | msr::HV,
            () if self.has(Ext::Classic) => msr::IP,
            () => 0,
        };
        bits & self.msr_mask()
    }

    /// Where it begins after reset.
    pub fn reset_vector(&self) -> u64 {
        match () {
            () if self.has(Ext::Slb) => 0x100,
            () if self.has(Ext::Classic) => 0xfff0_0100,
            () => 0xffff_fffc,
        }
    }
}
