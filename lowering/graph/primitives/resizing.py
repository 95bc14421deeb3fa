"""Images and clips that are enlarged or reduced: weighted sums along an axis, and pixels that are repeated."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from lowering.graph import ops, values
from lowering.graph.operations import moves
from lowering.graph.values import NoKernel, Ref, Tracer

MOST_TAPS = 8  # of which a place is the sum: a product with more is a matrix product


def resampled(
    tracer: Tracer, x: Ref, weights: np.ndarray, contracted: tuple[Sequence[int], Sequence[int]], weight_last: bool
) -> Ref | None:
    """A product of frames, height or width with a matrix of few weights, as jax.image.resize has; None for others.

    contracted: axes of the value and of the matrix. weight_last: whether the result has the matrix' axis last.
    """
    if not x.is_map or weights.ndim != 2 or len(contracted[0]) != 1:
        return None
    (axis,), (by,) = contracted
    fine = x.view.array[axis]
    place = next((place for place in range(3) if fine and x.view.groups[place] == fine), None)
    if place is None:
        return None
    matrix = weights if by == 1 else weights.T
    if int((matrix != 0).sum(1).max(initial=0)) > min(MOST_TAPS, matrix.shape[1] - 1):
        return None
    kept = [each for each in range(len(x.shape)) if each != axis]
    node = tracer.add("resized", ops.Resample(place, np.ascontiguousarray(matrix)), [x])
    view = x.view.with_axis(place, len(matrix), kept)
    order = range(len(kept) + 1) if weight_last else [len(kept), *range(len(kept))]
    return Ref(node, view.transpose(tuple(order)))


def repeated(tracer: Tracer, eqn: values.Equation, x: Ref) -> Ref:
    """broadcast_in_dim with more axes behind others: each place along those is repeated, as jnp.repeat does."""
    shape, (_, height, width, channels) = (
        tuple(eqn.outvars[0].aval.shape),
        (x.view.value_shape if x.is_map else (1,) * 4),
    )
    if x.dtype != "float32" or channels == 1 or height * width == 1:
        raise NoKernel("it repeats values of another array than a feature map of several pixels and channels")
    pairs = zip(x.view.array, eqn.params["broadcast_dimensions"], x.shape, strict=True)
    kept = {to: fine for fine, to, size in pairs if shape[to] == size}
    array = [kept.get(axis, ()) for axis in range(len(shape))]
    view, places = dataclasses.replace(x.view, array=tuple(array)), [np.arange(size) for size in x.view.value_shape]
    for axis in (axis for axis, size in enumerate(shape) if axis not in kept and size > 1):
        last = next(iter(view.array[axis - 1][::-1]), -1) if axis else -1
        group = next((place for place, group in enumerate(view.groups) if group[-1:] == (last,)), None)
        if group is None:
            raise NoKernel("it repeats values along an axis that is no last part of one of the feature map")
        places[group] = np.repeat(places[group], shape[axis])
        view = view.with_fine(last, shape[axis])
        view = dataclasses.replace(view, array=(*view.array[:axis], (last + 1,), *view.array[axis + 1 :]))
    return Ref(tracer.add("repeated", moves.taken([each.tolist() for each in places]), [x]), view)
