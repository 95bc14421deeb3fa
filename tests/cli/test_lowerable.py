"""Networks of the user's own on the command line: as functions in files and modules, and as classes in experiments."""

import json
import pathlib

import onnx
import pytest

from lowering.bundle import bundles
from rt3d_jax.cli import main

FILE = """\
import jax
import numpy as np

import beside


def network(params, clip):
    numbers = ("NDHWC", "DHWIO", "NDHWC")
    x = jax.lax.conv_general_dilated(clip, params["conv1"], (1, 1, 1), "SAME", dimension_numbers=numbers)
    return jax.nn.silu(x).mean((1, 2, 3)) @ params["head"]


def build():
    draw = lambda *shape: np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return network, {"conv1": draw(1, 3, 3, 3, 8), "head": draw(8, beside.CLASSES)}, draw(1, 2, 6, 6, 3)


def sorted_build():
    apply, params, example = build()
    return lambda params, clip: jax.lax.sort(apply(params, clip)), params, example


three = 3


def pair():
    return 1, 2


def raises():
    return {}["x"]


def misfit():
    apply, params, example = build()
    return apply, params, example[..., :2]
"""


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The current folder, with networks in nets.py."""
    (tmp_path / "nets.py").write_text(FILE)
    (tmp_path / "beside.py").write_text("CLASSES = 5\n")
    (tmp_path / "wrong.py").write_text("import math\n\nmath.sqrt(-1)\n")
    (tmp_path / "broken.py").write_text("def build(:\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_function_of_ones_own_is_lowered_checked_and_exported(
    folder: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.call(["lower", "nets.py:build", "--target", "host", "--strict", "--json", "rows.json"]) == 0
    said = capsys.readouterr().out
    assert "build -> bundles/build/host: same answer as JAX" in said
    assert "all of the 3 nodes are computed by kernels of ours" in said
    (row,) = json.loads((folder / "rows.json").read_text())
    assert (row["run"], row["ours"], {node["kernel"] for node in row["nodes"]}) == ("build", 1.0, {"ours"})
    assert main.call(["onnx", "nets:build", "--name", "mine"]) == 0
    assert "onnx/mine.onnx: same answer as JAX (ONNX Runtime)" in capsys.readouterr().out
    assert {prop.key: prop.value for prop in onnx.load("onnx/mine.onnx").metadata_props}["run"] == "mine"
    assert main.call(["profile", "nets.py:build", "--runs", "2", "--json", "layers.json"]) == 0
    assert [row["kernel"] for row in json.loads((folder / "layers.json").read_text())].count("IREE") == 0


def test_a_function_of_ones_own_is_timed_and_tuned(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    measured = ["--rounds", "1", "--runs", "2", "--no-tuning", "--json", "latency.json"]
    assert main.call(["bench", "nets.py:build", *measured]) == 0
    (row,) = json.loads((folder / "latency.json").read_text())["rows"]
    assert row["run"] == "build" and row["p50_ms"] > 0 and not (folder / "bundles").exists()
    assert main.call(["tune", "nets.py:build", "--target", "android:cortex-a76", "--minutes", "0"]) == 0
    said = "build on android:cortex-a76: nothing found in 0 s; give it more --minutes"
    assert capsys.readouterr().out.splitlines()[-1] == said


def test_what_is_not_ours_is_said_and_refused_where_it_must_not_be(
    folder: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["lower", "nets.py:sorted_build", "--target", "host"]
    assert main.call([*words, "--strict"]) == 2
    found = capsys.readouterr()
    end = "sorted_build has operations that no kernel of ours computes; leave out --strict"
    assert found.err == f"rt3d lower: {end}\n"
    listed = "  sort (0.0 MMAC) is IREE's:\n    sort (nets.py:20): it is none of our kernels' operations\n"
    assert found.out == listed and not (folder / "bundles").exists()
    assert main.call([*words, "--name", "sorted"]) == 0
    share = "100.0% of the MACs and 3 of 4 nodes are computed by kernels of ours, the rest by IREE\n"
    assert share + listed in capsys.readouterr().out
    assert bundles.read("bundles/sorted/host").manifest["run"] == "sorted"
    assert main.call(["profile", "bundles/sorted/host", "--runs", "2"]) == 0
    assert "of the time is spent in kernels of ours, the rest in what IREE compiles." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("none.py:build", "{folder}/none.py is not there, expected a Python file"),
        ("nets.py:biuld", "nets.py has no function 'biuld'; did you mean build?"),
        ("nets.py:three", "nets.py:three is 3, expected a function"),
        ("nets.py:pair", "nets.py:pair gives a tuple of 2, expected three things: apply, params and an example"),
        ("nets.py:raises", "nets.py:raises raises KeyError: 'x' ({folder}/nets.py:31)"),
        ("wrong.py:build", "{folder}/wrong.py cannot be run: ValueError: {math} ({folder}/wrong.py:3); correct it"),
        ("broken.py:build", "{folder}/broken.py cannot be run: SyntaxError: invalid syntax ({folder}/broken.py:1); "),
        ("no.nets:build", "'no.nets:build' cannot be imported (No module named 'no'); expected module:Name, with the "),
        ("nets.py:misfit", "the network misfit raises ValueError: conv_general_dilated lhs feature dimension size"),
    ],
)
def test_a_word_that_gives_no_network_is_one_line(
    folder: pathlib.Path, capsys: pytest.CaptureFixture[str], word: str, message: str
) -> None:
    with pytest.raises(ValueError) as error:
        __import__("math").sqrt(-1)
    assert main.call(["onnx", word]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"rt3d onnx: {message.format(folder=folder, math=error.value)}")


def test_bundles_of_two_networks_do_not_replace_each_other(
    folder: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.call(["lower", "nets.py:build", "nets:build"]) == 2
    expected = "two networks would be written to bundles/build; lower them one at a time, one with --name"
    assert capsys.readouterr().err == f"rt3d lower: {expected}\n"
    assert main.call(["lower", "nets.py:build", "nets.py:pair", "--name", "x"]) == 2
    assert "--name x is for one network, and 2 were given; lower one at a time" in capsys.readouterr().err
    assert main.call(["lower", "nets.py:build", "--name", "../x"]) == 2
    expected = "--name '../x' cannot be the name of a folder; choose one without a slash"
    assert capsys.readouterr().err == f"rt3d lower: {expected}\n"


EXPERIMENT = """\
import dataclasses

