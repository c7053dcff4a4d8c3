"""Where other programs differ in system states: names (all if None), the reason, and a test of the state before, the differences, and both results (ours
first)."""

PROGRAM = 0x150
UPDATES = set("csp cspg cs csg cdsg laa oi agsi xc lpq stpq mvc mvc16 tr".split())


def code(result):
    """The program-interruption code; 0 if there is none."""
    return result["code"] & 0xFF if result["interruption"] == PROGRAM else 0


def only(found, *names):
    return all(key.startswith(names) for key in found)


ACCESS = (4, 5, 0x10, 0x11, 0x12, 0x38, 0x39, 0x3A, 0x3B)
SPANS = set("stm stmg stam stctl stctg lm lmg lam lctl lctlg l lg st stg lh sth lpswe lpsw".split())
TWO = set("mvc mvc16 xc clc tr mvcp mvcs mvck mvcos mvcsk mvcdk mvpg mvcin".split())


def other_operand(state, found, mine, theirs):
    """Both operands are not to be reached: PoP says nothing of which comes first. Hercules 3.13 has stored a part by then, or told of a change."""
    both = code(mine) in ACCESS and code(theirs) in ACCESS
    return both and only(found, "access", "teid", "code", "old PSW address", "key", "[4")


def invalid_psw(result):
    """Whether the old PSW is one that PoP's "Early Exception Recognition" does not let pass."""
    mask, address = result["old PSW mask"], result["old PSW address"]
    reserved = 0xB80800FE7FFFFFFF
    modes = mask >> 31 & 3
    return mask & reserved or modes == 2 or modes == 1 and address >> 31 or modes == 0 and address >> 24 or address & 1


def early(state, found, mine, theirs):
    return code(mine) == 6 and invalid_psw(mine)


def high_half(state, found, mine, theirs):
    """In the 24- and 31-bit modes bits 0 to 31 of a register that gets an address stay."""
    return state.bits != 64 and only(found, "r4") and found["r4"][0] & 0xFFFFFFFF == found["r4"][1] & 0xFFFFFFFF


def keyed(state, found, mine, theirs):
    """A protection exception of ours that bit 60 of the identification says is of the key."""
    return code(mine) == 4 and mine["teid"] & 8


def either(state, found, mine, theirs):
    """An access that fetches and stores, or one of two: which of both is told."""
    return only(found, "teid", "key") and mine["teid"] ^ theirs["teid"] == 0xC00


def references(state, found, mine, theirs):
    """Reference bits after an exception."""
    return code(mine) and only(found, "key") and all(a ^ b == 4 for a, b in found.values())


def names_key(state, found, mine, theirs):
    """In the problem state QEMU looks at one of eight bits of the key mask, and where no key is named at all."""
    return state.problem and code(theirs) == 2


def crossed_frames(state):
    """Operand pages lie in another order than their frames do."""
    tables = state.spaces[2].tables[4]
    return any(state.spaces[2].words[tables + 8 * page] >> 12 != page for page in (0x40, 0x41, 0x42, 0x43))


