//! The virtio transport over channel I/O, with a network card on no network, a disk or a console behind it.
//!
//! Virtual I/O Device (VIRTIO) Version 1.1, "Virtio Over Channel I/O", "Basic Facilities of a Virtio Device", "Network Device", "Block
//! Device", "Console Device". Numbers of the transport are big-endian; those of the queues little-endian from revision 1 on, before that the guest's,
//! big-endian too.

use memory::Dma;

use crate::css::{CcwDevice, Ending, fill};
use crate::virtio_block::{self, Disk};
use crate::virtio_console::{self, CONTROL_IN, Control, Role, VirtioConsole};

/// Control-unit type of all virtio devices.
const CONTROL_UNIT: u16 = 0x3832;
/// The latest revision of the transport that is spoken.
const REVISION: u16 = 1;
/// Feature bit: the device complies with version 1.
const VERSION_1: u64 = 1 << 32;

/// Commands.
mod code {
    pub(super) const WRITE_FEATURES: u8 = 0x11;
    pub(super) const READ_FEATURES: u8 = 0x12;
    pub(super) const SET_QUEUE: u8 = 0x13;
    pub(super) const WRITE_CONFIG: u8 = 0x21;
    pub(super) const READ_CONFIG: u8 = 0x22;
    pub(super) const WRITE_STATUS: u8 = 0x31;
    pub(super) const READ_QUEUE: u8 = 0x32;
    pub(super) const RESET: u8 = 0x33;
    pub(super) const SET_INDICATORS: u8 = 0x43;
    pub(super) const SET_CONFIG_INDICATORS: u8 = 0x53;
    pub(super) const READ_STATUS: u8 = 0x72;
    pub(super) const SET_REVISION: u8 = 0x83;
}

/// Data of one request at most.
const MOST_DATA: usize = 1 << 24;

/// A queue as the guest has set it up: size, and addresses of its parts.
#[derive(Clone, Copy, Debug, Default)]
struct Queue {
    size: u16,
    descriptors: u64,
    available: u64,
    used: u64,
    /// How far the available ring has been read.
    next: u16,
}

/// What a virtio device is.
pub struct VirtioModel {
    /// Its device number.
    pub id: u8,
    /// Features that it offers beside version 1.
    pub features: u64,
    /// Its configuration, little-endian.
    pub config: Vec<u8>,
    /// The numbers in it: offset and size. Before revision 1 they are in the guest's order.
    pub numbers: Vec<(usize, usize)>,
    /// The size of each queue.
    pub queues: Vec<u16>,
    /// What is done with buffers.
    pub work: Work,
}

/// What a virtio device does with buffers.
pub enum Work {
    /// Those of one queue are taken and given back; those of others wait.
    Sink(u16),
    /// They are requests to a disk.
    Disk(Box<dyn Disk>),
    /// They are characters and messages of a console.
    Console(VirtioConsole),
}

impl VirtioModel {
    /// A network card with that address, whose packets go nowhere.
    pub fn network(address: [u8; 6]) -> VirtioModel {
        const HAS_ADDRESS: u64 = 1 << 5;
        const HAS_STATUS: u64 = 1 << 16;
        let mut config = address.to_vec();
        // Link up; one pair of queues.
        config.extend([1, 0, 1, 0]);
        VirtioModel {
            id: 1,
            features: HAS_ADDRESS | HAS_STATUS,
            config,
            numbers: vec![(6, 2), (8, 2)],
            queues: vec![256, 256],
            work: Work::Sink(1),
        }
    }

    /// A disk.
    pub fn block(disk: Box<dyn Disk>) -> VirtioModel {
        let features = virtio_block::FLUSH | if disk.is_read_only() { virtio_block::READ_ONLY } else { 0 };
        VirtioModel {
            id: 2,
            features,
            config: virtio_block::config(&*disk),
            numbers: vec![(0, 8)],
            queues: vec![256],
            work: Work::Disk(disk),
        }
    }

