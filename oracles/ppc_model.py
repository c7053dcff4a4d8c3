#!/usr/bin/env python3
"""Computes the POWER instructions of the 601, and the multiply-accumulate instructions of the 405, from their descriptions, and compares with what `cargo run -p ppc --example oracle_cases` prints.

    oracle_cases --xlen 32 --cpu 601_v2 --only power --count 10000 | ppc_model.py
    oracle_cases --xlen 32 --cpu 405d4 --only mac --count 10000 | ppc_model.py

PowerPC 601 RISC Microprocessor User's Manual, chapter 10; IBM AIX Assembler Language Reference, "Instruction Set"; PPC405 Processor Core User's Manual,
chapter 9 and the appendix on MAC instructions. No emulator is believed: QEMU 5.0 multiplies without sign, shifts wrongly, and finds other overflows than there are. `ppc_model.py --examples` checks this model against examples of the latter manual, `--record N` prints `.insn` lines.
Exit status 1 if anything differs.
"""

import collections
import json
import sys

from riscv_cases import replay

M = 0xFFFFFFFF


def signed(value, bits=32):
    return value - (value >> bits - 1 << bits)


def rotl(value, n):
    n %= 32
    return (value << n | value >> (32 - n)) & M


def ones(first, last):
    """Bits `first` to `last`, counted from the left, around the end if need be."""
    n = first
    mask = 0
    while True:
        mask |= 1 << (31 - n)
        if n == last:
            return mask
        n = (n + 1) % 32


def truncated(n, d):
    q = abs(n) // abs(d)
    return q if (n < 0) == (d < 0) else -q


