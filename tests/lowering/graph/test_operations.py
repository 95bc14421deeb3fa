"""What every operation must keep: an example of each is held to its class, and every table has an entry for it."""

import dataclasses
import inspect
from collections.abc import Iterator

import jax
import numpy as np
import pytest

from lowering.functions import programs
from lowering.graph import ops, packed
from lowering.graph.onnx import elementwise
from lowering.graph.onnx import layers as onnx_layers
from lowering.graph.operations import moves, pointwise
from lowering.graph.rewrites import stages
from lowering.kernels import emit, layouts
from lowering.targets import targets
from tests.lowering import networks

rng = np.random.default_rng(0)
MAP, VECTOR, SAME = (3, 6, 4, 5), (37,), ((1, 1), (1, 1), (1, 1))
BESIDE = networks.layer(rng, 3, 1, 1, 7, 6)  # over frames alone


def conv(strides: ops.Window = (1, 1, 1), relu: bool = True) -> ops.Conv:
    layer = networks.layer(rng, 3, 3, 3, 5, 7, scheme="kgs 4x4")
    return ops.Conv(layer["kernel"], layer["bias"], strides, SAME, relu)


def dense() -> ops.Dense:
    layer = networks.layer(rng, 37, 7, scheme="unstructured")
    return ops.Dense(layer["kernel"], layer["bias"], relu=True)


def depthwise() -> ops.Depthwise:
    """Two filters a channel, some of whose taps are pruned."""
    kernel = rng.normal(size=(3, 3, 3, 10)) * (rng.random((3, 3, 3, 10)) < 0.5)
    return ops.Depthwise(kernel.astype(np.float32), np.ones(10, np.float32), (1, 2, 2), SAME, multiplier=2)


def packed_conv() -> ops.PackedConv:
    op = conv()
    return ops.PackedConv(packed.pack(op.kernel, 4), op.bias, SAME, op.relu)


def fused_convs() -> ops.FusedConvs:
    second = ops.PackedConv(packed.pack(BESIDE["kernel"], 8), BESIDE["bias"], ((1, 1), (0, 0), (0, 0)))
    return ops.FusedConvs(packed_conv(), second, (*MAP[:3], 7))


def fused_pool() -> ops.FusedPool:
    return ops.FusedPool(
        packed_conv(), ops.MaxPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING, nonnegative=True), (*MAP[:3], 7)
    )


def transformed() -> ops.TransformedConv:
    kernel = np.random.default_rng(0).normal(size=(3, 4, 4, MAP[3], 3)).astype(np.float32)
    return ops.TransformedConv(kernel, np.ones(3, np.float32), 2, SAME, relu=True)


def fused_winograd() -> ops.FusedWinograd:
    """Four filters at each of 16 places, of which three are wanted."""
    kernel = np.random.default_rng(0).normal(size=(1, 3, 1, 5, 16 * 4)).astype(np.float32)
    padding = ((0, 0), (1, 1), (0, 0))
    products = ops.PackedConv(packed.pack(kernel, 4), np.zeros(16 * 4, np.float32), padding, groups=16)
    result = ops.WinogradResult(2, *MAP[1:3], np.ones(3, np.float32), relu=True)
    return ops.FusedWinograd(products, result, (1, MAP[0], 6, 16 * 4))


def winograd_frames(**more) -> ops.WinogradFrames:
    """Four filters at each of 4 places, of which three are wanted."""
    kernel = np.random.default_rng(0).normal(size=(1, 1, 1, MAP[3], 4 * 4)).astype(np.float32)
    products = ops.PackedConv(packed.pack(kernel, 4), np.zeros(4 * 4, np.float32), ops.NO_PADDING, groups=4)
    return ops.WinogradFrames(products, np.ones(3, np.float32), 2, 1, **more)


def silu() -> ops.Pointwise:
    x = ("inputs", 0.0)
    return ops.Pointwise((pointwise.Step("logistic", (x,)), pointwise.Step("mul", (x, ("steps", 0.0)))))


def gate() -> ops.Pointwise:
    """A feature map times a number per channel and one per position, and a constant per channel."""
    factors = (("inputs", 0.0), ("inputs", 1.0)), (("steps", 0.0), ("inputs", 2.0)), (("steps", 1.0), ("channels", 0.0))
    return ops.Pointwise(tuple(pointwise.Step("mul", pair) for pair in factors), (rng.normal(size=5),))