QEMU = [
    (("lpswe", "ssm", "stosm", "stnsm"), "PoP, Early Exception Recognition: QEMU 7.2 knows an odd address alone", early),
    (("spka",), "PoP, SET PSW KEY FROM ADDRESS: the key mask allows it in the problem state; QEMU 7.2 does not", lambda s, f, a, b: s.problem and code(b) == 2),
    (("sac", "sacf"), "PoP, SET ADDRESS SPACE CONTROL: the secondary-space control must be one, and DAT on; QEMU 7.2 does not look", lambda s, f, a, b: code(a) == 0x13),
    (("sac", "sacf"), "QEMU 7.2 has no access-register mode", lambda s, f, a, b: code(b) == 6 and s.r[2] >> 8 & 15 == 2),
    (("ssm",), "PoP, SET SYSTEM MASK: control register 0 forbids it; QEMU 7.2 does not look", lambda s, f, a, b: code(a) == 0x13 and s.cr[0] >> 30 & 1),
    (("ipte",), "QEMU 7.2 has no IPTE range", lambda s, f, a, b: s.r[8] & 0xFF and (only(f, "[5") or code(a) == 6)),
    (("lra", "lray", "lrag"), "PoP, LOAD REAL ADDRESS: it translates without DAT as well; QEMU 7.2 gives the address", lambda s, f, a, b: not s.dat),
    (("lra", "lray", "lrag"), "PoP, LOAD REAL ADDRESS: the address of the invalid entry with codes 1 and 2; QEMU 7.2 gives code 3", lambda s, f, a, b: b["old PSW mask"] >> 44 & 3 == 3 and only(f, "r4", "old PSW mask")),
    (("lra", "lray", "lrag"), "PoP, LOAD REAL ADDRESS: addressing and translation specification are exceptions; QEMU 7.2 gives code 3", lambda s, f, a, b: code(a) in (5, 0x12)),
    (("lay", "lra", "lray"), "bits 0 to 31 stay in the 24- and 31-bit modes; QEMU 7.2 clears them", high_half),
    (("tprot",), "PoP, TEST PROTECTION: privileged, by storage keys, and no reference; QEMU 7.2 knows nothing of that", lambda s, f, a, b: s.problem or only(f, "old PSW mask", "key", "teid")),
    (("sske",), "QEMU 7.2 has no conditional SSKE", lambda s, f, a, b: s.code[2] >> 4),
    (("mvcp", "mvcs"), "PoP, MOVE TO PRIMARY: the special-operation exception comes first", lambda s, f, a, b: (code(a), code(b)) == (0x13, 2)),
    (("mvcp", "mvcs", "mvcos"), "PoP, PSW-Key Mask: QEMU 7.2 looks at eight bits of it, and where no key is named", names_key),
    (("mvpg",), "QEMU 7.2 knows no keys of MOVE PAGE", lambda s, f, a, b: s.r[0] & 0xC00 and code(a) in (2, 6)),
    (None, "QEMU 7.2 has no key-controlled protection; see --hercules", keyed),
    (("mvcos",), "QEMU 7.2 has no MOVE WITH OPTIONAL SPECIFICATIONS in the problem state", lambda s, f, a, b: s.problem and code(b) == 5),
    (("mvcos",), "PoP, MOVE WITH OPTIONAL SPECIFICATIONS: operands that overlap in storage", lambda s, f, a, b: not code(a) and only(f, "[4") and crossed_frames(s)),
    (("mvpg",), "PoP, MOVE PAGE: the condition code may tell of page translation alone", lambda s, f, a, b: s.r[0] & 0x100 and code(a) in ACCESS and not code(b)),
    (("ipte",), "QEMU 7.2 cuts real addresses in the 24- and 31-bit modes", lambda s, f, a, b: s.bits != 64 and s.r[4] >> 31 and code(a) == 5),
    (("stm", "stmg", "stam", "stctl", "stctg"), "QEMU 7.2 stores what lies in one page before it looks at the other", lambda s, f, a, b: code(a) in ACCESS and code(a) == code(b) and only(f, "[4", "key", "teid")),
    (("lam",), "QEMU 7.2 loads what lies in one page before it looks at the other", lambda s, f, a, b: code(a) in ACCESS and code(a) == code(b) and only(f, "a")),
    (SPANS, "both pages of an operand are not to be reached", other_operand),
    (TWO, "both operands are not to be reached", other_operand),
    (("lura", "lurag", "stura", "sturg"), "PoP: on a word's or a doubleword's boundary; QEMU 7.2 does not look", lambda s, f, a, b: code(a) == 6),
    (("laa", "agsi"), "PoP: fixed-point overflow interrupts; QEMU 7.2 tells it by the condition code alone", lambda s, f, a, b: code(a) == 8),
    (("tb",), "PoP, TEST BLOCK: register 0 is set to zero", lambda s, f, a, b: only(f, "r0")),
    (UPDATES, "which of its accesses an exception is told of", either),
    (UPDATES, "an access that nothing may be stored by, to what is no storage", lambda s, f, a, b: (code(a), code(b)) == (4, 5)),
    (None, "PoP, Reference Recording: an access that an exception ends may be recorded", references),
]


