//! PERFORM CRYPTOGRAPHIC COMPUTATION: the last block of a CMAC (SP 800-38B, 6.2), and tweaks of XTS (IEEE 1619, 5.2).

use super::{block, bytes, key, sizes};
use crate::crypto::field;
use crate::storage::{self, address_mask};
use crate::strings::address;
use crate::trap::{Cpu, Fault, Out, set_cc};

/// A result with its address. None when the parameter block is not as it should be.
type Made = Option<(u64, Vec<u8>)>;

/// Bits of the number of a block of XTS.
const NUMBER_BITS: u128 = 128;

/// The parameter block's address is in register 1; what has been computed is stored into it. Code 2 says that a field of it is not valid.
pub(super) fn compute(cpu: &mut Cpu, code: u64) -> Out {
    let at = address(cpu, 1);
    let made = if code >= 50 { tweak(cpu, code, at)? } else { last_block(cpu, code, at)? };
    if let Some((to, result)) = &made {
        storage::write(cpu, to & address_mask(cpu), result)?;
    }
    set_cc(cpu, if made.is_some() { 0 } else { 2 });
    Ok(0)
}

/// Parameter block: the message's length in bits and seven reserved bytes, the message, the chaining value, the key. The result replaces the
/// chaining value.
fn last_block(cpu: &mut Cpu, code: u64, at: u64) -> Result<Made, Fault> {
    let size = sizes(code).0;
    let (message_at, chain_at) = (at.wrapping_add(8), at.wrapping_add(8 + size));
    let bits = (block(cpu, at, 1)? >> 120) as u32;
    let message = block(cpu, message_at, size)?;
    let chain = block(cpu, chain_at, size)?;
    let cipher = key(cpu, code, chain_at.wrapping_add(size))?;
    let whole = 8 * size as u32;
    let first = field::double(cipher.encipher(0), size);
    if bits > whole {
        return Ok(None);
    }
    let padded = if bits == whole {
        message ^ first
    } else {
        let kept = message & !(u128::MAX >> bits);
        (kept | 1 << (127 - bits)) ^ field::double(first, size)
    };
    Ok(Some((chain_at, bytes(cipher.encipher(chain ^ padded), size))))
}

/// Parameter block: the key, the tweak, the number of a block, an intermediate bit index, the XTS parameter, which is the result. The index
/// tells how many bits of the number have been dealt with; it is always all of them here.
fn tweak(cpu: &mut Cpu, code: u64, at: u64) -> Result<Made, Fault> {
    let (size, key_size) = sizes(code);
    let tweak_at = at.wrapping_add(key_size);
    let cipher = key(cpu, code, at)?;
    let [tweak, count, index] = [0, 16, 32].map(|n| block(cpu, tweak_at.wrapping_add(n), size));
    let (tweak, count, index) = (tweak?, count?, index?);
    if index >= NUMBER_BITS {
        return Ok(None);
    }
    let result = field::tweak_of(cipher.encipher(tweak), count);
    Ok(Some((tweak_at.wrapping_add(32), [NUMBER_BITS.to_be_bytes(), result.to_be_bytes()].concat())))
}
