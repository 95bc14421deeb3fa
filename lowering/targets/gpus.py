"""What phones' GPUs allow a kernel, as data."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Limits:
    """Vulkan's limits by their short names; bytes unless said otherwise. The defaults are what every driver must offer (Vulkan 1.3, table 57), but
    for `buffers`: Vulkan promises 4 to a shader, and what Android's drivers offer is at least 8 (WebGPU's limit, which was chosen by that)."""

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

# As IREE 3.13 has them for the target names that it compiles for (its KnownTargets.cpp). Buffers: 2^27 bytes is what an Adreno 730 reports, and
# Vulkan's minimum; newer drivers of both makers allow more. Push constants: 128 bytes on Mali, 256 on Adreno, the minimum here.
HALVES = frozenset({"f32", "i32", "f16"})
ADRENO = Limits(1024, (1024, 1024, 1024), shared=32768, elements=HALVES)
VALHALL = Limits(512, (512, 512, 512), shared=32768, elements=HALVES)
ARM5 = Limits(1024, (1024, 1024, 1024), shared=32768, elements=HALVES)
