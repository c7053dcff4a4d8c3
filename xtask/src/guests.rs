//! Guest programs: what they are built from, where they run, and their expected output.
//!
//! Binaries are committed, so that nobody needs a cross compiler to run the tests; `cargo xtask guests` makes them again.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::{root, say};

mod build;
mod models;

/// What `cargo xtask guests` understands.
#[derive(clap::Args, Default)]
pub struct Args {
    /// Don't write; fail if a committed binary differs from what the compiler makes
    #[arg(long)]
    pub check: bool,
    /// Only programs whose file name contains this
    pub only: Option<String>,
}

/// A target that guest programs are compiled for.
#[derive(Debug)]
pub struct Arch {
    /// Name of the target, as in `polyarch TARGET`.
    pub target: &'static str,
    /// Its folder below `guests/tests` and `guests/demo/arch`.
    pub folder: &'static str,
    /// Ending of file names in that folder.
    pub suffix: &'static str,
    cc: &'static str,
    package: &'static str,
    flags: &'static [&'static str],
    /// The same with floating-point instructions.
    fp_flags: &'static [&'static str],
    /// The machine type of its tests.
    pub board: &'static str,
    /// The CPU model of its tests; empty for the machine's.
    pub cpu: &'static str,
    /// More options for that machine.
    pub options: &'static [&'static str],
    /// The linker script of tests, in their folder.
    script: &'static str,
    /// Where the demo is linked.
    demo_base: &'static str,
}

/// Board and linker script of a target that only the demo is compiled for.
const NO_TESTS: &str = "";
/// Where the demo is linked for a row that is there for its tests alone: the target has another one.
const NO_DEMO: &str = "";

/// Folders of tests that QEMU can't run, for want of the machine or of its CPUs: what they print, they check themselves.
const OURS_ALONE: [&str; 2] = ["leon3mp", "aurix"];
/// Folders of tests of machines that can't be switched off.
const STAYS_ON: [&str; 1] = ["mipssim"];
/// TriCore's compiler is a script of ours around gcc for RISC-V and an assembler.
const TRICORE_CC: &str = "@guests/tricore/cc";
const TRICORE_PACKAGE: &str =
    "this repository; it needs Debian's gcc-riscv64-linux-gnu and PyPI's nyxstone-tricore-gcc";

const NO_FIRMWARE: &[&str] = &["-bios", "none"];

const MIPS_FLAGS: &[&str] =
    &["-march=mips32r2", "-mabi=32", "-mno-abicalls", "-G0", "-msoft-float", "-Wa,-msoft-float"];
const MIPS64_FLAGS: &[&str] =
    &["-march=mips64r2", "-mabi=64", "-mno-abicalls", "-msym32", "-G0", "-msoft-float", "-Wa,-msoft-float"];
const MIPSSIM_FLAGS: &[&str] = &["-DMIPSSIM", "-Itests/mips", "-march=mips32r2", "-mabi=32", "-mno-abicalls", "-G0"];
const MIPSSIM64_FLAGS: &[&str] =
    &["-DMIPSSIM", "-Itests/mips", "-march=mips64r2", "-mabi=64", "-mno-abicalls", "-msym32", "-G0"];
const fn is_mips64(suffix: &str) -> bool {
    suffix.as_bytes()[4] == b'6'
}

const fn mips(target: &'static str, suffix: &'static str, cc: &'static str, package: &'static str) -> Arch {
    let wide = is_mips64(suffix);
    let flags = if wide { MIPS64_FLAGS } else { MIPS_FLAGS };
    Arch {
        target,
        folder: "mips",
        suffix,
        cc,
        package,
        flags,
        fp_flags: flags,
        board: "malta",
        cpu: if wide { "MIPS64R2-generic" } else { "24Kf" },
        options: NO_FIRMWARE,
        script: "malta.ld",
        demo_base: if wide { "0xffffffff80100000" } else { "0x80100000" },
    }
}

