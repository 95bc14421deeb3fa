"""Operations on whole tensors: cuts, joins and changes of shape, and linalg.generic.

    with generic(b, [(x, "c f p"), (mask, "p")], (empty, "c f p"), name="masked") as cell:
        value, keep = cell.inputs
        cell.give(b.op("arith.mulf", value, keep))
    masked = cell.result

Axes have one-word names; a map is the names of the axes that an operand has, in its order. Axes of the result are
parallel, the others are reduced.
"""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence

from lowering.kernels.mlir import block, types
from lowering.kernels.mlir.values import Index, Value


def tensor(value: Value) -> types.Tensor:
    """The type of a value that must be a tensor."""
    assert isinstance(value.type, types.Tensor), f"{value} is of type {value.type}, not a tensor"
    return value.type


def empty(b: block.Block, type: types.Tensor, name: str = "empty") -> Value:
    """A tensor without values yet."""
    return b.let(name, type, f"tensor.empty() : {type}")


def fill(b: block.Block, value: Value, type: types.Tensor, name: str = "filled") -> Value:
    """A tensor of one value."""
    into = empty(b, type)
    return b.let(name, type, f"linalg.fill ins({value} : {value.type}) outs({into} : {type}) -> {type}")


def first(b: block.Block, source: Value, shape: Sequence[int], name: str = "cut") -> Value:
    """What lies in the first `shape` of each axis; the tensor itself if that is all of it."""
    whole = tensor(source)
    cut = types.Tensor(tuple(shape), whole.element)
    if cut == whole:
        return source
    zeros, ones = ", ".join("0" for _ in shape), ", ".join("1" for _ in shape)
    sizes = ", ".join(map(str, shape))
    return b.let(name, cut, f"tensor.extract_slice {source}[{zeros}] [{sizes}] [{ones}] : {whole} to {cut}")


def pad(b: block.Block, source: Value, count: int, name: str = "padded") -> Value:
    """A tensor with zeros behind it along the first axis, which then has `count` elements."""
    whole = tensor(source)
    to = types.Tensor((count, *whole.shape[1:]), whole.element)
    filled = fill(b, b.constant(0.0, types.Scalar(whole.element), "zero"), to, "zeros")
    offsets, ones = ", ".join("0" for _ in to.shape), ", ".join("1" for _ in to.shape)
    sizes = ", ".join(map(str, whole.shape))
    return b.let(
        name, to, f"tensor.insert_slice {source} into {filled}[{offsets}] [{sizes}] [{ones}] : {whole} into {to}"
    )


def collapse_first(b: block.Block, source: Value, name: str = "plane") -> Value:
    """A tensor whose first axis has one element, without it."""
    whole = tensor(source)
    to = types.Tensor(whole.shape[1:], whole.element)
    axes = ", ".join(f"[{axis}]" if axis > 1 else "[0, 1]" for axis in range(1, len(whole.shape)))
    return b.let(name, to, f"tensor.collapse_shape {source} [{axes}] : {whole} into {to}")


