"""Functions of every kind that networks are made of mean in ONNX and in PyTorch what they mean in JAX."""

import re
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import onnxruntime
import pytest
from jax import lax, nn

from lowering.graph import ops, trace
from lowering.graph.onnx import export, layers
from lowering.graph.onnx import model as models
from lowering.graph.rewrites import stages
from lowering.peers import torch_network
from tests.lowering import networks, small_functions, small_numbers, small_units
from tests.lowering.small_functions import CLIP, FACTS, IMAGES, TOKENS, P, conv

HERE, UNITS = (re.escape(str(each.__file__)) for each in (small_functions, small_units))
WITHOUT = {
    "recurrent head": rf"scan \({UNITS}:\d+\)",
    "branches": rf"cond \({HERE}:\d+\)",
    "a pool that leaves an end, in a branch": rf"cond \({HERE}:\d+\)",
    "a product in a loop": rf"scan \({HERE}:\d+\)",
    "taken from a slice, and sorted": (
        rf"sort of several arrays together \({UNITS}:\d+\), gather but at constant places along one axis "
        rf"\({UNITS}:\d+\), sort of several arrays together \({UNITS}:\d+\)"
    ),
    "truths in order": rf"sort of truths \({HERE}:\d+\)",
    "branches that hand on": rf"cond \({UNITS}:\d+\), cond \({UNITS}:\d+\)",
    "sorted then padded": rf".*scatter-add \({UNITS}:\d+\).*",
    "a part updated": rf"dynamic_update_slice \({UNITS}:\d+\)",
    "joins that begin alike": rf"dynamic_update_slice \({UNITS}:\d+\), .*scatter-add \({UNITS}:\d+\).*",
    "rows and windows": rf"scatter-add \({UNITS}:\d+\), .*",
    "one place of many": rf"scatter-add \({UNITS}:\d+\), .*",
    "an addition to one place of a slice": rf"scatter-add \({HERE}:\d+\)",
    "spread then padded": rf"pad between elements \({UNITS}:\d+\)",
    "a pool of one value": rf"reduce_window_min \({UNITS}:\d+\)",
    "windows on padding alone": (
        rf"conv_general_dilated transposed, with strides, groups or a kernel that is computed \({UNITS}:\d+\)"
    ),
    "filtered by its spectrum": rf"fft \({UNITS}:\d+\).*",
    "a gamma function": rf"igammac \({HERE}:\d+\)",
    "whether any and all": rf"reduce_or \({UNITS}:\d+\), reduce_and \({UNITS}:\d+\)",
    "a pool that leaves an end": rf"reduce_window_min \({HERE}:\d+\)",
    "a dilated pool that leaves an end": rf"reduce_window_sum \({HERE}:\d+\)",
    "a transposed convolution that leaves an end": (
        rf"conv_general_dilated transposed, with strides, groups or a kernel that is computed \({UNITS}:\d+\)"
    ),
    "bfloat16": rf"convert_element_type in bfloat16 \({HERE}:\d+\), convert_element_type on bfloat16 \({HERE}:\d+\)",
}
# Operations that small_functions has not, or not in this way.
MORE: dict[str, tuple[small_functions.Function, tuple[np.ndarray, ...]]] = {
    "uneven transposed convolution": (
        lambda p, x: lax.conv_general_dilated(
            x, jnp.asarray(p["plane"]), (1, 1), ((1, 2), (2, 1)), (2, 3), dimension_numbers=("NHWC", "HWIO", "NHWC")
        ),
        (IMAGES,),
    ),
    "reductions": (
        lambda p, x: (x.min((1, 2)), x.prod(1), jnp.argmin(x, 2), lax.cumsum(x, 1, reverse=True)),
        (IMAGES,),
    ),
    "comparisons": (lambda p, x: (x[0] > 0) & ~(x[1] <= 0.5) | (x[2] == x[0]) | (x[1] != x[1]), (IMAGES,)),
    "whole numbers": (
        lambda p, x: lax.div((x * 9).astype(jnp.int32), 2) + jnp.maximum((x * 9).astype(jnp.int32), 1),
        (FACTS,),
    ),
    "trigonometry": (lambda p, x: jnp.sin(x) + jnp.cos(x) * jnp.arctan(x) + jnp.abs(x) ** 1.5 + x**3, (TOKENS,)),
    "cuts": (lambda p, x: lax.dynamic_slice(x, (1, 2, 3, 0), (2, 3, 4, 2))[:, ::2, 1:], (IMAGES,)),
    "crops and borders": (lambda p, x: lax.pad(x, 1.5, ((0, 0, 0), (-1, 2, 0), (1, -2, 0), (0, 0, 0))), (IMAGES,)),
    "nearest": (lambda p, x: jax.image.resize(x, (3, 12, 16, 4), "nearest"), (IMAGES,)),
    "named as the input": (lambda p, x: {"clip": conv(p, x).mean((1, 2, 3))}, (CLIP,)),
    "swish of a gate": (lambda p, x: (y := conv(p, x)) * nn.hard_sigmoid(y.mean((1, 2, 3), keepdims=True)), (CLIP,)),
}
FUNCTIONS = {
    name: each for name, each in small_functions.FUNCTIONS.items() if name not in small_numbers.FUNCTIONS
} | MORE


