"""The clip into rows for CPUs, by whole vectors."""

from lowering.kernels import executable, kernel, layouts
from lowering.kernels.cpu import pool
from lowering.targets import targets

CHANNELS = 4  # at most: more would be taken apart by too many shuffles


def clip(x: kernel.Value, out: layouts.Layout, target: targets.Target) -> kernel.Kernel | None:
    """f32[1, D, H, W, C] into rows; None for images narrower than two pixels or of many channels, which the generic kernel takes."""
    element, channels = target.precision.activations, out.channels
    lanes = target.vector_bytes // 4
    while lanes > out.width:
        lanes //= 2
    if lanes < 2 or channels > CHANNELS:
        return None
    whole, stores = kernel.feature_map(out, element), []
    types = executable.types({"x": x}, [], whole)
    for c in range(channels):
        places = ", ".join(str(i * channels + c) for i in range(lanes))
        value, cast = kernel.cast(f"%c{c}_wide", f"%c{c}_stored", "f32", element, f"vector<{lanes}x{{}}>")
        stores += [
            f"%c{c}_wide = vector.shuffle %pixels, %pixels [{places}] : vector<{lanes * channels}xf32>, vector<{lanes * channels}xf32>",
            *cast,
            f"%to{c} = affine.apply affine_map<(t) -> (t + {c * out.frames * out.plane})>(%to)",
            f"vector.store {value}, %out[%to{c}] : {types['out']}, vector<{lanes}x{element}>",
        ]
    body = kernel.fill(
        "cpu/clip", x=types["x"], height=out.height, width=out.width, channels=channels, lanes=lanes, count=lanes * channels,
        tiles=-(-out.width // lanes), last=pool.last(out.width, lanes), plane=out.plane, pitch=out.pitch, first=out.first,
        pads=pool.pads(out, types["out"], element, "%c0", "%channels", out.height), stores=kernel.indent(stores, 12),
    )  # fmt: skip
    return executable.kernel_of({"x": x}, [], types, (out.frames, 1, 1), body, whole)
