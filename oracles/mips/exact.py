"""What a floating-point instruction gives by the manual, in exact fractions: independent of the arithmetic of either side.

Volume I-A, "FPU Exceptions", "Underflow Exception", and "Floating Point Control and Status Register": tininess is detected after rounding, as if the
exponent had no bounds; loss of accuracy is inexactness; with the trap off, underflow wants both, with the trap on tininess alone. FS
replaces a tiny result by zero of its sign, which is inexact.
"""

import collections
from fractions import Fraction

I, U, O, Z = 1, 2, 4, 8
Format = collections.namedtuple("Format", "bits precision emin")
SINGLE, DOUBLE = Format(32, 24, -126), Format(64, 53, -1022)
ARITHMETIC = {0: "add", 1: "sub", 2: "mul", 3: "div", 4: "sqrt", 21: "recip", 22: "rsqrt", 24: "maddf", 25: "msubf", 32: "cvt", 33: "cvt"}
ONE_OPERAND = ("sqrt", "recip", "rsqrt", "cvt")


def value(bits, fmt):
    """A finite number; None for others."""
    fraction_bits = fmt.precision - 1
    exponent = bits >> fraction_bits & (1 << fmt.bits - fmt.precision) - 1
    fraction = bits & (1 << fraction_bits) - 1
    if exponent == (1 << fmt.bits - fmt.precision) - 1:
        return None
    scaled = fraction if exponent == 0 else fraction | 1 << fraction_bits
    number = Fraction(scaled) * Fraction(2) ** (fmt.emin - fraction_bits + max(exponent, 1) - 1)
    return -number if bits >> fmt.bits - 1 else number


def exponent_of(number):
    """Such that 2^e <= number < 2^(e+1)."""
    guess = number.numerator.bit_length() - number.denominator.bit_length()
    return guess if Fraction(2) ** guess <= number else guess - 1


def is_nan(bits, fmt):
    return bits & (1 << fmt.bits - 1) - 1 > (1 << fmt.bits - fmt.precision) - 1 << fmt.precision - 1


def legacy_nan(name, operands, formats):
    """The result of operands of which some are NaNs as they were before NaN2008: the first one if none is signalling; else None.

    "Signaling Non-Number (SNaN)", "Quiet Non-Number (QNaN)": a leading fraction bit of 1 is signalling; a QNaN operand is propagated.
    """
    source, target = formats[0], formats[-1]
    nans = [bits for bits, fmt in zip(operands, formats) if is_nan(bits, fmt)]
    if not nans or any(bits >> source.precision - 2 & 1 for bits in nans):
        return None
    bits = nans[0]
    sign, fraction = bits >> source.bits - 1, bits & (1 << source.precision - 1) - 1
    shift = target.precision - source.precision
    fraction = fraction << shift if shift >= 0 else fraction >> -shift
    exponents = (1 << target.bits - target.precision) - 1 << target.precision - 1
    return (sign ^ name.startswith("n")) << target.bits - 1 | exponents | fraction


def round_to(number, quantum, mode, negative):
    """A multiple of the quantum: nearest or even, towards zero, up, down."""
    whole, rest = divmod(number / quantum, 1)
    up = (rest > Fraction(1, 2) or rest == Fraction(1, 2) and whole % 2, False, rest and not negative, rest and negative)[mode]
    return (whole + 1 if up else whole) * quantum


class Beyond(Exception):
    """What this module does not work out: overflow, zeros whose sign has a rule of its own, what is not a number."""


def rounded(number, fmt, fcsr):
    """(result as a fraction, whether it is negative, what it raises, whether it is tiny)."""
    negative, size, mode = number < 0, abs(number), fcsr & 3
    if size == 0:
        return Fraction(0), None, 0, False
    exponent = exponent_of(size)
    unbounded = round_to(size, Fraction(2) ** (exponent - fmt.precision + 1), mode, negative)
    smallest = Fraction(2) ** fmt.emin
    tiny = unbounded < smallest
    if tiny and fcsr >> 24 & 1:
        return Fraction(0), negative, U | I, True
    quantum = Fraction(2) ** (max(exponent, fmt.emin) - fmt.precision + 1)
    result = round_to(size, quantum, mode, negative)
    if result >= Fraction(2) ** (2 - fmt.emin):  # 2^(emax + 1), with emax = 1 - emin
        raise Beyond
    raised = I if result != size else 0
    if tiny and (raised or fcsr >> 8 & 1):
        raised |= U
    return result, negative, raised, tiny


