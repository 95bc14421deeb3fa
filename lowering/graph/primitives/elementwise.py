"""What JAX computes place by place: scales, shifts and ReLUs, sums, and expressions of everything else."""

import math
from typing import Any

import numpy as np

from lowering.graph import ops, values, views
from lowering.graph.operations import pointwise
from lowering.graph.primitives import windows
from lowering.graph.values import Const, NoKernel, Ref, Tracer

FLOATS = ("float32", "bool")


def arithmetic(tracer: Tracer, eqn: values.Equation, a: Any, b: Any) -> Ref:
    """add, sub, mul, div: with constants by channel an Affine, of two values a sum, otherwise an expression.

    Products with numbers along frames, height and width, such as those by which averages at a border differ, are
    Resamples.
    """
    kind = eqn.primitive.name
    commuted = isinstance(a, Const) and kind in ("add", "mul")
    x, other = (b, a) if commuted else (a, b)
    if isinstance(x, Ref) and isinstance(other, Const) and _is_own(tracer, x, eqn):
        constant = _by_channel(x, other)
        if constant is not None:
            return _affine(tracer, kind, x, constant, values.name(other, "affine"))
        if (parts := _by_place(x, other)) is not None and kind in ("mul", "div"):
            return _scaled_along(tracer, x, [1 / part for part in parts] if kind == "div" else parts)
    if kind == "add" and isinstance(a, Ref) and isinstance(b, Ref) and a.shape == b.shape:
        pair = _alike(tracer, a, b)
        if pair is not None:
            return Ref(tracer.add("add", ops.Add(), pair), pair[0].view)
    return expression(tracer, eqn, a, b)


def maximum(tracer: Tracer, eqn: values.Equation, a: Any, b: Any) -> Ref:
    """max: with zero a ReLU, with minus infinity nothing, otherwise an expression."""
    x, other = (b, a) if isinstance(a, Const) else (a, b)
    if isinstance(other, Const) and isinstance(x, Ref) and x.shape == eqn.outvars[0].aval.shape:
        if (np.asarray(other.value) == -np.inf).all():
            return x
        if (other.value == 0).all() and _is_own(tracer, x, eqn):
            return Ref(tracer.add("relu", ops.Relu(), [x]), x.view)
    return expression(tracer, eqn, a, b)


def integer_power(tracer: Tracer, eqn: values.Equation, x: Any) -> Ref:
    """x to a small whole power, by products."""
    power, given = eqn.params["y"], ("inputs", 0.0)
    if not 1 <= power <= 8:
        raise NoKernel(f"it takes the power {power}")
    steps = [pointwise.Step("mul", (given, ("steps", place - 1.0) if place else given)) for place in range(power - 1)]
    return _expressed(tracer, eqn, [x], tuple(steps)) if steps else x


def clamp(tracer: Tracer, eqn: values.Equation, low: Any, x: Any, high: Any) -> Ref:
    """Between two bounds."""
    steps = (
        pointwise.Step("max", (("inputs", 1.0), ("inputs", 0.0))),
        pointwise.Step("min", (("steps", 0.0), ("inputs", 2.0))),
    )
    return _expressed(tracer, eqn, [low, x, high], steps)


def choose(tracer: Tracer, eqn: values.Equation, which: Any, *cases: Any) -> Ref:
    """select_n: of two values by a comparison, or the one that a constant says."""
    shape = tuple(eqn.outvars[0].aval.shape)
    if isinstance(which, Const) and which.value.size and (which.value == which.value.ravel()[0]).all():
        chosen = cases[int(which.value.ravel()[0])]
        if isinstance(chosen, Ref) and chosen.shape == shape:
            return chosen
    if len(cases) != 2 or not isinstance(which, Ref) or which.dtype != "bool":
        raise NoKernel("it chooses by something else than a comparison")
    return expression(tracer, eqn, which, *cases)


def expression(tracer: Tracer, eqn: values.Equation, *xs: Any) -> Ref:
    """Any function that pointwise.FUNCTIONS has."""
    operands = tuple(("inputs", float(place)) for place in range(len(xs)))
    return _expressed(tracer, eqn, list(xs), (pointwise.Step(eqn.primitive.name, operands),))


