#!/usr/bin/env python3
"""Runs the lines of `.insn` files on qemu-system-mips*, and compares what they say with what it does: all registers, the pc, the touched memory.

    qemu_mips_insn.py targets/mips/tests/insn/*.insn
    qemu_mips_insn.py --write FILE    puts QEMU's answer where a line says otherwise

Exit status 1 if a line differs without a reason. Written for QEMU 7.2.
"""

import argparse
import collections
import re
import sys

from mips.excuses import RULES, into_zero
from mips.machine import ACCUMULATORS, STATUS as STATUS_REGISTER, Machine

CODE, DATA, RAM = 0x10000, 0x20000, 0x2000
# What the server does not show; the lines read it into a general register too.
UNSEEN = ("index", "entryhi", "entrylo0", "entrylo1", "pagemask", "compare", "errorepc", "epc", "lladdr", "vpcontrol", "cause", "user_local")
STATUS = 1 << 29 | 1 << 26 | 1 << 2
VARIANTS = {
    "mips": ("mips", "24Kf", STATUS, ""),
    "dsp": ("mips", "74Kf", STATUS | 1 << 24, "dsp"),
    "mips64": ("mips64", "MIPS64R2-generic", STATUS | 0xE0, ""),
    "r6": ("mips64el", "I6400", STATUS | 0xE0, "msa"),
    "mt": ("mips", "34Kf", STATUS | 1 << 24, "dsp"),
    "p5600": ("mips", "P5600", STATUS, "msa"),
    "dsp64": ("mips64", "mips64dspr2", STATUS | 0xE0 | 1 << 24, "dsp"),
}
EVERYWHERE = ("mips", "dsp", "mips64", "r6")
FIXED = dict.fromkeys(VARIANTS, 0) | {"r6": 0xC0000, "p5600": 0xC0000}
# A step of WAIT does not end, and what begins debug mode does not leave it.
ENDLESS = ("wait", "sdbbp")
NAMES = [f"r{n}" for n in range(1, 32)] + [f"f{n}" for n in range(32)] + ["hi", "lo", "fcsr"]
NAMES += [*ACCUMULATORS, "dspctl", "msacsr", *(f"w{n}_high" for n in range(32))]


LEFT_OUT = "a result that goes to r0: the rest is as with another destination"


def effects(text):
    """(values by place, exception code) of one side of a line."""
    values, trap, words = {}, None, text.split()
    while words:
        word = words.pop(0)
        if word == "trap":
            trap = int(words.pop(0), 0)
        else:
            place, value = word.split("=")
            values[place] = int(value, 0)
    return values, trap


def address_of(place):
    found = re.fullmatch(r"\[(0x[0-9a-f]+)\]:(\d)", place)
    return (int(found[1], 16), int(found[2])) if found else None


class Variant:
    """The machine of a variant, and its lines."""

    def __init__(self, name):
        target, cpu, status, extensions = VARIANTS[name]
        header = {"target": target, "cpu": cpu, "fr": 1, "status": status, "pc": CODE, "data": DATA, "fcsr": FIXED[name]}
        self.machine = Machine(header | {"window": "00" * RAM, "extensions": extensions})
        self.fixed, self.mask = FIXED[name], (1 << 8 * self.machine.size) - 1

    def run(self, words, text, inputs):
        """(registers before, registers after, memory, pc, exception)."""
        machine = self.machine
        before = dict.fromkeys(NAMES, 0) | {"fcsr": self.fixed}
        before |= {place: value for place, value in inputs.items() if place in before}
        window = bytearray(RAM)
        for place, value in inputs.items():
            if where := address_of(place):
                at, size = where[0] - DATA, where[1]
                window[at : at + size] = value.to_bytes(size, machine.order)
        if machine.window != window:
            machine.put_memory(DATA, window)
            machine.window = bytearray(window)
        touches = "(" in text or "pc" in text.split(" ")[0]
        after, memory, pc, trap = machine.run(before, words, touches, text.split(" ")[0].endswith("c"))
        return before, before | after, window, memory, pc, trap

    def answer(self, words, text, inputs):
        """What QEMU does, as {place: value}, and the exception."""
        before, after, window, memory, pc, trap = self.run(words, text, inputs)
        found = {name: after[name] for name in NAMES if after[name] != before[name]}
        for at in range(0, RAM, 8):
            if memory[at : at + 8] != window[at : at + 8]:
                found[f"[{DATA + at:#x}]:8"] = int.from_bytes(memory[at : at + 8], self.machine.order)
        if trap is None and pc != CODE + 4 * len(words):
            found["pc"] = pc
        if trap is None and self.machine.last[STATUS_REGISTER] != self.machine.status:
            found["status"] = self.machine.last[STATUS_REGISTER]
        return found, before, after, trap

    def expected(self, inputs, outputs):
        """The right side of a line without what it repeats, and with all memory in cells of 8 bytes."""
        found = {place: value for place, value in outputs.items() if not address_of(place) and place not in UNSEEN}
        found = {place: value for place, value in found.items() if place == "pc" or value != inputs.get(place, self.fixed if place == "fcsr" else 0)}
        memory = bytearray(RAM)
        old = bytearray(RAM)
        for values, both in ((inputs, True), (outputs, False)):
            for place, value in values.items():
                if where := address_of(place):
                    at, size = where[0] - DATA, where[1]
                    data = value.to_bytes(size, self.machine.order)
                    memory[at : at + size] = data
                    if both:
                        old[at : at + size] = data
        for at in range(0, RAM, 8):
            if memory[at : at + 8] != old[at : at + 8]:
                found[f"[{DATA + at:#x}]:8"] = int.from_bytes(memory[at : at + 8], self.machine.order)
        return found


