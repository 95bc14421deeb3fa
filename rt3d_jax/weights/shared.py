"""The format of a shared folder: a trained network as files that a model hub takes. Checks folders from strangers.

| file | what |
|---|---|
| config.json | `Facts`, the sizes that follow from them, and the sha256 of all that and of the two files of arrays |
| model.safetensors | every parameter under its path ("conv1/kernel"), f32, DHWIO or IO; dropped weights are zeros |
| masks.safetensors | masks by the parameter's path, u8[ceil(size / 8)], as numpy.packbits packs them in C order |
| README.md | the model card, see `card`; never read |

Nothing in it is run. Every fault is a ValueError in one line that names the file.
"""

import dataclasses
import math
import pathlib
import re
import typing
from collections.abc import Sequence
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from lowering.functions import trees
from lowering.system import files, hashes
from rt3d_jax.evaluation import measured
from rt3d_jax.models import catalog
from rt3d_jax.quantise import networks
from rt3d_jax.sparsity import cost
from rt3d_jax.tasks import contract
from rt3d_jax.training import codec, experiments
from rt3d_jax.weights import bounds

Tree = Any
Arrays = dict[str, np.ndarray]
FORMAT, VERSION, VERSIONS = "rt3d-jax", 2, (1, 2)
CONFIG, MODEL, MASKS, CARD = "config.json", "model.safetensors", "masks.safetensors", "README.md"
FILES = (CONFIG, MODEL, MASKS, CARD)
RATE_TOLERANCE = 1e-3
HASHES = "sha256"  # in config.json: of MODEL, MASKS and its other fields


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is stated about a network beside its arrays.

    phase: one of bounds.PHASES. facts: what the data said, see tasks.contract. dense_score: the score of the dense
    network that it was pruned from, in the unit of `score` and by the same protocol; None if it is not known.
    pretrained: where the dense phase's weights came from, in words. origin: what made it, with its task. licence: of
    the weights, as the hub abbreviates it; None if none was given. quantisation: of a network of int8, whose kernels
    are rounded as it says; None for one of f32.
    """

    name: str
    phase: str
    model: catalog.Model
    facts: dict[str, Any]
    scheme: str
    score: measured.Score
    dense_score: float | None
    pretrained: str | None
    origin: experiments.Experiment | experiments.Imported
    licence: str | None
    quantisation: networks.Quantisation | None = None

    @property
    def task(self) -> contract.Task:
        return self.origin.task

    @property
    def signature(self) -> contract.Signature:
        """What goes into the network and comes out."""
        return self.task.signature(self.facts)

    def table(self) -> tuple[cost.Layer, ...]:
        """What the dense network costs, layer by layer."""
        return catalog.table(self.model, self.signature.outputs, self.signature.structs())


@dataclasses.dataclass(frozen=True)
class Shared:
    """The content of a shared folder: facts, params (nested dict of f32), masks (the same tree, bool or None)."""

    facts: Facts
    params: Tree
    masks: Tree


def write(folder: pathlib.Path, shared: Shared) -> None:
    """config.json and the arrays into a folder that is there; the same network gives the same bytes."""
    layers = shared.facts.table()
    kept = {"macs": cost.macs(layers, shared.masks), "parameters": cost.parameters(layers, shared.masks)}
    sizes = {"macs_dense": cost.macs(layers), "parameters_dense": cost.parameters(layers), **kept}
    said = {"format": FORMAT, "version": VERSION, **to_json(shared.facts), "rate": sizes["macs_dense"] / kept["macs"]}
    arrays = {path: np.asarray(leaf) for path, leaf in trees.paths(shared.params)}
    packed = {path: np.packbits(np.asarray(mask)) for path, mask in trees.paths(shared.masks)}
    for name, found in ((MODEL, arrays), (MASKS, packed)):
        if found:
            (folder / name).write_bytes(safetensors.numpy.save(found, {"format": f"{FORMAT} {VERSION}"}))
    written = {name: hashes.of_file(folder / name) for name in (MODEL, MASKS) if (folder / name).exists()}
    said |= sizes
    files.write_json(folder / CONFIG, {**said, HASHES: {CONFIG: hashes.of_json(said), **written}})


def to_json(facts: Facts) -> dict[str, Any]:
    """The facts as JSON, which `parse` takes, and the task's own words for readers without rt3d-jax."""
    found = {field.name: getattr(facts, field.name) for field in dataclasses.fields(Facts)}
    if facts.quantisation is None:
        found.pop("quantisation")
    words = {**facts.task.describe(facts.facts), **measured.to_result(facts.score)}
    return {**words, **codec.to_json({**found, "score": measured.plain(facts.score)})}


