"""How filters reach the layers that read them, found in the traced form of a network.

For each input channel of a layer this tells which filters of which layers it is made of. Pruning a filter needs it
twice. It says what else vanishes with the filter: the vectors of a batch norm behind it, and the weights of the layers
that read it. And it says on whom the filter's importance depends.
"""

import dataclasses
from collections.abc import Sequence, Set
from typing import Any

from lowering.functions import jaxprs, trees
from rt3d_jax.sparsity import products, steps
from rt3d_jax.sparsity.values import CONSTANT, Value

Places = tuple[frozenset[tuple[str, int]], ...]
STATISTICS = ("mean", "var", "running_mean", "running_var")  # leaves of batch norms that are measured, not learned


@dataclasses.dataclass(frozen=True)
class Wiring:
    """How one layer is connected in its network.

    reads: for each input channel of the layer, the filters (layer, number) that it is made of. None where the trace
        does not say, or where another operation reads the kernel too. The layer has as many channels as its kernel has
        inputs, times the groups of its convolution.
    needs: for each input channel, those of its filters without which it is zero. None where it is not zero without
        them. An empty set stands for a channel that is never zero.
    followers: paths of the vectors that work on this layer's filters alone and vanish with them: its bias, the scale
        and bias of a batch norm, the scale of a weight norm. Vectors that two layers share follow neither.
    ends: whether its filters reach the network's output.
    """

    reads: Places | None = None
    needs: Places | None = None
    followers: tuple[str, ...] = ()
    ends: bool = False


def wiring(found: steps.Trace, path: str, names: dict[str, str]) -> Wiring:
    """The Wiring of the layer whose kernel lies at `path`.

    names: the layers' names by kernel path.
    """
    reads, dies = (None, False) if path in found.lost else found.reads[path]
    followers = tuple(sorted(vector for vector, owners in found.meets.items() if owners == {path}))
    if reads is None:
        return Wiring(None, None, followers, path in found.ends)
    named = lambda place: frozenset((names[one.layer], one.number) for one in place)
    needs = tuple(named(one for one in place if one.needed) for place in reads) if dies else None
    return Wiring(tuple(map(named, reads)), needs, followers, path in found.ends)


def trace(jaxpr: Any, params: Sequence[tuple[str, Any]]) -> steps.Trace:
    """Walk over a network's jaxpr.

    params: (path, array or shape) of each parameter, in tree order. They are the jaxpr's first arguments; the network's
        inputs follow.

    Which vectors follow no layer is known after a walk only. Another walk then follows, in which a channel that meets
    them stays.
    """
    staying: set[str] = set()
    while True:
        found = _walked(jaxpr, params, staying)
        if not (more := {path for path, owners in found.meets.items() if len(owners) > 1 or None in owners}):
            return found
        staying |= more


def _walked(jaxpr: Any, params: Sequence[tuple[str, Any]], staying: Set[str]) -> steps.Trace:
    found = steps.Trace()
    inputs = [_input(var) for var in jaxpr.invars[len(params) :]]
    values = [*(_parameter(path, tuple(leaf.shape), path in staying) for path, leaf in params), *inputs]
    constants = [CONSTANT] * len(jaxpr.constvars)
    results = jaxprs.walk(jaxpr, constants, values, steps.Step(found), steps.lift)
    found.ends = {layer for value in results for place in value.sources or () for layer, *_ in place}
    found.meet((path for value in results for path in value.vanish or ()), None)
    return found


def _input(var: Any) -> Value:
    shape = var.aval.shape
    return Value((frozenset(),) * shape[-1], len(shape) - 1) if shape else CONSTANT


def _parameter(path: str, shape: tuple[int, ...], stays: bool) -> Value:
    wide = [axis for axis, size in enumerate(shape) if size > 1]
    view = products.whole(path, shape)
    if stays or not shape or len(wide) > 1 or trees.split(path)[1] in STATISTICS:
        return Value((), view=view)
    return Value((), (wide or [len(shape) - 1])[0], frozenset([path]), view)
