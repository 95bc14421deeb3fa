"""PackedKernel: rows of kept taps, there and back."""

import re

import numpy as np
import pytest

from lowering.graph import packed
from tests.lowering import networks

SHAPES = [
    (3, 3, 3, 45, 13),
    (1, 3, 3, 3, 45),
    (3, 1, 1, 230, 29),
    (1, 1, 1, 921, 5),
    (1, 1, 1, 5, 921),
    (2, 1, 3, 1, 1),
]


@pytest.mark.parametrize("group", [4, 8, 16])
@pytest.mark.parametrize("scheme", networks.SCHEMES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_unpack_is_the_inverse_of_pack(scheme: str, shape: tuple[int, ...], group: int) -> None:
    kernel = networks.layer(np.random.default_rng(0), *shape, scheme=scheme)["kernel"]
    found = packed.pack(kernel, group)
    np.testing.assert_array_equal(packed.unpack(found), kernel)
    assert (found.shape, found.group, found.rows) == (shape, group, -(-shape[4] // group))
    assert (found.values.dtype, found.taps.dtype, found.starts.dtype) == (np.float32, np.int32, np.int32)


@pytest.mark.parametrize(
    ("scheme", "group"),
    [("kgs 8x4", 8), ("kgs 8x4", 4), ("kgs 4x4", 4), ("vanilla 8x4", 8), ("channel", 16), ("dense", 8)],
)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_row_stores_just_what_the_mask_keeps(shape: tuple[int, ...], scheme: str, group: int) -> None:
    mask = networks.mask(np.random.default_rng(1), shape, networks.SCHEMES[scheme])
    found = packed.pack(np.where(mask, 2.0, 0.0).astype(np.float32), group)
    assert found.kept == mask.sum()
    assert found.density == pytest.approx(mask.mean())
    assert found.kept <= packed.kept_for_group(packed.unpack(found), group) == len(found.values) * group


def test_filters_of_unlike_length_share_a_row_of_zeros() -> None:
    kernel = np.zeros((1, 1, 1, 6, 8), np.float32)
    kernel[..., :2, 0], kernel[..., 3, 5] = 1, 2
    assert packed.pack(kernel, 8).kept == 3 * 8
    assert packed.pack(kernel, 4).kept == 3 * 4


def test_taps_lie_in_the_order_depth_channel_height_width() -> None:
    kernel = networks.layer(np.random.default_rng(2), 3, 2, 3, 5, 13, scheme="unstructured")["kernel"]
    found = packed.pack(kernel, 4)
    for start, end in zip(found.starts[:-1], found.starts[1:], strict=True):
        d, h, w, i = found.taps[start:end].T
        keys = list(zip(d, i, h, w, strict=True))
        assert keys == sorted(set(keys))


def test_rows_may_be_full_or_empty() -> None:
    kernel = np.zeros((3, 3, 3, 7, 21), np.float32)
    kernel[..., 8:16] = 1
    found = packed.pack(kernel, 8)
    assert np.diff(found.starts).tolist() == [0, 27 * 7, 0]
    np.testing.assert_array_equal(packed.unpack(found), kernel)


def test_a_kernel_of_zeros_has_no_taps() -> None:
    found = packed.pack(np.zeros((1, 3, 3, 2, 5), np.float32), 4)
    assert (found.values.shape, found.taps.shape, found.kept, found.density) == ((0, 4), (0, 4), 0, 0)
    assert not packed.unpack(found).any()


ENTRIES = "have one entry per tap: [taps, group] and [taps, 4]"


@pytest.mark.parametrize(
    ("values", "taps", "starts", "message"),
    [
        ((2, 4), [[0, 0, 0, 0]], [0, 1, 1], "values (2, 4) and taps (1, 4) must " + ENTRIES),
        ((1, 4), [[0, 0, 0]], [0, 1, 1], "values (1, 4) and taps (1, 3) must " + ENTRIES),
        ((1, 4), [[0, 0, 0, 0]], [0, 1], "starts must rise from 0 to 1 over 2 rows, got 1 rows: [0 1]"),
        ((1, 4), [[0, 0, 0, 0]], [0, 0, 0], "starts must rise from 0 to 1 over 2 rows, got 2 rows: [0 0 0]"),
        ((1, 4), [[0, 0, 0, 0]], [1, 1, 1], "starts must rise from 0 to 1 over 2 rows, got 2 rows: [1 1 1]"),
        ((1, 4), [[0, 0, 0, 0]], [0, 2, 1], "starts must rise from 0 to 1 over 2 rows, got 2 rows: [0 2 1]"),
        ((1, 4), [[0, 3, 0, 0]], [0, 1, 1], "a tap lies outside the kernel's (1, 3, 3, 2)"),
        ((1, 4), [[0, 0, -1, 0]], [0, 1, 1], "a tap lies outside the kernel's (1, 3, 3, 2)"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    values: tuple[int, ...], taps: list, starts: list[int], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        packed.PackedKernel((1, 3, 3, 2, 5), np.ones(values, np.float32), np.array(taps, np.int32), np.array(starts))
