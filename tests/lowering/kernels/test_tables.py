"""The tables that packed kernels read."""

import numpy as np
import pytest

from lowering.graph import ops, packed
from lowering.kernels import layouts, tables
from lowering.targets import precisions
from tests.lowering import networks
from tests.lowering.kernels import laid

rng = np.random.default_rng(0)


@pytest.mark.parametrize("scheme", ["dense", "kgs 8x4", "unstructured"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize(
    ("depth", "dilation", "frames", "front", "back"),
    [
        (3, 1, 5, 1, 1),
        (3, 1, 1, 1, 1),
        (4, 1, 3, 0, 3),
        (2, 1, 4, 3, 2),
        (3, 2, 3, 2, 3),
        (2, 3, 5, 1, 4),
        (1, 1, 2, 4, 4),
    ],
)
def test_bounds_leave_out_just_the_taps_outside_the_clip_in_time(
    depth: int, dilation: int, frames: int, front: int, back: int, stride: int, scheme: str
) -> None:
    kernel = packed.pack(networks.layer(rng, depth, 3, 1, 6, 29, scheme=scheme)["kernel"], 8)
    padding = ((front, back), (0, 0), (0, 0))
    op = ops.PackedConv(kernel, np.zeros(29, np.float32), padding, stride=stride, dilation=(dilation, 1, 1))
    frames_out = (frames + front + back - op.extent[0]) // stride + 1
    found = tables.bounds(op, frames, frames_out)
    assert (found.dtype, found.shape) == (np.int32, (frames_out, kernel.rows, 2))
    for frame, row in np.ndindex(frames_out, kernel.rows):
        taps = np.arange(int(kernel.starts[row]), int(kernel.starts[row + 1]))
        seen = frame * stride + kernel.taps[taps, 0] * dilation - front
        inside = taps[(seen >= 0) & (seen < frames)]
        np.testing.assert_array_equal(np.arange(int(found[frame, row, 0]), int(found[frame, row, 1])), inside)


@pytest.mark.parametrize(("locations", "dilation"), [(1, 1), (2, 1), (3, 1), (3, 2)])
def test_rolling_offsets_lead_to_the_frames_of_a_window_wherever_it_starts(locations: int, dilation: int) -> None:
    kernel, span = packed.pack(networks.layer(rng, locations, 1, 1, 6, 13, scheme="unstructured")["kernel"], 4), 24
    op = ops.PackedConv(kernel, np.zeros(13, np.float32), ops.NO_PADDING, dilation=(dilation, 1, 1))
    depth = op.extent[0]
    offsets = tables.rolling_offsets(op, span).reshape(depth, len(kernel.taps))
    buffer = np.empty((6, depth, span), int)  # as chunks of a frame lie in it: channel, slot, position
    for first in range(2 * depth):
        for frame in range(first, first + depth):
            buffer[:, frame % depth] = 1000 * frame + 100 * np.arange(6)[:, None] + np.arange(span)
        d, _, _, i = kernel.taps.T
        np.testing.assert_array_equal(buffer.ravel()[offsets[first % depth]], 1000 * (first + d * dilation) + 100 * i)


def test_rows_that_fill_a_block_have_no_taps_and_no_bias() -> None:
    p = networks.layer(rng, 3, 3, 3, 5, 13)
    op = ops.PackedConv(packed.pack(p["kernel"], 4), p["bias"], ((1, 1),) * 3)
    x = layouts.Layout(frames=2, height=4, width=5, channels=5, stored=8, top=1, left=1, pitch=6, plane=48)
    found = tables.conv(op, x, x, row_count=6)
    assert found["bounds"].shape == (2, 6, 2)
    assert not found["bounds"][:, 4:].any()
    assert (found["bias"].shape, found["bias"].dtype) == ((6, 4), np.float32)
    np.testing.assert_array_equal(found["bias"].ravel(), np.pad(p["bias"], (0, 11)))
    kinds = {name: table.dtype.name for name, table in found.items()}
    assert kinds == dict.fromkeys(("values", "bias", "mask"), "float32") | {"offsets": "int32", "bounds": "int32"}


def test_a_dense_layer_reads_a_flattened_map_where_it_lies() -> None:
    network = networks.chain("kgs 8x4")
    graph = networks.unfused(network.trace())
    pool, op = graph["pool_2"], networks.op(graph, "fc1", ops.PackedDense)
    x = layouts.assign(graph)["pool_2"]
    value = rng.normal(size=pool.shape).astype(np.float32)
    found = tables.dense(op, x.size, x)
    np.testing.assert_array_equal(laid.lay(x, value).ravel()[found["offsets"]], value.ravel()[op.kernel.taps[:, 3]])
    np.testing.assert_array_equal(found["starts"], op.kernel.starts)


def test_a_dense_layer_reads_a_vector_in_order() -> None:
    p = networks.layer(rng, 7, 5)
    found = tables.dense(ops.PackedDense(packed.pack(p["kernel"][None, None, None], 8), p["bias"]), 8, None)
    np.testing.assert_array_equal(found["offsets"], np.arange(7))
    np.testing.assert_array_equal(found["bias"], [[*p["bias"], 0, 0, 0]])


def test_offsets_go_on_after_the_last_tap_for_kernels_that_fetch_ahead() -> None:
    found = {"offsets": np.arange(5, dtype=np.int32), "bias": np.ones(4)}
    ahead = {o.name.removeprefix("a_"): o.array for o in tables.operands(found, precisions.F32, ahead=2, prefix="a_")}
    np.testing.assert_array_equal(ahead["offsets"], [0, 1, 2, 3, 4, 0, 0])
    np.testing.assert_array_equal(ahead["bias"], np.ones(4, np.float32))
