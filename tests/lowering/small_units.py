"""Parts of networks in plain JAX, of the parameters small_functions.P and a clip, images or tokens."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax, nn


def conv(p: Any, x: jax.Array, name: str = "conv", stride: int = 1, **options: Any) -> jax.Array:
    kernel = jnp.asarray(p[name])
    rank = kernel.ndim - 2
    letters = "DHW"[3 - rank :]
    numbers = (f"N{letters}C", f"{letters}IO", f"N{letters}C")
    options = {"padding": "SAME", "dimension_numbers": numbers} | options
    return lax.conv_general_dilated(x, kernel, (stride,) * rank, **options)


def channels_first(p: Any, x: jax.Array) -> jax.Array:
    """A network in NCDHW with kernels OIDHW."""
    kernel = jnp.transpose(p["conv"], (4, 3, 0, 1, 2))
    y = lax.conv_general_dilated(x, kernel, (1, 2, 2), "SAME", dimension_numbers=("NCDHW", "OIDHW", "NCDHW"))
    y = nn.relu(y + p["bias"][:, None, None, None])
    y = lax.reduce_window(y, -jnp.inf, lax.max, (1, 1, 1, 2, 2), (1, 1, 1, 2, 2), "VALID")
    return jnp.mean(y, (2, 3, 4)) @ p["head"]


def squeeze_excite(p: Any, x: jax.Array) -> jax.Array:
    y = conv(p, x)
    gate = nn.sigmoid(nn.silu(jnp.mean(y, (1, 2, 3)) @ p["squeeze"]) @ p["excite"])
    return jnp.mean(nn.silu(y * gate[:, None, None, None]), (1, 2, 3)) @ p["head"]


def squeeze_excite_by_convolutions(p: Any, x: jax.Array) -> jax.Array:
    y = conv(p, x)
    gate = jnp.mean(y, (1, 2, 3), keepdims=True)
    gate = nn.relu(conv({"k": p["squeeze"][None, None, None]}, gate, "k"))
    return y * nn.sigmoid(conv({"k": p["excite"][None, None, None]}, gate, "k"))


def attention(p: Any, x: jax.Array) -> jax.Array:
    x = layer_norm(x)
    query = jnp.einsum("btc,chd->bthd", x, p["query"])
    scores = nn.softmax(jnp.einsum("bthd,bshd->bhts", query, query) / 2, -1)
    mixed = jnp.einsum("bhts,bshd->bthd", scores, query).reshape(x.shape)
    return jnp.mean(x + nn.gelu(mixed @ p["tokens"]), 1)


def layer_norm(x: jax.Array) -> jax.Array:
    return (x - x.mean(-1, keepdims=True)) * lax.rsqrt(x.var(-1, keepdims=True) + 1e-5)


def shifted(p: Any, x: jax.Array) -> jax.Array:
    """The temporal shift of TSM: two channels read the frame before and after."""
    back = jnp.pad(x[:, 1:, :, :, :1], ((0, 0), (0, 1), (0, 0), (0, 0), (0, 0)))
    forth = jnp.pad(x[:, :-1, :, :, 1:2], ((0, 0), (1, 0), (0, 0), (0, 0), (0, 0)))
    x = jnp.concatenate([back, forth, x[..., 2:]], -1)
    return conv(p, x[0], "plane", 2).reshape(1, 4, 3, 3, 6).mean((1, 2, 3)) @ p["head"]


def shuffled(p: Any, x: jax.Array) -> jax.Array:
    """ShuffleNet's shuffle of channels between two convolutions."""
    y = conv(p, x)
    y = y.reshape(*y.shape[:-1], 2, 3).swapaxes(-1, -2).reshape(y.shape)
    return conv(p, y, "point")


def pixel_shuffle(p: Any, x: jax.Array) -> jax.Array:
    y = conv(p, x, "plane")[..., :4]
    n, h, w, _ = y.shape
    return y.reshape(n, h, w, 2, 2, 1).transpose(0, 1, 3, 2, 4, 5).reshape(n, 2 * h, 2 * w, 1)


