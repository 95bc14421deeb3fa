"""Whether a phone's Vulkan driver has what IREE 3.13's runtime needs, read over adb without installing anything."""

import dataclasses
import re
from typing import Any, TypedDict

from lowering.phone import adb, state
from lowering.system import typed
from lowering.targets import gpus

VERSION = (1, 3)
HALVES = ("shaderFloat16", "storageBuffer16BitAccess")
COMMAND = (
    'echo "== driver"; getprop ro.hardware.vulkan; getprop ro.gfx.driver.0; echo "== declared"; pm list '
    "features 2>/dev/null; "
    'echo "== vkjson"; cmd gpu vkjson 2>/dev/null'
)


class _Devices(TypedDict):
    """What `cmd gpu vkjson` prints."""

    devices: list[dict[str, object]]


@dataclasses.dataclass(frozen=True)
class Readiness:
    """gpu: the device's name.

    driver: the system's name for the driver. version: None if unknown. missing: what IREE needs and the phone lacks.
    """

    gpu: str
    driver: str
    version: tuple[int, int, int] | None
    missing: tuple[str, ...]
    halves: bool
    complete: bool  # whether the features could be read, too

    @property
    def ready(self) -> bool:
        return self.complete and not self.missing

    @property
    def verdict(self) -> str:
        """One line for a person."""
        if self.version is None:
            return (
                "no Vulkan version could be read; the phone may have no Vulkan driver, or an Android that is too old "
                "to report it"
            )
        said = f"{self.gpu} (driver {self.driver}), Vulkan {'.'.join(map(str, self.version))}"
        if not self.complete:
            lack = f"lacks {', '.join(self.missing)}" if self.missing else "the driver's features could not be read"
            return f"{said}; {lack}"
        halves = f"f16 {'yes' if self.halves else 'no'}"
        return f"{said}, {halves}: " + (
            f"lacks {', '.join(self.missing)}" if self.missing else "has all that IREE needs"
        )


def readiness(serial: str) -> Readiness:
    """Asks a phone for version and features with `cmd gpu vkjson`, or else for the version that its system declares."""
    return parse(adb.shell(serial, COMMAND).out)


def parse(said: str) -> Readiness:
    """The meaning of the phone's answers to COMMAND. Parts that cannot be read count as absent."""
    parts = state.sections(said)
    driver = next((line.strip() for line in parts.get("driver", "").splitlines() if line.strip()), "unknown")
    gpu = _first_device(parts.get("vkjson", ""))
    version = _version(_find(gpu, "apiVersion")) if gpu else None
    complete = version is not None
    if version is None:
        declared = re.search(r"android\.hardware\.vulkan\.version=(\d{1,10})\b", parts.get("declared", ""))
        version = _version(int(declared[1])) if declared else None
    missing = [] if version is None or version >= VERSION else [f"Vulkan {'.'.join(map(str, VERSION))}"]
    missing += [name for name in gpus.FEATURES if complete and not _find(gpu, name)]
    halves = complete and all(_find(gpu, name) for name in HALVES)
    return Readiness(
        str(_find(gpu, "deviceName") or "a GPU")[:100], driver[:100], version, tuple(missing), halves, complete
    )


def _first_device(text: str) -> dict[str, Any]:
    start, end = text.find("{"), text.rfind("}")
    try:
        return next(iter(typed.parse(text[start : end + 1], _Devices)["devices"]), {})
    except ValueError:
        return {}


def _version(number: Any) -> tuple[int, int, int] | None:
    """Vulkan's packed version number: 7 bits major, 10 minor, 12 patch."""
    if not isinstance(number, int) or isinstance(number, bool) or number < 1 << 22:
        return None
    return number >> 22 & 0x7F, number >> 12 & 0x3FF, number & 0xFFF


def _find(tree: Any, name: str) -> Any:
    """The first value of that name that is not false, at any depth: Android versions nest structures differently
    (core12, VK_KHR_...).
    """
    if isinstance(tree, dict):
        if tree.get(name):
            return tree[name]
        tree = list(tree.values())
    if isinstance(tree, list):
        return next((found for each in tree if isinstance(each, dict | list) and (found := _find(each, name))), None)
    return None
