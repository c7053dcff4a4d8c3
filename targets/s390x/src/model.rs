//! CPU models as data: names are those of QEMU 4.2 (`-cpu`).
//!
//! A model has a machine type and the facilities of its generation, as far as they are implemented here: what a facility's bit
//! promises is there.

use std::sync::{Arc, OnceLock};

use crate::execute::Executor;
use crate::ext::{Ext, ExtSet};
use crate::features::{self, FeatureSet, Level};

/// A row of the model table.
#[derive(PartialEq, Eq, Debug)]
pub struct CpuModel {
    /// Name, as `-cpu` takes it.
    pub name: &'static str,
    /// Machine type, four digits as STORE CPU ID has them.
    pub machine: u16,
    /// Generation: 7 for z900 to 15.
    pub generation: u8,
    /// Which of the generation's deliveries of features ("general availability"): 1, 2, ...
    pub availability: u8,
}

const fn row(name: &'static str, machine: u16, (generation, availability): Level) -> CpuModel {
    CpuModel { name, machine, generation, availability }
}

/// All models, in the order of QEMU's list.
pub static MODELS: &[CpuModel] = &[
    row("z800-base", 0x2066, (7, 3)),
    row("z890.2-base", 0x2086, (8, 4)),
    row("z9EC.2", 0x2094, (9, 2)),
    row("z13.2", 0x2964, (13, 2)),
    row("z990.5-base", 0x2084, (8, 5)),
    row("z9BC-base", 0x2096, (9, 2)),
    row("z890.2", 0x2086, (8, 4)),
    row("z890", 0x2086, (8, 3)),
    row("z9BC", 0x2096, (9, 2)),
    row("z196", 0x2817, (11, 1)),
    row("z13", 0x2964, (13, 1)),
    row("z13s", 0x2965, (13, 2)),
    row("z990.3", 0x2084, (8, 3)),
    row("z13s-base", 0x2965, (13, 2)),
    row("z9EC", 0x2094, (9, 1)),
    row("gen15a", 0x8561, (15, 1)),
    row("z14ZR1-base", 0x3907, (14, 1)),
    row("z14.2-base", 0x3906, (14, 2)),
    row("z900.3-base", 0x2064, (7, 3)),
    row("z13.2-base", 0x2964, (13, 2)),
    row("z196.2-base", 0x2817, (11, 2)),
    row("zBC12-base", 0x2828, (12, 2)),
    row("z9BC.2-base", 0x2096, (9, 3)),
    row("z900.2-base", 0x2064, (7, 2)),
    row("z9EC.3", 0x2094, (9, 3)),
    row("zEC12", 0x2827, (12, 1)),
    row("z900", 0x2064, (7, 1)),
    row("z114-base", 0x2818, (11, 2)),
    row("zEC12-base", 0x2827, (12, 1)),
    row("z10EC.2", 0x2097, (10, 2)),
    row("z10EC-base", 0x2097, (10, 1)),
    row("z900.3", 0x2064, (7, 3)),
    row("z14ZR1", 0x3907, (14, 1)),
    row("z10BC", 0x2098, (10, 2)),
    row("z10BC.2-base", 0x2098, (10, 3)),
    row("z9BC.2", 0x2096, (9, 3)),
    row("z990.2", 0x2084, (8, 2)),
    row("z990", 0x2084, (8, 1)),
    row("z14", 0x3906, (14, 1)),
    row("gen15b-base", 0x8562, (15, 1)),
    row("z990.4", 0x2084, (8, 4)),
    row("max", 0x2964, (13, 2)),
    row("z10EC.2-base", 0x2097, (10, 2)),
    row("gen15a-base", 0x8561, (15, 1)),
    row("z800", 0x2066, (7, 3)),
    row("z10EC", 0x2097, (10, 1)),
    row("zEC12.2", 0x2827, (12, 2)),
    row("z990.2-base", 0x2084, (8, 2)),
    row("z900-base", 0x2064, (7, 1)),
    row("z10BC.2", 0x2098, (10, 3)),
    row("z9EC-base", 0x2094, (9, 1)),
    row("z9EC.3-base", 0x2094, (9, 3)),
    row("z114", 0x2818, (11, 2)),
    row("z890.3", 0x2086, (8, 5)),
    row("z196-base", 0x2817, (11, 1)),
    row("z9EC.2-base", 0x2094, (9, 2)),
    row("z196.2", 0x2817, (11, 2)),
    row("z14.2", 0x3906, (14, 2)),
    row("z990-base", 0x2084, (8, 1)),
    row("z900.2", 0x2064, (7, 2)),
    row("z890-base", 0x2086, (8, 3)),
    row("z10EC.3", 0x2097, (10, 3)),
    row("z14-base", 0x3906, (14, 1)),
    row("z990.4-base", 0x2084, (8, 4)),
    row("z10EC.3-base", 0x2097, (10, 3)),
    row("z10BC-base", 0x2098, (10, 2)),
    row("z13-base", 0x2964, (13, 1)),
    row("z990.3-base", 0x2084, (8, 3)),
    row("zEC12.2-base", 0x2827, (12, 2)),
    row("zBC12", 0x2828, (12, 2)),
    row("z890.3-base", 0x2086, (8, 5)),
    row("z990.5", 0x2084, (8, 5)),
    row("gen15b", 0x8562, (15, 1)),
    row("qemu", 0x2964, (13, 2)),
];