def shift() -> ops.Mosaic:
    """One channel from the frame before, two from the frame behind, and from another map rows and columns apart."""
    pixels = tuple(range(6)), tuple(range(4))
    return ops.Mosaic(
        MAP,
        (
            moves.Patch(0, ((0, 1), *pixels, (4,)), ((1, 2), *pixels, (0,))),
            moves.Patch(0, ((1, 2), *pixels, (1, 0)), ((0, 1), *pixels, (1, 3))),
            moves.Patch(1, ((2, 0), (1, 1), (0, 1), (0,)), ((0, 1), (5, 2), (1, 3), (4,))),
        ),
        0.5,
    )


GIVEN = dataclasses.replace(packed_conv(), weights_given=True)
VALUE = jax.ShapeDtypeStruct((37,), np.float32)
REVERSED = programs.Operation("rev", {"dimensions": (0,)}, (VECTOR,), lambda x: (x[::-1],))
# An operation, and the shapes of what it reads. A new operation needs an entry.
EXAMPLES: list[tuple[ops.Op, list[ops.Shape]]] = [
    (ops.Affine(rng.uniform(0.5, 2, 5), rng.normal(size=5)), [MAP]),
    (ops.Affine(rng.uniform(0.5, 2, 37), rng.normal(size=37)), [VECTOR]),
    (ops.Add(), [MAP, MAP]),
    (ops.Add(), [VECTOR, VECTOR]),
    (ops.Relu(), [MAP]),
    (ops.Relu(), [VECTOR]),
    (ops.MaxPool((2, 3, 2), (1, 2, 2), ((0, 1), (1, 1), (1, 0))), [MAP]),
    (ops.AvgPool((2, 3, 2), (1, 2, 1), ((0, 1), (1, 1), (1, 0))), [MAP]),
    (ops.Concat(), [MAP, (*MAP[:3], 2), MAP]),
    (ops.Concat(), [VECTOR, (3,)]),
    *((ops.Resample(axis, np.eye(2 * MAP[axis], MAP[axis], dtype=np.float32)), [MAP]) for axis in range(3)),
    (ops.Reduce("sum", 1, True, True, 0.5), [MAP]),
    (ops.Reduce("max", 5, True, False), [MAP]),
    (ops.Reduce("sum", 3, False, False, of=silu()), [(*MAP[:3], 6)]),
    (gate(), [MAP, (1,), (*MAP[:3], 1)]),
    (gate(), [MAP, (3, 1, 1, 5), (1, 6, 4, 1)]),
    (ops.Pointwise(gate().steps, (rng.normal(size=37),)), [VECTOR, (1,), VECTOR]),
    (shift(), [MAP, (*MAP[:3], 2)]),
    (moves.taken([(3, moves.OUTSIDE, 36, 36)], 2.0), [VECTOR]),
    (ops.SpaceToDepth((1, 2, 2), ((0, 0), (1, 1), (0, 0)), (1, 2, 1)), [MAP]),
    (ops.Reshape(), [MAP]),
    (ops.Softmax(), [VECTOR]),
    (gate(), [MAP, (5,), (*MAP[:3], 1)]),
    (silu(), [MAP]),
    (silu(), [VECTOR]),
    *((kind(0.02), [shape]) for kind in (ops.FakeQuantise, ops.Quantise, ops.Dequantise) for shape in (MAP, VECTOR)),
    (ops.ToMap(MAP), [(360,)]),
    (ops.Piece(programs.one(REVERSED, [programs.Laid(VALUE, VECTOR, (0,), VECTOR)]), 0, 37, "float32"), [VECTOR]),
    (conv((1, 2, 2)), [MAP]),
    (conv(relu=False), [MAP, (*MAP[:3], 7)]),
    (dataclasses.replace(conv(relu=False), then=silu()), [MAP, (*MAP[:3], 7)]),
    (dataclasses.replace(packed_conv(), then=silu()), [MAP]),
    (dataclasses.replace(dense(), relu=False, then=silu()), [VECTOR]),
    (depthwise(), [MAP]),
    (dataclasses.replace(depthwise(), then=silu()), [MAP]),
    (packed_conv(), [MAP]),
    (GIVEN, [MAP, (GIVEN.kernel.values.size,)]),
    (fused_convs(), [MAP]),
    (fused_pool(), [MAP]),
    (ops.WinogradInput(2, *MAP[1:3], SAME), [MAP]),
    (ops.WinogradResult(2, *MAP[1:3], np.ones(3, np.float32), relu=True), [(1, MAP[0], 6, 16 * 16)]),
    (ops.WinogradResult(2, 4, 4, np.ones(3, np.float32), then=silu()), [(1, 2, 4, 16 * 16), (2, 4, 4, 3)]),
    (transformed(), [MAP]),
    (fused_winograd(), [(1, MAP[0], 6, 16 * 5)]),
    (winograd_frames(relu=True), [(4, *MAP[1:])]),
    (winograd_frames(then=silu()), [(4, *MAP[1:]), (4, *MAP[1:3], 3)]),
    (dense(), [VECTOR]),
    (ops.PackedDense(packed.pack(dense().kernel[None, None, None], 4), np.ones(7, np.float32)), [VECTOR]),
]
each_example = pytest.mark.parametrize(
    ("op", "shapes"), EXAMPLES, ids=[f"{type(op).__name__}-{len(shapes)}x{len(shapes[0])}" for op, shapes in EXAMPLES]
)


