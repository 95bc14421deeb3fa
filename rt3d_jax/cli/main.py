"""Entry point of `rt3d`: finds the verb, reads its arguments, and turns errors into one line and an exit code."""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Sequence

from lowering.system import extras, spelling
from rt3d_jax.cli import arguments

# Verb: (module, what it does). The module is imported only when its verb is called. It has one of:
# - a function `run`, whose arguments are the verb's;
# - `VERBS`, functions by the names of verbs below this one, and the docstring `ABOUT` for all of them;
# - a function `parse(words, prog)` that reads its arguments itself and gives the call that they ask for.
VERBS = {
    "demo": ("demo", "Try everything on made-up videos: train, prune, compile, time and write a report."),
    "train": ("train", "Train a network, prune it to each rate of an experiment, and retrain it."),
    "prune": ("prune", "Prune a trained network to further rates, and retrain it."),
    "sweep": ("sweep", "Run a grid of experiments over several seeds, and tabulate means and deviations."),
    "export": ("export", "Write trained runs as folders for a model hub: weights, masks and a model card."),
    "import": ("weights", "Turn published weights, or a folder of `rt3d export`, into a run."),
    "eval": ("evaluate", "Measure the accuracy of runs and of compiled bundles on test videos."),
    "data": ("data", "Check a copy of a data set for damaged videos, wrong lists and leaks."),
    "lower": ("lower", "Compile runs into bundles for a device, and check each against JAX."),
    "onnx": ("onnx", "Write a run as an ONNX model for other engines."),
    "check": ("check", "Run bundles on the input that they carry, and compare with JAX's answer."),
    "bench": ("bench", "Time bundles on this machine, or a network beside other engines."),
    "profile": ("profile", "Time each layer of a bundle on this machine."),
    "count": ("count", "Count the instructions that an arm64 bundle executes, layer by layer."),
    "tune": ("tune", "Search for faster schedules of a network's convolutions."),
    "phone": ("phone", "Run and time bundles on Android phones."),
    "report": ("report", "Write the HTML report again, or compare several devices on one page."),
    "doctor": ("doctor", "Show what works on this machine, and how to install the rest."),
}
ABOUT = """Prune 3D video networks in JAX, and run them on phones at the speed that the pruning promises.

Set RT3D_TRACEBACK=1 to see where in the code an error came from.

Examples:
    rt3d demo --out quickstart
    rt3d train quickstart --out runs/first
    rt3d lower runs/first/runs/dense runs/first/runs/kgs-3.6x --target host android:cortex-a76 vulkan:adreno
    rt3d bench runs/first/bundles/dense/host runs/first/bundles/kgs-3.6x/host
"""
USAGE_ERROR, INTERRUPTED = 2, 130
# What wrong input ends in, told in one line.
ERRORS = (ValueError, FileNotFoundError, NotImplementedError, RuntimeError, FloatingPointError, extras.MissingExtra)


def main() -> None:
    """The console program. Exit codes: 0 done, 1 a check failed, 2 wrong arguments or input, 130 interrupted."""
    sys.exit(call(sys.argv[1:]))


def call(words: Sequence[str]) -> int:
    """Runs `rt3d` with these arguments and returns its exit code."""
    if not words or words[0] in (*arguments.HELP, "help"):
        print(usage())
        return 0 if words else USAGE_ERROR
    if words[0] in ("--version", "-V"):
        print(importlib.import_module("importlib.metadata").version("rt3d-jax"))
        return 0
    verb, *rest = words
    if verb not in VERBS:
        print(
            f"rt3d: no verb {verb!r}; expected one of: {', '.join(VERBS)}{spelling.meant(verb, VERBS)}", file=sys.stderr
        )
        return USAGE_ERROR
    try:
        if threading.current_thread() is threading.main_thread():
            console = importlib.import_module("rt3d_jax.cli.console")
            console.INTERRUPTED.clear()
            signal.signal(signal.SIGINT, console.interrupt)
        return parse(verb, rest)() or 0
    except KeyboardInterrupt:
        print(f"\nrt3d {verb}: interrupted; the same command continues from here", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ERRORS as error:
        if os.environ.get("RT3D_TRACEBACK"):
            raise
        print(f"rt3d {verb}: {error}", file=sys.stderr)
        return USAGE_ERROR


def parse(verb: str, words: Sequence[str]) -> arguments.Call:
    """The call that the words after a verb ask for. Raises as arguments.read, and what the verb's own parser does."""
    module, prog = importlib.import_module(f"rt3d_jax.cli.{VERBS[verb][0]}"), f"rt3d {verb}"
    if hasattr(module, "parse"):
        return module.parse(words, prog)
    if hasattr(module, "VERBS"):
        return arguments.parse_one_of(module.VERBS, module.ABOUT, words, prog)
    return arguments.parse(module.run, words, prog)


def usage() -> str:
    """The text of `rt3d --help`."""
    return arguments.overview("rt3d", ABOUT, {name: about for name, (_, about) in VERBS.items()})
