"""qemu-system-mips* -M malta under its gdb server, with the state that our cases assume. Written for QEMU 7.2."""

import os
import subprocess
import tempfile

from gdb_remote import Gdb

VECTORS = 0x80018000
# Numbers of registers at QEMU's gdb server.
STATUS, LO, HI, BADVADDR, CAUSE, PC, F0, FCSR = 32, 33, 34, 35, 36, 37, 38, 70
# Where code of ours stands, and what it loads and stores.
LOADS, STORES, STATE = 0x1C000, 0x1C400, 0x800
EBASE_WRITE = 0x40827801  # mtc0 v0, $15, 1
ACCUMULATORS = ["hi1", "hi2", "hi3", "lo1", "lo2", "lo3"]


def word(op, base, rt, offset):
    """A load or store."""
    return op << 26 | base << 21 | rt << 16 | offset


def halves(wide, base):
    """Loads and stores of all floating-point registers, which the server of a 32-bit machine only knows in half: LDC1, SDC1."""
    loads, stores = ([word(op, 0, n, base + 8 * n) for n in range(32)] for op in (53, 61))
    return loads, stores, [(f"f{n}", 8) for n in range(32)]


def dsp(wide, base):
    """Accumulators 1 to 3, and DSPControl: MTHI and kin with an accumulator, WRDSP and RDDSP."""
    load, store, size = (0x37, 0x3F, 8) if wide else (0x23, 0x2B, 4)
    loads, stores = [], []
    for at, name in enumerate([*ACCUMULATORS, "dspctl"]):
        ac, low = at % 3 + 1, at // 3
        to = (5 << 21 | ac << 11 | (0x11, 0x13)[low]) if low < 2 else 0x7C0004F8 | 5 << 21 | 0x3F << 11
        out = (5 << 11 | ac << 21 | (0x10, 0x12)[low]) if low < 2 else 0x7C0004B8 | 0x3F << 16 | 5 << 11
        loads += [word(load, 0, 5, base + at * size), to]
        stores += [out, word(store, 0, 5, base + at * size)]
    return loads, stores, [(name, size) for name in [*ACCUMULATORS, "dspctl"]]


