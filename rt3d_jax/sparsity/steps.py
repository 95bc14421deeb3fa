"""The walk over a network, operation by operation: which kernels are read, from which filters, and what follows them.

The arrays of the network are represented by what is known of them, see `values`.
"""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from lowering.functions import jaxprs
from rt3d_jax.sparsity import loops, products, rules, values
from rt3d_jax.sparsity.values import CONSTANT, NOTHING, UNKNOWN, Filter, Value

Order = list[Any]
Reads = tuple[tuple[frozenset[Filter], ...] | None, bool]


@dataclasses.dataclass
class Trace:
    """What a walk over a network finds. A layer is named by the path of its kernel here.

    uses: how an operation reads each kernel, by path, in running order.
    lost: by a parameter's path, the first operation that reads it as anything but a layer's kernel.
    added: the parameters that meet what the network computes element by element, as a bias does.
    scaled: the kernels that are multiplied with something before their layer reads them.
    order: for every convolution and matrix product, in running order, how it reads its kernel. None if it has no
        kernel. For a loop or a branch, the orders of its bodies.
    reads: of each kernel, by path: the filters that its input channels are made of, and whether a channel is zero once
        all of its filters are dropped. None where this is not known.
    meets: by the path of a vector, the kernels whose filters it works on. None among them stands for anything else.
    ends: the kernels whose filters reach the network's output.
    """

    uses: dict[str, products.Use] = dataclasses.field(default_factory=dict)
    lost: dict[str, str] = dataclasses.field(default_factory=dict)
    added: set[str] = dataclasses.field(default_factory=set)
    scaled: set[str] = dataclasses.field(default_factory=set)
    order: Order = dataclasses.field(default_factory=list)
    reads: dict[str, Reads] = dataclasses.field(default_factory=dict)
    meets: dict[str, set[str | None]] = dataclasses.field(default_factory=dict)
    ends: set[str] = dataclasses.field(default_factory=set)

    def meet(self, vectors: Iterable[str], kernel: str | None) -> None:
        """Note that vectors work on the filters of a kernel; None for anything else."""
        for path in vectors:
            self.meets.setdefault(path, set()).add(kernel)


def lift(array: Any) -> Value:
    """The Value of a literal or a constant."""
    known = np.ndim(array) == 0 and jnp.issubdtype(jnp.result_type(array), jnp.number) and np.isrealobj(array)
    return values.number(array) if known else CONSTANT


class Step:
    """The abstract evaluation of one operation. What it learns it notes in a Trace.

    times: how often the loops around the operation run it.
    fixed: why these loops keep its kernel from being pruned.
    """

    def __init__(self, found: Trace, times: int = 1, fixed: str = "") -> None:
        self._found, self._times, self._fixed = found, times, fixed

    def __call__(self, equation: Any, values: list[Value]) -> list[Value]:
        name = equation.primitive.name
        if name in products.OPERATIONS:
            return [self._product(equation, values)]
        if name in loops.NAMES:
            return self._loop(equation, values)
        results = self._followed(equation, values, rules.apply(equation, values))
        if (scaled := _scaled(equation, values)) is not None:
            return [dataclasses.replace(results[0], view=scaled)]
        views: list[products.View | None] = [None] * len(results)
        if len(values) == len(results):
            views = [value.view and products.moved(value.view, equation) for value in values]
        if not any(views):
            self._lose(equation, values)
        return [dataclasses.replace(result, view=view) for result, view in zip(results, views, strict=True)]

    def _lose(self, equation: Any, values: list[Value]) -> None:
        meets = equation.primitive.name in rules.ELEMENTWISE and any(value.sources != () for value in values)
        for path in [value.view.path for value in values if value.view is not None]:
            self._found.lost.setdefault(path, equation.primitive.name)
            if meets:
                self._found.added.add(path)

    def _loop(self, equation: Any, values: list[Value]) -> list[Value]:
        """The results of a loop or a branch. What its bodies learn is noted behind what is known already."""
        parts: list[Trace] = []

        def body(closed: Any, values: list[Value], times: int = 1, fixed: str = "", keep: bool = True) -> list[Value]:
            found = Trace()
            step = Step(found, self._times * times, self._fixed or fixed)
            results = jaxprs.walk(closed.jaxpr, [lift(array) for array in closed.consts], values, step, lift)
            if keep:
                parts.append(found)
            return results

        results = loops.results(equation, values, body, lambda value: self._changed(equation, value))
        self._found.order.append([part.order for part in parts])
        for part in parts if equation.primitive.name != "cond" else [_dearest(parts)]:
            self._join(part)
        return results

    def _changed(self, equation: Any, value: Value) -> None:
        """Note that a value is neither the kernel nor the vector any more that it was."""
        self._lose(equation, [value])
        self._found.meet(value.vanish or (), None)

    def _join(self, part: Trace) -> None:
        found = self._found
        for path, use in part.uses.items():
            self._note(use, part.reads[path])
        for path, operation in part.lost.items():
            found.lost.setdefault(path, operation)
        for vector, kernels in part.meets.items():
            for kernel in kernels:
                found.meet([vector], kernel)
        found.added |= part.added
        found.scaled |= part.scaled

    def _product(self, equation: Any, values: list[Value]) -> Value:
        kernels = [number for number, value in enumerate(values) if value.view is not None]
        if equation.primitive.name != products.PRODUCT and 0 in kernels:
            self._lose(equation, values[:1])
            kernels.remove(0)
        if len(kernels) != 1 or values[1 - kernels[0]].sources == ():  # no input reaches it: it is no layer
            self._found.order.append(None)
            for value in values:
                self._changed(equation, value)
            return CONSTANT if all(value.sources == () for value in values) else UNKNOWN
        view, source = values[kernels[0]].view, values[1 - kernels[0]]
        assert view is not None
        use = products.use(view, equation, kernels[0])
        positions = use.positions * self._times // math.prod(view.factors[factor] for factor in view.stack)
        use = dataclasses.replace(use, positions=positions, fixed=use.fixed or self._fixed)
        self._found.order.append(use)
        for value in values:
            self._found.meet((value.vanish or frozenset()) - {*use.scales}, None)
        if view.scaled:
            self._found.scaled.add(view.path)
        return self._read(use, source, equation)

    def _read(self, use: products.Use, source: Value, equation: Any) -> Value:
        path, size = use.place.path, use.place.shape[-2] * use.groups
        known = rules.along(source, use.reads[0], size) if len(use.reads) == 1 else None
        self._note(use, (known, known is not None and source.vanish == NOTHING))
        if use.scales:
            self._found.meet(use.scales, path)
        outputs = use.place.shape[-1]
        if use.writes is None or equation.outvars[0].aval.shape[use.writes] != outputs:
            return UNKNOWN
        return Value(
            tuple(frozenset([Filter(path, number, outputs)]) for number in range(outputs)), use.writes, NOTHING
        )

    def _note(self, use: products.Use, reads: Reads) -> None:
        found, path = self._found, use.place.path
        if path in found.uses:
            use, reads = _shared(found.uses[path], use), (None, False)
        found.uses[path], found.reads[path] = use, reads

    def _followed(self, equation: Any, values: list[Value], results: list[Value]) -> list[Value]:
        """The results, after it is noted which filters the vectors among the operands work on.

        A vector that meets the filters of one layer alone follows that layer. If it meets anything else, the result is
        not zero where filters are dropped, as the vector stays.
        """
        reached = [value for value in values if value.sources is None or value.filters]
        owners = {_owner(value.sources) for value in reached}
        owner = owners.pop() if len(owners) == 1 else None
        for value, atom in zip(values, equation.invars, strict=True):
            carried = frozenset() if reached else frozenset().union(*(result.vanish or () for result in results))
            aligned = owner is not None and results and _aligned(value, atom, results[0], equation.outvars[0])
            self._found.meet((value.vanish or frozenset()) - carried, owner if aligned else None)
        if not reached:
            return results
        zero = NOTHING if owner is not None else None
        return [dataclasses.replace(result, vanish=zero) if result.vanish else result for result in results]


