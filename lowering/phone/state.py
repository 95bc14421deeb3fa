"""What a phone reports: what it is, and its temperatures, clocks and battery before and after a measurement."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from lowering.phone import adb, cpu
from lowering.targets import cores

FACTS = (
    'echo "== props"; getprop; echo "== cpuinfo"; cat /proc/cpuinfo; echo "== kernel"; uname -r; echo "== '
    'emulator"; echo $RT3D_EMULATOR'
)
CONDITIONS = """echo "== cores"
for cpu in /sys/devices/system/cpu/cpu[0-9]*; do
  echo "${cpu##*cpu} $(cat $cpu/cpufreq/scaling_cur_freq 2>/dev/null) $(cat $cpu/cpufreq/scaling_governor 2>/dev/null)"
done
echo "== zones"
for zone in /sys/class/thermal/thermal_zone*; do
  echo "$(cat $zone/temp 2>/dev/null) $(cat $zone/type 2>/dev/null)"
done
echo "== sensors"; dumpsys thermalservice 2>/dev/null
echo "== battery"; dumpsys battery 2>/dev/null"""

PHONE, EMULATOR = "phone", "emulator"
EMULATED_HARDWARE = ("goldfish", "ranchu", "cutf_cvm", "cutf", "vbox86", "redroid")
PLAUSIBLE = (-40.0, 150.0)  # degrees Celsius
ENTRIES = 64  # of one kind, at most
BATTERY = {2: "charging", 3: "discharging", 4: "not charging", 5: "full"}


@dataclasses.dataclass(frozen=True)
class Facts:
    """The facts that do not change while a phone is measured. status: "phone" or "emulator"."""

    serial: str
    status: str
    maker: str
    model: str
    soc: str
    android: str
    build: str
    kernel: str
    cores: tuple[str, ...]
    cpuinfo: str = dataclasses.field(repr=False)

    def row(self) -> dict[str, Any]:
        """The facts as JSON values for rows of measurements."""
        return {name: value for name, value in dataclasses.asdict(self).items() if name not in ("cpuinfo", "status")}


def facts(serial: str) -> Facts:
    """Reads a phone's properties and /proc/cpuinfo. DeviceError for something that is not Android."""
    parts = sections(adb.shell(serial, FACTS).out)
    props = dict(re.findall(r"^\[([^\]\n]+)\]: \[([^\]\n]*)\]", parts.get("props", ""), re.MULTILINE))
    if not props:
        raise adb.DeviceError(f"{serial} answers getprop with nothing; expected an Android phone")
    info = parts.get("cpuinfo", "")
    first = lambda *names: next((props[name] for name in names if props.get(name)), "unknown")
    return Facts(
        serial,
        EMULATOR if is_emulated(props, info, parts.get("emulator", "").strip()) else PHONE,
        first("ro.product.manufacturer", "ro.product.brand"),
        first("ro.product.model"),
        first("ro.soc.model", "ro.hardware.chipname", "ro.board.platform", "ro.hardware"),
        first("ro.build.version.release"),
        first("ro.build.fingerprint", "ro.build.id"),
        parts.get("kernel", "").strip(),
        cores.named(info),
        info,
    )


def is_emulated(props: dict[str, str], info: str, prefix: str = "") -> bool:
    """Whether a device is no real phone: it says so, its hardware is an emulator's, its kernel shows no Arm CPU, or
    $RT3D_EMULATOR is set.
    """
    said = any(props.get(name) == "1" for name in ("ro.kernel.qemu", "ro.boot.qemu"))
    hardware = any(props.get(name, "").startswith(EMULATED_HARDWARE) for name in ("ro.hardware", "ro.boot.hardware"))
    return said or hardware or bool(prefix) or not cpu.features(info)


def conditions(serial: str) -> dict[str, Any]:
    """Frequencies (kHz) and governors by core, temperatures (degrees Celsius) by name, the battery; what cannot be read
    is left out.
    """
    parts = sections(adb.shell(serial, CONDITIONS).out)
    cores = [
        match for line in parts.get("cores", "").splitlines() if (match := re.fullmatch(r"(\d+) (\d+) (\S*)", line))
    ]
    zones = re.findall(r"^(-?\d+) (\S+)$", parts.get("zones", ""), re.MULTILINE)
    sensors = re.findall(r"mValue=(-?[\d.]+).*?mName=([^,}\s]+)", parts.get("sensors", ""))
    return {
        "frequency_khz": {match[1]: int(match[2]) for match in cores[:ENTRIES]},
        "governor": {match[1]: match[3] for match in cores[:ENTRIES] if match[3]},
        "temperature_c": _temperatures([*sensors, *zones]),
        "battery": battery(parts.get("battery", "")),
    }


def battery(said: str) -> dict[str, Any]:
    """The battery's level in percent, its temperature in Celsius, plugged and status, from `dumpsys battery`."""
    values = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in said.splitlines())}
    number = lambda name: int(values[name]) if re.fullmatch(r"-?\d{1,9}", values.get(name, "")) else None
    level, tenths, status = number("level"), number("temperature"), number("status")
    found = {
        "level": level,
        "temperature_c": None if tenths is None else tenths / 10,
        "plugged": any(values.get(f"{source} powered") == "true" for source in ("AC", "USB", "Wireless", "Dock")),
        "status": BATTERY.get(status or 0),
    }
    return found if level is not None else {}


def sections(said: str) -> dict[str, str]:
    """The text after each line "== name"."""
    found: dict[str, list[str]] = {}
    for line in said.replace("\r\n", "\n").split("\n"):
        if line.startswith("== "):
            found[line[3:]] = current = []
        elif found:
            current.append(line)  # pyright: ignore[reportPossiblyUnbound]
    return {name: "\n".join(lines) for name, lines in found.items()}


def _temperatures(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Temperatures in degrees Celsius. Kernels report degrees or thousandths; implausible values are left out."""
    return dict(_plausible(pairs[: 4 * ENTRIES]))


def _plausible(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, float]]:
    for value, name in pairs:
        with_unit = float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else float("nan")
        degrees = with_unit / 1000 if abs(with_unit) >= 1000 else with_unit
        if PLAUSIBLE[0] <= degrees <= PLAUSIBLE[1] and degrees != 0:
            yield name[:60], degrees
