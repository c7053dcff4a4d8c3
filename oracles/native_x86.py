#!/usr/bin/env python3
"""Replays the cases of `cargo run -p x86 --example oracle_cases` on the host's CPU, which must be an x86-64 under Linux.

    oracle_cases BITS SEED COUNT | native_x86.py [--insn FILE]        BITS is 32 or 64

native_x86/step.c is compiled with the host's cc and executes the instructions. General, vector and x87 registers, MXCSR, flags (but
for those that the manual leaves undefined), memory, the address behind, and exceptions are compared. Exit status 1 if anything differs.
With --insn, cases that agree are written as lines of a `.insn` file, some for each mnemonic.
"""

import collections
import json
import os
import struct
import subprocess
import sys
import tempfile

RECORD = struct.Struct("<II16sQQ16QQQII832s512s")
FPU = 81
# Signals of exceptions: #DE, #MF and #XM; #UD; #GP, #SS, #PF.
SIGNALS = {0: 8, 16: 8, 19: 8, 6: 4, 13: 11, 12: (7, 11), 14: 11, 17: 7, 5: 11}


def undefined(case):
    """Flags that are undefined: by the manual's tables, and what depends on operands there (counts of shifts)."""
    name = case["name"]
    mask = case["undefined"]
    if name in ("shl", "shr", "sar", "sal", "shld", "shrd", "rcl", "rcr", "rol", "ror"):
        # OF but for counts of 1, AF; CF for counts beyond the width.
        mask |= 0x810
        if "8" in case["text"] or name in ("shld", "shrd"):
            mask |= 1
        if name in ("shld", "shrd"):
            mask |= 0xC4
    if name in ("bsf", "bsr"):
        mask |= 0x895
    if name in ("mul", "imul"):
        mask |= 0xD4
    if name in ("div", "idiv"):
        mask |= 0x8D5
    return mask


# Extensions that hosts have and we have not.
FOREIGN = ("vgf2p8", "gf2p8", "vp2intersect", "vpdp", "cmp", "movdir", "aadd", "aand", "aor", "axor", "clzero", "enqcmd")


CPUINFO = open("/proc/cpuinfo").read()
INTEL = "GenuineIntel" in CPUINFO
# AMD's 3DNow!, which hosts of today have not (CPUID 8000_0001, EDX bit 31).
HAS_3DNOW = "3dnow" in CPUINFO.split()
NOW = set(
    "femms pavgusb pf2id pf2iw pfacc pfadd pfcmpeq pfcmpge pfcmpgt pfmax pfmin pfmul pfnacc pfpnacc pfrcp pfrcpit1 pfrcpit2 pfrsqit1 "
    "pfrsqrt pfsub pfsubr pi2fd pi2fw pmulhrw pswapd".split()
)
LEGACY_PREFIXES = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3}


def prefixes(case):
    """The prefixes of a case; in 64-bit code a REX that another follows counts for nothing."""
    code, rex = bytes.fromhex(case["code"]), range(0x40, 0x50) if case["bits"] == 64 else ()
    n = next(i for i, byte in enumerate(code) if byte not in LEGACY_PREFIXES and byte not in rex)
    return set(code[:n])


def excused_on_intel(case, signal, found):
    """Where Intel's CPUs are not as AMD's, which QEMU and we follow in these."""
    name, trap = case["name"], case["trap"]
    near = name in ("call", "jmp", "ret", "jcxz", "jecxz", "jrcxz", "loop", "loope", "loopne") or name.startswith("j")
    if near and case["bits"] == 64 and 0x66 in prefixes(case):
        # APM volume 3, "Operand-Size Override Prefix": near branches of 64-bit code have 16 bits with it; SDM volume 2A, "Jcc" and "CALL":
        # their operand size is forced to 64 bits.
        return True
    if name in ("insertq", "extrq", "movntss", "movntsd") and trap is None and signal == 4:
        # SSE4A is AMD's.
        return True
    # SDM volume 2B, "PAUSE": F3 90 whatever REX says; APM volume 3, "NOP": with REX.B it is an exchange.
    return name == "pause" and all(f.startswith(("rax:", "r8:")) for f in found)


def near(ours, theirs):
    """Whether both halves, single precision, are approximations of the same."""
    halves = ((ours >> n & 0xFFFFFFFF, theirs >> n & 0xFFFFFFFF) for n in (0, 32))
    return all(a >> 31 == b >> 31 and abs(a - b) * 8192 <= 3 * (b & 0x7FFFFF | 0x800000) for a, b in halves)


