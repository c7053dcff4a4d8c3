//! AML, as far as a board's description needs it: names, numbers, packages, devices, methods, fields and resource templates.
//!
//! ACPI Specification 6.3, chapters "ACPI Machine Language (AML) Specification" and "Device Configuration" (resource data types).

/// Bytes of AML.
pub type Aml = Vec<u8>;

/// "Package Length Encoding" of `len` and `own` times its own bytes.
fn length(len: usize, own: usize) -> Aml {
    let fits = [(1usize, 1usize << 6), (2, 1 << 12), (3, 1 << 20), (4, 1 << 28)];
    let (bytes, _) = fits.into_iter().find(|(n, limit)| len + own * n < *limit).unwrap_or((4, 0));
    let len = len + own * bytes;
    let mut out = match bytes {
        1 => vec![len as u8],
        n => vec![((n - 1) << 6) as u8 | (len & 0xf) as u8],
    };
    out.extend((1..bytes).map(|n| (len >> (4 + 8 * (n - 1))) as u8));
    out
}

/// A body behind its length, which counts itself.
fn with_length(body: &[u8]) -> Aml {
    [&length(body.len(), 1)[..], body].concat()
}

/// A name path: segments of up to four letters, separated by dots, perhaps from the root on.
pub fn path(text: &str) -> Aml {
    let (root, rest) = text.strip_prefix('\\').map_or((false, text), |rest| (true, rest));
    let mut out = if root { vec![b'\\'] } else { Vec::new() };
    let segments: Vec<&str> = rest.split('.').filter(|s| !s.is_empty()).collect();
    match segments.len() {
        0 => out.push(0),
        1 => {}
        2 => out.push(0x2e),
        n => out.extend([0x2f, n as u8]),
    }
    for segment in segments {
        out.extend(segment.bytes().chain(std::iter::repeat(b'_')).take(4));
    }
    out
}

/// A number.
pub fn int(value: u64) -> Aml {
    match value {
        0 => vec![0],
        1 => vec![1],
        2..=0xff => vec![0x0a, value as u8],
        0x100..=0xffff => [&[0x0b][..], &(value as u16).to_le_bytes()].concat(),
        0x1_0000..=0xffff_ffff => [&[0x0c][..], &(value as u32).to_le_bytes()].concat(),
        _ => [&[0x0e][..], &value.to_le_bytes()].concat(),
    }
}

/// A text.
pub fn text(value: &str) -> Aml {
    [&[0x0d][..], value.as_bytes(), &[0]].concat()
}

/// A compressed EISA ID: three letters and four hexadecimal digits ("EISAID").
pub fn eisa(id: &str) -> Aml {
    let b = id.as_bytes();
    let letter = |n: usize| u32::from(b[n].wrapping_sub(b'@') & 0x1f);
    let number = u32::from_str_radix(&id[3..], 16).unwrap_or(0);
    let value = letter(0) << 26 | letter(1) << 21 | letter(2) << 16 | number;
    [&[0x0c][..], &value.swap_bytes().to_le_bytes()].concat()
}

/// `Name (path, value)`.
pub fn name(at: &str, value: &[u8]) -> Aml {
    [&[0x08][..], &path(at), value].concat()
}

/// `Package () { ... }`.
pub fn package(elements: &[Aml]) -> Aml {
    let body = [&[elements.len() as u8][..], &elements.concat()].concat();
    [&[0x12][..], &with_length(&body)].concat()
}

/// `Buffer () { ... }`.
pub fn buffer(bytes: &[u8]) -> Aml {
    let body = [&int(bytes.len() as u64)[..], bytes].concat();
    [&[0x11][..], &with_length(&body)].concat()
}

/// `Scope (path) { ... }`.
pub fn scope(at: &str, inside: &[Aml]) -> Aml {
    let body = [&path(at)[..], &inside.concat()].concat();
    [&[0x10][..], &with_length(&body)].concat()
}

