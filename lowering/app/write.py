"""Writes what an app links: from a bundle into a folder, whole or not at all."""

import dataclasses
import itertools
import pathlib
import re
import tempfile

from lowering.app import arrays, c, hal, jvm, names, platforms, schedule, tables, texts, weights
from lowering.bundle import bundles, coverage
from lowering.bundle import compile as compilers
from lowering.kernels import executables
from lowering.system import files

PACKAGE = "org.example"
MARK = "README.md"  # in a folder that this module wrote, with SAID in its first line
SAID = "# The network "


class NotAnApp(ValueError):
    """A bundle that cannot be an app, or a folder that holds other things. The message says why, and what to do."""


@dataclasses.dataclass(frozen=True)
class App:
    """A written folder. name: the network's in C. kernels, weights: bytes of the object, and of the weights file.

    values: bytes that an instance takes besides. stages, steps: of an inference.
    """

    folder: pathlib.Path
    name: str
    platform: str
    kernels: int
    weights: int
    values: int
    stages: int
    steps: int


def write(
    bundle: bundles.Bundle,
    out: pathlib.Path,
    name: str | None = None,
    platform: str | None = None,
    package: str = PACKAGE,
) -> App:
    """Compiles a bundle's kernels into one object, and writes it with a runner, weights and bindings into `out`.

    name: of the network in C, by default made from its run's. platform: one of platforms.PLATFORMS, by default that of
    the bundle. package: of the class for Java and Kotlin.

    Raises:
      NotAnApp: pieces of the network have no kernel of ours, or it is more than a list of kernels; or `out` holds
        other things.
      names.BadName: no name in C, or no package.
      platforms.PlatformError: kernels for a GPU, or for another platform.
      compile.CompileError: iree-compile refused the module.
    """
    name = names.of_network(bundle.manifest["run"]) if name is None else name
    names.check(name, package)
    platform = platforms.chosen(bundle, platform)
    _check_ours(bundle)
    _check_folder(out)
    with files.whole_folder(out) as part:
        function, found = _kernels(bundle, part, name, platform)
        memory = tables.Memory(found, [each.bytes for each in arrays.of(bundle.manifest) if not each.written])
        head = weights.write(part / f"{name}.weights", bundle.folder / "weights.irpa", memory.parameters)
        texts.write(
            part,
            _words(bundle, name, platform, package, memory) | {"query": function} | tables.text(found, memory, head),
        )
        kernels = (part / f"{name}_kernels.o").stat().st_size
    return App(
        out,
        name,
        platform,
        kernels,
        memory.weights_bytes,
        memory.bytes + memory.ring * memory.state_bytes,
        len(found.stages),
        len(list(found.steps)),
    )


def _kernels(bundle: bundles.Bundle, part: pathlib.Path, name: str, platform: str) -> tuple[str, schedule.Schedule]:
    """Compiles the object into a folder: the name of its function, and when its kernels run."""
    made = part / f"{name}_kernels.o"
    with tempfile.TemporaryDirectory() as folder:
        source, rest = (pathlib.Path(folder) / called for called in ("module.mlir", "rest.mlir"))
        source.write_text(_named((bundle.folder / "module.mlir").read_text(), name))
        flags, said = platforms.flags(bundle, platform), f"{bundle.target.name}, as an app for {platform}"
        function = compilers.link(source, flags, said, made, rest)
        try:
            return function, hal.read(rest, f"{name}_")
        except hal.NotAList as error:
            raise NotAnApp(f"{bundle.name} cannot be an app: {error}; an app runs a list of kernels") from error


def _named(module: str, name: str) -> str:
    """The module with a name, of which IREE makes that of the function that an app finds the kernels by.

    Comments and attributes stay before it. A module of one kernel is called after that kernel, or after the function
    that calls it, so that these begin with the name too.
    """
    lines = re.sub(rf"@({'|'.join(hal.FUNCTIONS)}|[\w.]+{executables.SUFFIX})\b", rf"@{name}_\1", module).splitlines()
    head = list(itertools.takewhile(lambda line: not line or line.startswith(("//", "#")), lines))
    return "\n".join([*head, f"builtin.module @{name} {{", *lines[len(head) :], "}", ""])


def _words(bundle: bundles.Bundle, name: str, platform: str, package: str, memory: tables.Memory) -> dict[str, str]:
    """The text of every word, but those of the schedule."""
    manifest, found, versions = bundle.manifest, arrays.of(bundle.manifest), bundles.versions()
    return {
        "name": name,
        "platform": platform,
        "target": bundle.target.name,
        "run": texts.comment(manifest["run"]),
        "made": f"rt3d {versions['rt3d-jax']} and IREE {versions[compilers.PACKAGE]}",
        "about": "\n".join(texts.paragraph(each.about) for each in found),
        "list": "\n".join(texts.paragraph(each.about, "- ", "  ") for each in found),
        "weights_bytes": str(memory.weights_bytes),
        "values_bytes": str(memory.bytes + memory.ring * memory.state_bytes),
        "supported": c.supported(platforms.conditions(bundle, platform)),
        **c.calls(name, bundle.stream),
        **jvm.calls(name, package, bundle.stream),
        **c.words(name, found, manifest["labels"], memory),
        **jvm.words(name, package, found, manifest["labels"]),
    }


def _check_ours(bundle: bundles.Bundle) -> None:
    """NotAnApp for pieces of StableHLO. Streams are apps too: `streams` finds their states."""
    if rest := coverage.others(bundle.manifest["nodes"]):
        named = ", ".join(f"{entry['name']} ({entry['operation']})" for entry in rest[:3])
        more = f" and {len(rest) - 3} more" if len(rest) > 3 else ""
        raise NotAnApp(
            f"{bundle.name} cannot be an app: {named}{more} have no kernel of ours; `rt3d lower --strict` says why"
        )


def _check_folder(out: pathlib.Path) -> None:
    """NotAnApp for a folder that something else wrote."""
    files.clear_beside(out)
    if files.is_free(out):
        return
    said = (out / MARK).read_text(encoding="utf-8", errors="replace") if (out / MARK).is_file() else ""
    if not said.startswith(SAID):
        raise NotAnApp(f"{out} holds other things than an app; choose a folder that is empty or new")
