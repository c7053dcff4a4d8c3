//! String instructions (SDM volume 1, "String Instructions").
//!
//! A helper does as many elements as it may; the block goes back to itself until the count is 0.

use iced_x86::OpKind;
use uop::{Exit, Width};

use crate::helper;
use crate::insn::{Row, rows};
use crate::lift::{Flow, Lift, segment};
use crate::strings::{CMPS, INS, LODS, MOVS, OUTS, SCAS, STOS};

/// The table.
pub(crate) static ROWS: &[Row] = rows! {
    Movsb |l| string(l, MOVS, 0);
    Movsw |l| string(l, MOVS, 1);
    Movsd |l| if l.insn.is_string_instruction() { string(l, MOVS, 2) } else { crate::sse::movsd(l) };
    Movsq |l| string(l, MOVS, 3);
    Cmpsb |l| string(l, CMPS, 0);
    Cmpsw |l| string(l, CMPS, 1);
    Cmpsd |l| if l.insn.is_string_instruction() { string(l, CMPS, 2) } else { crate::sse::cmpsd(l) };
    Cmpsq |l| string(l, CMPS, 3);
    Stosb |l| string(l, STOS, 0);
    Stosw |l| string(l, STOS, 1);
    Stosd |l| string(l, STOS, 2);
    Stosq |l| string(l, STOS, 3);
    Lodsb |l| string(l, LODS, 0);
    Lodsw |l| string(l, LODS, 1);
    Lodsd |l| string(l, LODS, 2);
    Lodsq |l| string(l, LODS, 3);
    Scasb |l| string(l, SCAS, 0);
    Scasw |l| string(l, SCAS, 1);
    Scasd |l| string(l, SCAS, 2);
    Scasq |l| string(l, SCAS, 3);
    Insb |l| string(l, INS, 0);
    Insw |l| string(l, INS, 1);
    Insd |l| string(l, INS, 2);
    Outsb |l| string(l, OUTS, 0);
    Outsw |l| string(l, OUTS, 1);
    Outsd |l| string(l, OUTS, 2);
};

/// Width of addresses as a power of two, and the segment of the source.
fn operands(l: &Lift<'_>) -> (u64, usize) {
    use OpKind::*;
    let kinds = (0..l.insn.op_count()).map(|n| l.insn.op_kind(n));
    let size = kinds.filter_map(|kind| match kind {
        MemorySegSI | MemorySegDI | MemoryESDI => Some(1),
        MemorySegESI | MemorySegEDI | MemoryESEDI => Some(2),
        MemorySegRSI | MemorySegRDI | MemoryESRDI => Some(3),
        _ => None,
    });
    (size.max().unwrap_or(2), segment(l.insn.memory_segment()))
}

fn string(l: &Lift<'_>, op: u64, size: u64) -> Flow {
    let (address, seg) = operands(l);
    let rep: u64 = match (l.insn.has_rep_prefix(), l.insn.has_repne_prefix()) {
        (true, _) => 1,
        (_, true) => 2,
        _ => 0,
    };
    let alone = u64::from(l.alone);
    let what = op | size << 4 | address << 8 | rep << 12 | (seg as u64) << 16 | alone << 24;
    let done = l.ir.call(helper::STRING, &[l.k(what)]);
    let io = op == INS || op == OUTS;
    if rep == 0 {
        return if io { l.update() } else { Flow::Next };
    }
    let done = done.trunc(Width::W1);
    if io || l.alone {
        let pc = l.ir.select(done, l.k(l.next()), l.k(l.pc));
        l.ir.exit(Exit::UpdateIndirect { pc: pc.id() });
        return Flow::End;
    }
    l.branch(done, l.next(), l.pc)
}
