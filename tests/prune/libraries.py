"""Small networks as the libraries for JAX store them, for tests that read and prune any tree."""

import dataclasses
from collections.abc import Callable
from typing import Any

import flax.linen
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

equinox, haiku = pytest.importorskip("equinox"), pytest.importorskip("haiku")

RNG = np.random.default_rng(0)


@dataclasses.dataclass(frozen=True)
class Kind:
    """A network as a library stores it.

    kernels: for each kernel in running order its path, the order of its axes (locations D, H and W, inputs I, outputs
        O, a stack S), and the MACs of one example.
    examples: the network's inputs, a batch of one.
    """

    params: Any
    apply: Callable[..., Any]
    kernels: dict[str, tuple[str, int]]
    examples: tuple[Any, ...]


def draw(*shape, dtype=jnp.float32):
    return jnp.asarray(RNG.normal(size=shape), dtype)


def drawn(shapes):
    """A tree of these shapes. Nothing is compiled for it, unlike for the libraries' own initial values."""

    def array(leaf):
        if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
            return jax.random.key(0)
        return abs(draw(*leaf.shape)).astype(leaf.dtype)

    return jax.tree.map(array, shapes)


def split(make, *filters):
    """(structure, parameters, the other state) of the Flax NNX module that `make` builds."""
    structure, *states = nnx.split(nnx.eval_shape(make), *filters)
    return structure, *map(drawn, states)


def flax_nnx():
    class Net(nnx.Module):
        def __init__(self, rngs):
            self.layers = nnx.List([nnx.Conv(2, 8, (3, 3, 3), rngs=rngs), nnx.Conv(8, 8, (1, 3, 3), rngs=rngs)])
            self.norm, self.dropout = nnx.BatchNorm(8, rngs=rngs), nnx.Dropout(0.5, rngs=rngs)
            self.head = nnx.Linear(8, 4, rngs=rngs)

        def __call__(self, x):
            for layer in self.layers:
                x = nnx.relu(layer(x))
            return self.head(self.dropout(self.norm(x)).mean((1, 2, 3)))

    def evaluated():
        net = Net(nnx.Rngs(0))
        net.eval()
        return net

    graph, params, rest = split(evaluated, nnx.Param, ...)
    macs = {"layers/0/kernel": ("DHWIO", 60 * 27 * 16), "layers/1/kernel": ("DHWIO", 60 * 9 * 64)}
    apply = lambda params, x: nnx.merge(graph, params, rest)(x)
    return Kind(params, apply, {**macs, "head/kernel": ("IO", 32)}, (draw(1, 3, 5, 4, 2),))


def flax_nnx_module():
    """The module itself is the tree. 2D."""

    def make():
        rngs = nnx.Rngs(0)
        return nnx.Sequential(nnx.Conv(4, 8, (3, 3), strides=2, rngs=rngs), nnx.relu, nnx.Conv(8, 8, (3, 3), rngs=rngs))

    kernels = {"layers/0/kernel": ("HWIO", 6 * 9 * 32), "layers/2/kernel": ("HWIO", 6 * 9 * 64)}
    return Kind(nnx.merge(*split(make)), lambda net, x: net(x), kernels, (draw(1, 5, 4, 4),))


def flax_linen():
    """The batch statistics are a second input, a tree."""

    class Net(flax.linen.Module):
        @flax.linen.compact
        def __call__(self, x):
            x = flax.linen.Conv(8, (3, 3, 3), use_bias=False, name="a")(x)
            x = flax.linen.relu(flax.linen.BatchNorm(use_running_average=True, name="norm")(x))
            x = flax.linen.DenseGeneral((2, 4), name="b")(x)
            return flax.linen.DenseGeneral(6, axis=(-2, -1), name="c")(x.mean((1, 2, 3)))

    clip = draw(1, 3, 5, 4, 2)
    variables = drawn(jax.eval_shape(Net().init, jax.random.key(0), clip))
    apply = lambda params, x, statistics: Net().apply({"params": params, "batch_stats": statistics}, x)
    kernels = {"a/kernel": ("DHWIO", 60 * 27 * 16), "b/kernel": ("IOO", 60 * 64), "c/kernel": ("IIO", 48)}
    return Kind(variables["params"], apply, kernels, (clip, variables["batch_stats"]))


