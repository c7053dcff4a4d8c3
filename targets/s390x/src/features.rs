//! The features of QEMU 4.2's CPU models, by their names in `-cpu` and on the monitor: which generation has each, and which of them its emulation
//! has. What ours has is another matter: see [`crate::model`].
//!
//! All of it was seen in the answers of QEMU 4.2 and 7.2 (`-M s390-ccw-virtio-4.2`) to `query-cpu-definitions` and `query-cpu-model-expansion`.

use std::sync::OnceLock;

/// Generation (7 for z900 to 15) and, within it, availability of features: 1, 2, ...
pub type Level = (u8, u8);

struct Row {
    name: &'static str,
    /// From this level on models may have it.
    level: Level,
    /// From this generation on full models have it without being asked; 0 for none.
    default: u8,
    /// Whether base models have it as well.
    base: bool,
    /// Last generation that has it without being asked.
    last: u8,
}

const fn row(name: &'static str, level: Level, default: u8, base: bool) -> Row {
    Row { name, level, default, base, last: u8::MAX }
}

/// No model may have it.
const NEVER: Level = (u8::MAX, 0);

/// Features that come and go together and have a name together.
static GROUPS: &[Row] = &[
    row("plo", (7, 1), 7, true),
    row("tods", (9, 1), 9, true),
    row("gen13ptff", (13, 1), 13, true),
    row("msa", (8, 1), 8, true),
    row("msa1", (9, 1), 9, false),
    row("msa2", (10, 1), 10, false),
    row("msa3", (10, 3), 11, false),
    row("msa4", (11, 1), 11, false),
    row("msa5", (12, 2), 13, false),
    row("msa6", (14, 1), 14, false),
    row("msa7", (14, 1), 14, false),
    row("msa8", (14, 1), 14, false),
    row("msa9", (15, 1), 15, false),
    row("msa9_pckmo", (15, 1), 15, false),
    row("mepochptff", (14, 1), 14, false),
    row("esort", (15, 1), 0, false),
    row("deflate", (15, 1), 15, false),
];

