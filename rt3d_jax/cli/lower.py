"""rt3d lower: trained runs into bundles, each checked against JAX."""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
import tyro

from lowering.bundle import bundles, deploy, write
from lowering.targets import schedules, store, targets
from rt3d_jax.cli import console, prune
from rt3d_jax.evaluation import measured
from rt3d_jax.training import checkpoints, experiments

DEFAULT_TARGETS = ("host", "android:cortex-a76", "vulkan:adreno")


def run(
    networks: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional],
    /,
    target: tuple[str, ...] = DEFAULT_TARGETS,
    out: pathlib.Path | None = None,
    clip: pathlib.Path | None = None,
    tuning: bool = True,
    macs_per_dispatch: int | None = None,
    form: str = targets.FORMS[0],
) -> int:
    """Compile trained runs into bundles for host, Android CPUs and Vulkan GPUs, and check each against JAX.

    A bundle that is there and unchanged is kept. Exit code 1 if an answer differs from JAX's by more than 1e-4 of the
    largest output (1e-2 with f16 in memory, 5e-2 with sums in f16).

    Args:
        networks: Folders of finished phases, such as OUT/runs/dense.
        target: host, android:CPU (such as android:cortex-a76) or vulkan:GPU (such as vulkan:adreno, vulkan:mali-g715),
            each with a precision behind it if not f32: :f16, :f16-f32 (f16 in memory, sums in f32) or :w16 (weights in
            f16).
        out: Folder for the bundles, one per run and target; default: bundles, beside the folder runs.
        clip: File with the bundle's own example, such as a video; default: the first test example, which imported
            weights have not.
        tuning: Uses what `rt3d tune` found, or what is shipped for the named networks.
        macs_per_dispatch: Multiply-adds after which a GPU's kernel is split, so that none runs long enough for the
            phone to give up on it; default: 200 million.
        form: How kernels are written: executables (loops over buffers, which are fastest) or linalg (on tensors, for
            any backend of IREE). Bundles in linalg lie beside the others, as OUT/RUN/TARGET-linalg.
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
    """Bundles of one run at OUT/RUN/TARGET, each with the example in `file`; a row of report.json for each.

    Those with kernels in the form "linalg" are at OUT/RUN/TARGET-linalg.
    """
    network = checkpoints.load_network(folder)
    inputs = _inputs(folder) if file is None else network.task.example(file)
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
    """The name of the folder of a bundle for a target."""
    name = target.name.replace(":", "-")
    return name if target.form == targets.FORMS[0] else f"{name}-{target.form}"


def describe(network: checkpoints.Network) -> bundles.Info:
    """What travels with a trained network, in whatever form."""
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
    """A bundle's row of report.json, with the errors of its answer where its target can run here."""
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
        return found | {"max_abs_error": None, "max_rel_error": None, "passed": None, "unchecked": made.unchecked}
    return found | {"max_abs_error": check.max_abs_error, "max_rel_error": check.max_rel_error, "passed": check.passed}


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Bundles as a table."""
    columns = ("run", "target", "form", "largest error", "of the largest output", "module KB", "weights KB", "tuning")
    cells = [
        (
            r["run"],
            r["target"],
            r["form"],
            _number(r["max_abs_error"]),
            _number(r["max_rel_error"]),
            r["vmfb_bytes"] // 1024,
            r["weights_bytes"] // 1024,
            r["tuning"],
        )
        for r in rows
    ]
    console.table("Bundles", columns, cells)
    for reason in dict.fromkeys(r["unchecked"] for r in rows if "unchecked" in r):
        console.say(f"not checked: {reason}")


def _number(value: float | None) -> str:
    return "not checked" if value is None else f"{value:.1e}"


def _inputs(folder: pathlib.Path) -> tuple[np.ndarray, ...]:
    """The inputs of the first test example of the data that a run was trained on."""
    out = folder.resolve().parents[1]
    if isinstance(checkpoints.origin(folder), experiments.Imported):
        raise ValueError(f"{folder} holds imported weights and no data set; name a video for its clip with --clip")
    return prune.experiment(out).task.open(out, lambda *_: None).example()
