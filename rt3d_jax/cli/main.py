"""Entry point of `rt3d`: finds the verb, reads its arguments with tyro, turns errors into one line and an exit code."""

import importlib
import os
import signal
import sys
import threading

import tyro

from lowering.system import extras

# verb: (module, what it does). A module has a function `run` whose arguments are the verb's; it is imported only when
# its verb is called.
VERBS = {
    "demo": ("demo", "The whole path on made-up videos: data, training, pruning, bundles, latency, report."),
    "train": ("train", "Train an experiment: dense, penalise, then prune and retrain for each rate."),
    "prune": ("prune", "Prune a trained experiment to further rates and retrain."),
    "sweep": ("sweep", "Run a grid of experiments over seeds: a table with means and spreads."),
    "export": ("export", "Write trained runs as folders for a model hub: weights, masks, config, model card."),
    "import": ("weights", "Make a run folder of published weights: torchvision's, MMAction2's, `rt3d export`'s."),
    "eval": ("evaluate", "Measure the accuracy of trained runs, and of the bundles made of them, on test videos."),
    "data": ("data", "Check a copy of a data set: `rt3d data check FOLDER`."),
    "lower": (
        "lower",
        "Compile trained runs into bundles for host, Android CPUs and Vulkan GPUs, and check each against JAX.",
    ),
    "onnx": ("onnx", "Write a trained run as an ONNX model, for other engines."),
    "check": ("check", "Run bundles on their own clip and compare with JAX's answer."),
    "bench": (
        "bench",
        "Time host bundles, or a network beside other engines, interleaved, and the machine's FMA peak.",
    ),
    "profile": ("profile", "Time each layer of a host bundle."),
    "count": ("count", "Count the instructions that arm64 bundles execute, layer by layer, under qemu-user."),
    "tune": ("tune", "Choose tilings and rows of each layer: measured on the host, modelled for arm64."),
    "phone": ("phone", "Pack bundles for Android phones, run them there and time them, over adb."),
    "report": ("report", "Draw report.html again, or measurements of several devices on one page."),
    "doctor": ("doctor", "Say what works on this machine, and how to mend what does not."),
}
USAGE_ERROR, INTERRUPTED = 2, 130
# What wrong input ends in, told in one line.
ERRORS = (ValueError, FileNotFoundError, NotImplementedError, RuntimeError, FloatingPointError, extras.MissingExtra)


def main() -> None:
    """The console program. Exit codes: 0 done, 1 a check failed, 2 wrong arguments or input, 130 interrupted."""
    sys.exit(call(sys.argv[1:]))


def call(arguments: list[str]) -> int:
    """Runs `rt3d` with these arguments and returns its exit code."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if arguments else USAGE_ERROR
    if arguments[0] in ("--version", "-V"):
        print(importlib.import_module("importlib.metadata").version("rt3d-jax"))
        return 0
    verb, *rest = arguments
    if verb not in VERBS:
        print(f"rt3d: no verb {verb!r}; expected one of: {', '.join(VERBS)}", file=sys.stderr)
        return USAGE_ERROR
    try:
        module = importlib.import_module(f"rt3d_jax.cli.{VERBS[verb][0]}")
        if threading.current_thread() is threading.main_thread():
            console = importlib.import_module("rt3d_jax.cli.console")
            console.INTERRUPTED.clear()
            signal.signal(signal.SIGINT, console.interrupt)
        if hasattr(module, "call"):  # a verb that reads its arguments itself
            return module.call(rest, f"rt3d {verb}") or 0
        return tyro.cli(module.run, prog=f"rt3d {verb}", args=rest) or 0
    except KeyboardInterrupt:
        print(f"\nrt3d {verb}: interrupted; the same command goes on from here", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ERRORS as error:
        if os.environ.get("RT3D_TRACEBACK"):
            raise
        print(f"rt3d {verb}: {error}", file=sys.stderr)
        return USAGE_ERROR


def usage() -> str:
    """The text of `rt3d --help`."""
    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {name:<{width}}  {about}" for name, (_, about) in VERBS.items())
    return f"""usage: rt3d VERB ...

Prune 3D video networks in JAX and run them on phones at the speed that the pruning promises.

{verbs}

`rt3d VERB --help` explains a verb. Examples:
  rt3d demo --out quickstart
  rt3d train quickstart --out runs/first
  rt3d lower runs/first/runs/dense runs/first/runs/kgs-3.6x --target host android:cortex-a76 vulkan:adreno
  rt3d bench runs/first/bundles/dense/host runs/first/bundles/kgs-3.6x/host

RT3D_TRACEBACK=1 shows where an error came from."""