/// `Device (path) { ... }`.
pub fn device(at: &str, inside: &[Aml]) -> Aml {
    let body = [&path(at)[..], &inside.concat()].concat();
    [&[0x5b, 0x82][..], &with_length(&body)].concat()
}

/// `Method (path, args, NotSerialized) { ... }`.
pub fn method(at: &str, args: u8, inside: &[Aml]) -> Aml {
    with_flags(at, args, inside)
}

/// `Method (path, args, Serialized) { ... }`.
pub fn serialized(at: &str, args: u8, inside: &[Aml]) -> Aml {
    with_flags(at, args | 8, inside)
}

fn with_flags(at: &str, flags: u8, inside: &[Aml]) -> Aml {
    let body = [&path(at)[..], &[flags], &inside.concat()].concat();
    [&[0x14][..], &with_length(&body)].concat()
}

/// Argument `n` of a method.
pub fn arg(n: u8) -> Aml {
    vec![0x68 + n]
}

/// Local variable `n` of a method.
pub fn local(n: u8) -> Aml {
    vec![0x60 + n]
}

/// A call of a method.
pub fn call(at: &str, args: &[Aml]) -> Aml {
    [&path(at)[..], &args.concat()].concat()
}

/// `Store (value, target)`.
pub fn store(value: &[u8], target: &[u8]) -> Aml {
    [&[0x70][..], value, target].concat()
}

/// `LEqual (a, b)`.
pub fn equal(a: &[u8], b: &[u8]) -> Aml {
    [&[0x93][..], a, b].concat()
}

/// `Return (value)`.
pub fn return_(value: &[u8]) -> Aml {
    [&[0xa4][..], value].concat()
}

fn block(op: u8, condition: &[u8], inside: &[Aml]) -> Aml {
    [&[op][..], &with_length(&[condition, &inside.concat()].concat())].concat()
}

/// `If (condition) { ... }`.
pub fn if_(condition: &[u8], inside: &[Aml]) -> Aml {
    block(0xa0, condition, inside)
}

/// `While (condition) { ... }`.
pub fn while_(condition: &[u8], inside: &[Aml]) -> Aml {
    block(0xa2, condition, inside)
}

/// `Notify (path, value)`.
pub fn notify(at: &str, value: &[u8]) -> Aml {
    [&[0x86][..], &path(at), value].concat()
}

/// `Mutex (path, 0)`.
pub fn mutex(at: &str) -> Aml {
    [&[0x5b, 0x01][..], &path(at), &[0]].concat()
}

/// `Acquire (path, 0xffff)`: waits as long as it takes.
pub fn acquire(at: &str) -> Aml {
    [&[0x5b, 0x23][..], &path(at), &[0xff, 0xff]].concat()
}

/// `Release (path)`.
pub fn release(at: &str) -> Aml {
    [&[0x5b, 0x27][..], &path(at)].concat()
}

/// `OperationRegion (path, SystemIO, first, len)`.
pub fn ports_region(at: &str, first: u16, len: u8) -> Aml {
    [&[0x5b, 0x80][..], &path(at), &[1], &int(first.into()), &int(len.into())].concat()
}

/// How a field is accessed: by bytes, by doublewords; what is around it in what is written becomes 0 ("DefField").
pub const BYTES: u8 = 1;
/// See [`BYTES`].
pub const DOUBLEWORDS: u8 = 3;
/// See [`BYTES`].
pub const WRITE_AS_ZEROS: u8 = 2 << 5;

/// Part of a field's list: so many bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// That nobody uses.
    Skip(usize),
    /// With a name of four letters.
    Field(&'static str, usize),
}

/// `Field (region, flags) { ... }`.
pub fn field(region: &str, flags: u8, list: &[Bits]) -> Aml {
    let mut body = [&path(region)[..], &[flags]].concat();
    for bits in list {
        match *bits {
            Bits::Skip(n) => body.extend([&[0][..], &length(n, 0)].concat()),
            Bits::Field(name, n) => body.extend([path(name), length(n, 0)].concat()),
        }
    }
    [&[0x5b, 0x81][..], &with_length(&body)].concat()
}

