"""The ONNX model of a graph against the graph's own meaning and against JAX, run by ONNX Runtime."""

import dataclasses
import pathlib

import jax
import numpy as np
import onnx
import onnxruntime
import pytest

from lowering.graph import interpret, ops, trace, verify
from lowering.graph.onnx import export as onnx_export
from lowering.graph.operations import moves, pointwise
from lowering.graph.rewrites import stages
from tests.lowering import integers, networks, small_functions

rng = np.random.default_rng(0)
MAP = (4, 9, 7, 6)
PADS = ((1, 0), (0, 2), (1, 1))


def runtime(graph: ops.Graph, clip: np.ndarray) -> np.ndarray:
    """ONNX Runtime's answer to one clip f32[D, H, W, C]."""
    model = onnx_export.export(graph).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(["logits"], {"clip": onnx_export.to_input(clip[None])})[0])[0]


def single(op: ops.Op, shape: ops.Shape = MAP, then: tuple[ops.Op, ...] = ()) -> ops.Graph:
    """A graph of operations one after the other; the first reads the clip, Add and Concat read it twice."""
    nodes = [ops.Node("clip", ops.Input(), (), shape)]
    for number, each in enumerate((op, *then)):
        last = nodes[-1]
        inputs = (last.name,) * (2 if isinstance(each, ops.Add | ops.Concat) else 1)
        out = each.shape([last.shape] * len(inputs))
        nodes.append(ops.Node(f"node{number}", each, inputs, out))
    return verify.verify(ops.Graph(tuple(nodes), nodes[-1].name))


def check(graph: ops.Graph) -> None:
    clip = rng.normal(size=graph.input.shape).astype(np.float32)
    found, expected = runtime(graph, clip), interpret.evaluate(graph, clip)
    if expected.ndim == 4:
        expected = np.moveaxis(expected, 3, 0)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def conv(kernel: tuple[int, ...], strides: ops.Window, padding: ops.Padding, relu: bool) -> ops.Conv:
    p = networks.layer(rng, *kernel, 6, 5, scheme="unstructured")
    return ops.Conv(p["kernel"], p["bias"], strides, padding, relu)


def dense(inputs: int, outputs: int, relu: bool = False) -> ops.Dense:
    p = networks.layer(rng, inputs, outputs, scheme="unstructured")
    return ops.Dense(p["kernel"], p["bias"], relu)


def affine(channels: int) -> ops.Affine:
    return ops.Affine(rng.normal(size=channels), rng.normal(size=channels))


TURNED = moves.turned([4, 9, 7, 2, 3], [[0], [1], [2], [3, 4]], [[0], [1, 4], [2], [3]])
assert TURNED is not None

