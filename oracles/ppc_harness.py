"""Runs many cases on a 64-bit QEMU without a debugger's step between them: a program of ours loads the state of one case after the other, executes the instruction, and keeps what
it has left.

The program runs in hypervisor state at the bottom of memory. Each case is a block of memory: registers, MSR, the instruction, the next block's address. `hrfid` begins a case; behind the
instruction lie zeros, which no CPU executes, so that an interrupt ends it: where that says it has come from is the pc. Encodings: Power ISA 3.0B.
"""

CUR, LOAD, SAVE = 0x1FF0, 0x2000, 0x3000
BLOCKS, STRIDE = 0x30000000, 0x800
VS, CR, LR, CTR, XER, FPSCR, VSCR, PC, MSR, INSN, NEXT = 0x100, 0x500, 0x508, 0x510, 0x518, 0x520, 0x530, 0x540, 0x548, 0x550, 0x558
VECTOR, SRR0, HSRR0, USED = 0x560, 0x568, 0x570, 0x580
# Interrupts that leave where they have come from in HSRR0.
HYPERVISOR = (0x980, 0xE00, 0xE20, 0xE40, 0xE60, 0xE80, 0xEA0, 0xF80)
MINE = 1 << 63 | 1 << 60 | 1 << 12


def d_form(opcode, t, offset, a):
    return opcode << 26 | t << 21 | a << 16 | offset & 0xFFFF


def ld(t, offset, a):
    return d_form(58, t, offset, a)


def std(t, offset, a):
    return d_form(62, t, offset, a)


def li(t, value):
    return d_form(14, t, value, 0)


def spr(extended, t, number):
    return 31 << 26 | t << 21 | (number & 31) << 16 | number >> 5 << 11 | extended << 1


def mtspr(number, t):
    return spr(467, t, number)


def mfspr(t, number):
    return spr(339, t, number)


def vsx(extended, n, a, b):
    return 31 << 26 | (n & 31) << 21 | a << 16 | b << 11 | extended << 1 | n >> 5


def load_code(pc):
    """From the block in r31 to the case."""
    code = [std(31, CUR, 0), d_form(32, 3, INSN, 31), d_form(15, 4, pc >> 16, 0), d_form(24, 4, pc, 4), d_form(36, 3, 0, 4), 0x7C0004AC, 0x4C00012C]
    # mtfsf of all bits; mtvscr v0.
    code += [d_form(50, 0, FPSCR, 31), 0xFFFE058E, li(3, VSCR), vsx(844, 32, 31, 3), 0x10000644]
    for n in range(64):
        code += [li(3, VS + 16 * n), vsx(844, n, 31, 3)]
    for offset, number in ((PC, 314), (MSR, 315), (LR, 8), (CTR, 9), (XER, 1)):
        code += [ld(3, offset, 31), mtspr(number, 3)]
    code += [ld(3, CR, 31), 0x7C6FF120]
    code += [ld(n, 8 * n, 31) for n in range(31)]
    return code + [ld(31, 248, 31), 0x4C000224]


def save_code():
    """From an interrupt, whose vector is in r31, to the next block."""
    code = [mtspr(305, 30), 0x7FFEFB78, ld(31, CUR, 0), std(30, VECTOR, 31)]
    for n, number in ((31, 304), (30, 305)):
        code += [mfspr(30, number), std(30, 8 * n, 31)]
    code += [std(n, 8 * n, 31) for n in range(30)]
    for offset, number in ((LR, 8), (CTR, 9), (XER, 1), (SRR0, 26), (HSRR0, 314)):
        code += [mfspr(3, number), std(3, offset, 31)]
    # mfcr r3. MSR has the units on: mfmsr, oris, ori, mtmsrd.
    code += [0x7C600026, std(3, CR, 31), 0x7C6000A6, d_form(25, 3, 0x0280, 3), d_form(24, 3, 0x2000, 3), 0x7C600164]
    for n in range(64):
        code += [li(3, VS + 16 * n), vsx(972, n, 31, 3)]
    # mffs f0; mfvscr v0.
    code += [0xFC00048E, d_form(54, 0, FPSCR, 31), 0x10000604, li(3, VSCR), vsx(972, 32, 31, 3)]
    code += [ld(31, NEXT, 31), d_form(11, 1, 0, 31), 0x40820008]
    end = SAVE + 4 * len(code)
    # cmpdi r31, 0; bne to the branch behind the end, which stays where it is.
    return code + [0x48000000, 0x48000002 | LOAD], end


def vector_code(vector):
    return [mtspr(304, 31), li(31, vector), 0x48000002 | SAVE]


def image(words):
    return b"".join(word.to_bytes(4, "big") for word in words)


