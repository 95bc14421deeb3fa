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


def call(
    command: Sequence[str],
    app: apps.App,
    bundle: bundles.Bundle,
    folder: pathlib.Path,
    threads: int = 1,
    instances: int = 1,
    runs: int = 1,
) -> subprocess.CompletedProcess[str]:
    """Runs a program of `build` on the bundle's example; its answers become files in `folder`."""
    for name in bundle.inputs:
        (folder / f"{name}.raw").write_bytes(bundle.array(name).tobytes())
    arrays_ = [str(folder / f"{name}.raw") for name in (*bundle.inputs, *bundle.outputs)]
    words = [str(app.folder / f"{app.name}.weights"), str(threads), str(instances), str(runs), *arrays_]
    return subprocess.run([*command, *words], capture_output=True, text=True, check=False)


def answers(
    command: Sequence[str],
    app: apps.App,
    bundle: bundles.Bundle,
    folder: pathlib.Path,
    threads: int = 1,
    instances: int = 1,
    runs: int = 1,
) -> list[np.ndarray]:
    """What it answers, and that it says nothing."""
    done = call(command, app, bundle, folder, threads, instances, runs)
    assert (done.returncode, done.stderr) == (0, "")
    expected = {name: bundle.array(name) for name in bundle.outputs}
    return [np.fromfile(folder / f"{name}.raw", one.dtype).reshape(one.shape) for name, one in expected.items()]


def error(bundle: bundles.Bundle, found: Sequence[np.ndarray]) -> float:
    """The largest error of answers against JAX's, of the largest value."""
    return max(run.error(bundle, name, one)[1] for name, one in zip(bundle.outputs, found, strict=True))


def counting(names: Sequence[str]) -> str:
    """A source that counts calls of functions that the linker wraps, and says at the end how many there were."""
    lines = ["#include <stdatomic.h>", "#include <stdio.h>", "#include <stdlib.h>", "static atomic_int calls;"]
    for name in names:
        arguments = ", ".join(f"size_t x{place}" for place in range(6))
        given = ", ".join(f"x{place}" for place in range(6))
        lines += [f"size_t __real_{name}({arguments});", f"size_t __wrap_{name}({arguments});"]
        lines.append(f"size_t __wrap_{name}({arguments}) {{ calls++; return __real_{name}({given}); }}")
    end = 'static void __attribute__((destructor)) end(void) { fprintf(stderr, "%d", (int)calls); }'
    return "\n".join([*lines, end, ""])


def taken(program: str, app: apps.App, bundle: bundles.Bundle, folder: pathlib.Path, runs: int) -> int:
    """How many calls a program of `counting` counted."""
    done = call([program], app, bundle, folder, threads=2, runs=runs)
    assert done.returncode == 0
    return int(done.stderr)
