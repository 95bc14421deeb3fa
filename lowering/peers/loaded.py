"""A network that an engine has loaded."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lowering.graph.onnx import model as models

Arrays = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Loaded:
    """place(inputs): the inputs of JAX's order and layout, by name, in memory as the engine likes it.

    infer(placed): the results by name; feature maps among them are NCDHW.
    """

    place: Callable[[Arrays], Any]
    infer: Callable[[Any], dict[str, np.ndarray]]


def laid(inputs: Arrays) -> dict[str, np.ndarray]:
    """Inputs as ONNX has them: clips in NCDHW."""
    return {name: np.array(models.laid(array), order="C") for name, array in inputs.items()}
