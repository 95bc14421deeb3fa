"""The clip into the kernels' layout for CPUs, by whole vectors."""

from collections.abc import Sequence

from lowering.kernels import executables, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import pads, shares, shuffles, windows
from lowering.kernels.mlir import block, values

CHANNELS = 4  # that are taken apart at a time: more would take too many shuffles
COMMENT = "The clip into channel-major padded planes: a vector of whole pixels is taken apart into its channels."


def clip(request: kernels.Request) -> kernels.Kernel | None:
    """f32[1, D, H, W, C] into a layout. A workgroup is a band of rows of pixels of a frame.

    None for images narrower than two pixels, which the generic kernel takes.
    """
    y, channels = request.y, request.y.channels
    lanes = windows.fitting(request.target.vector_bytes // 4, y.width)
    if lanes < 2:
        return None
    some, bands = min(channels, CHANNELS), shares.bands(y.frames, y.height)
    kernel = loops.Loops(
        COMMENT, kernels.arguments(request.named), request.y_type, executables.Grid((y.frames, bands, 1))
    )
    b, out, (frame, band) = kernel.block, kernel["out"], kernel.workgroup("frame", "band")
    first, end = shares.rows(b, band, bands, y.height)
    pads.write(b, out, y, (0, channels), frame, pads.of_band(b, y, band, bands, (first, end)))
    with b.loop("y", first, end) as row, b.loop("tile", 0, -(-y.width // lanes)) as tile:
        p = b.min(tile * lanes, windows.last(y.width, lanes), name="p")
        pixel = (frame * y.height + row) * y.width + p
        to = b.index(frame * y.plane + row * y.pitch + p + y.first, "to")
        if some == channels:
            pixels = b.vector(kernel["x"], pixel * channels, lanes * channels, "pixels")
            _store(b, shuffles.apart(b, pixels, channels), request, out, to)
        else:
            by_channels(request, kernel, [pixel + i for i in range(lanes)], channels, to)
    return kernel.kernel()


def by_channels(
    request: kernels.Request, kernel: loops.Loops, pixels: Sequence[values.Index], channels: int, to: values.Value
) -> None:
    """Pixels of at least CHANNELS channels, so many of these at a time: those of each to `to` in its plane."""
    b = kernel.block
    with b.loop("part", 0, -(-channels // CHANNELS)) as part:
        c = b.min(part * CHANNELS, channels - CHANNELS, name="c")
        parts = [b.vector(kernel["x"], pixel * channels + c, CHANNELS, "pixel") for pixel in pixels]
        found = shuffles.apart(b, shuffles.joined(b, parts), CHANNELS)
        _store(b, found, request, kernel["out"], c * (request.y.frames * request.y.plane) + to)


def _store(
    b: block.Block,
    channels: list[values.Value],
    request: kernels.Request,
    out: values.Value,
    to: values.Affine | values.Value,
) -> None:
    """Pixels of some channels, from `to` on in the first of them."""
    for c, found in enumerate(channels):
        b.store(b.cast(found, request.y_type.element), out, to + c * request.y.frames * request.y.plane)
