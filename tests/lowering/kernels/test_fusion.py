"""Two convolutions in one kernel: which are fused, what they mean, and that kernels agree."""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, run
from lowering.graph import interpret, ops, packed
from lowering.graph.rewrites import fusion, stages
from lowering.targets import targets
from tests.lowering import conftest, networks, random_graphs
from tests.lowering.kernels import test_kernels

ARM = dataclasses.replace(targets.find("android:cortex-a76"), cache_bytes=0)
PADS = ((1, 1), (0, 0), (0, 0))


class Maker:
    """A graph of convolutions with random weights on a clip of 5 x 9 x 11 x 3."""

    def __init__(self, *shape: int) -> None:
        self.rng = np.random.default_rng(0)
        self.nodes = [ops.Node("clip", ops.Input(), (), shape or (5, 9, 11, 3))]

    def add(self, name: str, op: ops.Op, *inputs: str) -> None:
        by_name = {node.name: node for node in self.nodes}
        inputs = inputs or (self.nodes[-1].name,)
        shape = op.shape([by_name[name].shape for name in inputs])
        self.nodes.append(ops.Node(name, op, inputs, shape))

    def conv(
        self, name: str, window: ops.Window, width: int, padding: ops.Padding, stride: int = 1, of: str = ""
    ) -> None:
        source = next(node for node in self.nodes if node.name == (of or self.nodes[-1].name))
        layer = networks.layer(self.rng, *window, source.shape[3], width, scheme="kgs 4x4")
        self.add(name, ops.Conv(layer["kernel"], layer["bias"], (stride, 1, 1), padding, True), source.name)

    def graph(self) -> ops.Graph:
        self.add("flat", ops.Reshape())
        return ops.Graph(tuple(self.nodes), "flat")


