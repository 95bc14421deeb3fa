"""Convolutions under vmap and scan find our kernels."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax, nn

from lowering.graph import interpret, ops, trace
from lowering.graph.primitives import loops
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


@pytest.mark.parametrize("padding", [(1, 1), (0, 2), (2, 0)])
def test_a_kernel_of_one_frame_is_padded_clip_by_clip(padding: tuple[int, int]) -> None:
    kernel, layout = np.ones((1, 1, 1, CLIP.shape[-1], 2), np.float32), ("NDHWC", "DHWIO", "NDHWC")
    pads = (padding, (0, 0), (0, 0))
    padded = lambda _, x: lax.conv_general_dilated(
        jnp.concatenate([x, x + 1]), kernel, (1, 1, 1), pads, dimension_numbers=layout
    )
    agrees(padded, CLIP)


def test_a_vmap_over_clips_frames_or_kernels_is_one_convolution() -> None:
    clips = lambda p, x: jax.vmap(lambda a: conv(p, a[None])[0])(jnp.concatenate([x, x + 1]))
    frames = lambda p, x: jax.vmap(lambda a: conv(p, a[None], "plane")[0])(x[0])
    kernels = lambda p, x: jax.vmap(lambda k, a: conv({"k": k}, a[None], "k")[0])(
        jnp.stack([p["plane"], p["plane"] * 2, p["plane"]]), x
    )
    assert kinds(agrees(clips, CLIP)) == ["Input", "Affine", "Mosaic", "PackedConv", "Mosaic", "Reshape", "Results"]
    assert kinds(agrees(frames, CLIP)) == ["Input", "PackedConv", "Reshape", "Results"]
    assert kinds(agrees(kernels, IMAGES)).count("PackedConv") == 1


def lstm(p: Any, x: jax.Array) -> tuple[jax.Array, jax.Array]:
    """A ConvLSTM over frames: its last state, and that of every frame."""
    kernel = jnp.concatenate([jnp.concatenate([p["plane"], p["plane"][..., :2, :] * 2], 2)] * 2, 3)

    def step(state: tuple[jax.Array, jax.Array], frame: jax.Array) -> Any:
        hidden, cell = state
        gates = conv({"k": kernel}, jnp.concatenate([frame, hidden], -1), "k")
        forget, keep, out, new = jnp.split(nn.sigmoid(gates), 4, -1)
        cell = forget[..., :2] * cell + keep[..., :2] * new[..., :2]
        hidden = out[..., :2] * jnp.tanh(cell)
        return (hidden, cell), hidden

    zero = jnp.zeros((1, 6, 5, 2))
    (last, _), every = lax.scan(step, (zero, zero), jnp.moveaxis(x, 1, 0))
    return last.mean((1, 2)), jnp.moveaxis(every, 0, 1)


def test_a_scan_of_few_steps_is_written_out() -> None:
    found = kinds(agrees(lambda p, x: lstm(p, x)[1], CLIP))
    assert found.count("PackedConv") == 4 and "Piece" not in found


def test_a_scan_over_layers_has_a_kernel_for_each_of_them() -> None:
    def layers(p: Any, x: jax.Array) -> jax.Array:
        kernels = jnp.stack([p["plane"][..., :4], p["plane"][..., 2:], p["plane"][..., 1:5]])
        return lax.scan(lambda y, k: (conv({"k": k}, y, "k") + y, None), x[0], kernels, reverse=True)[0]

    assert kinds(agrees(layers, CLIP))[:4] == ["Input", *["PackedConv"] * 3]


def test_a_loop_without_a_state_is_one_convolution() -> None:
    frames = lambda p, x: lax.map(lambda frame: conv(p, frame[None], "plane")[0], x[0])
    assert kinds(agrees(frames, CLIP)) == ["Input", "PackedConv", "Reshape", "Results"]


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (
            lambda p, x: lax.scan(lambda y, _: (conv(p, y, "plane")[..., :4], None), x[0], None, 600)[0],
            "it has 1200 operations in all steps, of which 1024 may be written out",
        ),
        (
            lambda p, x: lax.scan(lambda y, k: (y * k, None), x, jnp.ones(3))[0],
            "it is a loop without convolutions or pools",
        ),
    ],
)
def test_a_loop_that_stays_says_why(function: Any, why: str) -> None:
    graph = trace.trace(function, P, [CLIP])
    (reason,) = [
        each
        for node in graph.nodes
        if isinstance(node.op, ops.Piece)
        for each in node.op.reasons
        if each.operation == "scan"
    ]
    assert reason.why == why


def test_a_loop_of_large_weights_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "MOST_WEIGHTS", 1000)
    graph = trace.trace(lambda p, x: lstm(p, x)[0], P, [CLIP])
    reasons = [each for node in graph.nodes if isinstance(node.op, ops.Piece) for each in node.op.reasons]
    assert "it has 2592 weights in all steps, of which 1000 may be written out" in [each.why for each in reasons]
