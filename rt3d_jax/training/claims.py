"""Whose a run folder is: by its settings a finished phase is reused, and the run of others is never touched."""

import hashlib
import json
import pathlib
from typing import Any

from lowering.system import files
from rt3d_jax.models import catalog
from rt3d_jax.tasks import contract
from rt3d_jax.training import checkpoints, codec, experiments, migrations

SHARED = ("task", "model", "batch", "seed")
ARITHMETIC = ("dtype", "accumulate")  # of catalog.Compute: what changes the numbers. remat and the devices do not.


def claim(
    folder: pathlib.Path,
    experiment: experiments.Experiment,
    facts: contract.Facts,
    settings: dict[str, Any],
    parents: dict[str, pathlib.Path],
) -> bool:
    """Take a run folder for these settings; True if it is finished. ValueError if it holds a run of other settings."""
    shared = {name: getattr(experiment, name) for name in SHARED} | _arithmetic(experiment.compute)
    origins = {name: fingerprint(parent) for name, parent in parents.items()}
    key = json.loads(json.dumps(codec.to_json({**shared, **settings, "parents": origins})))
    path = folder / "config.json"
    if not path.exists():
        if not files.is_free(folder):
            raise ValueError(f"{folder} is not empty and holds no run; delete it or choose another output folder")
        folder.mkdir(parents=True, exist_ok=True)
        described = {"format": checkpoints.FORMAT, "name": folder.name, **facts}
        files.write_json(path, {**described, "key": key, "experiment": codec.to_json(experiment)})
        return False
    if changed := _differences(migrations.upgrade_key(checkpoints.described(folder)["key"]), key):
        raise ValueError(
            f"{folder} holds a run of other settings: {', '.join(changed[:3])}; "
            "delete it or choose another output folder"
        )
    return (folder / "result.json").exists()


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
