"""Groups of channels that a kernel keeps apart. JAX's grouped convolutions are traced as whole kernels with zeros."""

import math

import numpy as np


def count(kernel: np.ndarray) -> int:
    """The largest number of equal groups of inputs and filters of [D, H, W, I, O] between which all weights are 0."""
    inputs, filters = kernel.shape[3:]
    read: np.ndarray = np.any(kernel.reshape(-1, inputs, filters), axis=0)
    most = math.gcd(inputs, filters)
    return next(n for n in range(most, 0, -1) if most % n == 0 and not read[~_inside(inputs, filters, n)].any())


def split(kernel: np.ndarray, groups: int) -> np.ndarray:
    """The weights inside the groups, [D, H, W, I / groups, O]."""
    *window, inputs, filters = kernel.shape
    of_filter = np.arange(filters) // (filters // groups) * (inputs // groups)
    places = of_filter + np.arange(inputs // groups)[:, None]
    return kernel[..., places, np.arange(filters)].reshape(*window, inputs // groups, filters)


def _inside(inputs: int, filters: int, groups: int) -> np.ndarray:
    """bool[I, O]: whether an input and a filter are of the same group."""
    return np.arange(inputs)[:, None] // (inputs // groups) == np.arange(filters) // (filters // groups)
