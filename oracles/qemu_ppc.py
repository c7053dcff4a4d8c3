#!/usr/bin/env python3
"""Replays the cases of `cargo run -p ppc --example oracle_cases` on qemu-system-ppc64, by its gdb server, and compares every
register, the touched memory, the pc and whether there was an exception.

    oracle_cases --xlen 64 --count 20000 | qemu_ppc.py [power9]
    oracle_cases --xlen 32 --cpu e500v2_v30 --only spe,spe_fp,spe_mem | qemu_ppc.py e500v2_v30

With `--record N FILE` behind the CPU, N cases of each instruction on which both agree are appended to FILE as lines for `targets/ppc/tests/insn`.

Exit status 1 if anything differs that no rule below excuses. Written for QEMU 7.2.
"""

import collections
import itertools
import json
import math
import struct
import subprocess
import sys
import time

import ppc_dfp
import ppc_exact
import ppc_spe
from gdb_remote import Gdb
from ppc_harness import Harness
from riscv_cases import differences, replay

NAMES = [f"r{n}" for n in range(32)] + [f"f{n}" for n in range(32)] + ["cr", "lr", "ctr", "xer", "fpscr", "vscr"] + [f"vr{n}" for n in range(32)] + [f"vs{n}h" for n in range(32)]
# Numbers of registers at QEMU's gdb server.
PC, MSR, F0, V0, S0 = 64, 65, 71, 104, 138
NUMBERS = {f"r{n}": n for n in range(32)} | {f"f{n}": F0 + n for n in range(32)}
NUMBERS |= {"cr": 66, "lr": 67, "ctr": 68, "xer": 69, "fpscr": F0 + 32}
NUMBERS |= {"vscr": V0 + 32} | {f"vr{n}": V0 + n for n in range(32)} | {f"vs{n}h": S0 + n for n in range(32)}
NARROW = ("cr", "xer", "fpscr", "vscr")
MSR_VALUE = 1 << 63 | 1 << 60 | 1 << 25 | 1 << 23 | 0x3000
FX, FEX, FR, FI, C = 1 << 31, 1 << 30, 1 << 18, 1 << 17, 1 << 16
FPRF, UX_OX = 0x1F000, 3 << 27

EXCUSES = []


def defined(case, found):
    """The differences without the right halves of registers of which an instruction writes the left one: those are undefined (7.6.1.1, 4.6.2)."""
    word = int(case["bits"][0], 16)
    scalar = word >> 26 in (59, 63) or case["text"].startswith(("lf", "xs", "lxs", "mtvsr"))
    n = word >> 21 & 31
    quad = case["text"].startswith("xs") and case["text"].split(" ")[0].rstrip("o").endswith("qp") or case["text"].startswith("mtvsrdd")
    if not scalar or quad:
        return found
    rest = {name: pair for name, pair in found.items() if name not in (f"vs{n}h", f"vs{n | 1}h")}
    if f"vr{n}" in rest and word & 1 and (rest[f"vr{n}"][0] ^ rest[f"vr{n}"][1]) >> 64 == 0:
        del rest[f"vr{n}"]
    return rest


def excuse(name):
    """Registers a rule: called with (case, differences), true if it explains the whole difference."""

    def register(rule):
        EXCUSES.append((name, lambda case, found: bool(rule(case, defined(case, found)))))
        return rule

    return register


def scr_of(case, when="out"):
    return int(case[when].get("fpscr", case["set"].get("fpscr", "0")), 16)


def scr_only(found, theirs_more=0, ours_more=0, either=0):
    """Whether nothing differs but FPSCR: bits that they have set and we have not, the other way round, and bits of no matter; CR1 may show them."""
    ours, theirs = found.get("fpscr", (0, 0))
    cr = found.get("cr", (0, 0))
    more, less = theirs & ~ours & ~either, ours & ~theirs & ~either
    shown = ((ours ^ theirs) >> 28 & 15) << 24
    return set(found) <= {"fpscr", "cr"} and more & ~theirs_more == 0 and less & ~ours_more == 0 and (cr[0] ^ cr[1]) & ~shown == 0


def without(found, *names):
    return {name: pair for name, pair in found.items() if name not in names}


def enabled_occurred(case):
    """Exceptions that are enabled and have occurred, as their enable bits."""
    return scr_of(case, "set") & 0xF8 & (scr_of(case) >> 25 & 0x1F) << 3


@excuse("scalar arithmetic is what ppc_exact.py computes by the manual (4.4, 4.6.5 to 4.6.7): rounded once, FR, FX only where an exception bit goes from 0 to 1, "
        "adjusted exponents and targets left alone where exceptions are enabled, fnm* negated after rounding")
def exact(case, found):
    arithmetic = ppc_exact.arithmetic(case)
    if not arithmetic or ppc_exact.faults_of(case):
        return False
    rest = without(found, "fpscr", "cr", arithmetic[0])
    cr = found.get("cr", (0, 0))
    return (cr[0] ^ cr[1]) & ~(15 << 24) == 0 and rest in ({}, {"trap": (None, 1)})


@excuse("an exception that is enabled in FPSCR interrupts only if MSR has FE0 or FE1 (4.4); theirs interrupts at the debugger's next step")
def pending(case, found):
    return found.get("trap") == (None, 1) and scr_of(case) & FEX and scr_only(without(found, "trap"), FX, FR)


