"""Kernels over buffers, as their text says.

No access outside a buffer, the oracle's values, and zeros around them whatever lay there before.
"""

import dataclasses
import itertools

import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.rewrites import stages
from lowering.kernels import build
from lowering.kernels import kernel as kernels
from lowering.targets import precisions, targets
from tests.lowering import networks, random_graphs
from tests.lowering.kernels import interpreter, laid

ARM = dataclasses.replace(targets.find("android:cortex-a76"), cache_bytes=0)  # so that kernels are fused
WIDE = {"weights_by_lane": False}
TARGETS = {
    "neon": ARM,
    "avx2": dataclasses.replace(ARM, **targets.X86["avx2"] | WIDE),
    "avx512": dataclasses.replace(ARM, **targets.X86["avx512f"] | WIDE),
    "neon f16": dataclasses.replace(ARM, precision=precisions.PRECISIONS["f16"], rolling_bytes=4096),
    "neon f16-f32": dataclasses.replace(ARM, precision=precisions.PRECISIONS["f16-f32"]),
    "neon w16": dataclasses.replace(ARM, precision=precisions.PRECISIONS["w16"], rolling_bytes=1),
    "vulkan": targets.find("vulkan:mali-g78"),
    "vulkan f16": targets.find("vulkan:mali-g78:f16"),
}

# Every target has half of twelve networks, every network half of the targets.
SEEDS = ((0, 1, 4, 5, 8, 9), (2, 3, 6, 7, 10, 11))


def memory(x: kernels.Activation, value: np.ndarray) -> np.ndarray:
    """A value as it lies in memory; what only fills groups of filters is not a number."""
    if x.layout is None:
        return np.pad(value.astype(np.float32), (0, x.type.size - value.size), constant_values=np.nan)
    found = laid.lay(x.layout, value.astype(np.float32)).astype(precisions.DTYPES[x.type.element])
    found[x.layout.channels :] = np.nan
    return found


def given(request: kernels.Request, values: dict[str, np.ndarray]) -> list[np.ndarray]:
    """What a kernel reads. A free flattening lies as what it flattens."""
    if not request.node.inputs:
        return [values[request.node.name].astype(np.float32)]
    pairs = zip(request.node.inputs, request.inputs, strict=True)
    return [memory(x, values[name].reshape(x.shape)) for name, x in pairs]


def run(graph: ops.Graph, target: targets.Target, seed: int = 0) -> list[str]:
    """Runs every kernel that is an executable of its own on what the oracle gives it, and compares.

    The nodes with such a kernel, the clip and flattenings aside.
    """
    graph, kept = stages.rewrite(graph, target), list[str]()
    values = {graph.input.name: random_graphs.clip(graph, seed)[0].astype(np.float64)}
    for node in graph.nodes[1:]:
        values[node.name] = node.op.apply([values[name] for name in node.inputs])
    tolerance = 1e-5 if target.precision is precisions.F32 else target.precision.tolerance
    for request, kernel in build.walk(graph, target):
        if kernel.executable is None:
            continue
        name, expected = request.node.name, values[request.node.name]
        out = interpreter.run(kernel, given(request, values), np.random.default_rng(seed))
        if request.out:
            around = out.reshape(kernel.out.shape)[: request.out.channels, :, request.out.mask() == 0]
            assert not around.any(), f"{name} leaves other things than zeros around its rows"
            out = laid.unlay(request.out, out)
        out = out.ravel()[: expected.size].reshape(expected.shape)
        np.testing.assert_allclose(out, expected, atol=tolerance * np.abs(expected).max(), err_msg=name)
        kept += [name] if request.node.inputs and not isinstance(request.op, ops.Reshape) else []
    return kept


@pytest.mark.parametrize(("name", "seed"), [(name, seed) for at, name in enumerate(TARGETS) for seed in SEEDS[at % 2]])
def test_kernels_of_random_networks_give_the_oracles_values_and_stay_in_their_buffers(name: str, seed: int) -> None:
    near = 0 if seed % 2 else TARGETS[name].near_bytes  # with none, AVX-512 fetches inputs ahead
    size, width = (
        ((3, 7, 9, 3), 9) if name.startswith("vulkan") else ((5, 13, 13, 4), 20)
    )  # 64 invocations take their time
    run(random_graphs.graph(seed, size=size, width=width), dataclasses.replace(TARGETS[name], near_bytes=near), seed)


