"""Parameter trees of any kind (dicts, lists, Flax states, Equinox modules): their leaves by path, read and replaced.

A path is the keys of a leaf, joined by "/": "conv1/kernel", "layers/0/weight". The "value" in which Flax NNX holds a
variable is left out, so that a state has the same paths as the plain one that an NNX optimizer hands on.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import jax

Tree = Any
VARIABLE = jax.tree_util.GetAttrKey("value")


def paths(tree: Tree) -> list[tuple[str, Any]]:
    """The leaves of a tree with their paths, in tree order. None is no leaf."""
    return [(_text(path), leaf) for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]]


def arrays(tree: Tree) -> None:
    """ValueError for parameters that are no tree of arrays, of their shapes or of numbers."""
    for path, leaf in paths(tree):
        if not hasattr(leaf, "dtype") and not isinstance(leaf, int | float):
            place = f"params has a {type(leaf).__name__} at {path}" if path else f"params is a {type(leaf).__name__}"
            raise ValueError(f"{place}, expected a tree of arrays, such as nested dicts")


def leaf(tree: Tree, path: str) -> Any:
    """The leaf at a path, None if there is none."""
    return dict(paths(tree)).get(path)


def found(tree: Tree, names: Iterable[str]) -> dict[str, Any]:
    """The leaves at these paths. ValueError for a path that the tree does not have."""
    leaves = dict(paths(tree))
    if missing := sorted(set(names) - leaves.keys()):
        raise ValueError(f"the tree has no leaf {missing[0]}, expected one of {', '.join(leaves)}")
    return {name: leaves[name] for name in names}


def replaced(tree: Tree, leaves: Mapping[str, Any]) -> Tree:
    """The tree with other leaves at the paths that `leaves` names.

    ValueError for a path that the tree does not have.
    """
    found(tree, leaves)
    return jax.tree_util.tree_map_with_path(lambda path, leaf: leaves.get(_text(path), leaf), tree)


def like(tree: Tree, leaves: Mapping[str, Any]) -> Tree:
    """A tree of the same structure with the leaves that are given by path, and None elsewhere."""
    return jax.tree_util.tree_map_with_path(lambda path, _: leaves.get(_text(path)), tree)


def split(path: str) -> tuple[str, str]:
    """The path of what a leaf belongs to, and the leaf's own key: ("conv1", "kernel")."""
    parent, _, key = path.rpartition("/")
    return parent, key


def _text(path: Any) -> str:
    if path and path[-1] == VARIABLE:
        path = path[:-1]
    return jax.tree_util.keystr(path, simple=True, separator="/")
