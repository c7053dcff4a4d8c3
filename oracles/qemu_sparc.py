#!/usr/bin/env python3
"""Replays the cases of `cargo run -p sparc --example oracle_cases` on qemu-system-sparc, by its gdb server, and compares every
register and the touched memory.

    oracle_cases --count 20000 | qemu_sparc.py [qemu-system-sparc]

Exit status 1 if anything differs that no rule below excuses. Written for QEMU 7.2.
"""

import collections
import json
import subprocess
import sys
import tempfile
import time

from qemu_riscv import Gdb

NAMES = (
    [f"{bank}{n}" for bank in "goli" for n in range(8)]
    + [f"f{n}" for n in range(32)]
    + "y psr wim tbr pc npc fsr csr".split()
)
PSR, TBR, PC, NPC, FSR, CSR = 65, 67, 68, 69, 70, 71


class Machine:
    """QEMU's LEON3 board, of which we use RAM alone."""

    def __init__(self, header):
        self.pc, self.data, self.vectors = header["pc"], header["data"], header["vectors"]
        qemu = sys.argv[1] if len(sys.argv) > 1 else "qemu-system-sparc"
        path = f"/tmp/oracle-sparc-{time.time_ns()}.sock"
        gdb = f"socket,path={path},server=on,wait=off,id=gdb"
        arguments = ["-M", "leon3_generic", "-cpu", header["cpu"], "-m", "16M", "-display", "none", "-S", "-monitor", "none"]
        with tempfile.NamedTemporaryFile() as prom:
            prom.write(bytes.fromhex("30800000"))
            prom.flush()
            self.start(qemu, arguments + ["-serial", "none", "-bios", prom.name, "-chardev", gdb, "-gdb", "chardev:gdb"], path)
        self.window = bytearray.fromhex(header["window"])
        self.rounding = 0
        self.fill()
        self.registers = self.get_all()
        # All windows begin with zeros, as ours do.
        for window in range(8):
            self.choose(0x1080 | window)
            self.put_all([0] * 64 + [0, 0x1080 | window, 0, self.vectors, self.pc, self.pc + 4, 0, 0])

    def start(self, qemu, arguments, path):
        self.process = subprocess.Popen([qemu, *arguments])
        self.gdb = Gdb(path)
        self.gdb.ask("qSupported")

    def __del__(self):
        self.process.kill()

    def choose(self, psr):
        """Writes the PSR, which chooses the window that all else is written to; nothing else changes."""
        values = self.get_all()
        self.put_all(values[:PSR] + [psr] + values[PSR + 1 :])
        # When the window changes under its gdb server, QEMU stores it at the stack pointer.
        if psr & 31 != values[PSR] & 31:
            self.fill()

    def round_as(self, fsr, values):
        """QEMU takes the rounding direction from LDFSR alone, not from its gdb server."""
        if fsr >> 30 == self.rounding:
            return
        self.rounding = fsr >> 30
        scratch = self.data + 0x4000
        # ld [%g1+8], %fsr
        self.put_memory(scratch, bytes.fromhex("c1086008" + "01000000") + fsr.to_bytes(4, "big"))
        now = list(values)
        now[1], now[PSR], now[PC], now[NPC] = scratch, now[PSR] | 0x1080, scratch, scratch + 4
        self.put_all(now)
        self.gdb.ask("s")

    def drop_exceptions(self, after):
        """What FsTOd, FsTOq and FdTOq have left behind comes up with the next operation: here with one that nobody looks at."""
        scratch = self.data + 0x4000
        # fadds %f0, %f0, %f0
        self.put_memory(scratch, bytes.fromhex("81a00820" + "01000000"))
        now = list(after)
        now[FSR], now[PSR], now[PC], now[NPC] = 0, now[PSR] | 0x1080, scratch, scratch + 4
        self.put_all(now)
        self.gdb.ask("s")
        self.put_all(after)

    def fill(self):
        """Data, and what surrounds code and vectors."""
        self.put_memory(self.data, self.window)
        self.put_memory(self.pc & ~0xFFF, bytes.fromhex("01000000") * 1024)
        self.put_memory(self.vectors, bytes.fromhex("30800000") * 1024)

    def get_all(self):
        text = self.gdb.ask("g")
        return [int(text[at : at + 8], 16) for at in range(0, 72 * 8, 8)]

    def put_all(self, values):
        values = values[:FSR] + [values[FSR] | 0x80000, values[CSR]]
        if self.gdb.ask("G" + "".join(f"{v:08x}" for v in values)) != "OK":
            raise ValueError("registers can't be written")
        self.registers = list(values)

    def put_memory(self, address, data):
        for at in range(0, len(data), 1024):
            part = bytes(data[at : at + 1024])
            self.gdb.ask(f"M{address + at:x},{len(part):x}:{part.hex()}")

    def run(self, case):
        """Runs a case; (registers, window)."""
        values = {int(n): v for n, v in case["set"].items()}
        self.choose(values[PSR])
        now = self.get_all()
        for number, value in values.items():
            now[number] = value
        self.round_as(now[FSR], now)
        self.put_all(now)
        code = bytes.fromhex("".join(case["words"])) + bytes.fromhex("01000000") * (8 - len(case["words"]))
        self.put_memory(self.pc, code)
        if any(int(word, 16) >> 30 == 3 for word in case["words"]):
            self.put_memory(self.data, self.window)
        for _ in range(case["steps"]):
            self.gdb.ask("s")
        if "%fsr" in case["text"]:
            self.rounding = None
        after = self.get_all()
        if any(n in case["text"] for n in ("fstod", "fstoq", "fdtoq")):
            self.drop_exceptions(after)
        window = bytearray(self.window)
        # Only what is near our own stores: see `choose`.
        for at in sorted({int(at) & ~7 for at in case["mem"]}):
            window[at : at + 8] = bytes.fromhex(self.gdb.ask(f"m{self.data + at:x},8"))
        return after, window


