"""Machines that a bundle can be compiled for: names, compiler flags and the shape of their kernels, as data."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from lowering.system import caches, cpuinfo, spelling
from lowering.targets import cores, gpus, precisions

KINDS = ("cpu", "vulkan")
# How kernels are written: as loops over buffers in executables of our own, which are fastest; or as linalg on tensors,
# which any backend of IREE compiles.
FORMS = ("executables", "linalg")
TILE = 4  # the side of the largest tile of Winograd's filtering
OPTIMISE = ("--iree-opt-level=O2",)
# O2 fuses a division with the sum that it divides by, and IREE 3.13's SPIR-V for that gives wrong numbers. Numbers that
# are rounded to 8 bits are fused with what reads them: alone in memory they may end within a word (see mlir/words.py).
VULKAN_FUSION = (
    "--iree-dispatch-creation-enable-aggressive-fusion=false",
    "--iree-dispatch-creation-enable-early-trunc-fusion=true",
)
CPU = (
    "--iree-hal-target-device=local",
    "--iree-hal-local-target-device-backends=llvm-cpu",
)


@dataclasses.dataclass(frozen=True)
class Tiling:
    """How the loops over the positions of a packed convolution are tiled.

    A register tile holds accumulators for each filter of a row and `vectors` vectors of positions (on Vulkan: so many
    positions). A chunk is `chunk` register tiles; all rows read a chunk's inputs while they are in cache. most: vectors
    that registers can hold, where more than `vectors` cover a small plane with less waste; 0: no more.
    """

    vectors: int
    chunk: int = 4
    most: int = 0


# Filters in a row, and the share of the FMA peak that kernels reach with them, over the largest (AVX-512 and NEON agree
# on the order). This decides between rows of 8 that compute a few zeros and rows of 4 that compute none. Rows of 1 are
# what unstructured sparsity wants.
ROWS = {8: 1.0, 4: 0.85, 16: 0.95, 2: 0.5, 1: 0.32}


@dataclasses.dataclass(frozen=True)
class Target:
    """A machine that modules are compiled for.

    name: as on the command line. kind: "cpu" or "vulkan", the family of its kernels. device: IREE's name of the driver.
    flags: of iree-compile. tilings: the defaults by the number of filters in a row.
    patches: of outer products (kernels/cpu/outer.py), the most pixels in a tile by its vectors of filters; none where
    there are no such kernels. reached: the share of the FMA peak that dense kernels reach without them.
    vector_bytes: of a vector register. registers: how many of these there are.
    weights_by_lane: whether a multiply-add can take one lane of a vector as a factor, as NEON's can; then weights are
    loaded as vectors.
    near_bytes, cache_bytes: of a core's L1 and L2: a host's own where the system says what they hold, else what most
    machines of the name have. What is larger than L2 does not stay there between two kernels.
    rolling_bytes: the size of the rolling buffer in which two fused layers may keep what lies between them, in L2.
    inputs_ahead: the prefetch distance of inputs into L1, in taps; 0: inputs are not prefetched.
    fetches_weights: whether weights that do not fit into L2 are prefetched, at the cost of an instruction per tap.
    dots: the instruction that multiplies integers (kernels/cpu/dots.py; on GPUs OpSDot, kernels/vulkan/dots.py).
    gpu: the limits that a kernel must keep; None for CPUs.
    macs_per_dispatch: a packed kernel with more MACs is split into several dispatches, so that none runs long enough
    for the driver to give up on it; None: kernels are not split.
    row_efficiency: the share of the FMA peak that kernels reach with so many filters in a row, over that with the best.
    winograd: the side of the largest tile in which convolutions of 3 x 3 pixels may be computed by Winograd's filtering
    (graph/rewrites/winograd.py); 0: none.
    precision: the number types. form: how kernels are written, one of FORMS.
    features: of a host, what its modules may need of a processor, as the operating system names it.
    """

    name: str
    kind: str
    device: str
    flags: tuple[str, ...]
    tilings: dict[int, Tiling]  # by filters in a row
    patches: dict[int, int] = dataclasses.field(default_factory=dict)
    reached: float = 0.95
    row_efficiency: dict[int, float] = dataclasses.field(default_factory=lambda: ROWS)
    winograd: int = TILE
    vector_bytes: int = 16
    registers: int = 32
    weights_by_lane: bool = False
    rolling_bytes: int = 128 * 1024
    near_bytes: int = 32 * 1024
    cache_bytes: int = 1024 * 1024
    inputs_ahead: int = 0
    fetches_weights: bool = False
    dots: str = "plain"
    gpu: gpus.Limits | None = None
    macs_per_dispatch: int | None = None
    precision: precisions.Precision = precisions.F32
    form: str = FORMS[0]
    features: tuple[str, ...] = ()

    @property
    def machine(self) -> str:
        """Its name without the precision."""
        return self.name.removesuffix(f":{self.precision.name}")

    @property
    def is_host(self) -> bool:
        """Whether its modules are for this machine's CPU."""
        return self.name.partition(":")[0] == "host"

    @property
    def level(self) -> str:
        """Which of LEVELS a host's modules keep to; empty where they use all that this machine has."""
        return next((part for part in self.name.split(":")[1:] if part in LEVELS), "")

    @property
    def lanes(self) -> int:
        """Accumulators in a vector register."""
        return self.vector_bytes // precisions.DTYPES[self.precision.accumulators].itemsize

    @property
    def weight_lanes(self) -> int:
        """Weights that are loaded at once: a vector of them where multiply-adds take a lane, else 1."""
        return self.lanes if self.weights_by_lane else 1

    @property
    def activation_bytes(self) -> int:
        """Of one activation in memory."""
        return precisions.DTYPES[self.precision.activations].itemsize


