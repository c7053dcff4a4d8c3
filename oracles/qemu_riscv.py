#!/usr/bin/env python3
"""Replays the cases of `cargo run -p riscv --example oracle_cases` on qemu-system-riscv64 (or -riscv32), by its gdb server,
and compares every register, the touched memory, the pc and the exception.

    oracle_cases --xlen 64 --only i,m,a,f,d,c,zba,zbb,zbc,zbs --count 20000 | qemu_riscv.py [qemu-system-riscv64]

Exit status 1 if anything differs that no rule below excuses. Written for QEMU 7.2: bit manipulation and NaN boxing are there.
"""

import subprocess
import sys
import time

from gdb_remote import Gdb
from riscv_cases import F, MISALIGNED_AMO, MSTATUS_FS, NAMES, X, code_of, replay

VECTOR = 0x18000
# Numbers of registers at QEMU's gdb server: 65 is the privilege mode.
PC, F0, CSR0 = 32, 33, 66
MSTATUS, MTVEC, MCAUSE, FFLAGS, FRM = 0x300, 0x305, 0x342, 0x001, 0x002
FLOAT = set(F) | {"fflags", "frm"}


class Machine:
    """QEMU with the state that our cases assume: RAM alone, M-mode."""

    def __init__(self, header):
        self.pc, self.data = header["pc"], header["data"]
        self.window = bytearray.fromhex(header["window"])
        self.bytes = header["xlen"] // 8
        qemu = sys.argv[1] if len(sys.argv) > 1 else f"qemu-system-riscv{header['xlen']}"
        path = f"/tmp/oracle-{header['xlen']}-{time.time_ns()}.sock"
        gdb = f"socket,path={path},server=on,wait=off,id=gdb"
        arguments = ["-M", "none", "-cpu", f"rv{header['xlen']}", "-m", "256K", "-display", "none", "-S"]
        self.process = subprocess.Popen([qemu, *arguments, "-chardev", gdb, "-gdb", "chardev:gdb"])
        self.gdb = Gdb(path)
        self.gdb.ask("qSupported")
        self.gdb.ask("qXfer:features:read:target.xml:0,ffb")
        self.put_memory(self.data, self.window)
        self.put(CSR0 + MTVEC, VECTOR)
        self.put(CSR0 + MSTATUS, MSTATUS_FS)
        self.float = {name: 0 for name in FLOAT}
        self.force(dict.fromkeys(NAMES, 0), self.window)

    def __del__(self):
        self.process.kill()

    def number(self, name):
        if name in F:
            return F0 + F.index(name)
        return CSR0 + FFLAGS if name == "fflags" else CSR0 + FRM

    def put(self, number, value):
        size = 8 if F0 <= number < CSR0 else self.bytes
        answer = self.gdb.ask(f"P{number:x}={value.to_bytes(size, 'little').hex()}")
        if answer != "OK":
            raise ValueError(f"register {number}: {answer}")

    def get(self, number):
        return int.from_bytes(bytes.fromhex(self.gdb.ask(f"p{number:x}")), "little")

    def put_memory(self, address, data):
        for at in range(0, len(data), 1024):
            part = bytes(data[at : at + 1024])
            self.gdb.ask(f"M{address + at:x},{len(part):x}:{part.hex()}")

    def integers(self):
        """x0 to x31 and the pc."""
        data = bytes.fromhex(self.gdb.ask("g"))
        return [int.from_bytes(data[at : at + self.bytes], "little") for at in range(0, 33 * self.bytes, self.bytes)]

    def registers(self):
        return dict(zip(X[1:], self.integers()[1:])) | self.float

    def run(self, case):
        """Runs a case; (registers, window, pc, exception)."""
        for name, value in case["set"].items():
            value = int(value, 16)
            if name in FLOAT:
                self.put(self.number(name), value)
                self.float[name] = value
            else:
                self.put(X.index(name), value)
        code = code_of(case)
        self.put_memory(self.pc, b"".join(code))
        self.put(PC, self.pc)
        for _ in code:
            self.gdb.ask("s")
            values = self.integers()
            if values[PC] == VECTOR:
                break
        trap = self.get(CSR0 + MCAUSE) if values[PC] == VECTOR else None
        self.look(case)
        return dict(zip(X[1:], values[1:])) | self.float, self.window, values[PC], trap

    def look(self, case):
        """Reads what the case may have changed beside integer registers."""
        words = case["text"].replace(",", "").replace("(", " ").replace(")", "").split(" ")
        is_block = len(case["bits"]) > 2
        if is_block or words[0].startswith(("f", "c.f")):
            for name in FLOAT if is_block else [n for n in words if n in F] + ["fflags"]:
                self.float[name] = self.get(self.number(name))
        if is_block or case["mem"] or words[0].startswith(("s", "amo", "lr", "fs", "c.s", "c.fs")):
            parts = [self.gdb.ask(f"m{self.data + at:x},400") for at in range(0, len(self.window), 0x400)]
            self.window = bytearray.fromhex("".join(parts))

    def force(self, registers, window):
        """Puts our state in."""
        for name, value in registers.items():
            self.put(self.number(name) if name in FLOAT else X.index(name), value)
        self.float = {name: registers[name] for name in FLOAT}
        if window != self.window:
            self.put_memory(self.data, window)
            self.window = bytearray(window)


def unmapped(case, found):
    """The machine has RAM where our cases have none: addresses below 64 KiB."""
    return case["trap"] in (1, 5, 7)


def ctzw_of_zero(case, found):
    """QEMU 7.2 counts on in the upper word when the lower one is 0."""
    return "ctzw" in case["text"] and all(ours == 32 and theirs > 32 for ours, theirs in found.values())


EXCUSES = [
    MISALIGNED_AMO,
    ('"Zbb": ctzw of a word that is 0 gives 32', ctzw_of_zero),
    ("an access outside RAM; the machine here has other RAM than our cases", unmapped),
]

if __name__ == "__main__":
    replay(Machine, EXCUSES)
