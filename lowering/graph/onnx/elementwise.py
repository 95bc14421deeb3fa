"""Functions of single elements, by the names of JAX's primitives: one operation of ONNX each, or a few."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lowering.graph.onnx.writer import NoForm, Writer
from lowering.graph.operations import pointwise

Apply = Callable[..., str]  # of the operation's kind and its operands: tensors, or numbers

KINDS = {
    "add": "Add",
    "sub": "Sub",
    "mul": "Mul",
    "div": "Div",
    "max": "Max",
    "min": "Min",
    "neg": "Neg",
    "abs": "Abs",
    "exp": "Exp",
    "log": "Log",
    "tanh": "Tanh",
    "logistic": "Sigmoid",
    "sqrt": "Sqrt",
    "erf": "Erf",
    "pow": "Pow",
    "floor": "Floor",
    "ceil": "Ceil",
    "sign": "Sign",
    "sin": "Sin",
    "cos": "Cos",
    "tan": "Tan",
    "atan": "Atan",
    "gt": "Greater",
    "ge": "GreaterOrEqual",
    "lt": "Less",
    "le": "LessOrEqual",
    "eq": "Equal",
    "and": "And",
    "or": "Or",
    "not": "Not",
}
COMPOSED: dict[str, Callable[..., str]] = {
    "square": lambda apply, x: apply("Mul", x, x),
    "exp2": lambda apply, x: apply("Exp", apply("Mul", x, float(np.log(2)))),
    "expm1": lambda apply, x: apply("Sub", apply("Exp", x), 1.0),
    "log1p": lambda apply, x: apply("Log", apply("Add", x, 1.0)),
    "rsqrt": lambda apply, x: apply("Reciprocal", apply("Sqrt", x)),
    "erfc": lambda apply, x: apply("Sub", 1.0, apply("Erf", x)),
    "ne": lambda apply, a, b: apply("Not", apply("Equal", a, b)),
    "select_n": lambda apply, which, no, yes: apply("Where", which, yes, no),
    "clamp": lambda apply, low, x, high: apply("Min", apply("Max", x, low), high),
}
LOGICAL = frozenset(("and", "or", "not"))  # on whole numbers JAX means their bits


def has(name: str) -> bool:
    """Whether a primitive is in the tables."""
    return name in KINDS or name in COMPOSED


def write(writer: Writer, primitive: str, operands: Sequence[Any], name: str, dtype: str) -> str:
    """The tensor of a function of operands. dtype: of those; numbers among them become constants of it."""
    if primitive in LOGICAL and dtype != "bool":
        raise NoForm(f"of {dtype}")

    def apply(kind: str, *xs: Any) -> str:
        tensors = [x if isinstance(x, str) else number(writer, x, dtype) for x in xs]
        return writer.add(kind, tensors, name)

    if primitive in KINDS:
        return apply(KINDS[primitive], *operands)
    return COMPOSED[primitive](apply, *operands)


def number(writer: Writer, value: float, dtype: str) -> str:
    """A constant without axes, kept once."""
    name = f"{dtype}.{value!r}"
    return name if name in writer.weights else writer.constant(name, np.asarray(value, dtype))


@dataclasses.dataclass(frozen=True)
class Read:
    """What an expression reads: tensors, which of its inputs hold truths, constants by channel."""

    inputs: Sequence[str]
    truths: Sequence[bool]
    channels: Sequence[str]


def expression(writer: Writer, name: str, op: pointwise.Pointwise, read: Read) -> str:
    """The tensor of an expression's last step."""
    steps: list[str] = []
    truths: list[bool] = []
    for step in op.steps:
        found: list[Any] = []
        kinds: list[bool] = []
        for kind, place in step.operands:
            tensors = {"inputs": read.inputs, "steps": steps, "channels": read.channels}.get(kind)
            found.append(place if tensors is None else tensors[int(place)])
            known = {"inputs": read.truths, "steps": truths}.get(kind)
            kinds.append(known is not None and known[int(place)])
        compared = kinds[1:] if step.name == "select_n" else kinds
        steps.append(write(writer, step.name, found, name, "bool" if any(compared) else "float32"))
        truths.append(step.name in pointwise.TRUTHS)
    return steps[-1]