/// Features but functions, in the order of their bits.
static SINGLE: &[Row] = &[
    row("esan3", (7, 1), 7, true),
    row("zarch", (7, 1), 7, true),
    row("dateh", (8, 1), 8, true),
    row("idtes", (9, 1), 9, true),
    row("idter", NEVER, 0, false),
    row("asnlxr", (8, 3), 9, true),
    row("stfle", (9, 1), 9, true),
    row("edat", (10, 1), 10, false),
    row("srs", (9, 1), 9, true),
    Row { last: 14, ..row("csske", (9, 3), 10, true) },
    row("ctop", (10, 1), 0, false),
    row("apqci", (12, 1), 0, false),
    row("ipter", (11, 1), 11, false),
    row("nonqks", (11, 1), 11, true),
    row("apft", (12, 1), 0, false),
    row("etf2", (7, 2), 8, true),
    row("msa-base", NEVER, 0, false),
    row("ldisp", (7, 3), 8, true),
    row("ldisphp", (8, 1), 8, true),
    row("hfpm", (8, 1), 8, true),
    row("eimm", (9, 1), 9, true),
    row("etf3", (8, 3), 9, true),
    row("hfpue", (9, 1), 9, true),
    row("etf2eh", (9, 1), 9, true),
    row("stckf", (9, 1), 9, true),
    row("parseh", (10, 1), 10, true),
    row("mvcos", (9, 2), 10, true),
    row("tods-base", NEVER, 0, false),
    row("etf3eh", (9, 1), 9, true),
    row("ectg", (9, 2), 10, true),
    row("csst", (9, 2), 10, true),
    row("csst2", (10, 1), 10, true),
    row("ginste", (10, 1), 10, true),
    row("exrl", (10, 1), 10, true),
    row("emon", (11, 1), 11, true),
    row("fpe", (11, 1), 11, true),
    row("opc", (14, 1), 14, true),
    row("sprogp", (10, 2), 11, true),
    row("fpseh", (9, 2), 10, true),
    row("dfp", (9, 2), 10, true),
    row("dfphp", (10, 1), 10, true),
    row("pfpo", (9, 3), 10, true),
    row("stfle45", (11, 1), 11, true),
    row("cmpsceh", (11, 1), 11, true),
    row("dfpzc", (12, 1), 12, true),
    row("stfle49", (12, 1), 12, true),
    row("cte", (12, 1), 12, false),
    row("ltlbc", (12, 1), 12, true),
    row("iacc2", (11, 1), 11, true),
    row("stfle53", (13, 1), 13, true),
    row("eec", (14, 1), 14, true),
    row("msa5-base", NEVER, 0, false),
    row("minste2", (14, 1), 14, true),
    row("sema", (14, 1), 14, true),
    row("tsi", (14, 1), 14, true),
    row("minste3", (15, 1), 15, true),
    row("ri", (12, 1), 12, false),
    row("apqi", (12, 1), 0, false),
    row("zpci", (12, 1), 12, false),
    row("aen", (12, 1), 12, false),
    row("ais", (12, 1), 0, false),
    row("te", (12, 1), 12, false),
    row("sthyi", (9, 1), 9, false),
    row("aefsi", (11, 1), 11, false),
    row("msa3-base", NEVER, 0, false),
    row("msa4-base", NEVER, 0, false),
    row("edat2", (12, 1), 12, false),
    row("dfppc", (13, 1), 13, true),
    row("ppa15", (7, 1), 11, false),
    Row { last: 14, ..row("bpb", (7, 1), 11, false) },
    row("vx", (13, 1), 13, false),
    row("iep", (14, 1), 14, false),
    row("sea_esop2", (12, 1), 12, false),
    row("gs", (14, 1), 14, false),
    row("vxpd", (14, 1), 14, false),
    row("vxeh", (14, 1), 14, false),
    row("mepoch", (14, 1), 14, false),
    row("tpei", (14, 1), 0, false),
    row("irbm", (14, 1), 0, false),
    row("msa8-base", NEVER, 0, false),
    row("cmmnt", (14, 1), 0, false),
    row("vxeh2", (15, 1), 15, false),
    row("esort-base", NEVER, 0, false),
    row("deflate-base", NEVER, 0, false),
    row("vxpdeh", (15, 1), 15, false),
    row("msa9-base", NEVER, 0, false),
    row("etoken", (14, 1), 15, false),
    row("gsls", (8, 1), 0, false),
    row("esop", (10, 1), 12, false),
    row("hpma2", (14, 1), 0, false),
    row("kss", (14, 1), 0, false),
    row("64bscao", (8, 1), 0, false),
    row("cmma", (9, 1), 0, false),
    row("pfmfi", (10, 1), 0, false),
    row("ibs", (10, 2), 0, false),
    row("sief2", (7, 1), 0, false),
    row("skey", (7, 1), 0, false),
    row("gpereh", (7, 1), 0, false),
    row("siif", (7, 3), 0, false),
    row("sigpif", (10, 1), 0, false),
    row("ib", (7, 1), 0, false),
    row("cei", (7, 1), 0, false),
    row("dateh2", (9, 1), 9, true),
    row("cmm", (9, 1), 9, false),
    row("ap", (12, 1), 0, false),
];

