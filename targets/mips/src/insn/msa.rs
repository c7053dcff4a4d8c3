//! "MIPS SIMD Architecture": vectors of 128 bits. What they compute stands in `crate::msa`.

use bits::Endian;
use decode::Flow::{self, Illegal, Next};
use decode::insns;
use uop::{Val, Width};

use crate::ext::Ext;
use crate::format::F;
use crate::helper;
use crate::lift::{Lift, To};
use crate::msa::Op;
use crate::msa::float::{Op as Float, Resize};
use crate::state;

insns! {
    /// Volume IV-j (MD00866), "Instruction Encoding". All need Config5.MSAEn.
    pub INSNS for Lift;
    "011110 000 .. ..... ..... ..... 001101" F sll "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 001 .. ..... ..... ..... 001101" F sra "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 001101" F srl "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 011 .. ..... ..... ..... 001101" F bclr "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 001101" F bset "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 001101" F bneg "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 110 .. ..... ..... ..... 001101" F binsl "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 111 .. ..... ..... ..... 001101" F binsr "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 000 .. ..... ..... ..... 001110" F addv "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 001 .. ..... ..... ..... 001110" F subv "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 001110" F max_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 011 .. ..... ..... ..... 001110" F max_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 001110" F min_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 001110" F min_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 110 .. ..... ..... ..... 001110" F max_a "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 111 .. ..... ..... ..... 001110" F min_a "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 000 .. ..... ..... ..... 001111" F ceq "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 001111" F clt_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 011 .. ..... ..... ..... 001111" F clt_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 001111" F cle_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 001111" F cle_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 000 .. ..... ..... ..... 010000" F add_a "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 001 .. ..... ..... ..... 010000" F adds_a "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 010000" F adds_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 011 .. ..... ..... ..... 010000" F adds_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 010000" F ave_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 010000" F ave_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 110 .. ..... ..... ..... 010000" F aver_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 111 .. ..... ..... ..... 010000" F aver_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 000 .. ..... ..... ..... 010001" F subs_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 001 .. ..... ..... ..... 010001" F subs_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 010001" F subsus_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 011 .. ..... ..... ..... 010001" F subsuu_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 010001" F asub_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 010001" F asub_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 000 .. ..... ..... ..... 010010" F mulv "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 001 .. ..... ..... ..... 010010" F maddv "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 010010" F msubv "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 010010" F div_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 010010" F div_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 110 .. ..... ..... ..... 010010" F mod_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 111 .. ..... ..... ..... 010010" F mod_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 000 .. ..... ..... ..... 010011" F dotp_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 001 .. ..... ..... ..... 010011" F dotp_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 010011" F dpadd_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 011 .. ..... ..... ..... 010011" F dpadd_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 010011" F dpsub_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 010011" F dpsub_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 010100" F pckev "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 011 .. ..... ..... ..... 010100" F pckod "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 010100" F ilvl "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 010100" F ilvr "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 110 .. ..... ..... ..... 010100" F ilvev "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 111 .. ..... ..... ..... 010100" F ilvod "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 000 .. ..... ..... ..... 010101" F vshf "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 001 .. ..... ..... ..... 010101" F srar "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 010 .. ..... ..... ..... 010101" F srlr "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 100 .. ..... ..... ..... 010101" F hadd_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 101 .. ..... ..... ..... 010101" F hadd_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 110 .. ..... ..... ..... 010101" F hsub_s "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 111 .. ..... ..... ..... 010101" F hsub_u "{vdf}{wd}, {ws}, {wt}" [Msa];
    "011110 000 .. ..... ..... ..... 010100" F sld "{vdf}{wd}, {ws}, {rt}" [Msa];
    "011110 001 .. ..... ..... ..... 010100" F splat "{vdf}{wd}, {ws}, {rt}" [Msa];
    "011110 000 .. ..... ..... ..... 000110" F addvi "{vdf}{wd}, {ws}, {u5}" [Msa];
    "011110 001 .. ..... ..... ..... 000110" F subvi "{vdf}{wd}, {ws}, {u5}" [Msa];
    "011110 010 .. ..... ..... ..... 000110" F maxi_s "{vdf}{wd}, {ws}, {s5}" [Msa];
    "011110 011 .. ..... ..... ..... 000110" F maxi_u "{vdf}{wd}, {ws}, {u5}" [Msa];
    "011110 100 .. ..... ..... ..... 000110" F mini_s "{vdf}{wd}, {ws}, {s5}" [Msa];
    "011110 101 .. ..... ..... ..... 000110" F mini_u "{vdf}{wd}, {ws}, {u5}" [Msa];
    "011110 000 .. ..... ..... ..... 000111" F ceqi "{vdf}{wd}, {ws}, {s5}" [Msa];
    "011110 010 .. ..... ..... ..... 000111" F clti_s "{vdf}{wd}, {ws}, {s5}" [Msa];
    "011110 011 .. ..... ..... ..... 000111" F clti_u "{vdf}{wd}, {ws}, {u5}" [Msa];
    "011110 100 .. ..... ..... ..... 000111" F clei_s "{vdf}{wd}, {ws}, {s5}" [Msa];
    "011110 101 .. ..... ..... ..... 000111" F clei_u "{vdf}{wd}, {ws}, {u5}" [Msa];
    "011110 110 .. .......... ..... 000111" F ldi "{vdf}{wd}, {s10}" [Msa];
    "011110 000 ....... ..... ..... 001001" F slli "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 001 ....... ..... ..... 001001" F srai "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 010 ....... ..... ..... 001001" F srli "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 011 ....... ..... ..... 001001" F bclri "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 100 ....... ..... ..... 001001" F bseti "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 101 ....... ..... ..... 001001" F bnegi "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 110 ....... ..... ..... 001001" F binsli "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 111 ....... ..... ..... 001001" F binsri "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 010 ....... ..... ..... 001010" F srari "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 011 ....... ..... ..... 001010" F srlri "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 000 ....... ..... ..... 001010" F sat_s "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 001 ....... ..... ..... 001010" F sat_u "{vbit}{wd}, {ws}, {vm}" [Msa];
    "011110 00 ........ ..... ..... 000000" F andi_b "{wd}, {ws}, {i8}" [Msa];
    "011110 01 ........ ..... ..... 000000" F ori_b "{wd}, {ws}, {i8}" [Msa];
    "011110 10 ........ ..... ..... 000000" F nori_b "{wd}, {ws}, {i8}" [Msa];
    "011110 11 ........ ..... ..... 000000" F xori_b "{wd}, {ws}, {i8}" [Msa];
    "011110 00 ........ ..... ..... 000001" F bmnzi_b "{wd}, {ws}, {i8}" [Msa];
    "011110 01 ........ ..... ..... 000001" F bmzi_b "{wd}, {ws}, {i8}" [Msa];
    "011110 10 ........ ..... ..... 000001" F bseli_b "{wd}, {ws}, {i8}" [Msa];
    "011110 00 ........ ..... ..... 000010" F shf_b "{wd}, {ws}, {i8}" [Msa];
    "011110 01 ........ ..... ..... 000010" F shf_h "{wd}, {ws}, {i8}" [Msa];
    "011110 10 ........ ..... ..... 000010" F shf_w "{wd}, {ws}, {i8}" [Msa];
    "011110 00000 ..... ..... ..... 011110" F and_v "{wd}, {ws}, {wt}" [Msa];
    "011110 00001 ..... ..... ..... 011110" F or_v "{wd}, {ws}, {wt}" [Msa];
    "011110 00010 ..... ..... ..... 011110" F nor_v "{wd}, {ws}, {wt}" [Msa];
    "011110 00011 ..... ..... ..... 011110" F xor_v "{wd}, {ws}, {wt}" [Msa];
    "011110 00100 ..... ..... ..... 011110" F bmnz_v "{wd}, {ws}, {wt}" [Msa];
    "011110 00101 ..... ..... ..... 011110" F bmz_v "{wd}, {ws}, {wt}" [Msa];
    "011110 00110 ..... ..... ..... 011110" F bsel_v "{wd}, {ws}, {wt}" [Msa];
    "011110 11000 000 .. ..... ..... 011110" F fill "{vdf2}{wd}, {rs_ws}" [Msa];
    "011110 11000 001 .. ..... ..... 011110" F pcnt "{vdf2}{wd}, {ws}" [Msa];
    "011110 11000 010 .. ..... ..... 011110" F nloc "{vdf2}{wd}, {ws}" [Msa];
    "011110 11000 011 .. ..... ..... 011110" F nlzc "{vdf2}{wd}, {ws}" [Msa];
    "011110 0000 00.... ..... ..... 011001" F sldi "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0000 100... ..... ..... 011001" F sldi "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0000 1100.. ..... ..... 011001" F sldi "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0000 11100. ..... ..... 011001" F sldi "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0001 00.... ..... ..... 011001" F splati "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0001 100... ..... ..... 011001" F splati "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0001 1100.. ..... ..... 011001" F splati "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0001 11100. ..... ..... 011001" F splati "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0010 00.... ..... ..... 011001" F copy_s "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0010 100... ..... ..... 011001" F copy_s "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0010 1100.. ..... ..... 011001" F copy_s "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0010 11100. ..... ..... 011001" F copy_s "{velm}{wd}, {ws}, {vn}" [Msa W64];
    "011110 0011 00.... ..... ..... 011001" F copy_u "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0011 100... ..... ..... 011001" F copy_u "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0011 1100.. ..... ..... 011001" F copy_u "{velm}{wd}, {ws}, {vn}" [Msa W64];
    "011110 0100 00.... ..... ..... 011001" F insert "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0100 100... ..... ..... 011001" F insert "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0100 1100.. ..... ..... 011001" F insert "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0100 11100. ..... ..... 011001" F insert "{velm}{wd}, {ws}, {vn}" [Msa W64];
    "011110 0101 00.... ..... ..... 011001" F insve "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0101 100... ..... ..... 011001" F insve "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0101 1100.. ..... ..... 011001" F insve "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0101 11100. ..... ..... 011001" F insve "{velm}{wd}, {ws}, {vn}" [Msa];
    "011110 0000 111110 ..... ..... 011001" F ctcmsa "{mcd}, {rs_ws}" [Msa];
    "011110 0001 111110 ..... ..... 011001" F cfcmsa "{rd_wd}, {mcs}" [Msa];
    "011110 0010 111110 ..... ..... 011001" F move_v "{wd}, {ws}" [Msa];
    "011110 0000 . ..... ..... ..... 011010" F fcaf "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0001 . ..... ..... ..... 011010" F fcun "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0010 . ..... ..... ..... 011010" F fceq "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0011 . ..... ..... ..... 011010" F fcueq "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0100 . ..... ..... ..... 011010" F fclt "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0101 . ..... ..... ..... 011010" F fcult "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0110 . ..... ..... ..... 011010" F fcle "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0111 . ..... ..... ..... 011010" F fcule "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1000 . ..... ..... ..... 011010" F fsaf "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1001 . ..... ..... ..... 011010" F fsun "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1010 . ..... ..... ..... 011010" F fseq "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1011 . ..... ..... ..... 011010" F fsueq "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1100 . ..... ..... ..... 011010" F fslt "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1101 . ..... ..... ..... 011010" F fsult "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1110 . ..... ..... ..... 011010" F fsle "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1111 . ..... ..... ..... 011010" F fsule "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0000 . ..... ..... ..... 011011" F fadd "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0001 . ..... ..... ..... 011011" F fsub "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0010 . ..... ..... ..... 011011" F fmul "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0011 . ..... ..... ..... 011011" F fdiv "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0100 . ..... ..... ..... 011011" F fmadd "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0101 . ..... ..... ..... 011011" F fmsub "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0111 . ..... ..... ..... 011011" F fexp2 "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1100 . ..... ..... ..... 011011" F fmin "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1101 . ..... ..... ..... 011011" F fmin_a "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1110 . ..... ..... ..... 011011" F fmax "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1111 . ..... ..... ..... 011011" F fmax_a "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0001 . ..... ..... ..... 011100" F fcor "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0010 . ..... ..... ..... 011100" F fcune "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0011 . ..... ..... ..... 011100" F fcne "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1001 . ..... ..... ..... 011100" F fsor "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1010 . ..... ..... ..... 011100" F fsune "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1011 . ..... ..... ..... 011100" F fsne "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1000 . ..... ..... ..... 011011" F fexdo "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1010 . ..... ..... ..... 011011" F ftq "{vfdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0100 . ..... ..... ..... 011100" F mul_q "{vqdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0101 . ..... ..... ..... 011100" F madd_q "{vqdf}{wd}, {ws}, {wt}" [Msa];
    "011110 0110 . ..... ..... ..... 011100" F msub_q "{vqdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1100 . ..... ..... ..... 011100" F mulr_q "{vqdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1101 . ..... ..... ..... 011100" F maddr_q "{vqdf}{wd}, {ws}, {wt}" [Msa];
    "011110 1110 . ..... ..... ..... 011100" F msubr_q "{vqdf}{wd}, {ws}, {wt}" [Msa];
    "011110 11001 0000 . ..... ..... 011110" F fclass "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 0001 . ..... ..... 011110" F ftrunc_s "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 0010 . ..... ..... 011110" F ftrunc_u "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 0011 . ..... ..... 011110" F fsqrt "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 0100 . ..... ..... 011110" F frsqrt "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 0101 . ..... ..... 011110" F frcp "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 0110 . ..... ..... 011110" F frint "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 0111 . ..... ..... 011110" F flog2 "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 1100 . ..... ..... 011110" F ftint_s "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 1101 . ..... ..... 011110" F ftint_u "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 1110 . ..... ..... 011110" F ffint_s "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 1111 . ..... ..... 011110" F ffint_u "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 1000 . ..... ..... 011110" F fexupl "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 1001 . ..... ..... 011110" F fexupr "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 1010 . ..... ..... 011110" F ffql "{vfdf2}{wd}, {ws}" [Msa];
    "011110 11001 1011 . ..... ..... 011110" F ffqr "{vfdf2}{wd}, {ws}" [Msa];
    "011110 .......... ..... ..... 1000 00" F ld_b "{wd}, {vs10}({rs_ws})" [Msa];
    "011110 .......... ..... ..... 1000 01" F ld_h "{wd}, {vs10}({rs_ws})" [Msa];
    "011110 .......... ..... ..... 1000 10" F ld_w "{wd}, {vs10}({rs_ws})" [Msa];
    "011110 .......... ..... ..... 1000 11" F ld_d "{wd}, {vs10}({rs_ws})" [Msa];
    "011110 .......... ..... ..... 1001 00" F st_b "{wd}, {vs10}({rs_ws})" [Msa];
    "011110 .......... ..... ..... 1001 01" F st_h "{wd}, {vs10}({rs_ws})" [Msa];
    "011110 .......... ..... ..... 1001 10" F st_w "{wd}, {vs10}({rs_ws})" [Msa];
    "011110 .......... ..... ..... 1001 11" F st_d "{wd}, {vs10}({rs_ws})" [Msa];
    "010001 01011 ..... ................" F bz_v "{wt}, {target}" [Msa];
    "010001 01111 ..... ................" F bnz_v "{wt}, {target}" [Msa];
    "010001 11000 ..... ................" F bz_b "{wt}, {target}" [Msa];
    "010001 11001 ..... ................" F bz_h "{wt}, {target}" [Msa];
    "010001 11010 ..... ................" F bz_w "{wt}, {target}" [Msa];
    "010001 11011 ..... ................" F bz_d "{wt}, {target}" [Msa];
    "010001 11100 ..... ................" F bnz_b "{wt}, {target}" [Msa];
    "010001 11101 ..... ................" F bnz_h "{wt}, {target}" [Msa];
    "010001 11110 ..... ................" F bnz_w "{wt}, {target}" [Msa];
    "010001 11111 ..... ................" F bnz_d "{wt}, {target}" [Msa];
    "000000 ..... ..... ..... 000 .. 000101" F lsa "{rd}, {rs}, {rt}, {sa1}" [Msa !R6];
    "000000 ..... ..... ..... 000 .. 010101" F dlsa "{rd}, {rs}, {rt}, {sa1}" [Msa W64 !R6];
}

