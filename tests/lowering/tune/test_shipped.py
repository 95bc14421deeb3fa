"""The choices that are shipped with the package: whole, better than the default by the model, and used."""

import json
import pathlib

import pytest

from lowering import choices, rewrite, targets
from lowering import graph as graphs
from lowering.tune import networks as tuned
from lowering.tune import search, store, trials
from tests.lowering.tune import test_keys

TARGETS = ("android:cortex-a76", "android:cortex-a76:f16")
CONV5 = "2x7x7x512 * 3x3x3x512 pad 1.1.1.1.1.1 stride 1 keeps 1/1/1"  # of C3D


@pytest.fixture(autouse=True)
def cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's cache, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def conv5() -> graphs.Graph:
    start = test_keys.clip((2, 7, 7, 512))
    return graphs.Graph((start, test_keys.conv("conv5a", start, (3, 3, 3), filters=512)))


def test_every_file_is_for_a_target_and_holds_choices() -> None:
    files = {name: store.shipped(targets.find(name)) for name in TARGETS}
    assert set(store.SHIPPED.glob("*.json")) == set(files.values())
    for name, path in files.items():
        entries = store.read(path)
        assert json.loads(path.read_text())["target"] == name
        assert len(entries) > 40
        for entry in entries.values():
            assert choices.parse(entry["choice"], "shipped") != choices.DEFAULT
            assert entry["best"] < (1 - search.MARGIN / 2) * entry["default"]


@pytest.mark.parametrize("name", TARGETS)
def test_a_named_networks_layer_finds_its_choice_and_gains_by_it(name: str) -> None:
    target = targets.find(name)
    network = tuned.Network(conv5())
    found = store.find(target)
    assert list(network.keys.values()) == [CONV5]
    assert found[CONV5].source == "shipped"
    default, costs = trials.modelled(network, target)({CONV5: found[CONV5]})
    assert costs["conv5a"] < (1 - search.MARGIN / 2) * default["conv5a"]
    op = rewrite.tuned(conv5(), found)["conv5a"].op
    assert isinstance(op, graphs.PackedConv)
    assert op.kernel.group == found[CONV5].group
