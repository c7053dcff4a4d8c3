#!/usr/bin/env python3
"""Replays the cases of `cargo run -p s390x --example oracle_cases` on unicorn (pip install unicorn).

    oracle_cases SEED COUNT | unicorn_s390x.py

Compares general and floating-point registers, condition code, memory, the address behind, and whether there was an exception. Exit
status 1 if anything differs.
"""

import collections
import json
import sys

from unicorn import UC_ARCH_S390X, UC_MODE_BIG_ENDIAN, Uc, UcError
from unicorn import s390x_const as s

GENERAL = [s.UC_S390X_REG_R0 + n for n in range(16)]
FLOAT = [s.UC_S390X_REG_F0 + n for n in range(16)]

# Facilities that came after the QEMU 5.0 in unicorn 2.1.
MISSING = set(
    "mgh agh sgh mg mgrk msrkc msgrkc msc msgc bic ncrk ncgrk ocrk ocgrk nnrk nngrk nork nogrk nxrk nxgrk selr selgr selfhr "
    "lzrf lzrg llzrgf bsm bassm cpya ts clfit".split()
)


def tests_only(case):
    """Bit 0 of I3: the result is not kept. QEMU 5.0 tests a value that it has not computed."""
    return int(case["text"].split(", ")[2]) & 0x80


def doubles(case):
    """A sum or difference of 32 bits that overflows to 0 or from it: QEMU 5.0 gives another code than 3 (PoP, "ADD")."""
    return case["cc2"] == 3


def always(case):
    return True


# What QEMU 5.0 does wrong, and when. STMH stores what is right of the high words; CLFIT and CLGIT extend their immediate with its
# sign; RISBHG and RISBLG, LOCFHR take the other half; ICM's code looks at other bytes; CDSG need not be aligned; POPCNT knows no
# mask. Access registers are not set to ours, and EX may have any target.
WRONG = {"rnsbg": tests_only, "rosbg": tests_only, "rxsbg": tests_only, "stmh": always, "clfit": always, "clgit": always}
WRONG |= dict.fromkeys("ar ark ahi ahik a ay sr srk s sy laa lcr agr ag agrk aghi aghik agfi laag sgr sg sgrk sgfr agf sgf lcgr asi agsi".split(), doubles)
WRONG |= dict.fromkeys("risbhg risblg locfhr locfh icm icmy icmh popcnt ear stam stamy ex exrl".split(), always)
WRONG |= {"cdsg": lambda case: case["trap"] == 6}


def main():
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    pc, window = header["pc"], header["window"]
    failed, shown, total = collections.Counter(), collections.Counter(), 0
    uc = Uc(UC_ARCH_S390X, UC_MODE_BIG_ENDIAN)
    uc.mem_map(0x10000, 0x20000)
    # Turns AFP registers on: lctlg %c0, %c0, 0(%r1).
    uc.mem_write(0x11000, (0x400E0).to_bytes(8, "big") + bytes.fromhex("eb001000002f"))
    uc.reg_write(GENERAL[1], 0x11000)
    uc.reg_write(s.UC_S390X_REG_PSWM, 0x0000000180000000)
    uc.emu_start(0x11008, 0, count=1)
    uc.mem_write(0x11010, bytes.fromhex("b29d1000b29c1000"))
    for line in lines:
        case = json.loads(line)
        total += 1
        code = bytes.fromhex(case["code"])
        uc.mem_write(pc, code + b"\x07\x07" * 4)
        uc.ctl_remove_cache(pc, pc + 16)
        floating = "%f" in case["text"] or "fpc" in case["text"]
        if floating:
            # lfpc 0(%r1)
            uc.reg_write(GENERAL[1], 0x11000)
            uc.mem_write(0x11000, int(case["in"][32], 16).to_bytes(4, "big"))
            uc.emu_start(0x11010, 0, count=1)
        uc.mem_write(window, bytes.fromhex(case["mem"]))
        for number, value in zip(GENERAL + FLOAT, case["in"]):
            uc.reg_write(number, int(value, 16))
        uc.reg_write(s.UC_S390X_REG_PSWM, 0x0000000180000000 | case["cc"] << 44)
        trap = False
        try:
            uc.emu_start(pc, 0, count=1)
        except UcError as error:
            trap = "FETCH" not in str(error) and "fetch" not in str(error)
        found = []
        name = case["text"].split(" ")[0]
        outside = not 0x10000 <= case["pc"] < 0x2FFF0 or case["pc"] & 1
        if trap and case["trap"] is None and (outside or name in MISSING):
            continue
        if name in WRONG and WRONG[name](case):
            continue
        if trap != (case["trap"] is not None):
            found.append(f"trap: ours {case['trap']}, theirs {trap}")
        elif not trap:
            theirs = [uc.reg_read(number) for number in GENERAL + FLOAT]
            for n, (a, b) in enumerate(zip(case["out"], theirs)):
                if int(a, 16) != b:
                    found.append(f"{'r' if n < 16 else 'f'}{n % 16}: {a} {b:x}")
            cc = uc.reg_read(s.UC_S390X_REG_PSWM) >> 44 & 3
            if cc != case["cc2"]:
                found.append(f"cc: {case['cc2']} {cc}")
            at = uc.reg_read(s.UC_S390X_REG_PC)
            if at != case["pc"]:
                found.append(f"pc: {case['pc']:x} {at:x}")
            memory = bytes(uc.mem_read(window, len(case["mem2"]) // 2))
            if memory.hex() != case["mem2"]:
                i = next(i for i in range(len(memory)) if memory[i] != int(case["mem2"][2 * i : 2 * i + 2], 16))
                found.append(f"memory {window + i:x}: {case['mem2'][2 * i : 2 * i + 16]} {memory[i : i + 8].hex()}")
            if floating:
                # stfpc 0(%r1)
                uc.reg_write(GENERAL[1], 0x11000)
                uc.emu_start(0x11014, 0, count=1)
                fpc = int.from_bytes(uc.mem_read(0x11000, 4), "big")
                if fpc != int(case["out"][32], 16):
                    found.append(f"fpc: {case['out'][32]} {fpc:x}")
        if found:
            failed[name] += 1
            if failed[name] <= 2:
                used = {f"r{n}": v for n, v in enumerate(case["in"][:16]) if f"%r{n}," in case["text"] + "," or f"%r{n})" in case["text"]}
                print(case["text"], used, "cc", case["cc"], "->", "; ".join(found))
    print(f"{total} cases, {sum(failed.values())} differ: {dict(failed)}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
