#!/usr/bin/env python3
"""Single instructions in random system states, on ours and on qemu-system-s390x: do both end the same?

    qemu_s390x_system.py BINARY [--seed N] [--count N] [--only NAME,...]

Needs qemu-system-misc and gcc-s390x-linux-gnu. The same program, s390x/system.S with a table of cases (s390x/system_cases.py), runs on both machines; it
leaves registers, control registers, storage keys, tables, storage and what the interruption has stored. Exit status 1 if anything differs that
s390x/system_excuses.py does not explain.
"""

import argparse
import collections
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time

from s390x import system_cases
from s390x.system_cases import STRIDE
from s390x.system_excuses import HERCULES, QEMU

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE, CASE, BATCH = 0x1000000, 0xD10, 4000


def build(place, batch):
    """The program with its table."""
    table, elf = os.path.join(place, "table"), os.path.join(place, "system.elf")
    with open(table, "wb") as f:
        f.write(struct.pack(">QQ", len(batch), 0))
        f.writelines(state.record() for _, state in batch)
    flags = f"-march=z13 -nostdlib -static -Wl,-Ttext=0 -Wl,--section-start=.table={TABLE:#x} -Wl,--build-id=none -Wl,-e,_start".split()
    source = f"{HERE}/s390x/system.S"
    subprocess.run(["s390x-linux-gnu-gcc", *flags, f'-DTABLE_FILE="{table}"', source, "-o", elf], check=True)
    return elf


