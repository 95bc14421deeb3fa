"""Turns another library's weights into our parameter tree, and into a run folder."""

import dataclasses
import pathlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.functions import trees
from lowering.system import hashes, spelling
from rt3d_jax.evaluation import measured
from rt3d_jax.models import catalog
from rt3d_jax.sparsity import cost, masks
from rt3d_jax.tasks import classification
from rt3d_jax.training import checkpoints, experiments
from rt3d_jax.weights import card, files, shared, sources, wrappings

Tree = Any
LEAVES = {"bias": "bias", "running_mean": "mean", "running_var": "var", "alpha": "gain"}
UNUSED = "num_batches_tracked"  # torch's count of batches, which no fixed momentum needs


def run_folder(
    path: pathlib.Path,
    name: str,
    out: pathlib.Path,
    *,
    labels: tuple[str, ...] | None = None,
    frames: int | None = None,
) -> dict[str, Any]:
    """Write the weights of a file as the run folder `out`, which lower, eval and Experiment.pretrained take.

    name: a key of sources.SOURCES. labels: the classes in the order of the weights; None numbers them. frames: the
    number of frames of a clip; None for the number that the weights were trained on. Returns the content of
    result.json, and as "left_out" what was left out of the file and of its names, in words.

    Raises:
      ValueError: weights that are not those of this network, labels of another number, or a folder that is in use.
    """
    if name not in sources.SOURCES:
        known = sources.SOURCES
        raise ValueError(f"model is {name!r}, expected one of {', '.join(known)}{spelling.meant(name, known)}")
    source = sources.SOURCES[name]
    model, clip = source.model, source.clip
    if frames is not None:
        model = dataclasses.replace(model, frames=frames)
        clip = dataclasses.replace(clip, sampling=dataclasses.replace(clip.sampling, frames=frames))
    arrays, left_out = wrappings.unwrapped(files.read(path), [module for module, _ in source.rows])
    params, classes = convert(arrays, source, model, str(path))
    labels = labels or tuple(str(number) for number in range(classes))
    if len(labels) != classes:
        raise ValueError(f"{len(labels)} labels, but {path} tells {classes} classes apart; name each class once")
    task = classification.Classification(None, clip)
    imported = experiments.Imported(f"{source.origin}, {path.name}", hashes.of_file(path), model, task)
    score = measured.accuracy(None, f"not measured; weights of {imported.origin}")
    network = checkpoints.Network(
        name=out.name,
        model=model,
        params=params,
        masks=masks.dense(params),
        task=task,
        facts={"labels": list(labels)},
        scheme="dense",
        rate=1.0,
        score=score,
    )
    return {**checkpoints.write_imported(out, imported, network), "left_out": left_out}


def shared_folder(path: pathlib.Path, out: pathlib.Path, code: Sequence[str] = ()) -> dict[str, Any]:
    """Write a shared folder, bit by bit, as the run folder `out`.

    code: as for shared.read. Returns the content of result.json, whose score is the folder's claim.

    Raises:
      FileNotFoundError, ValueError: as shared.read, and for an `out` that is in use.
    """
    found = shared.read(path, code)
    card.text(found)  # what cannot be described would be found out at the next export only
    facts, digest = found.facts, hashes.of_file(path / shared.MODEL)
    imported = experiments.Imported(f"{facts.name}, as `rt3d export` wrote it", digest, facts.model, facts.task)
    table = facts.table()
    network = checkpoints.Network(
        name=out.name,
        model=facts.model,
        params=found.params,
        masks=found.masks,
        task=facts.task,
        facts=facts.facts,
        scheme=facts.scheme,
        rate=cost.macs(table) / cost.macs(table, found.masks),
        score=facts.score,
        quantisation=facts.quantisation,
    )
    return checkpoints.write_imported(out, imported, network, shared.to_json(facts))


def convert(
    arrays: dict[str, np.ndarray], source: sources.Source, model: catalog.Model, where: str = "weights"
) -> tuple[Tree, int]:
    """The parameters of `model` (f32) and the number of classes, from the arrays of a state dict by name.

    Kernels are transposed from OIDHW to DHWIO and from OI to IO. ValueError for a missing or unexpected array or shape.
    """
    found, strange = _renamed(arrays, source.rows)
    head = f"{source.head}/kernel"
    if head not in found:
        raise ValueError(f"{where} has no weight for {head}, expected {source.origin}; is it another network?")
    classes = found[head].shape[-1]
    shapes = catalog.shapes(model, classes)
    expected = {path: leaf.shape for path, leaf in trees.paths(shapes)}
    lost = [path for path in expected if path not in found]
    strange += [key for path, key in _keys(arrays, source.rows).items() if path not in expected]
    for what, names in (("has no weight for", lost), ("has an unexpected", strange)):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise ValueError(f"{where} {what} {names[0]}{more}, expected {source.origin}; is it another network?")
    for layer, conv in source.flattened:
        found[f"{layer}/kernel"] = _channels_last(found[f"{layer}/kernel"], expected[f"{conv}/kernel"][-1])
    for path, shape in expected.items():
        if found[path].shape == (1, 1, 1, *shape):  # a dense layer that is a convolution there
            found[path] = found[path].reshape(shape)
        if found[path].shape != shape:
            raise ValueError(f"{where} has {path} of shape {found[path].shape}, expected {shape} for {source.origin}")
    leaves = {path: np.ascontiguousarray(found[path], np.float32) for path in expected}
    for path, values in leaves.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{where} has a {path} that is not finite, expected numbers; fetch it again")
    return trees.like(shapes, leaves), classes


def _renamed(arrays: dict[str, np.ndarray], rows: sources.Rows) -> tuple[dict[str, np.ndarray], list[str]]:
    """Arrays by our paths, with kernels transposed, and the names for which we have no path."""
    keys = _keys(arrays, rows)
    strange = [key for key in arrays if not key.endswith(UNUSED) and key not in keys.values()]
    return {path: _transposed(arrays[key]) for path, key in keys.items()}, strange


def _keys(arrays: dict[str, np.ndarray], rows: sources.Rows) -> dict[str, str]:
    """The other library's name for each of our paths that it has."""
    keys: dict[str, str] = {}
    for key, array in arrays.items():
        module, _, leaf = key.rpartition(".")
        leaf = LEAVES.get(leaf) if leaf != "weight" else "kernel" if array.ndim > 1 else "scale"
        matches = ((re.fullmatch(regex, module), layer) for regex, layer in rows)
        layer = next((match.expand(layer) for match, layer in matches if match), None)
        if leaf and layer:
            keys.setdefault(f"{layer}/{leaf}", key)
    return keys


def _transposed(array: np.ndarray) -> np.ndarray:
    if array.ndim == 5:
        return array.transpose(2, 3, 4, 1, 0)
    return array.T if array.ndim == 2 else array


def _channels_last(kernel: np.ndarray, channels: int) -> np.ndarray:
    """Reorder a dense kernel [C*D*H*W, O] to read [D*H*W*C]; unchanged where C does not divide its rows."""
    rows, outputs = kernel.shape
    if rows % channels:
        return kernel
    return kernel.reshape(channels, rows // channels, outputs).transpose(1, 0, 2).reshape(rows, outputs)
