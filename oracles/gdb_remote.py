"""A client of the gdb remote protocol, for all comparisons with qemu-system's debugger stub."""

import select
import socket
import time


class Gdb:
    """A connection to a stub that listens on a Unix socket, or will soon."""

    def __init__(self, path):
        for _ in range(100):
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self.buffer = b""

    def ask(self, *texts):
        """Asks all of these at once, of which only the last may let the processor run; its answer."""
        return self.answers(texts)[-1]

    def answers(self, texts):
        packets = [text.encode() for text in texts]
        self.socket.sendall(b"".join(b"$%s#%02x" % (data, sum(data) & 0xFF) for data in packets))
        return [self.answer() for _ in packets]

    def send(self, text):
        """Sends a request whose answer comes later."""
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xFF))

    def has_answer(self, seconds):
        """Whether something comes within that time."""
        return bool(self.buffer) or bool(select.select([self.socket], [], [], seconds)[0])

    def interrupt(self):
        """Stops the processor; what it says."""
        self.socket.sendall(b"\x03")
        return self.answer()

    def answer(self):
        """The next answer. It is not acknowledged: a byte that arrives while the processor runs stops it."""
        while True:
            start = self.buffer.find(b"$")
            end = self.buffer.find(b"#", start)
            if 0 <= start < end and len(self.buffer) >= end + 3:
                answer = self.buffer[start + 1 : end].decode()
                self.buffer = self.buffer[end + 3 :]
                return answer
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("QEMU has closed the connection")
            self.buffer += more
