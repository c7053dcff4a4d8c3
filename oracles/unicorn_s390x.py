#!/usr/bin/env python3
"""Writes .insn lines for branches, access registers and operands relative to the instruction, with the answers of unicorn (PyPI's unicorn, QEMU 5.0 inside).

    unicorn_s390x.py [--seed N] > targets/s390x/tests/insn/branch.insn

The harness of qemu_s390x.py can't hold instructions that leave their place, nor see access registers.
"""

import argparse
import random

import unicorn
from unicorn import s390x_const as reg

CODE, DATA, MASK = 0x10000, 0x20000, 0x0000000180000000
EACH = 3


def address(x, b, d):
    inner = ",".join(f"%r{n}" for n in (x, b) if n)
    return f"{d}({inner})" if inner else f"{d}"


class Case:
    """Registers are random; what an instruction needs of them it sets itself."""

    def __init__(self, rng):
        self.rng = rng
        special = [0, 1, 2**63, 2**64 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 1]
        self.r = [rng.choice(special) if rng.random() < 0.4 else rng.getrandbits(64) >> rng.randrange(64) for _ in range(16)]
        self.a = [rng.getrandbits(32) for _ in range(16)]
        self.memory = bytes(rng.getrandbits(8) for _ in range(64))
        self.cc = rng.randrange(4)

    def n(self):
        return self.rng.randrange(16)

    def other(self, *not_these):
        return self.rng.choice([n for n in range(1, 16) if n not in not_these])

    def near(self):
        """A displacement in halfwords that stays in memory."""
        return self.rng.randrange(-0x3000, 0x3000)

    def target(self, b, d):
        """Makes base and displacement lead to an even address in memory."""
        self.r[b] = (CODE + 2 * self.near() - d) % 2**64


def signed(value, bits):
    return value - (value >> (bits - 1) << bits)


