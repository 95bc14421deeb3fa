"""Winograd's filtering under a bound on the error of the answers: smaller tiles, or none, where they would be worse."""

import pathlib

import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, deploy, examples, meaning, write
from lowering.graph.rewrites import winograd_times
from lowering.kernels import emit
from lowering.targets import targets
from tests.lowering import networks


def example(number: float = 1e5, place: int = 3) -> examples.Example:
    """The first pixel behind a convolution, of a clip with a large number at a place that this pixel does not read.

    A tile transforms it, multiplies it, and takes it away again, all but what was rounded. Place 3 lies outside the
    kernel, and a tile of 4 reads it; at place 1 the kernel has a zero, and any tile reads it.
    """
    rng = np.random.default_rng(0)
    params, clip = {"conv": networks.layer(rng, 1, 3, 3, 4, 8)}, networks.clip(rng, 1, 8, 8, 4)
    params["conv"]["kernel"][:, 2, 2] = 0
    clip[:, :, place, place] = number
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
    monkeypatch.setattr(meaning, "F32_BOUND", 0.0)
    assert not has_tiles(example(), "host", tmp_path, monkeypatch)


@pytest.mark.parametrize("target", ["vulkan:adreno:f16", "vulkan:mali-g78:f16-f32", "android:cortex-a76:f16"])
def test_maps_in_f16_bring_their_own_rounding_and_bound(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    """In f32, tiles of 2 take both numbers away again. f16 holds a number of 1000 to a quarter, and one of 1 well."""
    assert has_tiles(example(1.0, 1), target, tmp_path, monkeypatch)
    assert not has_tiles(example(1000.0, 1), target, tmp_path, monkeypatch)
    monkeypatch.setattr(meaning, "F16_BOUND", 1.0)
    assert has_tiles(example(1000.0, 1), target, tmp_path, monkeypatch)


def has_tiles(given: examples.Example, target: str, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether what would be compiled has tiles."""
    drafts: list[str] = []

    def build(folder: pathlib.Path, module: emit.Module, *_) -> None:
        drafts.append(module.text)
        raise StopIteration

    monkeypatch.setattr(write, "build", build)
    with pytest.raises(StopIteration):
        write.write(folder / "bundle", given, targets.find(target), bundles.Info())
    (text,) = drafts
    return "conv.products" in text


def test_a_network_that_computes_in_16_bits_itself_is_held_to_what_they_allow(tmp_path: pathlib.Path) -> None:
    """Compilers add up in another order, and round at other places. Its inputs and results are f32."""
    rng = np.random.default_rng(0)
    weights, x = (rng.normal(size=size).astype(np.float32) for size in ((64, 5), (1, 64)))
    network = lambda p, x: (x.astype(jnp.bfloat16) @ jnp.asarray(p, jnp.bfloat16)).astype(jnp.float32)
    made = deploy.deploy(network, weights, x, "host", tmp_path / "bundle", tuning=0.0)
    assert made.passed and made.bundle.tolerance == made.bundle.manifest["tolerance"] == 2**-4
    threshold = float((made.bundle.folder / "run.flags").read_text().splitlines()[-1].partition("=")[2])
    assert threshold == pytest.approx(2**-4 * np.abs(network(weights, x)).max(), rel=1e-4)
