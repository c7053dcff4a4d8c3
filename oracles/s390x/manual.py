"""What the manual says of instructions that neither QEMU 7.2 nor Hercules 3.13 has: an independent model, which reads the encoding itself
and works on Python's integers and fractions.

PoP (SA22-7832-12), "Vector Decimal Instructions", "DIVIDE TO INTEGER", "CONVERT FROM PACKED", "CONVERT TO PACKED"; and of those that QEMU 7.2
has wrong (`WRONG`). `answer(case)` gives a `State`, or None for an instruction that is not modelled.
"""

from fractions import Fraction

SPECIFICATION, DATA, DECIMAL_DIVIDE = 6, 7, 11
WINDOW = 0x20F00
DIGITS = 31


class Trap(Exception):
    def __init__(self, code, dxc=0):
        super().__init__(code)
        self.code, self.dxc = code, dxc


class Outside(Exception):
    """An operand that is not in the window."""


class State:
    """Registers, condition code, FPC and the window, and the fields of the encoding."""

    def __init__(self, case):
        self.bits = int(case["code"], 16)
        self.width = len(case["code"]) * 4
        self.r = [int(r, 16) for r in case["r"]]
        self.v = [int(v, 16) for v in case["v"]]
        # Where the harness has the instruction.
        self.pc = 0x10800
        self.fpc, self.cc, self.trap = int(case["fpc"], 16), case["cc"], 0
        self.memory = bytearray.fromhex(case["mem"])

    def field(self, at, length):
        return self.bits >> (self.width - at - length) & (1 << length) - 1

    def vector(self, at):
        """Number of a vector register; its fifth bit is in RXB."""
        return self.field(at, 4) | self.field({8: 36, 12: 37, 16: 38, 32: 39}[at], 1) << 4

    def address(self, at):
        base = self.field(at, 4)
        return ((self.r[base] if base else 0) + self.field(at + 4, 12)) % 2**64

    def read(self, address, length):
        at = address - WINDOW
        if not 0 <= at <= len(self.memory) - length:
            raise Outside
        return bytes(self.memory[at : at + length])

    def write(self, address, data):
        self.read(address, len(data))
        at = address - WINDOW
        self.memory[at : at + len(data)] = data

    def number(self, n, ignores_sign=False):
        """The packed number in a vector register: sign and magnitude."""
        text = f"{self.v[n]:032x}"
        if not text[:DIGITS].isdecimal() or not ignores_sign and text[DIGITS].isdecimal():
            raise Trap(DATA)
        negative = text[DIGITS] in "bd" and not ignores_sign
        return -int(text[:DIGITS]) if negative else int(text[:DIGITS])

    def digits(self, n, value, sign):
        self.v[n] = int(f"{value:0{DIGITS}d}", 16) << 4 | sign

    def result(self, n, value, count, masks):
        """A signed result of at most so many digits; M5 bit 2 forces a plus, bit 3 asks for a condition code."""
        lost, kept = abs(value) >= 10**count, abs(value) % 10**count
        negative = value < 0 and kept and not masks & 2
        self.digits(n, kept, 15 if masks & 2 else 13 if negative else 12)
        if masks & 1:
            self.cc = 3 if lost else 0 if not kept else 1 if negative else 2


def count_of(immediate, counts=True):
    """RDC or SHAMT; bit 0 is the overflow mask, bits 1 and 2 are reserved."""
    if immediate & 0x60 or counts and not immediate & 0x1F:
        raise Trap(SPECIFICATION)
    return immediate & 0x1F


def toward_zero(a, b):
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def three(operation, counts=True):
    def run(s):
        v1, v2, v3, i4, m5 = s.vector(8), s.vector(12), s.vector(16), s.field(28, 8), s.field(24, 4)
        n = count_of(i4, counts)
        a, b = s.number(v2, m5 & 8), s.number(v3, m5 & 4)
        s.result(v1, operation(a, b, n), n if counts else DIGITS, m5)

    return run


def divided(operation):
    def run(a, b, n):
        if not b:
            raise Trap(DECIMAL_DIVIDE)
        return operation(a, b, n)

    return run


