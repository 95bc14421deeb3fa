"""The tables that packed kernels read."""

import numpy as np
import pytest

from lowering import graph as graphs
from lowering import packed, rewrite, rows
from lowering.kernels import tables
from tests.lowering import networks

rng = np.random.default_rng(0)


@pytest.mark.parametrize("scheme", ["dense", "kgs 8x4", "unstructured"])
@pytest.mark.parametrize(
    ("depth", "frames", "front", "back"), [(3, 5, 1, 1), (3, 1, 1, 1), (4, 3, 0, 3), (2, 4, 3, 2), (3, 3, 0, 0)]
)
def test_bounds_leave_out_just_the_taps_outside_the_clip_in_time(
    depth: int, frames: int, front: int, back: int, scheme: str
) -> None:
    kernel = packed.pack(networks.layer(rng, depth, 3, 1, 6, 29, scheme=scheme)["kernel"], 8)
    frames_out = frames + front + back - depth + 1
    found = tables.bounds(kernel, frames, frames_out, front)
    assert (found.dtype, found.shape) == (np.int32, (frames_out, kernel.rows, 2))
    for frame, row in np.ndindex(frames_out, kernel.rows):
        taps = np.arange(int(kernel.starts[row]), int(kernel.starts[row + 1]))
        seen = frame + kernel.taps[taps, 0] - front
        inside = taps[(seen >= 0) & (seen < frames)]
        np.testing.assert_array_equal(np.arange(int(found[frame, row, 0]), int(found[frame, row, 1])), inside)


def test_rows_that_fill_a_block_have_no_taps_and_no_bias() -> None:
    p = networks.layer(rng, 3, 3, 3, 5, 13)
    op = graphs.PackedConv(packed.pack(p["kernel"], 4), p["bias"], ((1, 1),) * 3)
    x = rows.Rows(frames=2, height=4, width=5, channels=5, stored=8, top=1, left=1, pitch=6, plane=48)
    found = tables.conv(op, x, x, row_count=6)
    assert found["bounds"].shape == (2, 6, 2)
    assert not found["bounds"][:, 4:].any()
    assert (found["bias"].shape, found["bias"].dtype) == ((6, 4), np.float32)
    np.testing.assert_array_equal(found["bias"].ravel(), np.pad(p["bias"], (0, 11)))
    assert {k: v.dtype.name for k, v in found.items()} == {
        "values": "float32", "offsets": "int32", "bounds": "int32", "bias": "float32", "mask": "float32"
    }  # fmt: skip


def test_a_dense_layer_reads_a_flattened_map_where_it_lies() -> None:
    network = networks.chain("kgs 8x4")
    graph = rewrite.rewrite(network.trace())
    pool, op = graph["pool_2"], networks.op(graph, "fc1", graphs.PackedDense)
    x = rows.assign(graph)["pool_2"]
    value = rng.normal(size=pool.shape).astype(np.float32)
    found = tables.dense(op, x.size, x)
    np.testing.assert_array_equal(x.lay(value).ravel()[found["offsets"]], value.ravel()[op.kernel.taps[:, 3]])
    np.testing.assert_array_equal(found["starts"], op.kernel.starts)


def test_a_dense_layer_reads_a_vector_in_order() -> None:
    p = networks.layer(rng, 7, 5)
    found = tables.dense(graphs.PackedDense(packed.pack(p["kernel"][None, None, None], 8), p["bias"]), 8, None)
    np.testing.assert_array_equal(found["offsets"], np.arange(7))
    np.testing.assert_array_equal(found["bias"], [[*p["bias"], 0, 0, 0]])
