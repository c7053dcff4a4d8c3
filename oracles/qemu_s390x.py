#!/usr/bin/env python3
"""Replays the cases of `cargo run -p s390x --example oracle_cases` on qemu-system-s390x, or on Hercules.

    oracle_cases SEED COUNT | qemu_s390x.py [--hercules | --manual] [--record FILE]

Needs qemu-system-misc (or hercules) and gcc-s390x-linux-gnu. The cases are laid out in storage and run by s390x/harness.S there. Compares
general, floating-point or vector registers, FPC, condition code, storage and the address behind, or the program-interruption and the
data-exception code. Exit status 1 if anything differs.
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

from s390x import manual
from s390x.excuses import HERCULES, QEMU, dies

HERE = os.path.dirname(os.path.abspath(__file__))
STRIDE, TABLE, BATCH = 1216, 0x1000000, 8000
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


def run_qemu(place, elf, table, size):
    path = os.path.join(place, "qmp")
    out = os.path.join(place, "out")
    if os.path.exists(path):
        os.unlink(path)
    command = ["qemu-system-s390x", "-M", "s390-ccw-virtio", "-cpu", "max", "-m", "128", "-display", "none", "-nodefaults", "-kernel", elf]
    command += ["-device", f"loader,file={table},addr={TABLE:#x},force-raw=on", "-no-shutdown", "-S", "-qmp", f"unix:{path},server=on,wait=on"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(float(os.environ.get("ORACLE_SECONDS", "20")))
        for _ in range(200):
            try:
                s.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        f = s.makefile("rw")
        send = lambda **c: (f.write(json.dumps(c) + "\n"), f.flush())
        f.readline()
        send(execute="qmp_capabilities")
        send(execute="cont")
        while "STOP" not in (line := f.readline()) and "PANIC" not in line and "SHUTDOWN" not in line:
            assert line, "qemu is gone"
        send(execute="pmemsave", arguments={"val": TABLE, "size": size, "filename": out})
        while "return" not in f.readline():
            pass
        send(execute="quit")
        process.wait(20)
        s.close()
    finally:
        process.kill()
    return open(out, "rb").read()


def run_hercules(place, raw, table, size):
    out = os.path.join(place, "out")
    config, commands = os.path.join(place, "hercules.cnf"), os.path.join(place, "hercules.rc")
    with open(config, "w") as f:
        f.write(f"CPUSERIAL 002623\nCPUMODEL 2094\nMAINSIZE 128\nNUMCPU 1\nARCHMODE z/Arch\nOSTAILOR NULL\n000E 1403 {place}/printer\n")
    with open(commands, "w") as f:
        f.write(f"loadcore {raw} 0\nloadcore {table} {TABLE:x}\nrestart\npause {1 + size // 4000000}\n")
        f.write(f"savecore {out} {TABLE:x} {TABLE + size - 1:x}\nquit\n")
    if os.path.exists(out):
        os.unlink(out)
    env = dict(os.environ, HERCULES_RC=commands)
    subprocess.run(["hercules", "-f", config, "-d"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=40)
    return open(out, "rb").read()


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hercules", action="store_true")
    parser.add_argument("--manual", action="store_true", help="compare with s390x/manual.py alone")
    parser.add_argument("--record", metavar="FILE", help="write .insn lines of cases that agree (of `oracle_cases SEED COUNT small`)")
    parser.add_argument("--each", type=int, default=2, help="how many of an instruction")
    parser.add_argument("--show", type=int, default=2)
    args = parser.parse_args()
    place = tempfile.mkdtemp()
    elf, raw = build(place)
    excuses = HERCULES if args.hercules else QEMU
    cases = [json.loads(line) for line in sys.stdin if line.startswith('{"text"')]
    lines, kept = [], collections.Counter()
    missing = collections.Counter()
    failed, excused, agreed = collections.Counter(), collections.Counter(), collections.Counter()

    def run(batch):
        """What comes out of each case; a batch that kills the other program is halved until it is known which case does."""
        table = os.path.join(place, "table")
        with open(table, "wb") as f:
            f.write(struct.pack(">QQ", len(batch), 0 if args.hercules else 1))
            f.writelines(record(case, 0) for case in batch)
        size = 16 + STRIDE * len(batch)
        try:
            all = run_hercules(place, raw, table, size) if args.hercules else run_qemu(place, elf, table, size)
            return [all[16 + STRIDE * n :][:STRIDE] for n in range(len(batch))]
        except (OSError, AssertionError, subprocess.TimeoutExpired) as why:
            print(f"a batch of {len(batch)} from {batch[0]['text']} does not end: {why!r}", file=sys.stderr)
            if len(batch) == 1:
                return [None]
        half = len(batch) // 2
        return run(batch[:half]) + run(batch[half:])

    if args.manual:
        cases = [case for case in cases if case["text"].split(" ")[0] in manual.MODELS]
    elif not args.hercules:
        excused["QEMU 7.2 dies of it"] = len(cases)
        cases = [case for case in cases if not dies(case)]
        excused["QEMU 7.2 dies of it"] -= len(cases)
    for first in range(0, len(cases), BATCH):
        batch = cases[first : first + BATCH]
        if args.manual:
            result = [by_manual(case) for case in batch]
        else:
            result = run(batch)
            for n, case in enumerate(batch):
                # What they have wrong the manual decides.
                if not args.hercules and case["text"].split(" ")[0] in manual.WRONG | manual.MODELS:
                    result[n] = by_manual(case) or (result[n] if case["text"].split(" ")[0] in manual.WRONG else b"")
        for n, case in enumerate(batch):
            name = case["text"].split(" ")[0]
            if (args.manual and not result[n]) or result[n] == b"":
                excused["the model says nothing of it"] += 1
                continue
            found = differences(case, result[n], not args.hercules) if result[n] else ["it ends the other program"]
            if not found:
                agreed[name] += 1
                kept[name, case["trap"] is None] += 1
                if kept[name, case["trap"] is None] <= (args.each if case["trap"] is None else 1):
                    lines.append(insn_line(case, result[n], not args.hercules))
                continue
            reason = next((why for names, why, when in excuses if name in names and when(case, found)), None)
            if reason:
                excused[reason] += 1
                continue
            if not args.hercules and not args.manual and "theirs 1 " in found[0]:
                missing[name] += 1
                continue
            failed[name] += 1
            if failed[name] <= args.show:
                used = {f"r{i}": v for i, v in enumerate(case["r"]) if any(f"%r{i}{end}" in case["text"] + "," for end in ",)")}
                used |= {f"v{i}": v for i, v in enumerate(case["v"]) if f"%v{i}," in case["text"] + "," or f"%f{i}," in case["text"] + ","}
                print(case["code"], case["text"], used, "fpc", case["fpc"], "cc", case["cc"], "->", "; ".join(found))
    # An instruction that QEMU knows in some cases alone is one that differs.
    for name, n in missing.items():
        counter, key = (failed, name) if agreed[name] or failed[name] else (excused, "QEMU 7.2 has no such instruction: see --hercules and --manual")
        counter[key] += n
    print(f"{len(cases)} cases of {len(agreed | failed)} instructions: {sum(agreed.values())} agree, {sum(excused.values())} are excused, {sum(failed.values())} differ")
    for reason, n in excused.most_common():
        print(f"  {n} excused: {reason}")
    if args.record:
        with open(args.record, "w") as f:
            f.write(f"# Random cases, and what {'s390x/manual.py' if args.manual else 'Hercules 3.13' if args.hercules else 'QEMU 7.2'} makes of them: oracles/qemu_s390x.py --record.\n")
            f.writelines(sorted(lines))
    if failed:
        print("  differ:", dict(failed))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
