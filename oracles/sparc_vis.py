"""What VIS instructions compute, by the manual: an answer that depends neither on our code nor on QEMU's.

UltraSPARC I/II User's Manual, section 13.5 "Graphics Instructions"; UltraSPARC III Cu User's Manual, "Byte Mask and Shuffle Instructions" and
"Set Interval Arithmetic Mode". `expected` gives the registers that an instruction changes.
"""

M32, M64 = (1 << 32) - 1, (1 << 64) - 1


def number(n):
    """Name of an integer register in gdb's table."""
    return {14: "sp", 30: "fp"}.get(n, "goli"[n // 8] + str(n % 8))


class Operands:
    """Fields of an instruction and the registers that they name."""

    def __init__(self, word, registers):
        self.rd, self.rs1, self.rs2 = word >> 25 & 31, word >> 14 & 31, word & 31
        self.registers = registers

    def x(self, n):
        return self.registers[number(n)] if n else 0

    def s(self, n):
        return self.registers[f"f{n}"]

    def d(self, field):
        n = (field & 1) << 5 | field & 30
        return self.registers[f"f{n}"] << 32 | self.registers[f"f{n + 1}"] if n < 32 else self.registers[f"f{n}"]

    def set_x(self, value):
        return {number(self.rd): value & M64} if self.rd else {}

    def set_s(self, value):
        return {f"f{self.rd}": value & M32}

    def set_d(self, value):
        n = (self.rd & 1) << 5 | self.rd & 30
        return {f"f{n}": value >> 32, f"f{n + 1}": value & M32} if n < 32 else {f"f{n}": value}


def parts(value, bits, total=64):
    """Parts from the most significant one on, unsigned."""
    return [value >> at & (1 << bits) - 1 for at in range(total - bits, -1, -bits)]


def signed(value, bits):
    return value - (value >> bits - 1 << bits)


def signed_parts(value, bits, total=64):
    return [signed(v, bits) for v in parts(value, bits, total)]


def join(values, bits):
    """The inverse of `parts`; each value is cut."""
    result = 0
    for value in values:
        result = result << bits | value & (1 << bits) - 1
    return result


# Tables 13-1 and 13-2, "Edge Mask Specification": left and right mask for the low address bits, by size of the elements.
EDGES = {
    8: (
        "11111111 01111111 00111111 00011111 00001111 00000111 00000011 00000001".split(),
        "10000000 11000000 11100000 11110000 11111000 11111100 11111110 11111111".split(),
    ),
    16: ("1111 0111 0011 0001".split(), "1000 1100 1110 1111".split()),
    32: ("11 01".split(), "10 11".split()),
}


def edge(name, o):
    size = int("".join(c for c in name if c.isdigit()))
    little = "l" in name[5:]
    lefts, rights = EDGES[size]
    a, z = o.x(o.rs1), o.x(o.rs2)
    at = {8: 0, 16: 1, 32: 2}[size]
    left, right = lefts[(a & 7) >> at], rights[(z & 7) >> at]
    if little:
        left, right = left[::-1], right[::-1]
    # "If ... the upper 61 bits of rs1 are equal to those of rs2, rd is set to right edge mask AND left edge mask."
    mask = int(left, 2) & int(right, 2) if a >> 3 == z >> 3 else int(left, 2)
    changes = o.set_x(mask)
    if "n" not in name[5:]:
        # "The integer condition codes are set the same as a SUBCC instruction with the same operands."
        changes["ccr"] = subcc(a, z)
    return changes


def subcc(a, z):
    def four(bits):
        x, y = a & (1 << bits) - 1, z & (1 << bits) - 1
        result = x - y & (1 << bits) - 1
        overflow = signed(x, bits) - signed(y, bits) != signed(result, bits)
        return (result >> bits - 1) << 3 | (result == 0) << 2 | overflow << 1 | (x < y)

    return four(64) << 4 | four(32)


# Table 13-3 ff., "Three-Dimensional Array Addressing": integer parts of X, Y, Z in rs1 and the pieces of them, from the lowest address bit on.
X_INTEGER, Y_INTEGER, Z_INTEGER = 11, 33, 55


def array(name, o):
    size = o.x(o.rs2)
    if size > 5:
        # "Illegal values produce undefined results."
        return None
    point = o.x(o.rs1)
    pieces = [(X_INTEGER, 2), (Y_INTEGER, 2), (Z_INTEGER, 1)]
    pieces += [(X_INTEGER + 2, 4), (Y_INTEGER + 2, 4), (Z_INTEGER + 1, 4)]
    pieces += [(X_INTEGER + 6, size), (Y_INTEGER + 6, size), (Z_INTEGER + 5, 4)]
    address = at = 0
    for low, length in pieces:
        address |= (point >> low & (1 << length) - 1) << at
        at += length
    return o.set_x(address << {"array8": 0, "array16": 1, "array32": 2}[name])


def compare(name, o):
    bits = int(name[-2:])
    test = {"le": int.__le__, "ne": int.__ne__, "gt": int.__gt__, "eq": int.__eq__}[name[4:6]]
    pairs = zip(signed_parts(o.d(o.rs1), bits), signed_parts(o.d(o.rs2), bits))
    return o.set_x(join([test(a, z) for a, z in pairs], 1))


def nearest(product, low):
    """Rounded to nearest without the `low` lowest bits; half way between two integers towards positive infinity."""
    return product + (1 << low - 1) >> low


def multiply(name, o):
    if name in ("fmul8x16", "fmul8x16au", "fmul8x16al"):
        pixels = parts(o.s(o.rs1), 8, 32)
        if name == "fmul8x16":
            factors = signed_parts(o.d(o.rs2), 16)
        else:
            factors = [signed_parts(o.s(o.rs2), 16, 32)[name == "fmul8x16al"]] * 4
        return o.set_d(join([nearest(a * z, 8) for a, z in zip(pixels, factors)], 16))
    if name in ("fmul8sux16", "fmul8ulx16"):
        pairs = list(zip(parts(o.d(o.rs1), 16), signed_parts(o.d(o.rs2), 16)))
        if name == "fmul8sux16":
            return o.set_d(join([nearest(signed(a >> 8, 8) * z, 8) for a, z in pairs], 16))
        return o.set_d(join([nearest((a & 0xFF) * z, 16) for a, z in pairs], 16))
    pairs = list(zip(parts(o.s(o.rs1), 16, 32), signed_parts(o.s(o.rs2), 16, 32)))
    if name == "fmuld8sux16":
        return o.set_d(join([signed(a >> 8, 8) * z << 8 for a, z in pairs], 32))
    return o.set_d(join([(a & 0xFF) * z for a, z in pairs], 32))


def add(name, o):
    bits, single = int(name[5:7]), name.endswith("s")
    sign = 1 if name.startswith("fpadd") else -1
    get, total = (o.s, 32) if single else (o.d, 64)
    pairs = zip(parts(get(o.rs1), bits, total), parts(get(o.rs2), bits, total))
    value = join([a + sign * z for a, z in pairs], bits)
    return o.set_s(value) if single else o.set_d(value)


def clip(value, low, high):
    return max(low, min(high, value))


def pack(name, o):
    scale = o.registers["gsr"] >> 3 & 31
    if name == "fpack16":
        # VIS 2 has a scale of five bits, of which this one ignores the highest.
        shifted = [v << (scale & 15) for v in signed_parts(o.d(o.rs2), 16)]
        return o.set_s(join([clip(v >> 7, 0, 255) for v in shifted], 8))
    shifted = [v << scale for v in signed_parts(o.d(o.rs2), 32)]
    if name == "fpackfix":
        return o.set_s(join([clip(v >> 16, -0x8000, 0x7FFF) for v in shifted], 16))
    rest = parts(o.d(o.rs1), 32)
    return o.set_d(join([a << 8 | clip(v >> 23, 0, 255) for a, v in zip(rest, shifted)], 32))


def others(name, o):
    if name == "fexpand":
        return o.set_d(join([v << 4 for v in parts(o.s(o.rs2), 8, 32)], 16))
    if name == "fpmerge":
        pairs = zip(parts(o.s(o.rs1), 8, 32), parts(o.s(o.rs2), 8, 32))
        return o.set_d(join([v for pair in pairs for v in pair], 8))
    if name == "pdist":
        distance = sum(abs(a - z) for a, z in zip(parts(o.d(o.rs1), 8), parts(o.d(o.rs2), 8)))
        return o.set_d(o.d(o.rd) + distance & M64)
    if name == "bshuffle":
        source = parts(o.d(o.rs1), 8) + parts(o.d(o.rs2), 8)
        return o.set_d(join([source[n] for n in parts(o.registers["gsr"] >> 32, 4, 32)], 8))
    if name == "bmask":
        total = o.x(o.rs1) + o.x(o.rs2) & M64
        return o.set_x(total) | {"gsr": (total & M32) << 32 | o.registers["gsr"] & M32}
    if name == "siam":
        # mode<2> is GSR.IM, bit 27; mode<1:0> GSR.IRND, bits 26 and 25.
        return {"gsr": o.registers["gsr"] & ~(7 << 25) | (o.rs2 & 7) << 25}
    if name in ("alignaddr", "alignaddrl"):
        total = o.x(o.rs1) + o.x(o.rs2) & M64
        low = total & 7 if name == "alignaddr" else -total & 7
        return o.set_x(total & ~7) | {"gsr": o.registers["gsr"] & ~7 | low}
    at = o.registers["gsr"] & 7
    return o.set_d(join((parts(o.d(o.rs1), 8) + parts(o.d(o.rs2), 8))[at : at + 8], 8))


RULES = {"edge": edge, "array": array, "fcmp": compare, "fmul": multiply, "fpadd": add, "fpsub": add, "fpack": pack}
OTHERS = "fexpand fpmerge pdist bshuffle bmask siam alignaddr alignaddrl faligndata".split()


def expected(name, word, registers):
    """The registers that the VIS instruction writes, and their values; None for what is not here, or undefined."""
    o = Operands(word, registers)
    if word >> 30 != 2 or word >> 19 & 0x3F != 0x36:
        return None
    if name in OTHERS:
        return others(name, o)
    rule = next((rule for prefix, rule in RULES.items() if name.startswith(prefix)), None)
    return rule(name, o) if rule else None
