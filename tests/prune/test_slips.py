"""Claims about slips in a training loop of one's own: one line says value, expectation and fix."""

import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import rt3d_jax as rt3d

RULE = rt3d.Prune(rt3d.kgs(4, 2))
PLAN = (("b", RULE), (".*", None))
PARAMS = {
    name: {"kernel": jnp.asarray(np.random.default_rng(0).normal(size=shape), jnp.float32)}
    for name, shape in (("a", (3, 4)), ("b", (4, 8)), ("c", (8, 2)))
}
SGD, LASSO = optax.sgd(0.1), rt3d.Reweighted(1e-2)
OTHER = {"x": PARAMS["b"]}
WIDER = {**PARAMS, "b": {"kernel": jnp.ones((4, 16))}}
DIVERGED = {**PARAMS, "b": {"kernel": PARAMS["b"]["kernel"].at[0, 0].set(jnp.nan)}}


def apply(params, x):
    return jax.nn.relu(jax.nn.relu(x @ params["a"]["kernel"]) @ params["b"]["kernel"]) @ params["c"]["kernel"]


LAYERS = rt3d.read_layers(PARAMS, apply, (1, 3))
MASKS = rt3d.masks_at(1.2, PARAMS, PLAN, LAYERS)


def step(transform, params):
    return transform.update(params, transform.init(params), params)


def penalised(optimizer=SGD, algorithm=LASSO, plan=PLAN, rate=None, learning_rate=0.1, steps=4):
    return rt3d.penalise(optimizer, algorithm, plan, LAYERS, learning_rate=learning_rate, steps=steps, rate=rate)


FUNCTION = "expected a function apply(params, *examples)"
NO_LEAF = "the tree has no leaf b/kernel, expected one of x/kernel"
WRONG_SHAPE = "b/kernel has shape (4, 16), expected (4, 8); read the layers of this network"
STRANGE = "the masks have a leaf x/kernel, expected only a/kernel, b/kernel, c/kernel: those of these layers"


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (lambda: rt3d.masks_at(1.2, OTHER, PLAN, LAYERS), NO_LEAF),
        (lambda: rt3d.apply_masks(OTHER, MASKS), NO_LEAF),
        (lambda: step(rt3d.freeze(MASKS), OTHER), NO_LEAF),
        (lambda: step(penalised(), OTHER), NO_LEAF),
        (lambda: rt3d.masks_at(1.2, WIDER, PLAN, LAYERS), WRONG_SHAPE),
        (lambda: step(penalised(), WIDER), WRONG_SHAPE),
        (lambda: rt3d.macs(LAYERS, {"x": MASKS["b"]}), STRANGE),
        (lambda: rt3d.parameters(LAYERS, {"x": MASKS["b"]}), STRANGE),
        (
            lambda: rt3d.masks_at(1.2, DIVERGED, PLAN, LAYERS),
            "b has blocks of energy nan or infinite, expected numbers; did the training diverge?",
        ),
        (
            lambda: rt3d.masks_at(1.2, PARAMS, PLAN, LAYERS, measure="flops"),
            "measure is 'flops', expected one of macs, parameters",
        ),
        (
            lambda: penalised(plan=((".*", None),)),
            "plan keeps every layer dense, expected at least one rule Prune(...) for a layer",
        ),
    ],
)
def test_a_slip_is_told_in_one_line(slip, told):
    with pytest.raises(ValueError, match=rf"^{re.escape(told)}$"):
        slip()


NO_RULE = "plan entry 'b' has the pattern kgs 4x2, expected a rule; write Prune(pattern)"


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (dict(PLAN), "plan is a dict, expected (regex, rule) entries in order; write tuple(plan.items())"),
        (PLAN[0], "plan is the single entry 'b', expected a tuple of entries; write ((regex, rule),)"),
        (RULE, "plan is a Prune, expected a tuple of (regex, rule) entries"),
        (None, "plan is None, expected a tuple of (regex, rule) entries"),
        (((RULE, "b"), PLAN[1]), "plan has a tuple as an entry, expected (regex, rule), such as ('.*', None)"),
        (LAYERS, "plan has a Layer as an entry, expected (regex, rule), such as ('.*', None)"),
        ((("b", RULE.pattern), PLAN[1]), NO_RULE),
        ((("b", rt3d.Prune), PLAN[1]), "plan entry 'b' has the class Prune, expected a rule: Prune(pattern) or None"),
        ((("*", RULE),), "plan entry '*' is not a regular expression: nothing to repeat at position 0"),
    ],
)
def test_what_is_no_plan_is_told_in_one_line(plan, told):
    for use in (lambda: penalised(plan=plan), lambda: rt3d.masks_at(1.2, PARAMS, plan, LAYERS)):
        with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
            use()


