"""How numbers are stored and added up in a module: f32, f16, f16 weights under f32 arithmetic, or int8."""

import dataclasses

import numpy as np

DTYPES = {"f32": np.dtype(np.float32), "f16": np.dtype(np.float16)}


@dataclasses.dataclass(frozen=True)
class Precision:
    """The number types of a module.

    activations, weights: the element types in memory. accumulators: the type of the registers in which products are
    added up. tolerance: how far an answer may be from JAX's in f32, in units of the largest value of JAX's answer.
    """

    name: str
    activations: str
    weights: str
    accumulators: str
    tolerance: float


# The operation that takes a maximum. IREE 3.13's compiler fails on arith.maximumf of f16 vectors. The two differ for
# NaN only, which no value here is.
MAXIMUM = {"f32": "arith.maximumf", "f16": "arith.maxnumf"}

F32 = Precision("f32", "f32", "f32", "f32", 1e-4)
# A quantised network. Its integer layers say themselves what they read and give; the types here are those of the rest.
# An activation that lies between two integers may be rounded to either, where sums in f32 differ by a last bit. JAX's
# own two forms of C3D with random weights differ by 0.05. Kernels of integers are held to the interpreter's bits.
I8 = Precision("i8", "f32", "f32", "f32", 0.1)
PRECISIONS = {
    p.name: p
    for p in (
        F32,
        Precision("f16", "f16", "f16", "f16", 5e-2),
        Precision("f16-f32", "f16", "f16", "f32", 1e-2),  # half the memory traffic, accumulators of f32
        Precision("w16", "f32", "f16", "f32", 1e-2),  # half of what a fully connected layer reads
        I8,
    )
}