def only(found, *prefixes):
    return all(name.startswith(prefixes) for name in found)


def fp_trap(case, found):
    """QEMU writes the result all the same, and leaves all exceptions in cexc."""
    return case["after"][TBR] & 0xFF0 == 0x080 and only(found, "f")


def nan_to_integer(case, found):
    """QEMU makes the greatest number of any NaN."""
    is_it = any(n in case["text"] for n in ("fstoi", "fdtoi", "fqtoi"))
    return is_it and only(found, "f") and all(p == (0x80000000, 0x7FFFFFFF) for p in found.values())


def tiny(case, found):
    """With the underflow trap enabled, tiny results that are exact don't trap in QEMU."""
    return bool(case["after"][FSR] >> 25 & 1) and case["after"][TBR] & 0xFF0 == 0x080


def which_nan(case, found):
    """QEMU hands on the first operand's."""
    names = [name for name in found if name != "fsr"]
    if not names or not only(found, "f"):
        return False
    # The upper word tells; where it is the same, the one that differs is lower.
    at = 32 + int(names[0][1:])
    words = [at, at & ~1, at & ~3]
    return any(is_nan(case["after"][n]) for n in words)


def is_nan(word):
    return word & 0x7FF00000 == 0x7FF00000 or word & 0x7FFFFFFF > 0x7F800000


def leaked(case, found):
    """QEMU doesn't look at the exceptions of FsTOd, FsTOq and FdTOq; the next operation shows them."""
    ours, theirs = found.get("fsr", (0, 0))
    return only(found, "fsr") and (ours ^ theirs) & ~0x210 == 0


def half_aligned(case, found):
    """QEMU loads and stores doubles at any multiple of 4."""
    is_it = any(int(w, 16) >> 19 & 0x183F in (0x1823, 0x1827) for w in case["words"])
    return is_it and case["after"][TBR] & 0xFF0 == 0x070


EXCUSES = [
    ("V8 \"FSR_current_exception\": a trap leaves rd alone and shows its cause alone", fp_trap),
    ("V9 \"Integer Overflow Definition\": a NaN with sign gives the smallest number", nan_to_integer),
    ("V9 \"NaN Operand and Result Definitions\": of two NaNs the second operand's", which_nan),
    ("V8 \"FSR_current_exception\": conversions of signalling NaNs are invalid", leaked),
    ("V8 \"Load Floating-point Instructions\": double words are aligned", half_aligned),
    ("V8 chapter on IEEE 754: a tiny result underflows while the trap is enabled", tiny),
]


def main():
    lines = iter(sys.stdin)
    machine = Machine(json.loads(next(lines)))
    excused, failed, total = collections.Counter(), collections.Counter(), 0
    window = bytearray(machine.window)
    for line in lines:
        case = json.loads(line)
        total += 1
        theirs, their_window = machine.run(case)
        for at, byte in case["mem"].items():
            window[int(at)] = byte
        ours = case["after"]
        found = {NAMES[n]: (v, theirs[n]) for n, v in enumerate(ours) if theirs[n] != v and n != CSR}
        if window != their_window:
            at = next(i for i, (a, b) in enumerate(zip(window, their_window)) if a != b)
            found[f"memory+{at:#x}"] = (window[at], their_window[at])
        machine.window = bytearray(window)
        if not found:
            continue
        machine.choose(ours[PSR])
        machine.put_all(ours)
        reason = next((name for name, rule in EXCUSES if rule(case, found)), None)
        if reason:
            excused[reason] += 1
            continue
        mnemonic = case["text"].split(" ")[0]
        failed[mnemonic] += 1
        if failed[mnemonic] <= 2 and sum(failed.values()) < 60:
            show = {n: tuple(f"{v:#x}" for v in p) for n, p in found.items()}
            given = {NAMES[int(n)]: f"{v:#x}" for n, v in case["set"].items()}
            print(f"case {case['n']} {case['words']} {case['text']} {given}: (ours, theirs) {show}")
    print(f"{total} cases, {sum(failed.values())} differ", dict(failed) if failed else "")
    for name, _ in EXCUSES:
        print(f"  excused {excused[name]}: {name}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
