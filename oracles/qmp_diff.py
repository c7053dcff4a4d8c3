#!/usr/bin/env python3
"""The same random machines, commands and broken lines on ours and on an installed QEMU: do both say the same?

    qmp_diff.py BINARY [COUNT] [SEED] [QEMU]

QEMU is the prefix of its programs ("qemu-system-"). Each case starts both with one command line, sends both the same lines over standard
input, and compares replies, events, messages and exit codes. Machine types are versions of 4.2 and before, which newer programs have,
too. What changed between 4.2 and 7.2 is put right (`alike`) or passed over (`CHANGED`), each with its reason.
"""

import collections
import json
import random
import re
import subprocess
import sys

MACHINES = {
    "x86_64": ["pc-i440fx-4.2", "pc-q35-4.2", "pc-i440fx-2.6"],
    "i386": ["pc-i440fx-4.2", "pc-q35-4.2"],
    "ppc64": ["pseries-4.2", "pseries-2.6"],
    "s390x": ["s390-ccw-virtio-4.2", "s390-ccw-virtio-2.6"],
    "riscv64": ["sifive_u"],
    "sparc": ["SS-20", "SS-5"],
    "mips": ["malta"],
    "ppc": ["g3beige", "bamboo"],
}
ONE_CPU = ("SS-5", "g3beige", "bamboo")
CPUS = {
    "x86_64": ["qemu64-x86_64-cpu", "qemu64-x86_64-cpu", "Nehalem-x86_64-cpu"],
    "i386": ["qemu32-i386-cpu"],
    "ppc64": ["power9_v2.0-spapr-cpu-core"],
    "s390x": ["qemu-s390x-cpu"],
}
PLACES = {"ppc64": ["core-id"], "s390x": ["core-id"]}
LEVELS = ["socket-id", "die-id", "core-id", "thread-id"]
QUESTIONS = [
    ("query-cpus-fast", None), ("query-hotpluggable-cpus", None), ("query-memdev", None), ("query-current-machine", None),
    ("query-status", None), ("query-memory-size-summary", None), ("query-name", None), ("query-uuid", None), ("query-kvm", None),
] + [("human-monitor-command", {"command-line": line}) for line in (
    "info numa", "info hotpluggable-cpus", "info cpus", "info status", "info name", "info uuid", "info kvm", "cpu 1", "cpu 99", "cpu",
    "p 1+2*3", "p 4+2&1", "p 08", "p/o 64", "p 'a'", "p", "p $nope", "x", "x /zz 0", "xp /3d 0", "xp /20xb 0", "xp /2gx 0", "sum 0 16",
    "stop x", "device_del", "object_del", "info nope", "info numa x", "nope x", "info registers -x", "memsave 0", "help x", "log",
)]

# 4.2's own texts, which newer versions have changed: a case whose answers of ours have them is not compared.
CHANGED = (
    "only in 'preconfig' state",  # 5.0: "before the machine has been created"
    "isn't supported by object-add", "invalid object type", "mem-path property not set",  # 6.0: objects are QAPI types
    "cpu_add is deprecated", "CPU hotplug", "Invalid parameter 'x'",  # 5.2: cpu-add is gone; 6.0: names of types
    "Property '.",  # 6.0: the object's type is named
    "total memory for NUMA nodes", "Default splitting of RAM",  # 5.2: RAM is not split any more
)
# And what newer versions say instead.
NEWER = ("should equal RAM size", "has not been found", "is not supported by this machine type")


