//! The signal processing engine: integer instructions on two words, multiplications, loads and stores.
//!
//! SPE Programming Environments Manual, chapter 5. General registers have 64 bits there; the upper words have slots of their own.

use decode::Flow::{self, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::W;
use crate::helper;
use crate::insn::fp::put_field;
use crate::lift::Lift;
use crate::state::high;

insns! {
    /// "Instruction Set", simple and complex integer instructions.
    pub INSNS for Lift<'_>;
    "000100 ..... ..... ..... 01000000000" W evaddw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000000010" W evaddiw "{rt}, {rb}, {a5}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000000100" W evsubfw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000000110" W evsubifw "{rt}, {a5}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000001000" W evabs "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000001001" W evneg "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000001010" W evextsb "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000001011" W evextsh "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000001100" W evrndw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000001101" W evcntlzw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000001110" W evcntlsw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000001111" W brinc "{rt}, {ra}, {rb}" [EmbeddedFp !Altivec !Isa300];
    "000100 ..... ..... ..... 01000010001" W evand "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000010010" W evandc "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000010110" W evxor "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000010111" W evor "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000011000" W evnor "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000011001" W eveqv "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000011011" W evorc "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000011110" W evnand "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000100000" W evsrwu "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000100001" W evsrws "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000100010" W evsrwiu "{rt}, {ra}, {b5}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000100011" W evsrwis "{rt}, {ra}, {b5}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000100100" W evslw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000100110" W evslwi "{rt}, {ra}, {b5}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000101000" W evrlw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000101001" W evsplati "{rt}, {s5}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000101010" W evrlwi "{rt}, {ra}, {b5}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 01000101011" W evsplatfi "{rt}, {s5}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000101100" W evmergehi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000101101" W evmergelo "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000101110" W evmergehilo "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01000101111" W evmergelohi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01000110000" W evcmpgtu "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01000110001" W evcmpgts "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01000110010" W evcmpltu "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01000110011" W evcmplts "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ...00 ..... ..... 01000110100" W evcmpeq "{bf}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 01001111..." W evsel "{rt}, {ra}, {rb}, {crs}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000000011" W evmhessf "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000000111" W evmhossf "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000001000" W evmheumi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000001001" W evmhesmi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000001011" W evmhesmf "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000001100" W evmhoumi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000001101" W evmhosmi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000001111" W evmhosmf "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000100011" W evmhessfa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000100111" W evmhossfa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000101000" W evmheumia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000101001" W evmhesmia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000101011" W evmhesmfa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000101100" W evmhoumia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000101101" W evmhosmia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10000101111" W evmhosmfa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001000111" W evmwhssf "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001001000" W evmwlumi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001001100" W evmwhumi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001001101" W evmwhsmi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001001111" W evmwhsmf "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001010011" W evmwssf "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001011000" W evmwumi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001011001" W evmwsmi "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001011011" W evmwsmf "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001100111" W evmwhssfa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001101000" W evmwlumia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001101100" W evmwhumia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001101101" W evmwhsmia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001101111" W evmwhsmfa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001110011" W evmwssfa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001111000" W evmwumia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001111001" W evmwsmia "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10001111011" W evmwsmfa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011000000" W evaddusiaaw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011000001" W evaddssiaaw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011000010" W evsubfusiaaw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011000011" W evsubfssiaaw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011000100" W evmra "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10011000110" W evdivws "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10011000111" W evdivwu "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011001000" W evaddumiaaw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011001001" W evaddsmiaaw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011001010" W evsubfumiaaw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... 00000 10011001011" W evsubfsmiaaw "{rt}, {ra}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100000000" W evmheusiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100000001" W evmhessiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100000011" W evmhessfaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100000100" W evmhousiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100000101" W evmhossiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100000111" W evmhossfaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100001000" W evmheumiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100001001" W evmhesmiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100001011" W evmhesmfaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100001100" W evmhoumiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100001101" W evmhosmiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100001111" W evmhosmfaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100101000" W evmhegumiaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100101001" W evmhegsmiaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100101011" W evmhegsmfaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100101100" W evmhogumiaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100101101" W evmhogsmiaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10100101111" W evmhogsmfaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10101000000" W evmwlusiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10101000001" W evmwlssiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10101001000" W evmwlumiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10101001001" W evmwlsmiaaw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10101010011" W evmwssfaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10101011000" W evmwumiaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10101011001" W evmwsmiaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10101011011" W evmwsmfaa "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110000000" W evmheusianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110000001" W evmhessianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110000011" W evmhessfanw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110000100" W evmhousianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110000101" W evmhossianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110000111" W evmhossfanw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110001000" W evmheumianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110001001" W evmhesmianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110001011" W evmhesmfanw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110001100" W evmhoumianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110001101" W evmhosmianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110001111" W evmhosmfanw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110101000" W evmhegumian "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110101001" W evmhegsmian "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110101011" W evmhegsmfan "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110101100" W evmhogumian "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110101101" W evmhogsmian "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10110101111" W evmhogsmfan "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10111000000" W evmwlusianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10111000001" W evmwlssianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10111001000" W evmwlumianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10111001001" W evmwlsmianw "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10111010011" W evmwssfan "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10111011000" W evmwumian "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10111011001" W evmwsmian "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
    "000100 ..... ..... ..... 10111011011" W evmwsmfan "{rt}, {ra}, {rb}" [Spe !Altivec !Isa300];
}

impl<'b> Lift<'b> {
    /// All 64 bits of general register `n`.
    pub(crate) fn pair(&self, n: u32) -> Val<'b> {
        let upper = self.ir.get(high(n)).zext(Width::W64);
        self.g32(n).zext(Width::W64).deposit(32, 32, upper)
    }

    /// Writes all 64 bits of general register `n`.
    pub(crate) fn set_pair(&self, n: u32, value: Val<'b>) {
        self.ir.set(high(n), value.extract(32, 32).trunc(Width::W32));
        self.set_g(n, value.trunc(Width::W32));
    }
}

