"""A meter that counts weights, and the smallest experiment to search around."""

import dataclasses

import jax
import numpy as np

from rt3d_jax.search import limits
from tests.training import smallest

EXPERIMENT = dataclasses.replace(
    smallest.EXPERIMENT, name="small", plan=(("conv[23]a?", smallest.EXPERIMENT.plan[0][1]), (".*", None))
)


class Weights:
    """A network takes as many "ms" as it has weights that are not zero, in hundreds, and measures `off` times that."""

    name, unit = "made up", "ms"

    def __init__(self, off: float = 1.25):
        self.off, self.measured = off, 0

    def estimate(self, network: limits.Network) -> float:
        return sum(int(np.count_nonzero(leaf)) for leaf in jax.tree.leaves(network.params)) / 100

    def measure(self, network: limits.Network) -> float:
        self.measured += 1
        return self.off * self.estimate(network)
