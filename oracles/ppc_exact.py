"""What the Power ISA says of scalar floating-point arithmetic, computed with whole numbers: the target register and every bit of FPSCR.

Power ISA 2.07B and 3.0B, Book I, 4.3 (data), 4.4 (exceptions, enabled or not), 4.6.5 to 4.6.7 (instructions); 7.4 and 7.6.1 for those of the vector-scalar
unit. Nothing of it is taken from an emulator: QEMU's FPSCR has no FR, sets FX again and again, and negates before it rounds.
"""

from fractions import Fraction

FX, FEX, VX, OX, UX, ZX, XX = (1 << n for n in (31, 30, 29, 28, 27, 26, 25))
SNAN, ISI, IDI, ZDZ, IMZ, VC, SOFT, SQRT, CVI = (1 << n for n in (24, 23, 22, 21, 20, 19, 10, 9, 8))
INVALID = SNAN | ISI | IDI | ZDZ | IMZ | VC | SOFT | SQRT | CVI
FR, FI = 1 << 18, 1 << 17
VE, OE, UE, ZE, XE, NI = 0x80, 0x40, 0x20, 0x10, 8, 4
DEFAULT = 0x7FF8 << 48
SIGN, INFINITY = 1 << 63, 0x7FF << 52
FPRF_MASK = 0x1F000


class Number:
    """A binary64 taken apart."""

    def __init__(self, bits):
        self.bits, self.negative = bits, bits >> 63
        self.exponent, self.fraction = bits >> 52 & 0x7FF, bits & (1 << 52) - 1
        self.nan = self.exponent == 0x7FF and self.fraction != 0
        self.signalling = self.nan and not self.fraction >> 51
        self.infinite = self.exponent == 0x7FF and not self.fraction
        self.zero = not bits << 1 & (1 << 64) - 1

    @property
    def value(self):
        significand = self.fraction | (1 << 52 if self.exponent else 0)
        number = Fraction(significand) * Fraction(2) ** (max(self.exponent, 1) - 1075)
        return -number if self.negative else number


def encode(value):
    """The binary64 that a dyadic fraction is, exactly."""
    if value == 0:
        return 0
    sign, value = (SIGN, -value) if value < 0 else (0, value)
    exponent = floor_log2(value)
    if exponent < -1022:
        return sign | int(value * 2**1074)
    return sign | exponent + 1023 << 52 | int(value / Fraction(2) ** exponent * 2**52) - 2**52


def floor_log2(value):
    n = value.numerator.bit_length() - value.denominator.bit_length()
    return n if Fraction(2) ** n <= value else n - 1


def to_integer(value, mode, negative):
    """A non-negative fraction rounded to a whole number, and whether it has gone up."""
    whole, rest = divmod(value.numerator, value.denominator)
    rest = Fraction(rest, value.denominator)
    up = {0: rest > Fraction(1, 2) or rest == Fraction(1, 2) and whole & 1, 1: False, 2: rest > 0 and not negative, 3: rest > 0 and negative}[mode]
    return whole + bool(up), bool(up)


def classify(bits, single):
    """FPRF: C, and less, greater, equal, unordered."""
    number = Number(bits)
    if number.nan:
        return 0x11 << 12
    if number.infinite:
        return (9 if number.negative else 5) << 12
    if number.zero:
        return (0x12 if number.negative else 2) << 12
    denormal = abs(number.value) < Fraction(2) ** (-126 if single else -1022)
    return ((0x18 if number.negative else 0x14) if denormal else 8 if number.negative else 4) << 12


