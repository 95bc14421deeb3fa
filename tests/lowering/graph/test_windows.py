"""Kernels whose locations lie apart, and those that reach beyond the image: what is stored, computed and given."""

import jax
import numpy as np
import pytest
from jax import lax

from lowering.graph import interpret, ops, packed
from lowering.graph.rewrites import stages
from tests.lowering import networks

rng = np.random.default_rng(0)
SIZE = (4, 7, 9)


def dilated(
    dilation: tuple[int, ...],
    strides: tuple[int, ...] = (1, 1, 1),
    scheme: str = "dense",
    size: tuple[int, ...] = SIZE,
) -> networks.Network:
    """One convolution of 3 x 3 x 3 to as many channels."""
    p = {"conv": networks.layer(rng, 3, 3, 3, 8, 8, scheme=scheme)}

    def function(params: networks.Params, x: jax.Array) -> jax.Array:
        kernel, numbers = jax.numpy.asarray(params["conv"]["kernel"]), networks.NUMBERS
        return lax.conv_general_dilated(
            x, kernel, strides, "SAME", rhs_dilation=dilation, dimension_numbers=numbers
        ).reshape(1, -1)

    return networks.Network(function, p, networks.clip(rng, *size, 8))


@pytest.mark.parametrize("strides", [(1, 1, 1), (2, 1, 1), (2, 2, 1), (1, 2, 3)])
@pytest.mark.parametrize("dilation", [(1, 2, 3), (2, 1, 1), (3, 18, 18)])
@pytest.mark.parametrize("scheme", ["dense", "kgs 8x4"])
def test_a_dilated_convolution_gives_jaxs_answer(dilation: tuple, strides: tuple, scheme: str) -> None:
    network = dilated(dilation, strides, scheme)
    graph = network.trace()
    for each in (graph, stages.rewrite(graph, "host")):
        found = interpret.evaluate(each, network.clip[0])
        np.testing.assert_allclose(found.ravel(), network.logits().ravel(), atol=1e-4)


def test_a_dilated_kernel_stores_its_own_weights_and_counts_no_others() -> None:
    graph = dilated((1, 2, 3)).trace()
    conv = networks.op(graph, "conv", ops.Conv)
    assert (conv.kernel.shape, conv.dilation, conv.extent) == ((3, 3, 3, 8, 8), (1, 2, 3), (3, 5, 7))
    positions = int(np.prod(SIZE))
    assert graph["conv"].macs == 27 * 64 * positions
    unfused = networks.unfused(graph)
    assert networks.op(unfused, "conv", ops.PackedConv).kernel.values.size == 27 * 64
    assert unfused["conv"].macs == 27 * 64 * positions


def test_rows_and_columns_of_a_kernel_that_only_meet_padding_are_not_computed() -> None:
    graph = networks.unfused(dilated((1, 9, 18)).trace())
    conv = networks.op(graph, "conv", ops.PackedConv)
    assert (conv.kernel.shape, conv.padding) == ((3, 1, 1, 8, 8), ((1, 1), (0, 0), (0, 0)))


@pytest.mark.parametrize(
    ("low", "high", "stride", "size", "kept"),
    [
        (1, 1, 1, 1, 1),
        (1, 1, 1, 2, 3),
        (4, 0, 1, 5, 3),
        (2, 2, 2, 1, 3),
        (0, 2, 1, 1, 1),
        (2, 0, 1, 1, 1),
        (3, 3, 3, 3, 3),
    ],
)
def test_cropping_keeps_just_what_meets_the_image_somewhere(
    low: int, high: int, stride: int, size: int, kept: int
) -> None:
    kernel = rng.normal(size=(1, 3, 1, 2, 2)).astype(np.float32)
    x = ops.Node("clip", ops.Input(), (), (1, size, 2, 2))
    op = ops.Conv(kernel, np.zeros(2, np.float32), (1, stride, 1), ((0, 0), (low, high), (0, 0)))
    graph = ops.Graph((x, ops.node("conv", op, x)), "conv")
    found = stages.run(graph, [stage for stage in stages.PREPARATION if stage.name == "crop_windows"])
    assert networks.op(found, "conv", ops.Conv).kernel.shape[1] == kept
    values = rng.normal(size=x.shape).astype(np.float32)
    np.testing.assert_allclose(interpret.evaluate(found, values), interpret.evaluate(graph, values), atol=1e-5)


def test_unpacking_keeps_the_dilation() -> None:
    p = networks.layer(rng, 2, 3, 1, 6, 13, scheme="kgs 8x4")
    dense = ops.Conv(p["kernel"], p["bias"], (1, 1, 1), ops.NO_PADDING, dilation=(2, 3, 1))
    found = ops.PackedConv(packed.pack(p["kernel"], 8), p["bias"], ops.NO_PADDING, dilation=(2, 3, 1))
    x = rng.normal(size=(5, 9, 4, 6))
    np.testing.assert_allclose(found.apply([x]), dense.apply([x]), rtol=1e-12)