def _expressed(tracer: Tracer, eqn: values.Equation, xs: list[Any], steps: tuple[pointwise.Step, ...]) -> Ref:
    """An expression over operands: those that depend on the network's inputs become its own, others its constants."""
    shape = tuple(eqn.outvars[0].aval.shape)
    refs = [x for x in xs if isinstance(x, Ref)]
    if any(x.dtype not in FLOATS for x in refs) or str(eqn.outvars[0].aval.dtype) not in FLOATS:
        raise NoKernel("it computes with other numbers than float32")
    main = next((x for x in refs if x.is_map and x.shape == shape), None)
    main = _spread(xs, shape) if main is None and any(x.is_map for x in refs) else main
    if main is None and not all(tracer.is_own(x) and x.shape == shape for x in refs):
        raise NoKernel("it reads no feature map of the result's shape")
    if main is None and str(eqn.outvars[0].aval.dtype) == "bool":
        raise NoKernel("it compares the elements of a vector")
    main = main or refs[0]
    operands: list[pointwise.Operand] = []
    inputs: list[Ref] = []
    channels: list[np.ndarray] = []
    for x in xs:
        if isinstance(x, Const):
            operands.append(_constant(main, x, channels, main.node == ""))
            continue
        operands.append(("inputs", float(len(inputs))))
        inputs.append(_beside(tracer, main, x))
    place = {("inputs", float(number)): operand for number, operand in enumerate(operands)}
    moved = [pointwise.Step(s.name, tuple(place.get(operand, operand) for operand in s.operands)) for s in steps]
    op = pointwise.Pointwise(tuple(moved), tuple(channels))
    if main.is_map and op.shape([x.view.value_shape for x in inputs]) != main.view.value_shape:
        raise NoKernel("it repeats what it computes")
    return Ref(tracer.add(steps[-1].name, op, inputs), main.view, op.dtype)


def _is_own(tracer: Tracer, x: Ref, eqn: values.Equation) -> bool:
    """Whether our kernels compute on a value, place by place, and it keeps its shape."""
    return x.dtype == "float32" and tracer.is_own(x) and x.shape == tuple(eqn.outvars[0].aval.shape)


def _spread(xs: list[Any], shape: tuple[int, ...]) -> Ref | None:
    """How the result lies that is larger than every operand: each of its axes where an operand has it."""
    groups: dict[int, int] = {}
    for x in (x for x in xs if isinstance(x, Ref) and x.is_map and len(x.shape) == len(shape)):
        for place, axes in enumerate(windows.as_they_lie(x) or []):
            for axis in (axis for axis in axes if x.shape[axis] > 1):
                if groups.setdefault(axis, place) != place:
                    return None
    for axis in range(len(shape)):  # what only a constant or a vector has is channels
        groups.setdefault(axis, 3 if shape[axis] > 1 else 0)
    found = [[axis for axis in range(len(shape)) if groups[axis] == place] for place in range(4)]
    return Ref("", views.laid(shape, found))


def _constant(main: Ref, x: Const, channels: list[np.ndarray], spread: bool) -> pointwise.Operand:
    """A constant as an operand: a number, or one more entry of `channels`. spread: where it says how many there are."""
    if (found := _by_channel(main, x)) is None:
        raise NoKernel("it reads a constant that changes from position to position")
    if (found == found[0]).all() and not (spread and np.asarray(x.value).size == len(found)):
        return ("number", float(found[0]))
    channels.append(found)
    return ("channels", float(len(channels) - 1))


def _by_channel(x: Ref, constant: Const) -> np.ndarray | None:
    """f64[C] of a constant that is the same at every position of a value, else None."""
    shape, channels = x.shape, x.view.value_shape[-1]
    given = np.asarray(constant.value)
    if given.size == 1:
        return np.full(channels, float(given.ravel()[0]))
    if given.ndim != len(shape) or any(n not in (1, size) for n, size in zip(given.shape, shape, strict=True)):
        return None
    given = _narrow(given)
    changing = [axis for axis, size in enumerate(given.shape) if size > 1]
    order, of_channels = [fine for axis in changing for fine in x.view.array[axis]], x.view.groups[-1]
    if not set(order) <= set(of_channels):
        return None
    sizes = x.view.sizes
    sorted_ = given.reshape([sizes[fine] for fine in order]).transpose(np.argsort(order).tolist())
    spread = sorted_.reshape([sizes[fine] if fine in order else 1 for fine in of_channels])
    return np.broadcast_to(spread, [sizes[fine] for fine in of_channels]).ravel().astype(np.float64)


def _narrow(given: np.ndarray) -> np.ndarray:
    """An array with a size of 1 along each axis along which nothing changes."""
    for axis in range(given.ndim):
        if given.shape[axis] > 1 and (given == (first := given.take([0], axis))).all():
            given = first
    return given


