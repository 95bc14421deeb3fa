"""What kernels for CPUs fetch ahead.

Software prefetches, where what is read next is known but not next to what is read now.
"""

import dataclasses

from lowering.kernels import layouts
from lowering.kernels.mlir import block, types, values
from lowering.targets import targets

LINE = 64  # bytes in a cache line
SMALL = 256 * 1024  # bytes of input that stay in cache without being asked for
STREAM = 8192  # bytes from what is read to what is fetched, where it is read in order
# Of weights that are read once: bytes that are fetched while as many before them are read, from so many places in
# turns. A core waits for one page at a time where it reads page after page, and for several where it reads in turns.
WINDOW, TURNS = 64 * 1024, 16


@dataclasses.dataclass(frozen=True)
class Ahead:
    """The part of a convolution's input that is read next.

    `size` elements in each channel and in `frames` frames, from `start` on.
    """

    source: values.Value
    layout: layouts.Layout
    start: values.Index
    frames: int
    size: int

    def write(self, b: block.Block, row: values.Value, rows: int, target: targets.Target) -> None:
        """Each of `rows` rows of filters fetches its share into L2: the fetches spread over the work of a chunk.

        Nothing is fetched of an input that is small enough to be in the cache anyway.
        """
        x, line = self.layout, LINE // target.activation_bytes
        if x.size * target.activation_bytes <= SMALL:
            return
        b.comment("This row's share of the channels that are read next.")
        share = row % rows * x.channels
        first, end = b.index(share // rows, "ahead_first"), b.index((share + x.channels) // rows, "ahead_end")
        with (
            b.loop("channel", first, end) as channel,
            b.loop("ahead", 0, self.frames) as frame,
            b.loop("line", 0, -(-self.size // line)) as at,
        ):
            b.prefetch(self.source, channel * (x.frames * x.plane) + frame * x.plane + at * line + self.start, 2)


def residual(
    b: block.Block, source: values.Value, layout: layouts.Layout, start: values.Index, filters: int, size: int
) -> None:
    """Fetches what a row of `filters` filters adds: `size` positions of each, from `start` on in the first of them."""
    line = LINE // types.size(source.type.element)
    with b.loop("filter", 0, filters) as filter_, b.loop("line", 0, -(-size // line) + 1) as at:
        b.prefetch(source, filter_ * (layout.frames * layout.plane) + at * line + start, 2)


def vector(b: block.Block, source: values.Value, at: values.Index, lanes: int, distance: int = 0) -> None:
    """Fetches what lies behind what a vector loads at a place: `distance` elements, or STREAM bytes.

    What is read once, in order, then comes from memory in time.
    """
    assert isinstance(source.type, types.Buffer)
    size = types.size(source.type.element)
    for start in range(0, lanes, LINE // size):
        b.prefetch(source, at + ((distance or STREAM // size) + start), 2)


def weights(b: block.Block, stored: values.Value, tap: values.Value, group: int, target: targets.Target) -> None:
    """Fetches a tap's share of the weights that are read a WINDOW later, those of another tap.

    For a kernel that reads every weight once, in order. Nothing is fetched of weights that caches hold.
    """
    assert isinstance(stored.type, types.Buffer)
    each = group * types.size(stored.type.element)
    if not target.fetches_weights or stored.type.count * each // group <= target.cache_bytes:
        return
    taps = WINDOW // each // TURNS * TURNS
    place = b.op("arith.remui", tap, b.index(taps), name="place")
    turn = b.op("arith.remui", place, b.index(TURNS), name="turn")
    after = b.op("arith.divui", place, b.index(TURNS), name="after")
    later = b.index((tap - place + turn * (taps // TURNS) + after + taps) * group, "later")
    for start in range(0, each, LINE):
        b.prefetch(stored, later + start * group // each, 2)
