"""Bundles of older formats still open, run and are timed: 1, from before compile.flags and several inputs, and 2, from
before manifests held their own hash.
"""

import json
import pathlib
import re

import numpy as np
import pytest

from lowering.bundle import bundles, measure, run
from lowering.bundle import write as writing
from lowering.phone import pack
from lowering.targets import targets
from tests.lowering import conftest, networks

SINCE = ("inputs", "outputs", "nodes", "score")


@pytest.fixture
def old(copied_bundle: bundles.Bundle) -> pathlib.Path:
    """A bundle as the first format had it."""
    folder = copied_bundle.folder
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "compile.flags").unlink()
    del manifest["files"]["compile.flags"]
    manifest = {name: value for name, value in manifest.items() if name not in (*SINCE, "sha256")} | {
        "format": 1,
        "source": "0" * 64,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_an_old_bundle_opens_as_one_of_today(old: pathlib.Path, host_bundle: bundles.Bundle) -> None:
    found = bundles.read(old)
    for name in set(host_bundle.manifest) - {"format", "files", "source", "nodes", "sha256"}:
        assert found.manifest[name] == host_bundle.manifest[name]
    assert set(found.files) == set(host_bundle.files) - {"compile.flags"}
    assert bundles.read(old, verify=False) == found


def test_a_bundle_from_before_manifests_held_their_hash_opens(copied_bundle: bundles.Bundle) -> None:
    today = copied_bundle.manifest
    since = {"format": 2, "output": today["outputs"][0]}
    old = {name: value for name, value in today.items() if name not in ("outputs", "nodes", "sha256")} | since
    (copied_bundle.folder / "manifest.json").write_text(json.dumps(old))
    found = bundles.read(copied_bundle.folder).manifest
    assert {name: found[name] for name in today.keys() - {"format", "nodes", "sha256"}} == {
        name: today[name] for name in today.keys() - {"format", "nodes", "sha256"}
    }


def test_an_old_bundle_runs_and_is_timed(old: pathlib.Path) -> None:
    found = bundles.read(old)
    assert run.check(found).passed
    np.testing.assert_allclose(run.load(found)(found.array("clip.npy")), found.array("logits.npy"), atol=1e-3)
    assert {row["name"] for row in measure.profile(found, 2)} == set(found.manifest["dispatches"])


def test_what_goes_to_a_phone_does_not_depend_on_the_format(old: pathlib.Path, host_bundle: bundles.Bundle) -> None:
    assert pack.carried(bundles.read(old)) == pack.carried(host_bundle)


def test_an_old_bundle_is_written_again_in_todays_format(old: pathlib.Path, network: networks.Network) -> None:
    written = writing.write(old, network.example(), targets.find("host"), conftest.INFO)
    assert (written.manifest["format"], bundles.read(old).manifest["format"]) == (3, 3)
    assert (old / "compile.flags").is_file()


def test_an_old_bundle_whose_clip_is_gone_is_refused(old: pathlib.Path) -> None:
    (old / "clip.npy").unlink()
    message = f"{old / 'clip.npy'} is missing; write the bundle again with `rt3d lower`"
    with pytest.raises(bundles.BundleError, match=f"^{re.escape(message)}$"):
        bundles.read(old, verify=False)
