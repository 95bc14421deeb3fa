"""Pieces that JAX writes itself: a StableHLO function each, and one around it that brings its weights."""

import re
from typing import Any

import numpy as np

from lowering.graph import ops
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import types
from lowering.targets import targets

REDUCTION = re.compile(
    r"(?P<pad> *)%(?P<name>\S+) = (?P<head>stablehlo\.reduce\(.*\)) applies (?P<operation>stablehlo\.\w+) "
    r"across dimensions = (?P<rest>.* -> (?P<to>tensor<(?:\d+x)*(?P<type>\w+)>))"
)
REVERSAL = re.compile(r"(?P<pad> *)(?P<result>%\S+) = stablehlo\.reverse (?P<given>%\S+), (?P<rest>.* : (?P<type>\S+))")


def operands(op: Any) -> tuple[kernels.Operand, ...]:
    """The weights of a piece as parameters of the module."""
    return tuple(kernels.array(f"w{place}", np.asarray(a)) for place, a in enumerate(op.program.arguments))


def arguments(op: ops.Piece) -> tuple[types.Tensor, ...]:
    """The flat arrays that it reads."""
    return tuple(types.Tensor(tuple(each.shape), kernels.ELEMENTS[each.dtype.name]) for each in op.program.inputs)


def results(nodes: list[ops.Node]) -> tuple[types.Tensor, ...]:
    """The flat arrays that it gives: one for each node."""
    return tuple(types.Tensor(node.shape, kernels.ELEMENTS[ops.dtype(node)]) for node in nodes)


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
    lines = [line for each in op.program.text(body) for line in apart(each)]
    lines = [line for each in lines for line in one_by_one(each)] if target.gpu else lines
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


def apart(line: str) -> list[str]:
    """A reversal in StableHLO in another dispatch than what it reads: IREE 3.13 does not compile x[:, 1:2][::-1]."""
    found = REVERSAL.fullmatch(line)
    if found is None:
        return [line]
    before = f"%before_{found['result'][1:]}"
    return [
        f"{found['pad']}{before} = stablehlo.optimization_barrier {found['given']} : {found['type']}",
        f"{found['pad']}{found['result']} = stablehlo.reverse {before}, {found['rest']}",
    ]


def one_by_one(line: str) -> list[str]:
    """A reduction in StableHLO as IREE 3.13 computes it right on any GPU: in a dispatch of its own, by one invocation.

    In one dispatch with what reads the result, such as x - mean(x), its SPIR-V gives wrong numbers; a barrier keeps the
    two apart. It would also spread the reduction over a subgroup of the size that it expects of the target, and give
    wrong sums on a GPU with another size. What is added up is therefore compared with infinity, which changes nothing
    for numbers and is no reduction that IREE knows.
    """
    found = REDUCTION.fullmatch(line)
    if found is None or not found["type"].startswith(("f", "bf")):
        return [line]
    scalar, pad, element = f"tensor<{found['type']}>", found["pad"], found["type"]
    largest = {"f32": "0x7F800000", "f16": "0x7C00", "bf16": "0x7F80"}[element]
    return [
        f"{pad}%whole_{found['name']} = {found['head']} across dimensions = {found['rest']}",
        f"{pad} reducer(%one: {scalar}, %more: {scalar}) {{",
        f"{pad}  %both = {found['operation']} %one, %more : {scalar}",
        f"{pad}  %largest = stablehlo.constant dense<{largest}> : {scalar}",
        f"{pad}  %real = stablehlo.compare LE, %more, %largest, FLOAT : ({scalar}, {scalar}) -> tensor<i1>",
        f"{pad}  %next = stablehlo.select %real, %both, %one : tensor<i1>, {scalar}",
        f"{pad}  stablehlo.return %next : {scalar}",
        f"{pad}}}",
        f"{pad}%{found['name']} = stablehlo.optimization_barrier %whole_{found['name']} : {found['to']}",
    ]


def _results(head: str) -> str:
    """The types of the results in the head of a function."""
    return head.rpartition(" -> ")[2].removesuffix(" {")
