"""What the Power ISA says of decimal instructions that touch no status, and of NaNs in narrowing ones, computed from their bits.

Power ISA 3.0B, Book I, 5.3 and 5.4 (formats, combination field, declets), 5.6.6 ("DFP Format Instructions": ddedpd, dxex, diex, dscli, dscri), each with its
figure. Nothing of it is taken from an emulator: QEMU's library drops the digits of infinities and keeps reserved bits.
"""


class Format:
    """Widths of a format's fields, its bias and its greatest biased exponent."""

    def __init__(self, bits, continuation, bias):
        self.bits, self.continuation, self.bias = bits, continuation, bias
        self.tail = bits - 6 - continuation
        self.greatest = (3 << continuation) - 1


LONG, EXTENDED = Format(64, 8, 398), Format(128, 12, 6176)
INFINITE, NAN = 30, 31


def unpack(bits):
    """The three digits of a declet (5.4.2, "DPD-to-BCD")."""
    p, q, r, s, t, u, v, w, x, y = (bits >> n & 1 for n in range(9, -1, -1))
    pq, st, wx = p << 2 | q << 1, s << 2 | t << 1, w << 2 | x << 1
    if not v:
        return pq | r, st | u, wx | y
    middle = {0: (pq | r, st | u, 8 | y), 1: (pq | r, 8 | u, st | y), 2: (8 | r, st | u, pq | y)}
    if w << 1 | x != 3:
        return middle[w << 1 | x]
    last = {0: (8 | r, 8 | u, pq | y), 1: (8 | r, pq | u, 8 | y), 2: (pq | r, 8 | u, 8 | y), 3: (8 | r, 8 | u, 8 | y)}
    return last[s << 1 | t]


PREFERRED = {}
for declet in range(1024):
    # Of several declets of the same digits the preferred one has zeros where the bits don't matter.
    PREFERRED.setdefault(unpack(declet), declet)


def digits_of(tail, count):
    """The digits of a trailing significand of `count` declets, the first one first."""
    return [digit for n in range(count - 1, -1, -1) for digit in unpack(tail >> 10 * n & 1023)]


def tail_of(digits):
    """The preferred encoding of digits whose number is a multiple of three."""
    tail = 0
    for at in range(0, len(digits), 3):
        tail = tail << 10 | PREFERRED[tuple(digits[at : at + 3])]
    return tail


class Number:
    """A decimal number taken apart."""

    def __init__(self, form, bits):
        self.form, self.sign = form, bits >> (form.bits - 1)
        combination = bits >> (form.bits - 6) & 31
        self.special = combination if combination >= INFINITE else 0
        rest = bits >> form.tail & (1 << form.continuation) - 1
        self.signalling = combination == NAN and rest >> (form.continuation - 1)
        high, first = (combination >> 3, combination & 7) if combination < 24 else (combination >> 1 & 3, 8 | combination & 1)
        self.exponent = high << form.continuation | rest
        trailing = digits_of(bits & (1 << form.tail) - 1, form.tail // 10)
        self.digits = [0 if self.special else first, *trailing]


def encode(form, sign, special, signalling, exponent, digits):
    """The bits of a number; where it is none, those that mean nothing are 0."""
    if special:
        combination, rest = special, signalling << (form.continuation - 1)
    else:
        high, first = exponent >> form.continuation, digits[0]
        combination = high << 3 | first if first < 8 else 24 | high << 1 | first & 1
        rest = exponent & (1 << form.continuation) - 1
    return sign << (form.bits - 1) | combination << (form.bits - 6) | rest << form.tail | tail_of(digits[1:])


def insert_exponent(form, exponent, b):
    """diex: the sign and digits of `b` with another exponent, which may be that of no number."""
    digits = [0 if b.special else b.digits[0], *b.digits[1:]]
    if 0 <= exponent <= form.greatest:
        return encode(form, b.sign, 0, 0, exponent, digits)
    kind = INFINITE if exponent == -1 else NAN
    return encode(form, b.sign, kind, exponent == -3, 0, digits)


def extract_exponent(b):
    special = {INFINITE: -1, NAN: -3 if b.signalling else -2}
    return special.get(b.special, b.exponent) & (1 << 64) - 1


def shift(form, a, by, left):
    """dscli, dscri: what leaves the digits is lost; the first digit of what is no number is not one of them."""
    digits = a.digits[1:] if a.special else a.digits
    moved = [*digits, *[0] * by][by:] if left else [*[0] * by, *digits][: len(digits)]
    return encode(form, a.sign, a.special, int(a.signalling), a.exponent, [0, *moved] if a.special else moved)


def to_packed(form, sp, b):
    """ddedpd: as many digits as there is room for, the left ones first lost; SP says how a sign is coded."""
    signed = sp >> 1
    count = form.bits // 4 - signed
    digits = ([0] * 64 + b.digits)[-count:]
    value = 0
    for digit in digits:
        value = value << 4 | digit
    code = 13 if b.sign else 15 if sp & 1 else 12
    return value << 4 | code if signed else value


def expected(case):
    """(first register, bits, value) of a case of these instructions, else None."""
    name = case["text"].split(" ")[0].rstrip(".")
    stem = name.rstrip("q")
    if stem not in ("diex", "dxex", "dscli", "dscri", "ddedpd"):
        return None
    word = int(case["bits"][0], 16)
    form = LONG if word >> 26 == 59 else EXTENDED

    def register(n):
        return int(case["set"].get(f"f{n}", "0"), 16)

    def operand(n):
        return Number(form, register(n) if form is LONG else register(n) << 64 | register(n | 1))

    target, a, b = (word >> at & 31 for at in (21, 16, 11))
    if stem == "dxex":
        return target, 64, extract_exponent(operand(b))
    if stem == "diex":
        exponent = register(a)
        value = insert_exponent(form, exponent - (exponent >> 63 << 64), operand(b))
    elif stem == "ddedpd":
        value = to_packed(form, word >> 19 & 3, operand(b))
    else:
        value = shift(form, operand(a), word >> 10 & 63, stem == "dscli")
    return target, form.bits, value


def faults_of(case):
    """What of our outcome is not what the manual says, as a dictionary of (ours, the manual's); None if these instructions have nothing to do with the case."""
    found = expected(case)
    if not found:
        return None
    target, bits, value = found
    after = case["set"] | case["out"]
    must = {f"f{target}": value} if bits == 64 else {f"f{target}": value >> 64, f"f{target | 1}": value & (1 << 64) - 1}
    got = {name: int(after.get(name, "0"), 16) for name in must}
    return {name: (got[name], must[name]) for name in must if got[name] != must[name]}
