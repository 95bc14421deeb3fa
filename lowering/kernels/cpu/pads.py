"""The zeros around the pixels of each plane: the kernel that writes a feature map writes them too."""

from lowering.kernels import layouts
from lowering.kernels.mlir import block, types, values

Span = tuple[values.Index, values.Index]


def write(
    b: block.Block,
    out: values.Value,
    layout: layouts.Layout,
    channels: Span,
    frame: values.Value,
    zeros: tuple[Span, ...],
    number: float = 0.0,
) -> None:
    """Zeros in the planes of these channels in one frame, at the positions of each span. number: a zero in memory."""
    zero = b.constant(number, types.Scalar(out.type.element), "zero")
    b.comment("The zeros around the pixels of each plane.")
    with b.loop("channel", *channels) as channel:
        plane = b.index(channel * (layout.frames * layout.plane) + frame * layout.plane, "plane")
        for start, end in zeros:
            with b.loop("i", start, end) as i:
                b.store(zero, out, b.op("arith.addi", plane, i, name="at"))


def between(
    b: block.Block,
    out: values.Value,
    layout: layouts.Layout,
    channels: Span,
    frame: values.Value,
    number: float = 0.0,
) -> None:
    """Zeros between the lines of the image, if there are any, for a kernel that writes pixels alone."""
    if layout.pitch == layout.width or layout.height == 1:
        return
    zero = b.constant(number, types.Scalar(out.type.element), "zero")
    b.comment("The zeros between the lines of the image.")
    with b.loop("channel", *channels) as channel, b.loop("line", 1, layout.height) as line:
        end = channel * (layout.frames * layout.plane) + frame * layout.plane + line * layout.pitch + layout.first
        for gap in range(layout.pitch - layout.width):
            b.store(zero, out, end - (gap + 1))


def whole(layout: layouts.Layout, spans: int) -> tuple[Span, ...]:
    """Where zeros are, for a kernel that writes whole planes: between several spans of pixels they are anywhere."""
    return ((0, layout.first), (layout.end, layout.plane)) if spans == 1 else ((0, layout.plane),)


def of_chunk(b: block.Block, layout: layouts.Layout, chunk: values.Value, chunks: int) -> tuple[Span, ...]:
    """Where zeros are, for a kernel that writes a chunk of positions: the first and the last one have them."""
    first, last = (b.compare("eq", chunk, b.index(i), name) for i, name in ((0, "is_first"), (chunks - 1, "is_last")))
    head = b.select(first, b.index(layout.first), b.index(0), "head_end")
    tail = b.select(last, b.index(layout.plane), b.index(layout.end), "tail_end")
    return (0, head), (layout.end, tail)


def of_band(b: block.Block, layout: layouts.Layout, band: values.Value, bands: int, rows: Span) -> tuple[Span, ...]:
    """Where zeros are, for a kernel that writes a band of rows of pixels: anywhere in it.

    The first and the last band have those before and after the image besides.
    """
    if bands == 1:
        return whole(layout, layout.height)
    first, last = (b.compare("eq", band, b.index(i), name) for i, name in ((0, "is_first"), (bands - 1, "is_last")))
    start, end = (values.affine(row) * layout.pitch + layout.first for row in rows)
    head = b.select(first, b.index(0), b.index(start), "zeros_first")
    return ((head, b.select(last, b.index(layout.plane), b.index(end), "zeros_end")),)
