//! CPU models. This is a stand-in until the tables of models and CPUID leaves are there.

use thiserror::Error;

/// Feature bits by CPUID word, in the order of [`word`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FeatureWords(pub [u32; word::N]);

/// Indices into [`FeatureWords`].
pub mod word {
    /// CPUID 1, EDX.
    pub const F1_EDX: usize = 0;
    /// CPUID 1, ECX.
    pub const F1_ECX: usize = 1;
    /// CPUID 7.0, EBX.
    pub const F7_EBX: usize = 2;
    /// CPUID 7.0, ECX.
    pub const F7_ECX: usize = 3;
    /// CPUID 7.0, EDX.
    pub const F7_EDX: usize = 4;
    /// CPUID 0x8000_0001, EDX.
    pub const F8_EDX: usize = 5;
    /// CPUID 0x8000_0001, ECX.
    pub const F8_ECX: usize = 6;
    /// CPUID 0xd.1, EAX.
    pub const FD1_EAX: usize = 7;
    /// Number of words.
    pub const N: usize = 8;
}

/// What CPUID depends on beside the model.
#[derive(Clone, Copy, Debug, Default)]
pub struct CpuidEnv {
    /// Number of the CPU on its board.
    pub index: u32,
    /// CR4.OSXSAVE, which shows in leaf 1.
    pub osxsave: bool,
    /// XCR0, which shows in leaf 0xd.
    pub xcr0: u64,
}

/// A model as a CPU has it.
#[derive(Clone, Debug)]
pub struct Model {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// Width of the target, 32 or 64: which register table debuggers see.
    pub bits: u32,
    /// Features.
    pub features: FeatureWords,
    /// Family as CPUID 1 composes it.
    pub family: u32,
    /// Model number.
    pub model: u32,
    /// Stepping.
    pub stepping: u32,
    /// Vendor, 12 letters.
    pub vendor: [u8; 12],
    /// Greatest standard leaf.
    pub level: u32,
    /// Greatest extended leaf.
    pub xlevel: u32,
    /// Brand string.
    pub model_id: &'static str,
}

/// Names of the models.
pub static MODELS: &[&str] = &["qemu64", "qemu32", "max"];

/// A `-cpu` argument that means nothing.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("unable to find CPU model '{0}'")]
pub struct ModelError(String);

impl Model {
    /// The model that `-cpu text` means, for a target of `bits` bits.
    ///
    /// # Errors
    /// When no model has that name.
    pub fn parse(bits: u32, text: &str) -> Result<Model, ModelError> {
        let name = text.split(',').next().unwrap_or_default();
        let name = MODELS.iter().find(|m| **m == name).ok_or_else(|| ModelError(name.to_owned()))?;
        let long = if bits == 64 { 1 << 29 } else { 0 };
        let words = [
            0x178b_fbff,
            0x02f8_3203 | 1 << 30 | 1 << 22,
            0x000c_0109 | 1 << 7 | 1 << 20 | 1,
            0,
            0,
            0x2191_abfd & !(1 << 29) | long | 1 << 27,
            0x0000_0065,
            0,
        ];
        Ok(Model {
            name,
            bits,
            features: FeatureWords(words),
            family: 15,
            model: 107,
            stepping: 1,
            vendor: *b"AuthenticAMD",
            level: 0xd,
            xlevel: 0x8000_000a,
            model_id: "QEMU Virtual CPU version 2.5+",
        })
    }

    /// Whether bit `bit` of feature word `word` is set.
    pub fn has(&self, word: usize, bit: u32) -> bool {
        self.features.0[word] >> bit & 1 != 0
    }

    /// Whether the model has long mode.
    pub fn long_mode(&self) -> bool {
        self.has(word::F8_EDX, 29)
    }

    /// CPUID 1, EAX: family, model and stepping; EDX after reset.
    pub fn signature(&self) -> u32 {
        let (base, extended) = if self.family > 15 { (15, self.family - 15) } else { (self.family, 0) };
        extended << 20 | self.model >> 4 << 16 | base << 8 | (self.model & 15) << 4 | self.stepping
    }

    /// The four registers that CPUID gives for a leaf, EAX to EDX.
    pub fn cpuid(&self, env: &CpuidEnv, leaf: u32, subleaf: u32) -> [u32; 4] {
        let f = &self.features.0;
        let four = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        let leaf = match leaf {
            0x8000_0000.. if leaf > self.xlevel => self.level,
            0..0x8000_0000 if leaf > self.level => self.level,
            n => n,
        };
        match leaf {
            0 => [self.level, four(&self.vendor), four(&self.vendor[8..]), four(&self.vendor[4..])],
            1 => {
                let ecx = f[word::F1_ECX] | u32::from(env.osxsave) << 27;
                [self.signature(), env.index << 24 | 0x0001_0800, ecx, f[word::F1_EDX]]
            }
            7 if subleaf == 0 => [0, f[word::F7_EBX], f[word::F7_ECX], f[word::F7_EDX]],
            0xd if subleaf == 0 => [7, 0x340, 0x340, 0],
            0x8000_0000 => [self.xlevel, four(&self.vendor), four(&self.vendor[8..]), four(&self.vendor[4..])],
            0x8000_0001 => [self.signature(), 0, f[word::F8_ECX], f[word::F8_EDX]],
            0x8000_0002..=0x8000_0004 => {
                let mut text = [0; 48];
                text[..self.model_id.len()].copy_from_slice(self.model_id.as_bytes());
                let at = (leaf - 0x8000_0002) as usize * 16;
                [0, 4, 8, 12].map(|n| four(&text[at + n..]))
            }
            0x8000_0008 => [0x3028, 0, 0, 0],
            _ => [0; 4],
        }
    }
}
