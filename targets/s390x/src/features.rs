//! What QEMU 4.2's models have and its emulation lacks, as `query-cpu-definitions` tells it: features by the names of `-cpu`.
//!
//! A feature is missing in the models of a range of generations; base models have it later than the full ones, or never.

use crate::ext::Ext;
use crate::model::MODELS;

struct Row {
    name: &'static str,
    /// First generation whose full models have it.
    full: u8,
    /// First generation whose base models have it.
    base: u8,
    /// Last generation that has it.
    last: u8,
}

const fn row(name: &'static str, full: u8, base: u8, last: u8) -> Row {
    Row { name, full, base, last }
}

/// No base model has it.
const NEVER: u8 = u8::MAX;

/// In the order of QEMU's lists.
static ROWS: &[Row] = &[
    row("ppno-sha-512-drng", 13, NEVER, 15),
    row("pcc-xts-eaes-256", 11, NEVER, 15),
    row("pcc-xts-eaes-128", 11, NEVER, 15),
    row("pcc-xts-aes-256", 11, NEVER, 15),
    row("pcc-xts-aes-128", 11, NEVER, 15),
    row("pcc-cmac-eaes-256", 11, NEVER, 15),
    row("pcc-cmac-eaes-192", 11, NEVER, 15),
    row("pcc-cmac-eaes-128", 11, NEVER, 15),
    row("pcc-cmac-eaes-256", 11, NEVER, 15),
    row("pcc-cmac-aes-192", 11, NEVER, 15),
    row("pcc-cmac-aes-128", 11, NEVER, 15),
    row("pcc-cmac-etdea-192", 11, NEVER, 15),
    row("pcc-cmac-etdea-128", 11, NEVER, 15),
    row("pcc-cmac-edea", 11, NEVER, 15),
    row("pcc-cmac-tdea-192", 11, NEVER, 15),
    row("pcc-cmac-tdea-128", 11, NEVER, 15),
    row("pcc-cmac-dea", 11, NEVER, 15),
    row("kmo-eaes-256", 11, NEVER, 15),
    row("kmo-eaes-192", 11, NEVER, 15),
    row("kmo-eaes-128", 11, NEVER, 15),
    row("kmo-aes-256", 11, NEVER, 15),
    row("kmo-aes-192", 11, NEVER, 15),
    row("kmo-aes-128", 11, NEVER, 15),
    row("kmo-etdea-192", 11, NEVER, 15),
    row("kmo-etdea-128", 11, NEVER, 15),
    row("kmo-edea", 11, NEVER, 15),
    row("kmo-tdea-192", 11, NEVER, 15),
    row("kmo-tdea-128", 11, NEVER, 15),
    row("kmo-dea", 11, NEVER, 15),
    row("kmf-eaes-256", 11, NEVER, 15),
    row("kmf-eaes-192", 11, NEVER, 15),
    row("kmf-eaes-128", 11, NEVER, 15),
    row("kmf-aes-256", 11, NEVER, 15),
    row("kmf-aes-192", 11, NEVER, 15),
    row("kmf-aes-128", 11, NEVER, 15),
    row("kmf-etdea-192", 11, NEVER, 15),
    row("kmf-etdea-128", 11, NEVER, 15),
    row("kmf-edea", 11, NEVER, 15),
    row("kmf-tdea-192", 11, NEVER, 15),
    row("kmf-tdea-128", 11, NEVER, 15),
    row("kmf-dea", 11, NEVER, 15),
    row("kmctr-eaes-256", 11, NEVER, 15),
    row("kmctr-eaes-192", 11, NEVER, 15),
    row("kmctr-eaes-128", 11, NEVER, 15),
    row("kmctr-aes-256", 11, NEVER, 15),
    row("kmctr-aes-192", 11, NEVER, 15),
    row("kmctr-aes-128", 11, NEVER, 15),
    row("kmctr-etdea-192", 11, NEVER, 15),
    row("kmctr-etdea-128", 11, NEVER, 15),
    row("kmctr-edea", 11, NEVER, 15),
    row("kmctr-tdea-192", 11, NEVER, 15),
    row("kmctr-tdea-128", 11, NEVER, 15),
    row("kmctr-dea", 11, NEVER, 15),
    row("pckmo-aes-256", 11, NEVER, 15),
    row("pckmo-aes-192", 11, NEVER, 15),
    row("pckmo-aes-128", 11, NEVER, 15),
    row("pckmo-etdea-192", 11, NEVER, 15),
    row("pckmo-etdea-128", 11, NEVER, 15),
    row("pckmo-edea", 11, NEVER, 15),
    row("klmd-sha-1", 8, 8, 15),
    row("kimd-ghash", 11, NEVER, 15),
    row("kimd-sha-1", 8, 8, 15),
    row("km-xts-eaes-256", 11, NEVER, 15),
    row("km-xts-eaes-128", 11, NEVER, 15),
    row("km-xts-aes-256", 11, NEVER, 15),
    row("km-xts-aes-128", 11, NEVER, 15),
    row("km-eaes-256", 11, NEVER, 15),
    row("km-eaes-192", 11, NEVER, 15),
    row("km-eaes-128", 11, NEVER, 15),
    row("km-etdea-192", 11, NEVER, 15),
    row("km-etdea-128", 11, NEVER, 15),
    row("km-edea", 11, NEVER, 15),
    row("km-tdea-192", 8, 8, 15),
    row("km-tdea-128", 8, 8, 15),
    row("km-dea", 8, 8, 15),
    row("kmc-eaes-256", 11, NEVER, 15),
    row("kmc-eaes-192", 11, NEVER, 15),
    row("kmc-eaes-128", 11, NEVER, 15),
    row("kmc-etdea-192", 11, NEVER, 15),
    row("kmc-etdea-128", 11, NEVER, 15),
    row("kmc-edea", 11, NEVER, 15),
    row("kmc-tdea-192", 8, 8, 15),
    row("kmc-tdea-128", 8, 8, 15),
    row("kmc-dea", 8, 8, 15),
    row("kmac-eaes-256", 11, NEVER, 15),
    row("kmac-eaes-192", 11, NEVER, 15),
    row("kmac-eaes-128", 11, NEVER, 15),
    row("kmac-aes-256", 11, NEVER, 15),
    row("kmac-aes-192", 11, NEVER, 15),
    row("kmac-aes-128", 11, NEVER, 15),
    row("kmac-etdea-192", 11, NEVER, 15),
    row("kmac-etdea-128", 11, NEVER, 15),
    row("kmac-edea", 11, NEVER, 15),
    row("kmac-tdea-192", 8, 8, 15),
    row("kmac-tdea-128", 8, 8, 15),
    row("kmac-dea", 8, 8, 15),
    row("cmm", 9, NEVER, 15),
    row("dateh2", 9, 9, 15),
    row("etoken", 15, NEVER, 15),
    row("vxpdeh", 15, NEVER, 15),
    row("vxeh2", 15, NEVER, 15),
    row("mepoch", 14, NEVER, 15),
    row("vxeh", 14, NEVER, 15),
    row("vxpd", 14, NEVER, 15),
    row("gs", 14, NEVER, 15),
    row("bpb", 11, NEVER, 14),
    row("ppa15", 11, NEVER, 15),
    row("dfppc", 13, 13, 15),
    row("edat2", 12, NEVER, 15),
    row("sthyi", 9, NEVER, 15),
    row("te", 12, NEVER, 15),
    row("ri", 12, NEVER, 15),
    row("minste3", 15, 15, 15),
    row("tsi", 14, 14, 15),
    row("sema", 14, 14, 15),
    row("minste2", 14, 14, 15),
    row("eec", 14, 14, 15),
    row("cte", 12, NEVER, 15),
    row("dfpzc", 12, 12, 15),
    row("cmpsceh", 11, 11, 15),
    row("pfpo", 10, 10, 15),
    row("dfphp", 10, 10, 15),
    row("dfp", 10, 10, 15),
    row("opc", 14, 14, 15),
    row("emon", 11, 11, 15),
    row("parseh", 10, 10, 15),
    row("hfpue", 9, 9, 15),
    row("hfpm", 8, 8, 15),
    row("nonqks", 11, 11, 15),
    row("ipter", 11, NEVER, 15),
    row("csske", 10, 10, 14),
    row("edat", 10, NEVER, 15),
    row("asnlxr", 9, 9, 15),
    row("deflate", 15, NEVER, 15),
    row("mepochptff", 14, NEVER, 15),
    row("msa9_pckmo", 15, NEVER, 15),
    row("msa9", 15, NEVER, 15),
    row("msa8", 14, NEVER, 15),
    row("msa7", 14, NEVER, 15),
    row("msa6", 14, NEVER, 15),
    row("msa2", 10, NEVER, 15),
    row("msa1", 9, NEVER, 15),
    row("gen13ptff", 13, 13, 15),
    row("tods", 9, 9, 15),
    row("type", 14, 14, 15),
];

