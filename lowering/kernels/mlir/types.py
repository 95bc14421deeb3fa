"""MLIR's types that kernels use. str() of a type is how MLIR writes it."""

import dataclasses
import math

STORAGE = "#storage"  # alias of the memory space of buffers that kernels are given
ALIASES = {STORAGE: "#hal.descriptor_type<storage_buffer>"}


@dataclasses.dataclass(frozen=True)
class Scalar:
    """A number: "f32", "f16", "i32", "i1" or "index"."""

    element: str

    def __str__(self) -> str:
        return self.element

    def of(self, element: str) -> "Scalar":
        """The type with other elements."""
        return Scalar(element)


@dataclasses.dataclass(frozen=True)
class Vector:
    """vector<lanes x element>, one axis."""

    lanes: int
    element: str = "f32"

    def __str__(self) -> str:
        return f"vector<{self.lanes}x{self.element}>"

    def of(self, element: str) -> "Vector":
        """The type with other elements."""
        return Vector(self.lanes, element)


@dataclasses.dataclass(frozen=True)
class Tensor:
    """tensor<shape x element>. Without axes: a tensor of one number."""

    shape: tuple[int, ...]
    element: str = "f32"

    def __str__(self) -> str:
        return f"tensor<{'x'.join(map(str, (*self.shape, self.element)))}>"

    def of(self, element: str) -> "Tensor":
        """The type with other elements."""
        return Tensor(self.shape, element)

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def flat(self) -> "Tensor":
        """All elements on one axis."""
        return Tensor((self.size,), self.element)


@dataclasses.dataclass(frozen=True)
class Buffer:
    """memref<count x item>: the flat memory behind a tensor, of scalars or of vectors."""

    count: int
    item: Scalar | Vector

    def __str__(self) -> str:
        return f"memref<{self.count}x{self.item}, {STORAGE}>"

    @property
    def element(self) -> str:
        return self.item.element

    def of(self, element: str) -> "Buffer":
        """The type with other elements."""
        return Buffer(self.count, self.item.of(element))


def size(element: str) -> int:
    """Bytes of an element: "f32", "f16", "i32", "i8"."""
    return int(element[1:]) // 8


Type = Scalar | Vector | Tensor | Buffer
INDEX, I1, I32, F32 = Scalar("index"), Scalar("i1"), Scalar("i32"), Scalar("f32")
