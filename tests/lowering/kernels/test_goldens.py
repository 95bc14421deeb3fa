"""Golden MLIR: what each kernel is at an awkward small size.

RT3D_UPDATE_GOLDENS=1 writes the goldens anew, and skips.
"""

import dataclasses
import os
import pathlib
import re
from unittest import mock

import jax.numpy as jnp
import numpy as np
import pytest

from lowering.graph.rewrites import fusion, stages
from lowering.kernels import build, emit, peak
from lowering.targets import schedules, targets
from tests.lowering import networks
from tests.lowering.kernels import golden_networks, parse, test_integers, test_kernels

GOLDENS = pathlib.Path(__file__).parent / "goldens"
CPU, GPU = "android:cortex-a76", "vulkan:mali-g78"
FLOAT = re.compile(r"arith\.constant (?:dense<)?(-?[0-9]+\.[0-9]*(?:[eE][-+]?[0-9]+)?|0xFF800000)>? : \S*f32")


# Hosts with these vectors, whatever this one has.
TARGETS = {
    name: dataclasses.replace(test_kernels.TARGETS[name], cache_bytes=targets.find(CPU).cache_bytes)
    for name in ("avx2", "avx512")
} | {"vnni": test_integers.TARGETS["avx512 vnni"]}


def section(name: str, target: str, node: str) -> str:
    """The kernel of a node of a network, as a module.

    The target may be followed by a form of kernels, or by "winograd" for convolutions by Winograd's filtering, or by
    "sums" for those that keep its sums in cache.
    """
    target, _, how = target.partition(" ")
    tiled, form = how in ("winograd", "sums"), how if how in targets.FORMS else targets.FORMS[0]
    found = targets.written(TARGETS.get(target) or targets.find(target), form, targets.TILE * tiled)
    found = dataclasses.replace(found, near_bytes=0)  # else networks as small as these would fetch no inputs ahead
    if name != "straight":  # so that kernels are fused
        found = dataclasses.replace(found, cache_bytes=0)
    if found.gpu:  # so that a kernel takes several dispatches
        found = dataclasses.replace(targets.split(found, 250_000 if "conv" in node else 300), gpu=None)
    choose = lambda graph: {each.name: schedules.Schedule(winograd=2) for each in graph.nodes} if tiled else {}
    whole = (*stages.PREPARATION, *stages.completion(found, choose))
    with mock.patch.object(fusion, "winograd_gains", lambda *_: how == "sums"):
        graph = stages.run(golden_networks.NETWORKS[name]().trace(), whole)
    return parse.section(node, build.build(graph, found)[node])


def compare(name: str, text: str) -> None:
    path = GOLDENS / f"{name}.mlir"
    if os.environ.get("RT3D_UPDATE_GOLDENS") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
        pytest.skip(f"wrote {path.name}; look at the difference, then run again without RT3D_UPDATE_GOLDENS")
    assert path.is_file(), f"{path} is missing; write it with RT3D_UPDATE_GOLDENS=1"
    assert text + "\n" == path.read_text(), f"{path} differs; if it should, write it with RT3D_UPDATE_GOLDENS=1"