/// Bits of an element by the field `df` at `lo`.
fn size(f: F, lo: u32) -> u64 {
    8 << bits::field(f.0, lo, 2)
}

/// wd, ws and wt, a byte each.
fn registers(f: F) -> u64 {
    u64::from(f.fd()) | u64::from(f.fs()) << 8 | u64::from(f.ft()) << 16
}

/// Calls an operation: number, registers, element size, value.
fn call(l: &Lift, helper: u16, op: u64, f: F, w: u64, value: Val) -> Flow {
    l.call(helper, &[l.konst32(op), l.konst32(registers(f)), l.konst32(w), value]);
    Next
}

fn constant<'b>(l: &Lift<'b>, value: i64) -> Val<'b> {
    l.ir.konst(Width::W64, value as u64)
}

fn three(l: &Lift, f: F, op: Op) -> Flow {
    call(l, helper::MSA_THREE, op as u64, f, size(f, 21), constant(l, 0))
}

/// The sources' elements have half the size: there is none for bytes.
fn halves(l: &Lift, f: F, op: Op) -> Flow {
    if size(f, 21) == 8 { Illegal } else { three(l, f, op) }
}

fn by_register(l: &Lift, f: F, op: Op) -> Flow {
    call(l, helper::MSA_THREE, op as u64, f, size(f, 21), l.r64(f.rt()))
}