RATE = "expected a number of at least 1 (dense over kept)"
CALL = "expected a number of at least 1; call masks_at(rate, params, plan, layers)"
LIKE = "expected a tree of arrays, such as nested dicts"
PATTERN = "expected a BlockPattern, such as kgs(8, 4)"
NO_LAYERS = "layers is a dict, expected the layers that read_layers gives"


@pytest.mark.parametrize(
    ("slip", "told"),
    [
        (lambda: rt3d.masks_at(math.nan, PARAMS, PLAN, LAYERS), f"rate is nan, {RATE}"),
        (lambda: rt3d.masks_at(math.inf, PARAMS, PLAN, LAYERS), f"rate is inf, {RATE}"),
        (lambda: rt3d.masks_at(0.5, PARAMS, PLAN, LAYERS), f"rate is 0.5, {RATE}"),
        (lambda: penalised(rate=0.5), f"rate is 0.5, {RATE}"),
        (lambda: rt3d.masks_at("2", PARAMS, PLAN, LAYERS), f"rate is '2', {CALL}"),
        (lambda: rt3d.masks_at(PARAMS, 2.0, PLAN, LAYERS), f"rate is a dict, {CALL}"),
        (lambda: rt3d.masks_at(1.2, PLAN, PARAMS, LAYERS), f"params has a str at 0/0, {LIKE}"),
        (lambda: rt3d.masks_at(1.2, PARAMS, PLAN, PARAMS), NO_LAYERS),
        (lambda: rt3d.macs(MASKS, LAYERS), NO_LAYERS),
        (lambda: rt3d.parameters(MASKS, LAYERS), NO_LAYERS),
        (lambda: rt3d.default_plan(PARAMS), NO_LAYERS),
        (lambda: rt3d.default_plan(LAYERS, RULE.pattern), NO_RULE),
        (lambda: rt3d.read_layers(apply, PARAMS, (1, 3)), f"apply is a dict, {FUNCTION}"),
        (lambda: rt3d.read_layers(PARAMS, (1, 3)), f"apply is a tuple, {FUNCTION}"),
        (lambda: rt3d.read_layers(apply), f"params is a function, {LIKE}"),
        (lambda: rt3d.read_layers({"a": {"kernel": "x"}}, apply, (1, 3)), f"params has a str at a/kernel, {LIKE}"),
        (lambda: rt3d.Prune((1, 1, 1, 2, 4)), f"Prune.pattern is (1, 1, 1, 2, 4), {PATTERN}"),
    ],
)
def test_swapped_and_impossible_arguments_are_told_in_one_line(slip, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        slip()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"steps": None}, "steps is None, expected a whole number of at least 1"),
        ({"steps": 0}, "steps is 0, expected a whole number of at least 1"),
        ({"steps": 2.5}, "steps is 2.5, expected a whole number of at least 1"),
        ({"learning_rate": math.nan}, "learning_rate is nan, expected a number of at least 0"),
        ({"optimizer": 0.1}, "optimizer is 0.1, expected one of optax, such as optax.adam(1e-3)"),
        (
            {"algorithm": rt3d.Reweighted},
            "algorithm is the class Reweighted, expected an instance, such as Reweighted(1e-3)",
        ),
        ({"algorithm": "admm"}, "algorithm is 'admm', expected an instance, such as Reweighted(1e-3)"),
    ],
)
def test_what_penalise_cannot_use_is_told_in_one_line(given, told):
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        penalised(**given)


@pytest.mark.parametrize(
    ("masks", "told"),
    [
        ({"b": {"kernel": np.ones(3, bool)}}, "mask b/kernel has shape (3,), expected (4, 8), as the parameter"),
        ({"b": {"kernel": np.ones((4, 1), bool)}}, "mask b/kernel has shape (4, 1), expected (4, 8), as the parameter"),
        (
            {"b": {"kernel": jnp.ones((4, 8))}},
            "mask b/kernel holds float32, expected a bool array, in which True keeps",
        ),
        ({"b": {"kernel": True}}, "mask b/kernel is True, expected a bool array, in which True keeps"),
    ],
)
def test_masks_of_other_parameters_are_told_in_one_line(masks, told):
    for use in (lambda: rt3d.apply_masks(PARAMS, masks), lambda: rt3d.freeze(masks).init(PARAMS)):
        with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
            use()