def as_text(values, trap):
    order = {name: n for n, name in enumerate(NAMES)}
    places = sorted(values, key=lambda place: (place != "pc", order.get(place, -1)))
    text = "".join(f" {place}={values[place]:#x}" for place in places)
    return text + (f" trap {trap[0]}" if trap else "")


def excused(case, expected, trap, before, after, theirs_trap, fr):
    """Whether the line, which is ours, is what a rule of the manual asks for."""
    ours = before | {place: value for place, value in expected.items() if place in before}
    found = {name: (ours[name], after[name]) for name in ours if ours[name] != after[name]}
    ours_trap = [trap, 0, 0, 0x180] if trap is not None else None
    if (ours_trap is None) != (theirs_trap is None) or ours_trap and theirs_trap[0] != trap:
        found["trap"] = (ours_trap, theirs_trap)
    case = case | {"trap": ours_trap}
    return next((reason for reason, rule in RULES if rule(case, found, before, ours, after, fr)), None)


def lines_of(path):
    with open(path) as file:
        for number, line in enumerate(file, 1):
            stripped = line.strip()
            if stripped and not stripped.startswith("#"):
                yield number, line


def check(path, variants, options, counts):
    changed = {}
    for number, line in lines_of(path):
        head, rest = line.split("|", 1)
        left, right = rest.split("=>", 1)
        variant, head = head[1:].split(" ", 1) if head.startswith("@") else (None, head)
        code, text = head.strip().split(" ", 1)
        (inputs, _), (outputs, trap) = effects(left), effects(right)
        if text.strip().startswith(ENDLESS):
            continue
        for name in [variant] if variant else EVERYWHERE:
            if name not in variants:
                variants[name] = Variant(name)
            v = variants[name]
            words = [int(word, 16) for word in code.split("+")]
            found, before, after, theirs = v.answer(words, text.strip(), inputs)
            expected = v.expected(inputs, outputs)
            if trap is not None:
                # A line with an exception need not tell what becomes of FCSR; no other register changes.
                found = {place: value for place, value in found.items() if place in expected or place != "fcsr"}
            if found == expected and trap == (theirs[0] if theirs else None):
                counts["agree"] += 1
                continue
            case = {"bits": code.split("+"), "text": text.strip()}
            reason = excused(case, expected, trap, before, after, theirs, v.machine.fr)
            if not reason and len(words) == 1 and (other := into_zero(words[0])):
                again = v.answer([other[0]], text.strip(), inputs | {f"r{other[1]}": 0})[0]
                reason = again | {f"r{other[1]}": 0} == expected | {f"r{other[1]}": 0} and LEFT_OUT
            if reason:
                counts[reason] += 1
                continue
            counts["differ"] += 1
            changed[number] = f"{line.split('=>', 1)[0]}=>{as_text(found, theirs)}\n"
            print(f"{path}:{number}: {line.strip()}\n    theirs{as_text(found, theirs)}", flush=True)
    if options.write and changed:
        with open(path) as file:
            lines = file.readlines()
        with open(path, "w") as file:
            file.writelines(changed.get(n, line) for n, line in enumerate(lines, 1))


def main():
    parser = argparse.ArgumentParser(description="Lines of .insn files on QEMU.")
    parser.add_argument("--write", action="store_true", help="put QEMU's answer where a line says otherwise")
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    counts, variants = collections.Counter(), {}
    for path in options.files:
        check(path, variants, options, counts)
    print(f"{counts['agree']} lines agree, {counts['differ']} differ")
    for reason in [*(name for name, _ in RULES), LEFT_OUT]:
        if counts[reason]:
            print(f"  excused {counts[reason]}: {reason}")
    sys.exit(1 if counts["differ"] else 0)


if __name__ == "__main__":
    main()
