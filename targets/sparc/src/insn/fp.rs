//! Floating-point instructions of V8: operations, loads and stores.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{FastFp, Reg, Val, Width};

use crate::ext::Ext;
use crate::format::{Arith, Fp, wide};
use crate::fpu::{op, quad};
use crate::helper;
use crate::lift::{Cond, Lift};
use crate::mode;
use crate::state::{self, FCC0};
use crate::trap::{ftt, tt};

insns! {
    /// SPARC Architecture Manual Version 8, appendix B: "Floating-point Operate (FPop) Instructions".
    pub INSNS for Lift;
    // What is not there raises fp_exception, not illegal_instruction.
    "10 ..... 110100 ..... ......... ....." Fp fpop1 "" [];
    "10 ..... 110101 ..... ......... ....." Fp fpop2 "" [!V9];
    "10 ..... 110100 ..... 000000001 ....." Fp fmovs "{fs2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 000000101 ....." Fp fnegs "{fs2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 000001001 ....." Fp fabss "{fs2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 000101001 ....." Fp fsqrts "{fs2}, {fd}" [Fsqrt] over fpop1;
    "10 ..... 110100 ..... 000101010 ....." Fp fsqrtd "{ds2}, {dd}" [Fsqrt] over fpop1;
    "10 ..... 110100 ..... 000101011 ....." Fp fsqrtq "{ds2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 001000001 ....." Fp fadds "{fs1}, {fs2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 001000010 ....." Fp faddd "{ds1}, {ds2}, {dd}" [] over fpop1;
    "10 ..... 110100 ..... 001000011 ....." Fp faddq "{ds1}, {ds2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 001000101 ....." Fp fsubs "{fs1}, {fs2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 001000110 ....." Fp fsubd "{ds1}, {ds2}, {dd}" [] over fpop1;
    "10 ..... 110100 ..... 001000111 ....." Fp fsubq "{ds1}, {ds2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 001001001 ....." Fp fmuls "{fs1}, {fs2}, {fd}" [Fmul] over fpop1;
    "10 ..... 110100 ..... 001001010 ....." Fp fmuld "{ds1}, {ds2}, {dd}" [Fmul] over fpop1;
    "10 ..... 110100 ..... 001001011 ....." Fp fmulq "{ds1}, {ds2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 001001101 ....." Fp fdivs "{fs1}, {fs2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 001001110 ....." Fp fdivd "{ds1}, {ds2}, {dd}" [] over fpop1;
    "10 ..... 110100 ..... 001001111 ....." Fp fdivq "{ds1}, {ds2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 001101001 ....." Fp fsmuld "{fs1}, {fs2}, {dd}" [Fsmuld] over fpop1;
    "10 ..... 110100 ..... 001101110 ....." Fp fdmulq "{ds1}, {ds2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 011000100 ....." Fp fitos "{fs2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 011000110 ....." Fp fdtos "{ds2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 011000111 ....." Fp fqtos "{ds2}, {fd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 011001000 ....." Fp fitod "{fs2}, {dd}" [] over fpop1;
    "10 ..... 110100 ..... 011001001 ....." Fp fstod "{fs2}, {dd}" [] over fpop1;
    "10 ..... 110100 ..... 011001011 ....." Fp fqtod "{ds2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 011001100 ....." Fp fitoq "{fs2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 011001101 ....." Fp fstoq "{fs2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 011001110 ....." Fp fdtoq "{ds2}, {dd}" [Float128] over fpop1;
    "10 ..... 110100 ..... 011010001 ....." Fp fstoi "{fs2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 011010010 ....." Fp fdtoi "{ds2}, {fd}" [] over fpop1;
    "10 ..... 110100 ..... 011010011 ....." Fp fqtoi "{ds2}, {fd}" [Float128] over fpop1;
    // V9 compares into one of four condition codes.
    "10 ..... 110101 ..... 001010001 ....." Fp fcmps "{fs1}, {fs2}" [!V9] over fpop2;
    "10 ..... 110101 ..... 001010010 ....." Fp fcmpd "{ds1}, {ds2}" [!V9] over fpop2;
    "10 ..... 110101 ..... 001010011 ....." Fp fcmpq "{ds1}, {ds2}" [Float128 !V9] over fpop2;
    "10 ..... 110101 ..... 001010101 ....." Fp fcmpes "{fs1}, {fs2}" [!V9] over fpop2;
    "10 ..... 110101 ..... 001010110 ....." Fp fcmped "{ds1}, {ds2}" [!V9] over fpop2;
    "10 ..... 110101 ..... 001010111 ....." Fp fcmpeq "{ds1}, {ds2}" [Float128 !V9] over fpop2;
    // Loads and stores.
    "11 ..... 100000 ..... . ............." Arith ld "[{addr}], {fd}" [];
    "11 ..... 100011 ..... . ............." Arith ldd "[{addr}], {dd}" [];
    "11 ..... 100001 ..... . ............." Arith ld_ "[{addr}], %fsr" [!V9];
    "11 ..... 100100 ..... . ............." Arith st "{fd}, [{addr}]" [];
    "11 ..... 100111 ..... . ............." Arith std "{dd}, [{addr}]" [];
    "11 ..... 100101 ..... . ............." Arith st_ "%fsr, [{addr}]" [!V9];
    "11 ..... 100110 ..... . ............." Arith std_ "%fq, [{addr}]" [!V9];
}

