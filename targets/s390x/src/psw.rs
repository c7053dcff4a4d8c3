//! The program-status word (PoP, "Program-Status-Word Format"). Bit 0 is the leftmost.

/// PER.
pub const PER: u64 = 1 << 62;
/// Dynamic address translation.
pub const DAT: u64 = 1 << 58;
/// I/O interruptions are taken.
pub const IO: u64 = 1 << 57;
/// External interruptions are taken.
pub const EXTERNAL: u64 = 1 << 56;
/// The access key, and where it begins.
pub const KEY: u64 = 0xf << KEY_SHIFT;
/// Where the access key begins.
pub const KEY_SHIFT: u32 = 52;
/// One in a short PSW.
pub const SHORT: u64 = 1 << 51;
/// Machine checks are taken.
pub const MACHINE_CHECK: u64 = 1 << 50;
/// Wait state.
pub const WAIT: u64 = 1 << 49;
/// Problem state.
pub const PROBLEM: u64 = 1 << 48;
/// Address-space control: 0 primary, 1 access registers, 2 secondary, 3 home.
pub const ASC: u64 = 3 << ASC_SHIFT;
/// Where the address-space control begins.
pub const ASC_SHIFT: u32 = 46;
/// Condition code.
pub const CC: u64 = 3 << CC_SHIFT;
/// Where the condition code begins.
pub const CC_SHIFT: u32 = 44;
/// Program mask.
pub const PROGRAM_MASK: u64 = 0xf << PROGRAM_MASK_SHIFT;
/// Where the program mask begins.
pub const PROGRAM_MASK_SHIFT: u32 = 40;
/// Program mask: fixed-point overflow is an exception.
pub const FIXED_OVERFLOW: u64 = 8 << PROGRAM_MASK_SHIFT;
/// Program mask: decimal overflow is an exception.
pub const DECIMAL_OVERFLOW: u64 = 4 << PROGRAM_MASK_SHIFT;
/// Program mask: HFP exponent underflow is an exception.
pub const HFP_UNDERFLOW: u64 = 2 << PROGRAM_MASK_SHIFT;
/// Program mask: HFP significance is an exception.
pub const HFP_SIGNIFICANCE: u64 = 1 << PROGRAM_MASK_SHIFT;
/// Extended addressing: with [`BASIC`], addresses of 64 bits.
pub const EXTENDED: u64 = 1 << 32;
/// Basic addressing: addresses of 31 bits.
pub const BASIC: u64 = 1 << 31;

/// Bits that must be zero (PoP, "Early Exception Recognition"): 0, 2 to 4, 12, 24 to 30, and 33 to 63.
const MUST_BE_ZERO: u64 = 1 << 63 | 7 << 59 | SHORT | 0x7f << 33 | 0xff << 32 & !EXTENDED | (BASIC - 1);

/// Width of addresses: 24, 31 or 64.
pub const fn address_bits(mask: u64) -> u32 {
    match (mask & EXTENDED != 0, mask & BASIC != 0) {
        (true, _) => 64,
        (false, true) => 31,
        (false, false) => 24,
    }
}

/// Whether a new PSW is invalid in such a way that it is a specification exception at once (PoP, "Early Exception Recognition").
pub const fn is_invalid(mask: u64, address: u64) -> bool {
    let bits = address_bits(mask);
    mask & MUST_BE_ZERO != 0
        || mask & EXTENDED != 0 && mask & BASIC == 0
        || bits == 31 && address >> 31 != 0
        || bits == 24 && address >> 24 != 0
}

/// The PSW that a short one stands for (PoP, "LOAD PSW").
pub const fn from_short(word: u64) -> (u64, u64) {
    let mask = (word & !SHORT) & 0xffff_ffff_8000_0000;
    (mask, word & 0x7fff_ffff)
}