use Ext::*;

/// What each generation brings, of what is implemented.
const BY_GENERATION: &[(u8, &[Ext])] = &[
    (7, &[Z, Etf2]),
    (8, &[Idte, LongDisp, HfpMadd, Etf3, Msa]),
    (9, &[ExtImm, Etf2Enh, Stckf, Etf3Enh, Mvcos, HfpUnnorm]),
    (10, &[GenExt, Exrl, Ectg, Csst, Csst2, Parse, Edat1, CondSske, FpSupport, SenseRunning, Topology, Dfp]),
    (11, &[Z196, FpExt, NonqSske, IpteRange, Lpp, Msa4]),
    (12, &[Zec12, Interlocked2, LocalTlb, Edat2, DfpZoned, Esop2]),
    (13, &[Loc2, Vector, DfpPacked, Msa5]),
    (14, &[Misc2, VectorEnh1, VectorBcd, Iep]),
    (15, &[Misc3, VectorEnh2, VectorBcdEnh1]),
];

/// Features and the facility of ours that each is.
static SWITCHES: &[(&str, Ext)] = &[
    ("zarch", Ext::Z),
    ("dateh", Ext::Idte),
    ("edat", Ext::Edat1),
    ("srs", Ext::SenseRunning),
    ("csske", Ext::CondSske),
    ("ctop", Ext::Topology),
    ("ipter", Ext::IpteRange),
    ("nonqks", Ext::NonqSske),
    ("etf2", Ext::Etf2),
    ("msa-base", Ext::Msa),
    ("ldisp", Ext::LongDisp),
    ("hfpm", Ext::HfpMadd),
    ("eimm", Ext::ExtImm),
    ("etf3", Ext::Etf3),
    ("hfpue", Ext::HfpUnnorm),
    ("etf2eh", Ext::Etf2Enh),
    ("stckf", Ext::Stckf),
    ("parseh", Ext::Parse),
    ("mvcos", Ext::Mvcos),
    ("etf3eh", Ext::Etf3Enh),
    ("ectg", Ext::Ectg),
    ("csst", Ext::Csst),
    ("csst2", Ext::Csst2),
    ("ginste", Ext::GenExt),
    ("exrl", Ext::Exrl),
    ("fpe", Ext::FpExt),
    ("sprogp", Ext::Lpp),
    ("fpseh", Ext::FpSupport),
    ("dfp", Ext::Dfp),
    ("stfle45", Ext::Z196),
    ("dfpzc", Ext::DfpZoned),
    ("stfle49", Ext::Zec12),
    ("ltlbc", Ext::LocalTlb),
    ("iacc2", Ext::Interlocked2),
    ("stfle53", Ext::Loc2),
    ("minste2", Ext::Misc2),
    ("minste3", Ext::Misc3),
    ("msa4-base", Ext::Msa4),
    ("msa5-base", Ext::Msa5),
    ("edat2", Ext::Edat2),
    ("dfppc", Ext::DfpPacked),
    ("sea_esop2", Ext::Esop2),
    ("vx", Ext::Vector),
    ("iep", Ext::Iep),
    ("vxpd", Ext::VectorBcd),
    ("vxeh", Ext::VectorEnh1),
    ("vxeh2", Ext::VectorEnh2),
    ("vxpdeh", Ext::VectorBcdEnh1),
];

