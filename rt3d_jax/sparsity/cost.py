"""What a network consists of and what it costs, kernel by kernel, read from its traced form.

Work is counted in MACs. 1 MAC is 1 multiply-accumulate, which is 2 FLOPs.
"""

import collections
import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from lowering.functions import trees
from lowering.system import typed
from rt3d_jax.sparsity import channels, finite, products
from rt3d_jax.sparsity import masks as kernel_masks

Tree = Any
STATISTICS = channels.STATISTICS
VECTORS = ("bias", "scale", "shift")


@dataclasses.dataclass(frozen=True)
class Layer:
    """One kernel and its work for one example: every weight is used `positions` times.

    name: the layer's name in plans and reports. It is the path of the dict or module that holds the kernel ("conv1"),
        or the kernel's own path where that holds several.
    shape: of the kernel, (locations..., inputs, outputs). A stack of kernels has six axes, see products.Place.
    parameters: the number of learned parameters. The vectors that follow its filters (wiring.followers) count, running
        statistics do not.
    bytes: the size of these parameters in memory.
    wiring: how the layer is connected in its network.
    at: where the kernel lies in the parameter tree; None for NAME/kernel.
    fixed: why the kernel cannot be pruned; "" where it can.
    groups: of a convolution. Filters of one group read its own channels alone.
    whole: whether a filter must keep a weight, since the network gives nan without, as some weight norms do.
    frames: of its result, among the positions; 0 where it has none.
    """

    name: str
    shape: tuple[int, ...]
    positions: int
    parameters: int
    bytes: int
    wiring: channels.Wiring = dataclasses.field(default=channels.Wiring(), repr=False)
    at: products.Place | None = dataclasses.field(default=None, repr=False)
    fixed: str = ""
    groups: int = 1
    whole: bool = False
    frames: int = 0

    @property
    def weights(self) -> int:
        """The number of weights of the kernel."""
        return math.prod(self.shape)

    @property
    def macs(self) -> int:
        """The MACs of one example, dense: positions * weights."""
        return self.positions * self.weights

    @property
    def place(self) -> products.Place:
        """Where the kernel lies in the parameter tree, and in which order of axes."""
        return self.at or products.stored(f"{self.name}/kernel", self.shape)

    def each(self, channels: Any) -> Any:
        """A value of each input channel, [groups * inputs], for every pair of the kernel: [inputs, outputs]."""
        grouped = channels.reshape(self.groups, self.shape[-2])
        return grouped.repeat(self.shape[-1] // self.groups, axis=0).T


Table = tuple[Layer, ...]


def layers(apply: Callable[..., Any], params: Tree, *examples: Any) -> Table:
    """The layers of apply(params, *examples), in the order in which they run.

    params: a tree of arrays or of their shapes (jax.ShapeDtypeStruct).
    examples: the other arguments. Each is a tree of arrays or of shapes, or the shape of an f32 array as a tuple. They
        should be a batch of one example, since MACs are counted for all that they hold.

    A kernel is a parameter of two axes or more that a convolution or a matrix product reads, see `products`. In a loop
    it counts once for every turn, in a branch as if the branch were taken. Other parameters of two axes or more are
    listed behind the kernels: those that no such operation reads, and those that go through other operations first.
    Their `fixed` says why, and they count no MACs. Parameters that are added to a value of the network or multiplied
    with it, as a bias is, are not listed. ValueError if there is no kernel at all.
    """
    leaves = _leaves(params)
    traced = jax.make_jaxpr(apply)(jax.tree.map(_shaped, params), *map(_example, examples))
    found = channels.trace(traced.jaxpr, list(leaves.items()))
    if not found.uses:
        others = "; ".join(f"{path} goes into {name}" for path, name in found.lost.items() if _wide(leaves[path]))
        raise ValueError(
            "no convolution and no matrix product of the function reads a parameter, expected at least one"
            + (f" ({others})" if others else "")
        )
    used = found.uses.keys() | found.added
    others = [path for path, leaf in leaves.items() if path not in used and _wide(leaf)]
    names = _names([*found.uses, *others])
    whole = finite.never_empty(traced, leaves, found.scaled) if found.scaled else set()
    read = [
        _layer(names, use, leaves, channels.wiring(found, path, names), path in whole)
        for path, use in found.uses.items()
    ]
    return (*read, *(_unread(names, path, leaves, found.lost.get(path)) for path in others))


def named(params: Tree) -> Table:
    """The layers of a parameter tree by the names of its leaves alone, for a network that is not traced.

    A leaf "kernel" is (locations..., inputs, outputs), as Flax stores it. A leaf "weight" is (outputs, inputs,
    locations...), as Equinox and PyTorch store it. MACs are 0 and nothing is known of the wiring but the layer's own
    vectors. ValueError if there is neither leaf.
    """
    leaves = _leaves(params)
    kernels = {path: place for path, leaf in leaves.items() if (place := _conventional(path, tuple(leaf.shape)))}
    if not kernels:
        known = ", ".join(list(leaves)[:3])
        raise ValueError(
            f"no leaf of the parameters is called kernel or weight ({known}, ...); trace the network instead"
        )
    names = _names(list(kernels))
    found = []
    for path, place in kernels.items():
        own = [other for other in _siblings(path, leaves, names) if trees.split(other)[1] in VECTORS]
        own = [other for other in own if math.prod(leaves[other].shape) == place.shape[-1]]
        use = products.Use(place, positions=0, operand=0, reads=(), writes=None)
        found.append(_layer(names, use, leaves, channels.Wiring(followers=tuple(own))))
    return tuple(found)


def macs(table: Sequence[Layer], masks: Tree | None = None) -> int:
    """MACs of the example. Under masks only the kept weights count."""
    check(table)
    kept = None if masks is None else _masks(table, masks)
    return sum(_kept(layer, kept) for layer in table)


def parameters(table: Sequence[Layer], masks: Tree | None = None) -> int:
    """Learned parameters of the layers, as Layer.parameters counts them. Under masks only the kept ones count."""
    check(table)
    dropped = 0 if masks is None else sum(int(np.sum(~np.asarray(mask))) for mask in _masks(table, masks).values())
    return sum(layer.parameters for layer in table) - dropped


def check(table: Any) -> None:
    """ValueError for what is no table of layers."""
    if not isinstance(table, tuple | list) or not all(isinstance(layer, Layer) for layer in table):
        raise ValueError(f"layers is {typed.what(table)}, expected the layers that read_layers gives")


def kept_macs(layer: Layer, masks: Tree | None) -> int:
    """MACs of one layer under a mask tree. None is dense."""
    return _kept(layer, None if masks is None else dict(trees.paths(masks)))


def density(layer: Layer, masks: Tree | None) -> float:
    """The fraction of a layer's weights that a mask tree keeps."""
    return kernel_masks.density(None if masks is None else trees.leaf(masks, layer.place.path))


def kernels(tree: Tree, table: Sequence[Layer]) -> dict[str, Any]:
    """The kernels of a tree by layer name, each as (locations..., inputs, outputs).

    Of a mask tree, the kernels' masks; None where all of a kernel is kept.
    """
    leaves = dict(trees.paths(tree))
    read = lambda layer: None if (leaf := leaves.get(layer.place.path)) is None else layer.place.kernel(leaf)
    return {layer.name: read(layer) for layer in table}


def leaf(tree: Tree, name: str, kind: str = "kernel") -> Any:
    """The leaf NAME/kind of a tree; None if there is none."""
    return trees.leaf(tree, f"{name}/{kind}")


def layer_name(path: str) -> str:
    """The name of the layer that a leaf belongs to: "conv1" for "conv1/kernel".

    This holds where each dict has one kernel.
    """
    return path.rpartition("/")[0]


def is_kernel(path: str) -> bool:
    """Whether a path in a parameter tree ends in "kernel"."""
    return path.rpartition("/")[2] == "kernel"


def _leaves(params: Tree) -> dict[str, jax.ShapeDtypeStruct]:
    """The shapes of the leaves by path. ValueError for a leaf that is no array, and for two of the same path."""
    trees.arrays(params)
    found: dict[str, jax.ShapeDtypeStruct] = {}
    for path, leaf in trees.paths(params):
        if path in found:
            raise ValueError(f"params has two leaves of the path {path}, expected one; rename one of their keys")
        found[path] = _shaped(leaf)
    return found


def _shaped(leaf: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(jnp.shape(leaf), leaf.dtype if hasattr(leaf, "dtype") else jnp.result_type(leaf))


def _example(value: Any) -> Any:
    if isinstance(value, tuple) and all(isinstance(size, int) for size in value):
        return jax.ShapeDtypeStruct(value, jnp.float32)
    return jax.tree.map(_shaped, value)


def _wide(leaf: Any) -> bool:
    """Whether a leaf may be a kernel: real numbers, along two axes or more."""
    return len(leaf.shape) > 1 and jnp.issubdtype(leaf.dtype, jnp.floating) and max(leaf.shape) < math.prod(leaf.shape)


def _names(kernels: Sequence[str]) -> dict[str, str]:
    """Layer names by kernel path.

    A name is the path of the dict or module that holds the kernel. It is the kernel's own path where that holds several
    kernels or is the tree itself.
    """
    held = collections.Counter(trees.split(path)[0] for path in kernels)
    short = lambda path: held[trees.split(path)[0]] == 1 and trees.split(path)[0]
    return {path: short(path) or path for path in kernels}


def _siblings(path: str, leaves: dict[str, Any], names: dict[str, str]) -> list[str]:
    """The leaves beside a kernel in its dict or module, if it is the only kernel there."""
    parent = trees.split(path)[0]
    if names.get(path) != parent:
        return []
    return [other for other in leaves if other != path and trees.split(other)[0] == parent]


def _layer(
    names: dict[str, str], use: products.Use, leaves: dict[str, Any], wiring: channels.Wiring, whole: bool = False
) -> Layer:
    path = use.place.path
    mine = [path, *dict.fromkeys((*_siblings(path, leaves, names), *wiring.followers))]
    own = [leaves[other] for other in mine if trees.split(other)[1] not in STATISTICS]
    sizes = [math.prod(leaf.shape) for leaf in own]
    memory = sum(size * leaf.dtype.itemsize for size, leaf in zip(sizes, own, strict=True))
    place, groups = use.place, use.groups
    numbers = use.positions, sum(sizes), memory
    return Layer(names[path], place.shape, *numbers, wiring, place, use.fixed, groups, whole, use.frames)


def _unread(names: dict[str, str], path: str, leaves: dict[str, Any], operation: str | None) -> Layer:
    """The Layer of a parameter that no convolution or matrix product reads as it is."""
    place = products.stored(path, tuple(leaves[path].shape))
    why = (
        "nothing uses it" if operation is None else f"it goes into {operation} before any convolution or matrix product"
    )
    return _layer(names, products.Use(place, 0, 0, (), None, why), leaves, channels.Wiring())


def _masks(table: Sequence[Layer], masks: Tree) -> dict[str, Any]:
    """The masks by path. ValueError for one that belongs to no layer of the table."""
    found = dict(trees.paths(masks))
    known = [path for layer in table for path in (layer.place.path, *layer.wiring.followers)]
    if strange := sorted(found.keys() - set(known)):
        raise ValueError(f"the masks have a leaf {strange[0]}, expected only {', '.join(known)}: those of these layers")
    return found


def _kept(layer: Layer, masks: dict[str, Any] | None) -> int:
    mask = None if masks is None else masks.get(layer.place.path)
    return layer.macs if mask is None else layer.positions * int(np.sum(np.asarray(mask)))


def _conventional(path: str, shape: tuple[int, ...]) -> products.Place | None:
    """The layout that a leaf's name promises. None for a leaf whose name is not that of a kernel."""
    axes = tuple(range(len(shape)))
    order = {"kernel": axes, "weight": (*axes[2:], *axes[1::-1])}.get(trees.split(path)[1])
    if order is None or len(shape) < 2:
        return None
    return products.stored(path, shape, order)
