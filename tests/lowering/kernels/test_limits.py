"""What a GPU does not take is refused when the network is lowered.

The message is a line that says layer, value, limit and what to do.
"""

import dataclasses
import pathlib
import re
import subprocess

import numpy as np
import pytest
from iree.compiler.tools import binaries

from lowering.kernels import emit, executables, kernel, limits
from lowering.kernels.mlir import types
from lowering.targets import gpus, targets
from tests.lowering import networks

SMALL = networks.chain("dense", size=(2, 8, 8))


def operand(*shape: int, element: str = "f32") -> kernel.Operand:
    return kernel.Operand("values", types.Tensor(shape, element))


def made(grid: executables.Grid | None = None, *operands: kernel.Operand) -> kernel.Kernel:
    """A kernel of nothing, an executable if there is a grid."""
    out = types.Tensor((7,))
    found = executables.Executable(len(operands) + 1, (out,), grid, ()) if grid else None
    return kernel.Kernel(operands, out, executable=found)


@pytest.mark.parametrize("gpu", sorted(targets.VULKAN_GPUS))
def test_the_limits_are_those_that_iree_compiles_for(gpu: str, tmp_path: pathlib.Path) -> None:
    """Its own kernels keep within its table; ours within this one."""
    target = targets.find(f"vulkan:{gpu}")
    (tmp_path / "m.mlir").write_text(
        "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n  return %x : tensor<4xf32>\n}\n"
    )
    command = [binaries.find_tool("iree-compile"), *target.flags, "m.mlir", "--compile-to=executable-sources"]
    text = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    numbers = lambda name: [int(n) for n in re.findall(rf"{name} = \[?([\d, ]+)", text)[0].strip(", ").split(",")]
    assert target.gpu is not None
    assert numbers("max_thread_count_per_workgroup") == [target.gpu.invocations]
    assert tuple(numbers("max_workgroup_sizes")) == target.gpu.size
    assert tuple(numbers("max_workgroup_counts")) == target.gpu.counts
    assert numbers("max_workgroup_memory_bytes") == [target.gpu.shared]
    stored = re.findall(r"storage = ([\w|]+)", text)[0].split("|")
    assert ("f16" in target.gpu.elements) == ("b16" in stored)
    assert "dot = dp4xi8toi32" in text  # what kernels of int8 need


# What is wrong with the layer fc6, and what the message then says.
REFUSED = [
    (
        made(None, operand(4096, 8193)),
        " has 134234112 bytes in its buffer 'values', the target's limit is 134217728; "
        "lower for a target of less precision",
    ),
    (
        made(None, operand(7, element="f16")),
        ": its buffer 'values' holds f16, the target's buffers f32, i32; lower for f32",
    ),
    (
        made(executables.Grid((1, 1, 1), 256)),
        " has 256 invocations in a workgroup, the target's limit is 128; choose a target that allows more",
    ),
    (
        made(executables.Grid((1, 65536, 1), 64)),
        " has 65536 workgroups along y, the target's limit is 65535; take a smaller clip",
    ),
    (
        made(executables.Grid((1, 1, 1), 64), *[dataclasses.replace(operand(1), name=f"o{i}") for i in range(8)]),
        " has 9 buffers, the target's limit is 8;",
    ),
    (
        made(executables.Grid((9, 1, 1), 64, ((0, 5), (5, 4)), macs=31)),
        " has 31 MACs in one workgroup, the target's limit is 30; "
        "a dispatch cannot be less: allow --macs-per-dispatch 31 or prune more",
    ),
]


@pytest.mark.parametrize(("kernel_", "message"), REFUSED)
def test_what_a_gpu_does_not_take_is_refused(kernel_: kernel.Kernel, message: str) -> None:
    with pytest.raises(limits.LimitError, match=f"^fc6{re.escape(message)}") as caught:
        limits.check("fc6", kernel_, gpus.Limits(), macs_per_dispatch=30)
    assert "\n" not in str(caught.value)


def test_c3ds_largest_weights_are_just_what_every_phone_takes() -> None:
    limits.check("fc6", made(None, operand(4096, 8192)), gpus.Limits())
    limits.check("fc6", made(None, operand(8192, 8192, element="f16")), gpus.ADRENO)
    limits.check("fc6", made(executables.Grid((65535, 9, 1), 128)), gpus.Limits())


@pytest.mark.parametrize(
    ("target", "gpu", "message"),
    [
        ("vulkan:adreno", {"invocations": 63}, "conv1 has 64 invocations in a workgroup, the target's limit is 63;"),
        (
            "vulkan:adreno",
            {"buffer": 10_000},
            r"conv1 has 14336 bytes in its buffer 'result', the target's limit is 10000;",
        ),
        (
            "vulkan:mali-g78:f16",
            {"elements": frozenset({"f32", "i32"})},
            "clip: its buffer 'mask' holds f16, the target's buffers",
        ),
        (
            "vulkan:mali-g78:w16",
            {"elements": frozenset({"f32", "i32"})},
            "conv1: its buffer 'values' holds f16, the target's buffers",
        ),
    ],
)
def test_a_network_is_checked_layer_by_layer(target: str, gpu: dict, message: str) -> None:
    found = targets.find(target)
    assert found.gpu is not None
    tight = dataclasses.replace(found, gpu=dataclasses.replace(found.gpu, **gpu))
    graph = networks.unfused(SMALL.trace())
    emit.emit(graph, found)
    with pytest.raises(limits.LimitError, match=f"^{message}"):
        emit.emit(graph, tight)


def test_a_bound_below_one_workgroup_is_refused_with_one_that_works() -> None:
    graph, target = networks.unfused(SMALL.trace()), targets.find("vulkan:adreno")
    with pytest.raises(
        limits.LimitError, match=r"^conv1 has \d+ MACs in one workgroup, the target's limit is 1000;"
    ) as caught:
        emit.emit(graph, targets.split(target, 1000))
    needed = int(np.int64(re.findall(r"--macs-per-dispatch (\d+)", str(caught.value))[0]))
    with pytest.raises(limits.LimitError, match="^conv2"):
        emit.emit(graph, targets.split(target, needed))
