"""How filters reach the layers that read them, found in the traced form of a network.

For each input channel of a layer this tells which filters of which layers it is made of. Pruning a filter needs it
twice. It says what else vanishes with the filter: the vectors of a batch norm behind it, and the weights of the layers
that read it. And it says on whom the filter's importance depends.
"""

import dataclasses
from collections.abc import Iterable, Sequence, Set
from typing import Any

import numpy as np

from lowering.functions import jaxprs, trees
from rt3d_jax.sparsity import products, rules
from rt3d_jax.sparsity.rules import NOTHING, UNKNOWN, Filter, Value

STATISTICS = ("mean", "var", "running_mean", "running_var")  # leaves of batch norms that are measured, not learned


@dataclasses.dataclass(frozen=True)
class Wiring:
    """How one layer is connected in its network.

    reads: for each input channel of the kernel, the filters (layer, number) that it is made of. None where the trace
        does not say, or where another operation reads the kernel too.
    dies: whether an input channel is zero once all of its filters are dropped.
    followers: paths of the vectors that work on this layer's filters alone and vanish with them: its bias, and the
        scale and bias of a batch norm. A vector that is read elsewhere too follows no layer.
    ends: whether its filters reach the network's output.
    """

    reads: tuple[frozenset[Filter], ...] | None = None
    dies: bool = False
    followers: tuple[str, ...] = ()
    ends: bool = False


@dataclasses.dataclass
class Trace:
    """What a walk over a network finds. A layer is named by the path of its kernel here.

    uses: how an operation reads each kernel, by path, in running order.
    lost: by a parameter's path, the first operation that does more than move its axes and is not a layer's product.
    order: for every convolution and matrix product, in running order, how it reads its kernel. None if it has no
        kernel.
    reads: Wiring.reads and Wiring.dies of each kernel, by path.
    followers: Wiring.followers of each kernel, by path.
    readers: by a vector's path, the kernels whose filters it works on. None stands for any other reading.
    ends: the kernels whose filters reach the network's output.
    """

    uses: dict[str, products.Use] = dataclasses.field(default_factory=dict)
    lost: dict[str, str] = dataclasses.field(default_factory=dict)
    order: list[products.Use | None] = dataclasses.field(default_factory=list)
    reads: dict[str, tuple[tuple[frozenset[Filter], ...] | None, bool]] = dataclasses.field(default_factory=dict)
    followers: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    readers: dict[str, set[str | None]] = dataclasses.field(default_factory=dict)
    ends: set[str] = dataclasses.field(default_factory=set)

    def wiring(self, path: str, names: dict[str, str]) -> Wiring:
        """The Wiring of the layer whose kernel lies at `path`.

        names: the layers' names by kernel path.
        """
        reads, dies = (None, False) if path in self.lost else self.reads[path]
        named = reads and tuple(frozenset((names[layer], number) for layer, number in place) for place in reads)
        return Wiring(named, dies, tuple(sorted(self.followers.get(path, ()))), path in self.ends)

    def read(self, vectors: Iterable[str], reader: str | None = None) -> None:
        """Notes who reads these vectors."""
        for vector in vectors:
            self.readers.setdefault(vector, set()).add(reader)

    def shared(self) -> set[str]:
        """The followers of a kernel that are read elsewhere too."""
        return {
            vector for path, vectors in self.followers.items() for vector in vectors if self.readers[vector] != {path}
        }


def trace(jaxpr: Any, params: Sequence[tuple[str, Any]]) -> Trace:
    """Walk over a network's jaxpr.

    params: (path, array or shape) of each parameter, in tree order. They are the jaxpr's first arguments; the network's
        inputs follow.

    Where else a vector is read is known after a walk only. Another walk then follows, in which these follow no layer.
    """
    shared: set[str] = set()
    while True:
        found = _walked(jaxpr, params, shared)
        if not (more := found.shared()):
            return found
        shared |= more


def _walked(jaxpr: Any, params: Sequence[tuple[str, Any]], shared: Set[str]) -> Trace:
    found = Trace()
    inputs = [_input(var) for var in jaxpr.invars[len(params) :]]
    values = [*(_parameter(path, tuple(leaf.shape), path in shared) for path, leaf in params), *inputs]
    results = jaxprs.walk(jaxpr, [rules.CONSTANT] * len(jaxpr.constvars), values, _Step(found), _lift)
    found.ends = {layer for value in results for place in value.sources or () for layer, _ in place}
    found.read(_vectors(results))
    return found


def _input(var: Any) -> Value:
    shape = var.aval.shape
    return Value((frozenset(),) * shape[-1], len(shape) - 1) if shape else rules.CONSTANT


