"""The phases of an experiment in order: dense, penalise, and for each rate prune, retrain, evaluate."""

import dataclasses
import pathlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp

from lowering.system import files
from rt3d_jax.data import folders, pipelines, synthetic
from rt3d_jax.evaluation import predict
from rt3d_jax.hosts import devices, distributed, machine
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, budget, freeze, selection
from rt3d_jax.sparsity import cost
from rt3d_jax.training import checkpoints, claims, experiments, loop, losses, optimizers, pretrained, recipes

Tree = Any
Progress = loop.Progress


def run(experiment: experiments.Experiment, out: str | pathlib.Path, progress: Progress) -> list[dict[str, Any]]:
    """All phases of an experiment below `out`; returns the result.json of dense, penalised and every pruned run.

    A finished phase whose settings are unchanged is taken as it is, a stopped one goes on at its last batch.
    progress(phase, done, total, metrics) is called after every step, test batch and video written.
    """
    return phases(prepare(experiment, out, progress))


def phases(task: "Task") -> list[dict[str, Any]]:
    """All phases in order. A penalise phase serves all rates, but where the algorithm aims at one: then each has its own."""
    experiment, results = task.experiment, [dense(task)]
    for rate in experiment.rates:
        name = _penalised(task, rate)
        if name != "dense" and name not in [result["name"] for result in results]:
            results.append(penalise(task, rate))
    return [*results, *(prune(task, rate) for rate in experiment.rates)]


@dataclasses.dataclass(frozen=True)
class Task:
    """An experiment with its data at hand: what all phases share."""

    experiment: experiments.Experiment
    out: pathlib.Path
    dataset: folders.Dataset
    table: tuple[cost.Layer, ...]
    progress: Progress

    def folder(self, name: str) -> pathlib.Path:
        return self.out / "runs" / name

    @property
    def classes(self) -> int:
        return len(self.dataset.labels)

    @property
    def per_epoch(self) -> float:
        """Steps in one pass over the training videos."""
        return len(self.dataset.train) / self.experiment.batch


def prepare(experiment: experiments.Experiment, out: str | pathlib.Path, progress: Progress) -> Task:
    """Find or make the data, and check batch, plan and rates before anything trains."""
    machine.keep_freed_memory()
    out = pathlib.Path(out)
    devices.check(experiment.batch, experiment.compute.accumulate)
    dataset = distributed.in_turn(lambda: load_dataset(experiment, out, progress))
    classes = len(dataset.labels)
    shapes = catalog.shapes(experiment.model, classes)
    apply = catalog.apply_function(experiment.model, classes, "direct")
    table = cost.layers(apply, shapes, catalog.clip_shape(experiment.model))
    for rate in experiment.rates:
        budget.check(shapes, experiment.plan, table, rate, measure=experiment.measure)
    return Task(experiment, out, dataset, table, progress)


def load_dataset(experiment: experiments.Experiment, out: str | pathlib.Path, progress: Progress) -> folders.Dataset:
    """The experiment's videos, the missing ones counted; a synthetic set is made in `out`/data first, or completed."""
    report = lambda done, total: progress("data", done, total, {})
    found = synthetic.dataset(experiment.data, pathlib.Path(out) / "data", report)
    if found.missing:
        there = len(found.train) + len(found.test)
        progress("data", there, there, {"missing": float(len(found.missing))})
    return found


def dense(task: Task) -> dict[str, Any]:
    """Train the dense network, from fresh weights or pretrained ones."""
    experiment = task.experiment
    return _phase(
        task,
        name="dense",
        recipe=experiment.dense,
        parents=pretrained.parents(experiment),
        start=lambda: _unmasked(pretrained.start(experiment, task.classes)),
    )


