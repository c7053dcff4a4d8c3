#!/usr/bin/env python3
"""Lines for `targets/ppc/tests`: every bit of FPSCR, set and cleared by moves and by arithmetic, with exceptions enabled and not, with and without MSR.FE0 and FE1.

    oracle_cases --xlen 32 --only fp --count 20000 | ppc_fpscr.py targets/ppc/tests

What is expected is what the manual says (`ppc_exact.py`, and the rules of the moves below), not what any emulator does. Power ISA 2.07B, Book I,
4.2.2 (bits), 4.4 (exceptions), 4.6.9 (moves); Book III-S, 6.5.9 (the program interrupt).
"""

import json
import sys

from ppc_exact import FEX, FX, INVALID, OX, UX, VX, XX, ZX, arithmetic, classify
from ppc_exact import FI, FPRF_MASK, FR

EXCEPTIONS = INVALID | OX | UX | ZX | XX
RESERVED = 1 << 11
OPERANDS = ("f", "fpscr")


def summarise(scr):
    """VX and FEX follow from the others."""
    scr &= ~(VX | FEX | RESERVED)
    scr |= VX if scr & INVALID else 0
    return scr | (FEX if scr & 0xF8 & (scr >> 25 & 0x1F) << 3 else 0)


def moves():
    """(word, text, FPSCR before, after, CR after)."""
    for n in range(32):
        bit = 1 << (31 - n)
        for before in (0, 0xF8, summarise(0xFFFFFFFF & ~RESERVED), 0x9FF8_0700 & ~bit & ~FX):
            before = summarise(before)
            writable = bit & ~(VX | FEX | RESERVED)
            new = FX if writable & EXCEPTIONS & ~before else 0
            yield 63 << 26 | n << 21 | 38 << 1, f"mtfsb1 {n}", before, summarise(before | writable | new), 0
            yield 63 << 26 | n << 21 | 70 << 1, f"mtfsb0 {n}", before, summarise(before & ~writable), 0
    for field in range(8):
        shift = 28 - 4 * field
        for before in (0, summarise(0xFFFFFFFF & ~RESERVED), summarise(0x9FF8_0700)):
            cleared = (EXCEPTIONS | FX) & 15 << shift
            value = before >> shift & 15
            yield 63 << 26 | 1 << 23 | field << 18 | 64 << 1, f"mcrfs cr1, cr{field}", before, summarise(before & ~cleared), value << 24
            for u in (0, 5, 10, 15):
                mask = 15 << shift & ~(VX | FEX | RESERVED)
                after = summarise(before & ~mask | u << shift & mask)
                yield 63 << 26 | field << 23 | u << 12 | 134 << 1, f"mtfsfi cr{field}, {u}", before, after, 0


def expected(case):
    """Target, its value and FPSCR after a case that is arithmetic and defined."""
    found = arithmetic(case)
    if not found or found[1].undefined:
        return None
    target, result, single = found
    before = int(case["set"]["fpscr"], 16)
    new = result.status & EXCEPTIONS & ~before
    scr = before & ~(FR | FI) | result.status | (FX if new else 0)
    if not result.suppressed:
        scr = scr & ~FPRF_MASK | classify(result.value, single)
    return target, result.value, summarise(scr)


def line(variant, word, text, inputs, outputs, trap):
    cells = [" ".join(f"{name}={value:#x}" for name, value in part.items()) for part in (inputs, outputs)]
    end = " trap 1792" if trap else ""
    return f"@{variant} {word:08x}  {text}  | {cells[0]} => {cells[1]}{end}".rstrip()


def both(word, text, inputs, outputs):
    """The line for MSR.FE0 = FE1 = 0, and that for both 1: an interrupt if FEX is 1, but for mcrfs, which causes no exception."""
    changed = {name: value for name, value in outputs.items() if inputs.get(name, 0) != value}
    scr = outputs.get("fpscr", inputs["fpscr"])
    return line("ppc", word, text, inputs, changed, False), line("ppc_fe", word, text, inputs, changed, bool(scr & FEX) and not text.startswith("mcrfs"))


def main():
    plain, enabled = [], []
    for word, text, before, after, cr in moves():
        pair = both(word, text, {"fpscr": before}, {"fpscr": after, "cr": cr})
        plain.append(pair[0])
        enabled.append(pair[1])
    seen = {}
    stream = iter(sys.stdin)
    next(stream)
    for text in stream:
        case = json.loads(text)
        found = expected(case) if "fpscr" in case["set"] else None
        if not found or case["text"].split(" ")[0].endswith("."):
            continue
        target, value, scr = found
        before = int(case["set"]["fpscr"], 16)
        name = case["text"].split(" ")[0]
        # One case for each thing that can happen to each instruction, by what is enabled.
        happened = (name, scr & ~before & EXCEPTIONS, before & 0xF8 & (scr >> 25 & 0x1F) << 3, scr >> 12 & 0x7F)
        if seen.get(name, 0) >= 14 or happened in seen:
            continue
        seen[happened], seen[name] = 1, seen.get(name, 0) + 1
        inputs = {n: int(v, 16) for n, v in case["set"].items() if n.startswith(OPERANDS)}
        outputs = {"fpscr": scr} | ({target: value} if value is not None else {})
        pair = both(int(case["bits"][0], 16), case["text"], inputs, outputs)
        plain.append(pair[0])
        enabled.append(pair[1])
    head = "# Made by oracles/ppc_fpscr.py from the manual: every bit of FPSCR. "
    for folder, note, lines in (("insn", "MSR.FE0 and FE1 are 0.", plain), ("insn_fe", "MSR.FE0 and FE1 are 1.", enabled)):
        with open(f"{sys.argv[1]}/{folder}/fpscr.insn", "w", encoding="utf-8") as file:
            file.write("\n".join([head + note, *lines]) + "\n")
    print(f"{len(plain)} cases each")


if __name__ == "__main__":
    main()
