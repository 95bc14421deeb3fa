"""Packed convolutions for CPUs: alone, or two in a row that share a cache."""

import numpy as np

from lowering.graph import ops
from lowering.graph.rewrites import fusion
from lowering.kernels import executable, kernel, layouts, tables
from lowering.kernels.cpu import stage as stages
from lowering.targets import targets, tiles

# At most, where a layer has more to share out; 2, 3, 4 and 6 threads get as many each. IREE hands fewer than 8 a thread out one by one, more
# than that in eights, of which the last leave threads waiting.
WORKGROUPS = 12
SMALL = 256 * 1024  # bytes of input that stay in cache without being asked for


def conv(
    op: ops.PackedConv, x: kernel.Value, residual: kernel.Value | None, out: layouts.Layout, target: targets.Target
) -> kernel.Kernel:
    """One convolution: relu?(conv(x) + bias + residual)."""
    assert x.rows is not None
    count, (tile, chunk, chunks, block) = op.kernel.rows, cut(op, out, target)
    inputs = {"x": x} | ({"residual": residual} if residual else {})
    arrays, whole = (
        tables.operands(tables.conv(op, x.rows, out, count), target.precision, target.inputs_ahead),
        kernel.feature_map(out, target.precision.activations),
    )
    types = executable.types(inputs, arrays, whole)
    (front, _), _, _ = op.padding
    workers = min(chunks * out.frames, WORKGROUPS)
    size, x_frame = chunk * tile.size, op.stride * x.rows.plane
    stage = stages.Stage(
        op, tile, target, types, "x", "out", out.frames * out.plane, stages.held(op, x.rows, size, target), mask_at="%mask_at",
        residual=residual.type.size if residual else 0,
    )  # fmt: skip
    ahead = stages.Ahead("%ahead_start", x.rows, op.kernel.shape[0], size)
    body = kernel.fill(
        "cpu/conv", share=share(chunks * out.frames, workers), chunks=chunks, block=block, rows=count, chunk=chunk, tiles=tile.count, first=out.first,
        plane=out.plane, span=size, x_frame=x_frame,
        ahead=out.first + stages.reach(op, x.rows) - front * x.rows.plane,
        pads=pads(out, op, types["out"], chunks, "%row_first", "%row_end", whole.element),
        filters=stage.text(
            frame="%frame", row_first="%row_first", row_end="%row_end", tile_first="%tile_first", tile_end="%tile_end", origin="%origin", to="%to",
            prefetch=prefetch(ahead, types["x"], block, target),
        ),
    )  # fmt: skip
    return executable.kernel_of(inputs, arrays, types, (workers, -(-count // block), 1), body, whole)


def chain(
    op: ops.FusedConvs, x: kernel.Value, residual: kernel.Value | None, out: layouts.Layout, target: targets.Target
) -> kernel.Kernel:
    """Two convolutions; what lies between them passes through a ring of frames that stays in cache. Each workgroup has a ring and several chunks."""
    assert x.rows is not None
    first, second, (front, _) = op.first, op.second, op.second.padding[0]
    pieces, depth = fusion.pieces(first, second, out.end - out.first, target), second.kernel.shape[0]
    span, chunks = pieces.span, pieces.chunks
    tile_a, tile_b = (fusion.tile(each, pieces, target) for each in (first, second))
    mid = layouts.flat(op.between[0], first.kernel.rows * first.kernel.group, span)
    found = ring_tables(first, x.rows, mid)
    found |= tables.conv(second, mid, out, second.kernel.rows) | {"offsets": tables.ring_offsets(second, span)}
    inputs = {"x": x} | ({"residual": residual} if residual else {})
    arrays, whole = (
        tables.operands(found, target.precision, target.inputs_ahead),
        kernel.feature_map(out, target.precision.activations),
    )
    workers, size = min(chunks, WORKGROUPS), mid.stored * depth * span
    scratch = {"ring": kernel.Tensor((workers * size,), whole.element)}
    types = executable.types(inputs, arrays, whole, scratch=scratch)
    reading = stages.Stage(
        second, tile_b, target, types, "ring", "out", out.frames * out.plane, size * target.activation_bytes, mask_at="%start", residual=residual.type.size if residual else 0, shift="%shift"
    )  # fmt: skip
    body = kernel.fill(
        "cpu/chain", **ring_filling(first, tile_a, x.rows, mid, depth, types, target), rows=second.kernel.rows, frames=out.frames, size=size, chunks=chunks,
        share=share(chunks, workers), steps=pieces.steps, step=pieces.step, first=out.first, end=out.end, stride=second.stride, lead=depth - front,
        pads=pads(out, second, types["out"], chunks, "%c0", "%rows", whole.element),
        second=kernel.fill(
            "cpu/chain_second", tiles=tile_b.count, stride=second.stride, lead=depth - front, depth=depth, taps=len(second.kernel.taps), plane=out.plane,
            filters=reading.text(
                frame="%frame", row_first="%c0", row_end="%rows", tile_first="%c0", tile_end="%tiles", origin="%ring_at", to="%to",
                prefetch=stages.prefetch_residual(out, types["residual"], group=second.kernel.group, size=span, element_bytes=target.activation_bytes) if residual else "",
            ),
        ),
    )  # fmt: skip
    return executable.kernel_of(inputs, arrays, types, (workers, 1, 1), body, whole, scratch=scratch)


def share(items: int, workers: int) -> str:
    """The text that finds a workgroup's part of some items."""
    return kernel.fill("cpu/share", larger=items // workers + 1, smaller=items // workers, extra=items % workers)


def ring_tables(op: ops.PackedConv, x: layouts.Layout, mid: layouts.Layout) -> dict[str, np.ndarray]:
    """The tables of the convolution that fills a ring: it masks nothing, since only pixels are read from there."""
    found = tables.conv(op, x, mid, op.kernel.rows)
    return {f"mid_{name}": values for name, values in found.items() if name != "mask"}


def ring_filling(
    op: ops.PackedConv, tile: tiles.Tile, x: layouts.Layout, mid: layouts.Layout, depth: int, types: dict[str, str], target: targets.Target
) -> dict[str, object]:  # fmt: skip
    """Of the template cpu/chain what concerns the convolution that fills a ring of `depth` frames; the newest that it reads is fetched ahead."""
    reach, newest = stages.reach(op, x), op.stride + op.kernel.shape[0] - 1 - op.padding[0][0]
    ahead = stages.Ahead("%ahead_start", x, 1, mid.plane + 2 * reach)
    stage = stages.Stage(
        op, tile, target, types, "x", "ring", depth * mid.plane, stages.held(op, x, mid.plane, target), prefix="mid_"
    )
    text = stage.text(
        frame="%mid", row_first="%c0", row_end="%mid_rows", tile_first="%c0", tile_end="%mid_tiles", origin="%mid_origin", to="%mid_to",
        prefetch=prefetch(ahead, types["x"], op.kernel.rows, target),
    )  # fmt: skip
    return {
        "mid": text, "mid_rows": op.kernel.rows, "mid_tiles": tile.count, "mid_frames": mid.frames, "span": mid.plane, "depth": depth,
        "x_frame": op.stride * x.plane, "ahead": newest * x.plane - reach,
    }  # fmt: skip


def cut(op: ops.PackedConv, out: layouts.Layout, target: targets.Target) -> tuple[tiles.Tile, int, int, int]:
    """The tile, tiles in a chunk, chunks, and rows of filters in a workgroup."""
    tiling = op.schedule.tiling(target, op.kernel.group)
    tile = tiles.cut(out.end - out.first, _room(op, out), target.lanes, tiling.vectors)
    chunk = min(tiling.chunk, tile.count)
    chunks = -(-tile.count // chunk)
    return tile, chunk, chunks, -(-op.kernel.rows // max(1, min(op.kernel.rows, WORKGROUPS // (chunks * out.frames))))


def _room(op: ops.PackedConv, out: layouts.Layout) -> int:
    """Positions that a tile may cover, the zeros after the last pixel included, so that no tap leaves its plane."""
    return out.plane - out.first - max(0, stages.reach(op, out))


def prefetch(ahead: stages.Ahead, buffer: str, rows_in_turn: int, target: targets.Target) -> str:
    """The text that fetches ahead from an input too large to be in the cache anyway."""
    small = ahead.x.size * target.activation_bytes <= SMALL
    return "" if small else stages.prefetch(ahead, buffer, rows_in_turn, target.activation_bytes)


def pads(
    out: layouts.Layout, op: ops.PackedConv, buffer: str, chunks: int, row_first: str, row_end: str, element: str
) -> str:
    """The text that writes the zeros before and after the image, in the first and in the last chunk."""
    return kernel.fill(
        "cpu/pads", element=element, last_chunk=chunks - 1, first=out.first, end=out.end, plane=out.plane, group=op.kernel.group,
        row_first=row_first, row_end=row_end, stride=out.frames * out.plane, out=buffer,
    )  # fmt: skip
