"""Candidates of a search: from a point to the densest network that keeps the bound, and on to a trained one."""

import dataclasses
import pathlib
import time
from typing import Any

import numpy as np

from rt3d_jax.evaluation import measured
from rt3d_jax.models import catalog, choices
from rt3d_jax.prune import budget, freeze
from rt3d_jax.search import limits, points, records, settings, slices, spaces, trials
from rt3d_jax.sparsity import cost, masks, plans
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, codec, experiments, phase, pretrained

MEASUREMENTS = 3  # of a proposal, while its density is corrected
FILLED = 0.93  # a network that measures this share of what it may take is dense enough
Tree = Any


class _Refused(Exception):
    """No network of a point keeps the bound, or there is none."""


def experiment(record: records.Record) -> experiments.Experiment:
    """What a record stands for."""
    return codec.from_json(record.experiment, experiments.Experiment)


class Candidates:
    """Makes the candidates of one search. table: what a network costs, layer by layer."""

    def __init__(self, search: settings.Search, out: pathlib.Path, meter: limits.Meter, prepared: phase.Prepared):
        self._search, self._out, self._meter, self._prepared = search, out, meter, prepared
        signature = prepared.signature
        self.table = spaces.tables(lambda model: (signature.outputs, signature.structs()))
        self._starts: dict[str, Tree] = {}

    def dense(self, result: dict[str, Any]) -> records.Record:
        """The network that is searched around."""
        network = self._network(self._search.experiment.model, self._start(self._search.experiment.model))
        score = measured.of(result)
        return records.Record(
            stage="dense",
            point=(),
            words={},
            state="kept",
            rate=1.0,
            latency=self._meter.measure(network),
            estimate=self._meter.estimate(network),
            score=None if score is None else measured.plain(score),
            gain=_gain(score),
        )

    def fitted(
        self,
        stage: spaces.Schemes | spaces.Rates,
        point: points.Point,
        words: dict[str, str],
        found: records.Found,
    ) -> records.Record:
        """The densest network of a point that keeps the bound, ready to train; or the reason why there is none.

        What is wrong with this machine, such as a missing compiler, is raised, so that the point is tried again later.
        """
        began, record = time.monotonic(), records.Record(stage.name, point, words)
        try:
            record = self._fit(record, _shape(stage, point), _ratio(found))
        except (_Refused, limits.Unmeasured) as error:
            record = dataclasses.replace(record, state="refused", reason=str(error))
        return dataclasses.replace(record, seconds=round(time.monotonic() - began, 1))

    def trained(self, number: int, record: records.Record) -> records.Record:
        """The proposal of this number after its training. Other blocks may be kept by then, so it is measured anew.

        Errors as `fitted`.
        """
        began, asked = time.monotonic(), experiment(record)
        start = self._begins(asked.model)
        sliced = start not in (None, self._supernet)
        trial = trials.Trial(asked, self._search.effort, self._folder(number), start, sliced)
        try:
            score = trials.run(trial, self._out / trials.SUPERNET, self._prepared.progress)
        except FloatingPointError as error:
            return dataclasses.replace(record, state="refused", reason=str(error))
        network = self._network(asked.model, checkpoints.load_network(trial.run).params)
        try:
            latency = self._meter.measure(network)
        except limits.Unmeasured as error:
            return dataclasses.replace(record, state="refused", reason=str(error))
        return dataclasses.replace(
            record,
            state="kept" if self._search.bound.over(latency) <= 0 else "over",
            latency=latency,
            estimate=self._meter.estimate(network),
            score=measured.plain(score),
            gain=_gain(score),
            seconds=round(record.seconds + time.monotonic() - began, 1),
        )

    def kept(self, number: int) -> dict[str, float]:
        """The share of the blocks that the trained network of a proposal keeps in each layer that is pruned."""
        (run,) = (path for path in (self._folder(number) / "runs").iterdir() if _is_pruned(path))
        network, found = checkpoints.load_network(run), {}
        made = checkpoints.origin(run)
        assert isinstance(made, experiments.Experiment)
        for name, rule in plans.match(made.plan, self.table(made.model)).items():
            if rule is not None:
                mask = cost.leaf(network.masks, name)
                blocks = np.ones(1) if mask is None else masks.block_sums(np.asarray(mask, np.float32), rule.pattern)
                found[name] = float(np.mean(np.asarray(blocks) > 0))
        return found

    def _fit(self, record: records.Record, shape: spaces.Shape, ratio: float) -> records.Record:
        """ratio: of measurements to estimates, which every measurement corrects."""
        room, made, taken, tried = shape.share * self._search.bound.room, None, 0.0, set()
        for _ in range(MEASUREMENTS):
            cost = lambda density, ratio=ratio: ratio * self._meter.estimate(self._cut(shape.at(density)))
            # Estimates refuse nothing: the ratio is that of another network, which may be far off.
            density = limits.densest(cost, shape.low, shape.high, room) or shape.low
            if density in tried:
                break
            tried.add(density)
            asked = shape.at(density)
            network = self._cut(asked)
            latency, estimate = self._meter.measure(network), self._meter.estimate(network)
            if latency <= room and density > taken:
                taken, told = density, codec.to_json(asked)
                made = dataclasses.replace(
                    record, experiment=told, rate=asked.rates[0], latency=latency, estimate=estimate
                )
            if FILLED * room <= latency <= room or (latency <= room and density == shape.high):
                break
            ratio = latency / estimate
        if made is None:
            raise _Refused(f"no network of this point takes at most {room:.4g} {self._meter.unit}")
        return made

    def _cut(self, asked: experiments.Experiment) -> limits.Network:
        """The network of an experiment, cut out of the shared weights as training would cut it."""
        params, table = self._start(asked.model), self.table(asked.model)
        try:
            kept = budget.to_rate(params, asked.plan, table, asked.rates[0], measure=asked.measure)
        except ValueError as error:  # a rate that the plan forbids
            raise _Refused(str(error)) from error
        return self._network(asked.model, freeze.apply_masks(params, kept))

    def _network(self, model: catalog.Model, params: Tree) -> limits.Network:
        signature = self._prepared.signature
        apply = catalog.apply_function(model, signature.outputs, "direct")
        return limits.Network(contract.as_shipped(self._search.experiment.task, apply), params, signature.structs())

    def _start(self, model: catalog.Model) -> Tree:
        """The shared weights of a model."""
        if (key := repr(model)) not in self._starts:
            begins = self._begins(model) or self._supernet
            own = dataclasses.replace(self._search.experiment, model=model, pretrained=str(begins))
            self._starts[key] = pretrained.start(own, self._prepared.signature.outputs)
        return self._starts[key]

    def _begins(self, model: catalog.Model) -> pathlib.Path | None:
        """The run whose weights another model than the experiment's starts from."""
        own = self._search.experiment.model
        if model == own:
            return None
        if dataclasses.replace(model, winograd=own.winograd) == own:
            return self._supernet
        values, chosen = choices.values(model), (*choices.elastic(model), *choices.operators(own))
        name = "-".join(f"{name}-{points.word(values[name])}" for name in chosen)
        return slices.write(self._supernet, model, self._out / "slices" / "runs" / name)

    @property
    def _supernet(self) -> pathlib.Path:
        return self._out / trials.SUPERNET / "runs" / "dense"

    def _folder(self, number: int) -> pathlib.Path:
        return self._out / "trials" / f"{number:03}"


def _shape(stage: spaces.Schemes | spaces.Rates, point: points.Point) -> spaces.Shape:
    try:
        return stage.shape(point)
    except ValueError as error:
        raise _Refused(str(error)) from error


def _gain(score: measured.Score | None) -> float | None:
    """The value of a score, so that more is better."""
    if score is None or score.value is None:
        return None
    return score.value if score.more_is_better else -score.value


def _ratio(found: records.Found) -> float:
    """Of the last measurement to its estimate."""
    for one in (*reversed(found.records), found.dense):
        if one and one.latency and one.estimate:
            return one.latency / one.estimate
    return 1.0


def _is_pruned(folder: pathlib.Path) -> bool:
    return folder.is_dir() and folder.name != "dense" and not folder.name.startswith("penalised")
