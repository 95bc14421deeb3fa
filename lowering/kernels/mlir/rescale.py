"""How sums of integer products become results: numbers of 8 bits, four to a word, or f32.

The formula is that of operations/integers.py. Each of its operations is rounded by itself, so that every target gives
the same bits. Numbers are vectors or scalars.
"""

from collections.abc import Sequence

import numpy as np

from lowering.kernels.mlir import block, types
from lowering.kernels.mlir.values import Value

LEAST, MOST = -128, 127
LEAST_WORD = int.from_bytes(bytes([LEAST % 256] * 4), "little", signed=True)
# 1.5 x 2^23. The f32 next to it are whole numbers, and a number of 8 bits that is added to it lies in its lowest byte.
WHOLE = 12582912.0


def scaled(b: block.Block, total: Value, factor: Value) -> Value:
    """f32(total) * factor, for i32 and f32."""
    to = factor.type
    return b.op("arith.mulf", b.let("total", to, f"arith.sitofp {total} : {total.type} to {to}"), factor, name="scaled")


def rounded(b: block.Block, value: Value) -> Value:
    """An f32 of at most 2^22 as an i32, half to even: the distance from WHOLE to what is next to their sum."""
    near, to = b.op("arith.addf", value, _alike(b, value, WHOLE, "whole"), name="near"), value.type.of("i32")
    bits = b.let("bits", to, f"arith.bitcast {near} : {value.type} to {to}")
    return b.op("arith.subi", bits, _alike(b, bits, int(np.float32(WHOLE).view(np.int32)), "none"), name="whole")


def byte(b: block.Block, value: Value, relu: bool = False, offset: int = 0) -> Value:
    """An f32 as the lowest byte of an i32: rounded half to even, between -128 (0 with a ReLU) and 127, plus `offset`.

    The other bytes are of no meaning.
    """
    low, high = (_alike(b, value, end, "bound") for end in (0.0 if relu else float(LEAST), float(MOST)))
    value = _nearer(b, "minnumf", _nearer(b, "maxnumf", value, low), high)
    value = b.op("arith.addf", value, _alike(b, value, WHOLE + offset, "whole"), name="rounded")
    to = value.type.of("i32")
    return b.let("byte", to, f"arith.bitcast {value} : {value.type} to {to}")


def wide(b: block.Block, value: Value, relu: bool) -> Value:
    """An f32 that stays one: relu?(value)."""
    return _nearer(b, "maxnumf", value, _alike(b, value, 0.0, "floor")) if relu else value


def word(b: block.Block, four: Sequence[Value], factor: Value, offset: int, relu: bool = False) -> Value:
    """Words of four f32, or vectors of them, times a factor: rounded as `byte` says."""
    scaled_ = [b.op("arith.mulf", each, factor, name="scaled") for each in four]
    return joined(b, [byte(b, each, relu, offset) for each in scaled_])


def joined(b: block.Block, four: Sequence[Value]) -> Value:
    """Words from their bytes, the lowest first."""
    word, *others = four
    for place, other in enumerate(others, 1):
        kept = b.op("arith.andi", word, _alike(b, word, (1 << 8 * place) - 1, "below"), name="kept")
        moved = b.op("arith.shli", other, _alike(b, word, 8 * place, "bits"), name="moved")
        word = b.op("arith.ori", kept, moved, name="word")
    return word


def lanes_joined(b: block.Block, bytes_: Value) -> Value:
    """Words from the lowest bytes of the lanes of a vector of i32, four lanes to each."""
    assert isinstance(bytes_.type, types.Vector)
    narrow, words = bytes_.type.of("i8"), types.Vector(bytes_.type.lanes // 4, "i32")
    low = b.let("low", narrow, f"arith.trunci {bytes_} : {bytes_.type} to {narrow}")
    return b.let("words", words, f"vector.bitcast {low} : {narrow} to {words}")


def apart(b: block.Block, words: Value, offset: int) -> list[Value]:
    """The four bytes of words as they lie in memory, with `offset` added: i32, the lowest byte's first."""
    if offset:
        signs = int.from_bytes(bytes([offset] * 4), "little", signed=True)
        words = b.op("arith.xori", words, _alike(b, words, signs, "signs"), name="words")
    return [signed(b, words, place) for place in range(4)]


def signed(b: block.Block, words: Value, place: int) -> Value:
    """A byte of words with its sign, as i32. place: 0 is the lowest."""
    moved = b.op("arith.shli", words, _alike(b, words, 24 - 8 * place, "bits"), name="moved")
    return b.op("arith.shrsi", moved, _alike(b, words, 24, "bits"), name="number")


def largest(b: block.Block, one: Value, other: Value) -> Value:
    """The larger of the numbers of words, byte by byte; no `offset` is added to them."""
    pairs = zip(apart(b, one, 0), apart(b, other, 0), strict=True)
    return joined(b, [b.op("arith.maxsi", *pair, name="larger") for pair in pairs])


def _alike(b: block.Block, value: Value, number: float, name: str) -> Value:
    """A number of the type that a value has."""
    assert isinstance(value.type, types.Scalar | types.Vector)
    return b.constant(number, value.type, name)


def _nearer(b: block.Block, operation: str, value: Value, bound: Value) -> Value:
    """A minimum or maximum of numbers, in one instruction."""
    return b.let("bounded", value.type, f"arith.{operation} {value}, {bound} fastmath<nnan> : {value.type}")
