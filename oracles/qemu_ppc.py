#!/usr/bin/env python3
"""Replays the cases of `cargo run -p ppc --example oracle_cases` on qemu-system-ppc64, by its gdb server, and compares every
register, the touched memory, the pc and whether there was an exception.

    oracle_cases --xlen 64 --count 20000 | qemu_ppc.py [power9]

Exit status 1 if anything differs that no rule below excuses. Written for QEMU 7.2.
"""

import subprocess
import sys
import time

from qemu_riscv import Gdb
from riscv_cases import replay

NAMES = [f"r{n}" for n in range(32)] + [f"f{n}" for n in range(32)] + ["cr", "lr", "ctr", "xer", "fpscr", "vscr"] + [f"vr{n}" for n in range(32)] + [f"vs{n}h" for n in range(32)]
# Numbers of registers at QEMU's gdb server.
PC, MSR, F0, V0, S0 = 64, 65, 71, 104, 138
NUMBERS = {f"r{n}": n for n in range(32)} | {f"f{n}": F0 + n for n in range(32)}
NUMBERS |= {"cr": 66, "lr": 67, "ctr": 68, "xer": 69, "fpscr": F0 + 32}
NUMBERS |= {"vscr": V0 + 32} | {f"vr{n}": V0 + n for n in range(32)} | {f"vs{n}h": S0 + n for n in range(32)}
NARROW = ("cr", "xer", "fpscr", "vscr")
MSR_VALUE = 1 << 63 | 1 << 60 | 1 << 25 | 1 << 23 | 0x3000
FX, FR, C = 1 << 31, 1 << 18, 1 << 16

EXCUSES = []


def excuse(name):
    """Registers a rule: called with (case, differences), true if it explains the whole difference."""

    def register(rule):
        EXCUSES.append((name, rule))
        return rule

    return register


@excuse("FPSCR.FX is set where an exception bit changes from 0 to 1 (4.2.2), FR where rounding increments; fcmpo leaves C")
def summary_bits(case, found):
    ours, theirs = found.get("fpscr", (0, 0))
    bits = FX | FR | (C if "fcmpo" in case["text"] else 0)
    cr = found.get("cr", (0, 0))
    return set(found) <= {"fpscr", "cr"} and (ours ^ theirs) & ~bits == 0 and (cr[0] ^ cr[1]) & ~(8 << 24) == 0


@excuse("exceptions enabled in FPSCR but not in MSR: the target register is left alone all the same (4.3.2)")
def deferred(case, found):
    return int(case["set"].get("fpscr", "0"), 16) & 0xF8


@excuse("fcti*: FPRF and the upper word are undefined; fcfid* sets FPRF (4.6.7.2)")
def conversions(case, found):
    ours, theirs = found.get("fpscr", (0, 0))
    same = all(n in ("fpscr", "cr") or n != "trap" and (a ^ b) & 0xFFFFFFFF == 0 for n, (a, b) in found.items())
    return case["text"].startswith(("fcti", "fcfid")) and same and (ours ^ theirs) & ~(FX | FR | 0x1F000) == 0


@excuse("fnmadd and fnmsub negate what has been rounded (4.6.5.2)")
def negated_before(case, found):
    return case["text"].startswith(("fnm", "xsnm", "xvnm")) and "trap" not in found


@excuse("estimates of 0 raise ZX (4.6.5.1)")
def estimate_of_zero(case, found):
    return case["text"].startswith(("fre", "frsqrte", "xsre", "xvre", "xsrsqrte", "xvrsqrte")) and set(found) <= {"fpscr", "cr"}


def scr_only(found, mask):
    """Whether nothing but these bits of FPSCR differ (and the bits that follow from them)."""
    ours, theirs = found.get("fpscr", (0, 0))
    return set(found) == {"fpscr"} and (ours ^ theirs) & ~(mask | FX) == 0


def right_half(case, found):
    """Whether nothing but the right half of the target register differs."""
    word = int(case["bits"][0], 16)
    target = word >> 21 & 31
    for name, (ours, theirs) in found.items():
        left_too = name == f"vr{target}" and ours >> 64 != theirs >> 64
        if name not in (f"vs{target}h", f"vr{target}") or left_too:
            return False
    return True


@excuse("the right half of a scalar's register is undefined (7.6.1.1)")
def scalar_half(case, found):
    return case["text"].startswith(("lxs", "mtvsr", "lfd", "lfs")) and right_half(case, found)


@excuse("elements that overflow and others that underflow set OX and UX both (7.4)")
def both_ends(case, found):
    return case["text"].startswith("xv") and scr_only(found, 8 << 24)


@excuse("neither maxima nor tests and conversions of integers overflow, and none but the last is inexact: what is left of earlier instructions is theirs")
def left_over(case, found):
    kinds = ("xsmax", "xsmin", "xvmax", "xvmin", "xscmpexp", "xvcvsx", "xvcvux", "xvcmp", "xvtstdc", "xscmp")
    return case["text"].startswith(kinds) and scr_only(found, 0x1A << 24)


@excuse("each element of xvcv* is converted by itself (7.6.1.5): an invalid one does not touch those behind it")
def own_element(case, found):
    word = int(case["bits"][0], 16)
    names = {f"f{word >> 21 & 31}", f"vs{word >> 21 & 31}h", f"vr{word >> 21 & 31}"}
    return case["text"].startswith(("xvcvsp", "xvcvdp")) and set(found) <= names


@excuse("FPRF of a single-precision result is its class as a single-precision number (ClassSP, 7.4)")
def class_of_single(case, found):
    text = case["text"].split(" ")[0]
    return text.startswith("xs") and text.endswith("sp") and scr_only(found, 0x1F000 | FR)