def traced(name: str) -> ops.Graph:
    function, inputs = FUNCTIONS[name]
    return stages.run(trace.trace(function, P, list(inputs)), stages.ALGEBRA)


def agree(found: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> None:
    assert [(x.shape, x.dtype) for x in found] == [(x.shape, x.dtype) for x in expected]
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-5 * float(np.abs(b.astype(np.float64)).max() or 1))


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in WITHOUT])
def test_a_function_means_in_onnx_and_pytorch_what_it_means_in_jax(name: str) -> None:
    function, inputs = FUNCTIONS[name]
    model = layers.forms(traced(name)).finish()
    given = {each.name: export.to_input(x) for each, x in zip(model.inputs, inputs, strict=True)}
    expected = [models.laid(np.asarray(x)) for x in jax.tree.leaves(function(P, *map(jnp.asarray, inputs)))]
    expected = [x.astype(ops.STORED.get(x.dtype.name, x.dtype.name)) for x in expected]
    written = export.proto(model).SerializeToString()
    session: Any = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"])
    agree(session.run([each.name for each in model.outputs], given), expected)
    assert [(each.shape, each.dtype) for each in model.outputs] == [(x.shape, x.dtype) for x in expected]
    network = torch_network.Network(model, torch_network.torch.contiguous_format)
    agree([x.numpy() for x in network(*map(torch_network.torch.from_numpy, given.values()))], expected)


@pytest.mark.parametrize("name", WITHOUT)
def test_what_has_no_form_is_named_with_its_line(name: str) -> None:
    message = f"^without a form in ONNX: {WITHOUT[name]}; write it otherwise, or lower the network to a bundle$"
    with pytest.raises(ops.GraphError, match=message):
        layers.forms(traced(name))


def test_joined_pieces_are_refused() -> None:
    function, inputs = FUNCTIONS["attention"]
    graph = networks.unfused(trace.trace(function, P, list(inputs)))
    with pytest.raises(
        ops.GraphError, match="^.* is several operations of JAX; export the graph before they are joined$"
    ):
        layers.forms(graph)


def test_inputs_and_results_keep_their_names() -> None:
    model = layers.forms(traced("clip and facts")).finish()
    assert [(each.name, each.shape) for each in model.inputs] == [("input_0", (1, 4, 4, 6, 5)), ("input_1", (1, 7))]
    assert [each.name for each in layers.forms(traced("several heads")).finish().outputs] == ["a", "b"]
    assert [each.name for each in layers.forms(traced("named as the input")).finish().outputs] == ["result_clip"]
