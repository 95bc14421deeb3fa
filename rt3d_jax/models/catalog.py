"""Networks by name: construction, and the pure function apply(params, clip) that training and lowering share."""

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, Literal

import jax
from flax import nnx

from rt3d_jax.models import c3d, r2plus1d, s3d
from rt3d_jax.sparsity import cost

Params = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Model:
    """A network by name; width scales all channels (1 = the paper's), frames and size are those of its clips."""

    name: str = "c3d"
    width: float = 1.0
    frames: int = 16
    size: int = 112
    dropout: float = 0.5


@dataclasses.dataclass(frozen=True)
class Compute:
    """How a step is computed; the batch, its mean loss and f32 parameters, optimizer, norms and losses stay what they are.

    dtype: that of convolutions, matrix products and what lies between layers. accumulate: a batch goes through in so many
    parts, one after the other, whose gradients are averaged; batch norms then see the moments of a part. remat: what lies
    inside the blocks of a network is computed again for the gradient instead of being kept: less memory, more time.
    """

    dtype: Literal["float32", "bfloat16"] = "float32"
    accumulate: int = 1
    remat: bool = False


PLAIN = Compute()
NETWORKS: dict[str, Callable[..., nnx.Module]] = {
    "c3d": c3d.C3D,
    "r2plus1d": r2plus1d.R2Plus1D,
    "s3d": functools.partial(s3d.S3D, variant=s3d.TORCHVISION),
    "s3d_rt3d": functools.partial(s3d.S3D, variant=s3d.RT3D),
}


def create(
    name: str,
    *,
    classes: int,
    width: float = 1.0,
    frames: int = 16,
    size: int = 112,
    dropout: float = 0.5,
    rngs: nnx.Rngs,
    conv_form: str = "auto",
) -> nnx.Module:
    """A new network with random parameters; ValueError for an unknown name or sizes that the network cannot take."""
    if name not in NETWORKS:
        raise ValueError(f"model is {name!r}, expected one of {', '.join(sorted(NETWORKS))}")
    constructor = NETWORKS[name]
    return constructor(
        classes=classes, width=width, frames=frames, size=size, dropout=dropout, form=conv_form, rngs=rngs
    )


def from_config(model: Model, classes: int, *, rngs: nnx.Rngs, conv_form: str = "auto") -> nnx.Module:
    """The network that a config.Model describes, for this many classes."""
    return create(
        model.name,
        classes=classes,
        width=model.width,
        frames=model.frames,
        size=model.size,
        dropout=model.dropout,
        rngs=rngs,
        conv_form=conv_form,
    )


def initial(model: Model, classes: int, seed: int) -> Params:
    """Fresh parameters as a plain nested dict, {"conv1": {"kernel": ..., "bias": ...}, ...}."""
    # XLA compiles draws of this key ten times faster than the default's.
    key = jax.random.key(seed, impl="rbg")
    return jax.jit(lambda key: parameters(from_config(model, classes, rngs=nnx.Rngs(key))))(key)


def parameters(network: nnx.Module) -> Params:
    """A network's parameters, running statistics of batch norms among them, as a plain nested dict of arrays."""
    return nnx.to_pure_dict(nnx.state(network))


def shapes(model: Model, classes: int) -> Params:
    """The parameter tree as jax.ShapeDtypeStruct leaves; allocates nothing."""
    network = nnx.eval_shape(lambda: from_config(model, classes, rngs=nnx.Rngs(0)))
    return parameters(network)


def clip_shape(model: Model, batch: int = 1) -> tuple[int, int, int, int, int]:
    """The NDHWC shape of the network's input."""
    return (batch, model.frames, model.size, model.size, 3)


def table(model: Model, classes: int) -> tuple[cost.Layer, ...]:
    """What the network costs, layer by layer; from shapes alone."""
    return cost.layers(apply_function(model, classes, "direct"), shapes(model, classes), clip_shape(model))


def apply_function(
    model: Model, classes: int, conv_form: str = "auto", compute: Compute = PLAIN
) -> Callable[..., jax.Array]:
    """The pure function apply(params, clip, key=None) -> logits f32[N, classes].

    Without a key it evaluates: no dropout, batch norm by running statistics. With one it computes as training does.
    """
    fill = _fill_function(model, classes, conv_form, compute)

    def apply(params: Params, clip: jax.Array, key: jax.Array | None = None) -> jax.Array:
        return fill(params)(clip, key)

    return apply


def train_function(
    model: Model, classes: int, conv_form: str = "auto", compute: Compute = PLAIN
) -> Callable[..., tuple[jax.Array, Params]]:
    """The pure function apply(params, clip, key) -> (logits f32[N, classes], statistics): dropout, batch norm by batch moments.

    statistics is the part of the parameter tree that batch norm renews, with its new values; gradients do not reach it.
    """
    fill = _fill_function(model, classes, conv_form, compute)

    def apply(params: Params, clip: jax.Array, key: jax.Array) -> tuple[jax.Array, Params]:
        network = fill(params)
        logits = network(clip, key)
        return logits, nnx.to_pure_dict(nnx.state(network, nnx.BatchStat))

    return apply


def _fill_function(model: Model, classes: int, conv_form: str, compute: Compute) -> Callable[[Params], Any]:
    """The network as a function of its parameters."""
    abstract = nnx.eval_shape(lambda: from_config(model, classes, rngs=nnx.Rngs(0), conv_form=conv_form))
    abstract.set_attributes(dtype=compute.dtype)
    abstract.set_attributes(remat=compute.remat, raise_if_not_found=compute.remat)
    graph, state = nnx.split(abstract)

    def fill(params: Params) -> Any:
        filled = jax.tree.map(lambda leaf: leaf, state)
        nnx.replace_by_pure_dict(filled, params)
        return nnx.merge(graph, filled)

    return fill