import jax
from flax import nnx

import rt3d_jax as rt3d
from rt3d_jax.configs import quickstart_kgs


class Net(nnx.Module):
    def __init__(self, *, outputs, width, frames, size, dropout, form, rngs):
        self.conv1 = nnx.Conv(3, 8, (3, 3, 3), strides=(2, 2, 2), rngs=rngs)
        self.squeeze = nnx.Linear(8, 4, rngs=rngs)
        self.excite = nnx.Linear(4, 8, rngs=rngs)
        self.conv2 = nnx.Conv(8, 16, (3, 3, 3), strides=(2, 2, 2), rngs=rngs)
        self.head = nnx.Linear(16, outputs, rngs=rngs)

    def __call__(self, clip, key=None):
        x = nnx.silu(self.conv1(clip))
        gate = nnx.sigmoid(self.excite(nnx.silu(self.squeeze(x.mean((1, 2, 3))))))
        x = nnx.silu(self.conv2(x * gate[:, None, None, None]))
        return self.head(x.mean((1, 2, 3)))


def experiment():
    base = quickstart_kgs.experiment()
    few = lambda recipe: dataclasses.replace(recipe, epochs=1, warmup=0)
    data = dataclasses.replace(base.task.data, groups=4, clips_per_group=2, sides=(32, 38), frames=(16, 18))
    clip = dataclasses.replace(base.task.clip, short_side=18, size=16)
    return dataclasses.replace(
        base,
        name="own",
        batch=8,
        workers=0,
        rates=(2.0,),
        task=dataclasses.replace(base.task, data=data, clip=clip),
        model=rt3d.Model(f"{__file__}:Net", frames=16, size=16),
        plan=((r"conv2", rt3d.Prune(rt3d.kgs(8, 4))), (".*", None)),
        dense=few(base.dense),
        penalise=few(base.penalise),
        retrain=few(base.retrain),
    )
"""


def test_a_network_of_ones_own_is_trained_pruned_measured_lowered_and_exported(
    tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.py").write_text(EXPERIMENT)
    out = tmp_path / "out"
    assert main.call(["train", str(tmp_path / "own.py"), "--out", str(out), "--rates", "1.5"]) == 0
    assert main.call(["prune", str(out), "--rate", "1.6"]) == 0
    run = out / "runs" / "kgs-1.6x"
    assert main.call(["eval", str(run), "--out", str(tmp_path / "eval")]) == 0
    assert main.call(["lower", str(run), "--target", "host", "--strict"]) == 0
    assert main.call(["onnx", str(run)]) == 0
    said = capsys.readouterr().out
    assert "nodes are computed by kernels of ours" in said
    assert f"{out}/onnx/kgs-1.6x.onnx: same answer as JAX (ONNX Runtime)" in said
    manifest = bundles.read(out / "bundles" / "kgs-1.6x" / "host").manifest
    assert manifest["rate"] == pytest.approx(1.6, rel=0.05)
