"""Golden MLIR: what each template gives at awkward small sizes.

RT3D_UPDATE_GOLDENS=1 writes the goldens anew, and skips.
"""

import dataclasses
import os
import pathlib
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lowering.bundle import bundles, measure
from lowering.graph.rewrites import stages
from lowering.kernels import emit, kernel
from lowering.kernels.cpu import stage
from lowering.system import cpuinfo
from lowering.targets import targets
from tests.lowering import networks
from tests.lowering.kernels import test_kernels

GOLDENS = pathlib.Path(__file__).parent / "goldens"
CPU, GPU = "android:cortex-a76", "vulkan:mali-g78"
FLOAT = re.compile(r"arith\.constant (?:dense<)?(-?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|0xFF800000)>? : \S*f32")


def straight() -> networks.Network:
    """What runs in packed kernels: a convolution, a pool of 2x2, a dense layer that reads the feature map."""
    rng = np.random.default_rng(0)
    params = {"conv": networks.layer(rng, 3, 3, 3, 3, 13), "fc": networks.layer(rng, 2 * 3 * 4 * 13, 7)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.max_pool(jax.nn.relu(networks.conv(x, p["conv"])), (1, 2, 2))
        return networks.dense(x.reshape(1, -1), p["fc"])

    return networks.Network(function, params, networks.clip(rng, 2, 7, 9, 3))


def moves() -> networks.Network:
    """What is left to IREE's own pipelines: strides, padded pools of values of both signs, sums, joins, a softmax of a
    feature map.
    """
    rng = np.random.default_rng(0)
    params = {"strided": networks.layer(rng, 1, 3, 3, 2, 5)}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.conv(x, p["strided"], (1, 2, 2))
        x = jax.nn.relu(jax.nn.relu(x) + x)
        x = jnp.concatenate([x, x * jnp.arange(5.0)], -1)
        x = networks.max_pool(x - 3, (2, 3, 3), (1, 2, 1), [(1, 0), (1, 1), (0, 1)])
        x = networks.avg_pool(x, (1, 2, 3), (1, 1, 1))
        return jax.nn.softmax(x.reshape(1, -1))

    return networks.Network(function, params, networks.clip(rng, 3, 7, 9, 2))


def deep() -> networks.Network:
    """What large maps and residual networks have: prefetches, strides of 2, sums in an epilogue, two convolutions in a
    row, means of whole planes.
    """
    rng = np.random.default_rng(0)
    params = {
        "wide": networks.layer(rng, 3, 3, 2, 11, 5),
        "strided": networks.layer(rng, 3, 3, 3, 5, 13),
        "again": networks.layer(rng, 1, 1, 3, 13, 13),
        "space": networks.layer(rng, 1, 3, 3, 13, 12),
        "time": networks.layer(rng, 3, 1, 1, 12, 7),
        "space2": networks.layer(rng, 1, 3, 3, 7, 9),
        "time2": networks.layer(rng, 3, 1, 1, 9, 7),
    }

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jax.nn.relu(networks.conv(x, p["wide"], (2, 1, 1)))
        x = jax.nn.relu(networks.conv(x, p["strided"], (1, 2, 2)))
        x = jax.nn.relu(networks.conv(x, p["again"]) + x)
        x = networks.max_pool(x, (2, 3, 3), (1, 1, 1), [(1, 0), (1, 1), (1, 1)])
        x = networks.conv(jax.nn.relu(networks.conv(x, p["space"])), p["time"], (2, 1, 1), [(1, 1), (0, 0), (0, 0)])
        x = jax.nn.relu(x + networks.conv(jax.nn.relu(networks.conv(x, p["space2"])), p["time2"]))
        return jnp.mean(x, (1, 2, 3))

    return networks.Network(function, params, networks.clip(rng, 5, 37, 41, 11))


def heads() -> networks.Network:
    """A sum of two vectors."""
    rng = np.random.default_rng(0)
    params = {name: networks.layer(rng, 3, 7) for name in ("left", "right")}

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = jnp.mean(x, (1, 2, 3))
        return jax.nn.relu(networks.dense(x, p["left"]) + networks.dense(x, p["right"]))

    return networks.Network(function, params, networks.clip(rng, 2, 3, 4, 3))


# A host with AVX-512, whatever this one has.
TARGETS = {"avx512": dataclasses.replace(test_kernels.TARGETS["avx512"], cache_bytes=targets.find(CPU).cache_bytes)}
NETWORKS = {"straight": straight, "joined": straight, "moves": moves, "deep": deep, "heads": heads}


def functions(name: str, target: str) -> dict[str, str]:
    """The text of each node's function, its parameters before it and its executable, if it has one of its own."""
    found = TARGETS[target] if target in TARGETS else targets.find(target)
    if name != "straight":  # so that kernels are joined
        found = dataclasses.replace(found, cache_bytes=0)
    text = emit.emit(stages.rewrite(NETWORKS[name]().trace(), found), found).text
    sections = text.rstrip("\n").split("\n\n")
    return {re.findall(r"^func\.func (?:private )?@([\w.]+)\(", s, re.MULTILINE)[-1]: s for s in sections[1:]}


def compare(name: str, text: str) -> None:
    path = GOLDENS / f"{name}.mlir"
    if os.environ.get("RT3D_UPDATE_GOLDENS") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
        pytest.skip(f"wrote {path.name}; look at the difference, then run again without RT3D_UPDATE_GOLDENS")
    assert path.is_file(), f"{path} is missing; write it with RT3D_UPDATE_GOLDENS=1"
    assert text + "\n" == path.read_text(), f"{path} differs; if it should, write it with RT3D_UPDATE_GOLDENS=1"


CASES = [
    ("cpu/conv", "straight", CPU, "conv"),
    ("cpu/dense", "straight", CPU, "fc"),
    ("cpu/pool", "straight", CPU, "pool"),
    ("cpu/conv_prefetch", "deep", CPU, "wide"),
    ("cpu/conv_avx512", "straight", "avx512", "conv"),
    ("cpu/conv_residual", "deep", CPU, "again"),
    ("cpu/conv_f16", "straight", f"{CPU}:f16", "conv"),
    ("cpu/conv_f16-f32", "deep", f"{CPU}:f16-f32", "again"),
    ("cpu/chain", "deep", CPU, "space.time"),
    ("cpu/chain_avx512", "deep", "avx512", "space.time"),
    ("cpu/chain_residual", "deep", CPU, "space2.time2"),
    ("cpu/chain_f16-f32", "deep", f"{CPU}:f16-f32", "space.time"),
    ("cpu/pooled", "joined", CPU, "conv.pool"),
    ("cpu/pooled_f16-f32", "joined", f"{CPU}:f16-f32", "conv.pool"),
    ("cpu/dense_w16", "straight", f"{CPU}:w16", "fc"),
    ("cpu/dense_f16", "straight", f"{CPU}:f16", "fc"),
    ("cpu/phases", "deep", CPU, "strided_phases"),
    ("cpu/phases_f16-f32", "deep", f"{CPU}:f16-f32", "strided_phases"),
    ("cpu/plane", "deep", CPU, "pool_2"),
    ("cpu/plane_f16-f32", "deep", f"{CPU}:f16-f32", "pool_2"),
    ("cpu/pool_rolling", "deep", CPU, "pool"),
    ("cpu/pool_f16", "straight", f"{CPU}:f16", "pool"),
    ("vulkan/conv", "straight", GPU, "conv"),
    ("vulkan/conv_residual", "deep", GPU, "again"),
    ("vulkan/conv_f16-f32", "deep", f"{GPU}:f16-f32", "again"),
    ("vulkan/dense_w16", "straight", f"{GPU}:w16", "fc"),
    ("vulkan/dense", "straight", GPU, "fc"),
    ("cpu/clip", "straight", CPU, "clip"),
    ("cpu/clip_f16", "straight", f"{CPU}:f16", "clip"),
    ("generic/clip", "moves", GPU, "clip"),
    ("generic/pool", "moves", CPU, "pool"),
    ("generic/pool_mean", "moves", GPU, "pool_2"),
    ("generic/phases", "moves", GPU, "strided_phases"),
    ("generic/elementwise", "moves", CPU, "add"),
    ("generic/elementwise_scale", "moves", CPU, "affine"),
    ("generic/elementwise_relu", "moves", CPU, "relu"),
    ("generic/concat", "moves", CPU, "concat"),
    ("generic/vector", "moves", CPU, "flatten"),
    ("generic/vectors", "heads", CPU, "add"),
    ("generic/softmax", "moves", GPU, "softmax"),
    ("main", "moves", CPU, "main"),
]


@pytest.mark.parametrize(("golden", "network", "target", "node"), CASES, ids=[case[0] for case in CASES])
def test_a_template_gives_its_golden(
    golden: str, network: str, target: str, node: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "L1", 0)  # networks as small as these would fetch no inputs ahead
    compare(golden, functions(network, target)[node])


@pytest.mark.parametrize("node", ["conv", "fc"])
def test_a_kernel_in_spans_gives_its_golden(node: str) -> None:
    bound = targets.split(targets.find(GPU), 250_000 if node == "conv" else 300)
    bound = dataclasses.replace(bound, gpu=None)
    text = emit.emit(stages.rewrite(straight().trace(), bound), bound).text
    compare(f"vulkan/{node}_spans", next(s for s in text.split("\n\n") if f"func.func private @{node}(" in s))


def test_the_head_of_a_module_is_its_golden() -> None:
    compare("module", kernel.fill("module"))


def test_the_peak_kernel_is_its_golden(monkeypatch: pytest.MonkeyPatch, host_bundle: bundles.Bundle) -> None:
    texts = []
    monkeypatch.setattr(cpuinfo, "here", lambda: "flags : avx2 fma")
    monkeypatch.setattr(measure.compilers, "compile", lambda mlir, target, vmfb: texts.append(mlir.read_text()))
    monkeypatch.setattr(measure, "_times", lambda bundle, arguments, runs: [1.0] * runs)
    measure.interleave([host_bundle], threads=2, rounds=1, runs=1)
    compare("peak", texts[0].split("\n\n")[1].rstrip("\n"))


PARTS = {
    "generic/read.mlir",
    *(
        f"cpu/{part}.mlir"
        for part in ("rows", "pads", "share", "prefetch", "prefetch_residual", "chain_second", "chain_windows")
    ),
}


@pytest.mark.parametrize(
    "template", [str(path.relative_to(kernel.TEMPLATES)) for path in kernel.TEMPLATES.rglob("*.mlir")]
)
def test_every_template_is_in_a_golden(template: str) -> None:
    """Parts of others too: a golden has its first line."""
    head, *_ = (kernel.TEMPLATES / template).read_text().splitlines()
    line = re.compile(r"\S+".join(map(re.escape, re.split(r"\$\{?\w+\}?", head))))
    assert any(line.search(path.read_text()) for path in GOLDENS.rglob("*.mlir"))
    assert (GOLDENS / template).is_file() == (template not in PARTS)


def test_goldens_are_never_passed_by_writing_them(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setitem(globals(), "GOLDENS", tmp_path)
    monkeypatch.delenv("RT3D_UPDATE_GOLDENS", raising=False)
    with pytest.raises(AssertionError, match="is missing; write it with RT3D_UPDATE_GOLDENS=1"):
        compare("generic/new", "text")
    monkeypatch.setenv("RT3D_UPDATE_GOLDENS", "1")
    with pytest.raises(pytest.skip.Exception):
        compare("generic/new", "text")
    monkeypatch.delenv("RT3D_UPDATE_GOLDENS")
    compare("generic/new", "text")
    with pytest.raises(AssertionError, match="differs; if it should, write it with RT3D_UPDATE_GOLDENS=1"):
        compare("generic/new", "other text")


def test_a_template_without_one_of_its_variables_is_refused() -> None:
    with pytest.raises(KeyError, match="'x'"):
        kernel.fill("generic/vector", box="tensor<1xf32>", out="tensor<1xf32>", pitch=1, first=0)


@pytest.mark.parametrize("window", [(1, 2, 2), (3, 3, 3), (10, 100, 100), (16, 56, 56)])
def test_the_factor_of_a_mean_is_a_number_in_mlir(window: tuple[int, int, int]) -> None:
    """1e-05 is none: MLIR wants a point."""
    params = {"fc": networks.layer(np.random.default_rng(0), 1, 3)}
    network = networks.Network(
        lambda p, x: networks.dense(jnp.mean(x, (1, 2, 3)), p["fc"]), params, np.zeros((1, *window, 1), np.float32)
    )
    text = emit.emit(stages.rewrite(network.trace(), targets.find(CPU)), targets.find(CPU)).text
    lines = [line for line in text.splitlines() if re.search(r"arith\.constant.*f32", line)]
    assert lines
    assert [line for line in lines if not FLOAT.search(line)] == []