/// The same for `mipssim`, without a demo.
const fn mipssim(malta: Arch) -> Arch {
    let flags = if is_mips64(malta.suffix) { MIPSSIM64_FLAGS } else { MIPSSIM_FLAGS };
    let (fp_flags, options) = (flags, &[]);
    Arch {
        folder: "mipssim",
        flags,
        fp_flags,
        board: "mipssim",
        options,
        script: "mipssim.ld",
        demo_base: NO_DEMO,
        ..malta
    }
}

/// All of them. One more architecture is one more row (and a start file and `arch.h` for the demo).
pub static ARCHS: &[Arch] = &[
    Arch {
        target: "riscv64",
        folder: "riscv",
        suffix: "rv64",
        cc: "riscv64-linux-gnu-gcc",
        package: "Debian's gcc-riscv64-linux-gnu",
        flags: &["-march=rv64imac_zicsr_zifencei", "-mabi=lp64", "-mcmodel=medany"],
        fp_flags: &["-march=rv64imafdc_zicsr_zifencei", "-mabi=lp64", "-mcmodel=medany"],
        board: "virt",
        cpu: "",
        options: NO_FIRMWARE,
        script: "virt.ld",
        demo_base: "0x100000",
    },
    Arch {
        target: "riscv32",
        folder: "riscv",
        suffix: "rv32",
        cc: "riscv64-linux-gnu-gcc",
        package: "Debian's gcc-riscv64-linux-gnu",
        flags: &["-march=rv32imac_zicsr_zifencei", "-mabi=ilp32", "-mcmodel=medany"],
        fp_flags: &["-march=rv32imafdc_zicsr_zifencei", "-mabi=ilp32", "-mcmodel=medany"],
        board: "virt",
        cpu: "",
        options: NO_FIRMWARE,
        script: "virt.ld",
        demo_base: "0x100000",
    },
    Arch {
        target: "sparc",
        folder: "sparc",
        suffix: "v8",
        cc: "sparc64-linux-gnu-gcc",
        package: "Debian's gcc-sparc64-linux-gnu",
        flags: &["-m32", "-mcpu=v8", "-msoft-float"],
        fp_flags: &["-m32", "-mcpu=v8", "-mhard-float"],
        board: "leon3_generic",
        cpu: "",
        options: &[],
        script: "leon3.ld",
        demo_base: "0x100000",
    },
    Arch {
        target: "sparc",
        folder: "leon3mp",
        suffix: "leon3mp",
        cc: "sparc64-linux-gnu-gcc",
        package: "Debian's gcc-sparc64-linux-gnu",
        flags: &["-m32", "-mcpu=leon3", "-msoft-float"],
        fp_flags: &["-m32", "-mcpu=leon3", "-mhard-float"],
        board: "leon3mp",
        cpu: "",
        options: &[],
        script: "../sparc/leon3.ld",
        demo_base: NO_DEMO,
    },
    Arch {
        target: "sparc",
        folder: "sun4m",
        suffix: "sun4m",
        cc: "sparc64-linux-gnu-gcc",
        package: "Debian's gcc-sparc64-linux-gnu",
        flags: &["-m32", "-mcpu=v8", "-msoft-float"],
        fp_flags: &["-m32", "-mcpu=v8", "-mhard-float"],
        board: "SS-20",
        cpu: "",
        options: &[],
        script: "sun4m.ld",
        demo_base: NO_DEMO,
    },
    Arch {
        target: "sparc64",
        folder: "sparc64",
        suffix: "v9",
        cc: "sparc64-linux-gnu-gcc",
        package: "Debian's gcc-sparc64-linux-gnu",
        flags: &["-m64", "-mcpu=v9", "-mcmodel=medlow", "-mno-fpu"],
        fp_flags: &["-m64", "-mcpu=v9", "-mcmodel=medlow"],
        board: "sun4u",
        cpu: "",
        options: &[],
        script: "sun4u.ld",
        demo_base: "0x100000",
    },
    Arch {
        target: "s390x",
        folder: "s390x",
        suffix: "s390x",
        cc: "s390x-linux-gnu-gcc",
        package: "Debian's gcc-s390x-linux-gnu",
        flags: &["-march=z196", "-msoft-float"],
        fp_flags: &["-march=z196", "-mhard-float"],
        board: "s390-ccw-virtio",
        cpu: "",
        options: &[],
        script: "s390x.ld",
        demo_base: "0x100000",
    },
    mips("mips", "mips32", "mips-linux-gnu-gcc", "Debian's gcc-mips-linux-gnu"),
    mips("mipsel", "mips32el", "mipsel-linux-gnu-gcc", "Debian's gcc-mipsel-linux-gnu"),
    mips("mips64", "mips64", "mips64-linux-gnuabi64-gcc", "Debian's gcc-mips64-linux-gnuabi64"),
    mips("mips64el", "mips64el", "mips64el-linux-gnuabi64-gcc", "Debian's gcc-mips64el-linux-gnuabi64"),
    Arch {
        target: "ppc",
        folder: "ppc",
        suffix: "ppc",
        cc: "powerpc-linux-gnu-gcc",
        package: "Debian's gcc-powerpc-linux-gnu",
        flags: &["-mcpu=powerpc", "-msoft-float", "-mno-sdata"],
        fp_flags: &["-mcpu=powerpc", "-mno-sdata"],
        board: "ppce500",
        cpu: "",
        options: &[],
        script: "ppce500.ld",
        demo_base: "0x100000",
    },
    Arch {
        target: "ppc64",
        folder: "ppc64",
        suffix: "ppc64",
        cc: "powerpc64-linux-gnu-gcc",
        package: "Debian's gcc-powerpc64-linux-gnu",
        flags: &["-mcpu=power4", "-mabi=elfv2", "-msoft-float"],
        fp_flags: &["-mcpu=power4", "-mabi=elfv2"],
        board: "pseries",
        cpu: "POWER9",
        options: &["-bios", "@guests/tests/ppc64/bin/boot.bin", "-nodefaults", "-serial", "stdio"],
        script: "pseries.ld",
        demo_base: "0x100000",
    },
    Arch {
        target: "tricore",
        folder: "tricore",
        suffix: "tc",
        cc: TRICORE_CC,
        package: TRICORE_PACKAGE,
        flags: &[],
        fp_flags: &[],
        board: "tricore_testboard",
        cpu: "tc27x",
        options: &[],
        script: "testboard.ld",
        demo_base: "0x100000",
    },
    mipssim(mips("mips", "mips32", "mips-linux-gnu-gcc", "Debian's gcc-mips-linux-gnu")),
    mipssim(mips("mipsel", "mips32el", "mipsel-linux-gnu-gcc", "Debian's gcc-mipsel-linux-gnu")),
    mipssim(mips("mips64", "mips64", "mips64-linux-gnuabi64-gcc", "Debian's gcc-mips64-linux-gnuabi64")),
    mipssim(mips("mips64el", "mips64el", "mips64el-linux-gnuabi64-gcc", "Debian's gcc-mips64el-linux-gnuabi64")),
    Arch {
        target: "tricore",
        folder: "aurix",
        suffix: "tc277",
        cc: TRICORE_CC,
        package: TRICORE_PACKAGE,
        flags: &["-DAURIX", "-Itests/tricore"],
        fp_flags: &[],
        board: "KIT_AURIX_TC277_TRB",
        cpu: "",
        options: &["-no-reboot"],
        script: "tc277.ld",
        demo_base: NO_DEMO,
    },
];

