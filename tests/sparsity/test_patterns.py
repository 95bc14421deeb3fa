"""Claims about block patterns."""

import pytest

from rt3d_jax.sparsity import patterns

NAMES = [
    (patterns.kgs(8, 4), "kgs 8x4"),
    (patterns.vanilla(4, 2), "vanilla 4x2"),
    (patterns.FILTER, "filter"),
    (patterns.CHANNEL, "channel"),
    (patterns.UNSTRUCTURED, "unstructured"),
    (patterns.kgs(1, 1), "unstructured"),
    (patterns.BlockPattern(1, None, None, None, 8), "blocks 1xallxallxallx8"),
]


@pytest.mark.parametrize(("pattern", "name"), NAMES)
def test_patterns_have_names_for_reports(pattern, name):
    assert pattern.name == name


def test_kgs_groups_filters_over_channels_at_one_location():
    assert patterns.kgs(8, 4).sides == (1, 1, 1, 4, 8)
    assert patterns.vanilla(8, 4).sides == (None, None, None, 4, 8)


def test_the_last_blocks_of_an_axis_may_be_smaller():
    assert patterns.kgs(8, 4).grid((3, 3, 3, 45, 230)) == (3, 3, 3, 12, 29)
    assert patterns.FILTER.grid((3, 3, 3, 45, 230)) == (1, 1, 1, 1, 230)


def test_a_block_is_at_most_the_kernel():
    assert patterns.kgs(8, 4).block((3, 3, 3, 3, 6)) == (1, 1, 1, 3, 6)


def test_matrices_are_1x1x1_kernels():
    assert patterns.kgs(8, 4).grid((10, 20)) == (1, 1, 1, 3, 3)


@pytest.mark.parametrize("side", [0, -1, 2.0, True, "4"])
def test_sides_that_are_no_positive_int_are_errors(side):
    with pytest.raises(ValueError, match=r"^BlockPattern.inputs is .*, expected an int of at least 1, or None"):
        patterns.BlockPattern(1, 1, 1, side, 8)


@pytest.mark.parametrize("shape", [(3,), (1, 2, 3, 4, 5, 6, 7), (3, 0)])
def test_shapes_that_are_no_kernel_are_errors(shape):
    with pytest.raises(ValueError, match=r"^kernel shape is .*, expected 2 to 5 axes"):
        patterns.FILTER.grid(shape)