def single(op: ops.Op, *shape: int, nonnegative: bool = False) -> ops.Graph:
    """A graph of one operation on the clip, or on its ReLU, flattened."""
    clip, relu = ops.Node("clip", ops.Input(), (), shape), ops.Node("relu", ops.Relu(), ("clip",), shape)
    head = (clip, relu) if nonnegative else (clip,)
    node = ops.Node("node", op, (head[-1].name,), op.shape([shape]))
    return ops.Graph((*head, node, ops.Node("flat", ops.Reshape(), ("node",), (int(np.prod(node.shape)),))), "flat")


WINDOWS = [
    ((1, 1, 1), (1, 1, 1), ((0, 0), (0, 0), (0, 0))),
    ((1, 2, 2), (1, 2, 2), ((0, 0), (0, 0), (0, 0))),
    ((2, 2, 2), (2, 2, 2), ((0, 0), (1, 1), (1, 0))),
    ((3, 3, 3), (1, 1, 1), ((1, 1), (1, 1), (1, 1))),
    ((1, 3, 3), (1, 2, 2), ((0, 0), (1, 1), (1, 1))),
    ((3, 3, 3), (2, 2, 2), ((1, 1), (0, 1), (0, 1))),
    ((2, 1, 4), (1, 3, 2), ((1, 0), (0, 0), (3, 2))),
    ((1, 2, 5), (1, 1, 1), ((0, 0), (1, 0), (0, 4))),
    ((4, 5, 1), (3, 1, 2), ((2, 3), (2, 4), (0, 0))),
    ((1, 4, 3), (1, 4, 1), ((0, 0), (0, 0), (1, 1))),
    ((1, 2, 3), (1, 2, 3), ((0, 0), (0, 0), (0, 0))),
    ((4, 3, 3), (1, 2, 2), ((3, 2), (1, 1), (1, 1))),
    ((2, 2, 2), (1, 2, 2), ((0, 1), (0, 0), (0, 0))),
    ((3, 1, 1), (1, 1, 1), ((0, 0), (0, 0), (0, 0))),
]


@pytest.mark.parametrize("target", ["neon", "avx512", "neon f16-f32", "neon f16"])
@pytest.mark.parametrize(("window", "strides", "padding"), WINDOWS, ids=str)
def test_pools_of_any_window_stride_and_padding(
    window: ops.Window, strides: ops.Window, padding: ops.Padding, target: str
) -> None:
    """Of values of both signs and of nonnegative ones.

    Strides of 1 and 2 in width have kernels of their own, unless negative values meet padding.
    """
    own = strides[2] == 2 or strides[1:] == (1, 1)
    for kind, nonnegative in itertools.product((ops.MaxPool, ops.AvgPool), (False, True)):
        zeros = kind is ops.AvgPool or nonnegative or padding == ops.NO_PADDING
        op = kind(window, strides, padding)
        for shape in ((4, 9, 11, 3), (4, 8, 5, 2)):
            kept = run(single(op, *shape, nonnegative=nonnegative), TARGETS[target])
            assert kept in ([["node"], []] if own and zeros else [[]])  # a vector may not fit
        assert run(single(op, 4, 17, 35, 1, nonnegative=nonnegative), TARGETS[target]) == (
            ["node"] if own and zeros else []
        )


@pytest.mark.parametrize("target", ["neon", "avx2", "neon f16-f32"])
@pytest.mark.parametrize("shape", [(3, 7, 7, 5), (1, 1, 1, 3), (4, 16, 16, 2)], ids=str)
@pytest.mark.parametrize(("depth", "stride", "front"), [(9, 1, 0), (1, 1, 0), (1, 2, 0), (3, 1, 1)])
def test_pools_of_whole_planes(shape: ops.Shape, target: str, depth: int, stride: int, front: int) -> None:
    _, height, width, _ = shape
    depth = min(depth, shape[0])
    for kind, nonnegative in itertools.product((ops.MaxPool, ops.AvgPool), (False, True)):
        op = kind((depth, height, width), (stride, 1, 1), ((min(front, depth - 1), 0), (0, 0), (0, 0)))
        kept = run(single(op, *shape, nonnegative=nonnegative), TARGETS[target])
        assert kept == (["node"] if kind is ops.AvgPool or nonnegative or width > 1 else [])


