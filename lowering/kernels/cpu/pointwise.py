"""Expressions at every place of a feature map, for CPUs: gates and activations that no convolution has taken in."""

from lowering.kernels import executables, layouts, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import prefetch, shares
from lowering.kernels.mlir import expressions, values
from lowering.targets import precisions

COMMENT = "An expression of feature maps and of numbers for each channel: channel > frame > vector of a plane."


def pointwise(request: kernels.Request) -> kernels.Kernel | None:
    """The expression in f32, whole planes by vectors.

    None for truths, and for inputs that are the same at several places, vectors and maps of one channel aside. The
    generic kernel takes these.
    """
    op, y, target = request.op, request.y, request.target
    if op.dtype == "bool" or not all(_fits(x, y) for x in request.inputs):
        return None
    sums = precisions.DTYPES["f32"]
    lanes = target.vector_bytes // sums.itemsize
    arrays = [kernels.array(f"channels{i}", v.astype(sums)) for i, v in enumerate(op.channels)]
    arrays.append(kernels.array("mask", y.mask().astype(sums)))
    inputs = {f"x{i}": x for i, x in enumerate(request.inputs)}
    grid = executables.Grid((shares.workers(y.channels), 1, 1))
    kernel = loops.Loops(COMMENT, [*kernels.arguments(inputs), *arrays], request.y_type, grid)
    b, (worker,) = kernel.block, kernel.workgroup("worker")
    with b.loop("c", *shares.share(b, worker, y.channels)) as c:
        spread = lambda name: b.broadcast(b.cast(b.load(kernel[name], c, "number"), "f32"), lanes)
        numbers = {name: spread(name) for name, x in inputs.items() if x.layout is None}
        constants = [spread(f"channels{i}") for i in range(len(op.channels))]
        with b.loop("frame", 0, y.frames) as frame, b.loop("p", 0, y.plane, lanes) as p:

            def read(name: str, x: kernels.Activation) -> values.Value:
                if x.layout is None:
                    return numbers[name]
                channel = c * int(x.shape[3] == y.channels) * y.frames
                at = b.index((channel + frame) * y.plane + p, "x_at")
                if y.size * target.activation_bytes > prefetch.SMALL:
                    prefetch.vector(b, kernel[name], at, lanes)
                return b.cast(b.vector(kernel[name], at, lanes, "value"), "f32")

            found = [read(name, x) for name, x in inputs.items()]
            keep = b.vector(kernel["mask"], p, lanes, "keep")
            value = expressions.masked(b, keep, expressions.write(b, op, found, constants))
            to = b.index((c * y.frames + frame) * y.plane + p, "to")
            b.store(b.cast(value, target.precision.activations), kernel["out"], to)
    return kernel.kernel()


def _fits(x: kernels.Activation, y: layouts.Layout) -> bool:
    """Whether an input has a number for each channel, or for each place of the result and each channel or all."""
    if x.type.element not in precisions.DTYPES:
        return False
    if x.layout is None:
        return x.shape == (y.channels,)
    places = [(one.frames, one.height, one.width, one.pitch, one.first, one.plane) for one in (x.layout, y)]
    return places[0] == places[1] and x.layout.channels in (1, y.channels)
