"""What tasks share whose networks give the logits of classes for a clip."""

import pathlib
from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np

from rt3d_jax.data import clips
from rt3d_jax.models import catalog
from rt3d_jax.tasks import contract, losses


class Classes:
    """The fit of a network, learning, being taught, and the clip of a video."""

    clip: clips.ClipSpec
    label_smoothing: float

    def check(self, model: catalog.Model) -> None:
        """ValueError for a network that takes other frames or another size than the clips have."""
        clip = (self.clip.sampling.frames, self.clip.size)
        if clip != (model.frames, model.size):
            raise ValueError(f"clip has (frames, size) {clip}, expected the model's {(model.frames, model.size)}")

    def loss(self, outputs: jax.Array, batch: Mapping[str, jax.Array]) -> tuple[jax.Array, contract.Metrics]:
        """Cross-entropy of logits f32[N, classes] with smoothed labels i32[N]; the accuracy on the batch in percent."""
        hits = jnp.mean(outputs.argmax(axis=-1) == batch["label"])
        return losses.cross_entropy(outputs, batch["label"], self.label_smoothing), {"accuracy": 100 * hits}

    def distill(self, outputs: jax.Array, teacher: jax.Array, temperature: float) -> jax.Array:
        """The divergence from the teacher's softened probabilities, see losses.distillation."""
        return losses.distillation(outputs, teacher, temperature)

    def example(self, path: pathlib.Path) -> tuple[np.ndarray, ...]:
        """The clip f32[1, frames, size, size, 3] from the middle of a video. clips.ClipError if it cannot be read."""
        return (clips.load(str(path), self.clip)[None],)