@pytest.mark.parametrize("target", ["neon", "avx512", "vulkan", "neon f16-f32"])
@pytest.mark.parametrize("shape", [(3, 7, 6, 5), (2, 5, 33, 3), (1, 40, 32, 2), (4, 3, 1, 3)], ids=str)
@pytest.mark.parametrize(
    ("window", "strides", "front"), [((1, 1), (1, 1), 0), ((1, 2), (1, 1), 0), ((2, 3), (1, 2), 1), ((3, 1), (2, 3), 2)]
)
def test_pools_of_whole_rows(
    window: tuple[int, int], strides: tuple[int, int], front: int, shape: ops.Shape, target: str
) -> None:
    """Such as the largest of all points of each pillar. No vector divides a row of an odd number for a mean."""
    frames, height, width, _ = shape
    depth, high = min(window[0], frames), min(window[1], height)
    for kind, nonnegative in itertools.product((ops.MaxPool, ops.AvgPool), (False, True)):
        padding = ((min(front, depth - 1), 0), (0, 0), (0, 0))
        kept = run(
            single(kind((depth, high, width), (*strides, width), padding), *shape, nonnegative=nonnegative),
            TARGETS[target],
        )
        if width > 2 and (kind is ops.MaxPool or width % 2 == 0):
            assert kept == ([] if target == "vulkan" else ["node"])


def conv(kernel: tuple[int, ...], strides: ops.Window, padding: ops.Padding, scheme: str) -> ops.Conv:
    layer = networks.layer(np.random.default_rng(0), *kernel, scheme=scheme)
    return ops.Conv(layer["kernel"], layer["bias"], strides, padding)


@pytest.mark.parametrize("target", ["neon", "avx512", "vulkan"])
@pytest.mark.parametrize("frames", [2, 5, 6])
@pytest.mark.parametrize(
    ("depth", "stride", "front", "back"),
    [(1, 2, 0, 0), (3, 2, 1, 1), (2, 3, 0, 1), (3, 3, 2, 0), (1, 4, 3, 2), (4, 2, 3, 3)],
)
def test_kernels_skip_frames_themselves(
    frames: int, depth: int, stride: int, front: int, back: int, target: str
) -> None:
    """Padding may exceed the kernel: the frames that it gives are the bias alone."""
    for padding in (((front, back), (1, 1), (0, 1)), ((front, back), (0, 0), (2, 3))):
        op = conv((depth, 3, 2, 3, 13), (stride, 1, 1), padding, "kgs 4x4")
        assert run(single(op, frames, 5, 6, 3), TARGETS[target]) == ["node"]


@pytest.mark.parametrize("target", ["neon", "avx512", "neon f16-f32"])
@pytest.mark.parametrize("width", [1, 4, 7, 18])
@pytest.mark.parametrize(
    ("kernel", "strides", "padding"),
    [
        ((1, 1, 1), (2, 2, 2), ((0, 0), (0, 0), (0, 0))),
        ((3, 3, 3), (1, 2, 2), ((1, 1), (1, 1), (1, 1))),
        ((1, 2, 1), (1, 1, 2), ((0, 0), (1, 0), (0, 1))),
        ((1, 5, 4), (1, 3, 2), ((0, 0), (2, 2), (3, 1))),
        ((1, 1, 3), (1, 2, 3), ((0, 0), (0, 1), (1, 2))),
    ],
)
@pytest.mark.parametrize("channels", [3, 5])
def test_strided_convolutions_read_phases_of_any_width(
    kernel: ops.Window, strides: ops.Window, padding: ops.Padding, width: int, channels: int, target: str
) -> None:
    """An array of four channels or more becomes its phases at once, by any stride."""
    op = conv((*kernel, channels, 9), strides, padding, "unstructured")
    kept = run(single(op, 3, 7, width, channels), TARGETS[target])
    assert kept[-1] == "node"
    if width > 7:
        assert kept == (["node_phases", "node"] if strides[2] == 2 or channels > 3 else ["node"])


@pytest.mark.parametrize("target", ["neon", "avx512", "vulkan"])
@pytest.mark.parametrize("shape", [(2, 3, 5, 3), (1, 1, 1, 3)], ids=str)
@pytest.mark.parametrize(
    "padding",
    [((0, 0), (3, 2), (0, 0)), ((0, 0), (0, 3), (4, 0)), ((2, 2), (1, 1), (5, 5)), ((0, 0), (0, 0), (1, 0))],
    ids=str,
)
def test_padding_may_exceed_the_kernel(padding: ops.Padding, shape: ops.Shape, target: str) -> None:
    """A tap then lies before its position: that makes no room for a tile beyond the plane."""
    run(single(conv((1, 1, 1, 3, 21), (1, 1, 1), padding, "dense"), *shape), TARGETS[target])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("channels", [1, 5, 13])
def test_what_is_added_may_hold_fewer_channels_than_whole_groups(channels: int, target: str) -> None:
    """A joined map or the clip holds just its channels; a convolution also those that fill its last group."""
    op = conv((1, 3, 3, channels, channels), (1, 1, 1), ((0, 0), (1, 1), (1, 1)), "dense")
    clip, node, flat = single(op, 2, 3, 4, channels).nodes
    add = dataclasses.replace(node, name="add", op=ops.Add(), inputs=("clip", "node"))
    graph = ops.Graph((clip, node, add, dataclasses.replace(flat, inputs=("add",))), "flat")
    assert run(graph, TARGETS[target]) == ["node"]


