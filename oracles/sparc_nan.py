"""Which NaN a floating-point operation delivers, by the manual: SPARC Architecture Manual V9, "NaN Operand and Result Definitions"; V8's appendix N
has the same table."""

# Width of the format and of its fraction.
FORMATS = {"s": (32, 23), "d": (64, 52), "q": (128, 112)}


def is_nan(value, kind):
    """Whether a register's value is a NaN."""
    bits, fraction = FORMATS[kind]
    infinity = (1 << bits - 1) - (1 << fraction)
    return value & (1 << bits - 1) - 1 > infinity


def is_signalling(value, kind):
    return is_nan(value, kind) and not value >> FORMATS[kind][1] - 1 & 1


def convert(value, kind, to):
    """The NaN in another format, as wide or wider, quieted: the fraction's upper bits stay."""
    (bits, fraction), (wide, long) = FORMATS[kind], FORMATS[to]
    sign, rest = value >> bits - 1, value & (1 << fraction) - 1
    exponent = (1 << wide - long - 1) - 1
    return sign << wide - 1 | exponent << long | rest << long - fraction | 1 << long - 1


def result(a, b, kind, to=None):
    """What an operation on rs1 and rs2, of which at least one is a NaN, delivers in the format `to`."""
    if is_signalling(b, kind):
        chosen = b
    elif is_signalling(a, kind) or not is_nan(b, kind):
        chosen = a
    else:
        chosen = b
    return convert(chosen, kind, to or kind)
