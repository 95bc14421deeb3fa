"""The folder that runs on a phone by itself: a bundle's files, IREE's aarch64 tools with the libraries they need, and
two scripts.
"""

import dataclasses
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from typing import TypedDict

from lowering.bundle import bundles, qemu
from lowering.system import elf, files, hashes, typed
from lowering.targets import cores

FORMAT = 1
LEFT_HERE = ("module.mlir", "compile.flags")  # what a bundle holds to be compiled again
SCRIPTS = ("common.sh", "run.sh", "bench.sh")
DEVICE = pathlib.Path(__file__).with_name("device")
GLIBC_LOADER = "ld-linux-aarch64.so.1"
# Where Debian puts arm64 libraries: its -cross packages on other machines, its own ones on arm64.
LIBRARIES = (qemu.SYSROOT / "lib", pathlib.Path("/lib/aarch64-linux-gnu"), pathlib.Path("/usr/lib/aarch64-linux-gnu"))
KINDS = {f"/lib/{GLIBC_LOADER}": "glibc", "/system/bin/linker64": "ndk", "": "static"}


class About(TypedDict):
    """phone.json: what was packed. needed: CPU features; tools: their kind and hash; files: sha256 by name."""

    format: int
    name: str
    needed: list[str]
    tools: str
    files: dict[str, str]


class PackError(ValueError):
    """A bundle, a tool or a folder cannot go to a phone.

    The message says which, what was expected and how to mend it.
    """


@dataclasses.dataclass(frozen=True)
class Pack:
    """A packed folder.

    sums: sha256 of every file that goes to the phone. needed: CPU features as /proc/cpuinfo names them.
    """

    folder: pathlib.Path
    name: str  # of the folder on the phone
    bundle: bundles.Bundle
    needed: tuple[str, ...]
    tools: str
    sums: dict[str, str]

    @property
    def size(self) -> int:
        """The size of all files in bytes."""
        return sum((self.folder / name).stat().st_size for name in self.sums)


def default_folder(bundle: pathlib.Path) -> pathlib.Path:
    """The folder beside the bundle into which it is packed by default."""
    return bundle.resolve().with_name(f"{bundle.resolve().name}-phone")


def write(
    bundle: bundles.Bundle,
    folder: pathlib.Path,
    tools: pathlib.Path | None = None,
    libraries: Sequence[pathlib.Path] = LIBRARIES,
) -> Pack:
    """Packs a bundle for an Android target into `folder`. An unchanged packed folder is kept.

    Args:
      bundle: for android:CPU, or for vulkan:GPU with tools built with Android's NDK.
      folder: new, empty, or packed before.
      tools: folder with iree-run-module and iree-benchmark-module for arm64; by default those of IREE's own wheel, for
        glibc.
      libraries: folders in which the loader and the libraries of glibc tools are looked for.
    """
    files.clear_beside(folder)
    if not (folder / "phone.json").is_file() and not files.is_free(folder):
        raise PackError(f"{folder} holds other things than a packed bundle; choose a folder that is empty or new")
    sources, kind = _programs(tools or qemu.install(), libraries)
    _check_target(bundle, kind)
    sources |= {name: bundle.folder / name for name in carried(bundle)}
    needed = cores.needed(bundle.manifest["target"].get("flags", bundle.target.flags))
    scripts = {name: _script(name, kind, needed) for name in SCRIPTS}
    sums = {name: hashes.of_file(path) for name, path in sources.items()}
    sums |= {name: hashlib.sha256(text.encode()).hexdigest() for name, text in scripts.items()}
    about = {
        "format": FORMAT,
        "name": _name(bundle),
        "needed": needed,
        "tools": f"{kind} {sums['iree-run-module'][:12]}",
        "files": dict(sorted(sums.items())),
    }
    text = json.dumps(about, indent=1) + "\n"
    if not _is_packed(folder, text):
        _copy(folder, bundle.folder, sources, scripts, text)
    return read(folder)


def read(folder: pathlib.Path) -> Pack:
    """Reads the packed bundle in `folder`, and checks that every file is the one that was packed."""
    path = folder / "phone.json"
    if not path.is_file():
        raise PackError(f"{folder} has no phone.json; expected a folder that `rt3d phone pack` wrote")
    try:
        about = typed.read(files.read_json(path), About, "phone.json")
    except ValueError as error:
        raise PackError(f"{path} is not what `rt3d phone pack` writes ({error}); pack again") from error
    sums = about["files"]
    if about["format"] != FORMAT:
        raise PackError(f"{path} has format {about['format']}, this version reads {FORMAT}; pack again")
    for name, expected in sums.items():
        if pathlib.PurePath(name).name != name:
            raise PackError(f"{path} names {name!r}, expected the name of a file in its folder; pack again")
        if not (folder / name).is_file() or hashes.of_file(folder / name) != expected:
            raise PackError(f"{folder / name} is missing or not the file that was packed; pack again")
    bundle = bundles.read(folder, verify=False)
    return Pack(folder, about["name"], bundle, tuple(about["needed"]), about["tools"], sums)


