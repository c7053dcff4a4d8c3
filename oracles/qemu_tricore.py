#!/usr/bin/env python3
"""Replays the cases of `cargo run -p tricore --example oracle_cases` on qemu-system-tricore, by its debugger stub.

    oracle_cases SEED COUNT tc37x | qemu_tricore.py tc37x [PROGRAM] [--insn FILE]

QEMU 10 has tc37x (TriCore 1.6.2), 7.2 ends with tc27x (1.6.1). Compares data and address registers, PSW, PCXI, FCX, memory and the address
behind. `--insn` appends the cases that agree to a file, one for each row of the tables that its lines don't have yet. Exit status 1 if anything
differs that nothing explains.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

from gdb_remote import Gdb
from tricore_cases import NAMES, Explain, differences, in_old_layout

# The stub's order of registers.
ORDER = [f"d{n}" for n in range(16)] + [f"a{n}" for n in range(16)] + "lcx fcx pcxi psw pc icr isp btv biv syscon pmucon0 dmucon".split()
# Where a preamble is, and where it loads address registers from.
PREAMBLE, VALUES = 0x4000, 0x100


def words(values):
    return "".join(v.to_bytes(4, "little").hex() for v in values)


def put(address, data):
    return f"M{address:x},{len(data) // 2:x}:{data}"


def load_address(n, address):
    """LD.A A[n], from an absolute address below 16 KiB."""
    return (address >> 6 & 15) << 28 | 2 << 26 | (address >> 10 & 15) << 22 | (address & 63) << 16 | n << 8 | 0x85


class Qemu:
    """A machine without a board."""

    def __init__(self, program, model, header):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "gdb")
        command = [program, "-M", "none", "-cpu", model, "-m", "2M", "-S", "-display", "none", "-monitor", "none"]
        self.process = subprocess.Popen(command + ["-chardev", f"socket,path={path},server=on,wait=off,id=g", "-gdb", "chardev:g"])
        while not os.path.exists(path):
            if self.process.poll() is not None:
                sys.exit("QEMU does not start")
        self.stub, self.header = Gdb(path), header
        self.stub.ask("?")
        # A trap's step goes on to the handler's first instruction: a jump to itself.
        self.stub.ask(put(header["btv"], "3c00" * 128))
        values = list(range(100, 100 + len(ORDER)))
        values[ORDER.index("psw")] = 0xB80
        self.stub.ask("G" + words(values))
        # QEMU 7.2's stub writes data registers where it was asked to write address registers.
        self.broken = self.registers()["a0"] != values[16]
        if self.broken:
            self.stub.ask(put(PREAMBLE, words(load_address(n, VALUES + 4 * n) for n in range(16)) + words([0x1D | (header["pc"] - PREAMBLE - 64) // 2 << 16])))
            self.stub.ask(f"Z0,{header['pc']:x},2")

    def registers(self, *more):
        values, *replies = self.stub.answers(["g", *more])
        values = dict(zip(ORDER, (int.from_bytes(bytes.fromhex(values[n : n + 8]), "little") for n in range(0, 8 * len(ORDER), 8))))
        return (values, *replies) if more else values

    def step(self, code, given, memory):
        """Registers and memory after one instruction."""
        pc, window = self.header["pc"], self.header["window"]
        given = dict(given, pc=pc, icr=0, isp=self.header["isp"], btv=self.header["btv"])
        if self.broken:
            given["pcxi"] = in_old_layout(given["pcxi"])
        setup = [put(pc, code + "0000" * 4), put(window, memory)]
        if self.broken:
            setup.append(put(VALUES, words(given[f"a{n}"] for n in range(16))))
            given.update({f"a{n}": given[f"d{n}"] for n in range(16)}, pc=PREAMBLE)
            self.stub.ask(*setup, "G" + words(given.get(n, 0) for n in ORDER), "c")
            setup = []
        else:
            setup.append("G" + words(given.get(n, 0) for n in ORDER))
        self.stub.ask(*setup, "s")
        return self.registers(f"m{window:x},{len(memory) // 2:x}")

    def close(self):
        self.process.kill()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("program", nargs="?", default="qemu-system-tricore")
    parser.add_argument("--insn")
    args = parser.parse_args()
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    qemu = Qemu(args.program, args.model, header)
    explain = Explain("qemu-10" if args.model == "tc37x" else "qemu-7.2", header)
    for line in lines:
        case = json.loads(line)
        given = dict(zip(NAMES, (int(v, 16) for v in case["in"])))
        try:
            after, memory = qemu.step(case["code"], given, case["mem"])
            found = differences(case, header, [after[n] for n in NAMES], after["pc"], bytes.fromhex(memory))
        except (EOFError, ConnectionError):
            qemu.close()
            found, qemu = ["error: 0 ends"], Qemu(args.program, args.model, header)
        explain.note(case, given, found)
    qemu.close()
    sys.exit(explain.end(args.insn))


if __name__ == "__main__":
    main()
