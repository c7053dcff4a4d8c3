#!/usr/bin/env python3
"""Replays the cases of `cargo run -p sparc --example oracle_v9` on qemu-system-sparc64, by its gdb server, one instruction at a time,
and compares all registers of the current window, floating point, nPC, the touched memory and the trap type.

    oracle_v9 --count 20000 | qemu_sparc64.py [qemu-system-sparc64]

Exit status 1 if anything differs that no rule below excuses. Written for QEMU 7.2, machine sun4u with the MMUs off.
"""

import collections
import json
import os
import subprocess
import sys
import time

import sparc_nan
import sparc_vis
from gdb_remote import Gdb

INTEGER = [f"{s}{n}" for s in "goli" for n in range(8)]
INTEGER[14], INTEGER[30] = "sp", "fp"
SINGLE = [f"f{n}" for n in range(32)]
DOUBLE = [f"f{n}" for n in range(32, 64, 2)]
PC, NPC, STATE, FSR, FPRS, Y = range(80, 86)
LAYOUT = [(n, 8) for n in INTEGER] + [(n, 4) for n in SINGLE] + [(n, 8) for n in DOUBLE]
LAYOUT += [("pc", 8), ("npc", 8), ("state", 8), ("fsr", 8), ("fprs", 8), ("y", 8)]
SCRATCH = 0x10400
PSTATE = 0x14


class Machine:
    """QEMU with the state that our cases assume: RAM alone, privileged, FPU on, TL 0."""

    def __init__(self, header):
        self.header = header
        qemu = sys.argv[1] if len(sys.argv) > 1 else "qemu-system-sparc64"
        path = f"/tmp/oracle-sparc64-{os.getpid()}.sock"
        gdb = f"socket,path={path},server=on,wait=off,id=gdb"
        arguments = ["-M", "sun4u", "-cpu", "TI UltraSparc IIi,+float128", "-m", "128", "-display", "none", "-S", "-serial", "null", "-monitor", "none", "-net", "none"]
        self.process = subprocess.Popen([qemu, *arguments, "-chardev", gdb, "-gdb", "chardev:gdb"])
        self.gdb = Gdb(path)
        self.gdb.ask("qSupported")
        self.gdb.ask("qXfer:features:read:target.xml:0,ffb")
        self.values = self.get()
        self.gsr = self.fsr = None
        # wrpr %g1, %tba; wrpr %g0, %tl; the caches of instructions are off: the LSU register is 0 after reset.
        self.execute(0x8B904000, header["tba"])
        self.reset_level()
        # What is not the primary space goes by the TLB even if it is off: 4 MiB at 0, global, writable.
        self.execute(0xC2F00B80, 7 << 61 | 0x73)
        self.write(header["data"], bytes.fromhex(header["window"]))

    def close(self):
        self.process.kill()

    def write(self, address, data):
        self.gdb.ask(f"M{address:x},{len(data):x}:{data.hex()}")

    def get(self):
        data = bytes.fromhex(self.gdb.ask("g"))
        values, at = {}, 0
        for name, size in LAYOUT:
            values[name] = int.from_bytes(data[at : at + size], "big")
            at += size
        return values

    def put(self, values):
        data = b"".join(values[name].to_bytes(size, "big") for name, size in LAYOUT)
        self.gdb.ask("G" + data.hex())

    def execute(self, word, g1):
        """Runs one instruction with %g1 set, and returns %g1."""
        self.write(SCRATCH, word.to_bytes(4, "big"))
        values = dict(self.values, pc=SCRATCH, npc=SCRATCH + 4, g1=g1, state=PSTATE << 8 | 0, fprs=4)
        self.put(values)
        self.gdb.ask("s")
        return self.get()["g1"]

    def reset_level(self):
        self.execute(0x8F900000, 0)

    def run(self, word, registers, is_memory):
        fsr = effective_fsr(word, registers)
        if fsr != self.fsr:
            # By gdb alone the rounding would stay as it is: ldx [%g1], %fsr.
            self.fsr = fsr
            self.write(SCRATCH + 64, self.fsr.to_bytes(8, "big"))
            self.execute(0xC3086000, SCRATCH + 64)
        if registers["gsr"] != self.gsr:
            self.execute(0xA7804000, registers["gsr"])
            self.gsr = registers["gsr"]
        pc = self.header["pc"]
        values = {n: registers[n] for n, _ in LAYOUT if n in registers} | {"fsr": fsr}
        state = registers["ccr"] << 32 | registers["asi"] << 24 | PSTATE << 8
        values |= {"g0": 0, "pc": pc, "npc": pc + 4, "state": state}
        self.write(pc, word.to_bytes(4, "big"))
        self.put(values)
        self.gdb.ask("s")
        after = self.get()
        if fsr != registers["fsr"]:
            after["fsr"] = after["fsr"] & ~ROUNDING | registers["fsr"] & ROUNDING
        tba = self.header["tba"]
        trap = None
        if tba <= after["pc"] < tba + 0x8000:
            trap = after["pc"] - tba >> 5 & 0x1FF
            self.reset_level()
        after["ccr"], after["asi"] = after["state"] >> 32 & 0xFF, after["state"] >> 24 & 0xFF
        window = None
        if is_memory:
            size = len(self.header["window"]) // 2
            window = bytes.fromhex(self.gdb.ask(f"m{self.header['data']:x},{size:x}"))
        return after, trap, window

    def read_gsr(self):
        self.gsr = self.execute(0x8344C000, 0)
        return self.gsr


