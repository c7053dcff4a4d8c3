"""Random cases of what the dispatchable-unit control table governs, and of traced branches: TRAP, BRANCH AND SET AUTHORITY, BRANCH IN SUBSPACE GROUP, RESUME PROGRAM, TRACE.

The table and the trace table are those of linkage_cases, as are the ASTEs; an access list is behind the table.
"""

import struct

from s390x import linkage_cases
from s390x.linkage_cases import TRACE, UNIT, group, traced
from s390x.system_cases import CODE, FIRST, MODES, PSW_ASC, SECOND

LIST, BLOCK = 0x47880, 0x46900


def prepare(s):
    rng, words = s.rng, s.words
    s.dat = rng.random() < 0.95
    s.asc = rng.choice((0, 0, 0, 0, 0, 1, 2, 3))
    s.key = rng.choice((0, 0, 1))
    s.cr[3], s.cr[4] = rng.getrandbits(16) << 16 | rng.choice((1, 2)), rng.choice((0, 1, 2)) << 16 | 1
    s.cr[5] = linkage_cases.SPACES + 64
    linkage_cases.spaces(s)
    group(s)
    words[UNIT + 16] = LIST << 32 | rng.getrandbits(16) << 16 | rng.getrandbits(4) << 4 | rng.choice((0, 0, 8, 8)) | rng.getrandbits(1)
    words[UNIT + 32] = rng.choice((0, rng.getrandbits(32), 0)) << 32 | rng.choice((0, 1, 1)) << 31 | place(s, 64) | (rng.random() < 0.1) << 27
    traced(s)


def place(s, bits):
    """An address to go on at, mostly without anything wrong."""
    rng = s.rng
    return 0x10000 | rng.randrange(0, 0xFF0, 2) | (rng.random() < 0.04) | ((rng.random() < 0.05) << 40 if bits == 64 else 0)


def link(s):
    """An address with a mode, for a register."""
    return place(s, 64) | s.rng.choice((0, 0x80000000)) | s.rng.getrandbits(24) << 32 * (s.bits != 64) * (s.rng.random() < 0.5)


def e_authority(s):
    prepare(s)
    rng = s.rng
    reduced = s.words[UNIT + 16] >> 3 & 1
    s.r[4] = rng.getrandbits(32) << 32 | rng.getrandbits(16) << 16 | rng.getrandbits(8)
    s.r[6] = link(s)
    right = rng.random() < 0.93
    r1 = rng.choice((0, 0x40)) if reduced else 0x40
    s.code = struct.pack(">HH", 0xB25A, r1 | (6 if right != reduced else 0))


def e_group(s):
    prepare(s)
    rng = s.rng
    s.r[4], s.r[6] = rng.getrandbits(64), link(s)
    s.a[6] = rng.choice((0, 0, 1, 1, 2, 2, 3, 9, 0x20002, 0x1000002, 0x2000002))
    for n in (2, 3):
        head = (rng.random() < 0.06) << 31 | rng.getrandbits(2) << 24 | rng.choice((0, 0, 0, 0, 2)) << 16 | rng.getrandbits(16)
        entry = linkage_cases.SPACES + 64 * rng.choice((1, 2, 2, 3))
        if rng.random() < 0.5:
            s.words[entry] |= 1 << 32
        s.words[LIST + 16 * n] = head << 32 | rng.getrandbits(32)
        s.words[LIST + 16 * n + 8] = entry << 32 | rng.choice((5, 5, 5, 5, 6))
    s.words[linkage_cases.SPACES + 88] = (LIST | 0) << 32 | s.words.get(linkage_cases.SPACES + 88, 0) & 0xFFFFFFFF
    s.code = struct.pack(">HH", 0xB258, rng.choice((0x46, 0x46, 0x46, 0x06, 0x40)))


def control_block(s):
    rng, words = s.rng, s.words
    window = rng.randrange(2)
    area = (FIRST, SECOND)[window] + rng.choice((0, 8, 16, 24, 32)) if rng.random() < 0.9 else rng.choice((0x100, 0x1000, 0x43F80))
    kinds = rng.choice((0, 0x20000, 0x40000, 0x60000, 0x60000)) if s.bits != 64 else rng.choice((0x40000, 0x60000, 0x60000, 0))
    body = struct.pack(">6I", kinds | rng.getrandbits(16), rng.getrandbits(32), rng.getrandbits(32), area | rng.getrandbits(1) << 31 | rng.getrandbits(3), 0, place(s, 31) | rng.getrandbits(1) << 31)
    block = BLOCK + rng.choice((0, 8))
    if rng.random() < 0.12:
        at = rng.choice((96, 40, 56))
        block = (FIRST, SECOND)[1 - window] + at
        s.put(1 - window, body, at)
    else:
        words |= {block + at: int.from_bytes(body[at : at + 8], "big") for at in range(0, 24, 8)}
    enabled = rng.random() < 0.95
    words[UNIT + 40] = rng.getrandbits(32) << 32 | rng.getrandbits(1) << 31 | block | enabled | rng.getrandbits(2) << 1