/// Functions of instructions, and the groups that they belong to. In QEMU 4.2 PCC's AES-256 has the name of the encrypted one.
static FUNCTIONS: &[(&str, &str)] = &[
    (
        "plo",
        "plo-cl plo-clg plo-clgr plo-clx plo-cs plo-csg plo-csgr plo-csx plo-dcs plo-dcsg plo-dcsgr plo-dcsx plo-csst",
    ),
    (
        "plo",
        "plo-csstg plo-csstgr plo-csstx plo-csdst plo-csdstg plo-csdstgr plo-csdstx plo-cstst plo-cststg plo-cststgr",
    ),
    ("plo", "plo-cststx"),
    ("tods", "ptff-qto ptff-qsi ptff-qpc"),
    ("gen13ptff", "ptff-qui ptff-qtou"),
    ("mepochptff", "ptff-qsie ptff-qtoue"),
    ("tods", "ptff-sto"),
    ("gen13ptff", "ptff-stou"),
    ("mepochptff", "ptff-stoe ptff-stoue"),
    ("msa", "kmac-dea kmac-tdea-128 kmac-tdea-192"),
    ("msa3", "kmac-edea kmac-etdea-128 kmac-etdea-192"),
    ("msa4", "kmac-aes-128 kmac-aes-192 kmac-aes-256 kmac-eaes-128 kmac-eaes-192 kmac-eaes-256"),
    ("msa", "kmc-dea kmc-tdea-128 kmc-tdea-192"),
    ("msa3", "kmc-edea kmc-etdea-128 kmc-etdea-192"),
    ("msa1", "kmc-aes-128"),
    ("msa2", "kmc-aes-192 kmc-aes-256"),
    ("msa3", "kmc-eaes-128 kmc-eaes-192 kmc-eaes-256"),
    ("msa2", "kmc-prng"),
    ("msa", "km-dea km-tdea-128 km-tdea-192"),
    ("msa3", "km-edea km-etdea-128 km-etdea-192"),
    ("msa1", "km-aes-128"),
    ("msa2", "km-aes-192 km-aes-256"),
    ("msa3", "km-eaes-128 km-eaes-192 km-eaes-256"),
    ("msa4", "km-xts-aes-128 km-xts-aes-256 km-xts-eaes-128 km-xts-eaes-256"),
    ("msa", "kimd-sha-1"),
    ("msa1", "kimd-sha-256"),
    ("msa2", "kimd-sha-512"),
    ("msa6", "kimd-sha3-224 kimd-sha3-256 kimd-sha3-384 kimd-sha3-512 kimd-shake-128 kimd-shake-256"),
    ("msa4", "kimd-ghash"),
    ("msa", "klmd-sha-1"),
    ("msa1", "klmd-sha-256"),
    ("msa2", "klmd-sha-512"),
    ("msa6", "klmd-sha3-224 klmd-sha3-256 klmd-sha3-384 klmd-sha3-512 klmd-shake-128 klmd-shake-256"),
    ("msa3", "pckmo-edea pckmo-etdea-128 pckmo-etdea-192 pckmo-aes-128 pckmo-aes-192 pckmo-aes-256"),
    ("msa9_pckmo", "pckmo-ecc-p256 pckmo-ecc-p384 pckmo-ecc-p521 pckmo-ecc-ed25519 pckmo-ecc-ed448"),
    (
        "msa4",
        "kmctr-dea kmctr-tdea-128 kmctr-tdea-192 kmctr-edea kmctr-etdea-128 kmctr-etdea-192 kmctr-aes-128 kmctr-aes-192",
    ),
    ("msa4", "kmctr-aes-256 kmctr-eaes-128 kmctr-eaes-192 kmctr-eaes-256"),
    (
        "msa4",
        "kmf-dea kmf-tdea-128 kmf-tdea-192 kmf-edea kmf-etdea-128 kmf-etdea-192 kmf-aes-128 kmf-aes-192 kmf-aes-256",
    ),
    ("msa4", "kmf-eaes-128 kmf-eaes-192 kmf-eaes-256"),
    (
        "msa4",
        "kmo-dea kmo-tdea-128 kmo-tdea-192 kmo-edea kmo-etdea-128 kmo-etdea-192 kmo-aes-128 kmo-aes-192 kmo-aes-256",
    ),
    ("msa4", "kmo-eaes-128 kmo-eaes-192 kmo-eaes-256"),
    ("msa4", "pcc-cmac-dea pcc-cmac-tdea-128 pcc-cmac-tdea-192 pcc-cmac-edea pcc-cmac-etdea-128 pcc-cmac-etdea-192"),
    (
        "msa4",
        "pcc-cmac-aes-128 pcc-cmac-aes-192 pcc-cmac-eaes-256 pcc-cmac-eaes-128 pcc-cmac-eaes-192 pcc-cmac-eaes-256",
    ),
    ("msa4", "pcc-xts-aes-128 pcc-xts-aes-256 pcc-xts-eaes-128 pcc-xts-eaes-256"),
    (
        "msa9",
        "pcc-scalar-mult-p256 pcc-scalar-mult-p384 pcc-scalar-mult-p521 pcc-scalar-mult-ed25519 pcc-scalar-mult-ed448",
    ),
    ("msa9", "pcc-scalar-mult-x25519 pcc-scalar-mult-x448"),
    ("msa5", "ppno-sha-512-drng"),
    ("msa7", "prno-trng-qrtcr prno-trng"),
    ("msa8", "kma-gcm-aes-128 kma-gcm-aes-192 kma-gcm-aes-256 kma-gcm-eaes-128 kma-gcm-eaes-192 kma-gcm-eaes-256"),
    (
        "msa9",
        "kdsa-ecdsa-verify-p256 kdsa-ecdsa-verify-p384 kdsa-ecdsa-verify-p521 kdsa-ecdsa-sign-p256 kdsa-ecdsa-sign-p384",
    ),
    ("msa9", "kdsa-ecdsa-sign-p521 kdsa-eecdsa-sign-p256 kdsa-eecdsa-sign-p384 kdsa-eecdsa-sign-p521"),
    ("msa9", "kdsa-eddsa-verify-ed25519 kdsa-eddsa-verify-ed448 kdsa-eddsa-sign-ed25519 kdsa-eddsa-sign-ed448"),
    ("msa9", "kdsa-eeddsa-sign-ed25519 kdsa-eeddsa-sign-ed448"),
    ("esort", "sortl-sflr sortl-svlr sortl-32 sortl-128 sortl-f0"),
    ("deflate", "dfltcc-gdht dfltcc-cmpr dfltcc-xpnd dfltcc-f0"),
];