/// Calls the helper with both operands.
fn call<'b>(l: &Lift<'b>, f: W) -> Val<'b> {
    l.call(helper::SPE, &[l.pair(f.ra()), l.pair(f.rb()), l.encoding()])
}

macro_rules! by_helper {
    ($($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            l.set_pair(f.rt(), call(l, f));
            Next
        }
    )* };
}
by_helper! {
    evaddw evaddiw evsubfw evsubifw evabs evneg evextsb evextsh evrndw evcntlzw evcntlsw evand evandc evxor evor evnor eveqv evorc evnand evsrwu
    evsrws evsrwiu evsrwis evslw evslwi evrlw evsplati evrlwi evsplatfi evmergehi evmergelo evmergehilo evmergelohi evmhessf evmhossf evmheumi
    evmhesmi evmhesmf evmhoumi evmhosmi evmhosmf evmhessfa evmhossfa evmheumia evmhesmia evmhesmfa evmhoumia evmhosmia evmhosmfa evmwhssf evmwlumi
    evmwhumi evmwhsmi evmwhsmf evmwssf evmwumi evmwsmi evmwsmf evmwhssfa evmwlumia evmwhumia evmwhsmia evmwhsmfa evmwssfa evmwumia evmwsmia evmwsmfa
    evaddusiaaw evaddssiaaw evsubfusiaaw evsubfssiaaw evmra evdivws evdivwu evaddumiaaw evaddsmiaaw evsubfumiaaw evsubfsmiaaw evmheusiaaw evmhessiaaw
    evmhessfaaw evmhousiaaw evmhossiaaw evmhossfaaw evmheumiaaw evmhesmiaaw evmhesmfaaw evmhoumiaaw evmhosmiaaw evmhosmfaaw evmhegumiaa evmhegsmiaa
    evmhegsmfaa evmhogumiaa evmhogsmiaa evmhogsmfaa evmwlusiaaw evmwlssiaaw evmwlumiaaw evmwlsmiaaw evmwssfaa evmwumiaa evmwsmiaa evmwsmfaa
    evmheusianw evmhessianw evmhessfanw evmhousianw evmhossianw evmhossfanw evmheumianw evmhesmianw evmhesmfanw evmhoumianw evmhosmianw evmhosmfanw
    evmhegumian evmhegsmian evmhegsmfan evmhogumian evmhogsmian evmhogsmfan evmwlusianw evmwlssianw evmwlumianw evmwlsmianw evmwssfan evmwumian
    evmwsmian evmwsmfan
}

/// The upper word stays.
fn brinc(l: &Lift<'_>, f: W) -> Flow {
    l.set_g(f.rt(), call(l, f).trunc(Width::W32));
    Next
}

macro_rules! comparisons {
    ($($name:ident)*) => { $(
        fn $name(l: &Lift<'_>, f: W) -> Flow {
            put_field(l, f.bf(), call(l, f));
            Next
        }
    )* };
}
comparisons! {
    evcmpgtu evcmpgts evcmpltu evcmplts evcmpeq
}

/// Words of rA where the condition field's first two bits are 1, of rB where they are 0.
fn evsel(l: &Lift<'_>, f: W) -> Flow {
    let field = 4 * (f.0 & 7);
    let upper = l.ir.select(l.cr(field), l.ir.get(high(f.ra())), l.ir.get(high(f.rb())));
    let lower = l.ir.select(l.cr(field + 1), l.g32(f.ra()), l.g32(f.rb()));
    l.ir.set(high(f.rt()), upper);
    l.set_g(f.rt(), lower);
    Next
}
