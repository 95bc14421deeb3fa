"""What a bundle from a stranger may hold.

Its manifest, flag files and arrays are parsed as data and within bounds; nothing else is accepted. The rest of a bundle
is code: to run a module is to run what its maker compiled (docs/safety.md).
"""

import json
import math
import pathlib
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

MAX_TEXT = 400  # characters
MAX_MANIFEST = 1 << 22
MAX_FLAGS = 1 << 12
MAX_ARRAY = 1 << 30
MAX_FILE = 1 << 34
MAX_ENTRIES = 100_000
MAX_INPUTS = 100

Kind = tuple[str, Callable[[Any], bool]]  # in words, and whether a value is of it
TEXT: Kind = (
    f"at most {MAX_TEXT} printable characters",
    lambda v: isinstance(v, str) and len(v) <= MAX_TEXT and v.isprintable(),
)
COUNT: Kind = ("a count", lambda v: type(v) is int and 0 <= v < 1 << 63)
NUMBER: Kind = ("a number", lambda v: type(v) in (int, float) and abs(v) < 1e300)
OPTIONAL_NUMBER: Kind = ("a number or null", lambda v: v is None or NUMBER[1](v))
FLAG: Kind = ("true or false", lambda v: type(v) is bool)
BOUND: Kind = ("a count or null", lambda v: v is None or COUNT[1](v))
SIZE: Kind = (f"at most {MAX_FILE} bytes", lambda v: COUNT[1](v) and v <= MAX_FILE)
HASH: Kind = ("64 hexadecimal digits", lambda v: isinstance(v, str) and re.fullmatch("[0-9a-f]{64}", v) is not None)
OBJECT: Kind = ("an object", lambda v: isinstance(v, dict))
OPTIONAL_OBJECT: Kind = ("an object or null", lambda v: v is None or isinstance(v, dict))
DTYPE: Kind = ("float32", lambda v: v == "float32")


def _list(kind: Kind) -> Kind:
    return (f"a list, each {kind[0]}", lambda v: isinstance(v, list) and len(v) <= MAX_ENTRIES and all(map(kind[1], v)))


FIELDS = {
    **dict.fromkeys(("run", "model", "scheme", "protocol"), TEXT),
    "labels": _list(TEXT),
    "clip": OBJECT,
    "rate": NUMBER,
    "accuracy": OPTIONAL_NUMBER,
    "target": OBJECT,
    "layers": _list(OBJECT),
    "dispatches": _list(TEXT),
    "source": HASH,
    "versions": OBJECT,
    "files": OBJECT,
}
OPTIONAL = {"executables": _list(TEXT), "tuning": TEXT, "form": TEXT}  # which older bundles lack
TARGET = {"kind": TEXT, "device": TEXT, "flags": _list(TEXT), "macs_per_dispatch": BOUND}
LAYER = {
    "name": TEXT,
    "shape": _list(COUNT),
    "row_taps": _list(COUNT),
    **dict.fromkeys(("macs", "macs_dense", "group", "rows"), COUNT),
}
FILE = {"bytes": SIZE, "sha256": HASH}
# Beside FIELDS, since format 2.
NEWER = {"inputs": _list(OBJECT), "output": OBJECT, "score": OPTIONAL_OBJECT}
ARRAY_ENTRY = {"name": TEXT, "file": TEXT, "shape": _list(COUNT), "dtype": DTYPE}
SCORE = {
    **dict.fromkeys(("unit", "name", "protocol"), TEXT),
    "value": NUMBER,
    "more_is_better": FLAG,
    "error": OPTIONAL_NUMBER,
}

# Every flag that a bundle's flag files may give to IREE's tools. Other flags could read or write other files.
FLAGS = {
    "--module": r"module\.vmfb",
    "--parameters": r"model=weights\.irpa",
    "--device": "local-sync|vulkan",
    "--function": "main",
    "--input": r"@(clip|input_[1-9][0-9]?)\.npy",
    "--device_allocator": "caching",
    "--expected_output": r"@logits\.npy",
    "--expected_f32_threshold": r"[0-9.]{1,20}(e[-+][0-9]{1,3})?",
}
COMPILE_FLAG = r"--iree-[a-z0-9-]{1,80}=[A-Za-z0-9_+,.-]{1,200}"  # no value is a path
ARRAY = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '<f4', 'fortran_order': False, "
    rb"'shape': \((\d{1,9}(?:,|(?:, \d{1,9}){1,5}))\), \} *\n",
    re.DOTALL,
)


def read(path: pathlib.Path) -> dict[str, Any]:
    """A manifest as JSON, not yet checked. ValueError for what is none, or larger than MAX_MANIFEST bytes."""
    try:
        found = json.loads(_bytes(path, MAX_MANIFEST), parse_constant=_refuse)
    except UnicodeDecodeError as error:  # which would hold the whole text
        raise ValueError(f"{error.reason} at byte {error.start}") from None
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(found, dict):
        raise ValueError(f"a {type(found).__name__}, expected an object")
    return found


