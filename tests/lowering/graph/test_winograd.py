"""Winograd's filtering: the transforms, the three nodes of a layer, what of sparsity survives, where it is chosen."""

import dataclasses
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.functions import transforms
from lowering.functions import winograd as winograd_conv
from lowering.graph import interpret, ops, packed, trace
from lowering.graph.operations import windows
from lowering.graph.rewrites import fusion, stages
from lowering.graph.rewrites import winograd as rewrite
from lowering.targets import gpus, schedules, targets
from tests.lowering import networks
from tests.lowering.kernels import test_depthwise, test_kernels

HOST = targets.find("host:avx512")
SAME = ((1, 1), (1, 1), (1, 1))


def conv(depth: int, inputs: int, filters: int, padding: ops.Padding = SAME, **more) -> ops.Conv:
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(depth, 3, 3, inputs, filters)).astype(np.float32)
    return ops.Conv(kernel, rng.normal(size=filters).astype(np.float32), (1, 1, 1), padding, **more)


def rewritten(op: ops.Conv, shape: ops.Shape, tile: int | None = None, target: targets.Target = HOST) -> ops.Graph:
    """A graph of one convolution, by Winograd's filtering with tiles of this side; None: as is likely fastest."""
    graph = test_kernels.single(op, *shape)
    choose = lambda _: {"node": schedules.Schedule(winograd=tile)}
    return stages.run(graph, (*stages.PREPARATION, *stages.completion(target, choose)))


@pytest.mark.parametrize("tile", transforms.TRANSFORMS)
def test_transforms_filter_a_row_of_pixels(tile: int) -> None:
    rng, found = np.random.default_rng(0), transforms.TRANSFORMS[tile]
    pixels, weights = rng.normal(size=tile + 2), rng.normal(size=3)
    filtered = found.result @ ((found.kernel @ weights) * (found.input @ pixels))
    np.testing.assert_allclose(filtered, np.correlate(pixels, weights, "valid"), atol=1e-12)


@pytest.mark.parametrize("tile", transforms.TRANSFORMS)
@pytest.mark.parametrize(
    ("depth", "shape", "padding"),
    [
        (3, (4, 8, 8, 2), SAME),
        (1, (2, 9, 13, 3), ((0, 0), (1, 1), (1, 1))),
        (2, (3, 7, 6, 4), ((1, 0), (0, 0), (2, 1))),
        (3, (1, 5, 4, 1), ((2, 1), (1, 0), (0, 3))),
    ],
)
def test_three_nodes_give_the_convolution(tile: int, depth: int, shape: ops.Shape, padding: ops.Padding) -> None:
    op = conv(depth, shape[3], 5, padding, relu=True, then=test_depthwise.SILU)
    graph = rewritten(op, shape, tile)
    names = ["node.tiles", "node.products", "node"]
    assert [node.name for node in graph.nodes if node.name.startswith("node")] == names
    clip = np.random.default_rng(1).normal(size=(1, *shape))
    expected = op.apply([clip[0]]).ravel()
    np.testing.assert_allclose(interpret.results(graph, clip)[0].ravel(), expected, atol=1e-5 * abs(expected).max())


def test_what_is_added_is_added_before_the_activation() -> None:
    op, shape = conv(3, 4, 4, relu=True), (2, 6, 7, 4)
    nodes = (
        ops.Node("clip", ops.Input(), (), shape),
        ops.Node("node", op, ("clip", "clip"), shape),
        ops.Node("flat", ops.Reshape(), ("node",), (int(np.prod(shape)),)),
    )
    found = rewrite.use_winograd(ops.Graph(nodes, "flat"), HOST, {"node": schedules.Schedule(winograd=4)})
    clip = np.random.default_rng(1).normal(size=(1, *shape))
    expected = op.apply([clip[0], clip[0]]).ravel()
    np.testing.assert_allclose(interpret.results(found, clip)[0].ravel(), expected, atol=1e-4)


@pytest.mark.parametrize(
    "changed",
    [
        {"strides": (1, 2, 2)},
        {"strides": (2, 1, 1)},
        {"dilation": (1, 2, 2), "padding": ((1, 1), (2, 2), (2, 2))},
        {"kernel": np.ones((3, 1, 3, 4, 8), np.float32)},
        {"kernel": np.zeros((3, 3, 3, 4, 8), np.float32)},
    ],
    ids=["strided", "in time", "dilated", "3x1x3", "no weight"],
)
def test_other_convolutions_stay_as_they_are(changed: dict) -> None:
    assert not rewrite.fits(dataclasses.replace(conv(3, 4, 8), **changed))


