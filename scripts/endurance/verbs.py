"""The verbs that are disturbed: how each is called, and what it leaves, as text that is the same after every call."""

import dataclasses
import hashlib
import json
import pathlib
from collections.abc import Callable

from rt3d_jax.training import states

VARYING = ("seconds", "phase_seconds", "machine", "waiting", "sha256")  # fields that no two runs have alike


@dataclasses.dataclass(frozen=True)
class Verb:
    """What is called, with {base} for what all trials start from and {out} for the trial's own folder.

    left: what a call leaves, as text by name, the same after every undisturbed call. copy: of the base, to the trial.
    """

    name: str
    arguments: str
    left: Callable[[pathlib.Path], dict[str, str]]
    copy: tuple[str, ...] = ()


def runs(folder: pathlib.Path) -> dict[str, str]:
    """The weights and results of all runs below a folder."""
    found = {}
    for path in sorted(folder.rglob("result.json")):
        found[str(path.relative_to(folder))] = _plain(path, folder)
        found[str(path.parent.relative_to(folder))] = states.hash_of(states.read_network(path.parent))
    return found


def content(folder: pathlib.Path) -> dict[str, str]:
    """Every file below a folder."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock")
    read = lambda path: _plain(path, folder) if path.suffix == ".json" else _sha256(path)
    return {str(path.relative_to(folder)): read(path) for path in paths if path.name != "error.txt"}


def nothing(_: pathlib.Path) -> dict[str, str]:
    """Of verbs that print, or whose times or counts differ."""
    return {}


def _sha256(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _plain(path: pathlib.Path, folder: pathlib.Path) -> str:
    """JSON without what varies, and without the name of the trial's folder."""

    def cut(value):
        if isinstance(value, dict):
            return {key: cut(item) for key, item in value.items() if key not in VARYING}
        return [cut(item) for item in value] if isinstance(value, list) else value

    return json.dumps(cut(json.loads(path.read_text()))).replace(str(folder), "")


DENSE, PRUNED = "{base}/trained/runs/dense", "{base}/trained/runs/kgs-3x"
HOST, ARM = "{base}/trained/bundles/kgs-3x/host", "{base}/trained/bundles/kgs-3x/android-cortex-a76"
VERBS = (
    Verb("train", "train {base}/micro.py --out {out}/new", runs),
    Verb("prune", "prune {out}/trained --rate 2.5", runs, ("trained",)),
    Verb("quantise", "quantise {out}/trained", runs, ("trained",)),
    Verb("sweep", "sweep {base}/micro.py --out {out}/sweep --jobs 2", runs),
    Verb("export", f"export {PRUNED} --out {{out}}/shared", content),
    Verb("import", "import {base}/shared/kgs-3x --out {out}/runs/again", runs),
    Verb("eval", f"eval {DENSE} {HOST} --out {{out}}/eval --json {{out}}/eval.json", content),
    Verb("data check", "data check {base}/trained/data --decode --json {out}/data.json", content),
    Verb("lower", f"lower {PRUNED} --target host android:cortex-a76 --out {{out}}/bundles", content),
    Verb("onnx", f"onnx {PRUNED} --out {{out}}/net.onnx", content),
    Verb("check", f"check {HOST} {ARM}", nothing),
    Verb("bench", f"bench {HOST} --rounds 2 --runs 3 --json {{out}}/bench.json", nothing),
    Verb("profile", f"profile {HOST} --runs 3 --json {{out}}/profile.json", nothing),
    Verb("count", f"count {ARM} --json {{out}}/count.json", nothing),
    Verb("tune", f"tune {PRUNED} --target android:cortex-a76 --minutes 0.2", nothing),
    Verb("phone pack", f"phone pack {ARM} --out {{out}}/phone", content),
    Verb("report", "report {out}/trained", nothing, ("trained",)),
    Verb("doctor", "doctor --json {out}/doctor.json", nothing),
    Verb("demo", "demo --out {out}/demo --config-name {base}/micro.py --target host", runs),
)
