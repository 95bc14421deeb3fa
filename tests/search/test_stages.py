"""Claims about a whole search: the bound holds, it goes on where it was stopped, and its result is an experiment."""

import dataclasses
import json
import shutil

import pytest

from rt3d_jax.cli import search as verb
from rt3d_jax.cli import train
from rt3d_jax.report import searches
from rt3d_jax.search import candidates, limits, records, settings, spaces, stages, trials
from rt3d_jax.training import phases, states
from tests.search import made_up

BOUND = 30.0
SPACE = spaces.Space(patterns=("kgs 8x4", "filter"), methods=(), sizes=(0.5,), shares=(), factors=(0.5,))
pytestmark = pytest.mark.usefixtures("compiled_once")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> settings.Search:
    experiment = made_up.experiment(tmp_path_factory.mktemp("pictures"))
    bound = limits.Bound(BOUND, margin=0.1)
    return settings.Search(experiment, bound, SPACE, proposer="random", schemes=3, rates=1, effort=0.5, asked=4, seed=1)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, asked: settings.Search):
    """The folder of a search that was stopped in its second proposal and went on, and what came out."""
    out = tmp_path_factory.mktemp("search")
    with pytest.raises(KeyboardInterrupt):
        stages.run(asked, out, made_up.Weights(stops=2), lambda *_: None)
    assert len(json.loads((out / records.FILE).read_text())["records"]) == 1
    return out, stages.run(asked, out, made_up.Weights(), lambda *_: None)


def test_no_accepted_network_breaks_the_bound(done):
    out, found = done
    kept = [one for one in found.records if one.state == "kept"]
    assert {one.stage for one in kept} == {"schemes", "rates"} and found.dense.latency > BOUND
    for one in kept:
        assert one.latency is not None and one.latency <= BOUND * 0.95
    assert all(one.state in ("over", "refused") for one in found.records if one not in kept)


def test_a_search_that_is_finished_trains_and_measures_nothing(done, asked):
    out, found = done
    before, meter, seen = (out / records.FILE).read_text(), made_up.Weights(), []
    again = stages.run(asked, out, meter, lambda what, *told: seen.append(what))
    assert (len(again.records), meter.measured) == (len(found.records), [])
    assert (out / records.FILE).read_text() == before and set(seen) == {"search schemes", "search rates"}


def test_what_a_kill_left_out_is_written_when_the_search_is_asked_for_again(done, asked, tmp_path):
    shutil.copytree(done[0], tmp_path, symlinks=True, dirs_exist_ok=True)
    for name in (stages.FOUND, "report.html"):
        (tmp_path / name).unlink()
    stages.run(asked, tmp_path, made_up.Weights(), lambda *_: None)
    for name in (stages.FOUND, "report.html"):
        assert (tmp_path / name).read_text() == (done[0] / name).read_text()


def test_a_trial_that_was_stopped_in_the_last_stage_ends_before_an_earlier_stage_goes_on(done, asked, tmp_path):
    before = stopped(done, tmp_path)
    more = stages.run(dataclasses.replace(asked, schemes=4), tmp_path, made_up.Weights(), lambda *_: None)
    assert [one.stage for one in more.records] == [one.stage for one in before.records] + ["schemes"]
    assert more.records[len(before.records) - 1].state == done[1].records[-1].state
    assert "trains" not in {one.state for one in more.records}


def stopped(done, folder):
    """A copy of the search in a folder, whose last trial was stopped."""
    shutil.copytree(done[0], folder, symlinks=True, dirs_exist_ok=True)
    found = done[1]
    last = dataclasses.replace(found.records[-1], state="trains", score=None, gain=None)
    records.write(folder, found := found.ending(len(found.records) - 1, last))
    return found


def test_a_trained_network_is_measured_itself_and_its_estimate_is_kept(done, asked, tmp_path):
    stopped(done, tmp_path)
    meter = made_up.Weights()
    last = stages.run(asked, tmp_path, meter, lambda *_: None).records[-1]
    assert last.estimate is not None
    assert meter.measured == [last.latency] == [made_up.OFF * last.estimate]


def test_a_network_that_cannot_be_timed_is_refused_and_the_search_goes_on(done, asked, tmp_path):
    stopped(done, tmp_path)
    broken = Broken(limits.Unmeasured("iree-compile failed"))
    found = stages.run(dataclasses.replace(asked, rates=2), tmp_path, broken, lambda *_: None)
    assert [(one.state, one.reason) for one in found.records[-2:]] == [("refused", "iree-compile failed")] * 2
    best, before = found.best(), done[1].before("rates").best()
    assert best is not None and best.point == before.point


def test_a_point_is_not_refused_by_the_ratio_of_another_network(done, asked, tmp_path):
    before = stopped(done, tmp_path)
    far = dataclasses.replace(before.records[-1], state="over", latency=50.0, estimate=1.0)
    records.write(tmp_path, before.ending(len(before.records) - 1, far))
    more = stages.run(dataclasses.replace(asked, schemes=4), tmp_path, made_up.Weights(), lambda *_: None)
    assert more.records[-1].state == "kept"


