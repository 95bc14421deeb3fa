"""How the steps of training are computed."""

import dataclasses
from typing import Literal

from lowering.system import bounds, typed


@dataclasses.dataclass(frozen=True)
class Compute:
    """How a step is computed. The batch and its mean loss do not depend on it.

    Parameters, the optimizer and norms are always in f32.

    Args:
        dtype: The type of convolutions, matrix products and of what lies between layers.
        accumulate: The number of parts in which a batch is computed, one after the other. Their gradients are averaged.
            Batch norms then see the moments of a part.
        remat: Compute what lies inside the blocks of a network again for the gradient, instead of keeping it. This
            takes less memory and more time.
        cores: On a CPU, the parts of a batch that are computed at the same time, each by a core of its own. XLA keeps
            one core busy with a small network, however many there are. Each part needs memory for all parameters.
    """

    dtype: Literal["float32", "bfloat16"] = "float32"
    accumulate: bounds.Count = 1
    remat: bool = False
    cores: bounds.Count = 1

    def __post_init__(self) -> None:
        typed.check(self)


PLAIN = Compute()
