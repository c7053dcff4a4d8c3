//! "C" Extension for Compressed Instructions.
//!
//! Each stands for a base instruction and shares its semantics. Reserved encodings are illegal, HINTs do nothing. `c.ebreak` is here;
//! its 4-byte sister is in `rv_priv`.

use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{Val, Width};

use super::{float, rv_i, rv_priv};
use crate::ext::Ext;
use crate::format::{CA, CB, CBImm, CI, CILoadD, CILoadW, CIShift, CISp, CIW, CJ, CLD, CLW, CR, CSSD, CSSW, None0};
use crate::lift::Lift;

/// The link register of `c.jal` and `c.jalr`, and the stack pointer.
const RA: u8 = 1;
const SP: u8 = 2;

insns! {
    /// Unprivileged ISA 20240411, "RVC Instruction Set Listings".
    pub INSNS for Lift;
    // Quadrant 0.
    "000 ........ ... 00"      CIW c_addi4spn "{rd}, sp, {uimm}" [C];
    "001 ... ... .. ... 00"    CLD c_fld  "{frd}, {uimm}({rs1})" [C D];
    "010 ... ... .. ... 00"    CLW c_lw   "{rd}, {uimm}({rs1})" [C];
    "011 ... ... .. ... 00"    CLW c_flw  "{frd}, {uimm}({rs1})" [C F !Rv64];
    "011 ... ... .. ... 00"    CLD c_ld   "{rd}, {uimm}({rs1})" [C Rv64];
    "101 ... ... .. ... 00"    CLD c_fsd  "{frs2}, {uimm}({rs1})" [C D];
    "110 ... ... .. ... 00"    CLW c_sw   "{rs2}, {uimm}({rs1})" [C];
    "111 ... ... .. ... 00"    CLW c_fsw  "{frs2}, {uimm}({rs1})" [C F !Rv64];
    "111 ... ... .. ... 00"    CLD c_sd   "{rs2}, {uimm}({rs1})" [C Rv64];
    // Quadrant 1.
    "000 0 00000 00000 01"     None0 c_nop "" [C] over c_addi;
    "000 . ..... ..... 01"     CI  c_addi "{rd}, {imm}" [C];
    "001 ........... 01"       CJ  c_jal  "{target}" [C !Rv64];
    "001 . ..... ..... 01"     CI  c_addiw "{rd}, {imm}" [C Rv64];
    "010 . ..... ..... 01"     CI  c_li   "{rd}, {imm}" [C];
    "011 . 00010 ..... 01"     CISp c_addi16sp "sp, {imm}" [C] over c_lui;
    "011 . ..... ..... 01"     CI  c_lui  "{rd}, {hi}" [C];
    "100 . 00 ... ..... 01"    CBImm c_srli "{rd}, {shamt}" [C];
    "100 . 01 ... ..... 01"    CBImm c_srai "{rd}, {shamt}" [C];
    "100 . 10 ... ..... 01"    CBImm c_andi "{rd}, {imm}" [C];
    "100 0 11 ... 00 ... 01"   CA  c_sub  "{rd}, {rs2}" [C];
    "100 0 11 ... 01 ... 01"   CA  c_xor  "{rd}, {rs2}" [C];
    "100 0 11 ... 10 ... 01"   CA  c_or   "{rd}, {rs2}" [C];
    "100 0 11 ... 11 ... 01"   CA  c_and  "{rd}, {rs2}" [C];
    "100 1 11 ... 00 ... 01"   CA  c_subw "{rd}, {rs2}" [C Rv64];
    "100 1 11 ... 01 ... 01"   CA  c_addw "{rd}, {rs2}" [C Rv64];
    "101 ........... 01"       CJ  c_j    "{target}" [C];
    "110 ... ... ..... 01"     CB  c_beqz "{rs1}, {target}" [C];
    "111 ... ... ..... 01"     CB  c_bnez "{rs1}, {target}" [C];
    // Quadrant 2.
    "000 . ..... ..... 10"     CIShift c_slli "{rd}, {shamt}" [C];
    "001 . ..... ..... 10"     CILoadD c_fldsp "{frd}, {uimm}(sp)" [C D];
    "010 . ..... ..... 10"     CILoadW c_lwsp  "{rd}, {uimm}(sp)" [C];
    "011 . ..... ..... 10"     CILoadW c_flwsp "{frd}, {uimm}(sp)" [C F !Rv64];
    "011 . ..... ..... 10"     CILoadD c_ldsp  "{rd}, {uimm}(sp)" [C Rv64];
    "100 0 ..... 00000 10"     CR  c_jr   "{rd}" [C] over c_mv;
    "100 0 ..... ..... 10"     CR  c_mv   "{rd}, {rs2}" [C];
    "100 1 00000 00000 10"     None0 c_ebreak "" [C] over c_jalr;
    "100 1 ..... 00000 10"     CR  c_jalr "{rd}" [C] over c_add;
    "100 1 ..... ..... 10"     CR  c_add  "{rd}, {rs2}" [C];
    "101 ...... ..... 10"      CSSD c_fsdsp "{frs2}, {uimm}(sp)" [C D];
    "110 ...... ..... 10"      CSSW c_swsp  "{rs2}, {uimm}(sp)" [C];
    "111 ...... ..... 10"      CSSW c_fswsp "{frs2}, {uimm}(sp)" [C F !Rv64];
    "111 ...... ..... 10"      CSSD c_sdsp  "{rs2}, {uimm}(sp)" [C Rv64];
}

