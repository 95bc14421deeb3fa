"""The phases of an experiment in order: dense, penalise, and for each rate prune, retrain, evaluate."""

import dataclasses
import hashlib
import json
import math
import pathlib
import zlib
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

from rt3d_jax import checkpoints, config, cost, evaluate, fit, losses, optimizers
from rt3d_jax.data import folders, pipelines, synthetic
from rt3d_jax.models import catalog
from rt3d_jax.prune import budget, freeze, penalties

Tree = Any
Progress = fit.Progress


def run(experiment: config.Experiment, out: str | pathlib.Path, progress: Progress) -> list[dict[str, Any]]:
    """All phases of an experiment below `out`; returns the result.json of dense, penalised and every pruned run.

    A finished phase whose settings are unchanged is taken as it is, a stopped one goes on at its last batch.
    progress(phase, done, total, metrics) is called after every step, test batch and video written.
    """
    task = prepare(experiment, out, progress)
    return [dense(task), penalise(task), *(prune(task, rate) for rate in experiment.rates)]


@dataclasses.dataclass(frozen=True)
class Task:
    """An experiment with its data at hand: what all phases share."""

    experiment: config.Experiment
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


def prepare(experiment: config.Experiment, out: str | pathlib.Path, progress: Progress) -> Task:
    """Find or make the data, and check plan and rates against the network before anything trains."""
    out = pathlib.Path(out)
    dataset = load_dataset(experiment, out, progress)
    classes = len(dataset.labels)
    shapes = catalog.shapes(experiment.model, classes)
    apply = catalog.apply_function(experiment.model, classes, "direct")
    table = cost.layers(apply, shapes, catalog.clip_shape(experiment.model))
    for rate in experiment.rates:
        budget.check(shapes, experiment.plan, table, rate)
    return Task(experiment, out, dataset, table, progress)


def load_dataset(experiment: config.Experiment, out: str | pathlib.Path, progress: Progress) -> folders.Dataset:
    """The experiment's videos; a synthetic set is made in `out`/data first, or completed."""
    match experiment.data:
        case config.UCF101(folder=folder, split=split):
            return folders.ucf101(folder, split)
        case spec:
            folder = pathlib.Path(out) / "data"
            synthetic.write(folder, spec, lambda done, total: progress("data", done, total, {}))
            return dataclasses.replace(folders.ucf101(folder), name="synthetic")


def dense(task: Task) -> dict[str, Any]:
    """Train the dense network from fresh weights."""
    experiment = task.experiment
    return _phase(
        task,
        name="dense",
        recipe=experiment.dense,
        parents={},
        start=lambda: _unmasked(catalog.initial(experiment.model, task.classes, experiment.seed)),
    )


def penalise(task: Task) -> dict[str, Any]:
    """Train on from the dense network under the penalty, which empties the blocks that matter least."""
    experiment = task.experiment
    return _phase(
        task,
        name="penalised",
        recipe=experiment.penalise,
        parents={"dense": task.folder("dense")},
        start=lambda: _unmasked(checkpoints.load_network(task.folder("dense")).params),
        penalty=experiment.penalty,
    )


def prune(task: Task, rate: float) -> dict[str, Any]:
    """Cut the penalised network to `rate` and retrain what is left, taught by the dense network."""
    experiment = task.experiment

    def start() -> tuple[Tree, Tree]:
        params = checkpoints.load_network(task.folder("penalised")).params
        masks = budget.to_rate(params, experiment.plan, task.table, rate)
        return freeze.pruned(params, masks), masks

    return _phase(
        task,
        name=config.run_name(experiment, rate),
        recipe=experiment.retrain,
        parents={"dense": task.folder("dense"), "penalised": task.folder("penalised")},
        start=start,
        rate=rate,
        distillation=experiment.distillation,
    )


def _unmasked(params: Tree) -> tuple[Tree, Tree]:
    return params, jax.tree.map(lambda _: None, params)


def _phase(
    task: Task,
    *,
    name: str,
    recipe: config.Recipe,
    parents: dict[str, pathlib.Path],
    start: Callable[[], tuple[Tree, Tree]],
    penalty: config.GroupLasso | config.Reweighted | None = None,
    rate: float | None = None,
    distillation: config.Distillation | None = None,
) -> dict[str, Any]:
    """One phase: reuse it, resume it or begin it; start() gives the parameters and masks that it begins with."""
    folder = task.folder(name)
    settings = {"recipe": recipe, "penalty": penalty, "rate": rate, "distillation": distillation}
    if rate is not None or penalty is not None:
        settings["plan"] = task.experiment.plan
    if _claim(task, folder, settings, parents):
        return config.read_json(folder / "result.json")
    params, masks = start()
    steps = max(1, round(recipe.epochs * task.per_epoch))
    schedule = optimizers.schedule(recipe, steps, task.per_epoch)
    terms = {} if penalty is None else _terms(task, params, penalty)
    shrink = [] if penalty is None else [_shrink(penalty, terms, schedule, steps)]
    transform = optimizers.create(recipe, schedule, *shrink, freeze.freeze_pruned(masks))
    teacher = None if distillation is None else checkpoints.load_network(parents["dense"]).params
    seed = zlib.crc32(f"{task.experiment.seed}/{name}".encode())
    loss = _loss(task, recipe, steps, terms, distillation)
    step = fit.step_function(loss, transform, seed, teacher)
    batches = _train_batches(task, seed, steps)
    state = fit.initial_state(params, transform)
    state, seconds = fit.fit(fit.Phase(name, folder, step, steps, batches, masks, task.progress), state)
    result = {**_result(task, name, rate, state["params"], masks), "seconds": round(seconds, 1)}
    config.write_json(folder / "result.json", result)
    return result


