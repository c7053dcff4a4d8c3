//! CPU models as management sees them: what QEMU 4.2 answers to `query-cpu-definitions`, `query-cpu-model-expansion`, `-comparison` and `-baseline`.
//!
//! This tells of QEMU's features. CPUs of ours may have more of them: [`crate::model`].

use crate::features::{FeatureSet, Level, property};
use crate::model::{CpuModel, MODELS};

/// A model with what has been changed of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Definition {
    row: &'static CpuModel,
    features: FeatureSet,
}

/// Why there is no such definition.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DefinitionError {
    /// No such model.
    #[error("The CPU definition '{0}' is unknown.")]
    Unknown(String),
    /// No such property.
    #[error("Property '.{0}' not found")]
    NoProperty(String),
    /// A property that is no truth value.
    #[error("Invalid parameter type for '{0}', expected: boolean")]
    NoSwitch(String),
    /// A property that says what the model is.
    #[error("Insufficient permission to perform this operation")]
    ReadOnly,
    /// A feature or group of later models.
    #[error("{kind} '{name}' is not available for CPU model '{model}', it was introduced with later models.")]
    Later {
        /// `Feature` or `Group`.
        kind: &'static str,
        /// Its name.
        name: &'static str,
        /// The full model of that name.
        model: &'static str,
    },
}

/// How one definition relates to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// Guests of either run on the other.
    Identical,
    /// Guests of the first run on the second.
    Subset,
    /// Guests of the second run on the first.
    Superset,
    /// Neither.
    Incompatible,
}

/// The model whose features QEMU's emulation has.
const EMULATED: &str = "z13.2";

fn find(name: &str) -> Option<&'static CpuModel> {
    MODELS.iter().find(|row| row.name == name)
}

fn full_name(name: &'static str) -> &'static str {
    match name {
        "qemu" | "max" => EMULATED,
        _ => name.strip_suffix("-base").unwrap_or(name),
    }
}

impl CpuModel {
    /// Its generation and availability of features.
    pub fn level(&self) -> Level {
        (self.generation, self.availability)
    }

    /// The name of its type without the availability of features: `z990` for `z990.3-base`.
    fn kind(&self) -> &'static str {
        full_name(self.name).split('.').next().unwrap_or_default()
    }

    /// What it has without being changed.
    pub(crate) fn features(&self) -> FeatureSet {
        match self.name {
            "qemu" | "max" => FeatureSet::emulated(self.name == "max"),
            name => FeatureSet::of_generation(self.generation, is_static(name)),
        }
    }

    /// Whether a CPU of this model may be given a feature of that level.
    ///
    /// # Errors
    /// When it came with later models.
    pub fn check_level(&self, name: &str) -> Result<(), DefinitionError> {
        match property(name) {
            Some(found) if found.level > self.level() => Err(DefinitionError::Later {
                kind: if found.is_group { "Group" } else { "Feature" },
                name: found.name,
                model: full_name(self.name),
            }),
            _ => Ok(()),
        }
    }
}

impl Definition {
    /// The model of that name with features and groups switched; a switch without a value is of the wrong type.
    ///
    /// # Errors
    /// When there is no such model or property, or when the model can't have it.
    pub fn new<'a>(
        name: &str,
        switches: impl IntoIterator<Item = (&'a str, Option<bool>)>,
    ) -> Result<Definition, DefinitionError> {
        let row = find(name).ok_or_else(|| DefinitionError::Unknown(name.to_owned()))?;
        let mut features = row.features();
        for (name, on) in switches {
            if matches!(name, "type" | "static" | "migration-safe" | "description") {
                return Err(DefinitionError::ReadOnly);
            }
            let found = property(name).ok_or_else(|| DefinitionError::NoProperty(name.to_owned()))?;
            let on = on.ok_or_else(|| DefinitionError::NoSwitch(name.to_owned()))?;
            if on {
                row.check_level(name)?;
            }
            features = if on { features.or(found.members) } else { features.without(found.members) };
        }
        Ok(Definition { row, features })
    }

