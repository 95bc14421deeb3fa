"""Bicubic scaling against its formula, written out, and against Pillow away from the borders."""

import numpy as np
import PIL.Image
import pytest

from rt3d_jax.data import bicubic

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (24, 36, 3), np.uint8)


def line(values, after):
    """One line at another size, as MATLAB's imresize describes it: antialiased, mirrored at the ends."""
    before, found = len(values), []
    scale = after / before
    stretch = max(1.0, 1 / scale)
    for place in range(after):
        middle = (place + 0.5) / scale - 0.5
        total = weight = 0.0
        for at in range(-4 * before, 5 * before):
            x = abs(middle - at) / stretch
            share = (1.5 * x - 2.5) * x * x + 1 if x <= 1 else ((-0.5 * x + 2.5) * x - 4) * x + 2 if x < 2 else 0.0
            mirrored = at % (2 * before)
            weight += share
            total += share * values[mirrored if mirrored < before else 2 * before - 1 - mirrored]
        found.append(total / weight)
    return found


@pytest.mark.parametrize("after", [4, 6, 9, 24, 27])
def test_a_line_is_its_formula(after):
    values = RNG.normal(size=12)
    found = bicubic.resized(values[None, :, None], 1, after)[0, :, 0]
    np.testing.assert_allclose(found, line(values, after), atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_inside_it_is_pillows(scale):
    height, width = 24 // scale, 36 // scale
    plane = PIXELS[..., 0].astype(np.float32)
    pillow = np.asarray(PIL.Image.fromarray(plane).resize((width, height), PIL.Image.Resampling.BICUBIC))
    found = bicubic.resized(plane[..., None], height, width)[..., 0]
    inner = (slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(found[inner], pillow[inner], atol=1e-3)
    assert np.abs(found - pillow).max() > 1  # at the borders, which Pillow cuts off
    levels = np.asarray(PIL.Image.fromarray(PIXELS).resize((width, height), PIL.Image.Resampling.BICUBIC))
    assert np.abs(bicubic.reduced(PIXELS, scale)[inner].astype(int) - levels[inner]).max() <= 1


def test_levels_are_rounded_after_each_axis_the_one_that_shrinks_most_first():
    rows = np.floor(np.array([line(column, 6) for column in PIXELS[..., 1].T.astype(float)]).T.clip(0, 255) + 0.5)
    both = np.floor(np.array([line(row, 18) for row in rows]).clip(0, 255) + 0.5)
    np.testing.assert_array_equal(bicubic.resized(PIXELS, 6, 18)[..., 1], both)


def test_frames_are_scaled_alike_and_a_flat_picture_stays_flat():
    clip = np.stack([PIXELS, PIXELS[::-1]])
    np.testing.assert_array_equal(bicubic.reduced(clip, 2)[0], bicubic.reduced(PIXELS, 2))
    assert (bicubic.reduced(np.full((8, 8, 3), 77, np.uint8), 4) == 77).all()