/// `uimm` = 0 is reserved; the encoding of all zeros is illegal for ever.
fn c_addi4spn(l: &Lift, f: CIW) -> Flow {
    if f.uimm == 0 {
        return Illegal;
    }
    l.set_x(f.rd, l.x(SP).add_imm(f.uimm as i64));
    Next
}

fn c_fld(l: &Lift, f: CLD) -> Flow {
    float::load(l, f.rd, f.rs1, f.uimm as i64, Width::W64)
}

fn c_lw(l: &Lift, f: CLW) -> Flow {
    rv_i::load(l, f.rd, f.rs1, f.uimm as i64, Width::W32)
}

fn c_flw(l: &Lift, f: CLW) -> Flow {
    float::load(l, f.rd, f.rs1, f.uimm as i64, Width::W32)
}

fn c_ld(l: &Lift, f: CLD) -> Flow {
    rv_i::load(l, f.rd, f.rs1, f.uimm as i64, Width::W64)
}

fn c_fsd(l: &Lift, f: CLD) -> Flow {
    float::store(l, f.rs2, f.rs1, f.uimm as i64, Width::W64)
}

fn c_sw(l: &Lift, f: CLW) -> Flow {
    rv_i::store(l, f.rs2, f.rs1, f.uimm as i64, Width::W32)
}

fn c_fsw(l: &Lift, f: CLW) -> Flow {
    float::store(l, f.rs2, f.rs1, f.uimm as i64, Width::W32)
}

fn c_sd(l: &Lift, f: CLD) -> Flow {
    rv_i::store(l, f.rs2, f.rs1, f.uimm as i64, Width::W64)
}

fn c_nop(_: &Lift, _: None0) -> Flow {
    Next
}

fn c_addi(l: &Lift, f: CI) -> Flow {
    l.set_x(f.rd, l.x(f.rd).add_imm(f.imm));
    Next
}

fn c_jal(l: &Lift, f: CJ) -> Flow {
    rv_i::jump(l, RA, f.imm)
}

/// `rd` = x0 is reserved.
fn c_addiw(l: &Lift, f: CI) -> Flow {
    if f.rd == 0 {
        return Illegal;
    }
    l.set_x32(f.rd, l.x32(f.rd).add_imm(f.imm));
    Next
}

fn c_li(l: &Lift, f: CI) -> Flow {
    l.set_x(f.rd, l.konst(f.imm));
    Next
}

/// `imm` = 0 is reserved.
fn c_addi16sp(l: &Lift, f: CISp) -> Flow {
    if f.imm == 0 {
        return Illegal;
    }
    l.set_x(SP, l.x(SP).add_imm(f.imm));
    Next
}

/// `imm` = 0 is reserved.
fn c_lui(l: &Lift, f: CI) -> Flow {
    if f.imm == 0 {
        return Illegal;
    }
    l.set_x(f.rd, l.konst(f.imm << 12));
    Next
}

fn c_srli(l: &Lift, f: CBImm) -> Flow {
    shift(l, f.rd, f.shamt, Val::shr_u)
}

fn c_srai(l: &Lift, f: CBImm) -> Flow {
    shift(l, f.rd, f.shamt, Val::shr_s)
}

fn c_andi(l: &Lift, f: CBImm) -> Flow {
    l.set_x(f.rd, l.x(f.rd) & l.konst(f.imm));
    Next
}