    /// A console.
    pub fn console(console: VirtioConsole) -> VirtioModel {
        VirtioModel {
            id: 3,
            features: virtio_console::MULTIPORT | virtio_console::EMERGENCY_WRITE,
            config: VirtioConsole::config(),
            numbers: VirtioConsole::numbers(),
            queues: VirtioConsole::queues(),
            work: Work::Console(console),
        }
    }
}

/// A virtio device behind a subchannel.
pub struct VirtioCcw {
    model: VirtioModel,
    config: Vec<u8>,
    queues: Vec<Queue>,
    revision: u16,
    status: u8,
    guest_features: u64,
    indicators: u64,
    config_indicators: u64,
    attention: bool,
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |all, b| all << 8 | u64::from(*b))
}

impl VirtioCcw {
    /// The device after power-on.
    pub fn new(model: VirtioModel) -> VirtioCcw {
        let queues = vec![Queue::default(); model.queues.len()];
        VirtioCcw {
            config: model.config.clone(),
            model,
            queues,
            revision: 0,
            status: 0,
            guest_features: 0,
            indicators: 0,
            config_indicators: 0,
            attention: false,
        }
    }

    fn clear(&mut self) {
        self.queues.fill(Queue::default());
        self.config.clone_from(&self.model.config);
        (self.status, self.guest_features, self.indicators, self.config_indicators) = (0, 0, 0, 0);
        self.attention = false;
        if let Work::Console(console) = &mut self.model.work {
            console.reset();
        }
    }

    /// The configuration as the guest sees it.
    fn shown_config(&self) -> Vec<u8> {
        let mut config = self.config.clone();
        if self.revision == 0 {
            self.model.numbers.iter().for_each(|&(at, len)| config[at..at + len].reverse());
        }
        config
    }

    fn read_features(&self, data: &mut [u8]) -> Ending {
        if data.len() < 5 {
            return Ending::Incorrect;
        }
        let offered = self.model.features | if self.revision > 0 { VERSION_1 } else { 0 };
        let half = match data[4] {
            0 => offered as u32,
            1 => (offered >> 32) as u32,
            _ => 0,
        };
        data[..4].copy_from_slice(&half.to_le_bytes());
        Ending::Done(5)
    }

    fn write_features(&mut self, data: &[u8]) -> Ending {
        if data.len() < 5 {
            return Ending::Incorrect;
        }
        let half = u64::from(u32::from_le_bytes([data[0], data[1], data[2], data[3]]));
        match data[4] {
            0 => self.guest_features = self.guest_features & !0xffff_ffff | half,
            1 => self.guest_features = self.guest_features & 0xffff_ffff | half << 32,
            _ => {}
        }
        Ending::Done(5)
    }

    fn set_queue(&mut self, data: &[u8]) -> Ending {
        let legacy = self.revision == 0;
        let len = if legacy { 16 } else { 32 };
        if data.len() < len {
            return Ending::Incorrect;
        }
        let (index, size) = (number(&data[12..14]) as usize, number(&data[14..16]) as u16);
        let Some(queue) = self.queues.get_mut(index) else { return Ending::Incorrect };
        let descriptors = number(&data[..8]);
        if size > self.model.queues[index] || size != 0 && !size.is_power_of_two() {
            return Ending::Incorrect;
        }
        let (available, used) = if legacy {
            let align = number(&data[8..12]).max(1);
            let available = descriptors.wrapping_add(16 * u64::from(size));
            let end = available.wrapping_add(6 + 2 * u64::from(size));
            (available, end.checked_next_multiple_of(align).unwrap_or(0))
        } else {
            (number(&data[16..24]), number(&data[24..32]))
        };
        *queue = Queue { size: if descriptors == 0 { 0 } else { size }, descriptors, available, used, next: 0 };
        Ending::Done(len)
    }

    fn read_queue(&self, data: &mut [u8]) -> Ending {
        if data.len() < 4 {
            return Ending::Incorrect;
        }
        let index = number(&data[..2]) as usize;
        let most = self.model.queues.get(index).copied().unwrap_or(0);
        data[2..4].copy_from_slice(&most.to_be_bytes());
        Ending::Done(4)
    }

