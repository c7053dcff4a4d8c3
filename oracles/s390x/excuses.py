"""Where another program is wrong or lacks something: names, the reason, and a test of case and differences."""

import re


def always(case, found):
    return True


def unknown(case, found):
    """They know no such instruction."""
    return "theirs 1 " in found[0]


def outside(case, found):
    """Ours has storage from 0x10000 to 0x2ffff alone."""
    return found[0].startswith("trap: ours 5,") or found[0].startswith("trap: ours 4,")


def unfinished(case, found):
    """Code 3: how much is done at a time is the CPU's business."""
    return case["cc2"] == 3 or case["pc"] == 0x10800 or "cc: " in found[-1] and found[-1].endswith(" 3")


def traps(case, found):
    """An IEEE exception with its mask on, after which the operation is complete."""
    return int(case["fpc"], 16) >> 24 and case["trap"] in (7, None)


def nans(case, found):
    return all(not f.startswith(("trap", "cc")) for f in found)


def odd_pair(case, found):
    return found[0] == "trap: ours 6, theirs 0 dxc 0"


def inexact(case, found):
    """M4 bit 1 suppresses inexact; nothing else differs."""
    return int(case["text"].split(", ")[3]) & 4 and all(f.startswith("fpc") for f in found) and "8" in found[0].split()[-1]


def overlap(case, found, other=256):
    """Operands that overlap in a way for which PoP predicts nothing."""
    where = []
    for part in re.findall(r"(\d+)\((?:(\d+),)?%r(\d+)\)", case["text"]):
        where.append((int(part[0]) + int(case["r"][int(part[2])], 16), int(part[1] or other)))
    (a, n), (b, m) = where[:2]
    return a < b + m and b < a + n


def inverse(case, found):
    """The same of MOVE INVERSE, whose second operand extends to the left."""
    (n, r1, b1), (r2, b2) = re.findall(r"(\d+)\((\d+),%r(\d+)\)", case["text"])[0], re.findall(r"(\d+)\(%r(\d+)\)", case["text"])[0]
    a, b = int(n) + int(case["r"][int(b1)], 16), int(r2) + int(case["r"][int(b2)], 16)
    return a <= b and b - int(r1) < a + int(r1)


def own_pair(case, found):
    r1, r2 = (int(n) for n in re.findall(r"%r(\d+)", case["text"]))
    return r1 in (r2, r2 + 1)


def strings_overlap(case, found):
    """Operands of characters of two bytes at most whose addresses are in registers, the first one's length in characters or bytes behind it."""
    r1, r2 = (int(n) for n in re.findall(r"%r(\d+)", case["text"])[:2])
    a, b, reach = (int(case["r"][n], 16) for n in (r1, r2, (r1 + 1) & 15))
    return a < b + 2 * reach and b < a + 2 * reach


def dies(case):
    """QEMU 7.2 has an internal error with these: SET FPC AND SIGNAL, ROTATE THEN ... SELECTED BITS that only tests, and COMPARE AND SWAP AND STORE."""
    name, _, rest = case["text"].partition(" ")
    return name in ("csst", "sfasr", "lfas") or name in ("rnsbg", "rosbg", "rxsbg") and int(rest.split(", ")[2]) & 0x80


def odd_length(case, found):
    v4, size = re.search(r"%v(\d+), (\d), \d$", case["text"]).groups()
    length = int(case["v"][int(v4)][14:16], 16)
    return length > 16 or length % (1 << int(size))


class All:
    def __contains__(self, name):
        return True


class Ending:
    def __init__(self, *ends):
        self.ends = ends

    def __contains__(self, name):
        return name.endswith(self.ends)


INTERRUPTIBLE = set("mvcl clcl mvcle clcle mvclu clclu srst srstu clst mvst cksm tre troo trot trto trtt trte trtre cu12 cu14 cu21 cu24 cu41 cu42 cuse km kmc kmac kmctr kimd klmd kmf kmo".split())
CIPHERS = set("km kmc kmac kmctr kimd klmd kmf kmo pcc".split())
FUSED = set("maebr maeb msebr mseb madbr madb msdbr msdb".split())

