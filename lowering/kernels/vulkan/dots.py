"""Dot products of words for Vulkan, OpSDot: four channels of a position and four weights of a filter, 8 bits each.

SPIR-V has it since version 1.6 (SPV_KHR_integer_dot_product before), and Vulkan since 1.3. GPUs without an instruction
for it compute the same.
"""

from collections.abc import Sequence

from lowering.graph import packed
from lowering.kernels.mlir import block, rescale, types
from lowering.kernels.mlir.values import Value

VECTOR = packed.WORD  # filters whose words are read and rescaled at a time: their results are one word


def added(b: block.Block, x: Value, weights: Sequence[Value], sums: Sequence[Value]) -> list[Value]:
    """Sums i32 with the dot products of a word of inputs and words of weights more."""
    found = []
    for weight, total in zip(weights, sums, strict=True):
        dot = b.let("dot", types.I32, f"spirv.SDot {x}, {weight}, <PackedVectorFormat4x8Bit> : i32 -> i32")
        found.append(b.op("arith.addi", total, dot, name="acc"))
    return found


def lanes(b: block.Block, vector: Value, name: str = "lane") -> list[Value]:
    """The lanes of a vector."""
    assert isinstance(vector.type, types.Vector)
    return [b.extract(vector, lane, name) for lane in range(vector.type.lanes)]


def word(b: block.Block, results: Value, relu: bool) -> Value:
    """Four results f32 as numbers of int8, side by side."""
    return rescale.joined(b, lanes(b, rescale.byte(b, results, relu), "byte"))