ROUNDING = 3 << 30
FPOPS = (0x34, 0x35)


def effective_fsr(word, registers):
    """FSR with the rounding direction that counts for an operation: "Set Interval Arithmetic Mode", which QEMU does not know, says that with
    GSR.IM it is that of GSR.IRND."""
    gsr, fsr = registers["gsr"], registers["fsr"]
    if word >> 30 != 2 or word >> 19 & 0x3F not in FPOPS or not gsr >> 27 & 1:
        return fsr
    return fsr & ~ROUNDING | (gsr >> 25 & 3) << 30


CHANGES_GSR = ("alignaddr", "alignaddrl", "bmask")


ILLEGAL, FP_IEEE, DATA_ACCESS, ALIGNMENT, LDDF_ALIGNMENT, STDF_ALIGNMENT = 0x10, 0x21, 0x30, 0x34, 0x35, 0x36
CEXC, AEXC, FTT, TEM, NV = 0x1F, 0x1F << 5, 7 << 14, 0x1F << 23, 0x10
FTT_IEEE = 1 << 14
FCC = (10, 32, 34, 36)

# A case with the registers before and after (ours), QEMU's after, the data window after (ours), and what differs.
Replayed = collections.namedtuple("Replayed", "case before after theirs data window found")


class Float:
    """A floating-point operation: its format, and the values and places of its operands."""

    def __init__(self, r):
        self.word, self.registers = int(r.case["bits"], 16), r.before
        self.kind = {1: "s", 2: "d", 3: "q"}.get(self.word >> 5 & 3)

    def names(self, at, kind):
        """The registers of the operand whose field begins at bit `at`, the most significant first."""
        field = self.word >> at & 31
        if kind == "s":
            return [f"f{field}"]
        first = (field & 1) << 5 | field & 30
        width = 2 if kind == "d" else 4
        return [f"f{n}" for n in range(first, first + width, 2 if first >= 32 else 1)]

    def join(self, registers, at, kind):
        value = 0
        for name in self.names(at, kind):
            value = value << (32 if int(name[1:]) < 32 else 64) | registers[name]
        return value

    def value(self, at):
        return self.join(self.registers, at, self.kind)


def vis(r):
    """QEMU computes something else; ours is what the manual's words come to. It lacks SIAM, and its EDGE changes the operands."""
    case = r.case
    changes = sparc_vis.expected(case["name"], int(case["bits"], 16), r.before)
    if changes is None or case["trap"] is not None or any(r.before[n] != r.after[n] for n in r.before if n not in changes and n != "fprs"):
        return False
    if case["name"] == "siam":
        return r.found == {"trap": (None, ILLEGAL)}
    operands = [sparc_vis.number(int(case["bits"], 16) >> at & 31) for at in (0, 14)] if case["name"].startswith("edge") else []
    return all(n in changes or n in operands for n in r.found) and all(r.after[n] == v for n, v in changes.items())