def penalise(task: Task, rate: float) -> dict[str, Any]:
    """Train on from the dense network while the algorithm empties the blocks that matter least."""
    experiment = task.experiment
    assert experiment.penalise is not None
    return _phase(
        task,
        name=_penalised(task, rate),
        recipe=experiment.penalise,
        parents={"dense": task.folder("dense")},
        start=lambda: _unmasked(checkpoints.load_network(task.folder("dense")).params),
        algorithm=experiment.algorithm,
        aim=rate if experiment.algorithm.per_rate else None,
    )


def prune(task: Task, rate: float) -> dict[str, Any]:
    """Cut the penalised network to `rate` and retrain what is left, taught by the dense network."""
    experiment, before = task.experiment, _penalised(task, rate)

    def start() -> tuple[Tree, Tree]:
        params = checkpoints.load_network(task.folder(before)).params
        energies = _energies(task, params)
        masks = budget.to_rate(params, experiment.plan, task.table, rate, measure=experiment.measure, energies=energies)
        return freeze.pruned(params, masks), masks

    return _phase(
        task,
        name=experiments.run_name(experiment, rate),
        recipe=experiment.retrain,
        parents={name: task.folder(name) for name in dict.fromkeys(("dense", before))},
        start=start,
        rate=rate,
        distillation=experiment.distillation,
    )


def _penalised(task: Task, rate: float) -> str:
    """The run that a cut to `rate` starts from."""
    experiment = task.experiment
    if experiment.penalise is None:
        return "dense"
    if not experiment.algorithm.per_rate:
        return "penalised"
    return f"penalised-{rate:g}x" + ("" if experiment.measure == "macs" else f"-{experiment.measure}")


