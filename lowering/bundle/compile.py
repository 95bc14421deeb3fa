"""MLIR + Target -> .vmfb, with iree-compile."""

import errno
import os
import pathlib
import re
import signal
import subprocess
from collections.abc import Sequence

from lowering.system import files
from lowering.targets import targets

PACKAGE = "iree-base-compiler"
# Kernels as an object for the system's linker, and the calls of them in the order of the network, as plain text.
STATIC = (
    "--iree-llvmcpu-link-embedded=false",
    "--iree-llvmcpu-link-static",
    "--iree-hal-indirect-command-buffers=false",
)
SPIRV_MAGIC = b"\x03\x02\x23\x07"


class CompileError(RuntimeError):
    """iree-compile refused a module. The message holds its first error, and where the module lies."""


def compile(mlir: pathlib.Path, target: targets.Target, vmfb: pathlib.Path, dump: pathlib.Path | None = None) -> None:
    """Compiles a module file for one target; `dump` receives assembly or SPIR-V.

    Leaves nothing under `vmfb` on failure. CompileError, or OSError where the system refused to store the module.

    It runs in the module's folder, so that the module names no path of this machine: whoever compiles it again gets the
    same bytes.
    """
    with files.whole(vmfb, sync=False) as part:
        command = [*target.flags, mlir.name, "-o", str(part)]
        if dump is not None:
            command += [f"--iree-hal-dump-executable-files-to={dump.resolve()}"]
        _call(command, mlir, target.name, vmfb)
        if target.kind == "vulkan":
            part.write_bytes(set_spirv_version(part.read_bytes()))


def link(mlir: pathlib.Path, flags: Sequence[str], name: str, made: pathlib.Path, rest: pathlib.Path) -> str:
    """Compiles the kernels of a module to one object, `made`, whose name ends in ".o"; the system's linker takes it.

    flags: of iree-compile, for a CPU. name: of what it is for, as errors say it. rest: receives the rest of the module,
    in the HAL dialect, which says when each kernel runs, and on what. Gives the name of the object's one function.
    CompileError and OSError as `compile`.
    """
    output = f"--iree-llvmcpu-static-library-output-path={made.resolve()}"
    _call([*flags, *STATIC, output, "--compile-to=hal", mlir.name, "-o", str(rest.resolve())], mlir, name, made)
    header = made.with_suffix(".h")  # for IREE's own runtime
    (function,) = re.findall(r"^(\w+_library_query)\(", header.read_text(), re.MULTILINE)
    header.unlink()
    return function
    return rest


def _call(arguments: Sequence[str], mlir: pathlib.Path, name: str, made: pathlib.Path) -> None:
    """Runs iree-compile in the module's folder. CompileError if it fails."""
    done = subprocess.run([tool(), *arguments], cwd=mlir.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.splitlines()
        error = next((line for line in said if "error:" in line), said[0] if said else "no message")
        _check_room(done, made)
        raise CompileError(f"iree-compile failed on {mlir} for {name}: {error}")


def _check_room(done: subprocess.CompletedProcess[str], vmfb: pathlib.Path) -> None:
    """OSError if the compiler could not write."""
    said = os.strerror(errno.EFBIG) if done.returncode == -signal.SIGXFSZ else done.stderr
    for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        if os.strerror(number) in said:
            raise OSError(number, os.strerror(number), str(vmfb))


def tool() -> str:
    """The path of iree-compile."""
    import iree.compiler.tools.binaries as binaries  # here, since it costs a process 60 MB that may never compile

    return binaries.find_tool("iree-compile")


def set_spirv_version(data: bytes) -> bytes:
    """Sets the version in SPIR-V headers to 1.6.

    IREE 3.13 emits SPIR-V 1.6 and says 1.0 in the header (its issue 24724); validators and some drivers reject that.
    """
    return data.replace(SPIRV_MAGIC + b"\x00\x00\x01\x00", SPIRV_MAGIC + b"\x00\x06\x01\x00")
