"""Feature maps enlarged and reduced."""

import dataclasses
import math

import numpy as np

from lowering.graph.operations import base


@dataclasses.dataclass(frozen=True, eq=False)
class Resample(base.Op):
    """y[.., i, ..] = sum over j of matrix[i, j] * x[.., j, ..] along frames (axis 0), height (1) or width (2).

    matrix: f32[size of the result, size of the input], of which most entries are zeros: the weights by which an image
    is enlarged or reduced, linearly or otherwise.
    """

    axis: int
    matrix: np.ndarray
    passes_channels = True

    @property
    def taps(self) -> tuple[np.ndarray, np.ndarray]:
        """places i64[n, taps], weights f32[n, taps]: what each place along the axis is the sum of.

        Where there is less, weights are zero and places those of the first tap.
        """
        counts = np.maximum((self.matrix != 0).sum(1), 1)
        order = np.argsort(self.matrix == 0, 1, kind="stable")[:, : counts.max()]
        real = np.arange(order.shape[1]) < counts[:, None]
        weights = np.where(real, np.take_along_axis(self.matrix, order, 1), 0)
        return np.where(real, order, order[:, :1]), weights.astype(np.float32)

    def shape(self, inputs: list[base.Shape]) -> base.Shape:
        shape = base.need_feature_map(inputs[0])
        if shape[self.axis] != self.matrix.shape[1]:
            raise base.GraphError(f"resamples {self.matrix.shape[1]} places along axis {self.axis} and reads {shape}")
        return (*shape[: self.axis], len(self.matrix), *shape[self.axis + 1 :])

    def apply(self, inputs: list[np.ndarray]) -> np.ndarray:
        return np.moveaxis(np.tensordot(self.matrix, inputs[0], (1, self.axis)), 0, self.axis)

    def macs(self, shape: base.Shape) -> int:
        return math.prod(shape) // len(self.matrix) * int(np.count_nonzero(self.matrix))

    def gives_nonnegative(self, inputs: list[bool]) -> bool:
        return all(inputs) and bool((self.matrix >= 0).all())