fn imm_u5(l: &Lift, f: F, op: Op) -> Flow {
    call(l, helper::MSA_IMMEDIATE, op as u64, f, size(f, 21), constant(l, f.rt().into()))
}

fn imm_s5(l: &Lift, f: F, op: Op) -> Flow {
    let value = bits::sign_extend(f.rt().into(), 5) as i64;
    call(l, helper::MSA_IMMEDIATE, op as u64, f, size(f, 21), constant(l, value))
}

fn imm_i8(l: &Lift, f: F, op: Op) -> Flow {
    call(l, helper::MSA_IMMEDIATE, op as u64, f, 8, constant(l, bits::field(f.0, 16, 8) as i64))
}

fn shuffle(l: &Lift, f: F, op: Op) -> Flow {
    call(l, helper::MSA_THREE, op as u64, f, size(f, 24), constant(l, bits::field(f.0, 16, 8) as i64))
}

fn vector(l: &Lift, f: F, op: Op) -> Flow {
    call(l, helper::MSA_THREE, op as u64, f, 64, constant(l, 0))
}

fn two(l: &Lift, f: F, op: Op) -> Flow {
    call(l, helper::MSA_THREE, op as u64, f, size(f, 16), constant(l, 0))
}

fn fill_from(l: &Lift, f: F, op: Op) -> Flow {
    let w = size(f, 16);
    if w == 64 && !l.is_64() {
        return Illegal;
    }
    call(l, helper::MSA_THREE, op as u64, f, w, l.r64(f.rd()))
}

