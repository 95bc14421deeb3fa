"""How a phase trains, as frozen values: optimizers, schedules, and what a teacher adds."""

import dataclasses
import math
import re
from typing import Annotated, Literal

from lowering.system import bounds, typed
from rt3d_jax.quantise import calibrate

Bound = Annotated[
    float | None,
    typed.Check("a number above 0, or None for no bound", lambda value: value is None or 0 < value < math.inf),
]


@dataclasses.dataclass(frozen=True)
class SGD:
    """SGD with momentum, without Nesterov's form. Weight decay is added to the gradient of kernels.

    Args:
        momentum: The share of the last step that the next one keeps.
        weight_decay: The factor of kernels that is added to their gradient.
    """

    momentum: bounds.BelowOne = 0.9
    weight_decay: bounds.NotNegative = 5e-4

    def __post_init__(self) -> None:
        typed.check(self)


@dataclasses.dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay of kernels (Loshchilov and Hutter, 2019).

    Args:
        b1: The decay of the mean of gradients.
        b2: The decay of the mean of squared gradients.
        weight_decay: The share of kernels that a step takes away, times the learning rate.
    """

    b1: bounds.BelowOne = 0.9
    b2: bounds.BelowOne = 0.999
    weight_decay: bounds.NotNegative = 1e-4

    def __post_init__(self) -> None:
        typed.check(self)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How one phase trains.

    Args:
        epochs: Passes over the training examples. It may be a fraction.
        learning_rate: The learning rate after the warm-up.
        schedule: Whether the learning rate then stays constant, or falls along a cosine to zero.
        warmup: Epochs in which the learning rate rises linearly from zero.
        optimizer: The optimizer.
        clip_norm: The bound on the global norm of the gradient. None sets no bound.
        loss: Fields of the task that have other values in this phase, such as label_smoothing 0.
        only: A regular expression: parameters whose paths it matches as a whole are trained, such as "fc8/.*" for a
            linear probe of C3D. The others stay as they are, running statistics of batch norms aside. None trains all.
    """

    epochs: bounds.Positive
    learning_rate: bounds.NotNegative
    schedule: Literal["constant", "cosine"] = "cosine"
    warmup: bounds.NotNegative = 0.0
    optimizer: SGD | AdamW = SGD()
    clip_norm: Bound = None
    loss: dict[str, float] = dataclasses.field(default_factory=dict, hash=False)
    only: str | None = None

    def __post_init__(self) -> None:
        typed.check(self)
        try:
            re.compile(self.only or "")
        except re.error as error:
            raise ValueError(f"only is {self.only!r}, expected a regular expression ({error})") from error


@dataclasses.dataclass(frozen=True)
class Distillation:
    """What retraining learns from the dense network's outputs, besides its own task.

    The loss is (1 - weight) times the task's, plus weight times that of Task.distill.

    Args:
        temperature: The temperature of Task.distill. For classifications, logits are divided by it.
        weight: The weight of the dense network's outputs in the loss.
        last: Epochs at the end that learn from the task only.
    """

    temperature: bounds.Positive = 3.0
    weight: bounds.Fraction = 0.5
    last: bounds.NotNegative = 0.0

    def __post_init__(self) -> None:
        typed.check(self)


@dataclasses.dataclass(frozen=True)
class Quantise:
    """How the last networks of an experiment become networks of int8.

    Args:
        calibration: How scales are found, and which layers stay in f32.
        aware: How the calibrated network then trains on, as int8 will compute it and under its masks. Batch norms keep
            their statistics, and nothing is dropped out. None leaves the weights as they are.
    """

    calibration: calibrate.Calibration = calibrate.Calibration()
    aware: Recipe | None = None

    def __post_init__(self) -> None:
        typed.check(self)
