"""How a phase trains, as frozen values: optimizers, schedules, and what a teacher adds."""

import dataclasses
from typing import Literal


@dataclasses.dataclass(frozen=True)
class SGD:
    """SGD with momentum, without Nesterov's form. Weight decay is added to the gradient of kernels.

    Args:
        momentum: The share of the last step that the next one keeps.
        weight_decay: The factor of kernels that is added to their gradient.
    """

    momentum: float = 0.9
    weight_decay: float = 5e-4


@dataclasses.dataclass(frozen=True)
class AdamW:
    """Adam with decoupled weight decay of kernels (Loshchilov and Hutter, 2019).

    Args:
        b1: The decay of the mean of gradients.
        b2: The decay of the mean of squared gradients.
        weight_decay: The share of kernels that a step takes away, times the learning rate.
    """

    b1: float = 0.9
    b2: float = 0.999
    weight_decay: float = 1e-4


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
    """What retraining learns from the dense network's outputs, besides its own task.

    The loss is (1 - weight) times the task's, plus weight times that of Task.distill.

    Args:
        temperature: The temperature of Task.distill. For classifications, logits are divided by it.
        weight: The weight of the dense network's outputs in the loss.
        last: Epochs at the end that learn from the task only.
    """

    temperature: float = 3.0
    weight: float = 0.5
    last: float = 0.0