def msa(wide, base):
    """Config5.MSAEn, then all vector registers (LD.D, ST.D), and MSACSR (CTCMSA, CFCMSA)."""
    loads = [0x40058005, 0x3C060800, 0x00A62825, 0x40858005]  # mfc0 a1, $16, 5; lui a2, 0x800; or a1, a1, a2; mtc0
    loads += [0x78000023 | base // 8 + 2 * n << 16 | n << 6 for n in range(32)]
    loads += [word(0x23, 0, 5, base + 512), 0x783E0019 | 5 << 11 | 1 << 6]
    stores = [0x78000027 | base // 8 + 2 * n << 16 | n << 6 for n in range(32)]
    stores += [0x787E0019 | 1 << 11 | 5 << 6, word(0x2B, 0, 5, base + 512)]
    names = [(name, 8) for n in range(32) for name in (f"f{n}", f"w{n}_high")]
    return loads, stores, [*names, ("msacsr", 4), ("-", 4)]


EXTENSIONS = {"halves": halves, "dsp": dsp, "msa": msa}


class Machine:
    """A machine whose processor gets a state, runs a few instructions, and is looked at. `header` names target, CPU model and extensions,
    and tells Status, Status.FR, where code and data stand, and what FCSR and the data are at first."""

    def __init__(self, header):
        self.pc, self.data, self.status = header["pc"], header["data"], header["status"]
        self.fr, self.fcsr = header["fr"], header["fcsr"]
        self.window = bytearray.fromhex(header["window"])
        target = header["target"]
        self.order = "little" if target.endswith("el") else "big"
        self.size = 8 if "64" in target else 4
        self.start(target, header["cpu"])
        self.vectors = VECTORS | (0xFFFFFFFF00000000 if self.size == 8 else 0)
        self.put_memory(self.data, self.window)
        self.registers = self.all()
        self.registers[2], self.registers[PC] = self.vectors, self.pc
        self.put_memory(self.pc, EBASE_WRITE.to_bytes(4, self.order))
        self.put_all()
        self.gdb.ask("s")
        self.registers = [0] * len(self.registers)
        self.places = []
        chosen = [name for name in ("msa", "dsp") if name in header.get("extensions", "")]
        if self.fr and self.size == 4 and "msa" not in chosen:
            chosen.insert(0, "halves")
        self.extend(chosen)

    def start(self, target, cpu):
        folder = tempfile.mkdtemp()
        path, bios = os.path.join(folder, "gdb.sock"), os.path.join(folder, "bios")
        with open(bios, "wb") as file:
            file.write(bytes(0x20000))
        gdb = f"socket,path={path},server=on,wait=off,id=gdb"
        arguments = ["-M", "malta", "-cpu", cpu, "-m", "16M", "-bios", bios, "-display", "none", "-S"]
        arguments += ["-serial", "null", "-monitor", "none", "-nodefaults", "-chardev", gdb, "-gdb", "chardev:gdb"]
        self.process = subprocess.Popen([f"qemu-system-{target}", *arguments], stderr=subprocess.DEVNULL)
        self.gdb = Gdb(path)
        self.gdb.ask("qSupported")

    def __del__(self):
        self.process.kill()

    def extend(self, chosen):
        """Code that loads and stores what the server does not show, without another register than a1 and a2."""
        # The stores begin with Status, without whose ERL the state is not where they look: lui a1; ori; mtc0 a1, $12; ehb.
        stores = [0x3C050000 | self.status >> 16, 0x34A50000 | self.status & 0xFFFF, 0x40856000, 0xC0]
        loads, base = [], STATE + 16
        for name in chosen:
            more, less, places = EXTENSIONS[name](self.size == 8, base)
            loads, stores, self.places = loads + more, stores + less, self.places + places
            base += sum(size for _, size in places)
        if not chosen:
            return
        load = 0x37 if self.size == 8 else 0x23
        loads += [word(load, 0, 5, STATE), word(load, 0, 6, STATE + 8), 2 << 26 | self.pc >> 2, 0]
        for at, words in ((LOADS, loads), (STORES, stores)):
            self.put_memory(at, self.code([*words, 0, 0]))
        end = STORES + 4 * len(stores)
        self.end = end
        for address in (end, end | self.vectors >> 28 << 28):
            self.gdb.ask(f"Z0,{address:x},4")

    def code(self, words):
        return b"".join(word.to_bytes(4, self.order) for word in words)

    def all(self):
        data = bytes.fromhex(self.gdb.ask("g"))
        return [int.from_bytes(data[at : at + self.size], self.order) for at in range(0, len(data), self.size)]

    def registers_command(self):
        mask = (1 << 8 * self.size) - 1
        return "G" + b"".join((value & mask).to_bytes(self.size, self.order) for value in self.registers).hex()

    def put_all(self):
        if self.gdb.ask(self.registers_command()) != "OK":
            raise ValueError("registers can't be written")

    @staticmethod
    def memory_commands(address, data):
        parts = ((at, bytes(data[at : at + 1024])) for at in range(0, len(data), 1024))
        return [f"M{address + at:x},{len(part):x}:{part.hex()}" for at, part in parts]

    def put_memory(self, address, data):
        self.gdb.answers(self.memory_commands(address, data))

    def get_memory(self, address, size):
        return bytearray.fromhex("".join(self.gdb.answers(f"m{address + at:x},{min(1024, size - at):x}" for at in range(0, size, 1024))))

    def load_extensions(self, state):
        """Loads them, with all other registers. From there on none may be written by the server: that would clear the upper half of a
        floating-point register."""
        data = b"".join(state.get(name, 0).to_bytes(size, self.order) for name, size in self.places)
        saved = b"".join(state[f"r{n}"].to_bytes(self.size, self.order).ljust(8, b"\0") for n in (5, 6))
        memory = self.memory_commands(STATE, saved + data)
        self.go(*memory, self.registers_command(), f"Z0,{self.pc:x},4", end=self.pc)
        self.gdb.ask(f"z0,{self.pc:x},4")

    def go(self, *commands, end):
        """Continues to a place, in kseg0 or not. Something else may stop the machine."""
        for _ in range(8):
            self.gdb.ask(*commands, "c")
            commands = ()
            if (self.all()[PC] ^ end) & 0x1FFFFFFF == 0:
                return
        raise ValueError(f"the processor does not come to {end:#x}")

    def store_extensions(self, pc):
        """Leads the processor from where it is, which may be a forbidden slot, to our code."""
        self.go(*self.memory_commands(pc, self.code([0, 2 << 26 | STORES >> 2, 0])), end=self.end)
        self.put_memory(pc, bytes(12))
        data = self.get_memory(STATE + 16, sum(size for _, size in self.places))
        found, at = {}, 0
        for name, size in self.places:
            found[name] = int.from_bytes(data[at : at + size], self.order)
            at += size
        return {name: value for name, value in found.items() if name != "-"}

    def put_state(self, state):
        self.registers = [0] * len(self.registers)
        for n in range(1, 32):
            self.registers[n] = state[f"r{n}"]
        self.registers[LO], self.registers[HI] = state["lo"], state["hi"]
        self.registers[STATUS], self.registers[PC] = self.status, LOADS if self.places else self.pc
        for n in range(32):
            if self.fr:
                self.registers[F0 + n] = state[f"f{n}"] & (1 << 8 * self.size) - 1
            else:
                self.registers[F0 + n] = state[f"f{n & ~1}"] >> 32 * (n & 1) & 0xFFFFFFFF
        self.registers[FCSR] = state["fcsr"]

    def run(self, state, words, touches, is_compact, expected=None):
        """Runs instructions from a state; (registers, window, pc, exception). The data is read back if they may touch it."""
        self.put_state(state)
        # Status first, so that the code's address is not translated.
        before = [] if self.places else [self.registers_command()]
        before += self.memory_commands(self.pc, self.code(words))
        if self.places:
            self.load_extensions(state)
        pc, end = self.pc, self.pc + 4 * len(words)
        for _ in words:
            self.gdb.ask(*before, "s")
            before = []
            after = self.all()
            if after[PC] == pc != expected:
                # Something else has stopped the machine.
                self.gdb.ask("s")
                after = self.all()
            pc = after[PC]
            if not self.pc <= pc < end:
                break
        self.last = after
        if touches:
            self.window = self.get_memory(self.data, len(self.window))
        if is_compact and not self.places:
            self.leave_slot()
        extensions = self.store_extensions(after[PC]) if self.places else {}
        return self.found(state, after) | extensions, self.window, after[PC], self.exception(after)

    def leave_slot(self):
        """Executes a no-op: QEMU remembers that it stands in a forbidden slot, wherever the pc is moved to."""
        self.registers[PC], self.registers[STATUS] = self.pc, self.status
        self.put_memory(self.pc, bytes(4))
        self.put_all()
        self.gdb.ask("s")

    def found(self, state, after):
        """What the server shows."""
        result = {f"r{n}": after[n] for n in range(1, 32)} | {"lo": after[LO], "hi": after[HI]}
        result["fcsr"] = after[FCSR] & 0xFFFFFFFF
        for n in range(32):
            if self.fr:
                result[f"f{n}"] = after[F0 + n]
            elif n % 2:
                result[f"f{n}"] = state[f"f{n}"]
            else:
                result[f"f{n}"] = after[F0 + n] & 0xFFFFFFFF | (after[F0 + n + 1] & 0xFFFFFFFF) << 32
        return result

    def exception(self, after):
        """Code, Cause.BD, BadVAddr, and the vector; None if there was none. The server has no EPC."""
        mask = (1 << 8 * self.size) - 1
        if after[PC] & ~0xFFF & mask != self.vectors & mask:
            return None
        code = after[CAUSE] >> 2 & 31
        return [code, after[CAUSE] >> 31 & 1, after[BADVADDR] if 1 <= code <= 5 else 0, after[PC] & 0xF80]
