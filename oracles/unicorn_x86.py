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

SQRT_AND_RECIPROCAL = ("rcpps", "rcpss", "rsqrtps", "rsqrtss")


def is_vector_of_vex(case):
    """QEMU 5.0 has no AVX: what it makes of a VEX prefix before vector instructions is not theirs."""
    return case["name"].startswith("v") and case["name"] not in ("verr", "verw")


def not_comparable(case, bits):
    """Why unicorn is not asked, or None."""
    name, text = case["name"], case["text"]
    if is_vector_of_vex(case):
        return "AVX"
    if name.startswith("f") or "%mm" in text or "%st" in text or name == "emms" or name.startswith("pf"):
        # The unit is not loaded here: native_x86.py asks the host about it.
        return "x87, MMX"
    if bits == 16 and ("xmm" in text or name in ("crc32", "movbe", "popcnt")):
        # QEMU 5.0 takes the operand size for a prefix that selects the instruction.
        return "SSE of 16-bit code"
    return None


def halves(value, bits):
    return [value >> n & (1 << bits) - 1 for n in range(0, 128, bits)]


def only_lanes(found, bits, allowed):
    """Whether all differences are of lanes of so many bits of vector registers for which `allowed` holds."""
    return all(
        where.startswith("xmm") and all(a == b or allowed(a, b) for a, b in zip(halves(ours, bits), halves(theirs, bits)))
        for where, ours, theirs in found
    )


def is_nan(bits):
    infinity = 0x7F800000 if bits == 32 else 0x7FF0000000000000
    return lambda v: v & (1 << bits - 1) - 1 > infinity


def zero_for_denormal(bits):
    least = 1 << (23 if bits == 32 else 52)
    return lambda a, b: a & (1 << bits - 1) - 1 == 0 and 0 < b & (1 << bits - 1) - 1 < least


def near(a, b):
    """Two approximations to 12 bits."""
    return a >> 31 == b >> 31 and abs(a - b) * 8192 <= 3 * (b & 0x7FFFFF | 0x800000)


