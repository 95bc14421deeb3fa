"""The files of a phone: Android's shell and tools (mksh, toybox), what /sys and /proc/cpuinfo say, and answers of its
services.
"""

import os
import pathlib
import shutil
import subprocess

FEATURES = "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp"
PROPS = {
    "ro.product.manufacturer": "Maker",
    "ro.product.model": "Fake Phone",
    "ro.soc.model": "SoC 1",
    "ro.build.version.release": "14",
    "ro.build.fingerprint": "maker/fake/fake:14/1/1:user/release-keys",
    "ro.hardware.vulkan": "fake",
    "ro.kernel.qemu": "1",
}
BATTERY = (
    "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  status: 2\n  level: 85\n  "
    "temperature: 274\n"
)
SENSORS = "Current temperatures from HAL:\n\tTemperature{mValue=38.5, mType=0, mName=CPU0, mStatus=0}\n"
CPU = "/sys/devices/system/cpu/cpu"


def make(root: pathlib.Path, features: str = FEATURES, props: dict[str, str] | None = None) -> pathlib.Path:
    """A phone in `root` whose cores are those that this process may use, the last one the biggest."""
    for name in ("system/bin", "data/local/tmp", "proc", "dev", "lib", "lib64", "usr/lib", "etc", "tmp"):
        (root / name).mkdir(parents=True)
    install(root / "system/bin")
    answer(root, "getprop", "".join(f"[{k}]: [{v}]\n" for k, v in (PROPS | (props or {})).items()))
    answer(root, "dumpsys battery", BATTERY)
    answer(root, "dumpsys thermalservice", SENSORS)
    cores = sorted(os.sched_getaffinity(0))
    core = "processor\t: {}\nFeatures\t: {}\nCPU implementer\t: 0x41\nCPU part\t: {}\n\n"
    texts = [core.format(number, features, "0xd05" if number < cores[-1] else "0xd0b") for number in cores]
    write(root, "/etc/cpuinfo", "".join(texts))
    for number in cores:
        write(root, f"{CPU}{number}/cpu_capacity", "1024" if number == cores[-1] else "430")
        write(root, f"{CPU}{number}/cpufreq/cpuinfo_max_freq", "2400000")
        write(root, f"{CPU}{number}/cpufreq/scaling_cur_freq", "1800000")
        write(root, f"{CPU}{number}/cpufreq/scaling_governor", "schedutil")
    write(root, "/sys/class/thermal/thermal_zone0/type", "soc")
    write(root, "/sys/class/thermal/thermal_zone0/temp", "41200")
    return root


def install(folder: pathlib.Path) -> None:
    """toybox under all its names, and mksh: the very programs of Android, as Debian builds them."""
    toybox, mksh = (shutil.which(name) for name in ("toybox", "mksh"))
    assert toybox and mksh, "toybox and mksh are needed; on Debian: apt-get install toybox mksh"
    shutil.copy(toybox, folder / "toybox")
    shutil.copy(mksh, folder / "sh")
    for name in subprocess.run([toybox], capture_output=True, text=True, check=True).stdout.split():
        if not (folder / name).exists():
            (folder / name).symlink_to("toybox")


def answer(root: pathlib.Path, command: str, text: str) -> None:
    """Lets `command`, a program and its arguments, say `text`."""
    program, _, arguments = command.partition(" ")
    place = root / "etc/answers" / program / f"{arguments.replace('/', '_')}.txt"
    write(root, str(place.relative_to(root)), text)
    (root / "system/bin" / program).unlink(missing_ok=True)
    script = f"""#!/system/bin/sh
name=$*
cat "/etc/answers/{program}/${{name//\\//_}}.txt" 2>/dev/null || {{ echo "no such service: $*" >&2; exit 1; }}
"""
    write(root, f"/system/bin/{program}", script)
    (root / "system/bin" / program).chmod(0o755)


def write(root: pathlib.Path, path: str, text: str) -> None:
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
