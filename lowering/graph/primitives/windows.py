"""Pools and reductions over frames, height and width."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.graph import ops, values, views
from lowering.graph.values import NoKernel, Ref, Tracer


def pool(tracer: Tracer, eqn: values.Equation, x: Any) -> Ref:
    """reduce_window_max and reduce_window_sum, over up to three axes of a feature map; a sum is a scaled mean."""
    x, p = values.computed(x), eqn.params
    if set(p["base_dilation"]) | set(p["window_dilation"]) != {1}:
        raise NoKernel("its windows are dilated")
    moving = [axis for axis in range(len(x.shape)) if _moves(p, axis)]
    axes = _axes(x, moving)
    pick = lambda key, still: tuple(_pick(p[key], group, moving, still) for group in axes[:3])
    window, strides, padding = pick("window_dimensions", 1), pick("window_strides", 1), pick("padding", (0, 0))
    if min(min(pads) for pads in padding) < 0:
        raise NoKernel(f"its padding {p['padding']} is negative")
    laid, view = tracer.as_map(x, axes), views.laid(eqn.outvars[0].aval.shape, axes)
    if eqn.primitive.name == "reduce_window_max":
        return Ref(tracer.add("pool", ops.MaxPool(window, strides, padding), [laid]), view)
    mean = Ref(tracer.add("pool", ops.AvgPool(window, strides, padding), [laid]), view)
    return _scaled(tracer, mean, float(np.prod(window)))


def reduce(tracer: Tracer, eqn: values.Equation, x: Any) -> Ref:
    """reduce_sum and reduce_max of a feature map over positions, channels or groups of channels."""
    x, reduced = values.computed(x), set(eqn.params["axes"])
    if not x.is_map:
        raise NoKernel("it reduces another array than a feature map")
    over = {fine for axis in reduced for fine in x.view.array[axis]}
    view = x.view.without(over, [axis for axis in range(len(x.shape)) if axis not in reduced])
    if not over:
        return Ref(x.node, view)
    if over & set(x.view.groups[3]):
        return _over_channels(tracer, eqn, x, over, view)
    positions, whole = x.view.groups[:3], [over.issuperset(group) for group in x.view.groups[:3]]
    if {fine for group, all_ in zip(positions, whole, strict=True) if all_ for fine in group} != over:
        raise NoKernel("it reduces along a part of an axis")
    sizes = x.view.value_shape
    window: Any = tuple(size if all_ else 1 for size, all_ in zip(sizes, whole, strict=False))
    largest = eqn.primitive.name == "reduce_max"
    strides = (1, *window[1:])  # of one window any would do: with these, results lie close together
    op = (ops.MaxPool if largest else ops.AvgPool)(window, strides, ops.NO_PADDING)
    node = tracer.add("pool", op, [x])
    if view.value[:3] == (0, 0, 0) and view.is_plain:
        node, view = tracer.add("reshape", ops.Reshape(), [Ref(node, view)]), views.flat(view.shape)
    result = Ref(node, view)
    return result if largest else _scaled(tracer, result, float(np.prod(window)))


def _over_channels(tracer: Tracer, eqn: values.Equation, x: Ref, over: set[int], view: views.View) -> Ref:
    """A reduction over channels, or over groups of them, and over no position, all of a frame, or all."""
    frames, *pixels, channels = x.view.groups
    within = {fine for group in pixels for fine in group}
    kept = [fine for fine in channels if fine not in over]
    positions = over - set(channels)
    every = {"none": set(), "pixels": within, "all": {*frames, *within}}
    found = next((name for name in ("all", "pixels", "none") if every[name] == positions), None)
    if found is None or kept != list(channels[: len(kept)]):
        raise NoKernel("it reduces along a part of an axis")
    groups = int(np.prod([x.view.sizes[fine] for fine in kept], dtype=int))
    kind = "max" if eqn.primitive.name == "reduce_max" else "sum"
    node = tracer.add("reduce", ops.Reduce(kind, groups, found != "none", found == "all"), [x])
    return Ref(node, dataclasses.replace(view, value=(len(view.sizes),)) if found == "all" else view)


def _scaled(tracer: Tracer, x: Ref, factor: float) -> Ref:
    channels = x.view.value_shape[-1]
    return Ref(tracer.add("affine", ops.Affine(np.full(channels, factor), np.zeros(channels)), [x]), x.view)


def _moves(params: dict[str, Any], axis: int) -> bool:
    still = params["window_dimensions"][axis] == 1 == params["window_strides"][axis]
    return not still or tuple(params["padding"][axis]) != (0, 0)


def _axes(x: Ref, moving: Sequence[int]) -> values.Axes:
    """Which axes become those of a feature map: as they lie, if the windows move along its own; else by their order."""
    found = _with_room(x, moving) if x.is_map else None
    if found is not None:
        return found
    if not 1 <= len(moving) <= 3:
        raise NoKernel(f"its windows move along {len(moving)} axes, our kernels' along up to 3")
    rest = [axis for axis in range(len(x.shape)) if axis not in moving]
    batch, channels = rest[:-1], rest[-1:]
    if len(moving) == 3 and any(x.shape[axis] > 1 for axis in batch):
        raise NoKernel("its windows move along three axes of several examples")
    spread = [[axis] for axis in moving]
    spread = [[*batch, *spread[0]], *spread[1:]] if len(moving) == 3 else [batch, *spread]
    return [spread[0], *[[]] * (3 - len(spread)), *spread[1:], channels]


def _with_room(x: Ref, moving: Sequence[int]) -> list[list[int]] | None:
    """The axes as they lie, with at most one that moves in each of the feature map's; None where that cannot be.

    An axis of size 1 can lie anywhere, and goes where no other moves.
    """
    found = as_they_lie(x)
    if found is None:
        return None
    groups = [[axis for axis in group if axis not in moving or x.shape[axis] > 1] for group in found]
    for axis in (axis for axis in moving if x.shape[axis] == 1):
        free = [group for group in groups[:3] if all(x.shape[each] == 1 and each not in moving for each in group)]
        if not free:
            return None
        free[0].append(axis)
    for group in groups:
        along = [axis for axis in group if axis in moving]
        if along and (len([axis for axis in group if x.shape[axis] > 1 or axis in moving]) > 1 or group is groups[3]):
            return None
    return groups


def as_they_lie(x: Ref) -> list[list[int]] | None:
    """The axes of the array that a feature map's axes are made of; None where one is spread over two of them."""
    found: list[list[int]] = [[], [], [], []]
    for axis, fine in enumerate(x.view.array):
        groups = {place for place, group in enumerate(x.view.groups) if set(fine) & set(group)}
        if len(groups) > 1:
            return None
        found[groups.pop() if groups else 0].append(axis)
    ordered = [sorted(group, key=lambda axis: x.view.array[axis] or (-1,)) for group in found]
    return ordered if x.view.groups_of(ordered) else None


def _pick(values_: Sequence[Any], group: Sequence[int], moving: Sequence[int], still: Any) -> Any:
    """A window's, stride's or padding's number for an axis of the map, made of at most one axis that moves."""
    found = [values_[axis] for axis in group if axis in moving]
    return (tuple(found[0]) if isinstance(found[0], Sequence) else found[0]) if found else still