/// The relations in which each condition holds, a bit each: equal, less, greater, unordered ("FBfcc").
const RELATIONS: [u64; 16] = [
    0b0000, 0b1110, 0b0110, 0b1010, 0b0010, 0b1100, 0b0100, 0b1000, 0b1111, 0b0001, 0b1001, 0b0101, 0b1101, 0b0011,
    0b1011, 0b0111,
];

/// Raises fp_disabled while the FPU is off.
macro_rules! fpu_on {
    ($l:expr) => {
        if !mode::has($l.mode(), mode::FP_ON) {
            return $l.raise(tt::FP_DISABLED, 0);
        }
    };
}

impl<'b> Lift<'b> {
    /// Condition `cond` of FBfcc, of the condition codes in `fcc`.
    pub fn fp_condition(&self, cond: u8, fcc: Reg) -> Cond<'b> {
        match cond & 15 {
            0 => Cond::Never,
            8 => Cond::Always,
            cond => {
                let set: Val<'b> = self.ir.konst(Width::W8, RELATIONS[usize::from(cond)]);
                Cond::If(set.shr_u(self.ir.get(fcc)).trunc(Width::W1))
            }
        }
    }

    /// Single-precision register `n`.
    pub fn f32(&self, n: u8) -> Val<'b> {
        let all = self.ir.get(state::double(u16::from(n / 2)));
        let half = if n & 1 == 0 { all.shr_u(all.konst(32)) } else { all };
        half.trunc(Width::W32)
    }

    /// Writes single-precision register `n` with the low 32 bits of a value.
    pub fn set_f32(&self, n: u8, value: Val<'b>) {
        let reg = state::double(u16::from(n / 2));
        let lo = if n & 1 == 0 { 32 } else { 0 };
        self.ir.set(reg, self.ir.get(reg).deposit(lo, 32, value.zext(Width::W64)));
    }

    /// The double-precision register with this field in the encoding. V8 ignores the lowest bit, which has to be 0.
    pub fn double(&self, field: u8) -> Reg {
        state::double(u16::from(self.wide(field) / 2))
    }

    /// The number of the register with this field.
    fn wide(&self, field: u8) -> u8 {
        if self.is_v9() { wide(field) } else { field & 0x1e }
    }

    /// What operation `number` of [`op`] makes of `a` and `b`; the host may do `fast` instead. Any width comes in, 64 bits come out.
    pub fn fp_op(&self, number: u64, a: Val<'b>, b: Option<Val<'b>>, fast: Option<FastFp>) -> Val<'b> {
        let wide = |v: Val<'b>| v.zext(Width::W64);
        let byte = |n| self.ir.konst(Width::W8, n);
        let (a, second) = (wide(a), b.map_or_else(|| self.ir.konst(Width::W64, 0), wide));
        let args = [a, second, byte(number)];
        if mode::has(self.mode(), mode::FP_TRAPS) {
            return self.call(helper::FPOP_TRAPPING, &args);
        }
        let result = match fast {
            Some(fast) => self.ir.call_fast(helper::FPOP, &args, fast, state::FP_OK),
            None => self.call(helper::FPOP, &args),
        };
        self.note_op(number, a, b.map(wide));
        result
    }

    /// Notes an operation, whose exceptions are found out when somebody wants to know.
    fn note_op(&self, number: u64, a: Val<'b>, b: Option<Val<'b>>) {
        self.set_byte(state::FP_LAST, number);
        self.ir.set(state::FP_A, a);
        if let Some(b) = b {
            self.ir.set(state::FP_B, b);
        }
    }

    /// Notes an operation that raises nothing.
    pub fn note_move(&self) {
        self.set_byte(state::FP_LAST, op::MOVE);
    }

    /// Ends the block: the operation is not there.
    pub fn unimplemented_fpop(&self) -> Flow {
        self.raise(tt::FP_EXCEPTION, ftt::UNIMPLEMENTED.into())
    }

    /// Writes the relation of `a` and `b` to `fcc`; `less` are the host's and our operation that tells whether one is less.
    pub fn fp_compare(&self, number: u64, a: Val<'b>, b: Val<'b>, less: (FastFp, u64), fcc: Reg) {
        if mode::has(self.mode(), mode::FP_TRAPS) {
            self.ir.set(fcc, self.fp_op(number, a, Some(b), None).trunc(Width::W8));
            return;
        }
        let lt = |a, b| self.fp_op(less.1, a, Some(b), Some(less.0)).trunc(Width::W8);
        let (forth, back) = (lt(a, b), lt(b, a));
        self.note_op(number, a.zext(Width::W64), Some(b.zext(Width::W64)));
        self.ir.set(fcc, forth.deposit(1, 1, back));
    }

    /// A quadruple-precision operation: `rd`, `rs1` and `rs2` are numbers of single-precision registers.
    pub fn fp_quad(&self, number: u64, rd: u8, rs1: u8, rs2: u8) {
        let regs = u64::from(rd) | u64::from(rs1) << 8 | u64::from(rs2) << 16;
        self.call(helper::FPOP_QUAD, &[self.ir.konst(Width::W8, number), self.ir.konst(Width::W32, regs)]);
    }
}