fn ldi(l: &Lift, f: F) -> Flow {
    let value = bits::sign_extend(bits::field(f.0, 11, 10), 10) as i64;
    call(l, helper::MSA_THREE, Op::fill as u64, f, size(f, 21), constant(l, value))
}

/// Element size and bit number of the format "BIT".
fn bit_number(f: F) -> Option<(u64, i64)> {
    let field = bits::field(f.0, 16, 7) as i64;
    match field {
        0..0x40 => Some((64, field)),
        0x40..0x60 => Some((32, field & 31)),
        0x60..0x70 => Some((16, field & 15)),
        0x70..0x78 => Some((8, field & 7)),
        _ => None,
    }
}

fn bit(l: &Lift, f: F, op: Op) -> Flow {
    let Some((w, n)) = bit_number(f) else { return Illegal };
    call(l, helper::MSA_IMMEDIATE, op as u64, f, w, constant(l, n))
}

fn saturate(l: &Lift, f: F, op: Op) -> Flow {
    let Some((w, n)) = bit_number(f) else { return Illegal };
    call(l, helper::MSA_THREE, op as u64, f, w, constant(l, n))
}

fn float3(l: &Lift, f: F, op: Float) -> Flow {
    call(l, helper::MSA_FLOAT, op as u64, f, 32 << bits::field(f.0, 21, 1), constant(l, 0))
}

