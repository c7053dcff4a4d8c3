"""Where QEMU 7.2 does otherwise than the manual: each rule works out what the manual asks for, and accepts our answer only if it is that.

A rule gets the case, what differs as {name: (ours, theirs)}, all registers before, ours after, theirs after, and whether Status.FR is set.
"""

from mips import exact

RI, FPE, DBE = 10, 15, 7
CAUSE, ENABLES, FLAGS = 12, 7, 2


def arithmetic(case, before, fr):
    """What the manual says of the arithmetic instruction among those of the case, if there is one."""
    results = [exact.result_of(int(word, 16), before, fr) for word in case["bits"]]
    return next((result for result in results if result), None)


def as_the_manual_says(case, found, before, ours, theirs, fr):
    """Tiny results, and NaNs before NaN2008. QEMU raises nothing for a tiny result that FS flushes, nor, with the trap on, for one that is
    exact; for a NaN among the operands it gives the default NaN. What is worked out here decides about ours; where nothing is, ours must be as
    theirs, register by register and bit by bit.
    """
    result = arithmetic(case, before, fr)
    if not result or not all(name in ("fcsr", "trap", f"f{result[0]}") for name in found):
        return False
    destination, lanes = result
    fcsr, other = ours["fcsr"], theirs["fcsr"]
    raised = other >> CAUSE & 63
    for *_, more in lanes:
        raised |= more
    trapped = raised & (before["fcsr"] >> ENABLES & 31)
    expected = other & ~(63 << CAUSE | 31 << FLAGS) | raised << CAUSE | before["fcsr"] & 31 << FLAGS
    value = before[f"f{destination}"] if trapped else theirs[f"f{destination}"]
    if not trapped:
        expected |= (raised & 31) << FLAGS
        for low, width, bits, _ in lanes:
            if bits is not None:
                value = value & ~((1 << width) - 1 << low) | bits << low
    trap = case["trap"][0] == FPE if case["trap"] else False
    return fcsr == expected and bool(trapped) == trap and ours[f"f{destination}"] == value & (1 << 64) - 1


def flushed(*args):
    return args[2]["fcsr"] >> 24 & 1 and any(name in args[1] for name in ("fcsr", "trap")) and as_the_manual_says(*args)


def exact_underflow(*args):
    return any(name in args[1] for name in ("fcsr", "trap")) and as_the_manual_says(*args)


def quiet_nan(*args):
    return not any(name in args[1] for name in ("fcsr", "trap")) and as_the_manual_says(*args)


def unmapped(case, found, before, ours, theirs, fr):
    """The board has RAM and devices where our cases have none: an access that ends with a bus error here and without one there."""
    return case["trap"] and case["trap"][0] == DBE and found["trap"][1] is None


def never_taken(case, found, before, ours, theirs, fr):
    """QEMU treats a branch that is never taken as no branch: an exception in its slot has no Cause.BD."""
    a, b = found.get("trap", (None, None))
    words = case["text"].split("; ")[0].replace(",", "").split(" ")
    never = words[0] == "bne" and words[1] == words[2] or words[0] in ("bgtz", "bltz") and words[1] == "zero"
    return len(found) == 1 and a and b and never and (a[1], b[1]) == (1, 0)


def desave(case, found, before, ours, theirs, fr):
    """DMFC0 of DESAVE gives what DMTC0 has written; QEMU keeps 32 bits of it."""
    words = [int(word, 16) for word in case["bits"]]
    reads = words[-1] & ~(31 << 16) == 0x4020F800
    writes = words[0] & ~(31 << 16) == 0x40A0F800
    if not reads or len(found) != 1 or "trap" in found:
        return False
    (value, other), = found.values()
    written = before[f"r{words[0] >> 16 & 31}"] if writes else value
    return value == written and other == (value & 0xFFFFFFFF ^ 0x80000000) - 0x80000000 & (1 << 64) - 1


def page_frame(case, found, before, ours, theirs, fr):
    """A page frame number of 32-bit addresses has 20 bits; QEMU's 64-bit program keeps more of what MTC0 writes to EntryLo, and MFC0 reads it."""
    words = [int(word, 16) for word in case["bits"]]
    if len(words) != 2 or len(found) != 1 or "trap" in found or words[1] & 0xFFE0FFFF not in (0x40001000, 0x40001800):
        return False
    if words[0] & 0xFFE0FFFF != 0x40800000 | words[1] & 0xF800:
        return False
    written = before[f"r{words[0] >> 16 & 31}"]
    return found == {f"r{words[1] >> 16 & 31}": (written & 0x3FFFFFF, written & 0x3FFFFFFF)}


def reserved_format(case, found, before, ours, theirs, fr):
    """MSA instructions without the data format that they name: QEMU does nothing, and does not trap."""
    word = int(case["bits"][-1], 16)
    minor, operation = word & 63, word >> 23 & 7
    bits = minor in (0x09, 0x0A) and word >> 16 & 0x7F >= 0x78
    bytes_of = (minor == 0x13 or minor == 0x15 and operation >= 4) and word >> 21 & 3 == 0
    # Elements of 64 bits in general registers: a 32-bit processor alone traps.
    general = case["text"].startswith(("fill .d", "insert .d", "copy.s .d", "copy.u .d", "copy.u .w"))
    trap = found.get("trap", (None, None))
    return word >> 26 == 0x1E and (bits or bytes_of or general) and trap[0] and trap[0][0] == RI and trap[1] is None


def into_zero(word):
    """The same instruction of the DSP ASE with another destination than r0, and that register; None if r0 is not its destination.

    QEMU leaves out an instruction whose result goes to r0; DSPControl is to tell of it all the same.
    """
    low = 16 if word & 63 in (0x38, 0x31, 0x0C) else 11
    if word >> 26 != 0x1F or word >> low & 31:
        return None
    used = [word >> at & 31 for at in (11, 16, 21)]
    register = next(n for n in (26, 27, 25, 24) if n not in used)
    return word | register << low, register


RULES = [
    ('Volume I-A, "Floating Point Control and Status Register", FS: a tiny result becomes zero, which is U and I', flushed),
    ('Volume I-A, "Underflow Exception": tininess alone raises it where the trap is enabled', exact_underflow),
    ('Volume I-A, "Signaling Non-Number (SNaN)", "Quiet Non-Number (QNaN)": a QNaN operand is propagated before NaN2008', quiet_nan),
    ('Volume III, "Cause Register": BD is set for the slot of a branch that is not taken', never_taken),
    ('MSA (MD00866), "Instruction Formats": with a data format that is reserved, it is a reserved instruction', reserved_format),
    ('Volume III, "Debug Exception Save Register": it is as wide as the general registers', desave),
    ('24K Software User\'s Manual (MD00343), "EntryLo0 and EntryLo1 Registers": the physical addresses of a 24K have 32 bits', page_frame),
    ("an access where our cases have no RAM", unmapped),
]