def shift_round(s):
    v1, v2, i3, i4, m5 = s.vector(8), s.vector(12), s.field(28, 8), s.field(16, 8), s.field(24, 4)
    count, amount = count_of(i3), i4 & 0x7F
    a = s.number(v2, m5 & 8)
    if amount < 64:
        value = abs(a) * 10**amount
    else:
        value = int(Fraction(abs(a), 10 ** (128 - amount)) + (Fraction(1, 2) if i4 & 0x80 else 0))
    s.result(v1, -value if a < 0 else value, count, m5)


def sign_operation(s):
    v1, v2, i3, i4, m5 = s.vector(8), s.vector(12), s.field(28, 8), s.field(16, 8), s.field(24, 4)
    count, operation = count_of(i3), i4 >> 2 & 3
    text = f"{s.v[v2]:032x}"
    validates, sign = not i4 & 0x80, text[DIGITS]
    if validates and not text[:DIGITS].isdecimal():
        raise Trap(DATA)
    if sign.isdecimal() and (operation == 1 or operation == 0 and validates or operation > 1 and i4 & 1):
        raise Trap(DATA)
    kept, lost = text[DIGITS - count : DIGITS], text[: DIGITS - count].strip("0")
    zero = not kept.strip("0")
    minus = {0: sign in "bd", 1: sign not in "bd", 2: False, 3: True}[operation]
    if zero and not i4 & 0x40:
        minus = False
    new = "d" if minus else "f" if i4 & 2 else "c"
    if operation == 0 and sign.isdecimal():
        new, minus = sign, False
    s.v[v1] = int(kept + new, 16)
    if m5 & 1:
        s.cc = 3 if lost else 0 if zero else 1 if minus else 2


def compare(s):
    m3 = s.field(24, 4)
    a, b = s.number(s.vector(12), m3 & 8), s.number(s.vector(16), m3 & 4)
    s.cc = 0 if a == b else 1 if a < b else 2


def test(s):
    text = f"{s.v[s.vector(12)]:032x}"
    s.cc = 2 * (not text[:DIGITS].isdecimal()) + text[DIGITS].isdecimal()


def to_binary(bits):
    def run(s):
        r1, m3 = s.field(8, 4), s.field(24, 4)
        value = s.number(s.vector(12), m3 & 8 or m3 & 2)
        low, high = (0, 2**bits - 1) if m3 & 2 else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        s.r[r1] = s.r[r1] >> bits << bits | value % 2**bits
        if m3 & 1:
            s.cc = 0 if low <= value <= high else 3

    return run


def to_decimal(bits):
    def run(s):
        v1, value, i3, m4 = s.vector(8), s.r[s.field(12, 4)] % 2**bits, s.field(28, 8), s.field(24, 4)
        count = count_of(i3)
        if not m4 & 8 and value >> (bits - 1):
            value -= 2**bits
        s.digits(v1, abs(value) % 10**count, 15 if m4 & 2 else 13 if value < 0 else 12)
        if m4 & 1:
            s.cc = 3 if abs(value) >= 10**count else 0

    return run


def load_immediate(s):
    text = f"{s.field(16, 16):04x}"
    if not text.isdecimal():
        raise Trap(DATA)
    i3 = s.field(32, 4)
    s.v[s.vector(8)] = int(text + "0" * (i3 & 7) + ("d" if i3 & 8 else "c"), 16)


def pack_zoned(s):
    if (l2 := s.field(8, 8)) > 30:
        raise Trap(SPECIFICATION)
    data = s.read(s.address(16), l2 + 1).hex()
    s.v[s.vector(32)] = int(data[1::2] + data[-2], 16)


def unpack_zoned(s):
    if (l2 := s.field(8, 8)) > 30:
        raise Trap(SPECIFICATION)
    text = f"{s.v[s.vector(32)]:032x}"
    zoned = "".join("f" + d for d in text[DIGITS - l2 - 1 : DIGITS - 1]) + text[DIGITS] + text[DIGITS - 1]
    s.write(s.address(16), bytes.fromhex(zoned))