def test_in_f16_tiles_of_two_are_chosen_on_arm64() -> None:
    nodes = rewritten(conv(3, 64, 64), (4, 28, 28, 64), None, targets.find("android:cortex-a76:f16")).nodes
    assert [node.op.tile for node in nodes if isinstance(node.op, ops.WinogradInput)] == [2]


@pytest.mark.parametrize(("width", "nodes"), [(4, 3), (5, 5)])
def test_images_of_one_tile_in_a_row_stay_as_they_are(width: int, nodes: int) -> None:
    assert len(rewritten(conv(3, 4, 8), (4, 8, width, 4), 4).nodes) == nodes


@pytest.mark.parametrize(
    "target",
    [
        targets.find("vulkan:adreno:i8"),
        targets.find("android:cortex-a76:f16-f32"),
        targets.find("host:avx512:w16"),
        targets.written(targets.find("host:avx512"), "linalg"),
        targets.written(targets.find("host:avx512"), "executables", winograd=0),
    ],
    ids=["integers", "sums of f32", "weights of f16", "linalg", "off"],
)
def test_other_targets_have_none(target: targets.Target) -> None:
    assert len(rewritten(conv(3, 64, 64), (4, 28, 28, 64), 4, target).nodes) == 3


@pytest.mark.parametrize("name", ["host:avx512", "host:avx2", "android:cortex-a76"])
def test_tiles_are_chosen_for_many_channels_and_not_for_few(name: str) -> None:
    nodes = lambda op, *shape: [node.op for node in rewritten(op, shape, None, targets.find(name)).nodes]
    tiles = lambda found: [op.tile for op in found if isinstance(op, ops.WinogradInput)]
    assert tiles(nodes(conv(3, 128, 128), 8, 28, 28, 128)) == [4]
    assert tiles(nodes(conv(1, 1, 4), 8, 28, 28, 1)) == []


@pytest.mark.parametrize(("inputs", "tiles"), [(8, []), (64, [4])])
def test_a_pool_behind_a_convolution_counts_where_it_would_be_in_its_kernel(inputs: int, tiles: list[int]) -> None:
    """51 MB that are not written outweigh the multiplications of 8 channels, not those of 64."""
    op, shape = conv(3, inputs, 64, relu=True), (16, 112, 112, inputs)
    alone = test_kernels.single(op, *shape)
    pool = ops.MaxPool((1, 2, 2), (1, 2, 2), ops.NO_PADDING)
    pooled = ops.node("pool", pool, alone["node"])
    flat = ops.node("flat", ops.Reshape(), pooled)
    graph = ops.Graph((*alone.nodes[:2], pooled, flat), "flat")
    assert rewrite.best(alone, alone["node"], HOST) == 4
    assert [tile for tile in [rewrite.best(graph, graph["node"], HOST)] if tile] == tiles


def chosen(op: ops.Conv, shape: ops.Shape, name: str) -> list[int]:
    nodes = rewritten(op, shape, None, targets.find(name)).nodes
    return [node.op.tile for node in nodes if isinstance(node.op, ops.WinogradInput)]


@pytest.mark.parametrize("cache", [1 << 20, 2 << 20])
@pytest.mark.parametrize(
    ("channels", "shape", "tile"),
    [((16, 32), (16, 16, 16), 4), ((64, 64), (8, 8, 8), 4), ((128, 128), (4, 4, 4), 2), ((128, 128), (2, 2, 2), 0)],
)
def test_small_maps_are_tiled_with_any_cache(
    cache: int, channels: tuple[int, int], shape: tuple[int, int, int], tile: int
) -> None:
    """The layers of the quickstart's network: L2 holds their tiles, or most of them."""
    graph = test_kernels.single(conv(3, *channels), *shape, channels[0])
    assert rewrite.best(graph, graph["node"], dataclasses.replace(HOST, cache_bytes=cache)) == tile


def test_a_single_frame_of_few_pixels_has_more_and_smaller_tiles() -> None:
    """16 tiles of 4 x 4 are one vector, which loads as often as it multiplies, and have more weights to read."""
    op = conv(3, 256, 512, ((0, 0), (1, 1), (1, 1)))
    assert chosen(op, (3, 14, 14, 256), "host:avx512") == [2]
    assert chosen(op, (6, 14, 14, 256), "host:avx512") == [4]


