"""How a phase trains, as frozen values: optimizers, schedules, and what a teacher adds."""

import dataclasses
from typing import Literal


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

    clip_norm bounds the global norm of the gradient (None: unbounded). loss: fields of the task that have other values
    in this phase, such as {"label_smoothing": 0.0}.
    """

    epochs: float
    learning_rate: float
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup: float = 0.0
    optimizer: SGD | AdamW = SGD()
    clip_norm: float | None = None
    loss: dict[str, float] = dataclasses.field(default_factory=dict, hash=False)


@dataclasses.dataclass(frozen=True)
class Distillation:
    """Retraining learns from the dense network's outputs too, with `weight`; not in the `last` epochs.

    The loss is (1 - weight) of the task's and weight of Task.distill, which says what `temperature` is.
    """

    temperature: float = 3.0
    weight: float = 0.5
    last: float = 0.0
