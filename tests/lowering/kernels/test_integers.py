"""Kernels of int8: the oracle's bits, whatever instruction multiplies them, and zeros around every image."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from lowering.graph import ops, packed, verify
from lowering.graph.rewrites import algebra, fusion, packing, stages, strides, words
from lowering.kernels import build
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots
from lowering.targets import gpus, targets
from tests.lowering import integers, networks, random_graphs
from tests.lowering.kernels import interpreter, laid, test_kernels

ARM = dataclasses.replace(targets.find("android:cortex-a76:i8"), cache_bytes=0)  # so that kernels are fused
X86 = dataclasses.replace(ARM, weights_by_lane=False)
TARGETS = {
    "sdot": ARM,
    "smmla": dataclasses.replace(targets.find("android:cortex-a710:i8"), cache_bytes=0),
    "plain": dataclasses.replace(ARM, dots="plain"),
    "avx2 pairs": dataclasses.replace(X86, **targets.X86["avx2"]),
    "avx512 pairs": dataclasses.replace(X86, **targets.X86["avx512f"]),
    "avx2 vnni": dataclasses.replace(X86, **targets.X86["avx2"] | {"dots": "vnni"}),
    "avx512 vnni": dataclasses.replace(X86, **targets.X86["avx512f"] | {"dots": "vnni"}),
}
GPU = targets.find("vulkan:adreno:i8")


def weights(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Whole numbers from -127 to 127, of which blocks of 4 channels x 8 filters are zeros."""
    *window, i, o = shape
    kept = rng.random((*window, -(-i // 4), -(-o // 8))) < 0.6
    kept = kept.repeat(4, -2)[..., :i, :].repeat(8, -1)[..., :o]
    return (rng.integers(-127, 128, shape) * kept).astype(np.float32)


def rescale(rng: np.random.Generator, size: int, filters: int, narrow: bool, residual: bool = False) -> ops.Rescale:
    """Of sums of so many products: results that mostly fit, and some that do not."""
    factors = rng.uniform(0.5, 2, filters) / (127 * np.sqrt(size))
    added = rng.uniform(100, 900, filters).astype(np.float32)
    return ops.Rescale(factors.astype(np.float32), added if residual else None, narrow)


class Layers:
    """A graph of integers while it is written."""

    def __init__(self, seed: int, *shape: int) -> None:
        self.rng = np.random.default_rng(seed)
        clip = ops.Node("clip", ops.Input(), (), shape)
        self.nodes = [clip, ops.node("small", ops.Quantise(0.02), clip)]

    def add(self, name: str, op: ops.Op, *inputs: str) -> str:
        given = [next(node for node in self.nodes if node.name == each) for each in inputs or (self.nodes[-1].name,)]
        self.nodes.append(ops.node(name, op, *given))
        return name

    def conv(
        self,
        filters: int,
        window: tuple[int, int, int],
        steps: tuple[int, int, int] = (1, 1, 1),
        *inputs: str,
        **how: bool,
    ) -> str:
        """A convolution of int8 by rows of filters that have lost blocks."""
        source = inputs[0] if inputs else self.nodes[-1].name
        channels = next(node for node in self.nodes if node.name == source).shape[3]
        kernel, pads = weights(self.rng, *window, channels, filters), tuple((n // 2, (n - 1) // 2) for n in window)
        end = rescale(self.rng, kernel.size // filters, filters, how.get("narrow", True), len(inputs) > 1)
        bias = self.rng.integers(-9000, 9000, filters).astype(np.int32)
        op = ops.Conv(kernel, bias, steps, pads, how.get("relu", True), rescale=end)
        return self.add(f"conv{len(self.nodes)}", op, source, *inputs[1:])

    def dense(self, outputs: int, narrow: bool) -> str:
        (inputs,) = self.nodes[-1].shape
        end, bias = rescale(self.rng, inputs, outputs, narrow), self.rng.integers(-999, 999, outputs)
        op = ops.Dense(weights(self.rng, inputs, outputs), bias.astype(np.int32), narrow, rescale=end)
        return self.add(f"dense{len(self.nodes)}", op)

    def floats(self, name: str, source: str, filters: int, window: tuple[int, int, int], relu: bool) -> str:
        """A convolution of f32 whose result becomes int8. It multiplies small whole numbers, so that it is exact."""
        channels = next(node for node in self.nodes if node.name == source).shape[3]
        kernel, pads = self.rng.integers(-3, 4, (*window, channels, filters)), tuple((n // 2, n // 2) for n in window)
        op = ops.Conv(kernel.astype(np.float32), np.arange(filters, dtype=np.float32), (1, 1, 1), pads, relu)
        return self.add(f"{name}_small", ops.Quantise(1.7), self.add(name, op, source))

    def packed(self, target: targets.Target) -> ops.Graph:
        graph = algebra.mark_nonnegative(strides.split_strides(ops.Graph(tuple(self.nodes), self.nodes[-1].name)))
        graph = words.quantise_results(packing.pack(words.use_words(graph, target), target, {}), target)
        return verify.verify(fusion.fuse(graph, target))


def residual() -> Layers:
    """Frames, pads, strides and rows of every kind; a residual, and a result in f32."""
    net = Layers(0, 3, 6, 9, 6)
    first = net.conv(12, (3, 3, 3), relu=False)
    net.conv(12, (1, 1, 1))
    both = net.conv(12, (3, 1, 1), (1, 1, 1), "conv3", first)
    net.conv(24, (2, 3, 2), (2, 2, 2), both)
    net.conv(5, (1, 3, 3), (1, 1, 1), "conv5", narrow=False)
    return net


def wide() -> Layers:
    """A residual in a layer that gives f32."""
    net = Layers(1, 2, 3, 4, 8)
    first = net.conv(8, (1, 3, 3))
    net.conv(8, (1, 1, 1), (1, 1, 1), first, "small", narrow=False)
    return net


def pools() -> Layers:
    """Pools on words and on f32, a join, moves that take words apart, a flattening of words with a gap."""
    net = Layers(2, 3, 7, 9, 8)
    conv = net.conv(16, (1, 3, 3), relu=False)
    pool = net.add("pool", ops.MaxPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING), conv)
    far = net.add("far", ops.MaxPool((1, 3, 3), (1, 3, 3), ops.NO_PADDING), conv)
    net.conv(8, (1, 1, 1), (1, 1, 1), pool)
    around = net.add("around", ops.MaxPool((3, 3, 3), (1, 1, 1), ((1, 1),) * 3, True))
    net.add("joined", ops.Concat(), pool, around)
    net.conv(6, (3, 1, 1))
    net.add("flat", ops.Reshape())
    net.dense(10, narrow=True)
    net.dense(3, narrow=False)
    net.add("f32", ops.Dequantise(0.3), far)
    net.add("far_flat", ops.Reshape())
    net.add("both", ops.Concat(), net.nodes[-3].name, "far_flat")
    return net


def fused() -> Layers:
    """Convolutions over space and then over frames in one kernel, the second with a residual; one with a pool."""
    net = Layers(4, 5, 12, 9, 6)
    first = net.conv(12, (1, 3, 3), relu=False)
    net.add("kept", ops.MaxPool((1, 1, 2), (1, 1, 1), ops.NO_PADDING), first)
    net.conv(20, (1, 3, 3), (1, 1, 1), first, relu=False)
    net.conv(12, (3, 1, 1), (1, 1, 1), net.nodes[-1].name, first)
    net.conv(9, (3, 3, 3), relu=False)
    net.add("pool", ops.MaxPool((2, 2, 2), (2, 2, 2), ops.NO_PADDING))
    net.conv(16, (1, 1, 1))
    net.conv(7, (2, 1, 1), narrow=False)
    net.add("f32", ops.Dequantise(0.3), "kept")
    net.add("flat", ops.Reshape())
    net.add("kept_flat", ops.Reshape(), net.nodes[-3].name)
    net.add("both", ops.Concat(), "flat", "kept_flat")
    return net


def quantised() -> Layers:
    """Convolutions of f32 whose results are int8: alone, with the pool behind it, and with one over frames."""
    net = Layers(5, 2, 8, 9, 3)
    net.add("numbers", ops.Dequantise(0.25))
    one = net.floats("alone", "numbers", 6, (1, 3, 3), relu=False)
    two = net.floats("pooled", "numbers", 12, (2, 3, 3), relu=True)
    net.add("pool", ops.MaxPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING), two)
    net.add("pool_f32", ops.Dequantise(0.3))
    net.conv(8, (3, 1, 1), (1, 1, 1), net.floats("framed", "numbers", 8, (1, 1, 1), relu=True))
    net.add("framed_f32", ops.Dequantise(0.3))
    net.add("alone_f32", ops.Dequantise(0.3), one)
    flat = [net.add(f"{name}_flat", ops.Reshape(), f"{name}_f32") for name in ("pool", "framed", "alone")]
    net.add("all", ops.Concat(), *flat)
    return net


def borders() -> Layers:
    """Vectors of f32 that become int8 and f32 again."""
    net = Layers(3, 1, 2, 3, 5)
    net.nodes.pop()
    net.add("vector", ops.Reshape())
    net.add("small", ops.Quantise(0.02))
    net.dense(7, narrow=True)
    net.add("f32", ops.Dequantise(0.3))
    return net


def memory(x: kernels.Activation, value: np.ndarray, offset: int) -> np.ndarray:
    """A value as it lies in memory: words of int8, where it does."""
    if x.type.element != kernels.WORDS:
        return test_kernels.memory(x, value)
    channels = -(-value.shape[-1] // packed.WORD) * packed.WORD
    fill = [(0, 0)] * (value.ndim - 1) + [(0, channels - value.shape[-1])]
    found = (np.pad(value, fill, constant_values=77).astype(np.int64) + offset).astype(np.uint8).view("<i4")
    if x.layout is None:
        return np.pad(found, (0, x.type.size - found.size))
    zeros = np.full(x.type.shape, np.array([offset] * 4, np.uint8).view("<i4")[0])
    pixels = found.transpose(3, 0, 1, 2).reshape(x.layout.channels, x.layout.frames, -1)
    zeros[: x.layout.channels][..., x.layout.mask() == 1] = pixels
    return zeros


def numbers(request: kernels.Request, out: np.ndarray, offset: int) -> np.ndarray:
    """What a kernel gives, as the oracle has it."""
    if not request.words:
        return laid.unlay(request.y, out) if request.out else out.ravel()[: request.node.shape[0]]
    bytes_ = lambda found: (found.astype("<i4").view(np.uint8).astype(np.int64) - offset).astype(np.int8)
    if request.out is None:
        return bytes_(out)[: request.node.shape[0]]
    places = np.ascontiguousarray(laid.unlay(request.y, out))
    return bytes_(places)[..., : request.node.shape[3]]


def check(graph: ops.Graph, target: targets.Target) -> None:
    """Runs every kernel that is an executable of its own on what the oracle gives it, and compares.

    Integers and what is made of them alone: to the bit.
    """
    offset = dots.Dots.of(target).offset
    clip = (np.random.default_rng(0).normal(size=graph.input.shape) * 2).astype(np.float32)
    values: dict[str, np.ndarray] = {graph.input.name: clip}
    for node in graph.nodes[1:]:
        values[node.name] = node.op.apply([values[each] for each in node.inputs])
    for request, kernel in build.walk(graph, target):
        if kernel.executable is None:
            continue
        inputs = zip(request.node.inputs, request.inputs, strict=False)  # the clip has no node before it
        given = [memory(x, values[each].reshape(x.shape), offset) for each, x in inputs] or [clip]
        out, name = interpreter.run(kernel, given, np.random.default_rng(0)), request.node.name
        if request.out:
            around = out.reshape(kernel.out.shape)[: request.y.channels, :, request.y.mask() == 0]
            assert (around == dots.zero(target, kernel.out.element)).all(), (
                f"{name} leaves other things around its rows"
            )
        wanted = values[name].astype(np.float32)
        atol = 0 if build.of_integers(request) else 1e-4 * np.abs(wanted).max()
        np.testing.assert_allclose(numbers(request, out, offset), wanted, rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize("net", [residual, wide, pools, fused, quantised, borders])
@pytest.mark.parametrize("name", TARGETS)
def test_kernels_of_int8_give_the_oracles_bits_and_stay_in_their_buffers(name: str, net: Callable[[], Layers]) -> None:
    check(net().packed(TARGETS[name]), TARGETS[name])


def test_convolutions_of_f32_round_their_results_in_their_kernels() -> None:
    graph = quantised().packed(TARGETS["sdot"])
    kinds = {name: node.op.dtype for node in graph.nodes if (name := node.name) in ("alone", "pooled.pool")}
    assert kinds == {"alone": "int8", "pooled.pool": "int8"}
    assert [type(node.op).__name__ for node in graph.nodes].count("Quantise") == 1  # of the clip
    assert any(node.name.startswith("framed.conv") for node in graph.nodes)


@pytest.mark.parametrize("name", ["avx2 pairs", "avx512 vnni"])
def test_outer_products_round_their_results_too(name: str) -> None:
    target = TARGETS[name]
    graph = quantised().packed(dataclasses.replace(target, cache_bytes=1 << 20))
    op = graph["alone"].op
    assert isinstance(op, ops.PackedConv) and op.quantise is not None
    kernel = packed.pack(packed.unpack(op.kernel), max(target.patches) * target.lanes)
    swap = {"alone": dataclasses.replace(op, kernel=kernel, outer=True)}
    check(ops.replace(graph, lambda n: [dataclasses.replace(n, op=swap.get(n.name, n.op))]), target)


@pytest.mark.parametrize("net", [wide, pools, borders])
def test_kernels_of_int8_for_gpus_give_the_oracles_bits(net: Callable[[], Layers]) -> None:
    check(net().packed(GPU), GPU)


def test_a_gpu_takes_an_integer_layer_with_a_residual_in_as_many_buffers_as_it_must_offer() -> None:
    graph = residual().packed(GPU)
    kernel = build.build(graph, GPU)["conv4"]
    assert graph["conv4"].inputs == ("conv3", "conv2")
    assert len(kernel.operands) + 1 == 8 == gpus.Limits().buffers


@pytest.mark.parametrize("channels", [8, 6])
@pytest.mark.parametrize("network", [integers.upwards, integers.apart])
@pytest.mark.parametrize("target", [*TARGETS.values(), GPU], ids=[*TARGETS, "gpu"])
def test_transposed_and_depthwise_convolutions_are_kernels_of_int8(
    target: targets.Target, network: Callable[[int], networks.Network], channels: int
) -> None:
    check(stages.rewrite(network(channels).trace(), target), target)


@pytest.mark.parametrize(("name", "seed"), list(zip(TARGETS, (18, 12, 7, 10, 20, 16, 11), strict=True)))
def test_whatever_the_rewrites_make_integers_of_has_kernels(name: str, seed: int) -> None:
    graph = random_graphs.graph(seed, size=(4, 11, 11, 4), width=12)
    check(stages.rewrite(integers.marked(graph, np.random.default_rng(seed)), TARGETS[name]), TARGETS[name])