def test_on_gpus_tiles_are_chosen_where_products_outweigh_what_their_maps_move() -> None:
    """Many channels at many positions. In f16 tiles of 4 are too coarse, and those of 2 save less."""
    wide, deep = conv(3, 128, 128), conv(1, 256, 256, ((0, 0), (1, 1), (1, 1)))
    assert chosen(wide, (8, 28, 28, 128), "vulkan:adreno") == [4]
    assert chosen(wide, (8, 28, 28, 128), "vulkan:adreno:f16") == []
    assert chosen(deep, (8, 28, 28, 256), "vulkan:adreno") == [4]
    assert chosen(wide, (2, 7, 7, 128), "vulkan:adreno") == []  # a workgroup computes 256 positions
    assert chosen(conv(3, 16, 16), (8, 28, 28, 16), "vulkan:adreno") == []


def test_on_gpus_a_layer_whose_tiles_fit_no_buffer_stays_as_it_is() -> None:
    target = targets.find("vulkan:adreno")
    small = dataclasses.replace(target, gpu=dataclasses.replace(gpus.ADRENO, buffer=1 << 23))
    for found, nodes in [(target, 5), (small, 3)]:
        assert len(rewritten(conv(3, 128, 128), (8, 28, 28, 128), None, found).nodes) == nodes