OPS: dict[str, tuple[ops.Op, ...]] = {
    "conv": (conv((3, 3, 3), (1, 1, 1), ((1, 1),) * 3, False),),
    "conv with relu": (conv((2, 1, 4), (1, 1, 1), ops.NO_PADDING, True),),
    "strided conv": (conv((1, 7, 7), (2, 2, 3), ((0, 0), (3, 3), (0, 4)), True),),
    "conv with pads of one side": (conv((2, 3, 2), (1, 2, 1), PADS, False),),
    "dilated conv": (dataclasses.replace(conv((2, 3, 2), (1, 1, 1), PADS, True), dilation=(2, 1, 3)),),
    "transposed conv": (
        dataclasses.replace(conv((2, 3, 4), (1, 1, 1), ((0, 1), (1, 2), (0, 3)), True), spread=(1, 2, 3)),
    ),
    "dilated transposed conv": (
        dataclasses.replace(
            conv((2, 3, 2), (1, 1, 1), ((0, 1), (2, 4), (1, 0)), False), spread=(2, 2, 1), dilation=(1, 2, 1)
        ),
    ),
    "transposed conv of fewer locations than pixels apart": (
        dataclasses.replace(conv((1, 1, 2), (1, 1, 1), ((0, 0), (0, 1), (1, 2)), False), spread=(1, 2, 3)),
    ),
    "phases between each other": tuple(moves.between(MAP, (1, 2, 3), (4, 18, 21))),
    "phases between each other, and cut": tuple(moves.between(MAP, (2, 1, 3), (7, 9, 20))),
    "pixels of every channel": (TURNED,),
    "resampled along each axis": tuple(
        ops.Resample(axis, rng.normal(size=(size + 3, size)).astype(np.float32)) for axis, size in enumerate(MAP[:3])
    ),
    "conv over the whole clip": (conv(MAP[:3], (1, 1, 1), ops.NO_PADDING, False),),
    "max pool": (ops.MaxPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING),),
    "padded max pool of values below zero": (
        ops.Affine(np.ones(6), np.full(6, -9.0)),
        ops.MaxPool((2, 3, 2), (2, 2, 2), PADS),
    ),
    "average pool": (ops.AvgPool((2, 3, 3), (1, 2, 2), ops.NO_PADDING),),
    "padded average pool counts the zeros outside": (ops.AvgPool((2, 3, 2), (2, 1, 2), PADS),),
    "mean over all positions": (ops.AvgPool(MAP[:3], (1, 1, 1), ops.NO_PADDING), ops.Reshape(), dense(6, 3)),
    "add": (ops.Relu(), ops.Add()),
    "concat": (ops.Concat(), affine(12)),
    "affine": (affine(6),),
    "scale alone": (ops.Affine(np.full(6, 2.0), np.zeros(6)),),
    "affine that changes nothing": (ops.Affine(np.ones(6), np.zeros(6)), ops.Relu()),
    "relu": (ops.Relu(),),
    "flattening read by nobody": (ops.Reshape(),),
    "flattening read by a softmax": (ops.Reshape(), ops.Softmax()),
    "flattening read by a dense layer": (ops.Reshape(), dense(4 * 9 * 7 * 6, 11), dense(11, 3)),
    "flattening, then affine and relu": (
        ops.Reshape(),
        affine(4 * 9 * 7 * 6),
        ops.Relu(),
        dense(4 * 9 * 7 * 6, 5, relu=True),
        affine(5),
        ops.Softmax(),
    ),
    "flattening added to itself": (ops.Reshape(), ops.Add(), affine(4 * 9 * 7 * 6), dense(4 * 9 * 7 * 6, 5)),
}


@pytest.mark.parametrize("name", OPS)
def test_an_operation_means_in_onnx_what_it_means_here(name: str) -> None:
    first, *then = OPS[name]
    check(single(first, then=tuple(then)))


@pytest.mark.parametrize("several", [(), stages.ALGEBRA], ids=["traced", "rewritten"])
@pytest.mark.parametrize("scheme", ["dense", "kgs 8x4", "filter"])
@pytest.mark.parametrize("network", networks.BUILDERS)
def test_a_network_answers_as_jax_does(network: str, scheme: str, several: tuple[stages.Stage, ...]) -> None:
    built = networks.BUILDERS[network](scheme)
    expected = built.logits()[0]
    found = runtime(stages.run(built.trace(), several), built.clip[0])
    assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()


def test_packed_kernels_are_unpacked() -> None:
    graph = networks.unfused(networks.chain("kgs 8x4").trace())
    assert {type(node.op) for node in graph.nodes} >= {ops.PackedConv, ops.PackedDense}
    check(graph)


