"""Expressions at a place (operations/pointwise.py) in MLIR, on scalars or vectors of floats."""

from collections.abc import Callable, Sequence

from lowering.graph.operations import pointwise
from lowering.kernels.mlir import block, maths, types
from lowering.kernels.mlir.values import Value


def write(
    b: block.Block, expression: pointwise.Pointwise, inputs: Sequence[Value], channels: Sequence[Value] = ()
) -> Value:
    """The value of an expression for values of its inputs and of its constants by channel, computed in f32."""
    element = inputs[0].type.element
    given, constants = [b.cast(x, "f32") for x in inputs], [b.cast(x, "f32") for x in channels]
    steps: list[Value] = []

    def read(operand: pointwise.Operand) -> Value:
        kind, at = operand
        if kind == "number":
            return maths.number(b, given[0], at)
        return {"inputs": given, "steps": steps, "channels": constants}[kind][int(at)]

    for step in expression.steps:
        steps.append(FORMS[step.name](b, *map(read, step.operands)))
    return b.cast(steps[-1], element) if steps[-1].type.element == "f32" else steps[-1]


def activated(b: block.Block, then: pointwise.Pointwise | None, value: Value) -> Value:
    """The value of the activation that ends an epilogue; the value itself where there is none."""
    return value if then is None else write(b, then, [value])


def masked(b: block.Block, keep: Value, value: Value) -> Value:
    """Zero where the mask `keep` is zero, whatever the value: between the rows of pixels it may be infinite."""
    assert isinstance(value.type, types.Scalar | types.Vector) and isinstance(keep.type, types.Scalar | types.Vector)
    zero, none = b.constant(0.0, value.type, "zero"), b.constant(0.0, keep.type, "zero")
    return b.select(b.compare("ogt", keep, none, "is_pixel"), value, zero, "kept")


def _op(operation: str) -> Callable[..., Value]:
    return lambda b, *xs: b.op(operation, *xs)


def _compare(predicate: str) -> Callable[..., Value]:
    return lambda b, x, y: b.compare(predicate, x, y)


def _sign(b: block.Block, x: Value) -> Value:
    zero, one = maths.number(b, x, 0.0), maths.number(b, x, 1.0)
    up = b.select(b.compare("ogt", x, zero), one, zero, "up")
    return b.select(b.compare("olt", x, zero), maths.number(b, x, -1.0), up, "sign")


def _expm1(b: block.Block, x: Value) -> Value:
    """exp(x) - 1; near 0 a part of its series, which does not cancel."""
    one = maths.number(b, x, 1.0)
    far = b.op("arith.subf", maths.exp(b, x), one, name="far")
    series = maths.polynomial(b, x, (1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0))
    near = b.op("arith.mulf", series, x, name="near")
    small = b.compare("olt", b.op("math.absf", x), maths.number(b, x, 0.1), "small")
    return b.select(small, near, far, "expm1")


def _log1p(b: block.Block, x: Value) -> Value:
    """log(1 + x); near 0 a part of its series."""
    far = maths.log(b, b.op("arith.addf", x, maths.number(b, x, 1.0), name="more"))
    series = maths.polynomial(b, x, (-1 / 6, 1 / 5, -1 / 4, 1 / 3, -1 / 2, 1.0))
    near = b.op("arith.mulf", series, x, name="near")
    small = b.compare("olt", b.op("math.absf", x), maths.number(b, x, 0.05), "small")
    return b.select(small, near, far, "log1p")


FORMS: dict[str, Callable[..., Value]] = {
    **{name: _op(f"arith.{name}f") for name in ("add", "sub", "mul", "div", "neg")},
    "max": _op("arith.maximumf"),
    "min": _op("arith.minimumf"),
    "abs": _op("math.absf"),
    "square": lambda b, x: b.op("arith.mulf", x, x),
    "exp": maths.exp,
    "exp2": maths.exp2,
    "expm1": _expm1,
    "log": maths.log,
    "log1p": _log1p,
    "tanh": maths.tanh,
    "logistic": maths.logistic,
    "sqrt": _op("math.sqrt"),
    "rsqrt": lambda b, x: b.op("arith.divf", maths.number(b, x, 1.0), b.op("math.sqrt", x)),
    "erfc": maths.erfc,
    "erf": lambda b, x: b.op("arith.subf", maths.number(b, x, 1.0), maths.erfc(b, x)),
    "floor": _op("math.floor"),
    "ceil": _op("math.ceil"),
    "sign": _sign,
    **{name: _compare(f"o{name}") for name in ("gt", "ge", "lt", "le", "eq")},
    "ne": _compare("une"),
    "and": _op("arith.andi"),
    "or": _op("arith.ori"),
    "not": lambda b, x: b.op("arith.xori", x, b.constant(1, x.type, "true")),
    "select_n": lambda b, which, no, yes: b.select(which, yes, no),
}
