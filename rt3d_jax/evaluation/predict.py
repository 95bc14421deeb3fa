"""The outputs of a network, batch by batch, over all devices."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from rt3d_jax.hosts import devices

Tree = Any
ALIKE = 1e-6


def answers(
    apply: Callable[..., jax.Array],
    params: Tree,
    batches: Iterable[dict[str, np.ndarray]],
    inputs: Sequence[str],
    progress: Callable[[int], None] = lambda done: None,
) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """For each batch the outputs of apply(params, *inputs), and the batch without the inputs.

    inputs: the names of the arrays that go in. Batches are split over all devices and hold the rows of this process
    (devices.rows); what comes out is whole in each process. progress(batches done). ValueError if there is no batch.
    """

    def answer(params: Tree, batch: dict[str, jax.Array]) -> tuple[jax.Array, dict[str, jax.Array]]:
        rest = {name: array for name, array in batch.items() if name not in inputs}
        return apply(params, *(batch[name] for name in inputs)), rest

    compiled, params = jax.jit(answer, out_shardings=devices.replicated()), devices.replicate(params)
    number = 0
    for number, batch in enumerate(batches, start=1):
        yield jax.tree.map(np.asarray, compiled(params, devices.split(batch)))
        progress(number)
    if not number:
        raise ValueError("got no batch to evaluate, expected at least one")


def sound(
    answers: Iterable[tuple[np.ndarray, dict[str, np.ndarray]]], name: str
) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """The answers of a network called `name` as they are, if they are a network's.

    FloatingPointError for one that is not finite. UserWarning behind the last one if the answers to all examples are
    the same, within ALIKE of the largest magnitude.
    """
    low, high, count = np.array(np.inf), np.array(-np.inf), 0
    for outputs, batch in answers:
        finite(outputs, name)
        low, high = np.minimum(low, outputs.min(axis=0)), np.maximum(high, outputs.max(axis=0))
        count += len(outputs)
        yield outputs, batch
    largest = np.maximum(np.abs(low), np.abs(high)).max()
    if count > 1 and (high - low).max() <= ALIKE * largest:
        warnings.warn(
            f"{name} answers all examples alike: unless they are all the same, its weights tell nothing apart; lower "
            "the strength of the algorithm or the learning_rate, and train it in another folder",
            stacklevel=2,
        )


def finite(outputs: Any, name: str) -> Any:
    """The outputs of a network called `name`, an array or a tuple. FloatingPointError if a value is not finite."""
    if not all(np.isfinite(one).all() for one in jax.tree.leaves(outputs)):
        raise FloatingPointError(
            f"{name} answers with values that are not finite, expected numbers: its weights are broken, as after a "
            "training that diverged, or too large for its precision; train again with a lower learning_rate or with "
            "clip_norm"
        )
    return outputs


def forward(apply: Callable[..., jax.Array], params: Tree) -> Callable[..., np.ndarray]:
    """The function (*inputs) -> outputs as numpy arrays, compiled once for all batches of one size."""
    compiled = jax.jit(lambda params, *inputs: apply(params, *inputs))
    return lambda *inputs: np.asarray(compiled(params, *inputs))