@pytest.mark.parametrize(("filters", "groups"), [(6, 6), (12, 6), (4, 2), (6, 1)])
def test_groups_of_channels_that_zeros_keep_apart_are_said(filters: int, groups: int) -> None:
    """Engines would otherwise multiply by the zeros."""
    layer = networks.layer(rng, 1, 3, 3, 6 // groups, filters)
    function = lambda p, x: networks.conv(x, p["conv"], (1, 2, 2), groups=groups).mean((1, 2, 3))
    graph = stages.run(trace.trace(function, {"conv": layer}, (1, *MAP)), stages.ALGEBRA)
    model = onnx_export.export(graph).graph
    (node,) = (each for each in model.node if each.op_type == "Conv")
    attributes = {each.name: each.i for each in node.attribute}
    assert attributes.get("group", 1) == groups
    (kernel,) = (each for each in model.initializer if each.name == "conv.kernel")
    assert list(kernel.dims) == [filters, 6 // groups, 1, 3, 3]
    check(graph)
    check(stages.run(graph, [stage for stage in stages.PREPARATION if stage.name == "find_depthwise"]))


def test_what_dense_layers_read_is_not_transposed() -> None:
    graph = stages.run(networks.chain("dense").trace(), stages.ALGEBRA)
    kinds = [node.op_type for node in onnx_export.export(graph).graph.node]
    assert kinds == ["Conv", "Relu", "MaxPool", "Conv", "Relu", "MaxPool", "Flatten", "Gemm", "Relu", "Gemm"]


def test_a_layer_may_be_called_as_the_output_or_the_input() -> None:
    params = {"logits": networks.layer(rng, 3, 3, 3, 2, 4), "clip": networks.layer(rng, 4, 3)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(networks.conv(x, p["logits"]))
        return jax.nn.relu(networks.dense(x.mean((1, 2, 3)), p["clip"]))

    built = networks.Network(function, params, networks.clip(rng, 3, 5, 4, 2))
    np.testing.assert_allclose(runtime(built.trace(), built.clip[0]), built.logits()[0], rtol=1e-4, atol=1e-5)


def test_an_activation_in_a_layer_has_no_form_in_onnx() -> None:
    layer = networks.layer(np.random.default_rng(0), 3, 2)
    op = ops.Dense(layer["kernel"], layer["bias"], then=pointwise.one("logistic", (("inputs", 0.0),)))
    graph = ops.Graph((ops.Node("x", ops.Input(), (), (3,)), ops.Node("fc", op, ("x",), (2,))), "fc")
    message = "^fc has an activation in it, which has no form in ONNX; export the graph before activations are fused$"
    with pytest.raises(ops.GraphError, match=message):
        onnx_export.export(graph)


def test_split_strides_have_no_form_in_onnx() -> None:
    graph = networks.unfused(networks.factored("dense").trace())
    with pytest.raises(
        ops.GraphError,
        match="^space1_phases is a SpaceToDepth, which has no form in ONNX; "
        "export the graph before its strides are split$",
    ):
        onnx_export.export(graph)


@pytest.mark.parametrize("kind", [ops.MaxPool, ops.AvgPool])
def test_windows_wholly_outside_are_refused(kind: type[ops.MaxPool | ops.AvgPool]) -> None:
    pads = ((0, 1), (0, 0), (1, 1))
    with pytest.raises(ops.GraphError, match="^node0 has pads .* engines want pads smaller than the window$"):
        onnx_export.export(single(kind((1, 2, 3), (1, 1, 1), pads)))


def test_the_file_says_what_the_model_wants(tmp_path: pathlib.Path) -> None:
    graph = stages.run(networks.chain("dense").trace(), stages.ALGEBRA)
    path = tmp_path / "model.onnx"
    onnx_export.write(path, onnx_export.export(graph, {"scheme": "dense", "rate": 1.0, "clip": {"frames": 3}}))
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    said = {prop.key: prop.value for prop in model.metadata_props}
    assert said == {"scheme": "dense", "rate": "1.0", "clip": '{"frames": 3}', "layout": "NCDHW"}
    (clip,), (logits,) = model.graph.input, model.graph.output
    assert (clip.name, [d.dim_value for d in clip.type.tensor_type.shape.dim]) == ("clip", [1, 3, 3, 17, 23])
    assert (logits.name, [d.dim_value for d in logits.type.tensor_type.shape.dim]) == ("logits", [1, 7])


PIECES = ("activation snake", "activation glu")  # JAX writes a part of them
EXPRESSIONS = [name for name in small_functions.FUNCTIONS if name.startswith("activation ") and name not in PIECES]


@pytest.mark.parametrize("name", [*EXPRESSIONS, "squeeze-excite", "squeeze-excite by convolutions"])
def test_activations_and_gates_answer_as_in_jax(name: str) -> None:
    function, (clip,) = small_functions.FUNCTIONS[name]
    check(stages.run(trace.trace(function, small_functions.P, clip), stages.ALGEBRA))


@pytest.mark.parametrize("network", [integers.chain(), integers.block(), integers.upwards(), integers.apart()])
def test_a_quantised_network_has_weights_of_int8_and_onnx_runtime_gives_jaxs_answer(network: networks.Network) -> None:
    graph = stages.run(network.trace(), stages.ALGEBRA)
    model = onnx_export.export(graph)
    kinds = [node.op_type for node in model.graph.node]
    layers = sum(kinds.count(kind) for kind in ("Conv", "ConvTranspose", "Gemm"))
    assert kinds.count("DequantizeLinear") == kinds.count("QuantizeLinear") + 2 * layers
    whole = {w.name: onnx.TensorProto.DataType.Name(w.data_type) for w in model.graph.initializer}
    named = {name: kind for name, kind in whole.items() if name.endswith((".kernel.int8", ".bias.int32"))}
    assert len(named) == 2 * layers and set(named.values()) == {"INT8", "INT32"}
    found, answer = runtime(graph, network.clip[0]), network.logits()[0]
    assert interpret.difference(found, answer) < 5e-2 and found.argmax() == answer.argmax()
