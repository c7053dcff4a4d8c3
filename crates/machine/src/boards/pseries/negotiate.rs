//! "ibm,client-architecture-support": what client and platform agree upon.
//!
//! LoPAPR 1.1, appendix B.6.2.3, "Root Node Methods", and the option vectors there.

use ppc::papr::Caller;

use super::Firmware;
use super::tree::generation;

/// Processor versions of the architecture's levels, newest first, and the generation that has each.
const LEVELS: [(u32, u32); 4] = [(0x0f00_0005, 9), (0x0f00_0004, 8), (0x0f10_0003, 7), (0x0f00_0003, 7)];
/// The option vectors that a client can have, and the bytes of each.
const VECTORS: usize = 16;

/// Bits of option vector 5, by byte.
mod ov5 {
    /// Translation: two bits, of which 01 is radix, 00 hash.
    pub(super) const MMU: usize = 24;
    pub(super) const MMU_BITS: u8 = 0xc0;
    pub(super) const RADIX: u8 = 0x40;
    pub(super) const EITHER: u8 = 0x80;
    /// Radix options: guests may invalidate translations.
    pub(super) const RADIX_OPTIONS: usize = 26;
    pub(super) const GTSE: u8 = 0x40;
}

/// Reads memory byte by byte.
struct Reader<'a> {
    caller: &'a mut dyn Caller,
    at: u64,
}

impl Reader<'_> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        let there = self.caller.read(self.at, &mut bytes);
        self.at += N as u64;
        there.then_some(bytes)
    }

    fn word(&mut self) -> Option<u32> {
        self.bytes::<4>().map(u32::from_be_bytes)
    }
}

/// What the client says: the processor versions that it knows, as masks and values, and its option vectors.
struct Offer {
    versions: Vec<(u32, u32)>,
    vectors: Vec<Vec<u8>>,
}

fn read(reader: &mut Reader<'_>) -> Option<Offer> {
    let mut versions = Vec::new();
    loop {
        let (mask, value) = (reader.word()?, reader.word()?);
        // The last one has bits that its mask leaves out.
        if value & !mask != 0 {
            break;
        }
        versions.push((mask, value));
        if versions.len() > 512 {
            return None;
        }
    }
    let count = usize::from(reader.bytes::<1>()?[0]) + 1;
    let mut vectors = Vec::new();
    for _ in 0..count.min(VECTORS) {
        let len = usize::from(reader.bytes::<1>()?[0]) + 1;
        let mut vector = vec![0];
        for _ in 0..len {
            vector.push(reader.bytes::<1>()?[0]);
        }
        vectors.push(vector);
    }
    Some(Offer { versions, vectors })
}

/// Negotiates; whether there is something that both can.
pub(super) fn negotiate(firmware: &mut Firmware, caller: &mut dyn Caller, at: u64) -> bool {
    let Some(Offer { versions, vectors }) = read(&mut Reader { caller, at }) else { return false };
    let own = generation(&firmware.model);
    let level = LEVELS.iter().find(|(version, generation)| {
        *generation <= own && versions.iter().any(|(mask, value)| version & mask == *value)
    });
    let knows_chip = versions.iter().any(|(mask, value)| firmware.model.pvr() & mask == *value);
    if level.is_none() && !knows_chip {
        return false;
    }
    let version = level.map_or(firmware.model.pvr(), |level| level.0);
    firmware.client.set_of_cpus("cpu-version", &version.to_be_bytes());
    let wanted = vectors.get(4).and_then(|vector| vector.get(ov5::MMU)).map_or(0, |byte| byte & ov5::MMU_BITS);
    let radix = own >= 9 && (wanted == ov5::RADIX || wanted == ov5::EITHER);
    // The answer has the vector's form: its length less one, and the bytes.
    let mut answer = vec![0u8; 27];
    answer[0] = 25;
    if radix {
        answer[ov5::MMU] = ov5::RADIX;
        answer[ov5::RADIX_OPTIONS] = ov5::GTSE;
    }
    firmware.client.set_at("/chosen", "ibm,architecture-vec-5", answer);
    true
}