def exact_operations(r):
    """QEMU leaves cexc and ftt as they were."""
    exact = r.case["name"].startswith(("fmov", "fneg", "fabs")) or r.case["name"] in ("fitod", "fitoq", "fxtoq", "fstod", "fstoq", "fdtoq")
    return exact and set(r.found) == {"fsr"} and r.after["fsr"] == r.before["fsr"] & ~(CEXC | FTT)


def nan_to_integer(r):
    """QEMU gives the greatest number."""
    to = {"i": "s", "x": "d"}.get(r.case["name"][-1])
    if r.case["name"] not in ("fstoi", "fdtoi", "fqtoi", "fstox", "fdtox", "fqtox") or "trap" in r.found:
        return False
    f, bits = Float(r), 32 if to == "s" else 64
    source = f.value(0)
    negative = source >> sparc_nan.FORMATS[f.kind][0] - 1
    is_it = sparc_nan.is_nan(source, f.kind) and negative and set(r.found) <= set(f.names(25, to))
    return is_it and f.join(r.after, 25, to) == 1 << bits - 1


def which_nan(r):
    """QEMU prefers the first operand."""
    name = r.case["name"]
    to = {"fsmuld": "d", "fdmulq": "q"}.get(name, name[-1])
    if name[:-1] not in ("fadd", "fsub", "fmul", "fdiv", "fsmul", "fdmul") or "trap" in r.found:
        return False
    f = Float(r)
    a, b = f.value(14), f.value(0)
    both = sparc_nan.is_nan(a, f.kind) and sparc_nan.is_nan(b, f.kind)
    return both and set(r.found) <= set(f.names(25, to)) and f.join(r.after, 25, to) == sparc_nan.result(a, b, f.kind, to)


def quad_comparison(r):
    """QEMU loses half of FSR, and does not clear ftt."""
    if r.case["name"] not in ("fcmpq", "fcmpeq") or set(r.found) != {"fsr"}:
        return False
    f, before = Float(r), r.before["fsr"]
    a, b = f.value(14), f.value(0)
    # A sign and a magnitude: what fractions and exponents say is in the order of integers.
    x, y = (-(v & (1 << 127) - 1) if v >> 127 else v for v in (a, b))
    nans = [v for v in (a, b) if sparc_nan.is_nan(v, "q")]
    invalid = any(sparc_nan.is_signalling(v, "q") for v in nans) or nans and r.case["name"] == "fcmpeq"
    relation = 3 if nans else 0 if x == y else 1 if x < y else 2
    at = FCC[f.word >> 25 & 3]
    must = before & ~(CEXC | FTT | 3 << at) | relation << at
    return r.after["fsr"] == must | (NV | NV << 5 if invalid else 0)


def illegal_move(r):
    """QEMU clears cexc before it finds the condition field reserved."""
    illegal = r.case["trap"] == ILLEGAL and r.case["name"].startswith("fmov")
    return illegal and set(r.found) == {"fsr"} and r.after["fsr"] == r.before["fsr"] and not r.theirs["fsr"] & (CEXC | FTT)


def tiny(r):
    """QEMU does not trap on tiny results that are exact."""
    if r.found.get("trap") != (FP_IEEE, None) or not r.before["fsr"] >> 23 & 4:
        return False
    f, name = Float(r), r.case["name"]
    to = {"fsmuld": "d", "fdmulq": "q", "fdtos": "s", "fqtos": "s", "fqtod": "d"}.get(name, name[-1])
    bits, fraction = sparc_nan.FORMATS[to]
    result = f.join(r.theirs, 25, to) & (1 << bits - 1) - 1
    # "Tininess is detected before rounding": a subnormal number, delivered as it is.
    return 0 < result < 1 << fraction and not r.theirs["fsr"] & CEXC


def trap_shows_one(r):
    """QEMU leaves all exceptions of the operation in cexc."""
    if r.case["trap"] != FP_IEEE or set(r.found) != {"fsr"}:
        return False
    before, (ours, theirs) = r.before["fsr"], r.found["fsr"]
    one, enabled = ours & CEXC, before >> 23 & 0x1F
    only = one & enabled and one & one - 1 == 0 and theirs & one
    return only and ours & ~CEXC == before & ~(CEXC | FTT) | FTT_IEEE