def space_time(
    depth: int = 3,
    stride: int = 1,
    pads: tuple[int, int] = (1, 1),
    widths: tuple[int, int] = (13, 6),
    height: int = 1,
    between: int = 1,
) -> Maker:
    """A convolution over height and width and one over frames."""
    maker = Maker()
    maker.conv("space", (1, 3, 3), widths[0], ((0, 0), (1, 1), (1, 1)), between)
    maker.conv("time", (depth, height, 1), widths[1], (pads, (height // 2, height // 2), (0, 0)), stride)
    return maker


def fused(maker: Maker, target: targets.Target = ARM) -> list[str]:
    """Names of the nodes between clip and flattening, once kernels are fused."""
    return [node.name for node in stages.rewrite(maker.graph(), target).nodes[1:-1]]


def test_a_convolution_and_its_only_reader_over_frames_are_joined() -> None:
    graph = stages.rewrite(space_time().graph(), ARM)
    node = graph["space.time"]
    assert [n.name for n in graph.nodes] == ["clip", "space.time", "flat"]
    assert (node.inputs, node.shape) == (("clip",), (5, 9, 11, 6))
    op = networks.op(graph, "space.time", ops.FusedConvs)
    assert op.between == (5, 9, 11, 13)
    assert node.macs == 5 * 99 * op.first.kernel.kept + 5 * 99 * op.second.kernel.kept


def test_frames_that_fused_convolutions_skip_are_not_counted() -> None:
    graph = stages.rewrite(space_time(stride=2).graph(), ARM)
    op = networks.op(graph, "space.time", ops.FusedConvs)
    assert graph["space.time"].macs == 5 * 99 * op.first.kernel.kept + 3 * 99 * op.second.kernel.kept


def branch(maker: Maker) -> Maker:
    """Another node reads what lies between the two."""
    maker.add("both", ops.Concat(), "time", "space")
    return maker


def added(maker: Maker, before: str) -> Maker:
    """One of the two adds something."""
    space, time = maker.nodes[1:3]
    maker.nodes[1:] = []
    if before == "space":
        maker.conv("other", (1, 1, 1), 13, ops.NO_PADDING, of="clip")
        maker.nodes += [dataclasses.replace(space, op=dataclasses.replace(space.op, relu=False))]
        maker.add("sum", ops.Add(), "other", "space")
        maker.nodes += [dataclasses.replace(time, inputs=("sum",))]
    else:
        maker.conv("other", (1, 1, 1), 6, ops.NO_PADDING, of="clip")
        maker.nodes += [space, dataclasses.replace(time, op=dataclasses.replace(time.op, relu=False))]
        maker.add("sum", ops.Add(), "other", "time")
    return maker


def third(maker: Maker) -> Maker:
    """A third convolution of one position."""
    maker.conv("point", (1, 1, 1), 5, ops.NO_PADDING)
    return maker


@pytest.mark.parametrize(
    ("make", "change", "names"),
    [
        (space_time, {}, ["space.time"]),
        (lambda: space_time(stride=3, pads=(0, 2)), {}, ["space.time"]),
        (lambda: space_time(depth=1, pads=(0, 0)), {}, ["space.time"]),
        (lambda: space_time(height=3), {}, ["space", "time"]),
        (space_time, {"kind": "vulkan"}, ["space", "time"]),
        (space_time, {"cache_bytes": 5 * 99 * 16 * 4 - 1}, ["space.time"]),
        (space_time, {"cache_bytes": 5 * 99 * 16 * 4}, ["space", "time"]),
        (space_time, {"vector_bytes": 64 * 3}, ["space", "time"]),  # a register tile has more positions than the image
        (lambda: branch(space_time()), {}, ["space", "time", "both"]),
        (lambda: added(space_time(), "space"), {}, ["other", "space", "time"]),
        (lambda: added(space_time(), "time"), {}, ["other", "space.time"]),
        (lambda: third(space_time()), {}, ["space.time", "point"]),
    ],
)
def test_only_what_gains_is_joined(make: Callable[[], Maker], change: dict, names: list[str]) -> None:
    assert fused(make(), dataclasses.replace(ARM, **change)) == names


def test_a_buffer_of_one_register_tile_must_fit_twice_what_a_fusion_may_keep() -> None:
    op = networks.op(stages.rewrite(space_time().graph(), ARM), "space.time", ops.FusedConvs)
    least = fusion.rolling_bytes(op.first, op.second, fusion.step(op.first, op.second, ARM), ARM)
    assert fused(space_time(), dataclasses.replace(ARM, rolling_bytes=least // 2)) == ["space.time"]
    assert fused(space_time(), dataclasses.replace(ARM, rolling_bytes=least // 2 - 1)) == ["space", "time"]


@pytest.mark.parametrize(("width", "names"), [(48, ["space.time"]), (300, ["space", "time"])])
def test_weights_that_are_read_once_a_chunk_must_not_cost_more_than_fusion_saves(width: int, names: list[str]) -> None:
    """Both in one kernel have 7 chunks of 16 positions, a convolution alone 2 of 64.

    Weights are read 5 times more often. What lies between is not written and read.
    """
    maker = lambda: space_time(widths=(13, width))
    graph = networks.unfused(maker().graph())
    first, second = (networks.op(graph, name, ops.PackedConv) for name in ("space", "time"))
    tight = dataclasses.replace(ARM, rolling_bytes=fusion.rolling_bytes(first, second, 16, ARM) // 2)
    weights, between = first.kernel.values.nbytes + second.kernel.values.nbytes, 16 * 5 * 99 * 4
    assert (fusion.streamed(graph["space"], first, second, tight), 5 * weights > 2 * between) == (
        5 * weights,
        width == 300,
    )
    assert fused(maker(), tight) == names
    assert fused(maker(), dataclasses.replace(tight, cache_bytes=weights)) == (
        ["space.time"] if weights < between else ["space", "time"]
    )


def test_fused_convolutions_mean_what_they_mean_one_after_the_other() -> None:
    for maker in (
        space_time(),
        space_time(stride=2, between=2),
        added(space_time(), "time"),
        third(space_time(depth=2)),
    ):
        graph = networks.unfused(maker.graph())
        clip = random_graphs.clip(graph, 0)[0]
        found = fusion.fuse(graph, ARM)
        assert any(isinstance(node.op, ops.FusedConvs) for node in found.nodes)
        np.testing.assert_array_equal(interpret.evaluate(found, clip), interpret.evaluate(graph, clip))


@pytest.mark.parametrize("target", ["neon", "avx512", "neon f16-f32"])
@pytest.mark.parametrize("ring", [1, 30_000, 1 << 20])
@pytest.mark.parametrize(
    ("depth", "stride", "pads", "between"),
    [
        (3, 1, (1, 1), 1),
        (1, 1, (0, 0), 1),
        (4, 2, (3, 1), 1),
        (2, 3, (0, 1), 1),
        (1, 2, (2, 3), 1),
        (5, 1, (0, 0), 1),
        (3, 2, (1, 1), 2),
    ],
)
def test_fused_convolutions_keep_as_many_frames_as_the_second_reads(
    depth: int, stride: int, pads: tuple[int, int], between: int, ring: int, target: str
) -> None:
    """Buffers of one register tile or of the whole image; more padding than depth; frames that no window reads."""
    graph = space_time(depth, stride, pads, between=between).graph()
    spec = dataclasses.replace(test_kernels.TARGETS[target], rolling_bytes=ring)
    expected = ["space.time"] if ring > 1 else ["space", "time"]
    assert test_kernels.run(graph, spec) == expected


@pytest.mark.parametrize("target", ["neon", "avx2", "neon f16"])
def test_fused_convolutions_add_their_residual_and_leave_the_first_padded(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusion, "streamed", lambda *_: 0)
    graph = added(space_time(widths=(21, 6)), "time").graph()
    assert test_kernels.run(graph, test_kernels.TARGETS[target]) == ["other", "space.time"]
    maker = Maker(3, 10, 13, 2)
    maker.conv("a", (3, 5, 5), 9, ((2, 0), (4, 2), (0, 4)))
    maker.conv("b", (2, 1, 1), 17, ((1, 0), (0, 0), (0, 0)))
    assert test_kernels.run(maker.graph(), test_kernels.TARGETS[target]) == ["a.b"]


def test_chunks_of_fused_convolutions_cover_every_position_in_whole_tiles() -> None:
    for first, second in ((1, 1), (8, 8), (4, 16), (16, 2)):
        for positions in (48, 97, 459, 12_345):
            kernel = lambda group: packed.pack(np.ones((1, 1, 1, 3, 19), np.float32), group)
            convs = [ops.PackedConv(kernel(g), np.zeros(19, np.float32), ops.NO_PADDING) for g in (first, second)]
            op = ops.FusedConvs(convs[0], convs[1], (5, 1, positions, 19))
            step = fusion.step(convs[0], convs[1], ARM)
            if step > positions:
                continue
            found = fusion.pieces(op.first, op.second, positions, ARM)
            assert (found.step, found.steps) == (step, -(-positions // step))
            assert found.span % step == 0 < found.span <= positions
            assert found.chunks % 2 == 0 or found.chunks == found.steps
            for tile in (fusion.tile(each, found, ARM) for each in convs):
                assert (tile.count * tile.size, tile.last) == (step, found.span - tile.size)


def network(strides: tuple[int, int, int] = (2, 1, 1)) -> networks.Network:
    """As a residual block of R(2+1)D."""
    rng = np.random.default_rng(0)
    params = {
        "space": networks.layer(rng, 1, 3, 3, 3, 29, scheme="kgs 8x4"),
        "time": networks.layer(rng, 3, 1, 1, 29, 13, scheme="kgs 4x4"),
        "short": networks.layer(rng, 1, 1, 1, 3, 13),
        "again": networks.layer(rng, 1, 3, 3, 13, 45, scheme="unstructured"),
        "later": networks.layer(rng, 3, 1, 1, 45, 6),
    }

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        y = networks.conv(jax.nn.relu(networks.conv(x, p["space"])), p["time"], strides)
        x = jax.nn.relu(y + networks.conv(x, p["short"], strides))
        x = networks.conv(jax.nn.relu(networks.conv(x, p["again"])), p["later"], padding=[(2, 0), (0, 0), (0, 0)])
        return jnp.mean(x, (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 5, 13, 17, 3))


@pytest.mark.parametrize("name", ["host", "android:cortex-a76", "host:f16", "android:cortex-a76:f16-f32"])
def test_fused_convolutions_give_jaxs_answer(write_bundle: conftest.WriteBundle, name: str) -> None:
    target = dataclasses.replace(targets.find(name), cache_bytes=0, near_bytes=0)  # AVX-512 then fetches inputs ahead
    bundle: bundles.Bundle = write_bundle(network(), name, target)
    assert [found for found in bundle.manifest["dispatches"] if "." in found] == ["space.time", "again.later"]
    found = run.check(bundle)
    assert found.passed, f"{bundle.name} is {found.max_rel_error:.2e} of the largest logit off"