def test_blocks_that_kernels_drop_in_the_whole_plane_are_dropped_from_the_products() -> None:
    """Vanilla blocks, planes of one frame, and filters: the share of products is the share of weights."""
    rng, op = np.random.default_rng(0), conv(3, 31, 64)
    for shape in [(1, 31, 8), (3, 31, 8), (1, 1, 8)]:
        blocks = np.broadcast_to((rng.random(shape) < 0.4).repeat(31 // shape[1], 1).repeat(8, 2), (3, 31, 64))
        sparse = dataclasses.replace(op, kernel=op.kernel * blocks[:, None, None])
        products = rewritten(sparse, (2, 8, 8, 31), 4)["node.products"].op
        assert isinstance(products, ops.PackedConv)
        assert products.kernel.kept == 36 * 31 * 3 * 64 * blocks.mean()
        assert len(products.kernel.taps) == 36 * packed.taps_for_group(packed.pack(blocks[:, None, None] * 1.0, 8), 8)


def test_rows_are_longer_on_arm64_where_one_vector_holds_the_tiles_of_a_frame() -> None:
    op, blocks = conv(3, 16, 32), (np.random.default_rng(0).random((4, 4)) < 0.4).repeat(4, 0).repeat(8, 1)
    sparse, arm64 = dataclasses.replace(op, kernel=op.kernel * blocks), targets.find("android:cortex-a76")
    for each, size, target, group in [(op, 8, arm64, 16), (sparse, 8, arm64, 8), (op, 12, arm64, 8), (op, 8, HOST, 8)]:
        products = rewritten(each, (2, size, size, 16), 4, target)["node.products"].op
        assert isinstance(products, ops.PackedConv) and products.kernel.group == group


def test_macs_of_a_layer_are_those_of_its_convolution() -> None:
    op = conv(3, 4, 8)
    op.kernel[:, 0, :, :, :] = 0
    result = rewritten(op, (2, 8, 8, 4), 2)["node"].op
    assert isinstance(result, ops.WinogradResult)
    assert result.work == 2 * 8 * 8 * 2 * 3 * 3 * 4 * 8


def test_sums_over_a_window_are_exact_in_time() -> None:
    """Frames outside the clip add nothing, whatever lies in the rows of tiles above and below."""
    op, shape = conv(3, 2, 4, ((1, 1), (1, 1), (1, 1))), (1, 4, 4, 2)
    clip = np.random.default_rng(1).normal(size=(1, *shape))
    alone = dataclasses.replace(op, kernel=op.kernel[1:2], padding=((0, 0), (1, 1), (1, 1)))
    expected = alone.apply([clip[0]]).ravel()
    np.testing.assert_allclose(
        interpret.results(rewritten(op, shape, 2), clip)[0].ravel(), expected, atol=1e-5 * abs(expected).max()
    )
    assert windows.count(shape, (3, 3, 3), (1, 1, 1), SAME) == (1, 4, 4)


def test_sums_of_few_taps_stay_in_cache_until_they_are_transformed() -> None:
    """64 channels are few beside what their sums take in memory. Of 256 more time goes into products than into sums."""
    for channels, name in [(64, "node.products.node"), (256, "node.products")]:
        graph = rewritten(conv(1, channels, channels), (16, 56, 56, channels), 4)
        assert name in [node.name for node in graph.nodes]


@pytest.mark.parametrize(
    ("sums", "stored", "positions", "stay"),
    [
        (1000, 100_000, 3000, True),
        (1000, 100_000, 200, False),  # the cache holds all of them
        (8000, 100_000, 3000, False),  # it does not hold those of one part of the positions
        (1000, 2_000_000, 3000, False),  # weights would be read 63 times from beyond the cache
        (1000, 900_000, 3000, False),  # and so they would where they fit, but not beside the sums
    ],
)
def test_sums_stay_where_that_moves_less(sums: int, stored: int, positions: int, stay: bool) -> None:
    target = dataclasses.replace(HOST, cache_bytes=1_000_000)
    assert fusion.sums_stay(sums, stored, positions, 48, target) == stay


def learned(kernel: np.ndarray, tile: int) -> np.ndarray:
    return np.asarray(winograd_conv.learned(jnp.asarray(kernel), tile))


def test_kgs_blocks_in_the_transformed_domain_are_never_multiplied() -> None:
    """4 channels x 8 filters at one place of a tile and one frame: the taps of a row are those that are kept."""
    rng, shape, tile = np.random.default_rng(0), (4, 8, 9, 8), 4
    blocks = rng.random((3, 6, 6, 2, 2)) < 0.3
    kernel = rng.normal(size=(3, 6, 6, 8, 16)).astype(np.float32) * blocks.repeat(4, 3).repeat(8, 4)
    params = {"conv": {"kernel": kernel, "bias": rng.normal(size=16).astype(np.float32)}}

    def apply(params: dict, x: jax.Array) -> jax.Array:
        y = winograd_conv.conv(x, params["conv"]["kernel"], tile, SAME) + params["conv"]["bias"]
        return jax.nn.relu(y + jnp.tile(x, 2))

    clip = rng.normal(size=(1, *shape)).astype(np.float32)
    graph = stages.rewrite(trace.trace(apply, params, clip), HOST)
    assert [node.name for node in graph.nodes if "conv" in node.name] == ["conv.tiles", "conv.products", "conv"]
    result = networks.op(graph, "conv", ops.WinogradResult)
    assert result.relu and len(graph["conv"].inputs) == 2  # what is added, and the ReLU, are its epilogue
    assert result.work == 4 * 2 * 3 * 32 * blocks.sum()  # frames, tiles, and the weights of a block
    assert len(networks.op(graph, "conv.products", ops.PackedConv).kernel.taps) == 4 * blocks.sum()
    expected = np.asarray(apply(params, jnp.asarray(clip))).ravel()
    np.testing.assert_allclose(interpret.results(graph, clip)[0].ravel(), expected, atol=1e-5 * abs(expected).max())


def test_a_transformed_kernel_is_an_error_where_no_kernel_computes_it() -> None:
    kernel = learned(conv(1, 4, 8).kernel, 4)
    apply = lambda kernel, x: winograd_conv.conv(x, kernel, 4, ((0, 0), (1, 1), (1, 1)))
    graph = trace.trace(apply, kernel, (1, 2, 6, 6, 4))
    message = (
        "after use_winograd: kernel has its kernel in Winograd's transformed domain for tiles of 4, and {} with "
        "kernels as {} has {}; lower it in f32 for a CPU or for Vulkan, with kernels as executables"
    )
    for name, form, has in [
        ("android:cortex-a76:f16-f32", "executables", "no kernels for that"),
        ("vulkan:adreno", "linalg", "no kernels for that"),
        ("vulkan:adreno:f16", "executables", "kernels for tiles of 2"),
    ]:
        with pytest.raises(ops.GraphError, match=f"^{re.escape(message.format(name, form, has))}$"):
            stages.rewrite(graph, targets.written(targets.find(name), form))


def test_of_several_clips_it_is_a_piece() -> None:
    kernel = learned(conv(1, 4, 8).kernel, 2)
    apply = lambda kernel, x: winograd_conv.conv(x.reshape(2, 1, 6, 6, 4), kernel, 2, ((0, 0), (1, 1), (1, 1)))
    graph = trace.trace(apply, kernel, (1, 2, 6, 6, 4))
    assert any(isinstance(node.op, ops.Piece) for node in graph.nodes)


def test_without_winograds_filtering_transformed_kernels_are_computed_all_the_same() -> None:
    kernel = learned(conv(1, 4, 8).kernel, 2)
    apply = lambda kernel, x: winograd_conv.conv(x, kernel, 2, ((0, 0), (1, 1), (1, 1)))
    graph = trace.trace(apply, kernel, (1, 2, 6, 6, 4))
    off = targets.written(HOST, "executables", winograd=0)
    assert "kernel.products" in stages.rewrite(graph, off).by_name
