"""Pieces that JAX writes itself: a StableHLO function each, and one around it that brings its weights."""

from typing import Any

import numpy as np

from lowering.graph import ops
from lowering.kernels import forms, integers
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import types, words
from lowering.kernels.vulkan import conversions, reductions
from lowering.targets import targets


def operands(op: Any) -> tuple[kernels.Operand, ...]:
    """The weights of a piece as parameters of the module."""
    return tuple(kernels.array(f"w{place}", np.asarray(a)) for place, a in enumerate(op.program.arguments))


def arguments(op: ops.Piece) -> tuple[types.Tensor, ...]:
    """The flat arrays that it reads."""
    return tuple(_flat(tuple(each.shape), each.dtype.name) for each in op.program.inputs)


def results(nodes: list[ops.Node]) -> tuple[types.Tensor, ...]:
    """The flat arrays that it gives: one for each node."""
    return tuple(_flat(node.shape, ops.dtype(node)) for node in nodes)


def called(graph: ops.Graph) -> dict[str, list[ops.Node]]:
    """The pieces of a graph: for each program the name of its first node, and its nodes by their places."""
    place: Any = lambda node: node.op.result
    return {nodes[0].name: sorted(nodes, key=place) for nodes in ops.programs(graph.nodes)}


def function(name: str, nodes: list[ops.Node], scope: str, target: targets.Target) -> list[str]:
    """The lines of a piece: its weights, the function @name on flat arrays, and what JAX wrote.

    nodes: its results. scope: of the module's parameters.
    """
    op = nodes[0].op
    assert isinstance(op, ops.Piece)
    weights, reads = operands(op), arguments(op)
    body = f"{name}.stablehlo"
    kinds = [*map(str, reads), *(str(o.type) for o in weights)]
    lines = forms.written(integers.widened(op.program.text(body)))
    if target.gpu:
        lines = reductions.written(conversions.apart(lines))
    gives = _results(lines[0])
    count = gives.count("tensor<")
    given = ", ".join(f"%x{place}: {kind}" for place, kind in enumerate(map(str, reads)))
    named = ", ".join([*(f"%x{place}" for place in range(len(reads))), *(f"%{o.name}" for o in weights)])
    values = ", ".join(f"%found#{place}" for place in range(count)) if count > 1 else "%found"
    declared, loaded = kernels.parameters(name, weights, scope)
    return [
        *declared,
        f"func.func private @{name}({given}) -> {gives} {{",
        *loaded,
        f"  %found{f':{count}' if count > 1 else ''} = call @{body}({named}) : ({', '.join(kinds)}) -> {gives}",
        f"  return {values} : {gives.strip('()')}",
        "}",
        *lines,
    ]


def _flat(shape: tuple[int, ...], dtype: str) -> types.Tensor:
    return types.Tensor(shape, words.inside(kernels.ELEMENTS[dtype]))


def _results(head: str) -> str:
    """The types of the results in the head of a function."""
    return head.rpartition(" -> ")[2].removesuffix(" {")
