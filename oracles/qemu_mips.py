#!/usr/bin/env python3
"""Replays the cases of `cargo run -p mips --example oracle_cases` on qemu-system-mips* -M malta, by its gdb server, and compares
every register, the touched memory, the pc, and for exceptions code, Cause.BD, EPC and BadVAddr.

    oracle_cases --target mips64el --cpu I6400 --count 20000 | qemu_mips.py

Exit status 1 if anything differs that no rule below excuses. Written for QEMU 7.2.
"""

import collections
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

VECTORS = 0x80018000
# Numbers of registers at QEMU's gdb server.
STATUS, LO, HI, BADVADDR, CAUSE, PC, F0, FCSR = 32, 33, 34, 35, 36, 37, 38, 70
RI, CPU_UNUSABLE, FPE, DBE = 10, 11, 15, 7
# Opcodes, and where the code stands that loads and stores all floating-point registers.
LDC1, SDC1, SCRATCH = 53, 61, 0x1C000
EBASE_WRITE = 0x40827801  # mtc0 v0, $15, 1
NAMES = [f"r{n}" for n in range(1, 32)] + [f"f{n}" for n in range(32)] + ["hi", "lo", "fcsr"]


class Gdb:
    """A client of the gdb remote protocol."""

    def __init__(self, path):
        for _ in range(100):
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self.buffer = b""

    def ask(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xFF))
        while True:
            start = self.buffer.find(b"$")
            end = self.buffer.find(b"#", start)
            if 0 <= start < end and len(self.buffer) >= end + 3:
                answer = self.buffer[start + 1 : end].decode()
                self.buffer = self.buffer[end + 3 :]
                self.socket.sendall(b"+")
                return answer
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("QEMU has closed the connection")
            self.buffer += more


