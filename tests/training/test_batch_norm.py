"""A network with batch norm through all phases: statistics are trained, kept and used."""

import dataclasses

import numpy as np
import pytest

from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import checkpoints, phases, recipes
from tests.training import smallest

RECIPE = recipes.Recipe(epochs=3, learning_rate=1e-2, optimizer=recipes.SGD(weight_decay=0.1))
EXPERIMENT = dataclasses.replace(
    quickstart_kgs.experiment(),
    task=smallest.task(frames=8, size=16),
    model=catalog.Model("tiny", width=0.5, frames=8, size=16),
    dense=RECIPE,
    penalise=RECIPE,
    retrain=RECIPE,
    plan=(("conv.*", plans.Prune(patterns.FILTER)), ("fc", None)),
    rates=(2.0,),
    batch=8,
    workers=0,
)


@pytest.fixture(scope="module")
def out(tiny_network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    return folder, phases.run(EXPERIMENT, folder, lambda *event: None)


def test_every_phase_moves_the_statistics_and_keeps_them(out):
    networks = [checkpoints.load_network(out[0] / "runs" / result["name"]) for result in out[1]]
    for name in ("conv1", "conv2"):
        found = [np.zeros_like(networks[0].params[name]["mean"])]
        found += [np.asarray(network.params[name]["mean"]) for network in networks]
        assert all(np.abs(one - other).max() > 1e-4 for one, other in zip(found, found[1:], strict=False))


def test_pruned_filters_are_silent_and_their_statistics_unmasked(out):
    network = checkpoints.load_network(out[0] / "runs" / "filter-2x")
    masks, params = network.masks["conv1"], network.params["conv1"]
    dropped = ~np.asarray(masks["bias"])
    assert dropped.any() and masks["mean"] is None and masks["var"] is None
    assert not np.any(params["scale"][dropped]) and not np.any(params["bias"][dropped])
