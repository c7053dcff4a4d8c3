//! Devices of the channel subsystem that the command line asks for: disks.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};

use devices::virtio_block::Disk;
use devices::{Css, VirtioCcw, VirtioModel};

use crate::build::Build;
use crate::config::{DriveConfig, Given, MachineConfig};
use crate::error::Error;
use crate::objects::unknown_property;
use crate::targets::Arch;

const BLOCK: &str = "virtio-blk-ccw";

/// Whether a device of the command line is for the board to make.
pub(crate) fn is_ours(config: &MachineConfig, driver: &str) -> bool {
    config.target.arch == Arch::S390 && config.machine.core_ids && driver == BLOCK
}

/// Adds disks: those of `-device`, then the drives that go by themselves.
pub(crate) fn add(board: &Build<'_>, css: &Css) -> Result<(), Error> {
    let drives = &board.config.drives;
    let fault = |option: &str, why: String| Error::new(format!("{option}: {why}"));
    for given in board.config.devices.iter().filter(|given| is_ours(board.config, &given.value.driver)) {
        let mut drive = None;
        for (name, value) in &given.value.props {
            match name.as_str() {
                "drive" => drive = value.as_str().map(str::to_owned),
                "devno" | "serial" | "bootindex" | "scsi" => {}
                _ => return Err(unknown_property(name)),
            }
        }
        let id = drive.ok_or_else(|| fault(&given.option, "drive property not set".into()))?;
        let found = drives.iter().find(|drive| drive.value.id.as_deref() == Some(&id));
        let found =
            found.ok_or_else(|| fault(&given.option, format!("Property '{BLOCK}.drive' can't find value '{id}'")))?;
        attach(css, found)?;
    }
    drives.iter().filter(|drive| drive.value.attached).try_for_each(|drive| attach(css, drive))
}

fn attach(css: &Css, drive: &Given<DriveConfig>) -> Result<(), Error> {
    let disk = FileDisk::open(&drive.value)
        .map_err(|e| Error::new(format!("{}: Could not open '{}': {e}", drive.option, drive.value.file)))?;
    css.add(Box::new(VirtioCcw::new(VirtioModel::block(Box::new(disk)))));
    Ok(())
}

/// A disk that is a file.
struct FileDisk {
    file: File,
    len: u64,
    read_only: bool,
}

impl FileDisk {
    fn open(drive: &DriveConfig) -> std::io::Result<FileDisk> {
        let mut file = OpenOptions::new().read(true).write(!drive.read_only).open(&drive.file)?;
        let len = file.seek(SeekFrom::End(0))?;
        Ok(FileDisk { file, len, read_only: drive.read_only })
    }
}

impl Disk for FileDisk {
    fn len(&self) -> u64 {
        self.len
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> bool {
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(bytes)).is_ok()
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> bool {
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.write_all(bytes)).is_ok()
    }
}
