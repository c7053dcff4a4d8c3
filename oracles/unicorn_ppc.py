#!/usr/bin/env python3
"""Replays the cases of `cargo run -p ppc --example oracle_cases` on unicorn (pip install unicorn) and compares
every register, the touched memory, the pc and whether there was an exception.

    oracle_cases --xlen 32 --count 100000 | unicorn_ppc.py

Exit status 1 if anything differs that no rule below excuses.
"""

import sys

from unicorn import (
    UC_ARCH_PPC,
    UC_ERR_FETCH_UNMAPPED,
    UC_HOOK_INTR,
    UC_MODE_BIG_ENDIAN,
    UC_MODE_PPC32,
    UC_MODE_PPC64,
    Uc,
    UcError,
)
from unicorn import ppc_const as pc

import ppc_exact
from riscv_cases import replay

IDS = {f"r{n}": pc.UC_PPC_REG_0 + n for n in range(32)}
IDS |= {f"f{n}": pc.UC_PPC_REG_FPR0 + n for n in range(32)}
IDS |= {"lr": pc.UC_PPC_REG_LR, "ctr": pc.UC_PPC_REG_CTR, "xer": pc.UC_PPC_REG_XER, "cr": pc.UC_PPC_REG_CR}
IDS |= {"fpscr": pc.UC_PPC_REG_FPSCR}
SCRATCH = 0x10000
MTXER_R0, MFXER_R0, MTFSF_F0 = 0x7C0103A6, 0x7C0102A6, 0xFDFE058E
MSR_FP, MSR_SF = 0x2000, 1 << 63

EXCUSES = []


def excuse(name):
    """Registers a rule: called with (case, differences), true if it explains the whole difference."""

    def register(rule):
        EXCUSES.append((name, rule))
        return rule

    return register


FX, FEX, FR, C, NI_FI = 1 << 31, 1 << 30, 1 << 18, 1 << 16, 1 << 17 | 1 << 2


@excuse("an invalid form sets LR before it raises the exception")
def linked_before(case, found):
    return case["trap"] is not None and list(found) == ["lr"]


@excuse("arithmetic is what ppc_exact.py computes by the manual (4.4, 4.6.5 to 4.6.7): rounded once, FR, FX only where an exception bit goes from 0 to 1, targets left alone "
        "where exceptions are enabled, and nothing raised without MSR.FE0 and FE1, fnm* negated after rounding")
def exact(case, found):
    arithmetic = ppc_exact.arithmetic(case)
    cr = found.get("cr", (0, 0))
    return arithmetic and not ppc_exact.faults_of(case) and set(found) <= {arithmetic[0], "fpscr", "cr", "trap"} and (cr[0] ^ cr[1]) & ~(15 << 24) == 0


@excuse("exceptions enabled in FPSCR but not in MSR: the target register is left alone all the same (4.3.2), and nothing is raised: conversions, estimates, moves to FPSCR")
def deferred(case, found):
    after = int(case["out"].get("fpscr", "0"), 16)
    enabled = int(case["set"].get("fpscr", "0"), 16) & 0xF8 or case["text"].startswith("mtfs") and after & (FEX | 4)
    target = f"f{int(case['bits'][0], 16) >> 21 & 31}"
    return enabled and case["text"].startswith(("mtfs", "mcrfs", "fct", "fre", "frsqrte", "fcmp")) and set(found) <= {"fpscr", "cr", "trap", target}


@excuse("mtfs* sets all bits but FEX, VX and the reserved one (4.6.8); what it enables is raised by MSR.FE0 and FE1 alone")
def status_bits(case, found):
    ours, theirs = found.get("fpscr", (0, 0))
    return case["text"].startswith("mtfs") and set(found) <= {"fpscr", "trap", "cr"} and (ours ^ theirs) & ~(FX | FEX | FR | C | NI_FI | 0x800) == 0


@excuse("the L field of dcbf (Book II, 4.3.2)")
def flush_kind(case, found):
    return case["text"].startswith("dcbf") and list(found) == ["trap"]


