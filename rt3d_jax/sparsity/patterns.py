"""Block patterns: which weights of a kernel are kept or dropped together."""

import dataclasses
import math
from collections.abc import Sequence

AXES = ("depth", "height", "width", "inputs", "outputs")


@dataclasses.dataclass(frozen=True)
class BlockPattern:
    """The shape of the blocks into which a DHWIO kernel is cut. A block is kept or dropped as one.

    Each field is the block's side along that axis, in weights, at least 1. None stands for the whole axis. Any other
    value is a ValueError.

    Where a side does not divide the kernel's, the last block along that axis is smaller. A kernel of fewer than five
    axes is read as if axes of size 1 stood in front: a matrix [inputs, outputs] is a 1x1x1 convolution. A kernel of six
    axes is a stack of kernels. Each block lies in one of them.
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
        """The pattern's name in reports: "kgs 8x4", "vanilla 8x4", "filter", "channel" or "unstructured".

        Any other pattern is "blocks" and its sides, such as "blocks 2x1xallx4x8".
        """
        if self in NAMES:
            return NAMES[self]
        group = f"{self.outputs}x{self.inputs}"
        if None not in (self.inputs, self.outputs) and self.sides[:3] == (1, 1, 1):
            return f"kgs {group}"
        if None not in (self.inputs, self.outputs) and self.sides[:3] == (None, None, None):
            return f"vanilla {group}"
        return "blocks " + "x".join("all" if side is None else str(side) for side in self.sides)

    def block(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The sides of a full block in a kernel of this shape, one for each axis of `kernel_shape`. They are at most
        the kernel's own.
        """
        full = kernel_shape(shape)
        sides = (1,) * (len(full) - len(AXES)) + self.sides
        return tuple(size if side is None else min(side, size) for side, size in zip(sides, full, strict=True))

    def grid(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The number of blocks along each axis of a kernel of this shape, as `kernel_shape` has them."""
        full, block = kernel_shape(shape), self.block(shape)
        return tuple(math.ceil(size / side) for size, side in zip(full, block, strict=True))


def kgs(filters: int, channels: int) -> BlockPattern:
    """Kernel group structured (KGS): a block is one location of `filters` x `channels` (gM x gN).

    Source: RT3D, AAAI-21, section 3.
    """
    return BlockPattern(1, 1, 1, channels, filters)


def vanilla(filters: int, channels: int) -> BlockPattern:
    """Vanilla: a block is all locations of `filters` x `channels` (gM x gN).

    Source: RT3D, AAAI-21, section 3.
    """
    return BlockPattern(None, None, None, channels, filters)


def kernel_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The five sizes, in DHWIO order, of a kernel of 2 to 5 axes. Axes that are missing in front have size 1.

    A stack of kernels has six axes, of which the first numbers them. ValueError for any other number of axes, and for
    an axis of size 0.
    """
    shape = tuple(int(size) for size in shape)
    if not 2 <= len(shape) <= len(AXES) + 1 or min(shape) < 1:
        raise ValueError(
            f"kernel shape is {shape}, expected 2 to 5 axes (DHWIO, the last two inputs and outputs), none empty, or 6 "
            "for a stack of kernels"
        )
    return (1,) * (len(AXES) - len(shape)) + shape


FILTER = BlockPattern(None, None, None, None, 1)
CHANNEL = BlockPattern(None, None, None, 1, None)
UNSTRUCTURED = BlockPattern(1, 1, 1, 1, 1)
NAMES = {FILTER: "filter", CHANNEL: "channel", UNSTRUCTURED: "unstructured"}
