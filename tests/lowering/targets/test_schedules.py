"""Schedules: what they change in a module, what they leave as it was, and what is refused."""

import dataclasses
import pathlib
import re

import pytest

from lowering.bundle import bundles, run, write
from lowering.graph import keys, ops
from lowering.graph.rewrites import stages
from lowering.kernels import emit
from lowering.targets import schedules, targets
from tests.lowering import conftest, networks

CPU = "android:cortex-a76"


def text(network: networks.Network, schedule: schedules.Schedule | None = None, target: str = CPU) -> str:
    """The module with one schedule for every convolution, or as it is without."""
    graph = network.trace()
    chosen = (
        dict.fromkeys(keys.keys(stages.run(graph, stages.PREPARATION)).values(), schedule)
        if schedule
        else schedules.NONE
    )
    return emit.emit(stages.rewrite(graph, targets.find(target), chosen), targets.find(target)).text


def sums(text: str, layer: str) -> int:
    """Accumulators of a layer's inner loop."""
    return int(re.findall(rf"@{layer}_kernel .*?%accs:(\d+) = ", text, re.DOTALL)[0])


def test_a_choice_of_vectors_and_rows_is_the_register_tile(network: networks.Network) -> None:
    assert sums(text(network), "conv2") == 8 * 3
    assert sums(text(network, schedules.Schedule(vectors=1)), "conv2") == 8
    assert sums(text(network, schedules.Schedule(group=4, vectors=4)), "conv2") == 4 * 4
    assert "tensor<16x3x" in text(network, schedules.Schedule(group=16))  # conv1 has 13 filters


def test_a_choice_of_chunk_is_the_tiles_of_a_chunk(network: networks.Network) -> None:
    found = [
        re.search(r"@conv1_kernel .*?(?:%chunk = .*? \(item mod (\d+)\)|flow\.dispatch)", each, re.DOTALL)
        for each in (text(network, schedules.Schedule(chunk=chunk)) for chunk in (1, 3, 64))
    ]
    counts = [int(match[1] or 1) for match in found if match]  # of a single chunk no item's place is asked for
    assert counts[0] > counts[1] > counts[2] == 1
    assert counts[1] == -(-counts[0] // 3)


def test_a_choice_of_ring_joins_and_parts() -> None:
    network = networks.factored("dense", size=(4, 40, 50))
    joined = "@space1.time1_kernel"
    assert joined not in text(network)
    assert joined in text(network, schedules.Schedule(ring=64 * 1024))
    assert joined not in text(network, schedules.Schedule(ring=0))
    small, large = (text(network, schedules.Schedule(ring=ring)) for ring in (8 * 1024, 64 * 1024))
    assert small != large


def test_without_a_choice_for_its_layers_a_module_is_what_it_was(network: networks.Network) -> None:
    other = {"1x1x1x1 * 1x1x1x1 pad 0.0.0.0.0.0 stride 1 keeps 1/1/1": schedules.Schedule(vectors=1)}
    module = emit.emit(stages.rewrite(network.trace(), targets.find(CPU), other), targets.find(CPU))
    assert module.text == text(network) == text(network, schedules.DEFAULT)


def test_vulkan_takes_no_tiling(network: networks.Network) -> None:
    assert text(network, schedules.Schedule(vectors=1, chunk=1, ring=0), "vulkan:adreno") == text(
        network, None, "vulkan:adreno"
    )


@pytest.mark.parametrize(
    "schedule",
    [
        schedules.Schedule(group=4, vectors=7, chunk=1, ring=0, source="cache"),
        schedules.Schedule(group=16, vectors=1, chunk=64, ring=65536, source="shipped"),
    ],
)
def test_a_tuned_bundle_gives_jaxs_answer_and_says_who_tuned_it(
    tmp_path: pathlib.Path, schedule: schedules.Schedule
) -> None:
    network = networks.factored("kgs 8x4", size=(4, 18, 23))
    graph = network.trace()
    chosen = dict.fromkeys(keys.keys(stages.run(graph, stages.PREPARATION)).values(), schedule)
    bundle = write.write(tmp_path / "b", network.example(), targets.find("host"), conftest.INFO, chosen)
    assert run.check(bundle).passed
    assert bundle.manifest["tuning"] == schedule.source
    rows = {layer["name"]: layer for layer in bundle.manifest["layers"]}
    assert rows["time1"]["choice"] == schedule.row()
    assert rows["time1"]["group"] == schedule.group


def test_a_bundle_is_compiled_again_when_its_choices_change(
    copied_bundle: bundles.Bundle, network: networks.Network
) -> None:
    graph = network.trace()
    chosen = dict.fromkeys(
        keys.keys(stages.run(graph, stages.PREPARATION)).values(), schedules.Schedule(chunk=1, source="cache")
    )
    arguments = (copied_bundle.folder, network.example(), targets.find("host"), conftest.INFO)
    tuned = write.write(*arguments, chosen)
    assert (copied_bundle.manifest["tuning"], tuned.manifest["tuning"]) == ("default", "cache")
    assert tuned.manifest["source"] != copied_bundle.manifest["source"]
    assert write.write(*arguments, chosen).manifest == tuned.manifest


def test_a_choice_survives_json() -> None:
    schedule = schedules.Schedule(group=4, vectors=5, ring=0, source="cache")
    assert schedule.row() == {"group": 4, "vectors": 5, "ring": 0}
    assert schedules.parse(schedule.row(), "cache") == schedule
    assert schedules.parse({}, "cache") == schedules.DEFAULT
    assert str(schedule) == "group 4 vectors 5 ring 0"
    assert dataclasses.replace(schedule, source="shipped") == schedule


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"group": 5}, "group is 5, expected one of 4, 8, 16"),
        ({"vectors": 0}, "vectors is 0, expected 1 to 32"),
        ({"chunk": True}, "chunk is True, expected 1 to 4096"),
        ({"ring": 1 << 20}, "ring is 1048576, expected 0 to 524288"),
        ({"tile": 3}, "{'tile': 3} is no schedule; expected some of: group, vectors, chunk, ring, winograd"),
        ([8, 3], "[8, 3] is no schedule; expected some of: group, vectors, chunk, ring, winograd"),
    ],
)
def test_a_choice_that_no_kernel_could_follow_is_refused(row: object, message: str) -> None:
    with pytest.raises(schedules.ScheduleError, match=f"^{re.escape(message)}$"):
        schedules.parse(row, "cache")


def test_packed_layers_carry_their_choice(network: networks.Network) -> None:
    graph = network.trace()
    key = keys.keys(stages.run(graph, stages.PREPARATION))["conv1"]
    found = stages.rewrite(graph, targets.find(CPU), {key: schedules.Schedule(vectors=2)})
    found_for = {node.name: node.op.schedule for node in found.nodes if isinstance(node.op, ops.PackedConv)}
    assert found_for == {"conv1": schedules.Schedule(vectors=2), "conv2": schedules.DEFAULT}