class Case:
    """One command line and what is sent."""

    def __init__(self, rng):
        self.rng = rng
        self.target = rng.choice([*MACHINES, "x86_64", "x86_64", "ppc64", "s390x"])
        self.board = rng.choice(MACHINES[self.target])
        self.mem = rng.choice([256, 512])
        self.options = ["-M", self.board, "-m", f"{self.mem}M", *self.smp(), *self.numa()]
        self.options += ["-S", "-display", "none", "-nodefaults", "-qmp", "stdio"]
        commands = [self.command() for _ in range(rng.choice([0, 2, 4, 8]))] + rng.sample(QUESTIONS, 6)
        rng.shuffle(commands)
        lines = [json.dumps(self.message(n, *command)).encode() for n, command in enumerate(commands)]
        if rng.random() < 0.5:
            lines = [self.broken(line) if rng.random() < 0.5 else line for line in lines]
        self.lines = [line for line in lines if b"quit" not in line]

    @staticmethod
    def message(n, name, arguments):
        message = {"execute": name, "id": n}
        return message if arguments is None else {**message, "arguments": arguments}

    def smp(self):
        """All levels, since what is left out is filled in otherwise since 6.0."""
        if self.board in ONE_CPU:
            return ["-smp", "1"]
        pick, is_pc = self.rng.choice, self.target in ("x86_64", "i386")
        dies = pick([1, 1, 2]) if is_pc else 1
        sockets, cores, threads = pick([1, 2, 3]), pick([1, 2, 3]), pick([1, 1, 2])
        if not is_pc:
            sockets, cores, threads = pick([1, 2, 3, 4]), 1, 1
        most = sockets * dies * cores * threads
        text = f"{pick([1, most, self.rng.randint(1, most)])},sockets={sockets},cores={cores},threads={threads},maxcpus={most}"
        return ["-smp", text + (f",dies={dies}" if dies > 1 else "")]

    def numa(self):
        pick, chance, out = self.rng.choice, self.rng.random, []
        if chance() < 0.45:
            return out
        nodes = pick([1, 2, 2, 3])
        for node in range(nodes):
            out += ["-object", f"memory-backend-ram,id=m{node},size={self.mem // nodes}M"] if chance() < 0.95 else []
            option = f"node,memdev=m{node if chance() < 0.95 else 9}"
            option += f",nodeid={node if chance() < 0.93 else pick([0, 1, 127, 128])}" if chance() < 0.7 else ""
            option += f",cpus={pick([node, 0, f'{node}-{node + 1}', '3-1', 40])}" if chance() < 0.4 else ""
            out += ["-numa", option]
        for _ in range(pick([0, 0, 1, 3])):
            option = f"cpu,node-id={pick([0, 1, 2, 5])}"
            out += ["-numa", option + "".join(f",{level}={pick([0, 1, 2, 9])}" for level in LEVELS if chance() < 0.45)]
        for _ in range(pick([0, 0, 1, 3])):
            out += ["-numa", f"dist,src={pick([0, 1, 2])},dst={pick([0, 1, 2])},val={pick([10, 20, 21, 255, 256, 5, 0])}"]
        return out

    def command(self):
        pick, chance = self.rng.choice, self.rng.random
        kind = pick(["device_add"] * 4 + ["device_del", "object-add", "object-del", "qom-get", "qom-list", "run", "wrong"])
        if kind == "device_add":
            arguments = {"driver": pick(CPUS.get(self.target, ["x"]))}
            arguments.update({"id": pick(["c1", "c2", "a.b", "1x"])} if chance() < 0.9 else {})
            arguments.update({p: pick([0, 0, 1, 1, 2, 3, 9]) for p in PLACES.get(self.target, LEVELS) if chance() < 0.8})
            return kind, arguments
        if kind == "device_del":
            return kind, {"id": pick(["c1", "c2", "zz"])}
        if kind == "object-add":
            return kind, {"qom-type": "memory-backend-ram", "id": pick(["b1", "b2"]), "size": pick([1 << 20, 4096])}
        if kind == "object-del":
            return kind, {"id": pick(["b1", "m0", "q"])}
        if kind == "qom-get":
            name = pick(["type", "hotpluggable", "hotplugged", "realized", "socket-id", "core-id", "node-id", "apic-id"])
            return kind, {"path": "/machine/unattached/device[0]" if self.target == "x86_64" else "/machine", "property": name}
        if kind == "qom-list":
            return kind, {"path": pick(["/machine/peripheral", "/nope"])}
        if kind == "run":
            return pick([("stop", None), ("query-status", None), ("system_wakeup", None), ("inject-nmi", None)])
        return pick([("query-cpus-fast", {"a": 1}), ("nope", None), ("memsave", {"val": 0, "size": 1, "filename": "/nonexistent/x"})])

    def broken(self, line):
        line = bytearray(line)
        at = self.rng.randrange(len(line))
        wrong = self.rng.choice(b"{}[]\",:'\\0129eE+-.tfn \t%\xff\x00\x1f\x7faZ/")
        self.rng.choice([lambda: line.__setitem__(at, wrong), lambda: line.insert(at, wrong), lambda: line.__delitem__(at)])()
        return bytes(line)

    def input(self, is_ours):
        """4.2's `object-add` has its properties in a member of their own."""
        nested = re.compile(rb'"size": (\d+)\}\}$')
        lines = [nested.sub(rb'"props": {"size": \1}}}', line) if is_ours else line for line in self.lines]
        return b'{"execute":"qmp_capabilities"}\n' + b"\n".join(lines) + b'\n\xff{"execute":"quit","id":"end"}\n'