def rows():
    """Name, and a function that gives encoding, length and the text of the operands."""
    out = {}

    def row(name):
        return lambda f: out.setdefault(name, f)

    for name, op, first in [("brc", 4, "m"), ("bras", 5, "r"), ("brct", 6, "r"), ("brctg", 7, "r")]:

        def ri(c, op=op, first=first):
            r1, i2 = c.n(), c.near()
            return 0xA7000000 | r1 << 20 | op << 16 | i2 & 0xFFFF, 4, f"{r1 if first == 'm' else f'%r{r1}'}, {CODE + 2 * i2:#x}"

        row(name)(ri)
    for name, op, first in [("brcl", 0xC004, "m"), ("brasl", 0xC005, "r"), ("brcth", 0xCC06, "r")]:

        def ril(c, op=op, first=first):
            r1, i2 = c.n(), c.near()
            return op << 32 | r1 << 36 | i2 & 0xFFFFFFFF, 6, f"{r1 if first == 'm' else f'%r{r1}'}, {CODE + 2 * i2:#x}"

        row(name)(ril)
    for name, op, first in [("bcr", 0x07, "m"), ("balr", 0x05, "r"), ("basr", 0x0D, "r"), ("bctr", 0x06, "r")]:

        def rr(c, op=op, first=first):
            r1, r2 = c.n(), c.n()
            if r2 and r2 != r1 or first == "m":
                c.target(r2, 0)
            return op << 8 | r1 << 4 | r2, 2, f"{r1 if first == 'm' else f'%r{r1}'}, %r{r2}"

        row(name)(rr)
    for name, op, first in [("bc", 0x47, "m"), ("bas", 0x4D, "r"), ("bal", 0x45, "r"), ("bct", 0x46, "r")]:

        def rx(c, op=op, first=first):
            r1, d = c.n(), c.rng.randrange(4096)
            b = c.other(r1)
            c.target(b, d)
            return op << 24 | r1 << 20 | b << 12 | d, 4, f"{r1 if first == 'm' else f'%r{r1}'}, {address(0, b, d)}"

        row(name)(rx)

    def bctgr(c):
        r1 = c.n()
        r2 = c.other(r1)
        c.target(r2, 0)
        return 0xB9460000 | r1 << 4 | r2, 4, f"%r{r1}, %r{r2}"

    def bctg(c):
        r1, d = c.n(), signed(c.rng.getrandbits(20), 20)
        b = c.other(r1)
        c.target(b, d)
        return 0xE30000000046 | r1 << 36 | b << 28 | (d & 0xFFF) << 16 | (d >> 12 & 0xFF) << 8, 6, f"%r{r1}, {address(0, b, d)}"

    out.update(bctgr=bctgr, bctg=bctg)
    for name, op in [("bxh", 0x86), ("bxle", 0x87)]:

        def rs(c, op=op):
            r1, r3, d = c.n(), c.n(), c.rng.randrange(4096)
            b = c.other(r1, r3, r3 | 1)
            c.target(b, d)
            return op << 24 | r1 << 20 | r3 << 16 | b << 12 | d, 4, f"%r{r1}, %r{r3}, {address(0, b, d)}"

        row(name)(rs)
    for name, op in [("bxhg", 0x44), ("bxleg", 0x45)]:

        def rsy(c, op=op):
            r1, r3, d = c.n(), c.n(), signed(c.rng.getrandbits(20), 20)
            b = c.other(r1, r3, r3 | 1)
            c.target(b, d)
            head = 0xEB0000000000 | r1 << 36 | r3 << 32 | b << 28
            return head | (d & 0xFFF) << 16 | (d >> 12 & 0xFF) << 8 | op, 6, f"%r{r1}, %r{r3}, {address(0, b, d)}"

        row(name)(rsy)
    for name, op in [("brxh", 0x84), ("brxle", 0x85)]:

        def rsi(c, op=op):
            r1, r3, i2 = c.n(), c.n(), c.near()
            return op << 24 | r1 << 20 | r3 << 16 | i2 & 0xFFFF, 4, f"%r{r1}, %r{r3}, {CODE + 2 * i2:#x}"

        row(name)(rsi)
    for name, op in [("brxhg", 0x44), ("brxlg", 0x45)]:

        def rie(c, op=op):
            r1, r3, i2 = c.n(), c.n(), c.near()
            return 0xEC0000000000 | r1 << 36 | r3 << 32 | (i2 & 0xFFFF) << 16 | op, 6, f"%r{r1}, %r{r3}, {CODE + 2 * i2:#x}"

        row(name)(rie)
    for name, op in [("crj", 0x76), ("cgrj", 0x64), ("clrj", 0x77), ("clgrj", 0x65)]:

        def rieb(c, op=op):
            r1, r2, m3, i4 = c.n(), c.n(), c.n() & 14, c.near()
            head = 0xEC0000000000 | r1 << 36 | r2 << 32
            return head | (i4 & 0xFFFF) << 16 | m3 << 12 | op, 6, f"%r{r1}, %r{r2}, {m3}, {CODE + 2 * i4:#x}"

        row(name)(rieb)
    for name, op, is_signed in [("cij", 0x7E, 1), ("cgij", 0x7C, 1), ("clij", 0x7F, 0), ("clgij", 0x7D, 0)]:

        def riec(c, op=op, is_signed=is_signed):
            r1, i2, m3, i4 = c.n(), c.rng.randrange(256), c.n() & 14, c.near()
            if c.rng.random() < 0.3:
                c.r[r1] = signed(i2, 8) % 2**64 if is_signed else i2
            shown = signed(i2, 8) if is_signed else i2
            head = 0xEC0000000000 | r1 << 36 | m3 << 32
            return head | (i4 & 0xFFFF) << 16 | i2 << 8 | op, 6, f"%r{r1}, {shown}, {m3}, {CODE + 2 * i4:#x}"

        row(name)(riec)
    for name, op in [("crb", 0xF6), ("cgrb", 0xE4), ("clrb", 0xF7), ("clgrb", 0xE5)]:

        def rrs(c, op=op):
            r1, r2, m3, d = c.n(), c.n(), c.n() & 14, c.rng.randrange(4096)
            b = c.other(r1, r2)
            c.target(b, d)
            head = 0xEC0000000000 | r1 << 36 | r2 << 32 | b << 28
            return head | d << 16 | m3 << 12 | op, 6, f"%r{r1}, %r{r2}, {m3}, {address(0, b, d)}"

        row(name)(rrs)
    for name, op, is_signed in [("cib", 0xFE, 1), ("cgib", 0xFC, 1), ("clib", 0xFF, 0), ("clgib", 0xFD, 0)]:

        def ris(c, op=op, is_signed=is_signed):
            r1, i2, m3, d = c.n(), c.rng.randrange(256), c.n() & 14, c.rng.randrange(4096)
            b = c.other(r1)
            c.target(b, d)
            shown = signed(i2, 8) if is_signed else i2
            head = 0xEC0000000000 | r1 << 36 | m3 << 32 | b << 28
            return head | d << 16 | i2 << 8 | op, 6, f"%r{r1}, {shown}, {m3}, {address(0, b, d)}"

        row(name)(ris)
    for name, op, text in [("sar", 0xB24E, "%a{}, %r{}"), ("ear", 0xB24F, "%r{}, %a{}")]:

        def rre(c, op=op, text=text):
            a, b = c.n(), c.n()
            return op << 16 | a << 4 | b, 4, text.format(a, b)

        row(name)(rre)
    for name, op in [("lam", 0x9A), ("stam", 0x9B)]:

        def multiple(c, op=op):
            r1, r3, d = c.n(), c.n(), c.rng.randrange(4096)
            b = c.other()
            c.r[b] = DATA - d
            return op << 24 | r1 << 20 | r3 << 16 | b << 12 | d, 4, f"%a{r1}, %a{r3}, {address(0, b, d)}"

        def long_multiple(c, op=op):
            r1, r3, d = c.n(), c.n(), signed(c.rng.getrandbits(20), 20)
            b = c.other()
            c.r[b] = (DATA - d) % 2**64
            head = 0xEB0000000000 | r1 << 36 | r3 << 32 | b << 28
            return head | (d & 0xFFF) << 16 | (d >> 12 & 0xFF) << 8 | op, 6, f"%a{r1}, %a{r3}, {address(0, b, d)}"

        row(name)(multiple)
        row(name + "y")(long_multiple)
    out.update(relative_rows())
    return out