def load_right(length):
    def run(s):
        n = length(s)
        s.v[s.vector(32)] = int.from_bytes(s.read(s.address(16), n), "big")

    return run


def store_right(length):
    def run(s):
        n = length(s)
        s.write(s.address(16), s.v[s.vector(32)].to_bytes(16, "big")[16 - n :])

    return run


def by_immediate(s):
    if s.field(8, 8) > 15:
        raise Trap(SPECIFICATION)
    return s.field(8, 8) + 1


def by_register(s):
    return min(s.r[s.field(12, 4)] % 2**32, 15) + 1


# DIVIDE TO INTEGER.


FORMATS = {32: (23, 8), 64: (52, 11), 128: (112, 15)}


def value_of(bits, width):
    """A BFP number: its sign and class or value."""
    stored, exponents = FORMATS[width]
    fraction, exponent, negative = bits % 2**stored, bits >> stored & 2**exponents - 1, bits >> (width - 1)
    bias = 2 ** (exponents - 1) - 1
    if exponent == 2**exponents - 1:
        return negative, "inf" if not fraction else "quiet" if fraction >> (stored - 1) else "signalling"
    if not exponent:
        return negative, Fraction(fraction, 1) * Fraction(2) ** (1 - bias - stored)
    return negative, (fraction + 2**stored) * Fraction(2) ** (exponent - bias - stored)


def rounded(value, method):
    """A fraction that is not negative as an integer; 6 is up, 7 down (as the magnitude sees them), 3 to odd."""
    whole, rest = int(value), value - int(value)
    if not rest or method == 5 or method == 7:
        return whole
    if method == 6:
        return whole + 1
    if method == 3:
        return whole | 1
    half = Fraction(1, 2)
    return whole + (rest > half or rest == half and (method == 1 or whole % 2))


def encoded(negative, value, width):
    """A magnitude as a BFP number, and whether it is exact."""
    stored, exponents = FORMATS[width]
    bias, sign = 2 ** (exponents - 1) - 1, negative << (width - 1)
    if not value:
        return sign, True
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    exponent -= value < Fraction(2) ** exponent
    unit = Fraction(2) ** (max(exponent, 1 - bias) - stored)
    if (value / unit).denominator != 1 or exponent > bias:
        return None, False
    units = int(value / unit)
    biased = exponent + bias if exponent >= 1 - bias else 0
    return sign | biased << stored | units % 2**stored, True


def divide_to_integer(width):
    def run(s):
        r1, r2, r3, m4 = s.field(24, 4), s.field(28, 4), s.field(16, 4), s.field(20, 4)
        if len({r1, r2, r3}) < 3 or m4 in (2, *range(8, 16)):
            raise Trap(SPECIFICATION)
        low = 128 - width
        get = lambda n: s.v[n] >> low & 2**width - 1

        def put(n, bits):
            mask = (2**width - 1) << low
            s.v[n] = s.v[n] & ~mask | bits << low

        (a_negative, a), (b_negative, b) = value_of(get(r1), width), value_of(get(r2), width)
        names = [x for x in (a, b) if x in ("quiet", "signalling")]
        if names or a == "inf" or b == 0:
            if names and "signalling" not in names:
                put_nan, flag = get(r1 if a == "quiet" else r2), 0
            elif names:
                quiet = 1 << (22 if width == 32 else 51)
                put_nan, flag = get(r1 if a == "signalling" else r2) | quiet, 0x80
            else:
                put_nan, flag = (0x7FC00000 if width == 32 else 0x7FF8000000000000), 0x80
            if flag & s.fpc >> 24:
                raise Trap(DATA, 0x80)
            put(r1, put_nan), put(r3, put_nan)
            s.fpc |= flag << 16
            s.cc = 1
            return
        negative = a_negative ^ b_negative
        if a == 0 or b == "inf":
            put(r3, negative << (width - 1))
            s.cc = 0
            return
        precision, bias, wrap = (24, 127, 192) if width == 32 else (53, 1023, 1536)
        method = m4 or {0: 4, 1: 5, 2: 6, 3: 7, 7: 3}.get(s.fpc & 7, 4)
        quotient = a / b
        partial = quotient >= 2**precision
        if partial:
            unit = 2 ** (int(quotient).bit_length() - precision)
            integer = int(quotient / unit) * unit
        else:
            integer = rounded(quotient, {6: 7 if negative else 6, 7: 6 if negative else 7}.get(method, method))
        rest = a - integer * b
        bits, exact = encoded(a_negative ^ (rest < 0), abs(rest), width)
        if not exact:
            # It is rounded: which is for another test to tell.
            raise Outside
        tiny = rest and abs(rest) < Fraction(2) ** (1 - bias)
        if tiny and s.fpc >> 28 & 1:
            raise Outside
        too_big = integer >= Fraction(2) ** (bias + 1)
        put(r3, encoded(negative, Fraction(integer) / (2**wrap if too_big else 1), width)[0])
        put(r1, bits if rest else a_negative << (width - 1))
        s.cc = too_big + 2 * bool(partial and rest)

    return run


