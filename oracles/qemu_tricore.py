#!/usr/bin/env python3
"""Replays the cases of `cargo run -p tricore --example oracle_cases` on qemu-system-tricore, by its debugger stub.

    oracle_cases SEED COUNT tc37x | qemu_tricore.py tc37x [PROGRAM]

QEMU 10 has tc37x (TriCore 1.6.2), 7.2 ends with tc27x (1.6.1). Compares data and address registers, PSW, PCXI, FCX, memory and the address
behind. Exit status 1 if anything differs that nothing explains.
"""

import collections
import json
import os
import socket
import subprocess
import sys
import tempfile

from unicorn_tricore import NAMES

# The stub's order of registers.
ORDER = [f"a{n}" for n in range(16)] + [f"d{n}" for n in range(16)] + "lcx fcx pcxi psw pc icr isp btv biv syscon pmucon0 dmucon".split()


class Stub:
    """A connection to a debugger stub."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.buffer = b""

    def ask(self, text):
        data = text.encode()
        self.socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 255))
        while True:
            begin = self.buffer.find(b"$")
            end = self.buffer.find(b"#", begin)
            if begin >= 0 and 0 <= end <= len(self.buffer) - 3:
                reply, self.buffer = self.buffer[begin + 1 : end], self.buffer[end + 3 :]
                self.socket.sendall(b"+")
                return reply.decode()
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("QEMU has gone")
            self.buffer += more

    def registers(self):
        return [int.from_bytes(bytes.fromhex(v), "little") for v in map("".join, zip(*[iter(self.ask("g"))] * 8))]

    def set_registers(self, values):
        assert self.ask("G" + "".join(v.to_bytes(4, "little").hex() for v in values)) == "OK"

    def write(self, address, data):
        assert self.ask(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"

    def read(self, address, count):
        return bytes.fromhex(self.ask(f"m{address:x},{count:x}"))


# What QEMU 10 does differently from the manual, by instruction.
WRONG = {
    "syscall": "raises nothing",
    "trapv": "returns behind a trap that it doesn't finish",
    "trapsv": "the same",
    "qseed.f": "an estimate",
    "wait": "waits",
}


def explained(case, name, trapped, found):
    """Why a difference is QEMU's, or the result is undefined."""
    regs = dict(zip(NAMES, (int(v, 16) for v in case["in"])))
    words = case["text"].replace(",", " ").split()
    tin = int(case["out"][15], 16)
    if trapped and regs["fcx"] == regs["lcx"]:
        return "a trap that uses up the free list: two traps"
    if trapped and case["pc"] & 0xE0 == 0x40 and tin == 4:
        return "QEMU has no ALN trap"
    if trapped and case["pc"] & 0xE0 == 0x40 and tin == 3:
        return "QEMU finds odd pairs too late, or not at all"
    if name in ("insert", "extr", "extr.u", "imask"):
        if not words[-1].startswith("0x"):
            low = int(words[-1][1:]) & 14
            if regs[f"d{low}"] % 32 + regs[f"d{low + 1}"] % 32 > 32 or regs[f"d{low + 1}"] % 32 == 0:
                return "undefined field"
        elif words[-2] in regs and (regs[words[-2]] % 32 + int(words[-1], 16) > 32 or int(words[-1], 16) == 0):
            return "undefined field"
    if name in ("ld.a", "ld.da", "ld.w", "ld.d") and "+" in case["text"]:
        return "the register loaded may be the base that changes: undefined" if name in ("ld.a", "ld.da") else None
    if "+c]" in case["text"]:
        pair = int(case["text"].split("[p")[1].split("+")[0])
        off = abs(int(case["text"].split("+c]")[1].split(",")[0] or 0))
        if regs[f"a{pair + 1}"] >> 16 < off:
            return "the offset is larger than the circular buffer"
    return WRONG.get(name)


def main():
    model = sys.argv[1]
    program = sys.argv[2] if len(sys.argv) > 2 else "qemu-system-tricore"
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    pc, window = header["pc"], header["window"]
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "gdb")
    command = [program, "-M", "none", "-cpu", model, "-m", "2M", "-S", "-display", "none", "-monitor", "none"]
    qemu = subprocess.Popen(command + ["-chardev", f"socket,path={path},server=on,wait=off,id=g", "-gdb", "chardev:g"])
    while not os.path.exists(path):
        if qemu.poll() is not None:
            sys.exit("QEMU does not start")
    stub = Stub(path)
    stub.ask("?")
    failed, excuses, total = collections.Counter(), collections.Counter(), 0
    for line in lines:
        case = json.loads(line)
        total += 1
        name = case["text"].split(" ")[0]
        given = dict(zip(NAMES, (int(v, 16) for v in case["in"])))
        given.update(pc=pc, icr=0, isp=header["isp"], btv=header["btv"])
        stub.write(pc, bytes.fromhex(case["code"]) + b"\0\0" * 4)
        stub.write(window, bytes.fromhex(case["mem"]))
        stub.set_registers([given.get(n, 0) for n in ORDER])
        stub.ask("s")
        after = dict(zip(ORDER, stub.registers()))
        found = [f"{n}: {a} {after[n]:x}" for n, a in zip(NAMES, case["out"]) if int(a, 16) != after[n]]
        if after["pc"] != case["pc"]:
            found.append(f"pc: {case['pc']:x} {after['pc']:x}")
        memory, ours = stub.read(window, len(case["mem2"]) // 2), bytes.fromhex(case["mem2"])
        trapped = case["pc"] & ~0xFF == header["btv"]
        if trapped:
            # QEMU saves D15 with the TIN in it; the manual saves first ("Initial State upon a Trap").
            memory = memory[:60] + ours[60:64] + memory[64:]
        if memory != ours:
            i = next(i for i in range(len(memory)) if memory[i] != ours[i]) & ~3
            found.append(f"memory {window + i:x}: {ours[i : i + 8].hex()} {memory[i : i + 8].hex()}")
        if not found:
            continue
        why = explained(case, name, trapped, found)
        if why:
            excuses[f"{name}: {why}" if why in WRONG.values() else why] += 1
            continue
        failed[name] += 1
        if failed[name] <= 2:
            print(case["code"], case["text"], {n: f"{given[n]:x}" for n in NAMES if n in case["text"] or n == "psw"}, "->", "; ".join(found))
    qemu.kill()
    for why, n in excuses.most_common():
        print(f"explained, {n}: {why}")
    print(f"{total} cases, {sum(failed.values())} differ: {dict(failed.most_common())}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
