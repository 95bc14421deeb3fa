"""Latencies: interleaved, beside the peak of the same run; profiles by the names of the layers."""

import dataclasses
import pathlib
import re
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, measure, run, timeline
from lowering.targets import targets
from rt3d_jax.cli import profile
from tests.cli import told
from tests.lowering import conftest, networks

Calls = list[tuple[str, list[str]]]


@pytest.fixture(scope="session")
def pair(host_bundle: bundles.Bundle) -> list[bundles.Bundle]:
    """Two runs of one network."""
    return [host_bundle, bundles.Bundle(host_bundle.folder, host_bundle.manifest | {"run": "again"})]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What was benchmarked, in order: the run's name, or "peak", and the arguments."""
    found: Calls = []
    call: Callable[..., str] = run.call

    def record(bundle: bundles.Bundle, name: str, arguments: list[str], *rest: tuple[str, ...]) -> str:
        found.append(("peak" if "--function=peak" in arguments else bundle.manifest["run"], arguments))
        return call(bundle, name, arguments, *rest)

    monkeypatch.setattr(run, "call", record)
    return found


def test_bundles_are_timed_in_turns(pair: list[bundles.Bundle], calls: Calls) -> None:
    seen: list[tuple[int, int]] = []
    latencies, peak = measure.interleave(pair, rounds=3, runs=4, progress=lambda *at: seen.append(at))
    assert [name for name, _ in calls] == ["peak", "kgs-2.6x", "again"] * 3
    assert seen == [(i, 6) for i in range(1, 7)]
    assert [(each.run, each.target, each.threads, len(each.times_ms)) for each in latencies] == [
        ("kgs-2.6x", "host", 1, 12),
        ("again", "host", 1, 12),
    ]
    assert peak > 1
    for each in latencies:
        row = each.row(peak)
        assert 0 < row["min_ms"] <= row["p50_ms"] <= row["p90_ms"]
        assert 0 < row["share_of_peak"] < 1.5
        assert row["macs"] == pair[0].macs


def test_a_row_is_what_the_report_wants() -> None:
    times = tuple(float(n) for n in range(1, 12))
    assert measure.Latency("kgs", "host", 2, 30_000_000, times).row(peak=20.0) == {
        "run": "kgs",
        "engine": "rt3d-jax (IREE)",
        "target": "host",
        "threads": 2,
        "runs": 11,
        "p50_ms": 6.0,
        "p90_ms": 10.0,
        "min_ms": 1.0,
        "macs": 30_000_000,
        "useful_gflops": pytest.approx(10.0),
        "share_of_peak": pytest.approx(0.5),
    }


def test_two_threads_are_asked_of_the_tool(pair: list[bundles.Bundle], calls: Calls) -> None:
    latencies, peak = measure.interleave(pair[:1], threads=2, rounds=1, runs=2)
    assert (latencies[0].threads, latencies[0].row(peak)["threads"]) == (2, 2)
    for _, arguments in calls:
        devices = [flag for flag in arguments if flag.startswith(("--device=", "--task_topology"))]
        assert devices == ["--device=local-task", run.topology(2)]
        assert not any(flag.startswith("--flagfile") for flag in arguments)


def test_a_profile_names_every_kernel_in_order(host_bundle: bundles.Bundle) -> None:
    rows = measure.profile(host_bundle, runs=3)
    assert {key for row in rows for key in row} == told.keys(profile.run)
    assert [row["name"] for row in rows] == ["clip", "conv1", "pool", "conv2", "pool_2", "fc1", "fc2"]
    macs = {layer["name"]: layer["macs"] for layer in host_bundle.manifest["layers"]}
    assert [row["macs"] for row in rows] == [macs.get(row["name"], 0) for row in rows]
    assert all(row["p50_ms"] > 0 for row in rows)


