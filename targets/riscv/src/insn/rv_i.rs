//! "RV32I Base Integer Instruction Set" and "RV64I Base Integer Instruction Set".
//!
//! `ecall` and `ebreak` are in `rv_priv`. Instructions that write x0 are HINTs and do nothing, except for what they load or raise.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Exit, Fence, Hint, Mem, Val, Width};

use crate::ext::Ext;
use crate::format::{B, FenceArgs, I, J, R, S, Shift, U};
use crate::lift::Lift;

insns! {
    /// Unprivileged ISA 20240411, "RV32I Base Integer Instruction Set", "RV64I Base Integer Instruction Set".
    pub INSNS for Lift;
    // Integer Register-Immediate Instructions.
    "............ ..... 000 ..... 0010011"  I addi   "{rd}, {rs1}, {imm}" [];
    "............ ..... 010 ..... 0010011"  I slti   "{rd}, {rs1}, {imm}" [];
    "............ ..... 011 ..... 0010011"  I sltiu  "{rd}, {rs1}, {imm}" [];
    "............ ..... 100 ..... 0010011"  I xori   "{rd}, {rs1}, {imm}" [];
    "............ ..... 110 ..... 0010011"  I ori    "{rd}, {rs1}, {imm}" [];
    "............ ..... 111 ..... 0010011"  I andi   "{rd}, {rs1}, {imm}" [];
    "0000000 ..... ..... 001 ..... 0010011" Shift slli "{rd}, {rs1}, {shamt}" [!Rv64];
    "0000000 ..... ..... 101 ..... 0010011" Shift srli "{rd}, {rs1}, {shamt}" [!Rv64];
    "0100000 ..... ..... 101 ..... 0010011" Shift srai "{rd}, {rs1}, {shamt}" [!Rv64];
    "000000 ...... ..... 001 ..... 0010011" Shift slli "{rd}, {rs1}, {shamt}" [Rv64];
    "000000 ...... ..... 101 ..... 0010011" Shift srli "{rd}, {rs1}, {shamt}" [Rv64];
    "010000 ...... ..... 101 ..... 0010011" Shift srai "{rd}, {rs1}, {shamt}" [Rv64];
    ".................... ..... 0110111"    U lui    "{rd}, {hi}" [];
    ".................... ..... 0010111"    U auipc  "{rd}, {hi}" [];
    // Integer Register-Register Operations.
    "0000000 ..... ..... 000 ..... 0110011" R add    "{rd}, {rs1}, {rs2}" [];
    "0100000 ..... ..... 000 ..... 0110011" R sub    "{rd}, {rs1}, {rs2}" [];
    "0000000 ..... ..... 001 ..... 0110011" R sll    "{rd}, {rs1}, {rs2}" [];
    "0000000 ..... ..... 010 ..... 0110011" R slt    "{rd}, {rs1}, {rs2}" [];
    "0000000 ..... ..... 011 ..... 0110011" R sltu   "{rd}, {rs1}, {rs2}" [];
    "0000000 ..... ..... 100 ..... 0110011" R xor    "{rd}, {rs1}, {rs2}" [];
    "0000000 ..... ..... 101 ..... 0110011" R srl    "{rd}, {rs1}, {rs2}" [];
    "0100000 ..... ..... 101 ..... 0110011" R sra    "{rd}, {rs1}, {rs2}" [];
    "0000000 ..... ..... 110 ..... 0110011" R or     "{rd}, {rs1}, {rs2}" [];
    "0000000 ..... ..... 111 ..... 0110011" R and    "{rd}, {rs1}, {rs2}" [];
    // Control Transfer Instructions.
    ".................... ..... 1101111"    J jal    "{rd}, {target}" [];
    "............ ..... 000 ..... 1100111"  I jalr   "{rd}, {imm}({rs1})" [];
    "....... ..... ..... 000 ..... 1100011" B beq    "{rs1}, {rs2}, {target}" [];
    "....... ..... ..... 001 ..... 1100011" B bne    "{rs1}, {rs2}, {target}" [];
    "....... ..... ..... 100 ..... 1100011" B blt    "{rs1}, {rs2}, {target}" [];
    "....... ..... ..... 101 ..... 1100011" B bge    "{rs1}, {rs2}, {target}" [];
    "....... ..... ..... 110 ..... 1100011" B bltu   "{rs1}, {rs2}, {target}" [];
    "....... ..... ..... 111 ..... 1100011" B bgeu   "{rs1}, {rs2}, {target}" [];
    // Load and Store Instructions.
    "............ ..... 000 ..... 0000011"  I lb     "{rd}, {imm}({rs1})" [];
    "............ ..... 001 ..... 0000011"  I lh     "{rd}, {imm}({rs1})" [];
    "............ ..... 010 ..... 0000011"  I lw     "{rd}, {imm}({rs1})" [];
    "............ ..... 100 ..... 0000011"  I lbu    "{rd}, {imm}({rs1})" [];
    "............ ..... 101 ..... 0000011"  I lhu    "{rd}, {imm}({rs1})" [];
    "....... ..... ..... 000 ..... 0100011" S sb     "{rs2}, {imm}({rs1})" [];
    "....... ..... ..... 001 ..... 0100011" S sh     "{rs2}, {imm}({rs1})" [];
    "....... ..... ..... 010 ..... 0100011" S sw     "{rs2}, {imm}({rs1})" [];
    // Memory Ordering Instructions.
    "............ ..... 000 ..... 0001111"  FenceArgs fence "{pred}, {succ}" [];
    "1000 0011 0011 00000 000 00000 0001111" FenceArgs fence_tso "" [] over fence;
    "0000 0001 0000 00000 000 00000 0001111" FenceArgs pause "" [Zihintpause] over fence;
    // RV64I.
    "............ ..... 000 ..... 0011011"  I addiw  "{rd}, {rs1}, {imm}" [Rv64];
    "0000000 ..... ..... 001 ..... 0011011" Shift slliw "{rd}, {rs1}, {shamt}" [Rv64];
    "0000000 ..... ..... 101 ..... 0011011" Shift srliw "{rd}, {rs1}, {shamt}" [Rv64];
    "0100000 ..... ..... 101 ..... 0011011" Shift sraiw "{rd}, {rs1}, {shamt}" [Rv64];
    "0000000 ..... ..... 000 ..... 0111011" R addw   "{rd}, {rs1}, {rs2}" [Rv64];
    "0100000 ..... ..... 000 ..... 0111011" R subw   "{rd}, {rs1}, {rs2}" [Rv64];
    "0000000 ..... ..... 001 ..... 0111011" R sllw   "{rd}, {rs1}, {rs2}" [Rv64];
    "0000000 ..... ..... 101 ..... 0111011" R srlw   "{rd}, {rs1}, {rs2}" [Rv64];
    "0100000 ..... ..... 101 ..... 0111011" R sraw   "{rd}, {rs1}, {rs2}" [Rv64];
    "............ ..... 110 ..... 0000011"  I lwu    "{rd}, {imm}({rs1})" [Rv64];
    "............ ..... 011 ..... 0000011"  I ld     "{rd}, {imm}({rs1})" [Rv64];
    "....... ..... ..... 011 ..... 0100011" S sd     "{rs2}, {imm}({rs1})" [Rv64];
}

