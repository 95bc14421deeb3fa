"""SSA values, and arithmetic on indices.

`frame * plane + first` is an affine expression, which a block writes as one affine.apply.
"""

import dataclasses
import re
from collections.abc import Sequence

from lowering.kernels.mlir import types


class _Arithmetic:
    """+, -, * and, by a positive integer, // and %. What is not affine is a TypeError."""

    @property
    def expression(self) -> "Affine":
        """As an expression."""
        raise NotImplementedError

    def __add__(self, other: "Index") -> "Affine":
        a, b = self.expression, affine(other)
        terms = dict(a.terms)
        for atom, factor in b.terms:
            terms[atom] = terms.get(atom, 0) + factor
        return Affine(tuple((atom, n) for atom, n in terms.items() if n), a.constant + b.constant)

    def __mul__(self, factor: int) -> "Affine":
        if not isinstance(factor, int):
            raise TypeError(f"{self} * {factor} is not affine: one factor must be an integer")
        return _times(self.expression, factor)

    def __sub__(self, other: "Index") -> "Affine":
        return self + affine(other) * -1

    def __rsub__(self, other: int) -> "Affine":
        return self * -1 + other

    def __floordiv__(self, divisor: int) -> "Affine":
        return _divided("floordiv", self.expression, divisor)

    def __mod__(self, divisor: int) -> "Affine":
        return _divided("mod", self.expression, divisor)

    __radd__, __rmul__ = __add__, __mul__


@dataclasses.dataclass(frozen=True)
class Value(_Arithmetic):
    """What an operation gives: `name` as it is written, with its %, and the type.

    Values of type index can be calculated with.
    """

    name: str
    type: types.Type

    def __str__(self) -> str:
        return self.name

    @property
    def expression(self) -> "Affine":
        if self.type != types.INDEX:
            raise TypeError(f"{self} is of type {self.type}; only indices are calculated with")
        return Affine(((self, 1),))


@dataclasses.dataclass(frozen=True)
class _Divided:
    """`operation` ("floordiv" or "mod") of an expression by an integer."""

    operation: str
    dividend: "Affine"
    divisor: int


@dataclasses.dataclass(frozen=True)
class Affine(_Arithmetic):
    """A sum of values, of quotients and remainders, and of other sums, each times an integer; and of a constant.

    Sums times an integer stay as they are written: whether to multiply or to add first is the writer's choice.
    """

    terms: tuple[tuple["Value | _Divided | Affine", int], ...]
    constant: int = 0

    @property
    def expression(self) -> "Affine":
        return self

    @property
    def operands(self) -> tuple[Value, ...]:
        """The values in it, each once, in the order in which they first appear."""
        found: dict[Value, None] = {}
        for atom, _ in self.terms:
            found |= dict.fromkeys((atom,) if isinstance(atom, Value) else _inner(atom).operands)
        return tuple(found)

    @property
    def known(self) -> int | Value | None:
        """The integer or the value that it is without any calculation; None if it is neither."""
        if not self.terms:
            return self.constant
        (atom, factor), *more = self.terms
        return atom if isinstance(atom, Value) and factor == 1 and not more and not self.constant else None

    def __str__(self) -> str:
        """As in an affine_map whose dimensions have the names of the values."""
        parts = [(factor < 0, _scaled(_written(atom), factor)) for atom, factor in self.terms]
        if self.constant or not parts:
            place = 0 if parts and parts[0][0] and self.constant > 0 else len(parts)
            parts.insert(place, (self.constant < 0, str(abs(self.constant))))
        text = "".join(f" {'-' if negative else '+'} {part}" for negative, part in parts)
        return text.removeprefix(" + ").replace(" - ", "-", 1) if text.startswith(" - ") else text.removeprefix(" + ")


Index = int | Value | Affine


def affine(index: Index) -> Affine:
    """An index as an expression; TypeError for a value of another type."""
    return Affine((), index) if isinstance(index, int) else index.expression


def names(found: Sequence[Value]) -> str:
    """Values as the operands of an operation."""
    return ", ".join(map(str, found))


def kinds(found: Sequence[Value]) -> str:
    """Their types, as an operation lists them."""
    return ", ".join(str(value.type) for value in found)


def map_of(expressions: list[Affine]) -> tuple[str, tuple[Value, ...]]:
    """The affine_map that gives these expressions, and the values that it is applied to."""
    operands = tuple(dict.fromkeys(value for each in expressions for value in each.operands))
    names = ", ".join(map(_written, operands))
    return f"affine_map<({names}) -> ({', '.join(map(str, expressions))})>", operands


def _divided(operation: str, dividend: Affine, divisor: int) -> Affine:
    if not isinstance(divisor, int) or divisor < 1:
        raise TypeError(f"{dividend} {operation} {divisor} is not affine: the divisor must be a positive integer")
    if not dividend.terms:
        return Affine((), dividend.constant // divisor if operation == "floordiv" else dividend.constant % divisor)
    if divisor == 1:
        return dividend if operation == "floordiv" else Affine(())
    return Affine(((_Divided(operation, dividend, divisor), 1),))


def _times(a: Affine, factor: int) -> Affine:
    sum_ = len(a.terms) > 1 or (a.terms and a.constant)
    if sum_ and factor not in (-1, 0, 1):
        return Affine(((a, factor),))
    return Affine(tuple((atom, n * factor) for atom, n in a.terms if factor), a.constant * factor)


def _inner(atom: "_Divided | Affine") -> Affine:
    return atom.dividend if isinstance(atom, _Divided) else atom


def _written(atom: "Value | _Divided | Affine") -> str:
    if isinstance(atom, Value):
        return re.sub(r"\W", "_", atom.name.removeprefix("%"))
    inner = str(_inner(atom))
    if isinstance(atom, Affine):
        return inner
    return f"{inner if inner.isidentifier() else f'({inner})'} {atom.operation} {atom.divisor}"


def _scaled(atom: str, factor: int) -> str:
    """A factor's sign is written before it, where it binds closer than mod."""
    if factor == 1:
        return atom
    atom = atom if atom.isidentifier() else f"({atom})"
    return atom if factor == -1 else f"{atom} * {abs(factor)}"