def read(folder: pathlib.Path, code: Sequence[str] = ()) -> Shared:
    """The network of a shared folder, in which nothing contradicts anything else.

    code: names of classes of its maker's own that may be imported, see hosts.plugins.

    Raises:
      FileNotFoundError: no such folder, or no config.json or model.safetensors in it.
      ValueError: anything else that `write` does not write: another version, unknown names, shapes that are not the
        network's, values that are not finite, dropped weights that are not zero, a rate that the masks do not give,
        arrays of another hash.
    """
    said = _said(_file(folder / CONFIG))
    _check_code(folder / CONFIG, said, code)
    facts = parse(said, folder / CONFIG)
    shapes = catalog.shapes(facts.model, facts.signature.outputs)
    expected = {path: leaf.shape for path, leaf in trees.paths(shapes)}
    params = _arrays(_file(folder / MODEL), "F32", expected)
    missing = expected.keys() - params.keys()
    if missing:
        raise ValueError(f"{folder / MODEL} has no {min(missing)}, expected the parameters of {facts.model}")
    _check_layers(folder / CONFIG, facts, expected)
    bits = {}
    if (folder / MASKS).exists():
        sizes = {
            path: (-(-math.prod(shape) // 8),)
            for path, shape in expected.items()
            if path.rpartition("/")[2] in ("kernel", *cost.VECTORS)
        }
        bits = _arrays(_file(folder / MASKS), "U8", sizes)
    masks = {path: _mask(folder / MASKS, path, packed, expected[path]) for path, packed in bits.items()}
    for path, values in params.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{folder / MODEL} has a {path} that is not finite, expected numbers; fetch it again")
        if path in masks and np.any(values[~masks[path]]):
            raise ValueError(f"{folder / MODEL} has a {path} with weights that {MASKS} drops, expected zeros there")
    shared = Shared(facts, trees.like(shapes, params), trees.like(shapes, masks))
    _check_rate(folder / CONFIG, said, shared)
    _check_hashes(folder, said)
    return shared


def parse(said: dict[str, Any], path: pathlib.Path) -> Facts:
    """The facts of a config.json. ValueError, naming the path, for values of other kinds than `write` gives them."""
    try:
        said = said if "facts" in said else _from_version_1(said)
        kinds = typing.get_type_hints(Facts)
        found = {name: codec.from_json(said[name], kinds[name], name) for name in bounds.FIELDS}
        bounds.check("the folder", found, bounds.FIELDS)
        bounds.check_facts(found["facts"])
        found["quantisation"] = codec.from_json(said.get("quantisation"), kinds["quantisation"], "quantisation")
        for name in ("model", "score", "origin", "quantisation"):
            bounds.check_within(found[name])
        facts = Facts(**found)
        facts.task.check(facts.model)
        bounds.check_signature(facts.signature)
        catalog.shapes(facts.model, facts.signature.outputs)
    except KeyError as error:
        raise ValueError(f"{path} has no {error.args[0]}, expected what `rt3d export` writes; fetch it again") from None
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"{path}: {' '.join(str(error).split())[: bounds.MAX_TEXT]}") from error
    return facts


def _from_version_1(said: dict[str, Any]) -> dict[str, Any]:
    """A config.json from when every network classified clips, whose own clip is that of its origin."""
    score = measured.accuracy(said["accuracy"], said["protocol"])
    moved = {"facts": {"labels": said["labels"]}, "score": measured.plain(score)}
    origin = said["origin"] | {"clip": said["clip"]} if isinstance(said["origin"], dict) else said["origin"]
    return {**said, **moved, "dense_score": said["dense_accuracy"], "origin": origin}


def _check_code(path: pathlib.Path, said: dict[str, Any], allowed: Sequence[str]) -> None:
    """ValueError for a class of its maker's own that nobody allowed to be imported."""
    for name in bounds.code(said):
        if name not in allowed:
            text = ascii(name)[: bounds.MAX_TEXT]
            raise ValueError(
                f"{path} wants to import {text}, which is its maker's code; allow it with --code if you trust it"
            )


def _check_hashes(folder: pathlib.Path, said: dict[str, Any]) -> None:
    """ValueError for what is not as it was written. Folders of older versions do not say."""
    wanted = said.get(HASHES, {})
    if not isinstance(wanted, dict) or not wanted.keys() <= {CONFIG, MODEL, MASKS}:
        text = repr(wanted)[:100]
        raise ValueError(f"{folder / CONFIG} has {HASHES} {text}, expected one each of {CONFIG}, {MODEL} and {MASKS}")
    rest = {name: value for name, value in said.items() if name != HASHES}
    for name, value in wanted.items():
        if value != (hashes.of_json(rest) if name == CONFIG else hashes.of_file(_file(folder / name))):
            raise ValueError(f"{folder / name} is not the file that was written, as {CONFIG} says; fetch it again")


def _file(path: pathlib.Path) -> pathlib.Path:
    """The path of a regular file, or of a link to one, since the hub's cache consists of links."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there, expected a folder that `rt3d export` wrote, whole")
    return path


def _said(path: pathlib.Path) -> dict[str, Any]:
    said = files.read_json(path)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ValueError(f"{path} is of no network that `rt3d export` wrote: expected format {FORMAT!r}")
    if said.get("version") not in VERSIONS:
        raise ValueError(
            f"{path} has version {str(said.get('version'))[:40]!r}, expected {' or '.join(map(str, VERSIONS))}; "
            "update rt3d-jax"
        )
    return said


def _arrays(path: pathlib.Path, dtype: str, expected: dict[str, tuple[int, ...]]) -> Arrays:
    """The arrays of a file, whose names, types and shapes are compared with what is expected before any is read."""
    path.open("rb").close()  # names the file that the system refuses, as safetensors does not
    try:
        with safetensors.safe_open(path, framework="np") as file:
            names = file.keys()
            for name in names:
                part = file.get_slice(name)
                found = (part.get_dtype(), tuple(part.get_shape()))
                if found != (dtype, expected.get(name)):
                    wanted = f"{dtype} {expected[name]}" if name in expected else "no such name"
                    shown = re.sub(r"[^ -~]", "?", name)[:100]
                    raise ValueError(f"{path} has {shown} of type and shape {found[0]} {found[1]}, expected {wanted}")
            return {name: file.get_tensor(name) for name in names}
    except safetensors.SafetensorError as error:
        reason = " ".join(str(error).split())[: bounds.MAX_TEXT]
        raise ValueError(f"{path} is damaged or no safetensors file ({reason}); fetch it again") from error


def _mask(where: pathlib.Path, path: str, packed: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    bits = np.unpackbits(packed)
    if bits[math.prod(shape) :].any():
        raise ValueError(f"{where} has a {path} with bits after its last weight, expected zeros; fetch it again")
    return bits[: math.prod(shape)].reshape(shape).astype(bool)


def _check_layers(path: pathlib.Path, facts: Facts, expected: dict[str, tuple[int, ...]]) -> None:
    """ValueError for a scale of a layer that the network does not have."""
    for layer in facts.quantisation.layers if facts.quantisation else ():
        if not {layer, f"{layer}/kernel"} & expected.keys():
            raise ValueError(f"{path} has a scale for {layer[: bounds.MAX_TEXT]}, which is no layer of {facts.model}")


def _check_rate(path: pathlib.Path, said: dict[str, Any], shared: Shared) -> None:
    layers = shared.facts.table()
    kept = cost.macs(layers, shared.masks)
    rate: Any = said.get("rate")
    if not kept:
        raise ValueError(f"{path}: the masks drop every weight, expected a network")
    found = cost.macs(layers) / kept
    if not bounds.is_number(rate) or abs(rate - found) > RATE_TOLERANCE * found:
        raise ValueError(f"{path} has rate {repr(rate)[:40]}, but the masks give {found:.6g}; fetch it again")