fn addi(l: &Lift, f: I) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).add_imm(f.imm));
    Next
}

/// `rd` = 1 if `rs1` < `imm`, signed, else 0.
fn slti(l: &Lift, f: I) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).lt_s(l.konst(f.imm)));
    Next
}

/// `rd` = 1 if `rs1` < the sign-extended `imm`, both as unsigned numbers, else 0.
fn sltiu(l: &Lift, f: I) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).lt_u(l.konst(f.imm)));
    Next
}

fn xori(l: &Lift, f: I) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) ^ l.konst(f.imm));
    Next
}

fn ori(l: &Lift, f: I) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) | l.konst(f.imm));
    Next
}

fn andi(l: &Lift, f: I) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) & l.konst(f.imm));
    Next
}

fn slli(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).shl(l.konst(f.shamt as i64)));
    Next
}

fn srli(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).shr_u(l.konst(f.shamt as i64)));
    Next
}

fn srai(l: &Lift, f: Shift) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).shr_s(l.konst(f.shamt as i64)));
    Next
}

fn lui(l: &Lift, f: U) -> Flow {
    l.set_x(f.rd, l.konst(f.imm));
    Next
}

/// `rd` = this instruction's address plus `imm`.
fn auipc(l: &Lift, f: U) -> Flow {
    l.set_x(f.rd, l.konst(l.relative(f.imm) as i64));
    Next
}