fn float2(l: &Lift, f: F, op: Float) -> Flow {
    call(l, helper::MSA_FLOAT, op as u64, f, 32 << bits::field(f.0, 16, 1), constant(l, 0))
}

fn resize3(l: &Lift, f: F, op: Resize) -> Flow {
    call(l, helper::MSA_RESIZE, op as u64, f, 32 << bits::field(f.0, 21, 1), constant(l, 0))
}

fn resize2(l: &Lift, f: F, op: Resize) -> Flow {
    call(l, helper::MSA_RESIZE, op as u64, f, 32 << bits::field(f.0, 16, 1), constant(l, 0))
}

fn fraction(l: &Lift, f: F, op: Op) -> Flow {
    call(l, helper::MSA_THREE, op as u64, f, 16 << bits::field(f.0, 21, 1), constant(l, 0))
}

/// Declares handlers: shape, table, and pairs of instruction and operation.
macro_rules! handlers {
    ($($shape:ident $table:ident: $($name:ident $op:ident),*;)*) => {
        $($(
            fn $name(l: &Lift, f: F) -> Flow {
                $shape(l, f, $table::$op)
            }
        )*)*
    };
}

handlers! {
    three Op: sll sll, sra sra, srl srl, bclr bclr, bset bset, bneg bneg, binsl binsl, binsr binsr, addv addv, subv subv, max_s max_s, max_u max_u, min_s min_s, min_u min_u, max_a max_a, min_a min_a, ceq ceq, clt_s clt_s, clt_u clt_u, cle_s cle_s, cle_u cle_u, add_a add_a, adds_a adds_a, adds_s adds_s, adds_u adds_u, ave_s ave_s, ave_u ave_u, aver_s aver_s, aver_u aver_u, subs_s subs_s, subs_u subs_u, subsus_u subsus_u, subsuu_s subsuu_s, asub_s asub_s, asub_u asub_u, mulv mulv, maddv maddv, msubv msubv, div_s div_s, div_u div_u, mod_s mod_s, mod_u mod_u, pckev pckev, pckod pckod, ilvl ilvl, ilvr ilvr, ilvev ilvev, ilvod ilvod, vshf vshf, srar srar, srlr srlr;
    halves Op: dotp_s dotp_s, dotp_u dotp_u, dpadd_s dpadd_s, dpadd_u dpadd_u, dpsub_s dpsub_s, dpsub_u dpsub_u, hadd_s hadd_s, hadd_u hadd_u, hsub_s hsub_s, hsub_u hsub_u;
    by_register Op: sld sld, splat splat;
    imm_u5 Op: addvi addv, subvi subv, maxi_u max_u, mini_u min_u, clti_u clt_u, clei_u cle_u;
    imm_s5 Op: maxi_s max_s, mini_s min_s, ceqi ceq, clti_s clt_s, clei_s cle_s;
    bit Op: slli sll, srai sra, srli srl, bclri bclr, bseti bset, bnegi bneg, binsli binsl, binsri binsr, srari srar, srlri srlr;
    saturate Op: sat_s sat_s, sat_u sat_u;
    imm_i8 Op: andi_b and_v, ori_b or_v, nori_b nor_v, xori_b xor_v, bmnzi_b bmnz_v, bmzi_b bmz_v, bseli_b bsel_v;
    shuffle Op: shf_b shf, shf_h shf, shf_w shf;
    vector Op: and_v and_v, or_v or_v, nor_v nor_v, xor_v xor_v, bmnz_v bmnz_v, bmz_v bmz_v, bsel_v bsel_v;
    fill_from Op: fill fill;
    two Op: pcnt pcnt, nloc nloc, nlzc nlzc;
    float3 Float: fcaf fcaf, fcun fcun, fceq fceq, fcueq fcueq, fclt fclt, fcult fcult, fcle fcle, fcule fcule, fsaf fsaf, fsun fsun, fseq fseq, fsueq fsueq, fslt fslt, fsult fsult, fsle fsle, fsule fsule, fadd fadd, fsub fsub, fmul fmul, fdiv fdiv, fmadd fmadd, fmsub fmsub, fexp2 fexp2, fmin fmin, fmin_a fmin_a, fmax fmax, fmax_a fmax_a, fcor fcor, fcune fcune, fcne fcne, fsor fsor, fsune fsune, fsne fsne;
    resize3 Resize: fexdo Narrow, ftq ToFraction;
    fraction Op: mul_q mul_q, madd_q madd_q, msub_q msub_q, mulr_q mulr_q, maddr_q maddr_q, msubr_q msubr_q;
    float2 Float: fclass fclass, ftrunc_s ftrunc_s, ftrunc_u ftrunc_u, fsqrt fsqrt, frsqrt frsqrt, frcp frcp, frint frint, flog2 flog2, ftint_s ftint_s, ftint_u ftint_u, ffint_s ffint_s, ffint_u ffint_u;
    resize2 Resize: fexupl WidenLeft, fexupr WidenRight, ffql FromFractionLeft, ffqr FromFractionRight;
}