/// What QEMU 4.2's emulation lacks of `z13.2-base`.
static NOT_EMULATED: &str = "kmac-dea kmac-tdea-128 kmac-tdea-192 kmc-dea kmc-tdea-128 kmc-tdea-192 km-dea km-tdea-128 km-tdea-192 kimd-sha-1 \
    klmd-sha-1 dateh2 gen13ptff parseh csske hfpm hfpue dfp emon cmpsceh dfppc dfpzc dfphp asnlxr nonqks pfpo tods";

/// What QEMU 4.2's emulation has beyond `z13.2-base`.
static EMULATED: &str = "aen aefsi vx esop ais zpci sea_esop2 msa3-base msa4-base";

/// What `max` has beyond `qemu`.
static ONLY_MAX: &str = "iep msa5-base";

/// Features and what each requires: QEMU warns of a model that has the first without the second, in this order. Seen in the warnings of QEMU 7.2.
static REQUIRES: &[(&str, &str)] = &[
    ("ipter", "dateh"),
    ("idtes", "dateh"),
    ("ltlbc", "dateh"),
    ("ldisphp", "ldisp"),
    ("dfphp", "dfp"),
    ("te", "stfle49"),
    ("edat2", "edat"),
    ("msa5-base", "kimd-sha-512"),
    ("msa5-base", "klmd-sha-512"),
    ("msa4-base", "msa3-base"),
    ("cmma", "cmm"),
    ("cmma", "gsls"),
    ("pfmfi", "edat"),
    ("msa8-base", "msa3-base"),
    ("msa9-base", "msa3-base"),
    ("msa9-base", "msa4-base"),
    ("mepoch", "tods-base"),
    ("vxpd", "vx"),
    ("vxpdeh", "vxpd"),
    ("vxeh", "vx"),
    ("sea_esop2", "esop"),
    ("iep", "sea_esop2"),
    ("cmmnt", "cmm"),
    ("gs", "sea_esop2"),
    ("mepoch", "stckf"),
    ("mepoch", "tods-base"),
    ("sema", "stfle49"),
    ("kimd-sha3-224", "msa-base"),
    ("kimd-sha3-256", "msa-base"),
    ("kimd-sha3-384", "msa-base"),
    ("kimd-sha3-512", "msa-base"),
    ("kimd-shake-128", "msa-base"),
    ("kimd-shake-256", "msa-base"),
    ("klmd-sha3-224", "msa-base"),
    ("klmd-sha3-256", "msa-base"),
    ("klmd-sha3-384", "msa-base"),
    ("klmd-sha3-512", "msa-base"),
    ("klmd-shake-128", "msa-base"),
    ("klmd-shake-256", "msa-base"),
    ("prno-trng-qrtcr", "msa5-base"),
    ("prno-trng", "msa5-base"),
    ("kss", "sief2"),
    ("apqci", "ap"),
    ("apft", "ap"),
    ("ptff-qsie", "mepoch"),
    ("ptff-qtoue", "mepoch"),
    ("ptff-stoe", "mepoch"),
    ("ptff-stoue", "mepoch"),
    ("apqi", "ap"),
];

/// A feature or a group of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// From this level on models may have it.
    pub level: Level,
    /// The features that it stands for.
    pub members: FeatureSet,
    /// Whether it is a group.
    pub is_group: bool,
}

/// All features, groups resolved.
struct Table {
    features: Vec<Entry>,
    groups: Vec<Property>,
}

