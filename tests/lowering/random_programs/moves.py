"""What moves values: shapes, orders of axes, slices, pads, joins."""

import math

import jax
import jax.numpy as jnp
from jax import lax

from tests.lowering.random_programs.draw import LARGEST, Array, Draw


def transpose(draw: Draw, x: Array) -> Array | None:
    return x.transpose(draw.order(x.ndim)) if x.ndim > 1 else None


def reshape(draw: Draw, x: Array) -> Array | None:
    """Any other shape: axes joined, split, and some of size 1."""
    sizes: list[int] = []
    left = x.size
    while left > 1 and len(sizes) < 5:
        size = draw.divisor(left) if len(sizes) < 4 else left
        sizes.append(size)
        left //= size
    sizes = [*sizes, left] if left > 1 else sizes
    if draw.chance(0.5):
        sizes.insert(draw.pick(0, len(sizes)), 1)
    return x.reshape(sizes) if draw.chance(0.8) else jnp.reshape(x, sizes, order="F")


def regroup(draw: Draw, x: Array) -> Array | None:
    """Neighbouring axes joined, or one axis split in two."""
    axis, shape = draw.pick(0, max(x.ndim - 1, 0)), list(x.shape)
    if not shape:
        return None
    if axis + 1 < x.ndim and draw.chance(0.5):
        shape[axis : axis + 2] = [shape[axis] * shape[axis + 1]]
    elif x.ndim < 6:
        part = draw.divisor(shape[axis])
        shape[axis : axis + 1] = [part, shape[axis] // part]
    return x.reshape(shape)


def ones(draw: Draw, x: Array) -> Array | None:
    """Axes of size 1 come and go."""
    if draw.chance(0.5) and x.ndim < 6:
        return jnp.expand_dims(x, draw.pick(0, x.ndim))
    alone = [axis for axis, size in enumerate(x.shape) if size == 1]
    return jnp.squeeze(x, draw.one(alone)) if alone else None


def flatten(draw: Draw, x: Array) -> Array | None:
    return x.reshape(x.shape[0], -1) if x.ndim else None


def shuffle(draw: Draw, x: Array) -> Array | None:
    """The shuffle of an axis in groups; pixels from channels, and back."""
    if not x.ndim:
        return None
    axis = draw.pick(0, x.ndim - 1)
    groups = draw.divisor(x.shape[axis])
    if draw.chance(0.5) or x.ndim < 3:
        split = x.reshape(*x.shape[:axis], groups, -1, *x.shape[axis + 1 :])
        return split.swapaxes(axis, axis + 1).reshape(x.shape)
    groups, n, *rest, w, c = (draw.divisor(x.shape[-1]), *x.shape)
    return x.reshape(n, *rest, w, groups, c // groups).reshape(n, *rest, w * groups, c // groups)


def cut(draw: Draw, x: Array) -> Array | None:
    """Slices with steps, from the back, of one element."""
    places: list[slice | int | None] = []
    for size in x.shape:
        kind = draw.pick(0, 6)
        start = draw.pick(0, size - 1)
        stop = draw.pick(start + 1, size)
        places.append(
            {
                0: slice(start, stop),
                1: slice(None, None, draw.pick(1, 3)),
                2: slice(None, None, -1),
                3: start if draw.chance(0.5) else slice(start, start + 1),
            }.get(kind, slice(None))
        )
    return x[tuple(places)]


def taken(draw: Draw, x: Array) -> Array | None:
    """Elements by their places, and windows that begin where a value says."""
    if not x.ndim:
        return None
    axis = draw.pick(0, x.ndim - 1)
    size = x.shape[axis]
    match draw.pick(0, 3):
        case 0:
            return jnp.take(x, jnp.array([draw.pick(0, size - 1) for _ in range(draw.pick(1, 4))]), axis)
        case 1:
            start = jnp.floor(jnp.tanh(x.ravel()[0]) + 1.137).astype(jnp.int32)
            return lax.dynamic_slice_in_dim(x, start, draw.pick(1, size), axis)
        case 2:
            part = lax.slice_in_dim(x, 0, 1, axis=axis)
            return lax.dynamic_update_slice_in_dim(x, part * 2, draw.pick(0, size - 1), axis)
        case _:
            return x.at[draw.pick(0, x.shape[0] - 1)].add(1.0)


def pad(draw: Draw, x: Array) -> Array | None:
    """Zeros or other values around, between, and less than nothing."""
    if not x.ndim:
        return None
    if draw.chance(0.3):
        widths = [(draw.pick(0, min(size - 1, 2)), draw.pick(0, min(size - 1, 2))) for size in x.shape]
        return jnp.pad(x, widths, mode=draw.one(("edge", "reflect", "wrap", "symmetric")))
    widths = []
    for size in x.shape:
        low, high = (draw.pick(-1, 2) if draw.chance(0.3) else 0 for _ in range(2))
        between = draw.one((0, 0, 0, 1)) if draw.chance(0.3) else 0
        if size + (size - 1) * between + low + high < 1:
            low = high = 0
        widths.append((low, high, between))
    return lax.pad(x, jnp.float32(draw.one((0.0, 0.0, 0.5))), widths)


def joined(draw: Draw, x: Array) -> Array | None:
    """Along any axis, with itself, with constants, with others."""
    if not x.ndim:
        return None
    axis = draw.pick(0, x.ndim - 1)
    beside = lambda shape: (
        len(shape) == x.ndim and all(a == b or n == axis for n, (a, b) in enumerate(zip(shape, x.shape, strict=True)))
    )
    found = [x, draw.other(lambda each: beside(each.shape))]
    if draw.chance(0.3):
        shape = list(x.shape)
        shape[axis] = draw.pick(1, 2)
        found.append(jnp.asarray(draw.weight(*shape)))
    parts = [each for each in found if each is not None]
    parts = [parts[place] for place in draw.order(len(parts))]
    if len(parts) == 1:
        parts = [x, x * 0.5] if draw.chance(0.5) else [x, x]
    if draw.chance(0.2) and all(part.shape == x.shape for part in parts) and x.ndim < 6:
        return jnp.stack(parts, draw.pick(0, x.ndim))
    return jnp.concatenate(parts, axis)


def spread(draw: Draw, x: Array) -> Array | None:
    """Repeated: broadcast, tiled, element by element."""
    match draw.pick(0, 3):
        case 0 if x.ndim < 6:
            return jnp.broadcast_to(x, (draw.pick(1, 3), *x.shape))
        case 1:
            return jnp.broadcast_to(x, [draw.pick(1, 3) if size == 1 else size for size in x.shape])
        case 2 if x.ndim:
            return jnp.repeat(x, draw.pick(1, 3), draw.pick(0, x.ndim - 1))
        case _ if x.ndim:
            return jnp.tile(x, [draw.one((1, 1, 2)) for _ in x.shape])
    return None


def rolled(draw: Draw, x: Array) -> Array | None:
    """Rolled, flipped, resized, and shifted as TSM does."""
    if not x.ndim:
        return None
    axis = draw.pick(0, x.ndim - 1)
    match draw.pick(0, 3):
        case 0:
            return jnp.roll(x, draw.pick(-2, 2), axis)
        case 1:
            return jnp.flip(x, draw.some(x.ndim))
        case 2 if x.ndim in (3, 4):
            sizes = [x.shape[0], *(draw.pick(1, 6) for _ in x.shape[1:-1]), x.shape[-1]]
            return (
                jax.image.resize(x, sizes, draw.one(("nearest", "bilinear", "cubic")))
                if math.prod(sizes) < LARGEST
                else None
            )
        case _:
            axis = max(range(x.ndim), key=lambda each: x.shape[each])
            after = lax.slice_in_dim(x, 1, None, axis=axis)
            return jnp.concatenate([after, jnp.zeros_like(lax.slice_in_dim(x, 0, 1, axis=axis))], axis)


def smaller(draw: Draw, x: Array) -> Array:
    """A value of at most LARGEST elements: means along its longest axes."""
    while x.size > LARGEST:
        x = x.mean(max(range(x.ndim), key=lambda axis: x.shape[axis]))
    return x
