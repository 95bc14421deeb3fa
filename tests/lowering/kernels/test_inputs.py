"""Modules of several inputs, and of results that are feature maps, on this machine: what JAX answers."""

import pathlib
import subprocess

import numpy as np
import pytest

from lowering.bundle import bundles, run
from lowering.graph import rewrites, trace
from lowering.kernels import emit
from lowering.targets import targets
from tests.lowering.graph import test_inputs


@pytest.mark.parametrize(
    ("name", "target"),
    [*((name, "host") for name in test_inputs.NETWORKS), ("dense_map", "host:f16-f32"), ("map_and_vector", "host:f16")],
)
def test_a_module_of_several_inputs_answers_as_jax_does(tmp_path: pathlib.Path, name: str, target: str) -> None:
    function, inputs = test_inputs.NETWORKS[name]
    found = targets.find(target)
    module = emit.emit(rewrites.rewrite(trace.trace(function, test_inputs.P, inputs)), found)
    bundles.build(tmp_path, module, found, inputs[0])
    for number, given in enumerate(inputs):
        np.save(tmp_path / f"{number}.npy", given)
    command = [
        *run.native_tool("iree-run-module"), "--module=module.vmfb", f"--parameters={emit.SCOPE}=weights.irpa",
        f"--device={found.device}", "--function=main", *(f"--input=@{number}.npy" for number in range(len(inputs))), "--output=@out.npy",
    ]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    answer, expected = np.load(tmp_path / "out.npy"), np.asarray(function(test_inputs.P, *inputs))
    assert answer.shape == expected.shape
    np.testing.assert_allclose(answer, expected, atol=found.precision.tolerance * np.abs(expected).max())