def identification(state, found, mine, theirs):
    """Hercules 3.13 tells neither fetch nor store nor which protection, names a register outside of the access-register mode, and has no identification for translation
    specification."""
    same_page = not (mine["teid"] ^ theirs["teid"]) >> 12
    return only(found, "access", "teid") and (same_page or code(mine) == 0x12)


def fetch(state, found, mine, theirs):
    """A protection exception of the fetch of the instruction: its length is unpredictable."""
    at_code = mine["teid"] >> 12 == theirs["teid"] >> 12 == 0x10
    return code(mine) == code(theirs) == 4 and at_code and only(found, "code", "old PSW address", "teid", "access")


def behind(state, found, mine, theirs):
    """An instruction has come to its end, and the next one can't be fetched, whose length is unpredictable."""
    return code(mine) == code(theirs) and mine["code"] >> 16 == 2 and only(found, "access", "teid", "code", "old PSW address")


PSW = ("old PSW", "code", "access", "teid", "svc", "interruption")
TRACED = ("c12", "[47a")


def changed(found, name):
    """The bits of a part that differ."""
    mine, theirs = found.get(name, (0, 0))
    return mine ^ theirs


def far_branch(state, found, mine, theirs):
    """An entry of a branch to an address of 32 bits, or to one whose register has more of them."""
    moved, entries = changed(found, "c12"), [a ^ b for key, (a, b) in found.items() if key.startswith("[47a")]
    mode = entries and all(bits & 0xFFFFFF00FFFFFF == 0 for bits in entries)
    return (moved in (8, 0x18, 0x38) or not moved and mode) and code(mine) == code(theirs) and only(found, *TRACED, "code", "access", "teid", "old PSW address")


def saved_operand(state, found, mine, theirs):
    """The 64-bit mode is left as it was, and bit 32 of the second operand's address is saved."""
    places = [a ^ b for key, (a, b) in found.items() if key.startswith("[")]
    return state.bits == 64 and changed(found, "old PSW mask") in (0, 1 << 32) and all(bits == 1 << 63 for bits in places)