@excuse("fres is rounded once; unicorn has it rounded to double precision before: one place of a single-precision number")
def rounded_twice(case, found):
    target = f"f{int(case['bits'][0], 16) >> 21 & 31}"
    ours, theirs = found.get(target, (0, 0))
    return case["text"].startswith("fres") and set(found) <= {target, "fpscr", "cr"} and abs(ours - theirs) <= 1 << 29


@excuse("what single-precision arithmetic makes of a NaN that is no single-precision number, and an adjusted exponent that does not fit, are undefined (4.3.5.1, 4.4.3.1)")
def undefined(case, found):
    target = f"f{int(case['bits'][0], 16) >> 21 & 31}"
    single = int(case["bits"][0], 16) >> 26 == 59 or case["text"].startswith("frsp")
    return single and not ppc_exact.arithmetic(case) and set(found) <= {target, "fpscr", "cr", "trap"} and is_wild(case)


@excuse("the upper word of what fctiw gives is undefined; what is too great gives the greatest number (4.6.7.1), which QEMU 5.0 takes for the smallest")
def upper_word(case, found):
    return case["text"].startswith("fctiw") and all(n[0] == "f" or n == "cr" for n in found)


@excuse("estimates of 0 raise ZX (4.6.5.1, Floating Reciprocal Estimate)")
def estimate_of_zero(case, found):
    return case["text"].startswith(("fre", "frsqrte")) and set(found) <= {"fpscr", "cr"}


@excuse("FPSCR.FX is set where an exception bit changes from 0 to 1 (4.2.2), FR where rounding increments (4.2.2); fcmpo leaves C; "
        "mtfsb1 sets all bits but FEX and VX")
def summary_bits(case, found):
    ours, theirs = found.get("fpscr", (0, 0))
    bits = FX | FR | (C if "fcmpo" in case["text"] else 0) | (NI_FI if "mtfsb" in case["text"] else 0)
    cr = found.get("cr", (0, 0))
    # CR1 has a copy of FX.
    return set(found) <= {"fpscr", "cr"} and (ours ^ theirs) & ~bits == 0 and (cr[0] ^ cr[1]) & ~(8 << 24) == 0


@excuse("FPRF of frsp is the class of a single-precision number (4.6.6): one that is denormalised there is a normal one of double precision, which QEMU 5.0 looks at")
def class_of_single(case, found):
    target = f"f{int(case['bits'][0], 16) >> 21 & 31}"
    value = int(case["out"].get(target, case["set"].get(target, "0")), 16)
    ours, theirs = found.get("fpscr", (0, 0))
    cr = found.get("cr", (0, 0))
    small = 0 < value & (1 << 63) - 1 < 0x381 << 52
    return case["text"].startswith("frsp") and small and set(found) <= {"fpscr", "cr"} and (ours ^ theirs) & ~(FX | FR | C) == 0 and (cr[0] ^ cr[1]) & ~(8 << 24) == 0


@excuse("a multiply-add of a signalling NaN is VXSNAN alone (4.6.5.2): there is no product that could be infinite or invalid")
def signalling_alone(case, found):
    word = int(case["bits"][0], 16)
    values = [int(case["set"].get(f"f{word >> at & 31}", "0"), 16) for at in (16, 11, 6)]
    signalling = any(v >> 52 & 0x7FF == 0x7FF and v & (1 << 51) - 1 and not v >> 51 & 1 for v in values)
    ours, theirs = found.get("fpscr", (0, 0))
    multiply_add = case["text"].startswith(("fmadd", "fmsub", "fnmadd", "fnmsub"))
    return multiply_add and signalling and set(found) == {"fpscr"} and ours | 1 << 23 | 1 << 20 == theirs | 1 << 23 | 1 << 20


def is_wild(case):
    """Whether an operand is a NaN with more digits than a single-precision number has, or the result out of all range."""
    word = int(case["bits"][0], 16)
    values = [int(case["set"].get(f"f{word >> at & 31}", "0"), 16) for at in (16, 11, 6)]
    return ppc_exact.is_out_of_range(case) or any(ppc_exact.is_long_nan(ppc_exact.Number(value)) for value in values)