class Model:
    """One instruction: `regs` is changed; `undefined` has the names of what the manual leaves undefined."""

    def __init__(self, regs, load):
        self.regs, self.load, self.undefined = regs, load, set()

    def get(self, n):
        return self.regs[f"r{n}"]

    def overflow(self, over):
        xer = self.regs["xer"] & ~(1 << 30)
        self.regs["xer"] = xer | (0xC0000000 if over else 0)

    def record(self, value):
        value = signed(value & M)
        field = 8 if value < 0 else 4 if value else 2
        self.set_cr0(field | self.regs["xer"] >> 31)

    def set_cr0(self, field):
        self.regs["cr"] = self.regs["cr"] & 0x0FFFFFFF | field << 28

    def execute(self, word):
        op, rt, ra, rb = word >> 26, word >> 21 & 31, word >> 16 & 31, word >> 11 & 31
        a, b, s = self.get(ra), self.get(rb), self.get(rt)
        rc, oe = word & 1, word >> 10 & 1
        if op == 9:
            imm = signed(word & 0xFFFF, 16)
            self.regs[f"r{rt}"] = max(imm - signed(a), 0) & M
            return
        if op == 22:
            mask = ones(word >> 6 & 31, word >> 1 & 31)
            return self.put(ra, rotl(s, b & 31) & mask | a & ~mask & M, rc)
        xo9, xo10 = word >> 1 & 0x1FF, word >> 1 & 0x3FF
        if op == 4:
            return self.accumulate(xo9, rt, a, b, rc, oe)
        if xo10 == 78:
            return self.leftmost_zero(ra, s, b, rc)
        if xo10 == 277:
            return self.lscbx(rt, ra, rb, rc)
        if xo10 == 531:
            if ra not in (12, 13, 14, 15):
                self.undefined |= {f"r{rt}", "cr"}
            return self.put(rt, 64, rc)
        if xo10 == 29:
            return self.put(ra, ones(s & 31, b & 31), rc)
        if xo10 == 541:
            return self.put(ra, s & b | a & ~b & M, rc)
        if xo10 == 537:
            mask = 1 << (31 - (b & 31))
            return self.put(ra, a & ~mask & M | (mask if s >> 31 else 0), rc)
        if xo10 in SHIFTS:
            return self.shift(*SHIFTS[xo10], rt, ra, rb, rc)
        return self.arithmetic(xo9, rt, a, b, rc, oe)

    def put(self, n, value, rc):
        self.regs[f"r{n}"] = value
        if rc:
            self.record(value)

    def arithmetic(self, xo, rt, a, b, rc, oe):
        sa, sb = signed(a), signed(b)
        told = None
        if xo == 360:
            value, over = abs(sa), a == 1 << 31
        elif xo == 488:
            value, over = -abs(sa), False
        elif xo == 264:
            value = sb - sa if sb > sa else 0
            over = value > 0x7FFFFFFF
        elif xo == 107:
            product = sa * sb
            value, told, over = product >> 32, product & M, not -1 << 31 <= product < 1 << 31
        else:
            n = signed(a << 32 | self.regs["mq"], 64) if xo == 331 else sa
            over = sb == 0 or not -1 << 31 <= truncated(n, sb) < 1 << 31
            if over:
                self.undefined |= {f"r{rt}", "mq"} | ({"cr"} if rc else set())
                value, told = 0, 0
            else:
                value = truncated(n, sb)
                told = n - value * sb & M
        if oe:
            self.overflow(over)
        self.regs[f"r{rt}"] = value & M
        if told is not None:
            self.regs["mq"] = told
        if rc:
            # mul, div and divs tell of MQ.
            self.record(value if told is None else told)

    def accumulate(self, xo, rt, a, b, rc, oe):
        """xo: 2 bits for the kind at the top (high, cross, low by twos), see MAC."""
        halves, is_signed, saturates, sign = MAC[xo]
        low, high = (lambda v: v & 0xFFFF), (lambda v: v >> 16)
        a, b = {"cross": (low(a), high(b)), "high": (high(a), high(b)), "low": (low(a), low(b))}[halves]
        product = signed(a, 16) * signed(b, 16) if is_signed else a * b
        if not sign:
            return self.put(rt, product & M, rc)
        old = self.get(rt)
        exact = (signed(old) if is_signed else old) + sign * product
        least, most = (-1 << 31, 0x7FFFFFFF) if is_signed else (0, M)
        over = not least <= exact <= most
        if saturates:
            exact = min(max(exact, least), most)
        if oe:
            self.overflow(over)
        self.put(rt, exact & M, rc)

    def leftmost_zero(self, ra, s, b, rc):
        text = list(s.to_bytes(4, "big") + b.to_bytes(4, "big"))
        n = text.index(0) + 1 if 0 in text else 8
        self.regs[f"r{ra}"] = n
        self.regs["xer"] = self.regs["xer"] & ~0x7F | n
        if rc:
            field = 4 if 0 not in text else 2 if n <= 4 else 8
            self.set_cr0(field | self.regs["xer"] >> 31)

    def shift(self, left, by, filled, rt, ra, rb, rc):
        s, mq = self.get(rt), self.regs["mq"]
        n = rb if by == "immediate" else self.get(rb) & 31
        far = by == "register" and self.get(rb) >> 5 & 1
        word = rotl(s, n) if left else rotl(s, 32 - n)
        mask = (M << n if left else M >> n) & M
        if filled == "mq":
            # "Long": with bit 26, zeros come where the word would have been shifted out.
            value = mq & mask if far else word & mask | mq & ~mask & M
        else:
            if far:
                mask = 0
            sign = M if filled == "sign" and s >> 31 else 0
            value = word & mask | sign & ~mask
            if filled == "sign":
                carry = word & ~mask & M != 0 and s >> 31
                self.regs["xer"] = self.regs["xer"] & ~(1 << 29) | (1 << 29 if carry else 0)
        if not (by == "register" and filled == "mq"):
            self.regs["mq"] = word
        self.put(ra, value, rc)

    def lscbx(self, rt, ra, rb, rc):
        address = (self.get(ra) if ra else 0) + self.get(rb)
        xer = self.regs["xer"]
        asked, wanted = xer & 0x7F, xer >> 8 & 0xFF
        loaded, found = 0, False
        kept = {ra, rb} if ra else {rb}
        new = {}
        while loaded < asked and not found:
            byte = self.load(address + loaded & M)
            r, place = (rt + loaded // 4) % 32, 24 - 8 * (loaded % 4)
            new[r] = new.get(r, 0) | byte << place
            loaded, found = loaded + 1, byte == wanted
        last = (rt + (asked - 1) // 4) % 32 if asked else rt
        for r, value in new.items():
            if r not in kept:
                self.regs[f"r{r}"] = value
        if loaded % 4:
            self.undefined.add(f"r{(rt + loaded // 4) % 32}")
        if found:
            count = ((last - rt) % 32) + 1
            self.undefined |= {f"r{(rt + i) % 32}" for i in range((loaded + 3) // 4, count)}
        self.undefined -= {f"r{r}" for r in kept}
        self.regs["xer"] = xer & ~0x7F | loaded
        if rc:
            if asked:
                self.set_cr0((2 if found else 0) | xer >> 31)
            else:
                self.undefined.add("cr")


# Of multiply-accumulate instructions by the nine bits of their extended opcode: halves, sign, saturation, whether the product is added (1), subtracted or the result itself (0).
MAC = {
    number | which << 7: (halves, *kind)
    for which, halves in ((0, "high"), (1, "cross"), (3, "low"))
    for number, kind in {
        0b0001100: (False, False, 1), 0b0101100: (True, False, 1), 0b1001100: (False, True, 1), 0b1101100: (True, True, 1),
        0b0101110: (True, False, -1), 0b1101110: (True, True, -1), 0b0101000: (True, False, 0), 0b0001000: (False, False, 0),
    }.items()
}  # fmt: skip

SHIFTS = {
    153: (True, "extended", "zeros"), 217: (True, "extended", "mq"), 184: (True, "immediate", "zeros"),
    248: (True, "immediate", "mq"), 216: (True, "register", "mq"), 152: (True, "register", "zeros"),
    665: (False, "extended", "zeros"), 729: (False, "extended", "mq"), 696: (False, "immediate", "zeros"),
    760: (False, "immediate", "mq"), 728: (False, "register", "mq"), 664: (False, "register", "zeros"),
    952: (False, "immediate", "sign"), 920: (False, "register", "sign"), 921: (False, "extended", "sign"),
}  # fmt: skip


class Machine:
    """The model with the state that our cases assume."""

    def __init__(self, header):
        self.data, self.window = header["data"], bytearray.fromhex(header["window"])
        self.pc = header["pc"]
        self.regs = dict.fromkeys([f"r{n}" for n in range(32)] + ["cr", "xer", "mq", "lr", "ctr"], 0)

    def registers(self):
        return dict(self.regs)

    def run(self, case):
        self.regs |= {name: int(value, 16) for name, value in case["set"].items() if name in self.regs}
        model = Model(self.regs, lambda at: self.window[at - self.data])
        before = dict(self.regs)
        model.execute(int(case["bits"][0], 16))
        for name in model.undefined:
            self.regs[name] = int(case["out"].get(name, hex(before[name])), 16)
        return dict(self.regs), self.window, self.pc + 4, None

    def force(self, registers, window):
        self.regs |= {name: value for name, value in registers.items() if name in self.regs}
        self.window[:] = window


def examples():
    """Examples of the AIX manual: word, what is set, what is found."""
    x = lambda rs, ra, rb, xo, rc=0: 31 << 26 | rs << 21 | ra << 16 | rb << 11 | xo << 1 | rc
    cases = [
        (x(4, 6, 5, 216), {"r4": 0x90003000, "r5": 0x24, "mq": 0xABCDEFAB}, {"r6": 0xABCDEFA0, "mq": 0xABCDEFAB}),
        (x(4, 6, 5, 216, 1), {"r4": 0xB0043000, "r5": 4, "mq": M}, {"r6": 0x0043000F, "mq": M, "cr": 4 << 28}),
        (x(4, 6, 5, 152), {"r4": 0x90003000, "r5": 0x24}, {"r6": 0, "mq": 0x00030009}),
        (x(4, 6, 5, 152, 1), {"r4": 0xB0043000, "r5": 4}, {"r6": 0x00430000, "mq": 0x0043000B, "cr": 4 << 28}),
        (x(4, 4, 6, 331), {"mq": 1, "r4": 0, "r6": 2}, {"r4": 0, "mq": 1}),
        (x(4, 4, 6, 363), {"r4": 1, "r6": 2}, {"r4": 0, "mq": 1}),
    ]
    for word, given, expected in cases:
        regs = dict.fromkeys([f"r{n}" for n in range(32)] + ["cr", "xer", "mq"], 0) | given
        Model(regs, None).execute(word)
        found = {name: regs[name] for name in expected}
        assert found == expected, (hex(word), given, expected, found)
    print(f"{len(cases)} examples of the manual agree")


def record(count):
    """Prints `.insn` lines, so many for each mnemonic, of cases on which both agree and nothing is undefined."""
    lines = iter(sys.stdin)
    machine, seen = Machine(json.loads(next(lines))), collections.Counter()
    for line in lines:
        case = json.loads(line)
        before = dict(machine.regs) | {n: int(v, 16) for n, v in case["set"].items()}
        model = Model(dict(before), lambda at: machine.window[at - machine.data])
        model.execute(int(case["bits"][0], 16))
        ours = before | {n: int(v, 16) for n, v in case["out"].items()}
        mnemonic = case["text"].split(" ")[0]
        if model.regs == ours and not model.undefined and seen[mnemonic] < count and case["insn"]:
            seen[mnemonic] += 1
            print(case["insn"])
        machine.force(ours, machine.window)


if __name__ == "__main__":
    if sys.argv[1:] == ["--examples"]:
        examples()
    elif sys.argv[1:2] == ["--record"]:
        record(int(sys.argv[2]))
    else:
        replay(Machine, [])
