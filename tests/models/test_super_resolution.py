"""Claims about the networks of super-resolution: what they compute before training, their sizes, what they refuse."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from rt3d_jax.models import catalog, pixels
from rt3d_jax.sparsity import cost

RNG = np.random.default_rng(0)
NAMES = pytest.mark.parametrize("name", ["wdsr", "sesr"])
CLIP = RNG.integers(0, 256, (2, 1, 9, 7, 3)).astype(np.uint8)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_shuffle_puts_each_phase_in_its_place(scale):
    x = RNG.normal(size=(2, 3, 4, 5, scale**2 * 3)).astype(np.float32)
    found = pixels.shuffle(jnp.asarray(x), scale)
    for a in range(scale):
        for b in range(scale):
            phase = x[..., 3 * (scale * a + b) : 3 * (scale * a + b + 1)]
            np.testing.assert_array_equal(found[:, :, a::scale, b::scale], phase)


@pytest.mark.parametrize("scale", [2, 4])
def test_wdsr_begins_as_bicubic_interpolation(scale):
    model = catalog.Model("wdsr", width=0.25, frames=1, size=9, options={"scale": scale, "blocks": 1})
    found = catalog.apply_function(model, 3)(catalog.initial(model, 3, 0), CLIP)
    shape = (2, 1, 9 * scale, 7 * scale, 3)
    wanted = jax.image.resize(CLIP.astype(np.float32) / 255, shape, "cubic", antialias=False)
    inner = (slice(None), slice(None), slice(3 * scale, -3 * scale), slice(3 * scale, -3 * scale))
    np.testing.assert_allclose(found[inner], wanted[inner], atol=0.05)
    skip = catalog.initial(model, 3, 0)["skip"]["kernel"]
    np.testing.assert_array_equal(skip, pixels.interpolating(scale, 3))


def test_sesr_adds_each_pixel_to_all_of_its_results():
    model = catalog.Model("sesr", frames=1, size=9, options={"blocks": 1})
    params = catalog.initial(model, 3, 0)
    params["tail"] = jax.tree.map(jnp.zeros_like, params["tail"])
    found = catalog.apply_function(model, 3)(params, CLIP)
    np.testing.assert_allclose(found, np.repeat(np.repeat(CLIP / 255.0, 2, 2), 2, 3), atol=1e-6)


def test_relu_takes_the_place_of_a_prelu_of_slope_zero():
    prelu, relu = (
        catalog.Model("sesr", frames=1, size=9, options={"blocks": 2, "activation": name}) for name in ("prelu", "relu")
    )
    params = catalog.initial(prelu, 3, 0)
    flat = {name: {leaf: x * (leaf != "slope") for leaf, x in layer.items()} for name, layer in params.items()}
    kernels = {name: {leaf: x for leaf, x in layer.items() if leaf != "slope"} for name, layer in params.items()}
    found = catalog.apply_function(relu, 3)(kernels, CLIP)
    np.testing.assert_array_equal(found, catalog.apply_function(prelu, 3)(flat, CLIP))
    assert np.any(found != catalog.apply_function(prelu, 3)(params, CLIP))


# Multiply-accumulates of a small pixel, and parameters but the slopes: SESR-M5 and -M11 of the paper with three
# channels instead of one (table 1 prints 13.52 K and 27.34 K for luma); WDSR-A with 16 blocks, before weight norm.
SIZES = [
    ("sesr", {"blocks": 5}, 25 * 3 * 16 + 5 * 9 * 16 * 16 + 25 * 16 * 12),
    ("sesr", {"blocks": 11, "scale": 4}, 25 * 3 * 16 + 11 * 9 * 16 * 16 + 25 * 16 * 48),
    ("wdsr", {}, 9 * 3 * 32 + 16 * 2 * 9 * 32 * 128 + 9 * 32 * 12 + 25 * 3 * 12),
    ("wdsr", {"wide": 1}, 9 * 3 * 32 + 16 * (1 + 9) * 32 * 128 + 9 * 32 * 12 + 25 * 3 * 12),
    ("sesr", {"blocks": 5, "activation": "relu"}, 25 * 3 * 16 + 5 * 9 * 16 * 16 + 25 * 16 * 12),
]


@pytest.mark.parametrize(("name", "options", "macs"), SIZES)
def test_macs_are_those_of_the_papers_layers(name, options, macs):
    table = catalog.table(catalog.Model(name, frames=1, size=4, options=options), 3)
    assert cost.macs(table) == 16 * macs and not any(layer.fixed for layer in table)


@NAMES
def test_the_form_for_clips_reads_frames_besides_and_any_size_will_do(name):
    model = catalog.Model(name, width=0.25, frames=4, size=6, options={"blocks": 3})
    params = catalog.initial(model, 3, 0)
    apply = jax.jit(catalog.apply_function(model, 3))
    clip = RNG.integers(0, 256, (1, 4, 7, 5, 3)).astype(np.uint8)
    found = apply(jax.tree.map(lambda leaf: leaf + 0.05, params), clip)
    assert found.shape == (1, 4, 14, 10, 3) and found.dtype == jnp.float32
    other = clip.copy()
    other[:, 3] = 255 - other[:, 3]
    change = np.abs(apply(jax.tree.map(lambda leaf: leaf + 0.05, params), other) - found).max((0, 2, 3, 4))
    assert (change > 0).all(), "the first frame does not see the last one"


REFUSED = [
    ("wdsr", {"scale": 1}, "WDSR scale is 1, expected at least 2"),
    ("sesr", {"blocks": 0}, "SESR blocks is 0, expected at least 1"),
    ("wdsr", {"wide": 5}, "WDSR wide is 5, expected 3 or 1: the pixels along a side of the wide kernels"),
    ("sesr", {"activation": "gelu"}, "SESR activation is 'gelu', expected 'prelu' or 'relu'"),
]


@pytest.mark.parametrize(("name", "options", "message"), REFUSED)
def test_what_they_cannot_be_is_one_line(name, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        catalog.create(catalog.Model(name, options=options), 3, rngs=nnx.Rngs(0))
