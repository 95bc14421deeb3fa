"""What each JAX primitive becomes: one rule per primitive, from its operands to a value of the graph."""

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from lowering.graph import ops

Equation = Any  # a jax.extend.core.JaxprEqn: the walk alone imports jax


@dataclasses.dataclass(frozen=True, eq=False)
class Ref:
    """A value that the network's inputs decide: a node's result, with the batch axis that JAX sees."""

    node: str
    shape: tuple[int, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Partial:
    """A value inside a softmax, until its last division: 'max', 'shifted', 'exp' or 'sum' of a node."""

    kind: str
    of: Ref
    shape: tuple[int, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Const:
    """A value that only weights decide, and the name of the weight it came from."""

    value: np.ndarray
    name: str | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape


class Tracer(Protocol):
    """What a rule needs of the walk: a way to append nodes."""

    def add(self, name: str, op: ops.Op, inputs: list[Ref]) -> Ref:
        """Appends a node named after `name` and gives its value."""
        ...


def where(eqn: Equation) -> str:
    """What an equation computes on, for messages."""
    shapes = ", ".join(str(v.aval) for v in eqn.invars)
    return f"on {shapes}"


def unsupported(eqn: Equation, why: str) -> NotImplementedError:
    """The error for an equation that its rule cannot take."""
    return NotImplementedError(f"cannot lower this {eqn.primitive.name} ({where(eqn)}): {why}")


def _conv(tracer: Tracer, eqn: Equation, x: Any, kernel: Any) -> Ref:
    p, numbers = eqn.params, eqn.params["dimension_numbers"]
    if not (isinstance(x, Ref) and isinstance(kernel, Const)):
        raise unsupported(eqn, "the kernel must be a weight and the input a feature map")
    if (numbers.lhs_spec, numbers.rhs_spec, numbers.out_spec) != ((0, 4, 1, 2, 3), (4, 3, 0, 1, 2), (0, 4, 1, 2, 3)):
        raise unsupported(eqn, "dimension_numbers must be ('NDHWC', 'DHWIO', 'NDHWC')")
    if set(p["lhs_dilation"]) != {1} or p["batch_group_count"] != 1:
        raise unsupported(eqn, "transposed and batch-grouped convolutions have no kernel here")
    if min(min(pads) for pads in p["padding"]) < 0:
        raise unsupported(eqn, f"padding {p['padding']} is negative; crop the input before")
    weights = _ungroup(_dilate(np.asarray(kernel.value, np.float32), p["rhs_dilation"]), p["feature_group_count"])
    op = ops.Conv(
        weights, np.zeros(weights.shape[4], np.float32), tuple(p["window_strides"]), tuple(map(tuple, p["padding"]))
    )
    return tracer.add(kernel.name or "conv", op, [x])


def _dilate(kernel: np.ndarray, dilation: tuple[int, ...]) -> np.ndarray:
    """A dilated kernel is a larger one with zeros, which packing drops."""
    out = np.zeros(
        (*((n - 1) * r + 1 for n, r in zip(kernel.shape, dilation, strict=False)), *kernel.shape[3:]), np.float32
    )
    out[:: dilation[0], :: dilation[1], :: dilation[2]] = kernel
    return out


def _ungroup(kernel: np.ndarray, groups: int) -> np.ndarray:
    """A grouped kernel is a block-diagonal one, of which packing drops the zeros."""
    if groups == 1:
        return kernel
    i, o = kernel.shape[3], kernel.shape[4] // groups
    out = np.zeros((*kernel.shape[:3], i * groups, kernel.shape[4]), np.float32)
    for g in range(groups):
        out[..., g * i : (g + 1) * i, g * o : (g + 1) * o] = kernel[..., g * o : (g + 1) * o]
    return out


def _dot(tracer: Tracer, eqn: Equation, x: Any, kernel: Any) -> Ref:
    if (
        not (isinstance(x, Ref) and isinstance(kernel, Const))
        or eqn.params["dimension_numbers"] != (((1,), (0,)), ((), ()))
        or len(x.shape) != 2
    ):
        raise unsupported(eqn, "only a vector of features [1, I] times a weight [I, O] is supported")
    weights = np.asarray(kernel.value, np.float32)
    return tracer.add(kernel.name or "dense", ops.Dense(weights, np.zeros(weights.shape[1], np.float32)), [x])


def _elementwise(tracer: Tracer, eqn: Equation, a: Any, b: Any) -> Any:
    """A value and constants by channel (Affine), or two values: a sum (Add), the last steps of a softmax."""
    kind = eqn.primitive.name
    if kind == "sub" and isinstance(a, Ref) and isinstance(b, Partial) and (b.kind, b.of.node) == ("max", a.node):
        return Partial("shifted", a, a.shape)
    if (
        kind == "div"
        and isinstance(a, Partial)
        and isinstance(b, Partial)
        and (a.kind, b.kind, a.of.node) == ("exp", "sum", b.of.node)
    ):
        return tracer.add("softmax", ops.Softmax(), [a.of])
    if isinstance(a, Ref) and isinstance(b, Ref):
        if kind != "add":
            raise unsupported(eqn, "of two values that the inputs decide only the sum is supported")
        return tracer.add("add", ops.Add(), [a, b])
    if isinstance(a, Const) and isinstance(b, Ref) and kind in ("add", "mul"):
        a, b = b, a
    if not (isinstance(a, Ref) and isinstance(b, Const)):
        raise unsupported(eqn, "one side must be a feature map or vector and the other a constant")
    value = _by_channel(b.value, a.shape[-1])
    if value is None:
        raise unsupported(
            eqn, f"the constant of shape {b.shape} must hold one number, or one per channel in the last axis"
        )
    channels = a.shape[-1]
    one, zero = np.ones(channels), np.zeros(channels)
    scale, shift = {
        "add": (one, value),
        "sub": (one, -value),
        "mul": (value, zero),
        "div": (1 / np.where(value == 0, np.nan, value), zero),
    }[kind]
    return tracer.add(_affine_name(b), ops.Affine(scale, shift), [a])


def _by_channel(constant: np.ndarray, channels: int) -> np.ndarray | None:
    """f64[channels] of a constant that does not change along the other axes, else None."""
    if constant.size == 1:
        return np.full(channels, float(constant.ravel()[0]))
    if constant.shape[-1] != channels:
        return None
    rows = constant.reshape(-1, channels)
    return rows[0].astype(np.float64) if (rows == rows[0]).all() else None


def _affine_name(constant: Const) -> str:
    return constant.name or "affine"


def _max(tracer: Tracer, eqn: Equation, a: Any, b: Any) -> Any:
    if isinstance(a, Const) and isinstance(b, Ref | Partial):
        a, b = b, a
    if isinstance(a, Partial) and isinstance(b, Const) and (b.value == -np.inf).all():
        return a
    if not (isinstance(a, Ref) and isinstance(b, Const) and (b.value == 0).all()):
        raise unsupported(eqn, "only max(x, 0), the ReLU, is supported")
    return tracer.add("relu", ops.Relu(), [a])


def _pool(tracer: Tracer, eqn: Equation, x: Any) -> Ref:
    p = eqn.params
    if len(x.shape) != 5 or any(p[k][0] != 1 or p[k][4] != 1 for k in ("window_dimensions", "window_strides")):
        raise unsupported(eqn, "windows must span frames, height and width of an NDHWC value")
    if set(p["base_dilation"]) | set(p["window_dilation"]) != {1}:
        raise unsupported(eqn, "dilated windows have no kernel here")
    window, strides, padding = (tuple(p[k][1:4]) for k in ("window_dimensions", "window_strides", "padding"))
    if eqn.primitive.name == "reduce_window_max":
        return tracer.add("pool", ops.MaxPool(window, strides, padding), [x])
    mean = tracer.add("pool", ops.AvgPool(window, strides, padding), [x])
    return _scaled(tracer, mean, float(np.prod(window)))


def _reduce(tracer: Tracer, eqn: Equation, x: Any) -> Any:
    axes, kind = tuple(eqn.params["axes"]), eqn.primitive.name
    if len(x.shape) == 2 and axes == (1,):
        if kind == "reduce_max" and isinstance(x, Ref):
            return Partial("max", x, (1,))
        if kind == "reduce_sum" and isinstance(x, Partial) and x.kind == "exp":
            return Partial("sum", x.of, (1,))
    if not isinstance(x, Ref) or len(x.shape) != 5 or axes != (1, 2, 3) or kind != "reduce_sum":
        raise unsupported(eqn, "only a sum over frames, height and width, or a softmax over a vector, is supported")
    window = x.shape[1:4]
    mean = tracer.add("pool", ops.AvgPool(window, (1, 1, 1), ops.NO_PADDING), [x])
    return _scaled(tracer, tracer.add("reshape", ops.Reshape(), [mean]), float(np.prod(window)))


def _scaled(tracer: Tracer, x: Ref, factor: float) -> Ref:
    return tracer.add("affine", ops.Affine(np.full(x.shape[-1], factor), np.zeros(x.shape[-1])), [x])


def _exp(tracer: Tracer, eqn: Equation, x: Any) -> Any:
    if not (isinstance(x, Partial) and x.kind == "shifted"):
        raise unsupported(eqn, "exp is supported inside a softmax only")
    return Partial("exp", x.of, x.shape)


def _concat(tracer: Tracer, eqn: Equation, *xs: Any) -> Ref:
    if not all(isinstance(x, Ref) and eqn.params["dimension"] == len(x.shape) - 1 for x in xs):
        raise unsupported(eqn, "only feature maps, or vectors, can be joined, and only along channels")
    return tracer.add("concat", ops.Concat(), list(xs))


def _reshape(tracer: Tracer, eqn: Equation, x: Any) -> Any:
    shape = tuple(eqn.outvars[0].aval.shape)
    if isinstance(x, Partial):
        return dataclasses.replace(x, shape=shape)
    if shape == x.shape:
        return x
    if len(x.shape) != 5 or shape != (1, int(np.prod(x.shape))):
        raise unsupported(eqn, f"a reshape to {shape}: only flattening [1, D, H, W, C] to [1, D*H*W*C] is supported")
    return tracer.add("flatten", ops.Reshape(), [x])


def _same(tracer: Tracer, eqn: Equation, x: Any) -> Any:
    if eqn.primitive.name == "convert_element_type" and eqn.params["new_dtype"] != np.float32:
        raise unsupported(eqn, "values are f32 from end to end: build the model with dtype float32 for lowering")
    return x


RULES: dict[str, Callable[..., Any]] = {
    "conv_general_dilated": _conv,
    "dot_general": _dot,
    "add": _elementwise,
    "sub": _elementwise,
    "mul": _elementwise,
    "div": _elementwise,
    "max": _max,
    "reduce_window_max": _pool,
    "reduce_window_sum": _pool,
    "reduce_max": _reduce,
    "reduce_sum": _reduce,
    "exp": _exp,
    "concatenate": _concat,
    "reshape": _reshape,
    "squeeze": _reshape,
    "broadcast_in_dim": _reshape,
    "stop_gradient": _same,
    "copy": _same,
    "convert_element_type": _same,
}
