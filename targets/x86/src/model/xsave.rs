//! The components of XSAVE's area (SDM volume 1, "XSAVE-Supported Features and State-Component Bitmaps").

use super::{FeatureWords, word};

/// A component behind the area's header.
#[derive(Clone, Copy, Debug)]
pub struct Component {
    /// Its bit in XCR0.
    pub bit: u32,
    /// Where it is in the standard form.
    pub offset: u32,
    /// Bytes.
    pub size: u32,
}

const fn component(bit: u32, offset: u32, size: u32) -> Component {
    Component { bit, offset, size }
}

/// Those that are implemented, at the offsets that Intel's processors use: the upper halves of YMM, BND0 to BND3, BNDCFGU with
/// BNDSTATUS, PKRU.
pub const COMPONENTS: [Component; 4] =
    [component(2, 576, 256), component(3, 960, 64), component(4, 1024, 64), component(9, 2688, 8)];
/// Bytes of the legacy area and the header.
const AREA: u32 = 576;
/// x87 and SSE, which the legacy area has.
const LEGACY: u32 = 3;

/// What makes a component exist: bits of XCR0, feature word, bit.
const NEEDS: [(u32, usize, u32); 4] =
    [(4, word::F1_ECX, 28), (0x18, word::F7_EBX, 14), (0xe0, word::F7_EBX, 16), (0x200, word::F7_ECX, 3)];

/// The components of a processor with these features; those of AVX-512 among them, which has none here.
pub fn of_features(f: &FeatureWords) -> u32 {
    if f.0[word::F1_ECX] >> 26 & 1 == 0 {
        return 0;
    }
    let needed = NEEDS.iter().filter(|(_, word, bit)| f.0[*word] >> bit & 1 != 0);
    needed.fold(LEGACY, |all, (bits, ..)| all | bits)
}

/// The bits of XCR0 that mean something here.
pub fn implemented() -> u64 {
    COMPONENTS.iter().fold(LEGACY.into(), |all, c| all | 1 << c.bit)
}

/// Bytes of an area of the standard form with `set`.
pub fn size(set: u64) -> u32 {
    let present = COMPONENTS.iter().filter(|c| set >> c.bit & 1 != 0);
    present.map(|c| c.offset + c.size).max().unwrap_or(AREA)
}

/// Bytes of one of the compacted form.
pub fn compact_size(set: u64) -> u32 {
    AREA + COMPONENTS.iter().filter(|c| set >> c.bit & 1 != 0).map(|c| c.size).sum::<u32>()
}
