#!/usr/bin/env python3
"""Replays the cases of `cargo run -p ppc --example oracle_cases` on qemu-system-ppc64, by its gdb server, and compares every
register, the touched memory, the pc and whether there was an exception.

    oracle_cases --xlen 64 --count 20000 | qemu_ppc.py [power9]
    oracle_cases --xlen 32 --cpu e500v2_v30 --only spe,spe_fp,spe_mem | qemu_ppc.py e500v2_v30

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
FEX_BITS = 1 << 30

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


@excuse("exceptions enabled in FPSCR but not in MSR: the target register is left alone all the same (4.3.2), nothing is raised; mtfs* writes NI")
def deferred(case, found):
    after = int(case["out"].get("fpscr", "0"), 16)
    return int(case["set"].get("fpscr", "0"), 16) & 0xF8 or case["text"].startswith("mtfs") and after & (FEX_BITS | 4)


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
    kinds = ("fre", "frsqrte", "xsre", "xvre", "xsrsqrte", "xvrsqrte")
    word = int(case["bits"][0], 16)
    zero = int(case["set"].get(f"f{word >> 11 & 31}", "1"), 16) << 1 & ((1 << 64) - 1) == 0
    return case["text"].startswith(kinds) and "trap" not in found and (zero or set(found) <= {"fpscr", "cr"})


def right_half(_, found):
    """Whether nothing differs but right halves of vector-scalar registers."""

    def is_right(name, ours, theirs):
        return name.startswith("vs") and name.endswith("h") or name.startswith("vr") and (ours ^ theirs) >> 64 == 0

    return bool(found) and all(is_right(name, *pair) for name, pair in found.items())


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
    if case["text"].startswith("xsrqp") and not word >> 16 & 1 and word >> 9 & 3 == 3:
        # There is no saying what RN of theirs is: it is the number of another rounding.
        return True
    if case["text"].startswith("xsrqpxp") and scr_only(found, FR | 8 << 24):
        return True
    return rounds or case["text"].startswith(("xxextractuw", "xxinsertw")) and word >> 16 & 15 > 12


@excuse("xststdcsp: what is not a single-precision number is none of zero's class (7.6.3, class.Zero)")
def not_single(case, found):
    return case["text"].startswith("xststdcsp") and set(found) <= {"cr", "fpscr"}


@excuse("decimal integers: a target register is undefined if an operand is invalid or the result does not fit, unsigned ones are not negative (6.17)")
def decimal_integers(case, found):
    word = int(case["bits"][0], 16)
    text, name = case["text"], f"vr{word >> 21 & 31}"
    cr = int(case["out"].get("cr", case["set"].get("cr")), 16)
    ours, theirs = found.get("cr", (0, 0))
    unsigned = text.startswith(("bcdus", "bcdutrunc")) and (ours ^ theirs) & ~0xF0 == 0 and set(found) == {"cr"}
    same = word >> 21 & 31 in (word >> 11 & 31, word >> 16 & 31) and set(found) == {"cr"}
    invalid = cr & 0x10 and set(found) <= {name, "cr"} and (text.startswith("bcdsub") or "cr" not in found)
    return text.startswith("bcd") and (unsigned or same or invalid)


@excuse("elements that are not in the register (6.8); the upper word of vextuwrx; vrldmi inserts under the mask (6.9.2)")
def outside(case, found):
    word = int(case["bits"][0], 16)
    bytes_of = {"b": 1, "h": 2, "w": 4, "d": 8}
    name = case["text"].split(" ")[0]
    if name == "vrldmi":
        return set(found) == {f"vr{word >> 21 & 31}"}
    if name.startswith(("vextractu", "vextractd", "vinsert")):
        return (word >> 16 & 15) + bytes_of[name[-1]] > 16
    if name.startswith("vextu") and name.endswith("x"):
        index = int(case["set"][f"r{word >> 16 & 31}"], 16) & 15
        return index + bytes_of[name[5]] > 16
    return False


@excuse("FPRF tells the class of denbcd's result (5.6.5); an exception that is not enabled does not set FEX (4.2.2)")
def decimal_status(case, found):
    mask = 0x1F000 | FEX_BITS if case["text"].startswith("denbcd") else FEX_BITS
    ours, theirs = found.get("fpscr", (0, 0))
    cr = found.get("cr", (0, 0))
    small = (ours ^ theirs) & ~(mask | FX | FR) == 0 and (cr[0] ^ cr[1]) & ~(12 << 24) == 0
    return case["text"].startswith("d") and set(found) <= {"fpscr", "cr"} and small


@excuse("ten is not a digit (5.6.5, denbcd); drsp leaves as many digits of a NaN as there is room for")
def no_digit(case, found):
    if not case["text"].startswith(("denbcd", "drsp")):
        return False
    word = int(case["bits"][0], 16)
    source = word >> 11 & 31
    value = case["set"][f"f{source}"] + case["set"].get(f"f{source | 1}", "")
    special = int(case["set"][f"f{source}"], 16) >> 58 & 31 == 31
    return case["text"].startswith("denbcd") and "a" in value or case["text"].startswith("drsp") and special


@excuse("drdpq: the result is in the left register of the pair (5.6.5)")
def place_of_long(case, found):
    word = int(case["bits"][0], 16)
    names = {f"f{word >> 21 & 31}", f"f{word >> 21 & 31 | 1}", "fpscr", "cr"}
    return case["text"].startswith("drdpq") and set(found) <= names


@excuse("bits that mean nothing in infinities and NaNs (5.4.1): dscli, dscri, ddedpd, drsp")
def reserved_bits(case, found):
    word = int(case["bits"][0], 16)
    source = word >> 16 & 31 if case["text"].startswith("ds") else word >> 11 & 31
    value = int(case["set"].get(f"f{source}", "0"), 16)
    names = {f"f{word >> 21 & 31}", f"f{word >> 21 & 31 | 1}"}
    return case["text"].startswith(("dscli", "dscri", "ddedpd")) and value >> 59 & 15 == 15 and set(found) <= names


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


SPE = [f"ev{n}h" for n in range(32)] + ["acc", "spefscr"]


@excuse("embedded floating point (SPEPEM, chapter 4): infinities, NaNs and denormals are numbers of their own kind, SPEFSCR tells of each instruction; QEMU has IEEE "
        "754 arithmetic, and SPEFSCR only of some conversions")
def embedded_fp(case, found):
    if not case["text"].startswith(("ef", "evfs")):
        return False
    if set(found) <= {"spefscr"}:
        return True
    double = case["text"].startswith("efd") or case["text"].startswith("efscfd")
    word = int(case["bits"][0], 16)

    def odd(value, width, fraction):
        exponent = value >> fraction & (1 << width - 1 - fraction) - 1
        return exponent in (0, (1 << width - 1 - fraction) - 1)

    def parts(n, registers):
        high, low = (int(registers.get(name, "0"), 16) for name in (f"ev{n}h", f"r{n}"))
        return [(high << 32 | low, 64, 52)] if double else [(high, 32, 23), (low, 32, 23)]

    operands = [p for n in (word >> 16 & 31, word >> 11 & 31) for p in parts(n, case["set"])]
    results = parts(word >> 21 & 31, case["set"] | case["out"])
    largest = [p[0] << 1 & (1 << p[1]) - 1 in (0xFEFFFFFE, 0xFFDFFFFFFFFFFFFE) for p in results]
    return any(odd(*p) for p in operands + results) or any(largest)


@excuse("brinc: how many bits there are is the implementation's choice; the e500 has 32")
def reversed_increment(case, found):
    return case["text"].startswith("brinc")


@excuse("what the manual says in so many words and QEMU 7.2 does otherwise (SPEPEM, chapter 5): shifts by a register, evrndw keeps the upper half, evlwhsplat and evldh fill "
        "both words, condition fields of vector comparisons have any and all, a signed fraction is 2 to the 31, "
        "words don't spoil each other")
def not_as_written(case, found):
    kinds = ("evslw", "evsrw", "evrndw", "evlwhsplat", "evldh", "evfscmp", "evfstst", "evfscts", "efsctsf", "efdctsf", "evfscfsf", "efscfsf", "efdcfsf")
    word = case["text"].split(" ")[0].rstrip("x")
    return word.startswith(kinds) and word not in ("evslwi", "evsrwiu", "evsrwis")


@excuse("QEMU has only these multiplications: evmwumi, evmwsmi and theirs")
def absent_products(case, found):
    return case["text"].startswith(("evm", "evadd", "evsub", "evdiv")) and "trap" in found


@excuse("SPE accesses must be aligned (SPEPEM, 5.3)")
def aligned(case, found):
    return case["text"].startswith(("evl", "evst")) and case["trap"] is not None


class Machine:
    """QEMU with the state that our cases assume: hypervisor state, RAM from 0 on."""

    def __init__(self, header):
        self.pc, self.data = header["pc"], header["data"]
        self.window = bytearray.fromhex(header["window"])
        cpu = sys.argv[1] if len(sys.argv) > 1 else "power9"
        path = f"/tmp/oracle-ppc-{time.time_ns()}.sock"
        gdb = f"socket,path={path},server=on,wait=off,id=gdb"
        self.spe = cpu.startswith("e500")
        board = "ppce500" if self.spe else "powernv9" if cpu == "power9" else "mac99"
        self.names = [n for n in NAMES if n[0] != "f" and n[0] != "v"] + SPE if self.spe else NAMES
        self.msr = 1 << 25 if self.spe else MSR_VALUE
        boot = ["-kernel", self.stub()] if self.spe else ["-bios", "/dev/zero"]
        arguments = ["-M", board, "-cpu", cpu, "-m", "1G", "-display", "none", "-S", *boot]
        self.process = subprocess.Popen(["qemu-system-ppc" if self.spe else "qemu-system-ppc64", *arguments, "-chardev", gdb, "-gdb", "chardev:gdb"])
        self.gdb = Gdb(path)
        self.gdb.ask("qSupported:xmlRegisters=powerpc")
        self.gdb.ask("qXfer:features:read:target.xml:0,ffb")
        self.size = 4 if self.spe else 8
        self.put_memory(self.data, self.window)
        self.put(MSR, self.msr, self.size)
        self.values = dict.fromkeys(self.names, 0)
        self.force(self.values, self.window)

    @staticmethod
    def stub():
        """An ELF file for the board to start: the e500 has no memory mapped without one."""
        import struct
        import tempfile

        header = b"\x7fELF\1\2\1" + bytes(9) + struct.pack(">HHIIIIIHHHHHH", 2, 20, 1, 0x8000, 52, 0, 0, 52, 32, 1, 0, 0, 0)
        program = struct.pack(">8I", 1, 0x1000, 0x8000, 0x8000, 4, 4, 5, 0x1000)
        file = tempfile.NamedTemporaryFile(suffix=".elf", delete=False)
        file.write((header + program).ljust(0x1000, b"\0") + b"\x48\0\0\0")
        return file.name

    def __del__(self):
        self.process.kill()

    def put(self, number, value, size):
        answer = self.gdb.ask(f"P{number:x}={value.to_bytes(size, 'big').hex()}")
        if answer != "OK":
            raise ValueError(f"register {number}: {answer}")

    def put_name(self, name, value):
        if name in SPE:
            self.put(71 + SPE.index(name), value, 8 if name == "acc" else 4)
            return
        self.put(NUMBERS[name], value, 4 if name in NARROW else 16 if name.startswith("vr") else self.size)

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
        self.put(MSR, self.msr, self.size)
        self.put(PC, self.pc, self.size)
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
            if self.spe:
                self.values[f"ev{n}h"] = self.get(71 + n)
                continue
            self.values[f"f{n}"] = self.get(F0 + n)
            self.values[f"vr{n}"] = self.get(V0 + n)
            if is_vsx:
                self.values[f"vs{n}h"] = self.get(S0 + n)
        if self.spe:
            self.values["acc"], self.values["spefscr"] = self.get(103), self.get(104)
        for name in ("cr", "xer", "lr", "ctr") if self.spe else NARROW + ("lr", "ctr"):
            self.values[name] = self.get(NUMBERS[name])
        if case["mem"] or case["text"].startswith(("st", "evst", "dcbz")):
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
