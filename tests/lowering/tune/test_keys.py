"""Keys: layers that run equally fast share one, others do not."""

import numpy as np
import pytest

from lowering import graph as graphs
from lowering.tune import keys
from rt3d_jax import patterns

SHAPE = (4, 14, 15, 32)


def conv(name: str, after: graphs.Node, window: graphs.Window, filters: int = 48, keep: float = 1.0, stride: int = 1, seed: int = 0) -> graphs.Node:  # fmt: skip
    """A convolution that keeps the size, with random KGS 8x4 blocks."""
    rng = np.random.default_rng(seed)
    shape = (*window, after.shape[-1], filters)
    grid = rng.random(patterns.kgs(8, 4).grid(shape)) < keep
    kernel = rng.normal(size=shape) * grid.repeat(4, 3)[..., : shape[3], :].repeat(8, 4)[..., :filters]
    padding = tuple((k // 2, k // 2) for k in window)
    op = graphs.Conv(kernel.astype(np.float32), np.zeros(filters, np.float32), (stride, 1, 1), padding)
    return graphs.Node(name, op, (after.name,), graphs.output_shape(op, [after.shape]))


def clip(shape: graphs.Shape = SHAPE) -> graphs.Node:
    return graphs.Node("clip", graphs.Input(), (), shape)


def key(shape: graphs.Shape = SHAPE, window: graphs.Window = (3, 3, 3), **values: float) -> str:
    """Of a convolution alone."""
    start = clip(shape)
    return keys.keys(graphs.Graph((start, conv("a", start, window, **values))))["a"]  # type: ignore[arg-type]


def test_a_key_says_what_decides_the_speed() -> None:
    assert key(keep=0.18) == "4x14x15x32 * 3x3x3x48 pad 1.1.1.1.1.1 stride 1 keeps 0.18/0.18/0.35"


def test_layers_alike_share_a_key_whatever_their_weights_and_names() -> None:
    start = clip()
    first = conv("a", start, (3, 3, 3), filters=32, keep=0.32)
    second = conv("other", first, (3, 3, 3), filters=32, keep=0.34, seed=1)
    found = keys.keys(graphs.Graph((start, first, second)))
    assert found["a"] == found["other"]


@pytest.mark.parametrize(
    "change",
    [
        {"shape": (4, 14, 16, 32)},
        {"shape": (5, 14, 15, 32)},
        {"shape": (4, 14, 15, 36)},
        {"window": (3, 3, 1)},
        {"filters": 40},
        {"stride": 2},
        {"keep": 0.5},
    ],
)
def test_layers_that_differ_have_keys_of_their_own(change: dict[str, float]) -> None:
    assert key(**change) != key()  # type: ignore[arg-type]


def test_convolutions_that_one_kernel_could_compute_name_each_other() -> None:
    start = clip()
    space = conv("space", start, (1, 3, 3))
    time = conv("time", space, (3, 1, 1))
    alone = keys.keys(graphs.Graph((start, space)))["space"]
    graph = graphs.Graph((start, space, time))
    found = keys.keys(graph)
    assert keys.pairs(graph) == [("space", "time")]
    assert found["space"].startswith(f"{alone}, before 4x14x15x48 * 3x1x1x48 ")
    assert found["time"].endswith(f", after {alone}")


def test_a_result_that_others_read_is_in_no_pair() -> None:
    start = clip()
    space = conv("space", start, (1, 3, 3))
    time = conv("time", space, (3, 1, 1))
    both = graphs.Node("sum", graphs.Add(), ("space", "time"), time.shape)
    assert keys.pairs(graphs.Graph((start, space, time, both))) == []


def test_an_empty_kernel_has_a_key() -> None:
    assert key(keep=0).endswith("keeps 0/0/0")
