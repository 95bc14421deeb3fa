"""Where the quantised values of a network are: what its products read, and what is added to their results.

They are found in the function's jaxpr, so that a network of any class has them, and in any form of its convolutions.
"""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax

from lowering.functions import jaxprs, trees

PRODUCTS = ("conv_general_dilated", "dot_general")
NAMED = "depthwise"  # the jax.jit of a product that is written as sums of slices (models/planes.py)
OWN_DERIVATIVE = ("custom_jvp_call", "custom_vjp_call")  # functions that are not taken apart
# What a batch norm or bias is made of: a product is still the product behind them.
SCALES = frozenset(("add", "sub", "mul", "div", "reshape", "squeeze", "transpose", "convert_element_type", "copy"))
SUM = "/sum"


@dataclasses.dataclass(frozen=True)
class Site:
    """A place in the running order of a network.

    layer: the path of the layer whose product reads it, or to whose result it is added. is_sum: the second of the two.
    first: whether no product stands before it.
    """

    layer: str
    is_sum: bool = False
    first: bool = False

    @property
    def name(self) -> str:
        return self.layer + SUM if self.is_sum else self.layer


Change = Callable[[Site, jax.Array], jax.Array]


def changed(function: Callable[..., Any], change: Change) -> Callable[..., Any]:
    """function(params, *inputs) in which every site's value x is change(site, x).

    A site is what a convolution or matrix product with a kernel of `params` reads; and a value that is added to such a
    product, of two products the one with less work (a residual). Loops are none.
    """

    def run(params: Any, *inputs: Any) -> Any:
        results, tree = _walked(function, change, params, inputs)
        return jax.tree.unflatten(tree, [each.array for each in results])

    return run


def answering(function: Callable[..., Any], params: Any, *inputs: Any) -> frozenset[str]:
    """The layers that give the answer of function(params, *inputs): those with no product behind them."""
    found: set[str] = set()

    def look(params: Any, *inputs: Any) -> None:
        results, _ = _walked(function, lambda site, x: x, params, inputs)
        found.update(*(each.since for each in results))

    jax.eval_shape(look, params, *inputs)
    return frozenset(found)


@dataclasses.dataclass(frozen=True, eq=False)
class _Value:
    """An array of the walk.

    weights: the paths of the parameters that it is made of; None where the inputs decide it. layer, macs: the product
    that it is, scales and shifts aside, and its work. since: the layers of the last products before it, on every way.
    """

    array: Any
    weights: frozenset[str] | None
    layer: str = ""
    macs: int = 0
    since: frozenset[str] = frozenset()


def _walked(
    function: Callable[..., Any], change: Change, params: Any, inputs: Sequence[Any]
) -> tuple[list[_Value], Any]:
    """The results of the changed function, and the tree that they form."""
    jaxpr, answer = jax.make_jaxpr(function, return_shape=True)(params, *inputs)
    leaves = [_Value(leaf, frozenset([path])) for path, leaf in trees.paths(params)]
    given = [_Value(array, None) for array in jax.tree.leaves(inputs)]
    constant = lambda array: _Value(array, frozenset())
    constants, step = list(map(constant, jaxpr.consts)), functools.partial(_step, change)
    results = jaxprs.walk(jaxpr.jaxpr, constants, [*leaves, *given], step, constant, _enters)
    return results, jax.tree.structure(answer)


def _enters(eqn: Any) -> bool:
    return eqn.primitive.name not in OWN_DERIVATIVE and eqn.params.get("name") != NAMED


def _step(change: Change, eqn: Any, operands: Sequence[_Value]) -> list[_Value]:
    arrays = [each.array for each in operands]
    computed = [place for place, each in enumerate(operands) if each.weights is None]
    weights = frozenset().union(*(each.weights or () for each in operands))
    if not computed:
        return [_Value(array, weights) for array in jaxprs.apply(eqn, arrays)]
    since, layer, macs = frozenset().union(*(operands[place].since for place in computed)), "", 0
    if len(computed) == 1 and len(weights) == 1 and _is_product(eqn):
        layer, macs = _layer(*weights), _macs(eqn)
        site, since = Site(layer, first=not since), frozenset([layer])
        arrays[computed[0]] = change(site, arrays[computed[0]])
    elif eqn.primitive.name == "add" and len(computed) == 2 and arrays[0].shape == arrays[1].shape:
        main = max(operands, key=lambda each: each.macs)
        if main.layer and arrays[0].ndim > 2:
            other = 1 - operands.index(main)
            arrays[other] = change(Site(main.layer, is_sum=True), arrays[other])
    elif len(computed) == 1 and eqn.primitive.name in SCALES:
        layer, macs = operands[computed[0]].layer, operands[computed[0]].macs
    return [_Value(array, None, layer, macs, since) for array in jaxprs.apply(eqn, arrays)]


def _is_product(eqn: Any) -> bool:
    """Whether an operation, or a function with a derivative of its own, is a product."""
    if eqn.primitive.name in OWN_DERIVATIVE:
        return any(map(_is_product, _inside(eqn)))
    return eqn.primitive.name in PRODUCTS or eqn.params.get("name") == NAMED


def _inside(eqn: Any) -> list[Any]:
    """The operations of a function that an operation calls, and of those that they call."""
    direct = [each for value in eqn.params.values() for body in jaxprs.bodies(value) for each in body.eqns]
    return [deep for each in direct for deep in (each, *_inside(each))]


def _macs(eqn: Any) -> int:
    return sum(map(jaxprs.macs, _inside(eqn))) if eqn.primitive.name in OWN_DERIVATIVE else jaxprs.macs(eqn)


def _layer(path: str) -> str:
    """A layer's name: the path of what holds the kernel, or the kernel's own path."""
    parent, key = trees.split(path)
    return parent if key == "kernel" and parent else path
