"""A search, its stages told in order: shared weights, then schemes and architecture, then the rates of the layers.

Below OUT: supernet/, the dense network that all trials start from; slices/, its smaller copies; trials/NNN/, a run
folder each; search.json, what was found out; report.html; found.py, the best experiment.
"""

import dataclasses
import pathlib
from typing import Any

from lowering.system import files, hashes, locks
from rt3d_jax.report import searches
from rt3d_jax.search import candidates, limits, points, recipe, records, settings, spaces, trials
from rt3d_jax.search.proposers import named, predictors, starts
from rt3d_jax.training import codec, loop, phase, phases, sweep

FOUND = "found.py"


def run(search: settings.Search, out: pathlib.Path, meter: limits.Meter, progress: loop.Progress) -> records.Found:
    """All stages below `out`; what is finished is taken as it is, and a trial that was stopped goes on.

    search.json and report.html are written after every proposal, found.py whenever there is a better one. ValueError if
    the folder holds another search, or another process searches there. progress is called as by training.phases.
    """
    named.find(search.proposer)  # before minutes of training
    with locks.held(out):
        sweep.keep_compiled(out)
        prepared = phases.prepare(trials.supernet(search.experiment), out / trials.SUPERNET, progress)
        dense = phases.dense(prepared)
        found = records.read(out, _key(search, meter), _about(search, meter))
        return _Searcher(search, out, meter, prepared, found).run(dense)


class _Searcher:
    """The stages of a search over an open task and its shared weights."""

    def __init__(
        self,
        search: settings.Search,
        out: pathlib.Path,
        meter: limits.Meter,
        prepared: phase.Prepared,
        found: records.Found,
    ):
        self._search, self._out, self._found, self._progress = search, out, found, prepared.progress
        self._made = candidates.Candidates(search, out, meter, prepared)

    def run(self, dense: dict[str, Any]) -> records.Found:
        if self._found.dense is None:
            self._found = dataclasses.replace(self._found, dense=self._made.dense(dense))
        self._keep(self._found)  # and what a kill left out
        search, table = self._search, self._made.table
        self._stage(spaces.Schemes(search.experiment, search.space, table), search.schemes, ())
        best = base(self._found)
        if best is not None and search.rates:
            kept = self._made.kept(self._found.records.index(best))
            stage = spaces.Rates(candidates.experiment(best), kept, search.space, table)
            first = dataclasses.replace(best, point=(0,) * len(stage.choices))
            self._stage(stage, search.rates, (first,))
        return self._found

    def _stage(self, stage: spaces.Schemes | spaces.Rates, count: int, before: tuple[records.Record, ...]) -> None:
        """Proposals of a stage until there are `count`. before: what is known at its start."""
        among = stage.choices
        while True:
            done = self._found.of(stage.name)
            self._progress(f"search {stage.name}", sum(one.state != "trains" for one in done), count, self._so_far())
            unfinished = [number for number, one in enumerate(self._found.records) if one.state == "trains"]
            if unfinished:
                self._finish(unfinished[0])
                continue
            if len(done) >= count:
                return
            told = [one.told(self._over(one)) for one in (*before, *done)]
            point = self._point(among, told)
            made = self._made.fitted(stage, point, points.words(among, point), self._found)
            self._keep(dataclasses.replace(self._found, records=(*self._found.records, made)))

    def _point(self, among: tuple[points.Choice, ...], told: list[points.Told]) -> points.Point:
        """The first proposals; then the best of what is proposed, as the predictors see it."""
        if (first := starts.following(among, told)) is not None:
            return first
        search = self._search
        proposed = named.find(search.proposer)(among, told, search.asked, search.seed)
        return predictors.best(among, told, proposed, search.seed)

    def _finish(self, number: int) -> None:
        """Train the proposal of this number, or go on with that."""
        ended = self._made.trained(number, self._found.records[number])
        self._keep(self._found.ending(number, ended))

    def _write_rest(self) -> None:
        """report.html; and found.py, the best experiment, with the user's task."""
        best = self._found.best()
        number = lambda one: None if one is None else self._found.records.index(one)
        searches.write(dataclasses.asdict(self._found), number(best), number(base(self._found)), self._out)
        if best is None:
            return
        words = searches.line(dataclasses.asdict(best), self._found.about["unit"])
        said = f"Found by rt3d search around {self._search.experiment.name}: {words}"
        own = dataclasses.replace(candidates.experiment(best), name=f"{self._search.experiment.name}_found")
        files.write_text(self._out / FOUND, recipe.text(own, said))

    def _over(self, record: records.Record) -> float:
        """How far over the bound; what could not be fitted at all counts as far over."""
        return 1.0 if record.latency is None else self._search.bound.over(record.latency)

    def _so_far(self) -> dict[str, float]:
        best = self._found.best()
        return {} if best is None or best.score is None else {"best": best.score["value"]}

    def _keep(self, found: records.Found) -> None:
        self._found = found
        records.write(self._out, found)
        self._write_rest()


def base(found: records.Found) -> records.Record | None:
    """The proposal whose layers the second stage prunes more or less; None if the first one kept none."""
    return found.before(spaces.Rates.name).best(spaces.Schemes.name)


def _key(search: settings.Search, meter: limits.Meter) -> str:
    """A fingerprint of all that the records depend on, the numbers of proposals aside."""
    asked = codec.to_json(dataclasses.replace(search, schemes=1, rates=0))
    return hashes.of_json({"search": asked, "meter": meter.name})[:16]


def _about(search: settings.Search, meter: limits.Meter) -> dict[str, Any]:
    return {
        "experiment": search.experiment.name,
        "bound": search.bound.most,
        "margin": search.bound.margin,
        "unit": meter.unit,
        "measured by": meter.name,
        "proposer": search.proposer,
        "effort": search.effort,
        "seed": search.seed,
    }
