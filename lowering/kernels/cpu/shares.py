"""How a kernel's items (chunks, frames) are shared out among its workgroups on CPUs."""

from lowering.kernels.mlir import block, values

# At most, where a layer has more to share out; 2, 3, 4 and 6 threads get as many each. IREE hands fewer than 8 a thread
# out one by one, more than that in eights, of which the last leave threads waiting.
WORKGROUPS = 12


def workers(items: int) -> int:
    """How many workgroups share so many items."""
    return min(items, WORKGROUPS)


def rows_each(rows: int, items: int) -> int:
    """Rows of filters in a workgroup: rows are shared out, too, where there are few items."""
    return -(-rows // max(1, min(rows, WORKGROUPS // items)))


def share(b: block.Block, worker: values.Value, items: int) -> tuple[values.Value, values.Value]:
    """The first and the end of a workgroup's items.

    The first shares are the larger ones by one, so that threads end together.
    """
    smaller, extra = divmod(items, workers(items))
    larger = smaller + 1
    first = b.min(worker * larger, worker * smaller + extra, name="share_first")
    return first, b.min(worker * larger + larger, worker * smaller + smaller + extra, name="share_end")


def bands(frames: int, height: int) -> int:
    """Bands of rows of pixels in each frame: several where there are few frames, so that every thread has work."""
    return 1 if frames >= WORKGROUPS // 4 else min(height, WORKGROUPS // frames)


def rows(b: block.Block, band: values.Value, count: int, height: int) -> tuple[values.Index, values.Index]:
    """The first and the end of the rows of pixels of a band."""
    if count == 1:
        return 0, height
    first = b.index(band * height // count, "row_first")
    return first, b.index((band * height + height) // count, "row_end")
