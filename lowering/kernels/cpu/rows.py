"""The inner loops of a packed convolution on a CPU: rows of filters over one chunk of positions of one output frame.

A register tile is `group` filters x `tile.vectors` vectors of positions, whose accumulators stay in registers while the
taps of the row are added up.
"""

import dataclasses
from collections.abc import Callable

from lowering.graph import ops
from lowering.kernels import layouts, loops
from lowering.kernels.cpu import epilogues, prefetch
from lowering.kernels.mlir import block, types
from lowering.kernels.mlir.values import Index, Value
from lowering.targets import targets, tiles

WEIGHTS_AHEAD = (
    256  # taps from the weights that are multiplied to those that are fetched, where no cache holds them all
)


@dataclasses.dataclass(frozen=True)
class Tables:
    """The buffers of a convolution's tables, as `tables.conv` makes them."""

    values: Value
    offsets: Value
    bounds: Value
    bias: Value

    @classmethod
    def of(cls, kernel: loops.Loops, prefix: str = "") -> "Tables":
        """Those that a kernel has under names with this prefix."""
        return cls(**{field.name: kernel[f"{prefix}{field.name}"] for field in dataclasses.fields(cls)})


@dataclasses.dataclass(frozen=True)
class Chunk:
    """What is computed: the first and the end of the rows of filters and of the tiles, in one output frame.

    origin: where in the source the first position of the tiles lies. to: where in the result. mask: where in the mask,
    if there is one.
    shift: what is added to the place of a tap in the table of offsets.
    """

    frame: Value
    rows: tuple[Index, Index]
    tiles: tuple[Index, Index]
    origin: Value
    to: Value
    mask: Index = 0
    shift: Value | None = None


@dataclasses.dataclass(frozen=True)
class At:
    """Where a tile of a row is: the row, the first position of the tile, and where in the result and the mask it goes.

    to: where the row's first position goes. start: where that of the first row goes.
    """

    row: Value
    position: Value
    to: Value
    start: Value
    mask: Index


@dataclasses.dataclass(frozen=True)
class Source:
    """The buffer that a convolution reads. held: bytes of it that all rows together read in a chunk."""

    buffer: Value
    held: int


