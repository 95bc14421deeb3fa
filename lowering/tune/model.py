"""What a convolution's kernel costs on a CPU: the instructions that it executes, and what its caches miss.

The instructions are those of NEON code as IREE 3.13 writes it for our templates: exact in the loop over taps,
fitted to counts (`rt3d count`) around it. The stalls are estimates that no measurement supports: they speak against
a schedule, never for one. For registers other than NEON's the sum of both still tells which options to measure first.
"""

import dataclasses
import math

import numpy as np

from lowering.graph import ops
from lowering.graph.rewrites import fusion
from lowering.kernels import layouts
from lowering.kernels.cpu import conv, fused_winograd, numbers, outer, prefetch, products, rows, winograd_frames
from lowering.targets import precisions, targets, tiles

# Instructions.
REGISTERS = 32
LOOP = 4  # per tap: the offset's load, the address, counter and branch
POINTER = {2: 1}  # by registers of weights: instructions that move their pointer, where the load does not
MATRICES = 0.68  # of these where small matrix products take two taps at a time
SPILL = 2  # per accumulator without a register, per tap
TILE, FILTER = 10.0, 1.3  # per tile, and for each of its filters
# Per vector of accumulators. "rescaled": sums of integers become int8.
ACCUMULATORS = {"always": 1.0, "mask": 1.0, "relu": 2.4, "residual": 4.6, "rescaled": 4.6}
# Per vector of accumulators, by the steps of an activation; any other step is one.
STEPS = {"exp": 18, "exp2": 18, "expm1": 28, "log": 30, "log1p": 40, "tanh": 22, "logistic": 21, "erf": 40, "erfc": 39}
TURN = 4.0  # per filter and chunk of an output frame: bounds, and loops over pads
WORKGROUP = 268.0
FETCH = 4.4  # per cache line fetched ahead
PAD = 4.05  # per zero around the image
RESULT, WINDOW = 6.0, 1.3  # of a pool behind a convolution, per vector of its result, and per pixel of a window

PIECE = 1.0  # per row of pixels of a tile that is stored by itself
# Of Winograd's transforms of the input and of the result, per vector of tiles, by the side of a tile; and per plane.
INPUTS, RESULTS, PLANE = {2: 85.0, 4: 430.0}, {2: 72.0, 4: 325.0}, 100.0
# Of those over frames, per vector of positions: of a channel that is read, of a filter that is written.
READ, WRITTEN = {2: 16.3, 4: 30.4}, {2: 19.7, 4: 36.2}
KINDS = ops.PackedConv | ops.FusedConvs | ops.FusedPool | ops.WinogradInput | ops.WinogradResult | ops.FusedWinograd
KINDS |= ops.WinogradFrames

# Stalls, in instructions that could have been executed, per cache line: out of order, most of a line's latency is
# hidden.
NEAR, FAR, STREAM = 3.0, 20.0, 1.0  # from the second level, from beyond it, and of weights, which are read in order


@dataclasses.dataclass(frozen=True)
class Cost:
    """instructions: what `rt3d count` would count. stalls: what waiting for caches costs, in instructions."""

    instructions: float
    stalls: float


def total(graph: ops.Graph, target: targets.Target) -> float:
    """Instructions of all kernels with weights, with what they wait for caches meanwhile."""
    return sum(each.instructions + each.stalls for each in costs(graph, target).values())


def instructions(graph: ops.Graph, target: targets.Target) -> float:
    """Instructions of all kernels with weights, without any wait: what a count says of them."""
    return sum(each.instructions for each in costs(graph, target).values())


def costs(graph: ops.Graph, target: targets.Target) -> dict[str, Cost]:
    """Of each convolution's kernel, by its name, in a graph that is rewritten for the target."""
    layout, found = layouts.assign(graph), {}
    for node in graph.nodes:
        if isinstance(node.op, KINDS):
            x, out = layout[node.inputs[0]], layout[node.name]
            residual = any(name in layout for name in node.inputs[1:])  # weights are no feature map
            match numbers.in_memory(node.op, target):
                case ops.FusedConvs() as op:
                    found[node.name] = _convs(op, x, out, target, residual)
                case ops.FusedPool() as op:
                    found[node.name] = _pooled(op, x, out, target)
                case ops.WinogradInput() as op:
                    found[node.name] = _transform(op, x.frames * x.channels, INPUTS, out, target)
                case ops.WinogradResult() as op:
                    found[node.name] = _transform(op, out.frames * out.channels, RESULTS, out, target)
                case ops.FusedWinograd() as op:
                    found[node.name] = _fused_winograd(op, x, out, target)
                case ops.WinogradFrames() as op:
                    found[node.name] = _frames(op, out, target)
                case ops.PackedConv(groups=groups) as op if groups > 1:
                    found[node.name] = _products(op, x, out, target)
                case ops.PackedConv() as op:
                    found[node.name] = _conv(op, x, out, target, residual)
    return found


