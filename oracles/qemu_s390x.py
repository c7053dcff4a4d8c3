#!/usr/bin/env python3
"""Replays the cases of `cargo run -p s390x --example oracle_cases` on qemu-system-s390x, or on Hercules.

    oracle_cases SEED COUNT | qemu_s390x.py [--hercules | --manual] [--record FILE]

Needs qemu-system-misc (or hercules) and gcc-s390x-linux-gnu. The cases are laid out in storage and run by s390x/harness.S there. Compares
general, floating-point or vector registers, FPC, condition code, storage and the address behind, or the program-interruption and the
data-exception code. Exit status 1 if anything differs.
"""

import argparse
import collections
import concurrent.futures
import itertools
import json
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import threading
import time

from s390x import manual
from s390x.excuses import HERCULES, QEMU, dies

HERE = os.path.dirname(os.path.abspath(__file__))
STRIDE, TABLE, BATCH, STORAGE = 1216, 0x1000000, 8000, 64 << 20
# Where the harness has the case at work and how many are left, and how many seconds of processor time one may take.
CASE, LEFT, PATIENCE = 0xD10, 0xD18, 5
MASK = 0x0000000180000000
DATA = 7


def build(place):
    elf, raw = os.path.join(place, "harness.elf"), os.path.join(place, "harness.bin")
    flags = "-march=z13 -nostdlib -static -Wl,-Ttext=0 -Wl,--build-id=none -Wl,-e,_start".split()
    subprocess.run(["s390x-linux-gnu-gcc", *flags, f"{HERE}/s390x/harness.S", "-o", elf], check=True)
    subprocess.run(["s390x-linux-gnu-objcopy", "-O", "binary", elf, raw], check=True)
    return elf, raw


