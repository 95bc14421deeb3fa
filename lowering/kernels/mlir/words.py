"""Integers of less than 32 bits at the border of a module. Inside, where no kernel of int8 is, they have 32.

On GPUs without 8-bit storage IREE 3.13 reads and writes bytes by words of 4. It does not compile that for four bytes at
a time, and a buffer that ends within a word loses its last elements: drivers that check accesses read zeros there and
write nothing. So bytes are taken out of words, and put into them, by shifts; what ends within a word is copied.
"""

from lowering.kernels.mlir import block, tensors, types
from lowering.kernels.mlir.values import Value

WORD, BYTE = 4, 8  # bytes of a word, bits of a byte
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
        wide = _from_words(b, given) if bits == BYTE else _apart(b, _converted(b, given, "i32"))
    else:
        wide = _converted(b, given, "i32")
    return _unsigned(b, wide, bits) if kind.element.startswith("u") else wide


def written(b: block.Block, flat: Value, element: str, on_gpu: bool) -> Value:
    """A flat value as a result of the module, with this element type."""
    if element not in BITS:
        return flat
    kind = types.Tensor(tensors.tensor(flat).shape, f"i{BITS[element]}")
    narrow = _to_words(b, flat) if on_gpu and kind.element == "i8" else _converted(b, flat, kind.element)
    return _same_bits(b, narrow, element)


def _from_words(b: block.Block, bytes: Value) -> Value:
    """Bytes as integers of 32 bits."""
    count = tensors.tensor(bytes).shape[0]
    whole, words = types.Tensor((_whole(count),), "i8"), types.Tensor((_whole(count) // WORD,), "i32")
    if count < whole.shape[0]:
        zero, start = (
            b.let("zero", types.Scalar("i8"), "arith.constant 0 : i8"),
            b.let("start", types.INDEX, "arith.constant 0 : index"),
        )
        zeros = b.let("zeros", whole, f"flow.tensor.splat {zero} : {whole}")
        bytes = b.let("padded", whole, f"flow.tensor.update {bytes}, {zeros}[{start}] : {bytes.type} -> {whole}")
    given = b.let("words", words, f"flow.tensor.bitcast {bytes} : {whole} -> {words}")
    four = types.Tensor((*words.shape, WORD), "i32")
    spread = b.let("spread", four, f"stablehlo.broadcast_in_dim {given}, dims = [0] : ({words}) -> {four}")
    high = b.let("high", four, f"stablehlo.shift_left {spread}, {_places(b, four, [24, 16, 8, 0])} : {four}")
    low = b.let("low", four, f"stablehlo.shift_right_arithmetic {high}, {_places(b, four, [24] * 4)} : {four}")
    wide = _apart(b, _reshaped(b, low, (_whole(count),)))
    first = types.Tensor((count,), "i32")
    if count == whole.shape[0]:
        return wide
    return b.let("first", first, f"stablehlo.slice {wide} [0:{count}] : ({wide.type}) -> {first}")


def _to_words(b: block.Block, flat: Value) -> Value:
    """Integers of 32 bits as bytes."""
    count = tensors.tensor(flat).shape[0]
    whole, first = types.Tensor((_whole(count),), "i32"), types.Tensor((count,), "i8")
    zero = b.let("zero", types.Tensor((), "i32"), "stablehlo.constant dense<0> : tensor<i32>")
    if count < whole.shape[0]:
        text = f"stablehlo.pad {flat}, {zero}, low = [0], high = [{whole.shape[0] - count}], interior = [0]"
        flat = _apart(b, b.let("padded", whole, f"{text} : ({flat.type}, {zero.type}) -> {whole}"))
    four = _reshaped(b, flat, (whole.shape[0] // WORD, WORD))
    low = b.let("low", four.type, f"stablehlo.and {four}, {_places(b, four.type, [255] * 4)} : {four.type}")
    apart = b.let(
        "shifted", four.type, f"stablehlo.shift_left {low}, {_places(b, four.type, [0, 8, 16, 24])} : {four.type}"
    )
    words, bytes = types.Tensor((whole.shape[0] // WORD,), "i32"), types.Tensor(whole.shape, "i8")
    text = f"stablehlo.reduce({apart} init: {zero}) applies stablehlo.or across dimensions = [1]"
    made = _apart(b, b.let("words", words, f"{text} : ({four.type}, {zero.type}) -> {words}"))
    cast = b.let("bytes", bytes, f"flow.tensor.bitcast {made} : {words} -> {bytes}")
    if count == whole.shape[0]:
        return cast
    start, size = (b.let("at", types.INDEX, f"arith.constant {number} : index") for number in (0, count))
    return b.let("first", first, f"flow.tensor.slice {cast}[{start} for {size}] : {bytes} -> {first}")


def _places(b: block.Block, kind: types.Type, numbers: list[int]) -> Value:
    """A number for each byte of a word, spread over all words."""
    row = types.Tensor((WORD,), "i32")
    constant = b.let("each", row, f"stablehlo.constant dense<{numbers}> : {row}")
    return b.let("places", kind, f"stablehlo.broadcast_in_dim {constant}, dims = [1] : ({row}) -> {kind}")


def _reshaped(b: block.Block, flat: Value, shape: tuple[int, ...]) -> Value:
    kind = types.Tensor(shape, "i32")
    return b.let("shaped", kind, f"stablehlo.reshape {flat} : ({flat.type}) -> {kind}")


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
