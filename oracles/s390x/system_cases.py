"""Random cases of one instruction in a random system state: PSW, control registers, tables, storage keys.

Three spaces (primary, secondary, home) have a table of each level of their own, from 0x50000 on. Of each table two entries are in use: the first leads
to the instruction and stays valid, the second leads to the same pages, and anything may be wrong with it, as with the entries of those pages.
"""

import random
import struct

CODE, FIRST, SECOND, PREFIX, STRIDE = 0x10800, 0x40FC0, 0x42FC0, 0x60000, 2944
PAGES = (0x0, 0x1, 0x40, 0x41, 0x42, 0x43)
BLOCKS = (0x10, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x60)
STORAGE = 64 << 20
SHIFTS = (53, 42, 31, 20)
PSW_DAT, PSW_PROBLEM, PSW_KEY, PSW_ASC = 1 << 58, 1 << 48, 52, 46
MODES = {24: 0, 31: 0x80000000, 64: 0x180000000}


class Space:
    """Tables of a space: five pages, from region first to page table."""

    def __init__(self, rng, number, broken, edat, order):
        self.rng, self.edat, base = rng, edat, 0x50000 + 0x5000 * number
        self.tables = [base + 0x1000 * n for n in range(5)]
        self.words = {}
        for level in range(4):
            below = self.tables[level + 1]
            entry = below | (3 - level) << 2 | (3 if level < 3 else 0)
            for index in range(2):
                self.words[self.tables[level] + 8 * index] = entry
        frames = {page: page for page in (*PAGES, 0x10, 0x46, 0x47)} | {0: 0x44, 1: 0x45}
        frames |= dict(zip((0x40, 0x41, 0x42, 0x43), order))
        for page, frame in frames.items():
            self.words[self.tables[4] + 8 * page] = frame << 12
        self.level = rng.choice((3, 3, 3, 2, 1, 0))
        origin = self.tables[self.level]
        self.asce = origin | (3 - self.level) << 2 | 3 | (rng.random() < 0.15) << 8
        for _ in range(rng.choice((0, 1, 1, 2)) if broken else 0):
            self.damage()

    def damage(self):
        rng = self.rng
        what = rng.randrange(12)
        if what < 5:
            page = rng.choice(PAGES)
            at = self.tables[4] + 8 * page
            self.words[at] = rng.choice((self.words[at] | 0x400, self.words[at] | 0x200, self.words[at] | 0x800, self.words[at] | 0x100, 0x3FFFF000))
        elif what < 11:
            level = rng.randrange(self.level, 4)
            at = self.tables[level] + 8
            old = self.words[at]
            choices = [old | 0x20, old ^ 4, old | 0x200, 0x7FFF0000 | old & 0xF]
            choices += [old & ~3, old | 0xC0, old | 0x40] if level < 3 else [old | 0x10, old | 0x10]
            if level == 3 and self.edat:
                choices += [0x400, 0x600, 0x500]
            self.words[at] = rng.choice(choices)
        else:
            self.asce = rng.choice((self.asce & ~3, self.asce | 0x20))

    def address(self, low):
        """A virtual address, by the first entries of tables or the second ones, or one for which there are no tables."""
        rng, high = self.rng, 0
        for level in range(self.level, 4):
            if rng.random() < 0.35:
                high |= 1 << SHIFTS[level]
        if rng.random() < 0.06:
            high |= 1 << rng.choice((22, 30, 33, 40, 44, 51, 55, 63))
        return high | low


