"""f32 into numbers of int8, four to a word, and back, for Vulkan: an invocation is a word."""

from collections.abc import Sequence

from lowering.graph import packed
from lowering.kernels import executables, loops
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import rescale, types
from lowering.kernels.mlir.values import Index, Value
from lowering.targets import gpus

TO_WORDS = "f32 into int8, four to a word: an invocation is a word."
TO_FLOATS = "int8, four to a word, into f32: an invocation is a word."


def quantise(request: kernels.Request) -> kernels.Kernel:
    """clip(rint(x * factor)) of a feature map. What fills up the last word is of no meaning."""
    x, y = request.x, request.y
    kernel = _kernel(request, TO_WORDS, request.y_type, (y.plane, y.frames, y.channels))
    b, (span, frame, word) = kernel.block, kernel.workgroup("span", "frame", "word")
    place = _mine(kernel, span, y.plane)
    channels = [b.min(word * packed.WORD + i, x.channels - 1, name="channel") for i in range(packed.WORD)]
    given = [b.index((c * x.frames + frame) * x.plane + place, "from") for c in channels]
    _to_word(kernel, float(request.op.factor), given, (word * y.frames + frame) * y.plane + place)
    return kernel.kernel()


def dequantise(request: kernels.Request) -> kernels.Kernel:
    """f32(x) * scale of a feature map."""
    x, y = request.x, request.y
    kernel = _kernel(request, TO_FLOATS, request.y_type, (y.plane, y.frames, x.channels))
    span, frame, word = kernel.workgroup("span", "frame", "word")
    place = _mine(kernel, span, y.plane)
    to = [((word * packed.WORD + i) * y.frames + frame) * y.plane + place for i in range(packed.WORD)]
    _to_floats(kernel, float(request.op.scale), (word * x.frames + frame) * x.plane + place, to)
    return kernel.kernel()


def quantise_vector(request: kernels.Request) -> kernels.Kernel:
    """clip(rint(x * factor)) of a vector. What fills up the last word is of no meaning."""
    (size,) = request.node.shape
    count = -(-size // packed.WORD)
    kernel = _kernel(request, TO_WORDS, types.Tensor((count,), kernels.WORDS), (count, 1, 1))
    b, (span,) = kernel.block, kernel.workgroup("span")
    word = _mine(kernel, span, count)
    given = [b.min(word * packed.WORD + i, size - 1, name="at") for i in range(packed.WORD)]
    _to_word(kernel, float(request.op.factor), given, word)
    return kernel.kernel()


def dequantise_vector(request: kernels.Request) -> kernels.Kernel:
    """f32(x) * scale of a vector."""
    count = -(-request.node.shape[0] // packed.WORD)
    kernel = _kernel(request, TO_FLOATS, types.Tensor((count * packed.WORD,)), (count, 1, 1))
    (span,) = kernel.workgroup("span")
    word = _mine(kernel, span, count)
    to = [word * packed.WORD + i for i in range(packed.WORD)]
    _to_floats(kernel, float(request.op.scale), word, to)
    return kernel.kernel()


def _kernel(request: kernels.Request, comment: str, out: types.Tensor, counts: tuple[int, int, int]) -> loops.Loops:
    """A kernel of so many invocations along x, and workgroups along y and z."""
    grid = executables.Grid((-(-counts[0] // gpus.INVOCATIONS), *counts[1:]), gpus.INVOCATIONS)
    return loops.Loops(comment, kernels.arguments(request.named), out, grid)


def _mine(kernel: loops.Loops, span: Value, count: int) -> Value:
    """The invocation's place of `count` ones; the last for those beyond, so that none needs a branch."""
    return kernel.block.min(span * gpus.INVOCATIONS + kernel.thread(), count - 1, name="place")


def _to_word(kernel: loops.Loops, factor: float, given: Sequence[Index], to: Index) -> None:
    """Four numbers, times the factor, as a word."""
    b = kernel.block
    by = b.constant(factor, types.F32, "factor")
    four = [b.load(kernel["x"], at, "number") for at in given]
    b.store(rescale.word(b, four, by, 0), kernel["out"], to)


def _to_floats(kernel: loops.Loops, scale: float, given: Index, to: Sequence[Index]) -> None:
    """The numbers of a word, times the scale."""
    b = kernel.block
    by = b.constant(scale, types.F32, "scale")
    parts = rescale.apart(b, b.load(kernel["x"], given, "word"), 0)
    for part, at in zip(parts, to, strict=True):
        b.store(rescale.scaled(b, part, by), kernel["out"], at)
