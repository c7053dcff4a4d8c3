"""Products and sums of the signal processing engine, computed from their names and descriptions.

Signal Processing Engine (SPE) Programming Environments Manual, chapter 5: evmh*, evmw*, evaddu*, evadds*, evsubf*iaaw, evdiv*, evmra. QEMU 7.2 has but a few of them; nothing here
looks at operation codes, from which our own decoding starts.
"""

import re

SOVH, OVH, SOV, OV = 1 << 31, 1 << 30, 1 << 15, 1 << 14
LOW = (1 << 32) - 1

HALVES = re.compile(r"evmh([eo])(g?)([su])([sm])([if])(aaw|anw|aa|an|a)?$")
WORDS = re.compile(r"evmw([hl]?)([su])([sm])([if])(aaw|anw|aa|an|a)?$")
SUMS = re.compile(r"ev(add|subf)([su])([sm])iaaw$")


def signed(value, bits):
    value &= (1 << bits) - 1
    return value - (value >> bits - 1 << bits)


def words(value):
    return [value >> 32 & LOW, value & LOW]


def pair(high, low):
    return (high & LOW) << 32 | low & LOW


def product(a, b, bits, is_signed, fraction, saturate):
    """A product and whether it is -1 times -1, which as a fraction does not fit."""
    if is_signed:
        a, b = signed(a, bits), signed(b, bits)
    if not fraction:
        return a * b, False
    most = a == b == -(1 << bits - 1)
    return (a * b * 2 - 1, True) if most and saturate else (a * b * 2, False)


def clamp(value, is_signed):
    low, high = (-(1 << 31), (1 << 31) - 1) if is_signed else (0, LOW)
    return max(low, min(high, value)), not low <= value <= high


def sums(acc, parts, is_signed, saturate, negative):
    """The accumulator's words and what is added to them or taken off; overflows of saturating ones."""
    result, over = [], []
    for old, part in zip(words(acc), parts):
        old, part = (signed(old, 32), signed(part, 32)) if is_signed else (old, part & LOW)
        total = old - part if negative else old + part
        value, beyond = clamp(total, is_signed) if saturate else (total, False)
        result.append(value)
        over.append(beyond)
    return pair(*result), over


def quotient(a, b, is_signed):
    if not is_signed:
        return (LOW, True) if b == 0 else (a // b, False)
    a, b = signed(a, 32), signed(b, 32)
    if b == 0:
        return (-(1 << 31) if a < 0 else (1 << 31) - 1), True
    if (a, b) == (-(1 << 31), -1):
        return (1 << 31) - 1, True
    whole = abs(a) // abs(b)
    return (-whole if (a < 0) != (b < 0) else whole), False


class Done:
    """A result; whether the accumulator gets it; overflows, and whether it is known which of them OVH and OV tell of."""

    def __init__(self, value, acc, over=None, exact=True):
        self.value, self.acc, self.over, self.exact = value & (1 << 64) - 1, acc, over, exact


def of_halves(found, a, b, acc):
    which, guarded, sign, mode, kind, suffix = found.groups()
    is_signed, saturate, fraction = sign == "s", mode == "s", kind == "f"

    def half(word):
        return word >> 16 if which == "e" else word & 0xFFFF

    if guarded:
        part, _ = product(half(words(a)[1]), half(words(b)[1]), 16, is_signed, fraction, False)
        return Done(signed(acc, 64) - part if suffix == "an" else signed(acc, 64) + part, True)
    made = [product(half(x), half(y), 16, is_signed, fraction, saturate) for x, y in zip(words(a), words(b))]
    return gather(made, acc, is_signed, saturate, fraction, suffix)


def gather(made, acc, is_signed, saturate, fraction, suffix):
    """Two products: as they are, or added to the accumulator's words."""
    parts, cut = [m[0] for m in made], [m[1] for m in made]
    if suffix in ("aaw", "anw"):
        value, over = sums(acc, parts, is_signed, saturate, suffix == "anw")
        either = [x or y for x, y in zip(over, cut)]
        return Done(value, True, either if saturate else None, not fraction)
    return Done(pair(*parts), suffix == "a", cut if saturate and fraction else None)


def of_words(found, a, b, acc):
    which, sign, mode, kind, suffix = found.groups()
    is_signed, saturate, fraction = sign == "s", mode == "s", kind == "f"
    if not which:
        part, cut = product(words(a)[1], words(b)[1], 32, is_signed, fraction, saturate)
        over = [False, cut] if saturate and fraction else None
        if suffix not in ("aa", "an"):
            return Done(part, suffix == "a", over)
        total = signed(acc, 64) + (-part if suffix == "an" else part)
        beyond = not -(1 << 63) <= total < 1 << 63
        return Done(total, True, [False, cut or beyond] if over else None, False)
    if which == "h":
        made = [product(x, y, 32, is_signed, fraction, saturate) for x, y in zip(words(a), words(b))]
        return gather([(p >> 32, cut) for p, cut in made], acc, is_signed, saturate, fraction, suffix)
    # The low half of a product does not depend on the sign; "s" and the mode are those of the sum.
    made = [(x * y & LOW, False) for x, y in zip(words(a), words(b))]
    return gather(made, acc, is_signed, saturate, fraction, suffix)


def expected(case):
    """What a case of these must leave, else None."""
    name = case["text"].split(" ")[0]
    word = int(case["bits"][0], 16)

    def register(n):
        return int(case["set"][f"ev{n}h"], 16) << 32 | int(case["set"][f"r{n}"], 16)

    for pattern, rule in ((HALVES, of_halves), (WORDS, of_words)):
        found = pattern.match(name)
        if found:
            return rule(found, register(word >> 16 & 31), register(word >> 11 & 31), int(case["set"]["acc"], 16))
    a = register(word >> 16 & 31) if name.startswith(("evadd", "evsubf", "evdiv", "evmra")) else 0
    found = SUMS.match(name)
    if found:
        saturate = found[3] == "s"
        value, over = sums(int(case["set"]["acc"], 16), words(a), found[2] == "s", saturate, found[1] == "subf")
        return Done(value, True, over if saturate else None)
    if name in ("evdivws", "evdivwu"):
        made = [quotient(x, y, name == "evdivws") for x, y in zip(words(a), words(register(word >> 11 & 31)))]
        return Done(pair(*(m[0] for m in made)), False, [m[1] for m in made])
    return Done(a, True) if name == "evmra" else None


def faults_of(case):
    """What of our outcome is not what the manual says, as a dictionary of (ours, the manual's); None if the case is none of these."""
    done = expected(case)
    if not done:
        return None
    target = int(case["bits"][0], 16) >> 21 & 31
    after = {n: int(v, 16) for n, v in (case["set"] | case["out"]).items()}
    scr = int(case["set"]["spefscr"], 16)
    if done.over:
        scr &= ~(OVH | OV)
        for over, bits in zip(done.over, (OVH | SOVH, OV | SOV)):
            scr |= bits if over else 0
    known = ~0 if done.exact else ~(OVH | OV)
    acc = done.value if done.acc else int(case["set"]["acc"], 16)
    must = {f"r{target}": done.value & LOW, f"ev{target}h": done.value >> 32, "acc": acc, "spefscr": scr & known}
    after["spefscr"] &= known
    return {n: (after[n], v) for n, v in must.items() if after[n] != v}
