"""One trial: a file that is damaged at random, and who reads it."""

import dataclasses
import functools
import json
import pathlib
import shutil
from collections.abc import Callable

import jax
import numpy as np

from lowering.bundle import bundles
from lowering.system import hashes
from rt3d_jax.training import checkpoints, states
from rt3d_jax.weights import shared


def damage(path: pathlib.Path, rng: np.random.Generator) -> str:
    """Breaks a file; says how."""
    data = bytearray(path.read_bytes())
    kind, place = str(rng.choice(["flip", "overwrite", "cut", "zeros"])), int(rng.integers(max(1, len(data))))
    match kind:
        case "flip" if data:
            data[place] ^= 1 << int(rng.integers(8))
        case "cut":
            del data[place:]
        case "zeros":
            data[place : place + 512] = bytes(len(data[place : place + 512]))
        case _:
            data[place : place + 4] = rng.bytes(4)
    path.write_bytes(data)
    return f"{kind} at {place} of {path.name}"


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is damaged: files of folder that a pattern finds. read(folder): all that would be used, as a text."""

    folder: pathlib.Path
    inside: str
    read: Callable[[pathlib.Path], str]

    @functools.cached_property
    def whole(self) -> str:
        return self.read(self.folder)


def corrupted(subject: Subject, copy: pathlib.Path, rng: np.random.Generator) -> tuple[bool, str] | None:
    """One trial on a copy of a folder. None where what is read is what was written."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(subject.folder, copy)
    files = [path for path in sorted(copy.glob(subject.inside)) if path.is_file() and path.stat().st_size]
    what = damage(files[rng.integers(len(files))], rng)
    try:
        return None if subject.read(copy) == subject.whole else (False, f"{what}: USED")
    except (ValueError, FileNotFoundError) as error:
        return str(copy) in str(error) and "\n" not in str(error), f"{what}: {error}"
    except Exception as error:
        return False, f"{what}: {error!r}"


def subjects(base: pathlib.Path) -> dict[str, Subject]:
    """What can be damaged, by name."""

    def text(found):
        return states.hash_of((found.params, jax.tree.leaves(found.masks)))

    def bundle(folder):
        found = bundles.read(folder)
        return json.dumps([found.manifest, *(hashes.of_file(folder / name) for name in found.files)])

    def weights(folder):
        found = shared.read(folder)
        return text(found) + json.dumps(shared.to_json(found.facts))

    return {
        "checkpoints": Subject(
            base / "trained/runs/kgs-3x", "checkpoints/**/*", lambda copy: text(checkpoints.load_network(copy))
        ),
        "bundles": Subject(base / "trained/bundles/kgs-3x/host", "*", bundle),
        "runs": Subject(base / "trained/runs/kgs-3x", "*.json", lambda copy: json.dumps(checkpoints.finished(copy))),
        "weights": Subject(base / "shared/kgs-3x", "*", weights),
    }