def recurrent(p: Any, x: jax.Array) -> jax.Array:
    """A scan over the frames' pooled features."""
    features = jnp.mean(conv(p, x), (2, 3))[0]
    step = lambda carry, each: (jnp.tanh(carry @ p["squeeze"] @ p["excite"] + each), carry)
    last, _ = lax.scan(step, jnp.zeros(6), features)
    return (last @ p["head"])[None]


def upsampled(p: Any, x: jax.Array) -> jax.Array:
    """A small U-Net: down, up by a transposed convolution, joined with what was there."""
    down = nn.relu(conv(p, x, "plane", 2))
    up = lax.conv_transpose(
        down, jnp.ones((2, 2, 6, 4)) / 8, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    return jax.image.resize(jnp.concatenate([up, x], -1), (3, 12, 16, 8), "bilinear")


def group_norm(p: Any, x: jax.Array) -> jax.Array:
    y = conv(p, x).reshape(1, -1, 2, 3)
    y = (y - y.mean((1, 3), keepdims=True)) / jnp.sqrt(y.var((1, 3), keepdims=True) + 1e-5)
    return y.reshape(1, 4, 6, 5, 6) + p["bias"]


def instance_norm(p: Any, x: jax.Array) -> jax.Array:
    """Of every frame by itself, with channels first."""
    y = jnp.moveaxis(conv(p, x), -1, 2)
    y = (y - y.mean((3, 4), keepdims=True)) * lax.rsqrt(y.var((3, 4), keepdims=True) + 1e-5)
    return conv(p, jnp.moveaxis(y, 2, -1), "point")


def grouped_norm(p: Any, x: jax.Array) -> jax.Array:
    """As PyTorch does it, over 4 x 4 channels."""
    y = jnp.moveaxis(jnp.concatenate([conv(p, x)[..., :4]] * 4, -1), -1, 1)
    groups = y.reshape(1, 4, -1)
    groups = (groups - groups.mean(-1, keepdims=True)) / jnp.sqrt(groups.var(-1, keepdims=True) + 1e-5)
    y = groups.reshape(y.shape) * jnp.arange(1.0, 17)[:, None, None, None] + 0.5
    return jnp.moveaxis(y, 1, -1)


def shuffled_unit(p: Any, x: jax.Array) -> jax.Array:
    """A unit of ShuffleNet: half of the channels pass, the others are computed, and both are shuffled."""
    y = conv(p, x)
    y = jnp.concatenate([y[..., :3], conv({"k": p["conv"][..., :3, :3]}, y[..., 3:], "k")], -1)
    y = y.reshape(*y.shape[:-1], 2, 3).swapaxes(-1, -2).reshape(y.shape)
    return conv({"k": p["conv"][..., :3, :]}, y[..., :3], "k") + y


def two_rates(p: Any, x: jax.Array) -> jax.Array:
    """SlowFast: every second frame, and all of them."""
    slow, fast = conv(p, x[:, ::2]), conv(p, x)
    return jnp.concatenate([slow.mean((1, 2, 3)), fast.mean((1, 2, 3))], -1) @ jnp.concatenate([p["head"]] * 2)


WAVES = np.cos(np.arange(192 * 3, dtype=np.float32)).reshape(192, 3) / 10


def maximum_of_two(x: jax.Array) -> jax.Array:
    """A pool of 2 x 2 with a stride of 4 on 5 x 5, of one result along each axis."""
    return lax.reduce_window(x, -jnp.inf, lax.max, (2, 2, 1), (4, 4, 1), "VALID")


def whether_any_and_all(p: Any, x: jax.Array) -> tuple[jax.Array, ...]:
    found = jnp.any(x[:, :5] > 1.5, (2, 3)), jnp.all(x > -1.5, (1, 3))
    return tuple(each.astype(jnp.uint8) for each in found)


def in_a_loop_and_behind_it(p: Any, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    start = lax.erf_inv(x[:1, 0, 0, :1] / 9)
    return lax.erf_inv(lax.fori_loop(0, 3, lambda _, y: y * 0.5, start)), lax.erf_inv(start)


def bytes_in_a_loop_and_behind_it(p: Any, x: jax.Array) -> jax.Array:
    """Seven, which fill no whole words."""
    start = (x[0, 0, :, 0].repeat(2)[:7] > 0).astype(jnp.uint8)
    return lax.fori_loop(0, 30, lambda _, y: y * 3 + 1, start) + start


def product_of_bytes(p: Any, x: jax.Array) -> jax.Array:
    pixels = jnp.clip(x[0, :, 0, 0] * 40 + 128, 0, 255).astype(jnp.uint8)
    return pixels.astype(jnp.float32) @ p["bias"]


def of_a_line(p: Any, x: jax.Array) -> jax.Array:
    line = x.reshape(9, 8, 8, 1)[4:5, :, :1]
    return conv({"k": p["plane"][:, :1, :1]}, line, "k", 2)


def pool_of_one(p: Any, x: jax.Array) -> jax.Array:
    y = conv({"k": p["conv"][..., :1]}, x[:, :1, :1, :1], "k")
    return jnp.minimum(lax.reduce_window(y, jnp.inf, lax.min, (1, 1, 2, 2, 2), (1,) * 5, ((0, 0), *((0, 1),) * 4)), 9)


def beyond_integers(p: Any, x: jax.Array) -> list[jax.Array]:
    """Floats up to four times as large as the type holds, and logarithms, which are no numbers below zero."""
    sizes = (("int8", 2.0**7), ("uint8", 2.0**8), ("int32", 2.0**31))
    return [each.astype(kind) for kind, size in sizes for each in (x * size, jnp.log(x))]


def bytes_reversed(p: Any, x: jax.Array) -> jax.Array:
    pixels = jnp.clip(x[..., 0] * 40 + 128, 0, 255).astype(jnp.uint8)
    return pixels[:, ::-1] - pixels


def products_of_bytes(p: Any, x: jax.Array) -> list[jax.Array]:
    """As bytes, and as whole numbers."""
    pixels = jnp.clip(x[..., 0] * 40 + 128, 0, 255).astype(jnp.uint8)
    dimensions, whole = (((2,), (2,)), ((0,), (0,))), pixels.astype(jnp.int32)
    product = lax.dot_general(pixels, pixels, dimensions, preferred_element_type=jnp.int32)
    return [product, lax.dot_general(whole, whole, dimensions)]


def taken_from_a_slice(p: Any, x: jax.Array) -> list[jax.Array]:
    places = jnp.argsort(x[..., 1], 2)
    return [jnp.take_along_axis(x[..., 0], places, 2), *lax.sort((places, x[..., 2]), num_keys=1)]


def filtered(p: Any, x: jax.Array) -> list[jax.Array]:
    """Along lines of 16, and of all 576 values at once; and amplitudes of images of 6 x 8."""
    spectrum = jnp.fft.rfft(x, n=16, axis=2) * jnp.fft.rfft(x[..., :1] * 2, n=16, axis=2)
    whole = jnp.fft.rfft(jnp.ravel(x))
    return [jnp.fft.irfft(spectrum, n=16, axis=2), jnp.abs(whole), jnp.abs(jnp.fft.fft2(x, axes=(1, 2)))]


def spread_then_padded(p: Any, x: jax.Array) -> jax.Array:
    """Rows with a row of zeros between, and columns of zeros on both sides."""
    rows = jax.lax.pad(jnp.sin(x[0, :2, :2, 0]), jnp.float32(0), ((0, 0, 1), (0, 0, 0)))
    return jax.lax.pad(rows, jnp.float32(0), ((0, 0, 0), (2, 2, 0)))


def mean_of_outer_product(p: Any, x: jax.Array) -> jax.Array:
    """A gate that is the mean of a product with a batch and without a sum."""
    y = jnp.einsum("abc,c->abc", p["bias"][:4] * jnp.ones((3, 2, 4)), jnp.sin(x[0, 0, 0, :4])).transpose(0, 2, 1)
    return y * jnp.tanh(jnp.mean(y) * 2)


def norm_and_softmax(p: Any, x: jax.Array) -> list[jax.Array]:
    """Both are results: of two elements, scaled by the gate of their mean."""
    y = x[0, :4, 0, :2].reshape(1, 4, 1, 1, 2) / 64 - 2
    y = y * jnp.tanh(jnp.mean(y, (1, 4), keepdims=True) * 2)
    y = y * lax.rsqrt(jnp.mean(y * y, (3, 4), keepdims=True) + 0.1) * 1.8 + p["bias"][:4].reshape(1, 4, 1, 1, 1)
    return [y, nn.softmax(y, (2, 4))]


def one_place(p: Any, x: jax.Array) -> list[jax.Array]:
    """One number added, taken away or multiplied: at a place, at none, at the nearest, and in an array of one."""
    where = jnp.int32(x[0, 0, 0, 0] * 2 + 3)
    return [
        x[..., 0].at[1, where, 2].add(1.0),
        x[..., 1].at[7, 0, 0].multiply(3.0),
        x[..., 2].at[2, 60, 0].subtract(x[0, 0, 0, 0], mode="clip"),
        jnp.sin(x[0, 0, 0, :1]).at[0].add(1.0),
    ]


def whole_product(p: Any, x: jax.Array) -> list[jax.Array]:
    """All axes of both added up, in another order each: of unequal sizes, and of equal ones."""
    cube, dimensions = jnp.sin(x[:, :3, :3, 0]), (((0, 1, 2), (1, 2, 0)), ((), ()))
    unequal = lax.dot_general(jnp.sin(x[..., 0]), jnp.cos(x[..., 1]).transpose(2, 0, 1), dimensions)
    return [unequal, lax.dot_general(cube, jnp.exp(cube), dimensions)]


def handed_on(p: Any, x: jax.Array) -> list[jax.Array]:
    """Branches that give what they are given, which is read behind them, or lies beside what is."""
    y, beside = nn.softmax(x[0, :, 0, 0]), nn.softmax(x[0, :, 1, 0])
    cosine = lambda y: jnp.cos(y) * 2
    chosen = nn.softmax(lax.switch(jnp.int32(jnp.sum(y) * 0), [lambda y: y, jnp.sin, cosine], y) * 2 + 1)
    return [chosen, beside * 2 + chosen, nn.softmax(lax.cond(chosen.sum() > 0, lambda y: y, jnp.sin, beside))]


def padded(p: Any, x: jax.Array) -> list[jax.Array]:
    """With zeros around, and without a first column: what was sorted, the largest, and where a row was added to."""
    image = x[0, :3, :4, 0]
    given = jnp.sort(image), lax.top_k(image, 3)[0], image.at[1].add(1.0), lax.approx_max_k(image, 2)[0]
    return [jax.lax.pad(each, jnp.float32(0), ((1, 2, 0), (-1, 0, 0))) * 2 for each in given]


def part_updated(p: Any, x: jax.Array) -> list[jax.Array]:
    """A part written anew in what is a result too."""
    y = jnp.broadcast_to((x[:1] - p["bias"][:4]) * 2, x.shape)
    return [lax.dynamic_update_slice(y, y[:, :1] * 2, (0, 0, 0, 0)), y]


def rows_and_windows(p: Any, x: jax.Array) -> list[jax.Array]:
    """Rows, some outside and one twice; a window that ends in an axis of size 1; elements."""
    image, places = jnp.sin(x[0, :, :, 0]), jnp.int32(jnp.clip(x[0, :, 0, 1] * 9, -20, 20))
    return [
        image.at[places].add(image),
        image[None, :, :, None].at[0].add(1.0),
        image.at[places, places[::-1]].multiply(2.0, mode="clip"),
        jnp.zeros(4).at[places].set(1.0, mode="drop"),
    ]


def joined_and_updated(p: Any, x: jax.Array, y: jax.Array) -> list[jax.Array]:
    """Two joins that begin alike, two updates of one array, and two additions to it."""
    z = jnp.sin(x[0, :, :, 0])
    return [
        jnp.concatenate([y, y + 1]),
        jnp.concatenate([y, jnp.sin(x[0, :1, :5, 0])]),
        *(lax.dynamic_update_slice(z, by * y, (place, 0)) for place, by in ((0, 2.0), (1, 3.0))),
        *(z.at[place].add(1.0) for place in (0, 1)),
    ]
