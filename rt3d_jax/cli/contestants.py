"""The networks on which `rt3d bench --model` compares engines: with random weights, or a trained run with its score."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import numpy as np

from lowering.bundle import bundles, examples
from lowering.graph import trace
from lowering.peers import networks
from lowering.targets import precisions, targets
from rt3d_jax.cli import console, evaluate, evaluate_clips, lowerable, prune, subjects
from rt3d_jax.configs import released
from rt3d_jax.models import catalog
from rt3d_jax.quantise import calibrate
from rt3d_jax.quantise import networks as quantised
from rt3d_jax.sparsity import cost, masks, plans
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, phases

CLASSES = 101  # UCF101's
BATCH = 8  # test examples that are read at a time
Answer = Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]


def drawn(
    folder: pathlib.Path, profile: released.Profile, rate: float, seed: int, ours: networks.Ours
) -> tuple[networks.Network, networks.Network]:
    """Writes the network with random weights, dense and pruned by its profile.

    For a host of i8 they are quantised by their clip.
    """
    model, shape = profile.model, catalog.clip_shape(profile.model)
    apply = catalog.apply_function(model, CLASSES, "direct")
    fast = catalog.apply_function(model, CLASSES)
    params = jax.tree.map(np.asarray, catalog.stand_in(model, CLASSES, seed))
    table = cost.layers(apply, params, shape)
    plan = released.plan(profile, table, rate)
    mask = plans.prune(params, plan)
    clip = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    total, kept = cost.macs(table), cost.macs(table, mask)

    def write(name: str, weights: Any, macs: int) -> networks.Network:
        labels = tuple(map(str, range(CLASSES)))
        name = _named(name, ours)
        info = bundles.Info(name, model.name, labels, {}, name, total / macs, None, "random weights")
        example = lambda lowered, answer, weights: examples.Example(
            trace.trace(lowered, weights, shape), (clip,), (np.asarray(jax.jit(answer)(weights, clip)),)
        )
        to, floats = folder / name.replace(" ", "-"), example(apply, fast, weights)
        if ours.host.precision != precisions.I8:
            return networks.write(to, floats, info, macs, ours)
        scales = calibrate.all_but_ends(fast, weights, [(clip,)], calibrate.Calibration())
        weights = jax.tree.map(np.asarray, quantised.rounded(weights, quantised.layers(scales), table))
        lowered, answer = (quantised.apply(each, scales) for each in (apply, fast))
        integers = example(lowered, answer, weights)
        return networks.write(to, integers, info, macs, ours, networks.Floats(floats, [(clip,)]))

    keeps = ", ".join(f"{regex} {1 if rule is None else rule.keep:.3g}" for regex, rule in plan)
    console.say(
        f"{model.name} with random weights (seed {seed}), {released.KGS.name} at {total / kept:.2f}x; blocks kept by "
        f"layer: {keeps}"
    )
    return write("dense", params, total), write(released.KGS.name, masks.apply(params, mask), kept)


@dataclasses.dataclass(frozen=True, eq=False)
class Trained:
    """A finished run, with its data at hand.

    before: of a quantised run, the one of f32 that it was made of; None for one of f32.
    """

    network: lowerable.Network
    before: lowerable.Network | None
    data: contract.Opened
    progress: console.Progress

    @classmethod
    def open(cls, folder: pathlib.Path, precision: str | None, progress: console.Progress) -> "Trained":
        """The run in a folder. ValueError if it is of another precision, or of an experiment whose data are unknown."""
        network = lowerable.find(folder)
        assert network.run is not None
        own = "f32" if network.run.quantisation is None else "i8"
        if precision not in (None, own):
            other = "the run of f32 that it was made of" if own == "i8" else "a run of `rt3d quantise`"
            raise ValueError(f"{folder} is a network of {own}, not of {precision}; name {other}, or drop --precision")
        home = network.home
        before = None if own == "f32" else lowerable.find(home / "runs" / phases.floats(network.run.name))
        return cls(network, before, prune.experiment(home).task.open(home, progress), progress)

    @property
    def precision(self) -> str:
        """ "f32", or "i8" for a quantised run."""
        return "f32" if self.before is None else "i8"

    def write(self, folder: pathlib.Path, ours: networks.Ours) -> networks.Network:
        """Every engine's form of it, with a test example."""
        network, inputs = self.network, self.data.example()
        assert network.folder is not None
        name = _named(network.name, ours)
        info = dataclasses.replace(network.info, run=name, scheme=name)
        floats = None
        if self.before is not None:
            floats = networks.Floats(self.before.evaluated(inputs), list(self._calibration()))
        macs = checkpoints.finished(network.folder)[1]["macs"]
        return networks.write(folder / name.replace(" ", "-"), network.evaluated(inputs), info, macs, ours, floats)

    def judge(self, engine: str, answer: Answer) -> dict[str, Any]:
        """What an engine's answers to the test examples are worth, as JSON values."""
        run, info = self.network.run, self.network.info
        assert run is not None
        names = [one.name for one in run.signature.inputs]

        def one(inputs: tuple[np.ndarray, ...]) -> np.ndarray:
            (found,) = answer(dict(zip(names, inputs, strict=True))).values()
            return np.moveaxis(found, 1, -1) if found.ndim == 5 else found

        def forward(inputs: tuple[np.ndarray, ...], good: np.ndarray) -> np.ndarray:
            rows = range(len(inputs[0]))
            return np.concatenate([one(tuple(each[i : i + 1] for each in inputs)) for i in rows]).astype(np.float32)

        scheme, rate = info.scheme, info.rate or 1.0
        subject = subjects.Subject(run.name, engine, scheme, rate, self.network.home, forward, key="")
        protocol = evaluate_clips.Protocol(clips=1, crops=1, batch=BATCH, workers=0)
        return evaluate.measure(subject, evaluate_clips.Source(), protocol, self.progress)["score"]

    def _calibration(self) -> Iterator[tuple[np.ndarray, ...]]:
        """The inputs of the calibration examples, one by one. ValueError if the data have changed since."""
        network, found = self.network, self.network.run
        assert network.folder is not None and found is not None and found.quantisation is not None
        asked = checkpoints.finished(network.folder)[0]["key"]["calibration"]["examples"]
        batch = prune.experiment(network.home).batch
        batches = list(phases.calibration(self.data, found.signature, batch, asked))
        if calibrate.digest(batches) != found.quantisation.sha256:
            raise ValueError(
                f"{network.folder} was calibrated on other examples than its data give now; quantise it again"
            )
        for batch in batches:
            yield from (tuple(each[i : i + 1] for each in batch) for i in range(len(batch[0])))


def _named(name: str, ours: networks.Ours) -> str:
    """With the form of our kernels behind it, where that is not the usual one."""
    return name if ours.host.form == targets.FORMS[0] else f"{name} {ours.host.form}"
