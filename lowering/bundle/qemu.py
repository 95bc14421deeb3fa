"""arm64 without a phone: IREE's aarch64 tools under qemu-user.

This shows that answers are right. Times under an emulator say nothing about a phone.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

from lowering.system import files

WHEEL = "iree-base-runtime==3.13.0"
WHEEL_SHA256 = "e09a3505f2c4d00f33518e668b4e9830c1569cad5ffa9f2a3b985b888ff2815a"
PLATFORM = ("--platform", "manylinux_2_28_aarch64", "--python-version", "3.11", "--implementation", "cp")
SYSROOT = pathlib.Path("/usr/aarch64-linux-gnu")  # of Debian's libc6-arm64-cross and libstdc++6-arm64-cross
TOOLS = ("iree-run-module", "iree-benchmark-module")


class EmulatorError(RuntimeError):
    """qemu-user, its libraries or the aarch64 tools are missing. The message says which, and how to get them."""


def prefix() -> list[str]:
    """What stands before an aarch64 program to run it here: nothing on arm64, else qemu-user and Debian's libraries."""
    if os.uname().machine == "aarch64":
        return []
    qemu = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
    if qemu is None:
        raise EmulatorError("qemu-aarch64 is not installed; on Debian: apt-get install qemu-user")
    if not (SYSROOT / "lib/ld-linux-aarch64.so.1").exists():
        raise EmulatorError(
            f"{SYSROOT} holds no arm64 C library; on Debian: apt-get install libc6-arm64-cross libstdc++6-arm64-cross"
        )
    return [qemu, "-L", str(SYSROOT), "-cpu", "max"]


def tool(name: str) -> list[str]:
    """The command that runs one of IREE's aarch64 tools, found in `folder()`."""
    path = folder() / name
    if not path.exists():
        raise EmulatorError(f"IREE's aarch64 tools are not in {folder()}; get them with: rt3d doctor --install")
    return [*prefix(), str(path)]


def folder() -> pathlib.Path:
    """Where the aarch64 tools lie: in $RT3D_AARCH64_TOOLS, or in the user's cache."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return pathlib.Path(
        os.environ.get("RT3D_AARCH64_TOOLS") or cache / "rt3d-jax" / f"aarch64-{WHEEL.partition('==')[2]}"
    )


def install() -> pathlib.Path:
    """Downloads IREE's aarch64 wheel with pip, checks its hash and unpacks the tools into `folder()`."""
    destination = folder()
    files.clear_beside(destination)
    if all((destination / name).exists() for name in TOOLS):
        return destination
    with tempfile.TemporaryDirectory() as temporary:
        wheel = _download(pathlib.Path(temporary))
        with zipfile.ZipFile(wheel) as archive, files.whole_folder(destination) as part:
            for name in TOOLS:
                (part / name).write_bytes(archive.read(f"iree/_runtime_libs/{name}"))
                (part / name).chmod(0o755)
    return destination


def _download(folder: pathlib.Path) -> pathlib.Path:
    """The wheel, whose hash is the one that is known."""
    options = ("-q", "--no-deps", "--only-binary=:all:", *PLATFORM, "-d", str(folder))
    command = [sys.executable, "-m", "pip", "download", *options, WHEEL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise EmulatorError(f"could not download {WHEEL} for aarch64: {reason}")
    found = hashlib.sha256(wheels[0].read_bytes()).hexdigest()
    if found != WHEEL_SHA256:
        raise EmulatorError(f"{wheels[0].name} has sha256 {found}, expected {WHEEL_SHA256}")
    return wheels[0]
