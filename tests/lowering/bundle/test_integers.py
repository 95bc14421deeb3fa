"""Bundles of quantised networks: the oracle's bits, from real processors and from the emulated ones of phones."""

import numpy as np
import pytest

from lowering.bundle import bundles, run
from lowering.graph import interpret
from lowering.graph.rewrites import stages
from lowering.system import cpuinfo
from tests.lowering import conftest, integers, networks

AVX2 = pytest.mark.skipif("avx2" not in cpuinfo.features(cpuinfo.here()), reason="this processor has no AVX2")


def answers(bundle: bundles.Bundle, network: networks.Network) -> tuple[np.ndarray, np.ndarray]:
    """What the bundle answers, and what the interpreter computes of the same graph."""
    (answer,) = run.check(bundle).answers
    (wanted,) = interpret.results(stages.rewrite(network.trace(), bundle.target.name), network.clip)
    return answer, wanted


@pytest.mark.parametrize(
    "target",
    ["host:i8", pytest.param("host:avx2:i8", marks=AVX2), "android:cortex-a76:i8", "android:cortex-a710:i8"],
)
def test_a_quantised_network_gives_the_oracles_bits(write_bundle: conftest.WriteBundle, target: str) -> None:
    network = integers.chain()
    np.testing.assert_array_equal(*answers(write_bundle(network, target), network))


def test_a_mean_of_f32_behind_integers_differs_by_its_own_rounding_alone(write_bundle: conftest.WriteBundle) -> None:
    network = integers.block()
    np.testing.assert_allclose(*answers(write_bundle(network, "android:cortex-a76:i8"), network), rtol=1e-5)