@excuse("where an enabled exception has occurred the target and FPRF are left alone (4.4.1.2, 7.4.1.2; for vectors if any element has one)")
def left_alone(case, found):
    registers = without(found, "fpscr", "cr", "trap")
    untouched = all(name not in case["out"] for name in registers)
    more = FR | FEX | (FX | 1 << 26 if "re" in case["text"].split(" ")[0] or "rsqrte" in case["text"] else 0)
    status = scr_only(without(found, "trap", *registers), FX, more, FPRF | FI | FR | 0x1A << 24)
    return enabled_occurred(case) and untouched and status and found.get("trap") in (None, (None, 1))


@excuse("FPSCR.FX is set where an exception bit changes from 0 to 1 (4.2.2), FR where rounding increments")
def summary_bits(case, found):
    return scr_only(found, FX, FR)


@excuse("mtfsb1 of an exception bit sets FX (4.2.2)")
def set_bit(case, found):
    return case["text"].startswith("mtfsb1") and scr_only(without(found, "trap"), 0, FX) and found.get("trap") in (None, (None, 1))


@excuse("the adjusted exponent of an enabled overflow or underflow that does not fit either is undefined (4.4.3.1, 4.4.4.1)")
def out_of_range(case, found):
    rest = without(found, *targets(case), "fpscr", "cr")
    # A square root of a single-precision number is never out of range; that of other numbers is undefined (4.3.5.1).
    converts = ("fsqrts", "xssqrtsp", "xscvdpsp", "xscvqpdp", "xscvdphp", "xvcvdpsp", "xvcvsphp")
    possible = ppc_exact.is_out_of_range(case) or case["text"].startswith(converts) and enabled_occurred(case) & 0x60
    return bool(possible) and rest in ({}, {"trap": (None, 1)})


@excuse("with VE a signalling NaN does not set VXVC in ordered comparisons (4.6.8, 5.6.2)")
def ordered(case, found):
    signalling = scr_of(case) & 1 << 24 and scr_of(case) & 0x80
    return case["text"].startswith(("dcmpo", "fcmpo")) and signalling and scr_only(without(found, "trap"), FX | C | 1 << 19, FR)


@excuse("an inexact result that is rounded to odd is odd, and never infinite (7.4, round to odd): xs*qpo")
def to_odd(case, found):
    name = case["text"].split(" ")[0]
    target = targets(case)[0].replace("f", "vr")
    pair = found.get(target, (0, 1))
    status = scr_only(without(found, target, "trap"), FX, FR, FPRF)
    return name.startswith("xs") and name.endswith("qpo") and scr_of(case) & FI and pair[0] & 1 and not pair[1] & 1 and abs(pair[0] - pair[1]) == 1 and status


@excuse("xsnmaddqp and xsnmsubqp negate what has been rounded (7.6.1.4): it matters when rounding goes up or down")
def negated_quad(case, found):
    target = targets(case)[0].replace("f", "vr")
    pair = found.get(target, (0, 0))
    directed = scr_of(case, "set") & 2 and abs(pair[0] - pair[1]) == 1
    return case["text"].startswith(("xsnmaddqp ", "xsnmsubqp ")) and directed and scr_only(without(found, target, "trap"), FX | 0x1F << 24, FR | 0x1F << 24, FPRF)


@excuse("decimal: the exponent of an enabled overflow or underflow is adjusted (5.5.10.2.3, 5.5.10.2.4), and FEX says that it is enabled")
def decimal_adjusted(case, found):
    word = int(case["bits"][0], 16)
    names = {f"f{word >> 21 & 31}", f"f{word >> 21 & 31 | 1}"}
    status = scr_only(without(found, *names), FX, FR | FX | FEX | 1 << 27, FPRF | FI | 1 << 25)
    return case["text"].startswith("d") and enabled_occurred(case) & 0x60 and set(found) <= names | {"fpscr", "cr"} and status

@excuse("fcmpo leaves C of FPRF (4.6.8)")
def class_bit(case, found):
    return case["text"].startswith("fcmpo") and scr_only(found, FX | C, FR)


@excuse("mtfs* writes NI, which is a bit of FPSCR (4.2.2)")
def non_ieee(case, found):
    waits = scr_of(case) & FEX and found.get("trap") == (None, 1)
    return case["text"].startswith("mtfs") and scr_only(without(found, "trap") if waits else found, 0, 4)


@excuse("fcti*: FPRF and the upper word are undefined (4.6.7.2)")
def conversions(case, found):
    registers = without(found, "fpscr", "cr")
    same = all(n != "trap" and (a ^ b) & 0xFFFFFFFF == 0 and case["text"].startswith("fctiw") for n, (a, b) in registers.items())
    return case["text"].startswith("fcti") and same and scr_only(without(found, *registers), FX, FR, FPRF)


@excuse("xvnmadd and xvnmsub negate what has been rounded (7.6.1.3): it matters by one place when rounding goes up or down")
def negated_before(case, found):
    name = case["text"].split(" ")[0]
    if not name.startswith("xvnm") or not scr_of(case, "set") & 2 or "trap" in found:
        return False
    width = 32 if name.endswith("sp") else 64
    near = all(abs(a - b) <= 1 for n in targets(case) for a, b in zip(*(lanes(v, 128, width) for v in found.get(n, (0, 0)))))
    return near and scr_only(without(found, *targets(case)), FX, FR, 0x1A << 24)


