"""The clip into the kernels' layout for CPUs, by whole vectors."""

from lowering.kernels import executables, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import pads, windows
from lowering.kernels.mlir import types

CHANNELS = 4  # at most: more would be taken apart by too many shuffles
COMMENT = "The clip into channel-major padded planes: a vector of whole pixels is taken apart into its channels."


def clip(request: kernels.Request) -> kernels.Kernel | None:
    """f32[1, D, H, W, C] into a layout.

    None for images narrower than two pixels or of many channels, which the generic kernel takes.
    """
    y, channels, element = request.y, request.y.channels, request.y_type.element
    lanes = request.target.vector_bytes // 4
    while lanes > y.width:
        lanes //= 2
    if lanes < 2 or channels > CHANNELS:
        return None
    grid = executables.Grid((y.frames, 1, 1))
    kernel = loops.Loops(COMMENT, kernels.arguments(request.named), request.y_type, grid)
    b, out = kernel.block, kernel["out"]
    (frame,) = kernel.workgroup("frame")
    pads.write(b, out, y, (0, channels), frame, pads.whole(y, y.height))
    with b.loop("y", 0, y.height) as row, b.loop("tile", 0, -(-y.width // lanes)) as tile:
        p = b.min(tile * lanes, windows.last(y.width, lanes), name="p")
        pixel = (frame * y.height + row) * y.width + p
        pixels = b.vector(kernel["x"], pixel * channels, lanes * channels, "pixels")
        to = b.index(frame * y.plane + row * y.pitch + p + y.first, "to")
        for c in range(channels):
            places = ", ".join(str(i * channels + c) for i in range(lanes))
            shuffle = f"vector.shuffle {pixels}, {pixels} [{places}] : {pixels.type}, {pixels.type}"
            found = b.let("channel", types.Vector(lanes), shuffle)
            b.store(b.cast(found, element), out, to + c * y.frames * y.plane)
    return kernel.kernel()
