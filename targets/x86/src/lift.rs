//! What instruction handlers lift with: operands, addresses, flags, exits, all in terms of the micro-op builder.
//!
//! A handler is `fn name(l: &Lift) -> Flow`; the tables in [`crate::insn`] say which instruction has which.

use cpu::{Code, Lifted, Mode};
use iced_x86::{
    Decoder, DecoderOptions, EncodingKind, Formatter, GasFormatter, Instruction, Mnemonic, OpKind, Register,
};
use uop::{Builder, Exit, Mem, Val, Width};

use crate::mode::flag;
use crate::model::Model;
use crate::state::{self, sreg};
use crate::target::Lifter;
use crate::trap::{GP0_CODE, vector};
use crate::{helper, insn, limit};

/// A value of the block.
pub(crate) type V<'b> = Val<'b>;

/// What lifting one instruction has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Flow {
    /// The block goes on.
    Next,
    /// The block has its exit.
    End,
    /// The encoding is undefined here.
    Undefined,
}

/// The type of a row's handler.
pub(crate) type Handler = fn(&Lift<'_>) -> Flow;

/// One instruction being lifted.
pub(crate) struct Lift<'b> {
    /// The block under construction.
    pub(crate) ir: &'b Builder<'b>,
    /// The instruction.
    pub(crate) insn: Instruction,
    /// Linear address of this instruction.
    pub(crate) pc: u64,
    /// The mode.
    pub(crate) mode: Mode,
    /// The model.
    pub(crate) model: &'b Model,
    /// The instruction runs alone.
    pub(crate) alone: bool,
    /// It has a VEX prefix.
    pub(crate) vex: bool,
    /// All of its bytes.
    pub(crate) bytes: &'b [u8],
}

/// Width of code in bits.
fn bitness(mode: Mode) -> u32 {
    if mode & flag::L != 0 {
        64
    } else if mode & flag::D != 0 {
        32
    } else {
        16
    }
}

/// What decoding came to.
pub(crate) enum Decoded {
    Insn(Box<Instruction>),
    /// The bytes that tell so.
    Invalid(u32),
    TooLong,
    More,
}

pub(crate) fn decode(code: &Code<'_>) -> Decoded {
    let bytes = &code.bytes[..code.bytes.len().min(15)];
    // As on QEMU, branches with an operand-size prefix are those of AMD in 64-bit code.
    let mpx = if crate::mpx::is_on(code.mode) { DecoderOptions::MPX } else { 0 };
    let options = DecoderOptions::AMD | DecoderOptions::PCOMMIT | mpx;
    let mut decoder = Decoder::with_ip(bitness(code.mode), bytes, code.pc, options);
    let insn = decoder.decode();
    if !insn.is_invalid() {
        return Decoded::Insn(Box::new(insn));
    }
    match decoder.last_error() {
        iced_x86::DecoderError::NoMoreBytes if code.bytes.len() < 15 => Decoded::More,
        iced_x86::DecoderError::NoMoreBytes => Decoded::TooLong,
        _ => Decoded::Invalid(decoder.position().max(1) as u32),
    }
}

/// Lifts one instruction.
pub(crate) fn lift(lifter: &Lifter, builder: &Builder<'_>, code: Code<'_>) -> Lifted {
    let insn = match decode(&code) {
        Decoded::More => return Lifted::More,
        Decoded::Insn(insn) => *insn,
        Decoded::Invalid(len) => {
            begin(builder, &code, len);
            builder.exit(Exit::Raise { code: vector::UD.into(), arg: 0 });
            return Lifted::End(1);
        }
        Decoded::TooLong => {
            // SDM volume 3A, "Interrupt 13": the instruction is longer than 15 bytes.
            begin(builder, &code, 1);
            builder.exit(Exit::Raise { code: GP0_CODE, arg: 0 });
            return Lifted::End(1);
        }
    };
    let len = insn.len() as u32;
    let mode = begin(builder, &code, len);
    let single = code.mode & flag::SINGLE != 0;
    let vex = insn.encoding() == EncodingKind::VEX;
    let bytes = &code.bytes[..insn.len()];
    let l =
        Lift { ir: builder, insn, pc: code.pc, mode, model: &lifter.model, alone: code.alone || single, vex, bytes };
    let handler = lifter.handlers[insn.mnemonic() as usize].filter(|row| l.permitted(row.need));
    if handler.is_some() && l.is(flag::GUEST) {
        crate::svm::before(&l);
    }
    let flow = handler.map_or(Flow::Undefined, |row| (row.lift)(&l));
    match flow {
        Flow::Next if single => {
            l.ir.exit(Exit::Update { pc: l.next() });
            Lifted::End(len)
        }
        Flow::Next => Lifted::Next(len),
        Flow::End => Lifted::End(len),
        Flow::Undefined => {
            builder.abandon_insn();
            builder.begin_insn(code.offset, 0);
            begin(builder, &code, len);
            builder.exit(Exit::Raise { code: vector::UD.into(), arg: 0 });
            Lifted::End(len)
        }
    }
}

