//! The integer part of the MSA module: functions of vectors of 128 bits.
//!
//! *MIPS Architecture for Programmers Volume IV-j: The MIPS32 SIMD Architecture Module* (MD00866); the names are those of its instructions.
//! Element 0 of a register is its lowest part, whose low 64 bits are the floating-point register of the same number.

pub(crate) mod float;

use crate::hart::Hart;
use crate::state;
use crate::trap::Trap;

/// What an operation works on.
#[derive(Clone, Copy)]
pub(crate) struct Operands {
    /// Bits of an element.
    w: u32,
    /// The destination as it was, the two sources.
    d: u128,
    s: u128,
    t: u128,
    /// An immediate, an element's number, or a general register.
    v: i64,
}

type Operation = fn(Operands) -> u128;

/// Reads a vector register.
pub(crate) fn get<H: Hart>(hart: &H, n: u64) -> u128 {
    let n = n as u8 & 31;
    u128::from(hart.file(state::w_high(n))) << 64 | u128::from(hart.file(state::f(n)))
}

/// Writes a vector register.
pub(crate) fn set<H: Hart>(hart: &mut H, n: u64, value: u128) {
    let n = n as u8 & 31;
    hart.set_file(state::f(n), value as u64);
    hart.set_file(state::w_high(n), (value >> 64) as u64);
}

/// The operands that a helper's arguments name: registers (wd, ws, wt by bytes), element size, value.
fn operands<H: Hart>(hart: &H, [_, regs, w, v]: [u64; 4]) -> Operands {
    let reg = |n: u32| get(hart, regs >> (8 * n));
    Operands { w: w as u32, d: reg(0), s: reg(1), t: reg(2), v: v as i64 }
}

/// The low `w` bits.
fn cut(v: i128, w: u32) -> u128 {
    v as u128 & (u128::MAX >> (128 - w))
}

/// The low `w` bits as a signed number.
fn signed(v: u128, w: u32) -> i128 {
    (v << (128 - w)) as i128 >> (128 - w)
}

impl Operands {
    fn n(&self) -> u32 {
        128 / self.w
    }

    /// Element `i` of a vector, signed.
    fn element(&self, of: u128, i: u32) -> i128 {
        signed(of >> (self.w * i), self.w)
    }

    /// A vector of elements.
    fn collect(&self, mut f: impl FnMut(u32) -> i128) -> u128 {
        (0..self.n()).fold(0, |vector, i| vector | cut(f(i), self.w) << (self.w * i))
    }

    /// Element by element of both sources.
    fn each(&self, f: impl Fn(i128, i128) -> i128) -> u128 {
        self.collect(|i| f(self.element(self.s, i), self.element(self.t, i)))
    }

    /// The same with unsigned elements.
    fn each_u(&self, f: impl Fn(i128, i128) -> i128) -> u128 {
        self.each(|a, b| f(self.un(a), self.un(b)))
    }

    /// Element by element of destination and both sources.
    fn each3(&self, f: impl Fn(i128, i128, i128) -> i128) -> u128 {
        self.collect(|i| f(self.element(self.d, i), self.element(self.s, i), self.element(self.t, i)))
    }

    /// An element as an unsigned number.
    fn un(&self, v: i128) -> i128 {
        cut(v, self.w) as i128
    }

    fn max_s(&self) -> i128 {
        (1 << (self.w - 1)) - 1
    }

    fn max_u(&self) -> i128 {
        (1 << self.w) - 1
    }

    fn clamp_s(&self, v: i128) -> i128 {
        v.clamp(-self.max_s() - 1, self.max_s())
    }

    fn clamp_u(&self, v: i128) -> i128 {
        v.clamp(0, self.max_u())
    }

    /// A shift amount or bit number.
    fn bit(&self, v: i128) -> u32 {
        (v & i128::from(self.w - 1)) as u32
    }

    /// The second source is the immediate in each element.
    fn immediate(self) -> Operands {
        Operands { t: self.collect(|_| self.v.into()), ..self }
    }