const PC_FLAGS: &[&str] =
    &["-m64", "-mno-red-zone", "-mgeneral-regs-only", "-fcf-protection=none", "-Wl,-z,noexecstack"];
const PC32_FLAGS: &[&str] =
    &["-m32", "-march=i686", "-mgeneral-regs-only", "-fcf-protection=none", "-Wl,-z,noexecstack"];

const fn pc(target: &'static str, cpu: &'static str, flags: &'static [&'static str]) -> Arch {
    Arch {
        target,
        folder: "x86",
        suffix: target,
        cc: "x86_64-linux-gnu-gcc",
        package: "Debian's gcc-x86-64-linux-gnu",
        flags,
        fp_flags: flags,
        board: "pc-i440fx-4.2",
        cpu,
        options: &[],
        script: "pc.ld",
        demo_base: "0x100000",
    }
}

/// Targets whose tests are for PCs.
static PCS: &[Arch] = &[pc("x86_64", "qemu64", PC_FLAGS), pc("i386", "qemu32", PC32_FLAGS)];
/// How a PC without firmware's text on its console is run, with the wires to its interrupt controllers that tests pull.
const PC_CONSOLE: &[&str] = &[
    "-display",
    "none",
    "-serial",
    "stdio",
    "-monitor",
    "none",
    "-vga",
    "none",
    "-no-reboot",
    "-device",
    "pc-testdev",
];