/// Nothing that is there.
fn fpop1(l: &Lift, _: Fp) -> Flow {
    fpu_on!(l);
    l.unimplemented_fpop()
}

fn fpop2(l: &Lift, f: Fp) -> Flow {
    fpop1(l, f)
}

fn fmovs(l: &Lift, f: Fp) -> Flow {
    fpu_on!(l);
    l.set_f32(f.rd, l.f32(f.rs2));
    l.note_move();
    Next
}

/// The sign bit of singles.
const SIGN: u64 = 1 << 31;

fn fnegs(l: &Lift, f: Fp) -> Flow {
    fpu_on!(l);
    let a = l.f32(f.rs2);
    l.set_f32(f.rd, a ^ a.konst(SIGN));
    l.note_move();
    Next
}

fn fabss(l: &Lift, f: Fp) -> Flow {
    fpu_on!(l);
    let a = l.f32(f.rs2);
    l.set_f32(f.rd, a & a.konst(!SIGN));
    l.note_move();
    Next
}

macro_rules! operations {
    ($( $name:ident = $kind:ident $($args:expr),*; )*) => { $(
        fn $name(l: &Lift, f: Fp) -> Flow {
            fpu_on!(l);
            operations!(@$kind l, f, $($args),*);
            Next
        }
    )* };
    // Singles and doubles, two operands; single and double results.
    (@ss_s $l:ident, $f:ident, $op:expr, $fast:expr) => {
        $l.set_f32($f.rd, $l.fp_op($op, $l.f32($f.rs1), Some($l.f32($f.rs2)), Some($fast)))
    };
    (@dd_d $l:ident, $f:ident, $op:expr, $fast:expr) => {
        $l.ir.set($l.double($f.rd), $l.fp_op($op, $l.ir.get($l.double($f.rs1)), Some($l.ir.get($l.double($f.rs2))), Some($fast)))
    };
    (@ss_d $l:ident, $f:ident, $op:expr) => {
        $l.ir.set($l.double($f.rd), $l.fp_op($op, $l.f32($f.rs1), Some($l.f32($f.rs2)), None))
    };
    // One operand.
    (@s_s $l:ident, $f:ident, $op:expr, $fast:expr) => {
        $l.set_f32($f.rd, $l.fp_op($op, $l.f32($f.rs2), None, $fast))
    };
    (@d_d $l:ident, $f:ident, $op:expr, $fast:expr) => {
        $l.ir.set($l.double($f.rd), $l.fp_op($op, $l.ir.get($l.double($f.rs2)), None, $fast))
    };
    (@s_d $l:ident, $f:ident, $op:expr, $fast:expr) => {
        $l.ir.set($l.double($f.rd), $l.fp_op($op, $l.f32($f.rs2), None, $fast))
    };
    (@d_s $l:ident, $f:ident, $op:expr, $fast:expr) => {
        $l.set_f32($f.rd, $l.fp_op($op, $l.ir.get($l.double($f.rs2)), None, $fast))
    };
    // Comparisons.
    (@cmp_s $l:ident, $f:ident, $op:expr, $less:expr) => {
        $l.fp_compare($op, $l.f32($f.rs1), $l.f32($f.rs2), (FastFp::Lt32, $less), FCC0)
    };
    (@cmp_d $l:ident, $f:ident, $op:expr, $less:expr) => {
        $l.fp_compare($op, $l.ir.get($l.double($f.rs1)), $l.ir.get($l.double($f.rs2)), (FastFp::Lt64, $less), FCC0)
    };
    // Quadruple precision: which of rd, rs1 and rs2 are wide.
    (@quad $l:ident, $f:ident, $op:expr, $rd:expr, $rs2:expr) => {
        $l.fp_quad($op, if $rd { $l.wide($f.rd) } else { $f.rd }, $l.wide($f.rs1), if $rs2 { $l.wide($f.rs2) } else { $f.rs2 })
    };
    (@quad_cmp $l:ident, $f:ident, $op:expr) => {
        $l.fp_quad($op, 0, $l.wide($f.rs1), $l.wide($f.rs2))
    };
}