def values(shapes: list[ops.Shape]) -> list[np.ndarray]:
    return [np.random.default_rng(seed).normal(size=shape) for seed, shape in enumerate(shapes)]


def kinds(of: type) -> Iterator[type]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_operation_is_listed_and_has_an_example() -> None:
    concrete = {kind for kind in kinds(ops.Op) if not inspect.isabstract(kind) and "lowering" in kind.__module__}
    assert set(ops.OPERATIONS) == concrete
    assert {type(op) for op, _ in EXAMPLES} | {ops.Input, ops.State, ops.Results} == concrete


def test_an_operation_without_a_shape_or_a_meaning_cannot_be_made() -> None:
    odd = type("Odd", (ops.Op,), {"__module__": "tests"})
    with pytest.raises(TypeError, match=r"Can't instantiate abstract class Odd .* abstract methods '?apply'?, '?shape"):
        odd()


def test_an_input_has_neither_a_shape_nor_a_meaning_of_its_own() -> None:
    with pytest.raises(ops.GraphError, match=r"^x \(Input\) is an input, whose shape nothing else gives$"):
        ops.node("x", ops.Input())
    with pytest.raises(ops.GraphError, match=r"^is an input, whose values the caller gives$"):
        ops.Input().apply([])


@each_example
def test_the_shape_is_that_of_the_values(op: ops.Op, shapes: list[ops.Shape]) -> None:
    assert op.apply(values(shapes)).shape == op.shape(shapes)
    assert op.arity[0] <= len(shapes) <= op.arity[1]


@each_example
def test_a_channel_that_is_zero_stays_so_where_channels_are_passed_on(op: ops.Op, shapes: list[ops.Shape]) -> None:
    """And changes no other channel; an operation of several inputs, or that mixes channels, passes none on."""
    given = values(shapes)
    cut = [x.copy() for x in given]
    cut[0][..., 1] = 0
    before, after = (op.apply(x).reshape(-1, shapes[0][-1]) if op.passes_channels else None for x in (given, cut))
    if before is None or after is None:
        return
    assert len(shapes) == 1 and not after[:, 1].any()
    np.testing.assert_array_equal(np.delete(before, 1, 1), np.delete(after, 1, 1))


@each_example
@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_said_to_be_nonnegative_is(op: ops.Op, shapes: list[ops.Shape], sign: int) -> None:
    given = [sign * np.abs(x) for x in values(shapes)]
    if op.gives_nonnegative([sign > 0] * len(shapes)):
        assert op.apply(given).min() >= 0


