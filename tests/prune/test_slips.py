"""Claims about slips in a training loop of one's own: one line says value, expectation and fix."""

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
OTHER = {"x": PARAMS["b"]}
WIDER = {**PARAMS, "b": {"kernel": jnp.ones((4, 16))}}
DIVERGED = {**PARAMS, "b": {"kernel": PARAMS["b"]["kernel"].at[0, 0].set(jnp.nan)}}


def apply(params, x):
    return jax.nn.relu(jax.nn.relu(x @ params["a"]["kernel"]) @ params["b"]["kernel"]) @ params["c"]["kernel"]


LAYERS = rt3d.read_layers(PARAMS, apply, (1, 3))
MASKS = rt3d.masks_at(1.2, PARAMS, PLAN, LAYERS)


def step(transform, params):
    return transform.update(params, transform.init(params), params)


def penalised(plan=PLAN, steps=4):
    return rt3d.penalise(optax.sgd(0.1), rt3d.Reweighted(1e-2), plan, LAYERS, learning_rate=0.1, steps=steps)


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
        (lambda: penalised(steps=0), "steps is 0, expected at least 1: the length of the phase"),
        (
            lambda: penalised(plan=((".*", None),)),
            "plan keeps every layer dense, expected at least one rule Prune(...) for a layer",
        ),
    ],
)
def test_a_slip_is_told_in_one_line(slip, told):
    with pytest.raises(ValueError, match=rf"^{re.escape(told)}(\n|$)"):
        slip()