def _by_place(x: Ref, constant: Const) -> list[np.ndarray] | None:
    """Numbers along frames, height and width whose products a constant is, the same for all channels; else None."""
    given, channels = _narrow(np.asarray(constant.value, np.float64)), set(x.view.groups[-1])
    if not x.is_map or given.ndim != len(x.shape) or not given.all():
        return None
    kept = [axis for axis in range(given.ndim) if not channels.intersection(x.view.array[axis])]
    if given.size != math.prod(given.shape[axis] for axis in kept):
        return None
    places = x.view.without(channels, kept)
    laid = places.of_array(np.broadcast_to(given.reshape([given.shape[axis] for axis in kept]), places.shape))[..., 0]
    parts = [laid[:, 0, 0], laid[0, :, 0] / laid[0, 0, 0], laid[0, 0, :] / laid[0, 0, 0]]
    return parts if np.allclose(np.einsum("d,h,w->dhw", *parts), laid, 1e-6, 0) else None


def _scaled_along(tracer: Tracer, x: Ref, parts: list[np.ndarray]) -> Ref:
    for axis, part in enumerate(parts):
        if (part != 1).any():
            x = Ref(tracer.add("scaled", ops.Resample(axis, np.diag(part).astype(np.float32)), [x]), x.view)
    return x


def _affine(tracer: Tracer, kind: str, x: Ref, constant: np.ndarray, name: str) -> Ref:
    one, zero = np.ones_like(constant), np.zeros_like(constant)
    if kind == "div" and (constant == 0).any():
        raise NoKernel("it divides by zero")
    scale, shift = {
        "add": lambda: (one, constant),
        "sub": lambda: (one, -constant),
        "mul": lambda: (constant, zero),
        "div": lambda: (1 / constant, zero),
    }[kind]()
    return Ref(tracer.add(name, ops.Affine(scale, shift), [x]), x.view)


def _alike(tracer: Tracer, a: Ref, b: Ref) -> list[Ref] | None:
    """Two values of one shape in one order, as feature maps if either is one; None if they are no vectors either."""
    if a.dtype != "float32" or a.dtype != b.dtype:
        return None
    if not (a.is_map or b.is_map):
        return [a, b] if tracer.is_own(a) and tracer.is_own(b) else None
    main, other = (a, b) if a.is_map else (b, a)
    try:
        moved = _beside(tracer, main, other)
    except NoKernel:
        return None
    return [main, moved] if main is a else [moved, main]


def _beside(tracer: Tracer, main: Ref, x: Ref) -> Ref:
    """An operand as an expression reads it beside `main`: in the same order, or a number by channel or by position."""
    if x.shape == main.shape and x.view.merged == main.view.merged:
        return x
    fits = len(x.shape) == len(main.shape) and all(n in (1, m) for n, m in zip(x.shape, main.shape, strict=True))
    axes = windows.as_they_lie(main) if main.is_map else None
    if not fits or not main.is_map or (axes is None and x.shape == main.shape):
        raise NoKernel("its operands differ in shape or order")
    if axes is not None and x.shape == main.shape:
        return tracer.as_map(x, axes)
    return _repeated(tracer, main, x, axes)


def _repeated(tracer: Tracer, main: Ref, x: Ref, axes: values.Axes | None) -> Ref:
    """An operand that is the same at several places of `main`, as an expression reads it."""
    fine = {each for axis, size in enumerate(x.shape) if size > 1 for each in main.view.array[axis]}
    frames, *pixels, channels = ({*group} & fine for group in main.view.groups)
    every = [set(group) for group in main.view.groups]
    kept = len(channels)
    whole = [frames, {*pixels[0], *pixels[1]}], [every[0], every[1] | every[2]]
    torn = any(some not in (set(), all_) for some, all_ in zip(*whole, strict=True))
    if torn or channels != set(main.view.groups[3][:kept]):
        raise NoKernel("it repeats values along some of the positions, or of a group of channels")
    absent = {axis for axis in range(len(main.view.sizes)) if axis not in fine}
    lies = main.view.without(absent, range(len(main.shape))).merged
    if not any(whole[0]):
        order = [each for axis in range(len(x.shape)) if x.shape[axis] > 1 for each in main.view.array[axis]]
        if order != sorted(order):
            raise NoKernel("its operands differ in shape or order")
        return tracer.as_flat(x)
    if x.is_map and x.view.merged == lies:
        return x
    if axes is None:
        raise NoKernel("its operands differ in shape or order")
    return tracer.as_map(x, axes)
