//! APIC IDs of PCs: the number by which interrupts and firmware tables name a CPU, and in which software finds its place again.
//!
//! Intel 64 Architecture Processor Topology Enumeration, "Hierarchical Mapping": thread, core, die and socket are bit fields, lowest
//! first, each as wide as its largest number needs. Where the counts are no powers of two the numbers have gaps.

use crate::smp::Smp;

/// The shape of APIC IDs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ApicIds {
    /// Dies in a socket, cores in a die, threads in a core.
    counts: [u32; 3],
    /// APIC IDs are the CPU's index: PCs of QEMU before 1.4.
    flat: bool,
}

/// A place as an APIC ID says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ApicPlace {
    /// Socket within the machine.
    pub socket: u32,
    /// Die within the socket.
    pub die: u32,
    /// Core within the die.
    pub core: u32,
    /// Thread within the core.
    pub thread: u32,
}

/// Bits that numbers below `count` need.
fn width(count: u32) -> u32 {
    32 - (count.max(1) - 1).leading_zeros()
}

impl ApicIds {
    /// The numbering of machines of this shape.
    pub fn new(smp: &Smp) -> ApicIds {
        ApicIds { counts: [smp.dies.max(1), smp.cores.max(1), smp.threads.max(1)], flat: false }
    }

    /// The same machine numbered without gaps, so that the place can't be read from the number.
    pub fn flat(smp: &Smp) -> ApicIds {
        ApicIds { flat: true, ..ApicIds::new(smp) }
    }

    /// How far an ID is shifted to the right to name its core, its die, and its socket.
    pub fn shifts(&self) -> [u32; 3] {
        let [dies, cores, threads] = self.counts.map(width);
        [threads, threads + cores, threads + cores + dies]
    }

    /// The place of CPU `index`.
    pub fn place(&self, index: u32) -> ApicPlace {
        let [dies, cores, threads] = self.counts;
        ApicPlace {
            socket: index / threads / cores / dies,
            die: index / threads / cores % dies,
            core: index / threads % cores,
            thread: index % threads,
        }
    }

    /// The APIC ID of a place, cut to 32 bits.
    pub fn of_place(&self, place: &ApicPlace) -> u32 {
        let [core, die, socket] = self.shifts();
        let at = |n: u32, shift: u32| n.checked_shl(shift).unwrap_or(0);
        at(place.socket, socket) | at(place.die, die) | at(place.core, core) | place.thread
    }

    /// The APIC ID of CPU `index`.
    pub fn of_index(&self, index: u32) -> u32 {
        if self.flat { index } else { self.of_place(&self.place(index)) }
    }

    /// The place that an APIC ID names, in use or not.
    pub fn decode(&self, id: u32) -> ApicPlace {
        if self.flat {
            return self.place(id);
        }
        let [core, die, socket] = self.shifts();
        let field = |from: u32, to: u32| id.checked_shr(from).unwrap_or(0) & ((1u64 << (to - from)) - 1) as u32;
        ApicPlace {
            socket: id.checked_shr(socket).unwrap_or(0),
            die: field(die, socket),
            core: field(core, die),
            thread: field(0, core),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_as_wide_as_needed() {
        let smp = Smp { cpus: 36, maxcpus: 36, sockets: 2, dies: 2, cores: 3, threads: 3 };
        let ids = ApicIds::new(&smp);
        assert_eq!(ids.shifts(), [2, 4, 5]);
        assert_eq!(ids.of_index(35), 1 << 5 | 1 << 4 | 2 << 2 | 2);
        for index in 0..36 {
            assert_eq!(ids.decode(ids.of_index(index)), ids.place(index), "CPU {index}");
        }
        let three = ApicIds::new(&Smp { cores: 3, ..Smp::flat(6) });
        assert_eq!((three.of_index(2), three.of_index(3)), (2, 4));
        assert_eq!(ApicIds::flat(&smp).of_index(35), 35);
    }

    #[test]
    fn absurd_shapes_make_numbers_too() {
        let huge = ApicIds::new(&Smp { dies: u32::MAX, cores: u32::MAX, threads: u32::MAX, ..Smp::flat(1) });
        assert_eq!(huge.of_index(7), 7);
        assert_eq!(huge.decode(7).thread, 7);
    }
}
