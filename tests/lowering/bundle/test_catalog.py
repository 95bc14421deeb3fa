"""The networks of the catalog, tiny: traced and rewritten, each gives JAX's answer; so do bundles of them and of their
blocks.
"""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from lowering.bundle import run
from lowering.graph import interpret, ops
from lowering.targets import targets
from rt3d_jax.models import catalog, layers, resnet18, s3d
from rt3d_jax.sparsity import cost, masks, patterns, plans
from tests.lowering import conftest, networks
from tests.lowering.bundle import test_backends
from tests.models import parameters

MODELS = {
    "r2plus1d": catalog.Model("r2plus1d", width=0.08, frames=5, size=18, dropout=0.0),
    "s3d": catalog.Model("s3d", width=0.06, frames=15, size=33, dropout=0.2),
    "s3d_rt3d": catalog.Model("s3d_rt3d", width=0.06, frames=9, size=40, dropout=0.2),
}
CLASSES = 7


def pruned(params: networks.Params) -> networks.Params:
    """Most kernels of convolutions pruned in small blocks, a few filters to nothing."""
    plan = ((r"conv\d\w*|.*/(space|time)", plans.Prune(patterns.kgs(4, 2), keep=0.4)), (".*", None))
    cut: Any = lambda mask, leaf: np.where(mask, leaf, np.float32(0))
    return masks.map_masked(cut, params, plans.prune(params, plan))


class Whole(networks.Network):
    """Traced, and answered by JAX, once for all targets."""

    trace = functools.cache(networks.Network.trace)
    logits = functools.cache(networks.Network.logits)


@functools.cache
def whole(name: str) -> Whole:
    """A network of the catalog, its kernels cut."""
    model = MODELS[name]
    function = jax.jit(catalog.apply_function(model, CLASSES, "direct"))
    return Whole(function, pruned(parameters.random(model, CLASSES)), parameters.clip(model))


@pytest.mark.parametrize("name", MODELS)
def test_the_rewritten_graph_keeps_the_answer_and_batch_norms_fold_away(name: str) -> None:
    network = whole(name)
    expected, graph = network.logits()[0], network.trace()
    rewritten = networks.unfused(graph)
    for one in (graph, rewritten):
        found = interpret.evaluate(one, network.clip[0])
        np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())
    assert any(isinstance(node.op, ops.Affine) for node in graph.nodes)
    assert not any(isinstance(node.op, ops.Affine) for node in rewritten.nodes)
    kernels = {node.name for node in graph.nodes if isinstance(node.op, ops.Conv | ops.Dense)}
    assert kernels == {name.replace("/", "_") for name in (layer.name for layer in cost.named(network.params))}


@pytest.mark.parametrize("target", ["host", "android:cortex-a76", "vulkan:adreno"])
@pytest.mark.parametrize(("name", "layers", "chains"), [("r2plus1d", 38, 9), ("s3d", 78, 5)])
def test_whole_networks_give_jaxs_answer(
    write_bundle: conftest.WriteBundle,
    name: str,
    layers: int,
    chains: int,
    target: str,
) -> None:
    """On the phone's CPU pairs on planes that fill a register tile are chains, as at full size; on the host they are
    apart.
    """
    spec = targets.find(target)
    joined = target.startswith("android")
    if joined:
        spec = dataclasses.replace(spec, cache_bytes=0)
    bundle = write_bundle(whole(name), target, spec)
    assert len(bundle.manifest["layers"]) == layers
    assert sum("." in name for name in bundle.manifest["dispatches"]) == (chains if joined else 0)
    test_backends.proves(bundle)


class Blocks(nnx.Module):
    """A stage of R(2+1)D with its strided shortcut, a block of S3D, and S3D's head."""

    def __init__(self, rngs: nnx.Rngs):
        shared = {"form": "direct", "rngs": rngs}
        self.stage = resnet18.Stage(3, 10, 2, "factored", **shared)
        self.mixed = s3d.Mixed(10, (5, 6, 9, 3, 4, 6), shift=True, norm=s3d.RT3D.norm, **shared)
        self.head = layers.Conv(24, CLASSES, (1, 1, 1), **shared)

    def __call__(self, x: jax.Array) -> jax.Array:
        x = self.mixed(self.stage(x, False), False)
        x = layers.max_pool(x, (1, 3, 3), "direct", strides=(1, 2, 2), pads=(0, 1, 1))
        return jnp.mean(self.head(layers.avg_pool(x, (2, 4, 3))), (1, 2, 3))


@pytest.mark.parametrize("target", ["host", "host:f16", "android:cortex-a76", "vulkan:adreno"])
def test_blocks_give_jaxs_answer(write_bundle: conftest.WriteBundle, target: str) -> None:
    graph, state = nnx.split(nnx.eval_shape(lambda: Blocks(nnx.Rngs(0))))
    params = pruned(parameters.like(nnx.to_pure_dict(state)))

    def function(params: networks.Params, clip: jax.Array) -> jax.Array:
        filled = jax.tree.map(lambda leaf: leaf, state)
        nnx.replace_by_pure_dict(filled, params)
        return nnx.merge(graph, filled)(clip)

    clip = networks.clip(np.random.default_rng(1), 5, 17, 13, 3)
    found = run.check(write_bundle(networks.Network(jax.jit(function), params, clip), target))
    assert found.passed, f"{found.max_rel_error:.2e} of the largest logit off"
