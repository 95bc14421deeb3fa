"""The Vulkan driver of this machine, as IREE's own tool sees it."""

import dataclasses
import importlib.util
import pathlib
import subprocess

from lowering.targets import gpus, precisions, targets

HALVES = ("shaderFloat16", "storageBuffer16BitAccess")  # what f16 needs
INSTALL = "no Vulkan 1.3 device; on a Debian without a GPU: apt-get install mesa-vulkan-drivers libvulkan1"


@dataclasses.dataclass(frozen=True)
class Driver:
    """A device and its driver. features: those that it has, by Vulkan's names. subgroup: the size of one, in words."""

    name: str
    api: str
    features: frozenset[str]
    subgroup: str

    @property
    def is_software(self) -> bool:
        """Whether this machine's processor is the device: Mesa's lavapipe, or SwiftShader."""
        return self.name.startswith(("llvmpipe", "SwiftShader"))

    def lacks(self, wanted: tuple[str, ...]) -> list[str]:
        """Those of the features that it does not have."""
        return [name for name in wanted if name not in self.features]


def tool(name: str) -> str:
    """The path of one of the tools that IREE's wheel brings for this machine."""
    spec = importlib.util.find_spec("iree._runtime_libs")
    assert spec is not None and spec.submodule_search_locations
    return str(pathlib.Path(spec.submodule_search_locations[0]) / name)


def find() -> Driver | None:
    """The first device, None if there is none."""
    command = [tool("iree-run-module"), "--dump_devices=vulkan"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    pairs = (line.partition(":") for line in done.stdout.splitlines())
    said = {key.strip(): value.strip() for key, _, value in pairs}
    if "name" not in said:
        return None
    features = (pair.partition("=") for pair in said.get("features", "").split())
    has = frozenset(name for name, _, value in features if value == "yes")
    subgroup = said.get("subgroup", "").partition(" ")[0].removeprefix("size=")
    return Driver(said["name"], said.get("api", "unknown"), has, subgroup)


def missing(target: targets.Target) -> str | None:
    """Why a module for this Vulkan target cannot run here, None if it can."""
    driver = find()
    if driver is None:
        return INSTALL
    halves = "f16" in (target.precision.activations, target.precision.weights)
    dots = (gpus.DOTS,) if target.precision == precisions.I8 else ()
    lacking = driver.lacks((*gpus.FEATURES, *(HALVES if halves else ()), *dots))
    return f"the driver of {driver.name} lacks {', '.join(lacking)}" if lacking else None
