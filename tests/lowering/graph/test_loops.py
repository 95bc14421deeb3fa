"""Convolutions under vmap and scan find our kernels."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph import interpret, ops, trace
from tests.lowering import networks
from tests.lowering.small_functions import CLIP, IMAGES, P, conv


def agrees(function: Any, x: np.ndarray) -> ops.Graph:
    """The rewritten graph of a function that means what it means in JAX."""
    found = trace.trace(function, P, [x])
    rewritten = networks.unfused(found)
    for each in (found, rewritten):
        np.testing.assert_allclose(interpret.results(each, x)[0], function(P, jnp.asarray(x)), atol=1e-5)
    return rewritten


def kinds(graph: ops.Graph) -> list[str]:
    return [type(node.op).__name__ for node in graph.nodes]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", ["SAME", "VALID", [(2, 0), (1, 1), (0, 0)], [(0, 3), (0, 0), (1, 1)]], ids=str)
def test_a_convolution_of_several_clips_is_one_of_all_their_frames(padding: Any, stride: int) -> None:
    several = lambda p, x: conv(p, jnp.concatenate([x, x * 2, x - 1]), padding=padding, stride=stride)
    assert kinds(agrees(several, CLIP)).count("PackedConv") == 1


def test_a_vmap_over_clips_frames_or_kernels_is_one_convolution() -> None:
    clips = lambda p, x: jax.vmap(lambda a: conv(p, a[None])[0])(jnp.concatenate([x, x + 1]))
    frames = lambda p, x: jax.vmap(lambda a: conv(p, a[None], "plane")[0])(x[0])
    kernels = lambda p, x: jax.vmap(lambda k, a: conv({"k": k}, a[None], "k")[0])(
        jnp.stack([p["plane"], p["plane"] * 2, p["plane"]]), x
    )
    assert kinds(agrees(clips, CLIP)) == ["Input", "Affine", "Mosaic", "PackedConv", "Mosaic", "Reshape", "Results"]
    assert kinds(agrees(frames, CLIP)) == ["Input", "PackedConv", "Reshape", "Results"]
    assert kinds(agrees(kernels, IMAGES)).count("PackedConv") == 1
