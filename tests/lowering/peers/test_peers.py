"""Engines in turns: what is timed, and what becomes of one that is missing, dies or is wrong; PyTorch's graphs."""

import dataclasses
import itertools
import os
import pathlib
import re
from collections.abc import Callable

import numpy as np
import pytest

from lowering.bundle import measure
from lowering.graph import interpret, ops
from lowering.graph.onnx import export as onnx_export
from lowering.graph.onnx import layers as onnx_layers
from lowering.graph.onnx import model as models
from lowering.graph.rewrites import stages
from lowering.peers import engines, networks, rounds, torch_network
from lowering.targets import targets
from tests.lowering import conftest, integers
from tests.lowering import networks as examples
from tests.lowering.peers import odd_engines

FAILING = {
    "dies": "failed: its process ended with code 7: cannot allocate 9 GB",
    "hangs_up_later": "failed: its process ended with code 1: it said nothing",
    "raises": "failed: ValueError: no such layer",
    "not_finite": "wrong answer: 0 finite values of logits, expected 7",
    "drifts": "wrong answer: logits off by 0.5 of its largest value, expected at most 0.01",
}
KEYS = [
    *("engine", "model", "scheme", "rate", "macs", "precision", "level", "p50_ms", "p90_ms", "min_ms", "runs"),
    *("peak_rss_mb", "share_of_peak", "max_rel_error", "score", "status"),
]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory, network: examples.Network) -> networks.Network:
    """A network on disk. Do not change its folder."""
    folder = tmp_path_factory.mktemp("peers") / "network"
    return networks.write(folder, network.example(), conftest.INFO, 1_000_000, networks.Ours(targets.find("host")))


@pytest.fixture
def own(written: networks.Network, tmp_path: pathlib.Path) -> networks.Network:
    """The network with a folder of the test's own beside it, for engines that write."""
    for path in written.folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    np.save(tmp_path / "expected.npy", written.answers["logits"])
    return dataclasses.replace(written, folder=tmp_path)