@each_example
def test_macs_are_the_products_with_weights_that_are_kept(op: ops.Op, shapes: list[ops.Shape]) -> None:
    out = op.shape(shapes)
    match op:
        case ops.Conv() | ops.Dense():
            expected = int(np.prod(out[:-1])) * op.kernel.size
        case ops.PackedConv() | ops.PackedDense():
            expected = int(np.prod(out[:-1])) * op.kernel.kept
        case ops.Depthwise():
            expected = int(np.prod(out[:-1]) * (op.kernel != 0).sum())
        case ops.Resample():
            expected = int(np.prod(out)) // len(op.matrix) * np.count_nonzero(op.matrix)
        case ops.FusedConvs():
            expected = int(np.prod(MAP[:3])) * (op.first.kernel.kept + op.second.kernel.kept)
        case ops.FusedPool():
            expected = int(np.prod(MAP[:3])) * op.conv.kernel.kept
        case ops.TransformedConv():
            expected = MAP[0] * 6 * op.kernel.size
        case ops.WinogradFrames():
            expected = 2 * int(np.prod(MAP[1:3])) * op.products.kernel.kept
        case ops.FusedWinograd():
            expected = MAP[0] * 6 * op.products.kernel.kept
        case _:
            expected = 0
    assert op.macs(out) == expected


@each_example
def test_a_fused_operation_is_its_layers_one_after_the_other(op: ops.Op, shapes: list[ops.Shape]) -> None:
    inputs = [ops.Node(f"x{number}", ops.Input(), (), shape) for number, shape in enumerate(shapes)]
    whole = ops.node("a.b", op, *inputs)
    known = {node.name: (node, x) for node, x in zip(inputs, values(shapes), strict=True)}
    layers = ops.layers(whole)
    for layer in layers:
        reads = [known[name] for name in layer.inputs]
        assert layer.shape == ops.node(layer.name, layer.op, *(node for node, _ in reads)).shape
        known[layer.name] = layer, layer.op.apply([x for _, x in reads])
    assert [layer.name for layer in layers] == (
        ["a", "b"] if isinstance(op, ops.FusedConvs | ops.FusedPool | ops.FusedWinograd) else ["a.b"]
    )
    np.testing.assert_array_equal(known[layers[-1].name][1], op.apply(values(shapes)))
    assert sum(layer.macs for layer in layers) == whole.macs


def test_every_step_of_an_expression_has_a_form_in_onnx() -> None:
    assert all(map(elementwise.has, pointwise.FUNCTIONS))


def test_every_operation_has_a_form_in_onnx_or_says_what_to_do() -> None:
    assert onnx_layers.FORMS.keys() | onnx_layers.WITHOUT_FORM.keys() == set(ops.OPERATIONS)
    assert not onnx_layers.FORMS.keys() & onnx_layers.WITHOUT_FORM.keys()


def test_every_operation_that_a_kernel_writes_a_feature_map_for_has_a_layout() -> None:
    vectors = {ops.Reshape, ops.Softmax, ops.Dense, ops.PackedDense, ops.Piece, ops.Results}
    packed_away = {ops.Conv, ops.FakeQuantise, ops.TransformedConv}
    assert layouts.PLACES.keys() == set(ops.OPERATIONS) - vectors - packed_away


@each_example
@pytest.mark.parametrize("target", ["android:cortex-a76", "vulkan:adreno", "vulkan:mali-g78:f16"])
def test_every_operation_has_a_kernel(op: ops.Op, shapes: list[ops.Shape], target: str) -> None:
    """The fused and the depthwise ones, some of Winograd's, and those that are given weights, on CPUs alone.

    Elsewhere rewrites leave none of them.
    """
    own = ops.FusedConvs | ops.FusedPool | ops.Depthwise
    own |= ops.TransformedConv | ops.WinogradFrames | ops.FusedWinograd
    cpus = isinstance(op, own) or getattr(op, "weights_given", False)
    integral = isinstance(op, ops.FakeQuantise | ops.Quantise | ops.Dequantise)  # of the precision i8 alone
    if integral or (cpus and not target.startswith("android")):
        return
    inputs = [ops.Node(f"input_{number}", ops.Input(), (), shape) for number, shape in enumerate(shapes)]
    found = targets.find(target)
    graph = ops.Graph((*inputs, ops.node("a.b", op, *inputs)), "a.b")
    whole = stages.rewrite(graph, found) if isinstance(op, ops.Kernels) else graph
    assert "func.func private @" in emit.emit(whole, found).text