/// Element size and number of the format "ELM".
fn element(f: F) -> (u64, i64) {
    let field = bits::field(f.0, 16, 6) as i64;
    match field {
        0..0x20 => (8, field & 15),
        0x20..0x30 => (16, field & 7),
        0x30..0x38 => (32, field & 3),
        _ => (64, field & 1),
    }
}

fn sldi(l: &Lift, f: F) -> Flow {
    let (w, n) = element(f);
    call(l, helper::MSA_THREE, Op::sld as u64, f, w, constant(l, n))
}

fn splati(l: &Lift, f: F) -> Flow {
    let (w, n) = element(f);
    call(l, helper::MSA_THREE, Op::splat as u64, f, w, constant(l, n))
}

/// An element of ws, sign-extended.
fn copied<'b>(l: &Lift<'b>, f: F) -> Val<'b> {
    let (w, n) = element(f);
    l.call(helper::MSA_COPY, &[l.konst32(f.fs().into()), l.konst32(w), l.konst32(n as u64)])
}

fn copy_s(l: &Lift, f: F) -> Flow {
    l.set_r64(f.fd(), copied(l, f));
    Next
}

fn copy_u(l: &Lift, f: F) -> Flow {
    let (w, _) = element(f);
    l.set_r64(f.fd(), copied(l, f) & l.ir.konst(Width::W64, bits::mask(w as u32)));
    Next
}