def encode(number, negative, fmt):
    fraction_bits = fmt.precision - 1
    scaled = number / Fraction(2) ** (fmt.emin - fraction_bits)
    sign = int(bool(negative)) << fmt.bits - 1
    if scaled < 1 << fraction_bits:
        return sign | int(scaled)
    exponent = exponent_of(number)
    fraction = int(number / Fraction(2) ** (exponent - fraction_bits)) & (1 << fraction_bits) - 1
    return sign | exponent - fmt.emin + 1 << fraction_bits | fraction


def operate(name, operands, formats, fcsr):
    """A lane: (bits, what tiny results raise). Bits are None where this module does not work them out."""
    if not fcsr >> 18 & 1 and any(is_nan(bits, fmt) for bits, fmt in zip(operands, formats)):
        return legacy_nan(name, operands, formats), tiny_product(name, operands, formats[0], fcsr)
    numbers = [value(bits, fmt) for bits, fmt in zip(operands, formats)]
    fmt = formats[-1]
    a, b, c = [*numbers, None, None][:3]
    raised = 0
    try:
        if name in ("madd", "msub", "nmadd", "nmsub"):
            product, negative, raised, _ = rounded(known(a) * known(b), fmt, fcsr)
            product = -product if negative else product
            number = product - known(c) if name.endswith("sub") else product + known(c)
        else:
            number = exactly(name, a, b, c)
        result, negative, more, _ = rounded(number, fmt, fcsr)
        raised |= more
    except (Beyond, ZeroDivisionError):
        return None, raised
    if negative is None:
        return None, raised
    return encode(result, negative != name.startswith("n"), fmt), raised


def tiny_product(name, operands, fmt, fcsr):
    """What the product of a multiply-add raises whose addend is a NaN."""
    a, b = (value(bits, fmt) for bits in (operands * 2)[:2])
    if not name.endswith(("madd", "msub")) or None in (a, b):
        return 0
    try:
        return rounded(a * b, fmt, fcsr)[2]
    except Beyond:
        return 0


def known(number):
    if number is None:
        raise Beyond
    return number


def exactly(name, a, b, c):
    a = known(a)
    if name in ("sqrt", "rsqrt"):
        raise Beyond  # their results are never tiny
    if name in ("recip", "cvt"):
        return 1 / a if name == "recip" else a
    b = known(b)
    if name in ("maddf", "msubf"):
        return known(c) + (a * b if name == "maddf" else -a * b)
    return {"add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b, "div": lambda: a / b}[name]()


def instruction(word):
    """(operation, format of sources, format of the result, registers, pairs) of an arithmetic instruction; None if it is no such."""
    opcode, fmt, function = word >> 26, word >> 21 & 31, word & 63
    fr, ft, fs = word >> 21 & 31, word >> 16 & 31, word >> 11 & 31
    fd = word >> 6 & 31
    if opcode == 0x13 and function >= 0x20 and function & 7 in (0, 1, 6):
        name = ("madd", "msub", "nmadd", "nmsub")[(function >> 3) - 4]
        kind = {0: SINGLE, 1: DOUBLE, 6: SINGLE}[function & 7]
        return name, kind, kind, [fs, ft, fr], fd, function & 7 == 6
    if opcode != 0x11 or fmt not in (16, 17, 22) or function not in ARITHMETIC:
        return None
    name, kind = ARITHMETIC[function], DOUBLE if fmt == 17 else SINGLE
    registers = [fs] if name in ONE_OPERAND else [fs, ft, fd] if name in ("maddf", "msubf") else [fs, ft]
    if name == "cvt":
        if (fmt, function) not in ((17, 32), (16, 33)):
            return None
        return name, *((DOUBLE, SINGLE) if fmt == 17 else (SINGLE, DOUBLE)), registers, fd, False
    return name, kind, kind, registers, fd, fmt == 22


def result_of(word, registers, fr):
    """(number of the destination, lanes) by the manual; a lane: (lowest bit, width, bits or None, what is raised). None for what is no arithmetic."""
    shape = instruction(word)
    if not shape:
        return None
    name, source, target, numbers, destination, pairs = shape
    formats = [source] * len(numbers) if source == target else [source, target]
    lanes = []
    for shift in (0, 32) if pairs else (0,):
        operands = []
        for n in numbers:
            odd = n % 2 and not fr
            container = registers[f"f{n - 1}" if odd else f"f{n}"]
            operands.append(container >> (32 if odd else shift) & (1 << source.bits) - 1)
        lanes.append((shift, target.bits, *operate(name, operands, formats, registers["fcsr"])))
    if destination % 2 and not fr:
        destination, lanes = destination - 1, [(32, *lanes[0][1:])]
    return destination, lanes