def excused(case, bits, trap, found):
    """What QEMU 5.0 does otherwise than the manuals; the host's CPU is asked about all of it by native_x86.py."""
    name, text, ours, code = case["name"], case["text"], case["trap"], bytes.fromhex(case["code"])
    sse = "xmm" in text or name.startswith("cvt")
    prefixes = code[: next((i for i, b in enumerate(code) if b not in b"\x66\x67\xf0\xf2\xf3\x26\x2e\x36\x3e\x64\x65"), 0)]
    rex = code[len(prefixes)] if bits == 64 and code[len(prefixes)] & 0xF0 == 0x40 else 0
    if ours in (0, 5):
        # #DE and #BR are not told of by unicorn.
        return True
    if name == "neg" and "lock" in text:
        # SDM volume 2A, "LOCK": it does without.
        return True
    if trap is None and ours == 19:
        # SDM volume 1, "SSE and SSE2 SIMD Floating-Point Exceptions": it raises none.
        return True
    if trap is None and ours == 13:
        # SDM volume 2A, "LDMXCSR", reserved bits; "Exceptions Type 1, 2 and 4" and "CMPXCHG16B", alignment; limits of segments of 16-bit code: not
        # looked at. Nor are targets by JMP, CALL and RET (volume 2, 64-bit mode exceptions): it is the fetch behind them that faults there.
        branch = bits == 64 and name in ("ret", "retw", "jmp", "call")
        return name in ("ldmxcsr", "cmpxchg16b") or sse or bits == 16 or branch
    if sse and 0x66 in prefixes and (0xF2 in prefixes or 0xF3 in prefixes):
        # SDM volume 2A, "Instruction Format": of 66 and F2 or F3, the latter are part of the opcode; there it is the sum of them.
        return True
    if name.startswith("cmp") and sse:
        # SDM volume 2A, "CMPPS": bits 3 to 7 of the immediate are reserved; there they make it undefined.
        return code[-1] > 7
    if name in ("lahf", "sahf") and rex:
        # SDM volume 2A, "LAHF": AH whatever REX says; there it is SPL.
        return True
    if name in ("ret", "retw") and "$" in text:
        # SDM volume 2B, "RET": SP is incremented by the immediate, which has no sign; there it has.
        return int.from_bytes(code[-2:], "little") >= 0x8000
    if name == "cmpxchg" and bits == 64:
        # SDM volume 2A, "CMPXCHG": the destination, and rAX, is written where the comparison says; there always, which clears an upper half.
        return all(where in NAMES and a & 0xFFFFFFFF == b for where, a, b in found)
    if name == "bzhi":
        # SDM volume 2A, "BZHI": an index beyond the operand's size saturates to it; there to one less.
        return any(where == "flags" and a & 1 and b & 1 for where, a, b in found)
    if bits == 32 and code[len(prefixes)] == 0xC4:
        # SDM volume 2A, "VEX Instruction Format": outside 64-bit code VEX.B and the highest bit of VEX.vvvv are ignored; there they count.
        vex = code[len(prefixes) + 1 : len(prefixes) + 3]
        return vex[0] & 0x20 == 0 or vex[1] & 0x40 == 0
    if name == "popcnt":
        # SDM volume 1, "Operand-Size Prefix and REX.W": REX.W has precedence over 66.
        return 0x66 in prefixes and rex & 8 != 0
    if name == "insertq":
        # APM volume 4, "INSERTQ": the field of the source is its lowest bits; there it is not cut to its length.
        return only_lanes(found, 64, lambda a, b: True)
    if name in SQRT_AND_RECIPROCAL:
        # SDM volume 2B, "RCPPS", "RSQRTPS": approximations with 12 bits; of denormal sources infinities, for tiny results zeros.
        return only_lanes(found, 32, lambda a, b: near(a, b) or a & 0x7FFFFFFF in (0, 0x7F800000) and a >> 31 == b >> 31)
    if name[:4] in ("cmps", "scas") and 0xF2 in prefixes and 0xF3 in prefixes:
        # SDM volume 2A, "Instruction Prefixes": one of each group, or behaviour is unpredictable.
        return True
    size = 64 if name.endswith("d") else 32
    if sse and int(case["in"][80], 16) & 0x40 and name[:3] in ("min", "max"):
        # SDM volume 1, "Denormals-Are-Zeros": operands are converted to zeros; there the operand is returned as it is.
        return only_lanes(found, size, zero_for_denormal(size))
    if sse and int(case["in"][80], 16) & 0x8000 and only_lanes(found, size, zero_for_denormal(size)):
        # SDM volume 1, "Flush-To-Zero": there it is not for SSE.
        return True
    if sse:
        # SDM volume 1, "Rules for Handling NaNs": of two, SSE takes the first operand's; there, as x87 does, the greater.
        nan = is_nan(size)
        return only_lanes(found, size, lambda a, b: nan(a) and nan(b))
    return False


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
            found.append((NAMES[n], int(a, 16), b))
    for n in range(16 if bits == 64 else 8):
        ours = int(case["out"][17 + 4 * n], 16) << 64 | int(case["out"][16 + 4 * n], 16)
        b = uc.reg_read(XMM[n])
        if ours != b:
            found.append((f"xmm{n}", ours, b))
    flags = uc.reg_read(x.UC_X86_REG_EFLAGS) & 0xCD5
    if flags != case["flags2"]:
        found.append(("flags", case["flags2"], flags))
    memory = bytes(uc.mem_read(window, len(case["mem2"]) // 2))
    if memory.hex() != case["mem2"]:
        i = next(i for i in range(len(memory)) if memory[i] != int(case["mem2"][2 * i : 2 * i + 2], 16))
        found.append((f"memory {window + i:x}", int(case["mem2"][2 * i : 2 * i + 16], 16), int(memory[i : i + 8].hex(), 16)))
    return found


def main():
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    pc, window, bits = header["pc"], header["window"], header["bits"]
    failed, missing, left_out, known = (collections.Counter() for _ in range(4))
    agree = 0
    uc, traps = setup(bits)
    base = 0x10000 if bits == 16 else 0
    for line in lines:
        case = json.loads(line)
        name = case["name"]
        why = not_comparable(case, bits)
        if why:
            left_out[why] += 1
            continue
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
        ours = case["trap"]
        if ours == 6 and trap is None or ours is None and "INSN_INVALID" in str(trap):
            missing[name] += 1
            continue
        found = []
        if (ours is None) != (trap is None):
            found = [("trap", ours or 0, 0)]
        elif ours is None:
            found = compare(case, uc, bits, window)
            at = uc.reg_read(x.UC_X86_REG_RIP if bits == 64 else x.UC_X86_REG_EIP)
            again = "rep" in case["text"] and at == pc - base
            if not again and at != case["pc"] - base and at != (case["pc"] - base) & 0xFFFFFFFF:
                found.append(("pc", case["pc"], at))
        ip = uc.reg_read(x.UC_X86_REG_RIP if bits == 64 else x.UC_X86_REG_EIP)
        stood = "rep" not in case["text"] and ip == pc - base and case["pc"] != pc
        if found and trap is None and stood and ours is None:
            # Neither done nor refused: unicorn has left it at that.
            missing[name] += 1
            continue
        if not found:
            agree += 1
        elif excused(case, bits, trap, found):
            known[name] += 1
        else:
            failed[name] += 1
            if failed[name] <= 2:
                differences = "; ".join(f"{where}: {a:x} {b:x}" for where, a, b in found)
                print(case["code"], case["text"], "->", differences, f"trap: ours {ours}, theirs {trap}", f"before: {case['flags']:x}")
    print(f"{agree} cases agree, {sum(failed.values())} differ: {dict(failed)}")
    print(f"left out: {dict(left_out)}; undefined on one side only: {dict(missing)}; as QEMU 5.0 has it: {dict(known)}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
