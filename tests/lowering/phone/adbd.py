"""A phone's side of adb: the wire protocol over TCP (CNXN, OPEN, OKAY, WRTE, CLSE), with the services shell, shell v2
and sync.

`python adbd.py ROOT` serves the phone in the folder ROOT (see rootfs.py) and says its port. Commands run in its own
shell, under proot, where programs for arm64 run under qemu-user. Every file that is received is noted in ROOT/received.
"""

import contextlib
import dataclasses
import pathlib
import queue
import shutil
import socket
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Callable

MAX_DATA = 1 << 18
VERSION = 0x01000001  # from this one on checksums are not looked at
BANNER = b"device::ro.product.name=fake;ro.product.model=Fake Phone;ro.product.device=fake;features=shell_v2,cmd\0"
SHELL_STDIN, SHELL_STDOUT, SHELL_STDERR, SHELL_EXIT, SHELL_CLOSE_STDIN = range(5)
CHUNK = 1 << 16


class Closed(Exception):
    """The other side closed a stream."""


@dataclasses.dataclass
class Stream:
    """One service: reads what adb's server writes, and writes back, a packet at a time, each acknowledged."""

    connection: "Connection"
    here: int
    there: int
    incoming: "queue.Queue[bytes]" = dataclasses.field(default_factory=queue.Queue)
    acknowledged: "queue.Queue[bool]" = dataclasses.field(default_factory=queue.Queue)
    buffer: bytearray = dataclasses.field(default_factory=bytearray)

    def read(self, size: int) -> bytes:
        while len(self.buffer) < size:
            data = self.incoming.get()
            if not data:
                raise Closed
            self.buffer += data
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data

    def write(self, data: bytes) -> None:
        for at in range(0, len(data), MAX_DATA):
            self.connection.send(b"WRTE", self.here, self.there, data[at : at + MAX_DATA])
            if not self.acknowledged.get():
                raise Closed

    def end(self) -> None:
        self.incoming.put(b"")
        self.acknowledged.put(False)


class Connection:
    """One transport: what a USB cable would carry."""

    def __init__(self, sock: socket.socket, root: pathlib.Path) -> None:
        self.sock, self.root, self.lock = sock, root, threading.Lock()
        self.streams: dict[int, Stream] = {}

    def send(self, command: bytes, arg0: int, arg1: int, data: bytes = b"") -> None:
        (number,) = struct.unpack("<I", command)
        header = struct.pack("<6I", number, arg0, arg1, len(data), sum(data) & 0xFFFFFFFF, number ^ 0xFFFFFFFF)
        with self.lock:
            self.sock.sendall(header + data)

    def serve(self) -> None:
        file = self.sock.makefile("rb")
        while len(header := file.read(24)) == 24:
            command, arg0, arg1, size, _, magic = struct.unpack("<4s5I", header)
            assert struct.unpack("<I", command)[0] ^ 0xFFFFFFFF == magic
            self.handle(command, arg0, arg1, file.read(size))
        for stream in self.streams.values():
            stream.end()

    def handle(self, command: bytes, arg0: int, arg1: int, data: bytes) -> None:
        stream = self.streams.get(arg1)
        if command == b"CNXN":
            self.send(b"CNXN", VERSION, MAX_DATA, BANNER)
        elif command == b"OPEN":
            here = len(self.streams) + 1
            self.streams[here] = Stream(self, here, arg0)
            threading.Thread(
                target=self.run, args=(self.streams[here], data.rstrip(b"\0").decode()), daemon=True
            ).start()
        elif stream is None:
            return
        elif command == b"WRTE":
            stream.incoming.put(data)
            self.send(b"OKAY", stream.here, stream.there)
        elif command == b"OKAY":
            stream.acknowledged.put(True)
        elif command == b"CLSE":
            stream.end()

    def run(self, stream: Stream, service: str) -> None:
        name, _, argument = service.partition(":")
        serve = SERVICES.get(name.partition(",")[0])
        if serve is None:
            self.send(b"CLSE", 0, stream.there)
            return
        self.send(b"OKAY", stream.here, stream.there)
        with contextlib.suppress(Closed, OSError):
            serve(self.root, stream, name, argument)
        self.send(b"CLSE", stream.here, stream.there)


