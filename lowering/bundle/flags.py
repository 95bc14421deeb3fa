"""The flag files of a bundle from a stranger: every flag that they may give to IREE's tools, and to its compiler."""

import pathlib
import re
from collections.abc import Sequence

from lowering.bundle import manifests

MAX_FLAGS = 1 << 12
# Every flag that a bundle's flag files may give to IREE's tools. Other flags could read or write other files.
FLAGS = {
    "--module": r"module\.vmfb",
    "--parameters": r"model=weights\.irpa",
    "--device": "local-sync|vulkan",
    "--function": "main|step|sequence",
    "--input": r"@(clip|frames|input_[1-9][0-9]?)\.npy",
    "--device_allocator": "caching",
    "--expected_output": r"@(logits|answers|(output|answers)_[1-9][0-9]?)\.npy",
    "--expected_f32_threshold": r"[0-9.]{1,20}(e[-+][0-9]{1,3})?",
}
COMPILE_FLAG = r"--iree-[a-z0-9-]{1,80}=[A-Za-z0-9_+,.-]{1,200}"  # no value is a path


def check_flags(path: pathlib.Path, device: str, inputs: Sequence[str], outputs: Sequence[str]) -> None:
    """ValueError unless every line is a flag of FLAGS, each once, with this device and these arrays.

    Each input has a flag. So has each result, or none has.
    """
    seen, left = set[str](), {"--input": list(inputs), "--expected_output": list(outputs)}
    for line in _lines(path):
        name, _, value = line.partition("=")
        again = name in seen and name not in left
        if again or not re.fullmatch(FLAGS.get(name, "(?!)"), value) or (name == "--device" and value != device):
            raise _strange(line)
        if name in left and (not left[name] or value != f"@{left[name].pop(0)}"):
            raise _strange(line)
        seen.add(name)
    for name, files, needed in (("--input", inputs, True), ("--expected_output", outputs, "--expected_output" in seen)):
        if left[name] and needed:
            raise ValueError(f"no flag {name} for {left[name][0]}, expected one for each of {', '.join(files)}")


def check_compile_flags(path: pathlib.Path, flags: Sequence[str]) -> None:
    """ValueError unless the lines are the flags that the manifest names, and none of them names a file."""
    lines = _lines(path)
    for line in lines:
        if not re.fullmatch(COMPILE_FLAG, line):
            raise _strange(line)
    if lines != list(flags):
        raise ValueError("other flags than the manifest")


def _lines(path: pathlib.Path) -> list[str]:
    return manifests.bytes_of(path, MAX_FLAGS).decode("ascii", "backslashreplace").splitlines()


def _strange(line: str) -> ValueError:
    return ValueError(f"the flag {line[:100]!r}, expected those that `rt3d lower` writes, each once")