def record(case, overflow):
    code = bytes.fromhex(case["code"])
    code += b"\x0a\x00" * ((16 - len(code)) // 2)
    head = code + struct.pack(">QII", MASK | case["cc"] << 44 | overflow, int(case["fpc"], 16), 0) + bytes(32)
    regs = b"".join(struct.pack(">Q", int(r, 16)) for r in case["r"])
    vregs = b"".join(bytes.fromhex(v) for v in case["v"])
    made = head + regs + vregs + bytes.fromhex(case["mem"])
    assert len(made) == STRIDE, len(made)
    return made


def by_manual(case):
    """What s390x/manual.py makes of a case, laid out as the harness does; None where it says nothing."""
    try:
        after = manual.answer(case)
    except manual.Outside:
        return None
    if after is None:
        return None
    made = bytearray(record(case, 0))
    made[24:32] = struct.pack(">II", after.fpc, after.trap)
    made[32:52] = struct.pack(">QQI", MASK | after.cc << 44, case["pc"] + 2, 0)
    made[64:192] = b"".join(r.to_bytes(8, "big") for r in after.r)
    made[192:704] = b"".join(v.to_bytes(16, "big") for v in after.v)
    made[704:] = after.memory
    return bytes(made)


def run_qemu(place, elf, batch):
    """What comes out of each case; None where it ends the other program, or where that stays.

    The machine's storage is a file, in which the harness leaves where it is: a case that QEMU dies of is known at once."""
    results = []
    while len(results) < len(batch):
        done, all = run_some(place, elf, batch[len(results) :])
        results += [all[16 + STRIDE * n :][:STRIDE] for n in range(done)]
        if len(results) < len(batch):
            print(f"QEMU does not come back from {batch[len(results)]['text']}", file=sys.stderr)
            results.append(None)
    return results


def run_some(place, elf, batch):
    """Runs cases until they are done or one ends QEMU: how many are done, and the table as it is then."""
    ram = os.path.join(place, f"ram{threading.get_ident()}")
    table = struct.pack(">QQ", len(batch), 1) + b"".join(record(case, 0) for case in batch)
    with open(ram, "wb") as f:
        f.truncate(STORAGE)
        f.seek(TABLE)
        f.write(table)
    command = "qemu-system-s390x -M s390-ccw-virtio,memory-backend=ram -cpu max -display none -nodefaults -no-shutdown".split()
    command += ["-m", str(STORAGE >> 20), "-object", f"memory-backend-file,id=ram,size={STORAGE},mem-path={ram},share=on", "-kernel", elf]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    with open(ram, "r+b") as f, mmap.mmap(f.fileno(), STORAGE) as storage:
        number = lambda at: int.from_bytes(storage[at : at + 8], "big")
        came_to, since = None, 0.0
        while number(CASE) == 0 or number(LEFT):
            now = seconds_of(process)
            if number(CASE) != came_to:
                came_to, since = number(CASE), now
            if now is None or now - (since or 0.0) > PATIENCE:
                break
            time.sleep(0.02)
        process.kill()
        process.wait()
        done = max(number(CASE) - TABLE - 16, 0) // STRIDE
        return done, storage[TABLE : TABLE + len(table)]


def seconds_of(process):
    """Processor time that a child has had; None if it has ended."""
    if process.poll() is not None:
        return None
    with open(f"/proc/{process.pid}/stat") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_nothing(place, program, batch):
    return [None] * len(batch)


def run_hercules(place, raw, batch):
    """The same on Hercules; a batch that ends it is halved until it is known which case does."""
    table, out = os.path.join(place, "table"), os.path.join(place, "out")
    config, commands = os.path.join(place, "hercules.cnf"), os.path.join(place, "hercules.rc")
    size = 16 + STRIDE * len(batch)
    with open(table, "wb") as f:
        f.write(struct.pack(">QQ", len(batch), 0))
        f.writelines(record(case, 0) for case in batch)
    with open(config, "w") as f:
        f.write(f"CPUSERIAL 002623\nCPUMODEL 2094\nMAINSIZE 128\nNUMCPU 1\nARCHMODE z/Arch\nOSTAILOR NULL\n000E 1403 {place}/printer\n")
    with open(commands, "w") as f:
        f.write(f"loadcore {raw} 0\nloadcore {table} {TABLE:x}\nrestart\npause {5 + size // 500000}\n")
        f.write(f"savecore {out} {TABLE:x} {TABLE + size - 1:x}\nquit\n")
    if os.path.exists(out):
        os.unlink(out)
    quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
    try:
        subprocess.run(["hercules", "-f", config, "-d"], env=dict(os.environ, HERCULES_RC=commands), timeout=120, **quiet)
        all = open(out, "rb").read()
        return [all[16 + STRIDE * n :][:STRIDE] for n in range(len(batch))]
    except (OSError, subprocess.TimeoutExpired) as why:
        print(f"a batch of {len(batch)} from {batch[0]['text']} does not end: {why!r}", file=sys.stderr)
    half = len(batch) // 2
    return run_hercules(place, raw, batch[:half]) + run_hercules(place, raw, batch[half:]) if half else [None]


def differences(case, theirs, vectors):
    code, psw, at, dxc = struct.unpack(">28xIQQI", theirs[:52])
    code &= 0xFF
    if not at:
        return ["it has not come to this case"]
    ours = case["trap"] or 0
    if ours != code:
        return [f"trap: ours {ours}, theirs {code} dxc {dxc:x}"]
    found = []
    fpc = int.from_bytes(theirs[24:28], "big")
    if fpc != int(case["fpc2"], 16):
        found.append(f"fpc: {case['fpc2']} {fpc:x}")
    for n, a in enumerate(case["r2"]):
        b = int.from_bytes(theirs[64 + 8 * n :][:8], "big")
        if int(a, 16) != b:
            found.append(f"r{n}: {a} {b:x}")
    for n, a in enumerate(case["v2"]):
        b = theirs[192 + 16 * n :][:16].hex()
        if vectors and a != b:
            found.append(f"v{n}: {a} {b}")
        if not vectors and n < 16 and a[:16] != b[:16]:
            found.append(f"f{n}: {a[:16]} {b[:16]}")
    memory = theirs[704:]
    ours = bytes.fromhex(case["mem2"])
    if memory != ours:
        i = next(i for i in range(512) if memory[i] != ours[i])
        found.append(f"memory {0x20f00 + i:x}: {ours[i:i + 16].hex()} {memory[i:i + 16].hex()}")
    if code == 0:
        cc = psw >> 44 & 3
        if cc != case["cc2"]:
            found.append(f"cc: {case['cc2']} {cc}")
        if at - 2 != case["pc"]:
            found.append(f"pc: {case['pc']:x} {at - 2:x}")
    return found


def state(r, v, fpc, cc, memory, vectors):
    """Registers and words by the names that .insn lines have for them."""
    named = {f"r{n}": value for n, value in enumerate(r)}
    for n, value in enumerate(v[:16]):
        named[f"f{n}"] = value >> 64
        if vectors:
            named[f"v{n}l"] = value & (1 << 64) - 1
    named |= {"fpc": fpc, "cc": cc}
    for i in range(0, 512, 8):
        named[f"[{0x20f00 + i:#x}]:8"] = int.from_bytes(memory[i : i + 8], "big")
    return named


def insn_line(case, theirs, vectors):
    """A case as a line: what is not zero before, and what they have changed."""
    vectors = vectors and "%v" in case["text"]
    code, psw = struct.unpack(">IQ", theirs[28:40])
    numbers = lambda texts: [int(t, 16) for t in texts]
    before = state(numbers(case["r"]), numbers(case["v"]), int(case["fpc"], 16), case["cc"], bytes.fromhex(case["mem"]), vectors)
    r = [int.from_bytes(theirs[64 + 8 * n :][:8], "big") for n in range(16)]
    v = [int.from_bytes(theirs[192 + 16 * n :][:16], "big") for n in range(16)]
    after = state(r, v, int.from_bytes(theirs[24:28], "big"), psw >> 44 & 3, theirs[704:], vectors)
    given = " ".join(f"{k}={value:#x}" for k, value in before.items() if value)
    changed = " ".join(f"{k}={value:#x}" for k, value in after.items() if value != before[k])
    if case["text"].split()[0] in ("larl", "lam", "lamy", "sar", "cpya"):
        # What they change is not in the record, or depends on where they are.
        return ""
    if code:
        if any(not k.startswith(("fpc=", "cc=")) for k in changed.split()):
            return ""
        changed = f"trap {code & 0xff}"
    return f"{case['code']}  {case['text']}  | {given} => {changed}".rstrip() + "\n"


class Tally:
    """What has come of the cases so far."""

    def __init__(self, args):
        self.args = args
        self.on_qemu = not args.hercules and not args.manual
        self.excuses = HERCULES if args.hercules else QEMU
        self.lines, self.kept = [], collections.Counter()
        self.missing, self.failed, self.excused, self.agreed = (collections.Counter() for _ in range(4))

    def takes(self, case):
        """Whether a case is worth running."""
        if self.args.manual:
            return name_of(case) in manual.MODELS
        if self.on_qemu and dies(case):
            self.excused["QEMU 7.2 dies of it"] += 1
            return False
        return True

    def result(self, case, result):
        """What is to be compared with: of what QEMU has wrong or has not, the manual decides. None if there is nothing."""
        name = name_of(case)
        if self.args.hercules:
            return result
        return by_manual(case) if name in manual.MODELS else by_manual(case) or result

    def judge(self, case, theirs):
        name, vectors = name_of(case), not self.args.hercules
        result = self.result(case, theirs)
        if not result and not self.args.hercules and name in manual.MODELS:
            self.excused["the model says nothing of it"] += 1
            return
        found = differences(case, result, vectors) if result else ["it ends the other program"]
        if not found:
            self.agree(case, result)
        elif reason := next((why for names, why, when in self.excuses if name in names and when(case, found)), None):
            self.excused[reason] += 1
        elif self.on_qemu and "theirs 1 " in found[0]:
            self.missing[name] += 1
        else:
            self.fail(case, found)

    def agree(self, case, result):
        name, runs = name_of(case), case["trap"] is None
        self.agreed[name] += 1
        self.kept[name, runs] += 1
        if self.args.record and self.kept[name, runs] <= (self.args.each if runs else 1):
            self.lines.append(insn_line(case, result, not self.args.hercules))

    def fail(self, case, found):
        name = name_of(case)
        self.failed[name] += 1
        if self.failed[name] <= self.args.show:
            used = {f"r{i}": v for i, v in enumerate(case["r"]) if any(f"%r{i}{end}" in case["text"] + "," for end in ",)")}
            used |= {f"v{i}": v for i, v in enumerate(case["v"]) if f"%v{i}," in case["text"] + "," or f"%f{i}," in case["text"] + ","}
            print(case["code"], case["text"], used, "fpc", case["fpc"], "cc", case["cc"], "->", "; ".join(found), flush=True)

    def report(self):
        # An instruction that QEMU knows in some cases alone is one that differs.
        for name, n in self.missing.items():
            some = self.agreed[name] or self.failed[name]
            counter, key = (self.failed, name) if some else (self.excused, "QEMU 7.2 has no such instruction: see --hercules and --manual")
            counter[key] += n
        counters = [sum(c.values()) for c in (self.agreed, self.excused, self.failed)]
        agree, excused, differ = counters
        print(f"{sum(counters)} cases of {len(self.agreed | self.failed)} instructions: {agree} agree, {excused} are excused, {differ} differ")
        for reason, n in self.excused.most_common():
            print(f"  {n} excused: {reason}")
        if self.failed:
            print("  differ:", dict(self.failed))


def name_of(case):
    return case["text"].split(" ")[0]


def batches(cases):
    while batch := list(itertools.islice(cases, BATCH)):
        yield batch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hercules", action="store_true")
    parser.add_argument("--manual", action="store_true", help="compare with s390x/manual.py alone")
    parser.add_argument("--record", metavar="FILE", help="write .insn lines of cases that agree (of `oracle_cases SEED COUNT small`)")
    parser.add_argument("--each", type=int, default=2, help="how many of an instruction")
    parser.add_argument("--show", type=int, default=2)
    args = parser.parse_args()
    tally = Tally(args)
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as place:
        elf, raw = build(place)
        runner = run_nothing if args.manual else run_hercules if args.hercules else run_qemu
        cases = filter(tally.takes, map(json.loads, filter(lambda line: line.startswith('{"text"'), sys.stdin)))
        # While the other program is at one batch, the next is read.
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            before = None
            for batch in itertools.chain(batches(cases), [None]):
                running = batch and (batch, pool.submit(runner, place, raw if args.hercules else elf, batch))
                if before:
                    for case, result in zip(before[0], before[1].result()):
                        tally.judge(case, result)
                before = running
    tally.report()
    if args.record:
        with open(args.record, "w") as f:
            f.write(f"# Random cases, and what {'s390x/manual.py' if args.manual else 'Hercules 3.13' if args.hercules else 'QEMU 7.2'} makes of them: oracles/qemu_s390x.py --record.\n")
            f.writelines(sorted(tally.lines))
    sys.exit(bool(tally.failed))


if __name__ == "__main__":
    main()
