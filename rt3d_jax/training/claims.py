"""Whose a run folder is: by its settings a finished phase is reused, and the run of others is never touched."""

import contextlib
import hashlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

from lowering.system import files, hashes, locks
from rt3d_jax.models import catalog
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, codec, experiments, migrations, states

SHARED = ("task", "model", "batch", "seed")
ARITHMETIC = ("dtype", "accumulate")  # of catalog.Compute: what changes the numbers. remat and the devices do not.


def key(
    experiment: experiments.Experiment, settings: dict[str, Any], parents: dict[str, pathlib.Path]
) -> dict[str, Any]:
    """What makes a phase: its settings, those that all phases share, and the runs behind it. As JSON."""
    shared = {name: getattr(experiment, name) for name in SHARED} | _arithmetic(experiment.compute)
    origins = {name: fingerprint(parent) for name, parent in parents.items()}
    return codec.to_json({**shared, **settings, "parents": origins})


def is_finished(folder: pathlib.Path, key: dict[str, Any]) -> bool:
    """Whether the phase of this key is finished.

    ValueError if the folder holds a run of other settings, or a finished one without its weights.
    """
    if not (folder / "config.json").exists():
        return False
    if changed := _differences(migrations.upgrade_key(checkpoints.described(folder)["key"]), key):
        raise ValueError(
            f"{folder} holds a run of other settings: {', '.join(changed[:3])}; "
            "move it away or choose another output folder"
        )
    if not (folder / "result.json").exists():
        return False
    if not states.steps(folder):
        raise ValueError(
            f"{folder} is finished, but {folder / 'checkpoints'} holds no weights; {states.again(folder)}, "
            "which repeats this phase alone"
        )
    return True


@contextlib.contextmanager
def taken(
    folder: pathlib.Path, experiment: experiments.Experiment, facts: contract.Facts, key: dict[str, Any]
) -> Iterator[None]:
    """Inside, a run folder is this process's to train in, as the phase of this key.

    ValueError if another process trains there, or if the folder holds a run of other settings, or anything else.
    """
    with locks.held(folder):
        path = folder / "config.json"
        if not path.exists():
            _check_free(folder)
            described = {"format": checkpoints.FORMAT, "name": folder.name, **facts}
            described |= {"key": key, "experiment": codec.to_json(experiment)}
            files.write_json(path, hashes.sealed(described))
        is_finished(folder, key)
        yield


def _check_free(folder: pathlib.Path) -> None:
    if files.is_free(folder):
        return
    if (folder / "checkpoints").is_dir():
        raise ValueError(
            f"{folder} has no config.json, and without it nobody knows what its checkpoints are of; restore the file "
            "from a copy, or move the folder away and train again"
        )
    raise ValueError(f"{folder} is not empty and holds no run; move it away or choose another output folder")


def _arithmetic(compute: catalog.Compute) -> dict[str, Any]:
    """What is not the default: a run from before there was a choice is one with the defaults."""
    chosen = {name: getattr(compute, name) for name in ARITHMETIC}
    return {name: value for name, value in chosen.items() if value != getattr(catalog.Compute(), name)}


def fingerprint(folder: pathlib.Path) -> str:
    """What tells a finished run from one of other settings: 16 hexadecimal digits. Errors as checkpoints.finished."""
    key = checkpoints.finished(folder)[0]["key"]
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]


def _differences(found: Any, wanted: Any, name: str = "") -> list[str]:
    """Settings by name with both values. One that is missing is None: a run from before it existed did without."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        keys = sorted(found.keys() | wanted.keys())
        parts = [_differences(found.get(key), wanted.get(key), f"{name}.{key}".lstrip(".")) for key in keys]
        return [text for part in parts for text in part]
    return [] if found == wanted else [f"{name} {found} (asked for {wanted})"]
