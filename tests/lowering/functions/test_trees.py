"""The leaves of parameter trees by path, whatever the tree is made of."""

import dataclasses

import jax
import pytest
from flax import nnx

from lowering.functions import trees

PLAIN = {"conv1": {"kernel": 1, "bias": 2}, "layers": [{"weight": 3}, {"weight": 4}], "none": None}


@jax.tree_util.register_dataclass
@dataclasses.dataclass
class Module:
    """As Equinox's: leaves are attributes."""

    weight: int
    inner: tuple[int, ...]


def test_a_path_joins_the_keys_of_a_leaf() -> None:
    assert trees.paths(PLAIN) == [
        ("conv1/bias", 2),
        ("conv1/kernel", 1),
        ("layers/0/weight", 3),
        ("layers/1/weight", 4),
    ]
    assert trees.paths(Module(5, (6, 7))) == [("weight", 5), ("inner/0", 6), ("inner/1", 7)]


def test_leaves_are_read_and_replaced_by_path() -> None:
    assert trees.leaf(PLAIN, "layers/1/weight") == 4
    assert trees.leaf(PLAIN, "layers/2/weight") is None
    found = trees.replaced(PLAIN, {"conv1/bias": 9})
    assert found == {**PLAIN, "conv1": {"kernel": 1, "bias": 9}}
    assert trees.like(PLAIN, {"conv1/bias": 9}) == {
        "conv1": {"kernel": None, "bias": 9},
        "layers": [{"weight": None}, {"weight": None}],
        "none": None,
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("conv1/kernel", ("conv1", "kernel")),
        ("layers/0/weight", ("layers/0", "weight")),
        ("kernel", ("", "kernel")),
    ],
)
def test_a_path_is_split_into_the_layer_and_its_leaf(path: str, expected: tuple[str, str]) -> None:
    assert trees.split(path) == expected


def test_an_nnx_state_has_the_paths_of_its_plain_form() -> None:
    """An NNX optimizer hands on the plain one."""
    state = nnx.state(nnx.Linear(2, 3, rngs=nnx.Rngs(0)))
    assert [path for path, _ in trees.paths(state)] == [path for path, _ in trees.paths(nnx.as_pure(state))]
    assert [path for path, _ in trees.paths(state)] == ["bias", "kernel"]
    assert trees.paths({"value": 1, "w": {"value": 2}}) == [("value", 1), ("w/value", 2)]


def test_a_path_that_is_not_there_cannot_be_replaced() -> None:
    with pytest.raises(ValueError) as error:
        trees.replaced(PLAIN, {"conv2/bias": 9})
    assert str(error.value) == (
        "the tree has no leaf conv2/bias, expected one of conv1/bias, conv1/kernel, layers/0/weight, layers/1/weight"
    )