# Instructions that address storage relative to themselves: second byte's half, bytes of the operand. CHRL and CGHRL are wrong in QEMU 5.0.
RELATIVE = {
    "larl": (0xC000, 2), "llhrl": (0xC402, 2), "lghrl": (0xC404, 2), "lhrl": (0xC405, 2), "llghrl": (0xC406, 2), "sthrl": (0xC407, 2),
    "lgrl": (0xC408, 8), "stgrl": (0xC40B, 8), "lgfrl": (0xC40C, 4), "lrl": (0xC40D, 4), "llgfrl": (0xC40E, 4), "strl": (0xC40F, 4),
    "clghrl": (0xC606, 2), "clhrl": (0xC607, 2), "cgrl": (0xC608, 8), "clgrl": (0xC60A, 8),
    "cgfrl": (0xC60C, 4), "crl": (0xC60D, 4), "clgfrl": (0xC60E, 4), "clrl": (0xC60F, 4),
}  # fmt: skip


def relative_rows():
    """Storage relative to the instruction, the program mask."""
    out = {}
    for name, (op, size) in RELATIVE.items():

        def ril(c, name=name, op=op, size=size):
            r1, at = c.n(), c.rng.randrange(64 // size) * size
            if name[0] == "c" and c.rng.random() < 0.4:
                c.r[r1] = signed(int.from_bytes(c.memory[at : at + size], "big"), 8 * size) % 2**64
            here = at // 8 * 8
            kept = bytes(8) if name.startswith("st") or name == "larl" else c.memory[here : here + 8]
            c.memory = bytes(here) + kept + bytes(56 - here)
            return op << 32 | r1 << 36 | (DATA + at - CODE) // 2, 6, f"%r{r1}, {DATA + at:#x}"

        out[name] = ril
    out["spm"] = lambda c: (lambda r1: (0x0400 | r1 << 4, 2, f"%r{r1}"))(c.n())
    out["ipm"] = lambda c: (lambda r1: (0xB2220000 | r1 << 4, 4, f"%r{r1}"))(c.n())
    return out


def general(n):
    return getattr(reg, f"UC_S390X_REG_R{n}")


def access(n):
    return getattr(reg, f"UC_S390X_REG_A{n}")


def run(case, code):
    """Registers, access registers, condition code, address and memory afterwards."""
    uc = unicorn.Uc(unicorn.UC_ARCH_S390X, unicorn.UC_MODE_BIG_ENDIAN)
    uc.mem_map(0, 0x40000)
    uc.mem_write(CODE, code)
    uc.mem_write(DATA, case.memory)
    for n in range(16):
        uc.reg_write(general(n), case.r[n])
        uc.reg_write(access(n), case.a[n])
    uc.reg_write(reg.UC_S390X_REG_PSWM, MASK | case.cc << 44)
    uc.emu_start(CODE, 0x3FFFE, count=1)
    after = Case(case.rng)
    after.r, after.a = [uc.reg_read(general(n)) for n in range(16)], [uc.reg_read(access(n)) for n in range(16)]
    after.memory, after.cc = bytes(uc.mem_read(DATA, 64)), uc.reg_read(reg.UC_S390X_REG_PSWM) >> 44 & 3
    return after, uc.reg_read(reg.UC_S390X_REG_PC)


def named(case):
    out = {f"r{n}": v for n, v in enumerate(case.r)} | {f"acr{n}": v for n, v in enumerate(case.a)} | {"cc": case.cc}
    for at in range(0, 64, 8):
        out[f"[{DATA + at:#x}]:8"] = int.from_bytes(case.memory[at : at + 8], "big")
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    rng = random.Random(parser.parse_args().seed)
    print("# Branches and access registers: random cases, and what QEMU 5.0 in unicorn 2.1 makes of them (oracles/unicorn_s390x.py).")
    for name, make in rows().items():
        for _ in range(EACH):
            case = Case(rng)
            bits, length, text = make(case)
            # What the text does not name is zero.
            words = [w.strip("(),") for w in text.replace("(", " ").replace(",", " ").split()]
            for n in range(16):
                if not {f"%r{n}", f"%r{n - 1}", f"%r{n & 14}"} & set(words) and name not in ("bal", "balr"):
                    case.r[n] = 0
            if name in RELATIVE:
                case.a = [0] * 16
            elif "a%" not in name and "%a" not in text:
                case.a, case.memory = [0] * 16, bytes(64)
            elif name in ("sar", "ear", "stam", "stamy"):
                case.memory = bytes(64)
            before = named(case)
            after, pc = run(case, bits.to_bytes(length, "big"))
            outputs = {k: v for k, v in named(after).items() if v != before[k]}
            if pc != CODE + length:
                outputs["pswa"] = pc
            given = " ".join(f"{k}={v:#x}" for k, v in before.items() if v)
            changed = " ".join(f"{k}={v:#x}" for k, v in outputs.items())
            print(f"{bits:0{2 * length}x}  {name} {text}  | {given} => {changed}".rstrip())


if __name__ == "__main__":
    main()
