"""Makes the function of every layer of a bundle public, so that each layer can be run alone at its full size."""

import dataclasses
import pathlib
import re

from lowering.bundle import bundles
from lowering.bundle import compile as compilers
from lowering.counts import plugin

FUNCTION = re.compile(r"^func\.func private @([^\s(]+)\((.*?)\) -> .+ \{$", re.MULTILINE)
ARGUMENT = re.compile(r"%[^\s:]+: tensor<([^>]+)>")
# No value of an input changes which instructions run; zeros or denormals would slow the emulator.
FLOAT, INTEGER = 0.5, 1


@dataclasses.dataclass(frozen=True)
class Entry:
    """A layer's function: its name, and the flags that call it with inputs of the right types."""

    name: str
    arguments: tuple[str, ...]


def entries(bundle: bundles.Bundle) -> list[Entry]:
    """The functions of the layers in the bundle's module.mlir, in the order of the network.

    These are the dispatches of its manifest. Other functions are around them, or parts of them, such as what JAX wrote
    of a piece.
    """
    path, found = bundle.folder / "module.mlir", []
    for quoted, arguments in FUNCTION.findall(path.read_text()):
        if (name := quoted.strip('"')) not in bundle.manifest["dispatches"]:
            continue
        inputs = (f"--input={shape}={INTEGER if 'i' in shape else FLOAT}" for shape in ARGUMENT.findall(arguments))
        found.append(Entry(name, (f"--function={name}", *inputs)))
    if not found:
        raise plugin.CountError(f"{path} has no function per layer; lower the run again")
    return found


def compile(bundle: bundles.Bundle, folder: pathlib.Path) -> pathlib.Path:
    """Compiles the bundle's module.mlir, with its layers public, into `folder`. The weights stay in the bundle."""
    text = (bundle.folder / "module.mlir").read_text()
    (folder / "layers.mlir").write_text(text.replace("func.func private @", "func.func @"))
    compilers.compile(folder / "layers.mlir", bundle.target, folder / "layers.vmfb")
    return folder / "layers.vmfb"