def alike(item):
    """A reply or an event without what differs from run to run, or has come since."""
    if isinstance(item, dict):
        # 6.0 took `arch`, and gave RAM itself a backend; 6.0 and 6.1 added `share` and `reserve`.
        dropped = ("timestamp", "arch", "target", "share", "reserve")
        return {key: 0 if key == "thread-id" else alike(value) for key, value in item.items() if key not in dropped}
    if isinstance(item, list):
        return [alike(value) for value in item if not (isinstance(value, dict) and str(value.get("id", "")).endswith("ram"))]
    if isinstance(item, float):
        return float(f"{item:.6g}")  # 6.1 prints 17 digits
    return re.sub(r"thread_id=\d+", "thread_id=", item).replace("\r", "") if isinstance(item, str) else item


def run(command, data):
    """Exit code, what was said, and each line of the monitor."""
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=30, check=False)
    except subprocess.TimeoutExpired:
        return "hangs", "", []
    said = [re.sub(r"^\S+?: ", "", line) for line in done.stderr.decode(errors="replace").splitlines()]
    said = [line for line in said if "warning" not in line]
    out = []
    for line in done.stdout.splitlines():
        try:
            item = json.loads(line)
        except ValueError:
            item = line.decode(errors="replace").strip()
        # Newer versions send SHUTDOWN before `quit` is answered.
        if item and not (isinstance(item, dict) and ("QMP" in item or item.get("event") in ("SHUTDOWN", "NIC_RX_FILTER_CHANGED"))):
            out.append(alike(item))
    return done.returncode, "\n".join(said), out


def main():
    binary = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    prefix = sys.argv[4] if len(sys.argv) > 4 else "qemu-system-"
    tally = collections.Counter()
    for _ in range(count):
        case = Case(rng)
        ours = run([binary, case.target, *case.options], case.input(True))
        theirs = run([prefix + case.target, *case.options], case.input(False))
        pairs = [(a, b) for a, b in zip(ours[2], theirs[2]) if a != b and not any(t in json.dumps(a) for t in CHANGED)]
        same = (ours[0], ours[1]) == (theirs[0], theirs[1]) and len(ours[2]) == len(theirs[2]) and not pairs
        new = any(text in str(ours) for text in CHANGED) or any(text in str(theirs) for text in NEWER)
        outcome = "same" if same else "of another version" if new else "different"
        tally[outcome] += 1
        if outcome != "different":
            continue
        print(case.target, " ".join(case.options))
        if ours[:2] != theirs[:2]:
            print("  ours:  ", ours[:2], "\n  theirs:", theirs[:2])
        for a, b in pairs[:3] or [(ours[2][-1:], theirs[2][-1:])]:
            print("  ours:  ", json.dumps(a)[:300], "\n  theirs:", json.dumps(b)[:300])
        print("  sent:  ", [line.decode(errors="replace") for line in case.lines][:12])
    print(f"{count} cases: {dict(tally)}")
    sys.exit(tally["different"] > 0)


if __name__ == "__main__":
    main()
