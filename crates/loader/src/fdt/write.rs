//! Flattening without the specification's limit on names: bindings older than it have properties of more than 31 characters.
//!
//! Devicetree Specification v0.4, chapter "Flattened Devicetree (DTB) Format".

use std::collections::HashMap;

use super::{Fdt, Node};

const MAGIC: u32 = 0xd00d_feed;
const VERSION: u32 = 17;
const LAST_COMPATIBLE: u32 = 16;
const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROP: u32 = 3;
const END: u32 = 9;
/// Bytes of the header.
const HEADER: usize = 40;

/// The structure block and the strings block.
#[derive(Default)]
struct Blocks {
    structure: Vec<u8>,
    strings: Vec<u8>,
    offsets: HashMap<String, u32>,
}

impl Blocks {
    fn word(&mut self, word: u32) {
        self.structure.extend(word.to_be_bytes());
    }

    fn padded(&mut self, bytes: &[u8]) {
        self.structure.extend(bytes);
        self.structure.resize(self.structure.len().next_multiple_of(4), 0);
    }

    fn offset(&mut self, name: &str) -> u32 {
        if let Some(&at) = self.offsets.get(name) {
            return at;
        }
        let at = self.strings.len() as u32;
        self.strings.extend(name.bytes().chain([0]));
        self.offsets.insert(name.to_string(), at);
        at
    }

    fn node(&mut self, node: &Node) {
        self.word(BEGIN_NODE);
        let name: Vec<u8> = node.name().bytes().chain([0]).collect();
        self.padded(&name);
        for (name, value) in node.props() {
            let at = self.offset(name);
            self.word(PROP);
            self.word(value.len() as u32);
            self.word(at);
            self.padded(value);
        }
        node.children().iter().for_each(|child| self.node(child));
        self.word(END_NODE);
    }
}

impl Fdt {
    /// The flattened tree, version 17, whatever the length of its names. [`Fdt::to_dtb`] checks more.
    pub fn to_long_dtb(&self) -> Vec<u8> {
        let mut blocks = Blocks::default();
        blocks.node(&self.root);
        blocks.word(END);
        let reserved: Vec<u8> = (self.reserved.iter().chain([&(0, 0)]))
            .flat_map(|(at, size)| [at.to_be_bytes(), size.to_be_bytes()].concat())
            .collect();
        let structure = HEADER + reserved.len();
        let strings = structure + blocks.structure.len();
        let total = strings + blocks.strings.len();
        let header = [
            MAGIC,
            total as u32,
            structure as u32,
            strings as u32,
            HEADER as u32,
            VERSION,
            LAST_COMPATIBLE,
            self.boot_cpu,
            blocks.strings.len() as u32,
            blocks.structure.len() as u32,
        ];
        let mut out: Vec<u8> = header.iter().flat_map(|word| word.to_be_bytes()).collect();
        out.extend(reserved);
        out.extend(blocks.structure);
        out.extend(blocks.strings);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let mut fdt = Fdt::new();
        fdt.reserve(0x1000, 0x2000).set_boot_cpu(3);
        fdt.root().u32("#address-cells", 2);
        fdt.node("/rtas").cells("ibm,associativity-reference-points-and-more", &[4, 4]).empty("x");
        fdt.node("/cpus/PowerPC,POWER9@0").u32("#address-cells", 1).str("device_type", "cpu");
        let read = Fdt::from_dtb(&fdt.to_long_dtb()).unwrap();
        assert_eq!(read, fdt);
    }
}
