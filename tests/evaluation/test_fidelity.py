"""PSNR and SSIM against scikit-image and against their formulas, written out."""

import numpy as np
import pytest

from rt3d_jax.evaluation import fidelity

RNG = np.random.default_rng(0)
TRUE = RNG.integers(0, 256, (23, 31, 3), np.uint8)
FOUND = np.clip(TRUE + RNG.normal(0, 12, TRUE.shape), 0, 255).astype(np.uint8)
Y = [fidelity.luma(pixels) for pixels in (FOUND, TRUE)]


def test_luma_is_that_of_bt_601_in_studio_range():
    grays = np.array([[0, 0, 0], [255, 255, 255], [255, 0, 0], [10, 20, 30]], np.uint8)
    kr, kb = 0.299, 0.114
    formula = 16 + 219 / 255 * (grays @ np.array([kr, 1 - kr - kb, kb]))
    np.testing.assert_allclose(fidelity.luma(grays), formula, atol=2e-3)
    np.testing.assert_allclose(fidelity.luma(grays)[:2], [16, 235])


def test_psnr_is_its_formula_without_the_border():
    inner = [plane[3:-3, 3:-3] for plane in Y]
    total = sum((a - b) ** 2 for a, b in zip(inner[0].ravel().tolist(), inner[1].ravel().tolist(), strict=True))
    assert fidelity.psnr(*Y, border=3) == pytest.approx(10 * np.log10(255**2 / (total / inner[0].size)))
    assert fidelity.psnr(Y[0], Y[0]) == fidelity.psnr(Y[0], Y[0] + 1e-4) == 100


def test_ssim_is_its_formula_at_a_place():
    window = np.array([[np.exp(-((y - 5) ** 2 + (x - 5) ** 2) / 4.5) for x in range(11)] for y in range(11)])
    window /= window.sum()
    x, y = (plane[4:15, 7:18] for plane in Y)
    mean = lambda values: float((window * values).sum())
    mx, my = mean(x), mean(y)
    vx, vy, both = mean((x - mx) ** 2), mean((y - my) ** 2), mean((x - mx) * (y - my))
    c1, c2 = 2.55**2, 7.65**2
    expected = (2 * mx * my + c1) * (2 * both + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    assert fidelity.ssim(x, y) == pytest.approx(expected, rel=1e-9)


def test_both_are_those_of_scikit_image():
    metrics = pytest.importorskip("skimage.metrics")
    inner = [plane[2:-2, 2:-2] for plane in Y]
    told = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255}
    assert fidelity.ssim(*Y, border=2) == pytest.approx(metrics.structural_similarity(*inner, **told), rel=1e-9)
    expected = metrics.peak_signal_noise_ratio(inner[1], inner[0], data_range=255)
    assert fidelity.psnr(*Y, border=2) == pytest.approx(expected)


def test_a_clip_counts_as_one_picture_with_all_of_its_frames():
    clip = [np.stack([plane, np.flip(plane, -1)]) for plane in Y]
    assert fidelity.psnr(*clip) == pytest.approx(fidelity.psnr(*Y))
    assert fidelity.ssim(*clip) == pytest.approx(fidelity.ssim(*Y))


def test_numbers_are_rounded_to_levels_as_a_bundle_does():
    np.testing.assert_array_equal(
        fidelity.levels(np.array([-0.2, 0.0, 0.5 / 255, 1.49 / 255, 0.9999, 1.7], np.float32)), [0, 0, 0, 1, 255, 255]
    )


def test_a_picture_smaller_than_ssims_window_is_an_error():
    with pytest.raises(ValueError, match=r"^SSIM of \(9, 17\) pixels, expected at least 11 x 11 inside a border of 7$"):
        fidelity.ssim(*Y, border=7)
