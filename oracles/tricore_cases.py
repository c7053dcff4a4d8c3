"""What the scripts for TriCore share: how a case is compared, and what explains a difference."""

import collections
import re

# Registers of a case, in its order.
NAMES = [f"d{n}" for n in range(16)] + [f"a{n}" for n in range(16)] + ["psw", "pcxi", "fcx", "lcx"]
# Where the contexts that a trap or two save have D15, in the window.
D15_SAVED = (0x3C, 0x1BC)


def differences(case, header, registers, pc, memory):
    """What is not as we say, as texts: `name: ours theirs`. A trap saves D15 and then puts the TIN there (volume 1, "Initial State upon a Trap");
    all oracles save the TIN, which is set right here."""
    found = [f"{n}: {a} {b:x}" for n, a, b in zip(NAMES, case["out"], registers) if int(a, 16) != b]
    if pc != case["pc"]:
        found.append(f"pc: {case['pc']:x} {pc:x}")
    ours = bytes.fromhex(case["mem2"])
    saved = D15_SAVED if case["pc"] & ~0xE0 == header["btv"] else ()
    for i in range(0, len(ours), 4):
        if memory[i : i + 4] != ours[i : i + 4] and i not in saved:
            found.append(f"memory {header['window'] + i:x}: {ours[i : i + 4].hex()} {memory[i : i + 4].hex()}")
    return found


def in_old_layout(pcxi):
    """A PCXI of TriCore 1.6 with its fields where TriCore 1.3 has them."""
    return pcxi & 0xFFFFF | (pcxi & 0x3FF00000) << 2


def in_new_layout(pcxi):
    """The other way."""
    return pcxi & 0xFFFFF | pcxi >> 2 & 0x3FF00000


class Explain:
    """Counts cases, and knows why some differ on an oracle."""

    def __init__(self, oracle, header):
        self.oracle, self.header = oracle, header
        self.total, self.failed, self.excuses, self.lines = 0, collections.Counter(), collections.Counter(), {}
        self.names = {}

    def note(self, case, given, found):
        self.total += 1
        name = case["text"].split(" ")[0]
        if self.oracle == "qemu-7.2":
            # STLCX and STUCX store PCXI, too.
            self.stored = f"memory {base_and_address(case['text'], given)[1]:x}" if name in ("stlcx", "stucx") and "[" in case["text"] else None
            found = [f for f in found if not self.moved(f)]
        if not found:
            if "insn" in case:
                self.lines.setdefault(case["row"], []).append(case["insn"])
            return
        reason = why(self.oracle, self.header, case, name, given, found)
        if reason:
            self.excuses[reason] += 1
            self.names.setdefault(reason, set()).add(name)
            return
        self.failed[name] += 1
        if self.failed[name] <= 2:
            used = {n: f"{v:x}" for n, v in given.items() if v and (n in case["text"] or n in ("psw", "pcxi"))}
            print(case["code"], case["text"], used, "->", "; ".join(found)[:600])

    def is_deadly(self, case, given):
        """Whether the case is one of circular addressing that the manual leaves undefined: unicorn divides by the length, which may be 0, or
        become that by the load itself."""
        name, text = case["text"].split(" ")[0], case["text"]
        if "+c]" not in text or base_and_address(text, given)[2] and not undefined(name, text, given):
            return False
        reason = f"not run, undefined: {undefined(name, text, given) or 'a circular buffer of no length'}"
        self.total += 1
        self.excuses[reason] += 1
        self.names.setdefault(reason, set()).add(name)
        return True

    def moved(self, text):
        """Whether the values are the same PCXI, with fields where TriCore 1.3 has them: this QEMU has them there on a TriCore 1.6, too."""
        place, ours, theirs = text.split(": ")[0], *text.split()[-2:]
        if place in (f"memory {self.header['window'] + at:x}" for at in (0, 0x180)):
            ours, theirs = (int.from_bytes(bytes.fromhex(v), "little") for v in (ours, theirs))
        elif self.stored == place:
            ours, theirs = (int.from_bytes(bytes.fromhex(v), "little") for v in (ours, theirs))
        elif place == "pcxi":
            ours, theirs = int(ours, 16), int(theirs, 16)
        else:
            return False
        return ours == in_new_layout(theirs)

    def end(self, file=None, lines=2):
        """Prints the outcome; the exit status."""
        for reason, n in sorted(self.excuses.items()):
            print(f"explained, {n}: {reason} ({' '.join(sorted(self.names[reason]))})")
        print(f"{self.total} cases, {sum(self.excuses.values())} explained, {sum(self.failed.values())} differ: {dict(self.failed.most_common())}")
        if file:
            with open(file, "a") as out:
                out.writelines(line + "\n" for row in sorted(self.lines) for line in self.lines[row][:lines])
        return bool(self.failed)