/// A resource template of these descriptors.
pub fn resources(descriptors: &[Aml]) -> Aml {
    // End tag; a checksum of 0 counts as right.
    buffer(&[&descriptors.concat()[..], &[0x79, 0]].concat())
}

/// I/O ports at a fixed place: "I/O Port Descriptor", 16-bit decoding.
pub fn io(first: u16, len: u8) -> Aml {
    let at = first.to_le_bytes();
    vec![0x47, 1, at[0], at[1], at[0], at[1], 1, len]
}

/// An ISA interrupt: "IRQ Descriptor", active high edges.
pub fn irq(n: u8) -> Aml {
    let mask = (1u16 << n).to_le_bytes();
    vec![0x22, mask[0], mask[1]]
}

/// Memory at a fixed place: "32-bit Fixed Memory Range Descriptor".
pub fn memory(start: u32, len: u32) -> Aml {
    [&[0x86, 9, 0, 0][..], &start.to_le_bytes(), &len.to_le_bytes()].concat()
}

/// What a bridge passes on: "Address Space Resource Descriptors".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Bus numbers.
    Bus(u16, u16),
    /// Ports.
    Io(u16, u16),
    /// Memory below 4 GiB.
    Memory(u32, u32),
}

/// A window from its first to its last number.
pub fn window(window: Window) -> Aml {
    // Type, flags of all (the last two bits: fixed minimum and maximum; produced), flags of the type.
    let word = |kind: u8, specific: u8, first: u16, last: u16| {
        let mut out = vec![0x88, 13, 0, kind, 0x0c, specific];
        [0, first, last, 0, (last - first).wrapping_add(1)].iter().for_each(|n| out.extend(n.to_le_bytes()));
        out
    };
    match window {
        Window::Bus(first, last) => word(2, 0, first, last),
        Window::Io(first, last) => word(1, 3, first, last),
        Window::Memory(first, last) => {
            let mut out = vec![0x87, 23, 0, 0, 0x0c, 1];
            [0, first, last, 0, (last - first).wrapping_add(1)].iter().for_each(|n| out.extend(n.to_le_bytes()));
            out
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        assert_eq!(path("\\_SB.PCI0"), b"\\\x2e_SB_PCI0");
        assert_eq!(eisa("PNP0A03"), [0x0c, 0x41, 0xd0, 0x0a, 0x03]);
        assert_eq!(name("_S5", &package(&[int(0), int(5)])), b"\x08_S5_\x12\x05\x02\x00\x0a\x05");
        let long = with_length(&[7; 100]);
        assert_eq!((long[0], long[1], long.len()), (0x46, 0x06, 102));
        let longer = with_length(&[7; 0x2000]);
        assert_eq!((&longer[..3], longer.len()), (&[0x83, 0x00, 0x02][..], 0x2003));
        // Offset (4), ABCD, 1, then 64 bits of EFGH: a length of more than 63 takes two bytes.
        let list = [Bits::Skip(32), Bits::Field("ABCD", 1), Bits::Field("EFGH", 64)];
        let expected = b"\x5b\x81\x13REGS\x41\x00\x20ABCD\x01EFGH\x40\x04";
        assert_eq!(field("REGS", BYTES | WRITE_AS_ZEROS, &list), expected);
        assert_eq!(serialized("ABCD", 2, &[return_(&arg(1))]), b"\x14\x08ABCD\x0a\xa4\x69");
        assert_eq!(window(Window::Io(0, 0xcf7)), [0x88, 13, 0, 1, 0x0c, 3, 0, 0, 0, 0, 0xf7, 0x0c, 0, 0, 0xf8, 0x0c]);
    }
}
