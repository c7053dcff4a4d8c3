"""Random cases of the linkage stack and of address spaces by their numbers, for s390x/system.S.

The stack's section begins at 0x46000, a second one at 0x46800; the tables of ASNs are at 0x47000: first table, three ASTEs, authority, linkage
and entry table. The dispatchable-unit control table is at 0x47800, the trace table at 0x47a00 or at the end of that page.
"""

import struct

from s390x.system_cases import MODES, PSW_ASC, PSW_DAT, PSW_KEY, PSW_PROBLEM

HEADER, ENTRY, LAST, OTHER = 0x46008, 0x46010, 0x46130, 0x46808
SPACES, AUTHORITY, LINKAGE, ENTRIES = 0x47400, 0x47600, 0x47680, 0x47700

UNIT, TRACE = 0x47800, 0x47A00
# Where nothing is in the way, low-address protection covers these.
LOW_UNIT, LOW_TRACE = 0x40, 0xD0
BRANCH, MODE, ASN, EXPLICIT = 1 << 63, 1 << 62, 2, 1


def traced(s, chance=0.5, words=4):
    """Control register 12, mostly with some tracing on, and a table to write to."""
    rng = s.rng
    if rng.random() >= chance:
        return
    at = TRACE + rng.choice((0, 0, 4))
    if rng.random() < 0.06:
        at = rng.choice((0x47FF0, 0x47FF8, 0x47FFC, LOW_TRACE, 0x7FFFF000))
    s.cr[12] = at | rng.choice((0, BRANCH)) | rng.choice((0, MODE)) | rng.choice((0, ASN)) | rng.choice((0, EXPLICIT, EXPLICIT))
    s.words |= {TRACE + 8 * n: rng.getrandbits(64) for n in range(words)}


def group(s):
    """A dispatchable unit whose base space is, mostly, the primary one, and a subspace group."""
    rng, words = s.rng, s.words
    s.cr[2] = UNIT if rng.random() < 0.97 else rng.choice((LOW_UNIT, 0x7FFFFFC0))
    base = SPACES + 64 * rng.choice((1, 1, 1, 1, 2, 3))
    subspace = rng.choice((0, SPACES + 128, SPACES + 192, SPACES + 192))
    words[UNIT] = base << 32 | rng.choice((0, 1, 1)) << 31 | subspace
    words[UNIT + 8] = rng.getrandbits(32) << 32 | rng.choice((5, 5, 5, 6))
    for n in range(1, 4):
        at = SPACES + 64 * n
        words[at + 8] |= rng.choice((0, 0x200, 0x200))
        words[at + 16] = words[at + 16] & ~0xFFFFFFFF | rng.choice((5, 5, 5, 5, 6))


def descriptor(kind, free, rng):
    return kind << 56 | rng.getrandbits(8) << 48 | free << 32 | rng.choice((0, 296)) << 16


def prepare(s):
    rng = s.rng
    s.dat = rng.random() < 0.95
    s.asc = rng.choice((0, 0, 0, 0, 0, 1, 2, 3))
    s.key = rng.choice((0, 0, 1))
    s.cr[3], s.cr[4] = rng.getrandbits(16) << 16 | rng.choice((1, 1, 2, 3)), rng.choice((0, 1, 2, 5, 40)) << 16 | 1
    s.cr[5] = SPACES + 64
    s.cr[14] |= (rng.random() < 0.92) << 19 | 0x47
    stack(s)
    spaces(s)
    entries(s)
    group(s)
    traced(s, 0.4)


def stack(s):
    rng, words = s.rng, s.words
    kinds = (9, 9, 9, 12, 13, 13, 10)
    full = rng.random() < 0.3
    pushed = rng.random() < 0.6
    words[HEADER - 8] = rng.choice((0, OTHER | 1, LAST | 1, HEADER | 1))
    words[HEADER] = descriptor(9 | (rng.random() < 0.1) << 7, 0 if full and not pushed else rng.choice((0x128, 0x400, 0x128)), rng)
    body = [rng.getrandbits(64) for _ in range(36)]
    body[16] = rng.getrandbits(16) << 48 | rng.choice((1, 1, 2, 3)) << 32 | rng.getrandbits(16) << 16 | rng.choice((1, 1, 2, 3, 65))
    bits = rng.choice((64, 64, 31, 24))
    mask = PSW_DAT | MODES[bits] | rng.choice((0, 1, 9)) << PSW_KEY | rng.choice((0, PSW_PROBLEM)) | rng.choice((0, 1, 2, 3)) << PSW_ASC
    body[17] = mask | rng.randrange(4) << 44 | rng.randrange(16) << 40 | (rng.random() < 0.05) << 33
    body[21] = 0x10000 | rng.randrange(0, 0xFF0, 2)
    words |= {ENTRY + 8 * n: value for n, value in enumerate(body)}
    kind = rng.choice((12, 12, 13, 13, 13, 11, 9)) | (rng.random() < 0.08) << 7
    free = rng.choice((0x128, 0x130, 0x200, 0x120, 0x124)) if not full else 0
    words[LAST] = descriptor(kind, free, rng)
    s.cr[15] = (LAST if pushed else HEADER) | rng.choice((0, 0, 5))
    # Behind the section's free space is its trailer.
    last, free = (LAST, free) if pushed else (HEADER, words[HEADER] >> 32 & 0xFFFF)
    if free & 7 == 0:
        words[last + 8 + free] = OTHER | rng.choice((0, 1, 1, 1))
    words[OTHER - 8] = 0
    words[OTHER] = descriptor(9, rng.choice((0x128, 0x300, 0x100)), rng)


