"""Claims about layers: every form computes the same, forward and backward."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from rt3d_jax.models import layers, planes

# clip shape, kernel shape, strides, pads
CONVS = [
    ((2, 5, 7, 6, 3), (3, 3, 3, 3, 4), (1, 1, 1), (1, 1, 1)),
    ((1, 4, 2, 2, 5), (3, 3, 3, 5, 2), (1, 1, 1), (1, 1, 1)),
    ((2, 7, 9, 9, 3), (3, 1, 1, 3, 4), (2, 1, 1), (1, 0, 0)),
    ((1, 6, 9, 8, 2), (1, 7, 7, 2, 3), (1, 2, 2), (0, 3, 3)),
    ((1, 5, 3, 3, 2), (3, 3, 3, 2, 3), (2, 2, 2), (1, 1, 1)),
    ((1, 8, 5, 4, 3), (7, 1, 1, 3, 5), (2, 1, 1), (3, 0, 0)),
    ((2, 4, 9, 7, 3), (1, 3, 3, 3, 4), (1, 2, 2), (0, 1, 1)),
    ((2, 5, 2, 3, 4), (3, 1, 1, 4, 3), (2, 1, 1), (1, 0, 0)),
    ((2, 5, 7, 6, 4), (1, 1, 1, 4, 3), (2, 2, 2), (0, 0, 0)),
    ((1, 3, 3, 3, 4), (1, 1, 1, 4, 5), (1, 1, 1), (0, 0, 0)),
    ((1, 6, 11, 9, 3), (3, 7, 7, 3, 2), (1, 2, 2), (1, 3, 3)),
    ((2, 5, 7, 6, 9), (3, 3, 3, 9, 4), (1, 1, 1), (1, 1, 1)),
    ((1, 7, 9, 8, 9), (3, 3, 3, 9, 5), (2, 2, 2), (1, 1, 1)),
    ((2, 5, 9, 8, 8), (1, 3, 3, 8, 4), (1, 2, 2), (0, 1, 1)),
    ((2, 5, 5, 4, 9), (3, 1, 1, 9, 2), (1, 1, 1), (1, 0, 0)),
    ((1, 6, 4, 5, 8), (3, 1, 1, 8, 3), (2, 1, 1), (1, 0, 0)),
    ((1, 5, 5, 5, 8), (1, 1, 1, 8, 3), (2, 2, 2), (0, 0, 0)),
    ((1, 4, 9, 11, 8), (5, 7, 7, 8, 2), (1, 2, 2), (0, 3, 3)),
    ((1, 6, 10, 9, 3), (3, 7, 7, 3, 2), (2, 2, 2), "same"),
    ((2, 5, 8, 7, 9), (3, 3, 3, 9, 4), (1, 2, 2), "same"),
    ((2, 5, 7, 6, 4), (3, 3, 3, 1, 4), (1, 1, 1), (1, 1, 1)),
    ((1, 5, 3, 3, 2), (3, 3, 3, 1, 2), (2, 2, 2), (1, 1, 1)),
    ((1, 6, 9, 8, 3), (5, 3, 3, 1, 3), (1, 2, 2), "same"),
]
# clip shape, window, strides, pads
POOLS = [
    ((2, 5, 7, 6, 3), (2, 2, 2), None, (0, 0, 0)),
    ((1, 2, 7, 7, 2), (2, 2, 2), None, (0, 1, 1)),
    ((1, 3, 4, 4, 1), (1, 2, 2), None, (0, 0, 0)),
    ((2, 5, 7, 6, 3), (3, 3, 3), (1, 1, 1), (1, 1, 1)),
    ((1, 3, 9, 8, 2), (1, 3, 3), (1, 2, 2), (0, 1, 1)),
    ((1, 8, 6, 7, 2), (3, 3, 3), (2, 2, 2), (1, 1, 1)),
    ((1, 5, 7, 8, 2), (2, 2, 2), (1, 2, 2), (0, 0, 0)),
    ((1, 5, 7, 5, 2), (1, 1, 2), (2, 3, 1), (0, 0, 0)),
    ((1, 5, 8, 7, 2), (3, 3, 3), (2, 2, 2), "same"),
    ((1, 5, 4, 3, 2), (2, 2, 2), (2, 2, 2), "same"),
]


def value_and_gradients(function, *arrays):
    def total(*arrays):
        out = function(*arrays)
        return jnp.sum(out * jnp.cos(jnp.arange(out.size, dtype=jnp.float32)).reshape(out.shape)), out

    return jax.jit(jax.value_and_grad(total, argnums=tuple(range(len(arrays))), has_aux=True))(*arrays)


@pytest.mark.parametrize(("clip", "kernel", "strides", "pads"), CONVS)
def test_planes_convolve_like_one_3d_convolution(clip, kernel, strides, pads):
    rng = np.random.default_rng(0)
    x, k = (rng.normal(size=shape).astype(np.float32) for shape in (clip, kernel))
    options = {"strides": strides, "pads": pads, "groups": clip[-1] // kernel[-2]}
    found = [
        value_and_gradients(lambda x, k, form=form: layers.conv3d(x, k, form, **options), x, k)
        for form in ("direct", "planes")
    ]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-3), *found)


@pytest.mark.parametrize(("strides", "pads"), [((1, 1, 1), (1, 1, 1)), ((2, 2, 2), (1, 0, 1)), ((1, 1, 1), (2, 1, 1))])
def test_the_gradient_frame_by_frame_equals_the_one_of_all_frames(strides, pads, monkeypatch):
    rng = np.random.default_rng(0)
    x, k = (rng.normal(size=shape).astype(np.float32) for shape in ((2, 5, 7, 6, 9), (3, 3, 3, 9, 4)))
    found = []
    for positions in (1, 10**6):
        monkeypatch.setattr(planes, "LOOP_POSITIONS", positions)
        found.append(value_and_gradients(lambda x, k: planes.conv(x, k, strides, pads), x, k))
    found.append(value_and_gradients(lambda x, k: layers.conv3d(x, k, "direct", strides=strides, pads=pads), x, k))
    for other in found[1:]:
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-3), found[0], other)


@pytest.mark.parametrize("shape", [(2, 5, 7, 6, 9), (1, 4, 2, 2, 9), (1, 3, 5, 5, 3)])
def test_planes_keep_half_precision_forward_and_backward(shape):
    rng = np.random.default_rng(0)
    x, k = rng.normal(size=shape), rng.normal(size=(3, 3, 3, shape[-1], 4))
    single, half = ([jnp.asarray(v, dtype) for v in (x, k)] for dtype in (jnp.float32, jnp.bfloat16))
    (_, exact), exact_gradients = value_and_gradients(lambda x, k: layers.conv3d(x, k, "direct"), *single)
    (_, found), gradients = value_and_gradients(lambda x, k: layers.conv3d(x, k, "planes"), *half)
    assert {array.dtype for array in (found, *gradients)} == {jnp.dtype(jnp.bfloat16)}
    for a, b in zip((found, *gradients), (exact, *exact_gradients), strict=True):
        assert float(jnp.linalg.norm(a - b) / jnp.linalg.norm(b)) < 0.02


@pytest.mark.parametrize(("clip", "window", "strides", "pads"), POOLS)
def test_pools_by_slices_equal_reduce_window(clip, window, strides, pads):
    x = np.random.default_rng(0).normal(size=clip).astype(np.float32)
    found = [
        value_and_gradients(lambda x, form=form: layers.max_pool(x, window, form, strides=strides, pads=pads), x)
        for form in ("direct", "planes")
    ]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5), *found)


def test_an_average_pool_takes_the_mean_of_every_window():
    x = np.random.default_rng(0).normal(size=(2, 3, 5, 4, 2)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 3, 4), (1, 2, 3))
    np.testing.assert_allclose(layers.avg_pool(jnp.asarray(x), (2, 3, 4)), windows.mean((5, 6, 7)), atol=1e-6)


def test_an_average_pool_does_not_count_the_zeros_around_the_clip():
    x = np.random.default_rng(0).normal(size=(1, 2, 6, 5, 2)).astype(np.float32)
    found = layers.avg_pool(jnp.asarray(x), (1, 3, 3), strides=(1, 2, 2), pads="same")
    rows, columns = [(0, 3), (2, 5), (4, 6)], [(0, 2), (1, 4), (3, 5)]  # an odd zero goes to the end of an axis
    for row, (top, bottom) in enumerate(rows):
        for column, (left, right) in enumerate(columns):
            expected = x[:, :, top:bottom, left:right].mean((2, 3))
            np.testing.assert_allclose(found[:, :, row, column], expected, atol=1e-6)


def test_squeeze_and_excitation_scales_each_channel_by_what_the_whole_clip_says():
    layer = layers.SqueezeExcite(3, 2, act=jax.nn.relu, rngs=nnx.Rngs(0))
    x = np.random.default_rng(0).normal(size=(2, 2, 3, 4, 3)).astype(np.float32)
    inner = np.maximum(x.mean((1, 2, 3)) @ layer.reduce.kernel[...], 0)
    gate = 1 / (1 + np.exp(-(inner @ layer.expand.kernel[...])))
    np.testing.assert_allclose(layer(jnp.asarray(x)), x * gate[:, None, None, None], rtol=1e-5, atol=1e-6)


def test_dropout_keeps_the_mean_and_is_off_without_a_key():
    x = jnp.ones((100, 100))
    dropped = layers.dropout(x, 0.25, jax.random.key(0))
    assert float(jnp.mean(dropped == 0)) == pytest.approx(0.25, abs=0.02)
    assert float(dropped.mean()) == pytest.approx(1.0, abs=0.02)
    assert layers.dropout(x, 0.25, None) is x


def test_an_unknown_form_is_an_error():
    with pytest.raises(ValueError, match=r"^conv form is 'fast', expected one of auto, direct, planes$"):
        layers.resolve("fast")