QEMU = [
    (All(), "outside the storage that ours has", outside),
    (INTERRUPTIBLE, "code 3: the CPU determines how much is done", unfinished),
    (set("mvck mvcsk mvcdk".split()), "QEMU 7.2 has no such instruction", unknown),
    (Ending("br", "eb", "db"), "QEMU 7.2 suppresses operations that PoP completes (IEEE traps), and tells no increment", traps),
    (FUSED, "PoP, MULTIPLY AND ADD: a signalling NaN comes first; QEMU 7.2 takes the first NaN", nans),
    (set("ltebr ltdbr ltxbr".split()), "PoP, LOAD AND TEST: a signalling NaN becomes quiet and is invalid", nans),
    (set("ldxbr lexbr".split()), "PoP, LOAD ROUNDED: R1 names a pair as well", lambda case, found: found[0].startswith("trap: ours 6")),
    (set("trto trtt".split()), "the operands or the table overlap: PoP predicts nothing", lambda case, found: all(f.startswith("memory") for f in found)),
    (set("cpya".split()), "QEMU 7.2 has no such instruction", unknown),
    (set("trte trtre cuse plo csst".split()), "QEMU 7.2 has no such instruction", unknown),
    (set("troo trot trto trtt mvclu clclu".split()), "PoP: R1 names an even-odd pair, and lengths of two-byte characters are even", odd_pair),
    (set("trot".split()), "PoP, TRANSLATE ONE TO TWO: the test character has two bytes; QEMU 7.2 takes one", lambda case, found: int(case["r"][0], 16) & 0xFF00),
    (set("troo trot trto trtt".split()), "the operands overlap: PoP predicts nothing", strings_overlap),
    (set("troo trot trto trtt".split()), "a length of 0: QEMU 7.2 goes on all the same", lambda case, found: any(re.match(r"r\d+: 0 f{8}", f) for f in found)),
    (set("vfpso".split()), "single-element control: the other elements are unpredictable", lambda case, found: ", 8, " in case["text"]),
    (set("mvcin".split()), "the operands overlap: PoP predicts nothing", inverse),
    (set("clst".split()), "PoP, COMPARE LOGICAL STRING: bits 32 to 55 of register 0 are zero", odd_pair),
    (set("cksm".split()), "R1 is one of the R2 pair: PoP predicts nothing", own_pair),
    (Ending("vfi", "vled", "vcdg", "vcdlg", "vcgd", "vclgd"), "PoP, IEEE-inexact-exception control: QEMU 7.2 sets the flag all the same", lambda case, found: inexact(case, found)),
    (set("vstrs".split()), "PoP, VECTOR STRING SEARCH: with a length above 16, or no multiple of the element's, nothing is predicted", odd_length),
    (Ending("vfa", "vfs", "vfm", "vfd", "vfma", "vfms", "vfnma", "vfnms", "vled", "vfsq", "vfi"), "PoP: with its mask on, underflow needs no loss of accuracy; QEMU 7.2 wants one", lambda case, found: found[0].startswith("trap: ours 27")),
    (CIPHERS, "QEMU 7.2 has fewer functions", lambda case, found: found[0].startswith("trap: ours 0, theirs 6 ")),
    (CIPHERS, "queries: QEMU 7.2 has fewer functions", lambda case, found: int(case["r"][0], 16) & 0x7f == 0 and all(f.startswith("memory") for f in found)),
    (set("pka pku unpka unpku".split()), "the operands overlap: not compared", lambda case, found: overlap(case, found, 16) and all(f.startswith("memory") for f in found)),
    (set("cdsg".split()), "PoP, COMPARE DOUBLE AND SWAP: on a quadword boundary", odd_pair),
]
def pointers(case, found):
    """The same of strings whose addresses are in registers, or a register that has two uses."""
    return True