/// A bare-metal test program for a machine of QEMU: `guests/tests/FOLDER/NAME.c`.
#[derive(Debug)]
pub struct Test {
    /// The folder: that of the targets it is for.
    pub folder: &'static str,
    /// Name of the source file.
    pub name: &'static str,
    /// Numbers of harts to run it with.
    pub smp: &'static [u32],
    /// Compiled with floating-point instructions.
    fp: bool,
}

/// The tests, simplest first.
pub static TESTS: &[Test] = &[
    Test { folder: "riscv", name: "hello", smp: &[1], fp: false },
    Test { folder: "riscv", name: "timer", smp: &[1], fp: false },
    Test { folder: "riscv", name: "smc", smp: &[1], fp: false },
    Test { folder: "riscv", name: "fpflags", smp: &[1], fp: true },
    Test { folder: "riscv", name: "plic_uart", smp: &[1], fp: false },
    Test { folder: "riscv", name: "user_deleg", smp: &[1], fp: false },
    Test { folder: "riscv", name: "traps", smp: &[1], fp: false },
    Test { folder: "riscv", name: "csr", smp: &[1], fp: false },
    Test { folder: "riscv", name: "mmu", smp: &[1], fp: false },
    Test { folder: "riscv", name: "pmp", smp: &[1], fp: false },
    Test { folder: "riscv", name: "sstc", smp: &[1], fp: false },
    Test { folder: "riscv", name: "smp_ipi", smp: &[4, 8], fp: false },
    Test { folder: "riscv", name: "amo_smp", smp: &[4, 8], fp: false },
    Test { folder: "sparc", name: "hello", smp: &[1], fp: false },
    Test { folder: "sparc", name: "timer", smp: &[1], fp: false },
    Test { folder: "sparc", name: "traps", smp: &[1], fp: false },
    Test { folder: "sparc", name: "windows", smp: &[1], fp: false },
    Test { folder: "sparc", name: "mmu", smp: &[1], fp: false },
    Test { folder: "sparc", name: "grlib", smp: &[1], fp: false },
    Test { folder: "leon3mp", name: "smp", smp: &[4, 16], fp: false },
    Test { folder: "sun4m", name: "timers", smp: &[1], fp: false },
    Test { folder: "sun4m", name: "escc", smp: &[1], fp: false },
    Test { folder: "sun4m", name: "mmu", smp: &[1], fp: false },
    Test { folder: "sun4m", name: "smp", smp: &[4], fp: false },
    Test { folder: "sparc64", name: "hello", smp: &[1], fp: false },
    Test { folder: "sparc64", name: "traps", smp: &[1], fp: false },
    Test { folder: "sparc64", name: "windows", smp: &[1], fp: false },
    Test { folder: "sparc64", name: "timer", smp: &[1], fp: false },
    Test { folder: "sparc64", name: "mmu", smp: &[1], fp: false },
    Test { folder: "sparc64", name: "sabre", smp: &[1], fp: false },
    Test { folder: "sparc64", name: "privileged", smp: &[1], fp: false },
    Test { folder: "mips", name: "hello", smp: &[1], fp: false },
    Test { folder: "mips", name: "cps", smp: &[4], fp: false },
    Test { folder: "mips", name: "mt", smp: &[4], fp: false },
    Test { folder: "mips", name: "dsp", smp: &[1], fp: false },
    Test { folder: "mips", name: "msa", smp: &[1], fp: false },
    Test { folder: "mips", name: "traps", smp: &[1], fp: false },
    Test { folder: "mips", name: "timer", smp: &[1], fp: false },
    Test { folder: "mips", name: "tlb", smp: &[1], fp: false },
    Test { folder: "mips", name: "pic", smp: &[1], fp: false },
    Test { folder: "mips", name: "board", smp: &[1], fp: false },
    Test { folder: "mips", name: "llsc_smp", smp: &[4], fp: false },
    Test { folder: "mips", name: "llsc_smp16", smp: &[16], fp: false },
    Test { folder: "mipssim", name: "hello", smp: &[1], fp: false },
    Test { folder: "mipssim", name: "board", smp: &[1], fp: false },
    Test { folder: "mipssim", name: "timer", smp: &[1], fp: false },
    Test { folder: "mipssim", name: "tlb", smp: &[1], fp: false },
    Test { folder: "x86", name: "hello", smp: &[1], fp: false },
    Test { folder: "x86", name: "traps", smp: &[1], fp: false },
    Test { folder: "x86", name: "code", smp: &[1], fp: false },
    Test { folder: "x86", name: "debug", smp: &[1], fp: false },
    Test { folder: "x86", name: "tasks", smp: &[1], fp: false },
    Test { folder: "x86", name: "timers", smp: &[1], fp: false },
    Test { folder: "x86", name: "apic", smp: &[1], fp: false },
    Test { folder: "x86", name: "smp", smp: &[4, 7], fp: false },
    Test { folder: "x86", name: "cpuhp", smp: &[4], fp: false },
    Test { folder: "x86", name: "now", smp: &[1], fp: false },
    Test { folder: "x86", name: "features", smp: &[1], fp: false },
    Test { folder: "x86", name: "svm", smp: &[1], fp: false },
    Test { folder: "s390x", name: "hello", smp: &[1], fp: false },
    Test { folder: "s390x", name: "traps", smp: &[1], fp: false },
    Test { folder: "s390x", name: "timer", smp: &[1], fp: false },
    Test { folder: "s390x", name: "mmu", smp: &[1], fp: false },
    Test { folder: "s390x", name: "css", smp: &[1], fp: false },
    Test { folder: "s390x", name: "per", smp: &[1], fp: false },
    Test { folder: "s390x", name: "sclp", smp: &[4], fp: false },
    Test { folder: "s390x", name: "smp", smp: &[4], fp: false },
    Test { folder: "ppc", name: "hello", smp: &[1], fp: false },
    Test { folder: "ppc", name: "traps", smp: &[1], fp: false },
    Test { folder: "ppc", name: "timer", smp: &[1], fp: false },
    Test { folder: "ppc", name: "tlb", smp: &[1], fp: false },
    Test { folder: "ppc", name: "smp", smp: &[2, 4, 8], fp: false },
    Test { folder: "ppc64", name: "hello", smp: &[1], fp: false },
    Test { folder: "ppc64", name: "traps", smp: &[1], fp: false },
    Test { folder: "ppc64", name: "timer", smp: &[1], fp: false },
    Test { folder: "ppc64", name: "mmu", smp: &[1], fp: false },
    Test { folder: "ppc64", name: "smp", smp: &[4], fp: false },
    Test { folder: "tricore", name: "hello", smp: &[1], fp: false },
    Test { folder: "tricore", name: "calls", smp: &[1], fp: false },
    Test { folder: "tricore", name: "flags", smp: &[1], fp: false },
    Test { folder: "tricore", name: "fpu", smp: &[1], fp: false },
    Test { folder: "aurix", name: "calls", smp: &[3], fp: false },
    Test { folder: "aurix", name: "traps", smp: &[3], fp: false },
    Test { folder: "aurix", name: "async", smp: &[3], fp: false },
    Test { folder: "aurix", name: "stm", smp: &[3], fp: false },
    Test { folder: "aurix", name: "smp", smp: &[3], fp: false },
];

