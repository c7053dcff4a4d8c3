//! The leaves of CPUID.
//!
//! Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, "CPUID"; AMD64 Architecture Programmer's Manual, volume 3,
//! appendix E. Caches and TLBs are those that QEMU 4.2 describes.

use super::{Model, Shape, word, xsave};

/// What CPUID depends on beside the model.
#[derive(Clone, Copy, Debug)]
pub struct CpuidEnv<'a> {
    /// Number of the CPU on its board.
    pub index: u32,
    /// CR4.OSXSAVE, which shows in leaf 1.
    pub osxsave: bool,
    /// CR4.PKE, which shows in leaf 7.
    pub ospke: bool,
    /// XCR0, which shows in leaf 0xd.
    pub xcr0: u64,
    /// The APIC is off: leaf 1 does not show it.
    pub apic_off: bool,
    /// The machine.
    pub shape: &'a Shape,
}

/// A cache: type (1 data, 2 instructions, 3 both), depth, ways, sets; lines have 64 bytes.
type Cache = (u32, u32, u32, u32);
const CACHES: [Cache; 4] = [(1, 1, 8, 64), (2, 1, 8, 64), (3, 2, 16, 4096), (3, 3, 16, 16384)];
/// Those of AMD's leaf 0x8000_001d.
const CACHES_AMD: [Cache; 4] = [(1, 1, 2, 512), (2, 1, 2, 512), (3, 2, 16, 512), (3, 3, 16, 16384)];
const LINE: u32 = 64;
/// What hypervisors say of themselves at 0x4000_0000.
const HYPERVISOR: [u32; 3] = [four(b"TCGT"), four(b"CGTC"), four(b"GTCG")];
/// EDX of leaf 1: there is more than one logical processor.
const HTT: u32 = 1 << 28;
/// ECX of leaf 0x8000_0001: they are cores.
const CMP_LEGACY: u32 = 1 << 1;

const fn four(b: &[u8; 4]) -> u32 {
    u32::from_le_bytes(*b)
}

/// The last cache is the socket's, the others are the core's.
fn is_of_socket(depth: u32) -> bool {
    depth == 3
}

fn four_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

/// Numbers that fit below 2^`bits`, less one: "maximum number of addressable IDs".
fn ids(bits: u32) -> u32 {
    1u32.checked_shl(bits).unwrap_or(0).wrapping_sub(1)
}

/// A cache that CPUID shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShownCache {
    /// It keeps instructions.
    pub instructions: bool,
    /// It keeps data.
    pub data: bool,
    /// 1 is the nearest.
    pub depth: u32,
    /// Bytes.
    pub size: u64,
    /// Bytes of a line.
    pub line: u32,
    /// Lines a set.
    pub ways: u32,
    /// Each socket has one, otherwise each core.
    pub of_socket: bool,
}

impl Model {
    /// The caches as software finds them by leaf 4 or AMD's form of it; none where the model has neither.
    pub fn shown_caches(&self) -> Vec<ShownCache> {
        let list = match (self.has(word::F8_ECX, 22), self.level >= 4) {
            (true, _) => CACHES_AMD.as_slice(),
            (false, true) => CACHES.as_slice(),
            (false, false) => &[],
        };
        let show = |&(kind, depth, ways, sets): &Cache| ShownCache {
            instructions: kind != 1,
            data: kind != 2,
            depth,
            size: u64::from(ways) * u64::from(sets) * u64::from(LINE),
            line: LINE,
            ways,
            of_socket: is_of_socket(depth),
        };
        list.iter().map(show).collect()
    }

