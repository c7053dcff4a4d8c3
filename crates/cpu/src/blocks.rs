//! The block cache of one CPU: which lifted blocks there are, by address and by the page they came from.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use memory::{Ram, RamPage};
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
    /// Holds one instruction only: what lies behind it in the page may not be fetched by the same right.
    pub(crate) single: bool,
}

/// A block in the cache.
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) insns: Box<[InsnStart]>,
    /// Bytes that it was lifted from.
    pub(crate) len: u64,
    /// The physical pages it came from; a block that crosses a page's end has two.
    pub(crate) pages: [Option<u64>; 2],
}

struct Page {
    ram: Arc<Ram>,
    offset: u64,
    version: u32,
    blocks: Vec<CodeId>,
    /// What blocks were lifted from, while other CPUs may still store here unnoticed.
    fresh: Option<Vec<Lifted>>,
}

/// What a block was lifted from.
struct Lifted {
    code: CodeId,
    /// Offset in the page.
    at: u64,
    bytes: Box<[u8]>,
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
    /// Pages that have become code pages since [`BlockCache::settle`].
    fresh_pages: Vec<u64>,
    /// About what the blocks take of the host's memory, in instructions.
    weight: usize,
}

/// What a block takes beside its instructions, in instructions.
const BLOCK_WEIGHT: usize = 16;
/// The weight above which the cache is full. That is a hundred thousand blocks, or a hundred megabytes.
const WEIGHT_MAX: usize = 1 << 21;

impl BlockCache {
    pub(crate) fn find(&self, key: &Key) -> Option<CodeId> {
        self.by_key.get(key).copied()
    }

    /// The block that an engine calls `code`.
    pub(crate) fn entry(&self, code: CodeId) -> &Entry {
        self.entries[code.0 as usize].as_ref().expect("an engine runs only blocks that are in the cache")
    }

    /// Adds a block that was lifted from these parts: physical address, RAM, bytes. Returns whether a page has become a code page by
    /// that.
    pub(crate) fn add(
        &mut self,
        code: CodeId,
        key: Key,
        insns: Box<[InsnStart]>,
        parts: &[(u64, RamPage<'_>, &[u8])],
    ) -> bool {
        let mut pages = [None; 2];
        let mut new_page = false;
        for (slot, &(phys, ram_page, bytes)) in pages.iter_mut().zip(parts) {
            let base = phys & !(memory::PAGE_SIZE - 1);
            *slot = Some(base);
            let page = self.pages.entry(base).or_insert_with(|| {
                new_page = true;
                self.fresh_pages.push(base);
                ram_page.ram.add_code_user(ram_page.offset);
                let version = ram_page.ram.code_version(ram_page.offset);
                let (ram, offset) = (Arc::clone(ram_page.ram), ram_page.offset);
                Page { ram, offset, version, blocks: Vec::new(), fresh: Some(Vec::new()) }
            });
            page.blocks.push(code);
            let at = phys % memory::PAGE_SIZE;
            page.ram.mark_code(page.offset + at, bytes.len() as u64);
            if let Some(fresh) = &mut page.fresh {
                fresh.push(Lifted { code, at, bytes: bytes.into() });
            }
        }
        let at = code.0 as usize;
        if self.entries.len() <= at {
            self.entries.resize_with(at + 1, || None);
        }
        let len = parts.iter().map(|(.., bytes)| bytes.len() as u64).sum();
        self.weight += insns.len() + BLOCK_WEIGHT;
        self.entries[at] = Some(Entry { key, insns, len, pages });
        self.by_key.insert(key, code);
        new_page
    }

    fn remove<E: Engine>(&mut self, code: CodeId, engine: &mut E) {
        let Some(entry) = self.entries[code.0 as usize].take() else { return };
        self.by_key.remove(&entry.key);
        self.weight -= entry.insns.len() + BLOCK_WEIGHT;
        engine.remove(code);
        for base in entry.pages.into_iter().flatten() {
            if let Some(page) = self.pages.get_mut(&base) {
                page.blocks.retain(|c| *c != code);
                page.fresh.iter_mut().for_each(|fresh| fresh.retain(|lifted| lifted.code != code));
            }
        }
    }

    /// Drops blocks whose bytes have changed without notice, on pages that were no code pages when another CPU got the right to store
    /// there quickly; returns whether there were any. It loses that right before its next slice.
    pub(crate) fn check_fresh<E: Engine>(&mut self, engine: &mut E) -> bool {
        let mut stale = Vec::new();
        for page in self.fresh_pages.iter().filter_map(|base| self.pages.get(base)) {
            for Lifted { code, at, bytes } in page.fresh.iter().flatten() {
                let mut now = vec![0; bytes.len()];
                page.ram.read_bytes(page.offset + at, &mut now);
                if now != **bytes {
                    stale.push(*code);
                }
            }
        }
        stale.iter().for_each(|code| self.remove(*code, engine));
        !stale.is_empty()
    }

    /// As [`BlockCache::check_fresh`], when all other CPUs have looked at the list of code pages since these were entered: from now on
    /// no store to them goes unnoticed.
    pub(crate) fn settle<E: Engine>(&mut self, engine: &mut E) -> bool {
        let any = self.check_fresh(engine);
        for base in self.fresh_pages.drain(..) {
            if let Some(page) = self.pages.get_mut(&base) {
                page.fresh = None;
            }
        }
        any
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

    /// Whether it is time to drop everything: a guest that jumps everywhere could fill the host's memory.
    pub(crate) fn is_full(&self) -> bool {
        self.weight > WEIGHT_MAX
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
