"""The heuristic's importance of blocks: what the layers after a block lose without it.

It is computed backwards, from the network's answer to its inputs.
"""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from lowering.functions import jaxprs, trees
from lowering.system import bounds, typed
from rt3d_jax.prune import contract, selection
from rt3d_jax.sparsity import channels, cost, loops, masks, patterns, plans, products, steps

Tree = Any
Activity = dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Heuristic(contract.Algorithm):
    """Ranks blocks by what the layers after them lose, measured on training examples. See `importance`.

    It trains under no penalty.

    Args:
        clips: About how many training examples it looks at.
    """

    clips: bounds.Count = 64
    needs_training: ClassVar[bool] = False

    def __post_init__(self) -> None:
        typed.check(self)

    def hooks(self, setting: contract.Setting) -> contract.Hooks:
        """Nothing. A penalise phase, if there is one, is plain training."""
        return contract.Hooks()

    def energies(self, cut: contract.Cut) -> selection.Energies:
        """The importance of blocks, from the activity on sample examples."""
        measured = activity(cut.apply, cut.params, cut.table, cut.samples(self.clips))
        return importance(cut.params, cut.plan, cut.table, measured)


def importance(params: Tree, plan: plans.Plan, table: cost.Table, activity: Activity) -> selection.Energies:
    """What the network's answer loses with each block of the kernels that the plan prunes, f64[grid] by layer name.

    a(i) is the mean square of input channel i on sample clips, see `activity`. Channels count as uncorrelated. Then a
    weight w(d, i, o), at location d, from input channel i to filter o, brings this share of the energy of its filter:

        r(d, i, o) = w^2 a(i) / sum over d, i of w^2 a(i)

    Each logit has importance 1. From there importance goes back along these shares:

        I(j) = sum over the d, o of the layers that read filter j of r(d, j, o) I(o)

    A block's importance is the sum of I(o) r(d, i, o) over its weights. That of a whole filter is I(o).

    Two sources are near. NISP (Yu et al., CVPR 2018) propagates importance through |w|, without activity, and ranks
    filters only. ThiNet (Luo et al., ICCV 2017) takes what the next layer loses on sample clips, by greedy search; it
    looks one layer ahead and fine-tunes after every layer. Here a block can be any, one pass does, and nothing is tuned
    between layers.
    """
    rules, found = plans.match(plan, table), {}
    flows = {layer.name: np.full(layer.shape[-1], float(layer.wiring.ends)) for layer in table}
    kernels = cost.kernels(params, table)
    for layer in (layer for layer in reversed(table) if layer.macs):
        flow = flows[layer.name]
        if not flow.any():  # the trace does not say who reads this layer
            flow = np.ones_like(flow)
        shares = _shares(layer, np.asarray(kernels[layer.name], np.float64), activity.get(layer.name)) * flow
        rule = rules[layer.name]
        if rule is not None:
            found[layer.name] = masks.block_sums(shares, rule.pattern)
        pairs = shares.sum(axis=tuple(range(shares.ndim - 2)))
        back = pairs.reshape(len(pairs), layer.groups, -1).sum(axis=2).T.ravel()
        for amount, place in zip(back, layer.wiring.reads or (), strict=layer.wiring.reads is not None):
            for name, number in place:
                flows[name][number] += amount
    return found


def activity(apply: Callable[..., Any], params: Tree, table: cost.Table, batches: Iterable[Any]) -> Activity:
    """The mean square of every input channel over batches of inputs, f64[groups * inputs] by layer name.

    In a scan it is the mean over all turns. Layers in branches and in while loops are not measured.

    A batch is the tuple of the network's inputs. apply(params, *inputs) is traced as for cost.layers. ValueError if
    there is no batch.
    """
    measured, total, count = None, {}, 0
    for inputs in batches:
        measured = jax.jit(_Probe(apply, params, table, inputs)) if measured is None else measured
        for name, squares in measured(params, inputs).items():
            total[name] = total.get(name, 0.0) + np.asarray(squares, np.float64)
        count += 1
    if not count:
        raise ValueError("got no batch to measure activity on, expected at least one")
    return {name: squares / count for name, squares in total.items()}


def _shares(layer: cost.Layer, kernel: np.ndarray, activity: np.ndarray | None) -> np.ndarray:
    """r(d, i, o). Where nothing was measured, all channels count alike. Kernels of a stack have their own filters."""
    brought = np.square(kernel) * (1.0 if activity is None else layer.each(activity))
    axes = range(kernel.ndim - len(patterns.AXES), kernel.ndim - 1)
    whole = brought.sum(axis=tuple(axis for axis in axes if axis >= 0), keepdims=True)
    return brought / np.where(whole > 0, whole, 1.0)


class _Probe:
    """probe(params, inputs) -> the mean square of each layer's input channels, f32[inputs] by layer name.

    It runs the traced network step by step.
    """

    def __init__(self, apply: Callable[..., Any], params: Tree, table: cost.Table, inputs: tuple[Any, ...]):
        self._closed = jax.make_jaxpr(apply)(params, *inputs)
        self._uses = channels.trace(self._closed.jaxpr, trees.paths(params)).order
        self._names = {layer.place.path: layer.name for layer in table}

    def __call__(self, params: Tree, inputs: tuple[Any, ...]) -> dict[str, jax.Array]:
        return self._run(self._closed, jax.tree.leaves((params, inputs)), self._uses)[1]

    def _run(self, closed: Any, inputs: list[Any], uses: steps.Order) -> tuple[list[Any], dict[str, jax.Array]]:
        """The results of a jaxpr, and what is measured in it."""
        found: dict[str, jax.Array] = {}
        left = iter(uses)

        def step(equation: Any, operands: list[Any]) -> Any:
            name = equation.primitive.name
            use: Any = next(left) if name in (*products.OPERATIONS, *loops.NAMES) else None
            if name == "scan":
                results, inner = self._scan(equation, operands, use[0])
                found.update(inner)
                return results
            if isinstance(use, products.Use):
                found[self._names[use.place.path]] = _mean_square(operands[use.operand], use.reads)
            results = equation.primitive.bind(*operands, **equation.params)
            return results if equation.primitive.multiple_results else [results]

        return jaxprs.walk(closed.jaxpr, closed.consts, inputs, step, lambda array: array), found

    def _scan(self, equation: Any, operands: list[Any], uses: steps.Order) -> tuple[list[Any], dict[str, jax.Array]]:
        params = equation.params
        fixed, carried = jaxprs.scanned(equation)
        state = fixed + carried

        def turn(carry: list[Any], slices: list[Any]) -> Any:
            results, inner = self._run(params["jaxpr"], [*operands[:fixed], *carry, *slices], uses)
            return results[: state - fixed], (results[state - fixed :], inner)

        options = {"length": params["length"], "reverse": params["reverse"]}
        carry, (stacked, inner) = jax.lax.scan(turn, operands[fixed:state], operands[state:], **options)
        return [*carry, *stacked], {name: squares.mean(axis=0) for name, squares in inner.items()}


def _mean_square(values: jax.Array, axes: tuple[int, ...]) -> jax.Array:
    """The mean square along all axes but these, f32[product of the sizes of these axes]."""
    others = [axis for axis in range(values.ndim) if axis not in axes]
    kept = sorted(axes)
    means = jnp.mean(jnp.square(values), axis=tuple(others))
    return means.transpose([kept.index(axis) for axis in axes]).ravel()