class State:
    """A system state; `keyed` says that the PSW's key and those of blocks may differ, so that they keep accesses out."""

    def __init__(self, rng, keyed):
        self.rng = rng
        broken = rng.random() < 0.6
        # QEMU has no EDAT. Frames are the same for all spaces, so that operands in two of them don't overlap.
        edat = keyed and rng.random() < 0.5
        order = (0x40, 0x41, 0x42, 0x43)
        order = rng.sample(order, 4) if rng.random() < 0.3 else order
        self.spaces = [Space(rng, n, broken, edat, order) for n in range(3)]
        self.dat = rng.random() < 0.7
        self.asc = rng.choice((0, 0, 0, 2, 2, 3))
        self.problem = rng.random() < 0.25
        self.key = rng.choice((0, 0, 0, 1, 2, 9)) if keyed else 0
        self.bits = rng.choice((64, 64, 64, 31, 24))
        self.program_mask = rng.choice((0, 0, 8, 15))
        self.cc = rng.randrange(4)
        self.r = [rng.choice((rng.getrandbits(64), rng.getrandbits(32), rng.getrandbits(8))) for _ in range(16)]
        self.a = [0] * 16
        self.cr = [0] * 16
        chance = lambda bit, p: (rng.random() < p) << bit
        self.cr[0] = 0x60000 | chance(28, 0.2) | chance(25, 0.3) | chance(24, 0.3) | edat << 23 | chance(20, 0.3)
        self.cr[0] |= chance(27, 0.6) | chance(26, 0.85) | chance(30, 0.2)
        self.cr[1], self.cr[7], self.cr[13] = (space.asce for space in self.spaces)
        self.cr[3], self.cr[4] = rng.getrandbits(32), rng.getrandbits(32)
        self.cr[8] = rng.getrandbits(32)
        self.cr[14] = 0xC2000000
        self.windows = [bytearray(rng.randbytes(128)) for _ in range(2)]
        keys = (0, 0x10, 0x20, 0x90, 0x18, 0x28, 0x30, 0x38, 6, 2, 4)
        self.keys = {block: rng.choice(keys) for block in BLOCKS}
        if not keyed or rng.random() < 0.9:
            self.keys[0x10] &= ~8
        self.code = b""
        self.words = {}
        # Bits of doublewords of storage that are not compared.
        self.ignored = {}

    def current(self):
        """The space of operands, None where addresses are real."""
        return {0: self.spaces[0], 1: self.spaces[0], 2: self.spaces[1], 3: self.spaces[2]}[self.asc] if self.dat else None

    def low(self, window=None, align=1):
        """An address in a window."""
        rng = self.rng
        base = rng.choice((FIRST, SECOND)) if window is None else (FIRST, SECOND)[window]
        if self.dat and rng.random() < 0.1 and not any(space.asce & 0x20 for space in self.spaces):
            # Pages 0 and 1 are elsewhere but in a real space; low-address protection looks at what is virtual.
            return rng.choice((0, 0x100, 0x1F8, 0x200, 0x1000, 0x11F0, 0x1200)) & -align
        at = base + rng.choice((rng.randrange(0, 96), 56, 60, 64, 48))
        return at if rng.random() < 0.08 else at & -align

    def address(self, align=1, space="current", window=None):
        space = self.current() if space == "current" else space
        low = self.low(window, align)
        if space is None:
            return low if self.bits == 24 or self.rng.random() < 0.97 else self.rng.choice((0x7FFF0000, 0xFFFFF000)) | low & 0xFFF
        return space.address(low)

    def real(self, align=8):
        low = (FIRST, SECOND)[self.rng.randrange(2)] + self.rng.randrange(0, 112)
        low = low if self.rng.random() < 0.08 else low & -align
        return low if self.bits == 24 or self.rng.random() < 0.95 else 0x7FFFF000 | low & 0xFFF

    def put(self, window, data, at):
        """Bytes at a place of a window by which an operand is reached if nothing is displaced."""
        self.windows[window][at : at + len(data)] = data

    def operand(self, data=b"", align=1):
        """An operand in storage that holds `data`: base register 2, no displacement."""
        window = self.rng.randrange(2)
        at = self.rng.randrange(0, 128 - max(len(data), 16)) & -align
        self.put(window, data, at)
        low = (FIRST, SECOND)[window] + at
        low += self.rng.random() < 0.04
        space = self.current()
        self.r[2] = space.address(low) if space else low
        return 0x2000

    def mask(self):
        dat = PSW_DAT if self.dat else 0
        made = dat | self.key << PSW_KEY | self.asc << PSW_ASC | self.cc << 44 | self.program_mask << 40 | MODES[self.bits]
        return made | (PSW_PROBLEM if self.problem else 0)

    def record(self):
        code = self.code + b"\x0a\x00" * ((16 - len(self.code)) // 2)
        made = code + struct.pack(">QQII", self.mask(), CODE, 0, 0)
        made += bytes(152 - len(made))
        words = {at: value for space in self.spaces for at, value in space.words.items()} | self.words
        assert len(words) <= 128
        made += struct.pack(">Q", len(words))
        for list, size in ((self.r, "Q"), (self.a, "I"), (self.cr, "Q")):
            made += struct.pack(f">16{size}", *list)
        made += b"".join(struct.pack(">QQ", block << 12, key) for block, key in self.keys.items())
        made += bytes(640 - len(made))
        made += b"".join(struct.pack(">QQ", at, value) for at, value in words.items())
        made += bytes(2688 - len(made)) + self.windows[0] + self.windows[1]
        assert len(made) == STRIDE, len(made)
        return made


def psw(s):
    """A PSW to load that leads back to the instruction's page, mostly a valid one."""
    rng = s.rng
    bits = rng.choice((64, 64, 31, 24))
    mask = MODES[bits] | rng.choice((0, PSW_DAT)) | rng.choice((0, PSW_PROBLEM)) | rng.choice((0, 1, 9)) << PSW_KEY
    mask |= rng.choice((0, 1, 2, 3)) << PSW_ASC | rng.randrange(4) << 44 | rng.randrange(16) << 40
    mask |= rng.choice((0, 1 << 57)) | rng.choice((0, 1 << 56)) | rng.choice((0, 1 << 50))
    address = 0x10000 | rng.randrange(0, 0xFF0, 2)
    if rng.random() < 0.15:
        mask ^= 1 << rng.choice((63, 61, 60, 59, 51, 33, 39, 10, 0, 31, 32))
    if rng.random() < 0.06:
        address |= rng.choice((1, STORAGE)) if bits == 64 else 1 | 1 << 31
    return mask, address


def e_lpswe(s):
    s.code = struct.pack(">HH", 0xB2B2, s.operand(struct.pack(">QQ", *psw(s)), 8))


def e_lpsw(s):
    mask, address = psw(s)
    short = mask & ~0x7FFFFFFF | 1 << 51 | address & 0x7FFFFFFF
    if s.rng.random() < 0.05:
        short ^= 1 << 51
    s.code = struct.pack(">HH", 0x8200, s.operand(struct.pack(">Q", short), 8))


def e_ssm(s):
    s.code = struct.pack(">HH", 0x8000, s.operand(bytes([s.rng.choice((0, 4, 3, 7, 0x80, 0x84, 0x10, 0x20, 0x08))])))


def system_mask(opcode, choices):
    def emit(s):
        s.code = struct.pack(">BBH", opcode, s.rng.choice(choices), s.operand())

    return emit


def short(opcode, *values):
    """An instruction of format S whose second-operand address is a number."""

    def emit(s):
        s.r[2] = s.rng.choice(values) if values else s.rng.getrandbits(12)
        s.code = struct.pack(">HH", opcode, 0x2000)

    return emit


def bare(opcode):
    def emit(s):
        s.code = struct.pack(">HH", opcode, 0)

    return emit


def registers(opcode, first=None, second=None):
    """RRE with r4 and r6, which the functions fill."""

    def emit(s):
        if first:
            s.r[4] = first(s)
        if second:
            s.r[6] = second(s)
        s.code = struct.pack(">HH", opcode, 0x46)

    return emit


def e_spx(s):
    value = s.rng.choice((PREFIX, PREFIX | 0x80001FFF, 0, 0x1FFF, 0x7FFFE000, STORAGE & 0x7FFFFFFF))
    s.code = struct.pack(">HH", 0xB210, s.operand(struct.pack(">I", value), 4))


def stored(opcode, align):
    def emit(s):
        s.code = struct.pack(">HH", opcode, s.operand(b"", align))

    return emit


def control(opcode, size, loads):
    """LOAD CONTROL, STORE CONTROL: registers 2 to 5 and 9 to 11 may have any value while program events are off."""

    def emit(s):
        first, last = s.rng.choice(((3, 4), (3, 3), (4, 4), (10, 11))) if loads else (s.rng.randrange(16), s.rng.randrange(16))
        count = (last - first) % 16 + 1
        if loads:
            operand = s.operand(s.rng.randbytes(count * size), size)
        else:
            s.r[2] = s.address(size)
            operand = 0x2000
        if opcode > 0xFF:
            s.code = struct.pack(">BBHBB", opcode >> 8, first << 4 | last, operand, 0, opcode & 0xFF)
        else:
            s.code = struct.pack(">BBH", opcode, first << 4 | last, operand)

    return emit


def e_ipte(s):
    """INVALIDATE PAGE TABLE ENTRY: a page's entry or those of several."""
    rng = s.rng
    space = rng.choice(s.spaces)
    s.r[4] = space.tables[4] | rng.randrange(0x800) if rng.random() < 0.9 else rng.choice((0x7FFFF000, 0x80000000050000 | space.tables[4]))
    s.r[6] = rng.getrandbits(64) & ~0xFF000 | rng.choice((0x40, 0x41, 0x42, 0x43, 0xFF)) << 12
    s.r[8] = rng.choice((0, 1, 3, 0x80, 0xC0)) | rng.getrandbits(32) << 8
    s.code = struct.pack(">HBB", 0xB221, rng.choice((0, 0x80)), 0x46)


def e_idte(s):
    """INVALIDATE DAT TABLE ENTRY: R1 table, R3 address, R2 what."""
    rng = s.rng
    space, level = rng.choice(s.spaces), rng.randrange(4)
    s.r[4] = space.tables[level] | (3 - level) << 2 | 3 if rng.random() < 0.95 else 0x7FFFF00F
    s.r[6] = rng.choice((1, 1, 2)) << SHIFTS[level] | rng.choice((0, 1)) | rng.choice((0, 0, 0, 0x800, 0x1000, 0x80000, 0x100))
    s.r[8] = space.asce
    s.code = struct.pack(">HBB", 0xB98E, 0x80, 0x46)


def swap(opcode, size):
    def emit(s):
        at = s.rng.randrange(0, 112) & -size
        window = s.rng.randrange(2)
        data = bytes(s.windows[window][at : at + size])
        s.r[4] = int.from_bytes(data, "big") if s.rng.random() < 0.6 else s.r[4]
        low = (FIRST, SECOND)[window] + at
        s.r[6] = (s.current().address(low) if s.current() else low) | s.rng.choice((0, 0, 1, 2, 3))
        s.code = struct.pack(">HH", opcode, 0x46 if s.rng.random() < 0.95 else 0x56)

    return emit


def real_of(opcode, name=None):
    """LOAD REAL ADDRESS in its forms."""

    def emit(s):
        s.r[2] = s.address()
        if opcode == 0xB1:
            s.code = struct.pack(">BBH", opcode, 0x40, 0x2000)
        else:
            s.code = struct.pack(">BBHBB", opcode >> 8, 0x40, 0x2000, 0, opcode & 0xFF)

    return emit


def two(opcode, first, second):
    """SSE, or another format of two operands: base registers 2 and 3."""

    def emit(s):
        s.r[2], s.r[3] = first(s), second(s)
        s.code = struct.pack(">HHH", opcode, 0x2000, 0x3000)

    return emit


def e_keyed(opcode, first, second):
    """MVCP, MVCS, MVCK: length in register 4, key in register 6."""

    def emit(s):
        s.r[2], s.r[3] = first(s), second(s)
        s.r[4] = s.rng.choice((0, 1, 8, 16, 17, 33, 48, 256, 300, 1 << 32 | 5))
        s.r[6] = s.rng.choice((0, 1, 2, 9, 15)) << 4
        s.code = struct.pack(">BBHH", opcode, 0x46, 0x2000, 0x3000)

    return emit


def e_mvcos(s):
    rng = s.rng
    oac = lambda: rng.choice((0, 1, 2, 3)) | rng.choice((0, 2, 3)) << 6 | rng.choice((0, 1, 2, 9)) << 12
    controls = (oac(), oac())
    space = lambda c: {0: s.spaces[0], 1: s.spaces[0], 2: s.spaces[1], 3: s.spaces[2]}[c >> 6 & 3 if c & 1 else s.asc]
    s.r[0] = controls[0] << 16 | controls[1] | rng.getrandbits(32) << 32
    s.r[2], s.r[3] = s.address(1, space(controls[0]), 0), s.address(1, space(controls[1]), 1)
    s.r[4] = rng.choice((0, 1, 8, 16, 33, 1 << 32 | 5))
    s.code = struct.pack(">HHH", 0xC840, 0x2000, 0x3000)


def e_one_key(opcode):
    def emit(s):
        s.r[0], s.r[1] = s.rng.choice((0, 1, 7, 31)), s.rng.choice((0, 1, 2, 9)) << 4
        s.r[2], s.r[3] = s.address(1, window=0), s.address(1, window=1)
        s.code = struct.pack(">HHH", opcode, 0x2000, 0x3000)

    return emit


def e_mvpg(s):
    rng = s.rng
    s.r[0] = rng.choice((0, 0, 0x100, 0x100, 0x400, 0x800, 0xC00, 0x1000)) | rng.choice((0, 1, 2, 9)) << 4
    s.r[4], s.r[6] = s.address(1, window=0), s.address(1, window=1)
    s.code = struct.pack(">HH", 0xB254, 0x46)


def e_key_set(s):
    """SET STORAGE KEY EXTENDED, without conditions or with them."""
    s.r[4], s.r[6] = s.rng.getrandbits(64), block(s)
    s.code = struct.pack(">HBB", 0xB22B, s.rng.choice((0, 0, 0x40, 0x20, 0x60)), 0x46)


def block(s):
    rng = s.rng
    return rng.choice(BLOCKS[1:]) << 12 | rng.getrandbits(12) if s.bits == 24 or rng.random() < 0.93 else rng.choice((0x7FFFF000, STORAGE))


def e_pfmf(s):
    rng = s.rng
    s.r[4] = rng.getrandbits(64) & ~0xFFFFFFFF | rng.choice((0, 0x10000, 0x20000, 0x30000)) | rng.choice((0, 0x400, 0x200)) | rng.getrandbits(8) & 0xFE
    if rng.random() < 0.1:
        s.r[4] |= rng.choice((0x100, 1, 0x40000, 0x3000, 0x80000000))
    s.r[6] = rng.choice((0x44, 0x45)) << 12 | rng.getrandbits(12) if s.bits == 24 or rng.random() < 0.93 else 0x7FFFF000
    s.code = struct.pack(">HH", 0xB9AF, 0x46)


def e_mc(s):
    s.r[2] = s.rng.getrandbits(40)
    s.code = struct.pack(">BBH", 0xAF, s.rng.randrange(20), 0x2000)


def storage(text, align=1):
    """An ordinary instruction with a storage operand at base 2, given as hexadecimal digits."""

    def emit(s):
        s.r[2] = s.address(align)
        s.code = bytes.fromhex(text)

    return emit


def both(text):
    def emit(s):
        s.r[2], s.r[3] = s.address(window=0), s.address(window=1)
        s.code = bytes.fromhex(text)

    return emit


def primary(s):
    return s.spaces[0].address(s.low(0))


def secondary(s):
    return s.spaces[1].address(s.low(1))


ORDINARY = {
    "l": "58402000", "lg": "e34020000004", "st": "50402000", "stg": "e34020000024", "ic": "43402000", "stc": "42402000",
    "lm": "98472000", "stm": "90472000", "lmg": "eb4720000004", "stmg": "eb4720000024", "mvi": "92552000", "oi": "96812000",
    "lh": "48402000", "sth": "40402000", "agsi": "eb052000007a", "lay": "e34020000071", "lam": "9a472000", "stam": "9b472000",
}
PAIRED = {"mvc": "d20720003000", "mvc16": "d20f20003000", "xc": "d70720003000", "clc": "d50720003000", "tr": "dc0720003000", "mvcin": "e80720003000"}
INTERLOCKED = {"cs": ("ba462000", 4), "csg": ("eb4620000030", 8), "cdsg": ("eb462000003e", 16), "laa": ("eb46200000f8", 4), "lpq": ("e3402000008f", 16), "stpq": ("e3402000008e", 16)}

EMITTERS = {
    "lpswe": e_lpswe, "lpsw": e_lpsw, "ssm": e_ssm,
    "stnsm": system_mask(0xAC, (0xFF, 0xFB, 0xFC, 0, 4)), "stosm": system_mask(0xAD, (0, 3, 4, 7, 0x80, 0x10)),
    "spka": short(0xB20A), "ipk": bare(0xB20B),
    "sac": short(0xB219, 0, 0x100, 0x200, 0x300, 0x400, 0x1100), "sacf": short(0xB279, 0, 0x100, 0x200, 0x300, 0x400, 0x1100),
    "iac": registers(0xB224), "epar": registers(0xB226), "esar": registers(0xB227), "esea": registers(0xB99D), "epsw": registers(0xB98D),
    "spx": e_spx, "stpx": stored(0xB211, 4), "stap": stored(0xB212, 2),
    "lctl": control(0xB7, 4, True), "lctlg": control(0xEB2F, 8, True), "stctl": control(0xB6, 4, False), "stctg": control(0xEB25, 8, False),
    "ptlb": bare(0xB20D), "ipte": e_ipte, "idte": e_idte, "csp": swap(0xB250, 4), "cspg": swap(0xB98A, 8),
    "lra": real_of(0xB1), "lray": real_of(0xE313), "lrag": real_of(0xE303),
    "strag": two(0xE502, lambda s: s.address(8), lambda s: s.address()),
    "tprot": two(0xE501, lambda s: s.address(), lambda s: s.rng.getrandbits(4) << 4),
    "lura": registers(0xB24B, None, lambda s: s.real(4)), "lurag": registers(0xB905, None, lambda s: s.real(8)),
    "stura": registers(0xB246, None, lambda s: s.real(4)), "sturg": registers(0xB925, None, lambda s: s.real(8)),
    "sske": e_key_set, "iske": registers(0xB229, None, block), "rrbe": registers(0xB22A, None, block),
    "tb": registers(0xB22C, None, lambda s: s.rng.choice((0x44, 0x45, 0x44, 0x44 if s.bits == 24 else 0x7FFFF)) << 12 | s.rng.getrandbits(12)), "pfmf": e_pfmf,
    "mvcp": e_keyed(0xDA, primary, secondary), "mvcs": e_keyed(0xDB, secondary, primary),
    "mvck": e_keyed(0xD9, lambda s: s.address(window=0), lambda s: s.address(window=1)), "mvcos": e_mvcos,
    "mvcsk": e_one_key(0xE50E), "mvcdk": e_one_key(0xE50F), "mvpg": e_mvpg, "ivsk": registers(0xB223, None, lambda s: s.address()), "mc": e_mc,
}  # fmt: skip
EMITTERS |= {name: storage(text, 8) for name, text in ORDINARY.items()}
EMITTERS |= {name: both(text) for name, text in PAIRED.items()}
EMITTERS |= {name: storage(text, align) for name, (text, align) in INTERLOCKED.items()}


def cases(seed, count, only, keyed):
    """Name and state of each."""
    from s390x import linkage_cases, unit_cases

    rng = random.Random(seed)
    # QEMU has neither a linkage stack nor tracing nor LPSW as it should be, and that may lead anywhere.
    emitters = EMITTERS | linkage_cases.EMITTERS | unit_cases.EMITTERS
    if not keyed:
        emitters = {name: emit for name, emit in EMITTERS.items() if name != "lpsw"}
    names = [name for name in emitters if not only or name in only]
    for n in range(count):
        state, name = State(rng, keyed), names[n % len(names)]
        emitters[name](state)
        if name in ("sac", "sacf", "iac", "epar", "esar", "ipk", "spka") and rng.random() < 0.3:
            state.asc = 1
        yield name, state
