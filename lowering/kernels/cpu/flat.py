"""A feature map out of the kernels' layout for CPUs, by whole vectors: the inverse of the clip's kernel."""

from lowering.kernels import executables, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import shares, shuffles, windows
from lowering.kernels.cpu.clip import CHANNELS
from lowering.kernels.mlir import types

COMMENT = "A feature map as an array of pixels: vectors of a few channels are put together pixel by pixel."


def flat(request: kernels.Request) -> kernels.Kernel | None:
    """A feature map flattened in memory as f32. A workgroup is a band of rows of pixels of a frame.

    None for images narrower than two pixels, which the generic kernel takes.
    """
    x, channels = request.x, request.x.channels
    lanes = windows.fitting(request.target.vector_bytes // 4, x.width)
    if lanes < 2:
        return None
    some, bands = min(channels, CHANNELS), shares.bands(x.frames, x.height)
    out, grid = types.Tensor((request.node.shape[0],)), executables.Grid((x.frames, bands, 1))
    kernel = loops.Loops(COMMENT, kernels.arguments(request.named), out, grid)
    b, (frame, band) = kernel.block, kernel.workgroup("frame", "band")
    rows, stride = shares.rows(b, band, bands, x.height), x.frames * x.plane
    with b.loop("y", *rows) as row, b.loop("tile", 0, -(-x.width // lanes)) as tile:
        p = b.min(tile * lanes, windows.last(x.width, lanes), name="p")
        pixel = (frame * x.height + row) * x.width + p
        from_ = b.index(frame * x.plane + row * x.pitch + p + x.first, "from")
        with b.loop("part", 0, -(-channels // some)) as part:
            c0 = b.min(part * some, channels - some, name="c")
            read = [b.vector(kernel["x"], c0 * stride + from_ + c * stride, lanes, "channel") for c in range(some)]
            whole = shuffles.together(b, [b.cast(each, "f32") for each in read])
            if some == channels:
                b.store(whole, kernel["out"], pixel * channels)
            for i in range(lanes if some < channels else 0):
                one = shuffles.shuffle(b, (whole, whole), range(i * some, (i + 1) * some), "pixel")
                b.store(one, kernel["out"], (pixel + i) * channels + c0)
    return kernel.kernel()
