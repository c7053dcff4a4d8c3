//! The block cache of one CPU: which lifted blocks there are, by address and by the page they came from.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use memory::{PAGE_SIZE, Ram, RamPage};
use uop::InsnStart;

use crate::engine::{CodeId, Engine};
use crate::target::Mode;

/// What makes a block this block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Key {
    /// Guest virtual address.
    pub(crate) pc: u64,
    /// Physical address of the first byte.
    pub(crate) phys: u64,
    /// The mode it was lifted for.
    pub(crate) mode: Mode,
    /// Holds one instruction only, and ignores a breakpoint on it.
    pub(crate) alone: bool,
}

/// A block in the cache.
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) insns: Box<[InsnStart]>,
    /// Where it came from; a block that crosses a page's end has two parts.
    pub(crate) parts: [Option<Part>; 2],
}

/// The bytes of one page that a block was lifted from.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// Physical address of the page.
    pub(crate) page: u64,
    from: u16,
    len: u16,
    sum: u64,
}

struct Page {
    ram: Arc<Ram>,
    offset: u64,
    version: u32,
    blocks: Vec<CodeId>,
    /// The round in which its youngest block was lifted, until [`BlockCache::drop_stale`] has found it good in a later one.
    suspect: Option<u64>,
}

impl Page {
    fn holds(&self, part: &Part) -> bool {
        let mut bytes = [0; PAGE_SIZE as usize];
        let bytes = &mut bytes[..usize::from(part.len)];
        self.ram.read_bytes(self.offset + u64::from(part.from), bytes);
        sum(bytes) == part.sum
    }
}

/// A number that tells apart what may stand in one place.
fn sum(bytes: &[u8]) -> u64 {
    let mut hasher = AddressHasher(bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hasher.write_u64(u64::from_le_bytes(word));
    }
    hasher.finish()
}

/// A quick hash for keys that are addresses: multiply and fold.
#[derive(Default)]
pub(crate) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 29
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }
    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }
}

type Map<K, V> = HashMap<K, V, BuildHasherDefault<AddressHasher>>;

/// All blocks of one CPU.
#[derive(Default)]
pub(crate) struct BlockCache {
    by_key: Map<Key, CodeId>,
    entries: Vec<Option<Entry>>,
    pages: Map<u64, Page>,
    /// The pages that are suspect.
    suspects: Vec<u64>,
}

impl BlockCache {
    pub(crate) fn find(&self, key: &Key) -> Option<CodeId> {
        self.by_key.get(key).copied()
    }

    /// The block that an engine calls `code`.
    pub(crate) fn entry(&self, code: CodeId) -> &Entry {
        self.entries[code.0 as usize].as_ref().expect("an engine runs only blocks that are in the cache")
    }

    /// Adds a block that was lifted in `round` from each part: (physical address, RAM, bytes). Returns whether a page has become a
    /// code page by that.
    pub(crate) fn add(
        &mut self,
        code: CodeId,
        key: Key,
        insns: Box<[InsnStart]>,
        parts: &[(u64, &RamPage, &[u8])],
        round: u64,
    ) -> bool {
        let mut places = [None; 2];
        let mut new_page = false;
        for (slot, &(phys, ram_page, bytes)) in places.iter_mut().zip(parts) {
            let (base, from) = (phys & !(PAGE_SIZE - 1), phys % PAGE_SIZE);
            // Both fit: they are below a page's size.
            *slot = Some(Part { page: base, from: from as u16, len: bytes.len() as u16, sum: sum(bytes) });
            let page = self.pages.entry(base).or_insert_with(|| {
                new_page = true;
                ram_page.ram.add_code_user(ram_page.offset);
                let version = ram_page.ram.code_version(ram_page.offset);
                let ram = Arc::clone(&ram_page.ram);
                Page { ram, offset: ram_page.offset, version, blocks: Vec::new(), suspect: None }
            });
            page.blocks.push(code);
            page.ram.mark_code(page.offset + from, bytes.len() as u64);
            if page.suspect.replace(round).is_none() {
                self.suspects.push(base);
            }
        }
        let at = code.0 as usize;
        if self.entries.len() <= at {
            self.entries.resize_with(at + 1, || None);
        }
        self.entries[at] = Some(Entry { key, insns, parts: places });
        self.by_key.insert(key, code);
        new_page
    }

    /// Drops blocks that other CPUs have overwritten unseen; returns whether there were any.
    ///
    /// A CPU that may store to a page quickly learns only at its next look that code was lifted from it, and between the reading of
    /// the bytes and the marking of the page nobody knows. Both are over when the next round begins: a page whose blocks are older,
    /// and found good, is beyond suspicion.
    pub(crate) fn drop_stale<E: Engine>(&mut self, round: u64, engine: &mut E) -> bool {
        let mut dropped = false;
        for base in std::mem::take(&mut self.suspects) {
            let Some(page) = self.pages.get_mut(&base) else { continue };
            let parts = page.blocks.iter().filter_map(|code| self.entries[code.0 as usize].as_ref());
            let mut here = parts.flat_map(|entry| &entry.parts).flatten().filter(|part| part.page == base);
            if !here.all(|part| page.holds(part)) {
                self.drop_page(base, engine);
                dropped = true;
            } else if page.suspect == Some(round) {
                self.suspects.push(base);
            } else {
                page.suspect = None;
            }
        }
        dropped
    }

    fn remove<E: Engine>(&mut self, code: CodeId, engine: &mut E) {
        let Some(entry) = self.entries[code.0 as usize].take() else { return };
        self.by_key.remove(&entry.key);
        engine.remove(code);
        for part in entry.parts.into_iter().flatten() {
            if let Some(page) = self.pages.get_mut(&part.page) {
                page.blocks.retain(|c| *c != code);
            }
        }
    }

    /// Drops the blocks of all pages whose code has changed; returns whether there were any.
    pub(crate) fn drop_changed<E: Engine>(&mut self, engine: &mut E) -> bool {
        let changed: Vec<u64> = self
            .pages
            .iter()
            .filter(|(_, p)| p.ram.code_version(p.offset) != p.version)
            .map(|(base, _)| *base)
            .collect();
        changed.iter().for_each(|base| self.drop_page(*base, engine));
        !changed.is_empty()
    }

    fn drop_page<E: Engine>(&mut self, base: u64, engine: &mut E) {
        let Some(page) = self.pages.remove(&base) else { return };
        page.ram.remove_code_user(page.offset);
        page.blocks.into_iter().for_each(|code| self.remove(code, engine));
    }

    /// Drops everything.
    pub(crate) fn clear<E: Engine>(&mut self, engine: &mut E) {
        let bases: Vec<u64> = self.pages.keys().copied().collect();
        bases.into_iter().for_each(|base| self.drop_page(base, engine));
    }

    /// Number of blocks.
    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }
}

impl Drop for BlockCache {
    fn drop(&mut self) {
        self.pages.values().for_each(|page| page.ram.remove_code_user(page.offset));
    }
}
