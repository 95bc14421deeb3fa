"""Random networks through the compiler: the oracle's answer, in memory that other clips have left values in."""

import numpy as np
import pytest

from lowering.bundle import bundles, examples, run, write
from lowering.graph import interpret
from lowering.targets import targets
from tests.lowering import conftest, random_graphs


def written(folder, name: str, seed: int) -> tuple[bundles.Bundle, np.ndarray, np.ndarray]:
    """A random network's bundle, a clip and the oracle's answer."""
    graph = random_graphs.graph(seed)
    clip = random_graphs.clip(graph, seed)
    expected = interpret.evaluate(graph, clip[0])
    return (
        write.write(folder, examples.Example(graph, (clip,), (expected[None],)), targets.find(name), conftest.INFO),
        clip,
        expected,
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_random_network_answers_alike_whatever_ran_before(tmp_path, seed: int) -> None:
    bundle, clip, expected = written(tmp_path / "bundle", "host", seed)
    main = run.load(bundle)
    main(1e3 * clip)
    for _ in range(2):
        np.testing.assert_allclose(main(clip)[0], expected, atol=1e-4 * np.abs(expected).max())


@pytest.mark.parametrize("name", ["android:cortex-a76", "vulkan:mali-g78"])
@pytest.mark.parametrize("seed", [20, 21])
def test_a_random_network_answers_on_phones(tmp_path, require: conftest.Require, name: str, seed: int) -> None:
    require("qemu" if name.startswith("android") else "vulkan")
    found = run.check(written(tmp_path / "bundle", name, seed)[0])
    assert found.passed, f"{found.max_rel_error:.2e} of the largest logit off"