/// Features that `-cpu` may switch on and off, by their names there, and the facility that each is.
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
    ("edat2", Ext::Edat2),
    ("dfppc", Ext::DfpPacked),
    ("vx", Ext::Vector),
    ("iep", Ext::Iep),
    ("vxpd", Ext::VectorBcd),
    ("vxeh", Ext::VectorEnh1),
    ("vxpdeh", Ext::VectorBcdEnh1),
];

/// Features that have no facility of ours and are always there.
static ALWAYS: &[&str] =
    &["aefsi", "aen", "ais", "esan3", "esop", "idtes", "ldisphp", "msa3-base", "plo", "sea_esop2", "stfle", "zpci"];

/// Features that are never there.
static NEVER_THERE: &[&str] = &[
    "ap",
    "apft",
    "apqci",
    "apqi",
    "asnlxr",
    "bpb",
    "cei",
    "cmm",
    "cmma",
    "cmmnt",
    "cmpsceh",
    "cte",
    "dateh2",
    "deflate",
    "dfphp",
    "eec",
    "emon",
    "esort",
    "etoken",
    "gen13ptff",
    "gpereh",
    "gs",
    "gsls",
    "hfpue",
    "hpma2",
    "ib",
    "ibs",
    "idter",
    "irbm",
    "kss",
    "mepoch",
    "mepochptff",
    "msa1",
    "msa2",
    "msa5",
    "msa6",
    "msa7",
    "msa8",
    "msa9",
    "msa9_pckmo",
    "opc",
    "pfmfi",
    "pfpo",
    "ppa15",
    "ri",
    "sema",
    "sief2",
    "sigpif",
    "siif",
    "skey",
    "sthyi",
    "te",
    "tods",
    "tpei",
    "tsi",
    "vxeh2",
];