class Machine:
    """unicorn with the state that our cases assume."""

    inexact = 0

    def __init__(self, header):
        self.pc, self.data = header["pc"], header["data"]
        self.window = bytearray.fromhex(header["window"])
        self.wide = header["xlen"] == 64
        self.uc = Uc(UC_ARCH_PPC, (UC_MODE_PPC64 if self.wide else UC_MODE_PPC32) | UC_MODE_BIG_ENDIAN)
        if self.wide:
            self.uc.ctl_set_cpu_model(pc.UC_CPU_PPC64_POWER9_V2_0)
        else:
            self.uc.ctl_set_cpu_model(pc.UC_CPU_PPC32_7400_V2_9)
        self.mask = (1 << header["xlen"]) - 1
        self.uc.mem_map(0x10000, 0x20000)
        self.uc.mem_write(self.data, bytes(self.window))
        self.uc.hook_add(UC_HOOK_INTR, self.on_exception)
        self.trap = None
        self.set_msr()
        self.put(dict.fromkeys(IDS, 0))

    def set_msr(self):
        self.uc.reg_write(pc.UC_PPC_REG_MSR, MSR_FP | (MSR_SF if self.wide else 0))

    def on_exception(self, uc, number, _):
        self.trap = 1
        uc.emu_stop()

    def run(self, case):
        """Runs a case; (registers, window, pc, exception)."""
        wrong = ppc_exact.faults_of(case)
        if wrong:
            Machine.inexact += 1
            print(f"case {case['n']} {case['bits']} {case['text']} {case['set']}: (ours, the manual's) {wrong}")
        uc = self.uc
        self.set_msr()
        self.put({name: int(value, 16) for name, value in case["set"].items()})
        uc.mem_write(self.pc, bytes.fromhex(case["bits"][0]))
        uc.ctl_remove_cache(self.pc, self.pc + 8)
        self.trap = None
        try:
            uc.emu_start(self.pc, 0, count=1)
        except UcError as error:
            if error.errno != UC_ERR_FETCH_UNMAPPED:
                self.trap = 1
        at = uc.reg_read(pc.UC_PPC_REG_PC) & self.mask
        return self.registers(), bytearray(uc.mem_read(self.data, len(self.window))), at, self.trap

    def execute(self, word):
        """Runs an instruction of our own."""
        self.uc.mem_write(SCRATCH, word.to_bytes(4, "big"))
        self.uc.ctl_remove_cache(SCRATCH, SCRATCH + 8)
        self.uc.emu_start(SCRATCH, 0, count=1)

    def put(self, values):
        """Writes registers. unicorn knows but parts of XER and FPSCR: instructions write them whole."""
        for name, word, register in (("xer", MTXER_R0, "r0"), ("fpscr", MTFSF_F0, "f0")):
            if name in values:
                kept = self.uc.reg_read(IDS[register])
                self.uc.reg_write(IDS[register], values[name])
                self.execute(word)
                self.uc.reg_write(IDS[register], kept)
                if name == "fpscr":
                    self.uc.reg_write(IDS[name], values[name])
        for name, value in values.items():
            if name not in ("xer", "fpscr"):
                self.uc.reg_write(IDS[name], value)

    def registers(self):
        found = {name: self.read(name) for name in IDS}
        self.execute(MFXER_R0)
        found["xer"] = self.read("r0") & 0xFFFFFFFF
        self.uc.reg_write(IDS["r0"], found["r0"])
        return found

    def read(self, name):
        value = self.uc.reg_read(IDS[name])
        if name[0] == "f" and name != "fpscr":
            return value
        return value & (0xFFFFFFFF if name in ("cr", "xer", "fpscr") else self.mask)

    def force(self, registers, window):
        """Puts our state in."""
        self.put(registers)
        self.uc.mem_write(self.data, bytes(window))


if __name__ == "__main__":
    try:
        replay(Machine, EXCUSES)
    finally:
        if Machine.inexact:
            print(f"{Machine.inexact} cases are not what the manual says")
            sys.exit(1)
