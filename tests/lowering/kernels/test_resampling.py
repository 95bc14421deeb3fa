"""Kernels that enlarge and reduce feature maps along an axis."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph import ops
from lowering.kernels.cpu import resample
from tests.lowering.kernels.test_interleaving import graph
from tests.lowering.kernels.test_kernels import TARGETS, run


def matrix(size: int, to: int, method: str) -> np.ndarray:
    """The weights by which JAX resizes."""
    return np.asarray(jax.image.resize(jnp.eye(size), (to, size), method), np.float32)


CASES = [
    (4, 8, "linear"),
    (7, 21, "linear"),
    (18, 36, "linear"),
    (9, 36, "cubic"),
    (6, 11, "linear"),
    (8, 4, "linear"),
    (5, 10, "nearest"),
    (2, 4, "linear"),
]


@pytest.mark.parametrize("target", ["neon", "avx512", "neon f16", "neon f16-f32"])
@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize(("size", "to", "method"), CASES)
def test_a_kernel_gives_the_weighted_sums_along_an_axis(
    size: int, to: int, method: str, axis: int, target: str
) -> None:
    shape = [3, 5, 6, 3]
    shape[axis] = size
    assert run(graph(ops.Resample(axis, matrix(size, to, method)), tuple(shape)), TARGETS[target]) == ["moved"]


def test_columns_that_repeat_are_found_and_those_at_the_ends_left() -> None:
    found = resample.Turns.of(ops.Resample(2, matrix(8, 16, "linear")))
    assert found is not None
    assert (found.count, found.first, found.end, found.offsets) == (2, 1, 7, ((-1, 0), (0, 1)))
    assert found.weights == ((0.25, 0.75), (0.75, 0.25))
    assert found.left(16).tolist() == [0, 1, 14, 15]
    assert resample.Turns.of(ops.Resample(2, matrix(8, 12, "linear"))) is None