# What an oracle has not, by the names of its tables; it raises IOPC or UOPC.
MISSING = {
    "unicorn": "ftou ftoq31 q31tof mulms.h ftoq31z ftouz",
    "qemu-7.2": "ftou ftoq31 q31tof mulms.h ftoq31z",
    "qemu-10": "ftoq31 q31tof mulms.h ftoq31z",
}
# The unit that an address must be a multiple of (volume 1, "Alignment Requirements"); of those that do not stand here it is 1 or 2.
UNIT = {"ld.a": 4, "ld.da": 4, "st.a": 4, "st.da": 4, "swap.w": 4, "ldmst": 4, "cmpswap.w": 4, "swapmsk.w": 4}
UNIT |= dict.fromkeys("ld.h ld.hu ld.q ld.w ld.d st.h st.q st.w st.d".split(), 2)
UNIT |= dict.fromkeys("lducx ldlcx stucx stlcx".split(), 64)
# Where an oracle does not look whether the number of a pair is even.
ODD_PAIRS = {
    "unicorn": "dvinit.u msub.u imask insert mov",
    "qemu-7.2": "dvinit.u swapmsk.w cmpswap.w msub.u mov div div.u imask insert",
}
# Where an upper context has address registers.
SAVED = {10: 8, 11: 12, 12: 32, 13: 36, 14: 40, 15: 44}
# Bytes that a mnemonic's suffix stands for.
SIZE = {"b": 1, "bu": 1, "h": 2, "hu": 2, "q": 2, "w": 4, "a": 4, "d": 8, "da": 8}
FIELDS = ("insert", "extr", "extr.u", "imask")


def number(text, given):
    """The value of an operand, a register or a constant."""
    return given[text.replace("sp", "a10")] if text[0] in "das" else int(text, 0)


def base_and_address(text, given):
    """Register that is the base, or the pair's first, and effective address, of a text with an operand in brackets."""
    inside, rest = text.split("[")[1].split("]")
    off = rest.split(",")[0].strip()
    off = int(off, 0) if off and off[0] in "-0123456789" else 0
    if inside[0] == "p":
        n = int(inside[1:].split("+")[0])
        index, length = given[f"a{n | 1}"] & 0xFFFF, given[f"a{n | 1}"] >> 16
        return n, (given[f"a{n}"] + index) & 0xFFFFFFFF, length, off
    register = inside.strip("+").replace("sp", "a10")
    before = not inside.endswith("+")
    return int(register[1:]), (given[register] + (off if before else 0)) & 0xFFFFFFFF, None, off


def misaligned(name, text, given):
    """Whether the address is no multiple of its unit."""
    return "[" in text and base_and_address(text, given)[1] % UNIT.get(name, 1) != 0


def of_base(header, text, given, changed):
    """What differs because a base register (or the second of a pair) has changed: it, and where contexts have it."""
    base, *_ = base_and_address(text, given)
    found = [n for n in (f"a{base}", f"a{base | 1}") if n in changed]
    return found + [f"memory {header['window'] + area + SAVED[n]:x}" for area in (0, 0x180) for n in (base, base | 1) if n in SAVED]


