"""Claims about those who propose: points in range, the same again, and better ones after learning."""

import numpy as np
import pytest

from rt3d_jax.search import points
from rt3d_jax.search.proposers import baselines, named, predictors, starts

AMONG = (
    points.Choice("conv1", ("kgs 8x4", "filter", "none")),
    points.Choice("conv2", ("kgs 8x4", "kgs 8x1", "vanilla 8x4", "none")),
    points.Choice("latency", ("1", "0.7")),
)
GOOD = (2, 1, 0)


def told(point: points.Point) -> points.Told:
    """Each value that GOOD has is worth a point."""
    gain = float(sum(map(int.__eq__, point, GOOD)))
    return points.Told(point, gain, 1.0 + 0.1 * point[0], -0.01)


def drawn(count: int) -> list[points.Told]:
    rng = np.random.default_rng(1)
    return [told(points.drawn(AMONG, rng)) for _ in range(count)]


def mean_gain(proposed: list[points.Point]) -> float:
    return float(np.mean([told(point).gain or 0.0 for point in proposed]))


@pytest.mark.parametrize("name", named.HOMES)
def test_proposals_are_points_and_the_same_when_they_are_asked_for_again(name: str) -> None:
    propose = named.find(name)
    refused = points.Told((0, 3, 1), None, None, 1.0)
    for history in ((), (refused,), (*drawn(8), refused)):
        found = propose(AMONG, history, 5, 3)
        assert len(found) == 5 and found == propose(AMONG, history, 5, 3)
        assert all(
            0 <= value < len(choice.values) for point in found for value, choice in zip(point, AMONG, strict=True)
        )


@pytest.mark.parametrize("name", ["bayesian", "evolution"])
def test_who_learns_proposes_better_points_than_are_drawn(name: str) -> None:
    history = drawn(24)
    plain = mean_gain(named.find("random")(AMONG, history, 64, 0))
    assert mean_gain(named.find(name)(AMONG, history, 16, 0)) > plain + 0.3


def test_the_generator_learns_from_what_became_of_its_own_points() -> None:
    propose, history = named.find("reinforce"), []
    for _ in range(40):
        history.append(told(propose(AMONG, history, 1, 0)[0]))
    gains = [one.gain for one in history]
    assert sum(gains[-10:]) > sum(gains[:10]) + 5


def test_points_over_the_bound_are_left_alone_by_evolution() -> None:
    over = [points.Told(GOOD, 9.0, 5.0, 0.2)] * 12
    kept = [points.Told((0, 0, 1), 1.0, 1.0, 0.0)] * 6  # three choices away, of which a child changes two
    assert GOOD not in named.find("evolution")(AMONG, (*over, *kept), 40, 0)


def test_a_child_of_two_parents_has_the_first_choices_of_one_and_the_last_of_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(baselines, "CROSSED", 1.0)
    monkeypatch.setattr(baselines, "CHANGED", 1)
    among = tuple(points.Choice(f"conv{place}", ("kgs", "vanilla", "filter")) for place in range(8))
    parents = [points.Told((value,) * 8, 1.0, 1.0, -0.01) for value in (0, 1)]
    found = baselines.evolution(among, parents, 200, 0)
    turns = [sum(map(int.__ne__, child, child[1:])) for child in found]
    assert max(turns) <= 3  # one where the parents meet, two around the choice that is changed
    assert any(child[:3] == (0,) * 3 and child[5:] == (1,) * 3 for child in found)


def test_the_first_proposals_change_a_whole_group_at_once_and_go_on_from_its_best() -> None:
    own, others = ("own", "kgs", "filter", "none"), ("kgs", "filter")
    among = (
        points.Choice("conv1", own, "pattern", others),
        points.Choice("conv2", own[1:], "pattern", others),  # which has a pattern of them itself
        points.Choice("algorithm", ("reweighted", "gradual"), "algorithm", ("reweighted", "gradual")),
        points.Choice("latency", ("100%", "85%")),
    )
    history: list[points.Told] = []
    while (point := starts.following(among, history)) is not None:
        said = " ".join(points.words(among[:2], point[:2]).values())
        gain = {"own kgs": 1.0, "filter filter": 9.0}.get(said, 3.0)
        over = 0.2 if said == "filter filter" else -0.1
        history.append(points.Told(point, gain, 1.0, over))
    assert [one.point for one in history] == [(0, 0, 0, 0), (1, 0, 0, 0), (2, 1, 0, 0), (1, 0, 1, 0)]


def test_an_unknown_proposer_is_an_error() -> None:
    with pytest.raises(ValueError) as error:
        named.find("simplex")
    assert str(error.value) == "proposer is 'simplex', expected one of bayesian, reinforce, evolution, random"


def test_predictors_pick_what_has_the_values_that_were_good() -> None:
    history = [one for one in drawn(24) if one.point != GOOD]
    assert predictors.best(AMONG, history, [(0, 0, 1), GOOD, (1, 3, 1)], 0) == GOOD


def test_predictors_leave_out_what_was_tried_and_take_the_first_proposal_until_they_know_something() -> None:
    tried = told((0, 0, 0))
    assert predictors.best(AMONG, [tried], [(0, 0, 0), (1, 1, 1), GOOD], 0) == (1, 1, 1)
    assert predictors.best(AMONG, [tried], [(0, 0, 0)], 0) == (0, 0, 0)
