"""Values put together from patches of others, as linalg on tensors: each place looks up whether a patch lies there."""

from collections.abc import Sequence

import numpy as np

from lowering.graph.operations import moves
from lowering.kernels import kernel as kernels
from lowering.kernels import layouts
from lowering.kernels.mlir import block, tensors, types, values


def mosaic(request: kernels.Request) -> kernels.Kernel:
    """A feature map of feature maps.

    `table` holds for each patch where every channel, frame and position of the result comes from; -1: from elsewhere.
    """
    op, y = request.op.by_words if request.words else request.op, request.y
    tables = [_tables(patch, request.inputs[patch.source].layout, y) for patch in op.patches]
    around = np.where(y.mask() == 1, op.fill, 0).astype(np.int32 if request.words else np.float32)
    return _looked_up(request, tables, request.y_type, "c f p", around)


def vector_mosaic(request: kernels.Request) -> kernels.Kernel:
    """A vector of vectors; `table` as for feature maps."""
    op, (size,) = request.op, request.node.shape
    tables = [[_places(patch.of[0], patch.at[0], size)] for patch in op.patches]
    return _looked_up(request, tables, types.Tensor((size,)), "k", np.full(size, op.fill, np.float32))


def _looked_up(
    request: kernels.Request, tables: list[list[np.ndarray]], out: types.Tensor, axes: str, around: np.ndarray
) -> kernels.Kernel:
    """tables: of each patch, for each axis of the result. around: along the last axis, what lies where no patch is."""
    inputs = {f"x{place}": x for place, x in enumerate(request.inputs)}
    flat = np.concatenate([np.zeros(0), *(table for each in tables for table in each)]).astype(np.int32)
    f = kernels.Function(inputs, (kernels.array("around", around), kernels.array("table", flat)))
    b, start = f.block, 0
    with tensors.generic(b, [(f["around"], axes.split()[-1])], (tensors.empty(b, out), axes)) as cell:
        at = [cell.at(axis) for axis in cell.axes]
        found = b.cast(cell.inputs[0], out.element)
        for patch, each in zip(request.op.patches, tables, strict=True):
            found = _seen(b, f["table"], start, each, at, f[f"x{patch.source}"], found)
            start += sum(map(len, each))
        cell.give(found)
    return f.kernel(cell.result)


def _seen(
    b: block.Block,
    table: values.Value,
    start: int,
    tables: Sequence[np.ndarray],
    at: Sequence[values.Value],
    source: values.Value,
    otherwise: values.Value,
) -> values.Value:
    """What a patch shows at a place, or what lies behind it. start: of its tables in the whole one."""
    inside, places = None, []
    no = b.constant(0, types.I32, "no")
    for along, here in zip(tables, at, strict=True):
        place = tensors.extract(b, table, (here + start,), "place")
        start += len(along)
        within = b.compare("sge", place, no, "within")
        inside = within if inside is None else b.op("arith.andi", inside, within, name="inside")
        places.append(b.cast(b.op("arith.maxsi", place, no, name="near"), "index", "near_at"))
    assert inside is not None
    return b.select(inside, tensors.extract(b, source, places, "seen"), otherwise, "found")


def _tables(patch: moves.Patch, x: layouts.Layout | None, y: layouts.Layout) -> list[np.ndarray]:
    """Where channels, frames and positions come from."""
    assert x is not None
    positions = np.full(y.plane, moves.OUTSIDE)
    rows = y.first + np.asarray(patch.at[1]) * y.pitch
    from_rows = x.first + np.asarray(patch.of[1]) * x.pitch
    positions[rows[:, None] + np.asarray(patch.at[2])] = from_rows[:, None] + np.asarray(patch.of[2])
    frames, channels = (_places(patch.of[axis], patch.at[axis], n) for axis, n in ((0, y.frames), (3, y.stored)))
    return [channels, frames, positions]


def _places(of: moves.Places, at: moves.Places, size: int) -> np.ndarray:
    found = np.full(size, moves.OUTSIDE)
    found[list(at)] = of
    return found