# AVX-512 has 32 registers of 64 bytes, AVX2 has 16 of 32, NEON has 32 of 16. A tile's accumulators leave room for
# inputs and weights.
AVX512 = {1: Tiling(12), 2: Tiling(8), 4: Tiling(4), 8: Tiling(2, most=3), 16: Tiling(1)}
AVX2 = {1: Tiling(8), 2: Tiling(4), 4: Tiling(3), 8: Tiling(1), 16: Tiling(1)}
NEON = {1: Tiling(12), 2: Tiling(8), 4: Tiling(4), 8: Tiling(3), 16: Tiling(1)}
# Intel's cores cross a cache line at the cost of a load, and gain by more multiply-adds for each weight: 4 to 7 % over
# sparse C3D, R(2+1)D-18 and S3D, where AMD's Zen 5 gains nothing.
INTEL = AVX512 | {8: Tiling(3)}
ARM = {"tilings": NEON, "vector_bytes": 16, "weights_by_lane": True, "dots": "sdot"}
X86 = {
    "avx512f": {
        "tilings": AVX512,
        "patches": {2: 14, 3: 8, 4: 6},
        "vector_bytes": 64,
        "dots": "pairs",
        "rolling_bytes": 256 * 1024,
        "inputs_ahead": 8,
        "fetches_weights": True,
    },
    "avx2": {
        "tilings": AVX2,
        "patches": {2: 6, 3: 4},
        # 4 filters x 3 vectors need 7 loads for 12 multiply-adds, 8 x 1 vector 9 for 8.
        "row_efficiency": {4: 1.0, 8: 0.85, 16: 0.8, 2: 0.6, 1: 0.35},
        "reached": 0.76,
        "vector_bytes": 32,
        "dots": "pairs",
        "registers": 16,
        "fetches_weights": True,
    },
}
ROLLING = 512 * 1024  # bytes of a rolling buffer, at most: a quarter of L2
# What a host's compiler may use of a processor: the vector instructions, as kernels of x86 and Arm call them.
VECTORS = ("avx", "fma", "f16c", "bmi", "asimd", "fphp", "sve", "i8mm", "bf16")


@dataclasses.dataclass(frozen=True)
class Level:
    """A level of x86-64 that a bundle can keep to, so that it runs on other machines too.

    cpu: as LLVM calls it. features: what a machine must have. vectors: its key in X86.
    """

    cpu: str
    features: tuple[str, ...]
    vectors: str


X86_64 = "x86_64-unknown-linux-gnu"
AVX2_FEATURES = ("avx", "avx2", "bmi1", "bmi2", "f16c", "fma")
LEVELS = {
    "avx2": Level("x86-64-v3", AVX2_FEATURES, "avx2"),
    "avx512": Level(
        "x86-64-v4", (*AVX2_FEATURES, "avx512bw", "avx512cd", "avx512dq", "avx512f", "avx512vl"), "avx512f"
    ),
}
# On Vulkan 32 accumulators of f32, or 64 of f16, leave an invocation the registers that keep a GPU busy.
VULKAN = {
    "f32": {1: Tiling(16), 2: Tiling(16), 4: Tiling(8), 8: Tiling(4), 16: Tiling(2)},
    "f16": {1: Tiling(16), 2: Tiling(16), 4: Tiling(16), 8: Tiling(8), 16: Tiling(4)},
}

MALI = ("mali-g57", "mali-g77", "mali-g78", "mali-g310", "mali-g510", "mali-g615", "mali-g710", "mali-g715")
VULKAN_GPUS = {
    "adreno": gpus.ADRENO,
    **dict.fromkeys((*MALI, "valhall1", "valhall2", "valhall3", "valhall4"), gpus.VALHALL),
    "arm5gen": gpus.ARM5,
}
# 10 ms on a GPU that does 20 GMAC/s, and about 50 dispatches for C3D's largest layer. The kernel drivers of Adreno and
# Mali give up on a dispatch after 2 to 10 seconds.
MACS_PER_DISPATCH = 200_000_000


class TargetError(ValueError):
    """There is no such target. The message lists those that exist."""


