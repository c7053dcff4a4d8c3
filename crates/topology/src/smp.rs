//! `-smp`: how many CPUs, and how they sit in sockets, dies, cores and threads.
//!
//! QEMU 4.2 fills in what is not given in its own way and lets several contradictions pass with a warning; boards under its
//! names do the same. [`SmpRules::Strict`] is for our own board: what does not multiply out is refused.

use crate::opts::{self, OptionError};

/// What was given to `-smp`. The numbers are kept as 32-bit, as QEMU cuts them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SmpOptions {
    /// CPUs present at start.
    pub cpus: Option<u32>,
    /// CPUs there may ever be.
    pub maxcpus: Option<u32>,
    /// Sockets in the machine.
    pub sockets: Option<u32>,
    /// Dies in a socket.
    pub dies: Option<u32>,
    /// Cores in a die.
    pub cores: Option<u32>,
    /// Threads in a core.
    pub threads: Option<u32>,
}

impl SmpOptions {
    /// Reads the text after `-smp`.
    ///
    /// # Errors
    /// An unknown key, or a value that is no number.
    pub fn parse(text: &str) -> Result<SmpOptions, OptionError> {
        let mut out = SmpOptions::default();
        for (key, value) in opts::pairs(text, Some("cpus")) {
            let field = match key.as_str() {
                "cpus" => &mut out.cpus,
                "maxcpus" => &mut out.maxcpus,
                "sockets" => &mut out.sockets,
                "dies" => &mut out.dies,
                "cores" => &mut out.cores,
                "threads" => &mut out.threads,
                "id" => continue,
                _ => return Err(OptionError::Invalid(key)),
            };
            *field = Some(opts::number(&key, &value)? as u32);
        }
        Ok(out)
    }
}

/// How a board completes and checks `-smp`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SmpRules {
    /// QEMU 4.2's general rule: no dies (`dies=` is read and ignored).
    Generic,
    /// QEMU 4.2's rule of pc and q35, with dies.
    Pc,
    /// Every level counts, and everything must multiply out.
    Strict,
}

/// The completed shape.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Smp {
    /// CPUs present at start.
    pub cpus: u32,
    /// CPUs there may ever be.
    pub maxcpus: u32,
    /// Sockets in the machine; QEMU's rules can make this 0 when the numbers contradict each other.
    pub sockets: u32,
    /// Dies in a socket.
    pub dies: u32,
    /// Cores in a die.
    pub cores: u32,
    /// Threads in a core.
    pub threads: u32,
}

impl Smp {
    /// A machine of `n` single-core sockets.
    pub fn flat(n: u32) -> Smp {
        Smp { cpus: n, maxcpus: n, sockets: n, dies: 1, cores: 1, threads: 1 }
    }

    /// Sockets × dies × cores × threads.
    pub fn product(&self) -> u64 {
        [self.sockets, self.dies, self.cores, self.threads].iter().fold(1, |n, &x| n.saturating_mul(u64::from(x)))
    }

    /// The levels as `-smp`'s errors print them.
    fn levels(&self, dies: bool) -> String {
        let Smp { sockets, cores, threads, .. } = self;
        let dies = if dies { format!("dies ({}) * ", self.dies) } else { String::new() };
        format!("sockets ({sockets}) * {dies}cores ({cores}) * threads ({threads})")
    }
}