class Machine:
    """A machine of either program, by its QMP socket."""

    def __init__(self, program, place, elf):
        path = os.path.join(place, "qmp")
        if os.path.exists(path):
            os.unlink(path)
        options = "-M s390-ccw-virtio -cpu max -m 64 -display none -nodefaults -no-shutdown -S".split()
        options += ["-kernel", elf, "-qmp", f"unix:{path},server,nowait"]
        self.place = place
        self.process = subprocess.Popen([*program, *options], stderr=subprocess.DEVNULL)
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(400):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.ask("qmp_capabilities")

    def ask(self, name, **arguments):
        self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.file.flush()
        while "return" not in (answer := json.loads(self.file.readline())):
            assert "error" not in answer, answer
        return answer["return"]

    def memory(self, at, size):
        out = os.path.join(self.place, "out")
        self.ask("pmemsave", val=at, size=size, filename=out)
        with open(out, "rb") as f:
            return f.read()

    def run(self, count):
        """The cases as far as they have come."""
        self.ask("cont")
        at, since = None, time.time()
        end = TABLE + 16 + STRIDE * count
        while (now := int.from_bytes(self.memory(CASE, 8), "big")) != end and time.time() - since < 60:
            at, since = now, time.time() if now != at else since
            time.sleep(0.2)
        self.ask("stop")
        done = min(max(now - TABLE - 16, 0) // STRIDE, count)
        return done, self.memory(TABLE + 16, STRIDE * count)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.socket.close()


def run_qmp(place, elf, program, count):
    machine = Machine(program, place, elf)
    try:
        return machine.run(count)
    finally:
        machine.close()


def run_hercules(place, elf, program, count):
    """The cases as far as they have come, or None if Hercules has died."""
    raw, out = os.path.join(place, "system.bin"), os.path.join(place, "out")
    config, commands = os.path.join(place, "hercules.cnf"), os.path.join(place, "hercules.rc")
    subprocess.run(["s390x-linux-gnu-objcopy", "-O", "binary", elf, raw], check=True)
    end = TABLE + 16 + STRIDE * count
    with open(config, "w") as f:
        f.write(f"CPUSERIAL 002623\nCPUMODEL 2094\nMAINSIZE 64\nNUMCPU 1\nARCHMODE z/Arch\nOSTAILOR QUIET\n000E 1403 {place}/printer\n")
    with open(commands, "w") as f:
        f.write(f"loadcore {raw} 0\nrestart\npause {10 + count // 60}\nsavecore {out} 0 {end - 1:x}\nquit\n")
    quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
    subprocess.run(["hercules", "-f", config, "-d"], env=dict(os.environ, HERCULES_RC=commands), timeout=300, **quiet)
    if not os.path.exists(out):
        return None
    with open(out, "rb") as f:
        all = f.read()
    os.unlink(out)
    at = int.from_bytes(all[CASE : CASE + 8], "big")
    return min(max(at - TABLE - 16, 0) // STRIDE, count), all[TABLE + 16 :]


PARTS = [("prefix", 48, 8), ("old PSW mask", 64, 8), ("old PSW address", 72, 8), ("interruption", 144, 8), ("external", 84, 4), ("svc", 88, 4)]
PARTS += [("code", 140, 4), ("fpc", 32, 4)]
PARTS += [(f"r{n}", 160 + 8 * n, 8) for n in range(16)] + [(f"a{n}", 288 + 4 * n, 4) for n in range(16)] + [(f"c{n}", 352 + 8 * n, 8) for n in range(16)]
PARTS += [(f"key {block:x}", 488 + 16 * n, 8) for n, block in enumerate(system_cases.BLOCKS)]


def parts(data, ignored):
    """What a case has left, by name. The code, and what goes with it, are the program interruption's alone."""
    number = lambda at, size: int.from_bytes(data[at : at + size], "big")
    made = {name: number(at, size) for name, at, size in PARTS}
    # 128 of real storage is at 80: the program-interruption code is at 140.
    made["code"] = number(80 + 0xC, 4) if made["interruption"] == 0x150 else 0
    made["svc"] = number(80 + 8, 4) if made["interruption"] == 0x140 else 0
    made["external"] = 0
    made["dxc"], made["monitor"], made["monitor code"] = number(80 + 0x10, 4), number(80 + 0x14, 2), number(80 + 0x30, 8)
    made["access"], made["teid"] = number(80 + 0x20, 1), number(80 + 0x28, 8)
    for n in range(number(152, 8)):
        at = number(640 + 16 * n, 8)
        made[f"[{at:x}]"] = number(648 + 16 * n, 8) & ~ignored.get(at, 0)
    for window, base in enumerate((system_cases.FIRST, system_cases.SECOND)):
        for at in range(0, 128, 8):
            made[f"[{base + at:x}]"] = number(2688 + 128 * window + at, 8)
    return made


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--hercules", action="store_true", help="compare with Hercules, and have storage keys differ")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--only", default="")
    parser.add_argument("--show", type=int, default=2)
    args = parser.parse_args()
    only = [name for name in args.only.split(",") if name]
    all = list(system_cases.cases(args.seed, args.count, only, args.hercules))
    tally = Tally(args)
    with tempfile.TemporaryDirectory() as place:
        for first in range(0, len(all), BATCH):
            batch = all[first : first + BATCH]
            while batch:
                batch = batch[judge(place, args, batch, tally) :]
    tally.report()
    sys.exit(bool(tally.failed))


def judge(place, args, batch, tally):
    """Runs cases on both and compares; how many have been done, which is all unless one of the two stays with a case."""
    elf = build(place, batch)
    results = []
    for run in (run_hercules if args.hercules else run_qmp, run_qmp):
        program = [args.binary, "s390x"] if results else ["qemu-system-s390x"]
        results.append(run(place, elf, program, len(batch)))
        if results[-1] is None:
            return halve(place, args, batch, tally)
    (theirs_done, theirs), (ours_done, ours) = results
    done = min(theirs_done, ours_done)
    for n, (name, state) in enumerate(batch[:done]):
        cut = slice(STRIDE * n, STRIDE * n + STRIDE)
        tally.judge(name, state, ours[cut], theirs[cut])
    if done < len(batch):
        name, state = batch[done]
        who = "ours" if ours_done == done else "the other"
        print(f"{name}: {who} does not come back from {state.code.hex()}; {describe(state)}")
        if who == "ours" or args.hercules:
            tally.failed[name] += 1
        else:
            tally.excused["QEMU 7.2 does not come back"] += 1
        done += 1
    return done


def halve(place, args, batch, tally):
    """Looks for the case that Hercules has died of; how many have been done."""
    if len(batch) > 1:
        return judge(place, args, batch[: len(batch) // 2], tally)
    name, state = batch[0]
    print(f"{name}: Hercules dies of {state.code.hex()}; {describe(state)}")
    tally.excused["Hercules 3.13 dies of it"] += 1
    return 1


class Tally:
    def __init__(self, args):
        self.agreed, self.failed, self.excused, self.missing = (collections.Counter() for _ in range(4))
        self.most, self.excuses = args.show, HERCULES if args.hercules else QEMU

    def judge(self, name, state, ours, theirs):
        a, b = parts(ours, state.ignored), parts(theirs, state.ignored)
        found = {key: (a[key], b[key]) for key in a if a[key] != b[key]}
        if not found:
            self.agreed[name] += 1
        elif reason := next((why for names, why, when in self.excuses if (names is None or name in names) and when(state, found, a, b)), None):
            self.excused[reason] += 1
        elif b["code"] & 0xFF == 1 and b["interruption"] == 0x150:
            self.missing[name] += 1
        else:
            self.failed[name] += 1
            if self.failed[name] <= self.most:
                show(name, state, found, a)

    def report(self):
        for name, n in self.missing.items():
            some = self.agreed[name] or self.failed[name]
            counter, key = (self.failed, name) if some else (self.excused, "it has no such instruction")
            counter[key] += n
        agree, excused, differ = (sum(c.values()) for c in (self.agreed, self.excused, self.failed))
        print(f"{agree + excused + differ} cases of {len(self.agreed | self.failed)} instructions: {agree} agree, {excused} are excused, {differ} differ")
        for reason, n in self.excused.most_common():
            print(f"  {n} excused: {reason}")
        if self.failed:
            print("  differ:", dict(self.failed))


def describe(state):
    words = [f"psw {state.mask():x}", f"cr0 {state.cr[0]:x} cr1 {state.cr[1]:x} cr7 {state.cr[7]:x} cr13 {state.cr[13]:x} cr3 {state.cr[3]:x}"]
    words += [f"r{n} {state.r[n]:x}" for n in (0, 1, 2, 3, 4, 6, 8)]
    words.append("keys " + " ".join(f"{block:x}:{key:x}" for block, key in state.keys.items()))
    return " ".join(words)


def show(name, state, found, mine):
    print(f"{name} {state.code.hex()} {describe(state)}")
    texts = [f"{key}: ours {a:x}, theirs {b:x}" for key, (a, b) in found.items()]
    texts += [f"{key} {mine[key]:x}" for key in ("code", "teid", "interruption", "old PSW mask", "old PSW address") if key not in found]
    print("   ", "; ".join(texts[:14]), flush=True)


if __name__ == "__main__":
    main()
