"""The log of trials: read back as it was written, whatever interrupted the writing; and what its results are worth."""

import pathlib

import pytest

from lowering.targets import schedules
from lowering.tune import log as logs
from lowering.tune import networks as tuned

UNIT = tuned.Unit(("key",), (("conv",),))
CHOSEN = {"key": schedules.Schedule(group=8, vectors=3)}


def test_what_was_tried_is_known_to_the_next_process(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "cache" / "log.jsonl"
    log = logs.Log(path)
    log.add(UNIT, CHOSEN, [(2.0, 1.0), (4.0, 3.0)])
    log.add(UNIT, CHOSEN, [(2.0, 1.5)])
    log.add(UNIT, {}, [(2.0, 2.0)])
    again = logs.Log(path)
    assert again.find(UNIT, CHOSEN) == logs.Result(CHOSEN, [[(2.0, 1.0), (4.0, 3.0)], [(2.0, 1.5)]])
    assert again.find(UNIT, {}) == again.find(UNIT, {"key": schedules.DEFAULT}) == logs.Result({}, [[(2.0, 2.0)]])
    assert again.find(UNIT, {"key": schedules.Schedule(vectors=1)}) is None
    assert again.find(tuned.Unit(("key",), (("conv",), ("twin",))), CHOSEN) is None  # costs twice as much


def test_a_line_that_was_cut_off_costs_one_trial(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "log.jsonl"
    logs.Log(path).add(UNIT, CHOSEN, [(2.0, 1.0)])
    whole = path.read_text()
    path.write_bytes(
        f"{whole[: len(whole) // 2]}\n{whole}".encode()
        + b'{"unit": "1 of key", "choices": {"key": {"group": 5}}, "rounds": []}\n[]\n\xff\n'
    )
    assert logs.Log(path).find(UNIT, CHOSEN) == logs.Result(CHOSEN, [[(2.0, 1.0)]])


def test_of_several_trials_the_first_does_not_count() -> None:
    result = logs.Result(CHOSEN, [[(10.0, 5.0)]])
    assert (result.confirmed, result.holds, result.ratio) == (False, True, 0.5)
    result.trials.append([(20.0, 20.0)])
    assert (result.confirmed, result.holds, result.ratio, result.default) == (True, False, 1.0, 20.0)


@pytest.mark.parametrize(
    ("ratios", "holds"),
    [
        ([0.95, 0.95, 0.95, 0.95], True),
        ([0.985, 0.985, 0.985, 0.985], False),  # less than the margin
        ([0.90, 0.92, 0.94, 1.30], True),  # one round that something disturbed
        ([0.80, 0.90, 1.00, 1.10], False),  # as much noise as gain
    ],
)
def test_a_gain_must_be_more_than_the_margin_and_the_noise(ratios: list[float], holds: bool) -> None:
    assert logs.Result(CHOSEN, [[(1.0, ratio) for ratio in ratios]]).holds == holds
