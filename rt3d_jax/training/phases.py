"""The phases of an experiment in order: dense, penalise, and for each rate prune, retrain, quantise, each evaluated."""

import dataclasses
import pathlib
from collections.abc import Iterator
from typing import Any

from lowering.system import memory
from rt3d_jax.hosts import devices, distributed
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms, budget, freeze, selection
from rt3d_jax.quantise import calibrate, networks
from rt3d_jax.sparsity import masks as masking
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, experiments, loop, phase, pretrained

Tree = Any
Progress = loop.Progress


def run(experiment: experiments.Experiment, out: str | pathlib.Path, progress: Progress) -> list[dict[str, Any]]:
    """All phases of an experiment below `out`; returns the result.json of each run.

    A finished phase whose settings are unchanged is taken as it is, a stopped one goes on at its last batch.
    progress(phase, done, total, metrics) is called after every step, test batch and piece of data that is made.
    """
    return phases(prepare(experiment, out, progress))


def phases(prepared: phase.Prepared) -> list[dict[str, Any]]:
    """All phases in order. One penalise phase serves all rates, unless the algorithm aims at a rate."""
    return [dense(prepared), *after_dense(prepared)]


def after_dense(prepared: phase.Prepared) -> list[dict[str, Any]]:
    """The phases behind the dense one, which is finished."""
    experiment, results = prepared.experiment, []
    for rate in experiment.rates:
        name = _penalised(prepared, rate)
        if name != "dense" and name not in [result["name"] for result in results]:
            results.append(penalise(prepared, rate))
    results += [prune(prepared, rate) for rate in experiment.rates]
    if experiment.quantise is None:
        return results
    return [*results, *(result for name in last(experiment) for result in quantise(prepared, name))]


def prepare(experiment: experiments.Experiment, out: str | pathlib.Path, progress: Progress) -> phase.Prepared:
    """Find or make the data, and check batch, network, plan and rates before anything trains."""
    memory.keep_freed(one_arena=True)
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
    return phase.Prepared(experiment, out, data, signature, table, progress)


def dense(prepared: phase.Prepared) -> dict[str, Any]:
    """Train the dense network, from fresh weights or pretrained ones."""
    experiment = prepared.experiment
    stage = phase.Stage(
        name="dense",
        recipe=experiment.dense,
        parents=pretrained.parents(experiment),
        start=lambda: _unmasked(pretrained.start(experiment, prepared.signature.outputs)),
    )
    return phase.run(prepared, stage)


def adopt(prepared: phase.Prepared) -> dict[str, Any]:
    """The pretrained weights as the dense network, without any training. Its score is that of the weights."""
    experiment = prepared.experiment
    assert experiment.pretrained is not None
    start = lambda: _unmasked(pretrained.start(experiment, prepared.signature.outputs))
    return phase.run(prepared, phase.Stage("dense", None, pretrained.parents(experiment), start))


def penalise(prepared: phase.Prepared, rate: float) -> dict[str, Any]:
    """Train on from the dense network while the algorithm empties the blocks that matter least."""
    experiment = prepared.experiment
    assert experiment.penalise is not None
    stage = phase.Stage(
        name=_penalised(prepared, rate),
        recipe=experiment.penalise,
        parents={"dense": prepared.folder("dense")},
        start=lambda: _unmasked(checkpoints.load_network(prepared.folder("dense")).params),
        algorithm=experiment.algorithm,
        aim=rate if experiment.algorithm.per_rate else None,
    )
    return phase.run(prepared, stage)


