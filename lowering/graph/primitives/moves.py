"""What moves the elements of feature maps: slices, borders, reversals, joins, and places that are known beforehand."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lowering.graph import ops, values, views
from lowering.graph.operations import moves
from lowering.graph.values import NoKernel, Ref, Tracer

MOST_JOINED = 12  # values that one kernel reads
Along = Mapping[int, np.ndarray]  # by axis of JAX's array: the place that each element comes from, or OUTSIDE


def cut(tracer: Tracer, eqn: values.Equation, x: Any) -> Any:
    """slice: from a start to a limit in steps."""
    p = eqn.params
    steps = p["strides"] or [1] * len(p["start_indices"])
    ends = zip(p["start_indices"], p["limit_indices"], steps, strict=True)
    return _taken(tracer, eqn, x, {axis: np.arange(*each) for axis, each in enumerate(ends)})


def dynamic_cut(tracer: Tracer, eqn: values.Equation, x: Any, *starts: Any) -> Any:
    """dynamic_slice from a start that weights or nothing decide."""
    if not all(isinstance(start, values.Const) for start in starts):
        raise NoKernel("it starts where the network's inputs say")
    sizes = eqn.params["slice_sizes"]
    first = [min(max(int(s.value), 0), n - size) for s, n, size in zip(starts, x.shape, sizes, strict=True)]
    spans = zip(first, sizes, strict=True)
    return _taken(tracer, eqn, x, {axis: np.arange(low, low + size) for axis, (low, size) in enumerate(spans)})


def split(tracer: Tracer, eqn: values.Equation, x: Any) -> Sequence[Any]:
    """Cut along an axis into parts of given sizes."""
    sizes, axis = eqn.params["sizes"], eqn.params["axis"]
    ends = np.cumsum(sizes)
    return [
        _taken(tracer, eqn, x, {axis: np.arange(end - size, end)}, place)
        for place, (size, end) in enumerate(zip(sizes, ends, strict=True))
    ]


def reverse(tracer: Tracer, eqn: values.Equation, x: Any) -> Any:
    """rev: axes from their end to their start."""
    return _taken(tracer, eqn, x, {axis: np.arange(x.shape[axis])[::-1] for axis in eqn.params["dimensions"]})


def pad(tracer: Tracer, eqn: values.Equation, x: Any, fill: Any) -> Any:
    """pad: a number around and between the elements; a negative border crops."""
    if not isinstance(fill, values.Const):
        raise NoKernel("the inputs decide what it pads with")
    if np.iscomplexobj(fill.value):
        raise NoKernel("it is of complex numbers")
    along = {}
    for axis, (low, high, inner) in enumerate(eqn.params["padding_config"]):
        size = x.shape[axis]
        places = np.full(max(0, (size - 1) * (inner + 1) + 1), moves.OUTSIDE)
        places[:: inner + 1] = np.arange(size)
        places = np.pad(places, (max(low, 0), max(high, 0)), constant_values=moves.OUTSIDE)
        along[axis] = places[max(-low, 0) : len(places) - max(-high, 0)]
    return _taken(tracer, eqn, x, along, fill=float(fill.value))


def tile(tracer: Tracer, eqn: values.Equation, x: Any) -> Any:
    """tile: the whole array several times along its axes."""
    counts = enumerate(eqn.params["reps"])
    return _taken(tracer, eqn, x, {axis: np.tile(np.arange(x.shape[axis]), count) for axis, count in counts})


def gather(tracer: Tracer, eqn: values.Equation, x: Any, places: Any) -> Any:
    """gather: whole slices at places along one axis that are known beforehand."""
    p, numbers = eqn.params, eqn.params["dimension_numbers"]
    axes = tuple(numbers.start_index_map)
    if not isinstance(places, values.Const) or len(axes) != 1 or tuple(numbers.collapsed_slice_dims) != axes:
        raise NoKernel("it reads other places than known ones along one axis")
    (axis,), at = axes, np.asarray(places.value)[..., 0]
    inserted = [place for place in range(len(eqn.outvars[0].aval.shape)) if place not in numbers.offset_dims]
    whole = [size for place, size in enumerate(x.shape) if place != axis]
    if inserted != list(range(axis, axis + at.ndim)) or whole != [
        s for i, s in enumerate(p["slice_sizes"]) if i != axis
    ]:
        raise NoKernel("it reads parts of slices, or puts their axis elsewhere")
    if at.ndim != 1 or at.min() < 0 or at.max() >= x.shape[axis]:
        raise NoKernel("it reads outside the array, or at a table of places")
    return _taken(tracer, eqn, x, {axis: at})


def concatenate(tracer: Tracer, eqn: values.Equation, *xs: Any) -> Ref:
    """Feature maps joined along any axis, or vectors one after the other; what has no elements is left out."""
    return _joined(tracer, [x for x in xs if np.prod(x.shape)], eqn.params["dimension"])


def stack(tracer: Tracer, eqn: values.Equation, *xs: Any) -> Ref:
    """Feature maps joined along a new axis."""
    axis, parts = eqn.params["axis"], list[Any]()
    for x in xs:
        thin = (*x.shape[:axis], 1, *x.shape[axis:])
        constant = isinstance(x, values.Const)
        parts.append(values.Const(x.value.reshape(thin)) if constant else Ref(x.node, x.view.reshape(thin), x.dtype))
    return _joined(tracer, parts, axis)


def _joined(tracer: Tracer, parts: list[Any], axis: int) -> Ref:
    """Arrays joined along an axis. A constant of one number among feature maps is what fills the rest."""
    while len(parts) > MOST_JOINED:
        parts = [_joined(tracer, parts[i : i + MOST_JOINED], axis) for i in range(0, len(parts), MOST_JOINED)]
    if len(parts) == 1:
        return values.computed(parts[0])
    main = next((part for part in parts if isinstance(part, Ref) and part.is_map), None)
    if main is not None:
        return _joined_maps(tracer, parts, _axes(main, [axis]), axis)
    flat = [values.computed(part) for part in parts]
    if any(size > 1 for place, size in enumerate(flat[0].shape) if place != axis):
        raise NoKernel("it joins arrays of several axes")
    shape = _grown(flat, axis)
    return Ref(tracer.add("concat", ops.Concat(), [tracer.as_flat(part) for part in flat]), views.flat(shape))


def _joined_maps(tracer: Tracer, parts: list[Any], axes: values.Axes, axis: int) -> Ref:
    """Feature maps that lie along these axes, and constants between them."""
    shape, fill = _grown(parts, axis), _fill([part for part in parts if isinstance(part, values.Const)])
    view = views.laid(shape, axes)
    ends, laid, patches = np.cumsum([part.shape[axis] for part in parts]), list[Ref](), list[moves.Patch]()
    for part, end in zip(parts, ends, strict=True):
        if isinstance(part, values.Const):
            continue
        laid.append(tracer.as_map(values.computed(part), axes))
        at = _lists(shape, axes, {axis: np.arange(end - part.shape[axis], end)})
        patches.append(moves.Patch(len(laid) - 1, _whole(laid[-1].view.value_shape), at))
    alone = all(shape[other] == 1 for other in axes[3] if other != axis) and axis in axes[3]
    plain = alone and len(laid) == len(parts)
    op = ops.Concat() if plain else ops.Mosaic(view.value_shape, tuple(patches), fill)
    return Ref(tracer.add("concat", op, laid), view)


def _fill(constants: list[values.Const]) -> float:
    """The one number that constants hold."""
    numbers = {float(number) for constant in constants for number in np.unique(constant.value)}
    if len(numbers) > 1:
        raise NoKernel("it joins feature maps with weights")
    return numbers.pop() if numbers else 0.0


def _grown(parts: Sequence[Any], axis: int) -> tuple[int, ...]:
    """The shape of arrays joined along an axis."""
    shape = parts[0].shape
    return (*shape[:axis], sum(part.shape[axis] for part in parts), *shape[axis + 1 :])


def _taken(
    tracer: Tracer, eqn: values.Equation, x: Any, along: Along, result: int = 0, fill: float = 0.0
) -> Ref | values.Const:
    """The elements of a feature map at places along each axis, in their order."""
    x, shape = values.computed(x), tuple(eqn.outvars[result].aval.shape)
    moving = {axis: places for axis, places in along.items() if list(places) != list(range(x.shape[axis]))}
    if not moving:
        return x
    if not x.is_map:
        return _of_vector(tracer, eqn, x, moving)
    if any((places == moves.OUTSIDE).all() for places in moving.values()):
        return values.Const(np.full(shape, fill, np.float32))
    axes = _axes(x, list(moving))
    laid = tracer.as_map(x, axes)
    op = moves.taken(_lists(x.shape, axes, moving), fill)
    return Ref(tracer.add(eqn.primitive.name, op, [laid]), views.laid(shape, axes))


def _of_vector(tracer: Tracer, eqn: values.Equation, x: Ref, moving: Along) -> Ref:
    """What repeats the numbers of a vector, such as one for each group of channels."""
    if eqn.primitive.name not in ("gather", "tile") or not tracer.is_own(x):
        raise NoKernel("it moves elements of a flat array")
    (places,) = _lists(x.shape, [range(len(x.shape))], moving)
    op = moves.taken([places])
    return Ref(tracer.add(eqn.primitive.name, op, [tracer.as_flat(x)]), views.flat(eqn.outvars[0].aval.shape))


def _axes(x: Ref, moving: Sequence[int]) -> list[list[int]]:
    """For each axis of the feature map, the axes of the array that lie in it, in the array's order.

    An axis of size 1 lies anywhere. If it is to grow, it goes where no other is, or around the frames.
    """
    found: list[list[int]] = [[], [], [], []]
    for axis, fine in enumerate(x.view.array):
        groups = {place for place, group in enumerate(x.view.groups) if set(fine) & set(group)}
        if len(groups) > 1:
            raise NoKernel("one of its axes lies across two axes of the feature map")
        if groups:
            found[groups.pop()].append(axis)
    for axis in (axis for axis, fine in enumerate(x.view.array) if not fine):
        free = [group for group in found if all(x.shape[each] == 1 and each not in moving for each in group)]
        last = axis == len(x.shape) - 1
        (free[-1 if last else 0] if axis in moving and free else found[0]).append(axis)
    return [sorted(group, key=lambda axis: x.view.array[axis] or (-1,)) for group in found]


def _lists(shape: Sequence[int], axes: values.Axes, along: Along) -> tuple[moves.Places, ...]:
    """The places along each axis of a feature map, where arrays of this shape have some along their own axes."""
    found = []
    for group in axes:
        sizes = [shape[axis] for axis in group]
        at = np.arange(int(np.prod(sizes, dtype=int))).reshape(sizes)
        for place, axis in enumerate(group):
            if axis in along:
                outside = along[axis] == moves.OUTSIDE
                at = at.take(np.maximum(along[axis], 0), place)
                at[(slice(None),) * place + (outside,)] = moves.OUTSIDE
        found.append(tuple(at.ravel().tolist()))
    return tuple(found)


def _whole(shape: Sequence[int]) -> tuple[moves.Places, ...]:
    return tuple(tuple(range(size)) for size in shape)
