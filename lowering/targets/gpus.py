"""What phones' GPUs allow a kernel, as data."""

import dataclasses

INVOCATIONS = 64  # in a workgroup of our kernels: one subgroup on Adreno, four on Valhall


@dataclasses.dataclass(frozen=True)
class Limits:
    """Limits of a Vulkan driver, in bytes unless said otherwise.

    The defaults are what every driver must offer (Vulkan 1.3, table 57), except `buffers`. Vulkan promises 4 of them to
    a shader; Android's drivers offer at least 8, which is why WebGPU made 8 its limit.
    """

    invocations: int = 128  # maxComputeWorkGroupInvocations
    size: tuple[int, int, int] = (128, 128, 64)  # maxComputeWorkGroupSize
    counts: tuple[int, int, int] = (65535, 65535, 65535)  # maxComputeWorkGroupCount
    shared: int = 16384  # maxComputeSharedMemorySize; our kernels use none, and IREE keeps its own within it
    constants: int = 128  # maxPushConstantsSize
    buffer: int = 1 << 27  # maxStorageBufferRange
    buffers: int = 8  # maxPerStageDescriptorStorageBuffers
    elements: frozenset[str] = frozenset({"f32", "i32"})  # what a storage buffer may hold


# What IREE 3.13's runtime asks of a Vulkan driver, beside version 1.3.
FEATURES = ("timelineSemaphore", "scalarBlockLayout", "synchronization2")

# What int8 needs besides. Version 1.3 promises it, and IREE 3.13 knows each of its targets to have it.
DOTS = "shaderIntegerDotProduct"

# As IREE 3.13 has them for its own target names (KnownTargets.cpp), with two exceptions. A buffer has 2^27 bytes, which
# is Vulkan's minimum and what an Adreno 730 reports; newer drivers of both makers allow more. Push constants have
# Vulkan's minimum of 128 bytes, which is Mali's; Adreno has 256.
HALVES = frozenset({"f32", "i32", "f16"})
ADRENO = Limits(1024, (1024, 1024, 1024), shared=32768, elements=HALVES)
VALHALL = Limits(512, (512, 512, 512), shared=32768, elements=HALVES)
ARM5 = Limits(1024, (1024, 1024, 1024), shared=32768, elements=HALVES)