@dataclasses.dataclass(frozen=True)
class Output:
    """The buffer that a convolution writes. stride: elements from filter to filter.

    mask: f32[positions], None where positions between the rows of pixels may hold anything. finite: whether what is
    computed there is a number, so that the mask's zeros make it zero by a product.
    residual: a buffer that is added, which may hold fewer channels than whole groups of filters.
    """

    buffer: Value
    stride: int
    mask: Value | None = None
    residual: Value | None = None
    finite: bool = True


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """One convolution of a kernel: then?(relu?(conv(source) + bias + residual)) * mask."""

    op: ops.PackedConv
    tile: tiles.Tile
    target: targets.Target
    tables: Tables
    source: Source
    out: Output

    @property
    def packed(self) -> int:
        """Channels in an element of the result."""
        return 1

    @property
    def step(self) -> int:
        """Taps that an iteration of the innermost loop takes."""
        return 1

    def write(
        self, b: block.Block, chunk: Chunk, before: Callable[[Value, Value], None] = lambda row, to: None
    ) -> None:
        """The loops. before(row, to): writes what comes before a row's tiles; `to`: where its first filter goes."""
        group = self.op.kernel.group
        b.comment(
            f"Rows of filters of one output frame: row > tile > tap, with {group} x {self.tile.size} accumulators."
        )
        with b.loop("row", *chunk.rows) as row:
            bounds_at = b.index((chunk.frame * self.op.kernel.rows + row) * 2, "bounds_at")
            bounds_next = b.op("arith.addi", bounds_at, b.index(1), name="bounds_next")
            first, end = (b.load(self.tables.bounds, at, "bound") for at in (bounds_at, bounds_next))
            taps = b.cast(first, "index", "tap_first"), b.cast(end, "index", "tap_end")
            bias_at = self._bias_at(b, chunk.frame, row)
            row_to = b.index(row * (group // self.packed * self.out.stride) + chunk.to, "row_to")
            before(row, row_to)
            with b.loop("tile", *chunk.tiles) as tile:
                position = b.min(tile * self.tile.size, self.tile.last, name="position")
                x_at = b.op("arith.addi", position, chunk.origin, name="x_at")
                biases = [bias for bias in self._biases(b, bias_at) for _ in range(self.tile.vectors)]
                with b.carry("tap", *taps, biases, self.step) as loop:
                    loop.next(self._tap(b, loop, x_at, chunk.shift))
                self._epilogue(b, loop.results, At(row, position, row_to, chunk.to, chunk.mask))

    def _bias_at(self, b: block.Block, frame: Value, row: Value) -> Value:
        """Where the biases of a row lie."""
        return b.index(row * self.op.kernel.group, "bias_at")

    def _biases(self, b: block.Block, at: Value) -> list[Value]:
        """What each filter's accumulators start from."""
        return [
            b.broadcast(b.load(self.tables.bias, at + g, "bias_of"), self.tile.lanes, "start")
            for g in range(self.op.kernel.group)
        ]

    def _tap(self, b: block.Block, loop: block.Loop, x_at: Value, shift: Value | None) -> list[Value]:
        """The accumulators with one tap more: filters x vectors of positions."""
        tile, tap = self.tile, loop.index
        place = b.op("arith.addi", tap, shift, name="place") if shift else tap
        at = self._input(b, place, x_at)
        inputs = [
            self._read(b, b.vector(self.source.buffer, at + v * tile.lanes, tile.lanes, "input"))
            for v in range(tile.vectors)
        ]
        weights = self._weights(b, tap)
        self._fetch(b, place, x_at)
        acc = iter(loop.carried)
        return [self._add(b, weight, x, next(acc)) for weight in weights for x in inputs]

    def _read(self, b: block.Block, value: Value) -> Value:
        """What was read from memory, as it is multiplied."""
        return b.cast(value, self.target.precision.accumulators)

    def _add(self, b: block.Block, weight: Value, x: Value, acc: Value) -> Value:
        """An accumulator with a product more."""
        return b.op("vector.fma", weight, x, acc, name="acc")

    def _input(self, b: block.Block, place: Index, x_at: Value) -> Value:
        """Where in the source the tap at a place in the table of offsets reads for this tile."""
        offset = b.cast(b.load(self.tables.offsets, place, "offset32"), "index", "offset")
        return b.op("arith.addi", offset, x_at, name="input_at")

    def _fetch(self, b: block.Block, place: Value, x_at: Value) -> None:
        """Fetches the lines that a later tap reads into L1.

        Taps are anywhere, so that nothing else would bring them in time.
        """
        size, ahead = self.tile.size, self.target.inputs_ahead
        if not ahead or self.source.held <= self.target.near_bytes:
            return
        at = self._input(b, place + ahead, x_at)
        for i in sorted({*range(0, size, prefetch.LINE // self.target.activation_bytes), size - 1}):
            b.prefetch(self.source.buffer, at + i, 3)

    def _weights(self, b: block.Block, tap: Value) -> list[Value]:
        """Each weight of a tap in all lanes.

        NEON multiplies by one lane of a vector; elsewhere a load spreads a scalar.
        """
        group, stored = self.op.kernel.group, self.tables.values
        if self.target.fetches_weights and self.op.kernel.values.nbytes > self.target.cache_bytes:
            b.prefetch(stored, tap * group + WEIGHTS_AHEAD * group, 3)
        lanes = min(group, self.target.weight_lanes)
        if lanes == 1:
            weight = lambda g: self._read(b, b.load(stored, tap * group + g, "weight"))
            return [b.broadcast(weight(g), self.tile.lanes) for g in range(group)]
        found = []
        for start in range(0, group, lanes):
            weights = self._read(b, b.vector(stored, tap * group + start, lanes, "weights"))
            found += [b.broadcast(b.extract(weights, i, "weight"), self.tile.lanes) for i in range(lanes)]
        return found

    def _masks(self, b: block.Block, at: At) -> list[Value]:
        """What is zero between the rows of pixels of a tile, if anything must be."""
        lanes, mask = self.tile.lanes, self.out.mask
        if mask is None:
            return []
        return [b.vector(mask, at.position + at.mask + v * lanes, lanes, "keep") for v in range(self.tile.vectors)]

    def _epilogue(self, b: block.Block, accumulators: list[Value], place: At) -> None:
        """Residual, ReLU, activation, zeros between the rows of pixels; then the store."""
        tile, precision, masks = self.tile, self.target.precision, self._masks(b, place)
        for i, value in enumerate(accumulators):
            g, v = divmod(i, tile.vectors)
            at = b.index(place.position + place.to + (g * self.out.stride + v * tile.lanes), "out_at")
            if self.out.residual:
                value = b.op("arith.addf", value, self._more(b, self.out.residual, at), name="sum")
            value = epilogues.activated(b, self.op, value)
            if masks:
                value = epilogues.masked(b, self.op, value, masks[v], self.out.finite)
            b.store(b.cast(value, precision.activations), self.out.buffer, at)

    def _more(self, b: block.Block, residual: Value, at: Value) -> Value:
        """What lies at the same place in the residual; any of it for a filter that only fills a group."""
        lanes = self.tile.lanes
        assert isinstance(residual.type, types.Buffer)
        if residual.type.count < self.op.kernel.filled // self.packed * self.out.stride:
            at = b.min(at, residual.type.count - lanes, name="residual_at")
        return self._read(b, b.vector(residual, at, lanes, "residual"))


def held(op: ops.PackedConv, x: layouts.Layout, size: int, target: targets.Target) -> int:
    """Bytes of the input that all taps together read for `size` positions of one frame."""
    return op.kernel.shape[3] * op.kernel.shape[0] * (size + 2 * reach(op, x)) * target.activation_bytes


def reach(op: ops.PackedConv, layout: layouts.Layout) -> int:
    """The largest offset within a plane that a tap has from its position."""
    _, kh, kw = op.extent
    _, (top, _), (left, _) = op.padding
    return (kh - 1 - top) * layout.pitch + kw - 1 - left
