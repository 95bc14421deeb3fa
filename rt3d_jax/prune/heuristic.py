"""The heuristic's importance of blocks: what the layers after them lose, from the network's answer back to its inputs."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import jax
import jax.extend.core
import jax.numpy as jnp
import numpy as np

from rt3d_jax.prune import contract, selection
from rt3d_jax.sparsity import channels, cost, masks, plans

Tree = Any
Activity = dict[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Heuristic:
    """Blocks by what the layers after them lose on `clips` training examples, see `importance`. It trains under no penalty."""

    clips: int = 64
    needs_training: ClassVar[bool] = False
    per_rate: ClassVar[bool] = False

    def hooks(self, setting: contract.Setting) -> contract.Hooks:
        """Nothing: a penalise phase, if there is one, is plain training."""
        return contract.Hooks()

    def energies(self, cut: contract.Cut) -> selection.Energies:
        """The importance of blocks, from the activity on sample examples."""
        measured = activity(cut.apply, cut.params, cut.samples(self.clips))
        return importance(cut.params, cut.plan, cut.table, measured)


def importance(params: Tree, plan: plans.Plan, table: tuple[cost.Layer, ...], activity: Activity) -> selection.Energies:
    """What the network's answer loses with each block of the kernels that the plan prunes, f64[grid] by layer.

    A weight w(d, i, o) brings the share  r(d, i, o) = w^2 a(i) / sum over d, i of w^2 a(i)  of the energy of filter o, where
    a(i) is the mean square of input channel i on sample clips (`activity`) and the channels count as uncorrelated. From the
    logits, of importance 1 each, importance goes back along these shares: I(j) = sum over the readers' d, o of
    r(d, j, o) I(o). A block's is the sum of I(o) r(d, i, o) over its weights; a whole filter's is I(o).

    In the manner of NISP (Yu et al., CVPR 2018), which propagates through |w| without activity and ranks filters only, and
    of ThiNet (Luo et al., ICCV 2017), which takes what the next layer loses on sample clips, by greedy search, but looks one
    layer ahead and fine-tunes after every layer. Here: any block, one pass, no tuning between layers.
    """
    rules, found = plans.match(plan, params), {}
    flows = {layer.name: np.full(layer.shape[-1], float(layer.wiring.ends)) for layer in table}
    for layer in reversed(table):
        flow = flows[layer.name]
        if not flow.any():  # the trace does not say who reads this layer
            flow = np.ones_like(flow)
        shares = _shares(np.asarray(cost.leaf(params, layer.name), np.float64), activity[layer.name]) * flow
        rule = rules[layer.name]
        if rule is not None:
            found[layer.name] = masks.block_sums(shares, rule.pattern)
        back = shares.sum(axis=(*range(shares.ndim - 2), shares.ndim - 1))
        for amount, place in zip(back, layer.wiring.reads or (), strict=layer.wiring.reads is not None):
            for name, number in place:
                flows[name][number] += amount
    return found


def activity(apply: Callable[..., Any], params: Tree, batches: Iterable[Any]) -> Activity:
    """The mean square of every input channel of every kernel, f64[inputs] by layer, over batches of inputs.

    A batch is the tuple of the network's inputs. apply(params, *inputs) is traced as for cost.layers.
    """
    measured, total, count = None, {}, 0
    for inputs in batches:
        measured = jax.jit(_Probe(apply, params, inputs)) if measured is None else measured
        for name, squares in measured(params, inputs).items():
            total[name] = total.get(name, 0.0) + np.asarray(squares, np.float64)
        count += 1
    if not count:
        raise ValueError("got no batch to measure activity on, expected at least one")
    return {name: squares / count for name, squares in total.items()}


def _shares(kernel: np.ndarray, activity: np.ndarray) -> np.ndarray:
    if len(activity) != kernel.shape[-2]:  # a grouped convolution: its kernel says less than the channels that it reads
        activity = np.ones(kernel.shape[-2])
    brought = np.square(kernel) * activity[:, None]
    whole = brought.sum(axis=tuple(range(kernel.ndim - 1)), keepdims=True)
    return brought / np.where(whole > 0, whole, 1.0)


class _Probe:
    """probe(params, inputs) -> {layer: mean square of its input channels}: the traced network, evaluated step by step."""

    def __init__(self, apply: Callable[..., Any], params: Tree, inputs: tuple[Any, ...]):
        self._closed = jax.make_jaxpr(apply)(params, *inputs)
        self._paths = [path for path, _ in cost.paths(params)]

    def __call__(self, params: Tree, inputs: tuple[Any, ...]) -> dict[str, jax.Array]:
        found: dict[str, jax.Array] = {}
        jaxpr = self._closed.jaxpr
        names = dict(zip(jaxpr.invars, self._paths, strict=False))
        _evaluate(jaxpr, self._closed.consts, jax.tree.leaves((params, inputs)), names, found)
        return found


def _evaluate(jaxpr: Any, consts: Any, values: Any, names: dict[Any, str], found: dict[str, jax.Array]) -> list[Any]:
    env = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*consts, *values], strict=True))
    value = lambda atom: atom.val if isinstance(atom, jax.extend.core.Literal) else env[atom]
    named = lambda atom: None if isinstance(atom, jax.extend.core.Literal) else names.get(atom)
    for equation in jaxpr.eqns:
        operands = [value(atom) for atom in equation.invars]
        inner = next((equation.params[key] for key in channels.NESTED if key in equation.params), None)
        if inner is not None:
            body, constants = getattr(inner, "jaxpr", inner), getattr(inner, "consts", ())
            pairs = zip(body.invars, equation.invars, strict=True)
            passed = {var: path for var, atom in pairs if (path := named(atom)) is not None}
            results = _evaluate(body, constants, operands, passed, found)
        else:
            if equation.primitive.name in ("conv_general_dilated", "dot_general") and (
                path := named(equation.invars[1])
            ):
                found[cost.layer_name(path)] = jnp.mean(jnp.square(operands[0]), axis=range(operands[0].ndim - 1))
            results = equation.primitive.bind(*operands, **equation.params)
            results = results if equation.primitive.multiple_results else [results]
        env.update(zip(equation.outvars, results, strict=True))
    return [value(atom) for atom in jaxpr.outvars]
