//! The helpers: what instructions do that is too rare or too big for micro-ops.

use cpu::Helper;
use uop::{HelperInfo, RegSet, Width};

use crate::state::VECTORS;
use crate::target::X86;
use crate::trap::{Cpu, Out};
use crate::{
    debug, far, flags, integer, mmu, mmx, mpx, now, protection_keys, seg, sse, strings, svm, syscall, system, x87,
};

/// Declares the helpers; each name becomes a constant with its number.
macro_rules! helpers {
    ($( $(#[$m:meta])* $name:ident = $($run:ident)::+, $info:expr; )*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants are names of constants")]
        enum Number { $($name),* }

        $( $(#[$m])* pub(crate) const $name: u16 = Number::$name as u16; )*

        /// The rows, in the order of their numbers.
        pub(crate) static ROWS: &[Helper<X86>] = &[
            $( Helper { info: HelperInfo { name: stringify!($name), ..$info }, run: $($run)::+ } ),*
        ];
    };
}

/// A helper with so many arguments and a 64-bit result, which may raise and uses any register.
const fn any(args: u8) -> HelperInfo {
    HelperInfo {
        name: "",
        args,
        ret: Some(Width::W64),
        reads: RegSet::All,
        writes: RegSet::All,
        faults: true,
        pure_: false,
    }
}

/// One that only computes.
const fn pure_(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: RegSet::None, faults: false, pure_: true, ..any(args) }
}

fn cc_value(_: &mut Cpu, [kind, a, b, c]: [u64; 4]) -> Out {
    Ok(flags::value(kind, a, b, c))
}

fn cc_carry(_: &mut Cpu, [kind, a, b, c]: [u64; 4]) -> Out {
    Ok(flags::carry(kind, a, b, c))
}

/// One that reads and writes system state, raises nothing, and leaves the file alone.
const fn plain(args: u8) -> HelperInfo {
    HelperInfo { reads: RegSet::None, writes: RegSet::None, faults: false, ..any(args) }
}

/// One that may raise, and looks at what `reads` says but writes none of the file.
const fn check(args: u8, reads: RegSet) -> HelperInfo {
    HelperInfo { reads, writes: RegSet::None, ..any(args) }
}

/// MXCSR and its shadow.
const CONTROL: RegSet = RegSet::Ranges(&[(21, 23)]);
/// Writes general registers alone.
const GENERAL: RegSet = RegSet::Ranges(&[(0, 16)]);

helpers! {
    /// The arithmetic flags of kind and operands.
    CC_VALUE = cc_value, pure_(4);
    /// CF of kind and operands.
    CC_CARRY = cc_carry, pure_(4);
    /// The linear address of an access: segment, offset, bytes and write.
    SEG_LINEAR = seg::linear_helper, check(3, RegSet::All);
    /// Interrupts are looked at behind this instruction.
    END_SHADOW = system::end_shadow, plain(0);
    /// Debug conditions before an instruction: its address.
    DEBUG_BEGIN = debug::begin, check(1, RegSet::None);
    /// DIV: divisor, size.
    DIV = integer::div, HelperInfo { reads: GENERAL, writes: GENERAL, ..any(2) };
    /// IDIV: divisor, size.
    IDIV = integer::idiv, HelperInfo { reads: GENERAL, writes: GENERAL, ..any(2) };
    /// RCL and RCR: value, count, flags, how.
    ROTATE_CARRY = integer::rotate_carry, pure_(4);
    /// Their flags.
    ROTATE_CARRY_FLAGS = integer::rotate_carry_flags, pure_(4);
    /// SHLD and SHRD: operands, count, how.
    DOUBLE_SHIFT = integer::double_shift, pure_(4);
    /// CRC32: so far, value, bits.
    CRC32 = integer::crc32, pure_(3);
    /// PDEP.
    PDEP = integer::pdep, pure_(2);
    /// PEXT.
    PEXT = integer::pext, pure_(2);
    /// Decimal adjustments: which, base, flags.
    DECIMAL = integer::decimal, HelperInfo { reads: GENERAL, writes: GENERAL, ..any(3) };
    /// CMPXCHG8B: address.
    CMPXCHG8B = integer::cmpxchg8b, any(1);
    /// CMPXCHG16B: address.
    CMPXCHG16B = integer::cmpxchg16b, any(1);
    /// String instructions.
    STRING = strings::string, any(1);
    /// Selector of a segment register.
    SELECTOR = system::selector, plain(1);
    /// Load of a segment register: number, selector.
    LOAD_SEGMENT = seg::load_helper, any(2);
    /// #GP unless IOPL is 3.
    CHECK_IOPL3 = system::check_iopl3, check(1, RegSet::None);
    /// INVPCID: type, descriptor.
    INVPCID = mmu::invpcid, any(3);
    /// #UD unless FSGSBASE is on.
    CHECK_FSGSBASE = system::check_fsgsbase, check(0, RegSet::None);
    /// #GP unless canonical.
    CHECK_CANONICAL = system::check_canonical, check(1, RegSet::None);
    /// PUSHF.
    READ_FLAGS = system::read_flags, HelperInfo { reads: RegSet::All, faults: false, ..check(0, RegSet::All) };
    /// POPF: value, bits.
    WRITE_FLAGS = system::write_flags, any(2);
    /// IN: port, bytes.
    PORT_IN = system::port_in, any(2);
    /// OUT: port, value, bytes.
    PORT_OUT = system::port_out, any(3);
    /// System instructions: which, argument.
    SYSTEM = system::run, any(2);
    /// LGDT and LIDT: which, limit, base.
    LOAD_TABLE = system::load_table, any(3);
    /// LAR.
    LAR = system::lar, check(1, RegSet::None);
    /// LSL.
    LSL = system::lsl, check(1, RegSet::None);
    /// MOV from control and debug registers.
    READ_CONTROL = system::read_control, any(1);
    /// MOV to control and debug registers.
    WRITE_CONTROL = system::write_control, any(2);
    /// SYSCALL: next address.
    SYSCALL = syscall::syscall, any(1);
    /// SYSRET.
    SYSRET = syscall::sysret, any(1);
    /// SYSENTER.
    SYSENTER = syscall::sysenter, any(0);
    /// SYSEXIT.
    SYSEXIT = syscall::sysexit, any(1);
    /// Far JMP.
    FAR_JUMP = far::jump, any(4);
    /// Far CALL.
    FAR_CALL = far::call, any(4);
    /// Far RET.
    FAR_RETURN = far::ret, any(2);
    /// IRET.
    IRET = far::iret, any(2);
    /// Functions of vectors: mnemonic, destination, immediate; source.
    VECTOR = sse::run, HelperInfo { reads: VECTORS, writes: VECTORS, ..any(3) };
    /// Functions of vectors with a VEX prefix: everything in one word.
    VEX = sse::run_vex, HelperInfo { reads: VECTORS, writes: VECTORS, ..any(1) };
    /// PCMPESTRI and its kin: operands and control; source.
    TEXT = sse::text, any(3);
    /// VMASKMOV: what, address.
    MASKED = sse::masked, any(2);
    /// Gathers: what, base.
    GATHER = sse::gather, any(2);
    /// MASKMOVDQU: registers, address.
    MASK_BYTES = sse::mask_bytes, any(2);
    /// Functions of MMX registers: mnemonic, destination, immediate; source.
    MMX = mmx::run, check(2, RegSet::None);
    /// An MMX register.
    MMX_PEEK = mmx::get, plain(1);
    /// Sets one.
    MMX_SET = mmx::put, plain(2);
    /// The x87 unit behind an MMX instruction.
    MMX_ENTER = mmx::enter_state, plain(0);
    /// MASKMOVQ: registers, address.
    MMX_MASK = mmx::store_masked, any(2);
    /// CVTPS2PI and the like: mnemonic and destination; the numbers.
    MMX_NUMBERS = mmx::to_integers, HelperInfo { reads: VECTORS, writes: CONTROL, ..any(3) };
    /// Scalar arithmetic: operands, operation.
    SCALAR = sse::run_scalar, HelperInfo { reads: VECTORS, writes: CONTROL, ..any(3) };
    /// CVTSI2SD.
    FROM_INTEGER = sse::from_integer, HelperInfo { reads: VECTORS, writes: CONTROL, ..any(2) };
    /// CVTSD2SI.
    TO_INTEGER = sse::to_integer, HelperInfo { reads: VECTORS, writes: CONTROL, ..any(2) };
    /// COMISD: the flags.
    COMPARE = sse::relation, HelperInfo { reads: VECTORS, writes: CONTROL, ..any(3) };
    /// MOVMSKPS.
    MOVE_MASK = sse::move_mask, pure_(3);
    /// LDMXCSR.
    LOAD_MXCSR = sse::load_mxcsr, HelperInfo { reads: VECTORS, writes: CONTROL, ..any(1) };
    /// Whether bytes may be stored.
    CHECK_WRITE = sse::check_write, check(2, RegSet::None);
    /// x87 instructions.
    FPU = x87::run, check(3, RegSet::None);
    /// x87 stores: instruction, address.
    FPU_STORE = x87::store, check(2, RegSet::None);
    /// FNINIT, FNSTSW and the like.
    FPU_CONTROL = x87::control_word, plain(2);
    /// #MF if an exception is pending.
    FPU_CHECK = x87::check, check(0, RegSet::None);
    /// FXSAVE and the like.
    FPU_AREA = x87::transfer, any(2);
    /// EMMS.
    EMMS = x87::emms, plain(0);
    /// Functions of 3DNow!: mnemonic, destination; source.
    NOW = now::run, check(2, RegSet::None);
    /// VMRUN: next address, rAX.
    VMRUN = svm::vmrun, any(2);
    /// The other instructions of SVM: which, rAX.
    SVM = svm::run, any(2);
    /// What a guest may be intercepted at: exit code, value.
    SVM_CHECK = svm::check, check(2, RegSet::All);
    /// The same for ports: port, information, next address.
    SVM_IO = svm::check_io, check(3, RegSet::All);
    /// The same for model-specific registers.
    SVM_MSR = svm::check_msr, check(1, RegSet::All);
    /// RDPKRU and WRPKRU.
    PKRU = protection_keys::run, any(1);
    /// Forgets the bounds of MPX.
    BND_RESET = mpx::reset, plain(0);
    /// Half of a bound register.
    BND_GET = mpx::get, plain(2);
    /// Sets a bound register: number, bounds.
    BND_SET = mpx::put, plain(3);
    /// BNDCL and its kin: register, address, which.
    BND_CHECK = mpx::check_bound, check(3, RegSet::None);
    /// BNDLDX and BNDSTX: register, place, pointer, which.
    BND_TABLE = mpx::look_up, any(4);
}
