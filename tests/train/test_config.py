"""Claims about experiments as values and as JSON."""

import dataclasses
import json

import pytest

from rt3d_jax import config, optimizers, patterns, plans
from rt3d_jax.configs import c3d_ucf101, quickstart

EXPERIMENTS = pytest.mark.parametrize(
    "experiment", [quickstart.experiment(), c3d_ucf101.experiment()], ids=lambda e: e.name
)


@EXPERIMENTS
def test_experiments_survive_json(experiment):
    assert config.from_json(json.loads(json.dumps(config.to_json(experiment)))) == experiment


@EXPERIMENTS
def test_runs_are_named_by_scheme_and_rate(experiment):
    assert experiment.scheme == "kgs 8x4"
    assert [config.run_name(experiment, rate) for rate in (2.6, 4.0)] == ["kgs-2.6x", "kgs-4x"]


def test_the_paper_experiment_has_the_papers_numbers():
    paper = c3d_ucf101.experiment()
    assert (paper.batch, paper.clip.sampling.frames, paper.clip.short_side, paper.clip.size) == (32, 16, 128, 112)
    assert (paper.dense.learning_rate, paper.penalise.learning_rate, paper.retrain.learning_rate) == (5e-3, 2e-4, 2e-4)
    assert (paper.penalise.schedule, paper.retrain.schedule) == ("constant", "cosine")
    assert paper.penalise.epochs + paper.retrain.epochs == 240
    assert paper.penalty == config.Reweighted(strength=5e-4, rounds=4, eps=1e-6, macs=True)
    assert paper.distillation == config.Distillation(temperature=3.0, weight=0.5, last=5.0)
    assert paper.model == config.Model()


def test_a_clip_that_does_not_fit_the_model_is_an_error():
    changed = dataclasses.replace(quickstart.experiment().model, size=48)
    with pytest.raises(ValueError, match=r"^clip has \(frames, size\) \(16, 32\), expected the model's \(16, 48\)$"):
        dataclasses.replace(quickstart.experiment(), model=changed)


@pytest.mark.parametrize("rates", [(0.5,), (2.0, 2.0)])
def test_impossible_rates_are_errors(rates):
    with pytest.raises(ValueError, match=r"^rates are .*, expected different numbers of at least 1$"):
        dataclasses.replace(quickstart.experiment(), rates=rates)


def test_mixed_patterns_are_all_named():
    plan = (("conv1", plans.Prune(patterns.FILTER)), ("conv.*", plans.Prune(patterns.kgs(8, 4))), (".*", None))
    assert dataclasses.replace(quickstart.experiment(), plan=plan).scheme == "filter + kgs 8x4"


def test_json_of_an_unknown_type_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"^config type is 'Models', expected one of AdamW, "):
        config.from_json({"type": "Models"})


def test_json_with_unknown_fields_is_an_error():
    with pytest.raises(ValueError, match=r"^config Model does not fit this version of rt3d-jax"):
        config.from_json({"type": "Model", "depth": 3})


def test_the_schedule_warms_up_then_follows_a_cosine_to_zero():
    recipe = config.Recipe(epochs=10, learning_rate=1.0, warmup=1, schedule="cosine")
    rate = optimizers.schedule(recipe, steps=100, per_epoch=10)
    assert [round(float(rate(step)), 3) for step in (0, 4, 9, 10)] == [0.1, 0.5, 1.0, 1.0]
    assert float(rate(55)) == pytest.approx(0.5, abs=0.01)
    assert float(rate(100)) == pytest.approx(0, abs=1e-6)