fn insert_value(l: &Lift, f: F, value: Val) -> Flow {
    let (w, n) = element(f);
    l.call(helper::MSA_INSERT, &[l.konst32(f.fd().into()), l.konst32(w | (n as u64) << 8), value]);
    Next
}

fn insert(l: &Lift, f: F) -> Flow {
    insert_value(l, f, l.r64(f.rd()))
}

/// The first element of ws.
fn insve(l: &Lift, f: F) -> Flow {
    let (w, _) = element(f);
    let first = l.call(helper::MSA_COPY, &[l.konst32(f.fs().into()), l.konst32(w), l.konst32(0)]);
    insert_value(l, f, first)
}

fn ctcmsa(l: &Lift, f: F) -> Flow {
    l.call(helper::MSA_WRITE_CONTROL, &[l.konst32(f.fd().into()), l.r32(f.rd())]);
    Next
}

fn cfcmsa(l: &Lift, f: F) -> Flow {
    l.set_r32(f.fd(), l.call(helper::MSA_READ_CONTROL, &[l.konst32(f.fs().into())]).trunc(Width::W32));
    Next
}

fn move_v(l: &Lift, f: F) -> Flow {
    for of in [state::f, state::w_high] {
        l.ir.set(of(f.fd()), l.ir.get(of(f.fs())));
    }
    Next
}

