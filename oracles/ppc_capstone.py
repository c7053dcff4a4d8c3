#!/usr/bin/env python3
"""Compares our disassembly with capstone's (PyPI's capstone 5), case by case of `cargo run -p ppc --example oracle_cases`.

    oracle_cases --xlen 64 --count 20000 | ppc_capstone.py

Both texts are brought into one form first: numbers are decimal ones, registers of the vector-scalar unit have numbers from 0 to 63, bits of CR are numbers, and
capstone's extended mnemonics are what the Power ISA's Appendix C says they stand for. What capstone does not know is counted, not compared.

Exit status 1 if anything differs that no rule below excuses.
"""

import collections
import json
import re
import sys

import capstone

FIELDS = {"lt": 0, "gt": 1, "eq": 2, "so": 3, "un": 3}
CR_BIT = re.compile(r"(?:4\*)?cr(\d)\+?(lt|gt|eq|so|un)$")
# Instructions of the vector-scalar unit: capstone names the halves of its file by what else they are.
SCALAR = re.compile(r"(x|lxs|stxs|lxv|stxv|mfvsr|mtvsr)")
# Whose operands of that name are registers of AltiVec (Power ISA 3.0B, Book I, 7.6: VRT, VRA and VRB instead of XT, XA and XB).
VECTOR_OPERANDS = re.compile(r"(xs\w+qp\w*$|xscvqp|xscv\w+qp$|xsxexpqp|xsxsigqp|xsrqp|xststdcqp|lxsd$|lxssp$|stxsd$|stxssp$)")


def operand(text, name):
    """One operand in the common form."""
    found = CR_BIT.match(text)
    if found:
        return str(4 * int(found[1]) + FIELDS[found[2]])
    if text in FIELDS:
        return str(FIELDS[text])
    found = re.match(r"(-?0x[0-9a-f]+|-?\d+)(\(\w+\))?$", text)
    if found:
        return str(int(found[1], 0)) + (found[2] or "")
    found = re.match(r"(vs|v|f)(\d+)$", text)
    if found and SCALAR.match(name) and not VECTOR_OPERANDS.match(name):
        return f"vs{int(found[2]) + (32 if found[1] == 'v' else 0)}"
    return text


def common(text):
    """A text as (mnemonic, operands)."""
    name, _, rest = text.strip().partition(" ")
    return name, [operand(part.strip(), name.rstrip(".")) for part in rest.split(",") if part.strip()]


def field(word, at, bits):
    """Bits of an instruction, counted as the manual does."""
    return word >> (32 - at - bits) & (1 << bits) - 1


EXCUSES = []


def excuse(name):
    """Registers a rule: called with (word, ours, theirs), true if it explains the difference."""

    def register(rule):
        EXCUSES.append((name, rule))
        return rule

    return register


@excuse("extended mnemonics: branches that name their condition (Appendix C.2)")
def branches(word, ours, theirs):
    return field(word, 0, 6) in (16, 19) and ours[0].rstrip("la") in ("b", "bc", "bclr", "bcctr", "bctar") and theirs[0].startswith("b")


@excuse("extended mnemonics of comparisons, traps, rotations, moves and logic (Appendix C.4 to C.9): the instruction is known by its operation code alone")
def extended(word, ours, theirs):
    pairs = {
        "addi": ("li", "la", "subi"), "addis": ("lis", "subis"), "ori": ("nop",), "xori": ("xnop",), "or": ("mr",), "or.": ("mr.",), "nor": ("not",), "nor.": ("not.",),
        "rlwinm": ("rotlwi", "slwi", "srwi", "clrlwi", "clrrwi", "extlwi", "extrwi", "clrlslwi"), "rlwnm": ("rotlw",), "rldicl": ("rotldi", "srdi", "clrldi", "extrdi"),
        "rldicr": ("sldi", "clrrdi", "extldi"), "rldimi": ("insrdi",), "rlwimi": ("inslwi", "insrwi"), "rldcl": ("rotld",), "rldic": ("clrlsldi",),
        "sync": ("hwsync", "lwsync", "ptesync", "msync"), "mtcrf": ("mtcr",), "creqv": ("crset",), "crxor": ("crclr",), "cror": ("crmove",), "crnor": ("crnot",),
        "subf": ("sub",), "subfc": ("subc",), "subf.": ("sub.",), "subfc.": ("subc.",), "dcbf": ("dcbfl", "dcbflp"), "dcbz": ("dcbzl",), "dcbt": ("dcbtct", "dcbtds", "dcbtt"),
        "dcbtst": ("dcbtstct", "dcbtstds", "dcbtstt"), "xxpermdi": ("xxspltd", "xxmrghd", "xxmrgld", "xxswapd"), "xvcpsgndp": ("xvmovdp",), "xvcpsgnsp": ("xvmovsp",),
        "mfvsrd": ("mffprd", "mfvrd"), "mfvsrwz": ("mffprwz", "mfvrwz"), "mtvsrd": ("mtfprd", "mtvrd"), "mtvsrwa": ("mtfprwa", "mtvrwa"), "mtvsrwz": ("mtfprwz", "mtvrwz"),
        "addpcis": ("lnia", "subpcis"), "vor": ("vmr",), "vnor": ("vnot",), "mtfsf": ("mtfs",), "evor": ("evmr",), "evnor": ("evnot",), "evsubfw": ("evsubw",),
        "evsubifw": ("evsubiw",), "isel": ("isellt", "iselgt", "iseleq"), "dst": ("dstt",), "dstst": ("dststt",), "dss": ("dssall",),
    }
    name = ours[0].rstrip(".")
    traps = name in ("tw", "twi", "td", "tdi") and theirs[0].startswith(name[:2])
    return traps or theirs[0] in pairs.get(ours[0], ()) or theirs[0].rstrip(".") in pairs.get(name, ())


