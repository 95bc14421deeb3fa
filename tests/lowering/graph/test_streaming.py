"""A step of a stream against the network that is slid over the video, in JAX."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from lowering.graph import interpret, ops, trace
from lowering.graph.rewrites import stages
from lowering.graph.streaming import pace, step
from lowering.kernels import emit
from tests.lowering import integers, networks
from tests.lowering.kernels import test_integers

rng = np.random.default_rng(0)
FRAMES, STRIDE, HEIGHT, WIDTH = 8, 4, 10, 11  # of a clip of the network below
VIDEO: Any = rng.normal(size=(1, 40, HEIGHT, WIDTH, 2)).astype(np.float32)
PARAMS = {
    "a": rng.normal(size=(3, 3, 3, 2, 4)).astype(np.float32) * 0.3,
    "b": rng.normal(size=(3, 1, 1, 4, 5)).astype(np.float32) * 0.4,
    "c": rng.normal(size=(3, 3, 3, 5, 6)).astype(np.float32) * 0.2,
    "d": rng.normal(size=(1, 1, 1, 5, 6)).astype(np.float32),
    "last": rng.normal(size=(6, 3)).astype(np.float32),
}


def conv(
    x: jax.Array, kernel: np.ndarray, strides: Sequence[int] = (1, 1, 1), past: int = 0, high: int = 0
) -> jax.Array:
    """With half the kernel's size of zeros around images, and so many frames of zeros before and after."""
    sides = [(past, high), *((size // 2, size // 2) for size in kernel.shape[1:3])]
    return lax.conv_general_dilated(x, jnp.asarray(kernel), strides, sides, dimension_numbers=networks.NUMBERS)


def trunk(p: Any, x: jax.Array) -> jax.Array:
    """Strides in time of 4 in all, a pool over frames of values of either sign, and a sum of different reaches."""
    x = conv(x, p["a"], (1, 2, 2), past=2)
    sides = [(0, 0), (2, 0), (1, 1), (1, 1), (0, 0)]
    x = jax.nn.relu(lax.reduce_window(x, -jnp.inf, lax.max, (1, 3, 3, 3, 1), (1, 1, 2, 2, 1), sides))
    x = jax.nn.relu(conv(x, p["b"], (2, 1, 1), past=1))
    return conv(x, p["c"], (2, 1, 1), past=1) + conv(x, p["d"], (2, 1, 1))


def head(p: Any, x: jax.Array) -> jax.Array:
    return jnp.mean(x, (1, 2, 3)) @ p["last"]


def network(p: Any, x: jax.Array) -> jax.Array:
    return head(p, trunk(p, x))


def streamed(found: step.Stream, video: np.ndarray) -> list[np.ndarray]:
    """The answers to a video, of as many frames as steps read."""
    given = [(video[:, at : at + found.every],) for at in range(0, video.shape[1], found.every)]
    return [answer for (answer,) in interpret.steps(found.graph, given)]


def traced(function: Callable[..., jax.Array], frames: int = FRAMES, params: Any = PARAMS) -> ops.Graph:
    return trace.trace(function, params, (1, frames, HEIGHT, WIDTH, 2))


@pytest.mark.parametrize("every", [4, 2, 1])
def test_steps_give_what_the_network_gives_that_is_slid_over_the_video(every: int) -> None:
    """Its trunk computes the whole video, with padding before its first frame alone; its head sees the last frames."""
    found = step.stream(traced(network), every)
    answers, seen = streamed(found, VIDEO), FRAMES // STRIDE
    features = trunk(PARAMS, VIDEO)
    for last in range(seen, features.shape[1] + 1):
        expected = head(PARAMS, features[:, last - seen : last])
        np.testing.assert_allclose(answers[last * STRIDE // every - 1], expected, rtol=1e-4, atol=1e-4)
    assert (found.stride, found.warm_up, found.whole) == (STRIDE, FRAMES // every, ())


def test_the_answer_to_the_first_clip_is_the_networks_answer_to_it() -> None:
    found = step.stream(traced(network))
    np.testing.assert_allclose(
        streamed(found, VIDEO)[found.warm_up - 1], network(PARAMS, VIDEO[:, :FRAMES]), rtol=1e-4, atol=1e-4
    )


def test_with_a_cache_for_each_phase_every_frame_has_the_answer_of_the_video_that_ends_there() -> None:
    answers = streamed(step.stream(traced(network), 1), VIDEO)
    for end in range(VIDEO.shape[1] - STRIDE, VIDEO.shape[1]):
        features = trunk(PARAMS, VIDEO[:, end % STRIDE : end])
        np.testing.assert_allclose(answers[end - 1], head(PARAMS, features[:, -2:]), rtol=1e-4, atol=1e-4)


def test_a_step_multiplies_less_than_a_clip() -> None:
    """Every frame, layers compute one frame of the 8, 8, 4 and 2 that they do for a clip."""
    graph = traced(network)
    every, alone = (ops.Graph(step.stream(graph, k).graph.nodes, "results").by_name for k in (4, 1))
    clip = {node.name: node.macs for node in graph.nodes if isinstance(node.op, ops.Conv)}
    assert [every[name].macs / macs for name, macs in clip.items()] == [1 / 2] * 4
    assert [alone[name].macs / macs for name, macs in clip.items()] == [1 / 8, 1 / 4, 1 / 2, 1 / 2]


@pytest.mark.parametrize("target", ["host", "vulkan:adreno"])
def test_rewrites_leave_a_step_its_meaning(target: str) -> None:
    found = step.stream(traced(network), 1)
    rewritten = stages.rewrite(found.graph, target)
    given = [(VIDEO[:, at : at + 1],) for at in range(12)]
    for (one,), (other,) in zip(interpret.steps(found.graph, given), interpret.steps(rewritten, given), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("every", [2, 1])
def test_a_quantised_network_remembers_integers_and_computes_with_them(every: int) -> None:
    network = integers.causal()
    found = step.stream(network.trace(), every)
    rewritten = stages.rewrite(found.graph, "vulkan:adreno:i8")
    kinds = ops.element_types(rewritten)
    remembered = {node.name.partition("_before")[0]: kinds[node.name] for node in rewritten.states}
    values = ("relu_quantised", "pool_plane", "pool_quantised", "relu_3_quantised")
    assert remembered == {"clip": "float32", **dict.fromkeys(values, "int8")}
    layers = [rewritten[name].op for name in ("second", "third", "last")]
    assert all(isinstance(op, ops.PackedConv | ops.PackedDense) and op.rescale for op in layers)
    given = [(network.clip[:, at : at + every],) for at in range(0, 10, every)]
    floats, integral = (np.array(list(interpret.steps(each, given))) for each in (found.graph, rewritten))
    assert interpret.difference(integral, floats) < 2e-2  # weights are rounded


def test_the_first_words_of_a_state_are_zeros_as_they_lie_in_memory() -> None:
    """VNNI wants 128 added to each number."""
    target, network = test_integers.TARGETS["avx512 vnni"], integers.causal()
    graph = stages.rewrite(step.stream(network.trace(), 1).graph, target)
    text = emit.emit(dataclasses.replace(graph, steps=3), target).text
    zeros = int.from_bytes(b"\x80" * 4, "little", signed=True)
    assert f"util.global private mutable @relu_quantised_before = dense<{zeros}> : tensor<" in text


def valid(p: Any, x: jax.Array) -> jax.Array:
    """Nothing around the clip in time; a norm of each frame by itself, dilated frames and a mean of each frame."""
    x = jax.nn.relu(conv(x, p["a"], (1, 2, 2)))
    x = (x - jnp.mean(x, (2, 3, 4), keepdims=True)) * 2
    x = lax.conv_general_dilated(
        x, jnp.asarray(p["b"]), (1, 1, 1), "VALID", rhs_dilation=(2, 1, 1), dimension_numbers=networks.NUMBERS
    )
    x = lax.reduce_window(x, 0.0, lax.add, (1, 2, 1, 1, 1), (1, 2, 1, 1, 1), "VALID")
    return jnp.tanh(jnp.max(x[:, :, 1:], (1, 2, 3)).reshape(1, 5))


def flattened(p: Any, x: jax.Array) -> jax.Array:
    return jax.nn.softmax(conv(x, p["a"], (2, 2, 2), past=1).reshape(1, -1)[:, :7])


def shifted(p: Any, x: jax.Array) -> jax.Array:
    """Some channels of each frame are those of the frame before."""
    late = jnp.pad(x[:, :-1, ..., :1], ((0, 0), (1, 0), (0, 0), (0, 0), (0, 0)))
    return jnp.mean(conv(jnp.concatenate([late, x[..., 1:]], -1), p["a"]), (1, 2, 3))


@pytest.mark.parametrize("every", [1, 2])
def test_a_network_without_padding_in_time_answers_as_it_does_for_the_clip_that_ends_now(every: int) -> None:
    found = step.stream(traced(valid, 9), every)
    for number, answer in enumerate(streamed(found, VIDEO[:, :20]), start=1):
        if (end := number * every) >= 9:
            np.testing.assert_allclose(answer, valid(PARAMS, VIDEO[:, end - 9 : end]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("function", [flattened, shifted])
def test_flattenings_and_shifts_in_time_answer_as_for_the_clip_that_ends_now(function: Callable[..., Any]) -> None:
    """But for what the padding of the clip stands for, which is the past: the first frame is left out of both."""
    found = step.stream(traced(function))
    np.testing.assert_allclose(
        streamed(found, VIDEO)[found.warm_up - 1], function(PARAMS, VIDEO[:, :FRAMES]), rtol=1e-4, atol=1e-4
    )


def test_a_flattening_over_time_is_named() -> None:
    assert step.stream(traced(flattened)).whole == ("flatten",)


def centred(p: Any, x: jax.Array) -> jax.Array:
    return jnp.mean(conv(x, p["a"], past=1, high=1), (1, 2, 3))


def gated(p: Any, x: jax.Array) -> jax.Array:
    x = conv(x, p["a"], past=2)
    return jnp.mean(x * jnp.mean(x, (1, 2, 3), keepdims=True), (1, 2, 3))


def reversed_(p: Any, x: jax.Array) -> jax.Array:
    return jnp.mean(conv(x[:, ::-1], p["a"]), (1, 2, 3))


def early(p: Any, x: jax.Array) -> jax.Array:
    return jnp.mean(conv(jnp.pad(x[:, 1:], ((0, 0), (0, 1), (0, 0), (0, 0), (0, 0))), p["a"]), (1, 2, 3))


def mixed(p: Any, x: jax.Array) -> jax.Array:
    return jnp.mean(conv(jnp.cumsum(x, 1), p["a"]), (1, 2, 3))


def uneven(p: Any, x: jax.Array) -> jax.Array:
    return jnp.mean(x[:, ::2] + x[:, 4:], (1, 2, 3))


def place(function: Callable[..., Any], line: int) -> str:
    return f"{__file__}:{function.__code__.co_firstlineno + line}"


SO = "so it cannot stream;"
CAUSAL = f'{SO} pad the past alone, as Model(..., time="causal") does'
BY_FRAME = f'{SO} take means, norms and gates of each frame by itself, as Model(..., time="causal") does'
AS_IT_IS = f"{SO} leave the axis of frames as it is"


@pytest.mark.parametrize(
    ("function", "node", "why"),
    [
        (centred, f"a (Conv, {place(conv, 5)})", f"reads a frame after the one that it gives a result for, {CAUSAL}"),
        (gated, f"mul (Pointwise, {place(gated, 2)})", f"changes every frame by what all of them give, {BY_FRAME}"),
        (
            reversed_,
            f"rev (Mosaic, {place(reversed_, 1)})",
            f"puts frames in another order, {SO} leave them as they are",
        ),
        (early, f"pad (Mosaic, {place(early, 1)})", f"shows no frame in the place of the newest, {CAUSAL}"),
        (mixed, f"cumsum (Piece, {place(mixed, 1)})", f"reads the clip otherwise than by frames, {AS_IT_IS}"),
        (
            uneven,
            f"add (Add, {place(uneven, 1)})",
            f"reads values with different strides in time, {SO} make them equal",
        ),
    ],
)
def test_what_cannot_stream_is_named_with_its_line_and_what_helps(
    function: Callable[..., Any], node: str, why: str
) -> None:
    with pytest.raises(pace.NoStream, match=f"^{re.escape(f'{node} {why}')}$"):
        step.stream(traced(function))


@pytest.mark.parametrize(
    ("every", "message"),
    [
        (3, "a step of 3 frames does not fit strides of 4; choose a divisor of it"),
        (8, "a step of 8 frames is longer than the strides, 4; choose a divisor"),
        (0, "a step of 0 frames does not fit strides of 4; choose a divisor of it"),
    ],
)
def test_steps_divide_the_strides(every: int, message: str) -> None:
    with pytest.raises(pace.NoStream, match=f"^{re.escape(message)}$"):
        step.stream(traced(network), every)


def test_a_stream_reads_one_clip() -> None:
    graph = trace.trace(lambda p, x, y: x + y, {}, (np.zeros((1, 4), np.float32), np.zeros((1, 4), np.float32)))
    given, wanted = "input_0 float32[1, 4], input_1 float32[1, 4]", "float32[1, frames, height, width, channels]"
    with pytest.raises(pace.NoStream, match=f"^{re.escape(f'the network reads {given}, expected one clip {wanted}')}$"):
        step.stream(graph)
