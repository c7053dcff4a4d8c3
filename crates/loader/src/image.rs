//! Raw images: flat binaries, Linux `Image` files, U-Boot's legacy `uImage`, initial RAM disks.
//!
//! Linux, Documentation/arch/riscv/boot-image-header.rst and Documentation/arch/arm64/booting.rst; U-Boot, `image.h` ("Legacy
//! Image Format"). Compressed kernels are not unpacked but named as what they are.

use crate::elf::ByteOrder;
use crate::error::Error;
use crate::target::LoadTarget;

/// Which kernel has this header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// RISC-V Linux (and others that took over its header).
    RiscV,
    /// 64-bit Arm Linux.
    Arm64,
}

/// The header of a Linux `Image`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageHeader {
    /// Whose it is.
    pub kind: ImageKind,
    /// Where the image goes, counted from the start of RAM.
    pub text_offset: u64,
    /// How much memory the kernel needs from there, .bss included; 0 if the header doesn't say.
    pub image_size: u64,
    /// The kernel's byte order.
    pub order: ByteOrder,
}

fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

impl ImageHeader {
    /// The header at the start of `bytes`, if there is one.
    pub fn parse(bytes: &[u8]) -> Option<ImageHeader> {
        const RISCV_MAGIC2: &[u8] = b"RSC\x05";
        const ARM64_MAGIC: &[u8] = b"ARM\x64";
        let kind = match bytes.get(56..60)? {
            RISCV_MAGIC2 => ImageKind::RiscV,
            ARM64_MAGIC => ImageKind::Arm64,
            _ => return None,
        };
        let order = if le64(bytes, 24)? & 1 != 0 { ByteOrder::Big } else { ByteOrder::Little };
        Some(ImageHeader { kind, text_offset: le64(bytes, 8)?, image_size: le64(bytes, 16)?, order })
    }
}

/// How packers' files begin.
const PACKED: &[(&[u8], &str)] = &[
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\x04\x22\x4d\x18", "lz4"),
];

/// Refuses what no CPU can run: empty and compressed files.
///
/// # Errors
/// [`Error::Unfit`] that names the packer.
pub fn check_runnable(file: &str, bytes: &[u8]) -> Result<(), Error> {
    let unfit =
        |found: String, expected: &str| Err(Error::Unfit { file: file.into(), found, expected: expected.into() });
    if bytes.is_empty() {
        return unfit("empty".into(), "a program");
    }
    match PACKED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        Some((_, packer)) => unfit(format!("compressed with {packer}"), "it unpacked"),
        None => Ok(()),
    }
}

/// Copies a flat binary to `addr`. Returns the first address behind it.
///
/// # Errors
/// If there is no memory for all of it.
pub fn load_raw(file: &str, bytes: &[u8], addr: u64, target: &mut impl LoadTarget) -> Result<u64, Error> {
    let len = bytes.len() as u64;
    let hole = crate::target::Unmapped { addr: u64::MAX };
    let end = addr.checked_add(len).ok_or_else(|| Error::no_room(file, "the image", addr, len, hole))?;
    target.write(addr, bytes).map_err(|hole| Error::no_room(file, "the image", addr, len, hole))?;
    Ok(end)
}

/// Copies an initial RAM disk to `addr`; it may be compressed, since the kernel unpacks it. Returns the first address
/// behind it.
///
/// # Errors
/// If it is empty or there is no memory for all of it.
pub fn load_initrd(file: &str, bytes: &[u8], addr: u64, target: &mut impl LoadTarget) -> Result<u64, Error> {
    if bytes.is_empty() {
        return Err(Error::Unfit { file: file.into(), found: "empty".into(), expected: "an initial RAM disk".into() });
    }
    load_raw(file, bytes, addr, target)
}

/// A `uImage`: U-Boot's legacy header and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UImage<'a> {
    /// `ih_load`: where the contents go.
    pub load: u32,
    /// `ih_ep`: where to start.
    pub entry: u32,
    /// `ih_arch`: 26 is RISC-V, 5 MIPS, 7 PowerPC, 3 x86, 24 x86-64.
    pub arch: u8,
    /// The contents.
    pub data: &'a [u8],
}

impl<'a> UImage<'a> {
    /// Whether `bytes` starts like a `uImage`.
    pub fn is_uimage(bytes: &[u8]) -> bool {
        bytes.starts_with(&[0x27, 0x05, 0x19, 0x56])
    }

