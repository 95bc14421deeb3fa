"""The phases of an experiment in order: dense, penalise, and for each rate prune, retrain, evaluate."""

import contextlib
import dataclasses
import functools
import pathlib
import warnings
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax

from lowering.system import files, hashes
from rt3d_jax.evaluation import measured, predict
from rt3d_jax.hosts import devices, distributed, machine
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, budget, freeze, selection
from rt3d_jax.sparsity import cost
from rt3d_jax.sparsity import masks as masking
from rt3d_jax.tasks import contract
from rt3d_jax.training import (
    checkpoints,
    claims,
    experiments,
    loop,
    objectives,
    optimizers,
    pretrained,
    recipes,
    results,
)

Tree = Any
Progress = loop.Progress


def run(experiment: experiments.Experiment, out: str | pathlib.Path, progress: Progress) -> list[dict[str, Any]]:
    """All phases of an experiment below `out`; returns the result.json of dense, penalised and every pruned run.

    A finished phase whose settings are unchanged is taken as it is, a stopped one goes on at its last batch.
    progress(phase, done, total, metrics) is called after every step, test batch and piece of data that is made.
    """
    return phases(prepare(experiment, out, progress))


def phases(prepared: "Prepared") -> list[dict[str, Any]]:
    """All phases in order. One penalise phase serves all rates, unless the algorithm aims at a rate."""
    experiment, results = prepared.experiment, [dense(prepared)]
    for rate in experiment.rates:
        name = _penalised(prepared, rate)
        if name != "dense" and name not in [result["name"] for result in results]:
            results.append(penalise(prepared, rate))
    return [*results, *(prune(prepared, rate) for rate in experiment.rates)]


@dataclasses.dataclass(frozen=True)
class Prepared:
    """An experiment with its data at hand: what all phases share.

    signature: what goes into the network and comes out. table: what the dense network costs.
    """

    experiment: experiments.Experiment
    out: pathlib.Path
    data: contract.Opened
    signature: contract.Signature
    table: tuple[cost.Layer, ...]
    progress: Progress

    def folder(self, name: str) -> pathlib.Path:
        return self.out / "runs" / name

    @property
    def per_epoch(self) -> float:
        """Steps in one pass over the training examples."""
        return self.data.examples[0] / self.experiment.batch

    @property
    def reading(self) -> contract.Reading:
        """How batches are read: of each the rows of this process."""
        batch = self.experiment.batch
        return contract.Reading(batch, devices.rows(batch), self.experiment.workers)

    @functools.cached_property
    def doubts(self) -> tuple[str, ...]:
        """What is doubtful about the data, found out once, before the first phase that trains.

        Errors as those of contract.Examined.examine.
        """
        if not distributed.first() or not isinstance(self.data, contract.Examined):
            return ()
        return self.data.examine(self.progress)

    def network(self, conv_form: str = "auto") -> Callable[..., jax.Array]:
        """The pure function apply(params, *inputs) -> outputs of the experiment's network, in evaluation."""
        return catalog.apply_function(self.experiment.model, self.signature.outputs, conv_form)


def prepare(experiment: experiments.Experiment, out: str | pathlib.Path, progress: Progress) -> Prepared:
    """Find or make the data, and check batch, network, plan and rates before anything trains."""
    machine.keep_freed_memory()
    out = pathlib.Path(out)
    devices.part_cpu(experiment.compute.cores)
    devices.check(experiment.batch, experiment.compute.accumulate)
    catalog.check_constructor(experiment.model)  # before data is made or read, which may take minutes
    data = distributed.in_turn(lambda: experiment.task.open(out, progress))
    signature = experiment.task.signature(data.facts)
    catalog.check(experiment.model, signature.structs(), signature.output.shape)
    table = catalog.table(experiment.model, signature.outputs, signature.structs())
    for rate in experiment.rates:
        budget.check(experiment.plan, table, rate, measure=experiment.measure)
    return Prepared(experiment, out, data, signature, table, progress)


