//! SMBIOS: what a machine says of itself to people.
//!
//! System Management BIOS (SMBIOS) Reference Specification 2.8.0 (DSP0134), "Structures" and "SMBIOS Structure Table Entry Point".

/// What the structures say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine<'a> {
    /// The machine type.
    pub product: &'a str,
    /// Its UUID, most significant byte first.
    pub uuid: [u8; 16],
    /// Bytes of RAM.
    pub ram: u64,
    /// Pieces of RAM: first byte and length.
    pub ranges: Vec<(u64, u64)>,
    /// Sockets, cores in a socket, threads in a core.
    pub shape: (u32, u32, u32),
    /// The processors' name and signature: EAX and EDX of CPUID 1.
    pub cpu: (&'a str, [u32; 2]),
}

const MAKER: &str = "Polyarch";
/// Bytes of the entry point of version 2.
pub const ANCHOR_LEN: usize = 31;
/// Bytes of a module in an old structure's unit of 1 MiB at most; above, an extended field says it.
const MODULE_MIB: u64 = 0x7fff;

/// Structures, and how many and how long they are.
#[derive(Default)]
struct Structures {
    bytes: Vec<u8>,
    count: u16,
    longest: u16,
}

impl Structures {
    /// Adds a structure: type, handle, formatted part after the header, strings.
    fn add(&mut self, kind: u8, handle: u16, body: &[u8], strings: &[&str]) {
        let from = self.bytes.len();
        self.bytes.extend([kind, body.len() as u8 + 4]);
        self.bytes.extend(handle.to_le_bytes());
        self.bytes.extend_from_slice(body);
        for string in strings {
            self.bytes.extend(string.bytes().filter(|b| *b != 0));
            self.bytes.push(0);
        }
        if strings.is_empty() {
            self.bytes.push(0);
        }
        self.bytes.push(0);
        self.count += 1;
        self.longest = self.longest.max((self.bytes.len() - from) as u16);
    }
}

/// The time in a UUID's first three fields is little-endian in the structure ("System — UUID").
fn uuid(bytes: [u8; 16]) -> [u8; 16] {
    let mut out = bytes;
    out[..4].reverse();
    out[4..6].reverse();
    out[6..8].reverse();
    out
}

fn processor(s: &mut Structures, n: u16, machine: &Machine<'_>) {
    let (_, cores, threads) = machine.shape;
    let (name, signature) = machine.cpu;
    let mut body = vec![1, 3, 1, 2];
    signature.iter().for_each(|word| body.extend(word.to_le_bytes()));
    body.extend([3, 0]);
    for word in [0u16, 2000, 2000] {
        body.extend(word.to_le_bytes());
    }
    body.extend([0x41, 1]);
    // No caches described, then serial number, asset tag, part number.
    body.extend([0xff; 6]);
    body.extend([0, 0, 0]);
    let count = |n: u32| n.min(255) as u8;
    body.extend([count(cores), count(cores), count(cores.saturating_mul(threads))]);
    // 64-bit capable, many cores, threads; family: other.
    body.extend([0x02, 0, 1, 0]);
    s.add(4, 0x400 + n, &body, &[&format!("CPU {n}"), MAKER, name]);
}

fn memory(s: &mut Structures, machine: &Machine<'_>) {
    let kib = machine.ram >> 10;
    let mut array = vec![1, 3, 6];
    array.extend((kib.min(0x8000_0000) as u32).to_le_bytes());
    array.extend([0xfe, 0xff, 1, 0]);
    array.extend(if kib < 0x8000_0000 { 0 } else { machine.ram }.to_le_bytes());
    s.add(16, 0x1000, &array, &[]);
    let mib = machine.ram >> 20;
    let mut module = vec![0x00, 0x10, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff];
    module.extend((mib.min(MODULE_MIB) as u16).to_le_bytes());
    module.extend([9, 0, 1, 0, 7, 2, 0, 0, 0, 2, 0, 0, 0, 0]);
    module.extend((if mib < MODULE_MIB { 0 } else { mib as u32 }).to_le_bytes());
    module.extend([0; 8]);
    s.add(17, 0x1100, &module, &["DIMM 0", MAKER]);
    for (n, (start, len)) in machine.ranges.iter().filter(|(_, len)| *len >= 1024).enumerate() {
        let (first, last) = (start >> 10, (start + len - 1) >> 10);
        let wide = last >= u64::from(u32::MAX);
        let mut body = Vec::new();
        for address in [first, last] {
            body.extend(if wide { u32::MAX } else { address as u32 }.to_le_bytes());
        }
        body.extend([0x00, 0x10, 1]);
        for address in [*start, start + len - 1] {
            body.extend(if wide { address } else { 0 }.to_le_bytes());
        }
        s.add(19, 0x1300 + n as u16, &body, &[]);
    }
}

