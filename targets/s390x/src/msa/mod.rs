//! The message-security assist (PoP, "Cipher Message" and its kin): function codes with their parameter blocks. Functions of protected keys, and
//! those of DES, are not installed; the query functions say so.

use crate::crypto::aes::Key;
use crate::crypto::sha;
use crate::storage::{self, address_mask};
use crate::strings::{address, general, length, put};
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

/// Function codes that are installed, of each instruction, beside 0.
const INSTALLED: [&[u64]; 6] = [&[18, 19, 20], &[18, 19, 20], &[1, 2, 3], &[1, 2, 3], &[18, 19, 20], &[18, 19, 20]];

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
    // The modifier of enciphering instructions is bit 56; the others have none, and want a zero there.
    let decipher = general(cpu, 0) & 0x80 != 0;
    if decipher && matches!(which, KIMD | KLMD | KMAC) {
        return Err(Fault::SPECIFICATION);
    }
    if code == 0 {
        return query(cpu, which);
    }
    if !INSTALLED[which as usize].contains(&code) {
        return Err(Fault::SPECIFICATION);
    }
    match which {
        KIMD | KLMD => digest(cpu, code, r2, which == KLMD),
        KMAC => authenticate(cpu, code, r2),
        _ => cipher(cpu, which, code, decipher, [r1, r2, r3]),
    }
}

/// Reads a block of 16 bytes.
fn block(cpu: &mut Cpu, at: u64) -> Result<u128, Fault> {
    let mut bytes = [0; 16];
    storage::read(cpu, at & address_mask(cpu), &mut bytes)?;
    Ok(u128::from_be_bytes(bytes))
}

/// The key of a function code, at `at`.
fn key(cpu: &mut Cpu, code: u64, at: u64) -> Result<Key, Fault> {
    let mut bytes = [0; 32];
    let n = 16 + 8 * (code as usize - 18);
    storage::read(cpu, at & address_mask(cpu), &mut bytes[..n])?;
    Ok(Key::new(&bytes[..n]))
}

