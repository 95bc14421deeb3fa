"""Claims about experiments as values and as JSON."""

import dataclasses
import json
import typing

import pytest

from rt3d_jax.cli import train as train_verb
from rt3d_jax.configs import c3d_ucf101, quickstart_kgs, r2plus1d_ucf101, s3d_ucf101
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, budget
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import codec, experiments, optimizers, recipes

PAPERS = (c3d_ucf101.experiment(), r2plus1d_ucf101.experiment(), s3d_ucf101.experiment())
EXPERIMENTS = pytest.mark.parametrize("experiment", [quickstart_kgs.experiment(), *PAPERS], ids=lambda e: e.name)
RECIPES = pytest.mark.parametrize("name", train_verb.names())


@RECIPES
def test_recipes_are_named_after_their_file_and_survive_json(name):
    experiment = train_verb.load(name)
    assert experiment.name == name
    assert codec.from_json(json.loads(json.dumps(codec.to_json(experiment)))) == experiment


@pytest.mark.parametrize("family", ["c3d_ucf101", "quickstart"])
def test_there_is_a_recipe_for_every_algorithm(family):
    found = {type(train_verb.load(name).algorithm) for name in train_verb.names() if name.startswith(family)}
    assert found == set(typing.get_args(algorithms.Algorithm))


@EXPERIMENTS
def test_runs_are_named_by_scheme_and_rate(experiment):
    assert experiment.scheme == "kgs 8x4"
    assert [experiments.run_name(experiment, rate) for rate in (2.6, 4.0)] == ["kgs-2.6x", "kgs-4x"]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda e: e.name)
def test_the_paper_experiments_have_the_papers_numbers(paper):
    sizes = {"c3d": (128, 112), "r2plus1d": (128, 112), "s3d": (256, 224)}
    assert (paper.task.clip.short_side, paper.task.clip.size) == sizes[paper.model.name]
    assert (paper.batch, paper.task.clip.sampling.frames, paper.model.width) == (32, 16, 1.0)
    assert (paper.dense.learning_rate, paper.penalise.learning_rate, paper.retrain.learning_rate) == (5e-3, 2e-4, 2e-4)
    assert (paper.penalise.schedule, paper.retrain.schedule) == ("constant", "cosine")
    assert paper.penalise.epochs + paper.retrain.epochs == 240
    assert paper.algorithm == algorithms.Reweighted(strength=5e-4, rounds=4, eps=1e-6, macs=True)
    assert paper.distillation == recipes.Distillation(temperature=3.0, weight=0.5, last=5.0)


DENSE = {
    "c3d": {"conv1", "fc6", "fc7", "fc8"},
    "r2plus1d": {"stem/space", "stem/time", "fc", *(f"layer{stage}/0/downsample" for stage in (2, 3, 4))},
    "s3d": {"conv1/space", "head"},
}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda e: e.name)
def test_the_paper_plans_reach_the_papers_rates_and_leave_first_convolutions_and_shortcuts_dense(paper):
    table = catalog.table(paper.model, 101)
    for rate in paper.rates:
        budget.check(paper.plan, table, rate)
    rules = plans.match(paper.plan, table)
    assert {name for name, rule in rules.items() if rule is None} == DENSE[paper.model.name]


def test_a_clip_that_does_not_fit_the_model_is_an_error():
    changed = dataclasses.replace(quickstart_kgs.experiment().model, size=48)
    with pytest.raises(ValueError, match=r"^clip has \(frames, size\) \(16, 32\), expected the model's \(16, 48\)$"):
        dataclasses.replace(quickstart_kgs.experiment(), model=changed)


def test_transformed_kernels_are_not_quantised():
    experiment = quickstart_kgs.experiment()
    message = "model.winograd is 2, expected 0 with quantise: transformed kernels are not quantised"
    with pytest.raises(ValueError, match=f"^{message}$"):
        dataclasses.replace(
            experiment, quantise=recipes.Quantise(), model=dataclasses.replace(experiment.model, winograd=2)
        )


def test_a_rate_that_is_named_twice_is_an_error():
    with pytest.raises(ValueError, match=r"^rates are \(2.0, 2.0\), expected different numbers of at least 1$"):
        dataclasses.replace(quickstart_kgs.experiment(), rates=(2.0, 2.0))


def test_mixed_patterns_are_all_named():
    plan = (("conv1", plans.Prune(patterns.FILTER)), ("conv.*", plans.Prune(patterns.kgs(8, 4))), (".*", None))
    assert dataclasses.replace(quickstart_kgs.experiment(), plan=plan).scheme == "filter + kgs 8x4"


def test_json_of_an_unknown_type_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"^experiment has type 'Models', expected Experiment or Imported$"):
        codec.from_json({"type": "Models"})


def test_json_with_unknown_fields_is_an_error():
    written = codec.to_json(quickstart_kgs.experiment())
    known = "name, width, frames, size, dropout, options, time, every, winograd"
    message = f"experiment.model has the field 'depth', expected only {known}"
    with pytest.raises(ValueError, match=f"^{message}$"):
        codec.from_json({**written, "model": {**written["model"], "depth": 3}})


def test_the_schedule_warms_up_then_follows_a_cosine_to_zero():
    recipe = recipes.Recipe(epochs=10, learning_rate=1.0, warmup=1, schedule="cosine")
    rate = optimizers.schedule(recipe, steps=100, per_epoch=10)
    assert [round(float(rate(step)), 3) for step in (0, 4, 9, 10)] == [0.1, 0.5, 1.0, 1.0]
    assert float(rate(55)) == pytest.approx(0.5, abs=0.01)
    assert float(rate(100)) == pytest.approx(0, abs=1e-6)
