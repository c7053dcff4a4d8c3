//! HTIF in the middle of RAM: the pages of the words `tohost` and `fromhost` answer as devices, everything around the two
//! words in them as the RAM below. Instructions can't be fetched from these pages; programs keep the words in a section of
//! their own.

use std::sync::Arc;

use devices::{Fromhost, Tohost};
use memory::{Device, Nanos, PAGE_SIZE, Ram, SharedDevice, Size};
use parking_lot::Mutex;

use crate::boards::riscv::LITTLE;
use crate::build::Build;
use crate::error::Error;

/// One page.
struct HtifPage {
    ram: Arc<Ram>,
    /// Where in the RAM the page begins.
    base: u64,
    /// The words in it: offset, device.
    words: Vec<(u64, SharedDevice)>,
}

impl HtifPage {
    fn word(&self, offset: u64) -> Option<(u64, &SharedDevice)> {
        self.words.iter().find(|(at, _)| (*at..*at + 8).contains(&offset)).map(|(at, word)| (offset - at, word))
    }
}

impl Device for HtifPage {
    fn read(&mut self, offset: u64, size: Size, now: Nanos) -> u64 {
        match self.word(offset) {
            Some((within, word)) => word.lock().read(within, size, now),
            None => self.ram.read(self.base + offset, size),
        }
    }

    fn write(&mut self, offset: u64, size: Size, value: u64, now: Nanos) {
        match self.word(offset) {
            Some((within, word)) => word.lock().write(within, size, value, now),
            None => self.ram.write(self.base + offset, size, value),
        }
    }

    fn reset(&mut self) {}
}

/// Maps `ram` at `start` with the two words at these addresses in it.
pub(crate) fn map(
    board: &mut Build<'_>,
    name: &str,
    ram: &Arc<Ram>,
    start: u64,
    at: (u64, u64),
    words: (Tohost, Fromhost),
) -> Result<(), Error> {
    let tohost: SharedDevice = Arc::new(Mutex::new(words.0));
    let fromhost: SharedDevice = Arc::new(Mutex::new(words.1));
    board.devices.push(Arc::clone(&tohost));
    board.console_input = Some(Arc::clone(&tohost));
    let words = [(at.0, tohost), (at.1, fromhost)];
    let page_of = |address: u64| address & !(PAGE_SIZE - 1);
    let mut pages: Vec<u64> = words.iter().map(|(at, _)| page_of(*at)).collect();
    pages.sort_unstable();
    pages.dedup();
    let fault = |e: memory::Overlap| Error::new(e.to_string());
    let mut from = start;
    for page in pages {
        if page > from {
            board.memory.map_ram_part(name, from, ram, from - start, page - from, true).map_err(fault)?;
        }
        let inside =
            words.iter().filter(|(at, _)| page_of(*at) == page).map(|(at, word)| (at - page, Arc::clone(word)));
        let device = HtifPage { ram: Arc::clone(ram), base: page - start, words: inside.collect() };
        let device: SharedDevice = Arc::new(Mutex::new(device));
        board.memory.map_device("htif", page, PAGE_SIZE, LITTLE, &device).map_err(fault)?;
        from = page + PAGE_SIZE;
    }
    let end = start + ram.len();
    if end > from {
        board.memory.map_ram_part(name, from, ram, from - start, end - from, true).map_err(fault)?;
    }
    Ok(())
}