operations! {
    fsqrts = s_s op::SQRT_S, Some(FastFp::Sqrt32);
    fsqrtd = d_d op::SQRT_D, Some(FastFp::Sqrt64);
    fadds = ss_s op::ADD_S, FastFp::Add32;
    faddd = dd_d op::ADD_D, FastFp::Add64;
    fsubs = ss_s op::SUB_S, FastFp::Sub32;
    fsubd = dd_d op::SUB_D, FastFp::Sub64;
    fmuls = ss_s op::MUL_S, FastFp::Mul32;
    fmuld = dd_d op::MUL_D, FastFp::Mul64;
    fdivs = ss_s op::DIV_S, FastFp::Div32;
    fdivd = dd_d op::DIV_D, FastFp::Div64;
    fsmuld = ss_d op::MUL_SD;
    fitos = s_s op::W_TO_S, None;
    fitod = s_d op::W_TO_D, Some(FastFp::FromI32To64);
    fstod = s_d op::S_TO_D, Some(FastFp::Widen);
    fdtos = d_s op::D_TO_S, Some(FastFp::Narrow);
    fstoi = s_s op::S_TO_W, None;
    fdtoi = d_s op::D_TO_W, Some(FastFp::TruncToI32From64);
    fcmps = cmp_s op::CMP_S, op::LT_S;
    fcmpd = cmp_d op::CMP_D, op::LT_D;
    fcmpes = cmp_s op::CMPE_S, op::LTE_S;
    fcmped = cmp_d op::CMPE_D, op::LTE_D;
    fsqrtq = quad quad::SQRT, true, true;
    faddq = quad quad::ADD, true, true;
    fsubq = quad quad::SUB, true, true;
    fmulq = quad quad::MUL, true, true;
    fdivq = quad quad::DIV, true, true;
    fdmulq = quad quad::MUL_DQ, true, true;
    fqtos = quad quad::TO_S, false, true;
    fqtod = quad quad::TO_D, true, true;
    fitoq = quad quad::FROM_W, true, false;
    fstoq = quad quad::FROM_S, true, false;
    fdtoq = quad quad::FROM_D, true, true;
    fqtoi = quad quad::TO_W, false, true;
    fcmpq = quad_cmp quad::CMP;
    fcmpeq = quad_cmp quad::CMPE;
}

fn ld(l: &Lift, f: Arith) -> Flow {
    fpu_on!(l);
    l.set_f32(f.rd, l.ir.load(l.address(&f), l.mem(Width::W32)));
    Next
}

fn ldd(l: &Lift, f: Arith) -> Flow {
    fpu_on!(l);
    l.ir.set(l.double(f.rd), l.ir.load(l.address(&f), l.mem(Width::W64)));
    Next
}

/// What traps are enabled may change.
fn ld_(l: &Lift, f: Arith) -> Flow {
    fpu_on!(l);
    let value = l.ir.load(l.address(&f), l.mem(Width::W32));
    l.call(helper::WRFSR, &[value]);
    l.update()
}

fn st(l: &Lift, f: Arith) -> Flow {
    fpu_on!(l);
    l.ir.store(l.address(&f), l.f32(f.rd), l.mem(Width::W32));
    Next
}

fn std(l: &Lift, f: Arith) -> Flow {
    fpu_on!(l);
    l.ir.store(l.address(&f), l.ir.get(l.double(f.rd)), l.mem(Width::W64));
    Next
}

/// The version is the model's: it is put in here.
fn st_(l: &Lift, f: Arith) -> Flow {
    fpu_on!(l);
    let fsr = l.call(helper::RDFSR, &[]);
    l.ir.store(l.address(&f), fsr | fsr.konst(l.fpu_version().into()), l.mem(Width::W32));
    Next
}

/// The queue is always empty: exceptions are precise ("Store Floating-point Queue").
fn std_(l: &Lift, _: Arith) -> Flow {
    if !l.is_privileged() {
        return l.raise(tt::PRIVILEGED, 0);
    }
    fpu_on!(l);
    l.raise(tt::FP_EXCEPTION, ftt::SEQUENCE.into())
}