def of_equinox():

    def make(key):
        return [
            equinox.nn.Conv3d(2, 8, 3, padding=1, key=key),
            equinox.nn.GroupNorm(2, 8),
            equinox.nn.ConvTranspose3d(8, 4, 2, 2, key=key),
            equinox.nn.WeightNorm(equinox.nn.Linear(4, 4, key=key)),
        ]

    shapes, static = equinox.partition(
        equinox.filter_eval_shape(make, jax.random.key(0)), lambda leaf: isinstance(leaf, jax.ShapeDtypeStruct)
    )
    params = drawn(shapes)

    def one(params, clip):
        a, norm, b, head = equinox.combine(params, static)
        return head(jax.nn.relu(b(norm(a(clip)))).mean((1, 2, 3)))

    kernels = {
        "0/weight": ("OIDHW", 60 * 27 * 16),
        "2/weight": ("OIDHW", 60 * 8 * 32),
        "3/layer/weight": ("OI", 16),
    }
    return Kind(params, jax.vmap(one, (None, 0)), kernels, (draw(1, 2, 3, 5, 4),))


def of_haiku():
    """w and b, in dicts whose keys hold slashes."""

    def network(x):
        x = jax.nn.relu(haiku.Conv3D(8, 3, name="a")(x))
        x = haiku.LayerNorm(-1, True, True)(haiku.Conv3DTranspose(8, 3, 2, name="b")(x))
        return haiku.nets.MLP([8, 4])(x.mean((1, 2, 3)))

    net, clip = haiku.without_apply_rng(haiku.transform(network)), draw(1, 3, 5, 4, 2)
    kernels = {
        "a/w": ("DHWIO", 60 * 27 * 16),
        "b/w": ("DHWOI", 60 * 27 * 64),
        "mlp/~/linear_0/w": ("IO", 64),
        "mlp/~/linear_1/w": ("IO", 32),
    }
    return Kind(drawn(jax.eval_shape(net.init, jax.random.key(0), clip)), net.apply, kernels, (clip,))


def tuples():
    """A list of tuples, NCDHW, x @ W.T; a clip of uint8 and a vector as inputs, a dict as result."""

    def apply(params, inputs):
        (kernel, scale, shift), (matrix, bias), (other,) = params
        clip = inputs["clip"].astype(jnp.float32) / 255 - 0.5
        x = jax.lax.conv_general_dilated(clip, kernel, (1, 1, 1), "SAME")
        x = jax.nn.relu6(x * scale[:, None, None, None] + shift[:, None, None, None]).mean((2, 3, 4))
        return {"scores": x @ matrix.T + bias, "more": jnp.tanh(inputs["vector"] @ other.T)}

    params = [(draw(8, 4, 3, 3, 3), draw(8), draw(8)), (draw(4, 8), draw(4)), (draw(4, 6),)]
    inputs = {"clip": jnp.asarray(RNG.integers(256, size=(1, 4, 3, 5, 4)), jnp.uint8), "vector": draw(1, 6)}
    kernels = {"0/0": ("OIDHW", 60 * 27 * 32), "1/0": ("OI", 32), "2/0": ("OI", 24)}
    return Kind(params, apply, kernels, (inputs,))


def einsums():
    """Matrices of several axes, stored in any order; a convolution flattened into a product; one matrix read twice."""

    def apply(params, x):
        x = jnp.einsum("bti,ohi->btho", x, params["in"])
        x = jax.nn.gelu(jnp.einsum("btho,pho->btp", x, params["out"]))
        x = jnp.tanh(x @ params["twice"]) @ params["twice"]
        return x.reshape(1, -1) @ params["flat"].reshape(-1, 4)

    params = {"in": draw(4, 2, 6), "out": draw(8, 2, 4), "twice": draw(8, 8), "flat": draw(3, 8, 4)}
    kernels = {
        "in": ("OOI", 3 * 48),
        "out": ("OII", 3 * 64),
        "twice": ("IO", 3 * 128),
        "flat": ("IIO", 96),
    }
    return Kind(params, apply, kernels, (draw(1, 3, 6),))


