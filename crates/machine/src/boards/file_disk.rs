//! A disk that is a file.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Result, Seek, SeekFrom, Write};

use devices::virtio_block::Disk;

use crate::config::DriveConfig;

/// What is written to a snapshot is kept in blocks of so many bytes.
const BLOCK: u64 = 4096;

/// A file whose bytes a disk has.
pub(crate) struct FileDisk {
    file: File,
    len: u64,
    read_only: bool,
    /// What has been written, by block's number, where the file is to stay as it is.
    written: Option<HashMap<u64, Box<[u8]>>>,
}

impl FileDisk {
    /// Opens the file that `drive` names.
    pub(crate) fn open(drive: &DriveConfig) -> Result<FileDisk> {
        let keep = drive.snapshot == Some(true);
        let mut file = OpenOptions::new().read(true).write(!drive.read_only && !keep).open(&drive.file)?;
        let len = file.seek(SeekFrom::End(0))?;
        Ok(FileDisk { file, len, read_only: drive.read_only, written: keep.then(HashMap::new) })
    }

    fn read_file(&mut self, at: u64, bytes: &mut [u8]) -> Result<()> {
        self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.read_exact(bytes))
    }

    /// A block of the file; behind the file's end there are zeros.
    fn block(&mut self, number: u64) -> Result<Box<[u8]>> {
        let mut block = vec![0; BLOCK as usize].into_boxed_slice();
        let there = self.len.saturating_sub(number * BLOCK).min(BLOCK) as usize;
        self.read_file(number * BLOCK, &mut block[..there])?;
        Ok(block)
    }

    fn read_all(&mut self, at: u64, bytes: &mut [u8]) -> Result<()> {
        self.read_file(at, bytes)?;
        let Some(written) = &self.written else { return Ok(()) };
        for (number, here, there) in parts(at, bytes.len()) {
            if let Some(block) = written.get(&number) {
                bytes[here.clone()].copy_from_slice(&block[there..][..here.len()]);
            }
        }
        Ok(())
    }

    fn write_all(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        let Some(mut written) = self.written.take() else {
            return self.file.seek(SeekFrom::Start(at)).and_then(|_| self.file.write_all(bytes));
        };
        let mut result = Ok(());
        for (number, here, there) in parts(at, bytes.len()) {
            let block = match written.remove(&number) {
                Some(block) => Ok(block),
                None => self.block(number),
            };
            match block {
                Ok(mut block) => {
                    block[there..][..here.len()].copy_from_slice(&bytes[here]);
                    written.insert(number, block);
                }
                Err(e) => result = Err(e),
            }
        }
        self.written = Some(written);
        result
    }
}

/// The blocks that `len` bytes from `at` on lie in: number, which of the bytes, where in the block.
fn parts(at: u64, len: usize) -> impl Iterator<Item = (u64, std::ops::Range<usize>, usize)> {
    let end = at + len as u64;
    let first = move |number: u64| (number * BLOCK).max(at);
    (at / BLOCK..end.div_ceil(BLOCK)).map(move |number| {
        let (from, to) = (first(number), ((number + 1) * BLOCK).min(end));
        (number, (from - at) as usize..(to - at) as usize, (from % BLOCK) as usize)
    })
}

impl Disk for FileDisk {
    fn len(&self) -> u64 {
        self.len
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> bool {
        self.read_all(at, bytes).is_ok()
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> bool {
        self.write_all(at, bytes).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_leaves_its_file_alone() {
        let path = std::env::temp_dir().join(format!("polyarch-file-disk-{}", std::process::id()));
        // The file ends within a block.
        let old: Vec<u8> = (0..10_240_u32).map(|n| n as u8).collect();
        std::fs::write(&path, &old).expect("a file");
        let file = path.display().to_string();
        let drive = DriveConfig { file, snapshot: Some(true), ..DriveConfig::default() };
        let mut disk = FileDisk::open(&drive).expect("a disk");
        assert!(disk.write(4000, &[0xee; 5000]) && disk.write(10_000, &[0xdd; 240]) && disk.write(4096, &[0xcc]));
        let mut seen = vec![0; old.len()];
        assert!(disk.read(0, &mut seen));
        let mut wanted = old.clone();
        wanted[4000..9000].fill(0xee);
        wanted[10_000..].fill(0xdd);
        wanted[4096] = 0xcc;
        assert_eq!(seen, wanted);
        assert_eq!(std::fs::read(&path).expect("the file"), old);
        let mut direct = FileDisk::open(&DriveConfig { snapshot: None, ..drive }).expect("a disk");
        assert!(direct.write(1, &[7]) && std::fs::read(&path).expect("the file")[1] == 7);
        std::fs::remove_file(&path).expect("it is there");
    }
}