@pytest.fixture(autouse=True)
def peak(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up FMA peak of 100 GFLOP/s: the real one takes a compilation."""
    monkeypatch.setattr(
        measure, "Peak", lambda folder, bundle, threads: type("Peak", (), {"gflops": lambda _: 100.0})()
    )


def test_engines_take_turns_and_warm_up_in_each(own: networks.Network) -> None:
    pairs = [(odd_engines.engine(load), own) for load in (odd_engines.first, odd_engines.second)]
    seen: list[tuple[str, int, int]] = []
    found, peak, whole = rounds.interleave(pairs, 1, rounds=2, runs=3, progress=lambda *at: seen.append(at))
    calls = [(name, len(list(run))) for name, run in itertools.groupby((own.folder / "calls").read_text().split())]
    assert calls == [("first", 1), ("second", 1), *[("first", 5), ("second", 5)] * 2]
    assert seen == [*[("loading", i, 2) for i in (1, 2)], *[("latency", i, 4) for i in range(1, 5)]]
    assert (whole, peak) == (True, 100.0)
    for each in found:
        row = each.row(peak)
        assert list(row) == KEYS
        assert (row["runs"], row["status"], row["max_rel_error"]) == (6, "ok", 0.0)
        assert 0 < row["min_ms"] <= row["p50_ms"] <= row["p90_ms"]
        assert row["peak_rss_mb"] > 10
        assert row["share_of_peak"] == pytest.approx(2 * 1_000_000 / (row["p50_ms"] * 1e6) / 100)


def test_an_engine_gets_its_cores_and_threads(own: networks.Network) -> None:
    before = os.sched_getaffinity(0)
    found, _, _ = rounds.interleave([(odd_engines.engine(odd_engines.aware), own)], 1, 1, 1)
    assert found[0].status == "ok"
    shape = np.load(own.folder / "clip.npy").shape
    assert (own.folder / "given").read_text() == f"1 [{min(before)}] 1 {{'clip': {shape}}}"
    assert os.sched_getaffinity(0) == before


def test_engines_are_kept_to_a_level_by_their_switches_and_not_timed_without_one(own: networks.Network) -> None:
    held = dataclasses.replace(own, level="avx2")
    free = odd_engines.engine(odd_engines.switched)
    pairs = [(dataclasses.replace(free, switches={"avx2": {"RT3D_SWITCH": "low"}}), held), (free, held), (free, own)]
    found, peak, _ = rounds.interleave(pairs, 1, rounds=1, runs=1)
    rows = [each.row(peak) for each in found]
    assert [(row["status"], row["level"]) for row in rows] == [
        ("ok", "avx2"),
        ("not timed: it has no switch that keeps it to avx2", "avx2"),
        ("failed: KeyError: 'RT3D_SWITCH'", None),
    ]


def test_every_engine_with_switches_has_one_for_each_level() -> None:
    switched = {name: each.switches for name, each in engines.ENGINES.items() if each.switches}
    assert all(set(each) == set(targets.LEVELS) for each in switched.values())
    assert {engines.OURS, "openvino", "openvino-nncf", "torch", "torch-frozen"} == set(switched)


@pytest.mark.parametrize("threads", [0, 10_000])
def test_more_threads_than_cores_are_refused(own: networks.Network, threads: int) -> None:
    cores = len(os.sched_getaffinity(0))
    message = f"^threads is {threads}, but this process may use {cores} cores; give --threads 1 to {cores}$"
    with pytest.raises(ValueError, match=message):
        rounds.interleave([(odd_engines.engine(odd_engines.first), own)], threads, 1, 1)


def test_engines_that_fail_are_rows_and_stop_nobody(own: networks.Network) -> None:
    loads = [getattr(odd_engines, name) for name in FAILING]
    pairs = [(odd_engines.engine(load), own) for load in loads]
    pairs.append((odd_engines.engine(odd_engines.first, library="no_such_engine"), own))
    pairs.append((odd_engines.engine(odd_engines.second), own))
    found, peak, whole = rounds.interleave(pairs, 1, rounds=1, runs=2)
    *bad, good = (each.row(peak) for each in found)
    assert [row["status"] for row in bad] == [
        *FAILING.values(),
        "not installed (No module named 'no_such_engine'): pip install 'rt3d-jax[peers]'",
    ]
    for row in bad:
        assert {row[key] for key in ("p50_ms", "p90_ms", "min_ms", "peak_rss_mb", "share_of_peak")} == {None}
        assert row["runs"] == 0
    assert whole
    assert (good["status"], good["runs"]) == ("ok", 2)


def test_weights_that_were_tampered_with_are_found(own: networks.Network, network: examples.Network) -> None:
    params = {name: dict(layer) for name, layer in network.params.items()}
    params["fc2"]["bias"] = params["fc2"]["bias"] + np.float32(0.1)
    graph = dataclasses.replace(network, params=params).trace()
    (own.folder / networks.MODEL).unlink()
    onnx_export.write(own.folder / networks.MODEL, onnx_export.export(stages.run(graph, stages.ALGEBRA)))
    pairs = [(engines.ENGINES[name], own) for name in ("onnxruntime", engines.OURS)]
    found, _, _ = rounds.interleave(pairs, 1, rounds=1, runs=1)
    assert re.match(r"wrong answer: logits off by 0\.\d+ of its largest value, expected at most 0.01", found[0].status)
    assert found[1].status == "ok"


def test_what_was_measured_before_an_interrupt_is_kept(own: networks.Network) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        if (what, done) == ("latency", 3):
            raise KeyboardInterrupt

    pairs = [(odd_engines.engine(load), own) for load in (odd_engines.first, odd_engines.second)]
    found, peak, whole = rounds.interleave(pairs, 1, rounds=5, runs=2, progress=interrupt)
    assert not whole
    assert [each.row(peak)["runs"] for each in found] == [4, 2]


def test_an_interrupt_while_loading_leaves_rows_without_times(own: networks.Network) -> None:
    def interrupt(what: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    found, peak, whole = rounds.interleave([(odd_engines.engine(odd_engines.first), own)], 1, 5, 2, interrupt)
    assert (peak, whole) == (None, False)
    row = found[0].row(peak)
    assert (row["p50_ms"], row["status"]) == (None, "interrupted before it was timed")


@pytest.mark.parametrize("several", [(), stages.ALGEBRA], ids=["traced", "rewritten"])
@pytest.mark.parametrize("name", examples.BUILDERS)
def test_in_pytorch_a_graph_means_the_same(name: str, several: tuple[stages.Stage, ...]) -> None:
    built = examples.BUILDERS[name]("kgs 8x4")
    graph = stages.run(built.trace(), several)
    network = torch_network.Network(onnx_layers.forms(graph).finish(), torch_network.torch.channels_last_3d)
    x = torch_network.torch.from_numpy(built.clip).permute(0, 4, 1, 2, 3)
    expected = interpret.evaluate(graph, built.clip[0])
    np.testing.assert_allclose(network(x)[0].numpy()[0], expected, rtol=1e-4, atol=1e-5)


def test_pytorch_lets_go_of_the_graphs_weights() -> None:
    model = onnx_layers.forms(examples.chain("dense").trace()).finish()
    torch_network.Network(model, torch_network.torch.contiguous_format)
    assert (model.nodes, model.weights) == ([], {})


def test_pytorch_names_an_operation_without_a_form() -> None:
    model = models.Model((), (), [models.Node("Loop", "again", (), ("again",), {})], {})
    message = "^again is a Loop, which has no form in PyTorch; leave that engine out$"
    with pytest.raises(ops.GraphError, match=message):
        torch_network.Network(model, torch_network.torch.contiguous_format)


def test_other_engines_get_a_quantised_network_with_its_integers_or_quantise_it_themselves(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quantised = integers.chain(channels=8)
    example = quantised.example()
    monkeypatch.setattr(integers, "rounded", lambda x: x)  # from here on such a network computes in f32
    floats = networks.Floats(integers.chain(channels=8).example(), [(quantised.clip,)])
    ours = networks.Ours(targets.find("host:i8"))
    network = networks.write(tmp_path / "int8", example, conftest.INFO, 1_000_000, ours, floats)
    names = (engines.OURS, "onnxruntime", "openvino", "openvino-nncf", "mnn-int8")
    pairs, asked = [(engines.ENGINES[name], network) for name in names], []

    def judge(name: str, answer: Callable[..., dict[str, np.ndarray]]) -> int:
        asked.append(name)
        first, other = (answer({"clip": clip})["logits"] for clip in (quantised.clip, quantised.clip[:, ::-1]))
        return int((first != other).any())

    found, peak, _ = rounds.interleave(pairs, 1, rounds=1, runs=1, judge=judge)
    rows = [each.row(peak) for each in found]
    assert [(row["status"], row["precision"], row["share_of_peak"]) for row in rows] == 5 * [("ok", "i8", None)]
    assert ([row["score"] for row in rows], tuple(asked)) == (5 * [1], names)
    assert all(0 < row["max_rel_error"] < 0.1 for row in rows)
    assert network.bundle.target.name == "host:i8"


def test_an_engine_that_dies_when_it_is_judged_is_a_row(own: networks.Network) -> None:
    judge = lambda name, answer: answer({"clip": np.zeros(1)})
    pairs = [(odd_engines.engine(odd_engines.dies_at_zeros), own)]
    found, peak, whole = rounds.interleave(pairs, 1, 1, 1, judge=judge)
    row = found[0].row(peak)
    status = "failed: its process ended with code 9: it said nothing"
    assert (row["status"], row["score"], row["p50_ms"], whole) == (status, None, None, True)