    /// Understands the contents of the file called `file`.
    ///
    /// # Errors
    /// If it is no `uImage`, too short, has a wrong checksum, or is compressed.
    pub fn parse(file: &str, bytes: &'a [u8]) -> Result<UImage<'a>, Error> {
        let bad = |what: &str| Error::damaged(file, format!("its uImage header {what}"));
        if !UImage::is_uimage(bytes) {
            return Err(bad("doesn't start with 0x27051956"));
        }
        let (header, rest) = bytes.split_at_checked(64).ok_or_else(|| bad("is cut off"))?;
        let word = |at: usize| header[at..at + 4].iter().fold(0, |all, &byte| all << 8 | u32::from(byte));
        let mut blank = header.to_vec();
        blank[4..8].fill(0);
        if crc32(&blank) != word(4) {
            return Err(bad("has a wrong checksum"));
        }
        let data = rest.get(..word(12) as usize).ok_or_else(|| bad("promises more bytes than the file has"))?;
        if crc32(data) != word(24) {
            return Err(bad("has a checksum that the contents don't match"));
        }
        if header[31] != 0 {
            let found = format!("a compressed uImage (method {})", header[31]);
            return Err(Error::Unfit {
                file: file.into(),
                found,
                expected: "one without compression (mkimage -C none)".into(),
            });
        }
        Ok(UImage { load: word(16), entry: word(20), arch: header[29], data })
    }
}

/// The checksum of Ethernet and zlib (polynomial 0x04c11db7, reflected).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 != 0 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::target::testing::Ram;

    fn riscv_image() -> Vec<u8> {
        let mut image = vec![0; 64];
        image[8..16].copy_from_slice(&0x20_0000u64.to_le_bytes());
        image[16..24].copy_from_slice(&0x123_4000u64.to_le_bytes());
        image[48..53].copy_from_slice(b"RISCV");
        image[56..60].copy_from_slice(b"RSC\x05");
        image
    }

    pub(super) fn uimage(data: &[u8]) -> Vec<u8> {
        let mut header: Vec<u8> = [0x2705_1956, 0, 0, data.len() as u32, 0x8020_0000, 0x8020_0010, crc32(data)]
            .iter()
            .flat_map(|word: &u32| word.to_be_bytes())
            .collect();
        header.extend([5, 26, 2, 0]);
        header.resize(64, 0);
        let crc = crc32(&header);
        header[4..8].copy_from_slice(&crc.to_be_bytes());
        [&header, data].concat()
    }

    #[test]
    fn image_headers() {
        let header = ImageHeader::parse(&riscv_image()).unwrap();
        let want = ImageHeader {
            kind: ImageKind::RiscV,
            text_offset: 0x20_0000,
            image_size: 0x123_4000,
            order: ByteOrder::Little,
        };
        assert_eq!(header, want);
        let mut arm = riscv_image();
        arm[56..60].copy_from_slice(b"ARM\x64");
        arm[24] = 1;
        let arm = ImageHeader::parse(&arm).unwrap();
        assert_eq!((arm.kind, arm.order), (ImageKind::Arm64, ByteOrder::Big));
        assert_eq!(ImageHeader::parse(&riscv_image()[..59]), None);
        assert_eq!(ImageHeader::parse(&[0; 64]), None);
    }

    #[test]
    fn raw_files_and_their_refusals() {
        let mut ram = Ram::new(0x1000, 16);
        assert_eq!(load_raw("k.bin", b"abc", 0x1002, &mut ram), Ok(0x1005));
        assert_eq!(ram.at(0x1001, 5), b"\xaaabc\xaa");
        let error = load_raw("k.bin", &[0; 17], 0x1000, &mut ram).unwrap_err().to_string();
        assert_eq!(
            error,
            "'k.bin' doesn't fit: the image (0x11 bytes at 0x1000) needs memory where there is none (0x1010)"
        );
        assert!(load_raw("k.bin", b"abc", u64::MAX, &mut ram).is_err());
        assert!(load_initrd("rd", b"", 0x1000, &mut ram).unwrap_err().to_string().contains("'rd' is empty"));
        let packed = check_runnable("vmlinuz", b"\x1f\x8b\x08").unwrap_err().to_string();
        assert_eq!(packed, "'vmlinuz' is compressed with gzip; this machine needs it unpacked");
        assert!(check_runnable("k", b"").is_err() && check_runnable("k", b"\x13").is_ok());
    }

    #[test]
    fn uimages() {
        // The checksum's published check value.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let good = uimage(b"kernel");
        let parsed = UImage::parse("u", &good).unwrap();
        assert_eq!(
            (parsed.load, parsed.entry, parsed.arch, parsed.data),
            (0x8020_0000, 0x8020_0010, 26, &b"kernel"[..])
        );
        for (at, says) in [(0, "0x27051956"), (20, "wrong checksum"), (66, "contents don't match")] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            let error = UImage::parse("u", &bad).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!(UImage::parse("u", &good[..69]).unwrap_err().to_string().contains("promises more"));
        assert!(UImage::parse("u", &good[..63]).unwrap_err().to_string().contains("cut off"));
    }

    proptest! {
        #[test]
        fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = ImageHeader::parse(&bytes);
            let _ = UImage::parse("u", &bytes);
            let _ = UImage::parse("u", &[&[0x27, 5, 0x19, 0x56], &bytes[..]].concat());
        }
    }
}