/// Programs that other tests run, whose output depends on the machine.
static TOOLS: &[Test] = &[
    Test { folder: "x86", name: "cpuid", smp: &[], fp: false },
    // QEMU 7.2 fetches too early.
    Test { folder: "s390x", name: "code", smp: &[], fp: false },
    // QEMU has what it reads under KVM alone.
    Test { folder: "s390x", name: "topology", smp: &[], fp: false },
    Test { folder: "s390x", name: "access", smp: &[], fp: false },
    Test { folder: "s390x", name: "keys", smp: &[], fp: false },
    Test { folder: "s390x", name: "states", smp: &[], fp: false },
    Test { folder: "s390x", name: "conditions", smp: &[], fp: false },
];

/// One test on one target with one number of harts.
#[derive(Debug)]
pub struct Run {
    /// The program.
    pub test: &'static Test,
    /// The target.
    pub arch: &'static Arch,
    /// Number of harts.
    pub smp: u32,
}

impl Run {
    /// All runs that have expected output.
    pub fn all() -> impl Iterator<Item = Run> {
        let pairs = TESTS.iter().flat_map(|test| archs_of(test).map(move |arch| (test, arch)));
        pairs.flat_map(|(test, arch)| test.smp.iter().map(move |&smp| Run { test, arch, smp }))
    }

