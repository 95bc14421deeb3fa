"""Phones over adb: find them, push what changed, run commands, pull results.

Nothing is touched outside /data/local/tmp/rt3d-*.
"""

import atexit
import contextlib
import dataclasses
import io
import re
import shlex
import socket
import struct
from collections.abc import Callable, Iterator, Sequence

from lowering.phone import pack
from lowering.system import extras

with extras.need("phone"):
    import adbutils

ROOT = "/data/local/tmp"
FOLDER = re.compile(r"rt3d-[A-Za-z0-9._-]+")
OUTPUT_LIMIT = 16 << 20  # bytes that one command may say
PULL_LIMIT = 256 << 20  # bytes of one file
SHELL_SECONDS = 120.0
STDOUT, STDERR, EXIT = 1, 2, 3  # kinds of packets of adb's shell protocol
LOST = (adbutils.AdbError, OSError, EOFError, struct.error, IndexError)


class DeviceError(RuntimeError):
    """A phone is missing, went away, or refused a command. The message names the phone and says how to continue."""


@dataclasses.dataclass(frozen=True)
class Result:
    """The output of a command on the phone, and its exit code."""

    code: int
    out: str
    error: str

    @property
    def last_line(self) -> str:
        """The last line that the command printed, for messages; standard error comes first."""
        lines = (self.error.strip() or self.out.strip()).splitlines()
        return lines[-1] if lines else "no message"


@dataclasses.dataclass(frozen=True)
class Pushed:
    """The names of the files that were sent, their size in bytes, and how many files the phone already had."""

    sent: tuple[str, ...]
    size: int
    kept: int


def find(serials: Sequence[str] = ()) -> list[str]:
    """Serials of the phones that adb may use, or of those asked for.

    DeviceError if there is none, or if one is not ready. An adb server that is started for it ends with this process.
    """
    if not _server_runs():
        atexit.register(_end_server)
    try:
        states = {info.serial: info.state for info in adbutils.AdbClient().list()}
    except LOST as error:
        raise DeviceError(
            f"adb's server does not answer ({error}); install adb, or start it: adb start-server"
        ) from error
    missing = [serial for serial in serials if serial not in states]
    if missing or not states:
        what = f"no device {missing[0]}" if missing else "no device"
        raise DeviceError(
            f"{what}; adb sees {_listed(states)}. Plug it in with USB debugging on, or: adb connect HOST:PORT"
        )
    unready = {serial: states[serial] for serial in serials or states if states[serial] != "device"}
    if unready and (serials or len(unready) == len(states)):
        raise DeviceError(
            f"not ready: {_listed(unready)}; unlock the screen and allow USB debugging, or plug it in again"
        )
    return [serial for serial in serials or states if states[serial] == "device"]


def shell(serial: str, command: str, seconds: float = SHELL_SECONDS) -> Result:
    """Runs a command line in the phone's shell. `seconds`: how long it may print nothing."""
    doing = f"`{command.strip().splitlines()[0][:120]}`"
    with _connected(serial, doing) as phone:
        connection = phone.open_transport(timeout=seconds)
        connection.send_command(f"shell,v2,raw:{command}")
        connection.check_okay()
        return _listen(serial, connection)


def push(serial: str, packed: pack.Pack, say: Callable[[str], None] = lambda text: None) -> Pushed:
    """Copies a packed folder to the phone.

    Files with the same sha256 are not sent again; other files in its folder there are removed.
    """
    folder = remote(packed)
    listed = shell(
        serial, f"mkdir -p {shlex.quote(folder)} && cd {shlex.quote(folder)} && sha256sum -- * 2>/dev/null; true"
    )
    there = _sums(listed.out)
    stale = [name for name in there if name not in packed.sums]
    if stale:
        shell(serial, f"cd {shlex.quote(folder)} && rm -f -- {shlex.join(stale)}")
    wanted = [name for name, sum_ in packed.sums.items() if there.get(name) != sum_]
    size = sum((packed.folder / name).stat().st_size for name in wanted)
    _check_room(serial, size)
    if wanted:
        say(f"{serial}: pushing {len(wanted)} files ({size / 1e6:.1f} MB) to {folder}")
    for name in wanted:  # one that is cut off has another sum, and is sent again
        with _connected(serial, f"pushing {name}") as phone:
            phone.sync.push(packed.folder / name, f"{folder}/{name}", 0o755, check=True)
    return Pushed(tuple(wanted), size, len(packed.sums) - len(wanted))


