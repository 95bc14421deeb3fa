"""Keys: layers that run equally fast share one, others do not."""

import numpy as np
import pytest

from lowering.graph import keys, ops
from lowering.targets import schedules
from rt3d_jax.sparsity import patterns

SHAPE = (4, 14, 15, 32)


def conv(
    name: str,
    after: ops.Node,
    window: ops.Window,
    filters: int = 48,
    keep: float = 1.0,
    stride: int = 1,
    seed: int = 0,
) -> ops.Node:
    """A convolution that keeps the size, with random KGS 8x4 blocks."""
    rng = np.random.default_rng(seed)
    shape = (*window, after.shape[-1], filters)
    grid = rng.random(patterns.kgs(8, 4).grid(shape)) < keep
    kernel = rng.normal(size=shape) * grid.repeat(4, 3)[..., : shape[3], :].repeat(8, 4)[..., :filters]
    padding = tuple((k // 2, k // 2) for k in window)
    op = ops.Conv(kernel.astype(np.float32), np.zeros(filters, np.float32), (stride, 1, 1), padding)
    return ops.Node(name, op, (after.name,), op.shape([after.shape]))


def clip(shape: ops.Shape = SHAPE) -> ops.Node:
    return ops.Node("clip", ops.Input(), (), shape)


def key(shape: ops.Shape = SHAPE, window: ops.Window = (3, 3, 3), **values: float) -> str:
    """Of a convolution alone."""
    start = clip(shape)
    return keys.keys(ops.Graph((start, conv("a", start, window, **values)), "a"))["a"]  # type: ignore[arg-type]


def test_a_key_says_what_decides_the_speed() -> None:
    assert key(keep=0.18) == "4x14x15x32 * 3x3x3x48 pad 1.1.1.1.1.1 stride 1 keeps 0.18/0.18/0.35"


def test_layers_alike_share_a_key_whatever_their_weights_and_names() -> None:
    start = clip()
    first = conv("a", start, (3, 3, 3), filters=32, keep=0.32)
    second = conv("other", first, (3, 3, 3), filters=32, keep=0.34, seed=1)
    found = keys.keys(ops.Graph((start, first, second), "other"))
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
    alone = keys.keys(ops.Graph((start, space), "space"))["space"]
    graph = ops.Graph((start, space, time), "time")
    found = keys.keys(graph)
    assert keys.pairs(graph) == [("space", "time")]
    assert found["space"].startswith(f"{alone}, before 4x14x15x48 * 3x1x1x48 ")
    assert found["time"].endswith(f", after {alone}")


def test_a_result_that_others_read_is_in_no_pair() -> None:
    start = clip()
    space = conv("space", start, (1, 3, 3))
    time = conv("time", space, (3, 1, 1))
    both = ops.Node("sum", ops.Add(), ("space", "time"), time.shape)
    assert keys.pairs(ops.Graph((start, space, time, both), "sum")) == []


def test_an_empty_kernel_has_a_key() -> None:
    assert key(keep=0).endswith("keeps 0/0/0")


def trained(seed: int, keep: float, alike: float) -> np.ndarray:
    """A kernel as training leaves it: neighbouring groups keep the same blocks with a probability of `alike`."""
    rng = np.random.default_rng(seed)
    grid = rng.random((27, 8, 6)) < keep
    same = rng.random((27, 8, 3)) < alike
    grid[..., 1::2] = np.where(same, grid[..., ::2], grid[..., 1::2])
    kernel = rng.normal(size=(3, 3, 3, 32, 48)) * grid.reshape(3, 3, 3, 8, 6).repeat(4, 3).repeat(8, 4)
    return kernel.astype(np.float32)


@pytest.mark.parametrize(("keep", "alike"), [(0.2, 0.0), (0.22, 0.6), (0.17, 0.6), (0.27, 0.3), (0.14, 0.0)])
def test_a_trained_layer_of_about_the_density_finds_the_choice_for_random_weights(keep: float, alike: float) -> None:
    chosen = {key(keep=0.2): schedules.Schedule(vectors=3), key(keep=1.0): schedules.Schedule(vectors=1)}
    padding = ((1, 1),) * 3
    op = ops.Conv(trained(1, keep, alike), np.zeros(48, np.float32), (1, 1, 1), padding)
    start = clip()
    graph = ops.Graph((start, ops.Node("mine", op, ("clip",), op.shape([start.shape]))), "mine")
    assert keys.by_name(graph, chosen) == {"mine": schedules.Schedule(vectors=3)}


@pytest.mark.parametrize(
    "change",
    [{"keep": 0.5}, {"keep": 0.0}, {"filters": 128}, {"window": (1, 3, 3)}, {"stride": 2}, {"shape": (4, 14, 16, 32)}],
)
def test_a_layer_of_another_form_or_density_finds_none(change: dict[str, float]) -> None:
    assert keys.nearest(key(**change), [key(keep=0.2)]) is None  # type: ignore[arg-type]


def test_a_pair_that_lost_other_filters_finds_the_choice_of_its_like() -> None:
    def pair(filters: int, seed: int) -> dict[str, str]:
        start = clip()
        space = conv("space", start, (1, 3, 3), filters=filters, keep=0.1, seed=seed)
        time = conv("time", space, (3, 1, 1), filters=32, keep=0.1, seed=seed)
        return keys.keys(ops.Graph((start, space, time), "time"))

    known, mine = pair(136, seed=0), pair(120, seed=1)
    assert known != mine
    assert {name: keys.nearest(key, known.values()) for name, key in mine.items()} == known


def test_of_near_layers_the_most_alike_is_taken_and_the_same_before_all() -> None:
    names = [key(filters=filters) for filters in (40, 48, 56)]
    assert keys.nearest(key(filters=52), names) == names[2]
    assert keys.nearest(names[1], names) == names[1]
    assert keys.nearest("of no layer", names) is None