/// What may be done about a feature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Feature {
    /// It comes and goes with a facility.
    Switch(Ext),
    /// It is always there.
    Always,
    /// It is never there.
    Never,
}

/// The feature of that name.
pub fn feature(name: &str) -> Option<Feature> {
    if let Some((_, ext)) = SWITCHES.iter().find(|(other, _)| *other == name) {
        return Some(Feature::Switch(*ext));
    }
    let is_function = ["kimd-", "klmd-", "km-", "kmac-", "kmc-", "kmctr-", "kmf-", "kmo-", "pcc-", "pckmo-"];
    match name {
        _ if ALWAYS.contains(&name) => Some(Feature::Always),
        _ if NEVER_THERE.contains(&name) || is_function.iter().any(|start| name.starts_with(start)) => {
            Some(Feature::Never)
        }
        _ => None,
    }
}

/// The features that keep the model of that name from being complete; none for names that are no models.
pub fn unavailable(model: &str) -> Vec<&'static str> {
    let Some(found) = MODELS.iter().find(|m| m.name == model && !matches!(model, "qemu" | "max")) else {
        return Vec::new();
    };
    let generation = found.generation;
    let is_base = is_static(model);
    let has = |row: &&Row| generation >= if is_base { row.base } else { row.full } && generation <= row.last;
    ROWS.iter().filter(has).map(|row| row.name).collect()
}

/// Whether a model is the same in all versions: the base models are.
pub fn is_static(model: &str) -> bool {
    model.ends_with("-base")
}

/// Whether a model may go from one version to another: all but the one that is whatever there is.
pub fn is_migration_safe(model: &str) -> bool {
    model != "max"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_models_lack_more() {
        assert_eq!(unavailable("z900").len(), 0);
        assert_eq!(
            (unavailable("z990").len(), unavailable("z9EC.2").len(), unavailable("z9EC-base").len()),
            (12, 19, 16)
        );
        assert_eq!((unavailable("z13").len(), unavailable("gen15a").len(), unavailable("qemu").len()), (124, 143, 0));
    }
}