def rounded(value, negative, single, scr):
    """A non-zero exact value as (result, status bits, whether FR is undefined); None if an adjusted exponent still does not fit: that is undefined."""
    places, smallest, largest, bias = (24, -126, 127, 192) if single else (53, -1022, 1023, 1536)
    mode, value = scr & 3, abs(value)
    exponent = floor_log2(value)
    tiny = exponent < smallest

    def at(exponent):
        unit = Fraction(2) ** (exponent - places + 1)
        whole, up = to_integer(value / unit, mode, negative)
        return whole * unit, up

    status = 0
    if tiny and not scr & UE:
        result, up = at(smallest)
        status |= UX if result != value else 0
    else:
        result, up = at(exponent)
        if tiny:
            status |= UX
    inexact = result != value
    sign = SIGN if negative else 0
    if result >= Fraction(2) ** (largest + 1):
        if not scr & OE:
            to_largest = mode == 1 or mode == 2 and negative or mode == 3 and not negative
            most = encode((2 - Fraction(2) ** (1 - places)) * Fraction(2) ** largest)
            return sign | (most if to_largest else INFINITY), OX | XX | FI, True
        status |= OX
        result /= Fraction(2) ** bias
        if result >= Fraction(2) ** (largest + 1):
            return None
    if tiny and scr & UE:
        result *= Fraction(2) ** bias
        if result < Fraction(2) ** smallest:
            return None
    status |= (XX | FI if inexact else 0) | (FR if up else 0)
    return sign | encode(result), status, False


class Result:
    """A target's value (`None`: it is left alone), what FPSCR gets, and the bits of FPSCR that are undefined."""

    def __init__(self, value, status, undefined=0, suppressed=False):
        self.value, self.status, self.undefined, self.suppressed = value, status, undefined, suppressed


def invalid(status, scr, numbers):
    """A NaN among the operands, or an operation without a result."""
    if status and scr & VE:
        return Result(None, status, suppressed=True)
    first = next((n.bits | 1 << 51 for n in numbers if n.nan), DEFAULT)
    return Result(first, status)


def zero_of(negatives, mode):
    """The sign of an exact sum of zero."""
    if all(negatives):
        return SIGN
    if not any(negatives):
        return 0
    return SIGN if mode == 3 else 0


def multiply_add(a, c, b, scr, single, subtract, negate):
    numbers = [a, b, c]
    status = SNAN if any(n.signalling for n in numbers) else 0
    impossible = a.infinite and c.zero or a.zero and c.infinite
    status |= IMZ if impossible else 0
    negative_b = b.negative ^ subtract
    product = a.negative ^ c.negative
    if not any(n.nan for n in numbers) and (a.infinite or c.infinite) and b.infinite and product != negative_b and not impossible:
        status |= ISI
    if status or any(n.nan for n in numbers):
        return invalid(status, scr, numbers)
    flip = SIGN if negate else 0
    if a.infinite or c.infinite or b.infinite:
        negative = product if a.infinite or c.infinite else negative_b
        return Result(((SIGN if negative else 0) | INFINITY) ^ flip, 0)
    value = a.value * c.value + (-b.value if subtract else b.value)
    if value == 0:
        return Result(zero_of([product, negative_b], scr & 3) ^ flip, 0)
    return finish(value, value < 0, single, scr, flip)


def finish(value, negative, single, scr, flip=0):
    made = rounded(value, bool(negative), single, scr)
    if not made:
        return None
    bits, status, undefined = made
    return Result(bits ^ flip, status, FR if undefined else 0)


def add(a, b, scr, single, subtract):
    status = SNAN if a.signalling or b.signalling else 0
    negative_b = b.negative ^ subtract
    if a.infinite and b.infinite and a.negative != negative_b:
        status |= ISI
    if status or a.nan or b.nan:
        return invalid(status, scr, [a, b])
    if a.infinite or b.infinite:
        return Result((SIGN if (a.negative if a.infinite else negative_b) else 0) | INFINITY, 0)
    value = a.value + (-b.value if subtract else b.value)
    if value == 0:
        return Result(zero_of([a.negative, negative_b], scr & 3), 0)
    return finish(value, value < 0, single, scr)