TRAPS = ("trap2", "trap4")
HERCULES = [
    (("bsg",), "PoP, BRANCH IN SUBSPACE GROUP: the 64-bit mode stays; Hercules 3.13 clears bit 32 of the PSW", lambda s, f, a, b: s.bits == 64 and only(f, *PSW, *TRACED) and changed(f, "old PSW mask") == 1 << 31),
    (("bsa",), "PoP, BRANCH AND SET AUTHORITY: outside the 64-bit mode bits 33 to 63 of the return address count; Hercules 3.13 shows others in an invalid PSW, recognizes an odd address early, and forgets the trace entry then", lambda s, f, a, b: code(a) == code(b) == 6 and only(f, *PSW, *TRACED)),
    (("rp",), "PoP, Trace Entries: what leads to the 64-bit mode has no addressing-mode bit; Hercules 3.13 takes that of a short PSW for a part of the address", lambda s, f, a, b: code(a) == code(b) and s.bits != 64 and only(f, *TRACED, "code", "access", "teid", "old PSW address")),
    (("bsa",), "Hercules 3.13 goes on in a page from which the new key may not fetch", lambda s, f, a, b: s.keys[0x10] & 8 and code(a) == 4 and a["teid"] >> 12 == 0x10),
    (TRAPS, "PoP, TRAP: the 31-bit mode is set, and bits 33 to 63 of an address are saved; Hercules 3.13 leaves bit 31 of the PSW, and saves bit 32", lambda s, f, a, b: saved_operand(s, f, a, b) and only(f, "old PSW", "code", "access", "teid", "[4") and code(a) == code(b)),
    (TRAPS, "PoP, Priority of Access Exceptions: low-address protection and translation are in no order", lambda s, f, a, b: code(a) == 4 and a["teid"] & 0x80 and code(b) in ACCESS and only(f, *PSW)),
    (TRAPS, "Hercules 3.13 compares an absolute address with a virtual one to see whether the save area lies in two pages", lambda s, f, a, b: crossed_frames(s) and (code(a) in ACCESS or only(f, "key", "[4", "old PSW mask"))),
    (("bsa", "bsg", "balr", "basr", "bassm", "bakr", "rp"), "PoP, Trace Entries: bit 0 of a word tells 31 bits, and an address of more has an entry of three words; Hercules 3.13 takes bit 32 of the address or none for the one, and bits 0 to 31 for the other", far_branch),
    (None, "PoP, Low-Address Protection: a private space has it for real addresses too, as of trace entries; Hercules 3.13 does not", lambda s, f, a, b: code(a) == 4 and a["teid"] & 0x80 and s.cr[1] & 0x100 and only(f, *PSW, "[47a")),
    (("pc", "pt", "pr", "ssar", "bsg"), "PoP, the priorities of execution: trace exceptions and the others of the operation are in no order", lambda s, f, a, b: 0x16 in (code(a), code(b)) and code(a) and code(b) and only(f, *PSW, "[47a")),
    (("bsa", "bsg", "balr", "basr", "bassm", "bakr", "rp"), "PoP, Trace Entries: three words reach the table's end, one does not", lambda s, f, a, b: s.bits == 64 and code(a) == 0x16 and code(b) != 0x16),
    (None, "Hercules 3.13 has stored the trace entry of an instruction that ends with an exception", lambda s, f, a, b: code(a) and code(a) == code(b) and any(k.startswith("[47a") for k in f) and only(f, "[47a", "access", "teid")),
    (None, "Hercules 3.13 has an older translation-exception identification", identification),
    (None, "the length of an instruction that may not be fetched", fetch),
    (None, "the length of an instruction that can't be fetched", behind),
    (None, "PoP, Reference Recording: an access that an exception ends may be recorded", lambda s, f, a, b: references(s, {k: v for k, v in f.items() if k not in ("access", "teid")}, a, b)),
    (("tb", "pfmf"), "PoP, Change Recording: it takes place for all stores; Hercules 3.13 records none when it clears", lambda s, f, a, b: only(f, "key", "r0") and all((x | 6) == (y | 6) for k, (x, y) in f.items() if k != "r0")),
    (("pfmf",), "Hercules 3.13 does not set the fetch-protection bit", lambda s, f, a, b: only(f, "key") and all((x ^ y) & ~6 == 8 for x, y in f.values())),
    (("lpsw",), "PoP, LOAD PSW: bit 12 must be one; Hercules 3.13 recognizes that of the new PSW", lambda s, f, a, b: (a["code"], b["code"]) == (0x40006, 6)),
    (("clc",), "PoP, Reference Recording: bytes behind the first that differ may be fetched", lambda s, f, a, b: only(f, "key") and all(x ^ y == 4 for x, y in f.values())),
    (("laa",), "PoP, LOAD AND ADD: on a word's boundary; Hercules 3.13 does not look", lambda s, f, a, b: code(a) == 6),
    (("mvcos",), "PoP, MOVE WITH OPTIONAL SPECIFICATIONS: a key counts where its control says so; Hercules 3.13 looks at the mask all the same", lambda s, f, a, b: s.problem and code(b) == 2),
    (("clc",), "PoP: access exceptions of bytes behind the first that differ may be recognized", lambda s, f, a, b: code(a) in ACCESS and not code(b)),
    (TWO, "both operands are not to be reached", other_operand),
    (SPANS, "both pages of an operand are not to be reached", other_operand),
]