/// What comes before an instruction of `len` bytes, in the order of priority; the mode behind that.
fn begin(builder: &Builder<'_>, code: &Code<'_>, len: u32) -> Mode {
    limit::begin_block(builder, code);
    if code.mode & (flag::TF | flag::DEBUG | flag::RF) != 0 {
        builder.call(helper::DEBUG_BEGIN, &[builder.konst(Width::W64, code.pc)]);
    }
    limit::check_insn(builder, code, len);
    if code.mode & flag::SHADOW != 0 {
        builder.call(helper::END_SHADOW, &[]);
    }
    let mode = code.mode & !(flag::SHADOW | flag::RF);
    if code.mode != mode {
        builder.enter_mode(mode);
    }
    mode
}

/// Text and length of an instruction.
pub(crate) fn disassemble(_: &Lifter, code: Code<'_>) -> Option<(String, u32)> {
    let Decoded::Insn(insn) = decode(&code) else { return None };
    let mut text = String::new();
    let mut formatter = GasFormatter::new();
    formatter.options_mut().set_space_after_operand_separator(true);
    formatter.format(&insn, &mut text);
    Some((text, insn.len() as u32))
}

/// The width of `bytes` bytes.
pub(crate) fn width(bytes: usize) -> Width {
    match bytes {
        1 => Width::W8,
        2 => Width::W16,
        4 => Width::W32,
        _ => Width::W64,
    }
}

/// Size as a power of two of bytes.
pub(crate) fn log2(w: Width) -> u32 {
    w.bytes().trailing_zeros()
}

/// The number of a segment register.
pub(crate) fn segment(r: Register) -> usize {
    match r {
        Register::ES => sreg::ES,
        Register::CS => sreg::CS,
        Register::SS => sreg::SS,
        Register::FS => sreg::FS,
        Register::GS => sreg::GS,
        _ => sreg::DS,
    }
}

impl<'b> Lift<'b> {
    /// Whether the model has what a row needs.
    fn permitted(&self, need: insn::Need) -> bool {
        let encoding = match self.insn.encoding() {
            EncodingKind::Legacy | EncodingKind::D3NOW => true,
            // SDM volume 2A, "Exceptions Type 1" to "14": #UD in real and virtual-8086 mode.
            EncodingKind::VEX => self.is(flag::PE) && !self.is(flag::VM),
            _ => false,
        };
        encoding
            && need.is_none_or(|(word, bit)| self.model.has(word, bit))
            && self.insn.cpuid_features().iter().all(|f| insn::has_feature(self.model, *f))
    }

    /// Whether this is 64-bit code.
    pub(crate) fn long(&self) -> bool {
        self.mode & flag::L != 0
    }

    /// Whether any of the mode bits is set.
    pub(crate) fn is(&self, flags: Mode) -> bool {
        self.mode & flags != 0
    }

    /// Current privilege level.
    pub(crate) fn cpl(&self) -> u32 {
        self.mode & 3
    }

    /// Linear address of the next instruction.
    pub(crate) fn next(&self) -> u64 {
        self.pc.wrapping_add(self.insn.len() as u64)
    }

