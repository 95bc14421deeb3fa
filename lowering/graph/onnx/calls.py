"""One operation of JAX as its form reads it, and what several forms do."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from lowering.graph import ops
from lowering.graph.onnx.writer import Writer


@dataclasses.dataclass(frozen=True, eq=False)
class Array:
    """An operand: its tensor, and its values if they are constant."""

    tensor: str
    shape: ops.Shape
    dtype: str
    values: np.ndarray | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """One operation of JAX: its parameters, the shapes of its results, and the name of its node."""

    name: str
    primitive: str
    params: Mapping[str, Any]
    shapes: Sequence[ops.Shape]


Form = Callable[..., str | Sequence[str]]  # of the writer, the call and its operands: the tensors of its results


def cut(
    writer: Writer,
    name: str,
    tensor: str,
    starts: Sequence[int],
    ends: Sequence[int],
    steps: Sequence[int] | None = None,
) -> str:
    """From `starts` up to `ends` along every axis."""
    every = steps or [1] * len(starts)
    return writer.add("Slice", [tensor], name, starts=starts, ends=ends, axes=range(len(starts)), steps=every)


def padded(writer: Writer, name: str, x: Array, pads: Sequence[tuple[int, int]], value: str | None = None) -> str:
    """With `value` around it, zeros by default; negative pads crop."""
    tensor = x.tensor
    if any(pad < 0 for pair in pads for pad in pair):
        starts = [max(-low, 0) for low, _ in pads]
        ends = [size - max(-high, 0) for size, (_, high) in zip(x.shape, pads, strict=True)]
        tensor = cut(writer, name, tensor, starts, ends)
    around = [max(pair[side], 0) for side in (0, 1) for pair in pads]
    return writer.add("Pad", [tensor, *([value] if value else [])], name, pads=around) if any(around) else tensor
