"""A block of MLIR, written operation by operation.

    b = block.Block()
    x, out = b.argument("x", types.Buffer(64, types.F32)), b.argument("out", types.Buffer(64, types.F32))
    with b.carry("tap", 0, taps, [b.constant(0.0, types.F32)]) as loop:
        (acc,) = loop.carried
        loop.next([b.op("math.fma", b.load(x, loop.index * 8 + 3), weight, acc)])
    b.store(loop.results[0], out, row)

Values carry their types, so that no type is said twice. Names are hints: a name that is taken in the scope gets a
number. Wherever an index is wanted, an integer or an affine expression of indices does as well. Constants are written
once, at the top of the block.
"""

import contextlib
import dataclasses
import math
from collections.abc import Iterator, Sequence

from lowering.kernels.mlir import types, values
from lowering.kernels.mlir.values import Index, Value

INFINITY = {"f32": (0x7F800000, 0x80000000), "f16": (0x7C00, 0x8000)}  # by its bits, and the bit of the sign


@dataclasses.dataclass
class Loop:
    """A loop that carries values: `index` and `carried` inside it.

    What `next` was given last comes out as `results`.
    """

    index: Value
    carried: list[Value]
    results: list[Value]
    block: "Block"

    def next(self, following: Sequence[Value]) -> None:
        """Ends an iteration: what the next one carries."""
        if [v.type for v in following] != [v.type for v in self.carried]:
            raise TypeError(
                f"the loop over {self.index} carries {values.kinds(self.carried)}, not {values.kinds(following)}"
            )
        self.block.do(f"scf.yield {values.names(following)} : {values.kinds(following)}")