def excused(case, signal, found):
    """Differences that the manuals allow, or where QEMU and hosts part."""
    name, text, trap = case["name"], case["text"], case["trap"]
    if INTEL and excused_on_intel(case, signal, found):
        return True
    if name[:4] in ("cmps", "scas") and prefixes(case) & {0xF2, 0xF3} and case["pc"] == case["at"]:
        # SDM volume 2B, "REP/REPE/REPZ/REPNE/REPNZ": where such an instruction is interrupted, EFLAGS is what it was before it, as it is no
        # input. Here the trap behind one element of several interrupts it; the manual names REPNE alone, CPUs do the same with REPE.
        return len(found) == 1 and found[0].startswith("flags") and found[0].split()[2] == found[0].split()[4].rstrip(")")
    if name.removeprefix("v") in ("rcpps", "rcpss", "rsqrtps", "rsqrtss"):
        # SDM volume 2B, "RCPPS", "RSQRTPS": approximations with a relative error of at most 1.5 * 2^-12; QEMU and we give the rounded value.
        return all(f.startswith("ymm") and near(*(int(v, 16) for v in f.split()[1:3])) for f in found)
    if trap == 6:
        return name.startswith(FOREIGN) or name.startswith(("vaes", "vpclmul")) and "ymm" in text
    if name.startswith("sha") and trap == 13:
        # SDM: aligned operands (type 4); AMD's CPUs do not check.
        return True
    if name in ("insertq", "extrq"):
        # APM volume 4: the upper half is undefined.
        return all(f.startswith("ymm") and ".1:" in f for f in found)
    if name in ("bsf", "bsr") and all(f[0] == "r" for f in found):
        # The destination is undefined when there is no bit.
        return True
    if name in ("shld", "shrd"):
        # Counts beyond the operand's size: everything is undefined.
        return "cl," in text or "$" in text and int(text.split("$")[1].split(",")[0], 0) & 31 > 16
    if name == "enter":
        # With nested frames some pushes have been made before the one that faults, and frames may overlap.
        return all(f.startswith("memory") for f in found)
    if name in ("loope", "loopne") and ("f2" in case["code"] or "f3" in case["code"]):
        # Prefixes that mean nothing by the manual; some of AMD's CPUs take them for the condition.
        return True
    if name in ("fprem", "fprem1"):
        # NaNs: QEMU clears all condition codes.
        return all(f.startswith("fsw") for f in found)
    if trap == 19 and name in ("cvtps2pi", "cvttps2pi", "cvtpd2pi", "cvttpd2pi"):
        # AMD's CPUs make the transition to MMX before the exception.
        return True
    if name == "fld" and int(case["in"][97], 16) & 2 == 0:
        # SDM volume 1, "Denormal Operand Exception": unmasked, nothing is pushed; AMD's CPUs push.
        return True
    if name == "cvtsd2ss" and int(case["in"][80], 16) & 0x800 == 0:
        # Unmasked underflow: the result that the handler would get is out of range even with its exponent adjusted.
        return all(f.startswith("mxcsr") for f in found)
    if name == "vpinsrd" and trap is None and signal == 4:
        # VEX.W is ignored outside 64-bit code by the manual; AMD's CPUs refuse it.
        return True
    if name == "fyl2xp1":
        # The operand is out of range: the result is undefined.
        return True
    if name == "cvtpi2ps":
        # SDM: a transition to MMX even with an operand in memory; AMD's CPUs make none.
        return all(f.startswith(("fsw", "empty")) for f in found)
    return False


TRANSCENDENTAL = {"fsin", "fcos", "fsincos", "fptan", "fpatan", "f2xm1", "fyl2x", "fyl2xp1"}


def area(regs):
    x = bytearray(832)
    control, status, empty = regs[FPU + 16], regs[FPU + 17], regs[FPU + 18]
    if status & ~control & 0x3F:
        status |= 0x8080
    else:
        status &= ~0x8080
    top = status >> 11 & 7
    struct.pack_into("<HHBBH", x, 0, control, status & 0xFFFF, ~empty & 0xFF, 0, 0)
    struct.pack_into("<II", x, 24, regs[80], 0xFFFF)
    for n in range(8):
        p = (top + n) & 7
        struct.pack_into("<QQ", x, 32 + 16 * n, regs[FPU + p], regs[FPU + 8 + p])
    for n in range(16):
        struct.pack_into("<QQ", x, 160 + 16 * n, regs[16 + 4 * n], regs[17 + 4 * n])
        struct.pack_into("<QQ", x, 576 + 16 * n, regs[18 + 4 * n], regs[19 + 4 * n])
    struct.pack_into("<Q", x, 512, 7)
    return bytes(x)


def read_area(x):
    """The registers in the order of the cases, from the vector registers on. Components not in use are in their first state."""
    used = struct.unpack_from("<Q", x, 512)[0]
    regs = []
    for n in range(16):
        low = struct.unpack_from("<QQ", x, 160 + 16 * n) if used & 2 else (0, 0)
        high = struct.unpack_from("<QQ", x, 576 + 16 * n) if used & 4 else (0, 0)
        regs += [*low, *high]
    regs.append(struct.unpack_from("<I", x, 24)[0])
    control, status, tags = struct.unpack_from("<HHB", x, 0) if used & 1 else (0x37F, 0, 0)
    top = status >> 11 & 7
    significands, exponents = [0] * 8, [0] * 8
    for n in range(8):
        p = (top + n) & 7
        significands[p], exponents[p] = struct.unpack_from("<QH", x, 32 + 16 * n) if used & 1 else (0, 0)
    return regs + significands + exponents + [control, status, ~tags & 0xFF]