/// Why a shape is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SmpError {
    /// The levels hold fewer than the CPUs present.
    #[error("cpu topology: {levels} < smp_cpus ({cpus})")]
    TooFew {
        /// The levels, printed.
        levels: String,
        /// CPUs present.
        cpus: u32,
    },
    /// `maxcpus` is smaller than `cpus`.
    #[error("maxcpus must be equal to or greater than smp")]
    MaxBelowCpus,
    /// The levels hold more than `maxcpus`.
    #[error("cpu topology: {levels} > maxcpus ({maxcpus})")]
    TooMany {
        /// The levels, printed.
        levels: String,
        /// CPUs there may ever be.
        maxcpus: u32,
    },
    /// The board can't have so many.
    #[error("Invalid SMP CPUs {cpus}. The max CPUs supported by machine '{machine}' is {max}")]
    AboveMax {
        /// `maxcpus`, as a signed number.
        cpus: i32,
        /// The machine type's canonical name.
        machine: String,
        /// Its limit.
        max: u32,
    },
    /// The board needs more.
    #[error("Invalid SMP CPUs {cpus}. The min CPUs supported by machine '{machine}' is {min}")]
    BelowMin {
        /// CPUs asked for, as a signed number.
        cpus: i32,
        /// The machine type's canonical name.
        machine: String,
        /// Its limit.
        min: u32,
    },
    /// Strict rules: a level of zero.
    #[error("cpu topology: {0}=0 makes no CPU at all; leave {0} out or make it 1 or more")]
    Zero(&'static str),
    /// Strict rules: the levels and `maxcpus` disagree.
    #[error("cpu topology: {levels} = {product}, but maxcpus is {maxcpus}; change {fix}")]
    Mismatch {
        /// The levels, printed.
        levels: String,
        /// Their product.
        product: u64,
        /// CPUs there may ever be.
        maxcpus: u32,
        /// Which number to change to what.
        fix: String,
    },
    /// Strict rules: more CPUs at start than there may be.
    #[error(
        "cpu topology: cpus ({cpus}) is more than maxcpus ({maxcpus}); change cpus to {maxcpus} or maxcpus to {cpus}"
    )]
    CpusAboveMax {
        /// CPUs present at start.
        cpus: u32,
        /// CPUs there may ever be.
        maxcpus: u32,
    },
}

/// Completes what was given by the board's rules. The second value holds warnings.
///
/// # Errors
/// When the numbers contradict each other.
pub fn complete(given: &SmpOptions, rules: SmpRules, default_cpus: u32) -> Result<(Smp, Vec<String>), SmpError> {
    let bare = *given == SmpOptions::default();
    let given = if bare { &SmpOptions { cpus: Some(default_cpus), ..*given } } else { given };
    match rules {
        SmpRules::Generic => qemu(given, false),
        SmpRules::Pc => qemu(given, true),
        SmpRules::Strict => strict(given).map(|smp| (smp, Vec::new())),
    }
}

/// QEMU 4.2's completion. A zero counts as not given, except that of `maxcpus`.
fn qemu(given: &SmpOptions, with_dies: bool) -> Result<(Smp, Vec<String>), SmpError> {
    let or1 = |x: u32| x.max(1);
    let get = |x: Option<u32>| x.unwrap_or(0);
    let (mut cpus, mut sockets, mut cores, mut threads) =
        (get(given.cpus), get(given.sockets), get(given.cores), get(given.threads));
    // QEMU divides by a `dies=0` and dies; a socket has one die at least.
    let dies = if with_dies { or1(given.dies.unwrap_or(1)) } else { 1 };
    let max_given = given.maxcpus;
    let smp = |cpus: u32, sockets, cores, threads| {
        let maxcpus = max_given.unwrap_or(cpus);
        Smp { cpus, maxcpus, sockets, dies, cores, threads }
    };
    if cpus == 0 || sockets == 0 {
        (cores, threads) = (or1(cores), or1(threads));
        let inner = cores.saturating_mul(threads).saturating_mul(dies);
        if cpus == 0 {
            sockets = or1(sockets);
            cpus = inner.saturating_mul(sockets);
        } else {
            sockets = max_given.unwrap_or(cpus) / inner;
        }
    } else if cores == 0 {
        threads = or1(threads);
        cores = or1(cpus / sockets.saturating_mul(dies).saturating_mul(threads));
    } else if threads == 0 {
        threads = or1(cpus / cores.saturating_mul(dies).saturating_mul(sockets));
    } else {
        let smp = smp(cpus, sockets, cores, threads);
        if smp.product() < u64::from(cpus) {
            return Err(SmpError::TooFew { levels: smp.levels(with_dies), cpus });
        }
    }
    check_qemu(smp(cpus, sockets, cores, threads), with_dies)
}

/// The checks after QEMU 4.2's completion.
fn check_qemu(smp: Smp, with_dies: bool) -> Result<(Smp, Vec<String>), SmpError> {
    let (levels, maxcpus) = (smp.levels(with_dies), smp.maxcpus);
    if maxcpus < smp.cpus {
        return Err(SmpError::MaxBelowCpus);
    }
    if smp.product() > u64::from(maxcpus) {
        return Err(SmpError::TooMany { levels, maxcpus });
    }
    let mut warnings = Vec::new();
    if smp.product() != u64::from(maxcpus) {
        warnings.push(format!("Invalid CPU topology deprecated: {levels} != maxcpus ({maxcpus})"));
    }
    Ok((smp, warnings))
}

