"""Functions of floats without a library: how near to numpy they are, and where they have no finite answer."""

import pathlib
from typing import Any

import numpy as np
import pytest
from iree import runtime

from lowering.bundle import compile as compilers
from lowering.graph import ops
from lowering.graph.operations import pointwise
from lowering.kernels import emit
from lowering.targets import targets

SHARE = 3e-7  # of the larger of the result and 1
TINY = float(np.finfo(np.float32).tiny)
ENDS = np.array([0, TINY, 1e-20, 1e-7, 0.5, 1, 3.4e38, np.inf])
ANY = np.concatenate(
    [ENDS, -ENDS, np.linspace(-130, 130, 8000), np.linspace(-1, 1, 4000), np.geomspace(1e-30, 1e30, 500)]
)
POSITIVE = {"log", "log1p"}


def given(name: str) -> np.ndarray:
    """f32[N]: numbers of which the function has an answer."""
    numbers = np.abs(ANY) if name in POSITIVE else ANY
    if name == "log1p":
        numbers = np.where(np.arange(ANY.size) % 2, numbers, -np.minimum(numbers, 0.99999))
    return np.asarray(np.where(numbers == 0, 1, numbers) if name == "log" else numbers, np.float32)


NAMES = ("exp", "exp2", "expm1", "log", "log1p", "tanh", "logistic", "erf", "erfc", "rsqrt", "sign", "floor")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A function of a vector that gives what each of NAMES is of it, compiled for this machine."""
    clip, size = ops.Node("x", ops.Input(), (), ANY.shape), ANY.shape
    each = [ops.Node(name, pointwise.one(name, (("inputs", 0.0),)), ("x",), size) for name in NAMES]
    ends = ops.Results(NAMES, (size,) * len(NAMES), ("float32",) * len(NAMES))
    results = ops.Node("results", ends, NAMES, (len(NAMES) * ANY.size,))
    host, folder = targets.find("host"), tmp_path_factory.mktemp("maths")
    mlir, vmfb = folder / "module.mlir", folder / "module.vmfb"
    mlir.write_text(emit.emit(ops.Graph((clip, *each, results), "results"), host).text)
    compilers.compile(mlir, host, vmfb)
    return _loaded(vmfb, host.device)


def _loaded(vmfb: pathlib.Path, device: str) -> Any:
    config = runtime.Config(device=runtime.get_driver(device).create_default_device())
    module = runtime.VmModule.mmap(config.vm_instance, str(vmfb))
    hal = runtime.create_hal_module(config.vm_instance, config.device)
    loaded: Any = runtime.load_vm_modules(hal, module, config=config)
    return loaded[-1].main


@pytest.mark.parametrize("name", NAMES)
def test_a_function_is_that_of_numpy_wherever_that_is_finite(name: str, network: Any) -> None:
    x = given(name)
    with np.errstate(all="ignore"):
        expected = pointwise.FUNCTIONS[name](x.astype(np.float64)).astype(np.float32)
    found = network(x[None])[NAMES.index(name)].to_host().ravel()
    kept = np.isfinite(expected)
    assert np.isfinite(found[kept]).all()
    difference = np.abs(found[kept].astype(np.float64) - expected[kept]) / np.maximum(np.abs(expected[kept]), 1)
    worst = int(difference.argmax())
    assert difference[worst] <= SHARE, f"{name}({x[kept][worst]}) is {found[kept][worst]}, not {expected[kept][worst]}"
