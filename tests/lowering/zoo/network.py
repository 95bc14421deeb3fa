"""A network of the zoo, and how it is made of a module of each library.

Parameters are drawn by their shapes: nothing is compiled for them, unlike for the libraries' own initial values.
"""

import dataclasses
import zlib
from collections.abc import Callable
from typing import Any

import equinox
import haiku
import jax
import numpy as np
from flax import linen, nnx

from lowering.functions import trees

POSITIVE = ("scale", "var", "gamma", "average", "length")  # leaves of norms that stand under a root, or multiply
SMALL = ("bias", "mean", "beta", "offset", "b", "hidden", "position", "token")


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """apply(params, *inputs) -> an array, or a tree of them; the inputs with the batch in front."""

    apply: Callable[..., Any]
    params: Any
    inputs: tuple[np.ndarray, ...]


def clip(frames: int = 8, size: int = 32, channels: int = 3, batch: int = 1) -> np.ndarray:
    """f32[batch, frames, size, size, channels]."""
    return array(batch, frames, size, size, channels)


def array(*shape: int) -> np.ndarray:
    """f32 of this shape, around 0."""
    return np.random.default_rng(shape).normal(size=shape).astype(np.float32)


def drawn(shapes: Any) -> Any:
    """A tree of arrays for a tree of shapes, each of about the size that its place in a network wants."""
    return trees.replaced(shapes, {path: _leaf(path, leaf) for path, leaf in trees.paths(shapes)})


def of_linen(module: linen.Module, *inputs: np.ndarray) -> Network:
    """All collections, statistics of batch norms among them, are parameters."""
    return Network(module.apply, drawn(jax.eval_shape(module.init, jax.random.key(0), *inputs)), inputs)


def of_nnx(make: Callable[[nnx.Rngs], Any], *inputs: np.ndarray) -> Network:
    """make(rngs) gives a module; here it evaluates."""

    def evaluated() -> Any:
        module = make(nnx.Rngs(0))
        module.eval()
        return module

    structure, state = nnx.split(nnx.eval_shape(evaluated))
    return Network(lambda state, *xs: nnx.merge(structure, state)(*xs), drawn(state), inputs)


def of_equinox(make: Callable[[jax.Array], Any], *inputs: np.ndarray) -> Network:
    """make(key) gives a module of one example; the batch is mapped."""
    shapes = equinox.filter_eval_shape(make, jax.random.key(0))
    arrays, rest = equinox.partition(shapes, lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct))
    return Network(lambda arrays, *xs: jax.vmap(equinox.combine(arrays, rest))(*xs), drawn(arrays), inputs)


def of_haiku(function: Callable[..., Any], *inputs: np.ndarray) -> Network:
    """The parameters are the pair of haiku's parameters and state."""
    made = haiku.transform_with_state(function)
    shapes = jax.eval_shape(made.init, jax.random.key(0), *inputs)
    return Network(lambda both, *xs: made.apply(*both, None, *xs)[0], drawn(shapes), inputs)


def _leaf(path: str, leaf: Any) -> Any:
    if jax.numpy.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        return jax.random.key(0)
    rng, name = np.random.default_rng(zlib.crc32(path.encode())), path.rpartition("/")[2]
    values = rng.normal(size=leaf.shape)
    if name in POSITIVE and "mean_ema" not in path:
        values = 0.8 + 0.4 * np.abs(values)
    elif name in (*POSITIVE, *SMALL) or len(leaf.shape) < 2:
        values = 0.1 * values
    else:
        filters_first = name == "weight"  # as Equinox keeps them
        fan = np.prod(leaf.shape[1:] if filters_first else leaf.shape[:-1])
        values = values * np.sqrt(1.5 / fan)
    return values.astype(leaf.dtype)