# op3 of compare and swap, which have no displacement; of stores and atomic accesses with ASI, and what their addresses are multiples of.
CASA, CASXA, STDFA = 0x3C, 0x3E, 0x37
STORES = {0x14: 4, 0x15: 1, 0x16: 2, 0x17: 8, 0x1D: 1, 0x1E: 8, 0x1F: 4, 0x34: 4, 0x36: 4, STDFA: 8, CASA: 4, CASXA: 8}


def op3(word):
    """op3 of an access to memory, None for all else."""
    return word >> 19 & 0x3F if word >> 30 == 3 else None


def address_of(r):
    """The address of an access."""
    word = int(r.case["bits"], 16)
    x = sparc_vis.Operands(word, r.before).x
    if op3(word) in (CASA, CASXA):
        return x(word >> 14 & 31)
    simm = (word & 0x1FFF) - ((word & 0x1000) << 1)
    return x(word >> 14 & 31) + (simm if word >> 13 & 1 else x(word & 31)) & (1 << 64) - 1


def double_on_word(r):
    """QEMU does it."""
    must = LDDF_ALIGNMENT if r.case["name"] in ("lddf", "lddfa") else STDF_ALIGNMENT
    return r.case["name"] in ("lddf", "lddfa", "stdf", "stdfa") and address_of(r) & 7 == 4 and r.found.get("trap", (0,))[0] == must


def no_fault_store(r):
    """QEMU stores, or raises something else."""
    word = int(r.case["bits"], 16)
    asi = r.before["asi"] if word >> 13 & 1 else word >> 5 & 0xFF
    if op3(word) not in STORES or asi not in (0x82, 0x83, 0x8A, 0x8B):
        return False
    at, must = address_of(r), DATA_ACCESS
    if at % STORES[op3(word)]:
        must = STDF_ALIGNMENT if op3(word) == STDFA and at % 4 == 0 else ALIGNMENT
    return r.found.get("trap", (0,))[0] == must


def quad_store(r):
    """QEMU stores the upper half twice."""
    if r.case["name"] not in ("stqf", "stqfa") or not all(n.startswith("memory") for n in r.found):
        return False
    at, word = address_of(r) - r.data, int(r.case["bits"], 16)
    little = r.case["name"] == "stqfa" and (r.before["asi"] if word >> 13 & 1 else word >> 5) & 8
    halves = sparc_vis.parts(Float(r).join(r.before, 25, "q"), 64, 128)
    must = b"".join(half.to_bytes(8, "little" if little else "big") for half in halves)
    return r.window[at : at + 16] == must


def quad_on_word(r):
    """QEMU's have to be on multiples of 16."""
    if r.found.get("trap") != (None, ALIGNMENT) or address_of(r) % 16 not in (4, 8, 12):
        return False
    return quad_store(r._replace(found={n: v for n, v in r.found.items() if n != "trap"}))


def stored_trap_type(r):
    """QEMU leaves it."""
    before = r.before["fsr"]
    return r.case["name"] in ("stfsr", "stxfsr") and r.found == {"fsr": (before & ~FTT, before)}


def reserved_condition(r):
    """QEMU takes cc 1 and 3 for 0 and 2."""
    trap = r.found.get("trap", (0,))
    return r.case["name"] == "t" and int(r.case["bits"], 16) >> 11 & 1 == 1 and trap[0] == ILLEGAL


