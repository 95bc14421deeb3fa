"""One network in every engine's form, in one folder: our bundle, ONNX, its nodes for PyTorch, and an example.

A quantised network is there in f32 too, beside its calibration examples, for engines that quantise it themselves.
"""

import dataclasses
import pathlib
import pickle
from collections.abc import Callable, Sequence

import numpy as np

from lowering.bundle import bundles, examples
from lowering.bundle import write as writing
from lowering.graph import ops
from lowering.graph.onnx import export, layers
from lowering.graph.onnx import model as models
from lowering.graph.rewrites import stages
from lowering.targets import precisions, schedules, targets

MODEL, NODES, BUNDLE, FLOATS, EXAMPLES = "model.onnx", "nodes.pickle", "host", "floats.onnx", "calibration.npz"
# Of the largest value. Winograd's convolutions in f32 are off by up to 1e-3 in a network of eleven layers,
# computing in bf16 by more than 1e-2.
TOLERANCES = {"f32": 1e-2, "i8": precisions.I8.tolerance}  # by precision


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """A network on disk.

    macs: multiply-accumulates of its weights that are not zero. inputs: their names. answers: JAX's for the inputs in
    `folder`, by name; a feature map is NCDHW, as the engines give it. precision: one of TOLERANCES. floats: of a
    quantised network, what it answers in f32. level: of x86-64 that all engines keep to, see targets.LEVELS; empty
    where they use all that the machine has.
    """

    folder: pathlib.Path
    model: str
    scheme: str
    rate: float
    macs: int
    inputs: tuple[str, ...]
    answers: dict[str, np.ndarray]
    precision: str = "f32"
    floats: dict[str, np.ndarray] | None = None
    level: str = ""

    @property
    def tolerance(self) -> float:
        """How far an engine's answer may be from JAX's, in units of the largest value."""
        return TOLERANCES[self.precision]

    @property
    def bundle(self) -> bundles.Bundle:
        """Our own form of it."""
        return bundles.read(self.folder / BUNDLE, verify=False)


@dataclasses.dataclass(frozen=True, eq=False)
class Floats:
    """What a quantised network is in f32. example: with the same inputs. calibration: those of its examples."""

    example: examples.Example
    calibration: Sequence[tuple[np.ndarray, ...]]


@dataclasses.dataclass(frozen=True)
class Ours:
    """How our own bundle of a network is made: for which host, and by which schedules for a traced graph."""

    host: targets.Target
    choose: Callable[[ops.Graph], schedules.Schedules] = lambda graph: schedules.NONE


def load(folder: pathlib.Path, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """The example's inputs of these names, as JAX takes them: each lies in NAME.npy, such as clip.npy."""
    return {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in names}


def write(
    folder: pathlib.Path,
    example: examples.Example,
    info: bundles.Info,
    macs: int,
    ours: Ours,
    floats: Floats | None = None,
) -> Network:
    """Writes every form of a traced network. Pruned weights must be zeros in it.

    ours: its host has the network's precision, which is i8 for one that is quantised, else f32. floats: of a quantised
    network, for engines that quantise it themselves; None leaves these out.

    GraphError, before anything is written, for a network with operations that have no form in ONNX.
    """
    plain, host = _nodes(example), ours.host
    folder.mkdir(parents=True)
    bundle = writing.write(folder / BUNDLE, example, host, info, ours.choose(example.graph))
    export.write(folder / MODEL, export.proto(plain, info.entries))
    with (folder / NODES).open("wb") as file:
        pickle.dump(plain, file, protocol=5)
    names = tuple(each.name for each in plain.inputs)
    for name, array in zip(names, example.inputs, strict=True):
        np.save(folder / f"{name}.npy", array)
    if floats is not None:
        export.write(folder / FLOATS, export.proto(_nodes(floats.example), info.entries))
        several = enumerate(floats.calibration)
        arrays = {f"{i}.{name}": array for i, each in several for name, array in zip(names, each, strict=True)}
        np.savez(folder / EXAMPLES, **arrays)  # pyright: ignore[reportArgumentType] # none is called allow_pickle
    found = (folder, info.model, info.scheme, bundle.manifest["rate"], macs, names, _answers(plain, example))
    answers = None if floats is None else _answers(plain, floats.example)
    return Network(*found, host.precision.name, answers, host.level)


def calibration(folder: pathlib.Path) -> list[dict[str, np.ndarray]]:
    """The inputs of the calibration examples by name, as JAX takes them."""
    found: dict[int, dict[str, np.ndarray]] = {}
    with np.load(folder / EXAMPLES, allow_pickle=False) as arrays:
        for key in arrays.files:
            number, _, name = key.partition(".")
            found.setdefault(int(number), {})[name] = arrays[key]
    return list(found.values())


def _nodes(example: examples.Example) -> models.Model:
    return layers.forms(stages.run(example.graph, stages.ALGEBRA)).finish()


def _answers(plain: models.Model, example: examples.Example) -> dict[str, np.ndarray]:
    return {each.name: models.laid(array) for each, array in zip(plain.outputs, example.answers, strict=True)}
