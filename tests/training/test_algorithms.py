"""Claims about every algorithm, from video files to a pruned network: a few steps of each."""

import dataclasses

import numpy as np
import pytest

from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import cost, masks, patterns, plans
from rt3d_jax.training import checkpoints, phases
from tests.training import smallest

RECIPE = dataclasses.replace(smallest.RECIPE, warmup=0.0)
DENSE = dataclasses.replace(
    smallest.EXPERIMENT,
    name="dense",
    dense=RECIPE,
    penalise=RECIPE,
    algorithm=algorithms.Heuristic(clips=12),
    retrain=RECIPE,
    distillation=None,
)
CASES = {
    "heuristic": {"plan": smallest.convs(plans.Prune(patterns.FILTER)), "penalise": None},
    "regularised": {
        "algorithm": algorithms.Regularised(strength=0.3, l1=0.4),
        "plan": smallest.convs(plans.Prune(patterns.vanilla(4, 2))),
    },
    "admm": {
        "algorithm": algorithms.ADMM(rounds=3),
        "plan": smallest.convs(plans.Prune(patterns.kgs(4, 2), balance="group")),
    },
    "gradual": {
        "algorithm": algorithms.Gradual(rounds=3),
        "plan": (
            (r"conv\d[ab]?", plans.Prune(patterns.kgs(4, 2))),
            (r"fc[67]", plans.Prune(patterns.UNSTRUCTURED)),
            ("fc8", None),
        ),
        "measure": "parameters",
        "rates": (3.0,),
    },
}


@pytest.fixture(scope="module")
def dense(tmp_path_factory):
    """The dense phase that all algorithms start from."""
    out = tmp_path_factory.mktemp("dense")
    phases.dense(phases.prepare(DENSE, out, smallest.silent))
    return out


@pytest.fixture(scope="module", params=CASES.keys())
def run(request, dense, tmp_path_factory):
    """(name, experiment, folder, results) of an algorithm."""
    out = tmp_path_factory.mktemp(request.param)
    (out / "runs").mkdir()
    for shared in ("data", "runs/dense"):
        (out / shared).symlink_to(dense / shared)
    experiment = dataclasses.replace(DENSE, name=request.param, **CASES[request.param])
    return request.param, experiment, out, phases.run(experiment, out, smallest.silent)


def test_the_budget_is_met_blocks_are_whole_and_dropped_weights_stay_zero(run):
    _, experiment, out, results = run
    for rate, result in zip(experiment.rates, results[-len(experiment.rates) :], strict=True):
        found = result["rate" if experiment.measure == "macs" else "rate_parameters"]
        assert rate <= found <= rate * (1.1 if experiment.scheme == "filter" else 1.02)  # of 4 filters one is much
        network = checkpoints.load_network(out / "runs" / result["name"])
        for name, rule in plans.match(experiment.plan, cost.named(network.params)).items():
            mask, kernel = cost.leaf(network.masks, name), np.asarray(cost.leaf(network.params, name))
            if mask is not None:
                assert not kernel[~np.asarray(mask)].any() and kernel[np.asarray(mask)].any()
            if rule is not None and experiment.scheme != "filter":
                blocks = masks.block_sums(np.asarray(mask, float), rule.pattern)
                assert set(np.unique(blocks / masks.block_sizes(kernel.shape, rule.pattern))) <= {0.0, 1.0}


def test_phases_are_those_that_the_algorithm_needs(run):
    name, _, out, results = run
    expected = {
        "heuristic": ["dense", "filter-2x"],
        "regularised": ["dense", "penalised", "vanilla-2x"],
        "admm": ["dense", "penalised-2x", "kgc-2x"],
        "gradual": ["dense", "penalised-3x-parameters", "kgs-3x-parameters"],
    }
    assert [result["name"] for result in results] == expected[name]
    assert {path.name for path in (out / "runs").iterdir()} == set(expected[name])


def test_a_second_run_trains_nothing(run):
    _, experiment, out, results = run
    seen = []
    assert phases.run(experiment, out, lambda *event: seen.append(event[0])) == results
    assert set(seen) == {"data"}


def test_gradual_pruning_prunes_within_its_phase(run):
    name, _, out, results = run
    if name == "gradual":
        kernel = np.asarray(checkpoints.load_network(out / "runs" / results[1]["name"]).params["fc7"]["kernel"])
        assert np.mean(kernel == 0) > 0.5


def test_an_algorithm_that_works_in_the_penalise_phase_needs_one():
    with pytest.raises(ValueError, match=r"^penalise is None, expected a Recipe: Gradual does its work in that phase$"):
        dataclasses.replace(DENSE, algorithm=algorithms.Gradual(), penalise=None)