EXCUSES = [
    ('UltraSPARC, 13.5 "Graphics Instructions", UltraSPARC III Cu, "Byte Mask and Shuffle": as computed by sparc_vis.py', vis),
    ('V9, "FSR_current_exception (cexc)": every FPop writes cexc and ftt, moves and exact conversions too', exact_operations),
    ('V9, "Integer Overflow Definition": NaNs of negative sign give the smallest integer', nan_to_integer),
    ('V9, "NaN Operand and Result Definitions": signalling before quiet, the second operand before the first', which_nan),
    ('V9, "Floating-Point Compare": fcc, cexc and aexc of quads', quad_comparison),
    ('V9, "Move Floating-Point Register on Condition": opf_cc 4, 5 and 7 are illegal; a trap leaves FSR alone', illegal_move),
    ('V9, "FSR_trap_enable_mask (TEM)": with UFM, tiny results trap even if exact', tiny),
    ('V9, "FSR_current_exception (cexc)": a trap shows its cause alone', trap_shows_one),
    ('V9, "Load Floating-Point": LDDF and STDF on multiples of 4 have traps of their own', double_on_word),
    ('UltraSPARC, "Alternate Address Space Mapping": stores to no-fault spaces raise data_access_exception, behind the alignment ("Trap Priorities")', no_fault_store),
    ('V9, "Store Floating-Point": a quad is stored whole', quad_store),
    ('V9, "Store Floating-Point": a quad may stand on any multiple of 4, or trap', quad_on_word),
    ('V9, "FSR_floating-point_trap_type (ftt)": STFSR and STXFSR clear it once it is stored', stored_trap_type),
    ('V9, "Trap on Integer Condition Codes": cc 1 and 3 are reserved', reserved_condition),
]


def replay(lines):
    """Runs the cases on QEMU; for each the registers before and after, by ours, and those after, by QEMU; what differs."""
    header = json.loads(next(lines))
    machine = Machine(header)
    registers = {n: 0 for n, _ in LAYOUT if n not in ("pc", "npc", "state")} | {"ccr": 0, "asi": 0, "gsr": 0, "fprs": 4}
    window = bytearray.fromhex(header["window"])
    for line in lines:
        case = json.loads(line)
        word = int(case["bits"], 16)
        for name, value in case["set"].items():
            registers[name] = int(value, 16)
        try:
            theirs, trap, memory = machine.run(word, registers, word >> 30 == 3)
        except EOFError:
            # QEMU aborts: some of its own checks fail on instructions that nobody uses.
            print(f"QEMU has ended at {case}", flush=True)
            sys.exit(2)
        before = dict(registers)
        for name, value in case["out"].items():
            registers[name] = int(value, 16)
        for address, byte in case["mem"].items():
            window[int(address, 16) - header["data"]] = byte
        found = {}
        if trap != case["trap"]:
            found["trap"] = (case["trap"], trap)
        elif trap is not None:
            found = {n: (registers[n], theirs[n]) for n in ("fsr",) if registers[n] != theirs[n]}
        else:
            if case["name"] in CHANGES_GSR:
                theirs["gsr"] = machine.read_gsr()
            found = {n: (v, theirs[n]) for n, v in registers.items() if n in theirs and v != theirs[n]}
            for name in ("pc", "npc"):
                if theirs[name] != case[name]:
                    found[name] = (case[name], theirs[name])
        if memory is not None and memory != bytes(window):
            at = next(i for i, (a, b) in enumerate(zip(window, memory)) if a != b)
            found[f"memory+{at:#x}"] = (window[at], memory[at])
            machine.write(header["data"], bytes(window))
        yield Replayed(case, before, dict(registers), theirs, header["data"], bytes(window), found)
    machine.close()


def main():
    failed, excused, total, start = collections.Counter(), collections.Counter(), 0, time.time()
    for r in replay(iter(sys.stdin)):
        case, total = r.case, total + 1
        word = int(case["bits"], 16)
        # By the manual too, whether QEMU agrees or not.
        must = sparc_vis.expected(case["name"], word, r.before) if case["trap"] is None else None
        wrong = {n: (r.after[n], v) for n, v in (must or {}).items() if r.after[n] != v}
        if not r.found and not wrong:
            continue
        reason = None if wrong else next((reason for reason, rule in EXCUSES if rule(r)), None)
        if reason:
            excused[reason] += 1
            continue
        failed[case["name"]] += 1
        if failed[case["name"]] <= 3:
            show = {n: tuple(f"{v:#x}" if isinstance(v, int) else v for v in p) for n, p in (r.found | wrong).items()}
            print(f"{case['bits']} {case['text']} {case['set']}: (ours, theirs) {show}", flush=True)
    print(f"{total} cases in {time.time() - start:.0f} s, {sum(failed.values())} differ", dict(failed) if failed else "")
    for reason, count in excused.items():
        print(f"  excused {count}: {reason}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