/// CIPHER MESSAGE, WITH CHAINING, WITH COUNTER. The chaining value comes before the key in the parameter block.
fn cipher(cpu: &mut Cpu, which: u64, code: u64, decipher: bool, [r1, r2, r3]: [u64; 3]) -> Out {
    let mask = address_mask(cpu);
    let (to, from, left) = (address(cpu, r1), address(cpu, r2), length(cpu, r2 + 1));
    let (parameters, counters) = (address(cpu, 1), address(cpu, r3));
    if !left.is_multiple_of(16) {
        return Err(Fault::SPECIFICATION);
    }
    let key = key(cpu, code, parameters.wrapping_add(if which == KMC { 16 } else { 0 }))?;
    let mut chain = if which == KMC { block(cpu, parameters)? } else { 0 };
    let n = left.min(PART);
    let mut out = Vec::with_capacity(n as usize);
    for i in (0..n).step_by(16) {
        let text = block(cpu, from.wrapping_add(i))?;
        let result = match (which, decipher) {
            (KMCTR, _) => text ^ key.encipher(block(cpu, counters.wrapping_add(i))?),
            (KM, false) => key.encipher(text),
            (KM, true) => key.decipher(text),
            (_, false) => {
                chain = key.encipher(text ^ chain);
                chain
            }
            (_, true) => {
                let plain = key.decipher(text) ^ chain;
                chain = text;
                plain
            }
        };
        out.extend(result.to_be_bytes());
    }
    if which == KMC {
        storage::check(cpu, parameters, 16)?;
    }
    storage::write(cpu, to, &out)?;
    if which == KMC {
        storage::write(cpu, parameters, &chain.to_be_bytes())?;
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
fn authenticate(cpu: &mut Cpu, code: u64, r2: u64) -> Out {
    let mask = address_mask(cpu);
    let (from, left, parameters) = (address(cpu, r2), length(cpu, r2 + 1), address(cpu, 1));
    if !left.is_multiple_of(16) {
        return Err(Fault::SPECIFICATION);
    }
    let key = key(cpu, code, parameters.wrapping_add(16))?;
    let mut chain = block(cpu, parameters)?;
    let n = left.min(PART);
    for i in (0..n).step_by(16) {
        chain = key.encipher(chain ^ block(cpu, from.wrapping_add(i))?);
    }
    storage::write(cpu, parameters, &chain.to_be_bytes())?;
    put(cpu, r2, from.wrapping_add(n) & mask);
    put(cpu, r2 + 1, left - n);
    set_cc(cpu, if n == left { 0 } else { 3 });
    Ok(0)
}

/// Bytes of a message block and of a chaining value: SHA-1, SHA-256, SHA-512.
fn sizes(code: u64) -> (usize, usize) {
    [(64, 20), (64, 32), (128, 64)][code as usize - 1]
}

/// A message block into a chaining value.
fn compress(code: u64, state: &mut [u8], block: &[u8]) {
    fn words<const N: usize>(state: &[u8]) -> [u32; N] {
        std::array::from_fn(|i| state[4 * i..][..4].iter().fold(0, |all, b| all << 8 | u32::from(*b)))
    }
    fn back(state: &mut [u8], words: &[u32]) {
        state.chunks_mut(4).zip(words).for_each(|(cell, w)| cell.copy_from_slice(&w.to_be_bytes()));
    }
    match code {
        1 => {
            let mut w = words::<5>(state);
            sha::sha1(&mut w, block);
            back(state, &w);
        }
        2 => {
            let mut w = words::<8>(state);
            sha::sha256(&mut w, block);
            back(state, &w);
        }
        _ => {
            let mut w: [u64; 8] =
                std::array::from_fn(|i| state[8 * i..][..8].iter().fold(0, |all, b| all << 8 | u64::from(*b)));
            sha::sha512(&mut w, block);
            state.chunks_mut(8).zip(w).for_each(|(cell, w)| cell.copy_from_slice(&w.to_be_bytes()));
        }
    }
}

/// COMPUTE INTERMEDIATE MESSAGE DIGEST, COMPUTE LAST MESSAGE DIGEST: the latter pads what is left, with the message's length in bits from
/// behind the chaining value.
fn digest(cpu: &mut Cpu, code: u64, r2: u64, last: bool) -> Out {
    let mask = address_mask(cpu);
    let (size, chain) = sizes(code);
    let (from, left, parameters) = (address(cpu, r2), length(cpu, r2 + 1), address(cpu, 1));
    if !last && !left.is_multiple_of(size as u64) {
        return Err(Fault::SPECIFICATION);
    }
    let mut state = [0; 64];
    storage::read(cpu, parameters, &mut state[..chain])?;
    storage::check(cpu, parameters, chain)?;
    let n = left.min(PART) as usize;
    let mut bytes = vec![0; n];
    storage::read(cpu, from, &mut bytes)?;
    let whole = n / size * size;
    bytes[..whole].chunks(size).for_each(|b| compress(code, &mut state[..chain], b));
    let finished = n as u64 == left;
    if last && finished {
        // The length field: 8 bytes, 16 for SHA-512.
        let field = size / 8;
        let mut length = [0; 16];
        storage::read(cpu, parameters.wrapping_add(chain as u64), &mut length[..field])?;
        let mut tail = bytes[whole..].to_vec();
        tail.push(0x80);
        let total = (tail.len() + field).div_ceil(size) * size;
        tail.resize(total - field, 0);
        tail.extend(&length[..field]);
        tail.chunks(size).for_each(|b| compress(code, &mut state[..chain], b));
    }
    storage::write(cpu, parameters, &state[..chain])?;
    let done = if last && finished { n } else { whole } as u64;
    put(cpu, r2, from.wrapping_add(done) & mask);
    put(cpu, r2 + 1, left - done);
    set_cc(cpu, if left == done { 0 } else { 3 });
    Ok(0)
}
