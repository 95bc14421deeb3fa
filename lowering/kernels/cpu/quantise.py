"""f32 into numbers of int8, four to a word, and back, for CPUs. What lies around the pixels stays zero by itself."""

from lowering.graph import packed
from lowering.kernels import executables, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.cpu import dots
from lowering.kernels.mlir import rescale, types

TO_WORDS = "f32 into int8, four to a word, position by position."
TO_FLOATS = "int8, four to a word, into f32, position by position."


def quantise(request: kernels.Request) -> kernels.Kernel:
    """clip(rint(x * factor)) of a feature map. A workgroup is a plane of words.

    What fills up the last word is of no meaning.
    """
    x, y, lanes = request.x, request.y, request.target.vector_bytes // 4
    grid = executables.Grid((y.frames, y.channels, 1))
    kernel = loops.Loops(TO_WORDS, kernels.arguments(request.named), request.y_type, grid)
    b, (frame, word) = kernel.block, kernel.workgroup("frame", "word")
    factor = b.constant(float(request.op.factor), types.Vector(lanes, "f32"), "factor")
    offset = dots.Dots.of(request.target).offset
    channels = [b.min(word * packed.WORD + i, x.channels - 1, name="channel") for i in range(packed.WORD)]
    from_ = [b.index((c * x.frames + frame) * x.plane, "from") for c in channels]
    to = b.index((word * y.frames + frame) * y.plane, "to")
    with b.loop("p", 0, y.plane, lanes) as p:
        numbers = [b.vector(kernel["x"], start + p, lanes, "numbers") for start in from_]
        b.store(rescale.word(b, numbers, factor, offset), kernel["out"], to + p)
    return kernel.kernel()


def dequantise(request: kernels.Request) -> kernels.Kernel:
    """f32(x) * scale of a feature map. A workgroup is a plane of words."""
    x, y, lanes = request.x, request.y, request.target.vector_bytes // 4
    grid = executables.Grid((y.frames, x.channels, 1))
    kernel = loops.Loops(TO_FLOATS, kernels.arguments(request.named), request.y_type, grid)
    b, (frame, word) = kernel.block, kernel.workgroup("frame", "word")
    scale = b.constant(float(request.op.scale), types.Vector(lanes, "f32"), "scale")
    offset = dots.Dots.of(request.target).offset
    from_ = b.index((word * x.frames + frame) * x.plane, "from")
    with b.loop("p", 0, y.plane, lanes) as p:
        parts = rescale.apart(b, b.vector(kernel["x"], from_ + p, lanes, "words"), offset)
        for i, part in enumerate(parts):
            to = ((word * packed.WORD + i) * y.frames + frame) * y.plane
            b.store(rescale.scaled(b, part, scale), kernel["out"], to + p)
    return kernel.kernel()


def quantise_vector(request: kernels.Request) -> kernels.Kernel:
    """clip(rint(x * factor)) of a vector, word by word. What fills up the last word is of no meaning."""
    (size,) = request.node.shape
    out = types.Tensor((-(-size // packed.WORD),), kernels.WORDS)
    kernel = loops.Loops(TO_WORDS, kernels.arguments(request.named), out, executables.Grid((1, 1, 1)))
    b, offset = kernel.block, dots.Dots.of(request.target).offset
    factor = b.constant(float(request.op.factor), types.F32, "factor")
    with b.loop("word", 0, out.size) as word:
        numbers = [
            b.load(kernel["x"], b.min(word * packed.WORD + i, size - 1, name="at"), "number")
            for i in range(packed.WORD)
        ]
        b.store(rescale.word(b, numbers, factor, offset), kernel["out"], word)
    return kernel.kernel()


def dequantise_vector(request: kernels.Request) -> kernels.Kernel:
    """f32(x) * scale of a vector, word by word."""
    count = -(-request.node.shape[0] // packed.WORD)
    out = types.Tensor((count * packed.WORD,))
    kernel = loops.Loops(TO_FLOATS, kernels.arguments(request.named), out, executables.Grid((1, 1, 1)))
    b, offset = kernel.block, dots.Dots.of(request.target).offset
    scale = b.constant(float(request.op.scale), types.F32, "scale")
    with b.loop("word", 0, count) as word:
        for i, part in enumerate(rescale.apart(b, b.load(kernel["x"], word, "word"), offset)):
            b.store(rescale.scaled(b, part, scale), kernel["out"], word * packed.WORD + i)
    return kernel.kernel()
