"""The memory layout: a tap is one offset, the same for all positions, and none leads out of the buffer."""

import numpy as np
import pytest

from lowering.graph import ops
from lowering.kernels import layouts, tables
from tests.lowering import networks
from tests.lowering.kernels import laid

rng = np.random.default_rng(0)
CASES = [(name, scheme) for name in networks.BUILDERS for scheme in ("dense", "kgs 8x4")]


def rewritten(name: str, scheme: str) -> tuple[ops.Graph, dict[str, layouts.Layout]]:
    graph = networks.unfused(networks.BUILDERS[name](scheme).trace())
    return graph, layouts.assign(graph)


def convs(graph: ops.Graph) -> list[tuple[ops.Node, ops.PackedConv]]:
    return [(node, node.op) for node in graph.nodes if isinstance(node.op, ops.PackedConv)]


@pytest.mark.parametrize(("name", "scheme"), CASES)
def test_laying_and_unlaying_are_inverse(name: str, scheme: str) -> None:
    graph, layout = rewritten(name, scheme)
    for node in (n for n in graph.nodes if n.name in layout):
        value = rng.normal(size=node.shape).astype(np.float32)
        stored = laid.lay(layout[node.name], value)
        assert stored.size == layout[node.name].size
        np.testing.assert_array_equal(laid.unlay(layout[node.name], stored), value)
        assert np.count_nonzero(stored) == value.size


@pytest.mark.parametrize(("name", "scheme"), CASES)
def test_the_mask_is_one_at_pixels_from_the_first_which_starts_a_cache_line_to_the_end(name: str, scheme: str) -> None:
    _, layout = rewritten(name, scheme)
    for each in layout.values():
        at = np.flatnonzero(each.mask())
        assert (len(at), at[0], at[-1] + 1) == (each.height * each.width, each.first, each.end)
        assert each.end < each.plane
        assert each.plane % layouts.ALIGNMENT == each.first % layouts.ALIGNMENT == 0
        y, x = np.indices((each.height, each.width))
        zero = np.zeros_like(y)
        np.testing.assert_array_equal(at, each.first + each.offset(zero, y, x, zero).ravel())


@pytest.mark.parametrize(("name", "scheme"), CASES)
def test_a_tap_is_one_offset_to_the_padded_input(name: str, scheme: str) -> None:
    graph, layout = rewritten(name, scheme)
    for node, op in convs(graph):
        x, out = layout[node.inputs[0]], layout[node.name]
        value = rng.normal(size=graph[node.inputs[0]].shape).astype(np.float32)
        padded, flat = np.pad(value, (*op.padding, (0, 0))), laid.lay(x, value).ravel()
        offsets = tables.conv(op, x, out, op.kernel.rows)["offsets"]
        pixels = np.flatnonzero(out.mask())
        for tap in rng.integers(len(offsets), size=20):
            d, h, w, i = op.kernel.taps[tap]
            for frame in range(out.frames):
                if 0 <= frame + d - op.padding[0][0] < x.frames:
                    expected = padded[frame + d, h : h + out.height, w : w + out.width, i]
                    found = flat[frame * x.plane + pixels + offsets[tap]]
                    np.testing.assert_array_equal(found, expected.ravel())


@pytest.mark.parametrize(("name", "scheme"), CASES)
def test_no_tap_inside_the_clip_leads_out_of_the_buffer(name: str, scheme: str) -> None:
    """For every position between the first pixel and the last one, also those between the rows."""
    graph, layout = rewritten(name, scheme)
    for node, op in convs(graph):
        x, out = layout[node.inputs[0]], layout[node.name]
        table = tables.conv(op, x, out, op.kernel.rows)
        for frame, row in np.ndindex(out.frames, op.kernel.rows):
            taken = table["offsets"][slice(*table["bounds"][frame, row])]
            if len(taken):
                assert frame * op.stride * x.plane + out.first + taken.min() >= 0
                assert frame * op.stride * x.plane + out.end - 1 + taken.max() < x.size


@pytest.mark.parametrize(("name", "scheme"), CASES)
def test_what_shares_rows_shares_pitch_and_first_pixel(name: str, scheme: str) -> None:
    graph, layout = rewritten(name, scheme)
    shared = ops.PackedConv | ops.Add | ops.Concat | ops.Affine | ops.Relu
    for node in graph.nodes:
        if isinstance(node.op, shared):
            for each in node.inputs:
                x, out = layout[each], layout[node.name]
                assert (x.pitch, x.first, x.plane) == (out.pitch, out.first, out.plane)


@pytest.mark.parametrize("size", [(1, 4, 4), (2, 8, 8), (1, 16, 1), (3, 7, 7), (1, 1, 1)])
def test_a_map_without_padding_ends_in_zeros_too(size: tuple[int, int, int]) -> None:
    p = networks.layer(rng, 1, 1, 1, 3, 5)
    network = networks.Network(
        lambda q, x: networks.conv(x, q["c"]).reshape(1, -1), {"c": p}, networks.clip(rng, *size, 3)
    )
    for each in layouts.assign(networks.unfused(network.trace())).values():
        assert (each.first, each.pitch) == (0, size[2])
        assert each.end < each.plane


def test_a_packed_kernel_stores_whole_groups_and_a_pool_what_it_reads() -> None:
    graph, layout = rewritten("chain", "dense")
    for node, pool in (("conv1", "pool"), ("conv2", "pool_2")):
        kernel = networks.op(graph, node, ops.PackedConv).kernel
        assert layout[node].channels == graph[node].shape[-1]
        assert layout[node].stored == layout[pool].stored == kernel.rows * kernel.group
    assert layout["clip"].stored == 3
