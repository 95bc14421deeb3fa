"""Activations in the kernels of the layers before them: the oracle's values, and zeros between the rows of pixels."""

import numpy as np
import pytest

from lowering.graph import ops
from lowering.graph.operations import pointwise
from tests.lowering import networks
from tests.lowering.kernels.test_kernels import TARGETS, run


def expression(*steps: tuple[str, tuple[pointwise.Operand, ...]]) -> ops.Pointwise:
    return ops.Pointwise(tuple(pointwise.Step(*step) for step in steps))


X = ("inputs", 0.0)
SILU = expression(("logistic", (X,)), ("mul", (X, ("steps", 0.0))))
GELU = expression(("erf", (X,)), ("add", (("steps", 0.0), ("number", 1.0))), ("mul", (X, ("steps", 1.0))))
ABOVE = ("abs", (X,)), ("min", (("steps", 0.0), ("number", 1.0))), ("ceil", (("steps", 1.0),))
INVERSE = expression(*ABOVE, ("div", (("number", 1.0), ("steps", 2.0))))  # 1 for any number, infinite for 0
ACTIVATIONS = {"sigmoid": pointwise.one("logistic", (X,)), "silu": SILU, "gelu": GELU}


def active(then: ops.Pointwise) -> ops.Graph:
    """An activation behind each layer: two convolutions in a row, one before a pool, a fully connected one."""
    rng, nodes = np.random.default_rng(0), [ops.Node("clip", ops.Input(), (), (4, 8, 10, 3))]

    def add(name: str, op: ops.Op) -> None:
        nodes.append(ops.node(name, op, nodes[-1]))

    def layer(name: str, *shape: int, padding: ops.Padding = ops.NO_PADDING) -> None:
        found = networks.layer(rng, *shape, scheme="unstructured")
        linear = ops.Dense(found["kernel"], found["bias"])
        add(name, ops.Conv(found["kernel"], found["bias"], (1, 1, 1), padding) if len(shape) == 5 else linear)
        add(f"{name}_then", then)

    layer("space", 1, 3, 3, 3, 13, padding=((0, 0), (1, 1), (1, 1)))
    layer("time", 3, 1, 1, 13, 9, padding=((1, 1), (0, 0), (0, 0)))
    layer("alone", 1, 3, 3, 9, 7, padding=((0, 0), (1, 1), (1, 1)))
    layer("conv", 1, 2, 2, 7, 5, padding=((0, 0), (1, 0), (1, 0)))
    add("pool", ops.MaxPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING))
    add("flat", ops.Reshape())
    layer("dense", 400, 11)
    return ops.Graph(tuple(nodes), "dense_then")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_computed_by_the_kernel_of_the_layer_before_it(name: str, target: str) -> None:
    kept = run(active(ACTIVATIONS[name]), TARGETS[target])
    layers = [layer for each in kept for layer in each.split(".") if layer != "pool"]
    assert layers == ["space", "time", "alone", "conv", "dense"]
    assert target != "neon" or kept == ["space.time", "alone", "conv.pool", "dense"]


@pytest.mark.parametrize("target", ["neon", "avx512", "vulkan"])
def test_an_infinite_value_between_the_rows_of_pixels_becomes_zero(target: str) -> None:
    """Without a bias, zeros there give 1 / 0. Of two convolutions in a row either may have the activation."""
    padded, plain = ((0, 0), (0, 1), (0, 1)), ops.NO_PADDING
    for first, second in ((INVERSE, None), (None, INVERSE)):
        rng, nodes = np.random.default_rng(0), [ops.Node("clip", ops.Input(), (), (3, 6, 7, 3))]
        for name, channels, padding, then in (("a", 3, plain, first), ("b", 5, plain, second), ("c", 5, padded, None)):
            kernel = networks.layer(rng, 1, *((2, 2) if name == "c" else (1, 1)), channels, 5)["kernel"]
            op = ops.Conv(np.abs(kernel), np.zeros(5, np.float32), (1, 1, 1), padding, then=then)
            nodes.append(ops.node(name, op, nodes[-1]))
        nodes.append(ops.node("flat", ops.Reshape(), nodes[-1]))
        names = ["a", "b", "c"] if target == "vulkan" else ["a.b", "c"]
        assert run(ops.Graph(tuple(nodes), "flat"), TARGETS[target]) == names