@dataclasses.dataclass(frozen=True)
class _Loops:
    """How often a convolution's loops run: `turns` of a row of filters in an output frame, with `taps` in all of them.

    A turn goes through the tiles of `chunks` chunks of positions.
    """

    op: ops.PackedConv
    tile: tiles.Tile
    taps: int
    turns: int
    chunks: int


def _conv(op: ops.PackedConv, x: layouts.Layout, out: layouts.Layout, target: targets.Target, residual: bool) -> Cost:
    if op.outer:
        return _outer(op, x, out, target)
    tile, chunk, chunks, block = conv.cut(op, out, target)
    span, loops = chunk * tile.size, _loops(op, tile, x.frames, out.frames, chunks)
    workgroups = out.frames * chunks * -(-op.kernel.rows // block)
    executed = _instructions(loops, target, residual, masked=True) + workgroups * WORKGROUP + _pads(out) * PAD
    if x.size * target.activation_bytes > prefetch.SMALL:
        lines = -(-span * target.activation_bytes // prefetch.LINE)
        executed += workgroups * x.channels * op.extent[0] * lines * FETCH
    return Cost(executed, _stalls(loops, span, rows.held(op, x, span, target), target))


def _outer(op: ops.PackedConv, x: layouts.Layout, out: layouts.Layout, target: targets.Target) -> Cost:
    """Of outer products, which only hosts have, so that no count supports it."""
    tile = outer.Cut.of(op, x, out, target).tile
    count, rows_ = tile.count(out.height, out.width), op.kernel.rows
    tap = tile.accumulators + tile.pixels + tile.vectors + LOOP
    turned = target.lanes.bit_length() * tile.vectors * target.lanes  # with the stores
    around = out.frames * rows_ * (TILE + tile.accumulators + turned)
    return Cost(count * (_taps(op, x.frames, out.frames) * tap + around) + _pads(out) * PAD, 0.0)


def _products(op: ops.PackedConv, x: layouts.Layout, out: layouts.Layout, target: targets.Target) -> Cost:
    """Of several groups, part by part of the channels, with the sums in memory meanwhile."""
    return Cost(_sums(op, products.Cut.of(op, x, out, target), target) + _pads(out) * PAD, 0.0)


def _fused_winograd(op: ops.FusedWinograd, x: layouts.Layout, out: layouts.Layout, target: targets.Target) -> Cost:
    """The sums of a tile of positions at a time, and their transform, whose pixels are stored tile by tile."""
    cut = products.Cut.of(op.products, x, fused_winograd.layout(op, x), target, together=True)
    vectors = cut.tile.count * cut.tile.vectors * out.channels
    transformed = vectors * (RESULTS[op.result.tile] + target.lanes * op.result.tile * PIECE)
    return Cost(_sums(op.products, cut, target) + transformed + _pads(out) * PAD, 0.0)


def _frames(op: ops.WinogradFrames, out: layouts.Layout, target: targets.Target) -> Cost:
    """A register tile of positions in a tile of frames at a time: transform, products, transform back."""
    tile, conv, count = winograd_frames.cut(op, out, target), op.products, out.frames // op.tile
    row = per_tile(conv, tile, target, residual=False, masked=False)
    each = len(conv.kernel.taps) * per_tap(conv.kernel.group, tile.vectors, target) + conv.kernel.rows * row
    each += tile.vectors * (conv.kernel.shape[3] * READ[op.tile] + out.channels * WRITTEN[op.tile])
    return Cost(count * tile.count * each + _pads(out) * PAD, 0.0)


def _sums(op: ops.PackedConv, cut: products.Cut, target: targets.Target) -> float:
    per_part = per_tile(op, cut.tile, target, residual=False, masked=False)
    each = per_tap(op.kernel.group, cut.tile.vectors, target)
    executed = len(op.kernel.taps) / op.kernel.shape[1] * cut.turns * each
    return executed + op.kernel.rows * cut.parts * (cut.tile.count * per_part + cut.chunks * op.kernel.group * TURN)


def _transform(
    op: ops.WinogradInput | ops.WinogradResult,
    planes: int,
    each: dict[int, float],
    out: layouts.Layout,
    target: targets.Target,
) -> Cost:
    """Of tiles, or of sums of products, in so many planes: rows of tiles, vector by vector."""
    down, across = op.counts
    vectors = down * -(-across // target.lanes)
    return Cost(planes * (vectors * each[op.tile] + PLANE) + _pads(out) * PAD, 0.0)


def _convs(op: ops.FusedConvs, x: layouts.Layout, out: layouts.Layout, target: targets.Target, residual: bool) -> Cost:
    pieces, between = fusion.pieces(op.first, op.second, out.end - out.first, target), op.between[0]
    span, chunks = pieces.span, pieces.chunks
    sizes = x.channels * op.first.kernel.shape[0], numbers.stored(op.first) * op.second.kernel.shape[0]
    executed, stalled = chunks * WORKGROUP + _pads(out) * PAD, 0.0
    parts = (op.first, x.frames, between), (op.second, between, out.frames)
    for size, (each, frames_in, frames) in zip(sizes, parts, strict=True):
        tile, last = fusion.tile(each, pieces, target), each is op.second
        whole = dataclasses.replace(tile, count=tile.count * pieces.steps)
        loops = _loops(each, whole, frames_in, frames, chunks)
        executed += _instructions(loops, target, residual and last, masked=last)
        held = size * (span + 2 * rows.reach(each, x)) * target.activation_bytes
        stalled += _stalls(loops, span, held, target)
    return Cost(executed, stalled)


def _pooled(op: ops.FusedPool, x: layouts.Layout, out: layouts.Layout, target: targets.Target) -> Cost:
    lines = fusion.lines(op, x.pitch, target)
    chunks, span = out.height // lines, lines * op.pool.window[1] * x.pitch
    loops = _loops(op.conv, fusion.pooled_tile(op, lines, x.pitch, target), x.frames, op.between[0], chunks=1)
    executed = chunks * (WORKGROUP + _instructions(loops, target, residual=False, masked=False))
    executed += _pads(out) * PAD + out.size / target.lanes * (RESULT + WINDOW * math.prod(op.pool.window))
    return Cost(executed, chunks * _stalls(loops, span, rows.held(op.conv, x, span, target), target))


def _loops(op: ops.PackedConv, tile: tiles.Tile, frames_in: int, frames: int, chunks: int) -> _Loops:
    return _Loops(op, tile, _taps(op, frames_in, frames), frames * op.kernel.rows, chunks)


def _instructions(loops: _Loops, target: targets.Target, residual: bool, masked: bool) -> float:
    op, tile = loops.op, loops.tile
    executed = loops.taps * tile.count * per_tap(op.kernel.group, tile.vectors, target)
    executed *= MATRICES if op.rescale is not None and target.dots == "smmla" else 1
    around = tile.count * per_tile(op, tile, target, residual, masked) + loops.chunks * op.kernel.group * TURN
    return executed + loops.turns * around


def per_tap(group: int, vectors: int, target: targets.Target) -> float:
    """Of the innermost loop: multiply-adds, loads by pairs of registers, conversions, spills."""
    weights, own = -(-group // target.weight_lanes), target.precision
    executed = group * vectors + math.ceil(vectors / 2) + math.ceil(weights / 2) + LOOP + POINTER.get(weights, 0)
    executed += vectors * (own.activations != own.accumulators) + weights * (own.weights != own.accumulators)
    return executed + SPILL * max(0, group * vectors + 2 - REGISTERS)


def per_tile(op: ops.PackedConv, tile: tiles.Tile, target: targets.Target, residual: bool, masked: bool) -> float:
    """Of what stands around that loop: biases to accumulators, then the epilogue."""
    converted = target.precision.activations != target.precision.accumulators
    by_vector = ACCUMULATORS["always"] + ACCUMULATORS["mask"] * masked + ACCUMULATORS["relu"] * op.relu + converted
    by_vector += (ACCUMULATORS["residual"] + converted) * residual
    by_vector += ACCUMULATORS["rescaled"] * (op.rescale is not None)
    if op.then is not None:  # in f32, so that a vector of f16 is two
        by_vector += sum(STEPS.get(step.name, 1) for step in op.then.steps) * (tile.lanes * 4 // target.vector_bytes)
    return TILE + op.kernel.group * (FILTER + by_vector * tile.vectors)


def _stalls(loops: _Loops, span: int, held: int, target: targets.Target) -> float:
    """What waiting for the caches costs, in instructions; `span` positions are in a chunk.

    Each turn reads what its taps touch of the `held` bytes of input that all rows read in a chunk. Weights are read
    for every tile, or once where they stay in cache.
    """
    op, tile, turns, chunks = loops.op, loops.tile, loops.turns, loops.chunks
    by_turn, first, near = loops.taps / max(turns, 1), target.near_bytes, 2 * target.rolling_bytes
    touched = min(by_turn * (span * target.activation_bytes / prefetch.LINE + 1), held / prefetch.LINE)
    weight = op.kernel.group * precisions.DTYPES[target.precision.weights].itemsize + 4  # and its offset
    lines = by_turn * weight / prefetch.LINE * (tile.count if by_turn * weight > first else chunks)
    return turns * (chunks * touched * (0 if held <= first else NEAR if held <= near else FAR) + lines * STREAM)


def _pads(out: layouts.Layout) -> int:
    """Zeros that a kernel writes."""
    return out.stored * out.frames * (out.first + out.plane - out.end)


def _taps(op: ops.PackedConv, frames_in: int, frames: int) -> int:
    """Taps inside the clip in time, over all rows and frames of the result."""
    depth, front = op.kernel.shape[0], op.padding[0][0]
    at = np.arange(frames)[:, None] * op.stride + np.arange(depth) * op.dilation[0] - front
    return int(((at >= 0) & (at < frames_in)).sum(0) @ np.bincount(op.kernel.taps[:, 0], minlength=depth))