    /// The base model that it builds on, with all features (`full`) or with those that make the difference.
    pub fn expand(&self, full: bool) -> (String, Vec<(&'static str, bool)>) {
        let base = FeatureSet::of_generation(self.row.generation, true);
        let (on, off) = match full {
            true => (self.features, FeatureSet::all().without(self.features)),
            false => (self.features.without(base), base.without(self.features)),
        };
        let off = off.names().into_iter().map(|name| (name, false));
        (
            format!("{}-base", full_name(self.row.name)),
            on.names().into_iter().map(|name| (name, true)).chain(off).collect(),
        )
    }

    /// How it relates to `other`, and the features that are to blame.
    pub fn compare(&self, other: &Definition) -> (Comparison, Vec<&'static str>) {
        let (level, other_level) = (self.row.level(), other.row.level());
        let is_within = self.features.is_within(other.features) && level <= other_level;
        let contains = other.features.is_within(self.features) && level >= other_level;
        let result = match (is_within, contains) {
            (true, true) => Comparison::Identical,
            (true, false) => Comparison::Subset,
            (false, true) => Comparison::Superset,
            (false, false) => Comparison::Incompatible,
        };
        let mut blame = other.features.without(self.features).names();
        blame.extend(self.features.without(other.features).names());
        blame.extend((level != other_level).then_some("type"));
        (result, blame)
    }

    /// The latest base model, with features, whose guests run on both; none when not even the oldest will do.
    pub fn baseline(&self, other: &Definition) -> Option<Definition> {
        let (a, b) = (self.row, other.row);
        let kind = match a.generation.cmp(&b.generation) {
            _ if a.kind() == b.kind() => Some(a.kind()),
            std::cmp::Ordering::Less => Some(a.kind()),
            std::cmp::Ordering::Greater => Some(b.kind()),
            std::cmp::Ordering::Equal => None,
        };
        let features = self.features.and(other.features);
        let row = best(kind, a.level().min(b.level()), features)?;
        Some(Definition { row, features: features.and(FeatureSet::up_to(row.level())) })
    }
}

/// The order in which a baseline is looked for: machines as they came out.
static HISTORY: &str = "z900 z900.2 z900.3 z800 z990 z990.2 z990.3 z890 z990.4 z890.2 z990.5 z890.3 z9EC z9EC.2 z9BC z9EC.3 z9BC.2 z10EC z10EC.2 \
    z10BC z10EC.3 z10BC.2 z196 z196.2 z114 zEC12 zEC12.2 zBC12 z13 z13.2 z13s z14 z14.2 z14ZR1 gen15a gen15b";

/// What a base model has may be missing all the same: z15 has no conditional SSKE.
const DISPENSABLE: &str = "csske";

/// The last full model up to a level whose base has no more than `features`; if one is of the kind that is wanted, the last one of those.
fn best(kind: Option<&str>, limit: Level, features: FeatureSet) -> Option<&'static CpuModel> {
    let dispensable = property(DISPENSABLE).map_or_else(FeatureSet::default, |found| found.members);
    let rows = HISTORY.split_whitespace().filter_map(find).take_while(|row| row.level() <= limit);
    let fits =
        |row: &&CpuModel| FeatureSet::of_generation(row.generation, true).without(dispensable).is_within(features);
    let rows: Vec<&CpuModel> = rows.filter(fits).collect();
    let same = |row: &&&'static CpuModel| Some(row.kind()) == kind;
    let exact = rows.iter().filter(same).find(|row| row.level() == limit);
    exact.or_else(|| rows.iter().rev().find(same)).or_else(|| rows.last()).copied()
}

/// The features that keep the model of that name from being complete on QEMU 4.2; none for names that are no models.
pub fn unavailable(model: &str) -> Vec<&'static str> {
    let max = find("max").map(|row| (row.features(), row.level()));
    let (Some(row), Some((there, level))) = (find(model), max) else { return Vec::new() };
    let mut names = row.features().without(there).names();
    names.extend((row.level() > level).then_some("type"));
    names
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

    fn definition(name: &str) -> Definition {
        Definition::new(name, []).expect("a model")
    }

    #[test]
    fn later_models_lack_more() {
        assert_eq!(unavailable("z900").len(), 0);
        assert_eq!(
            (unavailable("z990").len(), unavailable("z9EC.2").len(), unavailable("z9EC-base").len()),
            (12, 19, 16)
        );
        assert_eq!((unavailable("z13").len(), unavailable("gen15a").len(), unavailable("qemu").len()), (124, 143, 0));
    }

    #[test]
    fn groups_have_names_of_their_own() {
        let (name, props) = definition("z9EC.2").expand(false);
        assert_eq!((name.as_str(), props), ("z9EC.2-base", vec![("cmm", true), ("sthyi", true), ("msa1", true)]));
        let less = Definition::new("z990", [("km-dea", Some(false))]).expect("without");
        assert_eq!(less.expand(false).1, [("km-dea", false)]);
        assert!(less.expand(true).1.contains(&("kmc-dea", true)));
        assert!(definition("z990").expand(true).1.contains(&("msa", true)));
    }

    #[test]
    fn what_came_later_is_refused() {
        let vx = Definition::new("z900-base", [("vx", Some(true))]).expect_err("too old");
        let text = "Feature 'vx' is not available for CPU model 'z900', it was introduced with later models.";
        assert_eq!(vx.to_string(), text);
        assert!(Definition::new("z900-base", [("vx", Some(false))]).is_ok());
        let group = Definition::new("qemu", [("msa6", Some(true))]).expect_err("too old").to_string();
        assert!(group.starts_with("Group 'msa6' is not available for CPU model 'z13.2'"), "{group}");
    }

    #[test]
    fn baselines_are_of_the_older_kind() {
        let pair = |a, b| definition(a).baseline(&definition(b)).map(|found| found.expand(false).0);
        for (a, b, base) in [
            ("z890.2", "z900.3", "z900.3-base"),
            ("z900.3", "z800", "z800-base"),
            ("z9EC.2", "z13.2", "z9EC.2-base"),
            ("z890.2", "z990.3", "z890-base"),
            ("z14.2", "z14ZR1", "z14-base"),
            ("z196", "gen15a", "z196-base"),
            ("qemu", "z14", "z800-base"),
        ] {
            assert_eq!(pair(a, b).as_deref(), Some(base), "{a} and {b}");
            assert_eq!(pair(b, a).as_deref(), Some(base), "{b} and {a}");
        }
        let common = definition("z13.2").baseline(&definition("qemu")).expect("the oldest");
        assert_eq!(common.expand(false).1, [("ldisp", true), ("etf2", true)]);
        let none = Definition::new("z900", [("plo", Some(false))]).expect("without").baseline(&definition("z13"));
        assert!(none.is_none());
    }
}
