"""Winograd's filtering under a bound on the error of the answers: smaller tiles, or none, where they would be worse."""

import pathlib

import numpy as np
import pytest

from lowering.bundle import bundles, deploy, examples, meaning, write
from lowering.graph.rewrites import winograd_times
from lowering.kernels import emit
from lowering.targets import targets
from tests.lowering import networks


def example() -> examples.Example:
    """The first pixel behind a convolution, of a clip with a large number at a place that this pixel does not read.

    A tile of 4 transforms it, multiplies it, and takes it away again, all but what was rounded.
    """
    rng = np.random.default_rng(0)
    params, clip = {"conv": networks.layer(rng, 1, 3, 3, 4, 8)}, networks.clip(rng, 1, 8, 8, 4)
    clip[:, :, 3, 3] = 1e5
    return deploy.example(lambda p, x: networks.conv(x, p["conv"])[:, 0, 0, 0], params, clip)


@pytest.fixture(autouse=True)
def always_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the largest side that there may be."""
    monkeypatch.setattr(winograd_times, "best_tile", lambda layer, sides, target: max(sides))


def test_a_bundle_has_smaller_tiles_where_large_ones_are_too_coarse_and_says_so(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, host = example(), targets.find("host")
    made = deploy.checked(write.write(tmp_path / "bundle", given, host, bundles.Info()))
    assert made.passed and [layer["winograd"] for layer in made.bundle.manifest["layers"]] == [2]
    (refused,) = made.bundle.manifest["refused"]
    assert refused["tile"] == 4 and refused["error"] > refused["bound"] == 1e-4
    assert str(made).splitlines()[1] == (
        f"no tiles of 4 in Winograd's filtering: answers would be off by {refused['error']:.1e} of the largest value, "
        "expected at most 1e-04"
    )
    monkeypatch.setattr(write, "build", lambda *_: pytest.fail("it was compiled again"))
    assert write.write(tmp_path / "bundle", given, host, bundles.Info()).manifest == made.bundle.manifest


def test_it_has_none_where_all_are_too_coarse(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts: list[str] = []

    def build(folder: pathlib.Path, module: emit.Module, *_) -> None:
        drafts.append(module.text)
        raise StopIteration

    monkeypatch.setattr(write, "build", build)
    monkeypatch.setattr(meaning.Meaning, "bound", 0.0)
    with pytest.raises(StopIteration):
        write.write(tmp_path / "bundle", example(), targets.find("host"), bundles.Info())
    assert ["conv.products" in text for text in drafts] == [False]