def check(manifest: dict[str, Any]) -> None:
    """KeyError for a missing field, ValueError for one of another kind or size than `write.write` gives it."""
    _check("manifest", manifest, FIELDS)
    _check("manifest", manifest, OPTIONAL, optional=True)
    _check("target", manifest["target"], {"name": TEXT})
    _check("target", manifest["target"], TARGET, optional=True)
    for layer in manifest["layers"]:
        _check("layer", layer, LAYER)
    for what, found, kind in (("versions", manifest["versions"], TEXT), ("files", manifest["files"], OBJECT)):
        _check(what, found, dict.fromkeys(found, kind))
    for name, entry in manifest["files"].items():
        _check(name[:MAX_TEXT], entry, FILE)
    if manifest["format"] > 1:
        _check("manifest", manifest, NEWER)
        _check_arrays(manifest)


def upgrade(manifest: dict[str, Any], clip: tuple[int, ...], answer: tuple[int, ...]) -> dict[str, Any]:
    """A manifest of format 1 with the fields of today's; its number stays. Such a bundle has one input.

    clip, answer: the shapes of clip.npy and logits.npy.
    """
    inputs = [array_entry("clip", input_file(0), clip)]
    return {**manifest, "inputs": inputs, "output": array_entry("logits", "logits.npy", answer), "score": None}


def array_entry(name: str, file: str, shape: Sequence[int]) -> dict[str, Any]:
    """What a manifest says of an input, or of the answer."""
    return {"name": name, "file": file, "shape": list(shape), "dtype": "float32"}


def input_file(place: int) -> str:
    """Where the example of the input at this place of the network's arguments lies."""
    return f"input_{place}.npy" if place else "clip.npy"


def check_flags(path: pathlib.Path, device: str, inputs: Sequence[str]) -> None:
    """ValueError unless every line is a flag of FLAGS, each once but for --input, with this device and these inputs."""
    seen, left = set(), list(inputs)
    for line in _lines(path):
        name, _, value = line.partition("=")
        again = name in seen and name != "--input"
        if again or not re.fullmatch(FLAGS.get(name, "(?!)"), value) or (name == "--device" and value != device):
            raise _strange(line)
        if name == "--input" and (not left or value != f"@{left.pop(0)}"):
            raise _strange(line)
        seen.add(name)
    if left:
        raise ValueError(f"no flag for the input {left[0]}, expected one for each of {', '.join(inputs)}")


def check_compile_flags(path: pathlib.Path, flags: Sequence[str]) -> None:
    """ValueError unless the lines are the flags that the manifest names, and none of them names a file."""
    lines = _lines(path)
    for line in lines:
        if not re.fullmatch(COMPILE_FLAG, line):
            raise _strange(line)
    if lines != list(flags):
        raise ValueError("other flags than the manifest")


def array(path: pathlib.Path) -> np.ndarray:
    """An f32 array as numpy.save writes it. ValueError for another type, order or version, or for a wrong size."""
    data = _bytes(path, MAX_ARRAY)
    head = ARRAY.match(data[:1024])
    if head is None:
        raise ValueError("not an array of float32 in C order, as numpy.save writes it")
    shape = tuple(int(side) for side in head[1].rstrip(b",").split(b", "))
    if math.prod(shape) * 4 != len(data) - head.end():
        raise ValueError(
            f"{len(data) - head.end()} bytes of values for the shape {shape}, expected {math.prod(shape) * 4}"
        )
    return np.frombuffer(data, "<f4", offset=head.end()).reshape(shape)


def _check_arrays(manifest: dict[str, Any]) -> None:
    entries = [*manifest["inputs"], manifest["output"]]
    for entry in entries:
        _check("array", entry, ARRAY_ENTRY)
    files = [*(input_file(place) for place in range(len(manifest["inputs"]))), "logits.npy"]
    if not 1 <= len(manifest["inputs"]) < MAX_INPUTS or [entry["file"] for entry in entries] != files:
        raise ValueError(f"arrays in {[entry['file'][:20] for entry in entries][:5]}, expected {files[:5]}")
    if manifest["score"] is not None:
        _check("score", manifest["score"], SCORE)


def _check(what: str, found: dict[str, Any], fields: dict[str, Kind], optional: bool = False) -> None:
    for name, (words, is_kind) in fields.items():
        if not (optional and name not in found) and not is_kind(found[name]):
            raise ValueError(f"{what} has {name[:100]!r} = {repr(found[name])[:100]}, expected {words}")


def _lines(path: pathlib.Path) -> list[str]:
    return _bytes(path, MAX_FLAGS).decode("ascii", "backslashreplace").splitlines()


def _strange(line: str) -> ValueError:
    return ValueError(f"the flag {line[:100]!r}, expected those that `rt3d lower` writes, each once")


def _bytes(path: pathlib.Path, most: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"longer than {most} bytes")
    return data


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant}, expected a number")
