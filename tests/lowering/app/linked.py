"""Programs in C that link an app, and what they answer."""

import pathlib
import subprocess
from collections.abc import Sequence

import numpy as np

from lowering.app import arrays, texts
from lowering.app import write as apps
from lowering.bundle import bundles, run

STRICT = ("-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic", "-pthread")
MAIN = pathlib.Path(__file__).with_name("main.c")


def build(app: apps.App, bundle: bundles.Bundle, folder: pathlib.Path, compiler: Sequence[str]) -> pathlib.Path:
    """Compiles main.c with an app, strictly, into a program in `folder`. compiler: with flags."""
    found = arrays.of(bundle.manifest)
    cast = lambda place, each: f"({'' if each.written else 'const '}{each.element} *)(void *)x[{place}]"
    words = {
        "name": app.name,
        "arrays": str(len(found)),
        "inputs": str(sum(not each.written for each in found)),
        "sizes": ", ".join(str(each.bytes) for each in found),
        "arguments": ", ".join(cast(place, each) for place, each in enumerate(found)),
    }
    main, program = folder / "main.c", folder / "program"
    main.write_text(texts.filled(MAIN.read_text(), words))
    sources = [str(main), str(app.folder / f"{app.name}.c"), str(app.folder / f"{app.name}_kernels.o")]
    command = [*compiler, *STRICT, f"-I{app.folder}", *sources, "-o", str(program)]
    subprocess.run(command, check=True, capture_output=True)
    return program


def answers(
    command: Sequence[str],
    app: apps.App,
    bundle: bundles.Bundle,
    folder: pathlib.Path,
    threads: int = 1,
    instances: int = 1,
    runs: int = 1,
) -> list[np.ndarray]:
    """What a program of `build` answers to the bundle's example."""
    inputs, outputs = ([folder / f"{name}.raw" for name in names] for names in (bundle.inputs, bundle.outputs))
    for name, path in zip(bundle.inputs, inputs, strict=True):
        path.write_bytes(bundle.array(name).tobytes())
    words = [str(app.folder / f"{app.name}.weights"), str(threads), str(instances), str(runs)]
    done = subprocess.run([*command, *words, *map(str, (*inputs, *outputs))], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    expected = [bundle.array(name) for name in bundle.outputs]
    return [np.fromfile(path, one.dtype).reshape(one.shape) for path, one in zip(outputs, expected, strict=True)]


def error(bundle: bundles.Bundle, found: Sequence[np.ndarray]) -> float:
    """The largest error of answers against JAX's, of the largest value."""
    return max(run.error(bundle, name, one)[1] for name, one in zip(bundle.outputs, found, strict=True))
