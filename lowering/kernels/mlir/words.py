"""Integers of less than 32 bits at the border of a module. Inside, where no kernel of int8 is, they have 32.

On GPUs without 8-bit storage IREE 3.13 reads and writes bytes by words of 4. A buffer that ends within a word loses its
last elements: drivers that check accesses read zeros there and write nothing. So the elements are copied into whole
words before they are read. Results are written in whole words, and copied out of them.
"""

from lowering.kernels.mlir import block, tensors, types
from lowering.kernels.mlir.values import Value

WORD = 4  # bytes
BITS = {f"{sign}i{bits}": bits for sign in ("", "u") for bits in (8, 16)}


def inside(element: str) -> str:
    """The element type that an array of the module's border has within."""
    return "i32" if element in BITS else element


def read(b: block.Block, flat: Value, on_gpu: bool) -> Value:
    """A flat argument of the module as it is within.

    Unsigned integers are converted as signed ones and lose their sign: IREE takes the factors of a product as they are
    before a conversion, and as signed. On GPUs it would convert within a dispatch that reads other elements than its
    own, and not wait for them.
    """
    kind = tensors.tensor(flat)
    if kind.element not in BITS:
        return flat
    bits = BITS[kind.element]
    given = _same_bits(b, flat, f"i{bits}")
    if on_gpu:
        wide = _from_words(b, given) if _is_cut(kind) else _apart(b, _converted(b, given, "i32"))
    else:
        wide = _converted(b, given, "i32")
    return _unsigned(b, wide, bits) if kind.element.startswith("u") else wide


def written(b: block.Block, flat: Value, element: str, on_gpu: bool) -> Value:
    """A flat value as a result of the module, with this element type."""
    if element not in BITS:
        return flat
    kind = types.Tensor(tensors.tensor(flat).shape, f"i{BITS[element]}")
    narrow = _to_words(b, flat) if on_gpu and _is_cut(kind) else _converted(b, flat, kind.element)
    return _same_bits(b, narrow, element)


def _from_words(b: block.Block, bytes: Value) -> Value:
    """Bytes that end within a word, as integers of 32 bits."""
    count = tensors.tensor(bytes).shape[0]
    whole, first = types.Tensor((_whole(count),), "i8"), types.Tensor((count,), "i32")
    zero, start = (
        b.let("zero", types.Scalar("i8"), "arith.constant 0 : i8"),
        b.let("start", types.INDEX, "arith.constant 0 : index"),
    )
    zeros = b.let("zeros", whole, f"flow.tensor.splat {zero} : {whole}")
    words = b.let("words", whole, f"flow.tensor.update {bytes}, {zeros}[{start}] : {bytes.type} -> {whole}")
    wide = _apart(b, _converted(b, words, "i32"))
    return b.let("first", first, f"stablehlo.slice {wide} [0:{count}] : ({wide.type}) -> {first}")


def _to_words(b: block.Block, flat: Value) -> Value:
    """Integers of 32 bits as bytes that end within a word."""
    count = tensors.tensor(flat).shape[0]
    whole, first = types.Tensor((_whole(count),), "i32"), types.Tensor((count,), "i8")
    zero = b.let("zero", types.Tensor((), "i32"), "stablehlo.constant dense<0> : tensor<i32>")
    text = f"stablehlo.pad {flat}, {zero}, low = [0], high = [{whole.shape[0] - count}], interior = [0]"
    padded = _apart(b, b.let("words", whole, f"{text} : ({flat.type}, {zero.type}) -> {whole}"))
    words = _converted(b, padded, "i8")
    start, size = (b.let("at", types.INDEX, f"arith.constant {number} : index") for number in (0, count))
    return b.let("first", first, f"flow.tensor.slice {words}[{start} for {size}] : {words.type} -> {first}")


def _is_cut(kind: types.Tensor) -> bool:
    return BITS[kind.element] == 8 and kind.shape[0] % WORD > 0


def _whole(count: int) -> int:
    return -(-count // WORD) * WORD


def _unsigned(b: block.Block, signed: Value, bits: int) -> Value:
    mask = b.let("mask", signed.type, f"stablehlo.constant dense<{(1 << bits) - 1}> : {signed.type}")
    return b.let("unsigned", signed.type, f"stablehlo.and {signed}, {mask} : {signed.type}")


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
