"""Graphs: shapes, MACs, walking, and what `verify` refuses."""

import dataclasses
import re

import numpy as np
import pytest

from lowering.graph import ops, packed, verify
from tests.lowering import networks

rng = np.random.default_rng(0)
CLIP = ops.Node("clip", ops.Input(), (), (3, 8, 6, 2))
P = networks.layer(rng, 3, 3, 3, 2, 5)
CONV = ops.Conv(P["kernel"], P["bias"], (1, 2, 2), ((1, 1), (1, 1), (1, 1)))
POOL = ops.MaxPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING)
DENSE = ops.Dense(np.ones((288, 4), np.float32), np.zeros(4, np.float32))


def node(name: str, op: ops.Op, inputs: str, *shape: int) -> ops.Node:
    return ops.Node(name, op, tuple(inputs.split()), shape)


def test_verify_gives_back_a_sound_graph() -> None:
    graph = ops.Graph(
        (
            CLIP,
            node("c", CONV, "clip", 3, 4, 3, 5),
            node("j", ops.Concat(), "c c", 3, 4, 3, 10),
            node("r", ops.Reshape(), "j", 360),
            node("s", ops.Softmax(), "r", 360),
        ),
        "s",
    )
    assert verify.verify(graph) is graph


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([CLIP, node("clip", POOL, "clip", 3, 4, 3, 2)], "two nodes are named 'clip'; names must differ"),
        ([CLIP, node("p", POOL, "q", 3, 4, 3, 2)], "p reads 'q', which no earlier node gives"),
        ([CLIP, node("p", POOL, "p", 3, 4, 3, 2)], "p reads 'p', which no earlier node gives"),
        ([CLIP, node("p", POOL, "", 3, 4, 3, 2)], "p (MaxPool) reads 0 values, expected 1"),
        (
            [CLIP, node("p", POOL, "clip", 3, 8, 3, 2)],
            "p (MaxPool) says shape (3, 8, 3, 2), its inputs [(3, 8, 6, 2)] give (3, 4, 3, 2)",
        ),
        (
            [CLIP, node("p", ops.MaxPool((4, 1, 1), (1, 1, 1), ops.NO_PADDING), "clip", 0, 8, 6, 2)],
            "p (MaxPool) says shape (0, 8, 6, 2), its inputs [(3, 8, 6, 2)] give (0, 8, 6, 2)",
        ),
        (
            [CLIP, node("p", POOL, "clip", 3, 4, 3, 2), node("j", ops.Concat(), "clip p", 3, 8, 6, 4)],
            "j (Concat) joins feature maps of different sizes: [(3, 8, 6, 2), (3, 4, 3, 2)]",
        ),
        (
            [CLIP, node("c", CONV, "clip", 3, 4, 3, 5), node("a", ops.Add(), "clip c", 3, 8, 6, 2)],
            "a (Add) adds values of different shapes: [(3, 8, 6, 2), (3, 4, 3, 5)]",
        ),
        (
            [CLIP, node("j", ops.Concat(), "clip clip", 3, 8, 6, 4), node("c", CONV, "j", 3, 4, 3, 5)],
            "c (Conv) has a kernel for 2 channels and reads (3, 8, 6, 4)",
        ),
        (
            [CLIP, node("r", ops.Reshape(), "clip", 288), node("c", CONV, "r", 3, 4, 3, 5)],
            "c (Conv) has a kernel for 2 channels and reads (288,)",
        ),
        (
            [CLIP, node("c", dataclasses.replace(CONV, strides=(1, 1, 1)), "clip clip", 3, 8, 6, 5)],
            "c (Conv) of shape (3, 8, 6, 5) adds a value of shape (3, 8, 6, 2); they must be the same",
        ),
        ([CLIP, node("p", POOL, "clip clip", 3, 4, 3, 2)], "p (MaxPool) reads 2 values, expected 1"),
        ([CLIP, node("c", CONV, "clip clip clip", 3, 4, 3, 5)], "c (Conv) reads 3 values, expected 1 to 2"),
        (
            [CLIP, node("r", ops.Reshape(), "clip", 288), node("p", POOL, "r", 3, 4, 3, 2)],
            "p (MaxPool) wants a feature map and reads (288,)",
        ),
        ([CLIP, node("s", ops.Softmax(), "clip", 3, 8, 6, 2)], "s (Softmax) wants a vector and reads (3, 8, 6, 2)"),
        (
            [CLIP, node("a", ops.Affine(np.ones(3), np.ones(3)), "clip", 3, 8, 6, 2)],
            "a (Affine) scales 3 channels and reads (3, 8, 6, 2)",
        ),
        ([CLIP, node("d", DENSE, "clip", 4)], "d (Dense) has a kernel for 288 inputs and reads (3, 8, 6, 2)"),
    ],
)
def test_verify_names_the_node_and_what_is_wrong(nodes: list[ops.Node], message: str) -> None:
    with pytest.raises(ops.GraphError, match=f"^{re.escape(message)}$"):
        verify.verify(ops.Graph(tuple(nodes), nodes[-1].name))


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ("b", "the result is 'b', which no node gives"),
        ("clip", "r reads the result clip; nothing may come after it"),
        ("r", "nobody reads s, and the result is r; drop it with rewire"),
    ],
)
def test_verify_wants_a_result_that_comes_last_and_needs_every_node(result: str, message: str) -> None:
    nodes = (CLIP, node("r", ops.Relu(), "clip", 3, 8, 6, 2), node("s", ops.Reshape(), "clip", 288))
    with pytest.raises(ops.GraphError, match=f"^{re.escape(message)}$"):
        verify.verify(ops.Graph(nodes, result))


def test_macs_count_every_position_of_the_kept_weights() -> None:
    assert node("c", CONV, "clip", 3, 4, 3, 5).macs == 3 * 4 * 3 * 27 * 2 * 5
    assert node("d", DENSE, "r", 4).macs == 288 * 4
    kernel = packed.pack(networks.layer(rng, 3, 3, 3, 8, 45, scheme="kgs 8x4")["kernel"], 8)
    conv = node("c", ops.PackedConv(kernel, np.zeros(45), ((1, 1),) * 3), "x", 2, 7, 9, 45)
    assert conv.macs == 126 * kernel.kept
    assert node("p", POOL, "clip", 3, 4, 3, 2).macs == 0


def test_a_graph_prints_as_one_line_per_node() -> None:
    kernel = packed.pack(P["kernel"], 4)
    graph = ops.Graph((CLIP, node("c", ops.PackedConv(kernel, P["bias"], ((1, 1),) * 3), "clip", 3, 8, 6, 5)), "c")
    assert str(graph).splitlines() == [
        "%clip = Input() -> [3, 8, 6, 2]",
        "%c = PackedConv(%clip) -> [3, 8, 6, 5]  density 1.000, 2 rows of 4",
    ]


def test_rewiring_drops_what_nobody_reads() -> None:
    relu = ops.Relu()
    nodes = (
        CLIP,
        node("a", relu, "clip", 3, 8, 6, 2),
        node("b", relu, "a", 3, 8, 6, 2),
        node("c", relu, "b", 3, 8, 6, 2),
    )
    found = ops.rewire(ops.Graph(nodes, "c"), {"b": "a"})
    assert [(n.name, n.inputs) for n in found.nodes] == [("clip", ()), ("a", ("clip",)), ("c", ("a",))]
