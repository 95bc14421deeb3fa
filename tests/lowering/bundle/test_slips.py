"""Slips in a call of the library are told in one line, before anything is traced or compiled."""

import pathlib
import re
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

import lowering
from lowering.bundle import bundles
from lowering.graph import ops
from lowering.targets import targets

PARAMS = {"kernel": np.ones((3, 2), np.float32)}
CLIP = np.zeros((1, 3), np.float32)
SHAPE = (1, 2, 6, 6, 3)
FORM = "expected at least one axis and at least 1 along each"


def apply(params, clip):
    return clip @ params["kernel"]


def deploy(folder: pathlib.Path, **given: Any) -> lowering.Deployed:
    return lowering.deploy(**{"apply": apply, "params": PARAMS, "clip": CLIP, "out": folder / "bundle", **given})


@pytest.mark.parametrize(
    ("given", "error", "told"),
    [
        (
            {"clip": SHAPE},
            bundles.BundleError,
            f"clip is the shape {SHAPE}, expected an array of it; write numpy.zeros(shape)",
        ),
        (
            {"clip": np.zeros((1, 0, 6, 6, 3))},
            ops.GraphError,
            f"clip has shape (1, 0, 6, 6, 3), {FORM}",
        ),
        ({"clip": np.zeros((0, 3))}, ops.GraphError, f"clip has shape (0, 3), {FORM}"),
        ({"clip": None}, ops.GraphError, f"clip has shape (), {FORM}"),
        ({"clip": ()}, ops.GraphError, "the example has no array, expected one for each input of the network"),
        (
            {"apply": PARAMS},
            ops.GraphError,
            "the network is a dict, expected a function of the parameters and inputs",
        ),
        ({"params": apply}, ValueError, "params is a function, expected a tree of arrays, such as nested dicts"),
        (
            {"params": {"a": {"kernel": "x"}}},
            ValueError,
            "params has a str at a/kernel, expected a tree of arrays, such as nested dicts",
        ),
        ({"info": "x"}, bundles.BundleError, "info is 'x', expected Info(...), such as Info(run='my network')"),
        ({"info": {}}, bundles.BundleError, "info is a dict, expected Info(...), such as Info(run='my network')"),
        ({"out": None}, bundles.BundleError, "out is None, expected the path of a folder"),
    ],
)
def test_what_deploy_cannot_use_is_told_in_one_line(
    tmp_path: pathlib.Path, given: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(told)}$"):
        deploy(tmp_path, **given)
    assert not list(tmp_path.iterdir())


def test_no_target_is_no_name_of_one(tmp_path: pathlib.Path) -> None:
    with pytest.raises(targets.TargetError, match=r"^no target None; expected one of: host, "):
        deploy(tmp_path, target=None)


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_traced(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for out in (file, file / "bundle", file / "deep" / "bundle"):
        told = f"{out} cannot be made: {file} is a file; choose a folder that is empty or new"
        with pytest.raises(bundles.BundleError, match=f"^{re.escape(told)}$"):
            deploy(tmp_path, out=out, apply=lambda *_: pytest.fail("traced"))
    told = f"{tmp_path} holds other things than a bundle; choose a folder that is empty or new"
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(told)}$"):
        deploy(tmp_path, out=str(tmp_path), apply=lambda *_: pytest.fail("traced"))


def test_what_trace_cannot_use_is_told_in_one_line() -> None:
    with pytest.raises(ops.GraphError, match="^the example is 3, expected an array, or a tuple of arrays$"):
        lowering.trace(apply, PARAMS, 3)
    with pytest.raises(ops.GraphError, match="^the network is a dict, expected a function of the parameters and "):
        lowering.trace(PARAMS, apply, CLIP)


def test_a_graph_is_rewritten_for_a_target_by_its_name() -> None:
    graph = lowering.trace(apply, PARAMS, CLIP)
    assert str(lowering.rewrite(graph, "host")) == str(lowering.rewrite(graph, targets.find("host")))
    with pytest.raises(targets.TargetError, match=r"^no target 'hots'; expected one of: host, "):
        lowering.rewrite(graph, "hots")


@pytest.mark.parametrize("use", [lowering.read, lowering.load, lowering.check])
def test_what_is_no_bundle_and_no_folder_of_one_is_told_in_one_line(use: Any, tmp_path: pathlib.Path) -> None:
    with pytest.raises(bundles.BundleError, match="^folder is 3, expected the path of a bundle$"):
        use(3)
    told = f"{tmp_path} has no manifest.json; expected a folder that `rt3d lower` wrote"
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(told)}$"):
        use(str(tmp_path))


def test_parameters_may_be_shapes_numbers_and_arrays_of_any_kind() -> None:
    params = {"kernel": PARAMS["kernel"], "scale": 2.0, "half": jnp.ones((), jnp.bfloat16)}
    graph = lowering.trace(lambda p, x: x @ p["kernel"] * p["scale"], params, CLIP)
    assert graph.output.shape == (2,)