class Machine:
    """QEMU with the state that our cases assume."""

    def __init__(self, header):
        self.pc, self.data, self.status = header["pc"], header["data"], header["status"]
        self.fr, self.fcsr = header["fr"], header["fcsr"]
        self.window = bytearray.fromhex(header["window"])
        target = header["target"]
        self.order = "little" if target.endswith("el") else "big"
        self.size = 8 if "64" in target else 4
        folder = tempfile.mkdtemp()
        path, bios = os.path.join(folder, "gdb.sock"), os.path.join(folder, "bios")
        with open(bios, "wb") as file:
            file.write(bytes(0x20000))
        gdb = f"socket,path={path},server=on,wait=off,id=gdb"
        arguments = ["-M", "malta", "-cpu", header["cpu"], "-m", "16M", "-bios", bios, "-display", "none", "-S"]
        arguments += ["-serial", "null", "-monitor", "none", "-nodefaults", "-chardev", gdb, "-gdb", "chardev:gdb"]
        self.process = subprocess.Popen([f"qemu-system-{target}", *arguments], stderr=subprocess.DEVNULL)
        self.gdb = Gdb(path)
        self.gdb.ask("qSupported")
        self.vectors = VECTORS | (0xFFFFFFFF00000000 if self.size == 8 else 0)
        self.put_memory(self.data, self.window)
        self.registers = self.all()
        self.registers[2], self.registers[PC] = self.vectors, self.pc
        self.put_memory(self.pc, EBASE_WRITE.to_bytes(4, self.order))
        self.put_all()
        self.gdb.ask("s")
        self.registers = [0] * len(self.registers)

    def __del__(self):
        self.process.kill()

    def all(self):
        data = bytes.fromhex(self.gdb.ask("g"))
        return [int.from_bytes(data[at : at + self.size], self.order) for at in range(0, len(data), self.size)]

    def put_all(self):
        mask = (1 << 8 * self.size) - 1
        data = b"".join((value & mask).to_bytes(self.size, self.order) for value in self.registers)
        if self.gdb.ask("G" + data.hex()) != "OK":
            raise ValueError("registers can't be written")

    def put(self, number, value):
        self.gdb.ask(f"P{number:x}={(value & (1 << 8 * self.size) - 1).to_bytes(self.size, self.order).hex()}")

    def put_memory(self, address, data):
        for at in range(0, len(data), 1024):
            part = bytes(data[at : at + 1024])
            self.gdb.ask(f"M{address + at:x},{len(part):x}:{part.hex()}")

    def get_memory(self, address, size):
        parts = [self.gdb.ask(f"m{address + at:x},{min(1024, size - at):x}") for at in range(0, size, 1024)]
        return bytearray.fromhex("".join(parts))

    def floats(self, opcode, values):
        """Loads (or stores, by its opcode) all floating-point registers of 64 bits, which the server of a 32-bit machine only knows in half."""
        words = [opcode << 26 | 4 << 21 | n << 16 | 8 * n for n in range(32)]
        self.put_memory(SCRATCH, b"".join(word.to_bytes(4, self.order) for word in [*words, 0]))
        if values:
            self.put_memory(SCRATCH + 0x200, b"".join(value.to_bytes(8, self.order) for value in values))
        self.put(4, SCRATCH + 0x200)
        self.put(PC, SCRATCH)
        self.put(STATUS, self.status)
        end = SCRATCH + 4 * len(words)
        self.gdb.ask(f"Z0,{end:x},4")
        for _ in range(4):
            self.gdb.ask("c")
            if self.all()[PC] == end:
                break
        self.gdb.ask(f"z0,{end:x},4")
        data = self.get_memory(SCRATCH + 0x200, 256)
        return [int.from_bytes(data[at : at + 8], self.order) for at in range(0, 256, 8)]

    def run(self, state, case):
        """Runs a case from a state; (registers, window, pc, exception)."""
        halves = self.fr and self.size == 4
        self.registers = [0] * len(self.registers)
        for n in range(1, 32):
            self.registers[n] = state[f"r{n}"]
        self.registers[LO], self.registers[HI] = state["lo"], state["hi"]
        self.registers[STATUS], self.registers[PC] = self.status, self.pc
        for n in range(32):
            if self.fr:
                self.registers[F0 + n] = state[f"f{n}"] & (1 << 8 * self.size) - 1
            else:
                self.registers[F0 + n] = state[f"f{n & ~1}"] >> 32 * (n & 1) & 0xFFFFFFFF
        self.registers[FCSR] = state["fcsr"]
        self.put_all()
        if halves:
            # Writing a register by the server clears its upper half.
            self.floats(LDC1, [state[f"f{n}"] for n in range(32)])
            self.put(4, state["r4"])
            self.put(PC, self.pc)
        code = b"".join(int(word, 16).to_bytes(4, self.order) for word in case["bits"])
        self.put_memory(self.pc, code)
        pc = self.pc
        for _ in case["bits"]:
            self.gdb.ask("s")
            after = self.all()
            if after[PC] == pc != int(case["pc"], 16):
                # Something else has stopped the machine.
                self.gdb.ask("s")
                after = self.all()
            pc = after[PC]
            if not self.pc <= after[PC] < self.pc + len(code):
                break
        touches = case["mem"] or any(word in case["text"] for word in ("sb ", "sh ", "sw", "sd", "sc"))
        if touches:
            self.window = self.get_memory(self.data, len(self.window))
        if case["text"].split(" ")[0].endswith("c"):
            self.leave_slot(after)
        wide = self.floats(SDC1, None) if halves else None
        return self.found(state, after, wide)

    def leave_slot(self, after):
        """Executes a no-op: QEMU remembers that it stands in a forbidden slot, wherever the pc is moved to."""
        self.registers[PC], self.registers[STATUS] = self.pc, self.status
        self.put_memory(self.pc, bytes(4))
        self.put_all()
        self.gdb.ask("s")

    def found(self, state, after, wide):
        mask = (1 << 8 * self.size) - 1
        result = {f"r{n}": after[n] for n in range(1, 32)} | {"lo": after[LO], "hi": after[HI]}
        result["fcsr"] = after[FCSR] & 0xFFFFFFFF
        for n in range(32):
            if self.fr and self.size == 8:
                result[f"f{n}"] = after[F0 + n]
            elif self.fr:
                result[f"f{n}"] = wide[n]
            elif n % 2:
                result[f"f{n}"] = state[f"f{n}"]
            else:
                result[f"f{n}"] = after[F0 + n] & 0xFFFFFFFF | (after[F0 + n + 1] & 0xFFFFFFFF) << 32
        trap = None
        if after[PC] & ~0xFFF & mask == self.vectors & mask:
            code = after[CAUSE] >> 2 & 31
            # The server has no EPC.
            bad = after[BADVADDR] if 1 <= code <= 5 else 0
            trap = [code, after[CAUSE] >> 31 & 1, bad, after[PC] & 0xF80]
        return result, self.window, after[PC], trap


def unmapped(case, found):
    """The board has RAM and devices where our cases have none."""
    return case["trap"] and case["trap"][0] == DBE


def is_nan(value):
    """A NaN in a half, or in all of a register."""
    return any(value >> shift & 0x7FFFFFFF > 0x7F800000 for shift in (0, 32)) or value & (1 << 63) - 1 > 0x7FF << 52


