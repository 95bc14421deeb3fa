"""Targets are data: every one has a name, flags that the compiler takes, and tilings for every size of row."""

import pathlib
import re

import numpy as np
import pytest

from lowering import compile as compilers
from lowering import emit, rewrite, targets
from tests.lowering import networks

NAMES = (
    "host, android:cortex-a55, android:cortex-a75, android:cortex-a76, android:cortex-a77, android:cortex-a78, android:cortex-x1, "
    "android:cortex-a510, android:cortex-a710, android:cortex-a715, android:cortex-x2, android:cortex-x3, "
    "vulkan:adreno, vulkan:mali-g57, vulkan:mali-g77, vulkan:mali-g78, vulkan:mali-g310, vulkan:mali-g510, "
    "vulkan:mali-g615, vulkan:mali-g710, vulkan:mali-g715, vulkan:valhall1, vulkan:valhall2, vulkan:valhall3, vulkan:valhall4, vulkan:arm5gen"
)  # fmt: skip


def test_the_names_are_these() -> None:
    assert ", ".join(targets.names()) == NAMES


@pytest.mark.parametrize("name", targets.names())
def test_a_target_is_found_by_its_name(name: str) -> None:
    found = targets.find(name)
    assert (found.name, found.kind) == (name, "vulkan" if name.startswith("vulkan:") else "cpu")
    assert set(found.tilings) == set(rewrite.GROUP_EFFICIENCY)
    assert all(t.tile & (t.tile - 1) == 0 < t.tile for t in found.tilings.values())


@pytest.mark.parametrize(
    "name", ["", "phone", "host:x", "android", "android:", "android:cortex-m0", "vulkan:nvidia", "cuda:0"]
)
def test_an_unknown_target_is_told_what_there_is(name: str) -> None:
    with pytest.raises(targets.TargetError, match=f"^{re.escape(f'no target {name!r}; expected one of: {NAMES}')}$"):
        targets.find(name)


@pytest.mark.parametrize("name", [name for name in targets.names() if name != "host"])
def test_every_target_compiles_a_network(name: str, tmp_path: pathlib.Path) -> None:
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 1, 1, 2, 1, 4), "fc": networks.layer(rng, 12, 2)}
    network = networks.Network(
        lambda p, x: networks.dense(networks.conv(x, p["conv"]).reshape(1, -1), p["fc"]),
        params,
        networks.clip(rng, 1, 1, 3, 1),
    )
    module = emit.emit(rewrite.rewrite(network.trace()), targets.find(name))
    (tmp_path / "module.mlir").write_text(module.text)
    compilers.compile(tmp_path / "module.mlir", targets.find(name), tmp_path / "module.vmfb")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["module.mlir", "module.vmfb"]


@pytest.mark.parametrize(
    ("text", "tilings"),
    [
        ("model name : x\nflags\t\t: fpu sse avx2 avx512f fma\n", targets.AVX512),
        ("flags\t\t: fpu sse avx2 fma\nflags\t\t: avx512f\n", targets.AVX2),
        ("processor : 0\nFeatures\t: fp asimd\n", targets.NEON),
        ("", targets.NEON),
    ],
)
def test_the_hosts_tilings_follow_its_vectors(
    text: str, tilings: dict, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    flags = targets.cpu_flags(str(tmp_path / "cpuinfo"))
    monkeypatch.setattr(targets, "cpu_flags", lambda: flags)
    assert targets.find("host").tilings is tilings


def test_a_machine_without_cpuinfo_shows_no_features(tmp_path: pathlib.Path) -> None:
    assert targets.cpu_flags(str(tmp_path / "none")) == frozenset()
