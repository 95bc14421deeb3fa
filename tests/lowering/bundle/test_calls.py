"""No loop of a bundle calls a library of mathematics."""

import pathlib
import re
import subprocess
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax, nn

from lowering.bundle import compile as compilers
from lowering.graph import trace
from lowering.graph.rewrites import stages
from lowering.kernels import emit
from lowering.targets import targets
from tests.lowering.small_functions import CLIP, P, conv

CALLS = re.compile(r"^declare [^@]*@([\w.]+)\(", re.MULTILINE)
FLAT = (jnp.sin, jnp.cos, jnp.tan, jnp.arctan, jnp.cbrt, jnp.sinh, nn.softmax, nn.softplus, nn.gelu, jnp.log1p)


def functions(p: Any, x: jax.Array) -> list[jax.Array]:
    """Of flat arrays, which are pieces; of a feature map, of a vector, at the end of a convolution, in a sum."""
    y, flat = conv(p, x), x.reshape(15, 32)
    means = y.mean((1, 2, 3))
    pieces = [each(flat) for each in FLAT] + [jnp.abs(flat) ** 1.7, jnp.arctan2(flat, flat + 3), lax.erf_inv(flat / 9)]
    ours = [
        y * nn.sigmoid(means),
        jnp.tanh(means),
        nn.softmax(means),
        nn.gelu(y, False),
        jnp.exp(y * x[..., :1]).mean(),
    ]
    return [*pieces, *ours]


@pytest.mark.parametrize("target", ["host", "android:cortex-a76"])
def test_what_is_compiled_calls_no_function_of_a_library(tmp_path: pathlib.Path, target: str) -> None:
    found = targets.find(target)
    module = emit.emit(stages.rewrite(trace.trace(functions, P, np.asarray(CLIP)), found), found)
    (tmp_path / "module.mlir").write_text(module.text)
    seen = f"--iree-hal-dump-executable-intermediates-to={tmp_path}"
    command = [compilers.tool(), *found.flags, "module.mlir", seen, "-o", "module.vmfb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (text,) = (path.read_text() for path in tmp_path.glob("*.codegen.ll"))  # before IREE's own library is linked
    called = set(CALLS.findall(text))
    assert "llvm.fma" in {name.rpartition(".")[0] for name in called}
    assert {name for name in called if not name.startswith("llvm.")} == set()
    assert not {name for name in called if re.match(r"llvm\.(exp|log|sin|cos|tan|pow)", name)}
