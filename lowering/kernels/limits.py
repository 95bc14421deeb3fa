"""Whether the GPUs of a target can run a kernel.

Checked at lowering time, since a phone says no more than "device lost".
"""

import math

from lowering.graph import ops
from lowering.kernels import executables
from lowering.kernels import kernel as kernels
from lowering.targets import gpus, precisions

BYTES = {"i32": 4} | {element: dtype.itemsize for element, dtype in precisions.DTYPES.items()}
SMALLER = (
    "lower for a target of less precision (:w16 halves weights, :f16 feature maps too), prune more, "
    "or take a smaller clip"
)


class LimitError(ops.GraphError):
    """A kernel that a GPU of the target would refuse or give up on.

    The message says layer, value, limit and what to do.
    """


def check(name: str, kernel: kernels.Kernel, limits: gpus.Limits, macs_per_dispatch: int | None = None) -> None:
    """LimitError unless the target's GPUs can run the kernel of the layer `name`."""
    tensors = {operand.name: operand.type for operand in kernel.operands} | {"result": kernel.out}
    for what, tensor in tensors.items():
        size = tensor.size * BYTES[tensor.element]
        _check(name, f"bytes in its buffer {what!r}", size, limits.buffer, SMALLER)
        if tensor.element not in limits.elements:
            held = ", ".join(sorted(limits.elements))
            raise LimitError(
                f"{name}: its buffer {what!r} holds {tensor.element}, the target's buffers {held}; lower for f32"
            )
    if kernel.grid is not None:
        _check(name, "buffers", len(tensors), limits.buffers, "fold or split the layer")
        _check_grid(name, kernel.grid, limits, macs_per_dispatch)


def _check_grid(name: str, grid: executables.Grid, limits: gpus.Limits, macs_per_dispatch: int | None) -> None:
    other = "choose a target that allows more"
    _check(name, "invocations in a workgroup", grid.invocations, min(limits.invocations, limits.size[0]), other)
    _check(name, "bytes of push constants", 4 if grid.dispatches else 0, limits.constants, other)
    for axis, count, most in zip("xyz", grid.launched, limits.counts, strict=True):
        _check(name, f"workgroups along {axis}", count, most, "take a smaller clip")
    bound = math.inf if macs_per_dispatch is None else macs_per_dispatch
    _check(
        name,
        "MACs in one workgroup",
        grid.macs,
        bound,
        f"a dispatch cannot be less: allow --macs-per-dispatch {grid.macs} or prune more",
    )


def _check(name: str, what: str, value: int, limit: float, fix: str) -> None:
    if value > limit:
        raise LimitError(f"{name} has {value} {what}, the target's limit is {limit}; {fix}")
