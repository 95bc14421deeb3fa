"""The numbers of a detector with anchors: what is what in them, what they should be, and how far they are from it."""

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from rt3d_jax.data.lidar import anchors
from rt3d_jax.tasks import losses


class Heads(NamedTuple):
    """By anchor: logits of scores f32[N, K], offsets f32[N, K, 7], and logits that the heading is opposite, f32[N, K].

    K counts the anchors of all places.
    """

    scores: jax.Array
    offsets: jax.Array
    directions: jax.Array


def split(outputs: jax.Array) -> Heads:
    """The parts of a network's outputs f32[N, rows, columns, 9 A], for A anchors at each place."""
    count = outputs.shape[-1] // anchors.NUMBERS
    last = (1 + anchors.OFFSETS) * count
    flat = lambda part, *shape: part.reshape(len(outputs), -1, *shape)
    scores, offsets, directions = outputs[..., :count], outputs[..., count:last], outputs[..., last:]
    return Heads(flat(scores), flat(offsets, anchors.OFFSETS), flat(directions))


def parts(heads: Heads, batch: Mapping[str, jax.Array], placed: np.ndarray) -> dict[str, jax.Array]:
    """Focal loss of scores, smooth L1 of offsets (of the yaw's sine), cross-entropy of directions; f32[] by name.

    Each is summed over a scene, over the number of anchors that found an object, and is the mean over the batch. batch:
    "boxes" f32[N, n, 7] and "matched" i[N, K], see anchors.match. placed: the anchors f32[..., 7]. Source: PointPillars
    (Lang et al., CVPR 2019), section 3.
    """
    matched = batch["matched"].astype(jnp.int32)
    found, seen = matched >= 0, matched != anchors.IGNORED
    true, opposite = _targets(batch["boxes"], matched, jnp.asarray(placed.reshape(-1, 7)))
    count = jnp.maximum(found.sum(axis=1), 1).astype(jnp.float32)
    mean = lambda each, which: jnp.mean(jnp.sum(jnp.where(which, each, 0), axis=1) / count)
    error = heads.offsets - true
    error = jnp.concatenate([error[..., :6], jnp.sin(error[..., 6:])], axis=-1)
    return {
        "scores": mean(losses.focal(heads.scores, found.astype(jnp.float32)), seen),
        "offsets": mean(losses.smooth_l1(error).sum(axis=-1), found),
        "directions": mean(losses.surprise(heads.directions, opposite), found),
    }


def distance(heads: Heads, taught: Heads, weight: float) -> jax.Array:
    """How far scores are from a teacher's, plus `weight` times how far offsets are where it sees objects; f32[].

    Scores differ by their cross-entropy times the square of their distance (Li et al., NeurIPS 2020, equation 2). All
    is summed over a scene, over the sum of the teacher's scores, and is the mean over the batch.
    """
    likely = jax.nn.sigmoid(taught.scores)
    apart = losses.surprise(heads.scores, likely) * jnp.square(likely - jax.nn.sigmoid(heads.scores))
    away = likely * losses.smooth_l1(heads.offsets - taught.offsets).sum(axis=-1)
    total = apart.sum(axis=1) + weight * away.sum(axis=1)
    return jnp.mean(total / jnp.maximum(likely.sum(axis=1), 1))


def _targets(found: jax.Array, matched: jax.Array, placed: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Offsets f32[N, K, 7] of the boxes that anchors found, and 1 where they face away from their anchor, f32[N, K].

    Where an anchor found none, the numbers mean nothing. See anchors.decode.
    """
    mine = jnp.take_along_axis(found, jnp.maximum(matched, 0)[..., None], axis=1)
    diagonal = jnp.hypot(placed[:, 3], placed[:, 4])
    scale = jnp.stack([diagonal, diagonal, placed[:, 5]], axis=1)
    sizes = jnp.where(mine[..., 3:6] > 0, mine[..., 3:6], 1)
    turn = mine[..., 6:] - placed[:, 6:]
    offsets = (mine[..., :3] - placed[:, :3]) / scale, jnp.log(sizes / placed[:, 3:6]), turn
    return jnp.concatenate(offsets, axis=-1), (jnp.cos(turn[..., 0]) < 0).astype(jnp.float32)
