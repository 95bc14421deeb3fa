"""A network of the user's own: the contract of its class, and what is said of one that breaks it."""

import jax
import pytest
from flax import nnx

from lowering.functions import trees
from rt3d_jax.models import catalog, layers

NAME = "tests.models.test_own_networks"
INPUTS = (jax.ShapeDtypeStruct((1, 2, 4, 4, 3), "float32"),)


class Good(nnx.Module):
    def __init__(self, *, outputs, width, frames, size, dropout, form, rngs, bias=0.0):
        self.conv = layers.Conv(3, outputs, (1, 1, 1), form=form, rngs=rngs)
        self.bias = bias

    def __call__(self, clip, key=None):
        return self.conv(clip) + self.bias


class TakesNothing(nnx.Module):
    def __init__(self, *, rngs):
        pass


class NoNetwork:
    pass


class Pair(Good):
    def __call__(self, clip, key=None):
        return self.conv(clip), clip


class NoKey(Good):
    def __call__(self, clip):
        return self.conv(clip)


def model(name, **changes):
    return catalog.Model(f"{NAME}:{name}", frames=2, size=4, **changes)


def test_a_class_of_ones_own_is_a_network_with_its_own_options():
    found = catalog.create(model("Good", options={"bias": 1.5}), 5, rngs=nnx.Rngs(0))
    assert isinstance(found, Good) and found.bias == 1.5
    catalog.check(model("Good"), INPUTS, (2, 4, 4, 5))
    (layer,) = catalog.table(model("Good"), 5, INPUTS)
    assert layer.macs == 2 * 4 * 4 * 3 * 5
    assert [path for path, _ in trees.paths(catalog.shapes(model("Good"), 5))] == ["conv/bias", "conv/kernel"]


BROKEN = [
    (model("NoNetwork"), f"model {NAME}:NoNetwork is no network: expected a subclass of flax.nnx.Module"),
    (
        model("TakesNothing"),
        f"model {NAME}:TakesNothing does not take its arguments (got an unexpected keyword argument 'outputs'); "
        "expected Net(*, outputs, width, frames, size, dropout, form, rngs)",
    ),
    (
        model("Good", options={"shift": 1}),
        f"model {NAME}:Good does not take its arguments (got an unexpected keyword argument 'shift'); "
        "expected Net(*, outputs, width, frames, size, dropout, form, rngs, shift)",
    ),
    (model("Pair"), f"model {NAME}:Pair returns a tuple, expected one array"),
    (
        model("NoKey"),
        f"model {NAME}:NoKey cannot be called with inputs float32[1, 2, 4, 4, 3] and key=None "
        "(NoKey.__call__() got an unexpected keyword argument 'key')",
    ),
    (model("Nets"), f"{NAME} has no class 'Nets'; expected one, as '{NAME}:Nets' says"),
]


@pytest.mark.parametrize(("own", "message"), BROKEN, ids=[message[:50] for _, message in BROKEN])
def test_a_class_that_breaks_the_contract_is_an_error_in_one_line(own, message):
    with pytest.raises(ValueError) as error:
        catalog.check(own, INPUTS, (2, 4, 4, 5))
    assert str(error.value) == message


def test_an_output_of_another_shape_than_the_tasks_is_an_error():
    with pytest.raises(ValueError) as error:
        catalog.check(model("Good"), INPUTS, (5,))
    expected = (
        f"model {NAME}:Good gives float32[1, 2, 4, 4, 5] for one example, expected float32[1, 5], as the task says"
    )
    assert str(error.value) == expected