def _claim(task: Task, folder: pathlib.Path, settings: dict[str, Any], parents: dict[str, pathlib.Path]) -> bool:
    """Take a run folder for these settings; True if it is finished. ValueError if it holds a run of other settings."""
    experiment = task.experiment
    shared = {name: getattr(experiment, name) for name in ("data", "clip", "model", "batch", "seed", "bad")}
    origins = {name: _fingerprint(parent) for name, parent in parents.items()}
    key = json.loads(json.dumps(config.to_json({**shared, **settings, "parents": origins})))
    path = folder / "config.json"
    if not path.exists():
        if folder.exists() and any(folder.iterdir()):
            raise ValueError(f"{folder} is not empty and holds no run; delete it or choose another output folder")
        folder.mkdir(parents=True, exist_ok=True)
        described = {"format": checkpoints.FORMAT, "name": folder.name, "labels": list(task.dataset.labels)}
        config.write_json(path, {**described, "key": key, "experiment": config.to_json(experiment)})
        return False
    found = config.read_json(path).get("key", {})
    if found != key:
        changed = ", ".join(_differences(found, key)[:3])
        raise ValueError(
            f"{folder} holds a run of other settings: {changed}; delete it or choose another output folder"
        )
    return (folder / "result.json").exists()


def _fingerprint(folder: pathlib.Path) -> str:
    key = config.read_json(folder / "config.json")["key"]
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]


def _differences(found: Any, wanted: Any, name: str = "") -> list[str]:
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = sorted(found.keys() | wanted.keys())
        parts = [_differences(found.get(key), wanted.get(key), f"{name}.{key}".lstrip(".")) for key in keys]
        return [text for part in parts for text in part]
    return [] if found == wanted else [f"{name} {found} (asked for {wanted})"]


def _terms(task: Task, params: Tree, penalty: config.GroupLasso | config.Reweighted) -> penalties.Terms:
    return penalties.terms(params, task.experiment.plan, task.table if penalty.macs else None)


def _shrink(
    penalty: config.GroupLasso | config.Reweighted, terms: penalties.Terms, schedule: optax.Schedule, steps: int
) -> optax.GradientTransformation:
    match penalty:
        case config.GroupLasso(strength=strength):
            return penalties.shrink(strength, schedule, terms)
        case config.Reweighted(strength=strength, rounds=rounds, eps=eps, relative=relative):
            every = math.ceil(steps / rounds)
            return penalties.shrink(strength, schedule, terms, eps=eps, every=every, relative=relative)


def _loss(
    task: Task, recipe: config.Recipe, steps: int, terms: penalties.Terms, distillation: config.Distillation | None
) -> fit.Loss:
    apply = catalog.apply_function(task.experiment.model, task.classes)
    alone = steps - (0 if distillation is None else round(distillation.last * task.per_epoch))

    def loss(params: Tree, teacher: Tree, clip: jax.Array, label: jax.Array, key: jax.Array, step: jax.Array) -> Any:
        logits = apply(params, clip, key)
        value = losses.cross_entropy(logits, label, recipe.label_smoothing)
        metrics = {"accuracy": 100 * jnp.mean(logits.argmax(axis=-1) == label)}
        if terms:
            metrics |= {"penalty": penalties.group_lasso(params, terms), "empty": penalties.empty(params, terms)}
        if distillation is not None:
            taught = losses.distillation(logits, apply(teacher, clip), distillation.temperature)
            weight = jnp.where(step < alone, distillation.weight, 0.0)
            value = (1 - weight) * value + weight * taught
        return value, metrics

    return loss


def _train_batches(task: Task, seed: int, steps: int) -> pipelines.Batches:
    experiment = task.experiment
    return pipelines.train_batches(
        task.dataset.train,
        experiment.clip,
        batch=experiment.batch,
        seed=seed,
        workers=experiment.workers,
        bad=experiment.bad,
        steps=steps,  # nothing is made ahead of the end
    )


def test_accuracy(task: Task, params: Tree, name: str) -> tuple[float, str]:
    """Top-1 in percent on the test videos and the protocol in words."""
    experiment = task.experiment
    apply = catalog.apply_function(experiment.model, task.classes)
    videos = task.dataset.test
    batches = pipelines.eval_batches(
        videos, experiment.clip, batch=experiment.batch, workers=experiment.workers, bad=experiment.bad
    )
    with batches:
        report = lambda done: task.progress(f"evaluate {name}", done, len(batches), {})
        found = evaluate.predict(apply, params, batches, report)
        return found.accuracy, evaluate.protocol(experiment.clip, len(found.labels), len(batches.skipped))


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
