"""What a network costs, layer by layer, read from its traced form. 1 MAC = 1 multiply-accumulate = 2 FLOPs."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.extend.core
import jax.numpy as jnp
import numpy as np

from rt3d_jax.sparsity import channels

Tree = Any
STATISTICS = ("mean", "var")  # of batch norms: leaves that are measured, not learned
NESTED = channels.NESTED


@dataclasses.dataclass(frozen=True)
class Layer:
    """One kernel and its work for one clip: every weight is used `positions` times, so macs = positions * weights.

    name is the kernel's path without "/kernel"; parameters counts what is learned of the layer's own leaves (no running
    statistics) and of what follows its filters alone (wiring.followers: such as a batch norm in a dict of its own); bytes is
    their size in memory.
    """

    name: str
    shape: tuple[int, ...]
    positions: int
    parameters: int
    bytes: int
    wiring: channels.Wiring = dataclasses.field(default=channels.Wiring(), repr=False)

    @property
    def weights(self) -> int:
        return math.prod(self.shape)

    @property
    def macs(self) -> int:
        return self.positions * self.weights


def layers(apply: Callable[..., Any], params: Tree, *examples: Any) -> tuple[Layer, ...]:
    """The layers of apply(params, *inputs) in the order in which they run, for one example; shapes are enough for params.

    examples: of each input the shape with its batch (f32), or an array or abstract array.

    A kernel is a parameter that reaches a convolution or a matrix product. Trace the "direct" form: the others rearrange
    kernels first, which is a ValueError here.
    """
    shapes = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), params)
    jaxpr = jax.make_jaxpr(apply)(shapes, *map(_one, examples)).jaxpr
    leaves = dict(paths(shapes))
    names = dict(zip(jaxpr.invars, leaves, strict=False))
    found = dict(_uses(jaxpr, names))
    lost = [path for path in leaves if is_kernel(path) and path not in found]
    if lost or not found:
        raise ValueError(f"kernels {lost} reach no convolution or matrix product; trace the network's direct form")
    wired = channels.wiring(jaxpr, names)
    return tuple(_layer(path, positions, leaves, wired[path]) for path, positions in found.items())


def macs(table: tuple[Layer, ...], masks: Tree | None = None) -> int:
    """MACs of one clip; under masks only the kept weights count."""
    return sum(kept_macs(layer, masks) for layer in table)


def parameters(table: tuple[Layer, ...], masks: Tree | None = None) -> int:
    """Learned parameters of the layers and of what follows their filters; under masks only the kept ones."""
    dropped = 0 if masks is None else sum(int(np.sum(~np.asarray(mask))) for mask in jax.tree.leaves(masks))
    return sum(layer.parameters for layer in table) - dropped


def kept_macs(layer: Layer, masks: Tree | None) -> int:
    """MACs of one layer under a mask tree (None = dense)."""
    mask = None if masks is None else leaf(masks, layer.name)
    return layer.macs if mask is None else layer.positions * int(np.sum(np.asarray(mask)))


def leaf(tree: Tree, name: str, kind: str = "kernel") -> Any:
    """The kernel (or bias) of the layer called `name` in a nested dict; None if the tree has none there."""
    for key in (*name.split("/"), kind):
        tree = None if tree is None else tree.get(key)
    return tree


def layer_name(path: str) -> str:
    """The name of the layer that a kernel's path belongs to: "conv1" for "conv1/kernel"."""
    return path.rpartition("/")[0]


def is_kernel(path: str) -> bool:
    """Whether a path in a parameter tree ends in "kernel"."""
    return path.rpartition("/")[2] == "kernel"


def paths(tree: Tree) -> list[tuple[str, Any]]:
    """The leaves of a nested dict with their paths: ("conv1/kernel", leaf), in tree order."""
    flat = jax.tree_util.tree_flatten_with_path(tree)[0]
    return [(jax.tree_util.keystr(path, simple=True, separator="/"), leaf) for path, leaf in flat]


def _one(example: Any) -> jax.ShapeDtypeStruct:
    """The abstract array of an input, with a batch of 1."""
    shape = getattr(example, "shape", example)
    return jax.ShapeDtypeStruct((1, *shape[1:]), getattr(example, "dtype", jnp.float32))


def _uses(jaxpr: Any, names: dict[Any, str]) -> Iterator[tuple[str, int]]:
    """(path, uses per weight) of every parameter in `names` that is the kernel of an operation, in running order."""
    for equation in jaxpr.eqns:
        inner = next((equation.params[key] for key in NESTED if key in equation.params), None)
        if inner is not None:
            inner = getattr(inner, "jaxpr", inner)
            arguments = zip(inner.invars, equation.invars, strict=True)
            yield from _uses(inner, {var: names[arg] for var, arg in arguments if not _literal(arg) and arg in names})
        elif equation.primitive.name in ("conv_general_dilated", "dot_general"):
            kernel = equation.invars[1]
            if not _literal(kernel) and kernel in names:
                yield names[kernel], _positions(equation)


def _positions(equation: Any) -> int:
    out, kernel = equation.outvars[0].aval, equation.invars[1].aval
    if equation.primitive.name == "dot_general":
        return math.prod(out.shape) // kernel.shape[-1]
    return math.prod(out.shape) // kernel.shape[equation.params["dimension_numbers"].rhs_spec[0]]


def _literal(atom: Any) -> bool:
    return isinstance(atom, jax.extend.core.Literal)


def _layer(path: str, positions: int, leaves: dict[str, Any], wiring: channels.Wiring) -> Layer:
    name = layer_name(path)
    mine = [other for other in leaves if layer_name(other) == name or other in wiring.followers]
    own = [leaves[other] for other in mine if other.rpartition("/")[2] not in STATISTICS]
    sizes = [math.prod(leaf.shape) for leaf in own]
    memory = sum(size * leaf.dtype.itemsize for size, leaf in zip(sizes, own, strict=True))
    return Layer(name, tuple(leaves[path].shape), positions, sum(sizes), memory, wiring)
