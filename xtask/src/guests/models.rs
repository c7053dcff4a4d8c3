//! Tests that need another CPU model than those of their architecture.

const MIPS: &[&str] = super::MIPS_FLAGS;
const MIPS64R6: &[&str] =
    &["-march=mips64r6", "-mabi=64", "-mno-abicalls", "-msym32", "-G0", "-msoft-float", "-Wa,-msoft-float"];

/// A test that needs another CPU model than its architecture's tests have.
pub(super) struct On {
    test: &'static str,
    suffix: &'static str,
    /// The model.
    pub(super) cpu: &'static str,
    /// What its programs are compiled with.
    pub(super) flags: &'static [&'static str],
}

const fn on(test: &'static str, suffix: &'static str, cpu: &'static str, flags: &'static [&'static str]) -> On {
    On { test, suffix, cpu, flags }
}

/// All of them. A test that is named here runs on these architectures only.
static ON: &[On] = &[
    on("cps", "mips32", "P5600", MIPS),
    on("cps", "mips32el", "P5600", MIPS),
    on("cps", "mips64", "I6400", MIPS64R6),
    on("cps", "mips64el", "I6400", MIPS64R6),
    on("mt", "mips32", "34Kf", MIPS),
    on("mt", "mips32el", "34Kf", MIPS),
    on("dsp", "mips32", "34Kf", MIPS),
    on("dsp", "mips32el", "74Kf", MIPS),
    on("msa", "mips32", "P5600", MIPS),
    on("msa", "mips32el", "P5600", MIPS),
    on("msa", "mips64el", "I6400", MIPS64R6),
    on("tasks", "i386", "qemu32", super::PC32_FLAGS),
    on("now", "x86_64", "max", super::PC_FLAGS),
    on("now", "i386", "max", super::PC32_FLAGS),
    on("features", "x86_64", "max", super::PC_FLAGS),
    on("svm", "x86_64", "qemu64", super::PC_FLAGS),
];

/// What a test needs on the architecture with that suffix, if anything.
pub(super) fn special(test: &str, suffix: &str) -> Option<&'static On> {
    ON.iter().find(|on| on.test == test && on.suffix == suffix)
}

/// Whether a test runs on some architectures only.
pub(super) fn is_special(test: &str) -> bool {
    ON.iter().any(|on| on.test == test)
}
