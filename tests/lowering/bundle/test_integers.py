"""Bundles of quantised networks: the oracle's bits, from real processors, and from emulated processors and GPUs."""

import pathlib
from collections.abc import Callable

import numpy as np
import pytest

from lowering.bundle import bundles, deploy, examples, run, write
from lowering.graph import interpret
from lowering.graph.rewrites import stages
from lowering.graph.streaming import step
from lowering.system import cpuinfo
from lowering.targets import targets
from tests.lowering import conftest, integers, networks, random_graphs
from tests.lowering.bundle import test_backends

AVX2 = pytest.mark.skipif("avx2" not in cpuinfo.features(cpuinfo.here()), reason="this processor has no AVX2")
SEVERAL = ["host:i8", pytest.param("host:avx2:i8", marks=AVX2), "android:cortex-a76:i8", "vulkan:adreno:i8"]
# Of SPIR-V, by number: Shader and Matrix, which it implies; dot products, and those of words.
BASIC, DOTS = {0, 1}, {6019, 6018}


def answers(bundle: bundles.Bundle, network: networks.Network) -> tuple[np.ndarray, np.ndarray]:
    """What the bundle answers, and what the interpreter computes of the same graph."""
    (answer,) = run.check(bundle).answers
    (wanted,) = interpret.results(stages.rewrite(network.trace(), bundle.target.name), network.clip)
    return answer, wanted


def capabilities(shader: bytes) -> set[int]:
    """What SPIR-V wants of a driver: its instructions OpCapability."""
    words, at, found = np.frombuffer(shader, np.uint32), 5, set[int]()
    while at < len(words):
        if words[at] & 0xFFFF == 17:
            found.add(int(words[at + 1]))
        at += int(words[at]) >> 16
    return found


@pytest.mark.parametrize(
    "target",
    ["host:i8", pytest.param("host:avx2:i8", marks=AVX2), "android:cortex-a76:i8", "android:cortex-a710:i8"],
)
def test_a_quantised_network_gives_the_oracles_bits(write_bundle: conftest.WriteBundle, target: str) -> None:
    network = integers.chain()
    np.testing.assert_array_equal(*answers(write_bundle(network, target), network))


@pytest.mark.parametrize("channels", [8, 6])
@pytest.mark.parametrize("convolutions", [integers.upwards, integers.apart])
@pytest.mark.parametrize("target", SEVERAL)
def test_transposed_depthwise_and_grouped_convolutions_give_the_oracles_bits(
    write_bundle: conftest.WriteBundle, target: str, convolutions: Callable[[int], networks.Network], channels: int
) -> None:
    """Of six channels no phase of a transposed one ends a word, so that pixels are put in place in f32."""
    network = convolutions(channels)
    np.testing.assert_array_equal(*answers(write_bundle(network, target), network))


def test_gpus_give_the_oracles_bits_by_dot_products_and_no_storage_of_bytes(write_bundle: conftest.WriteBundle) -> None:
    network = integers.chain()
    bundle = write_bundle(network, "vulkan:adreno:i8")
    np.testing.assert_array_equal(*answers(bundle, network))
    shaders = test_backends.spirv((bundle.folder / "module.vmfb").read_bytes())
    for shader in shaders:
        test_backends.validate(shader)
    found = [capabilities(shader) for shader in shaders]
    assert all(each in (BASIC, BASIC | DOTS) for each in found)
    assert found.count(BASIC | DOTS) == 4  # two convolutions, two fully connected layers


def test_a_random_network_gives_the_oracles_bits_on_a_gpu(tmp_path: pathlib.Path, require: conftest.Require) -> None:
    require("vulkan")
    graph, target = random_graphs.graph(21, size=(3, 9, 9, 4), width=12), targets.find("vulkan:mali-g78:i8")
    graph = integers.marked(graph, np.random.default_rng(21))
    clip = random_graphs.clip(graph, 21)
    example = examples.Example(graph, (clip,), tuple(interpret.results(graph, clip)))
    (answer,) = run.check(write.write(tmp_path / "bundle", example, target, conftest.INFO)).answers
    np.testing.assert_array_equal(answer, interpret.results(stages.rewrite(graph, target), clip)[0])


@pytest.mark.parametrize("target", ["host:i8", "vulkan:adreno:i8"])
def test_a_stream_that_remembers_integers_gives_the_oracles_bits(
    tmp_path: pathlib.Path, require: conftest.Require, target: str
) -> None:
    if target.startswith("vulkan"):
        require("vulkan")
    network = integers.causal()
    made = deploy.deploy(network.function, network.params, network.clip, target, tmp_path / "bundle", stream=1)
    graph = stages.rewrite(step.stream(network.trace(), 1).graph, target)
    wanted = np.concatenate([answer for (answer,) in interpret.steps(graph, made.bundle.array("frames.npy")[:, None])])
    assert made.check
    np.testing.assert_array_equal(made.check.answers[0], wanted)


@pytest.mark.parametrize("target", ["android:cortex-a76:i8", "vulkan:mali-g78:i8"])
def test_a_mean_of_f32_behind_integers_differs_by_its_own_rounding_alone(
    write_bundle: conftest.WriteBundle, target: str
) -> None:
    network = integers.block()
    np.testing.assert_allclose(*answers(write_bundle(network, target), network), rtol=1e-5)
