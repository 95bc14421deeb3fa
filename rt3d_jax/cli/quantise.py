"""rt3d quantise: networks of int8 from trained runs."""

import dataclasses
import pathlib
from typing import Literal

from rt3d_jax.cli import console, prune
from rt3d_jax.cli import train as train_verb
from rt3d_jax.quantise import calibrate
from rt3d_jax.training import checkpoints, phase, phases, recipes


def run(
    out: pathlib.Path,
    /,
    rate: tuple[float, ...] = (),
    method: Literal["minmax", "percentile", "mse"] = "minmax",
    examples: int = 64,
    percentile: float = 99.99,
    limit: float = 0.1,
    wide: tuple[str, ...] = (),
    epochs: float = 0.0,
    learning_rate: float | None = None,
) -> None:
    """Make networks of int8 of the trained networks of a folder: calibrate them, and train them on as int8 computes.

    Of OUT/runs/NAME comes the run OUT/runs/NAME-int8, whose scales are found on some training examples. With --epochs
    it is also trained on, under its masks: OUT/runs/NAME-int8-aware. `rt3d eval`, `lower` and `onnx` take them as they
    take any run. Their bundles are for targets such as host:i8 and vulkan:adreno:i8.

    The first layers and the last one stay in f32, and so does what calibration shows to hurt.

    Args:
        out: The folder that `rt3d train --out` wrote.
        rate: Rates of the pruned networks to quantise. The default is those of the experiment, or the dense network if
            it has none.
        method: What int8 must hold of an activation: all of it (minmax), all but its largest values (percentile), or
            the range with the least mean squared error (mse).
        examples: Training examples to calibrate on.
        percentile: The share of values that percentile holds, in percent.
        limit: The change of the network's answers, over their size, from which on a layer stays in f32.
        wide: Regular expressions of the names of further layers that stay in f32.
        epochs: Passes over the training examples in which the network learns to live with int8.
        learning_rate: Of these passes. The default is a tenth of that of the retraining.

    Examples:
        rt3d quantise runs/first
        rt3d quantise runs/first --rate 3.6 --epochs 1
        rt3d lower runs/first/runs/vanilla-3.6x-int8 --target host:i8
    """
    before = prune.experiment(out)
    aware = None
    if epochs:
        lower = before.retrain.learning_rate / 10 if learning_rate is None else learning_rate
        aware = dataclasses.replace(before.retrain, epochs=epochs, learning_rate=lower, warmup=0.0)
    asked = recipes.Quantise(calibrate.Calibration(method, examples, percentile, limit, wide), aware)
    experiment = dataclasses.replace(before, rates=rate or before.rates, quantise=asked)
    with console.Progress() as progress:
        prepared = phases.prepare(experiment, out, progress)
        found = {name: phases.quantise(prepared, name) for name in phases.last(experiment)}
    shown = [(name, checkpoints.finished(prepared.folder(name))[1], several) for name, several in found.items()]
    train_verb.show([result for _, first, several in shown for result in (first, *several)])
    for _, _, (calibrated, *_) in shown:
        say(calibrated["name"], prepared)


def say(name: str, prepared: phase.Prepared) -> None:
    """Prints which layers of a run stay in f32, and why."""
    found = checkpoints.quantisation(prepared.folder(name))
    assert found is not None
    console.say(
        f"{name}: {len(found.layers)} layers in int8 by {found.method} of {found.examples} examples, which changes the "
        f"answers by {found.error:.1%} of their size"
    )
    for layer, why in found.wide.items():
        console.say(f"  {layer} stays in f32: {why}")
