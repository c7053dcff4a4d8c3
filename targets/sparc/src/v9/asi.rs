//! Address space identifiers.
//!
//! SPARC Architecture Manual V9, "Address Space Identifiers (ASIs)"; UltraSPARC I/II User's Manual, "Alternate Address Space Mapping".

use bits::Endian;

use super::mmu::space;

/// ASIs by the manual's names.
#[allow(missing_docs, reason = "the manual's names")]
pub mod num {
    pub const N: u8 = 0x04;
    pub const AIUP: u8 = 0x10;
    pub const AIUS: u8 = 0x11;
    pub const PHYS_USE_EC: u8 = 0x14;
    pub const PHYS_BYPASS: u8 = 0x15;
    pub const NUCLEUS_QUAD_LDD: u8 = 0x24;
    pub const NUCLEUS_QUAD_LDD_L: u8 = 0x2c;
    pub const LSU: u8 = 0x45;
    pub const DISPATCH_STATUS: u8 = 0x48;
    pub const RECEIVE: u8 = 0x49;
    pub const UPA_CONFIG: u8 = 0x4a;
    pub const IMMU: u8 = 0x50;
    pub const IMMU_TSB_8K: u8 = 0x51;
    pub const IMMU_TSB_64K: u8 = 0x52;
    pub const ITLB_DATA_IN: u8 = 0x54;
    pub const ITLB_DATA_ACCESS: u8 = 0x55;
    pub const ITLB_TAG_READ: u8 = 0x56;
    pub const IMMU_DEMAP: u8 = 0x57;
    pub const DMMU: u8 = 0x58;
    pub const DMMU_TSB_8K: u8 = 0x59;
    pub const DMMU_TSB_64K: u8 = 0x5a;
    pub const DMMU_TSB_DIRECT: u8 = 0x5b;
    pub const DTLB_DATA_IN: u8 = 0x5c;
    pub const DTLB_DATA_ACCESS: u8 = 0x5d;
    pub const DTLB_TAG_READ: u8 = 0x5e;
    pub const DMMU_DEMAP: u8 = 0x5f;
    pub const INTR_W: u8 = 0x77;
    pub const INTR_R: u8 = 0x7f;
    pub const PRIMARY: u8 = 0x80;
}

/// What an access with an ASI is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Memory, in an address space of the MMU.
    Memory(u8, Endian),
    /// Memory without faults: loads of what is not there give 0.
    NoFault(u8, Endian),
    /// 64 bytes for LDDFA and STDFA.
    Block(u8, Endian),
    /// Partial stores of STDFA: size of the elements in bytes.
    Partial(u8, Endian, u8),
    /// Short floating-point accesses of LDDFA and STDFA: bytes.
    Short(u8, Endian, u8),
    /// 128-bit atomic load of LDDA.
    Quad(u8, Endian),
    /// A register, or nothing.
    Register,
}

/// Where accesses through the primary, secondary and nucleus context go, for code in a mode.
fn spaces(privilege: u32) -> (u8, u8) {
    match privilege {
        0 => (space::PRIMARY_USER, space::SECONDARY_USER),
        _ => (space::PRIMARY, space::SECONDARY),
    }
}

/// What `asi` means for code with a privilege (0 user, 1 privileged, 2 hyperprivileged).
pub fn kind(asi: u8, privilege: u32) -> Kind {
    let endian = if asi & 8 == 0 { Endian::Big } else { Endian::Little };
    let (primary, secondary) = spaces(privilege);
    let half = if asi & 1 == 0 { primary } else { secondary };
    match asi & !8 {
        0x04 => Kind::Memory(space::NUCLEUS, endian),
        0x10 => Kind::Memory(space::PRIMARY_USER, endian),
        0x11 => Kind::Memory(space::SECONDARY_USER, endian),
        0x14 | 0x15 => Kind::Memory(space::PHYSICAL, endian),
        0x24 => Kind::Quad(space::NUCLEUS, endian),
        0x70 => Kind::Block(space::PRIMARY_USER, endian),
        0x71 => Kind::Block(space::SECONDARY_USER, endian),
        0x80 | 0x81 => Kind::Memory(half, endian),
        0x82 | 0x83 => Kind::NoFault(half, endian),
        0xc0 | 0xc1 => Kind::Partial(half, endian, 1),
        0xc2 | 0xc3 => Kind::Partial(half, endian, 2),
        0xc4 | 0xc5 => Kind::Partial(half, endian, 4),
        0xd0 | 0xd1 => Kind::Short(half, endian, 1),
        0xd2 | 0xd3 => Kind::Short(half, endian, 2),
        0xe0 | 0xe1 if asi & 8 == 0 => Kind::Block(half, endian),
        0xf0 | 0xf1 => Kind::Block(half, endian),
        _ => Kind::Register,
    }
}

/// Names of ASIs as Sun's assembler has them ("ASI names").
pub fn name(asi: u8) -> Option<&'static str> {
    Some(match asi {
        0x10 => "#ASI_AIUP",
        0x11 => "#ASI_AIUS",
        0x18 => "#ASI_AIUP_L",
        0x19 => "#ASI_AIUS_L",
        0x80 => "#ASI_P",
        0x81 => "#ASI_S",
        0x82 => "#ASI_PNF",
        0x83 => "#ASI_SNF",
        0x88 => "#ASI_P_L",
        0x89 => "#ASI_S_L",
        0x8a => "#ASI_PNF_L",
        0x8b => "#ASI_SNF_L",
        _ => return None,
    })
}