    /// The four registers that CPUID gives for a leaf, EAX to EDX.
    pub fn cpuid(&self, env: &CpuidEnv<'_>, leaf: u32, subleaf: u32) -> [u32; 4] {
        let leaf = match leaf {
            0xc000_0000.. | 0x4000_0100..0x8000_0000 => self.level,
            0x8000_0000.. if leaf > self.xlevel => self.level,
            0x4000_0000..0x4000_0100 if self.has(word::F1_ECX, 31) => leaf,
            0..0x8000_0000 if leaf > self.level_for(env.shape) => self.level,
            n => n,
        };
        match leaf {
            0..0x4000_0000 => self.standard(env, leaf, subleaf),
            0x4000_0000 => [0x4000_0001, HYPERVISOR[0], HYPERVISOR[1], HYPERVISOR[2]],
            0x8000_0000.. => self.extended(env, leaf, subleaf),
            _ => [0; 4],
        }
    }

    /// The greatest standard leaf: dies show in leaf 0x1f.
    fn level_for(&self, shape: &Shape) -> u32 {
        if shape.dies > 1 && self.level >= 0xb { self.level.max(0x1f) } else { self.level }
    }

    fn standard(&self, env: &CpuidEnv<'_>, leaf: u32, subleaf: u32) -> [u32; 4] {
        let f = &self.features.0;
        let shape = env.shape;
        let id = shape.apic_id(env.index);
        match leaf {
            0 => {
                let [b, c, d] = self.vendor_words();
                [self.level_for(shape), b, c, d]
            }
            1 => {
                let count = shape.in_socket();
                let mut ebx = id << 24 | (LINE / 8) << 8;
                let mut edx = f[word::F1_EDX];
                if count > 1 {
                    ebx |= count.min(255) << 16;
                    edx |= HTT;
                }
                if env.apic_off {
                    edx &= !(1 << 9);
                }
                [self.signature(), ebx, f[word::F1_ECX] | u32::from(env.osxsave) << 27, edx]
            }
            2 => [1, 0, 0, 0x2c_307d],
            4 => self.caches(shape, &CACHES, subleaf, true),
            // Extensions and break events, as if an interrupt came at once.
            5 => [0, 0, 3, 0],
            6 => [f[word::F6_EAX], 0, 0, 0],
            7 if subleaf == 0 => [
                u32::from(f[word::F71_EAX] != 0),
                f[word::F7_EBX],
                f[word::F7_ECX] | u32::from(env.ospke) << 4,
                f[word::F7_EDX],
            ],
            7 if subleaf == 1 => [f[word::F71_EAX], 0, 0, 0],
            0xb => topology(shape, id, subleaf, false),
            0xd => self.xsave(env, subleaf),
            0x1f if shape.dies > 1 => topology(shape, id, subleaf, true),
            _ => [0; 4],
        }
    }

    /// "Deterministic Cache Parameters Leaf", and AMD's form of it.
    fn caches(&self, shape: &Shape, caches: &[Cache; 4], n: u32, with_cores: bool) -> [u32; 4] {
        let Some(&(kind, depth, ways, sets)) = caches.get(n as usize) else { return [0; 4] };
        let [core, _, socket] = shape.shifts;
        let shared = ids(if is_of_socket(depth) { socket } else { core }).min(0xfff);
        let cores = if with_cores { ids(socket - core).min(0x3f) } else { 0 };
        let eax = kind | depth << 5 | 1 << 8 | shared << 14 | cores << 26;
        // Inclusive of the lower ones, and indexed in a complex way.
        let edx = if depth == 3 { 6 } else { u32::from(depth == 1) };
        [eax, (ways - 1) << 22 | (LINE - 1), sets - 1, edx]
    }

    /// The state components that XSAVE knows.
    pub fn xsave_components(&self) -> u64 {
        if !self.has(word::F1_ECX, 26) {
            return 0;
        }
        u64::from(self.features.0[word::XSAVE_LOW]) & xsave::implemented()
    }