def pull(serial: str, path: str, limit: int = PULL_LIMIT) -> bytes:
    """A file of the phone. DeviceError if it is longer than `limit` bytes."""
    content = io.BytesIO()
    with _connected(serial, f"pulling {path}") as phone:
        for chunk in phone.sync.iter_content(path):
            content.write(chunk)
            if content.tell() > limit:
                raise DeviceError(
                    f"{serial}: {path} is longer than {limit} bytes, the most that a bundle writes; it was not pulled"
                )
    return content.getvalue()


def remove(serial: str, packed: pack.Pack) -> None:
    """Removes the packed folder from the phone."""
    _done(serial, f"rm -rf {shlex.quote(remote(packed))}")


def remote(packed: pack.Pack) -> str:
    """The path of the packed folder on the phone."""
    if not FOLDER.fullmatch(packed.name):
        raise DeviceError(f"{packed.name!r} is no name for a folder on a phone, expected rt3d-...; pack again")
    return f"{ROOT}/{packed.name}"


def _listed(states: dict[str, str]) -> str:
    return ", ".join(f"{serial} ({state})" for serial, state in states.items()) or "none"


class _Client(adbutils.AdbClient):
    """Remembers its connections, so that they can be closed: adbutils leaves failed ones open."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: list[adbutils.AdbConnection] = []

    def make_connection(self, timeout: float | None = None) -> adbutils.AdbConnection:
        self.connections.append(super().make_connection(timeout))
        return self.connections[-1]


@contextlib.contextmanager
def _connected(serial: str, doing: str) -> Iterator[adbutils.AdbDevice]:
    """A connected phone. Turns the errors that its loss causes into one line."""
    client = _Client()
    try:
        yield client.device(serial)
    except LOST as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DeviceError(
            f"device {serial} went away during {doing} ({reason}); connect it and run the same command again: what "
            f"was pushed is still there"
        ) from error
    finally:
        for connection in client.connections:
            connection.close()


def _listen(serial: str, connection: adbutils.AdbConnection) -> Result:
    """Reads packets until the one with the exit code; a connection that ends before it is an EOFError."""
    said = {STDOUT: io.BytesIO(), STDERR: io.BytesIO()}
    while True:
        kind, size = struct.unpack("<BI", connection.read_exact(5))
        if size + (kind in said) * sum(stream.tell() for stream in said.values()) > OUTPUT_LIMIT:
            raise DeviceError(f"{serial}: a command printed more than {OUTPUT_LIMIT} bytes; the rest was not read")
        data = connection.read_exact(size)
        if kind == EXIT:
            out, error = (said[kind].getvalue().decode("utf-8", "replace") for kind in (STDOUT, STDERR))
            return Result(data[0] if data else 255, out, error)
        if kind in said:
            said[kind].write(data)


def _server_runs() -> bool:
    client = adbutils.AdbClient()
    try:
        socket.create_connection((client.host, client.port), timeout=1).close()
    except OSError:
        return False
    return True


def _end_server() -> None:
    with contextlib.suppress(*LOST):
        if _server_runs():
            adbutils.AdbClient().server_kill()


def _done(serial: str, command: str) -> None:
    result = shell(serial, command)
    if result.code:
        raise DeviceError(f"{serial}: `{command}` failed with exit code {result.code}: {result.last_line}")


def _sums(listed: str) -> dict[str, str]:
    """The sha256 by name, from the lines that sha256sum printed. Other lines are ignored."""
    lines = (re.fullmatch(r"([0-9a-f]{64}) [ *](.+)", line) for line in listed.splitlines())
    return {match[2]: match[1] for match in lines if match}


def _check_room(serial: str, size: int) -> None:
    """DeviceError if the phone reports less than `size` free bytes."""
    lines = shell(serial, f"df -k {ROOT}").out.splitlines()
    words = lines[-1].split() if lines else []
    if len(words) >= 4 and words[-3].isdigit() and int(words[-3]) * 1024 < size:
        raise DeviceError(
            f"{serial} has {int(words[-3]) // 1024} MiB left in {ROOT}, expected {size >> 20} MiB; remove old "
            f"{ROOT}/rt3d-* folders"
        )