    /// Sums of products of neighbours of half the size.
    fn dot(&self, unsigned: bool, f: impl Fn(i128, i128) -> i128) -> u128 {
        let half = Operands { w: self.w / 2, ..*self };
        let part = |of, i| if unsigned { half.un(half.element(of, i)) } else { half.element(of, i) };
        self.collect(|i| {
            let product = |i| part(self.s, i) * part(self.t, i);
            f(self.element(self.d, i), product(2 * i) + product(2 * i + 1))
        })
    }

    /// The odd element of the first source and the even one of the second, of half the size.
    fn horizontal(&self, unsigned: bool, f: impl Fn(i128, i128) -> i128) -> u128 {
        let half = Operands { w: self.w / 2, ..*self };
        let part = |of, i| if unsigned { half.un(half.element(of, i)) } else { half.element(of, i) };
        self.collect(|i| f(part(self.s, 2 * i + 1), part(self.t, 2 * i)))
    }

    /// Elements taken from the second source (`false`) or the first, by number.
    fn shuffle(&self, f: impl Fn(u32) -> (bool, u32)) -> u128 {
        self.collect(|i| {
            let (first, from) = f(i);
            self.element(if first { self.s } else { self.t }, from)
        })
    }

    /// SLD: both registers as columns of bytes; each pair of columns moves down by `n` bytes.
    fn slide(&self, n: u32) -> u128 {
        let bytes = self.n();
        let size = 8 * bytes;
        let n = n % bytes;
        (0..128 / size).fold(0, |vector, block| {
            let part = |of: u128| cut((of >> (size * block)) as i128, size);
            let (low, high) = (part(self.s), part(self.d));
            let moved = if n == 0 { low } else { low >> (8 * n) | high << (size - 8 * n) };
            vector | cut(moved as i128, size) << (size * block)
        })
    }

    /// BINSL: the upper `n` + 1 bits of `a`, the others of `d`.
    fn insert_left(&self, d: i128, a: i128, b: i128) -> i128 {
        let keep = self.w - self.bit(b) - 1;
        let mask = (1i128 << keep) - 1;
        a & !mask | d & mask
    }

    /// BINSR: the lower `n` + 1 bits.
    fn insert_right(&self, d: i128, a: i128, b: i128) -> i128 {
        let mask = (1i128 << (self.bit(b) + 1)) - 1;
        d & !mask | a & mask
    }
}

fn round_shift(a: i128, n: u32) -> i128 {
    if n == 0 { a } else { (a >> n) + (a >> (n - 1) & 1) }
}

fn truth(b: bool) -> i128 {
    -i128::from(b)
}

/// Declares operations: each name becomes a constant with its number in the table.
macro_rules! operations {
    ($($name:ident = $run:expr;)*) => {
        #[allow(non_camel_case_types, reason = "the variants are the instructions' names")]
        #[derive(Clone, Copy)]
        pub(crate) enum Op { $($name),* }

        static TABLE: &[Operation] = &[$($run),*];
    };
}