fn c_sub(l: &Lift, f: CA) -> Flow {
    l.set_x(f.rd, l.x(f.rd) - l.x(f.rs2));
    Next
}

fn c_xor(l: &Lift, f: CA) -> Flow {
    l.set_x(f.rd, l.x(f.rd) ^ l.x(f.rs2));
    Next
}

fn c_or(l: &Lift, f: CA) -> Flow {
    l.set_x(f.rd, l.x(f.rd) | l.x(f.rs2));
    Next
}

fn c_and(l: &Lift, f: CA) -> Flow {
    l.set_x(f.rd, l.x(f.rd) & l.x(f.rs2));
    Next
}

fn c_subw(l: &Lift, f: CA) -> Flow {
    l.set_x32(f.rd, l.x32(f.rd) - l.x32(f.rs2));
    Next
}

fn c_addw(l: &Lift, f: CA) -> Flow {
    l.set_x32(f.rd, l.x32(f.rd) + l.x32(f.rs2));
    Next
}

fn c_j(l: &Lift, f: CJ) -> Flow {
    rv_i::jump(l, 0, f.imm)
}

fn c_beqz(l: &Lift, f: CB) -> Flow {
    rv_i::branch(l, l.x(f.rs1).eq(l.konst(0)), f.imm)
}

fn c_bnez(l: &Lift, f: CB) -> Flow {
    rv_i::branch(l, l.x(f.rs1).is_nonzero(), f.imm)
}

fn c_slli(l: &Lift, f: CIShift) -> Flow {
    shift(l, f.rd, f.shamt, Val::shl)
}

fn c_fldsp(l: &Lift, f: CILoadD) -> Flow {
    float::load(l, f.rd, SP, f.uimm as i64, Width::W64)
}

/// `rd` = x0 is reserved.
fn c_lwsp(l: &Lift, f: CILoadW) -> Flow {
    if f.rd == 0 {
        return Illegal;
    }
    rv_i::load(l, f.rd, SP, f.uimm as i64, Width::W32)
}

fn c_flwsp(l: &Lift, f: CILoadW) -> Flow {
    float::load(l, f.rd, SP, f.uimm as i64, Width::W32)
}

/// `rd` = x0 is reserved.
fn c_ldsp(l: &Lift, f: CILoadD) -> Flow {
    if f.rd == 0 {
        return Illegal;
    }
    rv_i::load(l, f.rd, SP, f.uimm as i64, Width::W64)
}

/// Jump to x0 is reserved.
fn c_jr(l: &Lift, f: CR) -> Flow {
    if f.rd == 0 {
        return Illegal;
    }
    rv_i::jump_register(l, 0, f.rd, 0)
}

fn c_mv(l: &Lift, f: CR) -> Flow {
    l.set_x(f.rd, l.x(f.rs2));
    Next
}

fn c_ebreak(l: &Lift, f: None0) -> Flow {
    rv_priv::ebreak(l, f)
}

fn c_jalr(l: &Lift, f: CR) -> Flow {
    rv_i::jump_register(l, RA, f.rd, 0)
}

fn c_add(l: &Lift, f: CR) -> Flow {
    l.set_x(f.rd, l.x(f.rd) + l.x(f.rs2));
    Next
}

fn c_fsdsp(l: &Lift, f: CSSD) -> Flow {
    float::store(l, f.rs2, SP, f.uimm as i64, Width::W64)
}

fn c_swsp(l: &Lift, f: CSSW) -> Flow {
    rv_i::store(l, f.rs2, SP, f.uimm as i64, Width::W32)
}

fn c_fswsp(l: &Lift, f: CSSW) -> Flow {
    float::store(l, f.rs2, SP, f.uimm as i64, Width::W32)
}

fn c_sdsp(l: &Lift, f: CSSD) -> Flow {
    rv_i::store(l, f.rs2, SP, f.uimm as i64, Width::W64)
}

/// Shifts `rd` in place; a sixth bit in the amount is reserved for RV32.
fn shift<'b>(l: &Lift<'b>, rd: u8, shamt: u64, op: fn(Val<'b>, Val<'b>) -> Val<'b>) -> Flow {
    if shamt >= u64::from(l.xlen().bits()) {
        return Illegal;
    }
    l.set_x(rd, op(l.x(rd), l.konst(shamt as i64)));
    Next
}