# A golden for each function that writes a kernel; tests/lowering/kernels/test_kernels.py runs them in all their
# variants.
INTEGERS = [
    *((f"cpu/conv_{name}", target, "conv") for name, target in (("sdot", f"{CPU}:i8"), ("vnni", "vnni"))),
    ("vulkan/conv_words", f"{GPU}:i8", "conv"),
    ("linalg/any_pool_words", f"{GPU}:i8", "pool_int8"),
    *(
        (f"{folder}/{kernel}", f"{target}:i8", node)
        for folder, target in (("cpu", CPU), ("vulkan", GPU))
        for kernel, node in (
            ("of_integers", "fc"),
            ("quantise", "clip_quantised_int8"),
            ("dequantise", "pool_quantised"),
            ("quantise_vector", "tanh_2_quantised_int8"),
            ("dequantise_vector", "fc_bias_quantised"),
        )
    ),
]
CASES = [
    *((golden, "quantised", target, node) for golden, target, node in INTEGERS),
    ("cpu/clip", "straight", f"{CPU}:f16", "clip"),
    ("cpu/conv", "deep", CPU, "again"),
    ("cpu/outer", "dense", "avx2", "conv"),
    ("cpu/depthwise", "apart", CPU, "deep"),
    ("cpu/depthwise_strided", "apart", "avx512", "strided"),
    ("cpu/depthwise_words", "apart_words", f"{CPU}:i8", "strided"),
    ("cpu/fused_convs", "deep", "avx512", "space2.time2"),
    ("cpu/fused_pool", "fused", f"{CPU}:f16-f32", "conv.pool"),
    ("cpu/dense", "straight", f"{CPU}:w16", "fc"),
    ("cpu/flat", "moves", CPU, "flatten"),
    ("cpu/pool", "straight", CPU, "pool"),
    ("cpu/pool_handed_on", "deep", CPU, "pool"),
    ("cpu/pool_plane", "deep", CPU, "pool_2"),
    ("cpu/pool_rows", "rows", CPU, "pool"),
    ("cpu/split_clip", "rows", CPU, "strided_phases"),
    ("cpu/space_to_depth", "deep", CPU, "strided_phases"),
    ("cpu/mosaic", "norms", CPU, "concat"),
    ("cpu/mosaic_rows", "norms", f"{CPU}:f16", "pad"),
    ("cpu/reduce", "norms", CPU, "reduce"),
    ("cpu/reduce_channels", "norms", f"{CPU}:f16", "reduce_2"),
    ("cpu/resample", "resized", f"{CPU}:f16-f32", "resized_2"),
    ("cpu/resample_turns", "resized", CPU, "resized"),
    ("cpu/transform_input", "dense", "avx2 winograd", "conv.tiles"),
    ("cpu/products", "dense", f"{CPU} winograd", "conv.products"),
    ("cpu/transform_result", "dense", f"{CPU} winograd", "conv"),
    ("cpu/winograd_frames", "in_time", f"{CPU} winograd", "conv"),
    ("cpu/fused_winograd", "dense", f"{CPU} sums", "conv.products.conv"),
    ("vulkan/conv", "straight", f"{GPU}:f16-f32", "conv"),
    ("vulkan/dense", "straight", GPU, "fc"),
    ("vulkan/transform_input", "dense", f"{GPU}:f16-f32 winograd", "conv.tiles"),
    ("vulkan/transform_result", "dense", f"{GPU} winograd", "conv"),
    ("linalg/conv", "deep", f"{CPU} linalg", "again"),
    ("linalg/conv_invocations", "straight", f"{GPU}:f16-f32 linalg", "conv"),
    ("linalg/dense", "straight", f"{CPU}:w16 linalg", "fc"),
    ("linalg/dense_invocations", "straight", f"{GPU} linalg", "fc"),
    ("linalg/pool", "straight", f"{CPU} linalg", "pool"),
    ("linalg/clip", "moves", GPU, "clip"),
    ("linalg/any_pool", "moves", CPU, "pool"),
    ("linalg/space_to_depth", "moves", GPU, "strided_phases"),
    ("linalg/resample", "resized", GPU, "resized"),
    ("linalg/elementwise", "moves", CPU, "add"),
    ("linalg/concat", "moves", CPU, "concat"),
    ("linalg/vector", "moves", GPU, "flatten"),
    ("linalg/mosaic", "norms", GPU, "concat"),
    ("linalg/vector_mosaic", "norms", GPU, "tile"),
    ("linalg/reduce", "norms", GPU, "reduce"),
    ("linalg/vectors", "heads", CPU, "add"),
    ("linalg/softmax", "moves", GPU, "softmax"),
    ("cpu/pointwise", "gates", CPU, "mul_2"),
    ("linalg/pointwise", "gates", f"{CPU} linalg", "mul_2"),
    ("cpu/conv_active", "active", CPU, "conv"),
    ("cpu/dense_active", "active", CPU, "fc"),
    ("vulkan/conv_active", "active", GPU, "conv"),
    ("vulkan/dense_active", "active", GPU, "fc"),
    ("linalg/conv_active", "active", f"{CPU} linalg", "conv"),
    ("linalg/dense_active", "active", f"{CPU} linalg", "fc"),
    ("linalg/vector_pointwise", "active", CPU, "tanh"),
]


@pytest.mark.parametrize(("golden", "network", "target", "node"), CASES, ids=[case[0] for case in CASES])
def test_a_kernel_is_its_golden(golden: str, network: str, target: str, node: str) -> None:
    compare(golden, section(network, target, node))


def test_a_module_is_its_golden() -> None:
    compare(
        "module",
        emit.emit(stages.rewrite(golden_networks.heads().trace(), targets.find(CPU)), targets.find(CPU)).text.rstrip(
            "\n"
        ),
    )


def test_the_peak_kernel_is_its_golden() -> None:
    compare("peak", peak.Peak(threads=2, lanes=8, accumulators=3, steps=2_000_000).text().rstrip("\n"))


@pytest.mark.parametrize("golden", sorted(path.relative_to(GOLDENS).as_posix() for path in GOLDENS.rglob("*.mlir")))
def test_iree_reads_a_golden(golden: str) -> None:
    parse.parse((GOLDENS / golden).read_text())


def test_every_function_that_writes_a_kernel_has_a_golden_and_every_golden_a_test() -> None:
    tables = (*build.HANDLERS.values(), *build.INTEGERS.values())
    handlers = {handler for table in tables for found in table.values() for handler in found}
    folder = lambda handler: handler.__module__.removeprefix("lowering.kernels.").split(".")[0]
    written = {f"{folder(handler)}/{handler.__name__}" for handler in handlers}
    cases = {golden for golden, *_ in CASES}
    assert written <= cases
    found = {path.relative_to(GOLDENS).with_suffix("").as_posix() for path in GOLDENS.rglob("*.mlir")}
    assert found == cases | {"module", "peak"}


def test_goldens_are_never_passed_by_writing_them(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setitem(globals(), "GOLDENS", tmp_path)
    monkeypatch.delenv("RT3D_UPDATE_GOLDENS", raising=False)
    with pytest.raises(AssertionError, match="is missing; write it with RT3D_UPDATE_GOLDENS=1"):
        compare("linalg/new", "text")
    monkeypatch.setenv("RT3D_UPDATE_GOLDENS", "1")
    with pytest.raises(pytest.skip.Exception):
        compare("linalg/new", "text")
    monkeypatch.delenv("RT3D_UPDATE_GOLDENS")
    compare("linalg/new", "text")
    with pytest.raises(AssertionError, match="differs; if it should, write it with RT3D_UPDATE_GOLDENS=1"):
        compare("linalg/new", "other text")


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
