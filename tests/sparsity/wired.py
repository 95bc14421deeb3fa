"""Pieces of networks, and the masks of some without some of their filters, for tests of what goes with a filter."""

import jax
import jax.numpy as jnp
import numpy as np

from rt3d_jax.models import layers
from rt3d_jax.sparsity import cost, masks, plans

CLIP = (1, 4, 6, 6, 3)


def norm(x, p):
    return (x - p["mean"]) * jax.lax.rsqrt(p["var"] + 1e-5) * p["scale"] + p["bias"]


def conv(x, p):
    return layers.conv3d(x, p["kernel"], "direct")


def weights(**shapes):
    rng = np.random.default_rng(0)
    draw = lambda *shape: jnp.asarray(rng.normal(size=shape), jnp.float32)
    params = {}
    for name, shape in shapes.items():
        if isinstance(shape, int):
            params[name] = {key: draw(shape) for key in ("scale", "bias", "mean")} | {"var": jnp.ones(shape)}
        else:
            params[name] = {"kernel": draw(*shape), "bias": draw(shape[-1])}
    return params


def without(shape, *filters):
    mask = np.ones(shape, bool)
    mask[..., list(filters)] = False
    return mask


def mask_tree(apply, params, **dropped):
    table = cost.layers(apply, params, CLIP)
    kernels = {name: without(params[name]["kernel"].shape, *filters) for name, filters in dropped.items()}
    return table, plans.mask_tree(params, kernels, table), plans.mask_tree(params, kernels)


def answers(apply, params, tree):
    clip = jnp.asarray(np.random.default_rng(1).normal(size=CLIP), jnp.float32)
    return np.asarray(apply(masks.apply(params, tree), clip))
