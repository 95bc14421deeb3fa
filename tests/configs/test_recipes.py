"""The recipes of rt3d_jax/configs: each can begin, those of UCF101 say what the paper says, and one runs whole on a
miniature.
"""

import dataclasses
import functools
import json

import jax
import numpy as np
import pytest

from rt3d_jax.cli import train as verb
from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.data import clips, ucf101
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, budget
from rt3d_jax.training import checkpoints, codec, phases, recipes
from tests.data import conftest, layouts

UCF101 = [name for name in verb.names() if "ucf101" in name]
CLASSES = 101
FACTS = {"labels": range(CLASSES), "classes": CLASSES}  # all that tasks need to know of data
write_video = conftest.write_video


@functools.cache
def table_of(model, signature):
    return catalog.table(model, signature.outputs, signature.structs())


@pytest.mark.parametrize("name", verb.names())
def test_every_recipe_builds_and_its_rates_can_be_reached(name):
    experiment = verb.load(name)
    assert experiment.name == name
    signature = experiment.task.signature(FACTS)
    for rate in experiment.rates:
        budget.check(experiment.plan, table_of(experiment.model, signature), rate, measure=experiment.measure)
    assert json.loads(json.dumps(codec.to_json(experiment))) == codec.to_json(experiment)
    assert codec.from_json(codec.to_json(experiment)) == experiment


@pytest.mark.parametrize("name", UCF101)
def test_the_recipes_of_ucf101_have_the_papers_hyper_parameters(name):
    experiment = verb.load(name)
    cut = [phase for phase in (experiment.penalise, experiment.retrain) if phase is not None]
    assert (experiment.batch, experiment.task.clip.sampling, experiment.task.data) == (
        32,
        clips.Spread(16),
        ucf101.UCF101("data/ucf101", 1),
    )
    assert (experiment.task.clip.short_side, experiment.task.clip.size) == (
        (256, 224) if name.startswith("s3d") else (128, 112)
    )
    assert experiment.task.clip.flip and sum(phase.epochs for phase in cut) == 240
    assert (experiment.dense.learning_rate, experiment.dense.warmup) == (5e-3, 5)
    assert {phase.learning_rate for phase in cut} == {2e-4}
    assert [phase.schedule for phase in cut] == ["constant", "cosine"][-len(cut) :]
    for phase in (experiment.dense, *cut):
        assert (phase.optimizer, phase.loss) == (recipes.SGD(momentum=0.9, weight_decay=5e-4), {})
    assert experiment.distillation == recipes.Distillation(temperature=3.0, weight=0.5, last=5.0)
    if isinstance(experiment.algorithm, algorithms.Reweighted):
        assert experiment.algorithm == algorithms.Reweighted(strength=5e-4, rounds=4, eps=1e-6, macs=True)


def shrunk(folder):
    """The recipe with small frames, few channels and few epochs: everything else is its own."""
    recipe = c3d_ucf101.experiment()
    assert recipe.penalise is not None and recipe.distillation is not None
    short = functools.partial(dataclasses.replace, epochs=2, warmup=1)
    return dataclasses.replace(
        recipe,
        task=dataclasses.replace(
            recipe.task,
            data=dataclasses.replace(recipe.task.data, folder=str(folder)),
            clip=dataclasses.replace(recipe.task.clip, short_side=18, size=16),
        ),
        model=dataclasses.replace(recipe.model, width=0.125, size=16),
        dense=short(recipe.dense),
        penalise=short(recipe.penalise, warmup=0),
        retrain=short(recipe.retrain),
        distillation=dataclasses.replace(recipe.distillation, last=1.0),
        rates=(4.0,),
        batch=4,
        workers=0,
    )


@pytest.mark.filterwarnings("ignore:.* answers all examples alike")  # since they are all the same video
def test_the_recipe_of_c3d_runs_whole_on_a_miniature_of_ucf101(tmp_path, write_video):
    folder = layouts.ucf101(
        tmp_path / "ucf101", write_video("a.avi", frames=20, size=(240, 320), codec="mpeg4", options={})
    )
    experiment = shrunk(folder)
    results = phases.run(experiment, tmp_path / "out", lambda *event: None)
    assert [result["name"] for result in results] == ["dense", "penalised", "kgs-4x"]
    result = results[-1]
    assert 4 <= result["rate"] <= 4.12
    assert [layer["name"] for layer in result["layers"] if layer["density"] == 1] == ["conv1", "fc6", "fc7", "fc8"]
    assert min(layer["density"] for layer in result["layers"]) > 0
    protocol = "top-1 %, 4 test videos, clip level: 1 clip x 1 centre crop of 16 px"
    assert result["accuracy_protocol"].startswith(protocol)
    log = [json.loads(line) for line in (tmp_path / "out/runs/penalised/metrics.jsonl").read_text().splitlines()]
    assert 0 <= log[-1]["empty"] <= log[-1]["emptiest"] < 1
    network = checkpoints.load_network(tmp_path / "out/runs/kgs-4x")
    noise = np.random.default_rng(0).normal(size=(2, 16, 16, 16, 3)).astype(np.float32)
    one, other = jax.jit(checkpoints.apply(network))(network.params, noise)
    assert np.any(one != other), "the network answers the same whatever it sees"
