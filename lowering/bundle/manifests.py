"""What a bundle from a stranger may hold.

Its manifest, flag files and arrays are parsed as data and within bounds; nothing else is accepted. The rest of a bundle
is code: to run a module is to run what its maker compiled (docs/safety.md).
"""

import math
import pathlib
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import numpy as np

from lowering.system import typed

MAX_TEXT = 400  # characters
MAX_MANIFEST = 1 << 22
MAX_FLAGS = 1 << 12
MAX_ARRAY = 1 << 30
MAX_FILE = 1 << 34
MAX_ENTRIES = 100_000
MAX_ARRAYS = 99

ENTRIES = typed.Check(f"at most {MAX_ENTRIES} entries", lambda values: len(values) <= MAX_ENTRIES)
Text = Annotated[
    str, typed.Check(f"at most {MAX_TEXT} printable characters", lambda v: len(v) <= MAX_TEXT and v.isprintable())
]
Count = Annotated[int, typed.Check("a count", lambda v: 0 <= v < 1 << 63)]
Number = Annotated[float, typed.Check("a number", lambda v: abs(v) < 1e300)]
Size = Annotated[int, typed.Check(f"at most {MAX_FILE} bytes", lambda v: 0 <= v <= MAX_FILE)]
Hash = Annotated[str, typed.Check("64 hexadecimal digits", lambda v: re.fullmatch("[0-9a-f]{64}", v) is not None)]
Dtype = Literal["float32", "float16", "int32", "uint32", "int16", "uint16", "int8", "uint8"]
Texts = Annotated[list[Text], ENTRIES]
Counts = Annotated[list[Count], ENTRIES]


class Target(TypedDict):
    """What a bundle is for. Only the name must be there."""

    name: Text
    kind: NotRequired[Text]
    device: NotRequired[Text]
    flags: NotRequired[Texts]
    macs_per_dispatch: NotRequired[Count | None]
    features: NotRequired[Texts]


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
    dtype: Dtype


class NodeEntry(TypedDict):
    """A node of the network as it was compiled, and who wrote its kernel: "ours", or "IREE" for a piece of StableHLO.

    why: for IREE's, the operations of JAX that have no kernel of ours, each with the reason and the line of the source.
    """

    name: Text
    operation: Text
    kernel: Literal["ours", "IREE"]
    macs: Count
    why: Texts


class Score(TypedDict):
    """How good the network is."""

    unit: Text
    name: Text
    protocol: Text
    value: Number
    more_is_better: bool
    error: Number | None


class Versioned(TypedDict):
    """What manifests of every format have."""

    format: object


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


Arrays = Annotated[list[ArrayEntry], typed.Check(f"1 to {MAX_ARRAYS} arrays", lambda v: 0 < len(v) <= MAX_ARRAYS)]


class Manifest2(Manifest):
    """A manifest of format 2: a network of one result."""

    inputs: Arrays
    output: ArrayEntry
    score: Score | None


class Manifest3(Manifest):
    """A manifest of format 3: results of any number and type, who computes what, and the hash of all that it says."""

    inputs: Arrays
    outputs: Arrays
    nodes: Annotated[list[NodeEntry], ENTRIES]
    score: Score | None
    sha256: Hash


# Every flag that a bundle's flag files may give to IREE's tools. Other flags could read or write other files.
FLAGS = {
    "--module": r"module\.vmfb",
    "--parameters": r"model=weights\.irpa",
    "--device": "local-sync|vulkan",
    "--function": "main",
    "--input": r"@(clip|input_[1-9][0-9]?)\.npy",
    "--device_allocator": "caching",
    "--expected_output": r"@(logits|output_[1-9][0-9]?)\.npy",
    "--expected_f32_threshold": r"[0-9.]{1,20}(e[-+][0-9]{1,3})?",
}
COMPILE_FLAG = r"--iree-[a-z0-9-]{1,80}=[A-Za-z0-9_+,.-]{1,200}"  # no value is a path
ARRAY = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<|][fiu][124])', 'fortran_order': False, "
    rb"'shape': \((|\d{1,9}(?:,|(?:, \d{1,9}){1,7}))\), \} *\n",
    re.DOTALL,
)


def read(path: pathlib.Path) -> dict[str, Any]:
    """A manifest of any format, not yet checked. ValueError for what is none, or larger than MAX_MANIFEST bytes."""
    return typed.read(typed.loads(_bytes(path, MAX_MANIFEST), finite=True), Versioned)


def check(manifest: dict[str, Any]) -> None:
    """ValueError for a field that is missing, or of another kind or size than `write.write` gives it."""
    kinds: dict[int, type] = {1: Manifest, 2: Manifest2, 3: Manifest3}
    typed.read(manifest, kinds[manifest["format"]], "manifest")
    if manifest["format"] == 1:
        return
    outputs = manifest["outputs"] if manifest["format"] > 2 else [manifest["output"]]
    named = [entry["file"] for entry in (*manifest["inputs"], *outputs)]
    files = [*(input_file(place) for place in range(len(manifest["inputs"])))]
    files += [output_file(place) for place in range(len(outputs))]
    if named != files:
        raise ValueError(f"arrays in {[name[:20] for name in named][:5]}, expected {files[:5]}")


def upgrade(manifest: dict[str, Any], shapes: Callable[[], tuple[tuple[int, ...], tuple[int, ...]]]) -> dict[str, Any]:
    """A manifest of an older format with the fields of today's; its number stays.

    shapes: gives those of clip.npy and logits.npy, which a manifest of format 1 does not say.
    """
    older = dict(manifest)
    if manifest["format"] == 1:
        clip, answer = shapes()
        older |= {"inputs": [array_entry("clip", input_file(0), clip)], "score": None}
        older["output"] = array_entry("logits", output_file(0), answer)
    output = older.pop("output")
    return {**older, "outputs": [output], "nodes": []}


def array_entry(name: str, file: str, shape: Sequence[int], dtype: str = "float32") -> dict[str, Any]:
    """What a manifest says of an input, or of a result."""
    return {"name": name, "file": file, "shape": list(shape), "dtype": dtype}


def input_file(place: int) -> str:
    """Where the example of the input at this place of the network's arguments lies."""
    return f"input_{place}.npy" if place else "clip.npy"


def output_file(place: int) -> str:
    """Where JAX's answer for the result at this place lies."""
    return f"output_{place}.npy" if place else "logits.npy"


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


def array(path: pathlib.Path) -> np.ndarray:
    """An array of a `Dtype` as numpy.save writes it. ValueError for another type, order or version, or a wrong size."""
    data = _bytes(path, MAX_ARRAY)
    head = ARRAY.match(data[:1024])
    if head is None:
        raise ValueError("not an array of numbers in C order, as numpy.save writes it")
    dtype = np.dtype(head[1].decode())
    shape = tuple(int(side) for side in head[2].rstrip(b",").split(b", ") if side)
    size = math.prod(shape) * dtype.itemsize
    if size != len(data) - head.end():
        raise ValueError(f"{len(data) - head.end()} bytes of values for the shape {shape}, expected {size}")
    return np.frombuffer(data, dtype, offset=head.end()).reshape(shape)


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