def _parameter(path: str, shape: tuple[int, ...], shared: bool) -> Value:
    wide = [axis for axis, size in enumerate(shape) if size > 1]
    view = products.whole(path, shape)
    if shared or not shape or len(wide) > 1 or trees.split(path)[1] in STATISTICS:
        return Value((), view=view)
    return Value((), (wide or [len(shape) - 1])[0], frozenset([path]), view)


def _vectors(values: Iterable[Value]) -> frozenset[str]:
    """The vectors that these values consist of, without filters."""
    return NOTHING.union(*(value.vanish or NOTHING for value in values if not value.sources))


def _lift(array: Any) -> Value:
    return rules.ZERO if np.ndim(array) == 0 and array == 0 else rules.CONSTANT


class _Step:
    """The abstract evaluation of one operation. What it learns it notes in a Trace."""

    def __init__(self, found: Trace) -> None:
        self._found = found

    def __call__(self, equation: Any, values: list[Value]) -> list[Value]:
        if equation.primitive.name in (products.CONVOLUTION, products.PRODUCT):
            return [self._product(equation, values)]
        result = self._follow(equation, rules.apply(equation, values), values)
        view = products.moved(values[0].view, equation) if len(values) == 1 and values[0].view else None
        if view is None:
            self._lose(equation, values)
        return [dataclasses.replace(result, view=view)] * len(equation.outvars)

    def _lose(self, equation: Any, values: list[Value]) -> None:
        for value in values:
            if value.view is not None:
                self._found.lost.setdefault(value.view.path, equation.primitive.name)

    def _product(self, equation: Any, values: list[Value]) -> Value:
        self._found.read(_vectors(values))
        kernels = [number for number, value in enumerate(values) if value.view is not None]
        if len(kernels) != 1:
            self._found.order.append(None)
            self._lose(equation, values)
            return UNKNOWN
        view, source = values[kernels[0]].view, values[1 - kernels[0]]
        assert view is not None
        use = products.use(view, equation, kernels[0])
        self._found.order.append(use)
        return self._read(use, source, equation)

    def _read(self, use: products.Use, source: Value, equation: Any) -> Value:
        found, path = self._found, use.place.path
        known = rules.along(source, use.reads[0], use.place.shape[-2]) if len(use.reads) == 1 else None
        if path in found.uses:
            use = _shared(found.uses[path], use)
            known = None
        found.uses[path] = use
        found.reads[path] = known, known is not None and source.vanish == NOTHING
        outputs = use.place.shape[-1]
        if use.writes is None or equation.outvars[0].aval.shape[use.writes] != outputs:
            return UNKNOWN
        return Value(tuple(frozenset([(path, number)]) for number in range(outputs)), use.writes, NOTHING)

    def _follow(self, equation: Any, result: Value, operands: Sequence[Value]) -> Value:
        """A vector that meets the filters of one layer alone follows that layer.

        If it meets anything else, the result is not zero where filters are dropped, as the vector stays. A vector that
        is multiplied with zeros is read in vain there, so it may still follow the layer of these filters.
        """
        if not (vectors := _vectors(operands)):
            return result
        if result.sources == ():
            self._found.read(vectors - (result.vanish or NOTHING))
            return result
        owners = {_owner(value.sources) for value in operands if value.sources}
        owner = owners.pop() if len(owners) == 1 and result.vanish is not None else None
        axis, shape = result.axis, equation.outvars[0].aval.shape
        for value, atom in zip(operands, equation.invars, strict=True):
            fits = axis is not None and rules.fits(value, atom, axis, shape)
            self._found.read(_vectors([value]), owner if fits else None)
        if not result.vanish:
            return result
        if owner is None:
            return Value(result.sources, result.axis)
        self._found.followers.setdefault(owner, set()).update(result.vanish)
        return Value(result.sources, result.axis, NOTHING)


def _shared(one: products.Use, other: products.Use) -> products.Use:
    """One Use for a kernel that two operations read."""
    fixed = one.fixed or other.fixed
    if one.place != other.place:
        fixed = fixed or "operations read it in different layouts"
    return dataclasses.replace(one, positions=one.positions + other.positions, fixed=fixed)


def _owner(sources: Sequence[frozenset[Filter]]) -> str | None:
    """The layer of which these are all filters, in order; None if there is no such layer."""
    layers = {layer for place in sources for layer, _ in place}
    alone = all([number for _, number in place] == [at] for at, place in enumerate(sources))
    return next(iter(layers)) if len(layers) == 1 and alone else None
