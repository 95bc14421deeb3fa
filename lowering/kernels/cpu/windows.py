"""Windows of pools cut into vectors: which frames, how pixels are combined, how many fit a vector."""

from collections.abc import Callable

import numpy as np

from lowering.graph import ops
from lowering.kernels import layouts
from lowering.kernels.mlir import block, types, values
from lowering.targets import precisions, targets

Pool = ops.MaxPool | ops.AvgPool


def zeros_outside(op: Pool) -> bool:
    """Whether zeros around the image leave the result as it is."""
    return isinstance(op, ops.AvgPool) or op.nonnegative


def frames_inside(
    b: block.Block, frame: values.Value, op: Pool, x: layouts.Layout
) -> tuple[values.Value, values.Value]:
    """The frames of a window that lie inside the clip: the first, and the end."""
    at = op.padding[0][0] - frame * op.strides[0]  # of the clip's first frame, in the window
    return b.max(0, at, name="d_first"), b.min(op.window[0], at + x.frames, name="d_end")


def combination(op: Pool, element: str) -> str:
    """The operation that combines two values."""
    return "arith.addf" if isinstance(op, ops.AvgPool) else precisions.MAXIMUM[element]


def factor(op: Pool) -> float:
    """What the combined values are multiplied by."""
    return 1 / float(np.prod(op.window)) if isinstance(op, ops.AvgPool) else 1.0


def columns(b: block.Block, both: values.Value) -> list[values.Value]:
    """The even and the odd lanes of a vector."""
    assert isinstance(both.type, types.Vector)
    half = types.Vector(both.type.lanes // 2, both.type.element)
    even, odd = b.declare("even", half), b.declare("odd", half)
    b.do(f"{even}, {odd} = vector.deinterleave {both} : {both.type} -> {half}")
    return [even, odd]


def lanes(target: targets.Target, length: int, fits: Callable[[int], bool]) -> int | None:
    """Pixels in a vector: as many as a register holds and a span has use for, of those that fit.

    None if no vector does.
    """
    count = target.vector_bytes // target.activation_bytes
    while count >= 2 * length or not fits(count):
        count //= 2
        if count < 2:
            return None
    return count


def fitting(lanes: int, width: int) -> int:
    """The lanes of a vector, halved until it is no wider than a row."""
    while lanes > width:
        lanes //= 2
    return lanes


def last(length: int, lanes: int) -> int:
    """The start of the last vector of a span."""
    return max(0, length - lanes)
