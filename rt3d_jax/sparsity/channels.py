"""How filters reach the layers that read them, from a network's traced form: which channel of whom comes from which filter.

That is what pruning a filter needs: what else vanishes with it (the vectors of a batch norm behind it, the weights of the
layers that read it), and what its importance hangs on.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.extend.core
import numpy as np

Filter = tuple[str, int]
NESTED = ("jaxpr", "call_jaxpr", "fun_jaxpr")
VECTORS = ("bias", "scale", "shift")


@dataclasses.dataclass(frozen=True)
class Wiring:
    """How one layer hangs in its network.

    reads: for each input channel of the kernel the filters (layer, number) that it is made of, None where the trace does
    not say. dies: whether such a channel is zero once all of its filters are dropped. followers: paths of the vectors
    (scale and bias of a batch norm, the own bias) that work on this layer's filters alone and vanish with them.
    ends: whether its filters reach the network's output.
    """

    reads: tuple[frozenset[Filter], ...] | None = None
    dies: bool = False
    followers: tuple[str, ...] = ()
    ends: bool = False


@dataclasses.dataclass(frozen=True)
class _Value:
    """A traced array. sources: of each place of its last axis the filters behind it; () for what no clip reaches (constants,
    parameters); None where this is not known. vanish: the vectors that must be zero, beside all filters of a place dropped,
    for it to be zero there; None where it is not zero then."""

    sources: tuple[frozenset[Filter], ...] | None = None
    vanish: frozenset[str] | None = None


UNKNOWN = _Value()
NOTHING: frozenset[str] = frozenset()


def wiring(jaxpr: Any, names: dict[Any, str]) -> dict[str, Wiring]:
    """The Wiring of every layer, by kernel path; names maps the jaxpr's input variables to parameter paths."""
    walk = _Walk()
    env = {var: _argument(var, names.get(var)) for var in jaxpr.invars}
    outputs = walk.run(jaxpr, env, names)
    ends = {layer for value in outputs for place in value.sources or () for layer, _ in place}
    return {
        path: Wiring(reads, dies, tuple(sorted(walk.followers.get(_layer(path), ()))), _layer(path) in ends)
        for path, (reads, dies) in walk.reads.items()
    }


def _argument(var: Any, path: str | None) -> _Value:
    if path is None:  # the clip
        return _Value((frozenset(),) * var.aval.shape[-1] if var.aval.shape else ())
    vector = path.rpartition("/")[2] in VECTORS and len(var.aval.shape) == 1
    return _Value((), frozenset([path]) if vector else None)


def _layer(path: str) -> str:
    return path.rpartition("/")[0]


class _Walk:
    """The abstract evaluation of a jaxpr; collects reads by kernel path and followers by layer."""

    def __init__(self) -> None:
        self.reads: dict[str, tuple[tuple[frozenset[Filter], ...] | None, bool]] = {}
        self.followers: dict[str, set[str]] = {}

    def run(self, jaxpr: Any, env: dict[Any, _Value], names: dict[Any, str]) -> list[_Value]:
        env = {**{var: _Value(()) for var in jaxpr.constvars}, **env}
        value = lambda atom: _literal(atom) if isinstance(atom, jax.extend.core.Literal) else env[atom]
        named = lambda atom: None if isinstance(atom, jax.extend.core.Literal) else names.get(atom)
        for equation in jaxpr.eqns:
            inner = next((equation.params[key] for key in NESTED if key in equation.params), None)
            operands = [value(atom) for atom in equation.invars]
            if inner is not None:
                inner = getattr(inner, "jaxpr", inner)
                pairs = list(zip(inner.invars, equation.invars, strict=True))
                passed = {var: path for var, atom in pairs if (path := named(atom)) is not None}
                results = self.run(inner, dict(zip(inner.invars, operands, strict=True)), passed)
            elif equation.primitive.name in ("conv_general_dilated", "dot_general"):
                results = [self._product(equation, operands[0], named(equation.invars[1]))]
            else:
                results = [self._follow(_apply(equation, operands), operands)] * len(equation.outvars)
            env.update(zip(equation.outvars, results, strict=True))
        return [value(atom) for atom in jaxpr.outvars]

    def _product(self, equation: Any, source: _Value, path: str | None) -> _Value:
        if path is None:
            return UNKNOWN
        kernel, out = equation.invars[1].aval.shape, equation.outvars[0].aval.shape
        known = source.sources if source.sources and len(source.sources) == kernel[-2] else None
        self.reads[path] = known, known is not None and source.vanish == NOTHING
        if out[-1] != kernel[-1]:
            return UNKNOWN
        return _Value(tuple(frozenset([(_layer(path), number)]) for number in range(kernel[-1])), NOTHING)

    def _follow(self, result: _Value, operands: Sequence[_Value]) -> _Value:
        """Vectors that meet the filters of one layer follow it; those that meet anything else keep the sum from dying."""
        if not result.sources or not result.vanish:
            return result
        owners = {_owner(value.sources) for value in operands if value.sources}
        owner = owners.pop() if len(owners) == 1 else None
        if owner is None:
            return _Value(result.sources)
        self.followers.setdefault(owner, set()).update(result.vanish)
        return _Value(result.sources, NOTHING)


def _owner(sources: tuple[frozenset[Filter], ...]) -> str | None:
    """The layer whose filters, all of them and in order, these are."""
    layers = {layer for place in sources for layer, _ in place}
    return next(iter(layers)) if len(layers) == 1 and all(
        [number for _, number in place] == [at] for at, place in enumerate(sources)
    ) else None  # fmt: skip


def _literal(atom: Any) -> _Value:
    return _Value((), NOTHING if np.all(np.asarray(atom.val) == 0) else None)


