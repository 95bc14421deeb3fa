"""Proposals by a recurrent network that writes a point choice by choice, trained by REINFORCE.

Source: the generator of (Zhan et al., ICCV 2021), after (Zoph and Le, ICLR 2017).
"""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from rt3d_jax.search import points

HIDDEN, LEARNING_RATE, ENTROPY = 32, 2e-2, 1e-1
NEVER = -1e9  # as -inf, which would make gradients nan
DECAY = 0.8  # of the mean of rewards that a reward is compared with
Tree = Any


class Generator(nnx.Module):
    """A GRU that is given the value of the last choice, and gives the logits of the next.

    values: the number of values of each choice. Values beyond those of a choice have the logit NEVER.
    """

    def __init__(self, values: tuple[int, ...], rngs: nnx.Rngs):
        self.values, most = values, max(values)
        self.start = nnx.Embed(len(values), HIDDEN, rngs=rngs)  # which choice it is
        self.last = nnx.Embed(most + 1, HIDDEN, rngs=rngs)  # the value before it; `most` before the first
        self.cell = nnx.GRUCell(HIDDEN, HIDDEN, rngs=rngs)
        self.head = nnx.Linear(HIDDEN, most, kernel_init=nnx.initializers.zeros, rngs=rngs)

    def write(self, pick: Any, given: Any) -> tuple[jax.Array, jax.Array]:
        """(points i32[choices], logits f32[choices, values]). pick(logits, given[place]) is the value of a choice."""
        most = max(self.values)
        allowed = jnp.arange(most) < jnp.asarray(self.values)[:, None]

        def step(state: Any, one: Any) -> Any:
            carry, last = state
            place, known, mine = one
            carry, out = self.cell(carry, self.start(place) + self.last(last))
            logits = jnp.where(mine, self.head(out), NEVER)
            value = pick(logits, known)
            return (carry, value), (value, logits)

        start = (jnp.zeros(HIDDEN), jnp.asarray(most))
        return jax.lax.scan(step, start, (jnp.arange(len(self.values)), given, allowed))[1]


def reinforce(among: Sequence[points.Choice], told: Sequence[points.Told], count: int, seed: int) -> list[points.Point]:
    """Points that the network writes after it has learnt from all that was told, in that order."""
    values = tuple(len(choice.values) for choice in among)
    graph, params = nnx.split(Generator(values, nnx.Rngs(seed)))
    state = _optimizer().init(params)
    for one, advantage in zip(told, _advantages(told), strict=True):
        params, state = _learn(graph, params, state, jnp.asarray(one.point), advantage)
    keys = jax.random.split(jax.random.fold_in(jax.random.key(seed), len(told)), (count, len(values)))
    return [tuple(map(int, point)) for point in np.asarray(_written(graph, params, keys))]


def _advantages(told: Sequence[points.Told]) -> list[float]:
    """How much better each reward was than a running mean of those before it, in units of their spread.

    The reward is the gain; of a network that breaks the bound it is the worst gain, less the spread.
    """
    gains = [one.gain for one in told if one.gain is not None]
    spread = max(float(np.std(gains)) if gains else 0.0, 1e-6)
    least = min(gains, default=0.0) - spread
    found, mean = [], None
    for one in told:
        reward = one.gain if one.gain is not None and one.kept else least
        mean = reward if mean is None else mean
        found.append((reward - mean) / spread)
        mean = DECAY * mean + (1 - DECAY) * reward
    return found


def _optimizer() -> optax.GradientTransformation:
    return optax.adam(LEARNING_RATE)


@functools.partial(jax.jit, static_argnums=0)
def _learn(graph: Any, params: Tree, state: Tree, point: jax.Array, advantage: jax.Array) -> tuple[Tree, Tree]:
    """One step along advantage x d log p(point), and towards more entropy."""

    def loss(params: Tree) -> jax.Array:
        _, logits = nnx.merge(graph, params).write(lambda logits, known: known, point)
        logs = jax.nn.log_softmax(logits)
        own = jnp.take_along_axis(logs, point[:, None], axis=1).sum()
        entropy = -(jnp.exp(logs) * logs).sum()
        return -advantage * own - ENTROPY * entropy

    updates, state = _optimizer().update(jax.grad(loss)(params), state)
    return optax.apply_updates(params, updates), state


@functools.partial(jax.jit, static_argnums=0)
def _written(graph: Any, params: Tree, keys: jax.Array) -> jax.Array:
    """i32[count, choices]: points drawn from the network, for keys[count, choices]."""
    network = nnx.merge(graph, params)
    draw = lambda logits, key: jax.random.categorical(key, logits).astype(jnp.int32)
    return jax.vmap(lambda each: network.write(draw, each)[0])(keys)
