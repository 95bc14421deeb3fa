"""Which kernel a node has: by the tables of its target, without a default."""

import dataclasses

import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.rewrites import stages
from lowering.kernels import build
from lowering.kernels import kernel as kernels
from lowering.kernels.linalg import maps
from lowering.kernels.mlir import types
from lowering.targets import targets
from tests.lowering import networks

CPU, GPU = targets.find("android:cortex-a76"), targets.find("vulkan:adreno")


def graph_of(op: ops.Op, shape: ops.Shape = (2, 4, 5, 3)) -> ops.Graph:
    """One operation on the clip."""
    clip, node = ops.Node("clip", ops.Input(), (), shape), ops.Node("node", op, ("clip",), op.shape([shape]))
    return ops.Graph((clip, node), "node")


@pytest.mark.parametrize(
    ("graph", "target", "message"),
    [
        (
            graph_of(ops.Conv(np.ones((1, 1, 1, 3, 2), np.float32), np.zeros(2), (1, 1, 1), ops.NO_PADDING)),
            CPU,
            "node: no layout for what Conv gives; layouts.PLACES has none",
        ),
        (
            stages.rewrite(networks.factored("dense").trace(), dataclasses.replace(CPU, cache_bytes=0)),
            GPU,
            "space1.time1: no kernel for FusedConvs that gives a feature map on vulkan",
        ),
        (
            graph_of(ops.Dense(np.ones((3, 2), np.float32), np.zeros(2)), (3,)),
            CPU,
            "node: no kernel for Dense that gives a vector on cpu",
        ),
    ],
)
def test_an_operation_that_a_target_has_no_kernel_for_is_an_error_that_names_both(
    graph: ops.Graph, target: targets.Target, message: str
) -> None:
    with pytest.raises(ops.GraphError, match=f"^{message}$"):
        build.build(graph, target)


def test_the_handler_of_sums_refuses_what_is_none() -> None:
    x = kernels.Activation(types.Tensor((3,)), None, (3,))
    request = kernels.Request(ops.Node("node", ops.Softmax(), ("x",), (3,)), (x,), None, CPU)
    message = "Softmax is no sum, scale, shift or ReLU; expected Affine, Add or Relu"
    with pytest.raises(ops.GraphError, match=f"^{message}$"):
        maps.vectors(request)


def test_a_convolution_wants_the_positions_of_its_result_to_be_those_of_its_input() -> None:
    graph = stages.rewrite(networks.chain("dense").trace(), GPU)
    request = next(found for found, _ in build.walk(graph, GPU) if isinstance(found.op, ops.PackedConv))
    apart = dataclasses.replace(request, out=dataclasses.replace(request.y, pitch=request.y.pitch + 1))
    with pytest.raises(ops.GraphError, match=f"^{request.node.name} reads Layout.* and writes Layout.* must agree$"):
        build.one(apart)


def test_the_first_handler_that_takes_a_request_makes_the_kernel() -> None:
    """A pool of windows three pixels apart is too irregular for whole vectors, one of windows two apart is not."""
    made = [
        build.build(graph_of(ops.AvgPool((1, 2, 2), (1, 1, step), ops.NO_PADDING), (2, 9, 32, 3)), CPU)["node"]
        for step in (2, 3)
    ]
    assert [kernel.executable is not None for kernel in made] == [True, False]


def test_a_flattening_that_only_dense_layers_read_has_no_kernel() -> None:
    graph = stages.rewrite(networks.chain("dense").trace(), GPU)
    flat = next(node for node in graph.nodes if isinstance(node.op, ops.Reshape))
    found: dict[str, kernels.Kernel] = build.build(graph, GPU)
    assert flat.name not in found
    assert [name for name in found if name != "clip"] == [
        node.name for node in graph.nodes[1:] if node.name != flat.name
    ]
