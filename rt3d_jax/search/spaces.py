"""What a search chooses among. `Schemes` is asked first, then `Rates`; each turns a point into experiments.

A stage gives its `choices`, and for a point a `Shape`: experiments that differ in their density alone, of which the
search takes the densest that keeps the bound. So proposals are compared at the latency that is asked for.
"""

import dataclasses
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lowering.system import bounds, typed
from rt3d_jax.models import catalog, choices
from rt3d_jax.prune import algorithms, selection
from rt3d_jax.search import points
from rt3d_jax.sparsity import cost, patterns, plans
from rt3d_jax.training import experiments

PATTERNS: dict[str, patterns.BlockPattern | None] = {
    "kgs 8x4": patterns.kgs(8, 4),
    "kgs 4x4": patterns.kgs(4, 4),
    "kgs 8x1": patterns.kgs(8, 1),
    "vanilla 8x4": patterns.vanilla(8, 4),
    "filter": patterns.FILTER,
    "none": None,
}
PATTERN, ALGORITHM, TILE, SHARE = "pattern", "algorithm", "winograd", "latency"
SPARSEST, LEAST = 0.02, 0.1  # what Rates leaves of a layer's blocks at least, and its lowest factor on all layers


@dataclasses.dataclass(frozen=True)
class Space:
    """What is open to choice. What is not named stays as the experiment says.

    Args:
        patterns: The patterns of every layer that the experiment's plan prunes, by the keys of PATTERNS.
        methods: Algorithms of pruning beside the experiment's own, of other kinds than that.
        sizes: The factors on each field of Model that the network says is elastic, such as width and blocks.
        operators: Whether the operators are open that the network offers, such as the size of some kernels.
        tiles: Sides of the tile in which kernels of 3 x 3 pixels are transformed, see Model.winograd; 0 for direct.
        shares: The shares of the bound that a proposal may aim at. Less than 1 shows what a tighter bound costs.
        factors: The factors on the density of each layer in the stage of the rates.
    """

    patterns: tuple[str, ...] = tuple(PATTERNS)
    methods: tuple[algorithms.Algorithm, ...] = (algorithms.Gradual(), algorithms.Heuristic())
    sizes: tuple[float, ...] = (0.75, 0.5)
    operators: bool = True
    tiles: tuple[catalog.Tile, ...] = ()
    shares: tuple[float, ...] = (0.85, 0.7)
    factors: tuple[bounds.Positive, ...] = (0.5, 0.7, 1.4, 2.0)

    def __post_init__(self) -> None:
        typed.check(self)
        if strange := [name for name in self.patterns if name not in PATTERNS]:
            raise ValueError(f"patterns have {strange[0]!r}, expected some of {', '.join(PATTERNS)}")
        for name in ("sizes", "shares"):
            if wrong := [value for value in getattr(self, name) if not 0 < value < 1]:
                raise ValueError(f"{name} have {wrong[0]:g}, expected numbers above 0 and below 1")
        kinds = [type(method).__name__ for method in self.methods]
        if twice := [kind for kind in kinds if kinds.count(kind) > 1]:
            raise ValueError(f"methods have {twice[0]} twice, expected algorithms of different kinds")


@dataclasses.dataclass(frozen=True, eq=False)
class Shape:
    """What a point stands for: experiments by their density, from `low` to `high`, and the share of the bound to use.

    at(density): the experiment, with one rate. The sparser it is, the faster.
    """

    at: Callable[[float], experiments.Experiment]
    low: float
    high: float
    share: float


Table = Callable[[catalog.Model], cost.Table]


class Schemes:
    """Pattern of each layer, algorithm, direct or Winograd, sizes, operators. One budget for all gives the rates."""

    name = "schemes"

    def __init__(self, experiment: experiments.Experiment, space: Space, table: Table):
        self._experiment, self._table = experiment, table
        rules = plans.match(experiment.plan, table(experiment.model))
        self._layers = {name: _rules(rule, space.patterns) for name, rule in rules.items() if rule is not None}
        self._algorithms = _algorithms(experiment, space)
        self._models = _models(experiment.model, space)
        self._shares = (1.0, *space.shares)

    @property
    def choices(self) -> tuple[points.Choice, ...]:
        """One for each layer, and those of the network as a whole."""
        pruned = tuple(name for name, pattern in PATTERNS.items() if pattern is not None)
        layers = [points.Choice(name, tuple(options), PATTERN, pruned) for name, options in self._layers.items()]
        found = {ALGORITHM: tuple(self._algorithms)}
        found |= {name: tuple(map(points.word, values)) for name, values in self._models.items()}
        shares = points.Choice(SHARE, tuple(f"{share:.0%} of the bound" for share in self._shares))
        return (*layers, *(points.Choice(name, values, name, values) for name, values in found.items()), shares)

    def shape(self, point: points.Point) -> Shape:
        """ValueError for a point that leaves nothing to prune, and for one whose plan does not fit its network."""
        left = iter(point)
        chosen = {name: list(options.values())[next(left)] for name, options in self._layers.items()}
        algorithm = list(self._algorithms.values())[next(left)]
        model = _with(self._experiment.model, {name: values[next(left)] for name, values in self._models.items()})
        changed = _with_algorithm(self._experiment, algorithm)
        plan = plan_of(chosen, self._table(model))
        if not any(rule is not None for _, rule in plan):
            raise ValueError("no layer is pruned, expected a pattern for at least one")
        choice = selection.Selection(plan, self._table(model), self._experiment.measure)
        ends = (choice.extreme("least") / choice.dense, choice.extreme("most") / choice.dense)
        at = lambda density: dataclasses.replace(changed, model=model, plan=plan, rates=(_rate(density, ends[0]),))
        return Shape(at, *ends, self._shares[next(left)])


