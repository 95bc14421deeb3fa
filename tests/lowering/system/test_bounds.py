"""Every bound takes what lies within it, its ends included or not as it says, and never nan or an infinite number."""

import math
from typing import Any

import pytest

from lowering.system import bounds, typed

EDGES = {
    "Positive": ([1e-9, 3], [0, -1, "1", None]),
    "NotNegative": ([0, 1e9], [-1e-9]),
    "Fraction": ([0, 1], [-0.1, 1.1]),
    "BelowOne": ([0, 0.999], [-0.1, 1]),
    "Rate": ([1, 100.5], [0.999]),
    "Count": ([1, 9], [0, 1.0, True]),
    "CountOrZero": ([0, 9], [-1, 0.0, False]),
}


@pytest.mark.parametrize("name", EDGES)
def test_a_bound_takes_what_lies_within_it_alone(name: str) -> None:
    kind: Any = getattr(bounds, name)
    within, outside = EDGES[name]
    for value in within:
        assert typed.read(value, kind, "x") == value
    for value in (*outside, math.nan, math.inf, -math.inf):
        with pytest.raises(ValueError, match=f"^x is {value!r}, expected a (whole )?number "):
            typed.read(value, kind, "x")


def test_every_bound_is_tested() -> None:
    assert {name for name in vars(bounds) if name[0].isupper() and name != "Annotated"} == set(EDGES)
