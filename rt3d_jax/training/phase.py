"""One phase: what all of them share, and how one is reused, resumed or begun."""

import contextlib
import dataclasses
import functools
import pathlib
import warnings
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import jax

from lowering.system import files, hashes
from rt3d_jax.evaluation import measured, predict
from rt3d_jax.hosts import devices, distributed
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, freeze
from rt3d_jax.quantise import calibrate, networks
from rt3d_jax.sparsity import cost
from rt3d_jax.tasks import contract
from rt3d_jax.training import (
    checkpoints,
    claims,
    experiments,
    loop,
    objectives,
    optimizers,
    recipes,
    results,
    states,
)

Tree = Any


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
    progress: loop.Progress

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

    def network(
        self, conv_form: str = "auto", quantisation: networks.Quantisation | None = None
    ) -> Callable[..., jax.Array]:
        """The pure function apply(params, *inputs) -> outputs of the experiment's network, in evaluation."""
        plain = catalog.apply_function(self.experiment.model, self.signature.outputs, conv_form)
        return plain if quantisation is None else networks.apply(plain, quantisation.scales)


@dataclasses.dataclass(frozen=True)
class Stage:
    """What one phase does. start() gives the parameters and masks to begin with; parents are the runs behind it.

    recipe: None where nothing is trained. calibration, quantisation(): of a phase that leaves a quantised network.
    """

    name: str
    recipe: recipes.Recipe | None
    parents: dict[str, pathlib.Path]
    start: Callable[[], tuple[Tree, Tree]]
    algorithm: algorithms.Algorithm | None = None
    aim: float | None = None
    rate: float | None = None
    distillation: recipes.Distillation | None = None
    calibration: calibrate.Calibration | None = None
    quantisation: Callable[[], networks.Quantisation] | None = None


def run(prepared: Prepared, stage: Stage) -> dict[str, Any]:
    """One phase: reuse it, resume it or begin it."""
    experiment, folder = prepared.experiment, prepared.folder(stage.name)
    settings = {name: getattr(stage, name) for name in ("algorithm", "aim", "rate", "distillation")}
    settings |= {"recipe": None} if stage.recipe is None else _recipe(experiment, stage.recipe)
    if stage.calibration is not None:
        settings |= {"calibration": stage.calibration}
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
        quantisation = None if stage.quantisation is None else stage.quantisation()
        trained = _train(prepared, stage, quantisation)
        score, unread = test_score(prepared, trained.params, stage.name, quantisation)
        skipped = distributed.agree(trained.skipped, unread)
        result = {
            "name": stage.name,
            "scheme": "dense" if stage.rate is None else experiment.scheme,
            "rate_target": 1.0 if stage.rate is None else stage.rate,
            **results.of_network(prepared.table, trained.masks, score),
            **results.of_data(prepared.doubts, dict(zip(("train", "test"), map(int, skipped), strict=True))),
            "seconds": round(trained.seconds, 1),
            **({} if quantisation is None else {"quantisation": dataclasses.asdict(quantisation)}),
        }
        if distributed.first():
            files.write_json(folder / "result.json", hashes.sealed(result))
    return result


def _recipe(experiment: experiments.Experiment, recipe: recipes.Recipe) -> dict[str, Any]:
    """The settings of a recipe. What it sets of the task is the task's there."""
    return {"task": experiment.task_of(recipe), "recipe": dataclasses.replace(recipe, loss={})}


class _Trained(NamedTuple):
    """The end of a phase. skipped: training examples that could not be read."""

    params: Tree
    masks: Tree
    seconds: float
    skipped: int


def _train(prepared: Prepared, stage: Stage, quantisation: networks.Quantisation | None) -> _Trained:
    experiment, recipe = prepared.experiment, stage.recipe
    params, masks = distributed.shared(stage.start())
    if recipe is None:
        return _kept(prepared.folder(stage.name), params, masks)
    for doubt in prepared.doubts:
        warnings.warn(doubt, stacklevel=2)
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
    loss = objectives.loss(experiment, prepared.signature, goal, teaching, quantisation)
    accumulate = experiment.compute.accumulate
    step = loop.step_function(loss, transform, seed, teacher, accumulate=accumulate, further=hooks.metrics)
    # With the number of steps nothing is made ahead of the end.
    batches = prepared.data.train_batches(prepared.reading, seed, steps)
    phase = loop.Phase(stage.name, prepared.folder(stage.name), step, steps, batches, masks, prepared.progress)
    state, seconds = loop.fit(phase, loop.initial_state(params, transform))
    return _Trained(state["params"], masks, seconds, _unread(batches))


def _kept(folder: pathlib.Path, params: Tree, masks: Tree) -> _Trained:
    """The end of a phase that trains nothing, as a checkpoint of its own."""
    with contextlib.closing(states.Store(folder)) as store:
        store.save(0, {"params": params, "step": 0}, masks, {})
    return _Trained(params, masks, 0.0, 0)


def test_score(
    prepared: Prepared, params: Tree, name: str, quantisation: networks.Quantisation | None = None
) -> tuple[measured.Score, int]:
    """What a network with these parameters is worth on the test examples, and how many could not be read.

    FloatingPointError if an answer is not finite. Warns if all answers are alike.
    """
    apply, inputs = prepared.network("auto", quantisation), [one.name for one in prepared.signature.inputs]
    params = params if quantisation is None else networks.rounded(params, quantisation.layers, prepared.table)
    with prepared.data.test_batches(prepared.reading) as batches:
        report = lambda done: prepared.progress(f"evaluate {name}", done, len(batches), {})
        answers = predict.answers(apply, params, batches, inputs, report)
        return prepared.data.score(predict.sound(answers, name)), _unread(batches)


def _unread(batches: contract.Batches) -> int:
    return len(getattr(batches, "skipped", ()))
