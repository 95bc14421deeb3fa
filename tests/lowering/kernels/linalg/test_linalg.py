"""Kernels as linalg on tensors: the answer on every kind of target, other backends, and what a bundle says of them."""

import dataclasses
import pathlib
import subprocess

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import lowering
from lowering.bundle import bundles, measure
from lowering.graph import ops
from lowering.graph.rewrites import stages
from lowering.kernels import emit
from lowering.kernels.linalg import schedules
from lowering.targets import targets
from tests.lowering import conftest, networks
from tests.lowering.bundle import test_backends

# Of one kind of target each: compiling is slow.
CASES = [
    ("host", "residual", "kgs 8x4", {"width": 45}),
    ("host", "branches", "filter", {}),
    ("host:f16", "chain", "unstructured", {"size": (2, 9, 8)}),
    ("android:cortex-a76", "chain", "kgs 4x4", {"size": (3, 11, 13)}),
    ("android:cortex-a76:f16", "factored", "vanilla 8x4", {}),
    ("vulkan:mali-g78", "residual", "kgs 8x4", {}),
    ("vulkan:adreno", "chain", "unstructured", {"size": (2, 9, 8)}),
    ("vulkan:adreno:f16-f32", "branches", "kgs 8x4", {}),
]


def linalg(name: str) -> targets.Target:
    """A target with kernels on tensors."""
    return targets.written(targets.find(name), "linalg")


@pytest.mark.parametrize(("target", "name", "scheme", "options"), CASES, ids=[" ".join(case[:3]) for case in CASES])
def test_a_bundle_of_linalg_gives_jaxs_answer(
    write_bundle: conftest.WriteBundle, target: str, name: str, scheme: str, options: dict
) -> None:
    bundle = write_bundle(networks.BUILDERS[name](scheme, **options), target, linalg(target))
    test_backends.proves(bundle)
    assert (bundle.form, bundle.manifest["executables"]) == ("linalg", [])
    assert "hal.executable" not in (bundle.folder / "module.mlir").read_text()


def single(filters: int) -> networks.Network:
    """Rows of one filter, an output alone, a layer of which nothing is kept, and taps outside the clip in time."""
    rng = np.random.default_rng(0)
    params = {"deep": networks.layer(rng, 3, 3, 3, 2, filters), "none": networks.layer(rng, 1, 1, 1, filters, 9)}
    params["deep"]["kernel"] *= np.kron(np.eye(2), np.ones((1, filters // 2))) != 0
    params["none"]["kernel"][:] = 0
    params["head"] = networks.layer(rng, 9, 1)

    def function(p: networks.Params, x: jax.Array) -> jax.Array:
        x = networks.conv(networks.conv(x, p["deep"], (2, 1, 1)), p["none"])
        return networks.dense(jnp.mean(x, (1, 2, 3)), p["head"])

    return networks.Network(function, params, networks.clip(rng, 3, 5, 6, 2))


@pytest.mark.parametrize("target", ["host", "vulkan:adreno"])
def test_rows_of_one_filter_or_of_none_and_an_output_alone(write_bundle: conftest.WriteBundle, target: str) -> None:
    network = single(6)
    found = [node.op for node in stages.rewrite(network.trace(), linalg("host")).nodes]
    kernels = [op.kernel for op in found if isinstance(op, ops.PackedConv | ops.PackedDense)]
    assert [(kernel.group, kernel.kept == 0) for kernel in kernels] == [(1, False), (8, True), (1, False)]
    test_backends.proves(write_bundle(network, target, linalg(target)))


def test_a_kernel_in_several_dispatches_writes_into_one_result(write_bundle: conftest.WriteBundle) -> None:
    bound = dataclasses.replace(linalg("vulkan:adreno"), macs_per_dispatch=60_000)
    bundle = write_bundle(networks.residual("kgs 8x4"), "vulkan:adreno", bound)
    test_backends.proves(bundle)
    text = (bundle.folder / "module.mlir").read_text()
    assert text.count("dispatch.tensor<readwrite:") >= 2  # each with the operand that it is tied to


def test_shares_of_rows_hold_as_many_as_the_bound_allows() -> None:
    macs = np.array([5, 5, 5, 20, 1, 1])
    assert schedules.shares(macs, 10) == [(0, 2), (2, 3), (3, 4), (4, 6)]
    assert schedules.shares(macs, None) == [(0, 6)]


CPU = ("local", "--iree-hal-local-target-device-backends=llvm-cpu")
RISCV = ("--iree-llvmcpu-target-triple=riscv64-unknown-linux-gnu", "--iree-llvmcpu-target-abi=lp64d")
BACKENDS = {
    "wasm": ("host", *CPU, "--iree-llvmcpu-target-triple=wasm32-unknown-unknown"),
    "riscv": ("host", *CPU, *RISCV, "--iree-llvmcpu-target-cpu-features=+m,+a,+f,+d,+v,+zvl256b"),
    "cuda": ("vulkan:adreno", "cuda", "--iree-cuda-target=sm_80"),
    "rocm": ("vulkan:adreno", "hip", "--iree-rocm-target=gfx942"),
    "metal": ("vulkan:adreno", "metal"),
}


@pytest.mark.parametrize("backend", BACKENDS)
def test_iree_compiles_a_module_for_a_backend_that_no_target_is_for(tmp_path: pathlib.Path, backend: str) -> None:
    """Nothing of ours knows these; what a target's kind decides is only the passes that `#packed` names."""
    import iree.compiler.tools.binaries as binaries

    target, device, *flags = BACKENDS[backend]
    network = networks.chain("kgs 8x4", size=(2, 9, 8))
    (tmp_path / "module.mlir").write_text(
        emit.emit(stages.rewrite(network.trace(), linalg(target)), linalg(target)).text
    )
    command = [binaries.find_tool("iree-compile"), "--iree-opt-level=O2", f"--iree-hal-target-device={device}", *flags]
    subprocess.run([*command, "module.mlir", "-o", "module.vmfb"], cwd=tmp_path, check=True)
    assert (tmp_path / "module.vmfb").stat().st_size > 1000


def test_deploy_takes_a_form_and_the_bundle_says_which(tmp_path: pathlib.Path) -> None:
    network = networks.chain("kgs 8x4", size=(2, 9, 8))
    made = lowering.deploy(network.function, network.params, network.clip, out=tmp_path / "bundle", form="linalg")
    assert made.check is not None and made.check.passed
    assert bundles.read(tmp_path / "bundle").form == "linalg"
    names = [row["name"] for row in measure.profile(made.bundle, runs=2)]
    assert names == ["clip", "conv1", "pool", "conv2", "pool_2", "fc1", "fc2"]
    again = lowering.deploy(network.function, network.params, network.clip, out=tmp_path / "bundle")
    assert (again.bundle.form, bundles.read(tmp_path / "bundle").form) == ("executables", "executables")


def test_a_form_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(targets.TargetError) as refused:
        targets.written(targets.find("host"), "scf")
    assert str(refused.value) == "no form 'scf'; expected one of: executables, linalg"
