"""What `rt3d eval` measures, as a function of a batch: a trained run in JAX, or a bundle in IREE."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from lowering.bundle import bundles
from lowering.bundle import run as runs
from lowering.system import hashes
from rt3d_jax.cli import prune
from rt3d_jax.data import clips
from rt3d_jax.evaluation import predict
from rt3d_jax.tasks import classification
from rt3d_jax.training import checkpoints, experiments


@dataclasses.dataclass(frozen=True)
class Subject:
    """A network to measure.

    home: the folder of `rt3d train` that it lies in.
    forward: (inputs, good) -> the outputs, for those rows of a batch whose bool in `good` is True; a tuple of several.
    key: changes with anything that the answers depend on.
    """

    name: str
    engine: str
    scheme: str
    rate: float
    home: pathlib.Path
    forward: Callable[[tuple[np.ndarray, ...], np.ndarray], Any]
    key: str


@dataclasses.dataclass(frozen=True)
class Classifier(Subject):
    """A network that classifies clips. It can be measured on any data set that has its classes."""

    labels: tuple[str, ...]
    clip: clips.ClipSpec


def find(folder: pathlib.Path) -> Subject:
    """The run or bundle in a folder."""
    return _bundle(folder) if (folder / "manifest.json").is_file() else _run(folder)


def of_stream(folder: pathlib.Path, bundle: bundles.Bundle) -> Classifier:
    """The stream of a run or bundle in a folder, which classifies. Its clips are steps, which no batch has."""
    manifest = bundle.manifest
    if not (manifest["labels"] and manifest["clip"]):
        raise ValueError(f"{bundle.name} does not classify clips; leave out --stream")

    def forward(inputs: tuple[np.ndarray, ...], good: np.ndarray) -> np.ndarray:
        raise NotImplementedError("a stream takes frames one after the other")

    return Classifier(
        name=manifest["run"],
        engine=f"iree-{bundle.target.name}-stream",
        scheme=manifest["scheme"],
        rate=manifest["rate"],
        home=folder.resolve().parents[2 if (folder / "manifest.json").is_file() else 1],
        forward=forward,
        key=hashes.of_file(bundle.folder / "manifest.json"),
        labels=tuple(manifest["labels"]),
        clip=clips.from_json(manifest["clip"]),
    )


def experiment(subject: Subject) -> experiments.Experiment:
    """The experiment in whose folder a network lies. FileNotFoundError if it lies in none."""
    if not (subject.home / "runs" / "dense" / "config.json").is_file():
        raise FileNotFoundError(
            f"{subject.home} is no folder of `rt3d train`, so the data of {subject.name} are unknown; name a data set "
            f"with --data FOLDER"
        )
    return prune.experiment(subject.home)


def _run(folder: pathlib.Path) -> Subject:
    network = checkpoints.load_network(folder)
    digest = hashlib.sha256()
    for leaf in jax.tree.leaves(network.params):
        digest.update(np.asarray(leaf).tobytes())
    answer = predict.forward(checkpoints.apply(network, "auto"), network.params)
    told = _of_clips(network)
    return (Classifier if told else Subject)(
        name=network.name,
        engine="jax",
        scheme=network.scheme,
        rate=network.rate,
        home=folder.resolve().parents[1],
        forward=lambda inputs, good: predict.finite(answer(*inputs)[good], network.name),
        key=digest.hexdigest(),
        **told,
    )


def _of_clips(network: checkpoints.Network) -> dict[str, Any]:
    if not isinstance(network.task, classification.Classification):
        return {}
    return {"labels": tuple(network.facts["labels"]), "clip": network.task.clip}


def _bundle(folder: pathlib.Path) -> Subject:
    bundle = bundles.read(folder)
    main, manifest = runs.load(bundle), bundle.manifest

    def one_by_one(inputs: tuple[np.ndarray, ...], rows: np.ndarray) -> Any:
        answers = [main(*(one[row][None] for one in inputs)) for row in rows]
        return jax.tree.map(lambda *each: np.concatenate(each), *answers)

    told: dict[str, Any] = {}
    if manifest["labels"] and manifest["clip"]:
        told = {"labels": tuple(manifest["labels"]), "clip": clips.from_json(manifest["clip"])}
    return (Classifier if told else Subject)(
        name=manifest["run"],
        engine=f"iree-{bundle.target.name}",
        scheme=manifest["scheme"],
        rate=manifest["rate"],
        home=folder.resolve().parents[2],
        forward=lambda inputs, good: predict.finite(one_by_one(inputs, np.flatnonzero(good)), bundle.name),
        key=hashes.of_file(folder / "manifest.json"),
        **told,
    )