class Broken(made_up.Weights):
    """Times nothing."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def measure(self, network: limits.Network) -> float:
        raise self.error


def test_a_fault_of_the_machine_refuses_nothing(done, asked, tmp_path):
    before = stopped(done, tmp_path)
    for rates, state in ((1, "trains"), (2, "kept")):
        with pytest.raises(RuntimeError, match="^qemu-aarch64 is not installed$"):
            asks = dataclasses.replace(asked, rates=rates)
            stages.run(asks, tmp_path, Broken(RuntimeError("qemu-aarch64 is not installed")), lambda *_: None)
        found = records.read(tmp_path, before.key, {})
        assert [one.state for one in found.records] == [one.state for one in before.records[:-1]] + [state]
        stages.run(dataclasses.replace(asked, rates=1), tmp_path, made_up.Weights(), lambda *_: None)


def test_the_first_proposal_is_the_experiment_as_it_is(done):
    _, found = done
    first = found.records[0]
    assert set(first.point) == {0} and first.words["block1/wide"] == "kgs 8x4"


def test_what_was_found_is_an_experiment_that_trains(done, asked, tmp_path):
    out, found = done
    made = train.load(str(out / stages.FOUND))
    assert made.task == asked.experiment.task and made.dense == asked.experiment.dense
    assert f"rate {found.best().rate:g}" in (out / stages.FOUND).read_text()
    assert phases.run(made, tmp_path, lambda *_: None)[-1]["rate_target"] == found.best().rate


def test_another_bound_needs_another_folder(done, asked):
    out, _ = done
    other = dataclasses.replace(asked, bound=limits.Bound(40.0))
    with pytest.raises(ValueError) as error:
        stages.run(other, out, made_up.Weights(), lambda *_: None)
    expected = f"{out} holds a search of other settings; choose another --out, or move it away"
    assert str(error.value) == expected


def test_a_damaged_record_is_an_error(done, tmp_path):
    text = (done[0] / records.FILE).read_text()
    (tmp_path / records.FILE).write_text(text.replace('"schemes"', '"others"', 1))
    with pytest.raises(ValueError) as error:
        records.read(tmp_path, "", {})
    fix = "restore it from a copy, or move it away to search anew"
    assert str(error.value) == f"{tmp_path / records.FILE} is not what was written; {fix}"


def test_the_report_draws_scores_against_latencies_and_the_best_so_far(done, capsys):
    out, found = done
    page = (out / "report.html").read_text()
    assert page.count("<svg") == 2 and "Score against latency" in page and "Best so far" in page
    assert all(found_in_words in page for found_in_words in ("PSNR", "bound of 30 ms", "block1/wide"))
    verb.show(found)
    assert capsys.readouterr().out.count("kept") == sum(one.state == "kept" for one in found.records)


def test_the_report_says_which_proposal_is_the_best_and_around_which_one_the_second_stage_searches(done):
    out, found = done
    page, best = (out / "report.html").read_text(), found.records.index(found.best())
    assert f"The best is number {best}: " in page and page.count("kept, the best") == 1
    base = found.records.index(found.before("rates").best("schemes"))
    assert found.records.index(stages.base(found)) == base and f"number {base} with " in page
    assert page.count("<tr>") == 1 + 1 + len(found.records)  # the head, the dense network, the proposals


def test_choices_of_the_same_value_are_said_together():
    chosen = {"conv1": "kgs 8x4", "conv2": "filter", "conv3": "kgs 8x4", "latency": "85% of the bound"}
    said = searches.words({"reason": "", "words": chosen})
    assert said == "conv1, conv3 kgs 8x4; conv2 filter; latency 85% of the bound"
    assert searches.words({"reason": "it is too slow", "words": chosen}) == "it is too slow"


def test_the_front_has_what_nothing_beats():
    rows = [{"latency": x, "gain": y} for x, y in ((1.0, 1.0), (2.0, 3.0), (2.0, 2.0), (3.0, 3.0), (0.5, 0.1))]
    assert searches.front(rows) == [True, True, False, False, True]


def test_a_network_whose_kernels_are_transformed_trains_as_long_as_others(done, asked, tmp_path):
    supernet, first = done[0] / trials.SUPERNET, candidates.experiment(done[1].records[0])
    changed = dataclasses.replace(first, model=dataclasses.replace(first.model, winograd=2), rates=(1.5,))
    trial = trials.Trial(changed, asked.effort, tmp_path / "trial", supernet / "runs/dense")
    trials.run(trial, supernet, lambda *_: None)
    assert states.steps(trial.folder / "runs/dense") == [0]
    (direct,) = (done[0] / "trials/000/runs").glob("kgs*")
    assert max(states.steps(trial.run)) == max(states.steps(direct))