@excuse("capstone leaves cr0 out of comparisons, which the manual allows (Appendix C.4)")
def first_field(word, ours, theirs):
    return ours[0] == theirs[0] and ours[0].startswith("cmp") and ours[1] == ["cr0", *theirs[1]]


@excuse("capstone takes the number of a field of CR for a bit's (cmprb, cmpeqb)")
def field_as_bit(word, ours, theirs):
    return ours[0] == theirs[0] and ours[0] in ("cmprb", "cmpeqb") and [ours[1][0].removeprefix("cr"), *ours[1][1:]] == theirs[1]


@excuse("fields that we leave out: hints (TH, STRM), L and W of mtfsf and mtfsfi, L of dcbf")
def hints(word, ours, theirs):
    names = ("dcbt", "dcbtst", "dst", "dstt", "dstst", "dststt", "dss", "dcbf", "mtfsf", "mtfsfi", "icbt")
    return ours[0] == theirs[0] and ours[0].rstrip(".") in names and theirs[1][: len(ours[1])] == ours[1]


@excuse("RA = 0 means no register (3.3.7)")
def no_base(word, ours, theirs):
    at = {"lswi": 1, "stswi": 1, "dst": 0, "dstst": 0}.get(ours[0])
    return ours[0] == theirs[0] and at is not None and field(word, 11, 5) == 0 and ours[1][at] == "0" and theirs[1][at] == "r0"


@excuse("FXM with more than one bit is an invalid form of mtocrf and mfocrf (3.3.17), of which capstone shows one")
def one_field(word, ours, theirs):
    return ours[0] == theirs[0] and ours[0] in ("mtocrf", "mfocrf") and bin(field(word, 12, 8)).count("1") != 1


@excuse("addpcis: d0 || d1 || d2 is signed (3.3.9, D of DX-form), which capstone puts together otherwise")
def add_pc(word, ours, theirs):
    value = field(word, 16, 10) << 6 | field(word, 11, 5) << 1 | field(word, 31, 1)
    return ours[0] == "addpcis" and ours[1][1] == str(value - (value >> 15 << 16))


def main():
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    mode = capstone.CS_MODE_BIG_ENDIAN | (capstone.CS_MODE_64 if header["xlen"] == 64 else capstone.CS_MODE_32)
    disassembler = capstone.Cs(capstone.CS_ARCH_PPC, mode)
    same, unknown, failed, excused = 0, collections.Counter(), collections.Counter(), collections.Counter()
    for line in lines:
        case = json.loads(line)
        code = case["bits"][0]
        found = next(disassembler.disasm(bytes.fromhex(code), header["pc"]), None)
        ours = common(case["text"])
        if not found:
            unknown[ours[0]] += 1
            continue
        theirs = common(f"{found.mnemonic} {found.op_str}")
        if ours == theirs:
            same += 1
            continue
        reason = next((name for name, rule in EXCUSES if rule(int(code, 16), ours, theirs)), None)
        if reason:
            excused[reason] += 1
            continue
        failed[ours[0]] += 1
        if failed[ours[0]] <= 2:
            print(f"case {case['n']} {code}: {case['text']!r}, theirs {found.mnemonic} {found.op_str}")
    print(f"{same} are the same, capstone does not know {sum(unknown.values())} of {len(unknown)} instructions, {sum(failed.values())} differ", dict(failed) or "")
    for name, _ in EXCUSES:
        print(f"  excused {excused[name]}: {name}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