@excuse("estimates of 0 raise ZX (4.6.5.1); what is beyond the adjusted exponent is undefined (4.4.3.1)")
def estimate_of_zero(case, found):
    if not case["text"].startswith(("fre", "frsqrte", "xsre", "xvre", "xsrsqrte", "xvrsqrte")):
        return False
    out_of_range = enabled_occurred(case) & 0x60
    zero = scr_of(case) & 1 << 26
    infinite = int(case["out"].get(targets(case)[0], "0"), 16) << 1 & (1 << 64) - 1 == 0x7FF << 53
    rest = without(found, "trap", *(targets(case) if out_of_range or zero and infinite else []))
    return bool(zero or out_of_range) and scr_only(rest, FX, FR | FX | (FEX | 1 << 26 if zero else 0), FPRF | FI | (0x1A << 24 if out_of_range else 0))


def lanes(value, size, width):
    """The elements of a register of `size` bits, each of `width`."""
    return [value >> at & (1 << width) - 1 for at in range(0, size, width)]


def source(case, name):
    """What a register held before the instruction."""
    return int(case["set"].get(name, "0"), 16)


def targets(case):
    """Names of the halves of a scalar's or vector's target register."""
    word, name = int(case["bits"][0], 16), case["text"].split(" ")[0]
    n = word >> 21 & 31
    if name.startswith("xs") and (name.rstrip("o").endswith("qp") or name.startswith("xscvqp")):
        return [f"vr{n}"]
    if name.startswith(("x", "lx", "mtvsr")) and word & (8 if case["text"].startswith("lxv ") else 1):
        return [f"vr{n}"]
    return [f"f{n}", f"vs{n}h"]


@excuse("the right half of a scalar's or floating-point register is undefined (7.6.1.1, 4.6.2)")
def scalar_half(_, found):
    return not found


@excuse("xsmaxjdp and xsminjdp: a signalling NaN sets VXSNAN whichever operand it is (7.6.3)")
def java_maximum(case, found):
    return case["text"].startswith(("xsmaxjdp", "xsminjdp")) and scr_only(found, FX, FX | FEX | FR | 1 << 29 | 1 << 24)


@excuse("elements that overflow and others that underflow set OX and UX both (7.4)")
def both_ends(case, found):
    return case["text"].startswith("xv") and scr_only(found, FX, FR | UX_OX)


@excuse("neither maxima nor tests and conversions of integers overflow, and none but the last is inexact: what is left of earlier instructions is theirs")
def left_over(case, found):
    kinds = ("xsmax", "xsmin", "xvmax", "xvmin", "xscmpexp", "xvcvsx", "xvcvux", "xvcmp", "xvtstdc", "xscmp")
    # With an enabled exception that they take to be there they write nothing.
    rest = without(found, "trap", *(targets(case) if found.get("trap") == (None, 1) else []))
    return case["text"].startswith(kinds) and found.get("trap") in (None, (None, 1)) and scr_only(rest, FX | FEX | 0x1A << 24, FR)


@excuse("maxima and minima are one of the operands: with UE or OE enabled theirs scales denormalised numbers")
def scaled_extremes(case, found):
    name, word = case["text"].split(" ")[0], int(case["bits"][0], 16)
    if not name.startswith(("xvmax", "xvmin", "xsmax", "xsmin")) or not scr_of(case, "set") & 0x60:
        return False
    width = 32 if name.endswith("sp") else 64

    def whole(n, half, state):
        return int(state[f"vr{n}"], 16) if half else int(state[f"f{n}"], 16) << 64 | int(state[f"vs{n}h"], 16)

    a, b = whole(word >> 16 & 31, word & 4, case["set"]), whole(word >> 11 & 31, word & 2, case["set"])
    made = whole(word >> 21 & 31, word & 1, case["set"] | case["out"])
    chosen = all(x in pair for x, *pair in zip(lanes(made, 128, width), lanes(a, 128, width), lanes(b, 128, width)))
    return (chosen or name.startswith("xs")) and scr_only(without(found, "trap", *targets(case)), FX | FEX | 0x1A << 24, FR)


@excuse("xsrqpxp has no underflow (7.6.1.5): with UE enabled theirs scales denormalised numbers")
def scaled_rounding(case, found):
    word = int(case["bits"][0], 16)
    small = source(case, f"vr{word >> 11 & 31}") >> 112 & 0x7FFF == 0 and scr_of(case, "set") & 0x20
    name = f"vr{word >> 21 & 31}"
    return case["text"].startswith("xsrqpxp") and small and scr_only(without(found, name, "trap"), FX | FEX | 8 << 24, FR | FX | 2 << 24, FPRF | FI)


@excuse("each element of xvcv* is converted by itself (7.6.1.5): an invalid one does not touch those behind it, as ppc_exact.py computes them")
def own_element(case, found):
    word = int(case["bits"][0], 16)
    b, t = word >> 11 & 31, word >> 21 & 31
    value = source(case, f"vr{b}") if word & 2 else source(case, f"f{b}") << 64 | source(case, f"vs{b}h")
    made = ppc_exact.to_integers(case["text"].split(" ")[0], value)
    if made is None:
        return False
    result, mask = made
    names = {f"vr{t}": (result, mask)} if word & 1 else {f"f{t}": (result >> 64, mask >> 64), f"vs{t}h": (result, mask)}
    low = (1 << 64) - 1
    right = all((found[n][0] ^ names[n][0]) & names[n][1] & (low if n[0] != "v" or n[1] == "s" else low << 64 | low) == 0 for n in found if n in names)
    return set(found) <= set(names) and right


