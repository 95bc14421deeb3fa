"""MLIR + Target -> .vmfb, with iree-compile."""

import pathlib
import subprocess

from lowering.system import files
from lowering.targets import targets

SPIRV_MAGIC = b"\x03\x02\x23\x07"


class CompileError(RuntimeError):
    """iree-compile refused a module: the message holds its first error and where the module lies."""


def compile(mlir: pathlib.Path, target: targets.Target, vmfb: pathlib.Path, dump: pathlib.Path | None = None) -> None:
    """Compiles a module file for one target; `dump` receives assembly or SPIR-V. Leaves nothing under `vmfb` on failure."""
    import iree.compiler.tools.binaries as binaries  # here, since it costs a process 60 MB that may never compile

    with files.whole(vmfb, sync=False) as part:
        command = [binaries.find_tool("iree-compile"), *target.flags, str(mlir), "-o", str(part)]
        if dump is not None:
            command += [f"--iree-hal-dump-executable-files-to={dump}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.splitlines()
            error = next((line for line in said if "error:" in line), said[0] if said else "no message")
            raise CompileError(f"iree-compile failed on {mlir} for {target.name}: {error}")
        if target.kind == "vulkan":
            part.write_bytes(set_spirv_version(part.read_bytes()))


def set_spirv_version(data: bytes) -> bytes:
    """SPIR-V headers say 1.0 where IREE 3.13 emits 1.6 (its issue 24724), which validators reject: sets the header's version word to 1.6."""
    return data.replace(SPIRV_MAGIC + b"\x00\x00\x01\x00", SPIRV_MAGIC + b"\x00\x06\x01\x00")
