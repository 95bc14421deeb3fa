"""`rt3d tune`: what it shows, what it keeps, whom it tunes."""

import dataclasses
import pathlib
import re
import time

import pytest

from lowering.bundle import write
from lowering.targets import schedules, store, targets
from lowering.tune import networks as tuned
from lowering.tune import search, trials
from rt3d_jax.cli import main, tune
from tests.lowering import conftest, networks

CPU = targets.find("android:cortex-a76")
pytestmark = pytest.mark.usefixtures("user_cache")


def made_up(stop_after: int):
    """A trial by which chunks of one tile save a tenth of everything; interrupted after so many."""

    def trial_of(network: tuned.Network, target: targets.Target) -> search.Trial:
        left = [stop_after]

        def trial(chosen: tuned.Schedules) -> list[tuple[tuned.Costs, tuned.Costs]]:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            cost = lambda key: 0.9e6 if chosen.get(key, schedules.DEFAULT).vectors else 1e6
            return [(dict.fromkeys(network.keys, 1e6), {name: cost(key) for name, key in network.keys.items()})]

        return trial

    return trial_of


def test_what_is_found_is_shown_and_kept(capsys: pytest.CaptureFixture[str]) -> None:
    graph = networks.chain("kgs 8x4").trace()
    tune.tune("dense", graph, CPU, time.monotonic() + 600)
    said, kept = capsys.readouterr().out, store.read(store.cached(CPU))
    assert re.search(r"layer +default M instructions +best M instructions +gain +choice", said)
    assert f"Stored in {store.cached(CPU)}, where `rt3d lower` finds it." in said.replace("\n", " ")
    assert set(kept) == set(tuned.Network(graph).keys.values())
    assert all(entry["by"] == "modelled" and entry["best"] <= entry["default"] for entry in kept.values())
    assert {schedule.source for schedule in store.find(CPU).values()} == {"cache"}


def test_an_interrupted_search_shows_and_keeps_what_it_learnt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trials, "modelled", made_up(stop_after=1))
    with pytest.raises(KeyboardInterrupt):
        tune.tune("dense", networks.chain("kgs 8x4").trace(), CPU, time.monotonic() + 600)
    assert re.search(r"all convolutions +2 +1\.8 +10\.0%", capsys.readouterr().out)
    assert all(schedule.vectors for schedule in store.find(CPU).values())


def test_vulkan_keeps_its_defaults_and_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.call(["tune", "nowhere", "--target", "vulkan:adreno"]) == 0
    assert capsys.readouterr().out.startswith("vulkan:adreno keeps its defaults, because ")


def test_a_bundle_without_its_run_is_refused(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "bundles" / "dense" / "host"
    folder.parent.mkdir(parents=True)
    network, info = networks.chain("dense"), dataclasses.replace(conftest.INFO, run="dense")
    write.write(folder, network.example(), targets.find("host"), info)
    assert main.call(["tune", str(folder)]) == 2
    expected = f"{folder} is a bundle, and its run is not at {tmp_path}/runs/dense; name the folder of the run instead"
    assert capsys.readouterr().err.strip() == f"rt3d tune: {expected}"


def test_an_experiments_network_is_tuned_for_the_package(
    user_cache: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.call(["tune", "quickstart", "--keep", "0.3", "--target", CPU.name, "--ship"]) == 0
    assert "quickstart, 0.3 kept on android:cortex-a76, modelled" in capsys.readouterr().out
    kept = store.read(user_cache / "shipped" / "android.json")
    assert any(entry["choice"] and entry["best"] < entry["default"] for entry in kept.values())
    assert not store.cached(CPU).exists()


def test_no_time_teaches_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tune.tune("dense", networks.chain("kgs 8x4").trace(), CPU, time.monotonic())
    assert capsys.readouterr().out.endswith(
        "dense on android:cortex-a76: nothing found in 0 s; give it more --minutes\n"
    )
    assert not store.cached(CPU).exists()


def test_targets_of_integers_are_refused() -> None:
    """Schedules that were chosen for floats would be kept under their names."""
    message = "target is host:i8, which keeps its defaults; expected one that computes with floats, such as host"
    with pytest.raises(ValueError, match=f"^{message}$"):
        tune.run((pathlib.Path("c3d"),), target=("host:i8",))
