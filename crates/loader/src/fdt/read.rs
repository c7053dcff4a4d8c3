//! The reader of flattened devicetrees.

use super::{Fdt, FdtError, Node};

const MAGIC: u32 = 0xd00d_feed;
const FDT_BEGIN_NODE: u32 = 1;
const FDT_END_NODE: u32 = 2;
const FDT_PROP: u32 = 3;
const FDT_NOP: u32 = 4;
const FDT_END: u32 = 9;
/// No sane tree is deeper; the limit keeps a hostile one from exhausting our stack.
const MAX_DEPTH: usize = 64;

fn damaged<T>(what: impl Into<String>) -> Result<T, FdtError> {
    Err(FdtError::Damaged(what.into()))
}

/// A cursor over part of the blob; `what` names that part in errors.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    what: &'static str,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], FdtError> {
        match self.bytes.get(self.at..).and_then(|rest| rest.get(..len)) {
            Some(found) => {
                self.at += len;
                Ok(found)
            }
            None => damaged(format!("{} ends too early", self.what)),
        }
    }

    fn u32(&mut self) -> Result<u32, FdtError> {
        Ok(self.take(4)?.iter().fold(0, |all, &byte| all << 8 | u32::from(byte)))
    }

    fn u64(&mut self) -> Result<u64, FdtError> {
        Ok(u64::from(self.u32()?) << 32 | u64::from(self.u32()?))
    }

    /// A NUL-terminated string.
    fn string(&mut self) -> Result<String, FdtError> {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let Some(len) = rest.iter().position(|&byte| byte == 0) else {
            return damaged(format!("{} has a string without end", self.what));
        };
        self.at += len + 1;
        match std::str::from_utf8(&rest[..len]) {
            Ok(text) => Ok(text.into()),
            Err(_) => damaged(format!("{} has a name that isn't text", self.what)),
        }
    }

    fn align(&mut self) {
        self.at = self.at.next_multiple_of(4);
    }
}

/// The header's fields that matter.
struct Header {
    total: usize,
    structure: usize,
    strings: usize,
    reservations: usize,
    boot_cpu: u32,
    strings_len: usize,
    structure_len: usize,
}

fn header(blob: &[u8]) -> Result<Header, FdtError> {
    let mut c = Cursor { bytes: blob, at: 0, what: "the header" };
    let magic = c.u32()?;
    if magic != MAGIC {
        return damaged(format!("it starts with {magic:#010x} instead of {MAGIC:#010x}"));
    }
    let mut field = || c.u32();
    let (total, structure, strings, reservations) = (field()?, field()?, field()?, field()?);
    let (version, compatible, boot_cpu, strings_len) = (field()?, field()?, field()?, field()?);
    let structure_len = field()?;
    if version < 17 || compatible > 17 {
        return damaged(format!("it has version {version} (compatible with {compatible}), not 17"));
    }
    let usize = |value: u32| value as usize;
    let (total, structure, strings) = (usize(total), usize(structure), usize(strings));
    let (strings_len, structure_len, reservations) = (usize(strings_len), usize(structure_len), usize(reservations));
    if total > blob.len() {
        return damaged(format!("it should have {total} bytes but has {}", blob.len()));
    }
    Ok(Header { total, structure, strings, reservations, boot_cpu, strings_len, structure_len })
}

/// `len` bytes from `from`, within `total`.
fn block<'a>(blob: &'a [u8], from: usize, len: usize, what: &'static str) -> Result<Cursor<'a>, FdtError> {
    match from.checked_add(len).and_then(|end| blob.get(from..end)) {
        Some(bytes) => Ok(Cursor { bytes, at: 0, what }),
        None => damaged(format!("{what} lies beyond the blob's end")),
    }
}

/// The structure block: nodes nested by begin and end tokens.
fn structure(mut c: Cursor<'_>, strings: &[u8]) -> Result<Node, FdtError> {
    let mut open: Vec<Node> = Vec::new();
    loop {
        match c.u32()? {
            FDT_BEGIN_NODE if open.len() < MAX_DEPTH => {
                let name = c.string()?;
                c.align();
                open.push(Node::new(&name));
            }
            FDT_BEGIN_NODE => return damaged(format!("it nests nodes more than {MAX_DEPTH} deep")),
            FDT_END_NODE => match (open.pop(), open.last_mut()) {
                (Some(node), Some(parent)) => parent.children.push(node),
                (Some(root), None) => return end(c, root),
                (None, _) => return damaged("it ends a node that it never began"),
            },
            FDT_PROP if open.is_empty() => return damaged("it has a property outside of any node"),
            FDT_PROP => {
                let (len, name_at) = (c.u32()? as usize, c.u32()? as usize);
                let value = c.take(len)?.to_vec();
                c.align();
                let name = Cursor { bytes: strings, at: name_at, what: "the strings block" }.string()?;
                let node = open.last_mut().expect("a node is open");
                if !node.children.is_empty() {
                    return damaged(format!("node '{}' has property '{name}' after a child", node.name));
                }
                node.props.push((name, value));
            }
            FDT_NOP => {}
            token => return damaged(format!("it has {token:#x} where a token should be")),
        }
    }
}

/// After the root only NOPs and the end token may follow.
fn end(mut c: Cursor<'_>, root: Node) -> Result<Node, FdtError> {
    loop {
        match c.u32()? {
            FDT_NOP => {}
            FDT_END if root.name.is_empty() => return Ok(root),
            FDT_END => return damaged(format!("its root node is called '{}'", root.name)),
            _ => return damaged("it goes on after its root node"),
        }
    }
}

fn highest_phandle(node: &Node) -> u32 {
    let own = node.get_u32("phandle").filter(|&phandle| phandle != u32::MAX).unwrap_or(0);
    node.children.iter().map(highest_phandle).fold(own, u32::max)
}

impl Fdt {
    /// Understands a flattened tree (a `-dtb` file). Bytes after its own length are ignored.
    ///
    /// # Errors
    /// [`FdtError::Damaged`], saying what is wrong where.
    pub fn from_dtb(blob: &[u8]) -> Result<Fdt, FdtError> {
        let h = header(blob)?;
        let blob = &blob[..h.total];
        let strings = block(blob, h.strings, h.strings_len, "the strings block")?;
        let root = structure(block(blob, h.structure, h.structure_len, "the structure block")?, strings.bytes)?;
        let mut map = Cursor { bytes: blob, at: h.reservations, what: "the memory reservation block" };
        let mut reserved = Vec::new();
        loop {
            match (map.u64()?, map.u64()?) {
                (0, 0) => break,
                entry => reserved.push(entry),
            }
        }
        let last_phandle = highest_phandle(&root);
        Ok(Fdt { root, reserved, boot_cpu: h.boot_cpu, last_phandle })
    }
}