fn add(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) + l.x(f.rs2));
    Next
}

fn sub(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) - l.x(f.rs2));
    Next
}

/// Shifts take their count modulo XLEN, as the op does.
fn sll(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).shl(l.x(f.rs2)));
    Next
}

fn slt(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).lt_s(l.x(f.rs2)));
    Next
}

fn sltu(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).lt_u(l.x(f.rs2)));
    Next
}

fn xor(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) ^ l.x(f.rs2));
    Next
}

fn srl(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).shr_u(l.x(f.rs2)));
    Next
}

fn sra(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1).shr_s(l.x(f.rs2)));
    Next
}

fn or(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) | l.x(f.rs2));
    Next
}

fn and(l: &Lift, f: R) -> Flow {
    l.set_x(f.rd, l.x(f.rs1) & l.x(f.rs2));
    Next
}

fn jal(l: &Lift, f: J) -> Flow {
    jump(l, f.rd, f.imm)
}

fn jalr(l: &Lift, f: I) -> Flow {
    jump_register(l, f.rd, f.rs1, f.imm)
}

fn beq(l: &Lift, f: B) -> Flow {
    branch(l, l.x(f.rs1).eq(l.x(f.rs2)), f.imm)
}

fn bne(l: &Lift, f: B) -> Flow {
    branch(l, l.x(f.rs1).ne(l.x(f.rs2)), f.imm)
}

fn blt(l: &Lift, f: B) -> Flow {
    branch(l, l.x(f.rs1).lt_s(l.x(f.rs2)), f.imm)
}

fn bge(l: &Lift, f: B) -> Flow {
    branch(l, l.x(f.rs2).le_s(l.x(f.rs1)), f.imm)
}

fn bltu(l: &Lift, f: B) -> Flow {
    branch(l, l.x(f.rs1).lt_u(l.x(f.rs2)), f.imm)
}

fn bgeu(l: &Lift, f: B) -> Flow {
    branch(l, l.x(f.rs2).le_u(l.x(f.rs1)), f.imm)
}

fn lb(l: &Lift, f: I) -> Flow {
    load(l, f.rd, f.rs1, f.imm, Width::W8)
}

fn lh(l: &Lift, f: I) -> Flow {
    load(l, f.rd, f.rs1, f.imm, Width::W16)
}

fn lw(l: &Lift, f: I) -> Flow {
    load(l, f.rd, f.rs1, f.imm, Width::W32)
}

fn ld(l: &Lift, f: I) -> Flow {
    load(l, f.rd, f.rs1, f.imm, Width::W64)
}

fn lbu(l: &Lift, f: I) -> Flow {
    load_unsigned(l, f, Width::W8)
}

fn lhu(l: &Lift, f: I) -> Flow {
    load_unsigned(l, f, Width::W16)
}

fn lwu(l: &Lift, f: I) -> Flow {
    load_unsigned(l, f, Width::W32)
}

fn sb(l: &Lift, f: S) -> Flow {
    store(l, f.rs2, f.rs1, f.imm, Width::W8)
}

fn sh(l: &Lift, f: S) -> Flow {
    store(l, f.rs2, f.rs1, f.imm, Width::W16)
}

fn sw(l: &Lift, f: S) -> Flow {
    store(l, f.rs2, f.rs1, f.imm, Width::W32)
}

fn sd(l: &Lift, f: S) -> Flow {
    store(l, f.rs2, f.rs1, f.imm, Width::W64)
}

/// Orders memory accesses; device accesses (I, O) count as reads and writes. Fields that are not zero in reserved encodings are
/// ignored, as the manual wants.
fn fence(l: &Lift, f: FenceArgs) -> Flow {
    let (reads, writes) = (|set: u8| set & 0b1010 != 0, |set: u8| set & 0b0101 != 0);
    if f.pred == 0 || f.succ == 0 {
        return Next;
    }
    if writes(f.pred) && reads(f.succ) {
        l.ir.fence(Fence::SeqCst);
        return Next;
    }
    if reads(f.pred) {
        l.ir.fence(Fence::Acquire);
    }
    if writes(f.succ) {
        l.ir.fence(Fence::Release);
    }
    Next
}