def _energies(task: Task, params: Tree) -> selection.Energies:
    """What each block is worth to the algorithm."""
    experiment = task.experiment

    def samples(count: int) -> Iterator[tuple[Any]]:
        videos = task.dataset.train[:: max(1, len(task.dataset.train) // count)]
        size = min(experiment.batch, len(videos))
        videos = videos[: len(videos) // size * size]  # a batch that is not full would end in empty clips
        reading = {"batch": size, "workers": experiment.workers, "bad": experiment.bad}
        with pipelines.eval_batches(videos, experiment.clip, **reading) as batches:
            yield from ((batch["clip"],) for batch in batches)

    apply = catalog.apply_function(experiment.model, task.classes, "direct")
    cut = algorithms.Cut(params, experiment.plan, task.table, apply, samples)
    return experiment.algorithm.energies(cut)


def _unmasked(params: Tree) -> tuple[Tree, Tree]:
    return params, jax.tree.map(lambda _: None, params)


def _phase(
    task: Task,
    *,
    name: str,
    recipe: recipes.Recipe,
    parents: dict[str, pathlib.Path],
    start: Callable[[], tuple[Tree, Tree]],
    algorithm: algorithms.Algorithm | None = None,
    aim: float | None = None,
    rate: float | None = None,
    distillation: recipes.Distillation | None = None,
) -> dict[str, Any]:
    """One phase: reuse it, resume it or begin it; start() gives the parameters and masks that it begins with."""
    folder = task.folder(name)
    settings = {"recipe": recipe, "algorithm": algorithm, "aim": aim, "rate": rate, "distillation": distillation}
    if rate is not None or algorithm is not None:
        settings |= {"plan": task.experiment.plan, "measure": task.experiment.measure}
    if distributed.in_turn(lambda: claims.claim(folder, task.experiment, task.dataset.labels, settings, parents)):
        return files.read_json(folder / "result.json")
    params, masks = distributed.shared(start())
    steps = max(1, round(recipe.epochs * task.per_epoch))
    schedule = optimizers.schedule(recipe, steps, task.per_epoch)
    hooks = algorithms.Hooks()
    if algorithm is not None:
        plan, measure = task.experiment.plan, task.experiment.measure
        setting = algorithms.Setting(params, plan, task.table, schedule, steps, aim, measure)
        hooks = algorithm.hooks(setting)
    transform = optimizers.create(recipe, schedule, *hooks.last, freeze.freeze_pruned(masks), first=hooks.first)
    teacher = None if distillation is None else checkpoints.load_network(parents["dense"]).params
    seed = zlib.crc32(f"{task.experiment.seed}/{name}".encode())
    loss = _loss(task, recipe, steps, hooks.metrics, distillation)
    step = loop.step_function(loss, transform, seed, teacher, accumulate=task.experiment.compute.accumulate)
    # With the number of steps nothing is made ahead of the end.
    reading = _reading(task.experiment)
    batches = pipelines.train_batches(task.dataset.train, task.experiment.clip, seed=seed, steps=steps, **reading)
    state = loop.initial_state(params, transform)
    state, seconds = loop.fit(loop.Phase(name, folder, step, steps, batches, masks, task.progress), state)
    result = {**_result(task, name, rate, state["params"], masks), "seconds": round(seconds, 1)}
    if distributed.first():
        files.write_json(folder / "result.json", result)
    return result


def _loss(
    task: Task,
    recipe: recipes.Recipe,
    steps: int,
    further: Callable[[Tree], dict[str, jax.Array]],
    distillation: recipes.Distillation | None,
) -> loop.Loss:
    model, compute = task.experiment.model, task.experiment.compute
    apply = catalog.train_function(model, task.classes, compute=compute)
    teach = catalog.apply_function(model, task.classes, compute=compute)
    alone = steps - (0 if distillation is None else round(distillation.last * task.per_epoch))

    def loss(params: Tree, teacher: Tree, clip: jax.Array, label: jax.Array, key: jax.Array, step: jax.Array) -> Any:
        logits, statistics = apply(params, clip, key)
        value = losses.cross_entropy(logits, label, recipe.label_smoothing)
        metrics = {"accuracy": 100 * jnp.mean(logits.argmax(axis=-1) == label), **further(params)}
        if distillation is not None:
            taught = losses.distillation(logits, teach(teacher, clip), distillation.temperature)
            weight = jnp.where(step < alone, distillation.weight, 0.0)
            value = (1 - weight) * value + weight * taught
        return value, (metrics, statistics)

    return loss


def _reading(experiment: experiments.Experiment) -> dict[str, Any]:
    """How batches are read: the rows of this process."""
    rows = devices.rows(experiment.batch)
    return {"batch": experiment.batch, "workers": experiment.workers, "bad": experiment.bad, "rows": rows}


def test_accuracy(task: Task, params: Tree, name: str) -> tuple[float, str]:
    """Top-1 in percent on the test videos and the protocol in words."""
    experiment = task.experiment
    apply = catalog.apply_function(experiment.model, task.classes)
    videos = task.dataset.test
    with pipelines.eval_batches(videos, experiment.clip, **_reading(experiment)) as batches:
        report = lambda done: task.progress(f"evaluate {name}", done, len(batches), {})
        found = predict.predict(apply, params, batches, report)
        read = len(found.labels)  # in all processes
        return found.accuracy, predict.protocol(experiment.clip, read, len(videos) - read)


def _result(task: Task, name: str, rate: float | None, params: Tree, masks: Tree) -> dict[str, Any]:
    accuracy, protocol = test_accuracy(task, params, name)
    kept = cost.macs(task.table, masks)
    return {
        "name": name,
        "scheme": "dense" if rate is None else task.experiment.scheme,
        "rate_target": 1.0 if rate is None else rate,
        "rate": cost.macs(task.table) / kept,
        "macs": kept,
        "params": cost.parameters(task.table, masks),
        "rate_parameters": cost.parameters(task.table) / cost.parameters(task.table, masks),
        "accuracy": round(accuracy, 2),
        "accuracy_protocol": protocol,
        "layers": [_row(layer, masks) for layer in task.table],
    }


def _row(layer: cost.Layer, masks: Tree) -> dict[str, Any]:
    kept = cost.kept_macs(layer, masks)
    return {
        "name": layer.name,
        "shape": list(layer.shape),
        "macs_dense": layer.macs,
        "macs": kept,
        "density": kept / layer.macs,
    }
