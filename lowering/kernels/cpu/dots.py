"""Dot products of words for CPUs: four channels of a position and four weights of a filter, 8 bits each.

Each kind of processor has its own instruction, which decides how numbers of 8 bits lie in memory.
"""

import dataclasses

from lowering.graph import ops, packed
from lowering.kernels import kernel as kernels
from lowering.kernels.mlir import block, rescale, types
from lowering.kernels.mlir.values import Value
from lowering.targets import targets

OFFSET = 128  # what is added to numbers in memory where an instruction takes them without a sign


@dataclasses.dataclass(frozen=True)
class Dots:
    """How words are multiplied. kind: as Target.dots names it. nonnegative: whether no activation is below zero.

    vnni: vpdpbusd, which takes activations without a sign. They lie in memory with OFFSET added to each.
    pairs: vpmaddubsw, which adds two products in 16 bits. They fit, since it is given |x| and the weights with the sign
    of x: 2 x 128 x 127 is less than 2^15. What is not negative needs neither.
    sdot: NEON's. smmla: the same, and small matrix products in convolutions (matmul.py).
    plain: a product for each of the four, on any processor, and where vectors are too short for the others.
    """

    kind: str
    nonnegative: bool = False

    @classmethod
    def of(cls, target: targets.Target, rescale: ops.Rescale | None = None) -> "Dots":
        """Those of a target, for the layer that ends so."""
        return cls(target.dots, rescale is not None and rescale.nonnegative)

    @property
    def offset(self) -> int:
        """What is added to each number in memory."""
        return OFFSET if self.kind == "vnni" else 0

    @property
    def zeros(self) -> int:
        """A word of zeros as it lies in memory, as an i32."""
        return int.from_bytes(bytes([self.offset] * packed.WORD), "little", signed=True)

    def add(self, b: block.Block, acc: Value, x: Value, weight: Value) -> Value:
        """i32 accumulators with the dot products of their words more: x as it lies in memory, and weights."""
        assert isinstance(x.type, types.Vector)
        if self.kind == "plain" or x.type.lanes < packed.WORD:
            return self._plain(b, acc, x, weight)
        x, weight = bytes_of(b, x), bytes_of(b, weight)
        match self.kind:
            case "sdot" | "smmla":
                kinds = f"{x.type}, {weight.type} to {acc.type}"
                return b.let("acc", acc.type, f"arm_neon.intr.sdot {acc}, {x}, {weight} : {kinds}")
            case "vnni":
                return _call(b, f"avx512.vpdpbusd.{_bits(x)}", acc.type, acc, x, weight)
            case _:
                return self._pairs(b, acc, x, weight)

    def most(self, b: block.Block, one: Value, other: Value) -> Value:
        """The larger of the numbers of words, byte by byte."""
        larger = "arith.maxui" if self.offset else "arith.maxsi"
        return words_of(b, b.op(larger, bytes_of(b, one), bytes_of(b, other), name="larger"))

    @property
    def least(self) -> int:
        """A word of the smallest numbers as it lies in memory, as an i32."""
        return int.from_bytes(bytes([(self.offset - 128) % 256] * packed.WORD), "little", signed=True)

    def _plain(self, b: block.Block, acc: Value, x: Value, weight: Value) -> Value:
        assert isinstance(x.type, types.Vector)
        for place in range(packed.WORD):
            number, factor = rescale.signed(b, x, place), rescale.signed(b, weight, place)
            if self.offset:
                number = b.op("arith.andi", number, b.constant(255, x.type, "byte"), name="number")
            acc = b.op("arith.addi", acc, b.op("arith.muli", number, factor, name="product"), name="acc")
        return acc

    def _pairs(self, b: block.Block, acc: Value, x: Value, weight: Value) -> Value:
        assert isinstance(x.type, types.Vector)
        half = types.Vector(x.type.lanes // 2, "i16")
        size, signed = (x, weight) if self.nonnegative else _by_size(b, x, weight)
        names = {512: ("avx512.pmaddubs.w.512", "avx512.pmaddw.d.512"), 256: ("avx2.pmadd.ub.sw", "avx2.pmadd.wd")}
        twos, fours = names.get(_bits(x), ("ssse3.pmadd.ub.sw.128", "sse2.pmadd.wd"))
        products = _call(b, twos, half, size, signed)
        return b.op("arith.addi", acc, _call(b, fours, acc.type, products, b.constant(1, half, "ones")), name="acc")


def _by_size(b: block.Block, x: Value, weight: Value) -> tuple[Value, Value]:
    """|x|, and the weights with the sign of x: bytes whose products are the same."""
    assert isinstance(x.type, types.Vector)
    size = b.op("math.absi", x, name="size")
    if _bits(x) == 512:
        zero = b.constant(0, x.type, "no_bytes")
        turned = b.op("arith.subi", zero, weight, name="turned")
        return size, b.select(b.compare("slt", x, zero, "below"), turned, weight, "signed")
    return size, _call(b, "ssse3.psign.b.128" if _bits(x) == 128 else "avx2.psign.b", x.type, weight, x)


def zero(target: targets.Target, element: str) -> int:
    """What lies in memory where a feature map is zero: a word of zeros, or the number."""
    return Dots.of(target).zeros if element == kernels.WORDS else 0


def bytes_of(b: block.Block, words: Value) -> Value:
    """Words as bytes, four for each."""
    assert isinstance(words.type, types.Vector)
    to = types.Vector(words.type.lanes * packed.WORD, "i8")
    return b.let("bytes", to, f"vector.bitcast {words} : {words.type} to {to}")


def words_of(b: block.Block, bytes_: Value) -> Value:
    """Bytes as words."""
    assert isinstance(bytes_.type, types.Vector)
    to = types.Vector(bytes_.type.lanes // packed.WORD, "i32")
    return b.let("words", to, f"vector.bitcast {bytes_} : {bytes_.type} to {to}")


def _call(b: block.Block, name: str, to: types.Vector | types.Type, *given: Value) -> Value:
    """An intrinsic of LLVM's for x86."""
    names, kinds = ", ".join(map(str, given)), ", ".join(str(each.type) for each in given)
    return b.let("dots", to, f'llvm.call_intrinsic "llvm.x86.{name}"({names}) : ({kinds}) -> {to}')


def _bits(x: Value) -> int:
    assert isinstance(x.type, types.Vector)
    return x.type.lanes * 8