    /// `hello-rv64`, `amo_smp-rv32-smp4`.
    pub fn name(&self) -> String {
        let smp = if self.test.smp == [1] { String::new() } else { format!("-smp{}", self.smp) };
        format!("{}-{}{smp}", self.test.name, self.arch.suffix)
    }

    /// The committed program.
    pub fn binary(&self) -> PathBuf {
        test_binary(self.test, self.arch)
    }

    /// The expected output: the console, and a last line with the exit code.
    pub fn golden(&self) -> PathBuf {
        root().join("guests/tests").join(self.arch.folder).join("golden").join(self.name() + ".txt")
    }

    /// Options for an emulator that understands QEMU's.
    pub fn options(&self) -> Vec<String> {
        let smp = self.smp.to_string();
        let binary = self.binary().display().to_string();
        let cpu: &[&str] = if self.model().is_empty() { &[] } else { &["-cpu", self.model()] };
        let rom = self.arch.rom_binary().map(|path| path.display().to_string());
        let bios: Vec<&str> = rom.as_deref().map_or_else(Vec::new, |path| vec!["-bios", path]);
        let console: &[&str] = if self.arch.folder == "x86" { PC_CONSOLE } else { &["-nographic"] };
        let machine = ["-M", self.arch.board, "-smp", &smp, "-kernel", &binary];
        let words = [&machine, console, cpu, &bios, self.arch.options].concat();
        words.into_iter().map(in_tree).collect()
    }

    /// Whether QEMU can run it.
    pub fn is_on_qemu(&self) -> bool {
        !OURS_ALONE.contains(&self.arch.folder)
    }