operations! {
    sll = |o| o.each(|a, b| a << o.bit(b));
    sra = |o| o.each(|a, b| a >> o.bit(b));
    srl = |o| o.each(|a, b| o.un(a) >> o.bit(b));
    bclr = |o| o.each(|a, b| a & !(1 << o.bit(b)));
    bset = |o| o.each(|a, b| a | 1 << o.bit(b));
    bneg = |o| o.each(|a, b| a ^ 1 << o.bit(b));
    binsl = |o| o.each3(|d, a, b| o.insert_left(d, a, b));
    binsr = |o| o.each3(|d, a, b| o.insert_right(d, a, b));
    addv = |o| o.each(|a, b| a + b);
    subv = |o| o.each(|a, b| a - b);
    max_s = |o| o.each(i128::max);
    max_u = |o| o.each_u(i128::max);
    min_s = |o| o.each(i128::min);
    min_u = |o| o.each_u(i128::min);
    max_a = |o| o.each(|a, b| if a.abs() > b.abs() { a } else { b });
    min_a = |o| o.each(|a, b| if a.abs() < b.abs() { a } else { b });
    ceq = |o| o.each(|a, b| truth(a == b));
    clt_s = |o| o.each(|a, b| truth(a < b));
    clt_u = |o| o.each_u(|a, b| truth(a < b));
    cle_s = |o| o.each(|a, b| truth(a <= b));
    cle_u = |o| o.each_u(|a, b| truth(a <= b));
    add_a = |o| o.each(|a, b| a.abs() + b.abs());
    adds_a = |o| o.each(|a, b| o.clamp_s(a.abs() + b.abs()));
    adds_s = |o| o.each(|a, b| o.clamp_s(a + b));
    adds_u = |o| o.each_u(|a, b| o.clamp_u(a + b));
    ave_s = |o| o.each(|a, b| (a + b) >> 1);
    ave_u = |o| o.each_u(|a, b| (a + b) >> 1);
    aver_s = |o| o.each(|a, b| (a + b + 1) >> 1);
    aver_u = |o| o.each_u(|a, b| (a + b + 1) >> 1);
    subs_s = |o| o.each(|a, b| o.clamp_s(a - b));
    subs_u = |o| o.each_u(|a, b| o.clamp_u(a - b));
    subsus_u = |o| o.each(|a, b| o.clamp_u(o.un(a) - b));
    subsuu_s = |o| o.each_u(|a, b| o.clamp_s(a - b));
    asub_s = |o| o.each(|a, b| (a - b).abs());
    asub_u = |o| o.each_u(|a, b| (a - b).abs());
    mulv = |o| o.each(|a, b| a * b);
    maddv = |o| o.each3(|d, a, b| d + a * b);
    msubv = |o| o.each3(|d, a, b| d - a * b);
    // Division by zero is UNPREDICTABLE.
    div_s = |o| o.each(|a, b| if b == 0 { if a < 0 { 1 } else { -1 } } else { a / b });
    div_u = |o| o.each_u(|a, b| if b == 0 { -1 } else { a / b });
    mod_s = |o| o.each(|a, b| if b == 0 { a } else { a % b });
    mod_u = |o| o.each_u(|a, b| if b == 0 { a } else { a % b });
    dotp_s = |o| o.dot(false, |_, sum| sum);
    dotp_u = |o| o.dot(true, |_, sum| sum);
    dpadd_s = |o| o.dot(false, |d, sum| d + sum);
    dpadd_u = |o| o.dot(true, |d, sum| d + sum);
    dpsub_s = |o| o.dot(false, |d, sum| d - sum);
    dpsub_u = |o| o.dot(true, |d, sum| d - sum);
    pckev = |o| o.shuffle(|i| (i >= o.n() / 2, 2 * i % o.n()));
    pckod = |o| o.shuffle(|i| (i >= o.n() / 2, 2 * i % o.n() + 1));
    ilvl = |o| o.shuffle(|i| (i % 2 == 1, o.n() / 2 + i / 2));
    ilvr = |o| o.shuffle(|i| (i % 2 == 1, i / 2));
    ilvev = |o| o.shuffle(|i| (i % 2 == 1, i & !1));
    ilvod = |o| o.shuffle(|i| (i % 2 == 1, i | 1));
    vshf = |o| o.collect(|i| {
        let control = o.element(o.d, i);
        let k = (control & 0x3f) as u32 % (2 * o.n());
        match k {
            _ if control & 0xc0 != 0 => 0,
            k if k < o.n() => o.element(o.t, k),
            k => o.element(o.s, k - o.n()),
        }
    });
    srar = |o| o.each(|a, b| round_shift(a, o.bit(b)));
    srlr = |o| o.each(|a, b| round_shift(o.un(a), o.bit(b)));
    hadd_s = |o| o.horizontal(false, |a, b| a + b);
    hadd_u = |o| o.horizontal(true, |a, b| a + b);
    hsub_s = |o| o.horizontal(false, |a, b| a - b);
    hsub_u = |o| o.horizontal(true, |a, b| a - b);
    sld = |o| o.slide(o.v as u32);
    splat = |o| o.collect(|_| o.element(o.s, (o.v as u64 % u64::from(o.n())) as u32));
    fill = |o| o.collect(|_| o.v.into());
    sat_s = |o| o.collect(|i| {
        let max = (1i128 << o.v) - 1;
        o.element(o.s, i).clamp(-max - 1, max)
    });
    sat_u = |o| o.collect(|i| o.un(o.element(o.s, i)).min((2i128 << o.v) - 1));
    shf = |o| o.collect(|i| o.element(o.s, i & !3 | (o.v as u32) >> (2 * (i & 3)) & 3));
    and_v = |o| o.s & o.t;
    or_v = |o| o.s | o.t;
    nor_v = |o| !(o.s | o.t);
    xor_v = |o| o.s ^ o.t;
    bmnz_v = |o| o.s & o.t | o.d & !o.t;
    bmz_v = |o| o.s & !o.t | o.d & o.t;
    bsel_v = |o| o.s & !o.d | o.t & o.d;
    pcnt = |o| o.collect(|i| cut(o.element(o.s, i), o.w).count_ones().into());
    nloc = |o| o.collect(|i| (!(cut(o.element(o.s, i), o.w) << (128 - o.w))).leading_zeros().min(o.w).into());
    nlzc = |o| o.collect(|i| (cut(o.element(o.s, i), o.w).leading_zeros() - (128 - o.w)).into());
    mul_q = |o| o.each(|a, b| o.clamp_s((a * b) >> (o.w - 1)));
    mulr_q = |o| o.each(|a, b| o.clamp_s((a * b + (1 << (o.w - 2))) >> (o.w - 1)));
    madd_q = |o| o.each3(|d, a, b| o.clamp_s(((d << (o.w - 1)) + a * b) >> (o.w - 1)));
    maddr_q = |o| o.each3(|d, a, b| o.clamp_s(((d << (o.w - 1)) + a * b + (1 << (o.w - 2))) >> (o.w - 1)));
    msub_q = |o| o.each3(|d, a, b| o.clamp_s(((d << (o.w - 1)) - a * b) >> (o.w - 1)));
    msubr_q = |o| o.each3(|d, a, b| o.clamp_s(((d << (o.w - 1)) - a * b + (1 << (o.w - 2))) >> (o.w - 1)));
}

