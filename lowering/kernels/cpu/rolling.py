"""The outer loops of a convolution whose result stays in L2, in a rolling buffer that a second operation reads.

A workgroup has a buffer of as many frames as the second operation reads at a time, and a share of the chunks of
positions. Chunk by chunk and frame by frame, the convolution computes the frames that are missing in the place of the
oldest ones.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from lowering.graph import ops
from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots, numbers, pads, prefetch, shares
from lowering.kernels.cpu import rows as rows_
from lowering.kernels.mlir import types, values
from lowering.targets import targets, tiles

BUFFER = "rolling"  # name of the scratch memory


@dataclasses.dataclass(frozen=True, eq=False)
class First:
    """The convolution that fills the buffer.

    How it cuts a step of positions, the layout of its input, and the prefix of its tables.
    """

    op: ops.PackedConv
    tile: tiles.Tile
    x: layouts.Layout
    prefix: str = ""

    def tables(self, between: layouts.Layout, target: targets.Target) -> dict[str, np.ndarray]:
        """It has no mask, since only pixels are read from the buffer."""
        found = numbers.tables_of(self.op, self.x, between, target)
        return {name: values for name, values in found.items() if name != "mask"}


@dataclasses.dataclass(frozen=True)
class Steps:
    """How positions are cut: `count` steps of `size` positions from `first` on, none of which reaches beyond `end`.

    chunks: how many parts of whole steps there are.
    """

    count: int
    size: int
    first: int
    end: int
    chunks: int


@dataclasses.dataclass(frozen=True)
class Turn:
    """What the second operation computes when its frames are there: one frame of one chunk.

    buffer: where the workgroup's buffer lies. start: the first position of the chunk. steps: its first and the end of
    its steps.
    """

    frame: values.Value
    chunk: values.Value
    buffer: values.Value
    start: values.Value
    steps: tuple[values.Value, values.Value]


@dataclasses.dataclass(frozen=True, eq=False)
class Rolling:
    """The loops. between: the buffer's frames, each a flat plane of positions, in as many slots as `depth` says.

    stride, lead: the second operation's result f reads frames up to f * stride + lead, that one aside.
    """

    first: First
    between: layouts.Layout
    depth: int
    steps: Steps
    stride: int
    lead: int
    target: targets.Target

    @property
    def workers(self) -> int:
        return shares.workers(self.steps.chunks)

    @property
    def size(self) -> int:
        """Elements in a workgroup's buffer."""
        return self.between.stored * self.depth * self.between.plane

    def kernel(self, request: kernels.Request, what: str, arrays: list[kernels.Operand]) -> loops.Loops:
        """A kernel with nothing in it yet. what: both operations in words; arrays: the tables of both."""
        comment = f"{what}: the first fills {self.depth} frames that stay in cache, which the second reads."
        operands, grid = [*kernels.arguments(request.named), *arrays], executables.Grid((self.workers, 1, 1))
        narrow = self.first.op.dtype == "int8"
        element = kernels.WORDS if narrow else self.target.precision.activations
        scratch = {BUFFER: types.Tensor((self.workers * self.size,), element)}
        return loops.Loops(comment, operands, request.y_type, grid, scratch)

    def write(self, kernel: loops.Loops, y: layouts.Layout, second: Callable[[Turn], None]) -> None:
        """second: writes what reads the buffer."""
        b, steps = kernel.block, self.steps
        (worker,) = kernel.workgroup("worker")
        buffer = b.index(worker * self.size, "buffer")
        with b.loop("chunk", *shares.share(b, worker, steps.chunks)) as chunk:
            first = b.index(chunk * steps.count // steps.chunks, "step_first")
            end = b.index((chunk * steps.count + steps.count) // steps.chunks, "step_end")
            start = b.min(first * steps.size + steps.first, (first - end) * steps.size + steps.end, name="start")
            with b.loop("frame", 0, y.frames) as frame:
                zeros = pads.of_chunk(b, y, chunk, steps.chunks)
                zero = dots.zero(self.target, kernel["out"].type.element)
                pads.write(b, kernel["out"], y, (0, y.stored), frame, zeros, zero)
                turn = Turn(frame, chunk, buffer, start, (first, end))
                self._fill(kernel, turn)
                second(turn)

    def _fill(self, kernel: loops.Loops, turn: Turn) -> None:
        """Frames of the convolution that this one reads and no earlier one did."""
        b, x, span, rows = kernel.block, self.first.x, self.between.plane, self.first.op.kernel.rows
        x_frame = self.first.op.stride * x.plane
        tile_end = b.index((turn.steps[1] - turn.steps[0]) * self.first.tile.count, "first_tiles")
        earlier = b.max(0, (turn.frame - 1) * self.stride + self.lead, name="earlier")
        new = b.select(b.compare("eq", turn.frame, b.index(0), "at_start"), b.index(0), earlier, "new_first")
        end = b.min(turn.frame * self.stride + self.lead, self.between.frames, name="new_end")
        with b.loop("new", new, end) as frame:
            origin = b.index(frame * x_frame + turn.start, "new_origin")
            to = b.index(frame % self.depth * span + turn.buffer, "new_to")
            ahead = self._ahead(kernel, frame * x_frame + turn.start)
            places = rows_.Chunk(frame, (0, rows), (0, tile_end), origin, to)
            self._rows(kernel).write(b, places, lambda row, _: ahead.write(b, row, rows, self.target))

    def _rows(self, kernel: loops.Loops) -> rows_.Rows:
        first, span = self.first, self.between.plane
        source = rows_.Source(kernel["x"], rows_.held(first.op, first.x, span, self.target))
        own, out = rows_.Tables.of(kernel, first.prefix), rows_.Output(kernel[BUFFER], self.depth * span)
        return numbers.rows_of(rows_.Rows(first.op, first.tile, self.target, own, source, out), kernel, first.prefix)

    def _ahead(self, kernel: loops.Loops, origin: values.Affine) -> prefetch.Ahead:
        """The newest frame that the next one of the convolution reads is fetched ahead."""
        op, x = self.first.op, self.first.x
        reach, newest = rows_.reach(op, x), op.stride + op.extent[0] - 1 - op.padding[0][0]
        start = kernel.block.index(origin + (newest * x.plane - reach), "ahead_start")
        return prefetch.Ahead(kernel["x"], x, start, 1, self.between.plane + 2 * reach)