    /// "Processor Extended State Enumeration".
    fn xsave(&self, env: &CpuidEnv<'_>, subleaf: u32) -> [u32; 4] {
        let components = self.xsave_components();
        match subleaf {
            _ if components == 0 => [0; 4],
            0 => [components as u32, xsave::size(env.xcr0), xsave::size(components), (components >> 32) as u32],
            1 => {
                let compact = if self.has(word::FD1_EAX, 1) { xsave::compact_size(env.xcr0) } else { 0 };
                [self.features.0[word::FD1_EAX], compact, 0, 0]
            }
            n => {
                let found = xsave::COMPONENTS.iter().find(|c| c.bit == n && components >> n & 1 != 0);
                found.map_or([0; 4], |c| [c.size, c.offset, 0, 0])
            }
        }
    }

    fn extended(&self, env: &CpuidEnv<'_>, leaf: u32, subleaf: u32) -> [u32; 4] {
        let f = &self.features.0;
        let shape = env.shape;
        let (id, count) = (shape.apic_id(env.index), shape.in_socket());
        match leaf {
            0x8000_0000 => {
                let [b, c, d] = self.vendor_words();
                [self.xlevel, b, c, d]
            }
            0x8000_0001 => {
                let legacy = if count > 1 && !self.is_intel() { CMP_LEGACY } else { 0 };
                [self.signature(), 0, f[word::F8_ECX] | legacy, f[word::F8_EDX]]
            }
            0x8000_0002..=0x8000_0004 => {
                let mut text = [0; 48];
                let id = self.model_id.as_bytes();
                let len = id.len().min(text.len());
                text[..len].copy_from_slice(&id[..len]);
                let at = (leaf - 0x8000_0002) as usize * 16;
                [0, 4, 8, 12].map(|n| four_at(&text, at + n))
            }
            // TLBs of 255 entries, and first-level caches of 64 KiB, two ways.
            0x8000_0005 => [0x01ff_01ff, 0x01ff_01ff, 0x4002_0140, 0x4002_0140],
            // TLBs of 512 entries; 512 KiB and 16 MiB, sixteen ways.
            0x8000_0006 => [0, 0x4200_4200, 0x0200_8140, 0x0080_8140],
            0x8000_0007 => [0, 0, 0, f[word::F87_EDX]],
            0x8000_0008 => {
                let bits = match (self.long_mode(), self.has(word::F1_EDX, 17)) {
                    (true, _) => 40 | (if self.has(word::F7_ECX, 16) { 57 } else { 48 }) << 8,
                    (false, true) => 36,
                    (false, false) => 32,
                };
                let ecx = if count > 1 { (count - 1).min(255) | shape.shifts[2].min(15) << 12 } else { 0 };
                [bits, f[word::F88_EBX], ecx, 0]
            }
            // SVM's revision, and address spaces.
            0x8000_000a if self.has(word::F8_ECX, 2) => [1, 16, 0, f[word::SVM]],
            0x8000_001d if self.has(word::F8_ECX, 22) => self.caches(shape, &CACHES_AMD, subleaf, false),
            0x8000_001e if self.has(word::F8_ECX, 22) => {
                let [core, _, socket] = shape.shifts;
                let unit = id >> core & ids(socket - core);
                [id, (shape.threads - 1).min(255) << 8 | unit & 0xff, 0, 0]
            }
            _ => [0; 4],
        }
    }
}

/// "Extended Topology Enumeration Leaf", and its successor, which knows dies.
fn topology(shape: &Shape, id: u32, subleaf: u32, with_dies: bool) -> [u32; 4] {
    let [core, die, socket] = shape.shifts;
    let in_die = shape.threads.saturating_mul(shape.cores);
    let (shift, count, kind) = match (subleaf, with_dies) {
        (0, _) => (core, shape.threads, 1),
        (1, false) => (socket, shape.in_socket(), 2),
        (1, true) => (die, in_die, 2),
        (2, true) => (socket, shape.in_socket(), 5),
        _ => return [0, 0, subleaf & 0xff, id],
    };
    [shift, count & 0xffff, subleaf & 0xff | kind << 8, id]
}
