//! The MP table: processors and interrupts of a PC without ACPI.
//!
//! Intel, MultiProcessor Specification 1.4, chapter "MP Configuration Table".

/// APIC IDs that the table can name.
const ID_MAX: u32 = 254;
const LOCAL_APIC: u32 = 0xfee0_0000;
const IO_APIC: u32 = 0xfec0_0000;
const VERSION: u8 = 0x14;
/// Bytes of the floating pointer.
const POINTER_LEN: usize = 16;

fn sum(bytes: &[u8]) -> u8 {
    0u8.wrapping_sub(bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte)))
}

/// The pointer and the table for processors with these APIC IDs, the first of which boots; both for address `at`.
pub fn table(ids: &[u32], at: u32) -> Vec<u8> {
    let mut entries: Vec<Vec<u8>> = Vec::new();
    for (n, id) in ids.iter().enumerate().filter(|(_, id)| **id <= ID_MAX) {
        let flags = if n == 0 { 3 } else { 1 };
        let mut entry = vec![0, *id as u8, VERSION, flags];
        // Signature and features: family 6, with an FPU and an APIC.
        entry.extend(0x600u32.to_le_bytes());
        entry.extend(0x201u32.to_le_bytes());
        entry.extend([0; 8]);
        entries.push(entry);
    }
    let io_apic = 0u8;
    entries.push([&[1, 0][..], b"ISA   "].concat());
    entries.push([&[2, io_apic, 0x11, 1][..], &IO_APIC.to_le_bytes()].concat());
    // Interrupt 0 is at pin 2, which interrupt 2 therefore leaves.
    for irq in (0..16u8).filter(|irq| *irq != 2) {
        entries.push(vec![3, 0, 0, 0, 0, irq, io_apic, if irq == 0 { 2 } else { irq }]);
    }
    // The 8259A at the first pin of all processors, non-maskable interrupts at the second.
    entries.push(vec![4, 3, 0, 0, 0, 0, 0xff, 0]);
    entries.push(vec![4, 1, 0, 0, 0, 0, 0xff, 1]);
    let body = entries.concat();
    let mut table = b"PCMP".to_vec();
    table.extend((44 + body.len() as u16).to_le_bytes());
    table.extend([4, 0]);
    table.extend(b"POLYARCHPC          ");
    table.extend([0; 6]);
    table.extend((entries.len() as u16).to_le_bytes());
    table.extend(LOCAL_APIC.to_le_bytes());
    table.extend([0; 4]);
    table.extend(body);
    table[7] = sum(&table);
    let mut pointer = b"_MP_".to_vec();
    pointer.extend((at + POINTER_LEN as u32).to_le_bytes());
    pointer.extend([1, 4, 0, 0, 0, 0, 0, 0]);
    pointer[10] = sum(&pointer);
    [pointer, table].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_sums() {
        let bytes = table(&[0, 1, 300], 0xf_0000);
        let (pointer, table) = bytes.split_at(16);
        assert_eq!((sum(pointer), sum(table)), (0, 0));
        assert_eq!(usize::from(u16::from_le_bytes([table[4], table[5]])), table.len());
        let (mut at, mut kinds) = (44, Vec::new());
        while at < table.len() {
            kinds.push(table[at]);
            at += if table[at] == 0 { 20 } else { 8 };
        }
        assert_eq!(kinds.len(), usize::from(u16::from_le_bytes([table[34], table[35]])));
        assert_eq!(kinds.iter().filter(|kind| **kind == 0).count(), 2);
    }
}
