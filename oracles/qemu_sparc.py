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

from gdb_remote import Gdb

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


class Case:
    """What a rule looks at: the case, all registers before (ours), QEMU's after, what differs; and what of that a rule explains."""

    def __init__(self, case, before, theirs, found):
        # Annulled slots are no steps: the last words may have been reached all the same.
        self.words = [int(w, 16) for w in case["words"]]
        self.after, self.theirs, self.found = case["after"], theirs, found
        self.before = list(before)
        for n, value in case["set"].items():
            self.before[int(n)] = value
        self.tt = self.after[TBR] >> 4 & 0xFF
        # "fp_exception" and all other traps: %l1 of the new window is the address of what has trapped.
        at = (self.after[17] - PC_OF_CASES) // 4
        self.trapped = self.words[at] if 0 <= at < len(self.words) else 0

    def differs(self, word, width):
        """The registers of an operation's result that differ."""
        names = result(word, width)
        return {n for n in names if n in self.found}

    def double(self, first, registers):
        return registers[32 + first] << 32 | registers[33 + first]


PC_OF_CASES = 0x40010800
FP_EXCEPTION, NOT_ALIGNED = 0x08, 0x07
NV = 0x10


def opf(word):
    """opf of FPop1, 0 for all else."""
    return word >> 5 & 0x1FF if word >> 30 == 2 and word >> 19 & 0x3F == 0x34 else 0


def result(word, width):
    """Names of the registers of a result of 1, 2 or 4 words; the lowest bit of a field is bit 5 for wide ones, as QEMU and ours have it."""
    field = word >> 25 & 31
    return {f"f{(field & 31 & -width) + n}" for n in range(width)}


# Words of the result, by opf: single, double, quad.
def width_of(code):
    if code in (0xC4, 0xC6, 0xC7, 0xD1, 0xD2, 0xD3, 0x01, 0x05, 0x09, 0x29, 0x41, 0x45, 0x49, 0x4D):
        return 1
    return 4 if code in (0x2B, 0x43, 0x47, 0x4B, 0x4F, 0x6E, 0xCC, 0xCD, 0xCE) else 2


def fp_trap(c):
    """QEMU writes the result all the same, and leaves all exceptions in cexc."""
    if c.tt != FP_EXCEPTION or not opf(c.trapped):
        return set()
    one, theirs = c.after[FSR] & 0x1F, c.theirs[FSR] & 0x1F
    names = c.differs(c.trapped, width_of(opf(c.trapped)))
    is_one = one and one & one - 1 == 0 and one & theirs and (c.after[FSR] ^ c.theirs[FSR]) & ~0x1F == 0
    return names | ({"fsr"} if is_one else set())


def nan_to_integer(c):
    """QEMU makes the greatest number of any NaN."""
    names = set().union(*(c.differs(w, 1) for w in c.words if opf(w) in (0xD1, 0xD2, 0xD3)))
    return {n for n in names if c.found[n] == (0x80000000, 0x7FFFFFFF)}


def tiny(c):
    """With the underflow trap enabled, tiny results that are exact don't trap in QEMU."""
    one = c.after[FSR] & 0x1F
    is_it = c.tt == FP_EXCEPTION and opf(c.trapped) and c.after[FSR] >> 25 & 1 and one == 4
    return set(c.found) if is_it and c.theirs[TBR] & 0xFF0 != 0x080 else set()


def which_nan(c):
    """QEMU hands on the first operand's."""
    names = set()
    for word in c.words:
        code = opf(word)
        if code in (0x41, 0x42, 0x43, 0x45, 0x46, 0x47, 0x49, 0x4A, 0x4B, 0x4D, 0x4E, 0x4F, 0x69, 0x6E):
            width = width_of(code)
            first = 32 + (word >> 25 & 31 & -width)
            if is_nan(c.after[first], width) and is_nan(c.theirs[first], width):
                names |= c.differs(word, width)
    return names


def is_nan(word, width):
    """Whether the first word of a value is a NaN's, quiet as results are."""
    quiet = {1: 0x7FC00000, 2: 0x7FF80000, 4: 0x7FFF8000}[width]
    return word & quiet == quiet


def leaked(c):
    """QEMU doesn't look at the exceptions of FsTOd, FsTOq and FdTOq; the next operation shows them. Its comparisons of quads accrue them only."""
    ours, theirs = c.found.get("fsr", (0, 0))
    converts = any(opf(w) in (0xC9, 0xCD, 0xCE) for w in c.words)
    compares = any(w >> 30 == 2 and w >> 19 & 0x3F == 0x35 and w >> 5 & 0x1FF in (0x53, 0x57) for w in c.words)
    return {"fsr"} if (converts or compares) and (ours ^ theirs) & ~(NV | NV << 5) == 0 and ours != theirs else set()


def half_aligned(c):
    """QEMU loads and stores doubles at any multiple of 4."""
    is_it = c.tt == NOT_ALIGNED and c.trapped >> 19 & 0x183F in (0x1823, 0x1827)
    return set(c.found) if is_it and c.theirs[TBR] & 0xFF0 == 0 else set()


EXCUSES = [
    ("V8 \"FSR_current_exception\": a trap leaves rd alone and shows its cause alone", fp_trap),
    ("V9 \"Integer Overflow Definition\": a NaN with sign gives the smallest number", nan_to_integer),
    ("V9 \"NaN Operand and Result Definitions\": of two NaNs the second operand's", which_nan),
    ("V8 \"FSR_current_exception\": conversions of signalling NaNs are invalid", leaked),
    ("V8 \"Load Floating-point Instructions\": double words are aligned", half_aligned),
    ("V8 chapter on IEEE 754: a tiny result underflows while the trap is enabled", tiny),
]


def followers(c, names):
    """Results of operations of the same case whose operands are among `names`, one after the other."""
    names = set(names)
    for word in c.words:
        width = width_of(opf(word)) if opf(word) else 0
        sources = [{f"f{(word >> at & 31 & -n) + i}" for i in range(n)} for at in (0, 14) for n in (width,) if n]
        if any(s & names for s in sources):
            names |= c.differs(word, width)
    return names


def reason(case, before, theirs, found):
    """The rules that explain all that differs, or None."""
    c = Case(case, before, theirs, found)
    explained = [(name, rule(c)) for name, rule in EXCUSES]
    if set(found) - followers(c, set().union(*(names for _, names in explained))):
        return None
    return next(name for name, names in explained if names)


def replay(lines):
    """Runs the cases on QEMU; for each that differs: the case, all registers before (ours), QEMU's after, and what differs."""
    machine = Machine(json.loads(next(lines)))
    window, before = bytearray(machine.window), list(machine.registers)
    for line in lines:
        case = json.loads(line)
        theirs, their_window = machine.run(case)
        for at, byte in case["mem"].items():
            window[int(at)] = byte
        ours = case["after"]
        found = {NAMES[n]: (v, theirs[n]) for n, v in enumerate(ours) if theirs[n] != v and n != CSR}
        if window != their_window:
            at = next(i for i, (a, b) in enumerate(zip(window, their_window)) if a != b)
            found[f"memory+{at:#x}"] = (window[at], their_window[at])
        machine.window = bytearray(window)
        if found:
            machine.choose(ours[PSR])
            machine.put_all(ours)
        yield case, before, theirs, found
        before = ours


def main():
    excused, failed, total = collections.Counter(), collections.Counter(), 0
    for case, before, theirs, found in replay(iter(sys.stdin)):
        total += 1
        if not found:
            continue
        why = reason(case, before, theirs, found)
        if why:
            excused[why] += 1
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