def dense(prepared: Prepared) -> dict[str, Any]:
    """Train the dense network, from fresh weights or pretrained ones."""
    experiment = prepared.experiment
    stage = _Stage(
        name="dense",
        recipe=experiment.dense,
        parents=pretrained.parents(experiment),
        start=lambda: _unmasked(pretrained.start(experiment, prepared.signature.outputs)),
    )
    return _phase(prepared, stage)


def penalise(prepared: Prepared, rate: float) -> dict[str, Any]:
    """Train on from the dense network while the algorithm empties the blocks that matter least."""
    experiment = prepared.experiment
    assert experiment.penalise is not None
    stage = _Stage(
        name=_penalised(prepared, rate),
        recipe=experiment.penalise,
        parents={"dense": prepared.folder("dense")},
        start=lambda: _unmasked(checkpoints.load_network(prepared.folder("dense")).params),
        algorithm=experiment.algorithm,
        aim=rate if experiment.algorithm.per_rate else None,
    )
    return _phase(prepared, stage)


def prune(prepared: Prepared, rate: float) -> dict[str, Any]:
    """Cut the penalised network to `rate` and retrain what is left, taught by the dense network."""
    experiment, before = prepared.experiment, _penalised(prepared, rate)

    def start() -> tuple[Tree, Tree]:
        params = checkpoints.load_network(prepared.folder(before)).params
        energies = _energies(prepared, params)
        masks = budget.to_rate(
            params, experiment.plan, prepared.table, rate, measure=experiment.measure, energies=energies
        )
        return freeze.apply_masks(params, masks), masks

    stage = _Stage(
        name=experiments.run_name(experiment, rate),
        recipe=experiment.retrain,
        parents={name: prepared.folder(name) for name in dict.fromkeys(("dense", before))},
        start=start,
        rate=rate,
        distillation=experiment.distillation,
    )
    return _phase(prepared, stage)


def _penalised(prepared: Prepared, rate: float) -> str:
    """The run that a cut to `rate` starts from."""
    experiment = prepared.experiment
    if experiment.penalise is None:
        return "dense"
    if not experiment.algorithm.per_rate:
        return "penalised"
    return f"penalised-{rate:g}x" + ("" if experiment.measure == "macs" else f"-{experiment.measure}")


def _energies(prepared: Prepared, params: Tree) -> selection.Energies:
    """What each block is worth to the algorithm."""

    def samples(count: int) -> Iterator[tuple[Any, ...]]:
        with prepared.data.sample_batches(prepared.reading, count) as batches:
            yield from map(prepared.signature.select, batches)

    experiment = prepared.experiment
    cut = algorithms.Cut(params, experiment.plan, prepared.table, prepared.network("direct"), samples)
    return experiment.algorithm.energies(cut)


def _unmasked(params: Tree) -> tuple[Tree, Tree]:
    return params, masking.dense(params)


@dataclasses.dataclass(frozen=True)
class _Stage:
    """What one phase does. start() gives the parameters and masks to begin with; parents are the runs behind it."""

    name: str
    recipe: recipes.Recipe
    parents: dict[str, pathlib.Path]
    start: Callable[[], tuple[Tree, Tree]]
    algorithm: algorithms.Algorithm | None = None
    aim: float | None = None
    rate: float | None = None
    distillation: recipes.Distillation | None = None


