"""A meter that counts weights, and the smallest experiment whose network can shrink."""

import pathlib

import jax
import numpy as np
import PIL.Image

from rt3d_jax.data import bicubic, pictures
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.search import limits
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.tasks import super_resolution
from rt3d_jax.training import experiments, recipes

RECIPE = recipes.Recipe(epochs=1, learning_rate=1e-3, optimizer=recipes.AdamW())
OFF = 1.25


class Weights:
    """A network takes a millisecond for each hundred weights that are not zero; estimates are too low by OFF."""

    name, unit = "weights", "ms"

    def __init__(self, stops: int = -1) -> None:
        self.measured: list[float] = []
        self.stops = stops  # after so many measurements, as by Ctrl-C; never if negative

    def estimate(self, network: limits.Network) -> float:
        return sum(int(np.count_nonzero(leaf)) for leaf in jax.tree.leaves(network.params)) / 100 / OFF

    def measure(self, network: limits.Network) -> float:
        if len(self.measured) == self.stops:
            raise KeyboardInterrupt
        self.measured.append(OFF * self.estimate(network))
        return self.measured[-1]


def experiment(folder: pathlib.Path) -> experiments.Experiment:
    """Two steps of each phase on four of five small pictures, which are drawn into the folder."""
    rng = np.random.default_rng(0)
    for number in range(5):
        coarse = rng.integers(0, 256, (7, 9, 3), np.uint8)
        PIL.Image.fromarray(bicubic.resized(coarse, 28, 36)).save(folder / f"{number}.png")
    return experiments.Experiment(
        name="super",
        task=super_resolution.SuperResolution(pictures.Folder(str(folder), 0.2), tile=10, margin=4, patch=6, each=4),
        model=catalog.Model("wdsr", width=0.25, frames=1, size=10, options={"scale": 2, "blocks": 2}),
        dense=RECIPE,
        penalise=None,
        algorithm=algorithms.Heuristic(clips=4),
        retrain=RECIPE,
        plan=((r"block\d+/.*", plans.Prune(patterns.kgs(8, 4))), (".*", None)),
        rates=(1.5,),
        batch=4,
        workers=0,
    )
