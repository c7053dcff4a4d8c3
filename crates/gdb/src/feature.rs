//! Which feature of gdb's target descriptions a register belongs to.
//!
//! Manual: Debugging with GDB, "Standard Target Features". gdb refuses a description whose standard features lack registers or hold
//! them under other names; registers that no standard feature knows go to features of our own, which gdb shows as they are.

use cpu::{Group, Register};

/// One rule; the first that fits counts.
struct Rule {
    /// The architecture's name up to a colon.
    architecture: &'static str,
    /// Only of machines whose name goes on like this.
    machine: &'static str,
    /// What the register must be.
    which: Which,
    feature: &'static str,
}

enum Which {
    Names(&'static [&'static str]),
    Of(Group),
}

use Group::{Float, General, System, Vector};
use Which::{Names, Of};

const fn rule(architecture: &'static str, which: Which, feature: &'static str) -> Rule {
    Rule { architecture, machine: "", which, feature }
}

static RULES: &[Rule] = &[
    rule("riscv", Names(&["priv"]), "org.gnu.gdb.riscv.virtual"),
    rule("riscv", Of(General), "org.gnu.gdb.riscv.cpu"),
    rule("riscv", Of(Float), "org.gnu.gdb.riscv.fpu"),
    rule("riscv", Of(Vector), "org.gnu.gdb.riscv.vector"),
    rule("riscv", Of(System), "org.gnu.gdb.riscv.csr"),
    rule("i386", Names(&["fs_base", "gs_base"]), "org.gnu.gdb.i386.segments"),
    rule("i386", Of(General), "org.gnu.gdb.i386.core"),
    rule("i386", Of(Float), "org.gnu.gdb.i386.core"),
    rule("i386", Of(Vector), "org.gnu.gdb.i386.sse"),
    Rule {
        architecture: "sparc",
        machine: "v9",
        which: Names(&["pc", "npc", "state", "fsr", "fprs", "y"]),
        feature: "org.gnu.gdb.sparc.cp0",
    },
    rule("sparc", Names(&["y", "psr", "wim", "tbr", "pc", "npc", "fsr", "csr"]), "org.gnu.gdb.sparc.cp0"),
    rule("sparc", Of(General), "org.gnu.gdb.sparc.cpu"),
    rule("sparc", Of(Float), "org.gnu.gdb.sparc.fpu"),
    rule("mips", Names(&["status", "badvaddr", "cause"]), "org.gnu.gdb.mips.cp0"),
    rule("mips", Of(General), "org.gnu.gdb.mips.cpu"),
    rule("mips", Of(Float), "org.gnu.gdb.mips.fpu"),
    rule("powerpc", Names(&["pc", "msr", "cr", "lr", "ctr", "xer"]), "org.gnu.gdb.power.core"),
    rule("powerpc", Names(&["vscr", "vrsave"]), "org.gnu.gdb.power.altivec"),
    rule("powerpc", Names(&SPE), "org.gnu.gdb.power.spe"),
    rule("powerpc", Names(&VSX), "org.gnu.gdb.power.vsx"),
    rule("powerpc", Of(General), "org.gnu.gdb.power.core"),
    rule("powerpc", Of(Float), "org.gnu.gdb.power.fpu"),
    rule("powerpc", Of(Vector), "org.gnu.gdb.power.altivec"),
    rule("s390", Names(&ACRS), "org.gnu.gdb.s390.acr"),
    rule("s390", Names(&CRS), "org.gnu.gdb.s390.cr"),
    rule("s390", Of(General), "org.gnu.gdb.s390.core"),
    rule("s390", Of(Float), "org.gnu.gdb.s390.fpr"),
    rule("s390", Of(Vector), "org.gnu.gdb.s390.vx"),
];

/// What power-vsx has: the right halves of the first vector-scalar registers, which are no floating-point registers.
static VSX: [&str; 32] = [
    "vs0h", "vs1h", "vs2h", "vs3h", "vs4h", "vs5h", "vs6h", "vs7h", "vs8h", "vs9h", "vs10h", "vs11h", "vs12h", "vs13h",
    "vs14h", "vs15h", "vs16h", "vs17h", "vs18h", "vs19h", "vs20h", "vs21h", "vs22h", "vs23h", "vs24h", "vs25h",
    "vs26h", "vs27h", "vs28h", "vs29h", "vs30h", "vs31h",
];

/// What power-spe has: the upper words of general registers, the accumulator, and its status.
static SPE: [&str; 34] = [
    "ev0h", "ev1h", "ev2h", "ev3h", "ev4h", "ev5h", "ev6h", "ev7h", "ev8h", "ev9h", "ev10h", "ev11h", "ev12h", "ev13h",
    "ev14h", "ev15h", "ev16h", "ev17h", "ev18h", "ev19h", "ev20h", "ev21h", "ev22h", "ev23h", "ev24h", "ev25h",
    "ev26h", "ev27h", "ev28h", "ev29h", "ev30h", "ev31h", "acc", "spefscr",
];