class Rates:
    """The density of each layer. Patterns, algorithm and network are those of the best experiment of the first stage.

    kept: the share of the blocks of each pruned layer that this experiment keeps.
    """

    name = "rates"

    def __init__(self, best: experiments.Experiment, kept: Mapping[str, float], space: Space, table: Table):
        self._best, self._kept, self._table = best, kept, table
        self._factors = (1.0, *space.factors)
        layers = table(best.model)
        self._rules, self._shapes = plans.match(best.plan, layers), {layer.name: layer.shape for layer in layers}

    @property
    def choices(self) -> tuple[points.Choice, ...]:
        """One for each layer that is pruned: the factor on what it keeps."""
        return tuple(points.Choice(name, tuple(f"x{factor:g}" for factor in self._factors)) for name in self._kept)

    def shape(self, point: points.Point) -> Shape:
        """Densities are factors on all layers alike, of what the point gives each of them."""
        wanted = {
            name: kept * self._factors[place] for place, (name, kept) in zip(point, self._kept.items(), strict=True)
        }
        return Shape(lambda density: self._at(density, wanted), LEAST, max(1.0, 1 / min(wanted.values())), 1.0)

    def _at(self, density: float, wanted: Mapping[str, float]) -> experiments.Experiment:
        rules = {name: self._exactly(name, density * share) for name, share in wanted.items()}
        table = self._table(self._best.model)
        plan = plan_of(rules, table)
        choice = selection.Selection(plan, table, self._best.measure)
        return dataclasses.replace(self._best, plan=plan, rates=(_rate(choice.extreme("least") / choice.dense, 0.0),))

    def _exactly(self, name: str, share: float) -> plans.Prune:
        rule, share = self._rules[name], min(max(share, SPARSEST), 1.0)
        assert rule is not None
        share = dataclasses.replace(rule, keep=share).share(self._shapes[name])
        return dataclasses.replace(rule, keep=None, least=share, most=share)


def plan_of(rules: Mapping[str, plans.Prune | None], table: cost.Table) -> plans.Plan:
    """A plan that names the layers with rules one by one, and keeps the others dense."""
    named = tuple((re.escape(layer.name), rules[layer.name]) for layer in table if layer.name in rules)
    return named if len(named) == len(table) else (*named, (".*", None))


def tables(inputs: Callable[[catalog.Model], tuple[int, tuple]]) -> Table:
    """Tables by model, each made once. inputs(model): the number of outputs, and abstract inputs."""
    kept: dict[str, cost.Table] = {}

    def table(model: catalog.Model) -> cost.Table:
        if (key := repr(model)) not in kept:
            kept[key] = catalog.table(model, *inputs(model))
        return kept[key]

    return table


def _rules(own: plans.Prune, names: Sequence[str]) -> dict[str, plans.Prune | None]:
    """The rules of a layer in words, its own first. One with a `keep` of its own fixes the rate, the others do not."""
    others = {name: None if pattern is None else plans.Prune(pattern) for name, pattern in PATTERNS.items()}
    others = {name: others[name] for name in names}
    word = own.name if own.keep is None else f"{own.name}, {own.keep:.0%} kept"
    return {word: own} | {name: rule for name, rule in others.items() if name != word}


def _algorithms(experiment: experiments.Experiment, space: Space) -> dict[str, algorithms.Algorithm]:
    """The experiment's own first. Without a penalise phase there are those alone that do without."""
    own = experiment.algorithm
    others = [one for one in space.methods if type(one) is not type(own)]
    usable = [one for one in others if experiment.penalise is not None or not one.needs_training]
    return {type(one).__name__.lower(): one for one in (own, *usable)}


def _with_algorithm(experiment: experiments.Experiment, algorithm: algorithms.Algorithm) -> experiments.Experiment:
    """With as many epochs after the dense phase: those in which nothing is penalised are spent on retraining."""
    if algorithm.needs_training or experiment.penalise is None:
        return dataclasses.replace(experiment, algorithm=algorithm)
    epochs = experiment.retrain.epochs + experiment.penalise.epochs
    retrain = dataclasses.replace(experiment.retrain, epochs=epochs)
    return dataclasses.replace(experiment, algorithm=algorithm, penalise=None, retrain=retrain)


def _models(model: catalog.Model, space: Space) -> dict[str, tuple[Any, ...]]:
    """By field of the model, or option of its network: its own value, then others."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, own in choices.elastic(model).items():
        whole = isinstance(own, int) and not hasattr(model, name)  # a field of the model is a factor
        smaller = [max(1, math.ceil(own * size)) if whole else own * size for size in space.sizes]
        found[name] = tuple(dict.fromkeys((own, *smaller)))
    if space.operators:
        found |= choices.operators(model)
    if space.tiles:
        found[TILE] = tuple(dict.fromkeys((model.winograd, *space.tiles)))
    return {name: values for name, values in found.items() if len(values) > 1}


def _with(model: catalog.Model, chosen: Mapping[str, Any]) -> catalog.Model:
    """The model with what is chosen otherwise than it is."""
    now = choices.values(model)
    changed = {name: value for name, value in chosen.items() if value != now[name]}
    options = {name: value for name, value in changed.items() if not hasattr(model, name)}
    own: dict[str, Any] = {name: value for name, value in changed.items() if hasattr(model, name)}
    return dataclasses.replace(model, **own, options={**model.options, **options})


def _rate(density: float, least: float) -> bounds.Rate:
    """The rate of a density, with few digits, and never beyond what the plan can reach."""
    highest = 1 / least if least else math.inf
    return max(1.0, min(float(f"{1 / density:.4g}"), math.floor(1e4 * min(1 / density, highest)) / 1e4))
