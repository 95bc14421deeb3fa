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
MAX_ARRAY = 1 << 30
MAX_FILE = 1 << 34
MAX_ENTRIES = 100_000
MAX_ARRAYS = 99
FRAMES = "frames.npy"  # the example of a stream: f32[steps, every, height, width, channels]

ENTRIES = typed.Check(f"at most {MAX_ENTRIES} entries", lambda values: len(values) <= MAX_ENTRIES)
Text = Annotated[
    str, typed.Check(f"at most {MAX_TEXT} printable characters", lambda v: len(v) <= MAX_TEXT and v.isprintable())
]
Count = Annotated[int, typed.Check("a count", lambda v: 0 <= v < 1 << 63)]
Number = Annotated[float, typed.Check("a number", lambda v: abs(v) < 1e300)]
Tolerance = Annotated[float, typed.Check("a number from 0 to 1", lambda v: 0 <= v <= 1)]
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
    """One layer and its packed kernel.

    winograd, winograd_frames: the pixels or the frames of its tiles, where Winograd's filtering computes it.
    """

    name: Text
    shape: Counts
    row_taps: Counts
    macs: Count
    macs_dense: Count
    group: Count
    rows: Count
    winograd: NotRequired[Count]
    winograd_frames: NotRequired[Count]


class Refused(TypedDict):
    """Tiles of Winograd's filtering with which answers would be off by `error` of the largest value, beyond a bound."""

    tile: Count
    error: Number
    bound: Number


class File(TypedDict):
    """One of the bundle's files."""

    bytes: Size
    sha256: Hash


class ArrayEntry(TypedDict):
    """An example input or the answer. rounded: of an answer, integers made of floats, see graph.ops.Results."""

    name: Text
    file: Text
    shape: Counts
    dtype: Dtype
    rounded: NotRequired[bool]


class NodeEntry(TypedDict):
    """A node of the network as it was compiled, and who wrote its kernel: "ours", or "IREE" for a piece of StableHLO.

    why: for IREE's, the operations of JAX that have no kernel of ours, each with the reason and the line of the source.
    """

    name: Text
    operation: Text
    kernel: Literal["ours", "IREE"]
    macs: Count
    why: Texts


class StreamEntry(TypedDict):
    """How a stream goes on: step takes `every` frames of the video and answers, and reset forgets what it has seen.

    stride: frames between two answers by the network's strides. frames: of a clip. warm_up: steps until the answer is
    made of as many. whole: flattenings over time, which each step computes whole. sequence, answers: of an example of
    several steps from a reset on.
    """

    every: Count
    stride: Count
    frames: Count
    warm_up: Count
    whole: Texts
    sequence: ArrayEntry
    answers: Annotated[list[ArrayEntry], ENTRIES]


class Score(TypedDict):
    """How good the network is."""

    unit: Text
    name: Text
    protocol: Text
    value: Number
    more_is_better: bool
    error: Number | None
    also: NotRequired[dict[str, Number]]


class Quantised(TypedDict):
    """How a network became one of int8: the scale of each of its values, and the layers that stayed in f32, with why.

    errors: by layer, the change of the answers when it alone is quantised, over their size; error: of all together.
    method, examples, sha256: how scales were found, and on what. before: the score of the network of f32, or None.
    """

    scales: Annotated[dict[str, Number], ENTRIES]
    wide: Annotated[dict[str, Text], ENTRIES]
    errors: Annotated[dict[str, Number], ENTRIES]
    error: Number
    method: Text
    examples: Count
    sha256: Hash
    before: Number | None


class Versioned(TypedDict):
    """What manifests of every format have."""

    format: object


class Manifest(TypedDict):
    """The fields that every format has; those that need not be there came later.

    tolerance: the largest error of an answer, of the largest value of JAX's; by default that of the target's precision.
    """

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
    quantisation: NotRequired[Quantised]
    refused: NotRequired[Annotated[list[Refused], ENTRIES]]
    tolerance: NotRequired[Tolerance]


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


class Manifest4(Manifest3):
    """A manifest of format 4: a stream, whose inputs and outputs are those of a step."""

    stream: StreamEntry


ARRAY = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<|][fiu][124])', 'fortran_order': False, "
    rb"'shape': \((|\d{1,9}(?:,|(?:, \d{1,9}){1,7}))\), \} *\n",
    re.DOTALL,
)


def read(path: pathlib.Path) -> dict[str, Any]:
    """A manifest of any format, not yet checked. ValueError for what is none, or larger than MAX_MANIFEST bytes."""
    return typed.read(typed.loads(bytes_of(path, MAX_MANIFEST), finite=True), Versioned)


def check(manifest: dict[str, Any]) -> None:
    """ValueError for a field that is missing, or of another kind or size than `write.write` gives it."""
    kinds: dict[int, type] = {1: Manifest, 2: Manifest2, 3: Manifest3, 4: Manifest4}
    typed.read(manifest, kinds[manifest["format"]], "manifest")
    if manifest["format"] == 1:
        return
    outputs = manifest["outputs"] if manifest["format"] > 2 else [manifest["output"]]
    named = [entry["file"] for entry in (*manifest["inputs"], *outputs)]
    files = [*(input_file(place) for place in range(len(manifest["inputs"])))]
    files += [output_file(place) for place in range(len(outputs))]
    if named != files:
        raise ValueError(f"arrays in {[name[:20] for name in named][:5]}, expected {files[:5]}")
    if manifest["format"] > 3:
        stream = manifest["stream"]
        named = [entry["file"] for entry in (stream["sequence"], *stream["answers"])]
        if named != (files := [FRAMES, *map(answer_file, range(len(outputs)))]):
            raise ValueError(f"a stream in {[name[:20] for name in named][:5]}, expected {files[:5]}")


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


def answer_file(place: int) -> str:
    """Where a stream's answers to FRAMES for the result at this place lie."""
    return f"answers_{place}.npy" if place else "answers.npy"


def output_file(place: int) -> str:
    """Where JAX's answer for the result at this place lies."""
    return f"output_{place}.npy" if place else "logits.npy"


def array(path: pathlib.Path) -> np.ndarray:
    """An array of a `Dtype` as numpy.save writes it. ValueError for another type, order or version, or a wrong size."""
    data = bytes_of(path, MAX_ARRAY)
    head = ARRAY.match(data[:1024])
    if head is None:
        raise ValueError("not an array of numbers in C order, as numpy.save writes it")
    dtype = np.dtype(head[1].decode())
    shape = tuple(int(side) for side in head[2].rstrip(b",").split(b", ") if side)
    size = math.prod(shape) * dtype.itemsize
    if size != len(data) - head.end():
        raise ValueError(f"{len(data) - head.end()} bytes of values for the shape {shape}, expected {size}")
    return np.frombuffer(data, dtype, offset=head.end()).reshape(shape)


def bytes_of(path: pathlib.Path, most: int) -> bytes:
    """What a file holds. ValueError for more than `most` bytes."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"longer than {most} bytes")
    return data
