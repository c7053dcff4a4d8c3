//! The link layer: packets, checksums, acknowledgement, Ctrl-C.

/// Packets are this long at most, with `$`, `#` and checksum: gdb is told so.
pub(crate) const PACKET_SIZE: usize = 0x1_0000;

/// What has come over the link.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Received {
    /// A packet with a right checksum: all of it, `$` to checksum.
    Packet(Vec<u8>),
    /// A packet whose checksum is wrong.
    Garbled,
    /// A packet that is longer than [`PACKET_SIZE`].
    TooLong,
    /// The client wants the last packet again.
    Nack,
    /// Ctrl-C.
    Interrupt,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Body,
    Checksum(u8),
}

/// Cuts a stream of bytes into packets.
pub(crate) struct Link {
    state: State,
    packet: Vec<u8>,
    too_long: bool,
}

impl Link {
    pub(crate) fn new() -> Link {
        Link { state: State::Between, packet: Vec::new(), too_long: false }
    }

    /// Takes one byte.
    pub(crate) fn push(&mut self, byte: u8) -> Option<Received> {
        match (self.state, byte) {
            // Inside a packet a `$` is escaped: the rest of the old one is lost.
            (State::Between | State::Body, b'$') => {
                self.state = State::Body;
                self.packet = vec![b'$'];
                self.too_long = false;
            }
            (State::Between, b'-') => return Some(Received::Nack),
            (State::Between, 3) => return Some(Received::Interrupt),
            (State::Between, _) => {}
            (State::Body, b'#') => {
                self.state = State::Checksum(0);
                self.packet.push(byte);
            }
            (State::Body, _) if self.packet.len() + 3 >= PACKET_SIZE => self.too_long = true,
            (State::Body, _) => self.packet.push(byte),
            (State::Checksum(0), _) => {
                self.state = State::Checksum(1);
                self.packet.push(byte);
            }
            (State::Checksum(_), _) => {
                self.state = State::Between;
                self.packet.push(byte);
                return Some(self.finish());
            }
        }
        None
    }

    fn finish(&mut self) -> Received {
        let packet = std::mem::take(&mut self.packet);
        let (body, sum) = packet.split_at(packet.len() - 3);
        match std::str::from_utf8(&sum[1..]).ok().and_then(|s| u8::from_str_radix(s, 16).ok()) {
            _ if self.too_long => Received::TooLong,
            Some(sum) if sum == checksum(&body[1..]) => Received::Packet(packet),
            _ => Received::Garbled,
        }
    }
}

/// The body of a whole packet.
pub(crate) fn body(packet: &[u8]) -> &[u8] {
    &packet[1..packet.len() - 3]
}

/// A whole packet around `body`, which needs no escapes.
pub(crate) fn packet(body: &[u8]) -> Vec<u8> {
    let mut packet = vec![b'$'];
    packet.extend(body);
    packet.extend(format!("#{:02x}", checksum(body)).as_bytes());
    packet
}

fn checksum(body: &[u8]) -> u8 {
    body.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Received> {
        let mut link = Link::new();
        bytes.iter().filter_map(|byte| link.push(*byte)).collect()
    }

    #[test]
    fn packets_are_cut_and_checked() {
        let received = all(b"+$g#67\x03$g#68-$?#3f");
        let packet = |p: &[u8]| Received::Packet(p.to_vec());
        assert_eq!(
            received,
            [packet(b"$g#67"), Received::Interrupt, Received::Garbled, Received::Nack, packet(b"$?#3f")]
        );
        assert_eq!(all(b"$g$g#67"), [packet(b"$g#67")]);
        assert_eq!(all(b"$g#zz$g#+7"), [Received::Garbled, Received::Garbled]);
    }

    #[test]
    fn what_does_not_fit_is_dropped_as_a_whole() {
        let mut bytes = vec![b'$'];
        bytes.resize(PACKET_SIZE + 5, b'x');
        bytes.extend(b"#00$g#67");
        assert_eq!(all(&bytes), [Received::TooLong, Received::Packet(b"$g#67".to_vec())]);
    }

    #[test]
    fn packing() {
        assert_eq!(packet(b"OK"), b"$OK#9a");
        assert_eq!(body(&packet(b"OK")), b"OK");
    }
}