def prune(prepared: phase.Prepared, rate: float) -> dict[str, Any]:
    """Cut the penalised network to `rate` and retrain what is left, taught by the dense network."""
    experiment, before = prepared.experiment, _penalised(prepared, rate)

    def start() -> tuple[Tree, Tree]:
        params = checkpoints.load_network(prepared.folder(before)).params
        energies = _energies(prepared, params)
        masks = budget.to_rate(
            params, experiment.plan, prepared.table, rate, measure=experiment.measure, energies=energies
        )
        return freeze.apply_masks(params, masks), masks

    stage = phase.Stage(
        name=experiments.run_name(experiment, rate),
        recipe=experiment.retrain,
        parents={name: prepared.folder(name) for name in dict.fromkeys(("dense", before))},
        start=start,
        rate=rate,
        distillation=experiment.distillation,
    )
    return phase.run(prepared, stage)


def quantise(prepared: phase.Prepared, name: str) -> list[dict[str, Any]]:
    """Calibrate the run of this name for int8; then, if the experiment says so, train it on as int8 will compute it."""
    asked, source = prepared.experiment.quantise, prepared.folder(name)
    assert asked is not None
    before = checkpoints.load_network(source)
    rate = None if before.scheme == "dense" else checkpoints.finished(source)[1]["rate_target"]

    def calibrated() -> networks.Quantisation:
        count, batch = asked.calibration.examples, prepared.experiment.batch
        examples = calibration(prepared.data, prepared.signature, batch, count)
        found = calibrate.calibrated(prepared.network("auto"), before.params, examples, asked.calibration)
        return dataclasses.replace(found, before=before.score.value)

    first = phase.Stage(
        name=f"{name}-int8",
        recipe=None,
        parents={name: source},
        start=lambda: (before.params, before.masks),
        rate=rate,
        calibration=asked.calibration,
        quantisation=calibrated,
    )
    results = [phase.run(prepared, first)]
    if asked.aware is None:
        return results
    parents = dict.fromkeys(("dense", name, first.name))
    second = dataclasses.replace(
        first,
        name=f"{first.name}-aware",
        recipe=asked.aware,
        parents={each: prepared.folder(each) for each in parents},
        distillation=prepared.experiment.distillation,
        quantisation=lambda: checkpoints.quantisation(prepared.folder(first.name)),
    )
    return [*results, phase.run(prepared, second)]


def floats(name: str) -> str:
    """The run of f32 that the quantised run of this name was made of."""
    return name.removesuffix("-aware").removesuffix("-int8")


def calibration(
    data: contract.Opened, signature: contract.Signature, batch: int, count: int
) -> Iterator[tuple[Any, ...]]:
    """The inputs of the examples that networks are calibrated on, the same in each process, batch by batch."""
    batch = min(batch, count)
    return _inputs(data, signature, contract.Reading(batch, tuple(range(batch)), 0), count)


def last(experiment: experiments.Experiment) -> list[str]:
    """The runs that an experiment ends with."""
    return [experiments.run_name(experiment, rate) for rate in experiment.rates] or ["dense"]


def _inputs(
    data: contract.Opened, signature: contract.Signature, reading: contract.Reading, count: int
) -> Iterator[tuple[Any, ...]]:
    """The inputs of about so many training examples, batch by batch."""
    with data.sample_batches(reading, count) as batches:
        yield from map(signature.select, batches)


def _penalised(prepared: phase.Prepared, rate: float) -> str:
    """The run that a cut to `rate` starts from."""
    experiment = prepared.experiment
    if experiment.penalise is None:
        return "dense"
    if not experiment.algorithm.per_rate:
        return "penalised"
    return f"penalised-{rate:g}x" + ("" if experiment.measure == "macs" else f"-{experiment.measure}")


def _energies(prepared: phase.Prepared, params: Tree) -> selection.Energies:
    """What each block is worth to the algorithm."""
    experiment = prepared.experiment
    samples = lambda count: _inputs(prepared.data, prepared.signature, prepared.reading, count)
    cut = algorithms.Cut(params, experiment.plan, prepared.table, prepared.network("direct"), samples)
    return experiment.algorithm.energies(cut)


def _unmasked(params: Tree) -> tuple[Tree, Tree]:
    return params, masking.dense(params)
