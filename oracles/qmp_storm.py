#!/usr/bin/env python3
"""Lines that no client should send: does the monitor answer what can be answered, and go on?

    qmp_storm.py BINARY [TARGET] [LINES] [SEED]

Sends random and mutated commands to `-M polyarch` over a Unix socket, LINES of them (a million unless told otherwise). After each
batch comes a byte that ends whatever was begun, and a command with an id of its own: its reply must come, and so must one for each
command of the batch that was left whole and has an id. At the end the process must still be there, have exited with 0 after
`quit`, and its memory must not have grown by more than 64 MiB since the first tenth of the lines.
"""

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time

BATCH = 500
GROWTH = 64 << 20
LIMIT = 120.0
# What ends the process on purpose, and what would fill the host's disk or memory.
FORBIDDEN = (b"quit", b"prealloc", b"memsave", b"dump-guest", b"system_powerdown")

WORDS = ["node", "cpu", "dist", "riscv64", "x-", "id", "a/b", "../x", "", "é", "\u0000", "policy", "bind", "host-nodes", "mem-path"]


def value(rng, depth=0):
    """Some JSON value."""
    kind = rng.randrange(10 if depth < 4 else 7)
    if kind == 0:
        return rng.choice([0, 1, -1, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**30])
    if kind == 1:
        return rng.choice([True, False, None])
    if kind == 2:
        return rng.uniform(-1e9, 1e9)
    if kind <= 5:
        return rng.choice(WORDS)
    if kind == 6:
        return rng.randrange(100)
    if kind == 7:
        return [value(rng, depth + 1) for _ in range(rng.randrange(5))]
    return {rng.choice(WORDS): value(rng, depth + 1) for _ in range(rng.randrange(5))}


def members(schema, entry):
    """Names of a command's arguments."""
    argument = schema.get(entry.get("arg-type"), {})
    return [member["name"] for member in argument.get("members", [])]


def command(rng, commands):
    name, names = rng.choice(commands)
    message = {"execute": name}
    if names and rng.random() < 0.8:
        message["arguments"] = {arg: value(rng) for arg in names if rng.random() < 0.8}
    elif rng.random() < 0.1:
        message["arguments"] = value(rng)
    return message


def mutate(rng, line):
    """A few bytes otherwise."""
    line = bytearray(line)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(line) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            del line[at : at + rng.randrange(1, 9)]
        elif kind == 1:
            line[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 4)))
        elif kind == 2:
            line[at:at] = rng.choice([b"{", b"}", b"[", b"]", b'"', b"'", b"\\", b"%", b",", b":", b"\\u0000", b"1e", b"-"])
        elif kind == 3:
            line[at:at] = line[at : at + rng.randrange(1, 30)]
        elif kind == 4:
            line[at:at] = rng.choice([b"[", b'{"a":']) * rng.randrange(1, 1500)
        elif at < len(line):
            line[at] = rng.randrange(256)
    return bytes(line)


class Monitor:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(500):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.02)
        self.socket.settimeout(LIMIT)
        self.rest = b""

    def lines(self):
        """Messages that have come, at least one."""
        while True:
            got = self.socket.recv(1 << 20)
            if not got:
                raise SystemExit("the monitor has hung up")
            *whole, self.rest = (self.rest + got).split(b"\n")
            if whole:
                return [json.loads(line) for line in whole if line.strip()]

    def send(self, data):
        """Sends while it reads, so that neither waits for the other."""
        view, answers = memoryview(data), []
        while view:
            self.socket.setblocking(False)
            try:
                view = view[self.socket.send(view) :]
            except BlockingIOError:
                self.socket.settimeout(LIMIT)
                answers += self.lines()
        self.socket.settimeout(LIMIT)
        return answers

    def ask(self, message):
        self.send(json.dumps(message).encode() + b"\n")
        while True:
            for answer in self.lines():
                if "return" in answer or "error" in answer:
                    return answer


def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def storm(monitor, process, count, rng):
    schema = {entry["name"]: entry for entry in monitor.ask({"execute": "query-qmp-schema"})["return"]}
    listed = [c["name"] for c in monitor.ask({"execute": "query-commands"})["return"]]
    commands = [(name, members(schema, schema[name])) for name in listed if name in schema]
    sent, base = 0, None
    while sent < count:
        lines, expected = [], set()
        while len(lines) < BATCH:
            message = command(rng, commands)
            whole = rng.random() < 0.3
            if whole:
                message["id"] = sent + len(lines)
            line = json.dumps(message, ensure_ascii=rng.random() < 0.5).encode()
            line = line if whole else mutate(rng, line)
            if any(word in line for word in FORBIDDEN):
                continue
            if whole:
                # What was left open before it would swallow it.
                lines.append(b"\xff")
                expected.add(message["id"])
            lines.append(line)
        sent += len(lines)
        last = f"batch {sent}"
        lines += [b"\xff", json.dumps({"execute": "query-status", "id": last}).encode(), b""]
        answers = monitor.send(b"\n".join(lines))
        got = set()
        while True:
            got |= {answer.get("id") for answer in answers if isinstance(answer.get("id"), (int, str))}
            if last in got:
                break
            answers = monitor.lines()
        if expected - got:
            raise SystemExit(f"no reply for {len(expected - got)} commands, the first {min(expected - got)}")
        if process.poll() is not None:
            raise SystemExit(f"the process has ended with {process.returncode}")
        if base is None and sent >= count // 10:
            base = resident(process.pid)
    return base


def main():
    binary = os.path.abspath(sys.argv[1])
    target = sys.argv[2] if len(sys.argv) > 2 else "riscv64"
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "qmp.sock")
        options = ["-M", "polyarch", "-smp", "2,maxcpus=8", "-S", "-display", "none", "-qmp", f"unix:{path},server,nowait"]
        process = subprocess.Popen([binary, target, *options], cwd=directory, stderr=subprocess.DEVNULL)
        try:
            monitor = Monitor(path)
            monitor.lines()
            monitor.ask({"execute": "qmp_capabilities"})
            base = storm(monitor, process, count, rng)
            end = resident(process.pid)
            monitor.send(b'\xff\n{"execute": "quit"}\n')
            code = process.wait(LIMIT)
        finally:
            process.kill()
    print(f"{target}: {count} lines answered; resident {base >> 10} KiB after a tenth, {end >> 10} KiB at the end; exit {code}")
    if code != 0 or end - base > GROWTH:
        raise SystemExit(1)


main()
