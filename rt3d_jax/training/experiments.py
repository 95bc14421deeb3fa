"""What an experiment is: frozen values that travel as JSON with every run."""

import dataclasses

from lowering.system import bounds, typed
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, selection
from rt3d_jax.sparsity import plans
from rt3d_jax.tasks import contract
from rt3d_jax.training import recipes


@dataclasses.dataclass(frozen=True)
class Experiment:
    """One line of work: train dense, penalise, then prune and retrain once for each rate, and quantise the results.

    Args:
        name: The name of the experiment.
        task: What the network is for, such as a tasks.classification.Classification of a data set.
        model: The network.
        dense: How the dense phase trains.
        penalise: How the penalise phase trains. With None the cut comes right after the dense phase (Heuristic).
        algorithm: How blocks are emptied and scored.
        retrain: How a pruned network trains.
        plan: Which layers are pruned, and in which blocks.
        rates: Rates to prune to: dense MACs over kept MACs.
        measure: What a rate counts.
        distillation: What retraining learns from the dense network. None is nothing.
        batch: Examples per step, over all devices and processes.
        seed: The seed of the weights, of the order of the examples, and of what is random in them.
        workers: Processes that read data, for each training process. 0 reads in a thread.
        pretrained: The run whose network the dense phase starts from, such as one that `rt3d import` wrote. Its head is
            new where the number of outputs differs. None trains from fresh weights.
        compute: How a step is computed.
        quantise: How the pruned networks become networks of int8, each as a run of its own; the dense one if there are
            no rates. None leaves them in f32.
    """

    name: str
    task: contract.Task
    model: catalog.Model
    dense: recipes.Recipe
    penalise: recipes.Recipe | None
    algorithm: algorithms.Algorithm
    retrain: recipes.Recipe
    plan: plans.Plan
    rates: tuple[bounds.Rate, ...]
    measure: selection.Measure = "macs"
    distillation: recipes.Distillation | None = recipes.Distillation()
    batch: bounds.Count = 32
    seed: int = 0
    workers: bounds.CountOrZero = 2
    pretrained: str | None = None
    compute: catalog.Compute = catalog.Compute()
    quantise: recipes.Quantise | None = None

    def __post_init__(self) -> None:
        _check_task(self.task)
        plans.entries(self.plan)
        typed.check(self)
        if self.batch % self.compute.accumulate:
            raise ValueError(
                f"compute.accumulate is {self.compute.accumulate}, expected a divisor of batch {self.batch}"
            )
        if len(set(self.rates)) != len(self.rates):
            raise ValueError(f"rates are {self.rates}, expected different numbers of at least 1")
        _check_losses(self)
        if self.quantise is not None and self.model.winograd:
            raise ValueError(
                f"model.winograd is {self.model.winograd}, expected 0 with quantise: transformed kernels are not "
                "quantised"
            )
        if self.penalise is None and self.algorithm.needs_training:
            name = type(self.algorithm).__name__
            raise ValueError(f"penalise is None, expected a Recipe: {name} does its work in that phase")

    def task_of(self, recipe: recipes.Recipe) -> contract.Task:
        """The task as a phase of this recipe trains it."""
        return dataclasses.replace(self.task, **recipe.loss)  # pyright: ignore[reportArgumentType]

    @property
    def scheme(self) -> str:
        """The schemes of the plan in words: "kgs 8x4"."""
        return " + ".join(dict.fromkeys(rule.name for _, rule in self.plan if rule is not None)) or "dense"


@dataclasses.dataclass(frozen=True)
class Imported:
    """Where a run folder's weights came from, if not from training here; sha256 is that of their file.

    task: what they are for, as far as it is known without their data.
    """

    origin: str
    sha256: str
    model: catalog.Model
    task: contract.Task


def run_name(experiment: Experiment, rate: float) -> str:
    """The folder of a pruned run: "kgs-2.6x", "kgs-2x-parameters"."""
    return f"{experiment.scheme.split()[0]}-{rate:g}x" + (
        "" if experiment.measure == "macs" else f"-{experiment.measure}"
    )


def _check_task(task: contract.Task) -> None:
    if not isinstance(task, contract.Task) or not dataclasses.is_dataclass(task):
        text = repr(task)[:100]
        raise ValueError(f"task is {text}, expected a dataclass with the methods of tasks.contract.Task")


def _check_losses(experiment: Experiment) -> None:
    """ValueError for settings that the task does not have, or not with these values, and for one of other inputs."""
    fields = tuple(field.name for field in dataclasses.fields(experiment.task))  # pyright: ignore[reportArgumentType]
    aware = experiment.quantise.aware if experiment.quantise else None
    for recipe in (experiment.dense, experiment.penalise, experiment.retrain, aware):
        if strange := [name for name in (recipe.loss if recipe else ()) if name not in fields]:
            raise ValueError(f"loss of a recipe sets {strange[0]!r}, expected fields of the task: {', '.join(fields)}")
        if recipe is not None:
            experiment.task_of(recipe)
    experiment.task.check(experiment.model)
