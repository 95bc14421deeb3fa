"""Released profiles, at their own rate and at others."""

import functools
import re

import pytest

from rt3d_jax.configs import released
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost, plans


@functools.cache
def table(name: str) -> tuple[cost.Layer, ...]:
    """The layers of a network."""
    return catalog.table(released.PROFILES[name].model, 101)


def rate_of(name: str, rate: float) -> float:
    """Dense MACs over kept MACs that a plan's keeps come to; shapes are enough."""
    profile = released.PROFILES[name]
    layers = table(name)
    rules = plans.match(released.plan(profile, layers, rate), layers)
    kept = sum(each.macs * ((rule := rules[each.name]) is None or rule.keep or 0) for each in layers)
    return cost.macs(layers) / kept


@pytest.mark.parametrize("name", released.PROFILES)
def test_a_profile_comes_to_its_published_rate(name: str) -> None:
    assert rate_of(name, released.PROFILES[name].rate) == pytest.approx(released.PROFILES[name].rate, rel=0.01)


@pytest.mark.parametrize("rate", [1.2, 2.6, 3.6, 4.0])
@pytest.mark.parametrize("name", released.PROFILES)
def test_another_rate_is_hit(name: str, rate: float) -> None:
    assert rate_of(name, rate) == pytest.approx(rate, rel=1e-6)


@pytest.mark.parametrize("rate", [0.5, 50.0])
def test_a_rate_out_of_reach_says_what_is_within(rate: float) -> None:
    message = f"rate {rate:g} cannot be reached; expected at least 1 and below "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        rate_of("c3d", rate)


def test_an_unknown_profile_lists_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="^no released profile for 'c4d'; expected one of: c3d"):
        released.find("c4d")
