//! A target's register table as gdb needs it: the target description, register numbers, sizes and bytes.

use std::collections::BTreeMap;
use std::fmt::Write;

use bits::Endian;
use cpu::{Cpu, Group, Register, RegisterError};

use crate::feature::{data_type, feature, group};

/// What gdb is told about registers.
pub(crate) struct Description {
    xml: String,
    /// gdb's number to the index into the table.
    by_number: BTreeMap<usize, usize>,
    /// The registers of the `g` packet, by index: the general ones with the lowest numbers.
    general: Vec<usize>,
    table: &'static [Register],
    endian: Endian,
}

impl Description {
    pub(crate) fn new(architecture: &str, endian: Endian, table: &'static [Register]) -> Description {
        let numbered = table.iter().enumerate().filter_map(|(i, r)| Some((usize::from(r.gdb?), i)));
        let by_number: BTreeMap<usize, usize> = numbered.collect();
        let general = by_number.values().copied().take_while(|i| table[*i].group == Group::General).collect();
        let xml = xml(architecture, by_number.values().map(|i| &table[*i]));
        Description { xml, by_number, general, table, endian }
    }

    /// The target description.
    pub(crate) fn xml(&self) -> &str {
        &self.xml
    }

    /// The index of the register with that number.
    pub(crate) fn index(&self, number: usize) -> Option<usize> {
        self.by_number.get(&number).copied()
    }

    /// The bytes of a register in the target's order.
    pub(crate) fn read(&self, cpu: &dyn Cpu, index: usize) -> Result<Vec<u8>, RegisterError> {
        let register = self.table.get(index).ok_or(RegisterError::Unknown(index))?;
        let mut bytes = cpu.register(index)?.to_le_bytes()[..size(register)].to_vec();
        if self.endian == Endian::Big {
            bytes.reverse();
        }
        Ok(bytes)
    }

    /// Writes a register from bytes in the target's order; missing ones are the most significant.
    pub(crate) fn write(&self, cpu: &mut dyn Cpu, index: usize, bytes: &[u8]) -> Result<(), RegisterError> {
        let mut value = [0; 16];
        let n = bytes.len().min(16);
        match self.endian {
            Endian::Little => value[..n].copy_from_slice(&bytes[..n]),
            Endian::Big => bytes.iter().rev().zip(&mut value).for_each(|(b, v)| *v = *b),
        }
        cpu.set_register(index, u128::from_le_bytes(value))
    }

    /// The bytes of the `g` packet.
    pub(crate) fn read_general(&self, cpu: &dyn Cpu) -> Result<Vec<u8>, RegisterError> {
        let mut bytes = Vec::new();
        for index in &self.general {
            bytes.extend(self.read(cpu, *index)?);
        }
        Ok(bytes)
    }

    /// Writes the registers of a `G` packet, as many as it holds. Registers that can't be written keep their values.
    pub(crate) fn write_general(&self, cpu: &mut dyn Cpu, mut bytes: &[u8]) -> Result<(), RegisterError> {
        for index in &self.general {
            let Some((register, rest)) = bytes.split_at_checked(size(&self.table[*index])) else { break };
            match self.write(cpu, *index, register) {
                Ok(()) | Err(RegisterError::ReadOnly(_)) => bytes = rest,
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// Bytes of a register on the wire: gdb knows integers of 1, 2, 4, 8 and 16 bytes, and the x87's 10. A plain number has 4 at least:
/// gdb shows shorter ones as characters.
fn size(register: &Register) -> usize {
    match register.bits {
        80 if register.gdb_type == "i387_ext" => 10,
        ..=32 if data_type(register.gdb_type).0 == "int" => 4,
        bits => usize::from(bits.div_ceil(8)).next_power_of_two().min(16),
    }
}

fn xml<'a>(architecture: &str, registers: impl Iterator<Item = &'a Register>) -> String {
    let mut features: Vec<(String, Vec<&Register>)> = Vec::new();
    for register in registers {
        let name = feature(architecture, register);
        match features.iter_mut().find(|(n, _)| *n == name) {
            Some((_, list)) => list.push(register),
            None => features.push((name, vec![register])),
        }
    }
    let mut xml = String::from("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n");
    let _ = writeln!(xml, "<target version=\"1.0\">\n<architecture>{}</architecture>", escape(architecture));
    for (name, list) in &features {
        let _ = writeln!(xml, "<feature name=\"{}\">", escape(name));
        let mut defined = Vec::new();
        for definition in list.iter().filter_map(|r| data_type(r.gdb_type).1) {
            if !defined.contains(&definition) {
                defined.push(definition);
                let _ = writeln!(xml, "{definition}");
            }
        }
        list.iter().for_each(|register| reg(&mut xml, register));
        xml.push_str("</feature>\n");
    }
    xml.push_str("</target>\n");
    xml
}

fn reg(xml: &mut String, register: &Register) {
    let (name, bits) = (escape(register.name), 8 * size(register));
    let number = register.gdb.unwrap_or_default();
    let (data_type, group) = (data_type(register.gdb_type).0, group(register.group));
    let _ = writeln!(
        xml,
        "<reg name=\"{name}\" bitsize=\"{bits}\" regnum=\"{number}\" type=\"{data_type}\" group=\"{group}\"/>"
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: [Register; 4] = [
        Register { name: "pc", bits: 32, group: Group::General, gdb: Some(1), gdb_type: "code_ptr" },
        Register { name: "r0", bits: 32, group: Group::General, gdb: Some(0), gdb_type: "int" },
        Register { name: "hidden", bits: 32, group: Group::General, gdb: None, gdb_type: "int" },
        Register { name: "v\"0", bits: 128, group: Group::Vector, gdb: Some(7), gdb_type: "vec128" },
    ];

    #[test]
    fn registers_come_in_the_order_of_their_numbers() {
        let d = Description::new("powerpc:common", Endian::Big, &TABLE);
        assert_eq!(d.general, [1, 0]);
        assert_eq!((d.index(7), d.index(2)), (Some(3), None));
        let at = |text: &str| d.xml().find(text).unwrap_or_else(|| panic!("{text} is not in {}", d.xml()));
        assert!(at("name=\"r0\" bitsize=\"32\" regnum=\"0\"") < at("name=\"pc\""));
        assert!(
            at("id=\"vec128\"") < at("name=\"v&quot;0\" bitsize=\"128\" regnum=\"7\" type=\"vec128\" group=\"vector\"")
        );
        assert!(!d.xml().contains("hidden"));
    }

    #[test]
    fn odd_widths_are_rounded_up_to_what_gdb_knows() {
        let of = |bits, gdb_type| size(&Register { name: "x", bits, group: Group::System, gdb: None, gdb_type });
        assert_eq!([1, 8, 9, 20, 33, 64, 65, 128].map(|bits| of(bits, "int")), [4, 4, 4, 4, 8, 8, 16, 16]);
        assert_eq!([1, 8, 9, 20, 128].map(|bits| of(bits, "uint8")), [1, 1, 2, 4, 16]);
        assert_eq!((of(80, "i387_ext"), of(80, "int")), (10, 16));
    }
}
