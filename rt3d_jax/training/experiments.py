"""What an experiment is: frozen values that travel as JSON with every run."""

import dataclasses
from typing import Literal

from rt3d_jax.data import clips, folders, synthetic
from rt3d_jax.data.something import SomethingSomething
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, selection
from rt3d_jax.sparsity import plans
from rt3d_jax.training import recipes


@dataclasses.dataclass(frozen=True)
class Experiment:
    """One line of work: train dense, penalise, then prune and retrain once for each rate (dense MACs / kept MACs).

    measure: what a rate counts, MACs or parameters. penalise None: the cut comes right after the dense phase (Heuristic).
    batch: clips per step, over all devices and processes. workers: decoding processes of each process, 0 = a thread.
    bad: what a video that cannot be read does, see data.pipelines.
    pretrained: the run folder whose network the dense phase starts from (`rt3d import` writes one); its head is new where
    the number of classes differs. None trains from fresh weights.
    """

    name: str
    data: folders.Source | synthetic.Synthetic
    clip: clips.ClipSpec
    model: catalog.Model
    dense: recipes.Recipe
    penalise: recipes.Recipe | None
    algorithm: algorithms.Algorithm
    retrain: recipes.Recipe
    plan: plans.Plan
    rates: tuple[float, ...]
    measure: selection.Measure = "macs"
    distillation: recipes.Distillation | None = recipes.Distillation()
    batch: int = 32
    seed: int = 0
    workers: int = 2
    bad: Literal["error", "skip"] = "error"
    pretrained: str | None = None
    compute: catalog.Compute = catalog.Compute()

    def __post_init__(self) -> None:
        if self.compute.accumulate < 1 or self.batch % self.compute.accumulate:
            raise ValueError(
                f"compute.accumulate is {self.compute.accumulate}, expected a divisor of batch {self.batch}"
            )
        if self.clip.flip and isinstance(self.data, SomethingSomething):
            raise ValueError(
                "clip.flip is True; expected False for Something-Something, whose labels know left from right"
            )
        if (self.clip.sampling.frames, self.clip.size) != (self.model.frames, self.model.size):
            clip = (self.clip.sampling.frames, self.clip.size)
            raise ValueError(
                f"clip has (frames, size) {clip}, expected the model's {(self.model.frames, self.model.size)}"
            )
        if len(set(self.rates)) != len(self.rates) or any(rate < 1 for rate in self.rates):
            raise ValueError(f"rates are {self.rates}, expected different numbers of at least 1")
        if self.penalise is None and self.algorithm.needs_training:
            name = type(self.algorithm).__name__
            raise ValueError(f"penalise is None, expected a Recipe: {name} does its work in that phase")

    @property
    def scheme(self) -> str:
        """The schemes of the plan in words: "kgs 8x4"."""
        return " + ".join(dict.fromkeys(rule.name for _, rule in self.plan if rule is not None)) or "dense"


@dataclasses.dataclass(frozen=True)
class Imported:
    """Where a run folder's weights came from, if not from training here; sha256 is that of their file."""

    origin: str
    sha256: str
    model: catalog.Model
    clip: clips.ClipSpec


def run_name(experiment: Experiment, rate: float) -> str:
    """The folder of a pruned run: "kgs-2.6x", "kgs-2x-parameters"."""
    return f"{experiment.scheme.split()[0]}-{rate:g}x" + (
        "" if experiment.measure == "macs" else f"-{experiment.measure}"
    )