/// The structures of a machine, and the entry point that points to them at address 0, without checksums.
pub fn tables(machine: &Machine<'_>) -> (Vec<u8>, Vec<u8>) {
    let mut s = Structures::default();
    // Firmware: BIOS segment 0xe800, 64 KiB; characteristics not known; a virtual machine.
    s.add(0, 0, &[1, 2, 0, 0xe8, 3, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0x1c, 0, 0, 0xff, 0xff], &[MAKER, "1", "01/01/2020"]);
    let mut system = vec![1, 2, 3, 0];
    system.extend(uuid(machine.uuid));
    system.extend([6, 0, 0]);
    s.add(1, 0x100, &system, &[MAKER, machine.product, "1"]);
    s.add(3, 0x300, &[1, 1, 2, 0, 0, 3, 3, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[MAKER, "1"]);
    (0..machine.shape.0.min(0x400) as u16).for_each(|n| processor(&mut s, n, machine));
    memory(&mut s, machine);
    s.add(32, 0x2000, &[0, 0, 0, 0, 0, 0, 0], &[]);
    s.add(127, 0x7f00, &[], &[]);
    let mut anchor = b"_SM_\0".to_vec();
    anchor.extend([ANCHOR_LEN as u8, 2, 8]);
    anchor.extend(s.longest.to_le_bytes());
    anchor.extend([0; 6]);
    anchor.extend(b"_DMI_\0");
    anchor.extend((s.bytes.len() as u16).to_le_bytes());
    anchor.extend([0; 4]);
    anchor.extend(s.count.to_le_bytes());
    anchor.push(0x28);
    (s.bytes, anchor)
}

/// The entry point for structures at `address`, with its checksums.
pub fn anchor_at(anchor: &[u8], address: u32) -> Vec<u8> {
    let mut out = anchor.to_vec();
    out[24..28].copy_from_slice(&address.to_le_bytes());
    let sum = |bytes: &[u8]| 0u8.wrapping_sub(bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte)));
    out[21] = sum(&out[16..]);
    out[4] = sum(&out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_follow_each_other_to_the_end() {
        let machine = Machine {
            product: "pc",
            uuid: *b"0123456789abcdef",
            ram: 5 << 30,
            ranges: vec![(0, 3 << 30), (4 << 30, 2 << 30)],
            shape: (2, 3, 2),
            cpu: ("qemu64", [0x663, 0x78b_fbfd]),
        };
        let (bytes, anchor) = tables(&machine);
        let anchor = anchor_at(&anchor, 0xf_1000);
        let zero = |bytes: &[u8]| bytes.iter().fold(0u8, |sum, b| sum.wrapping_add(*b)) == 0;
        assert!(anchor.len() == ANCHOR_LEN && zero(&anchor) && zero(&anchor[16..]));
        let (mut at, mut kinds) = (0, Vec::new());
        while at < bytes.len() {
            kinds.push(bytes[at]);
            let strings = at + usize::from(bytes[at + 1]);
            at = strings + bytes[strings..].windows(2).position(|w| w == [0, 0]).unwrap() + 2;
        }
        assert_eq!(kinds, [0, 1, 3, 4, 4, 16, 17, 19, 19, 32, 127]);
        assert_eq!(usize::from(u16::from_le_bytes([anchor[28], anchor[29]])), kinds.len());
        // Behind the first structure of 24 bytes and its strings, and the second one's first eight.
        let uuid = 0x18 + MAKER.len() + 1 + "1".len() + 1 + "01/01/2020".len() + 2 + 8;
        assert_eq!(&bytes[uuid..][..8], b"32105476");
    }
}