def spaces(s):
    rng, words = s.rng, s.words
    words[0x47000] = (SPACES | (rng.random() < 0.04) << 31) << 32 | 0x80000000
    for n in range(1, 4):
        at = SPACES + 64 * n
        invalid = n > 1 and rng.random() < 0.1
        words[at] = (AUTHORITY | invalid << 31) << 32 | rng.choice((0, 1, 2, 7)) << 16 | rng.choice((0, 1)) << 4
        words[at + 8] = s.spaces[n - 1].asce | (rng.random() < 0.08) << 6
        words[at + 16] = rng.getrandbits(32)
        words[at + 24] = (LINKAGE | (rng.random() < 0.95) << 31) << 32
    words[AUTHORITY] = rng.getrandbits(64) | rng.getrandbits(64)


def entries(s):
    rng, words = s.rng, s.words
    words[LINKAGE] = ENTRIES << 32 | 0x80000000
    for n in range(2):
        at, asn = ENTRIES + 32 * n, rng.choice((0, 0, 2, 3))
        wide = rng.random() < 0.5
        flags = (rng.random() < 0.7) << 31 | wide << 30 | rng.getrandbits(5) << 24 | rng.getrandbits(4) << 20 | rng.getrandbits(16)
        address = 0x10000 | rng.randrange(0, 0xFF0, 2) | rng.getrandbits(1)
        address |= 0 if wide else rng.choice((0, 0x80000000, 0x80000000, 0x80000000, 0x2000000))
        words[at] = address
        words[at + 8] = rng.getrandbits(16) << 48 | asn << 32 | rng.getrandbits(16) << 16
        words[at + 16] = flags << 32 | (SPACES + 64 * asn if asn else rng.getrandbits(31))
        words[at + 24] = rng.getrandbits(64)


def linked(emit):
    def run(s):
        prepare(s)
        emit(s)

    return run


def two(opcode, first=None, second=None):
    """RRE with r4 and r6."""

    def emit(s):
        if first:
            s.r[4] = first(s)
        if second:
            s.r[6] = second(s)
        s.code = struct.pack(">HH", opcode, s.rng.choice((0x46, 0x46, 0x46, 0x40, 0x06)) if opcode == 0xB240 else 0x46)

    return linked(emit)


def place(s):
    """An address to go on at, with a mode or none."""
    rng = s.rng
    return 0x10000 | rng.randrange(0, 0xFF0, 2) | rng.choice((0, 1, 0x80000000))


def e_extract(opcode):
    def emit(s):
        s.code = struct.pack(">HH", opcode, s.rng.getrandbits(8))

    return linked(emit)


def e_state(s):
    s.r[6] = s.rng.getrandbits(56) << 8 | s.rng.choice((0, 1, 2, 3, 4, 6, 200))
    s.code = struct.pack(">HH", 0xB24A, s.rng.choice((0x86, 0x86, 0x86, 0x76)))


def e_modify(s):
    s.code = struct.pack(">HH", 0xB247, s.rng.choice((0x80, 0x80, 0x80, 0x70)))


def e_return(s):
    s.code = b"\x01\x01"


def e_call(s):
    s.r[2] = s.rng.choice((0, 0, 0, 0, 0x100, 0x2000)) | s.rng.choice((0, 0, 1, 1, 1, 5)) | s.rng.getrandbits(3) << 20
    s.code = struct.pack(">HH", 0xB218, 0x2000)


def e_parameters(s):
    rng = s.rng
    data = struct.pack(">HHHH", rng.getrandbits(16), rng.choice((1, 2, 3, 65)), rng.choice((0, 1, 2, 7)), rng.choice((1, 1, 2, 3, 65)))
    s.operand(data, 8)
    s.problem = rng.random() < 0.05
    s.r[3] = rng.getrandbits(3)
    s.code = struct.pack(">HHH", 0xE500, 0x2000, 0x3000)


def number(s):
    return s.rng.getrandbits(48) << 16 | s.rng.choice((1, 2, 2, 3, 65))


EMITTERS = {
    "bakr": two(0xB240, place, place), "pr": linked(e_return), "ereg": e_extract(0xB249), "eregg": e_extract(0xB90E), "esta": linked(e_state),
    "msta": linked(e_modify), "ssar": two(0xB225, number), "pt": two(0xB228, number, place), "pc": linked(e_call), "lasp": linked(e_parameters),
}  # fmt: skip