@excuse("FPRF of a single-precision result is its class as a single-precision number (ClassSP, 7.4)")
def class_of_single(case, found):
    text = case["text"].split(" ")[0]
    return (text.startswith("xs") or text[0] == "f") and text.rstrip(".").endswith(("sp", "s")) and scr_only(found, FX, FR, FPRF)


@excuse("reserved: R and RMC of xsrqpi and xsrqpxp; xxextractuw and xxinsertw of bytes that are not there (7.6.3)")
def reserved_fields(case, found):
    word = int(case["bits"][0], 16)
    rounds = case["text"].startswith(("xsrqpi", "xsrqpxp")) and not word >> 16 & 1 and word >> 9 & 3 in (1, 2)
    if case["text"].startswith("xsrqp") and not word >> 16 & 1 and word >> 9 & 3 == 3:
        # There is no saying what RN of theirs is: it is the number of another rounding.
        return True
    if case["text"].startswith("xsrqpxp") and scr_only(found, FX | 8 << 24, FR):
        return True
    return rounds or case["text"].startswith(("xxextractuw", "xxinsertw")) and word >> 16 & 15 > 12


@excuse("xststdcsp: what is not a single-precision number is none of zero's class (7.6.3, class.Zero)")
def not_single(case, found):
    return case["text"].startswith("xststdcsp") and set(found) <= {"cr", "fpscr"}


def packed(value):
    """Whether a value is a signed packed decimal number (6.17)."""
    digits = [value >> at & 15 for at in range(0, 128, 4)]
    return digits[0] >= 10 and all(digit < 10 for digit in digits[1:])


@excuse("decimal integers: a target register is undefined if an operand is invalid or the result does not fit, unsigned ones are not negative (6.17); CR6 is SO alone for invalid operands, "
        "of which QEMU compares no more than what comes before the first invalid digit where signs differ (bcdadd, bcdsub), or looks at the lowest seven digits (bcdctn)")
def decimal_integers(case, found):
    word, text = int(case["bits"][0], 16), case["text"]
    if not text.startswith("bcd"):
        return False
    name = f"vr{word >> 21 & 31}"
    cr = int(case["out"].get("cr", case["set"].get("cr")), 16)
    ours, theirs = found.get("cr", (0, 0))
    operands = [int(case["set"][f"vr{word >> at & 31}"], 16) for at in (11, 16)]
    unsigned = text.startswith(("bcdus", "bcdutrunc")) and (ours ^ theirs) & ~0xF0 == 0 and set(found) == {"cr"}
    same = word >> 21 & 31 in (word >> 11 & 31, word >> 16 & 31) and set(found) == {"cr"}
    partly = text.startswith(("bcdadd", "bcdsub")) and not all(map(packed, operands)) or text.startswith("bcdctn") and not packed(operands[0])
    invalid = cr & 0x10 and set(found) <= {name, "cr"} and (partly or "cr" not in found)
    return unsigned or same or invalid


@excuse("bcdcpsgn and bcdsetsgn read VRB before they write VRT (6.17.3, 6.17.4); bcdsr by more digits than there are shifts a zero out last (6.17.5): QEMU shifts by 31 at most")
def decimal_moves(case, found):
    word = int(case["bits"][0], 16)
    n = int(case["set"].get(f"vr{word >> 16 & 31}", "0"), 16) >> 64 & 0xFF
    far = case["text"].startswith("bcdsr") and 0x80 <= n < 256 - 31
    return far or case["text"].startswith(("bcdcpsgn", "bcdsetsgn")) and word >> 21 & 31 == word >> 11 & 31


@excuse("elements that are not in the register (6.8); the upper word of vextuwrx; vrldmi inserts under the mask (6.9.2)")
def outside(case, found):
    word = int(case["bits"][0], 16)
    bytes_of = {"b": 1, "h": 2, "w": 4, "d": 8}
    name = case["text"].split(" ")[0]
    if name == "vrldmi":
        return set(found) == {f"vr{word >> 21 & 31}"}
    if name.startswith(("vextractu", "vextractd", "vinsert")):
        return (word >> 16 & 15) + bytes_of[name[-1]] > 16
    if name.startswith("vextu") and name.endswith("x"):
        index = int(case["set"][f"r{word >> 16 & 31}"], 16) & 15
        return index + bytes_of[name[5]] > 16
    return False


@excuse("FPRF tells the class of denbcd's result (5.6.5); an exception that is not enabled does not set FEX (4.2.2)")
def decimal_status(case, found):
    mask = 0x1F000 | FEX if case["text"].startswith("denbcd") else FEX
    ours, theirs = found.get("fpscr", (0, 0))
    cr = found.get("cr", (0, 0))
    small = (ours ^ theirs) & ~(mask | FX | FR) == 0 and (cr[0] ^ cr[1]) & ~(12 << 24) == 0
    return case["text"].startswith("d") and set(found) <= {"fpscr", "cr"} and small


@excuse("ten is not a digit (5.6.5, denbcd); drsp leaves as many digits of a NaN as there is room for")
def no_digit(case, found):
    if not case["text"].startswith(("denbcd", "drsp")):
        return False
    word = int(case["bits"][0], 16)
    source = word >> 11 & 31
    value = case["set"][f"f{source}"] + case["set"].get(f"f{source | 1}", "")
    special = int(case["set"][f"f{source}"], 16) >> 58 & 31 == 31
    return case["text"].startswith("denbcd") and "a" in value or case["text"].startswith("drsp") and special