    /// A 64-bit constant.
    pub(crate) fn k(&self, value: u64) -> V<'b> {
        self.ir.konst(Width::W64, value)
    }

    /// Width of operand `n`, at most 64 bits.
    pub(crate) fn width_of(&self, n: u32) -> Width {
        match self.insn.op_kind(n) {
            OpKind::Register => width(self.insn.op_register(n).size()),
            _ => width(self.insn.memory_size().size()),
        }
    }

    /// Whether operand `n` is in memory.
    pub(crate) fn is_mem(&self, n: u32) -> bool {
        self.insn.op_kind(n) == OpKind::Memory
    }

    /// General register `n`, all of it.
    pub(crate) fn r64(&self, n: u8) -> V<'b> {
        self.ir.get(state::r(n))
    }

    /// The low bits of general register `n`.
    pub(crate) fn low(&self, n: u8, w: Width) -> V<'b> {
        self.r64(n).trunc(w)
    }

    /// Writes the low bits of general register `n`: 32 bits clear what is above, 8 and 16 leave it.
    pub(crate) fn set_low(&self, n: u8, value: V<'b>) {
        let reg = state::r(n);
        match value.width() {
            Width::W64 => self.ir.set(reg, value),
            Width::W32 => self.ir.set(reg, value.zext(Width::W64)),
            w => self.ir.set(reg, self.ir.get(reg).deposit(0, w.bits(), value.zext(Width::W64))),
        }
    }

    /// A general register as an operand names it.
    pub(crate) fn gpr(&self, r: Register) -> V<'b> {
        let n = r.full_register().number() as u8;
        if matches!(r, Register::AH | Register::CH | Register::DH | Register::BH) {
            return self.r64(n).extract(8, 8).trunc(Width::W8);
        }
        self.low(n, width(r.size()))
    }

    /// Writes one.
    pub(crate) fn set_gpr(&self, r: Register, value: V<'b>) {
        let n = r.full_register().number() as u8;
        if matches!(r, Register::AH | Register::CH | Register::DH | Register::BH) {
            let reg = state::r(n);
            self.ir.set(reg, self.ir.get(reg).deposit(8, 8, value.zext(Width::W64)));
        } else {
            self.set_low(n, value);
        }
    }

    /// Width of addresses of the memory operand.
    fn address_width(&self) -> Width {
        let i = &self.insn;
        if i.memory_base() != Register::None {
            width(i.memory_base().size())
        } else if i.memory_index() != Register::None && i.memory_index().size() <= 8 {
            width(i.memory_index().size())
        } else {
            match i.memory_displ_size() {
                2 => Width::W16,
                8 => Width::W64,
                4 => Width::W32,
                _ if self.long() => Width::W64,
                _ => Width::W32,
            }
        }
    }

    /// The offset of the memory operand in its segment, before `extra` is added; 64 bits wide.
    pub(crate) fn offset_plus(&self, extra: Option<V<'b>>) -> V<'b> {
        self.sum(self.address_width(), extra).zext(Width::W64)
    }

    /// The low bits of the offset, as LEA has them.
    pub(crate) fn offset_in(&self, w: Width) -> V<'b> {
        let address = self.address_width();
        if w < address { self.sum(w, None) } else { self.sum(address, None).zext(w) }
    }

    /// The sum that is the offset, worked out in `w`.
    fn sum(&self, w: Width, extra: Option<V<'b>>) -> V<'b> {
        let i = &self.insn;
        let mut sum: Option<V<'b>> = None;
        let mut add = |v: V<'b>| sum = Some(sum.map_or(v, |s| s + v));
        let register = |r: Register| self.low(r.full_register().number() as u8, w.min(width(r.size())));
        let ip_relative = i.is_ip_rel_memory_operand();
        if i.memory_base() != Register::None && !ip_relative {
            add(register(i.memory_base()));
        }
        if i.memory_index() != Register::None {
            let scale = i.memory_index_scale().trailing_zeros();
            let index = register(i.memory_index());
            add(if scale == 0 { index } else { index.shl(index.konst(scale.into())) });
        }
        let disp = i.memory_displacement64();
        if disp != 0 || i.memory_base() == Register::None && i.memory_index() == Register::None || ip_relative {
            add(self.ir.konst(w, disp));
        }
        if let Some(extra) = extra {
            add(extra.trunc(w));
        }
        sum.unwrap_or_else(|| self.ir.konst(w, 0))
    }

    /// The offset of the memory operand in its segment.
    pub(crate) fn offset(&self) -> V<'b> {
        self.offset_plus(None)
    }

    /// The linear address of an offset in a segment for an access of so many bytes.
    pub(crate) fn linear(&self, seg: usize, offset: V<'b>, bytes: u32, write: bool) -> V<'b> {
        if self.long() {
            return if seg >= sreg::FS { offset + self.ir.get(state::base(seg)) } else { offset };
        }
        if self.is(flag::FLAT) && seg < sreg::FS && !(write && seg == sreg::CS) {
            return offset;
        }
        let what = u64::from(bytes) | u64::from(write) << 16;
        self.ir.call(helper::SEG_LINEAR, &[self.k(seg as u64), offset, self.k(what)])
    }

    /// The linear address of the memory operand.
    pub(crate) fn address(&self, bytes: u32, write: bool) -> V<'b> {
        self.linear(segment(self.insn.memory_segment()), self.offset(), bytes, write)
    }

    /// A load from a linear address.
    pub(crate) fn load(&self, address: V<'b>, w: Width) -> V<'b> {
        self.ir.load(self.short(address), self.mem(w))
    }

    /// A linear address in as many bits as it has where no segment adds to it.
    fn short(&self, address: V<'b>) -> V<'b> {
        if !self.long() && self.is(flag::FLAT) { address.trunc(Width::W32) } else { address }
    }

    /// An ordinary access: misaligned ones raise #AC in some modes.
    fn mem(&self, w: Width) -> Mem {
        if self.is(flag::ALIGN) { Mem::le(w).aligned() } else { Mem::le(w) }
    }

    /// A store to a linear address.
    pub(crate) fn store(&self, address: V<'b>, value: V<'b>) {
        self.ir.store(self.short(address), value, self.mem(value.width()));
    }

    /// The value of an immediate operand, sign-extended as the manual says, cut to `w`.
    pub(crate) fn imm(&self, n: u32, w: Width) -> V<'b> {
        self.ir.konst(w, self.insn.immediate(n))
    }

    /// Operand `n`: register, immediate (cut to `w`) or memory.
    pub(crate) fn read(&self, n: u32, w: Width) -> V<'b> {
        match self.insn.op_kind(n) {
            OpKind::Register => self.gpr(self.insn.op_register(n)),
            OpKind::Memory => self.load(self.address(w.bytes(), false), w),
            _ => self.imm(n, w),
        }
    }

    /// Writes operand `n`, a register or memory, which is not read.
    pub(crate) fn write(&self, n: u32, value: V<'b>) {
        match self.insn.op_kind(n) {
            OpKind::Register => self.set_gpr(self.insn.op_register(n), value),
            _ => self.store(self.address(value.width().bytes(), true), value),
        }
    }

    /// Reads operand 0 to be written with [`Place::put`].
    pub(crate) fn place(&self, w: Width) -> (Place<'b>, V<'b>) {
        match self.insn.op_kind(0) {
            OpKind::Register => {
                let r = self.insn.op_register(0);
                (Place::Register(r), self.gpr(r))
            }
            _ => {
                let at = self.address(w.bytes(), true);
                (Place::Memory(at), self.load(at, w))
            }
        }
    }

    /// Writes it.
    pub(crate) fn put(&self, place: Place<'b>, value: V<'b>) {
        match place {
            Place::Register(r) => self.set_gpr(r, value),
            Place::Memory(at) => self.store(at, value),
        }
    }

    /// Width of the stack pointer.
    pub(crate) fn stack_width(&self) -> Width {
        if self.long() {
            Width::W64
        } else if self.is(flag::B) {
            Width::W32
        } else {
            Width::W16
        }
    }

    /// Writes the stack pointer.
    pub(crate) fn set_sp(&self, value: V<'b>) {
        self.set_low(4, value.trunc(self.stack_width()));
    }

    /// Linear address of an offset in the stack segment.
    pub(crate) fn stack_address(&self, sp: V<'b>, bytes: u32, write: bool) -> V<'b> {
        self.linear(sreg::SS, sp.zext(Width::W64), bytes, write)
    }

    /// Pushes a value.
    pub(crate) fn push(&self, value: V<'b>) {
        let w = self.stack_width();
        let bytes = value.width().bytes();
        let sp = self.low(4, w).add_imm(-i64::from(bytes));
        self.store(self.stack_address(sp, bytes, true), value);
        self.set_sp(sp);
    }

    /// What a pop would give, and the stack pointer behind it.
    pub(crate) fn popped(&self, w: Width) -> (V<'b>, V<'b>) {
        let sp = self.low(4, self.stack_width());
        let value = self.load(self.stack_address(sp, w.bytes(), false), w);
        (value, sp.add_imm(w.bytes().into()))
    }

    /// Operand size of stack instructions, from the stack pointer's increment.
    pub(crate) fn stack_operand(&self) -> Width {
        width(self.insn.stack_pointer_increment().unsigned_abs() as usize)
    }

    /// The offset of linear address `pc` in the code segment.
    pub(crate) fn ip_of(&self, pc: u64) -> V<'b> {
        if self.long() {
            self.k(pc)
        } else if self.is(flag::CS0) {
            self.k(pc & 0xffff_ffff)
        } else {
            let ip = self.k(pc) - self.ir.get(state::base(sreg::CS));
            ip & self.k(0xffff_ffff)
        }
    }

    /// Raises a fault.
    pub(crate) fn raise(&self, vector: u8) -> Flow {
        self.ir.exit(Exit::Raise { code: vector.into(), arg: 0 });
        Flow::End
    }

    /// Raises a fault with an error code.
    pub(crate) fn raise_coded(&self, vector: u8, error: u64) -> Flow {
        self.ir.exit(Exit::Raise { code: u32::from(vector) | 0x100, arg: error });
        Flow::End
    }

    /// #GP(0).
    pub(crate) fn gp(&self) -> Flow {
        self.raise_coded(vector::GP, 0)
    }

    /// Goes on behind this instruction after something that mode or interrupts depend on.
    pub(crate) fn update(&self) -> Flow {
        self.ir.exit(Exit::Update { pc: self.next() });
        Flow::End
    }

    fn stepping(&self) -> bool {
        self.is(flag::TF | flag::DEBUG)
    }

    /// Goes on at linear address `pc`.
    pub(crate) fn jump(&self, pc: u64) -> Flow {
        crate::mpx::branch(self);
        self.ir.exit(if self.stepping() { Exit::Update { pc } } else { Exit::Jump { pc } });
        Flow::End
    }

    /// What the jump that follows calls returns behind the instruction. A step that is told of is no jump within the engine.
    pub(crate) fn returns_here(&self) {
        if !self.stepping() {
            self.ir.returns_to(self.next());
        }
    }

    /// Goes on at a computed linear address.
    pub(crate) fn indirect(&self, pc: V<'b>, hint: uop::Hint) -> Flow {
        crate::mpx::branch(self);
        let pc_id = pc.id();
        let exit =
            if self.stepping() { Exit::UpdateIndirect { pc: pc_id } } else { Exit::Indirect { pc: pc_id, hint } };
        self.ir.exit(exit);
        Flow::End
    }

    /// Goes on at linear address `taken` if `cond`, a truth value, is 1, else at `other`.
    pub(crate) fn branch(&self, cond: V<'b>, taken: u64, other: u64) -> Flow {
        crate::mpx::branch(self);
        if self.stepping() {
            let pc = self.ir.select(cond, self.k(taken), self.k(other));
            self.ir.exit(Exit::UpdateIndirect { pc: pc.id() });
        } else {
            self.ir.exit(Exit::Branch { cond: cond.id(), taken, fallthrough: other });
        }
        Flow::End
    }

    /// Where a near relative jump leads: a known linear address, or an offset in the code segment.
    pub(crate) fn near_target(&self) -> Target<'b> {
        let (w, target) = match self.insn.op0_kind() {
            OpKind::NearBranch16 => (Width::W16, u64::from(self.insn.near_branch16())),
            OpKind::NearBranch32 => (Width::W32, u64::from(self.insn.near_branch32())),
            _ => return Target::Known(self.insn.near_branch64()),
        };
        if self.is(flag::CS0) {
            return Target::Known(target);
        }
        let delta = w.cut(target.wrapping_sub(self.next()));
        let ip = (self.ip_of(self.next()) + self.k(delta)) & self.k(w.mask());
        Target::Offset(ip)
    }

    /// Calls a helper that gives the linear address to go on at.
    pub(crate) fn go(&self, helper: u16, args: &[V<'b>]) -> Flow {
        let pc = self.ir.call(helper, args);
        self.ir.exit(Exit::UpdateIndirect { pc: pc.id() });
        Flow::End
    }

    /// The mnemonic.
    pub(crate) fn mnemonic(&self) -> Mnemonic {
        self.insn.mnemonic()
    }
}

/// Where operand 0 is.
#[derive(Clone, Copy)]
pub(crate) enum Place<'b> {
    /// A general register.
    Register(Register),
    /// A linear address.
    Memory(V<'b>),
}

/// Where a near jump leads.
#[derive(Clone, Copy)]
pub(crate) enum Target<'b> {
    /// A known linear address.
    Known(u64),
    /// An offset in the code segment.
    Offset(V<'b>),
}
