"""Random parameters of networks: kernels of He's variance, scales and variances near one, everything else near zero."""

from typing import Any

import jax
import numpy as np

from rt3d_jax.models import catalog


def random(model: catalog.Model, classes: int, seed: int = 0) -> Any:
    """The parameter tree of a network with f32 leaves; running statistics are not those of a fresh network."""
    return like(catalog.shapes(model, classes), seed)


def like(shapes: Any, seed: int = 0) -> Any:
    """The same for any tree of shapes."""
    rng = np.random.default_rng(seed)

    def leaf(path: Any, abstract: jax.ShapeDtypeStruct) -> np.ndarray:
        match path[-1].key:
            case "kernel":
                value = rng.normal(size=abstract.shape) * np.sqrt(2 / np.prod(abstract.shape[:-1]))
            case "scale" | "var":
                value = rng.uniform(0.5, 1.5, abstract.shape)
            case _:
                value = 0.1 * rng.normal(size=abstract.shape)
        return value.astype(np.float32)

    return jax.tree_util.tree_map_with_path(leaf, shapes)


def clip(model: catalog.Model, batch: int = 1, seed: int = 1) -> np.ndarray:
    """A clip of noise, f32[batch, frames, size, size, 3]."""
    return np.random.default_rng(seed).normal(size=catalog.clip_shape(model, batch)).astype(np.float32)
