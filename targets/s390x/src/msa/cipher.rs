//! CIPHER MESSAGE with its kin for chaining, counters, cipher feedback and output feedback, and COMPUTE MESSAGE AUTHENTICATION CODE.

use super::{KM, KMC, KMCTR, KMF, KMO, PART, block, bytes, key, sizes};
use crate::crypto::block::Cipher;
use crate::crypto::field;
use crate::storage::{self, address_mask};
use crate::strings::{address, general, length, put};
use crate::trap::{Cpu, Fault, Out, set_cc};

/// How blocks are enciphered: the instruction, the direction, the cipher, bytes that are done at a time.
struct How {
    which: u64,
    decipher: bool,
    cipher: Cipher,
    unit: u64,
    is_xts: bool,
}

impl How {
    /// Text of a unit becomes its result; `chain` is the chaining value or tweak, and `counter` the block of CIPHER MESSAGE WITH COUNTER.
    fn step(&self, text: u128, counter: u128, chain: &mut u128) -> u128 {
        let (cipher, unit) = (&self.cipher, 8 * self.unit as u32);
        match (self.which, self.decipher) {
            (KMCTR, _) => text ^ cipher.encipher(counter),
            (KM, _) if self.is_xts => {
                let tweak = std::mem::replace(chain, field::next_tweak(*chain));
                tweak ^ if self.decipher { cipher.decipher(text ^ tweak) } else { cipher.encipher(text ^ tweak) }
            }
            (KM, false) => cipher.encipher(text),
            (KM, true) => cipher.decipher(text),
            (KMC, false) => {
                *chain = cipher.encipher(text ^ *chain);
                *chain
            }
            (KMC, true) => cipher.decipher(text) ^ std::mem::replace(chain, text),
            (KMF, decipher) => {
                let mask = u128::MAX << (128 - unit);
                let result = text ^ cipher.encipher(*chain) & mask;
                // The ciphertext comes in at the right of the chaining value.
                let ciphertext = if decipher { text } else { result };
                let room = 8 * cipher.size() as u32 - unit;
                *chain = chain.checked_shl(unit).unwrap_or(0) | ciphertext >> room;
                result
            }
            _ => {
                *chain = cipher.encipher(*chain);
                text ^ *chain
            }
        }
    }
}

/// CIPHER MESSAGE, WITH CHAINING, WITH COUNTER, WITH CIPHER FEEDBACK, WITH OUTPUT FEEDBACK. A chaining value comes before the key in the
/// parameter block, the tweak of XTS behind it.
pub(super) fn cipher(cpu: &mut Cpu, which: u64, code: u64, decipher: bool, [r1, r2, r3]: [u64; 3]) -> Out {
    let mask = address_mask(cpu);
    let (to, from, left) = (address(cpu, r1), address(cpu, r2), length(cpu, r2 + 1));
    let (parameters, counters) = (address(cpu, 1), address(cpu, r3));
    let ((size, key_size), is_xts) = (sizes(code), code >= 50);
    // The length of the cipher feedback is in bits 32 to 39 of register 0.
    let unit = if which == KMF { general(cpu, 0) >> 24 & 0xff } else { size };
    if !(1..=size).contains(&unit) || !left.is_multiple_of(unit) {
        return Err(Fault::SPECIFICATION);
    }
    let has_chain = matches!(which, KMC | KMF | KMO);
    let cipher = key(cpu, code, parameters.wrapping_add(if has_chain { size } else { 0 }))?;
    let chain_at = parameters.wrapping_add(if is_xts { key_size } else { 0 }) & mask;
    let mut chain = if has_chain || is_xts { block(cpu, chain_at, size)? } else { 0 };
    let how = How { which, decipher, cipher, unit, is_xts };
    let n = left.min(PART / unit * unit);
    let mut out = Vec::with_capacity(n as usize);
    for i in (0..n).step_by(unit as usize) {
        let text = block(cpu, from.wrapping_add(i), unit)?;
        let counter = if which == KMCTR { block(cpu, counters.wrapping_add(i), unit)? } else { 0 };
        out.extend(bytes(how.step(text, counter, &mut chain), unit));
    }
    if has_chain || is_xts {
        storage::check(cpu, chain_at, size as usize)?;
    }
    storage::write(cpu, to, &out)?;
    if has_chain || is_xts {
        storage::write(cpu, chain_at, &bytes(chain, size))?;
    }
    put(cpu, r1, to.wrapping_add(n) & mask);
    if r2 != r1 {
        put(cpu, r2, from.wrapping_add(n) & mask);
    }
    put(cpu, r2 + 1, left - n);
    if which == KMCTR && r3 != r1 && r3 != r2 {
        put(cpu, r3, counters.wrapping_add(n) & mask);
    }
    set_cc(cpu, if n == left { 0 } else { 3 });
    Ok(0)
}

/// COMPUTE MESSAGE AUTHENTICATION CODE: the chaining value, then the key.
pub(super) fn authenticate(cpu: &mut Cpu, code: u64, r2: u64) -> Out {
    let mask = address_mask(cpu);
    let (from, left, parameters) = (address(cpu, r2), length(cpu, r2 + 1), address(cpu, 1));
    let size = sizes(code).0;
    if !left.is_multiple_of(size) {
        return Err(Fault::SPECIFICATION);
    }
    let cipher = key(cpu, code, parameters.wrapping_add(size))?;
    let mut chain = block(cpu, parameters, size)?;
    let n = left.min(PART);
    for i in (0..n).step_by(size as usize) {
        chain = cipher.encipher(chain ^ block(cpu, from.wrapping_add(i), size)?);
    }
    storage::write(cpu, parameters, &bytes(chain, size))?;
    put(cpu, r2, from.wrapping_add(n) & mask);
    put(cpu, r2 + 1, left - n);
    set_cc(cpu, if n == left { 0 } else { 3 });
    Ok(0)
}
