"""The choices that are shipped with the package: whole, better than the default by the model, and used."""

import dataclasses
import json
import pathlib

import pytest

from lowering.graph import keys, ops
from lowering.graph.rewrites import stages
from lowering.system import cpuinfo
from lowering.targets import schedules, store, targets
from lowering.tune import log, trials
from lowering.tune import networks as tuned
from tests.lowering.graph import test_keys

FILES = {"android": "android:cortex-a76", "android-f16": "android:cortex-a76:f16", "host-512": "host"}
TARGETS = ("android:cortex-a76", "android:cortex-a76:f16")
CONV5 = "2x7x7x512 * 3x3x3x512 pad 1.1.1.1.1.1 stride 1 keeps 1/1/1"  # of C3D


@pytest.fixture(autouse=True)
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's cache, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def conv5() -> ops.Graph:
    start = test_keys.clip((2, 7, 7, 512))
    return ops.Graph((start, test_keys.conv("conv5a", start, (3, 3, 3), filters=512)), "conv5a")


def test_every_file_is_for_targets_and_holds_choices_that_gain() -> None:
    assert {path.stem: json.loads(path.read_text())["target"] for path in store.SHIPPED.glob("*.json")} == FILES
    for name in FILES:
        entries = store.read(store.SHIPPED / f"{name}.json")
        assert any(entry["choice"] for entry in entries.values())
        for entry in entries.values():
            gains = entry["best"] < (1 - log.MARGIN / 2) * entry["default"]
            assert gains or schedules.parse(entry["choice"], "shipped") == schedules.DEFAULT
            assert entry["by"] in (("measured",) if name.startswith("host") else ("modelled", "counted"))


def test_androids_cores_share_what_is_shipped_by_precision() -> None:
    names = [name for name in targets.names() if name.startswith("android:")]
    assert {store.shipped(targets.find(name)).name for name in names} == {"android.json"}
    assert {store.shipped(targets.find(f"{name}:f16")).name for name in names} == {"android-f16.json"}
    assert store.find(targets.find("android:cortex-x1")) == store.find(targets.find("android:cortex-a76")) != {}


@pytest.mark.parametrize(
    ("flags", "file"), [({"avx512f", "avx2"}, "host-512"), ({"avx2"}, "host-256"), ({"asimd"}, "host-128")]
)
def test_a_host_gets_what_was_measured_with_its_vectors_whatever_it_is_called(
    monkeypatch: pytest.MonkeyPatch, flags: set[str], file: str
) -> None:
    said = f"model name : some other processor\nflags : {' '.join(flags)}\n"
    monkeypatch.setattr(cpuinfo, "here", lambda: said)
    host = targets.find("host")
    assert store.shipped(host) == store.SHIPPED / f"{file}.json"
    assert bool(store.find(host)) == (file in FILES)


@pytest.mark.parametrize("name", TARGETS)
def test_a_named_networks_layer_finds_its_choice_and_gains_by_it(name: str) -> None:
    """Choices that were made before Winograd's filtering hold for convolutions as they are written."""
    target = dataclasses.replace(targets.find(name), winograd=0)
    network = tuned.Network(conv5())
    found = store.find(target)
    assert list(network.keys.values()) == [CONV5]
    assert found[CONV5].source == "shipped"
    ((default, costs),) = trials.modelled(network, target)({CONV5: found[CONV5]})
    assert costs["conv5a"] < (1 - log.MARGIN / 2) * default["conv5a"]
    op = stages.rewrite(conv5(), target, found)["conv5a"].op
    assert isinstance(op, ops.PackedConv)
    assert op.kernel.group == found[CONV5].group


@pytest.mark.parametrize("keep", [0.12, 0.15, 0.2])
def test_conv3b_of_a_pruned_c3d_finds_the_choice_whatever_training_kept(keep: float) -> None:
    entries = store.read(store.SHIPPED / "host-512.json")
    known = {key: schedules.parse(entry["choice"], "shipped") for key, entry in entries.items()}
    start = test_keys.clip((8, 28, 28, 256))
    graph = ops.Graph((start, test_keys.conv("conv3b", start, (3, 3, 3), filters=256, keep=keep, seed=7)), "conv3b")
    assert keys.by_name(graph, known)["conv3b"].vectors == 3


def test_a_dense_conv3b_finds_a_choice_of_its_own() -> None:
    entries = store.read(store.SHIPPED / "host-512.json")
    start = test_keys.clip((8, 28, 28, 256))
    graph = ops.Graph((start, test_keys.conv("conv3b", start, (3, 3, 3), filters=256)), "conv3b")
    (key,) = keys.keys(graph).values()
    assert keys.nearest(key, entries) == key
    assert entries[key]["choice"] == {"group": 8, "vectors": 3, "chunk": 1}