/// Our own board's completion: dies and threads default to 1, cores to 1 unless the sockets are given, sockets to what fits.
fn strict(given: &SmpOptions) -> Result<Smp, SmpError> {
    let named = [
        ("cpus", given.cpus),
        ("maxcpus", given.maxcpus),
        ("sockets", given.sockets),
        ("dies", given.dies),
        ("cores", given.cores),
        ("threads", given.threads),
    ];
    if let Some((name, _)) = named.iter().find(|(_, value)| *value == Some(0)) {
        return Err(SmpError::Zero(name));
    }
    let (dies, threads) = (given.dies.unwrap_or(1), given.threads.unwrap_or(1));
    let total = given.maxcpus.or(given.cpus);
    let fit = |others: u32| total.map_or(1, |n| (n / others).max(1));
    let (sockets, cores) = match (given.sockets, given.cores) {
        (Some(sockets), Some(cores)) => (sockets, cores),
        (Some(sockets), None) => (sockets, fit(sockets.saturating_mul(dies).saturating_mul(threads))),
        (None, cores) => {
            let cores = cores.unwrap_or(1);
            (fit(dies.saturating_mul(cores).saturating_mul(threads)), cores)
        }
    };
    let mut smp = Smp { cpus: 0, maxcpus: 0, sockets, dies, cores, threads };
    let product = smp.product();
    // With `maxcpus` left out, levels that were all given decide how many there may be.
    smp.maxcpus = match given.maxcpus {
        Some(n) => n,
        None if given.sockets.is_some() && given.cores.is_some() => product.min(u64::from(u32::MAX)) as u32,
        None => given.cpus.unwrap_or(product.min(u64::from(u32::MAX)) as u32),
    };
    smp.cpus = given.cpus.unwrap_or(smp.maxcpus);
    if product != u64::from(smp.maxcpus) {
        return Err(mismatch(&smp, product));
    }
    if smp.cpus > smp.maxcpus {
        return Err(SmpError::CpusAboveMax { cpus: smp.cpus, maxcpus: smp.maxcpus });
    }
    Ok(smp)
}

/// Says which number to change: every level that a single change could set right, and `maxcpus`.
fn mismatch(smp: &Smp, product: u64) -> SmpError {
    let max = u64::from(smp.maxcpus);
    let levels = [("sockets", smp.sockets), ("dies", smp.dies), ("cores", smp.cores), ("threads", smp.threads)];
    let mut fixes: Vec<String> = levels
        .iter()
        .filter_map(|&(name, n)| {
            let others = product / u64::from(n);
            (max % others == 0).then(|| format!("{name} to {}", max / others))
        })
        .collect();
    fixes.push(format!("maxcpus to {product}"));
    SmpError::Mismatch { levels: smp.levels(true), product, maxcpus: smp.maxcpus, fix: fixes.join(", or ") }
}

