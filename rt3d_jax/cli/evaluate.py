"""rt3d eval: accuracy of trained runs."""

import json
import pathlib
from typing import Annotated

import tyro

from rt3d_jax import checkpoints, train
from rt3d_jax.cli import console, prune


def run(
    runs: Annotated[tuple[pathlib.Path, ...], tyro.conf.Positional],
    /,
    json_file: Annotated[pathlib.Path | None, tyro.conf.arg(name="json")] = None,
) -> None:
    """Measure the accuracy of trained runs on their test videos.

    Args:
        runs: Folders of finished phases, such as OUT/runs/dense.
        json_file: Writes the rows here too.
    """
    console.some(runs, "run, such as OUT/runs/dense")
    rows = []
    with console.Progress() as progress:
        for folder in runs:
            network = checkpoints.load_network(folder)
            out = folder.resolve().parents[1]
            task = train.prepare(prune.experiment(out), out, progress)
            accuracy, protocol = train.test_accuracy(task, network.params, network.name)
            rows.append(
                {
                    "run": network.name,
                    "scheme": network.scheme,
                    "rate": network.rate,
                    "accuracy": accuracy,
                    "accuracy_protocol": protocol,
                }
            )
    console.table(
        "Accuracy",
        ("run", "scheme", "rate", "top-1 %"),
        [(r["run"], r["scheme"], f"{r['rate']:.2f}", f"{r['accuracy']:.2f}") for r in rows],
    )
    for protocol in dict.fromkeys(row["accuracy_protocol"] for row in rows):
        console.say(protocol)
    if json_file is not None:
        json_file.write_text(json.dumps(rows, indent=1) + "\n")