def _aligned(value: Value, atom: Any, result: Value, var: Any) -> bool:
    """Whether a vector has an element for every channel of the result, which is zero where vectors and filters are."""
    axis = result.axis
    return axis is not None and result.vanish is not None and rules.fits(value, atom, axis, var.aval.shape[axis])


def _shared(one: products.Use, other: products.Use) -> products.Use:
    """One Use for a kernel that two operations read."""
    fixed = one.fixed or other.fixed
    if (one.place, one.groups) != (other.place, other.groups):
        fixed = fixed or "operations read it in different layouts"
    return dataclasses.replace(one, positions=one.positions + other.positions, fixed=fixed)


def _dearest(branches: Sequence[Trace]) -> Trace:
    """The branches of a condition as one Trace, in which a kernel counts for the branch that uses it most."""
    found = Trace()
    joined = Step(found)
    for branch in branches:
        before = dict(found.uses)
        joined._join(branch)
        for path in before.keys() & branch.uses.keys():
            positions = max(before[path].positions, branch.uses[path].positions)
            found.uses[path] = dataclasses.replace(found.uses[path], positions=positions)
    return found


def _scaled(equation: Any, values: Sequence[Value]) -> products.View | None:
    """A kernel after a product with what depends on no input, such as the vectors of a weight norm. None if this is
    something else.
    """
    name = equation.primitive.name
    for number in {"mul": (0, 1), "div": (0,)}.get(name, ()):
        view, other = values[number].view, values[1 - number]
        shape, size = equation.invars[number].aval.shape, equation.invars[1 - number].aval.shape
        smaller = other.view is None or math.prod(size) < math.prod(shape)
        if view is None or other.sources != () or shape != equation.outvars[0].aval.shape or not smaller:
            continue
        fits = name == "mul" and other.axis is not None and size[other.axis] == shape[other.axis]
        paths = sorted(other.vanish or ()) if fits else []
        return view.times(paths[0] if len(paths) == 1 else None, other.axis or 0)
    return None


def _owner(sources: Sequence[frozenset[Filter]] | None) -> str | None:
    """The layer of which these are all filters, in order; None if there is no such layer."""
    if sources is None:
        return None
    needed = [[one for one in place if one.needed] for place in sources]
    layers = {one.layer for place in needed for one in place}
    alone = all([(one.number, one.of) for one in place] == [(at, len(needed))] for at, place in enumerate(needed))
    return next(iter(layers)) if len(layers) == 1 and alone else None