def find(name: str) -> Target:
    """The target called host, host:LEVEL, android:CPU or vulkan:GPU, with :PRECISION behind it unless that is f32.

    TargetError for any other name.
    """
    parts = name.split(":") if isinstance(name, str) else [""]
    chosen = precisions.PRECISIONS.get(parts[-1])
    machine = parts[:-1] if chosen else parts
    chosen = chosen or precisions.F32
    family, model = (*machine, None, None)[:2] if len(machine) < 3 else (None, None)
    if (family, model) == ("host", None):
        flags = (*OPTIMISE, *CPU, "--iree-llvmcpu-target-cpu=host")
        text = cpuinfo.here()
        there = cpuinfo.features(text)
        if chosen.accumulators == "f16" and not {"avx512_fp16", "asimdhp"} & there:
            chosen = dataclasses.replace(chosen, accumulators="f32")  # no arithmetic in f16 here
        used = tuple(sorted(name for name in there if name.startswith(VECTORS)))
        own = host_registers(text, chosen) | host_caches(caches.here())
        return Target(name, "cpu", "local-sync", flags, precision=chosen, features=used, **own)
    if family == "host" and model in LEVELS:
        level = LEVELS[model]
        if chosen.accumulators == "f16":
            chosen = dataclasses.replace(chosen, accumulators="f32")
        flags = (*OPTIMISE, *CPU, f"--iree-llvmcpu-target-triple={X86_64}", f"--iree-llvmcpu-target-cpu={level.cpu}")
        return Target(name, "cpu", "local-sync", flags, precision=chosen, features=level.features, **X86[level.vectors])
    if family == "android" and model in cores.TARGETS:
        triple = "--iree-llvmcpu-target-triple=aarch64-none-linux-android29"
        features = f"--iree-llvmcpu-target-cpu-features={cores.TARGETS[model]}"
        flags = (*OPTIMISE, *CPU, triple, f"--iree-llvmcpu-target-cpu={model}", features)
        found = Target(name, "cpu", "local-sync", flags, precision=chosen, **ARM)
        return dataclasses.replace(found, dots="smmla") if "+i8mm" in cores.TARGETS[model] else found
    if family == "vulkan" and model in VULKAN_GPUS:
        flags = (*OPTIMISE, *VULKAN_FUSION, "--iree-hal-target-device=vulkan", f"--iree-vulkan-target={model}")
        how = {"gpu": VULKAN_GPUS[model], "macs_per_dispatch": MACS_PER_DISPATCH, "dots": "OpSDot"}
        return Target(name, "vulkan", "vulkan", flags, VULKAN[chosen.accumulators], precision=chosen, **how)
    known = f"{', '.join(names())}; with :{', :'.join(precisions.PRECISIONS)} after it, or f32"
    raise TargetError(f"no target {name!r}; expected one of: {known}{spelling.meant(str(name), names())}")


def split(target: Target, macs_per_dispatch: int | None) -> Target:
    """A GPU's target with another bound on the MACs of a dispatch; no change for other targets, or if it is None."""
    if macs_per_dispatch is None or target.gpu is None:
        return target
    if macs_per_dispatch < 1:
        raise TargetError(f"{macs_per_dispatch} MACs a dispatch; expected 1 or more, such as {MACS_PER_DISPATCH}")
    return dataclasses.replace(target, macs_per_dispatch=macs_per_dispatch)


def written(target: Target, form: str, winograd: int = TILE) -> Target:
    """The target with its kernels in this form, and Winograd's filtering in tiles of at most this side; 0: none.

    TargetError if there is no form of the name.
    """
    if form not in FORMS:
        raise TargetError(f"no form {form!r}; expected one of: {', '.join(FORMS)}{spelling.meant(form, FORMS)}")
    return dataclasses.replace(target, form=form, winograd=winograd)


def with_smaller_tiles(target: Target, tile: int) -> Target:
    """The target without Winograd's filtering in tiles of this side and larger ones."""
    return dataclasses.replace(target, winograd=tile // 2 if tile > 2 else 0)


def names() -> list[str]:
    """Every target by name."""
    models = {"host": LEVELS, "android": cores.TARGETS, "vulkan": VULKAN_GPUS}
    return ["host", *(f"{family}:{model}" for family, names in models.items() for model in names)]


def host_registers(text: str, precision: precisions.Precision) -> dict[str, Any]:
    """The fields of a target that the processor decides, of which the operating system says this."""
    features = cpuinfo.features(text)
    found = next((found for flag, found in X86.items() if flag in features), ARM)
    intel = "GenuineIntel" in cpuinfo.values(text, "vendor_id") and precision.accumulators == "f32"
    found = found | {"tilings": INTEL, "reached": 0.76} if intel and "avx512f" in features else found
    return found | {"dots": _dots(features, found["dots"])}


def host_caches(sizes: Mapping[int, int]) -> dict[str, Any]:
    """The fields that a core's caches decide, of which these are the bytes by level."""
    found = {name: sizes[level] for level, name in ((1, "near_bytes"), (2, "cache_bytes")) if level in sizes}
    return found | ({"rolling_bytes": min(sizes[2] // 4, ROLLING)} if 2 in sizes else {})


def _dots(features: frozenset[str] | set[str], known: str) -> str:
    """How a processor with these features multiplies integers, if its vectors say that it can as `known`."""
    if known == "sdot":
        return "smmla" if "i8mm" in features else known if "asimddp" in features else "plain"
    vnni = "avx512_vnni" if "avx512f" in features else "avx_vnni"
    return "vnni" if vnni in features else known