def one_dimension():
    """A 1D network in bfloat16 with a dilated, a grouped and a transposed convolution."""

    def make():
        types = {"param_dtype": jnp.bfloat16, "dtype": jnp.bfloat16, "rngs": nnx.Rngs(0)}
        return nnx.Sequential(
            nnx.Conv(4, 8, 3, kernel_dilation=2, **types),
            nnx.relu,
            nnx.Conv(8, 8, 3, feature_group_count=2, **types),
            nnx.ConvTranspose(8, 8, 4, strides=2, transpose_kernel=True, **types),
        )

    graph, params = split(make)
    kernels = {
        "layers/0/kernel": ("DIO", 6 * 96),
        "layers/2/kernel": ("DIO", 6 * 96),
        "layers/3/kernel": ("DOI", 6 * 256),
    }
    return Kind(params, lambda p, x: nnx.merge(graph, p)(x).astype(jnp.float32), kernels, (draw(1, 6, 4),))


def weight_norms():
    """One of Flax, and g v / |v| by hand."""
    rngs = nnx.Rngs(0)
    graph, params = nnx.split(nnx.Sequential(nnx.WeightNorm(nnx.Conv(2, 8, (3, 3, 3), rngs=rngs), rngs=rngs)))

    def apply(params, x):
        first, v, g = params
        x = nnx.relu(nnx.merge(graph, first)(x)).mean((1, 2, 3))
        return x @ (g[:, None] * v / jnp.sqrt(jnp.sum(v**2, axis=1, keepdims=True) + 1e-6)).T

    kernels = {"0/layers/0/layer_instance/kernel": ("DHWIO", 60 * 27 * 16), "1": ("OI", 32)}
    return Kind((params, draw(4, 8), draw(4)), apply, kernels, (draw(1, 3, 5, 4, 2),))


def ensemble():
    """A 2D convolution over which vmap runs: three networks in one."""

    def one(params, x):
        x = jax.lax.conv_general_dilated(x, params["w"], (2, 2), "VALID")
        return jax.nn.silu(x + params["b"][:, None, None]).mean((2, 3)) @ params["head"]

    params = {"w": draw(3, 8, 4, 3, 3), "b": draw(3, 8), "head": draw(3, 8, 4)}
    kernels = {"w": ("OOIHW", 3 * 4 * 9 * 32), "head": ("SIO", 3 * 32)}
    return Kind(params, jax.vmap(one, (0, None)), kernels, (draw(1, 4, 5, 5),))


def loops():
    """Layers stacked over a scan, one cell in a scan over time, and a batch of products."""

    def apply(params, x):
        x, _ = jax.lax.scan(lambda x, p: (jnp.tanh(x @ p["w"] + p["b"]), None), x, params["stack"])
        cell = jax.checkpoint(lambda h, x: (jnp.tanh(x + h @ params["cell"].T), h))
        _, x = jax.lax.scan(cell, jnp.zeros((1, 8)), x.transpose(1, 0, 2))
        return jnp.einsum("tbi,tio->to", x, params["each"])

    params = {"stack": {"w": draw(2, 8, 8), "b": draw(2, 8)}, "cell": draw(8, 8), "each": draw(3, 8, 4)}
    kernels = {"stack/w": ("SIO", 2 * 3 * 64), "cell": ("OI", 3 * 64), "each": ("SIO", 3 * 32)}
    return Kind(params, apply, kernels, (draw(1, 3, 8),))


MAKERS = (
    ensemble,
    flax_nnx,
    flax_nnx_module,
    flax_linen,
    of_equinox,
    of_haiku,
    tuples,
    einsums,
    one_dimension,
    weight_norms,
    loops,
)
KINDS = {make.__name__: make for make in MAKERS}