def default_nan(case, found):
    """Before NaN2008, QEMU gives the default NaN whatever the operands are."""
    return all(name[0] == "f" and name != "fcsr" and is_nan(a) and is_nan(b) for name, (a, b) in found.items())


def never_taken(case, found):
    """QEMU treats a branch that is never taken as no branch: an exception in its slot has no Cause.BD."""
    ours, theirs = found.get("trap", (None, None))
    words = case["text"].split("; ")[0].replace(",", "").split(" ")
    never = words[0] == "bne" and words[1] == words[2] or words[0] in ("bgtz", "bltz") and words[1] == "zero"
    return len(found) == 1 and ours and theirs and never and (ours[1], theirs[1]) == (1, 0)


def exact_underflow(case, found):
    """With its trap enabled, underflow is tininess alone; QEMU wants inexactness too."""
    ours, theirs = found.get("fcsr", (0, 0))
    return bool(ours & 1 << 8 and ours & 1 << 13 and not theirs & 1 << 13)


def flushed(case, found):
    """With FCSR.FS, QEMU replaces a tiny result without saying so: neither underflow nor inexact is raised."""
    ours, theirs = found.get("fcsr", (0, 0))
    trap = found.get("trap", ((FPE,), None))[0]
    raised = ours & ~theirs & 0x0003F07C
    others = {name: pair for name, pair in found.items() if name not in ("fcsr", "trap")}
    said = bool(theirs & 1 << 24) and trap and trap[0] == FPE and raised & 0x2000
    # Where we take the exception, what they do instead is no difference of its own.
    return "fcsr" in found and bool(said) and ("trap" in found or default_nan(case, others))


EXCUSES = [
    ('R4000 User\'s Manual, "Underflow Exception": FS changes the result; a tiny and inexact one still raises U and I', flushed),
    ('Volume I-A, "Underflow Exception": tininess alone raises it where the trap is enabled', exact_underflow),
    ('Volume III, "Cause Register": BD is set for the slot of a branch that is not taken', never_taken),
    ("an access where our cases have no RAM", unmapped),
    ('Volume I-A, "Signaling Non-Number (SNaN)", "Quiet Non-Number (QNaN)": a QNaN operand is propagated', default_nan),
]


def differences(registers, window, case, theirs):
    found = {name: (value, theirs[0][name]) for name, value in registers.items() if value != theirs[0][name]}
    if window != theirs[1]:
        at = next(i for i, (a, b) in enumerate(zip(window, theirs[1])) if a != b)
        found[f"memory+{at:#x}"] = (window[at], theirs[1][at])
    trap = case["trap"] and [*case["trap"][:2], int(case["trap"][3], 16), int(case["pc"], 16) & 0xF80]
    if trap != theirs[3]:
        found["trap"] = (trap, theirs[3])
    elif trap is None and int(case["pc"], 16) != theirs[2]:
        found["pc"] = (int(case["pc"], 16), theirs[2])
    return found


def main():
    lines = iter(sys.stdin)
    machine = Machine(json.loads(next(lines)))
    registers = dict.fromkeys(NAMES, 0) | {"fcsr": machine.fcsr}
    window = bytearray(machine.window)
    excused, failed, total = collections.Counter(), collections.Counter(), 0
    for line in lines:
        if not line.endswith("\n"):
            break  # the generator was stopped in the middle of a case
        case = json.loads(line)
        total += 1
        before = registers | {name: int(value, 16) for name, value in case["set"].items()}
        before["fcsr"] = registers["fcsr"] if "fcsr" not in case["set"] else before["fcsr"]
        registers = before | {name: int(value, 16) for name, value in case["out"].items()}
        for address, byte in case["mem"].items():
            window[int(address, 16) - machine.data] = byte
        theirs = machine.run(before, case)
        found = differences(registers, window, case, theirs)
        if not found:
            continue
        if machine.window != window:
            machine.put_memory(machine.data, window)
            machine.window = bytearray(window)
        reason = next((name for name, rule in EXCUSES if rule(case, found)), None)
        if reason:
            excused[reason] += 1
            continue
        mnemonic = case["text"].split(" ")[0]
        failed[mnemonic] += 1
        if failed[mnemonic] <= 2:
            show = {n: tuple(f"{v:#x}" if isinstance(v, int) else v for v in p) for n, p in found.items()}
            print(f"case {case['n']} {case['bits']} {case['text']} {case['set']}: (ours, theirs) {show}")
    print(f"{total} cases, {sum(failed.values())} differ", dict(failed) if failed else "")
    for name, _ in EXCUSES:
        print(f"  excused {excused[name]}: {name}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
