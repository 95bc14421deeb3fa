"""Parts of tensors, and loops that fill a tensor part by part."""

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence

from lowering.kernels.mlir import block, tensors, types
from lowering.kernels.mlir.values import Index, Value

Sizes = Sequence[int | None]  # along each axis of a tensor; None: one wide, and no axis of the part


def cut(b: block.Block, source: Value, at: Sequence[Index], sizes: Sizes, name: str = "part") -> Value:
    """The part of a tensor from `at` on."""
    part = types.Tensor(tuple(size for size in sizes if size is not None), tensors.tensor(source).element)
    return b.let(name, part, f"tensor.extract_slice {source}{_place(b, at, sizes)} : {source.type} to {part}")


def put(b: block.Block, part: Value, into: Value, at: Sequence[Index], sizes: Sizes, name: str = "with") -> Value:
    """The tensor `into` with a part of it replaced, from `at` on."""
    text = f"tensor.insert_slice {part} into {into}{_place(b, at, sizes)} : {part.type} into {into.type}"
    return b.let(name, into.type, text)


def zeros(b: block.Block, part: Value, attributes: str = "") -> Value:
    """A part of a tensor filled with zeros."""
    kind = types.Scalar(tensors.tensor(part).element)
    zero = b.constant(0.0, kind, "zero")
    text = f"linalg.fill {attributes}ins({zero} : {kind}) outs({part} : {part.type}) -> {part.type}"
    return b.let("zeros", part.type, text)


@dataclasses.dataclass
class Parallel:
    """A parallel loop over parts of a tensor: where an iteration is, and the tensor before and after all of them."""

    indices: list[Value]
    before: Value
    after: Value
    block: block.Block

    def give(self, part: Value, at: Sequence[Index], sizes: Sizes) -> None:
        """Ends the body: the part that this iteration replaces. Where two iterations meet, both must give the same."""
        place = _place(self.block, at, sizes)
        self.block.do("scf.forall.in_parallel {")
        with self.block.scope():
            kinds = f"{part.type} into {self.before.type}"
            self.block.do(f"tensor.parallel_insert_slice {part} into {self.before}{place} : {kinds}")
        self.block.do("}")


@contextlib.contextmanager
def parallel(b: block.Block, counts: dict[str, int], before: Value, mapping: Sequence[str]) -> Iterator[Parallel]:
    """scf.forall over the indices that `counts` names. `mapping`: MLIR's attribute of what each of them runs on."""
    after = Value(b.name("all"), before.type)
    with b.scope():
        indices = [b.declare(name, types.INDEX) for name in counts]
        shared = b.declare("shared", before.type)
        head = f"({', '.join(map(str, indices))}) in ({', '.join(map(str, counts.values()))})"
        b.opening(f"{after} = scf.forall {head} shared_outs({shared} = {before}) -> ({before.type}) {{")
        yield Parallel(indices, shared, after, b)
    b.do(f"}} {{mapping = [{', '.join(mapping)}]}}")


def _place(b: block.Block, at: Sequence[Index], sizes: Sizes) -> str:
    offsets = ", ".join(str(place if isinstance(place, int) else b.index(place)) for place in at)
    return f"[{offsets}] [{', '.join(str(size or 1) for size in sizes)}] [{', '.join('1' for _ in sizes)}]"