@excuse("drdpq: the result is followed by 64 zeros (5.6.5): theirs is behind them, and of a NaN with too many digits it has none, and takes it for a quiet one")
def place_of_long(case, found):
    if not case["text"].startswith("drdpq"):
        return False
    word = int(case["bits"][0], 16)
    left, right = f"f{word >> 21 & 31}", f"f{word >> 21 & 31 | 1}"
    ours = int((case["set"] | case["out"])[left], 16)
    behind = found.get(left, (0, 0))[1] == 0 and found.get(right, (0, 0))[0] == 0
    theirs = found.get(right, (0, 0))[1]
    same = theirs == ours or ours >> 58 & 31 == 31 and theirs == ours & 0xFC << 56
    signalling = source(case, f"f{word >> 11 & 31}") >> 57 & 63 == 63
    if signalling and scr_of(case, "set") & 0x80:
        # The target is left alone.
        return not {left, right} & set(case["out"]) and scr_only(without(found, left, right, "trap"), FX | FPRF, FX | FEX | 1 << 29 | 1 << 24, FPRF | FR | FI)
    return behind and same and scr_only(without(found, left, right), FX, FR | (FX | FEX | 1 << 29 | 1 << 24 if signalling else 0))


@excuse("decimal instructions that touch no status are what ppc_dfp.py computes by the manual (5.6.6): digits of infinities and NaNs are digits in preferred "
        "declets, bits that mean nothing in them are 0")
def decimal_moved(case, found):
    expected = ppc_dfp.expected(case)
    if not expected or ppc_dfp.faults_of(case):
        return False
    return set(found) <= {f"f{expected[0]}", f"f{expected[0] | expected[1] >> 7}"}


@excuse("divde and its kin without a result, which is undefined, as LT, GT and EQ are then; the upper word of divwe is undefined (3.3.9)")
def no_quotient(case, found):
    name = case["text"].split(" ")[0].rstrip(".").rstrip("o")
    if name not in ("divde", "divdeu", "divwe", "divweu"):
        return False
    word = int(case["bits"][0], 16)
    bits, signed = 64 if name.startswith("divd") else 32, not name.endswith("u")
    a, b = (source(case, f"r{word >> at & 31}") & (1 << bits) - 1 for at in (16, 11))
    if signed:
        a, b = (n - (n >> bits - 1 << bits) for n in (a, b))
    target = f"r{word >> 21 & 31}"
    if b == 0:
        fits = False
    else:
        quotient = (abs(a) << bits) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)
        fits = -(1 << bits - 1) <= quotient < 1 << bits - 1 if signed else quotient < 1 << bits
    pair, cr, xer = (found.get(n, (0, 0)) for n in (target, "cr", "xer"))
    if not fits and case["text"].split(" ")[0].rstrip(".").endswith("o"):
        # OV, OV32 and SO say so; QEMU takes some quotients of more than 63 bits for good ones.
        told = xer[0] & 0xC0080000 == 0xC0080000 or "xer" not in found
        return told and set(found) <= {target, "cr", "xer"} and (cr[0] ^ cr[1]) & ~(0xF << 28) == 0
    if not set(found) <= {target, "cr"} or (cr[0] ^ cr[1]) & ~(0xE << 28):
        return False
    return not fits or bits == 32 and pair[0] & 0xFFFFFFFF == quotient & 0xFFFFFFFF == pair[1] & 0xFFFFFFFF


@excuse("VSCR has two bits, NJ and SAT (6.3.2)")
def vector_status(case, found):
    word = int(case["bits"][0], 16)
    ours = found.get("vscr", (0, 0))[0]
    return case["text"].startswith("mtvscr") and set(found) == {"vscr"} and ours == source(case, f"vr{word >> 11 & 31}") & 0x10001


@excuse("estimates of 2 to the x are right but for a sixteenth, and for great negative x 0 (6.7.2)")
def vector_power(case, found):
    word = int(case["bits"][0], 16)
    target = f"vr{word >> 21 & 31}"
    if not case["text"].startswith("vexptefp") or set(found) != {target}:
        return False

    def right(power, made):
        power, made = (struct.unpack("f", value.to_bytes(4, "little"))[0] for value in (power, made))
        if math.isnan(power) or power >= 128:
            return math.isnan(made) if math.isnan(power) else made == math.inf
        exact = 2.0 ** max(power, -1000.0)
        return abs(made - exact) <= exact / 16 or exact < 2.0**-126 and made == 0

    return all(right(*pair) for pair in zip(lanes(source(case, f"vr{word >> 11 & 31}"), 128, 32), lanes(found[target][0], 128, 32)))


@excuse("STRM of dst is any number")
def streams(case, found):
    return case["text"].startswith("dst") and list(found) == ["trap"]


@excuse("the L field of dcbf (Book II, 4.3.2)")
def flush_kind(case, found):
    return case["text"].startswith("dcbf") and list(found) == ["trap"]


@excuse("an access outside RAM without a base register: the machine here has other RAM than our cases")
def unmapped(case, found):
    d_form = 32 <= int(case["bits"][0], 16) >> 26 <= 62 or case["text"].startswith(("lswi", "stswi"))
    return case["trap"] is not None and d_form and int(case["bits"][0], 16) >> 16 & 31 == 0


@excuse("invalid forms: bcctr that decrements CTR (Book I, 2.4), an odd register for the pair of lfdp and stfdp (4.6.3)")
def invalid_forms(case, found):
    word = int(case["bits"][0], 16)
    counts = case["text"].startswith("bcctr") and not word >> 23 & 1
    return case["trap"] is not None and (counts or case["text"].startswith(("lfdp", "stfdp")) and word >> 21 & 1)


