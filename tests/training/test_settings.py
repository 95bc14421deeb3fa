"""Settings that make no sense are refused where they are made, in one line with field, value and expectation."""

import dataclasses
import json
import math
import re

import pytest

from lowering.system import typed
from rt3d_jax.cli import ends, main
from rt3d_jax.configs import quickstart_kgs
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.training import codec, recipes

EXPERIMENT = quickstart_kgs.experiment()
RECIPE = EXPERIMENT.dense
ABOVE, LEAST, COUNT = "a number above 0", "a number of at least 0", "a whole number of at least 1"
PART, BELOW_ONE = "a number from 0 to 1", "a number of at least 0 and below 1"
BOUND = "a number above 0, or None for no bound"
RATE = "a number of at least 1 (dense over kept)"
WRONG = [
    *((RECIPE, "epochs", value, ABOVE) for value in (-1, 0, math.inf, math.nan, "3")),
    *((RECIPE, "learning_rate", value, LEAST) for value in (-1e-3, math.inf, math.nan, True)),
    (RECIPE, "warmup", -3, LEAST),
    *((RECIPE, "clip_norm", value, BOUND) for value in (0, -1.0, math.inf)),
    (RECIPE, "schedule", "linear", "one of constant, cosine"),
    (recipes.SGD(), "momentum", 1.0, BELOW_ONE),
    (recipes.SGD(), "weight_decay", -1e-4, LEAST),
    (recipes.AdamW(), "b1", -0.1, BELOW_ONE),
    (recipes.AdamW(), "b2", 2, BELOW_ONE),
    (recipes.AdamW(), "weight_decay", math.nan, LEAST),
    (recipes.Distillation(), "temperature", 0.0, ABOVE),
    (recipes.Distillation(), "weight", 1.5, PART),
    (recipes.Distillation(), "last", -1.0, LEAST),
    (algorithms.Regularised(1.0), "strength", math.nan, LEAST),
    (algorithms.Regularised(1.0), "l1", 2.0, PART),
    (algorithms.Reweighted(1.0), "strength", -1, LEAST),
    (algorithms.Reweighted(1.0), "eps", -1, LEAST),
    (algorithms.Reweighted(1.0), "l1", -0.5, PART),
    *((algorithms.Reweighted(1.0), "rounds", value, COUNT) for value in (0, 1.5, True)),
    (algorithms.ADMM(), "rho", -1, LEAST),
    (algorithms.ADMM(), "growth", 0.0, ABOVE),
    (algorithms.ADMM(), "most", math.inf, ABOVE),
    (algorithms.ADMM(), "rounds", 0, COUNT),
    (algorithms.Gradual(), "rounds", 0, COUNT),
    (algorithms.Gradual(), "until", 1.5, PART),
    (algorithms.Heuristic(), "clips", 0, COUNT),
    (catalog.Model(), "width", 0.0, ABOVE),
    (catalog.Model(), "frames", 0, COUNT),
    (catalog.Model(), "dropout", 1.0, BELOW_ONE),
    (catalog.Compute(), "accumulate", 0, COUNT),
    (catalog.Compute(), "dtype", "float16", "one of float32, bfloat16"),
    *((EXPERIMENT.task, "label_smoothing", value, BELOW_ONE) for value in (-0.1, 1.0, 3, math.nan)),
    *((EXPERIMENT, "batch", value, COUNT) for value in (0, -8, 2.5)),
    (EXPERIMENT, "workers", -1, "a whole number of at least 0"),
    (EXPERIMENT, "measure", "flops", "one of macs, parameters"),
    (EXPERIMENT, "retrain", None, "Recipe"),
]


@pytest.mark.parametrize(("made", "field", "value", "expected"), WRONG, ids=lambda part: str(part)[:20])
def test_a_setting_that_makes_no_sense_is_refused(made, field, value, expected):
    told = f"{type(made).__name__}.{field} is {value!r}, expected {expected}"
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        dataclasses.replace(made, **{field: value})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"rates": (2.0, 0.5)}, f"Experiment.rates[1] is 0.5, expected {RATE}"),
        ({"rates": (math.nan,)}, f"Experiment.rates[0] is nan, expected {RATE}"),
        ({"rates": (math.inf,)}, f"Experiment.rates[0] is inf, expected {RATE}"),
        (
            {"algorithm": algorithms.Reweighted},
            f"Experiment.algorithm is {algorithms.Reweighted!r}, expected {typed.words(algorithms.Algorithm)}",
        ),
        (
            {"plan": dict(EXPERIMENT.plan)},
            "plan is a dict, expected (regex, rule) entries in order; write tuple(plan.items())",
        ),
        (
            {"retrain": dataclasses.replace(RECIPE, loss={"label_smoothing": 3.0})},
            f"Classification.label_smoothing is 3.0, expected {BELOW_ONE}",
        ),
    ],
)
def test_an_experiment_that_makes_no_sense_is_refused(changed, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        dataclasses.replace(EXPERIMENT, **changed)


def test_a_setting_in_a_config_is_named_by_its_place():
    written = json.loads(json.dumps(codec.to_json(EXPERIMENT)))
    written["dense"]["warmup"] = -1
    with pytest.raises(ValueError, match=f"^experiment.dense.warmup is -1, expected {LEAST}$"):
        codec.from_json(written)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--dense.epochs=-1", f"Recipe.epochs is -1.0, expected {ABOVE}"),
        ("--dense.learning-rate=nan", f"Recipe.learning_rate is nan, expected {LEAST}"),
        ("--dense.clip-norm=0", f"Recipe.clip_norm is 0.0, expected {BOUND}"),
        ("--batch=0", f"Experiment.batch is 0, expected {COUNT}"),
        ("--rates=nan", f"Experiment.rates[0] is nan, expected {RATE}"),
    ],
)
def test_a_setting_of_the_command_line_is_refused_in_one_line(option, told, capsys, tmp_path):
    assert main.call(["train", "quickstart", option, "--out", str(tmp_path)]) == ends.WRONG
    assert capsys.readouterr().err == f"rt3d train: {told}\n"
    assert not list(tmp_path.iterdir())