    fn set_revision(&mut self, data: &[u8]) -> Ending {
        if data.len() < 4 {
            return Ending::Incorrect;
        }
        let (revision, len) = (number(&data[..2]) as u16, number(&data[2..4]));
        if revision > REVISION || len != 0 {
            return Ending::Reject;
        }
        self.revision = revision;
        Ending::Done(4)
    }

    fn half(&self, dma: &Dma, at: u64) -> u16 {
        let mut bytes = [0; 2];
        dma.read(at, &mut bytes);
        if self.revision == 0 { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn bytes(&self, value: u64, len: usize) -> Vec<u8> {
        match self.revision {
            0 => value.to_be_bytes()[8 - len..].to_vec(),
            _ => value.to_le_bytes()[..len].to_vec(),
        }
    }

    fn word(&self, bytes: &[u8]) -> u64 {
        let fold = |all: u64, b: &u8| all << 8 | u64::from(*b);
        if self.revision == 0 { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) }
    }

    /// Takes all buffers of a queue and gives them back. Addresses are the guest's: what is no memory isn't written.
    fn serve(&mut self, index: usize, dma: &Dma) -> bool {
        let mut queue = self.queues[index];
        if queue.size == 0 {
            return false;
        }
        let size = u64::from(queue.size);
        let end = self.half(dma, queue.available.wrapping_add(2));
        let mut used = self.half(dma, queue.used.wrapping_add(2));
        let any = queue.next != end;
        // The guest may claim more than there can be.
        for _ in 0..queue.size {
            if queue.next == end {
                break;
            }
            let head = self.half(dma, queue.available.wrapping_add(4 + 2 * (u64::from(queue.next) % size)));
            let written = self.work_on(index, &queue, head, dma);
            let slot = queue.used.wrapping_add(4 + 8 * (u64::from(used) % size));
            let element = [self.bytes(head.into(), 4), self.bytes(written, 4)].concat();
            let _ = dma.write(slot, &element);
            (queue.next, used) = (queue.next.wrapping_add(1), used.wrapping_add(1));
        }
        let _ = dma.write(queue.used.wrapping_add(2), &self.bytes(used.into(), 2));
        self.queues[index] = queue;
        any
    }

    /// The buffers of a chain: those that the device reads, and those that it writes. Chains have no more parts than the queue.
    fn chain(&self, queue: &Queue, head: u16, dma: &Dma) -> [Vec<(u64, usize)>; 2] {
        const NEXT: u64 = 1;
        const WRITE: u64 = 2;
        let (mut parts, mut at, mut total) = ([Vec::new(), Vec::new()], u64::from(head), 0);
        for _ in 0..queue.size {
            let mut d = [0; 16];
            dma.read(queue.descriptors.wrapping_add(16 * (at % u64::from(queue.size))), &mut d);
            let (address, len) = (self.word(&d[..8]), self.word(&d[8..12]) as usize);
            let (flags, next) = (self.word(&d[12..14]), self.word(&d[14..]));
            total += len;
            if total > MOST_DATA {
                break;
            }
            parts[usize::from(flags & WRITE != 0)].push((address, len));
            at = next;
            if flags & NEXT == 0 {
                break;
            }
        }
        parts
    }

    /// Does what a chain of buffers asks for; bytes that are written.
    fn work_on(&mut self, index: usize, queue: &Queue, head: u16, dma: &Dma) -> u64 {
        if matches!(self.model.work, Work::Sink(_)) {
            return 0;
        }
        let [read, write] = self.chain(queue, head, dma);
        let mut given = Vec::new();
        for (address, len) in read {
            let from = given.len();
            given.resize(from + len, 0);
            dma.read(address, &mut given[from..]);
        }
        if matches!(self.model.work, Work::Console(_)) {
            self.take_from_console(index, &given);
            return 0;
        }
        let room: usize = write.iter().map(|(_, len)| len).sum();
        if given.len() < virtio_block::HEADER || room == 0 {
            return 0;
        }
        let (header, out) = given.split_at(virtio_block::HEADER);
        let (kind, sector) = (self.word(&header[..4]) as u32, self.word(&header[8..]));
        let mut answer = vec![0; room];
        let Work::Disk(disk) = &mut self.model.work else { return 0 };
        let (status, n) = virtio_block::request(&mut **disk, kind, sector, out, &mut answer[..room - 1]);
        answer[room - 1] = status;
        spread(&answer, &write, dma);
        n as u64 + 1
    }

    /// What the guest has put into a buffer of a console's queue.
    fn take_from_console(&mut self, index: usize, given: &[u8]) {
        let number = |from: usize, to: usize| given.get(from..to).map(|bytes| self.word(bytes));
        let message = (number(0, 4), number(4, 6), number(6, 8));
        let Work::Console(console) = &mut self.model.work else { return };
        match (VirtioConsole::role(index), message) {
            (Role::Transmit(port), _) => console.write(port, given),
            (Role::ControlOut, (Some(id), Some(event), Some(value))) => {
                console.control(Control { id: id as u32, event: event as u16, value: value as u16 });
            }
            _ => {}
        }
    }

    /// Puts bytes into the next buffer of a queue: how many went in, or `None` if there is no buffer.
    fn give(&mut self, index: usize, bytes: &[u8], dma: &Dma) -> Option<usize> {
        let mut queue = self.queues[index];
        if queue.size == 0 || queue.next == self.half(dma, queue.available.wrapping_add(2)) {
            return None;
        }
        let size = u64::from(queue.size);
        let head = self.half(dma, queue.available.wrapping_add(4 + 2 * (u64::from(queue.next) % size)));
        let [_, write] = self.chain(&queue, head, dma);
        let room: usize = write.iter().map(|(_, len)| len).sum();
        let n = bytes.len().min(room);
        spread(&bytes[..n], &write, dma);
        let used = self.half(dma, queue.used.wrapping_add(2));
        let slot = queue.used.wrapping_add(4 + 8 * (u64::from(used) % size));
        let element = [self.bytes(head.into(), 4), self.bytes(n as u64, 4)].concat();
        let _ = dma.write(slot, &element);
        let _ = dma.write(queue.used.wrapping_add(2), &self.bytes(used.wrapping_add(1).into(), 2));
        queue.next = queue.next.wrapping_add(1);
        self.queues[index] = queue;
        self.tell(index, dma);
        Some(n)
    }

    /// Gives the guest the control messages that it has room for.
    fn give_messages(&mut self, dma: &Dma) {
        while matches!(&self.model.work, Work::Console(console) if console.has_messages()) {
            let queue = self.queues[CONTROL_IN];
            let has_room = queue.size != 0 && queue.next != self.half(dma, queue.available.wrapping_add(2));
            let Work::Console(console) = &mut self.model.work else { return };
            let Some(message) = has_room.then(|| console.next_message()).flatten() else { return };
            let Control { id, event, value } = message;
            let parts = [(u64::from(id), 4), (event.into(), 2), (value.into(), 2)];
            let bytes = parts.map(|(number, len)| self.bytes(number, len)).concat();
            self.give(CONTROL_IN, &bytes, dma);
        }
    }

    /// Tells the guest of a queue by its indicator.
    fn tell(&mut self, index: usize, dma: &Dma) {
        if self.indicators == 0 {
            return;
        }
        let mut word = [0; 8];
        dma.read(self.indicators, &mut word);
        let bits = u64::from_be_bytes(word) | 1 << (index & 63);
        self.attention |= dma.write(self.indicators, &bits.to_be_bytes()).is_ok();
    }

    /// Whether buffers of a queue are worked on when the guest says that there are any.
    fn serves(&self, index: usize) -> bool {
        match &self.model.work {
            Work::Sink(queue) => usize::from(*queue) == index,
            Work::Disk(_) => true,
            Work::Console(_) => matches!(VirtioConsole::role(index), Role::Transmit(_) | Role::ControlOut),
        }
    }

    /// A character that is written to a console's configuration goes out.
    fn emergency_write(&mut self, n: usize) {
        let at = virtio_console::EMERGENCY;
        if let Work::Console(console) = &mut self.model.work
            && n > at
        {
            let last = if self.revision == 0 { (at + 4).min(n) - 1 } else { at };
            console.write(0, &self.config[last..=last]);
        }
    }
}

/// Writes bytes into parts of storage, one after the other.
fn spread(bytes: &[u8], parts: &[(u64, usize)], dma: &Dma) {
    let mut rest = bytes;
    for (address, len) in parts {
        let (here, behind) = rest.split_at(rest.len().min(*len));
        let _ = dma.write(*address, here);
        rest = behind;
    }
}

impl CcwDevice for VirtioCcw {
    fn identity(&self) -> (u16, u8) {
        (CONTROL_UNIT, self.model.id)
    }