SPE = [f"ev{n}h" for n in range(32)] + ["acc", "spefscr"]


@excuse("embedded floating point (SPEPEM, chapter 4): infinities, NaNs and denormals are numbers of their own kind, SPEFSCR tells of each instruction; QEMU has IEEE "
        "754 arithmetic, and SPEFSCR only of some conversions")
def embedded_fp(case, found):
    if not case["text"].startswith(("ef", "evfs")):
        return False
    if set(found) <= {"spefscr"}:
        return True
    double = case["text"].startswith("efd") or case["text"].startswith("efscfd")
    word = int(case["bits"][0], 16)

    def odd(value, width, fraction):
        exponent = value >> fraction & (1 << width - 1 - fraction) - 1
        return exponent in (0, (1 << width - 1 - fraction) - 1)

    def parts(n, registers, double):
        high, low = (int(registers.get(name, "0"), 16) for name in (f"ev{n}h", f"r{n}"))
        return [(high << 32 | low, 64, 52)] if double else [(high, 32, 23), (low, 32, 23)]

    operands = [p for n in (word >> 16 & 31, word >> 11 & 31) for p in parts(n, case["set"], double)]
    # efscfd makes a single-precision number of a double one.
    results = parts(word >> 21 & 31, case["set"] | case["out"], double and not case["text"].startswith("efscfd"))
    largest = [p[0] << 1 & (1 << p[1]) - 1 in (0xFEFFFFFE, 0xFFDFFFFFFFFFFFFE) for p in results]
    return any(odd(*p) for p in operands + results) or any(largest)


@excuse("brinc: how many bits there are is the implementation's choice; the e500 has 32")
def reversed_increment(case, found):
    return case["text"].startswith("brinc")


@excuse("what the manual says in so many words and QEMU 7.2 does otherwise (SPEPEM, chapter 5): shifts by a register, evrndw keeps the upper half, evlwhsplat and evldh fill "
        "both words, condition fields of vector comparisons have any and all, a signed fraction is 2 to the 31, "
        "words don't spoil each other")
def not_as_written(case, found):
    kinds = ("evslw", "evsrw", "evrndw", "evlwhsplat", "evldh", "evfscmp", "evfstst", "evfscts", "efsctsf", "efdctsf", "evfscfsf", "efscfsf", "efdcfsf")
    word = case["text"].split(" ")[0].rstrip("x")
    return word.startswith(kinds) and word not in ("evslwi", "evsrwiu", "evsrwis")


@excuse("products, sums with the accumulator and quotients, most of which QEMU does not have, are what ppc_spe.py computes by the manual (SPEPEM, chapter 5)")
def absent_products(case, found):
    return ppc_spe.faults_of(case) == {} and "trap" in found


@excuse("SPE accesses must be aligned (SPEPEM, 5.3)")
def aligned(case, found):
    return case["text"].startswith(("evl", "evst")) and case["trap"] is not None


class Record:
    """Lines of cases on which both agree."""

    def __init__(self, limit):
        self.limit, self.lines, self.count, self.last = limit, [], {}, None

    def note(self, case):
        """A case begins: the one before it has not been forced, so both have agreed."""
        last, self.last = self.last, case
        if not last or not last.get("insn"):
            return
        name = last["text"].split(" ")[0]
        kind = (name, last["trap"] is not None)
        if self.count.get(kind, 0) < (1 if kind[1] else self.limit):
            self.count[kind] = self.count.get(kind, 0) + 1
            self.lines.append((name, last["insn"]))

    def drop(self):
        self.last = None


# CPU: program, board, MSR.
BOARDS = {
    "power9": ("qemu-system-ppc64", "powernv9", MSR_VALUE),
    "970": ("qemu-system-ppc64", "mac99", MSR_VALUE & ~(1 << 23)),
    "7400": ("qemu-system-ppc", "mac99", 1 << 25 | 0x3000),
}