static ACRS: [&str; 16] = [
    "acr0", "acr1", "acr2", "acr3", "acr4", "acr5", "acr6", "acr7", "acr8", "acr9", "acr10", "acr11", "acr12", "acr13",
    "acr14", "acr15",
];

static CRS: [&str; 16] = [
    "cr0", "cr1", "cr2", "cr3", "cr4", "cr5", "cr6", "cr7", "cr8", "cr9", "cr10", "cr11", "cr12", "cr13", "cr14",
    "cr15",
];

/// The feature for `register` of `architecture`, gdb's name of it.
pub(crate) fn feature(architecture: &str, register: &Register) -> String {
    let (family, machine) = architecture.split_once(':').unwrap_or((architecture, ""));
    let fits = |rule: &&Rule| {
        let which = match rule.which {
            Names(names) => names.contains(&register.name),
            Of(group) => group == register.group,
        };
        which && rule.architecture.eq_ignore_ascii_case(family) && machine.starts_with(rule.machine)
    };
    if let Some(rule) = RULES.iter().find(fits) {
        return rule.feature.to_owned();
    }
    format!("org.polyarch.{}.{}", family.to_ascii_lowercase(), group(register.group))
}

/// gdb's word for a group.
pub(crate) fn group(group: Group) -> &'static str {
    match group {
        General => "general",
        Float => "float",
        Vector => "vector",
        System => "system",
    }
}

/// Types of gdb's that need no definition.
static KNOWN_TYPES: &[&str] = &[
    "int",
    "long",
    "float",
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "int128",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uint128",
    "code_ptr",
    "data_ptr",
    "ieee_half",
    "ieee_single",
    "ieee_double",
    "i387_ext",
    "bfloat16",
];

/// Types that a feature has to define before their use. Inner types come first.
static DEFINED_TYPES: &[(&str, &str)] = &[
    (
        "vec128",
        concat!(
            r#"<vector id="v4f" type="ieee_single" count="4"/><vector id="v2d" type="ieee_double" count="2"/>"#,
            r#"<vector id="v16i8" type="int8" count="16"/><vector id="v8i16" type="int16" count="8"/>"#,
            r#"<vector id="v4i32" type="int32" count="4"/><vector id="v2i64" type="int64" count="2"/>"#,
            r#"<union id="vec128"><field name="v4_float" type="v4f"/><field name="v2_double" type="v2d"/>"#,
            r#"<field name="v16_int8" type="v16i8"/><field name="v8_int16" type="v8i16"/>"#,
            r#"<field name="v4_int32" type="v4i32"/><field name="v2_int64" type="v2i64"/>"#,
            r#"<field name="uint128" type="uint128"/></union>"#,
        ),
    ),
    (
        "riscv_double",
        concat!(
            r#"<union id="riscv_double"><field name="float" type="ieee_single"/>"#,
            r#"<field name="double" type="ieee_double"/></union>"#,
        ),
    ),
];

/// The type that stands in the description for `name`, and its definition if it needs one. A type that nobody knows is an integer.
pub(crate) fn data_type(name: &str) -> (&str, Option<&'static str>) {
    if let Some((name, definition)) = DEFINED_TYPES.iter().find(|(n, _)| *n == name) {
        return (name, Some(definition));
    }
    (if KNOWN_TYPES.contains(&name) { name } else { "int" }, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(architecture: &str, name: &'static str, group: Group) -> String {
        feature(architecture, &Register { name, bits: 64, group, gdb: Some(0), gdb_type: "int" })
    }

    #[test]
    fn features_by_group_and_by_name() {
        assert_eq!(of("riscv:rv64", "sp", General), "org.gnu.gdb.riscv.cpu");
        assert_eq!(of("riscv:rv32", "mstatus", System), "org.gnu.gdb.riscv.csr");
        assert_eq!(of("riscv:rv32", "priv", System), "org.gnu.gdb.riscv.virtual");
        assert_eq!(of("powerpc:common64", "msr", System), "org.gnu.gdb.power.core");
        assert_eq!(of("s390:64-bit", "cr13", System), "org.gnu.gdb.s390.cr");
        assert_eq!(of("sparc", "psr", System), "org.gnu.gdb.sparc.cp0");
        assert_eq!(of("sparc:v9", "psr", System), "org.gnu.gdb.sparc.cp0");
        assert_eq!(of("i386:x86-64", "st0", Float), "org.gnu.gdb.i386.core");
        assert_eq!(of("TriCore", "d0", General), "org.polyarch.tricore.general");
        assert_eq!(of("i386", "cr3", System), "org.polyarch.i386.system");
    }

    #[test]
    fn types_are_known_defined_or_integers() {
        assert_eq!(data_type("code_ptr"), ("code_ptr", None));
        assert!(data_type("vec128").1.is_some_and(|d| d.contains("id=\"vec128\"")));
        assert_eq!(data_type("i386_eflags"), ("int", None));
    }
}
