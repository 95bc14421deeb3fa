"""The outputs of a network, batch by batch, over all devices."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from rt3d_jax.hosts import devices

Tree = Any


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


def forward(apply: Callable[..., jax.Array], params: Tree) -> Callable[..., np.ndarray]:
    """The function (*inputs) -> outputs as numpy arrays, compiled once for all batches of one size."""
    compiled = jax.jit(lambda params, *inputs: apply(params, *inputs))
    return lambda *inputs: np.asarray(compiled(params, *inputs))
