"""Shared folders from strangers: each contradiction is named, and broken at random they are a ValueError in one line or
a network.
"""

import dataclasses
import json
import os
import re
import shutil

import numpy as np
import pytest
import safetensors.numpy

from lowering.functions import trees
from rt3d_jax.configs import c3d_ucf101
from rt3d_jax.data import clips
from rt3d_jax.evaluation import measured
from rt3d_jax.models import catalog
from rt3d_jax.tasks import classification
from rt3d_jax.training import codec
from rt3d_jax.weights import card, shared
from tests import fuzz
from tests.models import parameters
from tests.training import test_config_fuzz

CASES = 120  # of each file
MODEL = catalog.Model("tiny", width=0.5, frames=8, size=16)
FACTS = shared.Facts(
    name="run",
    phase="pruned",
    model=MODEL,
    facts={"labels": ("a", "b", "c")},
    scheme="kgs 8x4",
    score=measured.accuracy(50.0, "top-1 %"),
    dense_score=None,
    pretrained=None,
    origin=dataclasses.replace(
        c3d_ucf101.experiment(),
        model=MODEL,
        task=classification.Classification(
            c3d_ucf101.DATA, clips.ClipSpec(clips.Windows(8, 2), short_side=17, size=16)
        ),
    ),
    licence="mit",
)
HEADER_SPICE = (
    b'"F64"',
    b'"BF16"',
    b"[0,0]",
    b"18446744073709551615",
    b"-1",
    b"\xff" * 8,
    b'"conv9"',
    b"{",
    b"]",
    b"\0",
    b"9" * 400,
)


@pytest.fixture(autouse=True)
def quick(tiny_network, monkeypatch):
    """The tiny network, traced once for each value: what is under test is the reading."""
    for name in ("shapes", "table"):
        found, function = {}, getattr(catalog, name)

        def cached(*arguments, found=found, function=function):
            if repr(arguments) not in found:
                found[repr(arguments)] = function(*arguments)
            return found[repr(arguments)]

        monkeypatch.setattr(catalog, name, cached)


def write(folder, facts=FACTS):
    """A shared folder of a network with random weights, a mask on a kernel and one on a vector."""
    params = {layer: dict(leaves) for layer, leaves in parameters.random(MODEL, facts.signature.outputs).items()}
    masks = {layer: dict.fromkeys(leaves) for layer, leaves in params.items()}
    mask = np.random.default_rng(0).random(params["conv2"]["kernel"].shape) < 0.5
    masks["conv2"] |= {"kernel": mask, "scale": np.arange(16) % 3 > 0}
    for leaf in ("kernel", "scale"):
        params["conv2"][leaf] = np.where(masks["conv2"][leaf], params["conv2"][leaf], 0).astype(np.float32)
    folder.mkdir()
    shared.write(folder, shared.Shared(facts, params, masks))
    return folder


@pytest.fixture
def folder(tmp_path, quick):
    return write(tmp_path / "run")


def said(folder, **changes):
    found = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(found | changes))


def arrays(folder, name, **changes):
    """Writes a file of arrays anew with some of them changed, or without those that are None."""
    found = safetensors.numpy.load_file(folder / name)
    found |= {path.replace("__", "/"): value for path, value in changes.items()}
    safetensors.numpy.save_file({path: value for path, value in found.items() if value is not None}, folder / name)


def weights(folder, path):
    return safetensors.numpy.load_file(folder / "model.safetensors")[path].copy()


def flipped(folder):
    """One bit of one weight, which makes it 1e38 or so."""
    values = weights(folder, "fc/kernel")
    values.view(np.uint32)[1, 1] ^= 1 << 30
    arrays(folder, "model.safetensors", fc__kernel=values)


def nan(folder):
    values = weights(folder, "fc/kernel")
    values[1, 1] = np.nan
    arrays(folder, "model.safetensors", fc__kernel=values)


def alive(folder):
    arrays(folder, "model.safetensors", conv2__kernel=weights(folder, "conv2/kernel") + 1)


def cut(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4])


def spare(folder):
    packed = safetensors.numpy.load_file(folder / "masks.safetensors")["conv2/kernel"].copy()
    arrays(folder, "masks.safetensors", conv2__kernel=np.append(packed, np.uint8(1)))


def labels(*names):
    return {"labels": list(names)}


def origin(**changes):
    """The origin with another clip."""
    found = codec.to_json(FACTS.origin)
    return found | {"task": found["task"] | {"clip": found["task"]["clip"] | changes}}


def score(**changes):
    return dataclasses.asdict(FACTS.score) | changes


def network(**changes):
    return codec.to_json(MODEL) | changes