class Block:
    """Lines of MLIR, and the names that are taken in the open scopes."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._constants: dict[tuple[str, types.Type], Value] = {}
        self._taken: list[set[str]] = [set()]  # per open scope
        self._used: set[str] = set()  # in any scope, open or not

    def lines(self) -> list[str]:
        """The text, without indentation: comments that stand first, constants, everything else."""
        head = next((i for i, line in enumerate(self._lines) if not line.startswith("//")), len(self._lines))
        constants = [f"{value} = arith.constant {text}" for (text, _), value in self._constants.items()]
        return [*self._lines[:head], *constants, *self._lines[head:]]

    # What everything else is made of.

    def name(self, hint: str) -> str:
        """A name that no visible value has: the hint, or the hint with a number behind it."""
        found, number = f"%{hint}", 0
        while any(found in scope for scope in self._taken):
            number += 1
            found = f"%{hint}_{number}"
        self._taken[-1].add(found)
        self._used.add(found)
        return found

    def argument(self, name: str, type: types.Type) -> Value:
        """A value that the text around the block defines."""
        found = Value(self.name(name), type)
        if found.name != f"%{name}":
            raise ValueError(f"%{name} is defined twice")
        return found

    def declare(self, hint: str, type: types.Type) -> Value:
        """A value that a region of an operation defines, such as the index of a loop."""
        return Value(self.name(hint), type)

    def do(self, text: str) -> None:
        """An operation without a result."""
        self._lines.append("  " * (len(self._taken) - 1) + text)

    def let(self, name: str, type: types.Type, text: str) -> Value:
        """The result of the operation `text`."""
        found = Value(self.name(name), type)
        self.do(f"{found} = {text}")
        return found

    def comment(self, text: str) -> None:
        """A line for the reader. Comments before all operations stay at the top."""
        self.do(f"// {text}")

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Names made in it may be taken again after it; lines in it are indented."""
        self._taken.append(set())
        yield
        self._taken.pop()

    # Arithmetic.

    def constant(self, value: float, type: types.Scalar | types.Vector, name: str = "constant") -> Value:
        """A number of this type, or a vector that holds it in all lanes."""
        text = literal(value, type.element)
        text = f"{text} : {type}" if isinstance(type, types.Scalar) else f"dense<{text}> : {type}"
        if (text, type) not in self._constants:
            hint, number = f"%{name}", 0
            while hint in self._used:
                number += 1
                hint = f"%{name}_{number}"
            self._taken[0].add(hint)
            self._used.add(hint)
            self._constants[text, type] = Value(hint, type)
        return self._constants[text, type]

    def op(self, operation: str, *operands: Value, name: str = "") -> Value:
        """An operation whose operands and result are of one type: arith.addf, vector.fma, math.exp ..."""
        first, *others = (operand.type for operand in operands)
        if any(other != first for other in others):
            raise TypeError(f"{operation} takes operands of one type, not {values.kinds(operands)}")
        return self.let(name or operation.rpartition(".")[2], first, f"{operation} {values.names(operands)} : {first}")

    def compare(self, predicate: str, a: Value, b: Value, name: str = "is") -> Value:
        """arith.cmpf or arith.cmpi, by the type: "ogt", "eq" ..."""
        kind = "cmpf" if a.type.element.startswith("f") else "cmpi"
        return self.let(name, a.type.of("i1"), f"arith.{kind} {predicate}, {a}, {b} : {a.type}")

    def select(self, condition: Value, a: Value, b: Value, name: str = "chosen") -> Value:
        """a where the condition holds, b elsewhere."""
        kinds = f"{a.type}" if condition.type == types.I1 else f"{condition.type}, {a.type}"
        return self.let(name, a.type, f"arith.select {condition}, {a}, {b} : {kinds}")

    def cast(self, value: Value, element: str, name: str = "") -> Value:
        """A float as another float, an i32 as an index; the value itself where the types agree."""
        if value.type.element == element:
            return value
        kinds = {("f16", "f32"): "extf", ("f32", "f16"): "truncf", ("i32", "index"): "index_cast"}
        kind, to = kinds[value.type.element, element], value.type.of(element)
        hint = name or value.name.removeprefix("%").partition("#")[0]  # the result of a loop that carries several
        return self.let(hint, to, f"arith.{kind} {value} : {value.type} to {to}")

    # Indices.

    def index(self, index: Index, name: str = "at") -> Value:
        """An index as a value: a constant, the value itself, or affine.apply of an expression."""
        known = values.affine(index).known
        if isinstance(known, int):
            return self.constant(known, types.INDEX, f"c{known}" if known >= 0 else f"c_{-known}")
        return known or self._affine("apply", name, index)

    def min(self, *indices: Index, name: str = "least") -> Value:
        """The smallest of some indices."""
        return self._affine("min", name, *indices)

    def max(self, *indices: Index, name: str = "most") -> Value:
        """The largest of some indices."""
        return self._affine("max", name, *indices)

    def _affine(self, operation: str, name: str, *indices: Index) -> Value:
        text, operands = values.map_of([values.affine(index) for index in indices])
        return self.let(name, types.INDEX, f"affine.{operation} {text}({values.names(operands)})")

    # Memory.

    def load(self, buffer: Value, at: Index, name: str = "loaded") -> Value:
        """One item of a buffer."""
        assert isinstance(buffer.type, types.Buffer)
        return self.let(name, buffer.type.item, f"memref.load {buffer}[{self.index(at)}] : {buffer.type}")

    def vector(self, buffer: Value, at: Index, lanes: int, name: str = "loaded") -> Value:
        """`lanes` items of a buffer of scalars, from `at` on."""
        found = types.Vector(lanes, buffer.type.element)
        return self.let(name, found, f"vector.load {buffer}[{self.index(at)}] : {buffer.type}, {found}")

    def masked(self, buffer: Value, at: Index, mask: Value, name: str = "loaded") -> Value:
        """The items of a buffer of scalars, from `at` on, in the lanes of the mask; zeros in the others."""
        found = mask.type.of(buffer.type.element)
        assert isinstance(found, types.Vector)
        zeros = self.constant(0.0, found, "zeros")
        kinds = f"{buffer.type}, {mask.type}, {found} into {found}"
        return self.let(name, found, f"vector.maskedload {buffer}[{self.index(at)}], {mask}, {zeros} : {kinds}")

    def lanes(self, first: int, end: int, lanes: int, name: str = "there") -> Value:
        """A mask: true in the lanes from the first one to the end."""
        kind = types.Vector(lanes, "i1")
        below = [self.let(name, kind, f"vector.constant_mask [{i}] : {kind}") for i in (end, first) if i]
        return below[0] if len(below) == 1 else self.op("arith.xori", *below, name=name)

    def store(self, value: Value, buffer: Value, at: Index, mask: Value | None = None) -> None:
        """An item into a buffer, or a vector into a buffer of scalars. mask: of the lanes that are stored."""
        assert isinstance(buffer.type, types.Buffer)
        if mask is not None:
            kinds = f"{buffer.type}, {mask.type}, {value.type}"
            self.do(f"vector.maskedstore {buffer}[{self.index(at)}], {mask}, {value} : {kinds}")
            return
        kind = "memref.store" if value.type == buffer.type.item else "vector.store"
        more = "" if value.type == buffer.type.item else f", {value.type}"
        self.do(f"{kind} {value}, {buffer}[{self.index(at)}] : {buffer.type}{more}")

    def prefetch(self, buffer: Value, at: Index, locality: int, use: str = "read") -> None:
        """Fetches the line of cache that an item lies in. locality: 3 into L1, 2 into L2. use: "read" or "write"."""
        self.do(f"memref.prefetch {buffer}[{self.index(at)}], {use}, locality<{locality}>, data : {buffer.type}")

    def broadcast(self, value: Value, lanes: int, name: str = "spread") -> Value:
        """A scalar in all lanes of a vector."""
        to = types.Vector(lanes, value.type.element)
        return self.let(name, to, f"vector.broadcast {value} : {value.type} to {to}")

    def extract(self, value: Value, lane: int, name: str = "lane") -> Value:
        """One lane of a vector."""
        to = types.Scalar(value.type.element)
        return self.let(name, to, f"vector.extract {value}[{lane}] : {to} from {value.type}")

    def elements(self, scalars: Sequence[Value], name: str = "elements") -> Value:
        """Scalars as the lanes of a vector."""
        to = types.Vector(len(scalars), scalars[0].type.element)
        return self.let(name, to, f"vector.from_elements {values.names(scalars)} : {to}")

    # Loops.

    @contextlib.contextmanager
    def loop(self, name: str, start: Index, end: Index, step: int = 1) -> Iterator[Value]:
        """scf.for: gives its index."""
        bounds = self._bounds(start, end, step)
        with self.scope():
            index = self.declare(name, types.INDEX)
            self.opening(f"scf.for {index} = {bounds} {{")
            yield index
        self.do("}")

    @contextlib.contextmanager
    def carry(
        self, name: str, start: Index, end: Index, inits: Sequence[Value], step: int = 1, carried: str = "acc"
    ) -> Iterator[Loop]:
        """scf.for that carries values from iteration to iteration, from `inits` on. Its body ends with `Loop.next`."""
        bounds, result = self._bounds(start, end, step), self.name(f"{carried}s" if len(inits) > 1 else carried)
        results = [Value(result if len(inits) == 1 else f"{result}#{i}", v.type) for i, v in enumerate(inits)]
        with self.scope():
            index = self.declare(name, types.INDEX)
            inner = [self.declare(carried, v.type) for v in inits]
            pairs = ", ".join(f"{a} = {b}" for a, b in zip(inner, inits, strict=True))
            count = f":{len(inits)}" if len(inits) > 1 else ""
            self.opening(
                f"{result}{count} = scf.for {index} = {bounds} iter_args({pairs}) -> ({values.kinds(inits)}) {{"
            )
            yield Loop(index, inner, results, self)
        self.do("}")

    def opening(self, text: str) -> None:
        """The head of the scope that was just opened, which may name what the scope declares."""
        self._lines.append("  " * (len(self._taken) - 2) + text)

    def _bounds(self, start: Index, end: Index, step: int) -> str:
        return f"{self.index(start)} to {self.index(end)} step {self.index(step)}"


def literal(value: float, element: str) -> str:
    """A number of an element type as MLIR writes it."""
    return _infinity(value, element) if math.isinf(value) else _number(value, element)


def _infinity(value: float, element: str) -> str:
    bits, sign = INFINITY[element]
    return f"0x{bits | (sign if value < 0 else 0):X}"


def _number(value: float, element: str) -> str:
    """MLIR wants a point in a float: 1e-05 is none. Ten digits say any f32."""
    if element.startswith("i"):  # index, i32, i1
        return str(int(value))
    return f"{value:.1f}" if value == round(value) and abs(value) < 1e6 else f"{value:.9e}"
