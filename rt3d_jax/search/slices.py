"""Shared weights: narrower and shallower networks, and those of smaller kernels, are cut out of a larger one's."""

import dataclasses
import pathlib

from lowering.functions import trees
from rt3d_jax.models import catalog, choices
from rt3d_jax.sparsity import masks
from rt3d_jax.training import checkpoints, claims, experiments


def cut(params: catalog.Params, shapes: catalog.Params, central: bool = False) -> catalog.Params:
    """The part of every leaf that the smaller network has, in its shape. Leaves that it lacks are left out.

    The part is the leading one. central: but along a kernel's locations the central one, for a network that has another
    operator.

    ValueError for a leaf that the larger network lacks, or that is larger than there.
    """
    whole, found = dict(trees.paths(params)), {}
    for path, wanted in trees.paths(shapes):
        leaf = whole.get(path)
        if leaf is None or leaf.ndim != len(wanted.shape) or any(map(int.__lt__, leaf.shape, wanted.shape)):
            held = None if leaf is None else tuple(leaf.shape)
            raise ValueError(f"{path} has shape {held} in the shared weights, expected at least {tuple(wanted.shape)}")
        places = leaf.ndim - 2 if central and path.split("/")[-1] == "kernel" else 0
        starts = (
            (size - part) // 2 * (axis < places)
            for axis, (size, part) in enumerate(zip(leaf.shape, wanted.shape, strict=True))
        )
        found[path] = leaf[tuple(slice(start, start + part) for start, part in zip(starts, wanted.shape, strict=True))]
    return trees.like(shapes, found)


def write(supernet: pathlib.Path, model: catalog.Model, folder: pathlib.Path) -> pathlib.Path:
    """The weights of `supernet`, a finished run, for a smaller `model`, as a run folder; returned. One there is kept.

    ValueError as `cut`.
    """
    network = checkpoints.load_network(supernet)
    plain = dataclasses.replace(model, winograd=network.model.winograd)  # who starts from it transforms the kernels
    others = choices.operators(plain) != choices.operators(network.model)
    params = cut(network.params, catalog.shapes(plain, network.signature.outputs), central=others)
    told = experiments.Imported("slices of shared weights", claims.fingerprint(supernet), plain, network.task)
    unscored = dataclasses.replace(network.score, value=None, error=None, also={})
    smaller = dataclasses.replace(
        network, name=folder.name, model=plain, params=params, masks=masks.dense(params), score=unscored
    )
    checkpoints.write_imported(folder, told, smaller)
    return folder
