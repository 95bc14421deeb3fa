"""Small functions of the kinds that networks are made of, for the tests of the lowering: name -> (function, inputs).

Each takes the parameters P, and then its inputs.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jax import lax, nn
from jax.scipy import special

from tests.lowering import networks, small_numbers, small_units

rng = np.random.default_rng(0)
CLIP = networks.clip(rng, 4, 6, 5, 4)
IMAGES = rng.normal(size=(3, 6, 8, 4)).astype(np.float32)
TOKENS = rng.normal(size=(1, 5, 8)).astype(np.float32)
FACTS = rng.normal(size=(1, 7)).astype(np.float32)


def _weight(*shape: int) -> np.ndarray:
    return (rng.normal(size=shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32)


P: dict[str, Any] = {
    "conv": _weight(3, 3, 3, 4, 6),
    "point": _weight(1, 1, 1, 6, 4),
    "depthwise": _weight(3, 3, 3, 1, 4),
    "plane": _weight(3, 3, 4, 6),
    "line": _weight(3, 8, 6),
    "head": _weight(6, 3),
    "wide": _weight(480, 3),
    "squeeze": _weight(6, 2),
    "excite": _weight(2, 6),
    "tokens": _weight(8, 8),
    "query": _weight(8, 2, 4),
    "turned": _weight(3, 6),
    "bias": rng.normal(size=6).astype(np.float32),
}
P["rise"] = _weight(2, 3, 4, 4, 4)
Function = Callable[..., Any]

conv = small_units.conv

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "relu": nn.relu,
    "relu6": nn.relu6,
    "leaky_relu": nn.leaky_relu,
    "prelu": lambda x: jnp.where(x > 0, x, x * jnp.linspace(0.1, 0.4, x.shape[-1])),
    "elu": nn.elu,
    "celu": nn.celu,
    "selu": nn.selu,
    "gelu": nn.gelu,
    "exact gelu": lambda x: nn.gelu(x, approximate=False),
    "quick gelu": lambda x: x * nn.sigmoid(1.702 * x),
    "silu": nn.silu,
    "sigmoid": nn.sigmoid,
    "log_sigmoid": nn.log_sigmoid,
    "hard_sigmoid": nn.hard_sigmoid,
    "hard_silu": nn.hard_silu,
    "hard_tanh": nn.hard_tanh,
    "tanh": jnp.tanh,
    "softplus": nn.softplus,
    "soft_sign": nn.soft_sign,
    "mish": nn.mish,
    "squareplus": nn.squareplus,
    "sparse_plus": nn.sparse_plus,
    "exp": lambda x: jnp.exp(-jnp.abs(x)),
    "square": jnp.square,
    "relu squared": lambda x: nn.relu(x) ** 2,
    "threshold": lambda x: jnp.where(x > 0.5, x, 0.1),
    "clip": lambda x: jnp.clip(x, -0.5, 0.5),
    "snake": lambda x: x + jnp.sin(x) ** 2,
    "tanh shrink": lambda x: x - jnp.tanh(x),
    "glu": lambda x: nn.glu(jnp.concatenate([x, x], -1)),
}
FUNCTIONS: dict[str, tuple[Function, tuple[np.ndarray, ...]]] = {
    **{
        f"activation {name}": (lambda p, x, act=act: conv(p, act(conv(p, x)), "point"), (CLIP,))
        for name, act in ACTIVATIONS.items()
    },
    "channels first": (small_units.channels_first, (CLIP.transpose(0, 4, 1, 2, 3).copy(),)),
    "squeeze-excite": (small_units.squeeze_excite, (CLIP,)),
    "squeeze-excite by convolutions": (small_units.squeeze_excite_by_convolutions, (CLIP,)),
    "attention": (small_units.attention, (TOKENS,)),
    "temporal shift": (small_units.shifted, (CLIP,)),
    "channel shuffle": (small_units.shuffled, (CLIP,)),
    "pixel shuffle": (small_units.pixel_shuffle, (IMAGES,)),
    "recurrent head": (small_units.recurrent, (CLIP,)),
    "transposed convolution and resize": (small_units.upsampled, (IMAGES,)),
    "group norm": (small_units.group_norm, (CLIP,)),
    "two rates": (small_units.two_rates, (CLIP,)),
    "layer norm of a map": (lambda p, x: small_units.layer_norm(conv(p, x)) @ p["head"], (CLIP,)),
    "images": (lambda p, x: nn.relu(conv(p, x, "plane", 2)).mean((1, 2)) @ p["head"], (IMAGES,)),
    "a line": (lambda p, x: nn.relu(conv(p, x, "line")).max(1), (TOKENS,)),
    "depthwise": (lambda p, x: conv(p, x, "depthwise", 2, feature_group_count=4), (CLIP,)),
    "transposed by phases": (
        lambda p, x: conv(p, nn.silu(lax.conv_transpose(x, jnp.asarray(p["rise"]), (1, 2, 3), "SAME") + 1)),
        (CLIP,),
    ),
    "pixels of every channel": (
        lambda p, x: (
            nn.relu(conv(p, x, "plane")[..., :4])
            .reshape(3, 6, 8, 1, 2, 2)
            .transpose(0, 1, 4, 2, 5, 3)
            .reshape(3, 12, 16, 1)
        ),
        (IMAGES,),
    ),
    "enlarged": (
        lambda p, x: conv(p, jax.image.resize(conv(p, x), (1, 7, 12, 15, 6), "linear"), "point"),
        (CLIP,),
    ),
    "reduced": (lambda p, x: jax.image.resize(conv(p, x), (1, 4, 9, 2, 6), "cubic"), (CLIP,)),
    "pixels repeated": (lambda p, x: jnp.repeat(jnp.repeat(conv(p, x), 2, 2), 3, 3), (CLIP,)),
    "dilated beyond the image": (lambda p, x: conv(p, x, rhs_dilation=(1, 6, 2)), (CLIP,)),
    "dilated": (lambda p, x: conv(p, x, rhs_dilation=(1, 2, 2)), (CLIP,)),
    "flattened channels first": (lambda p, x: x.transpose(0, 4, 1, 2, 3).reshape(1, -1) @ p["wide"], (CLIP,)),
    "a transposed weight": (lambda p, x: jnp.mean(conv(p, x), (1, 2, 3)) @ p["turned"].T, (CLIP,)),
    "a product at every position": (lambda p, x: conv(p, x) @ p["head"], (CLIP,)),
    "several heads": (lambda p, x: {"a": (y := conv(p, x)).mean((1, 2, 3)) @ p["head"], "b": nn.relu(y)}, (CLIP,)),
    "a tuple": (lambda p, x: (conv(p, x).mean((1, 2, 3)), jnp.argmax(x[0, 0, 0, 0])), (CLIP,)),
    "top two": (lambda p, x: lax.top_k(jnp.mean(conv(p, x), (1, 2, 3)), 2), (CLIP,)),
    "argmax": (lambda p, x: jnp.argmax(jnp.mean(conv(p, x), (1, 2, 3)), -1), (CLIP,)),
    "log softmax": (lambda p, x: nn.log_softmax(jnp.mean(conv(p, x), (1, 2, 3)) @ p["head"]), (CLIP,)),
    "uint8": (
        lambda p, x: conv(p, x.astype(jnp.float32) / 255 - 0.5),
        ((CLIP * 40 + 128).clip(0, 255).astype(np.uint8),),
    ),
    "clip and facts": (lambda p, x, f: conv(p, x).mean((1, 2, 3)) * jnp.tanh(f[:, :6]), (CLIP, FACTS)),
    "a batch of images": (lambda p, x: conv(p, x, "plane"), (IMAGES,)),
    "nothing reads": (lambda p, x, y: conv(p, x).mean((1, 2, 3)), (CLIP, IMAGES)),
    "the input": (lambda p, x: (x, x[0]), (IMAGES,)),
    "a constant beside": (lambda p, x: (conv(p, x), p["bias"]), (CLIP,)),
    "vmap over two": (lambda p, x: jax.vmap(lambda a: conv(p, a[None])[0])(jnp.concatenate([x, x + 1])), (CLIP,)),
    "spatial gate": (lambda p, x: (y := conv(p, x)) * nn.sigmoid(y.mean(-1, keepdims=True)), (CLIP,)),
    "frame gate": (lambda p, x: (y := conv(p, x)) * nn.sigmoid(y.mean((2, 3), keepdims=True)), (CLIP,)),
    "positions added": (lambda p, x: conv(p, x) + jnp.arange(120.0).reshape(1, 4, 6, 5, 1) / 100, (CLIP,)),
    "mean of frames": (lambda p, x: nn.relu(conv(p, x)).mean(1), (CLIP,)),
    "max of positions": (lambda p, x: conv(p, x).max((2, 3)), (CLIP,)),
    "average pool": (lambda p, x: networks.avg_pool(conv(p, x), (2, 3, 5)), (CLIP,)),
    "pool of images": (
        lambda p, x: lax.reduce_window(conv(p, x, "plane"), -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "SAME"),
        (IMAGES,),
    ),
    "pool along channels": (
        lambda p, x: lax.reduce_window(conv(p, x), -jnp.inf, lax.max, (1, 1, 1, 1, 2), (1,) * 5, "VALID"),
        (CLIP,),
    ),
    "maxout": (lambda p, x: conv(p, x).reshape(1, 4, 6, 5, 3, 2).max(-1), (CLIP,)),
    "joined along frames": (lambda p, x: conv(p, jnp.concatenate([x, x * 2], 1)), (CLIP,)),
    "reversed frames": (lambda p, x: conv(p, x[:, ::-1]), (CLIP,)),
    "of two maps": (lambda p, x: conv(p, x) * conv(p, x + 1) - conv(p, x) / (2 + jnp.abs(conv(p, x))), (CLIP,)),
    "reciprocal": (lambda p, x: 1 / (2 + conv(p, x) ** 2), (CLIP,)),
    "a kernel from the input": (lambda p, x: conv({"k": x[0, :3, :3, :3, :, None]}, conv(p, x)[..., :4], "k"), (CLIP,)),
    "bfloat16": (lambda p, x: jnp.mean(conv(p, x).astype(jnp.bfloat16), (1, 2, 3)).astype(jnp.float32), (CLIP,)),
    "a cropped convolution": (lambda p, x: conv(p, x, padding=((0, 0), (0, -1), (0, 0))), (CLIP,)),
    "no-ops": (lambda p, x: lax.optimization_barrier(lax.stop_gradient(conv(p, x))), (CLIP,)),
    "branches": (
        lambda p, x: lax.cond(x.sum() > 0, lambda: conv(p, x).sum((1, 2, 3)), lambda: p["bias"][None]),
        (CLIP,),
    ),
    "cumulative": (lambda p, x: jnp.cumsum(conv(p, x), 1), (CLIP,)),
    "gather": (lambda p, x: conv(p, x)[:, jnp.array([0, 2, 2])], (CLIP,)),
    "sorted": (lambda p, x: jnp.sort(conv(p, x).mean((1, 2, 3)), -1), (CLIP,)),
}
# Norms, and other sums over channels and positions.
FUNCTIONS |= {
    "flax group norm": (lambda p, x: nnx.GroupNorm(6, 3, rngs=nnx.Rngs(0))(conv(p, x)), (CLIP,)),
    "flax layer norm": (lambda p, x: conv(p, nnx.LayerNorm(6, rngs=nnx.Rngs(0))(conv(p, x)), "point"), (CLIP,)),
    "flax instance norm": (lambda p, x: nnx.InstanceNorm(6, rngs=nnx.Rngs(0))(conv(p, x)), (CLIP,)),
    "instance norm of frames": (small_units.instance_norm, (CLIP,)),
    "group norm of 4 x 4 channels first": (small_units.grouped_norm, (CLIP,)),
    "softmax of channels": (lambda p, x: conv(p, nn.softmax(conv(p, x)), "point"), (CLIP,)),
    "a gate of frames and channels": (
        lambda p, x: (y := conv(p, x)) * nn.sigmoid(y.max(-1, keepdims=True) + y.mean((2, 3), keepdims=True)),
        (CLIP,),
    ),
    "mean of products": (lambda p, x: (conv(p, x) * conv(p, x + 1)).mean((1, 2, 3)), (CLIP,)),
}
# Moves of elements.
FUNCTIONS |= {
    "a unit of shuffled halves": (small_units.shuffled_unit, (CLIP,)),
    "a causal border": (
        lambda p, x: conv(p, jnp.pad(x, ((0, 0), (2, 0), (1, 1), (1, 1), (0, 0))), padding="VALID"),
        (CLIP,),
    ),
    "borders of another number": (
        lambda p, x: lax.pad(conv(p, x), 1.0, ((0, 0, 0), (1, 0, 1), (0, 2, 0), (-1, 1, 0), (0, 0, 0))),
        (CLIP,),
    ),
    "a crop before a join": (lambda p, x: jnp.concatenate([conv(p, x)[:, :, 1:5, ::2], x[:, :, 2:, 2:]], -1), (CLIP,)),
}
# What random programs found.
FUNCTIONS |= {
    "reshaped as Fortran does": (lambda p, x: jnp.reshape(conv(p, x), (1, 24, 5, 6), order="F"), (CLIP,)),
    "flat and reshaped as Fortran does": (lambda p, x: jnp.reshape(jnp.sin(x), (8, 18, 4), order="F"), (IMAGES,)),
    "joined with nothing": (lambda p, x: jnp.concatenate([x[:, :, :0], jnp.sin(x), x[:, :, :0]], 2), (IMAGES,)),
    "a map joined with nothing": (
        lambda p, x: conv(p, jnp.concatenate([x[..., :0], conv(p, x)[..., :4]], -1)),
        (CLIP,),
    ),
    "one place padded by a kernel of one": (
        lambda p, x: conv(
            {"k": p["head"][:4, None, None]},
            x.mean((1, 2, 3))[:, None, None, :],
            "k",
            padding=((1, 1), (0, 2)),
            dimension_numbers=("NHWC", "IHWO", "NHWC"),
        ),
        (CLIP,),
    ),
    "centred by frames": (lambda p, x: jnp.sin(x) - jnp.sin(x).mean(0), (IMAGES,)),
    "a column reversed": (lambda p, x: x[:, :, 1:2][:, ::-1] * 2, (IMAGES,)),
    "a pool that leaves an end": (
        lambda p, x: lax.reduce_window(jnp.sin(x), jnp.inf, lax.min, (2, 2, 3, 1), (2, 3, 2, 1), "VALID"),
        (IMAGES,),
    ),
    "a dilated pool that leaves an end": (
        lambda p, x: lax.reduce_window(x, 0.0, lax.add, (2, 2, 2, 1), (3, 3, 3, 1), "VALID", None, (1, 3, 2, 1)),
        (IMAGES,),
    ),
    "a transposed convolution that leaves an end": (
        lambda p, x: conv(p, x[:2], "plane", 2, padding=((0, 3), (1, 2)), lhs_dilation=(2, 3)),
        (IMAGES,),
    ),
}
FUNCTIONS |= {
    "a pool that leaves an end, in a loop": (
        lambda p, x: lax.scan(lambda c, each: (c, small_units.maximum_of_two(jnp.sin(each[:5, :5]) + c)), 0.5, x)[1],
        (IMAGES,),
    ),
    "a pool that leaves an end, in a branch": (
        lambda p, x: lax.cond(
            x.sum() > 0, lambda y: small_units.maximum_of_two(y), lambda y: -small_units.maximum_of_two(y), x[0, :5, :5]
        ),
        (IMAGES,),
    ),
    "the place of the smallest, read at once": (lambda p, x: x * jnp.argmin(x, 1, keepdims=True), (IMAGES,)),
    "whether any and all": (small_units.whether_any_and_all, (IMAGES,)),
    "bytes that fill no word": (lambda p, x: jnp.clip(x[0, 0, :5, 0] * 40 + 128, 0, 255).astype(jnp.uint8), (IMAGES,)),
    "a product in a loop": (
        lambda p, x: lax.scan(lambda c, each: (c, jnp.ravel(each) @ small_units.WAVES), 0, jnp.sin(x))[1],
        (IMAGES,),
    ),
    "truths among the weights": (lambda p, x: jnp.where(small_units.WAVES[:, 0].reshape(6, 8, 4) > 0, x, 0), (IMAGES,)),
    "truths in order": (lambda p, x: jnp.sort(x[:, :, :5] > 0, 2).astype(jnp.uint8), (IMAGES,)),
}
FUNCTIONS |= {
    "numbers beyond their integers": (small_units.beyond_integers, (IMAGES,)),
    "bytes reversed": (small_units.bytes_reversed, (IMAGES,)),
    "taken from a slice, and sorted": (small_units.taken_from_a_slice, (IMAGES,)),
    "an addition to one place of a slice": (lambda p, x: jnp.cos(x)[0, :, 2:3].at[0].add(1.0), (IMAGES,)),
    "a product of truths": (lambda p, x: nn.silu((x[0, :, 0, 0] > 0).astype(jnp.float32) @ p["bias"]), (IMAGES,)),
    "a product of bytes": (small_units.product_of_bytes, (IMAGES,)),
    "a scaled sum": (lambda p, x: x * jnp.tanh(jnp.mean(x * p["bias"][:4], (1, 2, 3), keepdims=True)), (IMAGES,)),
    "a convolution of a line in a slice": (small_units.of_a_line, (IMAGES,)),
    "a pool of one value": (small_units.pool_of_one, (CLIP,)),
    "windows on padding alone": (
        lambda p, x: conv(p, jnp.sin(x)[:, :1], "plane", 2, padding=((3, 0), (1, 1)), lhs_dilation=(2, 1)),
        (IMAGES,),
    ),
}
FUNCTIONS["a product of two values"] = (lambda p, x: (x[0, :1] @ x[0].T) @ (x[0, :5, :5] * x[0, :5, 1:6]), (TOKENS,))
FUNCTIONS["sorted beside what reads it"] = (lambda p, x: [jnp.sort(y := jnp.sin(x)), jnp.sort(x, 1), x + y], (IMAGES,))
FUNCTIONS["one place beside a window on padding"] = (
    lambda p, x: conv(
        {"k": p["head"][None, None, :4]}, x.mean((1, 2))[:1, None, None], "k", 3, padding=((1, 0), (0, 0))
    ),
    (IMAGES,),
)
FUNCTIONS["filtered by its spectrum"] = (small_units.filtered, (IMAGES,))
FUNCTIONS["a gamma function"] = (lambda p, x: special.gammaincc(x[0] ** 2 + 0.5, x[1] ** 2 + 0.3), (IMAGES,))
FUNCTIONS |= {name: (lambda p, x, of=of: of(x), (IMAGES,)) for name, of in small_numbers.FUNCTIONS.items()}
FUNCTIONS["one place of many"] = (small_units.one_place, (IMAGES,))
FUNCTIONS["a product over all axes"] = (small_units.whole_product, (IMAGES,))
FUNCTIONS["branches that hand on"] = (small_units.handed_on, (IMAGES,))
FUNCTIONS["sorted then padded"] = (small_units.padded, (IMAGES,))
FUNCTIONS["a part updated"] = (small_units.part_updated, (IMAGES,))
FUNCTIONS["rows and windows"] = (small_units.rows_and_windows, (IMAGES,))
FUNCTIONS["bytes by the thousand"] = (
    lambda p, x: [(x.astype(np.float32) / 255).mean((1, 2)), x[:, ::-1], x.astype(jnp.int8)],
    (rng.integers(0, 256, (3, 16, 16, 4)).astype(np.uint8),),
)
FUNCTIONS["joins that begin alike"] = (small_units.joined_and_updated, (IMAGES, IMAGES[1, :1, :5, 0]))
FUNCTIONS["spread then padded"] = (small_units.spread_then_padded, (IMAGES,))
FUNCTIONS["a mean of a product that adds up nothing"] = (small_units.mean_of_outer_product, (IMAGES,))
FUNCTIONS["a norm and its softmax"] = (small_units.norm_and_softmax, (IMAGES,))
FUNCTIONS["a softmax of what is computed twice"] = (
    lambda p, x: jax.nn.softmax(jax.nn.silu(x)),
    (np.array([1.0955935, -1.3752749], np.float32),),
)
