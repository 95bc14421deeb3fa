"""Claims about every pair of an algorithm and a scheme, through the phases of training on the smallest network:
penalise, cut, retrain.
"""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, selection
from rt3d_jax.sparsity import cost, masks, patterns, plans
from rt3d_jax.training import checkpoints, experiments, phases, recipes
from tests.training import smallest

RECIPE = recipes.Recipe(epochs=2, learning_rate=1e-2, schedule="constant", optimizer=recipes.AdamW())
RATE = 2.0
DENSE = experiments.Experiment(
    name="dense",
    task=smallest.task(frames=4, size=8),
    model=catalog.Model("tiny", 4.25, 4, 8, 0.0),  # 68 and 136 filters: conv1's last group of 8 is half a one
    dense=RECIPE,
    penalise=RECIPE,
    algorithm=algorithms.Heuristic(clips=8),
    retrain=RECIPE,
    plan=((".*", None),),
    rates=(RATE,),
    batch=8,
    workers=0,
)
ALGORITHMS = {
    "heuristic": algorithms.Heuristic(clips=8),
    "regularised": algorithms.Regularised(strength=10.0, macs=False, relative=True),
    "reweighted": algorithms.Reweighted(strength=6.0, macs=False, rounds=3, eps=1e-2, relative=True),
    "admm": algorithms.ADMM(rho=1.0, growth=2.0, most=4.0, rounds=3),
    "gradual": algorithms.Gradual(rounds=3),
}
SCHEMES = {
    "filter": plans.Prune(patterns.FILTER),
    "vanilla": plans.Prune(patterns.vanilla(8, 4)),
    "kgs": plans.Prune(patterns.kgs(8, 4)),
    "kgc": plans.Prune(patterns.kgs(8, 4), balance="group"),
    "unstructured": plans.Prune(patterns.UNSTRUCTURED),
}
PAIRS = tuple(itertools.product(ALGORITHMS, SCHEMES))
CONVS = ("conv1", "conv2")


@dataclasses.dataclass(frozen=True)
class Pair:
    """What a pair's phases left: the parameters before the cut and those after retraining, with the masks between."""

    algorithm: str
    rule: plans.Prune
    dense: dict
    before: dict
    after: dict
    masks: dict
    rate: float

    def mask(self, layer):
        return np.asarray(self.masks[layer]["kernel"])

    def kept(self, layer):
        """bool[grid]: the blocks of which anything is left."""
        return masks.block_sums(self.mask(layer).astype(int), self.rule.pattern) > 0


@pytest.fixture(scope="module")
def table(tiny_network):
    return catalog.table(DENSE.model, 8)


@pytest.fixture(scope="module")
def dense(tiny_network, tmp_path_factory):
    """The dense phase that all pairs start from."""
    out = tmp_path_factory.mktemp("dense")
    phases.dense(phases.prepare(dataclasses.replace(DENSE, rates=()), out, lambda *_: None))
    return out


@pytest.fixture(scope="module", params=PAIRS, ids="-".join)
def pair(request, dense, tmp_path_factory):
    algorithm, scheme = request.param
    out = tmp_path_factory.mktemp("-".join(request.param))
    (out / "runs").mkdir()
    for shared in ("data", "runs/dense"):
        (out / shared).symlink_to(dense / shared)
    given = {"algorithm": ALGORITHMS[algorithm], "plan": (("fc", None), ("conv.", SCHEMES[scheme]))}
    experiment = dataclasses.replace(DENSE, penalise=None if algorithm == "heuristic" else RECIPE, **given)
    *_, before, last = phases.run(experiment, out, lambda *_: None)
    load = lambda name: checkpoints.load_network(out / "runs" / name)
    after = load(last["name"])
    parts = (load("dense").params, load(before["name"]).params, after.params, after.masks, last["rate"])
    return Pair(algorithm, SCHEMES[scheme], *parts)


def level_cost(pair, table, at):
    """At most so many MACs does one more level of blocks cost in layer `at`: its weights, and all that read its
    filters.
    """
    layer, reader, rule = table[at], table[at + 1], pair.rule
    cells, block = rule.levels(layer.shape)[1], rule.pattern.block(layer.shape)
    return cells * (math.prod(block) * layer.positions + block[-1] * reader.macs // reader.shape[-2])


def test_the_budget_is_met_within_one_percent_or_one_level_of_blocks(pair, table):
    room, left = cost.macs(table) / RATE, cost.macs(table, pair.masks)
    assert left == pytest.approx(cost.macs(table) / pair.rate)
    growing = [at for at, name in enumerate(CONVS) if not pair.kept(name).all()]
    assert growing
    assert 0 <= room - left <= max(0.01 * room, min(level_cost(pair, table, at) for at in growing))


def test_what_is_left_is_whole_blocks_but_for_what_reads_dropped_filters(pair):
    living = np.ones(3, bool)
    for name in CONVS:
        mask = pair.mask(name)
        np.testing.assert_array_equal(
            mask, masks.expand(pair.kept(name), mask.shape, pair.rule.pattern) & living[:, None]
        )
        assert mask.any()
        living = mask.any(axis=(0, 1, 2, 3))


def test_groups_of_kgc_keep_equally_many_blocks(pair):
    for name in CONVS:
        counts = pair.kept(name).sum(axis=(0, 1, 2))
        assert pair.rule.balance != "group" or len(np.unique(counts)) == 1


def test_dropped_weights_are_zero_after_retraining_which_moves_the_others(pair):
    for name in CONVS:
        mask, kernel = pair.mask(name), np.asarray(pair.after[name]["kernel"])
        assert np.all(kernel[~mask] == 0)
        assert np.mean(kernel[mask] != np.asarray(pair.before[name]["kernel"])[mask]) > 0.9


def lost(params, rule, table):
    """The fraction of the kernels' energy that a cut to RATE takes away, each kernel in units of its own, summed."""
    choice = selection.Selection((("fc", None), ("conv.", rule)), table)
    kernels = {name: np.asarray(kernel, float) for name, kernel in choice.kernels(params).items()}
    kept = choice.masks(choice.energies(kernels), choice.dense / RATE)
    return sum(np.square(kernel[~kept[name]]).sum() / np.square(kernel).sum() for name, kernel in kernels.items())


def test_the_penalise_phase_leaves_less_to_cut_than_there_was(pair, table):
    before, after = (lost(params, pair.rule, table) for params in (pair.dense, pair.before))
    if pair.algorithm == "heuristic":  # which has no such phase
        assert after == before
    elif pair.algorithm == "gradual":  # which has cut already
        assert after == 0 < before
    else:
        assert after < before