    fn command(&mut self, command: u8, data: &mut [u8]) -> Ending {
        match command {
            code::READ_FEATURES => self.read_features(data),
            code::WRITE_FEATURES => self.write_features(data),
            code::SET_QUEUE => self.set_queue(data),
            code::READ_QUEUE => self.read_queue(data),
            // As much of it as the guest asks for, with which it is content.
            code::READ_CONFIG => Ending::Done(fill(data, &self.shown_config())),
            code::WRITE_CONFIG => {
                let n = data.len().min(self.config.len());
                self.config[..n].copy_from_slice(&data[..n]);
                self.emergency_write(n);
                Ending::Done(n)
            }
            code::WRITE_STATUS if !data.is_empty() => {
                self.status = data[0];
                if self.status == 0 {
                    self.clear();
                }
                Ending::Done(1)
            }
            code::READ_STATUS if !data.is_empty() => Ending::Done(fill(data, &[self.status])),
            code::RESET => {
                self.clear();
                Ending::Done(0)
            }
            code::SET_INDICATORS if data.len() >= 8 => {
                self.indicators = number(&data[..8]);
                Ending::Done(8)
            }
            code::SET_CONFIG_INDICATORS if data.len() >= 8 => {
                self.config_indicators = number(&data[..8]);
                Ending::Done(8)
            }
            code::SET_REVISION => self.set_revision(data),
            code::WRITE_STATUS | code::READ_STATUS | code::SET_INDICATORS | code::SET_CONFIG_INDICATORS => {
                Ending::Incorrect
            }
            _ => Ending::Reject,
        }
    }

