"""Claims about masks, at sizes that are no multiples of the block."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from rt3d_jax.sparsity import masks, patterns, plans

SHAPES = [(3, 3, 3, 8, 16), (3, 3, 3, 5, 9), (1, 3, 3, 45, 23), (3, 1, 1, 3, 7), (10, 13)]
PATTERNS = [
    *(patterns.kgs(8, 4), patterns.vanilla(8, 4), patterns.FILTER, patterns.CHANNEL, patterns.UNSTRUCTURED),
    patterns.BlockPattern(2, None, 2, 3, 5),
]
CASES = pytest.mark.parametrize(("shape", "pattern"), list(itertools.product(SHAPES, PATTERNS)))


def kernel_of(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def mask_of(kernel, pattern, keep):
    """The mask of one kernel that is pruned alone."""
    return plans.prune({"conv": {"kernel": kernel}}, (("conv", plans.Prune(pattern, keep)),))["conv"]["kernel"]


def blocks_of(array, pattern):
    """Every block of an array, by slicing: the slow, plain meaning of a pattern."""
    full = np.asarray(array).reshape(patterns.kernel_shape(array.shape))
    sides = pattern.block(array.shape)
    for cell in np.ndindex(pattern.grid(array.shape)):
        yield full[tuple(slice(c * s, (c + 1) * s) for c, s in zip(cell, sides, strict=True))]


@CASES
def test_norms_energies_and_sizes_equal_a_loop_over_blocks(shape, pattern):
    kernel = kernel_of(shape)
    energies = [np.sum(np.square(block)) for block in blocks_of(kernel, pattern)]
    sizes = [block.size for block in blocks_of(kernel, pattern)]
    np.testing.assert_allclose(masks.block_norms(kernel, pattern).ravel(), np.sqrt(energies), rtol=1e-5)
    np.testing.assert_allclose(masks.block_energies(kernel, pattern).ravel(), energies, rtol=1e-5)
    np.testing.assert_array_equal(masks.block_sizes(shape, pattern).ravel(), sizes)


@CASES
def test_blocks_stay_whole_and_their_number_is_exact(shape, pattern):
    kernel = kernel_of(shape)
    mask = mask_of(kernel, pattern, 0.4)
    kept = [block.mean() for block in blocks_of(mask, pattern)]
    assert set(kept) <= {0.0, 1.0}
    assert sum(kept) == max(1, round(0.4 * len(kept)))


@CASES
def test_the_best_blocks_are_kept(shape, pattern):
    kernel = kernel_of(shape)
    kept = np.array([block.all() for block in blocks_of(mask_of(kernel, pattern, 0.5), pattern)])
    scores = np.array([np.sqrt(np.mean(np.square(block))) for block in blocks_of(kernel, pattern)])
    assert kept.all() or scores[kept].min() >= scores[~kept].max() * (1 - 1e-6)


def test_density_is_exact_where_blocks_are_equal():
    mask = mask_of(kernel_of((3, 3, 3, 8, 16)), patterns.kgs(8, 4), 0.25)
    assert np.mean(mask) == 27 / 108


def test_equal_scores_are_kept_in_order_and_never_too_many():
    mask = mask_of(np.ones((2, 5), np.float32), patterns.FILTER, 0.4)
    np.testing.assert_array_equal(mask, np.tile([True, True, False, False, False], (2, 1)))


def test_applying_a_mask_twice_is_applying_it_once():
    params = {"conv": {"kernel": kernel_of((3, 3, 3, 5, 9)), "bias": jnp.ones(9)}, "fc": {"kernel": kernel_of((4, 2))}}
    mask = mask_of(params["conv"]["kernel"], patterns.kgs(8, 4), 0.3)
    tree = {"conv": {"kernel": mask, "bias": None}, "fc": {"kernel": None}}
    once = masks.apply(params, tree)
    twice = masks.apply(once, tree)
    assert jax.tree.all(jax.tree.map(np.array_equal, once, twice))
    assert np.all(np.asarray(once["conv"]["kernel"])[~np.asarray(mask)] == 0)
    np.testing.assert_array_equal(once["fc"]["kernel"], params["fc"]["kernel"])


def test_pruning_a_pruned_kernel_to_the_same_keep_changes_nothing():
    kernel, pattern = kernel_of((3, 3, 3, 45, 23)), patterns.kgs(8, 4)
    mask = mask_of(kernel, pattern, 0.3)
    np.testing.assert_array_equal(mask_of(np.where(mask, kernel, 0.0), pattern, 0.3), mask)


def test_the_bias_of_a_filter_without_weights_is_dropped():
    mask = np.ones((3, 3, 3, 2, 4), bool)
    mask[..., 2] = False
    mask[0, 0, 0, 0, 1] = False
    np.testing.assert_array_equal(masks.bias_mask(jnp.asarray(mask)), [True, True, False, True])


@pytest.mark.parametrize("pattern", PATTERNS)
def test_masks_are_the_same_in_numpy_and_under_jit(pattern):
    kernel = kernel_of((3, 3, 3, 5, 9))
    rule = plans.Prune(pattern, 0.5)

    def found(kernel):
        energies = masks.block_energies(kernel, pattern)
        kept = plans.level_ranks(energies, rule, kernel.shape) < (energies.size + 1) // 2
        return energies, masks.expand(kept, kernel.shape, pattern)

    energies, mask = jax.jit(found)(kernel)
    expected, kept = found(kernel)
    np.testing.assert_allclose(energies, expected, rtol=1e-6)
    np.testing.assert_array_equal(mask, kept)


def test_the_gradient_of_a_norm_of_zeros_is_zero():
    gradient = jax.grad(lambda kernel: masks.block_norms(kernel, patterns.FILTER).sum())(jnp.zeros((1, 1, 1, 2, 2)))
    np.testing.assert_array_equal(gradient, np.zeros((1, 1, 1, 2, 2)))


def test_a_block_mask_of_another_shape_is_an_error():
    with pytest.raises(
        ValueError, match=r"^block mask has shape \(2,\), expected \(1, 1, 1, 1, 2\) for filter on \(3, 2\)"
    ):
        masks.expand(jnp.ones(2, bool), (3, 2), patterns.FILTER)