struct Entry {
    name: &'static str,
    group: Option<usize>,
    row: &'static Row,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let group = |name: &str| GROUPS.iter().position(|row| row.name == name);
        let single = SINGLE.iter().map(|row| {
            let group = row.name.strip_suffix("-base").and_then(group);
            Entry { name: row.name, group, row: group.map_or(row, |group| &GROUPS[group]) }
        });
        let functions = FUNCTIONS.iter().flat_map(|(name, list)| {
            let at = group(name).unwrap_or_default();
            list.split(' ').map(move |name| Entry { name, group: Some(at), row: &GROUPS[at] })
        });
        let features: Vec<Entry> = single.chain(functions).collect();
        let groups = GROUPS.iter().enumerate().map(|(at, row)| {
            let members = set(&features, |entry| entry.group == Some(at));
            Property { name: row.name, level: row.level, members, is_group: true }
        });
        Table { groups: groups.collect(), features }
    })
}

fn set(features: &[Entry], has: impl Fn(&Entry) -> bool) -> FeatureSet {
    let mut all = FeatureSet::default();
    for (at, _) in features.iter().enumerate().filter(|(_, entry)| has(entry)) {
        all.0[at / 64] |= 1 << (at % 64);
    }
    all
}

/// A set of features.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct FeatureSet([u64; 6]);

impl FeatureSet {
    fn zip(self, other: FeatureSet, f: impl Fn(u64, u64) -> u64) -> FeatureSet {
        FeatureSet(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }

    /// Features in both.
    #[must_use]
    pub fn and(self, other: FeatureSet) -> FeatureSet {
        self.zip(other, |a, b| a & b)
    }

    /// Features in either.
    #[must_use]
    pub fn or(self, other: FeatureSet) -> FeatureSet {
        self.zip(other, |a, b| a | b)
    }

    /// Features that the other has not.
    #[must_use]
    pub fn without(self, other: FeatureSet) -> FeatureSet {
        self.zip(other, |a, b| a & !b)
    }

    /// Whether the feature of that name is among them.
    pub fn has(self, name: &str) -> bool {
        property(name).is_some_and(|found| found.members.is_within(self))
    }

    /// Whether the other has all of them.
    pub fn is_within(self, other: FeatureSet) -> bool {
        self.without(other) == FeatureSet::default()
    }

    /// All features there are.
    pub fn all() -> FeatureSet {
        set(&table().features, |_| true)
    }

    /// What models of a level may have.
    pub fn up_to(level: Level) -> FeatureSet {
        set(&table().features, |entry| entry.row.level <= level)
    }

    /// What full models of a generation have, or base models.
    pub fn of_generation(generation: u8, is_base: bool) -> FeatureSet {
        set(&table().features, |Entry { row, .. }| {
            row.default != 0 && (row.default..=row.last).contains(&generation) && (row.base || !is_base)
        })
    }

    /// What QEMU 4.2's emulation has: as `qemu`, or as `max`.
    pub fn emulated(is_max: bool) -> FeatureSet {
        let more = named(EMULATED.split_whitespace()).or(if is_max {
            named(ONLY_MAX.split_whitespace())
        } else {
            FeatureSet::default()
        });
        FeatureSet::of_generation(13, true).without(named(NOT_EMULATED.split_whitespace())).or(more)
    }

    /// What QEMU says of features that are here without what they require.
    pub fn inconsistencies(self) -> Vec<String> {
        let wrong = REQUIRES.iter().filter(|(name, required)| self.has(name) && !self.has(required));
        wrong.map(|(name, required)| format!("'{name}' requires '{required}'.")).collect()
    }

    /// Their names as QEMU lists them: highest first, and whole groups at the end under their own names.
    pub fn names(self) -> Vec<&'static str> {
        let table = table();
        let whole = |group: &&Property| group.members.is_within(self);
        let groups: Vec<&Property> = table.groups.iter().rev().filter(whole).collect();
        let rest = groups.iter().fold(self, |rest, group| rest.without(group.members));
        let single = table.features.iter().enumerate().rev().filter(|(at, _)| rest.0[at / 64] >> (at % 64) & 1 != 0);
        // What belongs to a function precedes what is a bit of its own: functions are enumerated last.
        single.map(|(_, entry)| entry.name).chain(groups.into_iter().map(|group| group.name)).collect()
    }
}

/// Features and groups by name.
pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> FeatureSet {
    names.into_iter().filter_map(property).fold(FeatureSet::default(), |all, found| all.or(found.members))
}

/// The feature or group of that name.
pub fn property(name: &str) -> Option<Property> {
    let table = table();
    if let Some(group) = table.groups.iter().find(|group| group.name == name) {
        return Some(*group);
    }
    let entry = table.features.iter().find(|entry| entry.name == name)?;
    let members = set(&table.features, |other| other.name == name);
    Some(Property { name: entry.name, level: entry.row.level, members, is_group: false })
}
