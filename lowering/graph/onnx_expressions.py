"""Expressions at every place (ops.Pointwise) as ONNX nodes: each step becomes one, or a few."""

from collections.abc import Callable

import numpy as np

from lowering.graph import ops
from lowering.graph.operations import pointwise

BOOL = 9  # onnx.TensorProto.BOOL
Add = Callable[..., str]  # add(kind, inputs) -> the name of the result
Constant = Callable[[float], str]

# Steps that ONNX has under another name.
NAMES = {
    **{name: name.capitalize() for name in ("add", "sub", "mul", "div", "max", "min", "neg", "abs", "exp", "log")},
    **{name: name.capitalize() for name in ("tanh", "sqrt", "erf", "floor", "ceil", "sign", "and", "or", "not")},
    "logistic": "Sigmoid",
    "gt": "Greater",
    "ge": "GreaterOrEqual",
    "lt": "Less",
    "le": "LessOrEqual",
    "eq": "Equal",
}
# Steps that take several, from their operands.
SEVERAL: dict[str, Callable[[Add, Constant, list[str]], str]] = {
    "square": lambda add, number, x: add("Mul", [x[0], x[0]]),
    "exp2": lambda add, number, x: add("Pow", [number(2), x[0]]),
    "expm1": lambda add, number, x: add("Sub", [add("Exp", x), number(1)]),
    "log1p": lambda add, number, x: add("Log", [add("Add", [x[0], number(1)])]),
    "rsqrt": lambda add, number, x: add("Reciprocal", [add("Sqrt", x)]),
    "erfc": lambda add, number, x: add("Sub", [number(1), add("Erf", x)]),
    "ne": lambda add, number, x: add("Not", [add("Equal", x)]),
    "select_n": lambda add, number, x: add("Where", [x[0], x[2], x[1]]),
}
TRUTHS = {"and": 2, "or": 2, "not": 1, "select_n": 1}  # how many of the first operands are true or false


class Expression:
    """Writes the nodes of one expression.

    add(kind, inputs, name, **attributes) appends a node; weight(name, values) adds a constant and gives its name.
    """

    def __init__(self, node: ops.Node, add: Callable[..., None], weight: Callable[[str, np.ndarray], str]) -> None:
        self.name, self._add, self._weight = node.name, add, weight
        self._made = 0

    def write(self, op: ops.Pointwise, inputs: list[str], channels: list[str], truths: list[bool]) -> None:
        """Nodes for the steps; the result has the node's name.

        inputs, channels: names of what the steps read. truths: which of the inputs are true or false, and no numbers.
        """
        names = {"inputs": inputs, "channels": channels, "steps": []}
        is_truth = {"inputs": truths, "channels": [False] * len(channels), "steps": []}
        for step in op.steps:
            operands = []
            for place, (kind, at) in enumerate(step.operands):
                name = self._number(at) if kind == "number" else names[kind][int(at)]
                known = kind != "number" and is_truth[kind][int(at)]
                if place < TRUTHS.get(step.name, 0) and not known:
                    name = self._node("Cast", [name], to=BOOL)
                operands.append(name)
            several = SEVERAL.get(step.name)
            found = several(self._node, self._number, operands) if several else self._node(NAMES[step.name], operands)
            names["steps"].append(found)
            is_truth["steps"].append(step.name in pointwise.TRUTHS)
        self._add("Identity", names["steps"][-1:], self.name)

    def _node(self, kind: str, inputs: list[str], **attributes: int) -> str:
        name = self._free()
        self._add(kind, inputs, name, **attributes)
        return name

    def _number(self, value: float) -> str:
        return self._weight(self._free(), np.asarray(value, np.float32))

    def _free(self) -> str:
        self._made += 1
        return f"{self.name}.step{self._made}"
