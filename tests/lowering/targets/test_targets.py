"""Targets are data: every one has a name, flags that the compiler takes, and tilings for every size of row."""

import pathlib
import re

import numpy as np
import pytest

from lowering.bundle import compile as compilers
from lowering.graph.rewrites import stages
from lowering.kernels import emit
from lowering.system import caches, cpuinfo
from lowering.targets import precisions, targets
from tests.lowering import networks

NAMES = (
    "host, host:avx2, host:avx512, android:cortex-a55, android:cortex-a75, android:cortex-a76, android:cortex-a77, "
    "android:cortex-a78, android:cortex-x1, "
    "android:cortex-a510, android:cortex-a710, android:cortex-a715, android:cortex-x2, android:cortex-x3, "
    "vulkan:adreno, vulkan:mali-g57, vulkan:mali-g77, vulkan:mali-g78, vulkan:mali-g310, vulkan:mali-g510, "
    "vulkan:mali-g615, vulkan:mali-g710, vulkan:mali-g715, vulkan:valhall1, vulkan:valhall2, "
    "vulkan:valhall3, vulkan:valhall4, vulkan:arm5gen"
)


def test_the_names_are_these() -> None:
    assert ", ".join(targets.names()) == NAMES


@pytest.mark.parametrize("name", targets.names())
def test_a_target_is_found_by_its_name(name: str) -> None:
    found = targets.find(name)
    assert (found.name, found.kind) == (name, "vulkan" if name.startswith("vulkan:") else "cpu")
    assert set(found.tilings) >= set(found.row_efficiency)
    assert all(tiling.vectors * group <= 32 for group, tiling in found.tilings.items())


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ":",
            "phone",
            "host:x",
            "host:",
            "host::f16",
            "android",
            "android:",
            "android:cortex-m0",
            "vulkan:nvidia",
        ),
        *("cuda:0", "f16", ":f16", "f16:host", "android:f16", "host:f64", "host:f16:f16", "vulkan:adreno:f16:w16"),
    ],
)
def test_an_unknown_target_is_told_what_there_is(name: str) -> None:
    message = f"no target {name!r}; expected one of: {NAMES}; with :f32, :f16, :f16-f32, :w16, :i8 after it, or f32"
    with pytest.raises(targets.TargetError, match=f"^{re.escape(message)}(; did you mean [a-z0-9:-]+\\?)?$"):
        targets.find(name)


@pytest.mark.parametrize("chosen", precisions.PRECISIONS.values(), ids=precisions.PRECISIONS)
@pytest.mark.parametrize("name", ["host", "android:cortex-a76", "vulkan:mali-g78"])
def test_a_precision_may_follow_a_targets_name(
    name: str, chosen: precisions.Precision, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpuinfo, "here", lambda: "flags : avx2 avx512f avx512_fp16")
    found, plain = targets.find(f"{name}:{chosen.name}"), targets.find(name)
    assert (found.precision, found.name) == (chosen, f"{name}:{chosen.name}")
    assert (found.kind, found.flags, found.is_host) == (plain.kind, plain.flags, name == "host")
    assert plain.precision is precisions.F32
    assert found.lanes * {"f32": 4, "f16": 2}[chosen.accumulators] == found.vector_bytes
    assert found.activation_bytes == {"f32": 4, "f16": 2}[chosen.activations]


@pytest.mark.parametrize(
    ("features", "accumulators"),
    [("avx2", "f32"), ("avx512f", "f32"), ("avx512f avx512_fp16", "f16"), ("asimdhp", "f16")],
)
def test_a_host_without_arithmetic_in_f16_adds_up_in_f32(
    features: str, accumulators: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpuinfo, "here", lambda: f"flags : {features}")
    found = targets.find("host:f16").precision
    assert (found.name, found.activations, found.weights, found.accumulators) == ("f16", "f16", "f16", accumulators)
    assert found.tolerance == precisions.PRECISIONS["f16"].tolerance


@pytest.mark.parametrize("name", [name for name in targets.names() if not name.startswith("host")])
def test_every_target_compiles_a_network(name: str, tmp_path: pathlib.Path) -> None:
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 1, 1, 2, 1, 4), "fc": networks.layer(rng, 12, 2)}
    network = networks.Network(
        lambda p, x: networks.dense(networks.conv(x, p["conv"]).reshape(1, -1), p["fc"]),
        params,
        networks.clip(rng, 1, 1, 3, 1),
    )
    module = emit.emit(stages.rewrite(network.trace(), targets.find(name)), targets.find(name))
    (tmp_path / "module.mlir").write_text(module.text)
    compilers.compile(tmp_path / "module.mlir", targets.find(name), tmp_path / "module.vmfb")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["module.mlir", "module.vmfb"]


@pytest.mark.parametrize(
    ("text", "tilings"),
    [
        ("model name : x\nflags\t\t: fpu sse avx2 avx512f fma\n", targets.AVX512),
        ("vendor_id : GenuineIntel\nflags\t\t: fpu sse avx2 avx512f fma\n", targets.INTEL),
        ("vendor_id : GenuineIntel\nflags\t\t: fpu sse avx2 fma\n", targets.AVX2),
        ("flags\t\t: fpu sse avx2 fma\n\nflags\t\t: avx512f\n", targets.AVX2),
        ("processor : 0\nFeatures\t: fp asimd\n", targets.NEON),
        ("", targets.NEON),
    ],
)
def test_the_hosts_tilings_follow_the_maker_and_the_vectors_of_its_first_core(
    text: str, tilings: dict, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    said = cpuinfo.here(str(tmp_path / "cpuinfo"))
    monkeypatch.setattr(cpuinfo, "here", lambda: said)
    assert targets.find("host").tilings is tilings


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({1: 48 << 10, 2: 2 << 20, 3: 480 << 20}, (48 << 10, 2 << 20, 512 << 10)),
        ({1: 32 << 10, 2: 256 << 10}, (32 << 10, 256 << 10, 64 << 10)),
        ({}, (32 << 10, 1 << 20, 256 << 10)),
    ],
)
def test_the_hosts_caches_are_its_own_where_the_system_says_what_they_hold(
    sizes: dict[int, int], expected: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpuinfo, "here", lambda: "flags : avx2 avx512f")
    monkeypatch.setattr(caches, "here", lambda: sizes)
    found = targets.find("host")
    assert (found.near_bytes, found.cache_bytes, found.rolling_bytes) == expected
    assert targets.find("host:avx512").cache_bytes == 1 << 20


@pytest.mark.parametrize(
    ("level", "cpu", "tilings"), [("avx2", "x86-64-v3", targets.AVX2), ("avx512", "x86-64-v4", targets.AVX512)]
)
def test_a_level_of_x86_is_a_host_of_any_machine(level: str, cpu: str, tilings: dict) -> None:
    found = targets.find(f"host:{level}")
    assert found.is_host and found.tilings is tilings and level in {name[:6] for name in found.features}
    assert f"--iree-llvmcpu-target-cpu={cpu}" in found.flags
    assert targets.find(f"host:{level}:f16").precision.accumulators == "f32"