# DFP from and to packed digits in storage.


def declet(value):
    """Three digits densely packed, by the table of the DFP chapter: for each pattern of large digits the bits that stand for it."""
    a, b, c = (int(d) for d in f"{value:03d}")
    small = lambda d: f"{d & 7:03b}"
    low = lambda d: f"{d & 1}"
    two = lambda d: f"{d >> 1 & 3:02b}"
    large = (a > 7, b > 7, c > 7)
    text = {
        (0, 0, 0): small(a) + small(b) + "0" + small(c),
        (0, 0, 1): small(a) + small(b) + "100" + low(c),
        (0, 1, 0): small(a) + two(c) + low(b) + "101" + low(c),
        (1, 0, 0): two(c) + low(a) + small(b) + "110" + low(c),
        (1, 1, 0): two(c) + low(a) + "00" + low(b) + "111" + low(c),
        (1, 0, 1): two(b) + low(a) + "01" + low(b) + "111" + low(c),
        (0, 1, 1): small(a) + "10" + low(b) + "111" + low(c),
        (1, 1, 1): "00" + low(a) + "11" + low(b) + "111" + low(c),
    }[large]
    return int(text, 2)


DECLETS = {declet(n): n for n in range(1000)}


def dfp(negative, integer, extended):
    """An integer as a DFP number whose exponent is zero."""
    groups, width, bias, total = (11, 12, 6176, 128) if extended else (5, 8, 398, 64)
    first, rest = divmod(integer, 1000**groups)
    trailing = 0
    for n in range(groups):
        trailing |= declet(rest // 1000**n % 1000) << 10 * n
    top = bias >> width
    combination = 24 | top << 1 | first & 1 if first > 7 else top << 3 | first
    return negative << (total - 1) | combination << (total - 6) | (bias % 2**width) << 10 * groups | trailing


def from_packed(extended):
    def run(s):
        l2, r1, m3 = s.field(8, 8), s.field(32, 4), s.field(36, 4)
        if l2 > (17 if extended else 8) or extended and r1 & 2:
            raise Trap(SPECIFICATION)
        text = s.read(s.address(16), l2 + 1).hex()
        negative = 0
        if m3 & 8:
            sign, text = text[-1], text[:-1]
            if not m3 & 1:
                if sign.isdecimal():
                    raise Trap(DATA)
                negative = int(sign in "bd")
        room = 34 if extended else 16
        if not text.isdecimal() or int(text) >= 10**room:
            raise Trap(DATA)
        bits = dfp(negative, int(text), extended)
        high = bits >> 64 if extended else bits
        s.v[r1] = s.v[r1] & 2**64 - 1 | high << 64
        if extended:
            s.v[r1 + 2] = s.v[r1 + 2] & 2**64 - 1 | (bits & 2**64 - 1) << 64

    return run


def to_packed(extended):
    def run(s):
        l2, r1, m3 = s.field(8, 8), s.field(32, 4), s.field(36, 4)
        if l2 > (17 if extended else 8) or extended and r1 & 2:
            raise Trap(SPECIFICATION)
        bits = s.v[r1] >> 64
        if extended:
            bits = bits << 64 | s.v[r1 + 2] >> 64
        groups, total = (11, 128) if extended else (5, 64)
        digits, combination = 0, bits >> (total - 6) & 31
        for n in range(groups):
            # Declets that no digits are packed to stand for the same as one of those that are.
            found = bits >> 10 * n & 1023
            found = found if found in DECLETS else found & 0xFF | 0 if found & 0xFF in DECLETS else found
            if found not in DECLETS:
                raise Outside
            digits += DECLETS[found] * 1000**n
        special = combination >= 30
        if not special:
            digits += (8 + (combination & 1) if combination >> 3 == 3 else combination & 7) * 1000**groups
        negative, signed = bits >> (total - 1), m3 >> 3
        room = 2 * (l2 + 1) - signed
        kept = digits % 10**room
        minus = negative and not (m3 & 1 and not kept)
        sign = "d" if minus else "f" if m3 & 2 else "c"
        s.write(s.address(16), bytes.fromhex(f"{kept:0{room}d}" + (sign if signed else "")))
        s.cc = 3 if special or digits != kept else 0 if not kept else 1 if negative else 2

    return run


# What QEMU 7.2 has wrong.


def multiply_lengthened(width, indexed):
    """MULTIPLY of numbers to one of twice their width, which is exact: in registers (RRE), or with an operand in storage (RXE)."""

    def run(s):
        r1, low = (s.field(8, 4) if indexed else s.field(24, 4)), 128 - width
        if width == 64 and r1 & 2:
            raise Trap(SPECIFICATION)
        first = s.v[r1] >> low & 2**width - 1
        if indexed:
            index = s.r[s.field(12, 4)] if s.field(12, 4) else 0
            second = int.from_bytes(s.read((s.address(16) + index) % 2**64, width // 8), "big")
        else:
            second = s.v[s.field(28, 4)] >> low & 2**width - 1
        (a_negative, a), (b_negative, b) = value_of(first, width), value_of(second, width)
        wide, (stored, exponents), (to_stored, to_exponents) = 2 * width, FORMATS[width], FORMATS[2 * width]
        sign, infinity = (a_negative ^ b_negative) << (wide - 1), (2**to_exponents - 1) << to_stored
        nans = [n for n, x in ((first, a), (second, b)) if x == "signalling"] or [n for n, x in ((first, a), (second, b)) if x == "quiet"]
        flag = 0x80 if "signalling" in (a, b) else 0
        if nans:
            fraction = nans[0] % 2**stored | 1 << (stored - 1)
            bits = (nans[0] >> (width - 1)) << (wide - 1) | infinity | fraction << (to_stored - stored)
        elif "inf" in (a, b):
            flag, bits = (0x80, infinity | 1 << (to_stored - 1)) if 0 in (a, b) else (0, sign | infinity)
        else:
            bits = encoded(a_negative ^ b_negative, a * b, wide)[0]
        if flag & s.fpc >> 24:
            raise Trap(DATA, 0x80)
        s.fpc |= flag << 16
        high = bits >> (wide - 64)
        s.v[r1] = s.v[r1] & 2**64 - 1 | high << 64
        if wide == 128:
            s.v[r1 + 2] = s.v[r1 + 2] & 2**64 - 1 | (bits & 2**64 - 1) << 64

    return run


def load_address_relative(s):
    offset = s.field(16, 32)
    s.r[s.field(8, 4)] = (s.pc + 2 * (offset - (offset >> 31 << 32))) % 2**64


def store_multiple_high(s):
    r1, r3 = s.field(8, 4), s.field(12, 4)
    high = s.field(32, 8)
    base = s.field(16, 4)
    address = (s.r[base] if base else 0) + s.field(20, 12) + ((high - (high >> 7 << 8)) << 12)
    numbers = [(r1 + n) % 16 for n in range((r3 - r1) % 16 + 1)]
    s.write(address % 2**64, b"".join((s.r[n] >> 32).to_bytes(4, "big") for n in numbers))


def vector_checksum(s):
    words = [s.v[s.vector(12)] >> 32 * n & 2**32 - 1 for n in range(4)] + [s.v[s.vector(16)] >> 64 & 2**32 - 1]
    total = 0
    for word in words:
        total += word
        total = (total & 2**32 - 1) + (total >> 32)
    s.v[s.vector(8)] = total << 64


def test_and_set(s):
    address = s.address(16)
    (old,) = s.read(address, 1)
    s.cc = old >> 7
    s.write(address, b"\xff")


def unpack(s):
    """Right to left; a byte of the second operand is fetched once and gives two digits."""
    l1, l2 = s.field(8, 4), s.field(12, 4)
    to, source = s.address(16), s.address(32)
    last = s.read(source + l2, 1)[0]
    s.write(to + l1, bytes([last >> 4 | (last & 15) << 4]))
    digits, at = [], l2
    for n in range(l1 - 1, -1, -1):
        if not digits:
            at -= 1
            byte = s.read(source + at, 1)[0] if at >= 0 else 0
            digits = [byte >> 4, byte & 15]
        s.write(to + n, bytes([0xF0 | digits.pop()]))


def pack_characters(size):
    """PACK ASCII, PACK UNICODE: of at most 32 characters the rightmost 31 digits."""

    def run(s):
        length = s.field(8, 8) + 1
        if length > 32 * size or length % size:
            raise Trap(SPECIFICATION)
        data = s.read(s.address(32), length)
        digits = "".join(f"{byte & 15:x}" for byte in data[size - 1 :: size])[-31:]
        s.write(s.address(16), bytes.fromhex(digits.rjust(31, "0") + "c"))

    return run


WRONG = {
    "unpk": unpack,
    "pka": pack_characters(1),
    "pku": pack_characters(2),
    "mdebr": multiply_lengthened(32, False),
    "mdeb": multiply_lengthened(32, True),
    "mxdbr": multiply_lengthened(64, False),
    "mxdb": multiply_lengthened(64, True),
    "larl": load_address_relative,
    "stmh": store_multiple_high,
    "vcksm": vector_checksum,
    "ts": test_and_set,
}

MODELS = {
    "vap": three(lambda a, b, n: a + b),
    "vsp": three(lambda a, b, n: a - b),
    "vmp": three(lambda a, b, n: a * b),
    "vmsp": three(lambda a, b, n: toward_zero(a * b, 10**n), counts=False),
    "vdp": three(divided(lambda a, b, n: toward_zero(a, b))),
    "vrp": three(divided(lambda a, b, n: a - b * toward_zero(a, b))),
    "vsdp": three(divided(lambda a, b, n: toward_zero(a * 10**n, b)), counts=False),
    "vsrp": shift_round,
    "vpsop": sign_operation,
    "vcp": compare,
    "vtp": test,
    "vcvb": to_binary(32),
    "vcvbg": to_binary(64),
    "vcvd": to_decimal(32),
    "vcvdg": to_decimal(64),
    "vlip": load_immediate,
    "vpkz": pack_zoned,
    "vupkz": unpack_zoned,
    "vlrl": load_right(by_immediate),
    "vlrlr": load_right(by_register),
    "vstrl": store_right(by_immediate),
    "vstrlr": store_right(by_register),
    "diebr": divide_to_integer(32),
    "didbr": divide_to_integer(64),
    "cdpt": from_packed(False),
    "cxpt": from_packed(True),
    "cpdt": to_packed(False),
    "cpxt": to_packed(True),
}


def answer(case):
    """The state afterwards; raises Outside where the model says nothing."""
    name = case["text"].split(" ")[0]
    model = MODELS.get(name) or WRONG.get(name)
    if not model:
        return None
    s = State(case)
    try:
        model(s)
    except Trap as trap:
        s = State(case)
        s.trap = trap.code
        if trap.code == DATA:
            s.fpc = s.fpc & ~0xFF00 | trap.dxc << 8
    return s