/// Features that have no facility of their own here and are there all the same; functions, if their instruction is.
static ALWAYS: &str = "aefsi aen ais esan3 esop idtes ldisphp stfle zpci plo-cl plo-clg plo-clgr plo-clx plo-cs plo-csg plo-csgr plo-csx \
    plo-dcs plo-dcsg plo-dcsgr plo-dcsx plo-csst plo-csstg plo-csstgr plo-csstx plo-csdst plo-csdstg plo-csdstgr plo-csdstx plo-cstst plo-cststg \
    plo-cststgr plo-cststx \
    km-dea km-tdea-128 km-tdea-192 km-aes-128 km-aes-192 km-aes-256 km-xts-aes-128 km-xts-aes-256 kmc-dea kmc-tdea-128 kmc-tdea-192 \
    kmc-aes-128 kmc-aes-192 kmc-aes-256 kmac-dea kmac-tdea-128 kmac-tdea-192 kmac-aes-128 kmac-aes-192 kmac-aes-256 kmctr-dea kmctr-tdea-128 \
    kmctr-tdea-192 kmctr-aes-128 kmctr-aes-192 kmctr-aes-256 kmf-dea kmf-tdea-128 kmf-tdea-192 kmf-aes-128 kmf-aes-192 kmf-aes-256 kmo-dea \
    kmo-tdea-128 kmo-tdea-192 kmo-aes-128 kmo-aes-192 kmo-aes-256 pcc-cmac-dea pcc-cmac-tdea-128 pcc-cmac-tdea-192 pcc-cmac-aes-128 \
    pcc-cmac-aes-192 pcc-xts-aes-128 pcc-xts-aes-256 kimd-sha-1 kimd-sha-256 kimd-sha-512 kimd-sha3-224 kimd-sha3-256 kimd-sha3-384 \
    kimd-sha3-512 kimd-shake-128 kimd-shake-256 kimd-ghash klmd-sha-1 klmd-sha-256 klmd-sha-512 klmd-sha3-224 klmd-sha3-256 klmd-sha3-384 \
    klmd-sha3-512 ppno-sha-512-drng prno-trng msa3-base";

/// What a CPU has, and what the features of its model are as QEMU sees them.
type Has = (ExtSet, FeatureSet);

/// What model `row` has with `name=on` or `name=off` applied, where the name may be a group's. What is always there can't be taken away, but
/// asking for that is no fault, as with QEMU.
fn switched(row: &CpuModel, (exts, features): Has, switch: &str) -> Result<Has, ModelError> {
    let (name, on) = switch.split_once('=').ok_or_else(|| ModelError::NoPair(switch.to_owned()))?;
    let wrong = |why| ModelError::Property { model: row.name, switch: switch.to_owned(), why };
    let found = features::property(name).ok_or_else(|| wrong(format!("Property '.{name}' not found")))?;
    let on = match on {
        "on" | "yes" | "true" => true,
        "off" | "no" | "false" => false,
        _ => return Err(wrong(format!("Parameter '{name}' expects 'on' or 'off'"))),
    };
    let own: Vec<Ext> = SWITCHES.iter().filter(|(name, _)| found.members.has(name)).map(|(_, ext)| *ext).collect();
    if !on {
        return Ok((exts.without(&own), features.without(found.members)));
    }
    if !has_all(row.name) {
        row.check_level(name).map_err(|later| wrong(later.to_string()))?;
    }
    let there = SWITCHES.iter().map(|(name, _)| *name).chain(ALWAYS.split_whitespace());
    let missing = found.members.without(features::named(there)).names();
    if !missing.is_empty() {
        return Err(ModelError::Missing(missing.join(" ")));
    }
    Ok((exts.with(&own), features.or(found.members)))
}

/// `qemu` and `max` have all there is, but for what `qemu` has not on QEMU either, where programs take its absence for granted
/// (kvm-unit-tests, `cpumodel`): decimal floating point.
const NOT_QEMU: &[Ext] = &[Dfp, DfpZoned, DfpPacked];

/// Whether a model has what each generation has brought.
fn has_all(name: &str) -> bool {
    matches!(name, "qemu" | "max")
}

/// A CPU model: what is built in.
pub struct Model {
    name: &'static str,
    machine: u16,
    exts: ExtSet,
    warnings: Vec<String>,
    pub(crate) executor: Arc<OnceLock<Executor>>,
}

/// What is wrong with the argument of `-cpu`.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// No such model.
    #[error("unable to find CPU model '{0}'")]
    NoModel(String),
    /// No `name=value`.
    #[error("Expected key=value format, found {0}.")]
    NoPair(String),
    /// A property that can't be set so.
    #[error("can't apply global {model}-s390x-cpu.{switch}: {why}")]
    Property {
        /// The model.
        model: &'static str,
        /// What was to be set, `name=value`.
        switch: String,
        /// What is wrong.
        why: String,
    },
    /// Features that there aren't.
    #[error("Some features requested in the CPU model are not available in the configuration: {0}  ")]
    Missing(String),
}