    /// How the last line ends of a program whose machine can't be switched off: it waits for ever then.
    pub fn last_line(&self) -> Option<&'static str> {
        STAYS_ON.contains(&self.arch.folder).then_some(" failures]")
    }

    /// `-cpu`; empty for the board's default.
    pub fn model(&self) -> &'static str {
        models::special(self.test.name, self.arch.suffix).map_or(self.arch.cpu, |on| on.cpu)
    }

    /// `-bios`, if it is given.
    pub fn bios(&self) -> Option<String> {
        let given = self.arch.options.iter().skip_while(|word| **word != "-bios").nth(1);
        let rom = self.arch.rom_binary().map(|path| path.display().to_string());
        rom.or_else(|| given.map(|word| in_tree(word)))
    }
}

impl Arch {
    /// The rows that the demo is compiled for.
    pub fn with_demo() -> impl Iterator<Item = &'static Arch> {
        ARCHS.iter().chain(PCS).filter(|arch| arch.demo_base != NO_DEMO)
    }

    /// What is put into the ROM of the tests' machine, committed too, if they have a `rom.S` because that machine can't start without.
    pub fn rom_binary(&self) -> Option<PathBuf> {
        let tests = root().join("guests/tests").join(self.folder);
        (self.board != NO_TESTS && tests.join("rom.S").is_file()).then(|| tests.join("bin/rom.bin"))
    }
}

/// An option; a file of this tree begins with `@`.
pub fn in_tree(word: &str) -> String {
    word.strip_prefix('@').map_or_else(|| word.to_owned(), |path| root().join(path).display().to_string())
}

fn archs_of(test: &'static Test) -> impl Iterator<Item = &'static Arch> {
    let everywhere = !models::is_special(test.name);
    let runs = move |arch: &&Arch| {
        let is_listed = everywhere || models::special(test.name, arch.suffix).is_some();
        is_listed && arch.folder == test.folder && arch.script != NO_TESTS && arch.board != NO_TESTS
    };
    ARCHS.iter().chain(PCS).filter(runs)
}

fn test_binary(test: &Test, arch: &Arch) -> PathBuf {
    let file = format!("{}-{}.elf", test.name, arch.suffix);
    root().join("guests/tests").join(arch.folder).join("bin").join(file)
}

/// The committed demo for a target.
pub fn demo_binary(target: &str) -> PathBuf {
    root().join(format!("guests/demo/bin/demo-{target}.elf"))
}

/// The demo for QEMU's `virt` machine, to try it on a second emulator; not committed.
fn demo_on_virt(target: &str) -> PathBuf {
    root().join(format!("target/guests/demo-virt-{target}.elf"))
}

/// Builds the demo for QEMU's `virt` machine and says where it is.
///
/// # Errors
/// When the compiler is missing or refuses.
pub fn build_demo_on_virt(arch: &Arch) -> Result<PathBuf> {
    let out = demo_on_virt(arch.target);
    std::fs::create_dir_all(root().join("target/guests"))?;
    build::demo(arch, &["-DBOARD_VIRT", "-Wl,--defsym=BASE=0x80000000"], out.clone()).compile()?;
    Ok(out)
}

/// Compiles the guest programs, or compares.
///
/// # Errors
/// When a compiler is missing or refuses, or with `--check` when a committed binary is not what it makes.
pub fn run(args: &Args) -> Result<()> {
    let mut stale = Vec::new();
    for mut build in build::builds() {
        let committed = build.out.clone();
        let name = committed.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if args.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        if args.check {
            build.out = root().join("target/guests").join(&name);
        }
        build.compile().with_context(|| name.clone())?;
        if args.check && std::fs::read(&build.out)? != std::fs::read(&committed).unwrap_or_default() {
            stale.push(name);
        } else {
            say(&name);
        }
    }
    if !stale.is_empty() {
        bail!("not what the compiler makes of the sources: {}; run `cargo xtask guests`", stale.join(", "));
    }
    Ok(())
}
