"""Reshapes and transposes, which cost nothing until someone reads them, and what passes its operand on."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.graph import values, views
from lowering.graph.operations import moves
from lowering.graph.primitives import resizing
from lowering.graph.values import NoKernel, Ref, Tracer

MOST_REPEATED = 1 << 14  # elements of a vector that repeats another one


def reshape(tracer: Tracer, eqn: values.Equation, x: Any, *_: Any) -> Ref:
    """reshape, squeeze, expand_dims and broadcast_in_dim, which repeats elements of vectors, or pixels side by side."""
    shape = tuple(eqn.outvars[0].aval.shape)
    if int(np.prod(shape)) != int(np.prod(x.shape)):
        return resizing.repeated(tracer, eqn, x) if x.is_map else _repeated(tracer, eqn, x, shape)
    if (order := eqn.params.get("dimensions")) is not None and eqn.primitive.name == "reshape":
        x = _turned(x, order)
    view = x.view.reshape(shape)
    if view is None:
        x = tracer.as_flat(x)
        view = views.flat(shape)
    return Ref(x.node, view, x.dtype)


def transpose(tracer: Tracer, eqn: values.Equation, x: Any) -> Ref:
    """A feature map, or an array of one axis, in another order of axes: who reads it next knows where each lies."""
    return _turned(x, eqn.params["permutation"])


def same(tracer: Tracer, eqn: values.Equation, x: Any, *_: Any) -> Ref:
    """What passes its operand on; a change of the element type does not."""
    if eqn.primitive.name == "convert_element_type" and str(eqn.params["new_dtype"]) != x.dtype:
        raise NoKernel(f"it makes {eqn.params['new_dtype']} of {x.dtype}")
    if eqn.primitive.name == "reduce_precision" and (eqn.params["exponent_bits"], eqn.params["mantissa_bits"]) != (
        8,
        23,
    ):
        raise NoKernel("it rounds to another type")
    return x


def each(tracer: Tracer, eqn: values.Equation, *xs: Any) -> Sequence[Any]:
    """A barrier: all its operands as they are."""
    return xs


def _repeated(tracer: Tracer, eqn: values.Equation, x: Ref, shape: tuple[int, ...]) -> Ref:
    """broadcast_in_dim of a short vector, such as a number for each group of channels."""
    if x.is_map or not tracer.is_own(x) or np.prod(shape) > MOST_REPEATED:
        raise NoKernel("it repeats values")
    at = dict(zip(eqn.params["broadcast_dimensions"], x.shape, strict=True))
    thin = np.arange(int(np.prod(x.shape))).reshape([at.get(axis, 1) for axis in range(len(shape))])
    op = moves.taken([np.broadcast_to(thin, shape).ravel().tolist()])
    return Ref(tracer.add("repeat", op, [tracer.as_flat(x)]), views.flat(shape))


def _turned(x: Ref, order: Sequence[int]) -> Ref:
    if not x.is_map and sum(size > 1 for size in x.shape) > 1:
        raise NoKernel("it moves the axes of a flat array")
    return Ref(x.node, x.view.transpose(order), x.dtype)
