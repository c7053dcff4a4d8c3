#!/usr/bin/env python3
"""Replays the cases of `cargo run -p x86 --example oracle_cases` on unicorn (pip install unicorn).

    oracle_cases BITS SEED COUNT | unicorn_x86.py

Compares general and XMM registers, flags, memory, the address behind, and whether there was an exception. Exit status 1 if
anything differs.
"""

import collections
import json
import sys

from unicorn import UC_ARCH_X86, UC_HOOK_INTR, UC_MODE_16, UC_MODE_32, UC_MODE_64, Uc, UcError
from unicorn import x86_const as x

NAMES = "RAX RCX RDX RBX RSP RBP RSI RDI R8 R9 R10 R11 R12 R13 R14 R15".split()
GENERAL64 = [getattr(x, "UC_X86_REG_" + n) for n in NAMES]
GENERAL32 = [getattr(x, "UC_X86_REG_E" + n[1:]) for n in NAMES[:8]]
XMM = [x.UC_X86_REG_XMM0 + n for n in range(16)]

# Features that QEMU 5.0 has only by models unicorn does not run, or not at all.
MISSING = ("v",)


def excused(case, bits):
    """What QEMU 5.0 does otherwise than the SDM: no alignment of SSE operands, no exceptions in MXCSR (not compared), 66 before F2 or
    F3 of SSE instructions, reserved bits of CMPPS's immediate, no limits of code segments, MOVBE and POPCNT of 16-bit code."""
    code = case["code"]
    sse = "xmm" in case["text"] or case["name"].startswith("cvt")
    both = "66" in code[:10] and ("f3" in code[:10] or "f2" in code[:10])
    if case["name"].startswith("f") or "%mm" in case["text"] or "%st" in case["text"] or case["name"] == "emms":
        # The x87 unit is not loaded here: native_x86.py asks the host about it.
        return True
    return (
        case["trap"] in (0, 5)
        or case["name"] == "neg" and "lock" in case["text"]
        or bits == 16 and case["name"] == "crc32"
        or case["trap"] == 13 and sse
        or sse and (both or bits == 16)
        or case["name"].startswith("cmp") and sse
        or bits == 16 and (case["trap"] == 13 or case["name"] in ("movbe", "popcnt"))
    )


def setup(bits):
    uc = Uc(UC_ARCH_X86, {16: UC_MODE_16, 32: UC_MODE_32, 64: UC_MODE_64}[bits])
    uc.mem_map(0x10000, 0x20000)
    if bits == 16:
        uc.mem_map(0, 0x1000)
        for name in ("DS", "ES", "SS", "FS", "GS"):
            uc.reg_write(getattr(x, "UC_X86_REG_" + name), 0x2000)
        uc.reg_write(x.UC_X86_REG_CS, 0x1000)
    traps = []

    def interrupt(uc, number, traps):
        traps.append(number)
        uc.emu_stop()

    uc.hook_add(UC_HOOK_INTR, interrupt, traps)
    return uc, traps


def compare(case, uc, bits, window):
    found = []
    general = GENERAL64 if bits == 64 else GENERAL32
    theirs = [uc.reg_read(r) for r in general]
    for n, (a, b) in enumerate(zip(case["out"], theirs)):
        if int(a, 16) & (2**bits - 1 if bits > 16 else 0xFFFFFFFF) != b:
            found.append(f"{NAMES[n]}: {a} {b:x}")
    for n in range(16 if bits == 64 else 8):
        ours = int(case["out"][17 + 4 * n], 16) << 64 | int(case["out"][16 + 4 * n], 16)
        b = uc.reg_read(XMM[n])
        if ours != b:
            found.append(f"xmm{n}: {ours:032x} {b:032x}")
    flags = uc.reg_read(x.UC_X86_REG_EFLAGS) & 0xCD5
    if flags != case["flags2"]:
        found.append(f"flags: {case['flags2']:x} {flags:x} (before {case['flags']:x})")
    memory = bytes(uc.mem_read(window, len(case["mem2"]) // 2))
    if memory.hex() != case["mem2"]:
        i = next(i for i in range(len(memory)) if memory[i] != int(case["mem2"][2 * i : 2 * i + 2], 16))
        found.append(f"memory {window + i:x}: {case['mem2'][2 * i : 2 * i + 16]} {memory[i : i + 8].hex()}")
    return found


def main():
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    pc, window, bits = header["pc"], header["window"], header["bits"]
    failed, missing, total = collections.Counter(), collections.Counter(), 0
    uc, traps = setup(bits)
    base = 0x10000 if bits == 16 else 0
    for line in lines:
        case = json.loads(line)
        total += 1
        name = case["name"]
        code = bytes.fromhex(case["code"])
        uc.mem_write(pc, code + b"\x90" * 4)
        uc.ctl_remove_cache(pc, pc + 32)
        uc.mem_write(window, bytes.fromhex(case["mem"]))
        for number, value in zip(GENERAL64 if bits == 64 else GENERAL32, case["in"]):
            uc.reg_write(number, int(value, 16))
        for n in range(16 if bits == 64 else 8):
            uc.reg_write(XMM[n], int(case["in"][17 + 4 * n], 16) << 64 | int(case["in"][16 + 4 * n], 16))
        uc.reg_write(x.UC_X86_REG_MXCSR, int(case["in"][80], 16))
        uc.reg_write(x.UC_X86_REG_EFLAGS, case["flags"] | 2)
        traps.clear()
        trap = None
        try:
            uc.emu_start(pc - base if bits == 16 else pc, 0, count=1)
        except UcError as error:
            if "etch" not in str(error):
                trap = str(error)
        if traps:
            trap = traps[0]
        if trap is not None and "INSN_INVALID" in str(trap) and name.startswith(MISSING):
            continue
        ours = case["trap"]
        if ours == 6 and trap is None or ours is None and "INSN_INVALID" in str(trap):
            missing[name] += 1
            continue
        found = []
        if (ours is None) != (trap is None):
            found = [f"trap: ours {ours}, theirs {trap}"]
        elif ours is None:
            found = compare(case, uc, bits, window)
            at = uc.reg_read(x.UC_X86_REG_RIP if bits == 64 else x.UC_X86_REG_EIP)
            again = "rep" in case["text"] and at == pc - base
            if not again and at != case["pc"] - base and at != (case["pc"] - base) & 0xFFFFFFFF:
                found.append(f"pc: {case['pc']:x} {at:x}")
        ip = uc.reg_read(x.UC_X86_REG_RIP if bits == 64 else x.UC_X86_REG_EIP)
        stood = "rep" not in case["text"] and ip == pc - base and case["pc"] != pc
        if found and trap is None and stood and ours is None:
            # Neither done nor refused: unicorn has left it at that.
            missing[name] += 1
            continue
        if found and not excused(case, bits):
            failed[name] += 1
            if failed[name] <= 2:
                print(case["code"], case["text"], "->", "; ".join(found))
    print(f"{total} cases, {sum(failed.values())} differ: {dict(failed)}")
    print(f"undefined on one side only: {dict(missing)}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
