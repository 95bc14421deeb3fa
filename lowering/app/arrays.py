"""The inputs and results of a network in C, in Java's native interface and in Kotlin."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lowering.app import names

# By dtype: the element in C, and the buffer of Java and Kotlin that holds it. There unsigned numbers are their bits; a
# half is its bits everywhere.
ELEMENTS: Mapping[str, tuple[str, str]] = {
    "float32": ("float", "FloatBuffer"),
    "float16": ("uint16_t", "ShortBuffer"),
    "int32": ("int32_t", "IntBuffer"),
    "uint32": ("uint32_t", "IntBuffer"),
    "int16": ("int16_t", "ShortBuffer"),
    "uint16": ("uint16_t", "ShortBuffer"),
    "int8": ("int8_t", "ByteBuffer"),
    "uint8": ("uint8_t", "ByteBuffer"),
}
# Of a clip. A bundle that says how its clips are made has such; the axes of other arrays are the network's own.
AXES = ("batch", "frames", "height", "width", "channels")


@dataclasses.dataclass(frozen=True)
class Array:
    """An input or a result. name: in all languages. prepared: how a caller makes its values, in words."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    written: bool
    prepared: str = ""

    @property
    def count(self) -> int:
        """Elements."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """Of all elements."""
        return self.count * np.dtype(self.dtype).itemsize

    @property
    def element(self) -> str:
        """In C."""
        return ELEMENTS[self.dtype][0]

    @property
    def buffer(self) -> str:
        """In Java and Kotlin."""
        return ELEMENTS[self.dtype][1]

    @property
    def parameter(self) -> str:
        """As a parameter of a function in C."""
        return f"{'' if self.written else 'const '}{self.element} *{self.name}"

    @property
    def about(self) -> str:
        """What it holds, in words."""
        axes = f" ({', '.join(AXES)})" if len(self.shape) == len(AXES) and self.prepared else ""
        bits = ", the bits of a half each" if self.dtype == "float16" else ""
        more = f". {self.prepared}" if self.prepared else ""
        return f"{self.name}: {self.dtype}[{', '.join(map(str, self.shape))}]{axes}{bits}{more}"


def of(manifest: Mapping[str, Any]) -> list[Array]:
    """The inputs, then the results of a network, as its manifest says."""
    entries = [*manifest["inputs"], *manifest["outputs"]]
    named = names.of_arrays([entry["name"] for entry in entries])
    inputs, prepared = len(manifest["inputs"]), _prepared(manifest["clip"])
    return [
        Array(name, tuple(entry["shape"]), entry["dtype"], place >= inputs, prepared if place == 0 else "")
        for place, (name, entry) in enumerate(zip(named, entries, strict=True))
    ]


def _prepared(clip: Mapping[str, Any]) -> str:
    """How a clip is made of a video, as far as the bundle says it."""
    said = []
    if _numbers(clip.get("mean")) and _numbers(clip.get("std")):
        mean, std = (", ".join(f"{number:g}" for number in clip[key]) for key in ("mean", "std"))
        said.append(f"RGB, each channel (value / 255 - mean) / std with mean {mean} and std {std}")
    if isinstance(clip.get("short_side"), int) and isinstance(clip.get("size"), int):
        side, size = clip["short_side"], clip["size"]
        scaled = f"scaled to a short side of {side}"
        if _numbers(clip.get("stretch")):
            scaled = f"stretched to {' x '.join(map(str, clip['stretch']))}"
        said.append(f"Frames are {scaled}, and the middle {size} x {size} is taken")
    return ". ".join(said)


def _numbers(found: object) -> bool:
    return isinstance(found, Sequence) and len(found) > 0 and all(isinstance(each, int | float) for each in found)
