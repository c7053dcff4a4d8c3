#!/usr/bin/env python3
"""A real management client against the emulator: the QEMU project's own `qemu.qmp` (PyPI: qemu.qmp).

    qmp_client.py BINARY [TARGET]

Over a Unix and over a TCP socket: connects, negotiates, runs every query command that is listed, sees STOP, RESUME, RESET and
DEVICE_DELETED, plugs and unplugs CPUs, goes away, comes back, breaks off in the middle of a message, and quits. Prints what it
did; the exit code is 0 if all was as it should be.
"""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile

from qemu.qmp import QMPClient
from qemu.qmp.error import QMPError
from qemu.qmp.qmp_client import ExecuteError

SMP = "2,maxcpus=8,sockets=2,dies=2,cores=2,threads=1"
LIMIT = 20.0
# Queries that have nothing to answer on this machine say so by an error.
REFUSED = {"query-balloon"}
# Queries with an argument that they can't do without.
WITH_ARGUMENTS = {"query-cpu-model-expansion", "query-cpu-model-comparison", "query-cpu-model-baseline"}
PROPS = ("socket-id", "die-id", "core-id", "thread-id")


def check(what, got, want):
    if got != want:
        raise SystemExit(f"{what}: got {got!r}, expected {want!r}")


async def connect(address):
    """Tries until the socket is there."""
    for _ in range(200):
        client = QMPClient("oracle")
        try:
            await asyncio.wait_for(client.connect(address), LIMIT)
            return client
        except (QMPError, OSError):
            await asyncio.sleep(0.02)
    raise SystemExit(f"nobody answers at {address}")


async def expect(client, *names):
    """The next events, in this order."""
    got = [(await asyncio.wait_for(client.events.get(), LIMIT))["event"] for _ in names]
    check("events", got, list(names))


async def queries(client):
    names = sorted(c["name"] for c in await client.execute("query-commands"))
    asked = [name for name in names if name.startswith("query-") and name not in WITH_ARGUMENTS]
    for name in asked:
        try:
            answer = await asyncio.wait_for(client.execute(name), LIMIT)
            check(f"{name} refused", name in REFUSED, False)
            if name == "query-cpus-fast":
                check("CPUs", [cpu["cpu-index"] for cpu in answer], [0, 1])
        except ExecuteError as error:
            check(f"{name} refused ({error})", name in REFUSED, True)
    return len(asked)


async def power(client):
    check("status", (await client.execute("query-status"))["status"], "prelaunch")
    await client.execute("cont")
    await expect(client, "RESUME")
    await client.execute("stop")
    await expect(client, "STOP")
    await client.execute("cont")
    await expect(client, "RESUME")
    await client.execute("system_reset")
    await expect(client, "RESET")
    check("running", (await client.execute("query-status"))["running"], True)
    await client.execute("stop")
    await expect(client, "STOP")


async def hotplug(client):
    slots = await client.execute("query-hotpluggable-cpus")
    check("slots", len(slots), 8)
    free = [slot for slot in slots if "qom-path" not in slot]
    check("free slots", len(free), 6)
    for number, slot in enumerate(free):
        place = {key: slot["props"][key] for key in PROPS if key in slot["props"]}
        await client.execute("device_add", {"driver": slot["type"], "id": f"cpu{number}", **place})
    check("CPUs", len(await client.execute("query-cpus-fast")), 8)
    try:
        await client.execute("device_add", {"driver": free[0]["type"], "id": "twice", **place})
        raise SystemExit("a slot was filled twice")
    except ExecuteError:
        pass
    for number in range(len(free)):
        await client.execute("device_del", {"id": f"cpu{number}"})
        await expect(client, "DEVICE_DELETED")
    check("CPUs", len(await client.execute("query-cpus-fast")), 2)


def rude(address):
    """A client that goes away in the middle of a message."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as s:
        s.settimeout(LIMIT)
        s.connect(address)
        s.recv(4096)
        s.sendall(b'{"execute": "qmp_capabilities"}{"execute": "query-')


async def session(binary, target, address, device):
    command = [binary, target, "-M", "polyarch", "-smp", SMP, "-m", "64M", "-S", "-display", "none", "-nodefaults"]
    with subprocess.Popen([*command, "-qmp", device]) as process:
        try:
            client = await connect(address)
            count = await queries(client)
            await power(client)
            await hotplug(client)
            await client.disconnect()
            rude(address)
            client = await connect(address)
            check("after coming back", len(await client.execute("query-cpus-fast")), 2)
            # The reply and SHUTDOWN are followed by the end of the connection.
            await client.execute("quit")
            await expect(client, "SHUTDOWN")
            check("exit code", await asyncio.to_thread(process.wait, LIMIT), 0)
            try:
                await client.disconnect()
            except (QMPError, EOFError):
                pass
        finally:
            process.kill()
    return count


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def main():
    binary, target = sys.argv[1], (sys.argv[2:] or ["riscv64"])[0]
    with tempfile.TemporaryDirectory() as directory:
        path, port = os.path.join(directory, "qmp"), free_port()
        ways = [("unix", path, f"unix:{path},server,nowait")]
        ways.append(("tcp", ("127.0.0.1", port), f"tcp:127.0.0.1:{port},server,nowait"))
        for name, address, device in ways:
            count = asyncio.run(session(binary, target, address, device))
            print(f"qemu.qmp, {target}, {name}: {count} queries, run states, 6 CPUs plugged and unplugged, 3 clients: fine")


if __name__ == "__main__":
    main()