def test_a_profile_names_kernels_whatever_iree_does_between_them(write_bundle: conftest.WriteBundle) -> None:
    """A sum in a convolution's epilogue, a chain, two kernels with the same code, and dispatches that no layer stands
    for alone.
    """
    rng = np.random.default_rng(0)
    params = {name: networks.layer(rng, 3, 3, 3, 8, 8) for name in ("a", "b", "c")}
    params |= {"space": networks.layer(rng, 1, 3, 3, 8, 24), "time": networks.layer(rng, 3, 1, 1, 24, 8)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(networks.conv(jax.nn.relu(networks.conv(x, p["a"])), p["b"]))
        x = jax.nn.relu(networks.conv(x, p["c"]) + x)
        y = networks.conv(jax.nn.relu(networks.conv(x, p["space"])), p["time"])
        x = networks.max_pool(jnp.concatenate([x - 2, y], -1), (1, 3, 3), padding=[(0, 0), (1, 1), (1, 1)])
        return jnp.mean(x, (1, 2, 3))

    network = networks.Network(function, params, networks.clip(rng, 3, 9, 11, 8))
    small = dataclasses.replace(targets.find("host"), cache_bytes=0)
    bundle = write_bundle(network, "host", small)
    rows = measure.profile(bundle, runs=2)
    kernels = [row for row in rows if row["name"] in bundle.manifest["executables"]]
    assert [row["name"] for row in kernels] == ["clip", "a", "b", "c", "space.time", "pool_2"]
    macs = {layer["name"]: layer["macs"] for layer in bundle.manifest["layers"]}
    assert [row["macs"] for row in kernels] == [0, macs["a"], macs["b"], macs["c"], macs["space"] + macs["time"], 0]
    assert sum(row["macs"] for row in rows) == bundle.macs
    assert rows[0]["name"] == "clip"


@pytest.mark.parametrize(
    ("keys", "dispatches", "executables", "names"),
    [
        ("m0 a p m1", "clip a p r", "a p", "clip a p r"),
        ("m0 a a a m1", "clip a b c r", "a b c", "clip a b c r"),
        ("m0 a m0 a", "clip a f b", "a b", "clip a f b"),
        ("m0 a d a d m1", "clip a d b e r", "a b d e", "clip a d b e r"),
        ("m0 a m1 b", "clip a f g b", "a b", "clip a m1 b"),
        ("m0 a m1 m2 b", "clip a f b", "a b", "clip a m1 m2 b"),
        ("a m0 m1", "clip a f", "a", "a m0 m1"),
        ("m0 b m1 a", "clip a f b", "a b", "m0 b m1 a"),
        ("m0 m1", "clip a", "", "clip a"),
    ],
)
def test_dispatches_get_names_only_where_they_are_certain(
    keys: str, dispatches: str, executables: str, names: str
) -> None:
    """m: IREE's own. The first of the kernels with the same code gives the key of all."""
    manifest = {"dispatches": dispatches.split(), "executables": executables.split()}
    found = timeline.parts(keys.split(), manifest)
    assert [part.name for part in found] == names.split()
    assert [(part.first, part.count, part.kernel) for part in found] == [(i, 1, "ours") for i in range(len(found))]


@pytest.mark.parametrize(
    ("keys", "dispatches", "rows"),
    [
        ("a m0 m1 m2 b", "a p b", [("a", 1, "ours"), ("p", 3, "IREE"), ("b", 1, "ours")]),
        ("a m0 b", "a flat p map b", [("a", 1, "ours"), ("p", 1, "IREE"), ("b", 1, "ours")]),
        ("a m0 m1 b", "a gate flat p b", [("a", 1, "ours"), ("IREE (gate, p)", 2, "IREE"), ("b", 1, "ours")]),
        ("a m0 b", "a p q b", [("a", 1, "ours"), ("IREE (p, q)", 1, "IREE"), ("b", 1, "ours")]),
        ("m0 a m1", "p a gate", [("p", 1, "IREE"), ("a", 1, "ours"), ("gate", 1, "ours")]),
    ],
)
def test_what_iree_makes_of_a_piece_is_one_row_with_what_cannot_be_told_apart(
    keys: str, dispatches: str, rows: list[tuple[str, int, str]]
) -> None:
    kinds = {"p": ("sort", "IREE"), "q": ("sort", "IREE"), "flat": ("Reshape", "ours"), "map": ("ToMap", "ours")}
    nodes = [
        {"name": name, "operation": operation, "kernel": kernel}
        for name in dispatches.split()
        for operation, kernel in [kinds.get(name, ("Pointwise", "ours"))]
    ]
    manifest = {"dispatches": dispatches.split(), "executables": ["a", "b"], "nodes": nodes}
    assert [(part.name, part.count, part.kernel) for part in timeline.parts(keys.split(), manifest)] == rows


@pytest.mark.parametrize("target", ["android:cortex-a55", "vulkan:adreno"])
def test_nothing_under_an_emulator_is_timed(host_bundle: bundles.Bundle, target: str) -> None:
    other = bundles.Bundle(host_bundle.folder, host_bundle.manifest | {"target": {"name": target}})
    name = re.escape(f"kgs-2.6x on {target}")
    with pytest.raises(
        run.RunError,
        match=f"^{name} cannot be timed here; only bundles for `host` can \\(an emulator's time says nothing\\)$",
    ):
        measure.interleave([host_bundle, other])
    with pytest.raises(run.RunError, match=f"^{name} cannot be profiled here; only bundles for `host` can$"):
        measure.profile(other)


def test_the_peak_is_that_of_fused_multiply_adds(host_bundle: bundles.Bundle, tmp_path: pathlib.Path) -> None:
    """More lanes and threads give more; a peak that the compiler had optimised away would be absurd."""
    _, peak = measure.interleave([host_bundle], rounds=3, runs=1)
    assert 1 < peak < 64 * 6  # GFLOP/s: from a small arm64 core to two AVX-512 units at 6 GHz
    assert np.isfinite(peak)