def undefined(name, text, given):
    """Why the manual leaves the outcome undefined."""
    words = text.replace(",", " ").split()
    if name in FIELDS:
        last = words[-1]
        if last[0] == "e":
            low = int(last[1:])
            pos, width = given[f"d{low & 14}"] % 32, given[f"d{low | 1}"] % 32
        else:
            pos, width = number(words[-2], given) % 32, number(last, given)
        # Volume 2, "EXTR", "IMASK", "INSERT": undefined if pos + width > 32 (or if the width is 0, for EXTR).
        if pos + width > 32 or width == 0 and name.startswith("extr"):
            return "a field that reaches over the end, or of no width"
    if name in ("ld.a", "ld.da") and ("+" in text):
        base, *_ = base_and_address(text, given)
        loaded = int(words[1][1:].replace("p", "10")) if words[1] != "sp" else 10
        pair = (loaded, loaded + 1) if name == "ld.da" else (loaded,)
        bases = (base, base + 1) if "[p" in text else (base,)
        if set(pair) & set(bases):
            return "the register loaded is the base that changes"
    if "+c]" in text:
        base, address, length, off = base_and_address(text, given)
        # Volume 1, "Circular Addressing": a multiple of the size of what the instruction loads or stores.
        if length is not None and length % SIZE.get(name.split(".")[-1], 4):
            return "a circular buffer whose length is no multiple of its elements'"
        if length is not None and length < abs(off):
            return "an offset larger than the circular buffer"
    return None


def wraps_within_a_word(name, text, given):
    """Whether a circular buffer ends within one of the words that are loaded or stored."""
    if "+c]" not in text or SIZE.get(name.split(".")[-1], 4) < 4:
        return False
    base, _, length, _ = base_and_address(text, given)
    index = given[f"a{base | 1}"] & 0xFFFF
    return any(index + at == length - 2 for at in range(0, SIZE.get(name.split(".")[-1], 4), 4))


def field(text, given):
    """Position and width at the end of a text."""
    words = text.replace(",", " ").split()
    if words[-1][0] == "e":
        low = int(words[-1][1:])
        return given[f"d{low & 14}"] % 32, given[f"d{low | 1}"] % 32
    return number(words[-2], given) % 32, number(words[-1], given) % 32


def is_field_right(name, text, given, case):
    """Whether ours is as volume 2 says, "INSERT" and "IMASK"."""
    words = text.replace(",", " ").split()
    pos, width = field(text, given)
    mask = ((1 << width) - 1) << pos
    out = dict(zip(NAMES, (int(v, 16) for v in case["out"])))
    if name == "imask":
        low = int(words[1][1:])
        return (out[f"d{low}"], out[f"d{low + 1}"]) == (number(words[2], given) << pos & 0xFFFFFFFF, mask)
    return out[words[1]] == number(words[2], given) & ~mask & 0xFFFFFFFF | number(words[3], given) << pos & mask


def updated_flags(text, given):
    """What volume 2, "UPDFL", makes of PSW: bits 15:8 say which of the flags 31:24 become bits 7:0."""
    value = number(text.split(" ")[1], given)
    mask = (value >> 8 & 0xFF) << 24
    return given["psw"] & ~mask & 0xFFFFFFFF | value << 24 & mask


def stays(header, case, found):
    """Whether the oracle has gone to the next instruction where we trap."""
    return f"pc: {case['pc']:x} {header['pc'] + len(case['code']) // 2:x}" in found


def values(changed, name):
    return [int(v, 16) for v in changed[name]]


def wrong_in_72(header, case, name, given, changed):
    """What QEMU 7.2 does wrong, and 10 does not."""
    text, code = case["text"], case["code"]
    only = list(changed)[0] if len(changed) == 1 else None
    if name == "disable" and " " in text:
        return "DISABLE with a register is not there"
    if name == "syscall" and stays(header, case, [f"pc: {' '.join(changed['pc'])}"] if "pc" in changed else []):
        return "SYSCALL raises nothing"
    if name == "ld.h" and len(code) == 4 and only == "d15":
        return "the short form does not scale its offset"
    if name == "ld.bu" and "[+" in text and only and values(changed, only)[1] == values(changed, only)[0] | 0xFFFFFF00:
        return "the pre-increment form extends the sign"
    if name in ("insert", "imask") and code[:2] in ("97", "d7") and is_field_right(name, text, given, case):
        return "the forms with a constant and a register mix up their registers"
    if name == "dextr" and only and len(text.split(",")) == 4 and number(text.split(", ")[-1], given) & 31 == 0:
        return "a shift by 0 gives the other word"
    if name in ("rfe", "ret") and only == "psw" and values(changed, "psw")[0] ^ values(changed, "psw")[1] == 1 << 24:
        return "PSW.RM loses a bit"
    if name == "muls.u" and all(n[0] == "d" or n == "psw" for n in changed):
        return "the product is taken as signed"
    return None