/// 64 bits between memory order and the order of elements of `w` bits, of which the first is the lowest.
fn arrange<'b>(l: &Lift<'b>, value: Val<'b>, w: u32) -> Val<'b> {
    if l.endian() == Endian::Little || w == 64 {
        return value;
    }
    let swapped = value.rot_r(value.konst(32));
    match w {
        8 => value.bswap(),
        16 => {
            let (even, sixteen) = (value.konst(0x0000_ffff_0000_ffff), value.konst(16));
            (swapped & even).shl(sixteen) | swapped.shr_u(sixteen) & even
        }
        _ => swapped,
    }
}

/// The displacement counts elements.
fn address<'b>(l: &Lift<'b>, f: F, w: u32) -> Val<'b> {
    let displacement = bits::sign_extend(bits::field(f.0, 16, 10), 10) as i64;
    l.address(f.rd(), displacement * i64::from(w / 8))
}

/// Vectors need not be aligned.
fn memory(l: &Lift) -> uop::Mem {
    uop::Mem { align: uop::Align::Split, ..l.mem(Width::W64) }
}

fn load(l: &Lift, f: F, w: u32) -> Flow {
    let at = address(l, f, w);
    let low = l.ir.load(at, memory(l));
    let high = l.ir.load(l.wrap(at.add_imm(8)), memory(l));
    l.ir.set(state::f(f.fd()), arrange(l, low, w));
    l.ir.set(state::w_high(f.fd()), arrange(l, high, w));
    Next
}

/// Both halves must be writable before any byte is stored: the upper one is read first, and goes out first.
fn store(l: &Lift, f: F, w: u32) -> Flow {
    let at = address(l, f, w);
    let next = l.wrap(at.add_imm(8));
    l.ir.store(at, arrange(l, l.ir.get(state::f(f.fd())), w), memory(l));
    l.ir.store(next, arrange(l, l.ir.get(state::w_high(f.fd())), w), memory(l));
    Next
}

/// Declares loads and stores by element size.
macro_rules! accesses {
    ($($load:ident $store:ident $w:literal;)*) => { $(
        fn $load(l: &Lift, f: F) -> Flow {
            load(l, f, $w)
        }
        fn $store(l: &Lift, f: F) -> Flow {
            store(l, f, $w)
        }
    )* };
}

accesses! {
    ld_b st_b 8;
    ld_h st_h 16;
    ld_w st_w 32;
    ld_d st_d 64;
}

/// A branch on whether an element, or all of the register, is zero.
fn branch_on(l: &Lift, f: F, zero: bool, w: Option<u32>) -> Flow {
    let is_zero = match w {
        Some(w) => l.call(helper::MSA_ANY_ZERO, &[l.konst32(f.ft().into()), l.konst32(w.into())]).is_nonzero(),
        None => {
            let all = l.ir.get(state::f(f.ft())) | l.ir.get(state::w_high(f.ft()));
            all.eq(all.konst(0))
        }
    };
    let taken = if zero { is_zero } else { is_zero.zext(Width::W32).eq(l.konst32(0)) };
    l.branch(To::If(taken, l.relative(4 + (f.imm() << 2))))
}

/// Declares branches: name, whether on zero, element size.
macro_rules! branches {
    ($($name:ident $zero:literal $w:expr;)*) => { $(
        fn $name(l: &Lift, f: F) -> Flow {
            branch_on(l, f, $zero, $w)
        }
    )* };
}

branches! {
    bz_v true None;
    bnz_v false None;
    bz_b true Some(8);
    bz_h true Some(16);
    bz_w true Some(32);
    bz_d true Some(64);
    bnz_b false Some(8);
    bnz_h false Some(16);
    bnz_w false Some(32);
    bnz_d false Some(64);
}

/// Left shift by one to four, and add.
fn lsa(l: &Lift, f: F) -> Flow {
    let count = bits::field(f.0, 6, 2) + 1;
    l.set_r32(f.rd(), l.r32(f.rs()).shl(l.konst32(count)) + l.r32(f.rt()));
    Next
}

fn dlsa(l: &Lift, f: F) -> Flow {
    let count = bits::field(f.0, 6, 2) + 1;
    l.set_r(f.rd(), l.r(f.rs()).shl(l.konst(count as i64)) + l.r(f.rt()));
    Next
}
