"""An ensemble of small predictors that says which of several proposals is worth training."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from rt3d_jax.search import points

MEMBERS, HIDDEN, STEPS, LEARNING_RATE, DECAY = 5, 24, 150, 1e-2, 1e-2
LEAST = 6  # points to learn from, below which the first proposal is taken
ROOM = 16  # rows are filled up to a multiple of it, so that a predictor is compiled seldom
Tree = Any


def best(
    among: Sequence[points.Choice],
    told: Sequence[points.Told],
    proposed: Sequence[points.Point],
    seed: int,
) -> points.Point:
    """The proposal with the highest mean plus spread of the predicted scores (an upper confidence bound).

    Points that were told are out, as long as there are others.
    """
    known = {one.point for one in told}
    fresh = [point for point in dict.fromkeys(proposed) if point not in known] or list(proposed)
    learnt = [one for one in told if one.gain is not None]
    if len(learnt) < LEAST or len(fresh) == 1:
        return fresh[0]
    mean, spread = predicted(among, learnt, fresh, seed)
    return fresh[int(np.argmax(mean + spread))]


def predicted(
    among: Sequence[points.Choice], learnt: Sequence[points.Told], asked: Sequence[points.Point], seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the ensemble's scores, f32[asked], in standard deviations of those learnt."""
    gains = np.asarray([one.gain for one in learnt], np.float32)
    scaled = (gains - gains.mean()) / max(float(gains.std()), 1e-6)
    rows = _filled(points.one_hot(among, [one.point for one in learnt]))
    rng = np.random.default_rng((seed, len(learnt)))
    weights = np.zeros((MEMBERS, len(rows)), np.float32)  # each member sees another draw with replacement
    for member in weights:
        np.add.at(member, rng.integers(len(learnt), size=len(learnt)), 1.0)
    keys = jax.random.split(jax.random.key(seed), MEMBERS)
    wanted = _filled(points.one_hot(among, asked))
    found = _ensemble(keys, rows, _filled(scaled[:, None])[:, 0], weights, wanted)[:, : len(asked)]
    return np.asarray(found.mean(0)), np.asarray(found.std(0))


def _filled(rows: np.ndarray) -> np.ndarray:
    """With rows of zeros up to a multiple of ROOM."""
    return np.pad(rows, ((0, -len(rows) % ROOM), (0, 0)))


@jax.jit
def _ensemble(keys: jax.Array, rows: Any, gains: Any, weights: Any, asked: Any) -> jax.Array:
    """f32[members, asked]: the answers of small networks of one hidden layer, each trained on its own weights."""
    return jax.vmap(lambda key, weight: _answers(_trained(key, rows, gains, weight), asked))(keys, weights)


def _trained(key: jax.Array, rows: jax.Array, gains: jax.Array, weight: jax.Array) -> Tree:
    first, last = jax.random.split(key)
    params = {
        "first": jax.random.normal(first, (rows.shape[1], HIDDEN)) / 2,
        "bias": jnp.zeros(HIDDEN),
        "last": jax.random.normal(last, (HIDDEN,)) / HIDDEN**0.5,
    }
    optimizer = optax.adamw(LEARNING_RATE, weight_decay=DECAY)

    def loss(params: Tree) -> jax.Array:
        return (weight * (_answers(params, rows) - gains) ** 2).sum() / weight.sum()

    def step(_: Any, state: tuple[Tree, Tree]) -> tuple[Tree, Tree]:
        updates, optimiser_state = optimizer.update(jax.grad(loss)(state[0]), state[1], state[0])
        return optax.apply_updates(state[0], updates), optimiser_state

    return jax.lax.fori_loop(0, STEPS, step, (params, optimizer.init(params)))[0]


def _answers(params: Tree, rows: jax.Array) -> jax.Array:
    return jnp.tanh(rows @ params["first"] + params["bias"]) @ params["last"]
