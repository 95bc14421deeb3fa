"""An array into the kernels' layout for CPUs, and what a stride splits into phases at once: SpaceToDepth of a ToMap."""

from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import clip, pads, shares, windows
from lowering.kernels.mlir import block, types, values

COMMENT = """An array into channel-major padded planes, one for each channel of each phase of a stride.
A vector of some channels of every so manyth pixel is taken apart into its channels."""


def split_clip(request: kernels.Request) -> kernels.Kernel | None:
    """f32[1, D, H, W, C] into a layout of its phases, of the pixels of a stride. A workgroup is a band of rows.

    None for a ToMap that splits nothing.
    """
    op, y, split = request.op, request.y, request.op.split
    if split is None:
        return None
    _, height, width, channels = op.to
    columns = [split.inside(2, phase, width) for phase in range(split.phases[2])]
    lanes = windows.fitting(request.target.vector_bytes // 4, min(end - first for first, end in columns))
    bands = shares.bands(y.frames, y.height)
    grid = executables.Grid((y.frames, bands, 1))
    kernel = loops.Loops(COMMENT, kernels.arguments(request.named), request.y_type, grid)
    b, (frame, band) = kernel.block, kernel.workgroup("frame", "band")
    band_rows = shares.rows(b, band, bands, y.height)
    _zeros_around(b, kernel["out"], y, frame, band, bands, band_rows)
    for place in range(split.phases[1] * split.phases[2]):
        line, across = divmod(place, split.phases[2])
        planes, (left, right) = (place * channels, (place + 1) * channels), columns[across]
        top, bottom = split.inside(1, line, height)
        rows = b.max(band_rows[0], top, name="row_first"), b.min(band_rows[1], bottom, name="row_end")
        zeros = [(band_rows, (0, left)), (band_rows, (right, y.width))]
        zeros += [((band_rows[0], rows[0]), (left, right))] * (top > 0)
        zeros += [((rows[1], band_rows[1]), (left, right))] * (bottom < y.height)
        for rows_, columns_ in zeros:
            if columns_[0] != columns_[1]:
                _zeros(b, kernel["out"], y, planes, frame, rows_, columns_)
        above, before = (low - phase for (low, _), phase in zip(split.padding[1:], (line, across), strict=True))
        with b.loop("y", *rows) as row, b.loop("tile", 0, -(-(right - left) // lanes)) as tile:
            p = b.min(tile * lanes + left, left + windows.last(right - left, lanes), name="p")
            pixel = (frame * height + row * split.strides[1] - above) * width + p * split.strides[2] - before
            pixel = b.index(pixel, "pixel")
            to = b.index(frame * y.plane + row * y.pitch + p + (y.first + planes[0] * y.frames * y.plane), "to")
            clip.by_channels(request, kernel, [pixel + i * split.strides[2] for i in range(lanes)], channels, to)
    return kernel.kernel()


def _zeros_around(
    b: block.Block,
    out: values.Value,
    y: layouts.Layout,
    frame: values.Value,
    band: values.Value,
    bands: int,
    rows: pads.Span,
) -> None:
    """Zeros before the first row, behind the last one, and between the rows of a band, in every plane of a frame."""
    pads.write(b, out, y, (0, y.stored), frame, pads.of_chunk(b, y, band, bands))
    if y.pitch > y.width:
        lines = b.max(rows[0], 1, name="line_first"), rows[1]
        _zeros(b, out, y, (0, y.stored), frame, lines, (y.width - y.pitch, 0))


def _zeros(
    b: block.Block,
    out: values.Value,
    y: layouts.Layout,
    planes: pads.Span,
    frame: values.Value,
    rows: pads.Span,
    columns: tuple[int, int],
) -> None:
    """Zeros in these rows and columns of these planes of a frame. Columns below 0 lie before a row's first pixel."""
    zero = b.constant(0.0, types.Scalar(out.type.element), "zero")
    with b.loop("plane", *planes) as plane, b.loop("line", *rows) as row:
        start = b.index((plane * y.frames + frame) * y.plane + row * y.pitch + y.first, "start")
        with b.loop("column", columns[0], columns[1]) as column:
            b.store(zero, out, start + column)
