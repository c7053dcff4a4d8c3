//! The host memory behind a memory backend: its file, its pages, its nodes.

use std::fs::{File, OpenOptions};
use std::path::Path;

use memory::host::{HostMemory, Policy, Wish, memfd};

use crate::error::Error;
use crate::memdev::MemDev;

/// Whether the host has several NUMA nodes. On one with a single node QEMU's build without the host's NUMA library is what
/// clients see.
pub(crate) fn is_numa_host() -> bool {
    let Ok(entries) = std::fs::read_dir("/sys/devices/system/node") else { return false };
    let is_node = |name: &str| name.strip_prefix("node").is_some_and(|n| n.parse::<u32>().is_ok());
    entries.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_node)).count() > 1
}

/// Makes the memory of a backend.
///
/// # Errors
/// What the host refuses, with QEMU's words for it where it has some.
pub(crate) fn make(dev: &MemDev) -> Result<HostMemory, Error> {
    let wish = Wish {
        file: file(dev)?,
        share: dev.flag("share"),
        merge: dev.flag("merge"),
        dump: dev.flag("dump"),
        prealloc: dev.flag("prealloc"),
        nodes: policy(&dev.policy()).map(|policy| (policy, dev.host_nodes())),
    };
    HostMemory::new(dev.size(), &wish).map_err(|e| match (&wish.nodes, wish.prealloc) {
        (Some(_), _) => Error::new(format!("cannot bind memory to host NUMA nodes: {}", reason(&e))),
        (None, true) => {
            let text = "os_mem_prealloc: Insufficient free host memory pages available to allocate guest RAM";
            Error::new(text.to_string())
        }
        (None, false) => Error::new(format!("cannot set up guest memory '{}': {}", dev.id, reason(&e))),
    })
}

fn policy(name: &str) -> Option<Policy> {
    match name {
        "preferred" => Some(Policy::Preferred),
        "bind" => Some(Policy::Bind),
        "interleave" => Some(Policy::Interleave),
        _ => None,
    }
}

fn reason(e: &std::io::Error) -> String {
    let text = e.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_string()
}

/// The file of a backend that has one.
fn file(dev: &MemDev) -> Result<Option<File>, Error> {
    match dev.kind {
        "memory-backend-file" => named(dev).map(Some),
        "memory-backend-memfd" => {
            let huge = dev.flag("hugetlb").then(|| dev.number("hugetlbsize"));
            let file = memfd("memory-backend-memfd", dev.size(), huge, dev.flag("seal"));
            file.map(Some).map_err(|e| Error::new(format!("failed to create memfd: {}", reason(&e))))
        }
        _ => Ok(None),
    }
}

/// The file at `mem-path`: made if it is not there, and without a name if that is a directory.
fn named(dev: &MemDev) -> Result<File, Error> {
    let (path, size) = (dev.text("mem-path"), dev.size());
    let fault =
        |e: std::io::Error| Error::new(format!("can't open backing store {path} for guest RAM: {}", reason(&e)));
    let open = |path: &Path| OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let file = if Path::new(&path).is_dir() {
        let inside = Path::new(&path).join(format!("polyarch-{}-{}", std::process::id(), dev.id));
        let file = open(&inside).map_err(fault)?;
        std::fs::remove_file(&inside).map_err(fault)?;
        file
    } else {
        open(Path::new(&path)).map_err(fault)?
    };
    let meta = file.metadata().map_err(fault)?;
    if meta.is_file() && meta.len() > 0 && meta.len() < size {
        let text = format!("backing store {path} size {:#x} does not match 'size' option {size:#x}", meta.len());
        return Err(Error::new(text));
    }
    if meta.is_file() && meta.len() < size {
        file.set_len(size).map_err(fault)?;
    }
    Ok(file)
}
