"""Entry point of `rt3d`: finds the verb and reads its arguments. How it ends is in `ends`.

Until `main` answers stop signals, Ctrl-C ends in Python's own traceback. So this module imports little, and the rest
inside its functions.
"""

import importlib
import sys
import warnings
from collections.abc import Callable, Sequence

from rt3d_jax.hosts import stops

# Verb: (module, what it does). The module is imported only when its verb is called. It has one of:
# - a function `run`, whose arguments are the verb's;
# - `VERBS`, functions by the names of verbs below this one, and the docstring `ABOUT` for all of them;
# - a function `parse(words, prog)` that reads its arguments itself and gives the call that they ask for.
VERBS = {
    "demo": ("demo", "Try everything on made-up videos: train, prune, compile, time and write a report."),
    "train": ("train", "Train a network, prune it to each rate of an experiment, and retrain it."),
    "prune": ("prune", "Prune a trained network to further rates, and retrain it."),
    "quantise": ("quantise", "Make networks of int8 of trained ones: calibrate them, and train them on."),
    "sweep": ("sweep", "Run a grid of experiments over several seeds, and tabulate means and deviations."),
    "search": ("search", "Look for a network that keeps a bound on latency and loses least."),
    "export": ("export", "Write trained runs as folders for a model hub: weights, masks and a model card."),
    "import": ("weights", "Turn published weights, or a folder of `rt3d export`, into a run."),
    "eval": ("evaluate", "Measure the accuracy of runs and of compiled bundles on test videos."),
    "data": ("data", "Check a copy of a data set for damaged videos, wrong lists and leaks."),
    "lower": ("lower", "Compile runs into bundles for a device, and check each against JAX."),
    "app": ("app", "Write a bundle's network as a library that an app links."),
    "onnx": ("onnx", "Write a run as an ONNX model for other engines."),
    "check": ("check", "Run bundles on the input that they carry, and compare with JAX's answer."),
    "bench": ("bench", "Time bundles on this machine, or a network beside other engines."),
    "live": ("live", "Show what networks say of a camera or video, in the browser or in the terminal."),
    "profile": ("profile", "Time each layer of a bundle on this machine."),
    "count": ("count", "Count the instructions that an arm64 bundle executes, layer by layer."),
    "tune": ("tune", "Search for faster schedules of a network's convolutions."),
    "phone": ("phone", "Run and time bundles on Android phones."),
    "report": ("report", "Write the HTML report again, or compare several devices on one page."),
    "doctor": ("doctor", "Show what works on this machine, and how to install the rest."),
}
ABOUT = """Prune 3D video networks in JAX, and compile them for phones, so that what was pruned is not computed.

Set RT3D_TRACEBACK=1 to see where in the code an error came from.

Examples:
    rt3d demo --out quickstart
    rt3d train quickstart --out runs/first
    rt3d lower runs/first/runs/dense runs/first/runs/vanilla-3.6x --target host android:cortex-a76 vulkan:adreno
    rt3d bench runs/first/bundles/dense/host runs/first/bundles/vanilla-3.6x/host
"""


def main() -> None:
    """The console program; its exit codes stand in `ends`."""
    stops.install()
    with stops.at_once("rt3d: interrupted"):
        from rt3d_jax.cli import ends
    warnings.showwarning = ends.warn
    code = call(sys.argv[1:])
    stops.leave_at_once("rt3d: interrupted")  # from here on, since nothing is under way any more
    sys.exit(code)


def call(words: Sequence[str]) -> int:
    """Runs `rt3d` with these arguments and returns its exit code."""
    from rt3d_jax.cli import ends

    if words and words[0] in VERBS:
        return ends.run(f"rt3d {words[0]}", lambda: _called(parse(words[0], words[1:])))
    return ends.run("rt3d", lambda: _without_a_verb(words))


def parse(verb: str, words: Sequence[str]) -> Callable[[], int | None]:
    """The call that the words after a verb ask for. Raises as arguments.read, and what the verb's own parser does."""
    prog = f"rt3d {verb}"
    with stops.at_once(f"{prog}: interrupted"):  # imports take seconds, and drop the exceptions of others
        from rt3d_jax.cli import arguments

        module = importlib.import_module(f"rt3d_jax.cli.{VERBS[verb][0]}")
    if hasattr(module, "parse"):
        return module.parse(words, prog)
    if hasattr(module, "VERBS"):
        return arguments.parse_one_of(module.VERBS, module.ABOUT, words, prog)
    return arguments.parse(module.run, words, prog)


def usage() -> str:
    """The text of `rt3d --help`."""
    from rt3d_jax.cli import arguments

    return arguments.overview("rt3d", ABOUT, {name: about for name, (_, about) in VERBS.items()})


def _called(call: Callable[[], int | None]) -> int | None:
    """OSError, before the work, if its file of results (--json) cannot be written behind it."""
    from lowering.system import files

    results = getattr(call, "keywords", {}).get("json_file")
    if results is not None:
        files.check_writable(results)
    return call()


def _without_a_verb(words: Sequence[str]) -> int:
    with stops.at_once("rt3d: interrupted"):
        from lowering.system import spelling
        from rt3d_jax.cli import arguments, ends
    if not words or words[0] in (*arguments.HELP, "help"):
        print(usage())
        return 0 if words else ends.WRONG
    if words[0] in ("--version", "-V"):
        print(importlib.import_module("importlib.metadata").version("rt3d-jax"))
        return 0
    raise ValueError(f"no verb {words[0]!r}; expected one of: {', '.join(VERBS)}{spelling.meant(words[0], VERBS)}")
