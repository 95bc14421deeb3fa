"""Products of small constant matrices with values, such as Winograd's transforms of tiles, in few additions."""

from collections.abc import Sequence

import numpy as np

from lowering.kernels.mlir import block, types
from lowering.kernels.mlir.values import Value


def both_ways(b: block.Block, matrix: np.ndarray, tile: Sequence[Sequence[Value]]) -> list[list[Value]]:
    """matrix @ tile @ matrix.T, for a tile of vectors or of numbers."""
    lines = [combined(b, matrix, line) for line in tile]
    columns = [combined(b, matrix, column) for column in zip(*lines, strict=True)]
    return [list(line) for line in zip(*columns, strict=True)]


def combined(b: block.Block, matrix: np.ndarray, values: Sequence[Value]) -> list[Value]:
    """matrix @ values. What two rows or two columns share but for its sign is computed once."""
    values, found = list(values), dict[int, Value]()
    for one, other in _alike(matrix.T):
        total, difference = (b.op(f"arith.{op}", values[one], values[other], name="pair") for op in ("addf", "subf"))
        values[one], values[other], matrix = total, difference, matrix.copy()
        even, odd = matrix[:, one] + matrix[:, other], matrix[:, one] - matrix[:, other]
        matrix[:, one], matrix[:, other] = even / 2, odd / 2
    for one, other in _alike(matrix):
        even, odd = (_sum(b, (matrix[one] + sign * matrix[other]) / 2, values) for sign in (1, -1))
        found[one] = b.op("arith.addf", even, odd, name="turned")
        found[other] = b.op("arith.subf", even, odd, name="turned")
    return [found[i] if i in found else _sum(b, row, values) for i, row in enumerate(matrix)]


def _alike(rows: np.ndarray) -> list[tuple[int, int]]:
    """Rows side by side that differ in signs alone, of more than one number."""
    pairs = ((i, i + 1) for i in range(len(rows) - 1))
    return [(i, j) for i, j in pairs if (abs(rows[i]) == abs(rows[j])).all() and np.count_nonzero(rows[i]) > 1]


def _sum(b: block.Block, factors: np.ndarray, values: Sequence[Value]) -> Value:
    """The sum of some values, each with its factor."""
    terms = sorted(((float(f), v) for f, v in zip(factors, values, strict=True) if f), key=lambda term: term[0] != 1)
    kind = values[0].type
    assert isinstance(kind, types.Vector | types.Scalar)
    fma = "vector.fma" if isinstance(kind, types.Vector) else "math.fma"
    constant = lambda factor: b.constant(factor, kind, "factor")
    factor, value = terms[0]
    total = value if factor == 1 else b.op("arith.mulf", value, constant(factor), name="part")
    for factor, value in terms[1:]:
        if factor in (1, -1):
            total = b.op("arith.addf" if factor == 1 else "arith.subf", total, value, name="part")
        else:
            total = b.op(fma, value, constant(factor), total, name="part")
    return total
