"""Where the dense phase starts: from fresh weights, or from a run's with a new head for another number of outputs."""

import pathlib
from typing import Any

from lowering.functions import transforms, trees, winograd
from rt3d_jax.models import catalog
from rt3d_jax.training import checkpoints, experiments

Tree = Any


def parents(experiment: experiments.Experiment) -> dict[str, pathlib.Path]:
    """The runs that a dense phase stands on: none or one. FileNotFoundError where it is not there."""
    if experiment.pretrained is None:
        return {}
    folder = pathlib.Path(experiment.pretrained)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder} is not there, expected the run folder of pretrained weights; `rt3d import` writes one, "
            "--pretrained None trains from fresh weights"
        )
    return {"pretrained": folder}


def start(experiment: experiments.Experiment, outputs: int) -> Tree:
    """The parameters with which an experiment's dense phase begins. Errors as those of `adopt` and load_network."""
    fresh = catalog.initial(experiment.model, outputs, experiment.seed)
    if experiment.pretrained is None:
        return fresh
    network = checkpoints.load_network(experiment.pretrained)
    return adopt(fresh, network.params, head(experiment.model, outputs), experiment.pretrained)


def head(model: catalog.Model, outputs: int) -> frozenset[str]:
    """The paths of the parameters whose shapes depend on the number of outputs."""
    one, other = (dict(trees.paths(catalog.shapes(model, number))) for number in (outputs, 2 * outputs))
    return frozenset(path for path in one if one[path].shape != other[path].shape)


def adopt(fresh: Tree, found: Tree, head: frozenset[str], where: str = "pretrained network") -> Tree:
    """`found` where its shapes are those of `fresh`; the head is fresh as a whole if its shapes differ.

    Kernels in the plane are transformed where `fresh` has transformed ones (catalog.Model.winograd). ValueError for any
    other leaf that is missing, has no place or another shape.
    """
    new = dict(trees.paths(fresh))
    old = {path: _transformed(leaf, new[path].shape) if path in new else leaf for path, leaf in trees.paths(found)}
    keep = any(path in old and old[path].shape != new[path].shape for path in head)
    for path in sorted((old.keys() | new.keys()) - (head if keep else frozenset())):
        shapes = [tuple(leaves[path].shape) if path in leaves else None for leaves in (old, new)]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"{where} has {path} of shape {shapes[0]}, expected {shapes[1]}; "
                "give both the same network, width and size"
            )

    return trees.replaced(fresh, {path: leaf for path, leaf in old.items() if not (keep and path in head)})


def _transformed(leaf: Any, shape: tuple[int, ...]) -> Any:
    """A kernel of 3 x 3 pixels in Winograd's transformed domain, if that gives this shape; else the leaf itself."""
    for tile in transforms.TRANSFORMS:
        reach, taps = (tile + transforms.TAPS - 1,) * 2, (transforms.TAPS,) * 2
        if leaf.ndim == 5 and leaf.shape[1:3] == taps and shape == (leaf.shape[0], *reach, *leaf.shape[3:]):
            return winograd.learned(leaf, tile)
    return leaf