def _phase(prepared: Prepared, stage: _Stage) -> dict[str, Any]:
    """One phase: reuse it, resume it or begin it."""
    experiment, folder = prepared.experiment, prepared.folder(stage.name)
    settings = {name: getattr(stage, name) for name in ("algorithm", "aim", "rate", "distillation")}
    # What the recipe sets of the task is the task's there.
    settings |= {"task": experiment.task_of(stage.recipe), "recipe": dataclasses.replace(stage.recipe, loss={})}
    if stage.rate is not None or stage.algorithm is not None:
        settings |= {"plan": experiment.plan, "measure": experiment.measure}
    key = distributed.in_turn(lambda: claims.key(experiment, settings, stage.parents))
    files.clear(folder)
    if claims.is_finished(folder, key):
        return checkpoints.finished(folder)[1]
    take = lambda: claims.taken(folder, experiment, prepared.data.facts, key)
    with contextlib.ExitStack() as held:
        distributed.in_turn(lambda: held.enter_context(take() if distributed.first() else contextlib.nullcontext()))
        if claims.is_finished(folder, key):  # by another process, meanwhile
            return checkpoints.finished(folder)[1]
        trained = _train(prepared, stage)
        score, unread = test_score(prepared, trained.params, stage.name)
        skipped = distributed.agree(trained.skipped, unread)
        result = {
            "name": stage.name,
            "scheme": "dense" if stage.rate is None else experiment.scheme,
            "rate_target": 1.0 if stage.rate is None else stage.rate,
            **results.of_network(prepared.table, trained.masks, score),
            **results.of_data(prepared.doubts, dict(zip(("train", "test"), map(int, skipped), strict=True))),
            "seconds": round(trained.seconds, 1),
        }
        if distributed.first():
            files.write_json(folder / "result.json", hashes.sealed(result))
    return result


class _Trained(NamedTuple):
    """The end of a phase. skipped: training examples that could not be read."""

    params: Tree
    masks: Tree
    seconds: float
    skipped: int


def _train(prepared: Prepared, stage: _Stage) -> _Trained:
    for doubt in prepared.doubts:
        warnings.warn(doubt, stacklevel=2)
    experiment, recipe = prepared.experiment, stage.recipe
    params, masks = distributed.shared(stage.start())
    steps = max(1, round(recipe.epochs * prepared.per_epoch))
    schedule = optimizers.schedule(recipe, steps, prepared.per_epoch)
    hooks = algorithms.Hooks()
    if stage.algorithm is not None:
        plan, measure = experiment.plan, experiment.measure
        setting = algorithms.Setting(plan, prepared.table, schedule, steps, stage.aim, measure)
        hooks = stage.algorithm.hooks(setting)
    transform = optimizers.create(recipe, schedule, *hooks.last, freeze.freeze(masks), first=hooks.first)
    teacher = None if stage.distillation is None else checkpoints.load_network(stage.parents["dense"]).params
    seed = zlib.crc32(f"{experiment.seed}/{stage.name}".encode())
    alone = steps - round(stage.distillation.last * prepared.per_epoch) if stage.distillation else 0
    teaching = objectives.Teaching(stage.distillation, alone) if stage.distillation else None
    goal = experiment.task_of(recipe)
    loss = objectives.loss(experiment, prepared.signature, goal, hooks.metrics, teaching)
    step = loop.step_function(loss, transform, seed, teacher, accumulate=experiment.compute.accumulate)
    # With the number of steps nothing is made ahead of the end.
    batches = prepared.data.train_batches(prepared.reading, seed, steps)
    phase = loop.Phase(stage.name, prepared.folder(stage.name), step, steps, batches, masks, prepared.progress)
    state, seconds = loop.fit(phase, loop.initial_state(params, transform))
    return _Trained(state["params"], masks, seconds, _unread(batches))


def test_score(prepared: Prepared, params: Tree, name: str) -> tuple[measured.Score, int]:
    """What a network with these parameters is worth on the test examples, and how many could not be read.

    FloatingPointError if an answer is not finite. Warns if all answers are alike.
    """
    apply, inputs = prepared.network(), [one.name for one in prepared.signature.inputs]
    with prepared.data.test_batches(prepared.reading) as batches:
        report = lambda done: prepared.progress(f"evaluate {name}", done, len(batches), {})
        answers = predict.answers(apply, params, batches, inputs, report)
        return prepared.data.score(predict.sound(answers, name)), _unread(batches)


def _unread(batches: contract.Batches) -> int:
    return len(getattr(batches, "skipped", ()))