def shell(root: pathlib.Path, stream: Stream, name: str, command: str) -> None:
    """A command in the phone's shell; v2 tells the streams apart and says the exit code."""
    v2 = ",v2" in name
    error = subprocess.PIPE if v2 else subprocess.STDOUT
    process = subprocess.Popen(
        shell_command(root, command),
        env={"PATH": "/system/bin"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=error,
    )
    lock = threading.Lock()

    def copy(kind: int, source) -> None:
        while data := source.read1(CHUNK):
            with lock:
                stream.write(struct.pack("<BI", kind, len(data)) + data if v2 else data)

    sources = [(SHELL_STDOUT, process.stdout), (SHELL_STDERR, process.stderr)]
    threads = [threading.Thread(target=copy, args=pair, daemon=True) for pair in sources if pair[1]]
    for thread in threads:
        thread.start()
    code = process.wait()
    for thread in threads:
        thread.join()
    if v2:
        stream.write(struct.pack("<BIB", SHELL_EXIT, 1, code & 0xFF))


def shell_command(root: pathlib.Path, command: str) -> list[str]:
    """The phone's shell sees ROOT as /, the machine's libraries for its programs, and ROOT's idea of /proc/cpuinfo."""
    bound = [path for path in ("/proc", "/dev", "/lib", "/lib64", "/usr/lib") if pathlib.Path(path).exists()]
    bound.append(f"{root}/etc/cpuinfo:/proc/cpuinfo")
    proot, qemu = (shutil.which(name) or name for name in ("proot", "qemu-aarch64"))
    command_line = [proot, "-r", str(root), "-q", f"{qemu} -cpu max", "-w", "/"]
    return [*command_line, *(word for path in bound for word in ("-b", path)), "/system/bin/sh", "-c", command]


def sync(root: pathlib.Path, stream: Stream, name: str, argument: str) -> None:
    """Files: each request is four letters, a length and a path."""
    while True:
        request, size = struct.unpack("<4sI", stream.read(8))
        if request == b"QUIT":
            return
        path = stream.read(size).decode()
        try:
            REQUESTS[request](root, stream, path)
        except OSError as error:
            text = f"{path}: {error.strerror}".encode()
            stream.write(struct.pack("<4sI", b"FAIL", len(text)) + text)


def sync_stat(root: pathlib.Path, stream: Stream, path: str) -> None:
    place = inside(root, path)
    found = place.stat() if place.exists() else None
    numbers = (found.st_mode, found.st_size, int(found.st_mtime)) if found else (0, 0, 0)
    stream.write(struct.pack("<4s3I", b"STAT", *numbers))


def sync_list(root: pathlib.Path, stream: Stream, path: str) -> None:
    for entry in sorted(inside(root, path).iterdir()):
        found, text = entry.stat(), entry.name.encode()
        stream.write(struct.pack("<4s4I", b"DENT", found.st_mode, found.st_size, int(found.st_mtime), len(text)) + text)
    stream.write(struct.pack("<4s4I", b"DONE", 0, 0, 0, 0))


def sync_send(root: pathlib.Path, stream: Stream, path: str) -> None:
    path, _, mode = path.rpartition(",")
    place = inside(root, path)
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        while True:
            kind, size = struct.unpack("<4sI", stream.read(8))
            if kind == b"DONE":
                break
            file.write(stream.read(size))
    place.chmod(stat.S_IMODE(int(mode)))
    with (root / "received").open("a") as log:
        log.write(f"{path}\n")
    stream.write(struct.pack("<4sI", b"OKAY", 0))


def sync_receive(root: pathlib.Path, stream: Stream, path: str) -> None:
    data = inside(root, path).read_bytes()
    for at in range(0, len(data), CHUNK):
        part = data[at : at + CHUNK]
        stream.write(struct.pack("<4sI", b"DATA", len(part)) + part)
    stream.write(struct.pack("<4sI", b"DONE", 0))


def inside(root: pathlib.Path, path: str) -> pathlib.Path:
    place = (root / path.lstrip("/")).resolve()
    if not place.is_relative_to(root):
        raise PermissionError(13, "outside of the phone")
    return place


SERVICES: dict[str, Callable] = {"shell": shell, "sync": sync}
REQUESTS: dict[bytes, Callable] = {
    b"STAT": sync_stat,
    b"LIST": sync_list,
    b"SEND": sync_send,
    b"RECV": sync_receive,
}


def main(root: pathlib.Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            sock, _ = server.accept()
            threading.Thread(target=Connection(sock, root.resolve()).serve, daemon=True).start()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