def multiply(a, c, scr, single):
    status = SNAN if a.signalling or c.signalling else 0
    status |= IMZ if a.infinite and c.zero or a.zero and c.infinite else 0
    if status or a.nan or c.nan:
        return invalid(status, scr, [a, c])
    sign = SIGN if a.negative != c.negative else 0
    if a.infinite or c.infinite:
        return Result(sign | INFINITY, 0)
    if a.zero or c.zero:
        return Result(sign, 0)
    return finish(a.value * c.value, sign, single, scr)


def divide(a, b, scr, single):
    status = SNAN if a.signalling or b.signalling else 0
    status |= IDI if a.infinite and b.infinite else 0
    status |= ZDZ if a.zero and b.zero else 0
    if status or a.nan or b.nan:
        return invalid(status, scr, [a, b])
    sign = SIGN if a.negative != b.negative else 0
    if a.infinite:
        return Result(sign | INFINITY, 0)
    if b.zero:
        return Result(None, ZX, suppressed=True) if scr & ZE else Result(sign | INFINITY, ZX)
    if a.zero or b.infinite:
        return Result(sign, 0)
    return finish(a.value / b.value, sign, single, scr)


def convert(b, scr, single):
    """frsp and its like: a number of its own, rounded."""
    if b.nan:
        made = invalid(SNAN if b.signalling else 0, scr, [b])
        if made.value is not None:
            made.value &= ~((1 << 29) - 1)
        return made
    if b.infinite or b.zero:
        return Result(b.bits, 0)
    return finish(b.value, b.negative, single, scr)


def from_integer(word, scr, single, signed):
    negative = signed and word >> 63
    value = (1 << 64) - word if negative else word
    return Result(0, 0) if value == 0 else finish(Fraction(value), negative, single, scr)


def is_long_nan(number):
    """A NaN that is no single-precision number: what single-precision arithmetic makes of it is undefined (4.3.5.1)."""
    return number.nan and number.bits & (1 << 29) - 1 != 0


def is_out_of_range(case):
    """Whether the adjusted exponent of an enabled overflow or underflow does not fit either: then the result is undefined (4.4.3.1, 4.4.4.1)."""
    found = computed(case)
    return bool(found) and not found[1]


def arithmetic(case):
    """(register, result, single) of a case that is arithmetic and defined, else None."""
    found = computed(case)
    return found if found and found[1] else None


def computed(case):
    text = case["text"]
    name = text.split(" ")[0].rstrip(".")
    word, get = int(case["bits"][0], 16), {n: int(v, 16) for n, v in case["set"].items()}
    scr = get.get("fpscr", 0)
    if scr & NI:
        return None
    if name[0] == "f":
        t, a, b, c = (Number(get.get(f"f{word >> n & 31}", 0)) for n in (21, 16, 11, 6))
        target = f"f{word >> 21 & 31}"
        single = name.endswith("s")
        stem = name[1:-1] if single and name not in ("fabs", "fnabs") else name[1:]
    elif name.startswith("xs") and name[-2:] in ("dp", "sp"):

        def scalar(number):
            return Number(get[f"f{number}"]) if number < 32 else Number(get[f"vr{number - 32}"] >> 64)

        numbers = [word >> n & 31 | (word >> bit & 1) << 5 for n, bit in ((21, 0), (16, 2), (11, 1))]
        t, a, b = map(scalar, numbers)
        c, single = None, name.endswith("sp")
        target = f"f{numbers[0]}" if numbers[0] < 32 else f"vr{numbers[0] - 32}"
        stem = name[2:-2]
    else:
        return None
    operands = [n for n in (a, b, c) if n] if stem[:2] not in ("ma", "ms", "nm") or name[0] == "f" else [a, b, t]
    if stem in ("add", "sub", "div"):
        operands = [a, b]
    elif stem == "mul":
        operands = [a, c or b]
    if single and not name.startswith(("frsp", "xsrsp", "fcfid")) and any(is_long_nan(n) for n in operands):
        return None
    plain = {
        "add": lambda: add(a, b, scr, single, 0),
        "sub": lambda: add(a, b, scr, single, 1),
        "mul": lambda: multiply(a, c or b, scr, single),
        "div": lambda: divide(a, b, scr, single),
    }
    if stem in plain:
        return target, plain[stem](), single
    if name in ("frsp", "xsrsp"):
        return target, convert(b, scr, True), True
    if name in ("fcfid", "fcfids", "fcfidu", "fcfidus"):
        return target, from_integer(b.bits, scr, single, "u" not in name[4:]), single
    for stems, subtract, negate in ((("madd",), 0, 0), (("msub",), 1, 0), (("nmadd",), 0, 1), (("nmsub",), 1, 1)):
        if stem in stems:
            return target, multiply_add(a, c, b, scr, single, subtract, negate), single
        if stem == stems[0] + "a":
            return target, multiply_add(a, b, t, scr, single, subtract, negate), single
        if stem == stems[0] + "m":
            return target, multiply_add(a, t, b, scr, single, subtract, negate), single
    return None


