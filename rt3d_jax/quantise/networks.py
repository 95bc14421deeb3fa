"""A quantised network as a JAX function: fake quantisation at the sites that have a scale, kernels on their grid."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import jax
import jax.numpy as jnp

from lowering.functions import quantise, trees
from rt3d_jax.quantise import sites
from rt3d_jax.sparsity import cost, products

Tree = Any
STACK = products.LOCATIONS + 3  # axes of a stack of kernels
SAME = 1e-6  # of a filter's largest weight: a last bit


@dataclasses.dataclass(frozen=True)
class Quantisation:
    """What makes a network a quantised one, as it stands in result.json.

    Args:
        scales: Of each site by its name (sites.Site), what one unit of int8 is worth.
        wide: The layers that stay in f32, each with the reason in words.
        errors: Of each layer, the change of the network's answers when it alone is quantised, over their size (root of
            the mean squares of both).
        error: The same of all quantised layers together.
        method: How scales were found, in words.
        examples: The number of training examples that they were found on.
        sha256: The hash of those examples.
        before: The score of the network that was quantised, in f32; None where it is not known.
    """

    scales: dict[str, float]
    wide: dict[str, str]
    errors: dict[str, float]
    error: float
    method: str
    examples: int
    sha256: str
    before: float | None = None

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that compute with integers."""
        return layers(self.scales)


def layers(scales: Iterable[str]) -> tuple[str, ...]:
    """The layers that compute with integers, of the sites that have scales."""
    return tuple(name for name in scales if not name.endswith(sites.SUM))


def apply(function: Callable[..., Any], scales: dict[str, float]) -> Callable[..., Any]:
    """function(params, *inputs) with what int8 keeps of the value at each site that has a scale.

    It can be trained: the gradient goes straight through (lowering.functions.quantise).
    """

    def change(site: sites.Site, x: jax.Array) -> jax.Array:
        return quantise.fake_quantise(x, scales[site.name]) if site.name in scales else x

    return sites.changed(function, change)


def rounded(params: Tree, layers: tuple[str, ...], table: cost.Table) -> Tree:
    """The parameters with the kernels of these layers rounded: in each filter the largest weight is 127 units.

    table: the layers of the network (cost.layers), which say how its kernels are stored. A parameter that changes
    before an operation reads it has its filters along the last axis.

    Zeros stay zeros, so masks hold. The gradient goes straight through.
    """
    found, places = kernels(params, layers), {layer.place.path: layer.place for layer in table}
    place = lambda path: places.get(path) or products.stored(path, jnp.shape(found[path]))
    new = {path: place(path).leaf(on_grid(place(path).kernel(leaf))) for path, leaf in found.items()}
    return trees.replaced(params, new)


def kernels(params: Tree, layers: tuple[str, ...]) -> dict[str, jax.Array]:
    """The kernels of layers by their paths, as they are stored."""
    there = dict(trees.paths(params))
    names = [name if name in there else f"{name}/kernel" for name in layers]
    return trees.found(params, names)


def on_grid(kernel: jax.Array) -> jax.Array:
    """A kernel as whole multiples of one number in each filter. One that is so keeps its bits.

    kernel: f32[locations..., inputs, outputs], or a stack of them with six axes, see products.Place.
    """
    axes = tuple(range(kernel.ndim - 1))[kernel.ndim == STACK :]
    largest = jax.lax.stop_gradient(jnp.abs(kernel).max(axes, keepdims=True))
    found = quantise.fake_quantise(kernel, jnp.where(largest > 0, largest / quantise.LARGEST, 1.0))
    return jnp.where(jnp.abs(found - kernel) <= SAME * largest, kernel, found)