impl Model {
    /// The model that `text`, the argument of `-cpu`, names.
    ///
    /// # Errors
    /// When there is no such model, or a property follows that there isn't or that can't be had.
    pub fn parse(text: &str) -> Result<Model, ModelError> {
        let (name, rest) = text.split_once(',').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let row = MODELS.iter().find(|row| row.name == name).ok_or_else(|| ModelError::NoModel(name.to_owned()))?;
        let lists = BY_GENERATION.iter().filter(|(generation, _)| has_all(name) || *generation <= row.generation);
        let mut exts = lists.fold(ExtSet::EMPTY, |set, (_, list)| set.with(list));
        if name == "qemu" {
            exts = exts.without(NOT_QEMU);
        }
        let mut has = (exts, row.features());
        for property in rest.into_iter().flat_map(|rest| rest.split(',')) {
            has = switched(row, has, property)?;
        }
        let (exts, features) = has;
        // What a model lacks by itself is nobody's mistake: QEMU 4.2's `max` has an extension without a function that it requires, and ours has it.
        let own = row.features().inconsistencies();
        let warnings = features.inconsistencies().into_iter().filter(|text| !own.contains(text)).collect();
        Ok(Model { name: row.name, machine: row.machine, exts, warnings, executor: Arc::default() })
    }

    /// Whether the model of that name is of a later generation than the one that `qemu` stands for.
    pub fn is_too_new(name: &str) -> bool {
        MODELS.iter().any(|row| row.name == name && row.generation > 13)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Machine type, as four hexadecimal digits show it.
    pub fn machine(&self) -> u16 {
        self.machine
    }

    /// What is odd about its features, in QEMU's words.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether the CPU has a facility.
    pub fn has(&self, ext: Ext) -> bool {
        self.exts.has(ext)
    }

    /// All facilities of the CPU.
    pub fn exts(&self) -> ExtSet {
        self.exts
    }

    /// The facility list, doublewords from bit 0 on (PoP, "STORE FACILITY LIST EXTENDED").
    pub fn facility_list(&self) -> [u64; 3] {
        let mut list = [0; 3];
        // N3, and z/Architecture installed and active.
        let bits = Ext::ALL.iter().filter(|e| self.has(**e)).map(|e| e.bit());
        // STFLE came with extended immediates; long displacements are as fast as short ones.
        let with = |ext, bit| self.has(ext).then_some(bit);
        let more = [Some(0), Some(1), with(Ext::ExtImm, 7), with(Ext::LongDisp, 19), with(Ext::Dfp, 43)];
        for bit in bits.chain(more.into_iter().flatten()) {
            list[bit as usize / 64] |= 1 << (63 - bit % 64);
        }
        list
    }

    /// What STORE CPU ID stores, for the CPU with this address (PoP, "STORE CPU ID").
    pub fn cpu_id(&self, address: u32) -> u64 {
        u64::from(address & 0xf) << 52 | u64::from(self.machine) << 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As QEMU 7.2 prints it for the same options, where it takes the model.
    #[test]
    fn features_require_others() {
        let warnings = |text| Model::parse(text).map(|model| model.warnings().join(" ")).expect("it is a model");
        assert!(MODELS.iter().all(|row| warnings(row.name).is_empty()));
        assert_eq!(warnings("max,dateh=off"), "'idtes' requires 'dateh'. 'ltlbc' requires 'dateh'.");
        assert_eq!(warnings("z14,vx=off"), "'vxpd' requires 'vx'. 'vxeh' requires 'vx'.");
        assert_eq!(warnings("z14,vx=off,vxpd=off,vxeh=off"), "");
        assert_eq!(warnings("z14,edat=off"), "'edat2' requires 'edat'.");
    }

    #[test]
    fn features_are_switched() {
        let model = |text| Model::parse(text).map(|m| m.exts());
        let all = model("qemu").expect("the default");
        assert!(all.has(Ext::Vector) && !model("qemu,gs=off,vx=off").expect("features").has(Ext::Vector));
        assert!(
            !model("z9EC.2").expect("old").has(Ext::Dfp) && model("z9EC.2,dfp=on").expect("with more").has(Ext::Dfp)
        );
        assert!(!all.has(Ext::Dfp) && model("max").expect("all").has(Ext::Dfp));
        assert!(model("qemu,dfp=on").expect("with more").has(Ext::Dfp));
        assert!(model("qemu,vxpd=on").is_ok() && !model("qemu,msa=off").expect("a group").has(Ext::Msa));
        let why = |text| Model::parse(text).err().map(|e| e.to_string()).unwrap_or_default();
        let begin = "Some features requested in the CPU model are not available in the configuration: ";
        assert_eq!(why("z13,te=on"), format!("{begin}te  "));
        assert_eq!(why("z13,+vx"), "Expected key=value format, found +vx.");
        let begin = "can't apply global z13-s390x-cpu";
        assert_eq!(why("z13,vx=maybe"), format!("{begin}.vx=maybe: Parameter 'vx' expects 'on' or 'off'"));
        assert_eq!(why("z13,nope=on"), format!("{begin}.nope=on: Property '.nope' not found"));
        let later = "Group 'msa6' is not available for CPU model 'z13', it was introduced with later models.";
        assert_eq!(why("z13,msa6=on"), format!("{begin}.msa6=on: {later}"));
    }
}