def to_integers(name, value):
    """What xvcv{sp,dp}{s,u}x{w,d}s make of a vector (7.6.1.5): (result, bits that are defined), else None. Numbers are cut toward 0 and saturate, NaNs are the least."""
    if len(name) != 10 or name[:4] != "xvcv" or name[4:6] not in ("sp", "dp") or name[6] not in "su" or name[7:] not in ("xws", "xds"):
        return None
    width, signed, wide = 32 if name[4:6] == "sp" else 64, name[6] == "s", name[7] == "x" and name[8] == "d"
    bits = 64 if wide else 32
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    lane = max(width, bits)
    result = mask = 0
    for at in range(0, 128, lane):
        # An element of another width is the left half of its doubleword.
        raw = value >> (at + lane - width) & (1 << width) - 1
        negative, rest = raw >> (width - 1), raw & (1 << width - 1) - 1
        places, infinite = (23, 0xFF << 23) if width == 32 else (52, INFINITY)
        exponent, fraction = rest >> places, rest & (1 << places) - 1
        if rest >= infinite:
            number = low if rest > infinite or negative else high
        else:
            significand = fraction | (1 << places if exponent else 0)
            scale = max(exponent, 1) - ((1 << width - 2 - places) - 1) - places
            number = significand << scale if scale >= 0 else significand >> -scale
            number = max(low, min(high, -number if negative else number))
        result |= (number & (1 << bits) - 1) << (at + lane - bits)
        mask |= (1 << bits) - 1 << (at + lane - bits)
    return result, mask


def faults_of(case):
    """What of our outcome is not what the manual says, as a dictionary of (ours, the manual's); None if the case is no arithmetic."""
    found = arithmetic(case)
    if not found:
        return None
    target, result, single = found
    before = int(case["set"]["fpscr"], 16)
    after = {n: int(v, 16) for n, v in (case["set"] | case["out"]).items()}
    scr = before & ~(FR | FI)
    new = result.status & (INVALID | OX | UX | ZX | XX) & ~before
    scr |= result.status | (FX if new else 0)
    if not result.suppressed:
        scr = scr & ~FPRF_MASK | classify(result.value, single)
    scr &= ~(VX | FEX)
    scr |= VX if scr & INVALID else 0
    occurred = (scr >> 25 & 0x1F) << 3
    scr |= FEX if occurred & scr & 0xF8 else 0
    wrong = {}
    if (after["fpscr"] ^ scr) & ~result.undefined:
        wrong["fpscr"] = (after["fpscr"], scr)
    value = after[target] >> 64 if target.startswith("vr") else after[target]
    old = int(case["set"].get(target, "0"), 16)
    must = (old >> 64 if target.startswith("vr") else old) if result.value is None else result.value
    if value != must:
        wrong[target] = (value, must)
    return wrong
