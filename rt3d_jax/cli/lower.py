"""rt3d lower: compile trained runs into bundles, and check each against JAX."""

import dataclasses
import errno
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from lowering.bundle import bundles, deploy, write
from lowering.targets import schedules, store, targets
from rt3d_jax.cli import console, prune
from rt3d_jax.evaluation import measured
from rt3d_jax.training import checkpoints, experiments

DEFAULT_TARGETS = ("host", "android:cortex-a76", "vulkan:adreno")


def run(
    networks: tuple[pathlib.Path, ...],
    /,
    target: tuple[str, ...] = DEFAULT_TARGETS,
    out: pathlib.Path | None = None,
    clip: pathlib.Path | None = None,
    tuning: bool = True,
    macs_per_dispatch: int | None = None,
    form: str = targets.FORMS[0],
) -> int:
    """Compile trained runs into bundles for a device, and check each against JAX.

    A bundle is a folder with the compiled network, its weights, one example, and JAX's answer to it. Bundles for `host`
    are checked natively, those for Android CPUs under qemu-user, and those for Vulkan on the Vulkan device of this
    machine. A bundle that exists and would not change is kept.

    The exit code is 1 if an answer differs from JAX's by more than 1e-4 of the largest output. The bound is 1e-2 with
    f16 in memory, and 5e-2 with sums in f16.

    Args:
        networks: Runs, such as OUT/runs/dense.
        target: Machines to compile for: host, android:CPU (such as android:cortex-a76) or vulkan:GPU (such as
            vulkan:adreno or vulkan:mali-g715). The precision is f32 unless one follows: :f16, :f16-f32 (f16 in memory,
            sums in f32) or :w16 (weights in f16).
        out: Folder for the bundles. Each is written to OUT/RUN/TARGET. By default it is the folder `bundles` beside
            `runs`.
        clip: A file with the example of the bundle, such as a video. By default it is the first test example of the
            data that the run was trained on. Imported weights have no data, so they need this option.
        tuning: Use the schedules that `rt3d tune` found, and those that are shipped for known networks.
        macs_per_dispatch: Split a GPU's kernels so that each does at most this many MACs. A phone stops a kernel that
            runs for too long. The default is 200 million.
        form: How kernels are written. `executables` are loops over buffers, which are the fastest. `linalg` works on
            tensors and compiles for any backend of IREE; its bundles are written to OUT/RUN/TARGET-linalg.

    Examples:
        rt3d lower runs/first/runs/dense runs/first/runs/kgs-3.6x
        rt3d lower runs/first/runs/kgs-3.6x --target android:cortex-a78:f16-f32 vulkan:mali-g715:f16
    """
    console.some(networks, "run, such as OUT/runs/dense")
    chosen = [targets.written(targets.split(targets.find(name), macs_per_dispatch), form) for name in target]
    rows = []
    for folder in networks:
        where = out or folder.resolve().parents[1] / "bundles"
        rows += lower(folder, chosen, where, clip, tuning)
    show(rows)
    return 0 if all(row["passed"] is not False for row in rows) else 1


def lower(
    folder: pathlib.Path,
    chosen: Sequence[targets.Target],
    out: pathlib.Path,
    file: pathlib.Path | None = None,
    tuning: bool = True,
) -> list[dict[str, Any]]:
    """Writes a bundle of one run for each target, and gives a row of report.json for each.

    A bundle lies at OUT/RUN/TARGET, or at OUT/RUN/TARGET-linalg in the form "linalg". `file`: the example that it
    carries. None takes the first test example.
    """
    network = checkpoints.load_network(folder)
    inputs = _inputs(folder, out) if file is None else network.task.example(file)
    example = deploy.example(checkpoints.apply(network), network.params, inputs)
    rows = []
    for target in chosen:
        place = out / network.name / place_of(target)
        tuned = store.find(target) if tuning else schedules.NONE
        made = deploy.checked(write.write(place, example, target, describe(network), tuned))
        console.say(f"{network.name} -> {place}: {made.verdict}")
        rows.append(row(made))
    return rows


def place_of(target: targets.Target) -> str:
    """The name of the folder of a bundle for this target."""
    name = target.name.replace(":", "-")
    return name if target.form == targets.FORMS[0] else f"{name}-{target.form}"


def describe(network: checkpoints.Network) -> bundles.Info:
    """What a bundle or ONNX model says about the trained network in it."""
    said, score = network.task.describe(network.facts), network.score
    is_accuracy = score.name == measured.ACCURACY
    return bundles.Info(
        run=network.name,
        model=network.model.name,
        labels=tuple(said.pop("labels", ())),
        clip=said.pop("clip", {}),
        scheme=network.scheme,
        rate=network.rate,
        accuracy=score.value if is_accuracy else None,
        protocol=score.protocol,
        score=None if score.value is None else bundles.Score(**dataclasses.asdict(score)),
    )


def row(made: deploy.Deployed) -> dict[str, Any]:
    """A bundle's row of report.json, with the error of its answer where its target can run here."""
    bundle, check = made.bundle, made.check
    files = bundle.manifest["files"]
    sizes = {"vmfb_bytes": files["module.vmfb"]["bytes"], "weights_bytes": files["weights.irpa"]["bytes"]}
    found: dict[str, Any] = {
        "run": bundle.manifest["run"],
        "target": bundle.target.name,
        "form": bundle.form,
        "folder": str(bundle.folder),
        "tuning": bundle.manifest["tuning"],
        **sizes,
    }
    if check is None:
        reason = {"failure": made.failure} if made.failure else {"unchecked": made.unchecked}
        return found | {"max_abs_error": None, "max_rel_error": None, "passed": made.passed, **reason}
    return found | {"max_abs_error": check.max_abs_error, "max_rel_error": check.max_rel_error, "passed": check.passed}


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Prints the bundles as a table."""
    columns = ("run", "target", "form", "largest error", "of the largest output", "module KB", "weights KB", "tuning")
    cells = [
        (
            r["run"],
            r["target"],
            r["form"],
            *(_number(r[key], r["passed"]) for key in ("max_abs_error", "max_rel_error")),
            r["vmfb_bytes"] // 1024,
            r["weights_bytes"] // 1024,
            r["tuning"],
        )
        for r in rows
    ]
    console.table("Bundles", columns, cells)
    for reason in dict.fromkeys(r["unchecked"] for r in rows if "unchecked" in r):
        console.say(f"not checked: {reason}")


def _number(value: float | None, passed: bool | None) -> str:
    return f"{value:.1e}" if value is not None else "not checked" if passed is None else "does not run"


def _inputs(folder: pathlib.Path, other: pathlib.Path) -> tuple[np.ndarray, ...]:
    """The inputs of the first test example of the data that a run was trained on.

    Data that are to be made are made in other/data where the folder of the run cannot be written.
    """
    out = folder.resolve().parents[1]
    if isinstance(checkpoints.origin(folder), experiments.Imported):
        raise ValueError(f"{folder} holds imported weights, which have no data set; name a video with --clip VIDEO")
    task = prune.experiment(out).task
    try:
        return task.open(out, lambda *_: None).example()
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        return task.open(other, lambda *_: None).example()
