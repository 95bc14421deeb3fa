"""Batches are traced for one example where examples do not depend on each other."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph import batches

BYTES = np.random.default_rng(0).integers(0, 255, (3, 5), np.uint8)


def traced(function: Any, x: np.ndarray) -> Any:
    answers = tuple(np.asarray(each) for each in jax.tree.leaves(function({}, jnp.asarray(x))))
    return batches.trace(function, {}, [x], answers)


@pytest.mark.parametrize(
    "function", [lambda p, x: 255 - x, lambda p, x: (x.astype(jnp.float32) * 0.9, jnp.argmax(x, -1))]
)
def test_a_batch_of_integers_is_traced_for_one_example(function: Any) -> None:
    graph = traced(function, BYTES)
    assert graph is not None and graph.batch == 3


def test_a_batch_whose_integers_depend_on_each_other_is_no_batch() -> None:
    assert traced(lambda p, x: x - jnp.sort(x, 0), BYTES) is None


@pytest.mark.parametrize("first", [99, 101])
def test_integers_that_round_otherwise_in_one_place_of_many_are_a_batch(first: int) -> None:
    """Whichever way they differ: bytes have no sign, and 0 - 1 is 255."""
    x = np.full((2, 2000), 155, np.uint8)
    answer = 255 - x
    answer[0, 0] = first
    found = batches.trace(lambda p, x: 255 - x, {}, [x], (answer,))
    assert found is not None and found.batch == 2


@pytest.mark.parametrize("error", [AssertionError, IndexError, KeyError, ValueError])
def test_a_function_that_refuses_another_batch_is_no_batch(error: type[Exception]) -> None:
    def function(params: Any, x: jax.Array) -> jax.Array:
        if len(x) != 2:
            raise error("two at a time")
        return x * 2

    x = np.ones((2, 3), np.float32)
    assert batches.trace(function, {}, [x], [x * 2]) is None