def executed(s, code, target=8):
    """The instruction, or an execute instruction that has it as target."""
    how = s.rng.choice((0, 0, 0, 1, 2))
    if how == 0:
        return code
    s.r[5] = CODE + target
    head = struct.pack(">HH", 0x4400, 0x5000) if how == 1 else struct.pack(">HI", 0xC600, target // 2)
    return head + b"\x0a\x00" * ((target - len(head)) // 2) + code


def e_trap(four):
    def emit(s):
        prepare(s)
        control_block(s)
        s.a[15] = s.rng.getrandbits(32)
        s.r[2] = s.rng.getrandbits(64)
        s.code = executed(s, struct.pack(">HH", 0xB2FF, 0x2000 | s.rng.getrandbits(8)) if four else b"\x01\xff")

    return emit


def e_resume(s):
    prepare(s)
    rng = s.rng
    s.asc = rng.choice((0, 0, 1, 2, 3))
    flags = rng.choice((0, 1, 2, 3, 4, 6, 6, 7)) | (rng.random() < 0.03) << rng.randrange(3, 16)
    bits = rng.choice((64, 31, 24))
    mask = rng.getrandbits(16) << 48 | rng.getrandbits(7) << 33 if rng.random() < 0.5 else 0
    mask |= MODES[bits] | rng.randrange(4) << PSW_ASC | rng.randrange(4) << 44 | rng.randrange(16) << 40
    if rng.random() < 0.05:
        mask ^= rng.choice((0x80000000, 1 << 32))
    address = place(s, 64 if flags & 4 else 31) | (rng.random() < 0.04) << 24
    data = struct.pack(">QQ", mask, address) if flags & 4 else struct.pack(">Q", mask | address & 0x7FFFFFFF)
    length = len(data)
    data += rng.randbytes(4) + rng.randbytes(12)
    offset = rng.choice((0, 0, 0x10, 0x8000))
    operand = s.operand(data, 1)
    s.r[2] = s.r[2] - offset & (1 << 64) - 1
    list = struct.pack(">5H", flags, offset, offset + length, offset + length + 4, offset + length + 12 - rng.choice((0, 4)))
    s.cr[1] |= (rng.random() < 0.1) << 6
    s.cr[13] |= (rng.random() < 0.1) << 6
    s.code = struct.pack(">HH", 0xB277, operand) + list
    if rng.random() < 0.15:
        s.r[5] = CODE + 4
        s.code = struct.pack(">HH", 0x4400, 0x5000) + s.code[:12]


def e_trace(long):
    def emit(s):
        s.problem = s.rng.random() < 0.05
        traced(s, 0.97, 6)
        first, last = s.rng.choice(((3, 3), (3, 5), (14, 0), (0, 15), (7, 6)))
        word = s.rng.getrandbits(31) | (s.rng.random() < 0.1) << 31
        operand = s.operand(struct.pack(">I", word), 4)
        if long:
            s.code = struct.pack(">BBHBB", 0xEB, first << 4 | last, operand, 0, 0x0F)
        else:
            s.code = struct.pack(">BBH", 0x99, first << 4 | last, operand)
        # The clock is nobody's business.
        at = s.cr[12] & 0x3FFFFFFFFFFFFFFC
        for n in range(2, 12 if long else 8):
            word, byte = at + n & ~7, 7 - (at + n & 7)
            s.ignored[word] = s.ignored.get(word, 0) | 0xFF << 8 * byte

    return emit


def branch(opcode, first=True):
    """RR with r4 and r6: a branch that may be traced."""

    def emit(s):
        traced(s, 0.9)
        target = place(s, 64)
        modes = s.rng.choice((0, 1, 0x80000000)) if opcode in (0x0B, 0x0C) else s.rng.getrandbits(7) << 25 if s.bits == 24 else 0
        s.r[6] = target & ~1 | modes if opcode in (0x0B, 0x0C) else target | modes
        s.code = struct.pack(">BB", opcode, s.rng.choice((0x46, 0x46, 0x46, 0x40, 0x06)))

    return emit


def set_mode(opcode):
    def emit(s):
        traced(s, 0.9)
        s.code = struct.pack(">H", opcode)

    return emit


EMITTERS = {
    "bsa": e_authority, "bsg": e_group, "rp": e_resume, "trap2": e_trap(False), "trap4": e_trap(True), "trace": e_trace(False), "tracg": e_trace(True),
    "balr": branch(0x05), "basr": branch(0x0D), "bassm": branch(0x0C), "bsm": branch(0x0B),
    "sam24": set_mode(0x010C), "sam31": set_mode(0x010D), "sam64": set_mode(0x010E),
}  # fmt: skip