@pytest.mark.parametrize("target", ["neon", "neon f16-f32", "vulkan"])
@pytest.mark.parametrize("inputs", [1, 37])
@pytest.mark.parametrize("outputs", [1, 3, 64, 130])
def test_dense_layers_of_any_size(inputs: int, outputs: int, target: str) -> None:
    layer = networks.layer(np.random.default_rng(0), inputs, outputs, scheme="unstructured")
    dense = ops.Node("dense", ops.Dense(layer["kernel"], layer["bias"]), ("flat",), (outputs,))
    graph = ops.Graph((*single(ops.Relu(), 1, 1, inputs, 1).nodes, dense), "dense")
    assert run(graph, TARGETS[target]) == ["dense"]


@pytest.mark.parametrize("inputs", [1, 37, 2100])
def test_weights_of_a_dense_layer_that_no_cache_holds_are_fetched_in_turns(inputs: int) -> None:
    """Of two windows of fetches and a part of one, at most."""
    target = dataclasses.replace(TARGETS["avx512"], cache_bytes=0)
    layer = networks.layer(np.random.default_rng(0), inputs, 3, scheme="dense")
    dense = ops.Node("dense", ops.Dense(layer["kernel"], layer["bias"]), ("flat",), (3,))
    graph = ops.Graph((*single(ops.Relu(), 1, 1, inputs, 1).nodes, dense), "dense")
    assert run(graph, target) == ["dense"]
    found = build.build(stages.rewrite(graph, target), target)["dense"].executable
    assert found is not None and any("memref.prefetch" in line for line in found.lines)


@pytest.mark.parametrize("target", ["neon", "avx2", "avx512", "neon f16"])
@pytest.mark.parametrize("width", [1, 2, 3, 4, 7, 16, 35])
def test_clips_of_any_width_are_laid_out(width: int, target: str) -> None:
    for channels in (1, 3, 4, 5, 9):
        run(single(ops.AvgPool((1, 1, 1), (1, 1, 1), ops.NO_PADDING), 2, 3, width, channels), TARGETS[target])
        padded = conv((1, 3, 3, channels, 4), (1, 1, 1), ((0, 0), (1, 1), (2, 2)), "dense")
        run(single(padded, 2, 3, width, channels), TARGETS[target])


@pytest.mark.parametrize("target", ["neon", "avx2", "avx512", "neon f16"])
@pytest.mark.parametrize("width", [2, 3, 7, 16, 35])
@pytest.mark.parametrize("frames", [1, 2, 4])
def test_maps_of_any_width_are_flattened(width: int, frames: int, target: str) -> None:
    for channels in (1, 2, 3, 4, 5, 9):
        padded = ops.AvgPool((1, 3, 3), (1, 1, 1), ((0, 0), (1, 1), (1, 1)))
        graph = single(padded, frames, 5, width, channels)
        kernel = build.build(stages.rewrite(graph, TARGETS[target]), TARGETS[target])["flat"]
        assert kernel.executable is not None
        run(graph, TARGETS[target])


def test_the_interpreter_catches_what_leaves_a_buffer_or_is_never_written() -> None:
    graph = stages.rewrite(single(ops.AvgPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING), 2, 6, 8, 1), TARGETS["neon"])
    request, kernel = next(pair for pair in build.walk(graph, TARGETS["neon"]) if pair[0].node.name == "node")
    rng, clip = np.random.default_rng(0), memory(request.inputs[0], np.ones((2, 6, 8, 1)))
    found = kernel.executable
    assert found is not None

    def changed(old: str, new: str) -> np.ndarray:
        lines = tuple(line.replace(old, new) for line in found.lines)
        assert lines != found.lines
        return interpreter.run(
            dataclasses.replace(kernel, executable=dataclasses.replace(found, lines=lines)), [clip], rng
        )

    assert np.isfinite(interpreter.run(kernel, [clip], rng)).all()
    with pytest.raises(IndexError, match=r"^8 elements at \d+: the buffer has \d+$"):
        changed("(frame_at + 8)", "(frame_at + 88)")
    with pytest.raises(IndexError, match=r"^\d elements at -\d+: the buffer has \d+$"):
        changed("%c0 = arith.constant 0", "%c0 = arith.constant -9")
    once = dataclasses.replace(found, grid=dataclasses.replace(found.grid, counts=(1, *found.grid.counts[1:])))
    assert np.isnan(interpreter.run(dataclasses.replace(kernel, executable=once), [clip], rng)).any()
