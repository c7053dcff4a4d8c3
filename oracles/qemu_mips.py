#!/usr/bin/env python3
"""Replays the cases of `cargo run -p mips --example oracle_cases` on qemu-system-mips* -M malta, by its gdb server, and compares
every register, the touched memory, the pc, and for exceptions code, Cause.BD and BadVAddr.

    oracle_cases --target mips64el --cpu I6400 --count 20000 | qemu_mips.py

Exit status 1 if anything differs that no rule of mips/excuses.py excuses. Written for QEMU 7.2.
"""

import collections
import json
import sys

from mips.excuses import RULES, into_zero
from mips.machine import ACCUMULATORS, Machine

NAMES = [f"r{n}" for n in range(1, 32)] + [f"f{n}" for n in range(32)] + ["hi", "lo", "fcsr"]
NAMES += [*ACCUMULATORS, "dspctl", "msacsr", *(f"w{n}_high" for n in range(32))]
STORES = ("sb ", "sh ", "sw", "sd", "sc", "st ")


LEFT_OUT = "a result that goes to r0: DSPControl is as with another destination"


def differences(registers, window, case, theirs):
    found = {name: (registers[name], value) for name, value in theirs[0].items() if registers[name] != value}
    if window != theirs[1]:
        at = next(i for i, (a, b) in enumerate(zip(window, theirs[1])) if a != b)
        found[f"memory+{at:#x}"] = (window[at], theirs[1][at])
    trap = case["trap"] and [*case["trap"][:2], int(case["trap"][3], 16), int(case["pc"], 16) & 0xF80]
    if trap != theirs[3]:
        found["trap"] = (trap, theirs[3])
    elif trap is None and int(case["pc"], 16) != theirs[2]:
        found["pc"] = (int(case["pc"], 16), theirs[2])
    return found


class Comparison:
    """Our state as the cases tell it, beside a machine of theirs."""

    def __init__(self, header):
        self.machine = Machine(header)
        self.registers = dict.fromkeys(NAMES, 0) | {"fcsr": self.machine.fcsr}
        self.window = bytearray(self.machine.window)
        self.excused, self.failed = collections.Counter(), collections.Counter()

    def compare(self, case):
        before = self.registers | {name: int(value, 16) for name, value in case["set"].items()}
        if before["msacsr"] >> 12 & before["msacsr"] >> 7 & 31:
            # What an exception has left behind would raise it again when it is written; cases that read MSACSR begin with another.
            before["msacsr"] &= ~0x3F000
        self.registers = before | {name: int(value, 16) for name, value in case["out"].items()}
        for address, byte in case["mem"].items():
            self.window[int(address, 16) - self.machine.data] = byte
        words = [int(word, 16) for word in case["bits"]]
        touches = case["mem"] or any(word in case["text"] for word in STORES)
        is_compact = case["text"].split(" ")[0].endswith("c")
        theirs = self.machine.run(before, words, touches, is_compact, int(case["pc"], 16))
        found = differences(self.registers, self.window, case, theirs)
        if found:
            self.judge(case, found, before, theirs[0])

    def is_left_out(self, case, before):
        other = into_zero(int(case["bits"][0], 16))
        if not other or len(case["bits"]) > 1:
            return False
        theirs = self.machine.run(before | {f"r{other[1]}": 0}, [other[0]], False, False)
        return theirs[0]["dspctl"] == self.registers["dspctl"]

    def judge(self, case, found, before, theirs):
        if self.machine.window != self.window:
            self.machine.put_memory(self.machine.data, self.window)
            self.machine.window = bytearray(self.window)
        for reason, rule in RULES:
            if rule(case, found, before, self.registers, theirs, self.machine.fr):
                self.excused[reason] += 1
                return
        if list(found) == ["dspctl"] and self.is_left_out(case, before):
            self.excused[LEFT_OUT] += 1
            return
        mnemonic = case["text"].split(" ")[0]
        self.failed[mnemonic] += 1
        if self.failed[mnemonic] <= 2:
            show = {n: tuple(f"{v:#x}" if isinstance(v, int) else v for v in p) for n, p in found.items()}
            print(f"case {case['n']} {case['bits']} {case['text']} {case['set']}: (ours, theirs) {show}", flush=True)


def main():
    lines = iter(sys.stdin)
    comparison, total = Comparison(json.loads(next(lines))), 0
    for line in lines:
        if not line.endswith("\n"):
            break  # the generator was stopped in the middle of a case
        comparison.compare(json.loads(line))
        total += 1
    failed = comparison.failed
    print(f"{total} cases, {sum(failed.values())} differ", dict(failed) if failed else "")
    for name in [*(name for name, _ in RULES), LEFT_OUT]:
        print(f"  excused {comparison.excused[name]}: {name}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
