"""Layers with weights: convolutions with any order of axes, products of any kind."""

import math
import string

import jax
import jax.numpy as jnp
from jax import lax

from tests.lowering.random_programs.draw import LARGEST, Array, Draw


def convolution(draw: Draw, x: Array) -> Array | None:
    """Of one to three spatial axes, with any dimension numbers."""
    if not 3 <= x.ndim <= 5:
        return None
    rank = x.ndim - 2
    given = (
        draw.order(x.ndim)
        if draw.chance(0.3)
        else draw.one([(0, x.ndim - 1, *range(1, x.ndim - 1)), (*range(x.ndim),)])
    )
    batch, channels, *spatial = given
    if x.shape[channels] > 24:
        return None
    many = lambda high, share: [draw.pick(1, high) if draw.chance(share) else 1 for _ in range(rank)]
    window, strides, dilation = many(3, 0.7), many(3, 0.4), many(2, 0.2)
    stretch = many(2, 0.5) if draw.chance(0.1) else [1] * rank
    groups, outputs = 1, draw.one((1, 2, 3, 4, 6, 9))
    if draw.chance(0.3):
        groups = draw.divisor(x.shape[channels])
        outputs = groups * draw.pick(1, 2)
    shape = [outputs, x.shape[channels] // groups, *window]
    rhs, out = (draw.order(x.ndim), draw.order(x.ndim)) if draw.chance(0.4) else (given, given)
    placed = [0] * x.ndim
    for axis, size in zip(rhs, shape, strict=True):
        placed[axis] = size
    kernel = draw.weight(*placed, fan=math.prod(shape[1:]))
    numbers = lax.ConvDimensionNumbers(tuple(given), tuple(rhs), tuple(out))
    sizes = [(x.shape[axis] - 1) * s + 1 for axis, s in zip(spatial, stretch, strict=True)]
    padding = _padding(draw, sizes, [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)])
    return lax.conv_general_dilated(x, kernel, strides, padding, stretch, dilation, numbers, feature_group_count=groups)


def _padding(draw: Draw, sizes: list[int], windows: list[int]) -> list[tuple[int, int]]:
    """Enough for one window along each axis; some of it negative."""
    found = []
    for size, window in zip(sizes, windows, strict=True):
        low, high = (draw.pick(-1 if draw.chance(0.1) else 0, window) for _ in range(2))
        if draw.chance(0.5):
            low, high = (window - 1) // 2, window // 2
        found.append((low, max(high, window - size - low)))
    return found


def block(draw: Draw, x: Array) -> Array | None:
    """As networks have it: convolution, batch norm or bias, an activation, channels last."""
    if not 3 <= x.ndim <= 5 or x.shape[-1] > 24:
        return None
    rank, outputs = x.ndim - 2, draw.one((1, 2, 3, 4, 6, 8))
    letters = "DHW"[3 - rank :]
    window = [draw.one((1, 2, 3)) for _ in range(rank)]
    kernel = draw.weight(*window, x.shape[-1], outputs, fan=math.prod(window) * x.shape[-1])
    strides = [draw.one((1, 1, 2)) for _ in range(rank)]
    numbers = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
    y = lax.conv_general_dilated(x, kernel, strides, "SAME", dimension_numbers=numbers)
    y = (y - draw.weight(outputs)) * draw.weight(outputs) + draw.weight(outputs) if draw.chance(0.5) else y
    return draw.one((jax.nn.relu, jax.nn.silu, lambda v: v))(y)


def residual(draw: Draw, x: Array) -> Array | None:
    """x + block(x), whose sizes agree."""
    if not 3 <= x.ndim <= 5 or x.shape[-1] > 24:
        return None
    rank, channels = x.ndim - 2, x.shape[-1]
    letters = "DHW"[3 - rank :]
    window = [draw.one((1, 3)) for _ in range(rank)]
    groups = draw.one((1, draw.divisor(channels)))
    kernel = draw.weight(*window, channels // groups, channels, fan=math.prod(window) * channels // groups)
    numbers = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
    y = lax.conv_general_dilated(x, kernel, [1] * rank, "SAME", dimension_numbers=numbers, feature_group_count=groups)
    y = jax.nn.relu(y + draw.weight(channels)) if draw.chance(0.5) else y
    return (x + y if draw.chance(0.5) else y + x) / 2


def transposed(draw: Draw, x: Array) -> Array | None:
    """jax.lax.conv_transpose."""
    if not 3 <= x.ndim <= 5 or x.shape[-1] > 24:
        return None
    rank = x.ndim - 2
    window, strides = ([draw.pick(1, 3) for _ in range(rank)] for _ in range(2))
    if math.prod(strides) * x.size // x.shape[-1] * 4 > LARGEST:
        return None
    outputs, letters = draw.pick(1, 4), "DHW"[3 - rank :]
    kernel = draw.weight(*window, x.shape[-1], outputs, fan=x.shape[-1])
    numbers = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
    return lax.conv_transpose(x, kernel, strides, draw.one(("SAME", "VALID")), dimension_numbers=numbers)


def dense(draw: Draw, x: Array) -> Array | None:
    """x @ W, x @ W.T or W @ x."""
    if not x.ndim or x.shape[-1] > 600:
        return None
    outputs, inputs = draw.pick(1, 7), x.shape[-1]
    kind = draw.pick(0, 3)
    if kind == 0 and x.ndim > 1 and x.shape[-2] < 100:
        return draw.weight(outputs, x.shape[-2], fan=x.shape[-2]) @ x
    if kind == 1:
        return x @ draw.weight(outputs, inputs, fan=inputs).T
    y = x @ draw.weight(inputs, outputs, fan=inputs)
    return y + draw.weight(outputs) if draw.chance(0.5) else y


def contraction(draw: Draw, x: Array) -> Array | None:
    """einsum with a weight: over any axes, with axes in common, new ones anywhere."""
    if not 1 <= x.ndim <= 6:
        return None
    axes = dict(zip(string.ascii_lowercase, x.shape, strict=False))
    letters = list(axes)
    contracted = [letters[axis] for axis in draw.some(x.ndim)]
    shared = [axis for axis in letters if axis not in contracted and draw.chance(0.15)]
    new = {"y": draw.pick(1, 3), "z": draw.pick(1, 3)}
    added = ["", "y", "yz"][draw.pick(0, 2)]
    of_weight = [*contracted, *shared, *added]
    of_weight = [of_weight[place] for place in draw.order(len(of_weight))]
    result = [axis for axis in letters if axis not in contracted] + list(added)
    if draw.chance(0.5):
        result = [result[place] for place in draw.order(len(result))]
    sizes = axes | new
    if math.prod(sizes[axis] for axis in of_weight) > LARGEST or math.prod(sizes[axis] for axis in result) > LARGEST:
        return None
    fan = math.prod(sizes[axis] for axis in contracted)
    kernel, both = draw.weight(*(sizes[axis] for axis in of_weight), fan=fan), draw.chance(0.5)
    names = ("".join(letters), "".join(of_weight))
    names = names if both else names[::-1]
    return jnp.einsum(f"{names[0]},{names[1]}->{''.join(result)}", *((x, kernel) if both else (kernel, x)))


def of_itself(draw: Draw, x: Array) -> Array | None:
    """Attention's product of a value with itself, and with the result."""
    if x.ndim < 2 or x.shape[-2] > 40 or x.ndim > 5:
        return None
    scores = jnp.einsum("...tc,...sc->...ts", x, x) / x.shape[-1]
    scores = jax.nn.softmax(scores, -1) if draw.chance(0.6) else jnp.tanh(scores)
    return scores @ x if draw.chance(0.6) else scores
