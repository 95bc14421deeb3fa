"""Arrays of 8-bit elements at the border of a module for a GPU.

IREE 3.13 reads and writes them by words of 4 bytes, on GPUs without 8-bit storage. A buffer that ends within a word
loses its last elements: drivers that check accesses read zeros there and write nothing. So the elements are copied into
whole words before they are read. Results are written in whole words, and copied out of them.
"""

from lowering.kernels.mlir import block, tensors, types
from lowering.kernels.mlir.values import Value

WORD = 4  # elements
WIDE = {"i8": "i32", "ui8": "ui32"}


def read(b: block.Block, flat: Value) -> Value:
    """A flat argument of the module, for kernels to read; itself unless it has a last word that is not whole."""
    kind = tensors.tensor(flat)
    if not _cut(kind):
        return flat
    count, whole = kind.shape[0], types.Tensor((_whole(kind.shape[0]),), "i8")
    zero, start = (
        b.let("zero", types.Scalar("i8"), "arith.constant 0 : i8"),
        b.let("start", types.INDEX, "arith.constant 0 : index"),
    )
    zeros = b.let("zeros", whole, f"flow.tensor.splat {zero} : {whole}")
    given = _same_bits(b, flat, "i8")
    words = b.let("words", whole, f"flow.tensor.update {given}, {zeros}[{start}] : {given.type} -> {whole}")
    wide = _apart(b, _converted(b, _same_bits(b, words, kind.element), WIDE[kind.element]))
    first = types.Tensor((count,), WIDE[kind.element])
    cut = b.let("first", first, f"stablehlo.slice {wide} [0:{count}] : ({wide.type}) -> {first}")
    return _converted(b, cut, kind.element)


def written(b: block.Block, flat: Value) -> Value:
    """A flat result of the module as it leaves it; itself unless it has a last word that is not whole."""
    kind = tensors.tensor(flat)
    if not _cut(kind):
        return flat
    count, whole = kind.shape[0], types.Tensor((_whole(kind.shape[0]),), "i32")
    wide = _converted(b, _same_bits(b, flat, "i8"), "i32")
    zero = b.let("zero", types.Tensor((), "i32"), "stablehlo.constant dense<0> : tensor<i32>")
    text = f"stablehlo.pad {wide}, {zero}, low = [0], high = [{whole.shape[0] - count}], interior = [0]"
    padded = _apart(b, b.let("words", whole, f"{text} : ({wide.type}, {zero.type}) -> {whole}"))
    words = _converted(b, padded, "i8")
    start, size = (b.let("at", types.INDEX, f"arith.constant {number} : index") for number in (0, count))
    first = types.Tensor((count,), "i8")
    cut = b.let("first", first, f"flow.tensor.slice {words}[{start} for {size}] : {words.type} -> {first}")
    return _same_bits(b, cut, kind.element)


def _cut(kind: types.Tensor) -> bool:
    return kind.element in WIDE and kind.shape[0] % WORD > 0


def _whole(count: int) -> int:
    return -(-count // WORD) * WORD


def _converted(b: block.Block, source: Value, element: str) -> Value:
    to = types.Tensor(tensors.tensor(source).shape, element)
    return b.let("converted", to, f"stablehlo.convert {source} : ({source.type}) -> {to}")


def _same_bits(b: block.Block, source: Value, element: str) -> Value:
    """Signed as unsigned, or the other way."""
    to = types.Tensor(tensors.tensor(source).shape, element)
    if to == source.type:
        return source
    return b.let("same", to, f"stablehlo.bitcast_convert {source} : ({source.type}) -> {to}")


def _apart(b: block.Block, source: Value) -> Value:
    """In another dispatch than what reads it."""
    return b.let("apart", source.type, f"stablehlo.optimization_barrier {source} : {source.type}")
