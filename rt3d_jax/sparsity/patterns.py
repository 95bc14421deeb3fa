"""Block patterns: which weights of a kernel are kept or dropped together."""

import dataclasses
import math
from collections.abc import Sequence

AXES = ("depth", "height", "width", "inputs", "outputs")


@dataclasses.dataclass(frozen=True)
class BlockPattern:
    """The block of a DHWIO kernel that is kept or dropped as one; None spans the whole axis.

    A kernel whose sides are not multiples of the block's ends in smaller blocks. Kernels of fewer axes are read as
    if axes of size 1 stood in front: a matrix [inputs, outputs] is a 1x1x1 convolution.
    """

    depth: int | None
    height: int | None
    width: int | None
    inputs: int | None
    outputs: int | None

    def __post_init__(self) -> None:
        for axis, side in zip(AXES, self.sides, strict=True):
            if side is not None and (isinstance(side, bool) or not isinstance(side, int) or side < 1):
                raise ValueError(
                    f"BlockPattern.{axis} is {side!r}, expected an int of at least 1, or None for the axis"
                )

    @property
    def sides(self) -> tuple[int | None, ...]:
        """The five sides in DHWIO order."""
        return (self.depth, self.height, self.width, self.inputs, self.outputs)

    @property
    def name(self) -> str:
        """The pattern in words for reports: "kgs 8x4", "vanilla 8x4", "filter", "channel", "unstructured"."""
        if self in NAMES:
            return NAMES[self]
        group = f"{self.outputs}x{self.inputs}"
        if None not in (self.inputs, self.outputs) and self.sides[:3] == (1, 1, 1):
            return f"kgs {group}"
        if None not in (self.inputs, self.outputs) and self.sides[:3] == (None, None, None):
            return f"vanilla {group}"
        return "blocks " + "x".join("all" if side is None else str(side) for side in self.sides)

    def block(self, shape: Sequence[int]) -> tuple[int, int, int, int, int]:
        """The five sides of a full block in a kernel of this shape (at most the kernel's own sides)."""
        full = kernel_shape(shape)
        d, h, w, i, o = (size if side is None else min(side, size) for side, size in zip(self.sides, full, strict=True))
        return d, h, w, i, o

    def grid(self, shape: Sequence[int]) -> tuple[int, int, int, int, int]:
        """The number of blocks along each of the five axes of a kernel of this shape."""
        full, block = kernel_shape(shape), self.block(shape)
        d, h, w, i, o = (math.ceil(size / side) for size, side in zip(full, block, strict=True))
        return d, h, w, i, o


def kgs(filters: int, channels: int) -> BlockPattern:
    """Kernel group structured: one location of a group of filters x channels (gM x gN) (RT3D, AAAI-21, section 3)."""
    return BlockPattern(1, 1, 1, channels, filters)


def vanilla(filters: int, channels: int) -> BlockPattern:
    """All locations of a group of filters x channels (gM x gN) (RT3D, AAAI-21, section 3)."""
    return BlockPattern(None, None, None, channels, filters)


def kernel_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The DHWIO shape of a kernel of 2 to 5 axes; ValueError for any other rank or an empty axis."""
    shape = tuple(int(size) for size in shape)
    if not 2 <= len(shape) <= len(AXES) or min(shape) < 1:
        raise ValueError(
            f"kernel shape is {shape}, expected 2 to 5 axes (DHWIO, the last two inputs and outputs), none empty"
        )
    return (1,) * (len(AXES) - len(shape)) + shape


FILTER = BlockPattern(None, None, None, None, 1)
CHANNEL = BlockPattern(None, None, None, 1, None)
UNSTRUCTURED = BlockPattern(1, 1, 1, 1, 1)
NAMES = {FILTER: "filter", CHANNEL: "channel", UNSTRUCTURED: "unstructured"}