/// Checks a shape against the limits of the board whose canonical name is `machine`.
///
/// # Errors
/// [`SmpError::AboveMax`], [`SmpError::BelowMin`].
pub fn check_limits(smp: &Smp, machine: &str, min: u32, max: u32) -> Result<(), SmpError> {
    let machine = machine.to_string();
    if smp.cpus < min {
        return Err(SmpError::BelowMin { cpus: smp.cpus as i32, machine, min });
    }
    if smp.maxcpus > max {
        return Err(SmpError::AboveMax { cpus: smp.maxcpus as i32, machine, max });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line of result for an option's text: the shape and warnings, or the error.
    fn run(text: &str, rules: SmpRules) -> String {
        let given = match SmpOptions::parse(text) {
            Ok(given) => given,
            Err(e) => return format!("option: {e}"),
        };
        match complete(&given, rules, 1) {
            Ok((s, warnings)) => {
                let mark = if warnings.is_empty() { "" } else { " +warning" };
                format!("{}/{} {}s{}d{}c{}t{mark}", s.cpus, s.maxcpus, s.sockets, s.dies, s.cores, s.threads)
            }
            Err(e) => format!("error: {e}"),
        }
    }

    #[test]
    fn completes_as_qemu_4_2_does() {
        // From recorded machines of QEMU 4.2.
        let cases = [
            ("4", "4/4 4s1d1c1t"),
            ("0", "1/1 1s1d1c1t"),
            ("2,maxcpus=6", "2/6 6s1d1c1t"),
            ("maxcpus=4", "1/4 1s1d1c1t +warning"),
            ("cores=4", "4/4 1s1d4c1t"),
            ("4,sockets=2", "4/4 2s1d2c1t"),
            ("6,threads=2", "6/6 3s1d1c2t"),
            ("2,cores=3,maxcpus=6,threads=1", "2/6 2s1d3c1t"),
            ("1,maxcpus=8,sockets=2,dies=2,cores=2", "1/8 2s2d2c1t"),
            ("4,cores=3", "4/4 1s1d3c1t +warning"),
            ("5,sockets=2,maxcpus=8", "5/8 2s1d2c1t +warning"),
            ("4294967297", "1/1 1s1d1c1t"),
            ("0x2", "2/2 2s1d1c1t"),
            ("2,maxcpus=0", "error: maxcpus must be equal to or greater than smp"),
            (
                "4,sockets=3,cores=1,threads=1",
                "error: cpu topology: sockets (3) * dies (1) * cores (1) * threads (1) < smp_cpus (4)",
            ),
            (
                "4,sockets=2,cores=2,threads=2",
                "error: cpu topology: sockets (2) * dies (1) * cores (2) * threads (2) > maxcpus (4)",
            ),
            ("1.5", "option: Parameter 'cpus' expects a number"),
            ("2,foo=1", "option: Invalid parameter 'foo'"),
        ];
        for (text, want) in cases {
            assert_eq!(run(text, SmpRules::Pc), want, "-smp {text}");
        }
    }

    #[test]
    fn generic_rule_knows_no_dies() {
        assert_eq!(run("2,dies=2", SmpRules::Generic), "2/2 2s1d1c1t");
        assert_eq!(
            run("2,sockets=2,cores=2", SmpRules::Generic),
            "error: cpu topology: sockets (2) * cores (2) * threads (1) > maxcpus (2)"
        );
    }

    #[test]
    fn strict_rule_names_the_number_to_change() {
        let cases = [
            ("16,sockets=2,dies=2,cores=2,threads=2", "16/16 2s2d2c2t"),
            ("sockets=2,dies=2,cores=2,threads=2", "16/16 2s2d2c2t"),
            ("1024", "1024/1024 1024s1d1c1t"),
            ("8,sockets=2", "8/8 2s1d4c1t"),
            ("8,cores=4", "8/8 2s1d4c1t"),
            ("2,maxcpus=8,sockets=2,cores=4", "2/8 2s1d4c1t"),
            ("maxcpus=4", "4/4 4s1d1c1t"),
            ("1,sockets=2,cores=2", "1/4 2s1d2c1t"),
            (
                "6,sockets=2,cores=2,maxcpus=6",
                "error: cpu topology: sockets (2) * dies (1) * cores (2) * threads (1) = 4, but maxcpus is 6; \
                 change sockets to 3, or cores to 3, or maxcpus to 4",
            ),
            (
                "5,cores=2",
                "error: cpu topology: sockets (2) * dies (1) * cores (2) * threads (1) = 4, but maxcpus is 5; \
                 change maxcpus to 4",
            ),
            (
                "9,sockets=2,cores=4",
                "error: cpu topology: cpus (9) is more than maxcpus (8); change cpus to 8 or maxcpus to 9",
            ),
            ("4,dies=0", "error: cpu topology: dies=0 makes no CPU at all; leave dies out or make it 1 or more"),
            (
                "1,sockets=65536,cores=65536,threads=65536,dies=65536,maxcpus=2",
                "error: cpu topology: sockets (65536) * dies (65536) * cores (65536) * threads (65536) = \
                 18446744073709551615, but maxcpus is 2; change maxcpus to 18446744073709551615",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(run(text, SmpRules::Strict), want, "-smp {text}");
        }
    }

    #[test]
    fn limits_print_signed_numbers() {
        let check = |n, min, max| check_limits(&Smp::flat(n), "virt", min, max).map_err(|e| e.to_string());
        assert_eq!(check(8, 1, 8), Ok(()));
        assert_eq!(check(9, 1, 8).unwrap_err(), "Invalid SMP CPUs 9. The max CPUs supported by machine 'virt' is 8");
        assert_eq!(check(1, 2, 5).unwrap_err(), "Invalid SMP CPUs 1. The min CPUs supported by machine 'virt' is 2");
        assert!(check(u32::MAX, 1, 8).unwrap_err().starts_with("Invalid SMP CPUs -1."));
    }
}