def carried(bundle: bundles.Bundle) -> list[str]:
    """The bundle's files that go to the phone."""
    return [*(name for name in bundle.files if name not in LEFT_HERE), "manifest.json"]


def prove(pack: Pack) -> None:
    """Runs run.sh of the folder under qemu-user (natively on arm64), with no other arm64 library in reach.

    PackError if it fails.
    """
    if pack.bundle.target.kind != "cpu" or not pack.tools.startswith("glibc"):
        raise PackError(
            f"{pack.folder} cannot be run here: Vulkan and Android's own tools need a phone; use `rt3d phone run`"
        )
    prefix = qemu.prefix()
    emulator = f"{prefix[0]} -cpu max" if prefix else ""
    done = subprocess.run(
        ["sh", str(pack.folder / "run.sh")],
        env={"PATH": "/usr/bin:/bin", "RT3D_EMULATOR": emulator},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise PackError(
            f"{pack.folder} does not run: exit code {done.returncode}, {said[-1] if said else 'no message'}"
        )


def _name(bundle: bundles.Bundle) -> str:
    """The name of the folder on the phone: readable, and different for bundles from different folders."""
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{bundle.manifest['run']}-{bundle.target.name}")[:80]
    return f"rt3d-{words}-{hashlib.sha256(str(bundle.folder.resolve()).encode()).hexdigest()[:8]}"


def _check_target(bundle: bundles.Bundle, kind: str) -> None:
    if bundle.target.is_host:
        raise PackError(f"{bundle.folder} is for this machine; lower with --target android:CPU or vulkan:GPU")
    if bundle.target.kind == "vulkan" and kind == "glibc":
        raise PackError(
            f"{bundle.folder} is for {bundle.target.name}, and the wheel's tools cannot load a phone's Vulkan driver; "
            "give --tools with IREE's tools built with the NDK (docs/android.md)"
        )


def _programs(tools: pathlib.Path, libraries: Sequence[pathlib.Path]) -> tuple[dict[str, pathlib.Path], str]:
    """The tools, their loader and every library that they need, by name; and the kind of the tools."""
    found, kinds = {}, set()
    for name in qemu.TOOLS:
        if not (tools / name).is_file():
            raise PackError(f"{tools / name} is not there; expected a folder with {' and '.join(qemu.TOOLS)} for arm64")
        program = elf.read(tools / name)
        if program.machine != elf.AARCH64 or program.loader not in KINDS:
            raise PackError(
                f"{tools / name} is no arm64 program for Android or glibc; build it as docs/android.md says"
            )
        found[name] = tools / name
        kinds.add(KINDS[program.loader])
    if len(kinds) > 1:
        raise PackError(f"the tools in {tools} are of different kinds ({', '.join(sorted(kinds))}); expected one")
    kind = kinds.pop()
    places = [tools, *libraries] if kind == "glibc" else [tools]
    wanted = [need for path in found.values() for need in elf.read(path).needed]
    wanted += [GLIBC_LOADER] if kind == "glibc" else []
    return found | _libraries(wanted, places, complete=kind == "glibc"), kind


def _libraries(wanted: Iterable[str], places: Sequence[pathlib.Path], complete: bool) -> dict[str, pathlib.Path]:
    """Libraries, and those that they need in turn.

    One that is not found is an error if `complete`; else the phone has it.
    """
    found: dict[str, pathlib.Path] = {}
    queue = list(wanted)
    while queue:
        name = queue.pop()
        if name in found:
            continue
        path = next((place / name for place in places if (place / name).is_file()), None)
        if path is None and complete:
            raise PackError(
                f"no arm64 {name} in {', '.join(map(str, places))}; on Debian: apt-get install libc6-arm64-cross "
                "libstdc++6-arm64-cross libgcc-s1-arm64-cross, or give --libraries"
            )
        if path is not None:
            found[name] = path
            queue += elf.read(path).needed
    return found


def _script(name: str, kind: str, needed: Sequence[str]) -> str:
    loader = f"./{GLIBC_LOADER} --library-path ." if kind == "glibc" else "env LD_LIBRARY_PATH=."
    return (DEVICE / name).read_text().replace("@NEEDED@", " ".join(needed)).replace("@LOADER@", loader)


def _is_packed(folder: pathlib.Path, text: str) -> bool:
    try:
        return (folder / "phone.json").read_text() == text and bool(read(folder))
    except (OSError, PackError):
        return False


def _copy(
    folder: pathlib.Path, bundle: pathlib.Path, sources: dict[str, pathlib.Path], scripts: dict[str, str], about: str
) -> None:
    with files.whole_folder(folder) as part:
        for name, path in sources.items():
            shutil.copyfile(path, part / name)
            (part / name).chmod(0o644 if path.parent == bundle else 0o755)
        for name, text in scripts.items():
            (part / name).write_text(text)
            (part / name).chmod(0o755)
        (part / "phone.json").write_text(about)