/// Helper: an operation on registers: number, registers, element size, a general register or an element's number.
pub(crate) fn three<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    let result = TABLE[args[0] as usize](operands(hart, args));
    set(hart, args[1], result);
    Ok(0)
}

/// Helper: the same with an immediate in each element of the second source.
pub(crate) fn immediate<H: Hart>(hart: &mut H, args: [u64; 4]) -> Result<u64, Trap> {
    let result = TABLE[args[0] as usize](operands(hart, args).immediate());
    set(hart, args[1], result);
    Ok(0)
}

/// Helper: an element of a register, sign-extended: register, size, number.
pub(crate) fn copy<H: Hart>(hart: &mut H, [reg, w, i, _]: [u64; 4]) -> Result<u64, Trap> {
    Ok(signed(get(hart, reg) >> (w as u32 * i as u32), w as u32) as u64)
}

/// Helper: puts a value into an element: register, size and number (above 8 bits), value.
pub(crate) fn insert<H: Hart>(hart: &mut H, [reg, w, value, _]: [u64; 4]) -> Result<u64, Trap> {
    let (w, i) = ((w & 0xff) as u32, (w >> 8) as u32);
    let mask = cut(-1, w) << (w * i);
    let old = get(hart, reg);
    set(hart, reg, old & !mask | cut(value.into(), w) << (w * i));
    Ok(0)
}

/// Helper: whether any element of a register is zero: register, size.
pub(crate) fn any_zero<H: Hart>(hart: &mut H, [reg, w, ..]: [u64; 4]) -> Result<u64, Trap> {
    let (v, w) = (get(hart, reg), w as u32);
    Ok((0..128 / w).any(|i| signed(v >> (w * i), w) == 0).into())
}
