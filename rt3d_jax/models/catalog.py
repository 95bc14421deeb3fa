"""Networks by name: construction, and the pure function apply(params, *inputs) that training and lowering share.

A network is a class, in this package or of the user's own, that keeps to this contract:

    class Net(flax.nnx.Module):
        def __init__(self, *, outputs, width, frames, size, dropout, form, rngs, **options): ...
        def __call__(self, *inputs, key=None): ...

outputs is the last axis of the result (classes, or channels of a map), as the task says; width, frames, size, dropout
and options are the fields of `Model`; form is how convolutions are computed, see layers.conv3d; rngs is flax.nnx.Rngs.
A class that has no use for an argument takes it and leaves it. __call__ takes the task's inputs, each with the batch in
front, and returns one float32 array with the batch in front. With a key it computes as training does: dropout draws
from it, and batch norm goes by the batch and renews its statistics, which are flax.nnx.BatchStat. Without one it
evaluates. Parameters that a plan can prune are called `kernel`, their last two axes are inputs and outputs, and they
reach a convolution or a matrix product unchanged when form is "direct".

A class whose network can compute a video frame by frame says so by an attribute `over_time = "clip"`. Of a network
that is causal in time, it is "causal", in all modules that have it: the layers of models/layers.py then read the past
alone.
A class names what a search may choose. `elastic = ("width", "blocks")` are arguments that make a network smaller.
`operators = {"wide": (3, 1)}` are arguments with the values that they may take, such as the pixels along a side of
some kernels. Every parameter of the smaller network, or of one with another operator, is a part of that of the
default's: the first channels, and the central locations of a kernel.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import jax
import jax.numpy as jnp
from flax import nnx

from lowering.system import bounds, spelling, typed
from rt3d_jax.hosts import plugins
from rt3d_jax.models import (
    c3d,
    i3d,
    layers,
    mobilenet,
    mobilenetv2,
    movinet,
    pointpillars,
    resnet18,
    s3d,
    sesr,
    slowfast,
    tiled,
    wdsr,
    x3d,
)
from rt3d_jax.models.compute import PLAIN as PLAIN
from rt3d_jax.models.compute import Compute as Compute
from rt3d_jax.sparsity import cost, paces

Params = dict[str, Any]
Tile = Annotated[int, typed.Check("0, 2 or 4", (0, 2, 4).__contains__)]


@dataclasses.dataclass(frozen=True)
class Model:
    """A network and its size.

    Args:
        name: c3d, c3d_small, i3d, mc3, mobilenet_early, mobilenetv2, movinet_a0, r2plus1d, r3d, s3d, s3d_rt3d,
            slowfast_r50, x3d_xs, x3d_s or x3d_m, which classify clips; sesr or wdsr, which enlarge pictures and clips;
            pointpillars, which finds objects in scans of a LiDAR and has no use for frames and size.
            Or a class of your own that keeps to the contract of this module, as my_package.nets:Net or as
            /folder/experiment.py:Net. In an experiment file, write f"{__file__}:Net".
        width: A factor on the channels of all layers. 1 is as published.
        frames: The frames of a clip.
        size: The height and width of a clip.
        dropout: The probability of dropout.
        options: Further arguments of the class, such as {"scale": 4, "blocks": 8} of wdsr.
        time: What convolutions and pools see around a frame. `clip` is as published: the frames on both sides.
            `causal` is the past alone, so that the network can compute a video frame by frame (`rt3d lower --stream`).
            The parameters are the same: trained weights of the one are a start for the other (`pretrained`).
        every: Of a causal network, the frames from one answer of its stream to the next (`rt3d lower --every`).
            Budgets, penalties, rates and reports then count the MACs of such a step, by default those of a clip.
        winograd: With 2 or 4, kernels of 3 x 3 pixels lie in the transformed domain of Winograd's filtering, for tiles
            of so many pixels in height and width, and are pruned there. Trained weights of the same network without
            are a start (`pretrained`). Small learning rates suit it.
    """

    name: str = "c3d"
    width: bounds.Positive = 1.0
    frames: bounds.Count = 16
    size: bounds.Count = 112
    dropout: bounds.BelowOne = 0.5
    options: dict[str, Any] = dataclasses.field(default_factory=dict, hash=False)
    time: layers.Time = "clip"
    every: bounds.Count | None = None
    winograd: Tile = 0

    def __post_init__(self) -> None:
        typed.check(self)
        if self.every is not None and self.time == "clip":
            raise ValueError(f"every is {self.every} and time is 'clip', expected time='causal': clips have no steps")


NETWORKS: dict[str, Callable[..., nnx.Module]] = {
    "c3d": c3d.C3D,  # 16 x 112: frames and size of the clips that it was published for; so below
    "c3d_small": functools.partial(c3d.C3D, hidden=1024),  # C3D for small clips, of which fewer values are left
    "i3d": i3d.I3D,  # 64 x 224
    "mc3": functools.partial(resnet18.ResNet18, variant=resnet18.MC3),  # 16 x 112
    "mobilenet_early": mobilenet.MobileNet,  # any number of frames x 224
    "mobilenetv2": mobilenetv2.MobileNetV2,  # 16 x 112
    "movinet_a0": movinet.MoViNet,  # 50 x 172
    "pointpillars": pointpillars.PointPillars,  # no clips: pillars of points
    "r2plus1d": functools.partial(resnet18.ResNet18, variant=resnet18.R2PLUS1D),  # 16 x 112
    "r3d": functools.partial(resnet18.ResNet18, variant=resnet18.R3D),  # 16 x 112
    "s3d": functools.partial(s3d.S3D, variant=s3d.TORCHVISION),  # 128 x 224
    "s3d_rt3d": functools.partial(s3d.S3D, variant=s3d.RT3D),  # 16 x 224
    "sesr": sesr.SESR,  # pictures of any size
    "slowfast_r50": slowfast.SlowFast,  # 32 x 256
    "wdsr": wdsr.WDSR,  # pictures of any size
    "x3d_xs": functools.partial(x3d.X3D, pool=(4, 5)),  # 4 x 160
    "x3d_s": functools.partial(x3d.X3D, pool=(13, 5)),  # 13 x 160
    "x3d_m": functools.partial(x3d.X3D, pool=(16, 7)),  # 16 x 224
}


def create(model: Model, outputs: int, *, rngs: nnx.Rngs, conv_form: str = "auto") -> nnx.Module:
    """A new network with random parameters; ValueError for an unknown name or sizes that the network cannot take."""
    arguments = _arguments(model, outputs, rngs, conv_form)
    constructor = _constructor(model.name, arguments)
    _check_time(model, constructor)
    network = constructor(**arguments)
    if model.time != "clip":
        network.set_attributes(over_time=model.time)
    if model.winograd:
        tiled.transform(network, model.name, model.winograd)
    return network


def initial(model: Model, outputs: int, seed: int) -> Params:
    """Fresh parameters as a plain nested dict, {"conv1": {"kernel": ..., "bias": ...}, ...}."""
    # XLA compiles draws of this key ten times faster than the default's.
    key = jax.random.key(seed, impl="rbg")
    return jax.jit(lambda key: parameters(create(model, outputs, rngs=nnx.Rngs(key))))(key)


def stand_in(model: Model, outputs: int, seed: int) -> Params:
    """Random parameters, as `initial` gives them, that stand for trained ones where only the speed is of interest.

    Variances of batch norms are 4 instead of 1. Without it the values of a deep residual network grow from block to
    block until its gates (squeeze and excitation) are steps, which no two engines compute alike. Gains that start at 0
    (ReZero) are 1, since blocks that add nothing would not be computed at all.
    """
    return jax.tree.map_with_path(_stand_in, initial(model, outputs, seed))


def _stand_in(path: tuple[Any, ...], leaf: jax.Array) -> jax.Array:
    return {"var": 4 * leaf, "gain": jnp.ones_like(leaf)}.get(path[-1].key, leaf)


def parameters(network: nnx.Module) -> Params:
    """A network's parameters, running statistics of batch norms among them, as a plain nested dict of arrays."""
    return nnx.to_pure_dict(nnx.state(network))


