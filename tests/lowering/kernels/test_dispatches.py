"""Kernels in several dispatches: the bound holds, nothing is computed twice or copied, and the answer stays JAX's."""

import pathlib
import re
import subprocess

import numpy as np
import pytest
from iree.compiler.tools import binaries

from lowering.graph.rewrites import stages
from lowering.kernels import dispatches, emit, loops
from lowering.kernels.mlir import types
from lowering.targets import targets
from tests.lowering import conftest, networks
from tests.lowering.bundle import test_backends
from tests.lowering.kernels import interpreter


@pytest.mark.parametrize(
    ("shape", "bound"), [((7, 3, 5), 40), ((1, 1, 1), 9), ((2, 9, 4), 9), ((5, 1, 13), 1000), ((3, 70, 2), 10**6)]
)
@pytest.mark.parametrize("seed", range(5))
def test_dispatches_hold_every_workgroup_once_and_no_more_macs_than_allowed(
    shape: tuple[int, int, int], bound: int, seed: int
) -> None:
    macs = np.random.default_rng(seed).integers(0, 10, shape)
    found = dispatches.grid(macs, 64, bound)
    flat, cuts = macs.ravel(order="F"), found.dispatches or ((0, macs.size),)
    assert [first for first, _ in cuts] == [0, *np.cumsum([count for _, count in cuts])[:-1]]
    assert sum(count for _, count in cuts) == macs.size
    sums = [int(flat[first : first + count].sum()) for first, count in cuts]
    assert max(sums) == found.macs <= bound
    assert all(
        total + flat[first + count] > bound
        for total, (first, count) in zip(sums, cuts, strict=True)
        if first + count < macs.size
    )


def test_equal_workgroups_take_as_few_dispatches_as_their_number_asks_for() -> None:
    for bound, expected in ((99, 24), (10, 210), (1000, 3), (2100, 1), (None, 1)):
        found = dispatches.grid(np.full((7, 5, 6), 10), 64, bound)
        assert max(1, len(found.dispatches)) == expected == (1 if bound is None else -(-210 // (bound // 10)))


def test_more_workgroups_than_vulkan_takes_along_an_axis_are_split() -> None:
    found = dispatches.grid(np.ones((1, 1, 150_000), np.int64), 64, 10**9)
    assert found.dispatches == ((0, 65535), (65535, 65535), (131070, 18930))
    assert found.launched == (65535, 1, 1)


def test_the_workgroups_of_all_dispatches_find_their_places() -> None:
    """A kernel of 60 workgroups, each of which writes one number at its place, run: every number is written."""
    grid, out = dispatches.grid(np.ones((3, 4, 5), np.int64), 1, 7), types.Tensor((60,))
    kernel = loops.Loops("Marks its place.", [], out, grid)
    x, y, z = kernel.workgroup("x", "y", "z")
    kernel.block.store(kernel.block.constant(1.0, types.F32), kernel["out"], (z * 4 + y) * 3 + x)
    assert len(grid.dispatches) == 9
    np.testing.assert_array_equal(interpreter.run(kernel.kernel(), [], np.random.default_rng(0)), np.ones(60))


@pytest.mark.parametrize(
    ("target", "name", "scheme", "options", "bound"),
    [
        ("vulkan:adreno", "chain", "kgs 8x4", {"size": (5, 17, 23)}, 1_000_000),
        ("vulkan:mali-g78:f16", "residual", "dense", {"width": 13, "size": (4, 16, 16)}, 1_900_000),
        ("vulkan:mali-g715:f16-f32", "residual", "vanilla 8x4", {}, 2_000_000),
        ("vulkan:adreno:w16", "branches", "filter", {"width": 29}, 4_400_000),
    ],
)
def test_a_network_in_many_dispatches_gives_jaxs_answer(
    write_bundle: conftest.WriteBundle, target: str, name: str, scheme: str, options: dict, bound: int
) -> None:
    network = networks.BUILDERS[name](scheme, **options)
    text = emit.emit(stages.rewrite(network.trace(), targets.find(target)), targets.find(target)).text
    bundle = write_bundle(network, target, targets.split(targets.find(target), bound))
    split = (bundle.folder / "module.mlir").read_text()
    assert split.count("flow.dispatch ") > text.count("flow.dispatch ") + 3
    assert "constants = 1" in split and "constants = 1" not in text  # small networks are not split unless asked
    test_backends.proves(bundle)
    assert bundle.manifest["target"]["macs_per_dispatch"] == bound


def test_a_result_written_by_several_dispatches_is_not_copied(tmp_path: pathlib.Path) -> None:
    network, found = networks.chain("kgs 8x4", size=(5, 17, 23)), {}
    for bound in (10**9, 1_000_000):
        target = targets.split(targets.find("vulkan:adreno"), bound)
        module = emit.emit(stages.rewrite(network.trace(), target), target)
        (tmp_path / "module.mlir").write_text(module.text)
        command = [binaries.find_tool("iree-compile"), *target.flags, "module.mlir", "--compile-to=stream"]
        text = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        text = text[text.index("@main(") :]
        count = lambda op, text=text: len(re.findall(rf"stream\.cmd\.{op}\b", text))
        assert count("dispatch") == module.text.count("flow.dispatch ") + 3  # the clip and two pools, which IREE names
        peak = max(int(n) for n in re.findall(r"!stream\.resource<transient>\{%c(\d+)\}", text))
        found[bound] = (count("copy"), count("fill"), peak)
    assert found[10**9] == found[1_000_000]


def test_a_bound_is_for_gpus_and_a_number(write_bundle: conftest.WriteBundle) -> None:
    host = targets.find("host")
    assert (targets.split(host, 7), host.macs_per_dispatch, host.gpu) == (host, None, None)
    assert targets.find("vulkan:adreno").macs_per_dispatch == 200_000_000
    with pytest.raises(targets.TargetError, match="^0 MACs a dispatch; expected 1 or more, such as 200000000$"):
        targets.split(targets.find("vulkan:adreno"), 0)