def names(n):
    if n < 16:
        return "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()[n]
    if n < 80:
        return f"ymm{(n - 16) // 4}.{n % 4}"
    return (["mxcsr"] + [f"R{i}" for i in range(8)] + [f"E{i}" for i in range(8)] + ["fcw", "fsw", "empty"])[n - 80]


def compare(case, record, bits):
    fields = RECORD.unpack(record)
    gpr, rflags, rip, signal = fields[5:21], fields[21], fields[22], fields[23]
    xsave, window = fields[25], fields[26]
    ours = [int(v, 16) for v in case["out"]]
    before = [int(v, 16) for v in case["in"]]
    trap = case["trap"]
    if signal != 5:
        want = SIGNALS.get(trap)
        ok = trap is not None and (signal in want if isinstance(want, tuple) else signal == want)
        if not ok:
            return [f"trap: ours {trap}, theirs signal {signal} code {fields[24]}"]
    elif trap is not None:
        return [f"trap: ours {trap}, theirs none"]
    theirs = list(gpr) + read_area(xsave)
    status = before[FPU + 17]
    status = status | 0x8080 if status & ~before[FPU + 16] & 0x3F else status & ~0x8080
    found = []
    for n, (a, b) in enumerate(zip(ours, theirs)):
        if bits == 32 and (8 <= n < 16 or 48 <= n < 80):
            continue
        if bits == 32 and n < 8:
            b &= 0xFFFFFFFF
        if a == b or trap is not None and n < 80:
            continue
        if n == FPU + 17 and a == before[n] and b == status:
            continue
        # C1 may show another last place; whether denormal operands are told of differs between CPUs.
        if n == FPU + 17 and case["name"] in TRANSCENDENTAL and (a ^ b) & ~0x202 == 0:
            continue
        if FPU <= n < FPU + 8 and case["name"] in TRANSCENDENTAL and abs(a - b) <= 1:
            continue
        found.append(f"{names(n)}: {a:x} {b:x} (before {before[n]:x})")
    if trap is None:
        flags = (rflags ^ case["flags2"]) & 0xCD5 & ~undefined(case)
        if flags:
            found.append(f"flags: {case['flags2']:x} {rflags & 0xcd5:x} (before {case['flags']:x})")
        if rip != case["pc"]:
            found.append(f"pc: {case['pc']:x} {rip:x}")
    if window.hex() != case["mem2"]:
        i = next(i for i in range(512) if window[i] != int(case["mem2"][2 * i : 2 * i + 2], 16))
        found.append(f"memory +{i:x}: {case['mem2'][2 * i : 2 * i + 32]} {window[i : i + 16].hex()}")
    return found


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    pc, at, bits = header["pc"], header["window"], header["bits"]
    out = open(sys.argv[2], "a") if len(sys.argv) > 2 and sys.argv[1] == "--insn" else None
    with tempfile.TemporaryDirectory() as scratch:
        program = os.path.join(scratch, "step")
        subprocess.run(["cc", "-O2", "-o", program, os.path.join(here, "native_x86", "step.c")], check=True)
        child = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        failed, known, good = (collections.Counter() for _ in range(3))
        agree = absent = 0
        for line in lines:
            case = json.loads(line) | {"bits": bits, "at": pc}
            code = bytes.fromhex(case["code"])
            regs = [int(v, 16) for v in case["in"]]
            record = RECORD.pack(
                bits, len(code), code, pc, at, *regs[:16], case["flags"] | 0x202, 0, 0, 0, area(regs), bytes.fromhex(case["mem"])
            )
            child.stdin.write(record)
            child.stdin.flush()
            answer = child.stdout.read(RECORD.size)
            if len(answer) != RECORD.size:
                sys.exit(f"the harness has ended at {case['code']} {case['text']}")
            found = compare(case, answer, bits)
            signal = RECORD.unpack(answer)[23]
            if signal == 4 and case["name"] in NOW and not HAS_3DNOW:
                absent += 1
                continue
            if found and excused(case, signal, found):
                known[case["name"]] += 1
            elif found:
                failed[case["name"]] += 1
                if failed[case["name"]] <= 2:
                    print(case["code"], case["text"], "->", "; ".join(found))
            else:
                agree += 1
            if out and not found and case["line"] and len(case["line"]) < 700:
                # A line for each mnemonic, and for each operand size of the others.
                key = case["name"], case["text"].split("%")[-1][:1], case["trap"], len(case["line"]) > 350
                good[key] += 1
                if good[key] == 1:
                    out.write(case["line"] + "\n")
        print(f"{agree} cases agree, {sum(failed.values())} differ: {dict(failed)}")
        print(f"excused: {dict(known)}; 3DNow!, which this host has not: {absent}")
        sys.exit(bool(failed))


if __name__ == "__main__":
    main()