def grouped(b: block.Block, source: Value, groups: int, name: str = "grouped") -> Value:
    """A tensor whose first axis is two: groups, and what is in each."""
    whole = tensor(source)
    to = types.Tensor((groups, whole.shape[0] // groups, *whole.shape[1:]), whole.element)
    axes = ", ".join(["[0, 1]", *(f"[{axis + 1}]" for axis in range(1, len(whole.shape)))])
    sizes = ", ".join(map(str, to.shape))
    return b.let(name, to, f"tensor.expand_shape {source} [{axes}] output_shape [{sizes}] : {whole} into {to}")


def flatten(b: block.Block, source: Value, name: str = "flat") -> Value:
    """All axes as one; the tensor itself if it has one."""
    whole = tensor(source)
    if len(whole.shape) == 1:
        return source
    axes = ", ".join(str(axis) for axis in range(len(whole.shape)))
    return b.let(name, whole.flat, f"tensor.collapse_shape {source} [[{axes}]] : {whole} into {whole.flat}")


def expand(b: block.Block, source: Value, shape: Sequence[int], name: str = "shaped") -> Value:
    """A tensor of one axis as one of several."""
    to = types.Tensor(tuple(shape), tensor(source).element)
    axes, sizes = ", ".join(str(axis) for axis in range(len(shape))), ", ".join(map(str, shape))
    return b.let(name, to, f"tensor.expand_shape {source} [[{axes}]] output_shape [{sizes}] : {source.type} into {to}")


def shaped(b: block.Block, source: Value, shape: Sequence[int], name: str = "shaped") -> Value:
    """A tensor of one axis in any shape of as many elements; the tensor itself if that is its own."""
    whole, to = tensor(source), tuple(shape)
    if to == whole.shape:
        return source
    if to:
        return expand(b, source, to, name)
    return b.let(
        name,
        types.Tensor((), whole.element),
        f"tensor.collapse_shape {source} [] : {whole} into tensor<{whole.element}>",
    )


def row(b: block.Block, source: Value, place: int, name: str = "one") -> Value:
    """What lies at a place along the first axis, which stays."""
    whole = tensor(source)
    cut = types.Tensor((1, *whole.shape[1:]), whole.element)
    if _is_unsigned(whole):
        every = ", ".join([f"{place}:{place + 1}", *(f"0:{size}" for size in whole.shape[1:])])
        return b.let(name, cut, f"stablehlo.slice {source} [{every}] : ({whole}) -> {cut}")
    offsets = ", ".join(["0"] * len(cut.shape)).replace("0", str(place), 1)
    sizes, ones = ", ".join(map(str, cut.shape)), ", ".join("1" for _ in cut.shape)
    return b.let(name, cut, f"tensor.extract_slice {source}[{offsets}] [{sizes}] [{ones}] : {whole} to {cut}")


def concat(b: block.Block, parts: Sequence[Value], name: str = "joined") -> Value:
    """Tensors one after the other along the first axis."""
    (_, *rest), element = tensor(parts[0]).shape, tensor(parts[0]).element
    to = types.Tensor((sum(tensor(part).shape[0] for part in parts), *rest), element)
    names, kinds = ", ".join(map(str, parts)), ", ".join(str(part.type) for part in parts)
    if _is_unsigned(to):
        return b.let(name, to, f"stablehlo.concatenate {names}, dim = 0 : ({kinds}) -> {to}")
    return b.let(name, to, f"tensor.concat dim(0) {names} : ({kinds}) -> {to}")


def _is_unsigned(type: types.Tensor) -> bool:
    """IREE takes slices and joins of tensors of unsigned integers in StableHLO only."""
    return type.element.startswith("ui")


def extract(b: block.Block, source: Value, at: Sequence[Index], name: str = "found") -> Value:
    """One element."""
    places = ", ".join(str(b.index(place)) for place in at)
    return b.let(name, types.Scalar(tensor(source).element), f"tensor.extract {source}[{places}] : {source.type}")


@dataclasses.dataclass
class Cell:
    """The body of a linalg.generic: an element of each input, the element of the result so far, and where this is."""

    inputs: list[Value]
    out: Value
    result: Value
    axes: list[str]
    block: block.Block

    def at(self, axis: str) -> Value:
        """The cell's index along an axis, under its name."""
        return self.block.let(axis, types.INDEX, f"linalg.index {self.axes.index(axis)} : index")

    def give(self, value: Value) -> None:
        """Ends the body: the element of the result."""
        if value.type != self.out.type:
            raise TypeError(f"{self.result} holds {self.out.type}, not {value.type}")
        self.block.do(f"linalg.yield {value} : {value.type}")


@contextlib.contextmanager
def generic(
    b: block.Block,
    inputs: Sequence[tuple[Value, str]],
    out: tuple[Value, str],
    name: str = "result",
    update: bool = False,
    attributes: str = "",
) -> Iterator[Cell]:
    """linalg.generic over the axes of all maps, those of the result first: operands with the names of their axes.

    update: the result is made from what `out` holds, as it is where axes are reduced. attributes: of the operation.
    """
    into, kept = out[0], out[1].split()
    axes = list(dict.fromkeys([*kept, *(axis for _, map_ in inputs for axis in map_.split())]))
    maps = ", ".join(f"affine_map<({', '.join(axes)}) -> ({', '.join(map_.split())})>" for _, map_ in [*inputs, out])
    kinds = ", ".join('"parallel"' if axis in kept else '"reduction"' for axis in axes)
    operands = [value for value, _ in inputs]
    ins = f" ins({', '.join(map(str, operands))} : {', '.join(str(v.type) for v in operands)})" if operands else ""
    more = f" attrs = {{{attributes}}}" if attributes else ""
    result = Value(b.name(name), into.type)
    b.do(f"{result} = linalg.generic {{indexing_maps = [{maps}],")
    b.do(f"    iterator_types = [{kinds}]}}{ins} outs({into} : {into.type}){more} {{")
    with b.scope():
        hints = [value.name.removeprefix("%") for value in operands]
        cells = [b.declare(hint, types.Scalar(v.type.element)) for hint, v in zip(hints, operands, strict=True)]
        old = b.declare("so_far" if update or len(axes) > len(kept) else "unused", types.Scalar(into.type.element))
        b.do(f"^bb0({', '.join(f'{cell}: {cell.type}' for cell in [*cells, old])}):")
        with b.scope():
            yield Cell(cells, old, result, axes, b)
    b.do(f"}} -> {into.type}")
