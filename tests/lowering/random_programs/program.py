"""Random JAX functions: a few typed inputs, a chain of random steps of all families, several results."""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tests.lowering.random_programs import control, layers, moves, places
from tests.lowering.random_programs.draw import Array, Draw, Step, is_float

STEPS: tuple[tuple[int, tuple[Step, ...]], ...] = (  # how often, relative to the others
    (5, (layers.convolution, layers.block, places.activation, places.with_constant)),
    (4, (places.with_other, places.reduction, places.pool, layers.dense)),
    (3, (layers.residual, layers.contraction, places.gate, places.norm, places.of_numbers, moves.transpose)),
    (3, (moves.joined, moves.cut, moves.pad, moves.regroup, moves.ones, moves.reshape)),
    (2, (places.batch_norm, places.softmax, moves.flatten, moves.shuffle, moves.spread, layers.transposed)),
    (1, (places.group_norm, places.ordered, places.through, moves.taken, moves.rolled, layers.of_itself)),
    (1, (control.scanned, control.branched, control.repeated, control.mapped, control.wrapped)),
)
EVERY = tuple(step for share, steps in STEPS for step in steps for _ in range(share))


@dataclasses.dataclass(frozen=True)
class Program:
    """A function (parameters, *inputs) -> results, all decided by its seed.

    length: of the chain; None: by the seed. given: the inputs; None: by the seed. The results are the last values of
    the chain.
    """

    seed: int
    length: int | None = None
    given: tuple[np.ndarray, ...] | None = None

    @functools.cached_property
    def inputs(self) -> tuple[np.ndarray, ...]:
        return inputs(self.seed) if self.given is None else self.given

    @functools.cached_property
    def params(self) -> dict[str, np.ndarray]:
        draw = Draw(None)
        jax.eval_shape(lambda *xs: self._run(draw, xs), *self.inputs)
        return draw.weights

    @property
    def steps(self) -> int:
        return self.length if self.length is not None else 1 + int(np.random.default_rng([self.seed, 1]).integers(12))

    def __call__(self, params: dict[str, Any], *xs: Array) -> Any:
        return self._run(Draw(params), xs)

    def _run(self, draw: Draw, xs: Sequence[Array]) -> Any:
        draw.pool = [_as_float(jnp.asarray(x)) for x in xs]
        others: list[Array] = []
        for place in range(self.steps):
            draw.rng = np.random.default_rng([self.seed, 2, place])
            found = self._step(draw)
            (draw.pool if is_float(found) else others).append(found)
        draw.rng = np.random.default_rng([self.seed, 3])
        return self._results(draw, others, list(xs))

    def _step(self, draw: Draw) -> Array:
        """A step that takes one of the values, most often the last."""
        while True:
            x = draw.pool[-1] if draw.chance(0.75) else draw.one(draw.pool)
            found = draw.one(EVERY)(draw, x)
            if found is not None and found.size and found.ndim <= 6:
                return moves.smaller(draw, found) if is_float(found) else found

    def _results(self, draw: Draw, others: list[Array], xs: list[Array]) -> Any:
        """The last value alone, or some as a tuple or dict."""
        last = draw.pool[-1]
        if draw.chance(0.4) and not others:
            return last
        found = [last, *others, *(draw.one(draw.pool) for _ in range(draw.pick(0, 2)))]
        if draw.chance(0.05):
            found += [xs[0], jnp.arange(3)]
        return {f"r{place}": each for place, each in enumerate(found)} if draw.chance(0.5) else tuple(found)


def inputs(seed: int) -> tuple[np.ndarray, ...]:
    """One to three arrays: maps, images, sequences and vectors, with any axis of size 1, some in whole numbers."""
    draw = Draw(None)
    draw.rng = np.random.default_rng([seed, 0])
    return tuple(_input(draw) for _ in range(draw.one((1, 1, 1, 2, 3))))


def _input(draw: Draw) -> np.ndarray:
    batch = draw.one((1, 1, 1, 2, 3))
    rank = draw.one((1, 2, 2, 3, 4, 4, 5, 5, 5, 5))
    shape = [batch, *(draw.size() for _ in range(rank - 1))] if rank > 1 else [draw.size()]
    values = draw.rng.normal(size=shape)
    kind = draw.pick(0, 14)
    if kind == 0:
        return (values * 40 + 128).clip(0, 255).astype(np.uint8)
    return np.round(values * 2).astype(np.int32) if kind == 1 else values.astype(np.float32)


def _as_float(x: Array) -> Array:
    """Pixels and counts as numbers of about 1."""
    if x.dtype == jnp.uint8:
        return x.astype(jnp.float32) / 64 - 2
    return x if is_float(x) else x.astype(jnp.float32) * 0.5