class Machine:
    """QEMU with the state that our cases assume: hypervisor state, RAM from 0 on."""

    inexact = 0
    record = None
    # Whether all cases are stepped through.
    steps = True

    def __init__(self, header):
        self.pc, self.data = header["pc"], header["data"]
        self.window = bytearray.fromhex(header["window"])
        cpu = sys.argv[1] if len(sys.argv) > 1 else "power9"
        path = f"/tmp/oracle-ppc-{time.time_ns()}.sock"
        gdb = f"socket,path={path},server=on,wait=off,id=gdb"
        self.spe = cpu.startswith("e500")
        program, board, self.msr = BOARDS.get(cpu, ("qemu-system-ppc", "ppce500", 1 << 25))
        vsx = program == "qemu-system-ppc64" and self.msr >> 23 & 1
        self.msr = (self.msr | header.get("msr_set", 0)) & ~header.get("msr_clear", 0)
        self.little, self.order = self.msr & 1 != 0, "big"
        plain = [n for n in NAMES if n[0] != "f" and n[0] != "v"]
        self.names = plain + SPE if self.spe else [n for n in NAMES if vsx or not n.startswith("vs") or n == "vscr"]
        self.vsx = vsx
        boot = ["-kernel", self.stub()] if self.spe else ["-bios", "/dev/zero"]
        arguments = ["-M", board, "-cpu", cpu, "-m", "1G", "-display", "none", "-S", *boot]
        self.process = subprocess.Popen([program, *arguments, "-chardev", gdb, "-gdb", "chardev:gdb"])
        self.gdb = Gdb(path)
        self.gdb.answers(["qSupported:xmlRegisters=powerpc", "qXfer:features:read:target.xml:0,ffb"])
        self.size = 8 if program.endswith("64") else 4
        self.values = dict.fromkeys(self.names, 0)
        self.force(self.values, self.window)

    @staticmethod
    def stub():
        """An ELF file for the board to start: the e500 has no memory mapped without one."""
        import struct
        import tempfile

        header = b"\x7fELF\1\2\1" + bytes(9) + struct.pack(">HHIIIIIHHHHHH", 2, 20, 1, 0x8000, 52, 0, 0, 52, 32, 1, 0, 0, 0)
        program = struct.pack(">8I", 1, 0x1000, 0x8000, 0x8000, 4, 4, 5, 0x1000)
        file = tempfile.NamedTemporaryFile(suffix=".elf", delete=False)
        file.write((header + program).ljust(0x1000, b"\0") + b"\x48\0\0\0")
        return file.name

    def __del__(self):
        self.process.kill()

    def width(self, name):
        if name in SPE:
            return 8 if name == "acc" else 4
        return 4 if name in NARROW else 16 if name.startswith("vr") else 8 if name[0] == "f" or name.startswith("vs") else self.size

    def number(self, name):
        return 71 + SPE.index(name) if name in SPE else NUMBERS[name]

    def puts(self, values):
        """Requests that write registers, MSR before all: its LE says in which order the others are."""
        order = "little" if self.little else "big"
        yield f"P{MSR:x}={self.msr.to_bytes(self.size, self.order).hex()}"
        for name, value in values.items():
            yield f"P{self.number(name):x}={value.to_bytes(self.width(name), order).hex()}"

    def writes(self, address, data):
        for at in range(0, len(data), 1024):
            part = bytes(data[at : at + 1024])
            yield f"M{address + at:x},{len(part):x}:{part.hex()}"

    def order_of(self, msr):
        """An interrupt may have left little-endian mode: MSR.HV tells, which is in its first byte."""
        if not self.little:
            return "big"
        return "little" if bytes.fromhex(msr)[-1] >> 4 & 1 else "big"

    def registers(self):
        return dict(self.values)

    def touched(self, case):
        """Names of the registers that a case can change, save those in `g`."""
        word = int(case["bits"][0], 16)
        fields = {word >> n & 31 for n in (21, 16, 11, 6)} | {word >> 21 & 31 | 1}
        if self.spe:
            return [f"ev{n}h" for n in fields] + ["acc", "spefscr"]
        names = [f"f{n}" for n in fields] + [f"vr{n}" for n in fields] + ["fpscr", "vscr"]
        return names + [f"vs{n}h" for n in fields if self.vsx]

    def code_of(self, case):
        """The instruction as it lies in memory."""
        code = bytes.fromhex(case["bits"][0])
        return code[::-1] if self.little else code

    @classmethod
    def examine(cls, case):
        """Compares our outcome with what the manual says, as far as that is computed here."""
        wrong = ppc_spe.faults_of(case) if "acc" in case["set"] else ppc_exact.faults_of(case) or ppc_dfp.faults_of(case)
        if wrong:
            cls.inexact += 1
            print(f"case {case['n']} {case['bits']} {case['text']} {case['set']}: (ours, the manual's) {wrong}")

    def run(self, case):
        """Runs a case; (registers, window, pc, exception)."""
        Machine.record.note(case)
        if self.steps:
            self.examine(case)
        values = {name: int(value, 16) for name, value in case["set"].items()}
        self.values.update(values)
        requests = [*self.puts(values), *self.writes(self.pc, self.code_of(case))]
        requests.append(f"P{PC:x}=" + self.pc.to_bytes(self.size, "little" if self.little else "big").hex())
        answers = self.gdb.answers([*requests, "s"])
        wrong = [pair for pair in zip(requests, answers) if pair[1] != "OK"]
        if wrong or answers[-1][0] not in "ST":
            raise ValueError(f"{wrong} {answers[-1]}")
        names = self.touched(case)
        stores = case["mem"] or case["text"].startswith(("st", "evst", "dcbz"))
        reads = [f"m{self.data + at:x},400" for at in range(0, len(self.window), 0x400) if stores]
        answers = self.gdb.answers([f"p{MSR:x}", "g", *(f"p{self.number(name):x}" for name in names), *reads])
        self.order = order = self.order_of(answers[0])
        at = self.core(bytes.fromhex(answers[1]), order)
        # Jumps may go to the vectors as well.
        jumped = case["trap"] is None and at == int(case["pc"], 16)
        trap = 1 if at < 0x4000 and not jumped else None
        for name, answer in zip(names, answers[2:]):
            if answer.startswith("E"):
                raise ValueError(f"register {name}: {answer}")
            self.values[name] = int.from_bytes(bytes.fromhex(answer), order)
        if stores:
            self.window = bytearray.fromhex("".join(answers[2 + len(names) :]))
        return self.registers(), self.window, at, trap

    def core(self, data, order):
        """Takes general registers, CR, LR, CTR and XER from what `g` answers; returns the pc."""
        parts, start = [], 0
        # GPRs, pc, MSR, CR, LR, CTR, XER.
        for size in [self.size] * 34 + [4] + [self.size] * 2 + [4]:
            parts.append(int.from_bytes(data[start : start + size], order))
            start += size
        self.values.update({f"r{n}": parts[n] for n in range(32)})
        self.values.update(zip(("cr", "lr", "ctr", "xer"), parts[34:38]))
        return parts[32]

    def force(self, registers, window):
        """Puts our state in."""
        Machine.record.drop()
        requests = [*self.puts(registers), *self.writes(self.data, window)]
        answers = self.gdb.answers(requests)
        wrong = [pair for pair in zip(requests, answers) if pair[1] != "OK"]
        if wrong:
            raise ValueError(f"{wrong}")
        self.order = "little" if self.little else "big"
        self.values.update(registers)
        self.window = bytearray(window)