def extension(case, found):
    """Masks of the floating-point extension, of which Hercules 3.13 knows nothing; and rounding for reround."""
    masks = [int(t) for t in re.findall(r", (\d+)(?=,|$)", case["text"])]
    return any(masks) or case["code"][5:6] not in ("", "0") or int(case["fpc"], 16) >> 4 & 7 == 7


def invalid(case, found):
    return found[0].startswith("fpc") and len(found) == 1 and case["fpc2"][-6:-4] in ("88", "28", "2c", "8c")


def far_left(case, found):
    """The addend leaves 128 bits on its way to the left, or the result's digits are zero."""
    bits, long = int(case["code"], 16), len(case["code"]) == 12
    at = lambda n: bits >> n & 15
    number = lambda n: int(case["v"][n][:16], 16)
    if long:
        address = sum(int(case["r"][n], 16) for n in (at(32), at(28)) if n) + (bits >> 16 & 0xFFF)
        place = 2 * (address - 0x20F00)
        second, third, addend = int(case["mem"][place : place + 16], 16), number(at(36)), number(at(12))
    else:
        second, third, addend = number(at(0)), number(at(4)), number(at(12))
    exponent = lambda n: n >> 56 & 0x7F
    by = exponent(addend) - (exponent(second) + exponent(third) - 64)
    lost = by > 0 and (addend & (1 << 56) - 1) << 56 << 4 * by >> 128
    return bool(lost) or any(not int(f.split()[1], 16) << 8 & (1 << 64) - 1 for f in found)


DFP = Ending("tr", "dt", "xt", "zt")
HERCULES = [
    (All(), "outside the storage that ours has", outside),
    (INTERRUPTIBLE, "code 3: the CPU determines how much is done", unfinished),
    (set("ed edmk".split()), "the operands overlap: PoP predicts nothing", overlap),
    (set("maer mser madr msdr mae mse mad msd".split()), "PoP, MULTIPLY AND ADD (HFP): the intermediate result is exact, and its exponent may overflow", always),
    (set("myhr".split()), "PoP, MULTIPLY UNNORMALIZED: R1 of the high part alone is any register", lambda case, found: found[0] == "trap: ours 0, theirs 6 dxc 0"),
    (set("may mayr mayh mayhr mayl maylr".split()), "an addend that is shifted far to the left, and zeros: Hercules 3.13 loses digits or signs", far_left),
    (set("tbedr tbdr".split()), "PoP, CONVERT HFP TO BFP: rounded as M3 says; Hercules 3.13 loses digits, and rounds nothing that is tiny", always),
    (CIPHERS, "queries: ours has fewer functions", lambda case, found: int(case["r"][0], 16) & 0x7f == 0 and all(f.startswith("memory") for f in found)),
    (set("pcc".split()), "an XTS bit index above 127, which Hercules 3.13 takes if its left half is zero", lambda case, found: found[-1] == "cc: 2 0"),
    (set("km kmc kmctr kmf kmo".split()), "the operands overlap: PoP predicts nothing", lambda case, found: all(f.startswith("memory") for f in found)),
    (DFP, "the floating-point extension's masks, and rounding to prepare for shorter precision, which Hercules 3.13 lacks", extension),
    (DFP, "PoP: what overflows, or does not fit an integer, is inexact too", invalid),
    (set("tdcet tdcdt tdcxt".split()), "Hercules 3.13 tells subnormal numbers by the rightmost digit's exponent", always),
    (set("rrdtr rrxtr".split()), "PoP, REROUND: a signalling NaN is invalid and becomes quiet", always),
    (set("mxdb mxdbr mdeb mdebr".split()), "PoP: a signalling NaN is invalid", lambda case, found: len(found) == 1 and found[0].startswith("fpc")),
    (INTERRUPTIBLE, "odd lengths or registers, or operands that overlap", pointers),
    (set("cuxtr csxtr".split()), "PoP, CONVERT TO PACKED: the rightmost 32 or 31 digits; Hercules 3.13 has others where there are 34", always),
    (set("lxdtr ldetr".split()), "an infinity with digits: ours is the canonical one", always),
]
