#!/usr/bin/env python3
"""Replays the cases of `cargo run -p tricore --example oracle_cases` on unicorn (pip install unicorn), which is a TC1796.

    oracle_cases SEED COUNT | unicorn_tricore.py

Compares data and address registers, PSW, PCXI, FCX, memory and the address behind. Exit status 1 if anything differs.
"""

import collections
import json
import sys

from unicorn import UC_ARCH_TRICORE, UC_MODE_LITTLE_ENDIAN, Uc, UcError
from unicorn import tricore_const as t

NAMES = [f"d{n}" for n in range(16)] + [f"a{n}" for n in range(16)] + ["psw", "pcxi", "fcx", "lcx"]
REGISTERS = [getattr(t, f"UC_TRICORE_REG_{n.upper()}") for n in NAMES]


# Where mtcr psw, d0 and mfcr d0, psw are.
SET_PSW, GET_PSW = 0x11000, 0x11004


# What QEMU 5.0 lacks for this core.
MISSING = set("ftou ftoq31 q31tof mulms.h ftoq31z ftouz".split())


# What it does wrong.
WRONG = {
    "ld.h": "the short form does not scale its offset",
    "ld.bu": "the pre-increment form extends the sign",
    "syscall": "unicorn gives it to its user",
    "jli": "A11 is written before it is read",
    "calli": "the same",
    "dextr": "a shift by 0 gives the other word",
    "trapsv": "the TIN is that of TRAPV",
    "muls.u": "the product is taken as signed",
    "rfe": "PSW.RM loses a bit",
    "ret": "the same",
}


def excused(case, name, trapped):
    """Why a difference is QEMU's, or a case is undefined."""
    regs = dict(zip(NAMES, (int(v, 16) for v in case["in"])))
    words = case["text"].replace(",", " ").split()
    if name in MISSING:
        return "not in QEMU 5.0"
    if trapped and regs["fcx"] == regs["lcx"]:
        return "a trap that uses up the free list: two traps"
    if case["pc"] & 0xFFE0 == 0x8040 and int(case["out"][15], 16) == 4:
        return "misaligned atomic accesses do not trap"
    if name in ("trapv", "trapsv") and not trapped:
        return "the address behind is not set"
    if name in ("insert", "extr", "extr.u", "imask") and not words[-1].startswith("0x"):
        low = int(words[-1][1:]) & 14
        if regs[f"d{low}"] % 32 + regs[f"d{low + 1}"] % 32 > 32 or regs[f"d{low + 1}"] % 32 == 0:
            return "undefined field"
    elif name in ("insert", "extr", "extr.u", "imask") and words[-2] in regs:
        if regs[words[-2]] % 32 + int(words[-1], 16) > 32 or int(words[-1], 16) == 0:
            return "undefined field"
    if name in WRONG:
        return WRONG[name]
    if name in ("insert", "imask") and case["code"][:2] in ("d7", "97"):
        return "it mixes up the registers"
    if trapped and int(case["out"][15], 16) == 3 and case["pc"] & 0xFF == 0x40:
        return "odd pairs are found too late, or not at all"
    if name == "updfl":
        return "QEMU mixes the bits up"
    if name in ("ld.a", "ld.da") and "[" in case["text"] and ("+" in words[2] or "+" in case["text"]):
        return "the register loaded may be the base that changes: undefined"
    if name == "qseed.f":
        return "an estimate"
    if "+c]" in case["text"]:
        return "circular" if regs["a" + str(int(case["text"].split("[p")[1].split("+")[0]) + 1)] >> 16 < abs(int(case["text"].split("+c]")[1].split(",")[0])) else None
    return None


def main():
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    pc, window = header["pc"], header["window"]
    uc = Uc(UC_ARCH_TRICORE, UC_MODE_LITTLE_ENDIAN)
    uc.mem_map(0x10000, 0x20000)
    uc.mem_write(SET_PSW, (0xFE04 << 12 | 0xCD).to_bytes(4, "little") + (0xFE04 << 12 | 0x4D).to_bytes(4, "little"))
    failed, total = collections.Counter(), 0
    for line in lines:
        case = json.loads(line)
        total += 1
        name = case["text"].split(" ")[0]
        code = bytes.fromhex(case["code"])
        uc.mem_write(pc, code + b"\0\0" * 4)
        uc.ctl_remove_cache(pc, pc + 16)
        uc.mem_write(window, bytes.fromhex(case["mem"]))
        # PSW's user status bits are reached by instructions alone: mtcr psw, d0.
        uc.reg_write(REGISTERS[0], int(case["in"][32], 16))
        uc.emu_start(SET_PSW, 0xFFFFFFFE, count=1)
        for number, value in zip(REGISTERS, case["in"]):
            if number != t.UC_TRICORE_REG_PSW:
                uc.reg_write(number, int(value, 16))
        uc.reg_write(t.UC_TRICORE_REG_ISP, header["isp"])
        uc.reg_write(t.UC_TRICORE_REG_BTV, header["btv"])
        uc.reg_write(t.UC_TRICORE_REG_ICR, 0)
        error = None
        try:
            uc.emu_start(pc, 0xFFFFFFFE, count=1)
        except UcError as e:
            error = str(e)
        found = []
        if error and "FETCH" not in error.upper():
            found.append(error)
        at = uc.reg_read(t.UC_TRICORE_REG_PC) & 0xFFFFFFFF
        theirs = [uc.reg_read(number) & 0xFFFFFFFF for number in REGISTERS]
        uc.emu_start(GET_PSW, 0xFFFFFFFE, count=1)
        theirs[32] = uc.reg_read(REGISTERS[0]) & 0xFFFFFFFF
        for n, (a, b) in enumerate(zip(case["out"], theirs)):
            if int(a, 16) != b:
                found.append(f"{NAMES[n]}: {a} {b:x}")
        if at != case["pc"]:
            found.append(f"pc: {case['pc']:x} {at:x}")
        memory = bytes(uc.mem_read(window, len(case["mem2"]) // 2))
        ours = bytes.fromhex(case["mem2"])
        trapped = case["pc"] & ~0xFF == header["btv"]
        if trapped:
            # QEMU saves D15 with the TIN in it; the manual saves first ("Initial State upon a Trap").
            memory = memory[:60] + ours[60:64] + memory[64:]
        if memory != ours:
            i = next(i for i in range(len(memory)) if memory[i] != ours[i]) & ~3
            found.append(f"memory {window + i:x}: {ours[i : i + 8].hex()} {memory[i : i + 8].hex()}")
        if found and not excused(case, name, trapped):
            failed[name] += 1
            if failed[name] <= 2:
                words = case["text"].replace(",", " ").replace("[", " ").replace("]", " ").replace("+", " ").replace("sp", "a10").split()
                used = {n: case["in"][NAMES.index(n)] for w in words for n in ([w.rstrip("ul")] if w.rstrip("ul") in NAMES else ["d" + w[1:], "d" + str(int(w[1:]) + 1)] if w[0] == "e" and w[1:].isdigit() and int(w[1:]) < 15 else [])}
                used["psw"] = case["in"][32]
                print(case["code"], case["text"], used, "->", "; ".join(found))
    print(f"{total} cases, {sum(failed.values())} differ: {dict(failed.most_common())}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
