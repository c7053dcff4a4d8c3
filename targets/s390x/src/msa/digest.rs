//! COMPUTE INTERMEDIATE MESSAGE DIGEST and COMPUTE LAST MESSAGE DIGEST: SHA-1, SHA-2, SHA-3, SHAKE and GHASH.

use super::PART;
use crate::crypto::{field, keccak, sha};
use crate::storage::{self, address_mask};
use crate::strings::{address, length, put};
use crate::trap::{Cpu, Fault, Out, set_cc};

/// Function code of GHASH. Its hash key is behind the chaining value.
const GHASH: u64 = 65;

/// Bytes of a message block and of what the parameter block holds: of SHA-3 and SHAKE (from 32 on) the rate and the state.
fn sizes(code: u64) -> (usize, usize) {
    match code {
        1 => (64, 20),
        2 => (64, 32),
        3 => (128, 64),
        GHASH => (16, 32),
        _ => ([144, 136, 104, 72, 168, 136][code as usize - 32], keccak::STATE),
    }
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
        GHASH => {
            let half = |at: usize, bytes: &[u8]| bytes[at..at + 16].iter().fold(0, |all, b| all << 8 | u128::from(*b));
            let product = field::ghash(half(0, state) ^ half(0, block), half(16, state));
            state[..16].copy_from_slice(&product.to_be_bytes());
        }
        32.. => {
            state.iter_mut().zip(block).for_each(|(cell, b)| *cell ^= b);
            keccak::permute(state);
        }
        _ => {
            let mut w: [u64; 8] =
                std::array::from_fn(|i| state[8 * i..][..8].iter().fold(0, |all, b| all << 8 | u64::from(*b)));
            sha::sha512(&mut w, block);
            state.chunks_mut(8).zip(w).for_each(|(cell, w)| cell.copy_from_slice(&w.to_be_bytes()));
        }
    }
}

/// Pads the end of a message to whole blocks. SHA-1 and SHA-2 have the message's length in bits at the end, which is at `at`.
fn pad(cpu: &mut Cpu, code: u64, tail: &mut Vec<u8>, at: u64) -> Result<(), Fault> {
    let size = sizes(code).0;
    if code >= 32 {
        // FIPS 202, B.2: two bits of SHA-3's own, and a one at each end.
        tail.push(0x06);
        tail.resize(tail.len().next_multiple_of(size), 0);
        tail.last_mut().into_iter().for_each(|last| *last |= 0x80);
        return Ok(());
    }
    // The length field: 8 bytes, 16 for SHA-512.
    let field = size / 8;
    let mut length = [0; 16];
    storage::read(cpu, at, &mut length[..field])?;
    tail.push(0x80);
    let total = (tail.len() + field).div_ceil(size) * size;
    tail.resize(total - field, 0);
    tail.extend(&length[..field]);
    Ok(())
}

/// COMPUTE INTERMEDIATE MESSAGE DIGEST, COMPUTE LAST MESSAGE DIGEST: the latter pads what is left, with the message's length in bits from
/// behind the chaining value.
pub(super) fn digest(cpu: &mut Cpu, code: u64, r2: u64, last: bool) -> Out {
    let mask = address_mask(cpu);
    let (size, chain) = sizes(code);
    let (from, left, parameters) = (address(cpu, r2), length(cpu, r2 + 1), address(cpu, 1));
    if !last && !left.is_multiple_of(size as u64) {
        return Err(Fault::SPECIFICATION);
    }
    let mut state = [0; keccak::STATE];
    storage::read(cpu, parameters, &mut state[..chain])?;
    storage::check(cpu, parameters, chain)?;
    let n = left.min(PART) as usize;
    let mut bytes = vec![0; n];
    storage::read(cpu, from, &mut bytes)?;
    let whole = n / size * size;
    bytes[..whole].chunks(size).for_each(|b| compress(code, &mut state[..chain], b));
    let finished = n as u64 == left;
    if last && finished {
        let mut tail = bytes[whole..].to_vec();
        pad(cpu, code, &mut tail, parameters.wrapping_add(chain as u64) & mask)?;
        tail.chunks(size).for_each(|b| compress(code, &mut state[..chain], b));
    }
    storage::write(cpu, parameters, &state[..chain])?;
    let done = if last && finished { n } else { whole } as u64;
    put(cpu, r2, from.wrapping_add(done) & mask);
    put(cpu, r2 + 1, left - done);
    set_cc(cpu, if left == done { 0 } else { 3 });
    Ok(0)
}
