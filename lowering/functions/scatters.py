"""Scatters in forms that IREE 3.13 computes right on all targets: of whole rows, or of single elements.

On CPUs it writes beyond the array where an index lies outside. On GPUs every thread of a workgroup adds a window that
ends in an axis of size 1, one after the other, and so it does with a single number.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.extend import core

ONE_PLACE = {"scatter-add": jnp.add, "scatter-sub": jnp.subtract, "scatter-mul": jnp.multiply}
OWN = 2_000_000_011  # stands for the number of an array of its own
INSIDE = lax.GatherScatterMode.PROMISE_IN_BOUNDS


def scattered(eqn: core.JaxprEqn, x: Any, indices: Any, updates: Any) -> Sequence[Any]:
    """A scatter of JAX, of any kind. Windows that reach outside are left out, or moved inside, as its mode says."""
    if updates.size == 0:
        return (x,)
    found = _Windows.of(eqn, x.shape, indices, updates)
    if updates.size == 1 and eqn.primitive.name in ONE_PLACE:
        here = jnp.arange(x.size, dtype=jnp.int32).reshape(x.shape) == found.rows[0]
        return (jnp.where(here, ONE_PLACE[eqn.primitive.name](x, updates.reshape(())), x),)
    rows, width = own(x.reshape(-1)), found.width
    if found.out is not None:
        rows = lax.optimization_barrier(jnp.concatenate([rows, jnp.zeros(width, x.dtype)]))
    within = (-1, width) if width > 1 else (-1,)
    numbers = lax.ScatterDimensionNumbers(tuple(range(1, len(within))), (0,), (0,))
    promised = eqn.params["mode"] == INSIDE and eqn.params["unique_indices"]
    params = {"dimension_numbers": numbers, "unique_indices": promised or len(found.rows) == 1}
    params |= {"indices_are_sorted": False, "mode": INSIDE}
    # Of arrays that lie in memory: rows that are computed or reshaped would be held on the stack.
    given = map(lax.optimization_barrier, (found.rows[:, None], found.updates.reshape(within)))
    made = whole(eqn.primitive.bind(rows.reshape(within), *given, **{**eqn.params, **params}))
    return (made[: found.out].reshape(x.shape),)


def own(x: Any) -> Any:
    """An array that nothing else reads: IREE 3.13 writes in place, into weights and what others read, too.

    A plain copy would be taken for the array itself, and another copy of the array for this one. So it is multiplied by
    a one that IREE does not see, of a number that is no other's (kernels/forms.numbered). Behind the barrier, so that
    it is no slice in the scatter's own dispatch, which does not compile.
    """
    one = jnp.minimum(lax.optimization_barrier(jnp.int32(OWN)), 1)
    return lax.optimization_barrier(x & (one > 0) if x.dtype == bool else x * one.astype(x.dtype))


def whole(found: Any) -> Any:
    """Arrays that are written before they are read: IREE does not compile what writes in place with a pad behind it."""
    return lax.optimization_barrier(found)


@dataclasses.dataclass(frozen=True)
class _Windows:
    """What a scatter writes, as rows of the array: its last axes that every window covers.

    rows: i32, the row of each. out: the row behind the last one, which those have that are left out; None where none
    is. width: elements of a row. updates: the rows' elements, in their order.
    """

    rows: Any
    out: int | None
    width: int
    updates: Any

    @classmethod
    def of(cls, eqn: core.JaxprEqn, shape: Sequence[int], indices: Any, updates: Any) -> "_Windows":
        numbers, mode = eqn.params["dimension_numbers"], eqn.params["mode"]
        places = [axis for axis in range(updates.ndim) if axis not in numbers.update_window_dims]
        kept = [
            a for a in range(len(shape)) if a not in (*numbers.inserted_window_dims, *numbers.operand_batching_dims)
        ]
        sizes = dict(zip(kept, (updates.shape[axis] for axis in numbers.update_window_dims), strict=True))
        starts = cls._starts(numbers, indices)
        lead = len(shape)
        while lead and sizes.get(lead - 1) == shape[lead - 1] and lead - 1 not in starts:
            lead -= 1
        room = {axis: shape[axis] - sizes.get(axis, 1) for axis in starts}
        if mode == lax.GatherScatterMode.CLIP:
            starts = {axis: jnp.clip(start, 0, room[axis]) for axis, start in starts.items()}
        grid = (*indices.shape[:-1], *(sizes[axis] for axis in kept if axis < lead))
        row: Any = jnp.zeros(grid, jnp.int32)
        inside: Any = jnp.ones(grid, bool)
        number = indices.ndim - 1
        for axis in range(lead):
            start: Any = starts.get(axis, np.int32(0))
            start = start.reshape(*start.shape, *(1,) * (len(grid) - start.ndim)) if start.ndim else start
            step: Any = 0
            if axis in sizes:
                step, number = lax.broadcasted_iota("int32", grid, number), number + 1
            row = row * shape[axis] + start + step
            inside &= (start >= 0) & (start <= room.get(axis, 0))
        out = None if mode in (lax.GatherScatterMode.CLIP, INSIDE) else math.prod(shape[:lead])
        row = row if out is None else jnp.where(inside, row, out)
        ordered = updates.transpose(*places, *numbers.update_window_dims)
        return cls(row.reshape(-1), out, math.prod(shape[lead:]), ordered)

    @staticmethod
    def _starts(numbers: lax.ScatterDimensionNumbers, indices: Any) -> dict[int, Any]:
        """Where windows begin along the axes that have indices, i32 of the shape of these."""
        given = {axis: indices[..., at] for at, axis in enumerate(numbers.scatter_dims_to_operand_dims)}
        batches = zip(numbers.operand_batching_dims, numbers.scatter_indices_batching_dims, strict=True)
        shape = indices.shape[:-1]
        given |= {axis: lax.broadcasted_iota("int32", shape, along) for axis, along in batches}
        return {axis: start.astype(jnp.int32) for axis, start in given.items()}