def shapes(model: Model, outputs: int) -> Params:
    """The parameter tree as jax.ShapeDtypeStruct leaves; allocates nothing."""
    return nnx.to_pure_dict(_split(model, outputs, "direct")[1])


def clip_shape(model: Model, batch: int = 1) -> tuple[int, int, int, int, int]:
    """The NDHWC shape of a batch of clips, the input of the networks of this package."""
    return (batch, model.frames, model.size, model.size, 3)


def table(model: Model, outputs: int, inputs: Sequence[Any] | None = None) -> tuple[cost.Layer, ...]:
    """What the network costs for a clip, or for a step of its stream (Model.every), layer by layer; from shapes alone.

    inputs: jax.ShapeDtypeStruct of each input with a batch of 1, None for one clip.
    """
    examples = (clip_shape(model),) if inputs is None else inputs
    graph, state = _split(model, outputs, "direct")
    found = cost.layers(_apply(_fill(graph, state)), nnx.to_pure_dict(state), *examples)
    return found if model.every is None else paces.step(found, model.frames, model.every)


def check_constructor(model: Model) -> None:
    """ValueError unless there is a network of the model's name that takes the model's arguments. Makes no network."""
    _check_time(model, _constructor(model.name, _arguments(model, outputs=1, rngs=None, conv_form="auto")))


def kind(model: Model) -> Any:
    """The class of a model's network."""
    made: Any = _constructor(model.name, _arguments(model, outputs=1, rngs=None, conv_form="auto"))
    return getattr(made, "func", made)


