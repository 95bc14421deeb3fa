"""What a convolution for CPUs multiplies: floats, words of int8 one by one, or words of two taps at a time.

How its kernel lies in memory, the tables that it reads, and its inner loops.
"""

import dataclasses
from typing import Any

import numpy as np

from lowering.graph import ops, packed
from lowering.kernels import layouts, loops, tables
from lowering.kernels.cpu import dots, matmul, words
from lowering.kernels.cpu import rows as rows_
from lowering.targets import targets, tiles


def fitting(target: targets.Target, tile: tiles.Tile) -> targets.Target:
    """The target, without small matrix products where vectors are too short for them."""
    short = target.dots == "smmla" and tile.lanes != matmul.LANES
    return dataclasses.replace(target, dots="sdot") if short else target


def in_memory(op: Any, target: targets.Target) -> Any:
    """An operation with its kernels as they lie in memory: those of integers in words."""
    match op:
        case ops.PackedConv(rescale=ops.Rescale()):
            kernel = packed.words(op.kernel)
            return dataclasses.replace(op, kernel=matmul.even(kernel) if target.dots == "smmla" else kernel)
        case ops.FusedConvs():
            return dataclasses.replace(op, first=in_memory(op.first, target), second=in_memory(op.second, target))
        case ops.FusedPool():
            return dataclasses.replace(op, conv=in_memory(op.conv, target))
    return op


def stored(op: ops.PackedConv) -> int:
    """Elements that hold the channels of a position of the result."""
    filters = op.kernel.filled
    return filters // packed.WORD if op.dtype == "int8" else filters


def tables_of(
    op: ops.PackedConv, x: layouts.Layout, y: layouts.Layout, target: targets.Target
) -> dict[str, np.ndarray]:
    """The tables of a convolution that is as it lies in memory."""
    if op.rescale is None:
        return tables.conv(op, x, y, op.kernel.rows)
    found = tables.words(op, x, y, dots.Dots.of(target).offset)
    return found | {"values": matmul.by_twos(found["values"])} if target.dots == "smmla" else found


def rows_of(rows: rows_.Rows, kernel: loops.Loops, prefix: str = "") -> rows_.Rows:
    """The inner loops: those given, of floats, also with a result of int8; or of integers, with a kernel's factors."""
    given = {field.name: getattr(rows, field.name) for field in dataclasses.fields(rows)}
    if rows.op.rescale is None:
        return rows if rows.op.quantise is None else words.Quantised(**given)
    kind = matmul.Rows if rows.target.dots == "smmla" else words.Rows
    return kind(**given, factors=words.Factors.of(kernel, prefix))
