"""What the RISC-V oracles share: reading cases, comparing, reporting.

Cases come from `cargo run -p riscv --example oracle_cases`, one JSON object a line after a header. State carries over from
case to case; after a difference our state is put into the other machine, so that one difference is reported once.
"""

import collections
import json
import sys

X = (
    "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6"
).split()
F = (
    "ft0 ft1 ft2 ft3 ft4 ft5 ft6 ft7 fs0 fs1 fa0 fa1 fa2 fa3 fa4 fa5 fa6 fa7 "
    "fs2 fs3 fs4 fs5 fs6 fs7 fs8 fs9 fs10 fs11 ft8 ft9 ft10 ft11"
).split()
NAMES = X[1:] + F + ["fflags", "frm"]

ILLEGAL, LOAD_MISALIGNED, LOAD_ACCESS, STORE_MISALIGNED, STORE_ACCESS = 2, 4, 5, 6, 7
MSTATUS_FS = 0x6000


def code_of(case):
    """The bytes of each instruction of a case."""
    return [bytes.fromhex(word)[::-1] for word in case["bits"]]


def differences(ours, theirs):
    """What differs, as a dictionary of name to (ours, theirs)."""
    found = {n: (v, theirs[0][n]) for n, v in ours[0].items() if v != theirs[0][n]}
    if ours[1] != theirs[1]:
        at = next(i for i, (a, b) in enumerate(zip(ours[1], theirs[1])) if a != b)
        found[f"memory+{at:#x}"] = (ours[1][at], theirs[1][at])
    if ours[3] != theirs[3]:
        found["trap"] = (ours[3], theirs[3])
    elif ours[3] is None and ours[2] != theirs[2]:
        found["pc"] = (ours[2], theirs[2])
    return found


def misaligned_amo(case, found):
    """QEMU up to 7.2 raises load-address-misaligned."""
    text = case["text"]
    is_amo = text.startswith("amo") or "; sc." in text
    return is_amo and list(found.items()) == [("trap", (STORE_MISALIGNED, LOAD_MISALIGNED))]


MISALIGNED_AMO = ('"A" Extension: a misaligned AMO or store-conditional raises store/AMO-address-misaligned', misaligned_amo)


def replay(make_machine, excuses):
    """Compares all cases on stdin with what `make_machine(header)` does.

    The machine has `registers()`, `run(case)` -> (registers, window, pc, exception) and `force(registers, window)`. Excuses are
    pairs of a reason and a rule of (case, differences), which says whether it explains all of them. Exits with 1 if something
    differs that none excuses.
    """
    lines = iter(sys.stdin)
    machine = make_machine(json.loads(next(lines)))
    registers = machine.registers()
    window = bytearray(machine.window)
    excused, failed, total = collections.Counter(), collections.Counter(), 0
    for line in lines:
        case = json.loads(line)
        total += 1
        for name, value in (case["set"] | case["out"]).items():
            registers[name] = int(value, 16)
        for address, byte in case["mem"].items():
            window[int(address, 16) - machine.data] = byte
        theirs = machine.run(case)
        found = differences((registers, window, int(case["pc"], 16), case["trap"]), theirs)
        if not found:
            continue
        machine.force(registers, window)
        reason = next((name for name, rule in excuses if rule(case, found)), None)
        if reason:
            excused[reason] += 1
            continue
        mnemonic = case["text"].split(" ")[0]
        failed[mnemonic] += 1
        if failed[mnemonic] <= 3:
            show = {n: tuple(f"{v:#x}" if isinstance(v, int) else v for v in p) for n, p in found.items()}
            print(f"case {case['n']} {case['bits']} {case['text']} {case['set']}: (ours, theirs) {show}")
    print(f"{total} cases, {sum(failed.values())} differ", dict(failed) if failed else "")
    for name, _ in excuses:
        print(f"  excused {excused[name]}: {name}")
    sys.exit(1 if failed else 0)
