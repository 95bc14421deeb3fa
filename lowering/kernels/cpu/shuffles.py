"""Vectors joined, taken apart and put together lane by lane."""

from collections.abc import Sequence

from lowering.kernels.mlir import block, types, values


def joined(b: block.Block, parts: Sequence[values.Value]) -> values.Value:
    """Vectors of as many lanes one after the other; their number is a power of two."""
    while len(parts) > 1:
        lanes = range(2 * _lanes(parts[0]))
        parts = [shuffle(b, pair, lanes, "joined") for pair in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]


def apart(b: block.Block, vector: values.Value, count: int) -> list[values.Value]:
    """`count` vectors, each with every so manyth lane."""
    return [shuffle(b, (vector, vector), range(c, _lanes(vector), count), "channel") for c in range(count)]


def together(b: block.Block, parts: Sequence[values.Value]) -> values.Value:
    """The first lanes of all vectors, then their second ones, and so on: the inverse of `apart`."""
    if len(parts) == 1:
        return parts[0]
    filled = [*parts, *[parts[-1]] * ((1 << (len(parts) - 1).bit_length()) - len(parts))]
    half = len(filled) // 2
    pair = joined(b, filled[:half]), joined(b, filled[half:])
    lanes = _lanes(parts[0])
    return shuffle(b, pair, [c * lanes + i for i in range(lanes) for c in range(len(parts))], "together")


def transposed(b: block.Block, rows: Sequence[values.Value]) -> list[values.Value]:
    """As many vectors as each has lanes, a power of two: vector i gets lane i of all of them."""
    found, lanes = list(rows), _lanes(rows[0])
    half = lanes // 2
    mixed = [
        [i for pair in zip(range(s, s + half), range(lanes + s, lanes + s + half), strict=True) for i in pair]
        for s in (0, half)
    ]
    for _ in range(lanes.bit_length() - 1):
        pairs = zip(found[:half], found[half:], strict=True)
        found = [shuffle(b, pair, places, "turned") for pair in pairs for places in mixed]
    return found


def shuffle(
    b: block.Block, pair: tuple[values.Value, values.Value], lanes: Sequence[int], name: str = "lanes"
) -> values.Value:
    """Lanes of two vectors; those of the second follow those of the first."""
    one, other = pair
    places = ", ".join(map(str, lanes))
    found = types.Vector(len(lanes), one.type.element)
    return b.let(name, found, f"vector.shuffle {one}, {other} [{places}] : {one.type}, {other.type}")


def _lanes(vector: values.Value) -> int:
    assert isinstance(vector.type, types.Vector)
    return vector.type.lanes
