"""Makes the function of every layer of a bundle public, so that each layer can be run alone at its full size."""

import dataclasses
import pathlib
import re

from lowering.bundle import bundles
from lowering.bundle import compile as compilers
from lowering.counts import plugin

FUNCTION = re.compile(r"^func\.func private @([^\s(]+)\((.*)\) -> \S+ \{$", re.MULTILINE)
ARGUMENT = re.compile(r"%[^\s:]+: tensor<([^>]+)>")
INPUT = 0.5  # no value of an input changes which instructions run; zeros or denormals would slow the emulator


@dataclasses.dataclass(frozen=True)
class Entry:
    """A layer's function: its name, and the flags that call it with inputs of the right types."""

    name: str
    arguments: tuple[str, ...]


def entries(bundle: bundles.Bundle) -> list[Entry]:
    """The functions of the layers in the bundle's module.mlir, in the order of the network."""
    path, found = bundle.folder / "module.mlir", []
    for name, arguments in FUNCTION.findall(path.read_text()):
        inputs = (f"--input={shape}={INPUT}" for shape in ARGUMENT.findall(arguments))
        found.append(Entry(name.strip('"'), (f"--function={name.strip(chr(34))}", *inputs)))
    if not found:
        raise plugin.CountError(f"{path} has no function per layer; lower the run again")
    return found


def compile(bundle: bundles.Bundle, folder: pathlib.Path) -> pathlib.Path:
    """Compiles the bundle's module.mlir, with its layers public, into `folder`. The weights stay in the bundle."""
    text = (bundle.folder / "module.mlir").read_text()
    (folder / "layers.mlir").write_text(text.replace("func.func private @", "func.func @"))
    compilers.compile(folder / "layers.mlir", bundle.target, folder / "layers.vmfb")
    return folder / "layers.vmfb"
