#!/usr/bin/env python3
"""Replays the cases of `cargo run -p tricore --example oracle_cases` on unicorn (pip install unicorn), which is a TC1796.

    oracle_cases SEED COUNT | unicorn_tricore.py [--insn FILE]

Compares data and address registers, PSW, PCXI, FCX, memory and the address behind. Exit status 1 if anything differs.
"""

import json
import sys

from tricore_cases import NAMES, Explain, differences
from unicorn import UC_ARCH_TRICORE, UC_MODE_LITTLE_ENDIAN, Uc, UcError
from unicorn import tricore_const as t

REGISTERS = [getattr(t, f"UC_TRICORE_REG_{n.upper()}") for n in NAMES]


# Where mtcr psw, d0 and mfcr d0, psw are.
SET_PSW, GET_PSW = 0x11000, 0x11004


def main():
    lines = iter(sys.stdin)
    header = json.loads(next(lines))
    pc, window = header["pc"], header["window"]
    uc = Uc(UC_ARCH_TRICORE, UC_MODE_LITTLE_ENDIAN)
    uc.mem_map(0x10000, 0x20000)
    uc.mem_write(SET_PSW, (0xFE04 << 12 | 0xCD).to_bytes(4, "little") + (0xFE04 << 12 | 0x4D).to_bytes(4, "little"))
    explain = Explain("unicorn", header)
    for line in lines:
        case = json.loads(line)
        code = bytes.fromhex(case["code"])
        given = dict(zip(NAMES, (int(v, 16) for v in case["in"])))
        if explain.is_deadly(case, given):
            continue
        uc.mem_write(pc, code + b"\0\0" * 4)
        uc.ctl_remove_cache(pc, pc + 16)
        uc.mem_write(window, bytes.fromhex(case["mem"]))
        # PSW's user status bits are reached by instructions alone: mtcr psw, d0.
        uc.reg_write(REGISTERS[0], int(case["in"][32], 16))
        uc.emu_start(SET_PSW, 0xFFFFFFFE, count=1)
        for number, value in zip(REGISTERS, case["in"]):
            if number != t.UC_TRICORE_REG_PSW:
                uc.reg_write(number, int(value, 16))
        uc.reg_write(t.UC_TRICORE_REG_ISP, header["isp"])
        uc.reg_write(t.UC_TRICORE_REG_BTV, header["btv"])
        uc.reg_write(t.UC_TRICORE_REG_ICR, 0)
        error = None
        try:
            uc.emu_start(pc, 0xFFFFFFFE, count=1)
        except UcError as e:
            error = str(e)
        at = uc.reg_read(t.UC_TRICORE_REG_PC) & 0xFFFFFFFF
        theirs = [uc.reg_read(number) & 0xFFFFFFFF for number in REGISTERS]
        uc.emu_start(GET_PSW, 0xFFFFFFFE, count=1)
        theirs[32] = uc.reg_read(REGISTERS[0]) & 0xFFFFFFFF
        found = differences(case, header, theirs, at, bytes(uc.mem_read(window, len(case["mem2"]) // 2)))
        if error and "FETCH" not in error.upper():
            found.append(f"error: 0 {error}")
        explain.note(case, given, found)
    sys.exit(explain.end(sys.argv[2] if sys.argv[1:2] == ["--insn"] else None))


if __name__ == "__main__":
    main()