@excuse("reserved: R and RMC of xsrqpi and xsrqpxp; xxextractuw and xxinsertw of bytes that are not there (7.6.3)")
def reserved_fields(case, found):
    word = int(case["bits"][0], 16)
    rounds = case["text"].startswith(("xsrqpi", "xsrqpxp")) and not word >> 16 & 1 and word >> 9 & 3 in (1, 2)
    return rounds or case["text"].startswith(("xxextractuw", "xxinsertw")) and word >> 16 & 15 > 12


@excuse("xststdcsp: what is not a single-precision number is none of zero's class (7.6.3, class.Zero)")
def not_single(case, found):
    return case["text"].startswith("xststdcsp") and set(found) <= {"cr", "fpscr"}


@excuse("divde and its kin without a result; the upper word of divwe is undefined")
def no_quotient(case, found):
    return case["text"].startswith(("divde", "divwe"))


@excuse("VSCR has two bits, NJ and SAT (6.3.2); estimates of 2 to the x for great negative x are 0; STRM of dst is any number")
def vectors(case, found):
    return case["text"].startswith(("mtvscr", "vexptefp", "dst"))


@excuse("the L field of dcbf (Book II, 4.3.2)")
def flush_kind(case, found):
    return case["text"].startswith("dcbf") and list(found) == ["trap"]


@excuse("an access outside RAM; the machine here has other RAM than our cases")
def unmapped(case, found):
    return case["trap"] is not None


class Machine:
    """QEMU with the state that our cases assume: hypervisor state, RAM from 0 on."""

    def __init__(self, header):
        self.pc, self.data = header["pc"], header["data"]
        self.window = bytearray.fromhex(header["window"])
        cpu = sys.argv[1] if len(sys.argv) > 1 else "power9"
        path = f"/tmp/oracle-ppc-{time.time_ns()}.sock"
        gdb = f"socket,path={path},server=on,wait=off,id=gdb"
        arguments = ["-M", "powernv9" if cpu == "power9" else "mac99", "-cpu", cpu, "-m", "1G", "-display", "none", "-S", "-bios", "/dev/zero"]
        self.process = subprocess.Popen(["qemu-system-ppc64", *arguments, "-chardev", gdb, "-gdb", "chardev:gdb"])
        self.gdb = Gdb(path)
        self.gdb.ask("qSupported:xmlRegisters=powerpc")
        self.gdb.ask("qXfer:features:read:target.xml:0,ffb")
        self.put_memory(self.data, self.window)
        self.put(MSR, MSR_VALUE, 8)
        self.values = dict.fromkeys(NAMES, 0)
        self.force(self.values, self.window)

    def __del__(self):
        self.process.kill()

    def put(self, number, value, size):
        answer = self.gdb.ask(f"P{number:x}={value.to_bytes(size, 'big').hex()}")
        if answer != "OK":
            raise ValueError(f"register {number}: {answer}")

    def put_name(self, name, value):
        self.put(NUMBERS[name], value, 4 if name in NARROW else 16 if name.startswith("vr") else 8)

    def get(self, number):
        answer = self.gdb.ask(f"p{number:x}")
        if answer.startswith("E"):
            raise ValueError(f"register {number}: {answer}")
        return int(answer, 16)

    def put_memory(self, address, data):
        for at in range(0, len(data), 1024):
            part = bytes(data[at : at + 1024])
            self.gdb.ask(f"M{address + at:x},{len(part):x}:{part.hex()}")

    def registers(self):
        return dict(self.values)

    def run(self, case):
        """Runs a case; (registers, window, pc, exception)."""
        for name, value in case["set"].items():
            self.put_name(name, int(value, 16))
            self.values[name] = int(value, 16)
        self.put_memory(self.pc, bytes.fromhex(case["bits"][0]))
        self.put(MSR, MSR_VALUE, 8)
        self.put(PC, self.pc, 8)
        self.gdb.ask("s")
        at = self.get(PC)
        # Jumps may go to the vectors as well.
        jumped = case["trap"] is None and at == int(case["pc"], 16)
        trap = 1 if at < 0x4000 and not jumped else None
        word = int(case["bits"][0], 16)
        fields = {word >> n & 31 for n in (21, 16, 11, 6)} | {word >> 21 & 31 | 1}
        is_vsx = case["text"].startswith(("x", "lxv", "stxv", "lxs", "mtvsr"))
        many = case["text"].startswith(("lmw", "lsw"))
        for n in range(32) if many else fields:
            self.values[f"r{n}"] = self.get(n)
            self.values[f"f{n}"] = self.get(F0 + n)
            self.values[f"vr{n}"] = self.get(V0 + n)
            if is_vsx:
                self.values[f"vs{n}h"] = self.get(S0 + n)
        for name in NARROW + ("lr", "ctr"):
            self.values[name] = self.get(NUMBERS[name])
        if case["mem"] or case["text"].startswith(("st", "dcbz")):
            parts = [self.gdb.ask(f"m{self.data + at:x},400") for at in range(0, len(self.window), 0x400)]
            self.window = bytearray.fromhex("".join(parts))
        return self.registers(), self.window, at, trap

    def force(self, registers, window):
        """Puts our state in."""
        for name, value in registers.items():
            self.put_name(name, value)
            self.values[name] = value
        if window != self.window:
            self.put_memory(self.data, window)
            self.window = bytearray(window)


if __name__ == "__main__":
    replay(Machine, EXCUSES)
