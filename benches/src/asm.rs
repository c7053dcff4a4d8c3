//! Small endless programs in RISC-V machine code.

const fn i_type(opcode: u32, funct3: u32, rd: u32, rs1: u32, imm: i32) -> u32 {
    (imm as u32) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode
}

const fn addi(rd: u32, rs1: u32, imm: i32) -> u32 {
    i_type(0x13, 0, rd, rs1, imm)
}

const fn r_type(funct3: u32, rd: u32, rs1: u32, rs2: u32) -> u32 {
    rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | 0x33
}

const fn add(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r_type(0, rd, rs1, rs2)
}

const fn xor(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r_type(4, rd, rs1, rs2)
}

const fn or(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r_type(6, rd, rs1, rs2)
}

const fn and(rd: u32, rs1: u32, rs2: u32) -> u32 {
    r_type(7, rd, rs1, rs2)
}

const fn lw(rd: u32, rs1: u32, imm: i32) -> u32 {
    i_type(0x03, 2, rd, rs1, imm)
}

const fn jalr(rd: u32, rs1: u32, imm: i32) -> u32 {
    i_type(0x67, 0, rd, rs1, imm)
}

const fn slli(rd: u32, rs1: u32, n: i32) -> u32 {
    i_type(0x13, 1, rd, rs1, n)
}

const fn csrw(csr: i32, rs1: u32) -> u32 {
    i_type(0x73, 1, 0, rs1, csr)
}

const fn lui(rd: u32, upper: u32) -> u32 {
    upper << 12 | rd << 7 | 0x37
}

const fn auipc(rd: u32, upper: u32) -> u32 {
    upper << 12 | rd << 7 | 0x17
}

/// `jal x0, offset`.
const fn j(offset: i32) -> u32 {
    let o = offset as u32;
    (o >> 20 & 1) << 31 | (o >> 1 & 0x3ff) << 21 | (o >> 11 & 1) << 20 | (o >> 12 & 0xff) << 12 | 0x6f
}

const MRET: u32 = 0x3020_0073;
const MTVEC: i32 = 0x305;
const MIE: i32 = 0x304;
const MSTATUS: i32 = 0x300;

/// Register arithmetic.
pub static ALU: &[u32] = &[addi(5, 5, 1), xor(6, 6, 5), add(7, 7, 6), or(8, 7, 5), add(9, 9, 8), j(-20)];

/// Loads that hit the soft TLB: four of the loop's five instructions.
pub static TLB_HIT: &[u32] = &[auipc(10, 1), lw(5, 10, 0), lw(6, 10, 4), lw(7, 10, 8), lw(8, 10, 12), j(-16)];

/// Loads that all miss: 32 pages that share a slot of the TLB, 1 MiB apart. One load in five instructions.
pub static TLB_MISS: &[u32] = &[
    auipc(13, 0x1000), // 16 MiB on
    addi(10, 13, 0),
    lui(11, 0x100),  // 1 MiB
    lui(12, 0x1f00), // where bits 20 to 24 change
    lw(5, 10, 0),
    add(9, 9, 11),
    and(9, 9, 12),
    add(10, 13, 9),
    j(-16),
];

/// Blocks of one instruction that jump to the next: all linked.
pub static LINKS: &[u32] = &[j(4), j(4), j(4), j(4), j(4), j(4), j(4), j(-28)];

/// Indirect jumps back and forth: the jump cache.
pub static INDIRECT: &[u32] = &[auipc(5, 0), addi(6, 5, 16), jalr(0, 6, 0), jalr(0, 6, 0), jalr(0, 5, 12)];

/// Enables software interrupts and loops; the handler, at [`HANDLER`], returns at once.
pub static INTERRUPTED: &[u32] = &[
    auipc(5, 0),
    addi(5, 5, HANDLER as i32),
    csrw(MTVEC, 5),
    addi(6, 0, 8),
    csrw(MIE, 6),
    lui(7, 2),
    addi(7, 7, -2048), // MPP
    or(7, 7, 6),       // MIE
    csrw(MSTATUS, 7),
    slli(8, 8, 1),
    j(-4),
    MRET,
];

/// Offset of the handler in [`INTERRUPTED`].
pub const HANDLER: u64 = 44;

/// Programs that run for ever without leaving RAM.
pub static PROGRAMS: &[(&str, &[u32])] = &[
    ("alu", ALU),
    ("tlb_hit", TLB_HIT),
    ("tlb_miss", TLB_MISS),
    ("links", LINKS),
    ("indirect", INDIRECT),
    ("interrupted", INTERRUPTED),
];
