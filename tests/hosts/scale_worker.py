"""One process of the tests of scale: tiny experiments, as `python scale_worker.py OUT [--coordinator HOST:PORT
--process I]`; prints what it does as JSON lines.
"""

import argparse
import dataclasses
import functools
import json
import os
import pathlib
import signal

import jax

from rt3d_jax.hosts import distributed
from rt3d_jax.models import catalog
from rt3d_jax.prune import algorithms
from rt3d_jax.sparsity import patterns, plans
from rt3d_jax.training import experiments, loop, phases, recipes
from tests.models import tiny
from tests.training import smallest

RECIPE = recipes.Recipe(epochs=3, learning_rate=1e-2, optimizer=recipes.AdamW(), clip_norm=1.0)
EXPERIMENT = experiments.Experiment(
    name="tiny",
    task=smallest.task(frames=4, size=8),
    model=catalog.Model("tiny", 0.25, 4, 8, 0.0),
    dense=RECIPE,
    penalise=None,
    algorithm=algorithms.Heuristic(clips=4),
    retrain=RECIPE,
    plan=(("conv.*", plans.Prune(patterns.kgs(2, 2))), ("fc", None)),
    rates=(1.5,),
    batch=8,
    workers=0,
)
# All in one folder: they share the dense phase, and the names of the others differ.
EXPERIMENTS = {
    "heuristic": EXPERIMENT,
    "reweighted": dataclasses.replace(
        EXPERIMENT,
        penalise=RECIPE,
        algorithm=algorithms.Reweighted(strength=5.0, rounds=3, eps=1e-2, relative=True),
        rates=(1.6,),
    ),
    "admm": dataclasses.replace(
        EXPERIMENT, penalise=RECIPE, algorithm=algorithms.ADMM(rho=0.1, rounds=3), rates=(1.7,)
    ),
}
# In a folder of its own, PARTS: the dense phase of a network without batch norm, whose batches may come in parts.
PARTS = "parts"
WHOLE = dataclasses.replace(EXPERIMENT, model=dataclasses.replace(EXPERIMENT.model, name="plain"), rates=())
EXPERIMENTS[PARTS] = dataclasses.replace(WHOLE, compute=catalog.Compute(accumulate=2))
NETWORKS = {"tiny": tiny.Tiny, "plain": functools.partial(tiny.Tiny, norm=None)}


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--coordinator")
    parser.add_argument("--process", type=int, default=0)
    parser.add_argument("--experiments", nargs="+", default=["heuristic"])
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--kill-at", help="PHASE/STEP")
    parser.add_argument("--interrupt-at", help="PHASE/STEP")
    given = parser.parse_args()

    def progress(phase: str, done: int, total: int, values: dict[str, float]) -> None:
        if f"{phase}/{done}" == given.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if f"{phase}/{done}" == given.interrupt_at:
            os.kill(os.getpid(), signal.SIGTERM)
        say(phase=phase, done=done, values=values, devices=jax.device_count(), processes=jax.process_count())

    catalog.NETWORKS.update(NETWORKS)
    loop.LOG_EVERY = distributed.MEETING_STEPS = 1
    job = given.coordinator and distributed.Job(given.coordinator, 2, given.process, patience=8.0)
    with distributed.joined(job or None, "scale"):
        results = []
        for name in given.experiments:
            compute = dataclasses.replace(EXPERIMENTS[name].compute, cores=given.cores)
            out = given.out / PARTS if name == PARTS else given.out
            results += phases.run(dataclasses.replace(EXPERIMENTS[name], compute=compute), out, progress)
        say(results=[(result["name"], result["accuracy"], result["macs"]) for result in results])


if __name__ == "__main__":
    main()
