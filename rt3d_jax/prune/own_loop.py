"""Pruning in a training loop of your own, on any parameter tree: penalise, take the masks at a rate, freeze.

    layers = read_layers(params, apply, example)              # what is there to prune
    print(describe(layers, plan := default_plan(layers)))     # what is pruned, what is not, and why
    train(penalise(optimizer, Reweighted(1e-3), plan, layers, learning_rate=1e-3, steps=1000))
    masks = masks_at(3.6, params, plan, layers)               # which weights stay, for 3.6 times fewer MACs
    train(optax.chain(optimizer, freeze(masks)))

Nothing here trains, and nothing here holds state. `penalise` and `freeze.freeze` give optax transformations.
"""

import numbers
import re
from collections.abc import Callable, Sequence
from typing import Any

import jax
import optax

from lowering.functions import trees
from lowering.system import bounds, typed
from rt3d_jax.prune import budget, contract, selection
from rt3d_jax.sparsity import cost, patterns, plans

Tree = Any
KGS = plans.Prune(patterns.kgs(8, 4))
Entries = Sequence[tuple[str, plans.Prune | None]]  # a plan, or one as a list


def read_layers(params: Tree, apply: Callable[..., Any] | None = None, *examples: Any) -> cost.Table:
    """The layers of a network: their kernels, what they cost, and which filters reach which layer.

    params: a tree of arrays or of their shapes, such as nested dicts or lists, the state of a Flax network, or an
        Equinox module.
    apply: apply(params, *examples) is the network in evaluation. It is traced once and not run.
    examples: arrays or shapes, best a batch of one example.

    A kernel is what a convolution or a matrix product reads, however it is named and stored. ValueError if there is
    none.

    Without apply the leaves' names decide (cost.named): "kernel" as Flax stores it, "weight" as Equinox does. A rate
    then counts parameters. A dropped filter then takes along its bias, but not the weights that read it.
    """
    if apply is None:
        return cost.named(params)
    if not callable(apply):
        raise ValueError(f"apply is {typed.what(apply)}, expected a function apply(params, *examples)")
    return cost.layers(apply, params, *examples)


def default_plan(layers: Sequence[cost.Layer], rule: plans.Prune = KGS) -> plans.Plan:
    """A plan that prunes all layers but the first, which sees the raw input, and the last, which gives the answer.

    Layers that cannot be pruned, such as depthwise convolutions, stay dense. `describe` says why.

    rule: how these layers are pruned; by default in blocks of KGS 8x4.
    """
    cost.check(layers)
    names = [layer.name for layer in layers if not layer.fixed]
    inner = [(re.escape(name), rule) for name in names[1:-1]]
    return plans.entries((*inner, (".*", None)))


def describe(layers: cost.Table, plan: Entries = ((".*", None),)) -> str:
    """The layers of a network as a table to read: name, kernel, MACs, and how the plan prunes each, or why it does not.

    The kernel is (locations... x inputs x outputs). ValueError as plans.match.
    """
    cost.check(layers)
    plan = plans.entries(plan)
    rules, stuck = plans.match(plan, layers), plans.stuck(plan, layers)
    rows = [("layer", "kernel", "MACs", "pruned")]
    for layer in layers:
        shape, rule = " x ".join(map(str, layer.shape)), rules[layer.name]
        why = stuck.get(layer.name) or layer.fixed or "see the plan"
        rows.append((layer.name, shape, f"{layer.macs:,}", rule.name if rule else f"no: {why}"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{name:{widths[0]}}  {shape:{widths[1]}}  {macs:>{widths[2]}}  {how}" for name, shape, macs, how in rows]
    return "\n".join(lines)


def penalise(
    optimizer: optax.GradientTransformation,
    algorithm: contract.Algorithm,
    plan: Entries,
    layers: cost.Table,
    *,
    learning_rate: optax.ScalarOrSchedule,
    steps: int,
    rate: float | None = None,
    measure: selection.Measure | None = None,
) -> optax.GradientTransformation:
    """The optimizer with a pruning algorithm around it: over `steps` steps the blocks that matter least fade away.

    The proximal steps of Regularised and Reweighted, and the cuts of Gradual, come after the optimizer's own step.
    ADMM's pull comes before it. The result is one transformation, which can be chained with others.

    learning_rate: that of the optimizer, a number or a schedule. It scales the proximal steps.
    rate: what `masks_at` will be asked for. ADMM and Gradual need it.
    measure: what the rate counts; MACs where they are known, else parameters.

    ValueError if ADMM or Gradual gets no rate, for a rate that the plan forbids, and for arguments of another kind.
    """
    _check(optimizer, algorithm, learning_rate)
    plan, measure = plans.entries(plan), measure or _measure(layers)
    if rate is not None:
        budget.check(plan, layers, rate, measure=measure)
    else:
        budget.warn(plan, layers)
    schedule = learning_rate if callable(learning_rate) else optax.constant_schedule(learning_rate)
    hooks = algorithm.hooks(contract.Setting(plan, layers, schedule, steps, rate, measure))
    return optax.chain(*hooks.first, optimizer, *hooks.last)


def masks_at(
    rate: float,
    params: Tree,
    plan: Entries,
    layers: cost.Table,
    *,
    measure: selection.Measure | None = None,
    energies: selection.Energies | None = None,
) -> Tree:
    """The masks that leave 1 / rate of the network, chosen over all layers at once. budget.to_rate says how.

    The result has the structure of params: a bool array where something is dropped (True keeps), None elsewhere.
    freeze.apply_masks gives the pruned parameters.

    measure: what the rate counts. By default MACs, or parameters where the layers were read by name: kernels with the
        vectors that follow their filters.
    energies: what each block is worth, [grid] by layer name; by default its squared weights.

    A UserWarning names the layers that the plan would prune and that cannot be pruned. ValueError for a rate that
    cannot be reached.
    """
    if not isinstance(rate, numbers.Real):
        called = "call masks_at(rate, params, plan, layers)"
        raise ValueError(f"rate is {typed.what(rate)}, expected a number of at least 1; {called}")
    trees.arrays(params)
    plan, measure = plans.entries(plan), measure or _measure(layers)
    return budget.to_rate(params, plan, layers, rate, measure=measure, energies=energies)


def _check(optimizer: Any, algorithm: Any, learning_rate: Any) -> None:
    if not isinstance(optimizer, optax.GradientTransformation):
        raise ValueError(f"optimizer is {typed.what(optimizer)}, expected one of optax, such as optax.adam(1e-3)")
    if isinstance(algorithm, type) or not hasattr(algorithm, "hooks"):
        raise ValueError(f"algorithm is {typed.what(algorithm)}, expected an instance, such as Reweighted(1e-3)")
    if not callable(learning_rate) and not isinstance(learning_rate, jax.Array):
        typed.read(learning_rate, bounds.NotNegative, "learning_rate")


def _measure(layers: cost.Table) -> selection.Measure:
    cost.check(layers)
    return "macs" if any(layer.macs for layer in layers) else "parameters"
