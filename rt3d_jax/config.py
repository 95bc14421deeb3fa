"""What an experiment is: frozen values that travel as JSON with every run."""

import dataclasses
import json
import pathlib
import re
import typing
from typing import Any, Literal

from rt3d_jax import patterns, plans
from rt3d_jax.data import classes, clips, folders, hmdb51, kinetics, something, synthetic, ucf101
from rt3d_jax.prune import algorithms, selection

# The data sets that an experiment may name, beside made-up ones.
UCF101 = ucf101.UCF101
HMDB51 = hmdb51.HMDB51
Kinetics = kinetics.Kinetics
SomethingSomething = something.SomethingSomething
ClassFolders = classes.ClassFolders


@dataclasses.dataclass(frozen=True)
class Model:
    """A network by name; width scales all channels (1 = the paper's), frames and size are those of its clips."""

    name: str = "c3d"
    width: float = 1.0
    frames: int = 16
    size: int = 112
    dropout: float = 0.5


@dataclasses.dataclass(frozen=True)
class SGD:
    """Nesterov-free SGD with momentum; weight decay is added to the gradient of kernels."""

    momentum: float = 0.9
    weight_decay: float = 5e-4


@dataclasses.dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay of kernels (Loshchilov and Hutter, 2019)."""

    b1: float = 0.9
    b2: float = 0.999
    weight_decay: float = 1e-4


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How one phase trains: linear warm-up over `warmup` epochs, then constant or cosine to zero.

    clip_norm bounds the global norm of the gradient (None: unbounded). label_smoothing s mixes s / classes into the targets.
    """

    epochs: float
    learning_rate: float
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup: float = 0.0
    optimizer: SGD | AdamW = SGD()
    label_smoothing: float = 0.1
    clip_norm: float | None = None


@dataclasses.dataclass(frozen=True)
class Distillation:
    """Retraining learns from the dense network's logits at `temperature`, with `weight`; not in the `last` epochs."""

    temperature: float = 3.0
    weight: float = 0.5
    last: float = 0.0


@dataclasses.dataclass(frozen=True)
class Compute:
    """How a step is computed; the batch, its mean loss and f32 parameters, optimizer, norms and losses stay what they are.

    dtype: that of convolutions, matrix products and what lies between layers. accumulate: a batch goes through in so many
    parts, one after the other, whose gradients are averaged; batch norms then see the moments of a part. remat: what lies
    inside the blocks of a network is computed again for the gradient instead of being kept: less memory, more time.
    """

    dtype: Literal["float32", "bfloat16"] = "float32"
    accumulate: int = 1
    remat: bool = False


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
    model: Model
    dense: Recipe
    penalise: Recipe | None
    algorithm: algorithms.Algorithm
    retrain: Recipe
    plan: plans.Plan
    rates: tuple[float, ...]
    measure: selection.Measure = "macs"
    distillation: Distillation | None = Distillation()
    batch: int = 32
    seed: int = 0
    workers: int = 2
    bad: Literal["error", "skip"] = "error"
    pretrained: str | None = None
    compute: Compute = Compute()

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
        if self.penalise is None and not isinstance(self.algorithm, algorithms.Heuristic):
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
    model: Model
    clip: clips.ClipSpec


def run_name(experiment: Experiment, rate: float) -> str:
    """The folder of a pruned run: "kgs-2.6x", "kgs-2x-parameters"."""
    return f"{experiment.scheme.split()[0]}-{rate:g}x" + (
        "" if experiment.measure == "macs" else f"-{experiment.measure}"
    )


MAX_JSON = 1 << 26
TYPES = {
    kind.__name__: kind
    for kind in (
        *(
            AdamW,
            Compute,
            Distillation,
            Experiment,
            Imported,
            Model,
            Recipe,
            SGD,
            *typing.get_args(algorithms.Algorithm),
        ),
        *(ClassFolders, HMDB51, Kinetics, SomethingSomething, UCF101),
        *(clips.ClipSpec, clips.Spread, clips.Windows, synthetic.Synthetic, plans.Prune, patterns.BlockPattern),
    )
}


def to_json(value: Any) -> Any:
    """Plain JSON values; a dataclass becomes an object with its name under "type"."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def from_json(value: Any) -> Any:
    """What to_json wrote, lists as tuples; ValueError for an unknown type or fields that it does not take."""
    if isinstance(value, list):
        return tuple(from_json(item) for item in value)
    if not isinstance(value, dict):
        return value
    fields = {key: from_json(item) for key, item in value.items() if key != "type"}
    if "type" not in value:
        return fields
    if not isinstance(value["type"], str) or value["type"] not in TYPES:
        raise ValueError(f"config type is {value['type']!r}, expected one of {', '.join(sorted(TYPES))}")
    try:
        return TYPES[value["type"]](**fields)
    except (
        TypeError,
        AttributeError,
        LookupError,
        OverflowError,
        re.error,
    ) as error:  # of constructors given what they do not expect
        raise ValueError(f"config {value['type']} does not fit this version of rt3d-jax: {error}") from error


def write_json(path: pathlib.Path, value: Any) -> None:
    """Write a JSON file whole or not at all: beside, then renamed."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(value, indent=2) + "\n")
    beside.replace(path)


def read_json(path: pathlib.Path) -> Any:
    """Read a JSON file; ValueError naming it if it is not JSON, or larger than MAX_JSON bytes."""
    if path.stat().st_size > MAX_JSON:
        raise ValueError(
            f"{path} is larger than {MAX_JSON >> 20} MiB, expected a file that rt3d wrote; delete it and run again"
        )
    try:
        return json.loads(path.read_text())
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{path} is not JSON ({error}), expected a file that rt3d wrote; delete it and run again"
        ) from error