def check(model: Model, inputs: Sequence[jax.ShapeDtypeStruct], output: tuple[int, ...]) -> None:
    """ValueError unless the network turns one example of these inputs (batch of 1) into float32[1, *output]."""
    apply = apply_function(model, output[-1], "direct")
    try:
        found = jax.eval_shape(apply, shapes(model, output[-1]), *inputs)
    except TypeError as error:
        reason = " ".join(str(error).split())[:200]
        told = ", ".join(f"{one.dtype}{list(one.shape)}" for one in inputs)
        raise ValueError(f"model {model.name} cannot be called with inputs {told} and key=None ({reason})") from error
    wanted = jax.ShapeDtypeStruct((1, *output), jnp.float32)
    if not isinstance(found, jax.ShapeDtypeStruct):
        raise ValueError(f"model {model.name} returns a {type(found).__name__}, expected one array")
    if (found.shape, found.dtype) != (wanted.shape, wanted.dtype):
        text = [f"{one.dtype}{list(one.shape)}" for one in (found, wanted)]
        raise ValueError(f"model {model.name} gives {text[0]} for one example, expected {text[1]}, as the task says")


def apply_function(
    model: Model, outputs: int, conv_form: str = "auto", compute: Compute = PLAIN
) -> Callable[..., jax.Array]:
    """The pure function apply(params, *inputs, key=None) -> the network's outputs, float32 with the batch in front.

    Without a key it evaluates: no dropout, batch norm by running statistics. With one it computes as training does.
    """
    return _apply(_fill(*_split(model, outputs, conv_form, compute)))


def train_function(
    model: Model, outputs: int, conv_form: str = "auto", compute: Compute = PLAIN
) -> Callable[..., tuple[jax.Array, Params]]:
    """The pure function apply(params, *inputs, key) -> (outputs, statistics): dropout and batch norm as in training.

    statistics is the part of the parameter tree that batch norm renews, with its new values; gradients do not reach it.
    """
    fill = _fill(*_split(model, outputs, conv_form, compute))

    def apply(params: Params, *inputs: jax.Array, key: jax.Array) -> tuple[jax.Array, Params]:
        network = fill(params)
        found = network(*inputs, key=key)
        return found, nnx.to_pure_dict(nnx.state(network, nnx.BatchStat))

    return apply


def _arguments(model: Model, outputs: int, rngs: nnx.Rngs | None, conv_form: str) -> dict[str, Any]:
    sizes = {name: getattr(model, name) for name in ("width", "frames", "size", "dropout")}
    return {"outputs": outputs, **sizes, "form": conv_form, "rngs": rngs, **model.options}


def _constructor(name: str, arguments: dict[str, Any]) -> Callable[..., nnx.Module]:
    if name in NETWORKS:
        return NETWORKS[name]
    if not plugins.is_name(name):
        known = sorted(NETWORKS)
        raise ValueError(
            f"model is {name!r}, expected one of {', '.join(known)}, or a class of your own as module:Class"
            f"{spelling.meant(name, known)}"
        )
    found = plugins.find(name)
    if not issubclass(found, nnx.Module):
        raise ValueError(f"model {name} is no network: expected a subclass of flax.nnx.Module")
    try:
        inspect.signature(found.__init__).bind(None, **arguments)
    except TypeError as error:
        wanted = ", ".join(arguments)
        raise ValueError(f"model {name} does not take its arguments ({error}); expected Net(*, {wanted})") from error
    return found


def _check_time(model: Model, constructor: Any) -> None:
    """ValueError for a network that has not said that it can be causal."""
    can = lambda made: hasattr(getattr(made, "func", made), "over_time")
    if model.time != "clip" and not can(constructor):
        known = ", ".join(name for name, made in NETWORKS.items() if can(made))
        raise ValueError(f"model {model.name} cannot be {model.time} in time, expected one of {known}, or time='clip'")


def _split(model: Model, outputs: int, conv_form: str, compute: Compute = PLAIN) -> tuple[Any, Any]:
    """A network of shapes alone, as nnx.split parts it. Making it takes as long as tracing it."""
    abstract = nnx.eval_shape(lambda: create(model, outputs, rngs=nnx.Rngs(0), conv_form=conv_form))
    abstract.set_attributes(dtype=compute.dtype, raise_if_not_found=compute.dtype != PLAIN.dtype)
    abstract.set_attributes(remat=compute.remat, raise_if_not_found=compute.remat)
    return nnx.split(abstract)


def _fill(graph: Any, state: Any) -> Callable[[Params], Any]:
    """The network as a function of its parameters."""

    def fill(params: Params) -> Any:
        filled = jax.tree.map(lambda leaf: leaf, state)
        nnx.replace_by_pure_dict(filled, params)
        return nnx.merge(graph, filled)

    return fill


def _apply(fill: Callable[[Params], Any]) -> Callable[..., jax.Array]:
    """apply(params, *inputs, key=None) of a network."""

    def apply(params: Params, *inputs: jax.Array, key: jax.Array | None = None) -> jax.Array:
        return fill(params)(*inputs, key=key)

    return apply