CONTRADICTIONS = [
    (
        lambda f: said(f, format="pt"),
        "config.json is of no network that `rt3d export` wrote: expected format 'rt3d-jax'",
    ),
    (lambda f: said(f, version=3), "config.json has version '3', expected 1 or 2; update rt3d-jax"),
    (lambda f: said(f, facts=labels("a", "b")), "has fc/bias of type and shape F32 (3,), expected F32 (2,)"),
    (
        lambda f: said(f, facts=labels("a", "b", "c\nd")),
        "the folder has labels ('a', 'b', 'c\\nd'), expected a text, a number or 1 to 100000 of them",
    ),
    (lambda f: said(f, facts=labels()), "the folder has labels (), expected a text, a number or 1 to 100000 of them"),
    (lambda f: said(f, score=score(value=float("nan"))), "the score has value nan, expected a number or null"),
    (lambda f: said(f, rate=9.0), "config.json has rate 9.0, but the masks give 1."),
    (lambda f: said(f, phase="x"), "the folder has phase 'x', expected one of dense, penalised, pruned, imported"),
    (lambda f: said(f, name="x" * 401), "expected at most 400 printable characters"),
    (lambda f: said(f, origin=network()), "origin has type 'Model', expected Experiment or Imported"),
    (lambda f: said(f, model=network(name="os.system")), "the model has name 'os.system', expected one of c3d"),
    (lambda f: said(f, model=network(width=1e9)), "the model has width 1000000000.0, expected above 0, at most 64"),
    (lambda f: said(f, model=network(frames=1 << 40)), "the model has frames 1099511627776, expected 1 to 8192"),
    (lambda f: said(f, model=network(frames=16)), "clip has (frames, size) (8, 16), expected the model's (16, 16)"),
    (lambda f: said(f, origin=origin(mean=["a", "b", "c"])), "origin.task.clip.mean[0] is 'a', expected a number"),
    (lambda f: said(f, origin=origin(short_side=1 << 20)), "the clip has short_side 1048576, expected 1 to 8192"),
    (nan, "model.safetensors has a fc/kernel that is not finite, expected numbers; fetch it again"),
    (flipped, "model.safetensors is not the file that was written, as config.json says; fetch it again"),
    (lambda f: said(f, sha256={"x": ""}), "config.json has sha256 {'x': ''}, expected one each of config.json,"),
    (
        lambda f: said(f, facts=labels("b", "a", "c")),
        "config.json is not the file that was written, as config.json says; fetch it again",
    ),
    (alive, "model.safetensors has a conv2/kernel with weights that masks.safetensors drops, expected zeros there"),
    (cut, "model.safetensors is damaged or no safetensors file"),
    (spare, "masks.safetensors has conv2/kernel of type and shape U8 (49,), expected U8 (48,)"),
    (
        lambda f: arrays(f, "model.safetensors", fc__bias=None),
        "model.safetensors has no fc/bias, expected the parameters of",
    ),
    (
        lambda f: arrays(f, "model.safetensors", x=np.zeros(1)),
        "has x of type and shape F64 (1,), expected no such name",
    ),
    (
        lambda f: arrays(f, "model.safetensors", fc__bias=np.zeros(3)),
        "has fc/bias of type and shape F64 (3,), expected F32 (3,)",
    ),
    (
        lambda f: arrays(f, "masks.safetensors", conv2__mean=np.zeros(2, np.uint8)),
        "has conv2/mean of type and shape U8 (2,), expected no such name",
    ),
    (lambda f: (f / "masks.safetensors").unlink(), "but the masks give 1; fetch it again"),
]


@pytest.mark.parametrize(("change", "message"), CONTRADICTIONS, ids=[message[:60] for _, message in CONTRADICTIONS])
def test_a_folder_that_contradicts_itself_is_named(folder, change, message):
    shared.read(folder)
    change(folder)
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        shared.read(folder)
    assert str(error.value).startswith(str(folder)) and "\n" not in str(error.value)


def test_a_folder_from_before_it_held_hashes_is_read(folder):
    found = json.loads((folder / "config.json").read_text())
    del found["sha256"]
    (folder / "config.json").write_text(json.dumps(found))
    assert shared.read(folder).facts == FACTS


def test_bits_after_the_last_weight_are_refused(folder):
    packed = safetensors.numpy.load_file(folder / "masks.safetensors")
    odd = {**packed, "fc/bias": np.array([0b11111111], np.uint8)}
    safetensors.numpy.save_file(odd, folder / "masks.safetensors")
    with pytest.raises(
        ValueError, match=r"masks.safetensors has a fc/bias with bits after its last weight, expected zeros"
    ):
        shared.read(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_file_that_is_missing_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(
        FileNotFoundError, match=f"{name} is not there, expected a folder that `rt3d export` wrote, whole"
    ):
        shared.read(folder)


def outcome(folder):
    """ "read" or "refused"; fails on any other error and on a file from elsewhere."""
    fuzz.OPENED.clear()
    fuzz.WATCHING.append(True)
    try:
        found = shared.read(folder)
        assert card.text(found).startswith("---\nlicense: ")
        assert all(np.isfinite(leaf).all() for _, leaf in trees.paths(found.params))
    except (ValueError, FileNotFoundError) as error:
        assert "\n" not in str(error) and len(str(error)) < 2000, f"no line: {error!r}"
        return "refused"
    finally:
        fuzz.WATCHING.pop()
        allowed = {os.path.realpath(folder / name) for name in shared.FILES} | {""}
        assert set(fuzz.OPENED) <= allowed, f"read outside of {folder}: {set(fuzz.OPENED) - allowed}"
    return "read"


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "masks.safetensors"])
def test_a_broken_folder_is_a_value_error_in_one_line(folder, name):
    path, rng, outcomes = folder / name, np.random.default_rng(5), []
    whole, original = path.read_bytes(), json.loads((folder / "config.json").read_text())
    header = 8 + int.from_bytes(whole[:8], "little") if name.endswith(".safetensors") else len(whole)
    shared.read(folder)  # what is imported late is imported now
    for case in range(CASES):
        if name == "config.json" and case % 2:
            path.write_bytes(fuzz.odd(original, rng, test_config_fuzz.VALUES))
        else:
            spice = HEADER_SPICE if header < len(whole) else fuzz.SPICE
            path.write_bytes(fuzz.broken(whole[:header], rng, spice) + whole[header:])
        outcomes.append(outcome(folder))
    assert outcomes.count("refused") > CASES // 4
    path.write_bytes(whole)
    assert outcome(folder) == "read"


def test_deep_nesting_is_no_crash(folder):
    text = (folder / "config.json").read_text()
    (folder / "config.json").write_text(text.replace('"licence": "mit"', f'"licence": {"[" * 900}{"]" * 900}'))
    with pytest.raises(ValueError, match="config.json"):
        shared.read(folder)
    shutil.rmtree(folder)
