"""rt3d doctor: what works on this machine. Each part is tried."""

import fractions
import importlib.metadata
import importlib.util
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import tyro

from lowering.bundle import drivers, qemu
from lowering.counts import plugin
from lowering.phone import cpu
from lowering.system import extras, files
from lowering.targets import cores, gpus, targets
from rt3d_jax.cli import console

# The version of IREE that this version of rt3d was tested with. Its compiler and runtime must be the same version.
IREE = "3.13.0"
Finding = tuple[bool, str]
Row = dict[str, Any]


def run(
    install: bool = False,
    device: bool = False,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> int:
    """Show what works on this machine, and how to install what does not.

    Each part is tried, not looked up. The exit code is 1 if a part that every user needs is missing.

    Args:
        install: First download what needs no root: IREE's aarch64 tools, which run arm64 bundles under qemu-user.
        device: Show the phones that adb sees instead: which targets their CPUs can run, and whether their Vulkan
            drivers have what IREE needs.
        json_file: Also write the findings to this file. Each has "check", "works", "needed" and "found".

    Examples:
        rt3d doctor
        rt3d doctor --device
    """
    if install:
        console.say(f"IREE's aarch64 tools: {qemu.install()}")
    rows = _phones() if device else _here()
    cells = [(r["check"], "yes" if r["works"] else "NO" if r["needed"] else "no", r["found"]) for r in rows]
    console.table("What works on these phones" if device else "What works here", ("", "works", "found"), cells)
    if json_file is not None:
        files.write_json(json_file, rows, indent=1)
    return 0 if all(r["works"] for r in rows if r["needed"]) else 1


def _here() -> list[Row]:
    rows: list[Row] = []
    for name, needed, probe in CHECKS:
        try:
            works, text = probe()
        except extras.MissingExtra as error:
            works, text = False, str(error)
        except Exception as error:  # a probe that fails is a finding, whatever it raised
            works, text = False, f"{type(error).__name__}: {error}"
        rows.append({"check": name, "works": works, "needed": needed, "found": text})
    return rows


def _phones() -> list[Row]:
    """Two rows for each phone: its CPU, with the targets whose features it has, and its Vulkan driver."""
    from lowering.phone import adb

    rows: list[Row] = []
    for serial in adb.find():
        try:
            rows += _phone(serial)
        except adb.DeviceError as error:
            rows.append({"check": serial, "works": False, "needed": False, "found": str(error)})
    return rows


def _phone(serial: str) -> list[Row]:
    from lowering.phone import state, vulkan

    facts, driver = state.facts(serial), vulkan.readiness(serial)
    names = [name for name in targets.names() if name.startswith("android:")]
    fit = [name for name in names if not cpu.lacking(cores.needed(targets.find(name).flags), facts.cpuinfo)]
    listed = ", ".join(dict.fromkeys(facts.cores)) or "unknown cores"
    about = f"{facts.maker} {facts.model} ({facts.status}, Android {facts.android}, {facts.soc}: {listed})"
    found = {
        "CPU": (bool(fit), f"{about}; targets that fit: {', '.join(fit) or 'none'}"),
        "Vulkan": (driver.ready, driver.verdict),
    }
    return [
        {"check": f"{serial} {k}", "works": works, "needed": False, "found": text} for k, (works, text) in found.items()
    ]


def _python() -> Finding:
    return sys.version_info >= (3, 11), f"{platform.python_version()} (3.11 or newer is needed)"


def _iree() -> Finding:
    found = {name: importlib.metadata.version(name) for name in ("iree-base-compiler", "iree-base-runtime")}
    fits = set(found.values()) == {IREE}
    return fits, ", ".join(f"{k} {v}" for k, v in found.items()) + (
        "" if fits else f"; install {IREE} of both, because a bundle runs only in the version that compiled it"
    )


def _jax() -> Finding:
    import jax

    names = ("jax", "jaxlib", "flax", "optax", "orbax-checkpoint")
    return True, ", ".join(
        f"{n} {importlib.metadata.version(n)}" for n in names
    ) + f"; devices: {', '.join(map(str, jax.devices()))}"


def _gpu() -> Finding:
    import jax

    kinds = sorted({device.platform for device in jax.devices()})
    works = kinds != ["cpu"]
    return works, f"JAX runs on {', '.join(kinds)}" + (
        "" if works else "; for an NVIDIA GPU: pip install 'rt3d-jax[cuda]'"
    )


def _video() -> Finding:
    with extras.need("video"):
        import av
        import grain

    from rt3d_jax.data import synthetic, videos

    found = f"PyAV {av.__version__}, grain {grain.__version__}"
    shades = np.arange(0, 240, 24, dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/a.mp4"
        synthetic.encode(path, np.broadcast_to(shades[:, None, None, None], (10, 32, 32, 3)), fractions.Fraction(25))
        with videos.opened(path) as video:
            shown = videos.frames(video, np.arange(video.length)).mean(axis=(1, 2, 3))
    right = shown.shape == shades.shape and bool(np.abs(shown - shades).max() < 12)
    return right, f"{found}, {'decodes' if right else 'decodes wrongly'} a video of h264"


def _vulkan() -> Finding:
    driver = drivers.find()
    if driver is None:
        return False, drivers.INSTALL
    missing, halves = driver.lacks(gpus.FEATURES), not driver.lacks(drivers.HALVES)
    text = f"{driver.name}, Vulkan {driver.api}, f16 {'yes' if halves else 'no'}, subgroup {driver.subgroup}"
    return not missing, text + (f"; the driver lacks {', '.join(missing)}, which IREE needs" if missing else "")


def _qemu() -> Finding:
    done = subprocess.run(
        [*qemu.tool("iree-run-module"), "--list_drivers"], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode == 0, f"{' '.join(qemu.prefix()) or 'native'} runs IREE's aarch64 tools in {qemu.folder()}"


def _counts() -> Finding:
    return True, f"`rt3d count` counts instructions with {plugin.build(plugin.emulator()[0])}"


def _spirv() -> Finding:
    return _found("spirv-val", "validates Vulkan modules in the tests; on Debian: apt-get install spirv-tools")


def _adb() -> Finding:
    """The system's adb, or the one that adbutils brings."""
    with extras.need("phone"):
        import adbutils

    return True, adbutils.adb_path()


def _report() -> Finding:
    with extras.need("report"):
        import matplotlib
        import PIL

    return True, f"Matplotlib {matplotlib.__version__}, Pillow {PIL.__version__}"


def _tensorboard() -> Finding:
    with extras.need("tensorboard"):
        import tensorboardX

    return True, f"tensorboardX {tensorboardX.__version__}"


def _peers() -> Finding:
    names = {"openvino": "openvino", "onnxruntime": "onnxruntime", "torch": "torch", "mnn": "MNN", "nncf": "nncf"}
    there = [name for name, module in names.items() if importlib.util.find_spec(module)]
    return bool(
        there
    ), f"{', '.join(there) or 'none'} of {', '.join(names)}; install the rest: pip install 'rt3d-jax[nncf,peers,torch]'"


def _found(program: str, use: str) -> Finding:
    path = shutil.which(program)
    return path is not None, path or use


CHECKS: tuple[tuple[str, bool, Callable[[], Finding]], ...] = (
    ("Python", True, _python),
    ("IREE compiler and runtime", True, _iree),
    ("JAX", True, _jax),
    ("videos", False, _video),
    ("reports", False, _report),
    ("TensorBoard", False, _tensorboard),
    ("GPU for JAX", False, _gpu),
    ("Vulkan device", False, _vulkan),
    ("arm64 under qemu", False, _qemu),
    ("instruction counts", False, _counts),
    ("spirv-val", False, _spirv),
    ("adb", False, _adb),
    ("peer engines", False, _peers),
)