class Case:
    """A case with our state before and after it."""

    def __init__(self, case, registers, window, data):
        self.case, self.before, self.window = case, registers | {n: int(v, 16) for n, v in case["set"].items()}, window
        self.after = self.before | {n: int(v, 16) for n, v in case["out"].items()}
        self.pc = int(case["pc"], 16)
        self.window_after = window
        if case["mem"]:
            self.window_after = bytearray(window)
            for address, byte in case["mem"].items():
                self.window_after[int(address, 16) - data] = byte

    def must_step(self, pc):
        """Whether it goes where the program for many cases lies, or nowhere else."""
        return self.case["trap"] is None and (self.pc < 0x4000 or self.pc == pc or self.pc >> 28 == 3)

    def would_spoil(self):
        """Whether it stores to where that program lies: no base register, no RAM of ours."""
        word = int(self.case["bits"][0], 16)
        return self.case["trap"] is not None and self.case["text"].startswith("st") and word >> 16 & 31 == 0


class Batches:
    """Compares cases many at a time; those that differ, as far as no rule says why, are stepped through."""

    def __init__(self, machine):
        self.machine, self.excused, self.failed, self.total = machine, collections.Counter(), collections.Counter(), 0
        self.registers, self.window = machine.registers(), bytearray(machine.window)
        self.harness = Harness(machine.gdb, machine.pc, machine.names)

    def run(self, lines):
        for chunk in iter(lambda: list(itertools.islice(lines, 256)), []):
            cases = []
            for line in chunk:
                made = Case(json.loads(line), self.registers, self.window, self.machine.data)
                cases.append(made)
                self.registers, self.window = made.after, made.window_after
                Machine.examine(made.case)
            self.total += len(cases)
            self.compare(cases)

    def compare(self, cases):
        machine = self.machine
        fit = [c for c in cases if not c.must_step(machine.pc) and not c.would_spoil()]
        if fit:
            machine.gdb.answers([*machine.writes(machine.data, fit[0].window)])
            pairs = [(c.before, machine.code_of(c.case)) for c in fit]
            made = self.harness.run(pairs, machine.msr, machine.order)
            machine.order = "big"
            again = []
            for c, result in zip(fit, made):
                if result is None:
                    again.append(c)
                    continue
                state, pc, trapped = result
                found = differences((c.after, b"", c.pc, c.case["trap"]), (state, b"", pc, 1 if trapped else None))
                if found and not self.explained(c.case, found):
                    again.append(c)
            reads = [f"m{machine.data + at:x},400" for at in range(0, len(machine.window), 0x400)]
            if bytes.fromhex("".join(machine.gdb.answers(reads))) != bytes(fit[-1].window_after):
                again = fit
            self.step(again)
        self.step([c for c in cases if c.must_step(machine.pc)])
        spoilers = [c for c in cases if c.would_spoil()]
        self.excused["stores without a base register to where we have no RAM are not tried"] += len(spoilers)

    def explained(self, case, found):
        reason = next((name for name, rule in EXCUSES if rule(case, found)), None)
        if reason:
            self.excused[reason] += 1
        return reason is not None

    def step(self, cases):
        """One case by itself, in the debugger: the state before it is put there."""
        for c in cases:
            self.machine.force(c.before, c.window)
            theirs = self.machine.run(c.case)
            found = differences((c.after, c.window_after, c.pc, c.case["trap"]), theirs)
            if not found or self.explained(c.case, found):
                continue
            self.failed[c.case["text"].split(" ")[0]] += 1
            show = {n: tuple(f"{v:#x}" if isinstance(v, int) else v for v in pair) for n, pair in found.items()}
            print(f"case {c.case['n']} {c.case['bits']} {c.case['text']} {c.case['set']}: (ours, theirs) {show}")

    def report(self):
        print(f"{self.total} cases, {sum(self.failed.values())} differ", dict(self.failed) if self.failed else "")
        for name, count in self.excused.items():
            print(f"  excused {count}: {name}")
        return 1 if self.failed else 0


def replay_batches():
    """As `replay`, where the machine can run many cases at a time."""
    lines = iter(sys.stdin)
    Machine.steps = False
    batches = Batches(Machine(json.loads(next(lines))))
    batches.run(lines)
    sys.exit(batches.report())


if __name__ == "__main__":
    recording = sys.argv.index("--record") if "--record" in sys.argv else 0
    Machine.record = Record(int(sys.argv[recording + 1]) if recording else 0)
    try:
        if recording or sys.argv[1:] not in ([], ["power9"]):
            replay(Machine, EXCUSES)
        else:
            replay_batches()
    finally:
        if recording:
            with open(sys.argv[recording + 2], "a", encoding="utf-8") as file:
                file.writelines(line + "\n" for _, line in sorted(Machine.record.lines))
        if Machine.inexact:
            print(f"{Machine.inexact} cases are not what the manual says")
            sys.exit(1)