class Harness:
    """The program in a machine that `gdb` (a `Gdb`) talks to."""

    # Seconds after which a case is looked at that does not end; twice as many, and it is given up.
    patience = 1.0

    def __init__(self, gdb, pc, names):
        self.gdb, self.pc, self.names = gdb, pc, names
        code, self.end = save_code()
        parts = [(LOAD, image(load_code(pc))), (SAVE, image(code))]
        parts += [(at, image(vector_code(at))) for at in range(0x100, 0x1000, 0x20)]
        self.must([request for at, data in parts for request in self.writes(at, data)] + [f"Z0,{self.end:x},4"])

    @staticmethod
    def writes(address, data):
        for at in range(0, len(data), 1024):
            part = data[at : at + 1024]
            yield f"M{address + at:x},{len(part):x}:{part.hex()}"

    def must(self, requests):
        wrong = [pair for pair in zip(requests, self.answers(requests)) if pair[1] != "OK"]
        if wrong:
            raise ValueError(f"{wrong}")

    def answers(self, requests):
        """Some at a time: QEMU does not read while nobody takes its answers."""
        return [answer for at in range(0, len(requests), 16) for answer in self.gdb.answers(requests[at : at + 16])]

    def block(self, state, msr, code, following):
        """A case as it lies in memory."""
        parts = [state[f"r{n}"].to_bytes(8, "big") for n in range(32)]
        parts += [(state[f"f{n}"] << 64 | state[f"vs{n}h"]).to_bytes(16, "big") for n in range(32)]
        parts += [state[f"vr{n}"].to_bytes(16, "big") for n in range(32)]
        parts += [state[name].to_bytes(8, "big") for name in ("cr", "lr", "ctr", "xer", "fpscr")]
        rest = [bytes(8), state["vscr"].to_bytes(16, "big"), self.pc.to_bytes(8, "big"), msr.to_bytes(8, "big"), code, bytes(4), following.to_bytes(8, "big")]
        return b"".join(parts + rest)

    def run(self, cases, msr, order):
        """What cases of (state, bytes of the instruction) leave: (state, pc, whether the instruction itself was interrupted). `order` is how the debugger takes MSR now."""
        requests, lost = [], set()
        for n, (state, code) in enumerate(cases):
            following = 0 if n + 1 == len(cases) else BLOCKS + STRIDE * (n + 1)
            requests += self.writes(BLOCKS + STRIDE * n, self.block(state, msr, code, following))
        requests.append(f"P41={MINE.to_bytes(8, order).hex()}")
        self.must(requests)
        first = 0
        while first < len(cases):
            last = self.go(first)
            if last is None:
                break
            # That one goes on for ever; the next one begins anew.
            lost.add(last)
            first = last + 1
        answers = self.answers([f"m{BLOCKS + STRIDE * n:x},{USED:x}" for n in range(len(cases))])
        return [None if n in lost else self.result(bytes.fromhex(answer)) for n, answer in enumerate(answers)]

    def go(self, first):
        """Runs from case `first` on: the number of one that does not come to an end, or `None`."""
        start = {31: BLOCKS + STRIDE * first, 64: LOAD}
        requests = [f"P{number:x}={value.to_bytes(8, 'big').hex()}" for number, value in start.items()]
        self.must([f"P41={(MINE | 1 << 25 | 1 << 23 | 0x2000).to_bytes(8, 'big').hex()}", *requests])
        self.gdb.send("c")
        before = None
        while not self.gdb.has_answer(self.patience):
            self.gdb.interrupt()
            current = self.current()
            if current == before:
                return current
            before = current
            self.gdb.send("c")
        self.gdb.answer()
        return None

    def current(self):
        return (int(self.gdb.ask(f"m{CUR:x},8"), 16) - BLOCKS) // STRIDE

    def result(self, data):
        def at(offset, size=8):
            return int.from_bytes(data[offset : offset + size], "big")

        state = {f"r{n}": at(8 * n) for n in range(32)}
        for n in range(32):
            state[f"f{n}"], state[f"vs{n}h"] = at(VS + 16 * n), at(VS + 16 * n + 8)
            state[f"vr{n}"] = at(VS + 16 * (32 + n), 16)
        places = (("cr", CR), ("lr", LR), ("ctr", CTR), ("xer", XER), ("fpscr", FPSCR))
        state.update((name, at(offset)) for name, offset in places)
        state["fpscr"] &= 0xFFFFFFFF
        state["vscr"] = at(VSCR, 16) & 0xFFFFFFFF
        pc = at(HSRR0 if at(VECTOR) in HYPERVISOR else SRR0)
        return {name: state[name] for name in self.names}, pc, pc == self.pc