def _apply(equation: Any, operands: list[_Value]) -> _Value:
    rule = RULES.get(equation.primitive.name)
    return UNKNOWN if rule is None else rule(equation, operands)


def _shape(atom: Any) -> tuple[int, ...]:
    return tuple(atom.aval.shape)


def _union(values: Sequence[_Value]) -> tuple[frozenset[Filter], ...] | None:
    """The filters behind each place, of arrays of one shape or without a source."""
    if any(value.sources is None for value in values):
        return None
    lists = [value.sources for value in values if value.sources]
    if len({len(places) for places in lists}) > 1:
        return None
    return tuple(frozenset().union(*places) for places in zip(*lists, strict=True))


def _sum(equation: Any, values: list[_Value]) -> _Value:
    """Zero where all operands are."""
    sources, dead = _union(values), [value.vanish for value in values if value.vanish is not None]
    if sources is None:
        return UNKNOWN
    return _Value(sources, NOTHING.union(*dead) if len(dead) == len(values) else None)


def _mul(equation: Any, values: list[_Value]) -> _Value:
    """Zero where one operand is: the one with the fewest conditions."""
    sources = _union(values)
    dead = [value.vanish for value in values if value.vanish is not None]
    return UNKNOWN if sources is None else _Value(sources, min(dead, key=len) if dead else None)


def _div(equation: Any, values: list[_Value]) -> _Value:
    sources = _union(values)
    return UNKNOWN if sources is None else _Value(sources, values[0].vanish)


def _same(equation: Any, values: list[_Value]) -> _Value:
    return values[0]


def _moved(equation: Any, values: list[_Value]) -> _Value:
    """A function that is not zero at zero, place by place."""
    sources = _union(values)
    return UNKNOWN if sources is None else _Value(sources)


def _select(equation: Any, values: list[_Value]) -> _Value:
    return _sum(equation, values[1:])


def _broadcast(equation: Any, values: list[_Value]) -> _Value:
    """Kept where the last axis stays the last axis; a scalar says of every place the same."""
    (value,), before, after = values, _shape(equation.invars[0]), _shape(equation.outvars[0])
    dims = equation.params["broadcast_dimensions"]
    if math.prod(before) == 1 and not value.sources:
        return value
    stays = bool(dims) and dims[-1] == len(after) - 1 and before[-1] == after[-1]
    return value if stays else UNKNOWN


def _reshape(equation: Any, values: list[_Value]) -> _Value:
    """Kept where the last axis stays; repeated where trailing axes are joined with it (a flattening)."""
    (value,), before, after = values, _shape(equation.invars[0]), _shape(equation.outvars[0])
    if math.prod(before) == 1 and not value.sources:
        return value
    if not before or not after or equation.params["dimensions"] is not None:
        return UNKNOWN
    if before[-1] == after[-1]:
        return value
    joined = any(math.prod(before[at:]) == after[-1] for at in range(len(before)))
    if not joined or not value.sources:
        return UNKNOWN
    return _Value(value.sources * (after[-1] // before[-1]), value.vanish)


def _reduce(equation: Any, values: list[_Value]) -> _Value:
    return values[0] if len(_shape(equation.invars[0])) - 1 not in equation.params["axes"] else UNKNOWN


def _window(equation: Any, values: list[_Value]) -> _Value:
    """Pools: windows of one channel; a window that lies in the padding alone is the network's own fault."""
    return values[0] if equation.params["window_dimensions"][-1] == 1 else UNKNOWN


def _concatenate(equation: Any, values: list[_Value]) -> _Value:
    last = len(_shape(equation.outvars[0])) - 1
    if equation.params["dimension"] != last:
        return _sum(equation, values)
    if any(not value.sources for value in values):
        return UNKNOWN
    places = tuple(place for value in values for place in value.sources or ())
    return _Value(places, NOTHING if all(value.vanish == NOTHING for value in values) else None)


def _slice(equation: Any, values: list[_Value]) -> _Value:
    (value,), params = values, equation.params
    if not value.sources:
        return value
    step = 1 if params["strides"] is None else params["strides"][-1]
    return _Value(value.sources[params["start_indices"][-1] : params["limit_indices"][-1] : step], value.vanish)


def _pad(equation: Any, values: list[_Value]) -> _Value:
    if equation.params["padding_config"][-1] != (0, 0, 0) or not values[0].sources:
        return UNKNOWN
    return _sum(equation, values)


def _transpose(equation: Any, values: list[_Value]) -> _Value:
    order = equation.params["permutation"]
    return values[0] if order[-1] == len(order) - 1 else UNKNOWN


def _squeeze(equation: Any, values: list[_Value]) -> _Value:
    return values[0] if len(_shape(equation.invars[0])) - 1 not in equation.params["dimensions"] else UNKNOWN


RULES = {
    **dict.fromkeys(("add", "add_any", "sub", "max", "min"), _sum),
    **dict.fromkeys(("neg", "abs", "sign", "sqrt", "square", "integer_pow", "tanh", "sin", "erf", "expm1"), _same),
    **dict.fromkeys(("convert_element_type", "copy", "stop_gradient", "reduce_precision"), _same),
    **dict.fromkeys(("exp", "log", "log1p", "logistic", "rsqrt", "cos", "pow"), _moved),
    **dict.fromkeys(("eq", "ne", "gt", "ge", "lt", "le"), _moved),
    **dict.fromkeys(("reduce_sum", "reduce_max", "reduce_min"), _reduce),
    **dict.fromkeys(("reduce_window_max", "reduce_window_sum"), _window),
    "mul": _mul, "div": _div, "select_n": _select, "broadcast_in_dim": _broadcast, "reshape": _reshape,
    "concatenate": _concatenate, "slice": _slice, "pad": _pad, "transpose": _transpose, "squeeze": _squeeze,
}  # fmt: skip
