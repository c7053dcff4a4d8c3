//! CHANNEL SUBSYSTEM CALL: commands that tell of the channel subsystem.
//!
//! IBM publishes no manual of it; commands and layouts are those that Linux uses (`drivers/s390/cio/chsc.c`).

use crate::css::word;

/// Commands.
mod command {
    pub(super) const PATH_DESCRIPTION: u32 = 0x0002;
    pub(super) const EVENT_INFORMATION: u32 = 0x000e;
    pub(super) const CHARACTERISTICS: u32 = 0x0010;
    pub(super) const DOMAIN_ATTRIBUTES: u32 = 0x0031;
}

/// Response codes.
mod response {
    pub(super) const DONE: u32 = 0x0001;
    pub(super) const MALFORMED: u32 = 0x0003;
    pub(super) const UNKNOWN: u32 = 0x0004;
    pub(super) const NOTHING: u32 = 0x0005;
}

/// Bytes of a response's header.
const HEADER: usize = 8;

fn put(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
}

/// Carries out the request at the start of the block; the response goes behind it. The condition code, or `None` where the request's length
/// is none that there may be.
pub(crate) fn call(block: &mut [u8; 4096]) -> Option<u64> {
    let (len, command) = ((word(block, 0) >> 16) as usize, word(block, 0) & 0xffff);
    if !(16..=4096 - HEADER).contains(&len) || !len.is_multiple_of(8) {
        return None;
    }
    let (request, answer) = block.split_at_mut(len);
    let (code, size) = match command {
        command::PATH_DESCRIPTION => paths(request, answer),
        command::EVENT_INFORMATION if len == 16 => (response::NOTHING, HEADER),
        command::CHARACTERISTICS if len == 16 => characteristics(answer),
        command::DOMAIN_ATTRIBUTES if len == 0x400 => domain(request, answer),
        command::EVENT_INFORMATION | command::CHARACTERISTICS | command::DOMAIN_ATTRIBUTES => {
            (response::MALFORMED, HEADER)
        }
        _ => (response::UNKNOWN, HEADER),
    };
    if code != response::DONE {
        answer[..HEADER].fill(0);
    }
    put(answer, 0, (size as u32) << 16 | code);
    Some(0)
}

/// STORE CHANNEL-PATH DESCRIPTION: there is path 0, of the type that virtual devices have.
fn paths(request: &[u8], answer: &mut [u8]) -> (u32, usize) {
    const VALID: u32 = 0x8000_0000;
    const VIRTUAL: u32 = 0x32 << 8;
    let (format, set, first) = (word(request, 4) >> 8 & 0xf, word(request, 4) >> 16 & 0xff, word(request, 4) & 0xff);
    let last = word(request, 8) & 0xff;
    let size = match format {
        0 => 8,
        1 => 32,
        _ => return (response::MALFORMED, HEADER),
    };
    if request.len() != 16 || last < first || set != 0 {
        return (response::MALFORMED, HEADER);
    }
    let n = usize::from(first == 0);
    answer[..HEADER + n * size].fill(0);
    put(answer, 4, format);
    if n != 0 {
        put(answer, HEADER, VALID | VIRTUAL);
    }
    (response::DONE, HEADER + n * size)
}

/// STORE CHANNEL-SUBSYSTEM CHARACTERISTICS: general ones, and those of this call.
fn characteristics(answer: &mut [u8]) -> (u32, usize) {
    const SIZE: usize = 4080;
    /// Words that are not zero: offset behind the header, value.
    const WORDS: [(usize, u32); 5] =
        [(0, 0x0300_0000), (4, 0x0007_9000), (12, 0x0008_0000), (2040, 0x4000_0000), (2052, 0x0004_0000)];
    answer[..SIZE].fill(0);
    WORDS.iter().for_each(|&(at, value)| put(answer, HEADER + at, value));
    (response::DONE, SIZE)
}

/// SET DOMAIN ATTRIBUTES: multiple subchannel sets and multiple channel subsystems may be asked for; there are no more than one for that.
fn domain(request: &[u8], answer: &mut [u8]) -> (u32, usize) {
    const SUBSYSTEMS: u32 = 0;
    const SUBCHANNEL_SETS: u32 = 2;
    if word(request, 4) & 0x0f00_0000 != 0 {
        return (response::MALFORMED, HEADER);
    }
    answer[..HEADER].fill(0);
    match word(request, 4) & 0xffff {
        SUBSYSTEMS | SUBCHANNEL_SETS => (response::DONE, HEADER),
        _ => (response::MALFORMED, HEADER),
    }
}
