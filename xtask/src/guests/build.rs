//! How guest programs are compiled.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::{ARCHS, Arch, PCS, TESTS, TOOLS, Test, archs_of, demo_binary, in_tree, models, test_binary};
use crate::{need, root};

/// A program to be compiled.
pub(super) struct Build {
    arch: &'static Arch,
    pub(super) out: PathBuf,
    flags: Vec<String>,
    sources: Vec<String>,
}

const COMMON: &[&str] = &[
    "-std=gnu11",
    "-O2",
    "-ffreestanding",
    "-nostdlib",
    "-static",
    "-fno-pic",
    "-no-pie",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wl,--build-id=none",
    "-Wl,-z,max-page-size=4096",
    "-s",
    "-Ilib",
];

pub(super) fn demo(arch: &Arch, board: &[&str], out: PathBuf) -> Build {
    // 64-bit PowerPC has the start code of the 32-bit one.
    let here = format!("demo/arch/{}", if arch.folder == "ppc64" { "ppc" } else { arch.folder });
    let mut flags = vec![format!("-I{here}"), "-Idemo".to_owned(), "-Wl,-T,demo/link.ld".to_owned()];
    flags.extend(board.iter().map(|f| (*f).to_owned()));
    let mut sources = vec![format!("{here}/start.S")];
    sources.extend(["demo/main.c", "demo/machine.c", "lib/fdt.c", "lib/print.c", "lib/mem.c"].map(str::to_owned));
    let arch = ARCHS.iter().chain(PCS).find(|a| a.target == arch.target).expect("a row of the table");
    Build { arch, out, flags: [arch.flags.iter().map(|f| (*f).to_owned()).collect(), flags].concat(), sources }
}

fn test(test: &Test, arch: &'static Arch) -> Build {
    let here = format!("tests/{}", arch.folder);
    let own = match models::special(test.name, arch.suffix) {
        Some(on) => on.flags,
        None if test.fp => arch.fp_flags,
        None => arch.flags,
    };
    let mut flags: Vec<String> = own.iter().map(|f| (*f).to_owned()).collect();
    flags.extend([format!("-I{here}"), format!("-Wl,-T,{here}/{}", arch.script)]);
    let mut sources = vec![format!("{here}/rt.S"), format!("{here}/rt.c"), format!("{here}/{}.c", test.name)];
    sources.extend(["lib/fdt.c", "lib/print.c", "lib/mem.c"].map(str::to_owned));
    Build { arch, out: test_binary(test, arch), flags, sources }
}

/// Code for a machine's ROM: plain bytes, from address 0.
fn rom(arch: &'static Arch) -> Option<Build> {
    let flags = ["-Wl,--oformat=binary", "-Wl,-Ttext=0", "-Wl,-e,0"].map(str::to_owned);
    let flags = arch.flags.iter().map(|f| (*f).to_owned()).chain(flags).collect();
    Some(Build { arch, out: arch.rom_binary()?, flags, sources: vec![format!("tests/{}/rom.S", arch.folder)] })
}

impl Build {
    pub(super) fn compile(&self) -> Result<()> {
        let program = in_tree(self.arch.cc);
        need(&program, self.arch.package)?;
        if let Some(folder) = self.out.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut cc = Command::new(program);
        cc.current_dir(root().join("guests")).args(COMMON).args(&self.flags).arg("-o").arg(&self.out);
        crate::output(cc.args(&self.sources)).map(drop)
    }
}

/// Everything that is committed.
pub(super) fn builds() -> Vec<Build> {
    let demos =
        Arch::with_demo().map(|a| demo(a, &[&format!("-Wl,--defsym=BASE={}", a.demo_base)], demo_binary(a.target)));
    let tests = TESTS.iter().chain(TOOLS).flat_map(|t| archs_of(t).map(move |a| test(t, a)));
    demos.chain(tests).chain(ARCHS.iter().filter_map(rom)).chain(boot_rom()).collect()
}

/// What stands for firmware on `pseries`: a flat image that calls the kernel.
fn boot_rom() -> Option<Build> {
    let arch = ARCHS.iter().find(|arch| arch.folder == "ppc64")?;
    let flags = ["-mcpu=power4", "-mabi=elfv2", "-Wl,-T,tests/ppc64/boot.ld", "-Wl,--oformat=binary"];
    Some(Build {
        arch,
        out: root().join("guests/tests/ppc64/bin/boot.bin"),
        flags: flags.map(str::to_owned).to_vec(),
        sources: vec!["tests/ppc64/boot.S".to_owned()],
    })
}