    fn notify(&mut self, queue: u32, dma: &Dma) -> i64 {
        const INVALID: i64 = -22;
        let Some(index) = (queue as usize..self.queues.len()).next() else { return INVALID };
        if self.serves(index) && self.serve(index, dma) {
            self.tell(index, dma);
        }
        self.give_messages(dma);
        0
    }

    fn reset(&mut self) {
        self.clear();
        self.revision = 0;
    }

    fn receive(&mut self, port: usize, bytes: &[u8], dma: &Dma) -> usize {
        let multiport = self.guest_features & virtio_console::MULTIPORT != 0;
        let Work::Console(console) = &self.model.work else { return 0 };
        if !console.listens(port, multiport) {
            return 0;
        }
        let (queue, mut taken) = (VirtioConsole::receive_queue(port), 0);
        while taken < bytes.len() {
            match self.give(queue, &bytes[taken..], dma) {
                Some(n) if n > 0 => taken += n,
                _ => break,
            }
        }
        taken
    }

    fn take_attention(&mut self) -> bool {
        std::mem::take(&mut self.attention)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_configuration_is_whole() {
        let mut card = VirtioCcw::new(VirtioModel::network([1, 2, 3, 4, 5, 6]));
        let mut part = [0; 4];
        assert!(matches!(card.command(code::READ_CONFIG, &mut part), Ending::Done(4)));
        assert_eq!(part, [1, 2, 3, 4]);
        let mut more = [0; 16];
        assert!(matches!(card.command(code::READ_CONFIG, &mut more), Ending::Done(10)));
    }
}
