//! The message-security assist (PoP, "Cipher Message" and its kin): function codes with their parameter blocks. Functions of protected keys
//! are not installed; the query functions say so.

mod cipher;
mod compute;
mod digest;
mod random;

use crate::crypto::block::Cipher;
use crate::storage::{self, address_mask};
use crate::strings::{address, general};
use crate::trap::{Cpu, Fault, Out, set_cc};

type Args = [u64; 4];

/// Bytes that are done at most before the CPU looks for interruptions.
const PART: u64 = 4096;

/// The instructions.
pub(crate) const KM: u64 = 0;
pub(crate) const KMC: u64 = 1;
pub(crate) const KIMD: u64 = 2;
pub(crate) const KLMD: u64 = 3;
pub(crate) const KMAC: u64 = 4;
pub(crate) const KMCTR: u64 = 5;
pub(crate) const KMF: u64 = 6;
pub(crate) const KMO: u64 = 7;
pub(crate) const PCC: u64 = 8;
pub(crate) const PRNO: u64 = 9;

/// DEA, TDEA with two and three keys, AES with keys of 128, 192 and 256 bits.
const CIPHERS: &[u64] = &[1, 2, 3, 18, 19, 20];
/// The same, and XTS-AES of both sizes.
const CIPHERS_XTS: &[u64] = &[1, 2, 3, 18, 19, 20, 50, 52];

/// Function codes that are installed, of each instruction, beside 0.
const INSTALLED: [&[u64]; 10] = [
    CIPHERS_XTS,
    CIPHERS,
    &[1, 2, 3, 32, 33, 34, 35, 36, 37, 65],
    &[1, 2, 3, 32, 33, 34, 35],
    CIPHERS,
    CIPHERS,
    CIPHERS,
    CIPHERS,
    CIPHERS_XTS,
    &[3, 114],
];

/// QUERY: a bit for each function.
fn query(cpu: &mut Cpu, which: u64) -> Out {
    let bits = INSTALLED[which as usize].iter().fold(1u128 << 127, |all, code| all | 1 << (127 - code));
    let at = address(cpu, 1);
    storage::write(cpu, at, &bits.to_be_bytes())?;
    set_cc(cpu, 0);
    Ok(0)
}

/// Which instruction, both registers, the third one. Function code and modifier are in register 0, the parameter block's address in 1.
pub(crate) fn perform(cpu: &mut Cpu, [which, r1, r2, r3]: Args) -> Out {
    let code = general(cpu, 0) & 0x7f;
    // The modifier of instructions that encipher or generate is bit 56; the others have none, and want a zero there.
    let decipher = general(cpu, 0) & 0x80 != 0;
    if decipher && matches!(which, KIMD | KLMD | KMAC | PCC) {
        return Err(Fault::SPECIFICATION);
    }
    if code == 0 {
        return query(cpu, which);
    }
    if !INSTALLED[which as usize].contains(&code) {
        return Err(Fault::SPECIFICATION);
    }
    match which {
        KIMD | KLMD => digest::digest(cpu, code, r2, which == KLMD),
        KMAC => cipher::authenticate(cpu, code, r2),
        PCC => compute::compute(cpu, code),
        PRNO => random::perform(cpu, code, decipher, r1, r2),
        _ => cipher::cipher(cpu, which, code, decipher, [r1, r2, r3]),
    }
}

/// Reads `size` bytes, to the left of a block.
fn block(cpu: &mut Cpu, at: u64, size: u64) -> Result<u128, Fault> {
    let mut bytes = [0; 16];
    storage::read(cpu, at & address_mask(cpu), &mut bytes[..size as usize])?;
    Ok(u128::from_be_bytes(bytes))
}

/// The leftmost `size` bytes of a block.
fn bytes(block: u128, size: u64) -> Vec<u8> {
    block.to_be_bytes()[..size as usize].to_vec()
}

/// Bytes of a function code's blocks, and of its key.
const fn sizes(code: u64) -> (u64, u64) {
    match code {
        1..=3 => (8, 8 * code),
        18..=20 => (16, 16 + 8 * (code - 18)),
        50 => (16, 16),
        _ => (16, 32),
    }
}

/// The cipher of a function code, with the key at `at`.
fn key(cpu: &mut Cpu, code: u64, at: u64) -> Result<Cipher, Fault> {
    let mut bytes = [0; 32];
    let key = &mut bytes[..sizes(code).1 as usize];
    storage::read(cpu, at & address_mask(cpu), key)?;
    Ok(if code <= 3 { Cipher::des(key) } else { Cipher::aes(key) })
}
