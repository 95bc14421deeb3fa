"""A tiny network with all that an app carries: kernels that we write and that IREE schedules, two results, labels."""

import functools
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

from lowering.app import write as apps
from lowering.bundle import bundles, deploy, examples, write
from lowering.targets import targets
from tests.lowering import networks

LABELS = ('run "far"', "sit ??/", "Überschlag")
CLIP = {"short_side": 10, "size": 9, "mean": [0.5, 0.4, 0.3], "std": [0.25, 0.2, 0.125]}
INFO = bundles.Info(run="Tiny-2.6x", model="tiny", labels=LABELS, clip=CLIP)


@functools.cache
def example() -> examples.Example:
    """{"probabilities": f32[1, 3], "features": f32[1, 6]} of a clip f32[1, 4, 9, 9, 3]."""
    rng = np.random.default_rng(0)
    params = {
        "conv1": networks.layer(rng, 3, 3, 3, 3, 6, scheme="kgs 4x4"),
        "left": networks.layer(rng, 1, 1, 1, 6, 5),
        "right": networks.layer(rng, 3, 1, 1, 6, 4),
        "conv2": networks.layer(rng, 1, 3, 3, 9, 6),
        "head": networks.layer(rng, 6, 3),
    }

    def function(p: networks.Params, x: jax.Array) -> dict[str, jax.Array]:
        x = networks.max_pool(jax.nn.relu(networks.conv(x, p["conv1"])), (1, 2, 2))
        x = jnp.concatenate([networks.conv(x, p["left"]), networks.conv(x, p["right"])], -1)
        features = jnp.mean(networks.conv(x, p["conv2"]), (1, 2, 3))
        return {"probabilities": jax.nn.softmax(networks.dense(features, p["head"])), "features": features}

    return deploy.example(function, params, networks.clip(rng, 4, 9, 9, 3))


def bundle(folder: pathlib.Path, target: str) -> bundles.Bundle:
    """The network for a target."""
    return write.write(folder, example(), targets.find(target), INFO)


def app(found: bundles.Bundle, folder: pathlib.Path, platform: str | None = None) -> apps.App:
    """What an app links, as `tiny`."""
    return apps.write(found, folder, "tiny", platform, "org.example")
