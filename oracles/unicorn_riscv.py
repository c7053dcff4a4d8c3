#!/usr/bin/env python3
"""Replays the cases of `cargo run -p riscv --example oracle_cases` on unicorn (pip install unicorn) and compares
every register, the touched memory, the pc and the exception.

    oracle_cases --xlen 64 --count 100000 | unicorn_riscv.py

Exit status 1 if anything differs that no rule below excuses. unicorn 2.1 has QEMU 5.0's RISC-V: no bit manipulation, and no
NaN boxing, which `qemu_riscv.py` covers.
"""

from unicorn import (
    UC_ARCH_RISCV,
    UC_ERR_EXCEPTION,
    UC_ERR_FETCH_UNMAPPED,
    UC_ERR_INSN_INVALID,
    UC_ERR_READ_UNMAPPED,
    UC_ERR_WRITE_UNMAPPED,
    UC_HOOK_INTR,
    UC_MODE_RISCV32,
    UC_MODE_RISCV64,
    Uc,
    UcError,
)
from unicorn import riscv_const as rv

from riscv_cases import (
    F,
    ILLEGAL,
    LOAD_ACCESS,
    MISALIGNED_AMO,
    MSTATUS_FS,
    NAMES,
    STORE_ACCESS,
    X,
    code_of,
    replay,
)

IDS = {name: rv.UC_RISCV_REG_X0 + n for n, name in enumerate(X) if n}
IDS |= {name: rv.UC_RISCV_REG_F0 + n for n, name in enumerate(F)}
IDS |= {"fflags": rv.UC_RISCV_REG_FFLAGS, "frm": rv.UC_RISCV_REG_FRM}
NUMBERS = [IDS[name] for name in NAMES]
BOX = 0xFFFFFFFF << 32

# Differences that are unicorn's (QEMU 5.0's) own. Each has the reason why we do not follow.
EXCUSES = [MISALIGNED_AMO]
NANS = (0x7FC00000, 0x7FF8000000000000)


def excuse(name):
    """Registers a rule: called with (case, ours, theirs), true if it explains the whole difference."""

    def register(rule):
        EXCUSES.append((name, rule))
        return rule

    return register


@excuse('"NaN Boxing of Narrower Values": results of single precision have all bits above set')
def boxed_result(_, found):
    return all(n in F and a >> 32 == 0xFFFFFFFF and (a ^ b) & 0xFFFFFFFF == 0 for n, (a, b) in found.items())


@excuse('"NaN Boxing of Narrower Values": an operand that is not boxed counts as the canonical NaN')
def unboxed_operand(case, _):
    mnemonic = case["text"].split(" ")[0]
    if not (mnemonic.startswith("f") and ".s" in mnemonic):
        return False
    return any(int(v, 16) & BOX != BOX for n, v in case["set"].items() if n in F)


@excuse('"F" Extension 2.2: fmin and fmax give the number when one operand is a signalling NaN (QEMU 5.0 follows 2.1)')
def signalling_minimum(case, found):
    return case["text"].startswith(("fmin", "fmax")) and all(n in F and b in NANS for n, (_, b) in found.items())


@excuse('"C" Extension: RV32C shifts by 32 and more are reserved for custom extensions')
def long_shift(case, found):
    is_shift = case["text"].startswith(("c.slli", "c.srli", "c.srai"))
    return is_shift and found.get("trap") == (ILLEGAL, None)


class Machine:
    """unicorn with the state that our cases assume."""

    def __init__(self, header):
        self.pc, self.data = header["pc"], header["data"]
        self.window = bytearray.fromhex(header["window"])
        mode = UC_MODE_RISCV64 if header["xlen"] == 64 else UC_MODE_RISCV32
        self.uc = Uc(UC_ARCH_RISCV, mode)
        self.mask = (1 << header["xlen"]) - 1
        self.uc.mem_map(0x10000, 0x20000)
        self.uc.mem_write(self.data, bytes(self.window))
        self.uc.hook_add(UC_HOOK_INTR, self.on_exception)
        self.trap = None
        # The floating-point CSRs can't be reached before the unit is on.
        self.uc.reg_write(rv.UC_RISCV_REG_MSTATUS, MSTATUS_FS)
        for number in NUMBERS:
            self.uc.reg_write(number, 0)

    def on_exception(self, uc, number, _):
        self.trap = number
        uc.emu_stop()

    def step(self, pc, is_amo):
        """Runs one instruction; the pc after it and the exception."""
        self.trap = None
        try:
            self.uc.emu_start(pc, 0, count=1)
        except UcError as error:
            kinds = {
                UC_ERR_READ_UNMAPPED: LOAD_ACCESS,
                UC_ERR_WRITE_UNMAPPED: STORE_ACCESS,
                UC_ERR_INSN_INVALID: ILLEGAL,
            }
            if error.errno in kinds:
                self.trap = kinds[error.errno]
                # It names the half that has failed; to the guest an AMO is a store.
                if self.trap == LOAD_ACCESS and is_amo:
                    self.trap = STORE_ACCESS
            elif error.errno != UC_ERR_FETCH_UNMAPPED and not (error.errno == UC_ERR_EXCEPTION and self.trap):
                raise
        return self.uc.reg_read(rv.UC_RISCV_REG_PC) & self.mask, self.trap

    def run(self, case):
        """Runs a case; (registers, window, pc, exception)."""
        uc = self.uc
        uc.reg_write(rv.UC_RISCV_REG_MSTATUS, MSTATUS_FS)
        for name, value in case["set"].items():
            uc.reg_write(IDS[name], int(value, 16))
        code = code_of(case)
        uc.mem_write(self.pc, b"".join(code))
        uc.ctl_remove_cache(self.pc, self.pc + 8)
        pc, trap = self.pc, None
        for _ in code:
            pc, trap = self.step(pc, case["text"].startswith("amo"))
            if trap is not None:
                break
        return self.registers(), bytearray(uc.mem_read(self.data, len(self.window))), pc, trap

    def registers(self):
        return dict(zip(NAMES, (self.read(number) for number in NUMBERS)))

    def read(self, number):
        value = self.uc.reg_read(number)
        return value & self.mask if number < rv.UC_RISCV_REG_F0 else value

    def force(self, registers, window):
        """Puts our state in."""
        for name, value in registers.items():
            self.uc.reg_write(IDS[name], value)
        self.uc.mem_write(self.data, bytes(window))


if __name__ == "__main__":
    replay(Machine, EXCUSES)
