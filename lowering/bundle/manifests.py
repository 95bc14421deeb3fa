"""What a bundle from a stranger may hold.

Its manifest, flag files and arrays are parsed as data and within bounds; nothing else is accepted. The rest of a bundle
is code: to run a module is to run what its maker compiled (docs/safety.md).
"""

import json
import math
import pathlib
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import numpy as np

from lowering.system import typed

MAX_TEXT = 400  # characters
MAX_MANIFEST = 1 << 22
MAX_FLAGS = 1 << 12
MAX_ARRAY = 1 << 30
MAX_FILE = 1 << 34
MAX_ENTRIES = 100_000
MAX_INPUTS = 99

ENTRIES = typed.Check(f"at most {MAX_ENTRIES} entries", lambda values: len(values) <= MAX_ENTRIES)
Text = Annotated[
    str, typed.Check(f"at most {MAX_TEXT} printable characters", lambda v: len(v) <= MAX_TEXT and v.isprintable())
]
Count = Annotated[int, typed.Check("a count", lambda v: 0 <= v < 1 << 63)]
Number = Annotated[float, typed.Check("a number", lambda v: abs(v) < 1e300)]
Size = Annotated[int, typed.Check(f"at most {MAX_FILE} bytes", lambda v: 0 <= v <= MAX_FILE)]
Hash = Annotated[str, typed.Check("64 hexadecimal digits", lambda v: re.fullmatch("[0-9a-f]{64}", v) is not None)]
Texts = Annotated[list[Text], ENTRIES]
Counts = Annotated[list[Count], ENTRIES]


class Target(TypedDict):
    """What a bundle is for. Only the name must be there."""

    name: Text
    kind: NotRequired[Text]
    device: NotRequired[Text]
    flags: NotRequired[Texts]
    macs_per_dispatch: NotRequired[Count | None]


class Layer(TypedDict):
    """One layer and its packed kernel."""

    name: Text
    shape: Counts
    row_taps: Counts
    macs: Count
    macs_dense: Count
    group: Count
    rows: Count


class File(TypedDict):
    """One of the bundle's files."""

    bytes: Size
    sha256: Hash


class ArrayEntry(TypedDict):
    """An example input or the answer."""

    name: Text
    file: Text
    shape: Counts
    dtype: Literal["float32"]


class Score(TypedDict):
    """How good the network is."""

    unit: Text
    name: Text
    protocol: Text
    value: Number
    more_is_better: bool
    error: Number | None


class Manifest(TypedDict):
    """The fields that every format has; `executables`, `tuning` and `form` came later."""

    run: Text
    model: Text
    scheme: Text
    protocol: Text
    labels: Texts
    clip: dict[str, Any]
    rate: Number
    accuracy: Number | None
    target: Target
    layers: Annotated[list[Layer], ENTRIES]
    dispatches: Texts
    source: Hash
    versions: dict[str, Text]
    files: dict[str, File]
    executables: NotRequired[Texts]
    tuning: NotRequired[Text]
    form: NotRequired[Text]


class Manifest2(Manifest):
    """A manifest of format 2."""

    inputs: Annotated[list[ArrayEntry], typed.Check(f"1 to {MAX_INPUTS} inputs", lambda v: 0 < len(v) <= MAX_INPUTS)]
    output: ArrayEntry
    score: Score | None


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
    """ValueError for a field that is missing, or of another kind or size than `write.write` gives it."""
    if manifest["format"] == 1:
        typed.read(manifest, Manifest, "manifest")
        return
    typed.read(manifest, Manifest2, "manifest")
    named = [entry["file"] for entry in (*manifest["inputs"], manifest["output"])]
    files = [*(input_file(place) for place in range(len(manifest["inputs"]))), "logits.npy"]
    if named != files:
        raise ValueError(f"arrays in {[name[:20] for name in named][:5]}, expected {files[:5]}")


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