/// All but stores before loads.
fn fence_tso(l: &Lift, _: FenceArgs) -> Flow {
    l.ir.fence(Fence::Acquire);
    l.ir.fence(Fence::Release);
    Next
}

/// "Zihintpause" Pause Hint: nothing to be done here.
fn pause(_: &Lift, _: FenceArgs) -> Flow {
    Next
}

fn addiw(l: &Lift, f: I) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).add_imm(f.imm));
    Next
}

fn slliw(l: &Lift, f: Shift) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).shl(l.ir.konst(Width::W32, f.shamt)));
    Next
}

fn srliw(l: &Lift, f: Shift) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).shr_u(l.ir.konst(Width::W32, f.shamt)));
    Next
}

fn sraiw(l: &Lift, f: Shift) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).shr_s(l.ir.konst(Width::W32, f.shamt)));
    Next
}

fn addw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1) + l.x32(f.rs2));
    Next
}

fn subw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1) - l.x32(f.rs2));
    Next
}

fn sllw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).shl(l.x32(f.rs2)));
    Next
}

fn srlw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).shr_u(l.x32(f.rs2)));
    Next
}

fn sraw(l: &Lift, f: R) -> Flow {
    l.set_x32(f.rd, l.x32(f.rs1).shr_s(l.x32(f.rs2)));
    Next
}

/// Loads a number of `width` bits, sign-extended to XLEN. The access is made even if `rd` is x0.
pub(super) fn load(l: &Lift, rd: u8, rs1: u8, imm: i64, width: Width) -> Flow {
    let value = l.ir.load(l.x(rs1).add_imm(imm), Mem::le(width));
    l.set_x(rd, value.sext(l.xlen()));
    Next
}

fn load_unsigned(l: &Lift, f: I, width: Width) -> Flow {
    let value = l.ir.load(l.x(f.rs1).add_imm(f.imm), Mem::le(width));
    l.set_x(f.rd, value.zext(l.xlen()));
    Next
}

/// Stores the low bits of `rs2`.
pub(super) fn store(l: &Lift, rs2: u8, rs1: u8, imm: i64, width: Width) -> Flow {
    l.ir.store(l.x(rs1).add_imm(imm), l.x(rs2).trunc(width), Mem::le(width));
    Next
}

/// `jal`: jumps by `offset`, `rd` = address of the next instruction.
pub(super) fn jump(l: &Lift, rd: u8, offset: i64) -> Flow {
    let pc = l.relative(offset);
    if l.misaligned(pc) {
        return l.raise_misaligned(pc);
    }
    l.set_x(rd, l.konst(l.next_pc() as i64));
    if is_link(rd) {
        l.ir.returns_to(l.next_pc());
    }
    l.end(Exit::Jump { pc })
}

/// Whether `r` is a link register: x1 and x5 are, says the table of "Unconditional Jumps" (return-address prediction stack).
fn is_link(r: u8) -> bool {
    r == 1 || r == 5
}

/// `jalr`: jumps to `rs1` + `imm` with bit 0 cleared, `rd` = address of the next instruction.
pub(super) fn jump_register(l: &Lift, rd: u8, rs1: u8, imm: i64) -> Flow {
    let hint = match (is_link(rd), is_link(rs1)) {
        (true, _) => Hint::Call,
        (false, true) => Hint::Return,
        (false, false) => Hint::None,
    };
    let pc = l.x(rs1).add_imm(imm) & l.konst(!1);
    l.check_target(pc);
    l.set_x(rd, l.konst(l.next_pc() as i64));
    if hint == Hint::Call {
        l.ir.returns_to(l.next_pc());
    }
    l.end(Exit::Indirect { pc: pc.id(), hint })
}

/// Jumps by `offset` if `cond`. The exception of a misaligned target is raised only if the branch is taken.
pub(super) fn branch(l: &Lift, cond: Val, offset: i64) -> Flow {
    let taken = l.relative(offset);
    if l.misaligned(taken) {
        let target = l.ir.select(cond, l.konst(taken as i64), l.konst(0));
        l.check_target(target);
        return Next;
    }
    l.end(Exit::Branch { cond: cond.id(), taken, fallthrough: l.next_pc() })
}
