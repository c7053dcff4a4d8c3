#!/usr/bin/env python3
"""What hwloc makes of the CPUID that a guest reads: the tree that was configured.

    oracles/hwloc_cpuid.py PROGRAM [SHAPE...]

PROGRAM is polyarch; a shape is SOCKETSxDIESxCORESxTHREADS. The guest guests/tests/x86/cpuid.c prints CPUID on every CPU; lstopo (Debian's
hwloc) reads it as if it came from hwloc-gather-cpuid. Fails where a count differs.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GUEST = ROOT / "guests/tests/x86/bin/cpuid-x86_64.elf"


def dump(program, shape, model):
    sockets, dies, cores, threads = shape
    n = sockets * dies * cores * threads
    smp = f"{n},sockets={sockets},dies={dies},cores={cores},threads={threads}"
    options = ["x86_64", "-M", "q35", "-accel", "interp", "-cpu", model, "-smp", smp, "-display", "none", "-serial", "stdio",
               "-monitor", "none", "-kernel", str(GUEST)]
    return subprocess.run([program, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300).stdout


def counts(text):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "hwloc-cpuid-info").write_text("Architecture: x86\n")
        for part in text.split("pu ")[1:]:
            number, lines = part.split("\n", 1)
            keep = [line for line in lines.splitlines() if "=>" in line]
            (folder / f"pu{int(number)}").write_text("# mask e[abcd]x => e[abcd]x\n" + "\n".join(keep) + "\n")
        xml = subprocess.run(["lstopo", "--if", "cpuid", "-i", str(folder), "--of", "xml"],
                             capture_output=True, text=True, check=True).stdout
    return [len(re.findall(f'type="{kind}"', xml)) for kind in ("Package", "Die", "Core", "PU")]


def main():
    program, shapes = sys.argv[1], sys.argv[2:] or ["2x2x3x2", "1x1x1x1", "2x1x4x2", "3x1x5x1", "1x3x3x3", "4x2x2x1"]
    bad = 0
    for text in shapes:
        shape = [int(n) for n in text.split("x")]
        sockets, dies, cores, threads = shape
        # hwloc leaves out a level of dies that says no more than the packages.
        must = [sockets, sockets * dies if dies > 1 else 0, sockets * dies * cores, sockets * dies * cores * threads]
        for model in ("Haswell", "EPYC"):
            found = counts(dump(program, shape, model))
            # AMD's leaves know no dies.
            want = must if model == "Haswell" else [must[0], found[1], must[2], must[3]]
            print(text, model, "packages, dies, cores, PUs:", *found, "" if found == want else f"NOT {want}")
            bad += found != want
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