def why(oracle, header, case, name, given, found):
    """Why a difference is the oracle's, or the result undefined; `None` if nothing says so."""
    text = case["text"]
    changed = {f.split(": ")[0]: f.split(": ")[1].split() for f in found}
    place = case["pc"] - header["btv"]
    tin = (place >> 5, int(case["out"][15], 16)) if place & ~0xE0 == 0 else None
    if name in MISSING[oracle].split():
        return "it is not there"
    reason = undefined(name, text, given)
    if reason:
        return f"undefined: {reason}"
    if wraps_within_a_word(name, text, given) and all(n.startswith("memory") or n in text or n[0] == "d" for n in changed):
        # Volume 2, "ST.D" and its kin, circular addressing: a half-word each at (index + 2) % length, (index + 4) % length, ...
        return "a word goes on behind the circular buffer's end"
    odd = re.search(r"\b[ep](1|3|5|7|9|11|13|15)\b", text) is not None
    if odd and tin in ((2, 3), (3, 1)) and name in ODD_PAIRS.get(oracle, "").split() and stays(header, case, found):
        return "it does not find odd pairs"
    if oracle != "qemu-10":
        reason = wrong_in_72(header, case, name, given, changed)
        if reason:
            return reason
    last = given["fcx"] == given["lcx"]
    if misaligned(name, text, given) and (tin == (2, 4) or tin == (3, 1) and last):
        return "it has no ALN trap"
    if tin == (3, 1) and last:
        # Volume 1, "FCD - Free Context List Depletion": what has saved the context completes first, and the trap returns behind that.
        cells = [f"memory {header['window'] + at:x}" for at in (0x180, 0x184, 0x18C)]
        if name == "bisr" and "pcxi" in changed:
            # PCPN is there a second time, two bits higher.
            ours, theirs = values(changed, "pcxi")
            if theirs == ours & 0xFFFFFF | (ours >> 22 & 0xFF) << 24:
                cells.append("pcxi")
        if odd and "[" in text:
            cells += of_base(header, text, given, changed)
        if all(f in ("a11", *cells) for f in changed) and ("a11" not in changed or changed["a11"][1] == "0"):
            return "FCD comes before that is done which took the last context, and returns to 0"
    if tin == (2, 3) and "[" in text:
        if set(changed) <= set(of_base(header, text, given, changed)):
            return "an odd pair is found when the base has changed"
    if name in ("trapv", "trapsv") and tin is None and list(changed) == ["pc"] and int(changed["pc"][1], 16) == header["pc"]:
        return "it stays where it is if it does not trap"
    if name == "qseed.f" and all(f.startswith("d") for f in found) and len(found) == 1:
        ours, theirs = (int(v, 16) for v in found[0].split()[1:])
        # Volume 2, "QSEED.F": an approximation, whose first 6.75 bits are right.
        if abs(ours - theirs) < 1 << 18:
            return "an approximation"
    if name in ("call", "calla", "calli") and tin is None and "pcxi" in changed:
        # Volume 2, "CALL": PCXI.PCPN = ICR.CCPN, which is 0.
        if int(changed["pcxi"][0], 16) ^ int(changed["pcxi"][1], 16) == 1 << 22 and set(changed) <= {"pcxi", "pc"}:
            if "pc" not in changed or text == "calli a11" and int(changed["pc"][1], 16) == header["pc"] + 4:
                return "PCXI has the bit where TriCore 1.3 has UL" + (", and A11 is read when it has changed" if "pc" in changed else "")
    if text in ("calli a11", "jli a11", "fcalli a11") and list(changed) == ["pc"] and int(changed["pc"][1], 16) == header["pc"] + 4:
        return "A11 is read when it has changed"
    if name == "trapsv" and found == ["d15: 2 1"]:
        return "the TIN is that of TRAPV"
    if name == "updfl" and list(changed) == ["psw"] and values(changed, "psw")[0] == updated_flags(text, given):
        return "the bits are mixed up"
    if name == "fcalli" and text.endswith("sp") and list(changed) == ["pc"]:
        return "A10 is read when it has changed"
    return None
