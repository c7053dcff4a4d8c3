//! Where the firmware that comes with nobody's kernel is: OpenSBI for `-bios default`, and other firmware by its bare name.

use std::path::{Path, PathBuf};

/// Where packages put OpenSBI, below the width.
const SYSTEM: [&str; 2] = ["/usr/share/polyarch", "/usr/share/qemu"];

/// Directories of firmware in the order of search: those of `-L`, those beside the executable, those of the system.
fn directories(given: &[String]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = given.iter().map(PathBuf::from).collect();
    let own = std::env::current_exe().ok();
    if let Some(up) = own.as_deref().and_then(Path::parent).and_then(Path::parent) {
        all.extend(["share/polyarch", "share/qemu"].map(|tail| up.join(tail)));
    }
    all.extend(SYSTEM.map(PathBuf::from));
    all
}

/// The directories in which firmware is looked for when no other is given, in order.
pub fn firmware_directories() -> Vec<String> {
    directories(&[]).iter().map(|path| path.display().to_string()).collect()
}

/// Files that may be OpenSBI for RISC-V of a width, best first. Debian's package `opensbi` has the last directory.
fn opensbi(bits: u32, given: &[String]) -> Vec<PathBuf> {
    let name = |kind: &str| format!("opensbi-riscv{bits}-generic-{kind}.bin");
    let dirs = directories(given);
    let debian = PathBuf::from(format!("/usr/lib/riscv{bits}-linux-gnu/opensbi/generic"));
    let mut files = Vec::new();
    for kind in ["fw_dynamic", "fw_jump"] {
        files.extend(dirs.iter().map(|dir| dir.join(name(kind))));
        files.push(debian.join(format!("{kind}.bin")));
    }
    files
}

/// The file of `-bios default`.
///
/// # Errors
/// The files that were looked for.
pub(crate) fn default(bits: u32, given: &[String]) -> Result<String, Vec<String>> {
    let files = opensbi(bits, given);
    let text = |path: &PathBuf| path.display().to_string();
    files.iter().find(|path| path.is_file()).map(text).ok_or_else(|| files.iter().map(text).collect())
}

/// The file of `-bios NAME`: as it is, or in one of the directories.
pub(crate) fn named(name: &str, given: &[String]) -> String {
    let found = || directories(given).into_iter().map(|dir| dir.join(name)).find(|path| path.is_file());
    if Path::new(name).exists() {
        return name.to_string();
    }
    found().map_or_else(|| name.to_string(), |path| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_directories_come_first_and_fw_dynamic_before_fw_jump() {
        let dir = std::env::temp_dir().join(format!("polyarch-firmware-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let given = [dir.display().to_string()];
        let path = |name: &str| dir.join(name).display().to_string();
        std::fs::write(path("opensbi-riscv64-generic-fw_dynamic.bin"), b"x").unwrap();
        std::fs::write(path("other.bin"), b"x").unwrap();
        assert_eq!(default(64, &given).unwrap(), path("opensbi-riscv64-generic-fw_dynamic.bin"));
        assert_eq!(named("other.bin", &given), path("other.bin"));
        assert_eq!(named("none-such.bin", &given), "none-such.bin");
        // No such width: nothing is found, and all that was looked for is named.
        let looked = default(16, &given).unwrap_err();
        assert_eq!(looked[0], path("opensbi-riscv16-generic-fw_dynamic.bin"));
        assert!(looked.last().unwrap().ends_with("riscv16-linux-gnu/opensbi/generic/fw_jump.bin"));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
